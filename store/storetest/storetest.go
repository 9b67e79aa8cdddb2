// Package storetest is the exam of package store on an engine: what the
// repositories promise has to hold whatever they stand on.
//
// The package imports bot, store, store/files, kv and testing libraries, and no
// engine.
package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
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

// Open gives an empty engine for one test and arranges for its end.
type Open func(t *testing.T) kv.Store

// Run examines the store on an engine.
func Run(t *testing.T, open Open) {
	for _, c := range []struct {
		name string
		test func(*testing.T, Open)
	}{
		{"OpenAgain", testOpenAgain},
		{"TwoCampaigns", testTwoCampaigns},
		{"FirstMessage", testFirstMessage},
		{"WholeTurn", testWholeTurn},
		{"EmptyTurn", testEmptyTurn},
		{"SamePersonAtOnce", testSamePersonAtOnce},
		{"SameClaimAtOnce", testSameClaimAtOnce},
		{"ReadAndChanged", testReadAndChanged},
		{"VersionIsFree", testVersionIsFree},
		{"Misuse", testMisuse},
		{"OneRevision", testOneRevision},
		{"Lists", testLists},
		{"OddNames", testOddNames},
		{"Sweep", testSweep},
		{"BookAndFiled", testBookAndFiled},
		{"StatusOfBook", testStatusOfBook},
		{"UnknownVersion", testUnknownVersion},
		{"Import", testImport},
		{"ImportPages", testImportPages},
		{"ImportsAtOnce", testImportsAtOnce},
		{"ImportTrial", testImportTrial},
		{"ImportNames", testImportNames},
		{"Rename", testRename},
		{"RenameAtOnce", testRenameAtOnce},
		{"Remove", testRemove},
		{"RosterFaults", testRosterFaults},
		{"Files", testFiles},
		{"FilesSent", testFilesSent},
		{"FilesBackup", testFilesBackup},
		{"FilesFullDisk", testFilesFullDisk},
		{"FileFaults", testFileFaults},
		{"FilePointers", testFilePointers},
		{"BackupRestore", testBackupRestore},
		{"BackupDamage", testBackupDamage},
		{"BackupWhileWriting", testBackupWhileWriting},
		{"RestoreRefusals", testRestoreRefusals},
		{"RestoreInterrupted", testRestoreInterrupted},
		{"VerifyFindsFaults", testVerifyFindsFaults},
		{"Deputies", testDeputies},
		{"Outgoing", testOutgoing},
		{"OutgoingMisuse", testOutgoingMisuse},
		{"OutgoingFaults", testOutgoingFaults},
		{"DeliveryMoves", testDeliveryMoves},
		{"DeliveryAtOnce", testDeliveryAtOnce},
		{"Expand", testExpand},
		{"Sent", testSent},
		{"Halts", testHalts},
		{"Lease", testLease},
		{"SweepOutgoing", testSweepOutgoing},
		{"VacateLeases", testVacateLeases},
		{"Remind", testRemind},
		{"Pause", testPause},
		{"Reminded", testReminded},
		{"Sealed", testSealed},
		{"MasterKey", testMasterKey},
		{"Rekey", testRekey},
		{"Forget", testForget},
		{"ForgetInterrupted", testForgetInterrupted},
	} {
		t.Run(c.name, func(t *testing.T) { c.test(t, open) })
	}
}

const notice = "zhengning-2021"

// noon is an instant with nanoseconds, which have to survive.
func noon() time.Time { return time.Date(2021, 6, 9, 4, 0, 0, 123456789, time.UTC) }

func campaign(t *testing.T, engine kv.Store) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), engine, notice)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func begin(t *testing.T, s *store.Store, claim, userID string) *store.Turn {
	t.Helper()
	turn, err := s.Begin(context.Background(), claim, userID)
	if err != nil {
		t.Fatal(err)
	}
	return turn
}

// seed puts two units with their liaisons on the roster.
func seed(t *testing.T, s *store.Store) {
	t.Helper()
	_, err := s.ImportRoster(context.Background(), []store.RosterRow{
		{Name: "山河镇", Kind: "乡镇", UserID: "LiSi"},
		{Name: "县教育局", Kind: "部门", UserID: "wangwu", Aliases: []string{"教育局"}},
		{Name: "湫头镇", Kind: "乡镇"},
	}, store.ImportOptions{At: noon()})
	if err != nil {
		t.Fatal(err)
	}
}

