package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"anyuebot/bot"
)

// carry does with a delivery what is to be done now: end it, hold it, or make
// one attempt. It returns what the delivery is then, as stored. An attempt is
// noted before the request leaves and its end afterwards, so that one which
// died in between is known to have been made. until is when a reminder makes no
// sense any more, campaign time.
func (w *worker) carry(ctx context.Context, d bot.Delivery, until time.Time) (bot.Delivery, error) {
	now := time.Now()
	if d.State == bot.DeliverySending {
		return w.save(ctx, d, recovered(d, w.repeatable(d, d.Via), now))
	}
	if over, ok := w.expired(d, until, now); ok {
		return w.save(ctx, d, over)
	}
	if rests, ok := w.rests(d, until, now); ok {
		return w.save(ctx, d, rests)
	}
	is, p, err := w.ready(ctx, d, now)
	if err != nil {
		return d, err
	}
	if is.State.Ended() {
		return w.save(ctx, d, is)
	}
	via := w.c.Channel.Via(p)
	if via == "" && is.Group != "" && is.Person != "" && is.ReplyURL == "" {
		// The answer to a message from a group that nobody can write to.
		is.Group, p.Group, p.Robot, p.Mention = "", "", "", nil
		via = w.c.Channel.Via(p)
	}
	if via == "" {
		return w.save(ctx, d, w.roadless(is, now))
	}
	is.Via = via
	free, probe := w.roads.enter(via, now)
	if !free {
		is.State = bot.DeliveryHeld
		if is.State == d.State && is.Via == d.Via {
			return d, nil
		}
		return w.save(ctx, d, is)
	}
	if d.State == bot.DeliveryHeld {
		is.Until = later(is.Until, now.Add(replyTime))
	}
	is.State, is.At = bot.DeliverySending, now
	is.Attempts++
	if is, err = w.save(ctx, d, is); err != nil {
		return d, err
	}
	return w.attempt(ctx, is, p, probe, d.Until)
}

// attempt makes the one attempt that is noted of a delivery, and notes its end.
// One that is held afterwards, as behind a probe that failed, waits till until
// as before.
func (w *worker) attempt(ctx context.Context, d bot.Delivery, p bot.Parcel, probe bool, until time.Time) (bot.Delivery, error) {
	// A request that is under way, and the word of its end, get a grace when the
	// process is told to stop.
	longer, done := outlive(ctx)
	defer done()
	limited, cancel := context.WithTimeout(longer, attemptTime)
	defer cancel()
	at := w.c.Channel.Send(limited, p)
	if at.Via == "" {
		at.Via = d.Via
	}
	next := settle(d, at, w.repeatable(d, at.Via), time.Now())
	w.c.ObserveAttempt(at.Via, outcome(next, at))
	probe = probe && at.Via == d.Via
	switch {
	case next.State == bot.DeliveryHeld:
		next.Until = until
		w.halt(longer, at)
	case probe && (at.Fate == bot.FateAccepted || at.Fate == bot.FateRefused):
		w.mended(longer, at.Via)
	case probe && at.Fate == bot.FateLater && !next.State.Ended():
		// It proves nothing about the road, and the delivery is not to wear out.
		next.State, next.Until = bot.DeliveryHeld, until
		if !at.Limited {
			next.Attempts--
		}
	}
	return w.note(longer, d, next)
}

