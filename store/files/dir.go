package files

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"anyuebot/bot"
)

// The errors of a directory, beside fs.ErrNotExist for a file that is not there.
var (
	// ErrUnavailable: the disk is full or the directory cannot be written.
	// Nothing was kept; trying again later may succeed.
	ErrUnavailable = errors.New("files cannot be saved")

	// ErrDamaged: the content does not have the hash it goes by.
	ErrDamaged = errors.New("damaged file")

	// ErrHash: no file can go by this name.
	ErrHash = errors.New("not the hash of a file")
)

const (
	incoming = "incoming-*.tmp"

	// leftAfter is the age at which a file on its way in belongs to nobody any
	// more. It is far above the time a download may take, since the clocks of
	// machines that share the directory may differ.
	leftAfter = 24 * time.Hour
)

// Dir is a directory of files. Its methods may be called from several
// goroutines, and several processes may have the same one open.
type Dir struct {
	path string
}

// Open opens the directory at path and makes it, for its owner only, if there
// is none. It removes what processes that died long ago have left unfinished.
func Open(path string) (*Dir, error) {
	path = filepath.Clean(path)
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("open files: %w", err)
	}
	if err := syncDir(filepath.Dir(path)); err != nil {
		return nil, fmt.Errorf("open files: %w", err)
	}
	left, err := filepath.Glob(filepath.Join(escapeGlob(path), incoming))
	if err != nil {
		return nil, fmt.Errorf("open files: %w", err)
	}
	for _, name := range left {
		info, err := os.Lstat(name)
		if err != nil || !info.Mode().IsRegular() || time.Since(info.ModTime()) < leftAfter {
			continue
		}
		// Another process may have been faster; one that cannot be removed is
		// in nobody's way.
		_ = os.Remove(name)
	}
	return &Dir{path: path}, nil
}

