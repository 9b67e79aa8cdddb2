package bot

import (
	"slices"
	"strconv"
	"strings"
)

// words takes a message that is no command: an answer, or nothing of ours.
func (t *turn) words() {
	if t.choose() {
		return
	}
	if t.plainYesNo() {
		return
	}
	if t.r == nil {
		if len(t.v.Person.Units) > 0 {
			t.haveReport()
			return
		}
		t.tell("unknown.office", nil)
		return
	}
	asked := t.asked()
	field := t.form.Field(asked)
	text := t.in.Text
	free := field != nil && field.Kind == KindText
	if paste, ok := ReadPaste(t.n, t.form, text); ok && (!free || len(paste.Answers) > 2) {
		t.paste(paste)
		return
	}
	if answers, problem, ok := ReadRange(t.n, t.form, text); ok {
		t.ranged(answers, problem)
		return
	}
	answers, rest, ok := ReadList(t.n, t.form, text)
	// One bare pair such as “12 5” is first of all an answer to what was asked,
	// and a text may be a numbered list of its own.
	doubtful := field != nil && slices.ContainsFunc(answers, func(a ItemAnswer) bool { return !a.Sure }) && (free || len(answers) == 1)
	if ok && !doubtful && !(free && len(rest) > 0) {
		t.listed(answers, rest)
		return
	}
	if field == nil && t.clauses(text) {
		return
	}
	if field == nil && t.s.Key == t.r.Key && t.s.Proposal != nil {
		t.tell("offtopic", nil)
		t.askAgain()
		return
	}
	if field == nil {
		t.tell("idle", nil)
		return
	}
	t.run(asked, text)
}

// asked is the item a bare answer is for: the one whose question was quoted,
// else the one that stands open.
func (t *turn) asked() int {
	i := strings.LastIndex(t.m.Quote, "/"+strconv.Itoa(len(t.form.Fields))+"）")
	if i < 0 {
		return t.s.Asking
	}
	start := strings.LastIndex(t.m.Quote[:i], "（")
	if start < 0 {
		return t.s.Asking
	}
	item, err := strconv.Atoi(t.m.Quote[start+len("（") : i])
	if err != nil || t.form.Field(item) == nil {
		return t.s.Asking
	}
	return item
}

// run reads the message as answers in order, beginning with one item.
func (t *turn) run(from int, text string) {
	run := ReadRun(t.n, t.form, from, text)
	if (len(run.Answers) == 0 || run.Answers[0].Outcome != Taken) && t.clauses(text) {
		return
	}
	if t.form.Field(from).Kind == KindText && t.speaksOfOthers(text) && t.clauses(text) {
		return
	}
	if len(run.Answers) == 0 || run.Answers[0].Outcome == NoAnswer {
		t.tell("offtopic", nil)
		t.whereWeStand()
		return
	}
	t.s.Key = t.r.Key
	var sure []taken
	var rest *ItemReading
	for i := range run.Answers {
		a := &run.Answers[i]
		if a.Outcome != Taken {
			rest = a
			break
		}
		sure = append(sure, taken{item: a.Item, value: a.Value, note: t.note(a.Item)})
	}
	if len(sure) > 0 && (!run.Sure || t.m.Media == MediaVoice) {
		t.propose(sure)
		return
	}
	if len(sure) > 0 {
		if t.take(sure) {
			return
		}
		if rest == nil {
			t.askNext()
			return
		}
	}
	t.question(rest.Item, rest.Reading)
}

// speaksOfOthers reports whether a text is nothing but figures for other items,
// called by name: whoever sends “演练1场60人” for the cases has another item in
// mind.
func (t *turn) speaksOfOthers(text string) bool {
	c := ReadClauses(t.n, t.form, text)
	return len(c.Placed) > 0 && len(c.Unclear) == 0 && len(c.Rest) == 0
}

// clauses puts a placement by words to the person. It reports false if the
// message names no item with a figure.
func (t *turn) clauses(text string) bool {
	c := ReadClauses(t.n, t.form, text)
	if len(c.Placed) == 0 && len(c.Unclear) == 0 {
		return false
	}
	t.enterQuietly()
	if len(c.Placed) == 0 {
		t.which(c.Unclear[0].Items, c.Unclear[0].Text, text)
		return true
	}
	var placed []taken
	for _, a := range c.Placed {
		placed = append(placed, taken{item: a.Item, value: a.Value})
	}
	t.propose(placed)
	t.s.Proposal.Zeros = c.Zeros
	for _, u := range c.Unclear {
		c.Rest = append(c.Rest, u.Text)
	}
	if rest := strings.Join(c.Rest, "，"); strings.ContainsFunc(rest, figureRune) {
		t.unread(rest)
	}
	return true
}

