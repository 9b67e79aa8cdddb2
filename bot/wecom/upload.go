package wecom

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"mime/multipart"
	"net/textproto"
	"path"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/sync/singleflight"

	"anyuebot/bot"
)

const (
	leastFile  = 6        // bytes; of 5 and less the platform says that they are none (page 90253)
	mostFile   = 20 << 20 // bytes
	mostImage  = 5 << 20  // bytes; the pages say 10 MB in one place and 5 in another
	mediumKept = 60 * time.Hour
	mediaKept  = 1024
)

// FileOpener opens what is kept under a hash.
type FileOpener interface {
	Open(ctx context.Context, hash string) (io.ReadCloser, error)
}

// unreadable is the failure of a file that could not be read. One that is gone
// or has another size is gone for good; a disk may be better later.
func unreadable(call string, err error) *Failure {
	f := turnedDown(call, WhyFile)
	if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, errSize) {
		f.Fate = bot.FateLater
	}
	return f
}

var errSize = errors.New("wecom: the file has another size than it should")

// exactly reads so many bytes, and fails where there are fewer or more: what
// was cut short must not pass for the file.
type exactly struct {
	r    io.Reader
	left int64
	err  error // why it failed
}

func (e *exactly) Read(p []byte) (int, error) {
	if e.left == 0 {
		if n, _ := io.ReadFull(e.r, make([]byte, 1)); n > 0 {
			e.err = errSize
			return 0, e.err
		}
		return 0, io.EOF
	}
	n, err := e.r.Read(p[:min(int64(len(p)), e.left)])
	e.left -= int64(n)
	switch {
	case err == io.EOF && e.left > 0:
		e.err = errSize
	case err != nil && err != io.EOF:
		e.err = err
	}
	return n, e.err
}

// media remember what was uploaded where, for the 3 days that the platform
// keeps it: a file that goes to eighty people is uploaded once, and a message
// that is sent again is the same to the last byte. The zero value is ready.
type media struct {
	flight singleflight.Group
	mu     sync.Mutex
	known  map[string]medium
}

type medium struct {
	id    string
	until time.Time
}

// id returns the media id of a file on the road, uploading it if need be.
func (m *media) id(ctx context.Context, key string, upload func(context.Context) (string, *Failure)) (string, *Failure) {
	m.mu.Lock()
	known, found := m.known[key]
	m.mu.Unlock()
	if found && time.Now().Before(known.until) {
		return known.id, nil
	}
	// Others wait for the same file, so it does not end with one of them.
	uploading := m.flight.DoChan(key, func() (any, error) {
		id, failure := upload(context.WithoutCancel(ctx))
		if failure != nil {
			return nil, failure
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.known == nil || len(m.known) >= mediaKept {
			m.known = map[string]medium{}
		}
		m.known[key] = medium{id: id, until: time.Now().Add(mediumKept)}
		return id, nil
	})
	select {
	case <-ctx.Done():
		return "", judge("upload", result{})
	case got := <-uploading:
		if failure := (*Failure)(nil); errors.As(got.Err, &failure) {
			return "", failure
		}
		return got.Val.(string), nil
	}
}

// drop forgets a media id that the platform does not know any more.
func (m *media) drop(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.known, key)
}

// mediaKind is how a file is best shown: as a picture, or as what it is.
func mediaKind(f *bot.File) string {
	if (f.Type == "image/jpeg" || f.Type == "image/png") && f.Size <= mostImage {
		return "image"
	}
	return "file"
}

// sendable reports whether the platform takes files of that size.
func sendable(f *bot.File) bool { return f.Hash != "" && f.Size >= leastFile && f.Size <= mostFile }

// shownName is a file's name as it may stand in a request: a name and no path,
// without what would end the header it stands in.
func shownName(f *bot.File) string {
	name := strings.ToValidUTF8(f.Name, "")
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return -1
		case strings.ContainsRune(`/\:*?"<>|`, r):
			return '_'
		}
		return r
	}, name)
	name = strings.Trim(name, " .")
	extension := path.Ext(name)
	if len(extension) < 2 || len(extension) > 11 || strings.Trim(strings.ToLower(extension[1:]), "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
		extension = "" // a full stop in the words
	}
	stem := strings.TrimSuffix(name, extension)
	for end := nameLimit - len(extension); len(stem) > end; {
		_, size := utf8.DecodeLastRuneInString(stem)
		stem = stem[:len(stem)-size]
	}
	if stem == "" {
		stem = plainStem
	}
	if extension == "" {
		extension = extensionOf(f.Type)
	}
	return stem + extension
}

// plainStem names a file that has no name, or none in letters that are taken.
const plainStem = "file"

// plainName is the name in ASCII: some ways of sending refuse others.
func plainName(name string) string {
	extension := path.Ext(name)
	stem := strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII {
			return -1
		}
		return r
	}, strings.TrimSuffix(name, extension))
	if stem = strings.Trim(stem, " ._-()"); stem == "" {
		stem = plainStem
	}
	return stem + extension
}

// extensionOf is not the system's table: that differs from machine to machine.
func extensionOf(kind string) string {
	switch kind, _, _ := mime.ParseMediaType(kind); kind {
	case "image/jpeg":
		return ".jpg"
	case "image/png":
		return ".png"
	case "application/pdf":
		return ".pdf"
	case "text/csv":
		return ".csv"
	case "text/plain":
		return ".txt"
	case "application/json":
		return ".json"
	case "application/zip":
		return ".zip"
	case "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":
		return ".xlsx"
	case "application/vnd.openxmlformats-officedocument.wordprocessingml.document":
		return ".docx"
	}
	return ".bin"
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// form is a multipart body with one file in it (page 90253): what stands before
// and behind the content, and the type that names the boundary between them.
func form(name string, size int64) (head, tail []byte, kind string, err error) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	_, err = w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {fmt.Sprintf(`form-data; name="media"; filename="%s"; filelength=%d`, name, size)},
		"Content-Type":        {"application/octet-stream"},
	})
	if err != nil {
		return nil, nil, "", err
	}
	before := body.Len()
	if err := w.Close(); err != nil {
		return nil, nil, "", err
	}
	whole := body.Bytes()
	return whole[:before], whole[before:], w.FormDataContentType(), nil
}
