package bot

import (
	"iter"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ItemAnswer is a reading from a line that names its item.
type ItemAnswer struct {
	ItemReading
	// Sure: the line leaves no doubt which item is meant. Otherwise a Taken
	// value has to be put to the person first: “12 5” may be anything.
	Sure bool
}

// ReadList reads lines that begin with their item's number, as the bot's own
// lists print them and people edit and send them back: “12 开展…活动 5 场”,
// “第12项 5场”, “12项：5场；13项：120人”. A line whose words are not its item's
// own is not read. A line that says 未填 is understood and gives no answer. A line
// may hold several items, as in “28：1场，29：200人次”.
//
// The second result holds the lines that were not understood; section names
// are not among them. It reports false if no line was, or if text is longer
// than [MaxPaste] or has more than 1,000 lines.
func ReadList(n *Notice, form *Form, text string) ([]ItemAnswer, []string, bool) {
	return readList(n, form, text, Read)
}

func readList(n *Notice, form *Form, text string, read reader) ([]ItemAnswer, []string, bool) {
	if len(text) > MaxPaste || strings.Count(text, "\n") > mostLines {
		return nil, nil, false
	}
	l := newLister(n, form, text, read)
	var answers []ItemAnswer
	for _, r := range sortedReadings(l.byItem) {
		answers = append(answers, ItemAnswer{ItemReading: r, Sure: !l.doubt[r.Item]})
	}
	return answers, l.rest, len(answers) > 0 || l.unfilled > 0
}

// unfilledLines counts the lines that say 未填.
func unfilledLines(n *Notice, form *Form, text string) int {
	none := func(*Notice, *Field, string) Reading { return Reading{Outcome: NoAnswer} }
	return newLister(n, form, text, none).unfilled
}

// sure counts the answers whose item and value are certain.
func sure(list []ItemAnswer) int {
	n := 0
	for _, a := range list {
		if a.Sure && a.Outcome == Taken {
			n++
		}
	}
	return n
}

// mostLines is far above what a list of the form needs.
const mostLines = 1000

func isLineEnd(r rune) bool { return r == '\n' || r == '\r' || r == '\u2028' || r == '\u2029' }

type lister struct {
	n        *Notice
	form     *Form
	read     reader
	blanks   []blank // made when first needed
	byItem   map[int]*ItemReading
	doubt    map[int]bool
	rest     []string
	unfilled int
	single   bool // the message is one line

	text     int    // the text item whose lines may go on; 0 if none
	textHead string // its first line
	textMore []string
}

func newLister(n *Notice, form *Form, text string, read reader) *lister {
	l := &lister{n: n, form: form, read: read, byItem: map[int]*ItemReading{}, doubt: map[int]bool{}, single: !strings.ContainsFunc(strings.TrimSpace(text), isLineEnd)}
	for line := range strings.FieldsFuncSeq(text, isLineEnd) {
		l.line(line)
	}
	l.endText(false)
	return l
}

// line reads one line. Several items may share it, parted by ； or by a comma
// before 第N项; in a line of nothing but items and their figures, by a blank too.
func (l *lister) line(line string) {
	if strings.TrimSpace(line) == "" {
		return
	}
	parts := l.parts(line)
	if row := l.row(line); row != nil {
		parts = slices.Values(row)
	}
	for part := range parts {
		switch {
		case l.part(part):
		case l.isTitle(part):
			l.endText(true)
		case l.text != 0:
			l.textMore = append(l.textMore, strings.TrimSpace(part))
		default:
			l.rest = append(l.rest, strings.TrimSpace(part))
		}
	}
}

// endText settles a text item. Lines without a number of their own belong to
// it if the list goes on behind them; at the end of the message they may as
// well be a remark, and half a text must not be stored.
func (l *lister) endText(goesOn bool) {
	if l.text == 0 {
		return
	}
	item, text, more := l.text, l.textHead, l.textMore
	l.text, l.textMore = 0, nil
	if goesOn && len(more) > 0 {
		text += "\n" + strings.Join(more, "\n")
	}
	r := l.read(l.n, &l.form.Fields[item-1], text)
	switch {
	case strings.HasSuffix(text, "…"):
		// The echo shortens long texts; half a text must not replace a whole.
		r = Reading{Outcome: Asked, Why: WhyUnsure, Quote: text}
	case r.Outcome == NoAnswer:
		l.rest = append(append(l.rest, text), more...)
		return
	case len(more) > 0 && !goesOn:
		r = Reading{Outcome: Asked, Why: WhyUnsure, Quote: more[0]}
		l.rest = append(l.rest, more...)
	}
	mergeReading(l.byItem, ItemReading{Item: item, Reading: r})
}

// parts cuts a line into its items. A text item takes the rest of its line.
func (l *lister) parts(line string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for line != "" {
			end := len(line)
			if m, ok := l.marker(line); !ok || l.form.Fields[m.item-1].Kind != KindText {
				end = l.cut(line)
			}
			if part := strings.TrimFunc(line[:end], isCut); strings.TrimSpace(part) != "" && !yield(part) {
				return
			}
			line = line[end:]
			line = strings.TrimLeftFunc(line, isCut)
		}
	}
}

