package bot

import (
	"slices"
	"strconv"
	"strings"
)

// lookIn parts what stands behind 查: a unit, a form and items.
func (n *Notice) lookIn(rest string) (unit string, form *Form, words []string) {
	form = n.Form(n.Main)
	for _, w := range strings.Fields(fold(rest)) {
		switch f := n.formNamed(w); {
		case f != nil:
			form = f
		case unit == "":
			unit = w
		default:
			words = append(words, w)
		}
	}
	return unit, form, words
}

// look shows one unit's report as it counts, or its draft if none counts yet:
// all of it, or some items.
func (t *turn) look() {
	name, form, words := t.n.lookIn(t.in.Rest)
	if name == "" {
		t.tell("look.how", nil)
		return
	}
	units, exact := t.v.Roster.Find(name)
	if gone, ok := t.v.Roster.Left(name); ok && !exact {
		t.notFound(name, nil)
		if t.lookedUp(gone, form).Report == nil {
			return
		}
		units = []Unit{gone}
	} else if !exact && len(units) != 1 {
		t.notFound(name, units)
		return
	}
	defer t.over(form.ID)()
	items, unknown := form.itemsNamed(words)
	if unknown != "" {
		t.tell("look.noitem", args{"name": clip(unknown, 20), "form": form.ID, "all": strconv.Itoa(len(form.Fields))})
		return
	}
	if t.inGroup() {
		return
	}
	u := units[0]
	filed := t.lookedUp(u, form)
	r, sub := filed.Report, filed.Counted
	defer t.lookBeside(u)
	if r == nil {
		key := "look.none"
		if u.Liaison == "" {
			key = "look.unbound"
		}
		t.tell(key, args{"unit": u.Name, "form": form.ID, "time": t.instant(t.now)})
		return
	}
	entries, reasons, notes := r.Draft, r.Reasons, r.Notes
	if sub != nil {
		entries, reasons, notes = sub.Entries, sub.Reasons, sub.Notes
		t.tell("look.version", args{"unit": u.Name, "form": form.ID, "state": t.state(r), "version": strconv.Itoa(sub.Version), "receipt": sub.Receipt, "time": t.instant(sub.At), "now": t.instant(t.now)})
		if sub.Late && StatusOf(u.Name, filed, t.v.Book, t.v.Beside[r.Key]).Late {
			t.add("look.late", nil)
		}
		if sub.Paper != nil {
			t.add("look.paper", nil)
		}
	} else {
		t.tell("look.draft", args{"unit": u.Name, "form": form.ID, "state": t.state(r), "filled": strconv.Itoa(len(entries)), "all": strconv.Itoa(len(form.Fields)), "time": t.instant(t.now)})
	}
	shown := Report{Draft: entries}
	flags := form.Flags(t.n.Year, entries, reasons)
	for i := range form.Fields {
		f := &form.Fields[i]
		if len(items) > 0 && !slices.Contains(items, f.Item) {
			continue
		}
		t.lookItem(f, shown.Entry(f.Item), flags, notes)
		if len(items) > 0 {
			t.giver(u, shown.Entry(f.Item))
		}
	}
}

// lookedUp is a unit's report of a form, as it is now.
func (t *turn) lookedUp(u Unit, form *Form) Filed {
	return t.v.Others[ReportKey{Unit: u.Name, Form: form.ID, Period: form.PeriodAt(t.now)}]
}

// lookItem is one item's line with what the unit says about it.
func (t *turn) lookItem(f *Field, e Entry, flags []Flag, notes []Note) {
	if t.hides(f) {
		t.tell("look.hidden", t.about(f, nil))
		return
	}
	open := false
	for _, flag := range flags {
		open = open || flag.Item == f.Item && flag.Open()
	}
	t.line(f, e, open)
	for _, flag := range flags {
		if flag.Item == f.Item && !flag.Open() {
			t.vouchedLine(flag)
		}
	}
	t.noteLine(notes, f.Item)
}

// giver tells when a value was given, and in which role.
func (t *turn) giver(u Unit, e Entry) {
	if !e.Value.Filled() {
		return
	}
	key := "look.by.other"
	switch {
	case e.By != "" && e.By == u.Liaison:
		key = "look.by.liaison"
	case slices.ContainsFunc(u.Deputies, func(d Deputy) bool { return d.Person != "" && d.Person == e.By }):
		key = "look.by.deputy"
	}
	t.tell("look.by", args{"time": t.instant(e.At), "who": t.phrase(key, nil)})
}

// lookBeside tells what the office keeps beside the unit's report.
func (t *turn) lookBeside(u Unit) {
	c := t.n.column(t.form.ID, t.now)
	for _, s := range t.stands(*c) {
		if s.unit.Name != u.Name {
			continue
		}
		for _, stamp := range []bool{false, true} {
			if paper, ok := s.status.received(stamp); ok {
				t.tell("look.receipt", args{"what": paper.What, "how": paper.How, "time": t.instant(paper.At)})
			}
		}
		if d := s.status.Docket; d != nil && d.Extension != nil {
			t.tell("look.extended", args{"date": t.shortDate(d.Extension.Until), "reason": clip(d.Extension.Reason, 60)})
		}
	}
	t.lookPaused(u)
	if said := t.lastCall(u.Name); said != "" {
		t.tell("look.call", args{"call": said})
	}
}

// lookPaused tells that a unit's reminders are paused.
func (t *turn) lookPaused(u Unit) {
	if u.Pause.Holds(t.now) {
		t.tell("look.paused", args{"pause": t.pauseWords(*u.Pause)})
	}
}
