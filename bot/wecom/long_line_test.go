package wecom_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"anyuebot/bot"
	"anyuebot/bot/wecom"
	"anyuebot/bot/wecom/wecomtest"
)

const (
	cmdSubscribe = "aibot_subscribe"
	cmdPing      = "ping"
	cmdRespond   = "aibot_respond_msg"
	cmdSend      = "aibot_send_msg"
)

func TestLongHeartbeat(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		time.Sleep(10*time.Minute + time.Second)
		w.state(wecom.LongUp)
		if n := w.frames(cmdPing); n != 20 {
			t.Errorf("%d heartbeats in ten minutes, want 20", n)
		}
		if n := w.frames(cmdSubscribe); n != 1 {
			t.Errorf("subscribed %d times", n)
		}
	})
}

// A heartbeat that gets lost once is none that goes unanswered.
func TestLongOneHeartbeatMissed(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		w.Spite(wecomtest.Spite{Cmd: cmdPing, Silent: true}, wecomtest.Spite{Cmd: cmdPing, Skip: 1, Silent: true})
		time.Sleep(10 * time.Minute)
		if n := w.frames(cmdSubscribe); n != 1 {
			t.Errorf("subscribed %d times", n)
		}
	})
}

func TestLongReconnects(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		since := w.state(wecom.LongUp).Since
		time.Sleep(2 * time.Minute)
		if err := w.Cut(); err != nil {
			t.Fatal(err)
		}
		w.state(wecom.LongConnecting)
		time.Sleep(time.Second)
		if state := w.state(wecom.LongUp); !state.Since.After(since) {
			t.Errorf("up since %v", state.Since)
		}
		w.say(hello())
	})
}

// A platform that takes nobody for a while is asked ever less often, and a
// connection that holds makes the next retry quick again.
func TestLongBacksOff(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		w.Down(1 << 20)
		if err := w.Cut(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Minute)
		w.state(wecom.LongConnecting)
		w.Down(0)
		time.Sleep(30 * time.Second)
		w.state(wecom.LongUp)
		if n := strings.Count(w.log.String(), "status 503"); n < 20 || n > 25 {
			t.Errorf("%d tries in ten minutes, want one in 30 s", n)
		}
		time.Sleep(time.Minute)
		if err := w.Cut(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		w.state(wecom.LongUp)
	})
}

// A platform that lets the client in and throws it out at once must not be
// asked every second.
func TestLongReconnectStorm(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		for range 30 {
			if err := w.Online(context.Background()); err != nil {
				t.Fatal(err)
			}
			if err := w.Cut(); err != nil {
				t.Fatal(err)
			}
		}
		w.online()
		for _, f := range w.Frames() {
			if f.Code != 0 {
				t.Errorf("%s was refused with %d", f.Cmd, f.Code)
			}
		}
		w.say(hello())
	})
}

// Retries of many replicas are spread by chance, to between half and all of
// their time.
func TestLongSpreadsRetries(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		time.Sleep(2 * time.Minute)
		if err := w.Cut(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(500 * time.Millisecond)
		w.state(wecom.LongUp)
	}, func(cfg *wecom.LongConfig, _ *wecomtest.LongConfig) { cfg.Chance = func() float64 { return 0 } })
}

// A half-open line takes everything and gives nothing back. It is found out by
// the heartbeat, and what was answered into it is said once more.
func TestLongHalfOpen(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		w.desk.do = func(context.Context, bot.Message) (bot.Reply, error) {
			time.Sleep(time.Second)
			return bot.Reply{Text: "好"}, nil
		}
		a, err := w.Push(hello())
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Mute(); err != nil {
			t.Fatal(err)
		}
		// Mute swallows what is not read yet; the message was on its way.
		time.Sleep(2 * time.Minute)
		w.state(wecom.LongUp)
		if n := w.frames(cmdSubscribe); n != 2 {
			t.Errorf("subscribed %d times, want 2", n)
		}
		if len(w.desk.messages()) == 0 {
			return // it did not get through, and members have to write again
		}
		answer, err := a.Answer(context.Background())
		if err != nil || answer.Text != "好" {
			t.Errorf("the member sees %+v, %v", answer, err)
		}
	})
}

