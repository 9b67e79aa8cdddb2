package files

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"path"
	"strings"
)

// Bounds of an archive. A form with pictures stays far below them.
const (
	maxUnpacked = 300 << 20 // bytes of all entries together
	maxRatio    = 200       // times the size of the file
	maxEntries  = 10_000
	maxNested   = 2 // archives inside one another, below the outermost

	// A whole archive hardly gets smaller when it is packed once more. One that
	// does holds the same thing over and over.
	maxRepacked = 10
)

// The judgements that end the reading of an archive.
var (
	errBomb  = errors.New("archive bomb")
	errNoZip = errors.New("no whole zip file")
)

// archive reads the directories of a zip file and of those stored in it, and
// adds up what they say. It unpacks nothing, and takes little memory whatever
// they hold.
type archive struct {
	size     int64 // of the outermost
	entries  int
	unpacked uint64
	// has are the entries of the outermost that tell what it is.
	has map[string]bool
}

// archiveMarks tell what an archive is: names of entries, or of the folder they
// stand in, in lower case.
var archiveMarks = map[string]bool{
	"[content_types].xml": true, "word/": true, "xl/": true, "ppt/": true, "ofd.xml": true,
	"meta-inf/manifest.mf": true, "androidmanifest.xml": true,
}

// packed are the kinds of entry that are archives themselves.
var packed = map[string]bool{
	"zip": true, "rar": true, "7z": true, "gz": true, "tgz": true, "bz2": true, "xz": true, "jar": true, "apk": true,
	"docx": true, "docm": true, "xlsx": true, "xlsm": true, "pptx": true, "ofd": true, "odt": true, "ods": true,
}

// zipEntry is what a directory says of one entry.
type zipEntry struct {
	name             string
	stored           bool // neither packed nor encrypted
	packed, unpacked uint64
	offset           uint64
}

