package remind

import (
	"slices"
	"time"

	"anyuebot/bot"
)

// Due is a step of the ladder on the instant it falls on.
type Due struct {
	Rung bot.Rung
	At   time.Time // inside a window, in the campaign's zone
	// Until is the last instant at which it is still worth sending: the end of
	// Rung.Keep working days after, and never beyond the deadline it warns of. It
	// is before At if the step was moved out of the month that it is about; such a
	// step is never sent.
	Until time.Time
	// Moves tell in words why At is not the day and hour that the notice names,
	// each as “6月14日 端午节 → 6月15日”, and of a day that was counted which days
	// were passed over; none if there is nothing to tell.
	Moves []string
}

// Plan is all that falls between two instants, both included, the earliest first;
// what falls together is in the order of the ladder.
func Plan(n *bot.Notice, from, to time.Time) []Due {
	return steps(n, from.Location(), func(d Due) bool { return !d.At.Before(from) && !d.At.After(to) })
}

// Coming are the next steps behind now that were not dealt with, the nearest first,
// at most so many.
func Coming(n *bot.Notice, kept bot.Reminding, now time.Time, most int) []Due {
	list := steps(n, now.Location(), func(d Due) bool { return d.At.After(now) && !done(kept, d) })
	list = slices.DeleteFunc(list, func(d Due) bool { return d.Until.Before(d.At) })
	return list[:min(len(list), most)]
}

// done reports whether a step was dealt with.
func done(kept bot.Reminding, d Due) bool {
	return slices.ContainsFunc(kept.Done, func(s bot.Slot) bool { return s.Rung == d.Rung.ID && s.Due.Equal(d.At) })
}

// steps are those of the ladder that are wanted, by their rung and instant, in the
// order of [Plan]. The rest is found out of these alone: it is asked each minute.
func steps(n *bot.Notice, zone *time.Location, wanted func(Due) bool) []Due {
	var list []Due
	for _, r := range n.Ladder.Rungs {
		for _, from := range starts(n, r, zone) {
			day, off, on := count(n.Calendar, from, r.Day)
			named := day.Add(r.At)
			if d := (Due{Rung: r, At: Opens(n, named)}); wanted(d) {
				d.Until = worth(n, d, from)
				d.Moves = moves(n, d, named, off, on)
				list = append(list, d)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b Due) int { return a.At.Compare(b.At) })
	return list
}

// starts are the days that a rung's working days are counted from, one for each of
// its steps: of a month the day behind its last one.
func starts(n *bot.Notice, r bot.Rung, zone *time.Location) (days []time.Time) {
	switch r.Day.From {
	case bot.DayDate:
		if day, err := time.ParseInLocation(bot.DateLayout, r.Day.Date, zone); err == nil {
			days = append(days, day)
		}
	case bot.DayAim:
		if d := n.Deadline(r.Day.Deadline); d != nil {
			days = append(days, midnight(d.Aim.In(zone)))
		}
	case bot.DayMonth: // all that such a rung asks for is reported monthly
		if f := n.Form(r.Owes[0].Form); f != nil {
			for _, month := range f.Periods() {
				days = append(days, n.Due(bot.ReportKey{Form: f.ID, Period: month}, nil, zone).Add(1))
			}
		}
	}
	return days
}

// count is the day that a step falls on, counted from another: off are the days
// between them that are not worked, and on those that are against the week.
func count(c bot.Calendar, from time.Time, by bot.Day) (day time.Time, off, on []time.Time) {
	step := 1
	if by.Work < 0 || by.Work == 0 && by.Early {
		step = -1
	}
	if by.Work == 0 {
		day, off = worked(c, from, step)
		return day, off, nil
	}
	day = from
	for left := by.Work; left != 0; left -= step {
		var more []time.Time
		day, more = worked(c, day.AddDate(0, 0, step), step)
		off = append(off, more...)
		if name, _ := c.Free(day); name != "" {
			on = append(on, day)
		}
	}
	return day, off, on
}

// worth is till when a step that was missed is still worth sending; from is the day
// that it is counted from.
func worth(n *bot.Notice, d Due, from time.Time) time.Time {
	day := midnight(d.At)
	for range d.Rung.Keep {
		day, _ = worked(n.Calendar, day.AddDate(0, 0, 1), 1)
	}
	until := day
	for _, w := range n.Ladder.Windows {
		until = day.Add(w.To)
	}
	for _, asked := range asks(n, d.Rung, d.At) {
		if due := asked.due(n, nil, d.At.Location()); !due.IsZero() && !d.At.After(due) {
			until = earlier(until, due)
		}
	}
	if d.Rung.Day.From == bot.DayMonth {
		until = earlier(until, from.Add(-1))
	}
	return until
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
