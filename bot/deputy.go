package bot

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// ProposeClaim asks a member whether they are Text, whom the liaison of Units[0]
// wants to stand in.
const ProposeClaim ProposalKind = "claim"

const (
	// deputyTime is the longest that somebody may stand in.
	deputyTime = 60 * 24 * time.Hour
	// deputiesMost is how many may stand in for one unit at once.
	deputiesMost = 3
)

// runs reports whether a deputy may act at an instant, or may still come forward.
func (d Deputy) runs(now time.Time) bool { return !now.After(d.Until) }

// deputy reads B角 [单位] [姓名] [userid] 至7月2日: who names the one that is to
// stand in says a time, and who comes forward as that one says none.
func (t *turn) deputy() {
	until, rest, dated := readDate(t.in.Rest, t.now, true)
	u, words, ok := t.unitAndWords(rest)
	p := t.v.Person
	switch {
	case !ok:
	case p.Office || u.Liaison == p.ID:
		t.nameDeputy(u, words, until, dated)
	case p.acts(u.Name) && dated:
		t.tell("deputy.acting", args{"unit": u.Name, "phone": t.n.Office.Phone})
	case p.acts(u.Name):
		t.tellStanding(u.Name)
	case dated:
		t.tell("deputy.other", args{"unit": u.Name, "phone": t.n.Office.Phone})
	case !t.claim(u, strings.Join(words, "")):
		t.tell("claim.none", args{"unit": u.Name, "phone": t.n.Office.Phone})
	}
}

// unitAndWords finds which unit is meant: the one named, or the only one that
// the person speaks for. If neither tells, it has asked.
func (t *turn) unitAndWords(text string) (Unit, []string, bool) {
	words := names(fold(text))
	for i, word := range words {
		if units, exact := t.v.Roster.Find(word); exact {
			return units[0], slices.Delete(words, i, i+1), true
		}
	}
	units := t.v.Person.Units
	if own := t.v.Person.stored().Units; len(own) > 0 {
		units = own
	}
	switch {
	case len(units) == 1:
		u, ok := t.unit(units[0])
		return u, words, ok
	case len(units) > 1:
		t.tell("deputy.which", args{"units": strings.Join(units, "、")})
	case len(words) > 0 && !isUserID(words[0]):
		near, _ := t.v.Roster.Find(words[0])
		t.notFound(words[0], near)
	default:
		t.tell("deputy.how", nil)
	}
	return Unit{}, nil, false
}

func (t *turn) nameDeputy(u Unit, words []string, until time.Time, dated bool) {
	name, userID, reason := namedPerson(words)
	person, known := t.v.Persons[userID]
	running := slices.DeleteFunc(slices.Clone(u.Deputies), func(d Deputy) bool {
		return !d.runs(t.now) || known && d.Person == person.ID || d.Person == "" && d.Name == name
	})
	switch {
	case name == "" && userID == "" && !dated:
		t.tell("deputy.how", nil)
		t.tellDeputies(u)
	case name != "" && !isName(name), name == "" && userID == "":
		t.tell("deputy.how", nil)
	case !dated:
		t.tell("deputy.when", nil)
	case until.Before(t.now):
		t.tell("deputy.past", args{"till": t.untilInFull(until)})
	case until.Sub(t.now) > deputyTime:
		t.tell("deputy.far", args{"most": strconv.Itoa(int(deputyTime / (24 * time.Hour)))})
	case utf8.RuneCountInString(reason) > returnReason:
		t.tell("replace.long", args{"most": strconv.Itoa(returnReason)})
	case u.Liaison == "":
		t.tell("deputy.unbound", args{"unit": u.Name})
	case known && person.ID == u.Liaison:
		t.tell("deputy.self", args{"unit": u.Name})
	case len(running) >= deputiesMost:
		t.tell("deputy.many", args{"unit": u.Name, "most": strconv.Itoa(deputiesMost)})
	default:
		t.appoint(u, Deputy{Person: person.ID, Name: name, From: t.now, Until: until, By: t.v.Person.ID}, userID, reason)
	}
}

// appoint keeps who is to stand in. One whose userid is known may act at once; one
// of whom only a name is known comes forward first.
func (t *turn) appoint(u Unit, d Deputy, userID, reason string) {
	t.standIn(u, d)
	t.log("deputy", LogEntry{Key: ReportKey{Unit: u.Name}, Text: reason, People: persons(d.Person)})
	a := args{"unit": u.Name, "name": t.someone("people.meant", d.Name, userID), "till": t.untilInFull(d.Until)}
	if d.Person == "" {
		t.tell("deputy.waits", a)
		return
	}
	t.tell("deputy.bound", a)
	t.sent("deputy")
	say := []Effect{{Key: "deputy.hello", Args: args{"unit": u.Name, "till": t.untilInFull(d.Until), "phone": t.n.Office.Phone}}}
	t.sends = append(t.sends, Send{Person: d.Person, Kind: "deputy", Say: say, Offer: &Offer{
		Open: OpenAny, Title: Effect{Key: "card.deputy", Args: args{"unit": u.Name}},
		Choices: []Choice{{Label: t.n.Verbs[VerbFill][0], Say: t.n.Verbs[VerbFill][0] + " " + u.Name}},
	}})
	t.announce(u, "deputy.named", d, userID)
}

func persons(id string) []string {
	if id == "" {
		return nil
	}
	return []string{id}
}

