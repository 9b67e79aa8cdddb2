package bot_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"anyuebot/bot"
)

// TestWhoSpeaks plays hand-overs, deputies, registrations and answers in any order
// and at any time. Whatever happened, both sides say the same of who speaks for
// whom, and no draft is changed by anybody who does not.
func TestWhoSpeaks(t *testing.T) {
	n := loadNotice(t)
	units := []string{"山河镇", "三嘉乡", "县妇联"}
	members := []string{"lisi", "wang", "zhao", "qian", "office", "office2"}
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(rt, n, "单位,类别,联络员userid\n山河镇,乡镇,lisi\n三嘉乡,乡镇,wang\n县妇联,部门,\n")
		unit := func() string { return rapid.SampledFrom(units).Draw(rt, "unit") }
		member := func() string { return rapid.SampledFrom(members).Draw(rt, "member") }
		last := ""
		for range rapid.IntRange(5, 40).Draw(rt, "steps") {
			who := member()
			text := ""
			what := rapid.IntRange(0, 12).Draw(rt, "what")
			if last != "" && w.session(last).Proposal != nil && what > 4 {
				who, what = last, -1
			}
			switch last = who; what {
			case 0, 1:
				w.now = w.now.Add(time.Duration(rapid.IntRange(1, 60).Draw(rt, "hours")) * time.Hour)
				continue
			case 2:
				last = "office"
				who, text = last, fmt.Sprintf("换联络员 %s %s 工作调整", unit(), member())
			case 3:
				text = fmt.Sprintf("B角 %s %s 至%s", unit(), member(), w.now.AddDate(0, 0, 2).Format("1月2日15时"))
			case 4:
				text = fmt.Sprintf("B角 %s 王五 %s", unit(), w.now.AddDate(0, 0, 1).Format("至1月2日"))
			case 5, 12:
				text = "B角 " + unit()
			case 6:
				text = "撤回B角 " + unit()
			case 7:
				text = "登记 " + unit()
			case 8:
				text = "撤回登记"
			case 9:
				text = "填报 " + unit()
			case 10:
				text = fmt.Sprintf("改%d %d", rapid.IntRange(1, 2).Draw(rt, "item"), rapid.IntRange(1, 9).Draw(rt, "value"))
			case 11:
				text = fmt.Sprint(rapid.IntRange(1, 9).Draw(rt, "value"))
			default:
				text = "确认"
			}
			group := ""
			if rapid.Bool().Draw(rt, "group") {
				group = "g1"
			}
			before := map[string]map[int]bot.Value{}
			for _, u := range units {
				before[u] = w.draft(u)
			}
			speaks := w.person(who).At(w.now).Units
			reply := w.turn(who, bot.Message{Media: bot.MediaText, Text: text, Group: group})
			rt.Logf("%s %s: %s\n%s", w.now.Format("1-2 15:04"), who, text, reply)
			for _, u := range units {
				if !slices.Contains(speaks, u) && fmt.Sprint(before[u]) != fmt.Sprint(w.draft(u)) {
					rt.Fatalf("%s changed the draft of %s", who, u)
				}
			}
			w.agrees(rt)
		}
	})
}

// agrees checks that units and people say the same of who speaks for whom.
func (w *world) agrees(t *rapid.T) {
	t.Helper()
	byID := map[string]bot.Person{}
	for _, p := range w.people {
		byID[p.ID] = p
	}
	for _, u := range w.units {
		for _, p := range byID {
			if is := u.Liaison == p.ID; is != slices.Contains(p.Units, u.Name) {
				t.Fatalf("%s is liaison of %s: %t; %v", p.UserID, u.Name, is, p.Units)
			}
			speaks := slices.Contains(u.Speakers(w.now), p.ID)
			if speaks != slices.Contains(p.At(w.now).Units, u.Name) {
				t.Fatalf("%s speaks for %s: %t; %+v", p.UserID, u.Name, speaks, p)
			}
		}
		for _, d := range u.Deputies {
			if d.Person != "" && !slices.Contains(byID[d.Person].Acting, bot.Mandate{Unit: u.Name, From: d.From, Until: d.Until, By: d.By}) {
				t.Fatalf("%s has deputy %+v, who has %+v", u.Name, d, byID[d.Person].Acting)
			}
		}
	}
	for _, p := range byID {
		for _, m := range p.Acting {
			i := slices.IndexFunc(w.units, func(u bot.Unit) bool { return u.Name == m.Unit })
			if i < 0 || !slices.Contains(w.units[i].Deputies, bot.Deputy{Person: p.ID, Name: nameOf(w.units[i], p.ID), From: m.From, Until: m.Until, By: m.By}) {
				t.Fatalf("%s stands in by %+v, which its unit has not so", p.UserID, m)
			}
		}
	}
}

func nameOf(u bot.Unit, id string) string {
	for _, d := range u.Deputies {
		if d.Person == id {
			return d.Name
		}
	}
	return ""
}
