package wecomtest

import "time"

// pace remembers when somebody was written to, or wrote.
type pace struct{ at []time.Time } // oldest first

// rate is how many are allowed in any span of time.
type rate struct {
	most int
	span time.Duration
}

// usual is what one member gets from one application, beyond which messages are
// dropped and nobody is told (page 90312); and what goes over the long
// connection to one conversation, and up to it in files (page 101463).
func usual() []rate { return []rate{{30, time.Minute}, {1000, time.Hour}} }

// ofRobot is what a robot may send (page 91770).
func ofRobot() []rate { return []rate{{20, time.Minute}} }

// allows notes one more unless there were too many; the longest span is the
// last of within.
func (p *pace) allows(now time.Time, within ...rate) bool {
	longest := within[len(within)-1].span
	for len(p.at) > 0 && now.Sub(p.at[0]) >= longest {
		p.at = p.at[1:]
	}
	for _, r := range within {
		if n := len(p.at); n >= r.most && now.Sub(p.at[n-r.most]) < r.span {
			return false
		}
	}
	p.at = append(p.at, now)
	return true
}
