package bot

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"
)

// MaxPaste bounds, in bytes, the messages that [ReadPaste], [ReadList] and
// [ReadRange] look at. The whole printed form with every cell is under 10 KB.
const MaxPaste = 64 << 10

// Paste is what was found in a message that repeats sentences of the form.
type Paste struct {
	// Answers are sorted by item, one for each. Those that are not Taken are
	// questions or refusals; none is NoAnswer.
	Answers []ItemReading
	// Blank are the items whose place was found empty. They are no answers.
	Blank []int
	// Rest are the pieces with figures in them that belong to no item. The
	// person has to be told of them.
	Rest []string
	// Words are the other pieces that were not understood: in a paste of the
	// whole table, its first two columns and its headings.
	Words []string
}

// reader reads one text against one field; it is [Read], or a stub in tests.
type reader func(*Notice, *Field, string) Reading

// ReadPaste reads a message in which sentences of the form stand with their
// blanks filled: one of them, several in any order, or the whole printed form.
// What the message has besides is told in Rest and Words, except the form's
// own heading line (填报单位, 联系人, 电话, 填报日期), which holds personal data
// that must not be repeated in a group.
//
// A number is given to an item only where the printed words on its left name
// that item and no other. It reports false, and reads nothing, if there is no
// sentence of the form in text, if text is rather a list as [ReadList] takes
// it, or if it is longer than [MaxPaste].
func ReadPaste(n *Notice, form *Form, text string) (Paste, bool) {
	return readPaste(n, form, text, Read)
}

func readPaste(n *Notice, form *Form, text string, read reader) (Paste, bool) {
	if len(text) > MaxPaste {
		return Paste{}, false
	}
	p := &paster{n: n, form: form, read: read, sheet: newSheet(text), blanks: formBlanks(form)}
	p.measures()
	p.texts()
	p.exact()
	p.altered()
	if len(p.places) == 0 {
		return Paste{}, false
	}
	p.titles()
	p.edges()
	paste := p.result()
	if list, rest, ok := readList(n, form, text, read); ok && sure(list)+unfilledLines(n, form, text) >= len(p.places) && len(rest) <= len(paste.Rest)+len(paste.Words) {
		return Paste{}, false
	}
	return paste, true
}

// paster holds one message while its sentences are found.
type paster struct {
	*sheet
	n      *Notice
	form   *Form
	read   reader
	blanks []blank
	units  []string // every measure word, the longest first
	// measure is the letters of the measure words that the form prints.
	measure string
	hits    []hit // heads that stand in the message as printed, in order
	places  []place
}

// hit is a label found in the message, as glyphs [from, to).
type hit struct{ blank, from, to int }

// place is a stretch of the message that is understood: a label, its value and
// its measure word; or, with blank 0, printed words that hold no value.
type place struct {
	blank    int
	from, to int
	value    string // as given to the reader
	empty    bool
	reading  Reading
}

func (p *paster) measures() {
	p.units = slices.Clone(p.n.Classifiers)
	for _, f := range p.form.Fields {
		if f.Kind == KindCount && f.Unit != "" {
			p.units = append(p.units, f.Unit)
			if !strings.Contains(p.measure, f.Unit) {
				p.measure += f.Unit
			}
		}
	}
	slices.SortFunc(p.units, func(a, b string) int { return cmp.Or(len(b)-len(a), cmp.Compare(a, b)) })
	p.units = slices.Compact(p.units)
}

// texts places the text blanks first, because a text may hold anything, even
// other sentences of the form.
func (p *paster) texts() {
	for i, b := range p.blanks {
		if !b.head || b.field.Kind != KindText {
			continue
		}
		starts := p.find(b.label)
		ends := p.find(b.unit)
		for k, start := range starts {
			limit := len(p.glyphs)
			if k+1 < len(starts) {
				limit = starts[k+1][0]
			}
			end := slices.IndexFunc(ends, func(e [2]int) bool { return e[0] >= start[1] && e[1] <= limit })
			pl := place{blank: i, from: start[0]}
			switch {
			case end >= 0:
				pl.to = ends[end][1]
				pl.value = p.textValue(start[1], ends[end][0])
			case start[1] == limit || p.glyphs[start[1]].kind == glyphWord:
				continue // “典型案例具体为什么要报？”
			default:
				pl.to = p.textEnd(start[1], limit)
				pl.value = p.textValue(start[1], pl.to)
			}
			pl.reading = p.read(p.n, b.field, pl.value)
			pl.empty = !strings.ContainsFunc(pl.value, meaningful)
			if pl.reading.Outcome == NoAnswer {
				pl.reading = Reading{Outcome: Asked, Why: WhyNothing, Quote: pl.value}
			}
			p.places = append(p.places, pl)
		}
	}
	p.sort()
}

