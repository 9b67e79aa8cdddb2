package kv

import "fmt"

// Bounds of one commit and one page.
const (
	// MaxOps bounds the conditions of a commit, and its puts and deletes taken
	// together. It is etcd's --max-txn-ops as it comes.
	MaxOps = 128

	// MaxBytes bounds the keys and values of a commit, in bytes. etcd refuses
	// requests above 1.5 MiB; the rest is for its own framing.
	MaxBytes = 1 << 20

	// MaxKey bounds a key, in bytes.
	MaxKey = 1 << 10

	// MaxPage bounds the limit of a Scan.
	MaxPage = 1 << 10
)

// Validate refuses what no engine takes: [ErrTooLarge] beyond the bounds above,
// [ErrInvalid] for an empty key, one that stands twice, or a negative revision.
// Every engine calls it first.
func Validate(tx Tx) error {
	if n := len(tx.Expect); n > MaxOps {
		return fmt.Errorf("%w: %d conditions, at most %d", ErrTooLarge, n, MaxOps)
	}
	if n := len(tx.Put) + len(tx.Delete); n > MaxOps {
		return fmt.Errorf("%w: %d puts and deletes, at most %d", ErrTooLarge, n, MaxOps)
	}
	size := 0
	seen := make(map[string]struct{}, len(tx.Put)+len(tx.Delete))
	check := func(key string) error {
		switch _, twice := seen[key]; {
		case key == "":
			return fmt.Errorf("%w: empty key", ErrInvalid)
		case len(key) > MaxKey:
			return fmt.Errorf("%w: key of %d bytes, at most %d: %.64q…", ErrTooLarge, len(key), MaxKey, key)
		case twice:
			return fmt.Errorf("%w: key %q stands twice", ErrInvalid, key)
		}
		seen[key] = struct{}{}
		size += len(key)
		return nil
	}
	for _, p := range tx.Put {
		if err := check(p.Key); err != nil {
			return err
		}
		size += len(p.Value)
	}
	for _, key := range tx.Delete {
		if err := check(key); err != nil {
			return err
		}
	}
	clear(seen)
	for _, e := range tx.Expect {
		if err := check(e.Key); err != nil {
			return err
		}
		if e.Rev < 0 {
			return fmt.Errorf("%w: key %q with revision %d", ErrInvalid, e.Key, e.Rev)
		}
	}
	if size > MaxBytes {
		return fmt.Errorf("%w: %d bytes, at most %d", ErrTooLarge, size, MaxBytes)
	}
	return nil
}

// ValidatePage refuses a Scan limit that no engine takes.
func ValidatePage(limit int) error {
	if limit < 1 || limit > MaxPage {
		return fmt.Errorf("%w: page of %d entries, from 1 to %d", ErrInvalid, limit, MaxPage)
	}
	return nil
}
