package store

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"anyuebot/bot"
	"anyuebot/store/kv"
)

// RosterRow is one row of the office's list. Empty fields say nothing about
// what the roster has.
type RosterRow struct {
	Name, Kind, Full, Short string
	Aliases                 []string
	UserID                  string
}

// ImportOptions: At is the instant of the import. Reason is why the office
// changes liaisons who are already named; without it none is changed.
type ImportOptions struct {
	Reason string
	At     time.Time
}

// ImportResult counts the rows by what became of their units. A row with a
// [ProblemOtherLiaison] is counted by the rest of it, rows with other problems
// are not counted.
type ImportResult struct {
	Added, Updated, Unchanged int
	Problems                  []Problem
}

// Problem is what kept a row, or its userid, from being taken.
type Problem struct {
	Row  int // from 1, in the rows as given
	Unit string
	Code ProblemCode
	Have string // ProblemOtherLiaison: the userid that stands
	Want string // ProblemOtherLiaison: the userid in the row
}

// ProblemCode names a kind of problem.
type ProblemCode string

const (
	ProblemNoName       ProblemCode = "no-name"
	ProblemLongName     ProblemCode = "long-name"     // above [MaxName]
	ProblemTwice        ProblemCode = "twice"         // the unit stands in an earlier row
	ProblemOtherLiaison ProblemCode = "other-liaison" // see [ImportOptions].Reason
)

// MaxName bounds a unit's name, in bytes, so that every key made with it fits.
const MaxName = 200

const (
	// A page takes a unit and two persons a row, the roster and the log.
	importPage = (kv.MaxOps - 2) / 3

	// importTries bounds how often a page is tried against people who change
	// the same records.
	importTries = 100
)

// ImportRoster adds the units of the rows to the end of the roster, in their
// order, and updates those already there; it never removes any and never moves
// one. An imported userid counts as confirmed by the office. It works in pages,
// each one commit with its log lines: when it fails the result tells how far it
// came, and the same import can simply be done again.
func (s *Store) ImportRoster(ctx context.Context, rows []RosterRow, opt ImportOptions) (ImportResult, error) {
	var result ImportResult
	if opt.At.IsZero() {
		return result, fmt.Errorf("%w: an import needs its instant", ErrMisuse)
	}
	good, problems := sift(rows)
	result.Problems = problems
	for page := range slices.Chunk(good, importPage) {
		done, err := s.importPage(ctx, page, opt)
		if err != nil {
			return result, err
		}
		result.Added += done.Added
		result.Updated += done.Updated
		result.Unchanged += done.Unchanged
		result.Problems = append(result.Problems, done.Problems...)
	}
	slices.SortStableFunc(result.Problems, func(a, b Problem) int { return a.Row - b.Row })
	return result, nil
}

// numbered is a row with its place in what the caller gave.
type numbered struct {
	RosterRow
	row int
}

// sift tidies the rows and takes out those that cannot be imported.
func sift(rows []RosterRow) (good []numbered, problems []Problem) {
	seen := make(map[string]bool, len(rows))
	for i, r := range rows {
		r.Name, r.UserID = strings.TrimSpace(r.Name), strings.TrimSpace(r.UserID)
		var code ProblemCode
		switch {
		case r.Name == "":
			code = ProblemNoName
		case len(r.Name) > MaxName:
			code = ProblemLongName
		case seen[r.Name]:
			code = ProblemTwice
		default:
			seen[r.Name] = true
			good = append(good, numbered{r, i + 1})
			continue
		}
		problems = append(problems, Problem{Row: i + 1, Unit: r.Name, Code: code})
	}
	return good, problems
}

func (s *Store) importPage(ctx context.Context, page []numbered, opt ImportOptions) (ImportResult, error) {
	for try := 1; ; try++ {
		plan, tx, err := s.planPage(ctx, page, opt)
		if err != nil {
			return ImportResult{}, err
		}
		if len(tx.Put) > 0 {
			_, err = s.kv.Commit(ctx, tx)
		}
		if err == nil {
			return plan.result, nil
		}
		if !errors.Is(err, kv.ErrConflict) || try == importTries {
			return ImportResult{}, err
		}
	}
}

