package storetest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anyuebot/bot"
	"anyuebot/store"
)

func testImport(t *testing.T, open Open) {
	s := campaign(t, open(t))
	id := s.PersonID
	at := noon()
	steps := []struct {
		name   string
		rows   []store.RosterRow
		reason string
		want   bot.RosterImport
		units  []bot.Unit
	}{
		{
			"add",
			[]store.RosterRow{
				{Name: " 山河镇 ", Kind: "乡镇", UserID: "LiSi"},
				{Name: "湫头镇", Kind: "乡镇"},
				{Name: ""},
				{Name: "山河镇"},
				{Name: string(make([]byte, store.MaxName+1))},
			},
			"",
			bot.RosterImport{Added: 2, Problems: []bot.RosterProblem{
				{Row: 3, Code: bot.ProblemNoName},
				{Row: 4, Unit: "山河镇", Code: bot.ProblemTwice},
				{Row: 5, Unit: string(make([]byte, store.MaxName+1)), Code: bot.ProblemLongName},
			}},
			[]bot.Unit{
				{Name: "山河镇", Kind: "乡镇", Liaison: id("lisi"), Since: at, Order: 1},
				{Name: "湫头镇", Kind: "乡镇", Order: 2},
			},
		},
		{
			"the same again, in other letters and order",
			[]store.RosterRow{{Name: "湫头镇"}, {Name: "山河镇", UserID: "LISI"}},
			"",
			bot.RosterImport{Unchanged: 2},
			[]bot.Unit{
				{Name: "山河镇", Kind: "乡镇", Liaison: id("lisi"), Since: at, Order: 1},
				{Name: "湫头镇", Kind: "乡镇", Order: 2},
			},
		},
		{
			"fill an empty userid, add one, one person for several",
			[]store.RosterRow{{Name: "县教育局", UserID: "lisi"}, {Name: "湫头镇", UserID: "lisi", Aliases: []string{"湫头"}}},
			"",
			bot.RosterImport{Added: 1, Updated: 1},
			[]bot.Unit{
				{Name: "山河镇", Kind: "乡镇", Liaison: id("lisi"), Since: at, Order: 1},
				{Name: "湫头镇", Kind: "乡镇", Aliases: []string{"湫头"}, Liaison: id("lisi"), Since: at, Order: 2},
				{Name: "县教育局", Liaison: id("lisi"), Since: at, Order: 3},
			},
		},
		{
			"another userid without a reason",
			[]store.RosterRow{{Name: "湫头镇", UserID: "ZhaoLiu", Short: "湫头"}, {Name: "山河镇", UserID: "ZhaoLiu"}},
			"",
			bot.RosterImport{Updated: 1, Unchanged: 1, Problems: []bot.RosterProblem{
				{Row: 1, Unit: "湫头镇", Code: bot.ProblemOtherLiaison, Have: "LiSi", Want: "ZhaoLiu"},
				{Row: 2, Unit: "山河镇", Code: bot.ProblemOtherLiaison, Have: "LiSi", Want: "ZhaoLiu"},
			}},
			[]bot.Unit{
				{Name: "山河镇", Kind: "乡镇", Liaison: id("lisi"), Since: at, Order: 1},
				{Name: "湫头镇", Kind: "乡镇", Short: "湫头", Aliases: []string{"湫头"}, Liaison: id("lisi"), Since: at, Order: 2},
				{Name: "县教育局", Liaison: id("lisi"), Since: at, Order: 3},
			},
		},
		{
			"another userid with a reason",
			[]store.RosterRow{{Name: "湫头镇", UserID: "ZhaoLiu"}},
			"调动",
			bot.RosterImport{Updated: 1},
			[]bot.Unit{
				{Name: "山河镇", Kind: "乡镇", Liaison: id("lisi"), Since: at, Order: 1},
				{Name: "湫头镇", Kind: "乡镇", Short: "湫头", Aliases: []string{"湫头"}, Liaison: id("zhaoliu"), Since: at, Order: 2},
				{Name: "县教育局", Liaison: id("lisi"), Since: at, Order: 3},
			},
		},
	}
	for _, step := range steps {
		have, err := s.ImportRoster(context.Background(), step.rows, store.ImportOptions{Reason: step.reason, At: at})
		if err != nil {
			t.Fatal(err)
		}
		roster, err := s.Roster(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		have.Lines = nil
		if diff := cmp.Diff(step.want, have) + cmp.Diff(step.units, unspelled(roster.Units)); diff != "" {
			t.Errorf("%s:\n%s", step.name, diff)
		}
		sound(t, s)
	}
	people, err := s.People(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	units := map[string][]string{}
	for _, p := range people {
		units[p.UserID] = p.Units
	}
	want := map[string][]string{"LiSi": {"山河镇", "县教育局"}, "ZhaoLiu": {"湫头镇"}}
	if diff := cmp.Diff(want, units); diff != "" {
		t.Errorf("people:\n%s", diff)
	}
	v, err := s.View(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	var last bot.LogEntry
	lines := 0
	if err := v.Log(func(e bot.LogEntry) error {
		last = e
		lines++
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	change := id("lisi") + " → " + id("zhaoliu") + ": 调动"
	if lines != 6 || last.What != "import" || last.Text != change || last.Key.Unit != "湫头镇" {
		t.Errorf("%d log lines, the last is %+v", lines, last)
	}
	v.Close()

	// An office that imports somebody who registered themselves confirms them.
	turn := begin(t, s, "c", "self")
	p, _ := turn.Person()
	p.Units = []string{"山河镇"}
	u, _, err := turn.Unit("山河镇")
	if err != nil {
		t.Fatal(err)
	}
	old := people[0]
	for _, o := range people {
		if o.ID == u.Liaison {
			old = o
		}
	}
	old.Units = []string{"县教育局"}
	u.Liaison, u.Registered, u.Since = p.ID, true, at.Add(time.Hour)
	if err := turn.Commit(bot.Changes{Units: []bot.Unit{u}, People: []bot.Person{p, old}}, at, bot.Reply{}); err != nil {
		t.Fatal(err)
	}
	if r, err := s.ImportRoster(context.Background(), []store.RosterRow{{Name: "山河镇", UserID: "SELF"}}, store.ImportOptions{At: at}); err != nil || r.Updated != 1 {
		t.Errorf("confirming import: %+v, %v", r, err)
	}
	roster, err := s.Roster(context.Background())
	if err != nil || roster.Pending(roster.Units[0]) || roster.Units[0].Liaison != p.ID {
		t.Errorf("after the confirming import: %+v, %v", roster.Units[0], err)
	}
	sound(t, s)
}

// unspelled are units without their pinyin.
func unspelled(units []bot.Unit) []bot.Unit {
	units = slices.Clone(units)
	for i := range units {
		units[i].Pinyin = nil
	}
	return units
}

func testImportPages(t *testing.T, open Open) {
	s := campaign(t, open(t))
	const units = 500
	var rows []store.RosterRow
	for i := range units {
		rows = append(rows, store.RosterRow{Name: fmt.Sprintf("单位%d", units-i), UserID: fmt.Sprintf("u%d", i/2)})
	}
	r, err := s.ImportRoster(context.Background(), rows, store.ImportOptions{At: noon()})
	if err != nil || r.Added != units || len(r.Problems) > 0 {
		t.Fatalf("%+v, %v", r, err)
	}
	// Everybody changes at once: the most that a page can take.
	for i := range rows {
		rows[i].UserID = fmt.Sprintf("v%d", i)
	}
	r, err = s.ImportRoster(context.Background(), rows, store.ImportOptions{At: noon(), Reason: "换届"})
	if err != nil || r.Updated != units {
		t.Fatalf("%+v, %v", r, err)
	}
	roster, err := s.Roster(context.Background())
	if err != nil || len(roster.Units) != units {
		t.Fatalf("%d units, %v", len(roster.Units), err)
	}
	for i, u := range roster.Units {
		if u.Name != rows[i].Name || u.Order != i+1 {
			t.Fatalf("place %d has %q, order %d", i+1, u.Name, u.Order)
		}
	}
	sound(t, s)
}

func testImportsAtOnce(t *testing.T, open Open) {
	s := campaign(t, open(t))
	const imports, units = 4, 60
	var wg sync.WaitGroup
	for i := range imports {
		wg.Go(func() {
			var rows []store.RosterRow
			for u := range units {
				rows = append(rows, store.RosterRow{Name: fmt.Sprint("单位", i, "-", u), UserID: fmt.Sprint("u", u%7)})
			}
			if r, err := s.ImportRoster(context.Background(), rows, store.ImportOptions{At: noon()}); err != nil || r.Added != units {
				t.Errorf("%+v, %v", r, err)
			}
		})
	}
	wg.Wait()
	roster, err := s.Roster(context.Background())
	if err != nil || len(roster.Units) != imports*units {
		t.Fatalf("%d units, %v", len(roster.Units), err)
	}
	sound(t, s)
}
