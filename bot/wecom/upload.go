package wecom

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime/multipart"
	"net/textproto"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"

	"anyuebot/bot"
)

const (
	leastFile  = 6        // bytes; of 5 and less the platform says that they are none (page 90253)
	mostFile   = 20 << 20 // bytes
	mostImage  = 5 << 20  // bytes; the pages say 10 MB in one place and 5 in another
	uploadKept = 60 * time.Hour
	uploadsMax = 1024 // files remembered at once
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

// uploads remember what was uploaded where, for the 3 days that the platform
// keeps it: a file that goes to eighty people is uploaded once, and a message
// that is sent again is the same to the last byte. The zero value is ready.
type uploads struct {
	flight singleflight.Group
	mu     sync.Mutex
	known  map[string]uploaded
}

// uploaded is a file as the platform knows it.
type uploaded struct {
	mediaID string
	until   time.Time
}

// uploadKey names a file on a road, as what is shown there.
func uploadKey(via, kind string, f *bot.File) string {
	return strings.Join([]string{via, kind, f.Hash, shownName(f)}, "\n")
}

// id returns the media id of a file on the road, uploading it if need be.
func (m *uploads) id(ctx context.Context, key string, upload func(context.Context) (string, *Failure)) (string, *Failure) {
	if id, ok := m.look(key); ok {
		return id, nil
	}
	// Others wait for the same file, so it does not end with one of them.
	uploading := m.flight.DoChan(key, func() (any, error) {
		if id, ok := m.look(key); ok {
			return id, nil // the upload of another has ended since this one looked
		}
		id, failure := upload(context.WithoutCancel(ctx))
		if failure != nil {
			return nil, failure
		}
		m.mu.Lock()
		defer m.mu.Unlock()
		if m.known == nil || len(m.known) >= uploadsMax {
			m.known = map[string]uploaded{}
		}
		m.known[key] = uploaded{mediaID: id, until: time.Now().Add(uploadKept)}
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

// look finds a file that was uploaded before.
func (m *uploads) look(key string) (mediaID string, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	known, found := m.known[key]
	return known.mediaID, found && time.Now().Before(known.until)
}

// drop forgets a media id that the platform does not know any more.
func (m *uploads) drop(key string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.known, key)
}

// mediaKind is how a file is best shown: as a picture, or as what it is.
func mediaKind(f *bot.File) string {
	if (f.Type == "image/jpeg" || f.Type == "image/png") && f.Size <= mostImage {
		return msgImage
	}
	return msgFile
}

// sendable reports whether the platform takes files of that size.
func sendable(f *bot.File) bool { return f.Hash != "" && f.Size >= leastFile && f.Size <= mostFile }

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
