package store

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"anyuebot/bot"
	"anyuebot/store/kv"
)

// MaxQueue bounds the deliveries that one commit makes: each is one put and
// two conditions, beside those of what caused it.
const MaxQueue = 40

// sends reports whether a turn wants something sent, or can from now on.
func sends(c bot.Changes) bool {
	return len(c.Chats) > 0 || c.Broadcast != nil || len(c.Deliveries) > 0
}

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
	if len(c.Deliveries) > MaxQueue {
		return fmt.Errorf("%w: %d deliveries, at most %d", ErrMisuse, len(c.Deliveries), MaxQueue)
	}
	for _, d := range c.Deliveries {
		if err := checkNew(d); err != nil {
			return err
		}
		w.put(k.out(d.Broadcast, d.ID), d)
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
	status := bot.Status{Unit: key.Unit, State: bot.NotStarted}
	r, s, err := v.Report(key)
	if r == nil || err != nil {
		return status, err
	}
	status = bot.Status{Unit: key.Unit, State: r.State, Filled: len(r.Draft), Version: r.Counted, Dirty: r.Dirty}
	if s != nil {
		status.At = s.At
	}
	return status, nil
}

// Open visits the deliveries that have not ended, in no order that matters.
func (v *View) Open(visit func(bot.Delivery) error) error {
	return v.deliveries(v.store.keys.every(kindOut), visit)
}

// Accepted visits the deliveries that were accepted at since or later.
func (v *View) Accepted(since time.Time, visit func(bot.Delivery) error) error {
	return v.deliveries(v.store.keys.every(kindSent), func(d bot.Delivery) error {
		if d.State != bot.DeliveryAccepted || d.At.Before(since) {
			return nil
		}
		return visit(d)
	})
}

