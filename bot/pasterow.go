package bot

import (
	"slices"
	"strings"
	"unicode"
)

// rowPair is an item and its figure in a line of several.
type rowPair struct {
	marker
	text     string // number, sign and figure
	value    string
	measured bool // the figure has the item's own measure word
}

// row cuts a line that is nothing but items and their figures: “28：1场，29：200人次”,
// “28=1 29=200”. It gives nothing for any other line, nor where one of the figures
// does not fit its item, for then the numbers before them may count something else.
//
// Where nothing but a blank or 、 stands between a number and its figure (28 1，29 200),
// all are in doubt and a comma has to part them. Where a figure has no measure word
// of its own (28：1，29：200) the items have to rise, for 2:1，1:2 are ratios.
func (l *lister) row(line string) []string {
	if l.text != 0 {
		return nil // the line may be the text's own
	}
	var texts []string
	var items []int
	bare, grouped := 0, 0
	stopped, plain := true, false // all parted by ；, one without a measure word
	rest := strings.TrimFunc(line, isCut)
	before := ""
	for rest != "" {
		p, after, ok := l.pair(rest)
		if !ok || slices.Contains(items, p.item) || !p.measured && couldBeTime(p.marker, p.value) {
			return nil
		}
		stopped = stopped && (len(items) == 0 || strings.ContainsAny(before, hardCuts))
		plain = plain || !p.named && !p.measured
		if !p.named && !p.signed() {
			bare++
			if couldBeOneNumber(p.marker, p.value) {
				grouped++
			}
			if len(items) > 0 && strings.TrimSpace(before) == "" || !p.spaced && !p.measured {
				return nil
			}
		}
		texts, items = append(texts, p.text), append(items, p.item)
		rest = strings.TrimLeftFunc(after, isCut)
		before = after[:len(after)-len(rest)]
	}
	switch {
	case len(items) < 2, stopped:
		return nil // parts does it
	case (plain || bare > 0) && !slices.IsSorted(items), grouped == len(items): // 1 234，5 678
		return nil
	}
	for _, item := range items {
		l.doubt[item] = l.doubt[item] || bare > 0
	}
	return texts
}

// pair takes an item and its figure off the front of s.
func (l *lister) pair(s string) (p rowPair, after string, ok bool) {
	m, ok := l.marker(s)
	if !ok || strings.ContainsAny(m.sep, ".．)）") {
		return p, "", false
	}
	f := &l.form.Fields[m.item-1]
	after, ok = cutAny(m.rest, "是", "否", "没有", "无")
	if !ok {
		figure := rowFigure(m.rest)
		if figure == 0 {
			return p, "", false
		}
		after = m.rest[figure:]
		measures := slices.Concat([]string{f.Unit}, f.Near)
		slices.SortFunc(measures, func(a, b string) int { return len(b) - len(a) })
		for _, u := range measures {
			if behind, found := strings.CutPrefix(strings.TrimLeftFunc(after, unicode.IsSpace), u); found && u != "" {
				after, p.measured = behind, true
				break
			}
		}
	}
	if after != "" && !isCut([]rune(after)[0]) {
		return p, "", false
	}
	p.marker = m
	p.text = s[:len(s)-len(after)]
	p.value = m.rest[:len(m.rest)-len(after)]
	return p, after, l.read(l.n, f, p.value).Outcome == Taken
}

// rowFigure is the length of the number that s begins with. A comma belongs to it
// if three digits follow; whether it groups them is the reader's to judge. 00 and
// 05 are of a time or a date.
func rowFigure(s string) int {
	const words = "零一二三四五六七八九十百千万两"
	runes := []rune(s)
	n := 0
	for n < len(runes) && (isDigit(plainRune(runes[n])) || strings.ContainsRune(words, runes[n]) || isRangeComma(runes[n]) && n > 0 && threeDigits(runes[n+1:])) {
		n++
	}
	if n > 1 && plainRune(runes[0]) == '0' {
		return 0
	}
	return len(string(runes[:n]))
}

// threeDigits reports whether runes begin with three digits and no more.
func threeDigits(runes []rune) bool {
	n := 0
	for n < len(runes) && isDigit(plainRune(runes[n])) {
		n++
	}
	return n == 3
}

// signed reports whether a colon or = stands between number and figure.
func (m marker) signed() bool { return strings.ContainsAny(m.sep, "：:=＝") }

// couldBeTime reports whether an item's number and its value look like a time of
// day: 14:30.
func couldBeTime(m marker, value string) bool {
	const minutes = 2
	runes := []rune(value)
	if m.item > 24 || !strings.ContainsAny(m.sep, "：:") || len(runes) < minutes || len(runes) > minutes && isDigit(plainRune(runes[minutes])) {
		return false
	}
	tens, ones := plainRune(runes[0]), plainRune(runes[1])
	return '0' <= tens && tens <= '5' && isDigit(ones)
}
