package wecom

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"anyuebot/bot"
)

const (
	// streamLimit is the most bytes the content of a stream may have (page 101031).
	streamLimit = 20480
	// welcomeLimit is what the platform's other text messages may have; for the
	// text that answers enter_chat page 101031 names no limit.
	welcomeLimit = 2048
	// idLimit bounds ids in bytes. The platform's are below 64; they become
	// keys in the store, so what is far longer is refused.
	idLimit = 256
)

// trigger is what a callback asks for.
type trigger uint8

const (
	onMessage trigger = iota + 1 // a member wrote: answered by a stream
	onEnter                      // the private chat was opened: answered by a text
	onRefresh                    // the platform asks how an unfinished stream goes on
	onNothing                    // an event which takes no answer
)

// callback is one decrypted callback.
type callback struct {
	trigger trigger
	message bot.Message // onMessage, onEnter
	stream  string      // onRefresh: the id of the stream
	kind    string      // for the log; never the platform's own words
}

// inbound is the part of a callback that is the same for all (pages 100719 and
// 101027). The rest is read only once the msgtype has said which of it counts,
// so that a surprise in a field nobody needs does not cost a member's answer.
type inbound struct {
	MsgID    string `json:"msgid"`
	AibotID  string `json:"aibotid"`
	ChatID   string `json:"chatid"`
	ChatType string `json:"chattype"`
	From     struct {
		UserID string `json:"userid"`
	} `json:"from"`
	MsgType string          `json:"msgtype"`
	Quote   json.RawMessage `json:"quote"`
	Event   json.RawMessage `json:"event"`
	Stream  json.RawMessage `json:"stream"`
	content
}

// content holds what a message, or the message it quotes, says. Image, file
// and video carry nothing but a URL.
type content struct {
	Text  json.RawMessage `json:"text"`
	Voice json.RawMessage `json:"voice"`
	Mixed json.RawMessage `json:"mixed"`
}

// parse reads a decrypted callback. name is the bot's display name, to be
// taken out of the words. An error names the field at fault and none of its
// content.
func parse(plain []byte, name string) (callback, error) {
	if !utf8.Valid(plain) {
		return callback{}, errors.New("the callback is not UTF-8")
	}
	var in inbound
	if err := decode(plain, &in, "the callback"); err != nil {
		return callback{}, err
	}
	switch in.MsgType {
	case "":
		return callback{}, errors.New("the callback has no msgtype")
	case "stream":
		return parseRefresh(in)
	case "event":
		return parseEvent(in)
	}
	return parseMessage(in, name)
}

func parseRefresh(in inbound) (callback, error) {
	var stream struct {
		ID string `json:"id"`
	}
	if err := decode(in.Stream, &stream, "stream"); err != nil {
		return callback{}, err
	}
	if err := checkID("stream.id", stream.ID); err != nil {
		return callback{}, err
	}
	return callback{trigger: onRefresh, stream: stream.ID, kind: "refresh"}, nil
}

func parseEvent(in inbound) (callback, error) {
	var event struct {
		Type string `json:"eventtype"`
	}
	if err := decode(in.Event, &event, "event"); err != nil {
		return callback{}, err
	}
	if event.Type != "enter_chat" {
		// A card's buttons, feedback, and whatever the platform may add.
		return callback{trigger: onNothing, kind: "event"}, nil
	}
	m, err := in.message()
	if err != nil {
		return callback{}, err
	}
	m.Media, m.Limit = bot.MediaEnter, welcomeLimit
	return callback{trigger: onEnter, message: m, kind: string(m.Media)}, nil
}

