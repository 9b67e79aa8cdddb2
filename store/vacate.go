package store

import (
	"context"
	"fmt"

	"anyuebot/store/kv"
)

// Vacate makes room for a [Restore] into the engine of a campaign in which
// nothing has happened yet: it takes away the secret that [Open] drew. The
// store must not be used afterwards. A campaign that holds anything is
// [ErrNotEmpty] and stays as it is.
func (s *Store) Vacate(ctx context.Context) error {
	v, err := s.View(ctx)
	if err != nil {
		return err
	}
	defer v.Close()
	secret := s.keys.secret()
	var rev int64
	if err := v.each(s.keys.all(), func(e kv.Entry) error {
		if e.Key != secret {
			return fmt.Errorf("%w: it holds %q", ErrNotEmpty, e.Key)
		}
		rev = e.Rev
		return nil
	}); err != nil {
		return err
	}
	_, err = s.kv.Commit(ctx, kv.Tx{Expect: []kv.Expect{{Key: secret, Rev: rev}}, Delete: []string{secret}})
	return err
}
