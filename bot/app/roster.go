package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"time"

	"anyuebot/bot"
	"anyuebot/bot/report"
)

// Rosters is where roster files are read and imported.
type Rosters interface {
	// Content opens a file that was received; fs.ErrNotExist if it is not there.
	Content(hash string) (io.ReadCloser, error)
	// ImportRoster imports rows for a member, at an instant of the campaign's time;
	// with trial it only tells what that would do. It is not one commit, and can be
	// done again.
	ImportRoster(ctx context.Context, rows []bot.RosterRow, by string, at time.Time, trial bool) (bot.RosterImport, error)
}

// errand is what a turn has done about a roster file. An import is many commits
// and no part of the turn's own, so it comes before: the turn that answers is run
// anew and tells what was in fact done. When the process dies in between, nothing
// was said, and the same message imports again what is left to import.
type errand struct {
	order   bot.RosterOrder
	reading *bot.RosterReading
}

// errErrand: the errand is done, the turn is to be run anew.
var errErrand = errors.New("an errand was done")

func (e errand) does(order bot.RosterOrder) bool { return e.reading != nil && e.order == order }

// roster reads a roster file and imports it, or tries that out.
func (a *App) roster(ctx context.Context, order bot.RosterOrder, by string, now time.Time) (errand, error) {
	e := errand{order, &bot.RosterReading{Order: order}}
	rows, err := a.rosterRows(order.Hash)
	var bad badFile
	switch {
	case errors.As(err, &bad):
		e.reading.Bad, e.reading.Unlike = strings.Split(bad.Error(), "\n"), errors.Is(err, report.ErrNoRoster)
		return e, nil
	case err != nil:
		return e, err
	}
	e.reading.Rows = len(rows)
	if e.reading.Import, err = a.c.Rosters.ImportRoster(ctx, rows, by, now, !order.Do); err != nil {
		return e, fmt.Errorf("import of a roster: %w", err)
	}
	return e, nil
}

// badFile is what is wrong with a file, and not with who reads it.
type badFile struct{ error }

func (b badFile) Unwrap() error { return b.error }

func (a *App) rosterRows(hash string) ([]bot.RosterRow, error) {
	content, err := a.c.Rosters.Content(hash)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, badFile{err}
	}
	if err != nil {
		return nil, fmt.Errorf("roster file: %w", err)
	}
	defer content.Close()
	rows, err := report.ReadRoster(content, a.c.Notice.Kinds)
	if err != nil {
		return nil, badFile{err}
	}
	return rows, nil
}

// whole loads all there is of a unit that the office would add, or remove.
func (l loading) whole() error {
	if l.need.Whole == "" {
		return nil
	}
	u, ok := l.v.Roster.Left(l.need.Whole)
	if units, exact := l.v.Roster.Find(l.need.Whole); exact {
		u, ok = units[0], true
	}
	if !ok {
		return nil
	}
	all := &bot.Whole{}
	for i := range l.n.Forms {
		f := &l.n.Forms[i]
		for _, period := range f.Periods() {
			r, _, err := l.turn.Report(bot.ReportKey{Unit: u.Name, Form: f.ID, Period: period})
			if err != nil {
				return fmt.Errorf("report: %w", err)
			}
			if r == nil {
				continue
			}
			all.Reports = append(all.Reports, *r)
			if r.Counted == 0 {
				continue
			}
			book, err := l.turn.Book(bot.FormPeriod{Form: f.ID, Period: period})
			if err != nil {
				return fmt.Errorf("book: %w", err)
			}
			if book != nil && book.Closing != nil && !slices.Contains(all.Closed, f.ID) {
				all.Closed = append(all.Closed, f.ID)
			}
		}
	}
	people, err := l.turn.People()
	if err != nil {
		return fmt.Errorf("people: %w", err)
	}
	for _, p := range people {
		if slices.Contains(p.Units, u.Name) || slices.ContainsFunc(p.Acting, func(m bot.Mandate) bool { return m.Unit == u.Name }) {
			all.People = append(all.People, p)
		}
	}
	l.v.Whole = all
	return nil
}
