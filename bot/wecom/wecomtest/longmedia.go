package wecomtest

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const longMediaFor = 5 * time.Minute // an address of a picture or file is good so long (page 100719)

// LongFile is a picture, film or file: one that a member sends, or one that the
// bot has sent.
type LongFile struct {
	Name    string
	Content []byte

	// Gone makes its address lead nowhere from the beginning, Damaged cuts what
	// is served short.
	Gone, Damaged bool
	// Header replaces the Content-Disposition; "" for the usual one.
	Header string
}

func longFiles(from []Attachment) []LongFile {
	var files []LongFile
	for _, f := range from {
		files = append(files, LongFile{Name: f.Name, Content: f.Content})
	}
	return files
}

// stored is a file to be fetched, sealed.
type stored struct {
	file   LongFile
	sealed []byte
	at     time.Time
}

// offer makes a file ready to be fetched and returns how a callback names it.
// Under l.mu, with a client there.
func (l *Long) offer(f LongFile) map[string]any {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails, by its contract
	id := l.newID("f")
	l.media[id] = &stored{file: f, sealed: sealFile(f.Content, key), at: time.Now()}
	written := base64.StdEncoding.EncodeToString(key)
	if len(l.media)%2 == 0 {
		written = strings.TrimRight(written, "=") // both are met with
	}
	return map[string]any{"url": l.live.base + "/media/" + id + "?sign=" + randomHex(8), "aeskey": written}
}

// sealFile encrypts by page 100719: AES-256-CBC, padded to 32 bytes.
func sealFile(content, key []byte) []byte {
	pad := 32 - len(content)%32
	data := append(bytes.Clone(content), bytes.Repeat([]byte{byte(pad)}, pad)...)
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // the key has 32 bytes
	}
	cipher.NewCBCEncrypter(block, key[:16]).CryptBlocks(data, data)
	return data
}

func (l *Long) serveMedia(w http.ResponseWriter, r *http.Request, id string) {
	l.mu.Lock()
	s := l.media[id]
	l.mu.Unlock()
	switch {
	case r.Method != http.MethodGet:
		http.Error(w, http.StatusText(http.StatusMethodNotAllowed), http.StatusMethodNotAllowed)
		return
	case s == nil || s.file.Gone:
		http.Error(w, http.StatusText(http.StatusNotFound), http.StatusNotFound)
		return
	case time.Since(s.at) > longMediaFor:
		http.Error(w, http.StatusText(http.StatusForbidden), http.StatusForbidden)
		return
	}
	header := s.file.Header
	if header == "" {
		name := url.PathEscape(s.file.Name)
		header = `attachment; filename="` + name + `"; filename*=UTF-8''` + name
	}
	data := s.sealed
	if s.file.Damaged {
		data = data[:len(data)-7]
	}
	w.Header().Set("Content-Disposition", header)
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = w.Write(data) // whoever asked has left
}

// sample is a file for a message that names none.
func sample(kind Kind) LongFile {
	switch kind {
	case Image:
		return LongFile{Name: "image.png", Content: []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\nIDATx\x9cc\x00\x01\x00\x00\x05\x00\x01\r\n-\xb4\x00\x00\x00\x00IEND\xaeB`\x82")}
	case Video:
		return LongFile{Name: "video.mp4", Content: []byte("\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom")}
	default:
		return LongFile{Name: "file.txt", Content: []byte("a file\n")}
	}
}
