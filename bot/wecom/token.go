package wecom

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"time"

	"github.com/silenceper/wechat/v2/credential"
	"golang.org/x/sync/singleflight"
)

const callToken = "gettoken"

// tokens hands out the application's access token (page 91039), fetched by the
// library when there is none. However many want one at once, it is fetched
// once, and if that fails they all know: the platform slows down who asks too
// often.
type tokens struct {
	line   *line
	corpID string
	secret string
	agent  string // tells two applications of one company apart in the cache
	cache  tokenCache
	flight singleflight.Group
}

// take returns the token.
func (t *tokens) take(ctx context.Context) (string, *Failure) {
	if token := t.cache.current(); token != "" {
		return token, nil
	}
	if ctx.Err() != nil {
		return "", judge(callToken, result{})
	}
	// The request outlives a sender who gives up: others wait for it too.
	fetching := t.flight.DoChan("", func() (any, error) {
		token, failure := t.fetch(context.WithoutCancel(ctx))
		if failure != nil {
			return nil, failure
		}
		return token, nil
	})
	select {
	case <-ctx.Done():
		return "", judge(callToken, result{})
	case got := <-fetching:
		if failure := (*Failure)(nil); errors.As(got.Err, &failure) {
			return "", failure
		}
		return got.Val.(string), nil
	}
}

func (t *tokens) fetch(ctx context.Context) (string, *Failure) {
	var token string
	var err error
	a := t.line.through(ctx, callTime, func(ctx context.Context, marker string) {
		// A handle of its own for each request: the library formats the secret
		// into the address, and the marker has to stand behind it. The cache is
		// what they share.
		handle := credential.NewWorkAccessTokenWithAgentID(t.corpID, marked(t.secret, marker), t.agent,
			credential.CacheKeyWorkPrefix, &t.cache)
		token, err = handle.GetAccessTokenContext(ctx)
	})
	if err == nil {
		return token, nil // perhaps from the cache, without a request
	}
	if failure := judge(callToken, a); failure != nil {
		return "", failure.unseen()
	}
	// Errcode 0, and still no token in it.
	failure := judge(callToken, result{})
	return "", failure
}

// drop forgets a token that the platform refused, unless it has been replaced
// meanwhile by somebody who was refused before.
func (t *tokens) drop(token string) { t.cache.drop(token) }

// leastKept is how long a token is kept at least, whatever the platform and
// the library's allowance for haste make of its lifetime: a token that lives
// too short for the allowance would be fetched anew for every call. One that
// is kept too long is found out by the call that fails.
const leastKept = 30 * time.Second

// tokenCache is a cache.Cache of the library for one token. The library's own
// is read without its lock.
type tokenCache struct {
	mu    sync.Mutex
	key   string
	token string
	until time.Time
}

var errNoToken = errors.New("wecom: no token")

func (c *tokenCache) Set(key string, val any, timeout time.Duration) error {
	token, _ := val.(string)
	if token == "" {
		return errNoToken // the library would hand it out till it expires
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.key, c.token, c.until = key, token, time.Now().Add(max(timeout, leastKept))
	return nil
}

func (c *tokenCache) Get(key string) any {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.key != key || c.token == "" || !time.Now().Before(c.until) {
		return nil // not "", which the library takes for a token
	}
	return c.token
}

func (c *tokenCache) IsExist(key string) bool { return c.Get(key) != nil }

func (c *tokenCache) Delete(key string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.key == key {
		c.token = ""
	}
	return nil
}

func (c *tokenCache) current() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !time.Now().Before(c.until) {
		return ""
	}
	return c.token
}

func (c *tokenCache) drop(token string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.token == token {
		c.token = ""
	}
}

// held is a token in the form in which the library's clients ask for one.
type held string

func (h held) GetAccessToken() (string, error) { return string(h), nil }

func agentText(id int64) string { return strconv.FormatInt(id, 10) }
