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
