// Package report adds up what the units submitted, and reads and writes files for
// the office. It is pure: it takes submissions and bytes and gives sums and values,
// and knows neither the store nor the chat.
//
// Where to look: totals.go has the sums and their checksum, json.go the
// reports.json of an export; rosterfile.go reads a list of units (csv or xlsx),
// document.go the words of a filled Word or Excel form.
//
// It may import bot, the formats of the files it is handed (excelize, x/text) and
// the standard library, nothing that reads or writes by itself.
package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"anyuebot/bot"
)

// Sum adds up one form over the versions that count. expected is the number of
// units on the roster. Reports tell how many drafts stand beside the versions;
// the order of both lists does not matter.
func Sum(form *bot.Form, period string, expected int, counted []bot.Submission, reports []bot.Report) bot.Totals {
	t := bot.Totals{Form: form.ID, Period: period, Expected: expected, Counted: len(counted)}
	for _, r := range reports {
		if r.Dirty || r.Counted == 0 && len(r.Draft) > 0 {
			t.Drafts++
		}
		if r.State == bot.Returned && r.Counted > 0 {
			t.Returned++
		}
	}
	t.Items = make([]bot.ItemTotal, len(form.Fields))
	for i := range t.Items {
		t.Items[i].Item = form.Fields[i].Item
		t.Items[i].Unfilled = len(counted)
	}
	for _, s := range counted {
		if s.Late {
			t.Late++
		}
		if s.Paper != nil {
			t.Paper++
		}
		for _, e := range s.Entries {
			if e.Item >= 1 && e.Item <= len(t.Items) {
				add(&t.Items[e.Item-1], e.Value)
			}
		}
	}
	t.Checksum = checksum(counted)
	return t
}

func add(t *bot.ItemTotal, v bot.Value) {
	if v.Filled() {
		t.Unfilled--
	}
	switch v.Kind {
	case bot.Number:
		t.Sum += v.Number
		t.Numbers++
	case bot.NotApplicable:
		t.NotApplicable++
	case bot.Unknown:
		t.Unknown++
	case bot.YesNo:
		if v.Yes {
			t.Yes++
		} else {
			t.No++
		}
	case bot.Text, bot.Document:
		t.Texts++
	}
}

// checksum is eight hex digits over who counts and with which values, and over
// nothing else: the same data asked for twice has the same checksum.
func checksum(counted []bot.Submission) string {
	lines := make([]string, len(counted))
	for i, s := range counted {
		lines[i] = cmp.Or(s.KeptAs, s.Key.Unit) + "\x00" + s.Key.Form + "\x00" + s.Key.Period + "\x00" + bot.Fingerprint(s.Entries)
	}
	slices.Sort(lines)
	h := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return hex.EncodeToString(h[:4])
}

// Standing is what of a report goes into a sum: the version that counts, nil for
// none, or with drafts wanted its draft where that is newer, and then draft is
// set.
func Standing(one bot.Filed, drafts bool) (sub *bot.Submission, draft bool) {
	r := one.Report
	if !drafts || r == nil || len(r.Draft) == 0 || r.Counted > 0 && !r.Dirty {
		return one.Counted, false
	}
	return &bot.Submission{Key: r.Key, Entries: r.Draft}, true
}

// Stamped counts the units whose stamped copy was held against the version that
// counts and found the same.
func Stamped(filed []bot.Filed, dockets []bot.Docket) int {
	same := make(map[bot.ReportKey]int, len(dockets))
	for _, d := range dockets {
		if d.Stamp != nil && d.Stamp.Verdict == bot.StampSame {
			same[d.Key] = d.Stamp.Version
		}
	}
	n := 0
	for _, one := range filed {
		if c := one.Counted; c != nil && same[c.Key] == c.Version {
			n++
		}
	}
	return n
}

// Deduct takes off what the office has deducted. The checksum then tells these
// figures from others; without deductions it stays what the units' values make it.
func Deduct(t *bot.Totals, deductions []bot.Deduction) {
	for _, d := range deductions {
		if d.Item >= 1 && d.Item <= len(t.Items) {
			t.Items[d.Item-1].Deducted += d.Number
		}
	}
	lines := []string{t.Checksum}
	for _, it := range t.Items {
		if it.Deducted != 0 {
			lines = append(lines, fmt.Sprintf("%d %d", it.Item, it.Deducted))
		}
	}
	if len(lines) > 1 {
		h := sha256.Sum256([]byte(strings.Join(lines, "\n")))
		t.Checksum = hex.EncodeToString(h[:4])
	}
}
