package bot

import (
	"strconv"
	"strings"
)

// office answers what only the office may ask.
func (t *turn) office() {
	if !t.v.Person.Office {
		key := "office.only"
		if t.in.Verb.writes() {
			key = "office.acts"
		}
		t.tell(key, args{"phone": t.n.Office.Phone})
		t.whereWeStand()
		return
	}
	defer t.over(t.n.Main)()
	switch t.in.Verb {
	case VerbNotify:
		t.notify()
	case VerbNudge:
		t.nudge()
	case VerbDelivery:
		t.delivery()
	case VerbResume:
		t.resume()
	case VerbPair:
		t.pair()
	case VerbReturn:
		t.giveBack()
	case VerbTotals:
		t.totals()
	case VerbMissing:
		t.missing()
	case VerbLook:
		t.look()
	case VerbConfirm:
		t.confirm()
	case VerbReplace, VerbMember, VerbLiaison:
		t.people()
	case VerbRoster, VerbAddUnit, VerbRename, VerbRemove:
		t.rosterWork()
	case VerbApprove, VerbClose, VerbReopen, VerbExtend, VerbReceipt, VerbLog:
		t.review()
	case VerbOdd, VerbDeduct, VerbPutBack, VerbAskFor, VerbPhones, VerbCall:
		t.figures()
	case VerbEnter, VerbCounter:
		t.paper()
	case VerbPause, VerbMute, VerbUnpause, VerbPost, VerbPlan:
		t.reminders()
	}
}

// over makes a form the one that is spoken of, whatever the person is filling,
// and returns what ends that.
func (t *turn) over(form string) (end func()) {
	was := t.form
	t.form = t.n.Form(form)
	return func() { t.form = was }
}

// vouchedLine is the liaison's word behind an odd figure.
func (t *turn) vouchedLine(f Flag) {
	if f.Reason.Text == "" {
		t.add("line.vouched", nil)
		return
	}
	t.add("line.reason", args{"reason": clip(f.Reason.Text, 60)})
}

// confirm settles the registrations that members made themselves: all of them
// with one message, or one unit's.
func (t *turn) confirm() {
	if name := strings.TrimSpace(t.in.Rest); name != "" {
		units, exact := t.v.Roster.Find(name)
		if !exact {
			t.tell("look.unknown", args{"name": clip(name, 30)})
			return
		}
		u := units[0]
		if !t.v.Roster.Pending(u) {
			t.tell("confirm.none", nil)
			return
		}
		u.Registered = false
		t.out.Units = append(t.out.Units, u)
		t.log("confirm", LogEntry{Key: ReportKey{Unit: u.Name}})
		t.tell("confirmed", args{"n": "1", "units": u.Name})
		return
	}
	var names []string
	for _, u := range t.v.Roster.Units {
		if t.v.Roster.Pending(u) {
			names = append(names, u.Name)
			// Nobody is confirmed whom this answer does not name.
			if u.Since.After(t.out.Confirmed) {
				t.out.Confirmed = u.Since
			}
		}
	}
	if len(names) == 0 {
		t.tell("confirm.none", nil)
		return
	}
	t.log("confirm", LogEntry{Number: len(names)})
	t.tell("confirmed", args{"n": strconv.Itoa(len(names)), "units": strings.Join(names, "、")})
}
