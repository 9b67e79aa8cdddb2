package bot

import "time"

func (t *turn) figures() { t.tell("idle", nil) }

func (need *Need) figures(n *Notice, p Person, s Session, m Message, in Intent, now time.Time) {}

func figuresWording() map[string][]string { return map[string][]string{} }
