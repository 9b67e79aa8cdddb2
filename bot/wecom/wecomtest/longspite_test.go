package wecomtest

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
)

const (
	goodSubscribe = `{"bot_id":"aibExample","secret":"` + longSecret + `"}`
	aPush         = `{"chatid":"zhangwei","chat_type":1,"msgtype":"markdown","markdown":{"content":"x"}}`
)

// Each spite strikes the second of three messages. What the client hears, and
// what the member sees, must be as told.
func TestLongSpite(t *testing.T) {
	const none = -1000
	for name, c := range map[string]struct {
		spite Spite
		acks  []int
		took  []time.Duration
		seen  int
		ends  bool
	}{
		"busy":       {Spite{Code: -1}, []int{0, -1, 0}, []time.Duration{0, 0, 0}, 2, false},
		"frequency":  {Spite{Code: 45009, Times: 2}, []int{0, 45009, 45009}, []time.Duration{0, 0, 0}, 1, false},
		"unusable":   {Spite{Code: 846609}, []int{0, 846609, 0}, []time.Duration{0, 0, 0}, 2, false},
		"late":       {Spite{Late: 4 * time.Second}, []int{0, 0, 0}, []time.Duration{0, 4 * time.Second, 0}, 3, false},
		"too late":   {Spite{Late: 6 * time.Second}, []int{0, none, 0}, []time.Duration{0, 5 * time.Second, 0}, 3, false},
		"never":      {Spite{Silent: true}, []int{0, none, 0}, []time.Duration{0, 5 * time.Second, 0}, 3, false},
		"twice":      {Spite{Twice: true}, []int{0, 0, 0}, []time.Duration{0, 0, 0}, 3, false},
		"cut before": {Spite{CutBefore: true}, []int{0, none, none}, []time.Duration{0, 0, 0}, 1, true},
		"cut after":  {Spite{CutAfter: true}, []int{0, none, none}, []time.Duration{0, 0, 0}, 2, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := long(t, LongConfig{})
			client := joined(t, l)
			l.Met("zhangwei", "")
			c.spite.Cmd, c.spite.Skip = "aibot_send_msg", 1
			l.Spite(c.spite)
			for i, want := range c.acks {
				began := time.Now()
				if code := client.ask("aibot_send_msg", "", aPush).code(); code != want || time.Since(began) != c.took[i] {
					t.Errorf("%s: message %d: %d after %v", name, i, code, time.Since(began))
				}
			}
			if seen := l.Seen("zhangwei"); len(seen) != c.seen {
				t.Errorf("%s: %d messages are seen", name, len(seen))
			}
			synctest.Wait()
			select {
			case <-client.ended:
				if !c.ends {
					t.Errorf("%s: the connection ended", name)
				}
			default:
				if c.ends {
					t.Errorf("%s: the connection goes on", name)
				}
			}
			if v := l.Violations(); v != nil {
				t.Errorf("%s: %+v", name, v)
			}
		})
	}
}

func TestLongSubscribe(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := long(t, LongConfig{Subscribes: 7})
		c := dial(t, l)
		for name, f := range map[string]struct {
			cmd, body string
			code      int
		}{
			"ping first":      {"ping", "", codeNotReady},
			"wrong secret":    {"aibot_subscribe", `{"bot_id":"aibExample","secret":"x"}`, codeCredentials},
			"wrong bot":       {"aibot_subscribe", `{"bot_id":"aibOther","secret":"` + longSecret + `"}`, codeCredentials},
			"without secret":  {"aibot_subscribe", `{"bot_id":"aibExample"}`, codeParameter},
			"with more to it": {"aibot_subscribe", `{"bot_id":"aibExample","secret":"x","scene":1}`, codeParameter},
		} {
			if code := c.ask(f.cmd, "", f.body).code(); code != f.code {
				t.Errorf("%s: %d", name, code)
			}
		}
		l.Spite(Spite{Cmd: "aibot_subscribe", Code: 45009, Times: 3})
		for _, want := range []int{45009, 45009, 45009, 0} {
			if code := c.ask("aibot_subscribe", "", goodSubscribe).code(); code != want {
				t.Errorf("%d, want %d", code, want)
			}
		}
		for _, f := range l.Frames() {
			if strings.Contains(f.Why, longSecret) {
				t.Error("the secret is in the record")
			}
		}
	})
}

