package remind_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anyuebot/bot"
	"anyuebot/bot/remind"
)

// unitCase is a unit with a broadcast that may be meant for it.
type unitCase struct {
	n    *bot.Notice
	b    bot.Broadcast
	kept bot.Reminding
	f    remind.Facts
	now  time.Time
}

// asking is a broadcast of some steps to the liaisons, about 山河镇, which has done
// nothing so far.
func asking(t testing.TB, now string, ids ...string) *unitCase {
	n := load(t)
	c := &unitCase{
		n: n, b: bot.Broadcast{Kind: bot.BroadcastRemind, To: bot.ToLiaisons}, now: at(t, now),
		f: remind.Facts{Unit: bot.Unit{Name: "山河镇", Liaison: "p1"}, Status: map[bot.FormPeriod]bot.Status{}},
	}
	c.b.At = c.now
	for _, id := range ids {
		c.b.Slots = append(c.b.Slots, bot.Slot{Rung: id, Due: c.now})
	}
	forms, _ := remind.Needs(n, c.b)
	for _, of := range forms {
		c.f.Status[of] = bot.Status{Unit: "山河镇", State: bot.NotStarted}
	}
	return c
}

func (c *unitCase) judge() remind.Verdict { return remind.Judge(c.n, c.b, c.kept, c.f, c.now) }

// with changes what the unit's status with a form is.
func (c *unitCase) with(form string, change func(*bot.Status, *bot.Docket)) {
	of := bot.FormPeriod{Form: form, Period: c.n.Form(form).PeriodAt(c.now)}
	s := c.f.Status[of]
	d := bot.Docket{Key: bot.ReportKey{Unit: "山河镇", Form: form, Period: of.Period}}
	if s.Docket != nil {
		d = *s.Docket
	}
	change(&s, &d)
	s.Docket = &d
	c.f.Status[of] = s
	if form == c.n.Main {
		c.f.Calls = &d
	}
}

// owes are the debts in words, and why there are none.
func owes(v remind.Verdict) (list []string, why bot.Spare) {
	for _, d := range v.Owes {
		list = append(list, string(d.What)+" "+d.Form+d.Kind)
	}
	return list, v.Why
}

// reasons are why a unit that owes 附件2 is not reminded, in the order in which they
// are looked for.
var reasons = []struct {
	why bot.Spare
	set func(*unitCase)
}{
	{bot.SpareFinished, func(c *unitCase) {
		c.with("附件2", func(s *bot.Status, _ *bot.Docket) { s.State, s.Version = bot.Submitted, 1 })
	}},
	{bot.SparePaper, func(c *unitCase) { c.with("附件2", func(s *bot.Status, _ *bot.Docket) { s.Paper = true }) }},
	{bot.SpareClaimed, func(c *unitCase) {
		c.with("附件2", func(_ *bot.Status, d *bot.Docket) { d.Claimed = &bot.Word{At: c.now} })
	}},
	{bot.SpareClosed, func(c *unitCase) { c.with("附件2", func(s *bot.Status, _ *bot.Docket) { s.Closed = true }) }},
	{bot.SpareExtended, func(c *unitCase) {
		c.with("附件2", func(s *bot.Status, _ *bot.Docket) { s.Until = c.now })
	}},
	{bot.SpareOff, func(c *unitCase) { c.f.Unit.Pause = &bot.Pause{} }},
	{bot.SparePaused, func(c *unitCase) { c.kept.Pause = &bot.Pause{} }},
	{bot.SparePromised, func(c *unitCase) {
		c.with("附件2", func(_ *bot.Status, d *bot.Docket) { d.Calls = []bot.Call{{Quiet: c.now.Add(1)}} })
	}},
	{bot.SpareNobody, func(c *unitCase) { c.f.Unit.Liaison = "" }},
	{bot.SpareCapped, func(c *unitCase) { c.f.Week = c.n.Ladder.Cap }},
}

// TestNoCap: a ladder that sets no cap holds nobody to one.
func TestNoCap(t *testing.T) {
	c := asking(t, "2021-06-30 09:00", "附件2当天")
	c.n.Ladder.Cap, c.f.Week = 0, 99
	if list, why := owes(c.judge()); why != "" || len(list) != 2 {
		t.Errorf("%q, %s", list, why)
	}
}

