package wecomtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const (
	testToken = "tok3n"
	testKey   = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
)

// pupil is a service under test, which answers whatever it is told to.
type pupil struct {
	sealer sealer

	mu   sync.Mutex
	how  func(w http.ResponseWriter, nonce string, callback map[string]any)
	seen []map[string]any
}

// does sets how it answers from now on.
func (s *pupil) does(how func(w http.ResponseWriter, nonce string, callback map[string]any)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.how, s.seen = how, nil
}

// saw returns the callbacks received since.
func (s *pupil) saw() []map[string]any {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.seen)
}

func (s *pupil) answer(w http.ResponseWriter, nonce string, callback map[string]any) {
	s.mu.Lock()
	how := s.how
	s.seen = append(s.seen, callback)
	s.mu.Unlock()
	how(w, nonce, callback)
}

func (s *pupil) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	nonce := query.Get("nonce")
	var body struct {
		Encrypt string `json:"encrypt"`
	}
	if r.Method == http.MethodGet {
		body.Encrypt = query.Get("echostr")
	} else if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
		panic(err)
	}
	if query.Get("msg_signature") != s.sealer.sign(query.Get("timestamp"), nonce, body.Encrypt) {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	plain, err := s.sealer.open(body.Encrypt)
	if err != nil {
		panic(err)
	}
	if r.Method == http.MethodGet {
		s.answer(w, nonce, map[string]any{"echo": string(plain)})
		return
	}
	callback := map[string]any{}
	if err := json.Unmarshal(plain, &callback); err != nil {
		panic(err)
	}
	s.answer(w, nonce, callback)
}

// envelope is a right envelope around plain; spoil may change its fields.
func (s *pupil) envelope(plain, nonce string, spoil func(map[string]any)) []byte {
	sealed, err := s.sealer.seal([]byte("0123456789abcdef"), []byte(plain), "")
	if err != nil {
		panic(err)
	}
	return s.wrap(sealed, nonce, spoil)
}

func (s *pupil) wrap(sealed, nonce string, spoil func(map[string]any)) []byte {
	at := time.Now().Unix()
	fields := map[string]any{
		"encrypt": sealed, "nonce": nonce, "timestamp": at,
		"msgsignature": s.sealer.sign(strconv.FormatInt(at, 10), nonce, sealed),
	}
	if spoil != nil {
		spoil(fields)
	}
	out, err := json.Marshal(fields)
	if err != nil {
		panic(err)
	}
	return out
}

func (s *pupil) say(plain string) {
	s.does(func(w http.ResponseWriter, nonce string, _ map[string]any) {
		_, _ = w.Write(s.envelope(plain, nonce, nil))
	})
}

func school(t *testing.T) (*Platform, *pupil) {
	t.Helper()
	sealer, err := newSealer(testToken, testKey)
	if err != nil {
		t.Fatal(err)
	}
	s := &pupil{sealer: sealer}
	p, err := New(Config{URL: "http://bot.example/wecom/aibot", Token: testToken, AESKey: testKey, BotName: "RobotA",
		Client: &http.Client{Transport: Direct(s)}})
	if err != nil {
		t.Fatal(err)
	}
	return p, s
}

const good = `{"msgtype":"stream","stream":{"id":"s","finish":true,"content":"ok"}}`

