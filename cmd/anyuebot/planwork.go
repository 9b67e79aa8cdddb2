package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"time"

	"anyuebot/bot"
	"anyuebot/bot/app"
	"anyuebot/bot/remind"
)

// remindPlanWork tells who would get a reminder of the ladder if it were sent as the
// store is now, and why every other unit would not.
func remindPlanWork(ctx context.Context, s *service, query url.Values, _ io.Reader, out io.Writer) error {
	view, err := port{s}.OutboxView(ctx)
	if err != nil {
		return err
	}
	defer view.Close()
	kept, err := view.Reminding()
	if err != nil {
		return err
	}
	now := s.now().In(s.zone)
	fmt.Fprintf(out, "各单位的情况，截至活动时间%s\n", bot.Instant(now))
	if mark := query.Get("ladder"); mark != ladderMark(s.notice) {
		fmt.Fprintln(out, "运行中的服务用的还是原来的日程，重启后才照上面的发；下面是照原来的。")
	}
	if kept.Pause.Holds(now) {
		fmt.Fprintln(out, "提醒正全部暂停"+tillWhen(kept.Pause, s.zone)+"："+cmp.Or(kept.Pause.Reason, "没有写原因"))
	}
	if ahead := sentAhead(kept, now); len(ahead) > 0 {
		fmt.Fprintf(out, "%s：时刻还没到，已经发过，到时不再发。是演练时发的话，请换一个存储演练。\n", strings.Join(ahead, "、"))
	}
	moments, words, err := s.momentsOf(kept, query.Get("at"), now)
	if err != nil {
		return err
	}
	if words != "" {
		fmt.Fprintln(out, words)
	}
	p := planned{service: s, view: view, now: now, out: out}
	for _, at := range moments {
		for _, b := range fallsOn(s.notice, at) {
			if err := p.broadcast(b); err != nil {
				return err
			}
		}
	}
	if p.units > 0 {
		fmt.Fprintf(out, "\n没有注明的单位，当周还可收%d条。\n", s.notice.Ladder.Cap)
	}
	return nil
}

// sentAhead are the steps whose time has not come and that were dealt with: by a
// rehearsal on this store, or before the clock was put right.
func sentAhead(kept bot.Reminding, now time.Time) (steps []string) {
	for _, s := range kept.Done {
		if s.Due.After(now) {
			steps = append(steps, s.Rung)
		}
	}
	return steps
}

func tillWhen(p *bot.Pause, place *time.Location) string {
	if p.Until.IsZero() {
		return "，直到恢复"
	}
	return "至" + monthDay(p.Until.In(place))
}

// momentsOf are the instants of the ladder that are asked about: the next one; those
// of a day; or the one at an instant, or else the next behind it. words say if it is
// another one than was asked for.
func (s *service) momentsOf(kept bot.Reminding, at string, now time.Time) (moments []time.Time, words string, err error) {
	if at == "" {
		coming := remind.Coming(s.notice, kept, now, 1)
		if len(coming) == 0 {
			return nil, "日程上的提醒都已过去。要看过去哪一次，请加 --at 日期。", nil
		}
		return []time.Time{coming[0].At}, "", nil
	}
	from, hour, err := readMoment(at, s.notice.Year, s.zone)
	if err != nil {
		return nil, "", fmt.Errorf("--at %w", err)
	}
	last := from
	if !hour {
		last = from.AddDate(0, 0, 1).Add(-1)
	}
	plan := remind.Plan(s.notice, from, last)
	if len(plan) == 0 {
		plan = remind.Plan(s.notice, last, forever(s.zone))
		if len(plan) == 0 {
			return nil, "这以后没有提醒了。", nil
		}
		words, last = "这时没有提醒，下面是之后最近的一次。", plan[0].At
	}
	for _, d := range plan {
		if !d.At.After(last) && !slices.ContainsFunc(moments, d.At.Equal) {
			moments = append(moments, d.At)
		}
	}
	return moments, words, nil
}

