package bot

import (
	"slices"
	"strings"
	"unicode"
)

// This file reads a message as answers in order: “是 两场，一百六十多人” where
// item 3 is asked answers 3 and 4 and speaks of 5. Each count needs a measure
// word of its own kind; bare numbers in a row are at most offered.

// piece is the stretch of a run's tokens that speaks of one item.
type piece struct {
	start, end int // tokens
	num        int // place of its number; -1 for words of nothing
}

// ReadRun reads a message as answers in order, beginning with item from. A
// message that is one answer gives a run of one, exactly as [Read] has it.
func ReadRun(n *Notice, form *Form, from int, text string) Run {
	f := form.Field(from)
	if f == nil {
		return Run{}
	}
	var s *sighting
	whole := func() Run {
		r := Read(n, f, text)
		if s != nil && r.Outcome == Taken && s.endsInOthers() {
			r = s.ask(WhyExtra) // 其他没有 says something of other items too
		}
		if s != nil && len(r.Propose) > 0 && f.Kind == KindCount && s.names(form, 0, len(s.toks), f) {
			r.Propose = nil // the number is another item's
		}
		return Run{Answers: []ItemReading{{from, r}}, Sure: r.Outcome == Taken}
	}
	if f.Kind != KindCount && f.Kind != KindYesNo || tooLong(text) {
		return whole()
	}
	l := newLine(text)
	// Cut with the words of all items; each piece is read again with the words
	// of its own item alone.
	fields := make([]*Field, len(form.Fields))
	for i := range fields {
		fields[i] = &form.Fields[i]
	}
	s = see(l, lex(n, l, fields...))
	if s.has(cCorrect, cGrow, cPlan, cOther, cAsk, cMinus, cSettle) || s.turnsBack() {
		// These reach back over everything before them.
		return whole()
	}
	r := &runner{n: n, form: form, s: s, item: from, pieces: s.pieces()}
	if run, ok := r.groupedPair(f); ok {
		return run
	}
	if len(r.pieces) == 0 || len(r.pieces) == 1 && !r.twofold(f) {
		return whole()
	}
	if len(r.pieces) > 1 {
		// 0场，没开展: two clauses, and still one answer.
		if one := whole(); one.Sure && f.Kind == KindCount {
			return one
		}
	}
	run, ok := r.read()
	if !ok {
		return whole()
	}
	run.Rest = r.rest(run)
	if s.endsInOthers() && run.Answers[len(run.Answers)-1].Outcome == Taken {
		run.Sure = false
	}
	return run
}

// rest is the text behind the last answer looked at.
func (r *runner) rest(run Run) string {
	if r.seen >= len(r.s.toks) || run.Answers[len(run.Answers)-1].Outcome == Taken {
		return ""
	}
	l := r.s.l
	return strings.Trim(l.text[l.at[r.s.toks[r.seen].start]:], separators)
}

// endsInOthers: the last clause says that the other items have nothing.
func (s *sighting) endsInOthers() bool {
	others, none := false, false
	for _, t := range s.toks {
		switch {
		case t.class == cPunct || t.class == cLine:
			others, none = false, false
		case rests[t.text], strings.HasPrefix(t.text, "其余"):
			others = true
		case t.class == cNone:
			none = true
		}
	}
	return others && none
}

// turnsBack: a 不 or 不是 that may undo what stands before it. A 否 in a clause
// of its own is an answer, and so is any of them at the beginning.
func (s *sighting) turnsBack() bool {
	for i, t := range s.toks {
		if t.class != cNot {
			continue
		}
		before := i == 0 || parts(s.toks[i-1].class) || s.toks[i-1].class == cBox || s.toks[i-1].class == cTick
		behind := i+1 == len(s.toks) || parts(s.toks[i+1].class)
		if !(before && behind && (t.text == "否" || i == 0)) {
			return true
		}
	}
	return false
}

