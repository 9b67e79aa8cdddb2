package prompts

import (
	"fmt"
	"testing"
	"time"

	"anyuebot/bot"
)

// The arrangements of the State Council (国务院办公厅关于部分节假日安排的通知, one
// for each year), as they were published.
func TestHolidaysAreThoseOfTheStateCouncil(t *testing.T) {
	c := embeddedNotice(t).Calendar
	tests := []struct {
		first, last string // month and day
		name        string
		worked      []string // in its stead
	}{
		{"2021-01-01", "2021-01-03", "元旦", nil},
		{"2021-02-11", "2021-02-17", "春节", []string{"2021-02-07", "2021-02-20"}},
		{"2021-04-03", "2021-04-05", "清明节", nil},
		{"2021-05-01", "2021-05-05", "劳动节", []string{"2021-04-25", "2021-05-08"}},
		{"2021-06-12", "2021-06-14", "端午节", nil},
		{"2021-09-19", "2021-09-21", "中秋节", []string{"2021-09-18"}},
		{"2021-10-01", "2021-10-07", "国庆节", []string{"2021-09-26", "2021-10-09"}},
		{"2022-01-01", "2022-01-03", "元旦", nil},
		{"2022-01-31", "2022-02-06", "春节", []string{"2022-01-29", "2022-01-30"}},
		{"2022-04-03", "2022-04-05", "清明节", []string{"2022-04-02"}},
		{"2022-04-30", "2022-05-04", "劳动节", []string{"2022-04-24", "2022-05-07"}},
		{"2022-06-03", "2022-06-05", "端午节", nil},
		{"2022-09-10", "2022-09-12", "中秋节", nil},
		{"2022-10-01", "2022-10-07", "国庆节", []string{"2022-10-08", "2022-10-09"}},
		{"2024-02-10", "2024-02-17", "春节", []string{"2024-02-04", "2024-02-18"}},
		{"2025-05-31", "2025-06-02", "端午节", nil},
		{"2025-10-01", "2025-10-08", "国庆节、中秋节", []string{"2025-09-28", "2025-10-11"}},
		{"2026-01-01", "2026-01-03", "元旦", []string{"2026-01-04"}},
		{"2026-02-15", "2026-02-23", "春节", []string{"2026-02-14", "2026-02-28"}},
		{"2026-06-19", "2026-06-21", "端午节", nil},
	}
	for _, tt := range tests {
		last := date(t, tt.last)
		for day := date(t, tt.first); !day.After(last); day = day.AddDate(0, 0, 1) {
			if name, _ := c.Free(day); c.Working(day) || name != tt.name {
				t.Errorf("%s: worked %v, %q; want %s", day.Format(bot.DateLayout), c.Working(day), name, tt.name)
			}
		}
		for _, day := range []time.Time{date(t, tt.first).AddDate(0, 0, -1), last.AddDate(0, 0, 1)} {
			if name, _ := c.Free(day); name == tt.name && !c.Working(day) {
				t.Errorf("%s is free, too: %s is from %s to %s", day.Format(bot.DateLayout), tt.name, tt.first, tt.last)
			}
		}
		for _, day := range tt.worked {
			if name, _ := c.Free(date(t, day)); !c.Working(date(t, day)) || name != tt.name {
				t.Errorf("%s is not worked for %s", day, tt.name)
			}
		}
	}
}

// The days around the campaign of 2021, as people would say them.
func TestWorkingDays(t *testing.T) {
	c := embeddedNotice(t).Calendar
	for day, want := range map[string]bool{
		"2021-06-01": true,  // Tuesday
		"2021-06-05": false, // Saturday
		"2021-06-11": true,  // Friday before 端午节
		"2021-06-14": false, // Monday, 端午节
		"2021-06-15": true,
		"2021-06-30": true,
		"2021-07-01": true, // Thursday; a time of silence is no holiday
		"2021-09-18": true, // Saturday, worked for 中秋节
		"2021-09-20": false,
		"2021-09-26": true, // Sunday, worked for 国庆节
		"2021-10-08": true,
		"2021-10-09": true, // Saturday, worked for 国庆节
		"2021-12-31": true,
		"2022-01-03": false, // Monday, 元旦
		"2022-01-04": true,
		"2024-02-29": true,  // a leap day, Thursday
		"2040-02-29": true,  // of a year that is not known: Wednesday
		"2040-10-01": true,  // nothing is guessed
		"2040-10-06": false, // Saturday
	} {
		if got := c.Working(date(t, day)); got != want {
			t.Errorf("%s: worked %v, want %v", day, got, want)
		}
	}
}

