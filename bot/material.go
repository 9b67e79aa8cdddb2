package bot

import "time"

func (t *turn) material() { t.tell("idle", nil) }

func (need *Need) material(n *Notice, p Person, s Session, m Message, in Intent, now time.Time) {}

func materialWording() map[string][]string { return map[string][]string{} }
