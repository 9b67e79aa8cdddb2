package storetest

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"anyuebot/bot"
	"anyuebot/store"
	"anyuebot/store/kv"
)

// filled gives an engine with a bit of everything in it.
func filled(t *testing.T, open Open) (kv.Store, *store.Store) {
	t.Helper()
	engine := open(t)
	s := campaign(t, engine)
	seed(t, s)
	submit(t, s, "c1", "lisi", key("山河镇"), 1)
	submit(t, s, "c2", "lisi", key("山河镇"), 2)
	if err := answer(s, "c3", "wangwu", "县教育局"); err != nil {
		t.Fatal(err)
	}
	return engine, s
}

func backup(t *testing.T, s *store.Store) []byte {
	t.Helper()
	var b bytes.Buffer
	if _, err := s.Backup(context.Background(), &b, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func testBackupRestore(t *testing.T, open Open) {
	engine, s := filled(t, open)
	for i := range 400 { // more than one commit
		turn := begin(t, s, fmt.Sprint("many", i), "lisi")
		if err := turn.Commit(bot.Changes{}, noon(), bot.Reply{Text: strings.Repeat("字", i*5)}); err != nil {
			t.Fatal(err)
		}
	}
	// Another campaign in the same engine stays out of it.
	if _, err := store.Open(context.Background(), engine, "other"); err != nil {
		t.Fatal(err)
	}
	want := dump(t, engine)
	delete(want, "other/key")
	var b bytes.Buffer
	m, err := s.Backup(context.Background(), &b, nil)
	if err != nil {
		t.Fatal(err)
	}
	here := sound(t, s)
	file, err := store.VerifyBackup(context.Background(), bytes.NewReader(b.Bytes()), int64(b.Len()), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(here, file); diff != "" {
		t.Errorf("store and backup verify differently:\n%s", diff)
	}
	if m.Notice != notice || !maps.Equal(m.Records, here.Records) || m.Revision != here.Revision {
		t.Errorf("manifest %+v", m)
	}

	second := open(t)
	if _, err := store.Restore(context.Background(), bytes.NewReader(b.Bytes()), int64(b.Len()), second, nil); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, dump(t, second)); diff != "" {
		t.Errorf("restored with differences:\n%s", diff)
	}
	restored := campaign(t, second)
	if restored.PersonID("x") != s.PersonID("x") {
		t.Error("the secret changed")
	}
	if again := sound(t, restored); !maps.Equal(again.Records, here.Records) {
		t.Errorf("restored %v of %v", again.Records, here.Records)
	}
	if err := answer(restored, "c9", "lisi", "山河镇"); err != nil {
		t.Errorf("working on: %v", err)
	}

	// It is a zip file that anybody can open.
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil || len(z.File) != 2+len(m.Records) {
		t.Errorf("as a zip file: %v", err)
	}
}

// testBackupDamage cuts a small backup at every byte and flips every one.
func testBackupDamage(t *testing.T, open Open) {
	s := campaign(t, open(t))
	b := backup(t, s)
	refused := func(b []byte, what string, i int) {
		if _, err := store.VerifyBackup(context.Background(), bytes.NewReader(b), int64(len(b)), store.Options{}); !errors.Is(err, store.ErrBackup) {
			t.Fatalf("%s %d of %d: %v", what, i, len(b), err)
		}
	}
	for i := range b {
		refused(b[:i], "cut at", i)
		bad := bytes.Clone(b)
		for _, bit := range []byte{1, 0x20, 0x80} {
			bad[i] = b[i] ^ bit
			refused(bad, "flipped", i)
		}
	}
	refused(append(bytes.Clone(b), '\n'), "longer by", 1)
	r, n := read(t, b)
	if a, err := store.VerifyBackup(context.Background(), r, n, store.Options{}); err != nil || len(a.Faults) > 0 {
		t.Errorf("whole: %+v, %v", a, err)
	}
}

func testBackupWhileWriting(t *testing.T, open Open) {
	_, s := filled(t, open)
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			for i := range 50 {
				if err := answer(s, fmt.Sprint("w", w, "-", i), "lisi", "山河镇"); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for range 10 {
		b := backup(t, s)
		r, n := read(t, b)
		if a, err := store.VerifyBackup(context.Background(), r, n, store.Options{}); err != nil || len(a.Faults) > 0 {
			t.Errorf("faults %v, %v", a.Faults, err)
		}
	}
	wg.Wait()
}

func testRestoreRefusals(t *testing.T, open Open) {
	engine, s := filled(t, open)
	b := backup(t, s)
	before := dump(t, engine)
	r, n := read(t, b)
	if _, err := store.Restore(context.Background(), r, n, engine, nil); !errors.Is(err, store.ErrNotEmpty) {
		t.Errorf("into a store with something: %v", err)
	}
	if diff := cmp.Diff(before, dump(t, engine)); diff != "" {
		t.Errorf("a refused restore wrote:\n%s", diff)
	}
	empty := open(t)
	for name, bad := range map[string][]byte{
		"nothing": nil,
		"cut":     b[:len(b)/2],
		"text":    bytes.Repeat([]byte("单位,类别,联络员userid\n"), 20),
	} {
		r, n := read(t, bad)
		if _, err := store.Restore(context.Background(), r, n, empty, nil); !errors.Is(err, store.ErrBackup) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if left := dump(t, empty); len(left) > 0 {
		t.Errorf("refused restores left %v", left)
	}
}

// testRestoreInterrupted lets every commit of a restore fail in turn.
func testRestoreInterrupted(t *testing.T, open Open) {
	_, s := filled(t, open)
	for i := range 300 {
		turn := begin(t, s, fmt.Sprint("many", i), "lisi")
		if err := turn.Commit(bot.Changes{}, noon(), bot.Reply{}); err != nil {
			t.Fatal(err)
		}
	}
	b := backup(t, s)
	for allowed := 0; ; allowed++ {
		engine := open(t)
		r, n := read(t, b)
		_, err := store.Restore(context.Background(), r, n, &failing{Store: engine, allowed: allowed}, nil)
		if err == nil {
			if allowed < 4 {
				t.Errorf("the restore took %d commits", allowed)
			}
			sound(t, campaign(t, engine))
			return
		}
		if !errors.Is(err, kv.ErrUnavailable) {
			t.Fatal(err)
		}
		if allowed == 0 {
			continue // nothing was written
		}
		if _, err := store.Open(context.Background(), engine, notice); !errors.Is(err, store.ErrRestoring) {
			t.Errorf("opened after %d commits: %v", allowed, err)
		}
		r, n = read(t, b)
		if _, err := store.Restore(context.Background(), r, n, engine, nil); !errors.Is(err, store.ErrRestoring) {
			t.Errorf("restored again after %d commits: %v", allowed, err)
		}
	}
}

// failing is an engine that does only so many commits.
type failing struct {
	kv.Store
	allowed int
}

func (f *failing) Commit(ctx context.Context, tx kv.Tx) (int64, error) {
	if f.allowed == 0 {
		return 0, kv.ErrUnavailable
	}
	f.allowed--
	return f.Store.Commit(ctx, tx)
}

// testVerifyFindsFaults takes records away, or puts them elsewhere, behind the
// store's back.
func testVerifyFindsFaults(t *testing.T, open Open) {
	probe := func(t *testing.T) (kv.Store, *store.Store, func(string) string) {
		engine, s := filled(t, open)
		return engine, s, func(part string) string { return notice + "/" + part }
	}
	lisi := func(s *store.Store) string { return s.PersonID("lisi") }
	for _, c := range []struct {
		name   string
		remove func(s *store.Store) string
		move   string // where the value removed is put instead
		faulty func(s *store.Store) string
	}{
		{"secret", func(*store.Store) string { return "key" }, "", func(*store.Store) string { return "key" }},
		{"person", func(s *store.Store) string { return "person/" + lisi(s) }, "", func(*store.Store) string { return "unit/山河镇" }},
		{"unit", func(*store.Store) string { return "unit/山河镇" }, "", func(s *store.Store) string { return "person/" + lisi(s) }},
		{"counted version", func(*store.Store) string { return "version/附件2/2021/山河镇/000002" }, "", func(*store.Store) string { return "report/附件2/2021/山河镇/" }},
		{"first version", func(*store.Store) string { return "version/附件2/2021/山河镇/000001" }, "", func(*store.Store) string { return "version/附件2/2021/山河镇/000002" }},
		{"report", func(*store.Store) string { return "report/附件2/2021/山河镇/" }, "", func(*store.Store) string { return "version/附件2/2021/山河镇/000001" }},
		{"misplaced", func(*store.Store) string { return "unit/湫头镇" }, "unit/别处", func(*store.Store) string { return "unit/别处" }},
		{"unknown kind", func(*store.Store) string { return "unit/湫头镇" }, "thing/湫头镇", func(*store.Store) string { return "thing/湫头镇" }},
		{"bad log key", func(*store.Store) string { return "unit/湫头镇" }, "log/yesterday", func(*store.Store) string { return "log/yesterday" }},
	} {
		t.Run(c.name, func(t *testing.T) {
			engine, s, at := probe(t)
			remove := at(c.remove(s))
			tx := kv.Tx{Delete: []string{remove}}
			value, ok := dump(t, engine)[remove]
			if !ok {
				t.Fatalf("no %s", remove)
			}
			if c.move != "" {
				tx.Put = []kv.Pair{{Key: at(c.move), Value: []byte(value)}}
			}
			if _, err := engine.Commit(context.Background(), tx); err != nil {
				t.Fatal(err)
			}
			a, err := s.Verify(context.Background(), nil)
			if err != nil {
				t.Fatal(err)
			}
			found := false
			for _, f := range a.Faults {
				found = found || f.Key == at(c.faulty(s))
			}
			if !found {
				t.Errorf("no fault at %s among %v", at(c.faulty(s)), a.Faults)
			}
		})
	}
}
