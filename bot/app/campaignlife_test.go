package app_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// What people do in a campaign. Whatever they do is said in messages, and noted as
// what everybody knows of a unit from then on.

// county80 are eighty units: most have a liaison of their own, some share one, four
// have none.
func county80() (list []rosterRow) {
	for i := range 80 {
		row := rosterRow{unit: string([]rune("甲乙丙丁戊己庚辛壬癸")[i%10]) + string([]rune("子丑寅卯辰巳午未")[i/10]) + "镇", kind: "乡镇", user: fmt.Sprintf("u%02d", i)}
		switch {
		case i >= 76:
			row.kind, row.user = "驻县单位", ""
		case i >= 68:
			row.kind, row.user = "部门", fmt.Sprintf("u%02d", i-i%2)
		}
		list = append(list, row)
	}
	return list
}

// act is something that is to be done at a time of the campaign.
type act struct {
	at time.Time
	do func()
}

// agenda are the acts that are still to come.
type agenda []act

func (a *agenda) add(at time.Time, do func()) { *a = append(*a, act{at, do}) }

// plays does all that is to be done, in the order of the campaign's clock, and lets
// the time go by till the end. An act may add others.
func (c *campaign) plays(a *agenda, end time.Time) {
	for {
		next := -1
		for i, act := range *a {
			if next < 0 || act.at.Before((*a)[next].at) {
				next = i
			}
		}
		if next < 0 || !(*a)[next].at.Before(end) {
			break
		}
		act := (*a)[next]
		*a = slices.Delete(*a, next, next+1)
		// The clock may be set back meanwhile by nobody but another act.
		c.until(act.at)
		act.do()
	}
	c.until(end)
}

// The tempers of a unit.
type temper int

const (
	prompt  temper = iota // reports before it is asked
	average               // reports when it is reminded
	late                  // reports when its time is over, or not at all
	silent                // never says a word
)

// some draws an instant between two days, both included, mostly in the daytime. Some
// fall close to one of the campaign's moments.
func (c *campaign) some(from, to string) time.Time {
	first := wall(from)
	days := int(wall(to).Sub(first)/(24*time.Hour)) + 1
	day := first.AddDate(0, 0, c.chance.IntN(days))
	if c.chance.IntN(6) == 0 {
		var near []time.Time
		for _, m := range moments {
			if !m.at.Before(first) && m.at.Before(first.AddDate(0, 0, days)) {
				near = append(near, m.at)
			}
		}
		if len(near) > 0 {
			return near[c.chance.IntN(len(near))].Add(time.Duration(c.chance.IntN(180_000)-60_000) * time.Millisecond)
		}
	}
	return day.Add(7*time.Hour + time.Duration(c.chance.IntN(15*60*60*1000))*time.Millisecond)
}

// hands lets a unit hand in a form.
func (c *campaign) hands(s *subject, owed string) {
	f := s.known()
	if f.gone || len(f.speak) == 0 || f.in[owed] || f.closed[formOf(owed)] {
		return
	}
	who, want := f.speak[0], "已提交，第1版"
	switch form, month := formOf(owed), monthOf(owed); {
	case owed == "附件1":
		c.says(who, want, "填报 附件1 "+s.name, "李四 男 副镇长", "0934-6120000 无 山河镇东街1号", "13800000000 无 wx_lisi lisi@example.com", "提交")
	case owed == "附件2":
		c.fills(who, s)
		c.says(who, want, "提交")
	case owed == "附件2 28 29":
		if f.in["附件2"] {
			return
		}
		c.says(who, "✓ 28", "填报 附件2 "+s.name, "28-29：2 300")
	case owed == "总结":
		c.says(who, want, "总结 "+s.name, "纸质版另送", "无", "提交")
	case owed == "年终":
		if !f.in["附件2"] {
			return // it is seeded from there
		}
		c.says(who, want, "年终 "+s.name, "一致", "提交")
	case owed == "活动方案":
		c.says(who, "已存档", "材料 活动方案 "+s.name, picture, "完成")
	case owed == "盖章件":
		if !f.in["附件2"] {
			return
		}
		c.says(who, "盖章件已存档", "填报 附件2 "+s.name, "盖章件", picture, "一致")
	case form == "案例" && c.chance.IntN(2) == 0:
		c.nothing(s, month, owed)
		return
	case form == "案例":
		c.says(who, want, "案例 "+month+" "+s.name, "标题：某养殖场电线私拉乱接 正文：检查发现该场电线老化、私拉乱接，责令停用整改。 曝光1 转发3", "完成")
	}
	c.learn(s, func(f *facts) {
		f.in = with(f.in, owed, true)
		if owed == "附件2" {
			f.in["附件2 28 29"] = true
		}
	})
}

