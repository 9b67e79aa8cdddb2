package wecom

import (
	"cmp"
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

// Words are the sentences the channel itself says to a member.
type Words struct {
	Working string // shown while a slow turn is under way, till its answer replaces it
	Lost    string // shown instead of an answer that nobody knows of, e.g. after a restart
	// Unavailable is said when a turn could not even begin: what was sent could
	// not be saved, or nobody could say who sent it. Nothing is claimed then, and
	// the message may come again. "" stands for Lost.
	Unavailable string
}

func (w *Words) check() error {
	w.Unavailable = cmp.Or(w.Unavailable, w.Lost)
	for _, words := range []string{w.Working, w.Lost, w.Unavailable} {
		if words == "" || len(words) > welcomeLimit {
			return fmt.Errorf("wecom: Words.Working, Lost and Unavailable need 1 to %d bytes each", welcomeLimit)
		}
	}
	return nil
}

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

// endpoint is what the callback addresses of the bot and of the application
// have in common: GET for the console's check of the address, POST for what is
// called back, both signed, sealed and soon answered. They differ in what is
// around the sealed message and in what is inside.
type endpoint struct {
	title    string // how the log calls it
	codec    *codec
	receiver string // receiveid of what is called back
	now      func() time.Time
	answer   time.Duration
	log      *slog.Logger
	runs     *runs

	// unwrap takes the sealed message out of a body.
	unwrap func(body []byte) (string, error)
	// take answers an opened message.
	take func(x exchange, plain []byte) outcome
}

// exchange is a request whose message is being answered.
type exchange struct {
	w        http.ResponseWriter
	r        *http.Request
	nonce    string
	deadline <-chan time.Time // when it has to be answered, one way or another
}

// settings are what both addresses are configured with.
type settings struct {
	token, aesKey string
	words         Words
	now           func() time.Time
	answer, turn  time.Duration
}

func newEndpoint(title string, s settings, turns Turns, log *slog.Logger) (*endpoint, error) {
	codec, err := newCodec(s.token, s.aesKey)
	if err != nil {
		return nil, fmt.Errorf("wecom: %w", err)
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.answer <= 0 {
		s.answer = defaultAnswer
	}
	if s.turn <= 0 {
		s.turn = defaultTurn
	}
	log = cmp.Or(log, slog.New(slog.DiscardHandler))
	return &endpoint{
		title: title, codec: codec, now: s.now, answer: s.answer, log: log,
		runs: newRuns(turns, s.words.Unavailable, s.turn, log),
	}, nil
}

func (e *endpoint) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start := time.Now()
	// The platform's patience begins with the request, not with the turn.
	deadline := time.NewTimer(e.answer)
	defer deadline.Stop()

	var out outcome
	switch r.Method {
	case http.MethodGet:
		out = e.verify(w, r)
	case http.MethodPost:
		out = e.receive(w, r, deadline.C)
	default:
		w.Header().Set("Allow", "GET, POST")
		out = refuse(http.StatusMethodNotAllowed, errors.New("neither GET nor POST"))
	}
	if out.status != http.StatusOK {
		http.Error(w, http.StatusText(out.status), out.status)
	}
	e.record(r.Context(), out, time.Since(start))
}

func (e *endpoint) record(ctx context.Context, out outcome, took time.Duration) {
	level := slog.LevelInfo
	switch {
	case out.status == http.StatusInternalServerError:
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
	e.log.LogAttrs(ctx, level, e.title, attrs...)
}

// verify answers the check that the console makes when an administrator saves
// the address: the words inside echostr, alone (page 101033).
func (e *endpoint) verify(w http.ResponseWriter, r *http.Request) outcome {
	query := r.URL.Query()
	// An address written by hand often leaves the plus signs of base64 as they
	// are, and in a query they mean spaces. Base64 has none.
	sealed := strings.ReplaceAll(query.Get("echostr"), " ", "+")
	if err := e.authentic(query, sealed); err != nil {
		return refuse(http.StatusForbidden, err)
	}
	plain, err := e.codec.open(sealed, e.receiver)
	if err != nil {
		return refused(err)
	}
	// The same key seals members' messages. Whoever caught one of those, with
	// its signature, must not have it read out here.
	if len(plain) > 0 && (plain[0] == '{' || plain[0] == '<') {
		return refuse(http.StatusForbidden, errors.New("echostr holds a message"))
	}
	write(w, plain)
	return outcome{status: http.StatusOK, kind: "verification", what: "answered"}
}

func (e *endpoint) receive(w http.ResponseWriter, r *http.Request, deadline <-chan time.Time) outcome {
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
	sealed, err := e.unwrap(body)
	if err != nil {
		return refuse(http.StatusBadRequest, err)
	}
	if sealed == "" {
		return refuse(http.StatusBadRequest, errors.New("the body has no encrypt"))
	}
	if err := e.authentic(query, sealed); err != nil {
		return refuse(http.StatusForbidden, err)
	}
	plain, err := e.codec.open(sealed, e.receiver)
	if err != nil {
		return refused(err)
	}
	return e.take(exchange{w: w, r: r, nonce: query.Get("nonce"), deadline: deadline}, plain)
}

// ending is how far a turn came while its request could wait.
type ending uint8

const (
	inTime ending = iota + 1
	tooLate
	without // there will be no reply; the outcome says why
)

// turn runs the turn of a callback, or joins it if it is under way, and waits
// for its reply as long as the request may.
func (e *endpoint) turn(x exchange, id string, call callback, ready readyFunc) (bot.Reply, outcome, ending) {
	out := outcome{status: http.StatusOK, kind: call.kind, message: hash(call.message.ID), stream: hash(id)}
	t, err := e.runs.join(x.r.Context(), id, call.message, ready)
	if err != nil {
		out.status, out.what = http.StatusServiceUnavailable, "closing"
		return bot.Reply{}, out, without
	}
	if !e.runs.wait(x.r.Context(), t, x.deadline) {
		if x.r.Context().Err() != nil {
			out.what = "the platform hung up"
			return bot.Reply{}, out, without
		}
		return bot.Reply{}, out, tooLate
	}
	if t.err != nil {
		out.status, out.what = http.StatusInternalServerError, "failed"
		return bot.Reply{}, out, without
	}
	return t.reply, out, inTime
}

// write sends a sealed reply.
func (e *endpoint) write(x exchange, body []byte, err error, out *outcome) {
	if err != nil {
		out.status, out.what, out.why = http.StatusInternalServerError, "failed", errors.New("the reply could not be sealed")
		return
	}
	write(x.w, body)
}

var (
	errUnsigned = errors.New("no signature")
	errForged   = errors.New("the signature does not fit: if this is the platform, the Token differs from the console's")
)

// authentic checks that sealed was signed with the Token, and lately. Only
// what passes is decrypted.
func (e *endpoint) authentic(query url.Values, sealed string) error {
	signature, timestamp, nonce := signature(query), query.Get("timestamp"), query.Get("nonce")
	switch {
	case signature == "":
		return errUnsigned
	case sealed == "" || timestamp == "" || nonce == "":
		return errors.New("a part of what is signed is missing")
	case !e.codec.signed(signature, timestamp, nonce, sealed):
		return errForged
	}
	at, err := strconv.ParseUint(timestamp, 10, 62) // takes digits only, no sign
	if err != nil {
		return errors.New("the timestamp is no number of seconds")
	}
	if off := e.now().Unix() - int64(at); off > int64(maxSkew/time.Second) || off < -int64(maxSkew/time.Second) {
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
