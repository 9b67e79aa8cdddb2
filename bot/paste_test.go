package bot

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
)

// every puts sep after each so many characters, but never inside a number:
// where a blank stands in one, the reader has to ask.
func every(count int, sep string) func(string) string {
	return func(text string) string {
		var b strings.Builder
		runes := []rune(text)
		n := 0
		for i, r := range runes {
			b.WriteRune(r)
			n++
			if n >= count && !(unicode.IsDigit(r) && i+1 < len(runes) && unicode.IsDigit(runes[i+1])) {
				b.WriteString(sep)
				n = 0
			}
		}
		return b.String()
	}
}

func swap(pairs ...string) func(string) string { return strings.NewReplacer(pairs...).Replace }

func TestPasteWholeForm(t *testing.T) {
	n, form := pasteForm(t)
	w := primesWritten(form)
	same := func(s string) string { return s }
	plain := style{yes: "是", no: "否"}
	for _, c := range []struct {
		name string
		how  style
		text func(string) string
	}{
		{"as printed", printed, same},
		{"half-width brackets and punctuation", printed, swap("（", "(", "）", ")", "，", ",", "；", ";", "。", ".", "、", ",")},
		{"square brackets", printed, swap("（", "[", "）", "]")},
		{"full-width square brackets", printed, swap("（", "［", "）", "］")},
		{"black brackets", printed, swap("（", "【", "）", "】")},
		{"shell brackets", printed, swap("（", "〔", "）", "〕")},
		{"mixed brackets", printed, swap("（", "（", "）", ")")},
		{"brackets deleted", plain, same},
		{"underscores in brackets", style{open: "（____", close: "____）", yes: "√是 否", no: "是 √否"}, same},
		{"underscores for brackets", style{open: "__", close: "____", yes: "是√ 否", no: "是 否√"}, same},
		{"ideographic blanks in brackets", style{open: "（　", close: "　　）", yes: "是（√）否（ ）", no: "是（ ）否（√）"}, same},
		{"no-break blanks everywhere", printed, every(1, "\u00a0")},
		{"line ends everywhere", printed, every(5, "\n")},
		{"tabs between words", printed, every(7, "\t")},
		{"one line without any blank", printed, swap("\n", "", " ", "")},
		{"no punctuation", printed, swap("，", "", "；", "", "。", "")},
		{"nothing but words and figures on one line", plain, swap("，", "", "；", "", "。", "", "“", "", "”", "", "、", "", "《", "", "》", "", "—", "", "\n", "")},
		{"straight quotes", printed, swap("“", `"`, "”", `"`)},
		{"corner quotes", printed, swap("“", "「", "”", "」")},
		{"quotes deleted", printed, swap("“", "", "”", "", "《", "", "》", "")},
		{"other dashes", printed, swap("——", "-")},
		{"one long dash", printed, swap("——", "–")},
		{"full-width digits", printed, swap("0", "０", "1", "１", "2", "２", "3", "３", "4", "４", "5", "５", "6", "６", "7", "７", "8", "８", "9", "９")},
		{"measure word in the bracket too", style{count: func(f *Field, v string) string { return "（" + v + f.Unit + "）" }, yes: "■是□否", no: "□是■否"}, same},
		{"value behind the bracket", style{count: func(_ *Field, v string) string { return "（ ）" + v }, yes: "●是○否", no: "○是●否"}, same},
		{"value before the bracket", style{count: func(_ *Field, v string) string { return v + "（）" }, yes: "✔是☐否", no: "☐是✔否"}, same},
		{"zero-width marks", printed, every(3, "\u200b")},
		{"bookmarks of Word", style{open: "（[bookmark: OLE_LINK12]", close: "）", yes: "☒是☐否", no: "☐是☒否"}, same},
		{"numbered sentences", printed, func(s string) string {
			var b strings.Builder
			for i, line := range strings.Split(s, "\n") {
				fmt.Fprintf(&b, "%d、%s\n", i+1, line)
			}
			return b.String()
		}},
		{"section names between", printed, func(s string) string {
			return "一、学习习近平总书记关于\n安全生产重要论述\n" + strings.Replace(s, "曝光问题隐患", "三、“安全生产陇原行”活动\n曝光问题隐患", 1)
		}},
		{"the whole table with its other columns", printed, func(string) string { return table(t, form, w) }},
		{"the whole table on one line", printed, func(string) string { return swap("\n", " ", "\t", " ")(table(t, form, w)) }},
		{"the whole table, line ends everywhere", printed, func(string) string { return every(6, "\n")(table(t, form, w)) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			text := c.text(c.how.column(form, w))
			p, ok := ReadPaste(n, form, text)
			if !ok {
				t.Fatalf("not a paste: %s", text)
			}
			w.want(t, form, p)
			if len(p.Rest) > 0 || len(p.Blank) > 0 {
				t.Errorf("rest %q, blank %v", p.Rest, p.Blank)
			}
		})
	}
}

