package remind

import (
	"time"

	"anyuebot/bot"
)

// Facts are all that decides about one unit.
type Facts struct {
	Unit bot.Unit
	// Status holds those of [Needs].
	Status map[bot.FormPeriod]bot.Status
	// Calls is the docket beside the main form, which keeps the phone log, and Later
	// the one that says 后续有再报; nil for nothing.
	Calls, Later *bot.Docket
	Material     []string // kinds of material that the unit has sent (Notice.Materials)
	Week         int      // reminders of this week, without those of the broadcast that is judged
	Contact      bot.Contact
	Reminded     int // in the whole campaign, accepted ones alone
}

// Needs are the forms and periods that judging a broadcast takes.
func Needs(n *bot.Notice, b bot.Broadcast) []bot.FormPeriod { return nil }

// Verdict is whether a unit is reminded of something: of what, or why of nothing.
type Verdict struct {
	Owes []Debt // in the order of the ladder
	Why  bot.Spare
}

// Judge decides about one unit, at now.
func Judge(n *bot.Notice, b bot.Broadcast, kept bot.Reminding, f Facts, now time.Time) Verdict {
	return Verdict{}
}

// Debt is one thing that a unit still owes.
type Debt struct {
	bot.Owed
	Rung   bot.Rung
	Period string
	Status bot.Status // with the form; zero for material
	Lacks  []int      // OweItems: those that are missing
	Due    time.Time  // the last instant that counts as on time; zero for none
}
