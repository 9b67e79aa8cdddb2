package wecomtest

import (
	"encoding/json"
	"slices"
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
	// card stands under the words, or in place of the one that was pressed, then
	// for these users only; nil for all.
	card     *Card
	users    []string
	feedback string
}

// check reads the body of a reply as the platform does, by pages 101033 and
// 101031, and refuses what those do not allow. The task is that of the card
// that was pressed.
func (p *Platform) check(body []byte, nonce string, on trigger, task string) (reply, error) {
	if len(body) == 0 {
		if on == onRefresh {
			return reply{}, bad("a refresh must be answered by a stream, not by %s", emptyReply)
		}
		return reply{empty: true}, nil
	}
	if on == onOther {
		return reply{}, bad("%s takes %s and nothing else", on, emptyReply)
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

	if on == onCard {
		return turned(plain, task)
	}
	msgtype, err := kindOf(plain)
	if err != nil {
		return reply{}, err
	}
	switch {
	case msgtype == "text" && on == onEnter:
		return greeting(plain)
	case msgtype == "template_card" && (on == onEnter || on == onMessage):
		return carded(plain)
	case (msgtype == "stream" || msgtype == "stream_with_template_card") && (on == onMessage || on == onRefresh):
		return streamed(plain, msgtype, on)
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

func streamed(plain []byte, msgtype string, on trigger) (reply, error) {
	var more []string
	if msgtype == "stream_with_template_card" {
		more = []string{"template_card"}
	}
	outer, err := loose(plain, "the reply", []string{"msgtype", "stream"}, more)
	if err != nil {
		return reply{}, err
	}
	inner, err := loose(outer["stream"], "stream", []string{"id", "finish", "content"}, []string{"feedback"})
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
	if r.feedback, err = readFeedback(inner); err != nil {
		return reply{}, err
	}
	if r.feedback != "" && on == onRefresh {
		return reply{}, bad("feedback comes with the first reply of a stream only")
	}
	if raw, has := outer["template_card"]; has {
		card, err := readCard(raw, botCard)
		if err != nil {
			return reply{}, err
		}
		if card.Feedback != "" && r.feedback != "" {
			return reply{}, bad("there are two feedback ids")
		}
		r.card, r.feedback = &card, r.feedback+card.Feedback
	}
	return r, bounded(r.content, maxStream)
}

// carded reads a card without words.
func carded(plain []byte) (reply, error) {
	outer, err := object(plain, "the reply", "msgtype", "template_card")
	if err != nil {
		return reply{}, err
	}
	card, err := readCard(outer["template_card"], botCard)
	return reply{finish: true, card: &card, feedback: card.Feedback}, err
}

// turned reads what a card that was pressed is to become.
func turned(plain []byte, task string) (reply, error) {
	outer, err := loose(plain, "the reply", []string{"response_type", "template_card"}, []string{"userids"})
	if err != nil {
		return reply{}, err
	}
	var kind string
	if err := value(outer, "response_type", &kind); err != nil {
		return reply{}, err
	}
	if kind != "update_template_card" {
		return reply{}, bad("there is no response_type %q", kind)
	}
	r := reply{finish: true}
	if err := optional(outer, "userids", &r.users); err != nil {
		return reply{}, err
	}
	if _, has := outer["userids"]; has && (len(r.users) == 0 || slices.Contains(r.users, "")) {
		return reply{}, bad("userids has no userid, or an empty one")
	}
	card, err := readCard(outer["template_card"], botCard)
	if err != nil {
		return reply{}, err
	}
	if card.Task != task {
		return reply{}, bad("the card has another task_id than the one that was pressed")
	}
	r.card, r.feedback = &card, card.Feedback
	return r, nil
}
