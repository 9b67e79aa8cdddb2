package files

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strings"

	"anyuebot/bot"
)

// Media types that are told apart here.
const (
	typeUnknown = "application/octet-stream"
	typeDocx    = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	typeXlsx    = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	typePptx    = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
	typeDoc     = "application/msword"
	typeXls     = "application/vnd.ms-excel"
	typePpt     = "application/vnd.ms-powerpoint"
	typeOLE     = "application/x-ole-storage"
	typeLocked  = "application/encrypted" // a newer Office file with a password
	typeOFD     = "application/ofd"
	typeZip     = "application/zip"
	typePDF     = "application/pdf"
	typeRTF     = "application/rtf"
	typeXML     = "text/xml"
	typeHTML    = "text/html"
	typeProgram = "application/x-executable"
)

// headSize is how much of a file its signature is looked for in.
const headSize = 4096

// inspect tells the media type of a file from its content, and what is wrong
// with it: a program under any name, content of another kind than the name
// says, an archive bomb, or an archive that is cut short. A name without an
// extension, or with one that nothing is known of, says nothing. The error is
// the disk's.
func inspect(name string, r io.ReaderAt, size int64) (string, bot.FileProblem, error) {
	t, err := contentType(r, size)
	switch {
	case errors.Is(err, errBomb):
		return typeZip, bot.FileBomb, nil
	case errors.Is(err, errNoZip):
		return typeZip, bot.FileDamaged, nil
	case err != nil:
		return "", "", err
	}
	ext := extension(name)
	if t == typeProgram || slices.Contains(strings.Fields(programs), ext) || !fits(ext, t) {
		return t, bot.FileMislabeled, nil
	}
	return t, "", nil
}

// programs are the extensions of what a computer would carry out when it is
// opened, whatever is in it.
const programs = "exe com scr pif cpl msi msp dll sys bat cmd ps1 vbs vbe js jse wsf wsh hta reg lnk url jar apk app sh chm"

// contents are the media types that an extension may stand for; "image/" is any
// picture. They are as wide as the programs are that open such files: phones
// save one sort of picture under the name of another, and Word opens a .doc
// that is a .docx within. Of an extension that is not here nothing is expected.
var contents = []struct {
	extensions string
	types      []string
}{
	{"jpg jpeg jpe jfif png gif bmp webp heic heif tif tiff", []string{"image/"}},
	{"docx docm dotx", []string{typeDocx, typeLocked}},
	{"xlsx xlsm xltx", []string{typeXlsx, typeLocked}},
	{"pptx pptm ppsx", []string{typePptx, typeLocked}},
	{"doc wps", []string{typeDoc, typeOLE, typeLocked, typeDocx, typeRTF, typeXML}},
	{"xls et", []string{typeXls, typeOLE, typeLocked, typeXlsx, typeXML}},
	{"ppt pps dps", []string{typePpt, typeOLE, typeLocked, typePptx}},
	{"rtf", []string{typeRTF}},
	{"pdf", []string{typePDF}},
	{"ofd", []string{typeOFD, typeZip}},
	{"zip", []string{typeZip, typeDocx, typeXlsx, typePptx, typeOFD}},
	{"rar", []string{"application/x-rar-compressed"}},
	{"7z", []string{"application/x-7z-compressed"}},
	{"txt csv md log json xml yaml yml htm html mht", []string{"text/"}},
	{"mp4 m4v mov 3gp avi wmv mkv webm flv", []string{"video/", "audio/mp4"}},
	{"amr", []string{"audio/amr"}},
	{"mp3 m4a aac wav ogg", []string{"audio/", "video/mp4", "application/ogg", typeUnknown}},
}

// fits tells whether content may go by an extension.
func fits(ext, t string) bool {
	for _, row := range contents {
		if slices.Contains(strings.Fields(row.extensions), ext) {
			return slices.ContainsFunc(row.types, func(want string) bool {
				return t == want || strings.HasSuffix(want, "/") && strings.HasPrefix(t, want)
			})
		}
	}
	return true
}

