package app_test

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"anyuebot/bot"
	"anyuebot/bot/app"
	"anyuebot/prompts"
)

// TestRulesNoticeWhatIsBroken plays a short campaign in which every rule has its
// occasion, with one thing broken each time: in the notice's data, in what the
// service sees of its store, or in what is written down of the campaign. Each time
// the rule complains; with nothing broken none does.
func TestRulesNoticeWhatIsBroken(t *testing.T) {
	if slowed {
		t.Skip("forty-two campaigns are for a run without the race detector: go test ./bot/app -run TestRulesNotice")
	}
	var whole *record // with nothing broken
	for _, c := range []struct {
		name    string
		notice  func(*bot.Notice)
		sees    func(*blind)
		history func(*record)
		rule    string // "" for none
	}{
		{name: "nothing"},

		// The notice.
		{name: "no cap", notice: func(n *bot.Notice) { n.Ladder.Cap = 99 }, rule: ruleCap},
		{name: "a cap of 2", notice: func(n *bot.Notice) { n.Ladder.Cap = 2 }, rule: ruleMissing},
		{name: "no lunch", notice: func(n *bot.Notice) {
			n.Ladder.Windows = []bot.Window{{From: 8*time.Hour + 30*time.Minute, To: 17*time.Hour + 30*time.Minute}}
		}, rule: ruleHours},
		{name: "Monday as any day", notice: func(n *bot.Notice) { n.Ladder.Monday = 0 }, rule: ruleHours},
		{name: "the morning of 1 July", notice: func(n *bot.Notice) { n.Ladder.Silent = nil }, rule: ruleHours},
		{name: "no holidays", notice: func(n *bot.Notice) { n.Calendar.Days = nil }, rule: ruleHours},
		{name: "a step less", notice: func(n *bot.Notice) {
			n.Ladder.Rungs = slices.DeleteFunc(n.Ladder.Rungs, func(r bot.Rung) bool { return r.ID == "咨询日数字" })
		}, rule: ruleMissing},
		{name: "a step more", notice: func(n *bot.Notice) {
			r := rungOf(n, "附件1逾期")
			r.ID, r.Day.Work = "又一步", 3
			n.Ladder.Rungs = append(n.Ladder.Rungs, r)
		}, rule: ruleCause},
		{name: "a step an hour late", notice: func(n *bot.Notice) { changed(n, "附件1首次", func(r *bot.Rung) { r.At += time.Hour }) }, rule: ruleMissing},
		{name: "a step an hour early", notice: func(n *bot.Notice) { changed(n, "附件1首次", func(r *bot.Rung) { r.At -= 5 * time.Hour }) }, rule: ruleCause},
		{name: "the same twice a day", notice: func(n *bot.Notice) {
			r := rungOf(n, "附件1逾期")
			r.ID, r.At = "又一步", 10*time.Hour
			n.Ladder.Rungs = append(n.Ladder.Rungs, r)
		}, rule: ruleTwice},
		{name: "nothing is caught up with", notice: func(n *bot.Notice) {
			for i := range n.Ladder.Rungs {
				n.Ladder.Rungs[i].Keep = 0
			}
		}, rule: ruleMissing},
		{name: "caught up with for ever", notice: func(n *bot.Notice) { changed(n, "附件2首次", func(r *bot.Rung) { r.Keep = 9 }) }, rule: ruleCause},
		{name: "half of what is owed", notice: func(n *bot.Notice) {
			changed(n, "附件2逾期", func(r *bot.Rung) { r.Owes = r.Owes[:1] })
		}, rule: ruleMissing},
		{name: "the group is forgotten", notice: func(n *bot.Notice) {
			n.Ladder.Rungs = slices.DeleteFunc(n.Ladder.Rungs, func(r bot.Rung) bool { return r.To == bot.ToGroups })
		}, rule: ruleMissing},
		{name: "the office is forgotten", notice: func(n *bot.Notice) {
			n.Ladder.Rungs = slices.DeleteFunc(n.Ladder.Rungs, func(r bot.Rung) bool { return r.To == bot.ToOffice })
		}, rule: ruleMissing},

		// What the service sees.
		{name: "who has reported has not", sees: func(b *blind) {
			b.status = func(s *bot.Status) { s.State, s.Version, s.Filled, s.Items = bot.NotStarted, 0, 0, nil }
		}, rule: ruleCause},
		{name: "nobody has reported on paper", sees: func(b *blind) {
			b.status = func(s *bot.Status) { s.Paper = false }
			b.docket = func(d *bot.Docket) { d.Receipts = nil }
		}, rule: ruleCause},
		{name: "nothing is closed", sees: func(b *blind) { b.status = func(s *bot.Status) { s.Closed = false } }, rule: ruleCause},
		{name: "nobody has more time", sees: func(b *blind) {
			b.status = func(s *bot.Status) { s.Until = time.Time{} }
			b.docket = func(d *bot.Docket) { d.Extension = nil }
		}, rule: ruleCause},
		{name: "nobody says that it was faxed", sees: func(b *blind) { b.docket = func(d *bot.Docket) { d.Claimed = nil } }, rule: ruleCause},
		{name: "nobody has promised", sees: func(b *blind) { b.docket = func(d *bot.Docket) { d.Calls = nil } }, rule: ruleCause},
		{name: "本月无 is not heard", sees: func(b *blind) { b.docket = func(d *bot.Docket) { d.Nothing = nil } }, rule: ruleCause},
		{name: "后续有再报 is not heard", sees: func(b *blind) { b.docket = func(d *bot.Docket) { d.Later = nil } }, rule: ruleCause},
		{name: "no unit is paused", sees: func(b *blind) {
			b.unit = func(u *bot.Unit) {
				if u.Pause != nil && !u.Pause.Until.IsZero() {
					u.Pause = nil
				}
			}
		}, rule: ruleCause},
		{name: "no unit is off", sees: func(b *blind) {
			b.unit = func(u *bot.Unit) {
				if u.Pause != nil && u.Pause.Until.IsZero() {
					u.Pause = nil
				}
			}
		}, rule: ruleCause},
		{name: "there is no pause", sees: func(b *blind) { b.kept = func(r *bot.Reminding) { r.Pause = nil } }, rule: ruleCause},
		{name: "no material comes in", sees: func(b *blind) { b.received = func(r *bot.Received) { r.Kind = "" } }, rule: ruleCause},
		{name: "no week is counted", sees: func(b *blind) { b.week = map[string]int{} }, rule: ruleCap},
		{name: "the time of a reminder is never over", sees: func(b *blind) {
			b.broadcast = func(b *bot.Broadcast) {
				b.Until = b.Until.AddDate(0, 0, 30)
				for i := range b.Slots {
					b.Slots[i].Until = b.Until
				}
			}
		}, rule: ruleCause},
		{name: "what was done is forgotten", sees: func(b *blind) { b.forgets = true }, rule: ruleTwice},

		// What is written down.
		{name: "one did not arrive", history: func(r *record) {
			r.tries = slices.DeleteFunc(r.tries, func(t try) bool { return t.parcel.UserID == "silent" && t.at.Before(wall("2021-06-02")) })
		}, rule: ruleMissing},
		{name: "one arrived twice", history: func(r *record) { r.tries = append(r.tries, r.first("silent")) }, rule: ruleTwice},
		{name: "one arrived in the evening", history: func(r *record) {
			for i, t := range r.tries {
				if t.parcel.UserID == "silent" {
					r.tries[i].at = t.at.Add(8 * time.Hour)
				}
			}
		}, rule: ruleHours},
		{name: "one went to somebody else", history: func(r *record) {
			for i, t := range r.tries {
				if t.parcel.UserID == "silent" {
					r.tries[i].parcel.UserID = "prompt"
				}
			}
		}, rule: ruleCause},
		{name: "two for one", history: func(r *record) {
			t := r.first("silent")
			l := r.letters[t.parcel.ID]
			l.whole, t.parcel.ID = l.whole+"x", t.parcel.ID+"x"
			r.letters[t.parcel.ID] = l
			r.tries = append(r.tries, t)
		}, rule: ruleAtOnce},
		{name: "a name in the group", history: func(r *record) {
			for i, t := range r.tries {
				if t.parcel.Group != "" {
					r.tries[i].parcel.Text += "\n甲子镇"
				}
			}
		}, rule: ruleGroup},
		{name: "another number in the group", history: func(r *record) {
			for i, t := range r.tries {
				if t.parcel.Group != "" {
					r.tries[i].parcel.Text = number.ReplaceAllString(t.parcel.Text, "77")
				}
			}
		}, rule: ruleGroup},
		{name: "one is not on the list", history: func(r *record) {
			for i, t := range r.tries {
				if t.parcel.UserID == "office" {
					r.tries[i].parcel.Text = strings.ReplaceAll(t.parcel.Text, "乙子镇", "")
				}
			}
		}, rule: ruleOffice},
		{name: "one is on the list for nothing", history: func(r *record) {
			for i, t := range r.tries {
				if t.parcel.UserID == "office" {
					r.tries[i].parcel.Text += "\n甲子镇"
				}
			}
		}, rule: ruleOffice},
		{name: "one counts twice", history: func(r *record) { r.counted["乙子镇"]++ }, rule: ruleCounted},
	} {
		t.Run(c.name, func(t *testing.T) {
			if whole != nil {
				t.Parallel()
			}
			var r *record
			if c.history != nil {
				r = whole.copied()
				c.history(r)
			} else {
				notice, b := loaded(t), &blind{}
				if c.notice != nil {
					c.notice(notice)
				}
				if c.sees != nil {
					c.sees(b)
				}
				synctest.Test(t, func(t *testing.T) { r = occasions(t, notice, b) })
				whole = cmp.Or(whole, r)
			}
			list := r.complains()
			switch {
			case c.rule == "":
				for _, is := range list[:min(len(list), 20)] {
					t.Error(is)
				}
			case !slices.ContainsFunc(list, func(is complaint) bool { return is.rule == c.rule }):
				t.Errorf("nobody complains that a reminder is %q: %v", c.rule, list)
			}
		})
	}
}