// TestReasons: each reason alone; and of any two that hold, the first is told.
func TestReasons(t *testing.T) {
	if list, why := owes(asking(t, "2021-06-30 09:00", "附件2当天").judge()); why != "" || !slices.Equal(list, []string{"form 附件2", "form 总结"}) {
		t.Fatalf("with nothing against it: %q, %s", list, why)
	}
	for i, first := range reasons {
		for _, second := range reasons[i:] {
			c := asking(t, "2021-06-30 09:00", "附件2当天")
			for i := range c.n.Ladder.Rungs {
				c.n.Ladder.Rungs[i].Owes = []bot.Owed{{What: bot.OweForm, Form: "附件2"}}
			}
			second.set(c)
			first.set(c)
			if list, why := owes(c.judge()); len(list) > 0 || why != first.why {
				t.Errorf("%s and %s: %q, %s", first.why, second.why, list, why)
			}
		}
	}
}

// TestJudge: one line for everything that settles a debt, and for what does not.
func TestJudge(t *testing.T) {
	status := func(form string, change func(*bot.Status)) func(*unitCase) {
		return func(c *unitCase) { c.with(form, func(s *bot.Status, _ *bot.Docket) { change(s) }) }
	}
	docket := func(form string, change func(*bot.Docket)) func(*unitCase) {
		return func(c *unitCase) { c.with(form, func(_ *bot.Status, d *bot.Docket) { change(d) }) }
	}
	counted := func(s *bot.Status) { s.State, s.Version = bot.Submitted, 1 }
	returned := func(s *bot.Status) { s.State, s.Version = bot.Returned, 1 }
	paper := func(s *bot.Status) { s.Paper = true }
	receipt := func(what string) func(*bot.Docket) {
		return func(d *bot.Docket) { d.Receipts = []bot.Receipt{{What: what}} }
	}
	stamp := func(version int, verdict bot.StampVerdict) func(*bot.Docket) {
		return func(d *bot.Docket) { d.Stamp = &bot.Stamp{Version: version, Verdict: verdict} }
	}
	tests := []struct {
		name, now, step string
		set             []func(*unitCase)
		owes            []string
		why             bot.Spare
	}{
		{"附件1 nothing yet", "2021-06-03 09:00", "附件1逾期", nil, []string{"form 附件1"}, ""},
		{"附件1 begun", "2021-06-03 09:00", "附件1逾期", []func(*unitCase){status("附件1", func(s *bot.Status) { s.State, s.Filled = bot.Filling, 5 })}, []string{"form 附件1"}, ""},
		{"附件1 handed in", "2021-06-03 09:00", "附件1逾期", []func(*unitCase){status("附件1", counted)}, nil, bot.SpareFinished},
		{"附件1 approved", "2021-06-03 09:00", "附件1逾期", []func(*unitCase){status("附件1", func(s *bot.Status) { s.State, s.Version = bot.Approved, 2 })}, nil, bot.SpareFinished},
		{"附件1 on paper, which has no figures", "2021-06-03 09:00", "附件1逾期", []func(*unitCase){status("附件1", paper)}, nil, bot.SpareFinished},
		{"附件1 sent back", "2021-06-03 09:00", "附件1逾期", []func(*unitCase){status("附件1", returned)}, []string{"form 附件1"}, ""},

		{"附件2 done, 总结 not", "2021-06-30 09:00", "附件2当天", []func(*unitCase){status("附件2", counted)}, []string{"form 总结"}, ""},
		{"附件2 on paper, 总结 not", "2021-06-30 09:00", "附件2当天", []func(*unitCase){status("附件2", paper)}, []string{"form 总结"}, ""},
		{"附件2 on paper, 总结 done", "2021-06-30 09:00", "附件2当天", []func(*unitCase){status("附件2", paper), status("总结", counted)}, nil, bot.SpareFinished},
		{"both on paper", "2021-06-30 09:00", "附件2当天", []func(*unitCase){status("附件2", paper), status("总结", paper)}, nil, bot.SpareFinished},
		{"附件2 done, and too many reminders for 总结", "2021-06-30 09:00", "附件2当天", []func(*unitCase){status("附件2", counted), func(c *unitCase) { c.f.Week = 3 }}, nil, bot.SpareCapped},
		{"附件2 taken back", "2021-06-30 09:00", "附件2当天", []func(*unitCase){status("附件2", func(s *bot.Status) { s.State = bot.Filling }), status("总结", counted)}, []string{"form 附件2"}, ""},
		{"附件2 sent back", "2021-06-30 09:00", "附件2当天", []func(*unitCase){status("附件2", returned), status("总结", counted)}, []string{"form 附件2"}, ""},
		{"附件2 changed since it was handed in", "2021-06-30 09:00", "附件2当天", []func(*unitCase){status("附件2", func(s *bot.Status) { counted(s); s.Dirty = true }), status("总结", counted)}, nil, bot.SpareFinished},
		{"the office has answered the claim by 记", "2021-06-30 09:00", "附件2当天", []func(*unitCase){status("总结", counted), docket("附件2", func(d *bot.Docket) {
			d.Claimed, d.Calls = &bot.Word{At: at(t, "2021-06-28 09:00")}, []bot.Call{{At: at(t, "2021-06-28 10:00")}}
		})}, []string{"form 附件2"}, ""},
		{"its own deadline is over", "2021-07-02 09:00", "附件2逾期", []func(*unitCase){status("总结", counted), status("附件2", func(s *bot.Status) { s.Until = at(t, "2021-07-02 08:59") })}, []string{"form 附件2"}, ""},
		{"the promised day has come", "2021-07-02 09:00", "附件2逾期", []func(*unitCase){status("总结", counted), docket("附件2", func(d *bot.Docket) {
			d.Calls = []bot.Call{{Quiet: at(t, "2021-07-02 09:00")}}
		})}, []string{"form 附件2"}, ""},
		{"a call without a day", "2021-07-02 09:00", "附件2逾期", []func(*unitCase){status("总结", counted), docket("附件2", func(d *bot.Docket) { d.Calls = []bot.Call{{At: at(t, "2021-07-01 16:00")}} })}, []string{"form 附件2"}, ""},
		{"the unit's pause is over", "2021-07-02 09:00", "附件2逾期", []func(*unitCase){func(c *unitCase) { c.f.Unit.Pause = &bot.Pause{Until: c.now.Add(-1)} }}, []string{"form 附件2", "form 总结"}, ""},
		{"the unit is paused", "2021-07-02 09:00", "附件2逾期", []func(*unitCase){func(c *unitCase) { c.f.Unit.Pause = &bot.Pause{Until: c.now} }}, nil, bot.SparePaused},
		{"all are paused till now", "2021-07-02 09:00", "附件2逾期", []func(*unitCase){func(c *unitCase) { c.kept.Pause = &bot.Pause{Until: c.now} }}, nil, bot.SparePaused},
		{"the pause of all is over", "2021-07-02 09:00", "附件2逾期", []func(*unitCase){func(c *unitCase) { c.kept.Pause = &bot.Pause{Until: c.now.Add(-1)} }}, []string{"form 附件2", "form 总结"}, ""},
		{"somebody stands in", "2021-07-02 09:00", "附件2逾期", []func(*unitCase){func(c *unitCase) {
			c.f.Unit.Liaison = ""
			c.f.Unit.Deputies = []bot.Deputy{{Person: "p2", From: c.now, Until: c.now}}
		}}, []string{"form 附件2", "form 总结"}, ""},
		{"one reminder is left", "2021-07-02 09:00", "附件2逾期", []func(*unitCase){func(c *unitCase) { c.f.Week = 2 }}, []string{"form 附件2", "form 总结"}, ""},

		{"the plan was sent", "2021-06-15 09:00", "咨询日方案", []func(*unitCase){func(c *unitCase) { c.f.Material = []string{"特色项目", "活动方案"} }}, nil, bot.SpareFinished},
		{"other material was sent", "2021-06-15 09:00", "咨询日方案", []func(*unitCase){func(c *unitCase) { c.f.Material = []string{"特色项目"} }}, []string{"material 活动方案"}, ""},
		{"附件2 on paper settles no plan", "2021-06-15 09:00", "咨询日方案", []func(*unitCase){status("附件2", paper)}, []string{"material 活动方案"}, ""},

		{"one of two figures", "2021-06-17 09:00", "咨询日数字", []func(*unitCase){status("附件2", func(s *bot.Status) { s.State, s.Items = bot.Filling, []int{1, 28} })}, []string{"items 附件2"}, ""},
		{"both figures are in the draft", "2021-06-17 09:00", "咨询日数字", []func(*unitCase){status("附件2", func(s *bot.Status) { s.State, s.Items = bot.Filling, []int{1, 28, 29} })}, nil, bot.SpareFinished},
		{"the whole form is in", "2021-06-17 09:00", "咨询日数字", []func(*unitCase){status("附件2", counted)}, nil, bot.SpareFinished},
		{"the form with the figures came on paper", "2021-06-17 09:00", "咨询日数字", []func(*unitCase){status("附件2", paper)}, nil, bot.SparePaper},

		{"盖章件, nothing handed in", "2021-07-06 09:00", "盖章件", nil, nil, bot.SpareNotDue},
		{"盖章件 of a version taken back", "2021-07-06 09:00", "盖章件", []func(*unitCase){docket("附件2", stamp(1, bot.StampSame))}, nil, bot.SpareNotDue},
		{"盖章件 wanted", "2021-07-06 09:00", "盖章件", []func(*unitCase){status("附件2", counted)}, []string{"stamp 附件2"}, ""},
		{"盖章件 the same", "2021-07-06 09:00", "盖章件", []func(*unitCase){status("附件2", counted), docket("附件2", stamp(1, bot.StampSame))}, nil, bot.SpareFinished},
		{"盖章件 with changes", "2021-07-06 09:00", "盖章件", []func(*unitCase){status("附件2", counted), docket("附件2", stamp(1, bot.StampChanged))}, nil, bot.SpareFinished},
		{"盖章件 said to be old", "2021-07-06 09:00", "盖章件", []func(*unitCase){status("附件2", counted), docket("附件2", stamp(1, bot.StampOld))}, []string{"stamp 附件2"}, ""},
		{"盖章件 of the version before", "2021-07-06 09:00", "盖章件", []func(*unitCase){status("附件2", func(s *bot.Status) { s.State, s.Version = bot.Submitted, 2 }), docket("附件2", stamp(1, bot.StampSame))}, []string{"stamp 附件2"}, ""},
		{"盖章件 by hand", "2021-07-06 09:00", "盖章件", []func(*unitCase){status("附件2", counted), docket("附件2", receipt("盖章件"))}, nil, bot.SpareFinished},
		{"附件2 by hand as well", "2021-07-06 09:00", "盖章件", []func(*unitCase){status("附件2", func(s *bot.Status) { counted(s); s.Paper = true })}, nil, bot.SparePaper},

		{"案例, none", "2021-07-29 09:00", "案例", nil, []string{"form 案例"}, ""},
		{"案例 in", "2021-07-29 09:00", "案例", []func(*unitCase){status("案例", counted)}, nil, bot.SpareFinished},
		{"案例 sent back counts", "2021-07-29 09:00", "案例", []func(*unitCase){status("案例", returned)}, nil, bot.SpareFinished},
		{"案例 本月无", "2021-07-29 09:00", "案例", []func(*unitCase){docket("案例", func(d *bot.Docket) { d.Nothing = &bot.Word{} })}, nil, bot.SpareFinished},
		{"案例 后续有再报", "2021-07-29 09:00", "案例", []func(*unitCase){func(c *unitCase) { c.f.Later = &bot.Docket{Later: &bot.Word{}} }}, nil, bot.SpareFinished},
		{"案例 the second of the month alone", "2021-07-29 09:00", "案例", []func(*unitCase){func(c *unitCase) {
			c.f.Status[bot.FormPeriod{Form: "案例", Period: "2021-07-2"}] = bot.Status{State: bot.Submitted, Version: 1}
		}}, nil, bot.SpareFinished},
		{"案例 of another month", "2021-07-29 09:00", "案例", []func(*unitCase){func(c *unitCase) {
			c.f.Status[bot.FormPeriod{Form: "案例", Period: "2021-06"}] = bot.Status{State: bot.Submitted, Version: 1}
		}}, []string{"form 案例"}, ""},

		{"a step that the ladder has no more", "2021-06-30 09:00", "删去的一步", nil, nil, bot.SpareOver},
	}
	for _, tt := range tests {
		c := asking(t, tt.now, tt.step)
		for _, set := range tt.set {
			set(c)
		}
		list, why := owes(c.judge())
		if diff := cmp.Diff(tt.owes, list); diff != "" || why != tt.why {
			t.Errorf("%s: %s%s, want %s", tt.name, diff, why, tt.why)
		}
	}
}

