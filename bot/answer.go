package bot

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// words takes a message that is no command: an answer, or nothing of ours.
func (t *turn) words() {
	if t.bagged() || t.choose() || t.advise() || t.claimsPaper() || t.noMoreReminders() || t.mayStandIn() || t.agreesAnd() || t.plainYesNo() || t.elsewhere() || t.gathers() || t.tellsCase() || t.allKnown() || t.correction() {
		return
	}
	if t.r == nil {
		if len(t.v.Person.Units) > 0 {
			t.haveReport()
			return
		}
		switch {
		case t.s.Proposal.standsAlone():
			t.askAgain()
		case t.v.Person.Office:
			t.tell("unknown.office", nil)
		default:
			t.stranger()
		}
		return
	}
	if t.nominates() {
		t.contact()
		return
	}
	if t.in.Chosen {
		t.tell("unit.chosen", args{"unit": t.r.Key.Unit, "form": t.form.ID})
	}
	field := t.form.Field(t.s.Asking)
	switch {
	case t.foremost(field), t.swapped(field):
	case t.namesItems(field):
	case field != nil:
		t.run(field)
	case t.answersReminder():
	case t.clauses(t.in.Text):
	case t.joins():
	case t.s.Key == t.r.Key && t.s.Proposal != nil && t.s.Proposal.Kind != ProposeReason && t.s.Proposal.Kind != ProposeReturn:
		// Who goes on to other things is not held to what was put to them.
		t.s.Proposal = nil
		t.tell("dropped.silent", nil)
		t.askNext()
	case t.understood():
		t.whereWeStand()
	case t.s.Key == t.r.Key:
		t.tell("offtopic", nil)
		t.askAgain()
	case t.in.Chosen:
		t.begin()
	default:
		t.tell(t.idle(), nil)
	}
}

// joins takes a plain answer while a reading is open: it is read for the next
// open item and put to the person together with the rest.
func (t *turn) joins() bool {
	p := t.s.Proposal
	if t.s.Key != t.r.Key || p == nil || p.Kind != ProposeAnswers {
		return false
	}
	f, quote := t.form.Field(t.r.next(t.form)), ""
	if len(p.Wanting) > 0 {
		f, quote = t.form.Field(p.Wanting[0].Item), p.Wanting[0].quoted()
	}
	if f == nil || f.Kind == KindText {
		return false
	}
	run := ReadRun(t.n, t.form, f.Item, t.in.Text)
	if !run.Sure {
		return false
	}
	var answers []taken
	for _, a := range p.Answers {
		answers = append(answers, taken{item: a.Item, value: a.Value, quote: a.Quote, paste: a.Paste})
	}
	for _, a := range run.Answers {
		taken := taken{item: a.Item, value: a.Value}
		if a.Item == f.Item {
			taken.quote = quote
		}
		if a.Outcome != Taken || slices.ContainsFunc(p.Answers, func(p Proposed) bool { return p.Item == a.Item }) {
			return false
		}
		answers = append(answers, taken)
	}
	slices.SortFunc(answers, func(a, b taken) int { return a.item - b.item })
	t.propose(answers)
	return true
}

// correction takes “不对，4次” right behind an answer: it is the answer before
// that is meant, not the item asked since.
func (t *turn) correction() bool {
	if t.r == nil || t.s.Key != t.r.Key || t.s.Proposal != nil || len(t.r.Undo) == 0 {
		return false
	}
	last := t.r.Undo[len(t.r.Undo)-1].Was
	words := slices.Clone(t.n.Verbs[VerbNo])
	slices.SortFunc(words, func(a, b string) int { return len(b) - len(a) })
	for _, w := range words {
		rest, ok := strings.CutPrefix(t.in.Text, w)
		if !ok || len(last) != 1 {
			continue
		}
		f := t.form.Field(last[0].Item)
		if f.Gather || t.hides(f) {
			return false // “不用……” may begin the next sentence of a long text
		}
		r := Read(t.n, f, strings.TrimLeft(rest, " ，,。.、；;是应为该"))
		if r.Outcome != Taken {
			return false
		}
		t.propose([]taken{{item: f.Item, value: r.Value}})
		return true
	}
	return false
}