func TestBadRepliesAreDropped(t *testing.T) {
	p, s := school(t)
	hi := Msg{From: "u", Text: "hi"}

	s.say(good)
	if a, err := p.Send(t.Context(), hi); err != nil || a.Text != "ok" {
		t.Fatalf("a good reply: %+v, %v", a, err)
	}
	s.say(good)
	if _, err := p.Send(t.Context(), hi); err == nil || !strings.Contains(err.Error(), "two messages were answered by one stream") {
		t.Errorf("the same stream for another message: %v", err)
	}

	fresh := 0
	stream := func(rest string) string {
		fresh++
		return fmt.Sprintf(`{"msgtype":"stream","stream":{"id":"n%d",%s}}`, fresh, rest)
	}
	for name, c := range map[string]struct{ plain, says string }{
		"text":              {`{"msgtype":"text","text":{"content":"x"}}`, `may not be answered by msgtype "text"`},
		"markdown":          {`{"msgtype":"markdown","markdown":{"content":"x"}}`, `may not be answered by msgtype "markdown"`},
		"no msgtype":        {`{"stream":{}}`, `"msgtype" is no string`},
		"no JSON":           {`x`, "not a JSON object"},
		"no UTF-8":          {"{\"msgtype\":\"\xff\"}", "not UTF-8"},
		"escapes":           {`{"msgtype":"stream","stream":{"id":"e","finish":true,"content":"\u003Cthink>"}}`, "40033"},
		"one field more":    {`{"msgtype":"stream","stream":{},"touser":"x"}`, `has a field "touser"`},
		"one field twice":   {`{"msgtype":"stream","msgtype":"stream","stream":{}}`, "twice"},
		"other spelling":    {`{"msgtype":"stream","Stream":{}}`, `has a field "Stream"`},
		"no stream":         {`{"msgtype":"stream"}`, `no field "stream"`},
		"stream is a text":  {`{"msgtype":"stream","stream":"x"}`, "stream is not a JSON object"},
		"no finish":         {stream(`"content":"x"`), `no field "finish"`},
		"finish is a text":  {stream(`"finish":"true","content":"x"`), `"finish" is no bool`},
		"finish is null":    {stream(`"finish":null,"content":"x"`), `"finish" is no bool`},
		"content a number":  {stream(`"finish":true,"content":5`), `"content" is no string`},
		"no words":          {stream(`"finish":true,"content":""`), "content is empty"},
		"too many words":    {stream(`"finish":true,"content":"` + strings.Repeat("x", 20481) + `"`), "content has 20481 bytes"},
		"a field of delta":  {stream(`"finish":true,"content":"x","delta":1`), `has a field "delta"`},
		"id is empty":       {`{"msgtype":"stream","stream":{"id":"","finish":true,"content":"x"}}`, "stream.id has 0 bytes"},
		"id is a number":    {`{"msgtype":"stream","stream":{"id":4,"finish":true,"content":"x"}}`, `"id" is no string`},
		"something follows": {good + `{}`, "not a JSON object"},
	} {
		s.say(c.plain)
		var dropped *BadReply
		a, err := p.Send(t.Context(), hi)
		if !errors.As(err, &dropped) || !strings.Contains(dropped.Why, c.says) {
			t.Errorf("%s: %v, want it to say %q", name, err, c.says)
		}
		if a.Tries != 1 {
			t.Errorf("%s: %d tries", name, a.Tries)
		}
	}
}

