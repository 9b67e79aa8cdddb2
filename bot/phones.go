package bot

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	// callRunes is the most characters of one line of the phone log.
	callRunes = 200
	// callsKept is how many lines are kept of one unit: the newest.
	callsKept = 50
)

// phoneList is 电话单: whom to call about what, in private.
func (t *turn) phoneList() {
	if !t.m.Private() {
		t.tell("phones.private", nil)
		return
	}
	c, rest := t.n.columnIn(t.in.Rest, t.now)
	if strings.TrimSpace(rest) != "" {
		t.tell("missing.how", args{"form": clip(rest, 20), "main": t.n.Main})
		return
	}
	var open []standing
	for _, s := range t.stands(c) {
		if !s.answered() {
			open = append(open, s)
		}
	}
	t.tell("phones", args{"form": c.name(), "time": t.instant(t.now), "n": strconv.Itoa(len(open))})
	for _, g := range byKind(t.n.Kinds, open, func(s standing) string { return s.unit.Kind }) {
		t.tell("matrix.kind", args{"kind": g.kind, "n": strconv.Itoa(len(g.of))})
		for _, s := range g.of {
			t.phoneLine(s)
		}
	}
	if len(open) > 0 {
		t.tell("phones.how", nil)
	}
}

func (t *turn) phoneLine(s standing) {
	contact := t.n.Reached(s.unit, t.v.Contacts[s.unit.Name])
	t.tell("phones.unit", args{"unit": s.unit.Name, "contact": contact})
	state := t.unitTags(s)
	if len(state) == 0 {
		state = append(state, t.phrase("phones.none", nil))
	}
	if n := t.v.Reminded[s.unit.Name]; n > 0 {
		state = append(state, t.phrase("phones.reminded", args{"n": strconv.Itoa(n)}))
	}
	if said := t.lastCall(s.unit.Name); said != "" {
		state = append(state, said)
	}
	t.tell("phones.state", args{"form": s.column.name(), "state": strings.Join(state, "；")})
}

// CallsKey is where the phone log of a unit is kept, whatever was talked about: beside
// the main form.
func (n *Notice) CallsKey(unit string, now time.Time) ReportKey {
	return ReportKey{Unit: unit, Form: n.Main, Period: n.Form(n.Main).PeriodAt(now)}
}

// call is 记: a line of the phone log. A day in it is the day till which the unit
// is reminded no more.
func (t *turn) call() {
	name, text, _ := strings.Cut(strings.TrimSpace(t.in.Rest), " ")
	text = strings.TrimSpace(text)
	switch {
	case name == "" || text == "":
		t.tell("call.how", nil)
		return
	case utf8.RuneCountInString(text) > callRunes:
		t.tell("call.long", args{"most": strconv.Itoa(callRunes)})
		return
	}
	u, ok := t.unitCalled(name)
	if !ok {
		return
	}
	d := Docket{Key: t.n.CallsKey(u.Name, t.now)}
	for _, s := range t.v.Forms[FormPeriod{d.Key.Form, d.Key.Period}] {
		if s.Unit == d.Key.Unit && s.Docket != nil {
			d = *s.Docket
		}
	}
	call := Call{Text: text, Quiet: quietUntil(text, t.now), By: t.v.Person.ID, At: t.now}
	d.Calls = append(slices.Clone(d.Calls), call)
	d.Calls = d.Calls[max(len(d.Calls)-callsKept, 0):]
	t.out.Dockets = append(t.out.Dockets, d)
	t.answerClaims(d.Key.Unit)
	// What was said may hold a number: it stays beside the report alone.
	t.log("call", LogEntry{Key: d.Key})
	if t.m.Private() {
		t.tell("call.done", args{"unit": d.Key.Unit, "text": text})
	} else {
		t.tell("call.group", nil)
	}
	if call.Quiet.IsZero() {
		t.tell("call.nodate", nil)
		return
	}
	t.tell("call.until", args{"date": t.shortDate(call.Quiet)})
}