// planPage reads what a page of rows needs and makes the commit that does it.
func (s *Store) planPage(ctx context.Context, page []numbered, opt ImportOptions) (*rosterPlan, kv.Tx, error) {
	v, err := s.View(ctx)
	if err != nil {
		return nil, kv.Tx{}, err
	}
	defer v.Close()
	plan := &rosterPlan{units: map[string]bot.Unit{}, people: map[string]bot.Person{}, opt: opt}
	read := map[string]int64{}
	person := func(id string) error {
		key := s.keys.person(id)
		if _, ok := read[key]; ok || id == "" {
			return nil
		}
		var p bot.Person
		rev, err := v.get(key, &p)
		if read[key] = rev; rev != 0 {
			plan.people[id] = p
		}
		return err
	}
	adds := false
	for _, r := range page {
		key := s.keys.unit(r.Name)
		var u bot.Unit
		rev, err := v.get(key, &u)
		if err != nil {
			return nil, kv.Tx{}, err
		}
		if read[key] = rev; rev != 0 {
			plan.units[r.Name] = u
		} else {
			adds = true
		}
		if err := person(u.Liaison); err != nil {
			return nil, kv.Tx{}, err
		}
		if r.UserID != "" {
			if err := person(s.PersonID(r.UserID)); err != nil {
				return nil, kv.Tx{}, err
			}
		}
	}
	w := writer{store: s}
	if adds {
		roster, err := v.Roster()
		if err != nil {
			return nil, kv.Tx{}, err
		}
		if n := len(roster.Units); n > 0 {
			plan.last = roster.Units[n-1].Order
		}
		// Writing the roster's own record keeps two imports from giving out
		// the same places.
		w.put(s.keys.roster(), rosterRecord{Confirmed: roster.Confirmed})
	}
	for _, r := range page {
		id := ""
		if r.UserID != "" {
			id = s.PersonID(r.UserID)
		}
		plan.row(r, id)
	}
	for _, name := range plan.changedUnits {
		w.put(s.keys.unit(name), plan.units[name])
	}
	for _, id := range plan.changedPeople {
		w.put(s.keys.person(id), plan.people[id])
	}
	if len(plan.log) > 0 {
		// The revision makes the key new even when the clock stands still.
		w.put(s.keys.log(opt.At, fmt.Sprintf("import-%012d", v.Revision())), logRecord{Entries: plan.log})
	}
	if w.err != nil {
		return nil, kv.Tx{}, w.err
	}
	for _, p := range w.tx.Put {
		rev, ok := read[p.Key]
		if !ok {
			e, err := v.snap.Get(ctx, p.Key)
			if err != nil {
				return nil, kv.Tx{}, err
			}
			rev = e.Rev
		}
		w.tx.Expect = append(w.tx.Expect, kv.Expect{Key: p.Key, Rev: rev})
	}
	return plan, w.tx, nil
}

// rosterPlan is what a page of rows makes of the roster. It starts with the
// units and people that stand and is changed row by row.
type rosterPlan struct {
	units  map[string]bot.Unit
	people map[string]bot.Person
	last   int // highest place in the roster
	opt    ImportOptions

	changedUnits  []string
	changedPeople []string
	log           []bot.LogEntry
	result        ImportResult
}

// row takes one row in; id stands for its userid, "" if it has none.
func (p *rosterPlan) row(r numbered, id string) {
	was, exists := p.units[r.Name]
	u := merged(was, r.RosterRow)
	entry := bot.LogEntry{At: p.opt.At, What: "import", Key: bot.ReportKey{Unit: r.Name}}
	if !exists {
		p.last++
		u.Name, u.Order = r.Name, p.last
	}
	switch {
	case id == "":
	case u.Liaison == "":
		p.bind(&u, id, r.UserID)
	case u.Liaison == id:
		u.Registered = false
		p.give(id, r.UserID, r.Name)
	case p.opt.Reason == "":
		p.result.Problems = append(p.result.Problems, Problem{
			Row: r.row, Unit: r.Name, Code: ProblemOtherLiaison, Have: p.people[u.Liaison].UserID, Want: r.UserID,
		})
	default:
		entry.Text = fmt.Sprintf("%s → %s: %s", u.Liaison, id, p.opt.Reason)
		p.take(u)
		p.bind(&u, id, r.UserID)
	}
	switch {
	case !exists:
		p.result.Added++
	case reflect.DeepEqual(u, was):
		p.result.Unchanged++
		return
	default:
		p.result.Updated++
	}
	p.units[r.Name] = u
	p.changedUnits = append(p.changedUnits, r.Name)
	p.log = append(p.log, entry)
}

// merged overlays a unit with what the row says.
func merged(u bot.Unit, r RosterRow) bot.Unit {
	for _, f := range []struct {
		field *string
		says  string
	}{{&u.Kind, r.Kind}, {&u.Full, r.Full}, {&u.Short, r.Short}} {
		if says := strings.TrimSpace(f.says); says != "" {
			*f.field = says
		}
	}
	if len(r.Aliases) > 0 {
		u.Aliases = slices.Clone(r.Aliases)
	}
	return u
}

func (p *rosterPlan) bind(u *bot.Unit, id, userID string) {
	u.Liaison, u.Registered, u.Since = id, false, p.opt.At
	u.Deputies = u.WithoutDeputy(id)
	p.give(id, userID, u.Name)
}

// give puts a unit among those a person speaks for.
func (p *rosterPlan) give(id, userID, unit string) {
	person, ok := p.people[id]
	if !ok {
		person = bot.Person{ID: id, UserID: userID}
	}
	if slices.Contains(person.Units, unit) {
		return
	}
	person.TakeOver(unit)
	p.setPerson(person)
}

// take ends that a unit's liaison speaks for it.
func (p *rosterPlan) take(u bot.Unit) {
	person, ok := p.people[u.Liaison]
	if !ok {
		return
	}
	person.HandOver(u.Name, u.Since, p.opt.At, "")
	p.setPerson(person)
}

func (p *rosterPlan) setPerson(person bot.Person) {
	p.people[person.ID] = person
	if !slices.Contains(p.changedPeople, person.ID) {
		p.changedPeople = append(p.changedPeople, person.ID)
	}
}
