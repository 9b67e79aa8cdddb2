package app_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"anyuebot/bot"
	"anyuebot/bot/app"
	"anyuebot/prompts"
)

// TestLate: a late reply goes out without any clock moving, once, and is written
// down with how it ended.
func TestLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		p := r.start(nil)
		defer p.end()
		synctest.Wait()
		start := time.Now()
		m := bot.Message{Channel: "aibot", ID: "1", From: "lisi", ReplyURL: secretURL}
		late := func(reply bot.Reply) {
			t.Helper()
			if err := p.app.Late(t.Context(), m, reply); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		late(bot.Reply{}) // nothing to say
		late(bot.Reply{Card: &bot.Card{Task: "any@x", Title: "已选"}})
		late(bot.Reply{Text: "暂时无法保存"})
		late(bot.Reply{Text: "暂时无法保存"})
		turn, err := r.store.Begin(t.Context(), p.app.ID(m), "lisi")
		if err != nil {
			t.Fatal(err)
		}
		if err := turn.Commit(bot.Changes{}, start, bot.Reply{}); err != nil {
			t.Fatal(err)
		}
		card := &bot.Card{Task: "any@x", Title: "第4项", Buttons: []bot.Button{{Label: "是", Say: "是"}}}
		late(bot.Reply{Text: "✓ 3 是", Card: card})
		late(bot.Reply{Text: "✓ 3 是", Card: card})
		if diff := cmp.Diff([]string{"lisi: 暂时无法保存", "lisi: ✓ 3 是"}, r.platform.said()); diff != "" {
			t.Error(diff)
		}
		d := r.find("", p.app.ID(m)+"-late")
		if d.State != bot.DeliveryAccepted || d.Via != "reply" || d.Attempts != 1 || d.MsgID == "" || d.ReplyURL != "" || d.Unsure {
			t.Errorf("delivery %+v", d)
		}
		if diff := cmp.Diff(card, d.Card); diff != "" {
			t.Error(diff)
		}
		if !time.Now().Equal(start) {
			t.Errorf("it took %v", time.Since(start))
		}
		r.sound()
	})
}

// TestFates: what the platform says of every attempt, and how a delivery ends.
func TestFates(t *testing.T) {
	later := bot.Attempt{Fate: bot.FateLater, Code: -1, Why: "busy"}
	limited := bot.Attempt{Fate: bot.FateLater, Why: "limit", Wait: time.Minute, Limited: true}
	unsure := bot.Attempt{Fate: bot.FateLater, Why: "network", Unsure: true}
	refused := bot.Attempt{Fate: bot.FateRefused, Why: "member", Code: 81013}
	ok := bot.Attempt{Fate: bot.FateAccepted}
	for _, c := range []struct {
		name  string
		says  []bot.Attempt // the last for all further ones
		reply bool
		end   string
	}{
		{"taken", []bot.Attempt{ok}, false, "accepted by app after 1"},
		{"never taken", []bot.Attempt{refused}, false, "refused by app after 1: member 81013"},
		{"busy, then taken", []bot.Attempt{later, later, ok}, false, "accepted by app after 3"},
		{"always busy", []bot.Attempt{later}, false, "gaveup by app after 3: busy -1"},
		{"limits for an hour", append(slices.Repeat([]bot.Attempt{limited}, 60), ok), false, "accepted by app after 1"},
		{"limits for ever", []bot.Attempt{limited}, false, "gaveup by app after 0: limit 0"},
		{"the line breaks once", []bot.Attempt{unsure, ok}, false, "accepted by app after 2, maybe twice"},
		{"the line breaks twice", []bot.Attempt{unsure}, false, "gaveup by app after 2: unsure 0, maybe twice"},
		{"a late reply", []bot.Attempt{ok}, true, "accepted by reply after 1"},
		{"a late reply whose address is used up", []bot.Attempt{refused, ok}, true, "accepted by app after 1"},
		{"a late reply refused everywhere", []bot.Attempt{refused}, true, "refused by app after 1: member 81013"},
		{"a late reply while all is busy", []bot.Attempt{later}, true, "gaveup by app after 3: busy -1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				n := 0
				r.platform.behave = func(bot.Parcel, string) (bot.Attempt, bool) {
					at := c.says[min(n, len(c.says)-1)]
					n++
					return at, at.Fate == bot.FateAccepted
				}
				p := r.start(nil)
				defer p.end()
				d := r.delivery("d", "lisi")
				if c.reply {
					d = r.reply("d", "lisi")
				}
				r.commit("lisi", bot.Changes{Deliveries: []bot.Delivery{d}})
				time.Sleep(6 * time.Hour)
				d = r.find("", "d")
				end := fmt.Sprintf("%s by %s after %d", d.State, d.Via, d.Attempts)
				if d.Why != "" {
					end += fmt.Sprintf(": %s %d", d.Why, d.Code)
				}
				if d.Unsure {
					end += ", maybe twice"
				}
				if end != c.end {
					t.Errorf("%s, want %s", end, c.end)
				}
				r.sound()
			})
		})
	}
}

