package app_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"anyuebot/bot"
	"anyuebot/bot/app"
	"anyuebot/prompts"
)

var beijing = time.FixedZone("CST", 8*3600)

// ladder is a rig whose campaign goes by the notice's own ladder of reminders.
type ladder struct {
	*rig
	mu      sync.Mutex
	arrived []string // as "06-23 09:00 lisi", in order
	texts   []string // beside
	behave  func(bot.Parcel, string) (bot.Attempt, bool)
}

// newLadder begins at an instant of the campaign, as "2021-06-23 08:59", with three
// units of which lisi speaks for two, and one that nobody speaks for.
func newLadder(t testing.TB, at string) *ladder {
	t.Helper()
	l := &ladder{rig: newRig(t)}
	l.zone, l.compose = beijing, bot.Compose
	l.say = func(e bot.Effect) (string, error) { return prompts.Render(l.notice, e) }
	l.platform.does(l.deliver)
	l.goTo(at)
	l.enrol("单位,类别,联络员userid\n山河镇,乡镇,lisi\n县教育局,部门,wangwu\n湫头镇,乡镇,lisi\n县妇联,部门,\n")
	return l
}

func (l *ladder) at(at string) time.Time {
	l.t.Helper()
	instant, err := time.ParseInLocation("2006-01-02 15:04", at, beijing)
	if err != nil {
		l.t.Fatal(err)
	}
	return instant
}

// goTo puts the campaign's clock forward or back.
func (l *ladder) goTo(at string) { l.clock.set(l.at(at)) }

// wait lets time pass till an instant of the campaign.
func (l *ladder) wait(till string) {
	time.Sleep(l.at(till).Sub(l.clock.now()))
	synctest.Wait()
}

func (l *ladder) deliver(p bot.Parcel, via string) (bot.Attempt, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at, arrives := bot.Attempt{Fate: bot.FateAccepted, MsgID: "m"}, true
	if l.behave != nil {
		at, arrives = l.behave(p, via)
	}
	if arrives {
		l.arrived = append(l.arrived, l.clock.now().In(beijing).Format("01-02 15:04 ")+p.UserID+p.Group)
		l.texts = append(l.texts, p.Text)
	}
	return at, arrives
}

// does changes how the platform behaves; nil takes everything.
func (l *ladder) does(behave func(bot.Parcel, string) (bot.Attempt, bool)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.behave = behave
}

func (l *ladder) got() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.arrived)
}

func (l *ladder) text() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.texts, "\n\n")
}

// live runs the outbox and the reminders of one process.
func (l *ladder) live(f *fuse) *process {
	return l.run(f, (*app.App).RunOutbox, (*app.App).RunReminders)
}

// submit hands a unit's form in.
func (l *ladder) submit(unit, form string) {
	l.t.Helper()
	key := bot.ReportKey{Unit: unit, Form: form, Period: l.notice.Form(form).PeriodAt(l.clock.now().In(beijing))}
	now := l.clock.now()
	l.commit("boss", bot.Changes{
		Report:     &bot.Report{Key: key, State: bot.Submitted, Version: 1, Counted: 1},
		Submission: &bot.Submission{Key: key, Version: 1, At: now, By: l.store.PersonID("boss")},
	})
}

func (l *ladder) outcomes() []bot.Sent {
	l.t.Helper()
	v, err := l.store.View(context.Background())
	if err != nil {
		l.t.Fatal(err)
	}
	defer v.Close()
	list, err := v.Recent(99)
	if err != nil {
		l.t.Fatal(err)
	}
	slices.Reverse(list)
	return list
}

// became tells what became of the reminders, the oldest first, each as
// “附件2首次：accepted 2, nobody 1”.
func (l *ladder) became() []string {
	l.t.Helper()
	var list []string
	for _, s := range l.outcomes() {
		var steps, parts []string
		for _, slot := range s.Broadcast.Slots {
			steps = append(steps, slot.Rung)
		}
		for _, state := range slices.Sorted(maps.Keys(s.Counts)) {
			parts = append(parts, fmt.Sprintf("%s %d", state, s.Counts[state]))
		}
		for _, why := range slices.Sorted(maps.Keys(s.Spared)) {
			parts = append(parts, fmt.Sprintf("%s %d", why, s.Spared[why]))
		}
		for _, code := range slices.Sorted(maps.Keys(s.Codes)) {
			parts = append(parts, fmt.Sprintf("code %d %d", code, s.Codes[code]))
		}
		list = append(list, strings.Join(steps, "、")+"："+strings.Join(parts, ", "))
	}
	return list
}

