package wecom

import (
	"time"
)

// longLimits keep the platform's limit on what is sent to a conversation over
// the long connection, answers and pushes together (page 101463), and leave a
// part of it to the answers: somebody waits for those.
type longLimits struct {
	all, pushes, uploads *limits
}

func newLongLimits() longLimits {
	return longLimits{
		all:     newLimits(allowance{30, time.Minute}, allowance{1000, time.Hour}),
		pushes:  newLimits(allowance{20, time.Minute}, allowance{800, time.Hour}),
		uploads: newLimits(allowance{30, time.Minute}, allowance{1000, time.Hour}), // of the bot
	}
}

// reply charges one answer, or says how long it is till it may go.
func (l longLimits) reply(to longChat, now time.Time) time.Duration {
	return l.all.take(to.key(), 1, now)
}

// push charges n pushes, or says how long it is till they may go.
func (l longLimits) push(to longChat, n int, now time.Time) time.Duration {
	if wait := l.pushes.take(to.key(), n, now); wait > 0 {
		return wait
	}
	wait := l.all.take(to.key(), n, now)
	if wait > 0 {
		l.pushes.giveBack(to.key(), n)
	}
	return wait
}

// unsent takes back the charge for n pushes that were not sent.
func (l longLimits) unsent(to longChat, n int) {
	l.pushes.giveBack(to.key(), n)
	l.all.giveBack(to.key(), n)
}

// unsaid takes back the charge for an answer that did not leave.
func (l longLimits) unsaid(to longChat) { l.all.giveBack(to.key(), 1) }

// shut lets nothing through till then, because the platform said so.
func (l longLimits) shut(to longChat, until time.Time) { l.all.close(to.key(), until) }

// key tells a group from a member of the same name.
func (c longChat) key() string {
	if c.group {
		return "group " + c.id
	}
	return "member " + c.id
}
