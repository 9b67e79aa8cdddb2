package web

import (
	"errors"
	"strings"
)

// maxWaiting is how many messages of one member may wait for an answer.
const maxWaiting = 20

var (
	errFull   = errors.New("web: too many messages wait for an answer")
	errClosed = errors.New("web: the chat is closed")
	errNoCard = errors.New("web: no such card")
)

// say puts a message into the transcript and, unless the bot cannot hear it,
// in line for delivery. Both happen under one lock, so that the order of a
// member's messages is the same in both.
func (c *Chat) say(member string, where place, text string, file *File) error {
	m, heard := Message{From: member, Group: c.group(where), Text: text, File: file}, true
	if where == inGroup {
		m.Text, heard = c.heard(text)
	}

	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.room(member); err != nil {
		return err
	}
	id := c.log.add(entry{Kind: said, Chat: where, Member: member, Text: text, Heard: heard, File: shown(file)}, c.cfg.Now())
	if !heard {
		return nil
	}
	c.queue(member, func() {
		answer, err := c.cfg.Send(c.ctx, m)
		c.log.add(outcome(where, member, id, answer, err), c.cfg.Now())
	})
	return nil
}

// greet tells the bot that a member opened the private chat. If the bot says
// nothing, neither does the transcript.
func (c *Chat) greet(member string) error {
	if c.cfg.Enter == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.room(member); err != nil {
		return err
	}
	c.queue(member, func() {
		if answer, err := c.cfg.Enter(c.ctx, member); answer.Text != "" || err != nil {
			c.log.add(outcome(inPrivate, member, 0, answer, err), c.cfg.Now())
		}
	})
	return nil
}

// Push shows what the bot, or the group's robot, says without having been
// asked. It may be called at any time, also during Send. Nobody on the page sees
// what is for somebody else.
func (c *Chat) Push(p Pushed) {
	if !p.Group && !c.here(p.To) {
		return
	}
	e := entry{Kind: pushed, Chat: inPrivate, Member: p.To, By: p.By, HTML: toHTML(p.Text), Card: p.Card, File: shown(p.File)}
	if p.Group {
		e.Chat, e.Member = inGroup, ""
	}
	c.log.add(e, c.cfg.Now())
}

// touch has a member press a button of a card that they can see.
func (c *Chat) touch(member string, where place, task string, button int) error {
	e, ok := c.log.card(member, where, task)
	if !ok || c.cfg.Press == nil || button < 0 || button >= len(e.Card.Buttons) {
		return errNoCard
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.room(member); err != nil {
		return err
	}
	c.queue(member, func() {
		card, err := c.cfg.Press(c.ctx, Press{From: member, Group: c.group(where), Task: task, Say: e.Card.Buttons[button].Say})
		switch {
		case err != nil:
			c.log.add(outcome(where, member, 0, Answer{}, err), c.cfg.Now())
		case card != nil:
			c.log.add(entry{Kind: turned, Chat: where, Member: member, Re: e.ID, Card: card}, c.cfg.Now())
		}
	})
	return nil
}

// group is the chat id of a conversation.
func (c *Chat) group(where place) string {
	if where == inGroup {
		return c.cfg.GroupID
	}
	return ""
}

func outcome(where place, member string, re int64, answer Answer, err error) entry {
	e := entry{Kind: reply, Chat: where, Member: member, Re: re}
	switch {
	case err != nil:
		e.Kind, e.Text = failed, err.Error()
	case answer.Text == "" && answer.Card == nil:
		e.Kind = silent
	default:
		e.HTML, e.Card = toHTML(answer.Text), answer.Card
	}
	return e
}

// heard reports whether the bot hears a message in the group, which it does
// only when mentioned, and returns the words without a mention in front: Send
// puts one there, as the client does. Mentions further inside stay, the
// service must cope with those.
func (c *Chat) heard(text string) (string, bool) {
	mention := "@" + c.cfg.BotName
	if words, leads := strings.CutPrefix(strings.TrimSpace(text), mention); leads {
		return strings.TrimSpace(words), true
	}
	return text, strings.Contains(text, mention)
}

// room reports whether a member may say something now. c.mu is held.
func (c *Chat) room(member string) error {
	switch {
	case c.closed:
		return errClosed
	case len(c.waiting[member]) >= maxWaiting:
		return errFull
	}
	return nil
}

// queue has a member's job done after those before it. c.mu is held.
func (c *Chat) queue(member string, job func()) {
	c.waiting[member] = append(c.waiting[member], job)
	if len(c.waiting[member]) == 1 {
		c.work.Go(func() { c.workOff(member) })
	}
}

// workOff does a member's jobs till there are none. The one at work stays in the
// line, which is how queue knows that somebody is working.
func (c *Chat) workOff(member string) {
	for {
		c.mu.Lock()
		job := c.waiting[member][0]
		c.mu.Unlock()

		job()

		c.mu.Lock()
		rest := c.waiting[member][1:]
		if len(rest) == 0 {
			delete(c.waiting, member)
			c.mu.Unlock()
			return
		}
		c.waiting[member] = rest
		c.mu.Unlock()
	}
}
