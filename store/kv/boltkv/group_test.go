package boltkv

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"anyuebot/store/kv"
)

func openForTest(t *testing.T) *Store {
	t.Helper()
	s, err := Open(filepath.Join(t.TempDir(), "group.db"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// hold keeps the disk busy until release, so that commits gather in the queue.
func hold(t *testing.T, s *Store) (release func()) {
	t.Helper()
	tx, err := s.db.Begin(true)
	if err != nil {
		t.Fatal(err)
	}
	return func() {
		if err := tx.Rollback(); err != nil {
			t.Error(err)
		}
	}
}

func makeRequest(expect []kv.Expect, keys ...string) *request {
	r := &request{tx: kv.Tx{Expect: expect}, done: make(chan struct{})}
	for _, key := range keys {
		r.tx.Put = append(r.tx.Put, kv.Pair{Key: key, Value: []byte("v")})
	}
	return r
}

// TestGroupMembersAreIndependent runs one group whose second member fails
// because of the first.
func TestGroupMembersAreIndependent(t *testing.T) {
	s := openForTest(t)
	first := makeRequest([]kv.Expect{{Key: "claim"}}, "claim", "first")
	second := makeRequest([]kv.Expect{{Key: "claim"}}, "claim", "second")
	third := makeRequest([]kv.Expect{{Key: "third"}}, "third")
	s.write([]*request{first, second, third})
	if first.err != nil || third.err != nil || !errors.Is(second.err, kv.ErrConflict) {
		t.Fatalf("outcomes %v, %v, %v", first.err, second.err, third.err)
	}
	if first.rev != 1 || third.rev != 2 {
		t.Errorf("revisions %d and %d", first.rev, third.rev)
	}
	snap, err := s.Snapshot(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	list, err := snap.Scan(context.Background(), "", "", 10)
	if err != nil || len(list) != 3 || list[0].Key != "claim" || list[1].Key != "first" || list[2].Key != "third" {
		t.Errorf("the store has %v, %v", list, err)
	}
}

// TestNoRoomFailsTheWholeGroup limits the file, as a full disk does, and lets
// the store go on when there is room again.
func TestNoRoomFailsTheWholeGroup(t *testing.T) {
	s := openForTest(t)
	if _, err := s.Commit(context.Background(), makeRequest(nil, "before").tx); err != nil {
		t.Fatal(err)
	}
	s.db.MaxSize = 1
	big := makeRequest(nil, "big")
	big.tx.Put[0].Value = make([]byte, kv.MaxBytes/2)
	small, conflict := makeRequest(nil, "small"), makeRequest([]kv.Expect{{Key: "small"}}, "other")
	s.write([]*request{big, small, conflict})
	for i, r := range []*request{big, small, conflict} {
		if !errors.Is(r.err, kv.ErrUnavailable) || r.rev != 0 {
			t.Errorf("member %d: revision %d, error %v", i, r.rev, r.err)
		}
	}
	if err := s.await(0); err != nil {
		t.Fatalf("a full disk broke the store: %v", err)
	}
	s.db.MaxSize = 0
	if _, err := s.Commit(context.Background(), small.tx); err != nil {
		t.Fatalf("with room again: %v", err)
	}
	if err := s.Check(context.Background()); err != nil {
		t.Error(err)
	}
}

// TestBrokenStoreSaysSo: after a failed fsync of the page that makes a commit
// valid, neither side of it can be trusted.
func TestBrokenStoreSaysSo(t *testing.T) {
	s := openForTest(t)
	failed := makeRequest(nil, "a")
	s.settle([]*request{failed}, 1, 1, errors.New("input/output error"))
	if !errors.Is(failed.err, kv.ErrUnavailable) {
		t.Errorf("the failed commit: %v", failed.err)
	}
	if _, err := s.Commit(context.Background(), makeRequest(nil, "b").tx); !errors.Is(err, kv.ErrUnavailable) {
		t.Errorf("a later commit: %v", err)
	}
	if _, err := s.Snapshot(context.Background()); !errors.Is(err, kv.ErrUnavailable) {
		t.Errorf("a later snapshot: %v", err)
	}
}

// TestWithdrawnCommitIsNotWritten ends the context of one commit in the queue.
func TestWithdrawnCommitIsNotWritten(t *testing.T) {
	s := openForTest(t)
	release := hold(t, s)
	first := makeRequest(nil, "first")
	s.mu.Lock()
	s.queue = append(s.queue, first)
	s.mu.Unlock()
	s.waiting.Signal()
	for first.state.Load() == queued { // until the committer waits for the disk with it
		runtime.Gosched()
	}
	ctx, cancel := context.WithCancel(context.Background())
	withdrawn := make(chan error, 1)
	go func() {
		_, err := s.Commit(ctx, makeRequest(nil, "withdrawn").tx)
		withdrawn <- err
	}()
	for waiting := 0; waiting == 0; runtime.Gosched() {
		s.mu.Lock()
		waiting = len(s.queue)
		s.mu.Unlock()
	}
	cancel()
	if err := <-withdrawn; !errors.Is(err, context.Canceled) {
		t.Errorf("the withdrawn commit: %v", err)
	}
	release()
	<-first.done
	if first.err != nil {
		t.Error(first.err)
	}
	if _, err := s.Commit(context.Background(), makeRequest(nil, "last").tx); err != nil {
		t.Fatal(err)
	}
	snap, err := s.Snapshot(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	list, err := snap.Scan(context.Background(), "", "", 10)
	if err != nil || len(list) != 2 || list[0].Key != "first" || list[1].Key != "last" {
		t.Errorf("the store has %v, %v", list, err)
	}
}

// TestGroupsAreBounded fills the queue beyond one group.
func TestGroupsAreBounded(t *testing.T) {
	s := openForTest(t)
	release := hold(t, s)
	const writers = groupCount + 100
	results := make(chan error, writers)
	for i := range writers {
		go func() {
			_, err := s.Commit(context.Background(), makeRequest(nil, fmt.Sprint("k/", i)).tx)
			results <- err
		}()
	}
	release()
	for range writers {
		if err := <-results; err != nil {
			t.Fatal(err)
		}
	}
	snap, err := s.Snapshot(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	if snap.Rev() != writers {
		t.Errorf("revision %d after %d commits", snap.Rev(), writers)
	}
}

// TestReaderWaitsForTheDisk: what a reader sees may not yet be lost.
func TestReaderWaitsForTheDisk(t *testing.T) {
	s := openForTest(t)
	if _, err := s.Commit(context.Background(), makeRequest(nil, "a").tx); err != nil {
		t.Fatal(err)
	}
	s.mu.Lock()
	s.durable = 0 // as between the writing and the fsync of that commit
	s.mu.Unlock()
	seen := make(chan int64, 1)
	go func() {
		snap, err := s.Snapshot(context.Background())
		if err != nil {
			t.Error(err)
			seen <- 0
			return
		}
		defer snap.Close()
		seen <- snap.Rev()
	}()
	select {
	case rev := <-seen:
		t.Fatalf("a reader saw revision %d before the disk had it", rev)
	case <-time.After(20 * time.Millisecond):
	}
	s.settle(nil, 1, 1, nil)
	if rev := <-seen; rev != 1 {
		t.Errorf("revision %d", rev)
	}
}
