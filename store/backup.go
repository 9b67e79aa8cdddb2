package store

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"anyuebot/store/kv"
)

// ErrBackup: the file is damaged, cut short, or no backup.
var ErrBackup = errors.New("not a whole anyuebot backup")

// backupFormat is the version of what is in the zip file.
const backupFormat = 1

// The parts of a backup.
const (
	backupReadme   = "README.txt"
	backupManifest = "manifest.json"
	backupRecords  = "records/" // then kind and backupSuffix
	backupSuffix   = ".cborseq"
)

// Manifest is the head of a backup.
type Manifest struct {
	Format   int            `json:"format"`
	Notice   string         `json:"notice"`
	Revision int64          `json:"revision"`
	Records  map[string]int `json:"records"` // by kind
}

// backupPair is one record: an item of the CBOR sequence of its kind.
type backupPair struct {
	_     struct{} `cbor:",toarray"`
	Key   string
	Value []byte
}

// Backup writes a copy of the campaign at one revision, whatever engine it
// stands in and while it is being used. It is a zip file of the [Manifest] and
// one file for each kind of record; its comment ends with the SHA-256 of all
// bytes before, so that any damage is noticed. It holds the userids and the
// secret they are hidden with: keep it as private as the store itself.
//
// The engine's snapshot stays open until w has taken everything.
func (s *Store) Backup(ctx context.Context, w io.Writer) (Manifest, error) {
	v, err := s.View(ctx)
	if err != nil {
		return Manifest{}, err
	}
	defer v.Close()
	m := Manifest{Format: backupFormat, Notice: s.notice, Revision: v.Revision(), Records: map[string]int{}}
	if err := v.each(s.keys.all(), func(e kv.Entry) error {
		kind, _, err := s.keys.split(e.Key)
		m.Records[string(kind)]++
		return err
	}); err != nil {
		return Manifest{}, err
	}
	seal := newSealer(w)
	z := zip.NewWriter(seal)
	if err := z.SetComment(sealComment + strings.Repeat("0", sealSize)); err != nil {
		return Manifest{}, err
	}
	if err := writePart(z, backupReadme, []byte(readme)); err != nil {
		return Manifest{}, err
	}
	head, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return Manifest{}, err
	}
	if err := writePart(z, backupManifest, append(head, '\n')); err != nil {
		return Manifest{}, err
	}
	if err := v.writeRecords(z); err != nil {
		return Manifest{}, err
	}
	if err := z.Close(); err != nil {
		return Manifest{}, err
	}
	return m, seal.Close()
}

const readme = `A copy of an anyuebot store at one revision.

manifest.json      the notice, the revision and how many records of each kind
records/*.cborseq  the records of a kind: a CBOR sequence (RFC 8742) of
                   [key, value]; a value is one byte of format version, then CBOR

The comment of this zip file ends with the SHA-256, in hex, of all bytes before
it. "anyuebot verify FILE" checks that and everything else; "anyuebot restore
FILE" puts the records into an empty store.

The file holds personal data: keep it private.
`

func writePart(z *zip.Writer, name string, content []byte) error {
	w, err := z.Create(name)
	if err != nil {
		return err
	}
	_, err = w.Write(content)
	return err
}

// writeRecords begins a new part whenever the kind changes; sorted keys have
// the records of a kind together.
func (v *View) writeRecords(z *zip.Writer) error {
	var part io.Writer
	var now kind
	return v.each(v.store.keys.all(), func(e kv.Entry) error {
		kind, _, err := v.store.keys.split(e.Key)
		if err != nil {
			return err
		}
		if part == nil || kind != now {
			now = kind
			if part, err = z.Create(backupRecords + string(kind) + backupSuffix); err != nil {
				return err
			}
		}
		b, err := v.store.codec.enc.Marshal(backupPair{Key: e.Key, Value: e.Value})
		if err != nil {
			return err
		}
		_, err = part.Write(b)
		return err
	})
}

// backup is a file whose seal holds and whose manifest this program knows.
type backup struct {
	codec    codec
	zip      *zip.Reader
	manifest Manifest
}

func openBackup(ctx context.Context, r io.ReaderAt, size int64) (*backup, error) {
	if err := checkSeal(ctx, r, size); err != nil {
		return nil, err
	}
	c, err := newCodec()
	if err != nil {
		return nil, err
	}
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBackup, err)
	}
	b := &backup{codec: c, zip: z}
	f, err := z.Open(backupManifest)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrBackup, err)
	}
	defer f.Close()
	var head bytes.Buffer
	if _, err := head.ReadFrom(f); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrBackup, backupManifest, err)
	}
	if err := json.Unmarshal(head.Bytes(), &b.manifest); err != nil {
		return nil, fmt.Errorf("%w: %s: %w", ErrBackup, backupManifest, err)
	}
	if b.manifest.Format != backupFormat {
		return nil, fmt.Errorf("%w: format %d, this program knows %d", ErrBackup, b.manifest.Format, backupFormat)
	}
	return b, nil
}

// each visits all records, sorted by key, and then holds their number against
// the manifest. A part it does not know is refused: leaving it out would lose
// something.
func (b *backup) each(ctx context.Context, visit func(backupPair) error) error {
	k := keys{escape(b.manifest.Notice)}
	count := map[string]int{}
	for _, f := range b.zip.File {
		if f.Name == backupReadme || f.Name == backupManifest {
			continue
		}
		name, ok := strings.CutPrefix(f.Name, backupRecords)
		if !ok || path.Ext(name) != backupSuffix {
			return fmt.Errorf("%w: unknown part %q", ErrBackup, f.Name)
		}
		if err := b.part(ctx, f, func(p backupPair) error {
			kind, _, err := k.split(p.Key)
			if err != nil {
				return fmt.Errorf("%w: %s: %w", ErrBackup, f.Name, err)
			}
			count[string(kind)]++
			return visit(p)
		}); err != nil {
			return err
		}
	}
	for kind, n := range b.manifest.Records {
		if count[kind] != n {
			return fmt.Errorf("%w: %d records of kind %s, the manifest says %d", ErrBackup, count[kind], kind, n)
		}
	}
	if len(count) != len(b.manifest.Records) {
		return fmt.Errorf("%w: records of a kind that the manifest does not have", ErrBackup)
	}
	return nil
}

func (b *backup) part(ctx context.Context, f *zip.File, visit func(backupPair) error) error {
	r, err := f.Open()
	if err != nil {
		return fmt.Errorf("%w: %s: %w", ErrBackup, f.Name, err)
	}
	defer r.Close()
	for d := b.codec.dec.NewDecoder(r); ; {
		if err := ctx.Err(); err != nil {
			return err
		}
		var p backupPair
		switch err := d.Decode(&p); {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("%w: %s: %w", ErrBackup, f.Name, err)
		}
		if err := visit(p); err != nil {
			return err
		}
	}
}
