package bot_test

import (
	"strings"
	"testing"
	"time"

	"anyuebot/bot"
)

const officeRoster = "单位,类别,联络员userid\n山河镇,乡镇,lisi\n三嘉乡,乡镇,wang\n县妇联,部门,"

// sentReminder is what became of the first reminder of the main form.
func sentReminder(at time.Time) bot.Sent {
	return bot.Sent{
		Broadcast: bot.Broadcast{
			ID: "remind-20210623T0900-liaison", Kind: bot.BroadcastRemind, To: bot.ToLiaisons, At: at, Done: true,
			Slots: []bot.Slot{{Rung: "附件2首次", Due: at}},
		},
		Counts: map[bot.DeliveryState]int{bot.DeliveryAccepted: 52, bot.DeliveryRefused: 3, bot.DeliveryDeferred: 1},
		Codes:  map[int64]int{81013: 3},
		Spared: map[bot.Spare]int{bot.SpareFinished: 20, bot.SparePaper: 3},
	}
}

// TestReminderOutcomes: what the office is told of a reminder, by what became of it.
func TestReminderOutcomes(t *testing.T) {
	n := loadNotice(t)
	for _, c := range []struct {
		what   string
		change func(*bot.Sent)
		want   string
	}{
		{"as it mostly goes", func(*bot.Sent) {}, "已送达52，拒绝3（错误码81013），暂缓1，未发23（已报送20、已收纸质3）"},
		{"two codes", func(s *bot.Sent) { s.Codes = map[int64]int{81013: 2, 60020: 1} }, "已送达52，拒绝3（错误码60020×1、81013×2），"},
		{"refused without a code", func(s *bot.Sent) { s.Codes = map[int64]int{0: 3} }, "拒绝3，暂缓1"},
		{"all kinds of waiting", func(s *bot.Sent) { s.Counts[bot.DeliveryHeld] = 4; s.Counts[bot.DeliveryPending] = 2 }, "暂缓7"},
		{"given up", func(s *bot.Sent) { s.Counts[bot.DeliveryGaveUp] = 2 }, "没能确认送达2"},
		{"done meanwhile", func(s *bot.Sent) { s.Counts[bot.DeliveryDropped] = 2 }, "临发前已不需要2"},
		{"nobody to write to", func(s *bot.Sent) { s.Unreached = []string{"县妇联"} }, "未发24（已报送20、已收纸质3、没有联络员1）"},
		{"paused", func(s *bot.Sent) {
			*s = bot.Sent{Broadcast: s.Broadcast, Spared: map[bot.Spare]int{bot.SparePaused: 75}}
		}, "　未发75（提醒已暂停75）"},
		{"still under way", func(s *bot.Sent) { s.Broadcast.Done = false }, "还在陆续发"},
		{"to no group", func(s *bot.Sent) {
			b := s.Broadcast
			b.To = bot.ToGroups
			*s = bot.Sent{Broadcast: b}
		}, "没有发到群里（没有配对的群，或当时已报齐、已暂停）"},
		{"to nobody at all", func(s *bot.Sent) { *s = bot.Sent{Broadcast: s.Broadcast} }, "没有要发的"},
	} {
		w := newWorld(t, n, officeRoster)
		sent := sentReminder(time.Date(2021, 6, 23, 9, 0, 0, 0, w.now.Location()))
		c.change(&sent)
		w.recent = []bot.Sent{sent}
		for _, command := range []string{"提醒计划", "进度"} {
			if got := w.say("office", command); !strings.Contains(got, "6月23日（星期三）9时 ") || !strings.Contains(got, "：附件2、总结　") || !strings.Contains(got, c.want) {
				t.Errorf("%s, %s:\n%s\nwant %s", c.what, command, got, c.want)
			}
		}
	}
}

