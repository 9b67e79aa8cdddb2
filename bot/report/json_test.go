package report_test

import (
	"testing"
	"time"

	"anyuebot/bot"
	"anyuebot/bot/report"
)

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
	doc := report.Export(n, time.Time{}, []bot.Report{r}, func(bot.ReportKey) *bot.Submission { return &sub }, false)
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
