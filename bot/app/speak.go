package app

import (
	"fmt"
	"strings"
	"time"

	"anyuebot/bot"
)

// kindReply is the [bot.Delivery.Kind] of what answers its recipient's own
// message.
const kindReply = "reply"

// speak words what a turn says: the reply, and what is to be sent, which goes
// into the changes.
func (a *App) speak(id string, m bot.Message, v bot.View, c *bot.Changes, speech bot.Speech, now time.Time) (bot.Reply, error) {
	reply := bot.Reply{ID: id}
	if c.Broadcast != nil {
		b := *c.Broadcast
		b.ID, b.Begun = id, time.Now()
		c.Broadcast = &b
	}
	for i, send := range speech.Sends {
		list, err := a.letters(fmt.Sprintf("%s-%02d", id, i), send, now)
		if err != nil {
			return reply, err
		}
		c.Deliveries = append(c.Deliveries, list...)
	}
	if m.Media == bot.MediaPress && speech.Pressed != nil {
		title, err := a.c.Say(*speech.Pressed)
		if err != nil {
			return reply, err
		}
		reply.Card = &bot.Card{Task: m.Press.Task, Title: title, Alone: speech.Alone}
	}
	// An answer to a press can only change the card (page 101027): the words
	// go a way of their own, if there is one.
	press := m.Media == bot.MediaPress && a.sends
	limit := m.Limit
	if press {
		limit = bot.ParcelLimit
	}
	words, err := a.firstPage(m, v, c, speech.Say, limit)
	if err != nil {
		return reply, err
	}
	real := time.Now()
	apart := bot.Delivery{
		ID: id + "-reply", Kind: kindReply, Person: v.Person.ID, Group: m.Group, ReplyURL: m.ReplyURL,
		Queued: now, State: bot.DeliveryPending, Due: real, Until: until(m.ReplyURL, real),
	}
	if press {
		apart.Text = words
	} else {
		reply.Text = words
	}
	switch {
	case press && m.Private():
		apart.Card, err = a.card(speech.Offer, apart.ID)
	case m.Media == bot.MediaPress: // no other card
	case m.Cards == bot.CardsWith:
		reply.Card, err = a.card(speech.Offer, id)
	case m.Cards == bot.CardsApart && m.Private() && a.c.Channel.Reach().Person != "":
		// The address for a late reply is not spent on what is only handy.
		apart.ReplyURL, apart.Until = "", until("", real)
		apart.Card, err = a.card(speech.Offer, apart.ID)
	}
	if apart.Text != "" || apart.Card != nil {
		c.Deliveries = append(c.Deliveries, apart)
	}
	return reply, err
}

// firstPage words what is said to the member, and leaves what is beyond the limit
// to 下页.
func (a *App) firstPage(m bot.Message, v bot.View, c *bot.Changes, say []bot.Effect, limit int) (string, error) {
	pages, err := a.words(say, limit)
	if err != nil {
		return "", err
	}
	if len(pages) > 1 {
		s := v.Session
		if c.Session != nil {
			s = *c.Session
		}
		s.Person = v.Person.ID
		s.Pages, s.PagesIn, s.Page, s.Of = pages[1:], m.Group, 1, len(pages)
		c.Session = &s
	}
	return pages[0], nil
}

// letters words a message to somebody else: one delivery, or several in order
// where the text is longer than a parcel may be.
func (a *App) letters(id string, send bot.Send, now time.Time) ([]bot.Delivery, error) {
	lines, err := a.lines(send.Say)
	if err != nil {
		return nil, err
	}
	real := time.Now()
	d := bot.Delivery{
		ID: id, Kind: send.Kind, Person: send.Person, Group: send.Group, Units: send.Units, File: send.File, Mention: send.Mention,
		Queued: now, State: bot.DeliveryPending, Due: real, Until: until("", real),
	}
	if d.Card, err = a.card(send.Offer, id); err != nil {
		return nil, err
	}
	return parts(d, pack(lines, bot.ParcelLimit)), nil
}

// parts makes a delivery of each text. Who is called on stands with the first;
// the card and the file come with the last; the address of a late reply is good
// for one.
func parts(d bot.Delivery, texts []string) []bot.Delivery {
	if len(texts) == 1 {
		d.Text = texts[0]
		return []bot.Delivery{d}
	}
	list := make([]bot.Delivery, len(texts))
	for i, text := range texts {
		list[i] = d
		list[i].ID, list[i].Text = d.ID+"-"+suffix(i), text
		if i > 0 {
			list[i].Mention, list[i].ReplyURL = nil, ""
		}
		if i < len(texts)-1 {
			list[i].Card, list[i].File = nil, nil
		}
	}
	return list
}

// suffix is a, b … z, za, zb …: they sort in order.
func suffix(i int) string { return strings.Repeat("z", i/26) + string(rune('a'+i%26)) }

// card words an offer; nil if there is none, or if the channels could not name
// it. Whatever a card offers can be typed as well.
func (a *App) card(o *bot.Offer, id string) (*bot.Card, error) {
	if o == nil || len(o.Choices) == 0 {
		return nil, nil
	}
	task := o.Open + "@" + id
	if !taskID(task) || len(o.Choices) > bot.MaxChoices {
		a.c.Log.Error("a card was left out: its name or number of buttons is beyond what channels take", "task", task, "choices", len(o.Choices))
		return nil, nil
	}
	title, err := a.c.Say(o.Title)
	if err != nil {
		return nil, err
	}
	card := &bot.Card{Task: task, Title: title}
	for _, c := range o.Choices {
		card.Buttons = append(card.Buttons, bot.Button(c))
	}
	return card, nil
}

// taskID reports whether channels take this as the name of a card (page 101032).
func taskID(s string) bool {
	return len(s) <= 128 && !strings.ContainsFunc(s, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && r != '_' && r != '-' && r != '@'
	})
}
