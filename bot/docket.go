package bot

import "time"

// Docket is what the office keeps beside a unit's report: what came on paper,
// what was granted, what was said on the phone. It is apart from the report, so
// that nothing the office writes can ever be one of the unit's values, and the
// two never wait for each other.
type Docket struct {
	Key ReportKey `cbor:"1,keyasint"`
	// Receipts are what came by other roads. They stop reminders and record no
	// number.
	Receipts []Receipt `cbor:"2,keyasint,omitempty"`
	// Extension moves the unit's deadline; nil if it stands.
	Extension *Extension `cbor:"3,keyasint,omitempty"`
	Calls     []Call     `cbor:"4,keyasint,omitempty"`
	// Stamp is the stamped copy that the unit sent last; nil if none.
	Stamp *Stamp `cbor:"5,keyasint,omitempty"`
	// Entered are the values read from the unit's own paper. They count for
	// nothing till the unit, or for a unit on paper a second member of the
	// office, has confirmed them.
	Entered *Entered `cbor:"6,keyasint,omitempty"`
	// Nothing is set by who has no case to report this month (本月无), Later by
	// who will report again unasked (后续有再报).
	Nothing *Word `cbor:"7,keyasint,omitempty"`
	Later   *Word `cbor:"8,keyasint,omitempty"`
	// Claimed is set by who says that the form went to the office on paper; see
	// [Docket.Claims].
	Claimed *Word `cbor:"9,keyasint,omitempty"`
}

// Word is that somebody said something, and when.
type Word struct {
	By string    `cbor:"1,keyasint"` // Person.ID
	At time.Time `cbor:"2,keyasint"`
}

// Receipt is a paper that came by other roads.
type Receipt struct {
	What string    `cbor:"1,keyasint"`           // 附件1, 附件2, 总结, 盖章件
	How  string    `cbor:"2,keyasint,omitempty"` // 传真, 直接送达 …
	By   string    `cbor:"3,keyasint"`
	At   time.Time `cbor:"4,keyasint"`
}

// Extension is a later deadline for one unit.
type Extension struct {
	Until  time.Time `cbor:"1,keyasint"` // the last instant that still counts as on time
	Reason string    `cbor:"2,keyasint"`
	By     string    `cbor:"3,keyasint"`
	At     time.Time `cbor:"4,keyasint"`
}

// Call is a line of the office's phone log.
type Call struct {
	Text  string    `cbor:"1,keyasint"`
	Quiet time.Time `cbor:"2,keyasint,omitzero"` // no reminder before; zero for none named
	By    string    `cbor:"3,keyasint"`
	At    time.Time `cbor:"4,keyasint"`
}

// Stamp is a stamped copy of a version, and what the unit says about it.
type Stamp struct {
	Version int          `cbor:"1,keyasint"` // the version it was held against
	Verdict StampVerdict `cbor:"2,keyasint"`
	File    File         `cbor:"3,keyasint"`
	By      string       `cbor:"4,keyasint"`
	At      time.Time    `cbor:"5,keyasint"`
	More    []File       `cbor:"6,keyasint,omitempty"` // its further pages
}

// Files are all pages of the copy.
func (s *Stamp) Files() []File { return append([]File{s.File}, s.More...) }

// Stands is how the copy stands to the version that counts now: one of an
// earlier version is old, whatever was said of it then.
func (s *Stamp) Stands(counted int) StampVerdict {
	if s.Version != counted {
		return StampOld
	}
	return s.Verdict
}

// StampVerdict is how a stamped copy stands to the version that counts.
type StampVerdict string

const (
	StampSame    StampVerdict = "same"    // 一致
	StampChanged StampVerdict = "changed" // 有改动
	StampOld     StampVerdict = "old"     // 旧版: another one follows
)

// Entered are values read from a unit's own paper by a member of the office.
type Entered struct {
	Entries []Entry   `cbor:"1,keyasint"`
	By      string    `cbor:"2,keyasint"` // the member who sent the paper
	At      time.Time `cbor:"3,keyasint"`
	Files   []File    `cbor:"4,keyasint,omitempty"`
}
