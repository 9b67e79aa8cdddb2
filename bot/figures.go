package bot

import (
	"slices"
	"time"
)

// figures answers the office's questions about the county's figures that are no
// 汇总, 谁没报 or 查.
func (t *turn) figures() {
	switch t.in.Verb {
	case VerbOdd:
		t.odd()
	case VerbDeduct:
		t.deduct()
	case VerbPutBack:
		t.putBack()
	case VerbAskFor:
		t.askFor()
	case VerbPhones:
		t.phoneList()
	case VerbCall:
		t.call()
	}
}

// put asks the office for its word, in the place of whatever else was open.
func (t *turn) put(p *Proposal) {
	t.drop()
	t.s.Proposal = p
	t.askAgain()
}

func (need *Need) figures(n *Notice, p Person, s Session, m Message, in Intent, now time.Time) {
	if !p.Office {
		return
	}
	main := n.column(n.Main, now).of()
	switch in.Verb {
	case VerbProgress:
		need.Roster = true
		for _, c := range n.columns(now) {
			need.standings(c)
		}
	case VerbMissing:
		c, _ := n.columnIn(in.Rest, now)
		need.standings(c)
		need.form(main)
	case VerbPhones:
		c, _ := n.columnIn(in.Rest, now)
		need.standings(c)
		need.form(main)
		need.Contacts, need.Reminded = true, true
	case VerbLook:
		unit, form, _ := n.lookIn(in.Rest)
		need.Units, need.Of = []string{unit}, n.column(form.ID, now).of()
		need.standings(*n.column(form.ID, now))
		need.form(main)
	case VerbCall:
		need.standings(*n.column(n.Main, now))
		for _, p := range n.onPaper(now) {
			need.form(p)
		}
	case VerbOdd:
		need.Filed, need.Roster = main, true
	case VerbTotals:
		asked := n.sumsIn(in.Rest, now)
		need.sums(asked.form.ID, now, n)
		need.Drafts = asked.drafts
	case VerbDeduct, VerbPutBack:
		need.sums(n.Main, now, n)
	case VerbAskFor:
		need.asking(main)
	}
	if open := s.Proposal; open != nil && !need.ordered() {
		switch open.Kind {
		case ProposeDeduct, ProposePutBack:
			need.sums(n.Main, now, n)
		case ProposeAskFor:
			need.asking(main)
		}
	}
}

// ordered reports whether the message itself is about reports of its own. What
// stands open then asks for nothing: it must not take their place.
func (need *Need) ordered() bool {
	return need.Totals != "" || need.Book != (FormPeriod{}) || len(need.Units) > 0
}

// standings asks for how every unit stands in a column.
func (need *Need) standings(c column) {
	need.Roster = true
	need.form(c.of())
}

func (need *Need) form(p FormPeriod) {
	if !slices.Contains(need.Forms, p) {
		need.Forms = append(need.Forms, p)
	}
}

// sums asks for the totals of a form with what stands over it.
func (need *Need) sums(form string, now time.Time, n *Notice) {
	need.Totals, need.Roster, need.Dockets = form, true, true
	need.Book = n.column(form, now).of()
}

// asking asks for what a 要数 goes by.
func (need *Need) asking(main FormPeriod) {
	need.Roster, need.Book = true, main
	need.form(main)
}

