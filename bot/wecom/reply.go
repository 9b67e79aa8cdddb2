package wecom

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// payload is a passive reply before it is sealed (page 101031). A message is
// answered by a stream, the opening of a private chat by a text, and neither
// by the other.
type payload struct {
	MsgType string      `json:"msgtype"`
	Stream  *streamBody `json:"stream,omitempty"`
	Text    *textBody   `json:"text,omitempty"`
}

// streamBody is an answer that may still change: each replaces the one before, and
// the platform asks again until one is finished.
type streamBody struct {
	ID      string `json:"id"`
	Finish  bool   `json:"finish"`
	Content string `json:"content"`
}

type textBody struct {
	Content string `json:"content"`
}

func streamReply(id, content string, finish bool) payload {
	return payload{MsgType: "stream", Stream: &streamBody{ID: id, Finish: finish, Content: content}}
}

func textReply(content string) payload {
	return payload{MsgType: "text", Text: &textBody{Content: content}}
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
