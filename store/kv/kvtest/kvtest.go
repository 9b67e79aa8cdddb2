// Package kvtest is the exam that every engine of package kv passes. An engine
// calls [Run] from its own tests and adds what only it promises.
//
// The package imports kv and testing libraries, and no engine.
package kvtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"anyuebot/store/kv"
)

// Open gives an empty store for one test and arranges for it to be closed and,
// where the engine can, verified when the test ends. Reopen closes the store
// last given and opens what it has left behind; it is nil for an engine that
// leaves nothing.
type Open func(t *testing.T) (store kv.Store, reopen func() kv.Store)

// Run examines an engine.
func Run(t *testing.T, open Open) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Open)
	}{
		{"Empty", testEmpty},
		{"PutGetDelete", testPutGetDelete},
		{"Revisions", testRevisions},
		{"OddKeysAndValues", testOddKeysAndValues},
		{"SnapshotStands", testSnapshotStands},
		{"SnapshotCloses", testSnapshotCloses},
		{"ScanOrderAndPages", testScan},
		{"Cursor", testCursor},
		{"Conflicts", testConflicts},
		{"FailedCommitLeavesNothing", testFailedCommit},
		{"Limits", testLimits},
		{"Refusals", testRefusals},
		{"BytesAreOwn", testBytesAreOwn},
		{"Reopen", testReopen},
		{"CountersLoseNothing", testCounters},
		{"OneOfManyWins", testOneWins},
		{"EndedContext", testEndedContext},
		{"Closed", testClosed},
		{"RandomOperations", testRandom},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open) })
	}
}

func commit(t testing.TB, s kv.Store, tx kv.Tx) int64 {
	t.Helper()
	rev, err := s.Commit(context.Background(), tx)
	if err != nil {
		t.Fatalf("commit: %v", err)
	}
	return rev
}

func snapshot(t testing.TB, s kv.Store) kv.Snapshot {
	t.Helper()
	snap, err := s.Snapshot(context.Background())
	if err != nil {
		t.Fatalf("snapshot: %v", err)
	}
	return snap
}

// get reads one entry at the present revision.
func get(t testing.TB, s kv.Store, key string) kv.Entry {
	t.Helper()
	snap := snapshot(t, s)
	defer snap.Close()
	return getAt(t, snap, key)
}

func getAt(t testing.TB, snap kv.Snapshot, key string) kv.Entry {
	t.Helper()
	e, err := snap.Get(context.Background(), key)
	if err != nil {
		t.Fatalf("get %q: %v", key, err)
	}
	return e
}

// dump reads everything in pages of the given size.
func dump(t testing.TB, snap kv.Snapshot, prefix string, page int) []kv.Entry {
	t.Helper()
	var all []kv.Entry
	for after := ""; ; after = all[len(all)-1].Key {
		list, err := snap.Scan(context.Background(), prefix, after, page)
		if err != nil {
			t.Fatalf("scan %q after %q: %v", prefix, after, err)
		}
		all = append(all, list...)
		if len(list) < page {
			return all
		}
	}
}

func keys(list []kv.Entry) []string {
	var all []string
	for _, e := range list {
		all = append(all, e.Key)
	}
	return all
}

func put(pairs ...string) kv.Tx {
	var tx kv.Tx
	for i := 0; i < len(pairs); i += 2 {
		tx.Put = append(tx.Put, kv.Pair{Key: pairs[i], Value: []byte(pairs[i+1])})
	}
	return tx
}

func testEmpty(t *testing.T, open Open) {
	s, _ := open(t)
	snap := snapshot(t, s)
	defer snap.Close()
	if e := getAt(t, snap, "a"); e.Exists() || e.Value != nil {
		t.Errorf("an empty store has %v", e)
	}
	if all := dump(t, snap, "", 10); len(all) != 0 {
		t.Errorf("an empty store lists %v", all)
	}
}

func testPutGetDelete(t *testing.T, open Open) {
	s, _ := open(t)
	rev := commit(t, s, put("a", "1", "b", "2"))
	want := kv.Entry{Key: "a", Value: []byte("1"), Rev: rev}
	if diff := cmp.Diff(want, get(t, s, "a")); diff != "" {
		t.Error(diff)
	}
	commit(t, s, kv.Tx{Put: put("b", "3").Put, Delete: []string{"a", "never there"}})
	if e := get(t, s, "a"); e.Exists() {
		t.Errorf("deleted and still there: %v", e)
	}
	if e := get(t, s, "b"); string(e.Value) != "3" {
		t.Errorf("b is %q, want 3", e.Value)
	}
}

