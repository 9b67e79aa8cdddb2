package bot

import (
	"slices"
	"strconv"
	"time"
)

// A unit that cannot talk to the bot reports on paper. A member of the office
// sends in what the unit itself has written: its file, or the form's text, and
// the stamped page. The reader reads it, as it would for the unit; nobody types a
// value. What was read counts for nothing till the unit's liaison confirms it
// (预填), or for a unit without one, a second member of the office.

// Entering is the paper that a member of the office is sending in.
type Entering struct {
	Unit    string  `cbor:"1,keyasint"`
	Entries []Entry `cbor:"2,keyasint,omitempty"` // what was read so far, sorted by item
	Files   []File  `cbor:"3,keyasint,omitempty"`
}

// The proposals about what was read from paper.
const (
	ProposeEnter   ProposalKind = "enter"   // keep what was read for Units[0]
	ProposeCounter ProposalKind = "counter" // let it count for Units[0]
	ProposePrefill ProposalKind = "prefill" // take it into the unit's own draft
)

// onPaper reports whether a proposal of the office is about a paper.
func (p *Proposal) onPaper() bool {
	return p != nil && (p.Kind == ProposeEnter || p.Kind == ProposeCounter)
}

func (need *Need) paper(n *Notice, p Person, s Session, m Message, in Intent, now time.Time) {
	form := n.Form(n.Main)
	of := FormPeriod{Form: form.ID, Period: form.PeriodAt(now)}
	if need.Report.Form == n.Main && (in.Verb == VerbFill || in.Verb == VerbContinue || s.Proposal != nil && s.Proposal.Kind == ProposePrefill) {
		need.Docket = need.Report
	}
	if need.Report.Unit != "" && n.document(m.Files) != "" {
		need.Report = ReportKey{Unit: need.Report.Unit, Form: of.Form, Period: of.Period}
		need.Roster = true
	}
	need.claims(n, in, now)
	need.reminded(n, s, in)
	if !p.Office {
		return
	}
	o := n.orderOf(in, now)
	switch {
	case in.Verb == VerbEnter || in.Verb == VerbCounter:
		need.Units = o.units
	case s.Proposal.onPaper() && !need.ordered():
		need.Units = s.Proposal.Units
	case s.Entering != nil && n.holdsForm(m):
		need.Units = []string{s.Entering.Unit}
	default:
		return
	}
	need.Roster, need.Of, need.Book = true, of, of
}

// holdsForm reports whether a message brings a filled main form: as a document, or
// as its text.
func (n *Notice) holdsForm(m Message) bool { return n.formText(m) != "" }

// formText is the filled main form that a message brings; "" if it brings none.
func (n *Notice) formText(m Message) string {
	return n.document(append(slices.Clone(m.Files), File{Words: tidy(m.Text)}))
}

// paper carries out 录入 and 确认录入.
func (t *turn) paper() {
	o := t.n.orderOf(t.in, t.now)
	switch {
	case !t.m.Private():
		t.tell("enter.private", nil)
		return
	case len(o.units) == 0 && t.in.Verb == VerbEnter:
		t.tell("enter.how", args{"form": t.form.ID})
		return
	case len(o.units) == 0:
		t.tell("counter.how", nil)
		return
	case t.refuseClosed(t.form, o.of.Period):
		return
	}
	u, ok := t.unitCalled(o.units[0])
	if !ok {
		return
	}
	if t.in.Verb == VerbCounter {
		t.counter(u)
		return
	}
	t.s.Proposal, t.s.Entering = nil, &Entering{Unit: u.Name}
	t.tell("enter.ask", args{"unit": u.Name, "form": t.form.ID})
}

