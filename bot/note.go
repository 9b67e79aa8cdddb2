package bot

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxNote bounds a note in characters: it stands on one line of a list.
const maxNote = 100

// ProposeNote chooses one of Items for the note Text.
const ProposeNote ProposalKind = "note"

// note carries out 注: it keeps, replaces, shows or removes the remark on one
// item. A note is no value, and whoever leaves one is not taken away from what
// they are asked.
func (t *turn) note() {
	if !t.haveReport() {
		return
	}
	item, text := t.in.Item, t.in.Rest
	if lines := notesIn(t.n, t.form, t.in.Text); len(lines) > 1 {
		for _, line := range lines {
			t.noteOn(line.item, line.text)
		}
		t.whereWeStand()
		return
	}
	if item == 0 {
		name, rest := noteByName(text)
		if name == "" {
			t.tell("note.how", nil)
			t.whereWeStand()
			return
		}
		items := t.form.called(name)
		switch {
		case len(items) == 1:
			item, text = items[0], rest
		case len(items) == 0 || rest == "":
			t.tell("note.unknown", args{"name": clip(name, 20)})
			t.whereWeStand()
			return
		default:
			t.noteWhich(items, name, rest)
			return
		}
	}
	t.noteOn(item, text)
	t.whereWeStand()
}

// noteOn sets the note on one item.
func (t *turn) noteOn(item int, text string) {
	f := t.form.Field(item)
	text = strings.Join(strings.Fields(tidyText(text)), " ")
	switch {
	case f == nil:
		t.tell("item.none", args{"item": strconv.Itoa(max(item, 0)), "all": strconv.Itoa(len(t.form.Fields))})
	case t.hides(f):
		t.tell("note.private", nil)
	case utf8.RuneCountInString(text) > maxNote:
		t.tell("note.long", args{"most": strconv.Itoa(maxNote)})
	case text == "" && t.r.note(item) == "":
		t.tell("note.how", nil)
	case text == "":
		t.tell("note.now", t.about(f, args{"text": t.r.note(item)}))
	case takesNoteBack(text) && t.r.note(item) == "":
		t.tell("note.none", t.about(f, nil))
	default:
		t.noted(f, text)
	}
}

// noted writes the note on an item, or takes it away.
func (t *turn) noted(f *Field, text string) {
	was := t.r.note(f.Item)
	t.r.Notes = slices.DeleteFunc(t.r.Notes, func(n Note) bool { return n.Item == f.Item })
	a := t.about(f, args{"text": text, "was": was})
	switch {
	case takesNoteBack(text):
		text = ""
		t.tell("note.removed", a)
	case was != "" && was != text:
		t.tell("note.changed", a)
	default:
		t.tell("noted", a)
	}
	if text != "" {
		at, _ := slices.BinarySearchFunc(t.r.Notes, f.Item, func(n Note, item int) int { return n.Item - item })
		t.r.Notes = slices.Insert(t.r.Notes, at, Note{Item: f.Item, Text: text, By: t.v.Person.ID, At: t.now})
	}
	if text != was {
		t.touched()
		t.log("note", LogEntry{Key: t.r.Key, Items: []Change{{Item: f.Item, Old: t.r.Entry(f.Item).Value, New: t.r.Entry(f.Item).Value}}, Text: text})
	}
	t.nextVersion()
}

// nextVersion says how what has changed since the version that counts reaches
// the office.
func (t *turn) nextVersion() {
	if t.r.Counted > 0 && t.r.Dirty {
		t.tell("version.next", args{"version": strconv.Itoa(t.r.Version + 1)})
	}
}

// noteWhich asks which of several items a note is for.
func (t *turn) noteWhich(items []int, name, text string) {
	t.drop()
	t.s.Proposal = &Proposal{Kind: ProposeNote, Items: items, Text: text}
	t.s.Key, t.s.Asking = t.r.Key, 0
	t.tell("change.which", args{"name": clip(name, 20)})
	for _, item := range items {
		t.line(t.form.Field(item), t.r.Entry(item), false)
	}
	t.askAgain()
}

// askJoint asks once, where the whole is looked at, whether an event was held
// together with other units: two that report one event make two of it. It waits
// for no answer.
func (t *turn) askJoint() {
	if t.r.JointAsked {
		return
	}
	for _, f := range t.form.Fields {
		if f.Joint && t.r.Entry(f.Item).Value.Number > 0 && t.r.note(f.Item) == "" {
			t.r.JointAsked = true
			t.tell("joint.ask", t.about(&f, nil))
			return
		}
	}
}

// note is the remark on an item; "" if there is none.
func (r *Report) note(item int) string { return noteOf(r.Notes, item) }

func noteOf(notes []Note, item int) string {
	for _, n := range notes {
		if n.Item == item {
			return n.Text
		}
	}
	return ""
}

// sameNotes reports whether two sets of notes say the same; who left them and
// when does not matter.
func sameNotes(a, b []Note) bool {
	return slices.EqualFunc(a, b, func(a, b Note) bool { return a.Item == b.Item && a.Text == b.Text })
}

// noteLine puts the remark on an item behind its line.
func (t *turn) noteLine(notes []Note, item int) {
	if text := noteOf(notes, item); text != "" {
		t.add("line.note", args{"text": text})
	}
}

func noteWording() map[string][]string {
	field, with := itemBlanks(), itemBlanks
	return map[string][]string{
		"note.how":     nil,
		"note.unknown": {"name"},
		"note.private": nil,
		"note.long":    {"most"},
		"note.now":     with("text"),
		"note.none":    field,
		"noted":        with("text", "was"),
		"note.changed": with("text", "was"),
		"note.removed": with("text", "was"),
		"line.note":    {"text"},
		"joint.ask":    field,
		"version.next": {"version"},

		"propose.each":         {"quote"},
		"heard.item":           field,
		"heard.figures":        {"figures", "figure"},
		"want":                 with("quote"),
		"want.added":           with("quote", "value"),
		"aside.other":          {"quote"},
		"aside.unit":           {"quote"},
		"advice":               {"advice"},
		"denied":               with("reading"),
		"which.reading":        {"reading"},
		"which.left":           field,
		"either.growth":        with("first", "second"),
		"either.item":          with("first", "second"),
		"card.either":          nil,
		"button.growth.first":  field,
		"button.growth.second": field,
		"button.item.first":    field,
		"button.item.second":   field,
	}
}
