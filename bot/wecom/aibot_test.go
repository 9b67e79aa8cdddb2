package wecom_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"anyuebot/bot"
	"anyuebot/bot/wecom"
	"anyuebot/bot/wecom/wecomtest"
)

const (
	token  = "tok3nOfTheBot"
	aesKey = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
	robot  = "安月小助手"

	working = "正在处理，请稍候…"
	lost    = "这条没有处理完，请再发一遍"

	unavailable = "暂时无法保存，请稍后再发"
)

// service is the rest of the program, as small as it can be: it remembers what
// it said, like the real one.
type service struct {
	// do makes the words; nil echoes the text. store false keeps them from
	// being remembered.
	do func(ctx context.Context, m bot.Message) (words string, store bool, err error)
	// card makes the card of a reply; nil for none.
	card func(m bot.Message) *bot.Card

	mu      sync.Mutex
	stored  map[string]bot.Reply
	got     []bot.Message
	running map[string]int
	twice   bool  // a message was being worked on twice at once
	down    error // what Replied returns
	mad     bool  // Replied panics
}

func (s *service) ID(m bot.Message) string { return "s-" + m.Channel + "-" + m.Bot + "-" + m.ID }

func (s *service) Turn(ctx context.Context, m bot.Message) (bot.Reply, error) {
	id := s.ID(m)
	s.mu.Lock()
	s.got = append(s.got, m)
	if s.running[id]++; s.running[id] > 1 {
		s.twice = true
	}
	reply, seen := s.stored[id]
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		s.running[id]--
		s.mu.Unlock()
	}()
	if seen {
		return reply, nil
	}
	words, store := "收到："+m.Text, true
	if s.do != nil {
		var err error
		if words, store, err = s.do(ctx, m); err != nil {
			return bot.Reply{}, err
		}
	}
	reply = bot.Reply{ID: id, Text: words}
	if s.card != nil {
		reply.Card = s.card(m)
	}
	if store {
		s.mu.Lock()
		s.stored[id] = reply
		s.mu.Unlock()
	}
	return reply, nil
}

func (s *service) Replied(_ context.Context, id string) (bot.Reply, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.mad {
		panic("本周新增")
	}
	reply, ok := s.stored[id]
	return reply, ok, s.down
}

// last is the message of the last turn.
func (s *service) last() bot.Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.got[len(s.got)-1]
}

func (s *service) turns() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.got)
}

// buffer is a log that may be written from many goroutines.
type buffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// scene is a platform, a channel and a service.
type scene struct {
	*wecomtest.Platform
	t       *testing.T
	aibot   *wecom.Aibot
	service *service
	log     *buffer
	api     *wecomtest.API
	setup   func(*wecom.Config)

	mu      sync.Mutex
	handler http.Handler // what the platform reaches; may be changed
}

func (s *scene) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	h := s.handler
	s.mu.Unlock()
	h.ServeHTTP(w, r)
}

func (s *scene) reach(h http.Handler) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.handler = h
}

// restart puts a new process in the place of the old one; the store survives.
func (s *scene) restart() {
	s.t.Helper()
	log := slog.New(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	cfg := config()
	if s.setup != nil {
		s.setup(&cfg)
	}
	var err error
	s.aibot, err = wecom.NewAibot(cfg, s.service, log)
	if err != nil {
		s.t.Fatal(err)
	}
	s.reach(s.aibot)
}

func config() wecom.Config {
	return wecom.Config{Name: robot, Token: token, AESKey: aesKey, Words: wecom.Words{Working: working, Lost: lost, Unavailable: unavailable}}
}

// play sets a scene. Whatever happens in it, no secret may reach the log.
func play(t *testing.T, change ...func(*wecomtest.Config)) *scene {
	t.Helper()
	s := &scene{t: t, service: &service{stored: map[string]bot.Reply{}, running: map[string]int{}}, log: &buffer{}, api: wecomtest.NewAPI(wecomtest.APIConfig{})}
	s.restart()
	cfg := wecomtest.Config{
		URL: "https://bot.example/wecom/aibot?from=console", Token: token, AESKey: aesKey, BotName: robot,
		Client: &http.Client{Transport: wecomtest.Direct(s)}, API: s.api,
	}
	for _, c := range change {
		c(&cfg)
	}
	var err error
	if s.Platform, err = wecomtest.New(cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if s.service.twice {
			t.Error("a message was being worked on twice at once")
		}
		clean(t, "the log", s.log.String())
	})
	return s
}

