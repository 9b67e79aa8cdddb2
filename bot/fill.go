package bot

import (
	"slices"
	"strconv"
	"strings"
)

// fill begins or resumes the report.
func (t *turn) fill() {
	form, rest := t.n.formIn(t.in.Rest)
	if t.in.Verb == VerbFill && rest != "" {
		if _, ok := chosenUnit(t.v.Person, rest); !ok && !t.namesForm() {
			if len(t.v.Person.Units) == 0 {
				t.tell("report.none", args{"phone": t.n.Office.Phone})
				return
			}
			if t.tellFormer(rest) {
				return
			}
			t.tell("unit.other", args{"unit": rest, "units": strings.Join(t.v.Person.Units, "、")})
			return
		}
	}
	if t.in.Verb == VerbFill && rest == "" && len(t.v.Person.Units) > 1 {
		t.askUnit(t.v.Person.Units)
		if form != nil {
			t.s.Proposal.Text = form.ID
		}
		return
	}
	if !t.haveReport() {
		return
	}
	t.begin()
}

// isMain reports whether a word behind a command is the main form.
func (t *turn) isMain(word string) bool { return word == t.form.ID || word == t.form.Title }

// begin opens the report for this person and asks the first open item, unless
// there is something to settle before.
func (t *turn) begin() {
	if !t.frozen() && t.opens() {
		t.start()
	}
}

func (t *turn) start() {
	if t.frozen() {
		return
	}
	if t.form.ID == t.n.Summary {
		t.openSummary()
		return
	}
	if t.nominates() {
		t.beginNomination("")
		return
	}
	t.enter()
	t.tell("begin", args{
		"unit": t.r.Key.Unit, "form": t.form.ID, "period": t.form.Spans(t.r.Key.Period),
		"all": strconv.Itoa(t.form.Asked()), "filled": strconv.Itoa(len(t.r.Draft)),
	})
	t.tellStanding(t.r.Key.Unit)
	if !t.m.Private() && !t.s.Greeted {
		t.tell("begin.group", nil)
	}
	if len(t.r.Draft) == 0 {
		t.tell(t.easyWay(), nil)
	}
	switch {
	case t.r.State == Returned:
		t.tellReturned("begin.returned")
	case t.sayApproved():
	case t.r.Counted > 0:
		t.tell("begin.submitted", args{"version": strconv.Itoa(t.r.Counted)})
	}
	t.s.Greeted = true
	t.laidOut()
	if t.offerPrefilled() {
		return
	}
	t.askNext()
}

// enter makes the report the one this person is filling.
func (t *turn) enter() {
	t.s.Back = ReportKey{}
	if t.s.Key != t.r.Key {
		t.s.Key, t.s.Last = t.r.Key, ReportKey{}
		t.s.Asking, t.s.Quote, t.s.CaseFiles = 0, "", 0
	}
	t.s.Section = ""
	t.drop()
	t.clearPrivate()
}

func (t *turn) quit() {
	if t.s.Key != (ReportKey{}) {
		t.s.Back = t.s.Key
	}
	t.s.Key, t.s.Asking, t.s.Quote, t.s.Proposal = ReportKey{}, 0, "", nil
	t.tell("quit", nil)
}

// ask puts the question of one item.
func (t *turn) ask(item int) {
	f := t.form.Field(item)
	if t.hides(f) {
		t.inPrivate(item)
		return
	}
	t.s.Asking, t.asked = item, true
	if t.gathering(item) == nil {
		t.s.Gathering = nil
	}
	if f.Section != t.s.Section {
		t.s.Section = f.Section
		if sec := t.form.Section(f.Section); sec != nil {
			t.tell("section", args{"id": sec.ID, "title": sec.Title})
		}
	}
	if len(t.v.Person.Units) > 1 {
		t.tell("ask.for", args{"unit": t.r.Key.Unit})
		ask := t.questionFor(item)
		t.add(ask.Key, ask.Args)
	} else {
		t.say = append(t.say, t.questionFor(item))
	}
	t.proposeCalled(item)
	if now := t.r.Entry(item).Value; now.Filled() {
		t.add("ask.now", args{"value": withUnit(f, now)})
		return
	}
	t.proposeKnown(f)
}

