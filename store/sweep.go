package store

import (
	"context"
	"errors"
	"slices"
	"time"

	"anyuebot/bot"
	"anyuebot/store/kv"
)

// sweepPage bounds how many records are read at a time.
const sweepPage = 256

// Sweep forgets the claims made before an instant and gives their number. The
// messages could then be answered a second time, so the instant has to lie
// further back than the platform resends. It works in small commits: when it
// fails, or ctx ends, what is done stays done.
func (s *Store) Sweep(ctx context.Context, before time.Time) (int, error) {
	return forget(ctx, s, kindClaim, func(c claimRecord) bool { return c.At.Before(before) })
}

// SweepDeliveries forgets the deliveries that ended before an instant of the
// real clock and gives their number. However old, those of the last broadcast stay,
// for [View.Sent], and all reminders, for [View.Reminded]. It works in small commits
// like [Store.Sweep].
func (s *Store) SweepDeliveries(ctx context.Context, before time.Time) (int, error) {
	v, err := s.View(ctx)
	if err != nil {
		return 0, err
	}
	last, err := v.lastBroadcast()
	v.Close()
	if err != nil {
		return 0, err
	}
	return forget(ctx, s, kindSent, func(d bot.Delivery) bool {
		return d.At.Before(before) && !bot.BroadcastKind(d.Kind).Reminds() && (last == nil || d.Broadcast != last.ID)
	})
}

// forget deletes the records of a kind that are old and gives their number, also
// beside an error.
func forget[T any](ctx context.Context, s *Store, kind kind, old func(T) bool) (swept int, err error) {
	err = pages(ctx, s, kind, func(page []stored[T]) error {
		var keys []string
		for _, r := range page {
			if old(r.record) {
				keys = append(keys, r.key)
			}
		}
		for part := range slices.Chunk(keys, kv.MaxOps) {
			if _, err := s.kv.Commit(ctx, kv.Tx{Delete: part}); err != nil {
				return err
			}
			swept += len(part)
		}
		return nil
	})
	return swept, err
}

// SweepReplyURLs takes from open deliveries the addresses that lead nowhere any
// more at now, and gives their number.
func (s *Store) SweepReplyURLs(ctx context.Context, now time.Time) (swept int, err error) {
	err = pages(ctx, s, kindOut, func(page []stored[bot.Delivery]) error {
		for _, r := range page {
			was := r.record
			if was.ReplyURL == "" || was.State == bot.DeliverySending || !was.Until.Before(now) {
				continue
			}
			is := was
			is.ReplyURL = ""
			switch err := s.SaveDelivery(ctx, was, is); {
			case err == nil:
				swept++
			case !errors.Is(err, kv.ErrConflict): // else it is being sent just now
				return err
			}
		}
		return nil
	})
	return swept, err
}

// stored is a record with its key.
type stored[T any] struct {
	key    string
	record T
}

// pages visits all records of a kind, a page at a time and with no snapshot open
// meanwhile.
func pages[T any](ctx context.Context, s *Store, kind kind, visit func([]stored[T]) error) error {
	for after := ""; ; {
		page, err := s.page(ctx, s.keys.every(kind), after)
		if err != nil {
			return err
		}
		list := make([]stored[T], len(page))
		for i, e := range page {
			list[i].key = e.Key
			if err := s.codec.decode(e.Key, e.Value, &list[i].record); err != nil {
				return err
			}
		}
		if err := visit(list); err != nil {
			return err
		}
		if len(page) < sweepPage {
			return nil
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
