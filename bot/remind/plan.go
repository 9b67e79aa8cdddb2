package remind

import (
	"time"

	"anyuebot/bot"
)

// Due is a step of the ladder on the instant it falls on.
type Due struct {
	Rung bot.Rung
	At   time.Time // inside a window, in the campaign's zone
	// Until is the last instant at which it is still worth sending: the end of
	// Rung.Keep working days after, and never beyond the deadline it warns of.
	Until time.Time
	// Moves tell in words why At is not the day and hour that the notice names,
	// each as “6月14日 端午节 → 6月15日”; none if it is.
	Moves []string
}

// Plan is all that falls between two instants, both included, the earliest first;
// what falls together is in the order of the ladder.
func Plan(n *bot.Notice, from, to time.Time) []Due { return nil }

// Coming are the next steps behind now that were not dealt with, the nearest first,
// at most so many.
func Coming(n *bot.Notice, kept bot.Reminding, now time.Time, most int) []Due { return nil }
