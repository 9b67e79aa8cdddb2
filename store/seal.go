package store

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
)

// A sealed file ends with the SHA-256 of everything before, as hex digits. In a
// zip file they are the end of the comment, which is the end of the file.
const (
	sealComment = "SHA-256 of all bytes before these digits: "
	sealSize    = 2 * sha256.Size
)

// sealer holds back the last sealSize bytes of what is written and puts the
// seal in their place.
type sealer struct {
	w    io.Writer
	hash hash.Hash
	tail []byte
}

func newSealer(w io.Writer) *sealer { return &sealer{w: w, hash: sha256.New()} }

func (s *sealer) Write(p []byte) (int, error) {
	s.tail = append(s.tail, p...)
	if n := len(s.tail) - sealSize; n > 0 {
		if err := s.pass(s.tail[:n]); err != nil {
			return 0, err
		}
		s.tail = s.tail[:copy(s.tail, s.tail[n:])]
	}
	return len(p), nil
}

func (s *sealer) pass(p []byte) error {
	s.hash.Write(p)
	_, err := s.w.Write(p)
	return err
}

// Close writes the seal. It does not close the writer below.
func (s *sealer) Close() error {
	_, err := io.WriteString(s.w, hex.EncodeToString(s.hash.Sum(nil)))
	return err
}

// checkSeal reads the whole file and says whether it ends with its own seal.
func checkSeal(ctx context.Context, r io.ReaderAt, size int64) error {
	if size <= sealSize {
		return fmt.Errorf("%w: only %d bytes", ErrBackup, size)
	}
	sum := sha256.New()
	body := &contextReader{ctx, io.NewSectionReader(r, 0, size-sealSize)}
	if _, err := io.Copy(sum, body); err != nil {
		return fmt.Errorf("read backup: %w", err)
	}
	var seal [sealSize]byte
	if _, err := r.ReadAt(seal[:], size-sealSize); err != nil && err != io.EOF {
		return fmt.Errorf("read backup: %w", err)
	}
	if want := hex.EncodeToString(sum.Sum(nil)); string(seal[:]) != want {
		return fmt.Errorf("%w: damaged or cut short: its SHA-256 is %s, it ends with %q", ErrBackup, want, seal)
	}
	return nil
}

// contextReader ends reading when ctx ends.
type contextReader struct {
	ctx context.Context
	r   io.Reader
}

func (c *contextReader) Read(p []byte) (int, error) {
	if err := c.ctx.Err(); err != nil {
		return 0, err
	}
	return c.r.Read(p)
}
