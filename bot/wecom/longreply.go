package wecom

import (
	"context"
	"errors"
	"log/slog"
	"slices"
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

	handOver   = 2 * time.Second // for an answer to be handed over to Late
	maxRetries = 3               // of an answer, after codes that say to try again
)

// longChat is a conversation.
type longChat struct {
	id    string // userid or chat id
	group bool
}

// letter is one frame of an answer on its way out.
type letter struct {
	to    longChat
	cmd   string
	reqID string // of the callback it answers; "" for a new one
	body  any
	until time.Time // no attempt after
	// instead is tried when it is too late for this, or the platform does not
	// take it; nil for nothing.
	instead *letter

	// courtesy marks what is said at once or not at all, and not once ended is
	// closed.
	courtesy bool
	ended    <-chan struct{}
	// prompt marks what has seconds to go out, and is not held back by limits.
	prompt bool
	// twice marks what may be said once more when nobody acknowledged it.
	twice bool
	owed  *owedReply // goes to Late if this is not said; nil for nothing

	again   bool // it is being said once more
	retries int

	message, stream string // hashes, for the log
}

// owedReply is an answer and what it answers.
type owedReply struct {
	asked bot.Message
	reply bot.Reply
}

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

// letter addresses a letter to where a task came from.
func (l *Long) letter(t *task, to letter) letter {
	to.to, to.message, to.stream = t.to, hash(t.call.message.ID), hash(t.id)
	if body, ok := to.body.(sendBody); ok {
		to.body = body.to(t.to)
	}
	return to
}

func (l *Long) fit(t *task, words string, limit int) string {
	fitted, cut := fit(words, limit)
	if cut {
		l.log.LogAttrs(l.work, slog.LevelError, "wecom reply cut: it should have been paged",
			slog.String("stream", hash(t.id)), slog.Int("bytes", len(words)), slog.Int("limit", limit))
	}
	return fitted
}

// post puts a letter behind the others of its conversation: the platform's
// limits are by conversation, and the order of answers is that of the turns.
// What is prompt goes past them.
func (l *Long) post(p letter) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p.prompt {
		l.busy++
		go func() {
			defer l.done()
			l.carry(p)
		}()
		return
	}
	queue, sending := l.outbox[p.to]
	if p.again {
		queue = append([]letter{p}, queue...)
	} else {
		queue = append(queue, p)
	}
	l.outbox[p.to] = queue
	l.busy++
	if !sending {
		go l.send(p.to)
	}
}

// send carries out the letters of a conversation.
func (l *Long) send(to longChat) {
	for {
		l.mu.Lock()
		queue := l.outbox[to]
		if len(queue) == 0 {
			delete(l.outbox, to)
			l.mu.Unlock()
			return
		}
		l.outbox[to] = queue[1:]
		l.mu.Unlock()
		l.carry(queue[0])
		l.done()
	}
}

// carry gets a letter to the platform, or gives it up.
func (l *Long) carry(p letter) {
	for l.work.Err() == nil {
		switch {
		case time.Now().Before(p.until):
		case p.again:
			l.note(p, slog.LevelWarn, "not acknowledged", 0)
			return
		case p.instead == nil:
			l.giveUp(p, "too late", 0)
			return
		default:
			p = *p.instead
			continue
		}
		s := l.outlet(p)
		if s == nil {
			if p.courtesy {
				return
			}
			continue // too late, or given up
		}
		reqID := p.reqID
		if reqID == "" {
			reqID = newReqID(p.cmd)
		}
		code, _, err := s.call(l.work, ackWait, p.cmd, reqID, p.body)
		switch {
		case p.courtesy:
			return
		case errors.Is(err, errNotSent):
			l.limits.unsaid(p.to)
			continue // the socket has ended
		case err != nil && (p.again || !p.twice):
			l.note(p, slog.LevelWarn, "not acknowledged", 0)
			return
		case err != nil:
			p.again = true
			l.doubt(s, p)
			return
		case code == 0, p.again && code == codeStreamLate:
			// What was said twice may find the stream finished by the first.
			l.note(p, slog.LevelInfo, "said", 0)
			return
		case l.passing(s, p, code) && p.retries < maxRetries:
			p.retries++
			continue
		}
		if p.instead == nil {
			l.giveUp(p, "refused", code)
			return
		}
		l.note(p, slog.LevelWarn, "refused, going another way", code)
		p = *p.instead
	}
	if !p.courtesy {
		l.giveUp(p, "given up", 0)
	}
}

// giveUp hands an answer that cannot be said over to who may still say it.
func (l *Long) giveUp(p letter, what string, code int64) {
	l.note(p, slog.LevelError, what, code)
	if p.owed == nil || l.cfg.Late == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(l.work), handOver)
	defer cancel()
	l.cfg.Late(ctx, p.owed.asked, p.owed.reply)
}

// outlet waits until a letter may leave, and returns the socket it may leave by;
// nil if it was too late before that, or for what is only a courtesy not at
// once.
func (l *Long) outlet(p letter) *socket {
	ctx, cancel := context.WithDeadline(l.work, p.until)
	defer cancel()
	if p.courtesy {
		select {
		case <-p.ended:
			return nil
		default:
		}
		if !l.Up() || l.limits.push(p.to, 1, time.Now()) > 0 {
			return nil
		}
		return l.line(ctx)
	}
	s := l.line(ctx)
	if s == nil {
		return nil
	}
	if p.prompt {
		l.limits.reply(p.to, time.Now()) // it counts, but cannot wait
		return s
	}
	for {
		wait := l.limits.reply(p.to, time.Now())
		if wait <= 0 {
			return l.line(ctx)
		}
		if !sleep(ctx, wait) {
			return nil
		}
	}
}

// passing reports whether an errcode says to try the same again, and does what
// has to be done before.
func (l *Long) passing(s *socket, p letter, code int64) bool {
	switch code {
	case codeFrequency, codeConcurrency:
		l.limits.shut(p.to, time.Now().Add(pause))
		return true
	case codeBusy:
		return sleep(l.work, time.Second)
	case codeUnusable:
		s.end(errUnusable)
		return true
	}
	return false
}

// doubt keeps an answer that nobody acknowledged, to be said once more over the
// next socket: most often it is the old one that is at fault, and does not know
// it yet. The same words under the same stream id change nothing.
func (l *Long) doubt(s *socket, p letter) {
	l.mu.Lock()
	kept := s == l.socket
	if kept {
		l.unsure = slices.DeleteFunc(l.unsure, func(p letter) bool { return !time.Now().Before(p.until) })
		l.unsure = append(l.unsure, p)
	}
	l.mu.Unlock()
	if !kept {
		l.post(p)
	}
}

// note logs what became of a letter.
func (l *Long) note(p letter, level slog.Level, what string, code int64) {
	attrs := []slog.Attr{slog.String("outcome", what), slog.String("cmd", p.cmd), slog.String("message", p.message), slog.String("stream", p.stream)}
	if code != 0 {
		attrs = append(attrs, slog.Int64("errcode", code))
	}
	l.log.LogAttrs(l.work, level, "wecom answer", attrs...)
}
