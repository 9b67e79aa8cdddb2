package bot

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// ProposeCalled puts to the person, for their name, what the platform's address
// book calls them. It is a reading like any other, for only the turn that asks has
// looked there: unlike [ProposeKnown] it cannot be held against its source again.
const ProposeCalled ProposalKind = "called"

// nomination adds what the form that names the liaison needs: the unit's row, what
// the address book calls the person, and whether that form is in already.
func (need *Need) nomination(n *Notice, p Person, s Session, m Message, in Intent, now time.Time) {
	form := n.Form(n.Nomination)
	if form == nil {
		return
	}
	key := func(unit string) ReportKey {
		return ReportKey{Unit: unit, Form: form.ID, Period: form.PeriodAt(now)}
	}
	binds := s.Proposal != nil && s.Proposal.Kind == ProposeBind
	if in.Verb == VerbRegister {
		if unit, _ := splitRegister(in.Rest); unit != "" {
			need.Units, need.Of = []string{unit}, FormPeriod{form.ID, form.PeriodAt(now)}
		}
	}
	if binds {
		for _, unit := range s.Proposal.Units {
			need.Others = append(need.Others, key(unit))
		}
	}
	chooses := s.Proposal != nil && s.Proposal.Kind == ProposeUnit
	if need.Report.Form == form.ID || in.Verb == VerbRegister || binds {
		need.Roster = true
		switch in.Verb {
		case VerbRegister, VerbFill, VerbContinue:
			need.Called = true
		default:
			need.Called = binds || chooses
		}
	}
	switch in.Verb {
	case VerbHello, VerbWho, VerbProgress, "":
		if in.Verb == "" && in.Text != "" && m.Media != MediaEnter {
			return
		}
		for _, unit := range p.Units[:min(len(p.Units), unitsDue)] {
			beside := []ReportKey{key(unit)}
			if f := n.Form(n.Summary); f != nil {
				beside = append(beside, ReportKey{Unit: unit, Form: f.ID, Period: f.PeriodAt(now)})
			}
			need.Others, need.Kept = append(need.Others, beside...), append(need.Kept, beside...)
		}
	}
}

// unitsDue is the most units whose nomination a greeting looks up.
const unitsDue = 8

// nominates reports whether the report that is worked on names the liaison.
func (t *turn) nominates() bool { return t.form.ID == t.n.Nomination }

// worded is the key of a sentence as the form that is spoken of has it: the one
// that names the liaison asks for other things than figures.
func (t *turn) worded(key string) string {
	if own := key + ".contact"; t.nominates() && t.n.Wording[own] != "" {
		return own
	}
	return key
}

// beginNomination opens the form that names the liaison. values is what was sent
// together with the word that opens it.
func (t *turn) beginNomination(values string) {
	t.enter()
	t.tell("nominate.begin", args{
		"unit": t.r.Key.Unit, "form": t.form.ID, "period": t.form.Spans(t.r.Key.Period),
		"all": strconv.Itoa(t.form.Asked()), "filled": strconv.Itoa(len(t.r.Draft)),
	})
	if t.r.Counted == 0 && !t.late() {
		t.add("nominate.deadline", args{"deadline": t.deadline()})
	}
	t.tellStanding(t.r.Key.Unit)
	switch {
	case t.r.State == Returned:
		t.tellReturned("begin.returned")
	case t.r.Counted > 0:
		t.tell("begin.submitted", args{"version": strconv.Itoa(t.r.Counted)})
	case len(t.r.Draft) == 0:
		t.tell("nominate.easy", nil)
	}
	t.nameUnit()
	if values == "" {
		t.askNext()
		return
	}
	t.in.Verb, t.in.Rest, t.in.Text = "", "", values
	t.s.Asking = t.r.next(t.form)
	t.contact()
}

// nameUnit takes the unit's name as the roster has it, and says so: nobody is
// asked for what the office itself wrote.
func (t *turn) nameUnit() {
	u, ok := t.unit(t.r.Key.Unit)
	for _, f := range t.form.Fields {
		if f.Kind != KindUnit || !ok || t.r.Entry(f.Item).Value.Filled() {
			continue
		}
		name := u.Full
		if name == "" {
			name = u.Name
		}
		t.take([]taken{{item: f.Item, value: Words(name)}})
		t.add("nominate.roster", nil)
	}
}

