package remind

import (
	"slices"
	"strconv"
	"time"

	"anyuebot/bot"
)

// Tick is what is to be dealt with at now: the record as it is to be kept, with
// every such step marked, and the broadcasts that carry them, one for each
// audience. With nothing to do it returns no broadcasts and kept as it was. The two
// go into one commit that holds against kept.
//
// A step is due from its instant till it is worth nothing any more, unless it was
// dealt with: when Tick ran last does not matter. Of what was missed only the last
// is said of those that ask for the same.
func Tick(n *bot.Notice, kept bot.Reminding, now time.Time) (next bot.Reminding, send []bot.Broadcast) {
	if !Open(n, now) {
		return kept, nil
	}
	due := steps(n, now.Location(), func(d Due) bool { return !d.At.After(now) && !done(kept, d) })
	due = slices.DeleteFunc(due, func(d Due) bool { return now.After(d.Until) })
	next = kept
	next.Done = slices.Clip(kept.Done)
	for _, to := range []bot.Audience{bot.ToLiaisons, bot.ToGroups, bot.ToOffice} {
		mine := slices.DeleteFunc(slices.Clone(due), func(d Due) bool { return d.Rung.To != to })
		if len(mine) == 0 {
			continue
		}
		last := mine[len(mine)-1]
		b := bot.Broadcast{ID: name(kept, last, to), Kind: bot.BroadcastRemind, At: now, To: to}
		for i, d := range mine {
			mark := bot.Slot{Rung: d.Rung.ID, Due: d.At, At: now}
			if superseded(n, d, mine[i+1:]) {
				mark.Why = bot.SpareSuperseded
			} else {
				mark.Broadcast = b.ID
				b.Slots = append(b.Slots, bot.Slot{Rung: d.Rung.ID, Due: d.At, Until: d.Until})
				if d.Until.After(b.Until) {
					b.Until = d.Until
				}
			}
			next.Done = append(next.Done, mark)
		}
		send = append(send, b)
	}
	return next, send
}

// superseded reports whether later steps ask for all that a step asks for.
func superseded(n *bot.Notice, d Due, later []Due) bool {
	var asked []Debt
	for _, l := range later {
		asked = append(asked, asks(n, l.Rung, l.At)...)
	}
	return !slices.ContainsFunc(asks(n, d.Rung, d.At), func(old Debt) bool {
		return !slices.ContainsFunc(asked, func(newer Debt) bool { return newer.covers(old) })
	})
}

// name is the ID of a broadcast, by the last step that it carries and to whom: the
// same for whoever makes it, and of no broadcast that there was.
func name(kept bot.Reminding, last Due, to bot.Audience) string {
	first := "remind-" + last.At.Format("20060102T1504") + "-" + string(to)
	id := first
	for i := 2; slices.ContainsFunc(kept.Done, func(s bot.Slot) bool { return s.Broadcast == id }); i++ {
		id = first + "-" + strconv.Itoa(i)
	}
	return id
}
