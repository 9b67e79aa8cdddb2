package web

import (
	"bytes"
	"context"
	"crypto/rand"
	"embed"
	"encoding/json"
	"errors"
	"html/template"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"anyuebot/bot"
)

//go:embed assets
var assets embed.FS

// maxBody is the most bytes of a request: a whole form pasted has a tenth.
const maxBody = 64 << 10

// policy lets the page load from its own address and nowhere else. Nothing may
// stand inline, so whatever a message holds, it cannot run.
const policy = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// Person is one whom a visitor may speak as.
type Person struct {
	UserID string
	Name   string
	Role   string // as shown beside the name
	Unit   string // the unit they speak for; "" for the office
	Office bool   // decides which words the page proposes
}

// Config is a chat.
type Config struct {
	Title     string // of the page
	GroupName string
	GroupID   string // the group's chat id, as Send gets it
	BotName   string // what stands behind the "@"; Send's platform must use the same
	People    []Person
	// SampleForm is a form filled in, which a liaison may paste with one
	// click; "" for none.
	SampleForm string

	// Send delivers a message and returns the bot's answer; one without words
	// means the bot kept silent. It is called for one message of a member at a
	// time, in the order they were written, and its error is shown in the
	// conversation: it must hold no secret.
	Send func(ctx context.Context, m Message) (Answer, error)
	// Enter tells that a member opened the private chat and returns the bot's
	// greeting, if any. It is called at each opening. It may be nil.
	Enter func(ctx context.Context, from string) (Answer, error)
	// Press tells that a member pressed a button of a card, and returns the
	// card that takes its place; nil if it stays. What the bot says about it
	// comes by [Chat.Push]. It may be nil if no answer has a card.
	Press func(ctx context.Context, p Press) (*bot.Card, error)
	// Now is the campaign's time, in the zone it is to be shown in.
	Now func() time.Time
	// Next is the moment that a visitor may put the clock forward to; the zero one if
	// there is none. Jump does so. It is called with what Next named, maybe long ago
	// and maybe more than once, and then does nothing; its error is shown and must
	// hold no secret. Both may be nil; then the page has no clock.
	Next func(context.Context) Moment
	Jump func(context.Context, time.Time) error
}

// Moment is an instant at which something happens by itself.
type Moment struct {
	At   time.Time // in the zone of [Config].Now
	What string    // what happens, in a few words
}

// Message is what a member sends to the bot.
type Message struct {
	From  string
	Group string // "" in the private chat; in a group the message mentioned the bot
	Text  string // without that mention
	File  *File  // a picture or another file sent along
}

// File is a file that somebody sends, or gets.
type File struct {
	Name    string
	Content []byte
}

// Answer is what a member gets to see.
type Answer struct {
	Text string    // markdown
	Card *bot.Card // under the words
}

// Press is one press of a button.
type Press struct {
	From, Group string
	Task        string // of the card
	Say         string // what the button stands for
}

// Pushed is what arrives without having been asked for.
type Pushed struct {
	To    string // the member, in the private chat; or
	Group bool   // everybody, in the group
	By    string // who it is from, as clients show it; "" for the bot
	Answer
	File *File
}

// Chat is the demo's page: the work group, each member's private chat with the
// bot, and a choice of who one is. It keeps the conversation in memory, the
// last thousand messages or so.
//
// There is no login, by design. Everybody who can open the page can speak as
// anybody and read everything, so serve it on a loopback address alone, and
// never beside real data. Other sites open in the same browser cannot post to
// it.
type Chat struct {
	cfg    Config
	page   []byte
	routes http.Handler
	log    *transcript

	ctx  context.Context // of all deliveries and streams, till Close
	stop context.CancelFunc
	work sync.WaitGroup

	mu      sync.Mutex
	closed  bool
	waiting map[string][]func() // by member, the one being worked on first
}

// NewChat makes a chat. All of cfg is required but what may be empty or nil, and
// at least one person.
func NewChat(cfg Config) *Chat {
	ctx, stop := context.WithCancel(context.Background())
	c := &Chat{
		cfg: cfg, page: render(cfg), log: newTranscript(rand.Text()),
		ctx: ctx, stop: stop, waiting: map[string][]func(){},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", c.showPage)
	for _, name := range []string{"chat.css", "chat.js", "icon.svg"} {
		mux.HandleFunc("GET /"+name, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "no-cache")
			http.ServeFileFS(w, r, assets, "assets/"+name)
		})
	}
	mux.HandleFunc("GET /events", c.events)
	mux.HandleFunc("POST /send", c.send)
	mux.HandleFunc("POST /enter", c.enter)
	mux.HandleFunc("POST /press", c.press)
	mux.HandleFunc("POST /jump", c.jump)
	mux.HandleFunc("POST /upload", c.upload)
	mux.HandleFunc("GET /file", c.file)
	sameOrigin := http.NewCrossOriginProtection()
	sameOrigin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		refuse(w, http.StatusForbidden, "只接受从本页面发出的消息。")
	}))
	c.routes = sameOrigin.Handler(mux)
	return c
}