// TestJudgeForOthers: the groups' counts and the office's list are of all units that
// owe something, also of those whose liaison is not written to.
func TestJudgeForOthers(t *testing.T) {
	for _, to := range []bot.Audience{bot.ToGroups, bot.ToOffice} {
		for _, reason := range reasons {
			c := asking(t, "2021-06-30 09:00", "附件2当天")
			c.b.To = to
			reason.set(c)
			list, why := owes(c.judge())
			written := slices.Contains([]bot.Spare{bot.SpareOff, bot.SparePaused, bot.SparePromised, bot.SpareNobody, bot.SpareCapped}, reason.why)
			if want := slices.Contains(list, "form 附件2"); want != written || why != "" {
				t.Errorf("%s, %s: %q, %s", to, reason.why, list, why)
			}
		}
	}
}

// TestOver: what a message on its way asks for ends step by step.
func TestOver(t *testing.T) {
	c := asking(t, "2021-06-30 17:00", "案例", "附件2当天")
	c.b.Slots[0].Until, c.b.Slots[1].Until = at(t, "2021-06-30 17:30"), at(t, "2021-07-01 17:30")
	for _, tt := range []struct {
		now  string
		owes []string
		why  bot.Spare
	}{
		{"2021-06-30 17:30", []string{"form 附件2", "form 总结", "form 案例"}, ""},
		{"2021-07-01 14:30", []string{"form 附件2", "form 总结"}, ""},
		{"2021-07-01 17:30:01", nil, bot.SpareOver},
	} {
		c.now = at(t, tt.now)
		if list, why := owes(c.judge()); !slices.Equal(list, tt.owes) || why != tt.why {
			t.Errorf("%s: %q, %s", tt.now, list, why)
		}
	}
}

