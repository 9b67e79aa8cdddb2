package prompts

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"anyuebot/bot"
)

// readLadder reads when who is reminded of what. It is read after the forms and
// the calendar, which its steps are held to.
func (l *loader) readLadder() {
	o := l.open(ladderFile).object([]string{"windows", "cap"}, []string{"monday", "silent", "steps"})
	ladder, before := &l.notice.Ladder, len(l.p.list)
	ladder.Windows = readWindows(o.get("windows"))
	// Hours that are wrong themselves say nothing about what is held to them.
	hours := len(ladder.Windows) > 0 && len(l.p.list) == before
	if at, ok := readClock(o.get("monday")); ok {
		ladder.Monday = at
		if hours && !within(ladder.Windows, at) {
			o.get("monday").fail(TimeInvalid, "星期一从%s起，不在 windows 的时段里。请改正。", clockWords(at))
		}
	}
	if most, ok := o.get("cap").number(); ok {
		ladder.Cap = most
		if most < 1 {
			o.get("cap").fail(WrongValue, "每周最多几条，至少写1。不要自动提醒的，删去 steps。")
		}
	}
	for _, v := range o.get("silent").list() {
		ladder.Silent = append(ladder.Silent, l.readSilence(v))
	}
	for _, v := range o.get("steps").list() {
		l.readStep(v, hours)
	}
}

// readWindows reads the hours of a day, rising and apart.
func readWindows(v value) []bot.Window {
	var windows []bot.Window
	for _, item := range v.list() {
		o := item.object([]string{"from", "to"}, nil)
		from, ok := readClock(o.get("from"))
		to, ok2 := readClock(o.get("to"))
		switch {
		case !ok || !ok2:
			continue
		case to <= from:
			o.get("to").fail(TimeInvalid, "这一段到%s，不晚于它开始的%s。请改正。", clockWords(to), clockWords(from))
			continue
		case len(windows) > 0 && from <= windows[len(windows)-1].To:
			o.get("from").fail(TimeInvalid, "这一段从%s起，没有排在前一段（到%s）之后。请从早到晚写，相连的并成一段。", clockWords(from), clockWords(windows[len(windows)-1].To))
			continue
		}
		windows = append(windows, bot.Window{From: from, To: to})
	}
	return windows
}

func within(windows []bot.Window, at time.Duration) bool {
	return slices.ContainsFunc(windows, func(w bot.Window) bool { return w.From <= at && at < w.To })
}

// readClock reads a time of day, up to 24:00; not ok if there is none.
func readClock(v value) (time.Duration, bool) {
	s := v.text()
	if s == "" {
		return 0, false
	}
	if s == "24:00" {
		return 24 * time.Hour, true
	}
	at, err := time.Parse("15:04", s)
	if err != nil {
		v.fail(TimeInvalid, "“%s”不是钟点。请用24小时制、半角冒号，加引号，写作 \"09:00\"、\"14:30\"。", s)
		return 0, false
	}
	return time.Duration(at.Hour())*time.Hour + time.Duration(at.Minute())*time.Minute, true
}

func clockWords(at time.Duration) string {
	if at == 24*time.Hour {
		return "24:00"
	}
	return time.Time{}.Add(at).Format("15:04")
}

func (l *loader) readSilence(v value) bot.Silence {
	o := v.object([]string{"from", "to", "why"}, nil)
	s := bot.Silence{Why: o.get("why").text()}
	from, ok := readInstant(o.get("from"))
	to, ok2 := readInstant(o.get("to"))
	s.From, s.To = from, to
	switch {
	case !ok || !ok2:
	case !from.Before(to):
		o.get("to").fail(DeadlineInvalid, "停发到的时刻 to 不晚于开始的 from。请改正。")
	case !l.inCampaign(from.Year()):
		o.get("from").fail(DeadlineInvalid, "%s不在这次活动的年份（%s年，至多到次年）里。请改成今年的，用不上的删去这一行。", from.Format(bot.DateLayout), l.notice.Year)
	}
	return s
}

// stepReader reads one step of the ladder.
type stepReader struct {
	object
	*loader
}

// defaultKeep is for how many working days a missed step is made up for, where
// the notice doesn't say.
const defaultKeep = 1

// Bounds of what stands in every record and message.
const (
	maxStepID = 20  // characters
	maxSay    = 100 // characters
	maxKeep   = 20  // working days
)

