package bot

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Unit is a row of the roster. It owns its reports, whoever typed them.
type Unit struct {
	Name    string   `cbor:"1,keyasint"`           // 单位, as it stands in the roster; no two have the same
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
	// ID is the name that a renamed unit had at first, and under which everything
	// of it goes on being kept; "" while it is Name. See [Unit.Identity].
	ID     string   `cbor:"13,keyasint,omitempty"`
	Former []string `cbor:"14,keyasint,omitempty"` // names it had before, the last one last
	// Pinyin are the first letters of its names, the name's own first, and the
	// names written out. The store fills it in.
	Pinyin []string `cbor:"15,keyasint,omitempty"`
	// Removed is set while the unit is off the roster (移除单位).
	Removed *Removal `cbor:"16,keyasint,omitempty"`
	// Pause is set while the office has this unit's reminders paused or off.
	Pause *Pause `cbor:"17,keyasint,omitempty"`
}

// Removal is that the office took a unit off the roster. Its reports stay, and
// count nowhere.
type Removal struct {
	By     string    `cbor:"1,keyasint,omitempty"` // Person.ID; "" from the command line
	At     time.Time `cbor:"2,keyasint"`
	Reason string    `cbor:"3,keyasint,omitempty"`
}

// MaxUnitName is the most characters that a unit's name may have.
const MaxUnitName = 60

// Identity is what a unit is kept under: it stays when the unit is renamed.
func (u Unit) Identity() string {
	if u.ID != "" {
		return u.ID
	}
	return u.Name
}

// Renamed is the unit under another name. The names before stay known.
func (u Unit) Renamed(to string) Unit {
	u.Former = append(slices.DeleteFunc(slices.Clone(u.Former), func(name string) bool { return name == to || name == u.Name }), u.Name)
	u.ID = u.Identity()
	if u.Name = to; u.ID == to {
		u.ID = ""
	}
	return u
}

// Dismissed is the unit off the roster, with nobody left to speak for it.
func (u Unit) Dismissed(r Removal) Unit {
	u.Removed, u.Liaison, u.Registered, u.Since, u.Deputies = &r, "", false, time.Time{}, nil
	return u
}

// Roster is the list of units, in its order.
type Roster struct {
	Units []Unit
	// Confirmed is when the office last confirmed the list with one message:
	// one instant, so that no commit grows with the number of units.
	Confirmed time.Time
	Gone      []Unit // taken off the roster, in the order of their places
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
	return slices.Contains(u.Aliases, name) || slices.Contains(u.Former, name)
}

// Last is the highest place that was ever given out.
func (r Roster) Last() int {
	last := 0
	for _, u := range slices.Concat(r.Units, r.Gone) {
		last = max(last, u.Order)
	}
	return last
}

// Left finds a unit that was taken off the roster, by one of its names.
func (r Roster) Left(name string) (Unit, bool) {
	for _, u := range r.Gone {
		if u.Named(name) {
			return u, true
		}
	}
	return Unit{}, false
}

// Find looks a unit up: by its own name, else by any other that it alone goes
// by, its pinyin or the first letters of it included. If there is none such it
// returns the near ones, at most five, the nearest first, and false.
func (r Roster) Find(name string) ([]Unit, bool) {
	if letters, ok := latin(name); ok {
		return r.spelled(letters)
	}
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
		for _, known := range slices.Concat([]string{u.Name, u.Full, u.Short}, u.Aliases, u.Former) {
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

// latin reads a name that is typed in nothing but letters; blanks between them
// are of the way of typing.
func latin(name string) (letters string, ok bool) {
	letters = strings.ToLower(strings.ReplaceAll(name, " ", ""))
	return letters, len(letters) > 1 && strings.Trim(letters, "abcdefghijklmnopqrstuvwxyz") == ""
}

// spelled is Find for a name typed in letters. Whoever has a name that is written
// so goes before all others.
func (r Roster) spelled(letters string) ([]Unit, bool) {
	var named, whole, begin []Unit
	for _, u := range r.Units {
		switch {
		case slices.ContainsFunc(slices.Concat([]string{u.Name, u.Full, u.Short}, u.Aliases, u.Former), func(name string) bool { return strings.EqualFold(name, letters) }):
			named = append(named, u)
		case slices.Contains(u.Pinyin, letters):
			whole = append(whole, u)
		case slices.ContainsFunc(u.Pinyin, func(p string) bool { return strings.HasPrefix(p, letters) }):
			begin = append(begin, u)
		}
	}
	for _, list := range [][]Unit{named, whole} {
		if len(list) == 1 {
			return list, true
		}
	}
	near := slices.Concat(named, whole, begin)
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
