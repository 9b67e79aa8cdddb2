package remind_test

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"anyuebot/bot"
	"anyuebot/bot/remind"
)

// TestPlan2021 is the whole calendar of the real notice. Who changes a line of the
// ladder changes it here as well, and sees what it does.
func TestPlan2021(t *testing.T) {
	n := load(t)
	var b strings.Builder
	for _, d := range remind.Plan(n, at(t, "2021-05-28"), at(t, "2022-01-10")) {
		line := fmt.Sprintf("%s %s %s %s %s，最迟%s", d.At.Format(bot.DateLayout), weekdays[d.At.Weekday()], d.At.Format("15:04"),
			audiences[d.Rung.To], d.Rung.ID, d.Until.Format("1月2日15:04"))
		if len(d.Moves) > 0 {
			line += "（" + words(d) + "）"
		}
		b.WriteString(line + "\n")
	}
	want, err := os.ReadFile("testdata/plan-2021.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), b.String()); diff != "" {
		t.Errorf("%s\n%s", diff, b.String())
	}
}

func words(d remind.Due) string { return strings.Join(d.Moves, "；") }

// one is the step of a ladder that has this rung alone.
func one(t testing.TB, n *bot.Notice, r bot.Rung) remind.Due {
	t.Helper()
	c := *n
	c.Ladder.Rungs = []bot.Rung{r}
	list := remind.Plan(&c, time.Date(2000, 1, 1, 0, 0, 0, 0, zone), time.Date(2100, 1, 1, 0, 0, 0, 0, zone))
	if len(list) != 1 {
		t.Fatalf("%+v: %d steps", r, len(list))
	}
	return list[0]
}

func TestDays(t *testing.T) {
	for _, row := range table(t, "days.tsv", 5) {
		t.Run(strings.Join(row[:3], " "), func(t *testing.T) {
			n := load(t)
			clock := at(t, "2021-01-01 "+row[2]).Sub(at(t, "2021-01-01"))
			r := bot.Rung{At: clock, Day: bot.Day{From: bot.DayDate, Date: row[0]}}
			switch how := []rune(row[1]); string(how[:1]) {
			case "提":
				r.Day.Early = true
			case "前", "后":
				r.Day.Work, _ = strconv.Atoi(string(how[1:]))
				if how[0] == '前' {
					r.Day.Work = -r.Day.Work
				}
			case "月":
				work, _ := strconv.Atoi(string(how[2:]))
				r.Day = bot.Day{From: bot.DayMonth, Work: -work}
				r.Owes = []bot.Owed{{What: bot.OweForm, Form: n.Cases}}
				n.Form(n.Cases).From, n.Form(n.Cases).To = row[0], row[0]
			}
			d := one(t, n, r)
			if !d.At.Equal(at(t, row[3])) || words(d) != row[4] {
				t.Errorf("falls on %v: %s\nwant %s: %s", d.At, words(d), row[3], row[4])
			}
		})
	}
}

// TestUntil: a step that was missed is made up for within its working days, not
// behind the deadline that it warns of, and not behind its month.
func TestUntil(t *testing.T) {
	n := load(t)
	main := []bot.Owed{{What: bot.OweForm, Form: n.Main}}
	date := func(s string) bot.Day { return bot.Day{From: bot.DayDate, Date: s} }
	for _, tt := range []struct {
		name string
		r    bot.Rung
		want string
	}{
		{"its own day", bot.Rung{Owes: main, Day: date("2021-06-23")}, "2021-06-23 17:30"},
		{"the next day", bot.Rung{Owes: main, Day: date("2021-06-23"), Keep: 1}, "2021-06-24 17:30"},
		{"over a weekend", bot.Rung{Owes: main, Day: date("2021-06-18"), Keep: 1}, "2021-06-21 17:30"},
		{"over a holiday", bot.Rung{Owes: main, Day: date("2021-06-10"), Keep: 2}, "2021-06-15 17:30"},
		{"up to the deadline", bot.Rung{Owes: main, Day: date("2021-06-30"), Keep: 3}, "2021-07-01 23:59:59"},
		{"behind the deadline", bot.Rung{Owes: main, Day: date("2021-07-02"), Keep: 3}, "2021-07-07 17:30"},
		{"items are due with their form", bot.Rung{Owes: []bot.Owed{{What: bot.OweItems, Form: n.Main, Items: []int{28}}}, Day: date("2021-06-30"), Keep: 3}, "2021-07-01 23:59:59"},
		{"the stamped copy has no deadline", bot.Rung{Owes: []bot.Owed{{What: bot.OweStamp, Form: n.Main}}, Day: date("2021-06-30"), Keep: 3}, "2021-07-05 17:30"},
		{"nor has material", bot.Rung{Owes: []bot.Owed{{What: bot.OweMaterial, Kind: "活动方案"}}, Day: date("2021-06-30"), Keep: 3}, "2021-07-05 17:30"},
		{"the nearest of two", bot.Rung{Owes: append([]bot.Owed{{What: bot.OweForm, Form: n.Nomination}}, main...), Day: date("2021-06-02"), Keep: 3}, "2021-06-02 23:59:59"},
		{"cases are due with the month", bot.Rung{Owes: []bot.Owed{{What: bot.OweForm, Form: n.Cases}}, Day: date("2021-07-29"), Keep: 3}, "2021-07-31 23:59:59"},
	} {
		tt.r.At = 9 * time.Hour
		if tt.r.To = bot.ToLiaisons; !one(t, n, tt.r).Until.Truncate(time.Second).Equal(at(t, tt.want)) {
			t.Errorf("%s: till %v, want %s", tt.name, one(t, n, tt.r).Until, tt.want)
		}
	}
}