// signatures are beginnings that net/http does not know, or would take for
// something else.
var signatures = []struct{ begin, media string }{
	{"\x7fELF", typeProgram},
	{"\xFE\xED\xFA\xCE", typeProgram}, {"\xFE\xED\xFA\xCF", typeProgram}, // Mach-O
	{"\xCE\xFA\xED\xFE", typeProgram}, {"\xCF\xFA\xED\xFE", typeProgram},
	{"\xCA\xFE\xBA\xBE", typeProgram}, // Mach-O for several machines, and Java
	{"\x00asm", typeProgram},
	{"dex\n03", typeProgram},
	{"L\x00\x00\x00\x01\x14\x02\x00", typeProgram}, // a Windows shortcut
	{"ITSF", typeProgram},                          // a Windows help file
	{"#!AMR", "audio/amr"},
	{"#!/", typeProgram}, {"#! /", typeProgram},
	{`{\rtf`, typeRTF},
	{"7z\xBC\xAF\x27\x1C", "application/x-7z-compressed"},
	{"II*\x00", "image/tiff"}, {"MM\x00*", "image/tiff"},
	{"\x30\x26\xB2\x75\x8E\x66\xCF\x11", "video/x-ms-wmv"},
	{"FLV\x01", "video/x-flv"},
}

// brands are the major brands of files in the ISO container (ISO 14496-12):
// films, sound and pictures alike.
var brands = map[string]string{
	"qt  ": "video/quicktime",
	"M4A ": "audio/mp4", "M4B ": "audio/mp4",
	"heic": "image/heic", "heix": "image/heic", "hevc": "image/heic", "hevx": "image/heic",
	"heim": "image/heic", "heis": "image/heic", "mif1": "image/heif", "msf1": "image/heif",
	"avif": "image/avif", "avis": "image/avif",
}

// contentType tells what the content is. errBomb and errNoZip are judgements,
// any other error is the disk's.
func contentType(r io.ReaderAt, size int64) (string, error) {
	head := make([]byte, min(size, headSize))
	if ok, err := readAt(r, head, 0); err != nil {
		return "", err
	} else if !ok {
		return "", io.ErrUnexpectedEOF
	}
	for _, s := range signatures {
		if bytes.HasPrefix(head, []byte(s.begin)) {
			return s.media, nil
		}
	}
	sniffed := sniff(head)
	switch {
	case bytes.HasPrefix(head, []byte(oleMagic)):
		return oleType(r)
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		return zipType(r, size)
	case bytes.HasPrefix(head, []byte("MZ")) && !strings.HasPrefix(sniffed, "text/"):
		return typeProgram, nil
	case sniffed == typeUnknown && bytes.Contains(head[:min(len(head), 1024)], []byte("%PDF-")):
		return typePDF, nil
	}
	if t := isoType(head); t != "" {
		return t, nil
	}
	return sniffed, nil
}

// sniff asks net/http, and leaves out parameters such as the character set,
// which are a guess.
func sniff(head []byte) string {
	if bytes.HasPrefix(head, []byte("BM")) && !isBitmap(head) {
		head = head[2:] // words that begin with these letters
	}
	t, _, err := mime.ParseMediaType(http.DetectContentType(head))
	if err != nil {
		return typeUnknown
	}
	return t
}

// isBitmap looks for the size of the second header, which is one of a few.
func isBitmap(head []byte) bool {
	return len(head) >= 18 && slices.Contains([]uint32{12, 40, 52, 56, 64, 108, 124}, binary.LittleEndian.Uint32(head[14:]))
}

// isoType tells what an ISO container, or a QuickTime film, is.
func isoType(head []byte) string {
	if len(head) < 12 {
		return ""
	}
	switch string(head[4:8]) {
	case "ftyp":
		brand := string(head[8:12])
		if t, ok := brands[brand]; ok {
			return t
		}
		if strings.HasPrefix(brand, "3g") {
			return "video/3gpp"
		}
		return "video/mp4"
	case "moov", "mdat", "wide", "free", "skip":
		if binary.BigEndian.Uint32(head) < 1<<31 {
			return "video/quicktime" // from before there were brands
		}
	}
	return ""
}

// zipType tells what sort of zip file it is from the names in it.
func zipType(r io.ReaderAt, size int64) (string, error) {
	a := archive{size: size, has: map[string]bool{}}
	if err := a.read(r, size, 0); err != nil {
		return "", err
	}
	ooxml := a.has["[content_types].xml"]
	switch {
	case a.has["androidmanifest.xml"], a.has["meta-inf/manifest.mf"]:
		return typeProgram, nil
	case ooxml && a.has["word/"]:
		return typeDocx, nil
	case ooxml && a.has["xl/"]:
		return typeXlsx, nil
	case ooxml && a.has["ppt/"]:
		return typePptx, nil
	case a.has["ofd.xml"]:
		return typeOFD, nil
	}
	return typeZip, nil
}
