package wecom

import (
	"time"

	"anyuebot/bot"
)

const (
	// streamFor is how long an answer may be given as the stream of its
	// message. Copies of page 101463 say 6 and 10 minutes for a stream that was
	// begun.
	streamFor = 5 * time.Minute
	// eventFor is how long a greeting or a pressed card may be answered (page
	// 101463).
	eventFor = 5 * time.Second
	// replyFor is how long an answer is tried to be said at all. Its words are
	// stored: who asks again gets them.
	replyFor = time.Hour
)

// sayAnswer answers a message: by the stream that belongs to it, and a card
// behind that.
func (l *Long) sayAnswer(t *task, reply bot.Reply) {
	words := reply.Text
	if words == "" && t.begun.Load() {
		words = l.cfg.Words.Lost // a stream has to come to an end
	}
	if words != "" {
		l.sayStream(t, words, &owedReply{t.asked, reply})
	}
	if reply.Card != nil && !t.to.group {
		// A message that comes again has its card already: no two may have one
		// task_id (page 101032).
		if left, _ := l.made.left(t.id, []part{partCard}); len(left) == 0 {
			return
		}
		l.made.mark(t.id, partCard, bot.Attempt{})
		l.post(l.letter(t, letter{
			cmd: cmdSend, until: t.at.Add(replyFor),
			body: sendBody{MsgType: msgCard, Card: aibotCard(reply.Card)},
		}))
	}
}

// sayStream finishes the stream of a message. owed is the reply to hand over if
// that fails, nil for none.
func (l *Long) sayStream(t *task, words string, owed *owedReply) {
	words = l.fit(t, words, streamLimit)
	push := l.message(t, words)
	push.owed = owed
	if t.reqID == "" {
		l.post(push)
		return
	}
	body := streamReply(t.id, words, true)
	if !t.begun.Load() {
		body = ratable(body)
	}
	l.post(l.letter(t, letter{
		cmd: cmdRespond, reqID: t.reqID, until: t.at.Add(streamFor), twice: true,
		body: body, instead: &push, owed: owed,
	}))
}

// message is the words of an answer as a message of its own.
func (l *Long) message(t *task, words string) letter {
	return l.letter(t, letter{
		cmd: cmdSend, until: t.at.Add(replyFor), twice: true,
		body: sendBody{MsgType: msgMarkdown, Markdown: &textBody{words}},
	})
}

// sayWorking begins the stream of a message.
func (l *Long) sayWorking(t *task) {
	if t.reqID == "" {
		return
	}
	t.begun.Store(true)
	l.post(l.letter(t, letter{
		cmd: cmdRespond, reqID: t.reqID, until: t.at.Add(streamFor),
		body: ratable(streamReply(t.id, l.cfg.Words.Working, false)), courtesy: true, ended: t.ended,
	}))
}

// sayWelcome greets who opened the private chat.
func (l *Long) sayWelcome(t *task, reply bot.Reply) {
	if reply.Text == "" {
		return
	}
	l.post(l.letter(t, letter{
		cmd: cmdWelcome, reqID: t.reqID, until: t.at.Add(eventFor), prompt: true,
		body: textReply(l.fit(t, reply.Text, welcomeLimit)),
	}))
}

// sayPressed turns a pressed card into what it stands for now, and says the
// words as a message: an event cannot be answered by a stream (errcode 846605).
func (l *Long) sayPressed(t *task, reply bot.Reply) {
	if reply.Card != nil {
		l.post(l.letter(t, letter{
			cmd: cmdUpdate, reqID: t.reqID, until: t.at.Add(eventFor), prompt: true,
			body: updateReply(reply.Card, t.call.message),
		}))
	}
	if reply.Text != "" {
		l.post(l.message(t, l.fit(t, reply.Text, streamLimit)))
	}
}

// sayLost asks for a message again that did not get its turn.
func (l *Long) sayLost(t *task) {
	switch t.call.trigger {
	case onMessage:
		l.sayStream(t, l.cfg.Words.Lost, nil)
	case onPress:
		l.sayPressed(t, bot.Reply{Text: l.cfg.Words.Lost})
	}
}

func (l *Long) fit(t *task, words string, limit int) string {
	return fitted(l.work, l.log, words, limit, t.id)
}

// letter addresses a letter to where a task came from.
func (l *Long) letter(t *task, to letter) letter {
	to.to, to.message, to.stream = t.to, hash(t.call.message.ID), hash(t.id)
	if body, ok := to.body.(sendBody); ok {
		to.body = body.to(t.to)
	}
	return to
}
