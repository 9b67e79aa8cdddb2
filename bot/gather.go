package bot

import (
	"slices"
	"strconv"
	"unicode/utf8"
)

// A text may be longer than one message. A field that gathers ([Field.Gather], the
// 活动总结) holds the floor: it takes message after message, figures and headings
// too, each put behind the one before, till 完成 or till the person turns to
// another item. A field that goes on ([Field.GoesOn], the words of a case) does
// not: the next item is asked at once, and later words come back to it only if
// they answer none of the items behind it. See tellsCase.

// MaxGathered bounds such a text in characters. With what 撤销 keeps of it, it
// stays well below what one commit may hold.
const MaxGathered = 30_000

// Gathering is how far this person has come with such a text.
type Gathering struct {
	Key   ReportKey `cbor:"1,keyasint"`
	Item  int       `cbor:"2,keyasint"`
	Parts int       `cbor:"3,keyasint"` // messages
}

// ProposePart puts Text to the person, for the gathered text of Items[0]: to go
// behind what stands there, or in its place.
const ProposePart ProposalKind = "part"

// gathering is what is being gathered for an item now; nil if nothing.
func (t *turn) gathering(item int) *Gathering {
	if g := t.s.Gathering; g != nil && t.r != nil && g.Key == t.r.Key && g.Item == item {
		return g
	}
	return nil
}

// gathers takes a message for the gathered text that is asked.
func (t *turn) gathers() bool {
	f := t.form.Field(t.s.Asking)
	if f == nil || !f.Gather || t.r == nil || t.s.Key != t.r.Key {
		return false
	}
	t.gather(f, t.in.Text)
	return true
}

// gather adds a text to a field's, or asks first: if it was not typed just now,
// if it is rather talk, or if what stands there is finished and may be meant to
// be replaced.
func (t *turn) gather(f *Field, text string) {
	t.s.Asking = f.Item
	r := readPart(t.n, f, text)
	was := t.r.Entry(f.Item).Value
	switch {
	case r.Outcome == NoAnswer:
		t.tell("offtopic", nil)
		t.whereWeStand()
		return
	case r.Value.Kind != Text || r.whole:
		t.accept(reading{answers: []ItemReading{{f.Item, r.Reading}}, unsure: was.Filled() && was != r.Value})
		return
	}
	part := r.Value.Text
	if p := t.s.Proposal; p != nil && p.Kind == ProposePart && p.Items[0] == f.Item {
		part = p.Text + "\n" + part
	}
	if n := utf8.RuneCountInString(part); n+lengthOf(was) > MaxGathered {
		t.tell("gather.full", t.about(f, args{"n": strconv.Itoa(lengthOf(was)), "more": strconv.Itoa(n), "most": strconv.Itoa(MaxGathered)}))
		return
	}
	open := t.s.Proposal != nil && t.s.Proposal.Kind == ProposePart
	if open || r.talk || t.secondHand() || was.Filled() && t.gathering(f.Item) == nil {
		t.s.Proposal = &Proposal{Kind: ProposePart, Items: []int{f.Item}, Text: part}
		t.askAgain()
		return
	}
	t.takePart(f, part, false)
}

// takePart writes a part into the draft, behind what stands there or in its
// place, and waits for the next.
func (t *turn) takePart(f *Field, part string, replace bool) {
	text, parts := part, 0
	if was := t.r.Entry(f.Item).Value; t.appends(f.Item) && !replace {
		text, parts = was.Text+"\n"+part, 1
		if g := t.gathering(f.Item); g != nil {
			parts = g.Parts
		}
	}
	said := len(t.say)
	t.take([]taken{{item: f.Item, value: Words(text), part: part}})
	t.say = t.say[:said]
	t.s.Asking = f.Item
	t.s.Gathering = &Gathering{Key: t.r.Key, Item: f.Item, Parts: parts + 1}
	t.tell("gather.part", t.about(f, args{"parts": strconv.Itoa(parts + 1), "n": strconv.Itoa(utf8.RuneCountInString(text))}))
}

