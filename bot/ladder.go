package bot

import "time"

// Ladder is when who is reminded of what (催报日程): the notice's data. Package
// remind makes dates of it; a day that is moved is moved in one line of data.
type Ladder struct {
	// Windows are the hours of a working day in which reminders may go out, rising,
	// as time since midnight in the campaign's zone; no attempt is made outside.
	Windows []Window
	Monday  time.Duration // on a Monday none goes out before
	// Cap is the most reminders that a unit gets in a week, Monday to Sunday, those
	// that the office sends by 催报 included.
	Cap    int
	Silent []Silence
	Rungs  []Rung
}

// Capped reports whether a unit that got so many reminders this week gets no more; a
// ladder without a cap sets none.
func (l Ladder) Capped(week int) bool { return l.Cap > 0 && week >= l.Cap }

// Window is a span of a day, From included and To not.
type Window struct{ From, To time.Duration }

// Silence is a time in which nothing goes out, whatever the ladder says.
type Silence struct {
	From, To time.Time // To not included
	Why      string    // 庆祝中国共产党成立100周年大会
}

// Rung is one step of the ladder: on this day, at this hour, these are reminded of what they
// still owe. A step whose forms are reported monthly falls on a day of every month.
type Rung struct {
	ID   string // names it in all records: 附件1首次
	Owes []Owed // at least one
	To   Audience
	Day  Day
	At   time.Duration // since midnight
	// Keep is for how many working days after its own a step that was missed is
	// still worth sending: 0 for its own day alone.
	Keep int
	// Say is the sentence that leads the reminder, in the words of a liaison; "" for
	// the usual one. It is the notice's own text.
	Say string
}

// Audience is whom a rung writes to.
type Audience string

const (
	ToLiaisons Audience = "liaison" // privately, who still owes something
	ToGroups   Audience = "group"   // counts only, never a name
	ToOffice   Audience = "office"  // the list, privately to each of its members
)

// Day says on which day a step falls.
type Day struct {
	From DayFrom
	Date string // DayDate: 2021-06-14
	// Deadline is the ID of the deadline whose Aim is counted from.
	Deadline string
	// Work counts working days from there, before it if negative; 0 is the day
	// itself, moved to the next working day (or to the one before if Early) if it is
	// not worked. Of a month, -1 is its last working day.
	Work  int
	Early bool
	Words string // as the notice writes it: 截止前5个工作日
}

// DayFrom is what a step's day is counted from.
type DayFrom string

const (
	DayDate  DayFrom = "date"  // a date
	DayAim   DayFrom = "aim"   // the day that a deadline aims at
	DayMonth DayFrom = "month" // the end of each month that the form is reported for
)

// Owed is one thing that a unit may owe.
type Owed struct {
	What OwedWhat
	Form string // OweForm, OweItems, OweStamp: the form's ID
	// Items are those of the form that are wanted, filled in a draft at least.
	Items []int
	Kind  string // OweMaterial: one of Notice.Materials
}

// OwedWhat is what sort of thing is owed.
type OwedWhat string

const (
	OweForm     OwedWhat = "form"     // 附件2
	OweItems    OwedWhat = "items"    // 附件2 28 29
	OweStamp    OwedWhat = "stamp"    // 盖章件, of who has submitted the form
	OweMaterial OwedWhat = "material" // 材料 活动方案
)
