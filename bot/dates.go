package bot

import (
	"strconv"
	"strings"
	"time"
)

// How days and times are written. All are in the campaign's zone; what ends with
// its day ends at 24时 and not at 0时 of the next.
//
//	instant      2021年6月30日（星期三）9时05分   when something was, in an answer
//	untilInFull  2021年7月2日（星期五）24时       till when somebody stands in
//	until        6月30日（星期三）18时            a deadline of a unit's own
//	shortDate    6月30日, 6月30日17时            an end, in a list or a tag
//	dayAndTime   6月30日18时                    in the paragraph of a report
//	day          6月30日                        on which day something came

// Instant writes a time as official papers do: 2021年6月30日（星期三）9时05分.
func Instant(at time.Time) string {
	return at.Format("2006年1月2日（星期") + weekdayOf(at) + "）" + strconv.Itoa(at.Hour()) + at.Format("时04分")
}

func (t *turn) instant(at time.Time) string {
	return Instant(at.In(t.now.Location()))
}

// untilInFull writes the last instant of something with its year.
func (t *turn) untilInFull(last time.Time) string {
	last = last.In(t.now.Location())
	end := last
	if last.Nanosecond() == int(time.Second-1) {
		end = last.Add(1)
	}
	if end.Day() != last.Day() {
		return strings.TrimSuffix(Instant(last.Truncate(time.Hour)), "23时00分") + t.phrase("till.midnight", nil)
	}
	return Instant(end)
}

func (t *turn) until(at time.Time) string { return t.n.until(at.In(t.now.Location())) }

// until writes a deadline, given in the campaign's zone, in the notice's words.
func (n *Notice) until(at time.Time) string {
	switch {
	case at.Hour() == 23 && at.Minute() == 59:
		return n.phrase("until.day", dateOf(at))
	case at.Minute() == 0:
		return n.phrase("until.hour", dateOf(at))
	}
	return n.phrase("until.time", dateOf(at))
}

// dateOf are the blanks of a day and time without its year.
func dateOf(at time.Time) args {
	return args{
		"month": strconv.Itoa(int(at.Month())), "day": strconv.Itoa(at.Day()), "weekday": weekdayOf(at),
		"hour": strconv.Itoa(at.Hour()), "minute": at.Format("04"),
	}
}

func (t *turn) shortDate(last time.Time) string { return ShortDate(last.In(t.now.Location())) }

// ShortDate writes the last instant of something, given in the campaign's zone,
// with the time if it does not end with the day.
func ShortDate(last time.Time) string {
	switch h, m, s := last.Clock(); {
	case h == 23 && m == 59:
		return dayOf(last)
	case h == 0 && m == 0 && s == 0:
		return dayOf(last.Add(-1)) // 24时 of the day before
	}
	return dayAndTime(last)
}

// dayAndTime writes a time without its year; a full hour without minutes.
func dayAndTime(at time.Time) string {
	text := dayOf(at) + strconv.Itoa(at.Hour()) + "时"
	if at.Minute() > 0 {
		text += at.Format("04分")
	}
	return text
}

func (t *turn) day(at time.Time) string { return dayOf(at.In(t.now.Location())) }

func dayOf(at time.Time) string { return at.Format("1月2日") }

// weekdayOf is the last character of a day's name.
func weekdayOf(at time.Time) string {
	return []string{"日", "一", "二", "三", "四", "五", "六"}[at.Weekday()]
}
