package app

import (
	"fmt"
	"slices"
	"time"

	"anyuebot/bot"
	"anyuebot/bot/remind"
)

// Records are what tells whether a unit is reminded, at one revision.
type Records interface {
	Reminding() (bot.Reminding, error)
	Roster() (bot.Roster, error)
	Unit(name string) (bot.Unit, bool, error)
	Status(bot.ReportKey) (bot.Status, error)
	// Statuses are those of all units on the roster.
	Statuses(form, period string) ([]bot.Status, error)
	Docket(bot.ReportKey) (*bot.Docket, error)
	Dockets() ([]bot.Docket, error)
	Filed(bot.FormPeriod) ([]bot.Filed, error)
	FilesOf(unit string) ([]bot.Received, error)
	// Files visits all that was ever received.
	Files(visit func(bot.Received) error) error
	// Week counts the reminders of each unit in the week that begins at monday, and
	// Reminded those of the campaign, as [bot.View] has them; but is the broadcast
	// whose own are left out.
	Week(monday time.Time, but string) (map[string]int, error)
	Reminded() (map[string]int, error)
}

// Judged is what a reminder would say to and about every unit on the roster, in its
// order, if it went out at now; b need not be stored.
func Judged(n *bot.Notice, r Records, b bot.Broadcast, now time.Time) ([]remind.Row, error) {
	kept, err := r.Reminding()
	if err != nil {
		return nil, fmt.Errorf("reminding: %w", err)
	}
	f := facts{n: n, r: r, b: b, now: now}
	list, err := f.all()
	return f.judge(kept, list), err
}

// facts looks up what decides about units.
type facts struct {
	n   *bot.Notice
	r   Records
	b   bot.Broadcast
	now time.Time
}

// judge decides about units.
func (f facts) judge(kept bot.Reminding, list []remind.Facts) []remind.Row {
	rows := make([]remind.Row, len(list))
	for i, unit := range list {
		rows[i] = remind.Row{Facts: unit, Verdict: remind.Judge(f.n, f.b, kept, unit, f.now)}
	}
	return rows
}

// calls and later are where the phone log of a unit is kept, and that it reports
// cases unasked.
func (f facts) calls(unit string) bot.ReportKey {
	return bot.ReportKey{Unit: unit, Form: f.n.Main, Period: f.n.Form(f.n.Main).PeriodAt(f.now)}
}

func (f facts) later(unit string) bot.ReportKey {
	return bot.ReportKey{Unit: unit, Form: f.n.Cases, Period: f.n.Year}
}

// each has the forms and periods read that decide; of a month all its reports, as
// long as read tells that there was one.
func (f facts) each(read func(bot.FormPeriod) (begun bool, err error)) error {
	forms, _ := remind.Needs(f.n, f.b)
	for _, p := range forms {
		first, form := bot.ReportKey{Form: p.Form, Period: p.Period}, f.n.Form(p.Form)
		for nth := 1; ; nth++ {
			begun, err := read(bot.FormPeriod{Form: p.Form, Period: first.Nth(nth).Period})
			if err != nil {
				return err
			}
			if !begun || form == nil || !form.Monthly() {
				break
			}
		}
	}
	return nil
}

