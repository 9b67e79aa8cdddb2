package bot

import (
	"slices"
	"time"
)

// BroadcastRemind is a moment of the ladder: its Slots are the steps that fall on
// it, and To is whom they write to.
const BroadcastRemind BroadcastKind = "remind"

// Reminding is what is kept of the reminders of a campaign: one record, so that a
// step is marked as done in the same commit as the intent to send it, and two
// schedulers can't both do so.
type Reminding struct {
	// Pause is set while the office has paused all reminders (暂停提醒).
	Pause *Pause `cbor:"1,keyasint,omitempty"`
	// Done are the steps that were dealt with, each of them once, in that order.
	Done []Slot `cbor:"2,keyasint,omitempty"`
}

// Slot is a step with the instant it fell on. The two name what was done for ever.
type Slot struct {
	Rung string    `cbor:"1,keyasint"`
	Due  time.Time `cbor:"2,keyasint"`
	// Broadcast is the one that carries the step; "" for one that was passed over.
	Broadcast string    `cbor:"3,keyasint,omitempty"`
	Why       Spare     `cbor:"4,keyasint,omitempty"` // of one that was passed over
	At        time.Time `cbor:"5,keyasint,omitzero"`  // when it was dealt with, campaign time
	// Until is when the step makes no sense any more: of those in a broadcast, which
	// may be on its way for days; zero for no end.
	Until time.Time `cbor:"6,keyasint,omitzero"`
}

// Pause is that no reminder goes out for a time.
type Pause struct {
	Until  time.Time `cbor:"1,keyasint,omitzero"` // the last instant of it; zero till 恢复提醒
	Reason string    `cbor:"2,keyasint,omitempty"`
	By     string    `cbor:"3,keyasint"` // Person.ID
	At     time.Time `cbor:"4,keyasint"`
}

// Holds reports whether the pause is on at an instant. Nil is none.
func (p *Pause) Holds(now time.Time) bool {
	return p != nil && (p.Until.IsZero() || !now.After(p.Until))
}

// Spares is why who is under a pause of their own is left out: for a time, or for
// good; "" if they are not.
func (p *Pause) Spares(now time.Time) Spare {
	switch {
	case !p.Holds(now):
		return ""
	case p.Until.IsZero():
		return SpareOff
	}
	return SparePaused
}

// Spare is why a unit gets no reminder of something, or a step is passed over. A
// delivery that was dropped for it has it as Why; wording has the words under
// "spare.<reason>".
type Spare string

const (
	SpareFinished   Spare = "finished"   // it is in, or the unit has said there is nothing
	SparePaper      Spare = "paper"      // received on paper (收到)
	SpareClaimed    Spare = "claimed"    // the unit says it was sent on paper; the office is looking
	SpareClosed     Spare = "closed"     // 封账
	SpareExtended   Spare = "extended"   // 延期: the unit's own deadline is not over
	SpareOff        Spare = "off"        // 关闭提醒 for this unit
	SparePaused     Spare = "paused"     // 暂停提醒, for all or this unit
	SparePromised   Spare = "promised"   // promised by phone (记), till that day
	SpareNobody     Spare = OutNobody    // nobody speaks for the unit
	SpareCapped     Spare = "capped"     // the week's cap is reached
	SpareNotDue     Spare = "notdue"     // its time has not come
	SpareQuiet      Spare = "quiet"      // outside working hours
	SpareSuperseded Spare = "superseded" // a later step says the same
	SpareOver       Spare = "over"       // it makes no sense any more
)

// Spares lists all reasons, in the order in which they are looked for.
func Spares() []Spare {
	return []Spare{
		SpareFinished, SparePaper, SpareClaimed, SpareClosed, SpareExtended, SpareOff, SparePaused, SparePromised,
		SpareNobody, SpareCapped, SpareNotDue, SpareQuiet, SpareSuperseded, SpareOver,
	}
}

// FirstSpare is the reason that is looked for first of some; "" of none.
func FirstSpare(whys []Spare) Spare {
	for _, why := range Spares() {
		if slices.Contains(whys, why) {
			return why
		}
	}
	return ""
}

// Coming is a step that has not come yet.
type Coming struct {
	At   time.Time
	Rung Rung
}

// MaxRecent is how many reminders, sent or coming, a turn is shown.
const MaxRecent = 6
