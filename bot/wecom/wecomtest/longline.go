package wecomtest

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/coder/websocket"
)

const (
	longRead  = 1 << 20          // bytes of a frame: a chunk of 512 KB is about 700 KB as base64
	longWrite = 10 * time.Second // a frame that cannot be got rid of for so long ends its connection
)

// longLine is one connection.
type longLine struct {
	long *Long
	conn *websocket.Conn
	base string // of media addresses
	gone chan struct{}
	stop context.CancelFunc
	beat *time.Timer
	wake chan struct{} // holds one when queue has something

	// Under Long.mu.
	queue      []longOut
	subscribed bool
	mute       bool
	leaving    bool // its last frame is in the queue
}

// longOut is something to be written. What ends a connection goes through the same
// queue, so that all before it gets out.
type longOut struct {
	data   []byte
	binary bool
	close  bool // ends the connection as the protocol wants it,
	cut    bool // or without a word
	status websocket.StatusCode
}

type longPosted struct {
	to   *longLine
	what longOut
}

func (l *Long) serveLine(w http.ResponseWriter, r *http.Request) {
	n := &longLine{long: l, gone: make(chan struct{}), wake: make(chan struct{}, 1), base: l.cfg.Media}
	if n.base == "" {
		n.base = "http://" + r.Host
		if r.TLS != nil {
			n.base = "https://" + r.Host
		}
	}
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		InsecureSkipVerify: true, // no cookies, so no origin to be held against them
		OnPingReceived: func(context.Context, []byte) bool {
			l.mu.Lock()
			defer l.mu.Unlock()
			return !n.mute
		},
	})
	if err != nil {
		return // Accept has answered
	}
	conn.SetReadLimit(longRead)
	n.conn = conn
	ctx, stop := context.WithCancel(context.Background())
	n.stop = stop

	l.mu.Lock()
	late := l.closed
	l.open[n] = true
	// Two beats missed, and half a beat for the way.
	n.beat = time.AfterFunc(l.cfg.Beat*5/2, n.end)
	l.mu.Unlock()
	if late {
		n.end()
	}

	written := make(chan struct{})
	go func() {
		defer close(written)
		n.write(ctx)
	}()
	n.read(ctx)
	<-written
	n.end()

	l.mu.Lock()
	n.beat.Stop()
	delete(l.open, n)
	n.leave()
	l.tell()
	l.mu.Unlock()
	close(n.gone)
}

// end breaks a connection at once.
func (n *longLine) end() {
	n.stop()
	_ = n.conn.CloseNow() // it may be closed already
}

// leave makes a connection nobody's. Under Long.mu.
func (n *longLine) leave() {
	n.subscribed, n.leaving = false, true
	if n.long.live == n {
		n.long.live = nil
	}
}

// read takes frames till the connection ends, or is to be ended.
func (n *longLine) read(ctx context.Context) {
	for {
		kind, data, err := n.conn.Read(ctx)
		if err != nil {
			if errors.Is(err, websocket.ErrMessageTooBig) {
				n.long.note(LongFrame{Why: "a frame has over 1 MiB"})
			}
			n.stop()
			return
		}
		if n.long.take(n, kind == websocket.MessageBinary, data) {
			return
		}
	}
}

// write writes what is queued, in its order, till the connection ends.
func (n *longLine) write(ctx context.Context) {
	for {
		select {
		case <-n.wake:
		case <-ctx.Done():
			return
		}
		n.long.mu.Lock()
		queue := n.queue
		n.queue = nil
		n.long.mu.Unlock()
		for _, o := range queue {
			switch {
			case o.cut:
				n.end()
				return
			case o.close:
				_ = n.conn.Close(o.status, "") // the client may not wait for it
				n.stop()
				return
			}
			kind := websocket.MessageText
			if o.binary {
				kind = websocket.MessageBinary
			}
			if err := n.put(ctx, kind, o.data); err != nil {
				n.end()
				return
			}
		}
	}
}

func (n *longLine) put(ctx context.Context, kind websocket.MessageType, data []byte) error {
	ctx, cancel := context.WithTimeout(ctx, longWrite)
	defer cancel()
	return n.conn.Write(ctx, kind, data)
}

// post queues something for a connection, unless that is mute or at its end.
// Under l.mu.
func (l *Long) post(n *longLine, o longOut) {
	if l.backwards > 0 && !o.cut && !o.close {
		l.turned = append(l.turned, longPosted{n, o})
		if len(l.turned) < l.backwards {
			return
		}
		turned := l.turned
		l.turned, l.backwards = nil, 0
		for i := len(turned) - 1; i >= 0; i-- {
			l.post(turned[i].to, turned[i].what)
		}
		return
	}
	if n.leaving || n.mute && !o.cut {
		return
	}
	n.leaving = o.cut || o.close
	n.queue = append(n.queue, o)
	select {
	case n.wake <- struct{}{}:
	default:
	}
}

// callback sends a message or event to a connection. Under l.mu.
func (l *Long) callback(n *longLine, cmd, req string, body []byte) {
	l.post(n, longOut{data: encode(longFrame{Cmd: cmd, Headers: longHeaders{req}, Body: body})})
}

// supplant tells a connection that another has taken the bot, and ends it.
// Under l.mu.
func (l *Long) supplant(n *longLine) {
	event := map[string]any{
		"msgid": l.newID("e"), "create_time": l.cfg.Now().Unix(), "aibotid": l.cfg.BotID,
		"msgtype": "event", "event": map[string]any{"eventtype": "disconnected_event"},
	}
	l.callback(n, "aibot_event_callback", l.newID("r"), encode(event))
	l.post(n, longOut{close: true, status: websocket.StatusNormalClosure})
	n.leave()
	l.tell()
}

// encode writes what this package made itself, which cannot fail.
func encode(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}
