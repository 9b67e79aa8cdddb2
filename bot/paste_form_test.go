package bot

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// pasteForm is 附件2 as the notice's README describes it, with a literal copy of
// the sentences in its right-hand column.
func pasteForm(t testing.TB) (*Notice, *Form) {
	t.Helper()
	form := Form{ID: "附件2", Title: "全县“安全生产月”活动进展情况统计表", Sections: []Section{
		{ID: "一", Title: "学习习近平总书记关于安全生产重要论述"},
		{ID: "二", Title: "“专项整治集中攻坚战”专题宣传活动"},
		{ID: "三", Title: "“安全生产陇原行”活动"},
		{ID: "四", Title: "“6·16安全宣传咨询日”活动"},
		{ID: "五", Title: "推进安全宣传“五进”活动"},
	}}
	for _, row := range rows(t, "testdata/paste-lines.txt") {
		form.Lines = append(form.Lines, Line{Section: row[0], Text: row[1]})
	}
	for _, row := range rows(t, "testdata/paste-items.tsv")[1:] {
		item, err := strconv.Atoi(row[0])
		if err != nil {
			t.Fatal(err)
		}
		f := Field{Item: item, Section: row[1], Label: row[3], Kind: Kind(row[4])}
		if f.Kind == KindCount {
			f.Unit = row[5]
			switch f.Unit {
			case "人次":
				f.Near = []string{"人次", "人", "名"}
			case "次", "场":
				f.Near = []string{"次", "场", "场次"}
			default:
				f.Near = []string{f.Unit}
			}
		}
		f.Short = f.Label
		if _, short, ok := strings.Cut(f.Label, "·"); ok {
			f.Short = short
		}
		if f.Kind == KindYesNo {
			f.Short = map[int]string{3: "专题片", 47: "平台"}[item]
		}
		form.Fields = append(form.Fields, f)
	}
	n := &Notice{
		Year: "2021", Main: "附件2", Forms: []Form{form},
		Classifiers: []string{"次", "回", "场", "场次", "人次", "人", "名", "位", "篇", "个", "条", "条次", "部", "份", "册", "起", "家"},
	}
	return n, &n.Forms[0]
}

func rows(t testing.TB, file string) [][]string {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var rows [][]string
	for line := range strings.Lines(string(data)) {
		if strings.TrimSpace(line) != "" {
			rows = append(rows, strings.Split(strings.TrimRight(line, "\n"), "\t"))
		}
	}
	return rows
}

const caseText = "6月9日，某煤矿（二号井）未检测瓦斯作业，罚款3万元；某加油站“三违”2起"

// written is what a filled form says, item by item, as it is typed.
type written map[int]string

// primesWritten fills every blank with another prime, so that a value that
// landed in the wrong item can't look right.
func primesWritten(form *Form) written {
	w := written{}
	prime := 1
	for _, f := range form.Fields {
		switch f.Kind {
		case KindYesNo:
			w[f.Item] = map[int]string{3: "是", 47: "否"}[f.Item]
		case KindText:
			w[f.Item] = caseText
		default:
			for prime++; !isPrime(prime); prime++ {
			}
			w[f.Item] = strconv.Itoa(prime)
		}
	}
	return w
}

func isPrime(n int) bool {
	for d := 2; d*d <= n; d++ {
		if n%d == 0 {
			return false
		}
	}
	return true
}

// style is how somebody fills the printed form.
type style struct {
	open, close string
	count       func(f *Field, value string) string // what goes for （3）次, 次 excluded
	yes, no, un string
}

var printed = style{open: "（", close: "）", yes: "☑是□否", no: "□是☑否", un: "□是□否"}

// sentences are the filled sentences of the form, in printed order. Items that
// w does not name stay empty.
func (s style) sentences(form *Form, w written) []string {
	var all []string
	for _, line := range form.Lines {
		literals, items := splitLine(line.Text)
		var b strings.Builder
		for i, item := range items {
			f := form.Field(item)
			lit := literals[i]
			switch f.Kind {
			case KindYesNo:
				b.WriteString(strings.TrimSuffix(lit, "□是□否"))
				b.WriteString(map[string]string{"是": s.yes, "否": s.no, "": s.un}[w[item]])
			default:
				b.WriteString(strings.TrimSuffix(lit, "（"))
				literals[i+1] = strings.TrimPrefix(literals[i+1], "）")
				value := s.open + w[item] + s.close
				if s.count != nil && f.Kind == KindCount && w[item] != "" {
					value = s.count(f, w[item])
				}
				b.WriteString(value)
			}
		}
		b.WriteString(literals[len(items)])
		all = append(all, b.String())
	}
	return all
}

func (s style) column(form *Form, w written) string {
	return strings.Join(s.sentences(form, w), "\n")
}

// table is the whole printed form with all its columns, filled.
func table(t testing.TB, form *Form, w written) string {
	data, err := os.ReadFile("testdata/paste-form.txt")
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for _, fill := range [][2]string{{"电话：", "电话：0934-6121168"}, {"填报日期：", "填报日期：2021年6月30日"}, {"联系人：", "联系人：李四"}} {
		text = strings.Replace(text, fill[0], fill[1], 1)
	}
	item := 0
	next := func(kinds ...Kind) string {
		for item++; !slices.Contains(kinds, form.Fields[item-1].Kind); item++ {
		}
		return w[item]
	}
	text = regexp.MustCompile(`[（(][ 　]*[）)]`).ReplaceAllStringFunc(text, func(string) string {
		return "（ " + next(KindCount, KindText) + " ）"
	})
	item = 0
	return regexp.MustCompile(`□是 ?□否`).ReplaceAllStringFunc(text, func(string) string {
		return map[string]string{"是": "☑是 □否", "否": "□是 ☑否", "": "□是 □否"}[next(KindYesNo)]
	})
}

// want holds a paste to what was written.
func (w written) want(t testing.TB, form *Form, p Paste) {
	t.Helper()
	got := map[int]Reading{}
	for _, a := range p.Answers {
		got[a.Item] = a.Reading
	}
	for _, f := range form.Fields {
		value := w[f.Item]
		r, ok := got[f.Item]
		switch {
		case value == "" && ok:
			t.Errorf("item %d was empty, read %s", f.Item, show(r))
		case value == "":
		case !ok:
			t.Errorf("item %d: wrote %q, read nothing", f.Item, value)
		case r.Outcome != Taken:
			t.Errorf("item %d: wrote %q, got %s", f.Item, value, show(r))
		case f.Kind == KindText && phrase(r.Value.Text) != phrase(value):
			t.Errorf("item %d: wrote %q, read %q", f.Item, value, r.Value.Text)
		case f.Kind != KindText && r.Value.String() != value:
			t.Errorf("item %d: wrote %q, read %q", f.Item, value, r.Value)
		}
	}
}

func show(r Reading) string {
	switch r.Outcome {
	case Taken:
		return r.Value.String()
	case Asked:
		return fmt.Sprintf("ask:%s", r.Why)
	case Refused:
		return fmt.Sprintf("no:%s", r.Why)
	}
	return "-"
}

// showAll renders readings as “1=3 2=ask:two”.
func showAll(readings []ItemReading) string {
	var parts []string
	for _, r := range readings {
		parts = append(parts, fmt.Sprintf("%d=%s", r.Item, show(r.Reading)))
	}
	return strings.Join(parts, " ")
}