func testRevisions(t *testing.T, open Open) {
	s, _ := open(t)
	first := commit(t, s, put("a", "1"))
	second := commit(t, s, put("b", "1"))
	if first < 1 || second <= first {
		t.Fatalf("revisions %d, %d do not rise", first, second)
	}
	if e := get(t, s, "a"); e.Rev != first {
		t.Errorf("a has revision %d, was put at %d", e.Rev, first)
	}
	snap := snapshot(t, s)
	if snap.Rev() != second {
		t.Errorf("the store is at %d, want %d", snap.Rev(), second)
	}
	snap.Close()
	if third := commit(t, s, put("a", "1")); get(t, s, "a").Rev != third || third <= second {
		t.Errorf("putting the same value again gave revision %d after %d", third, second)
	}
	before := commit(t, s, put("c", "1"))
	if rev := commit(t, s, kv.Tx{Expect: []kv.Expect{{Key: "c", Rev: before}}}); rev != before {
		t.Errorf("a commit of conditions alone gave revision %d, want %d", rev, before)
	}
}

func testOddKeysAndValues(t *testing.T, open Open) {
	s, _ := open(t)
	tx := put(
		"山河镇/附件2", "中文",
		"\x00", "zero",
		"\xff\xfe", "not text",
		"a/b/c d%", strings.Repeat("x", 200_000),
		strings.Repeat("k", kv.MaxKey), "long key",
		"empty", "",
	)
	commit(t, s, tx)
	for _, p := range tx.Put {
		e := get(t, s, p.Key)
		if !e.Exists() || string(e.Value) != string(p.Value) {
			t.Errorf("%.20q: %d bytes, exists %v, want %d bytes", p.Key, len(e.Value), e.Exists(), len(p.Value))
		}
	}
}

func testSnapshotStands(t *testing.T, open Open) {
	s, _ := open(t)
	commit(t, s, put("a", "old", "b", "old", "gone", "old"))
	snap := snapshot(t, s)
	before := dump(t, snap, "", 2)
	rev := snap.Rev()
	for i := range 20 {
		commit(t, s, kv.Tx{Put: put("a", "new", fmt.Sprintf("c%d", i), "new").Put, Delete: []string{"gone"}})
	}
	if diff := cmp.Diff(before, dump(t, snap, "", 2)); diff != "" {
		t.Errorf("the snapshot changed:\n%s", diff)
	}
	if e := getAt(t, snap, "gone"); string(e.Value) != "old" {
		t.Errorf("the snapshot lost an entry: %v", e)
	}
	if snap.Rev() != rev {
		t.Errorf("the snapshot moved from %d to %d", rev, snap.Rev())
	}
	snap.Close()
	if e := get(t, s, "a"); string(e.Value) != "new" {
		t.Errorf("a new snapshot sees %q", e.Value)
	}
}

func testSnapshotCloses(t *testing.T, open Open) {
	s, _ := open(t)
	snap := snapshot(t, s)
	snap.Close()
	snap.Close()
	if _, err := snap.Get(context.Background(), "a"); !errors.Is(err, kv.ErrClosed) {
		t.Errorf("get from a closed snapshot: %v", err)
	}
	if _, err := snap.Scan(context.Background(), "", "", 1); !errors.Is(err, kv.ErrClosed) {
		t.Errorf("scan of a closed snapshot: %v", err)
	}
}

