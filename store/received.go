package store

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"anyuebot/bot"
	"anyuebot/store/kv"
)

// Files that came with a message are one record, with two kinds of entry that
// only point to it: one for each content and one for each unit. So all files of
// a unit, and wherever the same picture was sent before, are found without
// looking at any other, and no commit grows by units times files.

const (
	kindFile     kind = "file"
	kindFileHash kind = "filehash"
	kindFileUnit kind = "fileunit"
)

// fileRecord is what came with one message.
type fileRecord struct {
	Files []bot.Received `cbor:"1,keyasint"`
}

// pointerRecord says all in its key.
type pointerRecord struct{}

// file is the key of what came with a message; fileHash and fileUnit point to
// it from a content and from a unit.
func (k keys) file(at time.Time, claim string) string { return k.join(kindFile, stamp(at, claim)) }

func (k keys) filesOf(unit string) string { return k.every(kindFileUnit, k.names.id(unit)) }

func (k keys) fileHash(hash, stamp string) string { return k.join(kindFileHash, hash, stamp) }
func (k keys) fileUnit(unit, stamp string) string {
	return k.join(kindFileUnit, k.names.id(unit), stamp)
}

// files adds what came with the turn's message.
func (t *Turn) files(w *writer, list []bot.Received, at time.Time) error {
	k := t.keys
	stamp := stamp(at, t.claim)
	pointers := map[string]bool{}
	for _, r := range list {
		switch {
		case r.File == (bot.File{}) && r.Text != "": // a text alone
		case !isHash(r.File.Hash) || r.File.Problem != "":
			return fmt.Errorf("%w: a file that was not kept has no record", ErrMisuse)
		default:
			pointers[k.fileHash(r.File.Hash, stamp)] = true
		}
		for _, unit := range r.Units {
			pointers[k.fileUnit(unit, stamp)] = true
		}
	}
	w.put(k.file(at, t.claim), fileRecord{Files: list})
	for _, key := range slices.Sorted(maps.Keys(pointers)) {
		w.put(key, pointerRecord{})
	}
	return nil
}

func isHash(s string) bool {
	return len(s) == 2*sha256.Size && strings.Trim(s, "0123456789abcdef") == ""
}

// Files visits everything that was received, oldest message first.
func (v *View) Files(visit func(bot.Received) error) error {
	return v.each(v.keys.every(kindFile), func(e kv.Entry) error {
		var record fileRecord
		if err := v.decode(e.Key, e.Value, &record); err != nil {
			return err
		}
		for _, r := range record.Files {
			if err := visit(r); err != nil {
				return err
			}
		}
		return nil
	})
}

// FilesOf gives what was received for a unit, oldest first.
func (v *View) FilesOf(unit string) ([]bot.Received, error) {
	now := v.keys.names.name(v.keys.names.id(unit))
	return v.pointed(v.keys.filesOf(unit), func(r bot.Received) bool { return slices.Contains(r.Units, now) })
}

// FilesByHash gives every time the same content was received, oldest first.
func (v *View) FilesByHash(hash string) ([]bot.Received, error) {
	return v.pointed(v.keys.every(kindFileHash, hash), func(r bot.Received) bool { return r.File.Hash == hash })
}

// pointed follows pointers to the records they name, and gives what is meant of
// these.
func (v *View) pointed(prefix string, meant func(bot.Received) bool) (list []bot.Received, err error) {
	err = v.each(prefix, func(e kv.Entry) error {
		if err := v.decode(e.Key, e.Value, new(pointerRecord)); err != nil {
			return err
		}
		_, names, err := v.keys.split(e.Key)
		if err != nil {
			return err
		}
		if len(names) != 2 {
			return fmt.Errorf("%w: %q points to nothing", ErrRecord, e.Key)
		}
		key := v.keys.join(kindFile, names[1])
		var record fileRecord
		rev, err := v.get(key, &record)
		if err == nil && rev == 0 {
			err = missing(key)
		}
		for _, r := range record.Files {
			if meant(r) {
				list = append(list, r)
			}
		}
		return err
	})
	return list, err
}

