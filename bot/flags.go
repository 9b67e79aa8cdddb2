package bot

import (
	"slices"
	"strconv"
	"strings"
)

func (t *turn) flags() []Flag {
	return t.form.Flags(t.n.Year, t.r.Draft, t.r.Reasons)
}

// openFlags names the checks nobody has vouched for; with items given, only
// those that look at one of them.
func (t *turn) openFlags(items []int) []string {
	var ids []string
	for _, f := range t.flags() {
		touches := items == nil || slices.ContainsFunc(items, func(item int) bool {
			return item == f.Item || slices.Contains(f.Check.Items(), item)
		})
		if f.Open() && touches && !slices.Contains(ids, f.Check.ID) {
			ids = append(ids, f.Check.ID)
		}
	}
	return ids
}

// askFlags puts odd figures to the person. 确认, with a reason if they like,
// keeps them; a new value for the item asked replaces it.
//
// Figures of a pasted form are put together, others one at a time.
func (t *turn) askFlags(ids []string) {
	t.asked = true
	asked := t.s.Asking
	if !t.r.Entry(asked).Paste && asked != 0 {
		ids = ids[:min(len(ids), 1)]
	}
	t.s.Asking = 0
	t.s.Proposal = &Proposal{Kind: ProposeReason, Checks: ids}
	var items []int
	for _, f := range t.flags() {
		if f.Open() && slices.Contains(ids, f.Check.ID) {
			t.tell("flag", t.about(t.form.Field(f.Item), args{"say": t.r.sentence(f.Check, f.Item)}))
			items = append(items, f.Item)
		}
	}
	switch {
	case len(items) == 0:
		t.s.Proposal = nil
	case len(items) == 1 && asked == items[0]:
		t.s.Asking = items[0]
		t.tell("flag.how", t.about(t.form.Field(items[0]), nil))
	case len(items) > 1:
		t.tell("flag.all", t.about(t.form.Field(items[0]), args{"n": strconv.Itoa(len(items))}))
	default:
		// A bare number could be meant for either figure of the sentence.
		t.tell("flag.named", t.about(t.form.Field(items[0]), nil))
	}
}

// sentence fills the draft's values into what a check says.
func (r *Report) sentence(c *Check, item int) string {
	values := args{"item": strconv.Itoa(item), "value": r.Entry(item).Value.String()}
	for _, i := range c.Items() {
		values[strconv.Itoa(i)] = r.Entry(i).Value.String()
	}
	return Fill(c.Say, values)
}

// vouch keeps the figures that the checks find odd, with the person's words. A
// reason that names an item (“第21项是小组学习”) is for that item alone.
func (t *turn) vouch(ids []string, reason string) {
	named := namedItems(reason)
	speaksOf := func(f Flag) bool {
		return f.Open() && slices.ContainsFunc(named, func(item int) bool { return item == f.Item || slices.Contains(f.Check.Items(), item) })
	}
	about := slices.ContainsFunc(t.flags(), speaksOf)
	for _, f := range t.flags() {
		if about && speaksOf(f) || !about && f.Open() && slices.Contains(ids, f.Check.ID) {
			t.r.Reasons = append(t.r.Reasons, Reason{Check: f.Check.ID, Values: f.Values, Text: reason, By: t.v.Person.ID, At: t.now})
			t.log("vouch", LogEntry{Key: t.r.Key, Items: []Change{{Item: f.Item, Old: t.r.Entry(f.Item).Value, New: t.r.Entry(f.Item).Value}}, Text: reason})
		}
	}
}

// unconfirmed are the items that carry 待确认.
func (t *turn) unconfirmed() []int {
	var items []int
	for _, f := range t.flags() {
		if f.Open() && !slices.Contains(items, f.Item) {
			items = append(items, f.Item)
		}
	}
	slices.Sort(items)
	return items
}

// namedItems are the items that words call by 第N项.
func namedItems(words string) []int {
	var items []int
	for rest := fold(words); ; {
		_, after, ok := strings.Cut(rest, "第")
		if !ok {
			return items
		}
		digits := len(after) - len(strings.TrimLeft(after, "0123456789"))
		if item, err := strconv.Atoi(after[:digits]); err == nil && strings.HasPrefix(after[digits:], "项") {
			items = append(items, item)
		}
		rest = after
	}
}
