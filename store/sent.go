package store

import (
	"cmp"
	"slices"

	"anyuebot/bot"
)

// Sent tells what became of the last broadcast so far, nil if there was none.
// It counts recipients: a text that was cut into several messages counts once,
// as what went worst. Units are in roster order.
func (v *View) Sent() (*bot.Sent, error) {
	last, err := v.lastBroadcast()
	if last == nil || err != nil {
		return nil, err
	}
	sent := &bot.Sent{Broadcast: *last, Counts: map[bot.DeliveryState]int{}}
	worst := map[[2]string]bot.Delivery{} // by person and group
	for _, kind := range []kind{kindOut, kindSent} {
		if err := visit(v, v.store.keys.every(kind, last.ID), func(d bot.Delivery) error {
			if d.Why == bot.OutNobody {
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
		}); err != nil {
			return nil, err
		}
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
	return sent, v.arrange(sent)
}

// lastBroadcast is the one that was confirmed last, nil if there was none.
func (v *View) lastBroadcast() (*bot.Broadcast, error) {
	var last *bot.Broadcast
	err := visit(v, v.store.keys.every(kindBroadcast), func(b bot.Broadcast) error {
		if last == nil || cmp.Or(b.Begun.Compare(last.Begun), b.At.Compare(last.At)) >= 0 {
			last = &b
		}
		return nil
	})
	return last, err
}

// arrange sorts who was not reached, and bounds the list. Groups, and units that
// are not on the roster any more, come last.
func (v *View) arrange(sent *bot.Sent) error {
	roster, err := v.Roster()
	if err != nil {
		return err
	}
	places := make(map[string]int, len(roster.Units))
	for i, u := range roster.Units {
		places[u.Name] = i
	}
	place := func(units ...string) int {
		if len(units) > 0 {
			if i, ok := places[units[0]]; ok {
				return i
			}
		}
		return len(places)
	}
	slices.SortFunc(sent.Missed, func(a, b bot.Delivery) int {
		return cmp.Or(badness(b.State)-badness(a.State), place(a.Units...)-place(b.Units...), cmp.Compare(a.ID, b.ID))
	})
	sent.Missed = sent.Missed[:min(len(sent.Missed), bot.MaxMissed)]
	slices.SortStableFunc(sent.Unreached, func(a, b string) int { return place(a) - place(b) })
	return nil
}

// Reminded counts for each unit how many 催报 its liaison was sent: one in several
// parts counts once.
func (v *View) Reminded() (map[string]int, error) {
	seen := map[[2]string]bool{} // by broadcast and unit
	times := map[string]int{}
	err := visit(v, v.store.keys.every(kindSent), func(d bot.Delivery) error {
		if d.Kind != string(bot.BroadcastNudge) || d.State != bot.DeliveryAccepted {
			return nil
		}
		for _, unit := range d.Units {
			if !seen[[2]string{d.Broadcast, unit}] {
				seen[[2]string{d.Broadcast, unit}] = true
				times[unit]++
			}
		}
		return nil
	})
	return times, err
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
