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
func ToGroup(n *bot.Notice, b bot.Broadcast, chat string, rows []Row, now time.Time) (bot.Send, bool) {
	l := newList(n, b, rows, now)
	if len(l.rows) == 0 {
		return bot.Send{}, false
	}
	say := []bot.Effect{{Key: "remind.group", Args: blanks{"time": bot.ShortDate(now)}}}
	say = append(say, leads(l.open())...)
	say = append(say, l.counts("remind.count")...)
	all := letter{n: n, now: now, rows: []Row{{Verdict: Verdict{Owes: l.open()}}}}
	say = append(say, all.dates(all.rows)...)
	if easy := all.easy(); len(easy) > 0 {
		say = append(append(say, bot.Effect{Key: "remind.group.how"}), easy...)
	}
	say = append(say, bot.Effect{Key: "remind.group.foot", Args: blanks{"phone": n.Office.Phone}})
	return bot.Send{Group: chat, Kind: string(bot.BroadcastRemind), Say: say}, true
}

// ToOffice words a broadcast for a member of the office: the list of who still owes
// what, with telephone, times reminded and last word. False if nothing is missing.
// Each unit has a line that is understood alone, for a long list is sent in parts.
// kept tells of a pause for all.
func ToOffice(n *bot.Notice, b bot.Broadcast, kept bot.Reminding, person string, rows []Row, now time.Time) (bot.Send, bool) {
	l := newList(n, b, rows, now)
	if len(l.rows) == 0 {
		return bot.Send{}, false
	}
	return bot.Send{Person: person, Kind: string(bot.BroadcastRemind), Say: l.forOffice(kept.Pause)}, true
}

// list is who has not sent in what a broadcast is about, reminded of it or not:
// the letter's rows, each with all that is missing.
type list struct {
	letter
	wanted []Debt // what is asked of every unit, the status of none
	all    []Row
}