// together lists the items that a question asks for, beginning with one: those
// unfilled that the form asks for in the same breath. A filled item is asked alone.
func (t *turn) together(item int) []int {
	if t.r.Entry(item).Value.Filled() {
		return []int{item}
	}
	for _, group := range t.form.Together {
		if !slices.Contains(group.Items, item) {
			continue
		}
		open := t.r.unfilled(t.form)
		items := slices.DeleteFunc(slices.Clone(group.Items), func(i int) bool {
			return !slices.Contains(open, i) || i != item && slices.Contains(t.r.Skipped, i)
		})
		if at := slices.Index(items, item); at > 0 {
			items = append([]int{item}, slices.Delete(items, at, at+1)...)
		}
		return items
	}
	return []int{item}
}

// questionFor is what asks for an item, and for those that go with it.
func (t *turn) questionFor(item int) Effect {
	f, items := t.form.Field(item), t.together(item)
	if len(items) < 2 {
		return Effect{Key: "ask", Args: t.about(f, nil)}
	}
	key, example := "ask.together", ""
	for _, group := range t.form.Together {
		if slices.Equal(group.Items, items) {
			key, example = "ask.together.example", group.Example
		}
	}
	if !slices.ContainsFunc(items, func(i int) bool { return t.form.Field(i).Optional }) {
		key += ".all"
	}
	return Effect{Key: key, Args: t.about(f, args{"items": t.names(items), "example": example})}
}

func (t *turn) names(items []int) string {
	var names []string
	for _, item := range items {
		names = append(names, t.form.Field(item).Short)
	}
	return strings.Join(names, "、")
}

// inPrivate stands in the place of a question that must not be put where others
// read along: it names what is left, and the question goes to the person.
func (t *turn) inPrivate(item int) {
	t.s.Asking, t.asked = item, true
	items := slices.DeleteFunc(t.r.unfilled(t.form), func(i int) bool { return !t.form.Field(i).Private })
	if !slices.Contains(items, item) {
		items = []int{item}
	}
	if t.m.Private() {
		t.tell("nominate.liaison", args{"items": t.names(items)})
		return
	}
	t.tell("nominate.private", args{"items": t.names(items)})
	if t.v.Reach.Person == "" || t.s.Invited == item {
		return
	}
	t.s.Invited = item
	t.add("nominate.private.sent", nil)
	ask := t.questionFor(item)
	t.sends = append(t.sends, Send{
		Person: t.v.Person.ID, Kind: "private", Units: []string{t.r.Key.Unit},
		Say: []Effect{{Key: "nominate.private.head", Args: args{"unit": t.r.Key.Unit, "form": t.form.ID}}, ask},
	})
}

// proposeCalled puts what the address book calls the person under the question for
// their name, so that one word takes it.
func (t *turn) proposeCalled(item int) {
	f := t.form.Field(item)
	if t.v.Called == "" || f.Kind != KindName || t.r.Entry(item).Value.Filled() {
		return
	}
	if r := Read(t.n, f, t.v.Called); r.Outcome == Taken {
		t.s.Proposal = &Proposal{Kind: ProposeCalled, Answers: []Proposed{{Item: item, Value: r.Value}}}
		t.tellCalled()
	}
}

func (t *turn) tellCalled() {
	a := t.s.Proposal.Answers[0]
	t.asked = true
	t.tell("nominate.known", t.about(t.form.Field(a.Item), args{"value": t.shown(t.form.Field(a.Item), a.Value.String())}))
}

// contact takes a message that is no command while the liaison is named.
func (t *turn) contact() {
	text := t.in.Text
	var known []ItemReading
	if p := t.s.Proposal; t.in.Verb == VerbYes && t.in.Rest != "" && p != nil && len(p.Answers) > 0 && t.m.Media != MediaVoice {
		// “对 男 副镇长” takes what was put to them, and goes on.
		for _, a := range p.Answers {
			if t.r.Entry(a.Item).Value == a.Was {
				known = append(known, ItemReading{a.Item, takenAs(a.Value)})
			}
		}
		text = t.in.Rest
	}
	if answers, problem, ok := ReadRange(t.n, t.form, text); ok {
		t.ranged(answers, problem)
		return
	}
	var asked []int
	if t.s.Asking != 0 {
		asked = t.together(t.s.Asking)
	}
	draft := t.r.Clone()
	for _, a := range known {
		asked = slices.DeleteFunc(asked, func(item int) bool { return item == a.Item })
		draft.put(Entry{Item: a.Item, Value: a.Value})
	}
	c := ReadContacts(t.n, t.form, asked, draft.Draft, text)
	t.heardOf(c, known)
}

