package bot

import (
	"slices"
	"strconv"
	"strings"
)

// office answers what only the office may ask.
func (t *turn) office() {
	if !t.v.Person.Office {
		key := "office.only"
		if t.in.Verb.writes() {
			key = "office.acts"
		}
		t.tell(key, args{"phone": t.n.Office.Phone})
		t.whereWeStand()
		return
	}
	defer t.over(t.n.Main)()
	switch t.in.Verb {
	case VerbNotify:
		t.notify()
	case VerbNudge:
		t.nudge()
	case VerbDelivery:
		t.delivery()
	case VerbResume:
		t.resume()
	case VerbPair:
		t.pair()
	case VerbReturn:
		t.giveBack()
	case VerbTotals:
		t.totals()
	case VerbMissing:
		t.missing()
	case VerbLook:
		t.look()
	case VerbConfirm:
		t.confirm()
	case VerbReplace, VerbMember, VerbLiaison:
		t.people()
	case VerbRoster, VerbAddUnit, VerbRename, VerbRemove:
		t.rosterWork()
	case VerbApprove, VerbClose, VerbReopen, VerbExtend, VerbReceipt, VerbLog:
		t.review()
	case VerbOdd, VerbDeduct, VerbAskFor, VerbPhones, VerbCall:
		t.figures()
	case VerbEnter, VerbCounter:
		t.paper()
	}
}

// over makes a form the one that is spoken of, whatever the person is filling,
// and returns what ends that.
func (t *turn) over(form string) (end func()) {
	was := t.form
	t.form = t.n.Form(form)
	return func() { t.form = was }
}

func (t *turn) totals() {
	tot := t.v.Totals
	if tot == nil || t.in.Rest != "" && !t.isMain(t.in.Rest) {
		t.tell("totals.how", nil)
		return
	}
	t.tell("totals", args{
		"form": tot.Form, "period": t.form.Spans(tot.Period), "time": t.instant(t.now),
		"expected": strconv.Itoa(tot.Expected), "counted": strconv.Itoa(tot.Counted),
		"missing": strconv.Itoa(tot.Expected - tot.Counted),
	})
	if tot.Drafts > 0 {
		t.tell("totals.drafts", args{"n": strconv.Itoa(tot.Drafts)})
	}
	if tot.Returned > 0 {
		t.tell("totals.returned", args{"n": strconv.Itoa(tot.Returned)})
	}
	section := ""
	for _, it := range tot.Items {
		f := t.form.Field(it.Item)
		if f.Section != section {
			section = f.Section
			if sec := t.form.Section(section); sec != nil {
				t.tell("section", args{"id": sec.ID, "title": sec.Title})
			}
		}
		t.total(f, it)
	}
	t.tell("totals.notes", nil)
	t.tell("totals.checksum", args{"checksum": tot.Checksum})
}

// total is one item's line. The kinds of nothing stand beside the sum.
func (t *turn) total(f *Field, it ItemTotal) {
	switch f.Kind {
	case KindCount:
		t.tell("line", t.about(f, args{"value": strconv.FormatInt(it.Sum, 10)}))
	case KindYesNo:
		t.tell("totals.yesno", t.about(f, args{"yes": strconv.Itoa(it.Yes), "no": strconv.Itoa(it.No)}))
	default:
		t.tell("totals.texts", t.about(f, args{"n": strconv.Itoa(it.Texts)}))
	}
	var kinds []string
	for _, k := range []struct {
		n    int
		word string
	}{{it.NotApplicable, wordNotApplicable}, {it.Unknown, wordUnknown}, {it.Unfilled, wordUnfilled}} {
		if k.n > 0 {
			kinds = append(kinds, k.word+" "+strconv.Itoa(k.n))
		}
	}
	if len(kinds) > 0 {
		t.add("totals.kinds", args{"kinds": strings.Join(kinds, "，")})
	}
}

// county is the office's 进度.
func (t *turn) county() {
	defer t.over(t.n.Main)()
	t.halts()
	states := map[State]int{}
	dirty := 0
	for _, s := range t.v.Status {
		states[s.State]++
		if s.Dirty {
			dirty++
		}
	}
	t.tell("county", args{
		"form": t.form.ID, "time": t.instant(t.now), "expected": strconv.Itoa(len(t.v.Status)),
		"submitted": strconv.Itoa(states[Submitted] + states[Approved] + states[Closed]),
		"filling":   strconv.Itoa(states[Filling]), "none": strconv.Itoa(states[NotStarted]),
	})
	if dirty > 0 {
		t.tell("county.dirty", args{"n": strconv.Itoa(dirty)})
	}
	if n := states[Returned]; n > 0 {
		t.tell("county.returned", args{"n": strconv.Itoa(n)})
	}
	var pending []string
	for _, u := range t.v.Roster.Units {
		if t.v.Roster.Pending(u) {
			pending = append(pending, u.Name)
		}
	}
	if len(pending) > 0 {
		t.tell("county.pending", args{"n": strconv.Itoa(len(pending))})
	}
	t.tell("county.how", nil)
}

