package prompts

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Problem is one thing wrong with one file of a notice, for the person who
// edits it. Msg says what is wrong and how to mend it.
type Problem struct {
	File string
	Line int // 0 if the file as a whole is meant
	Code Code
	Msg  string
}

func (p *Problem) Error() string {
	if p.Line == 0 {
		return fmt.Sprintf("%s：%s", p.File, p.Msg)
	}
	return fmt.Sprintf("%s:%d：%s", p.File, p.Line, p.Msg)
}

// Code names the rule that a [Problem] is about, for programs and tests.
type Code string

const (
	FileUnknown    Code = "file-unknown" // a name that no part of the notice has
	FileMissing    Code = "file-missing"
	FileUnreadable Code = "file-unreadable"
	FileEmpty      Code = "file-empty"
	FileTooLarge   Code = "file-too-large" // in bytes or in complexity
	FileEncoding   Code = "file-encoding"  // BOM, not UTF-8, control characters

	Syntax       Code = "syntax"        // not YAML
	Unsupported  Code = "unsupported"   // YAML that a notice has no use for: anchors, tags …
	KeyUnknown   Code = "key-unknown"   // a key that nobody reads
	KeyMissing   Code = "key-missing"   // a key that has to be there
	KeyDuplicate Code = "key-duplicate" // the same key twice
	WrongType    Code = "wrong-type"    // text for a number and the like
	WrongValue   Code = "wrong-value"   // the right type, and still impossible
	Empty        Code = "empty"         // nothing where something has to be

	Duplicate         Code = "duplicate"          // an id, item, name or word twice
	ItemOrder         Code = "item-order"         // items not 1, 2, 3 …
	SectionUnknown    Code = "section-unknown"    // a field in no section of its form
	KindUnknown       Code = "kind-unknown"       // of a field or of a unit
	PairUnknown       Code = "pair-unknown"       // pairs_with that leads nowhere
	ClassifierUnknown Code = "classifier-unknown" // a measure word missing from classifiers
	FormUnknown       Code = "form-unknown"
	DeadlineUnknown   Code = "deadline-unknown"
	DeadlineInvalid   Code = "deadline-invalid" // no instant in +08:00
	DayInvalid        Code = "day-invalid"      // no such date, or no day that a step can fall on
	TimeInvalid       Code = "time-invalid"     // no time of day, or one outside the hours
	BlankUnknown      Code = "blank-unknown"    // a blank that nobody fills
	BlankMissing      Code = "blank-missing"    // a field that no sentence has a blank for
	BlankForm         Code = "blank-form"       // a stray brace, a blank outside its brackets
	Expression        Code = "expression"       // a check that does not parse
	VerbUnknown       Code = "verb-unknown"
	VerbWord          Code = "verb-word" // a command's word that is an answer
	WordingUnknown    Code = "wording-unknown"
	WordingMissing    Code = "wording-missing"
)

// maxMsg bounds a message in characters.
const maxMsg = 300

// problems collects what is wrong, so that one run shows all of it.
type problems struct {
	list []*Problem
}

func (p *problems) add(file string, line int, code Code, format string, args ...any) {
	// What the file says is quoted, and may be long or of many lines.
	msg := []rune(strings.Join(strings.Fields(fmt.Sprintf(format, args...)), " "))
	if len(msg) > maxMsg {
		msg = append(msg[:maxMsg], '…')
	}
	p.list = append(p.list, &Problem{File: file, Line: line, Code: code, Msg: string(msg)})
}

// err joins the problems, file by file from top to bottom; nil if there are none.
func (p *problems) err() error {
	slices.SortStableFunc(p.list, func(a, b *Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	var errs []error
	for _, problem := range p.list {
		errs = append(errs, problem)
	}
	return errors.Join(errs...)
}