// figuresWording are the sentences about the county's figures.
func figuresWording() map[string][]string {
	field, with := itemBlanks(), itemBlanks
	column := []string{"form", "period", "expected", "counted", "filling", "none"}
	list := []string{"form", "period", "time", "expected", "counted", "missing"}
	deduction := with("sum", "number", "value", "after", "reported", "reason")
	deducted := with("sum", "number", "value")
	keys := map[string][]string{

		"sign.done":    nil,
		"sign.none":    nil,
		"sign.nothing": nil,
		"cell.tags":    {"tags"},
		"tag.version":  {"version"},
		"tag.late":     nil,
		"tag.claimed":  nil,
		"tag.entered":  nil,
		"tag.returned": nil,
		"tag.approved": nil,
		"tag.dirty":    nil,
		"tag.filling":  {"filled", "all"},
		"tag.paper":    nil,
		"tag.receipt":  nil,
		"tag.extended": {"date"},
		"tag.old":      nil,
		"tag.changed":  nil,

		"county":         {"time"},
		"county.form":    column,
		"county.month":   column,
		"county.stamp":   column,
		"county.parts":   {"parts"},
		"county.private": nil,
		"matrix":         nil,
		"matrix.kind":    {"kind", "n"},
		"matrix.unit":    {"unit", "cells"},

		"missing":       list,
		"missing.month": list,
		"missing.unit":  {"unit", "state"},
		"missing.call":  {"unit", "call"},
		"call.last":     {"date", "text"},
		"call.quiet":    {"date"},
		"names.confirm": nil,
		"names.dropped": nil,
		"card.names":    nil,

		"look.noitem":     {"name", "form", "all"},
		"look.late":       nil,
		"look.paper":      nil,
		"look.hidden":     field,
		"look.by":         {"time", "who"},
		"look.by.liaison": nil,
		"look.by.deputy":  nil,
		"look.by.other":   nil,
		"look.receipt":    {"what", "how", "time"},
		"look.extended":   {"date", "reason"},
		"look.call":       {"call"},

		"totals.how":          {"name"},
		"totals.nofigures":    {"form"},
		"totals.private":      nil,
		"totals.staged":       append([]string{"staged"}, list...),
		"totals.late":         {"n"},
		"totals.paper":        {"n"},
		"totals.stamped":      {"n"},
		"totals.notes":        {"deducted"},
		"totals.notes.staged": {"deducted"},
		"totals.nodeduct":     nil,
		"totals.deductions":   {"n", "items"},
		"totals.deducted":     deducted,
		"totals.over":         nil,
		"prose.staged":        nil,
		"prose.head":          {"time", "expected", "counted", "form"},
		"prose.section":       {"id", "title", "text"},
		"prose.yes":           {"n"},
		"prose.none":          nil,
		"prose.notes":         {"deducted"},

		"deduct.how":      nil,
		"deduct.none":     nil,
		"deduct.list":     {"form", "n", "time"},
		"deduct.entry":    with("n", "number", "reason", "time"),
		"deduct.undo":     nil,
		"deduct.item":     {"name"},
		"deduct.nofigure": field,
		"deduct.long":     {"most"},
		"deduct.closed":   {"form", "time"},
		"deduct.toomuch":  deducted,
		"deduct.ask":      deduction,
		"deduct.confirm":  nil,
		"deduct.done":     deducted,
		"deduct.dropped":  nil,
		"card.deduct":     nil,
		"putback.ask":     deduction,
		"putback.confirm": nil,
		"putback.done":    deducted,
		"putback.dropped": nil,
		"putback.gone":    nil,
		"card.putback":    nil,

		"askfor.how":         nil,
		"askfor.unknown":     {"name"},
		"askfor.past":        {"date"},
		"askfor.many":        {"n", "most"},
		"askfor.nobody":      {"items"},
		"askfor.phone":       {"n"},
		"askfor.preview":     {"n", "items"},
		"askfor.confirm":     nil,
		"askfor.dropped":     nil,
		"askfor.sent":        {"n", "items"},
		"askfor.sofar":       {"items", "time", "n", "missing"},
		"askfor.lacking":     {"units"},
		"askfor.see":         {"items"},
		"askfor.head":        {"units", "n"},
		"askfor.head.many":   {"units", "n"},
		"askfor.want":        {"form"},
		"askfor.want.until":  {"form", "time"},
		"askfor.item":        {"item", "ask"},
		"askfor.foot":        {"phone"},
		"askfor.first":       {"items"},
		"askfor.first.until": {"items", "time"},
		"askfor.thanks":      {"items"},
		"card.askfor":        nil,
		"card.askfor.fill":   {"form"},
		"delivery.askfor":    nil,

		"odd":              {"form", "time", "n"},
		"odd.private":      nil,
		"odd.how":          nil,
		"odd.none":         nil,
		"odd.foot":         nil,
		"odd.flags":        nil,
		"odd.flag":         {"unit", "say"},
		"odd.alike":        nil,
		"odd.same":         {"units", "say"},
		"odd.outliers":     nil,
		"odd.outlier":      with("who", "kind", "n", "value", "median", "quarter"),
		"odd.unknown":      nil,
		"odd.unknown.unit": {"unit", "items"},
		"odd.note":         {"unit", "item", "text"},

		"phones":          {"form", "time", "n"},
		"phones.private":  nil,
		"phones.how":      nil,
		"phones.unit":     {"unit", "contact"},
		"phones.state":    {"form", "state"},
		"phones.unknown":  nil,
		"phones.unbound":  nil,
		"phones.none":     nil,
		"phones.reminded": {"n"},
		"call.how":        nil,
		"call.long":       {"most"},
		"call.done":       {"unit", "text"},
		"call.group":      nil,
		"call.until":      {"date"},
	}
	for _, what := range []string{"intime", "late", "nothing", "returned", "entered", "dirty", "receipt", "overdue", "same", "differs"} {
		keys["county."+what] = []string{"n"}
	}
	return keys
}
