package boltkv

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/bbolt"
)

// compactBytes bounds a transaction of a compaction, in bytes.
const compactBytes = 1 << 20

// Compact writes the file anew, without what was deleted or overwritten: bbolt
// leaves such bytes in pages that it will use again some day. Commits and new
// snapshots wait; it returns when the snapshots that were open have ended. On an
// error the old file stands.
//
// The old file is unlinked. What a disk may still hold of it is the disk's.
func (s *Store) Compact(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	old, err := s.rewrite()
	if err != nil {
		return unavailable(err)
	}
	if err := old.Close(); err != nil {
		return fmt.Errorf("close the file that was compacted: %w", err)
	}
	return nil
}

// rewrite puts a compacted file in the place of the present one, which it gives
// back to be closed.
func (s *Store) rewrite() (old *bbolt.DB, err error) {
	s.file.Lock()
	defer s.file.Unlock()
	if err := s.await(0); err != nil {
		return nil, err
	}
	dir := filepath.Dir(s.path)
	f, err := os.CreateTemp(dir, filepath.Base(s.path)+".compact-*")
	if err != nil {
		return nil, err
	}
	defer os.Remove(f.Name()) // gone already when all went well
	if err := f.Close(); err != nil {
		return nil, err
	}
	// The new file is locked before it takes the old one's name, so that at no
	// moment anybody else can open a store of this name.
	fresh, err := bbolt.Open(f.Name(), 0o600, options(time.Second))
	if err != nil {
		return nil, err
	}
	fresh.AllocSize = growth
	err = bbolt.Compact(fresh, s.db, compactBytes)
	if err == nil {
		err = errors.Join(fresh.Sync(), os.Rename(f.Name(), s.path), syncDir(dir))
	}
	if err != nil {
		return nil, errors.Join(err, fresh.Close())
	}
	old, s.db = s.db, fresh
	return old, nil
}
