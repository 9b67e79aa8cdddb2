package wecomtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
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
	return slices.Clone(l.frames)
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
	l.frames = latest(l.frames, f)
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
	switch {
	case n.mute:
		return false
	case n.leaving:
		return true
	case binary:
		l.hangUp(n, "a frame is binary", websocket.StatusUnsupportedData)
		return true
	case !utf8.Valid(data):
		l.hangUp(n, "a frame is not UTF-8", websocket.StatusInvalidFramePayloadData)
		return true
	}

	var head longHead
	err := json.Unmarshal(data, &head) // it is looked at strictly below
	noted := LongFrame{At: time.Now(), Cmd: head.Cmd, Req: head.Headers.ReqID}
	s := l.strikes(head.Cmd)
	if s.CutBefore {
		l.frames = latest(l.frames, noted)
		l.cut(n)
		return true
	}
	var body any
	var f *fault
	if broken := (*json.SyntaxError)(nil); errors.As(err, &broken) {
		f = notJSON
	} else {
		body, f = l.obey(n, head, data, s)
	}
	code, msg := 0, "ok"
	if f != nil {
		code, msg = f.code, f.why
		if !f.limited {
			noted.Why = f.why
		}
	}
	noted.Code = code
	l.frames = latest(l.frames, noted)
	l.tell()
	switch {
	case s.CutAfter:
		l.cut(n)
		return true
	case !s.Silent:
		ack := longFrame{Headers: longHeaders{head.Headers.ReqID}, Code: &code, Msg: msg}
		if body != nil {
			ack.Body = encode(body)
		}
		l.acknowledge(n, longOut{data: encode(ack)}, s)
	}
	return false
}

// longHead is what has to be known of a frame before it can be read.
type longHead struct {
	Cmd     string
	Headers longHeaders
	Body    struct{ MsgType string }
}

var notJSON = broken(codeNotJSON, "a frame is not JSON")

// hangUp ends a connection over a frame that cannot be read at all. Under l.mu.
func (l *Long) hangUp(n *longLine, why string, status websocket.StatusCode) {
	l.frames = latest(l.frames, LongFrame{At: time.Now(), Why: why})
	l.post(n, longOut{close: true, status: status})
	n.leave()
	l.tell()
}

// obey does what a frame asks for, if it is good and spite lets it. Under l.mu.
func (l *Long) obey(n *longLine, head longHead, data []byte, s Spite) (any, *fault) {
	frame, f := readLong(data, head.Cmd, head.Body.MsgType)
	switch {
	case f != nil:
		return nil, f
	case s.Code != 0:
		return nil, denied(s.Code, "out of spite")
	}
	return l.carry(n, frame)
}

// acknowledge sends an acknowledgement when and as often as spite has it. Under
// l.mu.
func (l *Long) acknowledge(n *longLine, ack longOut, s Spite) {
	send := func() {
		l.post(n, ack)
		if s.Twice {
			l.post(n, ack)
		}
	}
	if s.Late <= 0 {
		send()
		return
	}
	time.AfterFunc(s.Late, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		send()
	})
}

// cut breaks a connection behind what is already queued. Under l.mu.
func (l *Long) cut(n *longLine) {
	l.post(n, longOut{cut: true})
	n.leave()
	l.tell()
}

// readLong reads a frame, which is JSON, as strictly as can be.
func readLong(data []byte, cmd, msgtype string) (longFrame, *fault) {
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
		if l.reqs.get(req) || l.asked.get(req) != nil {
			return nil, broken(codeBadReq, "the req_id of a %s was used before", frame.Cmd)
		}
		l.reqs.put(req, true, 0)
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
	if !l.attempts.allows(time.Now(), rate{l.cfg.Subscribes, time.Minute}) {
		return broken(codeFrequency, "over %d attempts to subscribe in a minute", l.cfg.Subscribes)
	}
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
