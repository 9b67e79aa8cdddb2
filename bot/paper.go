package bot

import "time"

func (t *turn) paper() { t.tell("idle", nil) }

func (need *Need) paper(n *Notice, p Person, s Session, m Message, in Intent, now time.Time) {}

func paperWording() map[string][]string { return map[string][]string{} }
