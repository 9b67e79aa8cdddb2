package bot

import "time"

// View is what a turn may see, loaded by the caller at one revision of the
// store as the intent's [Need] asked.
type View struct {
	Person  Person
	Session Session
	Roster  Roster      // Need.Roster
	Report  *Report     // Need.Report; nil if there is none yet
	Latest  *Submission // the version that Report.Counted names; nil if none
	Status  []Status    // Need.Status, in roster order
	Totals  *Totals     // Need.Totals
	Chats   []Chat      // Need.Chats
	Sent    *Sent       // Need.Sent: the last broadcast; nil if there was none
	Halts   []Halt      // for the office: the roads that take nothing
	Reach   Reach       // whom the configured roads can write to

	Docket   *Docket                 // Need.Docket; nil if there is none
	Dockets  []Docket                // Need.Dockets: of all units and forms
	Book     *Book                   // of the report's form and period, or Need.Book; nil if nothing is in it
	Others   map[ReportKey]Filed     // Need.Others and Need.Units, and all reports of Need.Months
	Kept     map[ReportKey]Docket    // Need.Kept: those that there are
	Forms    map[FormPeriod][]Status // Need.Forms, each in roster order
	Filed    []Filed                 // Need.Filed: every report of that form and period
	Versions []Submission            // Need.Versions, the oldest first
	Log      []LogEntry              // Need.Log, the newest first
	Same     map[string][]Received   // Need.Hashes: when the same contents were received before
	Bag      []Received              // Need.Bag, the oldest first
	Contacts map[string]Contact      // Need.Contacts, by unit
	Persons  map[string]Person       // Need.Persons, by the userid as it was typed
	Whole    *Whole                  // Need.Whole; nil if the roster has and had no such unit
	Import   *RosterReading          // Need.Import; nil if nothing here can read one
	Beside   map[ReportKey]*Docket   // Need.Units; without those that have nothing
	Reminded map[string]int          // Need.Reminded: how often each unit's liaison was reminded
	People   []Person                // Need.People: who has a record, as stored
	// Reminding is what is kept of the reminders; with Need.Reminding or Need.Asked. With
	// the first alone, Week is how
	// often each unit was reminded since Monday, and Recent what became of the
	// reminders that were sent, the newest first, at most [MaxRecent]; Coming are the
	// next steps, the nearest first, at most [MaxRecent].
	Reminding Reminding
	Week      map[string]int
	Recent    []Sent
	Coming    []Coming
	// Outcomes is, for Need.Log, what became of the broadcasts that lines of the log
	// name, by their IDs.
	Outcomes map[string]Sent
	// Configured are the userids whom configuration makes members of the office.
	Configured []string
	// Chance is eight random hex digits, new for every turn.
	Chance string
	// Called is what the platform's address book calls the person; "" if it is not
	// known, or Need.Called is not set.
	Called string
}

// Need names what has to be looked up before [Step] can run.
type Need struct {
	Roster bool
	Report ReportKey // zero for none
	Status string    // the form whose state is wanted for every unit; "" for none
	Totals string    // the form to add up; "" for none
	// TotalsOf is the period of Totals; "" for the present one.
	TotalsOf string
	// Units are names of units as they were typed, and Of is the form that is meant
	// of each. The caller finds them with [Roster.Find], or among those taken off
	// the roster, and loads the reports as Others and the dockets as Beside.
	Units []string
	Of    FormPeriod
	Chats bool
	Sent  bool

	Docket   ReportKey // zero for none
	Dockets  bool
	Book     FormPeriod  // beside that of Report; zero for none
	Others   []ReportKey // reports beside the one that is worked on
	Months   []ReportKey // the first reports of months: those behind them are wanted too, see [ReportKey.Nth]
	Kept     []ReportKey // reports whose dockets are wanted beside Docket
	Forms    []FormPeriod
	Filed    FormPeriod // zero for none
	Versions ReportKey  // its unit as it was typed; zero for none
	Log      *LogQuery
	Bag      string // what the office typed for the unit whose material is wanted, with Roster; "" for none
	Contacts bool
	Persons  []string // userids
	People   bool
	Hashes   []string // of files that the message brings
	Whole    string   // a unit by the words the office typed, on the roster or taken off it
	Import   *RosterOrder
	// Drafts adds up, for Totals, what is in the drafts where that is newer than
	// what was submitted.
	Drafts    bool
	Reminded  bool
	Reminding bool
	// Asked is for what liaisons were last reminded of: Reminding without the rest.
	Asked  bool
	Called bool // what the address book calls the person
}

// LogQuery asks for the newest lines of the log.
type LogQuery struct {
	Unit string // as it was typed; "" for all
	Most int
}

