package storetest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anyuebot/bot"
	"anyuebot/store"
	"anyuebot/store/kv"
)

// due is a step of the ladder that falls so many hours behind noon, with the
// reminder that carries it.
func due(hours int) (bot.Slot, bot.Broadcast, bot.LogEntry) {
	at := noon().Add(time.Duration(hours) * time.Hour)
	slot := bot.Slot{Rung: fmt.Sprint("第", hours, "步"), Due: at}
	b := bot.Broadcast{
		ID: fmt.Sprint("remind-", hours), Kind: bot.BroadcastRemind, At: at, Begun: at, Until: at.Add(time.Hour), To: bot.ToLiaisons, Slots: []bot.Slot{slot},
	}
	done := slot
	done.Broadcast, done.At = b.ID, at
	return done, b, bot.LogEntry{At: at, What: "remind", Broadcast: b.ID, Text: slot.Rung}
}

func remindingOf(t *testing.T, s *store.Store) bot.Reminding {
	t.Helper()
	r, err := view(t, s).Reminding()
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// testRemind: a step is marked in the commit that stores its reminder, by one of
// all who see it due, however often each of them tries.
func testRemind(t *testing.T, empty Open) {
	s := campaign(t, empty(t))
	ctx := context.Background()
	was := remindingOf(t, s)
	if diff := cmp.Diff(bot.Reminding{}, was); diff != "" {
		t.Error(diff)
	}
	slot, b, line := due(1)
	is := bot.Reminding{Done: []bot.Slot{slot}}
	for range 2 {
		if err := s.Remind(ctx, was, is, []bot.Broadcast{b}, []bot.LogEntry{line}); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(is, remindingOf(t, s)); diff != "" {
		t.Error(diff)
	}
	v := view(t, s)
	open, err := v.Unexpanded()
	if diff := cmp.Diff([]bot.Broadcast{b}, open); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	log, err := v.NewestLog(bot.LogQuery{Most: 9})
	if diff := cmp.Diff([]bot.LogEntry{line}, log); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	v.Close()

	next, another, line2 := due(2)
	if err := s.Remind(ctx, was, bot.Reminding{Done: []bot.Slot{next}}, []bot.Broadcast{another}, []bot.LogEntry{line2}); !errors.Is(err, kv.ErrConflict) {
		t.Errorf("from what it is no more: %v", err)
	}
	// A mark that was lost must not send the same reminder again.
	if err := s.Remind(ctx, is, bot.Reminding{Done: []bot.Slot{next}}, []bot.Broadcast{b}, nil); !errors.Is(err, kv.ErrConflict) {
		t.Errorf("a reminder that is there: %v", err)
	}
	if err := s.Remind(ctx, is, is, []bot.Broadcast{{}}, nil); !errors.Is(err, store.ErrMisuse) {
		t.Errorf("a reminder without an ID: %v", err)
	}
	both := bot.Reminding{Done: []bot.Slot{slot, next}}
	var wg sync.WaitGroup
	won := make(chan bool, 8)
	for i := range 8 {
		wg.Go(func() {
			mine := another
			mine.Begun = mine.Begun.Add(time.Duration(i)) // each by a clock of its own
			marked := both
			marked.Done = []bot.Slot{slot, next}
			marked.Done[1].At = mine.Begun
			err := s.Remind(ctx, is, marked, []bot.Broadcast{mine}, []bot.LogEntry{line2})
			if err != nil && !errors.Is(err, kv.ErrConflict) {
				t.Error(err)
			}
			won <- err == nil
		})
	}
	wg.Wait()
	n := 0
	for range 8 {
		if <-won {
			n++
		}
	}
	if n != 1 || len(remindingOf(t, s).Done) != 2 {
		t.Errorf("%d of 8 sent it: %+v", n, remindingOf(t, s))
	}
	sound(t, s)
}

// testPause: the office's word and a step that falls due do not lose each other.
func testPause(t *testing.T, empty Open) {
	s := campaign(t, empty(t))
	ctx := context.Background()
	slot, b, line := due(1)
	turn := begin(t, s, "c1", "office")
	was, err := turn.Reminding()
	if err != nil {
		t.Fatal(err)
	}
	p, _ := turn.Person()
	if err := s.Remind(ctx, was, bot.Reminding{Done: []bot.Slot{slot}}, []bot.Broadcast{b}, []bot.LogEntry{line}); err != nil {
		t.Fatal(err)
	}
	paused := was
	paused.Pause = &bot.Pause{Until: noon().Add(24 * time.Hour), Reason: "防汛", By: p.ID, At: noon()}
	if err := turn.Commit(bot.Changes{Reminding: &paused}, noon(), bot.Reply{}); !errors.Is(err, kv.ErrConflict) {
		t.Errorf("paused on what was read before the step: %v", err)
	}
	turn = begin(t, s, "c1", "office")
	if err := turn.Commit(bot.Changes{Reminding: &paused}, noon(), bot.Reply{}); !errors.Is(err, store.ErrMisuse) {
		t.Errorf("paused without a look at what was done: %v", err)
	}
	turn = begin(t, s, "c1", "office")
	before, err := turn.Reminding()
	if err != nil {
		t.Fatal(err)
	}
	paused.Done = before.Done
	if err := turn.Commit(bot.Changes{Reminding: &paused}, noon(), bot.Reply{}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(paused, remindingOf(t, s)); diff != "" {
		t.Error(diff)
	}
	next, another, line := due(2)
	if err := s.Remind(ctx, before, bot.Reminding{Done: append(before.Done, next)}, []bot.Broadcast{another}, []bot.LogEntry{line}); !errors.Is(err, kv.ErrConflict) {
		t.Errorf("a step that knows of no pause: %v", err)
	}
	sound(t, s)
}

// testReminded: what was sent to whom, as it counts for the week and in all.
func testReminded(t *testing.T, empty Open) {
	s := campaign(t, empty(t))
	seed(t, s)
	ctx := context.Background()
	monday := time.Date(2021, 6, 7, 0, 0, 0, 0, time.UTC) // noon is of the Wednesday
	var kept bot.Reminding
	remind := func(hours int, to bot.Audience, page func(bot.Broadcast) []bot.Delivery) {
		t.Helper()
		slot, b, line := due(hours)
		b.To = to
		if hours < 0 {
			b.Until = monday.Add(9 * time.Hour) // it may be on its way for weeks
		}
		next := kept
		next.Done = append(next.Done, slot)
		if err := s.Remind(ctx, kept, next, []bot.Broadcast{b}, []bot.LogEntry{line}); err != nil {
			t.Fatal(err)
		}
		kept = next
		done := b
		done.Done = true
		if err := s.Expand(ctx, b, done, page(b)); err != nil {
			t.Fatal(err)
		}
	}
	to := func(b bot.Broadcast, name string, state bot.DeliveryState, units ...string) bot.Delivery {
		d := delivery(s, b.ID+"-"+name)
		d.Broadcast, d.Kind, d.Queued, d.State, d.Units, d.At = b.ID, string(b.Kind), b.At, state, units, b.At
		return d
	}
	remind(-24*21, bot.ToLiaisons, func(b bot.Broadcast) []bot.Delivery { // of weeks before
		late := to(b, "2", bot.DeliveryAccepted, "县教育局") // expanded when the service was back
		late.Queued = monday
		return []bot.Delivery{to(b, "1", bot.DeliveryAccepted, "山河镇"), late}
	})
	remind(1, bot.ToLiaisons, func(b bot.Broadcast) []bot.Delivery {
		nobody := to(b, "3", bot.DeliveryDropped, "湫头镇")
		nobody.Person, nobody.Why = "", string(bot.SpareNobody)
		capped := to(b, "4", bot.DeliveryDropped, "县教育局")
		capped.Person, capped.Why = "", string(bot.SpareCapped)
		return []bot.Delivery{to(b, "1-a", bot.DeliveryAccepted, "山河镇"), to(b, "1-b", bot.DeliveryAccepted, "山河镇"), nobody, capped}
	})
	remind(2, bot.ToLiaisons, func(b bot.Broadcast) []bot.Delivery {
		refused, unsure := to(b, "2", bot.DeliveryRefused, "县教育局"), to(b, "3", bot.DeliveryGaveUp, "湫头镇")
		refused.Code, refused.Person = 60011, s.PersonID("wangwu")
		unsure.Unsure, unsure.Person, unsure.Group = true, s.PersonID("LiSi"), "g"
		return []bot.Delivery{to(b, "1", bot.DeliveryDeferred, "山河镇"), refused, unsure}
	})
	remind(3, bot.ToGroups, func(b bot.Broadcast) []bot.Delivery {
		d := to(b, "1", bot.DeliveryAccepted, "山河镇")
		d.Person, d.Group = "", "g"
		return []bot.Delivery{d}
	})
	for i, b := range []bot.Broadcast{
		{ID: "n1", Kind: bot.BroadcastNudge, At: noon(), Begun: noon()},
		{ID: "n2", Kind: bot.BroadcastNotice, At: noon(), Begun: noon().Add(-time.Hour)},
	} {
		turn := begin(t, s, fmt.Sprint("c", i), "office")
		d := to(b, "1", bot.DeliveryAccepted, "山河镇", "县教育局")
		if err := turn.Commit(bot.Changes{Broadcast: &b, Deliveries: []bot.Delivery{d}}, noon(), bot.Reply{}); err != nil {
			t.Fatal(err)
		}
	}
	check := func() {
		t.Helper()
		v := view(t, s)
		defer v.Close()
		all, err := v.Reminded()
		week, err2 := v.Week(monday, "")
		but, err3 := v.Week(monday, "remind-1")
		recent, err4 := v.Recent(2)
		of, err5 := v.SentOf("remind-1", "remind-2", "nothing")
		sent, err6 := v.Sent()
		if err := errors.Join(err, err2, err3, err4, err5, err6); err != nil {
			t.Fatal(err)
		}
		if sent == nil || sent.Broadcast.ID != "n1" {
			t.Errorf("what the office sent last: %+v", sent)
		}
		for _, diff := range []string{
			cmp.Diff(map[string]int{"山河镇": 3, "县教育局": 2}, all),
			cmp.Diff(map[string]int{"山河镇": 3, "县教育局": 2, "湫头镇": 1}, week),
			cmp.Diff(map[string]int{"山河镇": 2, "县教育局": 2, "湫头镇": 1}, but),
			cmp.Diff([]string{"remind-3", "remind-2"}, []string{recent[0].Broadcast.ID, recent[1].Broadcast.ID}),
			cmp.Diff(map[bot.Spare]int{bot.SpareNobody: 1, bot.SpareCapped: 1}, of["remind-1"].Spared),
			cmp.Diff([]string{"湫头镇"}, of["remind-1"].Unreached),
			cmp.Diff(map[bot.DeliveryState]int{bot.DeliveryAccepted: 1}, of["remind-1"].Counts),
			cmp.Diff(map[int64]int{60011: 1}, of["remind-2"].Codes),
			cmp.Diff(2, len(of)),
		} {
			if diff != "" {
				t.Error(diff)
			}
		}
	}
	check()
	if _, err := s.SweepDeliveries(ctx, noon().Add(1000*time.Hour)); err != nil {
		t.Fatal(err)
	}
	check()
	sound(t, s)
}