// entering takes what a member of the office sends while a paper is open. It
// reports false if the message is to be read as any other.
func (t *turn) entering() bool {
	e := t.s.Entering
	if e == nil || !t.v.Person.Office || !t.m.Private() {
		return false
	}
	words := t.n.formText(t.m)
	brings := len(t.out.Files) > 0 || words != ""
	switch {
	case t.in.Verb == VerbQuit || t.in.Verb == VerbNo:
		t.s.Entering, t.s.Proposal = nil, nil
		t.tell("enter.dropped", nil)
		return true
	case !brings && t.in.Verb == "" && t.in.Text != "":
		// The office sends what the unit wrote and types no figure for it.
		t.tell("enter.paper", args{"unit": e.Unit, "form": t.n.Main})
		if t.s.Proposal.onPaper() {
			t.askAgain()
		}
		return true
	case !brings:
		return false
	}
	defer t.over(t.n.Main)()
	open := *e
	open.Entries, open.Files = slices.Clone(e.Entries), slices.Clone(e.Files)
	for _, r := range t.out.Files {
		open.Files = append(open.Files, r.File)
	}
	t.s.Entering = &open
	if words == "" {
		t.tell("enter.files", args{"unit": e.Unit, "n": strconv.Itoa(len(open.Files))})
		if len(open.Entries) > 0 {
			t.proposeEntry()
		}
		return true
	}
	if u, ok := t.headed(words); ok && u.Name != e.Unit {
		t.tell("enter.other", args{"unit": e.Unit, "other": u.Name})
		return true
	}
	p, _ := ReadPaste(t.n, t.form, words)
	read := Report{Draft: open.Entries}
	for _, a := range p.Answers {
		if a.Outcome != Taken {
			t.tell("enter.odd", t.about(t.form.Field(a.Item), args{"quote": clip(a.Quote, 30)}))
			continue
		}
		read.put(Entry{Item: a.Item, Value: a.Value, By: t.v.Person.ID, At: t.now, Paste: true})
	}
	open.Entries = read.Draft
	for _, rest := range p.Rest {
		t.unread(rest)
	}
	if len(open.Entries) == 0 {
		t.tell("enter.none", args{"unit": e.Unit})
		return true
	}
	t.entries(open.Entries)
	t.proposeEntry()
	return true
}

// entries lists what was read, and what was not.
func (t *turn) entries(entries []Entry) {
	read := Report{Draft: entries}
	for _, e := range entries {
		t.line(t.form.Field(e.Item), e, false)
	}
	if open := read.unfilled(t.form); len(open) > 0 {
		t.tell("enter.unfilled", args{"n": strconv.Itoa(len(open)), "items": ranges(open)})
	}
}

func (t *turn) proposeEntry() {
	t.s.Proposal = &Proposal{Kind: ProposeEnter, Units: []string{t.s.Entering.Unit}}
	t.askAgain()
}

// askPaper puts to the office, or to the liaison, what was read from paper.
func (t *turn) askPaper(p *Proposal) {
	a := args{"unit": p.Units[0], "form": t.n.Main}
	if e := t.s.Entering; p.Kind == ProposeEnter && e != nil {
		a["n"], a["files"] = strconv.Itoa(len(e.Entries)), strconv.Itoa(len(e.Files))
	}
	t.tell(string(p.Kind)+".confirm", a)
}

// keepEntry puts what was read beside the unit's report. It waits there for who
// may confirm it.
func (t *turn) keepEntry(p *Proposal) {
	e := t.s.Entering
	t.s.Proposal = nil
	if e == nil || e.Unit != p.Units[0] || len(e.Entries) == 0 {
		t.tell("enter.how", args{"form": t.n.Main})
		return
	}
	defer t.over(t.n.Main)()
	u, key, ok := t.paperUnit(e.Unit)
	if !ok {
		return
	}
	t.s.Entering = nil
	d := t.docketOf(key)
	d.Entered = &Entered{Entries: e.Entries, By: t.v.Person.ID, At: t.now, Files: e.Files}
	t.out.Dockets = append(t.out.Dockets, d)
	t.log("enter", LogEntry{Key: key, Number: len(e.Entries)})
	a := args{"unit": u.Name, "form": t.form.ID, "n": strconv.Itoa(len(e.Entries)), "phone": t.n.Office.Phone}
	if u.Liaison == "" {
		t.tell("entered.paper", a)
		t.sends = append(t.sends, Send{Office: true, Kind: "entered", Units: []string{u.Name}, Say: []Effect{{Key: "entered.office", Args: a}}})
		return
	}
	t.tell("entered.unit", a)
	check := Choice{Label: t.phrase("button.check", nil), Say: t.n.Verbs[VerbFill][0] + " " + u.Name}
	t.toLiaison(u, "entered", []Effect{{Key: "entered.head", Args: a}, {Key: "return.foot.plain", Args: a}},
		&Offer{Open: OpenAny, Title: Effect{Key: "card.entered", Args: a}, Choices: []Choice{check}})
}

