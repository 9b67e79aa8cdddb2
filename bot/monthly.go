package bot

import (
	"strconv"
	"strings"
	"time"
)

// monthly answers 案例, 本月无, 后续有再报 and 年终.
func (t *turn) monthly() {
	if t.n.Form(t.formOf(t.in.Verb)) == nil {
		t.tell("monthly.none", args{"phone": t.n.Office.Phone})
		t.whereWeStand()
		return
	}
	switch t.in.Verb {
	case VerbCase:
		t.newCase()
	case VerbNoCase:
		t.noCase()
	case VerbLater:
		t.later()
	case VerbYearEnd:
		if t.haveReport() {
			t.begin()
		}
	}
}

// formOf is the form that a command of this part of the work is about.
func (t *turn) formOf(v Verb) string {
	if v == VerbYearEnd {
		return t.n.YearEnd
	}
	return t.n.Cases
}

// monthly adds what the cases, the year-end form and whatever is proposed from
// them need: the cases of the first month beside the main form, that form beside
// the year-end one, and beside cases those of the month and of the one before.
func (need *Need) monthly(n *Notice, p Person, s Session, m Message, in Intent, now time.Time) {
	cases, key := n.Form(n.Cases), need.Report
	if p.Office && cases != nil && (in.Verb == VerbMissing || in.Verb == VerbProgress || in.Verb == VerbPhones) {
		need.form(FormPeriod{cases.ID, n.LaterKey("").Period})
	}
	if key.Unit == "" {
		return
	}
	month := func(period string) {
		first := ReportKey{Unit: key.Unit, Form: cases.ID, Period: period}
		need.Months, need.Kept = append(need.Months, first), append(need.Kept, first)
	}
	switch {
	case n.YearEnd != "" && key.Form == n.YearEnd:
		need.Others = append(need.Others, n.mainKey(key.Unit))
	case cases == nil:
		return
	case key.Form == cases.ID:
		month(cases.Month(key.Period))
		if before := cases.before(cases.Month(key.Period)); before != "" {
			month(before)
		}
		need.Kept = append(need.Kept, n.LaterKey(key.Unit))
	case key.Form == n.Main:
		month(cases.From)
	}
	if in.Verb == VerbProgress && cases != nil && key.Form != cases.ID {
		if present := cases.PeriodAt(now); key.Form != n.Main || present != cases.From {
			month(present)
		}
		need.Kept = append(need.Kept, n.LaterKey(key.Unit))
	}
}

// begins reports whether a command may open a report of a form, as opposed to
// working on the one that is open.
func (in Intent) begins(f *Form) bool {
	switch in.Verb {
	case VerbFill, VerbCase, VerbNoCase, VerbLater, VerbYearEnd:
		return true
	}
	return false
}

// mainKey is a unit's report of the main form.
func (n *Notice) mainKey(unit string) ReportKey {
	return ReportKey{Unit: unit, Form: n.Main, Period: n.Form(n.Main).Period}
}

// opens settles what comes before a report is opened. It reports false if that
// is a question, or a refusal, that it has put.
func (t *turn) opens() bool {
	switch t.form.ID {
	case t.n.Cases:
		return t.opensCase()
	case t.n.YearEnd:
		return t.opensYearEnd()
	}
	return true
}

// easyWay is the sentence that tells, under an empty form, the easy ways of
// filling it.
func (t *turn) easyWay() string {
	switch t.form.ID {
	case t.n.Cases:
		return "case.easy"
	case t.n.YearEnd:
		return "yearend.easy"
	}
	return "begin.easy"
}

// submitHow tells how a form that is filled is sent in.
func (t *turn) submitHow() string {
	if t.form.ID == t.n.Cases {
		return "case.submit"
	}
	return "complete.submit"
}

// namesForm reports whether the words behind 填报 name nothing but a form, with
// its month or one of the person's units.
func (t *turn) namesForm() bool {
	form, rest := t.n.formMeant(Session{}, t.in)
	if rest == t.in.Rest {
		return false
	}
	if form.Monthly() {
		rest = t.n.monthlyWords(t.v.Person, t.in, form, t.now).rest
	}
	_, ok := chosenUnit(t.v.Person, rest)
	return rest == "" || ok
}

