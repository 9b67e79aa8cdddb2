package bot

import (
	"strings"
	"time"
	"unicode/utf8"
)

// readDate reads the first date in a text as officials write when something
// ends: 6月16日, 6月16日17时30分, 6月16日（星期三）17:30, 6.16, 2021年6月16日, 明天,
// 周五, 下周五, 月底, 6月底, each with 至, 到 or 截止 before it and 前 or 止 behind.
// A date without a year is in the year of now, and in its zone. Without an hour it
// is the day's last instant if endOfDay is set, for 7月2日前 takes 7月2日 in, else
// its first. The rest is the text without the date; ok is false, and the rest the
// whole text, if there is no date or none that the calendar and the clock have.
func readDate(text string, now time.Time, endOfDay bool) (at time.Time, rest string, ok bool) {
	folded := fold(text)
	for i := range folded {
		if before, _ := utf8.DecodeLastRuneInString(folded[:i]); isFigure(before) || before == '.' {
			continue // the middle of a number
		}
		d := dating{rest: folded[i:], now: now}
		if !d.day() {
			continue
		}
		if !d.time() {
			return time.Time{}, text, false
		}
		switch {
		case d.timed:
			at = d.at
		case endOfDay:
			at = d.at.AddDate(0, 0, 1).Add(-1)
		default:
			at = d.at
		}
		return at, strings.TrimSpace(untilBefore(folded[:i]) + " " + untilBehind(d.rest)), true
	}
	return time.Time{}, text, false
}

// untilBefore and untilBehind take away the words that make a date an end.
func untilBefore(head string) string {
	head = strings.TrimRight(head, " ，,：:（(")
	for _, w := range []string{"截止时间", "截止到", "截止至", "截止", "截至", "延长至", "延期至", "延至", "延到", "直到", "至", "到"} {
		if left, ok := strings.CutSuffix(head, w); ok {
			return strings.TrimRight(left, " ，,：:")
		}
	}
	return head
}

func untilBehind(tail string) string {
	for _, w := range []string{"之前", "以前", "前", "为止", "止"} {
		if left, ok := strings.CutPrefix(tail, w); ok {
			tail = left
			break
		}
	}
	return strings.TrimLeft(tail, " ，,。；;：:）)")
}

// dating takes a date from the front of a text.
type dating struct {
	rest  string
	now   time.Time
	at    time.Time // the day's first instant, or with the time of day
	timed bool
}

func (d *dating) take(words ...string) bool {
	for _, w := range words {
		if left, ok := strings.CutPrefix(d.rest, w); ok {
			d.rest = left
			return true
		}
	}
	return false
}

// number takes a number of at most so many digits, or one in Chinese numerals;
// -1 if there is none.
func (d *dating) number(digits int) int {
	end := 0
	for _, r := range d.rest {
		if !isFigure(r) {
			break
		}
		end += utf8.RuneLen(r)
	}
	rs := []rune(d.rest[:end])
	if len(rs) == 0 || isArabic(rs[0]) && len(rs) > digits {
		return -1
	}
	n, used := scanNumeral(rs, 0)
	if n.trust != exact || used != len(rs) {
		return -1
	}
	d.rest = d.rest[end:]
	return int(n.value)
}

// day takes the day; it reports false, and takes nothing, if there is none.
func (d *dating) day() bool {
	for _, way := range []func(*dating) bool{(*dating).calendarDay, (*dating).nearDay, (*dating).weekday, (*dating).monthEnd} {
		was := *d
		if way(d) {
			return true
		}
		*d = was
	}
	return false
}

// calendarDay takes 6月16日, 6月16号, 6.16, 6/16, 2021年6月16日 and 2021-06-16.
func (d *dating) calendarDay() bool {
	year, month, marks := 0, d.number(4), []string{".", "/", "·"}
	if month > 999 {
		year = month
		for _, mark := range []string{"年", "-", ".", "/"} {
			if d.take(mark) {
				month, marks = d.number(2), []string{mark}
				break
			}
		}
	}
	if d.take("月") {
		if d.take("底", "末") {
			return d.set(year, month, 1) && d.toMonthEnd(0)
		}
		day := d.number(2)
		return d.take("日", "号") && d.set(year, month, day)
	}
	if !d.take(marks...) {
		return false
	}
	day := d.number(2)
	if d.take("日", "号") {
		return d.set(year, month, day)
	}
	next, _ := utf8.DecodeRuneInString(d.rest)
	return !strings.ContainsRune(".%/", next) && d.set(year, month, day) // 1.2.3 is none
}

