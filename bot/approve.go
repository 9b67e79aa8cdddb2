package bot

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// approveUnits is the most units that one 通过 can name: the commit holds a report
// and a message for each.
const approveUnits = 12

// approve is 通过 and 撤销通过: the office's word that the versions that count of
// some units, or of all, are in order.
func (t *turn) approve(o order) {
	back := undoes(t.in.Text)
	switch {
	case len(o.units) == 0 && (back || o.rest != "" || !t.meansAll()):
		t.tell("approve.how", nil)
		return
	case len(o.units) > approveUnits:
		t.tell("approve.many", args{"most": strconv.Itoa(approveUnits)})
		return
	case t.refuseClosed(t.form, o.of.Period):
		return
	case len(o.units) == 0:
		t.approveAll(o.of)
		return
	}
	var units []Unit
	for _, name := range o.units {
		u, ok := t.unitCalled(name)
		if !ok {
			return
		}
		if !slices.ContainsFunc(units, func(known Unit) bool { return known.Name == u.Name }) {
			units = append(units, u)
		}
	}
	if back {
		t.disapprove(o, units)
		return
	}
	t.approveEach(o, units)
}

// meansAll reports whether 通过 was said of all units: 通过 全部, 全部通过.
func (t *turn) meansAll() bool {
	return slices.ContainsFunc(strings.Fields(t.in.Rest), takesAll) || t.in.Rest == "" && t.in.Text != t.n.Verbs[VerbApprove][0]
}

// approveEach approves what counts of some units and says which it could not be
// done for, and why.
func (t *turn) approveEach(o order, units []Unit) {
	var done []string
	var left []Effect
	dirty := 0
	for _, u := range units {
		key := o.key(u.Name)
		filed := t.v.Others[key]
		if refusal, ok := t.approvable(u, filed); !ok {
			left = append(left, refusal)
			continue
		}
		r := filed.Report.Clone()
		r.Approval = &Approval{Version: r.Counted, By: t.v.Person.ID, At: t.now}
		t.out.Reviewed = append(t.out.Reviewed, *r)
		t.log("approve", LogEntry{Key: key, Number: r.Counted})
		a := t.versionOf(u, filed)
		done = append(done, t.phrase("approve.one", a))
		if r.Dirty {
			dirty++
			left = append(left, Effect{Key: "approve.dirty", Args: a})
		}
		if u.Liaison != "" {
			t.sends = append(t.sends, Send{
				Person: u.Liaison, Kind: "approve", Units: []string{u.Name},
				Say: []Effect{{Key: "approve.head", Args: a}, {Key: "approve.foot"}},
			})
		}
	}
	if len(done) > 0 {
		t.tellUnits("approve", done)
	}
	switch {
	case t.m.Private():
		t.say = append(t.say, left...)
	case len(left) > dirty:
		t.tell("approve.left", args{"n": strconv.Itoa(len(left) - dirty)})
	}
}

// approvable reports whether what a unit has submitted can be approved, and
// otherwise what stands against it.
func (t *turn) approvable(u Unit, filed Filed) (refusal Effect, ok bool) {
	r, sub := filed.Report, filed.Counted
	a := t.versionOf(u, filed)
	switch {
	case sub == nil:
		return Effect{Key: "approve.none", Args: a}, false
	case r.State == Returned:
		if r.Return != nil {
			a["time"] = t.instant(r.Return.At)
		}
		return Effect{Key: "approve.returned", Args: a}, false
	case t.unvouched(*sub):
		return Effect{Key: "approve.odd", Args: a}, false
	}
	if was := r.approval(t.book(r.Key)); was != nil {
		a["time"] = t.instant(was.At)
		return Effect{Key: "approve.already", Args: a}, false
	}
	return Effect{}, true
}

// unvouched reports whether a version holds a figure that nobody has vouched for, which
// it can only since a check was added.
func (t *turn) unvouched(sub Submission) bool {
	return slices.ContainsFunc(t.form.Flags(t.n.Year, sub.Entries, sub.Reasons), Flag.Open)
}

// versionOf are the blanks of a sentence about what counts of a unit.
func (t *turn) versionOf(u Unit, filed Filed) args {
	a := args{"unit": u.Name, "form": t.form.ID}
	if filed.Counted != nil {
		a["version"], a["time"] = strconv.Itoa(filed.Counted.Version), t.instant(filed.Counted.At)
	}
	return a
}

// tellUnits says what was done for some units, in a group only for how many.
func (t *turn) tellUnits(what string, done []string) {
	a := args{"form": t.form.ID, "n": strconv.Itoa(len(done))}
	if !t.m.Private() {
		t.tell(what+".count", a)
		return
	}
	a["units"] = strings.Join(done, "、")
	t.tell(what+".done", a)
}

