package files

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"strings"
	"testing"
	"unicode/utf16"

	"anyuebot/bot"
)

// zipOf makes a zip file with these entries, name and content by turns.
func zipOf(t testing.TB, parts ...string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	// The default level clears large tables for every entry, which takes ten
	// seconds under -race.
	packer, err := flate.NewWriter(io.Discard, flate.BestSpeed)
	if err != nil {
		t.Fatal(err)
	}
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		packer.Reset(w)
		return packer, nil
	})
	for i := 0; i < len(parts); i += 2 {
		w, err := z.Create(parts[i])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, parts[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// storedOf makes a zip file with one entry that is not packed.
func storedOf(t testing.TB, name, content string) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
	if err == nil {
		_, err = io.WriteString(w, content)
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// claimed makes a zip file whose directory says of its one entry what is asked
// for, in 64 bits.
func claimed(t testing.TB, name string, packed, unpacked uint64) string {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	w, err := z.CreateRaw(&zip.FileHeader{
		Name: name, Method: zip.Deflate, CRC32: crc32.ChecksumIEEE(nil), CompressedSize64: packed, UncompressedSize64: unpacked,
	})
	if err == nil {
		_, err = w.Write(make([]byte, 100))
	}
	if err == nil {
		err = z.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// overlapping makes a zip file whose directory names its one entry n times.
func overlapping(t testing.TB, n int) string {
	one := claimed(t, "a", 100, 200)
	at := strings.LastIndex(one, "PK\x01\x02")
	end := strings.LastIndex(one, "PK\x05\x06")
	entry, tail := one[at:end], []byte(one[end:])
	binary.LittleEndian.PutUint16(tail[8:], uint16(n))
	binary.LittleEndian.PutUint16(tail[10:], uint16(n))
	binary.LittleEndian.PutUint32(tail[12:], uint32(n*len(entry)))
	return one[:at] + strings.Repeat(entry, n) + string(tail)
}

// in64 gives a zip file the end that one with too much for 32 bits has.
func in64(content string) string {
	end := strings.LastIndex(content, "PK\x05\x06")
	le, tail := binary.LittleEndian, []byte(content[end:])
	end64 := make([]byte, end64Size+locatorSize)
	copy(end64, "PK\x06\x06")
	le.PutUint64(end64[4:], end64Size-12)
	le.PutUint64(end64[24:], uint64(le.Uint16(tail[8:])))
	le.PutUint64(end64[32:], uint64(le.Uint16(tail[10:])))
	le.PutUint64(end64[40:], uint64(le.Uint32(tail[12:])))
	le.PutUint64(end64[48:], uint64(le.Uint32(tail[16:])))
	locator := end64[end64Size:]
	copy(locator, "PK\x06\x07")
	le.PutUint64(locator[8:], uint64(end))
	le.PutUint32(locator[16:], 1)
	copy(tail[8:20], strings.Repeat("\xFF", 12))
	return content[:end] + string(end64) + string(tail)
}

// ole makes a compound file whose root holds these streams, the first of them
// at the top of the tree and each other one to the right of the one before.
func ole(class string, streams ...string) string {
	const sector = 512
	head := make([]byte, sector)
	copy(head, oleMagic)
	le := binary.LittleEndian
	le.PutUint16(head[30:], 9)
	le.PutUint32(head[48:], 1) // the directory begins in sector 1
	le.PutUint32(head[76:], 0) // the allocation table is sector 0
	fat := make([]byte, sector)
	var dir []byte
	add := func(name string, kind byte, right uint32) []byte {
		e := make([]byte, oleEntry)
		for i, u := range utf16.Encode([]rune(name)) {
			le.PutUint16(e[2*i:], u)
		}
		le.PutUint16(e[64:], uint16(2*len(utf16.Encode([]rune(name)))+2))
		e[66] = kind
		for _, at := range []int{68, 72, 76} {
			le.PutUint32(e[at:], 1<<32-1)
		}
		le.PutUint32(e[72:], right)
		dir = append(dir, e...)
		return dir[len(dir)-oleEntry:]
	}
	root := add("Root Entry", 5, 1<<32-1)
	copy(root[80:], class)
	if len(streams) > 0 {
		le.PutUint32(root[76:], 1)
	}
	for i, name := range streams {
		right := uint32(i + 2)
		if i == len(streams)-1 {
			right = 1<<32 - 1
		}
		add(name, 2, right)
	}
	for len(dir)%sector != 0 {
		dir = append(dir, make([]byte, oleEntry)...)
	}
	for i := range len(dir) / sector {
		le.PutUint32(fat[4*(i+1):], uint32(i+2))
	}
	le.PutUint32(fat[4*(len(dir)/sector):], 1<<32-2)
	return string(head) + string(fat) + string(dir)
}

func ftyp(brand string) string { return "\x00\x00\x00\x18ftyp" + brand + "\x00\x00\x00\x00isommp42" }

const (
	jpeg    = "\xFF\xD8\xFF\xE0\x00\x10JFIF\x00\x01"
	png     = "\x89PNG\r\n\x1A\n\x00\x00\x00\rIHDR"
	webp    = "RIFF\x24\x00\x00\x00WEBPVP8 "
	bitmap  = "BM\x46\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00\x28\x00\x00\x00\x01\x00\x00\x00"
	windows = "MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xFF\xFF"
	page    = "<!DOCTYPE html><html><script>alert(1)</script></html>"
	types   = "[Content_Types].xml"
)

func TestInspect(t *testing.T) {
	docx := zipOf(t, types, "<Types/>", "word/document.xml", "<w/>")
	xlsx := zipOf(t, types, "<Types/>", "xl/workbook.xml", "<x/>")
	for _, c := range []struct {
		what, name, content, media string
		problem                    bot.FileProblem
	}{
		{"a photo", "现场.jpg", jpeg, "image/jpeg", ""},
		{"a photo of another sort", "现场.jpg", png, "image/png", ""},
		{"a photo without a name", "", jpeg, "image/jpeg", ""},
		{"an Apple photo", "IMG_1.HEIC", ftyp("heic"), "image/heic", ""},
		{"an Apple photo renamed", "IMG_1.jpg", ftyp("mif1"), "image/heif", ""},
		{"a WeChat photo", "a.webp", webp, "image/webp", ""},
		{"a scan", "盖章件.tif", "II*\x00\x08\x00\x00\x00", "image/tiff", ""},
		{"a bitmap", "a.bmp", bitmap, "image/bmp", ""},
		{"a film", "a.mp4", ftyp("isom"), "video/mp4", ""},
		{"an Apple film", "a.mov", ftyp("qt  "), "video/quicktime", ""},
		{"an old Apple film", "a.mov", "\x00\x00\x10\x00moov\x00\x00\x00\x6Cmvhd", "video/quicktime", ""},
		{"a voice", "a.amr", "#!AMR\n\x3C\x91", "audio/amr", ""},
		{"sound without a signature", "a.mp3", "\xFF\xFB\x90\x64\x00\x00", "application/octet-stream", ""},
		{"a PDF", "方案.pdf", "%PDF-1.4\n", "application/pdf", ""},
		{"a PDF with something before it", "方案.pdf", "\x00\x01\r\n%PDF-1.4\n", "application/pdf", ""},
		{"a Word file", "附件2.docx", docx, typeDocx, ""},
		{"an Excel file", "附件2.XLSX", xlsx, typeXlsx, ""},
		{"a Word file under the older name", "附件2.doc", docx, typeDocx, ""},
		{"a WPS file that is a Word file", "附件2.wps", docx, typeDocx, ""},
		{"an old Word file", "附件2.doc", ole("", "WordDocument"), typeDoc, ""},
		{"an old Word file with others in it", "附件2.doc", ole("", "1Table", "2", "3", "4", "5", "6", "WordDocument"), typeDoc, ""},
		{"an old WPS file", "附件2.wps", ole("", "WordDocument"), typeDoc, ""},
		{"an old Excel file", "附件2.xls", ole("", "Workbook"), typeXls, ""},
		{"an old file nothing is found in", "附件2.doc", oleMagic, typeOLE, ""},
		{"a Word file with other separators", "附件2.docx", zipOf(t, types, "", `word\document.xml`, "<w/>"), typeDocx, ""},
		{"a Word file in 64 bits", "附件2.docx", in64(docx), typeDocx, ""},
		{"an archive with a comment", "a.zip", docx[:len(docx)-2] + "\x04\x00ok: ", typeDocx, ""},
		{"a Word file with a password", "附件2.docx", ole("", "EncryptionInfo", "EncryptedPackage"), typeLocked, ""},
		{"rich text", "附件2.doc", `{\rtf1\ansi}`, typeRTF, ""},
		{"an OFD file", "通知.ofd", zipOf(t, "OFD.xml", "<ofd/>", "Doc_0/Document.xml", "<d/>"), typeOFD, ""},
		{"an archive", "材料.zip", zipOf(t, "山河镇/现场.jpg", jpeg), typeZip, ""},
		{"an archive of documents", "材料.zip", storedOf(t, "附件2.docx", docx), typeZip, ""},
		{"an archive of archives", "材料.zip", storedOf(t, "一.zip", storedOf(t, "附件2.docx", docx)), typeZip, ""},
		{"an archive with nothing in it", "材料.zip", zipOf(t), typeZip, ""},
		{"words", "说明.txt", "活动5场，参与120人次", "text/plain", ""},
		{"words in GBK", "说明.txt", "\xBB\xEE\xB6\xAF5\xB3\xA1", "text/plain", ""},
		{"words that begin like a bitmap", "说明.txt", "BMI记录", "text/plain", ""},
		{"words that begin like a program", "说明.txt", "MZ镇报送", "text/plain", ""},
		{"a table", "名册.csv", "单位,类别\n山河镇,乡镇\n", "text/plain", ""},
		{"a page under its own name", "通知.html", page, typeHTML, ""},
		{"an unknown extension", "图.dwg", "AC1027\x00\x00", typeUnknown, ""},

		{"a text called a Word file", "附件2.docx", "活动5场", "text/plain", bot.FileMislabeled},
		{"an archive called a Word file", "附件2.docx", zipOf(t, "a.txt", "a"), typeZip, bot.FileMislabeled},
		{"an Excel file called a Word file", "附件2.docx", xlsx, typeXlsx, bot.FileMislabeled},
		{"an old Word file called a new one", "附件2.docx", ole("", "WordDocument"), typeDoc, bot.FileMislabeled},
		{"an old Excel file called a Word file", "附件2.doc", ole("", "Book"), typeXls, bot.FileMislabeled},
		{"a page called a photo", "现场.jpg", page, typeHTML, bot.FileMislabeled},
		{"a page called an Excel file", "附件2.xls", page, typeHTML, bot.FileMislabeled},
		{"nonsense called a photo", "现场.png", "\x00\x01\x02\x03", typeUnknown, bot.FileMislabeled},
		{"a photo called a PDF", "方案.pdf", jpeg, "image/jpeg", bot.FileMislabeled},
		{"a program called a photo", "现场.jpg", windows, typeProgram, bot.FileMislabeled},
		{"a program under its own name", "setup.exe", windows, typeProgram, bot.FileMislabeled},
		{"a program under an unknown name", "a.dat", windows, typeProgram, bot.FileMislabeled},
		{"a program without a name", "", "\x7fELF\x02\x01\x01", typeProgram, bot.FileMislabeled},
		{"a Mac program", "a", "\xCF\xFA\xED\xFE\x07\x00\x00\x01", typeProgram, bot.FileMislabeled},
		{"a script", "说明.txt", "#!/bin/sh\nrm -rf ~\n", typeProgram, bot.FileMislabeled},
		{"a script that only its name tells", "报表.bat", "echo off\r\n", "text/plain", bot.FileMislabeled},
		{"two extensions", "附件2.docx.exe", docx, typeDocx, bot.FileMislabeled},
		{"a phone program", "a.zip", zipOf(t, "AndroidManifest.xml", "a", "classes.dex", "d"), typeProgram, bot.FileMislabeled},
		{"a Java program", "a.zip", zipOf(t, "META-INF/MANIFEST.MF", "Main-Class: A"), typeProgram, bot.FileMislabeled},
		{"an installer called a Word file", "附件2.doc", ole(oleInstaller, "x"), typeProgram, bot.FileMislabeled},

		{"a Word file cut short", "附件2.docx", docx[:len(docx)/2], typeZip, bot.FileDamaged},
		{"an archive cut short", "a.zip", docx[:len(docx)-10], typeZip, bot.FileDamaged},
		{"an archive with less in it than it says", "a.zip", strings.Replace(overlapping(t, 3), "PK\x01\x02", "PK\x01\x03", 1), typeZip, bot.FileDamaged},
		{"an archive whose end points nowhere", "a.zip", strings.Replace(in64(docx), "PK\x06\x06", "PK\x06\x05", 1), typeZip, bot.FileDamaged},
		{"an archive whose entry is larger than it", "a.zip", claimed(t, "a", 1<<20, 1<<20), typeZip, bot.FileDamaged},

		{"all zeros", "a.zip", zipOf(t, "a", strings.Repeat("\x00", 10<<20)), typeZip, bot.FileBomb},
		{"a Word file of zeros", "附件2.docx", zipOf(t, types, "", "word/document.xml", strings.Repeat(" ", 10<<20)), typeZip, bot.FileBomb},
		{"says it holds 5 GiB", "a.zip", claimed(t, "a", 100, 5<<30), typeZip, bot.FileBomb},
		{"says it holds more than there are numbers", "a.zip", claimed(t, "a", 100, 1<<64-1), typeZip, bot.FileBomb},
		{"one entry many times", "a.zip", overlapping(t, 50), typeZip, bot.FileBomb},
		{"too many entries", "a.zip", overlapping(t, 10_001), typeZip, bot.FileBomb},
		{"archives that are mostly the same", "a.zip", zipOf(t, "a.zip", strings.Repeat(zipOf(t, "0", "0"), 50)), typeZip, bot.FileBomb},
		{"archives in archives in archives", "a.zip", storedOf(t, "1.zip", storedOf(t, "2.zip", storedOf(t, "3.zip", zipOf(t)))), typeZip, bot.FileBomb},
		{"a bomb in an archive", "a.zip", storedOf(t, "1.zip", zipOf(t, "a", strings.Repeat("\x00", 10<<20))), typeZip, bot.FileBomb},
	} {
		t.Run(c.what, func(t *testing.T) {
			media, problem, err := inspect(c.name, strings.NewReader(c.content), int64(len(c.content)))
			if err != nil || media != c.media || problem != c.problem {
				t.Errorf("%s %q is %q, %q, %v; want %q, %q", c.what, c.name, media, problem, err, c.media, c.problem)
			}
		})
	}
}

// TestLargestHonestArchive is just within the bounds.
func TestLargestHonestArchive(t *testing.T) {
	var parts []string
	for i := range maxEntries {
		parts = append(parts, fmt.Sprintf("%05d.txt", i), "活动")
	}
	content := zipOf(t, parts...)
	if media, problem, err := inspect("a.zip", strings.NewReader(content), int64(len(content))); media != typeZip || problem != "" || err != nil {
		t.Errorf("%d entries: %q, %q, %v", maxEntries, media, problem, err)
	}
}

// TestUnreadable: a disk that fails is no judgement of the file.
func TestUnreadable(t *testing.T) {
	docx := zipOf(t, types, "<Types/>", "word/document.xml", "<w/>")
	for _, content := range []string{docx, ole("", "WordDocument"), jpeg} {
		for good := range 4 {
			r := &failingAt{Reader: strings.NewReader(content), good: good}
			_, problem, err := inspect("a.docx", r, int64(len(content)))
			if r.failed && (err == nil || problem != "") {
				t.Errorf("%.8q after %d reads: %q, %v", content, good, problem, err)
			}
		}
	}
}

type failingAt struct {
	*strings.Reader
	good   int
	failed bool
}

func (f *failingAt) ReadAt(p []byte, at int64) (int, error) {
	if f.good == 0 {
		f.failed = true
		return 0, fmt.Errorf("input/output error")
	}
	f.good--
	return f.Reader.ReadAt(p, at)
}

// FuzzInspect: whatever comes is judged, within bounds and without a panic.
func FuzzInspect(f *testing.F) {
	docx := zipOf(f, types, "<Types/>", "word/document.xml", "<w/>")
	for _, seed := range []string{
		"", jpeg, webp, bitmap, windows, page, docx, ole("", "A", "B", "WordDocument"), ole(oleInstaller), ftyp("heic"),
		storedOf(f, "1.zip", storedOf(f, "2.zip", docx)), claimed(f, "a", 100, 5<<30), overlapping(f, 3), "%PDF-1.4",
	} {
		f.Add("附件2.docx", []byte(seed))
	}
	known := map[bot.FileProblem]bool{"": true, bot.FileMislabeled: true, bot.FileBomb: true, bot.FileDamaged: true}
	f.Fuzz(func(t *testing.T, name string, content []byte) {
		media, problem, err := inspect(name, bytes.NewReader(content), int64(len(content)))
		if err != nil || !known[problem] || media == "" {
			t.Fatalf("%q, %q, %v", media, problem, err)
		}
		if media == typeProgram && problem == "" {
			t.Fatal("a program was let through")
		}
		clean := cleanName(name)
		if len(clean) > maxName || strings.ContainsAny(clean, "/\\\n\r\x00") || clean != cleanName(clean) {
			t.Fatalf("%q became %q", name, clean)
		}
	})
}
