package boltkv

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"anyuebot/store/kv"
)

// Store implements [kv.Store]. Use [Open].
type Store struct {
	path string
	file sync.RWMutex // held by whoever begins something on db; Compact changes it
	db   *bbolt.DB

	mu      sync.Mutex
	waiting sync.Cond // signalled when queue, writing or closed changes
	queue   []*request
	writing bool // somebody is at the disk
	closed  bool
	settled sync.Cond // signalled when durable or broken changes
	durable int64     // revision that the disk has
	broken  bool      // see settle

	done chan struct{} // closed when the committer has ended
}

// Snapshot implements [kv.Store].
func (s *Store) Snapshot(ctx context.Context) (kv.Snapshot, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s.file.RLock()
	tx, err := s.db.Begin(false)
	s.file.RUnlock()
	if errors.Is(err, bolterrors.ErrDatabaseNotOpen) {
		return nil, kv.ErrClosed
	}
	if err != nil {
		return nil, unavailable(err)
	}
	snap, err := s.view(tx)
	if err != nil {
		return nil, errors.Join(err, tx.Rollback())
	}
	return snap, nil
}

func (s *Store) view(tx *bbolt.Tx) (*snapshot, error) {
	rev, err := decodeRev(tx.Bucket([]byte(metaBucket)).Get([]byte(revKey)))
	if err != nil {
		return nil, err
	}
	if err := s.await(rev); err != nil {
		return nil, err
	}
	return &snapshot{tx: tx, data: tx.Bucket([]byte(dataBucket)), rev: rev}, nil
}

// await returns when the disk has the revision. Between bbolt's writing of a
// commit and the end of its fsync a reader can already see what a power cut
// would still take away.
func (s *Store) await(rev int64) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for rev > s.durable && !s.broken {
		s.settled.Wait()
	}
	if s.broken {
		return errBroken()
	}
	return nil
}

// Commit implements [kv.Store]. When ctx ends while the commit still waits in
// the queue it is withdrawn: ctx.Err() means that nothing was written. Once the
// disk is at it, Commit waits for the outcome whatever ctx says.
func (s *Store) Commit(ctx context.Context, tx kv.Tx) (int64, error) {
	if err := kv.Validate(tx); err != nil {
		return 0, err
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	r := &request{tx: tx, done: make(chan struct{})}
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return 0, kv.ErrClosed
	}
	if !s.writing && len(s.queue) == 0 {
		s.writing = true
		s.mu.Unlock()
		s.writeAlone(r)
		return r.rev, r.err
	}
	s.queue = append(s.queue, r)
	s.mu.Unlock()
	s.waiting.Signal()

	select {
	case <-r.done:
	case <-ctx.Done():
		if r.withdraw() {
			return 0, ctx.Err()
		}
		<-r.done
	}
	return r.rev, r.err
}

// Close implements [kv.Store]: what is queued is still written.
func (s *Store) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.waiting.Signal()
	<-s.done
	s.file.RLock()
	defer s.file.RUnlock()
	return s.db.Close()
}

func unavailable(err error) error { return fmt.Errorf("%w: %w", kv.ErrUnavailable, err) }

func errBroken() error {
	return fmt.Errorf("%w: the disk failed in the middle of a commit; the store has to be opened anew", kv.ErrUnavailable)
}
