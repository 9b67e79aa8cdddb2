package wecom_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
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
	corp  = "wwS3cretCorp"
	agent = 1000002
)

// late is a reply that was handed over.
type late struct {
	m     bot.Message
	reply bot.Reply
}

// appScene is a platform, an application's channel and a service.
type appScene struct {
	*wecomtest.App
	t       *testing.T
	app     *wecom.App
	service *service
	files   *files
	media   map[string]wecomtest.Attachment // by media_id
	log     *buffer

	mu   sync.Mutex
	late []late
}

func (s *appScene) Download(_ context.Context, id string) (string, io.ReadCloser, error) {
	f, ok := s.media[id]
	if !ok {
		return "", nil, errors.New("no medium " + id)
	}
	return f.Name, io.NopCloser(strings.NewReader(string(f.Content))), nil
}

func (s *appScene) handed() []late {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.late
}

func (s *appScene) config() wecom.AppConfig {
	return wecom.AppConfig{
		CorpID: corp, AgentID: agent, Token: token, AESKey: aesKey,
		Words: wecom.Words{Lost: lost, Unavailable: unavailable},
		Files: s.files, Downloads: s,
		Late: func(_ context.Context, m bot.Message, reply bot.Reply) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.late = append(s.late, late{m, reply})
		},
	}
}

