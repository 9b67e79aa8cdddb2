package store

import (
	"slices"

	"anyuebot/bot"
)

// givenBy notes who gave a person what they may do, or ended it.
func (a *auditor) givenBy(key string, p bot.Person) {
	for _, list := range [][]bot.Mandate{p.Acting, p.Former} {
		for _, m := range list {
			a.name(key, m.By)
		}
	}
}

// deputies checks that who stands in for a unit's liaison is known on both sides,
// with the same bounds: a mandate on one side alone would either let somebody
// speak whom the unit does not know of, or shut out whom it counts on.
func (a *auditor) deputies() {
	for name, u := range a.units {
		for _, d := range u.Deputies {
			if d.Person == "" {
				continue
			}
			if !slices.ContainsFunc(a.people[d.Person].Acting, func(m bot.Mandate) bool { return m.Unit == name && fits(m, d) }) {
				a.fault(a.keys.unit(name), "its deputy %s has no such mandate", d.Person)
			}
		}
	}
	for id, p := range a.people {
		for _, m := range p.Acting {
			if !slices.ContainsFunc(a.units[m.Unit].Deputies, func(d bot.Deputy) bool { return d.Person == id && fits(m, d) }) {
				a.fault(a.keys.person(id), "stands in for %q, which does not have it so or is missing", m.Unit)
			}
		}
	}
}

func fits(m bot.Mandate, d bot.Deputy) bool {
	return m.From.Equal(d.From) && m.Until.Equal(d.Until) && m.By == d.By
}
