package bot

import "strings"

// What a character means beside 是 and 否.
const (
	markTick   = 't' // √: says yes to the word it stands at
	markFull   = 'f' // a box with a tick in it
	markEmpty  = 'e' // an empty box
	markCross  = 'x' // says no as often as yes
	markCircle = 'c' // a box, or a ring drawn round a word
	markYes    = 'y' // the word 是
	markNo     = 'n' // the word 否
)

func yesNoMark(r rune) byte {
	switch {
	case r == '是':
		return markYes
	case r == '否':
		return markNo
	// The last few are Wingdings, which Word puts in the private use area.
	case strings.ContainsRune("√✓✔v\uf0fc\uf050", r):
		return markTick
	case strings.ContainsRune("☑☒■▣●◉⊙◼⬛✅🗹🗷\uf0fe\uf052\uf06e\uf0fd", r):
		return markFull
	case strings.ContainsRune("□☐▢◻⬜▫\uf0a8\uf0a3\uf06f\uf071", r):
		return markEmpty
	case strings.ContainsRune("×✗✘✕❌", r):
		return markCross
	case strings.ContainsRune("○〇◯", r):
		return markCircle
	}
	return 0
}

// sign is one mark or word of a yes/no blank.
type sign struct {
	what         byte
	before, past bool // a blank stands before or behind it
}

// fillYesNo reads □是□否 with whatever was put at either word.
func (p *paster) fillYesNo(pl place, at, limit int) (place, bool) {
	signs, end, words := p.signs(at, limit)
	pl.to = end
	pl.value = p.raw(at, end)
	if words == 0 {
		return p.fillWords(pl, at, limit)
	}
	first, second, ok := marked(signs)
	switch {
	case !ok, first && second, end < limit && p.attached(end):
		pl.reading = Reading{Outcome: Asked, Why: WhyYesNo, Quote: pl.value}
	case !first && !second:
		pl.empty = true
	default:
		yes := firstWord(signs) == markYes
		if second {
			yes = !yes
		}
		pl.reading = Reading{Outcome: Taken, Value: Answer(yes)}
	}
	return pl, true
}

// attached reports whether the word at glyph i goes on what ended there, as in
// 是否 or 否则.
func (p *paster) attached(i int) bool {
	return p.glyphs[i].kind == glyphWord && p.glyphs[i-1].kind == glyphWord && !strings.ContainsRune("的了", p.glyphs[i].r)
}

// fillWords lets the field's own reader judge other words than 是 and 否, such
// as 已学习.
func (p *paster) fillWords(pl place, at, limit int) (place, bool) {
	const most = 8
	g, _ := p.gap(at, limit, "")
	if g.filled() == 0 || g.letters > most {
		return place{}, false
	}
	pl.to, pl.value = g.to, p.within(at, g.end)
	pl.reading = p.read(p.n, p.blanks[pl.blank].field, pl.value)
	if pl.reading.Outcome == NoAnswer && (g.bracket || strings.ContainsFunc(pl.value, func(r rune) bool { return yesNoMark(r) != 0 })) {
		pl.reading = Reading{Outcome: Asked, Why: WhyYesNo, Quote: p.raw(at, g.to)}
	}
	return pl, pl.reading.Outcome != NoAnswer
}

// signs takes the marks and words from glyph at on, until something else.
func (p *paster) signs(at, limit int) (signs []sign, end, words int) {
	const most = 24
	spaced := false
	end = at
	var open int // signs before the bracket that stands open, plus one
	for i := at; i < limit && len(signs) < most; i++ {
		g := p.glyphs[i]
		what := yesNoMark(g.r)
		if g.r == 'x' && !p.partOfWord(i) {
			what = markTick
		}
		switch {
		case g.r == 'v' && p.partOfWord(i):
			return signs, end, words
		case what != 0:
			signs = append(signs, sign{what: what, before: spaced})
			if what == markYes || what == markNo {
				words++
				open = 0
			}
			spaced, end = false, i+1
		case blankKind(g.kind), g.kind == glyphSoft, g.kind == glyphComma && words == 1:
			spaced = true
			if len(signs) > 0 {
				signs[len(signs)-1].past = true
			}
		case g.kind == glyphOpen:
			open = len(signs) + 1
		case g.kind == glyphClose:
			if open > 0 {
				signs = boxed(signs, open-1)
			}
			open, spaced = 0, false
			if words > 0 {
				end = i + 1
			}
		default:
			return signs, end, words
		}
	}
	return signs, end, words
}

func (p *paster) partOfWord(i int) bool {
	latin := func(k int) bool {
		return k >= 0 && k < len(p.glyphs) && p.glyphs[k].r >= 'a' && p.glyphs[k].r <= 'z'
	}
	return latin(i-1) || latin(i+1)
}

// boxed turns what stood inside a bracket into one box, empty or not.
func boxed(signs []sign, from int) []sign {
	box := sign{what: markEmpty}
	for _, s := range signs[from:] {
		switch s.what {
		case markTick, markFull, markCircle:
			box.what = markFull
		case markCross:
			if box.what == markEmpty {
				box.what = markCross
			}
		}
	}
	return append(signs[:from], box)
}

