package bot

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// wordStamped is what the stamped copy of the main form is called, in commands
// and in stored receipts.
const wordStamped = "盖章件"

// columnIn finds the form, or the stamped copy, that words name; the main form if
// they name none. The rest is what they say beside it.
func (n *Notice) columnIn(words string, now time.Time) (c column, rest string) {
	c = *n.column(n.Main, now)
	fields := strings.Fields(words)
	for i, w := range fields {
		rest := strings.Join(slices.Delete(slices.Clone(fields), i, i+1), " ")
		if w == wordStamped || w == "盖章" {
			c.stamp = true
			return c, rest
		}
		if f := n.formNamed(w); f != nil {
			return column{form: f, period: f.PeriodAt(now)}, rest
		}
	}
	return c, strings.Join(fields, " ")
}

// listNumber reads which line of a numbered list is meant: 1, 第1条.
func listNumber(text string) (int, bool) {
	n, err := strconv.Atoi(strings.Trim(fold(text), " 第条项"))
	return n, err == nil
}

// kindCalled is the kind of units that a word before a notice means: 乡镇, 各乡镇;
// "" if none.
func (n *Notice) kindCalled(word string) string {
	for _, kind := range n.Kinds {
		if word == kind || word == "各"+kind || word == "所有"+kind || word == "全体"+kind {
			return kind
		}
	}
	return ""
}

// totalsWanted is what a 汇总 is asked for.
type totalsWanted struct {
	form   *Form
	words  []string // items, by number or name; none for all
	drafts bool
	prose  bool
}

// sumsIn reads the words behind 汇总: 28-37 含草稿, 附件1, 文字版.
func (n *Notice) sumsIn(words string, now time.Time) totalsWanted {
	s := totalsWanted{form: n.Form(n.Main)}
	for _, w := range strings.FieldsFunc(fold(words), func(r rune) bool { return strings.ContainsRune(" ，,；;", r) }) {
		switch f := n.formNamed(w); {
		case f != nil:
			s.form = f
		case w == "含草稿", w == "含未提交", w == "含草稿的", w == "连草稿":
			s.drafts = true
		case w == "文字版", w == "文字", w == "文字稿":
			s.prose = true
		default:
			s.words = append(s.words, w)
		}
	}
	return s
}

// itemsNamed reads items that words name, each by number, range or name; a name
// may stand for several. Unknown is the first word that is none; "" if all are.
func (f *Form) itemsNamed(words []string) (items []int, unknown string) {
	for _, w := range words {
		list, numbers := itemList(w)
		if !numbers {
			list = f.called(w)
		}
		outside := func(item int) bool { return f.Field(item) == nil }
		if len(list) == 0 || slices.ContainsFunc(list, outside) {
			return nil, w
		}
		items = append(items, list...)
	}
	slices.Sort(items)
	return slices.Compact(items), ""
}

// quietUntil reads from a line of the phone log till when the unit is left in
// peace: the last day or time in it that is still to come; zero if it names none.
// 明早 is the whole of tomorrow, for nobody is reminded at noon of what was
// promised for the morning.
func quietUntil(text string, now time.Time) time.Time {
	for _, w := range [][2]string{{"明早", "明天"}, {"明晨", "明天"}, {"明晚", "明天"}, {"今晚", "今天"}, {"今早", "今天"}, {"后早", "后天"}} {
		text = strings.ReplaceAll(text, w[0], w[1])
	}
	var until time.Time
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("，,。；;、\n", r) }) {
		at, _, ok := readDate(part, now, true)
		if !ok { // 明天上午 is no time of day
			for _, w := range []string{"上午", "早上", "中午", "下午", "傍晚", "晚上"} {
				part = strings.ReplaceAll(part, w, " ")
			}
			at, _, ok = readDate(part, now, true)
		}
		if ok && at.After(now) && at.After(until) {
			until = at
		}
	}
	return until
}