// TestNoRoad: what no road takes is refused at once, but over a long connection
// it waits till that is up.
func TestNoRoad(t *testing.T) {
	for _, c := range []struct {
		name  string
		reach bot.Reach
		up    time.Duration // when the road is there
		after time.Duration
		state bot.DeliveryState
	}{
		{"none at all", bot.Reach{}, time.Hour, 0, bot.DeliveryRefused},
		{"not up yet", bot.Reach{Person: "long"}, time.Hour, time.Minute, bot.DeliveryDeferred},
		{"up after a while", bot.Reach{Person: "long"}, time.Hour, 2 * time.Hour, bot.DeliveryAccepted},
		{"never up", bot.Reach{Person: "long"}, 99 * time.Hour, 5 * time.Hour, bot.DeliveryGaveUp},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t)
				r.platform.reach, r.platform.closed = c.reach, map[string]bool{"app": true}
				r.commit("lisi", bot.Changes{Deliveries: []bot.Delivery{r.delivery("d", "lisi")}})
				p := r.start(nil)
				defer p.end()
				up := time.AfterFunc(c.up, func() {
					r.platform.mu.Lock()
					defer r.platform.mu.Unlock()
					r.platform.closed = nil
				})
				defer up.Stop()
				time.Sleep(c.after)
				synctest.Wait()
				if d := r.find("", "d"); d.State != c.state || c.state != bot.DeliveryAccepted && d.Why != "road" {
					t.Errorf("%s because %q, want %s", d.State, d.Why, c.state)
				}
			})
		})
	}
}

// TestNoChannel: an app without a channel refuses what it cannot send; one
// without an outbox has nothing to run.
func TestNoChannel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.commit("lisi", bot.Changes{Deliveries: []bot.Delivery{r.delivery("d", "lisi")}})
		config := r.config(nil)
		config.Channel = nil
		ctx, stop := context.WithCancel(t.Context())
		go app.New(config).RunOutbox(ctx)
		synctest.Wait()
		if d := r.find("", "d"); d.State != bot.DeliveryRefused || d.Why != "road" {
			t.Errorf("%s because %q", d.State, d.Why)
		}
		stop()
		config.Outbox = nil
		app.New(config).RunOutbox(t.Context()) // returns
	})
}

// TestReplyToAGroupWithoutARobot goes to whoever asked there.
func TestReplyToAGroupWithoutARobot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.platform.behave = func(p bot.Parcel, via string) (bot.Attempt, bool) {
			if p.ReplyURL != "" {
				return bot.Attempt{Fate: bot.FateRefused, Why: "used"}, false
			}
			return bot.Attempt{Fate: bot.FateAccepted}, true
		}
		d := r.reply("d", "lisi")
		d.Group = "g"
		r.commit("lisi", bot.Changes{Deliveries: []bot.Delivery{d}})
		p := r.start(nil)
		defer p.end()
		time.Sleep(time.Second)
		if got := r.find("", "d"); got.State != bot.DeliveryAccepted || got.Via != "app" {
			t.Errorf("%s by %s", got.State, got.Via)
		}
		if diff := cmp.Diff([]string{"lisi: d"}, r.platform.said()); diff != "" {
			t.Error(diff)
		}
	})
}