// secrets are in every message of these tests, and may be in no log and no
// error.
var secrets = []string{token, aesKey, "msg_signature=", "zhangwei", "lina", "wrSecretGroup", "本周新增", robot}

func clean(t *testing.T, where, s string) {
	t.Helper()
	for _, secret := range secrets {
		if strings.Contains(s, secret) {
			t.Errorf("%s holds %q:\n%s", where, secret, s)
		}
	}
}

func hello() wecomtest.Msg { return wecomtest.Msg{From: "zhangwei", Text: "本周新增 12 人"} }

func TestTheAddressIsVerified(t *testing.T) {
	s := play(t)
	if err := s.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	for name, c := range map[string]wecomtest.Call{
		"forged":              {Plain: []byte("161614"), Signature: strings.Repeat("0", 40)},
		"unsigned":            {Plain: []byte("161614"), Unsigned: true},
		"stale":               {Plain: []byte("161614"), Timestamp: fmt.Sprint(time.Now().Unix() - 700)},
		"for an application":  {Plain: []byte("161614"), Receiver: "wx5823bf96d3bd56c7"},
		"without echostr":     {Plain: []byte("161614"), Omit: []string{"echostr"}},
		"a member's message":  {Plain: []byte(`{"msgtype":"text"}`)},
		"without a timestamp": {Plain: []byte("161614"), Omit: []string{"timestamp"}},
	} {
		c.Method = http.MethodGet
		if got, err := s.Call(t.Context(), c); err != nil || got.Status != http.StatusForbidden {
			t.Errorf("%s: status %d, %v, want 403", name, got.Status, err)
		} else if strings.Contains(string(got.Body), "161614") {
			t.Errorf("%s: answered %q", name, got.Body)
		}
	}
	if got, err := s.Call(t.Context(), wecomtest.Call{Method: http.MethodGet, Sealed: "????"}); err != nil || got.Status != http.StatusBadRequest {
		t.Errorf("no base64: status %d, %v, want 400", got.Status, err)
	}
}

