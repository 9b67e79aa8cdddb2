package app

import (
	"slices"

	"anyuebot/bot"
)

// joined makes one message of the reminders that were held up till another followed:
// the last says what those before it were to say, and of which units. followed is true
// of one that is not the last.
func (w *worker) joined(view OutboxView, b bot.Broadcast, d bot.Delivery) (_ bot.Broadcast, units []string, followed bool, err error) {
	units = d.Units
	if !toLiaisons(b) {
		return b, units, false, nil
	}
	kept, err := view.Reminding()
	if err != nil {
		return b, units, false, err
	}
	own, seen := false, map[string]bool{"": true}
	for _, slot := range kept.Done {
		id := slot.Broadcast
		own = own || id == b.ID
		if seen[id] || id == b.ID {
			continue
		}
		seen[id] = true
		other, ok, err := view.Broadcast(id)
		if err != nil {
			return b, units, false, err
		}
		if !ok || !toLiaisons(other) || w.now().After(other.Until) {
			continue
		}
		letter, ok, err := view.Delivery(id, letterID(other, d.Person, ""))
		switch {
		case err != nil:
			return b, units, false, err
		case !ok:
		case own && !letter.State.Ended():
			followed = true
		case !own && letter.State == bot.DeliveryDropped && letter.Why == string(bot.SpareSuperseded):
			b.Slots = append(slices.Clip(b.Slots), other.Slots...)
			for _, unit := range letter.Units {
				if !slices.Contains(units, unit) {
					units = append(slices.Clip(units), unit)
				}
			}
		}
	}
	return b, units, followed, nil
}
