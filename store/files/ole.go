package files

import (
	"encoding/binary"
	"io"
	"unicode/utf16"
)

// oleMagic begins a compound file: the older Office formats, encrypted newer
// ones, and Windows installers.
const oleMagic = "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"

const (
	oleHeader = 512
	oleEntry  = 128
	// oleSectors bounds how much of a directory is read.
	oleSectors = 64
	// oleInstaller is the class of an .msi, as it stands in the root.
	oleInstaller = "\x84\x10\x0C\x00\x00\x00\x00\x00\xC0\x00\x00\x00\x00\x00\x00\x46"
)

// oleMain tells a compound file by the stream at its top.
var oleMain = map[string]string{
	"WordDocument":        typeDoc,
	"Workbook":            typeXls,
	"Book":                typeXls,
	"PowerPoint Document": typePpt,
	"EncryptedPackage":    typeLocked,
}

// oleType tells what a compound file is; [typeOLE] if that cannot be found out.
func oleType(r io.ReaderAt) (string, error) {
	dir, err := oleDirectory(r)
	if err != nil || len(dir) == 0 {
		return typeOLE, err
	}
	root := dir[0]
	if string(root[80:96]) == oleInstaller {
		return typeProgram, nil
	}
	// The streams at the top are a tree that hangs below the root. Those
	// further down belong to things embedded.
	le := binary.LittleEndian
	seen := map[uint32]bool{}
	for todo := []uint32{le.Uint32(root[76:])}; len(todo) > 0; {
		i := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if uint64(i) >= uint64(len(dir)) || seen[i] {
			continue
		}
		seen[i] = true
		if t, ok := oleMain[oleName(dir[i])]; ok {
			return t, nil
		}
		todo = append(todo, le.Uint32(dir[i][68:]), le.Uint32(dir[i][72:]))
	}
	return typeOLE, nil
}

// oleDirectory reads the entries of the directory, or as many as can be found.
func oleDirectory(r io.ReaderAt) (dir [][]byte, err error) {
	le := binary.LittleEndian
	head := make([]byte, oleHeader)
	if ok, err := readAt(r, head, 0); !ok {
		return nil, err
	}
	shift := le.Uint16(head[30:])
	if shift != 9 && shift != 12 {
		return nil, nil
	}
	at := func(sector uint32) int64 { return (int64(sector) + 1) << shift }
	perSector := uint32(1) << shift / 4
	sector := le.Uint32(head[48:])
	for range oleSectors {
		page := make([]byte, 1<<shift)
		if ok, err := readAt(r, page, at(sector)); !ok {
			return dir, err
		}
		for ; len(page) > 0; page = page[oleEntry:] {
			dir = append(dir, page[:oleEntry])
		}
		// The next sector stands in the allocation table, whose first sectors
		// the header lists.
		table := sector / perSector
		if table >= (oleHeader-76)/4 {
			return dir, nil
		}
		var next [4]byte
		if ok, err := readAt(r, next[:], at(le.Uint32(head[76+4*table:]))+int64(sector%perSector)*4); !ok {
			return dir, err
		}
		sector = le.Uint32(next[:])
	}
	return dir, nil
}

func oleName(entry []byte) string {
	le := binary.LittleEndian
	n := min(int(le.Uint16(entry[64:])), 64) / 2
	var units []uint16
	for i := range n {
		if u := le.Uint16(entry[2*i:]); u != 0 {
			units = append(units, u)
		}
	}
	return string(utf16.Decode(units))
}

// readAt fills p, or tells that the file is too short for that. The error is
// the disk's.
func readAt(r io.ReaderAt, p []byte, at int64) (bool, error) {
	if at < 0 {
		return false, nil
	}
	n, err := r.ReadAt(p, at)
	if n == len(p) {
		return true, nil
	}
	if err == io.EOF {
		err = nil
	}
	return false, err
}
