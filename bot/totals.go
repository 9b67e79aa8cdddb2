package bot

import (
	"slices"
	"strconv"
	"strings"
)

// totals is 汇总: the sums of a form over what the units submitted, all items or
// some; with the drafts for the office's own use; or as the paragraph of a report.
func (t *turn) totals() {
	asked := t.n.sumsIn(t.in.Rest, t.now)
	tot := t.v.Totals
	defer t.over(asked.form.ID)()
	items, unknown := asked.form.itemsNamed(asked.words)
	switch {
	case tot == nil || unknown != "":
		t.tell("totals.how", args{"name": clip(unknown, 20)})
		return
	case !asked.form.Counts():
		t.tell("totals.nofigures", args{"form": asked.form.ID})
		return
	case asked.drafts && !t.m.Private():
		t.tell("totals.private", nil)
		return
	}
	if asked.prose {
		t.tellProse(items, asked.drafts)
		return
	}
	t.totalsHead(asked.drafts)
	section := ""
	for _, it := range tot.Items {
		if len(items) > 0 && !slices.Contains(items, it.Item) {
			continue
		}
		f := t.form.Field(it.Item)
		if f.Section != section {
			section = f.Section
			if sec := t.form.Section(section); sec != nil {
				t.tell("section", args{"id": sec.ID, "title": sec.Title})
			}
		}
		t.total(f, it)
	}
	notes := "totals.notes"
	if asked.drafts {
		notes = "totals.notes.staged"
	}
	t.tell(notes, args{"deducted": t.deductedItems()})
	if !asked.drafts {
		t.tell("totals.checksum", args{"checksum": tot.Checksum})
	}
}

func (t *turn) totalsHead(drafts bool) {
	tot := t.v.Totals
	a := args{
		"form": tot.Form, "period": t.form.Spans(tot.Period), "time": t.instant(t.now),
		"expected": strconv.Itoa(tot.Expected), "counted": strconv.Itoa(tot.Counted),
		"missing": strconv.Itoa(tot.Expected - tot.Counted), "staged": strconv.Itoa(tot.Staged),
	}
	if drafts {
		t.tell("totals.staged", a)
		return
	}
	t.tell("totals", a)
	for _, line := range []struct {
		n   int
		key string
	}{
		{tot.Drafts, "totals.drafts"}, {tot.Returned, "totals.returned"}, {tot.Late, "totals.late"},
		{tot.Paper, "totals.paper"}, {tot.Stamped, "totals.stamped"},
	} {
		if line.n > 0 {
			t.tell(line.key, args{"n": strconv.Itoa(line.n)})
		}
	}
}

// deductedItems names the items of which the office took something off.
func (t *turn) deductedItems() string {
	var items []int
	for _, it := range t.v.Totals.Items {
		if it.Deducted > 0 {
			items = append(items, it.Item)
		}
	}
	if len(items) == 0 {
		return t.phrase("totals.nodeduct", nil)
	}
	return t.phrase("totals.deductions", args{"n": strconv.Itoa(len(items)), "items": ranges(items)})
}

// total is one item's line. The kinds of nothing stand beside the sum, and what
// the office took off it.
func (t *turn) total(f *Field, it ItemTotal) {
	switch f.Kind {
	case KindCount:
		t.tell("line", t.about(f, args{"value": strconv.FormatInt(it.Reported(), 10)}))
	case KindYesNo:
		t.tell("totals.yesno", t.about(f, args{"yes": strconv.Itoa(it.Yes), "no": strconv.Itoa(it.No)}))
	default:
		t.tell("totals.texts", t.about(f, args{"n": strconv.Itoa(it.Texts)}))
	}
	if it.Deducted > 0 {
		t.add("totals.deducted", t.deductedArgs(it))
		if it.Deducted > it.Sum {
			t.add("totals.over", nil)
		}
	}
	var kinds []string
	for _, k := range []struct {
		n    int
		word string
	}{{it.NotApplicable, wordNotApplicable}, {it.Unknown, wordUnknown}, {it.Unfilled, wordUnfilled}} {
		if k.n > 0 {
			kinds = append(kinds, k.word+" "+strconv.Itoa(k.n))
		}
	}
	if len(kinds) > 0 {
		t.add("totals.kinds", args{"kinds": strings.Join(kinds, "，")})
	}
}

// deductedArgs are 各单位合计, 核减 and 上报数 of an item.
func (t *turn) deductedArgs(it ItemTotal) args {
	f := t.form.Field(it.Item)
	return t.about(f, args{
		"sum": strconv.FormatInt(it.Sum, 10), "number": strconv.FormatInt(it.Deducted, 10),
		"value": strconv.FormatInt(it.Reported(), 10), "short": t.nameOf(f),
	})
}
