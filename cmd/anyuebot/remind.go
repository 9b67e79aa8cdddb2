package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"anyuebot/bot"
	"anyuebot/bot/remind"
)

// remindCommand prints when the service will remind whom of what, and, if there is
// a store, who would get the next reminder and why the others get none. It sends
// nothing.
func remindCommand(ctx context.Context, c console, args []string) error {
	fs := flagSet("remind")
	plan := fs.Bool("plan", false, "印出催报日程：日期、对象、内容，为什么顺延；各单位现在的情况")
	from := fs.String("from", "", "从哪一天起，如 2021-06-01 或 6月1日；不写从第一步起")
	to := fs.String("to", "", "到哪一天止（含当天）；不写到最后一步")
	at := fs.String("at", "", "看哪一次提醒会发给谁，如 6月23日 或 2021-06-23T09:00；不写看下一次")
	read := configFlags(fs, c)
	rest, err := parse(fs, args)
	switch {
	case err != nil:
		return err
	case len(rest) > 0:
		return usageError{"多出了“" + rest[0] + "”"}
	case !*plan:
		return usageError{"提醒由服务照日程自动发，这个命令只看不发。请写 remind --plan"}
	}
	cfg, err := read()
	if err != nil {
		return err
	}
	notice, err := loadNotice(cfg)
	if err != nil {
		return err
	}
	place, err := time.LoadLocation(zone)
	if err != nil {
		return err
	}
	span, err := planSpan(notice, *from, *to, place)
	if err != nil {
		return err
	}
	if *at != "" {
		if _, _, err := readMoment(*at, notice.Year, place); err != nil {
			return usageError{"--at " + err.Error()}
		}
	}
	printPlan(c.out, notice, span)
	fmt.Fprintln(c.out)
	if missing := noStore(cfg); missing != "" {
		fmt.Fprintf(c.out, "以上只是日程。%s，看不到各单位的情况；要看请用 --store 指明存储。\n", missing)
		return nil
	}
	return do(ctx, cfg, workPlan, url.Values{"at": {*at}, "ladder": {ladderMark(notice)}}, nil, c.out)
}

// workPlan is the part of remind that needs the store.
const workPlan = "remind-plan"

// noStore says why there is no store to look into; "" if there is one.
func noStore(cfg config) string {
	path, ok := strings.CutPrefix(cfg.Store, boltScheme)
	if !ok {
		return "存储是 " + cfg.Store + "，只在运行的服务里"
	}
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return "没有存储文件 " + path
	}
	return ""
}

// ladderMark is the same for two notices that remind at the same times.
func ladderMark(n *bot.Notice) string {
	data, err := json.Marshal([]any{n.ID, n.Ladder, n.Calendar, n.Deadlines})
	if err != nil {
		return "" // it is plain data: it can't fail
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:8])
}

// planSpan is what falls from one day to another, both included; "" for the first
// and the last step.
func planSpan(n *bot.Notice, from, to string, place *time.Location) ([]remind.Due, error) {
	first := time.Date(1, 1, 1, 0, 0, 0, 0, place)
	last := forever(place)
	for _, end := range []struct {
		flag, text string
		day        *time.Time
	}{{"--from", from, &first}, {"--to", to, &last}} {
		if end.text == "" {
			continue
		}
		day, hour, err := readMoment(end.text, n.Year, place)
		if err != nil || hour {
			return nil, usageError{end.flag + " 要写成日期，如 2021-06-01 或 6月1日"}
		}
		*end.day = day
	}
	if to != "" {
		last = last.AddDate(0, 0, 1).Add(-1)
	}
	if last.Before(first) {
		return nil, usageError{"--from 比 --to 晚，请对调"}
	}
	return remind.Plan(n, first, last), nil
}

// forever is behind every step of a ladder.
func forever(place *time.Location) time.Time { return time.Date(9999, 1, 1, 0, 0, 0, 0, place) }

// readMoment reads a day, or an instant if hour; without a year it is the notice's.
func readMoment(text, year string, place *time.Location) (at time.Time, hour bool, err error) {
	text = strings.TrimSpace(text)
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at.In(place), true, nil
	}
	for _, day := range []string{"2006-1-2", "2006/1/2", "2006年1月2日", "1月2日", "1-2"} {
		for _, clock := range []string{"", "T15:04", " 15:04", "15:04", "15时", "15时04分", " 15时", " 15时04分"} {
			at, err := time.ParseInLocation(day+clock, text, place)
			if err != nil {
				continue
			}
			if at.Year() == 0 {
				// Again with its year: only so is 2月29日 known for what it is.
				at, err = time.ParseInLocation("2006 "+day+clock, year+" "+text, place)
				if err != nil {
					continue
				}
			}
			return at, clock != "", nil
		}
	}
	return time.Time{}, false, errors.New("要写成日期或时刻，如 6月23日、2021-06-23T09:00")
}

