package remind_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/fxamacker/cbor/v2"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"anyuebot/bot"
	"anyuebot/bot/remind"
)

// tells writes a broadcast in one line: its ID, what it carries, and till when.
func tells(b bot.Broadcast) string {
	var steps []string
	for _, s := range b.Slots {
		steps = append(steps, s.Rung)
	}
	return fmt.Sprintf("%s %s %s", b.ID, strings.Join(steps, "+"), b.Until.Format("01-02 15:04"))
}

// TestTick: instants one behind the other, and what each of them sends.
func TestTick(t *testing.T) {
	for _, tt := range []struct {
		name  string
		ticks [][]string // an instant and what it sends; "-" before a step that it passes over
	}{
		{"on its minute, and never again", [][]string{
			{"2021-06-01 14:29:59"},
			{"2021-06-01 14:30", "remind-20210601T1430-liaison 附件1首次 06-02 17:30"},
			{"2021-06-01 14:30:01"}, {"2021-06-01 14:31"}, {"2021-06-02 08:30"},
		}},
		{"two steps of a moment in one message", [][]string{
			{"2021-06-29 09:00:30", "remind-20210629T0900-liaison 附件2二次+案例 06-30 17:30"},
			{"2021-06-30 16:00", "remind-20210630T0900-liaison 附件2当天 07-01 17:30", "remind-20210629T1500-group 附件2群 06-30 17:30", "remind-20210630T1600-office 附件2清单+案例清单 07-01 17:30"},
		}},
		{"missed and made up for in the next window", [][]string{
			{"2021-06-01 17:30"}, {"2021-06-02 08:29"},
			{"2021-06-02 08:30", "remind-20210601T1430-liaison 附件1首次 06-02 17:30"},
		}},
		{"of two that ask for the same the last", [][]string{
			{"2021-06-30 10:00", "-附件2二次", "remind-20210630T0900-liaison 案例+附件2当天 07-01 17:30", "remind-20210629T1500-group 附件2群 06-30 17:30"},
			{"2021-06-30 11:00"},
		}},
		{"behind the deadline only what is for then", [][]string{
			{"2021-07-02 10:00", "remind-20210702T0900-liaison 附件2逾期 07-05 17:30"},
		}},
		{"too late for all", [][]string{{"2021-07-08 10:00"}, {"2021-07-20 10:00"}}},
		{"nothing on the morning of 1 July", [][]string{
			{"2021-07-01 09:00"}, {"2021-07-01 14:29"},
			{"2021-07-01 14:30", "remind-20210630T0900-liaison 附件2当天 07-01 17:30", "remind-20210630T1600-office 附件2清单 07-01 17:30"},
		}},
		{"moved by a holiday", [][]string{
			{"2021-06-14 09:00"}, {"2021-06-15 09:00", "remind-20210615T0900-liaison 咨询日方案 06-16 17:30"},
		}},
		{"the clock is set back", [][]string{
			{"2021-06-02 09:00", "remind-20210601T1430-liaison 附件1首次 06-02 17:30", "remind-20210602T0900-group 附件1群 06-02 23:59"},
			{"2021-06-01 14:30"},
			{"2021-06-02 16:00", "remind-20210602T1600-office 附件1清单 06-02 23:59"},
		}},
	} {
		n, kept := load(t), bot.Reminding{}
		for _, tick := range tt.ticks {
			next, send := remind.Tick(n, kept, at(t, tick[0]))
			var got []string
			for _, s := range next.Done[len(kept.Done):] {
				if s.Why == bot.SpareSuperseded {
					got = append(got, "-"+s.Rung)
				}
			}
			for _, b := range send {
				got = append(got, tells(b))
			}
			if !slices.Equal(got, tick[1:]) {
				t.Errorf("%s, %s:\n%s", tt.name, tick[0], cmp.Diff(tick[1:], got))
			}
			kept = next
		}
	}
}

