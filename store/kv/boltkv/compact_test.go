package boltkv_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"anyuebot/store/kv"
)

// TestCompact: what was deleted or overwritten is nowhere in the file any more,
// while people read and write; revisions go on; the lock is kept.
func TestCompact(t *testing.T) {
	path := filepath.Join(t.TempDir(), "compact.db")
	s := open(t, path)
	ctx := context.Background()
	for i := range 300 {
		if _, err := s.Commit(ctx, put(fmt.Sprint("k", i), fmt.Sprint("SECRET-", i))); err != nil {
			t.Fatal(err)
		}
	}
	var last int64
	for i := range 300 {
		tx := put(fmt.Sprint("k", i), "plain")
		if i%2 == 0 {
			tx = kv.Tx{Delete: []string{fmt.Sprint("k", i)}}
		}
		rev, err := s.Commit(ctx, tx)
		if err != nil {
			t.Fatal(err)
		}
		last = rev
	}
	if b, err := os.ReadFile(path); err != nil || !bytes.Contains(b, []byte("SECRET-")) {
		t.Fatalf("the test shows nothing: what was deleted is gone already, %v", err)
	}

	var wg sync.WaitGroup
	stop := make(chan struct{})
	for w := range 4 {
		wg.Go(func() {
			for i := 0; ; i++ {
				select {
				case <-stop:
					return
				default:
				}
				if _, err := s.Commit(ctx, put(fmt.Sprint("w", w, "/", i), "v")); err != nil {
					t.Error(err)
					return
				}
				snap, err := s.Snapshot(ctx)
				if err != nil {
					t.Error(err)
					return
				}
				if e, err := snap.Get(ctx, fmt.Sprint("w", w, "/", i)); err != nil || !e.Exists() {
					t.Errorf("a commit is lost: %v", err)
				}
				snap.Close()
			}
		})
	}
	for range 3 {
		if err := s.Compact(ctx); err != nil {
			t.Error(err)
		}
	}
	close(stop)
	wg.Wait()
	if b, err := os.ReadFile(path); err != nil || bytes.Contains(b, []byte("SECRET-")) {
		t.Errorf("what was deleted is in the file still, %v", err)
	}
	if rev, err := s.Commit(ctx, put("more", "v")); err != nil || rev <= last {
		t.Errorf("revision %d after %d, %v", rev, last, err)
	}
	if err := s.Check(ctx); err != nil {
		t.Error(err)
	}
	if left, err := filepath.Glob(path + ".*"); err != nil || len(left) > 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	verify(t, path)
}
