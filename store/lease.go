package store

import (
	"context"
	"errors"
	"fmt"
	"time"

	"anyuebot/store/kv"
)

// Lease says who among several processes does what only one may do. It takes
// the lease of this name for owner till ttl after now, or prolongs it, unless
// another owner holds it at now; held tells which. With a ttl of 0 the owner
// gives it back, and held is false.
//
// Owners are told apart by their names alone, and clocks have to agree: an
// owner stops well before its lease ends.
func (s *Store) Lease(ctx context.Context, name, owner string, ttl time.Duration, now time.Time) (held bool, err error) {
	if name == "" || owner == "" || ttl < 0 {
		return false, fmt.Errorf("%w: a lease needs a name, an owner and a time", ErrMisuse)
	}
	v, err := s.View(ctx)
	if err != nil {
		return false, err
	}
	defer v.Close()
	key := s.keys.lease(name)
	var record leaseRecord
	rev, err := v.get(key, &record)
	if err != nil {
		return false, err
	}
	v.Close()
	if record.Owner != owner && record.Until.After(now) || ttl == 0 && record.Owner != owner {
		return false, nil
	}
	w := writer{store: s, tx: kv.Tx{Expect: []kv.Expect{{Key: key, Rev: rev}}}}
	if ttl == 0 {
		w.tx.Delete = []string{key}
	} else {
		w.put(key, leaseRecord{Owner: owner, Until: now.Add(ttl)})
	}
	if w.err != nil {
		return false, w.err
	}
	_, err = s.kv.Commit(ctx, w.tx)
	if errors.Is(err, kv.ErrConflict) {
		return false, nil // somebody was faster
	}
	return ttl > 0 && err == nil, err
}
