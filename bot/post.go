package bot

import (
	"strconv"
	"strings"
)

// post is 催报稿: a text that the office posts itself, ready to be copied. It names
// units, and is shown in a group only when the office says so.
func (t *turn) post() {
	c, rest := t.n.columnIn(t.in.Rest, t.now)
	if strings.TrimSpace(rest) != "" {
		t.tell("missing.how", args{"form": clip(rest, 20), "main": t.n.Main})
		return
	}
	list := t.stands(c)
	var open []standing
	left := map[Spare]int{}
	answered := 0
	for _, s := range list {
		switch why := t.leftOut(s); {
		case s.answered(), why == SparePaper: // who reads this counts what is there, on whatever road it came
			answered++
		case why != "":
			left[why]++
		default:
			open = append(open, s)
		}
	}
	if len(open) == 0 {
		t.tell("post.none", args{"form": c.name()})
		t.tellLeftOut(left)
		return
	}
	if t.inGroup() {
		return
	}
	t.tell("post.how", nil)
	t.tellLeftOut(left)
	t.tell("notify.rule", nil)
	t.tell("post.title", args{"office": t.n.Office.Name, "form": c.name()})
	t.tell("post.call", nil)
	t.tell("post.sofar", args{
		"form": c.named(), "time": dayAndTime(t.now), "expected": strconv.Itoa(len(list)),
		"counted": strconv.Itoa(answered), "n": strconv.Itoa(len(open)),
	})
	for _, g := range byKind(t.n.Kinds, open, func(s standing) string { return s.unit.Kind }) {
		var names []string
		for _, s := range g.of {
			names = append(names, s.unit.Name)
		}
		t.tell("post.kind", args{"kind": g.kind, "n": strconv.Itoa(len(g.of)), "units": strings.Join(names, "、")})
	}
	t.postDue(c, open)
	t.tell("post.office", args{"office": t.n.Office.Name, "phone": t.n.Office.Phone, "date": t.now.Format("2006年1月2日")})
}

// postDue says until when, and the easiest way.
func (t *turn) postDue(c column, open []standing) {
	overdue := 0
	for _, s := range open {
		if s.overdue(t.now) {
			overdue++
		}
	}
	d := t.n.Deadline(c.form.Deadline)
	switch {
	case c.stamp:
		t.tell("post.stamp", nil)
		return
	case overdue > 0:
		t.tell("post.late", nil)
	case d != nil:
		t.tell("post.due", args{"deadline": d.Sentence})
	case !open[0].due.IsZero():
		t.tell("post.month", args{"until": t.until(open[0].due.In(t.now.Location()))})
	}
	switch c.form.ID {
	case t.n.Main:
		t.tell("post.easy", nil)
	case t.n.Cases:
		t.tell("post.case", nil)
	}
}

// named is the column with its month, if it is a monthly form's.
func (c column) named() string {
	if c.form.Monthly() && !c.stamp {
		return c.form.Spans(c.period) + c.name()
	}
	return c.name()
}

// leftOut is why a text that names units leaves one out that has not answered; ""
// if it does not. Who has promised a day, has reported on paper or has a deadline of
// its own is not named before others.
func (t *turn) leftOut(s standing) Spare {
	quiet := s.status.Docket.Quiet()
	for _, main := range t.v.Forms[t.n.column(t.n.Main, t.now).of()] {
		if main.Unit == s.unit.Name {
			quiet = main.Docket.Quiet() // the phone log is kept there
		}
	}
	if _, stamped := s.status.received(true); s.column.stamp {
		switch {
		case stamped:
			return SparePaper
		case s.status.Version == 0:
			return SpareNotDue
		}
	} else if t.now.Before(s.status.Until) {
		return SpareExtended
	}
	return passedOver(s.unit, s.status, quiet, t.now)
}
