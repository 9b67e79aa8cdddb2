package wecomtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
)

const longSecret = "long-secret"

// tiny is a client with nothing but the frames.
type tiny struct {
	t     *testing.T
	conn  *websocket.Conn
	mu    sync.Mutex
	n     int
	acks  map[string]chan longFrame
	calls chan longFrame // callbacks
	ended chan struct{}  // the connection is gone
	// answers is asked for the frames that answer a callback, nil for none.
	answers func(longFrame) []longFrame
}

// long makes a platform that ends with the test.
func long(t *testing.T, cfg LongConfig) *Long {
	if cfg.Secret == "" {
		cfg.Secret = longSecret
	}
	cfg.BotName = "安月小助手"
	l := NewLong(cfg)
	t.Cleanup(l.Close)
	return l
}

// dial connects a client and does not subscribe.
func dial(t *testing.T, l *Long) *tiny {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), "wss://openws.work.weixin.qq.com", &websocket.DialOptions{HTTPClient: l.Client()})
	if err != nil {
		t.Fatal(err)
	}
	return started(t, conn)
}

func started(t *testing.T, conn *websocket.Conn) *tiny {
	c := &tiny{t: t, conn: conn, acks: map[string]chan longFrame{}, calls: make(chan longFrame, 100), ended: make(chan struct{})}
	conn.SetReadLimit(1 << 24)
	t.Cleanup(func() { _ = conn.CloseNow() })
	go c.read()
	return c
}

// joined connects a client, subscribes, and keeps it alive.
func joined(t *testing.T, l *Long) *tiny {
	t.Helper()
	c := dial(t, l)
	if code := c.ask("aibot_subscribe", "", `{"bot_id":"aibExample","secret":"`+longSecret+`"}`).code(); code != 0 {
		t.Fatalf("subscribe: %d", code)
	}
	go func() {
		for {
			select {
			case <-time.After(longBeat):
				c.ask("ping", "", "")
			case <-c.ended:
				return
			}
		}
	}()
	return c
}

// away leaves, and comes back after a time.
func (c *tiny) away(l *Long, d time.Duration) *tiny {
	c.t.Helper()
	_ = c.conn.CloseNow() // it may have ended
	time.Sleep(d)
	return joined(c.t, l)
}

func (c *tiny) read() {
	defer close(c.ended)
	for {
		_, data, err := c.conn.Read(context.Background())
		if err != nil {
			return
		}
		var f longFrame
		if json.Unmarshal(data, &f) != nil {
			f = longFrame{Cmd: "garbage", Msg: string(data)}
		}
		if f.Cmd != "" {
			c.calls <- f
			c.mu.Lock()
			answers := c.answers
			c.mu.Unlock()
			if answers != nil {
				for _, a := range answers(f) {
					go c.ask(a.Cmd, f.Headers.ReqID, string(a.Body))
				}
			}
			continue
		}
		c.mu.Lock()
		ack := c.acks[f.Headers.ReqID]
		c.mu.Unlock()
		if ack != nil {
			ack <- f
		}
	}
}

func (f longFrame) code() int {
	if f.Code == nil {
		return -1000
	}
	return *f.Code
}

// ask sends a frame and waits up to 5 seconds for its acknowledgement; none is
// errcode -1000. An empty req is replaced by a new one, an empty body left out.
func (c *tiny) ask(cmd, req, body string) longFrame {
	if req == "" {
		c.mu.Lock()
		c.n++
		req = fmt.Sprintf("%s-%d-%p", cmd, c.n, c)
		c.mu.Unlock()
	}
	frame := fmt.Sprintf(`{"cmd":%q,"headers":{"req_id":%q}`, cmd, req)
	if body != "" {
		frame += `,"body":` + body
	}
	return c.raw(req, frame+"}")
}

func (c *tiny) raw(req, frame string) longFrame {
	ack := make(chan longFrame, 10)
	c.mu.Lock()
	c.acks[req] = ack
	c.mu.Unlock()
	if err := c.conn.Write(context.Background(), websocket.MessageText, []byte(frame)); err != nil {
		return longFrame{}
	}
	select {
	case f := <-ack:
		return f
	case <-c.ended:
	case <-time.After(5 * time.Second):
	}
	return longFrame{}
}

// replies has the client answer every message by a finished stream.
func (c *tiny) replies(words string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answers = func(f longFrame) []longFrame {
		return []longFrame{{Cmd: "aibot_respond_msg", Body: json.RawMessage(fmt.Sprintf(
			`{"msgtype":"stream","stream":{"id":"s-%s","finish":true,"content":%q}}`, f.Headers.ReqID, words))}}
	}
}

func TestLongSay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := long(t, LongConfig{})
		if _, err := l.Say(t.Context(), Msg{From: "zhangwei", Text: "12"}); !errors.Is(err, ErrOffline) {
			t.Errorf("with nobody there: %v", err)
		}
		c := joined(t, l)
		if err := l.Online(t.Context()); err != nil {
			t.Fatal(err)
		}
		c.replies("已记录")
		a, err := l.Say(t.Context(), Msg{From: "zhangwei", Text: "12"})
		if err != nil || a.Text != "已记录" || a.Stream == "" || len(a.Shown) != 1 {
			t.Errorf("%+v, %v", a, err)
		}
		got := <-c.calls
		want := `{"aibotid":"aibExample","chattype":"single","from":{"userid":"zhangwei"},"msgid":"` + a.ID + `","msgtype":"text","text":{"content":"12"}}`
		if got.Cmd != "aibot_msg_callback" || string(got.Body) != want {
			t.Errorf("%s %s", got.Cmd, got.Body)
		}
		if _, err := l.Say(t.Context(), Msg{From: "zhangwei", Group: "wr", Text: "12", Unmentioned: true}); !errors.Is(err, ErrNotDelivered) {
			t.Errorf("without a mention: %v", err)
		}
		if a, err = l.Say(t.Context(), Msg{From: "zhangwei", Group: "wr", Text: "12"}); err != nil {
			t.Error(err)
		}
		if got = <-c.calls; !strings.Contains(string(got.Body), `"chatid":"wr","chattype":"group"`) || !strings.Contains(string(got.Body), `"@安月小助手 12"`) {
			t.Errorf("%s", got.Body)
		}
		if seen := l.Seen("wr"); len(seen) != 1 || seen[0].Text != "已记录" || seen[0].Stream != a.Stream || !seen[0].Done {
			t.Errorf("in the group stands %+v", seen)
		}
		if v := l.Violations(); v != nil {
			t.Errorf("%+v", v)
		}
	})
}
