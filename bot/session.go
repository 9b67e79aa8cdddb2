package bot

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"
)

// Session is what one person was last asked. It is per person, not per chat: a
// report begun in a group goes on in private. Answers are read against what
// this person was shown, even when a colleague has moved the report on.
type Session struct {
	Person string    `cbor:"1,keyasint"`
	Key    ReportKey `cbor:"2,keyasint,omitzero"` // the report being filled; zero if none
	// Asking is the item whose question stands open; 0 outside a form.
	Asking int `cbor:"3,keyasint,omitempty"`
	// Section is the heading last shown, so that it is said only when it changes.
	Section string `cbor:"4,keyasint,omitempty"`
	// Quote is what the person wrote for item QuoteFor that was no plain number;
	// it stays with the answer they settle on.
	Quote    string `cbor:"5,keyasint,omitempty"`
	QuoteFor int    `cbor:"11,keyasint,omitempty"`
	// Proposal waits for 对 or 确认.
	Proposal *Proposal `cbor:"6,keyasint,omitempty"`
	// Pages are the rest of the last reply, for 下页 in the same chat.
	Pages   []string `cbor:"7,keyasint,omitempty"`
	PagesIn string   `cbor:"12,keyasint,omitempty"` // Message.Group of that chat
	Page    int      `cbor:"8,keyasint,omitempty"`  // number of the page last shown
	Of      int      `cbor:"9,keyasint,omitempty"`
	// Greeted is set once the person has been told how to begin.
	Greeted bool `cbor:"10,keyasint,omitempty"`
	// Seen names the values that the open question was put about, as they stood
	// then. A press counts only while they still do.
	Seen string `cbor:"13,keyasint,omitempty"`
	// Entering is the paper that this member of the office is sending in.
	Entering *Entering `cbor:"24,keyasint,omitempty"`
	// Pairing is the group robot that this member of the office is about to pair.
	Pairing *Pairing `cbor:"14,keyasint,omitempty"`
	// Gathering is the text whose parts are being sent.
	Gathering *Gathering `cbor:"17,keyasint,omitempty"`
	// Bag is open while material is being sent.
	Bag *Bag `cbor:"18,keyasint,omitempty"`
	// Loose are the files just sent outside a bag, which what comes next may name.
	Loose []File `cbor:"19,keyasint,omitempty"`
	// Invited is the item whose question, begun in a group, was sent to the person
	// in private, so that it is sent once.
	Invited int `cbor:"15,keyasint,omitempty"`
	// Last is the nomination just submitted: what comes next is for the main form,
	// but for 撤回 and the like.
	Last ReportKey `cbor:"32,keyasint,omitzero"`
	// Told is the unit that this person last asked for in vain, and of which the
	// office knows it.
	Told string `cbor:"16,keyasint,omitempty"`
	// CaseFiles is how many pictures and other files came with the case Key.
	CaseFiles int `cbor:"20,keyasint,omitempty"`
	// Back is the report that 继续 goes back to: the one that was left with 退出,
	// or the main one once another was sent in.
	Back ReportKey `cbor:"31,keyasint,omitzero"`
	// RosterAsked is when they last asked for the roster: a list they send soon
	// after is meant for it.
	RosterAsked time.Time `cbor:"26,keyasint,omitzero"`
}

// ProposalKind is what 对 would do.
type ProposalKind string

const (
	ProposeAnswers ProposalKind = "answers" // take Answers into the draft
	ProposeZeros   ProposalKind = "zeros"   // 其余无
	ProposeReason  ProposalKind = "reason"  // keep an odd figure, with a reason
	ProposeSubmit  ProposalKind = "submit"
	ProposeBind    ProposalKind = "bind"   // 登记 Unit
	ProposeUnit    ProposalKind = "unit"   // choose one of Units to fill for
	ProposeItem    ProposalKind = "item"   // choose one of Items for Value
	ProposeReturn  ProposalKind = "return" // keep the value of Items[0], which the office sent back
	ProposeHeard   ProposalKind = "heard"  // carry out Text, a command that was spoken
	ProposeNotify  ProposalKind = "notify" // 通知 Text to Units, nil for all
	ProposeNudge   ProposalKind = "nudge"  // 催报 Units, nil for all that have not submitted
)

