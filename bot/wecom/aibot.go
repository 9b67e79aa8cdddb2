package wecom

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"anyuebot/bot"
)

const (
	maxBody = 1 << 20          // bytes of a callback's body; the platform's plugin has the same bound
	maxSkew = 10 * time.Minute // a callback's timestamp may be this far from the clock, either way

	defaultAnswer = 4 * time.Second // the platform gives up after 5 (page 90238)
	defaultTurn   = 2 * time.Minute
)

// Turns is what the channel needs from the rest of the program.
//
// Errors stay on the other side: the channel cannot know whether the text of
// one repeats what a member wrote, so it logs its type alone. Whoever
// implements the port logs the cause.
type Turns interface {
	// ID names the answer to a message: the same for every resend of it, in
	// every process, and never the same for two messages. It becomes the
	// stream's id on the platform, so it has at most 256 bytes, none of them
	// a control character.
	ID(m bot.Message) string
	// Turn takes the message in and returns the words to say, at most m.Limit
	// bytes. It has words for an overload and for a store that fails, too; an
	// error means that something is broken, and makes the platform send the
	// message again. It may be called again for a message it has seen, but
	// never twice at once in one process.
	Turn(ctx context.Context, m bot.Message) (bot.Reply, error)
	// Replied looks up the stored reply of that ID, and reports whether there
	// is one.
	Replied(ctx context.Context, id string) (bot.Reply, bool, error)
}

// Words are the sentences the channel itself says to a member. Both are
// needed.
type Words struct {
	Working string // shown while a slow turn is under way, till its answer replaces it
	Lost    string // shown instead of an answer that nobody knows of, e.g. after a restart
}

// Config is one 智能机器人 in URL-callback mode.
type Config struct {
	Name   string // display name in the chat, taken out of what members write; may be empty
	Token  string // from the bot's callback settings, as is
	AESKey string // the EncodingAESKey: 43 letters and digits
	Words  Words

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
	codec  *codec
	name   string
	words  Words
	now    func() time.Time
	answer time.Duration
	log    *slog.Logger
	runs   *runs
}

