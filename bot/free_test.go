package bot_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"anyuebot/bot"
)

// The table testdata/free.txt is the law for free sentences: 句子 | 在问 | 结果.
// 在问 is the item whose question stands open, 0 for none, with + where the
// draft already holds freeDraft; 结果 is what freeOutcome writes.
func TestFreeSentences(t *testing.T) {
	n := loadNotice(t)
	data, err := os.ReadFile("testdata/free.txt")
	if err != nil {
		t.Fatal(err)
	}
	rows, stored, wrong := 0, 0, 0
	for i, line := range strings.Split(string(data), "\n") {
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		c := strings.Split(line, " | ")
		if len(c) != 3 {
			t.Fatalf("free.txt:%d: want three columns", i+1)
		}
		text, state, want := strings.TrimSpace(c[0]), strings.TrimSpace(c[1]), strings.TrimSpace(c[2])
		got, reply := freeOutcome(t, n, text, state)
		rows++
		if strings.HasPrefix(want, "记") {
			stored++
		}
		if got == want {
			continue
		}
		mark := ""
		if strings.HasPrefix(got, "记") && !strings.HasPrefix(want, got) {
			wrong++
			mark = "  ← silently wrong"
		}
		t.Errorf("free.txt:%d: %s | %s\n got %s\nwant %s%s\n%s", i+1, text, state, got, want, mark, reply)
	}
	t.Logf("%d sentences, %d of them stored at once; silently wrong: %d", rows, stored, wrong)
	if rows < 150 {
		t.Errorf("only %d sentences", rows)
	}
}

// freeDraft is what a unit has told by the middle of June.
var freeDraft = []string{"1-2：2 24", "28-29：2 300", "39-40：2 150", "改24 0"}

// freeOutcome says one sentence and writes what came of it: 记 what was stored,
// 提 what was put to the person, 或 a second reading, 选 the items to choose from,
// 缺 items whose figure is wanted, 余 that 其余无 comes next, 问 the item asked
// with the reason's quote, 不懂 if the question was only repeated, 命令 for others.
func freeOutcome(t *testing.T, n *bot.Notice, text, state string) (outcome, reply string) {
	t.Helper()
	w := newWorld(t, n, "单位,类别,联络员userid\n山河镇,乡镇,lisi\n")
	number, filled := strings.CutSuffix(state, "+")
	item, err := strconv.Atoi(number)
	if err != nil {
		t.Fatalf("%s: %v", state, err)
	}
	w.say("lisi", "填报")
	if filled {
		for _, said := range freeDraft {
			w.say("lisi", said)
		}
	}
	if item == 0 {
		w.say("lisi", "退出")
	} else {
		w.say("lisi", fmt.Sprintf("改%d", item))
	}
	before, was := w.draft("山河镇"), w.session("lisi").Asking
	reply = w.say("lisi", text)
	after, s := w.draft("山河镇"), w.session("lisi")

	var parts []string
	values := func(mark string, items []int, value func(int) bot.Value) {
		slices.Sort(items)
		var list []string
		for _, item := range items {
			list = append(list, fmt.Sprintf("%d=%s", item, value(item)))
		}
		if len(list) > 0 {
			parts = append(parts, mark+" "+strings.Join(list, " "))
		}
	}
	var changed []int
	for i := 1; i <= len(n.Form(n.Main).Fields); i++ {
		if before[i] != after[i] {
			changed = append(changed, i)
		}
	}
	values("记", changed, func(i int) bot.Value { return after[i] })
	proposed := func(mark string, list []bot.Proposed) {
		var items []int
		by := map[int]bot.Value{}
		for _, a := range list {
			items, by[a.Item] = append(items, a.Item), a.Value
		}
		values(mark, items, func(i int) bot.Value { return by[i] })
	}
	if p := s.Proposal; p != nil {
		proposed("提", p.Answers)
		proposed("或", p.Instead)
		if p.Kind == bot.ProposeItem {
			parts = append(parts, "选 "+strings.Trim(fmt.Sprint(p.Items), "[]")+" "+p.Text)
		}
		if p.Kind == bot.ProposeZeros {
			parts = append(parts, "零")
		}
		for _, wanting := range p.Wanting {
			parts = append(parts, fmt.Sprintf("缺 %d “%s”", wanting.Item, wanting.Quote))
		}
		if p.Zeros {
			parts = append(parts, "余")
		}
	}
	for line := range strings.Lines(reply) {
		if strings.Contains(line, "没有读出") {
			parts = append(parts, "未读")
		}
		if strings.Contains(line, "不计") && strings.Contains(line, "“") && !strings.Contains(line, "/47") {
			parts = append(parts, "不计")
		}
	}
	if len(changed) == 0 && s.Proposal == nil {
		switch {
		case strings.Contains(reply, "数没有读准"), strings.Contains(reply, "没看出是哪一项"):
			parts = append(parts, "懂一半")
		case strings.Contains(reply, "没有作为答案记录"), strings.Contains(reply, "不像本项的答案"):
			parts = append(parts, "不懂")
		case s.Asking != 0 && s.Asking != was:
			parts = append(parts, "问 "+strconv.Itoa(s.Asking))
		case s.Asking != 0:
			parts = append(parts, "再问")
		default:
			parts = append(parts, "不懂")
		}
	}
	return strings.Join(parts, " ; "), reply
}