// The console encodes the query; people who try the address with a browser
// often do not.
func TestPlusSignsMayBeBare(t *testing.T) {
	s := play(t)
	rewrite := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.URL.RawQuery = strings.ReplaceAll(r.URL.RawQuery, "%2B", "+")
		s.aibot.ServeHTTP(w, r)
	})
	s.reach(rewrite)
	for range 20 { // nearly every one has a plus sign somewhere
		if err := s.Verify(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func TestMessagesAreAnswered(t *testing.T) {
	for _, space := range []string{" ", "\u2005", "\u00a0", "\u3000"} {
		s := play(t, func(c *wecomtest.Config) { c.MentionSpace = space })
		for _, c := range []struct {
			send wecomtest.Msg
			want bot.Message
		}{
			{hello(), bot.Message{Media: bot.MediaText, Text: "本周新增 12 人"}},
			{wecomtest.Msg{From: "lina", Group: "wrSecretGroup", Text: "3次", Quote: "请填报"},
				bot.Message{From: "lina", Group: "wrSecretGroup", Media: bot.MediaText, Text: "3次", Quote: "请填报"}},
			{wecomtest.Msg{From: "lina", Group: "wrSecretGroup", Quote: "本周新增", QuoteKind: wecomtest.Mixed},
				bot.Message{From: "lina", Group: "wrSecretGroup", Media: bot.MediaText, Quote: "本周新增", Files: lostFiles(1)}},
			{wecomtest.Msg{From: "lina", Group: "wrSecretGroup", Kind: wecomtest.Mixed, Text: "见图", Images: 2, QuoteKind: wecomtest.File},
				bot.Message{From: "lina", Group: "wrSecretGroup", Media: bot.MediaText, Text: "见图", Files: lostFiles(3)}},
			{wecomtest.Msg{From: "zhangwei", Kind: wecomtest.Voice, Text: "三次"}, bot.Message{Media: bot.MediaVoice, Text: "三次"}},
			{wecomtest.Msg{From: "zhangwei", Kind: wecomtest.Image}, bot.Message{Media: bot.MediaImage, Files: lostFiles(1)}},
			{wecomtest.Msg{From: "zhangwei", Kind: wecomtest.File}, bot.Message{Media: bot.MediaFile, Files: lostFiles(1)}},
			{wecomtest.Msg{From: "zhangwei", Kind: wecomtest.Video}, bot.Message{Media: bot.MediaVideo, Files: lostFiles(1)}},
		} {
			a, err := s.Send(t.Context(), c.send)
			if err != nil {
				t.Fatalf("%+v: %v", c.send, err)
			}
			got := s.service.got[len(s.service.got)-1]
			c.want.Channel, c.want.Bot, c.want.ID, c.want.Limit = "aibot", "aibExample", a.ID, 20480
			c.want.Cards, c.want.ReplyURL = bot.CardsWith, got.ReplyURL
			if c.want.From == "" {
				c.want.From = "zhangwei"
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%+v:\n%s", c.send, diff)
			}
			if a.Text != "收到："+c.want.Text || a.Stream != "s-aibot-aibExample-"+a.ID || a.Tries != 1 || a.Polls != 0 || a.Feedback != a.Stream {
				t.Errorf("%+v: answered by %+v", c.send, a)
			}
			if !strings.HasPrefix(got.ReplyURL, "https://qyapi.weixin.qq.com/") || strings.Contains(s.log.String(), got.ReplyURL) {
				t.Errorf("%+v: response_url %q, and the log\n%s", c.send, got.ReplyURL, s.log)
			}
		}
	}
}

// lostFiles are files that nobody could fetch.
func lostFiles(n int) []bot.File {
	files := make([]bot.File, n)
	for i := range files {
		files[i].Problem = bot.FileLost
	}
	return files
}

func TestMarkupIsNotEscaped(t *testing.T) {
	s := play(t)
	const words = "<font color=\"warning\">缺 2 项</font> & <@lina>"
	s.service.do = func(context.Context, bot.Message) (string, bool, error) { return words, true, nil }
	if a, err := s.Send(t.Context(), hello()); err != nil || a.Text != words {
		t.Errorf("answered by %+v, %v", a, err)
	}
}

func TestOverARealConnection(t *testing.T) {
	s := play(t)
	server := httptest.NewServer(s)
	defer server.Close()
	p, err := wecomtest.New(wecomtest.Config{URL: server.URL, Token: token, AESKey: aesKey, BotName: robot})
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	if a, err := p.Send(t.Context(), hello()); err != nil || a.Text != "收到：本周新增 12 人" {
		t.Errorf("answered by %+v, %v", a, err)
	}
	if got, err := p.Oversize(t.Context(), 1<<20+1); err == nil && got.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("oversized: status %d", got.Status)
	}
}

func TestRefusals(t *testing.T) {
	s := play(t)
	ctx := t.Context()
	plain, err := s.Compose(hello())
	if err != nil {
		t.Fatal(err)
	}
	call := func(c wecomtest.Call) func() (wecomtest.Response, error) {
		return func() (wecomtest.Response, error) { return s.Call(ctx, c) }
	}
	now := time.Now().Unix()
	for name, c := range map[string]struct {
		send func() (wecomtest.Response, error)
		want int
	}{
		"forged":                  {func() (wecomtest.Response, error) { return s.Forge(ctx, hello()) }, 403},
		"unsigned":                {func() (wecomtest.Response, error) { return s.Unsign(ctx, hello()) }, 403},
		"unsigned and no JSON":    {call(wecomtest.Call{Body: []byte("?"), Unsigned: true}), 403},
		"eleven minutes old":      {func() (wecomtest.Response, error) { return s.Stale(ctx, hello(), 11*time.Minute) }, 403},
		"eleven minutes ahead":    {func() (wecomtest.Response, error) { return s.Stale(ctx, hello(), -11*time.Minute) }, 403},
		"in milliseconds":         {call(wecomtest.Call{Plain: plain, Timestamp: fmt.Sprint(time.Now().UnixMilli())}), 403},
		"timestamp with a sign":   {call(wecomtest.Call{Plain: plain, Timestamp: fmt.Sprintf("+%d", now)}), 403},
		"timestamp in words":      {call(wecomtest.Call{Plain: plain, Timestamp: "yesterday"}), 403},
		"timestamp out of bounds": {call(wecomtest.Call{Plain: plain, Timestamp: strings.Repeat("9", 30)}), 403},
		"largest timestamp":       {call(wecomtest.Call{Plain: plain, Timestamp: "4611686018427387903"}), 403},
		"timestamp 0":             {call(wecomtest.Call{Plain: plain, Timestamp: "0"}), 403},
		"no timestamp":            {call(wecomtest.Call{Plain: plain, Omit: []string{"timestamp"}}), 403},
		"no nonce":                {call(wecomtest.Call{Plain: plain, Omit: []string{"nonce"}}), 403},
		"for an application":      {func() (wecomtest.Response, error) { return s.Misdirect(ctx, hello(), "wx5823bf96d3bd56c7") }, 403},
		"oversized":               {func() (wecomtest.Response, error) { return s.Oversize(ctx, 1<<20+1) }, 413},
		"blank":                   {func() (wecomtest.Response, error) { return s.Oversize(ctx, 1<<20) }, 400},
		"damaged":                 {func() (wecomtest.Response, error) { return s.Damage(ctx, hello()) }, 400},
		"not base64":              {call(wecomtest.Call{Sealed: "本周新增"}), 400},
		"no JSON":                 {call(wecomtest.Call{Body: []byte("<xml/>")}), 400},
		"no encrypt":              {call(wecomtest.Call{Body: []byte(`{}`)}), 400},
		"encrypt is a number":     {call(wecomtest.Call{Body: []byte(`{"encrypt":12}`)}), 400},
		"nothing inside":          {call(wecomtest.Call{Plain: nil}), 400},
		"no JSON inside":          {call(wecomtest.Call{Plain: []byte("本周新增")}), 400},
		"no msgid inside":         {call(wecomtest.Call{Plain: []byte(`{"msgtype":"text","from":{"userid":"zhangwei"}}`)}), 400},
		"PUT":                     {call(wecomtest.Call{Method: http.MethodPut, Plain: plain}), 405},
		"HEAD":                    {call(wecomtest.Call{Method: http.MethodHead, Plain: plain}), 405},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := c.send()
			if err != nil || got.Status != c.want {
				t.Errorf("status %d, %v, want %d", got.Status, err, c.want)
			}
			if body := string(got.Body); strings.TrimSpace(body) != http.StatusText(c.want) {
				t.Errorf("the refusal says %q", body)
			}
		})
	}
	if n := s.service.turns(); n != 0 {
		t.Errorf("%d turns were made of what was refused", n)
	}
	for _, reason := range []string{"no signature", "signature does not fit", "off this machine's clock", "another receiveid", "no number of seconds", "no msgid"} {
		if !strings.Contains(s.log.String(), reason) {
			t.Errorf("the log does not give the reason %q", reason)
		}
	}
}

