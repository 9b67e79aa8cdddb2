package bot

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxLoose bounds the files that what somebody says next may be about.
const maxLoose = 30

// ProposeMaterial asks what the loose files are, and never twice.
const ProposeMaterial ProposalKind = "material"

// aboutMaterial reports whether a proposal is about what was sent.
func (p *Proposal) aboutMaterial() bool {
	return p != nil && (p.Kind == ProposeMaterial || p.Kind == ProposeStamp || p.Kind == ProposeBag)
}

// fileMedia reports whether a message is nothing but what was sent with it.
func (t *turn) fileMedia() bool {
	switch t.m.Media {
	case MediaImage, MediaFile, MediaVideo:
		return true
	}
	return len(t.m.Files) > 0
}

// files keeps what came with the message and says so. What is in it is not read.
// It reports whether the message is thereby done.
func (t *turn) files() bool {
	if !t.fileMedia() {
		return false
	}
	p, kept := t.v.Person, []Received(nil)
	switch {
	case len(t.m.Files) == 0:
		t.tell("media."+string(t.m.Media), nil)
	case len(p.Units) == 0 && !p.Office:
		if !t.tellAllFormer() {
			t.tell("files.stranger", nil)
			t.stranger()
		}
	default:
		kept = t.keep()
	}
	wordless := t.in.Text == ""
	switch {
	case len(kept) == 0:
		if wordless {
			t.whereWeStand()
		}
		return wordless
	case t.s.Bag != nil:
		return t.intoBag(kept)
	case t.s.Entering != nil, t.readsDocument():
		t.tellKept(kept)
		t.tellPrivate()
		return false
	case t.goWithCase(kept):
		if wordless {
			t.whereWeStand()
		}
		return wordless
	case t.answersWithFile(kept):
		return true
	}
	return t.outside(kept)
}

// received is a record of what this message brings for a unit, or for all units
// of the person if none is meant.
func (t *turn) received(unit string) Received {
	p := t.v.Person
	r := Received{By: p.ID, At: t.now, Units: slices.Clone(p.Units), Group: t.m.Group}
	if unit != "" {
		r.Units = []string{unit}
	}
	return r
}

// materialUnit is the unit that material is for; "" if that was not said.
func (t *turn) materialUnit() string {
	switch units := t.v.Person.Units; {
	case t.s.Bag != nil:
		return t.s.Bag.Unit
	case t.s.Key.Unit != "":
		return t.s.Key.Unit
	case len(units) == 1:
		return units[0]
	}
	return ""
}

// keep adds the message's files to what was received and returns them.
func (t *turn) keep() []Received {
	unit, kind := t.materialUnit(), ""
	for _, f := range t.m.Files {
		if f.Problem != "" {
			t.tell("file."+string(f.Problem), args{"what": t.called(f)})
			continue
		}
		r := t.received(unit)
		r.File = f
		if bag := t.s.Bag; bag != nil {
			kind = bag.Kind
			r.Kind, r.Item = bag.Kind, bag.Item
		}
		t.out.Files = append(t.out.Files, r)
	}
	kept := t.out.Files
	if len(kept) == 0 {
		return nil
	}
	if text := tidyText(t.in.Text); t.in.Verb == "" && utf8.RuneCountInString(text) <= MaxGathered {
		kept[0].Text = text
	}
	t.compare(kept)
	t.log("file", LogEntry{Key: ReportKey{Unit: unit}, Number: len(kept), Text: kind})
	return kept
}

// outside answers files that came without an open bag: they are kept, and the
// person may say what they are.
func (t *turn) outside(kept []Received) bool {
	wordless, more := t.in.Text == "", len(t.s.Loose) > 0
	loose := slices.Clone(t.s.Loose)
	for _, r := range kept {
		known := slices.ContainsFunc(loose, func(f File) bool { return f.Hash == r.File.Hash })
		if !known && len(loose) < maxLoose {
			loose = append(loose, r.File)
		}
	}
	t.s.Loose = loose
	if more && wordless && (t.s.Asking != 0 || t.s.Proposal != nil) {
		// What stands open stands there still, and one of nine pictures needs no
		// more words than that it has come.
		t.tellHolds(holding(loose))
		t.tellPrivate()
		return true
	}
	t.tellKept(kept)
	unit := t.materialUnit()
	idle := t.s.Asking == 0 && (t.s.Proposal == nil || t.s.Proposal.aboutMaterial())
	switch {
	case unit == "":
	case callsStamp(t.in.Text):
		if t.askStamp() {
			return true
		}
		t.tell("stamp.none", args{"form": t.n.Main})
		return true
	case t.in.Verb == "" && !wordless:
		if m, ok := readMaterial(t.n, t.v.Person.Units, t.in.Text); ok && (m.kind != "" || m.item != 0) {
			kept[0].Text = ""
			t.nameLoose(m)
			return true
		}
		if idle && !strings.ContainsFunc(t.in.Text, figureRune) {
			t.tell("files.caption", nil)
			return true
		}
	case wordless && idle && t.mayBeStamp(kept) && t.askStamp():
		return true
	case wordless && idle && len(t.n.Materials) > 0:
		t.s.Proposal = &Proposal{Kind: ProposeMaterial}
		t.askAgain()
		t.tellPrivate()
		return true
	}
	if !wordless {
		if t.in.Verb == "" {
			t.tell("files.besides", nil)
		}
		t.tellPrivate()
		return false
	}
	if f := t.form.Field(t.s.Asking); f != nil && f.Document {
		t.tell("files.document", nil)
	} else {
		t.tell("files.unread", nil)
	}
	switch units := t.v.Person.Units; {
	case unit == "" && len(units) > 1:
		t.tell("files.whose", args{"unit": units[0]})
	case unit != "" && len(t.n.Materials) > 0:
		t.tell("files.name", args{"kind": t.n.Materials[0]})
	}
	t.tellPrivate()
	t.whereWeStand()
	return true
}

