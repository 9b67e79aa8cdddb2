package bot

import (
	"strconv"
	"strings"
)

// noCase takes 本月无.
func (t *turn) noCase() {
	words := t.n.monthlyWords(t.v.Person, t.in, t.form, t.now)
	if !t.unitMeant() {
		return
	}
	if words.month != "" && words.within == "" {
		t.outOfRange(words.month)
		return
	}
	if words.month == "" && t.asksMonth(t.monthKey(), true) {
		return
	}
	t.markNothing(false)
}

// unitMeant makes sure that one unit is meant. Who speaks for several names it.
func (t *turn) unitMeant() bool {
	switch units := t.v.Person.Units; {
	case t.r != nil:
		return true
	case len(units) == 0:
		t.tell("report.none", args{"phone": t.n.Office.Phone})
	default:
		t.tell("monthly.unit", args{"word": t.n.Verbs[t.in.Verb][0], "units": strings.Join(units, "、")})
	}
	return false
}

// markNothing notes that the unit has no case this month. Who has begun one is
// asked first, unless sure is set.
func (t *turn) markNothing(sure bool) {
	month := t.monthKey()
	state, name := t.stateOf(month), t.monthOf(month.Period)
	switch {
	case state.Counted > 0:
		t.tell("nocase.has", args{"month": name, "n": strconv.Itoa(state.Counted)})
		t.whereWeStand()
		return
	case state.Nothing:
		t.tell("nocase.same", args{"unit": month.Unit, "month": name})
		return
	case state.Drafts > 0 && !sure:
		t.s.Key, t.s.Asking = t.r.Key, 0
		t.s.Proposal = &Proposal{Kind: ProposeNoCase}
		t.askNoCase()
		return
	}
	d := t.v.Kept[month]
	d.Key, d.Nothing = month, &Word{By: t.v.Person.ID, At: t.now}
	t.out.Dockets = append(t.out.Dockets, d)
	t.log("nocase", LogEntry{Key: month})
	if t.s.Key.Form == t.n.Cases {
		t.s.Key, t.s.Asking = ReportKey{}, 0
	}
	t.tell("nocase.done", args{"unit": month.Unit, "month": name})
}

// askNoCase puts 本月无 to who has begun a case, or writes that there is none
// where the title of one is asked.
func (t *turn) askNoCase() {
	t.asked = true
	month := t.monthKey()
	a := args{"month": t.monthOf(month.Period), "title": clip(t.begun(month), 20)}
	if a["title"] == "" {
		t.tell("nocase.ask", a)
		return
	}
	t.tell("nocase.draft", a)
}

// begun is the title of the last case of a month that is not in.
func (t *turn) begun(month ReportKey) (title string) {
	for _, c := range t.casesOf(month) {
		if c.Report.Counted == 0 {
			title = t.titleOf(c.Report.Draft)
		}
	}
	return title
}

// itemElsewhere says which form is open, to who names an item that only the main
// one has.
func (t *turn) itemElsewhere(item int) {
	if t.form.ID != t.n.Main && t.n.Form(t.n.Main).Field(item) != nil {
		t.tell("item.elsewhere", args{"form": t.form.ID, "main": t.n.Main})
	}
}

// later takes 后续有再报: the unit will report again by itself.
func (t *turn) later() {
	if !t.unitMeant() {
		return
	}
	key := t.n.laterKey(t.r.Key.Unit)
	d := t.v.Kept[key]
	if d.Later == nil {
		d.Key, d.Later = key, &Word{By: t.v.Person.ID, At: t.now}
		t.out.Dockets = append(t.out.Dockets, d)
		t.log("later", LogEntry{Key: key})
	}
	t.tell("later.done", args{"unit": key.Unit})
}

// saidLater reports whether a unit has said 后续有再报.
func (t *turn) saidLater(unit string) bool {
	key := t.n.laterKey(unit)
	for _, s := range t.v.Forms[FormPeriod{key.Form, key.Period}] {
		if s.Unit == unit {
			return s.Docket != nil && s.Docket.Later != nil
		}
	}
	return false
}

// reported drops 本月无: a case has come. 后续有再报 stands, for the unit was told that
// it would not be reminded each month, and to send a case whenever there is one.
func (t *turn) reported() {
	if n := t.s.CaseFiles; n > 0 {
		t.tell("case.with", args{"n": strconv.Itoa(n)})
		t.s.CaseFiles = 0
	}
	month := t.monthKey()
	if d, ok := t.v.Kept[month]; ok && d.Nothing != nil {
		d.Nothing = nil
		t.out.Dockets = append(t.out.Dockets, d)
		t.tell("nocase.dropped", args{"month": t.monthOf(month.Period)})
	}
}

// monthSoFar is the line of 进度 on the present month's cases.
func (t *turn) monthSoFar() {
	cases := t.n.Form(t.n.Cases)
	if cases == nil || t.now.Format(monthLayout) < cases.From {
		return
	}
	month := ReportKey{Unit: t.r.Key.Unit, Form: cases.ID, Period: cases.PeriodAt(t.now)}
	state, name := t.stateOf(month), t.monthOf(month.Period)
	switch {
	case state.Drafts > 0:
		t.tell("month.draft", args{"month": name, "title": clip(t.begun(month), 20)})
	case state.Counted > 0:
		t.tell("month.counted", args{"month": name, "n": strconv.Itoa(state.Counted)})
	case state.Nothing:
		t.tell("month.nothing", args{"month": name})
	case state.Later:
		t.tell("month.later", args{"month": name})
	default:
		t.tell("month.open", args{"month": name})
	}
}
