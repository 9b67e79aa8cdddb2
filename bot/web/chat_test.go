package web_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/parser"
	"go/token"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anyuebot/bot"
	"anyuebot/bot/web"
)

// delivery is a call of Send.
type delivery struct{ From, Group, Text string }

// service stands for everything behind the port.
type service struct {
	mu     sync.Mutex
	got    []delivery
	answer func(delivery) (string, error) // nil: an echo
}

func (s *service) send(_ context.Context, m web.Message) (web.Answer, error) {
	d := delivery{m.From, m.Group, m.Text}
	s.mu.Lock()
	s.got = append(s.got, d)
	s.mu.Unlock()
	if s.answer != nil {
		text, err := s.answer(d)
		return web.Answer{Text: text}, err
	}
	return web.Answer{Text: "收到 " + m.Text}, nil
}

func (s *service) deliveries() []delivery {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.got)
}

func config(s *service) web.Config {
	return web.Config{
		Title: "演示", GroupName: "工作群", GroupID: "wr1", BotName: "安月小助手",
		People: []web.Person{
			{UserID: "lisi", Name: "李四", Role: "山河镇联络员", Unit: "山河镇"},
			{UserID: "zhou", Name: "周梅", Role: "教育局联络员", Unit: "教育局"},
		},
		Send: s.send,
		Now:  func() time.Time { return time.Date(2021, 6, 16, 9, 5, 0, 0, time.UTC) },
	}
}

func serve(t *testing.T, cfg web.Config) (*httptest.Server, *web.Chat) {
	t.Helper()
	chat := web.NewChat(cfg)
	server := httptest.NewServer(chat)
	t.Cleanup(func() {
		chat.Close()
		server.Close()
	})
	return server, chat
}

// post sends a body and returns the status and the sentence of a refusal.
func post(t *testing.T, address, body string) (int, string) {
	t.Helper()
	resp, err := http.Post(address, "application/json", strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var refusal struct{ Error string }
	_ = json.NewDecoder(resp.Body).Decode(&refusal)
	return resp.StatusCode, refusal.Error
}

func say(t *testing.T, server *httptest.Server, as, chat, text string) {
	t.Helper()
	body, err := json.Marshal(map[string]string{"as": as, "chat": chat, "text": text})
	if err != nil {
		t.Fatal(err)
	}
	if status, refusal := post(t, server.URL+"/send", string(body)); status != http.StatusAccepted {
		t.Fatalf("send %q: status %d, %s", text, status, refusal)
	}
}

// event is what the page gets, with the fields tests look at.
type event struct {
	Name string `json:"-"`
	Mark string `json:"-"`

	ID                       int64
	Kind, Chat, Member, Text string
	HTML                     string
	Heard                    bool
	Re                       int64
	Day, Time                string
	Now, Next, What, To      string // of the clock
	By                       string
	Card                     *bot.Card
	File                     *struct {
		Name  string
		Size  int
		Image bool
	}
}

func (e event) String() string {
	if e.Name != "" {
		return e.Name
	}
	return e.Kind + " " + e.Member + " " + e.Text + e.HTML
}

// listen opens a stream of events, which the test reads one by one, without those
// that tell of what came for others.
func listen(t *testing.T, server *httptest.Server, as, after string) (next func() event, hangUp func()) {
	t.Helper()
	all, hangUp := listenToAll(t, server, as, after)
	return func() event {
		t.Helper()
		for {
			if e := all(); e.Name != "elsewhere" {
				return e
			}
		}
	}, hangUp
}

func listenToAll(t *testing.T, server *httptest.Server, as, after string) (next func() event, hangUp func()) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	t.Cleanup(cancel)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/events?as="+as, nil)
	if err != nil {
		t.Fatal(err)
	}
	if after != "" {
		req.Header.Set("Last-Event-ID", after)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "text/event-stream" {
		t.Fatalf("status %d, type %q", resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, 1<<20)
	return func() event {
		t.Helper()
		var e event
		var data string
		for lines.Scan() {
			name, value, _ := strings.Cut(lines.Text(), ": ")
			switch name {
			case "event":
				e.Name = value
			case "id":
				e.Mark = value
			case "data":
				data = value
			case "":
				if data == "" {
					continue // a sign of life
				}
				if err := json.Unmarshal([]byte(data), &e); err != nil {
					t.Fatalf("data %q: %v", data, err)
				}
				return e
			}
		}
		t.Fatalf("the stream ended: %v", lines.Err())
		return e
	}, cancel
}

// take reads n events.
func take(next func() event, n int) []event {
	var got []event
	for range n {
		got = append(got, next())
	}
	return got
}

// expect reads as many events as there are strings and compares.
func expect(t *testing.T, next func() event, want ...string) []event {
	t.Helper()
	got := take(next, len(want))
	var words []string
	for _, e := range got {
		words = append(words, e.String())
	}
	if diff := cmp.Diff(want, words); diff != "" {
		t.Fatalf("events (-want +got):\n%s", diff)
	}
	return got
}

func TestPage(t *testing.T) {
	cfg := config(&service{})
	cfg.Title = `<b>"演示"</b>`
	server, _ := serve(t, cfg)
	for path, kind := range map[string]string{
		"/": "text/html", "/chat.js": "text/javascript", "/chat.css": "text/css", "/icon.svg": "image/svg+xml",
	} {
		resp, err := http.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != http.StatusOK || len(body) == 0 {
			t.Errorf("%s: status %d, %d bytes, %v", path, resp.StatusCode, len(body), err)
		}
		if got := resp.Header.Get("Content-Type"); !strings.HasPrefix(got, kind) {
			t.Errorf("%s: type %q, want %q", path, got, kind)
		}
		policy := resp.Header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "default-src 'self'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: policy %q", path, policy)
		}
		if resp.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: its type may be guessed", path)
		}
		if path != "/icon.svg" && bytes.Contains(body, []byte("://")) {
			t.Errorf("%s names an address outside", path)
		}
		if path == "/" && (bytes.Contains(body, []byte("<b>")) || bytes.Contains(body, []byte("<script>"))) {
			t.Errorf("the page lets markup through, or has a script inside:\n%s", body)
		}
	}
	for _, path := range []string{"/assets/page.html", "/page.html", "/other"} {
		resp, err := http.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusNotFound {
			t.Errorf("%s: status %d", path, resp.StatusCode)
		}
	}
}