// While the answer is made, the line goes half open.
func TestLongHalfOpenWhileAnswering(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		begun := make(chan bool)
		w.desk.do = func(context.Context, bot.Message) (bot.Reply, error) {
			close(begun)
			time.Sleep(time.Second)
			return bot.Reply{Text: "好"}, nil
		}
		a, err := w.Push(hello())
		if err != nil {
			t.Fatal(err)
		}
		<-begun
		if err := w.Mute(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if answer, err := a.Answer(context.Background()); err != nil || answer.Text != "好" {
			t.Errorf("the member sees %+v, %v\n%s", answer, err, w.log)
		}
	})
}

// However the acknowledgement of an answer gets lost, the member sees the
// answer, and sees it once.
func TestLongAnswerUnacknowledged(t *testing.T) {
	for name, spite := range map[string][]wecomtest.Spite{
		"the line breaks before it":                  {{Cmd: cmdRespond, CutBefore: true}},
		"the line breaks behind it":                  {{Cmd: cmdRespond, CutAfter: true}},
		"the line breaks before it, twice":           {{Cmd: cmdRespond, CutBefore: true, Times: 2}},
		"no acknowledgement comes":                   {{Cmd: cmdRespond, Silent: true}},
		"the acknowledgement is late":                {{Cmd: cmdRespond, Late: 20 * time.Second}},
		"the acknowledgement comes twice":            {{Cmd: cmdRespond, Twice: true}},
		"the platform is busy":                       {{Cmd: cmdRespond, Code: -1}},
		"the platform has enough for now":            {{Cmd: cmdRespond, Code: 45009}},
		"the connection is unusable":                 {{Cmd: cmdRespond, Code: 846609}},
		"the stream is said to be over":              {{Cmd: cmdRespond, Code: 846608}},
		"the callback is said to be unknown":         {{Cmd: cmdRespond, Code: 846605}},
		"the answer is refused for no reason":        {{Cmd: cmdRespond, Code: 40058}},
		"the platform is busy for good":              {{Cmd: cmdRespond, Code: -1, Times: 9}},
		"the line breaks behind it, the stream over": {{Cmd: cmdRespond, CutAfter: true}, {Cmd: cmdRespond, Code: 846608}},
		"the line breaks, subscribing is busy":       {{Cmd: cmdRespond, CutBefore: true}, {Cmd: cmdSubscribe, Code: -1}},
		"the line breaks, subscribing is silent":     {{Cmd: cmdRespond, CutBefore: true}, {Cmd: cmdSubscribe, Silent: true}},
	} {
		t.Run(name, func(t *testing.T) {
			onWire(t, func(t *testing.T, w *wire) {
				w.Spite(spite...)
				if _, err := w.Push(hello()); err != nil {
					t.Fatal(err)
				}
				time.Sleep(4 * time.Minute)
				seen := w.Seen("zhangwei")
				if name == "the line breaks before it, twice" {
					// It may have arrived twice over by then; not a third time.
					if len(seen) > 1 {
						t.Errorf("the member sees %+v", seen)
					}
					return
				}
				if len(seen) != 1 || seen[0].Text != "收到：本周新增 12 人" {
					t.Errorf("the member sees %+v\n%s", seen, w.log)
				}
				if n := w.frames(cmdSubscribe); name == "the connection is unusable" && n != 2 {
					t.Errorf("subscribed %d times, want 2", n)
				}
			})
		})
	}
}

// What was never acknowledged on a line that held is not said again hours later.
func TestLongUnacknowledgedLongAgo(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		w.Spite(wecomtest.Spite{Cmd: cmdRespond, Silent: true})
		w.say(hello())
		time.Sleep(10 * time.Minute)
		if err := w.Cut(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Hour)
		if seen := w.Seen("zhangwei"); len(seen) != 1 {
			t.Errorf("the member sees %+v", seen)
		}
		if got := w.desk.handedOver(); len(got) > 0 {
			t.Errorf("handed over: %q", got)
		}
	})
}

