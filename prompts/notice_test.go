package prompts

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"anyuebot/bot"
)

func embeddedNotice(t *testing.T) *bot.Notice {
	t.Helper()
	n, err := Load("", bot.WordingKeys())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// table reads a copy of one of the notice's tables, row by row under its header.
func table(t *testing.T, path string) []map[string]string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimRight(string(data), "\n"), "\n")
	var list []map[string]string
	for _, line := range lines[1:] {
		row, cells := make(map[string]string), strings.Split(line, "\t")
		for i, name := range strings.Split(lines[0], "\t") {
			row[name] = cells[i]
		}
		list = append(list, row)
	}
	return list
}

func TestAnnex2IsThePrintedForm(t *testing.T) {
	form := embeddedNotice(t).Form("附件2")
	if form == nil {
		t.Fatal("no 附件2")
	}
	rows, hints := table(t, "testdata/annex2.tsv"), table(t, "testdata/hints.tsv")
	if len(rows) != 47 || len(hints) != 47 || len(form.Fields) != 47 {
		t.Fatalf("%d rows, %d hints, %d fields, want 47 each", len(rows), len(hints), len(form.Fields))
	}
	for i, row := range rows {
		f := form.Fields[i]
		pair := ""
		if f.PairsWith != 0 {
			pair = strconv.Itoa(f.PairsWith)
		}
		unit := f.Unit
		if f.Kind == bot.KindYesNo {
			unit = "是/否"
		}
		got := map[string]string{
			"no": strconv.Itoa(f.Item), "section": f.Section, "label": f.Label, "type": string(f.Kind),
			"unit": unit, "pairs_with": pair, "line": lineOf(form, f), "cadence": row["cadence"],
		}
		if diff := cmp.Diff(row, got); diff != "" {
			t.Errorf("item %d (-form +notice):\n%s", f.Item, diff)
		}
		if f.Hint != hints[i]["hint"] {
			t.Errorf("item %d: hint %q, want %q", f.Item, f.Hint, hints[i]["hint"])
		}
	}
}

// lineOf is the place of the item's sentence in its section.
func lineOf(form *bot.Form, f bot.Field) string {
	place := 0
	for _, line := range form.Lines {
		if line.Section != f.Section {
			continue
		}
		place++
		if strings.Contains(line.Text, "{"+strconv.Itoa(f.Item)+"}") {
			return strconv.Itoa(place)
		}
	}
	return ""
}

// With their blanks emptied, the sentences are the right-hand column of the
// printed form. Blanks of the print are of uneven width, which carries nothing.
func TestAnnex2SentencesAreThePrintedOnes(t *testing.T) {
	form := embeddedNotice(t).Form("附件2")
	data, err := os.ReadFile("testdata/annex2-lines.txt")
	if err != nil {
		t.Fatal(err)
	}
	squeeze := func(s string) string { return strings.Join(strings.Fields(s), "") }
	var want, got []string
	for line := range strings.Lines(string(data)) {
		want = append(want, squeeze(line))
	}
	blank := regexp.MustCompile(`\{\d+\}`)
	for _, line := range form.Lines {
		got = append(got, squeeze(blank.ReplaceAllString(line.Text, "")))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-printed +notice):\n%s", diff)
	}
	titles := []string{"学习习近平总书记关于安全生产重要论述", "“专项整治集中攻坚战”专题宣传活动", "“安全生产陇原行”活动", "“6·16安全宣传咨询日”活动", "推进安全宣传“五进”活动"}
	for i, s := range form.Sections {
		if want := string([]rune("一二三四五")[i]); s.ID != want || s.Title != titles[i] {
			t.Errorf("section %d is %s %s", i+1, s.ID, s.Title)
		}
	}
}