// NewAibot makes the handler. Its errors say what is wrong with the
// configuration and never repeat a secret.
func NewAibot(cfg Config, turns Turns, log *slog.Logger) (*Aibot, error) {
	codec, err := newCodec(cfg.Token, cfg.AESKey)
	if err != nil {
		return nil, fmt.Errorf("wecom: %w", err)
	}
	for _, words := range []string{cfg.Words.Working, cfg.Words.Lost} {
		if words == "" || len(words) > welcomeLimit {
			return nil, fmt.Errorf("wecom: Words.Working and Words.Lost need 1 to %d bytes each", welcomeLimit)
		}
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Answer <= 0 {
		cfg.Answer = defaultAnswer
	}
	if cfg.Turn <= 0 {
		cfg.Turn = defaultTurn
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Aibot{
		codec:  codec,
		name:   trimSpace(strings.TrimPrefix(trimSpace(cfg.Name), "@")),
		words:  cfg.Words,
		now:    cfg.Now,
		answer: cfg.Answer,
		log:    log,
		runs: &runs{
			turns: turns, log: log, most: cfg.Turn,
			running: map[string]*run{}, late: map[string]lateReply{},
		},
	}, nil
}

// Close lets no new turn start and waits for those under way; messages that
// arrive meanwhile get 503, so that the platform sends them again, to another
// replica or after the restart. Call it after http.Server.Shutdown, or turns
// whose members were told to wait are lost with the process. If ctx ends first
// the turns are told to stop and an error says how many there were.
func (a *Aibot) Close(ctx context.Context) error { return a.runs.close(ctx) }

// outcome is what the log says of one request.
type outcome struct {
	status  int
	kind    string // of callback
	message string // hash of the message id
	stream  string // hash of the stream id
	what    string // how it ended
	why     error  // of a refusal; holds nothing of the callback's content
}

func refuse(status int, why error) outcome {
	return outcome{status: status, what: "refused", why: why}
}

func (a *Aibot) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	// The platform's patience begins with the request, not with the turn.
	deadline := time.NewTimer(a.answer)
	defer deadline.Stop()

	var out outcome
	switch r.Method {
	case http.MethodGet:
		out = a.verify(w, r)
	case http.MethodPost:
		out = a.receive(w, r, deadline.C)
	default:
		w.Header().Set("Allow", "GET, POST")
		out = refuse(http.StatusMethodNotAllowed, errors.New("neither GET nor POST"))
	}
	if out.status != http.StatusOK {
		http.Error(w, http.StatusText(out.status), out.status)
	}
	a.record(r.Context(), out, time.Since(start))
}

func (a *Aibot) record(ctx context.Context, out outcome, took time.Duration) {
	level := slog.LevelInfo
	switch {
	case out.status >= 500:
		level = slog.LevelError
	case out.status != http.StatusOK:
		level = slog.LevelWarn
	}
	attrs := []slog.Attr{slog.Int("status", out.status), slog.String("outcome", out.what), slog.Duration("took", took)}
	if out.kind != "" {
		attrs = append(attrs, slog.String("kind", out.kind))
	}
	if out.message != "" {
		attrs = append(attrs, slog.String("message", out.message))
	}
	if out.stream != "" {
		attrs = append(attrs, slog.String("stream", out.stream))
	}
	if out.why != nil {
		attrs = append(attrs, slog.String("reason", out.why.Error()))
	}
	a.log.LogAttrs(ctx, level, "wecom callback", attrs...)
}

// verify answers the check that the console makes when an administrator saves
// the address: the words inside echostr, alone (page 101033).
func (a *Aibot) verify(w http.ResponseWriter, r *http.Request) outcome {
	query := r.URL.Query()
	// An address written by hand often leaves the plus signs of base64 as they
	// are, and in a query they mean spaces. Base64 has none.
	sealed := strings.ReplaceAll(query.Get("echostr"), " ", "+")
	if err := a.authentic(query, sealed); err != nil {
		return refuse(http.StatusForbidden, err)
	}
	plain, err := a.open(sealed)
	if err != nil {
		return refused(err)
	}
	// The same key seals members' messages. Whoever caught one of those, with
	// its signature, must not have it read out here.
	if len(plain) > 0 && plain[0] == '{' {
		return refuse(http.StatusForbidden, errors.New("echostr holds a message"))
	}
	write(w, plain)
	return outcome{status: http.StatusOK, kind: "verification", what: "answered"}
}

func (a *Aibot) receive(w http.ResponseWriter, r *http.Request, deadline <-chan time.Time) outcome {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return refuse(http.StatusRequestEntityTooLarge, fmt.Errorf("the body is over %d bytes", maxBody))
		}
		return refuse(http.StatusBadRequest, errors.New("the body did not arrive whole"))
	}
	query := r.URL.Query()
	if signature(query) == "" {
		return refuse(http.StatusForbidden, errUnsigned)
	}
	// The decoder takes "Encrypt" for "encrypt", as the platform's plugin does.
	var sealed struct {
		Encrypt string `json:"encrypt"`
	}
	if err := decode(body, &sealed, "the body"); err != nil {
		return refuse(http.StatusBadRequest, err)
	}
	if sealed.Encrypt == "" {
		return refuse(http.StatusBadRequest, errors.New("the body has no encrypt"))
	}
	if err := a.authentic(query, sealed.Encrypt); err != nil {
		return refuse(http.StatusForbidden, err)
	}
	plain, err := a.open(sealed.Encrypt)
	if err != nil {
		return refused(err)
	}
	call, err := parse(plain, a.name)
	if err != nil {
		return refuse(http.StatusBadRequest, err)
	}

	nonce := query.Get("nonce")
	var out outcome
	switch call.trigger {
	case onMessage, onEnter:
		out = a.message(w, r, call, nonce, deadline)
	case onRefresh:
		out = a.refresh(w, r, call.stream, nonce)
	default:
		out = outcome{status: http.StatusOK, what: "nothing to say"}
	}
	out.kind = call.kind
	return out
}

