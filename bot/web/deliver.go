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
)

// say puts a message into the transcript and, unless the bot cannot hear it,
// in line for delivery. Both happen under one lock, so that the order of a
// member's messages is the same in both.
func (c *Chat) say(member string, where place, text string) error {
	words, heard := text, true
	group := ""
	if where == inGroup {
		words, heard = c.heard(text)
		group = c.cfg.GroupID
	}

	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.room(member); err != nil {
		return err
	}
	id := c.log.add(entry{Kind: said, Chat: where, Member: member, Text: text, Heard: heard}, c.cfg.Now())
	if !heard {
		return nil
	}
	c.queue(member, func() {
		answer, err := c.cfg.Send(c.ctx, member, group, words)
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
		if answer, err := c.cfg.Enter(c.ctx, member); answer != "" || err != nil {
			c.log.add(outcome(inPrivate, member, 0, answer, err), c.cfg.Now())
		}
	})
	return nil
}

func outcome(where place, member string, re int64, answer string, err error) entry {
	e := entry{Kind: reply, Chat: where, Member: member, Re: re}
	switch {
	case err != nil:
		e.Kind, e.Text = failed, err.Error()
	case answer == "":
		e.Kind = silent
	default:
		e.HTML = toHTML(answer)
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
