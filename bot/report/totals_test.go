package report

import (
	"testing"

	"anyuebot/bot"
)

func TestDeduct(t *testing.T) {
	form := &bot.Form{ID: "表", Fields: []bot.Field{{Item: 1, Kind: bot.KindCount}, {Item: 2, Kind: bot.KindCount}}}
	counted := []bot.Submission{{Key: bot.ReportKey{Unit: "甲"}, Entries: []bot.Entry{{Item: 1, Value: bot.Count(30)}}}}
	sum := func(deductions ...bot.Deduction) bot.Totals {
		totals := Sum(form, "2021", 1, counted, nil)
		Deduct(&totals, deductions)
		return totals
	}
	plain := Sum(form, "2021", 1, counted, nil).Checksum
	for _, test := range []struct {
		about      string
		deductions []bot.Deduction
		reported   int64
		same       bool // the checksum of the units' values alone
	}{
		{"none", nil, 30, true},
		{"one", []bot.Deduction{{Item: 1, Number: 12}}, 18, false},
		{"two", []bot.Deduction{{Item: 1, Number: 5}, {Item: 1, Number: 7}}, 18, false},
		{"more than there is now", []bot.Deduction{{Item: 1, Number: 40}}, 0, false},
		{"of no item", []bot.Deduction{{Item: 9, Number: 1}}, 30, true},
	} {
		got := sum(test.deductions...)
		if got.Items[0].Reported() != test.reported || got.Items[0].Sum != 30 || (got.Checksum == plain) != test.same || len(got.Checksum) != 8 {
			t.Errorf("%s: %+v, %s", test.about, got.Items[0], got.Checksum)
		}
	}
	if a, b := sum(bot.Deduction{Item: 1, Number: 12, Reason: "甲"}), sum(bot.Deduction{Item: 1, Number: 5}, bot.Deduction{Item: 1, Number: 7}); a.Checksum != b.Checksum {
		t.Error("the same figures have two checksums")
	}
}

func TestStanding(t *testing.T) {
	draft := []bot.Entry{{Item: 1, Value: bot.Count(1)}}
	sub := &bot.Submission{Version: 1}
	for _, test := range []struct {
		about  string
		one    bot.Filed
		drafts bool
		want   string // "", "version" or "draft"
	}{
		{"not submitted", bot.Filed{Report: &bot.Report{Draft: draft}}, false, ""},
		{"not submitted, drafts wanted", bot.Filed{Report: &bot.Report{Draft: draft}}, true, "draft"},
		{"empty", bot.Filed{Report: &bot.Report{}}, true, ""},
		{"submitted", bot.Filed{Report: &bot.Report{Draft: draft, Counted: 1}, Counted: sub}, true, "version"},
		{"changed since", bot.Filed{Report: &bot.Report{Draft: draft, Counted: 1, Dirty: true}, Counted: sub}, true, "draft"},
		{"changed since, drafts not wanted", bot.Filed{Report: &bot.Report{Draft: draft, Counted: 1, Dirty: true}, Counted: sub}, false, "version"},
	} {
		got, draft := Standing(test.one, test.drafts)
		what := map[bool]string{true: "draft", false: "version"}[draft]
		if got == nil {
			what = ""
		}
		if what != test.want {
			t.Errorf("%s: %s, want %s", test.about, what, test.want)
		}
	}
}

func TestStamped(t *testing.T) {
	key := func(unit string) bot.ReportKey { return bot.ReportKey{Unit: unit} }
	stamp := func(unit string, version int, v bot.StampVerdict) bot.Docket {
		return bot.Docket{Key: key(unit), Stamp: &bot.Stamp{Version: version, Verdict: v}}
	}
	filed := func(unit string, version int) bot.Filed {
		return bot.Filed{Report: &bot.Report{Key: key(unit)}, Counted: &bot.Submission{Key: key(unit), Version: version}}
	}
	got := Stamped(
		[]bot.Filed{filed("甲", 2), filed("乙", 2), filed("丙", 1), {Report: &bot.Report{Key: key("丁")}}, filed("戊", 1)},
		[]bot.Docket{stamp("甲", 2, bot.StampSame), stamp("乙", 1, bot.StampSame), stamp("丙", 1, bot.StampChanged), stamp("丁", 1, bot.StampSame), {Key: key("戊")}},
	)
	if got != 1 {
		t.Errorf("%d agree, want 1: 甲 alone", got)
	}
}
