package wecom

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"anyuebot/bot"
)

const longURL = "wss://openws.work.weixin.qq.com" // page 101463

// LongConfig is one 智能机器人 over the long connection (page 101463).
type LongConfig struct {
	URL    string // "" means wss://openws.work.weixin.qq.com
	BotID  string
	Secret string // of the long connection, as is
	Name   string // display name in the chat, taken out of what members write; may be empty
	Words  Words

	// Media fetches what members send beside words, and Identify finds the
	// userid behind an encrypted id, both as in [Config].
	Media    *Media
	Identify func(ctx context.Context, id string) (userid string, err error)
	Files    FileOpener // nil if no file is ever sent

	// HTTP opens the connection; nil means http.DefaultClient.
	HTTP *http.Client
	// Claim takes or renews the lease of this bot, which the platform lets
	// nobody hold twice: a second connection ends the first. It reports whether
	// this process has it for the next 30 seconds; it is asked every 10. Nil
	// means that there is only this process.
	Claim func(ctx context.Context) (bool, error)
	// Release gives the lease back, so that another replica need not wait for
	// its end; may be nil.
	Release func(ctx context.Context)
	// Chance returns numbers from 0 up to 1, which spread the retries of many
	// replicas; nil means that they are not spread.
	Chance func() float64
	// Late takes over an answer that this channel could not give within an hour,
	// or before it was closed, as [AppConfig] has it; may be nil.
	Late func(ctx context.Context, m bot.Message, reply bot.Reply)
	// Stood is called when the connection has come to wait for somebody, as
	// [LongElsewhere] or [LongRefused]; may be nil.
	Stood func()
	// Turn is how long a turn may take before its context ends; 0 means 2
	// minutes.
	Turn time.Duration
}

// Long is the 智能机器人 over the long connection: it answers members and
// pushes to conversations in which somebody has written to the bot before.
// [Long.Run] keeps the connection, the other methods can be called at any time
// and by anybody.
//
// The log never holds what a member wrote, who they are, a key or a secret.
type Long struct {
	preparer
	cfg  LongConfig
	log  *slog.Logger
	runs *runs
	name string
	courier
	// By conversation, answers and pushes share what the platform takes; pushes
	// are held below that.
	all, pushes *limits
	uploading   *limits // of the bot

	// work ends with the turns and answers that Close no longer waits for.
	work     context.Context
	stopWork context.CancelFunc
	fetching chan struct{} // holds one for each message that is made ready
	turning  chan struct{} // holds one for each turn under way
	again    chan struct{} // holds one once Resume was called

	mu      sync.Mutex
	changed chan struct{} // closed, and made anew, whenever something below changes
	state   LongState
	socket  *socket // subscribed; nil if none is
	closing bool
	stopRun context.CancelFunc      // ends Run
	busy    int                     // turns and letters that are not done
	lanes   lanes[string, *task]    // turns to come, by member
	letters lanes[longChat, letter] // answers to go out, by conversation
	unsure  []letter                // answers that left and were not acknowledged
}

// LongPhase is how the long connection stands.
type LongPhase string

const (
	LongWaiting    LongPhase = "waiting"    // another replica has the bot
	LongConnecting LongPhase = "connecting" // not connected, and trying
	LongUp         LongPhase = "up"
	LongElsewhere  LongPhase = "elsewhere" // somebody else has taken the bot; waits for Resume
	LongRefused    LongPhase = "refused"   // the platform refuses the bot's id or secret; waits for Resume
	LongClosed     LongPhase = "closed"    // Run has ended, or has not begun
)

// LongState is how the long connection stands, and since when.
type LongState struct {
	Phase LongPhase
	Code  int64 // errcode of the last refusal to subscribe: LongRefused, LongConnecting
	Since time.Time
}

