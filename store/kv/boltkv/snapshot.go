package boltkv

import (
	"bytes"
	"context"

	"go.etcd.io/bbolt"

	"anyuebot/store/kv"
)

// snapshot is a bbolt read transaction. What bbolt returns is memory of the
// file itself, so every byte is copied before it leaves.
type snapshot struct {
	tx   *bbolt.Tx // nil when closed
	data *bbolt.Bucket
	rev  int64
}

func (s *snapshot) Rev() int64 { return s.rev }

func (s *snapshot) Get(ctx context.Context, key string) (kv.Entry, error) {
	if err := s.usable(ctx); err != nil {
		return kv.Entry{}, err
	}
	b := s.data.Get([]byte(key))
	if b == nil {
		return kv.Entry{}, nil
	}
	return entry([]byte(key), b)
}

func (s *snapshot) Scan(ctx context.Context, prefix, after string, limit int) ([]kv.Entry, error) {
	if err := s.usable(ctx); err != nil {
		return nil, err
	}
	if err := kv.ValidatePage(limit); err != nil {
		return nil, err
	}
	var list []kv.Entry
	c := s.data.Cursor()
	k, v := c.Seek([]byte(max(prefix, after)))
	if after != "" && string(k) == after {
		k, v = c.Next()
	}
	for ; len(list) < limit && k != nil && bytes.HasPrefix(k, []byte(prefix)); k, v = c.Next() {
		e, err := entry(k, v)
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	return list, nil
}

func (s *snapshot) Close() {
	if s.tx == nil {
		return
	}
	// The only error of rolling back a read transaction is that it was closed.
	_ = s.tx.Rollback()
	s.tx, s.data = nil, nil
}

func (s *snapshot) usable(ctx context.Context) error {
	if s.tx == nil {
		return kv.ErrClosed
	}
	return ctx.Err()
}

func entry(k, v []byte) (kv.Entry, error) {
	rev, err := decodeRev(v)
	if err != nil {
		return kv.Entry{}, err
	}
	return kv.Entry{Key: string(k), Value: bytes.Clone(v[revSize:]), Rev: rev}, nil
}
