package bot

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// altered places sentences whose printed words were changed by hand, in what
// the exact search left over. Here the value comes first: only words that end
// where a value and its own measure word begin are compared with the labels.
func (p *paster) altered() {
	known := slices.Clone(p.places)
	from := 0
	for _, pl := range known {
		p.alteredIn(from, pl.from, known)
		from = max(from, pl.to)
	}
	p.alteredIn(from, len(p.glyphs), known)
	p.sort()
}

func (p *paster) alteredIn(lo, hi int, known []place) {
	for i := lo; i < hi; i++ {
		if !p.mayBeValue(i, lo, hi) {
			continue
		}
		limit := min(hi, p.limit(i, known))
		blank, from, ok := p.closest(lo, i, limit)
		if !ok {
			continue
		}
		if pl, ok := p.fill(blank, from, i, limit, false); ok {
			lo = min(hi, p.sentence(pl, known))
			i = lo - 1
		}
	}
}

func (p *paster) mayBeValue(i, lo, hi int) bool {
	g := p.glyphs[i]
	switch {
	case g.kind == glyphOpen:
		return p.closer(i, hi) > 0
	case g.kind == glyphWord && isNumeral(g.r):
		return i == lo || !isNumeral(p.glyphs[i-1].r)
	}
	return yesNoMark(g.r) != 0 && (i == lo || yesNoMark(p.glyphs[i-1].r) == 0)
}

// closest finds the one blank whose label the words before glyph v repeat with
// small changes. If they could be two labels, or none well enough, it is none.
func (p *paster) closest(lo, v, limit int) (blank, from int, ok bool) {
	words, at, edges := p.wordsBefore(lo, v)
	if len(words) < shortestAltered {
		return 0, 0, false
	}
	fits := map[string]bool{}
	found := 0
	for i, b := range p.blanks {
		if !b.head || b.field.Kind == KindText || b.field.Kind != KindYesNo && b.unit == "" {
			continue
		}
		if strings.ContainsRune(b.label, p.glyphs[v].r) {
			continue // 一 in “记者走一线” is a printed word
		}
		key := string(b.field.Kind) + b.unit
		fit, known := fits[key]
		if !known {
			fit = p.valueAt(v, limit, b)
			fits[key] = fit
		}
		if !fit {
			continue
		}
		start, ok := p.alike(b.label, words, edges)
		if !ok {
			continue
		}
		found++
		blank, from = i, at[start]
	}
	return blank, from, found == 1
}

func (p *paster) valueAt(v, limit int, b blank) bool {
	if b.field.Kind == KindYesNo {
		_, _, words := p.signs(v, limit)
		return words > 0
	}
	g, ok := p.gap(v, limit, b.unit)
	return ok && (g.bracket || g.figures() > 0) && g.others <= mostOthers
}

// wordsBefore are the letters before glyph v within its sentence and behind any
// figure, where each stands, and at which of them a phrase begins.
func (p *paster) wordsBefore(lo, v int) (words []rune, at, edges []int) {
	const most, farthest = 64, 256
	edge := false
	lo = max(lo, v-farthest)
	i := v - 1
	for ; i >= lo && len(words) < most; i-- {
		g := p.glyphs[i]
		if g.kind == glyphStop || isDigit(g.r) {
			break
		}
		if g.kind == glyphWord {
			if edge && len(words) > 0 {
				edges = append(edges, len(words)-1)
			}
			words, at = append(words, g.r), append(at, i)
			edge = false
			continue
		}
		edge = edge || g.kind != glyphSoft && g.kind != glyphFill && g.kind != glyphOther
	}
	if len(words) < most && len(words) > 0 {
		edges = append(edges, len(words)-1)
	}
	slices.Reverse(words)
	slices.Reverse(at)
	for k := range edges {
		edges[k] = len(words) - 1 - edges[k]
	}
	return words, at, edges
}

// shortestAltered is the fewest letters that can stand for a label that is not
// repeated in full.
const shortestAltered = 4

