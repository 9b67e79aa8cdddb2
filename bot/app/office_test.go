package app

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"anyuebot/bot"
)

// people is a turn that knows these, and makes up an ID for anybody else.
type people struct {
	Turn
	list []bot.Person
}

func (p people) People() ([]bot.Person, error) { return p.list, nil }

func (p people) Known(userID string) (bot.Person, error) {
	for _, one := range p.list {
		if one.UserID == userID {
			return one, nil
		}
	}
	return bot.Person{ID: "p-" + userID, UserID: userID}, nil
}

// TestToOffice: a message to the office goes to each of its members once, but
// not to the one whose turn it is, and makes the records that it needs.
func TestToOffice(t *testing.T) {
	a := New(Config{Office: []string{"Anwei", "zhao", ""}})
	turn := people{list: []bot.Person{
		{ID: "p-zhao", UserID: "zhao", Units: []string{"县应急局"}, Member: true},
		{ID: "p-qian", UserID: "qian", Member: true},
		{ID: "p-lisi", UserID: "lisi", Units: []string{"山河镇"}},
	}}
	say := []bot.Effect{says("请知悉")}
	sends := []bot.Send{{Person: "p-lisi", Say: say}, {Office: true, Kind: "taken", Say: say}}
	for _, c := range []struct {
		by   string
		to   []string
		made []string
	}{
		{"p-lisi", []string{"p-lisi", "p-anwei", "p-zhao", "p-qian"}, []string{"p-anwei"}},
		{"p-anwei", []string{"p-lisi", "p-zhao", "p-qian"}, nil},
		{"p-qian", []string{"p-lisi", "p-anwei", "p-zhao"}, []string{"p-anwei"}},
	} {
		var changes bot.Changes
		list, err := a.toOffice(turn, bot.Person{ID: c.by}, sends, &changes)
		if err != nil {
			t.Fatal(err)
		}
		var to, made []string
		for _, s := range list {
			to = append(to, s.Person)
			if s.Office || len(s.Say) != 1 {
				t.Errorf("%s: %+v", c.by, s)
			}
		}
		for _, p := range changes.People {
			made = append(made, p.ID)
		}
		if diff := cmp.Diff(c.to, to); diff != "" {
			t.Errorf("%s: to\n%s", c.by, diff)
		}
		if diff := cmp.Diff(c.made, made); diff != "" {
			t.Errorf("%s: made\n%s", c.by, diff)
		}
	}
}
