// Package remind knows when who is reminded of what, and why everybody else is
// not. It is pure: time is a value, and what a unit has done is handed in as
// [Facts]. Instants come in the campaign's zone: days and hours are read in that of
// the one that is asked about. The ladder and the calendar are the notice's data
// ([bot.Ladder], [bot.Calendar]); what was done already is [bot.Reminding].
//
// Three questions are answered here, in this order. Which steps fall on which
// instants: [Plan], in plan.go, by the hours and days of hours.go; and why not on the
// day that was named, in moves.go. Which of them are to be dealt with now: [Tick], in
// tick.go; it needs no memory of when it last ran, only of what was done, so that a
// restart, a second scheduler or a clock that jumps changes nothing. And who is
// meant, with a named reason for everybody who is not: [Judge], in judge.go, asked
// once when a broadcast is expanded and again right before each message leaves. The
// words are words.go's. The cron runner, the store and the sending are package
// app's.
package remind