// TestTickMarks: what a broadcast and the marks of its steps hold.
func TestTickMarks(t *testing.T) {
	n, now := load(t), at(t, "2021-06-30 10:00:07")
	was := bot.Reminding{Pause: &bot.Pause{Reason: "防汛"}, Done: []bot.Slot{{Rung: "附件2群", Due: at(t, "2021-06-29 15:00")}}}
	next, send := remind.Tick(n, was, now)
	id, due := "remind-20210630T0900-liaison", at(t, "2021-06-30 09:00")
	want := []bot.Broadcast{{
		ID: id, Kind: bot.BroadcastRemind, To: bot.ToLiaisons, At: now, Until: at(t, "2021-07-01 17:30"),
		Slots: []bot.Slot{
			{Rung: "案例", Due: due.AddDate(0, 0, -1), Until: at(t, "2021-06-30 17:30")},
			{Rung: "附件2当天", Due: due, Until: at(t, "2021-07-01 17:30")},
		},
	}}
	if diff := cmp.Diff(want, send); diff != "" {
		t.Error(diff)
	}
	marks := bot.Reminding{Pause: was.Pause, Done: []bot.Slot{
		was.Done[0],
		{Rung: "附件2二次", Due: due.AddDate(0, 0, -1), Why: bot.SpareSuperseded, At: now},
		{Rung: "案例", Due: due.AddDate(0, 0, -1), Broadcast: id, At: now},
		{Rung: "附件2当天", Due: due, Broadcast: id, At: now},
	}}
	if diff := cmp.Diff(marks, next); diff != "" {
		t.Error(diff)
	}
	if len(was.Done) != 1 {
		t.Error("what was kept has changed")
	}
}

// TestTickNames: a broadcast is never called like one that there was.
func TestTickNames(t *testing.T) {
	n, now := load(t), at(t, "2021-06-30 10:00")
	kept, _ := remind.Tick(n, bot.Reminding{}, now)
	for _, want := range []string{"remind-20210630T0900-liaison-2", "remind-20210630T0900-liaison-3"} {
		// The office puts another step on the same moment.
		r := bot.Rung{ID: want, To: bot.ToLiaisons, Owes: []bot.Owed{{What: bot.OweForm, Form: n.Main}}, Day: bot.Day{From: bot.DayDate, Date: "2021-06-30"}, At: 9 * time.Hour}
		n.Ladder.Rungs = append(n.Ladder.Rungs, r)
		var send []bot.Broadcast
		if kept, send = remind.Tick(n, kept, now.Add(time.Minute)); len(send) != 1 || send[0].ID != want {
			t.Errorf("want %s: %+v", want, send)
		}
	}
}

// TestSuperseded: a step is passed over if later ones ask the same people for all
// that it asks for.
func TestSuperseded(t *testing.T) {
	form := func(id string) bot.Owed { return bot.Owed{What: bot.OweForm, Form: id} }
	items := func(items ...int) bot.Owed { return bot.Owed{What: bot.OweItems, Form: "附件2", Items: items} }
	stamp, plan := bot.Owed{What: bot.OweStamp, Form: "附件2"}, bot.Owed{What: bot.OweMaterial, Kind: "活动方案"}
	for _, tt := range []struct {
		name        string
		older, then []bot.Owed
		later       bot.Audience
		passed      bool
	}{
		{"the same", []bot.Owed{form("附件2")}, []bot.Owed{form("附件2")}, bot.ToLiaisons, true},
		{"more later", []bot.Owed{form("附件2")}, []bot.Owed{form("总结"), form("附件2")}, bot.ToLiaisons, true},
		{"less later", []bot.Owed{form("附件2"), form("总结")}, []bot.Owed{form("附件2")}, bot.ToLiaisons, false},
		{"something else", []bot.Owed{form("附件2")}, []bot.Owed{form("案例")}, bot.ToLiaisons, false},
		{"to others", []bot.Owed{form("附件2")}, []bot.Owed{form("附件2")}, bot.ToOffice, false},
		{"items of the form", []bot.Owed{items(28, 29)}, []bot.Owed{form("附件2")}, bot.ToLiaisons, true},
		{"the form, later items", []bot.Owed{form("附件2")}, []bot.Owed{items(28, 29)}, bot.ToLiaisons, false},
		{"more items later", []bot.Owed{items(28)}, []bot.Owed{items(28, 29)}, bot.ToLiaisons, true},
		{"fewer items later", []bot.Owed{items(28, 29)}, []bot.Owed{items(28)}, bot.ToLiaisons, false},
		{"items of another form", []bot.Owed{{What: bot.OweItems, Form: "年终", Items: []int{1}}}, []bot.Owed{items(1)}, bot.ToLiaisons, false},
		{"the stamped copy is not the form", []bot.Owed{stamp}, []bot.Owed{form("附件2")}, bot.ToLiaisons, false},
		{"nor the form it", []bot.Owed{form("附件2")}, []bot.Owed{stamp}, bot.ToLiaisons, false},
		{"the same material", []bot.Owed{plan}, []bot.Owed{plan}, bot.ToLiaisons, true},
		{"other material", []bot.Owed{plan}, []bot.Owed{{What: bot.OweMaterial, Kind: "特色项目"}}, bot.ToLiaisons, false},
	} {
		for _, hours := range []time.Duration{0, 2} { // at the same moment, too
			n := load(t)
			day := bot.Day{From: bot.DayDate, Date: "2021-06-23"}
			n.Ladder.Rungs = []bot.Rung{
				{ID: "先", To: bot.ToLiaisons, Owes: tt.older, Day: day, At: 9 * time.Hour},
				{ID: "后", To: tt.later, Owes: tt.then, Day: day, At: (9 + hours) * time.Hour},
			}
			next, _ := remind.Tick(n, bot.Reminding{}, at(t, "2021-06-23 11:00"))
			i := slices.IndexFunc(next.Done, func(s bot.Slot) bool { return s.Rung == "先" })
			if got := next.Done[i].Why == bot.SpareSuperseded; got != tt.passed || len(next.Done) != 2 {
				t.Errorf("%s, %d hours later: passed over %v", tt.name, hours, got)
			}
		}
	}
}

