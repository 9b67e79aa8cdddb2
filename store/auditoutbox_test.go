package store

import (
	"strings"
	"testing"

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
			k := keys{"n"}
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
		k := keys{"n"}
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
