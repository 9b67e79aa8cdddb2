package store

import (
	"bytes"
	"context"
	"fmt"

	"anyuebot/store/kv"
)

// noticeRecord is the notice as the program last ran with it, packed by the
// caller. With it a campaign can still be read when another notice has taken its
// place.
type noticeRecord struct {
	Data []byte `cbor:"1,keyasint"`
}

// KeepNotice stores the campaign's notice, if it is not stored already.
func (s *Store) KeepNotice(ctx context.Context, data []byte) error {
	have, err := s.Notice(ctx)
	if err != nil || bytes.Equal(have, data) {
		return err
	}
	w := writer{store: s}
	w.put(s.keys.notes(), noticeRecord{Data: data})
	if w.err != nil {
		return w.err
	}
	_, err = s.kv.Commit(ctx, w.tx)
	return err
}

// Notice gives what [Store.KeepNotice] stored; nil if nothing was.
func (s *Store) Notice(ctx context.Context) ([]byte, error) {
	v, err := s.View(ctx)
	if err != nil {
		return nil, err
	}
	defer v.Close()
	var record noticeRecord
	_, err = v.get(s.keys.notes(), &record)
	return record.Data, err
}

// Campaigns lists the notices whose campaigns stand in an engine, by ID.
func Campaigns(ctx context.Context, engine kv.Store) (ids []string, err error) {
	snap, err := engine.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	defer snap.Close()
	for after := ""; ; {
		page, err := snap.Scan(ctx, "", after, 1)
		if err != nil || len(page) == 0 {
			return ids, err
		}
		part, _, ok := bytes.Cut([]byte(page[0].Key), []byte("/"))
		if !ok { // stands outside every campaign
			after = page[0].Key
			continue
		}
		id, err := unescape(string(part))
		if err != nil {
			return ids, fmt.Errorf("%w: key %q: %w", ErrRecord, page[0].Key, err)
		}
		ids = append(ids, id)
		// '0' is the character after '/': the first key beyond this campaign.
		after = string(part) + "0"
	}
}