// escapeGlob keeps the letters of a path from being taken for a pattern.
func escapeGlob(path string) string {
	if runtime.GOOS == "windows" {
		return path // has no escape there
	}
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// Path is where the directory is.
func (d *Dir) Path() string { return d.path }

// Keep takes in what r gives, at most most bytes of it, under the name its
// sender gave it. When it returns without an error and without a Problem, the
// content is on the disk and will survive a power cut.
//
// What is wrong with the content is told by [bot.File].Problem, and nothing is
// kept then: toolarge, empty, mislabeled, bomb, or damaged for an archive that
// is cut short. An error of r is returned as it is; one of the disk is
// [ErrUnavailable].
func (d *Dir) Keep(ctx context.Context, name string, r io.Reader, most int64) (bot.File, error) {
	file := bot.File{Name: cleanName(name)}
	in, err := d.receive(ctx, r, most)
	if err != nil {
		return file, err
	}
	defer in.drop()
	switch {
	case in.size > most:
		file.Problem = bot.FileTooLarge
		return file, nil
	case in.size == 0:
		file.Problem = bot.FileEmpty
		return file, nil
	}
	file.Size = in.size
	if file.Type, file.Problem, err = inspect(file.Name, in.file, in.size); err != nil {
		return file, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	if file.Problem != "" {
		return file, nil
	}
	if err := in.publish(); err != nil {
		return file, err
	}
	file.Hash = in.hash
	return file, nil
}

// Put takes in content that was kept before and comes back from a backup: as it
// is, if it has the hash, else [ErrDamaged]. It is not judged again.
func (d *Dir) Put(ctx context.Context, hash string, r io.Reader) error {
	if err := checkHash(hash); err != nil {
		return err
	}
	in, err := d.receive(ctx, r, math.MaxInt64)
	if err != nil {
		return err
	}
	defer in.drop()
	if in.hash != hash {
		return fmt.Errorf("%w: %s has the hash %s", ErrDamaged, hash, in.hash)
	}
	return in.publish()
}

// Open opens a file for reading. What it gives is as the disk has it, see
// [Dir.Verify].
func (d *Dir) Open(hash string) (io.ReadSeekCloser, error) {
	if err := checkHash(hash); err != nil {
		return nil, err
	}
	f, err := os.Open(d.place(hash))
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return nil, errors.Join(fmt.Errorf("%w: %s is no file", ErrDamaged, hash), err, f.Close())
	}
	return f, nil
}

// Remove deletes a file for ever; one that is not there is no error.
func (d *Dir) Remove(hash string) error {
	if err := checkHash(hash); err != nil {
		return err
	}
	if err := os.Remove(d.place(hash)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Stat tells the size of a file, in bytes.
func (d *Dir) Stat(hash string) (int64, error) {
	if err := checkHash(hash); err != nil {
		return 0, err
	}
	info, err := os.Stat(d.place(hash))
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// Verify reads a file and holds it against its hash.
func (d *Dir) Verify(ctx context.Context, hash string) error {
	f, err := d.Open(hash)
	if err != nil {
		return err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, &source{ctx: ctx, r: f}); err != nil {
		return err
	}
	if have := hex.EncodeToString(sum.Sum(nil)); have != hash {
		return fmt.Errorf("%w: %s has the hash %s", ErrDamaged, hash, have)
	}
	return nil
}

// Each visits all files, sorted by hash. What is not a file of this package is
// passed over.
func (d *Dir) Each(ctx context.Context, visit func(hash string, size int64) error) error {
	parts, err := os.ReadDir(d.path)
	if err != nil {
		return err
	}
	for _, part := range parts {
		if !part.IsDir() || len(part.Name()) != 2 {
			continue
		}
		list, err := os.ReadDir(filepath.Join(d.path, part.Name()))
		if err != nil {
			return err
		}
		for _, f := range list {
			if err := ctx.Err(); err != nil {
				return err
			}
			hash := f.Name()
			if checkHash(hash) != nil || hash[:2] != part.Name() || !f.Type().IsRegular() {
				continue
			}
			info, err := f.Info()
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return err
			}
			if err := visit(hash, info.Size()); err != nil {
				return err
			}
		}
	}
	return nil
}

// Probe tries whether a file could be kept now.
func (d *Dir) Probe() error {
	f, err := d.Temporary()
	if err != nil {
		return err
	}
	_, err = f.Write(make([]byte, 4096))
	if err := errors.Join(err, f.Sync(), f.Close(), os.Remove(f.Name())); err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return nil
}

// Temporary makes a file beside the others for the caller to use and remove. One
// that a process leaves behind is removed as other leavings are.
func (d *Dir) Temporary() (*os.File, error) {
	f, err := os.CreateTemp(d.path, incoming)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return f, nil
}

func (d *Dir) place(hash string) string { return filepath.Join(d.path, hash[:2], hash) }

// checkHash lets through only what cannot lead anywhere else.
func checkHash(hash string) error {
	ok := len(hash) == 2*sha256.Size
	for i := range len(hash) {
		c := hash[i]
		ok = ok && (c >= '0' && c <= '9' || c >= 'a' && c <= 'f')
	}
	if !ok {
		return fmt.Errorf("%w: %.80q", ErrHash, hash)
	}
	return nil
}

// arrival is a file on its way in.
type arrival struct {
	dir  *Dir
	file *os.File
	hash string
	size int64
}

// receive writes at most most+1 bytes of r to a file of its own.
func (d *Dir) receive(ctx context.Context, r io.Reader, most int64) (*arrival, error) {
	f, err := d.Temporary()
	if err != nil {
		return nil, err
	}
	in := &arrival{dir: d, file: f}
	sum := sha256.New()
	from := &source{ctx: ctx, r: r}
	in.size, err = io.Copy(io.MultiWriter(sum, f), io.LimitReader(from, min(most, math.MaxInt64-1)+1))
	if err != nil {
		in.drop()
		if from.err != nil {
			return nil, from.err
		}
		return nil, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	in.hash = hex.EncodeToString(sum.Sum(nil))
	return in, nil
}

// publish puts the file in its place, for good. One that is there already is
// replaced by the same: should the disk have damaged it, it is whole again.
func (in *arrival) publish() error {
	to := in.dir.place(in.hash)
	err := errors.Join(in.file.Sync(), in.file.Close())
	if err == nil {
		err = os.Mkdir(filepath.Dir(to), 0o700)
		if errors.Is(err, fs.ErrExist) {
			err = nil
		}
	}
	if err == nil {
		err = os.Rename(in.file.Name(), to)
	}
	if err == nil {
		err = syncDir(filepath.Dir(to))
	}
	if err == nil {
		// Also when another process made the part: it may not have come so far.
		err = syncDir(in.dir.path)
	}
	if err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return nil
}

// drop removes what has not been published. A leaving is removed by a later
// Open, so there is nothing to be told.
func (in *arrival) drop() {
	_ = in.file.Close()
	_ = os.Remove(in.file.Name())
}

// syncDir makes the names in a directory survive a power cut.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // keeps names by itself
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// source ends when ctx ends, and remembers its own error, which is none of the
// disk's.
type source struct {
	ctx context.Context
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (n int, err error) {
	if err = s.ctx.Err(); err == nil {
		n, err = s.r.Read(p)
	}
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}
