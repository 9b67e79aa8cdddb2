package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anyuebot/bot"
	"anyuebot/store"
	"anyuebot/store/kv"
)

// delivery is one to a liaison, as a turn makes it.
func delivery(s *store.Store, id string) bot.Delivery {
	return bot.Delivery{
		ID: id, Kind: "return", Person: s.PersonID("lisi"), Units: []string{"山河镇"}, Text: "第3项退回",
		Queued: noon(), State: bot.DeliveryPending, Due: noon(), Until: noon().Add(4 * time.Hour),
	}
}

// outgoing is a turn of the office that leaves everything behind that a turn can.
func outgoing(t *testing.T, s *store.Store) (bot.Chat, bot.Broadcast, bot.Delivery) {
	t.Helper()
	chat := bot.Chat{ID: "wr/1", Name: "安全生产群", Robot: robotKey, By: s.PersonID("office"), At: noon()}
	b := bot.Broadcast{ID: "b1", Kind: bot.BroadcastNotice, By: s.PersonID("office"), At: noon(), Text: "请抓紧", Groups: true}
	d := delivery(s, "c1-00")
	d.ReplyURL = replyURL
	turn := begin(t, s, "c1", "office")
	defer turn.Close()
	err := turn.Commit(bot.Changes{Chats: []bot.Chat{chat}, Broadcast: &b, Deliveries: []bot.Delivery{d}}, noon(), bot.Reply{ID: "c1"})
	if err != nil {
		t.Fatal(err)
	}
	return chat, b, d
}

const (
	robotKey = "ROBOT-KEY"
	replyURL = "https://example.invalid/REPLY-URL"
)

