package bot_test

import (
	"strings"
	"testing"
	"time"

	"anyuebot/bot"
)

// TestSaysNoCase: 本月无 is said in many ways; where a figure is asked for, none of
// them is taken for it.
func TestSaysNoCase(t *testing.T) {
	asked := []bot.Slot{{Rung: "案例", Broadcast: "remind-1"}}
	for says, want := range map[string]string{
		"没有案例":   "✓ 已记：山河镇6月没有典型案例",
		"本月没有":   "✓ 已记：山河镇6月没有典型案例",
		"这个月也没有": "✓ 已记：山河镇6月没有典型案例",
		"案例没有":   "✓ 已记：山河镇6月没有典型案例",
		"本月暂无案例": "✓ 已记：山河镇6月没有典型案例",
		"没有典型案例": "✓ 已记：山河镇6月没有典型案例",
		"以后有了再报": "✓ 已记：山河镇后续有案例再报",
		"没有":     "没有典型案例的，请回“本月无”。",
		"没有人":    "这句没有作为答案记录",
		"没有案例吗":  "这句没有作为答案记录",
	} {
		w := newWorld(t, loadNotice(t), officeRoster)
		w.keep("reminding", bot.Reminding{Done: asked})
		if got := w.say("lisi", says); !strings.Contains(got, want) {
			t.Errorf("%s:\n%s\nwant %s", says, got, want)
		}
	}
	for _, says := range []string{"没有案例", "本月没有", "本月也没有"} {
		w := newWorld(t, loadNotice(t), officeRoster)
		w.now = time.Date(2021, 6, 29, 9, 0, 0, 0, w.now.Location())
		w.say("lisi", "填报")
		if got := w.say("lisi", says); strings.Contains(got, "没有典型案例") {
			t.Errorf("%s, while item 1 is asked:\n%s", says, got)
		}
	}
}
