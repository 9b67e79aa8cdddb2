package bot

import (
	"strings"
	"time"
)

// The proposals of the office that are about all reports of a form at once.
const (
	ProposeApprove ProposalKind = "approve" // 通过 全部
	ProposeClose   ProposalKind = "close"   // 封账
)

// overAll reports whether a proposal is about all reports of a form at once.
func (p *Proposal) overAll() bool {
	return p != nil && (p.Kind == ProposeApprove || p.Kind == ProposeClose)
}

// review carries out what the office decides about reports that were submitted,
// and shows how they came to be.
func (t *turn) review() {
	o := t.n.orderOf(t.in, t.now)
	defer t.over(o.of.Form)()
	if o.strange != "" && t.in.Verb != VerbLog {
		t.tell("form.strange", args{"name": clip(o.strange, 20)})
		return
	}
	switch t.in.Verb {
	case VerbApprove:
		t.approve(o)
	case VerbClose:
		if o.rest != "" {
			t.tell("close.how", nil)
			return
		}
		t.close(o.of)
	case VerbReopen:
		t.reopen(o)
	case VerbExtend:
		t.extend(o)
	case VerbReceipt:
		t.receipt(o)
	case VerbDiff:
		t.diff(o)
	case VerbLog:
		t.logbook()
	}
}

// reviewAgreed does what the office was asked about all reports, unless something has
// changed since: then it is asked again.
func (t *turn) reviewAgreed(p *Proposal) {
	t.s.Proposal = nil
	of := FormPeriod{Form: p.Of.Form, Period: p.Of.Period}
	defer t.over(of.Form)()
	if p.Kind == ProposeClose {
		t.closeNow(of, p.Sum)
		return
	}
	t.approveAllNow(of, p.Sum)
}

func (need *Need) review(n *Notice, p Person, s Session, m Message, in Intent, now time.Time) {
	if need.Docket == (ReportKey{}) && asksDeadline(s, in) {
		need.Docket = need.Report
	}
	if in.Verb == VerbDiff {
		need.diff(n, p, s, in, now)
	}
	if !p.Office {
		return
	}
	o := n.orderOf(in, now)
	switch in.Verb {
	case VerbApprove, VerbReturn, VerbExtend, VerbReceipt:
		if in.Verb == VerbReceipt {
			o.of = n.receiptOrder(in, now).of
		}
		need.Roster, need.Book = true, o.of
		need.Units, need.Of = o.units, o.of
		if in.Verb == VerbApprove && len(o.units) == 0 {
			need.Filed = o.of
		}
	case VerbLook:
		need.Book = o.of
	case VerbNudge:
		need.Book = FormPeriod{Form: n.Main, Period: n.Form(n.Main).PeriodAt(now)}
	case VerbReopen:
		need.Book = o.of
	case VerbClose:
		need.closing(o.of)
	case VerbLog:
		need.Roster, need.Contacts = true, true
		need.Log = &LogQuery{Unit: strings.TrimSpace(in.Rest), Most: logLines}
	case VerbYes:
		if !s.Proposal.overAll() {
			return
		}
		of := FormPeriod{Form: s.Proposal.Of.Form, Period: s.Proposal.Of.Period}
		if s.Proposal.Kind == ProposeClose {
			need.closing(of)
			return
		}
		need.Roster, need.Book, need.Filed = true, of, of
	}
}

// asksDeadline reports whether the answer to a message may tell when a report is
// due, or whether it came late. A plain answer to an item does not.
func asksDeadline(s Session, in Intent) bool {
	switch in.Verb {
	case "":
		return in.Text == "" || s.Proposal != nil && s.Proposal.Kind == ProposeSubmit
	case VerbSubmit, VerbYes, VerbProgress, VerbWho, VerbHello:
		return true
	}
	return false
}

// refuseClosed reports whether a form and period is 封账, and tells the office.
func (t *turn) refuseClosed(f *Form, period string) bool {
	c := t.closing(ReportKey{Form: f.ID, Period: period})
	if c == nil {
		return false
	}
	t.tell("close.stands", args{"form": f.ID, "period": f.Spans(period), "time": t.instant(c.At), "checksum": c.Checksum})
	return true
}

// openBook is a copy of the book of a form and period to write into.
func (t *turn) openBook(of FormPeriod) *Book {
	b := Book{Form: of.Form, Period: of.Period}
	if old := t.book(ReportKey{Form: of.Form, Period: of.Period}); old != nil {
		b = *old
	}
	return &b
}

// toLiaison writes to a unit's liaison, and tells the office if nobody can be
// written to.
func (t *turn) toLiaison(u Unit, kind string, say []Effect, offer *Offer) {
	if u.Liaison == "" || t.v.Reach.Person == "" {
		t.tell("return.phone", nil)
	}
	if u.Liaison != "" {
		t.sends = append(t.sends, Send{Person: u.Liaison, Kind: kind, Units: []string{u.Name}, Say: say, Offer: offer})
	}
}

