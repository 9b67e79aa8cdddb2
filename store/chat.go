package store

import (
	"anyuebot/bot"
	"anyuebot/store/kv"
)

// Chats lists the paired groups, sorted by their ID.
func (v *View) Chats() ([]bot.Chat, error) {
	var list []bot.Chat
	err := v.each(v.store.keys.every(kindChat), func(e kv.Entry) error {
		var c bot.Chat
		if err := v.store.codec.decode(e.Key, e.Value, &c); err != nil {
			return err
		}
		list = append(list, c)
		return nil
	})
	return list, err
}

// Chat finds a paired group.
func (v *View) Chat(id string) (bot.Chat, bool, error) {
	var c bot.Chat
	rev, err := v.get(v.store.keys.chat(id), &c)
	return c, rev != 0 && err == nil, err
}
