package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// playground is a demo that runs till the test, or its stop, ends it.
type playground struct {
	*demoRun
	t    *testing.T
	page *httptest.Server
	stop func()
}

func newPlayground(t *testing.T, store string) *playground {
	t.Helper()
	cfg, err := readConfig(func(string) string { return "" }, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := demoConfig(&cfg, store, false); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	d, err := startDemo(ctx, console{out: io.Discard, err: io.Discard}, cfg)
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	standing := time.Now() // however long the test takes, the clock moves by jumps alone
	d.service.clock.real = func() time.Time { return standing }
	var side sync.WaitGroup
	side.Go(func() {
		if err := d.service.run(ctx, d.webhook); err != nil {
			t.Error(err)
		}
	})
	side.Go(func() {
		if err := d.service.listen(ctx, d.api, d.tenant); err != nil && !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	p := &playground{demoRun: d, t: t, page: httptest.NewServer(d.chat)}
	p.stop = sync.OnceFunc(func() {
		d.chat.Close()
		p.page.Close()
		cancel()
		side.Wait()
	})
	t.Cleanup(p.stop)
	return p
}

// time is what the campaign's clock shows, without its seconds.
func (p *playground) time() string {
	return p.service.now().In(p.service.zone).Format("2006-01-02 15:04")
}

// sees waits till a member sees these words on the page.
func (p *playground) sees(member string, words ...string) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 2*time.Minute)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.page.URL+"/events?as="+member, nil)
	if err != nil {
		p.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer resp.Body.Close()
	var seen bytes.Buffer
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		seen.WriteString(lines.Text() + "\n")
		missing := false
		for _, word := range words {
			missing = missing || !strings.Contains(seen.String(), word)
		}
		if !missing {
			return
		}
	}
	p.t.Errorf("%s does not see %q in\n%s", member, words, seen.String())
}

// TestDemoJump: a visitor goes from reminder to reminder, in two tabs at once; what
// is due arrives, and a demo that is started again goes on from there.
func TestDemoJump(t *testing.T) {
	store := boltScheme + filepath.Join(t.TempDir(), "demo.db")
	p := newPlayground(t, store)
	if got := p.time(); got != "2021-06-01 09:00" {
		t.Errorf("a demo begins at %s", got)
	}
	for _, step := range []struct {
		at, what string
		arrives  func()
	}{
		{"2021-06-01 14:30", "联络员（附件1）", func() {
			for _, liaison := range []string{"lisi", "zhoumin", "fulian"} {
				p.sees(liaison, `"kind":"pushed","chat":"private","member":"`+liaison, "附件1")
			}
		}},
		{"2021-06-02 09:00", "工作群（附件1）", func() { p.sees("liuyang", `"kind":"pushed","chat":"group"`, "附件1") }},
		{"2021-06-02 16:00", "安委办（附件1）", func() {
			for _, member := range []string{demoOffice, demoSecond} {
				p.sees(member, `"kind":"pushed","chat":"private","member":"`+member, "榆林子镇")
			}
		}},
	} {
		next := p.next(t.Context())
		if got := next.At.Format("2006-01-02 15:04"); got != step.at || next.What != step.what {
			t.Fatalf("the page offers %s %s, want %s %s", got, next.What, step.at, step.what)
		}
		var tabs sync.WaitGroup
		for range 3 {
			tabs.Go(func() {
				if err := p.jump(t.Context(), next.At); err != nil {
					t.Error(err)
				}
			})
		}
		tabs.Wait()
		if got := p.time(); got != step.at {
			t.Errorf("after the jump it is %s, want %s", got, step.at)
		}
		step.arrives()
	}
	if err := p.jump(t.Context(), p.service.now().AddDate(1, 0, 0)); err == nil {
		t.Error("it goes to where no reminder is")
	}
	var plan bytes.Buffer
	if err := remindPlanWork(t.Context(), p.service, url.Values{"at": {"6月3日"}, "ladder": {ladderMark(p.service.notice)}}, nil, &plan); err != nil {
		t.Fatal(err)
	}
	has(t, plan.String(),
		"2021年6月3日（星期四）9时00分 给联络员：附件1逾期",
		"山河镇（当周还可收2条）  附件1",
		"2021年6月3日（星期四）16时00分 给安委办：附件1逾期清单",
		"名单上有 22 个单位",
	)
	plan.Reset()
	if err := remindPlanWork(t.Context(), p.service, url.Values{"at": {"6月2日9时"}}, nil, &plan); err != nil {
		t.Fatal(err)
	}
	has(t, plan.String(),
		"2021年6月2日（星期三）9时00分 给工作群：附件1群（已过，照现在的情况重算）",
		"发到 1 个工作群，只说还有 22 个单位没有报，不点名",
	)
	p.stop()
	again := newPlayground(t, store)
	if got := again.time(); got != "2021-06-02 16:00" {
		t.Errorf("started again it is %s", got)
	}
	if got := again.next(t.Context()).At.Format("2006-01-02 15:04"); got != "2021-06-03 09:00" {
		t.Errorf("started again the page offers %s", got)
	}
}

// TestDemoPlay: every sample unit's form is taken, as it is typed.
func TestDemoPlay(t *testing.T) {
	p := newPlayground(t, boltScheme+filepath.Join(t.TempDir(), "demo.db"))
	var out bytes.Buffer
	if err := p.play(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "应报 22　已报 22　未报 0") {
		t.Errorf("not all have reported:\n%s", out.String())
	}
}
