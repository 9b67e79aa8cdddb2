package prompts

import (
	"fmt"
	"slices"
	"time"

	"github.com/6tail/lunar-go/HolidayUtil"

	"anyuebot/bot"
)

// readCalendar puts the office's own days over those that come with the program.
func (l *loader) readCalendar() {
	o := l.open(calendarFile).object(nil, []string{"years", "holidays", "workdays"})
	own := make(map[string]bot.Holiday)
	readDays(o.get("holidays"), false, own)
	readDays(o.get("workdays"), true, own)
	l.notice.Calendar = statutory()
	for _, v := range o.get("years").list() {
		l.wholeYear(v, own)
	}
	for date, h := range own {
		l.notice.Calendar.Days[date] = h
	}
}

// statutory are the days of the State Council that the library has, every year of
// them, so that a rehearsal in any year finds its holidays.
func statutory() bot.Calendar {
	c := bot.Calendar{Days: make(map[string]bot.Holiday)}
	// The days around New Year may come with the neighbour's, as the last two of 2001
	// do. A year is known when the holiday in its middle of autumn is.
	for year := 2002; HolidayUtil.GetHolidayByYmd(year, 10, 1) != nil; year++ {
		c.Years = append(c.Years, year)
		days := HolidayUtil.GetHolidaysByYear(year)
		for e := days.Front(); e != nil; e = e.Next() {
			h := e.Value.(*HolidayUtil.Holiday)
			c.Days[h.GetDay()] = bot.Holiday{Name: official(h.GetName()), Work: h.IsWork()}
		}
	}
	return c
}

// official is a holiday's name as the State Council writes it.
func official(name string) string {
	switch name {
	case "元旦节":
		return "元旦"
	case "国庆中秋":
		return "国庆节、中秋节"
	}
	return name
}

// maxHoliday bounds how many days one line stands for. The longest holiday has
// nine; a line of more has a month mistyped.
const maxHoliday = 16

// readDays reads days that are not worked as their day of the week would have it.
func readDays(v value, work bool, days map[string]bot.Holiday) {
	for _, item := range v.list() {
		o := item.object([]string{"date", "name"}, []string{"to"})
		h := bot.Holiday{Name: o.get("name").text(), Work: work}
		first, ok := readDate(o.get("date"))
		if !ok {
			continue
		}
		last := first
		if o.has("to") {
			if last, ok = readDate(o.get("to")); !ok {
				continue
			}
		}
		switch n := int(last.Sub(first).Hours()/24) + 1; {
		case n < 1:
			o.get("to").fail(DayInvalid, "最后一天“%s”早于第一天。请改正。", last.Format(bot.DateLayout))
			continue
		case n > maxHoliday:
			o.get("to").fail(DayInvalid, "一行写了%d天。一次放假没有这么长，请核对月份。", n)
			continue
		}
		for day := first; !day.After(last); day = day.AddDate(0, 0, 1) {
			date := day.Format(bot.DateLayout)
			if _, twice := days[date]; twice {
				o.get("date").fail(Duplicate, "%s写了两次。请删去一处。", date)
				break
			}
			days[date] = h
		}
	}
}

// readDate reads a day; not ok if there is none.
func readDate(v value) (time.Time, bool) {
	s := v.text()
	if s == "" {
		return time.Time{}, false
	}
	day, err := time.Parse(bot.DateLayout, s)
	if err != nil {
		v.fail(DayInvalid, "“%s”不是日期，或没有这一天。请写作 2021-06-14。", s)
	}
	return day, err == nil
}

// wholeYear makes a year known by the office's own days alone. They have to be
// there: a year that is known and has no holidays would send reminders into them.
func (l *loader) wholeYear(v value, own map[string]bot.Holiday) {
	year, ok := v.number()
	if !ok {
		return
	}
	if year < 2002 || year > 9999 {
		v.fail(WrongValue, "“%d”不是年份。请写四位数字，如 2028。", year)
		return
	}
	c := &l.notice.Calendar
	for date := range c.Days {
		if date[:4] == fmt.Sprint(year) {
			delete(c.Days, date)
		}
	}
	if !c.Known(year) {
		c.Years = append(c.Years, year)
		slices.Sort(c.Years)
	}
	// The law has these on fixed dates, whatever the arrangement of the year.
	for _, fixed := range []struct{ date, name string }{{"-01-01", "元旦"}, {"-05-01", "劳动节"}, {"-10-01", "国庆节"}} {
		if date := fmt.Sprint(year) + fixed.date; own[date].Name == "" || own[date].Work {
			v.fail(DayInvalid, "years 里有%d年，holidays 里却没有%s（%s）。请照国务院通知把这一年写全；只改几天的，从 years 里删去这一年。", year, fixed.name, date)
			return
		}
	}
}
