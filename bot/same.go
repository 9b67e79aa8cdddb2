package bot

import (
	"slices"
	"strings"
)

// compare holds new files against what was received before, and tells the sender
// privately of a picture that came twice. It is never refused: the same yard may
// stand for two things.
func (t *turn) compare(kept []Received) {
	if len(t.v.Person.Units) == 0 {
		return
	}
	var say []Effect
	for i := range kept {
		r := &kept[i]
		here, elsewhere := Received{}, false
		for _, was := range t.v.Same[r.File.Hash] {
			switch {
			case slices.ContainsFunc(was.Units, func(u string) bool { return slices.Contains(r.Units, u) }):
				here = was
			case len(was.Units) > 0:
				elsewhere = true
			}
		}
		picture := strings.HasPrefix(r.File.Type, "image/") || strings.HasPrefix(r.File.Type, "video/")
		switch {
		case here.File.Hash != "" && t.in.Text != "" && here.Kind == "":
			r.Seen = SeenNamed // it is quoted, or sent again, to say what it is
			continue
		case elsewhere && picture:
			r.Seen = SeenElsewhere
			say = append(say, Effect{Key: "same.elsewhere"})
		case here.File.Hash != "":
			r.Seen = SeenHere
			say = append(say, Effect{Key: "same.here", Args: args{"what": t.called(r.File), "date": t.day(here.At)}})
		}
	}
	switch {
	case len(say) == 0:
	case t.m.Private():
		t.say = append(t.say, say...)
	case t.v.Reach.Person != "":
		t.sends = append(t.sends, Send{Person: t.v.Person.ID, Kind: "same", Units: kept[0].Units, Say: append([]Effect{{Key: "same.head"}}, say...)})
	}
}
