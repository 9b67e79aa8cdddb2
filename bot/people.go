package bot

import (
	"slices"
	"time"
)

// people carries out who speaks for whom: 换联络员, B角, 我们报了没, 联络员 and
// 安委办成员.
func (t *turn) people() {
	switch t.in.Verb {
	case VerbReplace:
		t.replace()
	case VerbDeputy:
		t.deputy()
	case VerbRecall:
		t.recall()
	case VerbAsked:
		t.whether()
	case VerbLiaison:
		t.liaison()
	case VerbMember:
		t.member()
	}
}

func (need *Need) people(n *Notice, p Person, s Session, m Message, in Intent, now time.Time) {
	speaks := p.Office || len(p.Units) > 0
	switch in.Verb {
	case VerbReplace, VerbMember:
		if p.Office {
			need.Roster, need.People, need.Contacts = true, true, true
			need.Persons = append(need.Persons, userIDs(in.Rest)...)
		}
	case VerbLiaison:
		if p.Office && m.Private() {
			need.Roster, need.People, need.Contacts = true, true, true
		}
	case VerbDeputy, VerbRecall:
		need.Roster = true
		if speaks {
			need.People = true
			need.Persons = append(need.Persons, userIDs(in.Rest)...)
		}
	case VerbRelease:
		need.People = len(p.Units) > 0
	case VerbAsked:
		need.Roster, need.Contacts = true, true
		for _, f := range n.yearly() {
			need.Forms = append(need.Forms, FormPeriod{f.ID, f.PeriodAt(now)})
		}
	}
	open := s.Proposal
	switch {
	case open == nil:
	case open.Kind == ProposeClaim:
		need.Roster = true
	case open.Kind.aboutStaff() && p.Office:
		need.Roster, need.People, need.Contacts, need.Dockets = true, true, true, true
		need.Persons = append(need.Persons, open.UserID)
		for _, unit := range open.Units {
			for _, key := range n.duties(unit, now) {
				need.Others = append(need.Others, key)
				need.Forms = append(need.Forms, FormPeriod{key.Form, key.Period})
			}
		}
	}
}

// yearly are the forms that a unit reports once: 附件1, 附件2 and 总结.
func (n *Notice) yearly() []*Form {
	var forms []*Form
	for _, id := range []string{n.Nomination, n.Main, n.Summary} {
		if f := n.Form(id); f != nil && !f.Monthly() {
			forms = append(forms, f)
		}
	}
	return forms
}

// duties are the reports that a unit's liaison has in hand at an instant.
func (n *Notice) duties(unit string, now time.Time) []ReportKey {
	var keys []ReportKey
	forms := n.yearly()
	if f := n.Form(n.Cases); f != nil {
		forms = append(forms, f)
	}
	for _, f := range forms {
		keys = append(keys, ReportKey{Unit: unit, Form: f.ID, Period: f.PeriodAt(now)})
	}
	return keys
}

// record is the stored record of somebody, as this turn has left it so far.
func (t *turn) record(id string) (Person, bool) {
	is := func(p Person) bool { return p.ID == id }
	if i := slices.IndexFunc(t.out.People, is); i >= 0 {
		return t.out.People[i], true
	}
	if t.v.Person.ID == id {
		return t.v.Person.stored(), true
	}
	if i := slices.IndexFunc(t.v.People, is); i >= 0 {
		return t.v.People[i], true
	}
	for _, p := range t.v.Persons {
		if is(p) {
			return p, true
		}
	}
	return Person{}, false
}

// alter changes the record of somebody that the view holds.
func (t *turn) alter(id string, change func(*Person)) {
	p, ok := t.record(id)
	if !ok {
		return
	}
	change(&p)
	t.out.People = slices.DeleteFunc(t.out.People, func(p Person) bool { return p.ID == id })
	t.out.People = append(t.out.People, p)
}

// aboutStaff reports whether the office is asked about who may speak for whom.
func (k ProposalKind) aboutStaff() bool {
	return k == ProposeReplace || k == ProposeJoin || k == ProposeLeave
}

