// Package app carries out one message: it claims the message's id, loads what
// the conversation asks for at one revision of the store, lets package bot
// decide, puts the answer into words and commits everything together. Only
// then is anything said to have been recorded.
//
// What a turn wants to say to others is stored with it as deliveries, which the
// outbox carries out afterwards ([App.RunOutbox]): one process among all does,
// and whatever it is interrupted at, nothing is lost, and nothing comes twice
// but what is marked as unsure.
//
// Reminders come of themselves: every minute it is looked which steps of the
// notice's ladder are due ([App.RunReminders]), which is one commit, and the outbox
// does the rest.
//
// It declares its ports and gets them from the command: the store, the words
// and the channel. It may import bot, bot/remind, bot/report, a cron runner and a
// rate limiter; it knows no platform, no engine and no file.
//
// Where to look: app.go takes a message through its turn; load.go looks up what
// bot.Need names; speak.go and words.go put what it says into a reply and
// deliveries; roster.go tries out or imports a list that was sent; office.go is who
// belongs to the office, pace.go how much one member may send. Then the outbox:
// outbox.go has its ports, worker.go decides what is done next and whose work it
// is, expand.go makes the messages of a broadcast, carry.go makes an attempt,
// settle.go is what comes of it, roads.go knows which roads are halted, alarm.go
// tells the office of them. And the reminders: tick.go says when, facts.go looks up
// what decides about each unit, expandremind.go makes them, and rest.go keeps
// them to their hours.
package app

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"anyuebot/bot"
	"anyuebot/bot/remind"
)

// ErrConflict is what a [Turn]'s Commit returns when something it had read was
// changed meanwhile. The turn is run anew.
var ErrConflict = errors.New("changed meanwhile")

// Store is where turns come from.
type Store interface {
	// Begin opens a turn at one revision. claim names the message for ever.
	Begin(ctx context.Context, claim, userid string) (Turn, error)
	// Reply finds what an earlier message was answered.
	Reply(ctx context.Context, claim string) (bot.Reply, bool, error)
}

// Turn reads at one revision and commits once.
type Turn interface {
	Claimed() (bot.Reply, bool, error)
	Person() (bot.Person, error)
	Session() (bot.Session, error)
	Roster() (bot.Roster, error)
	Report(bot.ReportKey) (*bot.Report, *bot.Submission, error)
	Statuses(form, period string) ([]bot.Status, error)
	Chats() ([]bot.Chat, error)
	Sent() (*bot.Sent, error)
	Halts() ([]bot.Halt, error)
	Docket(bot.ReportKey) (*bot.Docket, error)
	Dockets() ([]bot.Docket, error)
	Book(bot.FormPeriod) (*bot.Book, error)
	Filed(bot.FormPeriod) ([]bot.Filed, error)
	Versions(bot.ReportKey) ([]bot.Submission, error)
	NewestLog(bot.LogQuery) ([]bot.LogEntry, error)
	FilesOf(unit string) ([]bot.Received, error)
	FilesByHash(hash string) ([]bot.Received, error)
	Known(userid string) (bot.Person, error)
	People() ([]bot.Person, error)
	Reminded() (map[string]int, error)
	// Reminding is what is kept of the reminders, Week how often each unit had one in
	// the week that begins at monday. Recent are those sent last, the newest first,
	// and SentOf some of them by their IDs, each with what became of it.
	Reminding() (bot.Reminding, error)
	Week(monday time.Time, but string) (map[string]int, error)
	Recent(most int) ([]bot.Sent, error)
	SentOf(broadcasts ...string) (map[string]bot.Sent, error)
	Commit(bot.Changes, time.Time, bot.Reply) error
	Close()
}

