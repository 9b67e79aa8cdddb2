package bot

import (
	"iter"
	"strings"
	"time"
)

// Phrase fills the wording of a key, to go into a blank of another one.
func (n *Notice) Phrase(key string, blanks map[string]string) string { return n.phrase(key, blanks) }

// Stamped is the column of the stamped copies, as the office asks for it.
const Stamped = wordStamped

// ByKind groups what belongs to units by their kind, in the notice's order.
func ByKind[T any](kinds []string, list []T, kind func(T) string) iter.Seq2[string, []T] {
	return func(yield func(string, []T) bool) {
		for _, g := range byKind(kinds, list, kind) {
			if !yield(g.kind, g.of) {
				return
			}
		}
	}
}

// DateBlanks are the blanks of a day and time, without its year, in the zone of
// the argument: month, day, weekday, hour, minute.
func DateBlanks(at time.Time) map[string]string { return dateOf(at) }

// Ranges writes items as people do: 1–3、7.
func Ranges(items []int) string { return ranges(items) }

// Clip is at most so many characters of a text, in one line.
func Clip(text string, most int) string { return clip(text, most) }

// Called is what a form of a period is called in a reminder: 附件2, 6月案例.
func (n *Notice) Called(form *Form, period string) string {
	month, err := time.Parse(monthLayout, form.Month(period))
	if err != nil || !form.Monthly() {
		return form.ID
	}
	return n.phrase("remind.monthly", args{"month": month.Format("1"), "form": form.ID})
}

// Reached tells how a unit is called on: who speaks for it with the telephones,
// or why that is not known.
func (n *Notice) Reached(u Unit, who Contact) string {
	var parts []string
	for _, part := range []string{who.Name, who.Mobile, who.Phone} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	switch {
	case len(parts) > 0:
		return strings.Join(parts, " ")
	case u.Liaison == "":
		return n.phrase("phones.unbound", nil)
	}
	return n.phrase("phones.unknown", nil)
}

// LastCall is the last line of the phone log that is kept in a docket, with its
// day and how long the unit is left in peace; "" if there is none.
func (n *Notice) LastCall(d *Docket, now time.Time) string {
	if d == nil || len(d.Calls) == 0 {
		return ""
	}
	last := d.Calls[len(d.Calls)-1]
	said := n.phrase("call.last", args{"date": dayOf(last.At.In(now.Location())), "text": clip(last.Text, 40)})
	if quiet := d.Quiet(); now.Before(quiet) {
		said += n.phrase("call.quiet", args{"date": ShortDate(quiet.In(now.Location()))})
	}
	return said
}

// remindWording are the sentences of reminders; package remind says them.
func remindWording() map[string][]string {
	state := []string{"filled", "left", "all", "word"}
	count := []string{"what", "in", "paper", "open", "kinds"}
	head := []string{"what", "time", "n", "expected"}
	keys := map[string][]string{
		"remind.monthly": {"month", "form"},
		"remind.stamped": {"form"},
		"remind.some":    {"form", "items"},

		"remind.head":            {"units"},
		"remind.head.many":       {"units", "n"},
		"remind.say":             {"text"},
		"remind.debt":            {"debt"},
		"remind.unit":            {"unit", "debts"},
		"remind.more":            {"n"},
		"remind.owes":            {"what", "state"},
		"remind.late":            {"what", "state"},
		"remind.late.own":        {"what", "state", "until"},
		"remind.none":            state,
		"remind.filled":          state,
		"remind.full":            state,
		"remind.begun":           state,
		"remind.returned":        {"what", "version", "items", "reason"},
		"remind.items":           {"what", "items"},
		"remind.stamp":           {"what", "version"},
		"remind.stamp.old":       {"what", "version"},
		"remind.material":        {"what"},
		"remind.due":             {"what", "deadline"},
		"remind.due.alone":       {"deadline"},
		"remind.due.month":       {"what", "month", "day", "weekday"},
		"remind.due.month.alone": {"month", "day", "weekday"},
		"remind.soon":            nil,
		"remind.easy.example":    {"item", "n", "unit"},
		"remind.easy.many":       {"word", "unit"},
		"remind.foot":            {"phone"},
		"remind.foot.form":       {"phone"},
		"remind.foot.paper":      {"phone"},

		"remind.group":      {"time"},
		"remind.group.how":  nil,
		"remind.group.foot": {"phone"},
		"remind.count":      count,
		"remind.count.none": count,
		"remind.count.kind": {"kind", "n"},
		"remind.paper":      {"n"},

		"remind.office":            head,
		"remind.office.late":       head,
		"remind.office.count":      count,
		"remind.office.count.none": count,
		"remind.office.debt":       {"what", "state"},
		"remind.office.unfilled":   nil,
		"remind.office.pause":      {"until", "reason"},
		"remind.office.stopped":    {"reason"},
		"remind.office.kind":       {"kind", "n"},
		"remind.office.others":     {"n"},
		"remind.office.unit":       {"unit", "contact", "debts", "more"},
		"remind.office.nobody":     {"contact"},
		"remind.office.nothing":    nil,
		"remind.office.times":      {"n"},
		"remind.office.never":      nil,
		"remind.office.paused":     {"until", "reason"},
		"remind.office.off":        {"reason"},
		"remind.office.reason":     {"reason"},
		"remind.office.next":       {"phones", "post"},
	}
	for _, sort := range []string{"form", "nomination", "case", "summary", "yearend", "items", "stamp", "returned"} {
		keys["remind.easy."+sort] = []string{"what", "example", "word"}
	}
	for _, why := range Spares() {
		keys["spare."+string(why)] = nil
	}
	return keys
}
