package bot

import (
	"slices"
	"strconv"
	"strings"
)

// ProposeEither lets the person choose one of two readings by its number.
const ProposeEither ProposalKind = "either"

// What the two readings of a [ProposeEither] differ in; it stands in the
// proposal's Text.
const (
	eitherGrowth = "growth" // the figures are added, or are the whole
	eitherItem   = "item"   // 12改5: item 12 is to be 5, or the figure 12 is
)

// nearby are the items that a sentence may mean without naming them.
func (t *turn) nearby() Nearby {
	near := Nearby{Asked: t.s.Asking}
	if t.s.Key != t.r.Key {
		near.Asked = 0
	}
	if k := len(t.r.Undo); k > 0 {
		// Of one event, or of its people: anything else was no single answer.
		was := t.r.Undo[k-1].Was
		first := t.form.Field(was[0].Item)
		if opener := t.form.Field(first.PairsWith); opener != nil && opener.Kind == KindCount {
			first = opener
		}
		if !slices.ContainsFunc(was, func(e Entry) bool {
			return e.Item != first.Item && t.form.Field(e.Item).PairsWith != first.Item
		}) {
			near.Last = first.Item
		}
	}
	return near
}

// foremost takes a sentence that no other way of reading may have: one that adds
// to earlier figures, sums them up, or says one figure of several items.
func (t *turn) foremost(asked *Field) bool {
	joint := slices.ContainsFunc(splitClauses(t.in.Text), func(clause string) bool {
		items, _, _ := t.form.joined(clause)
		return len(items) > 1
	})
	if asked != nil && asked.Kind == KindText || !joint && !grows(t.in.Text) {
		return false
	}
	if p, ok := ReadPaste(t.n, t.form, t.in.Text); ok && len(p.Answers) > 2 {
		return false
	}
	c := ReadClauses(t.n, t.form, t.in.Text, t.nearby())
	if !c.Joint && !t.grown(c) {
		return false
	}
	return t.putClauses(c)
}

// grown reports whether a sentence changes figures that stand in the draft by
// adding to them or by what they come to.
func (t *turn) grown(c Clauses) bool {
	if !c.Grows() {
		return false
	}
	filled := func(item int, mode Mode) bool {
		return mode == ModeAdd || mode == ModeTotal && t.r.Entry(item).Value.Kind == Number
	}
	return slices.ContainsFunc(c.Placed, func(p Placement) bool { return filled(p.Item, p.Mode) }) ||
		slices.ContainsFunc(c.Wanting, func(w Wanting) bool { return filled(w.Item, w.Mode) }) ||
		slices.ContainsFunc(c.Unclear, func(u Unclear) bool {
			return slices.ContainsFunc(u.Items, func(item int) bool { return filled(item, u.Mode) })
		})
}

// speaksOfOthers reports whether a text is nothing but figures for other items,
// called by name: whoever sends “演练1场60人” for the cases has another item in
// mind.
func (t *turn) speaksOfOthers(text string) bool {
	c := ReadClauses(t.n, t.form, text, Nearby{})
	return len(c.Placed) > 0 && len(c.Unclear) == 0 && len(c.Rest) == 0
}

// clauses puts a placement by words to the person. It reports false if the
// message speaks of no item with a figure.
func (t *turn) clauses(text string) bool {
	return t.putClauses(ReadClauses(t.n, t.form, text, t.nearby()))
}

// sentenceOn reads words for one item that the person has chosen or named.
func (t *turn) sentenceOn(item int, text string) bool {
	var c Clauses
	f, ok := readFigures(t.n, t.form, item, text)
	if !ok {
		return false
	}
	c.Placed, c.Wanting, c.Aside = f.placed, f.wanting, f.aside
	return t.grown(c) && t.putClauses(c)
}

// putClauses answers a sentence: what counts for nothing and what was not read is
// said, and one question ends the reply.
func (t *turn) putClauses(c Clauses) bool {
	if len(c.Placed) == 0 && len(c.Unclear) == 0 && len(c.Wanting) == 0 {
		return false
	}
	if t.s.Key != t.r.Key {
		t.enter()
	}
	known := len(c.Placed) + len(c.Wanting)
	for i, u := range c.Unclear {
		if known > 0 || i > 0 {
			c.Rest = append(c.Rest, u.Text)
		}
	}
	if c.Zeros && len(c.Rest)+len(c.Wanting) > 0 {
		// While a part was not read, 其余无 would cover it.
		c.Rest = append(c.Rest, t.n.Verbs[VerbZeros][0])
		c.Zeros = false
	}
	if rest := strings.Join(c.Rest, "，"); strings.ContainsFunc(rest, figureRune) {
		t.unread(rest)
	}
	for _, a := range c.Aside {
		key := "aside.unit"
		if a.Other {
			key = "aside.other"
		}
		t.tell(key, args{"quote": clip(a.Quote, 30)})
	}
	if known == 0 {
		t.which(c.Unclear[0], c.Zeros)
		return true
	}
	grown := t.grow(&c)
	switch {
	case len(grown) == 0 && len(c.Wanting) > 0:
		t.askWanted(c.Wanting[0])
	case len(grown) == 0:
		t.tell("read.toolarge", t.about(t.form.Field(c.Placed[0].Item), args{"quote": clip(t.in.Text, 30)}))
	default:
		t.putGrowth(grown, c.Wanting, c.Zeros)
		t.stampSpokenOf()
	}
	return true
}

