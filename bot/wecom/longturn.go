package wecom

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"sync/atomic"
	"time"

	"anyuebot/bot"
)

const (
	longTurns = 32   // turns that run at once
	longReady = 16   // messages whose files are fetched at once
	longTasks = 2000 // messages that are waited for or worked on; what comes beyond is turned away
)

// task is one callback on its way to its answer.
type task struct {
	call  callback
	reqID string
	at    time.Time // of its arrival
	id    string    // of the answer
	to    longChat
	asked bot.Message   // as the turn was asked
	ended chan struct{} // closed once the answer is known
	begun atomic.Bool   // "working on it" may have been said
}

// take receives a command of the platform. It runs on the reader and waits for
// nothing.
func (l *Long) take(s *socket, f frame) {
	switch f.Cmd {
	case cmdMessage:
	case cmdEvent:
		if disconnected(f.Body) {
			s.end(errElsewhere)
			return
		}
	default:
		l.log.LogAttrs(s.ctx, slog.LevelInfo, "wecom long connection: a command that is not known")
		return
	}
	call, err := parse(f.Body, l.name)
	if err != nil {
		l.odd(err)
		return
	}
	if call.trigger == onRefresh || call.trigger == onNothing {
		return
	}
	m := &call.message
	// Whether what stands here can be used is written nowhere; answers go back
	// the way the message came.
	m.ReplyURL = ""
	t := &task{
		call: call, reqID: f.Headers.ReqID, at: time.Now(), id: l.runs.turns.ID(*m),
		to: longChat{id: m.Group, group: true}, ended: make(chan struct{}),
	}
	if m.Private() {
		// The id as it came: the platform knows its own, whatever else this
		// member may be called.
		t.to = longChat{id: m.From}
	} else {
		t.call.message.Cards = bot.CardsNone // page 101463 has cards in private chats alone
	}
	l.queue(t)
}

// disconnected reports whether an event says that another connection has taken
// the bot over.
func disconnected(body json.RawMessage) bool {
	var in struct {
		Event struct {
			Type string `json:"eventtype"`
		} `json:"event"`
	}
	return json.Unmarshal(body, &in) == nil && in.Event.Type == "disconnected_event"
}

// queue puts a task behind the others of its member: their turns run one after
// the other, in the order in which they came.
func (l *Long) queue(t *task) {
	member := strings.ToLower(t.call.message.From)
	l.mu.Lock()
	if l.closing || l.busy >= longTasks {
		spare := l.busy < 2*longTasks
		l.mu.Unlock()
		l.outcome(t, slog.LevelWarn, "turned away")
		if spare {
			l.sayLost(t)
		}
		return
	}
	begin := l.lanes.last(member, t)
	l.busy++
	l.mu.Unlock()

	if t.call.trigger == onMessage {
		go l.putOff(t)
	}
	if begin {
		go l.drive(member)
	}
}

// drive works through a member's tasks.
func (l *Long) drive(member string) {
	for {
		l.mu.Lock()
		t, ok := l.lanes.next(member)
		l.mu.Unlock()
		if !ok {
			return
		}
		l.answer(t)
		l.done()
	}
}

// done counts a task or letter off.
func (l *Long) done() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.busy--; l.busy == 0 {
		l.tell()
	}
}

// putOff lets a member know, once it takes long, that their message is being
// worked on.
func (l *Long) putOff(t *task) {
	late := time.NewTimer(defaultAnswer)
	defer late.Stop()
	select {
	case <-late.C:
		l.sayWorking(t)
	case <-t.ended:
	case <-l.work.Done():
	}
}

// answer runs the turn of a task and says what it comes to.
func (l *Long) answer(t *task) {
	reply, err := l.turn(t)
	close(t.ended) // before anything is said, so that "working on it" is not said after it
	if err != nil {
		// Nobody sends the message again but the member.
		l.outcome(t, slog.LevelError, "failed")
		l.sayLost(t)
		return
	}
	switch t.call.trigger {
	case onMessage:
		l.sayAnswer(t, reply)
	case onEnter:
		l.sayWelcome(t, reply)
	case onPress:
		l.sayPressed(t, reply)
	}
	l.outcome(t, slog.LevelInfo, "taken")
}

func (l *Long) turn(t *task) (reply bot.Reply, err error) {
	err = errClosed
	m := t.call.message
	prepared := true
	if ready := l.ready(t.call); ready != nil {
		l.in(l.fetching, func(ctx context.Context) { prepared = l.runs.prepare(ctx, t.id, &m, ready) })
	}
	if !prepared {
		return l.runs.unready(t.id, m), nil
	}
	t.asked = m
	l.in(l.turning, func(ctx context.Context) { reply, err = l.runs.turn(ctx, m) })
	return reply, err
}

// in does something once there is room for it, unless the end comes first.
func (l *Long) in(room chan struct{}, do func(context.Context)) {
	select {
	case room <- struct{}{}:
		defer func() { <-room }()
	case <-l.work.Done():
		return
	}
	ctx, cancel := context.WithTimeout(l.work, l.cfg.Turn)
	defer cancel()
	do(ctx)
}

// outcome logs how far a task got.
func (l *Long) outcome(t *task, level slog.Level, what string) {
	l.log.LogAttrs(l.work, level, "wecom callback", slog.String("outcome", what), slog.String("kind", t.call.kind),
		slog.String("message", hash(t.call.message.ID)), slog.String("stream", hash(t.id)), slog.Duration("took", time.Since(t.at)))
}
