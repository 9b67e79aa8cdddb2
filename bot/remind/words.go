package remind

import (
	"time"

	"anyuebot/bot"
)

// Row is a unit with what was decided about it.
type Row struct {
	Facts
	Verdict
}

// ToPerson words a broadcast for somebody who speaks for these units: one message
// about all that any of them still owes. False if none does.
func ToPerson(n *bot.Notice, b bot.Broadcast, person bot.Person, rows []Row, now time.Time) (bot.Send, bool) {
	return bot.Send{}, false
}

// ToGroup words a broadcast for a paired group: counts over all units, never a
// name. False if nothing is missing.
func ToGroup(n *bot.Notice, b bot.Broadcast, chat bot.Chat, rows []Row, now time.Time) (bot.Send, bool) {
	return bot.Send{}, false
}

// ToOffice words a broadcast for a member of the office: the list of who still owes
// what, with telephone, times reminded and last word. False if nothing is missing.
func ToOffice(n *bot.Notice, b bot.Broadcast, person bot.Person, rows []Row, now time.Time) (bot.Send, bool) {
	return bot.Send{}, false
}
