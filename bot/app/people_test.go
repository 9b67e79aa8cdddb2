package app_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"anyuebot/bot"
)

// TestBroadcastToDeputies: who stands in for a liaison is written to as well,
// once, and nobody whose time is over, not even when it ran out on the way.
func TestBroadcastToDeputies(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.compose = func(n *bot.Notice, b bot.Broadcast, to bot.Recipient, now time.Time) (bot.Send, bool) {
			send, _ := say(n, b, to, now)
			return send, len(to.Person.Units) > 0
		}
		r.enrol("单位,类别,联络员userid\n山河镇,乡镇,lisi\n湫头镇,乡镇,zhao\n县妇联,部门,fulian\n")
		lets := func(unit, userid string, until time.Time) {
			t.Helper()
			turn, err := r.store.Begin(t.Context(), unit+userid, "boss")
			if err != nil {
				t.Fatal(err)
			}
			defer turn.Close()
			u, _, err := turn.Unit(unit)
			if err != nil {
				t.Fatal(err)
			}
			p, err := turn.Known(userid)
			if err != nil {
				t.Fatal(err)
			}
			boss, from := r.store.PersonID("boss"), time.Now().Add(-time.Hour)
			u.Deputies = append(u.Deputies, bot.Deputy{Person: p.ID, From: from, Until: until, By: boss})
			p.Acting = append(p.Acting, bot.Mandate{Unit: unit, From: from, Until: until, By: boss})
			if err := turn.Commit(bot.Changes{Units: []bot.Unit{u}, People: []bot.Person{p}}, time.Now(), bot.Reply{}); err != nil {
				t.Fatal(err)
			}
		}
		later := time.Now().Add(24 * time.Hour)
		lets("山河镇", "wang", later)
		lets("湫头镇", "wang", later)
		lets("山河镇", "zhao", later) // the liaison of another unit
		lets("县妇联", "qian", time.Now().Add(-time.Minute))
		lets("县妇联", "sun", time.Now().Add(5*time.Minute))
		r.platform.behave = func(p bot.Parcel, _ string) (bot.Attempt, bool) {
			if p.UserID == "sun" {
				return bot.Attempt{Fate: bot.FateLater, Why: "limit", Wait: 10 * time.Minute, Limited: true}, false
			}
			return bot.Attempt{Fate: bot.FateAccepted}, true
		}
		r.commit("boss", bot.Changes{Broadcast: &bot.Broadcast{ID: "b", Kind: bot.BroadcastNotice, At: time.Now(), Text: "请各单位抓紧"}})
		p := r.start(nil)
		defer p.end()
		time.Sleep(time.Hour)
		synctest.Wait()
		var got []string
		for _, userid := range []string{"lisi", "zhao", "fulian", "wang", "qian", "sun"} {
			if d, ok := r.maybe("b", "b-"+r.store.PersonID(userid)); ok {
				got = append(got, userid+" "+string(d.State))
			}
		}
		if diff := cmp.Diff([]string{"lisi accepted", "zhao accepted", "fulian accepted", "wang accepted", "sun refused"}, got); diff != "" {
			t.Error(diff)
		}
		if d, _ := r.maybe("b", "b-"+r.store.PersonID("wang")); !slices.Equal(d.Units, []string{"山河镇", "湫头镇"}) {
			t.Errorf("wang was written to for %v", d.Units)
		}
		r.sound()
	})
}

func (r *rig) maybe(broadcast, id string) (bot.Delivery, bool) {
	r.t.Helper()
	v, err := r.store.View(r.t.Context())
	if err != nil {
		r.t.Fatal(err)
	}
	defer v.Close()
	d, ok, err := v.Delivery(broadcast, id)
	if err != nil {
		r.t.Fatal(err)
	}
	return d, ok
}

// TestAlarmToMembers: who was made a member of the office by a message is told
// of a halted road too, and keeps what their record holds.
func TestAlarmToMembers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		member := bot.Person{ID: r.store.PersonID("zhao"), UserID: "zhao", Member: true}
		r.commit("boss", bot.Changes{People: []bot.Person{member, {ID: r.store.PersonID("qian"), UserID: "qian"}}})
		p := r.start(nil)
		defer p.end()
		if err := p.app.Alarm(t.Context(), bot.Halt{Via: "long", Why: "elsewhere", Since: time.Now()}); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if said := r.platform.said(); len(said) != 1 || said[0][:len("zhao: halt")] != "zhao: halt" {
			t.Errorf("told %q", said)
		}
		v, err := r.store.View(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer v.Close()
		if got, _, err := v.Person(member.ID); err != nil || !cmp.Equal(got, member) {
			t.Errorf("the record is %+v, %v", got, err)
		}
	})
}