// An answer that cannot leave for an hour is handed over, once.
func TestLongAwayForHours(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		w.desk.do = func(context.Context, bot.Message) (bot.Reply, error) {
			time.Sleep(time.Second)
			return bot.Reply{Text: "好"}, nil
		}
		if _, err := w.Push(hello()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		w.Down(1 << 20)
		if err := w.Cut(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Hour)
		if got := w.desk.handedOver(); !slices.Equal(got, []string{"好"}) {
			t.Errorf("handed over: %q", got)
		}
		w.Down(0)
		time.Sleep(time.Hour)
		if seen := w.Seen("zhangwei"); len(seen) != 0 {
			t.Errorf("the member sees %+v", seen)
		}
	})
}

// A press has five seconds, and does not wait behind what the conversation's
// limits hold back.
func TestLongPressPastTheLimits(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		w.desk.do = func(_ context.Context, m bot.Message) (bot.Reply, error) {
			if m.Media == bot.MediaPress {
				return bot.Reply{Card: &bot.Card{Task: m.Press.Task, Title: "已答"}}, nil
			}
			return bot.Reply{Text: "请选", Card: card("q@" + m.Text)}, nil
		}
		for i := range 20 {
			if _, err := w.Push(wecomtest.Msg{From: "lina", Text: strconv.Itoa(i)}); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		if n := len(w.Seen("lina")); n != 30 {
			t.Errorf("the member sees %d, want all that may go in a minute", n)
		}
		if got, err := w.Press(context.Background(), "lina", "q@3", "是"); err != nil || got.Card == nil {
			t.Errorf("%+v, %v", got, err)
		}
		time.Sleep(time.Minute + time.Second)
		if n := len(w.Seen("lina")); n != 40 {
			t.Errorf("the member sees %d, want 40", n)
		}
	})
}

// clogged carries connections that can be made to take nothing.
type clogged struct {
	http.RoundTripper
	mu   sync.Mutex
	stop bool
}

func (c *clogged) clog(stop bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stop = stop
}

func (c *clogged) RoundTrip(r *http.Request) (*http.Response, error) {
	resp, err := c.RoundTripper.RoundTrip(r)
	if rw, ok := any(resp.Body).(io.ReadWriteCloser); err == nil && ok {
		resp.Body = &cloggedBody{ReadWriteCloser: rw, by: c, closed: make(chan struct{})}
	}
	return resp, err
}

type cloggedBody struct {
	io.ReadWriteCloser
	by     *clogged
	once   sync.Once
	closed chan struct{}
}

func (b *cloggedBody) Write(p []byte) (int, error) {
	b.by.mu.Lock()
	stop := b.by.stop
	b.by.mu.Unlock()
	if stop {
		<-b.closed
		return 0, io.ErrClosedPipe
	}
	return b.ReadWriteCloser.Write(p)
}

func (b *cloggedBody) Close() error {
	b.once.Do(func() { close(b.closed) })
	return b.ReadWriteCloser.Close()
}

// A line that takes nothing more is given up, and what could not leave is said
// over the next; a push says that it did not leave.
func TestLongCloggedLine(t *testing.T) {
	var pipe clogged
	onWire(t, func(t *testing.T, w *wire) {
		w.Met("lina", "")
		pipe.clog(true)
		if _, err := w.Push(hello()); err != nil {
			t.Fatal(err)
		}
		if got := w.long.Push(t.Context(), bot.Parcel{ID: "p", UserID: "lina", Text: "x"}); got.Fate != bot.FateLater || got.Unsure {
			t.Errorf("a push that cannot leave is %+v", got)
		}
		pipe.clog(false)
		time.Sleep(time.Minute)
		w.state(wecom.LongUp)
		if seen := w.Seen("zhangwei"); len(seen) != 1 || seen[0].Text != "收到：本周新增 12 人" {
			t.Errorf("the member sees %+v\n%s", seen, w.log)
		}
	}, func(cfg *wecom.LongConfig, _ *wecomtest.LongConfig) {
		cfg.HTTP = &http.Client{Transport: &pipe}
	})
}