func TestPasteReversed(t *testing.T) {
	n, form := pasteForm(t)
	w := primesWritten(form)
	lines := printed.sentences(form, w)
	slices.Reverse(lines)
	p, ok := ReadPaste(n, form, strings.Join(lines, ""))
	if !ok {
		t.Fatal("not a paste")
	}
	w.want(t, form, p)
}

func TestPasteEmptyForm(t *testing.T) {
	n, form := pasteForm(t)
	for name, text := range map[string]string{"column": printed.column(form, nil), "table": table(t, form, nil)} {
		p, ok := ReadPaste(n, form, text)
		if !ok || len(p.Answers) > 0 || len(p.Blank) != 47 || len(p.Rest) > 0 {
			t.Errorf("%s: ok %v, answers %s, %d blank %v, rest %q", name, ok, showAll(p.Answers), len(p.Blank), p.Blank, p.Rest)
		}
	}
}

// The left column speaks of the same things and has no blanks.
func TestPasteLeftColumnAlone(t *testing.T) {
	n, form := pasteForm(t)
	var left []string
	for _, line := range strings.Split(table(t, form, nil), "\n") {
		if len(line) > 300 && !strings.ContainsAny(line, "（") {
			left = append(left, strings.TrimSpace(line))
		}
	}
	if len(left) != 5 {
		t.Fatalf("%d cells of the left column", len(left))
	}
	for name, text := range map[string]string{
		"as printed": strings.Join(left, "\n"), "in one": strings.Join(left, ""),
		"no punctuation": swap("，", "", "；", "", "。", "")(strings.Join(left, "")),
	} {
		if p, ok := ReadPaste(n, form, text); ok {
			t.Errorf("%s: read %s, blank %v", name, showAll(p.Answers), p.Blank)
		}
	}
}