func reviewWording() map[string][]string {
	unitForm := []string{"unit", "form", "version", "time"}
	closed := []string{"unit", "form", "version", "time", "office", "phone"}
	day := []string{"month", "day", "weekday", "hour", "minute"}
	keys := map[string][]string{

		"closed": closed, "closed.none": closed, "closed.look": closed, "closed.look.none": closed,
		"state.closed":      nil,
		"approved.change":   {"form", "version", "next", "time"},
		"withdraw.approved": {"form", "version", "time", "phone"},
		"receipt.late":      nil,
		"receipt.again":     nil,
		"due.extended":      {"until"},
		"until.day":         day,
		"until.hour":        day,
		"until.time":        day,
		"nudge.received":    {"unit", "form"},

		"approve.how":      nil,
		"approve.many":     {"most"},
		"approve.none":     unitForm,
		"approve.returned": unitForm,
		"approve.odd":      unitForm,
		"approve.already":  unitForm,
		"approve.one":      unitForm,
		"approve.done":     {"form", "n", "units"},
		"approve.count":    {"form", "n"},
		"approve.left":     {"n"},
		"approve.dirty":    unitForm,
		"approve.head":     unitForm,
		"approve.foot":     nil,
		"approve.all":      {"form", "period", "n", "approved", "returned", "missing"},
		"approve.all.none": {"form", "period", "n", "approved", "returned", "missing"},
		"approve.all.odd":  {"form", "n"},
		"approve.all.done": {"form", "n"},
		"approve.changed":  nil,
		"approve.confirm":  nil,
		"approve.dropped":  nil,
		"card.approve":     {"form"},
		"unapprove.none":   unitForm,
		"unapprove.done":   {"form", "n", "units"},
		"unapprove.count":  {"form", "n"},
		"delivery.approve": nil,

		"return.quote":   {"quote"},
		"returned.group": {"n"},

		"form.strange":    {"name"},
		"close.how":       nil,
		"nudge.extended":  {"unit", "until"},
		"close.stands":    {"form", "period", "time", "checksum"},
		"close.empty":     {"form", "period"},
		"close.preview":   {"form", "period", "time", "expected", "counted", "missing", "returned", "open", "drafts"},
		"close.checksum":  {"checksum"},
		"close.effect":    nil,
		"close.changed":   nil,
		"close.done":      {"form", "period", "time", "expected", "counted", "missing", "checksum"},
		"close.same":      {"time"},
		"close.differs":   {"time", "checksum"},
		"close.undo":      {"form"},
		"close.confirm":   nil,
		"close.dropped":   nil,
		"card.close":      {"form"},
		"reopen.how":      nil,
		"reopen.none":     {"form", "period"},
		"reopened":        {"form", "period", "time", "checksum", "reason"},
		"reason.long":     {"most"},
		"extend.how":      nil,
		"extend.date":     nil,
		"extend.past":     {"until"},
		"extend.early":    {"until", "deadline"},
		"extended":        {"unit", "form", "until", "reason"},
		"extended.group":  nil,
		"extend.head":     {"unit", "form", "until"},
		"extend.foot":     {"phone"},
		"extend.none":     {"unit", "form"},
		"extend.undone":   {"unit", "form"},
		"extend.back":     {"unit", "form", "deadline", "phone"},
		"paper.how":       nil,
		"paper.done":      {"unit", "what", "how"},
		"paper.other":     {"unit", "what", "how"},
		"paper.done.here": {"unit", "form", "version"},
		"paper.missing":   {"unit", "form"},
		"paper.again":     {"unit", "what", "time"},
		"paper.none":      {"unit", "what"},
		"paper.undone":    {"unit", "what"},
		"paper.group":     nil,

		"diff.how":     nil,
		"diff.private": nil,
		"diff.hidden":  nil,
		"diff.none":    {"unit", "form"},
		"diff.one":     {"unit", "form", "version"},
		"diff.unknown": {"form", "version", "last"},
		"diff.head":    {"unit", "form", "old", "new"},
		"diff.version": {"version", "time"},
		"diff.draft":   nil,
		"diff.line":    {"item", "label", "value"},
		"diff.same":    nil,

		"log.private":     nil,
		"log.head":        {"n", "time"},
		"log.head.unit":   {"unit", "n", "time"},
		"log.none":        nil,
		"log.line":        {"when", "who", "what"},
		"log.line.times":  {"when", "who", "what", "n"},
		"log.time":        day,
		"log.liaison":     {"unit"},
		"log.deputy":      {"unit"},
		"log.member":      {"unit"},
		"log.office":      nil,
		"log.program":     nil,
		"log.person":      nil,
		"log.named":       {"who", "name"},
		"log.about":       {"unit"},
		"log.about.form":  {"form"},
		"log.about.month": {"form", "period"},
		"log.change":      {"item", "short", "value"},
		"log.more":        {"n"},
		"log.text":        {"text"},
		"log.other":       {"kind"},
		"log.items":       {"items"},
	}
	for _, kind := range LogKinds() {
		keys["log.do."+kind] = []string{"n"}
	}
	return keys
}
