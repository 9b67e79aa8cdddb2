package boltkv

import (
	"context"
	"errors"
	"fmt"

	"go.etcd.io/bbolt"

	"anyuebot/store/kv"
)

// checkFaults bounds how many faults one [Store.Check] tells of.
const checkFaults = 20

// Check verifies the whole file: every page of bbolt's and what this package
// adds. Commits wait meanwhile, at about the speed of reading the file once.
// The error is [ErrDamaged] with what was found.
func (s *Store) Check(ctx context.Context) error {
	s.file.RLock()
	defer s.file.RUnlock()
	// Only a write transaction keeps the list of free pages still.
	tx, err := s.db.Begin(true)
	if err != nil {
		return fmt.Errorf("%w: %w", kv.ErrClosed, err)
	}
	var faults []error
	for fault := range tx.Check() {
		if len(faults) < checkFaults {
			faults = append(faults, fault)
		}
	}
	if len(faults) == 0 {
		faults = checkEntries(ctx, tx)
	}
	if err := tx.Rollback(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if len(faults) > 0 {
		return fmt.Errorf("%w: %w", ErrDamaged, errors.Join(faults...))
	}
	return nil
}

func checkEntries(ctx context.Context, tx *bbolt.Tx) (faults []error) {
	now, err := decodeRev(tx.Bucket([]byte(metaBucket)).Get([]byte(revKey)))
	if err != nil {
		return []error{err}
	}
	c := tx.Bucket([]byte(dataBucket)).Cursor()
	for k, v := c.First(); k != nil && len(faults) < checkFaults && ctx.Err() == nil; k, v = c.Next() {
		rev, err := decodeRev(v)
		if err == nil && (rev < 1 || rev > now) {
			err = fmt.Errorf("revision %d in a store at %d", rev, now)
		}
		if err != nil {
			faults = append(faults, fmt.Errorf("%q: %w", k, err))
		}
	}
	return faults
}
