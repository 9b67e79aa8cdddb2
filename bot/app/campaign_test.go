package app_test

import (
	"context"
	"flag"
	"fmt"
	"hash/crc32"
	"log/slog"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"anyuebot/bot"
	"anyuebot/bot/app"
	"anyuebot/prompts"
	"anyuebot/store"
	"anyuebot/store/kv"
	"anyuebot/store/kv/memkv"
)

// campaign is a whole campaign of many units, with two processes on one store,
// a platform that writes down what it is given, and a clock of its own.
type campaign struct {
	t      testing.TB
	notice *bot.Notice
	engine kv.Store
	store  *store.Store
	two    [2]*running
	chance *rand.Rand
	log    *safeBuffer
	ahead  atomic.Int64 // of the campaign's clock before the machine's
	post   *post
	ports  func(app.Outbox) app.Outbox // what the processes see of the outbox
	files  drawer
	coarse bool // the reminders are looked after every ten minutes and not by cron
	n      int

	record
	mu       sync.Mutex
	running  int
	watching bool
	watched  sync.WaitGroup
}

// TestCampaign plays the campaign of 2021 from end to end, minute by minute, with
// eighty units of all tempers, an office that does what offices do, and a service and
// a platform to which all happens that may. In the end all rules hold. The race detector
// has seen all there is by the middle of July.
//
//	go test ./bot/app -run TestCampaign -campaigns 50
func TestCampaign(t *testing.T) {
	for i := range *campaigns {
		seed := *campaignSeed + uint64(i)
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			var r *record
			synctest.Test(t, func(t *testing.T) {
				c := newCampaign(t, loaded(t), wall("2021-05-28 08:00"), seed, county80()...)
				defer c.stops()
				c.post.never = []string{"u07", "u23"}
				for k := range c.two {
					c.start(k)
				}
				var a agenda
				c.tempers(&a)
				c.rules(&a)
				c.befalls(&a, "2021-05-29", "2022-01-06")
				end := wall("2022-01-08 00:00")
				if slowed {
					end = wall("2021-07-10 00:00")
				}
				c.plays(&a, end)
				r = c.over()
			})
			list := r.complains()
			for _, is := range list[:min(len(list), 20)] {
				t.Error(is)
			}
			arrived := 0
			for _, t := range r.tries {
				if t.arrives {
					arrived++
				}
			}
			t.Logf("%d complaints; %d minutes with a process, %d attempts, %d arrived", len(list), len(r.minutes), len(r.tries), arrived)
		})
	}
}

var (
	campaigns    = flag.Int("campaigns", 1, "how many campaigns TestCampaign plays")
	campaignSeed = flag.Uint64("campaignseed", 1, "the seed of the first")
)

// running is one process, or one that was.
type running struct {
	*app.App
	ctx  context.Context
	stop context.CancelFunc
	done sync.WaitGroup
	fuse *fuse
}

// campaignOffice are the userids of the office.
var campaignOffice = []string{"office", "office2"}

// newCampaign is one that begins at an instant of its own clock, with no process
// running yet.
func newCampaign(t testing.TB, notice *bot.Notice, begins time.Time, seed uint64, roster ...rosterRow) *campaign {
	t.Helper()
	now := time.Now()
	c := &campaign{
		t: t, notice: notice, engine: memkv.New(), chance: rand.New(rand.NewPCG(seed, 5)), log: &safeBuffer{}, files: drawer{},
		record: record{names: map[string]*subject{}, letters: map[string]letter{}, office: campaignOffice, groups: []string{"g1", "g2"}},
	}
	c.ahead.Store(int64(begins.Sub(now)))
	c.post = &post{c: c, seed: seed, road: true}
	var err error
	if c.store, err = store.Open(t.Context(), c.engine, notice.ID); err != nil {
		t.Fatal(err)
	}
	var csv strings.Builder
	csv.WriteString("单位,类别,联络员userid\n")
	for _, row := range roster {
		fmt.Fprintf(&csv, "%s,%s,%s\n", row.unit, row.kind, row.user)
		s := &subject{name: row.unit, was: []facts{{since: now}}}
		if row.user != "" {
			s.was[0].speak = []string{row.user}
		}
		c.units = append(c.units, s)
		c.names[row.unit] = s
	}
	(&county{notice: notice, store: c.store}).enrol(t, csv.String())
	c.pair(c.groups...)
	return c
}

type rosterRow struct{ unit, kind, user string }

// pair makes groups known that can be written to.
func (c *campaign) pair(groups ...string) {
	turn, err := c.store.Begin(c.t.Context(), strings.Repeat("0", 32), campaignOffice[0])
	if err != nil {
		c.t.Fatal(err)
	}
	defer turn.Close()
	var chats []bot.Chat
	for _, g := range groups {
		chats = append(chats, bot.Chat{ID: g, Robot: secretKey + g})
	}
	if err := turn.Commit(bot.Changes{Chats: chats}, c.now(), bot.Reply{}); err != nil {
		c.t.Fatal(err)
	}
}

