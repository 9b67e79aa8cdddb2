package wecomtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// plainJSON refuses JSON that the platform does not read as it is meant: other
// encodings, and plain characters written as escapes (error 40033).
func plainJSON(raw []byte) error {
	if !utf8.Valid(raw) {
		return bad("it is not UTF-8")
	}
	for {
		i := bytes.IndexByte(raw, '\\')
		if i < 0 || i+1 == len(raw) {
			return nil
		}
		if escape := strings.ToLower(string(raw[i:min(i+6, len(raw))])); slices.Contains(spelledOut, escape) {
			return coded(codeEscapes, "it writes a plain character as %s (error 40033)", escape)
		}
		raw = raw[i+2:]
	}
}

// spelledOut are <, > and & as the standard encoder writes them.
var spelledOut = []string{`\u003c`, `\u003e`, `\u0026`}

func bounded(content string, most int) error {
	if content == "" {
		return coded(codeEmptyText, "content is empty")
	}
	if len(content) > most {
		return coded(codeTooLong, "content has %d bytes, more than %d", len(content), most)
	}
	return nil
}

// object reads a JSON object that has each of names, once, in exactly this
// spelling, and nothing else. The standard decoder is more forgiving.
func object(raw []byte, what string, names ...string) (map[string]json.RawMessage, error) {
	return loose(raw, what, names, nil)
}

// loose is object with fields that may also be missing.
func loose(raw []byte, what string, names, more []string) (map[string]json.RawMessage, error) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, bad("%s is not a JSON object", what)
	}
	fields := map[string]json.RawMessage{}
	for dec.More() {
		t, err := dec.Token()
		name, ok := t.(string)
		if err != nil || !ok {
			return nil, bad("%s is not JSON", what)
		}
		if !slices.Contains(names, name) && !slices.Contains(more, name) {
			return nil, bad("%s has a field %q", what, name)
		}
		if _, twice := fields[name]; twice {
			return nil, bad("%s has field %q twice", what, name)
		}
		var field json.RawMessage
		if err := dec.Decode(&field); err != nil {
			return nil, bad("%s is not JSON", what)
		}
		fields[name] = field
	}
	if _, err := dec.Token(); err != nil {
		return nil, bad("%s is not JSON", what)
	}
	if _, err := dec.Token(); err != io.EOF {
		return nil, bad("%s goes on behind its end", what)
	}
	for _, name := range names {
		if _, ok := fields[name]; !ok {
			return nil, bad("%s has no field %q", what, name)
		}
	}
	return fields, nil
}

// value reads a field of exactly the type of to, and never null.
func value[T string | bool | int | []string | []json.RawMessage](fields map[string]json.RawMessage, name string, to *T) error {
	raw := fields[name]
	if len(raw) == 0 || string(raw) == "null" || json.Unmarshal(raw, to) != nil {
		return bad("field %q is no %s", name, fmt.Sprintf("%T", *to))
	}
	return nil
}

// optional is value for a field that may be missing.
func optional[T string | bool | int | []string | []json.RawMessage](fields map[string]json.RawMessage, name string, to *T) error {
	if _, has := fields[name]; !has {
		return nil
	}
	return value(fields, name, to)
}

// flag reads an optional 0 or 1.
func flag(fields map[string]json.RawMessage, name string) (bool, error) {
	var n int
	if err := optional(fields, name, &n); err != nil {
		return false, err
	}
	if n != 0 && n != 1 {
		return false, bad("field %q is %d, neither 0 nor 1", name, n)
	}
	return n == 1, nil
}
