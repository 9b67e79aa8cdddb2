package app_test

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"anyuebot/bot"
)

// sent is what the office sees of the last broadcast.
func (r *rig) sent() *bot.Sent {
	r.t.Helper()
	v, err := r.store.View(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	defer v.Close()
	s, err := v.Sent()
	if err != nil || s == nil {
		r.t.Fatalf("sent: %v, %v", s, err)
	}
	return s
}

// TestBroadcast: everybody once however many units they speak for, every paired
// group, and a word about the units without anybody.
func TestBroadcast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		liaison := func(i int) string {
			switch {
			case i%20 == 19:
				return ""
			case i%10 == 8:
				return fmt.Sprint("u", i-1) // they speak for two units side by side
			}
			return fmt.Sprint("u", i%90) // ten speak for two units far apart
		}
		var csv strings.Builder
		csv.WriteString("单位,类别,联络员userid\n")
		for i := range 100 {
			fmt.Fprintf(&csv, "单位%03d,部门,%s\n", i, liaison(i))
		}
		r.enrol(csv.String())
		chats := []bot.Chat{{ID: "g1", Robot: secretKey}, {ID: "g2", Robot: secretKey}, {ID: "没有机器人"}}
		r.commit("boss", bot.Changes{
			Chats:     chats,
			Broadcast: &bot.Broadcast{ID: "b", Kind: bot.BroadcastNotice, At: time.Now(), Text: "请各单位抓紧", Groups: true},
		})
		p := r.start(nil)
		defer p.end()
		synctest.Wait()
		want := map[string]int{"g1: 请各单位抓紧": 1, "g2: 请各单位抓紧": 1}
		for i := range 100 {
			if who := liaison(i); who != "" {
				want[who+": 请各单位抓紧"] = 1
			}
		}
		have := map[string]int{}
		for _, text := range r.platform.said() {
			have[text]++
		}
		if diff := cmp.Diff(want, have); diff != "" {
			t.Error(diff)
		}
		s := r.sent()
		if diff := cmp.Diff(map[bot.DeliveryState]int{bot.DeliveryAccepted: len(want), bot.DeliveryRefused: 1}, s.Counts); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"单位019", "单位039", "单位059", "单位079", "单位099"}, s.Unreached, sorted()); diff != "" {
			t.Error(diff)
		}
		if len(s.Missed) != 1 || s.Missed[0].Group != "没有机器人" || s.Missed[0].Why != "road" || !s.Broadcast.Done {
			t.Errorf("missed %+v, done %v", s.Missed, s.Broadcast.Done)
		}
		both := r.find("b", "b-"+r.store.PersonID("u5"))
		if diff := cmp.Diff([]string{"单位005", "单位095"}, both.Units); diff != "" {
			t.Error(diff)
		}
		r.sound()
	})
}

func sorted() cmp.Option {
	return cmp.Transformer("sorted", func(list []string) []string { return slices.Sorted(slices.Values(list)) })
}

// TestBroadcastToSome: the units that are meant and no others, not even those
// that the same person speaks for.
func TestBroadcastToSome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.enrol("单位,类别,联络员userid\n山河镇,乡镇,lisi\n湫头镇,乡镇,lisi\n县妇联,部门,fulian\n")
		r.commit("boss", bot.Changes{Broadcast: &bot.Broadcast{
			ID: "b", Kind: bot.BroadcastNudge, At: time.Now(), Units: []string{"湫头镇"}, Form: r.notice.Main,
		}})
		p := r.start(nil)
		defer p.end()
		synctest.Wait()
		if diff := cmp.Diff([]string{"lisi: 尚未报送：湫头镇"}, r.platform.said()); diff != "" {
			t.Error(diff)
		}
	})
}

// TestNudgeTakenBack: whoever hands in before their message has left gets none.
func TestNudgeTakenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.enrol("单位,类别,联络员userid\n山河镇,乡镇,lisi\n县妇联,部门,fulian\n")
		r.platform.behave = func(bot.Parcel, string) (bot.Attempt, bool) {
			return bot.Attempt{Fate: bot.FateLater, Why: "limit", Wait: 10 * time.Minute, Limited: true}, false
		}
		r.commit("boss", bot.Changes{Broadcast: &bot.Broadcast{ID: "b", Kind: bot.BroadcastNudge, At: time.Now(), Form: r.notice.Main}})
		p := r.start(nil)
		defer p.end()
		time.Sleep(time.Minute)
		key := bot.ReportKey{Unit: "山河镇", Form: r.notice.Main, Period: r.notice.Form(r.notice.Main).Period}
		r.commit("lisi", bot.Changes{
			Report:     &bot.Report{Key: key, State: bot.Submitted, Version: 1, Counted: 1},
			Submission: &bot.Submission{Key: key, Version: 1},
		})
		r.platform.does(nil)
		time.Sleep(time.Hour)
		if diff := cmp.Diff([]string{"fulian: 尚未报送：县妇联"}, r.platform.said()); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(map[bot.DeliveryState]int{bot.DeliveryAccepted: 1, bot.DeliveryDropped: 1}, r.sent().Counts); diff != "" {
			t.Error(diff)
		}
	})
}

