package app

import (
	"time"

	"anyuebot/bot"
)

// Compose replaces bot.Compose, so that tests decide what a broadcast says.
func (a *App) Compose(compose func(*bot.Notice, bot.Broadcast, bot.Recipient, time.Time) (bot.Send, bool)) {
	a.compose = compose
}
