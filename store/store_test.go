package store_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"anyuebot/store"
	"anyuebot/store/kv"
	"anyuebot/store/kv/boltkv"
	"anyuebot/store/kv/memkv"
	"anyuebot/store/storetest"
)

func TestOnMemory(t *testing.T) {
	storetest.Run(t, func(*testing.T) kv.Store { return memkv.New() })
}

func TestOnBolt(t *testing.T) {
	storetest.Run(t, func(t *testing.T) kv.Store { return openBolt(t) })
}

// TestFirstFormat restores a backup from before there were files.
func TestFirstFormat(t *testing.T) {
	data, err := os.ReadFile("testdata/format1.backup")
	if err != nil {
		t.Fatal(err)
	}
	engine := memkv.New()
	m, err := store.Restore(t.Context(), bytes.NewReader(data), int64(len(data)), engine, nil)
	if err != nil || m.Format != 1 {
		t.Fatalf("%+v, %v", m, err)
	}
	s, err := store.Open(t.Context(), engine, m.Notice)
	if err != nil {
		t.Fatal(err)
	}
	a, err := s.Verify(t.Context(), nil)
	if err != nil || len(a.Faults) > 0 || a.Records["version"] != 1 || a.Records["unit"] != 2 {
		t.Errorf("%+v, %v", a, err)
	}
}

func openBolt(t testing.TB) kv.Store {
	t.Helper()
	s, err := boltkv.Open(filepath.Join(t.TempDir(), "store.db"), boltkv.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Check(t.Context()); err != nil && t.Context().Err() == nil {
			t.Error(err)
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}
