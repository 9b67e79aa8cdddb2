package wecom

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

const (
	xmlDepth = 8   // levels of elements: the platform's deepest message has 5
	xmlParts = 512 // elements: the platform's largest message has below 100
)

// element is a part of a message in XML: its words, or its parts.
type element struct {
	name  string
	text  []byte
	parts []element
}

// parseXML reads a message of the platform. It takes elements, text and CDATA
// in UTF-8 and nothing that could make it larger or lead elsewhere: no document
// type, no entities of its own, no instructions. An error holds none of it.
func parseXML(raw []byte) (element, error) {
	if !utf8.Valid(raw) {
		return element{}, errors.New("it is not UTF-8")
	}
	dec := xml.NewDecoder(bytes.NewReader(raw))
	root := element{}
	open := []*element{&root}
	for parts := 0; ; {
		t, err := dec.Token()
		if err == io.EOF {
			break
		}
		if err != nil {
			return element{}, errors.New("it is not XML")
		}
		top := open[len(open)-1]
		switch t := t.(type) {
		case xml.StartElement:
			if parts++; parts > xmlParts {
				return element{}, fmt.Errorf("it has more than %d elements", xmlParts)
			}
			if len(open) > xmlDepth {
				return element{}, fmt.Errorf("it is more than %d elements deep", xmlDepth)
			}
			if top == &root && len(root.parts) > 0 {
				return element{}, errors.New("it has two roots")
			}
			// The parts of top do not move while this one is open.
			top.parts = append(top.parts, element{name: t.Name.Local})
			open = append(open, &top.parts[len(top.parts)-1])
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			top.text = append(top.text, t...)
		case xml.Directive, xml.ProcInst:
			if p, ok := t.(xml.ProcInst); ok && p.Target == "xml" {
				continue
			}
			return element{}, errors.New("it has a document type or an instruction")
		}
	}
	if len(root.parts) != 1 || root.parts[0].name != "xml" {
		return element{}, errors.New("its root is not xml")
	}
	return root.parts[0], nil
}

// fields are the parts of e that hold words, by name. A name that stands there
// twice is refused: two readers could take different ones.
func (e element) fields() (map[string]string, error) {
	fields := map[string]string{}
	for _, part := range e.parts {
		if _, twice := fields[part.name]; twice {
			return nil, errors.New("it has the same field twice")
		}
		fields[part.name] = string(part.text)
	}
	return fields, nil
}
