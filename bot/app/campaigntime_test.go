package app_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"anyuebot/bot"
)

// TestThreeTempers tells how often a unit is written to in a whole campaign: one that
// reports before it is asked, one that reports when it is reminded first, and one that
// never says a word. The numbers follow from the ladder:
//
//	average: 附件1首次, 咨询日方案, 咨询日数字, 附件2首次, 盖章件, 案例 of seven months, 年终首次
//	silent:  附件1首次, 附件1逾期, 咨询日方案, 咨询日数字, 附件2首次, 附件2二次 with 案例 of June,
//	         附件2当天, 附件2逾期, 案例 of five months, 年终首次, 年终当天 with 案例 of December, 年终逾期
func TestThreeTempers(t *testing.T) {
	if slowed {
		t.Skip("seven months are for a run without the race detector: go test ./bot/app -run TestThreeTempers")
	}
	synctest.Test(t, func(t *testing.T) {
		c := newCampaign(t, loaded(t), wall("2021-05-31 07:00"), 1,
			rosterRow{"甲子镇", "乡镇", "prompt"}, rosterRow{"乙子镇", "乡镇", "average"}, rosterRow{"丙子镇", "乡镇", "silent"})
		defer c.stops()
		c.post.calm, c.coarse = true, true
		c.start(0)
		var a agenda
		early, average := c.units[0], c.units[1]
		for i, owed := range []string{"附件1", "活动方案", "附件2", "总结", "盖章件"} {
			a.add(wall("2021-06-01 08:00").Add(time.Duration(i)*time.Minute), func() { c.hands(early, owed) })
		}
		a.add(wall("2021-12-22 08:00"), func() { c.hands(early, "年终") })
		for month := time.June; month <= time.December; month++ {
			owed := fmt.Sprintf("案例 2021-%02d", month)
			a.add(time.Date(2021, month, 20, 8, 0, 0, 0, campaignZone), func() { c.hands(early, owed) })
		}
		for _, m := range moments {
			if m.to != bot.ToLiaisons {
				continue
			}
			a.add(m.at.Add(time.Hour), func() {
				for _, owed := range m.owes {
					c.hands(average, owed)
				}
			})
		}
		c.plays(&a, wall("2022-01-08 00:00"))
		r := c.over()
		for _, is := range r.complains() {
			t.Error(is)
		}
		got := map[string]int{}
		for _, try := range r.tries {
			if r.letters[try.parcel.ID].Kind == string(bot.BroadcastRemind) {
				got[try.parcel.UserID]++
			}
		}
		for user, want := range map[string]int{"prompt": 0, "average": 13, "silent": 16} {
			if got[user] != want {
				t.Errorf("%s got %d, want %d", user, got[user], want)
			}
		}
		t.Logf("%d minutes; messages to a prompt unit %d, to an average one %d, to a silent one %d; lists to a member of the office %d",
			len(r.minutes), got["prompt"], got["average"], got["silent"], got["office"])
	})
}

// TestRestartAtAnySecond: whenever a process ends, or dies, around the first reminder of
// the campaign, and whenever it begins anew, everybody gets that reminder once.
func TestRestartAtAnySecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		notice := loaded(t)
		step := 1
		if slowed {
			step = 5
		}
		for second := 0; second <= 20; second += step {
			for _, away := range []time.Duration{0, time.Second, 40 * time.Second, 2 * time.Hour} {
				for _, dead := range []bool{false, true} {
					at := wall("2021-06-01 14:29").Add(50*time.Second + time.Duration(second)*time.Second)
					c := newCampaign(t, notice, at.Add(-time.Minute), 1, county80()[:3]...)
					c.post.calm = true
					c.start(0)
					c.until(at)
					c.end(0, dead)
					time.Sleep(away)
					c.anew()
					c.start(0)
					c.until(wall("2021-06-01 17:30"))
					c.onceEach(fmt.Sprintf("%s, away for %s, dead %v", at.Format("15:04:05"), away, dead))
				}
			}
		}
	})
}

