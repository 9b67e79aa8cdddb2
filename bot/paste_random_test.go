package bot

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"
)

// drawWritten leaves some items empty and gives each of the others a number
// that no other item has.
func drawWritten(t *rapid.T, form *Form) written {
	w := written{}
	used := map[int]bool{}
	for _, f := range form.Fields {
		if rapid.IntRange(0, 4).Draw(t, "empty") == 0 {
			continue
		}
		switch f.Kind {
		case KindYesNo:
			w[f.Item] = rapid.SampledFrom([]string{"是", "否"}).Draw(t, "yes")
		case KindText:
			w[f.Item] = rapid.SampledFrom([]string{caseText, "无", "曝光问题隐患（77777）条；参与（88888）人次", "（1）甲矿；（2）乙厂"}).Draw(t, "text")
		default:
			v := rapid.Custom(func(t *rapid.T) int {
				return rapid.SampledFrom([]int{0, rapid.IntRange(1, 60).Draw(t, "small"), rapid.IntRange(61, 99999).Draw(t, "large")}).Draw(t, "value")
			}).Filter(func(v int) bool { return !used[v] && v != 2021 }).Draw(t, "count")
			used[v] = true
			w[f.Item] = strconv.Itoa(v)
		}
	}
	return w
}

// drawStyle fills each blank in a way of its own.
func drawStyle(t *rapid.T) style {
	brackets := [][2]string{{"（", "）"}, {"(", ")"}, {"[", "]"}, {"【", "】"}, {"〔", "〕"}, {"（ ", " ）"}, {"（____", "____）"}, {"____", "____"}, {"（　", "　）"}, {"(", "）"}, {"", ""}}
	b := rapid.SampledFrom(brackets).Draw(t, "bracket")
	marks := rapid.SampledFrom([]style{
		{yes: "☑是□否", no: "□是☑否", un: "□是□否"}, {yes: "是（√）否（ ）", no: "是（ ）否（√）", un: "是（ ）否（ ）"},
		{yes: "■是 □否", no: "□是 ■否", un: "□是 □否"}, {yes: "●是○否", no: "○是●否", un: "○是○否"}, {yes: "是", no: "否", un: "是 否"},
	}).Draw(t, "marks")
	marks.open, marks.close = b[0], b[1]
	marks.count = func(f *Field, v string) string {
		b := rapid.SampledFrom(brackets).Draw(t, "this bracket")
		switch rapid.IntRange(0, 6).Draw(t, "where") {
		case 0:
			return b[0] + v + f.Unit + b[1]
		case 1:
			return "（ ）" + v
		case 2:
			return v + "（ ）"
		}
		return b[0] + v + b[1]
	}
	return marks
}

// drawDamage does to a text what a phone and Word do.
func drawDamage(t *rapid.T, text string) string {
	quotes := rapid.SampledFrom([]func(string) string{
		func(s string) string { return s }, swap("“", `"`, "”", `"`), swap("“", "「", "”", "」"), swap("“", "", "”", ""), swap("《", "", "》", ""),
		swap("——", "—"), swap("——", "-"), swap("，", ",", "；", ";", "（", "(", "）", ")"), swap("，", "、"),
		func(s string) string {
			return strings.Map(func(r rune) rune {
				if r >= '0' && r <= '9' {
					return r - '0' + '０'
				}
				return r
			}, s)
		},
	}).Draw(t, "quotes")
	text = quotes(text)
	blank := rapid.SampledFrom([]string{" ", "\u00a0", "\u3000", "\n", "\t", "\u200b", "\r\n", "\u2003", "\v"}).Draw(t, "blank")
	return sprinkle(t, text, blank, rapid.IntRange(0, 40).Draw(t, "blanks"))
}

// sprinkle puts blanks anywhere but into a number.
func sprinkle(t *rapid.T, text, blank string, times int) string {
	for range times {
		runes := []rune(text)
		i := rapid.IntRange(0, len(runes)).Draw(t, "at")
		if i > 0 && i < len(runes) && unicode.IsDigit(runes[i-1]) && unicode.IsDigit(runes[i]) {
			continue
		}
		text = string(runes[:i]) + blank + string(runes[i:])
	}
	return text
}

// Whatever happened on the way, each blank reads as it was written or is empty.
func TestPasteRandom(t *testing.T) {
	n, form := pasteForm(t)
	rapid.Check(t, func(rt *rapid.T) {
		w := drawWritten(rt, form)
		lines := drawStyle(rt).sentences(form, w)
		there := map[int]bool{}
		var kept []string
		for _, i := range rapid.Permutation(seq(len(lines))).Draw(rt, "order") {
			if rapid.IntRange(0, 5).Draw(rt, "missing") == 0 {
				continue
			}
			kept = append(kept, lines[i])
			_, items := splitLine(form.Lines[i].Text)
			for _, item := range items {
				there[item] = true
			}
		}
		text := drawDamage(rt, strings.Join(kept, rapid.SampledFrom([]string{"\n", "", "\n\n", " "}).Draw(rt, "between")))
		maps.DeleteFunc(w, func(item int, _ string) bool { return !there[item] })
		p, ok := ReadPaste(n, form, text)
		if ok != (len(kept) > 0) {
			rt.Fatalf("ok %v: %s", ok, text)
		}
		w.wantRapid(rt, form, p, text)
	})
}

