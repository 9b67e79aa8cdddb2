package bot

import (
	"slices"
	"time"
)

// Send is a message to somebody, or to a group, that is not the reply to the
// turn's own message. It is data: the caller words it into one or more
// [Delivery], stores these with the turn, and carries them out after the commit.
type Send struct {
	Person string   // Person.ID; or
	Group  string   // chat id; or
	Office bool     // every member of the office but whose message this turn is
	Kind   string   // what for: a [BroadcastKind], "return" …
	Units  []string // whom it is about; none for nobody in particular
	Say    []Effect
	Offer  *Offer
	File   *File
	// Mention calls on members by userid in a group; "@all" for everybody.
	Mention []string
}

// Broadcast is one intent to write to many. It is stored once, whatever the
// number of units; the outbox expands it page by page, deciding for each unit
// at that moment whether it is still meant ([Compose]).
type Broadcast struct {
	ID    string        `cbor:"1,keyasint"`
	Kind  BroadcastKind `cbor:"2,keyasint"`
	By    string        `cbor:"3,keyasint"` // Person.ID
	At    time.Time     `cbor:"4,keyasint"` // campaign time
	Text  string        `cbor:"5,keyasint,omitempty"`
	Units []string      `cbor:"6,keyasint,omitempty"` // nil for all; otherwise a few, see noticeUnits
	Form  string        `cbor:"7,keyasint,omitempty"` // of a nudge
	// Groups sends it to every paired group as well.
	Groups bool `cbor:"8,keyasint,omitempty"`

	After int  `cbor:"9,keyasint,omitempty"`  // Unit.Order up to which it is expanded
	Done  bool `cbor:"10,keyasint,omitempty"` // expanded to its end
	// Begun is when it was confirmed by the real clock, which a rehearsal does
	// not set back as it does At. It tells which broadcast is the last.
	Begun time.Time `cbor:"11,keyasint,omitzero"`

	Kinds []string  `cbor:"12,keyasint,omitempty"` // kinds of units, beside Units
	Items []int     `cbor:"13,keyasint,omitempty"` // of a 要数
	Until time.Time `cbor:"14,keyasint,omitzero"`  // of a 要数: when they are wanted, zero if at no time; of a reminder: when it makes no sense any more
	To    Audience  `cbor:"15,keyasint,omitempty"` // of a reminder
	Slots []Slot    `cbor:"16,keyasint,omitempty"` // of a reminder: the steps it carries, without Broadcast
}

// Means reports whether a broadcast is about a unit.
func (b Broadcast) Means(u Unit) bool {
	return b.Units == nil && b.Kinds == nil || slices.Contains(b.Units, u.Name) || slices.Contains(b.Kinds, u.Kind)
}

// BroadcastKind is what a broadcast says, and to whom.
type BroadcastKind string

const (
	BroadcastNotice BroadcastKind = "notify" // 通知: Text, to every liaison
	BroadcastNudge  BroadcastKind = "nudge"  // 催报: to liaisons whose unit has not submitted Form
)

// Reminds reports whether what is sent of a kind counts as a reminder of the units
// that it is about: for the cap of a week, and in 已提醒几次.
func (k BroadcastKind) Reminds() bool { return k == BroadcastNudge || k == BroadcastRemind }

// Delivery is one message on its way to one person or group: stored with the
// turn or page that caused it, carried out afterwards, kept with its end.
type Delivery struct {
	ID        string    `cbor:"1,keyasint"` // the same for the same cause and recipient
	Broadcast string    `cbor:"2,keyasint,omitempty"`
	Kind      string    `cbor:"3,keyasint"`           // Send.Kind, "reply" to the person's own message, or "halt"
	Person    string    `cbor:"4,keyasint,omitempty"` // Person.ID
	Group     string    `cbor:"5,keyasint,omitempty"` // chat id
	Units     []string  `cbor:"6,keyasint,omitempty"` // for whom the person is written to
	Text      string    `cbor:"7,keyasint,omitempty"`
	Card      *Card     `cbor:"8,keyasint,omitempty"`
	File      *File     `cbor:"9,keyasint,omitempty"`
	ReplyURL  string    `cbor:"10,keyasint,omitempty"` // a secret, dropped once it is used
	Queued    time.Time `cbor:"11,keyasint"`           // campaign time; messages to the same recipient keep its order

	State    DeliveryState `cbor:"12,keyasint"`
	Attempts int           `cbor:"13,keyasint,omitempty"`
	Due      time.Time     `cbor:"14,keyasint"`           // no attempt before; real time
	Until    time.Time     `cbor:"15,keyasint"`           // no attempt after; real time
	Code     int64         `cbor:"16,keyasint,omitempty"` // the platform's errcode of the last attempt
	Why      string        `cbor:"17,keyasint,omitempty"` // Attempt.Why of the last attempt, a cause of the outbox's own, or a [Spare]
	At       time.Time     `cbor:"18,keyasint,omitzero"`  // of the last attempt; real time
	// Unsure is set when an attempt may have arrived although nobody said so:
	// the process died, or the line broke, behind it. The message may then have
	// come twice.
	Unsure bool   `cbor:"19,keyasint,omitempty"`
	MsgID  string `cbor:"20,keyasint,omitempty"` // the platform's, for what it accepted
	// Mention are the userids a group message calls on; "@all" for everybody.
	Mention []string `cbor:"21,keyasint,omitempty"`
	// Via is the road of the last attempt, as in [Attempt.Via]; of a delivery
	// that is held, the road that is halted; "" before the first attempt.
	Via string `cbor:"22,keyasint,omitempty"`
}

