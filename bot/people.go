package bot

import "time"

func (t *turn) people() { t.tell("idle", nil) }

func (need *Need) people(n *Notice, p Person, s Session, m Message, in Intent, now time.Time) {}

func peopleWording() map[string][]string { return map[string][]string{} }