// note tells how an answer was settled when the first words were no number.
func (t *turn) note(item int) string {
	if t.s.Quote == "" || t.s.Asking != item {
		return ""
	}
	return t.phrase("note.settled", args{"quote": clip(t.s.Quote, 30)})
}

// settles reports whether the person spoke of this item's figure, so that the
// number they settle on carries their first words as its note. After a slip,
// such as another item's measure word, it does not.
func (w Why) settles() bool {
	switch w {
	case WhyApprox, WhyRange, WhyGrowing, WhyPart, WhyEach, WhyUnsure:
		return true
	}
	return false
}

// question answers a reading that is no value: with the reason, and with the
// one reading worth offering if there is one.
func (t *turn) question(item int, r Reading) {
	f := t.form.Field(item)
	t.s.Asking, t.s.Proposal = item, nil
	t.s.Quote = ""
	if r.Why.settles() {
		t.s.Quote = r.Quote
	}
	key := "read." + string(r.Why)
	if r.Outcome == NoAnswer {
		t.ask(item)
		return
	}
	quote := r.Quote
	if quote == "" {
		quote = clip(t.in.Text, 30)
	}
	t.tell(key, t.about(f, args{"quote": clip(quote, 30)}))
	if r.Why == WhyGrowing && t.r.Entry(item).Value.Filled() {
		return // 又1场 beside 2场 is a sum to be told, not the number 1
	}
	if len(r.Propose) == 1 {
		t.s.Proposal = &Proposal{Kind: ProposeAnswers, Answers: []Proposed{{Item: item, Value: r.Propose[0], Was: t.r.Entry(item).Value, Note: t.note(item)}}}
		t.tell("propose.one", t.about(f, args{"value": withUnit(f, r.Propose[0])}))
	}
}

// propose puts a reading to the person before anything is stored. While it
// stands open a bare answer is for its first item if that is the one asked, and
// else for none.
func (t *turn) propose(answers []taken) {
	t.s.Proposal = &Proposal{Kind: ProposeAnswers}
	for _, a := range answers {
		t.s.Proposal.Answers = append(t.s.Proposal.Answers, Proposed{Item: a.item, Value: a.value, Was: t.r.Entry(a.item).Value, Note: a.note, Paste: a.paste})
	}
	if answers[0].item != t.s.Asking {
		t.s.Asking = 0
	}
	t.tellProposal(t.s.Proposal.Answers)
}

func (t *turn) tellProposal(answers []Proposed) {
	var parts []string
	for _, a := range answers {
		f := t.form.Field(a.Item)
		value := withUnit(f, a.Value)
		if a.Was.Filled() && a.Was != a.Value {
			value = fromTo(f, a.Was, a.Value)
		}
		parts = append(parts, t.phrase("propose.part", t.about(f, args{"value": value})))
	}
	t.tell("propose", args{"reading": strings.Join(parts, "、")})
}

// phrase fills one wording for use inside another.
func (t *turn) phrase(key string, a args) string {
	return Fill(t.n.Wording[key], a)
}

// paste takes a filled form. What is new goes into the draft at once; what
// would replace an answer is shown first.
func (t *turn) paste(p Paste) {
	t.enterQuietly()
	var fresh, over []taken
	var odd []ItemReading
	for _, a := range p.Answers {
		was := t.r.Entry(a.Item).Value
		switch {
		case a.Outcome != Taken:
			odd = append(odd, a)
		case was.Filled() && was != a.Value:
			over = append(over, taken{item: a.Item, value: a.Value, paste: true})
		case !was.Filled():
			fresh = append(fresh, taken{item: a.Item, value: a.Value, paste: true})
		}
	}
	flagged := false
	if len(fresh) > 0 {
		flagged = t.take(fresh)
	} else if len(over) == 0 && len(odd) == 0 {
		t.tell("paste.same", nil)
	}
	for _, a := range odd {
		f := t.form.Field(a.Item)
		t.tell("paste.odd", t.about(f, args{"quote": clip(a.Quote, 30)}))
	}
	rest := strings.Join(p.Rest, "，")
	if len(over) > 0 {
		t.unread(rest)
		t.overwrite(over)
		return
	}
	if !flagged && rest != "" && t.clauses(rest) {
		return
	}
	t.unread(rest)
	if !flagged {
		t.askNext()
	}
}

