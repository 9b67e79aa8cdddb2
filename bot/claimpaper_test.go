package bot_test

import (
	"strings"
	"testing"

	"anyuebot/bot"
)

// TestClaimedForm: who says that it went to the office long since speaks of the form
// that they name, or else of what they were last reminded of.
func TestClaimedForm(t *testing.T) {
	first := []bot.Slot{{Rung: "附件1首次", Broadcast: "remind-1"}}
	items := append(first[:1:1], bot.Slot{Rung: "咨询日方案", Broadcast: "remind-2"}, bot.Slot{Rung: "咨询日数字", Broadcast: "remind-3"})
	list := append(first[:1:1], bot.Slot{Rung: "附件1清单", Broadcast: "remind-2"})
	for _, c := range []struct {
		what string
		done []bot.Slot
		says string
		want string
	}{
		{"reminded of nothing yet", nil, "已经报了", "附件2"},
		{"after the first reminder", first, "已经报了", "附件1"},
		{"on paper", first, "纸质交了", "附件1"},
		{"the list of the office is none", list, "已经报了", "附件1"},
		{"the last reminder counts", items, "已经报了", "附件2"},
		{"the form is named", items, "附件1早就报了", "附件1"},
		{"and so is another", first, "总结已经交过了", "总结"},
	} {
		w := newWorld(t, loadNotice(t), officeRoster)
		w.keep("reminding", bot.Reminding{Done: c.done})
		got := w.say("lisi", c.says)
		if !strings.Contains(got, "核对期间不再提醒您报"+c.want+"。") || !strings.Contains(got, "联络员说"+c.want+"已报过") || strings.Contains(got, " ”") {
			t.Errorf("%s, %s:\n%s\nwant %s", c.what, c.says, got, c.want)
		}
		if got := w.say("office", "谁没报 "+c.want); !strings.Contains(got, "山河镇（称已报纸质，待核对）") {
			t.Errorf("%s: the office sees\n%s", c.what, got)
		}
		w.say("office", "记 山河镇 已电话")
		if got := w.say("office", "谁没报 "+c.want); strings.Contains(got, "待核对") {
			t.Errorf("%s: after the call the office sees\n%s", c.what, got)
		}
	}
}
