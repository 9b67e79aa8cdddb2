package storetest

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anyuebot/bot"
	"anyuebot/store"
)

// testDeputies lets somebody stand in for a liaison: an import keeps it and says
// who spoke before, and a verification finds it on one side alone.
func testDeputies(t *testing.T, open Open) {
	s := campaign(t, open(t))
	seed(t, s)
	lisi, wangwu, zhao := s.PersonID("lisi"), s.PersonID("wangwu"), s.PersonID("zhao")
	until := noon().AddDate(0, 0, 7)
	deputy := bot.Deputy{Person: wangwu, Name: "王五", From: noon(), Until: until, By: lisi}
	mandate := bot.Mandate{Unit: "山河镇", From: noon(), Until: until, By: lisi}

	write := func(claim string, change func(*bot.Unit, *bot.Person)) {
		t.Helper()
		turn := begin(t, s, claim, "lisi")
		u, _, err := turn.Unit("山河镇")
		if err != nil {
			t.Fatal(err)
		}
		p, err := turn.Known("wangwu")
		if err != nil {
			t.Fatal(err)
		}
		change(&u, &p)
		if err := turn.Commit(bot.Changes{Units: []bot.Unit{u}, People: []bot.Person{p}}, noon(), bot.Reply{}); err != nil {
			t.Fatal(err)
		}
	}
	faults := func() string {
		t.Helper()
		a, err := s.Verify(context.Background(), nil)
		if err != nil {
			t.Fatal(err)
		}
		var keys []string
		for _, f := range a.Faults {
			keys = append(keys, f.Key)
		}
		return strings.Join(keys, " ")
	}

	write("named", func(u *bot.Unit, p *bot.Person) {
		u.Deputies, p.Acting = []bot.Deputy{deputy, {Name: "赵六", From: noon(), Until: until, By: lisi}}, []bot.Mandate{mandate}
	})
	if _, err := s.ImportRoster(context.Background(), []store.RosterRow{{Name: "山河镇", UserID: "zhao"}},
		store.ImportOptions{At: noon().Add(time.Hour), Reason: "调离"}); err != nil {
		t.Fatal(err)
	}
	v, err := s.View(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	u, _, err := v.Unit("山河镇")
	if err != nil || u.Liaison != zhao || len(u.Deputies) != 2 || !cmp.Equal(u.Deputies[0], deputy) {
		t.Errorf("after the import: %+v, %v", u, err)
	}
	people, err := v.People()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range people {
		var former []bot.Mandate
		switch p.ID {
		case lisi:
			former = []bot.Mandate{{Unit: "山河镇", From: noon(), Until: noon().Add(time.Hour)}}
		case wangwu:
			if !cmp.Equal(p.Acting, []bot.Mandate{mandate}) {
				t.Errorf("the deputy's own record: %+v", p)
			}
		}
		if !cmp.Equal(p.Former, former) {
			t.Errorf("%s spoke before for %+v, want %+v", p.UserID, p.Former, former)
		}
	}
	if got := faults(); got != "" {
		t.Errorf("faults at %s", got)
	}

	write("his side alone", func(u *bot.Unit, _ *bot.Person) { u.Deputies = nil })
	if got := faults(); !strings.Contains(got, "person/"+wangwu) {
		t.Errorf("no fault of the mandate alone: %s", got)
	}
	write("its side alone", func(u *bot.Unit, p *bot.Person) { u.Deputies, p.Acting = []bot.Deputy{deputy}, nil })
	if got := faults(); !strings.Contains(got, "unit/山河镇") {
		t.Errorf("no fault of the deputy alone: %s", got)
	}
	late := deputy
	late.Until = until.Add(time.Hour)
	write("longer on one side", func(u *bot.Unit, p *bot.Person) {
		u.Deputies, p.Acting = []bot.Deputy{late}, []bot.Mandate{mandate}
	})
	if got := faults(); !strings.Contains(got, "unit/山河镇") || !strings.Contains(got, "person/"+wangwu) {
		t.Errorf("no fault of other bounds: %s", got)
	}
}