// TestOrder: one person's messages come in their order even when the first has
// to wait; an answer to their own message waits for none.
func TestOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		n := 0
		r.platform.behave = func(p bot.Parcel, _ string) (bot.Attempt, bool) {
			if p.ID == "1" && n < 2 {
				n++
				return bot.Attempt{Fate: bot.FateLater, Code: -1, Why: "busy"}, false
			}
			return bot.Attempt{Fate: bot.FateAccepted}, true
		}
		p := r.start(nil)
		defer p.end()
		r.commit("lisi", bot.Changes{Deliveries: []bot.Delivery{r.delivery("1", "lisi"), r.delivery("2", "lisi"), r.delivery("3", "lisi"), r.reply("4", "lisi")}})
		time.Sleep(5 * time.Minute)
		if diff := cmp.Diff([]string{"lisi: 4", "lisi: 1", "lisi: 2", "lisi: 3"}, r.platform.said()); diff != "" {
			t.Error(diff)
		}
	})
}

// TestAtOnce: no more than four attempts are under way, and a slow one holds up
// only its own recipient.
func TestAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.platform.took = func(p bot.Parcel) time.Duration {
			if p.UserID == "u0" {
				return time.Hour
			}
			return time.Second
		}
		for i := range 30 {
			r.commit(fmt.Sprint("u", i), bot.Changes{Deliveries: []bot.Delivery{r.delivery(fmt.Sprint("d", i), fmt.Sprint("u", i))}})
		}
		p := r.start(nil)
		defer p.end()
		time.Sleep(20 * time.Second)
		synctest.Wait()
		if r.platform.most != 4 {
			t.Errorf("%d attempts at once", r.platform.most)
		}
		if n := r.open(); n != 1 {
			t.Errorf("%d deliveries are still open", n)
		}
	})
}

// TestStopWaits: an attempt that is under way when the process is told to stop
// is let finish and its end is written down.
func TestStopWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.platform.took = func(bot.Parcel) time.Duration { return 5 * time.Second }
		r.commit("lisi", bot.Changes{Deliveries: []bot.Delivery{r.delivery("d", "lisi"), r.delivery("e", "lisi")}})
		p := r.start(nil)
		synctest.Wait()
		p.end()
		if d, e := r.find("", "d"), r.find("", "e"); d.State != bot.DeliveryAccepted || d.Unsure || e.State != bot.DeliveryPending {
			t.Errorf("%s, unsure %v; the next is %s", d.State, d.Unsure, e.State)
		}
		// The next process need not wait for the lease of this one.
		q := r.start(nil)
		time.Sleep(6 * time.Second)
		if e := r.find("", "e"); e.State != bot.DeliveryAccepted {
			t.Errorf("the next is %s", e.State)
		}
		q.end()
	})
}

// TestIdle: with nothing to do, and with something that waits for hours, the
// outbox hardly asks.
func TestIdle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		d := r.delivery("d", "lisi")
		d.Due = d.Due.Add(3 * time.Hour)
		r.commit("lisi", bot.Changes{Deliveries: []bot.Delivery{d}})
		f := &fuse{left: -1}
		p := r.start(f)
		defer p.end()
		time.Sleep(2 * time.Hour)
		f.mu.Lock()
		calls := f.calls
		f.mu.Unlock()
		if calls > 130 {
			t.Errorf("%d calls in two idle hours", calls)
		}
	})
}

// TestTwoProcesses share a store and one does the work: nothing comes twice.
func TestTwoProcesses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.platform.took = func(bot.Parcel) time.Duration { return 3 * time.Second }
		p, q := r.start(nil), r.start(nil)
		for i := range 40 {
			who := fmt.Sprint("u", i)
			r.commit(who, bot.Changes{Deliveries: []bot.Delivery{r.delivery(fmt.Sprint("d", i), who)}})
			time.Sleep(time.Duration(i) * time.Second)
		}
		time.Sleep(time.Hour)
		p.end()
		q.end()
		for i := range 40 {
			id := fmt.Sprint("d", i)
			if d := r.find("", id); d.State != bot.DeliveryAccepted || d.Unsure || r.platform.count(id) != 1 {
				t.Errorf("%s: %s, unsure %v, arrived %d times", id, d.State, d.Unsure, r.platform.count(id))
			}
		}
		r.sound()
	})
}

