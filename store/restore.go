package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"

	"anyuebot/store/kv"
)

// ErrNotEmpty: a restore goes into an empty store only.
var ErrNotEmpty = errors.New("the store is not empty")

// restoreBytes bounds a commit of a restore, unless one record alone is larger.
const restoreBytes = kv.MaxBytes / 2

// Restore puts a backup of size bytes into an engine that has nothing in it, and
// its files where files are kept; files may be nil for a backup without any. The
// backup is read through and checked before anything is written. Files come
// first, and when they do not all get there the engine stays empty. A restore
// that breaks off later leaves a marker, and [Open] then refuses the store with
// [ErrRestoring] until it has been emptied. Errors: [ErrBackup], [ErrNotEmpty],
// ErrRestoring, those of kv and of files.
func Restore(ctx context.Context, r io.ReaderAt, size int64, engine kv.Store, files Files) (Manifest, error) {
	b, err := openBackup(ctx, r, size)
	if err != nil {
		return Manifest{}, err
	}
	secretKey := keys{notice: escape(b.manifest.Notice)}.secret()
	found := false
	if err := b.each(ctx, func(p backupPair) error {
		found = found || p.Key == secretKey
		if len(p.Key) > kv.MaxKey || len(p.Key)+len(p.Value)+len(restoringKey) > kv.MaxBytes {
			return fmt.Errorf("%w: record %.80q is too large", ErrBackup, p.Key)
		}
		return nil
	}); err != nil {
		return Manifest{}, err
	}
	if !found {
		return Manifest{}, fmt.Errorf("%w: %q is missing", ErrBackup, secretKey)
	}
	if err := checkEmpty(ctx, engine); err != nil {
		return Manifest{}, err
	}
	if err := b.restoreFiles(ctx, files); err != nil {
		return Manifest{}, err
	}
	w := &restorer{engine: engine}
	if err := w.begin(ctx, b); err != nil {
		return Manifest{}, err
	}
	// The secret goes with the last commit: without it there is no campaign.
	var secret backupPair
	if err := b.each(ctx, func(p backupPair) error {
		if p.Key == secretKey {
			secret = p
			return nil
		}
		return w.put(ctx, p)
	}); err != nil {
		return Manifest{}, err
	}
	return b.manifest, w.end(ctx, secret)
}

// restoreFiles leaves out what was damaged before it was saved.
func (b *backup) restoreFiles(ctx context.Context, to Files) error {
	if to == nil {
		to = noFiles{}
	}
	for _, hash := range slices.Sorted(maps.Keys(b.files)) {
		if slices.Contains(b.manifest.Damaged, hash) {
			continue
		}
		r, err := b.files[hash].Open()
		if err != nil {
			return fmt.Errorf("%w: %s%s: %w", ErrBackup, backupFiles, hash, err)
		}
		err = to.Put(ctx, hash, r)
		r.Close()
		if err != nil {
			return fmt.Errorf("restore file %s: %w", hash, err)
		}
	}
	return nil
}

func checkEmpty(ctx context.Context, engine kv.Store) error {
	snap, err := engine.Snapshot(ctx)
	if err != nil {
		return err
	}
	defer snap.Close()
	e, err := snap.Get(ctx, restoringKey)
	if err != nil {
		return err
	}
	if e.Exists() {
		return fmt.Errorf("%w: empty it and restore again", ErrRestoring)
	}
	list, err := snap.Scan(ctx, "", "", 1)
	if err != nil {
		return err
	}
	if len(list) > 0 {
		return fmt.Errorf("%w: it has %q", ErrNotEmpty, list[0].Key)
	}
	return nil
}

// restorer writes records in commits of which each depends on the marker, so
// that no two restores can mix.
type restorer struct {
	engine kv.Store
	marker kv.Expect
	page   []kv.Pair
	bytes  int
}

func (w *restorer) begin(ctx context.Context, b *backup) error {
	value, err := b.codec.encode(restoringKey, restoringRecord{Notice: b.manifest.Notice})
	if err != nil {
		return err
	}
	rev, err := w.engine.Commit(ctx, kv.Tx{
		Expect: []kv.Expect{{Key: restoringKey}},
		Put:    []kv.Pair{{Key: restoringKey, Value: value}},
	})
	w.marker = kv.Expect{Key: restoringKey, Rev: rev}
	return err
}

func (w *restorer) put(ctx context.Context, p backupPair) error {
	size := len(p.Key) + len(p.Value)
	if len(w.page) == kv.MaxOps || w.bytes+size > restoreBytes {
		if err := w.flush(ctx); err != nil {
			return err
		}
	}
	w.page = append(w.page, kv.Pair{Key: p.Key, Value: p.Value})
	w.bytes += size
	return nil
}

func (w *restorer) flush(ctx context.Context) error {
	if len(w.page) == 0 {
		return nil
	}
	_, err := w.engine.Commit(ctx, kv.Tx{Expect: []kv.Expect{w.marker}, Put: w.page})
	w.page, w.bytes = w.page[:0], 0
	return err
}

func (w *restorer) end(ctx context.Context, secret backupPair) error {
	if err := w.flush(ctx); err != nil {
		return err
	}
	_, err := w.engine.Commit(ctx, kv.Tx{
		Expect: []kv.Expect{w.marker, {Key: secret.Key}},
		Put:    []kv.Pair{{Key: secret.Key, Value: secret.Value}},
		Delete: []string{restoringKey},
	})
	return err
}
