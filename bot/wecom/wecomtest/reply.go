package wecomtest

import (
	"encoding/json"
	"strconv"
	"time"
)

const (
	maxReply   = 1 << 20 // bytes of a reply that are looked at
	maxStream  = 20480   // bytes of a stream's content (page 101031)
	maxText    = 2048    // bytes of a greeting: not documented, the bound of the platform's other texts
	maxID      = 256     // bytes of a stream id: not documented
	maxDrift   = 10 * time.Minute
	emptyReply = "an empty body"
)

// reply is a reply that passed.
type reply struct {
	empty   bool
	stream  string
	finish  bool
	content string
}

// check reads the body of a reply as the platform does, by pages 101033 and
// 101031, and refuses what those do not allow.
func (p *Platform) check(body []byte, nonce string, on trigger) (reply, error) {
	if len(body) == 0 {
		if on == onRefresh {
			return reply{}, bad("a refresh must be answered by a stream, not by %s", emptyReply)
		}
		return reply{empty: true}, nil
	}
	if on == onCard || on == onOther {
		return reply{}, bad("%s takes %s and nothing else from this program", on, emptyReply)
	}
	if len(body) > maxReply {
		return reply{}, bad("it has over %d bytes", maxReply)
	}
	plain, err := p.unwrap(body, nonce)
	if err != nil {
		return reply{}, err
	}
	if err := plainJSON(plain); err != nil {
		return reply{}, err
	}

	msgtype, err := kindOf(plain)
	if err != nil {
		return reply{}, err
	}
	switch {
	case msgtype == "text" && on == onEnter:
		return greeting(plain)
	case msgtype == "stream" && (on == onMessage || on == onRefresh):
		return streamed(plain)
	}
	return reply{}, bad("a %s may not be answered by msgtype %q", on, msgtype)
}

// unwrap checks the envelope and opens it.
func (p *Platform) unwrap(body []byte, nonce string) ([]byte, error) {
	envelope, err := object(body, "the body", "encrypt", "msgsignature", "timestamp", "nonce")
	if err != nil {
		return nil, err
	}
	var sealed, signature, echoed string
	for name, to := range map[string]*string{"encrypt": &sealed, "msgsignature": &signature, "nonce": &echoed} {
		if err := value(envelope, name, to); err != nil {
			return nil, err
		}
	}
	timestamp := string(envelope["timestamp"])
	at, err := strconv.ParseInt(timestamp, 10, 64)
	if err != nil {
		return nil, bad("timestamp is no whole number")
	}
	if off := p.cfg.Now().Sub(time.Unix(at, 0)).Abs(); off > maxDrift {
		return nil, bad("timestamp is %v off", off)
	}
	if echoed != nonce {
		return nil, bad("nonce is not the callback's")
	}
	if signature != p.sealer.sign(timestamp, nonce, sealed) {
		return nil, bad("msgsignature is wrong")
	}
	plain, err := p.sealer.open(sealed)
	if err != nil {
		return nil, bad("%v", err)
	}
	return plain, nil
}

func kindOf(plain []byte) (string, error) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(plain, &fields); err != nil {
		return "", bad("it is not a JSON object")
	}
	var msgtype string
	if err := value(fields, "msgtype", &msgtype); err != nil {
		return "", err
	}
	return msgtype, nil
}

func greeting(plain []byte) (reply, error) {
	outer, err := object(plain, "the reply", "msgtype", "text")
	if err != nil {
		return reply{}, err
	}
	inner, err := object(outer["text"], "text", "content")
	if err != nil {
		return reply{}, err
	}
	r := reply{finish: true}
	if err := value(inner, "content", &r.content); err != nil {
		return reply{}, err
	}
	return r, bounded(r.content, maxText)
}

func streamed(plain []byte) (reply, error) {
	outer, err := object(plain, "the reply", "msgtype", "stream")
	if err != nil {
		return reply{}, err
	}
	inner, err := object(outer["stream"], "stream", "id", "finish", "content")
	if err != nil {
		return reply{}, err
	}
	var r reply
	if err := value(inner, "id", &r.stream); err != nil {
		return reply{}, err
	}
	if err := value(inner, "finish", &r.finish); err != nil {
		return reply{}, err
	}
	if err := value(inner, "content", &r.content); err != nil {
		return reply{}, err
	}
	if r.stream == "" || len(r.stream) > maxID {
		return reply{}, bad("stream.id has %d bytes", len(r.stream))
	}
	return r, bounded(r.content, maxStream)
}