// A platform that knows no callback of an earlier connection gets the answer as
// a message of its own.
func TestLongForgetfulPlatform(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		begun := make(chan bool)
		w.desk.do = func(context.Context, bot.Message) (bot.Reply, error) {
			close(begun)
			time.Sleep(3 * time.Second)
			return bot.Reply{Text: "好"}, nil
		}
		if _, err := w.Push(hello()); err != nil {
			t.Fatal(err)
		}
		<-begun
		if err := w.Cut(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		seen := w.Seen("zhangwei")
		if len(seen) != 1 || seen[0].Kind != "markdown" || seen[0].Text != "好" {
			t.Errorf("the member sees %+v\n%s", seen, w.log)
		}
	}, func(_ *wecom.LongConfig, theirs *wecomtest.LongConfig) { theirs.Forgetful = true })
}

// Whoever waits for somebody says so at once, for nobody can ask them.
func TestLongStands(t *testing.T) {
	stood := make(chan struct{}, 1)
	onWire(t, func(t *testing.T, w *wire) {
		if err := w.Kick(); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if len(stood) != 1 || w.long.State().Phase != wecom.LongElsewhere {
			t.Errorf("%d were told that it is %s", len(stood), w.long.State().Phase)
		}
	}, func(cfg *wecom.LongConfig, _ *wecomtest.LongConfig) { cfg.Stood = func() { stood <- struct{}{} } })
}

// Somebody else who takes the bot has it, until the office says otherwise.
func TestLongKickedOut(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		if err := w.Kick(); err != nil {
			t.Fatal(err)
		}
		since := w.state(wecom.LongElsewhere).Since
		time.Sleep(24 * time.Hour)
		if state := w.state(wecom.LongElsewhere); state.Since != since {
			t.Errorf("it stands so since %v, want %v", state.Since, since)
		}
		if n := w.frames(cmdSubscribe); n != 1 {
			t.Errorf("subscribed %d times: that is a fight", n)
		}
		if n := strings.Count(w.log.String(), "has taken the bot over"); n != 1 {
			t.Errorf("said %d times", n)
		}
		w.long.Resume()
		w.online()
		w.state(wecom.LongUp)
		w.say(hello())
	})
}

// A wrong secret is tried five times, slowly, and no more.
func TestLongRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, func(_ *wecom.LongConfig, theirs *wecomtest.LongConfig) { theirs.Secret = "another" })
		start := time.Now()
		time.Sleep(24 * time.Hour)
		state := w.state(wecom.LongRefused)
		if state.Code != 853000 {
			t.Errorf("it stands refused with %d", state.Code)
		}
		if took := state.Since.Sub(start); took < time.Minute || took > 10*time.Minute {
			t.Errorf("it took %v to give up", took)
		}
		if n := w.frames(cmdSubscribe); n != 5 {
			t.Errorf("subscribed %d times, want 5", n)
		}
		if got := w.long.Push(t.Context(), bot.Parcel{ID: "p", UserID: "lina", Text: "x"}); got.Fate != bot.FateHalted || got.Code != 853000 {
			t.Errorf("a push is %+v", got)
		}
	})
}

// Refusals that say nothing about the secret do not end the tries.
func TestLongRefusedForNow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t)
		w.Spite(wecomtest.Spite{Cmd: cmdSubscribe, Code: 45009, Times: 7})
		start := time.Now()
		w.online()
		w.state(wecom.LongUp)
		if took := time.Since(start); took < 7*time.Minute {
			t.Errorf("seven refusals took %v, want a minute each", took)
		}
	})
}

// lease is what replicas agree by.
type lease struct {
	mu    sync.Mutex
	owner string
	until time.Time
	down  bool // nobody can ask
}

