package bot

import (
	"slices"
	"strings"
	"unicode"
)

// This file judges a whole text as the answer to one count. A number comes out
// only if every token is understood, none bends it, and there is exactly one.

// sighting is what a text was seen to hold, by class and place.
type sighting struct {
	l     *line
	toks  []token
	count [nClasses]int
	first [nClasses]int // place of the first token of a class
	nums  []int         // places of the numbers
	alien int           // measure words of other kinds without a number
	form  *Form         // the field's, if it is known
}

func see(l *line, toks []token) *sighting {
	s := &sighting{l: l, toks: toks}
	for i, t := range toks {
		if s.count[t.class]++; s.count[t.class] == 1 {
			s.first[t.class] = i
		}
		if t.class == cNum {
			s.nums = append(s.nums, i)
		}
	}
	held := map[int]bool{}
	for _, i := range s.nums {
		held[s.measureOf(i)] = true
	}
	for i, t := range toks {
		if t.class == cMeasure && !t.own && !held[i] {
			s.alien++
		}
	}
	return s
}

func (s *sighting) has(cs ...class) bool {
	for _, c := range cs {
		if s.count[c] > 0 {
			return true
		}
	}
	return false
}

// measureOf is the place of the measure word of the number at i; -1 if it has
// none. “（3）次” is the printed form with its blank filled.
func (s *sighting) measureOf(i int) int {
	for i++; i < len(s.toks); i++ {
		switch s.toks[i].class {
		case cSpace, cQuote, cClose:
			continue
		case cMeasure:
			return i
		}
		break
	}
	return -1
}

// fits reports whether the number at i has a measure word near the field's, and
// whether it has one of another kind.
func (s *sighting) fits(i int) (near, other bool) {
	m := s.measureOf(i)
	return m >= 0 && s.toks[m].own, m >= 0 && !s.toks[m].own
}

// depth is how many brackets stand open at i, and whether all brackets match.
func (s *sighting) depth(i int) (int, bool) {
	at, open, matched := 0, 0, true
	for k, t := range s.toks {
		switch t.class {
		case cOpen:
			open++
		case cClose:
			if open--; open < 0 {
				open, matched = 0, false
			}
		}
		if k == i {
			at = open
		}
	}
	return at, matched && open == 0
}

// quote is the text from the first to the last token that is not mere filler.
func (s *sighting) quote() string {
	i, j := -1, -1
	for k, t := range s.toks {
		switch t.class {
		case cSpace, cLine, cPunct, cQuote, cFill, cChat, cLabel, cVerb, cIs:
			if !t.bound {
				continue
			}
		}
		if i < 0 {
			i = k
		}
		j = k
	}
	if i < 0 {
		i, j = 0, len(s.toks)-1
	}
	if j < 0 {
		return ""
	}
	// A word of one character may be the beginning or end of a longer one.
	short := func(k int) bool {
		if k < 0 || k >= len(s.toks) || s.toks[k].end-s.toks[k].start > 1 {
			return false
		}
		switch s.toks[k].class {
		case cFill, cChat, cVerb, cIs:
			return !unicode.IsPunct([]rune(s.toks[k].text)[0])
		}
		return false
	}
	for s.toks[i].class != cNum && short(i-1) {
		i--
	}
	if i > 0 && s.toks[i].class == cJunk && s.toks[i-1].class == cLabel {
		i-- // the 行 of 专题行
	}
	for short(j + 1) {
		j++
	}
	// And a word of nothing says nothing without what it is bound to.
	if c := s.toks[j].class; c == cNone || c == cNot || c == cBlank {
		for j+1 < len(s.toks) && !parts(s.toks[j+1].class) && s.toks[j+1].class != cQuote {
			j++
		}
	}
	// Too long a quote ends with a whole word.
	for j > i && s.toks[j].end-s.toks[i].start > maxQuote {
		j--
	}
	return s.l.quote(s.toks[i].start, s.toks[j].end)
}

func (s *sighting) ask(why Why, propose ...Value) Reading {
	return Reading{Outcome: Asked, Why: why, Quote: s.quote(), Propose: propose}
}

func (s *sighting) refuse(why Why) Reading {
	return Reading{Outcome: Refused, Why: why, Quote: s.quote()}
}

func takenAs(v Value) Reading { return Reading{Outcome: Taken, Value: v} }

// wonders: a word of question that may ask about the number itself, or letters.
// What they make of a number nobody can tell.
func (s *sighting) wonders() bool {
	for _, t := range s.toks {
		if t.class == cAsk && !mild[t.text] || t.class != cChat && strings.ContainsFunc(t.text, isLatin) {
			return true
		}
	}
	return false
}