func (w written) wantRapid(t *rapid.T, form *Form, p Paste, text string) {
	for _, a := range p.Answers {
		f := form.Field(a.Item)
		value := w[a.Item]
		switch {
		case a.Outcome != Taken:
			t.Fatalf("item %d: wrote %q, got %s in:\n%s", a.Item, value, show(a.Reading), text)
		case f.Kind == KindText && phrase(a.Value.Text) != phrase(value):
			t.Fatalf("item %d: wrote %q, read %q in:\n%s", a.Item, value, a.Value.Text, text)
		case f.Kind != KindText && a.Value.String() != value:
			t.Fatalf("item %d: wrote %q, read %q in:\n%s", a.Item, value, a.Value, text)
		}
		delete(w, a.Item)
	}
	if len(w) > 0 {
		t.Fatalf("not read: %v in:\n%s", w, text)
	}
}

// seq is 0 … n-1.
func seq(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}

// When a few printed letters of a sentence are cut out and others put in, some
// of its items may be lost. None may get a figure that was written for another.
func TestPasteMangledIsNeverWrong(t *testing.T) {
	n, form := pasteForm(t)
	rapid.Check(t, func(rt *rapid.T) {
		w := drawWritten(rt, form)
		delete(w, 19)
		lines := drawStyle(rt).sentences(form, w)
		for k := range lines {
			runes := []rune(lines[k])
			i := rapid.IntRange(0, len(runes)-1).Draw(rt, "from")
			j := i
			for j < len(runes) && j < i+rapid.IntRange(0, 3).Draw(rt, "cut") && !unicode.IsDigit(runes[j]) {
				j++
			}
			// Two figures are never joined into one, which no reader could see.
			if i > 0 && j < len(runes) && unicode.IsDigit(runes[i-1]) && unicode.IsDigit(runes[j]) {
				continue
			}
			lines[k] = string(runes[:i]) + string(runes[j:])
			// 参与 is not put in: before a figure it would be that figure's label.
			put := rapid.SampledFrom([]string{"", "开展", "活动", "，", "的", "；", "\n", "安全", "（", "）", "其中", "警示教育", "场", "次"}).Draw(rt, "put")
			lines[k] = sprinkle(rt, lines[k], put, rapid.IntRange(0, 2).Draw(rt, "times"))
		}
		text := strings.Join(lines, rapid.SampledFrom([]string{"\n", ""}).Draw(rt, "between"))
		p, _ := ReadPaste(n, form, text)
		for _, a := range p.Answers {
			if f := form.Field(a.Item); f.Kind == KindCount && a.Outcome == Taken && a.Value.String() != w[a.Item] {
				rt.Fatalf("item %d: wrote %q, read %s in:\n%s", a.Item, w[a.Item], show(a.Reading), text)
			}
		}
	})
}

// Every figure written is either taken, asked about or told of.
func TestPasteDropsNoFigure(t *testing.T) {
	n, form := pasteForm(t)
	rapid.Check(t, func(rt *rapid.T) {
		w := drawWritten(rt, form)
		for item, v := range w {
			if len(v) < 4 {
				delete(w, item) // a short number may occur inside another
			}
		}
		delete(w, 19)
		lines := drawStyle(rt).sentences(form, w)
		i := rapid.IntRange(0, len(lines)-1).Draw(rt, "line")
		runes := []rune(lines[i])
		for range rapid.IntRange(1, 12).Draw(rt, "cuts") {
			if k := rapid.IntRange(0, len(runes)-1).Draw(rt, "at"); !unicode.IsDigit(runes[k]) && len(runes) > 2 {
				runes = slices.Delete(runes, k, k+1)
			}
		}
		lines[i] = string(runes)
		text := strings.Join(lines, "\n")
		p, ok := ReadPaste(n, form, text)
		if !ok {
			return
		}
		said := strings.Join(p.Rest, " ") + strings.Join(p.Words, " ")
		for _, a := range p.Answers {
			said += " " + a.Value.String() + " " + a.Quote
		}
		for _, figure := range regexp.MustCompile(`\d{4,}`).FindAllString(lines[i], -1) {
			if !strings.Contains(said, figure) {
				rt.Fatalf("%s is nowhere; said %q of:\n%s", figure, said, lines[i])
			}
		}
	})
}

