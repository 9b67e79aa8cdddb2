package bot

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// passedOver is why a reminder of the office to all leaves a unit out that has not
// sent the form in; "" if it does not. quiet is till when the phone log has it left
// in peace.
func passedOver(u Unit, s Status, quiet, now time.Time) Spare {
	switch why := u.Pause.Spares(now); {
	case s.Paper:
		return SparePaper
	case s.Docket.Claims():
		return SpareClaimed
	case why != "":
		return why
	case now.Before(quiet):
		return SparePromised
	}
	return ""
}

// nudged is why a 催报, to all or to units that it names, leaves out a unit that has
// not sent the form in; "" if it does not. Whom the office names gets it in spite of
// all but the week's cap.
func (n *Notice) nudged(u Unit, s Status, named bool, week int, now time.Time) Spare {
	if !named {
		if why := passedOver(u, s, s.Docket.Quiet(), now); why != "" {
			return why
		}
	}
	if n.Ladder.Capped(week) {
		return SpareCapped
	}
	return ""
}

// withoutNudge is nudged for a unit as this turn knows it.
func (t *turn) withoutNudge(s Status, named bool) Spare {
	u, _ := t.unit(s.Unit)
	return t.n.nudged(u, s, named, t.v.Week[s.Unit], t.now)
}

// tellSpared counts who is left out of a reminder to all, and why.
func (t *turn) tellSpared() {
	left := map[Spare]int{}
	for _, s := range t.v.Status {
		if s.Version > 0 && s.settled() {
			continue
		}
		if why := t.withoutNudge(s, false); why != "" {
			left[why]++
		}
	}
	t.tellLeftOut(left)
}

// tellLeftOut counts units that are left out, by the reason.
func (t *turn) tellLeftOut(left map[Spare]int) {
	for _, why := range Spares() {
		if n := left[why]; n > 0 {
			t.tell("leftout."+string(why), args{"n": strconv.Itoa(n), "most": strconv.Itoa(t.n.Ladder.Cap)})
		}
	}
}

// tellNamed tells of the units that the office named which get no reminder because
// of the week's cap, and which get one although theirs are paused.
func (t *turn) tellNamed(units []string) {
	for _, s := range t.v.Status {
		u, _ := t.unit(s.Unit)
		switch {
		case !slices.Contains(units, s.Unit) || s.settled():
		case t.withoutNudge(s, true) == SpareCapped:
			t.tell("nudge.capped", args{"unit": s.Unit, "n": strconv.Itoa(t.v.Week[s.Unit]), "most": strconv.Itoa(t.n.Ladder.Cap)})
		case u.Pause.Holds(t.now):
			t.tell("nudge.paused", args{"unit": s.Unit, "tag": t.pauseTag(u)})
		}
	}
}

// tellBudget tells how often units were reminded this week, and how often they still
// may be, this time included.
func (t *turn) tellBudget(units []string) {
	if p := t.v.Reminding.Pause; p.Holds(t.now) {
		t.tell("nudge.pause", args{"pause": t.pauseWords(*p)})
	}
	most := t.n.Ladder.Cap
	if most == 0 {
		return
	}
	by := make([]int, most)
	for _, unit := range units {
		by[min(t.v.Week[unit], most-1)]++
	}
	a := args{"most": strconv.Itoa(most)}
	var parts []string
	for week, count := range by {
		if count == 0 {
			continue
		}
		a["n"], a["left"] = strconv.Itoa(week), strconv.Itoa(most-week)
		a["count"] = strconv.Itoa(count)
		parts = append(parts, t.phrase("nudge.budget.part", a))
	}
	if len(units) == 1 {
		t.tell("nudge.budget", a)
		return
	}
	t.tell("nudge.budgets", args{"parts": strings.Join(parts, "；"), "most": a["most"]})
}
