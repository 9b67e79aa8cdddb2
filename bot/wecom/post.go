package wecom

import (
	"cmp"
	"context"
	"hash/fnv"
	"io"
	"log/slog"
	"slices"
	"strings"
	"time"

	"anyuebot/bot"
)

// Pusher is the long connection, as far as it writes to people unasked.
type Pusher interface {
	// Push sends what a parcel holds, to its group or else to its person.
	Push(ctx context.Context, p bot.Parcel) bot.Attempt
}

// PostConfig are the roads there are.
type PostConfig struct {
	API    *API       // nil if no application is configured
	Robots *Robots    // needed; late answers leave by its line as well
	Long   Pusher     // nil if there is no long connection
	Files  FileOpener // nil if no file is ever sent
	// Pressable says that presses of the application's cards arrive: it has a
	// callback. Without one its members are sent no buttons (page 90236).
	Pressable bool
	Log       *slog.Logger // nil for none
}

// The roads, as [bot.Attempt.Via], [bot.Halt.Via] and [bot.Reach] name them. Of
// a robot's the name goes on with a colon and a hash of its key, so that one
// that was removed does not halt the others.
const (
	ViaReply = "reply"
	ViaRobot = "robot"
	ViaApp   = "app"
	ViaLong  = "long"
)

// Post sends parcels by the best road there is, within the platform's limits.
// It is safe for concurrent use, but one parcel at a time must be sent once.
type Post struct {
	api       *API
	robots    *Robots
	long      Pusher
	files     FileOpener
	pressable bool
	log       *slog.Logger

	replies  responder
	toMember *limits
	toRobot  *limits
	courier
}

// NewPost makes no request.
func NewPost(cfg PostConfig) *Post {
	cfg.Log = cmp.Or(cfg.Log, slog.New(slog.DiscardHandler))
	return &Post{
		api: cfg.API, robots: cfg.Robots, long: cfg.Long, files: cfg.Files,
		pressable: cfg.Pressable, log: cfg.Log,
		replies:  responder{line: cfg.Robots.line},
		toMember: usual(), toRobot: toRobot(),
	}
}

// Reach tells whom the roads lead to.
func (p *Post) Reach() bot.Reach {
	reach := bot.Reach{Group: ViaRobot, Files: p.api != nil || p.long != nil}
	if p.long != nil {
		reach.Person, reach.Group = ViaLong, ViaLong
	}
	if p.api != nil {
		reach.Person = ViaApp
	}
	return reach
}

// Via names the road that Send would take now; "" if there is none.
func (p *Post) Via(parcel bot.Parcel) string {
	left, _ := p.made.left(parcel.ID, contents(parcel))
	if p.answers(parcel, left) {
		return ViaReply
	}
	return p.road(parcel)
}

// answers reports whether a parcel can go as the late answer to a message. A
// file cannot; of words and a card the words go, since there is one answer
// only.
func (p *Post) answers(parcel bot.Parcel, left []part) bool {
	return len(left) > 0 && left[0] != partFile && p.replies.open(parcel.ReplyURL)
}

func (p *Post) road(parcel bot.Parcel) string {
	switch {
	case parcel.Group != "" && parcel.Robot != "":
		return viaRobot(parcel.Robot)
	case parcel.Group != "" && p.long != nil:
		return ViaLong
	case parcel.Group != "" && parcel.ReplyURL == "", parcel.UserID == "":
		// What is said to a group is not said to somebody instead, unless it
		// was the answer to them.
		return ""
	case p.api != nil:
		return ViaApp
	case p.long != nil:
		return ViaLong
	}
	return ""
}

func viaRobot(key string) string { return ViaRobot + ":" + hash(key) }

// Repeatable reports whether the platform shows the same words once that come
// twice by a road: it does of an application's messages (page 90236).
func (p *Post) Repeatable(via string) bool { return via == ViaApp }

// Remember charges the limits with a parcel that an earlier process sent, or
// may have sent.
func (p *Post) Remember(parcel bot.Parcel, via string, at time.Time) {
	n := len(contents(parcel))
	if parcel.Card != nil && parcel.Text != "" && !(via == ViaApp && p.buttons(parcel)) {
		n-- // no message of its own there
	}
	switch {
	case via == ViaApp:
		p.toMember.remember(parcel.UserID, n, at, time.Now())
	case strings.HasPrefix(via, ViaRobot+":"):
		p.toRobot.remember(strings.TrimPrefix(via, ViaRobot+":"), n, at, time.Now())
	}
}