// A list printed from any draft reads back as that draft.
func TestListRandomRoundTrip(t *testing.T) {
	n, form := pasteForm(t)
	rapid.Check(t, func(rt *rapid.T) {
		var lines []string
		drawn := map[int]Value{}
		for i := range form.Fields {
			f := &form.Fields[i]
			v := rapid.SampledFrom([]Value{{}, {Kind: NotApplicable}, {Kind: Unknown}, Count(rapid.Int64Range(0, MaxCount).Draw(rt, "n"))}).Draw(rt, "v")
			switch f.Kind {
			case KindYesNo:
				v = Answer(rapid.Bool().Draw(rt, "yes"))
			case KindText:
				v = Words(rapid.SampledFrom([]string{caseText, "某厂停产", "第3项 5；12项 6", "第12起 5"}).Draw(rt, "text"))
			}
			if v.Filled() {
				drawn[f.Item] = v
			}
			lines = append(lines, ownLine(f, v)+rapid.SampledFrom([]string{"", "（待确认）", " "}).Draw(rt, "note"))
		}
		lines = rapid.Permutation(lines).Draw(rt, "order")
		text := strings.Join(lines, "\n")
		list, rest, _ := ReadList(n, form, text)
		if len(rest) > 0 {
			rt.Fatalf("rest %q", rest)
		}
		for _, a := range list {
			if !a.Sure || a.Outcome != Taken || a.Value != drawn[a.Item] {
				rt.Fatalf("item %d: printed %v, read %s, sure %v", a.Item, drawn[a.Item], show(a.Reading), a.Sure)
			}
			delete(drawn, a.Item)
		}
		if len(drawn) > 0 {
			rt.Fatalf("not read: %v", drawn)
		}
		if _, ok := ReadPaste(n, form, text); ok {
			rt.Fatalf("taken for sentences:\n%s", text)
		}
	})
}

// Values given for a run of items come out in their order, or nothing does.
func TestRangeRandom(t *testing.T) {
	n, form := pasteForm(t)
	rapid.Check(t, func(rt *rapid.T) {
		from := rapid.IntRange(20, 46).Draw(rt, "from")
		to := rapid.IntRange(from, 46).Draw(rt, "to")
		given := rapid.SliceOfN(rapid.IntRange(0, 9999), 1, 30).Draw(rt, "values")
		var words []string
		for _, v := range given {
			words = append(words, strconv.Itoa(v))
		}
		sep := rapid.SampledFrom([]string{" ", "\n", "、", "，", ", ", ",", "；", "\r\n", "\t"}).Draw(rt, "sep")
		text := strconv.Itoa(from) + "-" + strconv.Itoa(to) + "：" + strings.Join(words, sep)
		answers, problem, ok := ReadRange(n, form, text)
		want := to - from + 1
		switch {
		case !ok:
			rt.Fatalf("not read: %s", text)
		case problem.Why == "" && len(answers) != want:
			rt.Fatalf("%d answers for %d items: %s", len(answers), want, text)
		case len(given) != want && problem.Why == "" && want != 1:
			rt.Fatalf("took %d values for %d items: %s", len(given), want, text)
		case len(given) == want && problem.Why != "":
			rt.Fatalf("%v: %s", problem, text)
		}
		for i, a := range answers {
			if len(given) == want && (a.Item != from+i || a.Value.String() != words[i]) {
				rt.Fatalf("item %d: gave %s, read %s: %s", a.Item, words[i], show(a.Reading), text)
			}
		}
	})
}

func FuzzPaste(f *testing.F) {
	n, form := pasteForm(f)
	w := primesWritten(form)
	f.Add(printed.column(form, w))
	f.Add(table(f, form, w))
	for _, line := range printed.sentences(form, w) {
		f.Add(line)
	}
	for _, text := range []string{"12 企业开展“安全红袖章”…活动 5 场（待确认）", "12项：5场；13项：120人", "3-7：是 2 160 1 86", "37-28：1", "[bookmark: x", "_toc1", "ole_link", "典型案例具体为（", "（（（）", "第十二项 5", "1,234"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, _ := ReadPaste(n, form, text)
		all := p.Answers
		list, _, _ := ReadList(n, form, text)
		for _, a := range list {
			all = append(all, a.ItemReading)
		}
		ranged, _, _ := ReadRange(n, form, text)
		all = append(all, ranged...)
		for _, a := range all {
			if form.Field(a.Item) == nil || a.Outcome == 0 || a.Outcome == NoAnswer {
				t.Fatalf("item %d: outcome %d in %q", a.Item, a.Outcome, text)
			}
			if a.Outcome == Taken && a.Value.Kind == Number && a.Value.Number > 0 && !occurs(a.Value.Number, text) {
				t.Fatalf("item %d: %d is not in %q", a.Item, a.Value.Number, text)
			}
		}
	})
}

// occurs reports whether a number stands in text in plain digits, whatever
// groups them. A text with Chinese numerals is not judged here.
func occurs(v int64, text string) bool {
	var digits strings.Builder
	for _, r := range text {
		r = plainRune(r)
		switch {
		case r >= '0' && r <= '9':
			digits.WriteRune(r)
		case isNumeral(r), unicode.IsNumber(r):
			return true
		case r == ',' || r == '，' || r == '\'' || r == '’' || unicode.Is(unicode.Cf, r):
		default:
			digits.WriteByte(' ')
		}
	}
	return strings.Contains(digits.String(), strconv.FormatInt(v, 10))
}
