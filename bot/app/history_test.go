package app_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"log/slog"
	"path/filepath"
	"reflect"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"anyuebot/bot"
	"anyuebot/bot/app"
	"anyuebot/prompts"
	"anyuebot/store"
	"anyuebot/store/kv"
	"anyuebot/store/kv/boltkv"
	"anyuebot/store/kv/memkv"
)

// TestHistories lets a county do anything in any order: liaisons, one of two
// units, one also of the office, a B角, a newcomer, a unit that reports on paper,
// and an office of two. Messages come twice, late, out of order and two at a time
// to two processes; processes are restarted, the clock goes through deadlines and
// months, the outbox runs now and then on a platform in any mood. What must hold
// after every step is in historyholds_test.go; it is read from the store's records
// alone.
//
// A plain test run plays short histories for a few seconds. The long form:
//
//	go test ./bot/app -run TestHistories -rapid.checks 2000 -rapid.steps 100
func TestHistories(t *testing.T) {
	notice, err := prompts.Load("", bot.WordingKeys())
	if err != nil {
		t.Fatal(err)
	}
	steps, did := 0, map[string]int{}
	before := begunHistories(t, notice)
	// One history in so many is kept on the disk, where every commit takes its time.
	const onDisk = 32
	rapid.Check(t, func(rt *rapid.T) {
		begun := before[rapid.IntRange(0, len(before)-1).Draw(rt, "begun")]
		path := ""
		if rapid.IntRange(0, onDisk-1).Draw(rt, "engine") == onDisk-1 {
			path = filepath.Join(t.TempDir(), "history.db")
		}
		rapid.SyncTest(rt, func(rt *rapid.T) {
			rt.Logf("begins with %s", begun.name)
			h := newHistory(rt, notice, path, begun)
			defer h.close()
			rt.Repeat(map[string]func(*rapid.T){
				// The more often, the more names.
				"answers": h.answers, "answers (2)": h.answers, "answers (3)": h.answers, "answers (4)": h.answers,
				"liaison": h.liaison, "office": h.officeActs, "office (2)": h.officeActs, "paper": h.paper,
				"people": h.people, "nonsense": h.nonsense, "press": h.press,
				"again": h.again, "late": h.late, "two": h.two, "two (2)": h.two,
				"restart": h.restart, "clock": h.clockGoesOn, "outbox": h.outboxRuns,
			})
			h.verify()
			steps += h.steps
			for _, e := range h.is.log[begun.log:] {
				did[e.What]++
			}
		})
	})
	t.Logf("%d steps, in which was done: %v", steps, did)
}

// history is one county with all that it has been told.
type history struct {
	t      rapid.TB
	notice *bot.Notice
	engine kv.Store
	path   string // of the store's file; "" for one in memory
	store  *store.Store
	gate   *gate
	apps   [2]*app.App // two processes on one store
	log    *safeBuffer
	read   int // how much of the log was looked at
	files  drawer

	mu  sync.Mutex
	now time.Time // the campaign's

	platform *platform

	n     int                   // messages so far
	told  []said                // every message that was answered, in order
	held  []bot.Message         // that are on their way still
	cards map[string][]bot.Card // shown to a userid

	is      standings
	sums    map[string]string // what counts → its checksum, as 汇总 told it
	strayed map[string]bool   // private items that were put elsewhere
	steps   int
}

// said is a message with its answer.
type said struct {
	m       bot.Message
	reply   bot.Reply
	filling string // the form that they were filling before
}

// inspector is of the office and says nothing but 汇总.
const inspector = "jiancha"

// The people: whom configuration makes the office, who speaks for units at the
// beginning, and all but the inspector.
var (
	officeUserIDs = []string{"zhangwei", "liuyang", inspector}
	speakers      = []string{"lisi01", "wangwu", "zhaoliu", "liuyang"}
	everybody     = []string{"lisi01", "wangwu", "zhaoliu", "liuyang", "zhangwei", "xiaochen", "newcomer", "qianqi"}
)