func (l *lease) claim(who string) func(context.Context) (bool, error) {
	return func(context.Context) (bool, error) {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.down {
			return false, errors.New("no quorum")
		}
		now := time.Now()
		if l.owner != who && now.Before(l.until) {
			return false, nil
		}
		l.owner, l.until = who, now.Add(30*time.Second)
		return true, nil
	}
}

func (l *lease) release(who string) func(context.Context) {
	return func(context.Context) {
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.owner == who {
			l.owner = ""
			l.until = time.Time{}
		}
	}
}

func (l *lease) give(who string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.owner, l.until = who, time.Now().Add(30*time.Second)
}

// Of two replicas one connects. When it closes, the other does.
func TestLongOneOwner(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var shared lease
		w := newWire(t, func(cfg *wecom.LongConfig, _ *wecomtest.LongConfig) {
			cfg.Claim, cfg.Release = shared.claim("a"), shared.release("a")
		})
		w.online()
		cfg := longConfig()
		cfg.HTTP, cfg.Claim, cfg.Release = w.Client(), shared.claim("b"), shared.release("b")
		other, ended, stop := w.join(cfg)
		defer stop()
		time.Sleep(10 * time.Minute)
		w.state(wecom.LongUp)
		if state := other.State(); state.Phase != wecom.LongWaiting {
			t.Errorf("the other stands %q", state.Phase)
		}
		if n := w.frames(cmdSubscribe); n != 1 {
			t.Errorf("subscribed %d times", n)
		}
		if got := other.Push(t.Context(), bot.Parcel{ID: "p", UserID: "lina", Text: "x"}); got.Fate != bot.FateLater || !got.Limited {
			t.Errorf("a push of who waits is %+v", got)
		}

		if err := w.long.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
		w.state(wecom.LongClosed)
		time.Sleep(11 * time.Second) // the lease was given back, so not 30
		if !other.Up() {
			t.Errorf("the other stands %+v", other.State())
		}
		w.say(hello())
		if err := other.Close(t.Context()); err != nil {
			t.Error(err)
		}
		<-ended
	})
}

// Who loses the lease hangs up at once: before the next owner subscribes, not
// because it does.
func TestLongLeaseLost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var shared lease
		w := newWire(t, func(cfg *wecom.LongConfig, _ *wecomtest.LongConfig) {
			cfg.Claim = shared.claim("a")
			cfg.Release = func(context.Context) {
				if shared.owner != "a" {
					t.Error("released what another has")
				}
			}
		})
		w.online()
		shared.give("b")
		time.Sleep(10 * time.Second)
		w.state(wecom.LongWaiting)
		if err := w.Offline(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Hour)
		w.state(wecom.LongUp) // b never renewed it
	})
}

// Who cannot ask for the lease any more hangs up before it ends.
func TestLongLeaseCannotBeRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var shared lease
		w := newWire(t, func(cfg *wecom.LongConfig, _ *wecomtest.LongConfig) { cfg.Claim = shared.claim("a") })
		w.online()
		time.Sleep(time.Minute + time.Second)
		shared.mu.Lock()
		shared.down = true
		ends := shared.until
		shared.mu.Unlock()
		time.Sleep(10 * time.Second)
		w.state(wecom.LongUp)
		time.Sleep(time.Until(ends) - time.Second)
		w.state(wecom.LongWaiting)
		shared.mu.Lock()
		shared.down = false
		shared.mu.Unlock()
		time.Sleep(10 * time.Second)
		w.state(wecom.LongUp)
	})
}

// A claim that hangs is no claim.
func TestLongLeaseHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		asked := 0
		w := newWire(t, func(cfg *wecom.LongConfig, _ *wecomtest.LongConfig) {
			cfg.Claim = func(ctx context.Context) (bool, error) {
				if asked++; asked == 1 {
					return true, nil
				}
				<-ctx.Done()
				return false, ctx.Err()
			}
		})
		w.online()
		time.Sleep(26 * time.Second)
		w.state(wecom.LongWaiting)
	})
}

