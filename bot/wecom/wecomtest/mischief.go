package wecomtest

import (
	"fmt"
	"net/http"
	"strconv"
)

// Mischief is how one request fares other than it should. The zero value is no
// mischief. Code, Status, Body, Break and Hang stand in place of carrying the
// request out, unless After is set.
type Mischief struct {
	Code   int    // this errcode, in a 200
	Fair   bool   // with Code: everything else in the answer looks like success
	Status int    // this status, with a page for people
	Body   string // a 200 with this body
	Break  bool   // the connection breaks before an answer
	Hang   bool   // there is no answer till the client gives up
	// Cut ends the answer in the middle. JSON seems to be whole by its
	// Content-Length; of a file nobody could tell, so that the connection breaks.
	Cut bool
	// After carries the request out first, so that only the answer is lost.
	After bool
	// Drop carries it out and answers as usual, but nobody will ever see the
	// message.
	Drop bool
	// Withdraw takes all tokens back first.
	Withdraw bool
}

// Misbehave has the API ask before each request how to mistreat it; nil for
// not at all.
func (a *API) Misbehave(how func(Request) Mischief) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.mischief = how
}

const strangeIP = "203.0.113.7" // what 60020 says the caller's address is

// instead reports whether the request's own answer is lost.
func (m Mischief) instead() bool {
	return m.Code != 0 || m.Status != 0 || m.Body != "" || m.Break || m.Hang
}

// spoil turns an answer into what the mischief makes of it.
func (m Mischief) spoil(out outcome, id string) outcome {
	switch {
	case m.Code != 0 && m.Fair:
		out = jsonOutcome(m.Code, "ok", map[string]any{
			"msgid": id, "media_id": id, "type": "file", "created_at": "1700000000", "invaliduser": "",
			"access_token": id, "expires_in": int(tokenLife.Seconds()), "response_code": id,
		})
	case m.Code != 0:
		out = refused(m.Code, strangeIP)
	case m.Status != 0:
		page := fmt.Sprintf("<html><head><title>%d %s</title></head><body>nginx</body></html>", m.Status, http.StatusText(m.Status))
		out = outcome{status: m.Status, header: http.Header{"Content-Type": {"text/html"}}, body: []byte(page), code: out.code}
	case m.Body != "":
		out = outcome{status: http.StatusOK, header: http.Header{"Content-Type": {"text/html"}}, body: []byte(m.Body), code: out.code}
	}
	if out.status == 0 {
		out.status = http.StatusOK
	}
	return out
}

// write sends an answer, or does not.
func (m Mischief) write(w http.ResponseWriter, r *http.Request, out outcome) {
	if m.Hang {
		<-r.Context().Done()
		return
	}
	if m.Break {
		panic(http.ErrAbortHandler) // net/http's server drops the connection
	}
	for name, values := range out.header {
		w.Header()[name] = values
	}
	length := len(out.body)
	if m.Cut {
		out.body = out.body[:length/2]
		if out.json() {
			length = len(out.body)
		}
	}
	w.Header().Set("Content-Length", strconv.Itoa(length))
	w.WriteHeader(out.status)
	_, _ = w.Write(out.body) // nobody is left to be told
}
