package web

import (
	"strconv"
	"strings"
	"sync"
	"time"

	"anyuebot/bot"
)

const (
	keepEntries = 1000
	keepBytes   = 8 << 20
)

// place is one of the two conversations a member has.
type place string

const (
	inGroup   place = "group"
	inPrivate place = "private" // with the bot, and each member has their own
)

type kind string

const (
	said   kind = "said"   // a member's message
	reply  kind = "reply"  // the bot's answer
	failed kind = "failed" // there was none, and Text says why
	silent kind = "silent" // the bot chose to say nothing
	pushed kind = "pushed" // what nobody asked for
	turned kind = "turned" // the card of the entry Re is now another

	elsewhere kind = "elsewhere" // stands for an entry that came for Member, and is theirs to read
)

// entry is one thing in the transcript. A message that the bot hears gets
// exactly one entry of another kind later, which names it in Re; in between the
// bot is writing.
type entry struct {
	ID     int64     `json:"id"`
	Kind   kind      `json:"kind"`
	Chat   place     `json:"chat"`
	Member string    `json:"member"`          // who said it, or is answered
	Heard  bool      `json:"heard,omitempty"` // delivered to the bot
	Re     int64     `json:"re,omitempty"`    // the message answered; 0 for a greeting
	Text   string    `json:"text,omitempty"`
	HTML   string    `json:"html,omitempty"`
	By     string    `json:"by,omitempty"` // of what was pushed
	Card   *bot.Card `json:"card,omitempty"`
	File   *file     `json:"file,omitempty"`
	Day    string    `json:"day,omitempty"`
	Time   string    `json:"time,omitempty"`
}

func (e entry) size() int {
	size := len(e.Text) + len(e.HTML)
	if e.File != nil {
		size += len(e.File.content)
	}
	return size
}

// visibleTo reports whether a member may read it.
func (e entry) visibleTo(member string) bool { return e.Chat == inGroup || e.Member == member }

// arrived reports whether it is something that its member finds unread.
func (e entry) arrived() bool { return e.Kind == reply || e.Kind == pushed || e.Kind == failed }

// card finds the newest entry with a card of that task which a member can see
// in a conversation.
func (t *transcript) card(member string, where place, task string) (entry, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := len(t.entries) - 1; i >= 0; i-- {
		e := t.entries[i]
		if e.Card != nil && e.Card.Task == task && e.Chat == where && e.visibleTo(member) {
			return e, true
		}
	}
	return entry{}, false
}

// entry finds an entry that a member can see.
func (t *transcript) entry(id int64, member string) (entry, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at := id - (t.last - int64(len(t.entries))) - 1
	if at < 0 || at >= int64(len(t.entries)) || !t.entries[at].visibleTo(member) {
		return entry{}, false
	}
	return t.entries[at], true
}

// transcript is what was said, the oldest forgotten. It is safe for concurrent
// use.
type transcript struct {
	epoch string // told apart from another run's, whose ids are the same

	mu      sync.Mutex
	entries []entry
	last    int64
	bytes   int
	changed chan struct{} // closed when there is reason to look again
}

func newTranscript(epoch string) *transcript {
	return &transcript{epoch: epoch, changed: make(chan struct{})}
}

// add puts an entry at the end and returns its id.
func (t *transcript) add(e entry, now time.Time) int64 {
	weekdays := [...]string{"日", "一", "二", "三", "四", "五", "六"}
	e.Day = now.Format("2006年1月2日") + " 星期" + weekdays[now.Weekday()]
	e.Time = now.Format("15:04")

	t.mu.Lock()
	defer t.mu.Unlock()
	t.last++
	e.ID = t.last
	t.entries = append(t.entries, e)
	t.bytes += e.size()
	for len(t.entries) > keepEntries || t.bytes > keepBytes && len(t.entries) > 1 {
		t.bytes -= t.entries[0].size()
		t.entries[0] = entry{}
		t.entries = t.entries[1:]
	}
	t.wake()
	return e.ID
}

// news is what a reader has not seen.
type news struct {
	fresh   bool // the reader must forget what it has: these do not follow on it
	entries []entry
	last    int64           // where to go on
	changed <-chan struct{} // closed when there is reason to look again
}

// since returns what member may read after the entry with id after, and that
// something came for others, but not what. If there is no telling what came
// between, because it was forgotten or after is from nowhere, it begins anew.
func (t *transcript) since(after int64, member string) news {
	t.mu.Lock()
	defer t.mu.Unlock()
	n := news{last: t.last, changed: t.changed}
	forgotten := t.last - int64(len(t.entries))
	if after < 0 || after > t.last || after < forgotten {
		n.fresh, after = true, forgotten
	}
	for _, e := range t.entries[after-forgotten:] {
		switch {
		case e.visibleTo(member):
			n.entries = append(n.entries, e)
		case e.arrived():
			n.entries = append(n.entries, entry{ID: e.ID, Kind: elsewhere, Member: e.Member})
		}
	}
	return n
}

// nudge has readers look again although nothing was said.
func (t *transcript) nudge() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wake()
}

// wake tells readers that there is something new. t.mu is held.
func (t *transcript) wake() {
	close(t.changed)
	t.changed = make(chan struct{})
}

// mark names a place in the transcript, to go on from.
func (t *transcript) mark(id int64) string { return t.epoch + "." + strconv.FormatInt(id, 10) }

// find is the reverse of mark; -1 for what is not a place in this transcript.
func (t *transcript) find(mark string) int64 {
	epoch, digits, _ := strings.Cut(mark, ".")
	id, err := strconv.ParseInt(digits, 10, 64)
	if epoch != t.epoch || err != nil {
		return -1
	}
	return id
}
