package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anyuebot/bot"
	"anyuebot/store"
	"anyuebot/store/kv"
)

// testBookAndFiled: a book is written only if nothing of its form has been
// submitted or withdrawn since its turn began; reports do not wait for each other.
func testBookAndFiled(t *testing.T, open Open) {
	s := campaign(t, open(t))
	seed(t, s)
	submit(t, s, "c1", "lisi", key("山河镇"), 1)
	closing := func(claim string, meanwhile func()) error {
		turn := begin(t, s, claim, "office")
		defer turn.Close()
		if _, err := turn.Filed(bot.FormPeriod{Form: "附件2", Period: "2021"}); err != nil {
			t.Fatal(err)
		}
		meanwhile()
		p, _ := turn.Person()
		return turn.Commit(bot.Changes{Book: &bot.Book{
			Form: "附件2", Period: "2021", Closing: &bot.Closing{Checksum: "0a1b2c3d", By: p.ID, At: noon()},
		}}, noon(), bot.Reply{})
	}
	if err := closing("o1", func() { submit(t, s, "c2", "wangwu", key("县教育局"), 2) }); !errors.Is(err, kv.ErrConflict) {
		t.Errorf("a version meanwhile: %v", err)
	}
	if err := closing("o2", func() { withdraw(t, s, "c3", "wangwu", key("县教育局")) }); !errors.Is(err, kv.ErrConflict) {
		t.Errorf("a withdrawal meanwhile: %v", err)
	}
	other := key("山河镇")
	other.Form = "附件1"
	if err := closing("o3", func() { submit(t, s, "c4", "lisi", other, 3) }); err != nil {
		t.Errorf("another form's version: %v", err)
	}
	sound(t, s)

	turn := begin(t, s, "c5", "wangwu")
	defer turn.Close()
	submit(t, s, "c6", "lisi", key("山河镇"), 6)
	r, _, err := turn.Report(key("县教育局"))
	if err != nil {
		t.Fatal(err)
	}
	r.Version++
	r.Counted, r.State = r.Version, bot.Submitted
	if err := turn.Commit(bot.Changes{Report: r, Submission: &bot.Submission{Key: r.Key, Version: r.Version, At: noon()}}, noon(), bot.Reply{}); err != nil {
		t.Errorf("another unit's version at the same time: %v", err)
	}
}

// testStatusOfBook: how units stand comes from their reports, the book and what
// the office keeps beside, alike for one and for all.
func testStatusOfBook(t *testing.T, open Open) {
	s := campaign(t, open(t))
	seed(t, s)
	submit(t, s, "c1", "lisi", key("山河镇"), 1)
	submit(t, s, "c2", "wangwu", key("县教育局"), 2)
	turn := begin(t, s, "o1", "office")
	defer turn.Close()
	p, _ := turn.Person()
	r, _, err := turn.Report(key("县教育局"))
	if err != nil {
		t.Fatal(err)
	}
	r.Round = 1 // taken back
	onPaper := bot.Docket{Key: key("湫头镇"), Receipts: []bot.Receipt{{What: "附件2", By: p.ID, At: noon()}}, Extension: &bot.Extension{Until: noon(), By: p.ID, At: noon()}}
	stamped := bot.Docket{Key: key("山河镇"), Receipts: []bot.Receipt{{What: "盖章件", By: p.ID, At: noon()}}}
	err = turn.Commit(bot.Changes{
		Reviewed: []bot.Report{*r},
		Book:     &bot.Book{Form: "附件2", Period: "2021", Review: bot.Review{Round: 1, By: p.ID, At: noon()}},
		Dockets:  []bot.Docket{onPaper, stamped},
	}, noon(), bot.Reply{})
	if err != nil {
		t.Fatal(err)
	}
	want := []bot.Status{
		{Unit: "山河镇", State: bot.Approved, Filled: 1, Version: 1, At: noon().Add(time.Minute), Approved: noon(), Items: []int{1}, Docket: &stamped},
		{Unit: "县教育局", State: bot.Submitted, Filled: 1, Version: 1, At: noon().Add(2 * time.Minute), Items: []int{1}},
		{Unit: "湫头镇", State: bot.NotStarted, Until: noon(), Paper: true, Docket: &onPaper},
	}
	stands(t, s, want)
	turn = begin(t, s, "o2", "office")
	defer turn.Close()
	book, err := turn.Book(bot.FormPeriod{Form: "附件2", Period: "2021"})
	if err != nil {
		t.Fatal(err)
	}
	book.Closing = &bot.Closing{Checksum: "0a1b2c3d", By: p.ID, At: noon()}
	if err := turn.Commit(bot.Changes{Book: book}, noon(), bot.Reply{}); err != nil {
		t.Fatal(err)
	}
	for i := range want {
		want[i].Closed = true
	}
	want[0].State, want[1].State = bot.Closed, bot.Closed
	stands(t, s, want)
	sound(t, s)
}

func stands(t *testing.T, s *store.Store, want []bot.Status) {
	t.Helper()
	v, err := s.View(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	list, err := v.Statuses("附件2", "2021")
	if diff := cmp.Diff(want, list); diff != "" || err != nil {
		t.Errorf("statuses: %v\n%s", err, diff)
	}
	for _, status := range want {
		one, err := v.Status(key(status.Unit))
		if diff := cmp.Diff(status, one); diff != "" || err != nil {
			t.Errorf("status: %v\n%s", err, diff)
		}
	}
}
