package bot

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// receiptOrder reads “三嘉乡 附件2 传真”. Papers that are no form of their own are
// kept with the main one.
func (n *Notice) receiptOrder(in Intent, now time.Time) (o order) {
	o = n.orderOf(in, now)
	words := strings.Fields(in.Rest)
	if len(words) > 1 {
		if what, form, ok := n.paperNamed(words[1]); ok {
			o.of = FormPeriod{Form: form.ID, Period: form.PeriodAt(now)}
			o.rest = strings.Join(append([]string{what}, words[2:]...), " ")
			return o
		}
	}
	o.rest = ""
	return o
}

// receipt is 收到 and 撤销收到: a paper came by another road. It stops reminders
// and records no number.
func (t *turn) receipt(o order) {
	o = t.n.receiptOrder(t.in, t.now)
	defer t.over(o.of.Form)()
	if len(o.units) == 0 {
		t.tell("paper.how", nil)
		return
	}
	units, exact := t.v.Roster.Find(o.units[0])
	if !exact {
		if _, thanks := t.n.receiptBehind(t.in.Text); thanks && o.rest == "" {
			t.thanks() // 收到 通知了
			return
		}
		t.notFound(o.units[0], units)
		return
	}
	what, how, _ := strings.Cut(o.rest, " ")
	if what == "" {
		t.tell("paper.how", nil)
		return
	}
	u := units[0]
	d := t.docketOf(o.key(u.Name))
	a := args{"unit": u.Name, "what": what, "form": t.form.ID, "how": ""}
	had := d.received(what)
	if undoes(t.in.Text) {
		t.unreceive(d, what, a)
		return
	}
	if had != nil {
		a["time"] = t.instant(had.At)
		t.tell("paper.again", a)
		return
	}
	how = clip(how, 40)
	d.Receipts = append(d.Receipts, Receipt{What: what, How: how, By: t.v.Person.ID, At: t.now})
	t.out.Dockets = append(t.out.Dockets, d)
	t.log("receipt", LogEntry{Key: d.Key, Text: strings.TrimSpace(strings.TrimPrefix(what, t.form.ID) + " " + how)})
	if how != "" {
		a["how"] = "（" + how + "）"
	}
	if !t.m.Private() {
		t.tell("paper.group", nil)
		return
	}
	if what != t.form.ID {
		t.tell("paper.other", a)
		return
	}
	t.tell("paper.done", a)
	if filed := t.v.Others[d.Key]; filed.Counted != nil {
		a["version"] = strconv.Itoa(filed.Counted.Version)
		t.tell("paper.done.here", a)
		return
	}
	if t.form.ID == t.n.Main && t.closing(d.Key) == nil {
		t.tell("paper.missing", a)
	}
}

func (t *turn) unreceive(d Docket, what string, a args) {
	if d.received(what) == nil {
		t.tell("paper.none", a)
		return
	}
	d.Receipts = slices.DeleteFunc(d.Receipts, func(r Receipt) bool { return r.What == what })
	t.out.Dockets = append(t.out.Dockets, d)
	t.log("unreceipt", LogEntry{Key: d.Key, Text: what})
	t.tell("paper.undone", a)
}
