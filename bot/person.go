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

// At is the person as they stand at an instant: the units where they stand in
// then are among their Units.
func (p Person) At(now time.Time) Person {
	for _, m := range p.Acting {
		if !now.Before(m.From) && !now.After(m.Until) && !slices.Contains(p.Units, m.Unit) {
			p.Units = append(slices.Clone(p.Units), m.Unit)
		}
	}
	return p
}

// stored is the person as [Person.At] found them.
func (p Person) stored() Person {
	p.Units = slices.DeleteFunc(slices.Clone(p.Units), func(unit string) bool { return p.acts(unit) })
	return p
}

// acts reports whether a person has a unit only as a stand-in.
func (p Person) acts(unit string) bool {
	return slices.ContainsFunc(p.Acting, func(m Mandate) bool { return m.Unit == unit })
}

// Without is the person without a unit: neither its liaison any more nor standing
// in for them.
func (p Person) Without(unit string) Person {
	p.Units = slices.DeleteFunc(slices.Clone(p.Units), func(name string) bool { return name == unit })
	p.Acting = slices.DeleteFunc(slices.Clone(p.Acting), func(m Mandate) bool { return m.Unit == unit })
	return p
}
