package bot

import "time"

func (t *turn) note() { t.tell("idle", nil) }

func (need *Need) note(n *Notice, p Person, s Session, m Message, in Intent, now time.Time) {}

func noteWording() map[string][]string { return map[string][]string{} }
