package remind

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"anyuebot/bot"
)

// Row is a unit with what was decided about it.
type Row struct {
	Facts
	Verdict
}

// namedUnits is the most units that a reminder names one by one.
const namedUnits = 10

// askedItems is the most items that a reminder asks for by their questions.
const askedItems = 8

// reasonRunes is the most characters of a reason that a reminder repeats.
const reasonRunes = 40

type blanks = map[string]string

// ToPerson words a broadcast for somebody who speaks for these units: one message
// about all that any of them still owes. False if none does. It fits into a
// [bot.ParcelLimit], naming fewer units if it must, and has no card, as which the
// platform would send a message more.
func ToPerson(n *bot.Notice, person string, rows []Row, now time.Time) (bot.Send, bool) {
	l := letter{n: n, now: now}
	var units []string
	for _, r := range rows {
		if len(r.Owes) > 0 {
			l.rows = append(l.rows, r)
			units = append(units, r.Unit.Name)
		}
	}
	if len(units) == 0 {
		return bot.Send{}, false
	}
	say := l.words(min(len(units), namedUnits))
	for named := min(len(units), namedUnits) - 1; named > 0 && l.size(say) > bot.ParcelLimit; named-- {
		say = l.words(named)
	}
	return bot.Send{Person: person, Kind: string(bot.BroadcastRemind), Units: units, Say: say}, true
}

// letter is what somebody is reminded of.
type letter struct {
	n    *bot.Notice
	now  time.Time
	rows []Row // those that owe something
}

// debts are all that any of the units owes, in the order of the ladder for each.
func (l letter) debts() []Debt {
	var list []Debt
	for _, r := range l.rows {
		list = append(list, r.Owes...)
	}
	return list
}

func (l letter) size(say []bot.Effect) int {
	size := len(say) // the breaks between lines
	for _, e := range say {
		size += len(l.n.Phrase(e.Key, e.Args))
	}
	return size
}

// words is the whole message, with that many units named.
func (l letter) words(named int) []bot.Effect {
	say := append(l.head(named), leads(l.debts())...)
	say = append(say, l.owed(named)...)
	say = append(say, l.asks()...)
	say = append(say, l.dates(l.rows)...)
	say = append(say, l.easy()...)
	return append(say, bot.Effect{Key: l.foot(), Args: blanks{"phone": l.n.Office.Phone}})
}

// leads are the sentences that the steps begin with, each once.
func leads(debts []Debt) []bot.Effect {
	var say []bot.Effect
	for _, d := range debts {
		same := func(said bot.Effect) bool { return said.Args["text"] == d.Rung.Say }
		if d.Rung.Say != "" && !slices.ContainsFunc(say, same) {
			say = append(say, bot.Effect{Key: "remind.say", Args: blanks{"text": d.Rung.Say}})
		}
	}
	return say
}

// owed tells what is owed: of units that owe the same, and stand alike, in one line.
func (l letter) owed(named int) []bot.Effect {
	type alike struct {
		debts string
		units []string
	}
	var list []alike
	same := true
	for i, r := range l.rows {
		debts := l.debtsOf(r)
		same = same && debts == l.debtsOf(l.rows[0])
		at := slices.IndexFunc(list, func(a alike) bool { return a.debts == debts })
		switch {
		case i >= named:
		case at < 0:
			list = append(list, alike{debts, []string{r.Unit.Name}})
		default:
			list[at].units = append(list[at].units, r.Unit.Name)
		}
	}
	var say []bot.Effect
	if same { // the units stand at the head
		for _, d := range l.rows[0].Owes {
			say = append(say, bot.Effect{Key: "remind.debt", Args: blanks{"debt": l.debt(d)}})
		}
		return say
	}
	for _, a := range list {
		say = append(say, bot.Effect{Key: "remind.unit", Args: blanks{"unit": strings.Join(a.units, "、"), "debts": a.debts}})
	}
	if more := len(l.rows) - named; more > 0 {
		say = append(say, bot.Effect{Key: "remind.more", Args: blanks{"n": strconv.Itoa(more)}})
	}
	return say
}

func (l letter) debtsOf(r Row) string {
	var debts []string
	for _, d := range r.Owes {
		debts = append(debts, l.debt(d))
	}
	return strings.Join(debts, "；")
}

func (l letter) head(named int) []bot.Effect {
	var units []string
	for _, r := range l.rows[:named] {
		units = append(units, r.Unit.Name)
	}
	key := "remind.head"
	if named < len(l.rows) {
		key = "remind.head.many"
	}
	return []bot.Effect{{Key: key, Args: blanks{"units": strings.Join(units, "、"), "n": strconv.Itoa(len(l.rows))}}}
}

