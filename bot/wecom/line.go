package wecom

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"sync/atomic"
	"time"
)

const (
	platformHost = "qyapi.weixin.qq.com"
	platform     = "https://" + platformHost

	callTime   = 15 * time.Second // for a call that carries some kilobytes
	uploadTime = 90 * time.Second // for a call that carries a file

	maxAnswer = 1 << 20  // bytes of an answer in JSON
	maxMedia  = 20 << 20 // bytes of a file: beyond, the platform wants ranges (page 90254)
)

// A line is the way to the platform's HTTP interface: the address in place of
// the platform's own, and the client that goes there. It is the one place
// where requests leave the program, so what it hands on of them is all that
// the rest can know: a [result], which holds no address and no library's
// error, because both hold secrets.
type line struct {
	base   *url.URL
	client *http.Client
}

// newLine checks the address. "" is the platform's own; client may be nil.
func newLine(base string, client *http.Client) (*line, error) {
	if base == "" {
		base = platform
	}
	u, err := url.Parse(strings.TrimRight(base, "/"))
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		// The address itself stays out: somebody may have typed a key into it.
		return nil, errors.New("wecom: the address of the interface must look like " + platform)
	}
	own := http.Client{}
	if client != nil {
		own = *client
	}
	// A redirect would carry the secrets of the query to wherever it points.
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	own.Jar = nil
	return &line{base: u, client: &own}, nil
}

// A result is what became of one request.
type result struct {
	// sent is whether the request may have reached the platform. If it did and
	// status is 0, nobody knows what came of it.
	sent   bool
	status int  // HTTP; 0 if no whole answer came
	large  bool // the answer is larger than was asked for
	header http.Header
	body   []byte

	code int64      // errcode
	from netip.Addr // of 60020: the address that the platform saw
	json bool       // the body was an object in JSON
}

// ok reports whether the platform did as told.
func (a result) ok() bool { return a.status == http.StatusOK && a.json && a.code == 0 }

// read decodes the body of an answer that is ok. Fields of another kind than
// documented count as missing: what the platform did, it did.
func (a result) read(v any) { _ = json.Unmarshal(a.body, v) }

// address is the place of a call: path begins with a slash, query is encoded.
func (l *line) address(path, query string) *url.URL {
	u := *l.base
	u.Path += path
	u.RawPath = ""
	u.RawQuery = query
	return &u
}

// request is what goes out.
type request struct {
	method string
	to     *url.URL
	kind   string // media type of the body
	body   io.Reader
	length int64 // bytes of the body
	// again returns the body once more, for a connection that turns out to be
	// dead before anything is sent; nil if that cannot be done.
	again func() (io.ReadCloser, error)
	most  int64 // bytes of the answer; 0 for what suits JSON
}

// call makes one request. What it is for is the caller's to know: the result
// names nothing.
func (l *line) call(ctx context.Context, limit time.Duration, r request) result {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	return l.exchange(ctx, r)
}

func (l *line) get(ctx context.Context, path string, query url.Values) result {
	return l.call(ctx, callTime, request{method: http.MethodGet, to: l.address(path, query.Encode())})
}

func (l *line) exchange(ctx context.Context, r request) (a result) {
	var asked, got atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { got.Store(true) },
	})
	req, err := http.NewRequestWithContext(ctx, r.method, r.to.String(), r.body)
	if err != nil {
		return a
	}
	if r.body != nil {
		req.ContentLength = r.length
	}
	if r.again != nil {
		req.GetBody = r.again
	}
	if r.kind != "" {
		req.Header.Set("Content-Type", r.kind)
	}
	if ctx.Err() != nil {
		return a
	}
	resp, err := l.client.Do(req)
	if err != nil {
		// Before there is a connection nothing can have gone out. A transport
		// that does not trace is taken to have sent, unless it says that it
		// never got through.
		a.sent = (got.Load() || !asked.Load()) && !unreached(err)
		return a
	}
	defer resp.Body.Close()
	a.sent = true
	a.header = resp.Header
	most := cmp.Or(r.most, maxAnswer)
	a.body, err = io.ReadAll(io.LimitReader(resp.Body, most+1))
	if err != nil || int64(len(a.body)) > most {
		a.large = err == nil
		a.body = nil
		return a
	}
	a.status = resp.StatusCode
	a.understand()
	return a
}

// bare is an error of a client without the address in it, which may hold a
// secret, a signature, or a proxy's password.
func bare(err error) error {
	if inner := (*url.Error)(nil); errors.As(err, &inner) {
		return inner.Err
	}
	return err
}

// unreached reports whether an error means that there was never a connection.
func unreached(err error) bool {
	var op *net.OpError
	var dns *net.DNSError
	return errors.As(err, &op) && op.Op == "dial" || errors.As(err, &dns)
}

// understand reads the errcode out of the body. errmsg is read for one thing
// only, the address that has to go on the list of trusted ones: the platform
// says it nowhere else (page 90313).
func (a *result) understand() {
	var said struct {
		Code json.Number `json:"errcode"`
		Msg  string      `json:"errmsg"`
	}
	if trimmed := strings.TrimLeft(string(a.body[:min(len(a.body), 64)]), " \t\r\n"); !strings.HasPrefix(trimmed, "{") {
		return
	}
	if json.Unmarshal(a.body, &said) != nil {
		return
	}
	code, err := said.Code.Int64()
	if err != nil && said.Code != "" {
		return
	}
	a.json, a.code = true, code
	if code == codeAddress {
		if found := fromAddress.FindStringSubmatch(said.Msg); found != nil {
			// Nothing but an address gets through, whatever stands there.
			a.from, _ = netip.ParseAddr(found[1])
		}
	}
}

var fromAddress = regexp.MustCompile(`from ip:\s*([0-9A-Fa-f.:]+)`)

// response hands an answer back to the library, as if it had come over the
// network.
func (a result) response(req *http.Request) (*http.Response, error) {
	if a.status == 0 {
		return nil, errNoAnswer
	}
	return &http.Response{
		Status:     fmt.Sprintf("%d %s", a.status, http.StatusText(a.status)),
		StatusCode: a.status,
		Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        a.header,
		Body:          io.NopCloser(bytes.NewReader(a.body)),
		ContentLength: int64(len(a.body)),
		Request:       req,
	}, nil
}

var errNoAnswer = errors.New("wecom: no answer came")