func key(unit string) bot.ReportKey {
	return bot.ReportKey{Unit: unit, Form: "附件2", Period: "2021"}
}

// answer is a turn that adds one to the unit's item 1, run anew on conflicts.
func answer(s *store.Store, claim, userID, unit string) error {
	for {
		err := answerOnce(s, claim, userID, unit)
		if !errors.Is(err, kv.ErrConflict) {
			return err
		}
	}
}

var errClaimed = errors.New("answered before")

func answerOnce(s *store.Store, claim, userID, unit string) error {
	turn, err := s.Begin(context.Background(), claim, userID)
	if err != nil {
		return err
	}
	defer turn.Close()
	if _, claimed, err := turn.Claimed(); err != nil || claimed {
		return errors.Join(err, errClaimed)
	}
	p, err := turn.Person()
	if err != nil {
		return err
	}
	session, err := turn.Session()
	if err != nil {
		return err
	}
	r, _, err := turn.Report(key(unit))
	if err != nil {
		return err
	}
	if r == nil {
		r = &bot.Report{Key: key(unit), State: bot.Filling, Draft: []bot.Entry{{Item: 1, Value: bot.Count(0)}}}
	}
	r.Draft[0].Value.Number++
	r.Draft[0].By, r.Draft[0].At = p.ID, noon()
	session.Key, session.Asking = r.Key, session.Asking+1
	return turn.Commit(bot.Changes{
		Session: &session,
		Report:  r,
		Log:     []bot.LogEntry{{At: noon(), By: p.ID, What: "answer", Key: r.Key}},
	}, noon(), bot.Reply{ID: claim, Text: "✓"})
}

// submit makes the next version of a unit's report from its draft.
func submit(t *testing.T, s *store.Store, claim, userID string, k bot.ReportKey, n int64) {
	t.Helper()
	turn := begin(t, s, claim, userID)
	defer turn.Close()
	r, _, err := turn.Report(k)
	if err != nil {
		t.Fatal(err)
	}
	if r == nil {
		r = &bot.Report{Key: k}
	}
	p, _ := turn.Person()
	r.Draft = []bot.Entry{{Item: 1, Value: bot.Count(n), By: p.ID, At: noon()}}
	r.Version++
	r.Counted, r.State = r.Version, bot.Submitted
	err = turn.Commit(bot.Changes{
		Report:     r,
		Submission: &bot.Submission{Key: k, Version: r.Version, At: noon().Add(time.Duration(n) * time.Minute), By: p.ID, Receipt: "A1", Entries: r.Draft},
	}, noon(), bot.Reply{ID: claim})
	if err != nil {
		t.Fatal(err)
	}
}

// withdraw takes a unit's report out of the totals.
func withdraw(t *testing.T, s *store.Store, claim, userID string, k bot.ReportKey) {
	t.Helper()
	turn := begin(t, s, claim, userID)
	defer turn.Close()
	r, _, err := turn.Report(k)
	if err != nil {
		t.Fatal(err)
	}
	r.Counted, r.State, r.Dirty = 0, bot.Filling, true
	if err := turn.Commit(bot.Changes{Report: r}, noon(), bot.Reply{}); err != nil {
		t.Fatal(err)
	}
}

