package app

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// pace holds each member to so many messages a second. Limiters that are full
// again are forgotten, so that memory follows the members who are talking.
type pace struct {
	perSecond float64
	mu        sync.Mutex
	members   map[string]*rate.Limiter
	swept     time.Time
}

func newPace(perSecond float64) *pace {
	return &pace{perSecond: perSecond, members: map[string]*rate.Limiter{}}
}

const paceSweep = time.Minute

// allow takes one message of a member.
func (p *pace) allow(member string) bool {
	if p.perSecond <= 0 {
		return true
	}
	now := time.Now()
	burst := max(1, int(p.perSecond*5))
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.Sub(p.swept) > paceSweep {
		for id, l := range p.members {
			if l.TokensAt(now) >= float64(burst) {
				delete(p.members, id)
			}
		}
		p.swept = now
	}
	l := p.members[member]
	if l == nil {
		l = rate.NewLimiter(rate.Limit(p.perSecond), burst)
		p.members[member] = l
	}
	return l.AllowN(now, 1)
}
