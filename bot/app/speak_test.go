package app

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"anyuebot/bot"
)

// reachable is a channel that can write to people.
type reachable struct{ nowhere }

func (reachable) Reach() bot.Reach { return bot.Reach{Person: "app"} }

// stored is an outbox that is only there.
type stored struct{ Outbox }

func speaker(c Config) *App {
	c.Say = func(e bot.Effect) (string, error) {
		if e.Key == "page.more" {
			return "下页", nil
		}
		return e.Args["say"], nil
	}
	c.Now, c.Zone = time.Now, time.UTC
	return New(c)
}

func says(text string) bot.Effect {
	return bot.Effect{Key: "say", Args: map[string]string{"say": text}}
}

func yesNo(open string) *bot.Offer {
	return &bot.Offer{Open: open, Title: says("学了吗"), Choices: []bot.Choice{{Label: "是", Say: "是"}, {Label: "否", Say: "否"}}}
}

var card = &bot.Card{Title: "学了吗", Buttons: []bot.Button{{Label: "是", Say: "是"}, {Label: "否", Say: "否"}}}

func named(task string, c bot.Card) *bot.Card {
	c.Task = task
	return &c
}

// TestSpeak: which of what a turn says is the reply, and which is sent.
func TestSpeak(t *testing.T) {
	person := bot.View{Person: bot.Person{ID: "p"}}
	pressed := says("已选：是")
	both := Config{Channel: reachable{}, Outbox: stored{}}
	for _, c := range []struct {
		name   string
		config Config
		m      bot.Message
		speech bot.Speech
		reply  bot.Reply
		sent   []bot.Delivery
	}{
		{
			name: "words", config: both, m: bot.Message{Cards: bot.CardsWith},
			speech: bot.Speech{Say: []bot.Effect{says("您好")}},
			reply:  bot.Reply{ID: "id", Text: "您好"},
		},
		{
			name: "words with a card", config: both, m: bot.Message{Cards: bot.CardsWith},
			speech: bot.Speech{Say: []bot.Effect{says("第3项")}, Offer: yesNo("0a")},
			reply:  bot.Reply{ID: "id", Text: "第3项", Card: named("0a@id", *card)},
		},
		{
			name: "no cards on this channel", config: both, m: bot.Message{},
			speech: bot.Speech{Say: []bot.Effect{says("第3项")}, Offer: yesNo("0a")},
			reply:  bot.Reply{ID: "id", Text: "第3项"},
		},
		{
			name: "a card of its own", config: both, m: bot.Message{Cards: bot.CardsApart},
			speech: bot.Speech{Say: []bot.Effect{says("第3项")}, Offer: yesNo("0a")},
			reply:  bot.Reply{ID: "id", Text: "第3项"},
			sent:   []bot.Delivery{{ID: "id-reply", Kind: "reply", Person: "p", Card: named("0a@id-reply", *card)}},
		},
		{
			name: "no card of its own into a group", config: both, m: bot.Message{Cards: bot.CardsApart, Group: "g"},
			speech: bot.Speech{Say: []bot.Effect{says("第3项")}, Offer: yesNo("0a")},
			reply:  bot.Reply{ID: "id", Text: "第3项"},
		},
		{
			name: "no card of its own where nobody is reached", config: Config{Outbox: stored{}}, m: bot.Message{Cards: bot.CardsApart},
			speech: bot.Speech{Say: []bot.Effect{says("第3项")}, Offer: yesNo("0a")},
			reply:  bot.Reply{ID: "id", Text: "第3项"},
		},
		{
			name: "a name that no channel takes", config: both, m: bot.Message{Cards: bot.CardsWith},
			speech: bot.Speech{Say: []bot.Effect{says("第3项")}, Offer: yesNo("0a ")},
			reply:  bot.Reply{ID: "id", Text: "第3项"},
		},
		{
			name: "a press", config: both, m: bot.Message{Media: bot.MediaPress, Cards: bot.CardsWith, ReplyURL: "u", Press: bot.Press{Task: "0a@old"}},
			speech: bot.Speech{Say: []bot.Effect{says("✓ 3 是"), says("第4项")}, Offer: yesNo("0b"), Pressed: &pressed},
			reply:  bot.Reply{ID: "id", Card: &bot.Card{Task: "0a@old", Title: "已选：是"}},
			sent:   []bot.Delivery{{ID: "id-reply", Kind: "reply", Person: "p", Text: "✓ 3 是\n第4项", ReplyURL: "u", Card: named("0b@id-reply", *card)}},
		},
		{
			name: "a press in a group", config: both, m: bot.Message{Media: bot.MediaPress, Group: "g", ReplyURL: "u", Press: bot.Press{Task: "0a@old"}},
			speech: bot.Speech{Say: []bot.Effect{says("✓ 3 是")}, Offer: yesNo("0b"), Pressed: &pressed},
			reply:  bot.Reply{ID: "id", Card: &bot.Card{Task: "0a@old", Title: "已选：是"}},
			sent:   []bot.Delivery{{ID: "id-reply", Kind: "reply", Person: "p", Group: "g", Text: "✓ 3 是", ReplyURL: "u"}},
		},
		{
			name: "a press where nothing can be sent", config: Config{}, m: bot.Message{Media: bot.MediaPress, Press: bot.Press{Task: "0a@old"}},
			speech: bot.Speech{Say: []bot.Effect{says("✓ 3 是")}, Pressed: &pressed},
			reply:  bot.Reply{ID: "id", Text: "✓ 3 是", Card: &bot.Card{Task: "0a@old", Title: "已选：是"}},
		},
		{
			name: "nothing after a rating", config: both, m: bot.Message{Media: bot.MediaRating},
			reply: bot.Reply{ID: "id"},
		},
		{
			name: "to others", config: both, m: bot.Message{Cards: bot.CardsWith},
			speech: bot.Speech{Say: []bot.Effect{says("已退回")}, Sends: []bot.Send{
				{Person: "q", Kind: "return", Units: []string{"山河镇"}, Say: []bot.Effect{says("第3项退回")}, Offer: yesNo(bot.OpenAny)},
				{Group: "g", Kind: "office", Say: []bot.Effect{says("请各单位"), says("抓紧")}, Mention: []string{"@all"}},
			}},
			reply: bot.Reply{ID: "id", Text: "已退回"},
			sent: []bot.Delivery{
				{ID: "id-00", Kind: "return", Person: "q", Units: []string{"山河镇"}, Text: "第3项退回", Card: named("any@id-00", *card)},
				{ID: "id-01", Kind: "office", Group: "g", Text: "请各单位\n抓紧", Mention: []string{"@all"}},
			},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			var changes bot.Changes
			c.m.Limit = 20480
			reply, err := speaker(c.config).speak("id", c.m, person, &changes, c.speech, time.Now())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.reply, reply); diff != "" {
				t.Errorf("reply:\n%s", diff)
			}
			for _, d := range changes.Deliveries {
				want := personTime
				if d.ReplyURL != "" {
					want = replyTime
				}
				if d.State != bot.DeliveryPending || d.Until.Sub(d.Due) != want {
					t.Errorf("%s is %s and has %v", d.ID, d.State, d.Until.Sub(d.Due))
				}
			}
			if diff := cmp.Diff(c.sent, changes.Deliveries, cmpopts.IgnoreFields(bot.Delivery{}, "Queued", "State", "Due", "Until")); diff != "" {
				t.Errorf("sent:\n%s", diff)
			}
		})
	}
}

