package wecomtest

import (
	"net/http"
	"net/url"
	"strings"
)

// Attachment is a picture, film or file: one that a member sends, or one that
// people see.
type Attachment struct {
	Name    string
	Content []byte

	// Gone makes what a member sends lead nowhere from the beginning, Damaged
	// cuts what is served short.
	Gone, Damaged bool
	// Header replaces the Content-Disposition it is served with; "" for the usual
	// one.
	Header string
}

// disposition names a file as the platform does where it is fetched: twice, in
// ASCII for old programs and in full.
func (f Attachment) disposition() string {
	if f.Header != "" {
		return f.Header
	}
	plain := strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' || r == '"' || r == '\\' {
			return '_'
		}
		return r
	}, f.Name)
	escaped := strings.ReplaceAll(url.QueryEscape(f.Name), "+", "%20")
	return `attachment; filename="` + plain + `"; filename*=UTF-8''` + escaped
}

// served is what goes out of a file's content, sealed or not.
func (f Attachment) served(content []byte) []byte {
	if f.Damaged {
		return content[:len(content)-min(len(content), 7)]
	}
	return content
}

func (f Attachment) outcome(content []byte) outcome {
	return outcome{status: http.StatusOK, body: f.served(content), header: http.Header{
		"Content-Type": {"application/octet-stream"}, "Content-Disposition": {f.disposition()},
	}}
}
