package wecomtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	longBeat       = 30 * time.Second // a client says ping this often (page 101463)
	longPatience   = time.Minute      // how long the beginning of an answer is waited for
	longFollow     = 6 * time.Minute  // a stream must be finished in it (page 101463)
	longReply      = 24 * time.Hour   // a callback can be answered in it (page 101463)
	longEvent      = 5 * time.Second  // a greeting or a card's update must come in it (page 101463)
	longSubscribes = 20               // in a minute; that there is a bound is documented, its height is not
)

// ErrOffline is returned for a message or event that no connection was there
// to take. The platform is not known to keep it for later.
var ErrOffline = errors.New("wecomtest: no client is subscribed")

// LongConfig is one bot that is reached over the long connection, and the
// platform's habits.
type LongConfig struct {
	BotID   string // "" for a made-up one
	Secret  string // of the long connection
	BotName string // display name, which stands behind the "@" in groups

	// Media is the address that the handler answers at, without a path, as the
	// addresses of pictures and files in callbacks begin; "" for the one that the
	// client called it by.
	Media string
	// Now gives the timestamps of events; nil for time.Now. Limits and windows
	// go by the real clock.
	Now func() time.Time
	// MentionSpace follows the bot's name in group messages; "" for a plain space.
	MentionSpace string

	Beat       time.Duration // between heartbeats; 0 for 30 seconds
	Patience   time.Duration // how long Say waits for the beginning of an answer; 0 for a minute
	Follow     time.Duration // how long for a stream's end, and how long it can be written on; 0 for 6 minutes
	Subscribes int           // attempts to subscribe in a minute; 0 for 20
	// Forgetful makes a callback unanswerable once the connection it went out
	// on has ended. Whether the platform does that is not known.
	Forgetful bool
}

// Long is the platform's end of the long connection for one bot. As an
// http.Handler it takes WebSocket connections at any path, and serves pictures
// and files at /media/. It is safe for concurrent use; Close ends it.
type Long struct {
	cfg    LongConfig
	prefix string // of all ids: never the same in two Longs, as services remember ids

	mu       sync.Mutex
	changed  chan struct{} // closed, and made anew, whenever something below changes
	closed   bool
	serial   int
	open     map[*longLine]bool // every connection
	live     *longLine          // the subscribed one, nil if none
	attempts pace               // of subscribing

	frames  []LongFrame
	reqs    recent[bool]   // req_ids the client has made up
	asked   recent[*Asked] // by req_id
	last    recent[*Asked] // by msgid, the latest push
	chats   map[chat]*talk
	streams recent[*stream] // by stream id
	cards   recent[*Seen]   // by task_id
	rated   recent[bool]    // feedback ids of what was shown
	greeted recent[string]  // day of the last enter_chat by member

	media   recent[*stored] // what members sent, by the last part of its address
	uploads recent[*upload] // by upload_id
	kept    recent[*held]   // by media_id
	inits   pace

	spite     []*Spite
	down      int
	backwards int          // frames to turn round
	turned    []longPosted // those held back for it
}

// chat is a conversation; exactly one of the two is set.
type chat struct{ from, group string }

func chatOf(from, group string) chat {
	if group != "" {
		return chat{group: group}
	}
	return chat{from: from}
}

// talk is what happened in a conversation.
type talk struct {
	met  bool // somebody has written to the bot there
	seen []*Seen
	pace pace
}

// NewLong makes the platform's end for one bot. A configuration without a
// secret lets nobody in.
func NewLong(cfg LongConfig) *Long {
	if cfg.BotID == "" {
		cfg.BotID = "aibExample"
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.MentionSpace == "" {
		cfg.MentionSpace = " "
	}
	for _, d := range []struct {
		of      *time.Duration
		instead time.Duration
	}{{&cfg.Beat, longBeat}, {&cfg.Patience, longPatience}, {&cfg.Follow, longFollow}} {
		if *d.of <= 0 {
			*d.of = d.instead
		}
	}
	if cfg.Subscribes <= 0 {
		cfg.Subscribes = longSubscribes
	}
	return &Long{
		cfg: cfg, prefix: randomHex(6), changed: make(chan struct{}),
		open: map[*longLine]bool{}, chats: map[chat]*talk{},
	}
}

// ServeHTTP serves a connection till its end, or a picture or file.
func (l *Long) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if id, ok := strings.CutPrefix(r.URL.Path, mediaPath); ok {
		l.serveMedia(w, r, id)
		return
	}
	l.mu.Lock()
	refused := l.closed || l.down > 0
	if l.down > 0 {
		l.down--
	}
	l.mu.Unlock()
	if refused {
		http.Error(w, http.StatusText(http.StatusServiceUnavailable), http.StatusServiceUnavailable)
		return
	}
	l.serveLine(w, r)
}

// Close breaks every connection and takes no more.
func (l *Long) Close() {
	l.mu.Lock()
	l.closed = true
	var open []*longLine
	for n := range l.open {
		open = append(open, n)
	}
	l.mu.Unlock()
	for _, n := range open {
		n.end()
	}
	for _, n := range open {
		<-n.gone
	}
}

// Online waits till a client is subscribed.
func (l *Long) Online(ctx context.Context) error {
	return l.await(ctx, func() bool { return l.live != nil })
}

// Offline waits till no client is subscribed any more.
func (l *Long) Offline(ctx context.Context) error {
	return l.await(ctx, func() bool { return l.live == nil })
}

// Met lets a conversation be written to, as if somebody had written to the bot
// there before. Group is "" for the private chat of from.
func (l *Long) Met(from, group string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.talk(chatOf(from, group)).met = true
}

// await waits till a condition holds, which is asked under l.mu.
func (l *Long) await(ctx context.Context, holds func() bool) error {
	for {
		l.mu.Lock()
		ok, changed := holds(), l.changed
		l.mu.Unlock()
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// tell wakes those who await something. Under l.mu.
func (l *Long) tell() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// newID makes an id that nothing else has, in any Long. Under l.mu.
func (l *Long) newID(kind string) string {
	l.serial++
	return fmt.Sprintf("%s-%s-%d", kind, l.prefix, l.serial)
}

// talk finds a conversation, or begins it. Under l.mu.
func (l *Long) talk(c chat) *talk {
	t := l.chats[c]
	if t == nil {
		t = &talk{}
		l.chats[c] = t
	}
	return t
}

// longFrame is a frame as both sides write it; acknowledgements have no cmd.
type longFrame struct {
	Cmd     string          `json:"cmd,omitempty"`
	Headers longHeaders     `json:"headers"`
	Body    json.RawMessage `json:"body,omitempty"`
	Code    *int            `json:"errcode,omitempty"`
	Msg     string          `json:"errmsg,omitempty"`
}

type longHeaders struct {
	ReqID string `json:"req_id"`
}
