package bot

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// The table testdata/read.txt is the reader's law, one answer a line, for
// people who don't read Go. This file runs it.

var whyNames = map[Why]string{
	WhyApprox: "约数", WhyRange: "范围", WhyTwo: "两个数", WhyCorrection: "更正", WhyGrowing: "增减",
	WhyPart: "其中", WhyEach: "每次", WhyClassifier: "量词", WhyGrouping: "分组", WhyUnsure: "不确定",
	WhyNothing: "没有", WhyExtra: "看不懂", WhyPercent: "百分数", WhyNegative: "负数", WhyFraction: "分数",
	WhyTooLarge: "太大", WhyYesNo: "是否", WhyForm: "格式", WhyTooLong: "太长", WhyChoice: "选项", WhyNumber: "数字",
}

// readNotice is 附件2 as the ministry printed it, and a few fields of other kinds.
func readNotice(t testing.TB) (*Notice, *Form) {
	t.Helper()
	file, err := os.Open("testdata/read_annex2.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	n := &Notice{Year: "2021", Classifiers: strings.Fields("次 回 场 场次 人次 人 名 位 篇 个 条 条次 部 起 例 件 份 册 本 期 批 家 户 处 座 项 种 张 幅 套 块 天 小时 元")}
	form := Form{ID: "附件2"}
	lines := bufio.NewScanner(file)
	lines.Scan()
	for lines.Scan() {
		c := strings.Split(lines.Text(), "\t")
		f := Field{Item: len(form.Fields) + 1, Section: c[1], Label: c[3], Kind: Kind(c[4]), Unit: c[5]}
		f.PairsWith, _ = strconv.Atoi(c[6])
		f.Ask = strings.ReplaceAll(c[3], "·", "，") + "多少" + c[5] + "？没有请回“无”，估计数不计。"
		f.Near = near(f.Unit)
		if f.Kind == KindYesNo {
			f.Ask = "是否" + c[3] + "？回复“是”或“否”"
			f.Words = []string{"专题片", "平台"}
		}
		form.Fields = append(form.Fields, f)
	}
	form.Fields[38].Words = []string{"演练"}
	n.Forms = []Form{form}
	return n, &n.Forms[0]
}

func near(unit string) []string {
	for _, set := range [][]string{{"次", "场", "场次"}, {"人次", "人", "名", "位"}, {"个", "起"}} {
		if slices.Contains(set, unit) {
			return set
		}
	}
	return []string{unit}
}

// otherFields are the kinds that 附件2 does not have, by their name in the table.
var otherFields = map[string]*Field{
	"性别": {Label: "性别", Kind: KindChoice, Choices: []string{"男", "女"}},
	"电话": {Label: "办公电话", Kind: KindPhone, Optional: true},
	"手机": {Label: "手机", Kind: KindMobile},
	"QQ": {Label: "QQ号", Kind: KindDigits, Digits: [2]int{5, 11}, Optional: true},
	"邮箱": {Label: "电子邮箱", Kind: KindEmail, Optional: true},
	"单位": {Label: "单位名称", Kind: KindUnit},
}

// countFields stand for one item each, by measure word.
var countFields = map[string]int{"场": 28, "次": 1, "人次": 2, "篇": 9, "个": 10, "条": 16, "条次": 24, "部": 38, "是否": 3, "文字": 19}

func readCell(n *Notice, form *Form, name, text string) string {
	if item, ok := strings.CutPrefix(name, "从"); ok {
		from, _ := strconv.Atoi(item)
		return runString(ReadRun(n, form, from, text))
	}
	if item, err := strconv.Atoi(name); err == nil {
		return readingString(Read(n, form.Field(item), text))
	}
	if item, ok := countFields[name]; ok {
		return readingString(Read(n, form.Field(item), text))
	}
	return readingString(Read(n, otherFields[name], text))
}

func readingString(r Reading) string {
	switch r.Outcome {
	case Taken:
		return strings.ReplaceAll(r.Value.String(), "\n", `\n`)
	case NoAnswer:
		return "无答"
	case Refused:
		return "拒 " + whyNames[r.Why]
	}
	s := "问 " + whyNames[r.Why]
	for i, v := range r.Propose {
		if i == 0 {
			s += " 提"
		}
		s += " " + v.String()
	}
	return s
}

func runString(run Run) string {
	var parts []string
	for _, a := range run.Answers {
		s := readingString(a.Reading)
		if len(run.Answers) > 1 {
			s = fmt.Sprintf("%d=%s", a.Item, s)
		}
		parts = append(parts, s)
	}
	s := strings.Join(parts, " ; ")
	if len(run.Answers) > 0 && run.Answers[0].Outcome == Taken && !run.Sure {
		s = "待对 " + s
	}
	return s
}

// tableRow is a line of the table: item | text | outcome.
type tableRow struct {
	line             int
	name, text, want string
}

func readTable(t testing.TB) []tableRow {
	t.Helper()
	data, err := os.ReadFile("testdata/read.txt")
	if err != nil {
		t.Fatal(err)
	}
	var rows []tableRow
	for i, s := range strings.Split(string(data), "\n") {
		if strings.TrimSpace(s) == "" || strings.HasPrefix(s, "#") {
			continue
		}
		c := strings.Split(s, " | ")
		if len(c) != 3 {
			t.Fatalf("read.txt:%d: want three columns", i+1)
		}
		text := strings.TrimSpace(c[1])
		if strings.Contains(text, `\`) {
			if text, err = strconv.Unquote(`"` + strings.ReplaceAll(text, `"`, `\"`) + `"`); err != nil {
				t.Fatalf("read.txt:%d: %v", i+1, err)
			}
		}
		rows = append(rows, tableRow{i + 1, strings.TrimSpace(c[0]), text, strings.TrimSpace(c[2])})
	}
	return rows
}

// stores reports whether an outcome would put something into the draft.
func stores(outcome string) bool {
	for _, w := range []string{"问", "拒", "无答", "待对"} {
		if strings.HasPrefix(outcome, w) {
			return false
		}
	}
	return outcome != ""
}

func TestReadTable(t *testing.T) {
	n, form := readNotice(t)
	rows := readTable(t)
	wrong, taken := 0, 0
	for _, row := range rows {
		got := readCell(n, form, row.name, row.text)
		if stores(row.want) {
			taken++
		}
		if got == row.want {
			continue
		}
		mark := ""
		if stores(got) {
			wrong++
			mark = "  ← silently wrong"
		}
		t.Errorf("read.txt:%d: %s: %q\n got %s\nwant %s%s", row.line, row.name, row.text, got, row.want, mark)
	}
	t.Logf("%d rows, %d of them values; silently wrong: %d", len(rows), taken, wrong)
	if len(rows) < 330 {
		t.Errorf("only %d rows", len(rows))
	}
}

// A run of one is exactly what Read says, but for grouping where a pair is asked.
func TestRunOfOneIsRead(t *testing.T) {
	n, form := readNotice(t)
	for _, row := range readTable(t) {
		item, ok := countFields[row.name]
		if !ok {
			continue
		}
		run := ReadRun(n, form, item, row.text)
		if len(run.Answers) != 1 || run.Answers[0].Outcome != Taken {
			continue
		}
		if r := Read(n, form.Field(item), row.text); r.Outcome != Taken || r.Value != run.Answers[0].Value {
			t.Errorf("%s: %q: run %v, read %v", row.name, row.text, runString(run), readingString(r))
		}
	}
}
