package bot

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Bag is open while a unit's material is being sent, from 材料 to 完成: whatever
// is no command goes into it.
type Bag struct {
	Unit   string `cbor:"1,keyasint"`
	Kind   string `cbor:"2,keyasint,omitempty"`
	Item   int    `cbor:"3,keyasint,omitempty"` // of the main form
	Holds  Holds  `cbor:"4,keyasint"`
	Asking int    `cbor:"5,keyasint,omitempty"` // what stood open when it was opened; 完成 brings it back
	// Proposal is what was then put to the person.
	Proposal *Proposal `cbor:"6,keyasint,omitempty"`
}

// Holds counts material.
type Holds struct {
	Images int `cbor:"1,keyasint,omitempty"`
	Films  int `cbor:"2,keyasint,omitempty"`
	Files  int `cbor:"3,keyasint,omitempty"`
	Texts  int `cbor:"4,keyasint,omitempty"`
}

// add counts a received file, and the words with it, or a text alone.
func (h *Holds) add(r Received) {
	switch {
	case r.File.Hash == "":
	case strings.HasPrefix(r.File.Type, "image/"):
		h.Images++
	case strings.HasPrefix(r.File.Type, "video/"):
		h.Films++
	default:
		h.Files++
	}
	if r.Text != "" {
		h.Texts++
	}
}

// holding counts files.
func holding(files []File) (h Holds) {
	for _, f := range files {
		h.add(Received{File: f})
	}
	return h
}

// ProposeBag chooses which of Units the material Text is for.
const ProposeBag ProposalKind = "bag"

// openBag answers 材料 [类别] [第N项].
func (t *turn) openBag(text string) {
	units := t.v.Person.Units
	if len(units) == 0 {
		t.tell("report.none", args{"phone": t.n.Office.Phone})
		return
	}
	m, ok := readMaterial(t.n, units, text)
	switch {
	case !ok:
		t.tell("material.how", args{"kinds": strings.Join(t.n.Materials, "、")})
		t.whereWeStand()
		return
	case m.item != 0 && t.n.Form(t.n.Main).Field(m.item) == nil:
		t.tell("item.none", args{"item": strconv.Itoa(m.item), "all": strconv.Itoa(len(t.n.Form(t.n.Main).Fields))})
		t.whereWeStand()
		return
	}
	switch {
	case m.unit != "":
	case t.s.Bag != nil:
		m.unit = t.s.Bag.Unit
	case t.s.Key.Unit != "":
		m.unit = t.s.Key.Unit
	case len(units) == 1:
		m.unit = units[0]
	default:
		t.drop()
		t.s.Proposal = &Proposal{Kind: ProposeBag, Units: slices.Clone(units), Text: text}
		t.askAgain()
		return
	}
	t.openBagFor(m)
}

func (t *turn) openBagFor(m meant) {
	bag := &Bag{Unit: m.unit, Kind: m.kind, Item: m.item, Asking: t.s.Asking, Proposal: t.s.Proposal}
	if was := t.s.Bag; was != nil {
		if was.Holds != (Holds{}) {
			t.tellSum("bag.done", was)
		}
		bag.Asking, bag.Proposal = was.Asking, was.Proposal
	}
	if bag.Proposal.aboutMaterial() {
		bag.Proposal = nil
	}
	t.s.Bag, t.s.Asking, t.s.Proposal = bag, 0, nil
	t.tell("bag.open", args{"what": t.materialName(m)})
	if files := t.s.Loose; len(files) > 0 {
		t.name(files, m, ReportKey{})
		bag.Holds, t.s.Loose = holding(files), nil
		t.tell("bag.loose", args{"what": t.amount(bag.Holds)})
	} else if m.kind == "" && m.item == 0 {
		t.tell("bag.kinds", args{"kinds": t.numberedKinds()})
	}
	if !t.m.Private() {
		t.tell("files.private", nil)
	}
}

// materialName is whose and what a material is: 山河镇·好的做法（第12项）.
func (t *turn) materialName(m meant) string {
	kind := m.kind
	if kind == "" {
		kind = t.phrase("material.any", nil)
	}
	name := t.phrase("material.name", args{"unit": m.unit, "kind": kind})
	if m.item != 0 {
		name += t.phrase("material.item", args{"item": strconv.Itoa(m.item)})
	}
	return name
}

// amount writes how much there is: 图片3张、文件1个.
func (t *turn) amount(h Holds) string {
	var parts []string
	for _, part := range []struct {
		key string
		n   int
	}{{"amount.images", h.Images}, {"amount.films", h.Films}, {"amount.files", h.Files}, {"amount.texts", h.Texts}} {
		if part.n > 0 {
			parts = append(parts, t.phrase(part.key, args{"n": strconv.Itoa(part.n)}))
		}
	}
	return strings.Join(parts, "、")
}

func (t *turn) numberedKinds() string {
	var parts []string
	for i, kind := range t.n.Materials {
		parts = append(parts, strconv.Itoa(i+1)+" "+kind)
	}
	return strings.Join(parts, "、")
}

