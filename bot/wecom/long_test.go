package wecom_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
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
	longBot    = "aibSecretBot"
	longSecret = "s3cretOfTheLongConnection"
)

// desk is the rest of the program behind the long connection, as small as it
// can be: it remembers what it said, like the real one.
type desk struct {
	// do makes the answer; nil echoes the text.
	do func(ctx context.Context, m bot.Message) (bot.Reply, error)

	mu     sync.Mutex
	stored map[string]bot.Reply
	got    []bot.Message
	late   []bot.Reply
}

func (d *desk) ID(m bot.Message) string { return "s-" + m.Channel + "-" + m.ID }

func (d *desk) Turn(ctx context.Context, m bot.Message) (bot.Reply, error) {
	d.mu.Lock()
	reply, seen := d.stored[d.ID(m)]
	d.got = append(d.got, m)
	d.mu.Unlock()
	if seen {
		return reply, nil
	}
	reply = bot.Reply{Text: "收到：" + m.Text}
	if d.do != nil {
		var err error
		if reply, err = d.do(ctx, m); err != nil {
			return reply, err
		}
	}
	reply.ID = d.ID(m)
	d.mu.Lock()
	defer d.mu.Unlock()
	d.stored[reply.ID] = reply
	return reply, nil
}

func (d *desk) Replied(_ context.Context, id string) (bot.Reply, bool, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	reply, ok := d.stored[id]
	return reply, ok, nil
}

func (d *desk) Late(_ context.Context, _ bot.Message, reply bot.Reply) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.late = append(d.late, reply)
}

func (d *desk) messages() []bot.Message {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.got)
}

func (d *desk) handedOver() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	var words []string
	for _, r := range d.late {
		words = append(words, r.Text)
	}
	return words
}

// wire is a platform, a long connection to it and a desk behind that.
type wire struct {
	*wecomtest.Long
	t     *testing.T
	long  *wecom.Long
	desk  *desk
	log   *buffer
	ended chan error // of Run
	stop  context.CancelFunc
	// spiteful lets the platform note frames that no client should send.
	spiteful bool
}

func longConfig() wecom.LongConfig {
	return wecom.LongConfig{BotID: longBot, Secret: longSecret, Name: robot, Words: wecom.Words{Working: working, Lost: lost}}
}

// onWire runs a test with a long connection that is up. Whatever happens in it,
// no frame may break the platform's rules, and no secret may reach the log.
func onWire(t *testing.T, test func(t *testing.T, w *wire), change ...func(*wecom.LongConfig, *wecomtest.LongConfig)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := newWire(t, change...)
		w.online()
		test(t, w)
	})
}

func newWire(t *testing.T, change ...func(*wecom.LongConfig, *wecomtest.LongConfig)) *wire {
	t.Helper()
	w := &wire{t: t, desk: &desk{stored: map[string]bot.Reply{}}, log: &buffer{}}
	cfg := longConfig()
	theirs := wecomtest.LongConfig{BotID: longBot, Secret: longSecret, BotName: robot}
	cfg.Late = w.desk.Late
	for _, c := range change {
		c(&cfg, &theirs)
	}
	w.Long = wecomtest.NewLong(theirs)
	if cfg.HTTP == nil {
		cfg.HTTP = w.Client()
	} else if pipe, ok := cfg.HTTP.Transport.(*clogged); ok {
		pipe.RoundTripper = w.Client().Transport
	}
	w.long, w.ended, w.stop = w.join(cfg)
	t.Cleanup(w.leave)
	return w
}

// join runs a connection of one more process.
func (w *wire) join(cfg wecom.LongConfig) (*wecom.Long, chan error, context.CancelFunc) {
	w.t.Helper()
	long, err := wecom.NewLong(cfg, w.desk, slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	if err != nil {
		w.t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- long.Run(ctx) }()
	return long, ended, stop
}

func (w *wire) leave() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	_ = w.long.Close(ctx) // tests of closing look at what it returns themselves
	w.stop()
	<-w.ended
	w.Long.Close()
	synctest.Wait()
	for _, f := range w.Violations() {
		if !w.spiteful {
			w.t.Errorf("a frame that no client should send: %s: %s", f.Cmd, f.Why)
		}
	}
	clean(w.t, "the log", w.log.String())
	for _, secret := range []string{longSecret, longBot, "aeskey", "wrGroup"} {
		if strings.Contains(w.log.String(), secret) {
			w.t.Errorf("the log holds %q:\n%s", secret, w.log)
		}
	}
}

