package app

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"anyuebot/bot"
	"anyuebot/bot/remind"
	"anyuebot/bot/report"
)

// Around is what a turn may know that is in no store.
type Around struct {
	Now    time.Time // in the campaign's zone
	Office bool      // configuration makes the member one of the office
	Reach  bot.Reach
	Chance string
	// Configured are the userids whom configuration makes members of the office.
	Configured []string
	// Called tells what the address book calls the member; nil if there is none to
	// ask.
	Called func() string
}

// Load understands a message and looks up what it needs, all at the turn's
// revision.
func Load(n *bot.Notice, turn Turn, m bot.Message, around Around) (v bot.View, in bot.Intent, err error) {
	person, err := turn.Person()
	if err != nil {
		return v, in, fmt.Errorf("person: %w", err)
	}
	v.Person, v.Reach, v.Chance = person.At(around.Now), around.Reach, around.Chance
	v.Configured = around.Configured
	v.Person.Office = person.Member || around.Office
	if v.Session, err = turn.Session(); err != nil {
		return v, in, fmt.Errorf("session: %w", err)
	}
	in = bot.Understand(n, v.Person, v.Session, m, around.Now)
	l := loading{n: n, turn: turn, need: in.Need, now: around.Now, v: &v}
	if in.Need.Called && around.Called != nil {
		v.Called = around.Called()
	}
	for _, load := range []func() error{l.roster, l.report, l.units, l.office, l.county, l.reminders, l.beside, l.files, l.whole} {
		if err := load(); err != nil {
			return v, in, err
		}
	}
	return v, in, nil
}

// loading fills a view with what a turn needs.
type loading struct {
	n    *bot.Notice
	turn Turn
	need bot.Need
	now  time.Time
	v    *bot.View
}

func (l loading) roster() (err error) {
	if l.need.Roster || len(l.need.Units) > 0 {
		if l.v.Roster, err = l.turn.Roster(); err != nil {
			return fmt.Errorf("roster: %w", err)
		}
	}
	return nil
}

// report loads the report that is worked on, with what stands over it: a 提交
// must not slip in behind 封账.
func (l loading) report() (err error) {
	book := l.need.Book
	if key := l.need.Report; key != (bot.ReportKey{}) {
		if l.v.Report, l.v.Latest, err = l.turn.Report(key); err != nil {
			return fmt.Errorf("report: %w", err)
		}
		if book == (bot.FormPeriod{}) {
			book = bot.FormPeriod{Form: key.Form, Period: key.Period}
			if f := l.n.Form(key.Form); f != nil {
				book.Period = f.Month(key.Period) // 封账 closes the month with all its reports
			}
		}
	}
	if book != (bot.FormPeriod{}) {
		if l.v.Book, err = l.turn.Book(book); err != nil {
			return fmt.Errorf("book: %w", err)
		}
	}
	if l.need.Docket != (bot.ReportKey{}) {
		if l.v.Docket, err = l.turn.Docket(l.need.Docket); err != nil {
			return fmt.Errorf("docket: %w", err)
		}
	}
	return nil
}

// units loads the reports and dockets of units whose names somebody has typed.
func (l loading) units() error {
	for _, name := range l.need.Units {
		unit, ok := l.meant(name)
		if !ok {
			continue
		}
		key := bot.ReportKey{Unit: unit, Form: l.need.Of.Form, Period: l.need.Of.Period}
		r, s, err := l.turn.Report(key)
		if err != nil {
			return fmt.Errorf("report: %w", err)
		}
		d, err := l.turn.Docket(key)
		if err != nil {
			return fmt.Errorf("docket: %w", err)
		}
		if l.v.Others == nil {
			l.v.Others, l.v.Beside = map[bot.ReportKey]bot.Filed{}, map[bot.ReportKey]*bot.Docket{}
		}
		l.v.Others[key], l.v.Beside[key] = bot.Filed{Report: r, Counted: s}, d
	}
	return nil
}

