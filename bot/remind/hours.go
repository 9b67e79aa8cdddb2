package remind

import (
	"time"

	"anyuebot/bot"
)

// Open reports whether reminders may go out at an instant.
func Open(n *bot.Notice, now time.Time) bool {
	why, _ := shut(n, now)
	return why == ""
}

// Opens is the next instant, now included, at which reminders may go out. It looks
// a year ahead, and ends there with a ladder that has no hours at all.
func Opens(n *bot.Notice, now time.Time) time.Time {
	end := now.AddDate(1, 0, 0)
	for at := now; at.Before(end); {
		why, till := shut(n, at)
		if why == "" {
			return at
		}
		at = till
	}
	return end
}

// Monday is the beginning of the week that an instant is in: caps are counted from
// there.
func Monday(now time.Time) time.Time {
	since := (int(now.Weekday()) + 6) % 7
	return midnight(now).AddDate(0, 0, -since)
}

// shut tells in words why nothing may go out at an instant, and till when that
// lasts, though something else may hold there; "" if reminders may go out.
func shut(n *bot.Notice, at time.Time) (why string, till time.Time) {
	day := midnight(at)
	if till, off := worked(n.Calendar, day, 1); len(off) > 0 {
		return spans(n.Calendar, off)[0], till
	}
	for _, s := range n.Ladder.Silent {
		if !at.Before(s.From) && at.Before(s.To) {
			return silence(s, at.Location()), s.To.In(at.Location())
		}
	}
	clock := at.Sub(day)
	if at.Weekday() == time.Monday && clock < n.Ladder.Monday {
		return "星期一" + hour(n.Ladder.Monday) + "前不发", day.Add(n.Ladder.Monday)
	}
	before := ""
	for _, w := range n.Ladder.Windows {
		switch {
		case clock < w.From && before == "":
			return hour(w.From) + "前不发", day.Add(w.From)
		case clock < w.From:
			return before + "至" + hour(w.From) + "不发", day.Add(w.From)
		case clock < w.To:
			return "", at
		}
		before = hour(w.To)
	}
	return before + "后不发", day.AddDate(0, 0, 1)
}

// worked is the first day that is worked, from one on forward or, with step -1,
// back, and the days before it that are not.
func worked(c bot.Calendar, day time.Time, step int) (_ time.Time, off []time.Time) {
	for !c.Working(day) {
		off = append(off, day)
		day = day.AddDate(0, 0, step)
	}
	return day, off
}

// midnight is the beginning of the day that an instant is in.
func midnight(at time.Time) time.Time {
	y, m, d := at.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, at.Location())
}
