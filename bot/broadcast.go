package bot

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The most a 通知 may hold: with its head and foot it has to fit into a
// [ParcelLimit].
const (
	noticeRunes = 600
	noticeBytes = 1800
	// noticeUnits is the most units that one broadcast can name.
	noticeUnits = 20
)

// notify shows the office a notice as it would go out, to whom, and whom it
// would not reach.
func (t *turn) notify() {
	units, text, ok := t.addressed(t.in.Rest)
	if !ok {
		return
	}
	switch {
	case strings.TrimSpace(strings.TrimPrefix(text, everyone)) == "":
		t.tell("notify.how", nil)
		return
	case utf8.RuneCountInString(text) > noticeRunes || len(text) > noticeBytes:
		t.tell("notify.long", args{"n": strconv.Itoa(utf8.RuneCountInString(text)), "most": strconv.Itoa(noticeRunes)})
		return
	}
	p := &Proposal{Kind: ProposeNotify, Units: units, Text: text}
	people, unbound := t.audience(units)
	groups := t.reached(p)
	t.halts()
	if (t.v.Reach.Person == "" || people == 0) && len(groups) == 0 {
		t.tellPeople(people)
		t.tellGroups(p, groups)
		t.tell("notify.nobody", nil)
		return
	}
	t.tell("notify.preview", nil)
	t.say = append(t.say, noticeWords(t.n, text)...)
	t.tell("notify.rule", nil)
	t.tellPeople(people)
	t.tellGroups(p, groups)
	t.tellUnbound(unbound)
	t.s.Proposal = p
	t.askAgain()
}

// addressed parts a notice from the units, and kinds of units, that it names
// before a colon. It reports false if some of the names are on the roster and others are not, and
// has said so.
func (t *turn) addressed(text string) (units []string, rest string, ok bool) {
	text = strings.TrimSpace(text)
	head, body, found := cutColon(text)
	if !found {
		return nil, text, true
	}
	var strangers, near []string
	for _, name := range names(head) {
		u, exact := t.v.Roster.Find(name)
		switch kind := t.n.kindCalled(name); {
		case kind != "":
			if !slices.Contains(units, kind) {
				units = append(units, kind)
			}
		case !exact:
			strangers = append(strangers, name)
			for _, u := range u {
				near = append(near, u.Name)
			}
			if gone, ok := t.v.Roster.Left(name); ok {
				near = append(near, gone.Name)
			}
		case !slices.Contains(units, u[0].Name):
			units = append(units, u[0].Name)
		}
	}
	switch {
	case len(units) == 0 && (len(near) == 0 || utf8.RuneCountInString(head) > 12):
		return nil, text, true
	case len(strangers) > 0:
		// What was meant for one unit must not go to all.
		t.tell("notify.near", args{"name": clip(strings.Join(strangers, "、"), 60)})
		return nil, "", false
	case len(units) > noticeUnits:
		t.tell("notify.units", args{"most": strconv.Itoa(noticeUnits)})
		return nil, "", false
	}
	return units, strings.TrimSpace(body), true
}

func cutColon(text string) (head, body string, ok bool) {
	i := strings.IndexAny(text, "：:\n")
	if i < 0 || text[i] == '\n' {
		return "", "", false
	}
	_, width := utf8.DecodeRuneInString(text[i:])
	return text[:i], text[i+width:], true
}

// names parts “山河镇、三嘉乡 县妇联”.
func names(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" 、，,;；\n\t", r) })
}

// audience counts the liaisons of some units, or kinds of units, nil for all, and
// lists the units that have none.
func (t *turn) audience(units []string) (people int, unbound []string) {
	seen := map[string]bool{}
	for _, u := range t.v.Roster.Units {
		switch {
		case units != nil && !slices.Contains(units, u.Name) && !slices.Contains(units, u.Kind):
		case u.Liaison == "":
			unbound = append(unbound, u.Name)
		default:
			seen[u.Liaison] = true
		}
	}
	return len(seen), unbound
}

// reached are the paired groups that a proposal goes to, by name. A notice to
// some units only, and a nudge, go to none.
func (t *turn) reached(p *Proposal) []string {
	if p.Kind != ProposeNotify || p.Units != nil || t.v.Reach.Group == "" {
		return nil
	}
	var list []string
	for _, c := range t.v.Chats {
		if c.Robot != "" || t.v.Reach.Group == "long" {
			list = append(list, t.groupName(c))
		}
	}
	return list
}

func (t *turn) groupName(c Chat) string {
	if c.Name == "" {
		return t.phrase("group.unnamed", nil)
	}
	return c.Name
}

func (t *turn) tellPeople(people int) {
	switch {
	case t.v.Reach.Person == "":
		t.tell("reach.none", nil)
	case t.v.Reach.Person == "long":
		t.tell("reach.long", args{"n": strconv.Itoa(people)})
	default:
		t.tell("reach.people", args{"n": strconv.Itoa(people)})
	}
}

func (t *turn) tellGroups(p *Proposal, groups []string) {
	switch {
	case p.Units != nil:
		t.tell("reach.only", args{"units": strings.Join(p.Units, "、")})
	case len(groups) == 0:
		t.tell("reach.nogroup", nil)
	default:
		t.tell("reach.groups", args{"n": strconv.Itoa(len(groups)), "groups": strings.Join(groups, "、")})
		if strings.HasPrefix(p.Text, everyone) {
			t.tell("reach.all", nil)
		}
	}
}

// tellUnbound tells which units nobody can be written to for. Their names are
// not for a group.
func (t *turn) tellUnbound(units []string) {
	switch {
	case len(units) == 0:
	case t.m.Private():
		t.tell("reach.unbound", args{"n": strconv.Itoa(len(units)), "units": strings.Join(units, "、")})
	default:
		t.tell("reach.unbound.count", args{"n": strconv.Itoa(len(units))})
	}
}

