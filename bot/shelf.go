package bot

import (
	"slices"
	"strconv"
	"strings"
)

// maxSent is the most bytes of a file that channels send (page 90253).
const maxSent = 20 << 20

// shelf answers the office's 材料 单位 [N]: what a unit has sent, or one of it. It
// reports false if no unit is named and the message is a liaison's.
func (t *turn) shelf() bool {
	liaison := len(t.v.Person.Units) > 0
	name, number := unitAndNumber(t.in.Rest)
	if name == "" {
		if !liaison {
			t.tell("shelf.how", nil)
		}
		return !liaison
	}
	units, exact := t.v.Roster.Find(name)
	if !exact {
		if !liaison {
			t.notFound(name, units)
		}
		return !liaison
	}
	unit, list := units[0].Name, shelved(t.v.Bag)
	switch {
	case len(list) == 0:
		t.tell("shelf.empty", args{"unit": unit, "time": t.instant(t.now)})
	case !t.m.Private():
		t.shelfCounts(unit, list)
	case number == 0:
		t.shelfList(unit, list)
	case number < 1 || number > len(list):
		t.tell("shelf.none", args{"unit": unit, "all": strconv.Itoa(len(list)), "n": strconv.Itoa(number)})
	default:
		t.shelfOne(unit, number, list[number-1])
	}
	return true
}

// shelved puts what was said of a file later into the place where it came first,
// so that a number once shown stays the number of the same material.
func shelved(bag []Received) []Received {
	var list []Received
	for _, r := range bag {
		if r.Seen == SeenNamed {
			at := slices.IndexFunc(list, func(was Received) bool { return was.File.Hash == r.File.Hash })
			if at >= 0 {
				was := &list[at]
				was.Kind, was.Item, was.Key = r.Kind, r.Item, r.Key
				if r.Text != "" {
					was.Text = r.Text
				}
				continue
			}
		}
		list = append(list, r)
	}
	return list
}

// shelfCounts is what a group may see: how much of which kind.
func (t *turn) shelfCounts(unit string, list []Received) {
	counts := map[string]*Holds{}
	var kinds []string
	for _, r := range list {
		if counts[r.Kind] == nil {
			counts[r.Kind] = &Holds{}
			kinds = append(kinds, r.Kind)
		}
		counts[r.Kind].add(r)
	}
	t.tell("shelf", args{"unit": unit, "n": strconv.Itoa(len(list)), "time": t.instant(t.now)})
	for _, kind := range kinds {
		t.tell("shelf.count", args{"kind": t.kindName(kind), "holds": t.amount(*counts[kind])})
	}
	t.tell("shelf.private", nil)
}

func (t *turn) shelfList(unit string, list []Received) {
	t.tell("shelf", args{"unit": unit, "n": strconv.Itoa(len(list)), "time": t.instant(t.now)})
	for i, r := range list {
		a := args{"n": strconv.Itoa(i + 1), "date": t.day(r.At), "kind": t.kindName(r.Kind), "text": clip(r.Text, 60)}
		key := "shelf.text"
		if r.File.Hash != "" {
			key, a["what"], a["size"] = "shelf.file", t.called(r.File), size(r.File.Size)
		}
		t.tell(key, a)
		if r.File.Hash != "" && r.Text != "" {
			t.add("shelf.words", a)
		}
		if r.Item != 0 {
			t.add("material.item", args{"item": strconv.Itoa(r.Item)})
		}
		switch r.Seen {
		case SeenHere:
			t.add("shelf.here", nil)
		case SeenElsewhere:
			t.add("shelf.elsewhere", args{"units": strings.Join(t.alsoSentBy(unit, r.File.Hash), "、")})
		}
	}
	t.tell("shelf.ask", args{"unit": unit})
}

// alsoSentBy are the other units that have sent the same content.
func (t *turn) alsoSentBy(unit, hash string) []string {
	var units []string
	for _, r := range t.v.Same[hash] {
		for _, u := range r.Units {
			if u != unit && !slices.Contains(units, u) {
				units = append(units, u)
			}
		}
	}
	return units
}

// shelfOne shows a text, or has a file sent to the member of the office who asks.
func (t *turn) shelfOne(unit string, number int, r Received) {
	if r.Text != "" {
		t.tell("shelf.whole", args{"text!": r.Text})
	}
	if r.File.Hash == "" {
		return
	}
	a := args{"unit": unit, "n": strconv.Itoa(number), "what": t.called(r.File), "kind": t.kindName(r.Kind), "date": t.day(r.At)}
	switch {
	case t.v.Reach.Person == "" || !t.v.Reach.Files:
		t.tell("shelf.noroad", a)
	case r.File.Size > maxSent:
		t.tell("shelf.large", a)
	default:
		t.sends = append(t.sends, Send{Person: t.v.Person.ID, Kind: "material", Units: []string{unit}, Say: []Effect{{Key: "shelf.sent", Args: a}}, File: &r.File})
		t.log("shelf", LogEntry{Key: ReportKey{Unit: unit}, Number: number})
		t.tell("shelf.sending", a)
	}
}

func (t *turn) kindName(kind string) string {
	if kind == "" {
		return t.phrase("shelf.unsaid", nil)
	}
	return kind
}