// heardOf takes what was read of a person.
func (t *turn) heardOf(c Contacts, known []ItemReading) {
	if len(c.Answers) == 0 && len(known) == 0 {
		switch {
		case t.exposes(strings.Join(c.Rest, " ")):
			t.tell("nominate.exposed", nil)
		case len(c.Rest) == 0 && c.None:
			t.zeros()
			return
		default:
			t.tell("offtopic", nil)
		}
		t.whereWeStand()
		return
	}
	for _, a := range known {
		if !slices.ContainsFunc(c.Answers, func(b ItemReading) bool { return a.Item == b.Item }) {
			c.Answers = append(c.Answers, a)
		}
	}
	slices.SortFunc(c.Answers, func(a, b ItemReading) int { return a.Item - b.Item })
	for i, a := range c.Answers {
		if t.form.Field(a.Item).Kind == KindUnit && a.Outcome == Taken && t.anothers(a.Value.Text) {
			c.Answers[i].Reading = Reading{Outcome: Refused, Why: WhyForm, Quote: a.Value.Text}
		}
	}
	t.accept(reading{answers: c.Answers, unread: c.Rest, unsure: !c.Sure, none: c.None})
}

// anothers reports whether a name is that of another unit.
func (t *turn) anothers(name string) bool {
	own, _ := t.unit(t.r.Key.Unit)
	return !own.Named(name) && slices.ContainsFunc(t.v.Roster.Units, func(u Unit) bool { return u.Named(name) })
}

// changeContact takes “改5 13800000000”.
func (t *turn) changeContact(item int, text string) {
	if t.form.Field(item).Ask == "" {
		t.tell("nominate.printed", t.about(t.form.Field(item), nil))
		t.whereWeStand()
		return
	}
	if text == "" {
		t.ask(item)
		return
	}
	t.heardOf(ReadContact(t.n, t.form, item, text), nil)
}

// discreet leaves out of a message sent where others read along what must not be
// there, and says so. What was left out is neither kept nor repeated.
func (t *turn) discreet(r reading) reading {
	exposed, others := false, false
	r.answers = slices.DeleteFunc(slices.Clone(r.answers), func(a ItemReading) bool {
		hidden := t.hides(t.form.Field(a.Item))
		exposed = exposed || hidden && t.exposes(a.Value.Text+a.Quote)
		others = others || hidden && t.m.Private()
		return hidden
	})
	if others {
		t.tell("nominate.others", nil)
	}
	if t.m.Private() {
		return r
	}
	if t.nominates() {
		r.unread = slices.DeleteFunc(slices.Clone(r.unread), func(text string) bool {
			hidden := t.exposes(text)
			exposed = exposed || hidden
			return hidden
		})
		for i, a := range r.answers {
			if t.exposes(a.Quote) {
				r.answers[i].Quote, exposed = t.form.Field(a.Item).Short, true
			}
		}
	}
	if exposed {
		t.tell("nominate.exposed", nil)
	}
	return r
}

// exposes reports whether a text written where others read along holds what may be
// somebody's own number or address.
func (t *turn) exposes(text string) bool {
	return !t.m.Private() && (hasDigits(text, 5) || strings.ContainsAny(text, "@＠") || strings.ContainsFunc(text, isLatin))
}

// shown is a value as this chat may see it.
func (t *turn) shown(f *Field, value string) string {
	switch {
	case !t.hides(f) || value == wordUnfilled:
		return value
	case t.m.Private():
		return t.phrase("nominate.own", nil)
	}
	return t.phrase("nominate.hidden", nil)
}

// unsaid takes the values of private items out of what is logged: the log is never
// erased, and they may have to be.
func (t *turn) unsaid(changes []Change) []Change {
	said := slices.Clone(changes)
	for i, c := range said {
		if t.form.Field(c.Item).Private {
			said[i] = Change{Item: c.Item}
		}
	}
	return said
}