// MaxDeliveries is the most deliveries of one commit, be it a turn's or a page
// of a broadcast: each costs one put and two conditions, beside those of what
// caused it.
const MaxDeliveries = 40

// DeliveryState is how far a delivery is. DeliveryAccepted means that the
// platform took it, not that anybody has read it.
type DeliveryState string

const (
	DeliveryPending  DeliveryState = "pending"
	DeliverySending  DeliveryState = "sending"  // an attempt is under way, or died under way
	DeliveryDeferred DeliveryState = "deferred" // waits for Due: the platform was busy, or its limits are reached
	DeliveryHeld     DeliveryState = "held"     // its channel is halted, see [Halt]
	DeliveryAccepted DeliveryState = "accepted" // the end
	DeliveryRefused  DeliveryState = "refused"  // the end: the platform will never take it, Code says why
	DeliveryGaveUp   DeliveryState = "gaveup"   // the end: too many attempts, or too late
	DeliveryDropped  DeliveryState = "dropped"  // the end: not needed any more, e.g. the unit has submitted
)

// Ended reports whether nothing more will happen to a delivery.
func (s DeliveryState) Ended() bool {
	return s == DeliveryAccepted || s == DeliveryRefused || s == DeliveryGaveUp || s == DeliveryDropped
}

// Parcel is a delivery with its recipient looked up, as a channel takes it.
type Parcel struct {
	ID       string // Delivery.ID
	UserID   string // the person, also when Group or ReplyURL is set
	Group    string // chat id
	Robot    string // key of the group's robot, "" if it has none; a secret
	ReplyURL string // tried first; a secret
	Mention  []string
	Text     string // markdown, at most [ParcelLimit] bytes
	Card     *Card
	File     *File
}

// ParcelLimit is the most bytes of a parcel's text: the least that any channel
// takes (page 90236).
const ParcelLimit = 2048

// Attempt is what became of one attempt to send a parcel.
type Attempt struct {
	Fate Fate
	Code int64 // errcode, 0 for none
	// Why is a cause of [OutWhys]; "" for what was accepted.
	Why    string
	Detail string // fills the mend's blank, e.g. the address to put on the list; never a secret
	// Via is the road that was taken: "app", "long", "reply", or "robot:" with a
	// mark that tells one robot from another and is not its key.
	Via  string
	Wait time.Duration // Later: no attempt before
	// Limited is a Later that is the platform's or our own limit, and does not
	// count as an attempt.
	Limited bool
	Unsure  bool // the message may have arrived all the same
	// Told is set if the words have arrived, now or before, and what failed is
	// the card, whose choices can be typed.
	Told  bool
	MsgID string
}

// Fate is what to do about an attempt.
type Fate string

const (
	FateAccepted Fate = "accepted"
	FateRefused  Fate = "refused" // this parcel will never be taken
	FateLater    Fate = "later"   // again, after Wait
	FateHalted   Fate = "halted"  // this road takes nothing till somebody mends it
)

// The causes that the outbox itself gives, as [Delivery.Why]; all others come
// from a channel.
const (
	OutRoad   = "road"   // no road leads there
	OutLate   = "late"   // the time for it ran out
	OutUnsure = "unsure" // it may have come twice already; nobody knows
	OutGone   = "gone"   // whom it is for has no record any more
	// OutChanged is of who speaks no more for the units they were to be written
	// to for. Who speaks for them now has not been written to.
	OutChanged = "changed"
	// OutNobody stands for a unit without anybody to write to: the delivery has
	// ended before it began. It has no sentence: see [Sent.Unreached].
	OutNobody = "nobody"
)

// Halt is a road that takes nothing till somebody mends it.
type Halt struct {
	Via    string    `cbor:"1,keyasint"` // as in [Attempt.Via]
	Code   int64     `cbor:"2,keyasint,omitempty"`
	Why    string    `cbor:"3,keyasint"`
	Detail string    `cbor:"4,keyasint,omitempty"`
	Since  time.Time `cbor:"5,keyasint"` // campaign time
}

// Reach is whom the configured roads can write to unasked.
type Reach struct {
	// Person is "" for nobody, "app" for everybody in the application's scope,
	// "long" for those who wrote first.
	Person string
	Group  string // "" for none, "robot" for paired groups with a key, "long" for groups that wrote first
	Files  bool
}

// Chat is a work group that the office has paired, so that it can be written to.
type Chat struct {
	ID    string    `cbor:"1,keyasint"`
	Name  string    `cbor:"2,keyasint,omitempty"` // as the office calls it: the platform tells no names
	Robot string    `cbor:"3,keyasint,omitempty"` // key of its group robot; a secret
	By    string    `cbor:"4,keyasint,omitempty"` // Person.ID
	At    time.Time `cbor:"5,keyasint,omitzero"`
}

// Sent is what became of a broadcast so far. It counts recipients, not messages.
type Sent struct {
	Broadcast Broadcast
	Counts    map[DeliveryState]int // without Spared and Unreached
	// Missed are the deliveries that did not arrive, and after them those that
	// may have come twice (Unsure), at most [MaxMissed].
	Missed []Delivery
	Twice  int // how many arrived that may have come twice, all counted
	// Codes counts the recipients that were refused, by errcode.
	Codes map[int64]int
	// Spared counts the units of a reminder that got none, by the reason.
	Spared map[Spare]int
	// Unreached are the units without anybody to write to.
	Unreached []string
}

// MaxMissed bounds [Sent.Missed].
const MaxMissed = 30
