package store

import (
	"cmp"
	"context"
	"slices"

	"anyuebot/bot"
	"anyuebot/store/kv"
)

// View reads the campaign at one revision. It belongs to one goroutine and
// holds a snapshot of the engine open: close it soon.
type View struct {
	ctx   context.Context
	store *Store
	snap  kv.Snapshot
}

// View opens a view at the present revision. Its methods work within ctx.
func (s *Store) View(ctx context.Context) (*View, error) {
	snap, err := s.kv.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	return &View{ctx: ctx, store: s, snap: snap}, nil
}

// Close may be called more than once.
func (v *View) Close() { v.snap.Close() }

// Revision is the engine's revision that is seen.
func (v *View) Revision() int64 { return v.snap.Rev() }

// get decodes one record into record and gives its revision, 0 if there is none.
func (v *View) get(key string, record any) (rev int64, err error) {
	e, err := v.snap.Get(v.ctx, key)
	if err != nil || !e.Exists() {
		return 0, err
	}
	return e.Rev, v.store.codec.decode(key, e.Value, record)
}

// each visits all records under a prefix, sorted by key.
func (v *View) each(prefix string, visit func(kv.Entry) error) error {
	for c := kv.NewCursor(v.snap, prefix); ; {
		e, ok, err := c.Next(v.ctx)
		if err != nil || !ok {
			return err
		}
		if err := visit(e); err != nil {
			return err
		}
	}
}

// visit decodes all records under a prefix, sorted by key; list gathers them.
func visit[T any](v *View, prefix string, each func(T) error) error {
	return v.each(prefix, func(e kv.Entry) error {
		var record T
		if err := v.store.codec.decode(e.Key, e.Value, &record); err != nil {
			return err
		}
		return each(record)
	})
}

func list[T any](v *View, prefix string) (all []T, err error) {
	err = visit(v, prefix, func(record T) error {
		all = append(all, record)
		return nil
	})
	return all, err
}

func (v *View) reply(claim string) (bot.Reply, bool, error) {
	var record claimRecord
	rev, err := v.get(v.store.keys.claim(claim), &record)
	return record.Reply, rev != 0 && err == nil, err
}

// Roster gives the units in their order.
func (v *View) Roster() (bot.Roster, error) {
	var record rosterRecord
	if _, err := v.get(v.store.keys.roster(), &record); err != nil {
		return bot.Roster{}, err
	}
	units, err := list[bot.Unit](v, v.store.keys.every(kindUnit))
	slices.SortStableFunc(units, func(a, b bot.Unit) int { return cmp.Compare(a.Order, b.Order) })
	return bot.Roster{Confirmed: record.Confirmed, Units: units}, err
}

// Unit finds a row of the roster by its exact name.
func (v *View) Unit(name string) (bot.Unit, bool, error) {
	var u bot.Unit
	rev, err := v.get(v.store.keys.unit(name), &u)
	return u, rev != 0 && err == nil, err
}

// People gives all persons, sorted by ID.
func (v *View) People() ([]bot.Person, error) {
	return list[bot.Person](v, v.store.keys.every(kindPerson))
}

// Report gives a report and the version of it that totals count, each nil if
// there is none.
func (v *View) Report(key bot.ReportKey) (*bot.Report, *bot.Submission, error) {
	r, _, err := v.report(key)
	if r == nil || err != nil || r.Counted == 0 {
		return r, nil, err
	}
	s, err := v.Version(key, r.Counted)
	return r, s, err
}

func (v *View) report(key bot.ReportKey) (*bot.Report, int64, error) {
	var record reportRecord
	rev, err := v.get(v.store.keys.report(key), &record)
	if rev == 0 || err != nil {
		return nil, rev, err
	}
	r := record.unpack()
	return &r, rev, nil
}

// Version gives a numbered version of a report, counted or not; nil if there is
// none.
func (v *View) Version(key bot.ReportKey, n int) (*bot.Submission, error) {
	var record submissionRecord
	rev, err := v.get(v.store.keys.version(key, n), &record)
	if rev == 0 || err != nil {
		return nil, err
	}
	s := record.unpack()
	return &s, nil
}

// Reports visits all reports of a form and period, in no order that matters.
func (v *View) Reports(form, period string, visit func(bot.Report) error) error {
	return v.each(v.store.keys.every(kindReport, form, period), func(e kv.Entry) error {
		var record reportRecord
		if err := v.store.codec.decode(e.Key, e.Value, &record); err != nil {
			return err
		}
		return visit(record.unpack())
	})
}