// textEnd is where a text ends whose closing words are missing: with its
// bracket, else with the sentence or the line.
func (p *paster) textEnd(from, limit int) int {
	i := from
	for i < limit && (blankKind(p.glyphs[i].kind) || p.glyphs[i].kind == glyphSoft) {
		i++
	}
	if i < limit && p.glyphs[i].kind == glyphOpen {
		depth := 0
		for j := i; j < limit; j++ {
			switch p.glyphs[j].kind {
			case glyphOpen:
				depth++
			case glyphClose:
				if depth--; depth == 0 {
					return j + 1
				}
			}
		}
	}
	for ; i < limit && p.glyphs[i].kind != glyphStop && p.glyphs[i].kind != glyphBreak; i++ {
	}
	return i
}

// textValue takes off what the form prints around a text: its brackets, and
// the comma before the closing words.
func (p *paster) textValue(from, to int) string {
	drop := func(g glyph) bool {
		return blankKind(g.kind) || g.kind == glyphComma || g.kind == glyphStop || g.r == ':'
	}
	for from < to && drop(p.glyphs[from]) {
		from++
	}
	for from < to && drop(p.glyphs[to-1]) {
		to--
	}
	if to-from >= 2 && p.glyphs[from].kind == glyphOpen && p.glyphs[to-1].kind == glyphClose {
		depth, around, balanced := 0, true, true
		for i := from; i < to; i++ {
			switch p.glyphs[i].kind {
			case glyphOpen:
				depth++
			case glyphClose:
				depth--
			}
			balanced = balanced && depth >= 0
			around = around && (depth > 0 || i == to-1)
		}
		// “（甲厂）停产（乙厂）” keeps its brackets: none of them is the form's.
		if around || !balanced || depth != 0 {
			from, to = from+1, to-1
		}
	}
	return p.raw(from, to)
}

// meaningful tells what a person put into a blank from what the form printed.
func meaningful(r rune) bool {
	k := kindOf(plainRune(r))
	return k == glyphWord || k == glyphOther
}

func (p *paster) sort() {
	slices.SortFunc(p.places, func(a, b place) int { return cmp.Compare(a.from, b.from) })
}

// exact places the sentences whose words are as printed.
func (p *paster) exact() {
	for i, b := range p.blanks {
		if !b.head || b.field.Kind == KindText {
			continue
		}
		for _, at := range p.find(b.label) {
			if !p.covered(at[0], at[1]) {
				p.hits = append(p.hits, hit{i, at[0], at[1]})
			}
		}
	}
	slices.SortFunc(p.hits, func(a, b hit) int { return cmp.Compare(a.from, b.from) })
	texts := slices.Clone(p.places)
	done := 0
	for _, h := range p.hits {
		if h.from < done {
			continue
		}
		limit := p.limit(h.to, texts)
		if pl, ok := p.fill(h.blank, h.from, h.to, limit, true); ok {
			done = p.sentence(pl, texts)
		}
	}
	p.sort()
}

// covered reports whether a stretch lies in a place already known.
func (p *paster) covered(from, to int) bool {
	i, _ := slices.BinarySearchFunc(p.places, from, func(pl place, at int) int {
		if pl.to <= at {
			return -1
		}
		return 1
	})
	return i < len(p.places) && p.places[i].from < to
}

// limit is where a value that begins at glyph i must have ended: at the next
// label, or the next of the given places.
func (p *paster) limit(i int, places []place) int {
	limit := len(p.glyphs)
	if k, _ := slices.BinarySearchFunc(p.hits, i, func(h hit, at int) int { return cmp.Compare(h.from, at) }); k < len(p.hits) {
		limit = p.hits[k].from
	}
	if k, _ := slices.BinarySearchFunc(places, i, func(pl place, at int) int { return cmp.Compare(pl.from, at) }); k < len(places) {
		limit = min(limit, places[k].from)
	}
	return limit
}

