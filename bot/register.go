package bot

import (
	"slices"
	"strings"
)

// splitRegister parts “登记 山河镇” from what may stand behind it or on the lines
// below: the form's own values. No unit's name has a blank in it.
func splitRegister(rest string) (unit, values string) {
	rest = strings.TrimSpace(rest)
	if i := strings.IndexAny(rest, " \n，,"); i >= 0 {
		return rest[:i], strings.Trim(rest[i:], " \n，,")
	}
	return rest, ""
}

// register binds a member to a free unit of the roster as 待安委办确认 and goes
// straight on with the form that names the liaison. Without a unit it goes on with
// that of the unit they speak for already.
func (t *turn) register() {
	name, _ := splitRegister(t.in.Rest)
	if name == "" {
		if len(t.v.Person.Units) == 0 {
			t.tell("register.how", nil)
			return
		}
		if t.haveReport() {
			t.begin()
		}
		return
	}
	t.s.Proposal = nil
	units, exact := t.v.Roster.Find(name)
	switch {
	case len(units) == 0:
		t.tell("register.unknown", args{"name": clip(name, 30), "phone": t.n.Office.Phone})
	case exact:
		t.bind(units[0].Name)
	default:
		t.s.Proposal = &Proposal{Kind: ProposeBind}
		t.tell("register.near", args{"name": clip(name, 30)})
		for _, u := range units {
			t.s.Proposal.Units = append(t.s.Proposal.Units, u.Name)
		}
		t.choice(t.s.Proposal.Units)
		t.tell("register.choose", nil)
	}
}

func (t *turn) bind(name string) {
	t.s.Proposal = nil
	u, ok := t.unit(name)
	if !ok {
		t.tell("register.unknown", args{"name": clip(name, 30), "phone": t.n.Office.Phone})
		return
	}
	p := t.v.Person
	if u.Liaison != "" && u.Liaison != p.ID && !p.acts(u.Name) && t.claim(u, "") {
		return
	}
	if !t.workOn(u.Name) {
		t.tell("register.how", nil)
		return
	}
	switch {
	case u.Liaison == p.ID || p.acts(u.Name):
		t.tell("register.already", args{"unit": u.Name})
	case u.Liaison != "":
		t.bound(u)
		return
	default:
		u.Liaison, u.Registered, u.Since = p.ID, true, t.now
		u.Deputies = u.WithoutDeputy(p.ID)
		t.out.Units = append(t.out.Units, u)
		t.alter(p.ID, func(p *Person) { p.TakeOver(u.Name) })
		p, _ = t.record(p.ID)
		t.v.Person = p.At(t.now)
		t.log("bind", LogEntry{Key: ReportKey{Unit: u.Name}})
		t.tell("registered", args{"unit": u.Name})
	}
	values := ""
	if t.in.Verb == VerbRegister {
		_, values = splitRegister(t.in.Rest)
	}
	t.beginNomination(values)
}

// workOn makes the nomination of a unit the report that is worked on. It reports
// false if it was not loaded.
func (t *turn) workOn(unit string) bool {
	form := t.n.Form(t.n.Nomination)
	key := ReportKey{Unit: unit, Form: form.ID, Period: form.PeriodAt(t.now)}
	if t.r != nil && t.r.Key == key {
		return true
	}
	filed, ok := t.v.Others[key]
	if !ok {
		return false
	}
	t.form = form
	t.workWith(key, filed)
	return true
}

// clearPrivate takes what another person had entered of themselves in private out
// of the draft that a liaison turns to, however they have become it: it is nobody
// else's to see.
func (t *turn) clearPrivate() {
	if !t.nominates() || t.v.Person.acts(t.r.Key.Unit) {
		return
	}
	var items []Change
	for _, e := range slices.Clone(t.r.Draft) {
		if f := t.form.Field(e.Item); f != nil && f.Private && e.By != t.v.Person.ID {
			t.r.put(Entry{Item: e.Item})
			items = append(items, Change{Item: e.Item})
		}
	}
	if len(items) == 0 {
		return
	}
	t.r.Undo = nil
	t.touched()
	t.log("clear", LogEntry{Key: t.r.Key, Items: items})
	t.tell("nominate.cleared", nil)
}

// bound tells who asks for a unit that is taken whom they may turn to, and the
// office that somebody asked. Nobody is told a number.
func (t *turn) bound(u Unit) {
	name := u.Name
	entries := t.r.Draft
	if t.v.Latest != nil {
		entries = t.v.Latest.Entries
	}
	who := t.form.Contact(name, entries).Name
	if who != "" {
		who = t.phrase("nominate.taken.name", args{"name": who})
	}
	since := ""
	if !u.Since.IsZero() {
		since = t.phrase("nominate.taken.since", args{"time": t.instant(u.Since)})
	}
	t.r, t.v.Report = nil, nil
	t.form = t.n.Form(t.n.Main)
	t.tell("nominate.taken", args{"unit": name, "name": who, "since": since, "phone": t.n.Office.Phone})
	if t.s.Told == name {
		return
	}
	t.s.Told = name
	t.add("nominate.told", nil)
	t.sends = append(t.sends, Send{Office: true, Kind: "taken", Units: []string{name}, Say: []Effect{
		{Key: "nominate.taken.office", Args: args{"unit": name, "name": who, "since": since, "userid": t.v.Person.UserID}},
	}})
}

// release takes back one's own registration while the office has not confirmed it.
func (t *turn) release() {
	p := t.v.Person
	var pending []Unit
	for _, u := range t.v.Roster.Units {
		if u.Liaison == p.ID && t.v.Roster.Pending(u) && (t.in.Rest == "" || u.Named(t.in.Rest)) {
			pending = append(pending, u)
		}
	}
	switch len(pending) {
	case 0:
		t.tell("release.none", args{"phone": t.n.Office.Phone})
		return
	case 1:
	default:
		var names []string
		for _, u := range pending {
			names = append(names, u.Name)
		}
		t.tell("release.which", args{"units": strings.Join(names, "、")})
		return
	}
	u := pending[0]
	u.Liaison, u.Registered = "", false
	t.endNamedBy(&u, p.ID)
	t.out.Units = append(t.out.Units, u)
	t.alter(p.ID, func(p *Person) {
		p.Units = slices.DeleteFunc(slices.Clone(p.Units), func(name string) bool { return name == u.Name })
	})
	if t.s.Key.Unit == u.Name {
		t.s.Key, t.s.Asking, t.s.Proposal = ReportKey{}, 0, nil
	}
	t.log("release", LogEntry{Key: ReportKey{Unit: u.Name}})
	t.tell("released", args{"unit": u.Name})
}