// Proposal is a reading put to the person. Only the one it was put to can take
// it, and only while what it was made from still stands.
type Proposal struct {
	Kind    ProposalKind `cbor:"1,keyasint"`
	Answers []Proposed   `cbor:"2,keyasint,omitempty"`
	Checks  []string     `cbor:"3,keyasint,omitempty"`
	Units   []string     `cbor:"5,keyasint,omitempty"`
	Items   []int        `cbor:"6,keyasint,omitempty"`
	Text    string       `cbor:"7,keyasint,omitempty"` // the words a chosen item is read from, or that are to go out
	Zeros   bool         `cbor:"8,keyasint,omitempty"` // 其余无 was said too: ask for it next
	// Cases are what may be chosen from, for 本月无 if None is set.
	Cases []CaseChoice `cbor:"17,keyasint,omitempty"`
	None  bool         `cbor:"18,keyasint,omitempty"`

	// Of is the form and period that a word over all reports is about, and Sum
	// what stood in them when it was put to the office.
	Of  ReportKey `cbor:"13,keyasint,omitzero"`
	Sum string    `cbor:"14,keyasint,omitempty"`
	// Version is the one that a stamped copy is held against.
	Version int `cbor:"15,keyasint,omitempty"`
	// Deduction is what a 核减, or its return, is about; Asking what a 要数 asks.
	Deduction *Deduction `cbor:"19,keyasint,omitempty"`
	Asking    *Asking    `cbor:"20,keyasint,omitempty"`
	// Instead is the second of two readings; Answers is the first.
	Instead []Proposed `cbor:"23,keyasint,omitempty"`
	// Said is what the person gave for a unit that they have still to choose; it is
	// understood anew then.
	Said string `cbor:"22,keyasint,omitempty"`
	// Wanting are items spoken of beside Answers without a figure yet.
	Wanting []Wanting `cbor:"24,keyasint,omitempty"`
	UserID  string    `cbor:"9,keyasint,omitempty"`  // whom it is about, as the office typed it
	Person  string    `cbor:"10,keyasint,omitempty"` // Person.ID of the liaison as it was put to the office
	Until   time.Time `cbor:"21,keyasint,omitzero"`  // of a pause: its last instant, zero till 恢复提醒
}

// Proposed is one answer of a proposal and the value it would replace.
type Proposed struct {
	Item  int    `cbor:"1,keyasint"`
	Value Value  `cbor:"2,keyasint"`
	Was   Value  `cbor:"3,keyasint,omitzero"`
	Quote string `cbor:"4,keyasint,omitempty"` // see Entry.Quote
	Paste bool   `cbor:"5,keyasint,omitempty"`
}

// Open names what stands open: the same as long as the same person is asked the
// same about the same values, and 16 hex digits long. A card carries it, so that
// a press on an old one answers nothing.
func (s Session) Open() string {
	h := sha256.New()
	fmt.Fprintf(h, "%q %q %q %q %d %q", s.Person, s.Key.Unit, s.Key.Form, s.Key.Period, s.Asking, s.Seen)
	if p := s.Proposal; p != nil {
		fmt.Fprintf(h, " %q %q %q %d %q %t", p.Kind, p.Checks, p.Units, p.Items, p.Text, p.Zeros)
		if p.Version != 0 {
			fmt.Fprintf(h, " %d", p.Version)
		}
		fmt.Fprintf(h, " %q %q", p.UserID, p.Person)
		if p.Said != "" {
			fmt.Fprintf(h, " said %q", p.Said)
		}
		for _, c := range p.Cases {
			fmt.Fprintf(h, " %q %t", c.Period, p.None)
		}
		if p.Sum != "" {
			fmt.Fprintf(h, " %q %q %q", p.Of.Form, p.Of.Period, p.Sum)
		}
		for _, a := range slices.Concat(p.Answers, p.Instead) {
			fmt.Fprintf(h, " %d %s %s %q", a.Item, a.Value.name(), a.Was.name(), a.Quote)
		}
		if d := p.Deduction; d != nil {
			fmt.Fprintf(h, " %d %d %q %d", d.Item, d.Number, d.Reason, d.At.Unix())
		}
		if !p.Until.IsZero() {
			fmt.Fprintf(h, " till %d", p.Until.Unix())
		}
		if a := p.Asking; a != nil {
			fmt.Fprintf(h, " %d %d", a.Items, a.Until.Unix())
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// name tells values apart, kinds included.
func (v Value) name() string {
	return fmt.Sprintf("%d %d %t %q %s", v.Kind, v.Number, v.Yes, v.Text, v.File)
}

// standing is the session as far as it still holds for this person, this
// notice and this message: what is open for a unit they no longer speak for is
// dropped, and a question they quote outranks whatever was asked since.
func (s Session) standing(n *Notice, p Person, m Message) Session {
	s.Person = p.ID
	if s.Key.Unit != "" && !slices.Contains(p.Units, s.Key.Unit) {
		s = Session{Person: s.Person, Greeted: s.Greeted, Pairing: s.Pairing}
	}
	if s.Bag != nil && !slices.Contains(p.Units, s.Bag.Unit) {
		s.Bag, s.Loose = nil, nil
	}
	if n.formFor(s.Key).Field(s.Asking) == nil {
		s.Asking = 0
	}
	if s.Proposal != nil && s.Proposal.Kind == ProposeUnit {
		proposal := *s.Proposal
		proposal.Units = slices.DeleteFunc(slices.Clone(proposal.Units), func(u string) bool { return !slices.Contains(p.Units, u) })
		if s.Proposal = &proposal; len(proposal.Units) == 0 {
			s.Proposal = nil
		}
	}
	if !p.Office {
		s.Entering = nil
	}
	if s.Proposal.byOffice() && !p.Office {
		s.Proposal = nil
	}
	if s.Proposal != nil && s.Proposal.Kind == ProposeCase && !slices.Contains(p.Units, s.Proposal.Units[0]) {
		s.Proposal = nil
	}
	return s.quoting(n, p, m)
}

// isReading reports whether this is a reading of the person's words, which they
// might take for recorded.
func (p *Proposal) isReading() bool {
	return p != nil && (p.Kind == ProposeAnswers || p.Kind == ProposeEither)
}