// debt tells what is owed and where it stands.
func (l letter) debt(d Debt) string {
	s, a := d.Status, blanks{"what": what(l.n, d), "version": strconv.Itoa(d.Status.Version)}
	switch {
	case d.What == bot.OweMaterial:
		return l.n.Phrase("remind.material", a)
	case d.What == bot.OweItems:
		a["items"] = bot.Ranges(d.Lacks)
		return l.n.Phrase("remind.items", a)
	case d.What == bot.OweStamp && s.Docket != nil && s.Docket.Stamp != nil:
		return l.n.Phrase("remind.stamp.old", a)
	case d.What == bot.OweStamp:
		return l.n.Phrase("remind.stamp", a)
	case s.Return != nil:
		items := s.Return.Open
		if len(items) == 0 {
			items = s.Return.Items
		}
		a["items"], a["reason"] = bot.Ranges(items), bot.Clip(s.Return.Reason, reasonRunes)
		return l.n.Phrase("remind.returned", a)
	}
	a["state"] = l.state(d)
	switch {
	case !late(l.n, d, l.now):
		return l.n.Phrase("remind.owes", a)
	case !s.Until.IsZero():
		a["until"] = bot.ShortDate(s.Until.In(l.now.Location()))
		return l.n.Phrase("remind.late.own", a)
	}
	return l.n.Phrase("remind.late", a)
}

// state is how far a form is that has not come; "" if there is nothing to tell.
func (l letter) state(d Debt) string {
	form := l.n.Form(d.Form)
	all, filled := form.Asked(), d.Status.Filled
	a := blanks{
		"filled": strconv.Itoa(filled), "all": strconv.Itoa(all), "left": strconv.Itoa(all - filled), "word": l.word(d),
	}
	switch {
	case filled >= all:
		return l.n.Phrase("remind.full", a)
	case filled > 0 && form.Monthly():
		return l.n.Phrase("remind.begun", a)
	case filled > 0:
		return l.n.Phrase("remind.filled", a)
	case form.Monthly(), slices.ContainsFunc(form.Fields, func(f bot.Field) bool { return f.Gather }):
		return ""
	}
	return l.n.Phrase("remind.none", a)
}

// what is what a debt is called.
func what(n *bot.Notice, d Debt) string {
	if d.What == bot.OweMaterial {
		return d.Kind
	}
	return n.Called(n.Form(d.Form), d.Period)
}

// due is the last instant at which a form counts as on time; zero if there is none,
// or if it is another thing that is owed, which nobody is to hurry for.
func due(n *bot.Notice, d Debt, now time.Time) time.Time {
	if d.What != bot.OweForm {
		return time.Time{}
	}
	return d.due(n, d.Status.Docket, now.Location())
}

// late reports whether the time for a debt has passed and nothing has come. Of a
// month nobody is told so: there may have been nothing to report.
func late(n *bot.Notice, d Debt, now time.Time) bool {
	at := due(n, d, now)
	return !at.IsZero() && now.After(at) && d.Status.Version == 0 && !n.Form(d.Form).Monthly()
}

// asks are the questions of the items that are wanted: the paper has no numbers.
func (l letter) asks() []bot.Effect {
	var say []bot.Effect
	for _, d := range l.debts() {
		for _, item := range d.Lacks {
			f := l.n.Form(d.Form).Field(item)
			e := bot.Effect{Key: "askfor.item", Args: blanks{"item": strconv.Itoa(item), "ask": f.Ask}}
			same := func(said bot.Effect) bool { return maps.Equal(said.Args, e.Args) }
			if len(say) < askedItems && !slices.ContainsFunc(say, same) {
				say = append(say, e)
			}
		}
	}
	return say
}

// dates tell till when, what has the same time in one sentence.
func (l letter) dates(rows []Row) []bot.Effect {
	var say []bot.Effect
	var whats []string
	soon := false
	for _, r := range rows {
		for _, d := range r.Owes {
			name, at := what(l.n, d), due(l.n, d, l.now)
			if !slices.Contains(whats, name) {
				whats = append(whats, name)
			}
			switch {
			case at.IsZero():
			case late(l.n, d, l.now):
				soon = true
			case !l.now.After(at):
				say = addDate(say, name, l.date(d, at))
			}
		}
	}
	if len(whats) == 1 && len(say) == 1 {
		say[0].Key += ".alone"
	}
	if soon {
		say = append(say, bot.Effect{Key: "remind.soon"})
	}
	return say
}

