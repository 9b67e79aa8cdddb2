package store

import (
	"slices"

	"anyuebot/bot"
)

// Docket gives what the office keeps beside a report; nil if nothing.
func (v *View) Docket(key bot.ReportKey) (*bot.Docket, error) {
	d, _, err := one[bot.Docket](v, v.keys.docket(key))
	return d, err
}

// Dockets gives all that the office keeps, form by form and period by period.
func (v *View) Dockets() ([]bot.Docket, error) {
	return list[bot.Docket](v, v.keys.every(kindDocket))
}

// Book gives what stands over the reports of a form and period; nil if nothing.
func (v *View) Book(p bot.FormPeriod) (*bot.Book, error) {
	b, _, err := one[bot.Book](v, v.keys.book(p))
	return b, err
}

// Docket is [View.Docket]; the turn then fails if it has changed meanwhile.
func (t *Turn) Docket(key bot.ReportKey) (*bot.Docket, error) {
	name := t.keys.docket(key)
	d, rev, err := one[bot.Docket](t.View, name)
	t.read[name] = rev
	return d, err
}

// Book is [View.Book]; the turn then fails if it has changed meanwhile.
func (t *Turn) Book(p bot.FormPeriod) (*bot.Book, error) {
	name := t.keys.book(p)
	b, rev, err := one[bot.Book](t.View, name)
	t.read[name] = rev
	return b, err
}

// one decodes one record; nil and 0 if there is none.
func one[T any](v *View, key string) (*T, int64, error) {
	var record T
	rev, err := v.get(key, &record)
	if rev == 0 || err != nil {
		return nil, rev, err
	}
	return &record, rev, nil
}

// Versions gives all numbered versions of a report, counted or not, oldest first.
func (v *View) Versions(key bot.ReportKey) ([]bot.Submission, error) {
	records, err := list[submissionRecord](v, v.keys.versions(key))
	versions := make([]bot.Submission, 0, len(records))
	for _, r := range records {
		versions = append(versions, v.version(r))
	}
	return versions, err
}

// Filed gives every report of a form and period with the version that counts, in
// no order that matters.
func (v *View) Filed(p bot.FormPeriod) (all []bot.Filed, err error) {
	err = v.filed(p.Form, p.Period, func(r bot.Report, s *bot.Submission) error {
		all = append(all, bot.Filed{Report: &r, Counted: s})
		return nil
	})
	return all, err
}

// NewestLog gives the newest lines of the log, newest first.
func (v *View) NewestLog(q bot.LogQuery) (newest []bot.LogEntry, err error) {
	err = v.Log(func(e bot.LogEntry) error {
		if q.Unit != "" && e.Key.Unit != v.keys.names.name(v.keys.names.id(q.Unit)) {
			return nil
		}
		if newest = append(newest, e); len(newest) > 2*q.Most {
			newest = slices.Delete(newest, 0, len(newest)-q.Most)
		}
		return nil
	})
	slices.Reverse(newest)
	return newest[:min(len(newest), q.Most)], err
}
