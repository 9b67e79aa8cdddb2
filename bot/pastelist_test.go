package bot

import (
	"fmt"
	"strings"
	"testing"
)

// showList renders answers as showAll does, the unsure ones with a question mark.
func showList(list []ItemAnswer) string {
	var parts []string
	for _, a := range list {
		mark := ""
		if !a.Sure {
			mark = "?"
		}
		parts = append(parts, fmt.Sprintf("%d=%s%s", a.Item, show(a.Reading), mark))
	}
	return strings.Join(parts, " ")
}

// ownLine prints an item as 预览 does.
func ownLine(f *Field, v Value) string {
	if v.Kind == Number && f.Unit != "" {
		return fmt.Sprintf("%d %s %s %s", f.Item, f.Label, v, f.Unit)
	}
	return fmt.Sprintf("%d %s %s", f.Item, f.Label, v)
}

func TestListReadsItsOwnLines(t *testing.T) {
	n, form := pasteForm(t)
	var values []Value
	var lines, unquoted []string
	for i := range form.Fields {
		f := &form.Fields[i]
		v := Count(int64(1000 + i*7))
		switch {
		case f.Kind == KindYesNo:
			v = Answer(f.Item == 3)
		case f.Kind == KindText:
			v = Words(caseText)
		case i%9 == 0:
			v = Value{Kind: NotApplicable}
		case i%9 == 1:
			v = Value{Kind: Unknown}
		case i%9 == 2:
			v = Value{}
		}
		values = append(values, v)
		lines = append(lines, ownLine(f, v))
		unquoted = append(unquoted, strings.ReplaceAll(ownLine(&Field{Item: f.Item, Label: phrase(f.Label), Unit: f.Unit}, v), " ", "\u00a0"))
	}
	withTitles := "山河镇 · 附件2（2021年6月） 共47项\n一、学习习近平总书记关于安全生产重要论述\n" + strings.Join(lines, "\n") + "\n回复“提交”报送。"
	for name, text := range map[string]string{
		"as printed":        strings.Join(lines, "\n"),
		"blank lines":       strings.Join(lines, "\n\n"),
		"carriage returns":  strings.Join(lines, "\r\n"),
		"head, title, foot": withTitles,
		"marked":            strings.Join(lines, "（待确认）\n"),
		"vouched for":       strings.Join(lines, "（已核实：含线上（2场））\n"),
		"ticked":            "✓ " + strings.Join(lines, "\n✓ "),
		"no quotes":         strings.Join(unquoted, "\n"),
	} {
		list, rest, ok := ReadList(n, form, text)
		if !ok {
			t.Fatalf("%s: not a list", name)
		}
		want := 0
		if name == "head, title, foot" {
			want = 2
		}
		if len(rest) != want {
			t.Errorf("%s: rest %q", name, rest)
		}
		got := map[int]ItemAnswer{}
		for _, a := range list {
			got[a.Item] = a
		}
		for i, v := range values {
			a, found := got[i+1]
			switch {
			case found != v.Filled():
				t.Errorf("%s: %s: found %v", name, lines[i], found)
			case found && (a.Outcome != Taken || a.Value != v || !a.Sure):
				t.Errorf("%s: %s: read %s sure %v", name, lines[i], show(a.Reading), a.Sure)
			}
		}
		if p, ok := ReadPaste(n, form, text); ok {
			t.Errorf("%s: taken for sentences: %s", name, showAll(p.Answers))
		}
	}
}

