package wecomtest

import (
	"encoding/json"
	"slices"
	"time"
)

// stream is an answer that grows till it is finished.
type stream struct {
	id    string
	of    string // msgid of what it answers
	from  string
	began time.Time
	seen  *Seen
}

// longBody is what this package looks at in the body of a message.
type longBody struct {
	ChatID   string `json:"chatid"`
	ChatType int    `json:"chat_type"`
	MsgType  string `json:"msgtype"`
	Stream   struct {
		ID       string   `json:"id"`
		Finish   bool     `json:"finish"`
		Content  string   `json:"content"`
		Feedback feedback `json:"feedback"`
	} `json:"stream"`
	Markdown struct {
		Content  string   `json:"content"`
		Feedback feedback `json:"feedback"`
	} `json:"markdown"`
	Text struct {
		Content string `json:"content"`
	} `json:"text"`
	Card    json.RawMessage `json:"template_card"`
	UserIDs []string        `json:"userids"`
	File    aMedia          `json:"file"`
	Image   aMedia          `json:"image"`
	Voice   aMedia          `json:"voice"`
	Video   aMedia          `json:"video"`
}

type feedback struct {
	ID string `json:"id"`
}

type aMedia struct {
	ID string `json:"media_id"`
}

// callbackOf finds what a frame answers. Under l.mu.
func (l *Long) callbackOf(n *longLine, req string, on trigger, within time.Duration) (*Asked, *fault) {
	a := l.asked.get(req)
	switch {
	case a == nil:
		return nil, broken(codeBadReq, "no callback had this req_id")
	case a.trigger != on:
		return nil, broken(codeBadReq, "a %s cannot be answered by this command", a.trigger)
	case time.Since(a.at) > within:
		return nil, denied(codeBadReq, "the answer to a %s came after %v", a.trigger, within)
	case l.cfg.Forgetful && a.line != n:
		return nil, denied(codeBadReq, "the callback went out on another connection")
	}
	return a, nil
}

// respond takes an answer to a message.
func (l *Long) respond(n *longLine, req string, raw []byte) *fault {
	a, f := l.callbackOf(n, req, onMessage, longReply)
	if f != nil {
		return f
	}
	var b longBody
	if err := json.Unmarshal(raw, &b); err != nil {
		return broken(codeNotJSON, "an answer cannot be read")
	}
	if b.MsgType == "stream" {
		return l.streamed(a, b)
	}
	s, f := l.message(chatOf(a.where.from, a.where.group), req, b)
	if f != nil {
		return f
	}
	a.finish(LongAnswer{Text: s.Text, Card: s.Card, File: s.File})
	return nil
}

// streamed takes a part of a stream.
func (l *Long) streamed(a *Asked, b longBody) *fault {
	s := l.streams.get(b.Stream.ID)
	var f *fault
	switch {
	case s == nil:
		s, f = l.begin(a, b)
	case s.of == a.ID && s.seen.Done && b.Stream.Finish && b.Stream.Content == s.seen.Text:
		// Said again, because the acknowledgement got lost or the message came
		// twice. It stands there once.
		a.stream = s
		a.finish(s.answer())
		return nil
	default:
		f = l.goesOn(s, a, b)
	}
	if f != nil {
		return f
	}
	a.stream = s
	s.seen.Text = b.Stream.Content
	if k := len(s.seen.Shown); k == 0 || s.seen.Shown[k-1] != s.seen.Text {
		s.seen.Shown = append(s.seen.Shown, s.seen.Text)
	}
	if b.Stream.Finish {
		s.seen.Done = true
		a.finish(s.answer())
	}
	l.tell()
	return nil
}

// begin shows a stream that is new. Under l.mu.
func (l *Long) begin(a *Asked, b longBody) (*stream, *fault) {
	if a.stream != nil && !a.stream.seen.Done {
		return nil, broken(codeParameter, "a stream began while another one of the same message was unfinished")
	}
	c := chatOf(a.where.from, a.where.group)
	if f := l.paced(c); f != nil {
		return nil, f
	}
	s := &stream{id: b.Stream.ID, of: a.ID, from: a.where.from, began: time.Now(),
		seen: &Seen{Kind: "stream", Req: a.Req, Stream: b.Stream.ID}}
	l.streams.put(s.id, s, 0)
	if b.Stream.Feedback.ID != "" {
		l.rated.put(b.Stream.Feedback.ID, true, 0)
	}
	l.show(c, s.seen)
	return s, nil
}

// goesOn finds what is wrong with one more part of a stream. Under l.mu.
func (l *Long) goesOn(s *stream, a *Asked, b longBody) *fault {
	switch {
	case s.of != a.ID:
		return broken(codeParameter, "two messages were answered by one stream")
	case s.seen.Done:
		return broken(codeStreamLate, "a finished stream was written on")
	case time.Since(s.began) > l.cfg.Follow:
		return denied(codeStreamLate, "a stream was written on after %v", l.cfg.Follow)
	case b.Stream.Feedback.ID != "":
		return broken(codeParameter, "a feedback id came after the first part of a stream")
	}
	return nil
}

func (s *stream) answer() LongAnswer {
	return LongAnswer{Stream: s.id, Text: s.seen.Text, Shown: slices.Clone(s.seen.Shown)}
}