func playApp(t *testing.T) *appScene {
	t.Helper()
	s := &appScene{
		t: t, service: &service{stored: map[string]bot.Reply{}, running: map[string]int{}}, log: &buffer{},
		files: &files{kept: map[string]string{}}, media: map[string]wecomtest.Attachment{},
	}
	var err error
	s.app, err = wecom.NewApp(s.config(), s.service, slog.New(slog.NewJSONHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		t.Fatal(err)
	}
	s.App, err = wecomtest.NewApp(wecomtest.AppConfig{
		URL: "https://bot.example/wecom/app", Token: token, AESKey: aesKey, CorpID: corp, AgentID: agent,
		Client: &http.Client{Transport: wecomtest.Direct(s.app)},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if s.service.twice {
			t.Error("a message was being worked on twice at once")
		}
		clean(t, "the log", s.log.String())
		for _, secret := range []string{corp, "resp0nseC0de", "medium-"} {
			if strings.Contains(s.log.String(), secret) {
				t.Errorf("the log holds %q: %s", secret, s.log)
			}
		}
	})
	return s
}

func TestAppAddressIsVerified(t *testing.T) {
	s := playApp(t)
	if err := s.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	for name, c := range map[string]wecomtest.Call{
		"for a bot":           {Plain: []byte("161614"), Receiver: "wwOther"},
		"forged":              {Plain: []byte("161614"), Signature: strings.Repeat("0", 40)},
		"a member's message":  {Plain: []byte("<xml></xml>")},
		"stale":               {Plain: []byte("161614"), Timestamp: fmt.Sprint(time.Now().Unix() - 700)},
		"without a signature": {Plain: []byte("161614"), Unsigned: true},
	} {
		c.Method = http.MethodGet
		if got, err := s.Call(t.Context(), c); err != nil || got.Status != http.StatusForbidden || strings.Contains(string(got.Body), "161614") {
			t.Errorf("%s: status %d, %v, %q", name, got.Status, err, got.Body)
		}
	}
}

func TestAppMessagesAreAnswered(t *testing.T) {
	s := playApp(t)
	for _, c := range []struct {
		send wecomtest.AppMsg
		want bot.Message
	}{
		{wecomtest.AppMsg{Text: " 汇总 <一> & ]]> "}, bot.Message{Media: bot.MediaText, Text: "汇总 <一> & ]]>"}},
		{wecomtest.AppMsg{Kind: wecomtest.Location, Text: "本周新增"}, bot.Message{Media: bot.MediaOther}},
		{wecomtest.AppMsg{Kind: wecomtest.Link, Text: "本周新增"}, bot.Message{Media: bot.MediaOther}},
		{wecomtest.AppMsg{Kind: wecomtest.Image}, bot.Message{Media: bot.MediaImage, Files: lostFiles(1)}},
	} {
		c.send.From = "zhangwei"
		a, err := s.Send(t.Context(), c.send)
		if err != nil {
			t.Fatalf("%+v: %v", c.send, err)
		}
		c.want.Channel, c.want.Bot, c.want.ID, c.want.From = "app", "1000002", a.ID, "zhangwei"
		c.want.Limit, c.want.Cards = 2048, bot.CardsApart
		if diff := cmp.Diff(c.want, s.service.last()); diff != "" {
			t.Errorf("%+v:\n%s", c.send, diff)
		}
		if a.Text != "收到："+c.want.Text || a.Tries != 1 {
			t.Errorf("%+v: answered by %+v", c.send, a)
		}
		turns := s.service.turns()
		if b, err := s.Resend(t.Context(), a.ID); err != nil || b.Text != a.Text || s.service.turns() != turns+1 {
			t.Errorf("%+v: a resend is answered by %+v, %v", c.send, b, err)
		}
	}
}

func TestAppKeepsMedia(t *testing.T) {
	s := playApp(t)
	// The double gives a medium without a company behind it this id.
	for kind, want := range map[wecomtest.Kind]bot.Media{wecomtest.Image: bot.MediaImage, wecomtest.Voice: bot.MediaVoice, wecomtest.Video: bot.MediaVideo} {
		id := fmt.Sprint(77 + len(s.media))
		s.media["media-"+id] = wecomtest.Attachment{Name: `C:\照片\现场.jpg`, Content: []byte("jpg " + kind)}
		a, err := s.Send(t.Context(), wecomtest.AppMsg{From: "zhangwei", Kind: kind, ID: id})
		m := s.service.last()
		if err != nil || a.Text != "收到：" || m.Media != want || len(m.Files) != 1 || m.Files[0].Hash == "" || m.Files[0].Name != "现场.jpg" {
			t.Errorf("%s: answered by %+v, %v; the turn was given %+v", kind, a, err, m)
		}
	}
	s.files.broken = errors.New("no space left for zhangwei")
	turns := s.service.turns()
	s.media["media-99"] = wecomtest.Attachment{Name: "a", Content: []byte("b")}
	if a, err := s.Send(t.Context(), wecomtest.AppMsg{From: "zhangwei", Kind: wecomtest.Image, ID: "99"}); err != nil || a.Text != unavailable || s.service.turns() != turns {
		t.Errorf("on a full disk: %+v, %v", a, err)
	}
}

func TestAppEvents(t *testing.T) {
	s := playApp(t)
	for _, kind := range []string{"subscribe", "enter_agent"} {
		a, err := s.Event(t.Context(), wecomtest.AppEvent{From: "zhangwei", Type: kind})
		if m := s.service.last(); err != nil || a.Text != "收到：" || m.Media != bot.MediaEnter || m.From != "zhangwei" {
			t.Errorf("%s: answered by %+v, %v", kind, a, err)
		}
	}
	turns := s.service.turns()
	for _, kind := range []string{"unsubscribe", "click", "view", "template_card_menu_event", "something_new"} {
		if a, err := s.Event(t.Context(), wecomtest.AppEvent{From: "zhangwei", Type: kind, Key: "本周新增"}); err != nil || a.Text != "" || a.Tries != 1 {
			t.Errorf("%s: answered by %+v, %v", kind, a, err)
		}
	}
	if n := s.service.turns(); n != turns {
		t.Errorf("%d turns were made of what takes none", n-turns)
	}
}

func press(key string) wecomtest.AppEvent {
	return wecomtest.AppEvent{From: "zhangwei", Type: "template_card_event", Key: key, Task: "3@ab", CardType: "button_interaction", ResponseCode: "resp0nseC0de"}
}

func TestAppPress(t *testing.T) {
	s := playApp(t)
	s.service.card = asks
	a, err := s.Event(t.Context(), press("是"))
	if err != nil || a.Text != "" || a.Card == nil || a.Card.Title != "已选：是" || a.Card.Replaced == "" || a.Card.Task != "3@ab" {
		t.Errorf("answered by %+v, %v", a, err)
	}
	m := s.service.last()
	want := bot.Message{
		Channel: "app", Bot: "1000002", ID: m.ID, From: "zhangwei", Media: bot.MediaPress, Text: "是",
		Press: bot.Press{Task: "3@ab", Code: "resp0nseC0de"}, Limit: 2048, Cards: bot.CardsApart,
	}
	if diff := cmp.Diff(want, m); diff != "" || len(m.ID) < 32 {
		t.Errorf("id %q\n%s", m.ID, diff)
	}
	s.service.card = nil
	if a, err := s.Event(t.Context(), press("否")); err != nil || a.Card != nil || a.Text != "" {
		t.Errorf("without a card: %+v, %v", a, err)
	}
}

// Two presses within a second are two; one that comes again is one.
func TestAppEventsInOneSecond(t *testing.T) {
	s := playApp(t)
	at := time.Now()
	ids := map[string]string{}
	for name, e := range map[string]wecomtest.AppEvent{
		"是": press("是"), "否": press("否"),
		"another card":   {From: "zhangwei", Type: "template_card_event", Key: "是", Task: "4@ab", CardType: "button_interaction"},
		"another member": {From: "lina", Type: "template_card_event", Key: "是", Task: "3@ab", CardType: "button_interaction"},
		"opening":        {From: "zhangwei", Type: "enter_agent"},
		"coming":         {From: "zhangwei", Type: "subscribe"},
		"a second later": {From: "zhangwei", Type: "enter_agent", At: at.Add(time.Second)},
	} {
		if e.At.IsZero() {
			e.At = at
		}
		for range 2 {
			if _, err := s.Event(t.Context(), e); err != nil {
				t.Fatal(err)
			}
			id := s.service.last().ID
			if other, taken := ids[id]; taken && other != name {
				t.Errorf("%s is taken for %s", name, other)
			}
			ids[id] = name
		}
		// The code to change the card with may be another with every try.
		e.ResponseCode = "another"
		if _, err := s.Event(t.Context(), e); err != nil || ids[s.service.last().ID] != name {
			t.Errorf("%s: sent again it is another event, %v", name, err)
		}
	}
	if len(ids) != 7 {
		t.Errorf("%d ids for 7 events", len(ids))
	}
}

func TestAppRefusals(t *testing.T) {
	s := playApp(t)
	plain, err := s.Compose(wecomtest.AppMsg{From: "zhangwei", Text: "本周新增"})
	if err != nil {
		t.Fatal(err)
	}
	change := func(old, new string) []byte {
		changed := strings.Replace(string(plain), old, new, 1)
		if changed == string(plain) {
			t.Fatalf("there is no %s to change", old)
		}
		return []byte(changed)
	}
	message := func(fields string) []byte { return []byte("<xml>" + fields + "</xml>") }
	for name, c := range map[string]struct {
		call wecomtest.Call
		want int
	}{
		"forged":                {wecomtest.Call{Plain: plain, Signature: strings.Repeat("0", 40)}, 403},
		"unsigned":              {wecomtest.Call{Plain: plain, Unsigned: true}, 403},
		"stale":                 {wecomtest.Call{Plain: plain, Timestamp: fmt.Sprint(time.Now().Unix() - 700)}, 403},
		"for another company":   {wecomtest.Call{Plain: plain, Receiver: "wwOther"}, 403},
		"another application":   {wecomtest.Call{Plain: change("1000002", "1000003")}, 403},
		"oversized":             {wecomtest.Call{Body: []byte(strings.Repeat(" ", 1<<20+1))}, 413},
		"no XML":                {wecomtest.Call{Body: []byte(`{"encrypt":"x"}`)}, 400},
		"no Encrypt":            {wecomtest.Call{Body: []byte(`<xml></xml>`)}, 400},
		"two Encrypts":          {wecomtest.Call{Body: []byte(`<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>`)}, 400},
		"another root":          {wecomtest.Call{Body: []byte(`<html><Encrypt>a</Encrypt></html>`)}, 400},
		"two roots":             {wecomtest.Call{Body: []byte(`<xml><Encrypt>a</Encrypt></xml><xml/>`)}, 400},
		"damaged":               {wecomtest.Call{Sealed: "AAAA"}, 400},
		"nothing inside":        {wecomtest.Call{Plain: []byte{}}, 400},
		"no XML inside":         {wecomtest.Call{Plain: []byte("本周新增")}, 400},
		"not UTF-8":             {wecomtest.Call{Plain: change("本周新增", "\xff\xfe")}, 400},
		"in another encoding":   {wecomtest.Call{Plain: []byte(`<?xml version="1.0" encoding="gbk"?>` + string(plain))}, 400},
		"a document type":       {wecomtest.Call{Plain: []byte(`<!DOCTYPE xml [<!ENTITY a "zhangwei">]>` + string(plain))}, 400},
		"an entity":             {wecomtest.Call{Plain: change("<![CDATA[zhangwei]]>", "&a;")}, 400},
		"an outside entity":     {wecomtest.Call{Plain: []byte(`<!DOCTYPE x SYSTEM "file:///etc/passwd"><xml>&x;</xml>`)}, 400},
		"an instruction":        {wecomtest.Call{Plain: []byte(`<?php x?>` + string(plain))}, 400},
		"not closed":            {wecomtest.Call{Plain: plain[:len(plain)-3]}, 400},
		"deep":                  {wecomtest.Call{Plain: []byte(strings.Repeat("<xml>", 10000))}, 400},
		"many elements":         {wecomtest.Call{Plain: message(strings.Repeat("<a/>", 600))}, 400},
		"a field twice":         {wecomtest.Call{Plain: change("<MsgType>", "<FromUserName>lina</FromUserName><MsgType>")}, 400},
		"no kind":               {wecomtest.Call{Plain: message("<FromUserName>zhangwei</FromUserName><MsgId>1</MsgId>")}, 400},
		"no id":                 {wecomtest.Call{Plain: message("<FromUserName>zhangwei</FromUserName><MsgType>text</MsgType>")}, 400},
		"long id":               {wecomtest.Call{Plain: message("<FromUserName>zhangwei</FromUserName><MsgType>text</MsgType><MsgId>" + strings.Repeat("7", 300) + "</MsgId>")}, 400},
		"nobody":                {wecomtest.Call{Plain: message("<MsgType>text</MsgType><MsgId>1</MsgId>")}, 400},
		"somebody odd":          {wecomtest.Call{Plain: message("<FromUserName>a\tb</FromUserName><MsgType>text</MsgType><MsgId>1</MsgId>")}, 400},
		"nobody opens":          {wecomtest.Call{Plain: message("<MsgType>event</MsgType><Event>enter_agent</Event><CreateTime>1</CreateTime>")}, 400},
		"an event at no time":   {wecomtest.Call{Plain: message("<FromUserName>zhangwei</FromUserName><MsgType>event</MsgType><Event>enter_agent</Event>")}, 400},
		"a press on nothing":    {wecomtest.Call{Plain: message("<FromUserName>zhangwei</FromUserName><CreateTime>1</CreateTime><MsgType>event</MsgType><Event>template_card_event</Event><TaskId>t</TaskId>")}, 400},
		"a press on no card":    {wecomtest.Call{Plain: message("<FromUserName>zhangwei</FromUserName><CreateTime>1</CreateTime><MsgType>event</MsgType><Event>template_card_event</Event><EventKey>本周新增</EventKey>")}, 400},
		"a press with long key": {wecomtest.Call{Plain: message("<FromUserName>zhangwei</FromUserName><CreateTime>1</CreateTime><MsgType>event</MsgType><Event>template_card_event</Event><TaskId>t</TaskId><EventKey>" + strings.Repeat("k", 1025) + "</EventKey>")}, 400},
		"PUT":                   {wecomtest.Call{Method: http.MethodPut, Plain: plain}, 405},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := s.Call(t.Context(), c.call)
			if err != nil || got.Status != c.want || strings.TrimSpace(string(got.Body)) != http.StatusText(c.want) {
				t.Errorf("status %d, %v, %q, want %d", got.Status, err, got.Body, c.want)
			}
		})
	}
	if n := s.service.turns(); n != 0 {
		t.Errorf("%d turns were made of what was refused", n)
	}
	for _, reason := range []string{"no signature", "another receiveid", "another AgentID", "not UTF-8", "document type", "deep", "512 elements", "twice", "no event_key", "no task_id", "no CreateTime", "no FromUserName", "no MsgId"} {
		if !strings.Contains(s.log.String(), reason) {
			t.Errorf("the log does not give the reason %q", reason)
		}
	}
}

