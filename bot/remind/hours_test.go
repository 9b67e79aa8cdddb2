package remind_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"anyuebot/bot"
	"anyuebot/bot/remind"
)

func TestHours(t *testing.T) {
	n := load(t)
	for _, row := range table(t, "hours.tsv", 3) {
		now := at(t, row[0])
		if got, want := remind.Open(n, now), row[1] == "是"; got != want {
			t.Errorf("%s: open %v, want %v", row[0], got, want)
		}
		if got, want := remind.Opens(n, now), at(t, row[2]); !got.Equal(want) {
			t.Errorf("%s: opens %v, want %v", row[0], got, want)
		}
	}
}

// TestSilence: one in the middle of a day cuts its window in two, and one over days
// is told with both its ends.
func TestSilence(t *testing.T) {
	n := load(t)
	n.Ladder.Silent = []bot.Silence{
		{From: at(t, "2021-06-08 10:00").UTC(), To: at(t, "2021-06-08 11:00").UTC(), Why: "全县会议"},
		{From: at(t, "2021-06-15 15:00").UTC(), To: at(t, "2021-06-17 09:30").UTC(), Why: "防汛应急响应"},
	}
	for _, tt := range []struct{ now, opens, moves string }{
		{"2021-06-08 09:00", "2021-06-08 09:00", ""},
		{"2021-06-08 10:00", "2021-06-08 11:00", "6月8日10时至11时 全县会议 → 11:00"},
		{"2021-06-08 11:00", "2021-06-08 11:00", ""},
		{"2021-06-15 16:00", "2021-06-17 09:30", "6月15日15时至6月17日9时30分 防汛应急响应 → 6月17日"},
	} {
		now := at(t, tt.now)
		if got := remind.Opens(n, now); !got.Equal(at(t, tt.opens)) {
			t.Errorf("%s: opens %v", tt.now, got)
		}
		d := one(t, n, bot.Rung{Day: bot.Day{From: bot.DayDate, Date: tt.now[:10]}, At: now.Sub(at(t, tt.now[:10]))})
		if !d.At.Equal(at(t, tt.opens)) || words(d) != tt.moves {
			t.Errorf("%s: a step falls on %v: %s", tt.now, d.At, words(d))
		}
	}
}

// TestNeverOpen: a ladder without hours ends in no endless search.
func TestNeverOpen(t *testing.T) {
	n := load(t)
	n.Ladder.Windows = nil
	now := at(t, "2021-06-08 09:00")
	if remind.Open(n, now) || remind.Opens(n, now).Before(now.AddDate(1, 0, 0)) {
		t.Errorf("opens %v", remind.Opens(n, now))
	}
}

func TestMonday(t *testing.T) {
	for _, tt := range [][2]string{
		{"2021-06-07 00:00", "2021-06-07"}, {"2021-06-07 10:00", "2021-06-07"}, {"2021-06-13 23:59:59", "2021-06-07"},
		{"2021-06-14 00:00", "2021-06-14"}, {"2022-01-01 12:00", "2021-12-27"}, {"2024-03-01 09:00", "2024-02-26"},
	} {
		if got := remind.Monday(at(t, tt[0])); !got.Equal(at(t, tt[1])) {
			t.Errorf("the week of %s began %v", tt[0], got)
		}
	}
}

// TestOpensFirst: between an instant and the next one that is open there is none.
func TestOpensFirst(t *testing.T) {
	n := load(t)
	rapid.Check(t, func(rt *rapid.T) {
		now := instant(rt, "now", "2021-01-01", "2026-12-31")
		opens := remind.Opens(n, now)
		if opens.Before(now) || !remind.Open(n, opens) || remind.Open(n, now) != opens.Equal(now) {
			rt.Fatalf("%v: open %v, opens %v", now, remind.Open(n, now), opens)
		}
		for before := now; before.Before(opens); before = before.Add(7 * time.Minute) {
			if remind.Open(n, before) {
				rt.Fatalf("%v: open at %v, before %v", now, before, opens)
			}
		}
	})
}

// instant draws one between two days, to the second.
func instant(rt *rapid.T, label, from, to string) time.Time {
	first, _ := time.ParseInLocation(bot.DateLayout, from, zone)
	last, _ := time.ParseInLocation(bot.DateLayout, to, zone)
	return first.Add(time.Duration(rapid.Int64Range(0, int64(last.Sub(first)/time.Second)).Draw(rt, label)) * time.Second)
}
