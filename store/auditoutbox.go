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
		return a.keys.broadcast(b.ID, b.Done), true
	case kindChat:
		var c bot.Chat
		if !a.decode(key, value, &c) {
			return "", false
		}
		a.name(key, c.By)
		return a.keys.chat(c.ID), true
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