// askAgain repeats what stands open: what was put to the person, or else the
// question.
func (t *turn) askAgain() {
	if t.frozen() {
		return
	}
	p := t.s.Proposal
	if p != nil && p.Kind == ProposeReturn && !slices.Contains(t.r.returned(), p.Items[0]) {
		p, t.s.Proposal, t.s.Asking = nil, nil, 0 // a colleague has settled it
	}
	if p == nil && t.bagStands() {
		return
	}
	t.asked = true
	switch {
	case p != nil:
		p.Kind.rule().ask(t, p)
	case t.s.Asking != 0:
		t.ask(t.s.Asking)
	default:
		t.askNext()
	}
}

// askNext goes on with the first open item; when none is left it settles the
// odd figures, then shows the whole. Whoever has just told the events of an
// item out of order is asked for its people first: that is what they have in
// mind. So is whoever says yes to what an earlier 0 denies.
func (t *turn) askNext() {
	if t.bagStands() || t.askEarly() {
		return
	}
	if pair := t.form.Field(t.set + 1); pair != nil && t.set != 0 && pair.PairsWith == t.set && !t.r.Entry(pair.Item).Value.Filled() {
		t.ask(pair.Item)
		return
	}
	if f := t.denied(); f != nil {
		t.ask(f.Item)
		return
	}
	if items := t.r.returned(); len(items) > 0 {
		t.askReturned(items[0])
		return
	}
	if item := t.r.next(t.form); item != 0 {
		if slices.Contains(t.r.Skipped, item) {
			t.r.Skipped = nil // all others are done: the round of these begins
		}
		t.ask(item)
		return
	}
	t.s.Asking = 0
	if open := t.openFlags(nil); len(open) > 0 {
		t.askFlags(open[:1])
		return
	}
	if t.same() {
		t.tell("complete.same", args{"version": strconv.Itoa(t.r.Counted)})
		return
	}
	switch {
	case t.told:
	case t.r.Shown == Fingerprint(t.r.Draft) && t.r.Counted > 0 && t.set != 0:
		// Only this change is new since the whole was shown, and it was put to them.
		t.nextVersion()
		t.asked = true
		return
	case t.set != 0 || t.in.Verb == VerbFill:
		t.tell("complete", args{"all": strconv.Itoa(t.form.Asked())})
		t.whole()
		t.askJoint()
	default:
		// Nothing is new since it was listed: 收到 does not bring 47 lines again.
		t.tell("complete.short", args{"all": strconv.Itoa(t.form.Asked())})
		t.asked = true
		return
	}
	t.completed()
}

// completed says what is left to do once every item is filled.
func (t *turn) completed() {
	if t.r.Dirty {
		t.sayApproved()
	}
	t.tell(t.submitHow(), args{"change": t.form.change()})
	t.asked = true
}

// about are the blanks of every sentence that speaks of an item.
func (t *turn) about(f *Field, more args) args {
	a := args{
		"item": strconv.Itoa(f.Item), "all": strconv.Itoa(len(t.form.Fields)),
		"ask": f.Ask, "label": f.Label, "short": f.Short, "unit": f.Unit,
	}
	for k, v := range more {
		a[k] = v
	}
	return a
}

// taken is an answer on its way into the draft.
type taken struct {
	item  int
	value Value
	quote string
	paste bool
	part  string // of a gathered text: what the value has got more; "" for the whole
}

// take writes answers into the draft and echoes them. It is the only way a
// value gets into a report. It returns the checks that now find one of them
// odd; whoever calls it puts the next question, for none stands open any more.
func (t *turn) take(answers []taken) (odd []string) {
	if p := t.s.Proposal; p != nil && slices.ContainsFunc(p.Answers, func(a Proposed) bool {
		return !slices.ContainsFunc(answers, func(b taken) bool { return a.Item == b.item })
	}) {
		t.drop()
	}
	t.s.Proposal = nil
	var entries []Entry
	var items []int
	was := make([]Value, len(answers))
	for i, a := range answers {
		entries = append(entries, Entry{Item: a.item, Value: a.value, By: t.v.Person.ID, At: t.now, Quote: a.quote, Paste: a.paste})
		items = append(items, a.item)
		was[i] = t.r.Entry(a.item).Value
	}
	wasDirty := t.r.Dirty
	if changes := t.r.answer(entries); len(changes) > 0 {
		t.touched()
		what := "answer"
		if part := answers[0].part; part != "" {
			what, changes = "gather", []Change{{Item: items[0], New: Words(part)}}
		}
		t.log(what, LogEntry{Key: t.r.Key, Items: t.unsaid(changes)})
	}
	for _, item := range items {
		t.r.checked(item)
	}
	t.echo(answers, was)
	t.stampOutgrown(wasDirty)
	t.tellLeft()
	t.set = items[len(items)-1]
	t.s.Asking, t.s.Quote = 0, ""
	return t.openFlags(items)
}

