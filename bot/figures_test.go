package bot_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"anyuebot/bot"
)

// wholeYear is the notice with a monthly form and a summary added, if it has none.
func wholeYear(t *testing.T) *bot.Notice {
	n := *loadNotice(t)
	if n.Cases == "" {
		n.Cases = "案例"
		n.Forms = append(slices.Clone(n.Forms), bot.Form{ID: n.Cases, From: "2021-06", To: "2021-12", Fields: []bot.Field{{Item: 1, Kind: bot.KindCount, Ask: "几篇？"}}})
	}
	if n.Summary == "" {
		n.Summary = "总结"
		n.Forms = append(slices.Clone(n.Forms), bot.Form{ID: n.Summary, Period: n.Year, Deadline: "总结", Fields: []bot.Field{{Item: 1, Kind: bot.KindText, Ask: "总结？"}}})
	}
	return &n
}

// TestStandings puts one unit into every state that 进度 and 谁没报 tell apart.
func TestStandings(t *testing.T) {
	n := wholeYear(t)
	hour := func(day, h int) time.Time { return time.Date(2021, 7, day, h, 0, 0, 0, time.FixedZone("CST", 8*3600)) }
	main := n.Form(n.Main)
	key := func(unit, form, period string) bot.ReportKey {
		return bot.ReportKey{Unit: unit, Form: form, Period: period}
	}
	at := func(form string, w *world) string { return n.Form(form).PeriodAt(w.now) }
	for _, test := range []struct {
		about  string
		report *bot.Report // of the main form, version 1 submitted at 09:00 on 28 June
		docket func(*world) bot.Docket
		cell   string // in the matrix
		state  string // in 谁没报 of that column; "" if it is not there
		column string
	}{
		{about: "nothing", cell: "附件2✗", state: "县妇联", column: "附件2"},
		{about: "filling", report: &bot.Report{State: bot.Filling}, cell: "附件2✗（填报中 0/47）", state: "县妇联（填报中 0/47）", column: "附件2"},
		{about: "in time", report: &bot.Report{State: bot.Submitted, Version: 1, Counted: 1}, cell: "附件2✓ ", column: "附件2"},
		{about: "approved", report: &bot.Report{State: bot.Approved, Version: 1, Counted: 1}, cell: "附件2✓（已通过）", column: "附件2"},
		{about: "second version", report: &bot.Report{State: bot.Submitted, Version: 2, Counted: 2}, cell: "附件2✓（第2版", column: "附件2"},
		{about: "sent back", report: &bot.Report{State: bot.Returned, Version: 1, Counted: 1}, cell: "附件2✓（退回核实中）", column: "附件2"},
		{about: "changed since", report: &bot.Report{State: bot.Submitted, Version: 1, Counted: 1, Dirty: true}, cell: "附件2✓（有未提交修改）", column: "附件2"},
		{about: "on paper", docket: func(w *world) bot.Docket {
			return bot.Docket{Key: key("县妇联", main.ID, main.Period), Receipts: []bot.Receipt{{What: "附件2", How: "传真"}}}
		}, cell: "附件2✗（已收纸质，电子数字尚缺）", state: "县妇联（已收纸质，电子数字尚缺）", column: "附件2"},
		{about: "granted more time", docket: func(w *world) bot.Docket {
			return bot.Docket{Key: key("县妇联", main.ID, main.Period), Extension: &bot.Extension{Until: hour(5, 18)}}
		}, cell: "附件2✗（延期至7月5日18时）", state: "县妇联（延期至7月5日18时）", column: "附件2"},
		{about: "no case this month", docket: func(w *world) bot.Docket {
			return bot.Docket{Key: key("县妇联", n.Cases, at(n.Cases, w)), Nothing: &bot.Word{}}
		}, cell: n.Cases + "－", column: n.Cases},
		{about: "no case yet", cell: n.Cases + "✗", state: "县妇联", column: n.Cases},
		{about: "stamped", report: &bot.Report{State: bot.Submitted, Version: 1, Counted: 1}, docket: func(w *world) bot.Docket {
			return bot.Docket{Key: key("县妇联", main.ID, main.Period), Stamp: &bot.Stamp{Version: 1, Verdict: bot.StampSame}}
		}, cell: "盖章件✓", column: "盖章件"},
		{about: "stamped before the second version", report: &bot.Report{State: bot.Submitted, Version: 2, Counted: 2}, docket: func(w *world) bot.Docket {
			return bot.Docket{Key: key("县妇联", main.ID, main.Period), Stamp: &bot.Stamp{Version: 1, Verdict: bot.StampSame}}
		}, cell: "盖章件✓（旧版待换）", column: "盖章件"},
		{about: "stamped with changes", report: &bot.Report{State: bot.Submitted, Version: 1, Counted: 1}, docket: func(w *world) bot.Docket {
			return bot.Docket{Key: key("县妇联", main.ID, main.Period), Stamp: &bot.Stamp{Version: 1, Verdict: bot.StampChanged}}
		}, cell: "盖章件✓（与电子不一致）", column: "盖章件"},
		{about: "a stamped copy by hand is no report", docket: func(w *world) bot.Docket {
			return bot.Docket{Key: key("县妇联", main.ID, main.Period), Receipts: []bot.Receipt{{What: "盖章件"}}}
		}, cell: "附件2✗ ", state: "县妇联", column: "附件2"},
	} {
		w := newWorld(t, n, "单位,类别,联络员userid\n县妇联,部门,\n")
		if r := test.report; r != nil {
			r.Key = key("县妇联", main.ID, main.Period)
			w.keep(recordName("report", r.Key), *r)
			if r.Counted > 0 {
				w.keep(versionName(r.Key, r.Counted), bot.Submission{Key: r.Key, Version: r.Counted, At: w.now})
			}
		}
		if test.docket != nil {
			d := test.docket(w)
			w.keep(recordName("docket", d.Key), d)
		}
		reply := w.say("office", "进度") + " "
		holds(t, test.about, strings.ReplaceAll(reply, "\n", " \n"), "县妇联　", test.cell)
		missing := w.say("office", "谁没报 "+test.column)
		if test.state == "" {
			holds(t, test.about, missing, "未报 0", "!县妇联")
		} else {
			holds(t, test.about, missing+"\n", "部门（1）："+test.state+"\n")
		}
		w.now = hour(3, 9)
		sentIn := test.report != nil && test.report.Counted > 0
		overdue := !sentIn && !strings.Contains(test.state, "延期") && !strings.Contains(test.state, "纸质")
		for line := range strings.SplitSeq(w.say("office", "进度"), "\n") {
			if strings.HasPrefix(line, "附件2：") && strings.Contains(line, "逾期") != overdue {
				t.Errorf("%s: overdue is not %t: %s", test.about, overdue, line)
			}
		}
	}
}

