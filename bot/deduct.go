package bot

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	ProposeDeduct  ProposalKind = "deduct"  // 核减 Deduction
	ProposePutBack ProposalKind = "putback" // 撤销核减: take Deduction back
)

// deductReason is the most characters that the reason of a 核减 may have.
const deductReason = 100

// mainBook is what stands over the main form, never nil, with nothing shared.
func (t *turn) mainBook() Book {
	c := t.n.column(t.n.Main, t.now)
	b := Book{Form: c.form.ID, Period: c.period}
	if t.v.Book != nil && t.v.Book.Form == b.Form && t.v.Book.Period == b.Period {
		b = *t.v.Book
		b.Deductions = slices.Clone(b.Deductions)
	}
	return b
}

// deduct is 核减: the office takes something off an item's sum, such as people of
// one event that several units have counted. Units' values stay as they are.
func (t *turn) deduct() {
	words := strings.Fields(fold(t.in.Rest))
	if len(words) == 0 {
		t.listDeductions()
		return
	}
	if t.deductClosed() {
		return
	}
	items, unknown := t.form.itemsNamed(words[:1])
	if unknown != "" || len(items) != 1 {
		t.tell("deduct.item", args{"name": clip(words[0], 20)})
		for _, item := range items {
			t.tell("choice", args{"n": strconv.Itoa(item), "choice": t.nameOf(t.form.Field(item))})
		}
		return
	}
	f := t.form.Field(items[0])
	if f.Kind != KindCount {
		t.tell("deduct.nofigure", t.about(f, nil))
		return
	}
	if len(words) < 3 {
		t.tell("deduct.how", nil)
		return
	}
	r, reason := Read(t.n, f, words[1]), strings.Join(words[2:], " ")
	switch {
	case r.Outcome != Taken || r.Value.Kind != Number || r.Value.Number == 0:
		t.tell("deduct.how", nil)
		return
	case utf8.RuneCountInString(reason) > deductReason:
		t.tell("deduct.long", args{"most": strconv.Itoa(deductReason)})
		return
	}
	d := &Deduction{Item: f.Item, Number: r.Value.Number, Reason: reason}
	if t.covers(*d) {
		t.put(&Proposal{Kind: ProposeDeduct, Deduction: d})
	}
}

// deductClosed reports whether the form is 封账, and has said since when.
func (t *turn) deductClosed() bool {
	b := t.mainBook()
	if b.Closing == nil {
		return false
	}
	t.tell("deduct.closed", args{"form": b.Form, "time": t.instant(b.Closing.At)})
	return true
}

// covers reports whether an item's sum can bear a deduction. What is reported is
// never below zero.
func (t *turn) covers(d Deduction) bool {
	it := t.itemTotal(d.Item)
	if it.Reported() >= d.Number {
		return true
	}
	t.tell("deduct.toomuch", t.deductedArgs(it))
	return false
}

func (t *turn) itemTotal(item int) ItemTotal {
	if t.v.Totals == nil || item < 1 || item > len(t.v.Totals.Items) {
		return ItemTotal{Item: item}
	}
	return t.v.Totals.Items[item-1]
}

func (t *turn) listDeductions() {
	list := t.mainBook().Deductions
	if len(list) == 0 {
		t.tell("deduct.none", nil)
		t.tell("deduct.how", nil)
		return
	}
	t.tell("deduct.list", args{"form": t.form.ID, "n": strconv.Itoa(len(list)), "time": t.instant(t.now)})
	for i, d := range list {
		f := t.form.Field(d.Item)
		if f == nil {
			continue
		}
		t.tell("deduct.entry", t.about(f, args{
			"n": strconv.Itoa(i + 1), "short": t.nameOf(f), "number": strconv.FormatInt(d.Number, 10),
			"reason": d.Reason, "time": t.instant(d.At),
		}))
	}
	t.tell("deduct.undo", nil)
}

// putBack is 撤销核减: it takes a deduction back that the list has under a number.
func (t *turn) putBack() {
	list := t.mainBook().Deductions
	n, ok := listNumber(t.in.Rest)
	switch {
	case !ok || n < 1 || n > len(list):
		t.listDeductions()
	case t.deductClosed():
	default:
		d := list[n-1]
		t.put(&Proposal{Kind: ProposePutBack, Deduction: &d})
	}
}

// askDeduct shows what a deduction, or its return, would make of the figure.
func (t *turn) askDeduct(p *Proposal) {
	defer t.over(t.n.Main)()
	it := t.itemTotal(p.Deduction.Item)
	after := it
	after.Deducted += p.Deduction.Number
	if p.Kind == ProposePutBack {
		after.Deducted = it.Deducted - p.Deduction.Number
	}
	a := t.deductedArgs(it)
	a["after"], a["reported"] = strconv.FormatInt(after.Deducted, 10), strconv.FormatInt(after.Reported(), 10)
	a["reason"] = p.Deduction.Reason
	t.tell(string(p.Kind)+".ask", a)
	t.tell(string(p.Kind)+".confirm", nil)
}

// settleDeduct does what the office has agreed to, if it can still be done.
func (t *turn) settleDeduct(p *Proposal) {
	t.s.Proposal = nil
	defer t.over(t.n.Main)()
	d, b := *p.Deduction, t.mainBook()
	before := t.itemTotal(d.Item)
	after := before
	if t.deductClosed() {
		return
	}
	if p.Kind == ProposeDeduct {
		if !t.covers(d) {
			return
		}
		d.By, d.At = t.v.Person.ID, t.now
		b.Deductions = append(b.Deductions, d)
		after.Deducted += d.Number
	} else {
		i := slices.IndexFunc(b.Deductions, func(have Deduction) bool { return have.same(d) })
		if i < 0 {
			t.tell("putback.gone", nil)
			return
		}
		b.Deductions = slices.Delete(b.Deductions, i, i+1)
		after.Deducted -= d.Number
	}
	t.out.Book = &b
	t.log(string(p.Kind), LogEntry{
		Key: ReportKey{Form: b.Form, Period: b.Period}, Text: d.Reason,
		Items: []Change{{Item: d.Item, Old: Count(before.Reported()), New: Count(after.Reported())}},
	})
	t.tell(string(p.Kind)+".done", t.deductedArgs(after))
}

// same reports whether two deductions are one.
func (d Deduction) same(o Deduction) bool {
	return d.Item == o.Item && d.Number == o.Number && d.Reason == o.Reason && d.By == o.By && d.At.Equal(o.At)
}