// tellKept says what was received.
func (t *turn) tellKept(kept []Received) {
	images := 0
	for _, r := range kept {
		if strings.HasPrefix(r.File.Type, "image/") {
			images++
			continue
		}
		t.tell("files.kept", args{"what": t.called(r.File), "size": size(r.File.Size)})
	}
	if images > 0 {
		t.tell("files.images", args{"n": strconv.Itoa(images)})
	}
}

// tellPrivate asks in a group that what is personal be sent privately.
func (t *turn) tellPrivate() {
	if !t.m.Private() {
		t.tell("files.private", nil)
	}
}

// nameLoose says of the loose files what they are.
func (t *turn) nameLoose(m meant) {
	if form := t.n.Form(t.n.Main); m.item != 0 && form.Field(m.item) == nil {
		t.tell("item.none", args{"item": strconv.Itoa(m.item), "all": strconv.Itoa(len(form.Fields))})
		return
	}
	if m.unit == "" {
		m.unit = t.materialUnit()
	}
	holds := holding(t.s.Loose)
	t.name(t.s.Loose, m, ReportKey{})
	t.s.Loose, t.s.Proposal = nil, nil
	t.tell("material.named", args{"holds": t.amount(holds), "what": t.materialName(m)})
}

// name says of files that came now or before what they are.
func (t *turn) name(files []File, m meant, key ReportKey) {
	for _, f := range files {
		at := slices.IndexFunc(t.out.Files, func(r Received) bool { return r.File.Hash == f.Hash })
		if at < 0 {
			r := t.received(m.unit)
			r.File, r.Seen = f, SeenNamed
			t.out.Files = append(t.out.Files, r)
			at = len(t.out.Files) - 1
		}
		r := &t.out.Files[at]
		r.Units, r.Kind, r.Item, r.Key = []string{m.unit}, m.kind, m.item, key
	}
	t.log("named", LogEntry{Key: ReportKey{Unit: m.unit}, Number: len(files), Text: m.kind})
}

// chooseMaterial takes what somebody says the loose files are.
func (t *turn) chooseMaterial() bool {
	if kind, ok := pick(t.n.Materials, t.in.Text); ok {
		t.nameLoose(meant{kind: kind})
		return true
	}
	if m, ok := readMaterial(t.n, t.v.Person.Units, t.in.Text); ok && (m.kind != "" || m.item != 0) {
		t.nameLoose(m)
		return true
	}
	t.s.Proposal = nil // nobody has to say
	text := tidyText(t.in.Text)
	switch {
	case callsStamp(text):
		return t.askStamp()
	case isTalk(text) || strings.ContainsFunc(text, figureRune) || utf8.RuneCountInString(text) < 4:
		return false
	}
	t.name(t.s.Loose, meant{unit: t.materialUnit()}, ReportKey{})
	for i := range t.out.Files {
		t.out.Files[i].Text = text
	}
	t.s.Loose = nil
	t.tell("files.caption", nil)
	return true
}

// noMaterial takes a no to what was asked about files. It reports false if
// something else was asked.
func (t *turn) noMaterial(p *Proposal) bool {
	switch {
	case p.Kind == ProposeMaterial:
		t.leaveMaterial()
	case p.Kind == ProposeStamp && isNoStamp(t.in.Text):
		t.noStamp()
	case p.Kind == ProposeStamp:
		t.askAgain() // 不对 may as well mean that the figures are not the same
	default:
		return false
	}
	return true
}

// leaveMaterial leaves the loose files as they are.
func (t *turn) leaveMaterial() {
	t.s.Proposal = nil
	t.tell("material.left", nil)
}

// keepsLoose reports whether what somebody says next may still be about the
// files they sent before.
func (t *turn) keepsLoose() bool {
	switch {
	case t.set != 0:
		return false
	case len(t.m.Files) > 0, t.s.Proposal.aboutMaterial():
		return true
	}
	switch t.in.Verb {
	case VerbSubmit, VerbPreview, VerbYes, VerbThanks, VerbMore:
		return true
	}
	return false
}

// called says which file is meant.
func (t *turn) called(f File) string {
	if f.Name != "" {
		return t.phrase("file.named", args{"name": clipName(f.Name, 40)})
	}
	sort, _, _ := strings.Cut(f.Type, "/")
	if sort == "" {
		sort = string(t.m.Media) // it was not looked into
	}
	switch sort {
	case "image", "video":
		return t.phrase("file."+sort, nil)
	}
	return t.phrase("file.this", nil)
}

// clipName shortens a file's name in its middle: the beginning tells which file
// it is, and the end of what sort.
func clipName(name string, most int) string {
	r := []rune(name)
	if len(r) <= most || !utf8.ValidString(name) {
		return clip(name, most)
	}
	const tail = 10
	return string(r[:most-tail]) + "…" + string(r[len(r)-tail:])
}

// size writes a number of bytes as people do, rounded up.
func size(bytes int64) string {
	const kb, mb = 1 << 10, 1 << 20
	if bytes < mb {
		return strconv.FormatInt(max((bytes+kb-1)/kb, 1), 10) + " KB"
	}
	tenths := (bytes*10 + mb - 1) / mb
	return strconv.FormatInt(tenths/10, 10) + "." + strconv.FormatInt(tenths%10, 10) + " MB"
}

// rated keeps how the member found an answer. Nothing is said to it.
func (t *turn) rated() {
	words := []rune(strings.TrimSpace(t.m.Rating.Words))
	t.log("feedback", LogEntry{Number: t.m.Rating.Score, Text: string(words[:min(len(words), 500)])})
}