// namesItems takes a message that says itself which items it answers: a filled
// form, a range, or lines that begin with their numbers. Where words are asked
// it has to be unmistakable, for a text may be a numbered list of its own.
func (t *turn) namesItems(asked *Field) bool {
	free := asked != nil && asked.Kind == KindText
	if p, ok := ReadPaste(t.n, t.form, t.in.Text); ok && (!free || len(p.Answers) > 2) {
		unread := p.Rest
		if len(p.Answers) <= echoWhole { // a whole form brings its other columns along
			unread = append(unread, t.namedIn(p.Words, p.Answers)...)
		}
		t.accept(reading{answers: p.Answers, unread: unread, paste: true})
		return true
	}
	if answers, problem, ok := ReadRange(t.n, t.form, t.in.Text); ok {
		t.ranged(answers, problem)
		return true
	}
	lines, rest, ok := ReadList(t.n, t.form, t.in.Text)
	if !ok || free && len(rest) > 0 {
		return false
	}
	r := reading{unread: rest}
	for _, line := range lines {
		r.answers = append(r.answers, line.ItemReading)
		r.unsure = r.unsure || !line.Sure
	}
	// One bare pair such as “12 5” is first of all an answer to what was asked.
	if r.unsure && (free || asked != nil && len(lines) == 1) {
		return false
	}
	t.accept(r)
	return true
}

// namedIn keeps the short pieces that name an item nothing was read for: “专题行和”
// in front of “网上行都是1次” is an answer that was not read.
func (t *turn) namedIn(pieces []string, read []ItemReading) []string {
	var out []string
	for _, piece := range pieces {
		items, _ := t.form.named(piece)
		unread := func(item int) bool {
			return !slices.ContainsFunc(read, func(a ItemReading) bool { return a.Item == item })
		}
		if slices.ContainsFunc(items, unread) && utf8.RuneCountInString(piece) <= 20 {
			out = append(out, piece)
		}
	}
	return out
}

// ranged takes “3-7：是 2 160 1 86”.
func (t *turn) ranged(answers []ItemReading, problem RangeProblem) {
	if problem == (RangeProblem{}) {
		t.accept(reading{answers: answers})
		return
	}
	t.tell("range."+problem.Why, args{
		"from": strconv.Itoa(problem.From), "to": strconv.Itoa(problem.To), "all": strconv.Itoa(len(t.form.Fields)),
		"got": strconv.Itoa(problem.Got), "want": strconv.Itoa(problem.Want),
	})
	t.whereWeStand()
}

// run reads the message as answers in order, beginning with the item asked.
func (t *turn) run(asked *Field) {
	r, first := t.from(asked, t.in.Text)
	if t.watched(asked, first) {
		return
	}
	others := asked.Kind == KindText && t.speaksOfOthers(t.in.Text)
	if (first.Outcome != Taken || others) && t.clauses(t.in.Text) {
		return
	}
	if (first.Outcome == NoAnswer || first.Outcome != Taken && t.namesOther(r.answers)) && t.understood() {
		t.whereWeStand()
		return
	}
	if first.Outcome == NoAnswer {
		t.tell("offtopic", nil)
		t.whereWeStand()
		return
	}
	if first.Why == WhyExtra && t.partly(asked) {
		return
	}
	elsewhere := asked.Kind != KindText && t.namesOther(r.answers)
	if elsewhere && t.clauses(t.in.Text) {
		return
	}
	r.unsure = r.unsure || elsewhere || t.tooShort(asked, first.Value)
	t.accept(r)
}

// maxClauses is the most clauses of a sentence that is tried without its end: each
// is one more reading of it.
const maxClauses = 20

// partly puts to the person what the beginning of a sentence says of the item
// asked, where the rest tells of something that no item is called by. What was not
// understood is said with it.
func (t *turn) partly(asked *Field) bool {
	parts := splitClauses(t.in.Text)
	if asked.Kind == KindText || len(parts) > maxClauses {
		return false
	}
	for n := len(parts) - 1; n > 0; n-- {
		run := ReadRun(t.n, t.form, asked.Item, strings.Join(parts[:n], "，"))
		if !run.Sure || run.Rest != "" || takesBack(run.Answers) {
			continue
		}
		var answers []taken
		for _, a := range run.Answers {
			if a.Outcome != Taken {
				return false
			}
			answers = append(answers, taken{item: a.Item, value: a.Value})
		}
		if len(answers) == 0 {
			return false
		}
		t.unread(strings.Join(parts[n:], "，"))
		t.propose(answers)
		return true
	}
	return false
}

// namesOther reports whether a part of the message calls an item by its name
// that is none of those it was read for: the 一场 of “搞了一场家庭安全讲座” is not
// for what was asked.
func (t *turn) namesOther(read []ItemReading) bool {
	return slices.ContainsFunc(splitClauses(t.in.Text), func(clause string) bool {
		items, _ := t.form.named(clause)
		return len(items) > 0 && !slices.ContainsFunc(read, func(a ItemReading) bool {
			return slices.Contains(items, a.Item) || slices.Contains(items, t.form.Field(a.Item).PairsWith)
		})
	})
}