// laidOut shows what stands in a form already, where that is short enough or
// comes from another one.
func (t *turn) laidOut() {
	switch {
	case t.form.ID == t.n.Cases && t.same():
		t.whole()
	case t.form.ID == t.n.YearEnd:
		t.tellSeeds()
	}
}

// afterReceipt tells how it goes on once a version is in.
func (t *turn) afterReceipt() {
	if t.form.ID != t.n.Cases {
		t.receiptNext()
		return
	}
	t.reported()
	t.tell("case.next", args{"form": t.n.Main})
}

// formName is the form with its period if there are several of it.
func (t *turn) formName() string {
	if !t.form.Monthly() {
		return t.form.ID
	}
	return t.phrase("form.monthly", args{"form": t.form.ID, "period": t.form.Spans(t.r.Key.Period)})
}

// monthOf is a period's month in words: 6月.
func (t *turn) monthOf(period string) string {
	month, err := time.Parse(monthLayout, t.n.Form(t.n.Cases).Month(period))
	if err != nil {
		return period
	}
	return t.phrase("month", args{"month": strconv.Itoa(int(month.Month()))})
}

func monthlyWording() map[string][]string {
	field, with := itemBlanks(), itemBlanks
	return map[string][]string{
		"monthly.none": {"phone"},
		"monthly.unit": {"word", "units"},
		"monthly.due":  {"month", "day"},
		"month":        {"month"},
		"form.monthly": {"form", "period"},

		"case.easy":         nil,
		"case.future":       {"month"},
		"case.range":        {"from", "to"},
		"case.resend":       nil,
		"case.which":        {"now", "last"},
		"case.none.which":   {"now", "last"},
		"case.again":        {"month", "n"},
		"case.more":         nil,
		"case.amend":        {"n", "title"},
		"case.full":         {"month", "n", "phone"},
		"case.choose":       nil,
		"case.missing":      {"items"},
		"case.submit":       nil,
		"case.files":        {"n"},
		"case.with":         {"n"},
		"case.next":         {"form"},
		"case.goeson":       with("n", "text"),
		"case.long":         with("most"),
		"card.case":         nil,
		"nocase.done":       {"unit", "month"},
		"nocase.same":       {"unit", "month"},
		"nocase.has":        {"month", "n"},
		"nocase.draft":      {"month", "title"},
		"nocase.ask":        {"month", "title"},
		"nocase.dropped":    {"month"},
		"card.nocase":       {"month"},
		"later.done":        {"unit"},
		"tag.later":         nil,
		"month.counted":     {"month", "n"},
		"month.draft":       {"month", "title"},
		"month.nothing":     {"month"},
		"month.later":       {"month"},
		"month.open":        {"month"},
		"cases.differ":      {"month", "n", "items"},
		"cases.differ.item": with("value", "known"),
		"item.elsewhere":    {"form", "main"},

		"ask.known":            {"known"},
		"known.cases":          {"source", "value"},
		"known.cases.source":   {"month", "n"},
		"known.nothing.source": {"month"},
		"known.seed":           {"month", "value"},
		"known.seed.source":    {"month", "form"},
		"known.no":             field,

		"yearend.easy":    nil,
		"yearend.early":   {"form", "deadline"},
		"yearend.unknown": {"form"},
		"yearend.seeds":   {"month", "form", "version"},
		"yearend.same":    {"month"},
		"yearend.next":    {"change"},
	}
}

// monthDue is till when a period of a monthly form is to be reported, in words.
func (t *turn) monthDue() string {
	month, err := time.Parse(monthLayout, t.form.Month(t.r.Key.Period))
	if err != nil {
		return ""
	}
	last := month.AddDate(0, 1, -1)
	return t.phrase("monthly.due", args{"month": strconv.Itoa(int(last.Month())), "day": strconv.Itoa(last.Day())})
}

// numberedLines writes texts as 1. … 2. …, one a line.
func numberedLines(texts []string) string {
	if len(texts) == 1 {
		return texts[0]
	}
	var lines []string
	for i, text := range texts {
		lines = append(lines, strconv.Itoa(i+1)+". "+text)
	}
	return strings.Join(lines, "\n")
}
