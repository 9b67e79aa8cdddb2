package wecom_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"anyuebot/bot"
	"anyuebot/bot/wecom"
	"anyuebot/bot/wecom/wecomtest"
)

// asks is a service whose answers ask 是 or 否, and whose presses are settled.
func asks(m bot.Message) *bot.Card {
	if m.Media == bot.MediaPress {
		return &bot.Card{Task: "whatever", Title: "已选：" + m.Text}
	}
	return &bot.Card{Task: "3@" + m.ID, Title: "是否专题学习？", Buttons: []bot.Button{{Label: "是", Say: "是"}, {Label: "否", Say: "否"}}}
}

func TestACardUnderTheWordsAndItsPress(t *testing.T) {
	for _, group := range []string{"", "wrSecretGroup"} {
		s := play(t)
		s.service.card = asks
		m := hello()
		m.Group = group
		a, err := s.Send(t.Context(), m)
		if err != nil || a.Card == nil || a.Text != "收到：本周新增 12 人" || a.Card.Title != "是否专题学习？" || len(a.Card.Buttons) != 2 {
			t.Fatalf("answered by %+v, %v", a, err)
		}
		if again, err := s.Resend(t.Context(), a.ID); err != nil || !cmp.Equal(again.Card, a.Card) {
			t.Errorf("a resend is answered by %+v, %v", again, err)
		}

		p, err := s.Press(t.Context(), "zhangwei", a.Card.Task, "是")
		if err != nil || p.Card == nil || p.Text != "" || p.Card.Title != "已选：是" {
			t.Errorf("the press is answered by %+v, %v", p, err)
		}
		got := s.service.last()
		want := bot.Message{
			Channel: "aibot", Bot: "aibExample", ID: got.ID, From: "zhangwei", Group: group, Media: bot.MediaPress, Text: "是",
			Press: bot.Press{Task: a.Card.Task}, Limit: 2048, Cards: bot.CardsWith, ReplyURL: got.ReplyURL,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		// Everybody in the group sees that it is settled.
		if card, ok := s.Card("lina", a.Card.Task); group != "" && (!ok || card.Title != "已选：是") {
			t.Errorf("lina sees %+v", card)
		}
		if _, err := s.Press(t.Context(), "zhangwei", a.Card.Task, "否"); !errors.Is(err, wecomtest.ErrNoButton) {
			t.Errorf("pressed a second time: %v", err)
		}
		turns := s.service.turns()
		if p, err := s.Press(t.Context(), "zhangwei", a.Card.Task, "@pressed"); err != nil || p.Card != nil || s.service.turns() != turns {
			t.Errorf("the button that is left: %+v, %v", p, err)
		}
	}
}

func TestACardUnderLateWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t)
		s.service.card = asks
		s.service.do = func(context.Context, bot.Message) (string, bool, error) {
			time.Sleep(6 * time.Second)
			return "收到", true, nil
		}
		a, err := s.Send(t.Context(), hello())
		if err != nil || a.Card == nil || a.Feedback != a.Stream || !cmp.Equal(a.Shown, []string{working, "收到"}) {
			t.Errorf("answered by %+v, %v", a, err)
		}
		// A press is answered in time or not at all, and counts either way.
		p, err := s.Press(t.Context(), "zhangwei", a.Card.Task, "否")
		if err != nil || p.Card != nil || p.Tries != 1 {
			t.Errorf("the press is answered by %+v, %v", p, err)
		}
		if err := s.aibot.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if m := s.service.last(); m.Media != bot.MediaPress || m.Text != "否" {
			t.Errorf("the press made the turn %+v", m)
		}
	})
}

func TestAPressThatChangesNothing(t *testing.T) {
	s := play(t)
	s.service.card = func(m bot.Message) *bot.Card {
		if m.Media == bot.MediaPress {
			return nil
		}
		return asks(m)
	}
	a, err := s.Send(t.Context(), hello())
	if err != nil {
		t.Fatal(err)
	}
	p, err := s.Press(t.Context(), "zhangwei", a.Card.Task, "是")
	if card, _ := s.Card("zhangwei", a.Card.Task); err != nil || p.Card != nil || p.Text != "" || card.Title != a.Card.Title {
		t.Errorf("answered by %+v, %v; the card is %+v", p, err, card)
	}
}

// A greeting is a text and nothing more, even with a card.
func TestGreetingWithACard(t *testing.T) {
	s := play(t)
	s.service.card = asks
	if a, err := s.Enter(t.Context(), "zhangwei"); err != nil || a.Text != "收到：" || a.Card != nil {
		t.Errorf("answered by %+v, %v", a, err)
	}
	if m := s.service.last(); m.Cards != bot.CardsNone {
		t.Errorf("the greeting may have cards: %q", m.Cards)
	}
}

func TestRating(t *testing.T) {
	s := play(t)
	a, err := s.Send(t.Context(), hello())
	if err != nil {
		t.Fatal(err)
	}
	r, err := s.Rate(t.Context(), wecomtest.Rating{From: "zhangwei", ID: a.Feedback, Type: 2, Content: "数不对", Reasons: []int{4, 3}})
	if err != nil || r.Text != "" || r.Card != nil || r.Tries != 1 {
		t.Errorf("answered by %+v, %v", r, err)
	}
	got := s.service.last()
	if want := (bot.Rating{Reply: a.Stream, Score: 2, Words: "数不对", Reasons: []int{3, 4}}); !cmp.Equal(got.Rating, want) || got.Media != bot.MediaRating {
		t.Errorf("the turn was given %+v", got)
	}
}

func TestWhoIsBehindAnEncryptedID(t *testing.T) {
	const sealed = "woAJ2GCAAAXtWyujaWJHDDGi0mACH71w"
	asked := 0
	s := play(t)
	s.setup = func(c *wecom.Config) {
		c.Identify = func(_ context.Context, id string) (string, error) {
			switch asked++; {
			case id != sealed:
				t.Errorf("asked who %q is", id)
			case asked == 1:
				return "", errors.New("no token for " + sealed)
			case asked == 2:
				panic(sealed)
			case asked == 3:
				return "", nil
			}
			return "lina", nil
		}
	}
	s.restart()
	for _, id := range []string{"zhangwei", "wo", "woman", "wolf.of.the.steppes.and.more", "WOAJ2GCAAAXtWyujaWJHDDGi0mACH71w"} {
		if _, err := s.Send(t.Context(), wecomtest.Msg{From: id, Text: "x"}); err != nil || s.service.last().From != id || asked != 0 {
			t.Errorf("%s: %v", id, err)
		}
	}
	before := s.service.turns()
	m := wecomtest.Msg{From: sealed, Text: "x"}
	for range 2 { // nobody can be asked: nothing is claimed
		a, err := s.Send(t.Context(), m)
		if err != nil || a.Text != unavailable || s.service.turns() != before {
			t.Errorf("answered by %+v, %v", a, err)
		}
	}
	for _, want := range []string{sealed, "lina"} {
		if a, err := s.Send(t.Context(), m); err != nil || a.Text != "收到：x" || s.service.last().From != want {
			t.Errorf("answered by %+v, %v, to %s", a, err, want)
		}
	}
	if strings.Contains(s.log.String(), sealed) {
		t.Errorf("the log names the member: %s", s.log)
	}
	asked = 0
	if a, err := s.Enter(t.Context(), sealed); err != nil || a.Text != "" {
		t.Errorf("greeted by %+v, %v", a, err)
	}
}
