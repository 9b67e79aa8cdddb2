package wecom

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"

	"anyuebot/bot"
)

// part is one message of a parcel.
type part uint8

const (
	partText part = 1 << iota
	partCard
	partFile
)

// contents are the messages of a parcel, in the order in which they are sent.
func contents(p bot.Parcel) []part {
	var all []part
	if p.Text != "" {
		all = append(all, partText)
	}
	if p.Card != nil {
		all = append(all, partCard)
	}
	if p.File != nil {
		all = append(all, partFile)
	}
	return all
}

// cardWords stand for a card where no card can be shown. Its choices can be
// typed, and the words that go with it say so.
func cardWords(c *bot.Card) string {
	words := []string{c.Title}
	for _, b := range c.Buttons {
		words = append(words, "· "+cmp.Or(b.Label, b.Say))
	}
	return strings.Join(words, "\n")
}

// progressKept is far longer than a parcel is tried for in one go.
const progressKept = 12 * time.Hour

// progress remembers what of which parcel the platform took, so that nothing
// is said twice by this process, even if what it did could not be written down
// at once. The zero value is ready.
type progress struct {
	mu    sync.Mutex
	made  map[string]*madePart
	swept time.Time
}

type madePart struct {
	parts    part
	accepted bot.Attempt
	at       time.Time
}

// left is what of a parcel is still to be sent; if nothing is, accepted is what
// became of it.
func (g *progress) left(id string, all []part) (left []part, accepted bot.Attempt) {
	g.mu.Lock()
	defer g.mu.Unlock()
	m := g.made[id]
	if m == nil {
		return all, bot.Attempt{}
	}
	return slices.DeleteFunc(slices.Clone(all), func(one part) bool { return m.parts&one != 0 }), m.accepted
}

// mark notes that parts were accepted, and returns what has become of the
// parcel by that: its id on the platform is that of its first message.
func (g *progress) mark(id string, parts part, accepted bot.Attempt) bot.Attempt {
	if id == "" {
		return accepted // nothing to know it by
	}
	now := time.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.made == nil {
		g.made = map[string]*madePart{}
	}
	if now.Sub(g.swept) > time.Minute {
		g.swept = now
		for old, m := range g.made {
			if now.Sub(m.at) > progressKept {
				delete(g.made, old)
			}
		}
	}
	m := g.made[id]
	if m == nil {
		m = &madePart{}
		g.made[id] = m
	}
	accepted.MsgID = cmp.Or(m.accepted.MsgID, accepted.MsgID)
	m.parts |= parts
	m.accepted, m.at = accepted, now
	return accepted
}
