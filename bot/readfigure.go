package bot

import (
	"slices"
	"strings"
)

// This file reads the figures of a free sentence that is about one count and
// the people that belong to it. What it finds is only ever put to the person, so
// words that are not understood may stand between the figures; whatever bends or
// takes back a figure may not.

// figures is what a sentence says of one count and its people.
type figures struct {
	placed  []Placement
	wanting []Wanting
	aside   []Aside
	written string // the figures, to be read again for another item
	reading string // the figures, to be shown
	spoken  bool   // the count stands beside a word for holding it, or its name
	adds    bool   // something is said to come on top
}

func (f figures) grows() bool {
	return f.adds || slices.ContainsFunc(f.placed, func(p Placement) bool { return p.Mode != ModePlain })
}

// sumWords say that a figure is the whole.
var sumWords = setOf(`共 一共 总共 共计 总计 合计 总数 总的 共有 总共有 一共有 累计 累积`)

// perEvent are the words for each of what the count counts. 每天 and 人均 are of
// something else.
var perEvent = setOf(`每次 每场 每期 每批 各 每`)

// parted are the words for a part that is in the figure before.
var parted = setOf(`其中 含 包括 包含`)

// others are the words for somebody else's events, as opposed to other times'.
var others = setOf(`县上 县里 市上 市里 省上 省里 上级 别人 别的 别家 他们 她们 人家 兄弟单位 隔壁 对方 牵头 主会场 县主会场`)

// grows reports whether there is a word for adding or summing up in a text.
func grows(text string) bool {
	l := newLine(text)
	return slices.ContainsFunc(lex(nil, l, &Field{}), func(t token) bool { return t.class == cGrow || t.class == cFill && sumWords[t.text] })
}

// bends reports whether words without a figure may take back or change the
// figures before them: 不算, 还没定, 是县上的.
func bends(text string) bool {
	return slices.ContainsFunc(lex(nil, newLine(text), &Field{}), func(t token) bool {
		switch t.class {
		case cNone, cNot, cNA, cDontKnow, cBlank, cAsk, cCorrect, cPlan, cUnsure, cPart, cOther, cMinus:
			return true
		}
		return false
	})
}

// figureReader walks through the tokens of a sentence.
type figureReader struct {
	n    *Notice
	s    *sighting
	f, g *Field // the count, and its people; g may be nil

	out      figures
	mode     Mode
	add, sum bool // said since the last figure
	bare     bool // a figure without a measure word was taken
	part     bool // what follows is a part of what was said: 其中
	ranged   int  // the figure behind which the last was joined to this one, plus 1
}

// readFigures reads a sentence as figures of one count. It reports false if
// there are none, or if anything in it may mean that they are not so.
func readFigures(n *Notice, form *Form, item int, text string) (figures, bool) {
	f := form.Field(item)
	if f == nil || f.Kind != KindCount || tooLong(text) {
		return figures{}, false
	}
	r := &figureReader{n: n, f: f}
	fields := []*Field{f}
	for _, g := range n.dependents(f) {
		if g.Kind == KindCount {
			r.g = g
			fields = append(fields, g)
			break
		}
	}
	l := newLine(text)
	r.s = see(l, lex(n, l, fields...))
	if len(r.s.nums) == 0 || !r.plain() {
		return figures{}, false
	}
	toks := r.s.toks
	for start := 0; start < len(toks); {
		end := start
		for end < len(toks) && !parts(toks[end].class) {
			end++
		}
		if !r.stretch(start, end) {
			return figures{}, false
		}
		start = end + 1
	}
	return r.out, len(r.out.placed)+len(r.out.wanting) > 0
}

// plain reports whether nothing in the sentence reaches over all of it.
func (r *figureReader) plain() bool {
	for i, t := range r.s.toks {
		switch t.class {
		case cNone, cNA, cDontKnow, cBlank, cAsk, cPlan, cMinus, cRatio, cPlus, cOrdinal, cOwnItem, cTick, cCross, cBox, cLatinYes, cLatinNo:
			return false
		case cUnsure:
			if t.text != "吧" {
				return false
			}
		case cNot:
			return false
		case cCorrect:
			if looksBack(t.text) || t.text == "作废" || t.text == "为准" || t.text == "以此为准" {
				return false
			}
		case cPart:
			if !parted[t.text] {
				return false
			}
		case cOther:
			if rests[t.text] {
				return false
			}
		case cJunk:
			if t.digits || strings.ContainsFunc(t.text, isLatin) || strings.ContainsAny(t.text, "-—/") {
				return false
			}
		case cNum:
			if u := t.num; u.trust == refused || i > 0 && r.s.toks[i-1].class == cNum {
				return false
			}
		}
	}
	return true
}