// paperUnit is the unit that a paper is of, and the report that is meant, as they
// stand now; it says so if nothing can be entered for it any more.
func (t *turn) paperUnit(name string) (u Unit, key ReportKey, ok bool) {
	if u, ok = t.unitCalled(name); !ok {
		return u, key, false
	}
	key = ReportKey{Unit: u.Name, Form: t.form.ID, Period: t.form.PeriodAt(t.now)}
	return u, key, !t.refuseClosed(t.form, key.Period)
}

// counter shows a second member of the office what the first has entered.
func (t *turn) counter(u Unit) {
	key := ReportKey{Unit: u.Name, Form: t.form.ID, Period: t.form.PeriodAt(t.now)}
	d := t.docketOf(key)
	if !t.countable(u, d) {
		return
	}
	t.tell("counter.head", args{"unit": u.Name, "form": t.form.ID, "n": strconv.Itoa(len(d.Entered.Entries)), "files": strconv.Itoa(len(d.Entered.Files)), "time": t.instant(d.Entered.At)})
	t.entries(d.Entered.Entries)
	t.s.Proposal = &Proposal{Kind: ProposeCounter, Units: []string{u.Name}, Sum: Fingerprint(d.Entered.Entries)}
	t.askAgain()
}

// countable reports whether what was entered for a unit may be confirmed by this
// member of the office, and otherwise says why not.
func (t *turn) countable(u Unit, d Docket) bool {
	a := args{"unit": u.Name, "form": t.form.ID}
	switch {
	case d.Entered == nil:
		t.tell("counter.none", a)
	case u.Liaison != "":
		t.tell("counter.liaison", a)
	case d.Entered.By == t.v.Person.ID:
		t.tell("counter.self", a)
	default:
		return true
	}
	return false
}

// count makes what was entered the unit's next version (据盖章件录入).
func (t *turn) count(p *Proposal) {
	t.s.Proposal = nil
	defer t.over(t.n.Main)()
	u, key, ok := t.paperUnit(p.Units[0])
	if !ok {
		return
	}
	d := t.docketOf(key)
	if !t.countable(u, d) {
		return
	}
	if Fingerprint(d.Entered.Entries) != p.Sum {
		t.tell("counter.changed", nil)
		t.counter(u)
		return
	}
	e := d.Entered
	r := &Report{Key: key}
	if filed := t.v.Others[key]; filed.Report != nil {
		r = filed.Report.Clone()
	}
	if was := t.v.Others[key].Counted; was != nil && r.State != Returned && Fingerprint(was.Entries) == p.Sum {
		d.Entered = nil
		t.out.Dockets = append(t.out.Dockets, d)
		t.tell("counted.same", args{"unit": u.Name, "form": t.form.ID, "version": strconv.Itoa(was.Version)})
		return
	}
	r.Draft = slices.Clone(e.Entries)
	sub := r.submit(t.n, t.book(key), e.By, t.now)
	sub.Paper = &Paper{Entered: e.By, Confirmed: t.v.Person.ID, Files: e.Files}
	due := t.n.Due(key, &d, t.now.Location())
	sub.Late = !due.IsZero() && t.now.After(due)
	d.Entered = nil
	t.out.Report, t.out.Submission = r, &sub
	t.out.Dockets = append(t.out.Dockets, d)
	t.log("counter", LogEntry{Key: key, Number: sub.Version, Text: sub.Receipt})
	t.tell("counted", args{"unit": u.Name, "form": t.form.ID, "version": strconv.Itoa(sub.Version), "receipt": sub.Receipt, "time": t.instant(sub.At)})
}