// TestHalt: a road that has to be mended is told to the office once, by another
// road; what it would carry is held, tried by one delivery every ten minutes,
// and all goes out once it is mended.
func TestHalt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.platform.behave = func(_ bot.Parcel, via string) (bot.Attempt, bool) {
			if via == "app" {
				return bot.Attempt{Fate: bot.FateHalted, Code: 60020, Why: "ip", Detail: "203.0.113.7"}, false
			}
			return bot.Attempt{Fate: bot.FateAccepted}, true
		}
		for i := range 10 {
			who := fmt.Sprint("u", i)
			r.commit(who, bot.Changes{Deliveries: []bot.Delivery{r.delivery(fmt.Sprint("d", i), who)}})
		}
		p := r.start(nil)
		time.Sleep(6 * time.Hour)
		synctest.Wait() // a try is due at this very instant
		tries := func() (n int) {
			for i := range 10 {
				n += r.platform.tries(fmt.Sprint("d", i))
			}
			return n
		}
		if n := tries(); n < 36 || n > 40 {
			t.Errorf("%d attempts in six hours, want about one in ten minutes", n)
		}
		told := slices.DeleteFunc(slices.Clone(r.platform.said()), func(s string) bool { return !strings.HasPrefix(s, "boss: halt") })
		if len(told) != 1 || !strings.Contains(told[0], "203.0.113.7") || !strings.Contains(told[0], "\nhalt.how") {
			t.Errorf("the office was told %q", told)
		}
		v, err := r.store.View(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		halts, err := v.Halts()
		v.Close()
		if err != nil || len(halts) != 1 || halts[0].Via != "app" || halts[0].Code != 60020 {
			t.Errorf("halts %+v, %v", halts, err)
		}
		for i := range 10 {
			if d := r.find("", fmt.Sprint("d", i)); d.State != bot.DeliveryHeld || d.Attempts != 0 {
				t.Errorf("%s is %s after %d attempts", d.ID, d.State, d.Attempts)
			}
		}
		// The office can be told by its own word that nothing has changed.
		if err := p.app.Resume(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if d := r.find("", "d0"); d.State != bot.DeliveryHeld {
			t.Errorf("after a hopeful word it is %s", d.State)
		}
		r.platform.does(nil)
		time.Sleep(11 * time.Minute)
		if n := r.open(); n != 0 {
			t.Errorf("%d are still open after it was mended", n)
		}
		p.end()
		r.sound()
	})
}

// TestAlarm: a road that knows itself that it is halted is told of by another,
// and not by itself.
func TestAlarm(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		p := r.start(nil)
		defer p.end()
		for _, via := range []string{"app", "long"} { // the boss is reached by the latter
			if err := p.app.Alarm(t.Context(), bot.Halt{Via: via, Why: "elsewhere", Since: time.Now()}); err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
		}
		told := slices.DeleteFunc(slices.Clone(r.platform.said()), func(s string) bool { return !strings.HasPrefix(s, "boss: halt") })
		if len(told) != 1 || !strings.Contains(told[0], r.notice.Wording["via.app"]) {
			t.Errorf("the office was told %q", told)
		}
	})
}

// TestHaltAtStart: a process that begins tries a halted road at once.
func TestHaltAtStart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.platform.behave = func(bot.Parcel, string) (bot.Attempt, bool) {
			return bot.Attempt{Fate: bot.FateHalted, Why: "ip"}, false
		}
		r.commit("lisi", bot.Changes{Deliveries: []bot.Delivery{r.delivery("d", "lisi")}})
		p := r.start(nil)
		time.Sleep(time.Minute)
		p.end()
		r.platform.does(nil)
		p = r.start(nil)
		defer p.end()
		synctest.Wait()
		if d := r.find("", "d"); d.State != bot.DeliveryAccepted {
			t.Errorf("it is %s", d.State)
		}
	})
}

// TestHaltWithoutWords is still a halt.
func TestHaltWithoutWords(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.platform.behave = func(bot.Parcel, string) (bot.Attempt, bool) {
			return bot.Attempt{Fate: bot.FateHalted, Code: 4242}, false
		}
		r.commit("lisi", bot.Changes{Deliveries: []bot.Delivery{r.delivery("d", "lisi")}})
		p := r.start(nil)
		defer p.end()
		synctest.Wait()
		if d := r.find("", "d"); d.State != bot.DeliveryHeld {
			t.Errorf("it is %s", d.State)
		}
	})
}

// TestRemembers: a process that begins charges the limits with the last hour.
func TestRemembers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.commit("boss", bot.Changes{Chats: []bot.Chat{{ID: "g", Robot: secretKey + "1"}}})
		p := r.start(nil)
		r.commit("lisi", bot.Changes{Deliveries: []bot.Delivery{r.delivery("old", "lisi")}})
		time.Sleep(50 * time.Minute)
		r.commit("lisi", bot.Changes{Deliveries: []bot.Delivery{r.toGroup("new", "g")}})
		time.Sleep(20 * time.Minute)
		p.end()
		p = r.start(nil)
		defer p.end()
		synctest.Wait()
		if len(r.platform.remembered) != 1 || !strings.HasPrefix(r.platform.remembered[0], "g robot:g ") {
			t.Errorf("remembered %q", r.platform.remembered)
		}
		r.sound()
	})
}

