package bot

import (
	"strconv"
	"strings"
)

// leastRead is the fewest items that make a document the form: a list of figures
// names one or two by chance.
const leastRead = 5

// document takes the unit's own copy of the main form that came as a Word or
// Excel file in the private chat. It is read as if it had been pasted: nothing in
// it overwrites anything without being asked about. It reports false if no file
// of the message is one.
func (t *turn) document() bool {
	if !t.readsDocument() {
		return false
	}
	if len(t.v.Person.Units) == 0 {
		t.tell("enter.how", args{"form": t.n.Main})
		return true
	}
	if !t.haveReport() {
		return true
	}
	words := t.n.document(t.m.Files)
	if u, ok := t.headed(words); ok && u.Name != t.r.Key.Unit {
		t.tell("document.other", args{"unit": u.Name, "own": t.r.Key.Unit})
		t.whereWeStand()
		return true
	}
	p, _ := ReadPaste(t.n, t.form, words)
	t.tell("document.read", args{"form": t.form.ID, "n": strconv.Itoa(len(p.Answers))})
	t.accept(reading{answers: p.Answers, unread: p.Rest, paste: true})
	return true
}

// headed is the unit of the roster that a filled form names at its head as the one
// that reports.
func (t *turn) headed(words string) (Unit, bool) {
	_, after, ok := strings.Cut(words, "填报单位")
	if !ok {
		return Unit{}, false
	}
	after = strings.TrimLeft(strings.TrimPrefix(strings.TrimPrefix(after, "（盖章）"), "(盖章)"), "：: \t　")
	name, _, _ := strings.Cut(after, "联系人")
	name, _, _ = strings.Cut(name, "\n")
	name, _, _ = strings.Cut(name, "\t")
	units, exact := t.v.Roster.Find(strings.TrimSpace(name))
	if !exact {
		return Unit{}, false
	}
	return units[0], true
}

// readsDocument reports whether a filled main form has come, and no other form
// is what the person is filling.
func (t *turn) readsDocument() bool {
	return t.form.ID == t.n.Main && t.n.document(t.m.Files) != ""
}

// document is what stands in the first of the files that is a filled main form;
// "" if none is.
func (n *Notice) document(files []File) string {
	for _, f := range files {
		if f.Words == "" {
			continue
		}
		if p, ok := ReadPaste(n, n.Form(n.Main), strings.TrimSpace(f.Words)); ok && len(p.Answers) >= leastRead {
			return f.Words
		}
	}
	return ""
}