// stretch reads the tokens between two signs or blanks.
func (r *figureReader) stretch(start, end int) bool {
	toks := r.s.toks[start:end]
	has := func(ok func(token) bool) bool { return slices.ContainsFunc(toks, ok) }
	isNum := func(t token) bool { return t.class == cNum }
	other := has(func(t token) bool { return t.class == cOther })
	switch {
	case other:
		// 又参加了县上的, 县上的3场: none of it is the unit's own.
		theirs := has(func(t token) bool { return t.class == cOther && others[t.text] })
		if has(func(t token) bool { return t.class == cIs || strings.HasSuffix(t.text, "是") }) {
			return false // 是县上搞的: what stands before
		}
		if !theirs && !has(isNum) {
			return true
		}
		r.out.aside = append(r.out.aside, Aside{Other: true, Quote: r.quote(start, end)})
		return true
	case !has(isNum):
		if !has(func(t token) bool { return t.class == cVerb || t.class == cJunk || t.class == cLabel }) {
			r.words(start, end) // 又 alone before 1场
		}
		if has(func(t token) bool { return t.class == cCorrect }) {
			return r.corrected()
		}
		return true
	}
	from := start
	for i := start; i < end; i++ {
		t := r.s.toks[i]
		switch t.class {
		case cCorrect:
			if !r.corrected() {
				return false
			}
		case cNum:
			if !r.words(from, i) || !r.number(from, i, start, end) {
				return false
			}
			from = max(from, r.s.behind(i))
		}
	}
	return true
}

// words notes what stands before a figure about adding and summing up.
func (r *figureReader) words(start, end int) bool {
	for i := start; i < end; i++ {
		t := r.s.toks[i]
		to := i+1 < len(r.s.toks) && strings.IndexAny(r.s.toks[i+1].text, "到至起") == 0
		switch {
		case t.class == cGrow && (sumWords[t.text] || to): // 增加到, 加起来
			r.sum = true
		case t.class == cGrow:
			r.add = true
		case t.class == cFill && sumWords[t.text]:
			r.sum = true
		case t.class == cPart:
			r.part = true
		}
	}
	return true
}

// corrected drops the figures so far: 12 不对 13场. It reports false if one of
// them is then said by nobody.
func (r *figureReader) corrected() bool {
	if slices.ContainsFunc(r.out.placed, func(p Placement) bool { return p.Item != r.f.Item }) || len(r.out.wanting) > 0 {
		return false
	}
	r.out = figures{aside: r.out.aside}
	r.bare, r.mode = false, ModeInstead
	return true
}

// number reads the figure at i; between from and it stands what belongs to it,
// in a stretch from start to end.
func (r *figureReader) number(from, i, start, end int) bool {
	toks := r.s.toks
	behind := max(r.s.hedged(r.s.behind(i)), i+1)
	about := toks[from:min(behind, len(toks))]
	has := func(c class) int { return slices.IndexFunc(about, func(t token) bool { return t.class == c }) }
	m := r.measureOf(i)
	if next := r.nextNum(i, end); next < end && r.s.joined(i, next) {
		r.ranged = i + 1
		return true // 3-5场: the second has the measure word
	}
	field := r.f
	switch {
	case m < 0 && toks[i].num.day:
		return false
	case m < 0:
		if r.bare || r.said(r.f) {
			return false
		}
		r.bare = true
	case fitsUnit(r.f, toks[m].text):
	case r.g != nil && fitsUnit(r.g, strings.TrimPrefix(toks[m].text, "个")): // 12个人
		field = r.g
	default:
		r.out.aside = append(r.out.aside, Aside{Quote: r.quote(i, min(end, max(m+1, r.nextNum(i, end))))})
		return true
	}
	r.settleMode()
	if r.part {
		r.out.aside = append(r.out.aside, Aside{Quote: r.quote(from, max(i, m)+1)})
		return r.said(field)
	}
	last := max(i, m)
	quote := r.quote(i, last+1)
	switch {
	case has(cApprox) >= 0 || has(cVague) >= 0 || has(cRange) >= 0 || toks[i].num.trust == vague:
		first := i
		if r.ranged > 0 {
			first, r.ranged = r.ranged-1, 0
		}
		for k, t := range about {
			if t.class == cApprox && from+k < i {
				first = from + k
				break
			}
		}
		r.want(field, WhyApprox, r.quote(first, max(behind, last+1)))
		return true
	case toks[i].num.trust != exact:
		return false
	case has(cEach) >= 0:
		return r.each(field, about[has(cEach)].text, toks[i].num.value, r.quote(from+has(cEach), last+1))
	}
	if field == r.f && m > i {
		for _, t := range toks[start:end] {
			r.out.spoken = r.out.spoken || t.class == cVerb || t.class == cLabel
		}
	}
	return r.put(Placement{Item: field.Item, Value: Count(toks[i].num.value), Mode: r.mode}, quote)
}

