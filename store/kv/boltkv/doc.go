// Package boltkv is the engine that keeps everything in one bbolt file.
//
// A commit that finds the disk free is written at once. Those that come
// meanwhile wait for the committer, one goroutine, which takes whatever waits
// the moment the disk is free and writes it with one fsync: no commit waits for
// a timer, and a hundred that come together cost little more than one. Each
// commit of such a group has its own conditions and its own outcome.
//
// The file has two buckets. “meta” holds the format version and the store's
// revision; “data” holds the entries, each value behind eight bytes of the
// revision that put it. bbolt gives a file to one process: see [ErrInUse].
//
// A file under its final name was always finished: it is made under another
// name, synced and only then linked into place. So an empty or half-made file
// is damage, and is refused instead of being taken for a new store (compare
// etcd-io/etcd#16596).
//
// The package imports bbolt, the standard library and package kv.
package boltkv
