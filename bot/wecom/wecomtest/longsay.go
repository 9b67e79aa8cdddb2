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
	File   *LongFile
}

// Say has a member send a message and returns what comes in answer: the first
// finished stream, or the first message of another kind. Pictures, films and
// files come from files, or else from m; what is missing is made up. Errors are ErrNotDelivered,
// ErrBusy, ErrOffline, ErrUnanswered, ErrUnfinished, and what ends ctx.
func (l *Long) Say(ctx context.Context, m Msg, files ...LongFile) (LongAnswer, error) {
	a, err := l.Push(m, files...)
	if err != nil {
		return LongAnswer{}, err
	}
	return a.Answer(ctx)
}

// Push has a member send a message and does not wait for the answer.
func (l *Long) Push(m Msg, files ...LongFile) (*Asked, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if m.Kind == "" {
		m.Kind = Text
	}
	words := m.Text
	if m.Group != "" {
		if m.Unmentioned || m.Kind != Text && m.Kind != Mixed {
			return nil, ErrNotDelivered
		}
		words = "@" + l.cfg.BotName + l.cfg.MentionSpace + words
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
	callback := l.common(a, string(m.Kind))
	if files == nil {
		files = longFiles(m.Files)
	}
	said, err := l.says(m.Kind, words, m.Images, files)
	if err != nil {
		return nil, err
	}
	callback[string(m.Kind)] = said
	if m.Quote != "" || m.QuoteKind != "" {
		kind := m.QuoteKind
		if kind == "" {
			kind = Text
		}
		said, err := l.says(kind, m.Quote, 1, longFiles(m.QuoteFiles))
		if err != nil {
			return nil, err
		}
		callback["quote"] = map[string]any{"msgtype": kind, string(kind): said}
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
	before := l.last[id]
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
	again := l.greeted[from] == day
	l.greeted[from] = day
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
	seen := l.cards[task]
	if seen == nil || !seen.Card.pressable(key) {
		l.mu.Unlock()
		return nil, fmt.Errorf("wecomtest: there is no card %q with a button %q", task, key)
	}
	kind, group := seen.Card.Type, seen.chat.group
	l.mu.Unlock()
	return l.PushEvent(Event{From: from, Group: group, Type: "template_card_event",
		Body: map[string]any{"card_type": kind, "event_key": key, "task_id": task}})
}

// Rate has a member rate what was shown with a feedback id: 1 good, 2 bad, 3
// taken back (page 101027). There is no answer to it.
func (l *Long) Rate(from, group, feedback string, score int, words string, reasons ...int) error {
	l.mu.Lock()
	known := l.rated[feedback]
	l.mu.Unlock()
	if !known {
		return fmt.Errorf("wecomtest: nothing was shown with the feedback id %q", feedback)
	}
	body := map[string]any{"id": feedback, "type": score}
	if words != "" {
		body["content"] = words
	}
	if len(reasons) > 0 {
		body["inaccurate_reason_list"] = reasons
	}
	_, err := l.PushEvent(Event{From: from, Group: group, Type: "feedback_event", Body: body})
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
	event := map[string]any{"eventtype": e.Type}
	if e.Body != nil {
		event[e.Type] = e.Body
	}
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
	callback := l.common(a, "event")
	callback["create_time"] = l.cfg.Now().Unix()
	callback["event"] = event
	var err error
	if a.body, err = json.Marshal(callback); err != nil {
		return nil, fmt.Errorf("wecomtest: %w", err)
	}
	l.push(a)
	return a, nil
}

// push sends a message or event over the live connection. Under l.mu.
func (l *Long) push(a *Asked) {
	a.Req, a.line, a.at = l.newID("r"), l.live, time.Now()
	l.asked[a.Req], l.last[a.ID] = a, a
	l.callback(a.line, a.cmd, a.Req, a.body)
	l.tell()
}

// busy reports whether a member has as many unfinished answers as they may.
// Under l.mu.
func (l *Long) busy(from string) bool {
	open := 0
	for _, s := range l.streams {
		if s.from == from && !s.seen.Done && time.Since(s.began) < l.cfg.Follow {
			open++
		}
	}
	return open >= interactions
}

// common holds the fields that every callback has. A chatid comes with groups
// only, a response_url not at all.
func (l *Long) common(a *Asked, msgtype string) map[string]any {
	callback := map[string]any{
		"msgid": a.ID, "aibotid": l.cfg.BotID, "msgtype": msgtype,
		"from": map[string]any{"userid": a.where.from}, "chattype": "single",
	}
	if a.where.group != "" {
		callback["chattype"], callback["chatid"] = "group", a.where.group
	}
	return callback
}

// says is what a message of a kind holds under its kind's name. Under l.mu.
func (l *Long) says(kind Kind, words string, images int, files []LongFile) (map[string]any, error) {
	switch kind {
	case Text, Voice:
		return map[string]any{"content": words}, nil
	case Image, File, Video:
		if len(files) == 0 {
			files = []LongFile{sample(kind)}
		}
		return l.offer(files[0]), nil
	case Mixed:
		items := []map[string]any{}
		if words != "" {
			items = append(items, map[string]any{"msgtype": Text, "text": map[string]any{"content": words}})
		}
		for len(files) < images {
			files = append(slices.Clone(files), sample(Image))
		}
		for _, f := range files {
			items = append(items, map[string]any{"msgtype": Image, "image": l.offer(f)})
		}
		return map[string]any{"msg_item": items}, nil
	}
	return nil, fmt.Errorf("wecomtest: there is no message of kind %q", kind)
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
