package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anyuebot/bot"
	"anyuebot/bot/wecom"
	"anyuebot/prompts"
	"anyuebot/store/kv"
)

// TestCausesAgree: every cause that a channel or the outbox gives has the
// office's mend, and there is no mend for a cause that nobody gives.
func TestCausesAgree(t *testing.T) {
	given := slices.Concat(wecom.Whys(), wecom.LongWhys(), []string{bot.OutRoad, bot.OutLate, bot.OutUnsure, bot.OutGone, bot.OutChanged})
	slices.Sort(given)
	given = slices.Compact(given) // a channel may find no road as well
	told := slices.Sorted(slices.Values(bot.OutWhys()))
	if diff := cmp.Diff(given, told); diff != "" {
		t.Errorf("given and told:\n%s", diff)
	}
	if slices.Contains(told, bot.OutNobody) {
		t.Errorf("%q is told by the names of the units", bot.OutNobody)
	}
}

// TestRoadsAgree: every road that a channel takes has its name in words.
func TestRoadsAgree(t *testing.T) {
	n, err := prompts.Load("", bot.WordingKeys())
	if err != nil {
		t.Fatal(err)
	}
	halt := func(via string) string {
		text, err := prompts.Render(n, bot.Alarm(n, []bot.Halt{{Via: via, Why: bot.OutRoad}}, time.UTC)[0])
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	for _, road := range []string{wecom.ViaApp, wecom.ViaRobot, wecom.ViaLong, wecom.ViaReply} {
		name := n.Wording["via."+road]
		for _, via := range []string{road, road + ":0123abcd"} {
			if name == "" || !strings.Contains(halt(via), name) {
				t.Errorf("%s: %s", via, halt(via))
			}
		}
	}
	if other := n.Wording["via.other"]; !strings.Contains(halt("pigeon"), other) {
		t.Errorf("a road without a name is not %s", other)
	}
}

// TestPageFitsACommit: a full page, with what it belongs to, is within what one
// commit of an engine may hold.
func TestPageFitsACommit(t *testing.T) {
	const others = 32 // records that a turn or page touches beside
	if puts, conditions := bot.MaxDeliveries+others, 2*bot.MaxDeliveries+others; puts > kv.MaxOps || conditions > kv.MaxOps {
		t.Errorf("%d puts on %d conditions, of %d", puts, conditions, kv.MaxOps)
	}
	// Text and card; the units of one person are few.
	if bytes := bot.MaxDeliveries * 4 * bot.ParcelLimit; bytes > kv.MaxBytes {
		t.Errorf("%d bytes, of %d", bytes, kv.MaxBytes)
	}
}