func TestAnnex1IsThePrintedForm(t *testing.T) {
	form := embeddedNotice(t).Form("附件1")
	rows := table(t, "testdata/annex1.tsv")
	if form == nil || len(form.Fields) != 12 || len(rows) != 12 {
		t.Fatal("附件1 has not 12 fields")
	}
	kinds := map[string]bot.Kind{
		"text": bot.KindText, "choice: 男 / 女": bot.KindChoice, "phone (area code allowed, 0934-6121168)": bot.KindPhone,
		"phone": bot.KindPhone, "mobile, 11 digits, 1[3-9]": bot.KindMobile, "digits, 5–11": bot.KindDigits,
		"e-mail": bot.KindEmail, "unit on the roster": bot.KindUnit,
		"name": bot.KindName, "post": bot.KindPost, "wechat id": bot.KindWeChat, "address": bot.KindAddress,
	}
	for i, row := range rows {
		f := form.Fields[i]
		if f.Label != row["label"] || f.Kind != kinds[row["type"]] || f.Private != (row["private"] == "yes") || f.Optional != (row["required"] == "no") {
			t.Errorf("item %d = %+v, want %v", f.Item, f, row)
		}
		// 备注 is printed on the form and not asked.
		if asked := f.Item != 12; (f.Ask != "") != asked {
			t.Errorf("item %d: question %q", f.Item, f.Ask)
		}
	}
	if f := form.Field(2); !slices.Equal(f.Choices, []string{"男", "女"}) {
		t.Errorf("choices = %v", f.Choices)
	}
	if f := form.Field(7); f.Digits != [2]int{5, 11} {
		t.Errorf("digits = %v", f.Digits)
	}
	if f := form.Field(12); f.Hint != "表格每项内容必须如实填写，活动期间联络员不能更换。" {
		t.Errorf("printed: %q", f.Hint)
	}
}

// The cases are reported as 附件2 has it: each month from June to December.
func TestMonthlyCases(t *testing.T) {
	n := embeddedNotice(t)
	cases := n.Form(n.Cases)
	if cases == nil || cases.From != "2021-06" || cases.To != "2021-12" || len(cases.Fields) != 4 {
		t.Fatalf("cases = %+v", cases)
	}
	kinds := []bot.Kind{bot.KindText, bot.KindText, bot.KindCount, bot.KindCount}
	for i, f := range cases.Fields {
		if f.Kind != kinds[i] || f.GoesOn != (i == 1) || f.Private {
			t.Errorf("item %d = %+v", f.Item, f)
		}
	}
	annex := n.Form(n.Main)
	want := map[int]bot.FromCases{
		17: {How: bot.CasesCount, Where: 3}, 18: {How: bot.CasesSum, Item: 4}, 19: {How: bot.CasesList, Item: 1, Where: 3},
	}
	for _, f := range annex.Fields {
		if c, ok := want[f.Item]; ok != (f.Cases != nil) || ok && *f.Cases != c {
			t.Errorf("item %d follows from the cases by %+v, want %+v", f.Item, f.Cases, c)
		}
	}
}

// The year-end form asks the items of 陇原行 again, in their own words, less the
// cases themselves.
func TestYearEndIsPartOfAnnex2(t *testing.T) {
	n := embeddedNotice(t)
	form, annex := n.Form(n.YearEnd), n.Form(n.Main)
	if form == nil {
		t.Fatal("no year-end form")
	}
	var seeds []int
	for _, f := range form.Fields {
		seeds = append(seeds, f.Seed)
		of := annex.Field(f.Seed)
		if of == nil || f.Label != of.Label || f.Short != of.Short || f.Unit != of.Unit || !slices.Equal(f.Near, of.Near) {
			t.Errorf("item %d = %+v, in 附件2 %+v", f.Item, f, of)
		}
		if named := "附件2第" + strconv.Itoa(f.Seed) + "项"; !strings.Contains(f.Hint, named) {
			t.Errorf("item %d: %q does not name %s", f.Item, f.Hint, named)
		}
		if pair := form.Field(f.PairsWith); pair != nil && pair.Seed != of.PairsWith {
			t.Errorf("item %d belongs to item %d", f.Item, f.PairsWith)
		}
	}
	if want := []int{16, 17, 18, 20, 21, 22, 23, 24, 25, 26, 27}; !slices.Equal(seeds, want) {
		t.Errorf("items %v, want %v", seeds, want)
	}
	if d := n.Deadline(form.Deadline); d == nil || d.ID != "年终" {
		t.Errorf("deadline = %+v", d)
	}
}

// A question is read on a phone; an echo shares its line with two others.
func TestWordsAreShort(t *testing.T) {
	n := embeddedNotice(t)
	bounded := func(what, s string, most int) {
		t.Helper()
		if got := utf8.RuneCountInString(s); got < 1 || got > most {
			t.Errorf("%s: %q has %d characters, want 1 to %d", what, s, got, most)
		}
	}
	for _, form := range n.Forms {
		for _, f := range form.Fields {
			at := form.ID + " " + strconv.Itoa(f.Item)
			if form.ID != "附件1" || f.Item != 12 {
				bounded(at+" ask", f.Ask, 60)
			}
			bounded(at+" short", f.Short, 12)
			bounded(at+" hint", f.Hint, 40)
			for _, w := range f.Words {
				bounded(at+" word", w, 10)
			}
			if len(f.Words) == 0 && f.Ask != "" && f.Kind != bot.KindChoice {
				t.Errorf("%s: nobody can call it by a name", at)
			}
		}
		for _, c := range form.Checks {
			bounded(form.ID+" check "+c.ID, c.Say, 75)
		}
	}
	for verb, words := range n.Verbs {
		for _, w := range words {
			bounded(string(verb), w, 8)
		}
	}
}