// A client that comes back too often is told so.
func TestLongSubscribeLoop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := long(t, LongConfig{Subscribes: 3})
		codes := func() (codes []int) {
			for range 4 {
				c := dial(t, l)
				codes = append(codes, c.ask("aibot_subscribe", "", goodSubscribe).code())
			}
			return codes
		}
		if got := codes(); !slices.Equal(got, []int{0, 0, 0, codeFrequency}) {
			t.Errorf("%v", got)
		}
		time.Sleep(time.Minute)
		if got := codes(); !slices.Equal(got, []int{0, 0, 0, codeFrequency}) {
			t.Errorf("a minute later: %v", got)
		}
		if l2 := long(t, LongConfig{}); len(l2.Violations()) != 0 || len(l.Violations()) != 2 {
			t.Errorf("%+v", l.Violations())
		}
	})
}

// A bot has one connection: whoever comes later has it.
func TestLongKick(t *testing.T) {
	for name, kick := range map[string]func(*testing.T, *Long) *tiny{
		"by another of ours": joined,
		"by somebody else": func(t *testing.T, l *Long) *tiny {
			if err := l.Kick(); err != nil {
				t.Error(err)
			}
			return nil
		},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := long(t, LongConfig{})
			first := joined(t, l)
			second := kick(t, l)
			if f := <-first.calls; f.Cmd != "aibot_event_callback" || !strings.Contains(string(f.Body), `"event":{"eventtype":"disconnected_event"}`) {
				t.Errorf("%s: %+v", name, f)
			}
			<-first.ended
			_, err := l.Push(Msg{From: "zhangwei", Text: "12"})
			if second == nil {
				if !errors.Is(err, ErrOffline) {
					t.Errorf("%s: %v", name, err)
				}
				second = joined(t, l)
				_, err = l.Push(Msg{From: "zhangwei", Text: "12"})
			}
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if f := <-second.calls; f.Cmd != "aibot_msg_callback" {
				t.Errorf("%s: %+v", name, f)
			}
		})
	}
}

func TestLongHeartbeat(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := long(t, LongConfig{})
		began := time.Now()
		c := dial(t, l)
		if code := c.ask("aibot_subscribe", "", goodSubscribe).code(); code != 0 {
			t.Fatal(code)
		}
		for range 3 {
			time.Sleep(time.Minute) // one beat is missed each time
			if code := c.ask("ping", "", "").code(); code != 0 {
				t.Fatal(code)
			}
		}
		<-c.ended
		if took := time.Since(began); took != 3*time.Minute+75*time.Second {
			t.Errorf("it ended after %v", took)
		}
		synctest.Wait()
		if err := l.Cut(); !errors.Is(err, ErrOffline) {
			t.Errorf("it is still subscribed: %v", err)
		}
	})
}

// Half open: what the client writes is taken, and nothing comes back.
func TestLongMute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := long(t, LongConfig{})
		c := joined(t, l)
		l.Met("zhangwei", "")
		if err := c.conn.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
		if err := l.Mute(); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			if code := c.ask("aibot_send_msg", "", aPush).code(); code != -1000 {
				t.Errorf("answered by %d", code)
			}
		}
		if _, err := l.Push(Msg{From: "zhangwei", Text: "12"}); err != nil {
			t.Errorf("the platform knows nothing of it: %v", err)
		}
		time.Sleep(5 * time.Minute)
		select {
		case <-c.ended:
			t.Error("the client heard of the end")
		case f := <-c.calls:
			t.Errorf("the client heard %+v", f)
		default:
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := c.conn.Ping(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("pong: %v", err)
		}
		second := joined(t, l) // what a client would do
		if seen := l.Seen("zhangwei"); seen != nil {
			t.Errorf("%+v", seen)
		}
		if code := second.ask("aibot_send_msg", "", aPush).code(); code != 0 {
			t.Error(code)
		}
	})
}

