package wecomtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/coder/websocket"
)

// Error codes of the long connection (page 101463) beside those of the API.
const (
	codeNotJSON     = 47001
	codeNoChat      = 93006
	codeNotInGroup  = 93008
	codeEmpty       = 93017
	codeBadReq      = 846605
	codeStreamLate  = 846608
	codeNotReady    = 846609
	codeCredentials = 853000
)

// LongFrame is one frame that a client sent, and what the platform made of it.
type LongFrame struct {
	At   time.Time
	Cmd  string
	Req  string // its req_id
	Code int    // the errcode it was answered with
	// Why says what was wrong with the frame itself. It is "" for a good frame,
	// also if the platform refused it for a limit, a conversation it may not
	// write to, or out of spite.
	Why string
}

// Frames returns all frames that clients sent, oldest first.
func (l *Long) Frames() []LongFrame {
	l.mu.Lock()
	defer l.mu.Unlock()
	return append([]LongFrame(nil), l.frames...)
}

// Violations returns the frames that no client should have sent.
func (l *Long) Violations() []LongFrame {
	var bad []LongFrame
	for _, f := range l.Frames() {
		if f.Why != "" {
			bad = append(bad, f)
		}
	}
	return bad
}

func (l *Long) note(f LongFrame) {
	l.mu.Lock()
	defer l.mu.Unlock()
	f.At = time.Now()
	l.frames = append(l.frames, f)
	l.tell()
}

// fault is why a frame was refused.
type fault struct {
	code    int
	why     string
	limited bool // nothing is wrong with the frame itself
}

// broken is the fault of a frame that no client should send.
func broken(code int, format string, args ...any) *fault {
	return &fault{code: code, why: fmt.Sprintf(format, args...)}
}

// denied is the fault of a good frame that is refused all the same.
func denied(code int, format string, args ...any) *fault {
	return &fault{code: code, why: fmt.Sprintf(format, args...), limited: true}
}

// faultOf is what the checks of replies found.
func faultOf(err error) *fault {
	var b *BadReply
	if errors.As(err, &b) {
		return &fault{code: b.code, why: b.Why}
	}
	return broken(codeParameter, "%v", err)
}

// take deals with one frame, and reports whether the connection is at its end.
func (l *Long) take(n *longLine, binary bool, data []byte) (ended bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n.mute {
		return false
	}
	if n.leaving {
		return true
	}
	if binary || !utf8.Valid(data) {
		f, status := broken(0, "a frame is not UTF-8"), websocket.StatusInvalidFramePayloadData
		if binary {
			f, status = broken(0, "a frame is binary"), websocket.StatusUnsupportedData
		}
		l.frames = append(l.frames, LongFrame{At: time.Now(), Why: f.why})
		l.post(n, longOut{close: true, status: status})
		n.leave()
		l.tell()
		return true
	}

	var head struct {
		Cmd     string
		Headers longHeaders
		Body    struct{ MsgType string }
	}
	_ = json.Unmarshal(data, &head) // it is looked at strictly below
	noted := LongFrame{At: time.Now(), Cmd: head.Cmd, Req: head.Headers.ReqID}
	s := l.strikes(head.Cmd)
	if s.CutBefore {
		l.frames = append(l.frames, noted)
		l.cut(n)
		return true
	}

	var body any
	frame, f := readLong(data, head.Cmd, head.Body.MsgType)
	if f == nil {
		if s.Code != 0 {
			f = denied(s.Code, "out of spite")
		} else {
			body, f = l.carry(n, frame)
		}
	}
	code, msg := 0, "ok"
	if f != nil {
		code, msg = f.code, f.why
		if !f.limited {
			noted.Why = f.why
		}
	}
	noted.Code = code
	l.frames = append(l.frames, noted)
	l.tell()
	if s.CutAfter {
		l.cut(n)
		return true
	}
	if s.Silent {
		return false
	}
	ack := longFrame{Headers: longHeaders{head.Headers.ReqID}, Code: &code, Msg: msg}
	if body != nil {
		ack.Body = encode(body)
	}
	o := longOut{data: encode(ack)}
	send := func() {
		l.post(n, o)
		if s.Twice {
			l.post(n, o)
		}
	}
	if s.Late <= 0 {
		send()
		return false
	}
	time.AfterFunc(s.Late, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		send()
	})
	return false
}