// TestRestartAtEverySecond is one campaign with a process that never lives longer than a
// second, from half an hour before the first reminder to its time.
func TestRestartAtEverySecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCampaign(t, loaded(t), wall("2021-06-01 13:59").Add(55*time.Second), 1, county80()[:3]...)
		c.post.calm = true
		for i := 0; c.now().Before(wall("2021-06-01 14:30").Add(5 * time.Second)); i++ {
			c.start(i % 2)
			time.Sleep(time.Second)
			c.end(i%2, i%3 == 0)
		}
		c.start(0)
		c.until(wall("2021-06-01 17:30"))
		c.onceEach("every second")
	})
}

// onceEach ends a campaign and holds it to the rules; every unit has got one reminder,
// and another at most if it is marked as one that may have come twice.
func (c *campaign) onceEach(when string) {
	c.t.Helper()
	r := c.over()
	for _, is := range r.complains() {
		c.t.Errorf("%s: %s", when, is)
	}
	for _, s := range c.units {
		n := 0
		for _, t := range r.tries {
			if t.arrives && strings.Contains(t.parcel.Text, s.name) {
				n++
			}
		}
		if twice := slices.ContainsFunc(r.tries, func(t try) bool { return r.letters[t.parcel.ID].Unsure }); n != 1 && !(n == 2 && twice) {
			c.t.Errorf("%s: %s got %d", when, s.name, n)
		}
	}
}

// TestClockOfTheMachine: whatever the zone of the machine, and while its clocks are put
// back for the winter, reminders go by the clock of the county.
func TestClockOfTheMachine(t *testing.T) {
	was := time.Local
	defer func() { time.Local = was }()
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for _, zone := range []*time.Location{time.UTC, newYork} {
		time.Local = zone
		synctest.Test(t, func(t *testing.T) {
			// The real clock shows the campaign's time; summer time ends in New York
			// on 7 November.
			time.Sleep(time.Until(wall("2021-10-27 23:30")))
			c := newCampaign(t, loaded(t), time.Now(), 1, county80()[:4]...)
			c.post.calm = true
			c.start(0)
			c.until(wall("2021-11-08 20:00"))
			c.end(0, false)
			c.until(wall("2021-11-29 07:00"))
			c.start(0)
			c.until(wall("2021-11-29 20:00"))
			r := c.over()
			for _, is := range r.complains() {
				t.Errorf("%s: %s", zone, is)
			}
			var at []string
			for _, try := range r.tries {
				if try.parcel.UserID == "u00" {
					at = append(at, try.at.Format("01-02 15:04"))
				}
			}
			if want := []string{"10-28 09:00", "11-29 10:00"}; !slices.Equal(at, want) {
				t.Errorf("%s: reminded at %v, want %v", zone, at, want)
			}
		})
	}
}

// TestLeapDay: the last working days of February are the 28th and the 29th in a leap
// year. Of 2028 no holidays are known: the days of the week decide. In 2026 a Saturday
// is worked for the Spring Festival.
func TestLeapDay(t *testing.T) {
	for _, at := range []struct {
		year           int
		people, office string
	}{
		{2024, "2024-02-28 09:00", "2024-02-29 16:00"},
		{2028, "2028-02-28 10:00", "2028-02-29 16:00"}, // a Monday
		{2026, "2026-02-27 09:00", "2026-02-28 16:00"},
	} {
		t.Run(fmt.Sprint(at.year), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newCampaign(t, moved(loaded(t), at.year), wall(fmt.Sprintf("%d-02-20 07:00", at.year)), 1, county80()[:2]...)
				c.post.calm = true
				c.start(0)
				c.until(wall(fmt.Sprintf("%d-03-02 20:00", at.year)))
				got := map[string][]string{}
				for _, try := range c.over().tries {
					got[try.parcel.UserID] = append(got[try.parcel.UserID], try.at.Format("2006-01-02 15:04"))
				}
				if !slices.Equal(got["u00"], []string{at.people}) || !slices.Equal(got["office"], []string{at.office}) {
					t.Errorf("reminded at %v, want %s and %s", got, at.people, at.office)
				}
			})
		})
	}
}

