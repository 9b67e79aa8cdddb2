package app

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"anyuebot/bot"
	"anyuebot/bot/remind"
)

const (
	// atOnce bounds the attempts under way.
	atOnce = 4

	leaseName = "outbox"
	// leaseTime is how long others wait for a process that is gone; it is
	// prolonged when less than leaseLow is left of it.
	leaseTime = 45 * time.Second
	leaseLow  = 30 * time.Second
	// leaseIdle is how long it is kept without work: taking it costs a commit and
	// a reading of all that is open.
	leaseIdle = 2 * time.Second
	// leaseRetry is the wait while another process has the lease, or the store
	// cannot be used.
	leaseRetry = 15 * time.Second

	// lookAgain bounds the wait for what other processes have stored.
	lookAgain = time.Minute

	// attemptTime bounds one attempt, with the upload of a file; grace is what
	// is left of it to one that is under way when the process is told to stop.
	attemptTime = 2 * time.Minute
	grace       = 8 * time.Second

	// readShare bounds the time that goes into reading what is open, as one part
	// of so many: a long queue must not slow down the turns that add to it.
	readShare = 10

	// limitMemory is how far back the platform's limits reach.
	limitMemory = time.Hour
)

// RunOutbox carries out what is to be sent till ctx ends, and then lets the
// attempts that are under way finish. Several processes may run it on one
// store: whoever holds the lease works, and gives it back when there is no work.
// Call it once in a process.
func (a *App) RunOutbox(ctx context.Context) {
	if a.c.Outbox == nil {
		return
	}
	w := &worker{App: a, landed: make(chan landing, atOnce), flying: map[string]bool{}, busy: map[string]bool{}, skipped: map[string]time.Time{}, stale: true}
	w.remember(ctx)
	for ctx.Err() == nil {
		timer := time.NewTimer(w.pass(ctx))
		select {
		case <-ctx.Done():
		case <-timer.C:
			w.stale = true
		case <-a.wake:
			w.stale = true
		case l := <-w.landed:
			w.land(l)
		}
		timer.Stop()
	}
	for len(w.flying) > 0 {
		w.land(<-w.landed)
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	w.giveBack(ctx)
}

// worker is the state of one RunOutbox; it belongs to its goroutine. What it
// holds is a copy of what the store has, and may be forgotten at any time.
type worker struct {
	*App
	landed chan landing

	open       []bot.Delivery  // not ended, in the order of sending
	broadcasts []bot.Broadcast // not expanded
	stale      bool            // the above has to be read anew,
	again      time.Time       // but not before
	flying     map[string]bool // by delivery ID: an attempt is under way
	busy       map[string]bool // by lane: likewise
	leased     time.Time       // till when the lease is ours
	idle       time.Time       // since when no attempt is under way
	rest       time.Time       // no work before, for the store failed
	expanding  time.Time       // no broadcast is expanded before, for one failed
	// skipped are deliveries that could not be carried, and till when they wait,
	// so that one which never can holds up nobody else's.
	skipped map[string]time.Time
	// over is when the reminders among what is open make no sense any more, by
	// broadcast and in campaign time.
	over map[string]time.Time
}

// landing is what became of a delivery that was being carried.
type landing struct {
	was, is bot.Delivery
	err     error
}

// pass does what can be done now and tells how long nothing else can.
func (w *worker) pass(ctx context.Context) time.Duration {
	now := time.Now()
	if now.Before(w.rest) {
		return w.rest.Sub(now)
	}
	wait := lookAgain
	switch {
	case w.stale && now.Before(w.again):
		wait = w.again.Sub(now)
	case w.stale:
		if err := w.read(ctx); err != nil {
			return w.failed(ctx, "reading what is to be sent", err)
		}
	}
	for {
		now = time.Now()
		next, ready, at := w.pick(now)
		if !at.IsZero() {
			// Never a busy loop, whatever a record says.
			wait = min(wait, max(at.Sub(now), time.Second))
		}
		if !ready && len(w.broadcasts) == 0 {
			break
		}
		mine := !w.leased.IsZero()
		if held, err := w.lease(ctx, now); err != nil {
			return w.failed(ctx, "taking the lease", err)
		} else if !held {
			w.rest = now.Add(leaseRetry)
			return leaseRetry
		}
		if !mine || len(w.broadcasts) > 0 {
			if mine && !w.expanded(ctx, w.broadcasts[0]) {
				wait = min(wait, leaseRetry)
			}
			// It has changed or, if the lease is new, may be another's work, done
			// or under way.
			if err := w.read(ctx); err != nil {
				return w.failed(ctx, "reading what is to be sent", err)
			}
			if !mine || !ready {
				continue
			}
			next, ready, _ = w.pick(now)
		}
		if ready {
			w.launch(ctx, next)
		}
		if len(w.flying) >= atOnce {
			break
		}
	}
	return min(wait, w.keep(ctx, now))
}

// expanded takes a broadcast a page further. When that fails it is left for a
// while, and the deliveries need not wait for it.
func (w *worker) expanded(ctx context.Context, b bot.Broadcast) bool {
	err := w.expand(ctx, b)
	if err == nil || errors.Is(err, ErrConflict) {
		return true
	}
	if ctx.Err() == nil {
		w.c.Log.Error("outbox: expanding a broadcast failed", "broadcast", b.ID, "error", err)
	}
	w.expanding = time.Now().Add(leaseRetry)
	return false
}

// keep prolongs the lease while attempts are under way, and gives it back when
// there were none for a while. It tells when to look after it again.
func (w *worker) keep(ctx context.Context, now time.Time) time.Duration {
	if len(w.flying) == 0 {
		if left := w.idle.Add(leaseIdle).Sub(now); left > 0 && !w.leased.IsZero() {
			return left
		}
		w.giveBack(ctx)
		return lookAgain
	}
	// While this fails the next look tries again; others may take over only if
	// this process stops renewing.
	if _, err := w.lease(ctx, now); err != nil && ctx.Err() == nil {
		w.c.Log.Warn("the lease of the outbox was not prolonged", "error", err)
	}
	return leaseTime - leaseLow
}

// failed rests the worker after an error of the store.
func (w *worker) failed(ctx context.Context, doing string, err error) time.Duration {
	if ctx.Err() == nil {
		w.c.Log.Error("outbox: "+doing+" failed", "error", err)
	}
	w.stale = true
	w.rest = time.Now().Add(leaseRetry)
	return leaseRetry
}

// lease makes sure of the lease for a while.
func (w *worker) lease(ctx context.Context, now time.Time) (bool, error) {
	if w.leased.Sub(now) >= leaseLow {
		return true, nil
	}
	held, err := w.c.Outbox.Lease(ctx, leaseName, w.c.Owner, leaseTime, now)
	if err != nil || !held {
		w.leased = time.Time{}
		return false, err
	}
	w.leased = now.Add(leaseTime)
	return true, nil
}

func (w *worker) giveBack(ctx context.Context) {
	if w.leased.IsZero() {
		return
	}
	w.leased = time.Time{}
	if _, err := w.c.Outbox.Lease(ctx, leaseName, w.c.Owner, 0, time.Now()); err != nil && ctx.Err() == nil {
		w.c.Log.Warn("the lease of the outbox was not given back", "error", err)
	}
}

// read loads what is open.
func (w *worker) read(ctx context.Context) error {
	begun := time.Now()
	view, err := w.c.Outbox.OutboxView(ctx)
	if err != nil {
		return err
	}
	defer view.Close()
	halts, err := view.Halts()
	if err != nil {
		return err
	}
	broadcasts, err := view.Unexpanded()
	if err != nil {
		return err
	}
	var open []bot.Delivery
	if err := view.Open(func(d bot.Delivery) error {
		open = append(open, d)
		return nil
	}); err != nil {
		return err
	}
	over := map[string]time.Time{}
	for _, d := range open {
		if _, known := over[d.Broadcast]; known || d.Kind != string(bot.BroadcastRemind) {
			continue
		}
		b, _, err := view.Broadcast(d.Broadcast)
		if err != nil {
			return err
		}
		over[d.Broadcast] = b.Until
	}
	slices.SortStableFunc(open, func(a, b bot.Delivery) int {
		return cmp.Or(a.Queued.Compare(b.Queued), cmp.Compare(a.ID, b.ID))
	})
	if time.Now().Before(w.expanding) {
		broadcasts = nil
	}
	// Reminders are made only when they may go out: what decides about them should
	// not be of the night before.
	broadcasts = slices.DeleteFunc(broadcasts, func(b bot.Broadcast) bool {
		return b.Kind == bot.BroadcastRemind && !remind.Open(w.c.Notice, w.now()) && !w.now().After(b.Until)
	})
	w.open, w.broadcasts, w.over, w.stale = open, broadcasts, over, false
	w.roads.set(halts)
	w.again = time.Now().Add((readShare - 1) * time.Since(begun))
	return nil
}

// lane is whose messages keep their order.
func lane(d bot.Delivery) string {
	if d.Group != "" {
		return "group " + d.Group
	}
	return "person " + d.Person
}

// job is one thing to do: carry a delivery or, where hold is set, hold it for
// that road. until is when it makes no sense any more, of a reminder, in campaign
// time.
type job struct {
	bot.Delivery
	hold  string
	until time.Time
}

// pick finds the next thing to do; without one, next is when there may be one,
// zero for not of itself. What answers its recipient's own message goes before
// all else; with an address of its own it waits for nobody, all others wait for
// those before in their lane.
func (w *worker) pick(now time.Time) (best job, ready bool, next time.Time) {
	if len(w.flying) >= atOnce || len(w.open) == 0 {
		return best, false, next
	}
	heads := map[string]bot.Delivery{}
	opens := now // when reminders may go out
	if campaign := w.now(); len(w.over) > 0 && !remind.Open(w.c.Notice, campaign) {
		opens = w.real(remind.Opens(w.c.Notice, campaign))
	}
	for _, d := range w.open {
		l := lane(d)
		head, behind := heads[l]
		rests := d.Kind == string(bot.BroadcastRemind) && opens.After(now)
		switch {
		case rests:
			behind = false // and nobody waits for it till the morning
		case !behind:
			heads[l] = d
		}
		if w.flying[d.ID] || w.busy[l] {
			continue
		}
		behind = behind && d.ReplyURL == ""
		if behind && w.blocked(head) && (d.State == bot.DeliveryPending || d.State == bot.DeliveryDeferred) && now.Before(d.Until) {
			return job{Delivery: d, hold: head.Via}, true, time.Time{}
		}
		at := w.due(d, !behind, now)
		if _, over := w.expired(d, w.over[d.Broadcast], now); rests && !over && d.State != bot.DeliverySending {
			at = w.wakes(d, opens)
		}
		switch {
		case at.After(now):
			if next.IsZero() || at.Before(next) {
				next = at
			}
		case d.Kind == kindReply:
			return job{Delivery: d}, true, time.Time{}
		case !ready:
			best, ready = job{Delivery: d, until: w.over[d.Broadcast]}, true
		}
	}
	return best, ready, next
}

// blocked reports whether a delivery is held by a road that is still halted.
func (w *worker) blocked(d bot.Delivery) bool {
	return d.State == bot.DeliveryHeld && w.roads.isHalted(d.Via)
}

// due is when there is something to do about a delivery; first tells whether
// its turn in the lane has come.
func (w *worker) due(d bot.Delivery, first bool, now time.Time) time.Time {
	at := d.Due
	_, over := w.expired(d, w.over[d.Broadcast], now)
	switch {
	case over, d.State == bot.DeliverySending: // left behind by a process that is gone
		at = time.Time{}
	case !first:
		at = d.Until.Add(time.Second) // it may end without its turn having come
		if d.State == bot.DeliveryHeld {
			at = at.Add(heldTime)
		}
	case d.State == bot.DeliveryHeld:
		at = w.roads.next(d.Via)
	case d.State == bot.DeliveryDeferred && d.Why == string(bot.SpareQuiet):
		at = time.Time{} // it was told to wait by a clock that may have been put forward
	}
	return later(at, w.skipped[d.ID])
}

// launch does a job in a goroutine of its own.
func (w *worker) launch(ctx context.Context, j job) {
	w.flying[j.ID], w.busy[lane(j.Delivery)] = true, true
	go func() {
		l := landing{was: j.Delivery}
		if j.hold != "" {
			is := j.Delivery
			is.State, is.Via = bot.DeliveryHeld, j.hold
			l.is, l.err = w.save(ctx, j.Delivery, is)
		} else {
			l.is, l.err = w.carry(ctx, j.Delivery, j.until)
		}
		w.landed <- l
	}()
}

func (w *worker) land(l landing) {
	delete(w.flying, l.was.ID)
	delete(w.busy, lane(l.was))
	w.idle = time.Now()
	if l.err != nil {
		w.stale = true
		if !errors.Is(l.err, ErrConflict) {
			w.c.Log.Error("outbox: a delivery could not be carried", "delivery", l.was.ID, "error", l.err)
			w.skipped[l.was.ID] = time.Now().Add(leaseRetry)
		}
		return
	}
	delete(w.skipped, l.was.ID)
	i := slices.IndexFunc(w.open, func(d bot.Delivery) bool { return d.ID == l.was.ID && d.Broadcast == l.was.Broadcast })
	switch {
	case i < 0:
		w.stale = true
	case l.is.State.Ended():
		w.open = slices.Delete(w.open, i, i+1)
	default:
		w.open[i] = l.is
	}
}

// remember charges the channel's limits with what was, or may have been, sent in
// the last hour by an earlier process or another.
func (w *worker) remember(ctx context.Context) {
	now := time.Now()
	err := func() error {
		view, err := w.c.Outbox.OutboxView(ctx)
		if err != nil {
			return err
		}
		defer view.Close()
		charge := func(d bot.Delivery) error {
			p, ok, err := parcel(view, d)
			if ok {
				w.c.Channel.Remember(p, d.Via, d.At)
			}
			return err
		}
		since := now.Add(-limitMemory)
		if err := view.Ended(since, func(d bot.Delivery) error {
			if d.State != bot.DeliveryAccepted && !d.Unsure {
				return nil
			}
			return charge(d)
		}); err != nil {
			return err
		}
		return view.Open(func(d bot.Delivery) error {
			if d.State != bot.DeliverySending && !d.Unsure || d.At.Before(since) {
				return nil
			}
			return charge(d) // it may have been sent
		})
	}()
	if err != nil && ctx.Err() == nil {
		w.c.Log.Error("outbox: what was sent in the last hour is not known; the platform may drop messages above its limits", "error", err)
	}
}

// outlive gives a context that ends only a grace after ctx does.
func outlive(ctx context.Context) (longer context.Context, done func()) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() {
		t := time.AfterFunc(grace, cancel)
		context.AfterFunc(longer, func() { t.Stop() })
	})
	return longer, func() {
		stop()
		cancel()
	}
}
