package wecomtest

import (
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"time"
)

const (
	longChunk   = 512 << 10        // bytes of a chunk, before base64 (page 101463)
	longSession = 30 * time.Minute // an upload must be finished in it
	longLeast   = 5                // bytes
)

// upload is a file on its way here, in chunks.
type upload struct {
	kind, name, sum string
	size            int64
	chunks          [][]byte // nil for what is still missing
	began           time.Time
	media           string // its media_id, once it is finished
	at              time.Time
}

// held is a file that can be sent by its media_id.
type held struct {
	kind string
	file Attachment
	at   time.Time
}

// longSize is the most bytes of a kind of file. Of pictures one copy of the
// documents says 2 MB and another 10.
func longSize(kind string) int64 {
	switch kind {
	case "image", "voice":
		return 2 << 20
	case "video":
		return 10 << 20
	default:
		return 20 << 20
	}
}

func (l *Long) uploadInit(raw []byte) (any, *fault) {
	var b struct {
		Type     string `json:"type"`
		Filename string `json:"filename"`
		Size     int64  `json:"total_size"`
		Chunks   int64  `json:"total_chunks"`
		MD5      string `json:"md5"`
	}
	if err := json.Unmarshal(raw, &b); err != nil {
		return nil, broken(codeNotJSON, "an upload cannot be read")
	}
	switch {
	case b.Size < longLeast:
		return nil, broken(codeEmptyMedia, "a file of %d bytes", b.Size)
	case b.Size > longSize(b.Type):
		return nil, broken(codeLargeMedia, "a %s of %d bytes", b.Type, b.Size)
	case b.Chunks > b.Size || b.Chunks*longChunk < b.Size:
		return nil, broken(codeParameter, "%d chunks for %d bytes", b.Chunks, b.Size)
	case !l.inits.allows(time.Now(), usual()...):
		return nil, denied(codeFrequency, "over 30 uploads in a minute, or 1000 in an hour")
	}
	id := l.newID("u")
	l.uploads.put(id, &upload{kind: b.Type, name: b.Filename, sum: b.MD5, size: b.Size, chunks: make([][]byte, b.Chunks), began: time.Now()}, int(b.Size))
	return map[string]string{"upload_id": id}, nil
}

func (l *Long) session(id string) (*upload, *fault) {
	u := l.uploads.get(id)
	switch {
	case u == nil:
		return nil, broken(codeParameter, "there is no such upload_id")
	case time.Since(u.began) > longSession:
		return nil, denied(codeParameter, "the upload began over %v ago", longSession)
	}
	return u, nil
}

func (l *Long) uploadChunk(raw []byte) *fault {
	var b struct {
		ID    string `json:"upload_id"`
		Index int    `json:"chunk_index"`
		Data  string `json:"base64_data"`
	}
	if err := json.Unmarshal(raw, &b); err != nil {
		return broken(codeNotJSON, "a chunk cannot be read")
	}
	u, f := l.session(b.ID)
	if f != nil {
		return f
	}
	if b.Index >= len(u.chunks) {
		return broken(codeParameter, "chunk %d of %d, counted from 0", b.Index, len(u.chunks))
	}
	data, err := base64.StdEncoding.Strict().DecodeString(b.Data)
	if err != nil || len(data) == 0 {
		return broken(codeParameter, "chunk %d is not base64", b.Index)
	}
	if len(data) > longChunk {
		return broken(codeLargeMedia, "chunk %d has %d bytes", b.Index, len(data))
	}
	if before := u.chunks[b.Index]; before != nil && string(before) != string(data) {
		return broken(codeParameter, "chunk %d came twice and differs", b.Index)
	}
	u.chunks[b.Index] = data
	return nil
}

func (l *Long) uploadFinish(raw []byte) (any, *fault) {
	var b struct {
		ID string `json:"upload_id"`
	}
	if err := json.Unmarshal(raw, &b); err != nil {
		return nil, broken(codeNotJSON, "the end of an upload cannot be read")
	}
	u, f := l.session(b.ID)
	if f != nil {
		return nil, f
	}
	if u.media == "" {
		var content []byte
		for i, c := range u.chunks {
			if c == nil {
				return nil, broken(codeParameter, "chunk %d is missing", i)
			}
			content = append(content, c...)
		}
		sum := md5.Sum(content)
		switch {
		case int64(len(content)) != u.size:
			return nil, broken(codeParameter, "%d bytes came, and %d were announced", len(content), u.size)
		case u.sum != "" && u.sum != hex.EncodeToString(sum[:]):
			return nil, broken(codeParameter, "the md5 is another one")
		}
		u.media = l.newID("media")
		u.at = time.Now()
		l.kept.put(u.media, &held{kind: u.kind, at: u.at, file: Attachment{Name: u.name, Content: content}}, len(content))
	}
	// As the platform's other uploads have it, the instant is a string.
	return map[string]string{"type": u.kind, "media_id": u.media, "created_at": strconv.FormatInt(u.at.Unix(), 10)}, nil
}
