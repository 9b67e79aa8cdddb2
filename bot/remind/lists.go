package remind

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"anyuebot/bot"
)

// ToGroup words a broadcast for a paired group: counts over all units, never a
// name. False if nothing is missing.
func ToGroup(n *bot.Notice, b bot.Broadcast, chat bot.Chat, rows []Row, now time.Time) (bot.Send, bool) {
	l := newList(n, b, rows, now)
	if len(l.rows) == 0 {
		return bot.Send{}, false
	}
	say := []bot.Effect{{Key: "remind.group", Args: blanks{"time": bot.ShortDate(now)}}}
	say = append(say, l.counts()...)
	say = append(say, l.dates([]Row{{Verdict: Verdict{Owes: l.wanted}}})...)
	say = append(say, bot.Effect{Key: "remind.group.easy"}, bot.Effect{Key: "remind.group.foot", Args: blanks{"phone": n.Office.Phone}})
	return bot.Send{Group: chat.ID, Kind: string(bot.BroadcastRemind), Say: say}, true
}

// ToOffice words a broadcast for a member of the office: the list of who still owes
// what, with telephone, times reminded and last word. False if nothing is missing.
// Each unit has a line that is understood alone, for a long list is sent in parts.
// kept tells of a pause for all.
func ToOffice(n *bot.Notice, b bot.Broadcast, kept bot.Reminding, person bot.Person, rows []Row, now time.Time) (bot.Send, bool) {
	l := newList(n, b, rows, now)
	if len(l.rows) == 0 {
		return bot.Send{}, false
	}
	return bot.Send{
		Person: person.ID, Kind: string(bot.BroadcastRemind), Say: l.forOffice(kept.Pause),
		Offer: &bot.Offer{
			Open: bot.OpenAny, Title: bot.Effect{Key: "remind.office.card", Args: blanks{"what": l.whats()}},
			Choices: []bot.Choice{n.Command(bot.VerbPhones, l.wanted[0].Form), n.Command(bot.VerbMissing, l.wanted[0].Form)},
		},
	}, true
}

// list is who has not sent in what a broadcast is about, reminded of it or not:
// the letter's rows, each with all that is missing.
type list struct {
	letter
	wanted []Debt // what is asked of every unit, the status of none
	all    []Row
}

// newList leaves out what is 封账: nothing of it can come any more.
func newList(n *bot.Notice, b bot.Broadcast, rows []Row, now time.Time) list {
	l := list{letter: letter{n: n, now: now}, all: rows}
	for _, d := range wanted(n, b) {
		if !slices.ContainsFunc(rows, func(r Row) bool { return r.status(d).Closed }) {
			l.wanted = append(l.wanted, d)
		}
	}
	for _, r := range rows {
		r.Owes = nil
		for _, d := range l.wanted {
			if came(n, d, r.Facts) == missing {
				r.Owes = append(r.Owes, r.debt(d))
			}
		}
		if len(r.Owes) > 0 {
			l.rows = append(l.rows, r)
		}
	}
	return l
}

// wanted is what the steps of a broadcast ask for, each once.
func wanted(n *bot.Notice, b bot.Broadcast) []Debt {
	var list []Debt
	for _, slot := range b.Slots {
		at := slices.IndexFunc(n.Ladder.Rungs, func(r bot.Rung) bool { return r.ID == slot.Rung })
		if at < 0 {
			continue // the ladder was changed since
		}
		rung := n.Ladder.Rungs[at]
		for _, owed := range rung.Owes {
			d := Debt{Owed: owed, Rung: rung}
			if f := n.Form(owed.Form); f != nil {
				d.Period = f.PeriodAt(slot.Due.In(b.At.Location()))
			}
			same := func(known Debt) bool {
				return known.What == d.What && known.Form == d.Form && known.Kind == d.Kind && slices.Equal(known.Items, d.Items)
			}
			if !slices.ContainsFunc(list, same) {
				list = append(list, d)
			}
		}
	}
	return list
}

func (f Facts) status(d Debt) bot.Status {
	return f.Status[bot.FormPeriod{Form: d.Form, Period: d.Period}]
}

func (f Facts) debt(d Debt) Debt {
	d.Status = f.status(d)
	d.Lacks = d.Status.Lacks(d.Items)
	return d
}

