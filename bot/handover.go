package bot

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// ProposeReplace puts to the office that somebody else is to speak for a unit:
// UserID for Units[0], in the place of Person, for the reason Text.
const ProposeReplace ProposalKind = "replace"

// replace reads 换联络员 单位 userid 原因 and puts it to the office.
func (t *turn) replace() {
	name, rest := cutWord(t.in.Rest)
	userID, reason := cutWord(rest)
	if name == "" {
		t.tell("replace.how", nil)
		return
	}
	u, ok := t.unitCalled(name)
	if !ok {
		return
	}
	next, known := t.v.Persons[userID]
	switch {
	case userID == "":
		t.tell("replace.how", nil)
	case !known:
		t.tell("people.userid", args{"word": clip(userID, 20)})
	case next.ID == u.Liaison && t.v.Roster.Pending(u):
		t.tell("replace.pending", args{"unit": u.Name})
	case next.ID == u.Liaison:
		t.tell("replace.same", args{"unit": u.Name, "time": t.instant(u.Since)})
	case reason == "" && u.Liaison != "":
		t.tell("replace.reason", args{"unit": u.Name})
	case utf8.RuneCountInString(reason) > returnReason:
		t.tell("replace.long", args{"most": strconv.Itoa(returnReason)})
	default:
		t.s.Proposal = &Proposal{Kind: ProposeReplace, Units: []string{u.Name}, Text: reason, UserID: userID, Person: u.Liaison}
		t.askAgain()
	}
}

func (t *turn) putReplace(p *Proposal) {
	next := t.v.Persons[p.UserID]
	a := args{"unit": p.Units[0], "new": t.someone("people.meant", t.personName(next.ID), p.UserID), "reason": p.Text, "old": ""}
	if p.Person == "" {
		t.tell("replace.first", a)
	} else {
		old, _ := t.record(p.Person)
		a["old"] = t.someone("people.before", t.personName(old.ID), old.UserID)
		t.tell("replace.confirm", a)
	}
	if others := slices.Clone(next.Units); len(others) > 0 {
		t.tell("replace.also", args{"units": strings.Join(others, "、")})
	}
}

// replaced hands a unit over: its drafts and versions stay where they are, for
// they are the unit's.
func (t *turn) replaced(p *Proposal) {
	t.s.Proposal = nil
	u, ok := t.unit(p.Units[0])
	next, known := t.v.Persons[p.UserID]
	if !ok || !known || u.Liaison != p.Person || next.ID == u.Liaison {
		t.tell("replace.stale", args{"unit": p.Units[0]})
		return
	}
	old, since := u.Liaison, u.Since
	u.Liaison, u.Registered, u.Since = next.ID, false, t.now
	u.Deputies = u.WithoutDeputy(next.ID)
	ended := 0
	if old != "" {
		ended = t.endNamedBy(&u, old)
	}
	t.out.Units = append(t.out.Units, u)
	t.alter(next.ID, func(p *Person) { p.TakeOver(u.Name) })
	t.alter(old, func(p *Person) { p.HandOver(u.Name, since, t.now, t.v.Person.ID) })
	entry := LogEntry{Key: ReportKey{Unit: u.Name}, Text: p.Text, People: []string{next.ID}}
	if old != "" {
		entry.People = []string{old, next.ID}
	}
	t.log("replace", entry)
	renew := t.renew(u)
	who := t.someone("people.meant", t.personName(next.ID), p.UserID)
	if old == "" {
		t.tell("replace.assigned", args{"unit": u.Name, "new": who, "time": t.instant(t.now)})
	} else {
		t.tell("replace.done", args{"unit": u.Name, "new": who, "time": t.instant(t.now)})
		if ended > 0 {
			t.tell("replace.deputies", args{"n": strconv.Itoa(ended)})
		}
	}
	if renew {
		t.tell("replace.renew", args{"form": t.n.Nomination})
	}
	t.sent("replace")
	if next.ID != t.v.Person.ID {
		t.sends = append(t.sends, t.handover(u, next.ID, old != "", renew))
	}
	if old != "" && old != t.v.Person.ID {
		thanks := []Effect{{Key: "handover.thanks", Args: args{"unit": u.Name, "time": t.instant(t.now), "phone": t.n.Office.Phone}}}
		t.sends = append(t.sends, Send{Person: old, Kind: "thanks", Say: thanks})
	}
}

// sent tells the office whether a message to a member can arrive.
func (t *turn) sent(about string) {
	key := about + ".sent"
	if t.v.Reach.Person != "" {
		key += "." + t.v.Reach.Person
	}
	t.tell(key, nil)
}

// renew takes what is about the person out of the unit's draft nomination, so
// that its new liaison is asked for it. The version that was submitted stands
// till they submit theirs. It reports whether there was anything.
func (t *turn) renew(u Unit) bool {
	form := t.n.Form(t.n.Nomination)
	key := ReportKey{Unit: u.Name, Form: form.ID, Period: form.PeriodAt(t.now)}
	filed := t.v.Others[key]
	if filed.Report == nil || filed.Report.State == Closed {
		return false
	}
	r := filed.Report.Clone()
	var items []Change
	for i := range form.Fields {
		f := &form.Fields[i]
		if f.personal() && r.Entry(f.Item).Value.Filled() {
			r.put(Entry{Item: f.Item})
			items = append(items, Change{Item: f.Item})
		}
	}
	if len(items) == 0 {
		return filed.Counted != nil
	}
	// What the one before had written is not for the next to take back.
	r.Undo, r.Skipped, r.Shown = nil, nil, ""
	if filed.Counted != nil {
		r.Dirty = Fingerprint(r.Draft) != Fingerprint(filed.Counted.Entries)
	}
	t.out.Report = r
	t.log("renew", LogEntry{Key: key, Items: items})
	return true
}