// offer is the reading of the numbers at the given places if it is one that
// may be put to the person: a single one that has a value and no measure word
// of another kind.
func (s *sighting) offer(places []int) []Value {
	var vs []Value
	if s.wonders() {
		return nil
	}
	for _, i := range places {
		u := s.toks[i].num
		if _, other := s.fits(i); other {
			continue
		}
		if u.trust != exact && u.trust != doubtful {
			return nil
		}
		v := Count(u.value)
		if len(vs) == 0 || vs[0] != v {
			vs = append(vs, v)
		}
	}
	if len(vs) != 1 {
		return nil
	}
	return vs
}

func readCount(n *Notice, f *Field, text string) Reading {
	if tooLong(text) {
		return tooMuch(text)
	}
	l := newLine(text)
	s := see(l, lex(n, l, f))
	s.form = n.formOf(f)
	return s.countOf(n)
}

// tooMuch answers a text that is too long to be an answer.
func tooMuch(text string) Reading {
	l := newLine(text[:maxRead])
	for _, r := range l.runes {
		if isFigure(r) {
			return Reading{Outcome: Asked, Why: WhyExtra, Quote: l.quote(0, len(l.runes))}
		}
	}
	return Reading{Outcome: NoAnswer}
}

func (s *sighting) countOf(n *Notice) Reading {
	if len(s.nums) == 0 {
		return s.withoutNumber()
	}
	if v, ok := s.notASingleOne(); ok {
		return v
	}
	if r, ok := s.turned(); ok {
		return r
	}
	if len(s.nums) > 1 {
		return s.several()
	}
	return s.single(n)
}

// turned finds what turns a number into something else than the answer, in the
// order in which one question settles most.
func (s *sighting) turned() (Reading, bool) {
	switch {
	case s.has(cCorrect), s.has(cNot) && len(s.nums) > 1:
		return s.ask(WhyCorrection, s.corrected()...), true
	case s.has(cNone, cNot, cNA, cDontKnow, cBlank):
		if s.zeros() {
			return takenAs(Count(0)), true
		}
		return s.ask(WhyExtra), true
	case s.has(cRange):
		return s.ask(WhyRange), true
	case s.has(cApprox, cVague):
		return s.ask(WhyApprox), true
	case s.has(cPart), len(s.nums) > 1 && s.bracketed():
		return s.ask(WhyPart, s.whole()...), true
	case s.has(cEach):
		return s.ask(WhyEach), true
	case s.has(cGrow):
		if s.has(cOther) || s.vague() {
			return s.ask(WhyGrowing), true
		}
		return s.ask(WhyGrowing, s.offer(s.nums)...), true
	case s.has(cMinus):
		if len(s.nums) == 1 && s.first[cMinus] < s.nums[0] && !s.has(cJunk) {
			return s.refuse(WhyNegative), true
		}
		return s.ask(WhyExtra), true
	case s.has(cRatio):
		return s.ratio(), true
	case s.has(cPlus):
		return s.ask(WhyTwo), true
	}
	return Reading{}, false
}

// vague: some number of the text has no value at all.
func (s *sighting) vague() bool {
	for _, i := range s.nums {
		if s.toks[i].num.trust == vague {
			return true
		}
	}
	return false
}

// corrected is the number behind the last word of correction, if it is one.
func (s *sighting) corrected() []Value {
	from := 0
	for i, t := range s.toks {
		if t.text == "否" {
			return nil // an answer of its own
		}
		if t.class == cCorrect || t.class == cNot {
			from = i
		}
	}
	if s.has(cApprox, cVague, cRange, cEach, cPart, cGrow, cRatio, cPlus, cAsk, cPlan, cOther, cNone, cNA, cDontKnow, cBlank) {
		return nil
	}
	var after []int
	for _, i := range s.nums {
		if i > from {
			after = append(after, i)
		}
	}
	if !s.has(cCorrect) && len(after) > 1 {
		after = after[len(after)-1:] // 不是12是13
	}
	return s.offer(after)
}

// zeros: the words of nothing beside the figure 0 say the same thing twice.
func (s *sighting) zeros() bool {
	for _, i := range s.nums {
		if u := s.toks[i].num; u.trust != exact || u.value != 0 {
			return false
		}
		if _, other := s.fits(i); other {
			return false
		}
	}
	return s.clean() && s.stands() && !s.has(cNot, cNA, cDontKnow, cBlank, cGrow, cEach, cPart, cApprox, cVague, cRange, cMinus, cRatio, cPlus) && s.onePerClause()
}