// settleMode turns the words before a figure into how it stands to earlier
// ones. It holds for those that follow, till other words come.
func (r *figureReader) settleMode() {
	switch {
	case r.add && r.sum:
		r.mode = ModePlain
	case r.add:
		r.mode = ModeAdd
	case r.sum:
		r.mode = ModeTotal
	}
	r.add, r.sum = false, false
	r.out.adds = r.out.adds || r.mode == ModeAdd
}

// each multiplies what was said of each event by the events of this sentence.
func (r *figureReader) each(field *Field, word string, n int64, quote string) bool {
	var events int64
	for _, p := range r.out.placed {
		if p.Item == r.f.Item {
			events += p.Value.Number
		}
	}
	if field != r.g || !perEvent[word] || events == 0 || n > MaxCount/events {
		r.want(field, WhyEach, quote)
		return true
	}
	return r.put(Placement{Item: field.Item, Value: Count(events * n), Mode: r.mode, Quote: quote}, quote)
}

// put records a figure. Figures that come on top are added up; of any others
// there is one.
func (r *figureReader) put(p Placement, quote string) bool {
	for k := range r.out.placed {
		q := &r.out.placed[k]
		switch {
		case q.Item != p.Item:
		case q.Mode == ModeAdd && p.Mode == ModeAdd:
			q.Value.Number += p.Value.Number
			r.write(p.Mode, quote)
			return q.Value.Number <= MaxCount
		case q.Mode == ModeAdd && p.Mode == ModeTotal, q.Mode == ModeTotal && p.Mode == ModeAdd:
		default:
			return false
		}
	}
	r.out.placed = append(r.out.placed, p)
	r.write(p.Mode, quote)
	return p.Value.Number <= MaxCount
}

// write keeps the figure for reading and for showing it.
func (r *figureReader) write(mode Mode, quote string) {
	if r.out.written != "" {
		r.out.written += "，"
		r.out.reading += "、"
	}
	switch mode {
	case ModeAdd:
		r.out.written += "又"
	case ModeTotal:
		r.out.written += "累计"
	}
	r.out.written += quote
	r.out.reading += quote
}

func (r *figureReader) want(field *Field, why Why, quote string) {
	r.out.wanting = append(r.out.wanting, Wanting{Item: field.Item, Why: why, Quote: quote, Mode: r.mode})
	r.write(r.mode, quote)
}

// said reports whether a field has a figure already.
func (r *figureReader) said(f *Field) bool {
	return slices.ContainsFunc(r.out.placed, func(p Placement) bool { return p.Item == f.Item })
}

// measureOf is the place of the measure word of the number at i, with a hedge
// before it or not (80来人); -1 if it has none.
func (r *figureReader) measureOf(i int) int {
	for k := i; ; k++ {
		if m := r.s.measureOf(k); m >= 0 {
			return m
		}
		if k+1 >= len(r.s.toks) || r.s.toks[k+1].class != cApprox {
			return -1
		}
	}
}

// nextNum is the place of the next figure behind i, or end.
func (r *figureReader) nextNum(i, end int) int {
	for k := i + 1; k < end; k++ {
		if r.s.toks[k].class == cNum {
			return k
		}
	}
	return end
}

func (r *figureReader) quote(start, end int) string {
	return r.s.l.quote(r.s.toks[start].start, r.s.toks[end-1].end)
}

// countedIn lists the figures of a text that have a measure word.
func countedIn(n *Notice, text string) []string {
	l := newLine(text)
	s := see(l, lex(n, l, &Field{}))
	var list []string
	for _, i := range s.nums {
		if m := s.measureOf(i); m >= 0 && s.toks[i].num.trust == exact {
			list = append(list, l.quote(s.toks[i].start, s.toks[m].end))
		}
	}
	return list
}

// fitsUnit reports whether a measure word passes for the field's.
func fitsUnit(f *Field, word string) bool { return word == f.Unit || slices.Contains(f.Near, word) }
