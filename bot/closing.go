package bot

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// closing adds what 封账 is decided on: the sums to be frozen and how the reports
// stand.
func (need *Need) closing(of FormPeriod) {
	need.Roster, need.Book = true, of
	need.Totals, need.TotalsOf = of.Form, of.Period
	need.Forms = append(need.Forms, of)
}

// close shows the office what 封账 would freeze.
func (t *turn) close(of FormPeriod) {
	if t.refuseClosed(t.form, of.Period) {
		return
	}
	tot := t.v.Totals
	if tot.Counted == 0 {
		t.tell("close.empty", args{"form": of.Form, "period": t.form.Spans(of.Period)})
		return
	}
	open := 0
	for _, s := range t.v.Forms[of] {
		if s.State == Submitted {
			open++
		}
	}
	a := t.closed(tot)
	a["returned"], a["open"], a["drafts"] = strconv.Itoa(tot.Returned), strconv.Itoa(open), strconv.Itoa(tot.Drafts)
	t.tell("close.preview", a)
	t.tell("close.checksum", args{"checksum": tot.Checksum})
	t.tellBefore(tot.Checksum)
	t.tell("close.effect", nil)
	t.s.Proposal = &Proposal{Kind: ProposeClose, Of: ReportKey{Form: of.Form, Period: of.Period}, Sum: tot.Checksum}
	t.askAgain()
}

// closeNow freezes what was shown.
func (t *turn) closeNow(of FormPeriod, sum string) {
	if t.refuseClosed(t.form, of.Period) {
		return
	}
	tot := t.v.Totals
	if tot.Checksum != sum {
		t.tell("close.changed", nil)
		t.close(of)
		return
	}
	b := t.openBook(of)
	b.Closing = &Closing{Checksum: sum, By: t.v.Person.ID, At: t.now}
	t.out.Book = b
	t.log("close", LogEntry{Key: ReportKey{Form: of.Form, Period: of.Period}, Number: tot.Counted, Text: sum})
	a := t.closed(tot)
	a["checksum"] = sum
	t.tell("close.done", a)
	t.tellBefore(sum)
	t.tell("close.undo", args{"form": of.Form})
}

// closed are the blanks of a sentence about the sums that are frozen.
func (t *turn) closed(tot *Totals) args {
	return args{
		"form": tot.Form, "period": t.form.Spans(tot.Period), "time": t.instant(t.now),
		"expected": strconv.Itoa(tot.Expected), "counted": strconv.Itoa(tot.Counted),
		"missing": strconv.Itoa(max(tot.Expected-tot.Counted, 0)),
	}
}

// tellBefore holds a checksum against the one of the closing before.
func (t *turn) tellBefore(checksum string) {
	switch b := t.v.Book; {
	case b == nil || b.Review.Before == nil:
	case b.Review.Before.Checksum == checksum:
		t.tell("close.same", args{"time": t.instant(b.Review.Before.At)})
	default:
		t.tell("close.differs", args{"time": t.instant(b.Review.Before.At), "checksum": b.Review.Before.Checksum})
	}
}

// reopen is 解封, which wants a reason.
func (t *turn) reopen(o order) {
	of, reason := o.of, strings.TrimSpace(o.rest)
	c := t.closing(ReportKey{Form: of.Form, Period: of.Period})
	switch {
	case c == nil:
		t.tell("reopen.none", args{"form": of.Form, "period": t.form.Spans(of.Period)})
		return
	case reason == "":
		t.tell("reopen.how", nil)
		return
	case utf8.RuneCountInString(reason) > returnReason:
		t.tell("reason.long", args{"most": strconv.Itoa(returnReason)})
		return
	}
	b := t.openBook(of)
	b.Review.Before, b.Closing = c, nil
	t.out.Book = b
	t.log("reopen", LogEntry{Key: ReportKey{Form: of.Form, Period: of.Period}, Text: reason})
	t.tell("reopened", args{"form": of.Form, "period": t.form.Spans(of.Period), "time": t.instant(c.At), "checksum": c.Checksum, "reason": reason})
}
