package bot

import (
	"slices"
	"strconv"
	"time"
)

// Lacks are those of some items that the draft does not have.
func (s Status) Lacks(items []int) []int {
	var open []int
	for _, item := range items {
		if _, ok := slices.BinarySearch(s.Items, item); !ok {
			open = append(open, item)
		}
	}
	return open
}

// Quiet is the instant before which the office has agreed on the phone to send no
// reminder; zero if there is none. Calls are kept beside the main form.
func (d *Docket) Quiet() time.Time {
	var until time.Time
	if d != nil {
		for _, c := range d.Calls {
			if c.Quiet.After(until) {
				until = c.Quiet
			}
		}
	}
	return until
}

// received is the last receipt of the unit's paper, or of its stamped copy.
func (s Status) received(stamp bool) (last Receipt, ok bool) {
	if s.Docket == nil {
		return last, false
	}
	what := s.Docket.Key.Form
	if stamp {
		what = wordStamped
	}
	if r := s.Docket.received(what); r != nil {
		return *r, true
	}
	return last, false
}

// Stamped reports whether the stamped copy is here, of the version that counts or
// by another road.
func (s Status) Stamped() bool {
	_, paper := s.received(true)
	return paper || s.Docket != nil && s.Docket.Stamp != nil && s.Docket.Stamp.Stands(s.Version) != StampOld
}

// column is one of the things that every unit owes: a form, or the stamped copy
// of the main one.
type column struct {
	form   *Form
	period string
	stamp  bool
}

func (c column) of() FormPeriod { return FormPeriod{Form: c.form.ID, Period: c.period} }

func (c column) name() string {
	if c.stamp {
		return wordStamped
	}
	return c.form.ID
}

// column is the one of a form; nil if the notice has none such.
func (n *Notice) column(form string, now time.Time) *column {
	f := n.Form(form)
	if f == nil {
		return nil
	}
	return &column{form: f, period: f.PeriodAt(now)}
}

// columns are all that a notice asks of every unit, in the order of its dates.
func (n *Notice) columns(now time.Time) []column {
	var list []column
	for _, form := range []string{n.Nomination, n.Main, n.Cases, n.Summary} {
		if c := n.column(form, now); c != nil {
			list = append(list, *c)
		}
	}
	main := n.column(n.Main, now)
	main.stamp = true
	list = append(list, *main)
	if c := n.column(n.YearEnd, now); c != nil {
		list = append(list, *c)
	}
	return list
}

// standing is how one unit stands with one column, as the office counts it: from
// the [Status] that the store tells, with what the notice says is due. In words it
// is told by tags here, by tellAsked to any colleague, by handsOver to a new
// liaison and by state in 进度 and 预览.
type standing struct {
	unit   Unit
	status Status
	column column
	due    time.Time // zero for none
}

// stands are all units' standings in a column, in roster order.
func (t *turn) stands(c column) []standing {
	status := t.v.Forms[c.of()]
	list := make([]standing, 0, len(t.v.Roster.Units))
	for i, u := range t.v.Roster.Units {
		if i >= len(status) {
			break
		}
		s := standing{unit: u, status: status[i], column: c}
		if !c.stamp {
			s.due = t.n.Due(ReportKey{Unit: u.Name, Form: c.form.ID, Period: c.period}, status[i].Docket, t.now.Location())
		}
		list = append(list, s)
	}
	return list
}

// answered reports whether nothing more is expected. A paper answers for a form
// without figures, and for the stamped copy; figures are wanted all the same.
func (s standing) answered() bool {
	_, paper := s.status.received(s.column.stamp)
	d := s.status.Docket
	switch {
	case s.column.stamp:
		return paper || d != nil && d.Stamp != nil
	case s.status.Version > 0:
		return true
	case d != nil && d.Nothing != nil:
		return true
	}
	return paper && !s.column.form.Counts()
}

// Counts reports whether a form has figures. Of one that has none a paper is an
// answer.
func (f *Form) Counts() bool {
	return slices.ContainsFunc(f.Fields, func(f Field) bool { return f.Kind == KindCount })
}

// nothing reports whether the unit has said that there is nothing to report.
func (s standing) nothing() bool {
	return s.status.Version == 0 && !s.column.stamp && s.status.Docket != nil && s.status.Docket.Nothing != nil
}

// late reports whether the version that counts came after the unit's deadline.
func (s standing) late() bool {
	return s.status.Version > 0 && !s.due.IsZero() && s.status.At.After(s.due)
}

// overdue reports whether the unit's deadline has passed without an answer, not
// even one on paper.
func (s standing) overdue(now time.Time) bool {
	_, paper := s.status.received(s.column.stamp)
	return !s.answered() && !paper && !s.due.IsZero() && now.After(s.due)
}

// verdict is how the unit's stamped copy stands to the version that counts; ""
// if there is none.
func (s standing) verdict() StampVerdict {
	if s.status.Docket == nil || s.status.Docket.Stamp == nil {
		return ""
	}
	return s.status.Docket.Stamp.Stands(s.status.Version)
}

// tags tell what is to be known about a standing, the shortest way.
func (t *turn) tags(s standing) []string {
	if s.column.stamp {
		return t.stampTags(s)
	}
	var tags []string
	add := func(holds bool, key string, a args) {
		if holds {
			tags = append(tags, t.phrase("tag."+key, a))
		}
	}
	d := s.status.Docket
	_, paper := s.status.received(false)
	add(s.status.Version > 1, "version", args{"version": strconv.Itoa(s.status.Version)})
	add(s.late(), "late", nil)
	add(s.status.Entered, "entered", nil)
	add(s.status.State == Returned && s.status.Version > 0, "returned", nil)
	add(s.status.State == Approved, "approved", nil)
	add(s.status.Version > 0 && s.status.Dirty, "dirty", nil)
	if s.status.Version == 0 {
		add(s.status.State != NotStarted, "filling", args{"filled": strconv.Itoa(s.status.Filled), "all": strconv.Itoa(len(s.column.form.Fields))})
		add(paper && s.column.form.Counts(), "paper", nil)
		add(!paper && d.Claims(), "claimed", nil)
		add(paper && !s.column.form.Counts(), "receipt", nil)
		add(s.column.form.ID == t.n.Cases && t.saidLater(s.unit.Name), "later", nil)
		add(d != nil && d.Extension != nil, "extended", args{"date": t.shortDate(s.due)})
	}
	return tags
}

func (t *turn) stampTags(s standing) []string {
	_, paper := s.status.received(true)
	switch v := s.verdict(); {
	case v == StampOld:
		return []string{t.phrase("tag.old", nil)}
	case v == StampChanged:
		return []string{t.phrase("tag.changed", nil)}
	case v == "" && paper:
		return []string{t.phrase("tag.receipt", nil)}
	}
	return nil
}

// group is a kind of units and those of it.
type group[T any] struct {
	kind string
	of   []T
}

// byKind groups what belongs to units by their kind, in the notice's order.
func byKind[T any](kinds []string, list []T, kind func(T) string) []group[T] {
	var groups []group[T]
	for _, k := range kinds {
		groups = append(groups, group[T]{kind: k})
	}
	for _, one := range list {
		i := slices.IndexFunc(groups, func(g group[T]) bool { return g.kind == kind(one) })
		if i < 0 {
			i = len(groups)
			groups = append(groups, group[T]{kind: kind(one)})
		}
		groups[i].of = append(groups[i].of, one)
	}
	return slices.DeleteFunc(groups, func(g group[T]) bool { return len(g.of) == 0 })
}