// fills answers all of 附件2: with no, with nothing, and with what is known from the cases
// of the month.
func (c *campaign) fills(who string, s *subject) {
	reply := c.says(who, "/47", "填报 附件2 "+s.name, "其余无", "确认")
	for !strings.Contains(reply, "填完") {
		answer := "无"
		switch {
		case strings.Contains(reply, "对请回"):
			answer = "对"
		case strings.Contains(reply, "回复“是”或“否”"):
			answer = "否"
		}
		reply = c.says(who, "", answer)
	}
}

// nothing is 本月无 of a month.
func (c *campaign) nothing(s *subject, month, owed string) {
	c.says(s.known().speak[0], "没有典型案例", "本月无 "+s.name+" "+month)
	c.learn(s, func(f *facts) { f.in = with(f.in, owed, true) })
}

// monthOf is the month of what is owed, as people say it.
func monthOf(owed string) string {
	var year, month int
	if _, err := fmt.Sscanf(owed, "案例 %d-%d", &year, &month); err != nil {
		return ""
	}
	return fmt.Sprintf("%d月", month)
}

func with[V any](m map[string]V, key string, value V) map[string]V {
	c := maps.Clone(m)
	if c == nil {
		c = map[string]V{}
	}
	c[key] = value
	return c
}

// lives puts on the agenda what a unit of some temper does in the campaign.
func (c *campaign) lives(a *agenda, s *subject, is temper) {
	does := func(owed, from, to string) {
		a.add(c.some(from, to), func() { c.hands(s, owed) })
	}
	maybe := func(percent int, owed, from, to string) {
		if c.chance.IntN(100) < percent {
			does(owed, from, to)
		}
	}
	switch is {
	case prompt:
		does("附件1", "2021-05-30", "2021-06-01")
		maybe(80, "活动方案", "2021-06-05", "2021-06-14")
		maybe(80, "附件2 28 29", "2021-06-15", "2021-06-17")
		does("附件2", "2021-06-18", "2021-06-25")
		does("总结", "2021-06-20", "2021-06-28")
		maybe(90, "盖章件", "2021-06-28", "2021-07-06")
		does("年终", "2021-12-20", "2021-12-24")
	case average:
		does("附件1", "2021-06-01", "2021-06-03")
		maybe(50, "活动方案", "2021-06-14", "2021-06-16")
		maybe(50, "附件2 28 29", "2021-06-16", "2021-06-18")
		does("附件2", "2021-06-23", "2021-06-30")
		does("总结", "2021-06-25", "2021-07-02")
		maybe(60, "盖章件", "2021-07-02", "2021-07-08")
		does("年终", "2021-12-23", "2021-12-31")
	case late:
		maybe(60, "附件1", "2021-06-03", "2021-06-20")
		maybe(60, "附件2", "2021-07-01", "2021-07-09")
		maybe(50, "总结", "2021-07-01", "2021-07-20")
		maybe(30, "盖章件", "2021-07-05", "2021-07-30")
		maybe(50, "年终", "2021-12-30", "2022-01-06")
	}
	for month := time.June; month <= time.December && is != silent; month++ {
		owed := fmt.Sprintf("案例 2021-%02d", month)
		first := time.Date(2021, month, 1, 0, 0, 0, 0, campaignZone)
		day := func(n int) string { return first.AddDate(0, 0, n-1).Format("2006-01-02") }
		end := first.AddDate(0, 1, -1).Day()
		switch is {
		case prompt:
			does(owed, day(15), day(end-4))
		case average:
			maybe(80, owed, day(20), day(end))
		case late:
			maybe(40, owed, day(end-2), day(end+6))
		}
	}
}