func TestPasteSentences(t *testing.T) {
	n, form := pasteForm(t)
	for _, c := range []struct{ text, want, rest string }{
		// One sentence, several, a part of one.
		{"理论学习中心组学习（3）次，参与（120）人次；", "1=3 2=120", ""},
		{"理论学习中心组学习3次，参与120人次", "1=3 2=120", ""},
		{"参与直播答题（50）人次", "36=50", ""},
		{"组织参观警示教育展览（2）场，参与（60）人次", "22=2 23=60", ""},
		{"组织观看典型事故警示教育片2场参与60人次开展生产安全事故警示教育3场参与70人次", "14=3 15=70 20=2 21=60", ""},
		{"宣传推广经验做法（2）个，刊发新闻报道（5）篇", "10=2 11=5", ""},
		{"组织媒体报道集中攻坚重点任务进展情况、工作成效等（4）次，刊发新闻报道（6）篇；宣传推广经验做法（2）个，刊发新闻报道（5）篇", "8=4 9=6 10=2 11=5", ""},
		{"开展“专题行”3次、“区域行”2次、“网上行”1次", "25=3 26=2 27=1", ""},
		{"新建（1）个", "", ""},
		{"应急科普宣传教育和安全体验基地建设情况，新建1个，其他2个", "43=1 46=2", ""},

		// Values in the reader's own words.
		{"理论学习中心组学习（十二）次，参与（一百二）人次", "1=12 2=120", ""},
		{"理论学习中心组学习（无）次，参与（无）人次", "1=0 2=0", ""},
		{"理论学习中心组学习（3次）次，参与（120人次）人次", "1=3 2=120", ""},
		{"理论学习中心组学习（3次），参与（120人）", "1=3 2=120", ""},
		{"理论学习中心组学习：3次；参与：120人次", "1=3 2=120", ""},
		{"理论学习中心组学习 3\n参与 120", "1=3 2=120", ""},
		{"参与网上展览（1,234）人次，参与知识竞赛（1，567）人次", "33=1234 34=1567", ""},
		{"理论学习中心组学习（暂不掌握）次，参与（不适用）人次", "1=暂不掌握 2=不适用", ""},

		// Odd values are questions, never figures.
		{"理论学习中心组学习（3）次，参与（120余）人次", "1=3 2=ask:approx", ""},
		{"理论学习中心组学习（3）次，参与（约120）人次", "1=3 2=ask:approx", ""},
		{"理论学习中心组学习（3）次，参与约（120）人次", "1=3 2=ask:approx", ""},
		{"理论学习中心组学习（3）次，参与（120）余人次", "1=3 2=ask:approx", ""},
		{"理论学习中心组学习（3）次，参与（120）人次左右", "1=3 2=ask:approx", ""},
		{"理论学习中心组学习（3）次，参与（120）人次以上", "1=3 2=ask:approx", ""},
		{"理论学习中心组学习（3）次，参与（120—150）人次", "1=3 2=ask:range", ""},
		{"理论学习中心组学习（3）次，参与（120）人次（其中线上50）", "1=3 2=ask:part", ""},
		{"理论学习中心组学习（3）次，参与（120）人次，其中线上50人次；", "1=3 2=ask:part", ""},
		{"理论学习中心组学习（／）次，参与（／）人次", "1=ask:nothing 2=ask:nothing", ""},
		{"理论学习中心组学习（—）次，参与（--）人次", "1=ask:nothing 2=ask:nothing", ""},
		{"理论学习中心组学习（3）次，参与（1 234）人次", "1=3 2=ask:grouping", ""},
		{"理论学习中心组学习（3__4）次", "1=ask:two", ""},
		{"理论学习中心组学习（5%）次", "1=no:percent", ""},
		{"理论学习中心组学习（-5）次", "1=no:negative", ""},
		{"理论学习中心组学习（120人）", "1=ask:classifier", ""},
		{"曝光问题隐患（3）条次", "16=ask:classifier", ""},

		// Numbers outside of the bracket.
		{"理论学习中心组学习（ ）3次", "1=3", ""},
		{"理论学习中心组学习3（ ）次", "1=3", ""},
		{"理论学习中心组学习（3）5次", "1=ask:two", ""},
		{"理论学习中心组学习3（5）次", "1=ask:two", ""},
		{"理论学习中心组学习（3）次（5）次", "1=ask:part", ""},
		{"理论学习中心组学习（1）（2）次", "1=ask:two", ""},
		{"理论学习中心组学习1）2次", "1=ask:two", ""},
		{"理论学习中心组学习（ ）次 3", "1=ask:extra", ""},

		// Words dropped or added.
		{"理论学习中心组学习了3次，参与120人次", "1=3 2=120", ""},
		{"理论学习中心组学习了（3）次，共参与（120）人次", "1=3 2=120", ""},
		{"理论学习中心组集中学习（3）次", "1=3", ""},
		{"理论中心组学习（3）次，参与（9）人次", "1=3 2=9", ""},
		{"组织媒体报道集中攻坚重点任务进展情况等（4）次，刊发报道（6）篇", "8=4 9=6", ""},
		{"组织观看事故警示教育片（2）场，参与（60）人次", "20=2 21=60", ""},
		{"创新开展线上活动2场，300人", "31=2 32=300", ""},
		{"创新开展线上活动2场，合计参与300人", "31=2 32=300", ""},
		{"创新开展线上活动2场，3场", "31=ask:two", ""},
		{"知识竞赛（40）人次", "34=40", ""},
		{"专题学习《生命重于泰山》电视专题片 ☑是□否；组织集中学习观看2场，120人次", "3=是 4=2 5=120", ""},
		{"企业开展“安全红袖章”“事故隐患大扫除”等活动（5）场，参与（90）人次", "12=5 13=90", ""},

		// Too uncertain to place: what it could be is left to the person.
		{"曝光问题隐患（3）条；事故警示教育（4）场", "16=3", "事故警示教育（4）场"},
		{"曝光问题隐患（3）条；未开展线上活动（4）场", "16=3", "未开展线上活动（4）场"},
		{"曝光问题隐患（3）条；参与（4）人次", "16=3", "参与（4）人次"},
		{"曝光问题隐患（3）条；刊发新闻报道（4）篇", "16=3", "刊发新闻报道（4）篇"},
		{"理论学习中心组学习（3）次，线上参与（5）人次", "1=3", "线上参与（5）人次"},
		{"曝光问题隐患（3）条。另外我们还搞了2场演练", "16=3", "另外我们还搞了2场演练"},

		// A word in front that turns the sense.
		{"未曝光问题隐患3条", "16=ask:extra", ""},
		{"又曝光问题隐患3条", "16=ask:growing", ""},
		{"拟开展安全宣传咨询活动3场", "28=ask:extra", ""},

		// The same sentence twice.
		{"曝光问题隐患（3）条；曝光问题隐患（3）条", "16=3", ""},
		{"曝光问题隐患（3）条；曝光问题隐患（4）条", "16=ask:two", ""},
		{"曝光问题隐患（ ）条；曝光问题隐患（4）条", "16=4", ""},

		// Digits in printed words.
		{"“6·16安全宣传咨询日”活动\n开展安全宣传咨询活动（3）场，参与（80）人次", "28=3 29=80", ""},
	} {
		p, ok := ReadPaste(n, form, c.text)
		if got := showAll(p.Answers); got != c.want || ok != (c.want != "") {
			t.Errorf("%s\n   read %q, want %q", c.text, got, c.want)
		}
		if rest := strings.Join(p.Rest, "|"); rest != c.rest {
			t.Errorf("%s\n   rest %q, want %q", c.text, rest, c.rest)
		}
	}
}

