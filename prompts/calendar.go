package prompts

import (
	"maps"
	"slices"
	"strconv"
	"time"

	"github.com/6tail/lunar-go/HolidayUtil"

	"anyuebot/bot"
)

// readCalendar puts the office's own days over those that come with the program.
func (l *loader) readCalendar() {
	o := l.open(calendarFile).object(nil, []string{"years", "holidays", "workdays"})
	own, before := make(map[string]bot.Holiday), len(l.p.list)
	readDays(o.get("holidays"), false, own)
	readDays(o.get("workdays"), true, own)
	sound := len(l.p.list) == before
	l.notice.Calendar = statutory()
	var whole []int
	for _, v := range o.get("years").list() {
		year, ok := readYear(v)
		switch {
		case !ok:
			continue
		case slices.Contains(whole, year):
			v.fail(Duplicate, "%d年写了两次。请删去一处。", year)
			continue
		case sound:
			checkWhole(v, year, own)
		}
		whole = append(whole, year)
	}
	c := &l.notice.Calendar
	maps.DeleteFunc(c.Days, func(date string, _ bot.Holiday) bool {
		year, _ := strconv.Atoi(date[:4])
		return slices.Contains(whole, year)
	})
	maps.Copy(c.Days, own)
	c.Years = slices.Compact(slices.Sorted(slices.Values(slices.Concat(c.Years, whole))))
}

// firstYear is the year before the first notice: no ladder reaches further back.
const firstYear = 2020

// statutory are the days of the State Council that the library has, up to the last
// year it knows, so that a new notice finds its holidays. The library keeps them in
// variables that its own Fix changes; they are copied once, and it is never called.
func statutory() bot.Calendar {
	c := bot.Calendar{Days: make(map[string]bot.Holiday)}
	// A year's last days may have come with those of the next, so that it is known
	// only by a day in its midst.
	for year := firstYear; HolidayUtil.GetHolidayByYmd(year, 10, 1) != nil; year++ {
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

// readYear reads a year; not ok if there is none.
func readYear(v value) (int, bool) {
	year, ok := v.number()
	if ok && (year < firstYear || year > 9999) {
		v.fail(WrongValue, "“%d”不是年份。请写四位数字，如 2028。", year)
		return 0, false
	}
	return year, ok
}

// checkWhole holds a year that the office's file makes known to what the law has on
// fixed dates, whatever the arrangement of the year. A year that is known and has
// no holidays would send reminders into them.
func checkWhole(v value, year int, own map[string]bot.Holiday) {
	for _, fixed := range []struct{ date, name string }{{"-01-01", "元旦"}, {"-05-01", "劳动节"}, {"-10-01", "国庆节"}} {
		date := strconv.Itoa(year) + fixed.date
		if h, ok := own[date]; !ok || h.Work {
			v.fail(DayInvalid, "years 里有%d年，holidays 里却没有%s（%s）。请照国务院通知把这一年写全；只改几天的，从 years 里删去这一年。", year, fixed.name, date)
			return
		}
	}
}
