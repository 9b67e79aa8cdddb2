package store

import (
	"context"
	"fmt"
	"strings"

	"anyuebot/store/kv"
)

// Vacate makes room for a [Restore] into the engine of a campaign in which
// nothing has happened yet: it takes away the secrets that [Open] drew, the notice,
// and the leases of running processes, which are no part of a campaign. The store must
// not be used afterwards. A campaign that holds anything is [ErrNotEmpty] and
// stays as it is.
func (s *Store) Vacate(ctx context.Context) error {
	v, err := s.View(ctx)
	if err != nil {
		return err
	}
	defer v.Close()
	secret := s.keys.secret()
	leases := s.keys.every(kindLease)
	tx := kv.Tx{Expect: []kv.Expect{{Key: secret}}, Delete: []string{secret}}
	if err := v.each(s.keys.all(), func(e kv.Entry) error {
		switch {
		case e.Key == secret:
			tx.Expect[0].Rev = e.Rev
		case strings.HasPrefix(e.Key, leases), e.Key == s.keys.notes():
			tx.Expect = append(tx.Expect, kv.Expect{Key: e.Key, Rev: e.Rev})
			tx.Delete = append(tx.Delete, e.Key)
		default:
			return fmt.Errorf("%w: it holds %q", ErrNotEmpty, e.Key)
		}
		return nil
	}); err != nil {
		return err
	}
	_, err = s.kv.Commit(ctx, tx)
	return err
}