func loaded(t testing.TB) *bot.Notice {
	t.Helper()
	notice, err := prompts.Load("", bot.WordingKeys())
	if err != nil {
		t.Fatal(err)
	}
	return notice
}

func rungOf(n *bot.Notice, id string) bot.Rung {
	return n.Ladder.Rungs[slices.IndexFunc(n.Ladder.Rungs, func(r bot.Rung) bool { return r.ID == id })]
}

func changed(n *bot.Notice, id string, change func(*bot.Rung)) {
	for i := range n.Ladder.Rungs {
		if n.Ladder.Rungs[i].ID == id {
			change(&n.Ladder.Rungs[i])
		}
	}
}

// copied is a record that can be changed.
func (r *record) copied() *record {
	c := *r
	c.tries, c.letters, c.counted = slices.Clone(r.tries), maps.Clone(r.letters), maps.Clone(r.counted)
	return &c
}

// first is the first reminder that somebody got.
func (r *record) first(user string) try {
	return r.tries[slices.IndexFunc(r.tries, func(t try) bool { return t.parcel.UserID == user })]
}

// occasions is a campaign of a few weeks with one unit for each reason for which a
// unit is spared. The service runs at working hours and is looked after at each tenth
// minute, so that it is played quickly.
func occasions(t *testing.T, notice *bot.Notice, b *blind) *record {
	users := []string{"prompt", "silent", "paper", "promised", "extended", "off", "paused", "claims", "", "two", "two", "done"}
	var roster []rosterRow
	for i, row := range county80()[:len(users)] {
		roster = append(roster, rosterRow{row.unit, row.kind, users[i]})
	}
	c := newCampaign(t, notice, wall("2021-05-31 07:00"), 1, roster...)
	defer c.stops()
	c.post.calm, c.coarse = true, true
	c.ports = func(out app.Outbox) app.Outbox { return seen{out, b} }
	unit := func(user string) *subject { return c.units[slices.Index(users, user)] }
	var a agenda
	at := func(when string, do func()) { a.add(wall(when), do) }

	// What keeps a unit from being reminded.
	for owed, when := range map[string]string{"附件1": "2021-05-31 09:00", "活动方案": "2021-06-10 09:00", "附件2": "2021-06-22 09:00", "总结": "2021-06-22 10:00", "案例 2021-06": "2021-06-22 11:00"} {
		at(when, func() { c.hands(unit("prompt"), owed) })
	}
	at("2021-06-30 11:30", func() { c.hands(unit("done"), "附件2") })
	at("2021-06-22 09:10", func() { c.receives(unit("paper"), "附件2") })
	at("2021-06-28 09:20", func() { c.promises(unit("promised"), 1) })
	at("2021-06-22 09:30", func() { c.extends(unit("extended"), wall("2021-07-09 00:00")) })
	at("2021-06-11 09:40", func() { c.switches(unit("off"), false) })
	at("2021-06-22 09:50", func() { c.pauses(unit("paused"), 8) })
	at("2021-06-25 09:10", func() { c.claims(unit("claims")) })
	at("2021-06-28 10:10", c.nudges)
	at("2021-07-01 17:55", func() { c.closes(true) })
	at("2021-07-28 09:10", func() { c.pauses(nil, 1) })
	at("2021-07-28 09:20", func() { c.lastCase(unit("extended")) })
	at("2021-07-28 09:30", func() { c.lastCase(unit("done")) })
	at("2021-08-28 09:30", func() { c.nothing(unit("silent"), "8月", "案例 2021-08") })

	// What befalls the service: it is down over a whole day, and till noon; its line is
	// down till the morning of 1 July.
	for _, day := range []string{"2021-05-31", "2021-06-01", "2021-06-02", "2021-06-03", "2021-06-04", "2021-06-07", "2021-06-10", "2021-06-11", "2021-06-14", "2021-06-15", "2021-06-16",
		"2021-06-18", "2021-06-22", "2021-06-23", "2021-06-24", "2021-06-25", "2021-06-28", "2021-06-29", "2021-06-30", "2021-07-01", "2021-07-02",
		"2021-07-28", "2021-07-29", "2021-07-30", "2021-08-30", "2021-08-31"} {
		up := "08:20"
		if day == "2021-06-30" {
			up = "12:20"
		}
		at(day+" "+up, func() { c.start(0) })
		at(day+" 17:50", func() { c.end(0, false) })
	}
	at("2021-06-23 08:35", func() { c.post.set(false, false) })
	at("2021-06-25 08:10", func() { c.post.set(true, false) })
	at("2021-06-30 14:00", func() { c.post.set(false, false) })
	at("2021-07-01 08:30", func() { c.post.set(true, false) })
	c.plays(&a, wall("2021-09-01"))
	return c.over()
}

