package wecom

import (
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"anyuebot/bot"
)

var noon = time.Date(2021, 6, 1, 12, 0, 0, 0, time.UTC)

func TestLimits(t *testing.T) {
	at := func(s int) time.Time { return noon.Add(time.Duration(s) * time.Second) }
	for _, c := range []struct {
		rule   string
		limits *limits
		before []int // seconds at which one message went
		n      int
		now    int
		want   time.Duration
	}{
		{"the first goes", toRobot(), nil, 1, 0, 0},
		{"the 20th of a robot goes", toRobot(), repeat(19, 0), 1, 59, 0},
		{"the 21st waits till the first is a minute old", toRobot(), repeat(20, 3), 1, 59, 4 * time.Second},
		{"and goes then", toRobot(), repeat(20, 3), 1, 63, 0},
		{"two wait for the second", toRobot(), append(repeat(1, 0), repeat(18, 5)...), 2, 10, 50 * time.Second},
		{"a member gets 30 in a minute", usual(), repeat(29, 0), 1, 1, 0},
		{"and the 31st waits", usual(), repeat(30, 0), 1, 1, 59 * time.Second},
		{"and 1000 in an hour", usual(), spread(999), 1, 3500, 0},
		{"and the 1001st waits", usual(), spread(1000), 1, 3500, 100 * time.Second},
		{"what an earlier process sent counts", toRobot(), append(repeat(10, 0), repeat(10, 30)...), 1, 40, 20 * time.Second},
	} {
		t.Run(c.rule, func(t *testing.T) {
			for i, s := range c.before {
				// Half of them before the process began, out of order.
				if i%2 == 0 {
					c.limits.remember("ZhangWei", 1, at(s), at(s))
				} else if wait := c.limits.take("zhangwei", 1, at(s)); wait != 0 {
					t.Fatalf("message %d waits %v", i, wait)
				}
			}
			if got := c.limits.take("zhangwei", c.n, at(c.now)); got != c.want {
				t.Errorf("waits %v, want %v", got, c.want)
			}
			if got := c.limits.take("lina", 1, at(c.now)); got != 0 {
				t.Errorf("somebody else waits %v", got)
			}
		})
	}
}

func repeat(n, at int) []int {
	var all []int
	for range n {
		all = append(all, at)
	}
	return all
}

// spread is so many messages that keep to the minute's limit, beginning at 0.
func spread(n int) []int {
	var all []int
	for i := range n {
		all = append(all, i*3)
	}
	return all
}

func TestLimitsGiveBack(t *testing.T) {
	l := toRobot()
	if wait := l.take("k", 20, noon); wait != 0 {
		t.Fatal(wait)
	}
	l.giveBack("k", 2)
	if wait := l.take("k", 2, noon); wait != 0 {
		t.Errorf("waits %v", wait)
	}
	if wait := l.take("k", 1, noon); wait != time.Minute {
		t.Errorf("waits %v", wait)
	}
	l.giveBack("k", 99)
	l.giveBack("nobody", 1)
	if wait := l.take("k", 20, noon); wait != 0 {
		t.Errorf("waits %v", wait)
	}
}

func TestLimitsForget(t *testing.T) {
	l := usual()
	for i := range 1000 {
		l.take(fmt.Sprint("member", i), 1, noon)
	}
	l.close("k", noon.Add(time.Minute))
	l.remember("old", 1, noon.Add(-2*time.Hour), noon)
	l.remember("ahead", 1, noon.Add(2*time.Hour), noon) // of a clock that went wrong
	l.take("k", 1, noon.Add(2*time.Hour))
	if len(l.spent) != 1 || len(l.shut) != 0 {
		t.Errorf("%d members and %d pauses are kept", len(l.spent), len(l.shut))
	}
}

// TestNothingIsDropped sends as fast as our own limits let it, beyond the hour
// after which the longest of them begins anew: the platform shows all of it.
func TestNothingIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := company(t)
		post := postTo(t, api, nil)
		sent := map[string]int{}
		start := time.Now()
		for i := 0; time.Since(start) < 65*time.Minute; i++ {
			wait := time.Hour
			for _, p := range []bot.Parcel{{UserID: "zhangwei", Text: fmt.Sprint(i)}, {Group: "wrG", Robot: theKey, Text: fmt.Sprint(i)}} {
				got := post.Send(t.Context(), p)
				switch {
				case got.Fate == bot.FateAccepted:
					sent[p.UserID]++
					wait = 0
				case got.Limited && got.Wait > 0 && got.Code == 0:
					wait = min(wait, got.Wait)
				default:
					t.Fatalf("%+v", got)
				}
			}
			time.Sleep(wait)
		}
		if n := len(api.Dropped()); n != 0 {
			t.Errorf("the platform dropped %d", n)
		}
		if got := len(api.PersonalOf("zhangwei")); got != sent["zhangwei"] || got < 1120 || got > 1180 {
			t.Errorf("%d of %d arrived", got, sent["zhangwei"])
		}
		if got := len(api.Group("wrG")); got != sent[""] || got < 1280 || got > 1320 {
			t.Errorf("%d of %d arrived in the group", got, sent[""])
		}
	})
}

// TestRememberedMessagesCount: a process that begins anew does not run into
// the platform's limits with what the last one sent.
func TestRememberedMessagesCount(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		post := postTo(t, company(t), shelf{"doc": "a document"})
		file := bot.Parcel{UserID: "zhangwei", Text: "请查收", File: &bot.File{Hash: "doc", Name: "a.txt", Size: 10}}
		group := bot.Parcel{UserID: "zhangwei", Group: "wrG", Robot: theKey, Text: "你好", Card: &bot.Card{Title: "x"}}
		sent := time.Now()
		time.Sleep(10 * time.Second)
		for range 15 {
			post.Remember(file, "app", sent) // two messages each
		}
		for range 20 {
			post.Remember(group, viaRobot(theKey), sent) // a robot shows no cards
		}
		post.Remember(file, "reply", sent)
		post.Remember(file, "", sent)
		for _, p := range []bot.Parcel{file, group} {
			if got := post.Send(t.Context(), p); !got.Limited || got.Wait != 50*time.Second {
				t.Errorf("%+v", got)
			}
		}
	})
}

// TestLimitsAreNotChargedForNothing: what never reached the platform does not
// count there.
func TestLimitsAreNotChargedForNothing(t *testing.T) {
	down := &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) { return nil, errRefusedLine })}
	post := NewPost(PostConfig{API: newAPI(t, down, nil), Robots: newRobots(t, down, nil)})
	for range 50 {
		for _, p := range []bot.Parcel{hello, {ID: "g", Group: "wrG", Robot: theKey, Text: "你好"}} {
			if got := post.Send(t.Context(), p); got.Limited || got.Why != WhyNetwork {
				t.Fatalf("%+v", got)
			}
		}
	}
}
