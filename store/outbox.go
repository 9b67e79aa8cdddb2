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

// outgoing writes what a turn wants sent.
func (t *Turn) outgoing(w *writer, c bot.Changes) error {
	k := t.store.keys
	for _, chat := range c.Chats {
		if chat.ID == "" {
			return fmt.Errorf("%w: a chat without an ID", ErrMisuse)
		}
		w.put(k.chat(chat.ID), chat)
	}
	if b := c.Broadcast; b != nil {
		if b.ID == "" {
			return fmt.Errorf("%w: a broadcast without an ID", ErrMisuse)
		}
		w.put(k.broadcast(b.ID, b.Done), *b)
		t.read[k.broadcast(b.ID, false)], t.read[k.broadcast(b.ID, true)] = 0, 0
	}
	if len(c.Deliveries) > bot.MaxDeliveries {
		return fmt.Errorf("%w: %d deliveries, at most %d", ErrMisuse, len(c.Deliveries), bot.MaxDeliveries)
	}
	for _, d := range c.Deliveries {
		if err := checkNew(d); err != nil {
			return err
		}
		w.put(k.delivery(d), closed(d))
		t.read[k.out(d.Broadcast, d.ID)], t.read[k.sent(d.Broadcast, d.ID)] = 0, 0
	}
	return nil
}

// checkNew refuses what no delivery can begin as.
func checkNew(d bot.Delivery) error {
	switch {
	case d.ID == "" || d.State == "":
		return fmt.Errorf("%w: a delivery without an ID or a state", ErrMisuse)
	case d.Person == "" && d.Group == "" && !d.State.Ended():
		return fmt.Errorf("%w: delivery %s is for nobody", ErrMisuse, d.ID)
	}
	return nil
}

// Person finds somebody by their ID.
func (v *View) Person(id string) (bot.Person, bool, error) {
	var p bot.Person
	rev, err := v.get(v.store.keys.person(id), &p)
	return p, rev != 0 && err == nil, err
}

// Status tells how one unit stands with one form.
func (v *View) Status(key bot.ReportKey) (bot.Status, error) {
	r, s, err := v.Report(key)
	if err != nil {
		return bot.Status{}, err
	}
	book, err := v.Book(bot.FormPeriod{Form: key.Form, Period: key.Period})
	if err != nil {
		return bot.Status{}, err
	}
	docket, err := v.Docket(key)
	return bot.StatusOf(key.Unit, bot.Filed{Report: r, Counted: s}, book, docket), err
}

// Open visits the deliveries that have not ended, in no order that matters.
func (v *View) Open(each func(bot.Delivery) error) error {
	return visit(v, v.store.keys.every(kindOut), each)
}

// Ended visits the deliveries that have ended, by a last attempt at since or
// later.
func (v *View) Ended(since time.Time, each func(bot.Delivery) error) error {
	return visit(v, v.store.keys.every(kindSent), func(d bot.Delivery) error {
		if d.At.Before(since) {
			return nil
		}
		return each(d)
	})
}

// Delivery finds a delivery, whether it has ended or not.
func (v *View) Delivery(broadcast, id string) (bot.Delivery, bool, error) {
	for _, key := range []string{v.store.keys.out(broadcast, id), v.store.keys.sent(broadcast, id)} {
		var d bot.Delivery
		if rev, err := v.get(key, &d); rev != 0 || err != nil {
			return d, err == nil, err
		}
	}
	return bot.Delivery{}, false, nil
}

// Broadcast finds a broadcast, whether it is expanded to its end or not.
func (v *View) Broadcast(id string) (bot.Broadcast, bool, error) {
	for _, done := range []bool{false, true} {
		var b bot.Broadcast
		if rev, err := v.get(v.store.keys.broadcast(id, done), &b); rev != 0 || err != nil {
			return b, err == nil, err
		}
	}
	return bot.Broadcast{}, false, nil
}

// Unexpanded lists the broadcasts that are not expanded to their end, the
// oldest first.
func (v *View) Unexpanded() ([]bot.Broadcast, error) {
	open, err := list[bot.Broadcast](v, v.store.keys.every(kindBroadcast, broadcastOpen))
	slices.SortStableFunc(open, func(a, b bot.Broadcast) int { return a.At.Compare(b.At) })
	return open, err
}

// Halts lists the roads that take nothing, sorted by name.
func (v *View) Halts() ([]bot.Halt, error) {
	return list[bot.Halt](v, v.store.keys.every(kindHalt))
}

// Queue stores new deliveries, at most [bot.MaxDeliveries], together with the records of
// the people they are for, where there are none yet. Those that are known
// already, open or ended, are left as they are.
func (s *Store) Queue(ctx context.Context, list []bot.Delivery, people []bot.Person) error {
	return s.again(func() error {
		v, err := s.View(ctx)
		if err != nil {
			return err
		}
		defer v.Close()
		w := writer{store: s}
		if err := v.enqueue(&w, list, people); err != nil || len(w.tx.Put) == 0 {
			return err
		}
		v.Close()
		_, err = s.kv.Commit(ctx, w.tx)
		return err
	})
}

