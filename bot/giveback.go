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
// The version goes on counting till the unit submits the next one; an approval
// of it is dropped. What was sent back before and is still open stays open.
func (t *turn) giveBack() {
	o := t.n.orderOf(t.in, t.now)
	defer t.over(o.of.Form)()
	if len(o.units) == 0 {
		t.tell("return.how", nil)
		return
	}
	u, ok := t.unitCalled(o.units[0])
	if !ok || t.refuseClosed(t.form, o.of.Period) {
		return
	}
	filed := t.v.Others[o.key(u.Name)]
	sub := filed.Counted
	if sub == nil {
		t.tell("return.none", args{"unit": u.Name, "form": t.form.ID})
		return
	}
	items, reason, ok := t.namedThen(o.rest)
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
	r := filed.Report.Clone()
	if r.approval(t.v.Book) != nil {
		t.log("unapprove", LogEntry{Key: r.Key, Number: sub.Version})
	}
	r.disapprove(t.v.Book)
	back := &Return{Items: items, Reason: reason, At: t.now, By: t.v.Person.ID, Version: sub.Version}
	if was := r.Return; was != nil && r.State == Returned {
		back.Items = union(items, was.Items)
		back.Open = union(items, was.Open)
		if !strings.Contains(was.Reason, reason) {
			back.Reason = clip(was.Reason+"；"+reason, 2*returnReason)
		}
	} else {
		back.Open = slices.Clone(items)
	}
	r.State, r.Return = Returned, back
	t.out.Report = r
	entry := LogEntry{Key: r.Key, Number: sub.Version, Text: reason}
	shown := Report{Draft: sub.Entries}
	for _, item := range items {
		value := shown.Entry(item).Value
		entry.Items = append(entry.Items, Change{Item: item, Old: value, New: value})
	}
	t.log("return", entry)
	if t.m.Private() {
		t.tell("returned", args{"unit": u.Name, "form": t.form.ID, "version": strconv.Itoa(sub.Version), "items": ranges(items), "reason": reason})
	} else {
		t.tell("returned.group", args{"n": strconv.Itoa(len(items))})
	}
	say, offer := t.returnedTo(u, sub, items, reason)
	t.toLiaison(u, "return", say, offer)
}

