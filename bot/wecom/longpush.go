package wecom

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"anyuebot/bot"
)

// offlineWait is when to ask again whether the connection is there.
const offlineWait = 10 * time.Second

// sendBody is a message that answers nothing (page 101463).
type sendBody struct {
	Chat     string        `json:"chatid"`
	ChatType int           `json:"chat_type"` // never left to the platform to guess: it tries groups first
	MsgType  string        `json:"msgtype"`
	Markdown *textBody     `json:"markdown,omitempty"`
	Card     *templateCard `json:"template_card,omitempty"`
	File     *mediaBody    `json:"file,omitempty"`
	Image    *mediaBody    `json:"image,omitempty"`
}

func (b sendBody) to(c longChat) sendBody {
	b.Chat, b.ChatType = c.id, 1
	if c.group {
		b.ChatType = 2
	}
	return b
}

// Push sends a parcel to the group, if it names one, or to the person: the
// words, a card in a private chat, the file. A parcel that got through in part
// goes on where it stopped when it is pushed again. Nobody is called on:
// Mention has no place here, nor have Robot and ReplyURL.
func (l *Long) Push(ctx context.Context, p bot.Parcel) bot.Attempt {
	attempt := l.push(ctx, p)
	if attempt.Fate != bot.FateAccepted {
		l.log.LogAttrs(ctx, slog.LevelWarn, "wecom push", slog.String("parcel", hash(p.ID)), slog.String("fate", string(attempt.Fate)),
			slog.Int64("errcode", attempt.Code), slog.String("why", attempt.Why), slog.Bool("unsure", attempt.Unsure))
	}
	return attempt
}

func (l *Long) push(ctx context.Context, p bot.Parcel) bot.Attempt {
	to := longChat{id: p.UserID}
	if p.Group != "" {
		to = longChat{id: p.Group, group: true}
	}
	if to.id == "" {
		return turnedDown(cmdSend, WhyRoad).attempt(ViaLong)
	}
	if off := l.offline(); off != nil {
		return off.attempt(ViaLong)
	}
	all := contents(p)
	if len(all) == 0 {
		return turnedDown(cmdSend, WhyContent).attempt(ViaLong)
	}
	left, accepted := l.made.left(p.ID, all)
	if len(left) == 0 {
		return accepted
	}
	return l.courier.carry(ctx, p, left, l.carrier(p, to))
}

// carrier writes to one conversation over the connection. Cards page 101463 has
// in private chats alone.
func (l *Long) carrier(p bot.Parcel, to longChat) carrier {
	c := carrier{
		via: ViaLong, meter: both{ours: l.pushes, theirs: l.all}, key: to.key(), shuts: to.key(), cards: !to.group,
	}
	kind := ""
	if p.File != nil {
		kind = longKind(p.File)
		c.file = uploadKey(ViaLong, kind, p.File)
		c.upload = func(ctx context.Context) (string, *Failure) { return l.upload(ctx, p.File, kind) }
	}
	c.send = func(ctx context.Context, one part, mediaID string) (string, *Failure) {
		var body sendBody
		switch {
		case one == partFile && kind == msgImage:
			body = sendBody{MsgType: msgImage, Image: &mediaBody{mediaID}}
		case one == partFile:
			body = sendBody{MsgType: msgFile, File: &mediaBody{mediaID}}
		case one == partText:
			words, _ := fit(p.Text, streamLimit)
			body = sendBody{MsgType: msgMarkdown, Markdown: &textBody{words}}
		case c.cards:
			body = sendBody{MsgType: msgCard, Card: aibotCard(p.Card)}
		default:
			body = sendBody{MsgType: msgMarkdown, Markdown: &textBody{cardWords(p.Card)}}
		}
		return l.pushOne(ctx, body.to(to))
	}
	return c
}

// offline says what to do while nothing can be sent; nil if it can.
func (l *Long) offline() *Failure {
	if l.Up() {
		return nil
	}
	switch state := l.State(); state.Phase {
	case LongRefused:
		return &Failure{Call: cmdSend, Fate: bot.FateHalted, Code: state.Code, Why: WhyBot}
	case LongElsewhere:
		return &Failure{Call: cmdSend, Fate: bot.FateHalted, Why: WhyElsewhere}
	}
	return away(cmdSend)
}

// away is the failure of a frame for which there is no connection. It is no
// attempt: the connection is being seen to.
func away(cmd string) *Failure {
	return &Failure{Call: cmd, Fate: bot.FateLater, Why: WhyNetwork, wait: offlineWait, limited: true}
}

func (l *Long) pushOne(ctx context.Context, body sendBody) (msgID string, failure *Failure) {
	s := l.current()
	if s == nil {
		return "", away(cmdSend)
	}
	code, f, err := s.call(ctx, ackWait, cmdSend, newReqID(cmdSend), body)
	switch {
	case errors.Is(err, errNotSent):
		return "", &Failure{Call: cmdSend, Fate: bot.FateLater, Why: WhyNetwork, wait: offlineWait}
	case err != nil:
		return "", &Failure{Call: cmdSend, Fate: bot.FateLater, Why: WhyNetwork, wait: pause, unsure: true}
	case code != 0:
		return "", judgeFrame(s, cmdSend, code)
	}
	var said struct {
		MsgID string `json:"msgid"`
	}
	_ = decode(f.Body, &said, "the body") // no page promises one
	return said.MsgID, nil
}

// judgeFrame says what an errcode means for a push or an upload. Here some mean
// something else than over HTTP.
func judgeFrame(s *socket, cmd string, code int64) *Failure {
	switch code {
	case 93001, 93006, 93008:
		return &Failure{Call: cmd, Code: code, Fate: bot.FateRefused, Why: WhyUnwritten}
	case 853000, 93019:
		return &Failure{Call: cmd, Code: code, Fate: bot.FateHalted, Why: WhyBot}
	case codeUnusable:
		s.end(errUnusable)
		return &Failure{Call: cmd, Code: code, Fate: bot.FateLater, Why: WhyNetwork, wait: offlineWait}
	}
	return coded(cmd, code)
}