// What the platform should not send ends nothing.
func TestLongGarbage(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		for _, frame := range []string{
			"", "本周新增", "{", "[]", "null", "0", `{"cmd":1}`, `{"headers":[]}`, `{"cmd":"aibot_msg_callback"}`,
			`{"cmd":"aibot_msg_callback","headers":{"req_id":"x"},"body":"本周新增"}`,
			`{"cmd":"aibot_msg_callback","headers":{"req_id":"x"},"body":{"msgtype":"text"}}`,
			`{"cmd":"aibot_msg_callback","headers":{"req_id":"x"},"body":{"msgid":"m","msgtype":"text","from":{"userid":["lina"]}}}`,
			`{"cmd":"aibot_event_callback","headers":{"req_id":"x"},"body":{"msgtype":"event","event":{"eventtype":"unheard_of"}}}`,
			`{"cmd":"本周新增","headers":{"req_id":"x"}}`,
			`{"headers":{"req_id":"nobody"},"errcode":0}`, `{"headers":{"req_id":""},"errcode":1}`,
			`{"cmd":"aibot_msg_callback","headers":{"req_id":"` + strings.Repeat("x", 300) + `"},"body":{}}`,
			"{\"cmd\":\"aibot_msg_callback\",\"headers\":{\"req_id\":\"x\"},\"body\":{\"msgid\":\"\xff\"}}",
		} {
			if err := w.Raw(false, []byte(frame)); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Raw(true, []byte(`{"cmd":"aibot_msg_callback"}`)); err != nil {
			t.Fatal(err)
		}
		w.say(hello())
		w.state(wecom.LongUp)
		if n := w.frames(cmdSubscribe); n != 1 {
			t.Errorf("subscribed %d times", n)
		}
	})
}

// A message that cannot be answered as the platform wants it is answered all
// the same, and never by an address that came along.
func TestLongMessageWithoutReqID(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		w.Met("lina", "")
		if err := w.Raw(false, []byte(`{"cmd":"aibot_msg_callback","body":{"msgid":"m1","from":{"userid":"lina"},"chattype":"single",
			"response_url":"https://qyapi.weixin.qq.com/x","msgtype":"text","text":{"content":"3"}}}`)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if seen := w.Seen("lina"); len(seen) != 1 || seen[0].Kind != "markdown" || seen[0].Text != "收到：3" {
			t.Errorf("the member sees %+v\n%s", seen, w.log)
		}
		if m := w.desk.messages()[0]; m.ReplyURL != "" {
			t.Errorf("the turn was asked as %+v", m)
		}
	})
}

func TestLongFrameTooLarge(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		if err := w.Raw(false, []byte(`{"cmd":"`+strings.Repeat("x", 2<<20)+`"}`)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		w.state(wecom.LongUp)
		if n := w.frames(cmdSubscribe); n != 2 {
			t.Errorf("subscribed %d times, want 2", n)
		}
		w.say(hello())
	})
}

// Closing waits for turns and their answers, and turns new messages away.
func TestLongCloseWhileAnswering(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		w.desk.do = func(_ context.Context, m bot.Message) (bot.Reply, error) {
			time.Sleep(3 * time.Second)
			return bot.Reply{Text: "好"}, nil
		}
		first, err := w.Push(hello())
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		closed := make(chan error, 1)
		go func() { closed <- w.long.Close(context.Background()) }()
		synctest.Wait()
		if answer := w.say(wecomtest.Msg{From: "lina", Text: "晚了"}); answer.Text != lost {
			t.Errorf("who writes while it closes sees %q", answer.Text)
		}
		if answer, err := first.Answer(context.Background()); err != nil || answer.Text != "好" {
			t.Errorf("who wrote before sees %q, %v", answer.Text, err)
		}
		if err := <-closed; err != nil {
			t.Error(err)
		}
		w.state(wecom.LongClosed)
		if err := w.Offline(t.Context()); err != nil {
			t.Error(err)
		}
		if n := len(w.desk.messages()); n != 1 {
			t.Errorf("%d turns", n)
		}
	})
}