// from reads a text as answers in order, beginning with one item. It also
// returns what the first of them is.
func (t *turn) from(f *Field, text string) (reading, Reading) {
	// A cell of a spreadsheet ends at a tab: 1⇥120 is two figures, not 1120.
	run := ReadRun(t.n, t.form, f.Item, strings.ReplaceAll(text, "\t", "；"))
	if len(run.Answers) == 0 {
		return reading{}, Reading{Outcome: NoAnswer}
	}
	first := run.Answers[0].Reading
	unsure := !run.Sure && first.Outcome == Taken || takesBack(run.Answers)
	return reading{answers: run.Answers, unread: withFigure(run.Rest), unsure: unsure}, first
}

// takesBack reports whether what follows a figure may undo it: “1场，还没搞”.
func takesBack(answers []ItemReading) bool {
	switch last := answers[len(answers)-1]; last.Why {
	case WhyNothing, WhyUnsure, WhyCorrection, WhyYesNo:
		return len(answers) > 1
	}
	return false
}

// withFigure keeps a text as a piece to be told if there is a figure in it.
func withFigure(text string) []string {
	if !strings.ContainsFunc(text, figureRune) {
		return nil
	}
	return []string{text}
}

// tooShort reports whether a text is rather talk than what a field is for: a few
// characters, or a question.
func (t *turn) tooShort(f *Field, v Value) bool {
	if v.Kind != Text || isNothing(v.Text) || f.Least == 0 {
		return false
	}
	return utf8.RuneCountInString(v.Text) < f.Least || isTalk(v.Text)
}

// reading is what was made of one message, whatever way it was written.
type reading struct {
	answers []ItemReading
	unread  []string
	unsure  bool // to be put to the person before anything is stored
	paste   bool
	none    bool // 其余无 was said too
}

// accept stores what is certain, puts the rest to the person, and leaves no part
// of the message unmentioned. One question ends the reply.
func (t *turn) accept(r reading) {
	if t.s.Key != t.r.Key {
		t.enter()
	}
	if r = t.discreet(r); len(r.answers) == 0 && len(r.unread) == 0 {
		t.whereWeStand()
		return
	}
	var fresh, over []taken
	var odd []ItemReading
	for _, a := range r.answers {
		was := t.r.Entry(a.Item).Value
		answer := taken{item: a.Item, value: a.Value, quote: t.quoteFor(a.Item), paste: r.paste}
		switch {
		case a.Outcome != Taken:
			odd = append(odd, a)
		case sameWords(was, a.Value) && len(r.answers) > 1:
		case was.Filled() && !sameWords(was, a.Value):
			over = append(over, answer)
		default:
			fresh = append(fresh, answer)
		}
	}
	ask := r.unsure || t.secondHand()
	if ask {
		fresh, over = nil, append(fresh, over...)
		slices.SortFunc(over, func(a, b taken) int { return a.item - b.item })
	} else if !r.paste && len(over) <= echoWhole {
		// Who names an item to correct it sees the old value in the echo.
		fresh, over = append(fresh, over...), nil
		slices.SortFunc(fresh, func(a, b taken) int { return a.item - b.item })
	}

	var flags []string
	switch {
	case len(fresh) > 0:
		flags = t.take(fresh)
	case len(over) == 0 && len(odd) == 0:
		t.tell("paste.same", nil)
	}
	last := len(over) == 0 && len(flags) == 0 // the first odd one is asked at the end
	for i, a := range odd {
		if i > 0 || !last {
			t.tell("paste.odd", t.about(t.form.Field(a.Item), args{"quote": clip(a.Quote, 30)}))
		}
	}
	unread := strings.Join(r.unread, "，")
	if last && len(odd) == 0 && unread != "" && !t.nominates() && t.clauses(unread) {
		return
	}
	t.unread(unread)
	switch {
	case len(over) > 0 && ask:
		t.propose(over)
	case len(over) > 0:
		t.overwrite(over)
	case len(flags) > 0:
		t.goOn(r.none || t.none, flags)
	case len(odd) > 0:
		t.question(odd[0].Item, odd[0].Reading)
	case len(fresh) == 0:
		t.whereWeStand()
	default:
		t.goOn(r.none || t.none, nil)
	}
}

// secondHand reports whether the words are not as the person typed them now, or
// may be meant for something else: a transcript of their voice, an older message
// that they quote, or a figure under an older message that holds both a question
// answered long since and what was recorded. What is read from these is put to
// them first.
func (t *turn) secondHand() bool {
	if t.m.Media == MediaVoice || tidy(t.m.Text) == "" {
		return true
	}
	q := t.n.quoted(t.v.Session.Key, t.m.Quote)
	return q.echoes > 0 && q.item != t.v.Session.Asking && t.r.Entry(q.item).Value.Filled()
}

