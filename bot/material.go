package bot

import "time"

func (t *turn) material() {
	switch t.in.Verb {
	case VerbSummary:
		t.summary()
	case VerbDone:
		if !t.gathered() {
			t.tell("idle", nil)
		}
	}
}

// summary opens the unit's 活动总结.
func (t *turn) summary() {
	if t.haveReport() {
		t.begin()
	}
}

func (need *Need) material(n *Notice, p Person, s Session, m Message, in Intent, now time.Time) {}

func materialWording() map[string][]string {
	about := func(more ...string) []string {
		return append(more, "item", "all", "ask", "label", "short", "unit")
	}
	return map[string][]string{
		"gather.part":    about("parts", "n"),
		"gather.which":   about("n", "more"),
		"gather.sure":    about("text"),
		"gather.full":    about("n", "more", "most"),
		"gather.none":    about(),
		"gather.dropped": nil,
		"gather.long":    {"head", "tail", "n"},
		"card.part":      about(),
	}
}