// TestRepeatsWordForWord: what may have arrived is sent again as it was, though
// the unit has gone on meanwhile, for only the same words are known for a repeat.
func TestRepeatsWordForWord(t *testing.T) {
	for _, recognises := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			r := newRig(t)
			r.platform.recognises = recognises
			composed := 0
			r.compose = func(_ *bot.Notice, b bot.Broadcast, to bot.Recipient, _ time.Time) (bot.Send, bool) {
				composed++
				return bot.Send{Person: to.Person.ID, Kind: string(b.Kind), Units: to.Person.Units, Say: []bot.Effect{{Key: "text", Args: map[string]string{"text": fmt.Sprintf("已填 %d 项", composed)}}}}, to.Chat == nil
			}
			r.enrol("单位,类别,联络员userid\n山河镇,乡镇,lisi\n")
			attempts := 0
			r.platform.behave = func(bot.Parcel, string) (bot.Attempt, bool) {
				attempts++
				return bot.Attempt{Fate: bot.FateLater, Why: "network", Unsure: true}, true
			}
			r.commit("boss", bot.Changes{Broadcast: &bot.Broadcast{ID: "b", Kind: bot.BroadcastNudge, At: time.Now(), Form: r.notice.Main}})
			p := r.start(nil)
			defer p.end()
			time.Sleep(time.Hour)
			said := r.platform.said()
			want := map[bool]int{true: 3, false: 2}[recognises]
			if len(slices.Compact(slices.Clone(said))) != 1 || len(said) != want || attempts != want {
				t.Errorf("repeats recognised %v: in %d attempts it was said %q", recognises, attempts, said)
			}
		})
	}
}

// TestLiaisonReplaced: who speaks for a unit no more gets nothing for it, and the
// office reads that nobody was written to; not if the unit has handed in.
func TestLiaisonReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.enrol("单位,类别,联络员userid\n山河镇,乡镇,lisi\n县妇联,部门,fulian\n湫头镇,乡镇,qiu\n")
		r.platform.behave = func(bot.Parcel, string) (bot.Attempt, bool) {
			return bot.Attempt{Fate: bot.FateLater, Why: "limit", Wait: 10 * time.Minute, Limited: true}, false
		}
		r.commit("boss", bot.Changes{Broadcast: &bot.Broadcast{ID: "b", Kind: bot.BroadcastNudge, At: time.Now(), Form: r.notice.Main}})
		p := r.start(nil)
		defer p.end()
		time.Sleep(time.Minute)
		key := bot.ReportKey{Unit: "山河镇", Form: r.notice.Main, Period: r.notice.Form(r.notice.Main).Period}
		r.commit("lisi", bot.Changes{
			Report:     &bot.Report{Key: key, State: bot.Submitted, Version: 1, Counted: 1},
			Submission: &bot.Submission{Key: key, Version: 1},
		})
		r.commit("boss", bot.Changes{People: []bot.Person{
			{ID: r.store.PersonID("lisi"), UserID: "lisi"}, {ID: r.store.PersonID("fulian"), UserID: "fulian"},
		}})
		r.platform.does(nil)
		time.Sleep(time.Hour)
		if diff := cmp.Diff([]string{"qiu: 尚未报送：湫头镇"}, r.platform.said()); diff != "" {
			t.Error(diff)
		}
		s := r.sent()
		if diff := cmp.Diff(map[bot.DeliveryState]int{bot.DeliveryAccepted: 1, bot.DeliveryDropped: 1, bot.DeliveryRefused: 1}, s.Counts); diff != "" {
			t.Error(diff)
		}
		if len(s.Missed) != 1 || s.Missed[0].Why != "changed" || !slices.Equal(s.Missed[0].Units, []string{"县妇联"}) {
			t.Errorf("missed %+v", s.Missed)
		}
	})
}

// TestLongBroadcast: a long text goes out in parts, in order, and counts once.
func TestLongBroadcast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.enrol("单位,类别,联络员userid\n山河镇,乡镇,lisi\n")
		text := strings.Repeat("安全生产、", 300)
		r.commit("boss", bot.Changes{Broadcast: &bot.Broadcast{ID: "b", Kind: bot.BroadcastNotice, At: time.Now(), Text: text}})
		p := r.start(nil)
		defer p.end()
		synctest.Wait()
		got := ""
		for _, part := range r.platform.said() {
			got += strings.TrimPrefix(part, "lisi: ")
		}
		if len(r.platform.said()) != 3 || got != text {
			t.Errorf("%d parts of together %d bytes", len(r.platform.said()), len(got))
		}
		if n := r.sent().Counts[bot.DeliveryAccepted]; n != 1 {
			t.Errorf("it counts %d times", n)
		}
	})
}

