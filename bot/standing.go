package bot

import (
	"strconv"
	"time"
)

// Stands is where a report stands, with what the office has said over all
// reports of its form and period: State alone does not know 已通过 and 已封账,
// which no commit writes into each of them. The book may be nil.
func (r *Report) Stands(b *Book) State {
	switch {
	case r.Counted > 0 && b != nil && b.Closing != nil:
		return Closed
	case r.approval(b) != nil:
		return Approved
	}
	return r.State
}

// approval is the office's word that the version that counts is in order; nil if
// it has not given it, or has sent the version back since.
func (r *Report) approval(b *Book) *Approval {
	switch a := r.Approval; {
	case r.Counted == 0 || r.State == Returned:
	case a != nil && a.Version == r.Counted:
		return a
	case b != nil && b.Review.Round > r.Round:
		return &Approval{Version: r.Counted, By: b.Review.By, At: b.Review.At}
	}
	return nil
}

// disapprove takes back whatever the office has said for the report till now.
// Rounds are counted and not timed, so that no two clocks have to agree on
// whether a version was there when all were approved.
func (r *Report) disapprove(b *Book) {
	r.Approval = nil
	if b != nil {
		r.Round = b.Review.Round
	}
}

// StatusOf tells how a unit stands with a form, from what the store holds of the
// two: any of it may be nil.
func StatusOf(unit string, f Filed, b *Book, d *Docket) Status {
	s := Status{Unit: unit, State: NotStarted, Closed: b != nil && b.Closing != nil, Docket: d}
	if d != nil {
		s.Paper = d.received(d.Key.Form) != nil
		if d.Extension != nil {
			s.Until = d.Extension.Until
		}
	}
	r := f.Report
	if r == nil {
		return s
	}
	s.State, s.Filled, s.Version, s.Dirty = r.Stands(b), len(r.Draft), r.Counted, r.Dirty
	for _, e := range r.Draft {
		s.Items = append(s.Items, e.Item)
	}
	if a := r.approval(b); a != nil {
		s.Approved = a.At
	}
	if s.State == Returned {
		s.Return = r.Return
	}
	if f.Counted != nil {
		s.At, s.Entered = f.Counted.At, f.Counted.Paper != nil
		s.Late = f.Counted.Late && s.At.After(s.Until)
	}
	return s
}

// received is the receipt for a paper; nil if none came.
func (d *Docket) received(what string) *Receipt {
	if d == nil {
		return nil
	}
	for i := range d.Receipts {
		if d.Receipts[i].What == what {
			return &d.Receipts[i]
		}
	}
	return nil
}

// book is what stands over the reports of a form and period; nil if nothing. Only
// those of the report that is worked on, or those that were asked for, are known.
func (t *turn) book(key ReportKey) *Book {
	if b := t.v.Book; b != nil && b.Form == key.Form && b.Period == t.n.formFor(key).Month(key.Period) {
		return b
	}
	return nil
}

// closing is set while a form and period is 封账.
func (t *turn) closing(key ReportKey) *Closing {
	if b := t.book(key); b != nil {
		return b.Closing
	}
	return nil
}

// worksOnReport reports whether a message would change the report that it is
// about, or ask for what to put into it.
func (t *turn) worksOnReport() bool {
	switch t.in.Verb {
	case VerbFill, VerbContinue, VerbBack, VerbSkip, VerbUndo, VerbZeros, VerbChange, VerbSubmit, VerbWithdraw,
		VerbNote, VerbCase, VerbNoCase, VerbLater, VerbYearEnd, VerbSummary:
		return true
	case "":
		return true
	case VerbYes, VerbNo:
		return t.r != nil && t.s.Key == t.r.Key
	}
	return false
}

// frozen reports whether the report that is meant is 封账 and says so, since when
// and what to do. Nothing of it is asked any more.
func (t *turn) frozen() bool {
	switch {
	case t.r == nil || t.closing(t.r.Key) == nil || t.s.Proposal.standsAlone():
		return false
	case t.in.Verb == VerbFill && t.in.Rest == "" && len(t.v.Person.Units) > 1:
		return false // which unit is meant is asked first
	}
	t.s.Key, t.s.Asking, t.s.Quote, t.s.Proposal = ReportKey{}, 0, "", nil
	if t.worksOnReport() {
		t.tellClosed("closed")
	} else {
		t.tellClosed("closed.look")
	}
	return true
}

// tellClosed says in words for a liaison that the form is 封账.
func (t *turn) tellClosed(key string) {
	if t.r.Counted == 0 {
		key += ".none"
	}
	t.tell(key, args{
		"unit": t.r.Key.Unit, "form": t.form.ID, "version": strconv.Itoa(t.r.Counted),
		"time": t.instant(t.closing(t.r.Key).At), "office": t.n.Office.Name, "phone": t.n.Office.Phone,
	})
}

// sayApproved reports whether the version that counts is approved, and says what
// a change to it then means.
func (t *turn) sayApproved() bool {
	a := t.r.approval(t.book(t.r.Key))
	if a == nil {
		return false
	}
	t.tell("approved.change", args{"form": t.form.ID, "version": strconv.Itoa(t.r.Counted), "next": strconv.Itoa(t.r.Version + 1), "time": t.instant(a.At)})
	return true
}

// extended is the unit's own deadline (延期) for the report that is worked on;
// zero if it has none.
func (t *turn) extended() time.Time {
	if d := t.v.Docket; t.r != nil && d != nil && d.Key == t.r.Key && d.Extension != nil {
		return d.Extension.Until
	}
	return time.Time{}
}
