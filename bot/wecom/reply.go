package wecom

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"anyuebot/bot"
)

// payload is a passive reply before it is sealed (page 101031). A message is
// answered by a stream, with or without a card; the opening of a private chat
// by a text; a press by what its card turns into; and none by another's.
type payload struct {
	MsgType      string        `json:"msgtype,omitempty"`
	ResponseType string        `json:"response_type,omitempty"`
	UserIDs      []string      `json:"userids,omitempty"`
	Stream       *streamBody   `json:"stream,omitempty"`
	Text         *textBody     `json:"text,omitempty"`
	Card         *templateCard `json:"template_card,omitempty"`
}

// streamBody is an answer that may still change: each replaces the one before, and
// the platform asks again until one is finished.
type streamBody struct {
	ID       string    `json:"id"`
	Finish   bool      `json:"finish"`
	Content  string    `json:"content"`
	Feedback *feedback `json:"feedback,omitempty"`
}

// feedback lets the member rate an answer; its id comes back with the rating.
type feedback struct {
	ID string `json:"id"`
}

type textBody struct {
	Content string `json:"content"`
}

func streamReply(id, content string, finish bool) payload {
	return payload{MsgType: "stream", Stream: &streamBody{ID: id, Finish: finish, Content: content}}
}

// ratable lets a stream be rated under its own id. Only the first reply of a
// stream may say so, never the one to a refresh.
func ratable(p payload) payload {
	p.Stream.Feedback = &feedback{ID: p.Stream.ID}
	return p
}

// with puts a card under the words of a finished stream. A message has at most
// one, which the platform takes with any reply of its stream, but once.
func (p payload) with(c *bot.Card) payload {
	if c != nil {
		p.MsgType, p.Card = "stream_with_template_card", aibotCard(c)
	}
	return p
}

func textReply(content string) payload {
	return payload{MsgType: "text", Text: &textBody{Content: content}}
}

// updateReply puts a card in the place of the pressed one, which has to have
// the same task. Without userids everybody in a group sees that the choice is
// made; what was not theirs to press changes for who pressed it alone.
func updateReply(c *bot.Card, pressed bot.Message) payload {
	card := aibotCard(c)
	card.Task = pressed.Press.Task
	p := payload{ResponseType: "update_template_card", Card: card}
	if c.Alone && !pressed.Private() {
		p.UserIDs = []string{pressed.From}
	}
	return p
}

// envelope is a sealed reply. Unlike in the query of a callback the signature
// has no underscore in its name, and the time is a number (page 101033).
type envelope struct {
	Encrypt   string `json:"encrypt"`
	Signature string `json:"msgsignature"`
	Timestamp int64  `json:"timestamp"`
	Nonce     string `json:"nonce"`
}

// envelop seals a reply for the callback that came with nonce.
func (c *codec) envelop(p payload, nonce string, now time.Time) ([]byte, error) {
	plain, err := marshal(p)
	if err != nil {
		return nil, err
	}
	sealed, err := c.seal(plain, "")
	if err != nil {
		return nil, err
	}
	at := now.Unix()
	return marshal(envelope{
		Encrypt:   sealed,
		Signature: c.sign(strconv.FormatInt(at, 10), nonce, sealed),
		Timestamp: at,
		Nonce:     nonce,
	})
}

// marshal leaves <, > and & alone: the content of a stream may hold markup, and
// error 40033 says that the platform does not take every escape.
func marshal(v any) ([]byte, error) {
	var out bytes.Buffer
	enc := json.NewEncoder(&out)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(out.Bytes(), []byte("\n")), nil
}

// write sends a sealed reply, as the text/plain the platform's own plugin
// sends.
func write(w http.ResponseWriter, body []byte) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // nobody is left to be told: the platform will ask again
}

const ellipsis = "\u2026"

// fit makes words fit for the wire: valid UTF-8 of at most limit bytes. It
// reports whether they had to be cut. The conversation pages its answers, so
// this is a belt and no more.
func fit(words string, limit int) (string, bool) {
	words = strings.ToValidUTF8(words, string(utf8.RuneError))
	if len(words) <= limit {
		return words, false
	}
	end := limit - len(ellipsis)
	for end > 0 && !utf8.RuneStart(words[end]) {
		end--
	}
	return words[:end] + ellipsis, true
}