// meant is the one unit that a name may stand for, on the roster or taken off it.
func (l loading) meant(name string) (unit string, ok bool) {
	units, exact := l.v.Roster.Find(name)
	if gone, left := l.v.Roster.Left(name); left && !exact {
		return gone.Name, true
	}
	if len(units) != 1 {
		return "", false
	}
	return units[0].Name, true
}

// named is the unit that a name stands for in the roster, or the name itself.
func (l loading) named(name string) string {
	if units, exact := l.v.Roster.Find(name); exact {
		return units[0].Name
	}
	return name
}

// office loads what concerns sending.
func (l loading) office() (err error) {
	if l.need.Chats {
		if l.v.Chats, err = l.turn.Chats(); err != nil {
			return fmt.Errorf("chats: %w", err)
		}
	}
	if l.need.Sent {
		if l.v.Sent, err = l.turn.Sent(); err != nil {
			return fmt.Errorf("sent: %w", err)
		}
	}
	if l.v.Person.Office {
		if l.v.Halts, err = l.turn.Halts(); err != nil {
			return fmt.Errorf("halts: %w", err)
		}
	}
	return nil
}

// county loads what is read over all units.
func (l loading) county() (err error) {
	if form := l.need.Status; form != "" {
		if l.v.Status, err = l.turn.Statuses(form, l.n.Form(form).PeriodAt(l.now)); err != nil {
			return fmt.Errorf("status: %w", err)
		}
	}
	if len(l.need.Forms) > 0 {
		l.v.Forms = make(map[bot.FormPeriod][]bot.Status, len(l.need.Forms))
	}
	for _, p := range l.need.Forms {
		if l.v.Forms[p], err = l.turn.Statuses(p.Form, p.Period); err != nil {
			return fmt.Errorf("status: %w", err)
		}
	}
	if l.need.Filed != (bot.FormPeriod{}) {
		if l.v.Filed, err = l.turn.Filed(l.need.Filed); err != nil {
			return fmt.Errorf("filed: %w", err)
		}
	}
	if l.need.Dockets {
		if l.v.Dockets, err = l.turn.Dockets(); err != nil {
			return fmt.Errorf("dockets: %w", err)
		}
	}
	if l.need.Totals != "" {
		if l.v.Totals, err = l.totals(l.need.Totals, l.need.TotalsOf); err != nil {
			return fmt.Errorf("totals: %w", err)
		}
	}
	if l.need.Reminded {
		if l.v.Reminded, err = l.turn.Reminded(); err != nil {
			return fmt.Errorf("reminders: %w", err)
		}
	}
	if l.need.Contacts {
		if l.v.Contacts, err = contacts(l.n, l.turn, l.now); err != nil {
			return fmt.Errorf("contacts: %w", err)
		}
	}
	return nil
}

// reminders loads what was sent by the ladder, and what is next.
func (l loading) reminders() (err error) {
	if !l.need.Reminding && !l.need.Asked {
		return nil
	}
	if l.v.Reminding, err = l.turn.Reminding(); err != nil {
		return fmt.Errorf("reminding: %w", err)
	}
	if !l.need.Reminding {
		return nil
	}
	if l.v.Week, err = l.turn.Week(remind.Monday(l.now), ""); err != nil {
		return fmt.Errorf("reminders of the week: %w", err)
	}
	if l.v.Recent, err = l.turn.Recent(bot.MaxRecent); err != nil {
		return fmt.Errorf("what became of reminders: %w", err)
	}
	for _, d := range remind.Coming(l.n, l.v.Reminding, l.now, bot.MaxRecent) {
		l.v.Coming = append(l.v.Coming, bot.Coming{At: d.At, Rung: d.Rung})
	}
	return nil
}

