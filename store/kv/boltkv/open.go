package boltkv

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"
)

// The errors of opening a file, beside those of the operating system.
var (
	// ErrInUse: another process, or another Store of this one, has the file.
	ErrInUse = errors.New("another anyuebot is using this file")

	// ErrDamaged: the file is not a whole store.
	ErrDamaged = errors.New("not a whole anyuebot store")

	// ErrFormat: the file was written by another version of the program.
	ErrFormat = errors.New("unknown store format")
)

// format is the version of the file's layout.
const format = "anyuebot 1"

// minSize is what a store without entries takes, in bytes: four pages.
const minSize = 4 << 12

const (
	metaBucket = "meta"
	dataBucket = "data"
	formatKey  = "format"
	revKey     = "rev"
)

// Options of [Open]. The zero value is for use.
type Options struct {
	// Timeout is how long to wait for a file that is in use; 0 for one second.
	Timeout time.Duration
}

// Open opens the store in the file at path and makes it, readable by its owner
// only, if there is none. Errors: [ErrInUse], [ErrDamaged], [ErrFormat] or what
// the operating system says.
func Open(path string, opt Options) (*Store, error) {
	if opt.Timeout <= 0 {
		opt.Timeout = time.Second
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		if err := create(path); err != nil {
			return nil, fmt.Errorf("make store %s: %w", path, err)
		}
	}
	s, err := open(path, opt)
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, err)
	}
	return s, nil
}

func open(path string, opt Options) (*Store, error) {
	if info, err := os.Stat(path); err != nil {
		return nil, err
	} else if info.Size() < minSize {
		return nil, fmt.Errorf("%w: only %d bytes; put a backup in its place, or remove it to begin anew", ErrDamaged, info.Size())
	}
	db, err := openBolt(path, options(opt.Timeout))
	if err != nil {
		return nil, err
	}
	db.AllocSize = growth
	rev, err := inspect(db, path)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	s := &Store{path: path, db: db, durable: rev, done: make(chan struct{})}
	s.waiting.L, s.settled.L = &s.mu, &s.mu
	go s.run()
	return s, nil
}

func options(timeout time.Duration) *bbolt.Options {
	return &bbolt.Options{
		Timeout:         timeout,
		FreelistType:    bbolt.FreelistMapType,
		InitialMmapSize: mapSize(),
		NoStatistics:    true,
	}
}

// growth is the step in which the file grows, in bytes. A step costs an fsync;
// bbolt's own 16 MiB look odd beside the few that a campaign takes.
const growth = 4 << 20

// mapSize is how much address space to reserve: while the file is smaller, no
// commit has to wait for open snapshots. Windows would make the file as large.
func mapSize() int {
	if strconv.IntSize < 64 || runtime.GOOS == "windows" {
		return 0
	}
	return 1 << 30
}

// openBolt is bbolt.Open for files that may be damaged: bbolt panics on some
// of those, and reading a file that was cut short is a fault of memory.
func openBolt(path string, opt *bbolt.Options) (db *bbolt.DB, err error) {
	var file *os.File
	opt.OpenFile = func(name string, flag int, mode os.FileMode) (*os.File, error) {
		f, err := os.OpenFile(name, flag&^os.O_CREATE, mode)
		file = f
		return f, err
	}
	faults := debug.SetPanicOnFault(true)
	defer func() {
		debug.SetPanicOnFault(faults)
		if cause := recover(); cause != nil {
			db, err = nil, fmt.Errorf("%w: %v", ErrDamaged, cause)
			if file != nil {
				err = errors.Join(err, file.Close())
			}
		}
	}()
	db, err = bbolt.Open(path, 0o600, opt)
	switch {
	case errors.Is(err, bolterrors.ErrTimeout):
		return nil, ErrInUse
	case errors.Is(err, bolterrors.ErrInvalid), errors.Is(err, bolterrors.ErrChecksum),
		errors.Is(err, bolterrors.ErrVersionMismatch):
		return nil, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return db, err
}

// inspect refuses what is not a whole store of this format, and gives its
// revision.
func inspect(db *bbolt.DB, path string) (rev int64, err error) {
	faults := debug.SetPanicOnFault(true)
	defer func() {
		debug.SetPanicOnFault(faults)
		if cause := recover(); cause != nil {
			err = fmt.Errorf("%w: %v", ErrDamaged, cause)
		}
	}()
	err = db.View(func(tx *bbolt.Tx) error {
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		if info.Size() < tx.Size() {
			return fmt.Errorf("%w: cut short at %d of %d bytes", ErrDamaged, info.Size(), tx.Size())
		}
		meta := tx.Bucket([]byte(metaBucket))
		if meta == nil || tx.Bucket([]byte(dataBucket)) == nil {
			return fmt.Errorf("%w: made by another program", ErrDamaged)
		}
		if have := meta.Get([]byte(formatKey)); string(have) != format {
			return fmt.Errorf("%w %q, this program knows %q", ErrFormat, have, format)
		}
		rev, err = decodeRev(meta.Get([]byte(revKey)))
		return err
	})
	return rev, err
}

// create makes a finished store and only then gives it its name. When another
// process was quicker its file stands.
func create(path string) error {
	dir := filepath.Dir(path)
	f, err := os.CreateTemp(dir, filepath.Base(path)+".new-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	if err := f.Close(); err != nil {
		return err
	}
	db, err := bbolt.Open(f.Name(), 0o600, &bbolt.Options{NoStatistics: true})
	if err != nil {
		return err
	}
	err = db.Update(func(tx *bbolt.Tx) error {
		meta, err := tx.CreateBucket([]byte(metaBucket))
		if err != nil {
			return err
		}
		if _, err := tx.CreateBucket([]byte(dataBucket)); err != nil {
			return err
		}
		if err := meta.Put([]byte(formatKey), []byte(format)); err != nil {
			return err
		}
		return meta.Put([]byte(revKey), encodeRev(0))
	})
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	if err := publish(f.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

// publish gives the finished file its name unless that is taken. Not every
// file system has links; there a rename has to do, which two processes starting
// for the first time at the same instant could both do.
func publish(from, to string) error {
	err := os.Link(from, to)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return nil
	}
	if _, statErr := os.Stat(to); statErr == nil {
		return nil
	}
	return os.Rename(from, to)
}

// syncDir makes a new name survive a power cut. Windows cannot sync a
// directory and needs no such thing.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

const revSize = 8

func encodeRev(rev int64) []byte {
	return binary.BigEndian.AppendUint64(make([]byte, 0, revSize), uint64(rev))
}

func decodeRev(b []byte) (int64, error) {
	if len(b) < revSize {
		return 0, fmt.Errorf("%w: a revision of %d bytes", ErrDamaged, len(b))
	}
	return int64(binary.BigEndian.Uint64(b)), nil
}