// readStep reads one step; hours is whether the windows are known.
func (l *loader) readStep(v value, hours bool) {
	o := v.object([]string{"id", "owes", "to", "day", "at"}, []string{"shift", "keep", "say"})
	r := stepReader{o, l}
	rung := bot.Rung{ID: r.readID(), To: r.readTo(), Keep: r.readKeep()}
	rung.Say = r.readSay(rung.To)
	for _, item := range o.get("owes").list() {
		if owed, ok := r.readOwed(item); ok {
			if slices.ContainsFunc(rung.Owes, func(other bot.Owed) bool { return sameOwed(owed, other) }) {
				item.fail(Duplicate, "“%s”在这一步里写了两次。请删去一处。", item.text())
				continue
			}
			rung.Owes = append(rung.Owes, owed)
		}
	}
	var timed bool
	if rung.At, timed = readClock(o.get("at")); timed && hours && !within(l.notice.Ladder.Windows, rung.At) {
		o.get("at").fail(TimeInvalid, "%s不在 windows 的时段里，发不出去。请改到 %s 之间。", clockWords(rung.At), l.hourWords())
	}
	rung.Day = r.readDay(rung, timed)
	year := l.notice.Year
	if date, _, ok := strings.Cut(rung.Day.Date, "-"); ok {
		year = date
	}
	checkWeekdays(o.get("say"), rung.Say, year)
	l.notice.Ladder.Rungs = append(l.notice.Ladder.Rungs, rung)
}

// hourWords tells the windows.
func (l *loader) hourWords() string {
	var list []string
	for _, w := range l.notice.Ladder.Windows {
		list = append(list, clockWords(w.From)+"—"+clockWords(w.To))
	}
	return strings.Join(list, " 或 ")
}

func (r stepReader) readID() string {
	id := r.get("id").text()
	odd := func(c rune) bool { return !unicode.IsLetter(c) && !unicode.IsDigit(c) && c != '-' }
	switch {
	case strings.ContainsFunc(id, odd) || utf8.RuneCountInString(id) > maxStepID:
		r.get("id").fail(WrongValue, "“%s”不能作名字。请用%d个字以内的汉字、字母、数字和短横线。", id, maxStepID)
	case id != "" && slices.ContainsFunc(r.notice.Ladder.Rungs, func(other bot.Rung) bool { return other.ID == id }):
		r.get("id").fail(Duplicate, "“%s”已经是另一步的名字。记录按名字认，请改 id。", id)
	}
	return id
}

func (r stepReader) readTo() bot.Audience {
	to := r.get("to").text()
	switch to {
	case "联络员":
		return bot.ToLiaisons
	case "工作群":
		return bot.ToGroups
	case "安委办":
		return bot.ToOffice
	case "":
		return ""
	}
	r.get("to").fail(WrongValue, "不知道“%s”是谁。to 只能写 联络员、工作群 或 安委办。", to)
	return ""
}

func (r stepReader) readKeep() int {
	if !r.has("keep") {
		return defaultKeep
	}
	keep, _ := r.get("keep").number()
	if keep > maxKeep {
		r.get("keep").fail(WrongValue, "keep 最多写%d：过了这么久的提醒不必再补。", maxKeep)
	}
	return keep
}

func (r stepReader) readSay(to bot.Audience) string {
	say := r.get("say").text()
	switch {
	case r.has("say") && (to == bot.ToGroups || to == bot.ToOffice):
		r.get("say").fail(KeyUnknown, "只有发给联络员的步骤用得上“say”。请删去。")
	case strings.ContainsAny(say, "{}"):
		r.get("say").fail(BlankUnknown, "这句没有可填的空。请去掉花括号。")
	case utf8.RuneCountInString(say) > maxSay:
		r.get("say").fail(WrongValue, "这句有%d个字，手机上看不过来。请写在%d个字以内。", utf8.RuneCountInString(say), maxSay)
	}
	return say
}

// The words that name what is owed and is no form.
const (
	owedStamp    = "盖章件"
	owedMaterial = "材料"
)