func TestNearMeasureWords(t *testing.T) {
	form := embeddedNotice(t).Form("附件2")
	passes := func(item int, word string) bool { return slices.Contains(form.Field(item).Near, word) }
	for _, tt := range []struct {
		item int
		word string
		want bool
	}{
		{1, "次", true}, {1, "场", true}, {4, "场次", true}, {4, "次", true},
		{2, "人", true}, {2, "名", true}, {2, "人次", true}, {2, "次", false}, {4, "人次", false}, {4, "人", false},
		{17, "起", true}, {10, "起", false}, {16, "起", false},
		{16, "条次", false}, {24, "条", false}, {24, "次", false}, {24, "条次", true},
		{38, "部", true}, {38, "份", false}, {38, "册", false},
		{9, "篇", true}, {9, "条", false}, {18, "阅读量", false},
	} {
		if got := passes(tt.item, tt.word); got != tt.want {
			t.Errorf("item %d, %s: passes = %v, want %v", tt.item, tt.word, got, tt.want)
		}
	}
}

// The soft checks that practice asks for, each by figures that trip it and
// figures next to them that don't.
func TestSoftChecks(t *testing.T) {
	n := embeddedNotice(t)
	form := n.Form("附件2")
	tests := []struct {
		values map[int]int64
		want   string // IDs of the checks that speak
	}{
		{map[int]int64{1: 0, 2: 5}, "people-without-events-2"},
		{map[int]int64{1: 5, 2: 0}, "events-without-people-2"},
		{map[int]int64{1: 2, 2: 120}, ""},
		{map[int]int64{1: 2, 2: 121}, "many-at-study"},
		{map[int]int64{1: 2, 2: 5}, "few-people-2"},
		{map[int]int64{1: 2, 2: 6}, ""},
		{map[int]int64{6: 1, 7: 500}, ""},
		{map[int]int64{6: 1, 7: 501}, "many-people-7"},
		{map[int]int64{9: 1, 8: 0}, "news-without-coverage"},
		{map[int]int64{9: 0, 8: 1}, ""},
		{map[int]int64{11: 1, 10: 0}, "news-without-practice"},
		{map[int]int64{18: 1, 17: 0}, "reprints-without-case"},
		{map[int]int64{18: 9, 17: 2}, ""},
		{map[int]int64{17: 2, 16: 1}, "more-cases-than-exposed"},
		{map[int]int64{38: 30}, "copies"},
		{map[int]int64{38: 29}, ""},
		{map[int]int64{28: 1, 29: 500}, ""},
		{map[int]int64{28: 1, 29: 501}, "many-at-one-consultation"},
		{map[int]int64{28: 1, 29: 999}, "many-at-one-consultation"},
		{map[int]int64{28: 1, 29: 1000}, "crowd-at-one-consultation"},
		{map[int]int64{28: 2, 29: 1000}, ""},
		{map[int]int64{28: 2, 29: 1001}, "many-at-consultation"},
		{map[int]int64{31: 1, 32: 501}, "many-online"},
		{map[int]int64{31: 1, 32: 5000}, "clicks-32"},
		{map[int]int64{33: 5000}, "clicks-33"},
		{map[int]int64{37: 4999}, ""},
		{map[int]int64{37: 5000}, "clicks-37"},
		{map[int]int64{16: 100}, "many-exposed"},
		{map[int]int64{24: 20}, "many-tips"},
		{map[int]int64{43: 2}, "many-bases"},
		{map[int]int64{43: 1}, ""},
		{map[int]int64{4: 2, 5: 60, 20: 2, 21: 60}, "film-twice"},
		{map[int]int64{4: 0, 5: 0, 20: 0, 21: 0}, ""},
		{map[int]int64{14: 2, 15: 60, 20: 2, 21: 60}, "warning-twice"},
		{map[int]int64{12: 2, 13: 60, 41: 2, 42: 60}, "company-twice"},
		{map[int]int64{12: 2, 13: 60, 41: 2, 42: 61}, ""},
	}
	for _, tt := range tests {
		var entries []bot.Entry
		for item, value := range tt.values {
			entries = append(entries, bot.Entry{Item: item, Value: bot.Count(value)})
		}
		if got := speaking(form, n.Year, entries); got != tt.want {
			t.Errorf("%v: %q speaks, want %q", tt.values, got, tt.want)
		}
	}
	for text, want := range map[string]string{"1. 甲\n2. 乙": "", "甲企业堵塞通道，已整改": "cases-told", "无": "cases-told"} {
		entries := []bot.Entry{{Item: 16, Value: bot.Count(5)}, {Item: 17, Value: bot.Count(2)}, {Item: 19, Value: bot.Words(text)}}
		if got := speaking(form, n.Year, entries); got != want {
			t.Errorf("cases %q for 2: %q speaks, want %q", text, got, want)
		}
	}
	film := func(yes bool) []bot.Entry {
		return []bot.Entry{{Item: 3, Value: bot.Answer(yes)}, {Item: 4, Value: bot.Count(1)}}
	}
	if got := speaking(form, n.Year, film(false)); got != "film-not-studied" {
		t.Errorf("item 3 否, item 4 one: %q speaks", got)
	}
	if got := speaking(form, n.Year, film(true)); got != "" {
		t.Errorf("item 3 是, item 4 one: %q speaks", got)
	}
	for _, tt := range []struct {
		item  int
		value int64
		paste bool
		want  string
	}{{27, 27, true, "pasted-number"}, {27, 27, false, ""}, {34, 2021, true, "pasted-number"}, {6, 6, true, ""}} {
		entries := []bot.Entry{{Item: tt.item, Value: bot.Count(tt.value), Paste: tt.paste}}
		if got := speaking(form, n.Year, entries); got != tt.want {
			t.Errorf("item %d = %d, pasted %v: %q speaks, want %q", tt.item, tt.value, tt.paste, got, tt.want)
		}
	}
}

