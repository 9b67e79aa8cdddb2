package main

import (
	"sync/atomic"
	"time"
)

// clock is the campaign's time: the real one, or for a rehearsal one that starts
// at an instant and runs at normal speed. A demo's is put forward by its visitors;
// nothing else ever does that. It is safe for concurrent use.
type clock struct {
	real func() time.Time
	// put is when it was last set, and to what; nil while it is the real one.
	put atomic.Pointer[putting]
}

// putting is that a clock was set to an instant when the real time was real.
type putting struct{ to, real time.Time }

// newClock makes a clock that starts at an instant; at zero it is the real one.
func newClock(from time.Time, real func() time.Time) *clock {
	c := &clock{real: real}
	if !from.IsZero() {
		c.put.Store(&putting{from, real()})
	}
	return c
}

func (c *clock) now() time.Time { return c.put.Load().at(c.real()) }

func (p *putting) at(real time.Time) time.Time {
	if p == nil {
		return real
	}
	return p.to.Add(real.Sub(p.real))
}

// jump puts the clock forward to an instant, from where it runs on. It never goes
// back: false, and nothing changes, if it is that late already.
func (c *clock) jump(to time.Time) bool {
	for {
		was, real := c.put.Load(), c.real()
		if !was.at(real).Before(to) {
			return false
		}
		if c.put.CompareAndSwap(was, &putting{to, real}) {
			return true
		}
	}
}
