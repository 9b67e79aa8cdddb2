package bot

import "strings"

// RosterRow is one row of the office's list of units, as a roster file or a 加单位
// has it. Empty fields say nothing about what the roster has.
type RosterRow struct {
	Line    int      `cbor:"1,keyasint,omitempty"` // in the file, from 1; 0 if it is from none
	Name    string   `cbor:"2,keyasint"`
	Kind    string   `cbor:"3,keyasint,omitempty"`
	Full    string   `cbor:"4,keyasint,omitempty"`
	Short   string   `cbor:"5,keyasint,omitempty"`
	Aliases []string `cbor:"6,keyasint,omitempty"`
	UserID  string   `cbor:"7,keyasint,omitempty"`
}

// RosterImport is what an import did or, tried out, would do. It counts the rows
// by what becomes of their units: a row with a [ProblemOtherLiaison] is counted
// by the rest of it, rows with other problems are not counted.
type RosterImport struct {
	Added, Updated, Unchanged int
	Lines                     []RosterLine // of the units added or updated, in the order of the rows
	Problems                  []RosterProblem
}

// RosterLine is one unit that an import adds or updates.
type RosterLine struct {
	Unit    string
	New     bool
	Changes []RosterChange // of a new unit, whatever it has
	// Confirmed is set where a liaison who had registered themselves is confirmed.
	Confirmed bool
}

// RosterChange is one field of a unit before and after, "" for nothing.
type RosterChange struct {
	Field    RosterField
	Old, New string
}

// RosterField names a field of a unit that the office's list can fill.
type RosterField string

const (
	RosterKind    RosterField = "kind"
	RosterFull    RosterField = "full"
	RosterShort   RosterField = "short"
	RosterAliases RosterField = "aliases"
	RosterUserID  RosterField = "userid"
)

// RosterFields lists all fields, in the order in which they are told.
func RosterFields() []RosterField {
	return []RosterField{RosterKind, RosterUserID, RosterFull, RosterShort, RosterAliases}
}

// RosterProblem is what kept a row, or its userid, from being taken.
type RosterProblem struct {
	Row  int // from 1, in the rows as given
	Line int // in the file; 0 if the rows are from none
	Unit string
	Code RosterProblemCode
	Have string // ProblemOtherLiaison: the userid that stands; ProblemAlias: the unit
	Want string // ProblemOtherLiaison: the userid in the row
}

// RosterProblemCode names a kind of problem.
type RosterProblemCode string

const (
	ProblemNoName       RosterProblemCode = "no-name"
	ProblemLongName     RosterProblemCode = "long-name"
	ProblemTwice        RosterProblemCode = "twice"         // the unit stands in an earlier row
	ProblemOtherLiaison RosterProblemCode = "other-liaison" // only a reason changes one that is named
	ProblemRemoved      RosterProblemCode = "removed"       // the office took the unit off the roster
	ProblemAlias        RosterProblemCode = "alias"         // the name is another of the unit Have
)

// RosterProblems lists all kinds of problem.
func RosterProblems() []RosterProblemCode {
	return []RosterProblemCode{ProblemNoName, ProblemLongName, ProblemTwice, ProblemOtherLiaison, ProblemRemoved, ProblemAlias}
}

// LooksLikeUserID reports whether a word can be what the platform calls a member
// (page 90208: at most 64 bytes); nothing can, for nobody.
func LooksLikeUserID(word string) bool {
	return len(word) <= 64 && !strings.ContainsAny(word, " \u3000\n\r\t,，、")
}
