package store

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"

	"anyuebot/store/kv"
)

// secretRecord is the campaign's key record: the secret that person IDs are made
// with, and the data keys that personal records are sealed with, each plain or
// wrapped in the master key. A campaign whose personal data was deleted has
// neither.
type secretRecord struct {
	Notice string    `cbor:"1,keyasint"`
	Key    []byte    `cbor:"2,keyasint,omitempty"` // the secret
	Data   []dataKey `cbor:"3,keyasint,omitempty"` // the last is the one to seal with
	Box    []byte    `cbor:"4,keyasint,omitempty"` // the secret, wrapped
	// Forgotten is set from the moment on that the personal data is being deleted.
	Forgotten bool `cbor:"5,keyasint,omitempty"`
}

type dataKey struct {
	ID  uint32 `cbor:"1,keyasint"`
	Key []byte `cbor:"2,keyasint,omitempty"`
	Box []byte `cbor:"3,keyasint,omitempty"` // the key, wrapped
}

const secretSize = 32

// What the parts of a key record are wrapped for.
const (
	forSecret = "anyuebot secret of "
	forData   = "anyuebot data key of "
)

// newDataKey draws a key with the next number.
func newDataKey(have []dataKey) (dataKey, error) {
	k := dataKey{ID: 1, Key: make([]byte, KeySize)}
	for _, old := range have {
		k.ID = max(k.ID, old.ID+1)
	}
	_, err := rand.Read(k.Key)
	return k, err
}

// wrapped is the record as it is stored: under the master key, plain without one.
func (r secretRecord) wrapped(master []byte) (secretRecord, error) {
	if len(master) == 0 || len(r.Key) == 0 {
		return r, nil
	}
	out := secretRecord{Notice: r.Notice, Forgotten: r.Forgotten}
	var err error
	if out.Box, err = wrap(master, forSecret+r.Notice, r.Key); err != nil {
		return out, err
	}
	for _, k := range r.Data {
		box, err := wrap(master, forData+r.Notice, k.Key)
		if err != nil {
			return out, err
		}
		out.Data = append(out.Data, dataKey{ID: k.ID, Box: box})
	}
	return out, nil
}

// plain is the record with all that was wrapped opened by one of the master keys.
func (r secretRecord) plain(masters ...[]byte) (secretRecord, error) {
	if len(r.Box) == 0 {
		return r, nil
	}
	for _, master := range masters {
		out := secretRecord{Notice: r.Notice, Forgotten: r.Forgotten}
		var ok bool
		if out.Key, ok = unwrap(master, forSecret+r.Notice, r.Box); !ok {
			continue
		}
		for _, k := range r.Data {
			key, ok := unwrap(master, forData+r.Notice, k.Box)
			if !ok {
				return out, fmt.Errorf("%w: a data key does not open", ErrRecord)
			}
			out.Data = append(out.Data, dataKey{ID: k.ID, Key: key})
		}
		return out, nil
	}
	return secretRecord{}, ErrLocked
}

// stands reports whether the record is wrapped as the options want it.
func (r secretRecord) stands(o Options) bool {
	if len(r.Box) == 0 {
		return len(o.Master) == 0
	}
	_, err := r.plain(o.Master)
	return err == nil
}

// start reads the campaign's keys, or draws them, and sees to it that they are
// stored under the master key of today.
func (s *Store) start(ctx context.Context, o Options) error {
	snap, err := s.kv.Snapshot(ctx)
	if err != nil {
		return err
	}
	defer snap.Close()
	restoring, err := snap.Get(ctx, restoringKey)
	if err != nil {
		return err
	}
	if restoring.Exists() {
		return fmt.Errorf("%w: empty it and restore again", ErrRestoring)
	}
	e, err := snap.Get(ctx, s.keys.secret())
	if err != nil {
		return err
	}
	snap.Close()
	stored, err := s.readSecret(e)
	if err != nil {
		return err
	}
	if s.forgotten = stored.Forgotten; s.forgotten && len(stored.Key)+len(stored.Box) == 0 {
		return nil
	}
	record, err := stored.plain(o.Master, o.Old)
	if err != nil {
		return err
	}
	change := !e.Exists() || !stored.stands(o)
	if !e.Exists() {
		record = secretRecord{Notice: s.notice, Key: make([]byte, secretSize)}
		if _, err := rand.Read(record.Key); err != nil {
			return err
		}
	}
	if len(record.Data) == 0 && !s.forgotten {
		key, err := newDataKey(nil)
		if err != nil {
			return err
		}
		record.Data, change = []dataKey{key}, true
	}
	if change {
		if err := s.writeSecret(ctx, record, o.Master, e.Rev); err != nil {
			return err
		}
	}
	s.secret, s.master = record.Key, o.Master
	return s.codec.ring.set(record.Data)
}

