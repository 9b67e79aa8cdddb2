package bot

import (
	"slices"
	"strings"
	"unicode"
)

// RangeProblem tells why values for a run of items were not taken. The zero
// value is none.
type RangeProblem struct {
	Why      string // bounds: From…To are not items in rising order; count: Got is not Want
	From, To int
	Got      int // values given
	Want     int // items named
}

// What a RangeProblem is about; each has a wording "range."+Why.
const (
	rangeBounds = "bounds"
	rangeCount  = "count"
)

// ReadRange reads values for a run of items: “3-7：是 2 160 1 86”, “第3到7项
// 是、2、160、1、86”, or “3-12项” with a spreadsheet column below it. A 项 or a
// colon has to part the items from the values, for “3-7 场” is an answer and
// “6-16 1场” a date.
//
// Blanks, line ends, 、 and ； always part values. Commas do so only where no
// blank does, because 1,234 is one value. Unless there are as many values as
// items nothing is taken and the problem says so. It reports false if text
// does not name a run of items or is longer than [MaxPaste].
func ReadRange(n *Notice, form *Form, text string) ([]ItemReading, RangeProblem, bool) {
	return readRange(n, form, text, Read)
}

func readRange(n *Notice, form *Form, text string, read reader) ([]ItemReading, RangeProblem, bool) {
	if len(text) > MaxPaste {
		return nil, RangeProblem{}, false
	}
	from, to, rest, ok := rangeHead(text)
	if !ok {
		return nil, RangeProblem{}, false
	}
	problem := RangeProblem{Why: rangeBounds, From: from, To: to}
	if from < 1 || to > len(form.Fields) || from > to {
		return nil, problem, true
	}
	want := to - from + 1
	values := rangeValues(n, form, rest, want)
	if len(values) != want {
		problem.Why, problem.Got, problem.Want = rangeCount, len(values), want
		return nil, problem, true
	}
	answers := make([]ItemReading, want)
	for i, value := range values {
		r := read(n, form.Field(from+i), value)
		if r.Outcome == NoAnswer {
			r = Reading{Outcome: Asked, Why: WhyExtra, Quote: value}
		}
		answers[i] = ItemReading{Item: from + i, Reading: r}
	}
	return answers, RangeProblem{}, true
}

// rangeHead takes the items off the front: 3-7：, 3至7项, 第3项到第7项.
func rangeHead(text string) (from, to int, rest string, ok bool) {
	s := strings.TrimLeftFunc(text, unicode.IsSpace)
	ordinal := false
	item := func() (n int, named, ok bool) {
		s = strings.TrimLeftFunc(s, unicode.IsSpace)
		after, found := strings.CutPrefix(s, "第")
		ordinal = ordinal || found
		after = strings.TrimLeftFunc(after, unicode.IsSpace)
		n, size := leadingNumber(after)
		if size == 0 && ordinal {
			n, size = leadingOrdinal(after)
		}
		s = strings.TrimLeftFunc(after[size:], unicode.IsSpace)
		s, named = cutAny(s, "项", "题")
		return n, named, size > 0
	}
	if from, _, ok = item(); !ok {
		return 0, 0, "", false
	}
	s = strings.TrimLeftFunc(s, unicode.IsSpace)
	short := strings.TrimLeft(s, "-－—–―‐‑~～〜∼至到")
	if dash := s[:len(s)-len(short)]; dash == "" || len(dash) > 2*len("—") {
		return 0, 0, "", false
	}
	s = short
	to, named, ok := item()
	if !ok {
		return 0, 0, "", false
	}
	s = strings.TrimLeftFunc(s, unicode.IsSpace)
	rest, colon := cutAny(s, "：", ":")
	return from, to, rest, named || colon
}

// rangeValues cuts the values apart in the one way that the message shows. If
// that does not give as many as wanted, no other way is tried: the figures
// would fit by chance.
func rangeValues(n *Notice, form *Form, text string, want int) []string {
	text = strings.TrimSpace(text)
	if lines := trimAll(strings.FieldsFunc(text, isLineEnd)); len(lines) == want && want > 1 {
		return lines
	}
	apart := trimAll(strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("、；;", r)
	}))
	apart = withMeasures(n, form, apart)
	if len(apart) == 1 && want > 1 {
		return trimAll(strings.FieldsFunc(apart[0], isRangeComma))
	}
	var values []string
	for _, v := range apart {
		values = append(values, cutCommas(v)...)
	}
	return values
}

func isRangeComma(r rune) bool { return r == ',' || r == '，' }

// cutCommas parts a value at its commas, except those that may group a number.
func cutCommas(value string) []string {
	parts := []string{""}
	runes := []rune(value)
	for i, r := range runes {
		if isRangeComma(r) && !(i > 0 && i+1 < len(runes) && isDigit(runes[i-1]) && isDigit(runes[i+1])) {
			parts = append(parts, "")
			continue
		}
		parts[len(parts)-1] += string(r)
	}
	return slices.DeleteFunc(parts, func(s string) bool { return s == "" })
}

// withMeasures puts a measure word that stands apart back to its number.
func withMeasures(n *Notice, form *Form, values []string) []string {
	var joined []string
	for _, v := range values {
		measure := slices.Contains(n.Classifiers, v) || slices.ContainsFunc(form.Fields, func(f Field) bool { return f.Kind == KindCount && f.Unit == v })
		if measure && len(joined) > 0 {
			joined[len(joined)-1] += v
			continue
		}
		joined = append(joined, v)
	}
	return joined
}

// trimAll takes the commas and blanks off both ends and drops what is empty.
func trimAll(values []string) []string {
	var kept []string
	for _, v := range values {
		v = strings.TrimFunc(v, func(r rune) bool {
			return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) || isRangeComma(r) || strings.ContainsRune("、；;。", r)
		})
		if v != "" {
			kept = append(kept, v)
		}
	}
	return kept
}