// sentence adds a place and those that follow it in the same sentence and are
// known only by that. It returns where the last one ends.
func (p *paster) sentence(pl place, known []place) int {
	p.places = append(p.places, pl)
	last := pl
	for i := p.blanks[pl.blank].next; i != 0; i = p.blanks[i].next {
		b := p.blanks[i]
		next := p.blanks[last.blank].next == i
		if b.head || !next && !b.alone {
			continue
		}
		pl, ok := p.follow(i, last, p.limit(last.to, known))
		if !ok {
			continue
		}
		p.places = append(p.places, pl)
		last = pl
	}
	return last.to
}

// follow places a blank that stands behind another of its sentence.
func (p *paster) follow(i int, last place, limit int) (place, bool) {
	b := p.blanks[i]
	at := last.to
	for at < limit && p.glyphs[at].kind != glyphWord && p.glyphs[at].kind != glyphOpen {
		at++
	}
	from := at
	for _, sum := range []string{"总共", "总计", "共计", "合计", "一共", "共", "总", "并", "均"} {
		if end, ok := p.literal(at, sum); ok && end <= limit {
			at = end
			break
		}
	}
	if end, ok := p.label(at, limit, b.label); ok {
		return p.fill(i, from, end, limit, true)
	}
	// The label is altered or missing. The measure word has to speak for it,
	// and it must not be the one of the blank before.
	if p.blanks[last.blank].next != i || b.unit == "" || b.unit == p.blanks[last.blank].unit {
		return place{}, false
	}
	value := p.figure(from, limit, 2*utf8.RuneCountInString(b.label))
	if value < 0 {
		return place{}, false
	}
	if b.label != "" && p.nextLabel(value, limit, b.label) < limit {
		// “场（68）参与（）人次”: the label stands behind the figure, which
		// is the one of the blank before.
		return place{}, false
	}
	words := p.plainBetween(from, value)
	if words != "" && !p.resembles(b.label, words) {
		return place{}, false
	}
	if pl, ok := p.fill(i, from, value, limit, false); ok {
		return pl, true
	}
	for _, near := range b.field.Near {
		if near == p.blanks[last.blank].unit {
			continue
		}
		if pl, ok := p.fillWith(near, i, from, value, limit, false); ok {
			return pl, true
		}
	}
	return place{}, false
}

// label finds a printed phrase at glyph i, whatever stands between its letters.
func (p *paster) label(i, limit int, label string) (int, bool) {
	for _, want := range label {
		for i < limit && p.glyphs[i].kind != glyphWord {
			if p.glyphs[i].kind == glyphStop {
				return 0, false
			}
			i++
		}
		if i >= limit || p.glyphs[i].r != want {
			return 0, false
		}
		i++
	}
	return i, true
}

// figure finds where a value may begin: at a bracket or a numeral, at most so
// many letters on and within the sentence.
func (p *paster) figure(from, limit, most int) int {
	for i := from; i < limit; i++ {
		switch g := p.glyphs[i]; {
		case g.kind == glyphStop:
			return -1
		case g.kind == glyphOpen && p.closer(i, limit) > 0, g.kind == glyphWord && isNumeral(g.r):
			return i
		case g.kind == glyphWord:
			if most--; most < 0 {
				return -1
			}
		}
	}
	return -1
}

func (p *paster) plainBetween(i, j int) string {
	var b strings.Builder
	for _, g := range p.glyphs[i:j] {
		if g.kind == glyphWord {
			b.WriteRune(g.r)
		}
	}
	return b.String()
}

// fill reads the blank whose label ends at glyph at. With certain set the
// label stands as printed, and a missing measure word is forgiven.
func (p *paster) fill(i, from, at, limit int, certain bool) (place, bool) {
	return p.fillWith(p.blanks[i].unit, i, from, at, limit, certain)
}