// What the platform's plugin takes, and what is still fresh, is taken.
func TestSpellingsThatPass(t *testing.T) {
	s := play(t)
	rename := func(name, spelling string) {
		s.reach(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			query := r.URL.Query()
			query.Set(spelling, query.Get(name))
			if spelling != name {
				query.Del(name)
			}
			r.URL.RawQuery = query.Encode()
			s.aibot.ServeHTTP(w, r)
		}))
	}
	for _, spelling := range []string{"msg_signature", "msgsignature", "signature"} {
		rename("msg_signature", spelling)
		if _, err := s.Send(t.Context(), hello()); err != nil {
			t.Errorf("%s: %v", spelling, err)
		}
	}
	s.reach(s.aibot)
	for _, age := range []time.Duration{9 * time.Minute, -9 * time.Minute} {
		if got, err := s.Stale(t.Context(), hello(), age); err != nil || got.Status != http.StatusOK {
			t.Errorf("%v old: status %d, %v", age, got.Status, err)
		}
	}
	s.reach(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body bytes.Buffer
		if _, err := body.ReadFrom(r.Body); err != nil {
			t.Error(err)
		}
		again := r.Clone(r.Context())
		again.Body = io.NopCloser(strings.NewReader(strings.Replace(body.String(), "encrypt", "Encrypt", 1)))
		s.aibot.ServeHTTP(w, again)
	}))
	if _, err := s.Send(t.Context(), hello()); err != nil {
		t.Errorf("Encrypt: %v", err)
	}
}

