package wecomtest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"
)

const (
	tries        = 3               // a callback is sent this often in all (page 90238)
	patience     = 5 * time.Second // and each time this long waited for (page 90238)
	pollEvery    = time.Second     // not documented; about this in practice
	followFor    = 6 * time.Minute // an unfinished stream is asked about this long (page 100719)
	interactions = 3               // a member may have this many open with one bot (page 100719)
	verifyWithin = time.Second     // the check of an address (page 101033)
)

var (
	// ErrNotDelivered is returned for what the platform keeps from a bot: a
	// group message that does not mention it, a picture alone in a group, the
	// second greeting of a day.
	ErrNotDelivered = errors.New("wecomtest: the platform does not deliver this to the bot")
	// ErrBusy is returned while a member has three interactions open.
	ErrBusy = errors.New("wecomtest: the member has three interactions open with this bot")
	// ErrUnanswered is returned when every try got no answer in time, or
	// another status than 200. The error that wraps it says which.
	ErrUnanswered = errors.New("wecomtest: no answer")
	// ErrUnfinished is returned when a stream was still unfinished after 6
	// minutes.
	ErrUnfinished = errors.New("wecomtest: the stream was never finished")
)

// BadReply is an answer that the platform would drop, and why.
type BadReply struct {
	Why  string
	code int // what the platform would call it, where it is asked over HTTP
}

func (e *BadReply) Error() string {
	return "wecomtest: the platform would drop this reply: " + e.Why
}

func bad(format string, args ...any) error { return coded(codeParameter, format, args...) }

func coded(code int, format string, args ...any) error {
	return &BadReply{Why: fmt.Sprintf(format, args...), code: code}
}

// Config is one bot as the console knows it, and the platform's habits.
type Config struct {
	URL     string // the callback address
	Token   string
	AESKey  string // the EncodingAESKey, 43 characters
	BotID   string // aibotid of every callback; "" for a made-up one
	BotName string // display name, which stands behind the "@" in groups

	// Client carries the callbacks; nil for a plain one. It is copied and made
	// to follow no redirect, because the platform follows none.
	Client *http.Client
	// API is where response and media addresses lead; nil for nowhere.
	API *API
	// Now gives the timestamps; nil for time.Now.
	Now func() time.Time
	// MentionSpace follows the bot's name in group messages; "" for a plain
	// space. Clients are said to send U+2005 as well.
	MentionSpace string

	Patience time.Duration // how long one try waits; 0 for 5 seconds
	Poll     time.Duration // pause between refreshes of a stream; 0 for a second
	Follow   time.Duration // how long a stream is refreshed; 0 for 6 minutes
}

// Platform plays the platform for one bot. It is safe for concurrent use.
type Platform struct {
	cfg    Config
	line   line
	sealer sealer
	prefix string // of all ids: never the same in two Platforms, as services remember ids

	mu      sync.Mutex
	serial  int
	open    map[string]int // interactions by member
	sent    recent[*sent]  // by message id
	streams recent[string] // message id by stream id
	greeted recent[string] // day of the last enter_chat by member
	cards   recent[*shown] // by task_id
	rated   recent[bool]   // feedback ids that people can rate
}

// sent is a message the platform has sent and may send again.
type sent struct {
	id      string
	trigger trigger
	plain   []byte
	where   where
	task    string // task_id of the card that was pressed

	// Both under Platform.mu.
	stream string   // id of its answer, once there was one
	last   *request // the last request that carried it
}

// New makes a platform for one bot. It sends nothing yet.
func New(cfg Config) (*Platform, error) {
	line, err := newLine(cfg.URL, cfg.Client, "application/json")
	if err != nil {
		return nil, err
	}
	sealer, err := newSealer(cfg.Token, cfg.AESKey)
	if err != nil {
		return nil, err
	}
	if cfg.BotID == "" {
		cfg.BotID = "aibExample"
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.MentionSpace == "" {
		cfg.MentionSpace = " "
	}
	if cfg.Patience <= 0 {
		cfg.Patience = patience
	}
	if cfg.Poll <= 0 {
		cfg.Poll = pollEvery
	}
	if cfg.Follow <= 0 {
		cfg.Follow = followFor
	}
	return &Platform{cfg: cfg, line: line, sealer: sealer, prefix: randomHex(6), open: map[string]int{}}, nil
}

// Verify does what the console does when an administrator saves the callback
// address: the service must return the words sealed in echostr, and nothing
// else, within a second.
func (p *Platform) Verify(ctx context.Context) error { return verified(ctx, p.Call) }

// verified checks an address by the call that its platform makes.
func verified(ctx context.Context, call func(context.Context, Call) (Response, error)) error {
	ctx, cancel := context.WithTimeout(ctx, verifyWithin)
	defer cancel()
	echo := randomDigits(19)
	got, err := call(ctx, Call{Method: http.MethodGet, Plain: []byte(echo)})
	switch {
	case err != nil:
		return fmt.Errorf("wecomtest: the address was not verified: %w", err)
	case got.Status != http.StatusOK:
		return fmt.Errorf("wecomtest: the address was not verified: status %d", got.Status)
	case string(got.Body) != echo:
		return bad("the check of the address wants the %d digits of echostr alone, and got %d bytes", len(echo), len(got.Body))
	}
	return nil
}

// begin opens an interaction of a member; the caller calls end when it is over.
func (p *Platform) begin(from string) (end func(), err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.open[from] >= interactions {
		return nil, ErrBusy
	}
	p.open[from]++
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		if p.open[from]--; p.open[from] == 0 {
			delete(p.open, from)
		}
	}, nil
}

// newID makes an id that no other message has, in any Platform.
func (p *Platform) newID(kind string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.serial++
	return fmt.Sprintf("%s-%s-%d", kind, p.prefix, p.serial)
}

// remember keeps a message for later resends, for a while.
func (p *Platform) remember(s *sent) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sent.put(s.id, s, 0)
}

// recall finds a message that was sent, and the last request that carried it.
func (p *Platform) recall(id string) (*sent, *request, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s := p.sent.get(id); s != nil {
		return s, s.last, nil
	}
	return nil, nil, fmt.Errorf("wecomtest: message %q was never sent, or too long ago", id)
}

func randomHex(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b) // never fails, by its contract
	return hex.EncodeToString(b)
}

func randomDigits(n int) string {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	for i := range b {
		b[i] = '0' + b[i]%10
	}
	b[0] |= 1 // no number begins with 0
	return string(b)
}