// fallsOn are the broadcasts of an instant of the ladder, made as the service makes
// them when everything before was dealt with.
func fallsOn(n *bot.Notice, at time.Time) []bot.Broadcast {
	var before bot.Reminding
	for _, d := range remind.Plan(n, time.Time{}.In(at.Location()), at.Add(-1)) {
		before.Done = append(before.Done, bot.Slot{Rung: d.Rung.ID, Due: d.At})
	}
	_, list := remind.Tick(n, before, at)
	return list
}

// planned prints what would become of reminders.
type planned struct {
	*service
	view  app.OutboxView
	now   time.Time
	out   io.Writer
	units int // printed so far
}

// broadcast prints who would get one, and why the others would not.
func (p *planned) broadcast(b bot.Broadcast) error {
	rows, err := app.Judged(p.notice, p.view, b, b.At)
	if err != nil {
		return err
	}
	var steps []string
	for _, slot := range b.Slots {
		steps = append(steps, slot.Rung)
	}
	past := ""
	if b.At.Before(p.now) {
		past = "（已过，照现在的情况重算）"
	}
	fmt.Fprintf(p.out, "\n%s 给%s：%s%s\n", bot.Instant(b.At), audience(b.To), strings.Join(steps, "、"), past)
	p.units += len(rows)
	var owing []remind.Row
	spared := map[bot.Spare][]string{}
	for _, r := range rows {
		if len(r.Owes) > 0 {
			owing = append(owing, r)
		} else {
			spared[r.Why] = append(spared[r.Why], p.named(r))
		}
	}
	switch {
	case len(owing) == 0:
		fmt.Fprintln(p.out, "  没有单位要提醒，这一条不发")
	case b.To == bot.ToLiaisons:
		people := map[string]bool{}
		for _, r := range owing {
			for _, person := range r.Unit.Speakers(b.At) {
				people[person] = true
			}
		}
		fmt.Fprintf(p.out, "  会收到的 %d 个单位，每人一条，共 %d 条\n", len(owing), len(people))
	case b.To == bot.ToGroups:
		chats, err := p.view.Chats()
		if err != nil {
			return err
		}
		if len(chats) == 0 {
			fmt.Fprintln(p.out, "  还没有配对工作群，发不出去")
		}
		fmt.Fprintf(p.out, "  发到 %d 个工作群，只说还有 %d 个单位没有报，不点名\n", len(chats), len(owing))
	default:
		fmt.Fprintf(p.out, "  名单上有 %d 个单位\n", len(owing))
	}
	cells := make([][]string, len(owing))
	for i, r := range owing {
		cells[i] = []string{p.named(r), p.missing(r.Owes)}
	}
	widths := columns(cells)
	for _, row := range cells {
		fmt.Fprintln(p.out, "    "+line(row, widths))
	}
	for _, why := range bot.Spares() {
		if names := spared[why]; len(names) > 0 {
			fmt.Fprintf(p.out, "  不发，%s（%d 个）\n", p.because(why), len(names))
			for _, words := range wrapped(names, "、", 72) {
				fmt.Fprintln(p.out, "    "+words)
			}
		}
	}
	return nil
}

// named is a unit, with how many reminders it may still get in the week if some of
// them are used up.
func (p *planned) named(r remind.Row) string {
	if r.Week == 0 {
		return r.Unit.Name
	}
	return fmt.Sprintf("%s（当周还可收%d条）", r.Unit.Name, max(p.notice.Ladder.Cap-r.Week, 0))
}

// because is why nothing is sent, in the words that the office reads in chat too.
func (p *planned) because(why bot.Spare) string {
	return p.notice.Phrase("spare."+string(why), nil)
}

// missing names what a unit still owes.
func (p *planned) missing(debts []remind.Debt) string {
	var list []bot.Owed
	for _, d := range debts {
		list = append(list, d.Missing())
	}
	return owed(p.notice, list)
}
