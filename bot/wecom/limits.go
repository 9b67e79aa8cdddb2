package wecom

import (
	"slices"
	"strings"
	"sync"
	"time"
)

// An allowance is how many messages may go in any stretch of that length.
type allowance struct {
	most int
	span time.Duration
}

// limits keep what was sent to whom, so that no more is sent than the platform
// delivers: over its limits it says that all is well and drops the message
// (page 90312). They are held in memory; what earlier processes sent is charged
// at the start.
type limits struct {
	allowances []allowance // the longest last

	mu    sync.Mutex
	spent map[string][]time.Time // oldest first
	shut  map[string]time.Time   // the platform itself asked for quiet till then
	swept time.Time
}

func newLimits(allowances ...allowance) *limits {
	return &limits{allowances: allowances, spent: map[string][]time.Time{}, shut: map[string]time.Time{}}
}

// toRobot are the limits of a group robot (page 91770).
func toRobot() *limits { return newLimits(allowance{20, time.Minute}) }

// usual are the limits of one member in one application (page 90312), of one
// conversation over the long connection, answers and pushes together, and of
// that connection's uploads (page 101463).
func usual() *limits { return newLimits(allowance{30, time.Minute}, allowance{1000, time.Hour}) }

// toLeaveRoom are our own limits of pushes: the rest is for the answers that
// share the usual limits with them, because somebody waits for those.
func toLeaveRoom() *limits { return newLimits(allowance{20, time.Minute}, allowance{800, time.Hour}) }

// A meter counts messages before they are sent, by whom they go to.
type meter interface {
	// take charges n messages at once, or none of them: wait is then how long it
	// is till they may go.
	take(key string, n int, now time.Time) (wait time.Duration)
	// giveBack takes back n charges for what was never sent.
	giveBack(key string, n int)
	// close lets nothing through for a while, because the platform said so.
	close(key string, until time.Time)
}

// both counts by two limits at once, of which the second is the platform's.
type both struct{ ours, theirs *limits }

func (b both) take(key string, n int, now time.Time) time.Duration {
	if wait := b.ours.take(key, n, now); wait > 0 {
		return wait
	}
	wait := b.theirs.take(key, n, now)
	if wait > 0 {
		b.ours.giveBack(key, n)
	}
	return wait
}

func (b both) giveBack(key string, n int) {
	b.ours.giveBack(key, n)
	b.theirs.giveBack(key, n)
}

func (b both) close(key string, until time.Time) { b.theirs.close(key, until) }

func (l *limits) take(key string, n int, now time.Time) (wait time.Duration) {
	key = strings.ToLower(key) // userids compare so
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sweep(now)
	for _, of := range []string{key, everybody} {
		if until, ok := l.shut[of]; ok {
			wait = max(wait, until.Sub(now))
		}
	}
	spent := l.spent[key]
	for _, a := range l.allowances {
		// The oldest that has to leave the stretch before n more fit in.
		if i := len(spent) + n - a.most - 1; i >= 0 && i < len(spent) {
			wait = max(wait, spent[i].Add(a.span).Sub(now))
		}
	}
	if wait > 0 {
		return wait
	}
	for range n {
		l.charge(key, now)
	}
	return 0
}

// charge notes one message. l.mu is held.
func (l *limits) charge(key string, at time.Time) {
	spent := l.spent[key]
	i := len(spent)
	for i > 0 && spent[i-1].After(at) {
		i--
	}
	l.spent[key] = slices.Insert(spent, i, at)
}

// remember charges what an earlier process sent.
func (l *limits) remember(key string, n int, at, now time.Time) {
	if at.After(now) {
		at = now // a clock that was set back must not stop the messages
	}
	if now.Sub(at) >= l.longest() {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for range n {
		l.charge(strings.ToLower(key), at)
	}
}

// giveBack takes back the youngest n charges: which of them were not sent makes
// no difference.
func (l *limits) giveBack(key string, n int) {
	key = strings.ToLower(key)
	l.mu.Lock()
	defer l.mu.Unlock()
	spent := l.spent[key]
	l.spent[key] = spent[:max(0, len(spent)-n)]
}

// everybody is the key under which [limits.close] stands for all keys.
const everybody = ""

func (l *limits) close(key string, until time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.shut[strings.ToLower(key)] = until
}

func (l *limits) longest() time.Duration { return l.allowances[len(l.allowances)-1].span }

// sweep forgets what no longer counts, of everybody once a minute. l.mu is held.
func (l *limits) sweep(now time.Time) {
	if now.Sub(l.swept) < time.Minute && now.After(l.swept) {
		return
	}
	l.swept = now
	for key, spent := range l.spent {
		i := 0
		for i < len(spent) && now.Sub(spent[i]) >= l.longest() {
			i++
		}
		if i == len(spent) {
			delete(l.spent, key)
		} else {
			l.spent[key] = slices.Clip(spent[i:])
		}
	}
	for key, until := range l.shut {
		if !now.Before(until) {
			delete(l.shut, key)
		}
	}
}