// twofold reports whether a message with one number or clause of nothing may
// hold two answers: the count's own and a yes/no before or behind it.
func (r *runner) twofold(f *Field) bool {
	p := r.pieces[0]
	if f.Kind == KindYesNo {
		return p.num >= 0
	}
	_, at := r.trailing(p)
	return at < p.end
}

// parts reports whether a token may part two answers.
func parts(c class) bool { return c == cPunct || c == cLine || c == cSpace }

// pieces cuts the tokens so that each piece has one number, or is a clause of
// nothing words. Numbers that a range, 其中 or brackets join stay together, and
// so do words of nothing in a row (无，未开展). What stands before an answer and
// is none itself belongs to it.
func (s *sighting) pieces() []piece {
	var ps []piece
	from := 0 // where the next piece may begin
	add := func(p piece) {
		if k := len(ps) - 1; k >= 0 {
			if p.num < 0 && ps[k].num < 0 || p.num >= 0 && ps[k].num >= 0 && s.joined(ps[k].num, p.num) {
				return
			}
			ps[k].end = p.start
		}
		ps = append(ps, p)
	}
	for k := 0; k < len(s.toks); {
		end := k
		for end < len(s.toks) && !parts(s.toks[end].class) {
			end++
		}
		num, none := -1, false
		for i := k; i < end; i++ {
			switch s.toks[i].class {
			case cNum:
				start := from
				if num >= 0 {
					start = s.hedged(s.behind(num)) // 3场120人
				}
				add(piece{start: start, num: i})
				num = i
			case cNone, cNA, cDontKnow, cBlank:
				none = true
			}
		}
		if none && num < 0 {
			add(piece{start: from, num: -1})
		}
		if none || num >= 0 {
			from = end
			if num >= 0 {
				// A measure word or a hedge may stand behind a blank.
				if b := s.behind(num); b >= end {
					from = s.hedged(b)
				}
			}
		}
		k = end + 1
	}
	if len(ps) > 0 {
		ps[len(ps)-1].end = len(s.toks)
	}
	return ps
}

// behind is the place behind a number and its measure word.
func (s *sighting) behind(i int) int {
	if m := s.measureOf(i); m >= 0 {
		return m + 1
	}
	return i + 1
}

// hedged is the place behind the hedges that belong to what ends before i: 左右
// in “3次左右120人”. A hedge that may as well belong to what follows (大概) is
// taken to belong to both sides unless a sign parts it from this one.
func (s *sighting) hedged(i int) int {
	apart := false
	for k := i; k < len(s.toks); k++ {
		t := &s.toks[k]
		switch {
		case t.class == cSpace, t.class == cOpen, t.class == cClose, t.class == cQuote:
			continue
		case t.class == cPunct:
			apart = true
			continue
		case t.class != cApprox && t.class != cUnsure && !(t.class == cVague && t.text == "半"):
			return i
		case ahead[t.text], k > i && !after[t.text], apart && t.end-t.start == 1 && unicode.Is(unicode.Han, []rune(t.text)[0]):
			return i
		}
		i = k + 1
	}
	return i
}

// lastOf is the place behind the clause that holds a piece's answer.
func (s *sighting) lastOf(p piece) int {
	i := p.start
	if p.num >= 0 {
		i = s.behind(p.num) - 1
	}
	for i < p.end && !parts(s.toks[i].class) {
		i++
	}
	return min(i, p.end)
}

// joined reports whether two numbers make one statement.
func (s *sighting) joined(a, b int) bool {
	depth := 0
	for _, t := range s.toks[a+1 : b] {
		switch t.class {
		case cRange, cPlus, cPart:
			return true
		case cOpen:
			depth++
		case cClose:
			depth--
		}
	}
	return depth > 0
}

// runner reads the pieces of a message against the items in order.
type runner struct {
	n      *Notice
	form   *Form
	s      *sighting
	item   int // the item that comes next
	pieces []piece

	answers []ItemReading
	unsure  bool // the reading has to be put to the person
	seen    int  // the token behind the last piece looked at
}

// field is the item that comes next.
func (r *runner) field() *Field { return r.form.Field(r.item) }

