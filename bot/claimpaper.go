package bot

import "strconv"

// claimsPaper answers who says that the main form has gone to the office long since,
// by fax or on paper. They are believed for the time being: the office is asked
// to look for it, and till it has answered no reminder to all goes to the unit.
func (t *turn) claimsPaper() bool {
	how, ok := readClaimed(t.in.Text)
	if f := t.form.Field(t.s.Asking); !ok || t.r == nil || f != nil && f.Kind == KindText {
		return false
	}
	key := t.n.mainKey(t.r.Key.Unit)
	if t.in.Need.Docket != key {
		return false
	}
	d := Docket{Key: key}
	if t.v.Docket != nil {
		d = *t.v.Docket
	}
	a := args{"unit": key.Unit, "form": key.Form, "how": how}
	main := t.mainReport()
	switch had := d.received(key.Form); {
	case main != nil && main.Counted > 0:
		t.tell("due.none", args{"form": key.Form, "version": strconv.Itoa(main.Counted)})
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
		ask := args{"unit": key.Unit, "form": key.Form, "how": how, "quote": clip(t.in.Text, 40)}
		t.sends = append(t.sends, Send{Office: true, Kind: "claimed", Units: []string{key.Unit}, Say: []Effect{{Key: "claimed.office", Args: ask}}})
	}
	t.whereWeStand()
	return true
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

func (need *Need) claims(n *Notice, in Intent) {
	if _, ok := readClaimed(in.Text); ok && in.Verb == "" && need.Report.Unit != "" {
		need.Docket = n.mainKey(need.Report.Unit)
		need.Others = append(need.Others, need.Docket)
	}
}