func slow(d time.Duration) func(context.Context, bot.Message) (string, bool, error) {
	return func(context.Context, bot.Message) (string, bool, error) {
		time.Sleep(d)
		return "收到", true, nil
	}
}

// A turn of ten seconds is still under way at the second try, and done at the
// third.
func TestAppSlowTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := playApp(t)
		s.service.do = slow(10 * time.Second)
		a, err := s.Send(t.Context(), wecomtest.AppMsg{From: "zhangwei", Text: "x"})
		if err != nil || a.Text != "收到" || a.Tries != 3 || s.service.turns() != 1 {
			t.Errorf("answered by %+v, %v after %d turns", a, err, s.service.turns())
		}
		time.Sleep(time.Minute)
		if got := s.handed(); len(got) != 0 {
			t.Errorf("handed over as well: %+v", got)
		}
		if b, err := s.Resend(t.Context(), a.ID); err != nil || b.Text != "收到" || b.Tries != 1 {
			t.Errorf("a resend is answered by %+v, %v", b, err)
		}
	})
}

func TestAppReplyTooLateForEveryTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := playApp(t)
		s.service.do = slow(30 * time.Second)
		a, err := s.Send(t.Context(), wecomtest.AppMsg{From: "zhangwei", Text: "x"})
		if !errors.Is(err, wecomtest.ErrUnanswered) || a.Tries != 3 {
			t.Errorf("answered by %+v, %v", a, err)
		}
		time.Sleep(time.Minute)
		got := s.handed()
		if len(got) != 1 || got[0].reply.Text != "收到" || got[0].m.ID != a.ID || s.service.turns() != 1 {
			t.Errorf("handed over: %+v after %d turns", got, s.service.turns())
		}
		// It was given; it is not given again.
		if b, err := s.Resend(t.Context(), a.ID); err != nil || b.Text != "" || b.Tries != 1 {
			t.Errorf("a resend is answered by %+v, %v", b, err)
		}
	})
}