// alike reports whether words end with label, give or take a few letters, and
// at which of them it begins. Either at most a quarter of the label is changed
// and nothing that turns the sense round was put in; or a whole phrase is what
// remains of the label after cutting, enough of it, and of no other label.
func (p *paster) alike(label string, words []rune, edges []int) (int, bool) {
	want := []rune(label)
	if len(want) < shortestAltered {
		return 0, false
	}
	tail := min(len(words), len(want)+len(want)/4+1)
	if !mostlyIn(want, words[len(words)-tail:]) {
		// Far too different: spares the comparison in a long message.
	} else if d, start, added := distance(want, words[len(words)-tail:], true); d*4 <= len(want) && p.harmless(added) {
		return len(words) - tail + start, true
	}
	for _, e := range edges {
		rest := words[e:]
		if p.cutFrom(want, rest) {
			return e, true
		}
	}
	return 0, false
}

// mostlyIn reports whether at least three quarters of the letters of want occur
// in words at all.
func mostlyIn(want, words []rune) bool {
	missing := 0
	for _, r := range want {
		if !slices.Contains(words, r) {
			missing++
		}
	}
	return missing*4 <= len(want)
}

// cutFrom reports whether words are label with parts left out, and could not
// be another label so treated.
func (p *paster) cutFrom(label, words []rune) bool {
	const plenty = 8
	if len(words) < shortestAltered || len(words) < plenty && 3*len(words) < 2*len(label) || !subsequence(words, label) {
		return false
	}
	for _, b := range p.blanks {
		if b.label != string(label) && subsequence(words, []rune(b.label)) {
			return false
		}
	}
	return true
}

// resembles compares a label with all the words that stand in its place.
func (p *paster) resembles(label, words string) bool {
	want, got := []rune(label), []rune(words)
	d, _, added := distance(want, got, false)
	return d*4 <= len(want) && p.harmless(added) ||
		len(got) >= shortestAltered && 3*len(got) >= 2*len(want) && subsequence(got, want)
}

// subsequence reports whether short is long with at most two parts left out
// between its first letter and its last, and any before and behind.
func subsequence(short, long []rune) bool {
	i, holes, gap := 0, 0, false
	for _, r := range long {
		if i < len(short) && r == short[i] {
			if gap && i > 0 {
				holes++
			}
			i, gap = i+1, false
			continue
		}
		gap = true
	}
	return i == len(short) && holes <= 2
}

// distance is the least number of letters to add to, take from or change in
// want to get got, or with free set the tail of got that begins at start.
// Added are the letters of got that are not in want.
func distance(want, got []rune, free bool) (d, start int, added []rune) {
	rows := make([][]int, len(want)+1)
	for i := range rows {
		rows[i] = make([]int, len(got)+1)
		rows[i][0] = i
	}
	for j := 1; j <= len(got) && !free; j++ {
		rows[0][j] = j
	}
	for i := 1; i <= len(want); i++ {
		for j := 1; j <= len(got); j++ {
			change := rows[i-1][j-1]
			if want[i-1] != got[j-1] {
				change++
			}
			rows[i][j] = min(change, rows[i-1][j]+1, rows[i][j-1]+1)
		}
	}
	i, j := len(want), len(got)
	for i > 0 {
		switch {
		case j > 0 && want[i-1] == got[j-1] && rows[i][j] == rows[i-1][j-1]:
			i, j = i-1, j-1
		case j > 0 && rows[i][j] == rows[i-1][j-1]+1:
			added = append(added, got[j-1])
			i, j = i-1, j-1
		case j > 0 && rows[i][j] == rows[i][j-1]+1:
			added = append(added, got[j-1])
			j--
		default:
			i--
		}
	}
	if !free {
		added = append(added, got[:j]...)
		j = 0
	}
	return rows[len(want)][len(got)], j, added
}

// turning are letters that change what a sentence claims: not done, planned,
// done once more, about, each.
const turning = "未没不无非拟将又再另还约近每"

// harmless reports whether letters put into a label leave its sense alone. A
// measure word among them means that another blank was passed over: in
// “新建个，改建5个” the 5 is not for 新建.
func (p *paster) harmless(added []rune) bool {
	return !slices.ContainsFunc(added, func(r rune) bool {
		return isNumeral(r) || strings.ContainsRune(turning, r) || strings.ContainsRune(p.measure, r)
	})
}