func testScan(t *testing.T, open Open) {
	s, _ := open(t)
	var want []string
	for i := range 100 {
		want = append(want, fmt.Sprintf("p/%03d", i))
	}
	shuffled := slices.Clone(want)
	for i := range shuffled {
		j := i * 37 % len(shuffled)
		shuffled[i], shuffled[j] = shuffled[j], shuffled[i]
	}
	for _, k := range shuffled {
		commit(t, s, put(k, "v"))
	}
	commit(t, s, put("o", "v", "p", "v", "p.", "v", "p0", "v", "q", "v"))

	snap := snapshot(t, s)
	defer snap.Close()
	for _, page := range []int{1, 7, 50, 100, 101, kv.MaxPage} {
		if diff := cmp.Diff(want, keys(dump(t, snap, "p/", page))); diff != "" {
			t.Errorf("pages of %d:\n%s", page, diff)
		}
	}
	for _, c := range []struct {
		prefix, after string
		limit         int
		want          []string
	}{
		{"p/", "p/097", 10, []string{"p/098", "p/099"}},
		{"p/", "p/0975", 1, []string{"p/098"}}, // after need not exist
		{"p/", "p/099", 10, nil},
		{"p/", "q", 10, nil},
		{"p/", "a", 1, []string{"p/000"}}, // before the prefix
		{"p/00", "", 2, []string{"p/000", "p/001"}},
		{"p", "p/099", 10, []string{"p0"}},
		{"", "p0", 10, []string{"q"}},
		{"nothing", "", 10, nil},
	} {
		list, err := snap.Scan(context.Background(), c.prefix, c.after, c.limit)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(c.want, keys(list)); diff != "" {
			t.Errorf("scan %q after %q:\n%s", c.prefix, c.after, diff)
		}
	}
	for _, limit := range []int{0, -1, kv.MaxPage + 1} {
		if _, err := snap.Scan(context.Background(), "", "", limit); !errors.Is(err, kv.ErrInvalid) {
			t.Errorf("page of %d: %v", limit, err)
		}
	}
}

func testCursor(t *testing.T, open Open) {
	s, _ := open(t)
	var want []string
	for i := range 600 {
		want = append(want, fmt.Sprintf("p/%04d", i))
	}
	for part := range slices.Chunk(want, kv.MaxOps) {
		var tx kv.Tx
		for _, k := range part {
			tx.Put = append(tx.Put, kv.Pair{Key: k, Value: []byte(k)})
		}
		commit(t, s, tx)
	}
	commit(t, s, put("o", "", "q", ""))
	snap := snapshot(t, s)
	defer snap.Close()
	var have []string
	for c := kv.NewCursor(snap, "p/"); ; {
		e, ok, err := c.Next(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			break
		}
		have = append(have, e.Key)
	}
	if diff := cmp.Diff(want, have); diff != "" {
		t.Error(diff)
	}
}

func testConflicts(t *testing.T, open Open) {
	s, _ := open(t)
	old := commit(t, s, put("a", "1"))
	now := commit(t, s, put("a", "2"))
	commit(t, s, put("deleted", "1"))
	commit(t, s, kv.Tx{Delete: []string{"deleted"}})
	for _, c := range []struct {
		name   string
		expect []kv.Expect
		key    string // that fails; "" for none
	}{
		{"holds", []kv.Expect{{Key: "a", Rev: now}}, ""},
		{"changed", []kv.Expect{{Key: "a", Rev: old}}, "a"},
		{"exists", []kv.Expect{{Key: "a"}}, "a"},
		{"missing", []kv.Expect{{Key: "b", Rev: now}}, "b"},
		{"absent", []kv.Expect{{Key: "b"}}, ""},
		{"deleted", []kv.Expect{{Key: "deleted"}}, ""},
		{"one of two", []kv.Expect{{Key: "a", Rev: now}, {Key: "b", Rev: 1}}, "b"},
	} {
		_, err := s.Commit(context.Background(), kv.Tx{Expect: c.expect, Put: put("out/"+c.name, "x").Put})
		var conflict *kv.ConflictError
		switch {
		case c.key == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.key != "" && (!errors.Is(err, kv.ErrConflict) || !errors.As(err, &conflict) || conflict.Key != c.key):
			t.Errorf("%s: error %v, want a conflict at %q", c.name, err, c.key)
		}
		if done := get(t, s, "out/"+c.name).Exists(); done != (c.key == "") {
			t.Errorf("%s: written is %v", c.name, done)
		}
	}
}

func testFailedCommit(t *testing.T, open Open) {
	s, _ := open(t)
	commit(t, s, put("a", "1", "b", "1"))
	snap := snapshot(t, s)
	before, rev := dump(t, snap, "", 10), snap.Rev()
	snap.Close()
	for _, tx := range []kv.Tx{
		{Expect: []kv.Expect{{Key: "b"}}, Put: put("a", "2", "c", "2").Put, Delete: []string{"b"}},
		{Put: put("a", "2", "c", "2", "", "empty key").Put},
		{Put: append(put("a", "2").Put, kv.Pair{Key: "c", Value: make([]byte, kv.MaxBytes)})},
	} {
		if _, err := s.Commit(context.Background(), tx); err == nil {
			t.Fatal("a commit that cannot be done was done")
		}
	}
	snap = snapshot(t, s)
	defer snap.Close()
	if diff := cmp.Diff(before, dump(t, snap, "", 10)); diff != "" || snap.Rev() != rev {
		t.Errorf("failed commits left revision %d → %d and\n%s", rev, snap.Rev(), diff)
	}
}