func TestSend_refused(t *testing.T) {
	s := &service{}
	server, _ := serve(t, config(s))
	for name, test := range map[string]struct {
		path, body string
		want       int
	}{
		"no JSON":           {"/send", `as=lisi`, 400},
		"half":              {"/send", `{"as":"lisi"`, 400},
		"two":               {"/send", `{"as":"lisi","chat":"group","text":"a"}{}`, 400},
		"unknown field":     {"/send", `{"as":"lisi","chat":"group","text":"a","to":"b"}`, 400},
		"no UTF-8":          {"/send", "{\"as\":\"lisi\",\"chat\":\"group\",\"text\":\"\xff\"}", 400},
		"unknown person":    {"/send", `{"as":"nobody","chat":"group","text":"a"}`, 400},
		"unknown chat":      {"/send", `{"as":"lisi","chat":"wr1","text":"a"}`, 400},
		"blank":             {"/send", `{"as":"lisi","chat":"group","text":" \n"}`, 400},
		"too large":         {"/send", `{"as":"lisi","chat":"group","text":"` + strings.Repeat("a", 64<<10) + `"}`, 413},
		"no such card":      {"/press", `{"as":"lisi","chat":"group","task":"t","button":0}`, 400},
		"pressed nowhere":   {"/press", `{"as":"lisi","chat":"here","task":"t","button":0}`, 400},
		"file of nobody":    {"/upload?as=nobody&chat=private&name=a", "x", 400},
		"file to nowhere":   {"/upload?as=lisi&chat=here&name=a", "x", 400},
		"file in the group": {"/upload?as=lisi&chat=group&name=a.docx", "x", 400},
		"file too large":    {"/upload?as=lisi&chat=private&name=a", strings.Repeat("a", 4<<20+1), 413},
		"stranger enters":   {"/enter", `{"as":"nobody"}`, 400},
		"too large to come": {"/enter", strings.Repeat(" ", 65<<10), 413},
	} {
		status, refusal := post(t, server.URL+test.path, test.body)
		if status != test.want || refusal == "" {
			t.Errorf("%s: status %d, %q; want %d and a sentence", name, status, refusal, test.want)
		}
	}
	if resp, err := http.Get(server.URL + "/events?as=nobody"); err != nil || resp.StatusCode != http.StatusBadRequest {
		t.Errorf("events of a stranger: %v, %v", resp.StatusCode, err)
	}
	if got := s.deliveries(); got != nil {
		t.Errorf("delivered %v", got)
	}
}

