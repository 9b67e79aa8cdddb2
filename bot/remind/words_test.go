package remind_test

import (
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"anyuebot/bot"
	"anyuebot/bot/remind"
	"anyuebot/prompts"
)

var update = flag.Bool("update", false, "write the messages to testdata")

// stands is how a unit stands with each form; one that isn't named, it has not begun.
type stands map[string]bot.Status

// unit is one of those that a message is about.
type unit struct {
	name, kind string
	stands     stands
	with       func(*remind.Facts)
}

// town is one like most.
func town(name string, s stands) unit { return unit{name: name, kind: "乡镇", stands: s} }

// moment is a broadcast of some steps of the real ladder.
func moment(now time.Time, to bot.Audience, ids []string) bot.Broadcast {
	b := bot.Broadcast{Kind: bot.BroadcastRemind, At: now, To: to}
	for _, id := range ids {
		b.Slots = append(b.Slots, bot.Slot{Rung: id, Due: now})
	}
	return b
}

// judged are the units with what is decided about them.
func judged(n *bot.Notice, b bot.Broadcast, kept bot.Reminding, units []unit) []remind.Row {
	var rows []remind.Row
	for _, u := range units {
		f := remind.Facts{
			Unit: bot.Unit{Name: u.name, Kind: u.kind, Liaison: "p"}, Status: map[bot.FormPeriod]bot.Status{}, Later: &bot.Docket{},
		}
		for _, form := range n.Forms {
			of := bot.FormPeriod{Form: form.ID, Period: form.PeriodAt(b.At)}
			s := u.stands[form.ID]
			if s.Unit = u.name; s.State == "" {
				s.State = bot.NotStarted
			}
			if s.Docket != nil {
				d := *s.Docket
				d.Key = bot.ReportKey{Unit: u.name, Form: form.ID, Period: of.Period}
				s.Docket = &d
			}
			f.Status[of] = s
		}
		if u.with != nil {
			u.with(&f)
		}
		rows = append(rows, remind.Row{Facts: f, Verdict: remind.Judge(n, b, kept, f, b.At)})
	}
	return rows
}

func filling(items ...int) bot.Status {
	return bot.Status{State: bot.Filling, Filled: len(items), Items: items}
}

func sentIn(version int) bot.Status {
	return bot.Status{State: bot.Submitted, Version: version, Filled: 47}
}

func returned() bot.Status {
	s := sentIn(1)
	s.State, s.Return = bot.Returned, &bot.Return{Items: []int{28, 29}, Open: []int{29}, Reason: "参与人次是否含县主会场", Version: 1}
	return s
}

func beside(s bot.Status, d bot.Docket) bot.Status {
	s.Docket = &d
	return s
}