// again reads a stretch of the text anew, with the words of one item only.
func (r *runner) again(f *Field, start, end int) Reading {
	for start < end && (parts(r.s.toks[start].class) || r.s.toks[start].class == cRatio) {
		start++ // 3/120
	}
	for start < end && parts(r.s.toks[end-1].class) {
		end--
	}
	if start == end {
		return Reading{Outcome: NoAnswer}
	}
	l := r.s.l
	i, j := r.s.toks[start].start, r.s.toks[end-1].end
	return Read(r.n, f, l.text[l.at[i]:l.at[j]])
}

// add records an answer and goes on to the next item.
func (r *runner) add(a Reading) {
	r.answers = append(r.answers, ItemReading{r.item, a})
	r.item++
}

// stop ends the run with a question.
func (r *runner) stop(a Reading) (Run, bool) {
	if len(r.answers) == 0 && a.Outcome != Taken {
		return Run{}, false
	}
	if a.Outcome == NoAnswer {
		why := WhyYesNo
		if f := r.field(); f != nil && f.Kind != KindYesNo {
			why = WhyExtra
		}
		a = Reading{Outcome: Asked, Why: why, Quote: r.s.l.quote(0, len(r.s.l.runes))}
	}
	r.answers = append(r.answers, ItemReading{r.item, a})
	return Run{Answers: r.answers, Sure: !r.unsure}, true
}

// read reports false where the message as a whole is what to ask about.
func (r *runner) read() (Run, bool) {
	for k := 0; k < len(r.pieces); k++ {
		p := r.pieces[k]
		r.seen = p.end
		f := r.field()
		if f == nil {
			return Run{}, false // more answers than items
		}
		switch f.Kind {
		case KindYesNo:
			a, rest := r.yesNo(f, p)
			if a.Outcome != Taken {
				return r.contested(k, a)
			}
			if p.num < 0 && k > 0 && !r.holds(p, cVerb) {
				r.unsure = true // 3次，120人，无: how far the nothing reaches is unclear
			}
			r.add(a)
			if rest < p.end && p.num >= 0 {
				r.pieces[k].start = rest
				k--
			}
			continue
		case KindCount:
		default:
			// Free text takes the rest of the message; whether it was meant so
			// is put to the person.
			a := r.again(f, p.start, len(r.s.toks))
			r.unsure = true
			r.seen = len(r.s.toks)
			if a.Outcome != Taken {
				return r.stop(Reading{Outcome: Asked, Why: WhyExtra, Quote: r.words(p.start, len(r.s.toks))})
			}
			r.add(a)
			return Run{Answers: r.answers}, true
		}
		if done, run, ok := r.count(f, k); done {
			return run, ok
		}
	}
	return Run{Answers: r.answers, Sure: !r.unsure}, len(r.answers) > 0
}

// count reads piece k as the count f. It reports done when the run ends there.
func (r *runner) count(f *Field, k int) (done bool, run Run, ok bool) {
	p := r.pieces[k]
	last := k == len(r.pieces)-1
	end := p.end
	if last {
		if trailing, at := r.trailing(p); at < end {
			// “3次，120人，看了”: the last clause answers the yes/no item next.
			if a := r.again(f, p.start, at); a.Outcome == Taken {
				r.mark(f, k)
				r.add(a)
				r.unsure = r.unsure || !plainSide(trailing)
				r.add(trailing.reading)
				return true, Run{Answers: r.answers, Sure: !r.unsure}, true
			}
		}
	}
	a := r.again(f, p.start, end)
	if a.Outcome != Taken && last && len(r.answers) > 0 {
		// A good answer that wavers, or has something beside it that is not
		// understood: the whole reading is put to the person.
		if v, ok := r.beside(f, p, a); ok {
			a = takenAs(v)
			r.unsure = true
		}
	}
	if a.Outcome != Taken {
		if a.Outcome == NoAnswer {
			return true, Run{}, false
		}
		if a.Why == WhyExtra && len(r.answers) > 0 {
			a = r.amongOthers(f, k, a)
		}
		run, ok := r.contested(k, a)
		return true, run, ok
	}
	if p.num >= 0 && r.s.measureOf(p.num) < 0 && !r.pairOf(k) {
		// A bare number after others: its place alone does not say what it is.
		a = Reading{Outcome: Asked, Why: WhyTwo, Quote: r.words(p.num, p.num+1)}
		run, ok := r.stop(a)
		return true, run, ok
	}
	r.mark(f, k)
	r.add(a)
	return false, Run{}, true
}

