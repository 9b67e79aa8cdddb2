package bot

import (
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// MaxRead bounds, in characters, a text that is read for numbers. A liaison's
// longest honest sentence is a tenth of it; pasted forms are read elsewhere.
const maxRead = 2000

// maxQuote bounds the part of a text that a question repeats, in characters.
const maxQuote = 40

// separators stand around a quote and are no part of it.
const separators = " \t\r\n\u3000，。、；,;!！"

// line is a text made uniform: one rune for each writing of the same sign, with
// the place in the original it came from.
type line struct {
	text  string
	runes []rune
	at    []int // at[i] is the byte where runes[i] begins; one more for the end
}

// unclear stands for a character that could change how a number looks.
const unclear = unicode.ReplacementChar

// tooLong reports whether a text has more than maxRead characters, without
// looking at much more of it than that.
func tooLong(text string) bool {
	return len(text) > maxRead && (len(text) > maxRead*utf8.UTFMax || utf8.RuneCountInString(text) > maxRead)
}

func newLine(text string) *line {
	l := &line{text: text, runes: make([]rune, 0, len(text)), at: make([]int, 0, len(text)+1)}
	gap := false // an invisible character stood here
	for at, r := range text {
		r = uniform(r)
		if r == invisible {
			gap = true
			continue
		}
		if gap && isFigure(r) && len(l.runes) > 0 && isFigure(l.runes[len(l.runes)-1]) {
			// Inside a number even an invisible character may have been a break.
			l.add(unclear, at)
		}
		gap = false
		l.add(r, at)
	}
	l.at = append(l.at, len(text))
	return l
}

func (l *line) add(r rune, at int) {
	l.runes = append(l.runes, r)
	l.at = append(l.at, at)
}

// invisible stands for a character without any appearance.
const invisible = -1

// uniform gives the sign that r is a writing of.
func uniform(r rune) rune {
	if 0xFF01 <= r && r <= 0xFF5E && r != '，' { // full width
		// “，” stays apart from “,”: in a run of answers it may part two numbers.
		r -= 0xFEE0
	}
	switch r {
	case '\u3000', '\u00a0', '\u202f', '\u205f', '\t', '\v', '\f':
		return ' '
	case '\u200b', '\u200c', '\u200d', '\u200e', '\u2060', '\ufeff', '\u00ad', '\ufe0f', '\ufe0e':
		return invisible
	case '\r', '\u2028', '\u2029', '\u0085':
		return '\n'
	case '−', '﹣', '‐', '‑', '–':
		return '-'
	case '―', '─', '﹘':
		return '—'
	case '〜', '∼', '˜':
		return '~'
	case '“', '”', '„', '‘', '’', '「', '」', '『', '』', '《', '》', '〈', '〉':
		return '"'
	case '【', '〔', '〖', '[', '{', '﹙':
		return '('
	case '】', '〕', '〗', ']', '}', '﹚':
		return ')'
	case '•', '・', '‧', '∙', '･':
		return '·'
	case '﹪':
		return '%'
	case '∕', '⁄':
		return '/'
	case '場':
		return '场'
	case '個':
		return '个'
	case '條':
		return '条'
	case '無':
		return '无'
	case '沒':
		return '没'
	case '約':
		return '约'
	case '餘':
		return '余'
	case '幾':
		return '几'
	case '項':
		return '项'
	}
	if 0x2000 <= r && r <= 0x200a {
		return ' '
	}
	return r
}

// quote is the original text of runes[i:j], without blanks around it.
func (l *line) quote(i, j int) string {
	j = min(j, i+maxQuote, len(l.runes))
	return strings.Trim(l.text[l.at[i]:l.at[j]], separators)
}

// token is one understood (or not understood) stretch of a line.
type token struct {
	class      class
	start, end int
	text       string
	num        numeral // cNum
	done       bool    // cVerb with 了 or 过: it has happened
	digits     bool    // cJunk that has digits in it
	own        bool    // cMeasure: near the field's unit; cVerb: of this item, not of any
	known      bool    // cJunk that is a word of the lexicon, out of its place
	bound      bool    // cFill that is part of the number before it: %
}

// lexer cuts a line into tokens, with the words of the fields that are asked.
type lexer struct {
	*line
	year     string
	item     int      // the item asked, 0 if several
	measures []string // of the notice
	near     []string // of the fields that are asked
	longest  int      // of all measure words, in characters
	labels   [][]rune
	words    func() string // all that the items, and those they are paired with, go by
	strong   [][]rune      // labels that outrank 计划 and 其他 (item 45 is called 计划)
	toks     []token
}

func lex(n *Notice, l *line, fields ...*Field) []token {
	x := &lexer{line: l, longest: longestCommon, toks: make([]token, 0, len(l.runes))}
	if n != nil {
		x.year, x.measures = n.Year, n.Classifiers
	}
	for _, f := range fields {
		if f.Unit != "" {
			x.near = append(x.near, f.Unit)
		}
		x.near = append(x.near, f.Near...)
		for _, s := range append([]string{f.Label, f.Short}, f.Words...) {
			x.strong = append(x.strong, newLine(s).runes)
		}
		// Of the question only the question itself: what follows tells what does
		// not count (县主会场由牵头单位填, 发放资料份数不计).
		if ask, _, ok := strings.Cut(f.Ask, "？"); ok {
			x.labels = append(x.labels, newLine(ask).runes)
		}
	}
	x.labels = append(x.labels, x.strong...)
	if len(fields) == 1 && fields[0].Kind == KindYesNo {
		for _, g := range n.dependents(fields[0]) {
			for _, s := range append([]string{g.Label, g.Short}, g.Words...) {
				x.labels = append(x.labels, newLine(s).runes)
			}
		}
	}
	x.words = sync.OnceValue(func() string { return ownWords(n, fields) })
	for _, ws := range [][]string{x.measures, x.near} {
		for _, w := range ws {
			x.longest = max(x.longest, utf8.RuneCountInString(w))
		}
	}
	if len(fields) == 1 {
		x.item = fields[0].Item
	}
	for i := 0; i < len(x.runes); {
		t := x.next(i)
		t.start = i
		t.text = string(x.runes[t.start:t.end])
		if k := len(x.toks) - 1; k >= 0 && t.class == x.toks[k].class && t.known == x.toks[k].known && (t.class == cJunk || t.class == cDash) {
			x.toks[k].end = t.end
			x.toks[k].text += t.text
			x.toks[k].digits = x.toks[k].digits || t.digits
		} else {
			x.toks = append(x.toks, t)
		}
		i = t.end
	}
	settle(x.toks)
	loosen(x.toks)
	misplace(x.toks)
	return x.toks
}

// ownWords is what the fields are called and asked by, and for a count also the
// count it is paired with, for a yes/no the counts that depend on it.
func ownWords(n *Notice, fields []*Field) string {
	var b strings.Builder
	add := func(f *Field) {
		ask, _, _ := strings.Cut(f.Ask, "？")
		for _, s := range append([]string{f.Label, f.Short, ask}, f.Words...) {
			b.WriteString(string(newLine(s).runes))
			b.WriteByte('\n')
		}
	}
	for _, f := range fields {
		add(f)
	}
	if len(fields) != 1 {
		return b.String()
	}
	f := fields[0]
	form := n.formOf(f)
	if form == nil {
		return b.String()
	}
	if f.Kind == KindYesNo {
		for _, g := range n.dependents(f) {
			add(g)
		}
	}
	opener := f
	for range form.Fields {
		if opener = form.Field(opener.PairsWith); opener == nil {
			break
		}
		add(opener)
	}
	return b.String()
}

// dependents are the fields that are paired with f.
func (n *Notice) dependents(f *Field) []*Field {
	form := n.formOf(f)
	if form == nil {
		return nil
	}
	var fs []*Field
	for i := range form.Fields {
		if g := &form.Fields[i]; g.PairsWith == f.Item {
			fs = append(fs, g)
		}
	}
	return fs
}

// formOf is the form that a field belongs to; nil if it is in none.
func (n *Notice) formOf(f *Field) *Form {
	if n == nil {
		return nil
	}
	for i := range n.Forms {
		if g := n.Forms[i].Field(f.Item); g != nil && (g == f || g.Label == f.Label && g.Kind == f.Kind) {
			return &n.Forms[i]
		}
	}
	return nil
}

// before is the last token that is not a blank.
func (x *lexer) before() *token {
	for i := len(x.toks) - 1; i >= 0; i-- {
		if x.toks[i].class != cSpace {
			return &x.toks[i]
		}
	}
	return nil
}

func (x *lexer) peek(i int) rune {
	if i < len(x.runes) {
		return x.runes[i]
	}
	return 0
}

func (x *lexer) has(i int, s string) bool {
	for _, r := range s {
		if x.peek(i) != r {
			return false
		}
		i++
	}
	return true
}

// next reads the token at i. The order is the grammar: behind a number stands
// its measure word; dates and ordinals go before numbers; then the longest of
// vocabulary, the item's own words, and numerals.
func (x *lexer) next(i int) token {
	r := x.runes[i]
	prev := x.before()
	if prev != nil && prev.class == cNum {
		if t, ok := x.afterNumber(i, prev); ok {
			return t
		}
	}
	if r == '(' {
		for _, w := range chatEmoji {
			if end := i + 1 + utf8.RuneCountInString(w); x.has(i+1, w) && x.peek(end) == ')' {
				return token{class: cPunct, end: end + 1}
			}
		}
	}
	if c, ok := punctuation(r); ok {
		return token{class: c, end: i + 1}
	}
	if t, ok := x.dateOrOrdinal(i); ok {
		return t
	}
	if t, ok := x.fractionWord(i); ok {
		return t
	}
	if isLatin(r) {
		return x.latin(i)
	}
	c, wordEnd := x.word(i)
	labelEnd := x.label(i, x.labels)
	numEnd := i
	for numEnd < len(x.runes) && isChineseNumeral(x.runes[numEnd]) {
		numEnd++
	}
	if labelEnd > i && labelEnd >= wordEnd && (c == cPlan || c == cOther || c == cGrow) && x.label(i, x.strong) >= wordEnd {
		return token{class: cLabel, end: labelEnd}
	}
	switch {
	case wordEnd > i && wordEnd >= labelEnd && wordEnd >= numEnd:
		return x.placed(x.grown(c, i, wordEnd), string(x.runes[i:wordEnd]))
	case labelEnd > i && labelEnd > numEnd && !isFigure(r):
		return token{class: cLabel, end: labelEnd}
	case isFigure(r):
		return x.number(i)
	}
	if w := x.measure(i); w > i {
		return token{class: cMeasure, end: w, own: x.isNear(string(x.runes[i:w]))}
	}
	return token{class: cJunk, end: i + 1, digits: unicode.IsNumber(r) || r == '🔟' || r == '💯'}
}

func punctuation(r rune) (class, bool) {
	switch {
	case r == ' ':
		return cSpace, true
	case r == '\n':
		return cLine, true
	case strings.ContainsRune(softRunes, r), strings.ContainsRune(harmlessEmoji, r), '🏻' <= r && r <= '🏿':
		return cPunct, true
	}
	switch r {
	case '"':
		return cQuote, true
	case '(':
		return cOpen, true
	case ')':
		return cClose, true
	case '-', '—':
		return cDash, true
	case '~':
		return cTilde, true
	case '/', '\\':
		return cSlash, true
	case ':':
		return cColon, true
	case '+', '＋', '➕':
		return cPlus, true
	case '?', '❓', '❔', '🤔':
		return cAsk, true
	case '…':
		return cUnsure, true
	case '<', '>', '≥', '≤', '±', '≈', '≦', '≧':
		return cApprox, true
	case '√', '✓', '✔', '☑', '✅', '■':
		return cTick, true
	case '×', '✗', '✘', '❌', '✕', '✖':
		return cCross, true
	case '□', '☐', '▢', '◻', '☒': // ☒ is a box crossed in or crossed out
		return cBox, true
	}
	return cJunk, false
}

func isLatin(r rune) bool {
	return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || r == '_'
}

// latin takes a run of letters and digits whole: the 2 of l2 is no number.
func (x *lexer) latin(i int) token {
	j, digits := i, false
	for j < len(x.runes) && (isLatin(x.runes[j]) || isArabic(x.runes[j])) {
		digits = digits || isArabic(x.runes[j])
		j++
	}
	c := latinWords[strings.ToLower(string(x.runes[i:j]))]
	if digits {
		c = cJunk
	}
	return token{class: c, end: j, digits: digits}
}

// word finds the longest word of the lexicon at i.
func (x *lexer) word(i int) (class, int) {
	for _, e := range words[x.runes[i]] {
		if end := i + len(e.word); end <= len(x.runes) && slices.Equal(x.runes[i:end], e.word) {
			return e.class, end
		}
	}
	return cJunk, i
}

// grown lets a verb take its 了 or 过.
func (x *lexer) grown(c class, i, end int) token {
	t := token{class: c, end: end}
	if c == cNone && x.has(i, "没有") && x.peek(end) == '过' {
		t.end++
	}
	if c == cVerb || c == cDeed || c == cFile {
		for k := 0; k < 2 && (x.peek(t.end) == '了' || x.peek(t.end) == '过'); k++ {
			t.done = true
			t.end++
		}
	}
	return t
}

// placed gives a word the class it has in its place.
func (x *lexer) placed(t token, word string) token {
	prev := x.before()
	switch {
	case t.class == cDeed && x.deed(word):
		t.class, t.own = cVerb, true
	case t.class == cFile && x.settled():
		t.class = cVerb // 就按3场报
	case t.class == cDeed, t.class == cFile:
		t.class, t.known = cJunk, true
	case word == "安排" && prev != nil && prev.class == cNone:
		t.class = cVerb
	}
	return t
}

// deed reports whether a word for what particular items count is in the asked
// item's own wording. The short form goes for the long one: 看 for 观看.
func (x *lexer) deed(word string) bool {
	if utf8.RuneCountInString(word) > 1 {
		return strings.Contains(x.words(), word)
	}
	for _, group := range lexicon {
		if group.class != cDeed {
			continue
		}
		for w := range strings.FieldsSeq(group.words) {
			if w != word && strings.Contains(w, word) && strings.Contains(x.words(), w) {
				return true
			}
		}
	}
	return false
}

// settled: a word of decision (就按) opened the clause.
func (x *lexer) settled() bool {
	for i := len(x.toks) - 1; i >= 0 && x.toks[i].class != cPunct && x.toks[i].class != cLine; i-- {
		if x.toks[i].class == cSettle {
			return true
		}
	}
	return false
}

// label finds the longest stretch at i, of two characters or more, that the
// item's own wording has too. Only Chinese characters count, none of
// [labelStops], and a numeral may stand inside but neither first nor last.
func (x *lexer) label(i int, labels [][]rune) int {
	best := i
	if isFigure(x.runes[i]) {
		return best
	}
	for _, l := range labels {
		for k := range l {
			if l[k] != x.runes[i] {
				continue
			}
			j := 0
			for k+j < len(l) && i+j < len(x.runes) && l[k+j] == x.runes[i+j] &&
				unicode.Is(unicode.Han, l[k+j]) && !strings.ContainsRune(labelStops, l[k+j]) {
				j++
			}
			for j > 0 && isFigure(x.runes[i+j-1]) {
				j--
			}
			if j > 1 {
				best = max(best, i+j)
			}
		}
	}
	return best
}

// measure finds the longest measure word at i.
func (x *lexer) measure(i int) int {
	for n := min(x.longest, len(x.runes)-i); n > 0; n-- {
		w := string(x.runes[i : i+n])
		if isCommonMeasure[w] || x.isNear(w) || slices.Contains(x.measures, w) {
			return i + n
		}
	}
	return i
}

func (x *lexer) isNear(w string) bool { return slices.Contains(x.near, w) }

// afterNumber reads what belongs to the number before it: a percent sign, a
// bend (十来场, 12余), a measure word, the second half of a fraction.
func (x *lexer) afterNumber(i int, prev *token) (token, bool) {
	r := x.runes[i]
	switch {
	case r == '%' || r == '‰' || r == '成' || x.has(i, "个百分点"):
		prev.num = refusedNumeral(WhyPercent)
		if r == '个' {
			return token{class: cFill, end: i + 4, bound: true}, true
		}
		return token{class: cFill, end: i + 1, bound: true}, true
	case x.has(i, "分之"):
		prev.num = refusedNumeral(WhyFraction)
		j := i + 2
		if isFigure(x.peek(j)) {
			_, j = scanNumeral(x.runes, j)
		}
		return token{class: cFill, end: j, bound: true}, true
	case r == '点' && isFigure(x.peek(i+1)):
		// 三点五 is a fraction; 3点5场 may be an hour and a count.
		if k := len(x.toks) - 2; prev.num.full || isArabic(x.peek(i+1)) || k >= 0 && isDaypart(x.toks[k].text) {
			return token{class: cJunk, end: i + 1}, true
		}
		_, j := scanNumeral(x.runes, i+1)
		prev.num = refusedNumeral(WhyFraction)
		return token{class: cFill, end: j, bound: true}, true
	case x.has(i, "个人") && !x.isNear("个"):
		return token{class: cMeasure, end: i + 2, own: x.isNear("人")}, true
	case x.has(i, "个多"):
		return token{class: cApprox, end: i + 2}, true
	case r == '多' || r == '余' || r == '来' || r == '几' || r == '把' || r == '许':
		return token{class: cApprox, end: i + 1}, true
	}
	w := x.measure(i)
	if w == i {
		return token{}, false
	}
	// In 3人参加 the measure word goes first, even where the item's own wording
	// has 人参加: what was counted must not be overlooked.
	return token{class: cMeasure, end: w, own: x.isNear(string(x.runes[i:w]))}, true
}

// fractionWord reads 百分之五.
func (x *lexer) fractionWord(i int) (token, bool) {
	for _, w := range []string{"百分之", "千分之", "万分之", "百分百"} {
		if !x.has(i, w) {
			continue
		}
		j := i + 3
		if isFigure(x.peek(j)) {
			_, j = scanNumeral(x.runes, j)
		}
		return token{class: cNum, end: j, num: refusedNumeral(WhyPercent)}, true
	}
	return token{}, false
}

// number reads a numeral, with what is glued to it.
func (x *lexer) number(i int) token {
	num, j := scanNumeral(x.runes, i)
	t := token{class: cNum, end: j, num: num}
	if !isLatin(x.peek(j)) {
		return t
	}
	// 1.2w and 3k are offered; 12O, 1e3 and 0x10 are not guessed at.
	k := j
	for k < len(x.runes) && (isLatin(x.runes[k]) || isFigure(x.runes[k]) || x.runes[k] == '.') {
		k++
	}
	t.end, t.num = k, vagueNumeral(WhyExtra)
	unit := map[rune]rune{'w': '万', 'W': '万', 'k': '千', 'K': '千'}[x.runes[j]]
	if k == j+1 && unit != 0 && isArabic(x.runes[j-1]) {
		written := append(append([]rune{}, x.runes[i:j]...), unit)
		if u, _ := scanNumeral(written, 0); u.trust == exact {
			t.num = u.doubt(WhyExtra)
		}
	}
	return t
}

// dateOrOrdinal reads what has a number in it that counts nothing: 6月16日,
// 16号, 2021年, 6·16, 2021-06-16, 1—6月, 上午9点, 9:30, 第3项, 第二次.
func (x *lexer) dateOrOrdinal(i int) (token, bool) {
	if x.runes[i] == '第' && isFigure(x.peek(i+1)) {
		return x.ordinal(i)
	}
	if !isFigure(x.runes[i]) {
		return token{}, false
	}
	if j, foreign := x.date(i); j > i {
		c := cDate
		if foreign {
			c = cOther // 2020年3次 is another year's figure
		}
		return token{class: c, end: j}, true
	}
	return token{}, false
}

func (x *lexer) ordinal(i int) (token, bool) {
	num, j := scanNumeral(x.runes, i+1)
	if x.has(j, "时间") {
		return token{}, false
	}
	for _, w := range []string{"小题", "项", "题", "空", "问"} {
		if x.has(j, w) {
			c := cOrdinal
			if num.trust == exact && x.item > 0 && num.value == int64(x.item) {
				c = cOwnItem
			}
			return token{class: c, end: j + len([]rune(w))}, true
		}
	}
	return token{class: cOrdinal, end: max(j, x.measure(min(j, len(x.runes)-1)))}, true
}

// small reads a number up to 31 at i, as dates have it.
func (x *lexer) small(i int) (int64, int) {
	if i >= len(x.runes) || !isFigure(x.runes[i]) {
		return -1, i
	}
	j := i
	var num numeral
	if isArabic(x.runes[i]) {
		for j < len(x.runes) && isArabic(x.runes[j]) {
			j++
		}
		if j-i > 2 {
			return -1, i
		}
		num = numeral{trust: exact, value: smallInt(string(x.runes[i:j]))}
	} else {
		num, j = scanNumeral(x.runes, i)
	}
	if num.trust != exact || num.value > 31 {
		return -1, i
	}
	return num.value, j
}

// date returns the end of the date at i, i if there is none, and whether it is
// in another year than the notice's.
func (x *lexer) date(i int) (end int, foreign bool) {
	if i > 0 && (isArabic(x.runes[i-1]) || x.runes[i-1] == '.') {
		return i, false
	}
	if j, year := x.yearAt(i); j > i {
		foreign = x.year != "" && year != x.year
		if d := x.monthDay(j); d > j {
			j = d
		}
		return j, foreign
	}
	if j := x.monthDay(i); j > i {
		return j, false
	}
	return x.clock(i), false
}

// yearAt reads 2021年, 二〇二一年, 2021-06-16; for the notice's own year 21年 too.
func (x *lexer) yearAt(i int) (int, string) {
	j := i
	var digits []rune
	for j < len(x.runes) && j-i < 5 {
		if isArabic(x.runes[j]) {
			digits = append(digits, x.runes[j])
		} else if v, ok := digitOf[x.runes[j]]; ok {
			digits = append(digits, rune('0'+v))
		} else {
			break
		}
		j++
	}
	year := string(digits)
	if len(digits) == 2 && len(x.year) == 4 && year == x.year[2:] {
		year = x.year
	}
	if len(year) != 4 || year[:2] != "20" && year[:2] != "19" {
		return i, ""
	}
	if x.peek(j) == '年' {
		if j++; x.peek(j) == '度' {
			j++
		}
		return j, year
	}
	sep := x.peek(j)
	if len(digits) != 4 || sep != '-' && sep != '.' && sep != '/' {
		return i, ""
	}
	m, k := x.small(j + 1)
	if !isMonth(m) || x.peek(k) != sep {
		return i, ""
	}
	d, k := x.small(k + 1)
	if !isDay(d) {
		return i, ""
	}
	return k, year
}

// monthDay reads 6月, 6月份, 6月底, 6月16日, 16号, 6·16 and 1—6月.
func (x *lexer) monthDay(i int) int {
	v, j := x.small(i)
	if v < 1 {
		return i
	}
	switch r := x.peek(j); {
	case r == '月' && isMonth(v):
		j++
		for _, w := range []string{"份", "底", "初", "末", "上旬", "中旬", "下旬"} {
			if x.has(j, w) {
				return j + len([]rune(w))
			}
		}
		if d, k := x.small(j); isDay(d) && (x.peek(k) == '日' || x.peek(k) == '号') {
			return k + 1
		}
		if v == 1 && isFigure(x.peek(j)) {
			return i // 一月一次 is a rate
		}
		return j
	case r == '日' || r == '号':
		if v == 1 && r == '日' && isFigure(x.peek(j+1)) {
			return i // 一日一场 too
		}
		return j + 1
	case r == '·' && isMonth(v):
		if d, k := x.small(j + 1); isDay(d) {
			return k
		}
	case r == '-' || r == '—' || r == '~' || r == '至' || r == '到':
		u, k := x.small(j + 1)
		if u > v && (x.peek(k) == '月' && isMonth(u) || (x.peek(k) == '日' || x.peek(k) == '号') && isDay(u)) {
			return k + 1
		}
	}
	return i
}

// clock reads 9:30, 9点半, 14时30分. The hour alone counts only behind 上午 and
// the like, because 三点 and 3时 also mean other things; minutes behind a colon
// only if they are a round five, because 3:12 may be “item 3: 12”.
func (x *lexer) clock(i int) int {
	h, j := x.small(i)
	if h < 0 || h > 24 {
		return i
	}
	prev := x.before()
	near := prev != nil && (prev.class == cDate || isDaypart(prev.text))
	switch x.peek(j) {
	case ':':
		m, k := x.small(j + 1)
		if k == j+3 && m < 60 && m%5 == 0 && !isArabic(x.peek(k)) {
			return k
		}
	case '点', '时':
		k := j + 1
		switch {
		case x.has(k, "半"), x.has(k, "整"), x.has(k, "钟"):
			if near || x.peek(j) == '点' {
				return k + 1
			}
		}
		if m, e := x.small(k); m >= 0 && x.peek(e) == '分' {
			return e + 1
		}
		if near && !isFigure(x.peek(k)) {
			return k
		}
	}
	return i
}

func isDaypart(word string) bool {
	switch word {
	case "上午", "下午", "早上", "晚上", "中午":
		return true
	}
	return false
}

// settle decides the signs whose meaning lies in their neighbours.
func settle(toks []token) {
	bare := true // nothing but signs
	for _, t := range toks {
		switch t.class {
		case cDash, cSlash, cSpace, cLine, cPunct:
		default:
			bare = false
		}
	}
	for i := range toks {
		t := &toks[i]
		p, q := neighbour(toks, i, -1), neighbour(toks, i, +1)
		pc, qc := classOf(p), classOf(q)
		counted := pc == cNum || pc == cMeasure
		switch t.class {
		case cDash:
			switch {
			case bare:
				t.class = cBlank
			case counted && qc == cNum:
				t.class = cRange
			case p == nil && qc == cNum && t.text == "-" && toks[i+1].class == cNum:
				t.class = cMinus
			case pc == cDate && qc == cDate:
				t.class = cPunct
			default:
				t.class = cJunk
			}
		case cTilde:
			switch {
			case counted && qc == cNum:
				t.class = cRange
			case pc == cNum:
				t.class = cUnsure
			case pc == cChat, p != nil && (q == nil || qc == cPunct || qc == cLine || qc == cChat):
				t.class = cPunct // 好的~3次~
			default:
				t.class = cApprox
			}
		case cTo:
			switch {
			case counted && qc == cNum:
				t.class = cRange
			case qc == cDate:
				t.class = cPunct
			default:
				t.class = cJunk
			}
		case cSlash:
			switch {
			case bare:
				t.class = cBlank
			case pc == cNum && qc == cNum:
				t.class = cRatio
			case q != nil && (pc == cMeasure && qc != cMeasure || pc == cIs || pc == cNot):
				t.class = cPunct // 3场/120人; but 120人/次 is asked about
			default:
				t.class = cJunk
			}
		case cColon:
			t.class = cPunct
			if pc == cNum && qc == cNum {
				t.class = cJunk
			}
		case cPlus:
			if !(counted && qc == cNum) {
				t.class = cGrow
			}
		case cPunct:
			switch {
			case t.text == "。" && i > 0 && toks[i-1].text == "。":
				t.class = cUnsure
			case t.text != ".":
			case i > 0 && toks[i-1].text == ".": // 3... trails off
				t.class = cUnsure
			case i+1 < len(toks) && toks[i+1].class == cNum && pc != cNum && pc != cMeasure || i > 0 && toks[i-1].class == cSpace && toks[i-1].end == t.start && i+1 < len(toks) && toks[i+1].class == cNum: // .3
				t.class, t.bound = cFill, true
				toks[i+1].num = refusedNumeral(WhyFraction)
			case i > 0 && toks[i-1].class == cNum && zeroText(toks[i-1].text): // 0. has lost its other half
				t.class = cJunk
			}
		}
	}
}

// loosen takes small words out of play that bend a number only beside one:
// the 来 of “3次，领导下午来” is in a clause of its own. They are then words not
// understood, which still makes the answer a question, but the right one.
func loosen(toks []token) {
	for k := 0; k < len(toks); {
		end, counted := k, false
		for ; end < len(toks) && toks[end].class != cPunct && toks[end].class != cLine; end++ {
			counted = counted || toks[end].class == cNum
		}
		for i := k; i < end && !counted; i++ {
			if t := &toks[i]; (t.class == cApprox || t.class == cPlan) && utf8.RuneCountInString(t.text) == 1 {
				t.class = cJunk
			}
		}
		k = end + 1
	}
}

// zeroText: nothing but one 0.
func zeroText(s string) bool { return s == "0" }

// counts reports whether the measure word at i may be a number's.
func counts(toks []token, i int) bool {
	for i--; i >= 0; i-- {
		switch toks[i].class {
		case cSpace, cQuote, cClose:
			continue
		}
		return toks[i].class == cNum
	}
	return false
}

// misplace takes words out of play that are part of a word not understood, or
// finish the verb before them: the 空 of 清空, the 明白 of 没搞明白.
func misplace(toks []token) {
	for i := range toks {
		t := &toks[i]
		beside := func(k int) class {
			if k < 0 || k >= len(toks) {
				return nClasses
			}
			return toks[k].class
		}
		switch {
		case t.class == cBlank && t.text == "空" && (beside(i-1) == cJunk || beside(i+1) == cJunk):
		case t.class == cBlank && t.text == "完了" && beside(i-1) == cVerb: // 看完了
		case t.class == cChat && nods[t.text] && (beside(i-1) == cJunk || beside(i-1) == cVerb || beside(i-1) == cLabel):
		case t.class == cCorrect && t.text == "改" && beside(i-1) == cJunk: // 整改
		case t.class == cMeasure && !t.own && t.end-t.start == 1 && (beside(i-1) == cJunk || beside(i+1) == cJunk && !counts(toks, i)): // 签字, 家庭
			t.class = cJunk
			continue
		default:
			continue
		}
		t.class, t.known = cJunk, true
	}
}

func neighbour(toks []token, i, step int) *token {
	for i += step; 0 <= i && i < len(toks); i += step {
		if toks[i].class != cSpace {
			return &toks[i]
		}
	}
	return nil
}

func classOf(t *token) class {
	if t == nil {
		return nClasses
	}
	return t.class
}