// later is one that has a deadline of its own.
func later(s bot.Status, until time.Time) bot.Status {
	s.Until = until
	return beside(s, bot.Docket{Extension: &bot.Extension{Until: until, Reason: "暴雨受灾"}})
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

// TestMessages holds what liaisons are told against testdata, where it stands as
// they see it. What is meant to change is written there with -update and read over.
func TestMessages(t *testing.T) {
	n := load(t)
	only := func(s bot.Status) stands { return stands{"附件2": s, "总结": sentIn(1)} }
	twelve := filling(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
	old := bot.Docket{Stamp: &bot.Stamp{Version: 1, Verdict: bot.StampSame}}
	for _, m := range []struct {
		file  string
		about string
		now   string
		steps []string
		units []unit
	}{
		{"一张表没开始", "总结已报，附件2还没开始填", "2021-06-30 09:00", []string{"附件2当天"}, []unit{town("山河镇", only(bot.Status{}))}},
		{"填了一部分", "附件2填了12项，总结、案例都没有", "2021-06-29 09:00", []string{"附件2二次", "案例"}, []unit{town("山河镇", stands{"附件2": twelve})}},
		{"附件1", "附件1还没开始填", "2021-06-01 14:30", []string{"附件1首次"}, []unit{town("山河镇", nil)}},
		{"附件1逾期", "附件1填了3项，时间已过", "2021-06-03 09:00", []string{"附件1逾期"}, []unit{town("山河镇", stands{"附件1": filling(1, 2, 3)})}},
		{"填完没提交", "附件2填完47项，总结填完2项，都没有提交", "2021-06-30 09:00", []string{"附件2当天"},
			[]unit{town("山河镇", stands{"附件2": {State: bot.Filling, Filled: 47}, "总结": filling(1, 2)})}},
		{"退回核实", "附件2报了第1版，第29项退回核实", "2021-06-30 09:00", []string{"附件2当天"}, []unit{town("山河镇", only(returned()))}},
		{"三个单位", "一人管三个单位，各欠各的", "2021-06-29 09:00", []string{"附件2二次", "案例"}, []unit{
			town("山河镇", nil), town("三嘉乡", only(twelve)),
			{"县妇联", "部门", stands{"附件2": returned(), "总结": sentIn(1), "案例": sentIn(1)}, nil},
		}},
		{"逾期", "附件2填了12项，总结没有，时间已过", "2021-07-02 09:00", []string{"附件2逾期"}, []unit{town("山河镇", stands{"附件2": twelve})}},
		{"逾期两个单位", "时间已过：一个单位都没报，一个单位附件2在核实", "2021-07-02 09:00", []string{"附件2逾期"},
			[]unit{town("山河镇", nil), town("三嘉乡", only(returned()))}},
		{"延期未到", "附件2延期到7月3日18时，这时只提醒总结", "2021-07-02 09:00", []string{"附件2逾期"},
			[]unit{town("山河镇", stands{"附件2": later(twelve, at(t, "2021-07-03 18:00"))})}},
		{"延期已过", "附件2延期到7月1日24时以后的7月2日9时，过了还没有报", "2021-07-02 10:00", []string{"附件2逾期"},
			[]unit{town("山河镇", only(later(twelve, at(t, "2021-07-02 09:00"))))}},
		{"案例", "7月案例没有消息", "2021-07-29 09:00", []string{"案例"}, []unit{town("山河镇", nil)}},
		{"案例两个单位", "一人管两个单位，一个有一起没报完", "2021-07-29 09:00", []string{"案例"},
			[]unit{town("山河镇", nil), town("三嘉乡", stands{"案例": filling(1, 2)})}},
		{"盖章件", "附件2报了第1版，没有盖章件", "2021-07-06 09:00", []string{"盖章件"}, []unit{town("山河镇", only(sentIn(1)))}},
		{"盖章件是旧版", "附件2报了第2版，盖章件是第1版的", "2021-07-06 09:00", []string{"盖章件"}, []unit{town("山河镇", only(beside(sentIn(2), old)))}},
		{"盖章件两个单位", "一人管两个单位，都没有盖章件", "2021-07-06 09:00", []string{"盖章件"},
			[]unit{town("山河镇", only(sentIn(1))), town("三嘉乡", only(beside(sentIn(2), old)))}},
		{"几项", "第28、29项还没填", "2021-06-17 09:00", []string{"咨询日数字"}, []unit{town("山河镇", nil)}},
		{"几项两个单位", "一个单位只缺第29项", "2021-06-17 09:00", []string{"咨询日数字"}, []unit{town("山河镇", nil), town("三嘉乡", stands{"附件2": filling(1, 28)})}},
		{"材料", "没有发来活动方案", "2021-06-15 09:00", []string{"咨询日方案"}, []unit{town("山河镇", nil)}},
		{"年终和案例", "年终和12月案例都没有", "2021-12-30 09:00", []string{"年终当天", "案例"}, []unit{town("山河镇", nil)}},
		{"年终逾期", "年终填了4项，时间已过", "2022-01-04 09:00", []string{"年终逾期"}, []unit{town("山河镇", stands{"年终": filling(1, 2, 3, 4)})}},
	} {
		t.Run(m.file, func(t *testing.T) {
			b := moment(at(t, m.now), bot.ToLiaisons, m.steps)
			p := bot.Person{ID: "p"}
			for _, u := range m.units {
				p.Units = append(p.Units, u.name)
			}
			send, ok := remind.ToPerson(n, b, p, judged(n, b, bot.Reminding{}, m.units), b.At)
			if !ok || send.Person != "p" || send.Kind != "remind" || !slices.Equal(send.Units, p.Units) {
				t.Fatalf("%t: %+v", ok, send)
			}
			golden(t, n, "联络员-"+m.file, m.now+"，"+m.about, send)
		})
	}
}

// county is a unit for each way to stand.
func county(t *testing.T) []unit {
	only := func(s bot.Status) stands { return stands{"附件2": s, "总结": sentIn(1)} }
	paper := beside(bot.Status{Paper: true}, bot.Docket{Receipts: []bot.Receipt{{What: "附件2", At: at(t, "2021-06-28")}}})
	return []unit{
		{"山河镇", "乡镇", stands{"附件2": sentIn(1), "总结": sentIn(1), "案例": sentIn(1)}, nil},
		{"三嘉乡", "乡镇", nil, func(f *remind.Facts) {
			f.Contact, f.Reminded = bot.Contact{Name: "王五", Mobile: "13800000002"}, 2
			f.Calls = &bot.Docket{Calls: []bot.Call{{Text: "已电话，明早报", Quiet: at(t, "2021-07-01"), At: at(t, "2021-06-30 10:00")}}}
		}},
		{"周家镇", "乡镇", only(filling(1, 2, 28)), func(f *remind.Facts) {
			f.Contact, f.Reminded = bot.Contact{Name: "赵六", Phone: "0934-6120000"}, 1
		}},
		{"西坡镇", "乡镇", only(later(bot.Status{}, at(t, "2021-07-03 18:00"))), nil},
		{"县妇联", "部门", only(paper), nil},
		{"县教育局", "部门", only(beside(bot.Status{}, bot.Docket{Claimed: &bot.Word{At: at(t, "2021-06-29")}})), nil},
		{"县水务局", "部门", only(returned()), func(f *remind.Facts) { f.Later = &bot.Docket{Later: &bot.Word{}} }},
		{"县气象局", "部门", nil, func(f *remind.Facts) {
			f.Unit.Pause = &bot.Pause{Until: at(t, "2021-07-04 23:59:59"), Reason: "防汛值守"}
		}},
		{"县烟草局", "驻县单位", stands{"案例": beside(bot.Status{}, bot.Docket{Nothing: &bot.Word{}})}, func(f *remind.Facts) {
			f.Unit.Pause = &bot.Pause{Reason: "只报纸质"}
		}},
		{"驻县某所", "驻县单位", nil, func(f *remind.Facts) { f.Unit.Liaison = "" }},
	}
}

// TestLists holds what the work group and the office are told against testdata.
func TestLists(t *testing.T) {
	n := load(t)
	for _, m := range []struct {
		file, about, now string
		step             string
		pause            *bot.Pause
	}{
		{"工作群-附件1", "附件1", "2021-06-02 09:00", "附件1群", nil},
		{"工作群-附件2", "附件2、总结", "2021-06-29 15:00", "附件2群", nil},
		{"安委办-截止当天", "附件2、总结", "2021-06-30 16:00", "附件2清单", nil},
		{"安委办-逾期", "附件2、总结", "2021-07-02 16:00", "附件2逾期清单", nil},
		{"安委办-暂停期间", "提醒暂停到7月2日", "2021-06-30 16:00", "附件2清单", &bot.Pause{Until: at(t, "2021-07-02 23:59:59"), Reason: "全力防汛"}},
		{"安委办-暂停无期", "提醒暂停，没有写到什么时候", "2021-06-30 16:00", "附件2清单", &bot.Pause{}},
		{"安委办-附件1", "附件1", "2021-06-02 16:00", "附件1清单", nil},
		{"安委办-案例", "6月案例", "2021-06-30 16:00", "案例清单", nil},
	} {
		t.Run(m.file, func(t *testing.T) {
			group, kept := strings.HasPrefix(m.file, "工作群"), bot.Reminding{Pause: m.pause}
			b := moment(at(t, m.now), bot.ToOffice, []string{m.step})
			if group {
				b.To = bot.ToGroups
			}
			rows := judged(n, b, kept, county(t))
			send, ok := remind.ToOffice(n, b, kept, bot.Person{ID: "o"}, rows, b.At)
			if group {
				send, ok = remind.ToGroup(n, b, bot.Chat{ID: "g"}, rows, b.At)
			}
			if !ok || len(send.Units) > 0 || send.Kind != "remind" || (send.Group == "g") != group || (send.Person == "o") == group {
				t.Fatalf("%t: %+v", ok, send)
			}
			golden(t, n, m.file, m.now+"，"+m.about, send)
			if text := show(t, n, send); group {
				for _, r := range rows {
					if strings.Contains(text, r.Unit.Name) || r.Contact.Name != "" && strings.Contains(text, r.Contact.Name) {
						t.Errorf("names %s in a group", r.Unit.Name)
					}
				}
			}
		})
	}
}

func golden(t *testing.T, n *bot.Notice, file, about string, send bot.Send) {
	t.Helper()
	path := filepath.Join("testdata", "messages", file+".txt")
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