func TestGroupsAreHeardOnlyWhenMentioned(t *testing.T) {
	s := play(t)
	for _, m := range []wecomtest.Msg{
		{From: "lina", Group: "wrSecretGroup", Text: "本周新增", Unmentioned: true},
		{From: "lina", Group: "wrSecretGroup", Kind: wecomtest.Image},
	} {
		if _, err := s.Send(t.Context(), m); !errors.Is(err, wecomtest.ErrNotDelivered) {
			t.Errorf("%+v: %v", m, err)
		}
	}
	if n := s.service.turns(); n != 0 {
		t.Errorf("%d turns", n)
	}
}

func TestGreeting(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t)
		s.service.do = func(_ context.Context, m bot.Message) (string, bool, error) {
			if m.Media != bot.MediaEnter {
				t.Errorf("media %q", m.Media)
			}
			switch m.From {
			case "slow":
				time.Sleep(6 * time.Second)
			case "quiet":
				return "", true, nil
			case "long":
				return strings.Repeat("安", 2048), true, nil
			}
			return "您好", true, nil
		}
		if a, err := s.Enter(t.Context(), "zhangwei"); err != nil || a.Text != "您好" || a.Stream != "" {
			t.Errorf("answered by %+v, %v", a, err)
		}
		if _, err := s.Enter(t.Context(), "zhangwei"); !errors.Is(err, wecomtest.ErrNotDelivered) {
			t.Errorf("the second time: %v", err)
		}
		for _, from := range []string{"slow", "quiet"} {
			if a, err := s.Enter(t.Context(), from); err != nil || a.Text != "" || a.Tries != 1 {
				t.Errorf("%s: answered by %+v, %v", from, a, err)
			}
		}
		if a, err := s.Enter(t.Context(), "long"); err != nil || len(a.Text) > 2048 || !strings.HasSuffix(a.Text, "…") {
			t.Errorf("long: answered by %d bytes, %v", len(a.Text), err)
		}
		if err := s.aibot.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestEventsThatTakeNoAnswer(t *testing.T) {
	s := play(t)
	for _, e := range []wecomtest.Event{
		{From: "lina", Type: "something_new"},
		{From: "lina", Group: "wrSecretGroup", Type: "template_card_event", Body: map[string]any{"event_key": "@pressed", "task_id": "t"}},
	} {
		if a, err := s.Event(t.Context(), e); err != nil || a.Text != "" || a.Tries != 1 {
			t.Errorf("%s: answered by %+v, %v", e.Type, a, err)
		}
	}
	if n := s.service.turns(); n != 0 {
		t.Errorf("%d turns", n)
	}
}

func TestSlowTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t)
		s.service.do = func(ctx context.Context, m bot.Message) (string, bool, error) {
			time.Sleep(9500 * time.Millisecond)
			return "收到", true, ctx.Err() // the request it came with has long ended
		}
		began := time.Now()
		a, err := s.Send(t.Context(), hello())
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{working, "收到"}, a.Shown); diff != "" {
			t.Error(diff)
		}
		if took := time.Since(began); a.Polls != 6 || a.Tries != 1 || took != 10*time.Second {
			t.Errorf("%d polls, %d tries, %v", a.Polls, a.Tries, took)
		}
		again, err := s.Resend(t.Context(), a.ID)
		if err != nil || again.Text != "收到" || again.Stream != a.Stream || again.Polls != 0 {
			t.Errorf("a resend is answered by %+v, %v", again, err)
		}
	})
}

// The words for an overload and for a failing store are stored nowhere, and
// reach the member all the same.
func TestSlowTurnThatStoresNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t)
		s.service.do = func(context.Context, bot.Message) (string, bool, error) {
			time.Sleep(6 * time.Second)
			return "发得太快", false, nil
		}
		a, err := s.Send(t.Context(), hello())
		if err != nil || a.Text != "发得太快" {
			t.Errorf("answered by %+v, %v", a, err)
		}
	})
}

func TestSlowTurnThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t)
		s.service.do = func(context.Context, bot.Message) (string, bool, error) {
			time.Sleep(6 * time.Second)
			return "", false, errors.New("本周新增 of zhangwei broke it")
		}
		a, err := s.Send(t.Context(), hello())
		if diff := cmp.Diff([]string{working, lost}, a.Shown); diff != "" || err != nil {
			t.Errorf("%v, %s", err, diff)
		}
		synctest.Wait() // the poll and the end of the turn fall on one instant
		if !strings.Contains(s.log.String(), "failed late") {
			t.Error("the log does not say so")
		}
	})
}

