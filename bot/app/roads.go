package app

import (
	"sync"
	"time"

	"anyuebot/bot"
)

// probeEvery is how often a halted road is tried with one delivery.
const probeEvery = 10 * time.Minute

// roads knows which roads are halted, and when each was last tried. A process
// that has just begun tries each at once.
type roads struct {
	mu     sync.Mutex
	halted map[string]bool      // by [bot.Attempt.Via]
	probed map[string]time.Time // likewise
}

func newRoads() *roads {
	return &roads{halted: map[string]bool{}, probed: map[string]time.Time{}}
}

// set takes over what the store says.
func (r *roads) set(halts []bot.Halt) {
	r.mu.Lock()
	defer r.mu.Unlock()
	clear(r.halted)
	for _, h := range halts {
		r.halted[h.Via] = true
	}
}

// enter reports whether an attempt may be made by a road. On a halted one that
// is a probe: only one in [probeEvery].
func (r *roads) enter(via string, now time.Time) (ok, probe bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.halted[via] {
		return true, false
	}
	if now.Sub(r.probed[via]) < probeEvery {
		return false, true
	}
	r.probed[via] = now
	return true, true
}

// next is when a halted road may be tried again; zero if it is not halted.
func (r *roads) next(via string) time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.halted[via] {
		return time.Time{}
	}
	return r.probed[via].Add(probeEvery)
}

func (r *roads) isHalted(via string) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.halted[via]
}

// shut notes that a road was found halted just now.
func (r *roads) shut(via string, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.halted[via], r.probed[via] = true, now
}

// open notes that a road takes something again.
func (r *roads) open(via string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.halted, via)
	delete(r.probed, via)
}
