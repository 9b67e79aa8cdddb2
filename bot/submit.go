package bot

import (
	"strconv"
	"strings"
)

// line writes one item of a list: its number, its label, value and unit.
func (t *turn) line(f *Field, e Entry, unconfirmed bool) {
	a := t.about(f, args{"value": t.shown(f, listed(t.n, e.Value))})
	switch {
	case f.Ask == "":
		a["value"] = f.Hint
		t.tell("line.text", a)
	case e.Value.Kind == Number && f.Unit != "":
		t.tell("line", a)
	default:
		t.tell("line.text", a)
	}
	if e.Quote != "" && !t.hides(f) {
		t.add("line.quote", args{"quote": clip(e.Quote, 30)})
	}
	if unconfirmed {
		t.add("line.unconfirmed", nil)
	}
}

// whole lists every item and remembers that these values were seen.
func (t *turn) whole() {
	odd := map[int]bool{}
	for _, item := range t.unconfirmed() {
		odd[item] = true
	}
	section := ""
	for i := range t.form.Fields {
		f := &t.form.Fields[i]
		if f.Section != section {
			section = f.Section
			if sec := t.form.Section(section); sec != nil {
				t.tell("section", args{"id": sec.ID, "title": sec.Title})
			}
		}
		t.line(f, t.r.Entry(f.Item), odd[f.Item])
		t.noteLine(t.r.Notes, f.Item)
	}
	t.s.Section, t.told = "", true
	t.r.Shown = Fingerprint(t.r.Draft)
}

func (t *turn) preview() {
	t.tell("preview", args{
		"unit": t.r.Key.Unit, "form": t.form.ID, "period": t.form.Spans(t.r.Key.Period), "state": t.state(t.r),
		"all": strconv.Itoa(t.form.Asked()), "filled": strconv.Itoa(len(t.r.Draft)),
	})
	t.whole()
	t.casesDiffer()
	t.askJoint()
	switch open := t.r.unfilled(t.form); {
	case t.frozen():
	case len(open) > 0:
		t.tell("preview.unfilled", args{"n": strconv.Itoa(len(open)), "items": ranges(open)})
		if t.s.Asking == 0 {
			t.s.Asking = t.r.next(t.form)
		}
		t.whereWeStand()
	case len(t.unconfirmed()) > 0:
		t.askFlags(t.openFlags(nil))
	case len(t.r.returned()) > 0:
		t.askNext()
	case t.same():
		t.tell("complete.same", args{"version": strconv.Itoa(t.r.Counted)})
	default:
		t.completed()
	}
}

// submit makes the next version if every item is settled and the person has
// seen these very values.
func (t *turn) submit() {
	if open := t.r.unfilled(t.form); len(open) > 0 {
		t.tell("submit.unfilled", args{"n": strconv.Itoa(len(open)), "items": ranges(open)})
		t.s.Asking = t.r.next(t.form)
		t.askAgain()
		return
	}
	if open := t.openFlags(nil); len(open) > 0 {
		t.tell("submit.unconfirmed", args{"items": ranges(t.unconfirmed())})
		t.askFlags(open)
		return
	}
	if items := t.r.returned(); len(items) > 0 {
		t.tell("submit.returned", args{"items": ranges(items)})
		t.askNext()
		return
	}
	if t.same() {
		t.tell("submit.same", args{"version": strconv.Itoa(t.r.Counted)})
		if len(t.m.Files) > 0 {
			t.askStamp()
		}
		return
	}
	if t.r.Shown != Fingerprint(t.r.Draft) {
		t.whole()
		t.sayApproved()
		t.s.Proposal = &Proposal{Kind: ProposeSubmit}
		t.askAgain()
		return
	}
	if t.m.Media == MediaVoice {
		t.s.Proposal = &Proposal{Kind: ProposeSubmit}
		t.tell("voice.heard", args{"text": clip(t.in.Text, 60)})
		t.askAgain()
		return
	}
	t.deliver()
}

// same reports whether there is nothing to submit: the version that counts holds
// these very values, and nobody has sent it back.
func (t *turn) same() bool {
	return t.r.Counted > 0 && !t.r.Dirty && t.r.State != Returned
}