func TestAResendKeepsItsStream(t *testing.T) {
	p, s := school(t)
	n := 0
	s.does(func(w http.ResponseWriter, nonce string, _ map[string]any) {
		n++
		_, _ = w.Write(s.envelope(strings.Replace(good, `"s"`, fmt.Sprintf(`"s%d"`, n), 1), nonce, nil))
	})
	a, err := p.Send(t.Context(), Msg{From: "u"})
	if err != nil {
		t.Fatal(err)
	}
	for name, again := range map[string]func(context.Context, string) (Answer, error){"resent": p.Resend, "replayed": p.Replay} {
		if _, err := again(t.Context(), a.ID); err == nil || !strings.Contains(err.Error(), "another stream than the message before") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBadEnvelopesAreDropped(t *testing.T) {
	p, s := school(t)
	other := sealer{token: testToken, aesKey: testKey, key: s.sealer.key}
	tail, err := other.seal([]byte("0123456789abcdef"), []byte(good), "wx5823bf96d3bd56c7")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		body func(nonce string) []byte
		says string
	}{
		"plain":       {func(string) []byte { return []byte(good) }, `has a field "msgtype"`},
		"no JSON":     {func(string) []byte { return []byte("success") }, "not a JSON object"},
		"cut off":     {func(n string) []byte { return s.envelope(good, n, nil)[:40] }, "not JSON"},
		"more behind": {func(n string) []byte { return append(s.envelope(good, n, nil), '}') }, "goes on behind its end"},
		"wide":        {func(string) []byte { return bytes.Repeat([]byte(" "), maxReply+1) }, "over"},
		"other nonce": {func(n string) []byte { return s.envelope(good, n+"1", nil) }, "nonce is not the callback's"},
		"corp at end": {func(n string) []byte { return s.wrap(tail, n, nil) }, "without a receiveid"},
		"not base64":  {func(n string) []byte { return s.wrap("?", n, nil) }, "not base64"},
		"odd length":  {func(n string) []byte { return s.wrap("AAAA", n, nil) }, "no multiple of 32"},
		"garbage":     {func(n string) []byte { return s.wrap(strings.Repeat("A", 43)+"=", n, nil) }, "padding"},
		"no signature": {func(n string) []byte {
			return s.envelope(good, n, func(f map[string]any) { delete(f, "msgsignature") })
		}, `no field "msgsignature"`},
		"underscore": {func(n string) []byte {
			return s.envelope(good, n, func(f map[string]any) { f["msg_signature"] = f["msgsignature"]; delete(f, "msgsignature") })
		}, `has a field "msg_signature"`},
		"bad signature": {func(n string) []byte {
			return s.envelope(good, n, func(f map[string]any) { f["msgsignature"] = strings.Repeat("0", 40) })
		}, "msgsignature is wrong"},
		"time as text": {func(n string) []byte {
			return s.envelope(good, n, func(f map[string]any) { f["timestamp"] = "1700000000" })
		}, "no whole number"},
		"time in ms": {func(n string) []byte {
			return s.envelope(good, n, func(f map[string]any) { f["timestamp"] = time.Now().UnixMilli() })
		}, "off"},
		"nonce number": {func(n string) []byte { return s.envelope(good, n, func(f map[string]any) { f["nonce"] = 4 }) }, `"nonce" is no string`},
	} {
		s.does(func(w http.ResponseWriter, nonce string, _ map[string]any) { _, _ = w.Write(c.body(nonce)) })
		var dropped *BadReply
		if _, err := p.Send(t.Context(), Msg{From: "u"}); !errors.As(err, &dropped) || !strings.Contains(dropped.Why, c.says) {
			t.Errorf("%s: %v, want it to say %q", name, err, c.says)
		}
	}
}

func TestWhatMayAnswerWhat(t *testing.T) {
	p, s := school(t)
	s.say(`{"msgtype":"text","text":{"content":"hello"}}`)
	if a, err := p.Enter(t.Context(), "a"); err != nil || a.Text != "hello" {
		t.Errorf("a greeting: %+v, %v", a, err)
	}
	for name, c := range map[string]struct{ plain, says string }{
		"stream":      {good, `may not be answered by msgtype "stream"`},
		"long":        {`{"msgtype":"text","text":{"content":"` + strings.Repeat("x", 2049) + `"}}`, "2049 bytes"},
		"no content":  {`{"msgtype":"text","text":{}}`, `no field "content"`},
		"no text":     {`{"msgtype":"text","text":{"content":null}}`, `"content" is no string`},
		"text a list": {`{"msgtype":"text","text":[]}`, "not a JSON object"},
		"more":        {`{"msgtype":"text","text":{"content":"x"},"x":1}`, `has a field "x"`},
	} {
		s.say(c.plain)
		if _, err := p.Enter(t.Context(), name); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("greeting, %s: %v", name, err)
		}
	}
	s.say(good)
	for _, event := range []string{"feedback_event", "template_card_event"} {
		var dropped *BadReply
		if _, err := p.Event(t.Context(), Event{From: "u", Type: event}); !errors.As(err, &dropped) {
			t.Errorf("%s: %v", event, err)
		}
	}
	s.does(func(http.ResponseWriter, string, map[string]any) {})
	if a, err := p.Send(t.Context(), Msg{From: "u"}); err != nil || a.Text != "" || a.Stream != "" {
		t.Errorf("an empty reply: %+v, %v", a, err)
	}
}

func TestStreamsAreFollowed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, s := school(t)
		began := time.Now()
		var other, empty bool
		s.does(func(w http.ResponseWriter, nonce string, callback map[string]any) {
			id := callback["from"].(map[string]any)["userid"].(string)
			plain := `{"msgtype":"stream","stream":{"id":"` + id + `","finish":false,"content":"wait"}}`
			if callback["msgtype"] == "stream" {
				if empty {
					return
				}
				if got := callback["stream"].(map[string]any)["id"]; got != id {
					t.Errorf("asks for stream %v", got)
				}
				if other {
					plain = `{"msgtype":"stream","stream":{"id":"other","finish":true,"content":"x"}}`
				} else if time.Since(began) > 3*time.Second {
					plain = `{"msgtype":"stream","stream":{"id":"` + id + `","finish":true,"content":"done"}}`
				}
			}
			_, _ = w.Write(s.envelope(plain, nonce, nil))
		})
		a, err := p.Send(t.Context(), Msg{From: "u1", Group: "wr", Text: "hi"})
		if err != nil || a.Text != "done" || a.Polls != 4 || len(a.Shown) != 2 {
			t.Errorf("%+v, %v", a, err)
		}
		ids := map[any]bool{}
		for _, callback := range s.saw() {
			ids[callback["msgid"]] = true
			if _, has := callback["response_url"]; has == (callback["msgtype"] == "stream") {
				t.Errorf("response_url %v in %v", has, callback)
			}
			if callback["chatid"] != "wr" || callback["chattype"] != "group" {
				t.Errorf("lost its group: %v", callback)
			}
		}
		if len(ids) != 5 {
			t.Errorf("%d message ids in 5 callbacks", len(ids))
		}

		began = time.Now().Add(time.Hour)
		if a, err := p.Send(t.Context(), Msg{From: "u2"}); !errors.Is(err, ErrUnfinished) || a.Polls != 360 {
			t.Errorf("never finished: %d polls, %v", a.Polls, err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
		defer cancel()
		if _, err := p.Send(ctx, Msg{From: "u3"}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("given up: %v", err)
		}
		other = true
		if _, err := p.Send(t.Context(), Msg{From: "u4"}); err == nil || !strings.Contains(err.Error(), "by another") {
			t.Errorf("another stream: %v", err)
		}
		empty = true
		if _, err := p.Send(t.Context(), Msg{From: "u5"}); err == nil || !strings.Contains(err.Error(), "must be answered by a stream") {
			t.Errorf("an empty refresh: %v", err)
		}
	})
}

func TestUnansweredMessagesAreSentThreeTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, s := school(t)
		for name, c := range map[string]struct {
			answer func(http.ResponseWriter)
			took   time.Duration
			says   string
		}{
			"status 500": {func(w http.ResponseWriter) { w.WriteHeader(500) }, 0, "status 500"},
			"redirect": {func(w http.ResponseWriter) {
				w.Header().Set("Location", "https://elsewhere.example/")
				w.WriteHeader(http.StatusFound)
			}, 0, "status 302"},
			"silence": {func(http.ResponseWriter) { time.Sleep(6 * time.Second) }, 15 * time.Second, "deadline exceeded"},
			"broken":  {func(http.ResponseWriter) { panic(http.ErrAbortHandler) }, 0, "the connection broke"},
		} {
			s.does(func(w http.ResponseWriter, _ string, _ map[string]any) { c.answer(w) })
			began := time.Now()
			a, err := p.Send(t.Context(), Msg{From: "u"})
			if !errors.Is(err, ErrUnanswered) || !strings.Contains(err.Error(), c.says) || a.Tries != 3 || time.Since(began) != c.took {
				t.Errorf("%s: %d tries in %v, %v", name, a.Tries, time.Since(began), err)
			}
			if seen := s.saw(); len(seen) != 3 || seen[0]["msgid"] != seen[2]["msgid"] {
				t.Errorf("%s: received %v", name, seen)
			}
		}
		s.does(func(w http.ResponseWriter, _ string, _ map[string]any) { w.WriteHeader(500) })
		if _, err := p.Event(t.Context(), Event{From: "u", Type: "template_card_event"}); err == nil || len(s.saw()) != 1 {
			t.Errorf("a card's event: sent %d times, %v", len(s.saw()), err)
		}
		time.Sleep(time.Second) // the silent ones end
	})
}

func TestVerify(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, s := school(t)
		for name, c := range map[string]struct {
			answer func(w io.Writer, echo string)
			says   string
		}{
			"right":      {func(w io.Writer, echo string) { _, _ = io.WriteString(w, echo) }, ""},
			"quoted":     {func(w io.Writer, echo string) { _, _ = fmt.Fprintf(w, "%q", echo) }, "got 21 bytes"},
			"with break": {func(w io.Writer, echo string) { _, _ = fmt.Fprintln(w, echo) }, "got 20 bytes"},
			"nothing":    {func(io.Writer, string) {}, "got 0 bytes"},
			"slow":       {func(io.Writer, string) { time.Sleep(2 * time.Second) }, "deadline exceeded"},
			"refused":    {func(w io.Writer, _ string) { w.(http.ResponseWriter).WriteHeader(403) }, "status 403"},
		} {
			s.does(func(w http.ResponseWriter, _ string, callback map[string]any) { c.answer(w, callback["echo"].(string)) })
			err := p.Verify(t.Context())
			if c.says == "" && err != nil || c.says != "" && (err == nil || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("%s: %v, want it to say %q", name, err, c.says)
			}
		}
		time.Sleep(2 * time.Second)
	})
}