// date tells till when a form is wanted. Who has more time than others and still has
// it is not reminded.
func (l letter) date(d Debt, at time.Time) bot.Effect {
	form := l.n.Form(d.Form)
	if form.Monthly() {
		return bot.Effect{Key: "remind.due.month", Args: bot.DateBlanks(at.In(l.now.Location()))}
	}
	return bot.Effect{Key: "remind.due", Args: blanks{"deadline": l.n.Deadline(form.Deadline).Sentence}}
}

// addDate adds a sentence about something, or that to the sentence that says the
// same already.
func addDate(say []bot.Effect, what string, e bot.Effect) []bot.Effect {
	for _, said := range say {
		e.Args["what"] = said.Args["what"]
		if said.Key == e.Key && maps.Equal(said.Args, e.Args) {
			if !slices.Contains(strings.Split(said.Args["what"], "、"), what) {
				said.Args["what"] += "、" + what
			}
			return say
		}
	}
	e.Args["what"] = what
	return append(say, e)
}

// sortOf is which way of answering is the easiest for a debt; "" if what is said
// of it tells that already.
func (l letter) sortOf(d Debt) string {
	form := l.n.Form(d.Form)
	switch {
	case d.What == bot.OweItems && l.example(d) != "":
		return "items"
	case d.What == bot.OweStamp:
		return "stamp"
	case d.What == bot.OweMaterial:
		return ""
	case d.Status.Return != nil:
		return "returned"
	case d.What == bot.OweForm && d.Status.Filled >= form.Asked():
		return ""
	case d.Form == l.n.Nomination:
		return "nomination"
	case d.Form == l.n.Cases:
		return "case"
	case d.Form == l.n.Summary:
		return "summary"
	case d.Form == l.n.YearEnd:
		return "yearend"
	}
	return "form"
}

// easy are the easiest ways to answer, each once.
func (l letter) easy() []bot.Effect {
	var say []bot.Effect
	for _, d := range l.debts() {
		sort := l.sortOf(d)
		key := "remind.easy." + sort
		if sort == "" || slices.ContainsFunc(say, func(said bot.Effect) bool { return said.Key == key }) {
			continue
		}
		say = append(say, bot.Effect{Key: key, Args: blanks{
			"what": what(l.n, d), "example": l.example(d), "word": l.word(d),
		}})
		if units := l.owing(d); sort == "case" && len(l.rows) > 1 {
			say = append(say, bot.Effect{Key: "remind.easy.many", Join: bot.SameLine, Args: blanks{"word": l.n.Verbs[bot.VerbNoCase][0], "unit": units[0]}})
		}
	}
	return say
}

// owing are the units that owe the same as a debt.
func (l letter) owing(d Debt) []string {
	var units []string
	for _, r := range l.rows {
		if slices.ContainsFunc(r.Owes, func(o Debt) bool { return o.What == d.What && o.Form == d.Form && o.Kind == d.Kind }) {
			units = append(units, r.Unit.Name)
		}
	}
	return units
}

// example is an answer to the first two of the items that are wanted; "" if one
// of them takes no number.
func (l letter) example(d Debt) string {
	var parts []string
	for _, item := range d.Lacks[:min(len(d.Lacks), 2)] {
		f := l.n.Form(d.Form).Field(item)
		if f.Kind != bot.KindCount {
			return ""
		}
		a := blanks{"item": strconv.Itoa(item), "n": "1", "unit": f.Unit}
		if f.PairsWith != 0 {
			a["n"] = "200"
		}
		parts = append(parts, l.n.Phrase("remind.easy.example", a))
	}
	return strings.Join(parts, "，")
}

// foot is how the message ends: who has sent the form on paper is told how to say so.
func (l letter) foot() string {
	forms := false
	for _, d := range l.debts() {
		if d.What != bot.OweForm || d.Status.Version > 0 || d.Form == l.n.Cases {
			continue
		}
		if d.Form == l.n.Main && len(l.rows) == 1 {
			return "remind.foot.paper"
		}
		forms = true
	}
	if forms {
		return "remind.foot.form"
	}
	return "remind.foot"
}

// word is the command that leads to what is owed; of several units it is asked for
// which.
func (l letter) word(d Debt) string {
	verb := func(v bot.Verb) string { return l.n.Verbs[v][0] }
	switch {
	case d.Form == l.n.Main:
		return verb(bot.VerbFill)
	case d.Status.Return != nil: // 总结 would ask for another text
	case d.Form == l.n.Cases:
		return verb(bot.VerbCase)
	case d.Form == l.n.Summary:
		return verb(bot.VerbSummary)
	case d.Form == l.n.YearEnd:
		return verb(bot.VerbYearEnd)
	}
	return strings.TrimSpace(verb(bot.VerbFill) + " " + d.Form)
}
