package bot

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// A month may have several reports of a monthly form, each a case of its own:
// the first has the month as its period, those behind it their number too, as
// 2021-06-2. There is never a gap between them.

// mostCases is the most cases of one month; more are put into one.
const mostCases = 20

// Nth is the n-th report of the month whose first report this is.
func (k ReportKey) Nth(n int) ReportKey {
	if n > 1 {
		k.Period += "-" + strconv.Itoa(n)
	}
	return k
}

// nth is the place of a monthly period in its month, from 1.
func nth(period string) int {
	if len(period) <= len(monthLayout)+1 {
		return 1
	}
	n, err := strconv.Atoi(period[len(monthLayout)+1:])
	if err != nil {
		return 1
	}
	return n
}

// Month is the month of a monthly form that a period belongs to, which is the
// period of its first report and of what is kept beside all of them. Of any
// other form it is the period.
func (f *Form) Month(period string) string {
	if f.Monthly() && len(period) > len(monthLayout) {
		return period[:len(monthLayout)]
	}
	return period
}

// before is the month before one; "" if the form is not reported for that.
func (f *Form) before(month string) string {
	at, err := time.Parse(monthLayout, month)
	if err != nil {
		return ""
	}
	if last := at.AddDate(0, -1, 0).Format(monthLayout); last >= f.From {
		return last
	}
	return ""
}

// LaterKey is where 后续有再报 is kept: it is about the whole campaign.
func (n *Notice) LaterKey(unit string) ReportKey {
	return ReportKey{Unit: unit, Form: n.Cases, Period: n.Year}
}

// CaseState is how a unit stands with the cases of a month.
type CaseState struct {
	Counted int  // cases that are in
	Drafts  int  // cases begun that are not, or not any more
	Nothing bool // 本月无
	Later   bool // 后续有再报
}

// Answered reports whether nothing is to be asked of the unit for this month.
func (c CaseState) Answered() bool { return c.Counted > 0 || c.Nothing || c.Later }

// CaseState tells how a unit stands with a month, from all reports of the
// cases' form and all that is kept beside reports.
func (n *Notice) CaseState(unit, month string, reports []Report, dockets []Docket) CaseState {
	form, c := n.Form(n.Cases), CaseState{}
	for _, r := range reports {
		switch {
		case form == nil || r.Key.Form != form.ID || r.Key.Unit != unit || form.Month(r.Key.Period) != month:
		case r.Counted > 0:
			c.Counted++
		case len(r.Draft) > 0:
			c.Drafts++
		}
	}
	for _, d := range dockets {
		switch d.Key {
		case ReportKey{Unit: unit, Form: n.Cases, Period: month}:
			c.Nothing = d.Nothing != nil
		case n.LaterKey(unit):
			c.Later = d.Later != nil
		}
	}
	return c
}

// ProposeCase lets the person choose one of Cases of unit Units[0]: which month
// is meant, or whether another case is reported. Text is what was told of the
// case meanwhile. ProposeNoCase puts 本月无 to who has begun a case.
const (
	ProposeCase   ProposalKind = "case"
	ProposeNoCase ProposalKind = "nocase"
)

// CaseChoice is a period to choose, and how it is called.
type CaseChoice struct {
	Period string `cbor:"1,keyasint"`
	Label  string `cbor:"2,keyasint"`
}

// monthKey is the first report of the month that t.r belongs to.
func (t *turn) monthKey() ReportKey {
	key := t.r.Key
	key.Period = t.form.Month(key.Period)
	return key
}

// casesOf are the reports of a month, in their order.
func (t *turn) casesOf(month ReportKey) (list []Filed) {
	for n := 1; ; n++ {
		filed := t.v.Others[month.Nth(n)]
		if filed.Report == nil {
			return list
		}
		list = append(list, filed)
	}
}

// stateOf is how the unit stands with a month.
func (t *turn) stateOf(month ReportKey) CaseState {
	var reports []Report
	for _, one := range t.casesOf(month) {
		reports = append(reports, *one.Report)
	}
	var dockets []Docket
	for _, d := range t.v.Kept {
		dockets = append(dockets, d)
	}
	return t.n.CaseState(month.Unit, month.Period, reports, dockets)
}