// sameWords reports whether two values are the same but for line breaks, which
// our own lists print as blanks.
func sameWords(a, b Value) bool {
	if a.Kind == Text && b.Kind == Text {
		return slices.Equal(strings.Fields(a.Text), strings.Fields(b.Text))
	}
	return a == b
}

// quoteFor is what the person wrote for an item before they settled on a number.
func (t *turn) quoteFor(item int) string {
	if t.s.QuoteFor != item {
		return ""
	}
	return t.s.Quote
}

// settles reports whether the person spoke of this item's figure, so that the
// number they settle on carries their first words. After a slip, such as
// another item's measure word, it does not.
func (w Why) settles() bool {
	switch w {
	case WhyApprox, WhyRange, WhyPart, WhyEach, WhyUnsure:
		return true
	}
	return false
}

// question answers a reading that is no value: with the reason, and with the
// one reading worth offering if there is one.
func (t *turn) question(item int, r Reading) {
	f := t.form.Field(item)
	if r.Why == WhyGrowing && t.sentenceOn(item, t.in.Text) {
		return
	}
	t.s.Asking, t.s.Proposal, t.asked = item, nil, true
	t.s.Quote, t.s.QuoteFor = "", 0
	if r.Outcome == NoAnswer {
		t.ask(item)
		return
	}
	if r.Why.settles() {
		t.s.Quote, t.s.QuoteFor = clip(r.Quote, 60), item
	}
	quote := r.Quote
	if quote == "" {
		quote = t.in.Text
	}
	key := "read." + string(r.Why)
	if own := key + "." + string(f.Kind); t.n.Wording[own] != "" {
		key = own
	}
	t.tell(key, t.about(f, args{"quote": clip(quote, 30)}))
	if r.Why == WhyEach && len(r.Propose) == 0 {
		r.Propose = t.times(f, quote)
	}
	if len(r.Propose) == 1 && f.Kind != KindText && !looksBack(t.in.Text) {
		t.s.Proposal = &Proposal{Kind: ProposeAnswers, Answers: []Proposed{{Item: item, Value: r.Propose[0], Was: t.r.Entry(item).Value, Quote: t.quoteFor(item)}}}
		t.tell("propose.one", t.about(f, args{"value": withUnit(f, r.Propose[0])}))
	}
}

// propose puts a reading to the person before anything is stored. While it
// stands open a bare answer is for its first item if that is the one asked, and
// else for none.
func (t *turn) propose(answers []taken) {
	t.s.Proposal = &Proposal{Kind: ProposeAnswers, Answers: t.proposed(answers), Zeros: t.none}
	if answers[0].item != t.s.Asking {
		t.s.Asking = 0
	}
	if t.m.Media == MediaVoice {
		t.tell("voice.heard", args{"text": clip(t.in.Text, 60)})
	}
	t.tellProposal(t.s.Proposal.Answers)
}

func (t *turn) proposed(answers []taken) []Proposed {
	var list []Proposed
	for _, a := range answers {
		list = append(list, Proposed{Item: a.item, Value: a.value, Was: t.r.Entry(a.item).Value, Quote: a.quote, Paste: a.paste})
	}
	return list
}

func (t *turn) tellProposal(answers []Proposed) {
	if len(answers) > echoWhole {
		t.tellOverwrite(answers)
		return
	}
	t.asked = true
	t.tell("propose", t.about(t.form.Field(answers[0].Item), args{"reading": t.readings(answers)}))
}

// changeOf writes a proposed value, and the one it would replace.
func changeOf(f *Field, a Proposed) string {
	if a.Was.Filled() && a.Was != a.Value {
		return fromTo(f, a.Was, a.Value)
	}
	return withUnit(f, a.Value)
}

// overwrite shows what a paste or a long list would replace and waits for 对.
func (t *turn) overwrite(over []taken) {
	t.s.Proposal = &Proposal{Kind: ProposeAnswers, Answers: t.proposed(over)}
	t.s.Asking = 0
	t.tellOverwrite(t.s.Proposal.Answers)
}

func (t *turn) tellOverwrite(answers []Proposed) {
	t.asked = true
	t.tell("paste.over", nil)
	for _, a := range answers {
		f := t.form.Field(a.Item)
		t.tell("line.text", t.about(f, args{"value": t.shown(f, changeOf(f, a))}))
	}
	t.tell("paste.how", nil)
}

// unread shows what of a message was not read, so that nobody takes it for
// recorded.
func (t *turn) unread(text string) {
	if text != "" {
		t.tell("paste.rest", args{"text": clip(text, 100)})
	}
}

// phrase fills one wording for use inside another.
func (t *turn) phrase(key string, a args) string { return t.n.phrase(key, a) }

func (n *Notice) phrase(key string, a args) string { return Fill(n.Wording[key], a) }
