package bot

import (
	"slices"
	"strings"
)

// whether answers 我们报了没: how a unit's reports stand and who its liaison is, and
// no figure and no number to call, for any colleague may ask.
func (t *turn) whether() {
	_, name := t.n.formsIn(t.in.Rest)
	var list []Unit
	switch {
	case name != "":
		units, exact := t.v.Roster.Find(name)
		if !exact && len(units) != 1 {
			t.notFound(name, units)
			return
		}
		list = units[:1]
	case len(t.v.Person.Units) > 0:
		for _, unit := range t.v.Person.Units {
			if u, ok := t.unit(unit); ok {
				list = append(list, u)
			}
		}
	default:
		t.tell("asked.which", nil)
		return
	}
	for _, u := range list {
		t.tellAsked(u)
	}
	t.whereWeStand()
}

func (t *turn) tellAsked(u Unit) {
	t.tell("asked.unit", args{"unit": u.Name, "time": t.instant(t.now)})
	meant, _ := t.n.formsIn(t.in.Rest)
	for _, f := range t.n.yearly() {
		if meant != nil && meant != f {
			continue
		}
		p := FormPeriod{f.ID, f.PeriodAt(t.now)}
		s := Status{Unit: u.Name, State: NotStarted}
		if i := slices.IndexFunc(t.v.Forms[p], func(s Status) bool { return s.Unit == u.Name }); i >= 0 {
			s = t.v.Forms[p][i]
		}
		key := "asked.none"
		at := s.At
		switch paper := s.Docket.received(f.ID); {
		case s.Version > 0 && s.State == Returned:
			key = "asked.returned"
		case s.Version > 0:
			key = "asked.in"
		case paper != nil:
			key, at = "asked.paper", paper.At
		case s.Filled > 0:
			key = "asked.filling"
		}
		t.tell(key, args{"form": f.ID, "time": t.instant(at)})
	}
	switch name := t.v.Contacts[u.Name].Name; {
	case u.Liaison == "":
		t.tell("asked.unbound", nil)
	case name == "":
		t.tell("asked.unnamed", nil)
	default:
		t.tell("asked.liaison", args{"name": name})
	}
}

// formsIn finds a form named anywhere in some words, and what they say beside it.
func (n *Notice) formsIn(words string) (*Form, string) {
	f, rest := n.formIn(words)
	return f, strings.Join(strings.Fields(rest), "")
}
