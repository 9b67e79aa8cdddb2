package bot

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// fileMedia reports whether a message is nothing but what was sent with it.
func (t *turn) fileMedia() bool {
	switch t.m.Media {
	case MediaImage, MediaFile, MediaVideo:
		return true
	}
	return len(t.m.Files) > 0
}

// files keeps what came with the message and says so. What is in it is not read.
func (t *turn) files() {
	if len(t.m.Files) == 0 {
		if t.fileMedia() {
			t.tell("media."+string(t.m.Media), nil)
		}
		return
	}
	p := t.v.Person
	if len(p.Units) == 0 && !p.Office {
		t.tell("files.stranger", nil)
		t.tell("stranger", args{"phone": t.n.Office.Phone})
		return
	}
	images := 0
	for _, f := range t.m.Files {
		if f.Problem != "" {
			t.tell("file."+string(f.Problem), args{"what": t.called(f)})
			continue
		}
		t.out.Files = append(t.out.Files, Received{File: f, By: p.ID, At: t.now, Units: slices.Clone(p.Units), Group: t.m.Group})
		if strings.HasPrefix(f.Type, "image/") {
			images++
			continue
		}
		t.tell("files.kept", args{"what": t.called(f), "size": size(f.Size)})
	}
	if images > 0 {
		t.tell("files.images", args{"n": strconv.Itoa(images)})
	}
	if len(t.out.Files) == 0 {
		return
	}
	t.log("file", LogEntry{Number: len(t.out.Files)})
	switch {
	case t.n.document(t.m.Files) != "", t.s.Entering != nil:
	case t.in.Text == "":
		t.tell("files.unread", nil)
	default:
		t.tell("files.besides", nil)
	}
	if !t.m.Private() {
		t.tell("files.private", nil)
	}
}

// called says which file is meant.
func (t *turn) called(f File) string {
	if f.Name != "" {
		return t.phrase("file.named", args{"name": clipName(f.Name, 40)})
	}
	sort, _, _ := strings.Cut(f.Type, "/")
	if sort == "" {
		sort = string(t.m.Media) // it was not looked into
	}
	switch sort {
	case "image", "video":
		return t.phrase("file."+sort, nil)
	}
	return t.phrase("file.this", nil)
}

// clipName shortens a file's name in its middle: the beginning tells which file
// it is, and the end of what sort.
func clipName(name string, most int) string {
	r := []rune(name)
	if len(r) <= most || !utf8.ValidString(name) {
		return clip(name, most)
	}
	const tail = 10
	return string(r[:most-tail]) + "…" + string(r[len(r)-tail:])
}

// size writes a number of bytes as people do, rounded up.
func size(bytes int64) string {
	const kb, mb = 1 << 10, 1 << 20
	if bytes < mb {
		return strconv.FormatInt(max((bytes+kb-1)/kb, 1), 10) + " KB"
	}
	tenths := (bytes*10 + mb - 1) / mb
	return strconv.FormatInt(tenths/10, 10) + "." + strconv.FormatInt(tenths%10, 10) + " MB"
}

// rated keeps how the member found an answer. Nothing is said to it.
func (t *turn) rated() {
	words := []rune(strings.TrimSpace(t.m.Rating.Words))
	t.log("feedback", LogEntry{Number: t.m.Rating.Score, Text: string(words[:min(len(words), 500)])})
}