// rules puts on the agenda what the office does in the campaign.
func (c *campaign) rules(a *agenda) {
	any := func() *subject { return c.units[c.chance.IntN(len(c.units))] }
	on := func(from, to string, do func()) { a.add(c.some(from, to), do) }
	for range 10 {
		owed, span := "附件1", [2]string{"2021-05-31", "2021-06-03"}
		switch c.chance.IntN(4) {
		case 0, 1:
			owed, span = "附件2", [2]string{"2021-06-21", "2021-07-03"}
		case 2:
			owed, span = "总结", [2]string{"2021-06-21", "2021-07-03"}
		}
		s := any()
		on(span[0], span[1], func() { c.receives(s, owed) })
		if c.chance.IntN(4) == 0 {
			on("2021-06-22", "2021-07-02", func() { c.takesBack(s, owed) })
		}
	}
	for range 8 {
		s, day := any(), c.some("2021-06-14", "2021-07-06")
		days := 1 + c.chance.IntN(6)
		a.add(day, func() { c.promises(s, days) })
	}
	for range 6 {
		s, until := any(), wall("2021-07-02").AddDate(0, 0, c.chance.IntN(10))
		on("2021-06-21", "2021-07-01", func() { c.extends(s, until) })
	}
	for range 6 {
		s, days := any(), 1+c.chance.IntN(20)
		on("2021-06-01", "2021-12-30", func() { c.pauses(s, days) })
		if c.chance.IntN(2) == 0 {
			on("2021-06-20", "2021-12-31", func() { c.resumes(s) })
		}
	}
	for range 4 {
		s := any()
		on("2021-06-01", "2021-11-30", func() { c.switches(s, false) })
		if c.chance.IntN(2) == 0 {
			on("2021-06-10", "2021-12-31", func() { c.switches(s, true) })
		}
	}
	// All reminders, for some days, once around a moment for certain.
	on("2021-06-16", "2021-06-16", func() { c.pauses(nil, 1+c.chance.IntN(2)) })
	on("2021-07-27", "2021-08-30", func() { c.pauses(nil, 1+c.chance.IntN(5)) })
	on("2021-08-20", "2021-08-31", func() { c.resumes(nil) })
	for range 4 {
		s := any()
		on("2021-06-03", "2021-12-20", func() { c.replaces(s) })
	}
	for range 3 {
		s := any()
		on("2021-06-10", "2021-12-20", func() { c.dismisses(s) })
	}
	for range 4 {
		s := any()
		on("2021-09-01", "2021-11-25", func() { c.lastCase(s) })
		s = any()
		on("2021-06-24", "2021-07-01", func() { c.claims(s) })
	}
	a.add(wall("2021-06-28 10:20").Add(time.Duration(c.chance.IntN(60))*time.Minute), c.nudges)
	on("2021-06-21", "2021-07-08", c.nudges)
	on("2021-07-10", "2021-07-14", func() { c.closes(true) })
	on("2021-07-15", "2021-08-01", func() { c.closes(false) })
}

// receives is 收到: a paper came by another road.
func (c *campaign) receives(s *subject, owed string) {
	f := s.known()
	if f.gone || f.paper[owed] || f.closed[formOf(owed)] {
		return
	}
	c.says("office", "✓ 已登记收到", "收到 "+s.name+" "+owed+" 传真")
	c.learn(s, func(f *facts) {
		f.paper = with(f.paper, owed, true)
		if owed == "附件2" {
			f.claimed = false
		}
	})
}

func (c *campaign) takesBack(s *subject, owed string) {
	if f := s.known(); f.gone || !f.paper[owed] {
		return
	}
	c.says("office", "已撤销", "撤销收到 "+s.name+" "+owed)
	c.learn(s, func(f *facts) { f.paper = with(f.paper, owed, false) })
}

// promises is 记: they said on the phone that they would report on a day.
func (c *campaign) promises(s *subject, days int) {
	if s.known().gone {
		return
	}
	day := c.now().AddDate(0, 0, days)
	c.says("office", "不提醒这家", fmt.Sprintf("记 %s 已电话，%d月%d日报", s.name, day.Month(), day.Day()))
	c.learn(s, func(f *facts) {
		f.promised, f.claimed = endOf(day), false
	})
}

// endOf is the last second of a day.
func endOf(day time.Time) time.Time {
	y, m, d := day.Date()
	return time.Date(y, m, d+1, 0, 0, -1, 0, day.Location())
}