func firstWord(signs []sign) byte {
	for _, s := range signs {
		if s.what == markYes || s.what == markNo {
			return s.what
		}
	}
	return 0
}

// marked tells which of the words bears a mark, in the order they stand. It
// is not ok if a mark could belong to either.
func marked(signs []sign) (first, second, ok bool) {
	signs, ok = circles(signs)
	if !ok {
		return false, false, false
	}
	signs = ticksInBoxes(signs)
	var parts [3][]sign
	words := 0
	for _, s := range signs {
		if s.what == markYes || s.what == markNo {
			if words++; words > 2 {
				return false, false, false
			}
			continue
		}
		parts[words] = append(parts[words], s)
	}
	if words == 1 {
		return oneWord(append(parts[0], parts[1]...))
	}
	if !bothWords(signs) {
		return false, false, false
	}
	if len(parts[0]) == 0 && len(parts[1]) == 0 && len(parts[2]) > 0 && together(signs) {
		return false, false, false // 是否√ may be “whether: yes”
	}
	boxesBefore := slot(parts[0]) || len(parts[0]) > 0 && len(parts[2]) == 0
	boxesBehind := slot(parts[2]) || len(parts[2]) > 0 && len(parts[0]) == 0
	var crossed [2]bool
	var marks [2]bool
	put := func(s sign, word int) {
		switch s.what {
		case markCross:
			crossed[word] = true
		case markTick, markFull:
			marks[word] = true
		}
	}
	for _, s := range parts[0] {
		put(s, 0)
	}
	for _, s := range parts[2] {
		put(s, 1)
	}
	for i, s := range parts[1] {
		last := i == len(parts[1])-1
		switch word, sure := between(s, boxesBefore, boxesBehind, last, slot(parts[1])); {
		case s.what == markEmpty:
		case sure:
			put(s, word)
		default:
			return false, false, false
		}
	}
	switch {
	case crossed[0] && marks[0] || crossed[1] && marks[1]:
		return false, false, false
	case (crossed[0] || crossed[1]) && marks == [2]bool{}:
		return false, false, false
	}
	return marks[0], marks[1], true
}

// between tells to which word a mark belongs that stands between the two: by
// where the boxes are, else by which of them it is written against.
func between(s sign, boxesBefore, boxesBehind, last, slots bool) (word int, sure bool) {
	box := s.what == markFull || s.what == markEmpty
	switch {
	case boxesBefore && boxesBehind:
	case boxesBefore && (box || !slots):
		return 1, last
	case boxesBehind && (box || !slots):
		return 0, last
	}
	if s.before != s.past {
		if s.past {
			return 0, true
		}
		return 1, true
	}
	return 0, false
}

func slot(part []sign) bool {
	for _, s := range part {
		if s.what == markFull || s.what == markEmpty {
			return true
		}
	}
	return false
}

// together reports whether 是 and 否 are written as one word.
func together(signs []sign) bool {
	for i := 1; i < len(signs); i++ {
		if signs[i].what == markNo && signs[i-1].what == markYes {
			return !signs[i].before
		}
	}
	return false
}

func bothWords(signs []sign) bool {
	var yes, no int
	for _, s := range signs {
		switch s.what {
		case markYes:
			yes++
		case markNo:
			no++
		}
	}
	return yes == 1 && no == 1
}

// oneWord reads a blank of which one word was deleted. The word that remains
// is the answer, unless its own box says otherwise.
func oneWord(marks []sign) (first, second, ok bool) {
	empty, full := false, false
	for _, s := range marks {
		switch s.what {
		case markCross:
			return false, false, false
		case markEmpty:
			empty = true
		default:
			full = true
		}
	}
	return true, false, full || !empty
}

// circles settles what ○ means: an empty box where ● or another ○ stands for
// the other word, else a ring that marks its word.
func circles(signs []sign) ([]sign, bool) {
	rings, full, ticks := 0, 0, 0
	for _, s := range signs {
		switch s.what {
		case markCircle:
			rings++
		case markFull:
			full++
		case markTick:
			ticks++
		}
	}
	if rings == 0 {
		return signs, true
	}
	what := byte(markTick)
	switch {
	case rings > 1, full > 0:
		what = markEmpty
	case ticks > 0:
		return nil, false
	}
	settled := make([]sign, len(signs))
	for i, s := range signs {
		if s.what == markCircle {
			s.what = what
		}
		settled[i] = s
	}
	return settled, true
}

// ticksInBoxes joins □√ into one ticked box, however Word spaces them.
func ticksInBoxes(signs []sign) []sign {
	var out []sign
	for _, s := range signs {
		if n := len(out); n > 0 && out[n-1].what == markEmpty && !out[n-1].past {
			switch s.what {
			case markTick:
				out[n-1].what, out[n-1].past = markFull, s.past
				continue
			case markCross:
				out[n-1].what, out[n-1].past = markCross, s.past
				continue
			}
		}
		out = append(out, s)
	}
	return out
}