// fillWith is fill with another measure word than the printed one.
func (p *paster) fillWith(unit string, i, from, at, limit int, certain bool) (place, bool) {
	b := p.blanks[i]
	pl := place{blank: i, from: from}
	if b.field.Kind == KindYesNo {
		return p.fillYesNo(pl, at, limit)
	}
	if next := p.blanks[b.next]; b.next != 0 && next.label != "" {
		limit = min(limit, p.nextLabel(at, limit, next.label))
	}
	gap, ok := p.gap(at, limit, unit)
	if !ok && !certain || gap.letters > mostLetters || !certain && gap.others > mostOthers {
		return place{}, false
	}
	pl.to = gap.to
	switch {
	case gap.filled() == 0:
		pl.empty = true
		return pl, ok || gap.bracket
	case gap.figures() > 1:
		// “（3）5次”: two figures for one blank, never to be joined.
		pl.value = p.raw(at, gap.end)
		pl.reading = p.read(p.n, b.field, pl.value)
		if pl.reading.Outcome == Taken || pl.reading.Outcome == NoAnswer || allNumerals(p.plainBetween(at, gap.end)) {
			pl.reading = Reading{Outcome: Asked, Why: WhyTwo, Quote: pl.value}
		}
	default:
		pl.value = p.within(at, gap.end)
		if ok {
			pl.value += p.longerUnit(&pl, unit, limit)
		}
		pl.reading = p.read(p.n, b.field, pl.value)
	}
	if pl.reading.Outcome == NoAnswer {
		if !gap.bracket && gap.figures() == 0 {
			return place{}, false
		}
		pl.reading = Reading{Outcome: Asked, Why: WhyExtra, Quote: p.raw(at, gap.to)}
	}
	return pl, true
}

func allNumerals(words string) bool {
	return !strings.ContainsFunc(words, func(r rune) bool { return !isNumeral(r) })
}

// mostLetters is the longest value, in letters and digits: （约一百二十余人次，
// 其中线上六十人次） is within it, a sentence of another cell is not.
const mostLetters = 32

// mostOthers letters beside a figure (约, 余, 人次) may be part of its value where
// the label is not as printed. More of them are words of the label.
const mostOthers = 4

// nextLabel is where a value ends at the latest: at the next words of its own
// sentence, inside a bracket too, since a lost bracket makes another reach far.
func (p *paster) nextLabel(at, limit int, label string) int {
	for i, letters := at, 0; i < limit && letters <= mostLetters; i++ {
		if p.glyphs[i].kind != glyphWord {
			continue
		}
		letters++
		if _, ok := p.label(i, limit, label); ok {
			return i
		}
	}
	return limit
}

// gap is what stands between a label and the measure word after it: what is
// before, inside and behind the brackets.
type gap struct {
	parts   [3]gapPart
	bracket bool
	letters int
	others  int // of the letters, those that are no numerals
	end     int // where the measure word begins
	to      int // where it ends
}

type gapPart struct{ filled, figure bool }

func (g gap) filled() int {
	n := 0
	for _, part := range g.parts {
		if part.filled {
			n++
		}
	}
	return n
}

func (g gap) figures() int {
	n := 0
	for _, part := range g.parts {
		if part.figure {
			n++
		}
	}
	return n
}

// gap looks for the measure word. Without one (ok is false) the gap ends with
// the phrase: at a comma, a full stop, or the line it began on.
func (p *paster) gap(at, limit int, unit string) (gap, bool) {
	var g gap
	part, broke := 0, -1
	note := func(i, k int) {
		c := p.glyphs[i]
		switch {
		case blankKind(c.kind), c.kind == glyphSoft, c.kind == glyphOpen, c.kind == glyphClose:
			return
		case c.kind == glyphWord:
			g.letters++
			if !isNumeral(c.r) {
				g.others++
			}
		}
		g.parts[k].filled = true
		g.parts[k].figure = g.parts[k].figure || isNumeral(c.r)
	}
	i := at
scan:
	for ; i < limit && g.letters <= mostLetters; i++ {
		switch c := p.glyphs[i]; c.kind {
		case glyphOpen:
			end := p.closer(i, limit)
			if end < 0 {
				continue
			}
			for j := i + 1; j < end; j++ {
				note(j, 1)
			}
			g.bracket, part, i = true, 2, end
		case glyphBreak:
			if broke < 0 && (g.bracket || g.filled() > 0) {
				broke = i
			}
		case glyphStop:
			break scan
		case glyphComma:
			if !p.betweenDigits(i) {
				break scan
			}
			note(i, part)
		case glyphWord:
			if end, ok := p.literal(i, unit); ok && end <= limit {
				g.end, g.to = i, end
				return g, true
			}
			note(i, part)
		default:
			note(i, part)
		}
	}
	g.end = i
	if broke >= 0 {
		// Re-read up to the line's end: what is on the next line may be anything.
		if g2, _ := p.gap(at, broke, ""); broke < i {
			return g2, false
		}
	}
	g.to = i
	return g, false
}

