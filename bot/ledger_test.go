package bot_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"anyuebot/bot"
)

// TestMonthOfGrowingFigures has a unit send what it held, day by day through
// June, in whatever words and order, with slips taken back, submissions and
// other messages between. The draft is its ledger: at the end of every day each
// figure is the sum of what it agreed to.
func TestMonthOfGrowingFigures(t *testing.T) {
	n := loadNotice(t)
	form := n.Form(n.Main)
	type event struct {
		opener int // its people are the item behind
		name   string
	}
	events := []event{{28, "咨询活动"}, {39, "演练"}, {6, "讲座"}, {12, "红袖章"}, {1, "中心组学习"}}
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, n, "单位,类别,联络员userid\n永正镇,乡镇,yong\n")
		w.say("yong", "填报")
		submitted := rapid.Bool().Draw(t, "submitted first")
		if submitted {
			for _, text := range []string{"1-3：3 120 是", "其余无", "确认", "无", "否", "提交"} {
				w.say("yong", text)
			}
		}
		want := map[int]int64{}
		known := map[int]bool{}
		for item, v := range w.draft("永正镇") {
			if form.Field(item).Kind == bot.KindCount {
				want[item], known[item] = v.Number, true
			}
		}
		for day := 1; day <= 30; day += rapid.IntRange(1, 4).Draw(t, "days") {
			w.now = time.Date(2021, 6, day, 16, 0, 0, 0, w.now.Location())
			e := rapid.SampledFrom(events).Draw(t, "event")
			unit := form.Field(e.opener).Unit
			k, people := rapid.Int64Range(1, 3).Draw(t, "events"), rapid.Int64Range(10, 90).Draw(t, "people")
			add := rapid.SampledFrom([]string{"%[1]s又搞了%[2]d%[4]s%[3]d人", "%[5]d项又%[2]d%[4]s%[3]d人", "今天%[1]s新增%[2]d%[4]s，新增%[3]d人次", "%[1]s加%[2]d%[4]s %[3]d个人", "第%[5]d项再加%[2]d%[4]s，%[3]d人"}).Draw(t, "way")
			text := fmt.Sprintf(add, e.name, k, people, unit, e.opener)
			total := known[e.opener] && rapid.IntRange(0, 3).Draw(t, "total") == 0
			if total {
				text = fmt.Sprintf("%s累计%d%s%d人", e.name, want[e.opener]+k, unit, want[e.opener+1]+people)
			}
			before := w.draft("永正镇")
			reply := w.say("yong", text)
			if fmt.Sprint(w.draft("永正镇")) != fmt.Sprint(before) {
				t.Fatalf("%s was stored before 对:\n%s", text, reply)
			}
			if !strings.Contains(reply, "对吗") {
				t.Fatalf("%s was not put as one reading:\n%s", text, reply)
			}
			if rapid.IntRange(0, 4).Draw(t, "refuses") == 0 {
				w.say("yong", "不对")
				continue
			}
			reply = w.say("yong", "对")
			if rapid.IntRange(0, 4).Draw(t, "takes back") == 0 {
				w.say("yong", "撤销")
				if got := fmt.Sprint(w.draft("永正镇")); got != fmt.Sprint(before) {
					t.Fatalf("撤销 after %s left %s, want %v", text, got, before)
				}
				continue
			}
			want[e.opener] += k
			want[e.opener+1] += people
			known[e.opener], known[e.opener+1] = true, true
			draft := w.draft("永正镇")
			for item, sum := range want {
				if draft[item] != bot.Count(sum) {
					t.Fatalf("day %d, %s: item %d is %s, want %d\n%s", day, text, item, draft[item], sum, reply)
				}
			}
			if between := rapid.SampledFrom([]string{"", "", "进度", "收到", "退出", "提交", "确认", "预览"}).Draw(t, "between"); between != "" {
				w.say("yong", between)
			}
		}
	})
}

// TestBentSentences: whatever else is said of an item, a word that may take a
// figure back, makes it somebody else's, a plan or a guess keeps it from being
// put to the person as read, and nothing is stored in any case.
func TestBentSentences(t *testing.T) {
	n := loadNotice(t)
	names := []string{"演练", "咨询活动", "讲座", "宣传产品", "知识竞赛", "警示教育", "专题行", "中心组学习", "第39项", "28项"}
	verbs := []string{"", "搞了", "又搞了", "再加", "新增", "累计", "一共", "开展", "昨天又搞", "书记说少报了 加"}
	figures := []string{"7场", "7次", "7场77人", "77人", "7部", "7场，每场11人"}
	bends := []string{"没搞成", "，没搞成", "，不算", "吗", "？", "是县上搞的", "，还没定", "，不对", "，可能", "，暂不掌握", "，计划的", "，要是天好", "，负3", "不是7场", "，除去县上的", "，刚才报错了"}
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, n, "单位,类别,联络员userid\n永正镇,乡镇,yong\n")
		for _, text := range []string{"填报", "28-29：2 300", "39-40：2 150", "改1 3", "改44"} {
			w.say("yong", text)
		}
		name, verb := rapid.SampledFrom(names).Draw(t, "name"), rapid.SampledFrom(verbs).Draw(t, "verb")
		text := name + verb + rapid.SampledFrom(figures).Draw(t, "figure")
		bend := rapid.SampledFrom(append(bends, "")).Draw(t, "bend")
		before := fmt.Sprint(w.draft("永正镇"))
		reply := w.say("yong", text+bend)
		certain := strings.HasSuffix(name, "项") && bend == "" && slices.Contains([]string{"", "搞了", "开展", "一共"}, verb)
		if !certain && fmt.Sprint(w.draft("永正镇")) != before {
			t.Fatalf("%s stored something at once:\n%s", text+bend, reply)
		}
		if bend != "" && (strings.Contains(reply, "读作：") || strings.Contains(reply, "是新增，还是总数")) {
			t.Fatalf("%s was put as read:\n%s", text+bend, reply)
		}
	})
}
