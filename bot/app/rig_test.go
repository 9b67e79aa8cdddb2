package app_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"anyuebot/bot"
	"anyuebot/bot/app"
	"anyuebot/prompts"
	"anyuebot/store"
	"anyuebot/store/kv"
	"anyuebot/store/kv/memkv"
)

// rig is a campaign whose outbox can die at any call and begin anew on what the
// store then holds.
type rig struct {
	t        testing.TB
	notice   *bot.Notice
	engine   kv.Store
	store    *store.Store
	platform *platform
	log      *safeBuffer
	compose  func(*bot.Notice, bot.Broadcast, bot.Recipient, time.Time) (bot.Send, bool)
	observe  func(via, outcome string)
	claims   int
	disk     *fullDisk // nil for one that is never full
	expanded *pageLog
	slow     time.Duration // how long the store takes to be read
	clock    *clock        // the campaign's
	zone     *time.Location
	say      func(bot.Effect) (string, error)
}

// clock is the campaign's, which may be put forward and back.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration // of the real one
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return time.Now().Add(c.ahead)
}

func (c *clock) set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead = time.Until(at)
}

// pages are the pages of broadcasts that were stored, as "deliveries after the
// place of the last unit".
func (r *rig) pages() []string {
	r.expanded.mu.Lock()
	defer r.expanded.mu.Unlock()
	return slices.Clone(r.expanded.pages)
}

type pageLog struct {
	mu    sync.Mutex
	pages []string
}

func newRig(t testing.TB) *rig {
	t.Helper()
	notice, err := prompts.Load("", bot.WordingKeys())
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, notice: notice, engine: memkv.New(), log: &safeBuffer{}, compose: say, expanded: &pageLog{}, clock: &clock{}, zone: time.UTC, say: words}
	r.platform = &platform{arrived: map[string][]int{}, calls: map[string]int{}}
	if r.store, err = store.Open(context.Background(), r.engine, notice.ID); err != nil {
		t.Fatal(err)
	}
	return r
}

// say is a broadcast that is always meant and says its text.
func say(_ *bot.Notice, b bot.Broadcast, to bot.Recipient, _ time.Time) (bot.Send, bool) {
	send := bot.Send{Person: to.Person.ID, Kind: string(b.Kind), Units: to.Person.Units}
	if to.Chat != nil {
		send.Group = to.Chat.ID
	}
	text := b.Text
	if b.Form != "" {
		i := slices.IndexFunc(to.Status, func(s bot.Status) bool { return b.Means(bot.Unit{Name: s.Unit}) && s.Version == 0 })
		if i < 0 {
			return send, false
		}
		text = "尚未报送：" + to.Status[i].Unit
	}
	send.Say = []bot.Effect{{Key: "text", Args: map[string]string{"text": text}}}
	return send, true
}

// unworded is the errcode of a halt that has no words.
const unworded = "4242"

// words is how a rig's apps word effects.
func words(e bot.Effect) (string, error) {
	switch {
	case e.Key == "text":
		return e.Args["text"], nil
	case e.Key == "halt" && strings.Contains(e.Args["mend"], unworded):
		return "", errors.New("no words")
	case e.Key == "halt", e.Key == "halt.how":
		return fmt.Sprint(e.Key, e.Args), nil
	}
	return "", fmt.Errorf("no wording %q", e.Key)
}

func (r *rig) config(f *fuse) app.Config {
	return app.Config{
		Notice: r.notice, Store: port{r.store}, Say: r.say, Office: []string{"boss"},
		Now: r.clock.now, Zone: r.zone,
		Outbox: frail{port: port{r.store}, fuse: f, disk: r.disk, expanded: r.expanded, slow: r.slow}, Channel: frailChannel{r.platform, f},
		ObserveAttempt: r.observe,
		Log:            slog.New(slog.NewTextHandler(r.log, nil)),
	}
}

// process is one running outbox.
type process struct {
	app  *app.App
	stop context.CancelFunc
	done chan struct{}
}

// start runs an outbox; its fuse may be nil.
func (r *rig) start(f *fuse) *process { return r.run(f, (*app.App).RunOutbox) }

// run is start for a process that does all this.
func (r *rig) run(f *fuse, works ...func(*app.App, context.Context)) *process {
	ctx, stop := context.WithCancel(context.Background())
	p := &process{app: app.New(r.config(f)), stop: stop, done: make(chan struct{})}
	p.app.Compose(r.compose)
	if f != nil {
		f.kill = stop
	}
	go func() {
		defer close(p.done)
		var all sync.WaitGroup
		for _, work := range works {
			all.Go(func() { work(p.app, ctx) })
		}
		all.Wait()
	}()
	return p
}

func (p *process) end() {
	p.stop()
	<-p.done
}

