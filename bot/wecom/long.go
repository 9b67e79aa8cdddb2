package wecom

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"anyuebot/bot"
)

const (
	longURL = "wss://openws.work.weixin.qq.com" // page 101463

	leaseKept  = 30 * time.Second // how long a lease holds without being renewed
	leaseRenew = 10 * time.Second
	leaseAsk   = 5 * time.Second // for one renewal, and the margin before a lease that was not renewed ends

	firstRetry = time.Second
	lastRetry  = 30 * time.Second
	// steady is how long a connection must have held for the next retry to be
	// quick again. Subscribing is rate-limited (page 101463).
	steady = time.Minute
)

// refusedRetries is how long to wait after each refusal to subscribe. After as
// many, and one more, the bot stands refused: further tries could get it
// blocked.
var refusedRetries = [...]time.Duration{15 * time.Second, 30 * time.Second, time.Minute, 2 * time.Minute}

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
	// Stood is called when the connection has come to wait for somebody, as
	// [LongElsewhere] or [LongRefused]; may be nil.
	Stood func()
	// Late takes over an answer that this channel could not give within an hour,
	// or before it was closed, as [AppConfig] has it; may be nil.
	Late func(ctx context.Context, m bot.Message, reply bot.Reply)
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
	cfg    LongConfig
	log    *slog.Logger
	runs   *runs
	name   string
	limits longLimits
	kept   media    // what was uploaded
	made   progress // of parcels that got through in part

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
	stopRun context.CancelFunc    // ends Run
	busy    int                   // turns and letters that are not done
	lanes   map[string][]*task    // turns to come, by member; a key means that somebody works on them
	outbox  map[longChat][]letter // answers to go out, by conversation; likewise
	unsure  []letter              // answers that left and were not acknowledged
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
	if cfg.Stood == nil {
		cfg.Stood = func() {}
	}
	if cfg.Chance == nil {
		cfg.Chance = func() float64 { return 1 }
	}
	if cfg.Turn <= 0 {
		cfg.Turn = defaultTurn
	}
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	l := &Long{
		cfg: cfg, log: log, name: trimSpace(strings.TrimPrefix(trimSpace(cfg.Name), "@")),
		preparer: preparer{media: cfg.Media, identify: cfg.Identify},
		runs:     newRuns(turns, cfg.Words.Unavailable, cfg.Turn, log),
		limits:   newLongLimits(),
		fetching: make(chan struct{}, longReady),
		turning:  make(chan struct{}, longTurns),
		again:    make(chan struct{}, 1),
		changed:  make(chan struct{}),
		state:    LongState{Phase: LongClosed, Since: time.Now()},
		lanes:    map[string][]*task{},
		outbox:   map[longChat][]letter{},
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

// lease waits till this process may hold the bot. The context it returns ends
// when it no longer may.
func (l *Long) lease(ctx context.Context) (context.Context, func()) {
	for {
		asked := time.Now()
		held, err := l.claim(ctx)
		if held && err == nil {
			return l.renew(ctx, asked)
		}
		if err != nil && ctx.Err() == nil {
			l.log.LogAttrs(ctx, slog.LevelError, "wecom long connection: the lease cannot be had", slog.String("type", fmt.Sprintf("%T", err)))
		}
		if !sleep(ctx, leaseRenew) {
			return ctx, func() {}
		}
	}
}

// renew keeps a lease that was asked for at the given time.
func (l *Long) renew(ctx context.Context, asked time.Time) (context.Context, func()) {
	lease, lose := context.WithCancel(ctx)
	// Who cannot ask any more no longer knows whether another has it.
	over := time.AfterFunc(time.Until(asked.Add(leaseKept-leaseAsk)), lose)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for sleep(lease, leaseRenew) {
			asked := time.Now()
			held, err := l.claim(lease)
			switch {
			case err == nil && held:
				if over.Stop() {
					over.Reset(time.Until(asked.Add(leaseKept - leaseAsk)))
				}
			case err == nil:
				lose()
			case lease.Err() == nil:
				l.log.LogAttrs(ctx, slog.LevelWarn, "wecom long connection: the lease was not renewed", slog.String("type", fmt.Sprintf("%T", err)))
			}
		}
		if ctx.Err() == nil {
			l.log.LogAttrs(ctx, slog.LevelWarn, "wecom long connection: the lease is lost")
		}
	}()
	return lease, func() {
		over.Stop()
		lost := lease.Err() != nil && ctx.Err() == nil
		lose()
		<-done
		if !lost {
			release, cancel := context.WithTimeout(context.WithoutCancel(ctx), leaseAsk)
			defer cancel()
			l.cfg.Release(release)
		}
	}
}

func (l *Long) claim(ctx context.Context) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, leaseAsk)
	defer cancel()
	return l.cfg.Claim(ctx)
}

// keep connects, again and again, until ctx ends.
func (l *Long) keep(ctx context.Context) {
	retry, refusals, code := firstRetry, 0, int64(0)
	for {
		l.stand(LongConnecting, code)
		since, err := l.connect(ctx)
		if ctx.Err() != nil {
			return
		}
		if !since.IsZero() {
			refusals, code = 0, 0
			if time.Since(since) >= steady {
				retry = firstRetry
			}
		}
		wait := l.spread(retry)
		var refusal *refusalError
		switch {
		case errors.Is(err, errElsewhere):
			// Whoever it is wants it. Taking it back would begin a fight that
			// costs both their messages.
			l.log.LogAttrs(ctx, slog.LevelError, "wecom long connection: another connection has taken the bot over; not connecting again until told to")
			l.stand(LongElsewhere, 0)
			l.cfg.Stood()
			if !l.await(ctx) {
				return
			}
			retry = firstRetry
			continue
		case errors.As(err, &refusal) && refusal.passing():
			wait = max(wait, pause)
		case refusal != nil:
			code = refusal.code
			if refusals == len(refusedRetries) {
				l.log.LogAttrs(ctx, slog.LevelError, "wecom long connection: refused; not connecting again until told to", slog.Int64("errcode", code))
				l.stand(LongRefused, code)
				l.cfg.Stood()
				if !l.await(ctx) {
					return
				}
				retry, refusals = firstRetry, 0
				continue
			}
			wait = refusedRetries[refusals]
			refusals++
		default:
			retry = min(2*retry, lastRetry)
		}
		l.log.LogAttrs(ctx, slog.LevelWarn, "wecom long connection: not connected",
			slog.String("reason", err.Error()), slog.Duration("retry", wait))
		l.stand(LongConnecting, code)
		if !l.pause(ctx, wait) {
			return
		}
	}
}