// Config is what an App needs. The fields from Outbox on may be left out.
type Config struct {
	Notice *bot.Notice
	Store  Store
	// Say puts an effect into words.
	Say func(bot.Effect) (string, error)
	// Office holds the userids of the office.
	Office []string
	// Now is the campaign's time; Zone is the campaign's zone.
	Now  func() time.Time
	Zone *time.Location
	// Called asks the platform's address book what it calls a member: "" if it does
	// not say, soon. Nil where there is none.
	Called func(ctx context.Context, userid string) string
	// Rate is how many messages a second one member may send, with a burst of
	// five times that; 0 for no limit.
	Rate float64

	// Rosters reads and imports roster files; without one no message does.
	Rosters Rosters
	// Words reads a document that a member sent; without it none is read. What it
	// cannot read is "".
	Words func(context.Context, bot.File) string
	// Outbox is where deliveries wait; without one nothing is ever sent.
	Outbox Outbox
	// Channel sends them; without one no road leads anywhere.
	Channel Channel
	// Owner names this process among those that share the store, and no other.
	// A process that alone has its store keeps one name, so that it need not
	// wait for the lease of the one before. Without one it is drawn.
	Owner string
	// Observe is told the outcome and duration of every turn, ObserveAttempt
	// the road and outcome of every attempt to send something.
	Observe        func(outcome string, took time.Duration)
	ObserveAttempt func(via, outcome string)
	Log            *slog.Logger
}

// App runs turns. It is safe for concurrent use.
type App struct {
	c      Config
	office map[string]bool
	pace   *pace
	locks  locks
	wake   chan struct{} // filled when there is something new to send
	roads  *roads
	sends  bool         // there are an outbox and a channel
	ahead  atomic.Int64 // how far the campaign's clock was ahead of the real one, see clockMoved
	// steps are all steps of the ladder; they follow from the notice alone.
	steps func() []remind.Due
	// compose is bot.Compose.
	compose func(*bot.Notice, bot.Broadcast, bot.Recipient, time.Time) (bot.Send, bool)
}

// New makes an App.
func New(c Config) *App {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Observe == nil {
		c.Observe = func(string, time.Duration) {}
	}
	if c.ObserveAttempt == nil {
		c.ObserveAttempt = func(string, string) {}
	}
	sends := c.Outbox != nil && c.Channel != nil
	if c.Channel == nil {
		c.Channel = nowhere{}
	}
	if c.Owner == "" {
		c.Owner = rand.Text()
	}
	a := &App{
		c: c, office: map[string]bool{}, pace: newPace(c.Rate),
		wake: make(chan struct{}, 1), roads: newRoads(), sends: sends, compose: bot.Compose,
		steps: sync.OnceValue(func() []remind.Due {
			return remind.Plan(c.Notice, time.Time{}.In(c.Zone), time.Date(9999, 1, 1, 0, 0, 0, 0, c.Zone))
		}),
	}
	for _, id := range c.Office {
		a.office[strings.ToLower(strings.TrimSpace(id))] = true
	}
	return a
}

// attempts bounds how often a turn is run anew because others were faster.
// From the second on it waits its turn at the unit, so that more than a few
// mean that something is broken.
const attempts = 20

// ID names a message for ever: the claim of its id, and the id of its reply.
func (a *App) ID(m bot.Message) string {
	h := sha256.Sum256([]byte(m.Channel + "\x00" + m.Bot + "\x00" + m.ID))
	return hex.EncodeToString(h[:16])
}

// Replied finds the reply to an earlier message by its id.
func (a *App) Replied(ctx context.Context, id string) (bot.Reply, bool, error) {
	return a.c.Store.Reply(ctx, id)
}

// Turn carries out one message and returns what to say. A message seen before
// gets the same reply again. When the member is too fast or nothing can be
// saved, the reply says so and nothing is claimed or stored, so that the same
// message may come again.
func (a *App) Turn(ctx context.Context, m bot.Message) (bot.Reply, error) {
	start := time.Now()
	id := a.ID(m)
	m = a.read(ctx, m)
	member := strings.ToLower(m.From)
	defer a.locks.hold("member " + member)()
	unit, locked := "", false
	var list errand
	for attempt := range attempts {
		reply, outcome, err := a.try(ctx, id, m, attempt > 0, &unit, &list)
		switch {
		case errors.Is(err, errErrand):
			continue
		case err == nil:
			a.c.Observe(outcome, time.Since(start))
			return reply, nil
		case errors.Is(err, ErrConflict):
			if unit != "" && !locked {
				defer a.locks.hold("unit " + unit)()
				locked = true
			}
			continue
		}
		a.c.Log.Error("turn failed", "message", id, "error", err)
		a.c.Observe("unavailable", time.Since(start))
		return a.refuse(id, "unavailable")
	}
	a.c.Log.Error("turn gave up: others kept changing what it reads", "message", id)
	a.c.Observe("unavailable", time.Since(start))
	return a.refuse(id, "unavailable")
}