func TestLongAgain(t *testing.T) {
	for _, forgetful := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			l := long(t, LongConfig{Forgetful: forgetful})
			first := joined(t, l)
			before, err := l.Push(Msg{From: "zhangwei", Text: "12"})
			if err != nil {
				t.Fatal(err)
			}
			if f := <-first.calls; f.Headers.ReqID != before.Req {
				t.Errorf("%+v", f)
			}
			if err := l.Cut(); err != nil {
				t.Fatal(err)
			}
			<-first.ended
			if _, err := l.Again(before.ID); !errors.Is(err, ErrOffline) {
				t.Errorf("with nobody there: %v", err)
			}
			second := joined(t, l)
			again, err := l.Again(before.ID)
			if err != nil || again.ID != before.ID || again.Req == before.Req {
				t.Fatalf("%+v, %v", again, err)
			}
			if f := <-second.calls; !strings.Contains(string(f.Body), `"msgid":"`+before.ID+`"`) || f.Headers.ReqID != again.Req {
				t.Errorf("%+v", f)
			}
			reply := `{"msgtype":"stream","stream":{"id":"s1","finish":true,"content":"已记录"}}`
			want := 0
			if forgetful {
				want = codeBadReq
			}
			if code := second.ask("aibot_respond_msg", before.Req, reply).code(); code != want {
				t.Errorf("forgetful %v: %d", forgetful, code)
			}
			if code := second.ask("aibot_respond_msg", again.Req, reply).code(); code != 0 {
				t.Errorf("forgetful %v: %d", forgetful, code)
			}
			if a, err := again.Answer(t.Context()); err != nil || a.Text != "已记录" || len(l.Seen("zhangwei")) != 1 {
				t.Errorf("%+v, %v; %d are seen", a, err, len(l.Seen("zhangwei")))
			}
			if _, err := l.Again("m-0"); err == nil || errors.Is(err, ErrOffline) {
				t.Errorf("a message that never was: %v", err)
			}
		})
	}
}

func TestLongBackwardsAndRaw(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := long(t, LongConfig{})
		c := joined(t, l)
		l.Backwards(3)
		var want []string
		for _, words := range []string{"a", "b", "c", "d"} {
			a, err := l.Push(Msg{From: "u", Text: words})
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, a.Req)
		}
		var got []string
		for range 4 {
			got = append(got, (<-c.calls).Headers.ReqID)
		}
		if !slices.Equal(got, []string{want[2], want[1], want[0], want[3]}) {
			t.Errorf("%v, sent %v", got, want)
		}
		huge := bytes.Repeat([]byte("x"), 2<<20)
		for _, data := range [][]byte{[]byte("garbage"), []byte("{\"cmd\":\"\xff\""), huge} {
			if err := l.Raw(bytes.Equal(data, huge), data); err != nil {
				t.Fatal(err)
			}
			if f := <-c.calls; f.Cmd != "garbage" || f.Msg != string(data) {
				t.Errorf("%d bytes came as %d", len(data), len(f.Msg))
			}
		}
	})
}

