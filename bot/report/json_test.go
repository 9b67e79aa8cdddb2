package report_test

import (
	"fmt"
	"testing"
	"time"

	"anyuebot/bot"
	"anyuebot/bot/report"
)

// TestExportStates: an exported version stands as the book over it says, the
// draft beside it as a draft.
func TestExportStates(t *testing.T) {
	n := &bot.Notice{Forms: []bot.Form{{ID: "附件2", Period: "2021"}}}
	key := bot.ReportKey{Unit: "山河镇", Form: "附件2", Period: "2021"}
	reports := []bot.Report{{Key: key, State: bot.Submitted, Version: 1, Counted: 1, Dirty: true}}
	for want, book := range map[string]*bot.Book{
		"已提交 1 填报中 0 ": nil,
		"已通过 1 填报中 0 ": {Review: bot.Review{Round: 1}},
		"已封账 1 填报中 0 ": {Review: bot.Review{Round: 1}, Closing: &bot.Closing{}},
	} {
		doc := report.Export(n, time.Now(), reports,
			func(bot.ReportKey) *bot.Submission { return &bot.Submission{Key: key, Version: 1} },
			func(bot.FormPeriod) *bot.Book { return book }, false)
		have := ""
		for _, r := range doc.Reports {
			have += fmt.Sprint(r.State, " ", r.Version, " ")
		}
		if have != want {
			t.Errorf("have %s, want %s", have, want)
		}
	}
}

// A note stands behind the other remarks on its item, of the version and of the
// draft each its own.
func TestExportNotes(t *testing.T) {
	n := &bot.Notice{
		Forms:   []bot.Form{{ID: "附件2", Fields: []bot.Field{{Item: 1, Kind: bot.KindCount}, {Item: 2, Kind: bot.KindCount}}}},
		Wording: map[string]string{"note.settled": "据“{quote}”确认"},
	}
	entries := []bot.Entry{{Item: 1, Value: bot.Count(350), Quote: "三四百人"}, {Item: 2, Value: bot.Count(2)}}
	r := bot.Report{Key: bot.ReportKey{Form: "附件2"}, State: bot.Submitted, Counted: 1, Dirty: true, Draft: entries, Notes: []bot.Note{{Item: 2, Text: "县应急局牵头"}}}
	sub := bot.Submission{Version: 1, Entries: entries, Notes: []bot.Note{{Item: 1, Text: "与三嘉乡合办"}}}
	doc := report.Export(n, time.Time{}, []bot.Report{r}, func(bot.ReportKey) *bot.Submission { return &sub }, func(bot.FormPeriod) *bot.Book { return nil }, false)
	if len(doc.Reports) != 2 {
		t.Fatalf("%d reports", len(doc.Reports))
	}
	counted, draft := doc.Reports[0].Values, doc.Reports[1].Values
	if got := counted["1"].Note; got != "据“三四百人”确认；与三嘉乡合办" {
		t.Errorf("version, item 1: %q", got)
	}
	if counted["2"].Note != "" || draft["2"].Note != "县应急局牵头" {
		t.Errorf("item 2: version %q, draft %q", counted["2"].Note, draft["2"].Note)
	}
}