// unread shows what of a message was not read, so that nobody takes it for
// recorded.
func (t *turn) unread(text string) {
	if text != "" {
		t.tell("paste.rest", args{"text": clip(text, 100)})
	}
}

// overwrite shows what a paste would replace and waits for 对.
func (t *turn) overwrite(over []taken) {
	t.s.Proposal = &Proposal{Kind: ProposeAnswers}
	t.s.Asking = 0
	t.tell("paste.over", nil)
	for _, a := range over {
		f := t.form.Field(a.item)
		was := t.r.Entry(a.item).Value
		t.tell("line.text", t.about(f, args{"value": fromTo(f, was, a.value)}))
		t.s.Proposal.Answers = append(t.s.Proposal.Answers, Proposed{Item: a.item, Value: a.value, Was: was, Paste: a.paste})
	}
	t.tell("paste.how", nil)
}

// enterQuietly makes the report the one being filled without a greeting.
func (t *turn) enterQuietly() {
	if t.s.Key != t.r.Key {
		t.enter()
	}
	t.s.Proposal = nil
}

// ranged takes “3-7：是 2 160 1 86”.
func (t *turn) ranged(answers []ItemReading, problem RangeProblem) {
	t.enterQuietly()
	if problem != (RangeProblem{}) {
		t.tell("range."+problem.Why, args{
			"from": strconv.Itoa(problem.From), "to": strconv.Itoa(problem.To), "all": strconv.Itoa(len(t.form.Fields)),
			"got": strconv.Itoa(problem.Got), "want": strconv.Itoa(problem.Want),
		})
		t.whereWeStand()
		return
	}
	t.takeReadings(answers)
}

// takeReadings stores what was named item by item and asks about the rest.
func (t *turn) takeReadings(answers []ItemReading) {
	var sure []taken
	var odd []ItemReading
	for _, a := range answers {
		if a.Outcome == Taken {
			sure = append(sure, taken{item: a.Item, value: a.Value, note: t.note(a.Item)})
		} else {
			odd = append(odd, a)
		}
	}
	flagged := false
	switch {
	case len(sure) > 0 && t.m.Media == MediaVoice:
		t.propose(sure)
		return
	case len(sure) > 0:
		flagged = t.take(sure)
	}
	switch {
	case flagged:
	case len(odd) == 0:
		t.askNext()
	default:
		for _, a := range odd[1:] {
			t.tell("paste.odd", t.about(t.form.Field(a.Item), args{"quote": clip(a.Quote, 30)}))
		}
		t.question(odd[0].Item, odd[0].Reading)
	}
}

// sameWords reports whether two values are the same but for line breaks, which
// our own lists print as blanks.
func sameWords(a, b Value) bool {
	if a.Kind == Text && b.Kind == Text {
		return slices.Equal(strings.Fields(a.Text), strings.Fields(b.Text))
	}
	return a == b
}

// listed takes lines that begin with their item number.
func (t *turn) listed(answers []ItemAnswer, rest []string) {
	t.enterQuietly()
	var sure []ItemReading
	var unsure []taken
	for _, a := range answers {
		switch {
		case a.Outcome == Taken && sameWords(t.r.Entry(a.Item).Value, a.Value):
		case a.Sure || a.Outcome != Taken:
			sure = append(sure, a.ItemReading)
		default:
			unsure = append(unsure, taken{item: a.Item, value: a.Value})
		}
	}
	t.unread(strings.Join(rest, "，"))
	switch {
	case len(unsure) > 0:
		for _, a := range sure {
			if a.Outcome == Taken {
				unsure = append(unsure, taken{item: a.Item, value: a.Value})
			}
		}
		slices.SortFunc(unsure, func(a, b taken) int { return a.item - b.item })
		t.propose(unsure)
	case len(sure) > 0:
		t.takeReadings(sure)
	default:
		t.tell("paste.same", nil)
		t.whereWeStand()
	}
}
