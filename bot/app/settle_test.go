package app

import (
	"testing"
	"time"

	"anyuebot/bot"
)

// TestSettle: what an attempt makes of a delivery that has made so many.
func TestSettle(t *testing.T) {
	now := time.Date(2021, 6, 9, 9, 0, 0, 0, time.UTC)
	const (
		accepted = bot.DeliveryAccepted
		deferred = bot.DeliveryDeferred
		refused  = bot.DeliveryRefused
		gaveUp   = bot.DeliveryGaveUp
		held     = bot.DeliveryHeld
		pending  = bot.DeliveryPending
	)
	for _, c := range []struct {
		name     string
		attempts int
		unsure   bool   // before
		reply    string // ReplyURL
		left     time.Duration
		at       bot.Attempt
		// repeatable: the road recognises what is sent again
		repeatable bool

		state    bot.DeliveryState
		why      string
		counted  int
		nowSure  bool // Unsure is not set afterwards
		wait     time.Duration
		freshEnd bool // has a new 4 hours
	}{
		{name: "taken", attempts: 1, at: bot.Attempt{Fate: bot.FateAccepted, MsgID: "m"}, state: accepted, counted: 1, nowSure: true},
		{name: "taken after one that may have arrived", attempts: 2, unsure: true, at: bot.Attempt{Fate: bot.FateAccepted}, state: accepted, counted: 2},
		{name: "never taken", attempts: 1, at: bot.Attempt{Fate: bot.FateRefused, Why: "member"}, state: refused, why: "member", counted: 1, nowSure: true},
		{name: "busy", attempts: 1, at: bot.Attempt{Fate: bot.FateLater, Code: -1, Why: "busy"}, state: deferred, why: "busy", counted: 1, nowSure: true, wait: 5 * time.Second},
		{name: "busy again", attempts: 2, at: bot.Attempt{Fate: bot.FateLater, Code: -1, Why: "busy"}, state: deferred, why: "busy", counted: 2, nowSure: true, wait: 20 * time.Second},
		{name: "busy three times", attempts: 3, at: bot.Attempt{Fate: bot.FateLater, Code: -1, Why: "busy"}, state: gaveUp, why: "busy", counted: 3, nowSure: true},
		{name: "never got there", attempts: 1, at: bot.Attempt{Fate: bot.FateLater, Why: "network"}, state: deferred, why: "network", counted: 1, nowSure: true, wait: 5 * time.Second},
		{name: "never got there, for the ninth time", attempts: 9, at: bot.Attempt{Fate: bot.FateLater, Why: "network"}, state: deferred, why: "network", counted: 9, nowSure: true, wait: 5 * time.Minute},
		{name: "never got there in its time", attempts: 9, left: time.Minute, at: bot.Attempt{Fate: bot.FateLater, Why: "network"}, state: gaveUp, why: "network", counted: 9, nowSure: true},
		{name: "a limit does not count", attempts: 3, at: bot.Attempt{Fate: bot.FateLater, Why: "limit", Wait: time.Minute, Limited: true}, state: deferred, why: "limit", counted: 2, nowSure: true, wait: time.Minute},
		{name: "a limit beyond its time", attempts: 1, left: time.Minute, at: bot.Attempt{Fate: bot.FateLater, Why: "limit", Wait: time.Hour, Limited: true}, state: gaveUp, why: "limit", counted: 0, nowSure: true},
		{name: "the line broke behind it", attempts: 1, at: bot.Attempt{Fate: bot.FateLater, Why: "network", Unsure: true}, state: deferred, why: "network", counted: 1, wait: 5 * time.Second},
		{name: "the line broke behind it twice", attempts: 2, unsure: true, at: bot.Attempt{Fate: bot.FateLater, Why: "network", Unsure: true}, state: gaveUp, why: "unsure", counted: 2},
		{name: "the line broke behind it twice where repeats are recognised", attempts: 2, unsure: true, repeatable: true, at: bot.Attempt{Fate: bot.FateLater, Why: "network", Unsure: true}, state: deferred, why: "network", counted: 2, wait: 20 * time.Second},
		{name: "the line broke behind it three times where repeats are recognised", attempts: 3, unsure: true, repeatable: true, at: bot.Attempt{Fate: bot.FateLater, Why: "network", Unsure: true}, state: gaveUp, why: "unsure", counted: 3},
		{name: "halted", attempts: 1, at: bot.Attempt{Fate: bot.FateHalted, Why: "ip"}, state: held, why: "ip", counted: 0, nowSure: true},
		{name: "a late reply refused", attempts: 1, reply: "u", at: bot.Attempt{Fate: bot.FateRefused, Why: "used"}, state: pending, why: "used", counted: 0, nowSure: true, freshEnd: true},
		{name: "a late reply by a halted road", attempts: 1, reply: "u", at: bot.Attempt{Fate: bot.FateHalted, Why: "ip"}, state: pending, why: "ip", counted: 0, nowSure: true, freshEnd: true},
		{name: "a late reply busy three times", attempts: 3, reply: "u", at: bot.Attempt{Fate: bot.FateLater, Code: -1, Why: "busy"}, state: pending, why: "busy", counted: 0, nowSure: true, freshEnd: true},
		{name: "a late reply busy", attempts: 1, reply: "u", at: bot.Attempt{Fate: bot.FateLater, Code: -1, Why: "busy"}, state: deferred, why: "busy", counted: 1, nowSure: true, wait: 5 * time.Second},
		{name: "the words taken and their card refused", attempts: 1, at: bot.Attempt{Fate: bot.FateRefused, Why: "content", Told: true}, state: accepted, counted: 1, nowSure: true},
		{name: "the words taken and their card busy", attempts: 1, at: bot.Attempt{Fate: bot.FateLater, Code: -1, Why: "busy", Told: true}, state: deferred, why: "busy", counted: 1, nowSure: true, wait: 5 * time.Second},
		{name: "the words taken and their card busy three times", attempts: 3, at: bot.Attempt{Fate: bot.FateLater, Code: -1, Why: "busy", Told: true}, state: accepted, counted: 3, nowSure: true},
		{name: "a fate nobody knows", attempts: 1, at: bot.Attempt{Fate: "new"}, state: deferred, counted: 1, nowSure: true, wait: 5 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			left := c.left
			if left == 0 {
				left = 4 * time.Hour
			}
			d := bot.Delivery{ID: "d", Person: "p", State: bot.DeliverySending, Attempts: c.attempts, Unsure: c.unsure, ReplyURL: c.reply, Until: now.Add(left)}
			is := settle(d, c.at, c.repeatable, now)
			if is.State != c.state || is.Why != c.why || is.Attempts != c.counted || is.Unsure == c.nowSure {
				t.Errorf("%s, because %q, after %d attempts, unsure %v", is.State, is.Why, is.Attempts, is.Unsure)
			}
			if c.wait != 0 && !is.Due.Equal(now.Add(c.wait)) {
				t.Errorf("the next attempt is in %v, want %v", is.Due.Sub(now), c.wait)
			}
			if c.freshEnd && (is.ReplyURL != "" || !is.Until.Equal(now.Add(personTime))) {
				t.Errorf("it goes on by %q till %v", is.ReplyURL, is.Until)
			}
			if !is.At.Equal(now) {
				t.Errorf("the attempt was at %v", is.At)
			}
		})
	}
}

