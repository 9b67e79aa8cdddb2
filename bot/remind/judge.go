package remind

import (
	"cmp"
	"slices"
	"time"

	"anyuebot/bot"
)

// Facts are all that decides about one unit.
type Facts struct {
	Unit bot.Unit
	// Status holds those of [Needs], and of a month all reports that there are.
	Status map[bot.FormPeriod]bot.Status
	// Calls is the docket beside the main form, which keeps the phone log, and Later
	// the one that says 后续有再报; nil for nothing.
	Calls, Later *bot.Docket
	Material     []string // kinds of material that the unit has sent (Notice.Materials)
	Week         int      // reminders of this week, without those of the broadcast that is judged
	Contact      bot.Contact
	Reminded     int // in the whole campaign, accepted ones alone
}

// Needs are the forms and periods that judging a broadcast takes, and whether it takes
// what material was sent. Of a monthly form it is the month's first report; those
// behind it ([bot.ReportKey.Nth]) are wanted too, as far as there are any.
func Needs(n *bot.Notice, b bot.Broadcast) (forms []bot.FormPeriod, material bool) {
	for _, d := range debts(n, b, b.At) {
		material = material || d.What == bot.OweMaterial
		if d.Form != "" && !slices.Contains(forms, d.of()) {
			forms = append(forms, d.of())
		}
	}
	return forms, material
}

// Verdict is whether a unit is reminded of something: of what, or why of nothing.
type Verdict struct {
	Owes []Debt // in the order of the ladder
	Why  bot.Spare
}

// Judge decides about one unit, at now. What is not asked of the unit, each thing
// by itself, nobody is told of; that its liaison is not to be written to keeps it
// off no count and no list of the office.
func Judge(n *bot.Notice, b bot.Broadcast, kept bot.Reminding, f Facts, now time.Time) Verdict {
	var v Verdict
	var settled []bot.Spare
	for _, d := range debts(n, b, now) {
		d.Status = f.Status[d.of()]
		d.Due = d.due(n, d.Status.Docket, now.Location())
		if d.What == bot.OweItems {
			d.Lacks = d.Status.Lacks(d.Items)
		}
		if why := d.settled(n, f, now); why != "" {
			settled = append(settled, why)
		} else {
			v.Owes = append(v.Owes, d)
		}
	}
	if len(v.Owes) == 0 {
		// A broadcast whose steps are over, or are none of the ladder any more, asks for
		// nothing.
		return Verdict{Why: cmp.Or(bot.FirstSpare(settled), bot.SpareOver)}
	}
	if b.To == bot.ToGroups || b.To == bot.ToOffice {
		return v
	}
	if why := unwritten(n, kept, f, now); why != "" {
		return Verdict{Why: why}
	}
	return v
}

// unwritten is why the liaison of a unit that owes something is not written to; ""
// if they are.
func unwritten(n *bot.Notice, kept bot.Reminding, f Facts, now time.Time) bot.Spare {
	switch why := f.Unit.Pause.Spares(now); {
	case why != "":
		return why
	case kept.Pause.Holds(now):
		return bot.SparePaused
	case now.Before(f.Calls.Quiet()):
		return bot.SparePromised
	case len(f.Unit.Speakers(now)) == 0:
		return bot.SpareNobody
	case n.Ladder.Capped(f.Week):
		return bot.SpareCapped
	}
	return ""
}

// Debt is one thing that a unit still owes.
type Debt struct {
	bot.Owed
	Rung   bot.Rung
	Period string
	Status bot.Status // with the form; zero for material
	Lacks  []int      // OweItems: those that are missing
	Due    time.Time  // the last instant that counts as on time; zero for none
}

// asks are the things that a step asks for.
func asks(n *bot.Notice, r bot.Rung, at time.Time) (list []Debt) {
	for _, o := range r.Owes {
		d := Debt{Owed: o, Rung: r}
		if f := n.Form(o.Form); f != nil {
			d.Period = f.PeriodAt(at)
		}
		list = append(list, d)
	}
	return list
}

// debts are the things that a broadcast asks for at now, in the order of the ladder.
// What is asked twice is there once.
func debts(n *bot.Notice, b bot.Broadcast, now time.Time) []Debt {
	var all, list []Debt
	for _, r := range n.Ladder.Rungs {
		for _, s := range b.Slots {
			if over := !s.Until.IsZero() && now.After(s.Until); s.Rung == r.ID && !over {
				all = append(all, asks(n, r, s.Due.In(now.Location()))...)
			}
		}
	}
	for i, d := range all {
		twice := false
		for j, other := range all {
			twice = twice || other.covers(d) && (j < i || !d.covers(other))
		}
		if !twice {
			list = append(list, d)
		}
	}
	return list
}

func (d Debt) of() bot.FormPeriod { return bot.FormPeriod{Form: d.Form, Period: d.Period} }

// covers reports whether who hands in this has handed in that as well.
func (d Debt) covers(that Debt) bool {
	switch {
	case d.of() != that.of() || d.Kind != that.Kind:
		return false
	case d.What == bot.OweForm && that.What == bot.OweItems:
		return true
	case d.What != that.What:
		return false
	}
	return !slices.ContainsFunc(that.Items, func(item int) bool { return !slices.Contains(d.Items, item) })
}

// due is the last instant that counts as on time for it; zero if there is none.
func (d Debt) due(n *bot.Notice, beside *bot.Docket, zone *time.Location) time.Time {
	if d.What != bot.OweForm && d.What != bot.OweItems {
		return time.Time{}
	}
	return n.Due(bot.ReportKey{Form: d.Form, Period: d.Period}, beside, zone)
}

// settled is why it is not asked of the unit; "" if it is.
func (d Debt) settled(n *bot.Notice, f Facts, now time.Time) bot.Spare {
	switch s := d.Status; {
	case d.finished(n, f):
		return bot.SpareFinished
	case s.Paper:
		return bot.SparePaper
	case s.Docket.Claims():
		return bot.SpareClaimed
	case s.Closed:
		return bot.SpareClosed
	case !now.After(s.Until):
		return bot.SpareExtended
	case d.What == bot.OweStamp && s.Version == 0:
		return bot.SpareNotDue
	}
	return ""
}

// finished reports whether it is in. What the office has sent back is not, but for
// a case: another of the month is as good.
func (d Debt) finished(n *bot.Notice, f Facts) bool {
	form := n.Form(d.Form)
	switch {
	case d.What == bot.OweMaterial:
		return slices.Contains(f.Material, d.Kind)
	case d.What == bot.OweStamp:
		return d.Status.Stamped()
	case d.What == bot.OweItems:
		return !d.Status.Owes(d.Items)
	case form != nil && d.Form == n.Cases:
		return f.reported(form, d)
	}
	return d.Status.HandedIn() || d.Status.Paper && form != nil && !form.Counts()
}

// reported reports whether nothing is to be asked of the unit about the cases of a
// month.
func (f Facts) reported(form *bot.Form, d Debt) bool {
	for of, s := range f.Status {
		if of.Form == d.Form && form.Month(of.Period) == d.Period && s.Version > 0 {
			return true
		}
	}
	beside := d.Status.Docket
	return beside != nil && beside.Nothing != nil || f.Later != nil && f.Later.Later != nil
}
