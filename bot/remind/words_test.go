package remind_test

import (
	"flag"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

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

func returned(item int) bot.Status {
	s := sentIn(1)
	s.State, s.Return = bot.Returned, &bot.Return{Items: []int{item}, Open: []int{item}, Reason: "是否含县主会场", Version: 1}
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

// fatal is what testing and rapid have in common.
type fatal interface{ Fatal(...any) }

func say(t fatal, n *bot.Notice, e bot.Effect) string {
	text, err := prompts.Render(n, e)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// show is a message as its reader sees it.
func show(t fatal, n *bot.Notice, s bot.Send) string {
	var lines []string
	for _, e := range s.Say {
		if text := say(t, n, e); e.Join == bot.SameLine {
			lines[len(lines)-1] += text
		} else {
			lines = append(lines, text)
		}
	}
	return strings.Join(lines, "\n")
}

// story is what a liaison is told in one case.
type story struct {
	file  string
	about string
	now   string
	steps []string
	units []unit
}

func stories(t *testing.T) []story {
	only := func(s bot.Status) stands { return stands{"附件2": s, "总结": sentIn(1)} }
	twelve := filling(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
	old := bot.Docket{Stamp: &bot.Stamp{Version: 1, Verdict: bot.StampSame}}
	var twelveUnits []unit
	for _, name := range strings.Fields("山河 榆林子 宫河 永和 永正 周家 湫头 西坡 五顷塬 三嘉 罗川 城关") {
		twelveUnits = append(twelveUnits, town(name+"镇", nil))
	}
	return []story{
		{"一张表没开始", "总结已报，附件2还没开始填", "2021-06-30 09:00", []string{"附件2当天"}, []unit{town("山河镇", only(bot.Status{}))}},
		{"填了一部分", "附件2填了12项，总结、案例都没有", "2021-06-29 09:00", []string{"附件2二次", "案例"}, []unit{town("山河镇", stands{"附件2": twelve})}},
		{"附件1", "附件1还没开始填", "2021-06-01 14:30", []string{"附件1首次"}, []unit{town("山河镇", nil)}},
		{"附件1逾期", "附件1填了3项，时间已过", "2021-06-03 09:00", []string{"附件1逾期"}, []unit{town("山河镇", stands{"附件1": filling(1, 2, 3)})}},
		{"填完没提交", "附件2填完47项，总结填完2项，都没有提交", "2021-06-30 09:00", []string{"附件2当天"},
			[]unit{town("山河镇", stands{"附件2": {State: bot.Filling, Filled: 47}, "总结": filling(1, 2)})}},
		{"退回核实", "附件2报了第1版，第29项退回核实", "2021-06-30 09:00", []string{"附件2当天"}, []unit{town("山河镇", only(returned(29)))}},
		{"三个单位", "一人管三个单位，各欠各的", "2021-06-29 09:00", []string{"附件2二次", "案例"}, []unit{
			town("山河镇", nil), town("三嘉乡", only(twelve)),
			{"县妇联", "部门", stands{"附件2": returned(29), "总结": sentIn(1), "案例": sentIn(1)}, nil},
		}},
		{"逾期", "附件2填了12项，总结没有，时间已过", "2021-07-02 09:00", []string{"附件2逾期"}, []unit{town("山河镇", stands{"附件2": twelve})}},
		{"逾期两个单位", "时间已过：一个单位都没报，一个单位附件2在核实", "2021-07-02 09:00", []string{"附件2逾期"},
			[]unit{town("山河镇", nil), town("三嘉乡", only(returned(29)))}},
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
		{"总结退回", "总结报了第1版，正文退回核实", "2021-06-30 09:00", []string{"附件2当天"},
			[]unit{town("山河镇", stands{"附件2": sentIn(1), "总结": returned(1)})}},
		{"十二个单位", "一人管十二个单位，都没开始", "2021-06-23 09:00", []string{"附件2首次"}, twelveUnits},
		{"十二个单位各不同", "一人管十二个单位，一个报了总结", "2021-06-23 09:00", []string{"附件2首次"},
			append([]unit{town("城关镇", only(bot.Status{}))}, twelveUnits[:11]...)},
		{"开头一句", "这一步写了开头的一句", "2021-06-29 09:00", []string{"附件2二次", "附件2首次"}, []unit{town("山河镇", nil)}},
	}
}

func (m story) send(t *testing.T, n *bot.Notice) (bot.Send, bool) {
	b := moment(at(t, m.now), bot.ToLiaisons, m.steps)
	return remind.ToPerson(n, "p", judged(n, b, bot.Reminding{}, m.units), b.At)
}

// said is the real notice, with a sentence of its own to some steps.
func said(t testing.TB) *bot.Notice {
	n := load(t)
	for i, r := range n.Ladder.Rungs {
		if r.ID == "附件2首次" || r.ID == "附件2群" || r.ID == "附件2清单" {
			n.Ladder.Rungs[i].Say = "“安全生产月”接近尾声，请汇总本单位活动情况。"
		}
	}
	return n
}

// TestMessages holds what liaisons are told against testdata, where it stands as
// they see it. What is meant to change is written there with -update and read over.
func TestMessages(t *testing.T) {
	plain, led := load(t), said(t)
	for _, m := range stories(t) {
		n := plain
		if strings.HasSuffix(m.file, "开头一句") {
			n = led
		}
		t.Run(m.file, func(t *testing.T) {
			send, ok := m.send(t, n)
			if !ok || send.Person != "p" || send.Kind != "remind" || send.Offer != nil || len(send.Units) != len(m.units) {
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
		{"县水务局", "部门", only(returned(29)), func(f *remind.Facts) { f.Later = &bot.Docket{Later: &bot.Word{}} }},
		{"县气象局", "部门", nil, func(f *remind.Facts) {
			f.Unit.Pause = &bot.Pause{Until: at(t, "2021-07-04 23:59:59"), Reason: "防汛值守"}
		}},
		{"县烟草局", "驻县单位", stands{"案例": beside(bot.Status{}, bot.Docket{Nothing: &bot.Word{}})}, func(f *remind.Facts) {
			f.Unit.Pause = &bot.Pause{Reason: "只报纸质"}
		}},
		{"驻县某所", "驻县单位", nil, func(f *remind.Facts) { f.Unit.Liaison = "" }},
	}
}

// roll is what the work group or the office is told in one case.
type roll struct {
	file, about, now string
	steps            []string
	pause            *bot.Pause
	units            []unit
}

func rolls(t *testing.T) []roll {
	all := county(t)
	half := []unit{town("山河镇", stands{"附件2": filling(1), "总结": sentIn(1)}), town("三嘉乡", stands{"附件2": sentIn(1), "总结": sentIn(1)})}
	return []roll{
		{"工作群-附件1", "附件1", "2021-06-02 09:00", []string{"附件1群"}, nil, all},
		{"工作群-附件2", "附件2、总结", "2021-06-29 15:00", []string{"附件2群"}, nil, all},
		{"工作群-总结已齐", "附件2差一个单位，总结都报了", "2021-06-29 15:00", []string{"附件2群"}, nil, half},
		{"工作群-开头一句", "这一步写了开头的一句", "2021-06-29 15:00", []string{"附件2群"}, nil, half},
		{"安委办-开头一句", "这一步写了开头的一句", "2021-06-30 16:00", []string{"附件2清单"}, nil, half},
		{"工作群-已过时间", "附件2、总结，时间已过", "2021-07-02 09:00", []string{"附件2群"}, nil, all},
		{"安委办-截止当天", "附件2、总结", "2021-06-30 16:00", []string{"附件2清单"}, nil, all},
		{"安委办-截止当天连同案例", "附件2、总结、6月案例同一时刻，合成一份", "2021-06-30 16:00", []string{"附件2清单", "案例清单"}, nil, all},
		{"安委办-总结已齐", "附件2差一个单位，总结都报了", "2021-06-30 16:00", []string{"附件2清单"}, nil, half},
		{"安委办-逾期", "附件2、总结", "2021-07-02 16:00", []string{"附件2逾期清单"}, nil, all},
		{"安委办-暂停期间", "提醒暂停到7月2日", "2021-06-30 16:00", []string{"附件2清单"}, &bot.Pause{Until: at(t, "2021-07-02 23:59:59"), Reason: "全力防汛"}, half},
		{"安委办-暂停无期", "提醒暂停，没有写到什么时候", "2021-06-30 16:00", []string{"附件2清单"}, &bot.Pause{}, half},
		{"安委办-附件1", "附件1", "2021-06-02 16:00", []string{"附件1清单"}, nil, all},
		{"安委办-案例", "6月案例", "2021-06-30 16:00", []string{"案例清单"}, nil, all},
		{"安委办-年终和案例", "年终、12月案例都没有", "2021-12-31 16:00", []string{"年终清单", "案例清单"}, nil, half},
		{"安委办-盖章件", "盖章件，如果日程里有这一步", "2021-07-06 16:00", []string{"盖章件"}, nil, all},
		{"安委办-几项", "第28、29项，如果日程里有这一步", "2021-06-17 16:00", []string{"咨询日数字"}, nil, all},
		{"安委办-材料", "活动方案，如果日程里有这一步", "2021-06-15 16:00", []string{"咨询日方案"}, nil, half},
	}
}

func (r roll) toGroup() bool { return strings.HasPrefix(r.file, "工作群") }

func (r roll) send(t *testing.T, n *bot.Notice) (bot.Send, bool) {
	kept := bot.Reminding{Pause: r.pause}
	if r.toGroup() {
		b := moment(at(t, r.now), bot.ToGroups, r.steps)
		return remind.ToGroup(n, b, "g", judged(n, b, kept, r.units), b.At)
	}
	b := moment(at(t, r.now), bot.ToOffice, r.steps)
	return remind.ToOffice(n, b, kept, "o", judged(n, b, kept, r.units), b.At)
}

// TestLists holds what the work group and the office are told against testdata.
func TestLists(t *testing.T) {
	plain, led := load(t), said(t)
	for _, r := range rolls(t) {
		n := plain
		if strings.HasSuffix(r.file, "开头一句") {
			n = led
		}
		t.Run(r.file, func(t *testing.T) {
			send, ok := r.send(t, n)
			// Deliveries that name units count as reminders to them.
			if group := r.toGroup(); !ok || len(send.Units) > 0 || send.Offer != nil || send.Kind != "remind" || (send.Group == "g") != group || (send.Person == "o") == group {
				t.Fatalf("%t: %+v", ok, send)
			}
			golden(t, n, r.file, r.now+"，"+r.about, send)
			for _, u := range r.units {
				if text := show(t, n, send); r.toGroup() && (strings.Contains(text, u.name) || strings.Contains(text, "王五")) {
					t.Errorf("names %s in a group", u.name)
				}
			}
		})
	}
}

// TestWorded: each sentence of reminders is seen in testdata.
func TestWorded(t *testing.T) {
	marked, want := said(t), map[string]bool{}
	marked.Wording = maps.Clone(marked.Wording)
	for key, text := range marked.Wording {
		if strings.HasPrefix(key, "remind.") {
			marked.Wording[key], want[key] = text+"{"+key+"}", true
		}
	}
	seen := func(send bot.Send, _ bool) {
		for _, e := range send.Say {
			text := marked.Phrase(e.Key, e.Args)
			maps.DeleteFunc(want, func(key string, _ bool) bool { return strings.Contains(text, "{"+key+"}") })
		}
	}
	for _, m := range stories(t) {
		seen(m.send(t, marked))
	}
	for _, r := range rolls(t) {
		seen(r.send(t, marked))
	}
	for key := range want {
		t.Errorf("%s is never seen", key)
	}
	for _, why := range bot.Spares() {
		if text, err := prompts.Render(marked, bot.Effect{Key: "spare." + string(why)}); err != nil || text == "" {
			t.Errorf("%s: %q, %v", why, text, err)
		}
	}
}

// TestNothingToSay: who owes nothing is told nothing, and what is closed or over
// is listed no more.
func TestNothingToSay(t *testing.T) {
	n := load(t)
	now := at(t, "2021-06-30 16:00")
	done := stands{"附件2": sentIn(1), "总结": sentIn(1)}
	closed := stands{"附件2": {Closed: true}, "总结": {Closed: true}}
	for _, test := range []struct {
		about string
		units []unit
		over  bool
	}{
		{"no units", nil, false},
		{"all is in", []unit{town("山河镇", done), town("三嘉乡", done)}, false},
		{"all the rest is on paper", []unit{town("山河镇", done), town("三嘉乡", stands{"附件2": {Paper: true}, "总结": sentIn(1)})}, false},
		{"closed", []unit{town("山河镇", closed), town("三嘉乡", closed)}, false},
		{"over", []unit{town("山河镇", nil)}, true},
	} {
		b := moment(now, bot.ToOffice, []string{"附件2清单"})
		rows := judged(n, b, bot.Reminding{}, test.units)
		for i := range rows {
			if test.over {
				rows[i].Verdict = remind.Verdict{Why: bot.SpareOver}
			}
		}
		if _, ok := remind.ToPerson(n, "p", rows, now); ok {
			t.Errorf("%s: a liaison is reminded", test.about)
		}
		if _, ok := remind.ToGroup(n, b, "g", rows, now); ok {
			t.Errorf("%s: the group is reminded", test.about)
		}
		if _, ok := remind.ToOffice(n, b, bot.Reminding{}, "o", rows, now); ok {
			t.Errorf("%s: the office gets a list", test.about)
		}
	}
}

// TestReminderFits: however many units somebody speaks for, and whatever they are
// called, it is one message that every channel takes, and no unit goes unmentioned.
func TestReminderFits(t *testing.T) {
	n := load(t)
	rapid.Check(t, func(t *rapid.T) {
		var units []unit
		for i := range rapid.IntRange(1, 40).Draw(t, "units") {
			name := strings.Repeat("驻", rapid.IntRange(1, bot.MaxUnitName-4).Draw(t, "name")) + strconv.Itoa(100+i)
			forms := []bot.Status{{}, filling(1, 2, 3), returned(29)}
			s := stands{"附件2": rapid.SampledFrom(forms).Draw(t, "附件2"), "总结": rapid.SampledFrom(forms[:2]).Draw(t, "总结")}
			if r := s["附件2"].Return; r != nil {
				r.Reason = strings.Repeat("请核实", 60)
			}
			units = append(units, town(name, s))
		}
		b := moment(time.Date(2021, 6, 29, 9, 0, 0, 0, zone), bot.ToLiaisons, []string{"附件2二次", "案例"})
		var names []string
		for _, u := range units {
			names = append(names, u.name)
		}
		send, ok := remind.ToPerson(n, "p", judged(n, b, bot.Reminding{}, units), b.At)
		text := show(t, n, send)
		if !ok || len(text) > bot.ParcelLimit || !slices.Equal(send.Units, names) {
			t.Fatalf("%t, %d bytes, %d units:\n%s", ok, len(text), len(send.Units), text)
		}
		for i, u := range units {
			if !strings.Contains(text, u.name) && !strings.Contains(text, "等"+strconv.Itoa(len(units))+"个单位") {
				t.Fatalf("no word of unit %d:\n%s", i, text)
			}
		}
	})
}

// TestCountsAddUp: what is in, what is in on paper and what is missing are together
// all units, and so are the kinds of those that are missing.
func TestCountsAddUp(t *testing.T) {
	n := load(t)
	line := regexp.MustCompile(`(?m)^\S+已报(?:送|齐，共)(\d+)个单位(?:，已收纸质(\d+)个)?(?:，待报送(\d+)个（(.*)）)?。$`)
	number := func(text string) int {
		i, _ := strconv.Atoi(text)
		return i
	}
	rapid.Check(t, func(t *rapid.T) {
		known := []bot.Status{{}, filling(1), sentIn(1), returned(1), {Paper: true}, later(bot.Status{}, time.Date(2021, 7, 3, 18, 0, 0, 0, zone))}
		var units []unit
		for i := range rapid.IntRange(1, 30).Draw(t, "units") {
			s := stands{}
			for _, form := range []string{"附件1", "附件2", "总结"} {
				s[form] = rapid.SampledFrom(known).Draw(t, form)
			}
			units = append(units, unit{"单位" + strconv.Itoa(i), rapid.SampledFrom(append(n.Kinds, "其他")).Draw(t, "kind"), s, func(f *remind.Facts) {
				f.Unit.Pause = rapid.SampledFrom([]*bot.Pause{nil, {}}).Draw(t, "pause")
			}})
		}
		b := moment(time.Date(2021, 6, 29, 15, 0, 0, 0, zone), bot.ToGroups, []string{"附件2群", "附件1群"})
		send, ok := remind.ToGroup(n, b, "g", judged(n, b, bot.Reminding{}, units), b.At)
		if !ok {
			return
		}
		text := show(t, n, send)
		found := line.FindAllStringSubmatch(text, -1)
		if len(found) != 3 {
			t.Fatal(text)
		}
		for _, m := range found {
			kinds := 0
			for _, digits := range regexp.MustCompile(`\d+`).FindAllString(m[4], -1) {
				kinds += number(digits)
			}
			if number(m[1])+number(m[2])+number(m[3]) != len(units) || kinds != number(m[3]) {
				t.Fatalf("%d units: %s", len(units), m[0])
			}
		}
	})
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