func (w *wire) online() {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	if err := w.Online(ctx); err != nil {
		w.t.Fatalf("not online: %v\n%s", err, w.log)
	}
	synctest.Wait()
}

func (w *wire) say(m wecomtest.Msg, files ...wecomtest.LongFile) wecomtest.LongAnswer {
	w.t.Helper()
	answer, err := w.Say(context.Background(), m, files...)
	if err != nil {
		w.t.Fatalf("%q: %v\n%s", m.Text, err, w.log)
	}
	return answer
}

// subscribed counts how often clients have subscribed, or tried to.
func (w *wire) frames(cmd string) int {
	n := 0
	for _, f := range w.Frames() {
		if f.Cmd == cmd {
			n++
		}
	}
	return n
}

func (w *wire) state(want wecom.LongPhase) wecom.LongState {
	w.t.Helper()
	synctest.Wait()
	state := w.long.State()
	if state.Phase != want {
		w.t.Fatalf("the connection stands %q, want %q\n%s", state.Phase, want, w.log)
	}
	if up := w.long.Up(); up != (want == wecom.LongUp) {
		w.t.Fatalf("the connection stands %q, and Up is %v", want, up)
	}
	return state
}

func TestLongAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		ask  wecomtest.Msg
		want bot.Message
	}{
		"words":            {hello(), bot.Message{From: "zhangwei", Media: bot.MediaText, Text: "本周新增 12 人", Cards: bot.CardsWith}},
		"words in a group": {wecomtest.Msg{From: "lina", Group: "wrGroup", Text: "本周新增 12 人"}, bot.Message{From: "lina", Group: "wrGroup", Media: bot.MediaText, Text: "本周新增 12 人"}},
		"a quote":          {wecomtest.Msg{From: "lina", Text: "3", Quote: "场次？"}, bot.Message{From: "lina", Media: bot.MediaText, Text: "3", Quote: "场次？", Cards: bot.CardsWith}},
		"a voice":          {wecomtest.Msg{From: "lina", Kind: wecomtest.Voice, Text: "三次"}, bot.Message{From: "lina", Media: bot.MediaVoice, Text: "三次", Cards: bot.CardsWith}},
		"a picture":        {wecomtest.Msg{From: "lina", Kind: wecomtest.Image}, bot.Message{From: "lina", Media: bot.MediaImage, Cards: bot.CardsWith}},
		"a file":           {wecomtest.Msg{From: "lina", Kind: wecomtest.File}, bot.Message{From: "lina", Media: bot.MediaFile, Cards: bot.CardsWith}},
	} {
		t.Run(name, func(t *testing.T) {
			onWire(t, func(t *testing.T, w *wire) {
				answer := w.say(c.ask)
				if want := "收到：" + c.want.Text; answer.Text != want {
					t.Errorf("the member sees %q, want %q", answer.Text, want)
				}
				if len(answer.Shown) != 1 {
					t.Errorf("the member saw %q on the way", answer.Shown)
				}
				got := w.desk.messages()[0]
				if answer.Stream != w.desk.ID(got) {
					t.Errorf("the stream is %q, want the reply's id", answer.Stream)
				}
				if got.Channel != "aibot" || got.Bot != longBot || got.ID != answer.ID || got.Limit != 20480 {
					t.Errorf("the turn was asked as %+v", got)
				}
				got.Channel, got.Bot, got.ID, got.Limit, got.Files = "", "", "", 0, nil
				if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", c.want) {
					t.Errorf("the turn was asked\n%+v, want\n%+v", got, c.want)
				}
			})
		})
	}
}

func TestLongGreeting(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		w.desk.do = func(context.Context, bot.Message) (bot.Reply, error) { return bot.Reply{Text: "您好"}, nil }
		if got, err := w.Enter(context.Background(), "lina"); err != nil || got.Text != "您好" {
			t.Errorf("%q, %v", got.Text, err)
		}
		if m := w.desk.messages()[0]; m.Media != bot.MediaEnter || m.Cards != bot.CardsNone {
			t.Errorf("the turn was asked as %+v", m)
		}
	})
}