// moved is a notice of another year, with cases from January to March and no other form
// to be reminded of.
func moved(n *bot.Notice, year int) *bot.Notice {
	by := year - 2021
	for i := range n.Deadlines {
		d := &n.Deadlines[i]
		d.At, d.Aim = d.At.AddDate(by, 0, 0), d.Aim.AddDate(by, 0, 0)
	}
	n.Year = fmt.Sprint(year)
	for i := range n.Forms {
		f := &n.Forms[i]
		if f.Monthly() {
			f.From, f.To = fmt.Sprintf("%d-01", year), fmt.Sprintf("%d-03", year)
		} else {
			f.Period = n.Year
		}
	}
	n.Ladder.Rungs = slices.DeleteFunc(n.Ladder.Rungs, func(r bot.Rung) bool { return r.Day.From != bot.DayMonth })
	return n
}

// TestLineDownOverTwoMoments: who could not be written to at one moment, and not before
// the next is there, gets one message about all of it.
func TestLineDownOverTwoMoments(t *testing.T) {
	for _, halts := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			c := newCampaign(t, loaded(t), wall("2021-06-29 08:00"), 1, county80()[:3]...)
			c.post.calm = true
			c.post.set(false, halts)
			c.start(0)
			c.until(wall("2021-06-30 10:00"))
			c.post.set(true, false)
			c.until(wall("2021-06-30 17:00"))
			r := c.over()
			for _, is := range r.complains() {
				t.Errorf("the line halts %v: %s", halts, is)
			}
			var got []string
			for _, try := range r.tries {
				if try.parcel.UserID == "u00" && try.arrives {
					got = append(got, try.parcel.Text)
				}
			}
			for _, what := range []string{"附件2待报送", "总结待报送", "6月案例待报送"} {
				if len(got) != 1 || !strings.Contains(got[0], what) {
					t.Errorf("the line halts %v: %q is not said in one message: %q", halts, what, got)
				}
			}
		})
	}
}

// TestMissedAltogether: what was missed till it makes no sense any more is not sent when
// the service is there again, though something else is.
func TestMissedAltogether(t *testing.T) {
	for _, c := range []struct {
		name, up, till string
		want           map[string][]string
	}{
		{"the plan, when the figures are due", "2021-06-17 08:40", "2021-06-18 17:00", map[string][]string{"u00": {"06-17 09:00"}}},
		{"the day of a deadline, on the day after", "2021-06-03 08:40", "2021-06-03 17:00", map[string][]string{"u00": {"06-03 09:00"}, "office": {"06-03 16:00"}}},
		{"the first reminder, on the day of the deadline", "2021-06-02 10:00", "2021-06-02 15:00", map[string][]string{"u00": {"06-02 10:00"}, "g1": {"06-02 10:00"}}},
		{"the whole of June, in July", "2021-07-02 18:00", "2021-07-06 12:00", map[string][]string{"u00": {"07-05 10:00"}, "office": {"07-05 10:00"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				is := newCampaign(t, loaded(t), wall(c.up), 1, county80()[:2]...)
				is.post.calm = true
				is.start(0)
				is.until(wall(c.till))
				r := is.over()
				for _, is := range r.complains() {
					t.Error(is)
				}
				got := map[string][]string{}
				for _, try := range r.tries {
					if to := try.parcel.UserID + try.parcel.Group; c.want[to] != nil || to == "g1" || to == "office" {
						got[to] = append(got[to], try.at.Format("01-02 15:04"))
					}
				}
				if !maps.EqualFunc(got, c.want, slices.Equal) {
					t.Errorf("got %v, want %v", got, c.want)
				}
			})
		})
	}
}
