package wecomtest

import (
	"context"
	"slices"
	"time"
)

// Seen is one message of the bot that stands in a conversation.
type Seen struct {
	At     time.Time
	Kind   string   // msgtype
	Req    string   // req_id of the callback it answers; "" for one sent unasked
	Text   string   // the words as they stand; "" for a card or a file
	Shown  []string // of a stream, all the words on the way there, Text last
	Stream string   // id of a stream
	Done   bool     // it is no stream, or a finished one
	Card   *Card    // as it stands
	// Pressed is how often a press put another card in its place.
	Pressed int
	File    *Attachment

	chat chat
}

// Seen returns what the bot has written in a conversation, oldest first. A
// conversation is named by the userid of a private chat, or by a chat id.
func (l *Long) Seen(name string) []Seen {
	l.mu.Lock()
	defer l.mu.Unlock()
	var all []Seen
	for _, c := range []chat{{from: name}, {group: name}} {
		t := l.chats[c]
		if t == nil {
			continue
		}
		for _, s := range t.seen {
			copied := *s
			copied.Shown = slices.Clone(s.Shown)
			if s.Card != nil {
				card := *s.Card
				copied.Card = &card
			}
			all = append(all, copied)
		}
	}
	return all
}

// SeenSoon waits till a conversation has at least so many finished messages of
// the bot, and returns all.
func (l *Long) SeenSoon(ctx context.Context, name string, least int) ([]Seen, error) {
	err := l.await(ctx, func() bool {
		done := 0
		for _, c := range []chat{{from: name}, {group: name}} {
			if t := l.chats[c]; t != nil {
				for _, s := range t.seen {
					if s.Done {
						done++
					}
				}
			}
		}
		return done >= least
	})
	return l.Seen(name), err
}

// show puts a message into a conversation. Under l.mu.
func (l *Long) show(c chat, s *Seen) {
	s.At, s.chat = time.Now(), c
	t := l.talk(c)
	t.seen = latest(t.seen, s)
	if s.Card != nil && s.Card.Task != "" {
		l.cards.put(s.Card.Task, s, 0)
	}
	l.tell()
}