// campaign is a run of ticks over the real ladder, with what they have to hold to.
type campaign struct {
	n     *bot.Notice
	steps []remind.Due
	kept  bot.Reminding
	sent  map[string]bot.Broadcast
	ticks []time.Time
	fail  func(format string, args ...any)
}

func newCampaign(t testing.TB, fail func(string, ...any)) *campaign {
	n := load(t)
	return &campaign{n: n, steps: remind.Plan(n, at(t, "2021-01-01"), at(t, "2023-01-01")), sent: map[string]bot.Broadcast{}, fail: fail}
}

// tick is one, with all that must hold of it.
func (c *campaign) tick(now time.Time) {
	c.ticks = append(c.ticks, now)
	next, send := remind.Tick(c.n, c.kept, now)
	if !slices.EqualFunc(c.kept.Done, next.Done[:len(c.kept.Done)], func(a, b bot.Slot) bool { return a.Due.Equal(b.Due) && a.Rung == b.Rung && a.Broadcast == b.Broadcast }) {
		c.fail("%v: what was done is told anew", now)
	}
	news := next.Done[len(c.kept.Done):]
	if (len(news) > 0) != (len(send) > 0) || len(news) > 0 && !remind.Open(c.n, now) {
		c.fail("%v, open %v: %d steps, %d broadcasts", now, remind.Open(c.n, now), len(news), len(send))
	}
	var carried int
	seen := map[bot.Audience]bool{}
	for _, b := range send {
		if _, twice := c.sent[b.ID]; twice || seen[b.To] {
			c.fail("%v: %s is there twice", now, b.ID)
		}
		c.sent[b.ID], seen[b.To] = b, true
		if !b.At.Equal(now) || len(b.Slots) == 0 || now.After(b.Until) {
			c.fail("%v: %+v", now, b)
		}
		carried += len(b.Slots)
	}
	for _, s := range news {
		d := c.step(s)
		if now.Before(d.At) || now.After(d.Until) || !s.At.Equal(now) {
			c.fail("%v: %s was due from %v to %v", now, s.Rung, d.At, d.Until)
		}
		if (s.Broadcast == "") == (s.Why == "") {
			c.fail("%v: %s is neither sent nor passed over", now, s.Rung)
		}
		if s.Broadcast != "" {
			carried--
			b := c.sent[s.Broadcast]
			if b.To != d.Rung.To || !slices.ContainsFunc(b.Slots, func(in bot.Slot) bool { return in.Rung == s.Rung && in.Due.Equal(s.Due) }) {
				c.fail("%v: %s is not in %+v", now, s.Rung, b)
			}
		}
	}
	if carried != 0 {
		c.fail("%v: %d steps are sent without a mark", now, carried)
	}
	c.kept = next
}