// If the platform does not try again, the reply waits a while and then goes
// as a message.
func TestAppReplyNobodyComesFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := playApp(t)
		s.service.card = asks
		s.service.do = slow(6 * time.Second)
		plain, err := s.Compose(wecomtest.AppMsg{From: "zhangwei", Text: "x"})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.Call(t.Context(), wecomtest.Call{Plain: plain}); err != nil || got.Status != http.StatusServiceUnavailable {
			t.Errorf("status %d, %v", got.Status, err)
		}
		time.Sleep(5 * time.Second)
		if got := s.handed(); len(got) != 0 {
			t.Errorf("handed over at once: %+v", got)
		}
		time.Sleep(10 * time.Second)
		if got := s.handed(); len(got) != 1 || got[0].reply.Text != "收到" {
			t.Errorf("handed over: %+v", got)
		}
		if err := s.app.Close(t.Context()); err != nil || len(s.handed()) != 1 {
			t.Errorf("closed: %v, handed over %d times", err, len(s.handed()))
		}
	})
}

// A try that comes when the turn has ended gets its reply, and nobody gets it
// twice.
func TestAppTryAfterTheTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := playApp(t)
		s.service.do = func(context.Context, bot.Message) (string, bool, error) {
			time.Sleep(5 * time.Second)
			return "发得太快", false, nil // stored nowhere
		}
		m := wecomtest.AppMsg{ID: "7", From: "zhangwei", Text: "x"}
		plain, err := s.Compose(m)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := s.Call(t.Context(), wecomtest.Call{Plain: plain}); err != nil || got.Status != http.StatusServiceUnavailable {
			t.Errorf("status %d, %v", got.Status, err)
		}
		time.Sleep(3 * time.Second)
		if a, err := s.Send(t.Context(), m); err != nil || a.Text != "发得太快" || a.Tries != 1 || s.service.turns() != 1 {
			t.Errorf("answered by %+v, %v after %d turns", a, err, s.service.turns())
		}
		time.Sleep(time.Minute)
		if got := s.handed(); len(got) != 0 {
			t.Errorf("handed over as well: %+v", got)
		}
	})
}

