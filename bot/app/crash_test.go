package app_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"anyuebot/bot"
)

// FuzzCrashes kills the outbox at random calls, of the store and of the
// platform, before they are done or behind, for two hours; the platform behaves
// badly meanwhile. In the end every intent is accepted, or it is said why not;
// nothing came twice but what says that it may have.
//
// A plain test run plays a few seeds. The long form plays as many as there is
// time for: go test -fuzz FuzzCrashes -fuzztime 10m ./bot/app
func FuzzCrashes(f *testing.F) {
	for seed := range 2 {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed int) {
		synctest.Test(t, func(t *testing.T) { crashes(t, seed) })
	})
}

func crashes(t *testing.T, seed int) {
	r := newRig(t)
	r.enrol("单位,类别,联络员userid\n" + roster(70))
	chance, moods := dice(seed), dice(-seed-1) // the moods are the platform's, under its lock
	start := time.Now()
	r.platform.took = func(bot.Parcel) time.Duration { return time.Duration(moods.IntN(3)) * time.Second }
	r.platform.behave = func(p bot.Parcel, via string) (bot.Attempt, bool) {
		return badly(moods.IntN(100), p, via, time.Since(start))
	}
	nudged := map[string]bool{"b55": true}
	var asked sync.Map
	r.compose = func(n *bot.Notice, b bot.Broadcast, to bot.Recipient, now time.Time) (bot.Send, bool) {
		// Some hand their report in while the nudge is on its way to them.
		_, before := asked.LoadOrStore(b.ID+to.Person.UserID, true)
		if before && nudged[b.ID] && strings.HasSuffix(to.Person.UserID, "7") {
			return bot.Send{}, false
		}
		return say(n, b, to, now)
	}

	var intents []bot.Delivery
	f := func() *fuse {
		return &fuse{left: 1 + chance.IntN(60), before: chance.IntN(2) == 0}
	}
	p := r.start(f())
	for minute := range 120 {
		time.Sleep(time.Minute)
		for i := range chance.IntN(4) {
			who := fmt.Sprint("u", 1+chance.IntN(60))
			d := r.delivery(fmt.Sprintf("d%03d-%d", minute, i), who)
			switch chance.IntN(4) {
			case 0:
				d = r.reply(d.ID, who)
			case 1:
				d = r.toGroup(d.ID, fmt.Sprint("g", chance.IntN(3)))
			}
			r.commit(who, bot.Changes{Deliveries: []bot.Delivery{d}})
			intents = append(intents, d)
		}
		switch minute {
		case 10:
			r.commit("boss", bot.Changes{Chats: []bot.Chat{{ID: "g0", Robot: secretKey + "0"}, {ID: "g1", Robot: secretKey + "1"}}})
		case 20, 55:
			b := &bot.Broadcast{ID: fmt.Sprint("b", minute), Kind: bot.BroadcastNotice, At: time.Now(), Text: "请各单位抓紧", Groups: true}
			if minute == 55 {
				b.Kind, b.Form, b.Groups = bot.BroadcastNudge, r.notice.Main, false
			}
			r.commit("boss", bot.Changes{Broadcast: b})
			for i := range 60 {
				who := fmt.Sprint("u", i+1)
				intents = append(intents, bot.Delivery{ID: b.ID + "-" + r.store.PersonID(who), Broadcast: b.ID, Person: r.store.PersonID(who)})
			}
		}
		select {
		case <-p.done:
			time.Sleep(time.Duration(chance.IntN(180)) * time.Second)
			p = r.start(f())
		default:
		}
	}
	p.end()
	p = r.start(nil)
	time.Sleep(80 * time.Hour) // the robot of g1 is never mended
	p.end()

	if n := r.open(); n != 0 {
		t.Errorf("%d are still open", n)
	}
	ends := map[string]int{}
	for _, want := range intents {
		v, err := r.store.View(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		d, ok, err := v.Delivery(want.Broadcast, want.ID)
		v.Close()
		if err != nil {
			t.Fatal(err)
		}
		n := r.platform.count(want.ID)
		if !ok {
			// Only who was not meant any more when the page was made.
			if !nudged[want.Broadcast] || n != 0 {
				t.Errorf("%s is lost", want.ID)
			}
			continue
		}
		ends[strings.TrimSpace(fmt.Sprint(d.State, " ", d.Why))]++
		most := 1
		if d.Unsure {
			most = 2
		}
		switch {
		case !d.State.Ended():
			t.Errorf("%s has not ended: %s", d.ID, d.State)
		case n > most:
			t.Errorf("%s, %s, arrived %d times, unsure %v", d.ID, d.State, n, d.Unsure)
		case d.State == bot.DeliveryAccepted && n == 0:
			t.Errorf("%s was accepted and never arrived", d.ID)
		case d.State != bot.DeliveryAccepted && n > 0 && !d.Unsure:
			t.Errorf("%s arrived and is %s", d.ID, d.State)
		case d.State != bot.DeliveryAccepted && d.State != bot.DeliveryDropped && d.Why == "":
			t.Errorf("%s is %s without a reason", d.ID, d.State)
		}
	}
	inOrder(t, r, intents)
	r.sound()
	t.Logf("%d intents: %v", len(intents), ends)
}

// inOrder holds each recipient's messages, but for answers, to the order in
// which they were stored.
func inOrder(t *testing.T, r *rig, intents []bot.Delivery) {
	last := map[string]int{}
	for _, d := range intents {
		at := r.platform.arrived[d.ID]
		if d.ReplyURL != "" || d.Broadcast != "" || len(at) == 0 {
			continue
		}
		to := d.Person + d.Group
		if at[0] < last[to] {
			t.Errorf("%s overtook what was sent to the same before it", d.ID)
		}
		last[to] = at[len(at)-1]
	}
}

// badly is a platform with moods. roll is from 0 to 99.
func badly(roll int, p bot.Parcel, via string, since time.Duration) (bot.Attempt, bool) {
	ok := bot.Attempt{Fate: bot.FateAccepted}
	switch minute := since.Minutes(); {
	case via == "app" && minute > 30 && minute < 45:
		return bot.Attempt{Fate: bot.FateHalted, Code: 60020, Why: "ip", Detail: "203.0.113.7"}, false
	case via == "robot:g1" && minute > 60:
		return bot.Attempt{Fate: bot.FateHalted, Code: 93000, Why: "robot"}, false
	case p.UserID == "u5":
		return bot.Attempt{Fate: bot.FateRefused, Code: 81013, Why: "member"}, false
	case via == "reply" && roll < 20:
		return bot.Attempt{Fate: bot.FateRefused, Why: "used"}, false
	case roll < 60:
		return ok, true
	case roll < 70:
		return bot.Attempt{Fate: bot.FateLater, Code: -1, Why: "busy"}, false
	case roll < 80:
		return bot.Attempt{Fate: bot.FateLater, Code: 45009, Why: "limit", Wait: time.Minute, Limited: true}, false
	case roll < 90:
		return bot.Attempt{Fate: bot.FateLater, Why: "network"}, false
	case roll < 95:
		return bot.Attempt{Fate: bot.FateLater, Why: "network", Unsure: true}, true
	default:
		return bot.Attempt{Fate: bot.FateLater, Why: "network", Unsure: true}, false
	}
}

// roster has units of which every seventh has no liaison and the rest are
// spread over 60 people.
func roster(units int) string {
	var b strings.Builder
	n := 0
	for i := range units {
		who := ""
		if i%7 != 6 {
			n++
			who = fmt.Sprint("u", n%60+1)
		}
		fmt.Fprintf(&b, "单位%03d,部门,%s\n", i, who)
	}
	// Those that have none yet.
	for ; n < 60; n++ {
		fmt.Fprintf(&b, "补%03d,部门,u%d\n", n, (n+1)%60+1)
	}
	return b.String()
}
