package bot

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Unit is a row of the roster. It owns its reports, whoever typed them.
type Unit struct {
	Name    string   `cbor:"1,keyasint"`           // 单位, as it stands in the roster; its identity
	Kind    string   `cbor:"2,keyasint"`           // 类别: 乡镇, 部门, 驻县单位
	Full    string   `cbor:"3,keyasint,omitempty"` // 全称, printed on forms
	Short   string   `cbor:"4,keyasint,omitempty"` // 简称
	Aliases []string `cbor:"5,keyasint,omitempty"` // 别名
	// Liaison is the Person.ID of who speaks for the unit; "" if nobody yet.
	Liaison string `cbor:"6,keyasint,omitempty"`
	// Registered is set when the liaison bound themselves by 登记 instead of
	// being named by the office. See [Roster.Pending].
	Registered bool      `cbor:"7,keyasint,omitempty"`
	Since      time.Time `cbor:"8,keyasint,omitzero"` // when Liaison was bound
	Order      int       `cbor:"9,keyasint"`          // place in the roster, from 1
	// Deputies stand in for the liaison for a time (B角). One without a Person was
	// named but has not yet written to the bot.
	Deputies []Deputy `cbor:"10,keyasint,omitempty"`
}

// Roster is the list of units, in its order.
type Roster struct {
	Units []Unit
	// Confirmed is when the office last confirmed the list with one message:
	// one instant, so that no commit grows with the number of units.
	Confirmed time.Time
}

// Pending reports whether the unit's liaison registered themselves and the
// office has not confirmed it yet (待安委办确认). Till then the unit may
// withdraw it.
func (r Roster) Pending(u Unit) bool {
	return u.Registered && u.Since.After(r.Confirmed)
}

// Named reports whether name is one of the names the unit goes by.
func (u Unit) Named(name string) bool {
	if name == u.Name || name == u.Full || name == u.Short {
		return name != ""
	}
	return slices.Contains(u.Aliases, name)
}

// Find looks a unit up: by its own name, else by any other that it alone goes
// by. If there is none such it returns the near ones, at most five, the nearest
// first, and false.
func (r Roster) Find(name string) ([]Unit, bool) {
	var near, called []Unit
	distance := map[string]int{}
	for _, u := range r.Units {
		if u.Name == name {
			return []Unit{u}, true
		}
		if u.Named(name) {
			called = append(called, u)
		}
		best := 99
		for _, known := range append([]string{u.Name, u.Full, u.Short}, u.Aliases...) {
			best = min(best, apart(known, name))
		}
		if best < 99 {
			near = append(near, u)
			distance[u.Name] = best
		}
	}
	if len(called) > 0 {
		return called[:min(len(called), 5)], len(called) == 1
	}
	slices.SortStableFunc(near, func(a, b Unit) int { return distance[a.Name] - distance[b.Name] })
	return near[:min(len(near), 5)], false
}

// apart tells how far a typed name is from a known one: 0 when one contains
// the other, else the number of characters that they do not share when they
// share at least two and at least half, else 99.
func apart(known, typed string) int {
	if known == "" || typed == "" {
		return 99
	}
	if strings.Contains(known, typed) || strings.Contains(typed, known) {
		return 0
	}
	a, b := []rune(known), []rune(typed)
	shared := 0
	for _, r := range b {
		if i := slices.Index(a, r); i >= 0 {
			a = slices.Delete(a, i, i+1)
			shared++
		}
	}
	longer := max(utf8.RuneCountInString(known), len(b))
	if shared < 2 || shared*2 < longer {
		return 99
	}
	return longer - shared
}