// blind changes what the service sees of its store. What is nil it sees as it is.
type blind struct {
	status    func(*bot.Status)
	docket    func(*bot.Docket)
	unit      func(*bot.Unit)
	kept      func(*bot.Reminding)
	received  func(*bot.Received)
	broadcast func(*bot.Broadcast)
	week      map[string]int
	forgets   bool // which steps were done
	times     int
}

// seen is the outbox as a blind service has it.
type seen struct {
	app.Outbox
	b *blind
}

func (s seen) OutboxView(ctx context.Context) (app.OutboxView, error) {
	v, err := s.Outbox.OutboxView(ctx)
	if err != nil {
		return nil, err
	}
	return seenView{v, s.b}, nil
}

func (s seen) Remind(ctx context.Context, was, is bot.Reminding, list []bot.Broadcast, log []bot.LogEntry) error {
	if !s.b.forgets && s.b.kept == nil {
		return s.Outbox.Remind(ctx, was, is, list, log)
	}
	v, err := s.Outbox.OutboxView(ctx)
	if err != nil {
		return err
	}
	defer v.Close()
	kept, err := v.Reminding()
	if err != nil {
		return err
	}
	is.Pause = kept.Pause
	if s.b.forgets { // so that all are new
		s.b.times++
		for i := range list {
			was := list[i].ID
			list[i].ID += fmt.Sprint("x", s.b.times)
			for j := range is.Done {
				if is.Done[j].Broadcast == was {
					is.Done[j].Broadcast = list[i].ID
				}
			}
			log[i].Broadcast = list[i].ID
		}
	}
	return s.Outbox.Remind(ctx, kept, is, list, log)
}

