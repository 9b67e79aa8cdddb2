package bot

import "time"

func (t *turn) monthly() { t.tell("idle", nil) }

func (need *Need) monthly(n *Notice, p Person, s Session, m Message, in Intent, now time.Time) {}

func monthlyWording() map[string][]string { return map[string][]string{} }
