package app

import (
	"fmt"
	"slices"

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
		return nil, fmt.Errorf("reminding: %w", err)
	}
	f := facts{n: w.c.Notice, r: view, b: b, now: w.now()}
	var list []remind.Facts
	if units == nil {
		list, err = f.all()
	} else {
		list, err = f.some(units)
	}
	if err != nil {
		return nil, err
	}
	r := reminder{worker: w, view: view, b: b, kept: kept, rows: f.judge(kept, list)}
	if w.now().After(b.Until) {
		for i := range r.rows {
			r.rows[i].Verdict = remind.Verdict{Why: bot.SpareOver}
		}
	}
	return r, nil
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
		if r.kept.Pause.Holds(now) { // what is asked there is asked of every unit
			return bot.Send{}, false, nil
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
		if !r.member(p) { // the office may have let them go since, and there are telephones in it
			return bot.Send{}, false, nil
		}
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

// needed is true of a delivery to somebody who speaks for none of its units any
// more. Otherwise the reason is the one that is looked for first.
func (r reminder) needed(d bot.Delivery) (bool, string, error) {
	switch {
	case d.Group != "" && r.kept.Pause.Holds(r.now()):
		return false, string(bot.SparePaused), nil
	case d.Group != "":
		return false, string(bot.SpareFinished), nil
	case r.b.To == bot.ToOffice:
		p, ok, err := r.view.Person(d.Person)
		if err != nil || !ok || !r.member(p) {
			return false, "", err
		}
		return false, string(bot.SpareFinished), nil
	}
	var whys []bot.Spare // none if its units are off the roster
	for _, row := range r.rows {
		if row.Why == "" || row.Why == bot.SpareNobody {
			return true, "", nil
		}
		whys = append(whys, row.Why)
	}
	return false, string(bot.FirstSpare(whys)), nil
}