func TestAppSlowTurnsThatFail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := playApp(t)
		s.service.do = func(context.Context, bot.Message) (string, bool, error) {
			time.Sleep(20 * time.Second)
			return "", false, errors.New("本周新增 of zhangwei broke it")
		}
		if _, err := s.Send(t.Context(), wecomtest.AppMsg{From: "zhangwei", Text: "x"}); !errors.Is(err, wecomtest.ErrUnanswered) {
			t.Error(err)
		}
		time.Sleep(time.Minute)
		if got := s.handed(); len(got) != 1 || got[0].reply.Text != unavailable {
			t.Errorf("handed over: %+v", got)
		}

		// A failure before the last try is the next one's to mend.
		s.service.do = func(context.Context, bot.Message) (string, bool, error) {
			if s.service.turns() == 2 {
				time.Sleep(4500 * time.Millisecond)
				return "", false, errors.New("本周新增 of zhangwei broke it")
			}
			return "收到", true, nil
		}
		a, err := s.Send(t.Context(), wecomtest.AppMsg{From: "zhangwei", Text: "x"})
		if err != nil || a.Tries != 3 || a.Text != "收到" {
			t.Errorf("answered by %+v, %v", a, err)
		}
		time.Sleep(time.Minute)
		if got := s.handed(); len(got) != 1 {
			t.Errorf("handed over: %+v", got[1:])
		}
	})
}

