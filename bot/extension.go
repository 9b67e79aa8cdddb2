package bot

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// extend is 延期 and 撤销延期: a deadline of its own for one unit.
func (t *turn) extend(o order) {
	if len(o.units) == 0 {
		t.tell("extend.how", nil)
		return
	}
	u, ok := t.unitCalled(o.units[0])
	if !ok || t.refuseClosed(t.form, o.of.Period) {
		return
	}
	d := t.docketOf(o.key(u.Name))
	if undoes(t.in.Text) {
		t.unextend(u, d)
		return
	}
	until, reason, dated := readDate(o.rest, t.now, true)
	due := t.n.Deadline(t.form.Deadline)
	switch {
	case !dated:
		t.tell("extend.date", nil)
		return
	case strings.TrimSpace(reason) == "":
		t.tell("extend.how", nil)
		return
	case utf8.RuneCountInString(reason) > returnReason:
		t.tell("reason.long", args{"most": strconv.Itoa(returnReason)})
		return
	case !until.After(t.now):
		t.tell("extend.past", args{"until": t.until(until)})
		return
	case due != nil && !until.After(due.At):
		t.tell("extend.early", args{"until": t.until(until), "deadline": due.Sentence})
		return
	}
	d.Extension = &Extension{Until: until, Reason: reason, By: t.v.Person.ID, At: t.now}
	t.out.Dockets = append(t.out.Dockets, d)
	t.log("extend", LogEntry{Key: d.Key, Text: t.until(until) + "：" + reason})
	a := args{"unit": u.Name, "form": t.form.ID, "until": t.until(until), "reason": reason}
	if t.m.Private() {
		t.tell("extended", a)
	} else {
		t.tell("extended.group", nil)
	}
	t.toLiaison(u, "extend", []Effect{{Key: "extend.head", Args: a}, {Key: "extend.foot", Args: args{"phone": t.n.Office.Phone}}}, nil)
}

func (t *turn) unextend(u Unit, d Docket) {
	a := args{"unit": u.Name, "form": t.form.ID, "phone": t.n.Office.Phone}
	if d.Extension == nil {
		t.tell("extend.none", a)
		return
	}
	d.Extension = nil
	t.out.Dockets = append(t.out.Dockets, d)
	t.log("unextend", LogEntry{Key: d.Key})
	t.tell("extend.undone", a)
	if due := t.n.Deadline(t.form.Deadline); due != nil {
		a["deadline"] = due.Sentence
		t.toLiaison(u, "extend", []Effect{{Key: "extend.back", Args: a}}, nil)
	}
}

// docketOf is a copy of the docket of a report to write into.
func (t *turn) docketOf(key ReportKey) Docket {
	if d := t.v.Beside[key]; d != nil {
		c := *d
		c.Receipts = slices.Clone(d.Receipts)
		return c
	}
	return Docket{Key: key}
}