// prefilled are the values read from the unit's own paper that wait for its
// liaison and say something else than the draft.
func (t *turn) prefilled() []taken {
	d := t.v.Docket
	if d == nil || d.Entered == nil || t.r == nil || d.Key != t.r.Key {
		return nil
	}
	var list []taken
	for _, e := range d.Entered.Entries {
		if t.r.Entry(e.Item).Value != e.Value {
			list = append(list, taken{item: e.Item, value: e.Value, paste: true})
		}
	}
	return list
}

// offerPrefilled puts them to the liaison at the beginning. It reports false if
// there are none.
func (t *turn) offerPrefilled() bool {
	list := t.prefilled()
	if len(list) == 0 {
		return false
	}
	t.s.Asking = 0
	t.s.Proposal = &Proposal{Kind: ProposePrefill, Units: []string{t.r.Key.Unit}}
	for _, p := range t.proposed(list) {
		f := t.form.Field(p.Item)
		t.tell("line.text", t.about(f, args{"value": changeOf(f, p)}))
	}
	t.askAgain()
	return true
}

// takePrefilled makes them the liaison's own answers, or lets them go.
func (t *turn) takePrefilled(agreed bool) {
	t.s.Proposal = nil
	list := t.prefilled()
	if len(list) == 0 {
		t.tell("prefill.gone", nil)
		t.askNext()
		return
	}
	d := *t.v.Docket
	d.Entered = nil
	t.out.Dockets = append(t.out.Dockets, d)
	if !agreed {
		t.log("unprefill", LogEntry{Key: t.r.Key, Number: len(list)})
		t.tell("prefill.dropped", nil)
		t.askNext()
		return
	}
	said := len(t.say)
	odd := t.take(list)
	t.say = t.say[:said] // they have just been listed
	t.tell("prefill.taken", args{"n": strconv.Itoa(len(list))})
	t.follow(odd)
}

func paperWording() map[string][]string {
	unit := []string{"unit", "form"}
	return map[string][]string{
		"claimed":           {"unit", "form", "how"},
		"claimed.again":     {"unit", "form", "how"},
		"claimed.received":  {"unit", "form", "how", "time"},
		"claimed.office":    {"unit", "form", "receipt", "quote"},
		"document.read":     {"form", "n"},
		"document.other":    {"unit", "own"},
		"enter.other":       {"unit", "other"},
		"counted.same":      {"unit", "form", "version"},
		"enter.how":         {"form"},
		"enter.private":     nil,
		"enter.ask":         unit,
		"enter.paper":       unit,
		"enter.files":       {"unit", "n"},
		"enter.odd":         itemBlanks("quote"),
		"enter.none":        {"unit"},
		"enter.unfilled":    {"n", "items"},
		"enter.confirm":     {"unit", "form", "n", "files"},
		"enter.dropped":     nil,
		"entered.paper":     {"unit", "form", "n", "phone"},
		"entered.office":    {"unit", "form", "n", "phone"},
		"entered.unit":      {"unit", "form", "n", "phone"},
		"entered.head":      {"unit", "form", "n", "phone"},
		"return.foot.plain": {"unit", "form", "n", "phone"},
		"counter.how":       nil,
		"counter.head":      {"unit", "form", "n", "files", "time"},
		"counter.confirm":   unit,
		"counter.none":      unit,
		"counter.liaison":   unit,
		"counter.self":      unit,
		"counter.changed":   nil,
		"counter.dropped":   nil,
		"counted":           {"unit", "form", "version", "receipt", "time"},
		"prefill.confirm":   unit,
		"prefill.gone":      nil,
		"prefill.dropped":   nil,
		"prefill.taken":     {"n"},
		"card.entered":      {"unit", "form", "n", "phone"},
		"card.paper":        unit,
	}
}