// NewLong makes the channel; Run connects it. Its errors say what is wrong with
// the configuration and never repeat a secret.
func NewLong(cfg LongConfig, turns Turns, log *slog.Logger) (*Long, error) {
	if cfg.URL == "" {
		cfg.URL = longURL
	}
	address, err := url.Parse(cfg.URL)
	if err != nil || address.Host == "" || address.User != nil || address.Scheme != "wss" && address.Scheme != "ws" {
		return nil, errors.New("wecom: the address of the long connection has to be wss:// and a host")
	}
	if cfg.BotID == "" || cfg.Secret == "" {
		return nil, errors.New("wecom: the long connection needs BotID and Secret")
	}
	if err := cfg.Words.check(); err != nil {
		return nil, err
	}
	if cfg.Claim == nil {
		cfg.Claim = func(context.Context) (bool, error) { return true, nil }
	}
	if cfg.Release == nil {
		cfg.Release = func(context.Context) {}
	}
	if cfg.Chance == nil {
		cfg.Chance = func() float64 { return 1 }
	}
	if cfg.Stood == nil {
		cfg.Stood = func() {}
	}
	if cfg.Turn <= 0 {
		cfg.Turn = defaultTurn
	}
	log = cmp.Or(log, slog.New(slog.DiscardHandler))
	l := &Long{
		cfg: cfg, log: log, name: botName(cfg.Name),
		preparer: preparer{media: cfg.Media, identify: cfg.Identify},
		runs:     newRuns(turns, cfg.Words.Unavailable, cfg.Turn, log),
		all:      usual(), pushes: toLeaveRoom(), uploading: usual(),
		fetching: make(chan struct{}, longReady),
		turning:  make(chan struct{}, longTurns),
		again:    make(chan struct{}, 1),
		changed:  make(chan struct{}),
		state:    LongState{Phase: LongClosed, Since: time.Now()},
		lanes:    lanes[string, *task]{},
		letters:  lanes[longChat, letter]{},
	}
	l.work, l.stopWork = context.WithCancel(context.Background())
	return l, nil
}

// Run keeps the connection until Close is called, and then returns nil, or
// until ctx ends. To end without losing an answer, call Close and only then end
// ctx. It is called once.
func (l *Long) Run(ctx context.Context) error {
	running, stop := context.WithCancel(ctx)
	defer stop()
	l.mu.Lock()
	l.stopRun = stop
	if l.closing {
		stop()
	}
	l.mu.Unlock()
	defer l.stand(LongClosed, 0)
	defer l.giveUpAll() // nothing can be answered any more
	for running.Err() == nil {
		l.stand(LongWaiting, 0)
		lease, end := l.lease(running)
		if lease.Err() == nil {
			l.keep(lease)
		}
		end()
	}
	return ctx.Err()
}

// Up reports whether the connection is there: whether messages arrive and can
// be pushed.
func (l *Long) Up() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.socket != nil && l.socket.ctx.Err() == nil
}

// State returns how the connection stands.
func (l *Long) State() LongState {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.state
}

// Resume tells a connection that stands refused or elsewhere, or waits between
// two tries, to try at once.
func (l *Long) Resume() {
	select {
	case l.again <- struct{}{}:
	default: // told already
	}
}

// Close stops the channel. Messages that still arrive get Words.Lost, so that
// they are written again to who comes after; turns under way are finished and
// their answers given; then the connection is closed and Run returns. If ctx
// ends first the rest is given up, and an error says how much there was.
func (l *Long) Close(ctx context.Context) error {
	l.mu.Lock()
	l.closing = true
	l.mu.Unlock()
	left := l.idle(ctx)
	l.giveUpAll()
	l.mu.Lock()
	s, stop := l.socket, l.stopRun
	l.unsure = nil // nothing but their acknowledgements is missing
	l.mu.Unlock()
	if s != nil && left == 0 {
		s.hangUp()
	}
	if stop != nil {
		stop()
	}
	if left > 0 {
		return fmt.Errorf("wecom: stopped with %d messages not answered: %w", left, ctx.Err())
	}
	return nil
}

// giveUpAll ends what is under way. What is given up may still be handed over to
// Late.
func (l *Long) giveUpAll() {
	l.stopWork()
	ctx, cancel := context.WithTimeout(context.Background(), handOver)
	defer cancel()
	l.idle(ctx)
}

// idle waits till nothing is under way, and returns how much there is if ctx
// ends first.
func (l *Long) idle(ctx context.Context) int {
	for {
		l.mu.Lock()
		busy, changed := l.busy, l.changed
		l.mu.Unlock()
		if busy == 0 {
			return 0
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return busy
		}
	}
}

// tell wakes those who wait for a change. l.mu is held.
func (l *Long) tell() {
	close(l.changed)
	l.changed = make(chan struct{})
}

// stand notes how the connection stands.
func (l *Long) stand(phase LongPhase, code int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.state.Phase != phase || l.state.Code != code {
		l.state = LongState{Phase: phase, Code: code, Since: time.Now()}
	}
}

// odd logs a frame that cannot be read.
func (l *Long) odd(why error) {
	l.log.LogAttrs(l.work, slog.LevelWarn, "wecom long connection: frame refused", slog.String("reason", why.Error()))
}

var _ Pusher = (*Long)(nil)