func (c *campaign) now() time.Time {
	return time.Now().Add(time.Duration(c.ahead.Load())).In(campaignZone)
}

// start begins a process on what the engine holds.
func (c *campaign) start(k int) {
	ctx, stop := context.WithCancel(context.Background())
	f := &fuse{left: -1, kill: stop}
	p := port{c.store}
	var out app.Outbox = frail{port: p, fuse: f, expanded: &pageLog{}}
	if c.ports != nil {
		out = c.ports(out)
	}
	r := &running{ctx: ctx, stop: stop, fuse: f}
	r.App = app.New(app.Config{
		Notice: c.notice, Store: p, Office: campaignOffice, Zone: campaignZone,
		Say:    func(e bot.Effect) (string, error) { return prompts.Render(c.notice, e) },
		Now:    c.now,
		Outbox: out, Channel: c.post,
		Log: slog.New(slog.NewTextHandler(c.log, nil)),
	})
	c.two[k] = r
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running++; !c.watching {
		c.watching = true
		c.watched.Go(c.watch)
	}
	r.done.Go(func() { r.RunOutbox(ctx) })
	if c.coarse {
		r.done.Go(func() { r.looksNowAndThen(c.t) })
	} else {
		r.done.Go(func() { r.RunReminders(ctx) })
	}
	context.AfterFunc(ctx, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.running--
	})
}

// looksNowAndThen is RunReminders for a campaign that is played quickly.
func (r *running) looksNowAndThen(t testing.TB) {
	for r.up() {
		if err := r.Tick(r.ctx); err != nil && r.up() {
			t.Error(err)
		}
		select {
		case <-r.ctx.Done():
		case <-time.After(10 * time.Minute):
		}
	}
}

// end lets a process finish or, dead, ends it wherever it stands.
func (c *campaign) end(k int, dead bool) {
	r := c.two[k]
	if dead {
		r.fuse.mu.Lock()
		r.fuse.dead = true
		r.fuse.mu.Unlock()
	}
	r.stop()
	r.done.Wait()
}

func (r *running) up() bool { return r.ctx.Err() == nil }

// anew puts all that was stored through its encoding and begins on that; both
// processes are down.
func (c *campaign) anew() {
	entries := entriesOf(c.t, c.engine)
	if err := c.engine.Close(); err != nil {
		c.t.Fatal(err)
	}
	c.engine = memkv.New()
	for page := range slices.Chunk(entries, kv.MaxOps) {
		if _, err := c.engine.Commit(context.Background(), kv.Tx{Put: page}); err != nil {
			c.t.Fatal(err)
		}
	}
	var err error
	if c.store, err = store.Open(context.Background(), c.engine, c.notice.ID); err != nil {
		c.t.Fatal(err)
	}
}

// watch writes down how things stand, minute by minute, while any process runs.
func (c *campaign) watch() {
	for {
		now := minute{real: time.Now(), at: c.now(), road: c.post.open()}
		now.mayDisturb = mayDisturb(now.at)
		c.mu.Lock()
		if c.running == 0 {
			if n := len(c.minutes); n > 0 {
				c.minutes = c.minutes[:n-1] // not all of it
			}
			c.watching = false
			c.mu.Unlock()
			return
		}
		c.minutes = append(c.minutes, now)
		c.mu.Unlock()
		time.Sleep(time.Minute)
	}
}

// until lets the campaign's time go by.
func (c *campaign) until(at time.Time) {
	if d := at.Sub(c.now()); d > 0 {
		time.Sleep(d)
	}
}

// says has somebody say something, and the last answer contain some words.
func (c *campaign) says(who, want string, texts ...string) (reply string) {
	c.t.Helper()
	for i, text := range texts {
		c.n++
		m := bot.Message{Channel: "aibot", ID: fmt.Sprint(c.n), From: who, Media: bot.MediaText, Text: text, Limit: 20480}
		if text == picture {
			m.Media, m.Text = bot.MediaImage, ""
			m.Files = []bot.File{c.files.keep("", "image/png", fmt.Sprint("picture ", c.n))}
		}
		answer, err := c.anybody().Turn(context.Background(), m)
		if err != nil {
			c.t.Fatal(err)
		}
		if reply = answer.Text; i == len(texts)-1 && !strings.Contains(reply, want) {
			c.t.Fatalf("%s [%s] %s\n%s\nwant %q", c.now().Format("2006-01-02 15:04:05"), who, strings.Join(texts, " / "), reply, want)
		}
	}
	return reply
}

// anybody is a process that has been begun.
func (c *campaign) anybody() *running {
	if r := c.two[c.chance.IntN(2)]; r != nil {
		return r
	}
	return c.two[0]
}