func TestAppSlowPress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := playApp(t)
		s.service.card = asks
		s.service.do = slow(20 * time.Second)
		if _, err := s.Event(t.Context(), press("是")); !errors.Is(err, wecomtest.ErrUnanswered) {
			t.Error(err)
		}
		// Close hands over what nobody has fetched.
		if err := s.app.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if got := s.handed(); len(got) != 1 || got[0].reply.Card == nil || got[0].m.Press.Code != "resp0nseC0de" {
			t.Errorf("handed over: %+v", got)
		}
		if _, err := s.Send(t.Context(), wecomtest.AppMsg{From: "zhangwei", Text: "x"}); !errors.Is(err, wecomtest.ErrUnanswered) || !strings.Contains(err.Error(), "503") {
			t.Errorf("while closing: %v", err)
		}
	})
}

func TestAppWithoutLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := playApp(t)
		cfg := s.config()
		cfg.Late, cfg.Files, cfg.Downloads = nil, nil, nil
		app, err := wecom.NewApp(cfg, s.service, nil)
		if err != nil {
			t.Fatal(err)
		}
		p, err := wecomtest.NewApp(wecomtest.AppConfig{
			URL: "https://bot.example/", Token: token, AESKey: aesKey, CorpID: corp, AgentID: agent, Client: &http.Client{Transport: wecomtest.Direct(app)},
		})
		if err != nil {
			t.Fatal(err)
		}
		if a, err := p.Send(t.Context(), wecomtest.AppMsg{From: "zhangwei", Kind: wecomtest.Image}); err != nil || a.Text != "收到：" {
			t.Errorf("a picture is answered by %+v, %v", a, err)
		}
		s.service.do = slow(20 * time.Second)
		if _, err := p.Send(t.Context(), wecomtest.AppMsg{From: "zhangwei", Text: "x"}); !errors.Is(err, wecomtest.ErrUnanswered) {
			t.Error(err)
		}
		if err := app.Close(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestAppLongAnswersAreCut(t *testing.T) {
	s := playApp(t)
	s.service.do = func(context.Context, bot.Message) (string, bool, error) {
		return strings.Repeat("安", 1000) + "\x00\xff", true, nil
	}
	if a, err := s.Send(t.Context(), wecomtest.AppMsg{From: "zhangwei", Text: "x"}); err != nil || len(a.Text) > 2048 || !strings.HasSuffix(a.Text, "安…") {
		t.Errorf("answered by %d bytes, %v", len(a.Text), err)
	}
	s.service.do = func(context.Context, bot.Message) (string, bool, error) {
		return "一\n<b>&amp;</b> ]]>\x00\x1b二", true, nil
	}
	if a, err := s.Send(t.Context(), wecomtest.AppMsg{From: "zhangwei", Text: "x"}); err != nil || a.Text != "一\n<b>&amp;</b> ]]>二" {
		t.Errorf("answered by %+v, %v", a, err)
	}
}

func TestNewAppChecksItsConfiguration(t *testing.T) {
	s := playApp(t)
	for name, spoil := range map[string]func(*wecom.AppConfig){
		"no company": func(c *wecom.AppConfig) { c.CorpID = " " },
		"no agent":   func(c *wecom.AppConfig) { c.AgentID = 0 },
		"no token":   func(c *wecom.AppConfig) { c.Token = "" },
		"bad key":    func(c *wecom.AppConfig) { c.AESKey = c.AESKey[1:] },
		"no words":   func(c *wecom.AppConfig) { c.Words.Lost = "" },
	} {
		cfg := s.config()
		spoil(&cfg)
		if _, err := wecom.NewApp(cfg, s.service, nil); err == nil {
			t.Errorf("%s: accepted", name)
		} else {
			clean(t, "the error", err.Error())
		}
	}
}
