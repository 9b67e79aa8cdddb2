package wecomtest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Messages that only an application gets.
const (
	Location Kind = "location"
	Link     Kind = "link"
)

// AppConfig is one self-built application with its callback, as the console
// knows it.
type AppConfig struct {
	URL     string // the callback address
	Token   string
	AESKey  string // the EncodingAESKey, 43 characters
	CorpID  string
	AgentID int
	// API is where pictures, voices and films can be fetched, and whose cards
	// can be pressed; nil for nowhere and none.
	API      *API
	Client   *http.Client     // as Config.Client
	Now      func() time.Time // nil for time.Now
	Patience time.Duration    // how long one try waits; 0 for 5 seconds
}

// App plays the callback of one self-built application (page 90238). Its
// callbacks are sealed XML; members reach it privately only. It is safe for
// concurrent use.
type App struct {
	cfg    AppConfig
	line   line
	sealer sealer
	prefix string

	mu     sync.Mutex
	serial int64
	sent   recent[*appSent] // by id
}

// appSent is a callback that can be sent again.
type appSent struct {
	id    string
	from  string
	plain []byte
	on    trigger
	task  string // key in API.tasks of the card that was pressed
}

// NewApp makes the callback of one application. It sends nothing yet.
func NewApp(cfg AppConfig) (*App, error) {
	line, err := newLine(cfg.URL, cfg.Client, "text/xml")
	if err != nil {
		return nil, err
	}
	sealer, err := newSealer(cfg.Token, cfg.AESKey)
	if err != nil {
		return nil, err
	}
	if cfg.CorpID == "" || cfg.AgentID <= 0 {
		return nil, errors.New("wecomtest: no CorpID, or no AgentID")
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	if cfg.Patience <= 0 {
		cfg.Patience = patience
	}
	return &App{cfg: cfg, line: line, sealer: sealer, prefix: randomDigits(9)}, nil
}

// AppMsg is what a member sends to an application (page 90239).
type AppMsg struct {
	From string
	Kind Kind   // "" for Text; Image, Voice, Video, Location or Link
	Text string // the words; the name of a Location, the title of a Link
	// File is the picture, voice or film.
	File Attachment
	ID   string    // MsgId; "" for a new one
	At   time.Time // CreateTime; zero for now. What arrives need not be in its order
}

// AppEvent is something that happened (page 90240). Events have no MsgId: two
// of one member in one second look alike but for what they say.
type AppEvent struct {
	From string
	Type string // subscribe, enter_agent, click, template_card_menu_event …
	Key  string // EventKey
	At   time.Time
	// Of the card whose menu was used.
	Task, CardType, ResponseCode string
}

// AppAnswer is what the member got to see.
type AppAnswer struct {
	ID     string // of the message, or of the event for Resend
	Text   string // "" if there was nothing to say
	Button string // what the pressed card's one grey button says
	Card   *Card  // what the pressed card has become
	Tries  int    // how often the callback was sent till it was answered
}

// Verify does what the console does when an administrator saves the callback
// address (page 90238).
func (a *App) Verify(ctx context.Context) error { return verified(ctx, a.Call) }

// Send has a member send a message, up to three times until it is answered.
func (a *App) Send(ctx context.Context, m AppMsg) (AppAnswer, error) {
	s, err := a.prepare(m)
	if err != nil {
		return AppAnswer{}, err
	}
	a.remember(s)
	return a.deliver(ctx, s)
}

// Event tells the application of an event, up to three times until it is
// answered.
func (a *App) Event(ctx context.Context, e AppEvent) (AppAnswer, error) {
	return a.event(ctx, e, "")
}

func (a *App) event(ctx context.Context, e AppEvent, task string) (AppAnswer, error) {
	on := onMessage
	if strings.HasPrefix(e.Type, "template_card_") {
		on = onCard
	}
	fields := []string{
		"MsgType", cdata("event"), "Event", cdata(e.Type), "EventKey", cdata(e.Key),
	}
	if on == onCard {
		fields = append(fields, "TaskId", cdata(e.Task), "CardType", cdata(e.CardType), "ResponseCode", cdata(e.ResponseCode))
	}
	s := &appSent{id: "e" + a.newID(), from: e.From, plain: a.compose(e.From, e.At, fields...), on: on, task: task}
	a.remember(s)
	return a.deliver(ctx, s)
}

// Press has a member press a button of a card that the application sent them.
func (a *App) Press(ctx context.Context, from, task, key string) (AppAnswer, error) {
	if a.cfg.API == nil {
		return AppAnswer{}, ErrNoButton
	}
	pressed, kind, code, ok := a.cfg.API.press(a.cfg.AgentID, from, task, key)
	if !ok {
		return AppAnswer{}, ErrNoButton
	}
	return a.event(ctx, AppEvent{From: from, Type: "template_card_event", Key: key, Task: task, CardType: kind, ResponseCode: code}, pressed)
}

// Resend sends a callback once more, as the platform does when an answer got
// lost: the same, sealed anew.
func (a *App) Resend(ctx context.Context, id string) (AppAnswer, error) {
	a.mu.Lock()
	s := a.sent.get(id)
	a.mu.Unlock()
	if s == nil {
		return AppAnswer{}, fmt.Errorf("wecomtest: %q was never sent, or too long ago", id)
	}
	return a.deliver(ctx, s)
}

// Compose returns the callback for a message before it is sealed, for a test
// to damage.
func (a *App) Compose(m AppMsg) ([]byte, error) {
	s, err := a.prepare(m)
	if err != nil {
		return nil, err
	}
	return s.plain, nil
}

func (a *App) prepare(m AppMsg) (*appSent, error) {
	if m.Kind == "" {
		m.Kind = Text
	}
	if m.ID == "" {
		m.ID = a.newID()
	}
	fields := []string{"MsgType", cdata(string(m.Kind))}
	switch m.Kind {
	case Text:
		fields = append(fields, "Content", cdata(m.Text))
	case Image:
		fields = append(fields, "PicUrl", cdata("https://media.invalid/"+m.ID), "MediaId", cdata(a.media(m)))
	case Voice:
		fields = append(fields, "MediaId", cdata(a.media(m)), "Format", cdata("amr"))
	case Video:
		fields = append(fields, "MediaId", cdata(a.media(m)), "ThumbMediaId", cdata("thumb-"+m.ID))
	case Location:
		fields = append(fields, "Location_X", "23.134", "Location_Y", "113.358", "Scale", "20", "Label", cdata(m.Text), "AppType", cdata("wxwork"))
	case Link:
		fields = append(fields, "Title", cdata(m.Text), "Description", cdata(""), "Url", cdata("https://link.invalid/"), "PicUrl", cdata(""))
	default:
		return nil, fmt.Errorf("wecomtest: an application gets no message of kind %q", m.Kind)
	}
	fields = append(fields, "MsgId", m.ID)
	return &appSent{id: m.ID, from: m.From, plain: a.compose(m.From, m.At, fields...), on: onMessage}, nil
}

// compose writes a callback: names and values in turn.
func (a *App) compose(from string, at time.Time, fields ...string) []byte {
	if at.IsZero() {
		at = a.cfg.Now()
	}
	all := append([]string{
		"ToUserName", cdata(a.cfg.CorpID), "FromUserName", cdata(from), "CreateTime", strconv.FormatInt(at.Unix(), 10),
	}, fields...)
	all = append(all, "AgentID", strconv.Itoa(a.cfg.AgentID))
	var out strings.Builder
	out.WriteString("<xml>")
	for i := 0; i < len(all); i += 2 {
		out.WriteString("<" + all[i] + ">" + all[i+1] + "</" + all[i] + ">")
	}
	out.WriteString("</xml>")
	return []byte(out.String())
}

// media is the id to fetch a message's file by.
func (a *App) media(m AppMsg) string {
	if a.cfg.API == nil || m.File.Content == nil {
		return "media-" + m.ID
	}
	return a.cfg.API.receive(m.File, string(m.Kind))
}

// newID makes a number that no other message has, in any App.
func (a *App) newID() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.serial++
	return fmt.Sprintf("%s%09d", a.prefix, a.serial)
}