// historyRoster is the county at the beginning; 永和镇 is the newcomer's to be, 县烟草局
// reports on paper.
const historyRoster = "单位,类别,联络员userid\n山河镇,乡镇,lisi01\n三嘉乡,乡镇,wangwu\n县妇联,部门,zhaoliu\n团县委,部门,zhaoliu\n县应急局,部门,liuyang\n永和镇,乡镇,\n县烟草局,驻县单位,\n"

// begun is how a county stands when a history begins.
type begun struct {
	name    string
	entries []kv.Pair
	now     time.Time
	log     int // lines of its log
}

// begunHistories are a county at some stages, so that short histories get deep.
func begunHistories(t *testing.T, notice *bot.Notice) (list []begun) {
	zone := time.FixedZone("CST", 8*3600)
	synctest.Test(t, func(t *testing.T) { // whose clock is that of the histories
		h := newHistory(t, notice, "", begun{now: time.Date(2021, 6, 1, 9, 0, 0, 0, zone)})
		defer h.close()
		keep := func(name string) {
			list = append(list, begun{name, entriesOf(t, h.engine), h.now, len(h.is.log)})
		}
		say := func(who string, texts ...string) {
			for _, text := range texts {
				h.hears(bot.Message{From: who, Text: text})
			}
		}
		keep("a roster")
		for _, who := range []string{"lisi01", "wangwu"} {
			say(who, "登记", "李四 男 副镇长", "0934-6120000 无 山河镇东街1号", strings.Join(ownOf(who).all(), " "), "对")
		}
		say("lisi01", "提交", "B角 xiaochen 至7月20日")
		say("newcomer", "登记 永和镇")
		keep("people")
		h.now = time.Date(2021, 6, 28, 9, 0, 0, 0, zone)
		say("lisi01", "填报", "1-3：3 120 是", "28-29：2 300", "其余无", "确认", "无", "否")
		say("wangwu", "填报", "1-3：1 20 否", "39-40：1 60", "其余无", "确认", "无", "是")
		say("zhaoliu", "填报 县妇联", "其余无", "确认", "否", "无", "否")
		keep("drafts")
		say("lisi01", "提交")
		say("wangwu", "提交")
		keep("versions")
		say("zhangwei", "录入 县烟草局", h.sheetOf(4), "确认")
		say("liuyang", "确认录入 县烟草局", "确认")
		keep("on paper")
		say("zhangwei", "核减 29 100 重复计入", "确认", "通过 山河镇", "退回 三嘉乡 39 请核实")
		keep("reviewed")
		say("zhangwei", "封账", "确认")
		keep("frozen")
		if b := h.is.books[bot.FormPeriod{Form: notice.Main, Period: notice.Year}]; b.Closing == nil || len(b.Deductions) != 1 || len(h.counted(h.is, bot.FormPeriod{Form: notice.Main, Period: notice.Year})) != 3 {
			t.Fatalf("the county did not get as far as it should: %+v", b)
		}
	})
	return list
}

