package remind_test

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"anyuebot/bot"
	"anyuebot/bot/remind"
	"anyuebot/prompts"
)

var update = flag.Bool("update", false, "write the messages to testdata")

var zone = time.FixedZone("CST", 8*3600)

func at(month time.Month, day, hour int) time.Time {
	return time.Date(2021, month, day, hour, 0, 0, 0, zone)
}

// steps are those of the ladder that the messages here are about.
func steps() []bot.Rung {
	form := func(id string) bot.Owed { return bot.Owed{What: bot.OweForm, Form: id} }
	return []bot.Rung{
		{ID: "附件1首次", Owes: []bot.Owed{form("附件1")}},
		{ID: "咨询日方案", Owes: []bot.Owed{{What: bot.OweMaterial, Kind: "活动方案"}}, Say: "“安全宣传咨询日”活动方案，有的请发来备存。"},
		{ID: "咨询日数字", Owes: []bot.Owed{{What: bot.OweItems, Form: "附件2", Items: []int{28, 29}}}, Say: "6月16日“安全宣传咨询日”的数，请趁早先报。"},
		{ID: "附件2", Owes: []bot.Owed{form("附件2"), form("总结")}},
		{ID: "只报附件2", Owes: []bot.Owed{form("附件2")}},
		{ID: "盖章件", Owes: []bot.Owed{{What: bot.OweStamp, Form: "附件2"}}},
		{ID: "案例", Owes: []bot.Owed{form("案例")}},
		{ID: "年终", Owes: []bot.Owed{form("年终")}},
	}
}

func load(t *testing.T) *bot.Notice {
	t.Helper()
	n, err := prompts.Load("", bot.WordingKeys())
	if err != nil {
		t.Fatal(err)
	}
	n.Ladder.Rungs = steps()
	return n
}

// carries is a broadcast of some steps at one moment.
func carries(now time.Time, ids ...string) bot.Broadcast {
	b := bot.Broadcast{Kind: bot.BroadcastRemind, At: now}
	for _, id := range ids {
		b.Slots = append(b.Slots, bot.Slot{Rung: id, Due: now})
	}
	return b
}

// unit is a row that owes what the steps ask, as far as it stands there.
type unit struct {
	name, kind string
	stands     map[string]bot.Status // by form
	with       func(*remind.Row)
}

// rows are units with all that the broadcast asks of them and that is not in.
func rows(n *bot.Notice, b bot.Broadcast, units ...unit) []remind.Row {
	var list []remind.Row
	for _, u := range units {
		r := remind.Row{Facts: remind.Facts{Unit: bot.Unit{Name: u.name, Kind: u.kind, Liaison: "p-" + u.name}, Status: map[bot.FormPeriod]bot.Status{}}}
		for _, f := range n.Forms {
			s := u.stands[f.ID]
			s.Unit = u.name
			if s.State == "" {
				s.State = bot.NotStarted
			}
			r.Status[bot.FormPeriod{Form: f.ID, Period: f.PeriodAt(b.At)}] = s
		}
		for _, slot := range b.Slots {
			i := slices.IndexFunc(n.Ladder.Rungs, func(rung bot.Rung) bool { return rung.ID == slot.Rung })
			rung := n.Ladder.Rungs[i]
			for _, owed := range rung.Owes {
				d := remind.Debt{Owed: owed, Rung: rung}
				if f := n.Form(owed.Form); f != nil {
					d.Period = f.PeriodAt(b.At)
					d.Status = r.Status[bot.FormPeriod{Form: f.ID, Period: d.Period}]
					d.Lacks = d.Status.Lacks(owed.Items)
				}
				if owed.What == bot.OweForm && d.Status.Version > 0 && d.Status.Return == nil || owed.What == bot.OweItems && len(d.Lacks) == 0 {
					continue
				}
				r.Owes = append(r.Owes, d)
			}
		}
		if u.with != nil {
			u.with(&r)
		}
		list = append(list, r)
	}
	return list
}