func TestSend_fromAnotherSite(t *testing.T) {
	s := &service{}
	server, _ := serve(t, config(s))
	for _, header := range []http.Header{
		{"Sec-Fetch-Site": {"cross-site"}},
		{"Origin": {"https://elsewhere.example"}},
	} {
		req, err := http.NewRequest(http.MethodPost, server.URL+"/send", strings.NewReader(`{"as":"lisi","chat":"private","text":"a"}`))
		if err != nil {
			t.Fatal(err)
		}
		req.Header = header
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusForbidden {
			t.Errorf("%v: status %d", header, resp.StatusCode)
		}
	}
	if got := s.deliveries(); got != nil {
		t.Errorf("delivered %v", got)
	}
}

func TestGroup(t *testing.T) {
	s := &service{}
	server, _ := serve(t, config(s))
	say(t, server, "lisi", "group", "大家好")
	say(t, server, "lisi", "group", "@安月小助手 填报")
	say(t, server, "lisi", "group", "@安月小助手3次")
	say(t, server, "lisi", "group", "改1 @安月小助手 2")
	say(t, server, "lisi", "private", "@安月小助手 在吗")

	// Who reads along sees the group and nothing private.
	next, _ := listen(t, server, "zhou", "")
	var got []event
	for len(got) < 9 {
		got = append(got, next())
	}
	var heard []string
	answers := 0
	for _, e := range got {
		if e.Kind == "said" {
			heard = append(heard, e.Text+" "+strconv.FormatBool(e.Heard))
		}
		if e.Kind == "reply" {
			answers++
		}
		if e.Chat == "private" {
			t.Errorf("another's private chat is shown: %v", e)
		}
	}
	if diff := cmp.Diff([]string{"大家好 false", "@安月小助手 填报 true", "@安月小助手3次 true", "改1 @安月小助手 2 true"}, heard); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
	if answers != 3 {
		t.Errorf("%d answers in the group, want 3: %v", answers, got)
	}

	next, _ = listen(t, server, "lisi", "")
	for e := next(); e.Kind != "reply" || e.Chat != "private"; e = next() {
	}
	want := []delivery{{"lisi", "wr1", "填报"}, {"lisi", "wr1", "3次"}, {"lisi", "wr1", "改1 @安月小助手 2"}, {"lisi", "", "@安月小助手 在吗"}}
	if diff := cmp.Diff(want, s.deliveries()); diff != "" {
		t.Errorf("deliveries (-want +got):\n%s", diff)
	}
}

func TestAnswers(t *testing.T) {
	s := &service{answer: func(d delivery) (string, error) {
		switch d.Text {
		case "坏":
			return "", errors.New("no answer <after> 3 tries")
		case "静":
			return "", nil
		}
		return "✓ 1 学习 3 次\n<script>alert(1)</script>", nil
	}}
	cfg := config(s)
	greeting := make(chan string, 2)
	greeting <- "您好"
	greeting <- ""
	cfg.Enter = func(_ context.Context, from string) (web.Answer, error) {
		return web.Answer{Text: <-greeting + strings.TrimPrefix(from, "lisi")}, nil
	}
	server, _ := serve(t, cfg)
	next, _ := listen(t, server, "lisi", "")
	expect(t, next, "reset", "ready")

	for range 2 {
		if status, _ := post(t, server.URL+"/enter", `{"as":"lisi"}`); status != http.StatusAccepted {
			t.Fatalf("enter: status %d", status)
		}
	}
	expect(t, next, "reply lisi <p>您好</p>")
	say(t, server, "lisi", "private", "3次")
	got := expect(t, next, "said lisi 3次", "reply lisi <p>✓ 1 学习 3 次<br>\n&lt;script&gt;alert(1)&lt;/script&gt;</p>")
	if got[1].Re != got[0].ID || got[1].Day != "2021年6月16日 星期三" || got[1].Time != "09:05" {
		t.Errorf("the answer is to %d at %s %s", got[1].Re, got[1].Day, got[1].Time)
	}
	say(t, server, "lisi", "private", "坏")
	expect(t, next, "said lisi 坏", "failed lisi no answer <after> 3 tries")
	say(t, server, "lisi", "private", "静")
	expect(t, next, "said lisi 静", "silent lisi ")
}