func entriesOf(t testing.TB, engine kv.Store) (list []kv.Pair) {
	snap, err := engine.Snapshot(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	for c := kv.NewCursor(snap, ""); ; {
		e, ok, err := c.Next(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return list
		}
		list = append(list, kv.Pair{Key: e.Key, Value: bytes.Clone(e.Value)})
	}
}

func newHistory(t rapid.TB, notice *bot.Notice, path string, from begun) *history {
	h := &history{
		t: t, notice: notice, path: path, log: &safeBuffer{}, files: drawer{}, now: from.now,
		cards: map[string][]bot.Card{}, sums: map[string]string{}, strayed: map[string]bool{},
		platform: &platform{arrived: map[string][]int{}, calls: map[string]int{}, reach: bot.Reach{Person: "app", Group: "robot", Files: true}},
	}
	h.engine = memkv.New()
	h.open()
	for page := range slices.Chunk(from.entries, kv.MaxOps) {
		if _, err := h.engine.Commit(context.Background(), kv.Tx{Put: page}); err != nil {
			t.Fatal(err)
		}
	}
	h.begin()
	if from.entries != nil {
		h.n = 10_000 // the messages of before are answered
	} else {
		(&county{notice: notice, store: h.store}).enrol(t, historyRoster)
	}
	h.is = h.look()
	h.addsUp() // and the inspector is known
	h.is = h.look()
	return h
}

// open opens the engine of a history that is kept on the disk.
func (h *history) open() {
	if h.path == "" {
		return
	}
	engine, err := boltkv.Open(h.path, boltkv.Options{})
	if err != nil {
		h.t.Fatal(err)
	}
	h.engine = engine
}

// begin starts both processes on the engine as it is.
func (h *history) begin() {
	st, err := store.Open(context.Background(), h.engine, h.notice.ID)
	if err != nil {
		h.t.Fatal(err)
	}
	h.store, h.gate = st, &gate{port: port{st}}
	for i := range h.apps {
		h.apps[i] = app.New(app.Config{
			Notice: h.notice, Store: h.gate, Office: officeUserIDs, Zone: time.FixedZone("CST", 8*3600),
			Say:    func(e bot.Effect) (string, error) { return prompts.Render(h.notice, e) },
			Now:    h.clock,
			Outbox: port{st}, Channel: h.platform,
			Log: slog.New(slog.NewTextHandler(h.log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		})
	}
}

// gate is the store of both processes. With a starter, the messages that it knows
// come as far as their commit before any is committed.
type gate struct {
	port
	at *starter
}

func (g *gate) Begin(ctx context.Context, claim, userid string) (app.Turn, error) {
	turn, err := g.port.Begin(ctx, claim, userid)
	return racedTurn{turn, claim, g.at}, err
}

func (h *history) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *history) close() {
	if err := h.engine.Close(); err != nil {
		h.t.Errorf("close: %v", err)
	}
}

// passes lets time go by, the campaign's and the real one alike.
func (h *history) passes(d time.Duration) {
	h.mu.Lock()
	h.now = h.now.Add(d)
	h.mu.Unlock()
	time.Sleep(d)
}

// drawer is where the files are that were sent: contents by hash.
type drawer map[string]string

func (d drawer) keep(name, typ, content string) bot.File {
	sum := sha256.Sum256([]byte(content))
	f := bot.File{Hash: hex.EncodeToString(sum[:]), Name: name, Type: typ, Size: int64(len(content))}
	d[f.Hash] = content
	return f
}

func (d drawer) Open(hash string) (io.ReadSeekCloser, error) {
	content, ok := d[hash]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return nopCloser{strings.NewReader(content)}, nil
}

func (d drawer) Put(context.Context, string, io.Reader) error { return errors.ErrUnsupported }

func (d drawer) Each(_ context.Context, visit func(string, int64) error) error {
	for hash, content := range d {
		if err := visit(hash, int64(len(content))); err != nil {
			return err
		}
	}
	return nil
}

type nopCloser struct{ io.ReadSeeker }

func (nopCloser) Close() error { return nil }

// verify holds the whole store to its own rules.
func (h *history) verify() {
	h.t.Helper()
	audit, err := h.store.Verify(context.Background(), h.files)
	if err != nil {
		h.t.Fatal(err)
	}
	for _, f := range audit.Faults {
		h.t.Fatalf("fault: %s: %s", f.Key, f.What)
	}
}

// hears has some messages answered, all at the same moment if there are several,
// and looks at what became of the county.
func (h *history) hears(messages ...bot.Message) {
	h.t.Helper()
	for i := range messages {
		m := &messages[i]
		if m.ID == "" {
			h.n++
			m.ID = fmt.Sprint(h.n)
		}
		if m.Media == "" {
			m.Media = bot.MediaText
		}
		m.Channel, m.Limit, m.Cards = "aibot", 20480, bot.CardsWith
	}
	replies := make([]bot.Reply, len(messages))
	fails := make([]any, len(messages))
	filling := make([]string, len(messages))
	for i, m := range messages {
		filling[i] = h.session(m.From).Key.Form
	}
	turn := func(i int) {
		defer func() {
			if fails[i] = recover(); fails[i] != nil {
				fails[i] = fmt.Sprintf("%v\n%s", fails[i], debug.Stack())
			}
		}()
		reply, err := h.apps[i%len(h.apps)].Turn(context.Background(), messages[i])
		if err != nil {
			panic(err)
		}
		replies[i] = reply
	}
	if len(messages) == 1 {
		turn(0)
	} else {
		if a, b := h.apps[0].ID(messages[0]), h.apps[0].ID(messages[1]); a != b {
			h.gate.at = &starter{first: a, here: map[string]bool{}, both: make(chan struct{}), done: make(chan struct{})}
		}
		var all sync.WaitGroup
		for i := range messages {
			all.Go(func() { turn(i) })
		}
		all.Wait()
		h.gate.at = nil
	}
	var now []said
	for i, m := range messages {
		h.t.Logf("%s [%s%s %s] %s\n%s", h.now.Format("01-02 15:04"), m.From, strings.Repeat(" 群", len(m.Group)), m.Media, m.Text+strings.Repeat("+file", len(m.Files)), replies[i].Text)
		if fails[i] != nil {
			h.t.Fatalf("the turn failed: %v", fails[i])
		}
		now = append(now, said{m, replies[i], filling[i]})
		if card := replies[i].Card; card != nil && len(card.Buttons) > 0 {
			h.cards[m.From] = append(h.cards[m.From], *card)
		}
	}
	h.told = append(h.told, now...)
	was := h.is
	h.is = h.look()
	h.holds(was, now)
	h.stepped()
}

// stepped counts a step and, now and then, goes through the whole store.
func (h *history) stepped() {
	h.steps++
	if h.steps%7 == 0 {
		h.verify()
	}
}

// session is what somebody was last asked.
func (h *history) session(userid string) bot.Session {
	turn, err := h.store.Begin(context.Background(), "look", userid)
	if err != nil {
		h.t.Fatal(err)
	}
	defer turn.Close()
	s, err := turn.Session()
	if err != nil {
		h.t.Fatal(err)
	}
	return s
}

// again sends a message that was answered before: it has the same answer, and
// changes nothing.
func (h *history) again(t *rapid.T) {
	h.t = t
	if len(h.told) == 0 {
		t.Skip("nothing was said yet")
	}
	back := rapid.IntRange(0, min(len(h.told)-1, 12)).Draw(t, "back")
	was := h.told[len(h.told)-1-back]
	rev := h.look().rev
	reply, err := h.apps[rapid.IntRange(0, 1).Draw(t, "process")].Turn(context.Background(), was.m)
	switch {
	case err != nil:
		t.Fatal(err)
	case !reflect.DeepEqual(reply, was.reply):
		t.Fatalf("%s: answered %q before and now %q", was.m.Text, was.reply.Text, reply.Text)
	case h.look().rev != rev:
		t.Fatalf("%s: a message seen before has changed something", was.m.Text)
	}
	h.stepped()
}

// two has two messages answered at the same moment by two processes: of two
// people, of one, or twice the same.
func (h *history) two(t *rapid.T) {
	h.t = t
	a := h.message(t)
	if a == nil {
		t.Skip("nothing to say")
	}
	if rapid.IntRange(0, 5).Draw(t, "same") == 5 {
		h.n++
		a.ID = fmt.Sprint(h.n)
		h.hears(*a, *a)
		if last := h.told[len(h.told)-2:]; !reflect.DeepEqual(last[0].reply, last[1].reply) {
			t.Fatalf("one message, two answers: %q and %q", last[0].reply.Text, last[1].reply.Text)
		}
		return
	}
	if b := h.message(t); b != nil {
		h.hears(*a, *b)
	} else {
		h.hears(*a)
	}
}

// late holds a message back, or has one answered that was.
func (h *history) late(t *rapid.T) {
	h.t = t
	if len(h.held) > 0 && rapid.Bool().Draw(t, "arrives") {
		i := rapid.IntRange(0, len(h.held)-1).Draw(t, "which")
		m := h.held[i]
		h.held = slices.Delete(h.held, i, i+1)
		h.hears(m)
		return
	}
	m := h.message(t)
	if m == nil || len(h.held) > 4 {
		t.Skip("nothing to hold")
	}
	h.n++
	m.ID = fmt.Sprint(h.n)
	h.held = append(h.held, *m)
}

// restart begins anew on what the engine holds.
func (h *history) restart(t *rapid.T) {
	h.t = t
	if h.path != "" {
		h.close()
		h.open()
	}
	h.begin()
	h.sameAsBefore("a restart")
}

func (h *history) clockGoesOn(t *rapid.T) {
	h.t = t
	h.passes(rapid.SampledFrom([]time.Duration{
		time.Minute, 10 * time.Minute, time.Hour, 5 * time.Hour, 24 * time.Hour, 3 * 24 * time.Hour, 12 * 24 * time.Hour, 35 * 24 * time.Hour,
	}).Draw(t, "goes on"))
	t.Logf("it is %s", h.now.Format("2006-01-02 15:04"))
	h.sameAsBefore("the clock")
}

// sameAsBefore checks that nothing has changed in the records.
func (h *history) sameAsBefore(what string) {
	h.t.Helper()
	now := h.look()
	if !reflect.DeepEqual(now.reports, h.is.reports) || !reflect.DeepEqual(now.versions, h.is.versions) || !reflect.DeepEqual(now.books, h.is.books) ||
		!reflect.DeepEqual(now.dockets, h.is.dockets) || !reflect.DeepEqual(now.roster, h.is.roster) || !reflect.DeepEqual(now.people, h.is.people) {
		h.t.Fatalf("%s has changed something", what)
	}
	h.is = now
	h.stepped()
}

// outboxRuns lets the outbox work for a while, on a platform in some mood, and
// perhaps die at it.
func (h *history) outboxRuns(t *rapid.T) {
	h.t = t
	mood := rapid.SampledFrom([]string{"accepts", "accepts", "refuses", "is busy", "is halted", "breaks", "is moody"}).Draw(t, "platform")
	seed := rapid.IntRange(0, 99).Draw(t, "chance")
	h.platform.does(func(p bot.Parcel, via string) (bot.Attempt, bool) {
		// What befalls a parcel does not hang on which comes first.
		chance := crc32.ChecksumIEEE(fmt.Append(nil, seed, p.ID, h.platform.calls[p.ID]))
		mood := mood
		if mood == "is moody" {
			mood = []string{"accepts", "accepts", "refuses", "is busy", "is halted", "breaks"}[chance%6]
		}
		switch mood {
		case "refuses":
			return bot.Attempt{Fate: bot.FateRefused, Code: 60111, Why: "member"}, false
		case "is busy":
			return bot.Attempt{Fate: bot.FateLater, Code: -1, Why: "busy"}, false
		case "is halted":
			return bot.Attempt{Fate: bot.FateHalted, Code: 60020, Why: "ip"}, false
		case "breaks":
			return bot.Attempt{Fate: bot.FateLater, Why: "network", Unsure: true}, chance%2 == 0
		}
		return bot.Attempt{Fate: bot.FateAccepted, MsgID: "m-" + p.ID}, true
	})
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		h.apps[0].RunOutbox(ctx)
	}()
	h.passes(rapid.SampledFrom([]time.Duration{time.Millisecond, 10 * time.Second, 3 * time.Minute, 5 * time.Hour}).Draw(t, "runs"))
	stop()
	<-done
	was := h.is
	h.is = h.look()
	h.unmoved(was, "the outbox")
	h.delivered(was, nil)
	h.logged()
	h.stepped()
}
