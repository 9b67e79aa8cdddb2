package wecom

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"anyuebot/bot"
)

const (
	// streamLimit is the most bytes the content of a stream may have (page 101031).
	streamLimit = 20480
	// welcomeLimit is what the platform's other text messages may have; for the
	// text that answers enter_chat page 101031 names no limit. What is said to a
	// press leaves as a message, or by its response_url: the least of them counts.
	welcomeLimit = 2048
	// idLimit bounds ids in bytes. The platform's are below 64; they become
	// keys in the store, so what is far longer is refused.
	idLimit = 256
	// urlLimit bounds the addresses that come with a message, in bytes.
	urlLimit = 4096
	// mediaLimit is how many pictures of one message are fetched. For one that
	// has more, one file that cannot be fetched says that something is missing.
	mediaLimit = 20
)

// trigger is what a callback asks for.
type trigger uint8

const (
	onMessage trigger = iota + 1 // a member wrote: answered by a stream
	onEnter                      // the private chat was opened: answered by a text
	onPress                      // a card's button: answered by what the card turns into
	onRating                     // an answer was rated: takes none, but counts
	onRefresh                    // the platform asks how an unfinished stream goes on
	onNothing                    // an event which takes no answer
)

// callback is one decrypted callback.
type callback struct {
	trigger trigger
	message bot.Message // onMessage, onEnter, onPress, onRating
	media   []mediaRef  // onMessage: what becomes message.Files once it is fetched
	stream  string      // onRefresh: the id of the stream
	kind    string      // for the log; never the platform's own words
}

// mediaRef is where a picture, file or film of a message can be fetched for the
// next 5 minutes (page 100719). All its parts are secrets.
type mediaRef struct {
	kind bot.Media // MediaImage, MediaFile or MediaVideo
	url  string    // "" if the callback held none that can be read
	key  string    // what it is encrypted with; "" for the callback's own key
	id   string    // the media_id, which the application's callback has instead of both
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
	MsgType     string          `json:"msgtype"`
	ResponseURL json.RawMessage `json:"response_url"`
	Quote       json.RawMessage `json:"quote"`
	Event       json.RawMessage `json:"event"`
	Stream      json.RawMessage `json:"stream"`
	content
}

// content holds what a message, or the message it quotes, says.
type content struct {
	Text  json.RawMessage `json:"text"`
	Voice json.RawMessage `json:"voice"`
	Mixed json.RawMessage `json:"mixed"`
	Image json.RawMessage `json:"image"`
	File  json.RawMessage `json:"file"`
	Video json.RawMessage `json:"video"`
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
		Type     string          `json:"eventtype"`
		Press    json.RawMessage `json:"template_card_event"`
		Feedback json.RawMessage `json:"feedback_event"`
	}
	if err := decode(in.Event, &event, "event"); err != nil {
		return callback{}, err
	}
	switch event.Type {
	case "enter_chat":
		m, err := in.message()
		if err != nil {
			return callback{}, err
		}
		// A greeting is a text or a card, never both (page 101031).
		m.Media, m.Limit, m.Cards = bot.MediaEnter, welcomeLimit, bot.CardsNone
		return callback{trigger: onEnter, message: m, kind: string(m.Media)}, nil
	case "template_card_event":
		return parsePress(in, event.Press)
	case "feedback_event":
		return parseRating(in, event.Feedback)
	}
	return callback{trigger: onNothing, kind: "event"}, nil // whatever the platform may add
}

// parsePress reads a press on a card of ours (page 101027). The samples of that
// page write event_key and task_id, its prose eventkey and taskid.
func parsePress(in inbound, raw json.RawMessage) (callback, error) {
	var press struct {
		Key   string `json:"event_key"`
		Task  string `json:"task_id"`
		Key2  string `json:"eventkey"`
		Task2 string `json:"taskid"`
	}
	if err := decode(raw, &press, "template_card_event"); err != nil {
		return callback{}, err
	}
	return pressOf(in.message, cmp.Or(press.Key, press.Key2), bot.Press{Task: cmp.Or(press.Task, press.Task2)})
}

// pressOf makes a press out of what a channel has read of it.
func pressOf(message func() (bot.Message, error), key string, press bot.Press) (callback, error) {
	if key == pressedKey {
		return callback{trigger: onNothing, kind: string(bot.MediaPress)}, nil
	}
	m, err := message()
	if err != nil {
		return callback{}, err
	}
	switch {
	case strings.TrimSpace(key) == "":
		return callback{}, errors.New("the press has no event_key")
	case len(key) > keyLimit:
		return callback{}, fmt.Errorf("event_key has %d bytes, more than %d", len(key), keyLimit)
	}
	if err := checkID("task_id", press.Task); err != nil {
		return callback{}, err
	}
	m.Media, m.Text, m.Press, m.Limit = bot.MediaPress, key, press, welcomeLimit
	return callback{trigger: onPress, message: m, kind: string(m.Media)}, nil
}

