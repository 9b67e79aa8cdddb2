package bot

import (
	"strconv"
	"strings"
	"time"
)

// rosterBad is the most faults of a file that are told at once: whoever mends
// them sees the rest with the next try.
const rosterBad = 12

// rosterLines is the most changes, and the most problems, that are told of an
// import: a county has a hundred units, and what is told is kept for 下页.
const rosterLines = 200

// rosterFile answers a file that was sent as a roster: what importing it would
// change, to be agreed to. It reports false if the message brought none.
func (t *turn) rosterFile() bool {
	if t.in.Text != "" && t.in.Verb != VerbMore {
		t.s.RosterAsked = time.Time{}
	}
	r := t.v.Import
	if r == nil || r.Order.Do || r.Unlike && !r.Order.Sure {
		return false
	}
	t.letGo()
	f := t.m.Files[0]
	t.out.Files = append(t.out.Files, Received{File: f, By: t.v.Person.ID, At: t.now})
	t.log("file", LogEntry{Number: 1})
	if len(r.Bad) > 0 {
		t.tell("import.bad", args{"what": t.called(f)})
		for _, say := range r.Bad[:min(len(r.Bad), rosterBad)] {
			t.tell("import.bad.line", args{"say": clip(say, 100)})
		}
		if more := len(r.Bad) - rosterBad; more > 0 {
			t.tell("import.bad.more", args{"n": strconv.Itoa(more)})
		}
		t.tell("import.bad.how", nil)
		return true
	}
	t.s.RosterAsked = time.Time{}
	a := importCounts(r.Import, args{"what": t.called(f), "n": strconv.Itoa(r.Rows)})
	if len(r.Import.Lines) == 0 {
		t.tell("import.same", a)
		t.importProblems(r.Import)
		return true
	}
	t.putFirst(Proposal{Kind: ProposeImport, Text: f.Hash}, a)
	t.importLines(r.Import)
	return true
}

// importLines tells an import line by line, what was not taken first.
func (t *turn) importLines(i RosterImport) {
	t.importProblems(i)
	more := len(i.Lines) - rosterLines
	if more > 0 {
		i.Lines = i.Lines[:rosterLines]
	}
	t.say = append(t.say, RosterWords(t.n, i)...)
	if more > 0 {
		t.tell("import.more", args{"n": strconv.Itoa(more)})
	}
}

// imported tells what an import has done. It may be told of one that was done
// before, when its answer was lost: then nothing was left to change.
func (t *turn) imported() {
	r := t.v.Import
	if len(r.Bad) > 0 {
		t.tell("import.lost", nil)
		return
	}
	t.tell("import.done", importCounts(r.Import, args{"n": strconv.Itoa(r.Rows)}))
	if !t.m.Private() {
		return // the rest names people
	}
	t.importLines(r.Import)
}

func importCounts(i RosterImport, a args) args {
	a["added"], a["updated"] = strconv.Itoa(i.Added), strconv.Itoa(i.Updated)
	a["unchanged"], a["problems"] = strconv.Itoa(i.Unchanged), strconv.Itoa(len(i.Problems))
	return a
}

func (t *turn) importProblems(i RosterImport) {
	for n, p := range i.Problems {
		if n == rosterLines {
			t.tell("import.more", args{"n": strconv.Itoa(len(i.Problems) - n)})
			return
		}
		t.tell("import.problem."+string(p.Code), args{"line": strconv.Itoa(p.Line), "unit": clip(p.Unit, 30), "have": p.Have, "want": p.Want})
	}
}

// RosterWords tells line by line what an import adds and updates. It names
// userids: it is for the office alone.
func RosterWords(n *Notice, i RosterImport) []Effect {
	var say []Effect
	for _, line := range i.Lines {
		key := "import.updated"
		if line.New {
			key = "import.added"
		}
		var changes []string
		for _, field := range RosterFields() {
			for _, c := range line.Changes {
				if c.Field == field {
					changes = append(changes, n.rosterChange(c, line.New))
				}
			}
		}
		if line.Confirmed {
			changes = append(changes, n.Wording["import.confirmed"])
		}
		say = append(say, Effect{Key: key, Args: args{"unit": line.Unit, "changes": strings.Join(changes, "；")}})
	}
	return say
}

func (n *Notice) rosterChange(c RosterChange, isNew bool) string {
	key, a := "import.change", args{"field": n.Wording["import.field."+string(c.Field)], "old": c.Old, "new": c.New}
	if isNew {
		key = "import.value"
	}
	if c.Old == "" {
		a["old"] = n.Wording["import.none"]
	}
	return Fill(n.Wording[key], a)
}

func rosterWording() map[string][]string {
	keys := map[string][]string{

		"roster":               {"n", "time"},
		"roster.kind":          {"kind", "n", "bound", "pending", "unbound"},
		"roster.gone":          {"n"},
		"roster.unbound":       {"n", "units"},
		"roster.unbound.count": {"n"},
		"roster.private":       nil,
		"roster.how":           nil,
		"roster.name":          {"name", "most"},
		"roster.taken":         {"name", "unit"},
		"roster.closed":        {"unit", "forms"},
		"roster.left":          {"unit", "time", "reason"},
		"roster.left.plain":    {"unit", "time"},
		"roster.lost":          {"unit", "phone"},
		"card.roster":          nil,

		"addunit.how":     {"kinds"},
		"addunit.put":     {"unit", "kind"},
		"addunit.confirm": nil,
		"addunit.dropped": nil,
		"addunit.done":    {"unit", "kind"},
		"addunit.back":    {"n"},
		"addunit.nobody":  nil,
		"addunit.liaison": {"userid"},

		"rename.how":     nil,
		"rename.same":    {"unit"},
		"rename.put":     {"unit", "to"},
		"rename.confirm": nil,
		"rename.dropped": nil,
		"rename.done":    {"unit", "to"},
		"rename.full":    {"full"},
		"rename.told":    {"unit", "to", "phone"},

		"remove.how":        nil,
		"remove.already":    {"unit", "time"},
		"remove.reason":     {"unit", "n"},
		"remove.long":       {"most"},
		"remove.put":        {"unit", "reason"},
		"remove.reports":    {"unit", "n"},
		"remove.confirm":    nil,
		"remove.dropped":    nil,
		"remove.done":       {"unit"},
		"remove.kept":       {"unit", "n"},
		"remove.told":       {"unit", "reason", "phone"},
		"remove.told.plain": {"unit", "phone"},

		"import.put":       {"what", "n", "added", "updated", "unchanged", "problems"},
		"import.same":      {"what", "n", "unchanged", "problems"},
		"import.confirm":   nil,
		"import.dropped":   nil,
		"import.done":      {"n", "added", "updated", "unchanged", "problems"},
		"import.lost":      nil,
		"import.bad":       {"what"},
		"import.bad.line":  {"say"},
		"import.bad.more":  {"n"},
		"import.bad.how":   nil,
		"import.added":     {"unit", "changes"},
		"import.updated":   {"unit", "changes"},
		"import.change":    {"field", "old", "new"},
		"import.value":     {"field", "new"},
		"import.none":      nil,
		"import.more":      {"n"},
		"import.confirmed": nil,
	}
	for _, f := range RosterFields() {
		keys["import.field."+string(f)] = nil
	}
	for _, code := range RosterProblems() {
		keys["import.problem."+string(code)] = []string{"line", "unit", "have", "want"}
	}
	return keys
}
