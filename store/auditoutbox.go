package store

import (
	"anyuebot/bot"
)

// outgoing takes in a record of what is sent and gives the key it belongs
// under; false if it cannot be read.
func (a *auditor) outgoing(kind kind, key string, value []byte, names []string) (want string, ok bool) {
	switch kind {
	case kindOut, kindSent:
		var d bot.Delivery
		if !a.decode(key, value, &d) {
			return "", false
		}
		a.delivery(key, d)
		return a.keys.delivery(d), true
	case kindBroadcast:
		var b bot.Broadcast
		if !a.decode(key, value, &b) {
			return "", false
		}
		a.name(key, b.By)
		a.broadcasts[b.ID] = true
		for _, s := range b.Slots {
			a.steps[step(s, b.ID)] = key
		}
		return a.keys.broadcast(b.ID, b.Done), true
	case kindChat:
		var c bot.Chat
		if !a.decode(key, value, &c) {
			return "", false
		}
		a.name(key, c.By)
		return a.keys.chat(c.ID), true
	case kindReminding:
		var r bot.Reminding
		if !a.decode(key, value, &r) {
			return "", false
		}
		a.reminding(key, r)
		return a.keys.reminding(), true
	case kindHalt:
		var h bot.Halt
		if !a.decode(key, value, &h) {
			return "", false
		}
		return a.keys.halt(h.Via), true
	}
	var l leaseRecord
	if !a.decode(key, value, &l) {
		return "", false
	}
	if len(names) == 1 {
		want = a.keys.lease(names[0])
	}
	return want, true
}

func (a *auditor) delivery(key string, d bot.Delivery) {
	a.name(key, d.Person)
	if d.Broadcast != "" {
		a.caused[d.Broadcast] = key
	}
	if d.State.Ended() && d.ReplyURL != "" {
		a.fault(key, "has ended and still holds the address for its reply")
	}
	if d.Person == "" && d.Group == "" && !d.State.Ended() {
		a.fault(key, "is for nobody")
	}
	id := d.Broadcast + "\x00" + d.ID
	if other, twice := a.deliveries[id]; twice {
		a.fault(key, "stands under %q as well", other)
	}
	a.deliveries[id] = key
}

func (a *auditor) reminding(key string, r bot.Reminding) {
	if r.Pause != nil {
		a.name(key, r.Pause.By)
	}
	dealt := map[bot.Slot]bool{}
	for _, s := range r.Done {
		if s.Broadcast != "" {
			a.caused[s.Broadcast] = key
			a.done[step(s, s.Broadcast)] = true
		}
		if dealt[step(s, "")] {
			a.fault(key, "step %s of %s was dealt with twice", s.Rung, s.Due)
		}
		dealt[step(s, "")] = true
	}
}

// step is what tells one step from another, as its broadcast carries it.
func step(s bot.Slot, broadcast string) bot.Slot {
	return bot.Slot{Rung: s.Rung, Due: s.Due, Broadcast: broadcast}
}

// sending checks that what is said to have been sent was, and that no step of the
// ladder went out without its mark: it would go out again. Of a campaign that was
// forgotten the marks alone are left.
func (a *auditor) sending() {
	if a.Forgotten {
		return
	}
	for id, key := range a.caused {
		if !a.broadcasts[id] {
			a.fault(key, "belongs to broadcast %s, which has no record", id)
		}
	}
	for s, key := range a.steps {
		if !a.done[s] {
			a.fault(key, "carries step %s of %s, which is not marked as sent with it", s.Rung, s.Due)
		}
	}
}
