package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"anyuebot/bot"
)

// Alarm tells the office that a road takes nothing, by another. It is for roads
// that know it themselves: what an attempt finds out is told without.
func (a *App) Alarm(ctx context.Context, h bot.Halt) error {
	if a.c.Outbox == nil {
		return nil
	}
	tell, people := a.alarm(ctx, h, time.Now())
	if len(tell) == 0 {
		return nil
	}
	if err := a.c.Outbox.Queue(ctx, tell, people); err != nil {
		return fmt.Errorf("alarm: %w", err)
	}
	a.roused()
	return nil
}

// alarm is what the office is told of a halt: a message to each of its members
// whom another road reaches. Without words the log has to do, and what the
// office sees when it next writes.
func (a *App) alarm(ctx context.Context, h bot.Halt, now time.Time) (tell []bot.Delivery, people []bot.Person) {
	lines, err := a.lines(bot.Alarm(a.c.Notice, []bot.Halt{h}, a.c.Zone))
	if err != nil {
		a.c.Log.Error("outbox: no words for a halted road", "why", h.Why, "error", err)
		return nil, nil
	}
	text := strings.Join(lines, "\n")
	enrolled, err := a.enrolledIDs(ctx)
	if err != nil {
		// Those that configuration names are told all the same.
		a.c.Log.Error("outbox: the members of the office are not known", "error", err)
	}
	for _, userID := range append(a.configured(), enrolled...) {
		via := a.c.Channel.Via(bot.Parcel{UserID: userID, Text: text})
		if via == "" || via == h.Via || a.roads.isHalted(via) || len(tell) == bot.MaxDeliveries {
			continue
		}
		person := bot.Person{ID: a.c.Outbox.PersonID(userID), UserID: userID}
		people = append(people, person)
		tell = append(tell, bot.Delivery{
			ID: fmt.Sprintf("halt-%d-%s", now.UnixNano(), person.ID), Kind: "halt", Person: person.ID, Text: text,
			Queued: a.now(), State: bot.DeliveryPending, Due: now, Until: until("", now),
		})
	}
	return tell, people
}

// enrolledIDs are the userids of those whom a message made members of the office.
func (a *App) enrolledIDs(ctx context.Context) ([]string, error) {
	view, err := a.c.Outbox.OutboxView(ctx)
	if err != nil {
		return nil, err
	}
	defer view.Close()
	people, err := view.People()
	if err != nil {
		return nil, err
	}
	var list []string
	for _, p := range a.enrolled(people) {
		list = append(list, p.UserID)
	}
	return list, nil
}