func parseMessage(in inbound, name string) (callback, error) {
	m, err := in.message()
	if err != nil {
		return callback{}, err
	}
	m.Limit = streamLimit
	switch in.MsgType {
	case "text", "mixed":
		var words string
		var images int
		words, images, err = in.words(in.MsgType)
		m.Media, m.Text = bot.MediaText, stripMention(words, name)
		m.Files = make([]bot.File, images)
		if images > 0 && m.Text == "" {
			m.Media = bot.MediaImage
		}
	case "voice":
		var words string
		words, _, err = in.words(in.MsgType)
		m.Media, m.Text = bot.MediaVoice, stripMention(words, name)
	case "image":
		m.Media, m.Files = bot.MediaImage, make([]bot.File, 1)
	case "file":
		m.Media = bot.MediaFile
	case "video":
		m.Media = bot.MediaVideo
	default:
		// A kind the platform added later. Its sender is answered all the same.
		m.Media = bot.MediaOther
	}
	if err != nil {
		return callback{}, err
	}
	m.Quote = stripMention(quoted(in.Quote), name)
	return callback{trigger: onMessage, message: m, kind: string(m.Media)}, nil
}

// message fills in who wrote where.
func (in inbound) message() (bot.Message, error) {
	m := bot.Message{Channel: "aibot", Bot: in.AibotID, ID: in.MsgID, From: in.From.UserID}
	if err := checkID("msgid", m.ID); err != nil {
		return m, err
	}
	if err := checkID("from.userid", m.From); err != nil {
		return m, err
	}
	if m.Bot != "" {
		if err := checkID("aibotid", m.Bot); err != nil {
			return m, err
		}
	}
	// A group taken for a private chat would show private answers to everybody
	// in it, so what is not clearly private is a group or refused.
	if in.ChatType == "single" || in.ChatType == "" && in.ChatID == "" {
		return m, nil
	}
	m.Group = in.ChatID
	return m, checkID("chatid", m.Group)
}

// words returns what a content of the given msgtype says, and how many
// pictures are in it.
func (c content) words(msgtype string) (string, int, error) {
	switch msgtype {
	case "text":
		words, err := textOf(c.Text, "text")
		return words, 0, err
	case "voice":
		words, err := textOf(c.Voice, "voice")
		return words, 0, err
	case "mixed":
		return mixedOf(c.Mixed)
	}
	return "", 0, nil
}

func mixedOf(raw json.RawMessage) (string, int, error) {
	var mixed struct {
		Items []struct {
			MsgType string          `json:"msgtype"`
			Text    json.RawMessage `json:"text"`
		} `json:"msg_item"`
	}
	if err := decode(raw, &mixed, "mixed"); err != nil {
		return "", 0, err
	}
	var words []string
	images := 0
	for _, item := range mixed.Items {
		switch item.MsgType {
		case "text":
			text, err := textOf(item.Text, "mixed.msg_item.text")
			if err != nil {
				return "", 0, err
			}
			words = append(words, text)
		case "image":
			images++
		}
	}
	return strings.Join(words, "\n"), images, nil
}

func textOf(raw json.RawMessage, field string) (string, error) {
	var text struct {
		Content string `json:"content"`
	}
	err := decode(raw, &text, field)
	return text.Content, err
}

// quoted returns the words of the quoted message. A quote that cannot be read
// is left out: what the member wrote beside it still counts.
func quoted(raw json.RawMessage) string {
	var quote struct {
		MsgType string `json:"msgtype"`
		content
	}
	if decode(raw, &quote, "quote") != nil {
		return ""
	}
	words, _, err := quote.words(quote.MsgType)
	if err != nil {
		return ""
	}
	return words
}

// decode reads one JSON object into v. A missing or null one leaves v as it
// is; what is the matter with another is said without its content, which the
// decoder's own errors would give away.
func decode(raw json.RawMessage, v any, field string) error {
	if len(raw) == 0 {
		return nil
	}
	err := json.Unmarshal(raw, v)
	if err == nil {
		return nil
	}
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		if kind.Field != "" {
			return fmt.Errorf("%s: field %s has the wrong type", field, kind.Field)
		}
		return fmt.Errorf("%s has the wrong type", field)
	}
	return fmt.Errorf("%s is not JSON", field)
}

func checkID(field, id string) error {
	switch {
	case strings.TrimSpace(id) == "":
		return fmt.Errorf("the callback has no %s", field)
	case len(id) > idLimit:
		return fmt.Errorf("%s has %d bytes, more than %d", field, len(id), idLimit)
	case strings.ContainsFunc(id, unicode.IsControl):
		return fmt.Errorf("%s holds control characters", field)
	}
	return nil
}