// all looks up all units of the roster, each kind of record in one reading.
func (f facts) all() ([]remind.Facts, error) {
	roster, err := f.r.Roster()
	if err != nil {
		return nil, fmt.Errorf("roster: %w", err)
	}
	units := roster.Units
	list := make([]remind.Facts, len(units))
	place := make(map[string]int, len(units))
	for i, u := range units {
		list[i] = remind.Facts{Unit: u, Status: map[bot.FormPeriod]bot.Status{}}
		place[u.Name] = i
	}
	of := func(unit string) *remind.Facts {
		if i, ok := place[unit]; ok {
			return &list[i]
		}
		return &remind.Facts{Status: map[bot.FormPeriod]bot.Status{}} // off the roster: nobody looks at it
	}
	if err := f.each(func(p bot.FormPeriod) (begun bool, err error) {
		statuses, err := f.r.Statuses(p.Form, p.Period)
		for _, s := range statuses {
			of(s.Unit).Status[p] = s
			begun = begun || s.State != bot.NotStarted
		}
		return begun, err
	}); err != nil {
		return nil, fmt.Errorf("status: %w", err)
	}
	dockets, err := f.r.Dockets()
	if err != nil {
		return nil, fmt.Errorf("dockets: %w", err)
	}
	for _, d := range dockets {
		switch unit := of(d.Key.Unit); d.Key {
		case f.calls(d.Key.Unit):
			unit.Calls = &d
		case f.later(d.Key.Unit):
			unit.Later = &d
		}
	}
	if _, material := remind.Needs(f.n, f.b); material {
		if err := f.r.Files(func(r bot.Received) error {
			for _, unit := range r.Units {
				of(unit).Material = f.with(of(unit).Material, r)
			}
			return nil
		}); err != nil {
			return nil, fmt.Errorf("files: %w", err)
		}
	}
	week, err := f.r.Week(remind.Monday(f.now), f.b.ID)
	if err != nil {
		return nil, fmt.Errorf("reminders of the week: %w", err)
	}
	reminded, err := f.r.Reminded()
	if err != nil {
		return nil, fmt.Errorf("reminders: %w", err)
	}
	contacts, err := contacts(f.n, f.r, f.now)
	if err != nil {
		return nil, fmt.Errorf("contacts: %w", err)
	}
	for i, u := range units {
		list[i].Week, list[i].Reminded, list[i].Contact = week[u.Name], reminded[u.Name], contacts[u.Name]
	}
	return list, nil
}

// some looks up a few units, record by record, as they decide about a message that
// is about to leave: what was sent before, which caps count, was looked at when it
// was made. Who is on the roster no more is left out.
func (f facts) some(names []string) ([]remind.Facts, error) {
	var list []remind.Facts
	for _, name := range names {
		u, ok, err := f.r.Unit(name)
		if err != nil {
			return nil, fmt.Errorf("unit: %w", err)
		}
		if !ok || u.Removed != nil {
			continue
		}
		unit, err := f.one(u)
		if err != nil {
			return nil, err
		}
		list = append(list, unit)
	}
	return list, nil
}

func (f facts) one(u bot.Unit) (remind.Facts, error) {
	unit := remind.Facts{Unit: u, Status: map[bot.FormPeriod]bot.Status{}}
	err := f.each(func(p bot.FormPeriod) (begun bool, err error) {
		s, err := f.r.Status(bot.ReportKey{Unit: u.Name, Form: p.Form, Period: p.Period})
		unit.Status[p] = s
		return s.State != bot.NotStarted, err
	})
	if err != nil {
		return unit, fmt.Errorf("status: %w", err)
	}
	if unit.Calls, err = f.r.Docket(f.calls(u.Name)); err != nil {
		return unit, fmt.Errorf("docket: %w", err)
	}
	if unit.Later, err = f.r.Docket(f.later(u.Name)); err != nil {
		return unit, fmt.Errorf("docket: %w", err)
	}
	if _, material := remind.Needs(f.n, f.b); material {
		files, err := f.r.FilesOf(u.Name)
		if err != nil {
			return unit, fmt.Errorf("files: %w", err)
		}
		for _, r := range files {
			unit.Material = f.with(unit.Material, r)
		}
	}
	return unit, nil
}

// with adds to kinds of material that of one that was received.
func (f facts) with(kinds []string, r bot.Received) []string {
	if slices.Contains(f.n.Materials, r.Kind) && !slices.Contains(kinds, r.Kind) {
		kinds = append(kinds, r.Kind)
	}
	return kinds
}

// contacts reads who speaks for each unit from its nomination, the submitted one
// before a draft.
func contacts(n *bot.Notice, r interface {
	Filed(bot.FormPeriod) ([]bot.Filed, error)
}, now time.Time) (map[string]bot.Contact, error) {
	form := n.Form(n.Nomination)
	if form == nil {
		return nil, nil
	}
	filed, err := r.Filed(bot.FormPeriod{Form: form.ID, Period: form.PeriodAt(now)})
	if err != nil {
		return nil, err
	}
	contacts := make(map[string]bot.Contact, len(filed))
	for _, one := range filed {
		entries := one.Report.Draft
		if one.Counted != nil {
			entries = one.Counted.Entries
		}
		contacts[one.Report.Key.Unit] = form.Contact(one.Report.Key.Unit, entries)
	}
	return contacts, nil
}
