package boltkv_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.etcd.io/bbolt"

	"anyuebot/store/kv"
	"anyuebot/store/kv/boltkv"
	"anyuebot/store/kv/kvtest"
)

func open(t testing.TB, path string) *boltkv.Store {
	t.Helper()
	s, err := boltkv.Open(path, boltkv.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// verify opens a file that nobody uses and checks all of it.
func verify(t testing.TB, path string) {
	t.Helper()
	s := open(t, path)
	if err := s.Check(context.Background()); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func put(key, value string) kv.Tx {
	return kv.Tx{Put: []kv.Pair{{Key: key, Value: []byte(value)}}}
}

func TestExam(t *testing.T) {
	kvtest.Run(t, func(t *testing.T) (kv.Store, func() kv.Store) {
		path := filepath.Join(t.TempDir(), "exam.db")
		s := open(t, path)
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			verify(t, path)
		})
		return s, func() kv.Store {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
			s = open(t, path)
			return s
		}
	})
}

func TestOneUserOfAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "one.db")
	s := open(t, path)
	defer s.Close()
	start := time.Now()
	_, err := boltkv.Open(path, boltkv.Options{Timeout: 100 * time.Millisecond})
	if !errors.Is(err, boltkv.ErrInUse) || !strings.Contains(err.Error(), path) {
		t.Errorf("second open: %v", err)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("second open took %v", took)
	}
	if _, err := s.Commit(context.Background(), put("a", "1")); err != nil {
		t.Errorf("the first user was disturbed: %v", err)
	}
}

func TestFileIsPrivate(t *testing.T) {
	dir := t.TempDir()
	open(t, filepath.Join(dir, "private.db")).Close()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) != 1 {
		t.Fatalf("making a store left %v, %v", entries, err)
	}
	info, err := entries[0].Info()
	if err != nil {
		t.Fatal(err)
	}
	if info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", info.Mode())
	}
}

func TestFirstUsersAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "first.db")
	const users = 8
	opened := make(chan *boltkv.Store, users)
	for range users {
		go func() {
			s, err := boltkv.Open(path, boltkv.Options{Timeout: 50 * time.Millisecond})
			if err != nil && !errors.Is(err, boltkv.ErrInUse) {
				t.Error(err)
			}
			opened <- s
		}()
	}
	var got []*boltkv.Store
	for range users {
		if s := <-opened; s != nil {
			got = append(got, s)
		}
	}
	if len(got) != 1 {
		t.Fatalf("%d users have the file", len(got))
	}
	got[0].Close()
	verify(t, path)
}

// TestDamage opens files that are not, or no longer, whole stores.
func TestDamage(t *testing.T) {
	dir := t.TempDir()
	whole := filepath.Join(dir, "whole.db")
	s := open(t, whole)
	for i := range 200 {
		if _, err := s.Commit(context.Background(), put(strings.Repeat("k", i+1), strings.Repeat("v", 500))); err != nil {
			t.Fatal(err)
		}
	}
	s.Close()
	content, err := os.ReadFile(whole)
	if err != nil {
		t.Fatal(err)
	}
	zeros := func(from, to int) []byte {
		b := append([]byte(nil), content...)
		clear(b[from:to])
		return b
	}
	page := os.Getpagesize()
	for name, b := range map[string][]byte{
		"empty":           {},
		"text":            []byte("单位,类别,联络员userid\n"),
		"zeros":           make([]byte, 4*page),
		"half made":       append(append([]byte(nil), content[:2*page]...), make([]byte, 2*page)...),
		"cut to a page":   content[:page],
		"cut to the head": content[:2*page],
		"no heads":        zeros(0, 2*page),
		"no body":         zeros(2*page, len(content)),
	} {
		path := filepath.Join(dir, strings.ReplaceAll(name, " ", "-"))
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := boltkv.Open(path, boltkv.Options{Timeout: 100 * time.Millisecond})
		if err == nil {
			s.Close()
		}
		if !errors.Is(err, boltkv.ErrDamaged) || !strings.Contains(err.Error(), path) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestForeignFiles(t *testing.T) {
	for _, c := range []struct {
		name string
		make func(*bbolt.Tx) error
		want error
	}{
		{"another program's", func(tx *bbolt.Tx) error {
			_, err := tx.CreateBucket([]byte("users"))
			return err
		}, boltkv.ErrDamaged},
		{"another version's", func(tx *bbolt.Tx) error {
			if _, err := tx.CreateBucket([]byte("data")); err != nil {
				return err
			}
			meta, err := tx.CreateBucket([]byte("meta"))
			if err != nil {
				return err
			}
			return meta.Put([]byte("format"), []byte("anyuebot 9"))
		}, boltkv.ErrFormat},
	} {
		path := filepath.Join(t.TempDir(), "foreign.db")
		db, err := bbolt.Open(path, 0o600, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := db.Update(c.make); err != nil {
			t.Fatal(err)
		}
		db.Close()
		if _, err := boltkv.Open(path, boltkv.Options{}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// TestCloseWritesWhatWaits closes a store while commits are under way: what was
// acknowledged is there, and everybody gets an answer.
func TestCloseWritesWhatWaits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "close.db")
	s := open(t, path)
	const writers = 32
	done := make(chan []string, writers)
	started := make(chan struct{}, writers)
	for w := range writers {
		go func() {
			var keys []string
			for i := 0; ; i++ {
				key := fmt.Sprint(w, "/", i)
				_, err := s.Commit(context.Background(), put(key, "v"))
				if err != nil {
					if !errors.Is(err, kv.ErrClosed) {
						t.Error(err)
					}
					done <- keys
					return
				}
				keys = append(keys, key)
				if i == 2 {
					started <- struct{}{}
				}
			}
		}()
	}
	for range writers {
		<-started
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	again := open(t, path)
	defer again.Close()
	snap, err := again.Snapshot(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	for range writers {
		for _, key := range <-done {
			if e, err := snap.Get(context.Background(), key); err != nil || !e.Exists() {
				t.Fatalf("%q was acknowledged and is gone (%v)", key, err)
			}
		}
	}
}
