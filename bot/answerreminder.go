package bot

import (
	"slices"
	"unicode/utf8"
)

// lastAsked is what liaisons were last reminded of.
func (n *Notice) lastAsked(r Reminding) (owed []Owed) {
	last := ""
	for _, s := range slices.Backward(r.Done) {
		rung := n.Ladder.Rung(s.Rung)
		if rung == nil || rung.To != ToLiaisons || s.Broadcast == "" || last != "" && s.Broadcast != last {
			continue
		}
		last = s.Broadcast
		owed = slices.Concat(rung.Owes, owed)
	}
	return owed
}

// reminderAnswer bounds, in characters, what can answer a reminder of single items.
const reminderAnswer = 30

// reminded asks for what liaisons were last reminded of, where words may answer it.
func (need *Need) reminded(n *Notice, s Session, in Intent) {
	if in.Verb == "" && need.Report.Form == n.Main && s.Asking == 0 && s.Proposal == nil && s.Bag == nil && utf8.RuneCountInString(in.Text) <= reminderAnswer {
		need.Asked = true
	}
}

// answersReminder takes what is said behind a reminder of single items without their
// numbers: 没有, or 1场200人. No question was asked, so that the reading is put to the
// person.
func (t *turn) answersReminder() bool {
	if t.r.Key.Form != t.n.Main || t.s.Key != (ReportKey{}) || t.s.Proposal != nil || utf8.RuneCountInString(t.in.Text) > reminderAnswer {
		return false
	}
	var items []int
	for _, o := range t.n.lastAsked(t.v.Reminding) {
		if o.What == OweItems && o.Form == t.form.ID {
			items = append(items, o.Items...)
		}
	}
	items = slices.DeleteFunc(items, func(item int) bool { return t.r.Entry(item).Value.Filled() || t.form.Field(item).Kind != KindCount })
	if len(items) == 0 {
		return false
	}
	run := ReadRun(t.n, t.form, items[0], t.in.Text)
	if !run.Sure {
		return false
	}
	var answers []taken
	for _, a := range run.Answers {
		if a.Outcome != Taken || !slices.Contains(items, a.Item) {
			return false
		}
		answers = append(answers, taken{item: a.Item, value: a.Value})
	}
	if len(answers) == 1 && answers[0].value == Count(0) {
		for _, item := range items[1:] {
			answers = append(answers, taken{item: item, value: Count(0)})
		}
	}
	t.enter()
	t.propose(answers)
	return true
}