// growth is what one item would become: the sum, or the figure itself.
type growth struct {
	item       int
	sum, whole Value
	quote      string
}

// grow holds placements to what stands in the draft. People that come on top of
// people nobody has told are wanted instead: their sum can't be known.
func (t *turn) grow(c *Clauses) []growth {
	var list []growth
	for _, p := range c.Placed {
		was := t.r.Entry(p.Item).Value
		g := growth{item: p.Item, sum: p.Value, whole: p.Value, quote: p.Quote}
		if was.Kind == Number && p.Value.Kind == Number {
			sum := Count(was.Number + p.Value.Number)
			switch {
			case sum.Number > MaxCount:
				return nil
			case p.Mode == ModeAdd:
				g.sum, g.whole = sum, sum
			case was.Number > 0 && p.Value.Number > 0 && (p.Mode == ModePlain || p.Value.Number < was.Number):
				g.sum = sum
			}
		}
		opener := t.r.Entry(t.form.Field(p.Item).PairsWith).Value
		if p.Mode == ModeAdd && !was.Filled() && opener.Kind == Number && opener.Number > 0 {
			c.Wanting = append(c.Wanting, Wanting{Item: p.Item, Why: WhyGrowing, Quote: withUnit(t.form.Field(p.Item), p.Value), Mode: ModeAdd})
			continue
		}
		if k := slices.IndexFunc(list, func(h growth) bool { return h.item == p.Item }); k >= 0 {
			// 又1场，现在共4场: one says the step and one the whole.
			if p.Mode == ModeAdd {
				list[k].sum = g.sum
			} else {
				list[k].whole = p.Value
			}
			continue
		}
		list = append(list, g)
	}
	return list
}

// putGrowth puts figures to the person: with what stands now and would stand
// then, or, where adding and replacing differ, both readings.
func (t *turn) putGrowth(list []growth, wanting []Wanting, zeros bool) {
	var sums, wholes []taken
	for _, g := range list {
		sums = append(sums, taken{item: g.item, value: g.sum, quote: g.quote})
		wholes = append(wholes, taken{item: g.item, value: g.whole, quote: g.quote})
	}
	if slices.Equal(sums, wholes) {
		t.propose(sums)
	} else {
		t.either(eitherGrowth, t.proposed(sums), t.proposed(wholes))
	}
	t.s.Proposal.Zeros, t.s.Proposal.Wanting = zeros, wanting
	if len(wanting) > 0 {
		t.s.Asking = 0 // a bare figure is for the item that wants one
		w := wanting[0]
		t.tell("want", t.about(t.form.Field(w.Item), args{"quote": clip(w.Quote, 30)}))
	}
}

// askWanted asks for the figure of an item that was spoken of without one.
func (t *turn) askWanted(w Wanting) {
	if was := t.r.Entry(w.Item).Value; w.Mode == ModeAdd && was.Kind == Number || w.Why == WhyGrowing {
		t.s.Asking, t.s.Proposal, t.asked = w.Item, nil, true
		t.tell("want.added", t.about(t.form.Field(w.Item), args{"quote": clip(w.Quote, 30), "value": withUnit(t.form.Field(w.Item), was)}))
		return
	}
	t.question(w.Item, Reading{Outcome: Asked, Why: w.Why, Quote: w.Quote})
}

// either puts two readings to the person, to be chosen by number.
func (t *turn) either(what string, first, second []Proposed) {
	t.s.Proposal = &Proposal{Kind: ProposeEither, Text: what, Answers: first, Instead: second}
	t.s.Asking = 0
	t.tellEither(t.s.Proposal)
}

func (t *turn) tellEither(p *Proposal) {
	t.asked = true
	t.tell("either."+p.Text, t.about(t.form.Field(p.Answers[0].Item), args{"first": t.readings(p.Answers), "second": t.readings(p.Instead)}))
}