// notASingleOne reads 一场也没有: here the 一 is part of the nothing.
func (s *sighting) notASingleOne() (Reading, bool) {
	if len(s.nums) != 1 || s.count[cNone] != 1 {
		return Reading{}, false
	}
	i := s.nums[0]
	m := s.measureOf(i)
	if s.toks[i].text != "一" || m < 0 || !s.toks[m].own && s.toks[m].text != "个" || s.first[cNone] < m {
		return Reading{}, false
	}
	also := false
	for _, t := range s.toks[m+1 : s.first[cNone]+1] {
		also = also || t.text == "也" || t.text == "都" || t.text == "都没" || t.text == "都没有"
	}
	rest := see(s.l, append(append([]token{}, s.toks[:i]...), s.toks[m+1:]...))
	switch r := rest.withoutNumber(); {
	case r.Outcome != Taken || r.Value != Count(0):
		return s.ask(WhyNothing), true
	case !also && !s.toks[m].own:
		return s.ask(WhyNothing), true
	case !also:
		return s.ask(WhyNothing, Count(0)), true
	}
	return takenAs(Count(0)), true
}

// bracketed: a number in brackets behind one outside is a part of it.
func (s *sighting) bracketed() bool {
	in, out := false, false
	for _, i := range s.nums {
		if d, _ := s.depth(i); d > 0 {
			in = true
		} else {
			out = true
		}
	}
	return in && out
}

// whole is the number that a part was taken from: the only one before the
// first word or bracket of the part.
func (s *sighting) whole() []Value {
	end := len(s.toks)
	if s.has(cPart) {
		end = s.first[cPart]
	}
	if s.has(cOpen) {
		end = min(end, s.first[cOpen])
	}
	var before []int
	for _, i := range s.nums {
		if i < end {
			before = append(before, i)
		}
	}
	return s.offer(before)
}

func (s *sighting) ratio() Reading {
	if len(s.nums) == 2 {
		a, b := s.toks[s.nums[0]].num, s.toks[s.nums[1]].num
		if a.trust == exact && b.trust == exact && a.value < b.value && b.value <= 10 {
			return s.refuse(WhyFraction)
		}
	}
	return s.ask(WhyTwo)
}

// several answers more than one number. “1 234” and “12,13” may be one number
// with an odd mark in it.
func (s *sighting) several() Reading {
	// 6.16搞了1场: with a counted number beside it, 6.16 is a day.
	if len(s.nums) == 2 {
		for k, i := range s.nums {
			o := s.nums[1-k]
			if near, _ := s.fits(o); near && s.toks[i].num.day && s.measureOf(i) < 0 {
				toks := append([]token{}, s.toks...)
				toks[i].class = cDate
				return see(s.l, toks).single(nil)
			}
		}
	}
	if v, ok := s.spaced(); ok {
		return s.ask(WhyGrouping, Count(v))
	}
	for k := 1; k < len(s.nums); k++ {
		i, j := s.nums[k-1], s.nums[k]
		if j == i+2 && (s.toks[i+1].text == "," || s.toks[i+1].text == "，") {
			return s.ask(WhyGrouping)
		}
	}
	return s.ask(WhyTwo)
}

// spaced reads 1 234 as 1234: groups of three digits with single blanks.
func (s *sighting) spaced() (int64, bool) {
	var v int64
	for k, i := range s.nums {
		t := s.toks[i]
		digits := t.end - t.start
		if t.num.trust != exact && t.num.trust != doubtful || !t.num.full || t.num.group != 0 || t.num.day {
			return 0, false
		}
		if k == 0 && (digits > 3 || s.toks[i].text[0] == '0') || k > 0 && (digits != 3 || i != s.nums[k-1]+2 || s.toks[i-1].text != " ") {
			return 0, false
		}
		for _, r := range t.text {
			if !isArabic(r) {
				return 0, false
			}
			v = v*10 + int64(r-'0')
		}
		if v > MaxCount {
			return 0, false
		}
	}
	return v, true
}