// TestDebts: what a message has to say of each debt.
func TestDebts(t *testing.T) {
	c := asking(t, "2021-06-17 09:00", "咨询日数字", "咨询日方案")
	until := at(t, "2021-06-16 18:00")
	c.with("附件2", func(s *bot.Status, d *bot.Docket) {
		s.State, s.Items, s.Until = bot.Filling, []int{28}, until
		d.Extension = &bot.Extension{Until: until}
	})
	v := c.judge()
	if len(v.Owes) != 2 || v.Owes[0].Rung.ID != "咨询日方案" || v.Owes[1].Rung.ID != "咨询日数字" {
		t.Fatalf("not in the order of the ladder: %+v", v)
	}
	if d := v.Owes[0]; d.Kind != "活动方案" || !d.Due.IsZero() || d.Period != "" || d.Lacks != nil {
		t.Errorf("material: %+v", d)
	}
	if d := v.Owes[1]; !slices.Equal(d.Lacks, []int{29}) || !d.Due.Equal(until) || d.Period != "2021" || d.Status.State != bot.Filling {
		t.Errorf("items: %+v", d)
	}
	for _, tt := range []struct{ now, step, period, due string }{
		{"2021-06-30 09:00", "附件2当天", "2021", "2021-07-01 23:59:59"},
		{"2021-07-02 09:00", "附件2逾期", "2021", "2021-07-01 23:59:59"},
		{"2021-08-30 10:00", "案例", "2021-08", "2021-08-31 23:59:59"},
		{"2021-12-30 09:00", "年终当天", "2021", "2021-12-31 23:59:59"},
	} {
		v := asking(t, tt.now, tt.step).judge()
		if d := v.Owes[0]; d.Period != tt.period || !d.Due.Truncate(time.Second).Equal(at(t, tt.due)) {
			t.Errorf("%s: %s due %v", tt.step, d.Period, d.Due)
		}
	}
}