// TestOrder has two members talk at once. Each is answered in order and one
// message at a time; neither waits for the other.
// TestCard presses a card twice: it turns into another the first time, which
// has no button any more.
func TestCard(t *testing.T) {
	s := &service{}
	cfg := config(s)
	cfg.Send = func(context.Context, web.Message) (web.Answer, error) {
		return web.Answer{Text: "（3/47）是否看过？", Card: &bot.Card{Task: "q3@1", Title: "请选择", Buttons: []bot.Button{{Label: "是", Say: "是"}, {Label: "否", Say: "否"}}}}, nil
	}
	presses := make(chan web.Press, 1)
	cfg.Press = func(_ context.Context, p web.Press) (*bot.Card, error) {
		presses <- p
		return &bot.Card{Task: p.Task, Title: "已选：" + p.Say}, nil
	}
	server, chat := serve(t, cfg)
	next, _ := listen(t, server, "lisi", "")
	expect(t, next, "reset", "ready")
	say(t, server, "lisi", "private", "填报")
	asked := expect(t, next, "said lisi 填报", "reply lisi <p>（3/47）是否看过？</p>")[1]
	if asked.Card == nil || len(asked.Card.Buttons) != 2 {
		t.Fatalf("the card is %+v", asked.Card)
	}
	if status, _ := post(t, server.URL+"/press", `{"as":"zhou","chat":"private","task":"q3@1","button":0}`); status != http.StatusBadRequest {
		t.Errorf("somebody else pressed it: status %d", status)
	}
	if status, _ := post(t, server.URL+"/press", `{"as":"lisi","chat":"private","task":"q3@1","button":1}`); status != http.StatusAccepted {
		t.Fatalf("press: status %d", status)
	}
	turned := expect(t, next, "turned lisi ")[0]
	if p := <-presses; p != (web.Press{From: "lisi", Task: "q3@1", Say: "否"}) {
		t.Errorf("the press came as %+v", p)
	}
	if turned.Re != asked.ID || turned.Card.Title != "已选：否" {
		t.Errorf("entry %d turned into %+v, want %d", turned.Re, turned.Card, asked.ID)
	}
	if status, _ := post(t, server.URL+"/press", `{"as":"lisi","chat":"private","task":"q3@1","button":0}`); status != http.StatusBadRequest {
		t.Errorf("a second press: status %d", status)
	}
	chat.Push(web.Pushed{To: "lisi", By: "应用消息", Answer: web.Answer{Text: "下一题"}})
	chat.Push(web.Pushed{To: "zhou", Answer: web.Answer{Text: "不给李四"}})
	chat.Push(web.Pushed{Group: true, By: "群机器人", Answer: web.Answer{Text: "给大家"}})
	got := expect(t, next, "pushed lisi <p>下一题</p>", "pushed  <p>给大家</p>")
	if got[0].By != "应用消息" || got[1].Chat != "group" {
		t.Errorf("pushed as %+v", got)
	}
}

