package bot

import (
	"slices"
	"time"
)

// material carries out 材料, 完成 and 总结.
func (t *turn) material() {
	switch t.in.Verb {
	case VerbSummary:
		t.summary()
	case VerbDone:
		t.done()
	case VerbMaterial:
		switch {
		case callsStamp(t.in.Text):
			t.stampWord()
		case t.v.Person.Office && t.shelf():
		default:
			t.openBag(t.in.Rest)
		}
	}
}

// done ends what is sent in several messages: the open bag, else the text that
// is asked, else the whole form that has such a text.
func (t *turn) done() {
	switch {
	case t.s.Bag != nil:
		t.closeBag()
	case t.gathered():
	case t.r != nil && t.s.Key == t.r.Key && slices.ContainsFunc(t.form.Fields, func(f Field) bool { return f.Gather }):
		t.in.Verb = VerbSubmit
		t.edit()
	default:
		t.tell("done.none", nil)
		if t.r != nil && t.s.Key == t.r.Key && !t.same() {
			t.add("done.form", args{"form": t.form.ID})
		}
		t.whereWeStand()
	}
}

// material adds what is needed to tell a stamped copy from other pictures, and
// for the office what a unit has sent.
func (need *Need) material(n *Notice, p Person, s Session, m Message, in Intent, now time.Time) {
	unit := need.Report.Unit
	if s.Bag != nil {
		unit = s.Bag.Unit
	}
	pages := len(m.Files) > 0 || in.Verb == VerbMaterial || s.Proposal.aboutMaterial()
	key := n.mainKey(unit)
	switch {
	case unit == "":
	case pages && need.Report != key:
		need.Others = append(need.Others, key)
		need.Docket = key
	case need.Report != key:
	case pages, in.Verb == VerbSubmit, in.Verb == VerbChange, in.Verb == VerbYes, in.Verb == VerbProgress, in.Verb == "" && speaksOfStamp(in.Text):
		need.Docket = key
	}
	if in.Verb == VerbMaterial && p.Office {
		need.Bag, _ = unitAndNumber(in.Rest)
		need.Roster = need.Roster || need.Bag != ""
	}
}

func materialWording() map[string][]string {
	about := itemBlanks
	shelf := []string{"unit", "n", "what", "kind", "date"}
	return map[string][]string{

		"gather.part":    about("parts", "n"),
		"gather.which":   about("n", "more"),
		"gather.over":    about("value", "more"),
		"gather.sure":    about("text"),
		"gather.full":    about("n", "more", "most"),
		"gather.none":    about(),
		"gather.dropped": nil,
		"gather.long":    {"head", "tail", "n"},
		"card.part":      about(),
		"done.none":      nil,
		"done.form":      {"form"},

		"material.how":   {"kinds"},
		"material.any":   nil,
		"material.name":  {"unit", "kind"},
		"material.item":  {"item"},
		"material.which": {"kinds"},
		"material.named": {"holds", "what"},
		"material.left":  nil,
		"card.material":  nil,
		"bag.whose":      nil,
		"bag.open":       {"what"},
		"bag.kinds":      {"kinds"},
		"bag.loose":      {"what"},
		"bag.images":     {"n"},
		"bag.holds":      {"what"},
		"bag.figure":     {"text", "item"},
		"bag.talk":       nil,
		"bag.long":       {"n", "most"},
		"bag.undo":       nil,
		"bag.submit":     nil,
		"bag.stands":     {"what"},
		"bag.done":       {"what", "holds"},
		"bag.closed":     {"what", "holds"},
		"bag.empty":      {"what", "holds"},
		"amount.images":  {"n"},
		"amount.films":   {"n"},
		"amount.files":   {"n"},
		"amount.texts":   {"n"},

		"files.caption":  nil,
		"files.document": nil,
		"files.name":     {"kind"},
		"files.whose":    {"unit"},
		"same.head":      nil,
		"same.here":      {"what", "date"},
		"same.elsewhere": nil,

		"stamp.ask":      {"what", "version"},
		"stamp.how":      {"version"},
		"stamp.none":     {"form"},
		"stamp.same":     {"form", "version", "next"},
		"stamp.changed":  {"form", "version", "next"},
		"stamp.old":      {"form", "version", "next"},
		"stamp.first":    {"form", "version", "next"},
		"stamp.kept":     {"version"},
		"stamp.wanted":   {"version"},
		"stamp.later":    nil,
		"stamp.again":    {"was", "version"},
		"stamp.outgrown": {"version"},
		"card.stamp":     {"version"},
		"button.nostamp": nil,

		"summary.how":   nil,
		"summary.begin": {"unit", "period", "deadline"},
		"summary.again": {"version"},
		"summary.next":  nil,

		"shelf":           {"unit", "n", "time"},
		"shelf.how":       nil,
		"shelf.unsaid":    nil,
		"shelf.empty":     {"unit", "time"},
		"shelf.count":     {"kind", "holds"},
		"shelf.private":   nil,
		"shelf.file":      append([]string{"text", "size"}, shelf...),
		"shelf.text":      append([]string{"text"}, shelf...),
		"shelf.words":     append([]string{"text", "size"}, shelf...),
		"shelf.here":      nil,
		"shelf.elsewhere": {"units"},
		"shelf.ask":       {"unit"},
		"shelf.none":      {"unit", "all", "n"},
		"shelf.whole":     {"text!"},
		"shelf.noroad":    shelf,
		"shelf.large":     shelf,
		"shelf.sent":      shelf,
		"shelf.sending":   shelf,
	}
}