// readOwed reads one thing that is asked for:
//
//	owed = form | form item { item } | "盖章件" | "材料" kind
func (r stepReader) readOwed(v value) (bot.Owed, bool) {
	words := strings.Fields(v.text())
	if len(words) == 0 {
		return bot.Owed{}, false
	}
	switch first, rest := words[0], words[1:]; {
	case first == owedStamp && len(rest) == 0:
		return bot.Owed{What: bot.OweStamp, Form: r.notice.Main}, true
	case first == owedMaterial && len(rest) > 0:
		kind := strings.Join(rest, " ")
		if !slices.Contains(r.notice.Materials, kind) {
			v.fail(KindUnknown, "notice.yaml 的 materials 里没有“%s”这类材料。请改正，或先加进去。", kind)
			return bot.Owed{}, false
		}
		return bot.Owed{What: bot.OweMaterial, Kind: kind}, true
	case r.notice.Form(first) == nil:
		if r.allForms {
			v.fail(FormUnknown, "没有“%s”这张表。可选：%s；表里的几项写作 附件2 28 29；还可写 %s、%s 活动方案。", first, strings.Join(r.formIDs(), "、"), owedStamp, owedMaterial)
		}
		return bot.Owed{}, false
	case len(rest) == 0:
		return bot.Owed{What: bot.OweForm, Form: first}, true
	default:
		return r.readOwedItems(v, first, rest)
	}
}

func (r stepReader) readOwedItems(v value, id string, words []string) (bot.Owed, bool) {
	owed := bot.Owed{What: bot.OweItems, Form: id}
	form := r.notice.Form(id)
	for _, word := range words {
		item, err := strconv.Atoi(word)
		switch {
		case err != nil:
			v.fail(Expression, "看不懂“%s”。表名后面写项号，用空格隔开，如 %s 28 29。", word, id)
			return bot.Owed{}, false
		case !slices.Contains(r.sound, id): // its problems come first
		case form.Field(item) == nil || form.Field(item).Ask == "":
			v.fail(Expression, "“%s”没有第%d项，或那一项是不问的。请改正项号。", id, item)
			return bot.Owed{}, false
		case slices.Contains(owed.Items, item):
			v.fail(Duplicate, "第%d项写了两次。请删去一处。", item)
			return bot.Owed{}, false
		}
		owed.Items = append(owed.Items, item)
	}
	slices.Sort(owed.Items)
	return owed, true
}

func sameOwed(a, b bot.Owed) bool {
	return a.What == b.What && a.Form == b.Form && a.Kind == b.Kind && slices.Equal(a.Items, b.Items)
}

// What a step's day may look like. Working days are counted with two digits at
// most, and from the end of a month no further than every month reaches.
var (
	dateDay  = regexp.MustCompile(`^(\d{4}-\d{2}-\d{2})(?:([前后])([1-9]\d?)个工作日)?$`)
	aimDay   = regexp.MustCompile(`^截止(?:当天|([前后])([1-9]\d?)个工作日)$`)
	monthDay = regexp.MustCompile(`^每月(?:最后(1)|倒数第([1-9]|1[0-5]))个工作日$`)
)

const dayWords = "2021-06-14、2021-06-16后1个工作日、截止当天、截止前5个工作日、截止后2个工作日、每月最后1个工作日、每月倒数第2个工作日"

// readDay reads the day of a step of which all else is known; timed is whether its
// hour is, too.
func (r stepReader) readDay(rung bot.Rung, timed bool) bot.Day {
	v := r.get("day")
	day := bot.Day{Words: v.text()}
	if day.Words == "" {
		return day
	}
	if m := dateDay.FindStringSubmatch(day.Words); m != nil {
		day.From, day.Date, day.Work = bot.DayDate, m[1], workdays(m[2], m[3])
		r.checkDate(day)
	} else if m := aimDay.FindStringSubmatch(day.Words); m != nil {
		day.From, day.Work = bot.DayAim, workdays(m[1], m[2])
		day.Deadline = r.aimedAt(rung)
	} else if m := monthDay.FindStringSubmatch(day.Words); m != nil {
		day.From, day.Work = bot.DayMonth, workdays("前", m[1]+m[2])
		r.checkMonthly(rung)
	} else {
		v.fail(DayInvalid, "看不懂“%s”是哪一天。可写：%s。", day.Words, dayWords)
		return day
	}
	r.readShift(&day)
	if day.Deadline != "" && day.Work == 0 {
		r.checkAimed(day, rung.At, timed)
	}
	return day
}

// workdays reads how many working days before or after.
func workdays(side, count string) int {
	n, _ := strconv.Atoi(count) // digits by its pattern, or "" for the day itself
	if side == "前" {
		return -n
	}
	return n
}

