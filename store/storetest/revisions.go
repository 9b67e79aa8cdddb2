package storetest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anyuebot/bot"
	"anyuebot/store"
	"anyuebot/store/kv"
)

// testImportTrial: a trial tells what the import then does, and writes nothing.
func testImportTrial(t *testing.T, open Open) {
	engine := open(t)
	s := campaign(t, engine)
	seed(t, s)
	before := dump(t, engine)
	rows := []store.RosterRow{
		{Line: 2, Name: "湫头镇", Kind: "部门", UserID: "zhao", Aliases: []string{"湫头", "湫头乡"}},
		{Line: 3, Name: "县水务局", Kind: "部门", UserID: "WangWu"},
		{Line: 4, Name: "山河镇", UserID: "lisi"},
		{Line: 5, Name: "县教育局", UserID: "other"},
	}
	want := bot.RosterImport{
		Added: 1, Updated: 1, Unchanged: 2,
		Lines: []bot.RosterLine{
			{Unit: "湫头镇", Changes: []bot.RosterChange{{Field: bot.RosterKind, Old: "乡镇", New: "部门"}, {Field: bot.RosterAliases, New: "湫头、湫头乡"}, {Field: bot.RosterUserID, New: "zhao"}}},
			{Unit: "县水务局", New: true, Changes: []bot.RosterChange{{Field: bot.RosterKind, New: "部门"}, {Field: bot.RosterUserID, New: "WangWu"}}},
		},
		Problems: []bot.RosterProblem{{Row: 4, Line: 5, Unit: "县教育局", Code: bot.ProblemOtherLiaison, Have: "wangwu", Want: "other"}},
	}
	for _, trial := range []bool{true, false} {
		have, err := s.ImportRoster(context.Background(), rows, store.ImportOptions{At: noon(), Trial: trial})
		if diff := cmp.Diff(want, have); diff != "" || err != nil {
			t.Errorf("trial %t: %v\n%s", trial, err, diff)
		}
		if same := cmp.Equal(before, dump(t, engine)); same != trial {
			t.Errorf("trial %t: the store is the same: %t", trial, same)
		}
	}
	sound(t, s)
}

// testImportNames: a row may name its unit by a former name, and makes no new unit
// of what another is called.
func testImportNames(t *testing.T, open Open) {
	s := campaign(t, open(t))
	seed(t, s)
	if err := s.RenameUnit(context.Background(), "山河镇", "山河街道", noon()); err != nil {
		t.Fatal(err)
	}
	have, err := s.ImportRoster(context.Background(), []store.RosterRow{
		{Name: "山河镇", Kind: "部门"}, {Name: "山河街道", Kind: "部门"}, {Name: "教育局", Kind: "部门"},
	}, store.ImportOptions{At: noon()})
	want := bot.RosterImport{
		Updated: 1,
		Lines:   []bot.RosterLine{{Unit: "山河街道", Changes: []bot.RosterChange{{Field: bot.RosterKind, Old: "乡镇", New: "部门"}}}},
		Problems: []bot.RosterProblem{
			{Row: 2, Unit: "山河街道", Code: bot.ProblemTwice},
			{Row: 3, Unit: "教育局", Code: bot.ProblemAlias, Have: "县教育局"},
		},
	}
	if diff := cmp.Diff(want, have); diff != "" || err != nil {
		t.Errorf("%v\n%s", err, diff)
	}
	sound(t, s)
}

// belongings is all there is of a unit, as a turn of its liaison finds it.
type belongings struct {
	Units    []string
	Session  bot.Session
	Report   *bot.Report
	Counted  *bot.Submission
	Versions []bot.Submission
	Docket   *bot.Docket
	Log      []bot.LogEntry
	Files    []bot.Received
}