func (s seen) Expand(ctx context.Context, was, is bot.Broadcast, page []bot.Delivery) error {
	if s.b.broadcast == nil {
		return s.Outbox.Expand(ctx, was, is, page)
	}
	v, err := s.Outbox.OutboxView(ctx)
	if err != nil {
		return err
	}
	defer v.Close()
	b, _, err := v.Broadcast(was.ID)
	if err != nil {
		return err
	}
	is.Until, is.Slots = b.Until, b.Slots
	return s.Outbox.Expand(ctx, b, is, page)
}

type seenView struct {
	app.OutboxView
	b *blind
}

func see[T any](change func(*T), v T, err error) (T, error) {
	if change != nil && err == nil {
		change(&v)
	}
	return v, err
}

func seeAll[T any](change func(*T), list []T, err error) ([]T, error) {
	if change != nil && err == nil {
		for i := range list {
			change(&list[i])
		}
	}
	return list, err
}

// beside lets a status be seen with the docket that comes with it.
func (v seenView) beside(s *bot.Status) {
	if v.b.status != nil {
		v.b.status(s)
	}
	if v.b.docket != nil && s.Docket != nil {
		d := *s.Docket
		v.b.docket(&d)
		s.Docket = &d
	}
}

func (v seenView) Status(key bot.ReportKey) (bot.Status, error) {
	s, err := v.OutboxView.Status(key)
	return see(v.beside, s, err)
}

