package wecom

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"anyuebot/bot"
)

// lateFor is how long the words of a turn that outlasted its request are kept
// for the refresh that fetches them. The platform asks for 6 minutes, counted
// from the member's message (page 100719); after that nobody will.
const lateFor = 7 * time.Minute

// A run is one turn under way. Its reply and err may be read once done is
// closed.
type run struct {
	id     string // the stream id of its answer
	m      bot.Message
	start  time.Time
	cancel context.CancelFunc
	done   chan struct{}
	reply  bot.Reply
	err    error
	// late is set under runs.mu once somebody was told to come back for the
	// answer.
	late bool
	// joined is how many requests have asked for it, waiting how many of them
	// still do; under runs.mu.
	joined, waiting int
	ready           readyFunc
}

// readyFunc completes a message before its turn begins: who wrote it, and what
// came with it. It may take long. An error means that the turn cannot begin
// now, though it may later. nil has nothing to do.
type readyFunc func(ctx context.Context, m *bot.Message) error

// runs are the turns under way in this process, and the words of those that
// came too late for their request. At most one turn runs for one stream id:
// the platform resends a message it got no answer for within 5 seconds, which
// is when the first is likeliest still at it.
type runs struct {
	turns Turns
	log   *slog.Logger
	most  time.Duration // a turn may take this long
	// unavailable is said when a message cannot be made ready for its turn.
	unavailable string
	// overdue is told of a run that ended when nobody waited for it any more. It
	// is nil where somebody comes back and asks.
	overdue func(ctx context.Context, t *run)

	group sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	running map[string]*run
	late    map[string]lateReply
}

type lateReply struct {
	m     bot.Message
	reply bot.Reply
	until time.Time
	sent  bool // by another way
}

func newRuns(turns Turns, unavailable string, most time.Duration, log *slog.Logger) *runs {
	return &runs{
		turns: turns, log: log, most: most, unavailable: unavailable,
		running: map[string]*run{}, late: map[string]lateReply{},
	}
}

var errClosed = errors.New("the channel is closing")

// join returns the turn under way for the message, starting it if there is
// none. The turn does not end with ctx: a platform that hangs up still wants
// the message it sent to count. It returns errClosed once close was called.
func (r *runs) join(ctx context.Context, id string, m bot.Message, ready readyFunc) (*run, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if t := r.running[id]; t != nil {
		t.joined++
		t.waiting++
		return t, nil
	}
	if r.closed {
		return nil, errClosed
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.most)
	t := &run{id: id, m: m, ready: ready, joined: 1, waiting: 1, start: time.Now(), cancel: cancel, done: make(chan struct{})}
	r.running[id] = t
	r.group.Go(func() { r.work(ctx, t) })
	return t, nil
}

func (r *runs) work(ctx context.Context, t *run) {
	defer t.cancel()
	// Deferred, so that whoever waits is woken even if the turn ends its
	// goroutine instead of returning.
	reply, err := bot.Reply{}, errors.New("the turn did not return")
	defer func() { r.finish(ctx, t, reply, err) }()
	m := t.m
	if t.ready != nil && !r.prepare(ctx, t.id, &m, t.ready) {
		reply, err = r.unready(t.id, m), nil
		return
	}
	reply, err = r.turn(ctx, m)
}

func (r *runs) finish(ctx context.Context, t *run, reply bot.Reply, err error) {
	r.mu.Lock()
	t.reply, t.err = reply, err
	delete(r.running, t.id)
	late, orphan := t.late, t.late && t.waiting == 0
	if err == nil && (orphan || late && r.overdue == nil) {
		r.keep(t)
	}
	close(t.done)
	r.mu.Unlock()

	if late {
		level, outcome := slog.LevelInfo, "answered late"
		if err != nil {
			level, outcome = slog.LevelError, "failed late"
		}
		r.log.LogAttrs(ctx, level, "wecom turn", slog.String("message", hash(t.m.ID)), slog.String("stream", hash(t.id)),
			slog.String("kind", string(t.m.Media)), slog.Duration("took", time.Since(t.start)), slog.String("outcome", outcome))
	}
	if orphan && r.overdue != nil {
		r.overdue(ctx, t)
	}
}

