// Package memkv is the engine that keeps everything in memory and nothing on
// disk: for measuring what a turn costs without one, and as the quick engine in
// tests.
//
// The entries stand in a treap whose nodes never change: a commit copies the
// path to what it writes, and a snapshot is the root it was taken at. So
// neither waits for the other.
package memkv

import (
	"bytes"
	"context"
	"hash/maphash"
	"strings"
	"sync"

	"anyuebot/store/kv"
)

// Store implements [kv.Store]. Use [New].
type Store struct {
	seed maphash.Seed

	mu     sync.Mutex
	root   *node
	rev    int64
	closed bool
}

// New makes an empty store.
func New() *Store { return &Store{seed: maphash.MakeSeed()} }

// Snapshot implements [kv.Store].
func (s *Store) Snapshot(ctx context.Context) (kv.Snapshot, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, kv.ErrClosed
	}
	return &snapshot{root: s.root, rev: s.rev}, nil
}

// Commit implements [kv.Store]. An error of any kind means that nothing was
// written.
func (s *Store) Commit(ctx context.Context, tx kv.Tx) (int64, error) {
	if err := kv.Validate(tx); err != nil {
		return 0, err
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return 0, kv.ErrClosed
	}
	for _, e := range tx.Expect {
		if s.root.find(e.Key).Rev != e.Rev {
			return 0, &kv.ConflictError{Key: e.Key}
		}
	}
	if len(tx.Put)+len(tx.Delete) == 0 {
		return s.rev, nil
	}
	s.rev++
	for _, p := range tx.Put {
		n := &node{
			entry:    kv.Entry{Key: p.Key, Value: bytes.Clone(p.Value), Rev: s.rev},
			priority: maphash.String(s.seed, p.Key),
		}
		s.root = s.root.put(n)
	}
	for _, key := range tx.Delete {
		s.root = s.root.remove(key)
	}
	return s.rev, nil
}

// Close implements [kv.Store]. Snapshots taken before stay readable.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	s.root = nil
	return nil
}

type snapshot struct {
	root   *node
	rev    int64
	closed bool
}

func (s *snapshot) Rev() int64 { return s.rev }

func (s *snapshot) Get(ctx context.Context, key string) (kv.Entry, error) {
	if err := s.usable(ctx); err != nil {
		return kv.Entry{}, err
	}
	return own(s.root.find(key)), nil
}

func (s *snapshot) Scan(ctx context.Context, prefix, after string, limit int) ([]kv.Entry, error) {
	if err := s.usable(ctx); err != nil {
		return nil, err
	}
	if err := kv.ValidatePage(limit); err != nil {
		return nil, err
	}
	var list []kv.Entry
	s.root.walk(max(prefix, after), func(e kv.Entry) bool {
		if e.Key == after && after != "" {
			return true
		}
		if !strings.HasPrefix(e.Key, prefix) {
			return false
		}
		list = append(list, own(e))
		return len(list) < limit
	})
	return list, nil
}

func (s *snapshot) Close() { s.closed, s.root = true, nil }

func (s *snapshot) usable(ctx context.Context) error {
	if s.closed {
		return kv.ErrClosed
	}
	return ctx.Err()
}

func own(e kv.Entry) kv.Entry {
	e.Value = bytes.Clone(e.Value)
	return e
}