func (l *ladder) check(what string, want, have []string) {
	l.t.Helper()
	if diff := cmp.Diff(want, have); diff != "" {
		l.t.Errorf("%s:\n%s", what, diff)
	}
}

// played runs a scenario in a bubble of time.
func played(t *testing.T, at string, play func(l *ladder)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := newLadder(t, at)
		play(l)
		l.sound()
	})
}

// TestTick: a step goes out at its minute, once to each person whatever number of
// units they speak for; the log says so.
func TestTick(t *testing.T) {
	played(t, "2021-06-22 17:00", func(l *ladder) {
		p := l.live(nil)
		defer p.end()
		l.wait("2021-06-23 08:59")
		l.check("before", nil, l.got())
		l.wait("2021-06-28 18:00")
		l.check("arrived", []string{"06-23 09:00 lisi", "06-23 09:00 wangwu"}, sort(l.got()))
		l.check("became", []string{"附件2首次：accepted 2, nobody 1"}, l.became())
		if text := l.text(); strings.Count(text, "山河镇、湫头镇") != 1 || strings.Contains(text, "县妇联") {
			t.Error(text)
		}
		v, err := l.store.View(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		defer v.Close()
		log, err := v.NewestLog(bot.LogQuery{Most: 1})
		if err != nil || log[0].What != "remind" || log[0].Text != "附件2首次" || log[0].Broadcast != l.outcomes()[0].Broadcast.ID {
			t.Errorf("%+v, %v", log, err)
		}
		if week, err := v.Week(l.at("2021-06-21 00:00"), ""); err != nil || week["山河镇"] != 1 || week["县妇联"] != 0 {
			t.Errorf("%v, %v", week, err)
		}
	})
}

func sort(list []string) []string {
	slices.Sort(list)
	return list
}

// TestTickOfNobody: before there are units nothing is sent or stored, so that a
// backup can still be restored; once there are, what still makes sense is.
func TestTickOfNobody(t *testing.T) {
	played(t, "2021-06-23 08:50", func(l *ladder) {
		for _, unit := range []string{"山河镇", "县教育局", "湫头镇", "县妇联"} {
			if _, err := l.store.RemoveUnit(context.Background(), unit, "试", l.clock.now()); err != nil {
				t.Fatal(err)
			}
		}
		p := l.live(nil)
		defer p.end()
		l.wait("2021-06-23 10:30")
		l.check("became", nil, l.became())
		l.enrol("单位,类别,联络员userid\n永和镇,乡镇,zhao\n")
		l.wait("2021-06-23 10:32")
		l.check("became", []string{"附件2首次：accepted 1"}, l.became())
	})
}

// TestTickOfTwo: several processes on one store send a step once.
func TestTickOfTwo(t *testing.T) {
	played(t, "2021-06-23 08:50", func(l *ladder) {
		for range 3 {
			p := l.live(nil)
			defer p.end()
		}
		l.wait("2021-06-23 17:00")
		l.check("arrived", []string{"06-23 09:00 lisi", "06-23 09:00 wangwu"}, sort(l.got()))
	})
}

// TestTickAfterCrash kills the process at each of its calls, before it is done and
// behind; the next one comes three minutes later. Nothing is skipped, and nothing
// comes twice but what says that it may have.
func TestTickAfterCrash(t *testing.T) {
	for at := 1; ; at++ {
		died := false
		for _, before := range []bool{true, false} {
			played(t, "2021-06-23 08:59", func(l *ladder) {
				f := &fuse{left: at, before: before}
				first := l.live(f)
				l.wait("2021-06-23 09:05")
				first.end()
				died = died || f.dead
				second := l.live(nil)
				l.wait("2021-06-23 10:00")
				second.end()
				for _, who := range []string{"lisi", "wangwu"} {
					id := l.outcomes()[0].Broadcast.ID
					d := l.find(id, id+"-"+l.store.PersonID(who))
					n := strings.Count(strings.Join(l.got(), "\n"), who)
					if n < 1 || n > 2 || n > 1 && !d.Unsure || d.State != bot.DeliveryAccepted {
						t.Errorf("killed at call %d, before %v: %d reminders came to %s, unsure %v, %s", at, before, n, who, d.Unsure, d.State)
					}
				}
				l.check(fmt.Sprintf("killed at call %d, before %v", at, before), []string{"附件2首次：accepted 2, nobody 1"}, l.became())
			})
		}
		if !died || t.Failed() {
			if at < 15 {
				t.Errorf("there were %d calls", at)
			}
			return
		}
	}
}

// FuzzRemindersCrash kills processes at random calls, two at a time on one store,
// from before noon into the afternoon, while pages are made and sent. In the end everybody was reminded, once,
// or it is said that it may have been twice.
//
// A plain test run plays a few seeds. The long form plays as many as there is time
// for: go test -fuzz FuzzRemindersCrash -fuzztime 10m ./bot/app
func FuzzRemindersCrash(f *testing.F) {
	for seed := range 2 {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed int) {
		synctest.Test(t, func(t *testing.T) {
			l := newLadder(t, "2021-06-23 11:30")
			var csv strings.Builder
			csv.WriteString("单位,类别,联络员userid\n")
			for i := range 2 * bot.MaxDeliveries {
				fmt.Fprintf(&csv, "单位%03d,部门,u%d\n", i, i)
			}
			l.enrol(csv.String())
			chance := dice(seed)
			lives := make([]*process, 2)
			for l.clock.now().Before(l.at("2021-06-23 15:00")) {
				for i := range lives {
					if lives[i] != nil {
						lives[i].end()
					}
					lives[i] = l.live(&fuse{left: 1 + chance.IntN(40), before: chance.IntN(2) == 0})
				}
				time.Sleep(time.Minute)
			}
			for _, p := range lives {
				p.end()
			}
			last := l.live(nil)
			l.wait("2021-06-23 17:30")
			last.end()
			sent := l.outcomes()
			if len(sent) != 1 || len(sent[0].Missed) == bot.MaxMissed {
				t.Fatalf("%v", l.became())
			}
			unsure := map[string]bool{}
			for _, d := range sent[0].Missed {
				if unsure[d.Person] = d.Unsure; !d.Unsure {
					t.Errorf("%s for %q", d.State, d.Why)
				}
			}
			came := map[string]int{}
			for _, line := range l.got() {
				came[strings.Fields(line)[2]]++
			}
			for i := range 2 * bot.MaxDeliveries {
				who := fmt.Sprint("u", i)
				if n := came[who]; n > 2 || n != 1 && !unsure[l.store.PersonID(who)] {
					t.Errorf("%d came to %s", n, who)
				}
			}
			l.sound()
		})
	})
}