func (v *View) deliveries(prefix string, visit func(bot.Delivery) error) error {
	return v.each(prefix, func(e kv.Entry) error {
		var d bot.Delivery
		if err := v.store.codec.decode(e.Key, e.Value, &d); err != nil {
			return err
		}
		return visit(d)
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
	var list []bot.Broadcast
	err := v.broadcasts(v.store.keys.every(kindBroadcast, broadcastOpen), func(b bot.Broadcast) { list = append(list, b) })
	slices.SortStableFunc(list, func(a, b bot.Broadcast) int { return a.At.Compare(b.At) })
	return list, err
}

func (v *View) broadcasts(prefix string, visit func(bot.Broadcast)) error {
	return v.each(prefix, func(e kv.Entry) error {
		var b bot.Broadcast
		err := v.store.codec.decode(e.Key, e.Value, &b)
		visit(b)
		return err
	})
}

// Halts lists the roads that take nothing, sorted by name.
func (v *View) Halts() ([]bot.Halt, error) {
	var list []bot.Halt
	err := v.each(v.store.keys.every(kindHalt), func(e kv.Entry) error {
		var h bot.Halt
		err := v.store.codec.decode(e.Key, e.Value, &h)
		list = append(list, h)
		return err
	})
	return list, err
}

// WhyNobody is the [bot.Delivery.Why] of one that stands for a unit without
// anybody to write to: it has ended before it began.
const WhyNobody = "nobody"

// Sent tells what became of the last broadcast so far, nil if there was none.
// It counts recipients: a text that was cut into several messages counts once,
// as what went worst. Units are in roster order.
func (v *View) Sent() (*bot.Sent, error) {
	last, err := v.lastBroadcast()
	if last == nil || err != nil {
		return nil, err
	}
	sent := &bot.Sent{Broadcast: *last, Counts: map[bot.DeliveryState]int{}}
	worst := map[[2]string]bot.Delivery{}
	count := func(d bot.Delivery) error {
		if d.Why == WhyNobody {
			sent.Unreached = append(sent.Unreached, d.Units...)
			return nil
		}
		to := [2]string{d.Person, d.Group}
		was, ok := worst[to]
		if !ok || badness(d.State) > badness(was.State) {
			d, was = was, d
		}
		was.Unsure = was.Unsure || d.Unsure
		worst[to] = was
		return nil
	}
	for _, kind := range []kind{kindOut, kindSent} {
		if err := v.deliveries(v.store.keys.every(kind, last.ID), count); err != nil {
			return nil, err
		}
	}
	roster, err := v.Roster()
	if err != nil {
		return nil, err
	}
	place := make(map[string]int, len(roster.Units))
	for i, u := range roster.Units {
		place[u.Name] = i
	}
	// Groups, and units that are not on the roster any more, come last.
	order := func(d bot.Delivery) int {
		if len(d.Units) > 0 {
			if i, ok := place[d.Units[0]]; ok {
				return i
			}
		}
		return len(place)
	}
	for _, d := range worst {
		sent.Counts[d.State]++
		if badness(d.State) == failed || d.Unsure && d.State.Ended() {
			sent.Missed = append(sent.Missed, d)
		}
		if d.Unsure && d.State == bot.DeliveryAccepted {
			sent.Twice++
		}
	}
	slices.SortFunc(sent.Missed, func(a, b bot.Delivery) int {
		return cmp.Or(badness(b.State)-badness(a.State), order(a)-order(b), cmp.Compare(a.ID, b.ID))
	})
	sent.Missed = sent.Missed[:min(len(sent.Missed), bot.MaxMissed)]
	if len(sent.Unreached) > 1 {
		roster, err := v.Roster()
		if err != nil {
			return nil, err
		}
		place := make(map[string]int, len(roster.Units))
		for i, u := range roster.Units {
			place[u.Name] = i
		}
		slices.SortStableFunc(sent.Unreached, func(a, b string) int { return cmp.Compare(place[a], place[b]) })
	}
	return sent, nil
}

// lastBroadcast is the one that was confirmed last, nil if there was none.
func (v *View) lastBroadcast() (*bot.Broadcast, error) {
	var last *bot.Broadcast
	err := v.broadcasts(v.store.keys.every(kindBroadcast), func(b bot.Broadcast) {
		if last == nil || cmp.Or(b.Begun.Compare(last.Begun), b.At.Compare(last.At)) >= 0 {
			last = &b
		}
	})
	return last, err
}

// badness ranks what happened to parts of one message.
func badness(s bot.DeliveryState) int {
	switch s {
	case bot.DeliveryAccepted:
		return arrived
	case bot.DeliveryDropped:
		return unneeded
	case bot.DeliveryRefused, bot.DeliveryGaveUp:
		return failed
	}
	return waiting
}

const (
	arrived = iota
	unneeded
	waiting
	failed
)

// Queue stores new deliveries, at most [MaxQueue], together with the records of
// the people they are for, where there are none yet. Those that are known
// already, open or ended, are left as they are.
func (s *Store) Queue(ctx context.Context, list []bot.Delivery, people []bot.Person) error {
	return s.again(func() error {
		w, done, err := s.queue(ctx, list, people)
		if err != nil || done {
			return err
		}
		_, err = s.kv.Commit(ctx, w.tx)
		return err
	})
}

// queue makes the commit of [Store.Queue]; done when there is nothing to do.
func (s *Store) queue(ctx context.Context, list []bot.Delivery, people []bot.Person) (w writer, done bool, err error) {
	v, err := s.View(ctx)
	if err != nil {
		return w, false, err
	}
	defer v.Close()
	w = writer{store: s}
	if err := v.enqueue(&w, list, people); err != nil {
		return w, false, err
	}
	return w, len(w.tx.Put) == 0, w.err
}

// enqueue adds to a commit the deliveries that are not known yet, and the
// people without a record.
func (v *View) enqueue(w *writer, list []bot.Delivery, people []bot.Person) error {
	if len(list) > MaxQueue || len(people) > MaxQueue {
		return fmt.Errorf("%w: %d deliveries for %d people, at most %d", ErrMisuse, len(list), len(people), MaxQueue)
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
	return nil
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

// Expand stores a page of a broadcast, at most [MaxQueue] deliveries, together
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
	old, err := s.codec.encode(from, was)
	if err != nil {
		return err
	}
	w := writer{store: s}
	w.put(to, is)
	if w.err != nil {
		return w.err
	}
	e, err := v.snap.Get(ctx, from)
	if err != nil {
		return err
	}
	if !bytes.Equal(e.Value, old) {
		there, err := v.snap.Get(ctx, to)
		if err == nil && (!there.Exists() || !bytes.Equal(there.Value, w.tx.Put[0].Value)) {
			err = &kv.ConflictError{Key: from}
		}
		return err
	}
	w.tx.Expect = []kv.Expect{{Key: from, Rev: e.Rev}}
	if to != from {
		w.tx.Expect = append(w.tx.Expect, kv.Expect{Key: to})
		w.tx.Delete = []string{from}
	}
	if err := v.enqueue(&w, list, nil); err != nil || w.err != nil {
		return errors.Join(err, w.err)
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
		if err := v.enqueue(&w, tell, people); err != nil || w.err != nil {
			return errors.Join(err, w.err)
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

// SweepDeliveries forgets the deliveries that ended before an instant of the
// real clock and gives their number. Those of the last broadcast stay, however
// old: [View.Sent] counts them. It works in small commits like [Store.Sweep].
func (s *Store) SweepDeliveries(ctx context.Context, before time.Time) (int, error) {
	v, err := s.View(ctx)
	if err != nil {
		return 0, err
	}
	last, err := v.lastBroadcast()
	v.Close()
	if err != nil {
		return 0, err
	}
	swept := 0
	err = s.pages(ctx, kindSent, func(page []stored) error {
		var old []string
		for _, d := range page {
			if d.At.Before(before) && (last == nil || d.Broadcast != last.ID) {
				old = append(old, d.key)
			}
		}
		for part := range slices.Chunk(old, kv.MaxOps) {
			if _, err := s.kv.Commit(ctx, kv.Tx{Delete: part}); err != nil {
				return err
			}
			swept += len(part)
		}
		return nil
	})
	return swept, err
}

// SweepReplyURLs takes from open deliveries the addresses that lead nowhere any
// more at now, and gives their number.
func (s *Store) SweepReplyURLs(ctx context.Context, now time.Time) (int, error) {
	swept := 0
	err := s.pages(ctx, kindOut, func(page []stored) error {
		for _, d := range page {
			if d.ReplyURL == "" || d.State == bot.DeliverySending || !d.Until.Before(now) {
				continue
			}
			is := d.Delivery
			is.ReplyURL = ""
			switch err := s.SaveDelivery(ctx, d.Delivery, is); {
			case err == nil:
				swept++
			case !errors.Is(err, kv.ErrConflict): // else it is being sent just now
				return err
			}
		}
		return nil
	})
	return swept, err
}

// stored is a delivery with its key.
type stored struct {
	bot.Delivery
	key string
}

// pages visits all deliveries of a kind, a page at a time and with no snapshot
// open meanwhile.
func (s *Store) pages(ctx context.Context, kind kind, visit func([]stored) error) error {
	for after := ""; ; {
		page, err := s.page(ctx, s.keys.every(kind), after)
		if err != nil {
			return err
		}
		list := make([]stored, len(page))
		for i, e := range page {
			list[i].key = e.Key
			if err := s.codec.decode(e.Key, e.Value, &list[i].Delivery); err != nil {
				return err
			}
		}
		if err := visit(list); err != nil {
			return err
		}
		if len(page) < sweepPage {
			return nil
		}
		after = page[len(page)-1].Key
	}
}