// beside is the number of a piece that was asked about although it has the
// item's own measure word: because it wavers, or because of words not understood
// beside the item's own name (家庭安全讲座80人).
func (r *runner) beside(f *Field, p piece, a Reading) (Value, bool) {
	if a.Why == WhyUnsure && len(a.Propose) == 1 {
		return a.Propose[0], true
	}
	if a.Why != WhyExtra || p.num < 0 || r.s.names(r.form, p.start, p.end, f) {
		return Value{}, false
	}
	l := newLine(r.words(p.start, p.end))
	s := see(l, lex(r.n, l, f))
	if len(s.nums) != 1 || !s.has(cLabel) && !slices.ContainsFunc(s.toks, func(t token) bool { return t.class == cVerb && t.own }) || s.has(cNone, cNot, cNA, cDontKnow, cBlank, cOther, cMinus, cOrdinal) || s.alien > 0 ||
		slices.ContainsFunc(s.toks, func(t token) bool { return t.class == cJunk && t.known }) {
		return Value{}, false
	}
	near, _ := s.fits(s.nums[0])
	vs := s.offer(s.nums)
	if !near || len(vs) != 1 {
		return Value{}, false
	}
	return vs[0], true
}

// amongOthers turns the question about piece k into one about all the figures
// in a row that can only be the same item's: 男60人 女60人.
func (r *runner) amongOthers(f *Field, k int, a Reading) Reading {
	next := r.form.Field(r.item + 1)
	last := k
	for j := k + 1; j < len(r.pieces); j++ {
		p := r.pieces[j]
		if !r.measureFits(p, f) || next != nil && next.Kind == KindCount && r.measureFits(p, next) {
			break
		}
		last = j
	}
	if last == k {
		return a
	}
	start := r.pieces[k].start
	for start < r.pieces[k].end && parts(r.s.toks[start].class) {
		start++
	}
	r.seen = r.pieces[last].end
	return Reading{Outcome: Asked, Why: WhyTwo, Quote: r.words(start, r.seen)}
}

// contested ends the run at piece k, which does not answer its item. If its
// measure word fits a count before, it may be meant for that one (2次3场 where
// 场 is asked; 1次60人，1次60人), and then nothing is certain.
func (r *runner) contested(k int, a Reading) (Run, bool) {
	p := r.pieces[k]
	if !r.measureFits(p, r.field()) && len(r.rivals(p)) > 0 {
		return Run{}, false
	}
	return r.stop(a)
}

// rivals are the counts answered so far, back to the last yes or no, that the
// piece's measure word fits as well.
func (r *runner) rivals(p piece) []*Field {
	var fs []*Field
	for i := len(r.answers) - 1; i >= 0; i-- {
		f := r.form.Field(r.answers[i].Item)
		if f.Kind == KindYesNo {
			break
		}
		if r.measureFits(p, f) {
			fs = append(fs, f)
		}
	}
	return fs
}

// names reports whether a stretch of tokens calls another item than f by its
// name: by one of its words, or three characters and more of its wording (two
// are often nobody's: 书记 is in 总书记).
func (s *sighting) names(form *Form, start, end int, f *Field) bool {
	for _, t := range s.toks[start:end] {
		if t.class != cLabel || t.end-t.start < 3 && !form.hasWord(t.text) {
			continue
		}
		for _, u := range lex(nil, newLine(t.text), f) {
			if u.class == cJunk {
				return true
			}
		}
	}
	return false
}