// TestPlanSpan: both ends are part of it, and what falls together is in the order
// of the ladder.
func TestPlanSpan(t *testing.T) {
	n := load(t)
	ids := func(from, to string) string {
		var list []string
		for _, d := range remind.Plan(n, at(t, from), at(t, to)) {
			list = append(list, d.Rung.ID)
		}
		return strings.Join(list, " ")
	}
	for _, tt := range [][3]string{
		{"2021-06-29 09:00", "2021-06-29 09:00", "附件2二次 案例"},
		{"2021-06-29 09:00:01", "2021-06-29 14:59:59", ""},
		{"2021-06-29 09:00", "2021-06-30 16:00", "附件2二次 案例 附件2群 附件2当天 附件2清单 案例清单"},
		{"2021-12-30 00:00", "2022-01-04 09:00", "案例 年终当天 年终清单 案例清单 年终逾期"},
		{"2022-01-05", "2030-01-01", ""},
	} {
		if got := ids(tt[0], tt[1]); got != tt[2] {
			t.Errorf("%s to %s: %q, want %q", tt[0], tt[1], got, tt[2])
		}
	}
}

// TestComing: what was dealt with, as before a clock was set back, does not come
// again.
func TestComing(t *testing.T) {
	n := load(t)
	var kept bot.Reminding
	ids := func(now string, most int) string {
		var list []string
		for _, d := range remind.Coming(n, kept, at(t, now), most) {
			list = append(list, d.Rung.ID)
		}
		return strings.Join(list, " ")
	}
	if got := ids("2021-06-29 08:59", 3); got != "附件2二次 案例 附件2群" {
		t.Error(got)
	}
	if got := ids("2021-06-29 09:00", 3); got != "附件2群 附件2当天 附件2清单" {
		t.Error(got)
	}
	kept, _ = remind.Tick(n, kept, at(t, "2021-06-29 09:00"))
	if got := ids("2021-06-29 08:59", 3); got != "附件2群 附件2当天 附件2清单" {
		t.Error(got)
	}
	if got := ids("2022-01-04 10:00", 3); got != "年终逾期清单" {
		t.Error(got)
	}
	if got := ids("2022-01-10", 3); got != "" {
		t.Error(got)
	}
}

// TestPlanSound: wherever a step is put, it falls into a time that is open; the
// working days are those that were counted; and it is worth sending then.
func TestPlanSound(t *testing.T) {
	n := load(t)
	days := func(from, to time.Time) (worked int) { // behind from, to included
		for day := from.AddDate(0, 0, 1); !day.After(to); day = day.AddDate(0, 0, 1) {
			if n.Calendar.Working(day) {
				worked++
			}
		}
		return worked
	}
	rapid.Check(t, func(rt *rapid.T) {
		start := instant(rt, "start", "2021-02-01", "2026-11-30").Format(bot.DateLayout)
		r := bot.Rung{
			To: bot.ToLiaisons, Keep: rapid.IntRange(0, 5).Draw(rt, "keep"),
			Day: bot.Day{From: bot.DayDate, Date: start, Work: rapid.IntRange(-25, 25).Draw(rt, "work")},
			At:  time.Duration(rapid.IntRange(10*60, 12*60-1).Draw(rt, "minute")) * time.Minute, // open every working day
		}
		n.Ladder.Silent = nil
		d := one(t, n, r)
		from, day := at(t, start), at(t, d.At.Format(bot.DateLayout))
		counted := days(from, day)
		if r.Day.Work < 0 {
			counted = -days(day.AddDate(0, 0, -1), from.AddDate(0, 0, -1))
		}
		if r.Day.Work == 0 && n.Calendar.Working(from) && !day.Equal(from) || r.Day.Work != 0 && counted != r.Day.Work {
			rt.Fatalf("%d working days from %s is %v: that is %d", r.Day.Work, start, day, counted)
		}
		if !remind.Open(n, d.At) || d.At.Sub(day) != r.At {
			rt.Fatalf("at %v, when it is shut or not on its hour", d.At)
		}
		last := at(t, d.Until.Format(bot.DateLayout))
		if days(day, last) != r.Keep || !n.Calendar.Working(last) || d.Until.Sub(last) != 17*time.Hour+30*time.Minute {
			rt.Fatalf("at %v with %d days to keep it: till %v", d.At, r.Keep, d.Until)
		}
	})
}

// TestHoursSound: whatever the hour that is named, the step falls on the first
// instant from there on that is open.
func TestHoursSound(t *testing.T) {
	n := load(t)
	rapid.Check(t, func(rt *rapid.T) {
		named := instant(rt, "named", "2021-02-01", "2026-11-30").Truncate(time.Minute)
		day := at(t, named.Format(bot.DateLayout))
		d := one(t, n, bot.Rung{Day: bot.Day{From: bot.DayDate, Date: named.Format(bot.DateLayout)}, At: named.Sub(day)})
		want := remind.Opens(n, named)
		if !n.Calendar.Working(day) { // the hour is that of the day it is moved to
			for !n.Calendar.Working(day) {
				day = day.AddDate(0, 0, 1)
			}
			want = remind.Opens(n, day.Add(named.Sub(at(t, named.Format(bot.DateLayout)))))
		}
		if !d.At.Equal(want) || (len(d.Moves) > 0) == d.At.Equal(named) {
			rt.Fatalf("%v falls on %v, want %v: %s", named, d.At, want, words(d))
		}
	})
}