// read looks into the documents of a private message; in a group nobody wants
// forty lines of an answer.
func (a *App) read(ctx context.Context, m bot.Message) bot.Message {
	if a.c.Words == nil || !m.Private() || len(m.Files) == 0 {
		return m
	}
	m.Files = slices.Clone(m.Files)
	for i, f := range m.Files {
		if f.Hash != "" {
			m.Files[i].Words = a.c.Words(ctx, f)
		}
	}
	return m
}

// refuse answers without storing anything.
func (a *App) refuse(id, key string) (bot.Reply, error) {
	text, err := a.c.Say(bot.Effect{Key: key})
	return bot.Reply{ID: id, Text: text}, err
}

// try runs the turn once. unit is set to the unit whose report it works on, list
// to what was done about a roster file.
func (a *App) try(ctx context.Context, id string, m bot.Message, again bool, unit *string, list *errand) (bot.Reply, string, error) {
	none := bot.Reply{}
	turn, err := a.c.Store.Begin(ctx, id, m.From)
	if err != nil {
		return none, "", fmt.Errorf("begin: %w", err)
	}
	defer turn.Close()
	if reply, ok, err := turn.Claimed(); err != nil || ok {
		return reply, "resend", err
	}
	if !again && !a.pace.allow(strings.ToLower(m.From)) {
		reply, err := a.refuse(id, "toofast")
		return reply, "toofast", err
	}
	now := a.c.Now().In(a.c.Zone)
	around := Around{Now: now, Office: a.office[strings.ToLower(m.From)], Reach: a.c.Channel.Reach(), Chance: chance(), Configured: a.configured()}
	if a.c.Called != nil {
		around.Called = func() string { return a.c.Called(ctx, m.From) }
	}
	view, in, err := Load(a.c.Notice, turn, m, around)
	if err != nil {
		return none, "", err
	}
	if *unit == "" {
		*unit = in.Need.Report.Unit
	}
	if order := in.Need.Import; order != nil && a.c.Rosters != nil {
		if !list.does(*order) {
			turn.Close() // an import commits, and may come in by the same gate
			if *list, err = a.roster(ctx, *order, view.Person.ID, now); err != nil {
				return none, "", err
			}
			return none, "", errErrand
		}
		view.Import = list.reading
	}
	changes, speech := bot.Step(a.c.Notice, view, m, in, now)
	if speech.Sends, err = a.toOffice(turn, view.Person, speech.Sends, &changes); err != nil {
		return none, "", err
	}
	reply, err := a.speak(id, m, view, &changes, speech, now)
	if err != nil {
		return none, "", err
	}
	if err := turn.Commit(changes, now, reply); err != nil {
		stored, ok := a.committed(ctx, id, err)
		if !ok {
			return none, "", fmt.Errorf("commit: %w", err)
		}
		reply = stored
	}
	if changes.Resume {
		if err := a.Resume(ctx); err != nil {
			a.c.Log.Error("halted roads were not resumed", "message", id, "error", err)
		}
	}
	if changes.Broadcast != nil || len(changes.Deliveries) > 0 {
		a.roused()
	}
	return reply, "turn", nil
}

// committed looks whether a commit that failed was done all the same, as one
// can be whose answer was lost: the claim tells.
func (a *App) committed(ctx context.Context, id string, err error) (bot.Reply, bool) {
	if errors.Is(err, ErrConflict) {
		return bot.Reply{}, false
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer cancel()
	reply, ok, err := a.c.Store.Reply(ctx, id)
	return reply, ok && err == nil
}

// chance draws eight hex digits.
func chance() string {
	var b [4]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// locks serialise turns by name. A lock that nobody holds takes no memory.
type locks struct {
	mu   sync.Mutex
	held map[string]*lock
}

type lock struct {
	mu      sync.Mutex
	waiting int
}

// hold waits for the name and returns what lets it go.
func (l *locks) hold(name string) (release func()) {
	l.mu.Lock()
	if l.held == nil {
		l.held = map[string]*lock{}
	}
	k := l.held[name]
	if k == nil {
		k = &lock{}
		l.held[name] = k
	}
	k.waiting++
	l.mu.Unlock()
	k.mu.Lock()
	return func() {
		k.mu.Unlock()
		l.mu.Lock()
		defer l.mu.Unlock()
		if k.waiting--; k.waiting == 0 {
			delete(l.held, name)
		}
	}
}
