package kv

import "context"

// Store keeps entries. Its methods may be called from several goroutines.
type Store interface {
	// Snapshot gives a view of the store at its present revision. It holds
	// everything whose Commit has returned, and nothing that the disk could
	// still lose.
	Snapshot(ctx context.Context) (Snapshot, error)

	// Commit does tx whole or not at all and returns the revision that its
	// entries carry. A tx that writes nothing only checks its conditions and
	// returns the present revision.
	//
	// A failed condition is [ErrConflict], and nothing was written. After
	// [ErrUnavailable], or after ctx has ended, an engine may not know whether
	// the commit was done; an engine that does know says so. A writer to whom
	// that matters puts a key of its own into tx with the condition that it
	// does not exist, and looks for it afterwards.
	Commit(ctx context.Context, tx Tx) (rev int64, err error)

	// Close waits for commits under way and for open snapshots, and gives the
	// engine's files and connections back. Later calls are [ErrClosed].
	Close() error
}

// Snapshot is the store at one revision, whatever is committed meanwhile. It
// belongs to one goroutine. Close it soon, and before committing what was
// concluded from it: an engine may have to wait for open snapshots before it
// can grow.
type Snapshot interface {
	// Rev is the revision of the store that is seen, 0 for a store that was
	// never written.
	Rev() int64

	// Get finds an entry. One that does not exist has Rev 0, which is also what
	// an [Expect] says to mean “must not exist”.
	Get(ctx context.Context, key string) (Entry, error)

	// Scan lists entries whose keys begin with prefix and come after the key
	// after ("" for the beginning), sorted by key, at most limit of them.
	// Fewer than limit means that there are no more. Limit is from 1 to
	// [MaxPage]. See [Cursor] for walking through all of them.
	Scan(ctx context.Context, prefix, after string, limit int) ([]Entry, error)

	// Close may be called more than once.
	Close()
}

// Entry is a key with its value and the revision of the commit that last put
// it. The bytes are a copy that belongs to the caller for ever.
type Entry struct {
	Key   string
	Value []byte
	Rev   int64
}

// Exists tells an entry that was found from one that was not.
func (e Entry) Exists() bool { return e.Rev != 0 }

// Tx is what one commit does. A key stands at most once among Put and Delete
// and at most once in Expect.
type Tx struct {
	Expect []Expect
	Put    []Pair
	Delete []string // a key that does not exist is no error
}

// Pair is a value to put under a key. The value may be empty. The engine does
// not keep the slice after Commit has returned.
type Pair struct {
	Key   string
	Value []byte
}

// Expect is a condition: the entry has this revision still, or with Rev 0, no
// such entry exists.
type Expect struct {
	Key string
	Rev int64
}