// handover is what a new liaison reads: how each of the unit's reports stands,
// till when it is due, and how to begin.
func (t *turn) handover(u Unit, person string, after, renew bool) Send {
	key := "handover.first"
	if after {
		key = "handover.head"
	}
	say := []Effect{{Key: key, Args: args{"unit": u.Name, "time": t.instant(t.now)}}}
	for _, key := range t.n.duties(u.Name, t.now) {
		say = append(say, t.handsOver(key)...)
		if renew && key.Form == t.n.Nomination {
			say = append(say, Effect{Key: "handover.renew", Args: args{"form": key.Form}})
		}
	}
	say = append(say, Effect{Key: "handover.foot", Args: args{"unit": u.Name, "phone": t.n.Office.Phone}})
	begin := Choice{Label: t.n.Verbs[VerbFill][0], Say: t.n.Verbs[VerbFill][0] + " " + u.Name}
	return Send{
		Person: person, Kind: "handover", Say: say,
		Offer: &Offer{Open: OpenAny, Title: Effect{Key: "card.handover", Args: args{"unit": u.Name}}, Choices: append([]Choice{begin}, t.n.commands(VerbProgress, VerbHelp)...)},
	}
}

// handsOver tells a new liaison how one report stands.
func (t *turn) handsOver(key ReportKey) []Effect {
	form := t.n.formFor(key)
	r := t.v.Others[key].Report
	if c := t.out.Report; c != nil && c.Key == key {
		r = c
	}
	if r == nil {
		r = &Report{Key: key, State: NotStarted}
	}
	a := args{
		"form": form.ID, "span": form.Spans(key.Period), "filled": strconv.Itoa(len(r.Draft)), "all": strconv.Itoa(form.Asked()),
		"version": strconv.Itoa(r.Counted),
	}
	line := Effect{Key: "handover.none", Args: a}
	if slices.ContainsFunc(t.v.Forms[FormPeriod{key.Form, key.Period}], func(s Status) bool { return s.Closed }) {
		line.Key = "handover.closed"
		if r.Counted == 0 {
			line.Key = "handover.closed.none"
		}
		return []Effect{line}
	}
	switch {
	case r.State == Returned && r.Return != nil:
		line.Key = "handover.returned"
		a["items"], a["reason"] = ranges(r.returned()), clip(r.Return.Reason, 60)
		if len(r.returned()) == 0 {
			a["items"] = ranges(r.Return.Items)
		}
	case r.Counted > 0 && r.Dirty:
		line.Key = "handover.dirty"
	case r.Counted > 0:
		line.Key = "handover.counted"
	case len(r.Draft) > 0:
		line.Key = "handover.filling"
	}
	say := []Effect{line}
	open := 0
	for _, f := range form.Flags(t.n.Year, r.Draft, r.Reasons) {
		if f.Open() {
			open++
		}
	}
	if open > 0 {
		say = append(say, Effect{Key: "handover.open", Args: args{"n": strconv.Itoa(open)}, Join: SameLine})
	}
	if r.Counted == 0 || r.State == Returned {
		if due, ok := t.dueOf(key); ok {
			due.Join = SameLine
			say = append(say, due)
		}
	}
	return say
}

// dueOf tells till when a report is to be sent in; false if there is no deadline.
func (t *turn) dueOf(key ReportKey) (Effect, bool) {
	var docket *Docket
	if i := slices.IndexFunc(t.v.Dockets, func(d Docket) bool { return d.Key == key }); i >= 0 {
		docket = &t.v.Dockets[i]
	}
	at := t.n.Due(key, docket, t.now.Location())
	switch d := t.n.Deadline(t.n.formFor(key).Deadline); {
	case at.IsZero():
		return Effect{}, false
	case t.now.After(at):
		return Effect{Key: "handover.late"}, true
	case d == nil || !d.At.Equal(at):
		return Effect{Key: "handover.till", Args: args{"till": t.untilInFull(at)}}, true
	default:
		return Effect{Key: "handover.due", Args: args{"deadline": d.Sentence}}, true
	}
}

// endNamedBy ends what the deputies of a unit were given by somebody, and tells
// them. It returns how many were.
func (t *turn) endNamedBy(u *Unit, by string) int {
	ended := 0
	for _, d := range slices.Clone(u.Deputies) {
		if d.By == by && d.runs(t.now) {
			t.endDeputy(u, d)
			ended++
		}
	}
	return ended
}

// endDeputy ends what one deputy was given, and tells them.
func (t *turn) endDeputy(u *Unit, d Deputy) {
	u.Deputies = slices.DeleteFunc(slices.Clone(u.Deputies), func(x Deputy) bool { return x == d })
	if d.Person == "" {
		return // nobody has it yet
	}
	d.Until = t.now.Add(-time.Nanosecond)
	u.Deputies = append(u.Deputies, d)
	t.alter(d.Person, func(p *Person) {
		if m, ok := p.mandate(u.Name); ok {
			m.Until = d.Until
			p.Acting = withMandate(p.Acting, m)
		}
	})
	if d.Person != t.v.Person.ID {
		say := []Effect{{Key: "deputy.ended", Args: args{"unit": u.Name, "time": t.instant(t.now), "phone": t.n.Office.Phone}}}
		t.sends = append(t.sends, Send{Person: d.Person, Kind: "deputy", Say: say})
	}
}
