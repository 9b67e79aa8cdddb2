package bot_test

import (
	"strings"
	"testing"
	"time"

	"anyuebot/bot"
)

// A month's cases have periods of their own, and are spoken of and due with the
// month.
func TestPeriodsOfCases(t *testing.T) {
	n := loadNotice(t)
	form, zone := n.Form(n.Cases), time.FixedZone("CST", 8*3600)
	for at, want := range map[string]string{"2021-05-30": "2021-06", "2021-06-01": "2021-06", "2021-09-30": "2021-09", "2022-01-05": "2021-12"} {
		day, err := time.ParseInLocation(time.DateOnly, at, zone)
		if err != nil {
			t.Fatal(err)
		}
		if got := form.PeriodAt(day); got != want {
			t.Errorf("on %s cases are reported for %s, want %s", at, got, want)
		}
	}
	first := bot.ReportKey{Unit: "山河镇", Form: form.ID, Period: "2021-06"}
	for number, want := range map[int]string{1: "2021年6月", 2: "2021年6月第2起", 12: "2021年6月第12起"} {
		key := first.Nth(number)
		if got := form.Spans(key.Period); got != want {
			t.Errorf("%s is %s, want %s", key.Period, got, want)
		}
		if got := form.Month(key.Period); got != "2021-06" {
			t.Errorf("%s is of %s", key.Period, got)
		}
		if due := n.Due(key, nil, zone); !due.Equal(time.Date(2021, 7, 1, 0, 0, 0, -1, zone)) {
			t.Errorf("%s is due %v", key.Period, due)
		}
	}
	if got := n.Form(n.Main).Month("2021"); got != "2021" {
		t.Errorf("the period of the main form is of %s", got)
	}
}

func TestCaseState(t *testing.T) {
	n := loadNotice(t)
	first := bot.ReportKey{Unit: "山河镇", Form: n.Cases, Period: "2021-06"}
	other := bot.ReportKey{Unit: "三嘉乡", Form: n.Cases, Period: "2021-06"}
	draft := []bot.Entry{{Item: 1, Value: bot.Words("甲")}}
	reports := []bot.Report{
		{Key: first, Counted: 1, Draft: draft}, {Key: first.Nth(2), Draft: draft}, {Key: first.Nth(3), Counted: 2, Draft: draft},
		{Key: other, Counted: 1}, {Key: bot.ReportKey{Unit: "山河镇", Form: n.Main, Period: "2021"}, Counted: 1},
	}
	if got, want := n.CaseState("山河镇", "2021-06", reports, nil), (bot.CaseState{Counted: 2, Drafts: 1}); got != want || !got.Answered() {
		t.Errorf("got %+v, want %+v", got, want)
	}
	dockets := []bot.Docket{
		{Key: bot.ReportKey{Unit: "山河镇", Form: n.Cases, Period: "2021-07"}, Nothing: &bot.Word{}},
		{Key: bot.ReportKey{Unit: "三嘉乡", Form: n.Cases, Period: n.Year}, Later: &bot.Word{}},
	}
	for _, tt := range []struct {
		unit, month string
		want        bot.CaseState
	}{
		{"山河镇", "2021-07", bot.CaseState{Nothing: true}},
		{"山河镇", "2021-08", bot.CaseState{}},
		{"三嘉乡", "2021-08", bot.CaseState{Later: true}},
	} {
		if got := n.CaseState(tt.unit, tt.month, reports, dockets); got != tt.want {
			t.Errorf("%s in %s: %+v, want %+v", tt.unit, tt.month, got, tt.want)
		}
	}
}

// What was proposed from the cases is not taken once these have changed.
func TestKnownIsTakenAsItStands(t *testing.T) {
	w := newWorld(t, loadNotice(t), "单位,类别,联络员userid\n山河镇,乡镇,lisi")
	w.now = time.Date(2021, 6, 22, 9, 0, 0, 0, w.now.Location())
	deputy := w.person("wang")
	deputy.Units = []string{"山河镇"}
	w.people["wang"] = deputy
	report := func(userid, title string) {
		w.say(userid, "案例 标题："+title+" 正文：检查发现占道，已整改。 曝光1 转发0")
		if reply := w.say(userid, "完成"); !strings.Contains(reply, "已提交") {
			t.Fatal(reply)
		}
	}
	report("lisi", "甲公司占道")
	w.say("lisi", "填报")
	if reply := w.say("lisi", "改17"); !strings.Contains(reply, "据6月案例月报1起：1 个") {
		t.Fatal(reply)
	}
	w.say("wang", "案例")
	w.say("wang", "再报一起")
	report("wang", "乙公司占道")
	reply := w.say("lisi", "对")
	if len(w.draft("山河镇")) != 0 || !strings.Contains(reply, "据6月案例月报2起：2 个") {
		t.Errorf("draft %v\n%s", w.draft("山河镇"), reply)
	}
	w.say("lisi", "对")
	if got := w.draft("山河镇")[17]; got != bot.Count(2) {
		t.Errorf("item 17 is %v", got)
	}
}