// newCase begins a case, or goes on with the one that is not in yet. What the
// message tells of it is taken at once.
func (t *turn) newCase() {
	words := t.n.monthlyWords(t.v.Person, t.in, t.form, t.now)
	if isNothing(words.rest) {
		t.noCase()
		return
	}
	if !t.haveReport() {
		if words.rest != "" {
			t.tell("case.resend", nil)
		}
		return
	}
	if !t.opens() {
		if p := t.s.Proposal; p != nil && p.Kind == ProposeCase {
			p.Text = words.rest
		}
		return
	}
	t.startCase(words.rest)
}

// startCase opens t.r and reads what was told with the command.
func (t *turn) startCase(told string) {
	said := len(t.say)
	t.start()
	if told == "" || t.s.Key != t.r.Key {
		return
	}
	t.say = t.say[:said]
	t.tell("begin", args{
		"unit": t.r.Key.Unit, "form": t.form.ID, "period": t.form.Spans(t.r.Key.Period),
		"all": strconv.Itoa(len(t.form.Fields)), "filled": strconv.Itoa(len(t.r.Draft)),
	})
	t.in.Verb, t.in.Text = "", told
	if !t.tellsCase() {
		t.words()
	}
}

// opensCase chooses the month and the case: of two months that may be meant,
// and of cases that are all in, the person is asked which.
func (t *turn) opensCase() bool {
	words := t.n.monthlyWords(t.v.Person, t.in, t.form, t.now)
	if words.month != "" && words.within == "" {
		t.outOfRange(words.month)
		return false
	}
	if t.in.Verb == VerbContinue || words.month == "" && t.s.Key == t.r.Key && t.s.Asking != 0 {
		return true
	}
	month := t.monthKey()
	if words.month == "" && t.asksMonth(month, false) {
		return false
	}
	list := t.casesOf(month)
	open := slices.IndexFunc(list, func(c Filed) bool { return c.Report.Counted == 0 || c.Report.State == Returned })
	switch {
	case open >= 0:
		t.turnTo(month.Nth(open + 1))
	case len(list) == 0:
		t.turnTo(month)
	case len(list) >= mostCases:
		t.tell("case.full", args{"month": t.monthOf(month.Period), "n": strconv.Itoa(mostCases), "phone": t.n.Office.Phone})
		return false
	default:
		p := &Proposal{Kind: ProposeCase, Units: []string{month.Unit}}
		p.Cases = append(p.Cases, CaseChoice{month.Nth(len(list) + 1).Period, t.phrase("case.more", nil)})
		for i, c := range list {
			label := t.phrase("case.amend", args{"n": strconv.Itoa(i + 1), "title": clip(t.titleOf(c.Report.Draft), 16)})
			p.Cases = append(p.Cases, CaseChoice{c.Report.Key.Period, label})
		}
		t.s.Proposal = p
		t.tell("case.again", args{"month": t.monthOf(month.Period), "n": strconv.Itoa(len(list))})
		t.askCase(p)
		return false
	}
	return true
}

// outOfRange refuses a month that is not reported for, or not yet.
func (t *turn) outOfRange(month string) {
	if month <= t.form.To && month > t.form.PeriodAt(t.now) {
		t.tell("case.future", args{"month": t.monthOf(month)})
	} else {
		t.tell("case.range", args{"from": t.monthOf(t.form.From), "to": t.monthOf(t.form.To)})
	}
	t.whereWeStand()
}

// asksMonth asks which month is meant while nothing is in for the present one
// nor for the one before: in its first days people still report the last.
func (t *turn) asksMonth(month ReportKey, none bool) bool {
	last := month
	if last.Period = t.form.before(month.Period); last.Period == "" {
		return false
	}
	if len(t.casesOf(month)) > 0 || t.stateOf(month).Answered() || t.stateOf(last).Answered() {
		return false
	}
	p := &Proposal{Kind: ProposeCase, Units: []string{month.Unit}, None: none}
	for _, k := range []ReportKey{month, last} {
		p.Cases = append(p.Cases, CaseChoice{k.Period, t.monthOf(k.Period)})
	}
	t.s.Proposal = p
	key := "case.which"
	if none {
		key = "case.none.which"
	}
	t.tell(key, args{"now": t.monthOf(month.Period), "last": t.monthOf(last.Period)})
	t.askCase(p)
	return true
}