// What cannot be answered before the end is handed over.
func TestLongCloseInAHurry(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		w.Spite(wecomtest.Spite{Cmd: cmdRespond, Code: 45009, Times: 9})
		if _, err := w.Push(hello()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		err := w.long.Close(ctx)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("closing returned %v", err)
		}
		if got := w.desk.handedOver(); !slices.Equal(got, []string{"收到：本周新增 12 人"}) {
			t.Errorf("handed over: %q", got)
		}
	})
}

// What may have arrived, but nobody knows, is handed over as well: rather twice
// than not at all.
func TestLongCloseWhileCut(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		w.Spite(wecomtest.Spite{Cmd: cmdRespond, CutBefore: true})
		w.Down(1 << 20)
		if _, err := w.Push(hello()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := w.long.Close(ctx); err == nil {
			t.Error("closing says that all is well")
		}
		if got := w.desk.handedOver(); len(got) != 1 {
			t.Errorf("handed over: %q", got)
		}
	})
}

// What a line that holds has taken in and not acknowledged is not handed over.
func TestLongCloseUnacknowledged(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		w.Spite(wecomtest.Spite{Cmd: cmdRespond, Silent: true})
		w.say(hello())
		time.Sleep(time.Minute)
		if err := w.long.Close(t.Context()); err != nil {
			t.Error(err)
		}
		<-w.ended
		w.ended <- nil
		if got := w.desk.handedOver(); len(got) > 0 {
			t.Errorf("handed over: %q", got)
		}
	})
}

// Who does not close loses nothing either: what cannot be said any more is
// handed over before Run returns.
func TestLongRunEnds(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		w.Spite(wecomtest.Spite{Cmd: cmdRespond, Code: 45009, Times: 9})
		if _, err := w.Push(hello()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		w.stop()
		if err := <-w.ended; !errors.Is(err, context.Canceled) {
			t.Errorf("Run returned %v", err)
		}
		w.ended <- nil
		if got := w.desk.handedOver(); len(got) != 1 {
			t.Errorf("handed over: %q", got)
		}
		w.state(wecom.LongClosed)
	})
}

func TestLongCloseBeforeRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		long, err := wecom.NewLong(longConfig(), &desk{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := long.Close(t.Context()); err != nil {
			t.Error(err)
		}
		if err := long.Run(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

func TestLongProbe(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*wecomtest.Long)
		secret string
		want   string
	}{
		"well":         {want: "<nil>"},
		"wrong secret": {secret: "another", want: "853000 (" + wecom.WhyBot},
		"too often":    {change: func(l *wecomtest.Long) { l.Spite(wecomtest.Spite{Code: 45009}) }, want: "45009 (" + wecom.WhyLimit},
		"down":         {change: func(l *wecomtest.Long) { l.Down(1) }, want: "503"},
		"silent":       {change: func(l *wecomtest.Long) { l.Spite(wecomtest.Spite{Silent: true}) }, want: wecom.WhyNetwork},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				theirs := wecomtest.NewLong(wecomtest.LongConfig{BotID: longBot, Secret: longSecret + c.secret})
				defer theirs.Close()
				if c.change != nil {
					c.change(theirs)
				}
				cfg := longConfig()
				cfg.HTTP = theirs.Client()
				long, err := wecom.NewLong(cfg, &desk{}, nil)
				if err != nil {
					t.Fatal(err)
				}
				err = long.Probe(t.Context())
				said := "<nil>"
				if err != nil {
					said = err.Error()
				}
				var failure *wecom.Failure
				if err != nil && !errors.As(err, &failure) {
					t.Errorf("the error is a %T", err)
				}
				if !strings.Contains(said, c.want) || strings.Contains(said, longSecret) || strings.Contains(said, longBot) {
					t.Errorf("it says %q, want %q", said, c.want)
				}
			})
		})
	}
}