// follow goes on after answers were taken: with the figures found odd, else
// with the next item.
func (t *turn) follow(odd []string) {
	if len(odd) == 0 {
		t.askNext()
		return
	}
	t.s.Asking = t.set
	t.askFlags(odd)
}

// touched brings the report's state up to date after its draft or a note changed.
// A note is no value; the next 提交 carries it to the office all the same.
func (t *turn) touched() {
	if t.r.Counted > 0 && t.v.Latest != nil {
		t.r.Dirty = Fingerprint(t.r.Draft) != Fingerprint(t.v.Latest.Entries) || !sameNotes(t.r.Notes, t.v.Latest.Notes)
		return
	}
	t.r.State = Filling
}

// echoLines is the most lines an echo takes, so that a group of eighty is
// spared; more answers than echoWhole are shown as a list instead.
const (
	echoLines = 3
	echoWhole = 9
)

func (t *turn) echo(answers []taken, was []Value) {
	if len(answers) > echoWhole {
		t.tell("echo.many", args{"n": strconv.Itoa(len(answers))})
		t.whole()
		return
	}
	perLine := (len(answers) + echoLines - 1) / echoLines
	for i, a := range answers {
		f := t.form.Field(a.item)
		join := NewLine
		if i%perLine != 0 {
			join = Spaced
		}
		value := withUnit(f, a.value)
		if was[i].Filled() && was[i] != a.value {
			value = fromTo(f, was[i], a.value)
		}
		t.say = append(t.say, Effect{Key: "echo", Join: join, Args: t.about(f, args{"value": t.shown(f, value)})})
		if a.quote != "" && !t.hides(f) {
			t.add("line.quote", args{"quote": clip(a.quote, 30)})
		}
	}
}

// withUnit writes a value with its measure word: 3 次, 是, 不适用.
func withUnit(f *Field, v Value) string {
	if v.Kind == Number && f.Unit != "" {
		return v.String() + " " + f.Unit
	}
	switch v.Kind {
	case Text:
		return clip(v.Text, 40)
	case Document:
		return clipName(v.Text, 40)
	}
	return v.String()
}

// fromTo writes a replaced value: 3 → 4 次.
func fromTo(f *Field, old, now Value) string {
	if old.Kind == Number && now.Kind == Number {
		return old.String() + " → " + withUnit(f, now)
	}
	return withUnit(f, old) + " → " + withUnit(f, now)
}