// TestAskForFits: however many units and items, every channel takes the message.
func TestAskForFits(t *testing.T) {
	n := loadNotice(t)
	form := n.Form(n.Main)
	fields := slices.Clone(form.Fields)
	slices.SortFunc(fields, func(a, b bot.Field) int { return len(b.Ask) - len(a.Ask) })
	b := bot.Broadcast{Kind: bot.BroadcastAskFor, Form: n.Main, Until: time.Date(2021, 6, 30, 17, 30, 0, 0, time.UTC)}
	for _, f := range fields[:8] {
		b.Items = append(b.Items, f.Item)
	}
	slices.Sort(b.Items)
	to := bot.Recipient{Person: bot.Person{ID: "p"}}
	for i := range 60 {
		name := fmt.Sprintf("中央省市驻正宁县某某单位第%02d分局（办事处）", i)
		to.Person.Units = append(to.Person.Units, name)
		to.Status = append(to.Status, bot.Status{Unit: name, State: bot.NotStarted})
	}
	w := newWorld(t, n, "")
	send, ok := bot.Compose(n, b, to, w.now)
	if text := w.words(send.Say); !ok || len(text) > bot.ParcelLimit || !strings.Contains(text, "等60个单位联络员") {
		t.Errorf("%t, %d bytes:\n%s", ok, len(text), text)
	}
}

// TestWhoIsAskedFor is decided at the moment of sending.
func TestWhoIsAskedFor(t *testing.T) {
	n := loadNotice(t)
	now := time.Date(2021, 6, 28, 9, 0, 0, 0, time.FixedZone("CST", 8*3600))
	p := bot.Person{ID: "p", Units: []string{"山河镇", "三嘉乡"}}
	b := bot.Broadcast{Kind: bot.BroadcastAskFor, Form: n.Main, Items: []int{28, 29}, Until: now.Add(time.Hour)}
	none := bot.Status{Unit: "山河镇", State: bot.NotStarted}
	half := bot.Status{Unit: "山河镇", State: bot.Filling, Items: []int{1, 28}}
	has := bot.Status{Unit: "三嘉乡", State: bot.Filling, Items: []int{28, 29, 30}}
	for _, test := range []struct {
		about string
		to    bot.Recipient
		now   time.Time
		want  []string // none for nothing
	}{
		{"has begun nothing", bot.Recipient{Person: p, Status: []bot.Status{none, has}}, now, []string{"山河镇联络员", "28.", "29.", "!三嘉乡"}},
		{"has one of two", bot.Recipient{Person: p, Status: []bot.Status{half, has}}, now, []string{"29.", "!28."}},
		{"has both", bot.Recipient{Person: p, Status: []bot.Status{has}}, now, nil},
		{"has submitted", bot.Recipient{Person: p, Status: []bot.Status{{Unit: "山河镇", State: bot.Submitted, Version: 1}}}, now, nil},
		{"too late", bot.Recipient{Person: p, Status: []bot.Status{none}}, now.Add(2 * time.Hour), nil},
		{"a group", bot.Recipient{Chat: &bot.Chat{ID: "g"}}, now, nil},
	} {
		send, ok := bot.Compose(n, b, test.to, test.now)
		if ok != (test.want != nil) {
			t.Errorf("%s: sent is %t", test.about, ok)
			continue
		}
		if ok {
			holds(t, test.about, newWorld(t, n, "").words(send.Say), test.want...)
		}
	}
}

