package main

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"anyuebot/bot"
	"anyuebot/prompts"
)

// What check says of the calendar: a year that the ladder reaches and whose holidays
// are not known is a fault once it has begun, and a reminder before.
func TestCheckCalendar(t *testing.T) {
	tests := []struct {
		name   string
		forget []int // years whose holidays are not known
		now    string
		steps  bool
		want   string
	}{
		{"all known", nil, "2021-05-28", true, "✓ 日历：催报日程用到2021年、2022年，节假日和调休都知道\n"},
		{"a year that nobody needs", []int{2027}, "2021-05-28", true, "✓ 日历：催报日程用到2021年、2022年，节假日和调休都知道\n"},
		{"the next year", []int{2022}, "2021-05-28", true, "· 日历：催报日程用到2022年，节假日和调休还不知道，暂按星期一至星期五上班算。请照国务院办公厅的通知写进 calendar.yaml，通知一般在上一年11月印发\n"},
		{"this year", []int{2021}, "2021-05-28", true, "✗ 日历：催报日程用到2021年，节假日和调休还不知道，暂按星期一至星期五上班算。请照国务院办公厅的通知写进 calendar.yaml\n"},
		{"both", []int{2021, 2022}, "2021-12-31", true, "✗ 日历：催报日程用到2021年，节假日和调休还不知道，暂按星期一至星期五上班算。请照国务院办公厅的通知写进 calendar.yaml\n" +
			"· 日历：催报日程用到2022年，节假日和调休还不知道，暂按星期一至星期五上班算。请照国务院办公厅的通知写进 calendar.yaml，通知一般在上一年11月印发\n"},
		{"no reminders", []int{2021}, "2021-05-28", false, "· 日历：ladder.yaml 里没有 steps，不自动提醒\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			n, err := prompts.Load("", bot.WordingKeys())
			if err != nil {
				t.Fatal(err)
			}
			n.Calendar.Years = slices.DeleteFunc(n.Calendar.Years, func(year int) bool { return slices.Contains(tt.forget, year) })
			if !tt.steps {
				n.Ladder.Rungs = nil
			}
			now, err := time.Parse(bot.DateLayout, tt.now)
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			l := &checklist{c: console{out: &out}}
			l.checkCalendar(n, now)
			if out.String() != tt.want {
				t.Errorf("got  %swant %s", out.String(), tt.want)
			}
		})
	}
}
