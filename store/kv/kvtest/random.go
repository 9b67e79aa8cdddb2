package kvtest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"anyuebot/store/kv"
)

// testRandom plays random commits against a map and compares after each.
func testRandom(t *testing.T, open Open) {
	s, reopen := open(t)
	run := 0
	rapid.Check(t, func(rt *rapid.T) {
		run++
		m := &model{store: s, prefix: fmt.Sprintf("%04d/", run), entries: map[string]kv.Entry{}}
		actions := map[string]func(*rapid.T){
			"commit": m.commit,
			"keep":   m.keep,
			"":       m.compare,
		}
		if reopen != nil {
			actions["reopen"] = func(rt *rapid.T) {
				// Opening costs a few fsyncs: seldom is often enough.
				if rapid.IntRange(0, 19).Draw(rt, "seldom") == 0 {
					m.drop()
					s = reopen()
					m.store = s
				}
			}
		}
		defer m.drop()
		rt.Repeat(actions)
	})
}

// model is what the store should hold under prefix. Kept is a snapshot taken
// some time ago with what the store held then.
type model struct {
	store   kv.Store
	prefix  string
	entries map[string]kv.Entry

	kept     kv.Snapshot
	keptList []kv.Entry
}

func (m *model) key(rt *rapid.T) string {
	return m.prefix + rapid.SampledFrom([]string{"a", "a/b", "a/b/c", "ab", "b", "山", "山河", "z"}).Draw(rt, "key")
}

func (m *model) commit(rt *rapid.T) {
	var tx kv.Tx
	holds := true
	for _, key := range m.keys(rt) {
		e := kv.Expect{Key: key, Rev: m.entries[key].Rev}
		if rapid.IntRange(0, 5).Draw(rt, "stale") == 0 {
			e.Rev++
			holds = false
		}
		tx.Expect = append(tx.Expect, e)
	}
	for _, key := range m.keys(rt) {
		if rapid.Bool().Draw(rt, "delete") {
			tx.Delete = append(tx.Delete, key)
		} else {
			value := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(rt, "value")
			tx.Put = append(tx.Put, kv.Pair{Key: key, Value: value})
		}
	}
	rev, err := m.store.Commit(context.Background(), tx)
	if !holds {
		if !errors.Is(err, kv.ErrConflict) {
			rt.Fatalf("stale conditions: error %v", err)
		}
		return
	}
	if err != nil {
		rt.Fatal(err)
	}
	for _, p := range tx.Put {
		m.entries[p.Key] = kv.Entry{Key: p.Key, Value: slices.Clone(p.Value), Rev: rev}
	}
	for _, key := range tx.Delete {
		delete(m.entries, key)
	}
}

func (m *model) keys(rt *rapid.T) []string {
	var list []string
	for range rapid.IntRange(0, 4).Draw(rt, "keys") {
		if key := m.key(rt); !slices.Contains(list, key) {
			list = append(list, key)
		}
	}
	return list
}

func (m *model) keep(rt *rapid.T) {
	m.drop()
	m.kept = m.open(rt)
	m.keptList = m.list()
}

func (m *model) drop() {
	if m.kept != nil {
		m.kept.Close()
		m.kept = nil
	}
}

func (m *model) open(rt *rapid.T) kv.Snapshot {
	snap, err := m.store.Snapshot(context.Background())
	if err != nil {
		rt.Fatal(err)
	}
	return snap
}

func (m *model) list() []kv.Entry {
	var all []kv.Entry
	for _, e := range m.entries {
		all = append(all, e)
	}
	slices.SortFunc(all, func(a, b kv.Entry) int {
		if a.Key < b.Key {
			return -1
		}
		return 1
	})
	return all
}

func (m *model) compare(rt *rapid.T) {
	snap := m.open(rt)
	defer snap.Close()
	same(rt, "the store", m.list(), snap, m.prefix)
	if m.kept != nil {
		same(rt, "the snapshot kept", m.keptList, m.kept, m.prefix)
	}
}

func same(rt *rapid.T, what string, want []kv.Entry, snap kv.Snapshot, prefix string) {
	page := rapid.IntRange(1, 9).Draw(rt, "page")
	var have []kv.Entry
	for after := ""; ; after = have[len(have)-1].Key {
		list, err := snap.Scan(context.Background(), prefix, after, page)
		if err != nil {
			rt.Fatal(err)
		}
		have = append(have, list...)
		if len(list) < page {
			break
		}
	}
	empty := cmp.Transformer("bytes", func(b []byte) string { return string(b) })
	if diff := cmp.Diff(want, have, empty); diff != "" {
		rt.Fatalf("%s differs:\n%s", what, diff)
	}
}
