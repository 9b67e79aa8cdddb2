package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"slices"
	"strings"
)

// Files keeps the content of the files that records name, by its hash.
type Files interface {
	// Open opens a file; fs.ErrNotExist if it is not there.
	Open(hash string) (io.ReadSeekCloser, error)
	// Put takes in the content that has the hash, and refuses any other.
	Put(ctx context.Context, hash string, r io.Reader) error
	// Each visits all files there are.
	Each(ctx context.Context, visit func(hash string, size int64) error) error
}

// FileCount is how many files there are, and their bytes.
type FileCount struct {
	Count int   `json:"count"`
	Bytes int64 `json:"bytes"`
}

func (c *FileCount) add(size int64) {
	c.Count++
	c.Bytes += size
}

// noFiles is where a store has none.
type noFiles struct{}

func (noFiles) Open(string) (io.ReadSeekCloser, error) { return nil, fs.ErrNotExist }

func (noFiles) Put(context.Context, string, io.Reader) error {
	return fmt.Errorf("%w: there is no place for files", ErrMisuse)
}

func (noFiles) Each(context.Context, func(string, int64) error) error { return nil }

// fileSource is where the content of files is read from: [Files], or a backup.
type fileSource struct {
	open func(hash string) (io.ReadCloser, error) // fs.ErrNotExist
	each func(ctx context.Context, visit func(hash string, size int64) error) error
}

func sourceOf(files Files) fileSource {
	if files == nil {
		files = noFiles{}
	}
	return fileSource{
		open: func(hash string) (io.ReadCloser, error) { return files.Open(hash) },
		each: files.Each,
	}
}

// errDamaged: content could not be read to its end, or has another hash.
var errDamaged = errors.New("damaged")

// copyFile writes the content that should have a hash to w and gives its size.
// When it is [errDamaged], w has got what could be read of it. fs.ErrNotExist is
// a file that is not there; any other error is one of w or ctx.
func (s fileSource) copyFile(ctx context.Context, hash string, w io.Writer) (int64, error) {
	r, err := s.open(hash)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, err
	}
	if err != nil {
		return 0, fmt.Errorf("%w: %w", errDamaged, err)
	}
	defer r.Close()
	sum := sha256.New()
	from := &markedReader{r: r}
	size, err := io.Copy(io.MultiWriter(sum, w), &contextReader{ctx, from})
	if from.err != nil {
		return size, fmt.Errorf("%w: %w", errDamaged, from.err)
	}
	if err != nil {
		return size, err
	}
	if have := hex.EncodeToString(sum.Sum(nil)); have != hash {
		return size, fmt.Errorf("%w: its SHA-256 is %s", errDamaged, have)
	}
	return size, nil
}

// markedReader remembers its error, to tell it from that of who is written to.
type markedReader struct {
	r   io.Reader
	err error
}

func (m *markedReader) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	if err != nil && err != io.EOF {
		m.err = err
	}
	return n, err
}

// contents holds the files that records name against those that there are.
func (a *auditor) contents(ctx context.Context, source fileSource) error {
	for _, hash := range slices.Sorted(maps.Keys(a.files)) {
		named := a.files[hash]
		size, err := source.copyFile(ctx, hash, io.Discard)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			a.fault(named.key, "file %s of %s is missing", hash, named.owners())
		case errors.Is(err, errDamaged):
			a.fault(named.key, "file %s of %s is %v", hash, named.owners(), err)
		case err != nil:
			return err
		case size != named.file.Size:
			a.fault(named.key, "file %s of %s has %d bytes, not %d", hash, named.owners(), size, named.file.Size)
		default:
			a.Files.add(size)
		}
	}
	return source.each(ctx, func(hash string, size int64) error {
		if _, ok := a.files[hash]; !ok {
			a.Loose.add(size)
		}
		return nil
	})
}

// owners says for whom a file came.
func (f namedFile) owners() string {
	if len(f.units) == 0 {
		return "no unit"
	}
	return strings.Join(f.units, ", ")
}
