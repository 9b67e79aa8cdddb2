package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

const (
	beat       = 20 * time.Second // a sign of life at least this often
	writeBound = 30 * time.Second // a tab that takes nothing for so long is dropped
)

// events streams to a tab what one member gets to see: GET /events?as=userid,
// with Last-Event-ID (or after=, which a script can set) to go on from.
//
// An event without a name is an entry. "reset" says that what follows begins
// anew; it comes first unless the stream goes on where the last one ended.
// "elsewhere" names whom something came for that is not this member's to read.
// "ready" says that everything so far was told. "clock" is the campaign's time.
func (c *Chat) events(w http.ResponseWriter, r *http.Request) {
	member := r.URL.Query().Get("as")
	if !c.known(w, member) {
		return
	}
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	if r.Method == http.MethodHead {
		return
	}

	from := r.Header.Get("Last-Event-ID")
	if from == "" {
		from = r.URL.Query().Get("after")
	}
	after := c.log.find(from)

	out := http.NewResponseController(w)
	alive := time.NewTicker(beat)
	defer alive.Stop()
	for first := true; ; first = false {
		n := c.log.since(after, member)
		after = n.last
		frames, err := c.frames(r.Context(), n, first)
		if err != nil {
			return
		}
		if err := out.SetWriteDeadline(time.Now().Add(writeBound)); err != nil && !errors.Is(err, http.ErrNotSupported) {
			return
		}
		if _, err := w.Write(frames); err != nil {
			return
		}
		if err := out.Flush(); err != nil {
			return
		}
		select {
		case <-n.changed:
		case <-alive.C:
		case <-r.Context().Done():
			return
		case <-c.ctx.Done():
			return
		}
	}
}

// frames is news in the format of text/event-stream. Without any it is a
// comment, which a browser ignores.
func (c *Chat) frames(ctx context.Context, n news, first bool) ([]byte, error) {
	var out bytes.Buffer
	if n.fresh {
		out.WriteString("event: reset\ndata: {}\n\n")
	}
	if c.cfg.Next != nil {
		data, err := json.Marshal(c.time(ctx))
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&out, "event: clock\ndata: %s\n\n", data)
	}
	for _, e := range n.entries {
		name := ""
		if e.Kind == elsewhere {
			name = "event: elsewhere\n"
		}
		data, err := json.Marshal(e) // one line: JSON escapes the breaks
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(&out, "id: %s\n%sdata: %s\n\n", c.log.mark(e.ID), name, data)
	}
	if first || n.fresh {
		fmt.Fprintf(&out, "id: %s\nevent: ready\ndata: {}\n\n", c.log.mark(n.last))
	}
	if out.Len() == 0 {
		out.WriteString(":\n\n")
	}
	return out.Bytes(), nil
}
