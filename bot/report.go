package bot

import "time"

// State is where a report stands. 逾期 is a mark beside the state, not a state.
type State string

const (
	NotStarted State = "未开始"
	Filling    State = "填报中"
	Submitted  State = "已提交"
	Returned   State = "已退回"
	Approved   State = "已通过"
	Closed     State = "已封账"
)

// ReportKey names a report: unit × form × period. It belongs to the unit,
// whoever typed it and in whatever chat.
type ReportKey struct {
	Unit   string `cbor:"1,keyasint"`
	Form   string `cbor:"2,keyasint"`
	Period string `cbor:"3,keyasint"`
}

// Report is a unit's form in progress: the draft, and which numbered version
// stands. Versions themselves are [Submission] records and never change.
type Report struct {
	Key   ReportKey `cbor:"1,keyasint"`
	State State     `cbor:"2,keyasint"`
	// Draft is sorted by item and holds only filled items.
	Draft []Entry `cbor:"3,keyasint,omitempty"`
	// Version is the last number given out; it is never given out again.
	Version int `cbor:"4,keyasint,omitempty"`
	// Counted is the version that totals count; 0 after 撤回.
	Counted int `cbor:"5,keyasint,omitempty"`
	// Dirty is set while the draft differs from version Counted.
	Dirty bool `cbor:"6,keyasint,omitempty"`
	// Skipped items come round again after all others.
	Skipped []int `cbor:"7,keyasint,omitempty"`
	// Reasons are the explanations given to soft checks.
	Reasons []Reason `cbor:"8,keyasint,omitempty"`
	// Undo holds what the last answers replaced, newest last.
	Undo []Undo `cbor:"9,keyasint,omitempty"`
	// Shown is the fingerprint of the values last shown whole.
	Shown string `cbor:"10,keyasint,omitempty"`
	// Return is set while the office has sent version Counted back.
	Return *Return `cbor:"11,keyasint,omitempty"`
	// Approval is set while the office has approved version Counted (已通过).
	Approval *Approval `cbor:"12,keyasint,omitempty"`
	// Round is the last 通过 全部 that is not about version Counted: it was said
	// before, or was taken back for this unit. See [Report.Stands].
	Round int    `cbor:"20,keyasint,omitempty"`
	Notes []Note `cbor:"13,keyasint,omitempty"` // at most one an item, sorted by item
	// JointAsked is set once the unit was asked whether others took part.
	JointAsked bool `cbor:"14,keyasint,omitempty"`
}

// Approval is the office's word that a version is in order.
type Approval struct {
	Version int       `cbor:"1,keyasint"`
	By      string    `cbor:"2,keyasint"` // Person.ID
	At      time.Time `cbor:"3,keyasint"`
}

// Note is a remark of the unit on an item, such as who led a joint event. It
// travels to the office and the export.
type Note struct {
	Item int       `cbor:"1,keyasint"`
	Text string    `cbor:"2,keyasint"`
	By   string    `cbor:"3,keyasint"`
	At   time.Time `cbor:"4,keyasint"`
}

// Return is what the office wants looked at again, and why. It never holds a
// value: the office cannot type one.
type Return struct {
	Items  []int     `cbor:"1,keyasint"`
	Reason string    `cbor:"2,keyasint"`
	At     time.Time `cbor:"3,keyasint"`
	By     string    `cbor:"4,keyasint"` // Person.ID
	// Open are those of Items that were neither confirmed nor answered anew.
	Open []int `cbor:"5,keyasint,omitempty"`
	// Version is the one that was sent back.
	Version int `cbor:"6,keyasint,omitempty"`
}

// Entry is one answer: the value, who gave it and when, and what they had
// written first when that was no plain number.
type Entry struct {
	Item  int       `cbor:"1,keyasint"`
	Value Value     `cbor:"2,keyasint"`
	By    string    `cbor:"3,keyasint,omitempty"` // Person.ID
	At    time.Time `cbor:"4,keyasint"`
	Quote string    `cbor:"5,keyasint,omitempty"`
	Paste bool      `cbor:"6,keyasint,omitempty"` // came in a pasted form
}

// Reason is a liaison's word that an odd figure is right. It holds for exactly
// the values it was given for and travels to the office and the export.
type Reason struct {
	Check  string    `cbor:"1,keyasint"`
	Values string    `cbor:"2,keyasint"` // the operands it was given for
	Text   string    `cbor:"3,keyasint,omitempty"`
	By     string    `cbor:"4,keyasint,omitempty"`
	At     time.Time `cbor:"5,keyasint"`
}

// Undo is what one message replaced, so that 撤销 can put it back.
type Undo struct {
	Was []Entry `cbor:"1,keyasint"` // an unfilled Value where there was none
}

// Submission is one numbered version. It never changes.
type Submission struct {
	Key     ReportKey `cbor:"1,keyasint"`
	Version int       `cbor:"2,keyasint"`
	At      time.Time `cbor:"3,keyasint"`
	By      string    `cbor:"4,keyasint"`
	Receipt string    `cbor:"5,keyasint"`
	Entries []Entry   `cbor:"6,keyasint"`
	Reasons []Reason  `cbor:"7,keyasint,omitempty"`
	Notes   []Note    `cbor:"8,keyasint,omitempty"`
	// Late is set if it came after the unit's deadline (补报).
	Late bool `cbor:"9,keyasint,omitempty"`
	// Paper is set if it was entered from the unit's stamped paper (据盖章件录入).
	Paper *Paper `cbor:"10,keyasint,omitempty"`
}

// Paper is who of the office entered a version from paper, and who confirmed it:
// never the same person.
type Paper struct {
	Entered   string `cbor:"1,keyasint"` // Person.ID
	Confirmed string `cbor:"2,keyasint"` // Person.ID
	Files     []File `cbor:"3,keyasint,omitempty"`
}
