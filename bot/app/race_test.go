package app_test

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"anyuebot/bot"
	"anyuebot/bot/app"
	"anyuebot/prompts"
)

// starter lets two members come as far as their commit before either does it,
// and then one of them first. Whatever they try after that is not held.
type starter struct {
	first string

	mu   sync.Mutex
	here map[string]bool
	both chan struct{}
	done chan struct{} // the first has committed
}

func (s *starter) wait(who string) (after func()) {
	s.mu.Lock()
	if s.here[who] {
		s.mu.Unlock()
		return func() {}
	}
	s.here[who] = true
	if len(s.here) == 2 {
		close(s.both)
	}
	s.mu.Unlock()
	<-s.both
	if who == s.first {
		return func() { close(s.done) }
	}
	<-s.done
	return func() {}
}

type raced struct {
	port
	at *starter // nil for nothing to wait for
}

func (r *raced) Begin(ctx context.Context, claim, userid string) (app.Turn, error) {
	turn, err := r.port.Begin(ctx, claim, userid)
	return racedTurn{turn, userid, r.at}, err
}

type racedTurn struct {
	app.Turn
	who string
	at  *starter
}

func (t racedTurn) Commit(c bot.Changes, at time.Time, reply bot.Reply) error {
	if t.at != nil {
		defer t.at.wait(t.who)()
	}
	return conflict(t.Turn.Commit(c, at, reply))
}

// TestNothingSlipsBehindTheOffice: what the office says over all reports, and
// what a liaison does to theirs at that instant, never both take effect, whoever
// is first by a hair. What is frozen adds up to the checksum that was printed.
func TestNothingSlipsBehindTheOffice(t *testing.T) {
	notice, err := prompts.Load("", bot.WordingKeys())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ asked, word, done, does, did string }{
		{"封账", "确认", "✓ 附件2（2021年6月）已封账", "提交", "✓ 山河镇附件2已提交，第2版"},
		{"封账", "确认", "✓ 附件2（2021年6月）已封账", "撤回", "第1版已撤回"},
		{"通过 全部", "确认", "✓ 附件2已审核通过", "提交", "✓ 山河镇附件2已提交，第2版"},
		{"通过 全部", "确认", "✓ 附件2已审核通过", "撤回", "第1版已撤回"},
	} {
		for _, first := range []string{"office", "lisi"} {
			t.Run(c.asked+" "+c.does+" "+first, func(t *testing.T) {
				county := newCounty(t, notice)
				store := &raced{port: port{county.store}}
				county.app = app.New(app.Config{
					Notice: notice, Store: store, Office: []string{"office"}, Zone: time.FixedZone("CST", 8*3600),
					Say: func(e bot.Effect) (string, error) { return prompts.Render(notice, e) },
					Now: func() time.Time { return time.Date(2021, 6, 28, 9, 0, 0, 0, time.UTC) },
				})
				county.enrol(t, "单位,类别,联络员userid\n山河镇,乡镇,lisi\n县妇联,部门,fulian\n")
				for _, text := range []string{"1-3：3 120 是", "28-29：2 300", "其余无", "确认", "无", "否", "提交", "改28 3"} {
					county.say(t, "lisi", text)
				}
				county.say(t, "office", c.asked)
				store.at = &starter{first: first, here: map[string]bool{}, both: make(chan struct{}), done: make(chan struct{})}
				replies := map[string]string{}
				var mu sync.Mutex
				var both sync.WaitGroup
				for who, text := range map[string]string{"office": c.word, "lisi": c.does} {
					both.Go(func() {
						reply, err := county.app.Turn(t.Context(), bot.Message{Channel: "race", ID: who, From: who, Media: bot.MediaText, Text: text, Limit: 20480})
						if err != nil {
							t.Error(err)
						}
						mu.Lock()
						defer mu.Unlock()
						replies[who] = reply.Text
					})
				}
				both.Wait()
				ruled, acted := strings.Contains(replies["office"], c.done), strings.Contains(replies["lisi"], c.did)
				switch again := c.asked == "通过 全部" && c.does == "提交" && first == "office"; {
				case again && !(ruled && acted), !again && ruled == acted, ruled != (first == "office"):
					t.Errorf("office: %s\nlisi: %s", replies["office"], replies["lisi"])
				}
				county.asRuled(t)
			})
		}
	}
}

// asRuled checks that a frozen form adds up to its checksum, and that nothing is
// approved that was submitted behind 通过 全部.
func (c *county) asRuled(t *testing.T) {
	t.Helper()
	form := c.notice.Form(c.notice.Main)
	now := c.filed(t, bot.FormPeriod{Form: form.ID, Period: form.Period})
	if b := now.book; b != nil && b.Closing != nil && b.Closing.Checksum != now.sum(form).Checksum {
		t.Errorf("frozen as %s, adds up to %s", b.Closing.Checksum, now.sum(form).Checksum)
	}
	for unit, r := range now.reports {
		want := bot.Submitted
		switch b := now.book; {
		case r.Counted == 0:
			want = bot.Filling
		case b != nil && b.Closing != nil:
			want = bot.Closed
		case b != nil && b.Review.Round > 0 && r.Counted == 1:
			want = bot.Approved
		}
		if have := r.Stands(now.book); have != want {
			t.Errorf("%s stands as %s, want %s", unit, have, want)
		}
	}
}