// askCase puts the choice.
func (t *turn) askCase(p *Proposal) {
	var labels []string
	for _, c := range p.Cases {
		labels = append(labels, c.Label)
	}
	t.choice(labels)
	t.tell("case.choose", nil)
}

func (t *turn) caseChoices(p *Proposal) (Effect, []Choice) {
	var labels []string
	for _, c := range p.Cases {
		labels = append(labels, c.Label)
	}
	return Effect{Key: "card.case"}, numbered(labels)
}

// choosesCase takes an answer to [ProposeCase]. It comes before the commands: 改
// is one of the choices.
func (t *turn) choosesCase() bool {
	p := t.s.Proposal
	period, ok := p.pickCase(t.in.Text)
	if !ok || t.r == nil || t.r.Key != (ReportKey{Unit: p.Units[0], Form: t.n.Cases, Period: period}) {
		return false
	}
	if p.None && t.m.Media == MediaVoice {
		t.tell("voice.confirm", args{"text": clip(t.in.Text, 60)})
		t.askAgain()
		return true
	}
	t.s.Proposal, t.in.Verb = nil, VerbCase
	switch {
	case t.frozen():
	case p.None:
		t.markNothing(false)
	default:
		t.startCase(p.Text)
	}
	return true
}

// turnTo makes another report of the same month the one that is worked on.
func (t *turn) turnTo(key ReportKey) {
	if t.r.Key == key {
		return
	}
	t.workWith(key, t.v.Others[key])
}

// workWith makes a report the one that is worked on, new if there is none yet.
func (t *turn) workWith(key ReportKey, filed Filed) {
	t.v.Report, t.v.Latest = filed.Report, filed.Counted
	if t.r = (&Report{Key: key, State: NotStarted}); filed.Report != nil {
		t.r = filed.Report.Clone()
	}
}

// titleOf is the first text of a case.
func (t *turn) titleOf(entries []Entry) string {
	for _, e := range entries {
		if e.Value.Kind == Text {
			return e.Value.Text
		}
	}
	return ""
}

// isCase reports whether a case is what this person is filling.
func (t *turn) isCase() bool {
	return t.r != nil && t.form.ID == t.n.Cases && t.s.Key == t.r.Key
}

// goWithCase makes files that came while a case is being filled a part of it, and
// says so. It reports false if none is.
func (t *turn) goWithCase(kept []Received) bool {
	if !t.isCase() || t.same() {
		return false
	}
	for i := range kept {
		kept[i].Units, kept[i].Kind, kept[i].Key = []string{t.r.Key.Unit}, t.form.ID, t.r.Key
	}
	t.tellKept(kept)
	t.s.CaseFiles += len(kept)
	t.tell("case.files", args{"n": strconv.Itoa(t.s.CaseFiles)})
	t.tellPrivate()
	return true
}

// finishesCase takes 完成: what is missing is asked, then it is shown whole, and
// sent in once it was.
func (t *turn) finishesCase() bool {
	if !t.isCase() {
		return false
	}
	if t.in.Verb = VerbSubmit; t.frozen() {
		return true
	}
	if open := t.r.unfilled(t.form); len(open) > 0 && (t.s.Proposal == nil || t.s.Proposal.Kind != ProposeAnswers) {
		var names []string
		for _, item := range open {
			names = append(names, t.form.Field(item).Short)
		}
		t.s.Proposal = nil
		t.tell("case.missing", args{"items": strings.Join(names, "、")})
		t.ask(open[0])
		return true
	}
	t.edit()
	return true
}

