package store

import (
	"bytes"
	"context"
	"fmt"

	"anyuebot/bot"
	"anyuebot/store/kv"
)

// Reminding gives what is kept of the reminders; the zero value before the first.
func (v *View) Reminding() (bot.Reminding, error) {
	r, _, err := v.reminding()
	return r, err
}

func (v *View) reminding() (r bot.Reminding, rev int64, err error) {
	rev, err = v.get(v.keys.reminding(), &r)
	return r, rev, err
}

// Reminding is [View.Reminding]; the turn then fails if a step was dealt with, or
// the pause changed, meanwhile.
func (t *Turn) Reminding() (bot.Reminding, error) {
	r, rev, err := t.reminding()
	t.read[t.keys.reminding()] = rev
	return r, err
}

// Remind marks steps of the ladder as dealt with, and stores the broadcasts that
// carry them, which must be new, and log lines about them, all in one commit. When
// the record is not what it was any more the error is [kv.ErrConflict]; when it is
// already what it is to be, there is none, so that a commit whose answer was lost
// can be made again.
func (s *Store) Remind(ctx context.Context, was, is bot.Reminding, list []bot.Broadcast, log []bot.LogEntry) error {
	if s.forgotten {
		return ErrForgotten
	}
	v, err := s.View(ctx)
	if err != nil {
		return err
	}
	defer v.Close()
	have, rev, err := v.reminding()
	if err != nil {
		return err
	}
	k := v.keys
	w := writer{store: s, names: k.names, tx: kv.Tx{Expect: []kv.Expect{{Key: k.reminding(), Rev: rev}}}}
	w.put(k.reminding(), is)
	name := "remind"
	for _, b := range list {
		if b.ID == "" {
			return fmt.Errorf("%w: a broadcast without an ID", ErrMisuse)
		}
		name = b.ID
		w.put(k.broadcast(b.ID, b.Done), b)
		w.tx.Expect = append(w.tx.Expect, kv.Expect{Key: k.broadcast(b.ID, false)}, kv.Expect{Key: k.broadcast(b.ID, true)})
	}
	if len(log) > 0 {
		key := k.log(log[0].At, name)
		w.put(key, logRecord{Entries: log})
		w.tx.Expect = append(w.tx.Expect, kv.Expect{Key: key})
	}
	if w.err != nil {
		return w.err
	}
	if same, err := s.codec.alike(have, was); err != nil {
		return err
	} else if same {
		v.Close()
		_, err := s.kv.Commit(ctx, w.tx)
		return err
	}
	done, err := s.codec.alike(have, is)
	if err == nil && !done {
		err = &kv.ConflictError{Key: k.reminding()}
	}
	return err
}

// alike reports whether two records would be stored as the same bytes.
func (c codec) alike(a, b any) (bool, error) {
	one, err := c.plain("", a)
	if err != nil {
		return false, err
	}
	other, err := c.plain("", b)
	return err == nil && bytes.Equal(one, other), err
}