// someone names a person as far as all who read along may know: by name, in
// private with the userid. Role is the wording for one without either.
func (t *turn) someone(role, name, userID string) string {
	if !t.m.Private() {
		userID = ""
	}
	switch {
	case name != "" && userID != "":
		return t.phrase("people.named", args{"name": name, "userid": userID})
	case name != "":
		return name
	case userID != "":
		return userID
	}
	return t.phrase(role, nil)
}

// personName is what the nominations call a person; "" if none does.
func (t *turn) personName(id string) string {
	for _, u := range t.v.Roster.Units {
		if u.Liaison == id && t.v.Contacts[u.Name].Name != "" {
			return t.v.Contacts[u.Name].Name
		}
	}
	return ""
}

// lostUnit tells somebody who was filling for a unit, and speaks for it no more,
// so, and since when if that is known. It reports whether that is all there is to
// say: what they wrote was meant for that unit, and goes to no other.
func (t *turn) lostUnit() bool {
	unit := t.v.Session.Key.Unit
	if unit == "" || slices.Contains(t.v.Person.Units, unit) {
		return false
	}
	former := t.tellFormer(unit)
	switch t.in.Verb {
	case "", VerbYes, VerbNo, VerbContinue, VerbBack, VerbSkip, VerbUndo, VerbZeros, VerbPreview, VerbSubmit, VerbWithdraw,
		VerbHint, VerbList, VerbChange, VerbNote, VerbMaterial, VerbDone, VerbCase, VerbNoCase, VerbLater, VerbYearEnd, VerbSummary:
	default:
		return false
	}
	if !former {
		t.tell("roster.lost", args{"unit": unit, "phone": t.n.Office.Phone})
	}
	return true
}

// tellFormer says since when a person does not speak for a unit any more; false
// if they never did.
func (t *turn) tellFormer(unit string) bool {
	p := t.v.Person
	if slices.Contains(p.Units, unit) {
		return false
	}
	if m, ok := mandateFor(p.Former, unit); ok {
		t.tell("former.liaison", args{"unit": unit, "time": t.instant(m.Until), "phone": t.n.Office.Phone})
		return true
	}
	if m, ok := p.mandate(unit); ok {
		t.tell("former.deputy", args{"unit": unit, "till": t.untilInFull(m.Until), "phone": t.n.Office.Phone})
		return true
	}
	return false
}

// stranger tells somebody who speaks for no unit how to begin, or since when
// they do not any more.
func (t *turn) stranger() {
	if !t.tellAllFormer() {
		t.tell("stranger", args{"phone": t.n.Office.Phone})
	}
}

// tellAllFormer says for which units a person does not speak any more; false if
// there are none.
func (t *turn) tellAllFormer() bool {
	var told []string
	for _, m := range slices.Concat(t.v.Person.Former, t.v.Person.Acting) {
		if !slices.Contains(told, m.Unit) && t.tellFormer(m.Unit) {
			told = append(told, m.Unit)
		}
	}
	return len(told) > 0
}

// tellStanding says that the person stands in for a unit's liaison, and till
// when; nothing if they do not.
func (t *turn) tellStanding(unit string) {
	if m, ok := t.v.Person.mandate(unit); ok && t.v.Person.acts(unit) {
		t.tell("who.deputy", args{"unit": unit, "till": t.untilInFull(m.Until)})
	}
}