// turn calls the port and turns a panic into an error, so that one message
// cannot end the service for all. What is logged of either is its type and
// where it was: its words may be the member's.
func (r *runs) turn(ctx context.Context, m bot.Message) (reply bot.Reply, err error) {
	defer func() {
		if p := recover(); p != nil {
			reply, err = bot.Reply{}, r.panicked(ctx, p, slog.String("message", hash(m.ID)))
			return
		}
		if err != nil {
			r.log.LogAttrs(ctx, slog.LevelError, "wecom turn failed", slog.String("message", hash(m.ID)),
				slog.String("type", fmt.Sprintf("%T", err)))
		}
	}()
	return r.turns.Turn(ctx, m)
}

// prepare makes a message ready for its turn, as carefully, and reports whether
// it is.
func (r *runs) prepare(ctx context.Context, id string, m *bot.Message, ready readyFunc) (done bool) {
	of := slog.String("message", hash(m.ID))
	defer func() {
		if p := recover(); p != nil {
			done = false
			_ = r.panicked(ctx, p, of) // it is in the log
		}
	}()
	// The answer to a message that comes again is stored: what came with it need
	// not be fetched another time.
	if _, again, err := r.turns.Replied(ctx, id); err == nil && again {
		return true
	}
	if err := ready(ctx, m); err != nil {
		r.log.LogAttrs(ctx, slog.LevelError, "wecom message not ready", of, slog.String("type", fmt.Sprintf("%T", err)))
		return false
	}
	return true
}

// unready is the reply to a message that could not be made ready. It is stored
// nowhere, and the message is not claimed. Who only opened a chat, or rated an
// answer, asked for nothing.
func (r *runs) unready(id string, m bot.Message) bot.Reply {
	reply := bot.Reply{ID: id}
	if m.Media != bot.MediaEnter && m.Media != bot.MediaRating {
		reply.Text = r.unavailable
	}
	return reply
}

// replied asks the port for a stored reply, as carefully.
func (r *runs) replied(ctx context.Context, id string) (reply bot.Reply, found bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			reply, found, err = bot.Reply{}, false, r.panicked(ctx, p, slog.String("stream", hash(id)))
		}
	}()
	return r.turns.Replied(ctx, id)
}

func (r *runs) panicked(ctx context.Context, p any, of slog.Attr) error {
	what := fmt.Sprintf("%T", p)
	if err, ok := p.(runtime.Error); ok {
		what = err.Error() // the runtime's own words: an index, a nil map
	}
	r.log.LogAttrs(ctx, slog.LevelError, "wecom turn panicked", of,
		slog.String("panic", what), slog.String("stack", string(debug.Stack())))
	return errors.New("the turn panicked")
}

// wait waits for the turn until the deadline or until ctx ends, and reports
// whether it is done. If it is not, its words will be kept for a refresh.
func (r *runs) wait(ctx context.Context, t *run, deadline <-chan time.Time) bool {
	select {
	case <-t.done:
		return true
	case <-deadline:
	case <-ctx.Done():
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	select {
	case <-t.done: // between the two
		return true
	default:
		t.late = true
		t.waiting--
		return false
	}
}

// lookup reports what this process knows of a stream: whether its turn is
// still under way, or else the words it came to.
func (r *runs) lookup(id string) (reply bot.Reply, found, running bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.running[id] != nil {
		return bot.Reply{}, false, true
	}
	late, found := r.late[id]
	return late.reply, found, false
}

// keep holds a reply for the refreshes to come. The store has most of them
// too, but not those that say it could not store. r.mu is held.
func (r *runs) keep(t *run) {
	now := time.Now()
	for old, l := range r.late {
		if now.After(l.until) {
			delete(r.late, old)
		}
	}
	r.late[t.id] = lateReply{m: t.m, reply: t.reply, until: now.Add(lateFor)}
}

// close lets no new turn start and waits for those under way. If ctx ends
// first they are told to stop, and its error is returned with their number.
func (r *runs) close(ctx context.Context) error {
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()

	drained := make(chan struct{})
	go func() {
		r.group.Wait()
		close(drained)
	}()
	select {
	case <-drained:
		return nil
	case <-ctx.Done():
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.running) == 0 {
		return nil
	}
	for _, t := range r.running {
		t.cancel()
	}
	return fmt.Errorf("wecom: stopped with %d messages still being worked on: %w", len(r.running), ctx.Err())
}
