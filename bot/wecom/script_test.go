package wecom

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"anyuebot/bot"
)

// Secrets that the tests of the outbound side use, and that nothing may repeat.
const (
	theCorp   = "ww0123456789abcdef"
	theSecret = "s3cret-of-the-application"
	theToken  = "t0ken-of-the-application"
	freshTok  = "t0ken-that-came-later"
	theKey    = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
	otherKey  = "aaaabbbb-7xxx-4bc4-97a0-0ec2sifa5bbb"
	theURL    = "https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=C0DE-of-the-answer"
	theCode   = "c0de-of-the-press"
	theAgent  = 1000002
)

func secrets() []string {
	return []string{theSecret, theToken, freshTok, theKey, otherKey, "C0DE", theCode, "zhangwei"}
}

// ask is one request that is expected, and how it fares.
type ask struct {
	ask  string // method, path and query
	body string // what the body must be, or "~" and a part of it; "" for any
	give string // the answer's body
	code int    // the answer's status; 0 for 200
	fail error  // instead of an answer
	head http.Header
}

// script plays the platform word by word. Every request has to be the next one
// of the script, and all of the script has to be asked for.
type script struct {
	t    *testing.T
	mu   sync.Mutex
	left []ask
}

func play(t *testing.T, steps ...ask) *http.Client {
	s := &script{t: t, left: steps}
	t.Cleanup(func() {
		if len(s.left) > 0 {
			t.Errorf("%d requests were not made, the next is %s", len(s.left), s.left[0].ask)
		}
	})
	return &http.Client{Transport: s}
}

func (s *script) RoundTrip(req *http.Request) (*http.Response, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var body []byte
	if req.Body != nil {
		body, _ = io.ReadAll(req.Body)
		req.Body.Close()
	}
	if req.URL.Scheme != "https" || req.URL.Host != "qyapi.weixin.qq.com" {
		s.t.Errorf("a request to %s", req.URL.Host)
	}
	ask := req.Method + " " + req.URL.RequestURI()
	if len(s.left) == 0 {
		s.t.Errorf("a request too many: %s %s", ask, body)
		return nil, errors.New("the script is over")
	}
	next := s.left[0]
	s.left = s.left[1:]
	if ask != next.ask {
		s.t.Errorf("asked %s\nwant  %s", ask, next.ask)
	}
	got := strings.TrimSpace(string(body))
	if part, ok := strings.CutPrefix(next.body, "~"); ok && !strings.Contains(got, part) || !ok && next.body != "" && got != next.body {
		s.t.Errorf("%s with %s\nwant %s", ask, got, next.body)
	}
	if next.fail != nil {
		return nil, next.fail
	}
	if next.code == 0 {
		next.code = http.StatusOK
	}
	if next.head == nil {
		next.head = http.Header{}
	}
	return &http.Response{
		StatusCode: next.code, Header: next.head, Request: req,
		Body: io.NopCloser(strings.NewReader(next.give)), ContentLength: int64(len(next.give)),
	}, nil
}

// Ways in which the network fails.
var (
	errRefusedLine = &net.OpError{Op: "dial", Net: "tcp", Err: errors.New("connection refused by 192.0.2.1 " + theSecret)}
	errBrokenLine  = &net.OpError{Op: "read", Net: "tcp", Err: errors.New("connection reset " + theToken)}
	errNoName      = &net.DNSError{Err: "no such host", Name: theKey}
)

const taken = `{"errcode":0,"errmsg":"ok"}`

// giveToken is the exchange that opens nearly every script.
func giveToken(token string) ask {
	return ask{
		ask:  "GET /cgi-bin/gettoken?corpid=" + theCorp + "&corpsecret=" + theSecret,
		give: `{"errcode":0,"errmsg":"ok","access_token":"` + token + `","expires_in":7200}`,
	}
}

const send = "POST /cgi-bin/message/send?access_token="

// shelf is a FileOpener of files that are known by their hash.
type shelf map[string]string

func (s shelf) Open(_ context.Context, hash string) (io.ReadCloser, error) {
	content, ok := s[hash]
	if !ok {
		return nil, os.ErrNotExist
	}
	return io.NopCloser(strings.NewReader(content)), nil
}

// book keeps all that is logged.
type book struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *book) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *book) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

func (b *book) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(b, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// unspoken fails if words hold a secret.
func unspoken(t *testing.T, what, words string) {
	t.Helper()
	for _, s := range secrets() {
		if strings.Contains(words, s) {
			t.Errorf("%s holds the secret %q: %s", what, s, words)
		}
	}
}

func newAPI(t *testing.T, client *http.Client, log *slog.Logger) *API {
	t.Helper()
	a, err := NewAPI(APIConfig{CorpID: theCorp, Secret: theSecret, AgentID: theAgent, Client: client, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func newRobots(t *testing.T, client *http.Client, log *slog.Logger) *Robots {
	t.Helper()
	r, err := NewRobots(RobotsConfig{Client: client, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// pushed is a long connection that takes everything.
type pushed struct{ got []bot.Parcel }

func (p *pushed) Push(_ context.Context, parcel bot.Parcel) bot.Attempt {
	p.got = append(p.got, parcel)
	return bot.Attempt{Fate: bot.FateAccepted}
}

// roundTrip is a platform that is a function.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(req *http.Request) (*http.Response, error) { return f(req) }

func respondWith(req *http.Request, body string) *http.Response {
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Request: req,
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

// drain reads a request's body as a network would.
func drain(req *http.Request) error {
	defer req.Body.Close()
	_, err := io.Copy(io.Discard, req.Body)
	return err
}