func TestRestartDuringATurn(t *testing.T) {
	for _, stored := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			s := play(t)
			s.service.do = func(context.Context, bot.Message) (string, bool, error) {
				time.Sleep(4700 * time.Millisecond)
				return "收到", stored, nil
			}
			old := s.aibot
			time.AfterFunc(4500*time.Millisecond, func() {
				if err := old.Close(t.Context()); err != nil {
					t.Error(err)
				}
				s.restart()
			})
			a, err := s.Send(t.Context(), hello())
			want := lost
			if stored {
				want = "收到"
			}
			if err != nil || a.Text != want {
				t.Errorf("stored %v: answered by %+v, %v", stored, a, err)
			}
		})
	}
}

// While the store does not answer nobody can say that the words are lost.
func TestRefreshWaitsForTheStore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t)
		s.service.do = func(context.Context, bot.Message) (string, bool, error) {
			time.Sleep(5 * time.Second)
			return "收到", true, nil
		}
		time.AfterFunc(4500*time.Millisecond, func() {
			s.service.mu.Lock()
			s.service.down = errors.New("no quorum")
			s.service.mu.Unlock()
			s.restart()
		})
		time.AfterFunc(10500*time.Millisecond, func() {
			s.service.mu.Lock()
			s.service.down = nil
			s.service.mu.Unlock()
		})
		a, err := s.Send(t.Context(), hello())
		if err != nil || a.Text != "收到" || a.Polls != 7 {
			t.Errorf("answered by %+v, %v", a, err)
		}
	})
}

func TestLateWordsAreKeptForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t)
		s.service.do = func(context.Context, bot.Message) (string, bool, error) {
			time.Sleep(5 * time.Second)
			return "收到", false, nil
		}
		refresh := func(stream string) (shown string) {
			got, err := s.Call(t.Context(), wecomtest.Call{Plain: []byte(`{"msgtype":"stream","stream":{"id":"` + stream + `"}}`)})
			if err != nil || got.Status != http.StatusOK {
				t.Fatalf("status %d, %v", got.Status, err)
			}
			before, after, _ := strings.Cut(s.log.String()[strings.LastIndex(s.log.String(), `"outcome":"`):], `"outcome":"`)
			outcome, _, _ := strings.Cut(before+after, `"`)
			return outcome
		}
		a, err := s.Send(t.Context(), hello())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(6 * time.Minute)
		if got := refresh(a.Stream); got != "answered" {
			t.Errorf("after 6 minutes: %s", got)
		}
		time.Sleep(2 * time.Minute)
		b, err := s.Send(t.Context(), hello()) // which clears away what is old
		if err != nil {
			t.Fatal(err)
		}
		if got := refresh(a.Stream); got != "lost" {
			t.Errorf("after 8 minutes: %s", got)
		}
		if got := refresh(b.Stream); got != "answered" {
			t.Errorf("the later one: %s", got)
		}
		s.service.mad = true
		if got := refresh("s-unknown"); got != "put off" {
			t.Errorf("a lookup that panics: %s", got)
		}
	})
}

func TestResendsDuringATurnRunOneTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t, func(c *wecomtest.Config) { c.Patience = 1500 * time.Millisecond })
		s.service.do = func(context.Context, bot.Message) (string, bool, error) {
			time.Sleep(3500 * time.Millisecond)
			return "收到", true, nil
		}
		a, err := s.Send(t.Context(), hello())
		if err != nil || a.Tries != 3 || a.Text != "收到" || s.service.turns() != 1 {
			t.Errorf("answered by %+v, %v after %d turns", a, err, s.service.turns())
		}
	})
}

func TestTheSameMessageTwiceAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t)
		s.service.do = func(context.Context, bot.Message) (string, bool, error) {
			time.Sleep(time.Second)
			return "收到", true, nil
		}
		a, b, err := s.SendTwiceAtOnce(t.Context(), hello())
		if err != nil || a.Text != "收到" || b.Text != "收到" || a.Stream != b.Stream || s.service.turns() != 1 {
			t.Errorf("%+v and %+v, %v after %d turns", a, b, err, s.service.turns())
		}
	})
}