func TestLongGreetingThatIsLate(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		w.desk.do = func(context.Context, bot.Message) (bot.Reply, error) {
			time.Sleep(6 * time.Second)
			return bot.Reply{Text: "您好"}, nil
		}
		if got, err := w.Enter(context.Background(), "lina"); !errors.Is(err, wecomtest.ErrUnanswered) {
			t.Errorf("%q, %v", got.Text, err)
		}
		time.Sleep(time.Minute)
		if seen := w.Seen("lina"); len(seen) > 0 {
			t.Errorf("the member sees %+v", seen)
		}
		if n := w.frames("aibot_respond_welcome_msg"); n != 0 {
			t.Error("the greeting was sent for nothing")
		}
	})
}

// "Working on it" is not said any more once the answer is there.
func TestLongWorkingIsOvertaken(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		w.desk.do = func(_ context.Context, m bot.Message) (bot.Reply, error) {
			if m.Text == "2" {
				time.Sleep(4500 * time.Millisecond)
			}
			return bot.Reply{Text: m.Text}, nil
		}
		w.Spite(wecomtest.Spite{Cmd: cmdRespond, Silent: true}) // the next answer waits 5 s behind this one
		if _, err := w.Push(wecomtest.Msg{From: "lina", Text: "1"}); err != nil {
			t.Fatal(err)
		}
		if got := w.say(wecomtest.Msg{From: "lina", Text: "2"}); !slices.Equal(got.Shown, []string{"2"}) {
			t.Errorf("the member saw %q", got.Shown)
		}
	})
}

// A turn without words ends the stream that was begun for it.
func TestLongWordlessTurn(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		w.desk.do = func(context.Context, bot.Message) (bot.Reply, error) {
			time.Sleep(10 * time.Second)
			return bot.Reply{}, nil
		}
		if got := w.say(hello()); !slices.Equal(got.Shown, []string{working, lost}) {
			t.Errorf("the member saw %q", got.Shown)
		}
	})
}

// A slow turn is announced after four seconds and answered when it is done.
func TestLongSlowTurn(t *testing.T) {
	for name, c := range map[string]struct {
		takes time.Duration
		shown []string
	}{
		"soon":             {3 * time.Second, []string{"好"}},
		"late":             {20 * time.Second, []string{working, "好"}},
		"nearly too late":  {115 * time.Second, []string{working, "好"}},
		"beyond its limit": {time.Hour, []string{working, lost}},
	} {
		t.Run(name, func(t *testing.T) {
			onWire(t, func(t *testing.T, w *wire) {
				w.desk.do = func(ctx context.Context, _ bot.Message) (bot.Reply, error) {
					select {
					case <-time.After(c.takes):
						return bot.Reply{Text: "好"}, nil
					case <-ctx.Done():
						return bot.Reply{}, ctx.Err()
					}
				}
				start := time.Now()
				answer := w.say(hello())
				if !slices.Equal(answer.Shown, c.shown) {
					t.Errorf("the member saw %q, want %q", answer.Shown, c.shown)
				}
				if took := time.Since(start); c.takes < 2*time.Minute && took != c.takes {
					t.Errorf("the answer took %v, want %v", took, c.takes)
				}
			})
		})
	}
}

// After five minutes the stream may be closed on the other side: the answer
// goes as a message of its own.
func TestLongAnswerAfterTheStreamsTime(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		w.desk.do = func(context.Context, bot.Message) (bot.Reply, error) {
			time.Sleep(7 * time.Minute)
			return bot.Reply{Text: "好"}, nil
		}
		if _, err := w.Push(hello()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(8 * time.Minute)
		seen := w.Seen("zhangwei")
		if len(seen) != 2 || seen[0].Text != working || seen[1].Kind != "markdown" || seen[1].Text != "好" {
			t.Errorf("the member sees %+v", seen)
		}
	}, func(cfg *wecom.LongConfig, _ *wecomtest.LongConfig) { cfg.Turn = time.Hour })
}

func TestLongBrokenTurn(t *testing.T) {
	for name, do := range map[string]func(context.Context, bot.Message) (bot.Reply, error){
		"fails":  func(context.Context, bot.Message) (bot.Reply, error) { return bot.Reply{}, errors.New("本周新增") },
		"panics": func(context.Context, bot.Message) (bot.Reply, error) { panic("本周新增") },
	} {
		t.Run(name, func(t *testing.T) {
			onWire(t, func(t *testing.T, w *wire) {
				w.desk.do = do
				if answer := w.say(hello()); answer.Text != lost {
					t.Errorf("the member sees %q", answer.Text)
				}
				w.desk.do = nil
				if answer := w.say(hello()); answer.Text != "收到：本周新增 12 人" {
					t.Errorf("the next answer is %q", answer.Text)
				}
			})
		})
	}
}

