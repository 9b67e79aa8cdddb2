package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"time"

	"anyuebot/bot"
)

// expand takes a broadcast one page further, in one commit: the next liaisons in
// the order of the roster and who stands in for them, each once however many
// units they speak for, and after the last unit the paired groups. A unit without
// a liaison gets a delivery to nobody, so that the office sees it.
func (w *worker) expand(ctx context.Context, b bot.Broadcast) error {
	view, err := w.c.Outbox.OutboxView(ctx)
	if err != nil {
		return err
	}
	defer view.Close()
	next, page, err := w.page(view, b)
	if err != nil {
		return err
	}
	view.Close()
	return w.c.Outbox.Expand(ctx, b, next, page)
}

func (w *worker) page(view OutboxView, b bot.Broadcast) (next bot.Broadcast, page []bot.Delivery, err error) {
	next = b
	roster, err := view.Roster()
	if err != nil {
		return next, nil, err
	}
	seen := map[string]bool{}
	for _, u := range roster.Units {
		if u.Order <= b.After {
			continue
		}
		var list []bot.Delivery
		var told []string
		switch {
		case !b.Means(u):
		case u.Liaison == "":
			list = []bot.Delivery{w.toNobody(b, u)}
		default:
			for _, person := range u.Speakers(w.now()) {
				if seen[person] {
					continue
				}
				to, err := w.to(view, b, person, "")
				if err != nil {
					return next, nil, err
				}
				list = append(list, to...)
				told = append(told, person)
			}
		}
		if len(page)+len(list) > bot.MaxDeliveries {
			return next, page, nil
		}
		for _, person := range told {
			seen[person] = true
		}
		page = append(page, list...)
		next.After = u.Order
	}
	if b.Groups {
		chats, err := view.Chats()
		if err != nil {
			return next, nil, err
		}
		for _, chat := range chats {
			list, err := w.to(view, b, "", chat.ID)
			if err != nil {
				return next, nil, err
			}
			if len(page)+len(list) > bot.MaxDeliveries {
				return next, page, nil
			}
			page = append(page, list...)
		}
	}
	next.Done = true
	return next, page, nil
}

func (w *worker) toNobody(b bot.Broadcast, u bot.Unit) bot.Delivery {
	now := time.Now()
	return bot.Delivery{
		ID: fmt.Sprintf("%s-u%06d", b.ID, u.Order), Broadcast: b.ID, Kind: string(b.Kind), Units: []string{u.Name},
		Queued: w.now(), Due: now, Until: now, State: bot.DeliveryRefused, Why: bot.OutNobody, At: now,
	}
}

// to words a broadcast for a person or a group: nothing if it is not meant for
// them, or if an earlier page wrote to them, in as many parts as it may be.
func (w *worker) to(view OutboxView, b bot.Broadcast, person, group string) ([]bot.Delivery, error) {
	whole := letterID(b, person, group)
	for _, id := range []string{whole, whole + "-" + suffix(0)} {
		if _, known, err := view.Delivery(b.ID, id); err != nil || known {
			return nil, err
		}
	}
	list, err := w.composed(view, b, person, group, w.now())
	if len(list) > bot.MaxDeliveries {
		return nil, fmt.Errorf("broadcast %s: one message in %d parts", b.ID, len(list))
	}
	return list, err
}

// letterID names what a broadcast says to a person or a group, whole.
func letterID(b bot.Broadcast, person, group string) string {
	if group == "" {
		return b.ID + "-" + person
	}
	h := sha256.Sum256([]byte(group)) // which may be long, and of any characters
	return b.ID + "-g" + hex.EncodeToString(h[:8])
}

