package bot

import (
	"slices"
	"time"
)

// Calendar is which days are worked, as plain dates: statutory holidays and the
// days that are worked in their stead (国务院办公厅关于节假日安排的通知, one for each
// year). A day that it does not name is worked from Monday to Friday.
type Calendar struct {
	Years []int              // those whose holidays are known, rising
	Days  map[string]Holiday // by date, as 2021-06-14
}

// Holiday is a day that is not worked as its day of the week would have it.
type Holiday struct {
	Name string // 端午节
	Work bool   // worked all the same (调休)
}

// DateLayout is how a day is written in the notice.
const DateLayout = "2006-01-02"

// Working reports whether a day is worked. Of a year that is not known it goes by
// the day of the week.
func (c Calendar) Working(day time.Time) bool {
	if h, ok := c.Days[day.Format(DateLayout)]; ok {
		return h.Work
	}
	return !weekend(day)
}

// Free names what a day that is not worked is for, or what one that is worked is
// worked for against the week; weekend is true of a plain Saturday or Sunday.
func (c Calendar) Free(day time.Time) (name string, isWeekend bool) {
	if h, ok := c.Days[day.Format(DateLayout)]; ok {
		return h.Name, false
	}
	return "", weekend(day)
}

// Known reports whether the holidays of a year are known.
func (c Calendar) Known(year int) bool { return slices.Contains(c.Years, year) }

func weekend(day time.Time) bool {
	return day.Weekday() == time.Saturday || day.Weekday() == time.Sunday
}
