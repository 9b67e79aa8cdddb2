package bot

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

// ── Writers, independent of the reader ──

// chineseSection writes 1…9999 by hand.
func chineseSection(v int, digits, units []string) string {
	s, zero := "", false
	for i, d := range fmt.Sprintf("%04d", v) {
		if d == '0' {
			zero = s != ""
			continue
		}
		if zero {
			s += digits[0]
			zero = false
		}
		s += digits[d-'0'] + units[3-i]
	}
	return s
}

func chineseNumber(n int, digits, units []string) string {
	if n == 0 {
		return digits[0]
	}
	if n == 100_000_000 {
		return digits[1] + units[5]
	}
	hi, lo := n/10_000, n%10_000
	s := ""
	if hi > 0 {
		s = chineseSection(hi, digits, units) + units[4]
		if lo > 0 && lo < 1000 {
			s += digits[0]
		}
	}
	return s + chineseSection(lo, digits, units)
}

var (
	plainDigits   = strings.Split("零一二三四五六七八九", "")
	plainUnits    = []string{"", "十", "百", "千", "万", "亿"}
	capitalDigits = strings.Split("零壹贰叁肆伍陆柒捌玖", "")
	capitalUnits  = []string{"", "拾", "佰", "仟", "万", "亿"}
)

func grouped(n int, mark string) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + mark + s[i:]
	}
	return s
}

func fullWidth(s string) string {
	return strings.Map(func(r rune) rune {
		if '0' <= r && r <= '9' {
			return r - '0' + '０'
		}
		return r
	}, s)
}

func fullWidthOff(s string) string { return string(newLine(s).runes) }

// writings are the ways in which officials write n that must all be read.
func writings(n int) []string {
	s := strconv.Itoa(n)
	w := []string{s, fullWidth(s), chineseNumber(n, plainDigits, plainUnits), chineseNumber(n, capitalDigits, capitalUnits)}
	zh := w[2]
	if rest, ok := strings.CutPrefix(zh, "一十"); ok {
		w = append(w, "十"+rest)
	}
	w = append(w, strings.ReplaceAll(strings.ReplaceAll(zh, "二千", "两千"), "二万", "两万"))
	w[5%len(w)] = strings.ReplaceAll(w[5%len(w)], "十两", "十二")
	if n >= 1000 {
		w = append(w, grouped(n, ","), grouped(n, "，"), fullWidth(grouped(n, ",")))
	}
	if n >= 10_000 {
		hi, lo := n/10_000, n%10_000
		if frac := strings.TrimRight(fmt.Sprintf("%04d", lo), "0"); frac != "" {
			w = append(w, fmt.Sprintf("%d.%s万", hi, frac))
		} else {
			w = append(w, fmt.Sprintf("%d万", hi))
		}
		if lo > 0 {
			w = append(w, fmt.Sprintf("%d万%04d", hi, lo))
		}
		if 0 < lo && lo < 1000 {
			w = append(w, fmt.Sprintf("%d万零%d", hi, lo))
		}
		if lo > 0 && lo%1000 == 0 {
			w = append(w, fmt.Sprintf("%d万%d千", hi, lo/1000))
		}
	}
	// 一百二, 三千五, 一万二: what is missing is the next lower place.
	for _, cut := range []struct{ unit, tail string }{{"百", "十"}, {"千", "百"}, {"万", "千"}} {
		rs := []rune(zh)
		if k := len(rs); k >= 4 && string(rs[k-1]) == cut.tail && string(rs[k-3]) == cut.unit {
			w = append(w, string(rs[:k-1]))
		}
	}
	return w
}

func anyCount() *rapid.Generator[int] {
	return rapid.OneOf(rapid.IntRange(0, 200), rapid.IntRange(0, 99_999), rapid.IntRange(0, MaxCount),
		rapid.Map(rapid.IntRange(0, 1000), func(v int) int { return v * 100 }),
		rapid.Map(rapid.IntRange(0, 10_000), func(v int) int { return v * 10_000 }))
}

func TestEveryIntegerReadsBack(t *testing.T) {
	n, form := readNotice(t)
	rapid.Check(t, func(t *rapid.T) {
		v := anyCount().Draw(t, "v")
		written := rapid.SampledFrom(writings(v)).Draw(t, "written")
		before := rapid.SampledFrom([]string{"", "共", "参与", "我们一共", "收到，", "答：", "参与人次：", "本单位共组织", "“", " "}).Draw(t, "before")
		after := rapid.SampledFrom([]string{"", "。", "，谢谢", "👍", "”", "！", " "}).Draw(t, "after")
		measure := rapid.SampledFrom([]string{"", "人次", "人", "名", " 人次"}).Draw(t, "measure")
		text := before + written + measure + after
		if measure == "" && likeDate(fullWidthOff(written), n.Year) {
			return // 2021 and 20210616 by themselves are asked about
		}
		if r := Read(n, form.Field(2), text); r.Outcome != Taken || r.Value != Count(int64(v)) {
			t.Fatalf("%q: %s, want %d", text, readingString(r), v)
		}
	})
}