// coming is what has come of something.
type coming int

const (
	missing coming = iota
	in             // or there is nothing to send
	onPaper        // and figures are not
	unasked
)

func came(n *bot.Notice, d Debt, f Facts) coming {
	s := f.status(d)
	is := func(ok bool) coming {
		if ok {
			return in
		}
		return missing
	}
	switch d.What {
	case bot.OweMaterial:
		return is(slices.Contains(f.Material, d.Kind))
	case bot.OweItems:
		return is(s.Version > 0 || len(s.Lacks(d.Items)) == 0)
	case bot.OweStamp:
		if s.Version == 0 {
			return unasked
		}
		stamp := s.Docket != nil && s.Docket.Stamp != nil && s.Docket.Stamp.Stands(s.Version) != bot.StampOld
		return is(stamp || s.Received(true))
	}
	later := d.Form == n.Cases && f.Later != nil && f.Later.Later != nil
	switch {
	case s.Version > 0 && s.Return == nil, s.Docket != nil && s.Docket.Nothing != nil, later:
		return in
	case s.Paper:
		return onPaper
	}
	return missing
}

// called is what something is called in a list.
func (l list) called(d Debt) string {
	switch d.What {
	case bot.OweStamp:
		return l.n.Phrase("remind.stamped", blanks{"form": d.Form})
	case bot.OweItems:
		return l.n.Phrase("remind.some", blanks{"form": d.Form, "items": bot.Ranges(d.Items)})
	}
	return what(l.n, d)
}

func (l list) whats() string {
	var names []string
	for _, d := range l.wanted {
		names = append(names, l.called(d))
	}
	return strings.Join(names, "、")
}

// counts tell of each thing how many have sent it in and how many have not; the
// numbers add up to all that are asked.
func (l list) counts() []bot.Effect {
	var say []bot.Effect
	for _, d := range l.wanted {
		n := map[coming]int{}
		var open []Row
		for _, r := range l.all {
			is := came(l.n, d, r.Facts)
			if n[is]++; is == missing {
				open = append(open, r)
			}
		}
		var kinds []string
		for _, k := range l.byKind(open) {
			kinds = append(kinds, l.n.Phrase("remind.count.kind", blanks{"kind": k.name, "n": strconv.Itoa(len(k.rows))}))
		}
		a := blanks{
			"what": l.called(d), "in": strconv.Itoa(n[in]), "paper": "", "open": strconv.Itoa(len(open)), "kinds": strings.Join(kinds, "、"),
		}
		if n[onPaper] > 0 {
			a["paper"] = l.n.Phrase("remind.paper", blanks{"n": strconv.Itoa(n[onPaper])})
		}
		key := "remind.count"
		if len(open) == 0 {
			key = "remind.count.none"
		}
		say = append(say, bot.Effect{Key: key, Args: a})
	}
	return say
}

// kind is a kind of units with those of it.
type kind struct {
	name string
	rows []Row
}

// byKind groups rows in the order of the notice.
func (l list) byKind(rows []Row) []kind {
	var kinds []kind
	for _, name := range l.n.Kinds {
		kinds = append(kinds, kind{name: name})
	}
	for _, r := range rows {
		at := slices.IndexFunc(kinds, func(k kind) bool { return k.name == r.Unit.Kind })
		if at < 0 {
			at = len(kinds)
			kinds = append(kinds, kind{name: r.Unit.Kind})
		}
		kinds[at].rows = append(kinds[at].rows, r)
	}
	return slices.DeleteFunc(kinds, func(k kind) bool { return len(k.rows) == 0 })
}

