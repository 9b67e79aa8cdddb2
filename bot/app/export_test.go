package app

import (
	"time"

	"anyuebot/bot"
)

// Compose replaces bot.Compose, so that tests decide what a broadcast says.
func (a *App) Compose(compose func(*bot.Notice, bot.Broadcast, bot.Recipient, time.Time) (bot.Send, bool)) {
	a.compose = compose
}

// Rouse wakes the outbox as a turn does that has something to send.
func (a *App) Rouse() { a.roused() }
