package bot

import (
	"strings"
	"testing"
	"time"
)

// TestPauseOrders: what the office says about reminders, in whatever order: which
// command, which units (all if none), till when, and why. A ? is asked about.
func TestPauseOrders(t *testing.T) {
	n := &Notice{
		Kinds: []string{"乡镇", "部门"},
		Verbs: map[Verb][]string{VerbPause: {"暂停提醒", "停发提醒"}, VerbMute: {"关闭提醒"}, VerbUnpause: {"恢复提醒"}},
	}
	now := time.Date(2021, 6, 14, 10, 0, 0, 0, time.FixedZone("CST", 8*3600)) // a Monday
	roster := Roster{Units: []Unit{
		{Name: "山河镇", Kind: "乡镇", Pinyin: []string{"shz", "shanhezhen"}}, {Name: "三嘉乡", Kind: "乡镇"},
		{Name: "县气象局", Kind: "部门"}, {Name: "县防汛抗旱指挥部", Kind: "部门", Short: "防指"},
	}}
	for _, c := range []struct{ says, want string }{
		{"暂停提醒 至6月20日 暴雨", "暂停 全部 06-20T23:59 暴雨"},
		{"暂停提醒到6月20日 暴雨", "暂停 全部 06-20T23:59 暴雨"},
		{"暂停提醒至6月20日暴雨", "暂停 全部 06-20T23:59 暴雨"},
		{"暂停提醒 暴雨 至6月20日", "暂停 全部 06-20T23:59 暴雨"},
		{"暂停提醒 6月20日 暴雨", "暂停 全部 06-20T23:59 暴雨"},
		{"暂停提醒 6.20 暴雨", "暂停 全部 06-20T23:59 暴雨"},
		{"暂停提醒 6月20日前 防汛", "暂停 全部 06-20T23:59 防汛"},
		{"暂停提醒，至6月20日，防汛", "暂停 全部 06-20T23:59 防汛"},
		{"暂停提醒 至6月20日12时 防汛", "暂停 全部 06-20T12:00 防汛"},
		{"暂停提醒 至下周五 防汛", "暂停 全部 06-25T23:59 防汛"},
		{"暂停提醒 到月底 防汛", "暂停 全部 06-30T23:59 防汛"},
		{"暂停提醒 全部 至6月20日 县气象局发布预警", "暂停 全部 06-20T23:59 县气象局发布预警"},
		{"暂停提醒 至6月20日 6月14日起暴雨", "暂停 全部 06-20T23:59 6月14日起暴雨"},
		{"暂停提醒 6月14日起暴雨，至6月20日", "暂停 全部 06-20T23:59 6月14日起暴雨"},
		{"暂停提醒 防汛", "暂停 全部 ? 防汛"},
		{"山河镇、三嘉乡暂停提醒至6月18日 防汛", "暂停 山河镇、三嘉乡 06-18T23:59 防汛"},
		{"暂停提醒 山河镇、三嘉乡 至6月18日 防汛", "暂停 山河镇、三嘉乡 06-18T23:59 防汛"},
		{"暂停提醒 山河镇 三嘉乡 至6月18日 防汛", "暂停 山河镇、三嘉乡 06-18T23:59 防汛"},
		{"暂停提醒 山河镇和三嘉乡 至6月18日 防汛", "暂停 山河镇、三嘉乡 06-18T23:59 防汛"},
		{"暂停提醒山河镇至6月18日防汛", "暂停 山河镇 06-18T23:59 防汛"},
		{"暂停提醒 山河镇：抢险救灾 至6月18日", "暂停 山河镇 06-18T23:59 抢险救灾"},
		{"暂停提醒 shz 至6月18日 防汛", "暂停 山河镇 06-18T23:59 防汛"},
		{"暂停提醒 乡镇 至6月18日 防汛", "暂停 山河镇、三嘉乡 06-18T23:59 防汛"},
		{"暂停提醒　山河镇　至６月１８日　防汛", "暂停 山河镇 06-18T23:59 防汛"},
		{"山河镇的提醒先停一下，到6月18日，防汛", "暂停 山河镇 06-18T23:59 防汛"},
		{"山河镇不用再催了，已报纸质", "暂停 山河镇 不限 已报纸质"},
		{"6月20日前不要催了", "暂停 全部 06-20T23:59 无"},
		{"6月20日前先不要提醒了 防汛", "暂停 全部 06-20T23:59 防汛"},
		{"停止提醒 全部 暴雨", "暂停 全部 不限 暴雨"},
		{"关闭提醒 山河镇 只报纸质", "关闭 山河镇 不限 只报纸质"},
		{"山河镇关闭提醒 只报纸质", "关闭 山河镇 不限 只报纸质"},
		{"恢复提醒", "恢复 全部 不限 无"},
		{"山河镇、三嘉乡恢复提醒", "恢复 山河镇、三嘉乡 不限 无"},
		{"山河镇的提醒可以恢复了", "恢复 山河镇 不限 无"},

		{"6月20日前不要催山河镇了，受灾", "暂停 山河镇 06-20T23:59 受灾"},
		{"今天先别催了 停电", "暂停 全部 06-14T23:59 停电"},
		{"暂停山河镇、三嘉乡的提醒 至6月18日 防汛", "暂停 山河镇、三嘉乡 06-18T23:59 防汛"},
		{"把山河镇的提醒停了，到6月18日，防汛", "暂停 山河镇 06-18T23:59 防汛"},
		{"关闭对山河镇的提醒 只报纸质", "关闭 山河镇 不限 只报纸质"},
		{"恢复山河镇的提醒", "恢复 山河镇 不限 无"},

		{"本周不要催了 全县大会", "暂停 全部 ? 本周 全县大会"},
		{"这几天别催了，下大雨", "暂停 全部 ? 这几天 下大雨"},
		{"暂停提醒 至6月31日 暴雨", "暂停 全部 ? 至6月31日 暴雨"},
		{"暂停提醒 6月15日暴雨受灾", "暂停 全部 ? 6月15日暴雨受灾"},
		{"暂停提醒三天 暴雨", "暂停 全部 ? 三天 暴雨"},
		{"暂停提醒 山河镇防汛 至6月18日", "暂停 ?山河镇防汛 06-18T23:59 山河镇防汛"},
		{"暂停提醒 三家乡 至6月18日 防汛", "暂停 ?三家乡 06-18T23:59 三家乡 防汛"},
		{"暂停提醒 山河镇、三家乡 至6月18日 防汛", "暂停 ?三家乡 06-18T23:59 三家乡 防汛"},
		{"汇总", ""},
		{"通过 山河镇", ""},
		{"提醒 山河镇", ""},
	} {
		verb, rest, ok := n.pauseBehind(tidy(fold(c.says)))
		var parts []string
		if ok {
			tn := &turn{n: n, v: View{Roster: roster}, now: now}
			end, words := readPauseEnd(rest, now)
			p := tn.pausedUnits(words)
			parts = append(parts, map[Verb]string{VerbPause: "暂停", VerbMute: "关闭", VerbUnpause: "恢复"}[verb])
			var units []string
			for _, u := range p.units {
				units = append(units, u.Name)
			}
			switch strange := p.strange + p.glued; {
			case strange != "":
				parts = append(parts, "?"+strange)
			case len(units) == 0:
				parts = append(parts, "全部")
			default:
				parts = append(parts, strings.Join(units, "、"))
			}
			switch {
			case end.odd, !end.dated && len(units) == 0 && len(p.near) > 0:
				parts = append(parts, "?")
			case !end.dated:
				parts = append(parts, "不限")
			default:
				parts = append(parts, end.until.Format("01-02T15:04"))
			}
			reason := strings.Trim(p.rest, " ，,。：:")
			if reason == "" {
				reason = "无"
			}
			parts = append(parts, reason)
		}
		if got := strings.Join(parts, " "); got != c.want {
			t.Errorf("%s\n  %s\nwant\n  %s", c.says, got, c.want)
		}
	}
}

// TestLightAnswers: what is only taking note, and what is more.
func TestLightAnswers(t *testing.T) {
	for text, want := range map[string]string{
		"好的": "轻", "好": "轻", "嗯嗯": "轻", "OK": "轻", "行。": "轻",
		"确认": "", "对": "", "是的": "", "属实": "", "好的3次": "",
		"马上填": "就办", "明天报": "就办", "我这就去填": "就办", "我们尽快报送": "就办", "下午": "就办",
		"明天报3次": "", "马上": "就办", "填报": "", "明天开会": "",
	} {
		got := ""
		switch {
		case agreesLightly(text):
			got = "轻"
		case willDo(text):
			got = "就办"
		}
		if got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}