func (c *campaign) extends(s *subject, until time.Time) {
	if f := s.known(); f.gone || f.closed["附件2"] || !until.After(c.now()) {
		return
	}
	c.says("office", "已延期至", fmt.Sprintf("延期 %s %d月%d日 道路中断", s.name, until.Month(), until.Day()))
	c.learn(s, func(f *facts) { f.extended = with(f.extended, "附件2", endOf(until)) })
}

// learnAll notes what is known of a unit, or of all for nil.
func (c *campaign) learnAll(s *subject, change func(*facts)) {
	if s != nil {
		c.learn(s, change)
		return
	}
	for _, s := range c.units {
		c.learn(s, change)
	}
}

// pauses is 暂停提醒, of one unit or of all.
func (c *campaign) pauses(s *subject, days int) {
	day := c.now().AddDate(0, 0, days)
	until := "至" + day.Format("2006年1月2日") + " 防汛抢险"
	if s == nil {
		c.says("office", "✓ 已暂停全部单位的提醒", "暂停提醒 "+until, "确认")
		c.learnAll(nil, func(f *facts) { f.paused[1] = endOf(day) })
		return
	}
	if f := s.known(); f.gone || f.off {
		return
	}
	c.says("office", "✓", "暂停提醒 "+s.name+" "+until)
	c.learn(s, func(f *facts) { f.paused[0] = endOf(day) })
}

func (c *campaign) resumes(s *subject) {
	if s == nil {
		if f := c.units[0].known(); f.paused[1].IsZero() || !c.now().Before(f.paused[1]) {
			return
		}
		c.says("office", "✓ 已恢复提醒", "恢复提醒")
		c.learnAll(nil, func(f *facts) { f.paused[1] = time.Time{} })
		return
	}
	if f := s.known(); f.gone || f.paused[0].IsZero() || !c.now().Before(f.paused[0]) {
		return
	}
	c.says("office", "✓", "恢复提醒 "+s.name)
	c.learn(s, func(f *facts) { f.paused[0] = time.Time{} })
}

// switches is the switch of a unit's reminders: 关闭提醒, 恢复提醒.
func (c *campaign) switches(s *subject, on bool) {
	f := s.known()
	if f.gone || f.off != on {
		return
	}
	if on {
		c.says("office", "✓", "恢复提醒 "+s.name)
	} else {
		c.says("office", "✓", "关闭提醒 "+s.name+" 单位撤并")
	}
	c.learn(s, func(f *facts) { f.off, f.paused[0] = !on, time.Time{} })
}

// shared reports whether who speaks for a unit speaks for another as well.
func (c *campaign) shared(s *subject) bool {
	return slices.ContainsFunc(c.units, func(other *subject) bool {
		return other != s && slices.ContainsFunc(other.known().speak, func(user string) bool { return slices.Contains(s.known().speak, user) })
	})
}

// replaces is 换联络员, of somebody who speaks for one unit: who goes on to speak for
// another has to choose it first.
func (c *campaign) replaces(s *subject) {
	f := s.known()
	if f.gone || len(f.speak) == 0 || c.shared(s) {
		return
	}
	c.n++
	who := fmt.Sprint("new", c.n)
	c.says("office", "已换为", "换联络员 "+s.name+" "+who+" 调离", "确认")
	c.learn(s, func(f *facts) { f.speak = []string{who} })
}

// dismisses is 移除单位.
func (c *campaign) dismisses(s *subject) {
	if s.known().gone {
		return
	}
	c.says("office", "已移出名册", "移除单位 "+s.name+" 撤并", "确认")
	c.learn(s, func(f *facts) { f.gone, f.speak = true, nil })
}

// lastCase is 后续有再报.
func (c *campaign) lastCase(s *subject) {
	if f := s.known(); f.gone || len(f.speak) == 0 || f.later {
		return
	}
	c.says(s.known().speak[0], "每月不再提醒", "后续有再报 "+s.name)
	c.learn(s, func(f *facts) { f.later = true })
}

