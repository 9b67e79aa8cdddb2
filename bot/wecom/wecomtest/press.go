package wecomtest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// ErrNoButton is returned for a press on a button that the member does not
// see, or not any more.
var ErrNoButton = errors.New("wecomtest: the member sees no such button")

// shown is a card in a conversation.
type shown struct {
	of    string // the message it answers
	where where
	first Card // as it was dealt
	card  Card
	own   map[string]Card // what it became for single members
}

func (s *shown) to(userid string) Card {
	if card, ok := s.own[strings.ToLower(userid)]; ok {
		return card
	}
	return s.card
}

// deal shows a card in answer to a message. No two cards of a bot may have one
// task_id (page 101032).
func (p *Platform) deal(of string, card Card, to where) error {
	if card.Task == "" {
		return nil // nothing on it to press
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if old := p.cards.get(card.Task); old != nil {
		if old.of != of {
			return bad("two cards of one bot have one task_id")
		}
		if !reflect.DeepEqual(old.first, card) {
			return bad("a resend was answered by another card than the message before")
		}
		return nil
	}
	p.cards.put(card.Task, &shown{of: of, where: to, first: card, card: card}, 0)
	return nil
}

// turn turns a card into another, for some members or, if there are none, for
// all.
func (p *Platform) turn(next Card, from string, users []string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.cards.get(next.Task)
	if s == nil {
		return bad("there is no card with this task_id")
	}
	if len(users) == 0 {
		s.card, s.own = next, nil
		return nil
	}
	for _, user := range users {
		if s.where.group == "" && !strings.EqualFold(user, from) {
			return bad("userids names somebody who has no such card")
		}
		if s.own == nil {
			s.own = map[string]Card{}
		}
		s.own[strings.ToLower(user)] = next
	}
	return nil
}

// rate lets people rate what carries a feedback id.
func (p *Platform) rate(feedback string) {
	if feedback == "" {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rated.put(feedback, true, 0)
}

// Card returns a card as a member sees it now.
func (p *Platform) Card(from, task string) (Card, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.cards.get(task)
	if s == nil || s.where.group == "" && !strings.EqualFold(s.where.from, from) {
		return Card{}, false
	}
	return s.to(from), true
}

// Press has a member press a button of a card: in the private chat their own,
// in a group anybody's. The platform tells the bot once and waits 5 seconds
// (page 101027); Answer.Card is what the card has become, nil if it stayed.
func (p *Platform) Press(ctx context.Context, from, task, key string) (Answer, error) {
	card, ok := p.Card(from, task)
	if !ok || !card.pressable(key) {
		return Answer{}, ErrNoButton
	}
	p.mu.Lock()
	group := p.cards.get(task).where.group
	p.mu.Unlock()
	return p.Event(ctx, pressOf(from, group, card.Type, task, key))
}

// pressOf is a press on a card of a type (page 101027).
func pressOf(from, group, kind, task, key string) Event {
	return Event{From: from, Group: group, Type: "template_card_event", task: task,
		Body: map[string]any{"card_type": kind, "event_key": key, "task_id": task}}
}

// Rating is what a member thinks of an answer (page 101027).
type Rating struct {
	From, Group string
	ID          string // Answer.Feedback
	Type        int    // 1 accurate, 2 inaccurate, 3 taken back
	Content     string
	Reasons     []int // of an inaccurate one: 1 unrelated, 2 incomplete, 3 wrong, 4 wrong figures
}

// Rate has a member rate an answer. The bot may not reply to that.
func (p *Platform) Rate(ctx context.Context, r Rating) (Answer, error) {
	p.mu.Lock()
	can := p.rated.get(r.ID)
	p.mu.Unlock()
	if !can {
		return Answer{}, fmt.Errorf("wecomtest: no answer can be rated under %q", r.ID)
	}
	return p.Event(ctx, r.event())
}

func (r Rating) event() Event {
	body := map[string]any{"id": r.ID, "type": r.Type}
	if r.Content != "" {
		body["content"] = r.Content
	}
	if len(r.Reasons) > 0 {
		body["inaccurate_reason_list"] = r.Reasons
	}
	return Event{From: r.From, Group: r.Group, Type: "feedback_event", Body: body}
}