// Send tries once to send what is left of a parcel, and tells what became of
// it. A parcel of several messages, whose first went out and whose second did
// not, goes on with the second when it is sent again by the same process.
func (p *Post) Send(ctx context.Context, parcel bot.Parcel) bot.Attempt {
	start := time.Now()
	if len(parcel.Text) > bot.ParcelLimit {
		p.log.LogAttrs(ctx, slog.LevelError, "wecom parcel is longer than it may be: its end may be cut",
			slog.String("parcel", hash(parcel.ID)), slog.Int("bytes", len(parcel.Text)))
	}
	attempt := p.send(ctx, parcel)
	level := slog.LevelInfo
	if attempt.Fate == bot.FateHalted {
		level = slog.LevelError
	}
	p.log.LogAttrs(ctx, level, "wecom parcel", slog.String("parcel", hash(parcel.ID)), slog.String("via", attempt.Via),
		slog.String("fate", string(attempt.Fate)), slog.Int64("errcode", attempt.Code), slog.String("why", attempt.Why),
		slog.Bool("unsure", attempt.Unsure), slog.Duration("wait", attempt.Wait), slog.Duration("took", time.Since(start)))
	return attempt
}

// callParcel names a failure that no call was needed for.
const callParcel = "parcel"

func (p *Post) send(ctx context.Context, parcel bot.Parcel) bot.Attempt {
	road := p.road(parcel)
	all := contents(parcel)
	if len(all) == 0 {
		return turnedDown(callParcel, WhyContent).attempt(road)
	}
	left, accepted := p.made.left(parcel.ID, all)
	if len(left) == 0 {
		return accepted
	}
	if failure := p.unsendable(parcel, left, road); failure != nil {
		return failure.attempt(road)
	}
	var answered *Failure
	if p.answers(parcel, left) {
		answered = p.answer(ctx, parcel, left[0])
		switch {
		case answered == nil:
			// A card is not sent after its words: it would come by another
			// road, which is another chat. What it offers can be typed.
			accepted = p.made.mark(parcel.ID, partText|partCard, bot.Attempt{Fate: bot.FateAccepted, Via: ViaReply})
			if left[len(left)-1] != partFile {
				return accepted
			}
			left = []part{partFile}
		case p.replies.open(parcel.ReplyURL), answered.unsure:
			// It never left; or it may have arrived, and another road would
			// say the same twice in one breath.
			return answered.attempt(ViaReply)
		}
	}
	return p.by(ctx, road, parcel, left, answered)
}

// unsendable finds out that a file cannot go before the words are sent that
// announce it; nil if it can, or is not there.
func (p *Post) unsendable(parcel bot.Parcel, left []part, road string) *Failure {
	switch {
	case !slices.Contains(left, partFile):
		return nil
	case !sendable(parcel.File) || p.files == nil && road != ViaLong:
		return turnedDown(callParcel, WhyFile)
	case road == "":
		return turnedDown(callParcel, WhyRoad)
	}
	return nil
}

// by sends what is left by a road. answered is what became of the late answer,
// for where there is none.
func (p *Post) by(ctx context.Context, road string, parcel bot.Parcel, left []part, answered *Failure) bot.Attempt {
	switch {
	case road == ViaApp:
		return p.carry(ctx, parcel, left, p.byApp(parcel))
	case road == ViaLong:
		return p.push(ctx, parcel, left)
	case road != "":
		return p.carry(ctx, parcel, left, p.byRobot(parcel))
	case parcel.ReplyURL != "":
		used := turnedDown(callRespond, WhyUsed)
		if answered != nil {
			used.Code, used.Status = answered.Code, answered.Status
		}
		return used.attempt(ViaReply)
	}
	return turnedDown(callParcel, WhyRoad).attempt("")
}

// answer gives the late answer to a message. nil if the platform took it.
func (p *Post) answer(ctx context.Context, parcel bot.Parcel, first part) *Failure {
	m := responseMessage{MsgType: msgMarkdown}
	switch {
	case first == partText:
		words, _ := fit(parcel.Text, respondLimit)
		m.Mark = &textBody{words}
	case parcel.Group == "":
		m = responseMessage{MsgType: msgCard, Card: aibotCard(parcel.Card)}
	default:
		m.Mark = &textBody{cardWords(parcel.Card)}
	}
	failure := p.replies.respond(ctx, parcel.ReplyURL, m)
	note(ctx, p.log, failure)
	return failure
}

// push hands what is left over to the long connection, which counts its own
// messages.
func (p *Post) push(ctx context.Context, parcel bot.Parcel, left []part) bot.Attempt {
	parcel.ReplyURL, parcel.Robot = "", ""
	if !slices.Contains(left, partText) {
		parcel.Text = ""
	}
	if !slices.Contains(left, partCard) {
		parcel.Card = nil
	}
	attempt := p.long.Push(ctx, parcel)
	attempt.Via = ViaLong
	if attempt.Fate == bot.FateAccepted {
		for _, part := range left {
			attempt = p.made.mark(parcel.ID, part, attempt)
		}
	}
	return attempt
}