func TestPasteYesNo(t *testing.T) {
	n, form := pasteForm(t)
	for answer, forms := range map[string][]string{
		"是": {"☑是□否", "☑是 ☐否", "√是 否", "是√ 否", "是（√）否（ ）", "（√）是（ ）否", "（ √ ）是 （  ）否", "■是□否", "▣是□否", "✔是 否", "✓ 是 □ 否",
			"●是○否", "〇是 否", "x是 否", "[x]是[ ]否", "是", "：是", "（是）", "是。", "☒是☐否", "□√是□否", "√□是□否", "□是√ □否", "是☑否□", "是√ 否×", "√是 ×否", "是√否×",
			"\uf052是\uf0a3否", "√是/否", "（√）", "☑ 是\n□ 否", "V是 否", "□否☑是", "☑是"},
		"否": {"□是☑否", "☐是 ☑否", "是 √否", "是 否√", "是（ ）否（√）", "（）是（√）否", "□是■否", "○是●否", "否", "（否）", "□是□√否", "□是√否", "□是 □否√", "是□否☑", "是× 否√", "□是☒否", "□是，☑否", "是、√否"},
		"?": {"☑是☑否", "√是√否", "是√ 否√", "是√否", "□是√□否", "是×", "是× 否", "是否√", "是√□否（）", "□是"},
		"":  {"□是□否", "□是 □ 否", "是 否", "是（ ）否（ ）", "○是○否", "☐是☐否", "□是□否；"},
	} {
		for _, typed := range forms {
			for _, label := range []string{"使用全国安全宣教和应急科普平台 ", "专题学习《生命重于泰山——学习习近平总书记关于安全生产重要论述》电视专题片"} {
				text := label + typed + "；组织集中学习观看（2）场"
				p, _ := ReadPaste(n, form, text)
				item := 47
				if strings.HasPrefix(label, "专题") {
					item = 3
				}
				got := "missing"
				if slices.Contains(p.Blank, item) {
					got = ""
				}
				for _, a := range p.Answers {
					if a.Item == item {
						if got = show(a.Reading); a.Outcome == Asked && a.Why == WhyYesNo {
							got = "?"
						}
					}
				}
				if got != answer {
					t.Errorf("%s: read %q, want %q", text, got, answer)
				}
			}
		}
	}
}