func filling(items ...int) bot.Status {
	return bot.Status{State: bot.Filling, Filled: len(items), Items: items}
}

func sentIn(version int) bot.Status {
	return bot.Status{State: bot.Submitted, Version: version, Filled: 47, At: at(6, 28, 9)}
}

func returned() bot.Status {
	s := sentIn(1)
	s.State, s.Return = bot.Returned, &bot.Return{Items: []int{28, 29}, Open: []int{29}, Reason: "参与人次是否含县主会场", Version: 1}
	return s
}

func extended(s bot.Status, form string, until time.Time) bot.Status {
	s.Until = until
	s.Docket = &bot.Docket{Key: bot.ReportKey{Form: form}, Extension: &bot.Extension{Until: until, Reason: "暴雨受灾"}}
	return s
}

// show is a message as its reader sees it.
func show(t *testing.T, n *bot.Notice, s bot.Send) string {
	t.Helper()
	say := func(e bot.Effect) string {
		text, err := prompts.Render(n, e)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	var lines []string
	for _, e := range s.Say {
		if text := say(e); e.Join == bot.SameLine {
			lines[len(lines)-1] += text
		} else {
			lines = append(lines, text)
		}
	}
	text := strings.Join(lines, "\n")
	if s.Offer != nil {
		var labels []string
		for _, c := range s.Offer.Choices {
			label := c.Label
			if c.Say != c.Label {
				label += "（即发“" + c.Say + "”）"
			}
			labels = append(labels, label)
		}
		text += "\n〔" + say(s.Offer.Title) + "〕 " + strings.Join(labels, "｜")
	}
	return text
}

// TestMessages holds every message against testdata, where it stands as people see
// it. What is meant to change is written there with -update and read over.
func TestMessages(t *testing.T) {
	n := load(t)
	some := func(name string, forms map[string]bot.Status) unit {
		return unit{name: name, kind: "乡镇", stands: forms}
	}
	first12 := filling(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
	stamped := sentIn(2)
	stamped.Docket = &bot.Docket{Stamp: &bot.Stamp{Version: 1, Verdict: bot.StampSame}}
	for _, m := range []struct {
		file  string
		about string
		now   time.Time
		steps []string
		units []unit
	}{
		{"联络员-一个单位一张表", "6月30日上午，山河镇附件2还没开始填，总结已报", at(6, 30, 9), []string{"附件2"},
			[]unit{some("山河镇", map[string]bot.Status{"总结": sentIn(1)})}},
		{"联络员-填了一部分", "6月29日上午，附件2填了12项，总结、案例都没有", at(6, 29, 9), []string{"附件2", "案例"},
			[]unit{some("山河镇", map[string]bot.Status{"附件2": first12})}},
		{"联络员-附件1", "6月1日下午，附件1还没开始填", at(6, 1, 14), []string{"附件1首次"}, []unit{some("山河镇", nil)}},
		{"联络员-填完没提交", "附件2填完47项，没有提交", at(6, 30, 9), []string{"只报附件2"},
			[]unit{some("山河镇", map[string]bot.Status{"附件2": {State: bot.Filling, Filled: 47}})}},
		{"联络员-退回核实", "附件2报了第1版，第29项被退回核实", at(6, 30, 9), []string{"只报附件2"},
			[]unit{some("山河镇", map[string]bot.Status{"附件2": returned()})}},
		{"联络员-三个单位", "一人管三个单位，各欠各的：没开始、填了12项、退回核实；总结、案例也有欠的", at(6, 29, 9), []string{"附件2", "案例"},
			[]unit{
				some("山河镇", nil), some("三嘉乡", map[string]bot.Status{"附件2": first12, "总结": sentIn(1)}),
				some("县妇联", map[string]bot.Status{"附件2": returned(), "总结": sentIn(1), "案例": sentIn(1)}),
			}},
		{"联络员-逾期", "7月2日上午，附件2填了12项，总结没有", at(7, 2, 9), []string{"附件2"},
			[]unit{some("山河镇", map[string]bot.Status{"附件2": first12})}},
		{"联络员-逾期两个单位", "7月2日上午，一个单位都没报，一个单位附件2在核实", at(7, 2, 9), []string{"附件2"},
			[]unit{some("山河镇", nil), some("三嘉乡", map[string]bot.Status{"附件2": returned(), "总结": sentIn(1)})}},
		{"联络员-延期未到", "附件2延期到7月3日18时，7月2日问总结时一并说明", at(7, 2, 9), []string{"附件2"},
			[]unit{some("山河镇", map[string]bot.Status{"附件2": extended(first12, "附件2", at(7, 3, 18)), "总结": sentIn(1)})}},
		{"联络员-延期已过", "附件2延期到7月3日18时，7月5日还没有报", at(7, 5, 10), []string{"只报附件2"},
			[]unit{some("山河镇", map[string]bot.Status{"附件2": extended(first12, "附件2", at(7, 3, 18))})}},
		{"联络员-案例", "7月29日上午，7月案例没有消息", at(7, 29, 9), []string{"案例"}, []unit{some("山河镇", nil)}},
		{"联络员-案例两个单位", "一人管两个单位，一个有一起没报完", at(7, 29, 9), []string{"案例"},
			[]unit{some("山河镇", nil), some("三嘉乡", map[string]bot.Status{"案例": filling(1, 2)})}},
		{"联络员-盖章件", "7月6日上午，附件2报了第1版，没有盖章件", at(7, 6, 9), []string{"盖章件"},
			[]unit{some("山河镇", map[string]bot.Status{"附件2": sentIn(1)})}},
		{"联络员-盖章件旧版", "附件2报了第2版，盖章件是第1版的", at(7, 6, 9), []string{"盖章件"},
			[]unit{some("山河镇", map[string]bot.Status{"附件2": stamped})}},
		{"联络员-几项", "6月17日上午，第28、29项还没填", at(6, 17, 9), []string{"咨询日数字"}, []unit{some("山河镇", nil)}},
		{"联络员-材料", "6月15日上午，没有发来活动方案", at(6, 15, 9), []string{"咨询日方案"}, []unit{some("山河镇", nil)}},
		{"联络员-年终和案例", "12月30日上午，年终和12月案例都没有", at(12, 30, 9), []string{"年终", "案例"}, []unit{some("山河镇", nil)}},
	} {
		t.Run(m.file, func(t *testing.T) {
			b := carries(m.now, m.steps...)
			p := bot.Person{ID: "p"}
			for _, u := range m.units {
				p.Units = append(p.Units, u.name)
			}
			send, ok := remind.ToPerson(n, b, p, rows(n, b, m.units...), m.now)
			if !ok || send.Person != "p" || send.Kind != "remind" || !slices.Equal(send.Units, p.Units) {
				t.Fatalf("%t: %+v", ok, send)
			}
			golden(t, n, m.file, m.about, send)
		})
	}
}

// county is eight units, one for each way to stand.
func county(n *bot.Notice, b bot.Broadcast) []remind.Row {
	call := func(r *remind.Row) {
		r.Contact, r.Reminded = bot.Contact{Name: "王五", Mobile: "13800000002"}, 2
		r.Calls = &bot.Docket{Calls: []bot.Call{{Text: "已电话，明早报", Quiet: at(7, 1, 0), At: at(6, 30, 10)}}}
	}
	paper := bot.Status{Paper: true, Docket: &bot.Docket{Key: bot.ReportKey{Form: "附件2"}, Receipts: []bot.Receipt{{What: "附件2"}}}}
	claimed := bot.Status{Docket: &bot.Docket{Key: bot.ReportKey{Form: "附件2"}, Claimed: &bot.Word{At: at(6, 29, 9)}}}
	all := func(s bot.Status) map[string]bot.Status {
		return map[string]bot.Status{"附件2": s, "总结": sentIn(1)}
	}
	return rows(n, b,
		unit{"山河镇", "乡镇", map[string]bot.Status{"附件2": sentIn(1), "总结": sentIn(1)}, nil},
		unit{"三嘉乡", "乡镇", nil, call},
		unit{"周家镇", "乡镇", all(filling(1, 2, 3)), func(r *remind.Row) { r.Contact = bot.Contact{Name: "赵六", Phone: "0934-6120000"}; r.Reminded = 1 }},
		unit{"西坡镇", "乡镇", all(extended(bot.Status{}, "附件2", at(7, 3, 18))), nil},
		unit{"县妇联", "部门", all(paper), nil},
		unit{"县教育局", "部门", all(claimed), nil},
		unit{"县水务局", "部门", all(returned()), nil},
		unit{"县气象局", "部门", nil, func(r *remind.Row) {
			r.Unit.Pause = &bot.Pause{Until: at(7, 5, 0).Add(-1), Reason: "防汛值守"}
		}},
		unit{"驻县某所", "驻县单位", nil, func(r *remind.Row) { r.Unit.Liaison = "" }},
	)
}

func TestLists(t *testing.T) {
	n := load(t)
	for _, m := range []struct {
		file, about string
		now         time.Time
		steps       []string
		group       bool
		pause       *bot.Pause
	}{
		{"工作群", "6月29日15时，附件2、总结", at(6, 29, 15), []string{"附件2"}, true, nil},
		{"安委办-截止当天", "6月30日16时，附件2、总结", at(6, 30, 16), []string{"附件2"}, false, nil},
		{"安委办-逾期", "7月2日16时，附件2、总结", at(7, 2, 16), []string{"附件2"}, false, nil},
		{"安委办-暂停期间", "6月30日16时，提醒暂停到7月2日", at(6, 30, 16), []string{"附件2"}, false, &bot.Pause{Until: at(7, 3, 0).Add(-1), Reason: "全力防汛"}},
		{"安委办-暂停无期", "6月30日16时，提醒暂停，没有写到什么时候", at(6, 30, 16), []string{"只报附件2"}, false, &bot.Pause{}},
		{"安委办-案例", "7月30日16时，7月案例", at(7, 30, 16), []string{"案例"}, false, nil},
		{"安委办-盖章件", "7月6日16时，盖章件", at(7, 6, 16), []string{"盖章件"}, false, nil},
		{"安委办-几项", "6月17日16时，第28、29项", at(6, 17, 16), []string{"咨询日数字"}, false, nil},
	} {
		t.Run(m.file, func(t *testing.T) {
			b := carries(m.now, m.steps...)
			send, ok := remind.ToGroup(n, b, bot.Chat{ID: "g"}, county(n, b), m.now)
			if !m.group {
				send, ok = remind.ToOffice(n, b, bot.Reminding{Pause: m.pause}, bot.Person{ID: "o"}, county(n, b), m.now)
			}
			if !ok || len(send.Units) > 0 {
				t.Fatalf("%t: %+v", ok, send)
			}
			golden(t, n, m.file, m.about, send)
			if text := show(t, n, send); m.group && regexp.MustCompile("镇|局|妇联|某所|13800000002|王五").MatchString(strings.ReplaceAll(text, "乡镇", "")) {
				t.Error("names a unit or a person in a group")
			}
		})
	}
}

func golden(t *testing.T, n *bot.Notice, file, about string, send bot.Send) {
	t.Helper()
	path := filepath.Join("testdata", file+".txt")
	got := "（" + about + "）\n\n" + show(t, n, send) + "\n"
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("%s:\ngot\n%s\nwant\n%s", path, got, want)
	}
}

var _ = maps.Keys[map[string]int]