// chooseEither takes 1 or 2, or the words for adding and for the whole.
func (t *turn) chooseEither(p *Proposal) bool {
	first, second := []string{"1"}, []string{"2"}
	if p.Text == eitherGrowth {
		first, second = append(first, "新增", "新增的", "是新增", "加", "增加"), append(second, "总数", "是总数", "总共", "累计", "一共")
	} else {
		first = append(first, "第"+strconv.Itoa(p.Answers[0].Item)+"项", strconv.Itoa(p.Answers[0].Item))
	}
	said := bare(fold(t.in.Text))
	answers := p.Answers
	switch {
	case slices.Contains(first, said):
	case slices.Contains(second, said):
		answers = p.Instead
	default:
		return false
	}
	chosen := &Proposal{Kind: ProposeAnswers, Answers: answers, Wanting: p.Wanting, Zeros: p.Zeros}
	if t.m.Media == MediaVoice {
		t.s.Proposal = chosen
		t.tell("voice.heard", args{"text": clip(t.in.Text, 60)})
		t.askAgain()
		return true
	}
	t.takeReading(chosen)
	return true
}

// agreesAnd takes a 对 that is a sentence of its own before talk of other things
// (对。章明天才能盖), and, where one figure is wanted beside a reading, both at
// once: 嗯 就按350吧.
func (t *turn) agreesAnd() bool {
	p := t.s.Proposal
	if t.in.Verb != VerbYes || t.in.Rest == "" || p == nil || p.Kind != ProposeAnswers || t.secondHand() {
		return false
	}
	if saysYesFirst(t.in.Text) {
		t.takeReading(p)
		if _, later := tellsOfStamp(t.in.Rest); later {
			t.tell("stamp.later", nil)
		}
		return true
	}
	if len(p.Wanting) == 0 {
		return false
	}
	w := p.Wanting[0]
	r := Read(t.n, t.form.Field(w.Item), t.in.Rest)
	if r.Outcome != Taken || w.Mode == ModeAdd && t.r.Entry(w.Item).Value.Filled() {
		return false
	}
	both := *p
	both.Answers = append(slices.Clone(p.Answers), Proposed{Item: w.Item, Value: r.Value, Was: t.r.Entry(w.Item).Value, Quote: w.quoted()})
	both.Wanting = p.Wanting[1:]
	t.takeReading(&both)
	return true
}

// quoted are the words that stay with the figure that the person settles on.
func (w Wanting) quoted() string {
	if !w.Why.settles() {
		return ""
	}
	return clip(w.Quote, 60)
}

// advise answers whoever asks back which of several items is meant: with the
// form's advice on telling them apart, or how each is counted.
func (t *turn) advise() bool {
	p := t.s.Proposal
	if p == nil || p.Kind != ProposeItem || t.r == nil || !asksApart(t.in.Text) {
		return false
	}
	for _, c := range t.form.Checks {
		if c.Advice == "" {
			continue
		}
		items := c.Items()
		both := 0
		for _, item := range p.Items {
			if slices.Contains(items, item) {
				both++
			}
		}
		if both > 1 {
			t.tell("advice", args{"advice": c.Advice})
			t.askAgain()
			return true
		}
	}
	for _, item := range p.Items {
		t.tellHint(t.form.Field(item))
	}
	t.askAgain()
	return true
}

// swapped puts “12改5” to the person: it may be said of item 12, or of a figure
// 12 that is to be 5.
func (t *turn) swapped(asked *Field) bool {
	item, text, ok := figureChanged(t.in.Text)
	f := t.form.Field(item)
	if !ok || f == nil {
		return false
	}
	first := Read(t.n, f, text)
	if first.Outcome != Taken || f.Kind == KindText {
		return false
	}
	answers := t.proposed([]taken{{item: item, value: first.Value}})
	other := asked
	if last := t.form.Field(t.nearby().Last); last != nil && t.r.Entry(last.Item).Value == Count(int64(item)) {
		other = last // the figure 12 was just told
	}
	if other == nil || other.Item == item {
		t.propose([]taken{{item: item, value: first.Value}})
		return true
	}
	second := Read(t.n, other, text)
	if second.Outcome != Taken || other.Kind == KindText {
		t.propose([]taken{{item: item, value: first.Value}})
		return true
	}
	t.either(eitherItem, answers, t.proposed([]taken{{item: other.Item, value: second.Value}}))
	return true
}