// newList leaves out what is 封账, for nothing of it can come any more, and is empty
// for a broadcast that is over. It doesn't go by the verdicts: who is not reminded
// for a time has not sent it in all the same.
func newList(n *bot.Notice, b bot.Broadcast, rows []Row, now time.Time) list {
	l := list{letter: letter{n: n, now: now}, all: rows}
	for _, d := range debts(n, b, now) {
		if !slices.ContainsFunc(rows, func(r Row) bool { return r.Why == bot.SpareOver || r.Status[d.of()].Closed }) {
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

// debt is what a unit stands with in something that is asked of all.
func (f Facts) debt(d Debt) Debt {
	d.Status = f.Status[d.of()]
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
	d = f.debt(d)
	switch {
	case d.finished(n, f):
		return in
	case d.What == bot.OweStamp && d.Status.Version == 0:
		return unasked
	case d.What == bot.OweForm && d.Status.Paper:
		return onPaper
	}
	return missing
}

// next tells what the office can do about the list, with the commands for the first
// thing in it. Of material there is no column: they mean the main form then.
func (l list) next() bot.Effect {
	column := bot.Stamped
	if d := l.open()[0]; d.What != bot.OweStamp {
		column = d.Form
	}
	command := func(v bot.Verb) string { return strings.TrimSpace(l.n.Verbs[v][0] + " " + column) }
	return bot.Effect{Key: "remind.office.next", Args: blanks{"phones": command(bot.VerbPhones), "post": command(bot.VerbPost)}}
}

// called is what something is called in a list.
func (l list) called(d Debt) string {
	switch d.What {
	case bot.OweStamp:
		return l.n.Phrase("remind.stamped", blanks{"form": d.Form})
	case bot.OweItems:
		items := d.Lacks
		if len(items) == 0 {
			items = d.Items
		}
		return l.n.Phrase("remind.some", blanks{"form": d.Form, "items": bot.Ranges(items)})
	}
	return what(l.n, d)
}

// open are those of the things that some unit has not sent in.
func (l list) open() []Debt {
	var open []Debt
	for _, d := range l.wanted {
		if len(l.tally(d).open) > 0 {
			open = append(open, d)
		}
	}
	return open
}

func (l list) whats() string {
	var names []string
	for _, d := range l.open() {
		names = append(names, l.called(d))
	}
	return strings.Join(names, "、")
}

// tally is how many units have sent something in, and who has not.
type tally struct {
	in, paper int
	open      []Row
}

func (l list) tally(d Debt) (t tally) {
	for _, r := range l.all {
		switch came(l.n, d, r.Facts) {
		case in:
			t.in++
		case onPaper:
			t.paper++
		case missing:
			t.open = append(t.open, r)
		}
	}
	return t
}

// counts tell of each thing how many have sent it in and how many have not; the
// numbers add up to all that are asked.
func (l list) counts(key string) []bot.Effect {
	var say []bot.Effect
	for _, d := range l.wanted {
		t, key := l.tally(d), key
		var kinds []string
		for kind, rows := range bot.ByKind(l.n.Kinds, t.open, kindOf) {
			kinds = append(kinds, l.n.Phrase("remind.count.kind", blanks{"kind": kind, "n": strconv.Itoa(len(rows))}))
		}
		a := blanks{
			"what": l.called(d), "in": strconv.Itoa(t.in), "paper": "", "open": strconv.Itoa(len(t.open)), "kinds": strings.Join(kinds, "、"),
		}
		if t.paper > 0 {
			a["paper"] = l.n.Phrase("remind.paper", blanks{"n": strconv.Itoa(t.paper)})
		}
		if len(t.open) == 0 {
			key += ".none"
		}
		say = append(say, bot.Effect{Key: key, Args: a})
	}
	return say
}

func kindOf(r Row) string { return r.Unit.Kind }

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
	expected, paper := 0, 0
	for _, d := range l.wanted {
		t := l.tally(d)
		expected, paper = max(expected, t.in+t.paper+len(t.open)), paper+t.paper
	}
	say := []bot.Effect{{Key: key, Args: blanks{
		"what": l.whats(), "time": bot.ShortDate(l.now), "n": strconv.Itoa(len(overdue)), "expected": strconv.Itoa(expected),
	}}}
	say = append(say, leads(l.open())...)
	if len(l.wanted) > 1 || paper > 0 {
		say = append(say, l.counts("remind.office.count")...)
	}
	if pause.Holds(l.now) {
		say = append(say, bot.Effect{Key: l.paused("remind.office.pause", "remind.office.stopped", pause), Args: l.pause(pause)})
	}
	for kind, rows := range bot.ByKind(l.n.Kinds, overdue, kindOf) {
		say = append(say, bot.Effect{Key: "remind.office.kind", Args: blanks{"kind": kind, "n": strconv.Itoa(len(rows))}})
		for _, r := range rows {
			say = append(say, l.line(r))
		}
	}
	if len(others) > 0 {
		say = append(say, bot.Effect{Key: "remind.office.others", Args: blanks{"n": strconv.Itoa(len(others))}})
		for _, r := range others {
			say = append(say, l.line(r))
		}
	}
	return append(say, l.next())
}

// line is all that the office has to know of a unit before it calls.
func (l list) line(r Row) bot.Effect {
	contact := l.n.Reached(r.Unit, r.Contact)
	if len(r.Unit.Speakers(l.now)) == 0 {
		contact = l.n.Phrase("remind.office.nobody", blanks{"contact": contact})
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
		"unit": r.Unit.Name, "contact": contact, "debts": l.lacking(r), "more": strings.Join(more, "；"),
	}}
}

// lacking is what a unit has not sent in, what stands alike together: 附件2、总结未开始.
func (l list) lacking(r Row) string {
	var parts []string
	for i := 0; i < len(r.Owes); {
		stage := l.stage(r.Owes[i])
		var alike []string
		for ; i < len(r.Owes) && l.stage(r.Owes[i]) == stage; i++ {
			alike = append(alike, l.called(r.Owes[i]))
		}
		parts = append(parts, l.n.Phrase("remind.office.debt", blanks{"what": strings.Join(alike, "、"), "state": stage}))
	}
	return strings.Join(parts, "，")
}

// stage is where something stands, in the office's words.
func (l list) stage(d Debt) string {
	s, form := d.Status, l.n.Form(d.Form)
	switch {
	case d.What == bot.OweStamp && s.Docket != nil && s.Docket.Stamp != nil:
		return l.n.Phrase("tag.old", nil)
	case d.What == bot.OweItems:
		return l.n.Phrase("remind.office.unfilled", nil)
	case d.What != bot.OweForm, form.Monthly() && s.Filled == 0:
		return l.n.Phrase("remind.office.nothing", nil)
	case s.Return != nil:
		return l.n.Phrase("tag.returned", nil)
	case s.Filled > 0:
		return l.n.Phrase("tag.filling", blanks{"filled": strconv.Itoa(s.Filled), "all": strconv.Itoa(form.Asked())})
	}
	return l.n.Phrase("phones.none", nil)
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
		a["reason"] = l.n.Phrase("remind.office.reason", blanks{"reason": bot.Clip(p.Reason, reasonRunes)})
	}
	return a
}