// forOffice is the list. Once the time for something has passed, who is late
// (逾期) stands apart from who has more time or is looking at figures again.
func (l list) forOffice(pause *bot.Pause) []bot.Effect {
	overdue, others := l.rows, []Row(nil)
	key := "remind.office"
	isLate := func(r Row) bool {
		return slices.ContainsFunc(r.Owes, func(d Debt) bool { return late(l.n, d, l.now) })
	}
	if slices.ContainsFunc(l.rows, isLate) {
		key, overdue = "remind.office.late", nil
		for _, r := range l.rows {
			if isLate(r) {
				overdue = append(overdue, r)
			} else {
				others = append(others, r)
			}
		}
	}
	expected := 0
	for _, r := range l.all {
		if slices.ContainsFunc(l.wanted, func(d Debt) bool { return came(l.n, d, r.Facts) != unasked }) {
			expected++
		}
	}
	say := []bot.Effect{{Key: key, Args: blanks{
		"what": l.whats(), "time": bot.ShortDate(l.now), "n": strconv.Itoa(len(overdue)), "expected": strconv.Itoa(expected),
	}}}
	say = append(say, l.counts()...)
	if pause.Holds(l.now) {
		say = append(say, bot.Effect{Key: l.paused("remind.office.pause", "remind.office.stopped", pause), Args: l.pause(pause)})
	}
	for _, k := range l.byKind(overdue) {
		say = append(say, bot.Effect{Key: "remind.office.kind", Args: blanks{"kind": k.name, "n": strconv.Itoa(len(k.rows))}})
		for _, r := range k.rows {
			say = append(say, l.line(r))
		}
	}
	if len(others) > 0 {
		say = append(say, bot.Effect{Key: "remind.office.others", Args: blanks{"n": strconv.Itoa(len(others))}})
		for _, r := range others {
			say = append(say, l.line(r))
		}
	}
	return append(say, bot.Effect{Key: "remind.office.next"})
}

// line is all that the office has to know of a unit before it calls.
func (l list) line(r Row) bot.Effect {
	contact := l.n.Reached(r.Unit, r.Contact)
	if len(r.Unit.Speakers(l.now)) == 0 {
		contact = l.n.Phrase("remind.office.nobody", blanks{"contact": contact})
	}
	var debts []string
	for _, d := range r.Owes {
		debts = append(debts, l.n.Phrase("remind.owes", blanks{"what": l.called(d), "state": l.state(d)}))
	}
	more := []string{l.n.Phrase("remind.office.never", nil)}
	if r.Reminded > 0 {
		more[0] = l.n.Phrase("remind.office.times", blanks{"n": strconv.Itoa(r.Reminded)})
	}
	for _, d := range r.Owes {
		if s := d.Status; !s.Until.IsZero() {
			more = append(more, l.n.Phrase("tag.extended", blanks{"date": bot.ShortDate(s.Until.In(l.now.Location()))}))
		}
		if d.Status.Docket.Claims() {
			more = append(more, l.n.Phrase("tag.claimed", nil))
		}
	}
	if pause := r.Unit.Pause; pause.Holds(l.now) {
		more = append(more, l.n.Phrase(l.paused("remind.office.paused", "remind.office.off", pause), l.pause(pause)))
	}
	if said := l.n.LastCall(r.Calls, l.now); said != "" {
		more = append(more, said)
	}
	return bot.Effect{Key: "remind.office.unit", Args: blanks{
		"unit": r.Unit.Name, "contact": contact, "debts": strings.Join(debts, "、"), "more": strings.Join(more, "；"),
	}}
}

// state is where something stands, in the office's words.
func (l list) state(d Debt) string {
	s, key := d.Status, "phones.none"
	a := blanks{"filled": strconv.Itoa(s.Filled)}
	switch {
	case d.What == bot.OweStamp && s.Docket != nil && s.Docket.Stamp != nil:
		key = "tag.old"
	case d.What == bot.OweStamp, d.What == bot.OweMaterial, d.What == bot.OweItems, l.n.Form(d.Form).Monthly():
		key = "remind.office.nothing"
	case s.Return != nil:
		key = "tag.returned"
	case s.Filled > 0:
		key, a["all"] = "tag.filling", strconv.Itoa(l.n.Form(d.Form).Asked())
	}
	return l.n.Phrase(key, a)
}

// paused is which of two keys tells of a pause: till a day, or without an end.
func (l list) paused(till, open string, p *bot.Pause) string {
	if p.Until.IsZero() {
		return open
	}
	return till
}

func (l list) pause(p *bot.Pause) blanks {
	a := blanks{"until": bot.ShortDate(p.Until.In(l.now.Location())), "reason": ""}
	if p.Reason != "" {
		a["reason"] = l.n.Phrase("remind.office.reason", blanks{"reason": p.Reason})
	}
	return a
}
