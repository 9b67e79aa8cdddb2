package wecom

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"slices"
	"time"

	"anyuebot/bot"
)

// The reasons for which a push does not arrive, beside those of [Whys].
const (
	WhyUnwritten = "unwritten" // nobody in that conversation has written to the bot, or the bot is not in it
	WhyBot       = "bot"       // the bot's id or the secret of its long connection is wrong
	WhyElsewhere = "elsewhere" // another connection has taken the bot over
)

// The errcodes of the long connection that mean something to it (pages 90313
// and 101463).
const (
	codeBusy        = -1
	codeFrequency   = 45009
	codeConcurrency = 45033
	codeStreamLate  = 846608
	codeUnusable    = 846609 // the connection stands, and takes nothing
)

// LongWhys are the reasons above.
func LongWhys() []string { return []string{WhyUnwritten, WhyBot, WhyElsewhere} }

// offlineWait is when to ask again whether the connection is there.
const offlineWait = 10 * time.Second

// The msgtypes of a push. There is no text among them (errcode 40008).
const (
	msgMarkdown = "markdown"
	msgCard     = "template_card"
	msgFile     = "file"
	msgImage    = "image"
)

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
	attempt.Via = ViaLong
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
		return bot.Attempt{Fate: bot.FateRefused, Why: WhyRoad}
	}
	if off := l.offline(); off != nil {
		return *off
	}
	all := contents(p)
	if len(all) == 0 {
		return turnedDown(cmdSend, WhyContent).attempt(ViaLong)
	}
	left, accepted := l.made.left(p.ID, all)
	if len(left) == 0 {
		return accepted
	}
	var file sendBody
	if slices.Contains(left, partFile) {
		// It goes up before the words that announce it: it is what fails.
		var failure *Failure
		if file, failure = l.fileBody(ctx, p.File); failure != nil {
			return failure.attempt(ViaLong)
		}
	}
	if wait := l.limits.push(to, len(left), time.Now()); wait > 0 {
		return bot.Attempt{Fate: bot.FateLater, Why: WhyLimit, Via: ViaLong, Wait: wait, Limited: true}
	}
	for i, one := range left {
		body := file
		switch {
		case one == partText:
			words, _ := fit(p.Text, streamLimit)
			body = sendBody{MsgType: msgMarkdown, Markdown: &textBody{words}}
		case one == partCard && !to.group:
			body = sendBody{MsgType: msgCard, Card: aibotCard(p.Card)}
		case one == partCard && p.Text == "":
			body = sendBody{MsgType: msgMarkdown, Markdown: &textBody{cardWords(p.Card)}}
		case one == partCard:
			l.limits.unsent(to, 1)
			continue // page 101463 has cards in private chats alone, and the words are enough
		}
		attempt := l.pushOne(ctx, to, body.to(to))
		if attempt.Code == codeMediaID && one == partFile {
			// Forgotten before its time. The next attempt uploads it anew.
			l.kept.drop(mediaKey(p.File, body.MsgType))
			attempt.Fate = bot.FateLater
		}
		if attempt.Fate == bot.FateRefused && one == partCard && p.Text != "" {
			continue // whatever it offers can be typed
		}
		if attempt.Fate != bot.FateAccepted {
			l.limits.unsent(to, len(left)-i-1)
			attempt.Told = one == partCard && p.Text != "" && p.File == nil
			return attempt
		}
		accepted = bot.Attempt{Fate: bot.FateAccepted, Via: ViaLong, MsgID: cmp.Or(accepted.MsgID, attempt.MsgID)}
		l.made.mark(p.ID, one, accepted)
	}
	return accepted
}

// offline says what to do while nothing can be sent; nil if it can.
func (l *Long) offline() *bot.Attempt {
	if l.Up() {
		return nil
	}
	switch state := l.State(); state.Phase {
	case LongRefused:
		return &bot.Attempt{Fate: bot.FateHalted, Code: state.Code, Why: WhyBot}
	case LongElsewhere:
		return &bot.Attempt{Fate: bot.FateHalted, Why: WhyElsewhere}
	}
	return &bot.Attempt{Fate: bot.FateLater, Why: WhyNetwork, Wait: offlineWait, Limited: true}
}

func (l *Long) pushOne(ctx context.Context, to longChat, body sendBody) bot.Attempt {
	s := l.current()
	if s == nil {
		return bot.Attempt{Fate: bot.FateLater, Why: WhyNetwork, Wait: offlineWait, Limited: true}
	}
	code, f, err := s.call(ctx, ackWait, cmdSend, newReqID(cmdSend), body)
	switch {
	case errors.Is(err, errNotSent):
		return bot.Attempt{Fate: bot.FateLater, Why: WhyNetwork, Wait: offlineWait}
	case err != nil:
		return bot.Attempt{Fate: bot.FateLater, Why: WhyNetwork, Wait: pause, Unsure: true}
	case code != 0:
		return l.judge(s, to, cmdSend, code).attempt(ViaLong)
	}
	var said struct {
		MsgID string `json:"msgid"`
	}
	_ = decode(f.Body, &said, "the body") // no page promises one
	return bot.Attempt{Fate: bot.FateAccepted, MsgID: said.MsgID}
}

// judge says what an errcode means for a push or an upload.
func (l *Long) judge(s *socket, to longChat, cmd string, code int64) *Failure {
	f := &Failure{Call: cmd, Code: code}
	switch code {
	case 93001, 93006, 93008:
		f.Fate, f.Why = bot.FateRefused, WhyUnwritten
	case 853000, 93019:
		f.Fate, f.Why = bot.FateHalted, WhyBot
	case codeUnusable:
		s.end(errUnusable)
		f.Fate, f.Why, f.wait = bot.FateLater, WhyNetwork, offlineWait
	default:
		v := judgeCode(code)
		f.Fate, f.Why = v.fate, v.why
		if v.why == WhyLimit {
			f.limited, f.wait = true, pause
			if to.id != "" {
				l.limits.shut(to, time.Now().Add(pause))
			}
		}
	}
	return f
}

// current is the subscribed socket, nil if there is none.
func (l *Long) current() *socket {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.socket == nil || l.socket.ctx.Err() != nil {
		return nil
	}
	return l.socket
}
