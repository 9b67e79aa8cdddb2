package store

import (
	"cmp"
	"slices"
	"time"

	"anyuebot/bot"
)

// Sent tells what became so far of the last broadcast that the office sent, nil if
// there was none. The reminders of the ladder are not among them: [View.Recent].
func (v *View) Sent() (*bot.Sent, error) {
	last, err := v.lastBroadcast()
	if last == nil || err != nil {
		return nil, err
	}
	list, err := v.sent(*last)
	if err != nil {
		return nil, err
	}
	return &list[0], nil
}

// Recent tells what became so far of the last reminders of the ladder, the newest
// first.
func (v *View) Recent(most int) ([]bot.Sent, error) {
	var all []bot.Broadcast
	err := visit(v, v.keys.every(kindBroadcast), func(b bot.Broadcast) error {
		if b.Kind == bot.BroadcastRemind {
			all = append(all, b)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(all, func(a, b bot.Broadcast) int { return -later(a, b) })
	return v.sent(all[:min(len(all), most)]...)
}

// SentOf tells what became so far of some broadcasts, by their IDs. One that there
// is not is left out.
func (v *View) SentOf(ids ...string) (map[string]bot.Sent, error) {
	var known []bot.Broadcast
	for _, id := range ids {
		b, ok, err := v.Broadcast(id)
		if err != nil {
			return nil, err
		}
		if ok {
			known = append(known, b)
		}
	}
	list, err := v.sent(known...)
	all := make(map[string]bot.Sent, len(list))
	for _, s := range list {
		all[s.Broadcast.ID] = s
	}
	return all, err
}

// sent tells of each of some broadcasts what became of it so far. It counts
// recipients: a text that was cut into several messages counts once, as what went
// worst. Units are in roster order.
func (v *View) sent(list ...bot.Broadcast) ([]bot.Sent, error) {
	if len(list) == 0 {
		return nil, nil
	}
	places, err := v.places()
	if err != nil {
		return nil, err
	}
	all := make([]bot.Sent, len(list))
	for i, b := range list {
		if all[i], err = v.sentOne(b); err != nil {
			return nil, err
		}
		arrange(&all[i], places)
	}
	return all, nil
}

func (v *View) sentOne(b bot.Broadcast) (bot.Sent, error) {
	sent := bot.Sent{Broadcast: b, Counts: map[bot.DeliveryState]int{}, Codes: map[int64]int{}, Spared: map[bot.Spare]int{}}
	worst := map[[2]string]bot.Delivery{} // by person and group
	for _, kind := range []kind{kindOut, kindSent} {
		if err := visit(v, v.keys.every(kind, b.ID), func(d bot.Delivery) error {
			to := [2]string{d.Person, d.Group}
			if to == [2]string{} {
				if d.State == bot.DeliveryDropped {
					sent.Spared[bot.Spare(d.Why)] += len(d.Units)
				}
				if d.Why == bot.OutNobody {
					sent.Unreached = append(sent.Unreached, d.Units...)
				}
				return nil
			}
			was, ok := worst[to]
			if !ok || badness(d.State) > badness(was.State) {
				d, was = was, d
			}
			was.Unsure = was.Unsure || d.Unsure
			worst[to] = was
			return nil
		}); err != nil {
			return sent, err
		}
	}
	for _, d := range worst {
		sent.Counts[d.State]++
		if badness(d.State) == failed || d.Unsure && d.State.Ended() {
			sent.Missed = append(sent.Missed, d)
		}
		if d.State == bot.DeliveryRefused {
			sent.Codes[d.Code]++
		}
		if d.Unsure && d.State == bot.DeliveryAccepted {
			sent.Twice++
		}
	}
	return sent, nil
}

// lastBroadcast is the one that the office confirmed last, nil if there was none.
func (v *View) lastBroadcast() (*bot.Broadcast, error) {
	var last *bot.Broadcast
	err := visit(v, v.keys.every(kindBroadcast), func(b bot.Broadcast) error {
		if b.Kind != bot.BroadcastRemind && (last == nil || later(b, *last) >= 0) {
			last = &b
		}
		return nil
	})
	return last, err
}

// later compares when broadcasts began, by the real clock first: see
// [bot.Broadcast.Begun].
func later(a, b bot.Broadcast) int { return cmp.Or(a.Begun.Compare(b.Begun), a.At.Compare(b.At)) }

// places are the units' places in the roster, from 0.
func (v *View) places() (map[string]int, error) {
	roster, err := v.Roster()
	places := make(map[string]int, len(roster.Units))
	for i, u := range roster.Units {
		places[u.Name] = i
	}
	return places, err
}

// arrange sorts who was not reached, and bounds the list. Groups, and units that
// are not on the roster any more, come last.
func arrange(sent *bot.Sent, places map[string]int) {
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
}

// Reminded counts for each unit how often its liaison was reminded, by 催报 or by
// the ladder: a message in several parts counts once.
func (v *View) Reminded() (map[string]int, error) {
	return v.reminded(
		func(bot.Broadcast) bool { return true },
		func(d bot.Delivery) bool { return d.State == bot.DeliveryAccepted },
		kindSent)
}

// week is how long caps reach.
const week = 7 * 24 * time.Hour

// Week counts for each unit the reminders of the week that begins at monday,
// campaign time, likewise, but for those of one broadcast: what was accepted, what
// is still under way, and what may have arrived although nobody said so.
func (v *View) Week(monday time.Time, but string) (map[string]int, error) {
	end := monday.Add(week)
	return v.reminded(
		// One that began before may come in this week: the service was down, or its
		// road. A 催报 says not till when, and is kept for hours.
		func(b bot.Broadcast) bool {
			over := b.At.Add(week)
			if !b.Until.IsZero() {
				over = b.Until
			}
			return b.ID != but && b.At.Before(end) && !over.Before(monday)
		},
		func(d bot.Delivery) bool {
			if d.Queued.Before(monday) || !d.Queued.Before(end) {
				return false
			}
			return d.State == bot.DeliveryAccepted || !d.State.Ended() || d.Unsure
		},
		kindOut, kindSent)
}

// reminded counts the reminders of units that pass: of those broadcasts, those
// deliveries. Who speaks for a unit beside its liaison got the same one.
func (v *View) reminded(of func(bot.Broadcast) bool, counts func(bot.Delivery) bool, kinds ...kind) (map[string]int, error) {
	var ids []string
	if err := visit(v, v.keys.every(kindBroadcast), func(b bot.Broadcast) error {
		if b.Kind.Reminds() && of(b) {
			ids = append(ids, b.ID)
		}
		return nil
	}); err != nil {
		return nil, err
	}
	times := map[string]int{}
	for _, id := range ids {
		seen := map[string]bool{} // by unit
		for _, kind := range kinds {
			if err := visit(v, v.keys.every(kind, id), func(d bot.Delivery) error {
				if d.Person == "" || !counts(d) {
					return nil
				}
				for _, unit := range d.Units {
					if !seen[unit] {
						seen[unit] = true
						times[unit]++
					}
				}
				return nil
			}); err != nil {
				return nil, err
			}
		}
	}
	return times, nil
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
