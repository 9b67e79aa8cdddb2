package wecom

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"anyuebot/bot"
)

const (
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

// keep connects, again and again, until ctx ends.
func (l *Long) keep(ctx context.Context) {
	r := retries{wait: firstRetry}
	for {
		l.stand(LongConnecting, r.code)
		since, err := l.connect(ctx)
		if ctx.Err() != nil {
			return
		}
		wait, stands := r.after(since, err, l.spread)
		if stands != "" {
			l.log.LogAttrs(ctx, slog.LevelError, "wecom long connection: not connecting again until told to",
				slog.String("reason", err.Error()), slog.String("stands", string(stands)))
			l.stand(stands, r.code)
			l.cfg.Stood()
			if !l.await(ctx) {
				return
			}
			continue
		}
		l.log.LogAttrs(ctx, slog.LevelWarn, "wecom long connection: not connected",
			slog.String("reason", err.Error()), slog.Duration("retry", wait))
		l.stand(LongConnecting, r.code)
		if !l.pause(ctx, wait) {
			return
		}
	}
}

// retries are what connecting has come to so far.
type retries struct {
	wait     time.Duration // before the next, if nothing else is said
	refusals int           // in a row
	code     int64         // errcode of the last of them
}

// after takes in how a connection ended that was subscribed since then, zero if
// it never was. It returns how long to wait for the next, or how the connection
// stands if there is to be none till somebody says so.
func (r *retries) after(since time.Time, err error, spread func(time.Duration) time.Duration) (time.Duration, LongPhase) {
	if !since.IsZero() {
		r.refusals, r.code = 0, 0
		if time.Since(since) >= steady {
			r.wait = firstRetry
		}
	}
	wait := spread(r.wait)
	var refusal *refusalError
	switch {
	case errors.Is(err, errElsewhere):
		// Whoever it is wants it. Taking it back would begin a fight that costs
		// both their messages.
		r.wait = firstRetry
		return 0, LongElsewhere
	case !errors.As(err, &refusal):
		r.wait = min(2*r.wait, lastRetry)
		return wait, ""
	case refusal.passing():
		return max(wait, pause), ""
	}
	r.code = refusal.code
	if r.refusals == len(refusedRetries) {
		r.wait, r.refusals = firstRetry, 0
		return 0, LongRefused
	}
	r.refusals++
	return refusedRetries[r.refusals-1], ""
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

// subscribed waits for a socket that is, nil if ctx ends first.
func (l *Long) subscribed(ctx context.Context) *socket {
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

// current is the subscribed socket, nil if there is none.
func (l *Long) current() *socket {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.socket == nil || l.socket.ctx.Err() != nil {
		return nil
	}
	return l.socket
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
