package memkv_test

import (
	"testing"

	"anyuebot/store/kv"
	"anyuebot/store/kv/kvtest"
	"anyuebot/store/kv/memkv"
)

func TestExam(t *testing.T) {
	kvtest.Run(t, func(t *testing.T) (kv.Store, func() kv.Store) {
		s := memkv.New()
		t.Cleanup(func() {
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
		return s, nil
	})
}