// checkDate holds a date to the campaign: one that was copied from last year's
// notice would never come, and nobody would miss it in time.
func (r stepReader) checkDate(day bot.Day) {
	date, err := time.Parse(bot.DateLayout, day.Date)
	if err != nil {
		r.get("day").fail(DayInvalid, "没有%s这一天。请改正。", day.Date)
		return
	}
	if !r.inCampaign(date.Year()) {
		r.get("day").fail(DayInvalid, "%s不在这次活动的年份（%s年，至多到次年）里。请改成今年的日子。", day.Date, r.notice.Year)
	}
}

// aimedAt finds the deadline that a step counts from: that of the first thing it
// asks for which has one. All have to aim at the same day.
func (r stepReader) aimedAt(rung bot.Rung) string {
	var found *bot.Deadline
	unsure := len(rung.Owes) == 0
	for _, owed := range rung.Owes {
		form := r.notice.Form(owed.Form)
		if owed.What == bot.OweMaterial {
			continue
		}
		if form == nil || !slices.Contains(r.sound, owed.Form) {
			unsure = true // its problems come first
			continue
		}
		d := r.notice.Deadline(form.Deadline)
		switch {
		case form.Monthly():
			r.get("day").fail(DayInvalid, "“%s”每月报送，没有截止时刻。请写每月倒数第2个工作日这样的日子。", form.ID)
			return ""
		case d == nil || d.At.IsZero() || d.Aim.After(d.At):
			unsure = true
		case found == nil:
			found = d
		case !sameDay(d.Aim, found.Aim):
			r.get("day").fail(DayInvalid, "“%s”请大家%s报送，“%s”是%s，不是同一天，“截止”说不清是哪天。请分成两步，或写日期。",
				found.ID, found.Aim.Format("1月2日"), d.ID, d.Aim.Format("1月2日"))
			return ""
		}
	}
	if found == nil {
		if !unsure {
			r.get("day").fail(DayInvalid, "材料没有截止时刻。请写日期，如 2021-06-14。")
		}
		return ""
	}
	return found.ID
}

func sameDay(a, b time.Time) bool {
	return a.Format(bot.DateLayout) == b.Format(bot.DateLayout)
}

// checkMonthly holds a step on a day of each month to forms that are reported so,
// and in the same months.
func (r stepReader) checkMonthly(rung bot.Rung) {
	var found *bot.Form
	for _, owed := range rung.Owes {
		form := r.notice.Form(owed.Form)
		switch {
		case owed.What != bot.OweMaterial && (form == nil || !slices.Contains(r.sound, form.ID)): // its problems come first
		case form == nil || !form.Monthly():
			r.get("day").fail(DayInvalid, "“每月”只用于每月报送的表。请写日期，或截止前5个工作日这样的日子。")
			return
		case found == nil:
			found = form
		case form.From != found.From || form.To != found.To:
			r.get("day").fail(DayInvalid, "“%s”从%s报到%s，“%s”从%s报到%s，月份不同。请分成两步。", found.ID, found.From, found.To, form.ID, form.From, form.To)
			return
		}
	}
}

// readShift reads that a step moves to the working day before, which only a day
// that is named itself can.
func (r stepReader) readShift(day *bot.Day) {
	if !r.has("shift") {
		return
	}
	shift := r.get("shift").text()
	switch {
	case shift == "":
	case shift != "提前":
		r.get("shift").fail(WrongValue, "shift 只能写“提前”；不写就是顺延到下一个工作日。")
	case day.Work != 0:
		r.get("shift").fail(KeyUnknown, "%s本来就是工作日，用不上“shift”。请删去。", day.Words)
	default:
		day.Early = true
	}
}

// checkAimed refuses a step on the very day aimed at that would fall behind its
// deadline: it would pass for sent and reach nobody.
func (r stepReader) checkAimed(day bot.Day, at time.Duration, timed bool) {
	d := r.notice.Deadline(day.Deadline)
	if !r.notice.Calendar.Working(d.Aim) && !day.Early {
		r.get("day").fail(DayInvalid, "“%s”请大家%s报送，那天不上班，顺延就过了。请写 shift: 提前，或写 截止前1个工作日。", d.ID, d.Aim.Format("1月2日"))
		return
	}
	midnight := time.Date(d.Aim.Year(), d.Aim.Month(), d.Aim.Day(), 0, 0, 0, 0, d.Aim.Location())
	if timed && midnight.Add(at).After(d.At) {
		r.get("at").fail(TimeInvalid, "截止当天%s已经过了“%s”的截止时刻。请提前。", clockWords(at), d.ID)
	}
}
