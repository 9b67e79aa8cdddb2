package bot

import (
	"slices"
	"strings"
)

// register binds a member to a free unit of the roster as 待安委办确认.
func (t *turn) register() {
	name := strings.TrimSpace(t.in.Rest)
	if name == "" {
		t.tell("register.how", nil)
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
	i := slices.IndexFunc(t.v.Roster.Units, func(u Unit) bool { return u.Name == name })
	if i < 0 {
		t.tell("register.unknown", args{"name": clip(name, 30), "phone": t.n.Office.Phone})
		return
	}
	u := t.v.Roster.Units[i]
	switch u.Liaison {
	case "":
	case t.v.Person.ID:
		t.tell("register.already", args{"unit": u.Name})
		return
	default:
		if t.claim(u, "") {
			return
		}
		t.tell("register.taken", args{"unit": u.Name, "phone": t.n.Office.Phone})
		return
	}
	u.Liaison, u.Registered, u.Since = t.v.Person.ID, true, t.now
	u.Deputies = u.WithoutDeputy(t.v.Person.ID)
	t.out.Units = append(t.out.Units, u)
	t.alter(t.v.Person.ID, func(p *Person) { p.TakeOver(u.Name) })
	t.log("bind", LogEntry{Key: ReportKey{Unit: u.Name}})
	t.tell("registered", args{"unit": u.Name})
	p, _ := t.record(t.v.Person.ID)
	t.v.Person = p.At(t.now)
	t.due()
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