// The callbacks must look as they do in page 100719.
func TestCompose(t *testing.T) {
	p, _ := school(t)
	for _, c := range []struct {
		send Msg
		want string
	}{
		{Msg{ID: "m-1", From: "zhangwei", Group: "wr", Text: "12", Quote: "q"},
			`{"aibotid":"aibExample","chatid":"wr","chattype":"group","from":{"userid":"zhangwei"},"msgid":"m-1","msgtype":"text","quote":{"msgtype":"text","text":{"content":"q"}},"response_url":"https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=m-1","text":{"content":"@RobotA 12"}}`},
		{Msg{ID: "m-1", From: "zhangwei", Kind: Mixed, Text: "12", Images: 1},
			`{"aibotid":"aibExample","chattype":"single","from":{"userid":"zhangwei"},"mixed":{"msg_item":[{"msgtype":"text","text":{"content":"12"}},{"image":{"url":"https://media.invalid/m-1/0"},"msgtype":"image"}]},"msgid":"m-1","msgtype":"mixed","response_url":"https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=m-1"}`},
		{Msg{ID: "m-1", From: "zhangwei", Kind: Voice, Text: "12"},
			`{"aibotid":"aibExample","chattype":"single","from":{"userid":"zhangwei"},"msgid":"m-1","msgtype":"voice","response_url":"https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=m-1","voice":{"content":"12"}}`},
		{Msg{ID: "m-1", From: "zhangwei", Kind: File},
			`{"aibotid":"aibExample","chattype":"single","file":{"url":"https://media.invalid/m-1/0"},"from":{"userid":"zhangwei"},"msgid":"m-1","msgtype":"file","response_url":"https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=m-1"}`},
	} {
		got, err := p.Compose(c.send)
		if err != nil || string(got) != c.want {
			t.Errorf("%+v:\n got %s, %v\nwant %s", c.send, got, err, c.want)
		}
	}
	for name, m := range map[string]Msg{"kind": {From: "u", Kind: "hologram"}, "quote": {From: "u", QuoteKind: "hologram"}} {
		if _, err := p.Compose(m); err == nil {
			t.Errorf("%s: composed", name)
		}
		if _, err := p.Send(t.Context(), m); err == nil {
			t.Errorf("%s: sent", name)
		}
	}
}

func TestOldMessagesAreForgotten(t *testing.T) {
	p, _ := school(t)
	for i := range remembered + 10 {
		p.remember(&sent{id: strconv.Itoa(i)})
	}
	if _, _, err := p.recall("9"); err == nil || len(p.sent.held) != remembered {
		t.Errorf("remembers %d, %v", len(p.sent.held), err)
	}
	if _, err := p.Resend(t.Context(), "9"); err == nil {
		t.Error("resent")
	}
	if _, err := p.Replay(t.Context(), "9"); err == nil {
		t.Error("replayed")
	}
	if _, err := p.Replay(t.Context(), "100"); err == nil {
		t.Error("replayed what was never sent")
	}
}

func TestNewChecksItsConfiguration(t *testing.T) {
	for name, cfg := range map[string]Config{
		"no address":   {Token: testToken, AESKey: testKey},
		"other scheme": {URL: "ftp://x/", Token: testToken, AESKey: testKey},
		"no token":     {URL: "http://x/", AESKey: testKey},
		"short key":    {URL: "http://x/", Token: testToken, AESKey: testKey[1:]},
	} {
		if _, err := New(cfg); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func TestDirect(t *testing.T) {
	client := &http.Client{Transport: Direct(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil || r.URL.Host != "" || r.Host != "bot.example" || r.RequestURI != "/a%2Fb?c=d" || r.URL.Path != "/a/b" {
			t.Errorf("arrived as %q %q %q, %v", r.URL.Host, r.Host, r.RequestURI, err)
		}
		w.Header().Set("X-Early", "1")
		w.WriteHeader(http.StatusTeapot)
		w.Header().Set("X-Late", "1")
		w.WriteHeader(http.StatusOK)
		_, _ = w.Write(body)
	}))}
	resp, err := client.Post("https://bot.example/a%2Fb?c=d", "text/plain", strings.NewReader("hello"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil || string(body) != "hello" || resp.StatusCode != http.StatusTeapot || resp.Header.Get("X-Early") != "1" || resp.Header.Get("X-Late") != "" {
		t.Errorf("%d %v %q, %v", resp.StatusCode, resp.Header, body, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "https://bot.example/", failing{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Direct(nil).RoundTrip(req); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a body that breaks: %v", err)
	}
	req.Body = nil
	if _, err := Direct(nil).RoundTrip(req); !errors.Is(err, context.Canceled) {
		t.Errorf("a client that has left: %v", err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