func TestReplay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t)
		a, err := s.Send(t.Context(), hello())
		if err != nil {
			t.Fatal(err)
		}
		if b, err := s.Replay(t.Context(), a.ID); err != nil || b.Text != a.Text || b.Stream != a.Stream {
			t.Errorf("replayed: %+v, %v, was %+v", b, err, a)
		}
		time.Sleep(11 * time.Minute)
		var refused *wecomtest.Refused
		if _, err := s.Replay(t.Context(), a.ID); !errors.As(err, &refused) || refused.Status != http.StatusForbidden {
			t.Errorf("replayed after 11 minutes: %v", err)
		}
		if b, err := s.Resend(t.Context(), a.ID); err != nil || b.Text != a.Text {
			t.Errorf("resent after 11 minutes: %+v, %v", b, err)
		}
	})
}

func TestBrokenTurns(t *testing.T) {
	var bug map[string]int
	for name, broken := range map[string]func(){
		"panic with words":   func() { panic("本周新增 from zhangwei") },
		"panic with error":   func() { panic(errors.New("本周新增 from zhangwei")) },
		"panic of runtime":   func() { bug["本周新增"]++ },
		"goroutine that end": func() { runtime.Goexit() },
		"nothing":            nil,
	} {
		t.Run(name, func(t *testing.T) {
			s := play(t)
			s.service.do = func(context.Context, bot.Message) (string, bool, error) {
				if broken == nil {
					return "", false, errors.New("本周新增 from zhangwei")
				}
				broken()
				return "", false, nil
			}
			a, err := s.Send(t.Context(), hello())
			if !errors.Is(err, wecomtest.ErrUnanswered) || !strings.Contains(err.Error(), "status 500") || a.Tries != 3 {
				t.Errorf("answered by %+v, %v", a, err)
			}
			s.service.do = nil
			if a, err := s.Resend(t.Context(), a.ID); err != nil || a.Text != "收到：本周新增 12 人" {
				t.Errorf("mended: answered by %+v, %v", a, err)
			}
		})
	}
}

func TestATurnOutlivesItsRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t)
		s.service.do = func(ctx context.Context, m bot.Message) (string, bool, error) {
			time.Sleep(2 * time.Second)
			return "收到", true, ctx.Err()
		}
		m := hello()
		m.ID = "m-hung-up"
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := s.Send(ctx, m); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("hung up: %v", err)
		}
		time.Sleep(2 * time.Second)
		if a, err := s.Resend(t.Context(), m.ID); err != nil || a.Text != "收到" {
			t.Errorf("answered by %+v, %v", a, err)
		}
		if !strings.Contains(s.log.String(), "hung up") {
			t.Error("the log does not say so")
		}
	})
}

func TestCloseDrains(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t)
		s.service.do = func(ctx context.Context, m bot.Message) (string, bool, error) {
			select {
			case <-time.After(20 * time.Second):
				return "收到", true, nil
			case <-ctx.Done():
				return "", false, ctx.Err()
			}
		}
		var a wecomtest.Answer
		var err error
		answered := make(chan struct{})
		go func() {
			defer close(answered)
			a, err = s.Send(t.Context(), hello())
		}()
		time.Sleep(10 * time.Second)
		closed := make(chan error)
		go func() { closed <- s.aibot.Close(context.Background()) }()
		synctest.Wait()
		if _, err := s.Send(t.Context(), hello()); !errors.Is(err, wecomtest.ErrUnanswered) || !strings.Contains(err.Error(), "503") {
			t.Errorf("while closing: %v", err)
		}
		if err := <-closed; err != nil {
			t.Error(err)
		}
		<-answered
		if err != nil || a.Text != "收到" || s.service.turns() != 1 {
			t.Errorf("answered by %+v, %v after %d turns", a, err, s.service.turns())
		}

		s.restart()
		go func() {
			_, _ = s.Send(t.Context(), hello())
		}()
		time.Sleep(5 * time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.aibot.Close(ctx); !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "1 messages") {
			t.Errorf("not drained in time: %v", err)
		}
		time.Sleep(5 * time.Second) // the member is told that the words are lost
	})
}

func TestATurnMayNotTakeForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t)
		s.service.do = func(ctx context.Context, m bot.Message) (string, bool, error) {
			<-ctx.Done()
			return "", false, ctx.Err()
		}
		began := time.Now()
		a, err := s.Send(t.Context(), hello())
		if took := time.Since(began); err != nil || a.Text != lost || took > 3*time.Minute {
			t.Errorf("answered by %+v, %v after %v", a, err, took)
		}
	})
}