// TestReminderRefused: what the platform will never take is told with its code, and
// does not count as reminded.
func TestReminderRefused(t *testing.T) {
	played(t, "2021-06-23 08:59", func(l *ladder) {
		l.does(func(p bot.Parcel, _ string) (bot.Attempt, bool) {
			if p.UserID == "lisi" {
				return bot.Attempt{Fate: bot.FateRefused, Code: 60011, Why: "scope"}, false
			}
			return bot.Attempt{Fate: bot.FateAccepted}, true
		})
		p := l.live(nil)
		defer p.end()
		l.wait("2021-06-23 12:00")
		l.check("became", []string{"附件2首次：accepted 1, refused 1, nobody 1, code 60011 1"}, l.became())
		v, err := l.store.View(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		defer v.Close()
		if n, err := v.Reminded(); err != nil || !maps.Equal(n, map[string]int{"县教育局": 1}) {
			t.Errorf("reminded: %v, %v", n, err)
		}
	})
}

// TestReminderRests: what is held up beyond working hours goes out when they begin
// again, and holds up no other message meanwhile.
func TestReminderRests(t *testing.T) {
	played(t, "2021-06-23 11:58", func(l *ladder) { // the service was down at nine
		limited := func(bot.Parcel, string) (bot.Attempt, bool) {
			return bot.Attempt{Fate: bot.FateLater, Wait: 5 * time.Minute, Limited: true, Why: "limit"}, false
		}
		l.does(limited)
		p := l.live(nil)
		defer p.end()
		l.wait("2021-06-23 12:02")
		l.does(nil)
		l.wait("2021-06-23 12:30")
		l.check("at noon", nil, l.got())
		for _, s := range l.outcomes() {
			d := l.find(s.Broadcast.ID, s.Broadcast.ID+"-"+l.store.PersonID("lisi"))
			if d.State != bot.DeliveryDeferred || d.Why != string(bot.SpareQuiet) || time.Until(d.Due) != 2*time.Hour {
				t.Errorf("%s for %s, due in %v", d.State, d.Why, time.Until(d.Due))
			}
		}
		l.commit("boss", bot.Changes{Deliveries: []bot.Delivery{l.delivery("退回", "lisi")}})
		p.app.Rouse()
		l.wait("2021-06-23 12:31")
		l.check("another message", []string{"06-23 12:30 lisi"}, l.got())
		l.wait("2021-06-23 15:00")
		l.check("in the afternoon", []string{"06-23 12:30 lisi", "06-23 14:30 lisi", "06-23 14:30 wangwu"}, sort(l.got()))
		l.check("became", []string{"附件2首次：accepted 2, nobody 1"}, l.became())
	})
}

// TestReminderHalted: a road that is halted is mended in the afternoon; nothing goes
// out at noon, when it is tried.
func TestReminderHalted(t *testing.T) {
	played(t, "2021-06-23 08:59", func(l *ladder) {
		l.does(func(p bot.Parcel, via string) (bot.Attempt, bool) {
			if via == "app" {
				if now := l.clock.now().In(beijing); now.Hour() >= 12 && now.Hour() < 14 {
					t.Errorf("tried at %s", now.Format("15:04"))
				}
				return bot.Attempt{Fate: bot.FateHalted, Code: 60020, Why: "ip"}, false
			}
			return bot.Attempt{Fate: bot.FateAccepted}, true
		})
		p := l.live(nil)
		defer p.end()
		l.wait("2021-06-23 13:00")
		l.does(nil)
		if err := p.app.Resume(context.Background()); err != nil {
			t.Error(err)
		}
		l.wait("2021-06-23 14:29")
		l.check("at noon", []string{"06-23 09:00 boss"}, l.got()) // who was told of the halt
		l.wait("2021-06-23 14:40")
		l.check("in the afternoon", []string{"06-23 09:00 boss", "06-23 14:30 lisi", "06-23 14:30 wangwu"}, sort(l.got()))
	})
}

// TestReminderOver: what could not be sent till its time was over is given up.
func TestReminderOver(t *testing.T) {
	played(t, "2021-06-23 08:59", func(l *ladder) {
		l.does(func(p bot.Parcel, via string) (bot.Attempt, bool) {
			return bot.Attempt{Fate: bot.FateHalted, Code: 60020, Why: "ip"}, false
		})
		p := l.live(nil)
		defer p.end()
		l.wait("2021-06-26 12:00")
		l.check("became", []string{"附件2首次：gaveup 2, nobody 1"}, l.became())
		for _, d := range l.outcomes()[0].Missed {
			if d.Why != string(bot.SpareOver) {
				t.Errorf("given up for %q", d.Why)
			}
		}
	})
}

// TestFinishedMeanwhile: who hands in between the making of a reminder and its
// leaving is not reminded any more, and it is said why.
func TestFinishedMeanwhile(t *testing.T) {
	played(t, "2021-06-23 08:59", func(l *ladder) {
		l.does(func(bot.Parcel, string) (bot.Attempt, bool) {
			return bot.Attempt{Fate: bot.FateLater, Wait: 10 * time.Minute, Limited: true, Why: "limit"}, false
		})
		p := l.live(nil)
		defer p.end()
		l.wait("2021-06-23 09:05")
		for _, unit := range []string{"县教育局", "湫头镇"} {
			l.submit(unit, "附件2")
			l.submit(unit, "总结")
		}
		l.does(nil)
		l.wait("2021-06-23 10:00")
		l.check("arrived", []string{"06-23 09:10 lisi"}, l.got())
		id := l.outcomes()[0].Broadcast.ID
		if d := l.find(id, id+"-"+l.store.PersonID("wangwu")); d.State != bot.DeliveryDropped || d.Why != string(bot.SpareFinished) {
			t.Errorf("%s for %q", d.State, d.Why)
		}
		if d := l.find(id, id+"-"+l.store.PersonID("lisi")); !slices.Equal(d.Units, []string{"山河镇"}) || strings.Contains(d.Text, "湫头镇") {
			t.Errorf("for %v: %s", d.Units, d.Text)
		}
	})
}

// TestReplacedMeanwhile: who speaks for a unit no more is not written to for it, and
// the office sees that nobody was.
func TestReplacedMeanwhile(t *testing.T) {
	played(t, "2021-06-23 08:59", func(l *ladder) {
		l.does(func(bot.Parcel, string) (bot.Attempt, bool) {
			return bot.Attempt{Fate: bot.FateLater, Wait: 10 * time.Minute, Limited: true, Why: "limit"}, false
		})
		p := l.live(nil)
		defer p.end()
		l.wait("2021-06-23 09:05")
		v, err := l.store.View(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		u, _, _ := v.Unit("县教育局")
		was, _, _ := v.Person(u.Liaison)
		v.Close()
		was.Units, u.Liaison = nil, ""
		l.commit("boss", bot.Changes{Units: []bot.Unit{u}, People: []bot.Person{was}})
		l.does(nil)
		l.wait("2021-06-23 10:00")
		l.check("arrived", []string{"06-23 09:10 lisi"}, l.got())
		l.check("became", []string{"附件2首次：accepted 1, refused 1, nobody 1, code 0 1"}, l.became())
	})
}

// TestPaused: during a pause nobody is reminded, no group either, the office has its
// lists, and afterwards there is no burst.
func TestPaused(t *testing.T) {
	played(t, "2021-06-23 08:59", func(l *ladder) {
		l.commit("lisi", bot.Changes{Chats: []bot.Chat{{ID: "g1", Robot: secretKey}}})
		l.commit("boss", bot.Changes{Reminding: &bot.Reminding{Pause: &bot.Pause{
			Until: l.at("2021-06-30 16:30"), Reason: "防汛", By: l.store.PersonID("boss"), At: l.clock.now(),
		}}})
		p := l.live(nil)
		defer p.end()
		l.wait("2021-07-01 20:00")
		l.check("arrived", []string{"06-30 16:00 boss"}, unique(l.got()))
		if text := l.text(); !strings.Contains(text, "县妇联") {
			t.Error(text)
		}
		became := l.became()
		l.check("became", []string{
			"附件2首次：paused 4", "附件2二次、案例：paused 4", "附件2群：", "附件2当天：paused 4",
			"附件2清单、案例清单：accepted 1",
		}, became)
	})
}

func unique(list []string) []string { return slices.Compact(list) }

// before does something before each commit of a turn.
type before struct {
	port
	does func()
}

func (b *before) Begin(ctx context.Context, claim, userid string) (app.Turn, error) {
	turn, err := b.port.Begin(ctx, claim, userid)
	return beforeTurn{turn, b}, err
}

type beforeTurn struct {
	app.Turn
	*before
}

func (t beforeTurn) Commit(c bot.Changes, at time.Time, reply bot.Reply) error {
	t.does()
	return conflict(t.Turn.Commit(c, at, reply))
}

// TestPausedAtTheMoment: the office pauses the reminders at the very instant at which
// one falls due. Its word is taken, the step stays marked, and nobody is reminded.
func TestPausedAtTheMoment(t *testing.T) {
	played(t, "2021-06-23 09:00", func(l *ladder) {
		store := &before{port: port{l.store}}
		c := l.config(nil)
		c.Store = store
		a := app.New(c)
		say := func(id, text string) string {
			reply, err := a.Turn(context.Background(), bot.Message{Channel: "test", ID: id, From: "boss", Media: bot.MediaText, Text: text, Limit: 20480})
			if err != nil {
				t.Fatal(err)
			}
			return reply.Text
		}
		commits := 0
		store.does = func() {
			if commits++; commits == 2 { // the first turn only asks
				if err := a.Tick(context.Background()); err != nil {
					t.Error(err)
				}
			}
		}
		say("1", "暂停提醒 至6月25日 防汛")
		if reply := say("2", "确认"); !strings.Contains(reply, "✓ 已暂停全部单位的提醒") {
			t.Error(reply)
		}
		v, err := l.store.View(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		kept, err := v.Reminding()
		v.Close()
		if err != nil || len(kept.Done) != 1 || !kept.Pause.Holds(l.clock.now()) {
			t.Errorf("%+v, %v", kept, err)
		}
		p := l.live(nil)
		defer p.end()
		l.wait("2021-06-23 12:00")
		l.check("arrived", nil, l.got())
		l.check("became", []string{"附件2首次：paused 4"}, l.became())
	})
}

// nudged stores a 催报 that 山河镇 has got, and returns it.
func (l *ladder) nudged() bot.Broadcast {
	d := l.delivery("n1-1", "lisi")
	d.Kind, d.Broadcast, d.Units, d.State, d.Queued, d.At = string(bot.BroadcastNudge), "n1", []string{"山河镇"}, bot.DeliveryAccepted, l.clock.now(), time.Now()
	b := bot.Broadcast{ID: "n1", Kind: bot.BroadcastNudge, Form: l.notice.Main, At: l.clock.now(), Begun: time.Now(), Done: true}
	l.commit("boss", bot.Changes{Broadcast: &b, Deliveries: []bot.Delivery{d}})
	return b
}

// muted is a unit with its reminders turned off, to be stored.
func (l *ladder) muted(unit string) bot.Unit {
	v, err := l.store.View(context.Background())
	if err != nil {
		l.t.Fatal(err)
	}
	defer v.Close()
	u, ok, err := v.Unit(unit)
	if err != nil || !ok {
		l.t.Fatalf("%s: %t, %v", unit, ok, err)
	}
	u.Pause = &bot.Pause{Reason: "撤并", By: l.store.PersonID("boss"), At: l.clock.now()}
	return u
}

// TestPausedUnit: one unit is left in peace, others are not.
func TestPausedUnit(t *testing.T) {
	played(t, "2021-06-23 08:59", func(l *ladder) {
		l.commit("boss", bot.Changes{Units: []bot.Unit{l.muted("山河镇")}})
		p := l.live(nil)
		defer p.end()
		l.wait("2021-06-23 10:00")
		l.check("became", []string{"附件2首次：accepted 2, nobody 1, off 1"}, l.became())
		if text := l.text(); strings.Contains(text, "山河镇") || !strings.Contains(text, "湫头镇") {
			t.Error(text)
		}
	})
}

// TestCap: a unit gets so many reminders a week and not one more, those included
// that the office sent itself.
func TestCap(t *testing.T) {
	played(t, "2021-06-23 08:50", func(l *ladder) {
		l.notice.Ladder.Cap = 1
		l.nudged()
		p := l.live(nil)
		defer p.end()
		l.wait("2021-06-27 10:00")
		l.check("became", []string{"附件2首次：accepted 2, capped 1, nobody 1"}, l.became())
		if text := l.text(); strings.Contains(text, "山河镇") || !strings.Contains(text, "湫头镇") {
			t.Error(text)
		}
	})
}

// TestCapOfNudge: what the office sends itself is held to the cap when it is made,
// and neither then nor at its attempt is a unit told of that had its share.
func TestCapOfNudge(t *testing.T) {
	played(t, "2021-06-23 08:59", func(l *ladder) {
		l.notice.Ladder.Cap = 1
		l.submit("湫头镇", "附件2")
		l.submit("湫头镇", "总结")
		p := l.live(nil)
		defer p.end()
		l.wait("2021-06-23 10:00") // 山河镇 and 县教育局 have theirs
		key := bot.ReportKey{Unit: "湫头镇", Form: "附件2", Period: "2021"}
		l.commit("boss", bot.Changes{Report: &bot.Report{Key: key, State: bot.Returned, Version: 1, Counted: 1}})
		l.commit("boss", bot.Changes{Broadcast: &bot.Broadcast{ID: "n", Kind: bot.BroadcastNudge, By: l.store.PersonID("boss"), Form: "附件2", At: l.clock.now(), Begun: time.Now()}})
		p.app.Rouse()
		l.wait("2021-06-23 10:30")
		l.check("arrived", []string{"06-23 09:00 lisi", "06-23 09:00 wangwu", "06-23 10:00 lisi"}, sort(l.got()))
		if d := l.find("n", "n-"+l.store.PersonID("lisi")); !slices.Equal(d.Units, []string{"湫头镇"}) || strings.Contains(d.Text, "山河镇") {
			t.Errorf("for %v: %s", d.Units, d.Text)
		}
	})
}

// TestNudgeCapped: the cap holds for what the office sends, too, when it is
// expanded, even if there was room while it was looked at; and whoever is paused
// since is left out.
func TestNudgeCapped(t *testing.T) {
	played(t, "2021-06-23 08:50", func(l *ladder) {
		l.notice.Ladder.Cap = 1
		nudge, paused := l.nudged(), l.muted("县教育局")
		next := nudge
		next.ID, next.Done = "n2", false
		l.commit("boss", bot.Changes{Broadcast: &next, Units: []bot.Unit{paused}})
		p := l.live(nil)
		defer p.end()
		l.wait("2021-06-23 08:58")
		l.check("arrived", []string{"06-23 08:50 lisi"}, l.got())
		if text := l.text(); !strings.Contains(text, "湫头镇") || strings.Contains(text, "山河镇") || strings.Contains(text, "县教育局") {
			t.Error(text)
		}
	})
}

// TestCapOfNextWeek: what was held up over a weekend counts for the week it came in.
func TestCapOfNextWeek(t *testing.T) {
	played(t, "2021-06-25 16:00", func(l *ladder) { // a Friday
		l.notice.Ladder.Cap = 1
		l.notice.Ladder.Rungs = []bot.Rung{
			{ID: "甲", Owes: []bot.Owed{{What: bot.OweForm, Form: "附件2"}}, To: bot.ToLiaisons, Day: bot.Day{From: bot.DayDate, Date: "2021-06-25"}, At: 17 * time.Hour, Keep: 1},
			{ID: "乙", Owes: []bot.Owed{{What: bot.OweForm, Form: "总结"}}, To: bot.ToLiaisons, Day: bot.Day{From: bot.DayDate, Date: "2021-06-29"}, At: 9 * time.Hour},
		}
		l.does(func(p bot.Parcel, _ string) (bot.Attempt, bool) {
			return bot.Attempt{Fate: bot.FateLater, Wait: time.Hour, Limited: true, Why: "limit"}, false
		})
		p := l.live(nil)
		defer p.end()
		l.wait("2021-06-27 10:00")
		l.does(nil)
		l.wait("2021-06-29 12:00")
		l.check("arrived", []string{"06-28 10:00 lisi", "06-28 10:00 wangwu"}, sort(l.got()))
		l.check("became", []string{"甲：accepted 2, nobody 1", "乙：capped 3, nobody 1"}, l.became())
	})
}

// TestClockJumps: the campaign's clock is put back an hour, and forward a week; a
// step is not sent again, what was missed is sent once if it still makes sense, and
// what rests wakes by the clock as it goes now.
func TestClockJumps(t *testing.T) {
	played(t, "2021-06-23 08:59", func(l *ladder) {
		p := l.live(nil)
		defer p.end()
		l.wait("2021-06-23 09:30")
		l.goTo("2021-06-23 08:30")
		l.wait("2021-06-23 11:58")
		first := []string{"06-23 09:00 lisi", "06-23 09:00 wangwu"}
		l.check("back an hour", first, sort(l.got()))
		l.goTo("2021-06-30 07:00") // steps of the 29th were missed, one of the 30th is near
		l.wait("2021-06-30 08:29")
		l.check("forward a week, at night", first, sort(l.got()))
		l.wait("2021-06-30 12:00")
		l.check("forward a week", append(first, "06-30 08:30 lisi", "06-30 08:30 wangwu", "06-30 09:00 lisi", "06-30 09:00 wangwu"), sort(l.got()))
		l.goTo("2021-06-23 08:59")
		l.wait("2021-06-23 10:00")
		if n := len(l.got()); n != 6 {
			t.Errorf("back again: %v", l.got()[6:])
		}
	})
}

// TestRestedJump: a reminder that waits for the afternoon goes out when the clock is
// put there.
func TestRestedJump(t *testing.T) {
	played(t, "2021-06-23 11:58", func(l *ladder) {
		l.does(func(bot.Parcel, string) (bot.Attempt, bool) {
			return bot.Attempt{Fate: bot.FateLater, Wait: 5 * time.Minute, Limited: true, Why: "limit"}, false
		})
		p := l.live(nil)
		defer p.end()
		l.wait("2021-06-23 12:10")
		l.does(nil)
		l.goTo("2021-06-23 15:00")
		if err := p.app.Tick(context.Background()); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		l.check("arrived", []string{"06-23 15:00 lisi", "06-23 15:00 wangwu"}, sort(l.got()))
	})
}

// TestToGroupsAndOffice: the groups get counts and no name, each member of the
// office the whole list, also who never wrote to the bot.
func TestToGroupsAndOffice(t *testing.T) {
	played(t, "2021-06-02 08:50", func(l *ladder) {
		l.commit("lisi", bot.Changes{Chats: []bot.Chat{{ID: "g1", Robot: secretKey}, {ID: "g2", Robot: secretKey}}})
		p := l.live(nil)
		defer p.end()
		l.wait("2021-06-02 10:00")
		l.check("in the morning", []string{ // to the liaisons what was missed the day before
			"06-02 08:50 lisi", "06-02 08:50 wangwu", "06-02 09:00 g1", "06-02 09:00 g2",
		}, sort(l.got()))
		before := len(l.got())
		l.wait("2021-06-02 17:00")
		l.check("in the afternoon", []string{"06-02 16:00 boss"}, unique(l.got()[before:]))
		if text := l.texts[len(l.texts)-1]; !strings.Contains(text, "县妇联") || !strings.Contains(text, "山河镇") {
			t.Error(text)
		}
		for i, who := range l.arrived {
			for _, unit := range []string{"山河镇", "县教育局", "湫头镇", "县妇联"} {
				if strings.Contains(who, " g") && strings.Contains(l.texts[i], unit) {
					t.Errorf("%s is told of %s", who, unit)
				}
			}
		}
	})
}

// TestLeftTheOffice: who is of the office no more when a list leaves does not get it.
func TestLeftTheOffice(t *testing.T) {
	played(t, "2021-06-02 15:59", func(l *ladder) {
		l.notice.Ladder.Rungs = slices.DeleteFunc(slices.Clone(l.notice.Ladder.Rungs), func(r bot.Rung) bool { return r.ID != "附件1清单" })
		anna := bot.Person{ID: l.store.PersonID("anna"), UserID: "anna", Member: true}
		l.commit("boss", bot.Changes{People: []bot.Person{anna}})
		l.does(func(bot.Parcel, string) (bot.Attempt, bool) {
			return bot.Attempt{Fate: bot.FateLater, Wait: 10 * time.Minute, Limited: true, Why: "limit"}, false
		})
		p := l.live(nil)
		defer p.end()
		l.wait("2021-06-02 16:05")
		anna.Member = false
		l.commit("boss", bot.Changes{People: []bot.Person{anna}})
		l.does(nil)
		l.wait("2021-06-02 17:00")
		l.check("arrived", []string{"06-02 16:10 boss"}, unique(l.got()))
		id := l.outcomes()[0].Broadcast.ID
		if d := l.find(id, id+"-"+anna.ID); d.State != bot.DeliveryDropped || d.Why != "" {
			t.Errorf("%s for %q", d.State, d.Why)
		}
	})
}

// TestManyPages: with more units than a page holds, somebody who speaks for units
// of two pages is written to once, and every unit is accounted for.
func TestManyPages(t *testing.T) {
	played(t, "2021-06-23 08:59", func(l *ladder) {
		var csv strings.Builder
		csv.WriteString("单位,类别,联络员userid\n")
		for i := range 100 {
			who := fmt.Sprint("u", i%90)
			if i%10 == 9 {
				who = ""
			}
			fmt.Fprintf(&csv, "单位%03d,部门,%s\n", i, who)
		}
		l.enrol(csv.String())
		p := l.live(nil)
		defer p.end()
		l.wait("2021-06-23 10:00")
		if got := l.got(); len(got) != len(unique(sort(got))) {
			t.Error(got)
		}
		l.check("became", []string{"附件2首次：accepted 83, nobody 11"}, l.became())
		if n := len(l.pages()); n < 3 {
			t.Errorf("%d pages", n)
		}
	})
}

// TestJudged: what a reminder would say, before there is one.
func TestJudged(t *testing.T) {
	played(t, "2021-06-23 08:00", func(l *ladder) {
		l.submit("山河镇", "附件2")
		l.submit("山河镇", "总结")
		v, err := l.store.View(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		defer v.Close()
		at := l.at("2021-06-23 09:00")
		rows, err := app.Judged(l.notice, v, bot.Broadcast{
			Kind: bot.BroadcastRemind, At: at, To: bot.ToLiaisons, Slots: []bot.Slot{{Rung: "附件2首次", Due: at}},
		}, at)
		if err != nil {
			t.Fatal(err)
		}
		var have []string
		for _, r := range rows {
			have = append(have, fmt.Sprintf("%s %d %s", r.Unit.Name, len(r.Owes), r.Why))
		}
		l.check("judged", []string{"山河镇 0 finished", "县教育局 2 ", "湫头镇 2 ", "县妇联 0 nobody"}, have)
	})
}
