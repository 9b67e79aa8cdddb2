package remind

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"anyuebot/bot"
)

// What is said here stands on the command line, for the office: why a step does
// not fall on the day and hour that the notice names.

const dayWords = "1月2日"

// spans names days with what they are for, those that follow each other and are
// for the same together: 6月12日至14日 端午节.
func spans(c bot.Calendar, days []time.Time) (list []string) {
	days = slices.SortedFunc(slices.Values(days), time.Time.Compare)
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

// arrow leads from why a step can't be at an instant to where it goes instead.
func arrow(why string, from, to time.Time) string {
	where := to.Format(dayWords)
	if midnight(from).Equal(midnight(to)) {
		where = to.Format("15:04")
	}
	return strings.TrimSpace(why) + " → " + where
}
