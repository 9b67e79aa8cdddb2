package wecomtest

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"
)

// Kind is the msgtype of a message.
type Kind string

const (
	Text  Kind = "text"
	Mixed Kind = "mixed" // words and pictures
	Voice Kind = "voice" // arrives as a transcript
	Image Kind = "image"
	File  Kind = "file"
	Video Kind = "video"
)

// Msg is what a member sends.
type Msg struct {
	From  string // userid
	Group string // chat id; "" in the private chat
	Kind  Kind   // "" for Text
	Text  string // the words, without the mention: Send adds it in groups
	// Images is the number of pictures in a Mixed message.
	Images int
	// Files are the pictures, file or film of the message. With Config.API their
	// addresses lead to them, for 5 minutes; without, and where there are none,
	// addresses lead nowhere.
	Files []Attachment
	// Quote is what the quoted message says; QuoteKind its kind, "" for Text.
	// A message without both quotes nothing.
	Quote     string
	QuoteKind Kind
	// QuoteFiles are to the quoted message what Files are to this one.
	QuoteFiles []Attachment
	// Unmentioned leaves the mention out, in a group.
	Unmentioned bool
	// ID is the msgid; "" for a new one.
	ID string
}

// Answer is what the member got to see.
type Answer struct {
	ID     string   // of the message
	Stream string   // id of the answer; "" if there was none, or a greeting
	Text   string   // the final words; "" if the service had nothing to say
	Shown  []string // all the words on the way there, Text last
	Card   *Card    // under the words; after a press, what the card has become; nil for none
	Tries  int      // how often the message was sent till it was answered
	Polls  int      // how many refreshes it took
	// Feedback is the id to rate the answer by, see [Platform.Rate].
	Feedback string
}

type trigger string

const (
	onMessage trigger = "message"
	onRefresh trigger = "refresh"
	onEnter   trigger = "enter_chat"
	onCard    trigger = "template_card_event"
	onOther   trigger = "another event"
)

// where is the conversation a callback belongs to.
type where struct {
	from, group string
}

// Send has a member send a message, as often as it takes, follows the answer
// to its end and returns it. Errors are ErrNotDelivered, ErrBusy, ErrUnanswered,
// ErrUnfinished, a *BadReply, and what ends ctx.
func (p *Platform) Send(ctx context.Context, m Msg) (Answer, error) {
	s, err := p.prepare(m)
	if err != nil {
		return Answer{}, err
	}
	end, err := p.begin(m.From)
	if err != nil {
		return Answer{}, err
	}
	defer end()
	p.remember(s)
	return p.deliver(ctx, s, tries)
}

// Resend sends a message of this Platform once more, as the platform does when
// an answer got lost on its way: the same msgid, sealed anew. The answer must
// have the same stream id as before.
func (p *Platform) Resend(ctx context.Context, id string) (Answer, error) {
	s, _, err := p.recall(id)
	if err != nil {
		return Answer{}, err
	}
	return p.deliver(ctx, s, tries)
}

// SendTwiceAtOnce sends a message and, without waiting, its resend.
func (p *Platform) SendTwiceAtOnce(ctx context.Context, m Msg) (first, second Answer, err error) {
	s, err := p.prepare(m)
	if err != nil {
		return Answer{}, Answer{}, err
	}
	end, err := p.begin(m.From)
	if err != nil {
		return Answer{}, Answer{}, err
	}
	defer end()
	p.remember(s)
	var errs [2]error
	var both sync.WaitGroup
	both.Go(func() { first, errs[0] = p.deliver(ctx, s, tries) })
	both.Go(func() { second, errs[1] = p.deliver(ctx, s, tries) })
	both.Wait()
	return first, second, errors.Join(errs[:]...)
}

// Enter has a member open the private chat. The platform tells the bot only
// the first time in a day; after that Enter returns ErrNotDelivered.
func (p *Platform) Enter(ctx context.Context, from string) (Answer, error) {
	day := p.cfg.Now().Format("2006-01-02")
	p.mu.Lock()
	again := p.greeted.get(from) == day
	p.greeted.put(from, day, 0)
	p.mu.Unlock()
	if again {
		return Answer{}, ErrNotDelivered
	}
	return p.Event(ctx, Event{From: from, Type: "enter_chat"})
}

// Event is something that happened rather than something that was written.
type Event struct {
	From  string
	Group string // "" in the private chat
	Type  string // enter_chat, template_card_event, feedback_event …
	Body  any    // what stands under the event's own name; nil for nothing

	task string // task_id of the card that was pressed
}

// Event tells the bot of an event. Only enter_chat has an answer with words; a
// card's event is sent once and no more (page 101027).
func (p *Platform) Event(ctx context.Context, e Event) (Answer, error) {
	s := &sent{id: p.newID("e"), where: where{e.From, e.Group}}
	callback := e.callback(s.id, p.cfg.BotID, p.cfg.Now())
	times := tries
	switch e.Type {
	case "enter_chat":
		s.trigger = onEnter
	case "template_card_event":
		s.trigger, times = onCard, 1
		s.task = e.task
		callback["response_url"] = p.responseURL(s)
	default:
		s.trigger = onOther
	}
	var err error
	if s.plain, err = json.Marshal(callback); err != nil {
		return Answer{}, fmt.Errorf("wecomtest: %w", err)
	}
	p.remember(s)
	return p.deliver(ctx, s, times)
}