// watched takes a yes whose other half only tells of when (看了，第二次学习时候
// 看的). Where the item's own count was set to 0 before, that is put to the
// person again, with the occasion's figures if they are known.
func (t *turn) watched(asked *Field, first Reading) bool {
	if asked.Kind != KindYesNo || first.Why != WhyYesNo || len(first.Propose) != 1 || t.secondHand() {
		return false
	}
	when, ok := readOccasion(t.n, t.form, asked, t.in.Text)
	if !ok {
		return false
	}
	odd := t.take([]taken{{item: asked.Item, value: first.Propose[0]}})
	f := t.denied()
	if f == nil || when == 0 || len(odd) > 0 {
		t.follow(odd)
		return true
	}
	answers := []taken{{item: f.Item, value: Count(1)}}
	if people := t.peopleOf(f); people != nil {
		if n, ok := t.perEvent(when); ok {
			answers = append(answers, taken{item: people.Item, value: Count(n)})
		}
	}
	t.s.Asking = f.Item
	t.s.Proposal = &Proposal{Kind: ProposeAnswers, Answers: t.proposed(answers)}
	t.asked = true
	t.tell("denied", t.about(f, args{"reading": t.readings(t.s.Proposal.Answers)}))
	return true
}

// understood says what a sentence that could not be placed is about: the item it
// names, or its figures. It reports false if there is nothing to say.
func (t *turn) understood() bool {
	if !strings.ContainsFunc(t.in.Text, figureRune) || tooLong(t.in.Text) {
		return false
	}
	for _, clause := range splitClauses(t.in.Text) {
		if items, _ := t.form.named(clause); len(items) > 0 {
			t.tell("heard.item", t.about(t.form.Field(items[0]), nil))
			return true
		}
	}
	if counts := countedIn(t.n, t.in.Text); len(counts) > 0 {
		t.tell("heard.figures", args{"figures": strings.Join(counts, "、"), "figure": counts[0]})
		return true
	}
	return false
}

// denied is the count that says 0 although the yes/no item it belongs to has
// just been answered yes; nil if there is none.
func (t *turn) denied() *Field {
	set := t.form.Field(t.set)
	if set == nil || set.Kind != KindYesNo || t.r.Entry(t.set).Value != Answer(true) {
		return nil
	}
	for _, f := range t.n.dependents(set) {
		if t.r.Entry(f.Item).Value == Count(0) {
			return f
		}
	}
	return nil
}

// peopleOf is the count of people that belongs to a count; nil if there is none.
func (t *turn) peopleOf(f *Field) *Field {
	for _, g := range t.n.dependents(f) {
		if g.Kind == KindCount {
			return g
		}
	}
	return nil
}

// perEvent is how many people the person said came each time, where that is how
// they told the figure of an item's people.
func (t *turn) perEvent(item int) (int64, bool) {
	people := t.peopleOf(t.form.Field(item))
	if people == nil {
		return 0, false
	}
	return eachOf(t.n, people, t.r.Entry(people.Item).Quote)
}

// readings writes proposed values one after another, each with what it replaces.
func (t *turn) readings(answers []Proposed) string {
	var parts []string
	for _, a := range answers {
		f := t.form.Field(a.Item)
		part := t.phrase("propose.part", t.about(f, args{"value": t.shown(f, changeOf(f, a))}))
		if a.Quote != "" && a.Value.Kind == Number {
			part += t.phrase("propose.each", args{"quote": clip(a.Quote, 30)})
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, "、")
}

// tellLeft says which of the items that were in question is still to be filled.
func (t *turn) tellLeft() {
	if t.none {
		return // they are among the rest, which is asked next
	}
	for _, item := range t.left {
		if !t.r.Entry(item).Value.Filled() {
			t.tell("which.left", t.about(t.form.Field(item), nil))
			break
		}
	}
	t.left = nil
}

// times is the figure of “每次12人” times the events that were told before.
func (t *turn) times(f *Field, quote string) []Value {
	events := t.r.Entry(f.PairsWith).Value
	n, ok := eachOf(t.n, f, quote)
	if !ok || events.Kind != Number || events.Number == 0 || n > MaxCount/events.Number {
		return nil
	}
	return []Value{Count(events.Number * n)}
}

// eitherChoices are the buttons of two readings.
func (t *turn) eitherChoices(p *Proposal) (Effect, []Choice) {
	for _, a := range slices.Concat(p.Answers, p.Instead) {
		if t.hides(t.form.Field(a.Item)) {
			return Effect{}, nil
		}
	}
	f := t.form.Field(p.Answers[0].Item)
	return Effect{Key: "card.either"}, []Choice{
		{Label: t.phrase("button."+p.Text+".first", t.about(f, nil)), Say: "1"},
		{Label: t.phrase("button."+p.Text+".second", t.about(t.form.Field(p.Instead[0].Item), nil)), Say: "2"},
	}
}
