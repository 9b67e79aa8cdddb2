package wecom

import (
	"cmp"
	"context"
	"hash/fnv"
	"io"
	"log/slog"
	"slices"
	"strings"
	"sync"
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
	media    media
	toMember *limits
	toRobot  *limits
	made     progress
}

// NewPost makes no request.
func NewPost(cfg PostConfig) *Post {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	return &Post{
		api: cfg.API, robots: cfg.Robots, long: cfg.Long, files: cfg.Files,
		pressable: cfg.Pressable, log: cfg.Log,
		replies:  responder{line: cfg.Robots.line},
		toMember: toMember(), toRobot: toRobot(),
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

func (p *Post) send(ctx context.Context, parcel bot.Parcel) bot.Attempt {
	const call = "parcel"
	road := p.road(parcel)
	all := contents(parcel)
	if len(all) == 0 {
		return turnedDown(call, WhyContent).attempt(road)
	}
	left, accepted := p.made.left(parcel.ID, all)
	if len(left) == 0 {
		return accepted
	}
	if slices.Contains(left, partFile) {
		// Found out before the words are sent that announce it.
		switch {
		case !sendable(parcel.File) || p.files == nil && road != ViaLong:
			return turnedDown(call, WhyFile).attempt(road)
		case road == "":
			return turnedDown(call, WhyRoad).attempt("")
		}
	}

	var answered *Failure
	if p.answers(parcel, left) {
		answered = p.answer(ctx, parcel, left[0])
		switch {
		case answered == nil:
			// A card is not sent after its words: it would come by another
			// road, which is another chat. What it offers can be typed.
			accepted = bot.Attempt{Fate: bot.FateAccepted, Via: ViaReply}
			accepted = p.made.mark(parcel.ID, partText|partCard, accepted)
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

	switch {
	case road == ViaApp:
		return p.carry(ctx, parcel, left, p.byApp(parcel))
	case road == ViaLong:
		return p.push(ctx, parcel, left)
	case road != "":
		return p.carry(ctx, parcel, left, p.byRobot(parcel))
	case parcel.ReplyURL != "":
		used := turnedDown("aibot/response", WhyUsed)
		if answered != nil {
			used.Code, used.Status = answered.Code, answered.Status
		}
		return used.attempt(ViaReply)
	}
	return turnedDown(call, WhyRoad).attempt("")
}

// answer gives the late answer to a message. nil if the platform took it.
func (p *Post) answer(ctx context.Context, parcel bot.Parcel, first part) *Failure {
	m := responseMessage{MsgType: "markdown"}
	switch {
	case first == partText:
		words, _ := fit(parcel.Text, respondLimit)
		m.Mark = &textBody{words}
	case parcel.Group == "":
		m = responseMessage{MsgType: "template_card", Card: aibotCard(parcel.Card)}
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

// A carrier is a road of single messages, set up for one parcel.
type carrier struct {
	via    string
	limits *limits
	key    string // whom the limits count
	shuts  string // whom they let nothing through to when the platform asks for quiet
	media  string // names the parcel's file on this road
	cards  bool   // whether it takes cards with buttons
	joined bool   // whether the card has room for the words, so that one message is enough
	upload func(context.Context) (mediaID string, failure *Failure)
	send   func(ctx context.Context, one part, mediaID string) (msgID string, failure *Failure)
}

// carry sends what is left of a parcel, one message after the other.
func (p *Post) carry(ctx context.Context, parcel bot.Parcel, left []part, c carrier) bot.Attempt {
	if !c.cards && parcel.Text != "" {
		// Whatever a card offers can be typed, and the words say so.
		left = slices.DeleteFunc(left, func(one part) bool { return one == partCard })
	}
	withCard := part(0)
	if c.joined && slices.Contains(left, partText) && slices.Contains(left, partCard) {
		withCard = partText
		left = slices.DeleteFunc(left, func(one part) bool { return one == withCard })
	}
	if wait := c.limits.take(c.key, len(left), time.Now()); wait > 0 {
		return bot.Attempt{Fate: bot.FateLater, Why: WhyLimit, Via: c.via, Wait: wait, Limited: true}
	}
	unsent := len(left)
	told := parcel.Text != "" && !slices.Contains(left, partText)
	fail := func(f *Failure) bot.Attempt {
		c.limits.giveBack(c.key, unsent)
		if f.limited {
			c.limits.close(c.shuts, time.Now().Add(f.wait))
		}
		return f.attempt(c.via)
	}

	// The file goes up before the words that announce it: it is what fails.
	mediaID := ""
	if slices.Contains(left, partFile) {
		var failure *Failure
		if mediaID, failure = p.media.id(ctx, c.media, c.upload); failure != nil {
			return fail(failure)
		}
	}
	accepted := bot.Attempt{Fate: bot.FateAccepted, Via: c.via}
	for _, part := range left {
		id, failure := c.send(ctx, part, mediaID)
		if failure != nil && failure.Code == codeMediaID && part == partFile {
			// Forgotten before its time. Once more, with a new one.
			p.media.drop(c.media)
			if mediaID, failure = p.media.id(ctx, c.media, c.upload); failure == nil {
				id, failure = c.send(ctx, part, mediaID)
			}
		}
		if failure != nil {
			if failure.reached() {
				unsent--
			}
			attempt := fail(failure)
			attempt.Told = told && part == partCard && parcel.File == nil
			return attempt
		}
		unsent--
		told = told || part == partText
		accepted.MsgID = cmp.Or(accepted.MsgID, id)
		if part == partCard {
			part |= withCard
		}
		accepted = p.made.mark(parcel.ID, part, accepted)
	}
	return p.made.mark(parcel.ID, partCard, accepted) // sent, or not needed
}

// byApp writes to one member as the application.
func (p *Post) byApp(parcel bot.Parcel) carrier {
	c := carrier{via: ViaApp, limits: p.toMember, key: parcel.UserID, shuts: everybody, cards: p.buttons(parcel)}
	c.joined = c.cards && parcel.Text != "" && appCard(parcel.Card).carries(parcel.Text)
	if parcel.File != nil {
		name, kind := shownName(parcel.File), mediaKind(parcel.File)
		c.media = strings.Join([]string{ViaApp, kind, parcel.File.Hash, name}, "\n")
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
		case one == partFile && mediaKind(parcel.File) == "image":
			m.MsgType, m.Image = "image", &mediaBody{mediaID}
		case one == partFile:
			m.MsgType, m.File = "file", &mediaBody{mediaID}
		case one == partText:
			m.words(parcel.Text)
		case c.cards:
			m.MsgType, m.Card = "template_card", appCard(parcel.Card)
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
		m.MsgType, m.Mark = "markdown", &textBody{words}
	} else {
		m.MsgType, m.Text = "text", &textBody{words}
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
	c := carrier{via: viaRobot(parcel.Robot), limits: p.toRobot, key: id, shuts: id}
	if parcel.File != nil {
		name := shownName(parcel.File)
		c.media = strings.Join([]string{c.via, parcel.File.Hash, name}, "\n")
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
			m = robotMessage{MsgType: "file", File: &mediaBody{mediaID}}
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

// part is one message of a parcel.
type part uint8

const (
	partText part = 1 << iota
	partCard
	partFile
)

// contents are the messages of a parcel, in the order in which they are sent.
func contents(p bot.Parcel) []part {
	var all []part
	if p.Text != "" {
		all = append(all, partText)
	}
	if p.Card != nil {
		all = append(all, partCard)
	}
	if p.File != nil {
		all = append(all, partFile)
	}
	return all
}

// cardWords stand for a card where no card can be shown. Its choices can be
// typed, and the words that go with it say so.
func cardWords(c *bot.Card) string {
	words := []string{c.Title}
	for _, b := range c.Buttons {
		words = append(words, "· "+cmp.Or(b.Label, b.Say))
	}
	return strings.Join(words, "\n")
}

// progressKept is far longer than a parcel is tried for in one go.
const progressKept = 12 * time.Hour

// progress remembers what of which parcel the platform took, so that nothing
// is said twice by this process, even if what it did could not be written down
// at once. The zero value is ready.
type progress struct {
	mu    sync.Mutex
	made  map[string]*madePart
	swept time.Time
}

type madePart struct {
	parts    part
	accepted bot.Attempt
	at       time.Time
}

// left is what of a parcel is still to be sent; if nothing is, accepted is what
// became of it.
func (g *progress) left(id string, all []part) (left []part, accepted bot.Attempt) {
	g.mu.Lock()
	defer g.mu.Unlock()
	m := g.made[id]
	if m == nil {
		return all, bot.Attempt{}
	}
	return slices.DeleteFunc(slices.Clone(all), func(one part) bool { return m.parts&one != 0 }), m.accepted
}

// mark notes that parts were accepted, and returns what has become of the
// parcel by that: its id on the platform is that of its first message.
func (g *progress) mark(id string, parts part, accepted bot.Attempt) bot.Attempt {
	if id == "" {
		return accepted // nothing to know it by
	}
	now := time.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.made == nil {
		g.made = map[string]*madePart{}
	}
	if now.Sub(g.swept) > time.Minute {
		g.swept = now
		for old, m := range g.made {
			if now.Sub(m.at) > progressKept {
				delete(g.made, old)
			}
		}
	}
	m := g.made[id]
	if m == nil {
		m = &madePart{}
		g.made[id] = m
	}
	accepted.MsgID = cmp.Or(m.accepted.MsgID, accepted.MsgID)
	m.parts |= parts
	m.accepted, m.at = accepted, now
	return accepted
}
