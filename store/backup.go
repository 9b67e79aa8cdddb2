package store

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"anyuebot/store/kv"
)

// ErrBackup: the file is damaged, cut short, or no backup.
var ErrBackup = errors.New("not a whole anyuebot backup")

// backupFormat is the version of what is in the zip file. Format 1 had no files
// and its manifest first; it is read as well.
const backupFormat = 2

// The parts of a backup.
const (
	backupReadme   = "README.txt"
	backupManifest = "manifest.json"
	backupRecords  = "records/" // then kind and backupSuffix
	backupSuffix   = ".cborseq"
	backupFiles    = "files/" // then the hash
)

// Manifest is the head of a backup.
type Manifest struct {
	Format   int            `json:"format"`
	Notice   string         `json:"notice"`
	Revision int64          `json:"revision"`
	Records  map[string]int `json:"records"` // by kind
	Files    FileCount      `json:"files"`   // in this backup, and whole
	// Missing are the hashes of files that records name and that were not
	// there when the backup was made. Damaged ones are in it as they were found,
	// for somebody to look at; a restore leaves them out.
	Missing []string `json:"missing,omitempty"`
	Damaged []string `json:"damaged,omitempty"`
}

// backupPair is one record: an item of the CBOR sequence of its kind.
type backupPair struct {
	_     struct{} `cbor:",toarray"`
	Key   string
	Value []byte
}