// tellsCase takes a message for the case that is being filled, unless it is a
// plain answer: parts with their labels, a title and a text in one, or words
// that go on with the text.
func (t *turn) tellsCase() bool {
	if !t.isCase() {
		return false
	}
	if p := t.s.Proposal; p != nil && p.Kind == ProposeAnswers {
		return t.proposedGoesOn(p)
	} else if p != nil && p.Kind != ProposeSubmit && p.Kind != ProposeNoCase {
		return false
	}
	if t.s.Asking != 0 && len(t.r.Draft) == 0 && t.r.Counted == 0 && isNothing(t.in.Text) {
		t.s.Proposal = &Proposal{Kind: ProposeNoCase}
		t.askNoCase()
		return true
	}
	told := readCase(t.n, t.form, t.in.Text)
	asked := t.form.Field(t.s.Asking)
	body := t.form.goesOn()
	switch {
	case told.more != "" && body != nil:
		return t.goOnWith(body, told.more)
	case len(told.answers) > 0:
		t.accept(reading{answers: told.answers, unread: told.rest, unsure: t.overwritesText(told.answers)})
	case asked != nil && asked.Kind == KindText && !asked.GoesOn && body != nil && !t.r.Entry(body.Item).Value.Filled():
		split := splitCase(t.n, t.form, asked, body, t.in.Text)
		if len(split) == 0 {
			t.run(asked)
			return true
		}
		t.accept(reading{answers: split, unsure: true})
	case asked != nil && asked.Kind == KindText:
		t.run(asked)
	case body != nil && t.r.Entry(body.Item).Value.Kind == Text && !t.same() && isProse(t.n, t.form, asked, t.in.Text):
		return t.goOnWith(body, t.in.Text)
	default:
		return false
	}
	return true
}

// overwritesText reports whether answers would replace a text that stands: they
// may be meant for another case.
func (t *turn) overwritesText(answers []ItemReading) bool {
	return slices.ContainsFunc(answers, func(a ItemReading) bool {
		was := t.r.Entry(a.Item).Value
		return was.Kind == Text && a.Outcome == Taken && !sameWords(was, a.Value)
	})
}

// goesOn is the item that words go on with; nil if the form has none.
func (f *Form) goesOn() *Field {
	for i := range f.Fields {
		if f.Fields[i].GoesOn {
			return &f.Fields[i]
		}
	}
	return nil
}

// goOnWith puts words behind a text that stands in the draft.
func (t *turn) goOnWith(f *Field, words string) bool {
	words = tidyText(words)
	text := words
	if was := t.r.Entry(f.Item).Value; was.Kind == Text {
		text = was.Text + "\n" + words
	}
	if len(text) > MaxText {
		t.tell("case.long", t.about(f, args{"most": strconv.Itoa(MaxText / 3)}))
		t.whereWeStand()
		return true
	}
	answer := []taken{{item: f.Item, value: Words(text)}}
	if t.secondHand() {
		t.propose(answer)
		return true
	}
	said := len(t.say)
	odd := t.take(answer)
	t.say = t.say[:said] // the echo would show the same beginning twice
	t.tell("case.goeson", t.about(f, args{"n": strconv.Itoa(utf8.RuneCountInString(text)), "text": clip(words, 30)}))
	t.follow(odd)
	return true
}

// proposedGoesOn takes words that were sent on while a reading of the text waits
// for 对: they go with it.
func (t *turn) proposedGoesOn(p *Proposal) bool {
	i := slices.IndexFunc(p.Answers, func(a Proposed) bool {
		return t.form.Field(a.Item).GoesOn && a.Value.Kind == Text
	})
	if i < 0 || !isProse(t.n, t.form, nil, t.in.Text) || len(p.Answers[i].Value.Text)+len(t.in.Text) >= MaxText {
		return false
	}
	var answers []taken
	for _, a := range p.Answers {
		answers = append(answers, taken{item: a.Item, value: a.Value, quote: a.Quote, paste: a.Paste})
	}
	answers[i].value = Words(answers[i].value.Text + "\n" + tidyText(t.in.Text))
	t.propose(answers)
	return true
}