// read adds a zip file of size bytes that begins at 0 of r. Its error is
// errBomb, errNoZip or the disk's.
func (a *archive) read(r io.ReaderAt, size int64, depth int) error {
	if depth > maxNested {
		return errBomb
	}
	end, err := findEnd(r, size)
	if err != nil {
		return err
	}
	if end.entries > maxEntries {
		return errBomb
	}
	var inside []zipEntry
	count, packedSum := uint64(0), uint64(0)
	dir := bufio.NewReader(io.NewSectionReader(r, end.start, end.size))
	for {
		e, err := readEntry(dir)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		count++
		a.entries++
		if e.packed > uint64(size) {
			return errNoZip
		}
		packedSum += e.packed
		// Entries that lie over one another are how a small file is made to
		// hold a large one many times.
		if a.entries > maxEntries || e.unpacked > maxUnpacked || packedSum > uint64(size) {
			return errBomb
		}
		a.unpacked += e.unpacked
		if a.unpacked > maxUnpacked || a.unpacked > maxRatio*uint64(a.size) {
			return errBomb
		}
		// Some programs write the separators of their own system.
		name := strings.ToLower(strings.ReplaceAll(e.name, `\`, "/"))
		if depth == 0 {
			folder, _, _ := strings.Cut(name, "/")
			for _, mark := range []string{name, folder + "/"} {
				if archiveMarks[mark] {
					a.has[mark] = true
				}
			}
		}
		if packed[strings.TrimPrefix(path.Ext(name), ".")] {
			if e.unpacked/maxRepacked > e.packed {
				return errBomb
			}
			if e.stored {
				inside = append(inside, e)
			}
		}
	}
	if count != end.entries {
		return errNoZip
	}
	for _, e := range inside {
		if err := a.readInside(r, e, depth); err != nil {
			return err
		}
	}
	return nil
}

// readInside adds an archive that is stored in another. One that is no zip file
// after all is only bytes.
func (a *archive) readInside(r io.ReaderAt, e zipEntry, depth int) error {
	var head [30]byte
	if e.offset > uint64(a.size) {
		return nil
	}
	if ok, err := readAt(r, head[:], int64(e.offset)); !ok || string(head[:4]) != "PK\x03\x04" {
		return err
	}
	le := binary.LittleEndian
	at := int64(e.offset) + int64(len(head)) + int64(le.Uint16(head[26:])) + int64(le.Uint16(head[28:]))
	err := a.read(io.NewSectionReader(r, at, int64(e.packed)), int64(e.packed), depth+1)
	if errors.Is(err, errNoZip) {
		return nil
	}
	return err
}

// zipEnd is where the directory of a zip file stands.
type zipEnd struct {
	start, size int64
	entries     uint64
}

const (
	endSize     = 22
	end64Size   = 56
	locatorSize = 20
	entrySize   = 46
)

// findEnd reads the record at the end of a zip file.
func findEnd(r io.ReaderAt, size int64) (zipEnd, error) {
	le := binary.LittleEndian
	tail := make([]byte, min(size, endSize+1<<16))
	tailAt := size - int64(len(tail))
	if ok, err := readAt(r, tail, tailAt); err != nil {
		return zipEnd{}, err
	} else if !ok {
		return zipEnd{}, errNoZip
	}
	i := len(tail) - endSize
	for ; i >= 0; i-- {
		if string(tail[i:i+4]) == "PK\x05\x06" && i+endSize+int(le.Uint16(tail[i+20:])) <= len(tail) {
			break
		}
	}
	if i < 0 {
		return zipEnd{}, errNoZip
	}
	end := tail[i:]
	at := tailAt + int64(i)
	entries, dirSize, start := uint64(le.Uint16(end[10:])), uint64(le.Uint32(end[12:])), uint64(le.Uint32(end[16:]))
	if entries == 1<<16-1 || dirSize == 1<<32-1 || start == 1<<32-1 {
		var locator [locatorSize]byte
		var end64 [end64Size]byte
		ok, err := readAt(r, locator[:], at-locatorSize)
		if err != nil {
			return zipEnd{}, err
		}
		if ok && string(locator[:4]) == "PK\x06\x07" {
			at = int64(min(le.Uint64(locator[8:]), 1<<62))
			if ok, err = readAt(r, end64[:], at); err != nil {
				return zipEnd{}, err
			} else if !ok || string(end64[:4]) != "PK\x06\x06" {
				return zipEnd{}, errNoZip
			}
			entries, dirSize, start = le.Uint64(end64[32:]), le.Uint64(end64[40:]), le.Uint64(end64[48:])
		}
	}
	if dirSize > uint64(at) || start > uint64(at)-dirSize {
		return zipEnd{}, errNoZip
	}
	// Something may stand before the first entry; the directory is then found
	// from its end.
	var sign [4]byte
	if ok, err := readAt(r, sign[:], int64(start)); err != nil {
		return zipEnd{}, err
	} else if !ok || string(sign[:]) != "PK\x01\x02" {
		start = uint64(at) - dirSize
	}
	return zipEnd{start: int64(start), size: int64(dirSize), entries: entries}, nil
}

// readEntry reads the next entry of a directory; io.EOF after the last.
func readEntry(dir *bufio.Reader) (zipEntry, error) {
	le := binary.LittleEndian
	var head [entrySize]byte
	switch _, err := io.ReadFull(dir, head[:]); {
	case err == io.EOF:
		return zipEntry{}, io.EOF
	case err == io.ErrUnexpectedEOF:
		return zipEntry{}, errNoZip
	case err != nil:
		return zipEntry{}, err
	}
	if string(head[:4]) != "PK\x01\x02" {
		return zipEntry{}, errNoZip
	}
	name, extra, comment := int(le.Uint16(head[28:])), int(le.Uint16(head[30:])), int(le.Uint16(head[32:]))
	rest := make([]byte, name+extra+comment)
	if _, err := io.ReadFull(dir, rest); err != nil {
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			err = errNoZip
		}
		return zipEntry{}, err
	}
	e := zipEntry{
		name:     string(rest[:name]),
		stored:   le.Uint16(head[10:]) == 0 && le.Uint16(head[8:])&1 == 0,
		packed:   uint64(le.Uint32(head[20:])),
		unpacked: uint64(le.Uint32(head[24:])),
		offset:   uint64(le.Uint32(head[42:])),
	}
	e.widen(rest[name : name+extra])
	return e, nil
}

// widen takes over the numbers that did not fit into 32 bits.
func (e *zipEntry) widen(extra []byte) {
	le := binary.LittleEndian
	for len(extra) >= 4 {
		id, n := le.Uint16(extra), int(le.Uint16(extra[2:]))
		if n > len(extra)-4 {
			return
		}
		field := bytes.NewReader(extra[4 : 4+n])
		extra = extra[4+n:]
		if id != 1 {
			continue
		}
		for _, number := range []*uint64{&e.unpacked, &e.packed, &e.offset} {
			var wide [8]byte
			if *number != 1<<32-1 {
				continue
			}
			if _, err := io.ReadFull(field, wide[:]); err != nil {
				return
			}
			*number = le.Uint64(wide[:])
		}
	}
}