// ServeHTTP serves the page at "/" and what belongs to it below.
func (c *Chat) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	c.routes.ServeHTTP(w, r)
}

// Close ends the open streams, without which a server's Shutdown would wait
// for ever, cancels what is still being delivered and waits for it. Give it to
// the server's RegisterOnShutdown.
func (c *Chat) Close() {
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.stop()
	c.work.Wait()
}

// setup is what the script has to know.
type setup struct {
	Group  string        `json:"group"`
	Bot    string        `json:"bot"`
	Sample string        `json:"sample"`
	People []setupPerson `json:"people"`
}

type setupPerson struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Role   string `json:"role"`
	Unit   string `json:"unit"`
	Office bool   `json:"office"`
}

// render makes the page, which is the same for everybody.
func render(cfg Config) []byte {
	s := setup{Group: cfg.GroupName, Bot: cfg.BotName, Sample: cfg.SampleForm, People: []setupPerson{}}
	for _, p := range cfg.People {
		s.People = append(s.People, setupPerson{p.UserID, p.Name, p.Role, p.Unit, p.Office})
	}
	var out bytes.Buffer
	// Neither step can fail: s is plain strings, the template a part of the program.
	data, err := json.Marshal(s)
	if err == nil {
		err = template.Must(template.ParseFS(assets, "assets/page.html")).Execute(&out, map[string]any{
			"Title": cfg.Title, "Bot": cfg.BotName, "Setup": string(data),
		})
	}
	if err != nil {
		panic("web: the page is broken: " + err.Error())
	}
	return out.Bytes()
}

func (c *Chat) showPage(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(c.page) // nobody is left to be told
}

// send takes a message: {"as": userid, "chat": "group" or "private", "text": …}.
// It answers 202 once the message stands in the transcript; what the bot says
// comes with the events.
func (c *Chat) send(w http.ResponseWriter, r *http.Request) {
	var in struct {
		As   string `json:"as"`
		Chat place  `json:"chat"`
		Text string `json:"text"`
	}
	if !c.read(w, r, &in) || !c.known(w, in.As) || !exists(w, in.Chat) {
		return
	}
	if strings.TrimSpace(in.Text) == "" {
		refuse(w, http.StatusBadRequest, "消息是空的。")
		return
	}
	c.accept(w, c.say(in.As, in.Chat, in.Text, nil))
}

// enter is told that a member opened the private chat: {"as": userid}.
func (c *Chat) enter(w http.ResponseWriter, r *http.Request) {
	var in struct {
		As string `json:"as"`
	}
	if c.read(w, r, &in) && c.known(w, in.As) {
		c.accept(w, c.greet(in.As))
	}
}

func (c *Chat) accept(w http.ResponseWriter, err error) {
	switch {
	case errors.Is(err, errFull):
		refuse(w, http.StatusTooManyRequests, "前面的消息还没有答完，请稍后再发。")
	case errors.Is(err, errNoCard):
		refuse(w, http.StatusBadRequest, "这张卡片不在了，请刷新页面。")
	case errors.Is(err, errClosed):
		refuse(w, http.StatusServiceUnavailable, "演示正在退出，这条没有发出。")
	default:
		w.WriteHeader(http.StatusAccepted)
	}
}

// read decodes a request strictly. If it cannot, it answers and returns false.
func (c *Chat) read(w http.ResponseWriter, r *http.Request, to any) bool {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		refuse(w, http.StatusRequestEntityTooLarge, "消息太长，请分几次发。")
		return false
	}
	dec := json.NewDecoder(bytes.NewReader(body))
	dec.DisallowUnknownFields()
	if err != nil || !utf8.Valid(body) || dec.Decode(to) != nil || dec.More() {
		refuse(w, http.StatusBadRequest, "请求的格式不对。")
		return false
	}
	return true
}

// exists looks whether there is such a conversation. If not, it answers.
func exists(w http.ResponseWriter, where place) bool {
	if where == inGroup || where == inPrivate {
		return true
	}
	refuse(w, http.StatusBadRequest, "没有这个会话。")
	return false
}

// known looks whether there is such a person. If not, it answers.
func (c *Chat) known(w http.ResponseWriter, userid string) bool {
	if c.here(userid) {
		return true
	}
	refuse(w, http.StatusBadRequest, "没有这个人，请刷新页面。")
	return false
}

// here reports whether there is such a person on the page.
func (c *Chat) here(userid string) bool {
	return slices.ContainsFunc(c.cfg.People, func(p Person) bool { return p.UserID == userid })
}

func refuse(w http.ResponseWriter, status int, sentence string) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"error": sentence}) // nobody is left to be told
}
