package wecomtest

import (
	"slices"
	"strings"
	"time"
)

// Shown is a message that people really see.
type Shown struct {
	At      time.Time
	Via     string // "app", "robot", "reply" for a response_url
	To      string // userid of who sees it; "" in a group
	Group   string // chat id; "" in a private chat
	Kind    string // its msgtype
	Text    string
	Mention []string // the userids it calls on
	Card    *Card    // as it is now
	File    *Attachment
	// MsgID is the message's own id for an application, and the id of the
	// message that is answered for a reply.
	MsgID string
	// Changed is set once the card was turned into another.
	Changed bool

	robot    string
	feedback string
	task     string // key in API.tasks
}

// Dropped is a message that was accepted and that nobody will ever see.
type Dropped struct {
	Shown
	Why string // "limit", "repeat", "mischief"
}

// Personal returns what members got to see privately so far, oldest first.
func (a *API) Personal() []Shown {
	return a.seen(func(s Shown) bool { return s.Group == "" && s.To != "" })
}

// PersonalOf returns what one member got to see privately so far.
func (a *API) PersonalOf(userid string) []Shown {
	return a.seen(func(s Shown) bool { return s.Group == "" && s.To != "" && strings.EqualFold(s.To, userid) })
}

// Group returns what a group got to see so far, by its chat id or by the key
// of its robot.
func (a *API) Group(id string) []Shown {
	return a.seen(func(s Shown) bool { return id != "" && (s.Group == id || s.robot == id) })
}

// Dropped returns what was accepted and never shown.
func (a *API) Dropped() []Dropped {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.dropped)
}

func (a *API) seen(wanted func(Shown) bool) []Shown {
	a.mu.Lock()
	defer a.mu.Unlock()
	var found []Shown
	for _, s := range a.shown {
		if wanted(s) {
			found = append(found, s)
		}
	}
	return found
}

// show shows a message, unless mischief or a limit keeps it.
func (a *API) show(s Shown, why string) {
	s.At = a.cfg.Now()
	if why == "" {
		why = a.mute
	}
	if why != "" {
		a.dropped = latest(a.dropped, Dropped{s, why})
		return
	}
	a.shown = latest(a.shown, s)
	a.news = append(a.news, s)
}

// tell passes on what was shown, in order and without a.mu.
func (a *API) tell() {
	a.telling.Lock()
	defer a.telling.Unlock()
	a.mu.Lock()
	news := a.news
	a.news = nil
	a.mu.Unlock()
	for _, s := range news {
		if hear := a.cfg.OnPersonal; s.To != "" && hear != nil {
			hear(s)
		}
		if hear := a.cfg.OnGroup; s.To == "" && hear != nil {
			hear(s)
		}
	}
}
