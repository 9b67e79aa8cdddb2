package remind

import (
	"time"

	"anyuebot/bot"
)

// Tick is what is to be dealt with at now: the record as it is to be kept, with
// every such step marked, and the broadcasts that carry them, one for each
// audience. With nothing to do it returns no broadcasts and kept as it was. The two
// go into one commit that holds against kept.
func Tick(n *bot.Notice, kept bot.Reminding, now time.Time) (next bot.Reminding, send []bot.Broadcast) {
	return kept, nil
}
