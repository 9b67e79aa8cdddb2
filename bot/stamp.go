package bot

import (
	"slices"
	"strconv"
)

// ProposeStamp asks how the loose pages, a stamped copy, stand to Version of the
// main form.
const ProposeStamp ProposalKind = "stamp"

// mainReport is the main form's report of the unit that is meant; nil if there
// is none, or if it was not looked up.
func (t *turn) mainReport() *Report {
	key := t.n.mainKey(t.materialUnit())
	if t.r != nil && t.r.Key == key {
		return t.r
	}
	return t.v.Others[key].Report
}

// stamp is the stamped copy of a report, if that was looked up.
func (t *turn) stamp(key ReportKey) *Stamp {
	if t.v.Docket == nil || t.v.Docket.Key != key {
		return nil
	}
	return t.v.Docket.Stamp
}

// mayBeStamp reports whether files may be the stamped copy of what was submitted:
// pages, of a version that has none yet.
func (t *turn) mayBeStamp(kept []Received) bool {
	r := t.mainReport()
	if r == nil || r.Counted == 0 || slices.ContainsFunc(kept, func(k Received) bool { return !k.File.isPage() }) {
		return false
	}
	stamp := t.stamp(r.Key)
	return stamp == nil || stamp.Stands(r.Counted) != StampSame
}

// pages are the loose files that can be a stamped copy.
func (t *turn) pages() []File {
	return slices.DeleteFunc(slices.Clone(t.s.Loose), func(f File) bool { return !f.isPage() })
}

// askStamp asks how the loose pages stand to the version that counts. It reports
// false if there are none, or no version.
func (t *turn) askStamp() bool {
	r := t.mainReport()
	if r == nil || r.Counted == 0 || len(t.pages()) == 0 {
		return false
	}
	t.drop()
	t.s.Asking, t.s.Quote = 0, ""
	t.s.Proposal = &Proposal{Kind: ProposeStamp, Version: r.Counted}
	t.askAgain()
	return true
}

func (t *turn) tellStamp(p *Proposal) {
	t.tell("stamp.ask", args{"what": t.amount(holding(t.pages())), "version": strconv.Itoa(p.Version)})
}

func (t *turn) stampChoices(p *Proposal) (Effect, []Choice) {
	var list []Choice
	for _, verdict := range []StampVerdict{StampSame, StampChanged, StampOld} {
		list = append(list, Choice{Label: verdict.word(), Say: verdict.word()})
	}
	return Effect{Key: "card.stamp", Args: args{"version": strconv.Itoa(p.Version)}},
		append(list, Choice{Label: t.phrase("button.nostamp", nil), Say: t.n.Verbs[VerbNo][0]})
}

// stampWord answers 盖章件 typed alone: with the question if pages came just
// before, else with how to send them.
func (t *turn) stampWord() {
	if t.askStamp() {
		return
	}
	r := t.mainReport()
	if r == nil || r.Counted == 0 {
		t.tell("stamp.none", args{"form": t.n.Main})
		t.whereWeStand()
		return
	}
	t.drop()
	t.s.Asking, t.s.Quote = 0, ""
	t.tell("stamp.how", args{"version": strconv.Itoa(r.Counted)})
}

// noStamp is that the pages are something else.
func (t *turn) noStamp() {
	t.s.Proposal = nil
	if len(t.n.Materials) > 0 {
		t.s.Proposal = &Proposal{Kind: ProposeMaterial}
		t.askAgain()
		return
	}
	t.leaveMaterial()
}

// settleStamp files the stamped copy with what the unit says of it. It reports
// false if the words say nothing of it.
func (t *turn) settleStamp(p *Proposal) bool {
	verdict, ok := stampVerdict(t.in.Text)
	r := t.mainReport()
	switch {
	case !ok:
		t.s.Proposal = nil // nobody has to say
		return false
	case t.m.Media == MediaVoice:
		// 不一致 is soon misheard for 一致.
		t.tell("voice.confirm", args{"text": clip(t.in.Text, 60)})
		t.askAgain()
		return true
	case r == nil || r.Counted == 0:
		t.s.Proposal = nil
		t.tell("stamp.none", args{"form": t.n.Main})
		return true
	case r.Counted != p.Version:
		// A colleague has submitted meanwhile.
		t.askStamp()
		return true
	}
	if t.in.Need.Docket != r.Key {
		t.askAgain() // what the office keeps there was not looked up
		return true
	}
	d := Docket{Key: r.Key}
	if t.v.Docket != nil {
		d = *t.v.Docket
	}
	pages := t.pages()
	d.Stamp = &Stamp{Version: r.Counted, Verdict: verdict, File: pages[0], More: pages[1:], By: t.v.Person.ID, At: t.now}
	t.out.Dockets = append(t.out.Dockets, d)
	t.name(pages, meant{unit: r.Key.Unit, kind: wordStamped}, r.Key)
	t.log("stamp", LogEntry{Key: r.Key, Number: r.Counted, Text: verdict.word()})
	t.s.Loose, t.s.Proposal = nil, nil
	a := args{"form": r.Key.Form, "version": strconv.Itoa(r.Counted), "next": strconv.Itoa(r.Version + 1)}
	switch {
	case verdict == StampOld && r.Counted == 2:
		t.tell("stamp.first", a)
	default:
		t.tell("stamp."+string(verdict), a)
	}
	return true
}

// stampBehind says after 提交 what that means for the stamped copy, and asks for
// the pages that came with it.
func (t *turn) stampBehind(sub *Submission) {
	if t.form.ID != t.n.Main {
		return
	}
	stamp := t.stamp(sub.Key)
	switch {
	case stamp != nil:
		t.tell("stamp.again", args{"was": strconv.Itoa(stamp.Version), "version": strconv.Itoa(sub.Version)})
	case sub.Version == 1:
		t.tell("stamp.later", nil)
	}
	t.askStamp()
}

// stampProgress tells how the stamped copy stands, if there is one.
func (t *turn) stampProgress() {
	if stamp := t.stamp(t.r.Key); stamp != nil && t.r.Counted > 0 {
		key := "stamp.kept"
		if stamp.Stands(t.r.Counted) != StampSame {
			key = "stamp.wanted"
		}
		t.tell(key, args{"version": strconv.Itoa(t.r.Counted)})
	}
}

// stampSpokenOf answers who says with new figures that the form bears its stamp
// already, and whose copy has not come.
func (t *turn) stampSpokenOf() {
	if stamped, _ := tellsOfStamp(t.in.Text); stamped && t.form.ID == t.n.Main && t.r.Counted > 0 && t.stamp(t.r.Key) == nil {
		t.tell("stamp.outgrown", args{"version": strconv.Itoa(t.r.Counted)})
	}
}

// stampOutgrown says, once, that figures changed behind the stamped copy.
func (t *turn) stampOutgrown(wasDirty bool) {
	if stamp := t.stamp(t.r.Key); stamp != nil && t.r.Dirty && !wasDirty && stamp.Stands(t.r.Counted) == StampSame {
		t.tell("stamp.outgrown", args{"version": strconv.Itoa(stamp.Version)})
	}
}