// missing lists the units that have not submitted, by kind.
func (t *turn) missing() {
	if word := strings.TrimSpace(t.in.Rest); word != "" && !t.isMain(word) {
		t.tell("missing.how", args{"form": clip(word, 20), "main": t.form.ID})
		return
	}
	var names [][2]string // kind, what to print
	expected := len(t.v.Roster.Units)
	for i, u := range t.v.Roster.Units {
		if i >= len(t.v.Status) || t.v.Status[i].Version != 0 {
			continue
		}
		name := u.Name
		if s := t.v.Status[i]; s.State != NotStarted {
			name = t.phrase("missing.unit", args{"unit": u.Name, "state": string(s.State), "filled": strconv.Itoa(s.Filled), "all": strconv.Itoa(len(t.form.Fields))})
		}
		names = append(names, [2]string{u.Kind, name})
	}
	t.tell("missing", args{
		"form": t.form.ID, "time": t.instant(t.now), "expected": strconv.Itoa(expected),
		"counted": strconv.Itoa(expected - len(names)), "missing": strconv.Itoa(len(names)),
	})
	kinds := t.n.Kinds
	for _, n := range names {
		if !slices.Contains(kinds, n[0]) {
			kinds = append(slices.Clone(kinds), n[0])
		}
	}
	for _, kind := range kinds {
		var of []string
		for _, n := range names {
			if n[0] == kind {
				of = append(of, n[1])
			}
		}
		if len(of) > 0 {
			t.tell("missing.kind", args{"kind": kind, "n": strconv.Itoa(len(of)), "units": strings.Join(of, "、")})
		}
	}
}

// look shows one unit's report as it counts, or its draft if none counts yet.
func (t *turn) look() {
	name := strings.TrimSpace(t.in.Rest)
	if name == "" {
		t.tell("look.how", nil)
		return
	}
	units, exact := t.v.Roster.Find(name)
	if gone, ok := t.v.Roster.Left(name); ok && !exact {
		t.notFound(name, nil)
		if t.v.Looked == nil {
			return
		}
		units = []Unit{gone}
	} else if !exact && len(units) != 1 {
		t.notFound(name, units)
		return
	}
	u, r, sub := units[0], t.v.Looked, t.v.Version
	if r == nil {
		key := "look.none"
		if u.Liaison == "" {
			key = "look.unbound"
		}
		t.tell(key, args{"unit": u.Name, "form": t.form.ID, "time": t.instant(t.now)})
		return
	}
	entries, reasons := r.Draft, r.Reasons
	if sub != nil {
		entries, reasons = sub.Entries, sub.Reasons
		t.tell("look.version", args{"unit": u.Name, "form": t.form.ID, "state": t.state(r), "version": strconv.Itoa(sub.Version), "receipt": sub.Receipt, "time": t.instant(sub.At), "now": t.instant(t.now)})
	} else {
		t.tell("look.draft", args{"unit": u.Name, "form": t.form.ID, "state": t.state(r), "filled": strconv.Itoa(len(entries)), "all": strconv.Itoa(len(t.form.Fields)), "time": t.instant(t.now)})
	}
	shown := Report{Draft: entries}
	flags := t.form.Flags(t.n.Year, entries, reasons)
	for i := range t.form.Fields {
		f := &t.form.Fields[i]
		open := false
		for _, flag := range flags {
			open = open || flag.Item == f.Item && flag.Open()
		}
		t.line(f, shown.Entry(f.Item), open)
		for _, flag := range flags {
			if flag.Item == f.Item && !flag.Open() {
				t.vouchedLine(flag)
			}
		}
	}
}

// vouchedLine is the liaison's word behind an odd figure.
func (t *turn) vouchedLine(f Flag) {
	if f.Reason.Text == "" {
		t.add("line.vouched", nil)
		return
	}
	t.add("line.reason", args{"reason": clip(f.Reason.Text, 60)})
}

// confirm settles the registrations that members made themselves: all of them
// with one message, or one unit's.
func (t *turn) confirm() {
	if name := strings.TrimSpace(t.in.Rest); name != "" {
		units, exact := t.v.Roster.Find(name)
		if !exact {
			t.tell("look.unknown", args{"name": clip(name, 30)})
			return
		}
		u := units[0]
		if !t.v.Roster.Pending(u) {
			t.tell("confirm.none", nil)
			return
		}
		u.Registered = false
		t.out.Units = append(t.out.Units, u)
		t.log("confirm", LogEntry{Key: ReportKey{Unit: u.Name}})
		t.tell("confirmed", args{"n": "1", "units": u.Name})
		return
	}
	var names []string
	for _, u := range t.v.Roster.Units {
		if t.v.Roster.Pending(u) {
			names = append(names, u.Name)
			// Nobody is confirmed whom this answer does not name.
			if u.Since.After(t.out.Confirmed) {
				t.out.Confirmed = u.Since
			}
		}
	}
	if len(names) == 0 {
		t.tell("confirm.none", nil)
		return
	}
	t.log("confirm", LogEntry{Number: len(names)})
	t.tell("confirmed", args{"n": strconv.Itoa(len(names)), "units": strings.Join(names, "、")})
}
