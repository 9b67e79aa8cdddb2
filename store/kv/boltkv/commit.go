package boltkv

import (
	"errors"
	"sync/atomic"

	"go.etcd.io/bbolt"

	"anyuebot/store/kv"
)

// Bounds of a group, so that neither its memory nor the wait of its first
// member grows without end.
const (
	groupCount = 1024
	groupBytes = 8 << 20
)

// request is a commit on its way through the queue.
type request struct {
	tx    kv.Tx
	state atomic.Int32
	rev   int64
	err   error
	done  chan struct{} // closed when rev and err stand
}

// A request leaves the state queued once: towards the disk or back.
const (
	queued int32 = iota
	taken
	withdrawn
)

func (r *request) take() bool     { return r.state.CompareAndSwap(queued, taken) }
func (r *request) withdraw() bool { return r.state.CompareAndSwap(queued, withdrawn) }

func (r *request) size() int {
	n := 0
	for _, p := range r.tx.Put {
		n += len(p.Key) + len(p.Value)
	}
	return n
}

// writeAlone does one commit in the caller's own goroutine, when nobody else is
// there: waking the committer and being woken by it can take as long as the
// disk. What comes meanwhile waits for the committer.
func (s *Store) writeAlone(r *request) {
	defer func() {
		s.mu.Lock()
		s.writing = false
		s.mu.Unlock()
		s.waiting.Signal()
	}()
	s.write([]*request{r})
}

// run is the committer. It ends when the store is closed and the queue empty.
func (s *Store) run() {
	defer close(s.done)
	for mine := false; ; mine = true {
		group := s.next(mine)
		if group == nil {
			return
		}
		s.write(group)
		for _, r := range group {
			close(r.done)
		}
	}
}

// next waits for work and takes what there is, up to the bounds of a group; nil
// means that no more will come. Mine says that the committer itself was at the
// disk until now.
func (s *Store) next(mine bool) []*request {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writing = s.writing && !mine
	for s.writing || len(s.queue) == 0 && !s.closed {
		s.waiting.Wait()
	}
	if len(s.queue) == 0 {
		return nil
	}
	s.writing = true
	n, bytes := 0, 0
	group := make([]*request, 0, min(len(s.queue), groupCount))
	for ; n < len(s.queue) && len(group) < groupCount && bytes < groupBytes; n++ {
		if r := s.queue[n]; r.take() {
			group = append(group, r)
			bytes += r.size()
		}
	}
	rest := copy(s.queue, s.queue[n:])
	clear(s.queue[rest:])
	s.queue = s.queue[:rest]
	return group
}

// errUnchanged gives a group's transaction back without troubling the disk.
var errUnchanged = errors.New("nothing to write")

// write does a group in one bbolt transaction.
func (s *Store) write(group []*request) {
	if err := s.await(0); err != nil {
		for _, r := range group {
			r.err = err
		}
		return
	}
	s.file.RLock()
	defer s.file.RUnlock()
	var id int
	var rev int64
	err := s.db.Update(func(tx *bbolt.Tx) error {
		id = tx.ID()
		meta, data := tx.Bucket([]byte(metaBucket)), tx.Bucket([]byte(dataBucket))
		before, err := decodeRev(meta.Get([]byte(revKey)))
		if err != nil {
			return err
		}
		rev = before
		for _, r := range group {
			if r.err = met(data, r.tx.Expect); r.err != nil {
				continue
			}
			if len(r.tx.Put)+len(r.tx.Delete) > 0 {
				rev++
				if err := apply(data, r.tx, rev); err != nil {
					return err
				}
			}
			r.rev = rev
		}
		if rev == before {
			return errUnchanged
		}
		return meta.Put([]byte(revKey), encodeRev(rev))
	})
	s.settle(group, id, rev, err)
}

// settle gives each member of the group its outcome. A group that failed has
// failed for all, for a conflict with one that was not written is none.
//
// If bbolt shows the transaction although it failed, the page that makes it
// valid was written and its fsync failed: the disk may have either state, and a
// further commit could overwrite what the older one needs. Nothing more is read
// or written then until the file is opened anew. A disk that is merely full
// fails before that page, and the store goes on when there is room again.
func (s *Store) settle(group []*request, id int, rev int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	defer s.settled.Broadcast()
	if err == nil {
		s.durable = rev
		return
	}
	if errors.Is(err, errUnchanged) {
		return
	}
	shown := s.db.View(func(tx *bbolt.Tx) error {
		if tx.ID() >= id {
			return errBroken()
		}
		return nil
	})
	if id != 0 && shown != nil {
		s.broken = true
	}
	for _, r := range group {
		r.rev, r.err = 0, unavailable(err)
	}
}

// met checks conditions against the transaction as it stands after the earlier
// members of the group.
func met(data *bbolt.Bucket, conditions []kv.Expect) error {
	for _, e := range conditions {
		var have int64
		if b := data.Get([]byte(e.Key)); b != nil {
			rev, err := decodeRev(b)
			if err != nil {
				return err
			}
			have = rev
		}
		if have != e.Rev {
			return &kv.ConflictError{Key: e.Key}
		}
	}
	return nil
}

func apply(data *bbolt.Bucket, tx kv.Tx, rev int64) error {
	for _, p := range tx.Put {
		// bbolt keeps the slice until the transaction ends.
		value := append(encodeRev(rev), p.Value...)
		if err := data.Put([]byte(p.Key), value); err != nil {
			return err
		}
	}
	for _, key := range tx.Delete {
		if err := data.Delete([]byte(key)); err != nil {
			return err
		}
	}
	return nil
}