// What can be said of any year: the years in a row, a holiday worked for only on a
// weekend, and the days that the law fixes free.
func TestCalendarIsSound(t *testing.T) {
	c := embeddedNotice(t).Calendar
	for i, year := range c.Years {
		if i > 0 && year != c.Years[i-1]+1 {
			t.Errorf("no year between %d and %d", c.Years[i-1], year)
		}
		for _, fixed := range []string{"-01-01", "-05-01", "-10-01", "-10-02", "-10-03"} {
			if day := fmt.Sprint(year) + fixed; c.Working(date(t, day)) {
				t.Errorf("%s is worked", day)
			}
		}
	}
	for year := 2020; year <= 2027; year++ {
		if !c.Known(year) {
			t.Errorf("%d is not known", year)
		}
	}
	if c.Known(2040) {
		t.Error("2040 is known")
	}
	for day, h := range c.Days {
		weekday := date(t, day).Weekday()
		if h.Name == "" || h.Work && weekday != time.Saturday && weekday != time.Sunday {
			t.Errorf("%s, %v: %+v", day, weekday, h)
		}
	}
}

// The office's days stand over those that come with the program.
func TestOwnCalendar(t *testing.T) {
	tests := []struct {
		name, file string
		day        string
		worked     bool
		words      string
		known      int // a year that is known
	}{
		{"a day of its own", "holidays:\n  - {date: 2021-06-11, name: 县庆}\n", "2021-06-11", false, "县庆", 2021},
		{"the rest of the year stays", "holidays:\n  - {date: 2021-06-11, name: 县庆}\n", "2021-06-14", false, "端午节", 2021},
		{"a holiday taken back", "workdays:\n  - {date: 2021-06-14, name: 防汛}\n", "2021-06-14", true, "防汛", 2021},
		{"several days", "holidays:\n  - {date: 2028-01-01, to: 2028-01-03, name: 元旦}\n", "2028-01-03", false, "元旦", 0},
		{"a year whole", "years: [2028]\nholidays:\n  - {date: 2028-01-01, name: 元旦}\n  - {date: 2028-05-01, name: 劳动节}\n  - {date: 2028-10-01, name: 国庆节}\n", "2028-10-01", false, "国庆节", 2028},
		{"a year in place of ours", "years: [2027]\nholidays:\n  - {date: 2027-01-01, name: 元旦}\n  - {date: 2027-05-01, name: 劳动节}\n  - {date: 2027-10-01, name: 国庆节}\n", "2027-10-04", true, "", 2027},
		{"comments alone", "# 还没有\n", "2021-06-14", false, "端午节", 2027},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, calendarFile, tt.file)
			n, err := Load(dir, bot.WordingKeys())
			if err != nil {
				t.Fatal(err)
			}
			c := n.Calendar
			if name, _ := c.Free(date(t, tt.day)); c.Working(date(t, tt.day)) != tt.worked || name != tt.words {
				t.Errorf("%s: worked %v, %q; want %v, %q", tt.day, c.Working(date(t, tt.day)), name, tt.worked, tt.words)
			}
			if tt.known != 0 && !c.Known(tt.known) {
				t.Errorf("%d is not known", tt.known)
			}
			if tt.known != 2028 && c.Known(2028) {
				t.Error("2028 is known by a few days of it")
			}
		})
	}
}

func date(t *testing.T, s string) time.Time {
	t.Helper()
	day, err := time.Parse(bot.DateLayout, s)
	if err != nil {
		t.Fatal(err)
	}
	return day
}
