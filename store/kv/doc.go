// Package kv is the contract between the repositories (package store) and an
// engine that keeps bytes: bbolt in one file, memory, later etcd.
//
// It is written to the weaker engine's limits, so that what passes on one
// engine passes on all. From etcd come the bounds of one commit ([MaxOps],
// [MaxBytes]), one revision for the whole store, a revision per key and
// compare-and-swap as the only way to say “nobody was here in between”. From
// bbolt comes that an open [Snapshot] should be short.
//
// A reader takes a [Snapshot], which never changes. A writer hands over a [Tx]:
// conditions on the revisions it has read, and what to put and delete. It is
// done whole or not at all, and when Commit returns nil the disk has it.
//
// Keys are strings whose parts are separated by '/'; they sort by their bytes.
// What they mean is the business of the layer above.
//
// Engines are in the folders below: boltkv, memkv. Each passes the exam in
// kvtest, and each calls [Validate], so that all refuse the same things.
//
// The package imports the standard library and nothing of the project.
package kv
