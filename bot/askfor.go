package bot

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// ProposeAskFor asks whether Asking goes out.
const ProposeAskFor ProposalKind = "askfor"

// BroadcastAskFor is 要数: to liaisons whose unit has neither submitted Form nor
// the wanted items in its draft.
const BroadcastAskFor BroadcastKind = "askfor"

// askForItems is the most items that one 要数 may want: the message to the
// liaison has to fit into a [ParcelLimit].
const askForItems = 8

// askFor is 要数: the office wants some items early, before anybody submits.
func (t *turn) askFor() {
	text := fold(t.in.Rest)
	if strings.TrimSpace(text) == "" {
		t.askedSoFar()
		return
	}
	if t.refuseClosed(t.form, t.form.PeriodAt(t.now)) {
		return
	}
	until, rest, dated := readDate(text, t.now, true)
	if !dated {
		until = time.Time{}
	}
	items, unknown := t.form.itemsNamed(strings.FieldsFunc(rest, func(r rune) bool { return strings.ContainsRune(" ，,；;", r) }))
	switch {
	case unknown != "":
		t.tell("askfor.unknown", args{"name": clip(unknown, 20)})
		return
	case len(items) == 0:
		t.tell("askfor.how", nil)
		return
	case dated && !until.After(t.now):
		t.tell("askfor.past", args{"date": t.shortDate(until)})
		return
	case len(items) > askForItems:
		t.tell("askfor.many", args{"n": strconv.Itoa(len(items)), "most": strconv.Itoa(askForItems)})
		return
	}
	for _, item := range items {
		if f := t.form.Field(item); f.Private || f.Ask == "" {
			t.tell("askfor.unknown", args{"name": strconv.Itoa(item)})
			return
		}
	}
	t.halts()
	lacking := t.lacking(items)
	people, unbound := t.audience(lacking)
	if len(lacking) == 0 {
		t.tell("askfor.nobody", args{"items": ranges(items)})
		return
	}
	if t.v.Reach.Person == "" || people == 0 {
		t.tellPeople(people)
		t.tellUnbound(unbound)
		t.tell("askfor.phone", args{"n": strconv.Itoa(len(lacking))})
		return
	}
	asking := &Asking{Items: items, Until: until}
	if t.m.Private() { // the example names a unit that has not reported
		t.tell("notify.preview", nil)
		t.say = append(t.say, askForWords(t.n, lacking[:1], *asking, items)...)
		t.tell("notify.rule", nil)
	}
	t.tell("askfor.preview", args{"n": strconv.Itoa(len(lacking)), "items": ranges(items)})
	t.tellPeople(people)
	t.tellUnbound(unbound)
	t.put(&Proposal{Kind: ProposeAskFor, Asking: asking})
}

// lacking are the units that have not submitted and lack some of the items.
func (t *turn) lacking(items []int) []string {
	var units []string
	for _, s := range t.v.Forms[t.n.column(t.n.Main, t.now).of()] {
		if s.Owes(items) {
			units = append(units, s.Unit)
		}
	}
	return units
}

// Owes reports whether a unit is asked for some items: whoever has submitted has
// given them all.
func (s Status) Owes(items []int) bool { return s.Version == 0 && len(s.Lacks(items)) > 0 }

// askedSoFar tells how many units have answered the last 要数.
func (t *turn) askedSoFar() {
	asking := t.mainBook().Asking
	if asking == nil {
		t.tell("askfor.how", nil)
		return
	}
	lacking := t.lacking(asking.Items)
	all := len(t.v.Roster.Units)
	t.tell("askfor.sofar", args{
		"items": ranges(asking.Items), "time": t.instant(asking.At), "n": strconv.Itoa(all - len(lacking)), "missing": strconv.Itoa(len(lacking)),
	})
	if t.m.Private() && len(lacking) > 0 {
		t.tell("askfor.lacking", args{"units": strings.Join(lacking, "、")})
	}
	t.tell("askfor.see", args{"items": ranges(asking.Items)})
}

// settleAskFor sends what the office has agreed to. Who is asked is decided again
// for each, right before.
func (t *turn) settleAskFor(p *Proposal) {
	t.s.Proposal = nil
	defer t.over(t.n.Main)()
	if t.refuseClosed(t.form, t.form.PeriodAt(t.now)) {
		return
	}
	lacking := t.lacking(p.Asking.Items)
	if len(lacking) == 0 {
		t.tell("askfor.nobody", args{"items": ranges(p.Asking.Items)})
		return
	}
	b := t.mainBook()
	asking := *p.Asking
	asking.By, asking.At = t.v.Person.ID, t.now
	b.Asking = &asking
	t.out.Book = &b
	t.out.Broadcast = &Broadcast{
		Kind: BroadcastAskFor, By: t.v.Person.ID, At: t.now, Form: b.Form, Items: asking.Items, Until: asking.Until,
	}
	people, _ := t.audience(lacking)
	t.log("askfor", LogEntry{Key: ReportKey{Form: b.Form, Period: b.Period}, Number: people, Text: ranges(asking.Items)})
	t.tell("askfor.sent", args{"n": strconv.Itoa(people), "items": ranges(asking.Items)})
}

