package wecom

import (
	"cmp"
	"encoding/xml"
	"slices"

	"anyuebot/bot"
)

// What a card holds, by page 101032 for the bot and page 90236 for the
// application. Lengths in characters are what the platform calls suggested;
// of a longer label it says error 40016 all the same.
const (
	labelLimit    = 10   // characters of a button
	keyLimit      = 1024 // bytes of a button's key
	aibotTitle    = 26   // characters of the title on the bot's card
	aibotSubtitle = 112  // characters of the words under it
	appTitle      = 36
	appSubtitle   = 160
)

// pressedKey is the key of the only button a pressed card of the bot has: a
// press on that says nothing. No word of the conversation begins with an "@".
const pressedKey = "@pressed"

// pressedLabel stands on the button of a pressed card, in every language.
const pressedLabel = "\u2713"

// templateCard is a card of kind button_interaction: a title and up to
// [bot.MaxChoices] buttons. The bot takes it in stream_with_template_card and
// update_template_card (page 101031), by response_url (page 101138) and over
// the long connection (page 101463); the application in message/send (page
// 90236), message/update_template_card (page 94888) and, as XML, in the reply
// to a press (page 90241).
type templateCard struct {
	XMLName     xml.Name     `json:"-" xml:"TemplateCard"`
	Type        string       `json:"card_type" xml:"CardType"`
	Title       cardTitle    `json:"main_title" xml:"MainTitle"`
	Subtitle    string       `json:"sub_title_text,omitempty" xml:"SubTitleText,omitempty"`
	Buttons     []cardButton `json:"button_list" xml:"ButtonList"`
	Task        string       `json:"task_id" xml:"TaskId"`
	ReplaceText string       `json:"replace_text,omitempty" xml:"ReplaceText,omitempty"`
}

type cardTitle struct {
	Title string `json:"title" xml:"Title"`
}

type cardButton struct {
	Text  string `json:"text" xml:"Text"`
	Style int    `json:"style" xml:"Style"` // 1 to 4
	Key   string `json:"key" xml:"Key"`
}

// The first choice stands out, the others do not.
const (
	firstStyle = 1
	otherStyle = 2
)

// aibotCard is a card as the bot shows it, over either connection.
//
// A card without buttons is one that was pressed. The platform wants at least
// one in a button_interaction (error 40016), and in a text_notice a link to
// somewhere (page 101032); so the card keeps its kind and has a single button
// which says that it is done, and whose press is not passed on.
func aibotCard(c *bot.Card) *templateCard { return newCard(c, aibotTitle, aibotSubtitle) }

// appCard is a card as the application shows it. On a pressed one replace_text
// stands in place of the button, grey and not to be pressed (pages 94888 and
// 90241); the bot's cards know no such thing.
func appCard(c *bot.Card) *templateCard {
	card := newCard(c, appTitle, appSubtitle)
	if card.Buttons[0].Key == pressedKey {
		card.ReplaceText = pressedLabel
	}
	return card
}

// carries reports whether an application's card has room for words under its
// title. A reminder and its buttons then ring a phone once and not twice.
func (c *templateCard) carries(words string) bool {
	return c.Subtitle == "" && clip(words, appSubtitle) == words && !dressed(words) && !tabled(words)
}

func newCard(c *bot.Card, title, subtitle int) *templateCard {
	card := &templateCard{Type: "button_interaction", Task: c.Task}
	words := oneLine(c.Title)
	card.Title.Title = clip(words, title)
	if card.Title.Title != words {
		card.Subtitle = clip(words, subtitle)
	}
	for _, b := range c.Buttons {
		// What the platform would refuse the whole card for is left out: every
		// choice can be typed as well.
		again := slices.ContainsFunc(card.Buttons, func(o cardButton) bool { return o.Key == b.Say })
		if b.Say == "" || len(b.Say) > keyLimit || again || len(card.Buttons) == bot.MaxChoices {
			continue
		}
		style := otherStyle
		if len(card.Buttons) == 0 {
			style = firstStyle
		}
		card.Buttons = append(card.Buttons, cardButton{Text: clip(oneLine(cmp.Or(b.Label, b.Say)), labelLimit), Style: style, Key: b.Say})
	}
	if len(card.Buttons) == 0 {
		card.Buttons = []cardButton{{Text: pressedLabel, Style: otherStyle, Key: pressedKey}}
	}
	return card
}