// appends reports whether a part can stand behind what an item has: words, and
// not a file or what stands for the whole.
func (t *turn) appends(item int) bool {
	was := t.r.Entry(item).Value
	return was.Kind == Text && !slices.Contains(t.form.Field(item).Instead, was.Text)
}

// askPart puts a part to the person.
func (t *turn) askPart(p *Proposal) {
	f := t.form.Field(p.Items[0])
	a := args{"more": strconv.Itoa(utf8.RuneCountInString(p.Text)), "text": clip(p.Text, 40)}
	key, was := "gather.sure", t.r.Entry(f.Item).Value
	switch {
	case t.appends(f.Item):
		key, a["n"] = "gather.which", strconv.Itoa(lengthOf(was))
	case was.Filled():
		key, a["value"] = "gather.over", withUnit(f, was)
	}
	t.tell(key, t.about(f, a))
}

// agreePart takes 对 to a part, unless it may go in two places.
func (t *turn) agreePart(p *Proposal) {
	if t.appends(p.Items[0]) {
		t.s.Proposal = p // 对 does not say whether it is to be replaced
		t.askAgain()
		return
	}
	t.takePart(t.form.Field(p.Items[0]), p.Text, false)
}

// settlePart takes the person's word on a part. It reports false for any other
// words.
func (t *turn) settlePart(p *Proposal, text string) bool {
	replace, ok := partWord(text)
	f := t.form.Field(p.Items[0])
	if !ok || f == nil || t.r == nil {
		return false
	}
	t.s.Proposal = nil
	if n := lengthOf(t.r.Entry(f.Item).Value); !replace && t.appends(f.Item) && n+utf8.RuneCountInString(p.Text) > MaxGathered {
		// A colleague has written meanwhile.
		t.gather(f, p.Text)
		return true
	}
	t.takePart(f, p.Text, replace)
	return true
}

// partChoices are the buttons under a part that is put to the person.
func (t *turn) partChoices(p *Proposal) (Effect, []Choice) {
	f := t.form.Field(p.Items[0])
	if t.hides(f) {
		return Effect{}, nil
	}
	list := t.n.commands(VerbYes, VerbNo)
	if t.appends(f.Item) {
		list = []Choice{{Label: wordAppend, Say: wordAppend}, {Label: wordReplace, Say: wordReplace}, t.cancels()}
	}
	return Effect{Key: "card.part", Args: t.about(f, nil)}, list
}

// gathered ends the text that is being gathered, as 完成 does, and goes on. It
// reports false if none is asked.
func (t *turn) gathered() bool {
	f := t.form.Field(t.s.Asking)
	if f == nil || !f.Gather || t.r == nil || t.s.Key != t.r.Key {
		return false
	}
	switch {
	case t.s.Proposal != nil && t.s.Proposal.Kind == ProposePart:
		t.askAgain() // what was sent last is not in yet
	case !t.r.Entry(f.Item).Value.Filled():
		t.tell("gather.none", t.about(f, nil))
		t.ask(f.Item)
	case t.r.next(t.form) != 0:
		t.s.Gathering = nil
		t.askNext()
	default:
		t.s.Gathering, t.s.Asking = nil, 0
		t.in.Verb = VerbSubmit
		t.edit()
	}
	return true
}

// ungather forgets the last part after 撤销.
func (t *turn) ungather(item int) {
	if g := t.gathering(item); g != nil {
		less := *g
		less.Parts--
		if t.s.Gathering = &less; less.Parts == 0 {
			t.s.Gathering = nil
		}
	}
}

// listed is a value as lists show it: of a long text its beginning, its end and
// how long it is.
func listed(n *Notice, v Value) string {
	const most, head, tail = 300, 150, 50
	r := []rune(v.Text)
	if v.Kind != Text || len(r) <= most {
		return v.String()
	}
	return n.phrase("gather.long", args{"head": string(r[:head]), "tail": string(r[len(r)-tail:]), "n": strconv.Itoa(len(r))})
}

// lengthOf is the number of a text's characters; 0 for any other value.
func lengthOf(v Value) int {
	if v.Kind != Text {
		return 0
	}
	return utf8.RuneCountInString(v.Text)
}