func TestLongBusyAndUnanswered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := long(t, LongConfig{})
		c := joined(t, l)
		if _, err := l.Say(t.Context(), Msg{From: "zhangwei", Text: "12"}); !errors.Is(err, ErrUnanswered) {
			t.Errorf("%v", err)
		}
		var last *Asked
		for _, id := range []string{"s1", "s2", "s3"} {
			a, err := l.Push(Msg{From: "zhangwei", Text: "12"})
			if err != nil {
				t.Fatal(err)
			}
			if code := c.ask("aibot_respond_msg", a.Req, `{"msgtype":"stream","stream":{"id":"`+id+`","finish":false,"content":"…"}}`).code(); code != 0 {
				t.Fatal(code)
			}
			last = a
		}
		if _, err := l.Push(Msg{From: "zhangwei", Text: "12"}); !errors.Is(err, ErrBusy) {
			t.Errorf("a fourth one: %v", err)
		}
		if _, err := l.Push(Msg{From: "lina", Text: "12"}); err != nil {
			t.Errorf("another member: %v", err)
		}
		if a, err := last.Answer(t.Context()); !errors.Is(err, ErrUnfinished) || !slices.Equal(a.Shown, []string{"…"}) {
			t.Errorf("%+v, %v", a, err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := l.Say(ctx, Msg{From: "lina", Text: "12"}); !errors.Is(err, context.Canceled) {
			t.Errorf("a caller that left: %v", err)
		}
	})
}

// opened fetches what a callback names and decrypts it, as a client must.
func opened(client *http.Client, named json.RawMessage) (name string, content []byte, status int, err error) {
	var m struct{ URL, AESKey string }
	if err := json.Unmarshal(named, &m); err != nil {
		return "", nil, 0, err
	}
	resp, err := client.Get(m.URL)
	if err != nil {
		return "", nil, 0, err
	}
	defer func() { _ = resp.Body.Close() }()
	data, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode != http.StatusOK {
		return "", nil, resp.StatusCode, err
	}
	key, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(m.AESKey, "="))
	if err != nil || len(key) != 32 {
		return "", nil, 0, errors.New("the key is none")
	}
	if len(data)%32 != 0 {
		return "", nil, 200, errors.New("cut short")
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return "", nil, 0, err
	}
	cipher.NewCBCDecrypter(block, key[:16]).CryptBlocks(data, data)
	_, params, err := mime.ParseMediaType(resp.Header.Get("Content-Disposition"))
	return params["filename"], data[:len(data)-int(data[len(data)-1])], 200, err
}

func TestLongMedia(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := long(t, LongConfig{})
		c := joined(t, l)
		named := func(m Msg, files ...Attachment) []json.RawMessage {
			t.Helper()
			m.Files = files
			if _, err := l.Push(m); err != nil {
				t.Fatal(err)
			}
			f := <-c.calls
			var b struct {
				File, Image, Video json.RawMessage
				Mixed              struct {
					Items []struct{ Image json.RawMessage } `json:"msg_item"`
				}
				Quote struct{ Image json.RawMessage }
			}
			if err := json.Unmarshal(f.Body, &b); err != nil {
				t.Fatal(err)
			}
			all := []json.RawMessage{b.File, b.Image, b.Video, b.Quote.Image}
			for _, i := range b.Mixed.Items {
				all = append(all, i.Image)
			}
			return slices.DeleteFunc(all, func(m json.RawMessage) bool { return m == nil })
		}
		mine := Attachment{Name: "附件2 汇总.xlsx", Content: bytes.Repeat([]byte("x"), 64)}
		for name, got := range map[string]struct {
			named []json.RawMessage
			want  []string // names
		}{
			"a file":           {named(Msg{From: "u", Kind: File}, mine), []string{mine.Name}},
			"an empty file":    {named(Msg{From: "u", Kind: File}, Attachment{Name: "空.txt"}), []string{"空.txt"}},
			"any file":         {named(Msg{From: "u", Kind: File}), []string{"file.txt"}},
			"any picture":      {named(Msg{From: "u", Kind: Image}), []string{"image.png"}},
			"any film":         {named(Msg{From: "u", Kind: Video}), []string{"video.mp4"}},
			"words, pictures":  {named(Msg{From: "u", Group: "wr", Kind: Mixed, Text: "12", Images: 2}, mine), []string{mine.Name, "image.png"}},
			"quoted a picture": {named(Msg{From: "u", Group: "wr", Text: "12", QuoteKind: Image}), []string{"image.png"}},
		} {
			var names []string
			for _, m := range got.named {
				file, content, _, err := opened(l.Client(), m)
				if err != nil || file == mine.Name && !bytes.Equal(content, mine.Content) || file == "空.txt" && len(content) > 0 {
					t.Errorf("%s: %q, %d bytes, %v", name, file, len(content), err)
				}
				names = append(names, file)
			}
			if !slices.Equal(names, got.want) {
				t.Errorf("%s: %q, want %q", name, names, got.want)
			}
		}
		if m := named(Msg{From: "u", Kind: Voice, Text: "三次"}); len(m) != 0 {
			t.Errorf("a voice has %s", m)
		}

		gone := named(Msg{From: "u", Kind: File}, Attachment{Name: "a", Gone: true})[0]
		if _, _, status, err := opened(l.Client(), gone); status != http.StatusNotFound || err != nil {
			t.Errorf("gone: %d, %v", status, err)
		}
		cut := named(Msg{From: "u", Kind: File}, Attachment{Name: "a", Damaged: true})[0]
		if _, _, _, err := opened(l.Client(), cut); err == nil {
			t.Error("a damaged file can be read")
		}
		odd := named(Msg{From: "u", Kind: File}, Attachment{Name: "a", Header: "inline; filename=b.txt"})[0]
		if name, _, _, err := opened(l.Client(), odd); name != "b.txt" || err != nil {
			t.Errorf("%q, %v", name, err)
		}
		old := named(Msg{From: "u", Kind: File}, mine)[0]
		time.Sleep(addressLife + 1)
		if _, _, status, err := opened(l.Client(), old); status != http.StatusForbidden || err != nil {
			t.Errorf("after 5 minutes: %d, %v", status, err)
		}
	})
}