// disapprove takes an approval back. The version goes on counting.
func (t *turn) disapprove(o order, units []Unit) {
	var done []string
	none := 0
	for _, u := range units {
		filed := t.v.Others[o.key(u.Name)]
		if filed.Report == nil || filed.Report.approval(t.v.Book) == nil {
			if none++; t.m.Private() {
				t.tell("unapprove.none", t.versionOf(u, filed))
			}
			continue
		}
		t.takeBack(filed.Report)
		done = append(done, t.phrase("approve.one", t.versionOf(u, filed)))
	}
	if len(done) > 0 {
		t.tellUnits("unapprove", done)
	}
	if none > 0 && !t.m.Private() {
		t.tell("approve.left", args{"n": strconv.Itoa(none)})
	}
}

func (t *turn) takeBack(r *Report) {
	r = r.Clone()
	r.disapprove(t.v.Book)
	t.out.Reviewed = append(t.out.Reviewed, *r)
	t.log("unapprove", LogEntry{Key: r.Key, Number: r.Counted})
}

// approvables are the reports that 通过 全部 would approve, and the units whose
// figures stand against it. Sum names the versions that are meant.
type approvables struct {
	n, approved, returned int
	odd                   int
	sum                   string
}

func (t *turn) approvables() approvables {
	var all approvables
	h := sha256.New()
	for _, f := range t.v.Filed {
		if f.Counted == nil {
			continue
		}
		switch f.Report.Stands(t.v.Book) {
		case Returned:
			all.returned++
		case Approved:
			all.approved++
		default:
			if t.unvouched(*f.Counted) {
				all.odd++
			}
			all.n++
			fmt.Fprintf(h, "%q %d\n", f.Report.Key.Unit, f.Counted.Version)
		}
	}
	all.sum = hex.EncodeToString(h.Sum(nil)[:8])
	return all
}

// approveAll shows the office how many versions 通过 全部 would approve.
func (t *turn) approveAll(of FormPeriod) {
	all := t.approvables()
	a := args{
		"form": of.Form, "period": t.form.Spans(of.Period), "n": strconv.Itoa(all.n),
		"approved": strconv.Itoa(all.approved), "returned": strconv.Itoa(all.returned),
		"missing": strconv.Itoa(max(len(t.v.Roster.Units)-all.n-all.approved-all.returned, 0)),
	}
	switch {
	case all.odd > 0:
		// One word for all can leave nobody out.
		t.tell("approve.all.odd", args{"form": of.Form, "n": strconv.Itoa(all.odd)})
		return
	case all.n == 0:
		t.tell("approve.all.none", a)
		return
	}
	t.tell("approve.all", a)
	t.s.Proposal = &Proposal{Kind: ProposeApprove, Of: ReportKey{Form: of.Form, Period: of.Period}, Sum: all.sum}
	t.askAgain()
}

// approveAllNow approves what was shown: one record, however many units.
func (t *turn) approveAllNow(of FormPeriod, sum string) {
	if t.refuseClosed(t.form, of.Period) {
		return
	}
	all := t.approvables()
	if all.sum != sum || all.odd > 0 {
		t.tell("approve.changed", nil)
		t.approveAll(of)
		return
	}
	b := t.openBook(of)
	b.Review.Round++
	b.Review.By, b.Review.At = t.v.Person.ID, t.now
	t.out.Book = b
	t.out.Broadcast = &Broadcast{Kind: BroadcastApproved, By: t.v.Person.ID, At: t.now, Form: of.Form}
	t.log("approveall", LogEntry{Key: ReportKey{Form: of.Form, Period: of.Period}, Number: all.n})
	t.tell("approve.all.done", args{"form": of.Form, "n": strconv.Itoa(all.n)})
}

// BroadcastApproved thanks the liaisons whose versions 通过 全部 has approved.
const BroadcastApproved BroadcastKind = "approve"

// approvedPerson thanks somebody for the units that this very word approved.
func approvedPerson(b Broadcast, to Recipient, now time.Time) (Send, bool) {
	send := Send{Person: to.Person.ID, Kind: string(b.Kind)}
	for _, s := range to.Status {
		if !b.Means(Unit{Name: s.Unit}) || !s.Approved.Equal(b.At) || len(send.Units) == nudgeUnits {
			continue
		}
		send.Units = append(send.Units, s.Unit)
		send.Say = append(send.Say, Effect{Key: "approve.head", Args: args{
			"unit": s.Unit, "form": b.Form, "version": strconv.Itoa(s.Version), "time": Instant(s.At.In(now.Location())),
		}})
	}
	send.Say = append(send.Say, Effect{Key: "approve.foot"})
	return send, len(send.Units) > 0
}
