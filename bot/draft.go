package bot

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Clone returns a report that shares nothing that may be written with r.
func (r *Report) Clone() *Report {
	c := *r
	c.Draft = slices.Clone(r.Draft)
	c.Skipped = slices.Clone(r.Skipped)
	c.Reasons = slices.Clone(r.Reasons)
	c.Undo = slices.Clone(r.Undo)
	c.Notes = slices.Clone(r.Notes)
	if r.Approval != nil {
		approval := *r.Approval
		c.Approval = &approval
	}
	if r.Return != nil {
		back := *r.Return
		back.Open = slices.Clone(back.Open)
		c.Return = &back
	}
	return &c
}

// Entry returns the draft's answer to an item; its Value is unfilled if there
// is none.
func (r *Report) Entry(item int) Entry {
	i, ok := r.find(item)
	if !ok {
		return Entry{Item: item}
	}
	return r.Draft[i]
}

func (r *Report) find(item int) (int, bool) {
	return slices.BinarySearchFunc(r.Draft, item, func(e Entry, item int) int { return e.Item - item })
}

// put writes one answer; an unfilled value takes the answer away.
func (r *Report) put(e Entry) {
	i, ok := r.find(e.Item)
	switch {
	case ok && !e.Value.Filled():
		r.Draft = slices.Delete(r.Draft, i, i+1)
	case ok:
		r.Draft[i] = e
	case e.Value.Filled():
		r.Draft = slices.Insert(r.Draft, i, e)
	}
	if e.Value.Filled() {
		r.Skipped = slices.DeleteFunc(r.Skipped, func(item int) bool { return item == e.Item })
	}
}

// undoDepth is how many messages 撤销 can take back, one after another: fewer
// if the texts that they replaced have more than undoBytes.
const (
	undoDepth = 10
	undoBytes = 4 * MaxText
)

func undoText(undo []Undo) (bytes int) {
	for _, u := range undo {
		for _, e := range u.Was {
			bytes += len(e.Value.Text)
		}
	}
	return bytes
}

// answer writes the entries of one message and remembers what they replaced.
// It returns the changes for the log; an answer that says what already stands
// is none.
func (r *Report) answer(entries []Entry) []Change {
	var changes []Change
	var was []Entry
	for _, e := range entries {
		old := r.Entry(e.Item)
		if old.Value != e.Value {
			changes = append(changes, Change{Item: e.Item, Old: old.Value, New: e.Value})
		}
		was = append(was, old)
		r.put(e)
	}
	if len(changes) == 0 {
		return nil
	}
	r.Undo = append(r.Undo, Undo{Was: was})
	for len(r.Undo) > undoDepth || len(r.Undo) > 1 && undoText(r.Undo) > undoBytes {
		r.Undo = slices.Delete(r.Undo, 0, 1)
	}
	return changes
}

// unfilled lists the items that the form asks for and that have no answer.
func (r *Report) unfilled(f *Form) []int {
	var items []int
	for _, field := range f.Fields {
		if field.Ask != "" && !r.Entry(field.Item).Value.Filled() {
			items = append(items, field.Item)
		}
	}
	return items
}

// next is the item to ask after the present ones: the first unfilled one that
// was not skipped, then the skipped ones; 0 when all are filled.
func (r *Report) next(f *Form) int {
	open := f.inOrder(r.unfilled(f))
	for _, item := range open {
		if !slices.Contains(r.Skipped, item) {
			return item
		}
	}
	if len(open) > 0 {
		return open[0]
	}
	return 0
}

// inOrder sorts items as they are asked.
func (f *Form) inOrder(items []int) []int {
	var sorted []int
	for _, together := range f.Together {
		for _, item := range together.Items {
			if slices.Contains(items, item) {
				sorted = append(sorted, item)
			}
		}
	}
	for _, item := range items {
		if !slices.Contains(sorted, item) {
			sorted = append(sorted, item)
		}
	}
	return sorted
}

// Asked is how many items the form asks for; what is printed on it already is none.
func (f *Form) Asked() int {
	n := 0
	for _, field := range f.Fields {
		if field.Ask != "" {
			n++
		}
	}
	return n
}

// Fingerprint names a set of answers: equal for equal values and for nothing
// else. Who gave them, when and with what note does not matter.
func Fingerprint(entries []Entry) string {
	h := sha256.New()
	for _, e := range entries {
		fmt.Fprintf(h, "%d\x00%d\x00%d\x00%t\x00%d\x00%s\x00", e.Item, e.Value.Kind, e.Value.Number, e.Value.Yes, len(e.Value.Text), e.Value.Text)
		if e.Value.Kind == Document {
			fmt.Fprintf(h, "%s\x00", e.Value.File)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// receipt is the number printed on a receipt. Anyone who holds the version can
// compute it again.
func receipt(n *Notice, key ReportKey, version int, entries []Entry) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00%s\x00%s\x00%s\x00%d\x00%s", n.ID, key.Unit, key.Form, key.Period, version, Fingerprint(entries))
	return strings.ToUpper(hex.EncodeToString(h.Sum(nil)[:4]))
}

// submit makes the draft the next version. The book is the one that stands over
// the report: what was said over all before does not hold for the new version.
func (r *Report) submit(n *Notice, b *Book, by string, now time.Time) Submission {
	r.Version++
	r.Counted = r.Version
	r.State = Submitted
	r.Dirty = false
	r.Undo, r.Return = nil, nil
	r.disapprove(b)
	return Submission{
		Key: r.Key, Version: r.Version, At: now, By: by,
		Receipt: receipt(n, r.Key, r.Version, r.Draft),
		Entries: slices.Clone(r.Draft),
		Reasons: slices.Clone(r.Reasons),
		Notes:   slices.Clone(r.Notes),
	}
}
