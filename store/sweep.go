package store

import (
	"context"
	"slices"
	"time"

	"anyuebot/store/kv"
)

// sweepPage bounds how many records are read at a time.
const sweepPage = 256

// Sweep forgets the claims made before an instant and gives their number. The
// messages could then be answered a second time, so the instant has to lie
// further back than the platform resends. It works in small commits: when it
// fails, or ctx ends, what is done stays done.
func (s *Store) Sweep(ctx context.Context, before time.Time) (int, error) {
	swept := 0
	for after := ""; ; {
		page, err := s.page(ctx, s.keys.every(kindClaim), after)
		if err != nil {
			return swept, err
		}
		var old []string
		for _, e := range page {
			var record claimRecord
			if err := s.codec.decode(e.Key, e.Value, &record); err != nil {
				return swept, err
			}
			if record.At.Before(before) {
				old = append(old, e.Key)
			}
		}
		for part := range slices.Chunk(old, kv.MaxOps) {
			if _, err := s.kv.Commit(ctx, kv.Tx{Delete: part}); err != nil {
				return swept, err
			}
			swept += len(part)
		}
		if len(page) < sweepPage {
			return swept, nil
		}
		after = page[len(page)-1].Key
	}
}

func (s *Store) page(ctx context.Context, prefix, after string) ([]kv.Entry, error) {
	snap, err := s.kv.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer snap.Close()
	return snap.Scan(ctx, prefix, after, sweepPage)
}