func (p *paster) betweenDigits(i int) bool {
	return i > 0 && i+1 < len(p.glyphs) && isDigit(p.glyphs[i-1].r) && isDigit(p.glyphs[i+1].r)
}

// longerUnit looks behind a measure word for the rest of a longer one: （3）条次
// where 条 is printed. The reader then has to see it. A unit written twice,
// once by the person and once by the form, is passed over.
func (p *paster) longerUnit(pl *place, unit string, limit int) string {
	start := pl.to - utf8.RuneCountInString(unit)
	for _, u := range p.units {
		if len(u) <= len(unit) {
			break
		}
		if strings.HasPrefix(u, unit) && p.at(start, u) {
			pl.to = start + utf8.RuneCountInString(u)
			return u
		}
	}
	again := pl.to
	for again < limit && (blankKind(p.glyphs[again].kind) || p.glyphs[again].kind == glyphClose) {
		again++
	}
	if end, ok := p.literal(again, unit); ok && end <= limit {
		pl.to = end
	}
	return ""
}

// at reports whether a word stands at glyph i without anything between its
// letters.
func (p *paster) at(i int, word string) bool {
	for _, want := range word {
		if i < 0 || i >= len(p.glyphs) || p.glyphs[i].r != want {
			return false
		}
		i++
	}
	return word != ""
}

// titles marks the section names that the message repeats, so that they are
// not reported as not understood.
func (p *paster) titles() {
	titles := []string{p.form.Title}
	for _, s := range p.form.Sections {
		titles = append(titles, s.Title)
	}
	var found []place
	for _, t := range titles {
		for _, at := range p.find(phrase(t)) {
			if !p.covered(at[0], at[1]) {
				found = append(found, place{from: at[0], to: at[1]})
			}
		}
	}
	p.places = append(p.places, found...)
	p.sort()
}

// result merges what was found for each item and gathers what is left over.
func (p *paster) result() Paste {
	var paste Paste
	byItem := map[int]*ItemReading{}
	for _, pl := range p.places {
		if pl.blank == 0 {
			continue
		}
		item := p.blanks[pl.blank].field.Item
		if pl.empty {
			paste.Blank = append(paste.Blank, item)
			continue
		}
		mergeReading(byItem, ItemReading{Item: item, Reading: pl.reading})
	}
	paste.Answers = sortedReadings(byItem)
	slices.Sort(paste.Blank)
	paste.Blank = slices.DeleteFunc(slices.Compact(paste.Blank), func(item int) bool { return byItem[item] != nil })
	p.leftovers(&paste)
	return paste
}

// mergeReading adds a reading of an item that may have one already. The same
// value twice is one answer, two values are a question.
func mergeReading(byItem map[int]*ItemReading, r ItemReading) {
	old := byItem[r.Item]
	switch {
	case old == nil:
		byItem[r.Item] = &r
	case old.Outcome != Taken && old.Why == WhyTwo:
		if r.Outcome == Taken && len(old.Propose) > 0 && len(old.Propose) < mostOffered && !slices.Contains(old.Propose, r.Value) {
			old.Propose = append(old.Propose, r.Value)
			old.Quote += "、" + r.Value.String()
		}
	case old.Outcome != Taken:
	case r.Outcome != Taken:
		*old = r
	case old.Value != r.Value:
		old.Reading = Reading{
			Outcome: Asked, Why: WhyTwo,
			Quote:   old.Value.String() + "、" + r.Value.String(),
			Propose: []Value{old.Value, r.Value},
		}
	}
}

// mostOffered values are enough to choose from.
const mostOffered = 5

func sortedReadings(byItem map[int]*ItemReading) []ItemReading {
	var all []ItemReading
	for _, r := range byItem {
		all = append(all, *r)
	}
	slices.SortFunc(all, func(a, b ItemReading) int { return cmp.Compare(a.Item, b.Item) })
	return all
}
