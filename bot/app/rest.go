package app

import (
	"time"

	"anyuebot/bot"
	"anyuebot/bot/remind"
)

// Reminders are kept to their hours here, by the campaign's clock: in a rehearsal it
// is another than the one that deliveries go by.

// current is a reminder that is about to leave: it counts for the week in which it
// is sent, even if it was held up since another, and ends when its broadcast does
// by the clock as it goes now.
func (w *worker) current(d bot.Delivery, b bot.Broadcast) bot.Delivery {
	if d.Queued.Before(remind.Monday(w.now())) {
		d.Queued = w.now()
	}
	d.Until = w.real(b.Until)
	return d
}

// real is when the campaign's clock will show an instant: in a rehearsal it is
// another than the real one, and it may be put forward or back at any time.
func (a *App) real(at time.Time) time.Time { return time.Now().Add(at.Sub(a.now())) }

// rests is a reminder that must not go out now: it waits for working hours or, if
// these begin too late for it, has ended. ok is false if it may go out.
func (w *worker) rests(d bot.Delivery, until, now time.Time) (_ bot.Delivery, ok bool) {
	if d.Kind != string(bot.BroadcastRemind) || remind.Open(w.c.Notice, w.now()) {
		return d, false
	}
	opens := remind.Opens(w.c.Notice, w.now())
	if opens.After(until) {
		return ended(d, bot.DeliveryGaveUp, string(bot.SpareOver), now), true
	}
	d.State, d.Why, d.Due = bot.DeliveryDeferred, string(bot.SpareQuiet), w.real(opens)
	return d, true
}

// expired is [expired] by the campaign's time for a reminder, which has a last
// moment of its own: no halt of a road prolongs it.
func (w *worker) expired(d bot.Delivery, until, now time.Time) (bot.Delivery, bool) {
	switch {
	case until.IsZero():
		return expired(d, now)
	case w.now().After(until):
		return ended(d, bot.DeliveryGaveUp, string(bot.SpareOver), now), true
	}
	return d, false
}

// wakes is when there is something to do about a reminder that must not go out
// before opens. By then the campaign's clock may be another, so that what is stored
// of it is not asked.
func (w *worker) wakes(d bot.Delivery, opens time.Time) time.Time {
	switch {
	case d.State == bot.DeliveryHeld, d.State == bot.DeliveryDeferred && d.Why == string(bot.SpareQuiet):
		return opens
	}
	return later(d.Due, w.skipped[d.ID]) // to be told to wait
}