// dueBeside tells whose report of a form that is opened by a word of its own, the
// nomination or the summary, is still to be sent in, and till when.
func (t *turn) dueBeside(id string, opens Verb) {
	form := t.n.Form(id)
	if form == nil || t.form.ID == id {
		return
	}
	var units []string
	for _, unit := range t.v.Person.Units {
		key := ReportKey{Unit: unit, Form: form.ID, Period: form.PeriodAt(t.now)}
		filed, ok := t.v.Others[key]
		kept := t.v.Kept[key]
		if ok && kept.received(form.ID) == nil && (filed.Report == nil || filed.Report.Counted == 0 || filed.Report.State == Returned) {
			units = append(units, unit)
		}
	}
	if len(units) == 0 {
		return
	}
	defer t.over(form.ID)()
	a := args{"form": form.ID, "units": strings.Join(units, "、"), "deadline": t.deadline(), "register": t.n.Verbs[opens][0]}
	if t.late() {
		t.tell("nominate.due.late", a)
		return
	}
	t.tell("nominate.due", a)
}

// receiptNext says what comes after a receipt.
func (t *turn) receiptNext() {
	switch {
	case t.form.ID == t.n.Summary:
		t.tell("summary.next", nil)
		return
	case t.form.ID == t.n.YearEnd:
		t.tell("yearend.next", args{"change": t.form.change()})
		return
	case !t.nominates():
		t.tell("receipt.next", nil)
		return
	}
	t.s.Last, t.s.Key = t.r.Key, ReportKey{}
	defer t.over(t.n.Main)()
	t.tell("nominate.next", args{"main": t.form.ID, "deadline": t.deadline(), "fill": t.n.Verbs[VerbFill][0]})
}

func nominationWording() map[string][]string {
	field, with := itemBlanks(), itemBlanks
	keys := map[string][]string{
		"ask.together":             with("items", "example"),
		"ask.together.all":         with("items", "example"),
		"ask.together.example":     with("items", "example"),
		"ask.together.example.all": with("items", "example"),
		"nominate.begin":           {"unit", "form", "period", "all", "filled"},
		"nominate.deadline":        {"deadline"},
		"nominate.easy":            nil,
		"nominate.roster":          nil,
		"nominate.known":           with("value"),
		"nominate.private":         {"items"},
		"nominate.private.sent":    nil,
		"nominate.private.head":    {"unit", "form"},
		"nominate.exposed":         nil,
		"nominate.hidden":          nil,
		"nominate.own":             nil,
		"nominate.liaison":         {"items"},
		"nominate.others":          nil,
		"nominate.printed":         field,
		"nominate.due":             {"form", "units", "deadline", "register"},
		"nominate.due.late":        {"form", "units", "deadline", "register"},
		"nominate.next":            {"main", "deadline", "fill"},
		"nominate.taken":           {"unit", "name", "since", "phone"},
		"nominate.taken.name":      {"name"},
		"nominate.taken.since":     {"time"},
		"nominate.taken.office":    {"unit", "name", "since", "userid"},
		"nominate.told":            nil,
		"nominate.cleared":         nil,

		"change.how.contact":      nil,
		"change.unknown.contact":  {"name"},
		"complete.submit.contact": nil,
		"submit.confirm.contact":  nil,
		"withdrawn.contact":       {"unit", "form", "version"},
		"due.none.contact":        {"form", "version"},
		"zeros.ask.contact":       with("n", "items"),
		"zeros.how.contact":       nil,
		"zeros.none.contact":      nil,
		"zeros.done.contact":      {"n"},
		"card.zeros.contact":      {"n"},
		"skipped.last.contact":    {"item"},
		"no.nothing.contact":      nil,
		"help.hint.contact":       with("hint"),
		"propose.one.contact":     with("value"),
		"quote.which.contact":     nil,
	}
	for _, kind := range []Kind{KindPhone, KindMobile, KindEmail, KindDigits, KindName, KindPost, KindAddress, KindWeChat, KindUnit} {
		keys["read.form."+string(kind)] = with("quote")
	}
	for _, kind := range []Kind{KindPhone, KindMobile, KindEmail, KindDigits, KindWeChat, KindName, KindPost, KindAddress, KindUnit, KindChoice} {
		keys["read.two."+string(kind)] = with("quote")
	}
	return keys
}