// beside loads single records beside the report that is worked on.
func (l loading) beside() (err error) {
	if len(l.need.Others)+len(l.need.Months) > 0 && l.v.Others == nil {
		l.v.Others = make(map[bot.ReportKey]bot.Filed, len(l.need.Others)+len(l.need.Months))
	}
	if err := l.months(); err != nil {
		return err
	}
	for _, key := range l.need.Others {
		r, s, err := l.turn.Report(key)
		if err != nil {
			return fmt.Errorf("report: %w", err)
		}
		l.v.Others[key] = bot.Filed{Report: r, Counted: s}
	}
	if key := l.need.Versions; key != (bot.ReportKey{}) {
		key.Unit = l.named(key.Unit)
		if l.v.Versions, err = l.turn.Versions(key); err != nil {
			return fmt.Errorf("versions: %w", err)
		}
	}
	if l.need.Log != nil {
		q := *l.need.Log
		q.Unit = l.named(q.Unit)
		if l.v.Log, err = l.turn.NewestLog(q); err != nil {
			return fmt.Errorf("log: %w", err)
		}
		var sent []string
		for _, e := range l.v.Log {
			if e.Broadcast != "" {
				sent = append(sent, e.Broadcast)
			}
		}
		if l.v.Outcomes, err = l.turn.SentOf(sent...); err != nil {
			return fmt.Errorf("what became of reminders: %w", err)
		}
	}
	if len(l.need.Persons) > 0 {
		l.v.Persons = make(map[string]bot.Person, len(l.need.Persons))
	}
	for _, userid := range l.need.Persons {
		if l.v.Persons[userid], err = l.turn.Known(userid); err != nil {
			return fmt.Errorf("person: %w", err)
		}
	}
	if l.need.People {
		if l.v.People, err = l.turn.People(); err != nil {
			return fmt.Errorf("people: %w", err)
		}
	}
	return nil
}

// months loads every report of a month, for as many as there are, and what is
// kept beside them.
func (l loading) months() error {
	for _, first := range l.need.Months {
		for n := 1; ; n++ {
			r, s, err := l.turn.Report(first.Nth(n))
			if err != nil {
				return fmt.Errorf("report: %w", err)
			}
			if r == nil {
				break
			}
			l.v.Others[r.Key] = bot.Filed{Report: r, Counted: s}
		}
	}
	if len(l.need.Kept) > 0 {
		l.v.Kept = make(map[bot.ReportKey]bot.Docket, len(l.need.Kept))
	}
	for _, key := range l.need.Kept {
		d, err := l.turn.Docket(key)
		if err != nil {
			return fmt.Errorf("docket: %w", err)
		}
		if d != nil {
			l.v.Kept[key] = *d
		}
	}
	return nil
}

// files loads what was received before.
func (l loading) files() (err error) {
	hashes := slices.Clip(l.need.Hashes)
	if units, exact := l.v.Roster.Find(l.need.Bag); exact {
		if l.v.Bag, err = l.turn.FilesOf(units[0].Name); err != nil {
			return fmt.Errorf("files: %w", err)
		}
		for _, r := range l.v.Bag {
			if r.Seen == bot.SeenElsewhere {
				hashes = append(hashes, r.File.Hash)
			}
		}
	}
	if len(hashes) > 0 {
		l.v.Same = make(map[string][]bot.Received, len(hashes))
	}
	for _, hash := range hashes {
		if l.v.Same[hash], err = l.turn.FilesByHash(hash); err != nil {
			return fmt.Errorf("files: %w", err)
		}
	}
	return nil
}

// totals adds up a form, of the present period or another, less what the office
// took off.
func (l loading) totals(form, period string) (*bot.Totals, error) {
	f := l.n.Form(form)
	p := bot.FormPeriod{Form: form, Period: cmp.Or(period, f.PeriodAt(l.now))}
	filed, err := l.turn.Filed(p)
	if err != nil {
		return nil, err
	}
	var counted []bot.Submission
	var reports []bot.Report
	staged := 0
	for _, one := range filed {
		reports = append(reports, *one.Report)
		sub, draft := report.Standing(one, l.need.Drafts)
		if sub != nil {
			counted = append(counted, *sub)
		}
		if draft {
			staged++
		}
	}
	t := report.Sum(f, p.Period, len(l.v.Roster.Units), counted, reports)
	t.Staged, t.Stamped = staged, report.Stamped(filed, l.v.Dockets)
	if b := l.v.Book; b != nil && b.Form == p.Form && b.Period == p.Period {
		report.Deduct(&t, b.Deductions)
	}
	return &t, nil
}
