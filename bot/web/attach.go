package web

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
)

// maxUpload is the most bytes of a file. The platform takes more; this page
// keeps everything in memory.
const maxUpload = 4 << 20

// file is a file as the script gets it. Its content is fetched from /file.
type file struct {
	Name    string `json:"name"`
	Size    int    `json:"size"`
	Image   bool   `json:"image,omitempty"`
	content []byte
}

func shown(f *File) *file {
	if f == nil {
		return nil
	}
	image := false
	switch http.DetectContentType(f.Content) {
	case "image/png", "image/jpeg", "image/gif", "image/webp":
		image = true
	}
	return &file{Name: f.Name, Size: len(f.Content), Image: image, content: f.Content}
}

// press takes a press: {"as": userid, "chat": …, "task": …, "button": number
// from 0}. It answers 202; what comes of it comes with the events.
func (c *Chat) press(w http.ResponseWriter, r *http.Request) {
	var in struct {
		As     string `json:"as"`
		Chat   place  `json:"chat"`
		Task   string `json:"task"`
		Button int    `json:"button"`
	}
	if c.read(w, r, &in) && c.known(w, in.As) && exists(w, in.Chat) {
		c.accept(w, c.touch(in.As, in.Chat, in.Task, in.Button))
	}
}

// upload takes a file as the body; who, where and its name stand in the query.
// In a group the platform lets a bot have pictures only, together with words
// that mention it.
func (c *Chat) upload(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	as, where := q.Get("as"), place(q.Get("chat"))
	if !c.known(w, as) || !exists(w, where) {
		return
	}
	content, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxUpload))
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		refuse(w, http.StatusRequestEntityTooLarge, "演示页面最多收 4 MB 的文件。")
		return
	case err != nil:
		refuse(w, http.StatusBadRequest, "文件没有收完整。")
		return
	}
	f := &File{Name: path.Base(strings.ReplaceAll(q.Get("name"), "\\", "/")), Content: content}
	words := ""
	if where == inGroup {
		if !shown(f).Image {
			refuse(w, http.StatusBadRequest, "群里只能发图片给机器人，文件请到私聊里发。")
			return
		}
		words = "@" + c.cfg.BotName
	}
	c.accept(w, c.say(as, where, words, f))
}

// file gives a file's content to whoever can see the entry: ?as=userid&id=entry.
// Only pictures are shown in the page, everything else is handed over.
func (c *Chat) file(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	id, err := strconv.ParseInt(q.Get("id"), 10, 64)
	if err != nil || !c.known(w, q.Get("as")) {
		if err != nil {
			refuse(w, http.StatusBadRequest, "没有这个文件。")
		}
		return
	}
	e, ok := c.log.entry(id, q.Get("as"))
	if !ok || e.File == nil {
		refuse(w, http.StatusNotFound, "这个文件不在了。")
		return
	}
	h := w.Header()
	if e.File.Image {
		h.Set("Content-Type", http.DetectContentType(e.File.content))
	} else {
		h.Set("Content-Type", "application/octet-stream")
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": e.File.Name}))
	}
	h.Set("Cache-Control", "private, max-age=3600")
	_, _ = w.Write(e.File.content) // nobody is left to be told
}
