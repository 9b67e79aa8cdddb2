package wecomtest

import (
	"bufio"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"net/url"
)

// Client returns a client that reaches l without a network, whatever the
// address: for WebSocket handshakes, and for pictures and files. Nothing in it
// waits for anything but channels and timers, so testing/synctest can turn the
// clock around it.
func (l *Long) Client() *http.Client { return &http.Client{Transport: longWire{l, Direct(l)}} }

// longWire carries handshakes to a handler over a net.Pipe, and the rest
// directly.
type longWire struct {
	handler http.Handler
	rest    http.RoundTripper
}

func (c longWire) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Header.Get("Upgrade") == "" {
		return c.rest.RoundTrip(req)
	}
	if err := req.Context().Err(); err != nil {
		return nil, err
	}
	served := req.Clone(context.Background()) // a connection outlives the context it was asked for with
	served.Proto, served.ProtoMajor, served.ProtoMinor = "HTTP/1.1", 1, 1
	served.Body = http.NoBody
	served.URL = &url.URL{Path: req.URL.Path, RawPath: req.URL.RawPath, RawQuery: req.URL.RawQuery}
	served.RequestURI = served.URL.RequestURI()
	served.RemoteAddr = "192.0.2.1:1234"
	if served.Host == "" {
		served.Host = req.URL.Host
	}
	if req.URL.Scheme == "https" {
		served.TLS = &tls.ConnectionState{HandshakeComplete: true}
	}

	near, far := net.Pipe()
	h := &handshake{recorder: recorder{header: http.Header{}}, far: far, hijacked: make(chan struct{})}
	returned := make(chan struct{})
	go func() {
		defer close(returned)
		c.handler.ServeHTTP(h, served)
	}()
	select {
	case <-h.hijacked:
	case <-returned:
	case <-req.Context().Done():
		_ = near.Close()
		return nil, req.Context().Err()
	}
	select {
	case <-h.hijacked: // perhaps returned since
		return &http.Response{
			Status:     "101 " + http.StatusText(http.StatusSwitchingProtocols),
			StatusCode: h.status,
			Proto:      "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
			Header:  h.sent,
			Body:    near, // an io.Writer too, as net/http's is
			Request: req,
		}, nil
	default:
		_ = near.Close()
		_ = far.Close()
		return h.response(req), nil
	}
}

// handshake is the answer to one.
type handshake struct {
	recorder
	far      net.Conn
	hijacked chan struct{}
}

func (h *handshake) WriteHeader(status int) {
	if status == http.StatusSwitchingProtocols {
		h.status, h.sent = status, h.header.Clone()
		return
	}
	h.recorder.WriteHeader(status)
}

func (h *handshake) Write(b []byte) (int, error) {
	if h.status == http.StatusSwitchingProtocols {
		return 0, http.ErrHijacked
	}
	return h.recorder.Write(b)
}

func (h *handshake) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	close(h.hijacked)
	return h.far, bufio.NewReadWriter(bufio.NewReader(h.far), bufio.NewWriter(h.far)), nil
}
