package app

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
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
	tell, people := a.alarm(h, time.Now())
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
func (a *App) alarm(h bot.Halt, now time.Time) (tell []bot.Delivery, people []bot.Person) {
	text, err := a.alarmWords(h)
	if err != nil {
		a.c.Log.Error("outbox: no words for a halted road", "why", h.Why, "error", err)
		return nil, nil
	}
	for _, userID := range slices.Sorted(maps.Keys(a.office)) {
		via := a.c.Channel.Via(bot.Parcel{UserID: userID, Text: text})
		if userID == "" || via == "" || via == h.Via || a.roads.isHalted(via) || len(tell) == expandPage {
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

func (a *App) alarmWords(h bot.Halt) (string, error) {
	detail := h.Detail
	if detail == "" {
		var err error
		if detail, err = a.c.Say(bot.Effect{Key: "out.detail"}); err != nil {
			return "", err
		}
	}
	blanks := map[string]string{"detail": detail, "code": strconv.FormatInt(h.Code, 10)}
	mend, err := a.c.Say(bot.Effect{Key: "out." + h.Why, Args: blanks})
	if err != nil {
		if mend, err = a.c.Say(bot.Effect{Key: "out.unknown", Args: blanks}); err != nil {
			return "", err
		}
	}
	name, _, _ := strings.Cut(h.Via, ":")
	via, err := a.c.Say(bot.Effect{Key: "via." + name})
	if err != nil {
		return "", err
	}
	return a.c.Say(bot.Effect{Key: "halt", Args: map[string]string{"via": via, "time": bot.Instant(h.Since), "mend": mend}})
}