// commit stores a turn of somebody with what is to be sent.
func (r *rig) commit(from string, c bot.Changes) {
	r.t.Helper()
	r.claims++
	turn, err := r.store.Begin(context.Background(), fmt.Sprintf("%032d", r.claims), from)
	if err != nil {
		r.t.Fatal(err)
	}
	defer turn.Close()
	if c.Reminding != nil { // else the store refuses it
		if _, err := turn.Reminding(); err != nil {
			r.t.Fatal(err)
		}
	}
	if err := turn.Commit(c, time.Now(), bot.Reply{}); err != nil {
		r.t.Fatal(err)
	}
}

func (r *rig) enrol(csv string) {
	r.t.Helper()
	(&county{notice: r.notice, store: r.store}).enrol(r.t, csv)
}

// delivery is one to a person, as a turn makes it.
func (r *rig) delivery(id, userid string) bot.Delivery {
	now := time.Now()
	return bot.Delivery{
		ID: id, Kind: "return", Person: r.store.PersonID(userid), Text: id,
		Queued: now, State: bot.DeliveryPending, Due: now, Until: now.Add(4 * time.Hour),
	}
}

// toGroup is one to a group.
func (r *rig) toGroup(id, group string) bot.Delivery {
	d := r.delivery(id, "")
	d.Person, d.Group = "", group
	return d
}

// reply is one that answers a message by its one-time address.
func (r *rig) reply(id, userid string) bot.Delivery {
	d := r.delivery(id, userid)
	d.Kind, d.ReplyURL, d.Until = "reply", secretURL+id, time.Now().Add(time.Hour)
	return d
}

const (
	secretURL = "https://example.invalid/SECRET-URL/"
	secretKey = "SECRET-KEY-"
)

// find reads a delivery.
func (r *rig) find(broadcast, id string) bot.Delivery {
	r.t.Helper()
	v, err := r.store.View(context.Background())
	if err != nil {
		r.t.Fatal(err)
	}
	defer v.Close()
	d, ok, err := v.Delivery(broadcast, id)
	if err != nil || !ok {
		r.t.Fatalf("delivery %s: %v, %v", id, ok, err)
	}
	return d
}

// open counts the deliveries that have not ended and the broadcasts that are
// not expanded.
func (r *rig) open() int {
	r.t.Helper()
	v, err := r.store.View(context.Background())
	if err != nil {
		r.t.Fatal(err)
	}
	defer v.Close()
	list, err := v.Unexpanded()
	if err != nil {
		r.t.Fatal(err)
	}
	n := len(list)
	if err := v.Open(func(bot.Delivery) error { n++; return nil }); err != nil {
		r.t.Fatal(err)
	}
	return n
}

// sound holds the store to its own rules, and the log to keeping secrets.
func (r *rig) sound() {
	r.t.Helper()
	a, err := r.store.Verify(context.Background(), nil)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, f := range a.Faults {
		r.t.Errorf("fault: %s: %s", f.Key, f.What)
	}
	if log := r.log.String(); strings.Contains(log, "SECRET") {
		r.t.Errorf("the log holds a secret:\n%s", log)
	}
}

// platform is a model of what takes parcels: it counts what arrives.
type platform struct {
	recognises bool // the application's messages when they come again
	// behave decides about an attempt, and whether the parcel arrives. nil takes
	// everything.
	behave func(p bot.Parcel, via string) (at bot.Attempt, arrives bool)
	took   func(p bot.Parcel) time.Duration // how long an attempt takes
	reach  bot.Reach
	closed map[string]bool // roads that are not there

	mu         sync.Mutex
	n          int
	arrived    map[string][]int // by parcel: when, as places in the order of all arrivals
	texts      []string
	calls      map[string]int // by parcel
	flying     int
	most       int // attempts at once
	remembered []string
}

func (p *platform) Via(parcel bot.Parcel) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	via := ""
	switch {
	case parcel.ReplyURL != "":
		via = "reply"
	case parcel.Group != "":
		if parcel.Robot != "" {
			via = "robot:" + parcel.Group
		}
	case parcel.UserID == "boss":
		via = "long"
	case parcel.UserID != "":
		via = "app"
	}
	if p.closed[via] {
		return ""
	}
	return via
}