// clip shortens a text for an echo.
func clip(text string, most int) string {
	text = strings.Join(strings.Fields(text), " ")
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

// back asks the item before the one the person has in mind: the one asked, the
// first of what was put to them, or the next open one.
func (t *turn) back(open *Proposal) {
	at := t.s.Asking
	switch {
	case at != 0:
	case open != nil && len(open.Answers) > 0:
		at = open.Answers[0].Item
	default:
		if at = t.r.next(t.form); at == 0 {
			at = len(t.form.Fields) + 1
		}
	}
	for at--; at > 0 && t.form.Field(at).Ask == ""; at-- {
		// What is printed is not asked.
	}
	if at == 0 {
		t.tell("back.first", nil)
		at = 1
	}
	t.ask(at)
}

func (t *turn) skip() {
	item := t.s.Asking
	if item != 0 && !t.r.Entry(item).Value.Filled() && !slices.Contains(t.r.Skipped, item) {
		t.r.Skipped = append(t.r.Skipped, item)
		if t.r.State == NotStarted {
			t.r.State = Filling
		}
		if len(t.r.unfilled(t.form)) > 1 {
			t.tell("skipped", args{"item": strconv.Itoa(item)})
		} else {
			t.tell("skipped.last", args{"item": strconv.Itoa(item)})
		}
	}
	t.askNext()
}

func (t *turn) undo() {
	if len(t.r.Undo) == 0 {
		t.tell("undo.none", nil)
		t.whereWeStand()
		return
	}
	last := t.r.Undo[len(t.r.Undo)-1]
	t.r.Undo = t.r.Undo[:len(t.r.Undo)-1]
	var changes []Change
	for _, was := range last.Was {
		now := t.r.Entry(was.Item).Value
		t.ungather(was.Item)
		t.r.put(was)
		t.r.unchecked(was.Item)
		if now != was.Value {
			changes = append(changes, Change{Item: was.Item, Old: now, New: was.Value})
		}
	}
	t.touched()
	t.log("undo", LogEntry{Key: t.r.Key, Items: t.unsaid(changes)})
	if len(changes) > echoWhole {
		t.tell("undo.many", args{"n": strconv.Itoa(len(changes))})
	} else {
		for _, c := range changes {
			f := t.form.Field(c.Item)
			t.tell("undone", t.about(f, args{"value": t.shown(f, fromTo(f, c.Old, c.New))}))
		}
	}
	if len(changes) == 1 {
		t.ask(changes[0].Item)
		return
	}
	t.askNext()
}

// openZeros are the unfilled counts that 其余无 would set to 0.
func (t *turn) openZeros() []int {
	var items []int
	for _, item := range t.r.unfilled(t.form) {
		if f := t.form.Field(item); (f.Kind == KindCount || t.nominates() && f.Optional && !t.hides(f)) && !t.knowsMore(item) {
			items = append(items, item)
		}
	}
	return items
}

func (t *turn) zeros() {
	switch p := t.s.Proposal; {
	case p == nil:
	case p.Kind == ProposeZeros:
		t.yes()
		return
	case p.Kind == ProposeItem, p.isReading() && slices.ContainsFunc(p.Answers, func(a Proposed) bool { return !a.Was.Filled() }):
		// The rest is what is left once this is settled: 0 must not cover it.
		also := *p
		also.Zeros, t.s.Proposal = true, &also
		t.askAgain()
		return
	}
	items := t.openZeros()
	t.drop()
	if len(items) == 0 {
		t.tell("zeros.none", nil)
		t.askNext()
		return
	}
	t.s.Proposal = &Proposal{Kind: ProposeZeros, Items: items}
	t.askAgain()
}

// list names the items that 其余无 speaks of, or all that are unfilled.
func (t *turn) list() {
	items := t.r.unfilled(t.form)
	if p := t.s.Proposal; p != nil && p.Kind == ProposeZeros {
		items = p.Items
	}
	if len(items) == 0 {
		t.tell("list.none", nil)
		return
	}
	for _, item := range items {
		t.line(t.form.Field(item), Entry{Item: item}, false)
	}
	if p := t.s.Proposal; p != nil && p.Kind == ProposeZeros {
		t.tell("zeros.how", nil)
		t.asked = true
		return
	}
	t.whereWeStand()
}

// ranges writes item numbers the short way: 4–5、8–18、20.
func ranges(items []int) string {
	var parts []string
	for i := 0; i < len(items); {
		j := i
		for j+1 < len(items) && items[j+1] == items[j]+1 {
			j++
		}
		part := strconv.Itoa(items[i])
		if j > i {
			part += "–" + strconv.Itoa(items[j])
		}
		parts = append(parts, part)
		i = j + 1
	}
	return strings.Join(parts, "、")
}

// tellHint tells how an item is counted, and whether the office stands behind it.
func (t *turn) tellHint(f *Field) {
	t.tell("help.hint", t.about(f, args{"hint": f.Hint}))
	if !f.Settled && !t.nominates() {
		t.add("help.proposal", nil)
	}
}

func (t *turn) hint() {
	item := t.s.Asking
	if item == 0 {
		item = max(1, t.r.next(t.form))
	}
	if n, err := strconv.Atoi(strings.Trim(fold(t.in.Rest), "第项 ")); err == nil {
		item = n
	}
	f := t.form.Field(item)
	if f == nil {
		t.tell("item.none", args{"item": strconv.Itoa(item), "all": strconv.Itoa(len(t.form.Fields))})
		return
	}
	t.tellHint(f)
	t.whereWeStand()
}
