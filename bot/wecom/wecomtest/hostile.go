package wecomtest

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Forge sends a message with a signature that somebody without the Token made.
func (p *Platform) Forge(ctx context.Context, m Msg) (Response, error) {
	return p.hostile(ctx, m, func(c *Call) { c.Signature = strings.Repeat("0f", 20) })
}

// Unsign sends a message without a signature.
func (p *Platform) Unsign(ctx context.Context, m Msg) (Response, error) {
	return p.hostile(ctx, m, func(c *Call) { c.Unsigned = true })
}

// Stale sends a message that was rightly signed age ago; a negative age is in
// the future.
func (p *Platform) Stale(ctx context.Context, m Msg, age time.Duration) (Response, error) {
	at := p.cfg.Now().Add(-age).Unix()
	return p.hostile(ctx, m, func(c *Call) { c.Timestamp = strconv.FormatInt(at, 10) })
}

// Misdirect sends a message that is rightly signed but sealed for another
// receiveid, as one of the company's applications would be.
func (p *Platform) Misdirect(ctx context.Context, m Msg, receiver string) (Response, error) {
	return p.hostile(ctx, m, func(c *Call) { c.Receiver = receiver })
}

// Damage sends a message that is rightly signed but was changed so that it says to
// be longer than it is. Damage elsewhere may by chance leave a message that looks
// whole and is for nobody.
func (p *Platform) Damage(ctx context.Context, m Msg) (Response, error) {
	plain, err := p.Compose(m)
	if err != nil {
		return Response{}, err
	}
	sealed, err := p.sealer.seal([]byte(randomHex(8)), plain, "")
	if err != nil {
		return Response{}, err
	}
	data, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil {
		return Response{}, err
	}
	data[0] ^= 0xff // in CBC this turns the same bits of the next block: its length
	return p.Call(ctx, Call{Sealed: base64.StdEncoding.EncodeToString(data)})
}

// Oversize sends a body of so many bytes; a service should read 1 MiB at most.
func (p *Platform) Oversize(ctx context.Context, bytes int) (Response, error) {
	return p.Call(ctx, Call{Body: slices.Repeat([]byte{' '}, bytes)})
}

// Replay repeats, byte for byte, the last request that carried a message: what
// somebody can do who listened in. While its timestamp is fresh it is as good
// as a resend, and its answer is checked like one.
func (p *Platform) Replay(ctx context.Context, id string) (Answer, error) {
	s, q, err := p.recall(id)
	if err != nil {
		return Answer{}, err
	}
	if q == nil {
		return Answer{}, errors.New("wecomtest: this message has not been sent yet")
	}
	got, err := p.line.do(ctx, q)
	if err != nil {
		return Answer{}, err
	}
	a := Answer{ID: id, Tries: 1}
	if got.Status != http.StatusOK {
		return a, &Refused{Status: got.Status}
	}
	r, err := p.check(got.Body, q.nonce, s.trigger, s.task)
	if err != nil || r.empty {
		return a, err
	}
	return a, p.accept(s, r, &a)
}

// Refused is a status other than 200 where one was possible.
type Refused struct{ Status int }

func (e *Refused) Error() string { return "wecomtest: refused with status " + strconv.Itoa(e.Status) }

func (p *Platform) hostile(ctx context.Context, m Msg, spoil func(*Call)) (Response, error) {
	plain, err := p.Compose(m)
	if err != nil {
		return Response{}, err
	}
	c := Call{Plain: plain}
	spoil(&c)
	return p.Call(ctx, c)
}
