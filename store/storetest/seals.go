package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"anyuebot/bot"
	"anyuebot/store"
	"anyuebot/store/kv"
)

const nomination = "附件1"

// told are what a nomination says and what else is personal: none of it may
// stand open in an engine.
func told() []string {
	return []string{"lisi", "LiSi", "王二小", "13800000001", "wo-shi-wang", "今天请假", "13800000002", "名单.docx", "robot-key-1", "县长家"}
}

// private fills a campaign with personal data of every kind.
func private(t *testing.T, s *store.Store) {
	t.Helper()
	seed(t, s)
	k := bot.ReportKey{Unit: "山河镇", Form: nomination, Period: "2021"}
	turn := begin(t, s, "p1", "LiSi")
	p, err := turn.Person()
	if err != nil {
		t.Fatal(err)
	}
	entries := []bot.Entry{{Item: 1, Value: bot.Words("王二小"), By: p.ID, At: noon()}, {Item: 5, Value: bot.Words("13800000001"), By: p.ID, At: noon()}}
	hash := strings.Repeat("ab", 32)
	if _, err := turn.Reminding(); err != nil {
		t.Fatal(err)
	}
	err = turn.Commit(bot.Changes{
		Session:    &bot.Session{Person: p.ID, Key: k, Quote: "wo-shi-wang"},
		Report:     &bot.Report{Key: k, State: bot.Submitted, Draft: entries, Version: 1, Counted: 1},
		Submission: &bot.Submission{Key: k, Version: 1, At: noon(), By: p.ID, Entries: entries, Late: true},
		Dockets:    []bot.Docket{{Key: key("山河镇"), Calls: []bot.Call{{Text: "今天请假 13800000002", By: p.ID, At: noon()}}, Receipts: []bot.Receipt{{What: "附件2", By: p.ID, At: noon()}}}},
		Log:        []bot.LogEntry{{At: noon(), By: p.ID, What: "call", Key: k, Text: "今天请假", Items: []bot.Change{{Item: 5, New: bot.Words("13800000001")}}}},
		Files:      []bot.Received{{File: bot.File{Hash: hash, Name: "名单.docx", Size: 1}, By: p.ID, At: noon(), Units: []string{"山河镇"}}},
		Reminding:  &bot.Reminding{Pause: &bot.Pause{Reason: "县长家有事", By: p.ID, At: noon()}, Done: []bot.Slot{{Rung: "附件1首次", Due: noon(), At: noon(), Why: bot.SpareSuperseded}}},
		Chats:      []bot.Chat{{ID: "g", Robot: "robot-key-1", By: p.ID, At: noon()}},
		Deliveries: []bot.Delivery{{ID: "d1", Kind: "reply", Person: p.ID, Text: "✓ 手机 13800000001", State: bot.DeliveryPending, Due: noon(), Until: noon()}},
	}, noon(), bot.Reply{ID: "p1", Text: "✓ 手机 13800000001，王二小"})
	if err != nil {
		t.Fatal(err)
	}
	submit(t, s, "p2", "lisi", key("山河镇"), 7)
}

// exposed lists the words that stand open in an engine.
func exposed(t *testing.T, engine kv.Store) (words []string) {
	t.Helper()
	all := fmt.Sprint(dump(t, engine))
	for _, word := range told() {
		if strings.Contains(all, word) {
			words = append(words, word)
		}
	}
	return words
}