func testLimits(t *testing.T, open Open) {
	s, _ := open(t)
	many := func(prefix string, n int) (pairs []kv.Pair, names []string, conditions []kv.Expect) {
		for i := range n {
			key := fmt.Sprintf("%s/%03d", prefix, i)
			pairs = append(pairs, kv.Pair{Key: key})
			names = append(names, key)
			conditions = append(conditions, kv.Expect{Key: key})
		}
		return pairs, names, conditions
	}
	pairs, names, conditions := many("ops", kv.MaxOps+1)
	half := kv.MaxOps / 2
	sized := func(n int) kv.Tx { return kv.Tx{Put: []kv.Pair{{Key: "size", Value: make([]byte, n-len("size"))}}} }
	for _, c := range []struct {
		name string
		tx   kv.Tx
		fits bool
	}{
		{"128 puts and 128 conditions", kv.Tx{Expect: conditions[:kv.MaxOps], Put: pairs[:kv.MaxOps]}, true},
		{"129 puts", kv.Tx{Put: pairs}, false},
		{"64 puts and 64 deletes", kv.Tx{Put: pairs[:half], Delete: names[half : 2*half]}, true},
		{"64 puts and 65 deletes", kv.Tx{Put: pairs[:half], Delete: names[half:]}, false},
		{"129 conditions", kv.Tx{Expect: conditions}, false},
		{"as many bytes as fit", sized(kv.MaxBytes), true},
		{"one byte more", sized(kv.MaxBytes + 1), false},
		{"a key too long", put(strings.Repeat("k", kv.MaxKey+1), "v"), false},
	} {
		_, err := s.Commit(context.Background(), c.tx)
		if c.fits && err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if !c.fits && !errors.Is(err, kv.ErrTooLarge) {
			t.Errorf("%s: error %v, want too large", c.name, err)
		}
	}
}

func testRefusals(t *testing.T, open Open) {
	s, _ := open(t)
	for name, tx := range map[string]kv.Tx{
		"empty key put":            put("", "v"),
		"empty key deleted":        {Delete: []string{""}},
		"empty key expected":       {Expect: []kv.Expect{{}}},
		"put twice":                put("a", "1", "a", "2"),
		"put and deleted":          {Put: put("a", "1").Put, Delete: []string{"a"}},
		"deleted twice":            {Delete: []string{"a", "a"}},
		"expected twice":           {Expect: []kv.Expect{{Key: "a"}, {Key: "a"}}},
		"expected before creation": {Expect: []kv.Expect{{Key: "a", Rev: -1}}},
	} {
		if _, err := s.Commit(context.Background(), tx); !errors.Is(err, kv.ErrInvalid) {
			t.Errorf("%s: error %v, want invalid", name, err)
		}
	}
}

func testBytesAreOwn(t *testing.T, open Open) {
	s, _ := open(t)
	value := []byte("one")
	commit(t, s, kv.Tx{Put: []kv.Pair{{Key: "a", Value: value}}})
	copy(value, "***")

	snap := snapshot(t, s)
	first := getAt(t, snap, "a")
	list := dump(t, snap, "", 10)
	copy(getAt(t, snap, "a").Value, "YYY")
	copy(dump(t, snap, "", 10)[0].Value, "ZZZ")
	again := getAt(t, snap, "a")
	snap.Close()
	for i := range 50 {
		commit(t, s, put("a", strings.Repeat(fmt.Sprint(i), 3), fmt.Sprint("b", i), strings.Repeat("b", 5000)))
	}
	for _, e := range []kv.Entry{first, list[0], again} {
		if string(e.Value) != "one" || e.Key != "a" {
			t.Errorf("bytes changed under the reader: %q = %q", e.Key, e.Value)
		}
	}
}

