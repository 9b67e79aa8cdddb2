package prompts

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"anyuebot/bot"
)

// tinyKeys are the wordings of the notice in testdata/tiny.
func tinyKeys() map[string][]string {
	return map[string][]string{"hello": {"unit", "name"}, "bye": nil, "page": {"text!"}}
}

// tiny returns the files of a notice small enough to break on purpose.
func tiny(t *testing.T) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob("testdata/tiny/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string][]byte)
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(path)] = data
	}
	if len(files) != 9 {
		t.Fatalf("testdata/tiny has %d files, want 9", len(files))
	}
	return files
}

// found lists problems as “file:line code”.
func found(t *testing.T, err error) []string {
	t.Helper()
	var list []string
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		t.Fatalf("%v joins no problems", err)
	}
	for _, e := range joined.Unwrap() {
		p := (*Problem)(nil)
		if !errors.As(e, &p) {
			t.Fatalf("%v is no *Problem", e)
		}
		if strings.Contains(p.Error(), "\n") {
			t.Errorf("%q is more than one line", p)
		}
		list = append(list, fmt.Sprintf("%s:%d %s", p.File, p.Line, p.Code))
	}
	return list
}

func TestTinyNoticeLoads(t *testing.T) {
	n, err := load(tiny(t), nil, tinyKeys(), new(problems))
	if err != nil {
		t.Fatal(err)
	}
	want := bot.Check{
		ID: "people-without-events-2", Item: 2,
		All: []bot.Compare{
			{Left: bot.Term{Item: 2}, Op: ">", Right: bot.Term{}},
			{Left: bot.Term{Item: 1}, Op: "=", Right: bot.Term{}},
		},
		Say: "第1项为{1}次，第2项有{2}人次。",
	}
	if got := n.Forms[0].Checks[0]; got.ID != want.ID || got.Item != want.Item || !slices.Equal(got.All, want.All) || got.Say != want.Say {
		t.Errorf("check = %+v, want %+v", got, want)
	}
	if got, want := n.Forms[0].Fields[0].Near, []string{"次", "场", "起"}; !slices.Equal(got, want) {
		t.Errorf("Near = %v, want %v", got, want)
	}
	// One person may speak for two units.
	if a, b := n.Sample[0].Liaison, n.Sample[1].Liaison; a != "zhangsan" || b != a {
		t.Errorf("liaisons = %q, %q, want zhangsan twice", a, b)
	}
}