func TestUpload(t *testing.T) {
	png := "\x89PNG\r\n\x1a\n"
	files := make(chan web.Message, 1)
	s := &service{}
	cfg := config(s)
	cfg.Send = func(_ context.Context, m web.Message) (web.Answer, error) {
		files <- m
		return web.Answer{Text: "收到"}, nil
	}
	server, _ := serve(t, cfg)
	next, _ := listen(t, server, "lisi", "")
	expect(t, next, "reset", "ready")
	for _, c := range []struct {
		chat, name, content, want string
		image                     bool
	}{
		{"private", "D:\\材料\\附件2.docx", "PK", "附件2.docx", false},
		{"group", "现场.png", png, "现场.png", true},
	} {
		q := "as=lisi&chat=" + c.chat + "&name=" + url.QueryEscape(c.name)
		if status, why := post(t, server.URL+"/upload?"+q, c.content); status != http.StatusAccepted {
			t.Fatalf("%s: status %d, %s", c.name, status, why)
		}
		m := <-files
		e := next()
		if e.File == nil || e.File.Name != c.want || e.File.Image != c.image || !e.Heard || m.File.Name != c.want || string(m.File.Content) != c.content || m.Text != "" {
			t.Errorf("%s: shown as %+v, sent as %+v", c.name, e.File, m)
		}
		next() // the answer
		at := server.URL + "/file?id=" + strconv.FormatInt(e.ID, 10) + "&as="
		resp, err := http.Get(at + "lisi")
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		if string(body) != c.content || strings.HasPrefix(resp.Header.Get("Content-Type"), "image/") != c.image {
			t.Errorf("%s: fetched %q as %s", c.name, body, resp.Header.Get("Content-Type"))
		}
		resp, err = http.Get(at + "zhou")
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		if seen := resp.StatusCode == http.StatusOK; seen != (c.chat == "group") {
			t.Errorf("%s: somebody else got status %d", c.name, resp.StatusCode)
		}
	}
}

func TestOrder(t *testing.T) {
	gate := make(chan struct{})
	var mu sync.Mutex
	busy := map[string]int{}
	s := &service{}
	s.answer = func(d delivery) (string, error) {
		mu.Lock()
		busy[d.From]++
		if busy[d.From] > 1 {
			t.Errorf("%s has %d messages on the way", d.From, busy[d.From])
		}
		mu.Unlock()
		if d.From == "lisi" {
			<-gate
		}
		mu.Lock()
		busy[d.From]--
		mu.Unlock()
		return d.Text, nil
	}
	server, _ := serve(t, config(s))
	var want []string
	for i := range 10 {
		say(t, server, "lisi", "private", strconv.Itoa(i))
		want = append(want, strconv.Itoa(i))
	}
	say(t, server, "zhou", "private", "我呢")
	next, _ := listen(t, server, "zhou", "")
	for e := next(); e.Kind != "reply"; e = next() {
	}

	close(gate)
	next, _ = listen(t, server, "lisi", "")
	var asked, answered []string
	for len(answered) < len(want) {
		switch e := next(); e.Kind {
		case "said":
			asked = append(asked, e.Text)
		case "reply":
			answered = append(answered, strings.TrimSuffix(strings.TrimPrefix(e.HTML, "<p>"), "</p>"))
		}
	}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(want, answered); diff != "" {
		t.Errorf("answered (-want +got):\n%s", diff)
	}
}

func TestSend_tooManyWaiting(t *testing.T) {
	gate := make(chan struct{})
	s := &service{answer: func(delivery) (string, error) { <-gate; return "好", nil }}
	server, _ := serve(t, config(s))
	defer close(gate)
	for i := range 20 {
		say(t, server, "lisi", "private", strconv.Itoa(i))
	}
	status, refusal := post(t, server.URL+"/send", `{"as":"lisi","chat":"private","text":"20"}`)
	if status != http.StatusTooManyRequests || refusal == "" {
		t.Errorf("status %d, %q", status, refusal)
	}
	say(t, server, "zhou", "private", "我")
}

