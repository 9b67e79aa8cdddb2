package remind

import (
	"time"

	"anyuebot/bot"
)

// Open reports whether reminders may go out at an instant.
func Open(n *bot.Notice, now time.Time) bool { return false }

// Opens is the next instant, now included, at which reminders may go out; Closes
// is when the window that is open at now ends.
func Opens(n *bot.Notice, now time.Time) time.Time { return now }

// Closes is when the window that is open at now ends; now itself if none is.
func Closes(n *bot.Notice, now time.Time) time.Time { return now }

// Monday is the beginning of the week that an instant is in: caps are counted from
// there.
func Monday(now time.Time) time.Time { return now }
