package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"anyuebot/bot"
	"anyuebot/bot/remind"
)

// script is what a broadcast says and to whom, as it stands at one revision of the
// store and one instant.
type script interface {
	// spared is why nobody is written to for a unit; "" if somebody may be.
	spared(bot.Unit) (why string)
	// says words it for a person or, where group is set, for a group; false if it is
	// not meant for them, or not any more.
	says(person, group string) (bot.Send, bool, error)
	// needed reports, of a delivery that is not meant for whom it was made, whether
	// those it was about need it all the same; if they do not, why.
	needed(bot.Delivery) (yes bool, why string, err error)
}

// script reads what a broadcast says. units are those that it is asked for, nil for
// all on the roster.
func (w *worker) script(view OutboxView, b bot.Broadcast, units []string) (script, error) {
	b.At = b.At.In(w.c.Zone)
	if b.Kind == bot.BroadcastRemind {
		return w.reminder(view, b, units)
	}
	c := composed{worker: w, view: view, b: b, units: units}
	if b.Kind == bot.BroadcastNudge && units == nil {
		var err error
		if c.week, err = view.Week(remind.Monday(w.now()), b.ID); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// expand takes a broadcast one page further, in one commit: the next liaisons in
// the order of the roster and who stands in for them, each once however many
// units they speak for, and after the last unit the paired groups or the members of
// the office. A unit for which nobody is written to gets a delivery to nobody that
// says why, so that the office sees it.
func (w *worker) expand(ctx context.Context, b bot.Broadcast) error {
	if b.To == bot.ToOffice {
		// Who never wrote to the bot has no record yet.
		if err := w.c.Outbox.Queue(ctx, nil, w.configuredPeople()); err != nil {
			return err
		}
	}
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
	says, err := w.script(view, b, nil)
	if err != nil {
		return next, nil, err
	}
	seen := map[string]bool{}
	for _, u := range roster.Units {
		if u.Order <= b.After || !toLiaisons(b) {
			continue
		}
		var list []bot.Delivery
		var told []string
		if b.Means(u) {
			why, speakers := says.spared(u), u.Speakers(w.now())
			if why == "" && len(speakers) == 0 {
				why = bot.OutNobody
			}
			if why != "" {
				list, speakers = []bot.Delivery{w.toNobody(b, u, why)}, nil
			}
			for _, person := range speakers {
				if seen[person] {
					continue
				}
				to, err := w.to(view, says, b, person, "")
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
	people, groups, err := w.beyond(view, b)
	if err != nil {
		return next, nil, err
	}
	for i, id := range append(people, groups...) {
		person, group := id, ""
		if i >= len(people) {
			person, group = "", id
		}
		list, err := w.to(view, says, b, person, group)
		if err != nil {
			return next, nil, err
		}
		if len(page)+len(list) > bot.MaxDeliveries {
			return next, page, nil
		}
		page = append(page, list...)
	}
	next.Done = true
	return next, page, nil
}

// toLiaisons reports whether a broadcast goes to who speaks for units.
func toLiaisons(b bot.Broadcast) bool { return b.To == "" || b.To == bot.ToLiaisons }

// beyond are those a broadcast goes to who speak for no unit: members of the office,
// and groups.
func (w *worker) beyond(view OutboxView, b bot.Broadcast) (people, groups []string, err error) {
	if b.To == bot.ToOffice {
		if people, err = w.officeIDs(view); err != nil {
			return nil, nil, err
		}
	}
	if b.Groups || b.To == bot.ToGroups {
		chats, err := view.Chats()
		if err != nil {
			return nil, nil, err
		}
		for _, chat := range chats {
			groups = append(groups, chat.ID)
		}
	}
	return people, groups, nil
}

// toNobody stands for a unit for which nobody is written to.
func (w *worker) toNobody(b bot.Broadcast, u bot.Unit, why string) bot.Delivery {
	now := time.Now()
	return bot.Delivery{
		ID: fmt.Sprintf("%s-u%06d", b.ID, u.Order), Broadcast: b.ID, Kind: string(b.Kind), Units: []string{u.Name},
		Queued: w.now(), Due: now, Until: now, State: bot.DeliveryDropped, Why: why, At: now,
	}
}

// to words a broadcast for a person or a group: nothing if it is not meant for
// them, or if an earlier page wrote to them, in as many parts as it may be.
func (w *worker) to(view OutboxView, says script, b bot.Broadcast, person, group string) ([]bot.Delivery, error) {
	whole := letterID(b, person, group)
	for _, id := range []string{whole, whole + "-" + suffix(0)} {
		if _, known, err := view.Delivery(b.ID, id); err != nil || known {
			return nil, err
		}
	}
	list, err := w.worded(says, b, person, group, w.now())
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

// worded is what a broadcast says to a person or a group now; nothing if it is not
// meant for them, or not any more.
func (w *worker) worded(says script, b bot.Broadcast, person, group string, queued time.Time) ([]bot.Delivery, error) {
	send, meant, err := says.says(person, group)
	if err != nil || !meant {
		return nil, err
	}
	list, err := w.letters(letterID(b, person, group), send, queued)
	for i := range list {
		list[i].Broadcast = b.ID
		if b.Kind == bot.BroadcastRemind {
			list[i].Until = w.real(b.Until)
		}
	}
	return list, err
}

// meant asks once more whether a delivery of a broadcast is meant, and takes over
// what it says now. If it is not, the delivery has ended. A message in parts keeps
// its words: some of them may have arrived.
func (w *worker) meant(view OutboxView, d bot.Delivery, now time.Time) (bot.Delivery, error) {
	b, ok, err := view.Broadcast(d.Broadcast)
	if err != nil || !ok {
		return ended(d, bot.DeliveryDropped, "", now), err
	}
	units := d.Units
	if b.Kind == bot.BroadcastRemind {
		d = w.current(d, b)
		var followed bool
		if b, units, followed, err = w.joined(view, b, d); err != nil {
			return d, err
		}
		if followed {
			return ended(d, bot.DeliveryDropped, string(bot.SpareSuperseded), now), nil
		}
	}
	if !toLiaisons(b) {
		units = nil
	}
	says, err := w.script(view, b, units)
	if err != nil {
		return d, err
	}
	list, err := w.worded(says, b, d.Person, d.Group, d.Queued)
	if err != nil {
		return d, err
	}
	if len(list) == 0 {
		needed, why, err := says.needed(d)
		if err != nil {
			return d, err
		}
		if needed {
			return ended(d, bot.DeliveryRefused, bot.OutChanged, now), nil
		}
		return ended(d, bot.DeliveryDropped, why, now), nil
	}
	// What may have arrived is repeated word for word, to be recognised.
	if whole := list[0]; len(list) == 1 && whole.ID == d.ID && !d.Unsure {
		d.Text, d.Card, d.File, d.Mention = whole.Text, whole.Card, whole.File, whole.Mention
	}
	d.Units = list[0].Units
	return d, nil
}

// composed is a broadcast that the office has confirmed.
type composed struct {
	*worker
	view OutboxView
	b    bot.Broadcast
	// units are those whose people are written to, nil for all that they speak for.
	units []string
	week  map[string]int // as [bot.Recipient] has it
}

func (c composed) spared(bot.Unit) string { return "" }

func (c composed) says(person, group string) (bot.Send, bool, error) {
	to, ok, err := c.recipient(c.view, c.b, person, group)
	if err != nil || !ok {
		return bot.Send{}, false, err
	}
	if c.units != nil {
		to.Person.Units = slices.DeleteFunc(slices.Clone(to.Person.Units), func(unit string) bool { return !slices.Contains(c.units, unit) })
	}
	to.Week = c.week
	send, meant := c.compose(c.c.Notice, c.b, to, c.now())
	return send, meant, nil
}

// needed is true of a delivery to somebody who speaks for none of its units any
// more, while those need it still: the office has to see it.
func (c composed) needed(d bot.Delivery) (bool, string, error) {
	if d.Person == "" {
		return false, "", nil
	}
	to := bot.Recipient{Person: bot.Person{ID: d.Person, Units: d.Units}}
	var err error
	if to.Units, err = unitsOf(c.view, c.b, d.Units); err != nil {
		return false, "", err
	}
	if c.b.Form != "" {
		if to.Status, err = c.statuses(c.view, d.Units, c.b.Form); err != nil {
			return false, "", err
		}
	}
	_, still := c.compose(c.c.Notice, c.b, to, c.now())
	return still, "", nil
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

// unitsOf are the rows of some units, if the broadcast needs to know their kinds or
// whether their reminders are paused. Who is on the roster no more has no row.
func unitsOf(view OutboxView, b bot.Broadcast, names []string) (units []bot.Unit, err error) {
	if b.Kinds == nil && b.Kind != bot.BroadcastNudge {
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
