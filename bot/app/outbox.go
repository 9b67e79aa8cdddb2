package app

import (
	"context"
	"fmt"
	"strings"
	"time"

	"anyuebot/bot"
)

// Channel carries parcels. It is safe for concurrent use.
type Channel interface {
	// Via names the road that [Channel.Send] would take now, as in
	// [bot.Attempt.Via]; "" if there is none.
	Via(bot.Parcel) string
	// Send makes one attempt and says what became of it. It waits for no limit:
	// a parcel that is above one is [bot.FateLater] and Limited.
	Send(context.Context, bot.Parcel) bot.Attempt
	// Reach says whom the roads can write to unasked.
	Reach() bot.Reach
	// Remember charges the limits with what an earlier process sent.
	Remember(p bot.Parcel, via string, at time.Time)
	// Repeatable reports whether the platform recognises words that it is sent
	// again by this road, and shows them once.
	Repeatable(via string) bool
}

// Outbox is where deliveries wait and are kept. Its methods are one commit
// each; [ErrConflict] from those that take what something was means that it is
// that no more.
type Outbox interface {
	// OutboxView opens what there is at one revision. Close it soon.
	OutboxView(ctx context.Context) (OutboxView, error)
	// Lease takes or prolongs a lease till ttl after now, unless another owner
	// holds it; with a ttl of 0 it gives it back.
	Lease(ctx context.Context, name, owner string, ttl time.Duration, now time.Time) (held bool, err error)
	// Queue stores new deliveries, and the people they are for where they have
	// no record. Deliveries that are known already stay as they are.
	Queue(ctx context.Context, list []bot.Delivery, people []bot.Person) error
	// SaveDelivery puts a delivery in the place of what it was.
	SaveDelivery(ctx context.Context, was, is bot.Delivery) error
	// Expand stores a page of a broadcast with how far it has come by that.
	Expand(ctx context.Context, was, is bot.Broadcast, page []bot.Delivery) error
	// Remind marks steps of the ladder as dealt with, in the commit that stores the
	// broadcasts which carry them and the log of it.
	Remind(ctx context.Context, was, is bot.Reminding, list []bot.Broadcast, log []bot.LogEntry) error
	// Halt notes that a road is halted, together with what the office is told
	// of it; when it was noted before, nothing changes and it is no news.
	Halt(ctx context.Context, h bot.Halt, tell []bot.Delivery, people []bot.Person) (news bool, err error)
	Resume(ctx context.Context, via string) error
	PersonID(userid string) string
}

// OutboxView reads at one revision.
type OutboxView interface {
	Open(visit func(bot.Delivery) error) error
	Ended(since time.Time, visit func(bot.Delivery) error) error
	Unexpanded() ([]bot.Broadcast, error)
	Halts() ([]bot.Halt, error)
	Delivery(broadcast, id string) (bot.Delivery, bool, error)
	Broadcast(id string) (bot.Broadcast, bool, error)
	Person(id string) (bot.Person, bool, error)
	People() ([]bot.Person, error)
	Chats() ([]bot.Chat, error)
	Chat(id string) (bot.Chat, bool, error)
	Records
	Close()
}

// nowhere is the channel where none is configured.
type nowhere struct{}

func (nowhere) Via(bot.Parcel) string { return "" }
func (nowhere) Send(context.Context, bot.Parcel) bot.Attempt {
	return bot.Attempt{Fate: bot.FateRefused, Why: bot.OutRoad}
}
func (nowhere) Reach() bot.Reach                       { return bot.Reach{} }
func (nowhere) Remember(bot.Parcel, string, time.Time) {}
func (nowhere) Repeatable(string) bool                 { return false }

// roused wakes the outbox.
func (a *App) roused() {
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// Late stores the reply to a message that could not be given in time, as a
// delivery to whoever sent it. It may be called again for the same message: the
// reply is sent once. One that claimed nothing (“暂时无法保存”) counts for itself,
// for the same message may come again and have a reply then.
func (a *App) Late(ctx context.Context, m bot.Message, reply bot.Reply) error {
	card := reply.Card
	if card != nil && (len(card.Buttons) == 0 || !m.Private()) {
		card = nil // it was to stand in the place of one that was pressed
	}
	if a.c.Outbox == nil || reply.Text == "" && card == nil {
		return nil
	}
	id := a.ID(m)
	_, claimed, err := a.c.Store.Reply(ctx, id)
	if err != nil {
		return fmt.Errorf("late reply: %w", err)
	}
	now := time.Now()
	sender := bot.Person{ID: a.c.Outbox.PersonID(m.From), UserID: m.From}
	d := bot.Delivery{
		ID: id + "-late", Kind: kindReply, Person: sender.ID, Group: m.Group, ReplyURL: m.ReplyURL, Card: card,
		Queued: a.now(), State: bot.DeliveryPending, Due: now, Until: until(m.ReplyURL, now),
	}
	if !claimed {
		d.ID = id + "-refused"
	}
	if err := a.c.Outbox.Queue(ctx, parts(d, pack(strings.Split(reply.Text, "\n"), bot.ParcelLimit)), []bot.Person{sender}); err != nil {
		return fmt.Errorf("late reply: %w", err)
	}
	a.roused()
	return nil
}

// Resume lets halted roads be used again, because somebody says that they are
// mended. What was held goes out.
func (a *App) Resume(ctx context.Context) error {
	if a.c.Outbox == nil {
		return nil
	}
	view, err := a.c.Outbox.OutboxView(ctx)
	if err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	halts, err := view.Halts()
	view.Close()
	if err != nil {
		return fmt.Errorf("resume: %w", err)
	}
	for _, h := range halts {
		if err := a.c.Outbox.Resume(ctx, h.Via); err != nil {
			return fmt.Errorf("resume: %w", err)
		}
		a.roads.open(h.Via)
	}
	a.roused()
	return nil
}

// now is the campaign's time in its zone.
func (a *App) now() time.Time { return a.c.Now().In(a.c.Zone) }

const (
	// personTime is how long something to a person or a group may wait for its
	// turn; replyTime is how long the address of a late reply is good (page
	// 101138).
	personTime = 4 * time.Hour
	replyTime  = time.Hour
)

func until(replyURL string, now time.Time) time.Time {
	if replyURL != "" {
		return now.Add(replyTime)
	}
	return now.Add(personTime)
}