// edges looks at what stands right before and right behind each sentence
// found. “又”, “左右” or “（其中线上5次）” make a question of what looked plain.
func (p *paster) edges() {
	for i := range p.places {
		pl := &p.places[i]
		if pl.blank == 0 || p.blanks[pl.blank].field.Kind == KindText {
			continue
		}
		lo, hi := 0, len(p.glyphs)
		if i > 0 {
			lo = p.places[i-1].to
		}
		if i+1 < len(p.places) {
			hi = p.places[i+1].from
		}
		p.edgeBefore(pl, lo)
		if p.blanks[pl.blank].field.Kind != KindYesNo {
			p.edgeBehind(pl, hi)
		}
	}
}

func (p *paster) edgeBefore(pl *place, lo int) {
	const most = 4
	from := pl.from
	for from > lo && pl.from-from < most && p.glyphs[from-1].kind == glyphWord {
		from--
	}
	words := p.raw(from, pl.from)
	if pl.empty || pl.reading.Outcome != Taken || !strings.ContainsAny(words, turning) {
		return
	}
	why := WhyExtra
	if strings.ContainsAny(words, "又再另还") {
		why = WhyGrowing
	}
	pl.reading = Reading{Outcome: Asked, Why: why, Quote: p.raw(from, pl.to), Propose: []Value{pl.reading.Value}}
	pl.from = from
}

func (p *paster) edgeBehind(pl *place, hi int) {
	if pl.reading.Outcome != Taken && !pl.empty {
		return
	}
	near, all, letters, spaced := p.tail(pl.to, hi)
	unit := p.blanks[pl.blank].unit
	read := func(tail string) Reading {
		return p.read(p.n, p.blanks[pl.blank].field, pl.value+unit+tail)
	}
	ask := func(r Reading, end int) {
		if r.Outcome == Taken || r.Outcome == NoAnswer {
			r = Reading{Outcome: Asked, Why: WhyExtra}
		}
		r.Quote = pl.value + unit + p.raw(pl.to, end)
		if pl.empty {
			r.Quote = p.raw(pl.from, end)
		}
		pl.reading, pl.empty, pl.to = r, false, end
	}
	figure := p.hasFigure(pl.to, near)
	if pl.empty {
		if figure {
			ask(Reading{Outcome: NoAnswer}, near)
		}
		return
	}
	const attached, apart = 16, 4
	if letters > 0 && (figure || letters <= apart || letters <= attached && !spaced) {
		if r := read(p.raw(pl.to, near)); r.Outcome != Taken || r.Value != pl.reading.Value {
			ask(r, near)
			return
		}
	}
	if all > near && p.hasFigure(near, all) {
		if words, ok := strings.CutSuffix(p.plainBetween(near, all), unit); ok && allNumerals(words) {
			ask(Reading{Outcome: Asked, Why: WhyTwo}, all) // “2场，3场”
			return
		}
		switch r := read(p.within(pl.to, all)); r.Why {
		case WhyPart, WhyEach, WhyCorrection, WhyGrowing:
			ask(r, all)
		}
	}
}

// tail measures what stands behind a value: up to the next comma (near), and
// up to the end of the sentence or the line (all).
func (p *paster) tail(from, hi int) (near, all, letters int, spaced bool) {
	near = -1
	i := from
scan:
	for ; i < hi; i++ {
		switch p.glyphs[i].kind {
		case glyphStop, glyphBreak:
			break scan
		case glyphComma, glyphSoft:
			if near < 0 {
				near = i
			}
		case glyphOpen:
			if c := p.closer(i, hi); c > 0 {
				if near < 0 {
					letters += utf8.RuneCountInString(p.plainBetween(i, c))
				}
				i = c
			}
		case glyphSpace:
			spaced = spaced || letters == 0
		case glyphWord:
			if near < 0 {
				letters++
			}
		}
	}
	if near < 0 {
		near = i
	}
	return near, i, letters, spaced
}