func peopleWording() map[string][]string {
	stands := []string{"form", "span", "filled", "all", "version"}
	return map[string][]string{
		"people.meant":   nil,
		"people.before":  nil,
		"people.deputy":  nil,
		"people.named":   {"name", "userid"},
		"people.userid":  {"word"},
		"till.midnight":  nil,
		"former.liaison": {"unit", "time", "phone"},
		"former.deputy":  {"unit", "till", "phone"},
		"who.deputy":     {"unit", "till"},

		"replace.how":       nil,
		"replace.pending":   {"unit"},
		"replace.same":      {"unit", "time"},
		"replace.reason":    {"unit"},
		"replace.long":      {"most"},
		"replace.confirm":   {"unit", "old", "new", "reason"},
		"replace.first":     {"unit", "old", "new", "reason"},
		"replace.also":      {"units"},
		"replace.dropped":   nil,
		"replace.stale":     {"unit"},
		"replace.done":      {"unit", "new", "time"},
		"replace.assigned":  {"unit", "new", "time"},
		"replace.deputies":  {"n"},
		"replace.renew":     {"form"},
		"replace.sent.app":  nil,
		"replace.sent.long": nil,
		"replace.sent":      nil,
		"card.replace":      nil,

		"handover.head":        {"unit", "time"},
		"handover.first":       {"unit", "time"},
		"handover.none":        stands,
		"handover.closed":      stands,
		"handover.closed.none": stands,
		"handover.filling":     stands,
		"handover.counted":     stands,
		"handover.dirty":       stands,
		"handover.returned":    append(stands, "items", "reason"),
		"handover.open":        {"n"},
		"handover.due":         {"deadline"},
		"handover.till":        {"till"},
		"handover.late":        nil,
		"handover.renew":       {"form"},
		"handover.foot":        {"unit", "phone"},
		"handover.thanks":      {"unit", "time", "phone"},
		"card.handover":        {"unit"},

		"deputy.how":        nil,
		"deputy.which":      {"units"},
		"deputy.when":       nil,
		"deputy.may":        nil,
		"deputy.past":       {"till"},
		"deputy.far":        {"most"},
		"deputy.unbound":    {"unit"},
		"deputy.self":       {"unit"},
		"deputy.many":       {"unit", "most"},
		"deputy.acting":     {"unit", "phone"},
		"deputy.other":      {"unit", "phone"},
		"deputy.waits":      {"unit", "name", "till"},
		"deputy.bound":      {"unit", "name", "till"},
		"deputy.sent.app":   nil,
		"deputy.sent.long":  nil,
		"deputy.sent":       nil,
		"deputy.hello":      {"unit", "till", "phone"},
		"deputy.named":      {"unit", "name", "till"},
		"deputy.ended":      {"unit", "time", "phone"},
		"deputy.line":       {"name", "till"},
		"deputy.line.waits": {"name", "till"},
		"card.deputy":       {"unit"},
		"claim.confirm":     {"unit", "name"},
		"claim.which":       {"unit"},
		"claim.none":        {"unit", "phone"},
		"claim.bound":       {"unit", "till"},
		"claim.told":        {"unit", "name", "till"},
		"claim.dropped":     nil,
		"card.claim":        {"unit", "name"},
		"recall.none":       {"unit"},
		"recall.done":       {"unit", "names"},
		"recall.told":       {"unit", "names", "time"},

		"asked.which":    nil,
		"asked.unit":     {"unit", "time"},
		"asked.none":     {"form", "time"},
		"asked.filling":  {"form", "time"},
		"asked.in":       {"form", "time"},
		"asked.returned": {"form", "time"},
		"asked.paper":    {"form", "time"},
		"asked.unbound":  nil,
		"asked.unnamed":  nil,
		"asked.liaison":  {"name"},

		"liaison":           {"unit", "name", "title", "phone", "mobile"},
		"liaison.private":   nil,
		"liaison.how":       nil,
		"liaison.none":      {"unit"},
		"liaison.userid":    {"userid"},
		"liaison.pending":   {"time", "unit"},
		"liaison.since":     {"time"},
		"liaison.confirmed": nil,
		"liaison.unknown":   nil,

		"member.private":         nil,
		"member.how":             nil,
		"member.already":         {"userid"},
		"member.configured":      {"userid"},
		"member.not":             {"userid"},
		"member.last":            nil,
		"member.stale":           nil,
		"member.list":            {"n"},
		"member.line":            {"n", "userid"},
		"member.line.configured": {"n", "userid"},
		"member.foot":            nil,
		"member.sent.app":        nil,
		"member.sent.long":       nil,
		"member.sent":            nil,
		"join.confirm":           {"userid"},
		"join.dropped":           nil,
		"join.done":              {"userid"},
		"join.hello":             {"phone"},
		"leave.confirm":          {"userid"},
		"leave.dropped":          nil,
		"leave.done":             {"userid"},
		"leave.hello":            {"phone"},
		"card.join":              nil,
		"card.leave":             nil,
	}
}
