package store

import (
	"context"
	"slices"

	"anyuebot/bot"
	"anyuebot/store/kv"
)

// Forget deletes the personal data of a campaign for ever: who the members are,
// what they were asked and answered, what was sent to them and received from
// them, what was noted of phone calls, and what the personal forms say. It stays
// readable which unit reported what and when, and the log of what was done, no
// longer by whom or in which words.
//
// The campaign takes no turns from the first commit on, and nobody else may write
// to it meanwhile. Forget works in small commits; when it broke off it has to be
// called again to come to its end. Bytes of what was deleted lie in the engine
// until that is compacted, but what opened them is gone.
//
// It gives the number of records that were deleted or stripped, by kind. A
// campaign that was forgotten already is [ErrForgotten].
func (s *Store) Forget(ctx context.Context) (map[string]int, error) {
	record, rev, err := s.secretNow(ctx)
	switch {
	case err != nil:
		return nil, err
	case len(record.Key) == 0:
		return nil, ErrForgotten
	case !record.Forgotten:
		record.Forgotten = true
		if err := s.writeSecret(ctx, record, s.master, rev); err != nil {
			return nil, err
		}
	}
	s.forgotten = true
	f := forgetting{s, map[string]int{}}
	for _, step := range []func(context.Context) error{f.log, f.dockets, f.books, f.reports, f.versions, f.units, f.reminding, f.drop} {
		if err := step(ctx); err != nil {
			return f.done, err
		}
	}
	if _, rev, err = s.secretNow(ctx); err != nil {
		return f.done, err
	}
	if err := s.writeSecret(ctx, secretRecord{Notice: s.notice, Forgotten: true}, nil, rev); err != nil {
		return f.done, err
	}
	return f.done, s.codec.ring.set(nil)
}

// forgetting counts what it has done, by kind.
type forgetting struct {
	*Store
	done map[string]int
}

func (f forgetting) log(ctx context.Context) error {
	return strip(ctx, f, kindLog, func(r *logRecord) {
		for i := range r.Entries {
			e := &r.Entries[i]
			e.By, e.Text = "", ""
			if f.codec.ring.private(f.keys.report(e.Key)) {
				e.Items = nil
			}
		}
	})
}

func (f forgetting) dockets(ctx context.Context) error {
	return strip(ctx, f, kindDocket, func(d *bot.Docket) {
		d.Calls, d.Entered = nil, nil
		for i := range d.Receipts {
			d.Receipts[i].By = ""
		}
		if d.Extension != nil {
			d.Extension.By, d.Extension.Reason = "", ""
		}
		if d.Stamp != nil {
			d.Stamp.By, d.Stamp.File = "", bot.File{}
		}
		for _, w := range []*bot.Word{d.Nothing, d.Later} {
			if w != nil {
				w.By = ""
			}
		}
	})
}

func (f forgetting) books(ctx context.Context) error {
	return strip(ctx, f, kindBook, func(b *bot.Book) {
		b.Review.By = ""
		for _, c := range []*bot.Closing{b.Closing, b.Review.Before} {
			if c != nil {
				c.By = ""
			}
		}
		for i := range b.Deductions {
			b.Deductions[i].By = ""
		}
		if b.Asking != nil {
			b.Asking.By = ""
		}
	})
}

func (f forgetting) reports(ctx context.Context) error {
	return strip(ctx, f, kindReport, func(r *reportRecord) {
		r.Undo, r.Return = nil, nil
		if r.Approval != nil {
			r.Approval.By = ""
		}
		if f.codec.ring.private(f.keys.report(r.Key)) {
			r.Draft, r.Reasons, r.Notes, r.Shown = nil, nil, nil, ""
		}
		anonymous(r.Draft, r.Reasons, r.Notes)
	})
}

func (f forgetting) versions(ctx context.Context) error {
	return strip(ctx, f, kindVersion, func(s *submissionRecord) {
		s.By, s.Paper = "", nil
		if f.codec.ring.private(f.keys.version(s.Key, s.Version)) {
			s.Entries, s.Reasons, s.Notes = nil, nil, nil
		}
		anonymous(s.Entries, s.Reasons, s.Notes)
	})
}

func anonymous(entries []entryRecord, reasons []bot.Reason, notes []bot.Note) {
	for i := range entries {
		entries[i].By = ""
	}
	for i := range reasons {
		reasons[i].By = ""
	}
	for i := range notes {
		notes[i].By = ""
	}
}

func (f forgetting) units(ctx context.Context) error {
	return strip(ctx, f, kindUnit, func(u *bot.Unit) {
		// A userid is often the unit's name in pinyin. Nobody looks for it any more.
		u.Liaison, u.Registered, u.Deputies, u.Pinyin = "", false, nil, nil
		if u.Removed != nil {
			u.Removed.By = ""
		}
		unnamed(u.Pause)
	})
}

// reminding keeps which steps were sent and when.
func (f forgetting) reminding(ctx context.Context) error {
	return strip(ctx, f, kindReminding, func(r *bot.Reminding) { unnamed(r.Pause) })
}

func unnamed(p *bot.Pause) {
	if p != nil {
		p.By, p.Reason = "", ""
	}
}

// drop deletes what is nothing but personal, and what points to it.
func (f forgetting) drop(ctx context.Context) error {
	for _, kind := range append(personalKinds(), kindFileHash, kindFileUnit, kindHalt, kindLease) {
		if kind == kindLog || kind == kindDocket || kind == kindReminding {
			continue
		}
		for {
			page, err := f.page(ctx, f.keys.every(kind), "")
			if err != nil {
				return err
			}
			if len(page) == 0 {
				break
			}
			for part := range slices.Chunk(page, kv.MaxOps) {
				var tx kv.Tx
				for _, e := range part {
					tx.Delete = append(tx.Delete, e.Key)
				}
				if _, err := f.kv.Commit(ctx, tx); err != nil {
					return err
				}
				f.done[string(kind)] += len(part)
			}
		}
	}
	return nil
}

// strip rewrites all records of a kind without a seal, with what is personal
// taken out.
func strip[T any](ctx context.Context, f forgetting, kind kind, take func(*T)) error {
	return pages(ctx, f.Store, kind, func(page []stored[T]) error {
		for _, r := range page {
			take(&r.record)
			value, err := f.codec.plain(r.key, r.record)
			if err != nil {
				return err
			}
			if _, err := f.kv.Commit(ctx, kv.Tx{Put: []kv.Pair{{Key: r.key, Value: value}}}); err != nil {
				return err
			}
			f.done[string(kind)]++
		}
		return nil
	})
}