// single judges the only number of a text.
func (s *sighting) single(n *Notice) Reading {
	i := -1
	for k, t := range s.toks {
		if t.class == cNum {
			i = k
		}
	}
	u := s.toks[i].num
	near, other := s.fits(i)
	own := s.offer([]int{i})
	depth, matched := s.depth(i)
	switch {
	case u.trust == refused:
		return s.refuse(u.why)
	case u.trust == vague:
		return s.ask(u.why)
	case other:
		return s.ask(WhyClassifier)
	case s.has(cOther):
		return s.ask(WhyExtra)
	case s.has(cPlan):
		return s.ask(WhyUnsure)
	case s.has(cUnsure, cAsk) && !s.settled():
		if s.has(cJunk) || s.alien > 0 {
			return s.ask(WhyUnsure)
		}
		return s.ask(WhyUnsure, own...)
	case s.has(cJunk, cOrdinal, cTick, cCross, cBox, cLatinYes, cLatinNo), s.alien > 0:
		return s.ask(WhyExtra)
	case !matched:
		return s.ask(WhyExtra, own...)
	case depth > 0 && s.measureOf(i) < 0:
		return s.ask(WhyExtra, own...) // (3) may be the third of a list
	case u.trust == doubtful:
		return s.ask(u.why, own...)
	case !near && n != nil && u.full && likeDate(s.toks[i].text, n.Year):
		return s.ask(WhyExtra, own...)
	}
	return takenAs(Count(u.value))
}

// likeDate: the bare year, or a date in digits alone (2021, 202106, 20210616).
func likeDate(digits, year string) bool {
	rest, ok := strings.CutPrefix(digits, year)
	if !ok || year == "" || len(rest)%2 != 0 || len(rest) > 4 {
		return false
	}
	return rest == "" || isMonth(smallInt(rest[:2])) && (len(rest) == 2 || isDay(smallInt(rest[2:])))
}

// settled: 就按350吧 is a decision. Nothing but 吧 may waver in it.
func (s *sighting) settled() bool {
	if !s.has(cSettle) || s.has(cAsk) || s.count[cUnsure] != 1 {
		return false
	}
	return s.toks[s.first[cUnsure]].text == "吧"
}

// clean: nothing in the text but words that can stand beside a nothing.
func (s *sighting) clean() bool {
	return s.alien == 0 && !s.has(cJunk, cOrdinal, cCorrect, cUnsure, cPlan, cOther, cAsk, cTick, cCross, cBox, cLatinYes, cLatinNo)
}

// onePerClause: two negations in one clause may undo each other (没有没开展).
func (s *sighting) onePerClause() bool {
	seen := false
	for _, t := range s.toks {
		switch t.class {
		case cPunct, cLine, cSpace, cOpen, cClose:
			seen = false
		case cNone:
			if seen {
				return false
			}
			seen = true
		}
	}
	return true
}

// withoutNumber judges a text that has no number: nothing, no such work, not
// known, something to ask about, or no answer.
func (s *sighting) withoutNumber() Reading {
	kinds := 0
	for _, c := range []class{cNone, cNA, cDontKnow, cBlank, cNot} {
		if s.has(c) {
			kinds++
		}
	}
	bent := s.has(cApprox, cVague, cGrow, cPart, cEach, cRange, cMinus, cRatio, cPlus, cSettle)
	sure := kinds == 1 && s.clean() && !bent
	switch {
	case s.has(cVague) && kinds == 0:
		return s.ask(WhyApprox)
	case kinds == 0:
		switch {
		case s.wavers():
			return s.ask(WhyNothing)
		case s.has(cDate, cOrdinal, cTick, cCross, cMinus, cPlus, cRatio), s.digits(), s.misplacedOnly():
			return s.ask(WhyExtra)
		}
		return Reading{Outcome: NoAnswer}
	case sure && s.has(cNA):
		return takenAs(Value{Kind: NotApplicable})
	case sure && s.has(cDontKnow):
		return takenAs(Value{Kind: Unknown})
	case sure && s.has(cNone) && s.onePerClause() && !s.has(cDate) && !s.claims() && s.stands():
		return takenAs(Count(0))
	case s.strays():
		return Reading{Outcome: NoAnswer}
	}
	return s.ask(WhyNothing)
}

// wavers: 不确定 and its like.
func (s *sighting) wavers() bool {
	return slices.ContainsFunc(s.toks, func(t token) bool { return t.class == cUnsure && waverer[t.text] })
}

// misplaced: a word for what some items count, and not this one.
func (s *sighting) misplaced() bool {
	return slices.ContainsFunc(s.toks, func(t token) bool { return t.class == cJunk && t.known && !nods[t.text] })
}

// misplacedOnly: nothing but the name of what some items count (改扩建).
func (s *sighting) misplacedOnly() bool {
	named := false
	for _, t := range s.toks {
		switch {
		case t.class == cJunk && t.known && !t.done && !nods[t.text]:
			named = true
		case t.class != cSpace && t.class != cPunct && t.class != cQuote && t.class != cLine:
			return false
		}
	}
	return named
}

