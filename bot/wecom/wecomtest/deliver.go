package wecomtest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// deliver sends a message up to times times and follows its answer.
func (p *Platform) deliver(ctx context.Context, s *sent, times int) (Answer, error) {
	began := time.Now()
	a := Answer{ID: s.id}
	r, n, err := p.attempt(ctx, s, s.plain, s.trigger, times)
	a.Tries = n
	if err != nil || r.empty {
		return a, err
	}
	if err := p.accept(s, r, &a); err != nil {
		return a, err
	}
	for !r.finish {
		if time.Since(began)+p.cfg.Poll > p.cfg.Follow {
			return a, ErrUnfinished
		}
		if err := sleep(ctx, p.cfg.Poll); err != nil {
			return a, err
		}
		callback := common(p.newID("r"), p.cfg.BotID, s.where, "stream")
		callback["stream"] = map[string]any{"id": a.Stream}
		plain, err := json.Marshal(callback)
		if err != nil {
			return a, fmt.Errorf("wecomtest: %w", err)
		}
		a.Polls++
		if r, _, err = p.attempt(ctx, nil, plain, onRefresh, tries); err != nil {
			return a, err
		}
		if r.stream != a.Stream {
			return a, bad("the refresh of one stream was answered by another")
		}
		if r.card != nil && a.Card != nil {
			return a, bad("a second card for one message")
		}
		if err := p.accept(s, r, &a); err != nil {
			return a, err
		}
	}
	return a, nil
}

// accept shows a reply that passed, unless it gets in the way of another.
func (p *Platform) accept(s *sent, r reply, a *Answer) error {
	if r.stream != "" {
		if err := p.claim(s, r.stream); err != nil {
			return err
		}
		a.Stream = r.stream
	}
	if r.card != nil {
		show := p.deal
		if s.trigger == onCard {
			show = func(_ string, card Card, to where) error { return p.turn(card, to.from, r.users) }
		}
		if err := show(s.id, *r.card, s.where); err != nil {
			return err
		}
		a.Card = r.card
	}
	if r.feedback != "" {
		p.rate(r.feedback)
		a.Feedback = r.feedback
	}
	if r.content != "" && (len(a.Shown) == 0 || r.content != a.Shown[len(a.Shown)-1]) {
		a.Shown = append(a.Shown, r.content)
	}
	a.Text = r.content
	return nil
}

// claim notes the stream that answers a message: one message, one stream.
func (p *Platform) claim(s *sent, stream string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s.stream != "" && s.stream != stream {
		return bad("a resend was answered by another stream than the message before")
	}
	if of := p.streams.get(stream); of != "" && of != s.id {
		return bad("two messages were answered by one stream")
	}
	s.stream = stream
	p.streams.put(stream, s.id, 0)
	return nil
}

// attempt sends a callback until it is answered, each time sealed anew, and
// returns how often it was sent.
func (p *Platform) attempt(ctx context.Context, s *sent, plain []byte, on trigger, times int) (reply, int, error) {
	var failed error
	for n := 1; ; n++ {
		r, err := p.exchange(ctx, s, plain, on)
		var dropped *BadReply
		switch {
		case err == nil || errors.As(err, &dropped):
			return r, n, err
		case ctx.Err() != nil:
			return reply{}, n, ctx.Err()
		}
		if failed = err; n == times {
			return reply{}, n, fmt.Errorf("%w after %d tries: %w", ErrUnanswered, n, failed)
		}
	}
}

func (p *Platform) exchange(ctx context.Context, s *sent, plain []byte, on trigger) (reply, error) {
	ctx, cancel := context.WithTimeout(ctx, p.cfg.Patience)
	defer cancel()
	q, err := p.request(Call{Plain: plain})
	if err != nil {
		return reply{}, err
	}
	task := ""
	if s != nil {
		task = s.task
		p.mu.Lock()
		s.last = q
		p.mu.Unlock()
	}
	got, err := p.line.do(ctx, q)
	if err != nil {
		return reply{}, err
	}
	if got.Status != http.StatusOK {
		return reply{}, fmt.Errorf("status %d", got.Status)
	}
	return p.check(got.Body, q.nonce, on, task)
}

// Call is one request, in any part other than the platform would send it. The
// zero value of each field means: as it should be.
type Call struct {
	Method    string // "" for POST
	Plain     []byte // what is sealed
	Sealed    string // sent as it is in place of the sealed Plain, and signed
	Body      []byte // sent as it is in place of {"encrypt":…}
	Receiver  string // receiveid; a company's own bot has none
	Timestamp string // "" for now, in seconds
	Nonce     string // "" for a new one
	Signature string // "" for the right one
	Unsigned  bool   // leaves msg_signature out
	// Omit names other query parameters to leave out.
	Omit []string
}

// Response is what came back, unchecked.
type Response struct {
	Status int
	Header http.Header
	Body   []byte
}

// Call makes one request and returns the response as it is. Only a request
// that got none is an error.
func (p *Platform) Call(ctx context.Context, c Call) (Response, error) {
	q, err := p.request(c)
	if err != nil {
		return Response{}, err
	}
	return p.line.do(ctx, q)
}

func (p *Platform) request(c Call) (*request, error) {
	return c.request(p.sealer, p.cfg.Now(), func(sealed string) []byte { return []byte(`{"encrypt":"` + sealed + `"}`) })
}

// request makes the request of a call, of which wrap makes the body.
func (c Call) request(s sealer, now time.Time, wrap func(sealed string) []byte) (*request, error) {
	q := &request{method: c.Method, nonce: c.Nonce, body: c.Body}
	if q.method == "" {
		q.method = http.MethodPost
	}
	if q.nonce == "" {
		q.nonce = randomDigits(10)
	}
	if c.Timestamp == "" {
		c.Timestamp = strconv.FormatInt(now.Unix(), 10)
	}
	if c.Sealed == "" {
		var err error
		if c.Sealed, err = s.seal([]byte(randomHex(8)), c.Plain, c.Receiver); err != nil {
			return nil, err
		}
	}
	if c.Signature == "" {
		c.Signature = s.sign(c.Timestamp, q.nonce, c.Sealed)
	}
	q.query = url.Values{"msg_signature": {c.Signature}, "timestamp": {c.Timestamp}, "nonce": {q.nonce}}
	if c.Unsigned {
		q.query.Del("msg_signature")
	}
	if q.method == http.MethodGet {
		q.query.Set("echostr", c.Sealed)
	} else if q.body == nil {
		q.body = wrap(c.Sealed)
	}
	for _, name := range c.Omit {
		q.query.Del(name)
	}
	return q, nil
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
