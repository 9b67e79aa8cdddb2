package bot

import "strconv"

// ValueKind tells the kinds of answer apart. They are never mixed in a total.
type ValueKind uint8

const (
	Unfilled      ValueKind = iota // nothing said yet
	Number                         // a count, 0 included
	NotApplicable                  // 不适用: the unit has no such work
	Unknown                        // 暂不掌握: not known yet
	YesNo
	Text
	Document // a file that was sent in place of a text
)

// Value is the answer to one field. The zero Value is unfilled.
type Value struct {
	Kind   ValueKind `cbor:"1,keyasint"`
	Number int64     `cbor:"2,keyasint,omitempty"`
	Yes    bool      `cbor:"3,keyasint,omitempty"`
	Text   string    `cbor:"4,keyasint,omitempty"` // of a Document the file's name
	File   string    `cbor:"5,keyasint,omitempty"` // Document: [File.Hash]
}

// Count, Answer, Words and Attached make the kinds of value that carry something.
func Count(n int64) Value     { return Value{Kind: Number, Number: n} }
func Answer(yes bool) Value   { return Value{Kind: YesNo, Yes: yes} }
func Words(text string) Value { return Value{Kind: Text, Text: text} }

// Attached is the value of a file; name is what people call it.
func Attached(f File, name string) Value {
	return Value{Kind: Document, Text: name, File: f.Hash}
}

// nothing is what an item holds that has nothing to report.
func (f *Field) nothing() Value {
	if f.Kind == KindCount {
		return Count(0)
	}
	return Words("无")
}

// Filled reports whether anything was said.
func (v Value) Filled() bool { return v.Kind != Unfilled }

// String renders the value for people, without its measure word.
func (v Value) String() string {
	switch v.Kind {
	case Number:
		return strconv.FormatInt(v.Number, 10)
	case NotApplicable:
		return wordNotApplicable
	case Unknown:
		return wordUnknown
	case YesNo:
		if v.Yes {
			return wordYes
		}
		return wordNo
	case Text, Document:
		return v.Text
	}
	return wordUnfilled
}

// The words of the answers themselves: part of the stored and exported format
// (design: reports.json), not of the wording an office may change.
const (
	wordNotApplicable = "不适用"
	wordUnknown       = "暂不掌握"
	wordUnfilled      = "未填"
	wordYes           = "是"
	wordNo            = "否"
)