// TestPress: what answers a press goes out by the message's own address, with
// the turn's own commit; a resend gets the same reply and sends nothing more.
func TestPress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.enrol("单位,类别,联络员userid\n山河镇,乡镇,lisi\n")
		config := r.config(nil)
		config.Say = func(e bot.Effect) (string, error) { return prompts.Render(r.notice, e) }
		a := app.New(config)
		ctx, stop := context.WithCancel(t.Context())
		defer stop()
		go a.RunOutbox(ctx)
		synctest.Wait()
		m := bot.Message{
			Channel: "aibot", ID: "1", From: "lisi", Media: bot.MediaPress, Text: "帮助", Limit: 20480,
			ReplyURL: secretURL, Press: bot.Press{Task: bot.OpenAny + "@x"},
		}
		first, err := a.Turn(ctx, m)
		if err != nil || first.Text != "" {
			t.Fatalf("the reply to a press says %q, %v", first.Text, err)
		}
		synctest.Wait()
		d := r.find("", a.ID(m)+"-reply")
		if d.State != bot.DeliveryAccepted || d.Via != "reply" || d.Person != r.store.PersonID("lisi") || !strings.Contains(d.Text, "预览") {
			t.Errorf("delivery %+v", d)
		}
		again, err := a.Turn(ctx, m)
		if diff := cmp.Diff(first, again); diff != "" || err != nil {
			t.Errorf("a resend: %v\n%s", err, diff)
		}
		time.Sleep(time.Hour)
		if n := r.platform.count(d.ID); n != 1 {
			t.Errorf("it arrived %d times", n)
		}
		r.sound()
	})
}

// TestLongLateReply: the one-time address is spent on the first part, and the
// others go by the road to the person.
func TestLongLateReply(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		p := r.start(nil)
		defer p.end()
		m := bot.Message{Channel: "aibot", ID: "1", From: "lisi", ReplyURL: secretURL}
		if err := p.app.Late(t.Context(), m, bot.Reply{Text: strings.Repeat("安全生产、", 300)}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		var by []string
		for _, part := range []string{"a", "b", "c"} {
			d := r.find("", p.app.ID(m)+"-refused-"+part)
			by = append(by, fmt.Sprint(d.State, " by ", d.Via))
		}
		if diff := cmp.Diff([]string{"accepted by reply", "accepted by app", "accepted by app"}, by); diff != "" {
			t.Error(diff)
		}
	})
}

// TestRemembersWhatDied: what was being sent when a process died may have
// arrived, and is charged as well.
func TestRemembersWhatDied(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.commit("lisi", bot.Changes{Deliveries: []bot.Delivery{r.delivery("d", "lisi")}})
		d := r.find("", "d")
		is := d
		is.State, is.At, is.Via = bot.DeliverySending, time.Now(), "app"
		if err := r.store.SaveDelivery(t.Context(), d, is); err != nil {
			t.Fatal(err)
		}
		p := r.start(nil)
		defer p.end()
		synctest.Wait()
		if len(r.platform.remembered) != 1 || !strings.HasPrefix(r.platform.remembered[0], "lisi app ") {
			t.Errorf("remembered %q", r.platform.remembered)
		}
	})
}

// TestProbeThatProvesNothing: while a halted road is busy, the delivery that
// tries it does not wear out.
func TestProbeThatProvesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		n := 0
		r.platform.behave = func(_ bot.Parcel, via string) (bot.Attempt, bool) {
			if via != "app" {
				return bot.Attempt{Fate: bot.FateAccepted}, true
			}
			if n++; n == 1 {
				return bot.Attempt{Fate: bot.FateHalted, Why: "ip"}, false
			}
			return bot.Attempt{Fate: bot.FateLater, Code: -1, Why: "busy"}, false
		}
		r.commit("lisi", bot.Changes{Deliveries: []bot.Delivery{r.delivery("d", "lisi")}})
		p := r.start(nil)
		defer p.end()
		time.Sleep(3 * time.Hour)
		synctest.Wait() // a try is due at this very instant
		if d := r.find("", "d"); d.State != bot.DeliveryHeld || d.Attempts != 0 || n < 10 {
			t.Errorf("after %d probes it is %s with %d attempts", n, d.State, d.Attempts)
		}
	})
}