func speaking(form *bot.Form, year string, entries []bot.Entry) string {
	var ids []string
	for _, f := range form.Flags(year, entries, nil) {
		ids = append(ids, f.Check.ID)
	}
	return strings.Join(ids, " ")
}

// Each pair of events and people is checked both ways.
func TestEveryPairIsChecked(t *testing.T) {
	form := embeddedNotice(t).Form("附件2")
	has := func(id string) bool {
		return slices.ContainsFunc(form.Checks, func(c bot.Check) bool { return c.ID == id })
	}
	pairs := 0
	for _, f := range form.Fields {
		if f.Unit != "人次" || f.PairsWith == 0 {
			continue
		}
		pairs++
		for _, id := range []string{"people-without-events", "events-without-people", "few-people"} {
			if id += "-" + strconv.Itoa(f.Item); !has(id) {
				t.Errorf("no check %s", id)
			}
		}
	}
	if pairs != 11 {
		t.Errorf("%d pairs, want 11", pairs)
	}
	var across [][]int
	for _, c := range form.Checks {
		if len(c.Across) > 0 {
			across = append(across, c.Across)
		}
	}
	if diff := cmp.Diff([][]int{{28, 29}, {39, 40}, {12, 13}}, across); diff != "" {
		t.Errorf("pairs held across units: %s", diff)
	}
}

func TestDeadlines(t *testing.T) {
	n := embeddedNotice(t)
	zone := time.FixedZone("", 8*60*60)
	for id, late := range map[string]time.Time{
		"附件1": time.Date(2021, 6, 3, 0, 0, 0, 0, zone),
		"附件2": time.Date(2021, 7, 2, 0, 0, 0, 0, zone),
		"总结":  time.Date(2021, 7, 2, 0, 0, 0, 0, zone),
		"年终":  time.Date(2022, 1, 1, 0, 0, 0, 0, zone),
	} {
		d := n.Deadline(id)
		if d == nil {
			t.Errorf("no deadline %s", id)
			continue
		}
		if !d.At.Before(late) || d.At.Before(late.Add(-time.Nanosecond)) {
			t.Errorf("%s is due %v, want the last instant before %v", id, d.At, late)
		}
		if _, offset := d.At.Zone(); offset != 8*60*60 {
			t.Errorf("%s is not in +08:00", id)
		}
	}
	if got, want := n.Deadline("附件2").Sentence, "请于6月30日（星期三）18时前报送，最迟不超过7月1日"; got != want {
		t.Errorf("附件2: %s, want %s", got, want)
	}
	const minutes = "2006-01-02 15:04"
	for id, want := range map[string]string{
		"附件1": "2021-06-02 18:00", "附件2": "2021-06-30 18:00", "总结": "2021-06-30 18:00", "年终": "2021-12-30 18:00",
	} {
		d := n.Deadline(id)
		if got := d.Aim.Format(minutes); got != want {
			t.Errorf("%s aims at %s, want %s", id, got, want)
		}
		// The sentence asks for the same hour.
		if words := d.Aim.Format("1月2日") + "（星期" + string([]rune("日一二三四五六")[d.Aim.Weekday()]) + "）18时前"; !strings.Contains(d.Sentence, words) {
			t.Errorf("%s: %s does not say %s", id, d.Sentence, words)
		}
	}
}