// TestRecovered: one more attempt after a process died at one, and only one; as
// many as any other delivery has where the platform recognises a repeat.
func TestRecovered(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		repeatable bool
		deaths     int // till it is given up
	}{{false, 2}, {true, 3}} {
		d := bot.Delivery{}
		for death := 1; death <= c.deaths; death++ {
			d.State = bot.DeliverySending
			d.Attempts++
			d = recovered(d, c.repeatable, now)
			if gaveUp := d.State == bot.DeliveryGaveUp && d.Why == bot.OutUnsure; !d.Unsure || gaveUp != (death == c.deaths) || !gaveUp && d.State != bot.DeliveryPending {
				t.Errorf("repeatable %v: after %d deaths: %+v", c.repeatable, death, d)
			}
		}
	}
}

// TestExpired: what a halt holds back has three days more.
func TestExpired(t *testing.T) {
	now := time.Now()
	for _, c := range []struct {
		state bot.DeliveryState
		late  time.Duration
		over  bool
	}{
		{bot.DeliveryPending, -time.Second, false},
		{bot.DeliveryPending, time.Second, true},
		{bot.DeliveryHeld, time.Second, false},
		{bot.DeliveryHeld, heldTime + time.Second, true},
	} {
		d, over := expired(bot.Delivery{State: c.state, Until: now.Add(-c.late)}, now)
		if over != c.over || over && (d.State != bot.DeliveryGaveUp || d.Why != bot.OutLate) {
			t.Errorf("%s, %v late: %v, %+v", c.state, c.late, over, d)
		}
	}
}

// TestLineDownWearsNobodyOut: behind a line that was down for an hour the first word of
// the platform that it is busy is the first, and not the last.
func TestLineDownWearsNobodyOut(t *testing.T) {
	now := time.Date(2021, 6, 23, 9, 0, 0, 0, time.UTC)
	d := bot.Delivery{State: bot.DeliverySending, Until: now.Add(4 * time.Hour)}
	attempt := func(at bot.Attempt) {
		d.State = bot.DeliverySending
		d.Attempts++
		d = settle(d, at, false, now)
	}
	for range 6 {
		attempt(bot.Attempt{Fate: bot.FateLater, Why: "network"})
	}
	busy := bot.Attempt{Fate: bot.FateLater, Code: -1, Why: "busy"}
	for _, want := range []bot.DeliveryState{bot.DeliveryDeferred, bot.DeliveryDeferred, bot.DeliveryGaveUp} {
		if attempt(busy); d.State != want {
			t.Fatalf("after %d attempts of which %d got nowhere: %s, want %s", d.Attempts, d.Lost, d.State, want)
		}
	}
}
