package bot_test

import (
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"anyuebot/bot"
)

// Whatever liaisons write in whatever order: every message gets an answer, a
// month's cases have no gap, 本月无 never stands beside a case that is in, and
// nothing is stored that the reply does not name.
func TestMonthlyInAnyOrder(t *testing.T) {
	n := loadNotice(t)
	messages := []string{
		"案例", "案例 6月", "案例 上月", "案例 12月", "6月无案例", "本月无", "后续有再报", "年终", "一致", "都与7月一致", "完成", "提交", "撤回",
		"预览", "进度", "对", "不对", "确认", "1", "2", "3次", "0", "无", "再报一起", "修改", "继续", "退出", "填报", "填报 案例", "填报 年终",
		"改3 2", "改1 甲公司堵塞通道", "改17", "改19", "改17 4", "其余无", "撤销", "上一项", "跳过", "收到", "6月", "7月", "本月", "7月案例",
		"标题：甲公司占道 正文：检查发现占道，已整改。 曝光1 转发3", "甲公司占道\n检查发现占道，已整改。", "6月12日复查，已整改到位。", "补充：已移交。",
		"案例 标题：乙公司无证 正文：已查处。", "1-18：1 30 是 1 30 1 30 1 1 1 1 1 30 1 30 5 1 1", "20-47：1 30 1 30 1 1 1 1 1 30 1 1 30 1 1 1 1 1 1 1 30 1 30 1 1 1 1 是", "在开会",
		"案例 西坡镇", "本月无 周家镇", "西坡镇", "周家镇",
	}
	// What is sent at one go now and then, so that reports get as far as being in.
	gos := [][]string{
		{"案例 6月", "标题：甲公司占道 正文：检查发现占道，已整改。 曝光1 转发3", "完成", "确认"},
		{"案例", "再报一起", "标题：丙公司违建 正文：已拆除并处罚款。 曝光0 转发0", "完成"},
		{"填报 附件2", "16-18：5 1 3", "20-27：2 60 1 30 1 1 1 1", "其余无", "确认", "否", "1. 甲公司占道，已整改", "否", "提交", "提交"},
		{"年终", "一致", "提交"},
		{"填报", "改17", "对", "改18", "对", "改19", "对"},
	}
	month := func(period string) string { return period[:len("2021-06")] }
	for seed := range uint64(150) {
		rng := rand.New(rand.NewPCG(seed, 6))
		w := newWorld(t, n, "单位,类别,联络员userid\n山河镇,乡镇,lisi\n周家镇,乡镇,zhou\n西坡镇,乡镇,zhou")
		w.now = time.Date(2021, 6, 22, 9, 0, 0, 0, w.now.Location())
		var told, going []string
		goer := ""
		for range 40 {
			if rng.IntN(12) == 0 {
				w.now = w.now.AddDate(0, 0, rng.IntN(40))
			}
			userid, text := []string{"lisi", "lisi", "zhou"}[rng.IntN(3)], messages[rng.IntN(len(messages))]
			if len(going) == 0 && rng.IntN(5) == 0 {
				going, goer = gos[rng.IntN(len(gos))], userid
			}
			if len(going) > 0 && rng.IntN(8) > 0 {
				userid, text, going = goer, going[0], going[1:]
			}
			m := bot.Message{Media: bot.MediaText, Text: text}
			switch cards := w.cards[userid]; {
			case len(going) > 0:
			case rng.IntN(6) == 0 && len(cards) > 0:
				card := cards[len(cards)-1]
				if len(card.Buttons) > 0 {
					m = bot.Message{Media: bot.MediaPress, Press: bot.Press{Task: card.Task}, Text: card.Buttons[rng.IntN(len(card.Buttons))].Say}
				}
			case rng.IntN(10) == 0:
				m.Media = bot.MediaVoice
			case rng.IntN(15) == 0:
				m.Group = "g1"
			}
			lines := len(w.log)
			reply := w.turn(userid, m)
			told = append(told, userid+" "+string(m.Media)+" "+m.Text+"\n    "+strings.ReplaceAll(reply, "\n", "\n    "))
			if strings.TrimSpace(reply) == "" {
				t.Fatalf("seed %d: no answer\n%s", seed, strings.Join(told, "\n"))
			}
			for _, e := range w.log[lines:] {
				for _, c := range e.Items {
					if e.What == "answer" && c.New.Kind == bot.Number && !strings.Contains(reply, c.New.String()) {
						t.Fatalf("seed %d: item %d became %s unsaid\n%s", seed, c.Item, c.New, strings.Join(told, "\n"))
					}
				}
			}
			have := map[bot.ReportKey]int{} // by month: how many there are
			last := map[bot.ReportKey]int{}
			counted := map[bot.ReportKey]bool{}
			for _, r := range everyRecord[bot.Report](w, "report "+n.Cases+" ") {
				first := bot.ReportKey{Unit: r.Key.Unit, Form: r.Key.Form, Period: month(r.Key.Period)}
				have[first]++
				counted[first] = counted[first] || r.Counted > 0
				for i := 1; i <= 40; i++ {
					if first.Nth(i) == r.Key {
						last[first] = max(last[first], i)
					}
				}
			}
			for first := range have {
				if have[first] != last[first] {
					t.Fatalf("seed %d: %d cases in %v, the last is number %d\n%s", seed, have[first], first, last[first], strings.Join(told, "\n"))
				}
			}
			for _, d := range everyRecord[bot.Docket](w, "docket ") {
				if d.Nothing != nil && counted[d.Key] {
					t.Fatalf("seed %d: %v says that there is nothing beside a case that is in\n%s", seed, d.Key, strings.Join(told, "\n"))
				}
			}
		}
	}
}