// Backup writes a copy of the campaign at one revision, whatever engine it
// stands in and while it is being used. It is a zip file of the [Manifest] and
// one file for each kind of record, and the files that records name, which may
// be nil if there are none; its comment ends with the SHA-256 of all bytes
// before, so that any damage is noticed. It holds the userids and the secret
// they are hidden with: keep it as private as the store itself.
//
// A file that is missing or damaged does not keep the rest from being saved:
// the manifest names it, and [VerifyBackup] finds it as a fault.
//
// The engine's snapshot stays open until w has taken all records.
func (s *Store) Backup(ctx context.Context, w io.Writer, files Files) (Manifest, error) {
	v, err := s.View(ctx)
	if err != nil {
		return Manifest{}, err
	}
	defer v.Close()
	m := Manifest{Format: backupFormat, Notice: s.notice, Revision: v.Revision(), Records: map[string]int{}}
	seal := newSealer(w)
	z := zip.NewWriter(seal)
	if err := z.SetComment(sealComment + strings.Repeat("0", sealSize)); err != nil {
		return Manifest{}, err
	}
	if err := writePart(z, backupReadme, []byte(readme)); err != nil {
		return Manifest{}, err
	}
	named, err := v.writeRecords(z, m.Records)
	if err != nil {
		return Manifest{}, err
	}
	v.Close()
	if err := writeFiles(ctx, z, &m, named, sourceOf(files)); err != nil {
		return Manifest{}, err
	}
	head, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return Manifest{}, err
	}
	if err := writePart(z, backupManifest, append(head, '\n')); err != nil {
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
files/*            received files; the name is the SHA-256 of the content. What
                   each is, and what its sender called it, is in the records

The comment of this zip file ends with the SHA-256, in hex, of all bytes before
it. "anyuebot verify FILE" checks that and everything else; "anyuebot restore
FILE" puts all of it into an empty store.

The file holds personal data: keep it private. The records about people are
sealed with the campaign's keys. These are among the records as well, wrapped in
the configured master key if there is one: keep that elsewhere.
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
// the records of a kind together. It counts them, and gives the files they name.
func (v *View) writeRecords(z *zip.Writer, count map[string]int) (namedFiles, error) {
	var part io.Writer
	var now kind
	named := namedFiles{}
	err := v.each(v.store.keys.all(), func(e kv.Entry) error {
		kind, _, err := v.store.keys.split(e.Key)
		if err != nil {
			return err
		}
		count[string(kind)]++
		// One that cannot be read is saved as it is; verification finds it.
		_ = named.add(v.store.codec, kind, e.Key, e.Value)
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
	return named, err
}

// writeFiles copies files, one at a time and never whole in memory, and says in
// the manifest what became of them.
func writeFiles(ctx context.Context, z *zip.Writer, m *Manifest, named namedFiles, source fileSource) error {
	for _, hash := range slices.Sorted(maps.Keys(named)) {
		w := &latePart{zip: z, header: &zip.FileHeader{Name: backupFiles + hash, Method: method(named[hash].file.Type)}}
		size, err := source.copyFile(ctx, hash, w)
		switch {
		case err == nil:
			m.Files.add(size)
		case errors.Is(err, errDamaged) && w.part != nil:
			m.Damaged = append(m.Damaged, hash)
		case errors.Is(err, errDamaged), errors.Is(err, fs.ErrNotExist):
			m.Missing = append(m.Missing, hash)
		default:
			return err
		}
	}
	return nil
}

// latePart begins its part with the first byte, so that what cannot be read at
// all leaves none.
type latePart struct {
	zip    *zip.Writer
	header *zip.FileHeader
	part   io.Writer
}

func (l *latePart) Write(p []byte) (n int, err error) {
	if l.part == nil {
		if l.part, err = l.zip.CreateHeader(l.header); err != nil {
			return 0, err
		}
	}
	return l.part.Write(p)
}

// method is whether packing is worth its time: pictures, films and newer Office
// files are packed already.
func method(mediaType string) uint16 {
	switch mediaType {
	case "image/bmp", "image/tiff", "application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint", "application/rtf":
		return zip.Deflate
	}
	if strings.HasPrefix(mediaType, "text/") {
		return zip.Deflate
	}
	return zip.Store
}

// backup is a file whose seal holds and whose manifest this program knows.
type backup struct {
	codec    codec
	zip      *zip.Reader
	manifest Manifest
	files    map[string]*zip.File // by hash
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
	if b.manifest.Format < 1 || b.manifest.Format > backupFormat {
		return nil, fmt.Errorf("%w: format %d, this program knows up to %d", ErrBackup, b.manifest.Format, backupFormat)
	}
	if err := b.list(); err != nil {
		return nil, err
	}
	return b, nil
}

// unlock takes the campaign's keys out of the backup, so that its sealed records
// can be read, and gives the secret that person IDs are made with.
func (b *backup) unlock(ctx context.Context, o Options) (secret []byte, err error) {
	k := keys{escape(b.manifest.Notice)}
	b.codec.ring = newRing(k, o.Personal)
	err = b.each(ctx, func(p backupPair) error {
		if p.Key != k.secret() {
			return nil
		}
		var record secretRecord
		if err := b.codec.decode(p.Key, p.Value, &record); err != nil {
			return nil // the audit tells
		}
		if record, err = record.plain(o.Master, o.Old); err != nil {
			return err
		}
		secret = record.Key
		return b.codec.ring.set(record.Data)
	})
	return secret, err
}

// list finds the files in the backup and holds their number against the
// manifest.
func (b *backup) list() error {
	b.files = map[string]*zip.File{}
	for _, f := range b.zip.File {
		hash, ok := strings.CutPrefix(f.Name, backupFiles)
		if !ok {
			continue
		}
		if _, twice := b.files[hash]; twice || !isHash(hash) || b.manifest.Format == 1 {
			return fmt.Errorf("%w: unknown part %q", ErrBackup, f.Name)
		}
		b.files[hash] = f
	}
	whole := len(b.files)
	for _, hash := range b.manifest.Damaged {
		if _, ok := b.files[hash]; ok {
			whole--
		}
	}
	if whole != b.manifest.Files.Count {
		return fmt.Errorf("%w: %d files, the manifest says %d", ErrBackup, whole, b.manifest.Files.Count)
	}
	return nil
}

// source reads the files in the backup.
func (b *backup) source() fileSource {
	return fileSource{
		open: func(hash string) (io.ReadCloser, error) {
			f, ok := b.files[hash]
			if !ok {
				return nil, fs.ErrNotExist
			}
			return f.Open()
		},
		each: func(_ context.Context, visit func(string, int64) error) error {
			for hash, f := range b.files {
				if err := visit(hash, int64(f.UncompressedSize64)); err != nil {
					return err
				}
			}
			return nil
		},
	}
}

// each visits all records, sorted by key, and then holds their number against
// the manifest. A part it does not know is refused: leaving it out would lose
// something.
func (b *backup) each(ctx context.Context, visit func(backupPair) error) error {
	k := keys{escape(b.manifest.Notice)}
	count := map[string]int{}
	for _, f := range b.zip.File {
		if f.Name == backupReadme || f.Name == backupManifest || strings.HasPrefix(f.Name, backupFiles) {
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
