package wecomtest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

// Direct carries requests to a handler without a network, whatever their
// address. As over a network, the handler's request ends when the client hangs
// up, goes on being served till the handler returns, and a handler that panics
// looks like a broken connection.
func Direct(handler http.Handler) http.RoundTripper { return direct{handler} }

type direct struct{ handler http.Handler }

var errBroken = errors.New("wecomtest: the connection broke")

func (d direct) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		var err error
		body, err = io.ReadAll(req.Body)
		_ = req.Body.Close()
		if err != nil {
			return nil, err
		}
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}

	ctx, cancel := context.WithCancel(context.Background())
	served := req.Clone(ctx)
	served.Proto, served.ProtoMajor, served.ProtoMinor = "HTTP/1.1", 1, 1
	served.Body = io.NopCloser(bytes.NewReader(body))
	served.ContentLength = int64(len(body))
	served.URL = &url.URL{Path: req.URL.Path, RawPath: req.URL.RawPath, RawQuery: req.URL.RawQuery}
	served.RequestURI = served.URL.RequestURI()
	served.RemoteAddr = "192.0.2.1:1234"
	if served.Host == "" {
		served.Host = req.URL.Host
	}

	rec := &recorder{header: http.Header{}}
	whole := make(chan bool, 1)
	go func() {
		defer cancel()
		ok := false
		defer func() {
			_ = recover() // net/http's server would log it and drop the connection
			whole <- ok
		}()
		d.handler.ServeHTTP(rec, served)
		ok = true
	}()
	select {
	case ok := <-whole:
		if !ok {
			return nil, errBroken
		}
		return rec.response(req), nil
	case <-req.Context().Done():
		cancel()
		return nil, req.Context().Err()
	}
}

// recorder keeps a response. It is used by the handler's goroutine alone until
// that is done.
type recorder struct {
	header http.Header
	sent   http.Header // as it was when the status was written
	status int
	body   bytes.Buffer
}

func (r *recorder) Header() http.Header { return r.header }

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= 200 {
		r.status, r.sent = status, r.header.Clone()
	}
}

func (r *recorder) Write(b []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	return r.body.Write(b)
}

func (r *recorder) response(req *http.Request) *http.Response {
	r.WriteHeader(http.StatusOK)
	var body io.Reader = bytes.NewReader(r.body.Bytes())
	length := int64(r.body.Len())
	if n, err := strconv.ParseInt(r.sent.Get("Content-Length"), 10, 64); err == nil && n > length {
		// As over a network, a body that ends before its length is broken.
		body, length = io.MultiReader(body, brokenOff{}), n
	}
	return &http.Response{
		Status:     strconv.Itoa(r.status) + " " + http.StatusText(r.status),
		StatusCode: r.status,
		Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header:        r.sent,
		Body:          io.NopCloser(body),
		ContentLength: length,
		Request:       req,
	}
}

// brokenOff is where the connection broke in the middle of a body.
type brokenOff struct{}

func (brokenOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