// TestBroadcastThatCannotBeWorded holds up nothing else.
func TestBroadcastThatCannotBeWorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.enrol("单位,类别,联络员userid\n山河镇,乡镇,lisi\n县妇联,部门,fulian\n")
		r.compose = func(*bot.Notice, bot.Broadcast, bot.Recipient, time.Time) (bot.Send, bool) {
			return bot.Send{Say: []bot.Effect{{Key: "there is none"}}}, true
		}
		r.commit("boss", bot.Changes{
			Broadcast:  &bot.Broadcast{ID: "b", Kind: bot.BroadcastNotice, At: time.Now(), Text: "x"},
			Deliveries: []bot.Delivery{r.delivery("d", "fulian")},
		})
		p := r.start(nil)
		defer p.end()
		time.Sleep(time.Hour)
		if n := r.platform.count("d"); n != 1 {
			t.Errorf("the other message arrived %d times", n)
		}
		if n := strings.Count(r.log.String(), "expanding a broadcast failed"); n < 2 || n > 300 {
			t.Errorf("it was tried %d times in an hour", n)
		}
	})
}

// TestStoreFails: while the store cannot be used nothing is lost, and the end of
// an attempt is written down once it can.
func TestStoreFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.commit("lisi", bot.Changes{Deliveries: []bot.Delivery{r.delivery("d", "lisi"), r.delivery("e", "lisi")}})
		full := &fullDisk{}
		r.platform.behave = func(bot.Parcel, string) (bot.Attempt, bool) {
			full.set(true)
			return bot.Attempt{Fate: bot.FateAccepted}, true
		}
		r.disk = full
		p := r.start(nil)
		defer p.end()
		time.Sleep(time.Hour)
		full.set(false)
		time.Sleep(time.Minute)
		d := r.find("", "d")
		if d.State != bot.DeliveryAccepted || d.Unsure || r.platform.count("d") != 1 {
			t.Errorf("%s, unsure %v, arrived %d times", d.State, d.Unsure, r.platform.count("d"))
		}
		if n := strings.Count(r.log.String(), "could not be carried"); n > 300 {
			t.Errorf("it was tried %d times in an hour", n)
		}
	})
}

// TestBroadcastThatGrows: who was written to by one page is not written to by
// the next, though the message would have become one in parts meanwhile.
func TestBroadcastThatGrows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		var csv strings.Builder
		csv.WriteString("单位,类别,联络员userid\n")
		for i := range 2 * bot.MaxDeliveries {
			who := fmt.Sprint("u", i)
			if i == 2*bot.MaxDeliveries-1 {
				who = "u0"
			}
			fmt.Fprintf(&csv, "单位%03d,部门,%s\n", i, who)
		}
		r.enrol(csv.String())
		var asked atomic.Int32
		r.compose = func(n *bot.Notice, b bot.Broadcast, to bot.Recipient, now time.Time) (bot.Send, bool) {
			if asked.Add(1) > bot.MaxDeliveries {
				b.Text = strings.Repeat("安全生产、", 300)
			}
			return say(n, b, to, now)
		}
		// The road is not there yet, so that every page is made before any message goes.
		r.platform.reach, r.platform.closed = bot.Reach{Person: "long"}, map[string]bool{"app": true}
		r.commit("boss", bot.Changes{Broadcast: &bot.Broadcast{ID: "b", Kind: bot.BroadcastNotice, At: time.Now(), Text: "请抓紧"}})
		p := r.start(nil)
		defer p.end()
		synctest.Wait()
		v, err := r.store.View(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer v.Close()
		var ids []string
		first := r.store.PersonID("u0")
		if err := v.Open(func(d bot.Delivery) error {
			if d.Person == first {
				ids = append(ids, d.ID)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]string{"b-" + first}, ids); diff != "" {
			t.Error(diff)
		}
	})
}

// TestBroadcastIsMadePageByPage: no commit holds more than a page, and after
// each the broadcast says how far it has come.
func TestBroadcastIsMadePageByPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		var csv strings.Builder
		csv.WriteString("单位,类别,联络员userid\n")
		for i := range 100 {
			fmt.Fprintf(&csv, "单位%03d,部门,u%d\n", i, i)
		}
		r.enrol(csv.String())
		r.commit("boss", bot.Changes{Broadcast: &bot.Broadcast{ID: "b", Kind: bot.BroadcastNotice, At: time.Now(), Text: "请抓紧"}})
		p := r.start(nil)
		defer p.end()
		synctest.Wait()
		if diff := cmp.Diff([]string{"40 after 40", "40 after 80", "20 after 100"}, r.pages()); diff != "" {
			t.Error(diff)
		}
	})
}