func testReopen(t *testing.T, open Open) {
	s, reopen := open(t)
	if reopen == nil {
		t.Skip("the engine keeps nothing")
	}
	var last int64
	for i := range 50 {
		last = commit(t, s, put(fmt.Sprintf("k/%02d", i), fmt.Sprint(i), "same", fmt.Sprint(i)))
	}
	commit(t, s, kv.Tx{Delete: []string{"k/07"}})
	snap := snapshot(t, s)
	before, rev := dump(t, snap, "", 100), snap.Rev()
	snap.Close()

	s = reopen()
	snap = snapshot(t, s)
	if diff := cmp.Diff(before, dump(t, snap, "", 100)); diff != "" || snap.Rev() != rev {
		t.Errorf("after opening again revision %d → %d and\n%s", rev, snap.Rev(), diff)
	}
	snap.Close()
	next := commit(t, s, kv.Tx{Expect: []kv.Expect{{Key: "same", Rev: last}}, Put: put("same", "x").Put})
	if next <= rev {
		t.Errorf("revision %d after %d was used before", next, rev)
	}
}

func testCounters(t *testing.T, open Open) {
	s, _ := open(t)
	const workers, rounds = 8, 25
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for range rounds {
				key := fmt.Sprint("counter/", w%2)
				if err := increment(s, key); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	for i := range 2 {
		if n := len(get(t, s, fmt.Sprint("counter/", i)).Value); n != workers*rounds/2 {
			t.Errorf("counter %d stands at %d, want %d", i, n, workers*rounds/2)
		}
	}
}

// increment makes the value one byte longer.
func increment(s kv.Store, key string) error {
	for {
		snap, err := s.Snapshot(context.Background())
		if err != nil {
			return err
		}
		e, err := snap.Get(context.Background(), key)
		snap.Close()
		if err != nil {
			return err
		}
		_, err = s.Commit(context.Background(), kv.Tx{
			Expect: []kv.Expect{{Key: key, Rev: e.Rev}},
			Put:    []kv.Pair{{Key: key, Value: append(e.Value, '+')}},
		})
		if !errors.Is(err, kv.ErrConflict) {
			return err
		}
	}
}

func testOneWins(t *testing.T, open Open) {
	s, _ := open(t)
	const workers = 16
	won := make(chan string, workers)
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			name := fmt.Sprint(w)
			tx := put("claim", name, "by/"+name, "")
			tx.Expect = []kv.Expect{{Key: "claim"}}
			switch _, err := s.Commit(context.Background(), tx); {
			case err == nil:
				won <- name
			case !errors.Is(err, kv.ErrConflict):
				t.Error(err)
			}
		})
	}
	wg.Wait()
	close(won)
	var winners []string
	for name := range won {
		winners = append(winners, name)
	}
	snap := snapshot(t, s)
	defer snap.Close()
	if len(winners) != 1 {
		t.Fatalf("%d winners: %v", len(winners), winners)
	}
	want := []string{"by/" + winners[0], "claim"}
	if diff := cmp.Diff(want, keys(dump(t, snap, "", 100))); diff != "" {
		t.Errorf("losers left something:\n%s", diff)
	}
	if e := getAt(t, snap, "claim"); string(e.Value) != winners[0] {
		t.Errorf("%q won and %q stands", winners[0], e.Value)
	}
}

func testEndedContext(t *testing.T, open Open) {
	s, _ := open(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := s.Commit(ctx, put("a", "1")); !errors.Is(err, context.Canceled) {
		t.Errorf("commit: %v", err)
	}
	if _, err := s.Snapshot(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("snapshot: %v", err)
	}
	snap := snapshot(t, s)
	defer snap.Close()
	if _, err := snap.Get(ctx, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("get: %v", err)
	}
	if e := getAt(t, snap, "a"); e.Exists() {
		t.Error("a commit with an ended context was done")
	}
}

func testClosed(t *testing.T, open Open) {
	s, _ := open(t)
	commit(t, s, put("a", "1"))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Commit(context.Background(), put("a", "2")); !errors.Is(err, kv.ErrClosed) {
		t.Errorf("commit after close: %v", err)
	}
	if _, err := s.Snapshot(context.Background()); !errors.Is(err, kv.ErrClosed) {
		t.Errorf("snapshot after close: %v", err)
	}
	if err := s.Close(); err != nil {
		t.Errorf("closing twice: %v", err)
	}
}
