package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"anyuebot/bot"
)

// expandPage bounds the recipients of one page of a broadcast, each one commit.
const expandPage = 40

// expand takes a broadcast one page further: the next liaisons in the order of
// the roster, each once however many units they speak for, and after the last
// unit the paired groups. A unit without a liaison gets a delivery to nobody,
// so that the office sees it.
func (w *worker) expand(ctx context.Context, b bot.Broadcast) error {
	now := time.Now()
	view, err := w.c.Outbox.OutboxView(ctx)
	if err != nil {
		return err
	}
	defer view.Close()
	next, page, err := w.page(view, b, now)
	if err != nil {
		return err
	}
	view.Close()
	return w.c.Outbox.Expand(ctx, b, next, page)
}

func (w *worker) page(view OutboxView, b bot.Broadcast, now time.Time) (next bot.Broadcast, page []bot.Delivery, err error) {
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
		switch {
		case b.Units != nil && !slices.Contains(b.Units, u.Name), seen[u.Liaison]:
		case u.Liaison == "":
			list = []bot.Delivery{{
				ID: fmt.Sprintf("%s-u%06d", b.ID, u.Order), Broadcast: b.ID, Kind: string(b.Kind), Units: []string{u.Name},
				Queued: w.now(), Due: now, Until: now, State: bot.DeliveryRefused, Why: whyNobody, At: now,
			}}
		default:
			if list, err = w.toPerson(view, b, u.Liaison, now); err != nil {
				return next, nil, err
			}
			seen[u.Liaison] = true
		}
		if len(page)+len(list) > expandPage && len(page) > 0 {
			return next, page, nil
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
			list, err := w.toGroup(view, b, chat, now)
			if err != nil {
				return next, nil, err
			}
			if len(page)+len(list) > expandPage && len(page) > 0 {
				return next, page, nil
			}
			page = append(page, list...)
		}
	}
	next.Done = true
	return next, page, nil
}

// short names anything within an ID.
func short(name string) string {
	h := sha256.Sum256([]byte(name))
	return hex.EncodeToString(h[:8])
}

func (w *worker) toPerson(view OutboxView, b bot.Broadcast, person string, now time.Time) ([]bot.Delivery, error) {
	to, ok, err := w.recipient(view, b, person, "")
	if err != nil || !ok {
		return nil, err
	}
	list, err := w.wording(view, b, b.ID+"-"+person, to, now)
	for i := range list {
		list[i].Person, list[i].Group = person, ""
		if len(list[i].Units) == 0 {
			list[i].Units = to.Person.Units
		}
	}
	return list, err
}

func (w *worker) toGroup(view OutboxView, b bot.Broadcast, chat bot.Chat, now time.Time) ([]bot.Delivery, error) {
	to, ok, err := w.recipient(view, b, "", chat.ID)
	if err != nil || !ok {
		return nil, err
	}
	list, err := w.wording(view, b, b.ID+"-g"+short(chat.ID), to, now)
	for i := range list {
		list[i].Person, list[i].Group = "", chat.ID
	}
	return list, err
}

// wording words a broadcast for one recipient: nothing if it is not meant for
// them or if an earlier page wrote to them.
func (w *worker) wording(view OutboxView, b bot.Broadcast, id string, to bot.Recipient, now time.Time) ([]bot.Delivery, error) {
	for _, id := range []string{id, id + "-" + suffix(0)} {
		if _, known, err := view.Delivery(b.ID, id); err != nil || known {
			return nil, err
		}
	}
	send, meant := w.compose(w.c.Notice, b, to, w.now())
	if !meant {
		return nil, nil
	}
	list, err := w.letters(id, send, w.now())
	for i := range list {
		list[i].Broadcast, list[i].Kind = b.ID, string(b.Kind)
	}
	if len(list) > expandPage {
		return nil, fmt.Errorf("broadcast %s: one message in %d parts", b.ID, len(list))
	}
	return list, err
}

