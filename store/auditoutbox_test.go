package store

import (
	"strings"
	"testing"
	"time"

	"anyuebot/bot"
)

// TestAuditDeliveries: what must not be said of a delivery.
func TestAuditDeliveries(t *testing.T) {
	for _, c := range []struct {
		name  string
		d     bot.Delivery
		fault string
	}{
		{"for a person without a record", bot.Delivery{ID: "d", Person: "p", State: bot.DeliveryPending}, "who has no record"},
		{"of a broadcast without one", bot.Delivery{ID: "d", Group: "g", Broadcast: "b", State: bot.DeliveryPending}, "belongs to broadcast b"},
		{"ended with its address", bot.Delivery{ID: "d", Group: "g", ReplyURL: "SECRET", State: bot.DeliveryAccepted}, "still holds the address"},
		{"open for nobody", bot.Delivery{ID: "d", State: bot.DeliveryPending}, "is for nobody"},
		{"ended for nobody", bot.Delivery{ID: "d", State: bot.DeliveryRefused, Why: bot.OutNobody}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			codec, err := newCodec()
			if err != nil {
				t.Fatal(err)
			}
			k := keys{notice: "n"}
			a := newAuditor(codec, k, "n", nil)
			a.known = true
			value, err := codec.encode("k", c.d)
			if err != nil {
				t.Fatal(err)
			}
			a.add(k.delivery(c.d), value)
			faults := a.finish().Faults
			switch {
			case c.fault == "" && len(faults) == 0:
			case c.fault != "" && len(faults) == 1 && strings.Contains(faults[0].What, c.fault) && !strings.Contains(faults[0].What, "SECRET"):
			default:
				t.Errorf("faults %v, want one with %q", faults, c.fault)
			}
		})
	}
	t.Run("open and ended", func(t *testing.T) {
		codec, err := newCodec()
		if err != nil {
			t.Fatal(err)
		}
		k := keys{notice: "n"}
		a := newAuditor(codec, k, "n", nil)
		a.known = true
		for _, state := range []bot.DeliveryState{bot.DeliveryPending, bot.DeliveryAccepted} {
			d := bot.Delivery{ID: "d", Group: "g", State: state}
			value, err := codec.encode("k", d)
			if err != nil {
				t.Fatal(err)
			}
			a.add(k.delivery(d), value)
		}
		if faults := a.finish().Faults; len(faults) != 1 {
			t.Errorf("faults %v", faults)
		}
	})
}

// TestAuditReminders: what is marked as sent was, and what was is marked.
func TestAuditReminders(t *testing.T) {
	at := time.Date(2021, 6, 30, 1, 0, 0, 0, time.UTC)
	slot := bot.Slot{Rung: "附件2当天", Due: at}
	sent := bot.Slot{Rung: "附件2当天", Due: at, Broadcast: "b", At: at}
	b := bot.Broadcast{ID: "b", Kind: bot.BroadcastRemind, Slots: []bot.Slot{slot}}
	for _, c := range []struct {
		name  string
		kept  bot.Reminding
		list  []bot.Broadcast
		fault string
	}{
		{"sent and marked", bot.Reminding{Done: []bot.Slot{sent}}, []bot.Broadcast{b}, ""},
		{"passed over", bot.Reminding{Done: []bot.Slot{{Rung: "附件2二次", Due: at, Why: bot.SpareSuperseded}}}, nil, ""},
		{"marked and not sent", bot.Reminding{Done: []bot.Slot{sent}}, nil, "belongs to broadcast b"},
		{"sent and not marked", bot.Reminding{}, []bot.Broadcast{b}, "not marked as sent"},
		{"marked twice", bot.Reminding{Done: []bot.Slot{sent, {Rung: "附件2当天", Due: at, Why: bot.SpareSuperseded}}}, []bot.Broadcast{b}, "dealt with twice"},
		{"paused by nobody known", bot.Reminding{Pause: &bot.Pause{By: "p"}}, nil, "who has no record"},
	} {
		t.Run(c.name, func(t *testing.T) {
			codec, err := newCodec()
			if err != nil {
				t.Fatal(err)
			}
			k := keys{notice: "n"}
			a := newAuditor(codec, k, "n", nil)
			a.known = true
			add := func(key string, record any) {
				value, err := codec.encode(key, record)
				if err != nil {
					t.Fatal(err)
				}
				a.add(key, value)
			}
			for _, b := range c.list {
				add(k.broadcast(b.ID, b.Done), b)
			}
			add(k.reminding(), c.kept)
			faults := a.finish().Faults
			if c.fault == "" && len(faults) > 0 || c.fault != "" && (len(faults) != 1 || !strings.Contains(faults[0].What, c.fault)) {
				t.Errorf("faults %v, want one with %q", faults, c.fault)
			}
		})
	}
}