// composed is what a broadcast says to a person or a group now; nothing if it is
// not meant for them, or not any more.
func (w *worker) composed(view OutboxView, b bot.Broadcast, person, group string, queued time.Time) ([]bot.Delivery, error) {
	to, ok, err := w.recipient(view, b, person, group)
	if err != nil || !ok {
		return nil, err
	}
	send, meant := w.compose(w.c.Notice, b, to, w.now())
	if !meant {
		return nil, nil
	}
	list, err := w.letters(letterID(b, person, group), send, queued)
	for i := range list {
		list[i].Broadcast = b.ID
	}
	return list, err
}

// recipient looks up a person or group as they stand now; false if they are no
// longer there.
func (w *worker) recipient(view OutboxView, b bot.Broadcast, person, group string) (to bot.Recipient, ok bool, err error) {
	if group != "" {
		chat, ok, err := view.Chat(group)
		to.Chat = &chat
		return to, ok, err
	}
	to.Person, ok, err = view.Person(person)
	if to.Person = to.Person.At(w.now()); err != nil || !ok {
		return to, ok, err
	}
	if to.Units, err = unitsOf(view, b, to.Person.Units); err != nil || b.Form == "" {
		return to, err == nil, err
	}
	to.Status, err = w.statuses(view, to.Person.Units, b.Form)
	return to, err == nil, err
}

// meant asks once more whether a delivery of a broadcast is meant, and takes
// over what it says now. If it is not, end tells how it ends. A message in parts
// keeps its words unless there are as many parts as before.
func (w *worker) meant(view OutboxView, d bot.Delivery) (_ bot.Delivery, end bot.DeliveryState, err error) {
	b, ok, err := view.Broadcast(d.Broadcast)
	if err != nil || !ok {
		return d, bot.DeliveryDropped, err
	}
	list, err := w.composed(view, b, d.Person, d.Group, d.Queued)
	if err != nil {
		return d, "", err
	}
	if len(list) == 0 {
		end, err := w.missed(view, b, d)
		return d, end, err
	}
	for _, now := range list {
		// What may have arrived is repeated word for word, to be recognised.
		if now.ID == d.ID && !d.Unsure {
			d.Text, d.Card, d.File, d.Mention = now.Text, now.Card, now.File, now.Mention
		}
	}
	d.Units = list[0].Units
	return d, "", nil
}

// missed is the end of a delivery to somebody who speaks for none of its units
// any more: refused, so that the office sees it, unless those units need it no
// more.
func (w *worker) missed(view OutboxView, b bot.Broadcast, d bot.Delivery) (bot.DeliveryState, error) {
	if d.Person == "" {
		return bot.DeliveryDropped, nil
	}
	to := bot.Recipient{Person: bot.Person{ID: d.Person, Units: d.Units}}
	var err error
	if to.Units, err = unitsOf(view, b, d.Units); err != nil {
		return "", err
	}
	if b.Form != "" {
		if to.Status, err = w.statuses(view, d.Units, b.Form); err != nil {
			return "", err
		}
	}
	if _, still := w.compose(w.c.Notice, b, to, w.now()); !still {
		return bot.DeliveryDropped, nil
	}
	return bot.DeliveryRefused, nil
}

// unitsOf are the rows of some units, if the broadcast needs to know their kinds.
// Who is on the roster no more has no row.
func unitsOf(view OutboxView, b bot.Broadcast, names []string) (units []bot.Unit, err error) {
	if b.Kinds == nil {
		return nil, nil
	}
	for _, name := range names {
		u, ok, err := view.Unit(name)
		if err != nil {
			return nil, err
		}
		if ok {
			units = append(units, u)
		}
	}
	return units, nil
}

// statuses are those of some units with a form.
func (w *worker) statuses(view OutboxView, units []string, form string) ([]bot.Status, error) {
	list := make([]bot.Status, len(units))
	period := w.c.Notice.Form(form).PeriodAt(w.now())
	for i, unit := range units {
		var err error
		if list[i], err = view.Status(bot.ReportKey{Unit: unit, Form: form, Period: period}); err != nil {
			return nil, err
		}
	}
	return list, nil
}