// claims is who says that 附件2 was faxed long since.
func (c *campaign) claims(s *subject) {
	f := s.known()
	if f.gone || len(f.speak) == 0 || f.in["附件2"] || f.paper["附件2"] || f.claimed || f.closed["附件2"] {
		return
	}
	c.says(f.speak[0], "核对期间不再提醒", "填报 附件2 "+s.name, "我6月20号就传真过去了还要咋")
	c.learn(s, func(f *facts) { f.claimed = true })
}

// nudges is 催报 to all.
func (c *campaign) nudges() {
	if c.units[0].known().closed["附件2"] || !mayDisturb(c.now()) {
		return
	}
	c.says("office", "", "催报", "确认")
}

// closes is 封账 and 解封.
func (c *campaign) closes(close bool) {
	if c.units[0].known().closed["附件2"] == close {
		return
	}
	if close {
		c.says("office", "已封账", "封账", "确认")
	} else {
		c.says("office", "已解封", "解封 附件2 有误")
	}
	c.learnAll(nil, func(f *facts) { f.closed = with(f.closed, "附件2", close) })
}

// befalls puts on the agenda what befalls the service: processes end, die, begin anew;
// the line is down; the campaign's clock is set.
func (c *campaign) befalls(a *agenda, from, to string) {
	for at := wall(from); at.Before(wall(to)); at = at.Add(time.Duration(6+c.chance.IntN(90)) * time.Hour) {
		when := c.some(at.Format("2006-01-02"), at.Format("2006-01-02"))
		k := c.chance.IntN(2)
		away := time.Duration(c.chance.IntN(200)) * time.Second
		switch c.chance.IntN(9) {
		case 0: // away for a night or a day
			away = time.Duration(c.chance.IntN(40)) * time.Hour
			fallthrough
		case 1, 2: // one ends, the other goes on
			a.add(when, func() { c.end(k, false) })
			a.add(when.Add(away), func() { c.revives(k) })
		case 3, 4: // one dies
			a.add(when, func() { c.end(k, true) })
			a.add(when.Add(away), func() { c.revives(k) })
		case 5: // one dies at something it does
			left, before := 1+c.chance.IntN(60), c.chance.IntN(2) == 0
			a.add(when, func() { c.two[k].dies(left, before) })
			a.add(when.Add(2*time.Hour), func() { c.revives(k) })
		case 6: // both, and nobody is heard meanwhile
			hard := c.chance.IntN(2) == 0
			if c.chance.IntN(4) == 0 {
				away = time.Duration(c.chance.IntN(30)) * time.Hour
			}
			a.add(when, func() { c.restarts(away, hard) })
		case 7: // the line
			halts, long := c.chance.IntN(2) == 0, time.Duration(1+c.chance.IntN(300))*time.Minute
			a.add(when, func() { c.post.set(false, halts) })
			a.add(when.Add(long), func() { c.post.set(true, false) })
		case 8: // the clock
			by := time.Duration(c.chance.IntN(26*60*60)) * time.Second
			if c.chance.IntN(2) == 0 {
				by = -by
			}
			if c.chance.IntN(3) == 0 {
				a.add(when, func() { c.sets(by) })
			}
		}
	}
}

// sets puts the campaign's clock forward or back.
func (c *campaign) sets(by time.Duration) { c.ahead.Add(int64(by)) }

// dies lets a process die at one of its next calls.
func (r *running) dies(left int, before bool) {
	r.fuse.mu.Lock()
	defer r.fuse.mu.Unlock()
	r.fuse.left, r.fuse.before = left, before
}

// revives begins a process anew if it is gone.
func (c *campaign) revives(k int) {
	if r := c.two[k]; r.up() {
		r.dies(-1, false)
		return
	}
	c.two[k].done.Wait()
	c.start(k)
}

// restarts ends both processes and, after a while, begins them on what comes out of
// the encoding of what they left behind.
func (c *campaign) restarts(away time.Duration, hard bool) {
	for k := range c.two {
		c.end(k, hard)
	}
	time.Sleep(away)
	c.anew()
	for k := range c.two {
		c.start(k)
	}
}

// tempers draws how the units are.
func (c *campaign) tempers(a *agenda) {
	for _, s := range c.units {
		is := silent
		switch n := c.chance.IntN(100); {
		case n < 25:
			is = prompt
		case n < 65:
			is = average
		case n < 88:
			is = late
		}
		c.lives(a, s, is)
	}
}