func openWith(t *testing.T, engine kv.Store, o store.Options) *store.Store {
	t.Helper()
	o.Personal = []string{nomination}
	s, err := store.OpenWith(context.Background(), engine, notice, o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// hasTold checks that what was told can be read again.
func hasTold(t *testing.T, s *store.Store) {
	t.Helper()
	turn := begin(t, s, "p1", "lisi")
	defer turn.Close()
	reply, ok, err := turn.Claimed()
	if err != nil || !ok || !strings.Contains(reply.Text, "王二小") {
		t.Errorf("reply %+v, %t, %v", reply, ok, err)
	}
	r, v, err := turn.Report(bot.ReportKey{Unit: "山河镇", Form: nomination, Period: "2021"})
	if err != nil || r == nil || v == nil || v.Entries[1].Value.Text != "13800000001" {
		t.Errorf("report %+v, %+v, %v", r, v, err)
	}
	sound2(t, s)
}

// sound2 is sound for a store whose received files were never kept.
func sound2(t *testing.T, s *store.Store) {
	t.Helper()
	a, err := s.Verify(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range a.Faults {
		if !strings.Contains(f.Key, "/file/") {
			t.Errorf("fault: %s: %s", f.Key, f.What)
		}
	}
}

func masterKey(b byte) []byte { return bytes.Repeat([]byte{b}, store.KeySize) }

func testSealed(t *testing.T, open Open) {
	engine := open(t)
	private(t, openWith(t, engine, store.Options{Master: masterKey(1)}))
	if words := exposed(t, engine); len(words) > 0 {
		t.Errorf("stand open: %v", words)
	}
	hasTold(t, openWith(t, engine, store.Options{Master: masterKey(1)}))
	for name, o := range map[string]store.Options{"none": {}, "another": {Master: masterKey(2)}} {
		if _, err := store.OpenWith(context.Background(), engine, notice, o); !errors.Is(err, store.ErrLocked) {
			t.Errorf("with %s key: %v", name, err)
		}
	}
	if _, err := store.OpenWith(context.Background(), engine, notice, store.Options{Master: []byte("short")}); !errors.Is(err, store.ErrMisuse) {
		t.Errorf("with a short key: %v", err)
	}
}

// testMasterKey changes the master key, takes it away and brings one again.
func testMasterKey(t *testing.T, open Open) {
	engine := open(t)
	private(t, openWith(t, engine, store.Options{}))
	for _, step := range []store.Options{
		{Master: masterKey(1)}, {Master: masterKey(2), Old: masterKey(1)}, {Master: masterKey(2)}, {Old: masterKey(2)}, {},
	} {
		hasTold(t, openWith(t, engine, step))
	}
	if _, err := store.OpenWith(context.Background(), engine, notice, store.Options{Master: masterKey(3)}); err != nil {
		t.Errorf("a first key: %v", err)
	}
	if _, err := store.OpenWith(context.Background(), engine, notice, store.Options{Master: masterKey(2)}); !errors.Is(err, store.ErrLocked) {
		t.Errorf("a key that was changed long ago: %v", err)
	}
}

// testRekey changes the data key, and breaks off at every commit of it.
func testRekey(t *testing.T, open Open) {
	engine := open(t)
	s := openWith(t, engine, store.Options{Master: masterKey(1)})
	private(t, s)
	before := dump(t, engine)
	if err := answer(s, "w", "wangwu", "县教育局"); err != nil {
		t.Fatal(err)
	}
	if n, err := s.Rekey(context.Background()); err != nil || n == 0 {
		t.Errorf("rekey: %d, %v", n, err)
	}
	for key, value := range dump(t, engine) {
		if before[key] == value && len(value) > 0 && value[0] == 2 {
			t.Errorf("%s was not sealed anew", key)
		}
	}
	hasTold(t, s)
	for at := 1; ; at++ {
		cut := &cutOff{Store: engine, left: at}
		_, err := openWith(t, cut, store.Options{Master: masterKey(1)}).Rekey(context.Background())
		hasTold(t, openWith(t, engine, store.Options{Master: masterKey(1)}))
		if err == nil {
			break
		}
		if !errors.Is(err, kv.ErrUnavailable) {
			t.Fatal(err)
		}
	}
}

func testForget(t *testing.T, open Open) {
	engine := open(t)
	s := openWith(t, engine, store.Options{Master: masterKey(1)})
	private(t, s)
	if _, err := store.Open(context.Background(), engine, "next"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Forget(context.Background()); err != nil {
		t.Fatal(err)
	}
	forgot(t, engine, s)
	// Nobody needs the master key any more, and the next campaign goes on.
	forgot(t, engine, openWith(t, engine, store.Options{}))
	next, err := store.Open(context.Background(), engine, "next")
	if err != nil {
		t.Fatal(err)
	}
	if err := answer(next, "c1", "lisi", "山河镇"); err != nil {
		t.Errorf("the next campaign: %v", err)
	}
}

// forgot checks what is left of a campaign.
func forgot(t *testing.T, engine kv.Store, s *store.Store) {
	t.Helper()
	if words := exposed(t, engine); len(words) > 0 {
		t.Errorf("stand open: %v", words)
	}
	for key, value := range dump(t, engine) {
		if strings.HasPrefix(key, notice) && len(value) > 0 && value[0] == 2 {
			t.Errorf("%s is sealed still", key)
		}
	}
	if _, err := s.Begin(context.Background(), "c", "lisi"); !errors.Is(err, store.ErrForgotten) || !s.Forgotten() {
		t.Errorf("a turn: %v", err)
	}
	if _, err := s.Forget(context.Background()); !errors.Is(err, store.ErrForgotten) {
		t.Errorf("again: %v", err)
	}
	v, err := s.View(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	_, sub, err := v.Report(key("山河镇"))
	if err != nil || sub == nil || sub.Entries[0].Value != bot.Count(7) || sub.At.IsZero() {
		t.Errorf("figures: %+v, %v", sub, err)
	}
	_, sub, err = v.Report(bot.ReportKey{Unit: "山河镇", Form: nomination, Period: "2021"})
	if err != nil || sub == nil || !sub.At.Equal(noon()) || !sub.Late || len(sub.Entries) > 0 {
		t.Errorf("that it was handed in, and late: %+v, %v", sub, err)
	}
	if d, err := v.Docket(key("山河镇")); err != nil || d == nil || len(d.Receipts) != 1 || len(d.Calls) > 0 {
		t.Errorf("docket: %+v, %v", d, err)
	}
	if r, err := v.Reminding(); err != nil || len(r.Done) != 1 || r.Pause == nil {
		t.Errorf("reminders: %+v, %v", r, err)
	}
	lines := 0
	if err := v.Log(func(e bot.LogEntry) error {
		lines++
		return nil
	}); err != nil || lines == 0 {
		t.Errorf("%d lines of log, %v", lines, err)
	}
	v.Close()
	sound(t, s)
	b := backup(t, s)
	r, n := read(t, b)
	if a, err := store.VerifyBackup(context.Background(), r, n, store.Options{}); err != nil || len(a.Faults) > 0 || !a.Forgotten {
		t.Errorf("backup: %+v, %v", a, err)
	}
}

// testForgetInterrupted breaks a deletion off at every commit, and begins anew in
// another process.
func testForgetInterrupted(t *testing.T, open Open) {
	for at := 1; ; at++ {
		engine := open(t)
		s := openWith(t, engine, store.Options{})
		private(t, s)
		cut := &cutOff{Store: engine, left: at}
		_, err := openWith(t, cut, store.Options{}).Forget(context.Background())
		if err == nil {
			forgot(t, engine, openWith(t, engine, store.Options{}))
			if at < 10 {
				t.Errorf("it took %d commits", at)
			}
			return
		}
		if !errors.Is(err, kv.ErrUnavailable) {
			t.Fatal(err)
		}
		s = openWith(t, engine, store.Options{})
		if _, err := s.Begin(context.Background(), "c", "lisi"); at > 1 && !errors.Is(err, store.ErrForgotten) {
			t.Fatalf("broken off at commit %d, a turn begins: %v", at, err)
		}
		if _, err := s.Forget(context.Background()); err != nil {
			t.Fatalf("broken off at commit %d: %v", at, err)
		}
		forgot(t, engine, s)
	}
}

// cutOff is an engine that takes some commits and then no more.
type cutOff struct {
	kv.Store
	left int
}

func (c *cutOff) Commit(ctx context.Context, tx kv.Tx) (int64, error) {
	if c.left--; c.left < 0 {
		return 0, kv.ErrUnavailable
	}
	return c.Store.Commit(ctx, tx)
}
