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
	handOver   = 2 * time.Second // for an answer to be handed over to Late
	maxRetries = 3               // of an answer, after codes that say to try again
)

// longChat is a conversation.
type longChat struct {
	id    string // userid or chat id
	group bool
}

// key names a conversation to the limits, which know no groups.
func (c longChat) key() string {
	if c.group {
		return "group " + c.id
	}
	return "member " + c.id
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
			l.deliver(p)
		}()
		return
	}
	put := l.letters.last
	if p.again {
		put = l.letters.first
	}
	l.busy++
	if put(p.to, p) {
		go l.send(p.to)
	}
}

// send carries out the letters of a conversation.
func (l *Long) send(to longChat) {
	for {
		l.mu.Lock()
		p, ok := l.letters.next(to)
		l.mu.Unlock()
		if !ok {
			return
		}
		l.deliver(p)
		l.done()
	}
}

// deliver gets a letter to the platform, or gives it up.
func (l *Long) deliver(p letter) {
	for l.work.Err() == nil {
		if !time.Now().Before(p.until) {
			if p.again {
				l.note(p, slog.LevelWarn, "not acknowledged", 0)
				return
			}
			if p.instead == nil {
				l.giveUp(p, "too late", 0)
				return
			}
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
			l.all.giveBack(p.to.key(), 1)
			continue // the socket has ended
		case err != nil:
			l.unheard(s, p)
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

// unheard deals with a letter that left and was not acknowledged.
func (l *Long) unheard(s *socket, p letter) {
	if p.again || !p.twice {
		l.note(p, slog.LevelWarn, "not acknowledged", 0)
		return
	}
	p.again = true
	l.doubt(s, p)
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
		if !l.Up() || (both{ours: l.pushes, theirs: l.all}).take(p.to.key(), 1, time.Now()) > 0 {
			return nil
		}
		return l.subscribed(ctx)
	}
	s := l.subscribed(ctx)
	if s == nil {
		return nil
	}
	if p.prompt {
		l.all.take(p.to.key(), 1, time.Now()) // it counts, but cannot wait
		return s
	}
	for {
		wait := l.all.take(p.to.key(), 1, time.Now())
		if wait <= 0 {
			return l.subscribed(ctx)
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
		l.all.close(p.to.key(), time.Now().Add(pause))
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