// parseRating reads what a member thinks of an answer (page 101027).
func parseRating(in inbound, raw json.RawMessage) (callback, error) {
	var feedback struct {
		ID      string `json:"id"`
		Type    int    `json:"type"`
		Content string `json:"content"`
		Reasons []int  `json:"inaccurate_reason_list"`
	}
	if err := decode(raw, &feedback, "feedback_event"); err != nil {
		return callback{}, err
	}
	m, err := in.message()
	if err != nil {
		return callback{}, err
	}
	if err := checkID("feedback_event.id", feedback.ID); err != nil {
		return callback{}, err
	}
	if feedback.Type < 1 || feedback.Type > 3 {
		return callback{}, errors.New("feedback_event.type is none of 1 to 3")
	}
	words, _ := fit(feedback.Content, welcomeLimit) // nobody answers them, and a log has to end somewhere
	reasons := slices.DeleteFunc(feedback.Reasons, func(r int) bool { return r < 1 || r > 4 })
	slices.Sort(reasons)
	m.Media, m.Limit, m.Cards = bot.MediaRating, welcomeLimit, bot.CardsNone
	m.Rating = bot.Rating{Reply: feedback.ID, Score: feedback.Type, Words: words, Reasons: slices.Compact(reasons)}
	return callback{trigger: onRating, message: m, kind: string(m.Media)}, nil
}

func parseMessage(in inbound, name string) (callback, error) {
	m, err := in.message()
	if err != nil {
		return callback{}, err
	}
	m.Limit = streamLimit
	words, media, err := in.read(in.MsgType)
	if err != nil {
		return callback{}, err
	}
	m.Text = stripMention(words, name)
	quoted, shown := quoted(in.Quote)
	m.Quote = stripMention(quoted, name)
	switch in.MsgType {
	case "text", "mixed":
		// In a group nothing but words can be sent to the bot. Whoever quotes a
		// picture or a file there hands it over.
		m.Media = bot.MediaText
		switch {
		case m.Text != "":
		case len(media) > 0:
			m.Media = media[0].kind
		case len(shown) > 0 && m.Quote == "":
			m.Media = shown[0].kind
		}
		media = append(media, shown...)
	case "voice":
		m.Media = bot.MediaVoice
	case "image", "file", "video":
		m.Media = media[0].kind
	default:
		// A kind the platform added later. Its sender is answered all the same.
		m.Media = bot.MediaOther
	}
	if len(media) > mediaLimit {
		media = append(media[:mediaLimit:mediaLimit], mediaRef{kind: media[mediaLimit].kind})
	}
	return callback{trigger: onMessage, message: m, media: media, kind: string(m.Media)}, nil
}

// message fills in who wrote where.
func (in inbound) message() (bot.Message, error) {
	m := bot.Message{
		Channel: "aibot", Bot: in.AibotID, ID: in.MsgID, From: in.From.UserID,
		Cards: bot.CardsWith, ReplyURL: urlOf(in.ResponseURL),
	}
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

// read returns what a content of the given msgtype says, and what is shown
// beside it.
func (c content) read(msgtype string) (string, []mediaRef, error) {
	switch msgtype {
	case "text":
		words, err := textOf(c.Text, "text")
		return words, nil, err
	case "voice":
		words, err := textOf(c.Voice, "voice")
		return words, nil, err
	case "mixed":
		return mixedOf(c.Mixed)
	case "image":
		return "", []mediaRef{mediaOf(bot.MediaImage, c.Image)}, nil
	case "file":
		return "", []mediaRef{mediaOf(bot.MediaFile, c.File)}, nil
	case "video":
		return "", []mediaRef{mediaOf(bot.MediaVideo, c.Video)}, nil
	}
	return "", nil, nil
}

func mixedOf(raw json.RawMessage) (string, []mediaRef, error) {
	var mixed struct {
		Items []struct {
			MsgType string          `json:"msgtype"`
			Text    json.RawMessage `json:"text"`
			Image   json.RawMessage `json:"image"`
		} `json:"msg_item"`
	}
	if err := decode(raw, &mixed, "mixed"); err != nil {
		return "", nil, err
	}
	var words []string
	var media []mediaRef
	for _, item := range mixed.Items {
		switch item.MsgType {
		case "text":
			text, err := textOf(item.Text, "mixed.msg_item.text")
			if err != nil {
				return "", nil, err
			}
			words = append(words, text)
		case "image":
			media = append(media, mediaOf(bot.MediaImage, item.Image))
		}
	}
	return strings.Join(words, "\n"), media, nil
}

// mediaOf reads where a picture, file or film is. What cannot be read is sent
// all the same: its sender hears that it is lost.
func mediaOf(kind bot.Media, raw json.RawMessage) mediaRef {
	var at struct {
		URL json.RawMessage `json:"url"`
		Key string          `json:"aeskey"`
	}
	if decode(raw, &at, "media") != nil {
		return mediaRef{kind: kind}
	}
	return mediaRef{kind: kind, url: urlOf(at.URL), key: at.Key}
}

// urlOf reads an address that a message can do without: one that cannot be
// read, or is far too long, is none.
func urlOf(raw json.RawMessage) string {
	var s string
	if decode(raw, &s, "url") != nil || len(s) > urlLimit {
		return ""
	}
	return s
}

func textOf(raw json.RawMessage, field string) (string, error) {
	var text struct {
		Content string `json:"content"`
	}
	err := decode(raw, &text, field)
	return text.Content, err
}

// quoted returns what the quoted message says and shows. A quote that cannot
// be read is left out: what the member wrote beside it still counts.
func quoted(raw json.RawMessage) (string, []mediaRef) {
	var quote struct {
		MsgType string `json:"msgtype"`
		content
	}
	if decode(raw, &quote, "quote") != nil {
		return "", nil
	}
	words, media, err := quote.read(quote.MsgType)
	if err != nil {
		return "", nil
	}
	return words, media
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