// byApp writes to one member as the application.
func (p *Post) byApp(parcel bot.Parcel) carrier {
	c := carrier{via: ViaApp, meter: p.toMember, key: parcel.UserID, shuts: everybody, cards: p.buttons(parcel)}
	c.joined = c.cards && parcel.Text != "" && appCard(parcel.Card).carries(parcel.Text)
	kind := ""
	if parcel.File != nil {
		kind = mediaKind(parcel.File)
		name := shownName(parcel.File)
		c.file = uploadKey(c.via, kind, parcel.File)
		c.upload = func(ctx context.Context) (string, *Failure) {
			return renamed(name, func(name string) (string, *Failure) {
				return p.api.upload(ctx, name, kind, parcel.File.Size, p.opener(ctx, parcel.File))
			})
		}
	}
	c.send = func(ctx context.Context, one part, mediaID string) (string, *Failure) {
		if strings.ContainsRune(parcel.UserID, '|') || strings.HasPrefix(parcel.UserID, "@") {
			// Several members, or "@all": nothing is meant for those.
			return "", turnedDown("message/send", WhyMember)
		}
		m := appMessage{ToUser: parcel.UserID, Check: 1, Interval: interval(parcel.ID)}
		switch {
		case one == partFile && kind == msgImage:
			m.MsgType, m.Image = msgImage, &mediaBody{mediaID}
		case one == partFile:
			m.MsgType, m.File = msgFile, &mediaBody{mediaID}
		case one == partText:
			m.words(parcel.Text)
		case c.cards:
			m.MsgType, m.Card = msgCard, appCard(parcel.Card)
			if c.joined {
				m.Card.Subtitle = parcel.Text
			}
		default:
			m.words(cardWords(parcel.Card))
		}
		return p.api.send(ctx, m)
	}
	return c
}

// buttons reports whether the application can show a parcel's card.
func (p *Post) buttons(parcel bot.Parcel) bool {
	return p.pressable && parcel.Card != nil && len(parcel.Card.Buttons) > 0
}

const appTextLimit = 2048 // bytes, of a text and of markdown (page 90236)

// words puts a text into the kind of message that can show it.
func (m *appMessage) words(text string) {
	plain := untabled(text)
	words, _ := fit(plain, appTextLimit)
	if dressed(plain) {
		m.MsgType, m.Mark = msgMarkdown, &textBody{words}
	} else {
		m.MsgType, m.Text = msgText, &textBody{words}
	}
}

// interval is how many seconds the platform is to look for the same request:
// nearly the 4 hours that it does at most. It differs from parcel to parcel,
// so that two that say the same to the same member are two, and one that is
// sent again is one.
func interval(parcel string) int64 {
	const most, spread = 4 * 60 * 60, 60 * 60
	h := fnv.New32a()
	_, _ = io.WriteString(h, parcel)
	return most - int64(h.Sum32()%spread)
}

// byRobot writes to a group by its robot.
func (p *Post) byRobot(parcel bot.Parcel) carrier {
	id := hash(parcel.Robot)
	c := carrier{via: viaRobot(parcel.Robot), meter: p.toRobot, key: id, shuts: id}
	if parcel.File != nil {
		name := shownName(parcel.File)
		c.file = uploadKey(c.via, msgFile, parcel.File)
		c.upload = func(ctx context.Context) (string, *Failure) {
			return renamed(name, func(name string) (string, *Failure) {
				return p.robots.upload(ctx, parcel.Robot, name, parcel.File.Size, p.opener(ctx, parcel.File))
			})
		}
	}
	c.send = func(ctx context.Context, one part, mediaID string) (string, *Failure) {
		var m robotMessage
		switch {
		case one == partFile:
			m = robotMessage{MsgType: msgFile, File: &mediaBody{mediaID}}
		case one == partText:
			m = robotWords(parcel.Text, mentions(parcel.Mention))
		default: // a robot's cards have no buttons (page 91770)
			m = robotWords(cardWords(parcel.Card), mentions(parcel.Mention))
		}
		return "", p.robots.send(ctx, parcel.Robot, m)
	}
	return c
}

func mentions(userids []string) []string {
	return slices.DeleteFunc(slices.Clone(userids), func(id string) bool { return id == "" })
}

func (p *Post) opener(ctx context.Context, f *bot.File) func() (io.ReadCloser, error) {
	return func() (io.ReadCloser, error) { return p.files.Open(ctx, f.Hash) }
}

// renamed uploads under the file's own name, and if the platform refuses that
// for what is in it, under one in ASCII: whether every way in takes Chinese
// names is written nowhere.
func renamed(name string, upload func(name string) (string, *Failure)) (string, *Failure) {
	id, failure := upload(name)
	if failure != nil && failure.Fate == bot.FateRefused && failure.Code != 0 && !ascii(name) {
		if again, second := upload(plainName(name)); second == nil {
			return again, nil
		}
	}
	return id, failure
}
