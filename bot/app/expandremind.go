package app

import (
	"slices"
	"time"

	"anyuebot/bot"
	"anyuebot/bot/remind"
)

// reminder is a reminder of the ladder, with what was decided about the units.
type reminder struct {
	*worker
	view OutboxView
	b    bot.Broadcast
	kept bot.Reminding
	rows []remind.Row
}

// reminder decides about some units, nil for all on the roster.
func (w *worker) reminder(view OutboxView, b bot.Broadcast, units []string) (script, error) {
	kept, err := view.Reminding()
	if err != nil {
		return nil, err
	}
	r := reminder{worker: w, view: view, b: b, kept: kept}
	if units == nil {
		r.rows, err = Judged(w.c.Notice, view, b, w.now())
	} else {
		r.rows, err = w.judgedOf(view, b, units)
	}
	if w.now().After(b.Until) {
		for i := range r.rows {
			r.rows[i].Verdict = remind.Verdict{Why: bot.SpareOver}
		}
	}
	return r, err
}

// judgedOf decides once more about a few units. Who is on the roster no more has no
// row.
func (w *worker) judgedOf(view OutboxView, b bot.Broadcast, names []string) ([]remind.Row, error) {
	var units []bot.Unit
	for _, name := range names {
		u, ok, err := view.Unit(name)
		if err != nil {
			return nil, err
		}
		if ok && u.Removed == nil {
			units = append(units, u)
		}
	}
	f := facts{n: w.c.Notice, r: view, b: b, now: w.now()}
	list, err := f.some(units)
	if err != nil {
		return nil, err
	}
	return f.judge(list)
}

func (r reminder) spared(u bot.Unit) string {
	if i := slices.IndexFunc(r.rows, func(row remind.Row) bool { return row.Unit.Name == u.Name }); i >= 0 {
		return string(r.rows[i].Why)
	}
	return ""
}

func (r reminder) says(person, group string) (bot.Send, bool, error) {
	n, now := r.c.Notice, r.now()
	if group != "" {
		chat, ok, err := r.view.Chat(group)
		if err != nil || !ok {
			return bot.Send{}, false, err
		}
		if paused, err := r.paused(); err != nil || paused {
			return bot.Send{}, false, err
		}
		send, ok := remind.ToGroup(n, r.b, chat.ID, r.rows, now)
		return send, ok, nil
	}
	p, ok, err := r.view.Person(person)
	if err != nil || !ok {
		return bot.Send{}, false, err
	}
	p = p.At(now)
	if r.b.To == bot.ToOffice {
		send, ok := remind.ToOffice(n, r.b, r.kept, p.ID, r.rows, now)
		return send, ok, nil
	}
	var rows []remind.Row
	for _, row := range r.rows {
		if slices.Contains(p.Units, row.Unit.Name) && len(row.Owes) > 0 {
			rows = append(rows, row)
		}
	}
	send, ok := remind.ToPerson(n, p.ID, rows, now)
	return send, ok, nil
}

// paused reports whether the office has paused the reminders of all. The groups get
// nothing then either: what is asked of everybody there is asked of every unit.
func (r reminder) paused() (bool, error) {
	kept, err := r.view.Reminding()
	return kept.Pause.Holds(r.now()), err
}

// needed is true of a delivery to somebody who speaks for none of its units any
// more. Otherwise the reason is the one that is looked for first.
func (r reminder) needed(d bot.Delivery) (bool, string, error) {
	if paused, err := r.paused(); err != nil || paused && d.Group != "" {
		return false, string(bot.SparePaused), err
	}
	if d.Group != "" || r.b.To == bot.ToOffice {
		return false, string(bot.SpareFinished), nil
	}
	whys := bot.Spares()
	first := len(whys)
	for _, row := range r.rows {
		if row.Why == "" || row.Why == bot.SpareNobody {
			return true, "", nil
		}
		if i := slices.Index(whys, row.Why); i >= 0 {
			first = min(first, i)
		}
	}
	if first == len(whys) {
		return false, "", nil // its units are off the roster
	}
	return false, string(whys[first]), nil
}

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
