package wecom

import (
	"context"
	"log/slog"
	"time"

	"anyuebot/bot"
)

const (
	appTries = 3                // a callback is sent this often in all (page 90238)
	appGrace = 10 * time.Second // the next try comes within this, or not any more
	appLate  = time.Minute      // Late may take this long
)

// overdue decides what becomes of a run that ended when no request waited for
// it. Before the last try the next one will fetch the reply, if it comes.
func (a *App) overdue(ctx context.Context, t *run) {
	ctx = context.WithoutCancel(ctx)
	switch {
	case t.err != nil && t.joined < appTries:
		// It claimed nothing. The next try starts anew.
	case t.err != nil:
		a.handing.Add(1)
		a.hand(ctx, t.m, a.runs.unready(t.id, t.m))
	case t.joined < appTries:
		time.AfterFunc(appGrace, func() { a.handLate(ctx, t.id) })
	default:
		a.handLate(ctx, t.id)
	}
}

// handLate hands over a kept reply, if it was neither fetched nor handed over
// meanwhile.
func (a *App) handLate(ctx context.Context, id string) {
	a.runs.mu.Lock()
	l, kept := a.runs.late[id]
	if !kept || l.sent {
		a.runs.mu.Unlock()
		return
	}
	l.sent = true
	a.runs.late[id] = l
	a.handing.Add(1)
	a.runs.mu.Unlock()
	a.hand(ctx, l.m, l.reply)
}

// handAll hands over everything that is kept, and waits till all is out or ctx
// ends.
func (a *App) handAll(ctx context.Context) {
	if a.late == nil {
		return
	}
	a.runs.mu.Lock()
	var ids []string
	for id := range a.runs.late {
		ids = append(ids, id)
	}
	a.runs.mu.Unlock()
	for _, id := range ids {
		a.handLate(context.WithoutCancel(ctx), id)
	}
	out := make(chan struct{})
	go func() {
		a.handing.Wait()
		close(out)
	}()
	select {
	case <-out:
	case <-ctx.Done():
	}
}

func (a *App) hand(ctx context.Context, m bot.Message, reply bot.Reply) {
	defer a.handing.Done()
	if reply.Text == "" && reply.Card == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, appLate)
	defer cancel()
	of := slog.String("message", hash(m.ID))
	defer func() {
		if p := recover(); p != nil {
			_ = a.runs.panicked(ctx, p, of) // it is in the log
		}
	}()
	a.late(ctx, m, reply)
	a.log.LogAttrs(ctx, slog.LevelInfo, "wecom reply handed over as a message", of)
}

// take fetches a reply that came too late for an earlier try, so that it is
// given once. sent reports that it went another way.
func (r *runs) take(id string) (reply bot.Reply, kept, sent bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	l, kept := r.late[id]
	if kept && !l.sent {
		delete(r.late, id)
	}
	return l.reply, kept, l.sent
}