// ── A second, dumb reader: every number that anyone could see in a text ──

const seenDigits = "零〇一壹弌二贰弍貳两兩三叁弎參叄四肆五伍六陆陸七柒八捌九玖"

var seenUnits = map[rune]int64{'十': 10, '拾': 10, '百': 100, '佰': 100, '千': 1000, '仟': 1000, '万': 10_000, '萬': 10_000, '亿': 100_000_000, '億': 100_000_000}

func seenDigit(r rune) (int64, bool) {
	groups := []string{"零〇", "一壹弌", "二贰弍貳两兩", "三叁弎參叄", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖"}
	for v, g := range groups {
		if strings.ContainsRune(g, r) {
			return int64(v), true
		}
	}
	return 0, false
}

// seen adds to m all values that the characters of one run may have: it splits
// at every largest unit, and tries the short forms of speech everywhere.
func seen(s string) []*big.Rat {
	rs := []rune(strings.Trim(s, ",，"))
	if len(rs) == 0 {
		return nil
	}
	at, unit := -1, int64(0)
	for i, r := range rs {
		if u := seenUnits[r]; u >= unit && u > 0 {
			at, unit = i, u
		}
	}
	if at < 0 {
		digits := ""
		for _, r := range rs {
			if v, ok := seenDigit(r); ok {
				digits += strconv.FormatInt(v, 10)
			} else if r != ',' && r != '，' {
				digits += string(r)
			}
		}
		if v, ok := new(big.Rat).SetString(digits); ok && len(digits) < 40 && !strings.ContainsAny(digits, "/eExX_pP") {
			return []*big.Rat{v}
		}
		return nil
	}
	lefts := seen(string(rs[:at]))
	if at == 0 {
		lefts = []*big.Rat{big.NewRat(1, 1)}
	}
	rights := []*big.Rat{new(big.Rat)}
	if at+1 < len(rs) {
		rights = seen(string(rs[at+1:]))
		if len(rs) == at+2 {
			for _, v := range rights[:len(rights):len(rights)] {
				rights = append(rights, new(big.Rat).Mul(v, big.NewRat(unit/10, 1)))
			}
		}
	}
	if len(lefts)*len(rights) > 64 {
		return nil // 百百百百: nobody's number
	}
	var out []*big.Rat
	for _, l := range lefts {
		for _, r := range rights {
			out = append(out, new(big.Rat).Add(new(big.Rat).Mul(l, big.NewRat(unit, 1)), r))
		}
	}
	return out
}

// numbersSeen is every number that stands in text, and 0 with a word of nothing.
func numbersSeen(text string) map[int64]bool {
	m := map[int64]bool{}
	if strings.ContainsAny(text, "无無没沒未否零〇0０") {
		m[0] = true
	}
	text = strings.NewReplacer("廿", "二十", "卅", "三十", "卌", "四十", "w", "万", "W", "万", "ｗ", "万", "Ｗ", "万", "k", "千", "K", "千", "ｋ", "千", "Ｋ", "千", "．", ".").Replace(text)
	var run []rune
	note := func(s string) {
		for _, c := range seen(s) {
			if c.IsInt() && c.Num().IsInt64() {
				m[c.Num().Int64()] = true
			}
		}
	}
	end := func() {
		for i := range run {
			for j := i + 1; j <= len(run) && j-i <= 18; j++ {
				s := string(run[i:j])
				note(s)
				if strings.ContainsAny(s, ". ") { // 1.234 and 1 234 as groups
					note(strings.NewReplacer(".", "", " ", "").Replace(s))
				}
			}
		}
		run = run[:0]
	}
	for _, r := range text {
		if '０' <= r && r <= '９' {
			r = r - '０' + '0'
		}
		switch {
		case '0' <= r && r <= '9', strings.ContainsRune(seenDigits, r), seenUnits[r] > 0, r == ',', r == '，', r == '.':
			run = append(run, r)
		case r == ' ', r == '\t', r == '\v', r == '\f', r == 0x3000, 0x2000 <= r && r <= 0x200a, r == 0xa0, r == 0x202f, r == 0x205f:
			run = append(run, ' ')
		case uniform(r) == invisible:
		default:
			end()
		}
	}
	end()
	return m
}

func TestVisible(t *testing.T) {
	for text, v := range map[string]int64{"共1.2万人": 12000, "一百二": 120, "廿三": 23, "1，234": 1234, "十二": 12, "三千五百": 3500, "无": 0, "1万零5": 10005, "壹佰贰拾": 120, "九千九百九十九万九千九百九十九": 99_999_999} {
		if !numbersSeen(text)[v] {
			t.Errorf("%q does not show %d", text, v)
		}
	}
	if numbersSeen("共1.2万人")[13000] || numbersSeen("12")[1200] {
		t.Error("the second reader sees what is not there")
	}
}

// checkReading holds one reading against the text it came from.
func checkReading(t interface{ Fatalf(string, ...any) }, text string, visible map[int64]bool, r Reading) {
	if r.Quote != "" && !strings.Contains(text, r.Quote) {
		t.Fatalf("%q: quote %q is not in it", text, r.Quote)
	}
	switch r.Outcome {
	case Taken:
		if !r.Value.Filled() || r.Why != "" || len(r.Propose) > 0 {
			t.Fatalf("%q: taken with %+v", text, r)
		}
	case Asked, Refused:
		if r.Value.Filled() || r.Why == "" {
			t.Fatalf("%q: %+v", text, r)
		}
	case NoAnswer:
		if r.Value.Filled() || r.Why != "" || len(r.Propose) > 0 {
			t.Fatalf("%q: %+v", text, r)
		}
	default:
		t.Fatalf("%q: outcome %d", text, r.Outcome)
	}
	for _, v := range append([]Value{r.Value}, r.Propose...) {
		if v.Kind == Number && !(v.Number == 0 && r.Why == WhyNothing) && (v.Number < 0 || v.Number > MaxCount || !visible[v.Number]) {
			t.Fatalf("%q: %d is not in it (%s)", text, v.Number, readingString(r))
		}
	}
}

func checkAll(t interface{ Fatalf(string, ...any) }, n *Notice, form *Form, text string) {
	visible := numbersSeen(text)
	for _, item := range countFields {
		checkReading(t, text, visible, Read(n, form.Field(item), text))
	}
	for _, f := range otherFields {
		r := Read(n, f, text)
		if r.Outcome == Taken && f.Kind != KindUnit && r.Value.Kind == Text && len(r.Value.Text) > len(text)+2 {
			t.Fatalf("%q: longer than it was: %q", text, r.Value.Text)
		}
	}
	for _, from := range []int{1, 3, 4, 5, 17, 25, 28, 33, 46, 47} {
		run := ReadRun(n, form, from, text)
		if len(run.Answers) == 0 {
			t.Fatalf("%q from %d: an empty run", text, from)
		}
		for i, a := range run.Answers {
			if a.Item != from+i {
				t.Fatalf("%q from %d: item %d at %d", text, from, a.Item, i)
			}
			if i < len(run.Answers)-1 && a.Outcome != Taken {
				t.Fatalf("%q from %d: %s goes on after a question", text, from, runString(run))
			}
			checkReading(t, text, visible, a.Reading)
		}
		if run.Sure && run.Answers[0].Outcome != Taken {
			t.Fatalf("%q from %d: sure of a question", text, from)
		}
		if len(run.Answers) == 1 && run.Sure {
			if r := Read(n, form.Field(from), text); r.Outcome != Taken || r.Value != run.Answers[0].Value {
				t.Fatalf("%q from %d: a run of one %s that Read takes as %s", text, from, runString(run), readingString(r))
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	n, form := readNotice(f)
	for i, row := range readTable(f) {
		if i%6 == 0 { // TestReadTable runs them all
			f.Add(row.text)
		}
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 300 {
			return
		}
		checkAll(t, n, form, text)
	})
}

// Messages put together at random from the pieces of real ones.
func TestRandomMessages(t *testing.T) {
	n, form := readNotice(t)
	var words []string
	for _, g := range lexicon {
		words = append(words, strings.Fields(g.words)...)
	}
	signs := strings.Split(" ,，、。/-—~:：?？()（）·.+%\n", "")
	rapid.Check(t, func(t *rapid.T) {
		var b strings.Builder
		for range rapid.IntRange(1, 9).Draw(t, "pieces") {
			switch rapid.IntRange(0, 5).Draw(t, "sort") {
			case 0, 1:
				b.WriteString(rapid.SampledFrom(writings(anyCount().Draw(t, "v"))).Draw(t, "number"))
			case 2:
				b.WriteString(rapid.SampledFrom(commonMeasures).Draw(t, "measure"))
			case 3:
				b.WriteString(rapid.SampledFrom(signs).Draw(t, "sign"))
			case 4:
				b.WriteString(rapid.SampledFrom(words).Draw(t, "word"))
			default:
				b.WriteString(rapid.StringOfN(rapid.RuneFrom(nil, unicode.Han), 1, 2, -1).Draw(t, "han"))
			}
		}
		checkAll(t, n, form, b.String())
	})
}

// ── What must never pass ──

// goodRows are the table's rows that give a number to a count.
func goodRows(t testing.TB, n *Notice, form *Form) []tableRow {
	var good []tableRow
	for _, row := range readTable(t) {
		item, ok := countFields[row.name]
		if !ok {
			continue
		}
		if r := Read(n, form.Field(item), row.text); r.Outcome == Taken && r.Value.Kind == Number {
			good = append(good, row)
		}
	}
	if len(good) < 100 {
		t.Fatalf("only %d good rows", len(good))
	}
	return good
}

func TestBentAnswersAreNeverTaken(t *testing.T) {
	n, form := readNotice(t)
	for _, row := range goodRows(t, n, form) {
		f := form.Field(countFields[row.name])
		for _, w := range []string{"约", "近", "大约", "超过", "不到", "至少", "上", "其中", "含", "又", "再", "新增", "不是", "去年", "县上", "每", "各", "平均", "计划", "如果", "可能", "应该是", "负", "-", "百分之", "第", "没有", "未", "~", "几", "原", "除"} {
			if r := Read(n, f, w+row.text); r.Outcome == Taken && !(r.Value == Count(0) && (w == "没有" || w == "未" || w == "负")) {
				t.Errorf("%s: %q: %s", row.name, w+row.text, readingString(r))
			}
		}
		for _, w := range []string{"不对", "？", "?", "吗", "吧", "左右", "余", "多", "以上", "不到", "上下", "其中2场线上", "，其中线上的", "，又", "，再加1", "（其中2）", "%", "%以上", "的样子", "分之一", "，写错了", "，改", "作废", "/", "-", "…", "或者4", "至9", "±1"} {
			if w == "吧" && (strings.Contains(row.text, "按") || strings.Contains(row.text, "就填")) {
				continue // 按3场报吧 is a decision
			}
			if r := Read(n, f, row.text+w); r.Outcome == Taken {
				t.Errorf("%s: %q: %s", row.name, row.text+w, readingString(r))
			}
		}
	}
}

// A Chinese word that is not a numeral, put before or behind, never changes the
// number: it is the same, or a question.
func TestUnknownWordsNeverChangeTheNumber(t *testing.T) {
	n, form := readNotice(t)
	good := goodRows(t, n, form)
	rapid.Check(t, func(t *rapid.T) {
		row := rapid.SampledFrom(good).Draw(t, "row")
		f := form.Field(countFields[row.name])
		was := Read(n, f, row.text).Value
		han := rapid.StringOfN(rapid.RuneFrom(nil, unicode.Han).Filter(func(r rune) bool { return !isChineseNumeral(r) }), 1, 3, -1).Draw(t, "word")
		for _, text := range []string{row.text + han, han + row.text, row.text + "，" + han, han + " " + row.text} {
			if r := Read(n, f, text); r.Outcome == Taken && r.Value != was {
				t.Fatalf("%s: %q: %s, %q was %s", row.name, text, readingString(r), row.text, was)
			}
		}
	})
}

// Politeness and punctuation never change what is read.
func TestPolitenessChangesNothing(t *testing.T) {
	n, form := readNotice(t)
	for _, row := range goodRows(t, n, form) {
		f := form.Field(countFields[row.name])
		for _, text := range []string{"您好，" + row.text, row.text + "，谢谢", "收到。" + row.text, row.text + "！", " " + row.text + "\n"} {
			if r := Read(n, f, text); r.Outcome != Taken {
				t.Errorf("%s: %q: %s", row.name, text, readingString(r))
			}
		}
	}
}

// ── Time ──

// Whatever a text repeats, it is read to its end, and a text beyond any answer is
// not looked at. How long that takes is [BenchmarkRead].
func TestReadsRepetition(t *testing.T) {
	n, form := readNotice(t)
	for _, text := range repetitions() {
		Read(n, form.Field(28), text)
		Read(n, form.Field(3), text)
		ReadRun(n, form, 1, text)
	}
}

// repetitions are texts of one thing over and over, some of them longer than any
// answer.
func repetitions() (texts []string) {
	for _, unit := range []string{"3", "1,", "1，234 ", "一百", "3场，120人，", "没有", "（", "3（", "不对", "没开展，", "参与", "3-", "6月1日", "第", "1万", "\u200b", "3 ", "无 ", "是，2场，"} {
		for _, runes := range []int{maxRead, 500_000} {
			texts = append(texts, strings.Repeat(unit, runes/len([]rune(unit))))
		}
	}
	return texts
}

func BenchmarkRead(b *testing.B) {
	n, form := readNotice(b)
	for _, text := range append([]string{"3", "3次，参与120人次"}, repetitions()...) {
		b.Run(fmt.Sprint(string([]rune(text)[:min(2, len([]rune(text)))]), len([]rune(text)), "字"), func(b *testing.B) {
			for b.Loop() {
				ReadRun(n, form, 28, text)
			}
		})
	}
}
