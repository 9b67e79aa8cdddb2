package store

import (
	"cmp"
	"fmt"
	"slices"

	"anyuebot/bot"
)

// A unit keeps everything it has under the name it had first, for ever; renaming
// it is one commit, whatever there is of it, and touches none of its reports. So
// all that the engine holds names units by that first name, and everybody above
// knows them by the name they have now. Between the two stand [unitNames]: keys are
// made through it, records pass it on their way in and out.

// namedUnit is a unit that is called otherwise than it is kept.
type namedUnit struct {
	ID     string   `cbor:"1,keyasint"`
	Name   string   `cbor:"2,keyasint"`
	Former []string `cbor:"3,keyasint,omitempty"`
}

// unitNames are the renamed units, and those off the roster, by [bot.Unit.Identity].
// The zero value is for a roster as it was imported.
type unitNames struct {
	named []namedUnit
	gone  []string
}

func namesOf(r rosterRecord) unitNames { return unitNames{r.Named, r.Gone} }

// id is what a unit is kept under that goes, or once went, by a name.
func (n unitNames) id(name string) string {
	if i := slices.IndexFunc(n.named, func(u namedUnit) bool { return u.Name == name }); i >= 0 {
		return n.named[i].ID
	}
	if i := slices.IndexFunc(n.named, func(u namedUnit) bool { return slices.Contains(u.Former, name) }); i >= 0 {
		return n.named[i].ID
	}
	return name
}

// name is what a unit is called now that is kept under id.
func (n unitNames) name(id string) string {
	if i := slices.IndexFunc(n.named, func(u namedUnit) bool { return u.ID == id }); i >= 0 {
		return n.named[i].Name
	}
	return id
}

// left reports whether a unit is off the roster.
func (n unitNames) left(name string) bool { return slices.Contains(n.gone, n.id(name)) }

// with takes the units in as they are to be, and reports whether that changes
// anything.
func (n unitNames) with(units []bot.Unit) (unitNames, bool) {
	next := unitNames{slices.Clone(n.named), slices.Clone(n.gone)}
	for _, u := range units {
		id := u.Identity()
		next.named = slices.DeleteFunc(next.named, func(old namedUnit) bool { return old.ID == id })
		if id != u.Name || len(u.Former) > 0 {
			next.named = append(next.named, namedUnit{ID: id, Name: u.Name, Former: u.Former})
		}
		next.gone = slices.DeleteFunc(next.gone, func(old string) bool { return old == id })
		if u.Removed != nil {
			next.gone = append(next.gone, id)
		}
	}
	slices.SortFunc(next.named, func(a, b namedUnit) int { return cmp.Compare(a.ID, b.ID) })
	slices.Sort(next.gone)
	same := slices.EqualFunc(next.named, n.named, func(a, b namedUnit) bool {
		return a.ID == b.ID && a.Name == b.Name && slices.Equal(a.Former, b.Former)
	})
	return next, !same || !slices.Equal(next.gone, n.gone)
}

// clash finds a name that would then belong to two units; "" if none does.
func (n unitNames) clash(u bot.Unit) string {
	for _, other := range n.named {
		if other.ID != u.Identity() && (other.Name == u.Name || slices.Contains(other.Former, u.Name)) {
			return fmt.Sprintf("%q is a name of the unit kept as %q", u.Name, other.ID)
		}
	}
	return ""
}

// kept is a record as it is stored: its units go by what they are kept under.
func (n unitNames) kept(record any) any {
	if len(n.named) == 0 {
		return record
	}
	return n.turned(record, n.id)
}

// shown turns a record just decoded into what everybody above knows; record is a
// pointer.
func (n unitNames) shown(record any) {
	if len(n.named) == 0 {
		return
	}
	switch r := record.(type) {
	case *bot.Person:
		*r = n.turned(*r, n.name).(bot.Person)
	case *bot.Session:
		*r = n.turned(*r, n.name).(bot.Session)
	case *reportRecord:
		r.Key.Unit = n.name(r.Key.Unit)
	case *submissionRecord:
		r.Key.Unit = n.name(r.Key.Unit)
	case *bot.Docket:
		r.Key.Unit = n.name(r.Key.Unit)
	case *logRecord:
		*r = n.turned(*r, n.name).(logRecord)
	case *fileRecord:
		*r = n.turned(*r, n.name).(fileRecord)
	case *bot.Delivery:
		r.Units = each(r.Units, n.name)
	case *bot.Broadcast:
		r.Units = each(r.Units, n.name)
	}
}

// turned gives a record with every name of a unit in it put through to.
func (n unitNames) turned(record any, to func(string) string) any {
	switch r := record.(type) {
	case bot.Person:
		r.Units = each(r.Units, to)
		r.Acting = slices.Clone(r.Acting)
		for i := range r.Acting {
			r.Acting[i].Unit = to(r.Acting[i].Unit)
		}
		r.Former = slices.Clone(r.Former)
		for i := range r.Former {
			r.Former[i].Unit = to(r.Former[i].Unit)
		}
		return r
	case bot.Session:
		r.Key.Unit = to(r.Key.Unit)
		if r.Last.Unit != "" {
			r.Last.Unit = to(r.Last.Unit)
		}
		if r.Told != "" {
			r.Told = to(r.Told)
		}
		if r.Gathering != nil {
			g := *r.Gathering
			g.Key.Unit = to(g.Key.Unit)
			r.Gathering = &g
		}
		if r.Bag != nil {
			b := *r.Bag
			b.Unit = to(b.Unit)
			r.Bag = &b
		}
		if r.Proposal != nil {
			p := *r.Proposal
			p.Units = each(p.Units, to)
			r.Proposal = &p
		}
		if r.Entering != nil {
			e := *r.Entering
			e.Unit = to(e.Unit)
			r.Entering = &e
		}
		return r
	case reportRecord:
		r.Key.Unit = to(r.Key.Unit)
		return r
	case submissionRecord:
		r.Key.Unit = to(r.Key.Unit)
		return r
	case bot.Docket:
		r.Key.Unit = to(r.Key.Unit)
		return r
	case logRecord:
		r.Entries = slices.Clone(r.Entries)
		for i := range r.Entries {
			r.Entries[i].Key.Unit = to(r.Entries[i].Key.Unit)
		}
		return r
	case fileRecord:
		r.Files = slices.Clone(r.Files)
		for i := range r.Files {
			r.Files[i].Units = each(r.Files[i].Units, to)
			if r.Files[i].Key.Unit != "" {
				r.Files[i].Key.Unit = to(r.Files[i].Key.Unit)
			}
		}
		return r
	case bot.Delivery:
		r.Units = each(r.Units, to)
		return r
	case bot.Broadcast:
		r.Units = each(r.Units, to)
		return r
	}
	return record
}

func each[T any](list []T, to func(T) string) []string {
	var names []string
	for _, v := range list {
		names = append(names, to(v))
	}
	return names
}