func (p *platform) Send(ctx context.Context, parcel bot.Parcel) bot.Attempt {
	via := p.Via(parcel)
	p.mu.Lock()
	p.calls[parcel.ID]++
	p.flying++
	p.most = max(p.most, p.flying)
	at, arrives := bot.Attempt{Fate: bot.FateAccepted, MsgID: "m-" + parcel.ID}, true
	if p.behave != nil {
		at, arrives = p.behave(parcel, via)
	}
	var took time.Duration
	if p.took != nil {
		took = p.took(parcel)
	}
	p.mu.Unlock()
	if took > 0 {
		select {
		case <-ctx.Done():
		case <-time.After(took):
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.flying--
	if arrives {
		p.n++
		p.arrived[parcel.ID] = append(p.arrived[parcel.ID], p.n)
		p.texts = append(p.texts, parcel.UserID+parcel.Group+": "+parcel.Text)
	}
	at.Via = via
	return at
}

func (p *platform) Reach() bot.Reach { return p.reach }

func (p *platform) Repeatable(via string) bool { return p.recognises && via == "app" }

func (p *platform) Remember(parcel bot.Parcel, via string, at time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.remembered = append(p.remembered, fmt.Sprintf("%s %s %s", parcel.UserID+parcel.Group, via, at.UTC().Format("15:04")))
}

// does changes how the platform behaves.
func (p *platform) does(behave func(bot.Parcel, string) (bot.Attempt, bool)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.behave = behave
}

// said is all that arrived, in order.
func (p *platform) said() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.texts)
}

// tries is how often somebody tried to send a parcel.
func (p *platform) tries(id string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.calls[id]
}

// count is how often a parcel arrived.
func (p *platform) count(id string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.arrived[id])
}

// fuse kills a process at one of its calls: before the call is done, or behind.
type fuse struct {
	mu     sync.Mutex
	left   int // calls till then
	before bool
	dead   bool
	kill   func()
	calls  int
}

var errDead = errors.New("the process is dead")

// burn counts a call. It is dead if it must not be done, and over if its result
// must not be heard of.
func (f *fuse) burn() (dead, over bool) {
	if f == nil {
		return false, false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.calls++
	if f.dead {
		return true, true
	}
	if f.left--; f.left == 0 {
		f.dead = true
		f.kill()
		return f.before, true
	}
	return false, false
}

// through does a call of a process that may die at it.
func through(f *fuse, call func() error) error {
	dead, over := f.burn()
	if dead {
		return errDead
	}
	err := call()
	if over {
		return errDead
	}
	return err
}

// frail is the store as a process that may die has it.
type frail struct {
	port
	fuse     *fuse
	disk     *fullDisk
	expanded *pageLog
	slow     time.Duration
}

// fullDisk refuses to save deliveries for a while.
type fullDisk struct {
	mu   sync.Mutex
	full bool
}

func (d *fullDisk) set(full bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.full = full
}

func (d *fullDisk) refuses() bool {
	if d == nil {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.full
}

var errFull = errors.New("disk full")

func (s frail) OutboxView(ctx context.Context) (v app.OutboxView, err error) {
	time.Sleep(s.slow)
	err = through(s.fuse, func() error { v, err = s.port.OutboxView(ctx); return err })
	if err != nil && v != nil {
		v.Close()
	}
	return v, err
}

func (s frail) Lease(ctx context.Context, name, owner string, ttl time.Duration, now time.Time) (held bool, err error) {
	err = through(s.fuse, func() error { held, err = s.port.Lease(ctx, name, owner, ttl, now); return err })
	return held, err
}

func (s frail) Queue(ctx context.Context, list []bot.Delivery, people []bot.Person) error {
	return through(s.fuse, func() error { return s.port.Queue(ctx, list, people) })
}

func (s frail) SaveDelivery(ctx context.Context, was, is bot.Delivery) error {
	if s.disk.refuses() {
		return errFull
	}
	return through(s.fuse, func() error { return s.port.SaveDelivery(ctx, was, is) })
}

func (s frail) Expand(ctx context.Context, was, is bot.Broadcast, page []bot.Delivery) error {
	s.expanded.mu.Lock()
	s.expanded.pages = append(s.expanded.pages, fmt.Sprintf("%d after %d", len(page), is.After))
	s.expanded.mu.Unlock()
	return through(s.fuse, func() error { return s.port.Expand(ctx, was, is, page) })
}

func (s frail) Remind(ctx context.Context, was, is bot.Reminding, list []bot.Broadcast, log []bot.LogEntry) error {
	return through(s.fuse, func() error { return s.port.Remind(ctx, was, is, list, log) })
}

func (s frail) Halt(ctx context.Context, h bot.Halt, tell []bot.Delivery, people []bot.Person) (news bool, err error) {
	err = through(s.fuse, func() error { news, err = s.port.Halt(ctx, h, tell, people); return err })
	return news, err
}

func (s frail) Resume(ctx context.Context, via string) error {
	return through(s.fuse, func() error { return s.port.Resume(ctx, via) })
}

type frailChannel struct {
	*platform
	fuse *fuse
}

func (c frailChannel) Send(ctx context.Context, p bot.Parcel) (at bot.Attempt) {
	if through(c.fuse, func() error { at = c.platform.Send(ctx, p); return nil }) != nil {
		return bot.Attempt{Fate: bot.FateLater, Why: "network"}
	}
	return at
}

// safeBuffer is a log that several goroutines write.
type safeBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// dice are seeded, so that a run can be had again.
func dice(seed int) *rand.Rand { return rand.New(rand.NewPCG(uint64(seed), 1)) }