// Submissions visits the versions of a form and period that totals count, in no
// order that matters.
func (v *View) Submissions(form, period string, visit func(bot.Submission) error) error {
	return v.filed(form, period, func(_ bot.Report, s *bot.Submission) error {
		if s == nil {
			return nil
		}
		return visit(*s)
	})
}

// filed visits all reports of a form and period together with the version that
// counts, nil if none. Reports and versions are sorted alike, so both are read
// once from front to back.
func (v *View) filed(form, period string, visit func(bot.Report, *bot.Submission) error) error {
	versions := kv.NewCursor(v.snap, v.store.keys.every(kindVersion, form, period))
	return v.Reports(form, period, func(r bot.Report) error {
		if r.Counted == 0 {
			return visit(r, nil)
		}
		want := v.store.keys.version(r.Key, r.Counted)
		for {
			e, ok, err := versions.Next(v.ctx)
			if err != nil {
				return err
			}
			if !ok {
				return missing(want)
			}
			if e.Key != want {
				continue
			}
			var record submissionRecord
			if err := v.store.codec.decode(e.Key, e.Value, &record); err != nil {
				return err
			}
			s := record.unpack()
			return visit(r, &s)
		}
	})
}

// Statuses tells how every unit stands with a form, in roster order. Units that
// have not begun are there as well.
func (v *View) Statuses(form, period string) ([]bot.Status, error) {
	roster, err := v.Roster()
	if err != nil {
		return nil, err
	}
	book, err := v.Book(bot.FormPeriod{Form: form, Period: period})
	if err != nil {
		return nil, err
	}
	filed := make(map[string]bot.Filed, len(roster.Units))
	if err := v.filed(form, period, func(r bot.Report, s *bot.Submission) error {
		filed[r.Key.Unit] = bot.Filed{Report: &r, Counted: s}
		return nil
	}); err != nil {
		return nil, err
	}
	dockets := make(map[string]*bot.Docket)
	if err := visit(v, v.store.keys.every(kindDocket, form, period), func(d bot.Docket) error {
		dockets[d.Key.Unit] = &d
		return nil
	}); err != nil {
		return nil, err
	}
	list := make([]bot.Status, 0, len(roster.Units))
	for _, u := range roster.Units {
		list = append(list, bot.StatusOf(u.Name, filed[u.Name], book, dockets[u.Name]))
	}
	return list, nil
}

// Export visits every report of the campaign with the version that counts, nil
// if none: form by form and period by period, within these in roster order. It
// holds the reports of one form and period in memory at a time.
func (v *View) Export(visit func(bot.Report, *bot.Submission) error) error {
	roster, err := v.Roster()
	if err != nil {
		return err
	}
	place := make(map[string]int, len(roster.Units))
	for i, u := range roster.Units {
		place[u.Name] = i
	}
	periods, err := v.periods()
	if err != nil {
		return err
	}
	type pair struct {
		report bot.Report
		counts *bot.Submission
	}
	for _, p := range periods {
		var list []pair
		err := v.filed(p.Form, p.Period, func(r bot.Report, s *bot.Submission) error {
			list = append(list, pair{r, s})
			return nil
		})
		if err != nil {
			return err
		}
		slices.SortStableFunc(list, func(a, b pair) int {
			return cmp.Compare(place[a.report.Key.Unit], place[b.report.Key.Unit])
		})
		for _, f := range list {
			if err := visit(f.report, f.counts); err != nil {
				return err
			}
		}
	}
	return nil
}

// periods lists the forms and periods of which there are reports, jumping from
// one to the next.
func (v *View) periods() ([]bot.ReportKey, error) {
	var list []bot.ReportKey
	prefix := v.store.keys.every(kindReport)
	for after := ""; ; {
		page, err := v.snap.Scan(v.ctx, prefix, after, 1)
		if err != nil || len(page) == 0 {
			return list, err
		}
		_, names, err := v.store.keys.split(page[0].Key)
		if err != nil {
			return nil, err
		}
		if len(names) != 3 {
			return nil, missing(page[0].Key)
		}
		list = append(list, bot.ReportKey{Form: names[0], Period: names[1]})
		// '0' is the character after '/': the first key beyond this period.
		after = v.store.keys.join(kindReport, names[0], names[1]) + "0"
	}
}

// Log visits all log lines, oldest commit first.
func (v *View) Log(visit func(bot.LogEntry) error) error {
	return v.each(v.store.keys.every(kindLog), func(e kv.Entry) error {
		var record logRecord
		if err := v.store.codec.decode(e.Key, e.Value, &record); err != nil {
			return err
		}
		for _, entry := range record.Entries {
			if err := visit(entry); err != nil {
				return err
			}
		}
		return nil
	})
}