// hasFigure reports whether a stretch holds something that looks like an
// answer: a numeral with a measure word behind it, in brackets, or standing
// alone. The digits of 6·16, “12350” and 20年 are printed words.
func (p *paster) hasFigure(from, to int) bool {
	for i := from; i < to; i++ {
		g := p.glyphs[i]
		if g.kind != glyphWord || !isNumeral(g.r) {
			continue
		}
		digits, end := false, i
		for end < to && (isNumeral(p.glyphs[end].r) || digits && strings.ContainsRune(",.", p.glyphs[end].r) && p.betweenDigits(end)) {
			digits = digits || isDigit(p.glyphs[end].r)
			end++
		}
		if p.countsAsFigure(from, i, end, to, digits) {
			return true
		}
		i = end - 1
	}
	return false
}

func (p *paster) countsAsFigure(from, i, end, to int, digits bool) bool {
	next := end
	for next < to && (blankKind(p.glyphs[next].kind) || p.glyphs[next].kind == glyphClose || strings.ContainsRune("多余来几%", p.glyphs[next].r)) {
		if p.glyphs[next].r == '%' {
			return true
		}
		next++
	}
	if next < to && slices.ContainsFunc(p.units, func(u string) bool { return p.at(next, u) }) {
		return true
	}
	if !digits {
		return false
	}
	lone := func(k glyphKind) bool { return k != glyphWord && k != glyphSoft && k != glyphOther }
	before, behind := glyphBreak, glyphBreak
	if i > from {
		before = p.glyphs[i-1].kind
	}
	if end < to {
		behind = p.glyphs[end].kind
	}
	return lone(before) && lone(behind)
}

// leftovers reports every piece of the message that no place covers.
func (p *paster) leftovers(paste *Paste) {
	from := 0
	for _, pl := range append(slices.Clone(p.places), place{from: len(p.glyphs), to: len(p.glyphs)}) {
		if pl.from > from {
			p.pieces(from, pl.from, pl.blank != 0, paste)
		}
		from = max(from, pl.to)
	}
}

func (p *paster) pieces(from, to int, sentence bool, paste *Paste) {
	for from < to {
		end := from
		for end < to && p.glyphs[end].kind != glyphStop && p.glyphs[end].kind != glyphBreak {
			end++
		}
		last := end == to
		switch piece := p.piece(from, end); {
		case piece == "", isHeading(piece), last && sentence && p.isOrdinal(from, end):
		case p.hasFigure(from, end):
			paste.Rest = append(paste.Rest, piece)
		default:
			paste.Words = append(paste.Words, piece)
		}
		from = end + 1
	}
}

// piece is a leftover without the punctuation around it; empty if nothing else
// is in it.
func (p *paster) piece(from, to int) string {
	meaningless := func(g glyph) bool {
		return g.kind != glyphWord && g.kind != glyphOpen && g.kind != glyphClose && yesNoMark(g.r) == 0 && g.kind != glyphOther
	}
	for from < to && meaningless(p.glyphs[from]) {
		from++
	}
	for from < to && meaningless(p.glyphs[to-1]) {
		to--
	}
	if !slices.ContainsFunc(p.glyphs[from:to], func(g glyph) bool { return g.kind == glyphWord }) {
		return ""
	}
	return p.raw(from, to)
}

// isOrdinal reports whether a piece right before a sentence only numbers it:
// 1、 （2） 三． It takes a mark of punctuation, without which it may be a value.
func (p *paster) isOrdinal(from, to int) bool {
	letters, marks := 0, 0
	for _, g := range p.glyphs[from:to] {
		switch {
		case g.kind == glyphWord && isNumeral(g.r):
			letters++
		case g.kind == glyphWord:
			return false
		case g.kind == glyphComma, g.kind == glyphClose, g.r == '.':
			marks++
		}
	}
	return letters <= 2 && marks > 0
}

// isHeading reports whether a piece is a cell of the form's heading line.
func isHeading(piece string) bool {
	words := phrase(piece)
	for _, h := range []string{"填报单位", "填报日期", "填报人", "联系人", "联系电话", "电话"} {
		if rest, ok := strings.CutPrefix(words, h); ok && utf8.RuneCountInString(rest) <= 60 {
			rest, _ = strings.CutPrefix(rest, "盖章")
			return rest == "" || strings.ContainsAny(piece, ":：")
		}
	}
	return false
}
