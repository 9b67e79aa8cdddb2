package wecomtest

import (
	"time"
)

const answerLife = time.Hour // page 101138

// answerCode takes one answer to a message of an aibot (page 101138).
type answerCode struct {
	to    where
	msgid string
	until time.Time
	used  bool
	show  func(Shown) error // has the bot know what it showed
}

// answerURL makes the response_url of a message.
func (a *API) answerURL(to where, msgid string, show func(Shown) error) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	code := a.newID("answer") + randomHex(16)
	a.answers.put(code, &answerCode{to: to, msgid: msgid, until: a.cfg.Now().Add(answerLife), show: show}, 0)
	return a.cfg.URL + responsePath + code
}

// botResponse takes the later answer to a message (page 101138): once, within
// an hour, a card only in a private chat.
func (a *API) botResponse(v *visit) (func() outcome, error) {
	if err := v.json(); err != nil {
		return nil, err
	}
	s, err := readAnswer(v.body)
	if err != nil {
		return nil, err
	}
	return func() outcome {
		to := a.answers.get(v.query.Get("response_code"))
		if to == nil || to.used || !a.cfg.Now().Before(to.until) {
			return refused(codeParameter, v.ip)
		}
		if s.Card != nil && to.to.group != "" {
			return violated(bad("a card can be the later answer in a private chat only"), v.ip)
		}
		if err := to.show(s); err != nil {
			return violated(err, v.ip)
		}
		to.used = true
		s.MsgID, s.Group = to.msgid, to.to.group
		if s.Group == "" {
			s.To = to.to.from
			if user, open := a.cfg.OpenIDs[s.To]; open {
				s.To = user
			}
		}
		a.show(s, "")
		return accepted(nil)
	}, nil
}

func readAnswer(body []byte) (Shown, error) {
	s := Shown{Via: "reply"}
	var err error
	if s.Kind, err = kindOf(body); err != nil {
		return s, err
	}
	if s.Kind != "markdown" && s.Kind != "template_card" {
		return s, coded(codeMsgType, "msgtype %q is none for a later answer", s.Kind)
	}
	outer, err := object(body, "the body", "msgtype", s.Kind)
	if err != nil {
		return s, err
	}
	if s.Kind == "template_card" {
		card, err := readCard(outer[s.Kind], botCard)
		s.Card, s.feedback = &card, card.Feedback
		return s, err
	}
	inner, err := loose(outer[s.Kind], s.Kind, []string{"content"}, []string{"feedback"})
	if err != nil {
		return s, err
	}
	if s.feedback, err = readFeedback(inner); err != nil {
		return s, err
	}
	if err := value(inner, "content", &s.Text); err != nil {
		return s, err
	}
	return s, bounded(s.Text, maxStream)
}