// standIn writes a deputy on both sides: the unit's, and if they are known their
// own.
func (t *turn) standIn(u Unit, d Deputy) {
	u.Deputies = slices.DeleteFunc(slices.Clone(u.Deputies), func(x Deputy) bool {
		return x.Person == "" && x.Name == d.Name || x.Person != "" && x.Person == d.Person
	})
	u.Deputies = append(u.Deputies, d)
	t.out.Units = append(t.out.Units, u)
	if d.Person != "" {
		t.alter(d.Person, func(p *Person) {
			p.Acting = withMandate(p.Acting, Mandate{Unit: u.Name, From: d.From, Until: d.Until, By: d.By})
		})
	}
}

// announce tells the liaison and the office who stands in for a unit, whoever of
// them has not said so themselves.
func (t *turn) announce(u Unit, key string, d Deputy, userID string) {
	name := userID
	if d.Name != "" {
		name = t.phrase("people.named", args{"name": d.Name, "userid": userID})
	}
	say := []Effect{{Key: key, Args: args{"unit": u.Name, "name": name, "till": t.untilInFull(d.Until)}}}
	if u.Liaison != t.v.Person.ID {
		t.sends = append(t.sends, Send{Person: u.Liaison, Kind: "deputy", Say: say})
	}
	if !t.v.Person.Office {
		t.sends = append(t.sends, Send{Office: true, Kind: "deputy", Say: say})
	}
}

// toSpeakers are the messages of this turn, with those to a unit's liaison for
// whoever stands in for them too.
func (t *turn) toSpeakers() []Send {
	var list []Send
	for _, send := range t.sends {
		list = append(list, send)
		for _, u := range t.v.Roster.Units {
			if send.Person == "" || u.Liaison != send.Person || !slices.Contains(send.Units, u.Name) {
				continue
			}
			for _, id := range u.Speakers(t.now)[1:] {
				also := send
				also.Person = id
				list = append(list, also)
			}
		}
	}
	return list
}

// claim asks somebody who comes forward whether they are the one that is waited
// for; false if nobody is.
func (t *turn) claim(u Unit, name string) bool {
	var waiting []string
	for _, d := range u.Deputies {
		if d.Person == "" && d.runs(t.now) {
			waiting = append(waiting, d.Name)
		}
	}
	if i := slices.IndexFunc(waiting, func(w string) bool { return name != "" && strings.Contains(name, w) }); i >= 0 {
		waiting = waiting[i : i+1]
	}
	switch {
	case len(waiting) == 0:
		return false
	case len(waiting) > 1:
		t.tell("claim.which", args{"unit": u.Name})
	default:
		t.s.Proposal = &Proposal{Kind: ProposeClaim, Units: []string{u.Name}, Text: waiting[0]}
		t.askAgain()
	}
	return true
}

// claimed lets somebody stand in who has said that they are the one named, and
// tells the liaison and the office at once.
func (t *turn) claimed(p *Proposal) {
	t.s.Proposal = nil
	u, _ := t.unit(p.Units[0])
	i := slices.IndexFunc(u.Deputies, func(d Deputy) bool { return d.Person == "" && d.Name == p.Text && d.runs(t.now) })
	if i < 0 {
		t.tell("claim.none", args{"unit": p.Units[0], "phone": t.n.Office.Phone})
		return
	}
	d := u.Deputies[i]
	d.Person = t.v.Person.ID
	t.standIn(u, d)
	t.log("claim", LogEntry{Key: ReportKey{Unit: u.Name}, Text: d.Name})
	t.tell("claim.bound", args{"unit": u.Name, "till": t.untilInFull(d.Until)})
	t.menu = []Verb{VerbFill, VerbProgress, VerbHelp}
	t.announce(u, "claim.told", d, t.v.Person.UserID)
}

// recall ends before its time what somebody was given to stand in: all of a
// unit's, or one by name or userid. Who stands in may end it for themselves.
func (t *turn) recall() {
	u, words, ok := t.unitAndWords(t.in.Rest)
	if !ok {
		return
	}
	p := t.v.Person
	whom := strings.Join(words, "")
	var list []Deputy
	for _, d := range u.Deputies {
		who, _ := t.record(d.Person)
		mine := p.Office || u.Liaison == p.ID || d.Person == p.ID
		if d.runs(t.now) && mine && (whom == "" || whom == d.Name || strings.EqualFold(whom, who.UserID)) {
			list = append(list, d)
		}
	}
	if len(list) == 0 {
		t.tell("recall.none", args{"unit": u.Name})
		return
	}
	var who, ids []string
	for _, d := range list {
		one, _ := t.record(d.Person)
		who = append(who, t.someone("people.deputy", d.Name, one.UserID))
		ids = append(ids, persons(d.Person)...)
		t.endDeputy(&u, d)
	}
	t.out.Units = append(t.out.Units, u)
	t.log("recall", LogEntry{Key: ReportKey{Unit: u.Name}, People: ids})
	t.tell("recall.done", args{"unit": u.Name, "names": strings.Join(who, "、")})
	if u.Liaison != p.ID && u.Liaison != "" {
		say := []Effect{{Key: "recall.told", Args: args{"unit": u.Name, "names": strings.Join(who, "、"), "time": t.instant(t.now)}}}
		t.sends = append(t.sends, Send{Person: u.Liaison, Kind: "deputy", Say: say})
	}
}

// tellDeputies lists who stands in for a unit, or is to.
func (t *turn) tellDeputies(u Unit) {
	for _, d := range u.Deputies {
		if !d.runs(t.now) {
			continue
		}
		one, _ := t.record(d.Person)
		key := "deputy.line"
		if d.Person == "" {
			key = "deputy.line.waits"
		}
		t.tell(key, args{"name": t.someone("people.deputy", d.Name, one.UserID), "till": t.untilInFull(d.Until)})
	}
}
