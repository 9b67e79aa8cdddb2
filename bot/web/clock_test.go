package web_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"anyuebot/bot/web"
)

// campaign is a clock with two moments to go on to.
type campaign struct {
	mu    sync.Mutex
	now   time.Time
	jumps []time.Time
	fails error
}

func (c *campaign) moments() []web.Moment {
	day := time.Date(2021, 6, 1, 0, 0, 0, 0, time.FixedZone("", 8*3600))
	return []web.Moment{{At: day.Add(14*time.Hour + 30*time.Minute), What: "首次提醒"}, {At: day.Add(33 * time.Hour), What: "群里提醒"}}
}

func (c *campaign) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *campaign) Next(context.Context) web.Moment {
	now := c.Now()
	for _, m := range c.moments() {
		if m.At.After(now) {
			return m
		}
	}
	return web.Moment{}
}

func (c *campaign) Jump(_ context.Context, to time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fails != nil {
		return c.fails
	}
	c.jumps = append(c.jumps, to)
	if to.After(c.now) {
		c.now = to
	}
	return nil
}

func withClock(s *service) (web.Config, *campaign) {
	c := &campaign{now: time.Date(2021, 6, 1, 9, 0, 0, 0, time.FixedZone("", 8*3600))}
	cfg := config(s)
	cfg.Now, cfg.Next, cfg.Jump = c.Now, c.Next, c.Jump
	return cfg, c
}

// clockAt reads up to the next word of the clock.
func clockAt(t *testing.T, next func() event) event {
	t.Helper()
	for {
		if e := next(); e.Name == "clock" {
			return e
		}
	}
}

// TestJump: all tabs see the clock, and what it can be put forward to; whoever
// presses, and however often, moves it once.
func TestJump(t *testing.T) {
	cfg, c := withClock(&service{})
	server, _ := serve(t, cfg)
	mine, _ := listen(t, server, "lisi", "")
	other, _ := listen(t, server, "zhou", "")
	shown := clockAt(t, mine)
	if shown.Now != "2021-06-01T09:00:00.000" || shown.Next != "2021-06-01T14:30:00.000" || shown.What != "首次提醒" {
		t.Errorf("the clock shows %+v", shown)
	}
	for range 2 {
		if status, refusal := post(t, server.URL+"/jump", `{"to":"`+shown.To+`"}`); status != http.StatusNoContent {
			t.Fatalf("status %d, %s", status, refusal)
		}
	}
	for name, next := range map[string]func() event{"the tab that pressed": mine, "another tab": other} {
		var after event
		for after.Now != "2021-06-01T14:30:00.000" {
			after = clockAt(t, next)
		}
		if after.Next != "2021-06-02T09:00:00.000" || after.What != "群里提醒" {
			t.Errorf("%s shows %+v", name, after)
		}
	}
	if len(c.jumps) != 2 || !c.jumps[0].Equal(c.moments()[0].At) || !c.jumps[1].Equal(c.jumps[0]) {
		t.Errorf("jumps to %v", c.jumps)
	}
	c.Jump(t.Context(), c.moments()[1].At)
	last, _ := listen(t, server, "lisi", "")
	if e := clockAt(t, last); e.Next != "" || e.To != "" {
		t.Errorf("behind the last moment it shows %+v", e)
	}
}

func TestJump_refused(t *testing.T) {
	cfg, c := withClock(&service{})
	c.fails = errors.New("存储写不进去")
	server, _ := serve(t, cfg)
	none, _ := serve(t, config(&service{}))
	for name, test := range map[string]struct {
		address, body string
		status        int
		words         string
	}{
		"no time":            {server.URL, `{"to":"明天"}`, 400, "格式"},
		"something else":     {server.URL, `{"at":"2021-06-01T14:30:00+08:00"}`, 400, "格式"},
		"it went wrong":      {server.URL, `{"to":"2021-06-01T14:30:00+08:00"}`, 500, "写不进去"},
		"a page without one": {none.URL, `{"to":"2021-06-01T14:30:00+08:00"}`, 404, "不能快进"},
	} {
		status, words := post(t, test.address+"/jump", test.body)
		if status != test.status || !strings.Contains(words, test.words) {
			t.Errorf("%s: status %d, %q; want %d and %q", name, status, words, test.status, test.words)
		}
	}
}

// TestElsewhere: who reads along learns that something came for another, so that
// the page can mark it, and nothing of what it was.
func TestElsewhere(t *testing.T) {
	server, chat := serve(t, config(&service{}))
	next, _ := listenToAll(t, server, "lisi", "")
	expect(t, next, "reset", "ready")
	chat.Push(web.Pushed{To: "zhou", Answer: web.Answer{Text: "温馨提示"}})
	chat.Push(web.Pushed{To: "somebody", Answer: web.Answer{Text: "不在页面上的人"}})
	chat.Push(web.Pushed{To: "lisi", Answer: web.Answer{Text: "给您的"}})
	got := expect(t, next, "elsewhere", "pushed lisi <p>给您的</p>")
	if e := got[0]; e.ID != 1 || e.Member != "zhou" || e.Text+e.HTML != "" {
		t.Errorf("of what came for another the page gets %+v", e)
	}
	if got[1].ID != 2 {
		t.Errorf("something was kept for somebody who is not on the page")
	}
	// Once it was told, a tab that comes back does not hear it again.
	again, _ := listenToAll(t, server, "lisi", got[0].Mark)
	expect(t, again, "pushed lisi <p>给您的</p>", "ready")
}
