package wecom

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/silenceper/wechat/v2/util"
)

// The platform's library sends everything to addresses that are constants in
// it, by a client that is a variable of its package util: one for the whole
// process, without a lock, without a timeout, and for most calls without a
// context. Its errors repeat the whole address, with the token or the key in
// it, and of a refused token request the errcode is a part of a sentence.
//
// So the client is replaced, once, by one whose transport gives every request
// to the line that it was made for: passages below is the one variable of this
// program that all instances share, because the library's own is. A request is
// recognised by a marker that stands behind the secret in its address, and
// that is taken away again before it leaves. What has no marker is refused: it
// would go to the platform unwatched. What came of a request is taken from the
// wire, never from the library's words.
var passages passageTable

const marker = "&via="

// passageTable are the library's calls under way.
type passageTable struct {
	once sync.Once
	mu   sync.Mutex
	last uint64
	open map[string]*passage
}

// A passage is one call of the library: the line it is to take, how long it
// may take, and what came of it.
type passage struct {
	line   *line
	ctx    context.Context
	result result
}

// through calls send with the marker that it has to put behind the secret it
// hands to the library. What the library makes of the answer is for send to
// use; whether there is one is told by the answer.
func (l *line) through(ctx context.Context, limit time.Duration, send func(ctx context.Context, marker string)) result {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	p := &passage{line: l, ctx: ctx}
	id := passages.enter(p)
	defer passages.leave(id)
	send(ctx, marker+id)
	return p.result
}

func (t *passageTable) enter(p *passage) string {
	t.once.Do(func() {
		t.open = map[string]*passage{}
		util.DefaultHTTPClient = &http.Client{
			Transport:     t,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	})
	t.mu.Lock()
	defer t.mu.Unlock()
	t.last++
	id := strconv.FormatUint(t.last, 36)
	t.open[id] = p
	return id
}

func (t *passageTable) leave(id string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.open, id)
}

var errUnmarked = errors.New("wecom: a request of the library that nobody waits for")

// RoundTrip gives a request of the library to the line it was made for.
func (t *passageTable) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Body != nil {
		defer req.Body.Close()
	}
	query, id := unmark(req.URL.RawQuery)
	t.mu.Lock()
	p := t.open[id]
	t.mu.Unlock()
	if p == nil {
		return nil, errUnmarked
	}
	r := request{method: req.Method, to: p.line.address(req.URL.Path, query), kind: req.Header.Get("Content-Type"),
		length: req.ContentLength, again: req.GetBody}
	if req.Body != nil {
		r.body = req.Body
	}
	p.result = p.line.exchange(p.ctx, r)
	return p.result.response(req)
}

// unmark takes the marker out of a query.
func unmark(query string) (rest, id string) {
	before, after, found := strings.Cut(query, marker)
	if !found {
		return query, ""
	}
	id, after, more := strings.Cut(after, "&")
	if more {
		before += "&" + after
	}
	return before, id
}

// marked is a secret as the library may format it into an address: escaped,
// which it does not do itself, and with the marker behind it.
func marked(secret, marker string) string { return url.QueryEscape(secret) + marker }
