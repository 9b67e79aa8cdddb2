package wecomtest

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	mediaLife   = 72 * time.Hour  // page 90253
	addressLife = 5 * time.Minute // page 100719
	minMedia    = 5               // bytes; there must be more (page 90253)
)

// maxMedia is how many bytes each type may have (page 90253).
func maxMedia(kind string) (int, bool) {
	switch kind {
	case "image", "video":
		return 10 << 20, true
	case "voice":
		return 2 << 20, true
	case "file":
		return 20 << 20, true
	}
	return 0, false
}

// medium is a file that was uploaded, or that a member sent to an application.
type medium struct {
	Attachment
	kind  string
	robot string // the key of the one robot that may send it; "" for all applications
	until time.Time
}

// mediaUpload takes a file for messages (page 90253).
func (a *API) mediaUpload(v *visit) (func() outcome, error) {
	m, err := readUpload(v, v.query.Get("type"))
	if err != nil {
		return nil, err
	}
	return func() outcome {
		if _, no := a.authorized(v); no != nil {
			return *no
		}
		return a.keep(m)
	}, nil
}

func (a *API) keep(m medium) outcome {
	now := a.cfg.Now()
	m.until = now.Add(mediaLife)
	id := a.newID("media")
	a.media.put(id, &m, len(m.Content))
	// created_at is a number in quotes (page 90253).
	return accepted(map[string]any{"type": m.kind, "media_id": id, "created_at": strconv.FormatInt(now.Unix(), 10)})
}

// receive keeps a file that a member sent to an application, and returns its
// media_id.
func (a *API) receive(file Attachment, kind string) string {
	a.mu.Lock()
	defer a.mu.Unlock()
	id := a.newID("media")
	a.media.put(id, &medium{Attachment: file, kind: kind, until: a.cfg.Now().Add(mediaLife)}, len(file.Content))
	return id
}

// mediumOf returns a file that may be sent as kind, by a robot or by "" for an
// application; nil if it may not.
func (a *API) mediumOf(id, kind, robot string) *Attachment {
	m := a.media.get(id)
	if m == nil || m.kind != kind || m.robot != robot || !a.cfg.Now().Before(m.until) {
		return nil
	}
	return &m.Attachment
}

// readUpload reads the form of an upload: one part named media, whose file
// name is what people will see (page 90253).
func readUpload(v *visit, kind string) (medium, error) {
	m := medium{kind: kind}
	most, ok := maxMedia(kind)
	if !ok {
		return m, coded(codeMediaType, "there is no type %q", kind)
	}
	form, params, err := mime.ParseMediaType(v.header.Get("Content-Type"))
	if err != nil || form != "multipart/form-data" || params["boundary"] == "" {
		return m, bad("it is no multipart/form-data")
	}
	parts := multipart.NewReader(bytes.NewReader(v.body), params["boundary"])
	part, err := parts.NextRawPart()
	if err != nil {
		return m, coded(codeEmptyMedia, "the form has no part")
	}
	if m.Name, err = uploadName(part.Header.Get("Content-Disposition")); err != nil {
		return m, err
	}
	if m.Content, err = io.ReadAll(part); err != nil {
		return m, bad("the form is cut short")
	}
	switch n := len(m.Content); {
	case n == 0:
		return m, coded(codeEmptyMedia, "the file is empty")
	case n <= minMedia:
		return m, coded(codeEmptyMedia, "the file has %d bytes, not more than %d", n, minMedia)
	case n > most:
		return m, coded(codeLargeMedia, "the file has %d bytes, more than %d", n, most)
	}
	if _, err := parts.NextRawPart(); err != io.EOF {
		return m, bad("the form has a second part, or no end")
	}
	if kind == "image" {
		return m, isPicture(m.Content)
	}
	return m, nil
}

// uploadName reads the name that people will see.
func uploadName(disposition string) (string, error) {
	form, params, err := mime.ParseMediaType(disposition)
	if err != nil || form != "form-data" || params["name"] != "media" {
		return "", bad("the form's part is not named media")
	}
	for name := range params {
		if name != "name" && name != "filename" && name != "filelength" {
			return "", bad("the form's part has a parameter %q", name)
		}
	}
	if strings.Contains(disposition, "filename*") {
		return "", bad("the form's part has a filename*, which forms do not have")
	}
	name := params["filename"]
	switch {
	case name == "":
		return "", bad("the form's part has no filename")
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		return "", bad("the filename is no line of UTF-8")
	case strings.ContainsAny(name, `/\`):
		return "", bad("the filename is a path, which people will see")
	}
	return name, nil
}

// isPicture refuses what is neither JPG nor PNG.
func isPicture(content []byte) error {
	if bytes.HasPrefix(content, []byte("\xff\xd8\xff")) || bytes.HasPrefix(content, []byte("\x89PNG\r\n\x1a\n")) {
		return nil
	}
	return bad("the picture is neither JPG nor PNG")
}

// mediaGet returns a file (page 90254).
func (a *API) mediaGet(v *visit) (func() outcome, error) {
	return func() outcome {
		if _, no := a.authorized(v); no != nil {
			return *no
		}
		m := a.media.get(v.query.Get("media_id"))
		if m == nil || m.Gone || m.robot != "" || !a.cfg.Now().Before(m.until) {
			return refused(codeMedia, v.ip)
		}
		return m.Attachment.outcome(m.Content)
	}, nil
}

// address leads to a file that a member sent to a bot, sealed.
type address struct {
	file   Attachment
	sealed []byte
	until  time.Time
}

// offer makes an address for a file, sealed with a key of 32 bytes: the bot's
// EncodingAESKey, or over the long connection one of its own (pages 100719,
// 101463).
func (a *API) offer(file Attachment, key []byte) string {
	sealed := sealFile(file.Content, key)
	a.mu.Lock()
	defer a.mu.Unlock()
	id := a.newID("m") + randomHex(16)
	a.addresses.put(id, &address{file: file, sealed: sealed, until: a.cfg.Now().Add(addressLife)}, len(sealed))
	return a.cfg.URL + mediaPath + id
}

// mediaAddress answers at an address: for five minutes, and forbidden after.
func (a *API) mediaAddress(v *visit) (func() outcome, error) {
	return func() outcome {
		at := a.addresses.get(strings.TrimPrefix(v.path, mediaPath))
		switch {
		case at == nil || at.file.Gone:
			return outcome{status: http.StatusNotFound, body: []byte("<Error><Code>NoSuchKey</Code></Error>")}
		case !a.cfg.Now().Before(at.until):
			return outcome{status: http.StatusForbidden, body: []byte("<Error><Code>AccessDenied</Code></Error>")}
		}
		return at.file.outcome(at.sealed)
	}, nil
}
