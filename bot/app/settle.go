package app

import (
	"time"

	"anyuebot/bot"
)

const (
	// maxAttempts bounds the attempts that the platform failed (page 90313: -1 at
	// most three times). Those that never got there are bounded by time.
	maxAttempts = 3

	// heldTime is how long beyond its own time a delivery waits for its road to
	// be mended.
	heldTime = 72 * time.Hour
)

// backoff is the wait before the next attempt where the channel names none: 5
// seconds, 20, 80, and then five minutes.
func backoff(attempts int) time.Duration {
	wait := 5 * time.Second
	for range min(attempts, 4) - 1 {
		wait *= 4
	}
	return min(wait, 5*time.Minute)
}

// unreached reports whether an attempt got nowhere near the platform: a line
// that is down for an hour wears nobody out, and nobody's message.
func unreached(at bot.Attempt) bool {
	return at.Fate == bot.FateLater && at.Code == 0 && !at.Unsure && !at.Limited
}

// settle is what an attempt makes of the delivery it was made for. Whoever has
// the words is not told of as missed for want of a card.
//
// repeatable is whether its road recognises what is sent again: then one that
// may have arrived has as many attempts as any other, and else one more.
func settle(d bot.Delivery, at bot.Attempt, repeatable bool, now time.Time) bot.Delivery {
	next := outcomeOf(d, at, repeatable, now)
	if at.Told && (next.State == bot.DeliveryRefused || next.State == bot.DeliveryGaveUp) {
		next = ended(next, bot.DeliveryAccepted, "", now)
		next.MsgID = at.MsgID
	}
	return next
}

func outcomeOf(d bot.Delivery, at bot.Attempt, repeatable bool, now time.Time) bot.Delivery {
	d.At, d.Code, d.Why = now, at.Code, at.Why
	if at.Via != "" {
		d.Via = at.Via
	}
	if at.Fate == bot.FateAccepted {
		d.State, d.MsgID, d.Why = bot.DeliveryAccepted, at.MsgID, ""
		return d
	}
	if at.Unsure && d.Unsure && !(repeatable && d.Attempts < maxAttempts) {
		// It may have come twice by now. Not a third time.
		return ended(d, bot.DeliveryGaveUp, bot.OutUnsure, now)
	}
	d.Unsure = d.Unsure || at.Unsure
	if at.Fate == bot.FateHalted && d.ReplyURL == "" {
		d.State, d.Attempts = bot.DeliveryHeld, d.Attempts-1
		return d
	}
	if at.Fate == bot.FateRefused || at.Fate == bot.FateHalted {
		return giveWay(d, bot.DeliveryRefused, now)
	}
	wait := at.Wait
	if wait <= 0 {
		wait = backoff(d.Attempts)
	}
	if at.Limited {
		d.Attempts--
	}
	if unreached(at) {
		d.Lost++
	}
	d.State, d.Due = bot.DeliveryDeferred, now.Add(wait)
	if d.Attempts-d.Lost >= maxAttempts && !unreached(at) || d.Due.After(d.Until) {
		return giveWay(d, bot.DeliveryGaveUp, now)
	}
	return d
}

// giveWay ends a delivery, but for one that had the address of a late reply: it
// gets one more life, by the road to its person or group.
func giveWay(d bot.Delivery, end bot.DeliveryState, now time.Time) bot.Delivery {
	if d.ReplyURL == "" {
		return ended(d, end, d.Why, now)
	}
	d.ReplyURL, d.Attempts, d.Lost = "", 0, 0
	d.State, d.Due, d.Until = bot.DeliveryPending, now, until("", now)
	return d
}

func ended(d bot.Delivery, end bot.DeliveryState, why string, now time.Time) bot.Delivery {
	d.State, d.Why, d.At = end, why, now
	return d
}

// recovered is a delivery whose attempt nobody knows the end of, since the
// process that made it is gone.
func recovered(d bot.Delivery, repeatable bool, now time.Time) bot.Delivery {
	if d.Unsure && !(repeatable && d.Attempts < maxAttempts) {
		return ended(d, bot.DeliveryGaveUp, bot.OutUnsure, now)
	}
	d.Unsure, d.State, d.Due = true, bot.DeliveryPending, now
	return d
}

// expired ends a delivery whose time is over; ok is false if it is not. What a
// halted road holds back has longer: a halt is mended by people.
func expired(d bot.Delivery, now time.Time) (_ bot.Delivery, ok bool) {
	last := d.Until
	if d.State == bot.DeliveryHeld {
		last = last.Add(heldTime)
	}
	if !now.After(last) {
		return d, false
	}
	if d.Why == "" {
		d.Why = bot.OutLate
	}
	return giveWay(d, bot.DeliveryGaveUp, now), true
}
