package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"anyuebot/bot"
	"anyuebot/store/kv"
)

// Why a unit is not renamed or removed.
var (
	ErrNoUnit      = errors.New("no such unit on the roster")
	ErrNameTaken   = errors.New("the name is another unit's")
	ErrNeedsReason = errors.New("the unit has reports: removing it needs a reason")
	ErrClosed      = errors.New("a closed form has the unit in it")
)

// RenameUnit gives a unit another name, beside the conversation. Everything it has
// stays with it, and it is found by the name before. The unit has to be named
// exactly.
func (s *Store) RenameUnit(ctx context.Context, name, to string, at time.Time) error {
	return s.revise(ctx, at, name, func(_ *View, roster bot.Roster, u bot.Unit) (bot.Changes, error) {
		for _, other := range slices.Concat(roster.Units, roster.Gone) {
			if other.Identity() != u.Identity() && other.Named(to) || u.Name == to {
				return bot.Changes{}, fmt.Errorf("%w: %q", ErrNameTaken, to)
			}
		}
		return bot.Changes{
			Units: []bot.Unit{u.Renamed(to)},
			Log:   []bot.LogEntry{{At: at, What: "rename", Key: bot.ReportKey{Unit: to}, Text: name + " → " + to}},
		}, nil
	})
}

// RemoveUnit takes a unit off the roster, beside the conversation, and gives the
// number of its reports, which stay and count nowhere.
func (s *Store) RemoveUnit(ctx context.Context, name, reason string, at time.Time) (reports int, err error) {
	err = s.revise(ctx, at, name, func(v *View, _ bot.Roster, u bot.Unit) (bot.Changes, error) {
		var closed bool
		if reports, closed, err = v.reportsOf(u.Name); err != nil {
			return bot.Changes{}, err
		}
		switch {
		case closed:
			return bot.Changes{}, ErrClosed
		case reports > 0 && reason == "":
			return bot.Changes{}, ErrNeedsReason
		}
		people, err := v.People()
		c := bot.Changes{
			Units: []bot.Unit{u.Dismissed(bot.Removal{At: at, Reason: reason})},
			Log:   []bot.LogEntry{{At: at, What: "remove", Key: bot.ReportKey{Unit: u.Name}, Text: reason}},
		}
		for _, p := range people {
			if slices.Contains(p.Units, u.Name) || slices.ContainsFunc(p.Acting, func(m bot.Mandate) bool { return m.Unit == u.Name }) {
				c.People = append(c.People, p.Without(u.Name))
			}
		}
		return c, err
	})
	return reports, err
}

// reportsOf counts a unit's reports and tells whether one counts that is 封账.
func (v *View) reportsOf(unit string) (n int, closed bool, err error) {
	periods, err := v.periods()
	if err != nil {
		return 0, false, err
	}
	for _, p := range periods {
		r, _, err := v.report(bot.ReportKey{Unit: unit, Form: p.Form, Period: p.Period})
		if err != nil {
			return 0, false, err
		}
		if r == nil {
			continue
		}
		n++
		book, err := v.Book(bot.FormPeriod{Form: p.Form, Period: p.Period})
		if err != nil {
			return 0, false, err
		}
		closed = closed || r.Counted > 0 && book != nil && book.Closing != nil
	}
	return n, closed, nil
}

// revise changes a unit that is on the roster, in one commit with its people and
// log lines, and anew while others are faster.
func (s *Store) revise(ctx context.Context, at time.Time, name string, decide func(*View, bot.Roster, bot.Unit) (bot.Changes, error)) error {
	return s.again(func() error {
		v, err := s.View(ctx)
		if err != nil {
			return err
		}
		defer v.Close()
		roster, err := v.Roster()
		if err != nil {
			return err
		}
		i := slices.IndexFunc(roster.Units, func(u bot.Unit) bool { return u.Name == name })
		if i < 0 {
			return fmt.Errorf("%w: %q", ErrNoUnit, name)
		}
		c, err := decide(v, roster, roster.Units[i])
		if err != nil {
			return err
		}
		t := &Turn{View: v, read: map[string]int64{}}
		w := writer{store: s, names: v.keys.names}
		if err := t.units(&w, c); err != nil {
			return err
		}
		for _, p := range c.People {
			w.put(v.keys.person(p.ID), p)
		}
		w.put(v.keys.log(at, fmt.Sprintf("roster-%012d", v.Revision())), logRecord{Entries: c.Log})
		if w.err != nil {
			return w.err
		}
		for _, p := range w.tx.Put {
			if err := t.note(p.Key); err != nil {
				return err
			}
		}
		w.tx.Put = append(w.tx.Put, w.blind...)
		for key, rev := range t.read {
			w.tx.Expect = append(w.tx.Expect, kv.Expect{Key: key, Rev: rev})
		}
		v.Close()
		_, err = s.kv.Commit(ctx, w.tx)
		return err
	})
}