// TestReminderInLog: a line of the log tells of a reminder who did it, which steps,
// and what became of it.
func TestReminderInLog(t *testing.T) {
	w := newWorld(t, loadNotice(t), officeRoster)
	at := time.Date(2021, 6, 23, 9, 0, 0, 0, w.now.Location())
	w.recent = []bot.Sent{sentReminder(at)}
	w.log = []bot.LogEntry{{At: at, What: "remind", Text: "附件2首次", Broadcast: w.recent[0].Broadcast.ID}}
	want := "6月23日9时00分 系统：提醒（附件2首次）：已送达52，拒绝3（错误码81013），暂缓1，未发23（已报送20、已收纸质3）"
	if got := w.say("office", "日志"); !strings.Contains(got, want) {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// TestPlanOfLadderChanged: a reminder of a step that the ladder has no more is told
// by the step's name.
func TestPlanOfLadderChanged(t *testing.T) {
	w := newWorld(t, loadNotice(t), officeRoster)
	sent := sentReminder(w.now)
	sent.Broadcast.Slots[0].Rung = "旧的一步"
	w.recent = []bot.Sent{sent}
	if got := w.say("office", "提醒计划"); !strings.Contains(got, "联络员：旧的一步　已送达52") {
		t.Error(got)
	}
}

// TestPauseHeldToCommit: what was sent meanwhile stays marked when the office pauses
// and resumes.
func TestPauseHeldToCommit(t *testing.T) {
	w := newWorld(t, loadNotice(t), officeRoster)
	done := []bot.Slot{{Rung: "附件2首次", Due: w.now, Broadcast: "remind-1", At: w.now}}
	w.keep("reminding", bot.Reminding{Done: done})
	w.say("office", "暂停提醒 至6月30日 防汛")
	w.say("office", "确认")
	var r bot.Reminding
	if w.find("reminding", &r); r.Pause == nil || len(r.Done) != 1 || r.Pause.Reason != "防汛" || r.Pause.By != "p-office" {
		t.Errorf("%+v", r)
	}
	w.say("office", "恢复提醒")
	r = bot.Reminding{}
	if w.find("reminding", &r); r.Pause != nil || len(r.Done) != 1 {
		t.Errorf("%+v", r)
	}
}

// TestNudgeBudgetAtExpansion: what the office confirmed is held to the week's cap
// and to pauses once more when it goes out, and to the cap not again before each
// attempt.
func TestNudgeBudgetAtExpansion(t *testing.T) {
	n := loadNotice(t)
	now := time.Date(2021, 6, 28, 9, 0, 0, 0, time.FixedZone("CST", 8*3600))
	paused := &bot.Pause{Until: now.AddDate(0, 0, 1)}
	for _, c := range []struct {
		what  string
		units []string // named by the office
		week  map[string]int
		pause *bot.Pause
		want  string
	}{
		{"nothing against it", nil, map[string]int{"山河镇": 2}, nil, "山河镇"},
		{"reminded three times this week", nil, map[string]int{"山河镇": 3}, nil, ""},
		{"named and reminded three times", []string{"山河镇"}, map[string]int{"山河镇": 3}, nil, ""},
		{"before an attempt", nil, nil, nil, "山河镇"},
		{"paused", nil, nil, paused, ""},
		{"off", nil, nil, &bot.Pause{}, ""},
		{"paused till yesterday", nil, nil, &bot.Pause{Until: now.AddDate(0, 0, -1)}, "山河镇"},
		{"named and paused", []string{"山河镇"}, nil, paused, "山河镇"},
	} {
		to := bot.Recipient{
			Person: bot.Person{ID: "p", Units: []string{"山河镇"}}, Units: []bot.Unit{{Name: "山河镇", Pause: c.pause}},
			Status: []bot.Status{{Unit: "山河镇", State: bot.NotStarted}}, Week: c.week,
		}
		b := bot.Broadcast{Kind: bot.BroadcastNudge, Form: n.Main, Units: c.units}
		send, _ := bot.Compose(n, b, to, now)
		if got := strings.Join(send.Units, "、"); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
}
