package wecom

import (
	"bytes"
	"context"
	"net/http"
	"net/url"
	"sync"
	"time"
)

// responder gives the one late answer that a message has (page 101138): by the
// address that came with it, once, within an hour.
type responder struct {
	line *line

	mu   sync.Mutex
	used map[string]time.Time // by hash of the address: when it was used
}

const (
	callRespond  = "aibot/response"
	answerable   = time.Hour // how long an address is good for
	respondLimit = 20480     // bytes of markdown
)

// responseMessage is what such an address takes. A card it takes in private
// chats only.
type responseMessage struct {
	MsgType string        `json:"msgtype"`
	Mark    *textBody     `json:"markdown,omitempty"`
	Card    *templateCard `json:"template_card,omitempty"`
}

// open reports whether an address can still be tried: it is the platform's,
// and this process has not used it.
func (r *responder) open(address string) bool {
	if address == "" || r.target(address) == nil {
		return false
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	_, used := r.used[hash(address)]
	return !used
}

// target is where to send what an address is for. One of the platform's own
// leads to the line's base instead, which stands in the platform's place;
// anybody else's leads nowhere, whoever had it slipped into a message.
func (r *responder) target(address string) *url.URL {
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.Opaque != "" {
		return nil
	}
	ofPlatform := u.Scheme == "https" && (u.Host == platformHost || u.Host == platformHost+":443")
	ofBase := u.Scheme == r.line.base.Scheme && u.Host == r.line.base.Host
	switch {
	case ofBase:
		u.Fragment = ""
		return u
	case ofPlatform:
		return r.line.address(u.Path, u.RawQuery)
	}
	return nil
}

// respond uses the address up. It is marked before the request: whatever comes
// of it, there is no second one, unless the request never left.
func (r *responder) respond(ctx context.Context, address string, m responseMessage) *Failure {
	to := r.target(address)
	if to == nil || !r.take(address) {
		return turnedDown(callRespond, WhyUsed)
	}
	body, err := marshal(m)
	if err != nil {
		return turnedDown(callRespond, WhyContent)
	}
	a := r.line.call(ctx, callTime, request{
		method: http.MethodPost, to: to, kind: "application/json", body: bytes.NewReader(body), length: int64(len(body)),
	})
	if !a.sent {
		r.untake(address)
	}
	return judge(callRespond, a)
}

func (r *responder) take(address string) bool {
	now := time.Now()
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, at := range r.used {
		if now.Sub(at) > answerable {
			delete(r.used, id)
		}
	}
	id := hash(address)
	if _, used := r.used[id]; used {
		return false
	}
	if r.used == nil {
		r.used = map[string]time.Time{}
	}
	r.used[id] = now
	return true
}

func (r *responder) untake(address string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.used, hash(address))
}