func belongingsOf(t *testing.T, s *store.Store, userID, unit string) (b belongings) {
	t.Helper()
	turn := begin(t, s, "look", userID)
	defer turn.Close()
	person, err := turn.Person()
	b.Units = person.Units
	fetch := func(get func() error) { err = errors.Join(err, get()) }
	fetch(func() (err error) { b.Session, err = turn.Session(); return err })
	fetch(func() (err error) { b.Report, b.Counted, err = turn.Report(key(unit)); return err })
	fetch(func() (err error) { b.Versions, err = turn.Versions(key(unit)); return err })
	fetch(func() (err error) { b.Docket, err = turn.Docket(key(unit)); return err })
	fetch(func() (err error) { b.Log, err = turn.NewestLog(bot.LogQuery{Unit: unit, Most: 9}); return err })
	fetch(func() (err error) { b.Files, err = turn.FilesOf(unit); return err })
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// furnish gives a unit something of every kind.
func furnish(t *testing.T, s *store.Store, userID, unit string) {
	t.Helper()
	submit(t, s, "1 "+unit, userID, key(unit), 3)
	submit(t, s, "2 "+unit, userID, key(unit), 4)
	turn := begin(t, s, "3 "+unit, userID)
	p, _ := turn.Person()
	err := turn.Commit(bot.Changes{
		Session: &bot.Session{Person: p.ID, Key: key(unit), Asking: 2, Proposal: &bot.Proposal{Kind: bot.ProposeUnit, Units: []string{unit}}},
		Dockets: []bot.Docket{{Key: key(unit), Receipts: []bot.Receipt{{What: "附件2", By: p.ID, At: noon()}}}},
		Files:   []bot.Received{{File: bot.File{Hash: strings.Repeat("ab", 32), Size: 1}, By: p.ID, At: noon(), Units: []string{unit}}},
		Log:     []bot.LogEntry{{At: noon(), By: p.ID, What: "file", Key: key(unit)}},
		Deliveries: []bot.Delivery{
			{ID: "d " + unit, Kind: "return", Person: p.ID, Units: []string{unit}, State: bot.DeliveryPending, Due: noon(), Until: noon()},
		},
	}, noon(), bot.Reply{})
	if err != nil {
		t.Fatal(err)
	}
}

// consistent is [sound] for a store whose files have no content.
func consistent(t *testing.T, s *store.Store) {
	t.Helper()
	audit, err := s.Verify(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range audit.Faults {
		if !strings.HasSuffix(f.What, "is missing") || !strings.HasPrefix(f.What, "file ") {
			t.Errorf("fault: %s: %s", f.Key, f.What)
		}
	}
}

// testRename: whatever a unit has goes with it under every name, and can go on
// being written.
func testRename(t *testing.T, open Open) {
	s := campaign(t, open(t))
	seed(t, s)
	furnish(t, s, "LiSi", "山河镇")
	was := belongingsOf(t, s, "LiSi", "山河镇")
	if len(was.Versions) != 2 || len(was.Files) != 1 || len(was.Log) != 2 || was.Docket == nil {
		t.Fatalf("the unit was not furnished: %+v", was)
	}
	for _, to := range []string{"山河街道", "山河新区", "山河镇", "山河 / 100%"} {
		last, _ := s.Roster(context.Background())
		from := last.Units[0].Name
		if err := s.RenameUnit(context.Background(), from, to, noon().Add(time.Hour)); err != nil {
			t.Fatalf("%s: %v", to, err)
		}
		roster, err := s.Roster(context.Background())
		if err != nil || roster.Units[0].Name != to || roster.Units[0].Identity() != "山河镇" {
			t.Fatalf("%+v, %v", roster.Units[0], err)
		}
		for _, name := range []string{to, from, "山河镇"} {
			is := belongingsOf(t, s, "lisi", name)
			if !slices.Equal(is.Units, []string{to}) || is.Session.Key.Unit != to || is.Session.Proposal.Units[0] != to || is.Report == nil || is.Report.Key.Unit != to ||
				len(is.Versions) != 2 || is.Versions[0].Key.Unit != to || is.Counted.Version != 2 || is.Docket == nil || is.Docket.Key.Unit != to ||
				len(is.Files) != 1 || is.Files[0].Units[0] != to || len(is.Log) < len(was.Log) {
				t.Errorf("%s looked up as %s: %+v", to, name, is)
			}
		}
		view, err := s.View(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		status, err := view.Statuses("附件2", "2021")
		if err != nil || len(status) != 3 || status[0].Unit != to || status[0].Version != 2 {
			t.Errorf("%+v, %v", status, err)
		}
		if err := view.Open(func(d bot.Delivery) error {
			if d.Units[0] != to {
				t.Errorf("a delivery for %v", d.Units)
			}
			is := d
			is.Attempts++
			return s.SaveDelivery(context.Background(), d, is)
		}); err != nil {
			t.Error(err)
		}
		view.Close()
		consistent(t, s)
	}
	submit(t, s, "4", "lisi", key("山河 / 100%"), 5)
	if is := belongingsOf(t, s, "lisi", "山河镇"); len(is.Versions) != 3 || is.Counted.Version != 3 {
		t.Errorf("after another version: %+v", is)
	}
	for name, refused := range map[[2]string]error{
		{"山河 / 100%", "县教育局"}:      store.ErrNameTaken,
		{"山河 / 100%", "教育局"}:       store.ErrNameTaken,
		{"县教育局", "山河街道"}:           store.ErrNameTaken,
		{"没有的", "别的"}:              store.ErrNoUnit,
		{"山河 / 100%", "山河 / 100%"}: store.ErrNameTaken,
	} {
		if err := s.RenameUnit(context.Background(), name[0], name[1], noon()); !errors.Is(err, refused) {
			t.Errorf("%v: %v", name, err)
		}
	}
}

// testRenameAtOnce: a turn that began before a rename writes to the same unit, and
// of two commits that would give one name to two units one fails.
func testRenameAtOnce(t *testing.T, open Open) {
	s := campaign(t, open(t))
	seed(t, s)
	late := begin(t, s, "late", "lisi")
	defer late.Close()
	r, _, err := late.Report(key("山河镇"))
	if r != nil || err != nil {
		t.Fatal(r, err)
	}
	adds := begin(t, s, "adds", "office")
	defer adds.Close()
	if err := s.RenameUnit(context.Background(), "山河镇", "山河街道", noon()); err != nil {
		t.Fatal(err)
	}
	if err := late.Commit(bot.Changes{Report: &bot.Report{Key: key("山河镇"), State: bot.Filling, Draft: []bot.Entry{{Item: 1, Value: bot.Count(7)}}}}, noon(), bot.Reply{}); err != nil {
		t.Fatal(err)
	}
	if is := belongingsOf(t, s, "lisi", "山河街道"); is.Report == nil || is.Report.Draft[0].Value.Number != 7 {
		t.Errorf("%+v", is.Report)
	}
	if err := adds.Commit(bot.Changes{Units: []bot.Unit{{Name: "山河街道", Kind: "乡镇", Order: 4}}}, noon(), bot.Reply{}); !errors.Is(err, kv.ErrConflict) {
		t.Errorf("a second unit of that name: %v", err)
	}
	for _, u := range []bot.Unit{
		{Name: "山河街道", Order: 4}, {Name: "山河镇", Order: 4}, // its present and its former name
		{Name: "县教育局", ID: "湫头镇", Former: []string{"湫头镇"}, Order: 3},
		{Name: "", Order: 5}, {Name: "甲", Order: 0},
	} {
		turn := begin(t, s, "misuse", "office")
		if err := turn.Commit(bot.Changes{Units: []bot.Unit{u}}, noon(), bot.Reply{}); !errors.Is(err, store.ErrMisuse) {
			t.Errorf("%+v: %v", u, err)
		}
	}
	var wg sync.WaitGroup
	failed := make(chan error, 4)
	for _, to := range []string{"甲", "乙", "丙", "丁"} {
		wg.Go(func() { failed <- s.RenameUnit(context.Background(), "湫头镇", to, noon()) })
	}
	wg.Wait()
	close(failed)
	renamed := 0
	for err := range failed {
		switch {
		case err == nil:
			renamed++
		case !errors.Is(err, store.ErrNoUnit):
			t.Error(err)
		}
	}
	if renamed != 1 {
		t.Errorf("renamed %d times at once", renamed)
	}
	sound(t, s)
}

// testRemove: a unit off the roster counts nowhere, has nobody, can be read, and
// comes back with all it had.
func testRemove(t *testing.T, open Open) {
	s := campaign(t, open(t))
	seed(t, s)
	furnish(t, s, "LiSi", "山河镇")
	furnish(t, s, "wangwu", "县教育局")
	if _, err := s.RemoveUnit(context.Background(), "山河镇", "", noon()); !errors.Is(err, store.ErrNeedsReason) {
		t.Errorf("without a reason: %v", err)
	}
	office := begin(t, s, "close", "office")
	if err := office.Commit(bot.Changes{Book: &bot.Book{Form: "附件2", Period: "2021", Closing: &bot.Closing{Checksum: "00000000", At: noon()}}}, noon(), bot.Reply{}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.RemoveUnit(context.Background(), "山河镇", "撤并", noon()); !errors.Is(err, store.ErrClosed) {
		t.Errorf("while its form is closed: %v", err)
	}
	office = begin(t, s, "reopen", "office")
	if err := office.Commit(bot.Changes{Book: &bot.Book{Form: "附件2", Period: "2021"}}, noon(), bot.Reply{}); err != nil {
		t.Fatal(err)
	}
	late := begin(t, s, "late", "office")
	if _, err := late.Book(bot.FormPeriod{Form: "附件2", Period: "2021"}); err != nil {
		t.Fatal(err)
	}
	if n, err := s.RemoveUnit(context.Background(), "山河镇", "撤并", noon()); n != 1 || err != nil {
		t.Fatalf("%d reports, %v", n, err)
	}
	// What is closed has been seen as it is.
	if err := late.Commit(bot.Changes{Book: &bot.Book{Form: "附件2", Period: "2021", Closing: &bot.Closing{At: noon()}}}, noon(), bot.Reply{}); !errors.Is(err, kv.ErrConflict) {
		t.Errorf("closed beside a removal: %v", err)
	}
	if n, err := s.RemoveUnit(context.Background(), "湫头镇", "", noon()); n != 0 || err != nil {
		t.Fatalf("%d reports, %v", n, err)
	}
	consistent(t, s)
	check := func(units, gone, counted int) bot.Roster {
		t.Helper()
		view, err := s.View(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		defer view.Close()
		roster, err := view.Roster()
		if err != nil || len(roster.Units) != units || len(roster.Gone) != gone {
			t.Errorf("%d units, %d gone, %v", len(roster.Units), len(roster.Gone), err)
		}
		filed, err := view.Filed(bot.FormPeriod{Form: "附件2", Period: "2021"})
		if err != nil || len(filed) != counted {
			t.Errorf("%d reports count, %v", len(filed), err)
		}
		status, err := view.Statuses("附件2", "2021")
		if err != nil || len(status) != units {
			t.Errorf("%d statuses, %v", len(status), err)
		}
		exported := 0
		if err := view.Export(func(bot.Report, *bot.Submission) error { exported++; return nil }); err != nil || exported != counted {
			t.Errorf("%d reports exported, %v", exported, err)
		}
		return roster
	}
	roster := check(1, 2, 1)
	if u := roster.Gone[0]; u.Name != "山河镇" || u.Removed.Reason != "撤并" || u.Liaison != "" {
		t.Errorf("%+v", u)
	}
	if is := belongingsOf(t, s, "lisi", "山河镇"); len(is.Units) != 0 || len(is.Versions) != 2 || len(is.Files) != 1 {
		t.Errorf("what can be read: %+v", is)
	}
	if r, err := s.ImportRoster(context.Background(), []store.RosterRow{{Name: "山河镇", UserID: "lisi"}, {Name: "新镇"}}, store.ImportOptions{At: noon()}); err != nil || r.Added != 1 || len(r.Problems) != 1 || r.Problems[0].Code != bot.ProblemRemoved {
		t.Errorf("%+v, %v", r, err)
	}
	turn := begin(t, s, "back", "office")
	u := roster.Gone[0]
	u.Removed = nil
	if err := turn.Commit(bot.Changes{Units: []bot.Unit{u}}, noon(), bot.Reply{}); err != nil {
		t.Fatal(err)
	}
	if roster = check(3, 1, 2); roster.Units[0].Name != "山河镇" || roster.Units[2].Order != 4 {
		t.Errorf("%+v", roster.Units)
	}
	consistent(t, s)
}

// testRosterFaults: the audit finds a roster whose own record tells otherwise than
// its units.
func testRosterFaults(t *testing.T, open Open) {
	engine := open(t)
	s := campaign(t, engine)
	seed(t, s)
	if err := s.RenameUnit(context.Background(), "山河镇", "山河街道", noon()); err != nil {
		t.Fatal(err)
	}
	before := dump(t, engine)
	if _, err := s.RemoveUnit(context.Background(), "湫头镇", "", noon()); err != nil {
		t.Fatal(err)
	}
	for name, value := range before {
		if !strings.HasSuffix(name, "/roster") {
			continue
		}
		if _, err := engine.Commit(context.Background(), kv.Tx{Put: []kv.Pair{{Key: name, Value: []byte(value)}}}); err != nil {
			t.Fatal(err)
		}
	}
	audit, err := s.Verify(context.Background(), nil)
	if err != nil || len(audit.Faults) != 1 || !strings.Contains(audit.Faults[0].What, "renamed or gone") {
		t.Errorf("%+v, %v", audit.Faults, err)
	}
}
