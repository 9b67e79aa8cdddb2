package wecomtest

import (
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"strings"
	"time"
)

// stored is a file to be fetched, sealed.
type stored struct {
	file   Attachment
	sealed []byte
	at     time.Time
}

// offer is an offerFunc. A file that a message lacks is made up. Under l.mu, with
// a client there.
func (l *Long) offer(f *Attachment, kind Kind, _ string) map[string]any {
	if f == nil {
		made := sample(kind)
		f = &made
	}
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails, by its contract
	id := l.newID("f")
	sealed := sealFile(f.Content, key)
	l.media.put(id, &stored{file: *f, sealed: sealed, at: time.Now()}, len(sealed))
	written := base64.StdEncoding.EncodeToString(key)
	if len(l.media.order)%2 == 0 {
		written = strings.TrimRight(written, "=") // both are met with
	}
	return map[string]any{"url": l.live.base + mediaPath + id + "?sign=" + randomHex(8), "aeskey": written}
}

func (l *Long) serveMedia(w http.ResponseWriter, r *http.Request, id string) {
	l.mu.Lock()
	s := l.media.get(id)
	l.mu.Unlock()
	switch {
	case r.Method != http.MethodGet:
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	case s == nil || s.file.Gone:
		http.Error(w, http.StatusText(http.StatusNotFound), http.StatusNotFound)
		return
	case time.Since(s.at) > addressLife:
		http.Error(w, http.StatusText(http.StatusForbidden), http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Disposition", s.file.disposition())
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(s.file.served(s.sealed)) // whoever asked has left
}

// sample is a file for a message that names none.
func sample(kind Kind) Attachment {
	switch kind {
	case Image:
		return Attachment{Name: "image.png", Content: []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82")}
	case Video:
		return Attachment{Name: "video.mp4", Content: []byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom")}
	default:
		return Attachment{Name: "file.txt", Content: []byte("a file\n")}
	}
}