func TestSampleRoster(t *testing.T) {
	n := embeddedNotice(t)
	kinds, bound := map[string]int{}, map[string]string{}
	for i, u := range n.Sample {
		kinds[u.Kind]++
		if u.Order != i+1 {
			t.Errorf("%s has place %d, want %d", u.Name, u.Order, i+1)
		}
		if u.Liaison != "" {
			bound[u.Name] = u.Liaison
		}
	}
	if diff := cmp.Diff(map[string]string{"山河镇": "lisi", "周家镇": "zhoumin", "县妇联": "fulian"}, bound); diff != "" {
		t.Errorf("userids: %s", diff)
	}
	if kinds["乡镇"] != 10 || kinds["部门"]+kinds["驻县单位"] != 12 {
		t.Errorf("kinds = %v", kinds)
	}
}

func TestVerbsAreThoseOfTheConversation(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../bot/verb.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	var want []string
	ast.Inspect(file, func(n ast.Node) bool {
		if spec, ok := n.(*ast.ValueSpec); ok {
			for _, v := range spec.Values {
				if lit, ok := v.(*ast.BasicLit); ok && lit.Kind == token.STRING {
					want = append(want, strings.Trim(lit.Value, `"`))
				}
			}
		}
		return true
	})
	var got []string
	for _, v := range bot.Verbs() {
		got = append(got, string(v))
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-bot +prompts): %s", diff)
	}
}

// The first word of a command is the one that help shows.
func TestFirstWords(t *testing.T) {
	n := embeddedNotice(t)
	for verb, want := range map[bot.Verb]string{
		bot.VerbFill: "填报", bot.VerbContinue: "继续", bot.VerbBack: "上一项", bot.VerbSkip: "跳过", bot.VerbChange: "改",
		bot.VerbUndo: "撤销", bot.VerbZeros: "其余无", bot.VerbPreview: "预览", bot.VerbSubmit: "提交", bot.VerbWithdraw: "撤回",
		bot.VerbProgress: "进度", bot.VerbWho: "我是谁", bot.VerbHelp: "帮助", bot.VerbHint: "怎么填", bot.VerbQuit: "退出",
		bot.VerbMore: "下页", bot.VerbList: "列出", bot.VerbRegister: "登记", bot.VerbRelease: "撤回登记", bot.VerbYes: "对",
		bot.VerbNo: "不对", bot.VerbHello: "你好", bot.VerbThanks: "收到", bot.VerbTotals: "汇总", bot.VerbMissing: "谁没报", bot.VerbLook: "查",
		bot.VerbConfirm: "确认登记",
	} {
		if got := n.Verbs[verb]; len(got) == 0 || got[0] != want {
			t.Errorf("%s begins with %v, want %s", verb, got, want)
		}
	}
}

// The notice's page names a contact and their mobile number. Neither may stand
// anywhere here; the name is told by its fingerprint alone.
func TestNoPersonalData(t *testing.T) {
	const contact = "dcdf7fcdbf8ca30e"
	mobile := regexp.MustCompile(`(^|\D)1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(\D|$)`)
	seen := 0
	err := fs.WalkDir(os.DirFS("."), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		seen++
		f, err := os.Open(path)
		if err != nil {
			return err
		}
		defer f.Close()
		for lines := bufio.NewScanner(f); lines.Scan(); {
			if mobile.MatchString(lines.Text()) {
				t.Errorf("%s has a mobile number: %s", path, lines.Text())
			}
			var han []rune
			for _, r := range lines.Text() {
				if unicode.Is(unicode.Han, r) {
					han = append(han, r)
				}
			}
			for i := range max(len(han)-1, 0) {
				if sum := sha256.Sum256([]byte(string(han[i : i+2]))); hex.EncodeToString(sum[:8]) == contact {
					t.Errorf("%s names the contact: %s", path, lines.Text())
				}
			}
		}
		return nil
	})
	if err != nil || seen < 20 {
		t.Errorf("looked at %d files: %v", seen, err)
	}
}