// intoBag takes files, with the words they came with, into the open bag. It
// reports whether the message is thereby done.
func (t *turn) intoBag(kept []Received) bool {
	bag := *t.s.Bag
	for _, r := range kept {
		bag.Holds.add(r)
	}
	t.s.Bag = &bag
	if t.in.Verb == "" {
		t.tellHolds(bag.Holds)
	}
	return t.in.Verb == ""
}

// tellHolds says in a few words how much the bag holds by now.
func (t *turn) tellHolds(h Holds) {
	if h == (Holds{Images: h.Images}) {
		t.tell("bag.images", args{"n": strconv.Itoa(h.Images)})
		return
	}
	t.tell("bag.holds", args{"what": t.amount(h)})
}

// bagged takes a message that is no command into the open bag.
func (t *turn) bagged() bool {
	bag := t.s.Bag
	if bag == nil || t.s.Asking != 0 || t.s.Proposal != nil {
		return false
	}
	text := tidyText(t.in.Text)
	kind, isKind := pick(t.n.Materials, text)
	switch {
	case bag.Holds == (Holds{}) && text != bag.Unit && slices.Contains(t.v.Person.Units, text):
		t.openBagFor(meant{unit: text, kind: bag.Kind, item: bag.Item})
	case isKind && bag.Kind == "" && bag.Holds == (Holds{}):
		named := *bag
		named.Kind = kind
		t.s.Bag = &named
		t.bagStands()
	case t.answersForm(bag, text):
		t.tell("bag.figure", args{"text": clip(text, 20), "item": strconv.Itoa(bag.Asking)})
	case !says([]rune(text)), utf8.RuneCountInString(text) < 15 && isTalk(text):
		t.tell("bag.talk", nil)
	case utf8.RuneCountInString(text) > MaxGathered:
		t.tell("bag.long", args{"n": strconv.Itoa(utf8.RuneCountInString(text)), "most": strconv.Itoa(MaxGathered)})
	default:
		r := t.received(bag.Unit)
		r.Text, r.Kind, r.Item = text, bag.Kind, bag.Item
		t.out.Files = append(t.out.Files, r)
		t.log("material", LogEntry{Key: ReportKey{Unit: bag.Unit}, Text: bag.Kind})
		more := *bag
		more.Holds.add(r)
		t.s.Bag = &more
		if t.m.Media == MediaVoice {
			t.tell("voice.heard", args{"text": clip(text, 60)})
		}
		t.tellHolds(more.Holds)
	}
	return true
}

// answersForm reports whether a text is rather the answer to the question that
// the bag has put off.
func (t *turn) answersForm(bag *Bag, text string) bool {
	f := t.form.Field(bag.Asking)
	if f == nil || t.r == nil || f.Kind == KindText || utf8.RuneCountInString(text) > 15 {
		return false
	}
	return Read(t.n, f, text).Outcome == Taken
}

// closesBag deals with a command that an open bag stands in the way of. It
// reports whether nothing else is to be done.
func (t *turn) closesBag() bool {
	if t.s.Bag == nil {
		return false
	}
	switch t.in.Verb {
	case VerbUndo:
		t.tell("bag.undo", nil)
		return true
	case VerbSubmit:
		// Of the form it would be more than whoever is sending pictures may mean.
		t.closeBag()
		t.tell("bag.submit", nil)
		return true
	case VerbFill, VerbContinue, VerbBack, VerbSkip, VerbZeros, VerbPreview, VerbWithdraw, VerbQuit,
		VerbRegister, VerbCase, VerbNoCase, VerbLater, VerbYearEnd, VerbSummary:
		t.tellSum("bag.closed", t.s.Bag)
		t.s.Bag = nil
	}
	return false
}

// closeBag sums up what the bag holds and brings back what stood open before.
func (t *turn) closeBag() {
	bag := t.s.Bag
	t.s.Bag, t.s.Asking, t.s.Proposal = nil, bag.Asking, bag.Proposal
	t.tellSum("bag.done", bag)
	if t.r == nil || t.s.Key != t.r.Key || bag.Asking == 0 && bag.Proposal == nil {
		return
	}
	if bag.Proposal == nil && t.r.Entry(bag.Asking).Value.Filled() {
		t.askNext() // it was answered meanwhile
		return
	}
	t.askAgain()
}

func (t *turn) tellSum(key string, bag *Bag) {
	if bag.Holds == (Holds{}) {
		key = "bag.empty"
	}
	t.tell(key, args{"what": t.materialName(meant{bag.Unit, bag.Kind, bag.Item}), "holds": t.amount(bag.Holds)})
}

// bagStands says that the bag is open in place of a form's next question, which
// waits till it is closed.
func (t *turn) bagStands() bool {
	if t.s.Bag == nil {
		return false
	}
	t.s.Asking = 0
	t.tell("bag.stands", args{"what": t.materialName(meant{t.s.Bag.Unit, t.s.Bag.Kind, t.s.Bag.Item})})
	return true
}

// bagBehindQuestion closes the bag if the reply ends in a question all the same:
// the answer must not go into it.
func (t *turn) bagBehindQuestion() {
	if t.s.Bag == nil || t.s.Asking == 0 && t.s.Proposal == nil {
		return
	}
	said := t.say
	t.say = nil
	t.tellSum("bag.closed", t.s.Bag)
	t.say = append(t.say, said...)
	t.s.Bag = nil
}