// TestNobodyIsRemindedWhoPromised: a reminder to all leaves out who has promised
// a day, or reported on paper, also if that came after the office's 确认.
func TestNobodyIsRemindedWhoPromised(t *testing.T) {
	n := loadNotice(t)
	now := time.Date(2021, 6, 28, 9, 0, 0, 0, time.FixedZone("CST", 8*3600))
	to := func(d *bot.Docket) bot.Recipient {
		return bot.Recipient{Person: bot.Person{ID: "p", Units: []string{"山河镇"}}, Status: []bot.Status{bot.StatusOf("山河镇", bot.Filed{}, nil, d)}}
	}
	promised := &bot.Docket{Calls: []bot.Call{{Text: "明早报", Quiet: now.AddDate(0, 0, 1)}, {Text: "又问了一次"}}}
	for _, test := range []struct {
		about string
		units []string
		d     *bot.Docket
		days  int
		want  bool
	}{
		{"nothing said", nil, nil, 0, true},
		{"a call without a day", nil, &bot.Docket{Calls: []bot.Call{{Text: "没人接"}}}, 0, true},
		{"promised", nil, promised, 0, false},
		{"the day is over", nil, promised, 2, true},
		{"named by the office", []string{"山河镇"}, promised, 0, true},
		{"on paper", nil, &bot.Docket{Key: bot.ReportKey{Form: "附件2"}, Receipts: []bot.Receipt{{What: "附件2"}}}, 0, false},
		{"only the stamped copy", nil, &bot.Docket{Receipts: []bot.Receipt{{What: "盖章件"}}}, 0, true},
	} {
		b := bot.Broadcast{Kind: bot.BroadcastNudge, Form: n.Main, Units: test.units}
		if _, ok := bot.Compose(n, b, to(test.d), now.AddDate(0, 0, test.days)); ok != test.want {
			t.Errorf("%s: sent is %t", test.about, ok)
		}
	}
}

// TestQuiet reads till when a line of the phone log promises something.
func TestQuiet(t *testing.T) {
	for text, want := range map[string]string{
		"已电话，明早报":            "至6月29日不提醒",
		"明天上午报":              "至6月29日不提醒",
		"明天下午5点前报":           "至6月29日17时不提醒",
		"静至6月30日":            "至6月30日不提醒",
		"6月25日打过，6月30日18时前报": "至6月30日18时不提醒",
		"联络员住院，下周五以后再说":      "至7月9日不提醒",
		"没人接":                "",
		"6月25日打过，没人接":        "",
		"已电话3次，共5人":          "",
	} {
		w := newWorld(t, loadNotice(t), fourUnits)
		reply := w.say("office", "记 三嘉乡 "+text)
		if want == "" {
			holds(t, text, reply, "✓ 已记：三嘉乡", "!不提醒")
		} else {
			holds(t, text, reply, "✓ 已记：三嘉乡", want+"这家")
		}
	}
}

// TestFrozenFiguresStand: nothing is deducted while a form is 封账, also if that
// came between the question and its answer.
func TestFrozenFiguresStand(t *testing.T) {
	n := loadNotice(t)
	w := newWorld(t, n, fourUnits)
	for _, text := range []string{"1-3：3 120 是", "其余无", "确认", "无", "否", "提交"} {
		w.say("lisi", text)
	}
	holds(t, "asked", w.say("office", "核减 2 20 重复"), "确认")
	w.keep("book "+n.Main+" "+n.Year, bot.Book{Form: n.Main, Period: n.Year, Closing: &bot.Closing{At: w.now}})
	holds(t, "agreed to too late", w.say("office", "确认"), "已于2021年6月28日（星期一）9时00分封账，不能核减", "!✓")
	holds(t, "asked again", w.say("office", "核减 2 20 重复"), "封账", "!确认")
	holds(t, "the figure", w.say("office", "汇总 2"), "120 人次", "!核减 20")
}