// TestHeldBeyondItsTime: what a halt held back till after its own time is not
// given up at the first try that the platform is busy at.
func TestHeldBeyondItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		busy := 1
		r.platform.behave = func(bot.Parcel, string) (bot.Attempt, bool) {
			return bot.Attempt{Fate: bot.FateHalted, Why: "ip"}, false
		}
		r.commit("lisi", bot.Changes{Deliveries: []bot.Delivery{r.delivery("d", "lisi")}})
		p := r.start(nil)
		defer p.end()
		time.Sleep(20*time.Hour + time.Minute)
		r.platform.does(func(p bot.Parcel, _ string) (bot.Attempt, bool) {
			if p.ID == "d" && busy > 0 {
				busy--
				return bot.Attempt{Fate: bot.FateLater, Code: -1, Why: "busy"}, false
			}
			return bot.Attempt{Fate: bot.FateAccepted}, true
		})
		if err := p.app.Resume(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if d := r.find("", "d"); d.State != bot.DeliveryAccepted {
			t.Errorf("it is %s because %q", d.State, d.Why)
		}
	})
}

// TestLateInAGroup: a card that anybody could press is not sent into a group.
func TestLateInAGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		p := r.start(nil)
		defer p.end()
		m := bot.Message{Channel: "aibot", ID: "1", From: "lisi", Group: "g", ReplyURL: secretURL}
		card := &bot.Card{Task: "any@x", Title: "第4项", Buttons: []bot.Button{{Label: "是", Say: "是"}}}
		if err := p.app.Late(t.Context(), m, bot.Reply{Text: "✓ 3 是", Card: card}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if d := r.find("", p.app.ID(m)+"-refused"); d.Card != nil || d.State != bot.DeliveryAccepted {
			t.Errorf("%s with card %v", d.State, d.Card)
		}
	})
}

// TestReadsSeldom: turns that keep adding to a long queue are not slowed down by
// reading it for each of them.
func TestReadsSeldom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.slow = 20 * time.Millisecond
		f := &fuse{left: -1}
		p := r.start(f)
		defer p.end()
		for range 500 { // 50 a second
			time.Sleep(20 * time.Millisecond)
			p.app.Rouse()
		}
		f.mu.Lock()
		calls := f.calls
		f.mu.Unlock()
		if calls < 10 || calls > 60 {
			t.Errorf("it was read %d times in ten seconds, for 20 ms each", calls)
		}
	})
}

// TestDiskFull: while no attempt can be noted none is made, and nobody asks again
// and again; afterwards all goes out.
func TestDiskFull(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.disk = &fullDisk{full: true}
		r.commit("lisi", bot.Changes{Deliveries: []bot.Delivery{r.delivery("d", "lisi"), r.delivery("e", "lisi")}})
		r.commit("wang", bot.Changes{Deliveries: []bot.Delivery{r.delivery("f", "wang")}})
		p := r.start(nil)
		defer p.end()
		time.Sleep(time.Hour)
		if n := r.platform.n; n != 0 {
			t.Errorf("%d messages went out that nothing knows of", n)
		}
		if n := strings.Count(r.log.String(), "could not be carried"); n < 2 || n > 2*(4*60+1) { // at once and every 15 seconds, for two people
			t.Errorf("it was tried %d times in an hour", n)
		}
		r.disk.set(false)
		time.Sleep(time.Minute)
		if n := r.open(); n != 0 {
			t.Errorf("%d are still open", n)
		}
	})
}

// TestHaltOfTheOnlyRoad: the office is not told by the road that takes nothing.
func TestHaltOfTheOnlyRoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.platform.behave = func(bot.Parcel, string) (bot.Attempt, bool) {
			return bot.Attempt{Fate: bot.FateHalted, Why: "bot"}, false
		}
		r.commit("boss", bot.Changes{Deliveries: []bot.Delivery{r.delivery("d", "boss")}})
		p := r.start(nil)
		defer p.end()
		synctest.Wait()
		if n := r.open(); n != 1 {
			t.Errorf("%d messages wait for a road that takes nothing, want the one that found it so", n)
		}
	})
}
