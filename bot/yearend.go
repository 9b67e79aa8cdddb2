package bot

import "strconv"

// opensYearEnd begins the year-end form from what the main form says. Without
// that it is too early, but for the last two months, when it must not be held up.
func (t *turn) opensYearEnd() bool {
	if t.v.Others[t.n.mainKey(t.r.Key.Unit)].Counted != nil || t.r.State != NotStarted {
		return true
	}
	d := t.n.Deadline(t.form.Deadline)
	if d != nil && t.now.Before(d.At.AddDate(0, -2, 0)) {
		t.tell("yearend.early", args{"form": t.n.Main, "deadline": d.Sentence})
		return false
	}
	t.tell("yearend.unknown", args{"form": t.n.Main})
	return true
}

// tellSeeds lists what the main form says of the items that are still open.
func (t *turn) tellSeeds() {
	sub := t.v.Others[t.n.mainKey(t.r.Key.Unit)].Counted
	if sub == nil {
		return
	}
	month, listed := "", false
	for _, item := range t.r.unfilled(t.form) {
		k, ok := t.known(item)
		if !ok {
			continue
		}
		if !listed {
			month = t.phrase("month", args{"month": strconv.Itoa(int(sub.At.In(t.now.Location()).Month()))})
			t.tell("yearend.seeds", args{"month": month, "form": t.n.Main, "version": strconv.Itoa(sub.Version)})
			listed = true
		}
		t.line(t.form.Field(item), Entry{Item: item, Value: k.value}, false)
	}
	if listed {
		t.tell("yearend.same", args{"month": month})
	}
}