func (v seenView) Statuses(form, period string) ([]bot.Status, error) {
	list, err := v.OutboxView.Statuses(form, period)
	return seeAll(v.beside, list, err)
}

func (v seenView) Docket(key bot.ReportKey) (*bot.Docket, error) {
	d, err := v.OutboxView.Docket(key)
	if d == nil || err != nil || v.b.docket == nil {
		return d, err
	}
	c := *d
	v.b.docket(&c)
	return &c, nil
}

func (v seenView) Dockets() ([]bot.Docket, error) {
	list, err := v.OutboxView.Dockets()
	return seeAll(v.b.docket, list, err)
}

func (v seenView) Roster() (bot.Roster, error) {
	r, err := v.OutboxView.Roster()
	r.Units, err = seeAll(v.b.unit, r.Units, err)
	return r, err
}

func (v seenView) Unit(name string) (bot.Unit, bool, error) {
	u, ok, err := v.OutboxView.Unit(name)
	u, err = see(v.b.unit, u, err)
	return u, ok, err
}

func (v seenView) Reminding() (bot.Reminding, error) {
	r, err := v.OutboxView.Reminding()
	if v.b.forgets {
		r.Done = nil
	}
	return see(v.b.kept, r, err)
}

func (v seenView) Files(visit func(bot.Received) error) error {
	return v.OutboxView.Files(func(r bot.Received) error {
		if v.b.received != nil {
			v.b.received(&r)
		}
		return visit(r)
	})
}

func (v seenView) FilesOf(unit string) ([]bot.Received, error) {
	list, err := v.OutboxView.FilesOf(unit)
	return seeAll(v.b.received, list, err)
}

func (v seenView) Week(monday time.Time, but string) (map[string]int, error) {
	if v.b.week != nil {
		return v.b.week, nil
	}
	return v.OutboxView.Week(monday, but)
}

func (v seenView) Broadcast(id string) (bot.Broadcast, bool, error) {
	b, ok, err := v.OutboxView.Broadcast(id)
	b, err = see(v.b.broadcast, b, err)
	return b, ok, err
}

func (v seenView) Unexpanded() ([]bot.Broadcast, error) {
	list, err := v.OutboxView.Unexpanded()
	return seeAll(v.b.broadcast, list, err)
}
