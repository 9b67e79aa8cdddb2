package wecom

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"anyuebot/bot"
)

// quiet is the rest of the program where nobody listens.
type quiet struct{}

func (quiet) ID(m bot.Message) string { return m.ID }
func (quiet) Turn(context.Context, bot.Message) (bot.Reply, error) {
	return bot.Reply{Text: "x", Card: &bot.Card{Task: "t@1", Title: "x"}}, nil
}
func (quiet) Replied(context.Context, string) (bot.Reply, bool, error) {
	return bot.Reply{}, false, nil
}

// Whatever the platform sends, nothing breaks, every message taken is worked
// off, and nothing of what came is in the log.
func FuzzLongFrame(f *testing.F) {
	for _, frame := range []string{
		`{"headers":{"req_id":"r"},"errcode":0,"errmsg":"ok"}`,
		`{"headers":{"req_id":"r"},"errcode":853000,"errmsg":"ok","body":{"msgid":"x"}}`,
		`{"cmd":"aibot_msg_callback","headers":{"req_id":"r"},"body":{"msgid":"m","from":{"userid":"SECRETu"},"chattype":"single","msgtype":"text","text":{"content":"SECRETt"}}}`,
		`{"cmd":"aibot_msg_callback","headers":{"req_id":"r"},"body":{"msgid":"m","chatid":"SECRETc","from":{"userid":"SECRETu"},"chattype":"group","msgtype":"image","image":{"url":"https://SECRETh","aeskey":"SECRETk"}}}`,
		`{"cmd":"aibot_msg_callback","headers":{},"body":{"msgid":"m","from":{"userid":"u"},"msgtype":"mixed","mixed":{"msg_item":[{"msgtype":"text","text":{"content":"t"}},{"msgtype":"image"}]}}}`,
		`{"cmd":"aibot_event_callback","headers":{"req_id":"r"},"body":{"msgid":"e","from":{"userid":"SECRETu"},"msgtype":"event","event":{"eventtype":"enter_chat"}}}`,
		`{"cmd":"aibot_event_callback","headers":{"req_id":"r"},"body":{"msgid":"e","from":{"userid":"u"},"msgtype":"event","event":{"eventtype":"template_card_event","template_card_event":{"event_key":"SECRETe","task_id":"t@1"}}}}`,
		`{"cmd":"aibot_event_callback","headers":{"req_id":"r"},"body":{"msgid":"e","from":{"userid":"u"},"msgtype":"event","event":{"eventtype":"feedback_event","feedback_event":{"id":"f","type":1,"content":"SECRETf"}}}}`,
		`{"cmd":"aibot_event_callback","headers":{"req_id":"r"},"body":{"msgtype":"event","event":{"eventtype":"disconnected_event"}}}`,
		`{"cmd":"SECRETc","headers":{"req_id":"r"},"body":{}}`, `{"cmd":"aibot_msg_callback","body":"SECRETb"}`, `{}`, `SECRET`, "\xff",
	} {
		f.Add([]byte(frame))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var log bytes.Buffer
		l, err := NewLong(LongConfig{BotID: "b", Secret: "s", Words: Words{Working: "w", Lost: "l"}}, quiet{}, slog.New(slog.NewTextHandler(&log, nil)))
		if err != nil {
			t.Fatal(err)
		}
		s := &socket{waiting: map[string]chan frame{"r": make(chan frame, 1)}}
		s.ctx, s.end = context.WithCancelCause(t.Context())
		defer s.end(nil)
		fr, err := readFrame(data)
		switch {
		case err != nil:
			l.odd(err)
		case fr.Cmd != "":
			l.take(s, fr)
		default:
			s.acknowledge(fr)
		}
		closing, cancel := context.WithTimeout(t.Context(), 0)
		defer cancel()
		_ = l.Close(closing) // no line: what is left is given up, and counted
		idle, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if left := l.idle(idle); left != 0 {
			t.Errorf("%d are never worked off", left)
		}
		if strings.Contains(log.String(), "SECRET") {
			t.Errorf("the log holds what came:\n%s", log.String())
		}
	})
}