// deliver makes the version and gives the receipt.
func (t *turn) deliver() {
	if len(t.r.unfilled(t.form)) > 0 || len(t.openFlags(nil)) > 0 || len(t.r.returned()) > 0 || t.r.Shown != Fingerprint(t.r.Draft) {
		// The draft changed between the question and its answer.
		t.submit()
		return
	}
	again := t.r.approval(t.book(t.r.Key)) != nil
	sub := t.r.submit(t.n, t.book(t.r.Key), t.v.Person.ID, t.now)
	sub.Late = t.late()
	t.out.Submission = &sub
	t.s.Asking, t.s.Quote, t.s.Proposal = 0, "", nil
	t.log("submit", LogEntry{Key: t.r.Key, Number: sub.Version, Text: sub.Receipt})
	t.tell("receipt", args{
		"unit": t.r.Key.Unit, "form": t.formName(), "receipt": sub.Receipt,
		"version": strconv.Itoa(sub.Version), "time": t.instant(sub.At),
	})
	if sub.Late {
		t.tell("receipt.late", nil)
	}
	if again {
		t.tell("receipt.again", nil)
	}
	t.afterReceipt()
	t.stampBehind(&sub)
}

// withdraw takes the submitted version out of the totals. Its number is never
// used again.
func (t *turn) withdraw() {
	if t.r.Counted == 0 {
		t.tell("withdraw.none", nil)
		t.whereWeStand()
		return
	}
	if a := t.r.approval(t.book(t.r.Key)); a != nil {
		t.tell("withdraw.approved", args{"form": t.form.ID, "version": strconv.Itoa(t.r.Counted), "time": t.instant(a.At), "phone": t.n.Office.Phone})
		return
	}
	was := t.r.Counted
	// What was sent back is still asked again.
	t.r.Counted, t.r.Dirty, t.r.State = 0, false, Filling
	t.s.Key, t.s.Asking = t.r.Key, 0
	t.log("withdraw", LogEntry{Key: t.r.Key, Number: was})
	t.tell("withdrawn", args{"unit": t.r.Key.Unit, "form": t.formName(), "version": strconv.Itoa(was)})
}

// state tells how a report stands, in words.
func (t *turn) state(r *Report) string {
	state := r.Stands(t.book(r.Key))
	word := string(state)
	if state == Closed && !t.in.Verb.byOffice() {
		word = t.phrase("state.closed", nil)
	}
	if (state == Submitted || state == Approved) && r.Dirty {
		return t.phrase("state.dirty", args{"state": word})
	}
	return word
}

// otherForms tells how the unit's other forms stand. The nomination is told of where
// it is due, and cases have a line of their own.
func (t *turn) otherForms() {
	for _, key := range t.n.duties(t.r.Key.Unit, t.now) {
		nominated := key.Form == t.n.Nomination && t.v.Others[key].Counted == nil
		if key.Form != t.r.Key.Form && key.Form != t.n.Cases && !nominated {
			t.say = append(t.say, t.handsOver(key)...)
		}
	}
}

// progress tells how far the person's own reports are, and the office how far
// the county is.
func (t *turn) progress() {
	p := t.v.Person
	if t.r != nil {
		open := t.r.unfilled(t.form)
		t.tell("progress.unit", args{
			"unit": t.r.Key.Unit, "form": t.form.ID, "period": t.form.Spans(t.r.Key.Period), "state": t.state(t.r),
			"all": strconv.Itoa(t.form.Asked()), "filled": strconv.Itoa(len(t.r.Draft)),
		})
		if t.v.Latest != nil {
			t.tell("progress.version", args{"version": strconv.Itoa(t.v.Latest.Version), "receipt": t.v.Latest.Receipt, "time": t.instant(t.v.Latest.At)})
		}
		t.stampProgress()
		if len(open) > 0 && len(open) < t.form.Asked() {
			t.tell("progress.open", args{"n": strconv.Itoa(len(open)), "items": ranges(open)})
		}
		if odd := t.unconfirmed(); len(odd) > 0 {
			t.tell("progress.unconfirmed", args{"items": ranges(odd)})
		}
		t.casesDiffer()
		switch {
		case t.closing(t.r.Key) != nil:
			t.tellClosed("closed.look")
		case t.r.State == Returned:
			t.tellReturned("progress.returned")
		case t.r.Counted == 0:
			t.due()
		}
		t.otherForms()
		t.monthSoFar()
	} else if len(p.Units) > 1 {
		t.tell("progress.units", args{"units": strings.Join(p.Units, "、")})
	}
	switch {
	case p.Office:
		t.county()
	case len(p.Units) == 0:
		t.tell("report.none", args{"phone": t.n.Office.Phone})
	default:
		t.whereWeStand()
	}
}