// enqueue adds to a commit the deliveries that are not known yet, and the
// people without a record.
func (v *View) enqueue(w *writer, list []bot.Delivery, people []bot.Person) error {
	if len(list) > bot.MaxDeliveries || len(people) > bot.MaxDeliveries {
		return fmt.Errorf("%w: %d deliveries for %d people, at most %d", ErrMisuse, len(list), len(people), bot.MaxDeliveries)
	}
	k := v.store.keys
	for _, p := range people {
		if p.ID == "" || p.ID != v.store.PersonID(p.UserID) {
			return fmt.Errorf("%w: person %q with another person's userid", ErrMisuse, p.ID)
		}
		_, known, err := v.Person(p.ID)
		if err != nil {
			return err
		}
		if !known {
			w.put(k.person(p.ID), p)
			w.tx.Expect = append(w.tx.Expect, kv.Expect{Key: k.person(p.ID)})
		}
	}
	for _, d := range list {
		if err := checkNew(d); err != nil {
			return err
		}
		_, known, err := v.Delivery(d.Broadcast, d.ID)
		if err != nil {
			return err
		}
		if !known {
			w.put(k.delivery(d), closed(d))
			w.tx.Expect = append(w.tx.Expect, kv.Expect{Key: k.out(d.Broadcast, d.ID)}, kv.Expect{Key: k.sent(d.Broadcast, d.ID)})
		}
	}
	return w.err
}

// closed takes from a delivery that has ended what nobody needs any more.
func closed(d bot.Delivery) bot.Delivery {
	if d.State.Ended() {
		d.ReplyURL = ""
	}
	return d
}

// SaveDelivery puts a delivery in the place of what it was when it was read; in
// the same commit one that has ended leaves the open ones and loses its
// ReplyURL. When it is not what it was any more the error is [kv.ErrConflict];
// when it is already what it is to be, there is none, so that a commit whose
// answer was lost can be made again.
func (s *Store) SaveDelivery(ctx context.Context, was, is bot.Delivery) error {
	if was.ID == "" || was.ID != is.ID || was.Broadcast != is.Broadcast || was.State.Ended() || is.State == "" {
		return fmt.Errorf("%w: delivery %s cannot become %s", ErrMisuse, was.ID, is.ID)
	}
	return s.swap(ctx, s.keys.delivery(was), was, s.keys.delivery(is), closed(is), nil)
}

// Expand stores a page of a broadcast, at most [bot.MaxDeliveries] deliveries, together
// with how far the broadcast has come by it. Deliveries that are known already
// are left out. When the broadcast is not what it was any more the error is
// [kv.ErrConflict].
func (s *Store) Expand(ctx context.Context, was, is bot.Broadcast, page []bot.Delivery) error {
	if was.ID == "" || was.ID != is.ID || was.Done {
		return fmt.Errorf("%w: broadcast %s cannot become %s", ErrMisuse, was.ID, is.ID)
	}
	for _, d := range page {
		if d.Broadcast != is.ID {
			return fmt.Errorf("%w: delivery %s is not of broadcast %s", ErrMisuse, d.ID, is.ID)
		}
	}
	return s.swap(ctx, s.keys.broadcast(was.ID, false), was, s.keys.broadcast(is.ID, is.Done), is, page)
}

// swap puts a record in the place of what it was, perhaps under another key,
// together with new deliveries.
func (s *Store) swap(ctx context.Context, from string, was any, to string, is any, list []bot.Delivery) error {
	v, err := s.View(ctx)
	if err != nil {
		return err
	}
	defer v.Close()
	w := writer{store: s}
	w.put(to, is)
	if w.err != nil {
		return w.err
	}
	e, err := v.snap.Get(ctx, from)
	if err != nil {
		return err
	}
	stands, err := s.codec.holds(e, was)
	if err != nil {
		return err
	}
	if !stands {
		there, err := v.snap.Get(ctx, to)
		if err != nil {
			return err
		}
		done, err := s.codec.holds(there, is)
		if err == nil && !done {
			err = &kv.ConflictError{Key: from}
		}
		return err
	}
	w.tx.Expect = []kv.Expect{{Key: from, Rev: e.Rev}}
	if to != from {
		w.tx.Expect = append(w.tx.Expect, kv.Expect{Key: to})
		w.tx.Delete = []string{from}
	}
	if err := v.enqueue(&w, list, nil); err != nil {
		return err
	}
	v.Close()
	_, err = s.kv.Commit(ctx, w.tx)
	return err
}

// Halt notes that a road takes nothing, together with what the office is told
// of it, and says whether that is news. A road that is halted already stays as
// it is and nobody is told again.
func (s *Store) Halt(ctx context.Context, h bot.Halt, tell []bot.Delivery, people []bot.Person) (news bool, err error) {
	if h.Via == "" {
		return false, fmt.Errorf("%w: a halt without a road", ErrMisuse)
	}
	err = s.again(func() error {
		v, err := s.View(ctx)
		if err != nil {
			return err
		}
		defer v.Close()
		key := s.keys.halt(h.Via)
		e, err := v.snap.Get(ctx, key)
		if err != nil {
			return err
		}
		if news = !e.Exists(); !news {
			return nil
		}
		w := writer{store: s, tx: kv.Tx{Expect: []kv.Expect{{Key: key}}}}
		w.put(key, h)
		if err := v.enqueue(&w, tell, people); err != nil {
			return err
		}
		v.Close()
		_, err = s.kv.Commit(ctx, w.tx)
		return err
	})
	return news && err == nil, err
}

// Resume forgets that a road is halted.
func (s *Store) Resume(ctx context.Context, via string) error {
	_, err := s.kv.Commit(ctx, kv.Tx{Delete: []string{s.keys.halt(via)}})
	return err
}

// again runs a commit anew while others are faster.
func (s *Store) again(commit func() error) error {
	for try := 1; ; try++ {
		if err := commit(); !errors.Is(err, kv.ErrConflict) || try == importTries {
			return err
		}
	}
}