// picture is said by sending one.
const picture = "〔图片〕"

// learn notes what is known of a unit from now on.
func (c *campaign) learn(s *subject, change func(*facts)) {
	f := s.was[len(s.was)-1]
	f.since = time.Now()
	change(&f)
	s.was = append(s.was, f)
}

// known is what is known of a unit now.
func (s *subject) known() facts { return s.was[len(s.was)-1] }

// over ends the campaign and takes down what is kept of it.
func (c *campaign) over() *record {
	c.stops()
	c.watched.Wait()
	v, err := c.store.View(context.Background())
	if err != nil {
		c.t.Fatal(err)
	}
	defer v.Close()
	keep := func(d bot.Delivery) error {
		l := letter{Delivery: d, whole: d.ID}
		if rest, ok := strings.CutPrefix(d.ID, d.Broadcast+"-"); ok && d.Broadcast != "" {
			whole, _, _ := strings.Cut(rest, "-")
			l.whole = d.Broadcast + "-" + whole
		}
		c.letters[d.ID] = l
		return nil
	}
	if err := v.Open(keep); err != nil {
		c.t.Fatal(err)
	}
	if err := v.Ended(time.Time{}, keep); err != nil {
		c.t.Fatal(err)
	}
	if c.counted, err = v.Reminded(); err != nil {
		c.t.Fatal(err)
	}
	audit, err := c.store.Verify(context.Background(), c.files)
	if err != nil {
		c.t.Fatal(err)
	}
	for _, f := range audit.Faults {
		c.faults = append(c.faults, f.Key+": "+f.What)
	}
	c.record.tries = c.post.tries
	return &c.record
}

// stops ends all that runs.
func (c *campaign) stops() {
	for _, r := range c.two {
		if r != nil {
			r.stop()
			r.done.Wait()
		}
	}
	time.Sleep(2 * time.Minute) // till nobody watches any more
}

// post is the platform of a campaign.
type post struct {
	c    *campaign
	seed uint64

	mu    sync.Mutex
	road  bool // whether it takes anything at all
	halts bool // how it refuses to: as one that has to be mended
	calm  bool // nothing ever goes wrong
	never []string
	calls map[string]int
	tries []try
}

func (p *post) open() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.road
}

func (p *post) set(open, halts bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.road, p.halts = open, halts
}

func (p *post) Via(parcel bot.Parcel) string {
	switch {
	case parcel.Group != "":
		return "robot:" + parcel.Group
	case slices.Contains(campaignOffice, parcel.UserID):
		return "long"
	}
	return "app"
}

func (p *post) Send(ctx context.Context, parcel bot.Parcel) bot.Attempt {
	p.mu.Lock()
	if p.calls == nil {
		p.calls = map[string]int{}
	}
	p.calls[parcel.ID]++
	// What befalls a parcel does not hang on which comes first.
	dice := crc32.ChecksumIEEE(fmt.Append(nil, p.seed, parcel.UserID, parcel.Group, parcel.Text, p.calls[parcel.ID]))
	at, arrives := p.fate(parcel, dice%1000)
	at.Via = p.Via(parcel)
	p.tries = append(p.tries, try{real: time.Now(), at: p.c.now(), parcel: parcel, fate: at.Fate, arrives: arrives, road: p.road})
	p.mu.Unlock()
	select {
	case <-ctx.Done():
	case <-time.After(time.Duration(100+dice%400) * time.Millisecond):
	}
	return at
}

// fate is what becomes of an attempt, and whether the parcel arrives.
func (p *post) fate(parcel bot.Parcel, dice uint32) (bot.Attempt, bool) {
	switch {
	case !p.road && p.halts:
		return bot.Attempt{Fate: bot.FateHalted, Code: 60020, Why: "ip"}, false
	case !p.road:
		return bot.Attempt{Fate: bot.FateLater, Why: "network"}, false
	case slices.Contains(p.never, parcel.UserID) && parcel.UserID != "":
		return bot.Attempt{Fate: bot.FateRefused, Code: 81013, Why: "member"}, false
	case p.calm || dice >= 60:
		return bot.Attempt{Fate: bot.FateAccepted, MsgID: "m-" + parcel.ID}, true
	case dice < 20:
		return bot.Attempt{Fate: bot.FateLater, Code: -1, Why: "busy"}, false
	case dice < 40:
		return bot.Attempt{Fate: bot.FateLater, Code: 45009, Why: "limit", Wait: time.Minute, Limited: true}, false
	}
	return bot.Attempt{Fate: bot.FateLater, Why: "network", Unsure: true}, dice%2 == 0
}

func (p *post) Reach() bot.Reach {
	return bot.Reach{Person: "app", Group: "robot", Files: true}
}
func (p *post) Remember(bot.Parcel, string, time.Time) {}
func (p *post) Repeatable(string) bool                 { return false }