// printPlan prints the calendar of a ladder, a month after the other.
func printPlan(w io.Writer, n *bot.Notice, plan []remind.Due) {
	fmt.Fprintf(w, "%s 催报日程\n", n.Number)
	if len(n.Ladder.Rungs) == 0 {
		fmt.Fprintln(w, "通知里没有催报日程（ladder.yaml），不会自动提醒。")
		return
	}
	fmt.Fprintln(w, "提醒时间："+hours(n.Ladder))
	for _, s := range n.Ladder.Silent {
		till := bot.Instant(s.To)
		if sameDay(s.From, s.To) {
			till = s.To.Format("15时04分")
		}
		fmt.Fprintf(w, "不发：%s至%s，%s\n", bot.Instant(s.From), till, s.Why)
	}
	if len(plan) == 0 {
		fmt.Fprintln(w, "\n这段时间里没有提醒。")
		return
	}
	heads := []string{"日期", "时间", "对象", "内容", "步骤"}
	rows := make([][]string, len(plan))
	for i, d := range plan {
		day, clock, whom := monthDay(d.At)+" "+weekday(d.At), d.At.Format("15:04"), audience(d.Rung.To)
		if i > 0 && d.At.Equal(plan[i-1].At) && d.Rung.To == plan[i-1].Rung.To {
			day, clock, whom = "", "", "" // it goes out as one message with the one above
		} else if i > 0 && sameDay(d.At, plan[i-1].At) {
			day = ""
		}
		rows[i] = []string{day, clock, whom, owed(n, d.Rung.Owes), d.Rung.ID}
	}
	widths := columns(append(slices.Clone(rows), heads))
	fmt.Fprintln(w, "\n  "+line(heads, widths))
	month := ""
	for i, d := range plan {
		if m := d.At.Format("2006年1月"); m != month {
			month = m
			fmt.Fprintf(w, "\n%s\n", month)
			if rows[i][0] == "" {
				rows[i][0] = monthDay(d.At) + " " + weekday(d.At)
			}
		}
		fmt.Fprintln(w, "  "+line(rows[i], widths))
		for _, why := range d.Moves {
			fmt.Fprintln(w, "  "+strings.Repeat(" ", widths[0]+2)+"↳ "+why)
		}
	}
	fmt.Fprintf(w, "\n共%d步。同一时刻给同一对象的，合成一条发。\n", len(plan))
	for _, year := range unknownYears(n.Calendar, plan) {
		fmt.Fprintf(w, "%d年的节假日安排还不知道，暂按星期一至星期五上班排。国务院办公厅的通知印发后，请写进 calendar.yaml。\n", year)
	}
}

// unknownYears are those that a plan goes through without knowing their holidays.
func unknownYears(c bot.Calendar, plan []remind.Due) []int {
	var years []int
	for _, d := range plan {
		if year := d.At.Year(); !c.Known(year) && !slices.Contains(years, year) {
			years = append(years, year)
		}
	}
	return years
}

// hours tells in words when reminders may go out, and how many.
func hours(l bot.Ladder) string {
	clock := func(d time.Duration) string { return time.Time{}.Add(d).Format("15:04") }
	var windows []string
	for _, w := range l.Windows {
		windows = append(windows, clock(w.From)+"–"+clock(w.To))
	}
	words := "工作日 " + strings.Join(windows, "、")
	if l.Monday > 0 {
		words += "，星期一 " + clock(l.Monday) + " 起"
	}
	return words + fmt.Sprintf("；每个单位每周最多%d条", l.Cap)
}

// owed names what a step asks for.
func owed(n *bot.Notice, list []bot.Owed) string {
	var words []string
	for _, o := range list {
		words = append(words, n.Named(o))
	}
	return strings.Join(words, "、")
}

func audience(to bot.Audience) string {
	switch to {
	case bot.ToGroups:
		return "工作群"
	case bot.ToOffice:
		return "安委办"
	}
	return "联络员"
}

func monthDay(at time.Time) string { return at.Format("1月2日") }

func weekday(at time.Time) string {
	return "星期" + [...]string{"日", "一", "二", "三", "四", "五", "六"}[at.Weekday()]
}

func sameDay(a, b time.Time) bool { return a.Format(bot.DateLayout) == b.Format(bot.DateLayout) }