// nudge shows the office whom a reminder would go to: units that have not
// submitted, and never one that has.
func (t *turn) nudge() {
	if t.refuseClosed(t.form, t.form.PeriodAt(t.now)) {
		return
	}
	var units []string
	if rest := strings.TrimSpace(t.in.Rest); rest != "" && !t.isMain(rest) {
		for _, name := range names(rest) {
			if t.isMain(name) {
				continue
			}
			if what, _, ok := t.n.paperNamed(name); ok {
				t.tell("nudge.other", args{"what": what, "form": t.form.ID})
				return
			}
			u, ok := t.unitCalled(name)
			if !ok {
				return
			}
			if !slices.Contains(units, u.Name) {
				units = append(units, u.Name)
			}
		}
		if len(units) > noticeUnits {
			t.tell("notify.units", args{"most": strconv.Itoa(noticeUnits)})
			return
		}
	}
	late := t.behind(units)
	for _, s := range t.v.Status {
		switch {
		case !slices.Contains(units, s.Unit) || !s.settled():
		case s.Version == 0:
			t.tell("nudge.received", args{"unit": s.Unit, "form": t.form.ID})
		default:
			t.tell("nudge.has", args{"unit": s.Unit, "form": t.form.ID, "version": strconv.Itoa(s.Version), "time": t.instant(s.At)})
		}
	}
	t.tellNamed(units)
	if len(late) == 0 {
		if units == nil {
			t.tell("nudge.nobody", args{"form": t.form.ID})
			t.tellSpared()
		}
		return
	}
	if units != nil {
		units = late
	}
	people, unbound := t.audience(late)
	t.halts()
	if t.v.Reach.Person == "" || people == 0 {
		if t.v.Reach.Person == "" {
			t.tellPeople(people)
		}
		t.tellUnbound(unbound)
		t.tell("nudge.phone", args{"n": strconv.Itoa(len(late))})
		return
	}
	if t.m.Private() {
		t.tell("nudge.preview", args{"form": t.form.ID, "n": strconv.Itoa(len(late)), "units": strings.Join(late, "、")})
		t.sample(late)
	} else {
		t.tell("nudge.preview.count", args{"form": t.form.ID, "n": strconv.Itoa(len(late))})
	}
	if units == nil {
		t.tellSpared()
	}
	t.tellBudget(late)
	t.tellPeople(people)
	t.tellUnbound(unbound)
	t.s.Proposal = &Proposal{Kind: ProposeNudge, Units: units}
	t.askAgain()
}

// sample shows the reminder as the first of its readers will get it.
func (t *turn) sample(late []string) {
	for _, u := range t.v.Roster.Units {
		if u.Liaison == "" || !slices.Contains(late, u.Name) {
			continue
		}
		for _, s := range t.v.Status {
			if s.Unit != u.Name {
				continue
			}
			t.tell("nudge.sample", args{"unit": u.Name})
			t.say = append(t.say, nudgeWords(t.n, []Status{s}, t.now)...)
			t.tell("notify.rule", nil)
			return
		}
	}
}

// behind are the units, of some or of all, that have not submitted and may be
// reminded: see [Notice.nudged].
func (t *turn) behind(units []string) []string {
	var list []string
	for _, s := range t.v.Status {
		named := slices.Contains(units, s.Unit)
		if (units == nil || named) && !s.settled() && t.withoutNudge(s, named) == "" {
			list = append(list, s.Unit)
		}
	}
	return list
}

// HandedIn reports whether a unit has a version that counts and was not sent back.
func (s Status) HandedIn() bool {
	return s.Version > 0 && (s.State == Submitted || s.State == Approved || s.State == Closed)
}

// settled reports whether a unit needs no reminder, because it has handed in or its
// paper is here.
func (s Status) settled() bool { return s.Paper || s.HandedIn() }

// broadcast sends what the office has confirmed. Who it is for is decided again
// when it is expanded, see [Compose].
func (t *turn) broadcast(p *Proposal) {
	defer t.over(t.n.Main)()
	t.s.Proposal = nil
	b := &Broadcast{Kind: BroadcastNotice, By: t.v.Person.ID, At: t.now, Text: p.Text, Groups: p.Units == nil}
	for _, name := range p.Units {
		if slices.Contains(t.n.Kinds, name) {
			b.Kinds = append(b.Kinds, name)
		} else {
			b.Units = append(b.Units, name)
		}
	}
	people, _ := t.audience(p.Units)
	if p.Kind == ProposeNudge {
		late := t.behind(p.Units)
		if len(late) == 0 {
			t.tell("nudge.nobody", args{"form": t.form.ID})
			return
		}
		b.Kind, b.Form, b.Groups = BroadcastNudge, t.form.ID, false
		people, _ = t.audience(late)
	}
	t.out.Broadcast = b
	t.log(string(b.Kind), LogEntry{Number: people, Text: p.Text})
	groups := t.reached(p)
	if t.v.Reach.Person == "" {
		people = 0
	}
	t.tell(string(p.Kind)+".sent", args{"n": strconv.Itoa(people), "groups": strconv.Itoa(len(groups))})
}

// letGo drops what was to go out when the office turns to something else, and
// says so: nobody should take it for sent.
func (t *turn) letGo() {
	p := t.s.Proposal
	if !p.byOffice() {
		return
	}
	switch word := bare(t.in.Text); {
	case word == wordYes, word == wordNo, t.in.Verb == VerbYes, t.in.Verb == VerbNo, t.in.Verb == VerbMore:
		return
	}
	t.s.Proposal = nil
	t.tell(string(p.Kind)+".dropped", nil)
}