func TestLongAnswersAreCut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t)
		var late bool
		s.service.do = func(_ context.Context, m bot.Message) (string, bool, error) {
			if late {
				time.Sleep(5 * time.Second)
			}
			return strings.Repeat("安", m.Limit/3+1) + "\xff", true, nil
		}
		for range 2 {
			a, err := s.Send(t.Context(), hello())
			if err != nil || len(a.Text) > 20480 || len(a.Text) < 20470 || !strings.HasSuffix(a.Text, "安…") {
				t.Errorf("answered by %d bytes, %v", len(a.Text), err)
			}
			late = true
		}
		if n := strings.Count(s.log.String(), "reply cut"); n != 2 {
			t.Errorf("logged %d times", n)
		}
	})
}

func TestManyAtOnceOutOfOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t)
		s.service.do = func(_ context.Context, m bot.Message) (string, bool, error) {
			time.Sleep(time.Duration(len(m.Text)%7) * time.Second)
			return m.From + m.Text, true, nil
		}
		var all sync.WaitGroup
		for i := range 60 {
			all.Go(func() {
				from, text := fmt.Sprintf("zhangwei%d", i/3), strings.Repeat("x", i)
				a, err := s.Send(t.Context(), wecomtest.Msg{From: from, Text: text})
				if want := from + strings.TrimSpace(text); err != nil || a.Text != want {
					t.Errorf("%d: answered by %+v, %v", i, a, err)
				}
			})
		}
		all.Wait()
		if n := s.service.turns(); n != 60 {
			t.Errorf("%d turns", n)
		}
	})
}

func TestThreeInteractionsPerMember(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := play(t)
		s.service.do = func(context.Context, bot.Message) (string, bool, error) {
			time.Sleep(10 * time.Second)
			return "收到", true, nil
		}
		var three sync.WaitGroup
		for range 3 {
			three.Go(func() {
				if _, err := s.Send(t.Context(), hello()); err != nil {
					t.Error(err)
				}
			})
		}
		time.Sleep(6 * time.Second)
		if _, err := s.Send(t.Context(), hello()); !errors.Is(err, wecomtest.ErrBusy) {
			t.Errorf("the fourth: %v", err)
		}
		if _, err := s.Send(t.Context(), wecomtest.Msg{From: "lina"}); err != nil {
			t.Errorf("somebody else: %v", err)
		}
		three.Wait()
		if _, err := s.Send(t.Context(), hello()); err != nil {
			t.Error(err)
		}
	})
}

func TestNewAibotChecksItsConfiguration(t *testing.T) {
	for name, spoil := range map[string]func(*wecom.Config){
		"no token":   func(c *wecom.Config) { c.Token = "" },
		"bad key":    func(c *wecom.Config) { c.AESKey = c.AESKey[1:] },
		"no working": func(c *wecom.Config) { c.Words.Working = "" },
		"no lost":    func(c *wecom.Config) { c.Words.Lost = "" },
	} {
		cfg := config()
		spoil(&cfg)
		if _, err := wecom.NewAibot(cfg, &service{}, nil); err == nil {
			t.Errorf("%s: accepted", name)
		} else {
			clean(t, "the error", err.Error())
		}
	}
	cfg := config()
	cfg.Now, cfg.Answer, cfg.Turn = time.Now, time.Second, time.Minute
	if _, err := wecom.NewAibot(cfg, &service{}, nil); err != nil {
		t.Error(err)
	}
}

// Errors of the platform's double end up in the demo's log, so the address
// with its signature must not be in them.
func TestErrorsOfTheDoubleAreClean(t *testing.T) {
	p, err := wecomtest.New(wecomtest.Config{URL: "http://127.0.0.1:1/", Token: token, AESKey: aesKey, BotName: robot})
	if err != nil {
		t.Fatal(err)
	}
	_, err = p.Send(t.Context(), hello())
	if !errors.Is(err, wecomtest.ErrUnanswered) {
		t.Fatal(err)
	}
	clean(t, "the error", err.Error()+url.QueryEscape(err.Error()))
	if err := p.Verify(t.Context()); err == nil {
		t.Error("verified")
	} else {
		clean(t, "the error", err.Error())
	}
}