// Without a bubble: the same over a real network, with media beside it.
func TestLongOverTheNetwork(t *testing.T) {
	l := long(t, LongConfig{})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: l}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	address := "ws://" + listener.Addr().String()

	l.Down(1)
	if _, resp, err := websocket.Dial(t.Context(), address, nil); err == nil || resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("while it is down: %v", err)
	}
	conn, _, err := websocket.Dial(t.Context(), address, nil)
	if err != nil {
		t.Fatal(err)
	}
	c := started(t, conn)
	if code := c.ask("aibot_subscribe", "", goodSubscribe).code(); code != 0 {
		t.Fatal(code)
	}
	c.replies("已记录")
	a, err := l.Say(t.Context(), Msg{From: "zhangwei", Kind: File})
	if err != nil || a.Text != "已记录" {
		t.Errorf("%+v, %v", a, err)
	}
	var b struct{ File json.RawMessage }
	if err := json.Unmarshal((<-c.calls).Body, &b); err != nil {
		t.Fatal(err)
	}
	if name, _, _, err := opened(http.DefaultClient, b.File); err != nil || name != "file.txt" {
		t.Errorf("%q, %v", name, err)
	}
	if seen, err := l.SeenSoon(t.Context(), "zhangwei", 1); err != nil || len(seen) != 1 {
		t.Errorf("%+v, %v", seen, err)
	}
	l.Close()
	<-c.ended
	if _, resp, err := websocket.Dial(t.Context(), address, nil); err == nil || resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("once it is closed: %v", err)
	}
}

func TestLongClientHandshakes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := long(t, LongConfig{})
		l.Down(1)
		dialled := &websocket.DialOptions{HTTPClient: l.Client()}
		if _, resp, err := websocket.Dial(t.Context(), "wss://x", dialled); err == nil || resp.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("while it is down: %v", err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, _, err := websocket.Dial(ctx, "wss://x", dialled); !errors.Is(err, context.Canceled) {
			t.Errorf("a client that left: %v", err)
		}
		if resp, err := l.Client().Get("https://x/"); err != nil || resp.StatusCode != http.StatusUpgradeRequired {
			t.Errorf("no handshake at all: %v", err)
		}
	})
}
