package wecomtest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"
)

// Asked is a message or event on its way to the client.
type Asked struct {
	ID  string // msgid
	Req string // req_id, which the answer must have

	long    *Long
	trigger trigger
	where   where
	body    []byte
	cmd     string
	line    *longLine // that took it
	at      time.Time
	task    string // of the card that was pressed

	// Under Long.mu.
	stream *stream // begun, nil if none
	used   bool    // an event that has been answered
	done   bool
	answer LongAnswer
}

// LongAnswer is what the member got to see for a message or event.
type LongAnswer struct {
	ID     string   // of the message
	Stream string   // id of the stream; "" if the answer was none
	Text   string   // the final words; "" for a card or a file
	Shown  []string // all the words on the way there, Text last
	Card   *Card    // the card that answers a message, or takes the place of one that was pressed
	File   *Attachment
}

// Say has a member send a message and returns what comes in answer: the first
// finished stream, or the first message of another kind. Pictures, films and
// files that m does not have are made up. Errors are ErrNotDelivered, ErrBusy,
// ErrOffline, ErrUnanswered, ErrUnfinished, and what ends ctx.
func (l *Long) Say(ctx context.Context, m Msg) (LongAnswer, error) {
	a, err := l.Push(m)
	if err != nil {
		return LongAnswer{}, err
	}
	return a.Answer(ctx)
}

// Push has a member send a message and does not wait for the answer.
func (l *Long) Push(m Msg) (*Asked, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	words, err := m.heard(l.cfg.BotName, l.cfg.MentionSpace)
	if err != nil {
		return nil, err
	}
	if l.busy(m.From) {
		return nil, ErrBusy
	}
	t := l.talk(chatOf(m.From, m.Group))
	t.met = true
	if l.live == nil {
		return nil, ErrOffline
	}
	if m.ID == "" {
		m.ID = l.newID("m")
	}
	a := &Asked{ID: m.ID, long: l, trigger: onMessage, where: where{m.From, m.Group}, cmd: "aibot_msg_callback"}
	callback := common(a.ID, l.cfg.BotID, a.where, string(m.Kind)) // with no response_url
	if err := m.fill(callback, words, l.offer); err != nil {
		return nil, err
	}
	a.body = encode(callback)
	l.push(a)
	return a, nil
}

// Again sends a message or event once more: the same msgid and the same words
// by a new req_id, as after a connection broke. Whether the platform does so is
// not known; that msgid is there to tell repeats, its documents say.
func (l *Long) Again(id string) (*Asked, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	before := l.last.get(id)
	if before == nil {
		return nil, fmt.Errorf("wecomtest: message %q was never sent", id)
	}
	if l.live == nil {
		return nil, ErrOffline
	}
	a := &Asked{ID: id, long: l, trigger: before.trigger, where: before.where, body: before.body, cmd: before.cmd, task: before.task}
	l.push(a)
	return a, nil
}

// Enter has a member open the private chat and returns the greeting. The
// platform tells the bot only the first time in a day; after that Enter returns
// ErrNotDelivered. A greeting that has not come in 5 seconds is ErrUnanswered.
func (l *Long) Enter(ctx context.Context, from string) (LongAnswer, error) {
	day := l.cfg.Now().Format("2006-01-02")
	l.mu.Lock()
	again := l.greeted.get(from) == day
	l.greeted.put(from, day, 0)
	l.mu.Unlock()
	if again {
		return LongAnswer{}, ErrNotDelivered
	}
	a, err := l.PushEvent(Event{From: from, Type: "enter_chat"})
	if err != nil {
		return LongAnswer{}, err
	}
	return a.Answer(ctx)
}

// Press has a member press a button of a card that stands in a conversation,
// and returns the card that takes its place. One that has not come in 5 seconds
// is ErrUnanswered: the card then stays as it is.
func (l *Long) Press(ctx context.Context, from, task, key string) (LongAnswer, error) {
	a, err := l.PushPress(from, task, key)
	if err != nil {
		return LongAnswer{}, err
	}
	return a.Answer(ctx)
}

