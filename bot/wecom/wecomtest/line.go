package wecomtest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
)

// line leads to one callback address.
type line struct {
	url     *url.URL
	client  *http.Client
	content string // Content-Type of what is posted
}

// newLine makes a line that follows no redirect, because the platform follows
// none.
func newLine(address string, client *http.Client, content string) (line, error) {
	to, err := url.Parse(address)
	if err != nil || to.Host == "" || to.Scheme != "http" && to.Scheme != "https" {
		return line{}, errors.New("wecomtest: URL is no http or https address")
	}
	l := line{url: to, client: &http.Client{}, content: content}
	if client != nil {
		copied := *client
		l.client = &copied
	}
	l.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return l, nil
}

// request is a request that can be made again, byte for byte.
type request struct {
	method string
	query  url.Values
	body   []byte
	nonce  string
}

func (l line) do(ctx context.Context, q *request) (Response, error) {
	address := *l.url
	query := address.Query()
	for name, values := range q.query {
		query[name] = slices.Clone(values)
	}
	address.RawQuery = query.Encode()
	req, err := http.NewRequestWithContext(ctx, q.method, address.String(), bytes.NewReader(q.body))
	if err != nil {
		return Response{}, errors.New("wecomtest: the request could not be made")
	}
	if q.method != http.MethodGet {
		req.Header.Set("Content-Type", l.content)
	}
	resp, err := l.client.Do(req)
	if err != nil {
		// Without the address: it holds the signature.
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		return Response{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, maxReply+1))
	if err != nil {
		return Response{}, err
	}
	return Response{Status: resp.StatusCode, Header: resp.Header, Body: body}, nil
}