// hardCuts end an item whatever stands behind them.
const hardCuts = "；;。"

func isCut(r rune) bool {
	return unicode.IsSpace(r) || strings.ContainsRune(hardCuts+"，,、", r)
}

// cut finds where the next item of the line begins: behind ； or behind a comma
// that is followed by an item's number and 项.
func (l *lister) cut(line string) int {
	from, hard, soft := 0, false, false
	for i, r := range line {
		if isCut(r) {
			if !hard && !soft {
				from = i
			}
			hard = hard || strings.ContainsRune(hardCuts, r)
			soft = soft || !unicode.IsSpace(r)
			continue
		}
		if from > 0 && (hard || soft) {
			if m, ok := l.marker(line[i:]); ok && (m.named || hard) {
				return from
			}
		}
		hard, soft = false, false
	}
	return len(line)
}

// marker is the item number that a line begins with.
type marker struct {
	item   int
	named  bool   // 第N项 or N项
	spaced bool   // nothing but a blank stands behind the number
	sep    string // what stands behind the number
	rest   string
}

func (l *lister) marker(line string) (marker, bool) {
	var m marker
	s := strings.TrimLeftFunc(line, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("✓✔√☑·•-*", r)
	})
	s, ordinal := strings.CutPrefix(s, "第")
	if ordinal {
		s = strings.TrimLeftFunc(s, unicode.IsSpace)
	}
	n, size := leadingNumber(s)
	if size == 0 && ordinal {
		n, size = leadingOrdinal(s)
	}
	if n < 1 || n > len(l.form.Fields) {
		return m, false
	}
	m.item = n
	s = s[size:]
	behind := strings.TrimLeftFunc(s, unicode.IsSpace)
	if after, ok := cutAny(behind, "项", "题"); ok {
		m.named = true
		m.rest = strings.TrimLeftFunc(after, func(r rune) bool {
			return unicode.IsSpace(r) || strings.ContainsRune("：:、.．，,=", r)
		})
		return m, true
	}
	if ordinal {
		return m, false
	}
	trimmed := strings.TrimLeftFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("：:=＝、.．)）", r)
	})
	m.sep = s[:len(s)-len(trimmed)]
	m.spaced = strings.TrimSpace(m.sep) == ""
	m.rest = trimmed
	return m, m.sep != ""
}

// leadingNumber reads the digits that s begins with, full width or not; four
// or more are no item's number.
func leadingNumber(s string) (n, size int) {
	for i, r := range s {
		r = plainRune(r)
		if r < '0' || r > '9' {
			return n, i
		}
		if i > 0 && n == 0 || n > 999 {
			return 0, 0
		}
		n = n*10 + int(r-'0')
	}
	return n, len(s)
}