// NamedFiles gives every file whose content the campaign's records rely on, by
// hash. Where several records name the same content, the first describes it.
func (v *View) NamedFiles() (map[string]bot.File, error) {
	named := namedFiles{}
	err := v.each(v.keys.all(), func(e kv.Entry) error {
		kind, _, err := v.keys.split(e.Key)
		if err != nil {
			return err
		}
		return named.add(v.store.codec, kind, e.Key, e.Value)
	})
	files := make(map[string]bot.File, len(named))
	for hash, f := range named {
		files[hash] = f.file
	}
	return files, err
}

// namedFiles are the files that records name, by hash.
type namedFiles map[string]namedFile

// namedFile is a file with the first record that names it: its key, and the
// units it came for.
type namedFile struct {
	file  bot.File
	key   string
	units []string
}

// add takes in what a record names. All kinds of record that name files are
// known here.
func (n namedFiles) add(c codec, kind kind, key string, value []byte) error {
	switch kind {
	case kindFile:
		var record fileRecord
		if err := c.decode(key, value, &record); err != nil {
			return err
		}
		for _, r := range record.Files {
			n.name(key, r.File, r.Units)
		}
	case kindDocket:
		var d bot.Docket
		if err := c.decode(key, value, &d); err != nil {
			return err
		}
		if d.Stamp != nil {
			n.nameAll(key, d.Stamp.Files(), d.Key.Unit)
		}
		if d.Entered != nil {
			n.nameAll(key, d.Entered.Files, d.Key.Unit)
		}
	case kindVersion:
		var record submissionRecord
		if err := c.decode(key, value, &record); err != nil {
			return err
		}
		if record.Paper != nil {
			n.nameAll(key, record.Paper.Files, record.Key.Unit)
		}
	case kindOut, kindSent:
		var d bot.Delivery
		if err := c.decode(key, value, &d); err != nil {
			return err
		}
		if d.File != nil {
			n.name(key, *d.File, d.Units)
		}
	}
	return nil
}

func (n namedFiles) nameAll(key string, files []bot.File, unit string) {
	for _, f := range files {
		n.name(key, f, []string{unit})
	}
}

func (n namedFiles) name(key string, f bot.File, units []string) {
	if _, ok := n[f.Hash]; !ok && isHash(f.Hash) {
		n[f.Hash] = namedFile{f, key, units}
	}
}

// received checks what came with one message, and gives the key it should
// stand under.
func (a *auditor) received(key string, names []string, record fileRecord) string {
	if len(record.Files) == 0 {
		a.fault(key, "names no file")
	}
	for _, r := range record.Files {
		a.name(key, r.By)
		text := r.File == (bot.File{}) && r.Text != ""
		if !text && (!isHash(r.File.Hash) || r.File.Size < 1) {
			a.fault(key, "names a file that cannot be: %.80q of %d bytes", r.File.Hash, r.File.Size)
			continue
		}
		if len(names) != 1 {
			continue
		}
		if !text {
			a.pointing[a.keys.fileHash(r.File.Hash, names[0])] = key
		}
		for _, unit := range r.Units {
			a.pointing[a.keys.fileUnit(unit, names[0])] = key
		}
	}
	at, claim, ok := unstamp(names)
	if !ok {
		return ""
	}
	return a.keys.file(at, claim)
}

// pointer checks that what points to a record is one it asks for. Records of
// files come before all that point to them.
func (a *auditor) pointer(key string) {
	if _, ok := a.pointing[key]; !ok {
		a.fault(key, "points to a file that is not there")
	}
	delete(a.pointing, key)
}

// pointers names the records that nothing points to.
func (a *auditor) pointers() {
	for pointer, key := range a.pointing {
		a.fault(key, "%q does not point to it", pointer)
	}
}