// TestEvents_resume breaks the stream off at every place and goes on from
// there: nothing is lost, nothing comes twice.
func TestEvents_resume(t *testing.T) {
	server, _ := serve(t, config(&service{}))
	next, hangUp := listen(t, server, "lisi", "")
	expect(t, next, "reset", "ready")
	var all []event
	for i := range 4 {
		say(t, server, "lisi", "private", strconv.Itoa(i))
		say(t, server, "zhou", "private", "别人的")
		all = append(all, take(next, 2)...)
	}
	hangUp()

	for i, from := range all {
		next, hangUp := listen(t, server, "lisi", from.Mark)
		var want []string
		for _, e := range all[i+1:] {
			want = append(want, e.String())
		}
		expect(t, next, append(want, "ready")...)
		hangUp()
	}

	// A message while nobody listens, then one while somebody does.
	end := all[len(all)-1].Mark
	say(t, server, "lisi", "group", "没人听")
	next, _ = listen(t, server, "lisi", end)
	expect(t, next, "said lisi 没人听", "ready")
	say(t, server, "lisi", "group", "有人听")
	expect(t, next, "said lisi 有人听")

	// A place in another run's transcript, and nonsense, begin anew.
	epoch, _, _ := strings.Cut(end, ".")
	for _, odd := range []string{"elsewhere.3", epoch + ".999", epoch + ".-1", epoch, "x"} {
		next, _ := listen(t, server, "lisi", odd)
		expect(t, next, "reset", "said lisi 0")
	}
}

// TestEvents_forgotten fills the transcript past its bound. Who has missed what
// was forgotten begins anew with what is left.
func TestEvents_forgotten(t *testing.T) {
	server, _ := serve(t, config(&service{}))
	next, hangUp := listen(t, server, "lisi", "")
	expect(t, next, "reset", "ready")
	say(t, server, "lisi", "group", "第一句")
	first := expect(t, next, "said lisi 第一句")[0]
	hangUp()
	for i := range 1005 {
		say(t, server, "lisi", "group", strconv.Itoa(i))
	}
	next, _ = listen(t, server, "lisi", first.Mark)
	expect(t, next, "reset", "said lisi 5")
	for e := next(); e.Name != "ready"; e = next() {
		if e.Kind != "said" {
			t.Fatalf("unexpected %v", e)
		}
	}
}

func TestClose(t *testing.T) {
	started := make(chan struct{})
	cfg := config(&service{})
	cfg.Send = func(ctx context.Context, _ web.Message) (web.Answer, error) {
		close(started)
		<-ctx.Done()
		return web.Answer{}, ctx.Err()
	}
	server, chat := serve(t, cfg)
	server.Config.RegisterOnShutdown(chat.Close)
	next, _ := listen(t, server, "lisi", "")
	expect(t, next, "reset", "ready")
	say(t, server, "lisi", "private", "填报")
	<-started
	expect(t, next, "said lisi 填报")

	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := server.Config.Shutdown(ctx); err != nil {
		t.Errorf("the server does not stop: %v", err)
	}
	rec := httptest.NewRecorder()
	chat.ServeHTTP(rec, httptest.NewRequest(http.MethodPost, "/send", strings.NewReader(`{"as":"lisi","chat":"private","text":"a"}`)))
	if rec.Code != http.StatusServiceUnavailable {
		t.Errorf("after Close: status %d", rec.Code)
	}
}

// TestImports holds the package to what its documentation says.
func TestImports(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, spec := range parsed.Imports {
			path, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			head, _, _ := strings.Cut(path, "/")
			standard := !strings.Contains(head, ".") && head != "anyuebot"
			if !standard && path != "anyuebot/bot" && !strings.HasPrefix(path, "github.com/yuin/goldmark") {
				t.Errorf("%s imports %s: the page shows a conversation and takes no part in it", file, path)
			}
		}
	}
}

func ExampleChat() {
	chat := web.NewChat(web.Config{
		Title: "安月小助手", GroupName: "工作群", GroupID: "wr1", BotName: "安月小助手",
		People: []web.Person{{UserID: "lisi", Name: "李四", Role: "山河镇联络员", Unit: "山河镇"}},
		Send: func(_ context.Context, m web.Message) (web.Answer, error) {
			return web.Answer{Text: "收到 " + m.Text}, nil
		},
		Now: time.Now,
	})
	server := &http.Server{Addr: "127.0.0.1:0", Handler: chat}
	server.RegisterOnShutdown(chat.Close)
	fmt.Println(server.Close())
	// Output: <nil>
}