// recipient looks up a person or group as they stand now; false if they are no
// longer there or speak for no unit that is meant.
func (w *worker) recipient(view OutboxView, b bot.Broadcast, person, group string) (to bot.Recipient, ok bool, err error) {
	if group != "" {
		chat, ok, err := view.Chat(group)
		if err != nil || !ok {
			return to, false, err
		}
		to.Chat = &chat
		if b.Form != "" {
			to.Missing, to.Expected, err = w.missing(view, b)
		}
		return to, true, err
	}
	if to.Person, ok, err = view.Person(person); err != nil || !ok {
		return to, false, err
	}
	to.Person.Office = w.office[strings.ToLower(to.Person.UserID)]
	to.Person.Units = slices.DeleteFunc(slices.Clone(to.Person.Units), func(name string) bool {
		return b.Units != nil && !slices.Contains(b.Units, name)
	})
	if len(to.Person.Units) == 0 {
		return to, false, nil
	}
	if b.Form == "" {
		return to, true, nil
	}
	to.Status, err = w.statuses(view, to.Person.Units, b.Form)
	return to, err == nil, err
}

// missing counts the meant units without a version that counts.
func (w *worker) missing(view OutboxView, b bot.Broadcast) (missing, expected int, err error) {
	list, err := view.Statuses(b.Form, w.key("", b.Form).Period)
	for _, s := range list {
		if b.Units != nil && !slices.Contains(b.Units, s.Unit) {
			continue
		}
		expected++
		if s.Version == 0 {
			missing++
		}
	}
	return missing, expected, err
}

// meant asks once more whether a delivery of a broadcast is meant, and takes
// over what it says now. If it is not, end tells how it ends. A message in parts
// keeps its words unless there are as many parts as before.
func (w *worker) meant(view OutboxView, d bot.Delivery) (_ bot.Delivery, end bot.DeliveryState, err error) {
	b, ok, err := view.Broadcast(d.Broadcast)
	if err != nil || !ok {
		return d, bot.DeliveryDropped, err
	}
	to, ok, err := w.recipient(view, b, d.Person, d.Group)
	if err != nil {
		return d, "", err
	}
	if !ok {
		end, err := w.missed(view, b, d)
		return d, end, err
	}
	send, meant := w.compose(w.c.Notice, b, to, w.now())
	if !meant {
		return d, bot.DeliveryDropped, nil
	}
	whole := b.ID + "-" + d.Person
	if d.Group != "" {
		whole = b.ID + "-g" + short(d.Group)
	}
	list, err := w.letters(whole, send, d.Queued)
	for _, now := range list {
		if now.ID == d.ID {
			d.Text, d.Card, d.File, d.Mention = now.Text, now.Card, now.File, now.Mention
		}
		if len(now.Units) > 0 {
			d.Units = now.Units
		}
	}
	return d, "", err
}

// missed is the end of a delivery to somebody who speaks for none of its units
// any more: refused, so that the office sees it, unless those units need it no
// more.
func (w *worker) missed(view OutboxView, b bot.Broadcast, d bot.Delivery) (bot.DeliveryState, error) {
	if d.Person == "" {
		return bot.DeliveryDropped, nil
	}
	to := bot.Recipient{Person: bot.Person{ID: d.Person, Units: d.Units}}
	if b.Form != "" {
		var err error
		if to.Status, err = w.statuses(view, d.Units, b.Form); err != nil {
			return "", err
		}
	}
	if _, still := w.compose(w.c.Notice, b, to, w.now()); !still {
		return bot.DeliveryDropped, nil
	}
	return bot.DeliveryRefused, nil
}

// statuses are those of some units with a form.
func (w *worker) statuses(view OutboxView, units []string, form string) ([]bot.Status, error) {
	list := make([]bot.Status, len(units))
	for i, unit := range units {
		var err error
		if list[i], err = view.Status(w.key(unit, form)); err != nil {
			return nil, err
		}
	}
	return list, nil
}