// TestDebtsOnce: what two steps ask for, or one as part of another, is said once; and
// it is looked up once.
func TestDebtsOnce(t *testing.T) {
	for _, tt := range []struct {
		steps, owes []string
		needs       []bot.FormPeriod
	}{
		{[]string{"附件2首次", "附件2二次"}, []string{"form 附件2", "form 总结"}, []bot.FormPeriod{{Form: "附件2", Period: "2021"}, {Form: "总结", Period: "2021"}}},
		{[]string{"咨询日数字", "附件2首次"}, []string{"form 附件2", "form 总结"}, []bot.FormPeriod{{Form: "附件2", Period: "2021"}, {Form: "总结", Period: "2021"}}},
		{[]string{"案例", "附件2二次"}, []string{"form 附件2", "form 总结", "form 案例"}, []bot.FormPeriod{{Form: "附件2", Period: "2021"}, {Form: "总结", Period: "2021"}, {Form: "案例", Period: "2021-06"}}},
		{[]string{"咨询日方案"}, []string{"material 活动方案"}, nil},
	} {
		c := asking(t, "2021-06-29 09:00", tt.steps...)
		list, _ := owes(c.judge())
		if diff := cmp.Diff(tt.owes, list); diff != "" {
			t.Errorf("%q: %s", tt.steps, diff)
		}
		forms, material := remind.Needs(c.n, c.b)
		if diff := cmp.Diff(tt.needs, forms); diff != "" || material != (tt.needs == nil) {
			t.Errorf("%q needs material %v, %s", tt.steps, material, diff)
		}
	}
}