func card(task string) *bot.Card {
	return &bot.Card{Task: task, Title: "是否已开展？", Buttons: []bot.Button{{Label: "是", Say: "是"}, {Label: "否", Say: "否"}}}
}

func TestLongCards(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		w.desk.do = func(_ context.Context, m bot.Message) (bot.Reply, error) {
			if m.Media == bot.MediaPress {
				return bot.Reply{Text: "下一题", Card: &bot.Card{Task: m.Press.Task, Title: "已答：" + m.Text}}, nil
			}
			return bot.Reply{Text: "请选", Card: card("q7@1")}, nil
		}
		if answer := w.say(wecomtest.Msg{From: "lina", Text: "填报"}); answer.Text != "请选" {
			t.Errorf("the member sees %q", answer.Text)
		}
		synctest.Wait()
		seen := w.Seen("lina")
		if len(seen) != 2 || seen[1].Card == nil || seen[1].Card.Task != "q7@1" {
			t.Fatalf("the member sees %+v", seen)
		}
		if _, err := w.Press(context.Background(), "lina", "q7@1", "是"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		seen = w.Seen("lina")
		if len(seen) != 3 || seen[1].Card.Title != "已答：是" || seen[1].Pressed != 1 || seen[2].Text != "下一题" {
			t.Errorf("after the press the member sees %+v", seen)
		}
		if m := w.desk.messages()[1]; m.Media != bot.MediaPress || m.Text != "是" || m.Press.Task != "q7@1" {
			t.Errorf("the press came as %+v", m)
		}
	})
}

// In a group there are no cards, whatever the turn thinks of it.
func TestLongNoCardsInGroups(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		w.desk.do = func(context.Context, bot.Message) (bot.Reply, error) {
			return bot.Reply{Text: "请选", Card: card("q7@1")}, nil
		}
		w.say(wecomtest.Msg{From: "lina", Group: "wrGroup", Text: "填报"})
		synctest.Wait()
		if seen := w.Seen("wrGroup"); len(seen) != 1 {
			t.Errorf("the group sees %+v", seen)
		}
	})
}

func TestLongPressThatIsLate(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		w.desk.do = func(_ context.Context, m bot.Message) (bot.Reply, error) {
			if m.Media == bot.MediaPress {
				time.Sleep(10 * time.Second)
				return bot.Reply{Text: "下一题", Card: &bot.Card{Task: m.Press.Task, Title: "已答"}}, nil
			}
			return bot.Reply{Text: "请选", Card: card("q7@1")}, nil
		}
		w.say(wecomtest.Msg{From: "lina", Text: "填报"})
		synctest.Wait()
		if _, err := w.Press(context.Background(), "lina", "q7@1", "是"); !errors.Is(err, wecomtest.ErrUnanswered) {
			t.Errorf("%v", err)
		}
		time.Sleep(20 * time.Second)
		seen := w.Seen("lina")
		if len(seen) != 3 || seen[1].Pressed != 0 || seen[2].Text != "下一题" {
			t.Errorf("the member sees %+v", seen)
		}
	})
}

func TestLongRating(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		answer := w.say(hello())
		w.desk.do = func(context.Context, bot.Message) (bot.Reply, error) { return bot.Reply{Text: "谢谢"}, nil }
		if err := w.Rate("zhangwei", "", answer.Stream, 2, "不对", 3); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		got := w.desk.messages()
		if len(got) != 2 || got[1].Media != bot.MediaRating || got[1].Rating.Reply != answer.Stream {
			t.Errorf("the turn was asked %+v", got)
		}
		if seen := w.Seen("zhangwei"); len(seen) != 1 {
			t.Errorf("a rating was answered: %+v", seen)
		}
	})
}

// What a member writes is worked on in the order in which it came, and
// answered in that order; others do not wait for it.
func TestLongOrder(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		w.desk.do = func(_ context.Context, m bot.Message) (bot.Reply, error) {
			if m.From == "lina" {
				time.Sleep(time.Second)
			}
			return bot.Reply{Text: m.Text}, nil
		}
		for i := range 3 {
			if _, err := w.Push(wecomtest.Msg{From: "lina", Text: fmt.Sprint(i)}); err != nil {
				t.Fatal(err)
			}
		}
		start := time.Now()
		w.say(hello())
		if took := time.Since(start); took != 0 {
			t.Errorf("another member waited %v", took)
		}
		time.Sleep(time.Minute)
		var words []string
		for _, s := range w.Seen("lina") {
			words = append(words, s.Text)
		}
		if !slices.Equal(words, []string{"0", "1", "2"}) {
			t.Errorf("the answers came as %q", words)
		}
	})
}