// finish gives a message its answer, if it has none yet. Under Long.mu.
func (a *Asked) finish(answer LongAnswer) {
	if !a.done {
		a.done, a.answer = true, answer
		a.long.tell()
	}
}

// welcome takes the greeting of a member who opened the private chat.
func (l *Long) welcome(n *longLine, req string, raw []byte) *fault {
	a, f := l.callbackOf(n, req, onEnter, longEvent)
	if f != nil {
		return f
	}
	if a.used {
		return broken(codeBadReq, "a second greeting")
	}
	var b longBody
	if err := json.Unmarshal(raw, &b); err != nil {
		return broken(codeNotJSON, "a greeting cannot be read")
	}
	s, f := l.message(chatOf(a.where.from, a.where.group), req, b)
	if f != nil {
		return f
	}
	a.used = true
	a.finish(LongAnswer{Text: s.Text, Card: s.Card})
	return nil
}

// update puts a card in place of one that was pressed.
func (l *Long) update(n *longLine, req string, raw []byte) *fault {
	a, f := l.callbackOf(n, req, onCard, longEvent)
	if f != nil {
		return f
	}
	if a.used {
		return broken(codeBadReq, "a second update after one press")
	}
	var b longBody
	if err := json.Unmarshal(raw, &b); err != nil {
		return broken(codeNotJSON, "an update cannot be read")
	}
	c, err := readCard(b.Card, botCard)
	if err != nil {
		return faultOf(err)
	}
	if c.Task != a.task {
		return broken(codeParameter, "the new card has another task_id than the one that was pressed")
	}
	if b.UserIDs != nil && !slices.Contains(b.UserIDs, a.where.from) {
		return broken(codeParameter, "the new card is not for who pressed the old one")
	}
	a.used = true
	if s := l.cards.get(c.Task); s != nil {
		s.Card = &c
		s.Pressed++
	}
	a.finish(LongAnswer{Card: &c})
	l.tell()
	return nil
}

// message shows a message that is no stream, in answer to a callback or to
// none. Under l.mu.
func (l *Long) message(c chat, req string, b longBody) (*Seen, *fault) {
	s, f := l.read(b)
	if f != nil {
		return nil, f
	}
	if f := l.paced(c); f != nil {
		return nil, f
	}
	s.Req = req
	l.ratable(b, s)
	l.show(c, s)
	return s, nil
}

// read makes of a body what will be seen. Under l.mu.
func (l *Long) read(b longBody) (*Seen, *fault) {
	s := &Seen{Kind: b.MsgType, Done: true}
	var media string
	switch b.MsgType {
	case "text":
		s.Text = b.Text.Content
	case "markdown":
		s.Text = b.Markdown.Content
	case "template_card":
		c, err := readCard(b.Card, botCard)
		if err != nil {
			return nil, faultOf(err)
		}
		if l.cards.get(c.Task) != nil {
			return nil, broken(codeParameter, "two cards have one task_id")
		}
		s.Card = &c
	case "file":
		media = b.File.ID
	case "image":
		media = b.Image.ID
	case "voice":
		media = b.Voice.ID
	case "video":
		media = b.Video.ID
	}
	if media != "" {
		h := l.kept.get(media)
		switch {
		case h == nil:
			return nil, broken(codeMedia, "there is no such media_id")
		case time.Since(h.at) > mediaLife:
			return nil, denied(codeMedia, "the media_id is over %v old", mediaLife)
		case h.kind != b.MsgType:
			return nil, broken(codeMedia, "a media_id of kind %s was sent as %s", h.kind, b.MsgType)
		}
		file := h.file
		s.File = &file
	}
	return s, nil
}

// ratable notes what a shown message can be rated by. Under l.mu.
func (l *Long) ratable(b longBody, s *Seen) {
	id := b.Markdown.Feedback.ID
	if s.Card != nil {
		id = s.Card.Feedback
	}
	if id != "" {
		l.rated.put(id, true, 0)
	}
}

// send takes a message that nobody asked for.
func (l *Long) send(raw []byte) *fault {
	var b longBody
	if err := json.Unmarshal(raw, &b); err != nil {
		return broken(codeNotJSON, "a message cannot be read")
	}
	single, group := chat{from: b.ChatID}, chat{group: b.ChatID}
	c := single
	if b.ChatType == 2 {
		c = group
	}
	if t := l.chats[c]; t == nil || !t.met {
		switch {
		case b.ChatType == 1 && l.chats[group] != nil:
			return broken(codeNoChat, "a group was written to with chat_type 1")
		case b.ChatType == 2 && l.chats[single] != nil:
			return broken(codeNoChat, "a member was written to with chat_type 2")
		case b.ChatType == 2:
			return denied(codeNotInGroup, "nobody has called the bot in this group")
		default:
			return denied(codeNoChat, "this member has never written to the bot")
		}
	}
	if b.MsgType == "template_card" && b.ChatType == 2 {
		return broken(codeMsgType, "a card was sent to a group")
	}
	_, f := l.message(c, "", b)
	return f
}

// paced notes one more message in a conversation, or says that there were too
// many. Under l.mu.
func (l *Long) paced(c chat) *fault {
	if !l.talk(c).pace.allows(time.Now(), usual()...) {
		return denied(codeFrequency, "over 30 messages in a minute, or 1000 in an hour, in this conversation")
	}
	return nil
}
