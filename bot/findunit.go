package bot

import (
	"slices"
	"strings"
)

// unit finds a row of the roster by its exact name.
func (t *turn) unit(name string) (Unit, bool) {
	i := slices.IndexFunc(t.v.Roster.Units, func(u Unit) bool { return u.Name == name })
	if i < 0 {
		return Unit{}, false
	}
	return t.v.Roster.Units[i], true
}

// unitCalled finds the unit that the office means by a name as it was typed; it
// says so if there is none such, or several.
func (t *turn) unitCalled(name string) (Unit, bool) {
	units, exact := t.v.Roster.Find(name)
	if !exact {
		t.notFound(name, units)
		return Unit{}, false
	}
	return units[0], true
}

// notFound says that the roster has no such unit, and which are near.
func (t *turn) notFound(name string, near []Unit) {
	if gone, ok := t.v.Roster.Left(name); ok {
		key := "roster.left"
		if gone.Removed.Reason == "" {
			key = "roster.left.plain"
		}
		t.tell(key, args{"unit": gone.Name, "time": t.instant(gone.Removed.At), "reason": gone.Removed.Reason})
		return
	}
	if len(near) == 0 {
		t.tell("look.unknown", args{"name": clip(name, 30)})
		return
	}
	var list []string
	for _, u := range near {
		list = append(list, u.Name)
	}
	t.tell("look.near", args{"name": clip(name, 30), "units": strings.Join(list, "、")})
}
