package bot

import (
	"strconv"
	"strings"
	"time"
)

// Recipient is somebody a broadcast may be meant for, as they stand at the
// moment of writing to them: a person with the units they speak for, or a
// paired group.
type Recipient struct {
	Person Person
	Units  []Unit   // Person's units, if the broadcast names kinds or is a 催报
	Status []Status // of Person's units with the broadcast's form
	// Week is how often each of Person's units was reminded this week, but for this
	// broadcast; of a 催报 that is being expanded. The cap is held to then and not
	// again before each attempt: nil.
	Week map[string]int
	Chat *Chat // set for a group; Person is then empty
}

// Compose decides whether a broadcast is still meant for somebody, and what it
// then says to them. It is asked when the broadcast is expanded and once more
// right before each attempt, so that nobody is chased for what they have just
// sent in.
func Compose(n *Notice, b Broadcast, to Recipient, now time.Time) (Send, bool) {
	switch {
	case b.Kind == BroadcastNotice && to.Chat != nil:
		return noticeToGroup(n, b, *to.Chat)
	case b.Kind == BroadcastNotice:
		return noticeToPerson(n, b, to)
	case b.Kind == BroadcastApproved:
		return approvedPerson(b, to, now)
	case b.Kind == BroadcastNudge: // and never a group: it speaks for no unit
		return nudgePerson(n, b, to, now)
	case b.Kind == BroadcastAskFor && to.Chat == nil:
		return askForPerson(n, b, to, now)
	}
	return Send{}, false
}

func noticeToGroup(n *Notice, b Broadcast, chat Chat) (Send, bool) {
	if !b.Groups {
		return Send{}, false
	}
	s := Send{Group: chat.ID, Kind: string(b.Kind), Say: noticeWords(n, b.Text)}
	if strings.HasPrefix(b.Text, everyone) {
		s.Mention = []string{"@all"}
	}
	return s, true
}

func noticeToPerson(n *Notice, b Broadcast, to Recipient) (Send, bool) {
	units := b.meant(to)
	if len(units) == 0 {
		return Send{}, false
	}
	return Send{Person: to.Person.ID, Kind: string(b.Kind), Units: units, Say: noticeWords(n, b.Text)}, true
}

func nudgePerson(n *Notice, b Broadcast, to Recipient, now time.Time) (Send, bool) {
	if b.Form != n.Main {
		return Send{}, false
	}
	var late []Status
	for _, unit := range b.meant(to) {
		for _, s := range to.Status {
			if s.Unit != unit || s.settled() || s.Closed {
				continue
			}
			if n.nudged(to.unit(unit), s, b.Units != nil, to.Week[unit], now) == "" {
				late = append(late, s)
			}
		}
	}
	if len(late) == 0 {
		return Send{}, false
	}
	var units []string
	for _, s := range late {
		units = append(units, s.Unit)
	}
	return Send{
		Person: to.Person.ID, Kind: string(b.Kind), Units: units, Say: nudgeWords(n, late, now),
		Offer: &Offer{Open: OpenAny, Title: Effect{Key: "card.nudge", Args: args{"form": b.Form}}, Choices: n.commands(VerbFill, VerbProgress)},
	}, true
}

// meant are those of somebody's units that the broadcast is about.
func (b Broadcast) meant(to Recipient) []string {
	var list []string
	for _, name := range to.Person.Units {
		if b.Means(to.unit(name)) {
			list = append(list, name)
		}
	}
	return list
}

// unit is one of the person's units, with its name alone if no more was loaded.
func (to Recipient) unit(name string) Unit {
	for _, u := range to.Units {
		if u.Name == name {
			return u
		}
	}
	return Unit{Name: name}
}

// noticeWords is a 通知 as its readers see it.
func noticeWords(n *Notice, text string) []Effect {
	say := []Effect{{Key: "notify.head"}}
	text = strings.TrimSpace(strings.TrimPrefix(text, everyone))
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			say = append(say, Effect{Key: "notify.line", Args: args{"text": line}})
		}
	}
	return append(say, Effect{Key: "notify.foot", Args: args{"phone": n.Office.Phone}})
}

// nudgeUnits is the most units that a reminder names, so that it fits into a
// [ParcelLimit].
const nudgeUnits = 10

// nudgeWords is a 催报 as its reader sees it.
func nudgeWords(n *Notice, late []Status, now time.Time) []Effect {
	form := n.Form(n.Main)
	var names []string
	for _, s := range late[:min(len(late), nudgeUnits)] {
		names = append(names, s.Unit)
	}
	say := []Effect{{Key: "nudge.head", Args: args{"units": strings.Join(names, "、")}}}
	for _, s := range late[:min(len(late), nudgeUnits)] {
		key := "nudge.filled"
		switch {
		case s.State == Returned:
			key = "nudge.returned"
		case s.Filled == 0:
			key = "nudge.begin"
		case s.Filled == form.Asked():
			key = "nudge.full"
		}
		a := args{"unit": s.Unit, "form": form.ID, "filled": strconv.Itoa(s.Filled), "all": strconv.Itoa(form.Asked()), "version": strconv.Itoa(s.Version)}
		say = append(say, Effect{Key: key, Args: a})
	}
	if more := len(late) - nudgeUnits; more > 0 {
		say = append(say, Effect{Key: "nudge.more", Args: args{"n": strconv.Itoa(more)}})
	}
	own := 0
	for _, s := range late[:min(len(late), nudgeUnits)] {
		if now.Before(s.Until) {
			own++
			say = append(say, Effect{Key: "nudge.extended", Args: args{"unit": s.Unit, "until": n.until(s.Until.In(now.Location()))}})
		}
	}
	if d := n.Deadline(form.Deadline); d != nil && own < len(late) {
		key := "nudge.due"
		if now.After(d.At) {
			key = "nudge.late"
		}
		say = append(say, Effect{Key: key, Args: args{"deadline": d.Sentence}})
	}
	return append(say, Effect{Key: "nudge.easy"}, Effect{Key: "nudge.foot", Args: args{"phone": n.Office.Phone}})
}