// askForPerson asks a liaison for the items that any of their units lacks.
func askForPerson(n *Notice, b Broadcast, to Recipient, now time.Time) (Send, bool) {
	if n.Form(b.Form) == nil || !b.Until.IsZero() && now.After(b.Until) {
		return Send{}, false
	}
	var units []string
	var items []int
	for _, unit := range b.meant(to) {
		for _, s := range to.Status {
			if s.Unit == unit && !s.Closed && s.Owes(b.Items) {
				units = append(units, unit)
				items = append(items, s.Lacks(b.Items)...)
			}
		}
	}
	if len(units) == 0 {
		return Send{}, false
	}
	slices.Sort(items)
	fill := n.Verbs[VerbFill][0]
	say := fill
	if len(units) == 1 {
		say += " " + units[0]
	}
	return Send{
		Person: to.Person.ID, Kind: string(b.Kind), Units: units,
		Say: askForWords(n, units, Asking{Items: b.Items, Until: b.Until.In(now.Location())}, slices.Compact(items)),
		Offer: &Offer{
			Open: OpenAny, Title: Effect{Key: "card.askfor.fill", Args: args{"form": b.Form}},
			Choices: []Choice{{Label: fill, Say: say}},
		},
	}, true
}

// askForUnits is the most units that such a message names.
const askForUnits = 4

// askForWords is a 要数 as its reader sees it.
func askForWords(n *Notice, units []string, asking Asking, items []int) []Effect {
	form := n.Form(n.Main)
	head := args{"units": strings.Join(units[:min(len(units), askForUnits)], "、"), "n": strconv.Itoa(len(units))}
	key := "askfor.head"
	if len(units) > askForUnits {
		key = "askfor.head.many"
	}
	say := []Effect{{Key: key, Args: head}}
	if asking.Until.IsZero() {
		say = append(say, Effect{Key: "askfor.want", Args: args{"form": form.ID}})
	} else {
		say = append(say, Effect{Key: "askfor.want.until", Args: args{"form": form.ID, "time": Instant(asking.Until)}})
	}
	for _, item := range items {
		say = append(say, Effect{Key: "askfor.item", Args: args{"item": strconv.Itoa(item), "ask": form.Field(item).Ask}})
	}
	return append(say, Effect{Key: "askfor.foot", Args: args{"phone": n.Office.Phone}})
}

// wanted is what the office asks of the unit early: nil if it has asked nothing,
// not of this form, no more, or the unit has submitted.
func (t *turn) wanted() *Asking {
	b := t.v.Book
	if t.r == nil || b == nil || b.Asking == nil || b.Form != t.r.Key.Form || b.Period != t.r.Key.Period {
		return nil
	}
	if t.r.Counted > 0 || !b.Asking.Until.IsZero() && t.now.After(b.Asking.Until) {
		return nil
	}
	return b.Asking
}

// askEarly asks first what the office wants early, and stops when all of it is
// there. It reports false if there is nothing of it to say.
func (t *turn) askEarly() bool {
	asking := t.wanted()
	if asking == nil {
		return false
	}
	open := func(r *Report) (items []int) {
		for _, item := range asking.Items {
			if r == nil || !r.Entry(item).Value.Filled() {
				items = append(items, item)
			}
		}
		return items
	}
	left := open(t.r)
	next := slices.IndexFunc(left, func(item int) bool { return !slices.Contains(t.r.Skipped, item) })
	switch {
	case next >= 0:
		if !slices.Contains(asking.Items, t.v.Session.Asking) {
			a := args{"items": ranges(left)}
			key := "askfor.first"
			if !asking.Until.IsZero() {
				key, a["time"] = "askfor.first.until", t.shortDate(asking.Until)
			}
			t.tell(key, a)
		}
		t.ask(left[next])
	case len(left) == 0 && len(open(t.v.Report)) > 0 && len(t.r.unfilled(t.form)) > 0:
		t.s.Asking = 0
		t.tell("askfor.thanks", args{"items": ranges(asking.Items)})
	default:
		return false
	}
	return true
}
