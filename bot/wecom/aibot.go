package wecom

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// Config is one 智能机器人 in URL-callback mode.
type Config struct {
	Name   string // display name in the chat, taken out of what members write; may be empty
	Token  string // from the bot's callback settings, as is
	AESKey string // the EncodingAESKey: 43 letters and digits
	Words  Words

	// Media fetches what members send beside words; without it everything of
	// the kind counts as lost.
	Media *Media
	// Identify finds the userid behind an encrypted id (page 101521), "" if
	// nobody knows it: then it stays as it is. An error means that nobody can be
	// asked. It may be nil.
	Identify func(ctx context.Context, id string) (userid string, err error)

	// Now is the real clock, against which callbacks are held; it is not the
	// rehearsal clock. Nil means time.Now.
	Now func() time.Time
	// Answer is how long a request waits for its turn before it is answered
	// with Words.Working, counted from its arrival; 0 means 4 seconds. The
	// platform waits 5.
	Answer time.Duration
	// Turn is how long a turn may take before its context ends; 0 means 2
	// minutes. The platform asks for a slow answer for 6.
	Turn time.Duration
}

// Aibot is the handler behind the bot's callback address: GET for the console's
// check of the address, POST for messages and events.
//
// A callback is refused with 413 if its body is over 1 MiB; 403 if it is not
// signed with the Token, more than 10 minutes off the clock, or sealed for
// another receiver; 400 if it cannot be opened or read; 405 for other methods;
// 503 while closing; and 500 when a turn is broken. A refusal says nothing
// more, its reason is in the log. The log never holds what a member wrote, who
// they are, a key, a token or a signature.
type Aibot struct {
	*endpoint
	preparer
	name  string
	words Words
}

// NewAibot makes the handler. Its errors say what is wrong with the
// configuration and never repeat a secret.
func NewAibot(cfg Config, turns Turns, log *slog.Logger) (*Aibot, error) {
	if err := cfg.Words.check(); err != nil {
		return nil, err
	}
	e, err := newEndpoint("wecom callback", settings{
		token: cfg.Token, aesKey: cfg.AESKey, words: cfg.Words,
		now: cfg.Now, answer: cfg.Answer, turn: cfg.Turn,
	}, turns, log)
	if err != nil {
		return nil, err
	}
	a := &Aibot{
		endpoint: e,
		preparer: preparer{media: cfg.Media, identify: cfg.Identify},
		name:     trimSpace(strings.TrimPrefix(trimSpace(cfg.Name), "@")),
		words:    cfg.Words,
	}
	// The receiveid of a company's own bot is empty (page 101033).
	e.unwrap, e.take = unwrapJSON, a.take
	return a, nil
}

// Close lets no new turn start and waits for those under way; messages that
// arrive meanwhile get 503, so that the platform sends them again, to another
// replica or after the restart. Call it after http.Server.Shutdown, or turns
// whose members were told to wait are lost with the process. If ctx ends first
// the turns are told to stop and an error says how many there were.
func (a *Aibot) Close(ctx context.Context) error { return a.runs.close(ctx) }

// unwrapJSON takes the sealed message out of a body. The decoder takes
// "Encrypt" for "encrypt", as the platform's plugin does.
func unwrapJSON(body []byte) (string, error) {
	var sealed struct {
		Encrypt string `json:"encrypt"`
	}
	err := decode(body, &sealed, "the body")
	return sealed.Encrypt, err
}

func (a *Aibot) take(x exchange, plain []byte) outcome {
	call, err := parse(plain, a.name)
	if err != nil {
		return refuse(http.StatusBadRequest, err)
	}
	switch call.trigger {
	case onRefresh:
		return a.refresh(x, call)
	case onNothing:
		return outcome{status: http.StatusOK, kind: call.kind, what: "nothing to say"}
	}
	return a.message(x, call)
}

// message runs the turn and answers with what it says if that comes in time.
func (a *Aibot) message(x exchange, call callback) outcome {
	id := a.runs.turns.ID(call.message)
	reply, out, ended := a.turn(x, id, call, a.ready(call))
	switch {
	case ended == without:
		return out
	case ended == tooLate && call.trigger == onMessage:
		out.what = "put off"
		a.send(x, ratable(streamReply(id, a.words.Working, false)), &out)
		return out
	case ended == tooLate:
		// A greeting cannot be unfinished, and a card waits for no refresh: this
		// one is lost. What the turn did counts all the same.
		out.what = "too late"
		return out
	}
	words := a.fit(x.r.Context(), reply.Text, call.message.Limit, out.stream)
	out.what = "answered"
	switch {
	case call.trigger == onMessage && words != "":
		a.send(x, ratable(streamReply(id, words, true).with(reply.Card)), &out)
	case call.trigger == onEnter && words != "":
		a.send(x, textReply(words), &out)
	case call.trigger == onPress && reply.Card != nil:
		// The words of a press are not for here: they leave as a message.
		a.send(x, updateReply(reply.Card, call.message), &out)
	default:
		out.what = "nothing to say" // an empty 200 is an answer as well
	}
	return out
}

// refresh tells how an unfinished stream goes on. Whatever the store says, the
// stream comes to an end: either by the stored words, or by those that ask the
// member to write again.
func (a *Aibot) refresh(x exchange, call callback) outcome {
	id := call.stream
	out := outcome{status: http.StatusOK, kind: call.kind, stream: hash(id)}
	reply, found, running := a.runs.lookup(id)
	if !found && !running {
		ctx, cancel := context.WithTimeout(x.r.Context(), a.answer)
		defer cancel()
		var err error
		if reply, found, err = a.runs.replied(ctx, id); err != nil {
			// The words may be there all the same: ask again rather than tell
			// a member that they are lost. The platform gives up by itself.
			running = true
		}
	}
	switch {
	case running:
		out.what = "put off"
		a.send(x, streamReply(id, a.words.Working, false), &out)
	case found:
		out.what = "answered"
		words := a.fit(x.r.Context(), reply.Text, streamLimit, out.stream)
		a.send(x, streamReply(id, words, true).with(reply.Card), &out)
	default:
		out.what = "lost"
		a.send(x, streamReply(id, a.words.Lost, true), &out)
	}
	return out
}

func (a *Aibot) send(x exchange, p payload, out *outcome) {
	body, err := a.codec.envelop(p, x.nonce, a.now())
	a.write(x, body, err, out)
}