func (f *Form) hasWord(w string) bool {
	return slices.ContainsFunc(f.Fields, func(f Field) bool { return slices.Contains(f.Words, w) })
}

// holds reports whether a piece has a token of a class.
func (r *runner) holds(p piece, c class) bool {
	return slices.ContainsFunc(r.s.toks[p.start:p.end], func(t token) bool { return t.class == c })
}

// words is the text of a stretch of tokens, for a question.
func (r *runner) words(start, end int) string {
	return r.s.l.quote(r.s.toks[start].start, r.s.toks[end-1].end)
}

// mark notes what makes a run one to put to the person: a bare number in a
// pair, words of nothing in a row of answers, and a measure word that fits an
// earlier item too (1场60人 2场100人 may be two events of one item) unless the
// item is called by its name or is the 人次 of the count right before.
func (r *runner) mark(f *Field, k int) {
	p := r.pieces[k]
	if p.num < 0 || r.s.measureOf(p.num) < 0 {
		r.unsure = true
		return
	}
	if k := len(r.answers) - 1; k >= 0 && r.answers[k].Value.Kind == YesNo && !r.answers[k].Value.Yes && r.s.toks[p.num].num.value > 0 {
		r.unsure = true // 没有，2场
	}
	if len(r.answers) > 0 && paired(r.form.Field(r.item-1), f) {
		return
	}
	for _, rival := range r.rivals(p) {
		if !r.named(p, f, rival) {
			r.unsure = true
		}
	}
}

// measureFits reports whether the measure word of the piece's number is one of
// the field's.
func (r *runner) measureFits(p piece, f *Field) bool {
	m := -1
	if p.num >= 0 {
		m = r.s.measureOf(p.num)
	}
	if m < 0 {
		return false
	}
	w := r.s.toks[m].text
	return w == f.Unit || slices.Contains(f.Near, w)
}

// named reports whether the piece has words that are the field's and not the
// other's.
func (r *runner) named(p piece, f, other *Field) bool {
	l := r.s.l
	i, j := r.s.toks[p.start].start, r.s.toks[p.end-1].end
	part := l.text[l.at[i]:l.at[j]]
	theirs := map[string]bool{}
	for _, t := range lex(r.n, newLine(part), other) {
		if t.class == cLabel {
			theirs[t.text] = true
		}
	}
	for _, t := range lex(r.n, newLine(part), f) {
		if t.class == cLabel && !theirs[t.text] {
			return true
		}
	}
	return false
}

// pairOf reports whether piece k is one of the two that end the run and answer
// a pair (3 120, 3次 120).
func (r *runner) pairOf(k int) bool {
	f := r.field()
	next := r.form.Field(r.item + 1)
	switch len(r.pieces) - k {
	case 2:
		return next != nil && paired(f, next)
	case 1:
		return r.item > 1 && len(r.answers) > 0 && paired(r.form.Field(r.item-1), f)
	}
	return false
}

func paired(f, next *Field) bool {
	return f.Kind == KindCount && next.Kind == KindCount && next.PairsWith == f.Item
}

// yesNo reads the words before a piece's number as the answer to a yes/no item
// and returns where the number's own part begins.
func (r *runner) yesNo(f *Field, p piece) (Reading, int) {
	if p.num < 0 {
		a := r.again(f, p.start, p.end)
		return a, p.end
	}
	// Whole clauses before the number's clause come first: “是 两场”.
	clause := p.num
	for clause > p.start && !parts(r.s.toks[clause-1].class) {
		clause--
	}
	if a := r.again(f, p.start, clause); a.Outcome == Taken {
		return a, clause
	}
	// 看了2场: what stands right before the number may be the answer or belong
	// to the number.
	if a := r.again(f, p.start, p.num); a.Outcome == Taken {
		r.unsure = true
		return a, p.num
	}
	a := r.again(f, p.start, p.end)
	if a.Outcome == Taken || a.Outcome == NoAnswer {
		a = Reading{Outcome: Asked, Why: WhyYesNo, Quote: r.words(p.start, p.end)}
	}
	return a, p.end
}