// dump reads an engine whole, without revisions.
func dump(t *testing.T, engine kv.Store) map[string]string {
	t.Helper()
	snap, err := engine.Snapshot(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer snap.Close()
	all := map[string]string{}
	for c := kv.NewCursor(snap, ""); ; {
		e, ok, err := c.Next(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if !ok {
			return all
		}
		all[e.Key] = string(e.Value)
	}
}

func sound(t *testing.T, s *store.Store) store.Audit {
	t.Helper()
	a, err := s.Verify(context.Background(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range a.Faults {
		t.Errorf("fault: %s: %s", f.Key, f.What)
	}
	return a
}

func testOpenAgain(t *testing.T, open Open) {
	engine := open(t)
	ids := make(chan string, 8)
	var wg sync.WaitGroup
	for range cap(ids) {
		wg.Go(func() {
			s, err := store.Open(context.Background(), engine, notice)
			if err != nil {
				t.Error(err)
				return
			}
			ids <- s.PersonID("LiSi")
		})
	}
	wg.Wait()
	close(ids)
	want := campaign(t, engine).PersonID("lisi")
	for id := range ids {
		if id != want || len(id) != 16 {
			t.Errorf("person %s, want %s", id, want)
		}
	}
	if _, err := store.Open(context.Background(), engine, ""); !errors.Is(err, store.ErrMisuse) {
		t.Errorf("no notice: %v", err)
	}
}

func testTwoCampaigns(t *testing.T, open Open) {
	engine := open(t)
	first := campaign(t, engine)
	second, err := store.Open(context.Background(), engine, notice+"/b")
	if err != nil {
		t.Fatal(err)
	}
	if first.PersonID("a") == second.PersonID("a") {
		t.Error("two campaigns have one secret")
	}
	seed(t, first)
	if r, err := second.Roster(context.Background()); err != nil || len(r.Units) != 0 {
		t.Errorf("the other campaign has %v, %v", r, err)
	}
	sound(t, first)
	sound(t, second)
}

func testFirstMessage(t *testing.T, open Open) {
	engine := open(t)
	s := campaign(t, engine)
	before := dump(t, engine)
	turn := begin(t, s, "c1", "ZhaoLiu")
	defer turn.Close()
	p, err := turn.Person()
	if diff := cmp.Diff(bot.Person{ID: s.PersonID("zhaoliu"), UserID: "ZhaoLiu"}, p); diff != "" || err != nil {
		t.Errorf("person: %v\n%s", err, diff)
	}
	session, err := turn.Session()
	if diff := cmp.Diff(bot.Session{Person: p.ID}, session); diff != "" || err != nil {
		t.Errorf("session: %v\n%s", err, diff)
	}
	if r, sub, err := turn.Report(key("山河镇")); r != nil || sub != nil || err != nil {
		t.Errorf("report %v, %v, %v", r, sub, err)
	}
	if _, ok, err := turn.Unit("山河镇"); ok || err != nil {
		t.Errorf("unit %v, %v", ok, err)
	}
	if _, ok, err := turn.Claimed(); ok || err != nil {
		t.Errorf("claimed %v, %v", ok, err)
	}
	turn.Close()
	if diff := cmp.Diff(before, dump(t, engine)); diff != "" {
		t.Errorf("reading wrote something:\n%s", diff)
	}
}

func testWholeTurn(t *testing.T, open Open) {
	engine := open(t)
	s := campaign(t, engine)
	seed(t, s)
	turn := begin(t, s, "c1", "lisi")
	defer turn.Close()
	p, err := turn.Person()
	if err != nil || p.UserID != "LiSi" || !slices.Equal(p.Units, []string{"山河镇"}) {
		t.Fatalf("person %v, %v", p, err)
	}
	k := key("山河镇")
	at := noon().Add(time.Second).In(time.FixedZone("CST", 8*3600))
	entries := []bot.Entry{
		{Item: 1, Value: bot.Count(4), By: p.ID, At: at, Quote: "两场\xff"},
		{Item: 3, Value: bot.Answer(true), By: p.ID, At: at, Paste: true},
	}
	session := bot.Session{Person: p.ID, Key: k, Asking: 5, Proposal: &bot.Proposal{Kind: bot.ProposeSubmit}}
	report := bot.Report{Key: k, State: bot.Submitted, Draft: entries, Version: 1, Counted: 1}
	submission := bot.Submission{Key: k, Version: 1, At: at, By: p.ID, Receipt: "A1", Entries: entries}
	unit, _, err := turn.Unit("湫头镇")
	if err != nil {
		t.Fatal(err)
	}
	unit.Liaison, unit.Registered, unit.Since = p.ID, true, at
	p.Units = append(p.Units, unit.Name)
	log := []bot.LogEntry{{At: at, By: p.ID, What: "submit", Key: k, Number: 1}, {At: at, By: p.ID, What: "bind"}}
	reply := bot.Reply{ID: "stream-1", Text: "已提交"}
	err = turn.Commit(bot.Changes{
		Session: &session, Report: &report, Submission: &submission,
		Units: []bot.Unit{unit}, People: []bot.Person{p}, Confirmed: at, Log: log,
	}, at, reply)
	if err != nil {
		t.Fatal(err)
	}

	again := begin(t, s, "c1", "lisi")
	defer again.Close()
	have, claimed, err := again.Claimed()
	if have != reply || !claimed || err != nil {
		t.Errorf("claimed %v, %v, %v", have, claimed, err)
	}
	gotPerson, _ := again.Person()
	gotSession, _ := again.Session()
	gotReport, gotSubmission, err := again.Report(k)
	if err != nil {
		t.Fatal(err)
	}
	gotUnit, _, _ := again.Unit(unit.Name)
	roster, err := again.Roster()
	if err != nil || !roster.Confirmed.Equal(at) || roster.Pending(gotUnit) {
		t.Errorf("roster confirmed %v, %v", roster.Confirmed, err)
	}
	var gotLog []bot.LogEntry
	if err := again.Log(func(e bot.LogEntry) error {
		gotLog = append(gotLog, e)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for _, diff := range []string{
		cmp.Diff(p, gotPerson), cmp.Diff(session, gotSession), cmp.Diff(&report, gotReport),
		cmp.Diff(&submission, gotSubmission), cmp.Diff(unit, gotUnit),
		cmp.Diff(log, gotLog[len(gotLog)-2:]),
	} {
		if diff != "" {
			t.Errorf("what was stored came back as\n%s", diff)
		}
	}
	again.Close()
	if have, ok, err := s.Reply(context.Background(), "c1"); have != reply || !ok || err != nil {
		t.Errorf("reply %v, %v, %v", have, ok, err)
	}
	sound(t, s)
	for k, v := range dump(t, engine) {
		if !strings.Contains(k, "/person/") && strings.Contains(strings.ToLower(k+v), "lisi") {
			t.Errorf("%s holds the userid", k)
		}
	}
}

func testEmptyTurn(t *testing.T, open Open) {
	engine := open(t)
	s := campaign(t, engine)
	before := len(dump(t, engine))
	turn := begin(t, s, "c1", "stranger")
	if err := turn.Commit(bot.Changes{}, noon(), bot.Reply{Text: "您好"}); err != nil {
		t.Fatal(err)
	}
	if r, ok, err := s.Reply(context.Background(), "c1"); !ok || r.Text != "您好" || err != nil {
		t.Errorf("reply %v, %v, %v", r, ok, err)
	}
	if n := len(dump(t, engine)) - before; n != 1 {
		t.Errorf("a turn without changes left %d records", n)
	}
	turn = begin(t, s, "c2", "stranger")
	if err := turn.Commit(bot.Changes{Session: &bot.Session{Greeted: true}}, noon(), bot.Reply{}); err != nil {
		t.Fatal(err)
	}
	people, err := s.People(context.Background())
	if err != nil || len(people) != 1 || people[0].UserID != "stranger" {
		t.Errorf("whose session it is: %v, %v", people, err)
	}
	sound(t, s)
}

func testSamePersonAtOnce(t *testing.T, open Open) {
	s := campaign(t, open(t))
	seed(t, s)
	const messages = 20
	var wg sync.WaitGroup
	for i := range messages {
		wg.Go(func() {
			if err := answer(s, fmt.Sprint("c", i), "lisi", "山河镇"); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	turn := begin(t, s, "last", "lisi")
	defer turn.Close()
	r, _, err := turn.Report(key("山河镇"))
	if err != nil || r == nil || r.Draft[0].Value.Number != messages {
		t.Errorf("after %d answers the report is %v, %v", messages, r, err)
	}
	if session, _ := turn.Session(); session.Asking != messages {
		t.Errorf("after %d answers the session asks %d", messages, session.Asking)
	}
	turn.Close()
	sound(t, s)
}

func testSameClaimAtOnce(t *testing.T, open Open) {
	engine := open(t)
	s := campaign(t, engine)
	seed(t, s)
	const messages = 16
	results := make(chan error, messages)
	for range messages {
		go func() { results <- answer(s, "same", "lisi", "山河镇") }()
	}
	done := 0
	for range messages {
		switch err := <-results; {
		case err == nil:
			done++
		case !errors.Is(err, errClaimed):
			t.Error(err)
		}
	}
	turn := begin(t, s, "last", "lisi")
	defer turn.Close()
	r, _, err := turn.Report(key("山河镇"))
	if done != 1 || err != nil || r.Draft[0].Value.Number != 1 {
		t.Errorf("one message was done %d times: %v, %v", done, r, err)
	}
}

// testReadAndChanged changes, between a turn's reading and its commit, records
// that it read, wrote, or neither.
func testReadAndChanged(t *testing.T, open Open) {
	for _, c := range []struct {
		name     string
		turn     func(*store.Turn) (bot.Changes, error)
		between  func(*store.Store) error
		conflict bool
	}{
		{"report read and written", func(turn *store.Turn) (bot.Changes, error) {
			r, _, err := turn.Report(key("山河镇"))
			return bot.Changes{Report: r}, err
		}, func(s *store.Store) error { return answer(s, "b", "wangwu", "山河镇") }, true},
		{"report written blindly", func(*store.Turn) (bot.Changes, error) {
			return bot.Changes{Report: &bot.Report{Key: key("山河镇"), State: bot.Filling}}, nil
		}, func(s *store.Store) error { return answer(s, "b", "wangwu", "山河镇") }, true},
		{"unit read, another record written", func(turn *store.Turn) (bot.Changes, error) {
			_, _, err := turn.Unit("湫头镇")
			return bot.Changes{Session: &bot.Session{}}, err
		}, func(s *store.Store) error {
			_, err := s.ImportRoster(context.Background(), []store.RosterRow{{Name: "湫头镇", Short: "湫头"}}, store.ImportOptions{At: noon()})
			return err
		}, true},
		{"liaison taken away", func(*store.Turn) (bot.Changes, error) {
			return bot.Changes{Session: &bot.Session{}}, nil
		}, func(s *store.Store) error {
			_, err := s.ImportRoster(context.Background(), []store.RosterRow{{Name: "山河镇", UserID: "x"}}, store.ImportOptions{At: noon(), Reason: "调动"})
			return err
		}, true},
		{"another unit's report", func(turn *store.Turn) (bot.Changes, error) {
			r, _, err := turn.Report(key("山河镇"))
			return bot.Changes{Report: r}, err
		}, func(s *store.Store) error { return answer(s, "b", "wangwu", "县教育局") }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			engine := open(t)
			s := campaign(t, engine)
			seed(t, s)
			if err := answer(s, "a", "lisi", "山河镇"); err != nil {
				t.Fatal(err)
			}
			turn := begin(t, s, "c", "lisi")
			defer turn.Close()
			changes, err := c.turn(turn)
			if err != nil {
				t.Fatal(err)
			}
			if err := c.between(s); err != nil {
				t.Fatal(err)
			}
			err = turn.Commit(changes, noon(), bot.Reply{})
			if errors.Is(err, kv.ErrConflict) != c.conflict || (err != nil) != c.conflict {
				t.Errorf("commit: %v, want a conflict: %v", err, c.conflict)
			}
			if _, claimed, err := s.Reply(context.Background(), "c"); claimed == c.conflict || err != nil {
				t.Errorf("claimed is %v, %v", claimed, err)
			}
			sound(t, s)
		})
	}
}

func testVersionIsFree(t *testing.T, open Open) {
	s := campaign(t, open(t))
	seed(t, s)
	k := key("山河镇")
	submit(t, s, "c1", "lisi", k, 1)
	turn := begin(t, s, "c2", "lisi")
	defer turn.Close()
	r, sub, err := turn.Report(k)
	if err != nil {
		t.Fatal(err)
	}
	sub.Receipt = "forged"
	if err := turn.Commit(bot.Changes{Report: r, Submission: sub}, noon(), bot.Reply{}); !errors.Is(err, kv.ErrConflict) {
		t.Errorf("a version was written over: %v", err)
	}
}

func testMisuse(t *testing.T, open Open) {
	s := campaign(t, open(t))
	for _, c := range [][2]string{{"", "u"}, {"c", ""}} {
		if _, err := s.Begin(context.Background(), c[0], c[1]); !errors.Is(err, store.ErrMisuse) {
			t.Errorf("begin %q: %v", c, err)
		}
	}
	k := key("山河镇")
	for name, changes := range map[string]bot.Changes{
		"another's session":        {Session: &bot.Session{Person: "somebody"}},
		"version without report":   {Submission: &bot.Submission{Key: k, Version: 1}},
		"version not given out":    {Report: &bot.Report{Key: k}, Submission: &bot.Submission{Key: k, Version: 1}},
		"version of another":       {Report: &bot.Report{Key: k, Version: 1}, Submission: &bot.Submission{Key: key("b"), Version: 1}},
		"person with other userid": {People: []bot.Person{{ID: s.PersonID("a"), UserID: "b"}}},
	} {
		turn := begin(t, s, "c", "u")
		if err := turn.Commit(changes, noon(), bot.Reply{}); !errors.Is(err, store.ErrMisuse) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.ImportRoster(context.Background(), nil, store.ImportOptions{}); !errors.Is(err, store.ErrMisuse) {
		t.Errorf("import without instant: %v", err)
	}
}

func testOneRevision(t *testing.T, open Open) {
	s := campaign(t, open(t))
	seed(t, s)
	submit(t, s, "c1", "lisi", key("山河镇"), 1)
	v, err := s.View(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	submit(t, s, "c2", "lisi", key("山河镇"), 2)
	submit(t, s, "c3", "wangwu", key("县教育局"), 3)
	_, sub, err := v.Report(key("山河镇"))
	if err != nil || sub.Version != 1 {
		t.Errorf("the view shows version %v, %v", sub, err)
	}
	n := 0
	if err := v.Submissions("附件2", "2021", func(bot.Submission) error { n++; return nil }); err != nil || n != 1 {
		t.Errorf("the view counts %d submissions, %v", n, err)
	}
}

func testLists(t *testing.T, open Open) {
	s := campaign(t, open(t))
	seed(t, s)
	town, office := key("山河镇"), key("县教育局")
	submit(t, s, "c1", "lisi", town, 1)
	submit(t, s, "c2", "lisi", town, 2)
	submit(t, s, "c3", "wangwu", office, 3)
	withdraw(t, s, "c4", "wangwu", office)
	june, nextYear := town, town
	june.Form, june.Period, nextYear.Period = "案例", "2021-06", "20211"
	submit(t, s, "c5", "lisi", june, 5)
	submit(t, s, "c6", "lisi", nextYear, 6)

	v, err := s.View(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	statuses, err := v.Statuses("附件2", "2021")
	want := []bot.Status{
		{Unit: "山河镇", State: bot.Submitted, Filled: 1, Version: 2, At: noon().Add(2 * time.Minute), Items: []int{1}},
		{Unit: "县教育局", State: bot.Filling, Filled: 1, Dirty: true, Items: []int{1}},
		{Unit: "湫头镇", State: bot.NotStarted},
	}
	if diff := cmp.Diff(want, statuses); diff != "" || err != nil {
		t.Errorf("statuses: %v\n%s", err, diff)
	}
	var subs, reports, exported []string
	if err := v.Submissions("附件2", "2021", func(s bot.Submission) error {
		subs = append(subs, fmt.Sprint(s.Key.Unit, s.Version))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := v.Reports("附件2", "2021", func(r bot.Report) error {
		reports = append(reports, r.Key.Unit)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := v.Export(func(r bot.Report, s *bot.Submission) error {
		n := 0
		if s != nil {
			n = s.Version
		}
		exported = append(exported, fmt.Sprint(r.Key.Form, " ", r.Key.Period, " ", r.Key.Unit, " ", n))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	slices.Sort(reports)
	for _, diff := range []string{
		cmp.Diff([]string{"山河镇2"}, subs),
		cmp.Diff([]string{"县教育局", "山河镇"}, reports),
		cmp.Diff([]string{
			"案例 2021-06 山河镇 1",
			"附件2 2021 山河镇 2", "附件2 2021 县教育局 0",
			"附件2 20211 山河镇 1",
		}, exported),
	} {
		if diff != "" {
			t.Error(diff)
		}
	}
	stop := errors.New("enough")
	if err := v.Reports("附件2", "2021", func(bot.Report) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("a visitor's error came back as %v", err)
	}
	v.Close()
	sound(t, s)
}

// testOddNames uses names that would collide if they stood in keys as they are.
func testOddNames(t *testing.T, open Open) {
	s := campaign(t, open(t))
	odd := []string{"a/b", "a", "b", "a%2Fb", "%", "%%", "a\x00", "a b", "a!", "安监/应急", strings.Repeat("长", store.MaxName/3)}
	var rows []store.RosterRow
	for _, name := range odd {
		rows = append(rows, store.RosterRow{Name: name, UserID: "u"})
	}
	if r, err := s.ImportRoster(context.Background(), rows, store.ImportOptions{At: noon()}); err != nil || r.Added != len(odd) {
		t.Fatalf("import: %+v, %v", r, err)
	}
	for i, name := range odd {
		submit(t, s, fmt.Sprint("c", i), "u", bot.ReportKey{Unit: name, Form: "a/b", Period: ""}, int64(i+1))
	}
	seen := map[string]int64{}
	v, err := s.View(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	if err := v.Submissions("a/b", "", func(s bot.Submission) error {
		seen[s.Key.Unit] = s.Entries[0].Value.Number
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	for i, name := range odd {
		if seen[name] != int64(i+1) {
			t.Errorf("%q holds %d, want %d", name, seen[name], i+1)
		}
	}
	exported := 0
	if err := v.Export(func(bot.Report, *bot.Submission) error { exported++; return nil }); err != nil || exported != len(odd) {
		t.Errorf("exported %d of %d, %v", exported, len(odd), err)
	}
	v.Close()
	sound(t, s)
}

func testSweep(t *testing.T, open Open) {
	engine := open(t)
	s := campaign(t, engine)
	const claims = 300
	for i := range claims {
		turn := begin(t, s, fmt.Sprintf("c%03d", i), "u")
		if err := turn.Commit(bot.Changes{}, noon().Add(time.Duration(i%2)*time.Hour), bot.Reply{}); err != nil {
			t.Fatal(err)
		}
	}
	n, err := s.Sweep(context.Background(), noon().Add(time.Minute))
	if n != claims/2 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	for i, want := range []bool{false, true} {
		if _, ok, err := s.Reply(context.Background(), fmt.Sprintf("c%03d", i)); ok != want || err != nil {
			t.Errorf("claim %d is there: %v, %v", i, ok, err)
		}
	}
	if n, err := s.Sweep(context.Background(), noon()); n != 0 || err != nil {
		t.Errorf("swept again %d, %v", n, err)
	}
}

func testUnknownVersion(t *testing.T, open Open) {
	engine := open(t)
	s := campaign(t, engine)
	seed(t, s)
	name := notice + "/session/" + s.PersonID("lisi")
	for _, value := range [][]byte{{}, {2, 0xa0}, {1}, {1, 0xa1, 0x18, 99, 1}} {
		if _, err := engine.Commit(context.Background(), kv.Tx{Put: []kv.Pair{{Key: name, Value: value}}}); err != nil {
			t.Fatal(err)
		}
		turn := begin(t, s, "c", "lisi")
		if _, err := turn.Session(); !errors.Is(err, store.ErrRecord) || !strings.Contains(err.Error(), name) {
			t.Errorf("a record of % x: %v", value, err)
		}
		turn.Close()
		if a, err := s.Verify(context.Background(), nil); err != nil || len(a.Faults) != 1 || a.Faults[0].Key != name {
			t.Errorf("a record of % x: faults %v, %v", value, a.Faults, err)
		}
	}
}

func read(t *testing.T, b []byte) (io.ReaderAt, int64) {
	t.Helper()
	return bytes.NewReader(b), int64(len(b))
}
