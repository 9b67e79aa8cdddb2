//go:build unix

package boltkv_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"anyuebot/store/kv"
)

// TestFullDisk lets a process run into a limit on the size of its files, which
// the store meets as it would a full disk: writing fails, reading goes on, and
// so does writing when there is room again.
func TestFullDisk(t *testing.T) {
	if path := os.Getenv(childEnv); path != "" {
		fillDisk(t, path)
		return
	}
	path := filepath.Join(t.TempDir(), "full.db")
	if out, err := child(t, "TestFullDisk", path).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	verify(t, path)
}

func fillDisk(t *testing.T, path string) {
	// The signal that comes with the error would end the process.
	signal.Ignore(syscall.SIGXFSZ)
	s := open(t, path)
	defer s.Close()
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	small := before
	small.Cur = 6 << 20
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &small); err != nil {
		t.Fatal(err)
	}
	value := strings.Repeat("v", 30_000)
	key := func(i int) string { return fmt.Sprintf("k/%04d", i) }
	n := 0
	var err error
	for ; n < 1000 && err == nil; n++ {
		_, err = s.Commit(context.Background(), put(key(n), value))
	}
	n--
	if !errors.Is(err, kv.ErrUnavailable) || n < 10 {
		t.Fatalf("commit %d: %v", n, err)
	}
	for range 3 {
		if _, err := s.Commit(context.Background(), put("refused", value)); !errors.Is(err, kv.ErrUnavailable) {
			t.Fatalf("still full: %v", err)
		}
	}
	expect(t, s, n, key)

	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &before); err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		if _, err := s.Commit(context.Background(), put(key(n+i), value)); err != nil {
			t.Fatalf("with room again: %v", err)
		}
	}
	expect(t, s, n+20, key)
	if err := s.Check(context.Background()); err != nil {
		t.Error(err)
	}
}

// expect finds exactly the first n keys.
func expect(t *testing.T, s kv.Store, n int, key func(int) string) {
	t.Helper()
	snap, err := s.Snapshot(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	list, err := snap.Scan(context.Background(), "", "", kv.MaxPage)
	if err != nil || len(list) != n {
		t.Fatalf("%d entries, want %d (%v)", len(list), n, err)
	}
	for i, e := range list {
		if e.Key != key(i) {
			t.Fatalf("entry %d is %q", i, e.Key)
		}
	}
}
