package bot_test

import (
	"strings"
	"testing"

	"anyuebot/bot"
)

// TestAnswersReminder: a reminder of single items can be answered without their
// numbers. What is read is put to the person; what is about other items is not taken.
func TestAnswersReminder(t *testing.T) {
	items := []bot.Slot{{Rung: "附件1首次", Broadcast: "remind-1"}, {Rung: "咨询日数字", Broadcast: "remind-2"}}
	later := append(items[:2:2], bot.Slot{Rung: "附件2首次", Broadcast: "remind-3"})
	none, some := "0 场、第29项参与 0 人次，对吗？", "1 场、第29项参与 200 人次，对吗？"
	for _, c := range []struct {
		says string
		done []bot.Slot
		want string // "" if it is not taken so
	}{
		{"没有", items, none},
		{"0", items, none},
		{"没开展", items, none},
		{"都没有", items, none},
		{"没搞", items, none},
		{"0场", items, none},
		{"1场200人", items, some},
		{"1场，200人次", items, some},
		{"1场", items, "1 场，对吗？"},
		{"没有", later, ""},
		{"没有", nil, ""},
		{"演练1场60人", items, ""},
		{"学习2次", items, ""},
		{"明天报", items, ""},
		{"知道了", items, ""},
		{"没空", items, ""},
	} {
		w := newWorld(t, loadNotice(t), officeRoster)
		w.keep("reminding", bot.Reminding{Done: c.done})
		got := w.say("lisi", c.says)
		if c.want == "" && strings.Contains(got, "第28项") || c.want != "" && !strings.Contains(got, c.want) {
			t.Errorf("%s:\n%s\nwant %q", c.says, got, c.want)
		}
		if c.want == "" {
			continue
		}
		if got := w.say("lisi", "对"); !strings.Contains(got, "✓ 28 咨询活动") {
			t.Errorf("%s, agreed:\n%s", c.says, got)
		}
	}
}

// TestAnswersReminder_units: who speaks for several units is asked which first.
func TestAnswersReminder_units(t *testing.T) {
	w := newWorld(t, loadNotice(t), "单位,类别,联络员userid\n山河镇,乡镇,lisi\n县教育局,部门,lisi")
	w.keep("reminding", bot.Reminding{Done: []bot.Slot{{Rung: "咨询日数字", Broadcast: "remind-1"}}})
	for _, turn := range [][2]string{
		{"没有", "这次填哪一个"},
		{"2", "0 场、第29项参与 0 人次，对吗？"},
		{"对", "✓ 28 咨询活动 0 场"},
	} {
		if got := w.say("lisi", turn[0]); !strings.Contains(got, turn[1]) {
			t.Errorf("%s:\n%s\nwant %s", turn[0], got, turn[1])
		}
	}
}
