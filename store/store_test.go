package store_test

import (
	"path/filepath"
	"testing"

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
