package remind

import (
	"slices"
	"strconv"
	"time"

	"anyuebot/bot"
)

// What is said here stands on the command line, for the office: why a step does
// not fall on the day and hour that the notice names.

const dayWords = "1月2日"

// moves are [Due.Moves]; named is when the step would be by its day and hour, and
// off and on are the days that were counted for it.
func moves(n *bot.Notice, d Due, named time.Time, off, on []time.Time) (list []string) {
	for _, s := range spans(n.Calendar, off) {
		if d.Rung.Day.Work == 0 {
			list = append(list, s+" → "+named.Format(dayWords))
		} else {
			list = append(list, s+"不计")
		}
	}
	for _, s := range spans(n.Calendar, on) {
		list = append(list, s+"调休上班，计入")
	}
	for at := named; at.Before(d.At); {
		why, till := shut(n, at)
		where := till.Format("15:04")
		if !midnight(at).Equal(midnight(till)) {
			where = till.Format(dayWords)
		}
		list = append(list, why+" → "+where)
		at = till
	}
	if d.Until.Before(d.At) {
		list = append(list, "已不在当月，不发")
	}
	return list
}

// spans names days with what they are for, those that follow each other and are
// for the same together: 6月12日至14日 端午节.
func spans(c bot.Calendar, days []time.Time) (list []string) {
	slices.SortFunc(days, time.Time.Compare)
	for len(days) > 0 {
		n := 1
		for n < len(days) && days[n].Equal(days[n-1].AddDate(0, 0, 1)) && reason(c, days[n]) == reason(c, days[0]) {
			n++
		}
		list = append(list, dates(days[0], days[n-1])+" "+reason(c, days[0]))
		days = days[n:]
	}
	return list
}

// dates names the days from one to another: 6月26日、27日.
func dates(first, last time.Time) string {
	to := last.Format("2日")
	if first.Month() != last.Month() {
		to = last.Format(dayWords)
	}
	switch {
	case first.Equal(last):
		return first.Format(dayWords)
	case first.AddDate(0, 0, 1).Equal(last):
		return first.Format(dayWords) + "、" + to
	}
	return first.Format(dayWords) + "至" + to
}

// reason is what a day is not worked for, or is worked for against the week.
func reason(c bot.Calendar, day time.Time) string {
	switch name, weekend := c.Free(day); {
	case weekend:
		return "周末"
	case name == "":
		return "休息日"
	default:
		return name
	}
}

// silence names a time in which nothing goes out: 7月1日14时30分前 庆祝大会.
func silence(s bot.Silence, zone *time.Location) string {
	from, to := s.From.In(zone), s.To.In(zone)
	begin := from.Format(dayWords)
	switch whole, sameDay := from.Equal(midnight(from)), midnight(from).Equal(midnight(to)); {
	case sameDay && whole:
		return begin + hour(to.Sub(midnight(to))) + "前 " + s.Why
	case sameDay:
		return begin + hour(from.Sub(midnight(from))) + "至" + hour(to.Sub(midnight(to))) + " " + s.Why
	}
	return begin + hour(from.Sub(midnight(from))) + "至" + to.Format(dayWords) + hour(to.Sub(midnight(to))) + " " + s.Why
}

// hour is a time of the day in words: 14时30分.
func hour(clock time.Duration) string {
	words := strconv.Itoa(int(clock.Hours())) + "时"
	if minutes := int(clock.Minutes()) % 60; minutes > 0 {
		words += strconv.Itoa(minutes) + "分"
	}
	return words
}
