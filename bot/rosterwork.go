package bot

import "time"

func (t *turn) rosterWork() { t.tell("idle", nil) }

func (need *Need) rosterWork(n *Notice, p Person, s Session, m Message, in Intent, now time.Time) {}

func rosterWording() map[string][]string { return map[string][]string{} }
