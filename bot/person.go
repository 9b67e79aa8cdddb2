package bot

import (
	"slices"
	"time"
)

// Person is a member as the program knows them. The record with the platform's
// userid is the only place that holds it: logs and versions name the ID, which
// says nothing once the campaign's key is dropped.
type Person struct {
	ID     string `cbor:"1,keyasint"`
	UserID string `cbor:"2,keyasint"` // as the platform wrote it
	// Units are the names of the units they speak for. Stored are those whose
	// liaison they are; [Person.At] adds those where they stand in.
	Units []string `cbor:"3,keyasint,omitempty"`
	// Acting are the units where they stand in for the liaison for a time.
	Acting []Mandate `cbor:"4,keyasint,omitempty"`
	// Member is set for who was made a member of the office by message.
	Member bool `cbor:"5,keyasint,omitempty"`
	// Former are the units whose liaison they were, till somebody else was named.
	Former []Mandate `cbor:"6,keyasint,omitempty"`
	// Standing are those of Units that At added.
	Standing []string `cbor:"-"`
	// Office is set for members of the office: from configuration, or Member.
	Office bool `cbor:"-"`
}

// Mandate lets somebody speak for a unit for a time, beside its liaison.
type Mandate struct {
	Unit  string    `cbor:"1,keyasint"`
	From  time.Time `cbor:"2,keyasint"`
	Until time.Time `cbor:"3,keyasint"` // the last instant
	By    string    `cbor:"4,keyasint"` // Person.ID of who gave it
}

// Deputy is a unit's side of a [Mandate].
type Deputy struct {
	Person string    `cbor:"1,keyasint,omitempty"` // Person.ID; "" while only Name is known
	Name   string    `cbor:"2,keyasint,omitempty"` // what who named them called them
	From   time.Time `cbor:"3,keyasint"`
	Until  time.Time `cbor:"4,keyasint"` // the last instant
	By     string    `cbor:"5,keyasint"` // Person.ID of who named them
}

// Speakers are the IDs of who speaks for a unit at an instant: its liaison, and
// who stands in for them. None if nobody does.
func (u Unit) Speakers(now time.Time) []string {
	var ids []string
	if u.Liaison != "" {
		ids = append(ids, u.Liaison)
	}
	for _, d := range u.Deputies {
		if d.Person != "" && !now.Before(d.From) && !now.After(d.Until) {
			ids = append(ids, d.Person)
		}
	}
	return ids
}

// At is the person as they stand at an instant: the units where they stand in
// then are among their Units.
func (p Person) At(now time.Time) Person {
	for _, m := range p.Acting {
		if !now.Before(m.From) && !now.After(m.Until) && !slices.Contains(p.Units, m.Unit) {
			p.Units = append(slices.Clone(p.Units), m.Unit)
			p.Standing = append(slices.Clone(p.Standing), m.Unit)
		}
	}
	return p
}

// stored is the person as [Person.At] found them.
func (p Person) stored() Person {
	p.Units = slices.DeleteFunc(slices.Clone(p.Units), func(unit string) bool { return p.acts(unit) })
	p.Standing = nil
	return p
}

// acts reports whether a person has a unit only as a stand-in.
func (p Person) acts(unit string) bool { return slices.Contains(p.Standing, unit) }

// mandate is what lets a person stand in for a unit's liaison, or did.
func (p Person) mandate(unit string) (Mandate, bool) {
	return mandateFor(p.Acting, unit)
}

func mandateFor(list []Mandate, unit string) (Mandate, bool) {
	if i := slices.IndexFunc(list, func(m Mandate) bool { return m.Unit == unit }); i >= 0 {
		return list[i], true
	}
	return Mandate{}, false
}

// withMandate gives a list of mandates that has this one for its unit and no other.
func withMandate(list []Mandate, m Mandate) []Mandate {
	return append(withoutMandate(list, m.Unit), m)
}

func withoutMandate(list []Mandate, unit string) []Mandate {
	list = slices.DeleteFunc(slices.Clone(list), func(m Mandate) bool { return m.Unit == unit })
	if len(list) == 0 {
		return nil
	}
	return list
}

// TakeOver makes a person a unit's liaison; whatever they were for it before has
// ended. Their row among the unit's deputies goes with it, see
// [Unit.WithoutDeputy].
func (p *Person) TakeOver(unit string) {
	p.Units = append(slices.Clone(p.Units), unit)
	p.Acting, p.Former = withoutMandate(p.Acting, unit), withoutMandate(p.Former, unit)
}

// HandOver ends that a person is a unit's liaison, as they were since from; by is
// the Person.ID of who named another, "" for an import.
func (p *Person) HandOver(unit string, from, now time.Time, by string) {
	p.Units = slices.DeleteFunc(slices.Clone(p.Units), func(name string) bool { return name == unit })
	p.Former = withMandate(p.Former, Mandate{Unit: unit, From: from, Until: now, By: by})
}

// WithoutDeputy are a unit's deputies but for one person.
func (u Unit) WithoutDeputy(person string) []Deputy {
	list := slices.DeleteFunc(slices.Clone(u.Deputies), func(d Deputy) bool { return d.Person == person })
	if len(list) == 0 {
		return nil
	}
	return list
}