// leadingOrdinal reads 一 to 九十九, as in 第十二项.
func leadingOrdinal(s string) (n, size int) {
	ones := 0
	for i, r := range s {
		if r == '十' {
			n, ones = n+max(ones, 1)*10, 0
			continue
		}
		d := strings.IndexRune("一二三四五六七八九", r)
		if d < 0 || ones != 0 {
			return n + ones, i
		}
		ones = d/len("一") + 1
	}
	return n + ones, len(s)
}

func cutAny(s string, prefixes ...string) (string, bool) {
	for _, p := range prefixes {
		if after, ok := strings.CutPrefix(s, p); ok {
			return after, true
		}
	}
	return s, false
}

// part reads one item and reports whether it was understood.
func (l *lister) part(part string) bool {
	m, ok := l.marker(part)
	if !ok {
		return false
	}
	f := &l.form.Fields[m.item-1]
	value, labelled := l.afterLabel(f, m.rest)
	value = dropNotes(value)
	bare := !labelled && !m.named
	switch {
	case value == wordUnfilled && !bare:
		l.endText(true)
		l.unfilled++
		return true
	case strings.Trim(value, " 　：:") == "":
		return false
	case f.Kind == KindText && !bare:
		l.endText(true)
		l.text, l.textHead = m.item, value
		return true
	case f.Kind == KindText, bare && l.startsWithMeasure(m.rest), bare && l.text >= m.item:
		return false // “2 场，160人”: the number is a value
	case bare && l.single && !l.ownUnit(f, value) && couldBeTime(m, value):
		return false
	}
	r := l.read(l.n, f, value)
	if r.Outcome == NoAnswer || bare && r.Outcome != Taken {
		return false
	}
	l.endText(true)
	certain := !bare || strings.ContainsAny(m.sep, "=＝") || l.ownUnit(f, value) && !couldBeOneNumber(m, value)
	l.doubt[m.item] = l.doubt[m.item] || !certain
	mergeReading(l.byItem, ItemReading{Item: m.item, Reading: r})
	return true
}

// afterLabel takes an item's own words off a line: its label as printed in
// lists, shortened with …, its short form, or its words on the form.
func (l *lister) afterLabel(f *Field, rest string) (value string, ok bool) {
	labels := []string{f.Label, f.Short}
	if i := strings.LastIndex(f.Label, "·"); i >= 0 {
		labels = append(labels, f.Label[i+len("·"):])
	}
	if l.blanks == nil {
		l.blanks = formBlanks(l.form)
	}
	for _, b := range l.blanks[1:] {
		if b.field.Item == f.Item {
			labels = append(labels, b.label)
		}
	}
	labels = append(labels, f.Words...)
	slices.SortStableFunc(labels, func(a, b string) int { return len(b) - len(a) })
	for _, label := range labels {
		if after, ok := cutPhrase(rest, phrase(label)); ok {
			return trimLead(after), true
		}
	}
	if after, ok := cutShortened(rest, phrase(f.Label)); ok {
		return trimLead(after), true
	}
	return rest, false
}

func trimLead(s string) string {
	return strings.TrimLeftFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune("：:=”\"」』》’'）)】］]", r)
	})
}

// cutPhrase takes a phrase off the front of s, whatever quotes and blanks run
// through it.
func cutPhrase(s, phrase string) (string, bool) {
	if phrase == "" {
		return s, false
	}
	for i, r := range s {
		if phrase == "" {
			return s[i:], true
		}
		r = plainRune(r)
		if kindOf(r) != glyphWord {
			continue
		}
		want, size := utf8.DecodeRuneInString(phrase)
		if r != want {
			return s, false
		}
		phrase = phrase[size:]
	}
	return "", phrase == ""
}