func TestListLines(t *testing.T) {
	n, form := pasteForm(t)
	for _, c := range []struct{ text, want, rest string }{
		// The label, whole, shortened or short.
		{"12 企业开展“安全红袖章”…活动 5 场", "12=5", ""},
		{"12 企业开展“安全红袖章”“事故隐患大扫除”“争做安全吹哨人”等活动 5 场", "12=5", ""},
		{"12 企业开展安全红袖章...活动 5场", "12=5", ""},
		{"12. 企业开展“安全红袖章”…活动：5场", "12=5", ""},
		{"3 专题片 是", "3=是", ""},
		{"13 参与 120 人次", "13=120", ""},
		{"29 安全宣传咨询活动·参与 1000 人次（待确认）", "29=1000", ""},
		{"29 安全宣传咨询活动·参与 350 人次（据“三四百人”确认）", "29=350", ""},
		{"29 安全宣传咨询活动·参与 350 人次 待确认", "29=350", ""},
		{"29 安全宣传咨询活动·参与 350 人次（其中线上50）", "29=ask:part", ""},
		{"14 开展生产安全事故警示教育 无", "14=0", ""},
		{"14 开展生产安全事故警示教育 12多场", "14=ask:approx", ""},
		{"19 典型案例具体为 某矿停产；2. 某厂罚款3万元", "19=某矿停产；2. 某厂罚款3万元", ""},
		{"19 典型案例具体为 某矿停产；某厂…", "19=ask:unsure", ""},
		{"19 典型案例具体为 某矿停产\n还有某厂", "19=ask:unsure", "还有某厂"},

		{"19 典型案例具体为 某矿停产\n1. 某厂罚款\n20 组织观看典型事故警示教育片 2 场", "19=某矿停产 1. 某厂罚款 20=2", ""},
		{"12项5\n19 典型案例具体为 收到", "12=5", "收到"},

		// Unfilled lines are understood and are no answers.
		{"8 组织媒体报道集中攻坚重点任务进展情况、工作成效等 未填", "", ""},

		// 第N项.
		{"第12项 5场", "12=5", ""},
		{"第12项：5", "12=5", ""},
		{"第十二项 5场", "12=5", ""},
		{"１２项 5", "12=5", ""},
		{"12项：5场；13项：120人", "12=5 13=120", ""},
		{"12项5场，13项120人", "12=5 13=120", ""},
		{"第3项是", "3=是", ""},
		{"12项 没有开展", "12=0", ""},
		{"第12项 120人", "12=ask:classifier", ""},
		{"第12项 未填", "", ""},

		// A bare number behind a number is no certain answer.
		{"12 5", "12=5?", ""},
		{"12：5", "12=5?", ""},
		{"12、5", "12=5?", ""},
		{"12、5场", "12=5", ""},
		{"12 5场", "12=5", ""},
		{"13 120人次", "13=120?", ""}, // may be 13120
		{"6.16场", "6=16?", ""},      // may be a date
		{"12 企业开展“安全红袖章”…活动 5 场\n13 120", "12=5 13=120?", ""},

		// Several items in a line, each with a sign behind its number.
		{"28：1场，29：200人次", "28=1 29=200", ""},
		{"28:1场 29:200人次", "28=1 29=200", ""},
		{"28：1 场、29：200 人", "28=1 29=200", ""},
		{"29:1,200人次;28:一场。", "28=1 29=1200", ""},
		{"28项1场，29：0人次", "28=1 29=0", ""},
		{"28、1场；29、200人次", "28=1 29=200", ""},
		{"28项1场 29项200人次", "28=1 29=200", ""},
		{"28=1 29=200", "28=1 29=200", ""},
		{"28＝1，29＝200", "28=1 29=200", ""},
		{"28=1；29=200", "28=1 29=200", ""},
		{"28=0", "28=0", ""},
		{"3：是，4：2场，5：160人次", "3=是? 4=2 5=160", ""},
		{"3=否，4=无，5=没有", "3=否 4=0 5=0", ""},
		{"12=5\n28：1场，29：200人次", "12=5 28=1 29=200", ""},
		{"28：1，29：200", "28=1? 29=200?", ""}, // as each in a line of its own

		// With a blank only, a comma has to part them, and they are offered.
		{"28 1，29 200", "28=1? 29=200?", ""},
		{"28 1场，29 60人次", "28=1? 29=60?", ""},
		{"28 1、29 200", "28=1? 29=200?", ""},
		{"28、1场，29、200人次", "28=1? 29=200?", ""},
		{"3 是，4 2，5 160", "3=是? 4=2? 5=160?", ""},

		// The same item twice.
		{"12项5\n第12项 6", "12=ask:two", ""},
		{"12项5\n第12项 5", "12=5", ""},

		// What is not a line of ours.
		{"12项5\n明天再报其余的", "12=5", "明天再报其余的"},
		{"12项5\n13 企业开展“安全红袖章”…活动 5 场", "12=5", "13 企业开展“安全红袖章”…活动 5 场"},
		{"12项5\n48项 3", "12=5", "48项 3"},
	} {
		list, rest, ok := ReadList(n, form, c.text)
		if got := strings.Join(strings.Fields(showList(list)), " "); got != c.want {
			t.Errorf("%s\n   read %q, want %q", c.text, got, c.want)
		}
		if got := strings.Join(rest, "|"); got != c.rest || !ok {
			t.Errorf("%s\n   ok %v, rest %q, want %q", c.text, ok, got, c.rest)
		}
	}
}

func TestListOrdinaryTalk(t *testing.T) {
	n, form := pasteForm(t)
	for _, text := range []string{
		"", "收到", "12", "5场", "3次，参与120人次", "2 场，160人", "6月16日1场", "16号我们摆了一场", "3 好的", "120 人", "0 5", "0934-6121168", "1、理论学习", "12 参与", "第20个安全生产月",
		"3 是的吧",
		// Times, dates, ratios, telephones, figures in a row.
		"14:30", "14:30，15:30", "9：00，10：30", "9:00-11:30，14:30-17:00", "14:30 28:1场", "14:30开会，28人", "上午9:00 200人",
		"6.16 1场，6.17 2场", "6月16日：1场，17日：2场", "6-16：1场，6-17：2场", "2021/6/16 1场", "16号：1场，17号：2场",
		"比例1:2，1:3", "1:2，1:3", "2:1，1:2", "男女3:2，共5人",
		"3场，120人", "3 场，120 人", "1次30人，2次40人", "3 120，2 80", "28 1 29 200", "5 6 7 8", "1 234，5 678", "4、5，6、7", "1、2、3、4",
		"28 13800000000，29 13800000001", "28：13800000000，29：13800000001", "13 8000 0000", "0934 6121168，0934 6121169",
		"28：1场，29：200份", "28：1场，29：几百人", "28：1场，48：200人次", "28：1场，28：2场", "29 200，28 1", "28：1场，参与200人次", "12：5场，13：男60人，女60人",
		"3-7：是 2 160 1 86", "28.1场，29.200人次",
	} {
		if list, _, ok := ReadList(n, form, text); ok {
			t.Errorf("%q: read %s", text, showList(list))
		}
	}
}

// The numbers before sentences count sentences and not items.
func TestListIsNotNumberedSentences(t *testing.T) {
	n, form := pasteForm(t)
	p, ok := ReadPaste(n, form, "1、理论学习中心组学习（3）次，参与（20）人次；\n2、组织集中学习观看（4）场，参与（5）人次")
	if got := showAll(p.Answers); !ok || got != "1=3 2=20 4=4 5=5" {
		t.Errorf("read %s", got)
	}
}
