package store

import "anyuebot/bot"

// Chats lists the paired groups, sorted by their ID.
func (v *View) Chats() ([]bot.Chat, error) {
	return list[bot.Chat](v, v.keys.every(kindChat))
}

// Chat finds a paired group.
func (v *View) Chat(id string) (bot.Chat, bool, error) {
	var c bot.Chat
	rev, err := v.get(v.keys.chat(id), &c)
	return c, rev != 0 && err == nil, err
}