// union is two lists of items in one, sorted, each once.
func union(a, b []int) []int {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// itemMarks are what stands between the items that 退回 names, and before the reason.
const itemMarks = " 、，,；;：:"

// namedThen parts “28、29 人次偏大” into items and the reason. Items go by number
// or by words; it reports false if a word names none or several, and has said so.
// Behind the first item a word names another one if it stands in a list
// (咨询活动、演练) or is exactly what an item is called; else the reason begins.
func (t *turn) namedThen(text string) (items []int, reason string, ok bool) {
	text = strings.Trim(fold(text), itemMarks)
	for mark := '、'; text != ""; {
		word, rest := text, ""
		if i := strings.IndexAny(text, itemMarks); i > 0 {
			word, rest = text[:i], text[i:]
		}
		list, numbers := itemList(word)
		exact := false
		if !numbers {
			list, exact = t.form.goesBy(word)
		}
		switch {
		case numbers:
			for _, item := range list {
				if t.form.Field(item) == nil {
					t.tell("item.none", args{"item": strconv.Itoa(item), "all": strconv.Itoa(len(t.form.Fields))})
					return nil, "", false
				}
			}
		case mark != '、' && (!exact || slices.ContainsFunc(list, func(item int) bool { return slices.Contains(items, item) })):
			if mark != ' ' && figureRune(rune(text[0])) {
				t.whichItem(word, nil) // 28，29人次偏大
				return nil, "", false
			}
			return items, text, true
		case len(list) != 1:
			t.whichItem(word, list)
			return nil, "", false
		}
		items = union(items, list)
		mark, _ = utf8.DecodeRuneInString(rest)
		text = strings.TrimLeft(rest, itemMarks)
	}
	return items, "", true
}

// whichItem says that a word names no item, or the several that it may name.
func (t *turn) whichItem(word string, list []int) {
	t.tell("return.which", args{"name": clip(word, 20)})
	for _, item := range list {
		t.tell("choice", args{"n": strconv.Itoa(item), "choice": t.form.Field(item).Short})
	}
}

// returnedTo is what the liaison reads of a report that was sent back. The paper
// has no item numbers, so the form's own sentences are quoted as far as they fit
// into a [ParcelLimit]; each is quoted again when its item is asked.
func (t *turn) returnedTo(u Unit, sub *Submission, items []int, reason string) ([]Effect, *Offer) {
	say := []Effect{{Key: "return.head", Args: args{"unit": u.Name, "form": t.form.ID, "version": strconv.Itoa(sub.Version)}}}
	shown := Report{Draft: sub.Entries}
	room := ParcelLimit - 500 - len(reason) - 80*len(items)
	for i, item := range items {
		f := t.form.Field(item)
		say = append(say, Effect{Key: "return.item", Args: t.about(f, args{"short": t.nameOf(f), "value": withUnit(f, shown.Entry(item).Value)})})
		quote := t.form.sentence(item, sub.Entries)
		last := i+1 == len(items) || t.form.sentence(items[i+1], sub.Entries) != quote
		if quote != "" && last && len(quote) <= room {
			room -= len(quote)
			say = append(say, Effect{Key: "return.quote", Args: args{"quote": quote}})
		}
	}
	say = append(say, Effect{Key: "return.reason", Args: args{"reason": reason}}, Effect{Key: "return.foot", Args: args{"form": t.form.ID, "phone": t.n.Office.Phone}})
	word := t.n.Verbs[VerbFill][0] + " " + u.Name
	if t.form.ID != t.n.Main {
		word = t.n.Verbs[VerbFill][0] + " " + t.form.ID + " " + u.Name
	}
	check := Choice{Label: t.phrase("button.check", nil), Say: word}
	return say, &Offer{Open: OpenAny, Title: Effect{Key: "card.return", Args: args{"form": t.form.ID}}, Choices: []Choice{check}}
}

// sentence is the printed sentence that an item belongs to, its blanks filled in;
// "" if the form prints none. Of a line with several it is the one.
func (f *Form) sentence(item int, entries []Entry) string {
	for _, line := range f.Lines {
		for part := range strings.SplitSeq(line.Text, "；") {
			if !strings.Contains(part, blankOf(item)) {
				continue
			}
			shown := Report{Draft: entries}
			for _, field := range f.Fields {
				value := clip(shown.Entry(field.Item).Value.String(), 20)
				part = strings.ReplaceAll(part, blankOf(field.Item), value)
			}
			return strings.Trim(part, " 。；")
		}
	}
	return ""
}

// blankOf is where an item is filled in: see [Line].
func blankOf(item int) string { return "{" + strconv.Itoa(item) + "}" }

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
	t.tell(key, args{"form": t.form.ID, "version": strconv.Itoa(max(back.Version, t.r.Counted)), "items": ranges(items), "reason": back.Reason})
}

// askReturned puts an item that was sent back to the liaison with its value:
// 确认 keeps it, anything else is a new answer.
func (t *turn) askReturned(item int) {
	f, value := t.form.Field(item), t.r.Entry(item).Value
	if !value.Filled() || t.hides(f) {
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
	if quote := t.form.sentence(item, t.r.Draft); quote != "" {
		t.tell("return.quote", args{"quote": quote})
	}
	t.tell("return.reason", args{"reason": t.r.Return.Reason})
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
	t.s.Proposal = nil
	if !slices.Contains(t.r.returned(), item) {
		// A colleague has settled it.
		t.tell("propose.stale", args{"item": strconv.Itoa(item)})
		t.s.Asking = 0
		t.whereWeStand()
		return
	}
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