// Status is how one unit stands with one form: see [StatusOf].
type Status struct {
	Unit    string
	State   State // with what the office has said over all: [Report.Stands]
	Filled  int   // items in the draft
	Version int   // the version totals count; 0 if none
	Dirty   bool
	At      time.Time // when that version was submitted
	Late    bool      // 补报: that was after the unit's deadline
	// Approved is when the office approved that version; zero if it has not.
	Approved time.Time
	Until    time.Time // the unit's own deadline (延期); zero if it has none
	Paper    bool      // the form came on paper (收到): no reminder is due
	Closed   bool      // 封账: nothing can be submitted
	Entered  bool      // that version was entered from the unit's stamped paper
	Items    []int     // filled in the draft, rising
	Docket   *Docket   // what the office keeps beside the report; nil for nothing
	Return   *Return   // while the version that counts is sent back
}

// Totals are the sums of one form over the submitted versions.
type Totals struct {
	Form, Period string
	Expected     int // units on the roster
	Counted      int // units whose version is in the sums
	Drafts       int // units with a draft that is not, or not yet again, submitted
	Returned     int // counted units whose report was sent back
	Late         int // counted units whose version came after the deadline (补报)
	Paper        int // counted units whose version was entered from stamped paper
	Stamped      int // counted units whose stamped copy agrees with the counted version
	Staged       int // of Counted, those of whom the draft is counted; see Need.Drafts
	Items        []ItemTotal
	// Checksum is eight hex digits that change with the counted data, deductions
	// included, and with nothing else.
	Checksum string
}

// ItemTotal is one item's sum with how many units stand behind each kind of
// answer.
type ItemTotal struct {
	Item                            int
	Sum                             int64
	Numbers, NotApplicable, Unknown int
	Unfilled                        int
	Yes, No                         int
	Texts                           int
	Deducted                        int64 // 核减: taken off Sum by the office
}

// Reported is the figure that goes upward (上报数): the sum less what the office
// took off, and never below zero, even if a unit has taken its report back since.
func (t ItemTotal) Reported() int64 { return max(t.Sum-t.Deducted, 0) }

// Changes is the new state a turn leaves behind. It is committed whole,
// together with the claim of the message id and the stored reply, or not at
// all; Resume is done after that. Nil and empty parts are unchanged.
type Changes struct {
	Session    *Session
	Report     *Report
	Reviewed   []Report    // further reports that the office's word changed: at most approveUnits
	Submission *Submission // a new version; its number must be free
	Units      []Unit      // rows of the roster that changed
	Confirmed  time.Time   // the office confirmed all registrations up to here
	People     []Person    // members whose Units changed
	Log        []LogEntry
	Files      []Received // with the turn's message
	Chats      []Chat     // paired
	Broadcast  *Broadcast // its ID is the caller's to fill in
	Deliveries []Delivery // made by the caller of what is said: at most [MaxDeliveries]
	Dockets    []Docket
	Book       *Book
	Reminding  *Reminding
	Resume     bool // the office says that halted roads are mended: try them again
}

// Speech is what a turn says.
type Speech struct {
	Say   []Effect // none after a rating
	Offer *Offer   // stands under the words
	// Pressed is what the pressed card turns into: its new title. Nil unless the
	// message was a press.
	Pressed *Effect
	Alone   bool   // the press answered nothing that only one person was asked: see [Card.Alone]
	Sends   []Send // to others
}

// LogEntry is a line of the append-only log. It names people by Person.ID.
type LogEntry struct {
	At     time.Time `cbor:"1,keyasint"`
	By     string    `cbor:"2,keyasint,omitempty"`
	What   string    `cbor:"3,keyasint"` // one of [LogKinds]
	Key    ReportKey `cbor:"4,keyasint,omitzero"`
	Items  []Change  `cbor:"5,keyasint,omitempty"`
	Number int       `cbor:"6,keyasint,omitempty"` // version, where one is meant
	Text   string    `cbor:"7,keyasint,omitempty"` // a reason given
	As     Role      `cbor:"8,keyasint,omitempty"` // in what role By did it
	// People are those it was done to (Person.ID): who was replaced, and by whom.
	People []string `cbor:"9,keyasint,omitempty"`
	// Broadcast is the one that was sent, of a reminder.
	Broadcast string `cbor:"10,keyasint,omitempty"`
}

// Change is one item's value before and after.
type Change struct {
	Item int   `cbor:"1,keyasint"`
	Old  Value `cbor:"2,keyasint,omitzero"`
	New  Value `cbor:"3,keyasint,omitzero"`
}

// Effect is a line to say. Key is a key of [WordingKeys]; Args fill its blanks.
type Effect struct {
	Key  string
	Args map[string]string
	Join Join
}

// Join is how an effect's words stand to those before.
type Join uint8

const (
	NewLine  Join = iota // on a line of their own
	SameLine             // at once behind them
	Spaced               // behind them with a wide blank between
)