// cut breaks a connection behind what is already queued. Under l.mu.
func (l *Long) cut(n *longLine) {
	l.post(n, longOut{cut: true})
	n.leave()
	l.tell()
}

// readLong reads a frame as strictly as can be.
func readLong(data []byte, cmd, msgtype string) (longFrame, *fault) {
	if !json.Valid(data) {
		return longFrame{}, broken(codeNotJSON, "a frame is not JSON")
	}
	if err := plainJSON(data); err != nil {
		return longFrame{}, faultOf(err)
	}
	shape, f := longShape(cmd, msgtype)
	if f != nil {
		return longFrame{}, f
	}
	if f := shape.check(data); f != nil {
		return longFrame{}, f
	}
	var frame longFrame
	if err := json.Unmarshal(data, &frame); err != nil {
		return longFrame{}, broken(codeNotJSON, "a frame cannot be read")
	}
	return frame, nil
}

// carry does what a frame asks for, and returns the body of its
// acknowledgement, nil for none. Under l.mu.
func (l *Long) carry(n *longLine, frame longFrame) (any, *fault) {
	req := frame.Headers.ReqID
	switch frame.Cmd {
	case "aibot_respond_msg", "aibot_respond_welcome_msg", "aibot_respond_update_msg":
	default:
		if l.reqs[req] || l.asked[req] != nil {
			return nil, broken(codeBadReq, "the req_id of a %s was used before", frame.Cmd)
		}
		l.reqs[req] = true
	}
	if frame.Cmd == "aibot_subscribe" {
		return nil, l.subscribe(n, frame.Body)
	}
	if !n.subscribed {
		return nil, broken(codeNotReady, "a %s before the connection is subscribed", frame.Cmd)
	}
	switch frame.Cmd {
	case "ping":
		n.beat.Reset(l.cfg.Beat * 5 / 2)
		return nil, nil
	case "aibot_respond_msg":
		return nil, l.respond(n, req, frame.Body)
	case "aibot_respond_welcome_msg":
		return nil, l.welcome(n, req, frame.Body)
	case "aibot_respond_update_msg":
		return nil, l.update(n, req, frame.Body)
	case "aibot_send_msg":
		return nil, l.send(frame.Body)
	case "aibot_upload_media_init":
		return l.uploadInit(frame.Body)
	case "aibot_upload_media_chunk":
		return nil, l.uploadChunk(frame.Body)
	default: // longShape knows no other
		return l.uploadFinish(frame.Body)
	}
}

// subscribe lets a connection in, and the one before it out.
func (l *Long) subscribe(n *longLine, body []byte) *fault {
	var b struct {
		BotID  string `json:"bot_id"`
		Secret string `json:"secret"`
	}
	if err := json.Unmarshal(body, &b); err != nil {
		return broken(codeNotJSON, "a subscription cannot be read")
	}
	now := time.Now()
	for len(l.attempts) > 0 && now.Sub(l.attempts[0]) >= time.Minute {
		l.attempts = l.attempts[1:]
	}
	if len(l.attempts) >= l.cfg.Subscribes {
		return broken(codeFrequency, "over %d attempts to subscribe in a minute", l.cfg.Subscribes)
	}
	l.attempts = append(l.attempts, now)
	if n.subscribed {
		return broken(codeParameter, "the connection is subscribed already")
	}
	if b.BotID != l.cfg.BotID || b.Secret != l.cfg.Secret || l.cfg.Secret == "" {
		return denied(codeCredentials, "invalid bot_id or secret")
	}
	if l.live != nil {
		l.supplant(l.live)
	}
	n.subscribed, l.live = true, n
	return nil
}