// repeatable reports whether a delivery can be sent again by a road without
// being shown twice. A file cannot: it is another once it was uploaded anew.
func (w *worker) repeatable(d bot.Delivery, via string) bool {
	return d.File == nil && w.c.Channel.Repeatable(via)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// outcome is what metrics call the end of an attempt.
func outcome(d bot.Delivery, at bot.Attempt) string {
	if at.Fate == bot.FateLater && at.Limited {
		return "limited"
	}
	return string(d.State)
}

func (w *worker) save(ctx context.Context, was, is bot.Delivery) (bot.Delivery, error) {
	if err := w.c.Outbox.SaveDelivery(ctx, was, is); err != nil {
		return was, err
	}
	return is, nil
}

// note stores the end of an attempt, trying till ctx ends.
func (w *worker) note(ctx context.Context, was, is bot.Delivery) (bot.Delivery, error) {
	for wait := time.Second; ; wait = min(2*wait, leaseRetry) {
		d, err := w.save(ctx, was, is)
		if err == nil || errors.Is(err, ErrConflict) {
			return d, err
		}
		w.c.Log.Error("outbox: the end of an attempt is not stored yet", "delivery", was.ID, "state", is.State, "error", err)
		select {
		case <-ctx.Done():
			return was, fmt.Errorf("the end of an attempt was not stored: %w", err)
		case <-time.After(wait):
		}
	}
}

// roadless is a delivery that no road takes now: over the long connection it
// waits till that is up.
func (w *worker) roadless(d bot.Delivery, now time.Time) bot.Delivery {
	reach := w.c.Channel.Reach()
	long := reach.Person
	if d.Group != "" {
		long = reach.Group
	}
	d.Why = bot.OutRoad
	if long != "long" {
		return giveWay(d, bot.DeliveryRefused, now)
	}
	d.State, d.Due = bot.DeliveryDeferred, now.Add(leaseRetry)
	return d
}

// ready looks up whom a delivery is for and, if it belongs to a broadcast,
// whether it is still meant and what it says now.
func (w *worker) ready(ctx context.Context, d bot.Delivery, now time.Time) (bot.Delivery, bot.Parcel, error) {
	view, err := w.c.Outbox.OutboxView(ctx)
	if err != nil {
		return d, bot.Parcel{}, err
	}
	defer view.Close()
	if d.Broadcast != "" {
		if d, err = w.meant(view, d, now); err != nil || d.State.Ended() {
			return d, bot.Parcel{}, err
		}
	}
	p, ok, err := parcel(view, d)
	if err == nil && !ok {
		d = ended(d, bot.DeliveryRefused, bot.OutGone, now)
	}
	return d, p, err
}

// parcel looks a delivery's recipient up; false if there is none any more.
func parcel(view OutboxView, d bot.Delivery) (bot.Parcel, bool, error) {
	p := bot.Parcel{
		ID: d.ID, Group: d.Group, ReplyURL: d.ReplyURL, Mention: d.Mention, Text: d.Text, Card: d.Card, File: d.File,
	}
	if d.Person != "" {
		person, ok, err := view.Person(d.Person)
		if err != nil || !ok {
			return p, false, err
		}
		p.UserID = person.UserID
	}
	if d.Group != "" {
		chat, _, err := view.Chat(d.Group)
		if err != nil {
			return p, false, err
		}
		p.Robot = chat.Robot
	}
	return p, true, nil
}

// halt notes that a road takes nothing, and tells the office by another.
func (w *worker) halt(ctx context.Context, at bot.Attempt) {
	now := time.Now()
	w.roads.shut(at.Via, now)
	h := bot.Halt{Via: at.Via, Code: at.Code, Why: at.Why, Detail: at.Detail, Since: w.now()}
	tell, people := w.alarm(ctx, h, now)
	news, err := w.c.Outbox.Halt(ctx, h, tell, people)
	switch {
	case err != nil:
		w.c.Log.Error("outbox: a halted road is not stored", "road", h.Via, "errcode", h.Code, "why", h.Why, "error", err)
	case news:
		w.c.Log.Error("outbox: a road takes nothing till it is mended", "road", h.Via, "errcode", h.Code, "why", h.Why, "detail", h.Detail)
		w.roused()
	}
}

// mended notes that a road takes something again.
func (w *worker) mended(ctx context.Context, via string) {
	if err := w.c.Outbox.Resume(ctx, via); err != nil {
		w.c.Log.Error("outbox: a mended road is not stored", "road", via, "error", err)
		return
	}
	w.roads.open(via)
	w.c.Log.Info("outbox: a halted road takes messages again", "road", via)
	w.roused()
}
