package app_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"anyuebot/bot"
)

// TestScriptedHour is an hour in which the platform does all that its pages warn
// of, and the process dies twice. At its end every message that was meant is
// somewhere, and none came twice unmarked.
//
//	minute  0–9   all is well
//	       10–14  busy (-1) for every third attempt
//	       15–19  the token is refused whatever is done (42001)
//	       20–24  too many messages a minute (45009)
//	       25–34  the address is not on the list (60020)
//	       37–44  the line breaks behind every fifth request
//	       55–59  busy again
//
// One member does not exist, one is above their limit for hours, one group's
// robot is gone. In minute 30 a 通知 goes to 80 units and 2 groups. The process
// dies in minutes 22 and 41.
func TestScriptedHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		var csv strings.Builder
		csv.WriteString("单位,类别,联络员userid\n")
		for i := range 80 {
			fmt.Fprintf(&csv, "单位%03d,部门,u%d\n", i, i)
		}
		r.enrol(csv.String())
		r.commit("boss", bot.Changes{Chats: []bot.Chat{{ID: "g0", Robot: secretKey + "0"}, {ID: "g1", Robot: secretKey + "1"}}})
		attempts := map[string]int{}
		r.observe = func(via, outcome string) {
			r.platform.mu.Lock()
			defer r.platform.mu.Unlock()
			attempts[outcome]++
		}
		start, n := time.Now(), 0
		r.platform.took = func(bot.Parcel) time.Duration { return 300 * time.Millisecond }
		r.platform.behave = func(p bot.Parcel, via string) (bot.Attempt, bool) {
			n++
			return scripted(int(time.Since(start)/time.Minute), n, p, via)
		}
		f := &fuse{left: -1}
		p := r.start(f)
		var intents [][2]string // broadcast, ID
		for minute := range 60 {
			for i := range 3 {
				who := fmt.Sprint("u", (minute*3+i)%80)
				d := r.delivery(fmt.Sprintf("d%02d-%d", minute, i), who)
				switch i {
				case 1:
					d = r.reply(d.ID, who)
				case 2:
					d = r.toGroup(d.ID, fmt.Sprint("g", minute%2))
				}
				r.commit(who, bot.Changes{Deliveries: []bot.Delivery{d}})
				intents = append(intents, [2]string{"", d.ID})
			}
			switch minute {
			case 22, 41:
				f.mu.Lock()
				f.left = 5
				f.mu.Unlock()
			case 24, 43:
				<-p.done
				f = &fuse{left: -1}
				p = r.start(f)
			case 30:
				r.commit("boss", bot.Changes{Broadcast: &bot.Broadcast{ID: "b", Kind: bot.BroadcastNotice, At: time.Now(), Text: "请各单位抓紧", Groups: true}})
				for i := range 80 {
					intents = append(intents, [2]string{"b", "b-" + r.store.PersonID(fmt.Sprint("u", i))})
				}
			}
			time.Sleep(time.Minute)
		}
		states := map[bot.DeliveryState]int{}
		total, twice, unsure := 0, 0, 0
		count := func(d bot.Delivery) {
			total++
			states[d.State]++
			n := r.platform.count(d.ID)
			if n > 1 {
				twice++
			}
			if d.Unsure {
				unsure++
			}
			if n > 1 && !d.Unsure || n > 2 || d.State == bot.DeliveryAccepted && n == 0 || d.State == bot.DeliveryRefused && n > 0 {
				t.Errorf("%s is %s, unsure %v, and arrived %d times", d.ID, d.State, d.Unsure, n)
			}
		}
		for _, id := range intents {
			count(r.find(id[0], id[1]))
		}
		for _, chat := range []string{"g0", "g1"} {
			v, err := r.store.View(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if err := v.Open(func(d bot.Delivery) error {
				if d.Broadcast == "b" && d.Group == chat {
					count(d)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			if err := v.Ended(start, func(d bot.Delivery) error {
				if d.Broadcast == "b" && d.Group == chat {
					count(d)
				}
				return nil
			}); err != nil {
				t.Fatal(err)
			}
			v.Close()
		}
		if want := len(intents) + 2; total != want {
			t.Errorf("%d of %d intents are found", total, want)
		}
		// One whose next attempt is due just now is deferred like the others.
		states[bot.DeliveryDeferred] += states[bot.DeliveryPending] + states[bot.DeliverySending]
		t.Logf("accepted %d + refused %d + deferred %d + gave up %d + held %d = %d intents; %d may have come twice and %d did, all marked; attempts %v",
			states[bot.DeliveryAccepted], states[bot.DeliveryRefused], states[bot.DeliveryDeferred], states[bot.DeliveryGaveUp], states[bot.DeliveryHeld],
			total, unsure, twice, attempts)
		for _, s := range []bot.DeliveryState{bot.DeliveryAccepted, bot.DeliveryRefused, bot.DeliveryDeferred, bot.DeliveryGaveUp, bot.DeliveryHeld} {
			if states[s] == 0 {
				t.Errorf("the hour never led to %q", s)
			}
		}
		p.end()
		r.sound()
	})
}

// scripted is the platform of [TestScriptedHour] at its nth attempt.
func scripted(minute, n int, p bot.Parcel, via string) (bot.Attempt, bool) {
	later := func(code int64, why string) bot.Attempt {
		return bot.Attempt{Fate: bot.FateLater, Code: code, Why: why}
	}
	limit := bot.Attempt{Fate: bot.FateLater, Code: 45009, Why: "limit", Wait: time.Minute, Limited: true}
	switch {
	case p.UserID == "u7":
		return bot.Attempt{Fate: bot.FateRefused, Code: 81013, Why: "member"}, false
	case p.UserID == "u9":
		return limit, false
	case via == "robot:g1":
		return bot.Attempt{Fate: bot.FateHalted, Code: 93000, Why: "robot"}, false
	case minute >= 10 && minute < 15 && n%3 == 0, minute >= 55 && n%3 != 0:
		return later(-1, "busy"), false
	case minute >= 15 && minute < 20 && via == "app":
		return later(42001, "busy"), false
	case minute >= 20 && minute < 25:
		return limit, false
	case minute >= 25 && minute < 35 && via == "app":
		return bot.Attempt{Fate: bot.FateHalted, Code: 60020, Why: "ip", Detail: "203.0.113.7"}, false
	case minute >= 37 && minute < 45 && n%5 == 0:
		return bot.Attempt{Fate: bot.FateLater, Why: "network", Unsure: true}, n%2 == 0
	}
	return bot.Attempt{Fate: bot.FateAccepted}, true
}