func view(t *testing.T, s *store.Store) *store.View {
	t.Helper()
	v, err := s.View(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	return v
}

// open lists the deliveries that have not ended, by ID.
func open(t *testing.T, s *store.Store) []string {
	t.Helper()
	v := view(t, s)
	defer v.Close()
	var ids []string
	if err := v.Open(func(d bot.Delivery) error { ids = append(ids, d.ID); return nil }); err != nil {
		t.Fatal(err)
	}
	return ids
}

func testOutgoing(t *testing.T, empty Open) {
	s := campaign(t, empty(t))
	seed(t, s)
	chat, b, d := outgoing(t, s)
	v := view(t, s)
	chats, err := v.Chats()
	if diff := cmp.Diff([]bot.Chat{chat}, chats); diff != "" || err != nil {
		t.Errorf("chats: %v\n%s", err, diff)
	}
	if one, ok, err := v.Chat("wr/1"); !ok || err != nil || one != chat {
		t.Errorf("chat: %+v, %v, %v", one, ok, err)
	}
	if _, ok, err := v.Chat("wr"); ok || err != nil {
		t.Errorf("no such chat: %v, %v", ok, err)
	}
	list, err := v.Unexpanded()
	if diff := cmp.Diff([]bot.Broadcast{b}, list); diff != "" || err != nil {
		t.Errorf("broadcasts: %v\n%s", err, diff)
	}
	have, ok, err := v.Delivery("", "c1-00")
	if diff := cmp.Diff(d, have); diff != "" || !ok || err != nil {
		t.Errorf("delivery: %v, %v\n%s", ok, err, diff)
	}
	v.Close()
	sound(t, s)

	// What is there is never made again, open or ended.
	is := d
	is.State = bot.DeliveryAccepted
	for range 2 {
		turn := begin(t, s, "c2", "office")
		if err := turn.Commit(bot.Changes{Deliveries: []bot.Delivery{d}}, noon(), bot.Reply{}); !errors.Is(err, kv.ErrConflict) {
			t.Errorf("the same delivery by another turn: %v", err)
		}
		turn = begin(t, s, "c3", "office")
		if err := turn.Commit(bot.Changes{Broadcast: &b}, noon(), bot.Reply{}); !errors.Is(err, kv.ErrConflict) {
			t.Errorf("the same broadcast by another turn: %v", err)
		}
		if err := s.Queue(context.Background(), []bot.Delivery{d}, nil); err != nil {
			t.Errorf("queued again: %v", err)
		}
		done := b
		done.Done = true
		if err := s.SaveDelivery(context.Background(), d, is); err != nil {
			t.Fatal(err)
		}
		if err := s.Expand(context.Background(), b, done, nil); err != nil {
			t.Fatal(err)
		}
	}
	if ids := open(t, s); len(ids) != 0 {
		t.Errorf("open: %v", ids)
	}
	sound(t, s)
}

func testOutgoingMisuse(t *testing.T, empty Open) {
	s := campaign(t, empty(t))
	nobody := delivery(s, "d")
	nobody.Person = ""
	var many []bot.Delivery
	for i := range bot.MaxDeliveries + 1 {
		many = append(many, delivery(s, fmt.Sprint("d", i)))
	}
	for name, c := range map[string]bot.Changes{
		"chat without an ID":      {Chats: []bot.Chat{{}}},
		"broadcast without an ID": {Broadcast: &bot.Broadcast{}},
		"delivery without an ID":  {Deliveries: []bot.Delivery{delivery(s, "")}},
		"delivery to nobody":      {Deliveries: []bot.Delivery{nobody}},
		"too many":                {Deliveries: many},
	} {
		turn := begin(t, s, "c", "u")
		if err := turn.Commit(c, noon(), bot.Reply{}); !errors.Is(err, store.ErrMisuse) {
			t.Errorf("%s: %v", name, err)
		}
	}
	turn := begin(t, s, "c", "lisi")
	if err := turn.Commit(bot.Changes{Deliveries: many[1:]}, noon(), bot.Reply{}); err != nil {
		t.Errorf("as many as may be: %v", err)
	}
	d, ended := delivery(s, "d1"), delivery(s, "d1")
	ended.State = bot.DeliveryAccepted
	for name, err := range map[string]error{
		"save another":  s.SaveDelivery(context.Background(), d, delivery(s, "d2")),
		"revive":        s.SaveDelivery(context.Background(), ended, d),
		"not of it":     s.Expand(context.Background(), bot.Broadcast{ID: "b"}, bot.Broadcast{ID: "b"}, []bot.Delivery{d}),
		"expand more":   s.Expand(context.Background(), bot.Broadcast{ID: "b", Done: true}, bot.Broadcast{ID: "b"}, nil),
		"wrong person":  s.Queue(context.Background(), nil, []bot.Person{{ID: s.PersonID("a"), UserID: "b"}}),
		"queue many":    s.Queue(context.Background(), many, nil),
		"lease nothing": second(s.Lease(context.Background(), "", "o", 1, noon())),
		"halt nothing":  second(s.Halt(context.Background(), bot.Halt{}, nil, nil)),
	} {
		if !errors.Is(err, store.ErrMisuse) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second(_ bool, err error) error { return err }

// testDeliveryMoves takes a delivery through its life.
func testDeliveryMoves(t *testing.T, empty Open) {
	engine := empty(t)
	s := campaign(t, engine)
	seed(t, s)
	_, _, was := outgoing(t, s)
	sending := was
	sending.State, sending.Attempts, sending.At = bot.DeliverySending, 1, noon().In(time.FixedZone("CST", 8*3600))
	ctx := context.Background()
	if err := s.SaveDelivery(ctx, was, sending); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveDelivery(ctx, was, sending); err != nil {
		t.Errorf("the same once more: %v", err)
	}
	other := sending
	other.Attempts = 2
	if err := s.SaveDelivery(ctx, was, other); !errors.Is(err, kv.ErrConflict) {
		t.Errorf("from what it is no more: %v", err)
	}
	accepted := sending
	accepted.State, accepted.MsgID, accepted.Via = bot.DeliveryAccepted, "m1", "app"
	for range 2 {
		if err := s.SaveDelivery(ctx, sending, accepted); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.SaveDelivery(ctx, sending, other); !errors.Is(err, kv.ErrConflict) {
		t.Errorf("after its end: %v", err)
	}
	if err := s.SaveDelivery(ctx, delivery(s, "none"), delivery(s, "none")); !errors.Is(err, kv.ErrConflict) {
		t.Errorf("one that never was: %v", err)
	}
	d, ok, err := view(t, s).Delivery("", "c1-00")
	accepted.ReplyURL, accepted.At = "", accepted.At.UTC()
	if diff := cmp.Diff(accepted, d); diff != "" || !ok || err != nil {
		t.Errorf("%v, %v\n%s", ok, err, diff)
	}
	for key, value := range dump(t, engine) {
		if strings.Contains(value, replyURL) {
			t.Errorf("%s still holds the address for the reply", key)
		}
	}
	sound(t, s)
}

// testDeliveryAtOnce lets many try to take the same delivery: one does.
func testDeliveryAtOnce(t *testing.T, empty Open) {
	s := campaign(t, empty(t))
	seed(t, s)
	_, _, was := outgoing(t, s)
	won := make(chan int, 16)
	var wg sync.WaitGroup
	for i := range cap(won) {
		wg.Go(func() {
			is := was
			is.State, is.Attempts = bot.DeliverySending, i+1
			switch err := s.SaveDelivery(context.Background(), was, is); {
			case err == nil:
				won <- i + 1
			case !errors.Is(err, kv.ErrConflict):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	close(won)
	d, _, err := view(t, s).Delivery("", was.ID)
	if n := <-won; err != nil || n == 0 || d.Attempts != n || len(won) != 0 {
		t.Errorf("%d took it, and %d more; stored is %d, %v", n, len(won), d.Attempts, err)
	}
}

func testExpand(t *testing.T, empty Open) {
	s := campaign(t, empty(t))
	seed(t, s)
	_, was, _ := outgoing(t, s)
	ctx := context.Background()
	page := func(from, to int) (list []bot.Delivery) {
		for i := from; i < to; i++ {
			d := delivery(s, fmt.Sprintf("b1-%02d", i))
			d.Broadcast = "b1"
			list = append(list, d)
		}
		return list
	}
	first := was
	first.After = 40
	if err := s.Expand(ctx, was, first, page(0, bot.MaxDeliveries)); err != nil {
		t.Fatal(err)
	}
	if err := s.Expand(ctx, was, first, page(0, bot.MaxDeliveries)); err != nil {
		t.Errorf("the same page once more: %v", err)
	}
	if err := s.Expand(ctx, first, was, page(0, bot.MaxDeliveries+1)); !errors.Is(err, store.ErrMisuse) {
		t.Errorf("too large a page: %v", err)
	}
	done := first
	done.After, done.Done = 60, true
	if err := s.Expand(ctx, was, done, page(60, 61)); !errors.Is(err, kv.ErrConflict) {
		t.Errorf("from what it is no more: %v", err)
	}
	// The page overlaps with the one before, one of which has ended.
	is := page(38, 39)[0]
	is.State, is.Why = bot.DeliveryRefused, "member"
	if err := s.SaveDelivery(ctx, page(38, 39)[0], is); err != nil {
		t.Fatal(err)
	}
	nobody := page(99, 100)[0]
	nobody.Person, nobody.State, nobody.Why, nobody.Units = "", bot.DeliveryRefused, bot.OutNobody, []string{"湫头镇"}
	if err := s.Expand(ctx, first, done, append(page(30, 60), nobody)); err != nil {
		t.Fatal(err)
	}
	v := view(t, s)
	if b, ok, err := v.Broadcast("b1"); !ok || err != nil || !b.Done || b.After != 60 {
		t.Errorf("broadcast %+v, %v, %v", b, ok, err)
	}
	if list, err := v.Unexpanded(); len(list) != 0 || err != nil {
		t.Errorf("unexpanded %v, %v", list, err)
	}
	v.Close()
	if ids := open(t, s); len(ids) != 59+1 {
		t.Errorf("%d are open", len(ids))
	}
	sound(t, s)
}

// testSent: what the office sees of its last broadcast.
func testSent(t *testing.T, empty Open) {
	s := campaign(t, empty(t))
	seed(t, s)
	if sent, err := view(t, s).Sent(); sent != nil || err != nil {
		t.Errorf("before any: %v, %v", sent, err)
	}
	outgoing(t, s)
	last := bot.Broadcast{ID: "b0", Kind: bot.BroadcastNudge, At: noon().Add(time.Hour), Begun: noon().Add(2 * time.Hour), Text: "x"}
	// A rehearsal that was begun anew: the later campaign time is the older one's.
	before := bot.Broadcast{ID: "b9", Kind: bot.BroadcastNudge, At: noon().Add(3 * time.Hour), Begun: noon().Add(time.Hour), Text: "y"}
	for _, b := range []bot.Broadcast{last, before} {
		turn := begin(t, s, "c"+b.ID, "office")
		if err := turn.Commit(bot.Changes{Broadcast: &b}, noon(), bot.Reply{}); err != nil {
			t.Fatal(err)
		}
	}
	var page []bot.Delivery
	add := func(to, part string, state bot.DeliveryState, unsure bool) {
		d := delivery(s, "b0-"+to+part)
		d.Broadcast, d.Person, d.Group, d.State, d.Unsure, d.Units = "b0", "", to, state, unsure, []string{to}
		if to == "" {
			d.Why = bot.OutNobody
		}
		page = append(page, d)
	}
	add("1", "", bot.DeliveryAccepted, false)
	add("2", "", bot.DeliveryAccepted, true)
	add("3", "", bot.DeliveryPending, false)
	add("4", "", bot.DeliveryHeld, false)
	add("5", "-a", bot.DeliveryAccepted, false)
	add("5", "-b", bot.DeliveryRefused, false)
	add("6", "", bot.DeliveryDropped, false)
	add("7", "", bot.DeliveryGaveUp, false)
	add("8", "-a", bot.DeliveryAccepted, false)
	add("8", "-b", bot.DeliveryDeferred, false)
	add("9", "-a", bot.DeliveryAccepted, false)
	add("9", "-b", bot.DeliveryAccepted, true)
	add("", "湫头镇", bot.DeliveryRefused, false)
	if err := s.Expand(context.Background(), last, last, page); err != nil {
		t.Fatal(err)
	}
	sent, err := view(t, s).Sent()
	if err != nil || sent == nil {
		t.Fatal(sent, err)
	}
	var missed []string
	for _, d := range sent.Missed {
		missed = append(missed, d.ID)
	}
	for _, diff := range []string{
		cmp.Diff(map[bot.DeliveryState]int{
			bot.DeliveryAccepted: 3, bot.DeliveryPending: 1, bot.DeliveryHeld: 1, bot.DeliveryRefused: 1,
			bot.DeliveryDropped: 1, bot.DeliveryGaveUp: 1, bot.DeliveryDeferred: 1,
		}, sent.Counts),
		cmp.Diff([]string{"b0-5-b", "b0-7", "b0-2", "b0-9-a"}, missed),
		cmp.Diff(2, sent.Twice),
		cmp.Diff([]string{""}, sent.Unreached),
		cmp.Diff(last, sent.Broadcast),
	} {
		if diff != "" {
			t.Error(diff)
		}
	}
}

func testHalts(t *testing.T, empty Open) {
	s := campaign(t, empty(t))
	ctx := context.Background()
	h := bot.Halt{Via: "robot:1/2", Code: 60020, Why: "ip", Detail: "203.0.113.7", Since: noon()}
	boss := bot.Person{ID: s.PersonID("boss"), UserID: "boss"}
	tell := delivery(s, "halt-1")
	tell.Person = boss.ID
	for i, want := range []bool{true, false} {
		news, err := s.Halt(ctx, h, []bot.Delivery{tell}, []bot.Person{boss})
		if news != want || err != nil {
			t.Errorf("time %d: %v, %v", i, news, err)
		}
	}
	halts, err := view(t, s).Halts()
	if diff := cmp.Diff([]bot.Halt{h}, halts); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	if ids := open(t, s); !slices.Equal(ids, []string{"halt-1"}) {
		t.Errorf("told %v", ids)
	}
	sound(t, s)
	for range 2 {
		if err := s.Resume(ctx, h.Via); err != nil {
			t.Error(err)
		}
	}
	if halts, err := view(t, s).Halts(); len(halts) != 0 || err != nil {
		t.Errorf("%v, %v", halts, err)
	}
	if news, err := s.Halt(ctx, h, nil, nil); !news || err != nil {
		t.Errorf("halted anew: %v, %v", news, err)
	}
}

func testLease(t *testing.T, empty Open) {
	s := campaign(t, empty(t))
	ctx := context.Background()
	for i, c := range []struct {
		owner string
		at    int // seconds
		ttl   int
		held  bool
	}{
		{"b", 0, 0, false}, // nothing to give back
		{"a", 0, 45, true},
		{"b", 1, 45, false},
		{"b", 2, 0, false}, // not b's to give back
		{"b", 3, 45, false},
		{"a", 20, 45, true}, // till 65
		{"b", 50, 45, false},
		{"b", 65, 45, true}, // over
		{"a", 66, 45, false},
		{"b", 67, 0, false},
		{"a", 68, 45, true},
	} {
		held, err := s.Lease(ctx, "outbox", c.owner, time.Duration(c.ttl)*time.Second, noon().Add(time.Duration(c.at)*time.Second))
		if held != c.held || err != nil {
			t.Errorf("step %d: %v, %v, want %v", i, held, err, c.held)
		}
	}
	if held, err := s.Lease(ctx, "long", "b", time.Minute, noon()); !held || err != nil {
		t.Errorf("another lease: %v, %v", held, err)
	}
	var wg sync.WaitGroup
	won := make(chan string, 8)
	for i := range cap(won) {
		wg.Go(func() {
			held, err := s.Lease(ctx, "race", fmt.Sprint(i), time.Minute, noon())
			if err != nil {
				t.Error(err)
			}
			if held {
				won <- fmt.Sprint(i)
			}
		})
	}
	wg.Wait()
	if len(won) != 1 {
		t.Errorf("%d hold one lease", len(won))
	}
	sound(t, s)
}

func testSweepOutgoing(t *testing.T, empty Open) {
	s := campaign(t, empty(t))
	seed(t, s)
	ctx := context.Background()
	var all []bot.Delivery
	for i := range 300 {
		d := delivery(s, fmt.Sprintf("d%03d", i))
		d.At = noon().Add(time.Duration(i) * time.Minute)
		switch {
		case i >= 280:
			d.ReplyURL, d.Until = replyURL, noon().Add(time.Duration(i-280)*time.Minute)
			if i == 285 {
				d.State = bot.DeliverySending // its end is another's to write
			}
		default:
			d.State = bot.DeliveryAccepted
		}
		all = append(all, d)
	}
	for page := range slices.Chunk(all, bot.MaxDeliveries) {
		if err := s.Queue(ctx, page, nil); err != nil {
			t.Fatal(err)
		}
	}
	n := 0
	if err := view(t, s).Ended(noon().Add(270*time.Minute), func(bot.Delivery) error { n++; return nil }); err != nil || n != 10 {
		t.Errorf("%d accepted lately, %v", n, err)
	}
	turn := begin(t, s, "c6", "office")
	last := bot.Broadcast{ID: "b2", Kind: bot.BroadcastNotice, At: noon().Add(time.Hour), Begun: noon(), Done: true}
	if err := turn.Commit(bot.Changes{Broadcast: &last}, noon(), bot.Reply{}); err != nil {
		t.Fatal(err)
	}
	kept := delivery(s, "b2-x")
	kept.Broadcast, kept.State, kept.At = last.ID, bot.DeliveryAccepted, noon()
	if err := s.Queue(ctx, []bot.Delivery{kept}, nil); err != nil {
		t.Fatal(err)
	}
	if n, err := s.SweepDeliveries(ctx, noon().Add(100*time.Minute)); n != 100 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	sent, err := view(t, s).Sent()
	if err != nil || sent == nil || sent.Counts[bot.DeliveryAccepted] != 1 {
		t.Errorf("of the last broadcast there is %+v, %v", sent, err)
	}
	if n, err := s.SweepReplyURLs(ctx, noon().Add(10*time.Minute)); n != 9 || err != nil {
		t.Errorf("took %d addresses, %v", n, err)
	}
	if d, _, err := view(t, s).Delivery("", "d285"); d.ReplyURL == "" || err != nil {
		t.Errorf("the address of what is being sent was taken: %v", err)
	}
	if n, err := s.SweepReplyURLs(ctx, noon().Add(10*time.Minute)); n != 0 || err != nil {
		t.Errorf("and again %d, %v", n, err)
	}
	v := view(t, s)
	for id, want := range map[string]bool{"d099": false, "d100": true, "d299": true} {
		if _, ok, err := v.Delivery("", id); ok != want || err != nil {
			t.Errorf("%s is there: %v, %v", id, ok, err)
		}
	}
	v.Close()
	if ids := open(t, s); len(ids) != 20 {
		t.Errorf("%d are open", len(ids))
	}
	sound(t, s)
}

// testOutgoingFaults damages what is sent, and looks for the fault, and for
// secrets in what is said of it.
func testOutgoingFaults(t *testing.T, empty Open) {
	for _, c := range []struct {
		name       string
		from, to   string // a record is moved, or taken away, or cut
		cut        bool
		faultyKind string
	}{
		{"broadcast gone", "broadcast/open/b1", "", false, "out/b1/b1-0"},
		{"broadcast misplaced", "broadcast/open/b1", "broadcast/done/b1", false, "broadcast/done/b1"},
		{"open among the ended", "out/%/c1-00", "sent/%/c1-00", false, "sent/%/c1-00"},
		{"delivery misplaced", "out/%/c1-00", "out/b1/c1-00", false, "out/b1/c1-00"},
		{"delivery cut", "out/%/c1-00", "out/%/c1-00", true, "out/%/c1-00"},
		{"chat cut", "chat/wr%2F1", "chat/wr%2F1", true, "chat/wr%2F1"},
		{"chat misplaced", "chat/wr%2F1", "chat/wr", false, "chat/wr"},
		{"halt cut", "halt/app", "halt/app", true, "halt/app"},
		{"lease cut", "lease/outbox", "lease/outbox", true, "lease/outbox"},
		{"lease misplaced", "lease/outbox", "lease/a/b", false, "lease/a/b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			engine := empty(t)
			s := campaign(t, engine)
			seed(t, s)
			ctx := context.Background()
			_, b, _ := outgoing(t, s)
			of := delivery(s, "b1-0")
			of.Broadcast = "b1"
			next := b
			next.After = 1
			if err := s.Expand(ctx, b, next, []bot.Delivery{of}); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Halt(ctx, bot.Halt{Via: "app", Why: "ip"}, nil, nil); err != nil {
				t.Fatal(err)
			}
			if _, err := s.Lease(ctx, "outbox", "o", time.Minute, noon()); err != nil {
				t.Fatal(err)
			}
			sound(t, s)
			from, to := notice+"/"+c.from, notice+"/"+c.to
			value, ok := dump(t, engine)[from]
			if !ok {
				t.Fatalf("no %s", from)
			}
			tx := kv.Tx{Delete: []string{from}}
			if c.cut {
				tx.Delete, value = nil, value[:len(value)-5]
			}
			if c.to != "" {
				tx.Put = []kv.Pair{{Key: to, Value: []byte(value)}}
			}
			if _, err := engine.Commit(ctx, tx); err != nil {
				t.Fatal(err)
			}
			a, err := s.Verify(ctx, nil)
			if err != nil {
				t.Fatal(err)
			}
			found := false
			for _, f := range a.Faults {
				found = found || f.Key == notice+"/"+c.faultyKind
				if strings.Contains(f.What, robotKey) || strings.Contains(f.What, replyURL) {
					t.Errorf("a fault tells a secret: %s", f.What)
				}
			}
			if !found {
				t.Errorf("no fault at %s among %v", c.faultyKind, a.Faults)
			}
		})
	}
}

// testVacateLeases: a process that was idle has left nothing that stands in the
// way of a restore.
func testVacateLeases(t *testing.T, empty Open) {
	engine := empty(t)
	s := campaign(t, engine)
	if _, err := s.Lease(context.Background(), "outbox", "o", time.Minute, noon()); err != nil {
		t.Fatal(err)
	}
	if err := s.Vacate(context.Background()); err != nil {
		t.Fatal(err)
	}
	if left := dump(t, engine); len(left) != 0 {
		t.Errorf("left: %v", left)
	}
}