func (s *Store) readSecret(e kv.Entry) (secretRecord, error) {
	var record secretRecord
	if !e.Exists() {
		return record, nil
	}
	if err := s.codec.decode(e.Key, e.Value, &record); err != nil {
		return record, err
	}
	return record, record.check(e.Key, s.notice)
}

func (r secretRecord) check(key, notice string) error {
	whole := r.Forgotten || len(r.Key) == secretSize || len(r.Box) > secretSize
	if r.Notice != notice || !whole {
		return fmt.Errorf("%w: %q is not of campaign %q", ErrRecord, key, notice)
	}
	return nil
}

// writeSecret stores the record if it stands at a revision still.
func (s *Store) writeSecret(ctx context.Context, record secretRecord, master []byte, rev int64) error {
	out, err := record.wrapped(master)
	if err != nil {
		return err
	}
	value, err := s.codec.encode(s.keys.secret(), out)
	if err != nil {
		return err
	}
	_, err = s.kv.Commit(ctx, kv.Tx{
		Expect: []kv.Expect{{Key: s.keys.secret(), Rev: rev}, {Key: restoringKey}},
		Put:    []kv.Pair{{Key: s.keys.secret(), Value: value}},
	})
	return err
}

// Rekey seals all personal records with a new data key and drops the old ones.
// It works in small commits beside other work of this process; when it is broken
// off both keys stay, and it can be done again. Bytes of the old state lie in the
// engine until it is compacted, see [Compact].
func (s *Store) Rekey(ctx context.Context) (sealed int, err error) {
	if s.forgotten {
		return 0, ErrForgotten
	}
	record, rev, err := s.secretNow(ctx)
	if err != nil {
		return 0, err
	}
	key, err := newDataKey(record.Data)
	if err != nil {
		return 0, err
	}
	record.Data = append(record.Data, key)
	if err := s.writeSecret(ctx, record, s.master, rev); err != nil {
		return 0, err
	}
	if err := s.codec.ring.set(record.Data); err != nil {
		return 0, err
	}
	for {
		n, left, err := s.reseal(ctx)
		sealed += n
		if err != nil {
			return sealed, err
		}
		if left == 0 {
			break
		}
	}
	if record, rev, err = s.secretNow(ctx); err != nil {
		return sealed, err
	}
	record.Data = record.Data[len(record.Data)-1:]
	if err := s.writeSecret(ctx, record, s.master, rev); err != nil {
		return sealed, err
	}
	return sealed, s.codec.ring.set(record.Data)
}

// secretNow is the key record as it stands, opened.
func (s *Store) secretNow(ctx context.Context) (secretRecord, int64, error) {
	snap, err := s.kv.Snapshot(ctx)
	if err != nil {
		return secretRecord{}, 0, err
	}
	defer snap.Close()
	e, err := snap.Get(ctx, s.keys.secret())
	if err != nil {
		return secretRecord{}, 0, err
	}
	stored, err := s.readSecret(e)
	if err != nil {
		return secretRecord{}, 0, err
	}
	record, err := stored.plain(s.master)
	return record, e.Rev, err
}

// reseal goes through the campaign once. left counts the records that somebody
// else was writing just then.
func (s *Store) reseal(ctx context.Context) (sealed, left int, err error) {
	for after := ""; ; {
		page, err := s.page(ctx, s.keys.all(), after)
		if err != nil || len(page) == 0 {
			return sealed, left, err
		}
		after = page[len(page)-1].Key
		for _, e := range page {
			if s.codec.ring.fresh(e.Key, e.Value) {
				continue
			}
			plain, err := s.codec.ring.open(e.Key, e.Value)
			if err != nil {
				return sealed, left, err
			}
			value, err := s.codec.ring.seal(e.Key, plain)
			if err != nil {
				return sealed, left, err
			}
			_, err = s.kv.Commit(ctx, kv.Tx{
				Expect: []kv.Expect{{Key: e.Key, Rev: e.Rev}},
				Put:    []kv.Pair{{Key: e.Key, Value: value}},
			})
			switch {
			case err == nil:
				sealed++
			case errors.Is(err, kv.ErrConflict):
				left++
			default:
				return sealed, left, err
			}
		}
	}
}
