package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/robfig/cron/v3"

	"anyuebot/bot"
	"anyuebot/bot/remind"
)

const (
	// everyMinute is when it is looked what the ladder of reminders has due. The
	// windows in which one may go out begin and end with a minute.
	everyMinute = "CRON_TZ=Asia/Shanghai * * * * *"
	// tickTime bounds one look: the next minute has one of its own.
	tickTime = 50 * time.Second
	// tickLease names whose work it is. Others leave it for [leaseTime] to a process
	// that died at it, and nothing depends on it: the commit alone tells who was first.
	tickLease = "remind"
)

// RunReminders looks every minute what the ladder has due, and once at once, till
// ctx ends. Several processes may run it on one store.
func (a *App) RunReminders(ctx context.Context) {
	if a.c.Outbox == nil {
		return
	}
	log := cronLog{a.c.Log}
	// A look that panics must not be taken for one that is still going on.
	job := cron.NewChain(cron.SkipIfStillRunning(log), cron.Recover(log)).Then(cron.FuncJob(func() {
		if err := a.Tick(ctx); err != nil {
			a.c.Log.Error("reminders: what is due now was not sent; the next minute tries again", "error", err)
		}
	}))
	c := cron.New(cron.WithLogger(log))
	if _, err := c.AddJob(everyMinute, job); err != nil {
		a.c.Log.Error("reminders: none will be sent", "error", err)
		return
	}
	c.Start()
	job.Run()
	<-ctx.Done()
	<-c.Stop().Done()
}

// cronLog is the log as package cron writes it. What it does every minute is
// nobody's concern.
type cronLog struct{ log *slog.Logger }

func (l cronLog) Info(msg string, args ...any) {
	l.log.Debug("reminders: cron: "+msg, args...)
}

func (l cronLog) Error(err error, msg string, args ...any) {
	l.log.Error("reminders: cron: "+msg, append(args, "error", err)...)
}

// Tick sends what the ladder of reminders has due at this moment and nobody has
// sent; nothing while there are no units. The steps are marked in the one commit that
// stores the reminders, so it may be called at any time, by any number of processes,
// as often as one likes. It needs no memory of when it was called before.
func (a *App) Tick(ctx context.Context) error {
	if a.c.Outbox == nil {
		return nil
	}
	if a.clockMoved() {
		a.roused() // what rests till an hour of the campaign may go out now
	}
	if !a.mayBeDue() {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, tickTime)
	defer cancel()
	if _, _, due, err := a.due(ctx); err != nil || len(due) == 0 {
		return err
	}
	held, err := a.c.Outbox.Lease(ctx, tickLease, a.c.Owner, leaseTime, time.Now())
	if err != nil || !held {
		return err // another process is at it
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		if _, err := a.c.Outbox.Lease(ctx, tickLease, a.c.Owner, 0, time.Now()); err != nil {
			a.c.Log.Warn("the lease of the reminders was not given back", "error", err)
		}
	}()
	for range attempts {
		if err = a.sendDue(ctx); !errors.Is(err, ErrConflict) {
			return err
		}
	}
	return err
}

// clockMoved reports whether the campaign's clock was put forward or back since this
// was asked last.
func (a *App) clockMoved() bool {
	ahead := time.Until(a.now())
	was := time.Duration(a.ahead.Swap(int64(ahead)))
	return (ahead - was).Abs() > time.Second
}

// mayBeDue reports whether a step of the ladder can be due at this moment, whatever
// was dealt with. Nothing is on most minutes of a campaign: those cost no look into
// the store.
func (a *App) mayBeDue() bool {
	now := a.now()
	return slices.ContainsFunc(a.steps(), func(d remind.Due) bool { return !now.Before(d.At) && !now.After(d.Until) }) && remind.Open(a.c.Notice, now)
}

// due is what there is to send now, with the record as it is and as it is to be.
func (a *App) due(ctx context.Context) (was, is bot.Reminding, send []bot.Broadcast, err error) {
	view, err := a.c.Outbox.OutboxView(ctx)
	if err != nil {
		return was, is, nil, err
	}
	defer view.Close()
	if was, err = view.Reminding(); err != nil {
		return was, is, nil, fmt.Errorf("reminding: %w", err)
	}
	if is, send = remind.Tick(a.c.Notice, was, a.now()); len(send) == 0 {
		return was, is, nil, nil
	}
	roster, err := view.Roster()
	if err != nil {
		return was, is, nil, fmt.Errorf("roster: %w", err)
	}
	if len(roster.Units) == 0 {
		return was, was, nil, nil // nobody owes anything; and a backup may be about to be restored here
	}
	return was, is, send, nil
}

func (a *App) sendDue(ctx context.Context) error {
	was, is, send, err := a.due(ctx)
	if err != nil || len(send) == 0 {
		return err
	}
	var log []bot.LogEntry
	for i := range send {
		send[i].Begun = time.Now()
		var steps []string
		for _, s := range send[i].Slots {
			steps = append(steps, s.Rung)
		}
		log = append(log, bot.LogEntry{At: send[i].At, What: "remind", Broadcast: send[i].ID, Text: strings.Join(steps, "、")})
	}
	if err := a.c.Outbox.Remind(ctx, was, is, send, log); err != nil {
		return err
	}
	a.roused()
	for _, b := range send {
		a.c.Log.Info("reminders: steps of the ladder are due", "broadcast", b.ID, "to", b.To, "steps", len(b.Slots))
	}
	return nil
}