// TestLongWords: the sender gets the first page and 下页, somebody else all
// parts in order.
func TestLongWords(t *testing.T) {
	var lines []bot.Effect
	for i := range 100 {
		lines = append(lines, says(fmt.Sprintf("%03d %s", i, strings.Repeat("安", 20))))
	}
	a := speaker(Config{Channel: reachable{}, Outbox: stored{}})
	var changes bot.Changes
	_, err := a.speak("id", bot.Message{Media: bot.MediaPress, Limit: 20480}, bot.View{}, &changes, bot.Speech{
		Say:   lines,
		Sends: []bot.Send{{Group: "g", Say: lines, Mention: []string{"lisi"}, Offer: yesNo("any"), File: &bot.File{Hash: "f"}}},
	}, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	var sent []string
	for i, d := range changes.Deliveries {
		if len(d.Text) > bot.ParcelLimit {
			t.Errorf("%s is %d bytes long", d.ID, len(d.Text))
		}
		if d.ID == "id-reply" {
			if !strings.HasSuffix(d.Text, "\n下页") || changes.Session == nil || changes.Session.Of != len(changes.Session.Pages)+1 {
				t.Errorf("the reply to a press ends %q, session %+v", d.Text[len(d.Text)-20:], changes.Session)
			}
			continue
		}
		sent = append(sent, d.Text)
		if d.ID != "id-00-"+string(rune('a'+i)) {
			t.Errorf("part %d is called %s", i, d.ID)
		}
		last := i == len(changes.Deliveries)-2
		if (d.Mention != nil) != (i == 0) || (d.Card != nil) != last || (d.File != nil) != last {
			t.Errorf("part %d of %d calls on %v, has card %v and file %v", i, len(changes.Deliveries)-1, d.Mention, d.Card, d.File)
		}
	}
	var want []string
	for _, e := range lines {
		want = append(want, e.Args["say"])
	}
	if diff := cmp.Diff(want, strings.Split(strings.Join(sent, "\n"), "\n")); diff != "" {
		t.Error(diff)
	}
}

// TestSuffixesSort: however many parts, their names sort in their order.
func TestSuffixesSort(t *testing.T) {
	for i := range 100 {
		if a, b := suffix(i), suffix(i+1); a >= b {
			t.Errorf("%q does not come before %q", a, b)
		}
	}
}

func TestChance(t *testing.T) {
	a, b := chance(), chance()
	if len(a) != 8 || a == b {
		t.Errorf("%q, %q", a, b)
	}
}