// Compose returns the callback for a message before it is sealed (page
// 100719), for a test to damage or a load generator to send itself. The error
// is ErrNotDelivered if the platform would send none.
func (p *Platform) Compose(m Msg) ([]byte, error) {
	s, err := p.prepare(m)
	if err != nil {
		return nil, err
	}
	return s.plain, nil
}

func (p *Platform) prepare(m Msg) (*sent, error) {
	words, err := m.heard(p.cfg.BotName, p.cfg.MentionSpace)
	if err != nil {
		return nil, err
	}
	s := &sent{id: m.ID, trigger: onMessage, where: where{m.From, m.Group}}
	if s.id == "" {
		s.id = p.newID("m")
	}
	callback := common(s.id, p.cfg.BotID, s.where, string(m.Kind))
	callback["response_url"] = p.responseURL(s)
	if err := m.fill(callback, words, func(f *Attachment, _ Kind, at string) map[string]any {
		if p.cfg.API == nil || f == nil {
			return map[string]any{"url": "https://media.invalid/" + s.id + at}
		}
		return map[string]any{"url": p.cfg.API.offer(*f, p.sealer.key)}
	}); err != nil {
		return nil, err
	}
	if s.plain, err = json.Marshal(callback); err != nil {
		return nil, fmt.Errorf("wecomtest: %w", err)
	}
	return s, nil
}

// heard is what the bot hears of the words, with its mention in a group. It is
// ErrNotDelivered if it hears nothing of the message.
func (m *Msg) heard(botName, space string) (string, error) {
	m.Kind = cmp.Or(m.Kind, Text)
	if m.Group == "" {
		return m.Text, nil
	}
	if m.Unmentioned || m.Kind != Text && m.Kind != Mixed {
		return "", ErrNotDelivered
	}
	return "@" + botName + space + m.Text, nil
}

// offerFunc makes a file ready to be fetched and returns how a callback names
// it. There is none where f is nil; at tells those of one message apart.
type offerFunc func(f *Attachment, kind Kind, at string) map[string]any

// fill puts into a callback what a message says and quotes (page 100719).
func (m Msg) fill(callback map[string]any, words string, offer offerFunc) error {
	said, err := says(m.Kind, words, m.Images, m.Files, "", offer)
	if err != nil {
		return err
	}
	callback[string(m.Kind)] = said
	if m.Quote == "" && m.QuoteKind == "" {
		return nil
	}
	kind := cmp.Or(m.QuoteKind, Text)
	if said, err = says(kind, m.Quote, 1, m.QuoteFiles, "-quote", offer); err != nil {
		return err
	}
	callback["quote"] = map[string]any{"msgtype": kind, string(kind): said}
	return nil
}

// says is what a message of a kind holds under its kind's name; a mixed one
// shows at least so many pictures.
func says(kind Kind, words string, pictures int, files []Attachment, of string, offer offerFunc) (map[string]any, error) {
	file := func(kind Kind, n int) map[string]any {
		at := fmt.Sprintf("%s/%d", of, n)
		if n < len(files) {
			return offer(&files[n], kind, at)
		}
		return offer(nil, kind, at)
	}
	switch kind {
	case Text, Voice:
		return map[string]any{"content": words}, nil
	case Image, File, Video:
		return file(kind, 0), nil
	case Mixed:
		items := []map[string]any{}
		if words != "" {
			items = append(items, map[string]any{"msgtype": Text, "text": map[string]any{"content": words}})
		}
		for n := range max(pictures, len(files)) {
			items = append(items, map[string]any{"msgtype": Image, "image": file(Image, n)})
		}
		return map[string]any{"msg_item": items}, nil
	}
	return nil, fmt.Errorf("wecomtest: there is no message of kind %q", kind)
}

// callback is that of an event (page 101027).
func (e Event) callback(id, botID string, now time.Time) map[string]any {
	event := map[string]any{"eventtype": e.Type}
	if e.Body != nil {
		event[e.Type] = e.Body
	}
	callback := common(id, botID, where{e.From, e.Group}, "event")
	callback["create_time"], callback["event"] = now.Unix(), event
	return callback
}

// common holds the fields that every callback has. A chatid comes with groups
// only.
func common(id, botID string, w where, msgtype string) map[string]any {
	callback := map[string]any{
		"msgid": id, "aibotid": botID, "msgtype": msgtype,
		"from": map[string]any{"userid": w.from}, "chattype": "single",
	}
	if w.group != "" {
		callback["chattype"], callback["chatid"] = "group", w.group
	}
	return callback
}

const responsePath = "/cgi-bin/aibot/response?response_code="

// responseURL takes one more answer to a message, if there is an API.
func (p *Platform) responseURL(s *sent) string {
	if p.cfg.API == nil {
		return apiHost + responsePath + s.id
	}
	return p.cfg.API.answerURL(s.where, s.id, func(later Shown) error {
		p.rate(later.feedback)
		if later.Card == nil {
			return nil
		}
		return p.deal(s.id+"-later", *later.Card, s.where)
	})
}