// PushPress has a member press a button and does not wait.
func (l *Long) PushPress(from, task, key string) (*Asked, error) {
	l.mu.Lock()
	seen := l.cards.get(task)
	if seen == nil || !seen.Card.pressable(key) {
		l.mu.Unlock()
		return nil, fmt.Errorf("wecomtest: there is no card %q with a button %q", task, key)
	}
	kind, group := seen.Card.Type, seen.chat.group
	l.mu.Unlock()
	return l.PushEvent(pressOf(from, group, kind, task, key))
}

// Rate has a member rate what was shown with a feedback id. There is no answer
// to it.
func (l *Long) Rate(r Rating) error {
	l.mu.Lock()
	known := l.rated.get(r.ID)
	l.mu.Unlock()
	if !known {
		return fmt.Errorf("wecomtest: nothing was shown with the feedback id %q", r.ID)
	}
	_, err := l.PushEvent(r.event())
	return err
}

// PushEvent tells the client of an event, as it is, and does not wait.
func (l *Long) PushEvent(e Event) (*Asked, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.live == nil {
		return nil, ErrOffline
	}
	a := &Asked{ID: l.newID("e"), long: l, where: where{e.From, e.Group}, cmd: "aibot_event_callback"}
	switch e.Type {
	case "enter_chat":
		a.trigger = onEnter
	case "template_card_event":
		a.trigger = onCard
		if body, ok := e.Body.(map[string]any); ok {
			a.task, _ = body["task_id"].(string)
		}
	default:
		a.trigger, a.done = onOther, true
	}
	var err error
	if a.body, err = json.Marshal(e.callback(a.ID, l.cfg.BotID, l.cfg.Now())); err != nil {
		return nil, fmt.Errorf("wecomtest: %w", err)
	}
	l.push(a)
	return a, nil
}

// push sends a message or event over the live connection. Under l.mu.
func (l *Long) push(a *Asked) {
	a.Req, a.line, a.at = l.newID("r"), l.live, time.Now()
	l.asked.put(a.Req, a, 0)
	l.last.put(a.ID, a, 0)
	l.callback(a.line, a.cmd, a.Req, a.body)
	l.tell()
}

// busy reports whether a member has as many unfinished answers as they may.
// Under l.mu.
func (l *Long) busy(from string) bool {
	open := 0
	for _, held := range l.streams.held {
		if s := held.value; s.from == from && !s.seen.Done && time.Since(s.began) < l.cfg.Follow {
			open++
		}
	}
	return open >= interactions
}

// Answer waits for what the member gets to see: the finished stream, or the
// first message of another kind; for an event, its one answer.
func (a *Asked) Answer(ctx context.Context) (LongAnswer, error) {
	l := a.long
	wait := l.cfg.Patience
	if a.trigger != onMessage {
		wait = longEvent
	}
	begun := func() bool { return a.done || a.stream != nil }
	if err := a.within(ctx, wait, begun); err != nil {
		return LongAnswer{ID: a.ID}, orEnd(ctx, err, ErrUnanswered)
	}
	err := a.within(ctx, l.cfg.Follow, func() bool { return a.done })
	l.mu.Lock()
	defer l.mu.Unlock()
	answer := a.answer
	answer.ID = a.ID
	if err != nil {
		if a.stream != nil {
			answer.Stream, answer.Shown = a.stream.id, slices.Clone(a.stream.seen.Shown)
		}
		return answer, orEnd(ctx, err, ErrUnfinished)
	}
	return answer, nil
}

func (a *Asked) within(ctx context.Context, d time.Duration, holds func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	return a.long.await(ctx, holds)
}

// orEnd tells the end of the caller's patience from that of the platform's.
func orEnd(ctx context.Context, err, ours error) error {
	if ctx.Err() != nil {
		return err
	}
	return ours
}