func TestPasteText(t *testing.T) {
	n, form := pasteForm(t)
	for _, c := range []struct{ text, want string }{
		{"典型案例具体为（某矿（井下）停产），每月报送；", "某矿（井下）停产"},
		{"典型案例具体为（1. 甲厂，罚款3万元；\n2. 乙厂。参与（5）人次），每月报送；", "1. 甲厂，罚款3万元；\n2. 乙厂。参与（5）人次"},
		{"典型案例具体为（1）甲厂 2）乙厂），每月报送", "1）甲厂 2）乙厂"},
		{"典型案例具体为某矿停产，每月报送；", "某矿停产"},
		{"典型案例具体为（甲厂）停产（乙厂），每月报送；", "（甲厂）停产（乙厂）"},
		{"典型案例具体为（某矿停产）；组织观看典型事故警示教育片（2）场", "某矿停产"},
		{"典型案例具体为：某矿停产。组织观看典型事故警示教育片（2）场", "某矿停产"},
		{"典型案例具体为（见下：曝光问题隐患（9）条），每月报送", "见下：曝光问题隐患（9）条"},
		{"典型案例具体为（___某矿___），每月报送", "某矿"},
		{"典型案例具体为（无），每月报送", "无"},
	} {
		p, _ := ReadPaste(n, form, "曝光问题隐患（3）条；"+c.text)
		got := ""
		for _, a := range p.Answers {
			switch {
			case a.Item == 19:
				got = a.Value.Text
			case a.Item != 16 && a.Item != 20:
				t.Errorf("%s: a value leaked into item %d", c.text, a.Item)
			case a.Item == 16 && a.Value.Number != 3:
				t.Errorf("%s: item 16 is %s", c.text, show(a.Reading))
			}
		}
		if c.want = strings.Join(strings.Fields(c.want), " "); strings.Join(strings.Fields(got), " ") != c.want {
			t.Errorf("%s: read %q, want %q", c.text, got, c.want)
		}
	}
	if _, ok := ReadPaste(n, form, "典型案例具体为什么要每个月报？"); ok {
		t.Error("a question was taken for a case")
	}
}

func TestPasteOrdinaryTalk(t *testing.T) {
	n, form := pasteForm(t)
	for _, text := range []string{
		"", "收到", "3", "3次，参与120人次", "3 120", "好的，6月16日上午9时开会", "警示教育12 不对 13场 460人",
		"我们就学习了两次每次12个人，搞了一场家庭安全讲座80人，别的都没有",
		"16号我们在街道摆了一场 又参加了县上的 来了三四百人 发了2000份资料",
		"（28/47）开展安全宣传咨询活动多少场？", "电话：0934-6121168", "12 5", "改12 5", "第12项改为5",
	} {
		if p, ok := ReadPaste(n, form, text); ok {
			t.Errorf("%q: read %s, blank %v", text, showAll(p.Answers), p.Blank)
		}
	}
}

// The heading line holds names and telephone numbers: they are not repeated.
func TestPasteHeadingIsNotEchoed(t *testing.T) {
	n, form := pasteForm(t)
	p, _ := ReadPaste(n, form, table(t, form, primesWritten(form)))
	for _, piece := range append(p.Rest, p.Words...) {
		if strings.Contains(piece, "6121168") || strings.Contains(piece, "李四") {
			t.Errorf("echoes %q", piece)
		}
	}
}

// Whatever is pasted over and over, it is read to its end; how long that takes is
// [BenchmarkPasteRepeated].
func TestPasteRepeated(t *testing.T) {
	n, form := pasteForm(t)
	for _, text := range repeatedPastes(form) {
		ReadPaste(n, form, text)
		ReadList(n, form, text)
		ReadRange(n, form, text)
	}
	if _, ok := ReadPaste(n, form, strings.Repeat("曝光问题隐患（3）条", MaxPaste)); ok {
		t.Error("no bound")
	}
}

func BenchmarkPasteRepeated(b *testing.B) {
	n, form := pasteForm(b)
	for name, text := range repeatedPastes(form) {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				ReadPaste(n, form, text)
				ReadList(n, form, text)
				ReadRange(n, form, text)
			}
		})
	}
}

func repeatedPastes(form *Form) map[string]string {
	texts := map[string]string{}
	for name, unit := range map[string]string{
		"forms": printed.column(form, primesWritten(form)), "open brackets": "（", "brackets": "（）", "figures": "3次", "labels": "理论学习中心组学习",
		"bracketed": "（3）场", "texts": "典型案例具体为（", "yes": "是", "boxes": "□是", "near labels": "组织观看事故警示教育片3条", "follow": "，参与（3）人次",
		"list": "12 5\n", "named": "第12项5；", "range": "3-7：", "spaces": " ", "digits": "9", "labels and opens": "曝光问题隐患（",
		"ellipsis": "12 企业…", "marks": "使用全国安全宣教和应急科普平台√",
	} {
		texts[name] = strings.Repeat(unit, MaxPaste/len(unit))
	}
	return texts
}
