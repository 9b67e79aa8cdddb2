package bot

import "time"

func (t *turn) review() { t.tell("idle", nil) }

func (need *Need) review(n *Notice, p Person, s Session, m Message, in Intent, now time.Time) {}

func reviewWording() map[string][]string { return map[string][]string{} }
