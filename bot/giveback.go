package bot

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	// returnReason is the most characters that a reason may have.
	returnReason = 200
	// returnItems is the most items one 退回 may name: the message to the
	// liaison has to fit into a [ParcelLimit].
	returnItems = 12
)

// giveBack sends a submitted report back for some of its items, with the reason.
// The version goes on counting till the unit submits the next one.
func (t *turn) giveBack() {
	name, rest, _ := strings.Cut(strings.TrimSpace(t.in.Rest), " ")
	if name == "" {
		t.tell("return.how", nil)
		return
	}
	units, exact := t.v.Roster.Find(name)
	if !exact {
		t.notFound(name, units)
		return
	}
	u, sub := units[0], t.v.Version
	if t.v.Looked == nil || sub == nil || t.v.Looked.State == Closed {
		t.tell("return.none", args{"unit": u.Name, "form": t.form.ID})
		return
	}
	items, reason, ok := t.namedThen(rest)
	switch {
	case !ok:
		return
	case len(items) == 0 || reason == "":
		t.tell("return.how", nil)
		return
	case len(items) > returnItems:
		t.tell("return.many", args{"most": strconv.Itoa(returnItems)})
		return
	case utf8.RuneCountInString(reason) > returnReason:
		t.tell("return.long", args{"most": strconv.Itoa(returnReason)})
		return
	}
	r := t.v.Looked.Clone()
	r.State = Returned
	r.Return = &Return{Items: items, Reason: reason, At: t.now, By: t.v.Person.ID, Open: slices.Clone(items)}
	t.out.Report = r
	entry := LogEntry{Key: r.Key, Number: sub.Version, Text: reason}
	shown := Report{Draft: sub.Entries}
	for _, item := range items {
		value := shown.Entry(item).Value
		entry.Items = append(entry.Items, Change{Item: item, Old: value, New: value})
	}
	t.log("return", entry)
	t.tell("returned", args{"unit": u.Name, "form": t.form.ID, "version": strconv.Itoa(sub.Version), "items": ranges(items), "reason": reason})
	if u.Liaison == "" || t.v.Reach.Person == "" {
		t.tell("return.phone", nil)
	}
	if u.Liaison != "" {
		t.sends = append(t.sends, t.returnedTo(u, sub, items, reason))
	}
}

// namedThen parts “28、29 人次偏大” into items and the reason. Items go by number
// or by words; it reports false if words name several, and has said so.
func (t *turn) namedThen(text string) (items []int, reason string, ok bool) {
	words := strings.Fields(fold(text))
	for i, word := range words {
		list, numbers := itemList(word)
		switch {
		case numbers:
			for _, item := range list {
				if t.form.Field(item) == nil {
					t.tell("item.none", args{"item": strconv.Itoa(item), "all": strconv.Itoa(len(t.form.Fields))})
					return nil, "", false
				}
			}
		case len(items) == 0:
			if list = t.form.called(word); len(list) != 1 {
				t.tell("return.which", args{"name": clip(word, 20)})
				for _, item := range list {
					t.tell("choice", args{"n": strconv.Itoa(item), "choice": t.form.Field(item).Short})
				}
				return nil, "", false
			}
		default:
			return items, strings.Join(words[i:], " "), true
		}
		for _, item := range list {
			if !slices.Contains(items, item) {
				items = append(items, item)
			}
		}
		slices.Sort(items)
	}
	return items, "", true
}

// returnedTo is what the liaison reads of a report that was sent back.
func (t *turn) returnedTo(u Unit, sub *Submission, items []int, reason string) Send {
	say := []Effect{{Key: "return.head", Args: args{"unit": u.Name, "form": t.form.ID, "version": strconv.Itoa(sub.Version)}}}
	shown := Report{Draft: sub.Entries}
	for _, item := range items {
		f := t.form.Field(item)
		say = append(say, Effect{Key: "return.item", Args: t.about(f, args{"short": t.nameOf(f), "value": withUnit(f, shown.Entry(item).Value)})})
	}
	say = append(say, Effect{Key: "return.reason", Args: args{"reason": reason}}, Effect{Key: "return.foot", Args: args{"phone": t.n.Office.Phone}})
	check := Choice{Label: t.phrase("button.check", nil), Say: t.n.Verbs[VerbFill][0] + " " + u.Name}
	return Send{
		Person: u.Liaison, Kind: "return", Units: []string{u.Name}, Say: say,
		Offer: &Offer{Open: OpenAny, Title: Effect{Key: "card.return", Args: args{"form": t.form.ID}}, Choices: []Choice{check}},
	}
}

// tellReturned says which items the office wants looked at again, and why.
func (t *turn) tellReturned(key string) {
	back := t.r.Return
	if back == nil {
		return
	}
	items := back.Open
	if len(items) == 0 {
		items = back.Items
	}
	t.tell(key, args{"form": t.form.ID, "version": strconv.Itoa(t.r.Counted), "items": ranges(items), "reason": back.Reason})
}

// askReturned puts an item that was sent back to the liaison with its value:
// 确认 keeps it, anything else is a new answer.
func (t *turn) askReturned(item int) {
	f, value := t.form.Field(item), t.r.Entry(item).Value
	if !value.Filled() {
		t.s.Proposal = nil
		t.ask(item)
		return
	}
	t.s.Asking, t.asked = item, true
	t.s.Proposal = &Proposal{Kind: ProposeReturn, Items: []int{item}}
	join := NewLine
	if len(t.v.Person.Units) > 1 {
		t.tell("ask.for", args{"unit": t.r.Key.Unit})
		join = SameLine
	}
	t.say = append(t.say, Effect{Key: "return.ask", Join: join, Args: t.about(f, args{"short": t.nameOf(f), "value": t.shown(f, withUnit(f, value))})})
}

// nameOf is an item in a few words that stand alone: 参与 is told with the
// activity it belongs to.
func (t *turn) nameOf(f *Field) string {
	if pair := t.form.Field(f.PairsWith); pair != nil {
		return t.phrase("item.pair", args{"pair": pair.Short, "short": f.Short})
	}
	return f.Short
}

// keepReturned takes the liaison's word that the value of an item that was sent
// back is right.
func (t *turn) keepReturned(item int, reason string) {
	value := t.r.Entry(item).Value
	t.r.checked(item)
	t.log("verify", LogEntry{Key: t.r.Key, Items: t.unsaid([]Change{{Item: item, Old: value, New: value}}), Text: reason})
	f := t.form.Field(item)
	t.tell("return.kept", t.about(f, args{"value": t.shown(f, withUnit(f, value))}))
	t.s.Asking = 0
	t.askNext()
}

// returned are the items that were sent back and are still to be looked at.
func (r *Report) returned() []int {
	if r.Return == nil {
		return nil
	}
	return r.Return.Open
}

// checked takes an item from those that were sent back and are still open.
func (r *Report) checked(item int) {
	if r.Return != nil {
		r.Return.Open = slices.DeleteFunc(r.Return.Open, func(open int) bool { return open == item })
	}
}

// unchecked opens an item again that was sent back.
func (r *Report) unchecked(item int) {
	if back := r.Return; back != nil && slices.Contains(back.Items, item) && !slices.Contains(back.Open, item) {
		back.Open = append(back.Open, item)
		slices.Sort(back.Open)
	}
}