// set reports whether the calendar has such a day. Without a year, 0, it is this
// year's, but what lies more than nine months back is the next one's: in December
// people say 1月4日.
func (d *dating) set(year, month, day int) bool {
	named := year != 0
	if !named {
		year = d.now.Year()
	}
	d.at = time.Date(year, time.Month(month), day, 0, 0, 0, 0, d.now.Location())
	if !named && d.at.AddDate(0, 9, 0).Before(d.now) {
		d.at = time.Date(year+1, time.Month(month), day, 0, 0, 0, 0, d.now.Location())
	}
	return int(d.at.Month()) == month && d.at.Day() == day
}

// today is the first instant of the day so many days from now.
func (d *dating) today(more int) {
	y, m, day := d.now.Date()
	d.at = time.Date(y, m, day+more, 0, 0, 0, 0, d.now.Location())
}

func (d *dating) nearDay() bool {
	for more, words := range [][]string{{"今天", "今日", "当天", "当日"}, {"明天", "明日"}, {"后天", "后日"}} {
		if d.take(words...) {
			d.today(more)
			return true
		}
	}
	return false
}

// weekday takes 周五, which is the next one from today on, and 本周五 and 下周五,
// which are of this week and the next; a week begins on Monday.
func (d *dating) weekday() bool {
	next, this := d.take("下"), false
	if !next {
		this = d.take("本", "这")
	}
	if !d.take("周", "星期", "礼拜") {
		return false
	}
	wanted, width := utf8.DecodeRuneInString(d.rest)
	at := strings.IndexRune("一二三四五六日", wanted)
	if wanted == '天' {
		at = strings.IndexRune("一二三四五六日", '日')
	}
	if at < 0 {
		return false
	}
	d.rest = d.rest[width:]
	more := at/len("一") - (int(d.now.Weekday())+6)%7
	if next || !this && more < 0 {
		more += 7
	}
	d.today(more)
	return true
}

// monthEnd takes 月底, 下月底 and 年底.
func (d *dating) monthEnd() bool {
	d.today(0)
	switch {
	case d.take("本月底", "这个月底", "月底", "本月末", "月末"):
		return d.toMonthEnd(0)
	case d.take("下月底", "下个月底", "下月末"):
		return d.toMonthEnd(1)
	case d.take("年底", "年末"):
		return d.toMonthEnd(int(time.December - d.at.Month()))
	}
	return false
}

// toMonthEnd moves to the last day of the month so many later.
func (d *dating) toMonthEnd(months int) bool {
	y, m, _ := d.at.Date()
	d.at = time.Date(y, m+time.Month(months)+1, 0, 0, 0, 0, 0, d.now.Location())
	return true
}

// time takes the time of day behind a day, if there is one. It reports false if
// it cannot be told.
func (d *dating) time() bool {
	d.bracketed()
	part := ""
	before := d.rest
	d.take(" ")
	for _, w := range []string{"上午", "早上", "早", "中午", "下午", "傍晚", "晚上", "晚"} {
		if d.take(w) {
			part = w
			break
		}
	}
	hour := d.number(2)
	minute, named := 0, true
	switch {
	case hour < 0:
		d.rest = before
		return part == "" // 下午 alone is no time
	case d.take("时", "点钟", "点"):
		switch {
		case d.take("半"):
			minute = 30
		case d.take("一刻"):
			minute = 15
		case d.take("整"):
		default:
			if m := d.number(2); m >= 0 {
				minute = m
				d.take("分")
			}
		}
	case d.take(":", "："):
		if minute = d.number(2); minute < 0 {
			return false
		}
	default:
		named = false
	}
	if !named {
		d.rest = before // a number of another kind
		return part == ""
	}
	switch part {
	case "中午":
		if hour < 3 {
			hour += 12
		}
	case "下午", "傍晚", "晚上", "晚":
		if hour < 12 {
			hour += 12
		}
	}
	if hour > 24 || minute > 59 || hour == 24 && minute > 0 {
		return false
	}
	d.at = d.at.Add(time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute)
	d.timed = true
	return true
}

// bracketed takes the weekday that stands in brackets behind a day. It is not
// held against the calendar: the day is what counts, and is told back.
func (d *dating) bracketed() {
	was := d.rest
	d.take(" ")
	if !d.take("（", "(") {
		d.rest = was
		return
	}
	if d.take("周", "星期", "礼拜") {
		_, width := utf8.DecodeRuneInString(d.rest)
		if d.rest = d.rest[width:]; d.take("）", ")") {
			return
		}
	}
	d.rest = was
}