// endsClause reports whether what a word of nothing says ends at a token. A
// blank does not end it: 没有 数字.
func endsClause(c class) bool {
	switch c {
	case cPunct, cLine, cOpen, cClose, cDash:
		return true
	}
	return false
}

// stands: behind each word of nothing stand, to the end of its clause, only
// words that say that the thing asked was held. 没收到, 没有数字 and 没明白 tell
// of something else that is lacking. Before it in the clause no word may be the
// figure itself (数字没有).
func (s *sighting) stands() bool {
	begin := 0
	for k := range s.toks {
		if endsClause(s.toks[k].class) {
			begin = k + 1
		}
		if s.toks[k].class != cNone {
			continue
		}
		for _, t := range s.toks[begin:k] {
			if t.class == cFill && sums[t.text] {
				return false
			}
		}
		for _, t := range s.toks[k+1:] {
			if endsClause(t.class) || t.class == cNone {
				break
			}
			switch t.class {
			case cVerb, cLabel, cSpace, cQuote, cNum, cOwnItem:
			case cMeasure:
				if !t.own {
					return false
				}
			case cFill:
				if !held[t.text] {
					return false
				}
			case cChat:
				if !thanks[t.text] {
					return false
				}
			case cIs:
				if t.text != "有" {
					return false
				}
			default:
				return false
			}
		}
	}
	return true
}

// strays: each word of nothing is bound to words the reader does not know
// (领导还没签字, 今天天气不错), or a question is asked with it (怎么还不行), and
// nothing else speaks of what is asked.
func (s *sighting) strays() bool {
	if s.has(cNA, cDontKnow, cLabel, cNum, cVague) || s.wavers() {
		return false
	}
	for k, t := range s.toks {
		switch t.class {
		case cNone, cBlank:
			if t.class == cBlank && !open[t.text] || !s.unknownBehind(k) {
				return false
			}
		case cNot:
			// 不 before a word, known or not, is a will or an opinion.
			if !s.unknownBehind(k) && !s.follows(k, cChat) {
				return false
			}
		case cMeasure:
			if t.own {
				return false
			}
		case cJunk:
			if !t.known && s.form.speaksOf(t.text) {
				return false
			}
		}
	}
	return true
}

// follows reports whether the token right behind the one at k has a class.
func (s *sighting) follows(k int, c class) bool {
	return k+1 < len(s.toks) && s.toks[k+1].class == c
}

// unknownBehind reports whether, from the token at k to the end of its clause,
// there are words not understood and none that is.
func (s *sighting) unknownBehind(k int) bool {
	unknown := false
	for _, t := range s.toks[k+1:] {
		if endsClause(t.class) {
			break
		}
		switch t.class {
		case cJunk:
			if t.known {
				return false
			}
			unknown = true
		case cVerb, cChat, cMeasure, cIs:
			return false
		case cFill:
			if !held[t.text] {
				return false
			}
		}
	}
	return unknown
}

// speaksOf reports whether a stretch has two characters in a row that some item
// of the form is called by.
func (f *Form) speaksOf(text string) bool {
	if f == nil {
		return false
	}
	rs := []rune(text)
	for i := 0; i+1 < len(rs); i++ {
		if !unicode.Is(unicode.Han, rs[i]) || !unicode.Is(unicode.Han, rs[i+1]) {
			continue
		}
		pair := string(rs[i : i+2])
		for k := range f.Fields {
			g := &f.Fields[k]
			if strings.Contains(g.Label, pair) || strings.Contains(g.Short, pair) || slices.ContainsFunc(g.Words, func(w string) bool { return strings.Contains(w, pair) }) {
				return true
			}
		}
	}
	return false
}

// claims: 有 in the same breath as 没有.
func (s *sighting) claims() bool {
	for _, t := range s.toks {
		if t.class == cIs && t.text != "是" || t.class == cVerb && t.done && !s.negated(t) {
			return true
		}
	}
	return false
}

// negated: the verb stands behind a negation of its own clause.
func (s *sighting) negated(v token) bool {
	neg := false
	for _, t := range s.toks {
		switch {
		case t.start == v.start:
			return neg
		case t.class == cPunct, t.class == cLine, t.class == cSpace, t.class == cOpen:
			neg = false
		case t.class == cNone:
			neg = true
		}
	}
	return neg
}

// digits: some not understood stretch has digits in it.
func (s *sighting) digits() bool {
	for _, t := range s.toks {
		if t.class == cJunk && t.digits {
			return true
		}
	}
	return false
}
