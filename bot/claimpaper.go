package bot

import (
	"strconv"
	"strings"
	"time"
)

// claimsPaper answers who says that a form has gone to the office long since, by
// fax or on paper. They are believed for the time being: the office is asked to
// look for it, and till it has answered no reminder of it goes to the unit.
func (t *turn) claimsPaper() bool {
	named, how, ok := t.n.readClaimed(t.in.Text)
	if f := t.form.Field(t.s.Asking); !ok || t.r == nil || f != nil && f.Kind == KindText || t.v.Kept == nil {
		return false
	}
	key := t.claimMeant(named)
	d := Docket{Key: key}
	if kept, ok := t.v.Kept[key]; ok {
		d = kept
	}
	a := args{"unit": key.Unit, "form": key.Form, "how": how}
	filed := t.v.Others[key].Report
	switch had := d.received(key.Form); {
	case filed != nil && filed.Counted > 0:
		t.tell("due.none", args{"form": key.Form, "version": strconv.Itoa(filed.Counted)})
	case had != nil:
		a["time"] = t.instant(had.At)
		t.tell("claimed.received", a)
	case d.Claims():
		t.tell("claimed.again", a)
	default:
		d.Claimed = &Word{By: t.v.Person.ID, At: t.now}
		t.out.Dockets = append(t.out.Dockets, d)
		t.log("claimed", LogEntry{Key: key, Text: how})
		t.tell("claimed", a)
		ask := args{"unit": key.Unit, "form": key.Form, "receipt": strings.TrimSpace(key.Unit + " " + key.Form + " " + how), "quote": clip(t.in.Text, 40)}
		t.sends = append(t.sends, Send{Office: true, Kind: "claimed", Units: []string{key.Unit}, Say: []Effect{{Key: "claimed.office", Args: ask}}})
	}
	t.whereWeStand()
	return true
}

// claimMeant is the form that is said to have been sent: the one that is named, or
// else the first of those that liaisons were last reminded of that is not in; the
// main form if there is none.
func (t *turn) claimMeant(named *Form) ReportKey {
	unit := t.r.Key.Unit
	if named != nil {
		return ReportKey{Unit: unit, Form: named.ID, Period: named.PeriodAt(t.now)}
	}
	for _, o := range t.n.lastAsked(t.v.Reminding) {
		f := t.n.Form(o.Form)
		if f == nil || f.Monthly() {
			continue
		}
		key := ReportKey{Unit: unit, Form: f.ID, Period: f.PeriodAt(t.now)}
		if r := t.v.Others[key].Report; r == nil || r.Counted == 0 {
			return key
		}
	}
	return t.n.mainKey(unit)
}

// answerClaims ends what a unit has claimed of forms beside the main one, whose
// docket keeps the phone log: the office has called.
func (t *turn) answerClaims(unit string) {
	for _, p := range t.n.onPaper(t.now) {
		for _, s := range t.v.Forms[p] {
			if s.Unit == unit && p.Form != t.n.Main && s.Docket.Claims() {
				d := *s.Docket
				d.Claimed = nil
				t.out.Dockets = append(t.out.Dockets, d)
			}
		}
	}
}

// onPaper are the forms that may come on paper, with the period of each.
func (n *Notice) onPaper(now time.Time) (list []FormPeriod) {
	for i := range n.Forms {
		if f := &n.Forms[i]; !f.Monthly() {
			list = append(list, FormPeriod{Form: f.ID, Period: f.PeriodAt(now)})
		}
	}
	return list
}

// Claims reports whether the unit says that its paper is in and the office has
// not answered since: with 收到, or 记.
func (d *Docket) Claims() bool {
	if d == nil || d.Claimed == nil || d.received(d.Key.Form) != nil {
		return false
	}
	last := len(d.Calls) - 1
	return last < 0 || d.Calls[last].At.Before(d.Claimed.At)
}

// mayStandIn answers who asks whether a colleague may report: yes, and how.
func (t *turn) mayStandIn() bool {
	if f := t.form.Field(t.s.Asking); f != nil && f.Kind == KindText || !asksStandIn(t.in.Text) || len(t.v.Person.stored().Units) == 0 {
		return false
	}
	t.tell("deputy.may", nil)
	t.whereWeStand()
	return true
}

func (need *Need) claims(n *Notice, in Intent, now time.Time) {
	if _, _, ok := n.readClaimed(in.Text); !ok || in.Verb != "" || need.Report.Unit == "" {
		return
	}
	need.Asked = true
	for _, p := range n.onPaper(now) {
		key := ReportKey{Unit: need.Report.Unit, Form: p.Form, Period: p.Period}
		need.Kept = append(need.Kept, key)
		need.Others = append(need.Others, key)
	}
}