// cutShortened takes a label off the front of s of which a middle part was
// replaced by …: what stands before must begin it, what stands behind end it.
func cutShortened(s, label string) (string, bool) {
	const fewest = 2 // letters on either side, or 第 would do
	head, tail, ok := strings.Cut(s, "…")
	if !ok {
		if head, tail, ok = strings.Cut(s, "..."); !ok {
			return s, false
		}
	}
	tail = strings.TrimLeft(tail, "….")
	begin := phrase(head)
	left, ok := strings.CutPrefix(label, begin)
	if !ok || utf8.RuneCountInString(begin) < fewest {
		return s, false
	}
	letters := []rune(left)
	for n := len(letters); n >= fewest; n-- {
		if after, ok := cutPhrase(tail, string(letters[len(letters)-n:])); ok {
			return after, true
		}
	}
	return s, false
}

// dropNotes takes off the notes that the bot's own lines end with: （待确认），
// （据“三四百人”确认）, （已核实：…）, （注：…）. Other brackets are the person's, and the
// reader's to judge.
func dropNotes(value string) string {
	for {
		value = strings.TrimSpace(value)
		if short, ok := strings.CutSuffix(value, "待确认"); ok {
			value = strings.TrimRight(short, " 　，,、·*")
			continue
		}
		open := lastBracket(value)
		if open < 0 {
			return value
		}
		note := strings.TrimFunc(value[open:], func(r rune) bool {
			return unicode.IsSpace(r) || strings.ContainsRune(openBrackets+closeBrackets, plainRune(r))
		})
		if !strings.HasSuffix(note, "确认") && !strings.HasPrefix(note, "已核实") && !strings.HasPrefix(note, "注：") {
			return value
		}
		value = value[:open]
	}
}

// lastBracket is where the bracket opens with which s ends; -1 if it doesn't.
func lastBracket(s string) int {
	depth := 0
	for end := len(s); end > 0; {
		r, size := utf8.DecodeLastRuneInString(s[:end])
		end -= size
		switch kindOf(plainRune(r)) {
		case glyphClose:
			depth++
		case glyphOpen:
			depth--
		}
		if depth <= 0 {
			if depth == 0 && kindOf(plainRune(r)) == glyphOpen {
				return end
			}
			return -1
		}
	}
	return -1
}

// startsWithMeasure reports whether a measure word stands first.
func (l *lister) startsWithMeasure(s string) bool {
	s = strings.TrimSpace(s)
	for _, u := range l.n.Classifiers {
		if u != "" && strings.HasPrefix(s, u) {
			return true
		}
	}
	for i := range l.form.Fields {
		if u := l.form.Fields[i].Unit; u != "" && strings.HasPrefix(s, u) {
			return true
		}
	}
	return false
}

// ownUnit reports whether a value ends in the item's own measure word.
func (l *lister) ownUnit(f *Field, value string) bool {
	if f.Kind == KindYesNo {
		return false
	}
	value = strings.TrimRight(value, "。．.；;，, ")
	return f.Unit != "" && strings.HasSuffix(value, f.Unit) || slices.ContainsFunc(f.Near, func(u string) bool {
		return u != "" && strings.HasSuffix(value, u)
	})
}

// couldBeOneNumber reports whether an item's number and its value may have
// been meant as one figure: “12 500人次” as 12,500, “6.16场” as a date.
func couldBeOneNumber(m marker, value string) bool {
	digits := 0
	for _, r := range value {
		if r = plainRune(r); r < '0' || r > '9' {
			break
		}
		digits++
	}
	return m.spaced && digits == 3 || digits > 0 && strings.ContainsAny(m.sep, ".．")
}

// isTitle reports whether a line only names a section of the form.
func (l *lister) isTitle(line string) bool {
	words := phrase(line)
	for _, s := range l.form.Sections {
		if t := phrase(s.Title); t != "" && (words == t || words == phrase(s.ID)+t) {
			return true
		}
	}
	return words != "" && words == phrase(l.form.Title)
}
