package wecomtest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func withCard(stream, task string) string {
	return fmt.Sprintf(`{"msgtype":"stream_with_template_card","stream":{"id":%q,"finish":true,"content":"ok","feedback":{"id":"f-%s"}},"template_card":%s}`,
		stream, stream, card(task))
}

// became is what a card that was pressed turns into.
func became(task, title, users string) string {
	return fmt.Sprintf(`{"response_type":"update_template_card",%s"template_card":{"card_type":"text_notice","main_title":{"title":%q},`+
		`"card_action":{"type":1,"url":"https://work.weixin.qq.com"},"task_id":%q}}`, users, title, task)
}

func TestCardsArePressed(t *testing.T) {
	p, s := school(t)
	s.say(withCard("s1", "q1@a"))
	a, err := p.Send(t.Context(), Msg{From: "lina", Text: "hi"})
	if err != nil || a.Text != "ok" || a.Card == nil || a.Card.Task != "q1@a" || a.Feedback != "f-s1" {
		t.Fatalf("%+v, %v", a, err)
	}
	if b := a.Card.Buttons; len(b) != 2 || b[0] != (Button{"yes", "y", 1}) || b[1] != (Button{"no", "n", 0}) {
		t.Errorf("buttons %+v", b)
	}
	for name, press := range map[string][3]string{
		"somebody else's card": {"wang", "q1@a", "y"},
		"no such card":         {"lina", "q2", "y"},
		"no such button":       {"lina", "q1@a", "x"},
	} {
		if _, err := p.Press(t.Context(), press[0], press[1], press[2]); !errors.Is(err, ErrNoButton) {
			t.Errorf("%s: %v", name, err)
		}
	}

	s.does(func(http.ResponseWriter, string, map[string]any) {})
	if got, err := p.Press(t.Context(), "LINA", "q1@a", "y"); err != nil || got.Card != nil {
		t.Errorf("an empty reply: %+v, %v", got, err)
	}
	seen := s.saw()[0]
	if fmt.Sprint(seen["event"]) != "map[eventtype:template_card_event template_card_event:map[card_type:button_interaction event_key:y task_id:q1@a]]" {
		t.Errorf("told %v", seen["event"])
	}
	if seen["response_url"] == nil || seen["create_time"] == nil || seen["chattype"] != "single" {
		t.Errorf("told %v", seen)
	}

	s.say(became("q1@a", "done", `"userids":["lina"],`))
	if got, err := p.Press(t.Context(), "lina", "q1@a", "y"); err != nil || got.Card.Title != "done" {
		t.Errorf("%+v, %v", got, err)
	}
	if c, ok := p.Card("lina", "q1@a"); !ok || c.Title != "done" || c.Type != cardNotice {
		t.Errorf("the card is %+v", c)
	}
	if _, err := p.Press(t.Context(), "lina", "q1@a", "y"); !errors.Is(err, ErrNoButton) {
		t.Errorf("pressed again: %v", err)
	}
	s.say(withCard("s1", "q1@a"))
	if _, err := p.Resend(t.Context(), a.ID); err != nil {
		t.Errorf("a resend long after: %v", err)
	}
}

func TestCardsInGroups(t *testing.T) {
	p, s := school(t)
	s.say(fmt.Sprintf(`{"msgtype":"template_card","template_card":%s}`, card("g")))
	a, err := p.Send(t.Context(), Msg{From: "lina", Group: "wr", Text: "hi"})
	if err != nil || a.Text != "" || a.Card == nil || a.Stream != "" {
		t.Fatalf("%+v, %v", a, err)
	}
	s.say(became("g", "for wang", `"userids":["wang"],`))
	if _, err := p.Press(t.Context(), "wang", "g", "n"); err != nil {
		t.Fatal(err)
	}
	if s.saw()[0]["chatid"] != "wr" {
		t.Errorf("told %v", s.saw()[0])
	}
	wang, _ := p.Card("wang", "g")
	lina, _ := p.Card("lina", "g")
	if wang.Title != "for wang" || lina.Title != "t" {
		t.Errorf("wang sees %q, lina %q", wang.Title, lina.Title)
	}
	s.say(became("g", "for all", ""))
	if _, err := p.Press(t.Context(), "lina", "g", "n"); err != nil {
		t.Fatal(err)
	}
	if wang, _ := p.Card("wang", "g"); wang.Title != "for all" {
		t.Errorf("wang sees %q", wang.Title)
	}
}

func TestAPressIsSentOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, s := school(t)
		s.say(withCard("s", "c"))
		if _, err := p.Send(t.Context(), Msg{From: "u"}); err != nil {
			t.Fatal(err)
		}
		s.does(func(w http.ResponseWriter, nonce string, _ map[string]any) {
			time.Sleep(6 * time.Second)
			_, _ = w.Write(s.envelope(became("c", "late", ""), nonce, nil))
		})
		a, err := p.Press(t.Context(), "u", "c", "y")
		if !errors.Is(err, ErrUnanswered) || a.Tries != 1 || len(s.saw()) != 1 {
			t.Errorf("%+v, %v", a, err)
		}
		if c, _ := p.Card("u", "c"); c.Title != "t" {
			t.Errorf("it became %q", c.Title)
		}
		time.Sleep(2 * time.Second) // the late one ends
	})
}

func TestBadCardRepliesAreDropped(t *testing.T) {
	p, s := school(t)
	s.say(withCard("s", "c"))
	if _, err := p.Send(t.Context(), Msg{From: "u"}); err != nil {
		t.Fatal(err)
	}
	send := func() (Answer, error) { return p.Send(t.Context(), Msg{From: "u"}) }
	press := func() (Answer, error) { return p.Press(t.Context(), "u", "c", "y") }
	fresh := 0
	enter := func() (Answer, error) { fresh++; return p.Enter(t.Context(), fmt.Sprint("u", fresh)) }
	for name, c := range map[string]struct {
		plain string
		do    func() (Answer, error)
		says  string
	}{
		"a card with no stream":     {`{"msgtype":"stream_with_template_card","template_card":` + card("d") + `}`, send, `no field "stream"`},
		"a card under a stream":     {strings.Replace(withCard("s2", "d"), "stream_with_template_card", "stream", 1), send, `field "template_card"`},
		"one task for two cards":    {withCard("s3", "c"), send, "two cards of one bot"},
		"a button that is too long": {strings.Replace(withCard("s4", "d"), `"yes"`, `"yes yes yes"`, 1), send, "11 characters"},
		"a button of an app":        {strings.Replace(withCard("s5", "d"), `"style":1`, `"type":0`, 1), send, `field "type"`},
		"feedback without id":       {strings.Replace(withCard("s6", "d"), `"f-s6"`, `""`, 1), send, "feedback.id has 0 bytes"},
		"two feedbacks":             {strings.Replace(withCard("s7", "d"), `"task_id"`, `"feedback":{"id":"x"},"task_id"`, 1), send, "two feedback ids"},
		"an update for a message":   {became("c", "x", ""), send, `"msgtype" is no string`},
		"a greeting by a stream":    {withCard("s8", "d"), enter, "may not be answered by msgtype"},
		"a notice without link":     {`{"msgtype":"template_card","template_card":{"card_type":"text_notice","main_title":{"title":"x"}}}`, enter, `no field "card_action"`},
		"a notice without address":  {`{"msgtype":"template_card","template_card":{"card_type":"text_notice","main_title":{"title":"x"},"card_action":{"type":1}}}`, enter, "no url"},
		"a notice leading nowhere":  {`{"msgtype":"template_card","template_card":{"card_type":"text_notice","main_title":{"title":"x"},"card_action":{"type":0}}}`, enter, "card_action.type is 0"},
		"a stream for a press":      {good, press, `has a field "msgtype"`},
		"another response_type":     {strings.Replace(became("c", "x", ""), "update_template_card", "update", 1), press, `response_type "update"`},
		"another card":              {became("d", "x", ""), press, "another task_id"},
		"a card without a task":     {strings.Replace(became("c", "x", ""), `,"task_id":"c"`, "", 1), press, "another task_id"},
		"for nobody":                {became("c", "x", `"userids":[],`), press, "no userid"},
		"for somebody else":         {became("c", "x", `"userids":["v"],`), press, "no such card"},
		"for a word":                {became("c", "x", `"userids":"u",`), press, `"userids" is no []string`},
	} {
		s.say(c.plain)
		var dropped *BadReply
		if _, err := c.do(); !errors.As(err, &dropped) || !strings.Contains(dropped.Why, c.says) {
			t.Errorf("%s: %v, want it to say %q", name, err, c.says)
		}
	}
}

func TestACardComesOnceInAStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, s := school(t)
		reply := func(id, content string, finish bool, more string) string {
			return fmt.Sprintf(`{"msgtype":"stream_with_template_card","stream":{"id":%q,"finish":%v,"content":%q%s}`, id, finish, content, more)
		}
		for name, c := range map[string]struct{ first, then, says string }{
			"with the refresh": {reply("a", "wait", false, "}"), reply("a", "done", true, `},"template_card":`+card("ca")), ""},
			"twice": {reply("b", "wait", false, `},"template_card":`+card("cb")),
				reply("b", "done", true, `},"template_card":`+card("cb")), "a second card"},
			"a late feedback": {reply("c", "wait", false, "}"), reply("c", "done", true, `,"feedback":{"id":"x"}}`), "first reply of a stream only"},
		} {
			s.does(func(w http.ResponseWriter, nonce string, callback map[string]any) {
				plain := c.first
				if callback["msgtype"] == "stream" {
					plain = c.then
				}
				_, _ = w.Write(s.envelope(plain, nonce, nil))
			})
			a, err := p.Send(t.Context(), Msg{From: "u"})
			if c.says == "" && (err != nil || a.Card == nil || a.Text != "done") || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("%s: %+v, %v", name, a, err)
			}
		}
	})
}

func TestAnswersAreRated(t *testing.T) {
	p, s := school(t)
	s.say(withCard("s", "c"))
	a, err := p.Send(t.Context(), Msg{From: "u"})
	if err != nil {
		t.Fatal(err)
	}
	r := Rating{From: "u", ID: a.Feedback, Type: 2, Content: "no", Reasons: []int{3, 4}}
	var dropped *BadReply
	if _, err := p.Rate(t.Context(), r); !errors.As(err, &dropped) {
		t.Errorf("a reply to a rating: %v", err)
	}
	s.does(func(http.ResponseWriter, string, map[string]any) {})
	if _, err := p.Rate(t.Context(), r); err != nil {
		t.Errorf("rated: %v", err)
	}
	want := "map[content:no id:f-s inaccurate_reason_list:[3 4] type:2]"
	if got := fmt.Sprint(s.saw()[0]["event"].(map[string]any)["feedback_event"]); got != want {
		t.Errorf("told %s", got)
	}
	if _, err := p.Rate(t.Context(), Rating{From: "u", ID: "other"}); err == nil {
		t.Error("rated what was never said")
	}
}

func TestRepliesSeenAgain(t *testing.T) {
	p, s := school(t)
	s.say(withCard("s", "c"))
	a, err := p.Send(t.Context(), Msg{From: "u"})
	if err != nil {
		t.Fatal(err)
	}
	for name, again := range map[string]func(context.Context, string) (Answer, error){"resent": p.Resend, "replayed": p.Replay} {
		if b, err := again(t.Context(), a.ID); err != nil || b.Card == nil || b.Text != "ok" {
			t.Errorf("%s: %+v, %v", name, b, err)
		}
	}
	s.say(strings.Replace(withCard("s", "c"), `"t"`, `"other"`, 1))
	if _, err := p.Resend(t.Context(), a.ID); err == nil || !strings.Contains(err.Error(), "by another card") {
		t.Errorf("another card: %v", err)
	}
}

// Whatever a bot replies, it is shown or refused, and nothing else.
func FuzzReply(f *testing.F) {
	f.Add(good, 0)
	f.Add(withCard("s", "c"), 1)
	f.Add(`{"msgtype":"text","text":{"content":"x"}}`, 2)
	f.Add(became("c", "x", `"userids":["u"],`), 3)
	f.Fuzz(func(t *testing.T, plain string, on int) {
		p, s := school(t)
		triggers := []trigger{onMessage, onRefresh, onEnter, onCard, onOther}
		r, err := p.check(s.envelope(plain, "n", nil), "n", triggers[uint(on)%uint(len(triggers))], "c")
		var dropped *BadReply
		if err != nil && !errors.As(err, &dropped) {
			t.Errorf("%v", err)
		}
		if err == nil && r.content == "" && r.card == nil {
			t.Errorf("passed with nothing to show: %q", plain)
		}
	})
}
