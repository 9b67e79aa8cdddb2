package bot

import "strings"

// liaison tells the office who speaks for a unit and how to reach them.
func (t *turn) liaison() {
	name := strings.TrimSpace(t.in.Rest)
	switch {
	case !t.m.Private():
		t.tell("liaison.private", nil)
		return
	case name == "":
		t.tell("liaison.how", nil)
		return
	}
	units, exact := t.v.Roster.Find(name)
	if !exact && len(units) != 1 {
		t.notFound(name, units)
		return
	}
	u := units[0]
	if u.Liaison == "" {
		t.tell("liaison.none", args{"unit": u.Name})
		t.tellDeputies(u)
		t.lookPaused(u)
		return
	}
	c := t.v.Contacts[u.Name]
	t.tell("liaison", args{"unit": u.Name, "name": t.orUnknown(c.Name), "title": t.orUnknown(c.Title), "phone": t.orUnknown(c.Phone), "mobile": t.orUnknown(c.Mobile)})
	p, _ := t.record(u.Liaison)
	t.tell("liaison.userid", args{"userid": p.UserID})
	switch {
	case t.v.Roster.Pending(u):
		t.tell("liaison.pending", args{"time": t.instant(u.Since), "unit": u.Name})
	case u.Since.IsZero():
		t.tell("liaison.confirmed", nil)
	default:
		t.tell("liaison.since", args{"time": t.instant(u.Since)})
	}
	t.tellDeputies(u)
	t.lookPaused(u)
}

func (t *turn) orUnknown(text string) string {
	if text == "" {
		return t.phrase("liaison.unknown", nil)
	}
	return text
}
