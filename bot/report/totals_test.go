package report

import (
	"testing"

	"anyuebot/bot"
)

// TestChecksumOfRenamed: a unit's new name changes no checksum, its values do.
func TestChecksumOfRenamed(t *testing.T) {
	form := &bot.Form{ID: "附件2", Fields: []bot.Field{{Item: 1, Kind: bot.KindCount}}}
	sum := func(unit, kept string, n int64) string {
		s := bot.Submission{Key: bot.ReportKey{Unit: unit, Form: form.ID, Period: "2021"}, KeptAs: kept, Entries: []bot.Entry{{Item: 1, Value: bot.Count(n)}}}
		return Sum(form, "2021", 1, []bot.Submission{s}, nil).Checksum
	}
	before := sum("县水务局", "", 3)
	if after := sum("县水利局", "县水务局", 3); after != before {
		t.Errorf("renamed, the checksum is %s, not %s", after, before)
	}
	if other := sum("县水利局", "", 3); other == before {
		t.Error("another unit has the same checksum")
	}
	if more := sum("县水利局", "县水务局", 4); more == before {
		t.Error("another value has the same checksum")
	}
}
