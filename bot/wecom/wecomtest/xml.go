package wecomtest

import (
	"encoding/xml"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// element is one element of an XML message. The platform's have either text or
// elements inside, and no attributes.
type element struct {
	name string
	text string
	kids []element
}

// parseXML reads a whole message. It is stricter than the standard decoder,
// which takes what it can find.
func parseXML(raw []byte) (element, error) {
	if !utf8.Valid(raw) {
		return element{}, bad("it is not UTF-8")
	}
	dec := xml.NewDecoder(strings.NewReader(string(raw)))
	var root *element
	for {
		t, err := dec.Token()
		if err == io.EOF && root != nil {
			return *root, nil
		}
		if err != nil {
			return element{}, bad("it is not XML")
		}
		switch t := t.(type) {
		case xml.StartElement:
			if root != nil {
				return element{}, bad("something follows behind the end")
			}
			e, err := inside(dec, t, 0)
			if err != nil {
				return element{}, err
			}
			root = &e
		case xml.CharData:
			if strings.TrimSpace(string(t)) != "" {
				return element{}, bad("there is text around the XML")
			}
		default:
			return element{}, bad("there is more than elements in the XML")
		}
	}
}

const maxDepth = 8

func inside(dec *xml.Decoder, start xml.StartElement, depth int) (element, error) {
	e := element{name: start.Name.Local}
	if len(start.Attr) > 0 || start.Name.Space != "" {
		return e, bad("element %s has attributes or a name space", e.name)
	}
	if depth > maxDepth {
		return e, bad("the XML is too deep")
	}
	var text strings.Builder
	for {
		t, err := dec.Token()
		if err != nil {
			return e, bad("it is not XML")
		}
		switch t := t.(type) {
		case xml.StartElement:
			kid, err := inside(dec, t, depth+1)
			if err != nil {
				return e, err
			}
			e.kids = append(e.kids, kid)
		case xml.CharData:
			text.Write(t)
		case xml.EndElement:
			e.text = text.String()
			if len(e.kids) > 0 && strings.TrimSpace(e.text) != "" {
				return e, bad("element %s has both text and elements", e.name)
			}
			return e, nil
		default:
			return e, bad("element %s has more than text and elements inside", e.name)
		}
	}
}

// has checks that an element has each of names once, and nothing else but
// more, of which those in many may stand there several times.
func (e element) has(names, more, many []string) error {
	seen := map[string]bool{}
	for _, kid := range e.kids {
		switch {
		case slices.Contains(many, kid.name):
		case !slices.Contains(names, kid.name) && !slices.Contains(more, kid.name):
			return bad("%s has an element %s", e.name, kid.name)
		case seen[kid.name]:
			return bad("%s has element %s twice", e.name, kid.name)
		}
		seen[kid.name] = true
	}
	for _, name := range names {
		if !seen[name] {
			return bad("%s has no element %s", e.name, name)
		}
	}
	if len(e.kids) == 0 && strings.TrimSpace(e.text) != "" {
		return bad("%s has text where elements belong", e.name)
	}
	return nil
}

// kid returns the first element of a name; its text is "" if there is none.
func (e element) kid(name string) element {
	for _, k := range e.kids {
		if k.name == name {
			return k
		}
	}
	return element{}
}

// words returns the text of an element that holds nothing but text.
func (e element) words(name string) (string, error) {
	k := e.kid(name)
	if len(k.kids) > 0 {
		return "", bad("%s has elements where text belongs", name)
	}
	return k.text, nil
}

// cdata writes text as the platform does.
func cdata(text string) string {
	return "<![CDATA[" + strings.ReplaceAll(text, "]]>", "]]]]><![CDATA[>") + "]]>"
}