func (a *App) remember(s *appSent) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.sent.put(s.id, s, 0)
}

// deliver sends a callback until it is answered, each time sealed anew.
func (a *App) deliver(ctx context.Context, s *appSent) (AppAnswer, error) {
	answer := AppAnswer{ID: s.id}
	for {
		answer.Tries++
		got, err := a.attempt(ctx, s)
		if err == nil && got.Status != http.StatusOK {
			err = fmt.Errorf("status %d", got.Status)
		}
		switch {
		case err == nil:
			return answer, a.accept(s, got.Body, &answer)
		case ctx.Err() != nil:
			return answer, ctx.Err()
		case answer.Tries == tries:
			return answer, fmt.Errorf("%w after %d tries: %w", ErrUnanswered, tries, err)
		}
	}
}

func (a *App) attempt(ctx context.Context, s *appSent) (Response, error) {
	ctx, cancel := context.WithTimeout(ctx, a.cfg.Patience)
	defer cancel()
	return a.Call(ctx, Call{Plain: s.plain})
}

// Call makes one request and returns the response as it is. Only a request
// that got none is an error. Call.Receiver is the company unless set.
func (a *App) Call(ctx context.Context, c Call) (Response, error) {
	if c.Receiver == "" {
		c.Receiver = a.cfg.CorpID
	}
	q, err := c.request(a.sealer, a.cfg.Now(), func(sealed string) []byte {
		return []byte("<xml><ToUserName>" + cdata(a.cfg.CorpID) + "</ToUserName><AgentID>" + cdata(strconv.Itoa(a.cfg.AgentID)) +
			"</AgentID><Encrypt>" + cdata(sealed) + "</Encrypt></xml>")
	})
	if err != nil {
		return Response{}, err
	}
	return a.line.do(ctx, q)
}