// step is what a mark is about.
func (c *campaign) step(s bot.Slot) remind.Due {
	i := slices.IndexFunc(c.steps, func(d remind.Due) bool { return d.Rung.ID == s.Rung && d.At.Equal(s.Due) })
	if i < 0 {
		c.fail("%s on %v is no step", s.Rung, s.Due)
	}
	return c.steps[i]
}

// ends checks that a step was dealt with exactly once if there was a tick for it, and
// else not at all.
func (c *campaign) ends() {
	for _, d := range c.steps {
		times := 0
		for _, s := range c.kept.Done {
			if s.Rung == d.Rung.ID && s.Due.Equal(d.At) {
				times++
			}
		}
		want := 0
		if slices.ContainsFunc(c.ticks, func(now time.Time) bool {
			return !now.Before(d.At) && !now.After(d.Until) && remind.Open(c.n, now)
		}) {
			want = 1
		}
		if times != want {
			c.fail("%s of %v: dealt with %d times, want %d", d.Rung.ID, d.At, times, want)
		}
	}
	if len(c.kept.Done) > len(c.steps) {
		c.fail("%d marks of %d steps", len(c.kept.Done), len(c.steps))
	}
}

// restart sends the record through its encoding.
func (c *campaign) restart(asJSON bool) {
	var again bot.Reminding
	var err error
	if asJSON {
		var data []byte
		if data, err = json.Marshal(c.kept); err == nil {
			err = json.Unmarshal(data, &again)
		}
	} else {
		var data []byte
		if data, err = cbor.Marshal(c.kept); err == nil {
			err = cbor.Unmarshal(data, &again)
		}
	}
	if err != nil {
		c.fail("%v", err)
	}
	c.kept = again
}

// TestEachMinute: with a tick each minute every step goes out on its own minute.
func TestEachMinute(t *testing.T) {
	c := newCampaign(t, t.Fatalf)
	for now := at(t, "2021-05-28").Add(13 * time.Second); now.Before(at(t, "2022-01-10")); now = now.Add(time.Minute) {
		c.tick(now)
	}
	c.ends()
	if len(c.kept.Done) != len(c.steps) {
		t.Errorf("%d of %d steps", len(c.kept.Done), len(c.steps))
	}
	for _, s := range c.kept.Done {
		if s.Broadcast == "" || s.At.Sub(s.Due) >= time.Minute {
			t.Errorf("%s of %v was dealt with at %v: %s", s.Rung, s.Due, s.At, s.Why)
		}
	}
}

// TestAnyTicks: whatever the ticks, forward and back, with gaps and repeats, with
// restarts and with a second scheduler that comes too late, each step is dealt with
// once if there was a time for it, and never out of hours or when it is over.
func TestAnyTicks(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		c := newCampaign(t, rt.Fatalf)
		now := instant(rt, "begin", "2021-05-28", "2021-12-30")
		for range rapid.IntRange(1, 60).Draw(rt, "ticks") {
			switch rapid.SampledFrom([]string{"minute", "hour", "day", "days", "back", "anywhere", "due", "again"}).Draw(rt, "then") {
			case "minute":
				now = now.Add(time.Minute)
			case "hour":
				now = now.Add(time.Duration(rapid.IntRange(1, 3*3600).Draw(rt, "seconds")) * time.Second)
			case "day":
				now = remind.Opens(c.n, now.Add(12*time.Hour))
			case "days":
				now = now.AddDate(0, 0, rapid.IntRange(1, 20).Draw(rt, "n"))
			case "back":
				now = now.Add(-time.Duration(rapid.IntRange(1, 10*24*60).Draw(rt, "minutes")) * time.Minute)
			case "anywhere":
				now = instant(rt, "at", "2021-05-28", "2022-01-10")
			case "due":
				d := rapid.SampledFrom(c.steps).Draw(rt, "step")
				now = rapid.SampledFrom([]time.Time{d.At, d.At.Add(-1), d.Until, d.Until.Add(-time.Minute), d.Until.Add(1)}).Draw(rt, "edge")
			}
			c.tick(now)
			if next, send := remind.Tick(c.n, c.kept, now); len(send) > 0 || len(next.Done) != len(c.kept.Done) {
				rt.Fatalf("%v: a second tick sends %+v", now, send)
			}
			if rapid.Bool().Draw(rt, "restart") {
				c.restart(rapid.Bool().Draw(rt, "json"))
			}
		}
		c.ends()
	})
}
