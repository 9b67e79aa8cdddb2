package kv

import (
	"errors"
	"fmt"
)

// The errors of an engine, to be found with errors.Is.
var (
	// ErrConflict: a condition failed and nothing was written. Read again,
	// conclude again, commit again. It comes as a [ConflictError].
	ErrConflict = errors.New("changed by another commit")

	// ErrTooLarge: beyond [MaxOps], [MaxBytes] or [MaxKey].
	ErrTooLarge = errors.New("commit too large")

	// ErrInvalid: a call that no store can answer, such as an empty key.
	ErrInvalid = errors.New("invalid call")

	// ErrClosed: the store or the snapshot has been closed.
	ErrClosed = errors.New("store closed")

	// ErrUnavailable: the disk is full, the file cannot be written, the quorum
	// is lost. What was acknowledged before is safe; trying again later may
	// succeed.
	ErrUnavailable = errors.New("store unavailable")
)

// ConflictError names the key whose condition failed.
type ConflictError struct {
	Key string
}

func (e *ConflictError) Error() string { return fmt.Sprintf("%q: %v", e.Key, ErrConflict) }

// Is makes errors.Is(err, ErrConflict) hold.
func (e *ConflictError) Is(target error) bool { return target == ErrConflict }