// Each rule has the smallest slip that breaks it. The slip must be the only
// problem found: a message that drags others behind it sends people to the
// wrong line.
func TestEachSlipIsNamedByFileAndLine(t *testing.T) {
	tests := []struct {
		file, old, new string
		want           string
	}{
		// YAML itself.
		{"notice.yaml", "kinds: [乡镇, 部门]", "kinds: [乡镇, 部门", "notice.yaml:9 syntax"},
		{"notice.yaml", "office:\n  name", "office:\n\tname", "notice.yaml:6 syntax"},
		{"notice.yaml", "title: 通知", "title: &t 通知", "notice.yaml:2 unsupported"},
		{"notice.yaml", "title: 通知", "title: *t", "notice.yaml:2 unsupported"},
		{"notice.yaml", "title: 通知", "title: !!str 通知", "notice.yaml:2 unsupported"},
		{"notice.yaml", "title: 通知", "---\ntitle: 通知", "notice.yaml:2 unsupported"},
		{"notice.yaml", "title: 通知", "? title\n: 通知", "notice.yaml:2 unsupported"},
		{"notice.yaml", "kinds: [乡镇, 部门]", "kinds: [[[[[[[[[乡镇]]]]]]]]]", "notice.yaml:8 unsupported"},
		{"notice.yaml", "kinds: [乡镇, 部门]", "kinds:\n  - - - - - - - - - 乡镇", "notice.yaml:9 unsupported"},
		{"notice.yaml", "title: 通知", "title: 通\x00知", "notice.yaml:2 file-encoding"},
		{"notice.yaml", "title: 通知", "title: \xb0\xb2\xc8\xab", "notice.yaml:2 file-encoding"},
		{"notice.yaml", "id: tiny", "\uFEFFid: tiny", "notice.yaml:1 file-encoding"},

		// Keys and types.
		{"notice.yaml", "title: 通知", "title: 通知\ntitel: 通知", "notice.yaml:3 key-unknown"},
		{"notice.yaml", "title: 通知", "title: 通知\ntitle: 通知", "notice.yaml:3 key-duplicate"},
		{"notice.yaml", "title: 通知\n", "", "notice.yaml:1 key-missing"},
		{"notice.yaml", "title: 通知", "title:", "notice.yaml:2 empty"},
		{"notice.yaml", "title: 通知", "title: \"  \"", "notice.yaml:2 empty"},
		{"notice.yaml", "title: 通知", "title: \"通知 \"", "notice.yaml:2 wrong-value"},
		{"notice.yaml", "title: 通知", "title: |-\n  通\n  知", "notice.yaml:2 wrong-value"},
		{"notice.yaml", "title: 通知", "title: [通知]", "notice.yaml:2 wrong-type"},
		{"notice.yaml", "year: \"2021\"", "year: 2021", "notice.yaml:4 wrong-type"},
		{"notice.yaml", "year: \"2021\"", "year: \"21\"", "notice.yaml:4 wrong-value"},
		{"notice.yaml", "id: tiny-2021", "id: 小表", "notice.yaml:1 wrong-value"},
		{"notice.yaml", "  phone: 0934—6121168\n", "", "notice.yaml:6 key-missing"},
		{"form.yaml", "optional: true", "optional: 可以", "form.yaml:48 wrong-type"},
		{"form.yaml", "item: 4", "item: 四", "form.yaml:41 wrong-type"},
		{"form.yaml", "words: [学习]", "words: 学习", "form.yaml:24 wrong-type"},
		{"form.yaml", "words: [学习]", "words: []", "form.yaml:24 empty"},
		{"form.yaml", "words: [学习]", "words: [学习, 学习]", "form.yaml:24 duplicate"},

		// notice.yaml.
		{"notice.yaml", "[人次, 人]", "[人次, 名]", "notice.yaml:19 classifier-unknown"},
		{"notice.yaml", "[人次, 人]", "[人次, 场]", "notice.yaml:19 duplicate"},
		{"notice.yaml", "main: 表", "main: 表\nmaterials: [一, 二, 三, 四, 五, 六, 七]", "notice.yaml:11 wrong-value"},
		{"notice.yaml", "main: 表", "main: 附件2", "notice.yaml:10 form-unknown"},
		{"notice.yaml", "nomination: 表", "nomination: 附件1", "notice.yaml:11 form-unknown"},
		{"notice.yaml", "2021-06-02T24:00:00+08:00", "2021-06-02", "notice.yaml:14 deadline-invalid"},
		{"notice.yaml", "2021-06-02T24:00:00+08:00", "2021-06-31T18:00:00+08:00", "notice.yaml:14 deadline-invalid"},
		{"notice.yaml", "2021-06-02T24:00:00+08:00", "2021-06-02T10:00:00Z", "notice.yaml:14 deadline-invalid"},
		{"notice.yaml", "  - id: 表\n    at: 2021-06-02T24:00:00+08:00\n    sentence: 请于6月2日前报送\n", "  - id: 表\n    at: 2021-06-02T24:00:00+08:00\n    sentence: 请于6月2日前报送\n  - id: 表\n    at: 2021-06-03T24:00:00+08:00\n    sentence: 请于6月3日前报送\n", "notice.yaml:16 duplicate"},
		{"notice.yaml", "forms: [form.yaml, month.yaml]", "forms: [form.yaml, month.yaml, ../form.yaml]", "notice.yaml:9 wrong-value"},
		{"notice.yaml", "forms: [form.yaml, month.yaml]", "forms: [form.yaml, month.yaml, more.yaml]", "more.yaml:0 file-missing"},

		// Forms.
		{"form.yaml", "deadline: 表", "deadline: 附件9", "form.yaml:4 deadline-unknown"},
		{"form.yaml", "period: \"2021\"", "period: \"2020\"", "form.yaml:3 wrong-value"},
		{"month.yaml", "from: 2021-06", "from: 2020-06", "month.yaml:3 wrong-value"},
		{"month.yaml", "to: 2021-08", "to: 2021-05", "month.yaml:4 wrong-value"},
		{"month.yaml", "to: 2021-08", "to: 8月", "month.yaml:4 wrong-value"},
		{"form.yaml", "  - id: 二", "  - id: 一", "form.yaml:10 duplicate form.yaml:35 section-unknown form.yaml:42 section-unknown"},
		{"form.yaml", "item: 4\n    section: 二", "item: 4\n    section: 三", "form.yaml:42 section-unknown"},
		{"form.yaml", "item: 4\n    section: 二\n", "item: 4\n", "form.yaml:41 key-missing"},
		{"form.yaml", "item: 4\n    section: 二", "item: 4\n    section: 一", "form.yaml:13 section-unknown"},
		{"form.yaml", "item: 4", "item: 3", "form.yaml:41 duplicate"},
		{"form.yaml", "item: 4", "item: 5", "form.yaml:41 item-order"},
		{"form.yaml", "item: 4", "item: 0", "form.yaml:41 item-order"},
		{"form.yaml", "kind: yesno", "kind: 是否", "form.yaml:40 kind-unknown"},
		{"form.yaml", "kind: yesno", "kind: yesno\n    unit: 次", "form.yaml:41 key-unknown"},
		{"form.yaml", "kind: text", "kind: choice", "form.yaml:41 key-missing"},
		{"form.yaml", "kind: text", "kind: text\n    choices: [男, 女]", "form.yaml:48 key-unknown"},
		{"form.yaml", "kind: text", "kind: digits\n    digits: [11, 5]", "form.yaml:48 wrong-value"},
		{"form.yaml", "    ask: 看过吗？\n", "", "form.yaml:34 key-missing"},
		{"form.yaml", "    ask: 看过吗？\n", "    ask: 看过吗？\n    printed: true\n", "form.yaml:38 wrong-value"},
		{"form.yaml", "    unit: 人次\n", "", "form.yaml:25 key-missing"},
		{"form.yaml", "    unit: 人次\n", "    unit: 斤\n", "form.yaml:32 classifier-unknown"},
		{"form.yaml", "near: [起]", "near: [斤]", "form.yaml:23 classifier-unknown"},
		{"form.yaml", "near: [起]", "near: [场]", "form.yaml:23 duplicate"},
		{"form.yaml", "near: [起]", "gather: true", "form.yaml:23 key-unknown"},
		{"form.yaml", "optional: true", "instead: [纸质版另送]", "form.yaml:48 key-unknown"},
		{"form.yaml", "optional: true", "document: true", "form.yaml:48 key-unknown"},
		{"form.yaml", "pairs_with: 1", "pairs_with: 99", "form.yaml:33 pair-unknown"},
		{"form.yaml", "pairs_with: 1", "pairs_with: 0", "form.yaml:33 pair-unknown"},
		{"form.yaml", "pairs_with: 1", "pairs_with: 2", "form.yaml:33 pair-unknown"},
		{"form.yaml", "pairs_with: 1", "pairs_with: 1\n    seed: 9", "form.yaml:34 wrong-value"},
		{"form.yaml", "pairs_with: 1", "pairs_with: 1\n    seed: 3", "form.yaml:34 wrong-value"},
		{"form.yaml", "pairs_with: 1", "pairs_with: 1\n    seed: 九", "form.yaml:34 wrong-type"},
		{"form.yaml", "pairs_with: 1", "pairs_with: 1\n    goes_on: true", "form.yaml:34 wrong-value"},
		{"form.yaml", "pairs_with: 1", "pairs_with: 1\n    cases: {how: many}", "form.yaml:34 wrong-value"},
		{"form.yaml", "pairs_with: 1", "pairs_with: 1\n    cases: {how: sum}", "form.yaml:34 key-missing"},
		{"form.yaml", "pairs_with: 1", "pairs_with: 1\n    cases: {how: list, item: 4}", "form.yaml:34 wrong-value"},
		{"form.yaml", "（{1}）", "（{9}）", "form.yaml:9 blank-unknown form.yaml:15 blank-missing"},
		{"form.yaml", "（{1}）", "（{次数}）", "form.yaml:9 blank-unknown form.yaml:15 blank-missing"},
		{"form.yaml", "（{1}）", "（  ）", "form.yaml:15 blank-missing"},
		{"form.yaml", "（{1}）", "{1}", "form.yaml:9 blank-form"},
		{"form.yaml", "□是□否{3}", "（{3}）", "form.yaml:13 blank-form"},
		{"form.yaml", "（{1}）次，参与", "（{1}）次，又（{1}）次，参与", "form.yaml:9 duplicate"},

		// Checks.
		{"checks.yaml", "表:", "附件9:", "checks.yaml:1 form-unknown"},
		{"checks.yaml", "items: [2]", "items: [7]", "checks.yaml:3 expression"},
		{"checks.yaml", "items: [2]", "items: [2, 2]", "checks.yaml:3 duplicate"},
		{"checks.yaml", "#this > 0 and", "#this and", "checks.yaml:4 expression"},
		{"checks.yaml", "#this > 0 and", "#this => 0 and", "checks.yaml:4 expression"},
		{"checks.yaml", "#this > 0 and", "#7 > 0 and #this > 0 and", "checks.yaml:4 expression"},
		{"checks.yaml", "#this > 0 and", "1 > 0 and #this > 0 and", "checks.yaml:4 expression"},
		{"checks.yaml", "#this > 0 and", "#4 > 0 and #this > 0 and", "checks.yaml:4 expression"},
		{"checks.yaml", "#this > 0 and", "#this/#3 > 0 and", "checks.yaml:4 expression"},
		{"checks.yaml", "#this > 0 and", "#this > -1 and", "checks.yaml:4 expression"},
		{"checks.yaml", "cases(#4)", "cases(#1)", "checks.yaml:8 expression"},
		{"checks.yaml", "item: 4\n", "item: 9\n", "checks.yaml:7 expression"},
		{"checks.yaml", "填了{1}个", "填了{2}个", "checks.yaml:9 blank-unknown"},
		{"checks.yaml", "填了{1}个", "填了{1个", "checks.yaml:9 blank-form"},
		{"checks.yaml", "id: same", "id: cases", "checks.yaml:10 duplicate"},
		{"checks.yaml", "    across: [1, 2]\n", "    across: [1, 2]\n    paste: false\n", "checks.yaml:13 key-unknown"},
		{"checks.yaml", "    when: \"cases(#4) != #1\"\n", "", "checks.yaml:6 key-missing"},
		{"checks.yaml", "least: 10", "most: 10", "checks.yaml:16 key-unknown"},

		{"notice.yaml", "2021-06-02T24:00:00+08:00\n    sentence: 请于6月2日", "2023-06-05T24:00:00+08:00\n    sentence: 请于6月5日", "notice.yaml:14 deadline-invalid"},

		// What people are asked for, before the deadline.
		{"notice.yaml", "    sentence: 请于6月2日前报送", "    aim: 6月2日\n    sentence: 请于6月2日前报送", "notice.yaml:15 deadline-invalid"},
		{"notice.yaml", "    sentence: 请于6月2日前报送", "    aim: 2021-06-03T09:00:00+08:00\n    sentence: 请于6月2日前报送", "notice.yaml:15 deadline-invalid"},
		{"notice.yaml", "    sentence: 请于6月2日前报送", "    aim: 2020-06-02T18:00:00+08:00\n    sentence: 请于6月2日前报送", "notice.yaml:15 deadline-invalid"},
		{"notice.yaml", "2021-06-02T24:00:00+08:00", "2021-06-04T24:00:00+08:00", "notice.yaml:15 wrong-value"},
		{"notice.yaml", "请于6月2日前报送", "请于6月2日（星期二）前报送", "notice.yaml:15 wrong-value"},
		{"notice.yaml", "请于6月2日前报送", "请于6月2日前报送，最迟不超过6月31日（星期四）", "notice.yaml:15 wrong-value"},

		// Ladder: hours, cap and silence.
		{"ladder.yaml", "cap: 3\n", "", "ladder.yaml:1 key-missing"},
		{"ladder.yaml", "windows:\n  - {from: \"08:30\", to: \"12:00\"}\n  - {from: \"14:30\", to: \"17:30\"}\n", "", "ladder.yaml:1 key-missing"},
		{"ladder.yaml", "cap: 3", "cap: 0", "ladder.yaml:5 wrong-value"},
		{"ladder.yaml", "cap: 3", "cap: 三", "ladder.yaml:5 wrong-type"},
		{"ladder.yaml", "cap: 3", "cup: 3\ncap: 3", "ladder.yaml:5 key-unknown"},
		{"ladder.yaml", "monday: \"10:00\"", "monday: 10点", "ladder.yaml:4 time-invalid"},
		{"ladder.yaml", "monday: \"10:00\"", "monday: \"13:00\"", "ladder.yaml:4 time-invalid"},
		{"ladder.yaml", "monday: \"10:00\"", "monday: \"25:00\"", "ladder.yaml:4 time-invalid"},
		{"ladder.yaml", "from: \"08:30\", to: \"12:00\"", "from: \"08:30\", to: \"08:30\"", "ladder.yaml:2 time-invalid"},
		{"ladder.yaml", "from: \"14:30\", to: \"17:30\"", "from: \"12:00\", to: \"17:30\"", "ladder.yaml:3 time-invalid"},
		{"ladder.yaml", "to: 2021-07-01T14:30:00+08:00", "to: 2021-07-01T00:00:00+08:00", "ladder.yaml:7 deadline-invalid"},
		{"ladder.yaml", "to: 2021-07-01T14:30:00+08:00", "to: 2021-07-01", "ladder.yaml:7 deadline-invalid"},
		{"ladder.yaml", "from: 2021-07-01T00:00:00+08:00", "from: 2020-07-01T00:00:00+08:00", "ladder.yaml:7 deadline-invalid"},
		{"ladder.yaml", ", why: 大会", "", "ladder.yaml:7 key-missing"},

		// Ladder: its steps.
		{"ladder.yaml", ", to: 工作群", "", "ladder.yaml:10 key-missing"},
		{"ladder.yaml", "id: 当天", "id: 首次", "ladder.yaml:10 duplicate"},
		{"ladder.yaml", "id: 当天", "id: 当天 上午", "ladder.yaml:10 wrong-value"},
		{"ladder.yaml", "id: 当天", "id: " + strings.Repeat("天", maxStepID+1), "ladder.yaml:10 wrong-value"},
		{"ladder.yaml", "to: 工作群", "to: 分管领导", "ladder.yaml:10 wrong-value"},
		{"ladder.yaml", "owes: [月报]", "owes: []", "ladder.yaml:14 empty"},
		{"ladder.yaml", "owes: [月报]", "owes: 月报", "ladder.yaml:14 wrong-type"},
		{"ladder.yaml", "owes: [月报]", "owes: [月报, 年报]", "ladder.yaml:14 form-unknown"},
		{"ladder.yaml", "owes: [月报]", "owes: [月报, 月报]", "ladder.yaml:14 duplicate"},
		{"ladder.yaml", "owes: [表 1 2]", "owes: [表 1 2, 表 2 1]", "ladder.yaml:12 duplicate"},
		{"ladder.yaml", "owes: [表 1 2]", "owes: [表 1 5]", "ladder.yaml:12 expression"},
		{"ladder.yaml", "owes: [表 1 2]", "owes: [表 1 1]", "ladder.yaml:12 duplicate"},
		{"ladder.yaml", "owes: [表 1 2]", "owes: [表 1—2]", "ladder.yaml:12 expression"},
		{"ladder.yaml", "owes: [表 1 2]", "owes: [材料 活动方案]", "ladder.yaml:12 kind-unknown"},
		{"ladder.yaml", "owes: [表 1 2]", "owes: [材料]", "ladder.yaml:12 form-unknown"},
		{"ladder.yaml", "at: \"14:30\", say", "at: \"14：30\", say", "ladder.yaml:9 time-invalid"},
		{"ladder.yaml", "at: \"14:30\", say", "at: \"12:00\", say", "ladder.yaml:9 time-invalid"},
		{"ladder.yaml", "keep: 0", "keep: 一天", "ladder.yaml:11 wrong-type"},
		{"ladder.yaml", "keep: 0", "keep: 21", "ladder.yaml:11 wrong-value"},
		{"ladder.yaml", "say: 温馨提示", "say: \"温馨提示{unit}\"", "ladder.yaml:9 blank-unknown"},
		{"ladder.yaml", "say: 温馨提示", "say: " + strings.Repeat("温", maxSay+1), "ladder.yaml:9 wrong-value"},
		{"ladder.yaml", "say: 温馨提示", "say: 6月16日（星期四）是咨询日", "ladder.yaml:9 wrong-value"},
		{"ladder.yaml", "say: 温馨提示", "say: 6月31日（星期四）是咨询日", "ladder.yaml:9 wrong-value"},
		{"ladder.yaml", "to: 安委办", "to: 安委办, say: 名单", "ladder.yaml:11 key-unknown"},

		// Ladder: the day of a step.
		{"ladder.yaml", "day: 2021-06-01", "day: 6月1日", "ladder.yaml:9 day-invalid"},
		{"ladder.yaml", "day: 2021-06-01", "day: 2021-06-31", "ladder.yaml:9 day-invalid"},
		{"ladder.yaml", "day: 2021-06-01", "day: 2020-06-01", "ladder.yaml:9 day-invalid"},
		{"ladder.yaml", "day: 2021-06-01", "day: 2021-06-01后0个工作日", "ladder.yaml:9 day-invalid"},
		{"ladder.yaml", "day: 2021-06-01", "day: 2021-06-01后2天", "ladder.yaml:9 day-invalid"},
		{"ladder.yaml", "day: 2021-06-01", "day: 截止", "ladder.yaml:9 day-invalid"},
		{"ladder.yaml", "day: 2021-06-01", "day: 每月倒数第2个工作日", "ladder.yaml:9 day-invalid"},
		{"ladder.yaml", "day: 每月倒数第2个工作日", "day: 每月最后2个工作日", "ladder.yaml:14 day-invalid"},
		{"ladder.yaml", "day: 每月倒数第2个工作日", "day: 每月倒数第16个工作日", "ladder.yaml:14 day-invalid"},
		{"ladder.yaml", "day: 每月倒数第2个工作日", "day: 截止当天", "ladder.yaml:14 day-invalid"},
		{"ladder.yaml", "day: 2021-06-13, at: \"09:00\", shift: 提前", "day: 2021-06-13, at: \"09:00\", shift: 推后", "ladder.yaml:13 wrong-value"},
		{"ladder.yaml", "day: 2021-06-13, at", "day: 2021-06-13后1个工作日, at", "ladder.yaml:13 key-unknown"},
		{"notice.yaml", "2021-06-02T24:00:00+08:00", "2021-06-02T08:00:00+08:00", "ladder.yaml:10 time-invalid"},
		{"notice.yaml", "2021-06-02T24:00:00+08:00\n    sentence: 请于6月2日", "2021-06-05T24:00:00+08:00\n    sentence: 请于6月5日", "ladder.yaml:10 day-invalid"},

		// Calendar.
		{"calendar.yaml", "date: 2028-05-01", "date: 5月1日", "calendar.yaml:4 day-invalid"},
		{"calendar.yaml", "date: 2021-06-11", "date: 2021-06-31", "calendar.yaml:6 day-invalid"},
		{"calendar.yaml", "date: 2021-06-12", "date: 2021-06-11", "calendar.yaml:8 duplicate"},
		{"calendar.yaml", "to: 2028-01-03", "to: 2027-01-03", "calendar.yaml:3 day-invalid"},
		{"calendar.yaml", "to: 2028-01-03", "to: 2028-11-03", "calendar.yaml:3 day-invalid"},
		{"calendar.yaml", "to: 2028-01-03", "to: 三日", "calendar.yaml:3 day-invalid"},
		{"calendar.yaml", "name: 劳动节", "name:", "calendar.yaml:4 empty"},
		{"calendar.yaml", "years: [2028]", "years: [28]", "calendar.yaml:1 wrong-value"},
		{"calendar.yaml", "years: [2028]", "years: [二八年]", "calendar.yaml:1 wrong-type"},
		{"calendar.yaml", "years: [2028]", "years: [2028, 2028]", "calendar.yaml:1 duplicate"},
		{"calendar.yaml", "years: [2028]", "years: [2028, 2029]", "calendar.yaml:1 day-invalid"},
		{"calendar.yaml", "  - {date: 2028-10-01, name: 国庆节}\n", "", "calendar.yaml:1 day-invalid"},

		// Roster.
		{"roster.yaml", "kind: 部门", "kind: 厅局", "roster.yaml:8 kind-unknown"},
		{"roster.yaml", "name: 乙局", "name: 甲乡", "roster.yaml:7 duplicate"},
		{"roster.yaml", "name: 乙局", "name: 甲", "roster.yaml:7 duplicate"},
		{"roster.yaml", "kind: 部门\n", "kind: 部门\n    userid: lisi\n", "roster.yaml:10 key-duplicate"},
		{"roster.yaml", "kind: 部门\n    userid: zhangsan", "kind: 部门\n    userid: zhangsan,lisi", "roster.yaml:9 wrong-value"},
		{"roster.yaml", "sample: true", "sample: false", "roster.yaml:1 wrong-value"},

		// Command words.
		{"words.yaml", "undo: [撤销", "undo: [撤回", "words.yaml:35 duplicate"},
		{"words.yaml", "undo: [撤销", "undo: [撤销, 撤销", "words.yaml:6 duplicate"},
		{"words.yaml", "more: [下页", "more: [ＨELP, 下页", "words.yaml:41 duplicate"},
		{"words.yaml", "\"yes\": [对", "\"yes\": [是, 对", "words.yaml:45 verb-word"},
		{"words.yaml", "zeros:\n", "zeros:\n  - 没有\n", "words.yaml:8 verb-word"},
		{"words.yaml", "skip: [跳过", "skip: [\"０\", 跳过", "words.yaml:4 verb-word"},
		{"words.yaml", "look: [查, 查询]", "lock: [查, 查询]", "words.yaml:1 key-missing words.yaml:51 verb-unknown"},

		// Wording.
		{"wording.yaml", "bye: 再见。\n", "", "wording.yaml:1 wording-missing"},
		{"wording.yaml", "bye: 再见。", "bye: 再见。\nciao: 再见。", "wording.yaml:3 wording-unknown"},
		{"wording.yaml", "bye: 再见。", "bye: 再见，{unit}。", "wording.yaml:2 blank-unknown"},
		{"wording.yaml", "{unit}", "{unti}", "wording.yaml:1 blank-unknown"},
		{"wording.yaml", "{unit}", "{unit!}", "wording.yaml:1 blank-unknown"},
		{"wording.yaml", "{text!}", "{text}", "wording.yaml:3 blank-unknown"},
		{"wording.yaml", "{unit}", "{unit", "wording.yaml:1 blank-form"},
		{"wording.yaml", "hello: 您好，{unit}。\nbye: 再见。\npage: \"{text!}\"\n", "# 只有说明\n", "wording.yaml:1 wording-missing wording.yaml:1 wording-missing wording.yaml:1 wording-missing"},
		{"checks.yaml", string(must(os.ReadFile("testdata/tiny/checks.yaml"))), "# 只有说明\n", "checks.yaml:1 file-empty"},
		{"checks.yaml", string(must(os.ReadFile("testdata/tiny/checks.yaml"))), " \n", "checks.yaml:0 file-empty"},
		{"checks.yaml", string(must(os.ReadFile("testdata/tiny/checks.yaml"))), "just words\n", "checks.yaml:1 wrong-type"},
		{"checks.yaml", "表:", "# " + strings.Repeat("长", maxBytes/3) + "\n表:", "checks.yaml:0 file-too-large"},
		{"checks.yaml", "表:", strings.Repeat("表: 1\n", maxTokens/3+1) + "表:", "checks.yaml:0 file-too-large"},
		{"checks.yaml", "表:", "表: " + strings.Repeat("[", 400_000), "checks.yaml:0 file-too-large"},
	}
	for _, tt := range tests {
		t.Run(tt.want, func(t *testing.T) {
			files := tiny(t)
			good := string(files[tt.file])
			if strings.Count(good, tt.old) != 1 {
				t.Fatalf("%s has %q %d times, want once", tt.file, tt.old, strings.Count(good, tt.old))
			}
			files[tt.file] = []byte(strings.Replace(good, tt.old, tt.new, 1))
			n, err := load(files, nil, tinyKeys(), new(problems))
			if got := strings.Join(found(t, err), " "); got != tt.want {
				t.Errorf("%s with %.60q:\n got %s\nwant %s\n%v", tt.file, tt.new, got, tt.want, err)
			}
			if strings.Contains(err.Error(), "%!") {
				t.Errorf("%v has a formatting slip", err)
			}
			if n != nil {
				t.Error("a notice with problems was handed out")
			}
		})
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestAllProblemsAreReportedAtOnce(t *testing.T) {
	files := tiny(t)
	files["form.yaml"] = []byte(strings.Replace(string(files["form.yaml"]), "pairs_with: 1", "pairs_with: 99", 1))
	files["roster.yaml"] = []byte(strings.Replace(string(files["roster.yaml"]), "部门", "厅局", 1))
	files["wording.yaml"] = []byte(strings.Replace(string(files["wording.yaml"]), "{unit}", "{unti}", 1))
	_, err := load(files, nil, tinyKeys(), new(problems))
	want := "form.yaml:33 pair-unknown roster.yaml:8 kind-unknown wording.yaml:1 blank-unknown"
	if got := found(t, err); strings.Join(got, " ") != want {
		t.Errorf("got %v, want %s", got, want)
	}
	if first := "form.yaml:33：第2项 pairs_with 指向第99项，但本表没有第99项。请改为1–4之间的项号。"; !strings.Contains(err.Error(), first) {
		t.Errorf("error is\n%v\nwant a line\n%s", err, first)
	}
}

// Nested flow and sequences must be stopped before the parser, whose stack
// grows with them.
func TestHostileFilesAreRefused(t *testing.T) {
	for _, bomb := range []string{
		strings.Repeat("[", maxTokens-10),
		strings.Repeat("{a: ", maxTokens/4),
		strings.Repeat("- ", maxTokens-10),
		strings.Repeat("? ", maxTokens/4),
		strings.Repeat("a: ", maxTokens/3),
		strings.Repeat("a: 1\n", maxTokens/3-1),
		"a: \"" + strings.Repeat("\n", maxBytes-10) + "\"",
	} {
		p := new(problems)
		parse("bomb.yaml", []byte(bomb), p).text()
		if p.err() == nil {
			t.Errorf("%.10q… is accepted", bomb)
		}
	}
}

func TestOwnFilesReplaceEmbeddedOnesByName(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, "roster.yaml", "sample: true\nunits:\n  - name: 试验乡\n    kind: 乡镇\n")
	write(t, dir, ".DS_Store", "\x00")
	n, err := Load(dir, bot.WordingKeys())
	if err != nil {
		t.Fatal(err)
	}
	if len(n.Sample) != 1 || n.Sample[0].Name != "试验乡" || n.Sample[0].Order != 1 {
		t.Errorf("sample = %+v, want 试验乡 alone", n.Sample)
	}
	if want := len(embeddedNotice(t).Forms); len(n.Forms) != want {
		t.Errorf("%d forms, want the embedded %d", len(n.Forms), want)
	}
}

func TestOwnDirectoryIsReadStrictly(t *testing.T) {
	tests := []struct {
		name  string
		build func(t *testing.T, dir string)
		want  string
	}{
		{"a name mistyped", func(t *testing.T, dir string) { write(t, dir, "wordings.yaml", "hello: 您好\n") }, "wordings.yaml:0 file-unknown"},
		{"a directory", func(t *testing.T, dir string) { os.Mkdir(filepath.Join(dir, "roster.yaml"), 0o755) }, "roster.yaml:0 file-unreadable"},
		{"a pipe", func(t *testing.T, dir string) {
			if err := syscall.Mkfifo(filepath.Join(dir, "roster.yaml"), 0o644); err != nil {
				t.Skip(err)
			}
		}, "roster.yaml:0 file-unreadable"},
		{"an empty file", func(t *testing.T, dir string) { write(t, dir, "roster.yaml", "") }, "roster.yaml:0 file-empty"},
		{"a huge file", func(t *testing.T, dir string) {
			write(t, dir, "roster.yaml", strings.Repeat("#\n", maxBytes))
		}, "roster.yaml:0 file-too-large"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			tt.build(t, dir)
			_, err := Load(dir, bot.WordingKeys())
			if got := strings.Join(found(t, err), " "); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
	_, err := Load(filepath.Join(t.TempDir(), "nowhere"), bot.WordingKeys())
	if got := found(t, err); len(got) != 1 || !strings.HasSuffix(got[0], "file-unreadable") {
		t.Errorf("a missing directory: got %v, want one file-unreadable", got)
	}
}

func write(t *testing.T, dir, name, text string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// The office may copy any embedded file, change nothing, and use it.
func TestEmbeddedFilesLoadAsOwnFiles(t *testing.T) {
	dir := t.TempDir()
	entries, err := embedded.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := embedded.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		// As saved by an editor on Windows.
		write(t, dir, e.Name(), strings.ReplaceAll(string(data), "\n", "\r\n"))
	}
	want, err := Load("", bot.WordingKeys())
	if err != nil {
		t.Fatal(err)
	}
	got, err := Load(dir, bot.WordingKeys())
	if err != nil {
		t.Fatal(err)
	}
	for key, text := range want.Wording {
		if got.Wording[key] != text {
			t.Errorf("wording %s = %q, want %q", key, got.Wording[key], text)
		}
	}
	if !slices.Equal(slices.Sorted(maps.Keys(got.Verbs)), slices.Sorted(maps.Keys(want.Verbs))) {
		t.Error("verbs differ")
	}
}

// Whatever an office saves under one of the names, the answer is a notice or
// a list of problems.
func FuzzLoad(f *testing.F) {
	good := make(map[string][]byte)
	for _, name := range []string{"notice.yaml", "form.yaml", "checks.yaml", "roster.yaml", "words.yaml", "wording.yaml", "month.yaml", "ladder.yaml", "calendar.yaml"} {
		data, err := os.ReadFile("testdata/tiny/" + name)
		if err != nil {
			f.Fatal(err)
		}
		good[name] = data
		f.Add(name, data)
	}
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		files := maps.Clone(good)
		files[name] = data
		n, err := load(files, nil, tinyKeys(), new(problems))
		if (n == nil) == (err == nil) {
			t.Errorf("notice %v, error %v", n, err)
		}
		found(t, err)
	})
}