// spread makes a wait shorter by up to a half, by chance.
func (l *Long) spread(d time.Duration) time.Duration {
	return d/2 + time.Duration(float64(d/2)*min(max(l.cfg.Chance(), 0), 1))
}

// connect holds one connection from its opening to its end. It returns since
// when it was subscribed, zero if it never was, and why it ended.
func (l *Long) connect(ctx context.Context) (since time.Time, err error) {
	s, err := openSocket(ctx, l.cfg.URL, l.cfg.HTTP)
	if err != nil {
		return since, err
	}
	served := make(chan error, 1)
	go func() { served <- s.serve(func(f frame) { l.take(s, f) }, l.odd) }()
	if err := l.subscribe(s); err != nil {
		s.end(err)
		return since, <-served
	}
	since = time.Now()
	beating := make(chan struct{})
	go func() {
		defer close(beating)
		s.beat()
	}()
	l.up(s)
	err = <-served
	l.down()
	<-beating
	return since, err
}

// refusalError is the platform's answer to a subscription that it does not
// take.
type refusalError struct{ code int64 }

func (e *refusalError) Error() string {
	return fmt.Sprintf("the subscription was refused with %d", e.code)
}

// passing reports whether the refusal says nothing about id and secret: the
// platform is busy, or was asked too often.
func (e *refusalError) passing() bool {
	switch e.code {
	case codeBusy, codeFrequency, codeConcurrency, codeUnusable:
		return true
	}
	return false
}

func (l *Long) subscribe(s *socket) error {
	code, _, err := s.call(s.ctx, ackWait, cmdSubscribe, newReqID(cmdSubscribe), subscription{l.cfg.BotID, l.cfg.Secret})
	if err != nil {
		return fmt.Errorf("the subscription was not answered: %w", err)
	}
	if code != 0 {
		return &refusalError{code}
	}
	return nil
}

type subscription struct {
	BotID  string `json:"bot_id"`
	Secret string `json:"secret"`
}

// Probe connects, subscribes and hangs up again. Its error is a [*Failure]. The
// platform lets a bot have one connection and ends the older, so this takes the
// bot away from a service that is running: call it only where none is.
func (l *Long) Probe(ctx context.Context) error {
	failure := &Failure{Call: cmdSubscribe, Fate: bot.FateLater, Why: WhyNetwork}
	s, err := openSocket(ctx, l.cfg.URL, l.cfg.HTTP)
	if err != nil {
		if answered := (*handshakeError)(nil); errors.As(err, &answered) {
			failure.Status = answered.status
		}
		return failure
	}
	served := make(chan error, 1)
	// What members write meanwhile is lost, as it is while no service runs.
	go func() { served <- s.serve(func(frame) {}, func(error) {}) }()
	err = l.subscribe(s)
	s.hangUp()
	<-served
	var refusal *refusalError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &refusal) && refusal.passing():
		failure.Code, failure.Why = refusal.code, judgeCode(refusal.code).why
	case refusal != nil:
		failure.Code, failure.Fate, failure.Why = refusal.code, bot.FateHalted, WhyBot
	}
	return failure
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

// await waits for Resume, or for the end of ctx, which it reports as false.
func (l *Long) await(ctx context.Context) bool {
	select {
	case <-l.again: // said before there was a reason
	default:
	}
	select {
	case <-l.again:
		return true
	case <-ctx.Done():
		return false
	}
}

// pause waits for a time or for Resume; false if ctx ends first.
func (l *Long) pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-l.again:
	case <-ctx.Done():
		return false
	}
	return true
}

// sleep waits for a time; false if ctx ends first.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
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

// up lets frames out over a socket that was subscribed.
func (l *Long) up(s *socket) {
	l.stand(LongUp, 0)
	l.mu.Lock()
	l.socket = s
	l.tell()
	l.mu.Unlock()
	l.log.LogAttrs(s.ctx, slog.LevelInfo, "wecom long connection up")
}

// down holds frames back till the next socket. The answers that nobody
// acknowledged on this one wait for it, too.
func (l *Long) down() {
	l.mu.Lock()
	l.socket = nil
	unsure := l.unsure
	l.unsure = nil
	l.tell()
	l.mu.Unlock()
	for _, p := range slices.Backward(unsure) { // each goes to the front
		l.post(p)
	}
}

// line waits for a subscribed socket, nil if ctx ends first.
func (l *Long) line(ctx context.Context) *socket {
	for {
		l.mu.Lock()
		s, changed := l.socket, l.changed
		l.mu.Unlock()
		if s != nil && s.ctx.Err() == nil {
			return s
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil
		}
	}
}

// odd logs a frame that cannot be read.
func (l *Long) odd(why error) {
	l.log.LogAttrs(l.work, slog.LevelWarn, "wecom long connection: frame refused", slog.String("reason", why.Error()))
}

var _ Pusher = (*Long)(nil)