// Sixty-four members at once, many in one group: everybody is answered, within
// the platform's thirty messages a minute for the group.
func TestLongManyMembers(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		var all sync.WaitGroup
		for i := range 64 {
			m := wecomtest.Msg{From: fmt.Sprintf("u%02d", i), Text: fmt.Sprint(i)}
			if i%2 == 0 {
				m.Group = "wrGroup"
			}
			all.Go(func() {
				ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
				defer cancel()
				a, err := w.Push(m)
				if err != nil {
					t.Error(err)
					return
				}
				for {
					answer, err := a.Answer(ctx)
					if errors.Is(err, wecomtest.ErrUnanswered) {
						continue // the group's limit holds it back
					}
					if err != nil || answer.Text != "收到："+m.Text {
						t.Errorf("%s sees %q, %v", m.From, answer.Text, err)
					}
					return
				}
			})
		}
		all.Wait()
		for _, f := range w.Frames() {
			if f.Code != 0 {
				t.Errorf("%s was refused with %d", f.Cmd, f.Code)
			}
		}
	})
}

func TestLongRepeatedCallback(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		first := w.say(hello())
		w.desk.do = func(context.Context, bot.Message) (bot.Reply, error) {
			t.Error("the message had a second turn")
			return bot.Reply{}, nil
		}
		again, err := w.Again(first.ID)
		if err != nil {
			t.Fatal(err)
		}
		second, err := again.Answer(context.Background())
		if err != nil || second.Text != first.Text || second.Stream != first.Stream {
			t.Errorf("%+v, %v, want %+v", second, err, first)
		}
		if seen := w.Seen("zhangwei"); len(seen) != 1 {
			t.Errorf("the member sees %+v", seen)
		}
	})
}

// A message that comes again after its answer and card: no second card, which
// would have the name of the first (page 101032).
func TestLongRepeatedCallbackWithACard(t *testing.T) {
	onWire(t, func(t *testing.T, w *wire) {
		w.desk.do = func(context.Context, bot.Message) (bot.Reply, error) {
			return bot.Reply{Text: "请选", Card: card("q7@1")}, nil
		}
		first := w.say(wecomtest.Msg{From: "lina", Text: "填报"})
		synctest.Wait()
		again, err := w.Again(first.ID)
		if err != nil {
			t.Fatal(err)
		}
		if second, err := again.Answer(context.Background()); err != nil || second.Text != "请选" {
			t.Errorf("%+v, %v", second, err)
		}
		synctest.Wait()
		if seen := w.Seen("lina"); len(seen) != 2 || seen[1].Card == nil {
			t.Errorf("the member sees %+v", seen)
		}
	})
}

func TestNewLongChecksItsConfiguration(t *testing.T) {
	for name, change := range map[string]func(*wecom.LongConfig){
		"no bot id":    func(c *wecom.LongConfig) { c.BotID = "" },
		"no secret":    func(c *wecom.LongConfig) { c.Secret = "" },
		"no words":     func(c *wecom.LongConfig) { c.Words = wecom.Words{} },
		"no wss":       func(c *wecom.LongConfig) { c.URL = "https://" + longSecret + "@openws.work.weixin.qq.com" },
		"no host":      func(c *wecom.LongConfig) { c.URL = "wss:" + longSecret },
		"no address":   func(c *wecom.LongConfig) { c.URL = "wss://" + longSecret + "\x00" },
		"a user in it": func(c *wecom.LongConfig) { c.URL = "wss://" + longSecret + "@openws.work.weixin.qq.com" },
	} {
		t.Run(name, func(t *testing.T) {
			cfg := longConfig()
			change(&cfg)
			if _, err := wecom.NewLong(cfg, &desk{}, nil); err == nil {
				t.Error("it was taken")
			} else if strings.Contains(err.Error(), longSecret) {
				t.Errorf("the error holds the secret: %v", err)
			}
		})
	}
	if _, err := wecom.NewLong(longConfig(), &desk{}, nil); err != nil {
		t.Error(err)
	}
}