// tail is the clause behind the last number, read as a yes or no.
type tail struct {
	reading Reading
	text    string
}

// trailing finds, behind the last piece, clauses that answer a yes/no item.
func (r *runner) trailing(p piece) (tail, int) {
	next := r.form.Field(r.item + 1)
	if next == nil || next.Kind != KindYesNo || p.num < 0 {
		return tail{}, p.end
	}
	at := r.s.lastOf(p)
	if at >= p.end {
		return tail{}, p.end
	}
	a := r.again(next, at, p.end)
	l := r.s.l
	if a.Outcome != Taken || !speaksOf(next, lex(r.n, newLine(l.text[l.at[r.s.toks[at].start]:]), next)) {
		return tail{}, p.end
	}
	return tail{a, l.quote(r.s.toks[at].start, r.s.toks[p.end-1].end)}, at
}

// speaksOf reports whether a clause that reads as yes or no is about the item:
// a plain word for it, or one of its own verbs. 均已完成 rounds off a count.
func speaksOf(f *Field, toks []token) bool {
	for _, t := range toks {
		switch t.class {
		case cIs, cNot, cNone, cTick, cLabel, cNA, cDontKnow:
			return true
		case cVerb:
			verb := strings.TrimRight(t.text, "了过")
			if strings.ContainsRune(verb, '看') || strings.Contains(f.Label+f.Ask, verb) {
				return true
			}
		}
	}
	return false
}

// plainSide: 是 and 否 can only be the next answer; 是的 and 看了 may just as
// well round off the one before.
func plainSide(t tail) bool { return t.text == "是" || t.text == "否" }

// alone: beside a number stand only signs and politeness.
func (s *sighting) alone(num token) bool {
	for _, t := range s.toks {
		switch t.class {
		case cSpace, cLine, cPunct, cQuote, cChat, cFill:
		default:
			if t.start != num.start {
				return false
			}
		}
	}
	return true
}

// groupedPair handles “3,120人次” where a pair is asked, and “120，300”.
func (r *runner) groupedPair(f *Field) (Run, bool) {
	if len(r.s.nums) != 1 {
		return Run{}, false
	}
	t := r.s.toks[r.s.nums[0]]
	u := t.num
	next := r.form.Field(f.Item + 1)
	if u.trust != exact || u.group == 0 || next == nil || next.Kind != KindCount || f.Kind != KindCount {
		return Run{}, false
	}
	p := piece{num: r.s.nums[0]}
	m := r.s.measureOf(p.num)
	switch {
	case m >= 0 && r.measureFits(p, f):
		return Run{}, false
	case m >= 0 && paired(f, next) && r.measureFits(p, next):
		// 3,120人次 can't be an answer to 次, so the comma parts two numbers.
		l := r.s.l
		for i := t.start; i < t.end; i++ {
			if !isGroupMark(l.runes[i]) {
				continue
			}
			a := Read(r.n, f, l.text[:l.at[i]])
			b := Read(r.n, next, l.text[l.at[i+1]:])
			if a.Outcome == Taken && b.Outcome == Taken && b.Value.Number < 1000 {
				return Run{Answers: []ItemReading{{f.Item, a}, {next.Item, b}}}, true
			}
			break
		}
		return Run{}, false
	case m >= 0:
		return Run{}, false
	}
	// Without a measure word the comma is trusted as a group mark unless it is
	// the sentence's own and what stands before it is no short thousand.
	if paired(f, next) && !r.s.alone(t) || u.group == '，' && (u.lead > 1 || u.value >= 1_000_000) {
		a := Read(r.n, f, r.s.l.text)
		if a.Outcome == Taken {
			a = Reading{Outcome: Asked, Why: WhyGrouping, Quote: r.s.l.quote(t.start, t.end), Propose: []Value{a.Value}}
		}
		return Run{Answers: []ItemReading{{f.Item, a}}}, true
	}
	return Run{}, false
}