// message runs the turn and answers with its words if they come in time.
func (a *Aibot) message(w http.ResponseWriter, r *http.Request, call callback, nonce string, deadline <-chan time.Time) outcome {
	id := a.runs.turns.ID(call.message)
	out := outcome{status: http.StatusOK, message: hash(call.message.ID), stream: hash(id)}
	t, err := a.runs.join(r.Context(), id, call.message)
	if err != nil {
		out.status, out.what = http.StatusServiceUnavailable, "closing"
		return out
	}
	if !a.runs.wait(r.Context(), t, deadline) {
		switch {
		case r.Context().Err() != nil:
			out.what = "the platform hung up"
		case call.trigger == onEnter:
			// A text cannot be unfinished, so this greeting is lost.
			out.what = "too late to greet"
		default:
			out.what = "put off"
			a.send(w, streamReply(id, a.words.Working, false), nonce, &out)
		}
		return out
	}
	if t.err != nil {
		out.status, out.what = http.StatusInternalServerError, "failed"
		return out
	}
	if t.reply.Text == "" {
		out.what = "nothing to say" // an empty 200 is an answer as well
		return out
	}
	words := a.fit(r.Context(), t.reply.Text, call.message.Limit, out.stream)
	out.what = "answered"
	if call.trigger == onEnter {
		a.send(w, textReply(words), nonce, &out)
	} else {
		a.send(w, streamReply(id, words, true), nonce, &out)
	}
	return out
}

// refresh tells how an unfinished stream goes on. Whatever the store says, the
// stream comes to an end: either by the stored words, or by those that ask the
// member to write again.
func (a *Aibot) refresh(w http.ResponseWriter, r *http.Request, id, nonce string) outcome {
	out := outcome{status: http.StatusOK, stream: hash(id)}
	reply, found, running := a.runs.lookup(id)
	if !found && !running {
		ctx, cancel := context.WithTimeout(r.Context(), a.answer)
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
		a.send(w, streamReply(id, a.words.Working, false), nonce, &out)
	case found:
		out.what = "answered"
		words := a.fit(r.Context(), reply.Text, streamLimit, out.stream)
		a.send(w, streamReply(id, words, true), nonce, &out)
	default:
		out.what = "lost"
		a.send(w, streamReply(id, a.words.Lost, true), nonce, &out)
	}
	return out
}

func (a *Aibot) send(w http.ResponseWriter, p payload, nonce string, out *outcome) {
	body, err := a.codec.envelop(p, nonce, a.now())
	if err != nil {
		out.status, out.what, out.why = http.StatusInternalServerError, "failed", errors.New("the reply could not be sealed")
		return
	}
	write(w, body)
}

func (a *Aibot) fit(ctx context.Context, words string, limit int, stream string) string {
	fitted, cut := fit(words, limit)
	if cut {
		a.log.LogAttrs(ctx, slog.LevelError, "wecom reply cut: it should have been paged",
			slog.String("stream", stream), slog.Int("bytes", len(words)), slog.Int("limit", limit))
	}
	return fitted
}

var (
	errUnsigned = errors.New("no signature")
	errForged   = errors.New("the signature does not fit: if this is the platform, the Token differs from the console's")
)

// authentic checks that sealed was signed with the Token, and lately. Only
// what passes is decrypted.
func (a *Aibot) authentic(query url.Values, sealed string) error {
	signature, timestamp, nonce := signature(query), query.Get("timestamp"), query.Get("nonce")
	switch {
	case signature == "":
		return errUnsigned
	case sealed == "" || timestamp == "" || nonce == "":
		return errors.New("a part of what is signed is missing")
	case !a.codec.signed(signature, timestamp, nonce, sealed):
		return errForged
	}
	at, err := strconv.ParseUint(timestamp, 10, 62) // takes digits only, no sign
	if err != nil {
		return errors.New("the timestamp is no number of seconds")
	}
	if off := a.now().Unix() - int64(at); off > int64(maxSkew/time.Second) || off < -int64(maxSkew/time.Second) {
		return fmt.Errorf("the timestamp is more than %v off this machine's clock", maxSkew)
	}
	return nil
}

// signature finds the signature under the names that the platform and its
// plugin use.
func signature(query url.Values) string {
	for _, name := range []string{"msg_signature", "msgsignature", "signature"} {
		if s := query.Get(name); s != "" {
			return s
		}
	}
	return ""
}

// open decrypts what was sealed for a company's own bot, whose receiveid is
// empty (page 101033).
func (a *Aibot) open(sealed string) ([]byte, error) { return a.codec.open(sealed, "") }

func refused(err error) outcome {
	if errors.Is(err, errReceiver) {
		return refuse(http.StatusForbidden, err)
	}
	return refuse(http.StatusBadRequest, err)
}

// hash stands for an id in the log: enough to follow one message, nothing to
// look a member up by.
func hash(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:6])
}
