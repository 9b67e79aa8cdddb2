package prompts

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"anyuebot/bot"
)

func (l *loader) readNotice() {
	n := l.notice
	o := l.open(noticeFile).object(
		[]string{"id", "title", "number", "year", "office", "kinds", "forms", "main", "nomination", "deadlines", "classifiers", "near"},
		[]string{"cases", "summary", "yearend", "materials"})
	n.ID = o.get("id").text()
	if n.ID != "" && strings.Trim(n.ID, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" {
		o.get("id").fail(WrongValue, "“%s”只能用小写字母、数字和短横线，如 zhengning-2021。", n.ID)
	}
	n.Title = o.get("title").text()
	n.Number = o.get("number").text()
	n.Year = o.get("year").text()
	if n.Year != "" && !l.yearKnown() {
		o.get("year").fail(WrongValue, "“%s”不是年份。请写四位数字，如 \"2021\"。", n.Year)
	}
	office := o.get("office").object([]string{"name", "phone"}, nil)
	n.Office = bot.Office{Name: office.get("name").text(), Phone: office.get("phone").text()}
	n.Kinds = o.get("kinds").texts()
	n.Materials = o.get("materials").texts()
	if len(n.Materials) > bot.MaxChoices {
		o.get("materials").fail(WrongValue, "材料最多写%d类：按钮只有这么多。请并成几类。", bot.MaxChoices)
	}
	n.Classifiers = o.get("classifiers").texts()
	l.readNear(o.get("near"))
	l.readDeadlines(o.get("deadlines"))
	l.readForms(o)
}

// yearKnown reports whether the notice's year is one.
func (l *loader) yearKnown() bool {
	return len(l.notice.Year) == 4 && strings.Trim(l.notice.Year, "0123456789") == ""
}

// inCampaign reports whether a date may be the notice's: of its year, or of the next,
// into which some last. Any other was left over when the notice was copied.
func (l *loader) inCampaign(year int) bool {
	first, err := strconv.Atoi(l.notice.Year)
	return err != nil || !l.yearKnown() || year == first || year == first+1
}

func (l *loader) readNear(v value) {
	grouped := make(map[string]bool)
	for _, group := range v.list() {
		var words []string
		for _, item := range group.list() {
			word := item.text()
			switch {
			case word == "" || !l.classifier(item, word):
			case grouped[word]:
				item.fail(Duplicate, "量词“%s”已在另一组里。一个量词只能属于一组，请删去一处。", word)
			default:
				grouped[word] = true
				words = append(words, word)
			}
		}
		l.near = append(l.near, words)
	}
}

// classifier reports whether the reader knows a measure word at all, and says
// so if not. Without any list that is reported already.
func (l *loader) classifier(v value, word string) bool {
	known := l.notice.Classifiers
	if len(known) == 0 || slices.Contains(known, word) {
		return true
	}
	v.fail(ClassifierUnknown, "量词“%s”不在 notice.yaml 的 classifiers 里。请改正，或先加进去。", word)
	return false
}

func (l *loader) readDeadlines(v value) {
	for _, item := range v.list() {
		before := len(l.p.list)
		o := item.object([]string{"id", "at", "sentence"}, []string{"aim"})
		d := bot.Deadline{ID: o.get("id").text(), Sentence: o.get("sentence").text()}
		if d.ID != "" && l.notice.Deadline(d.ID) != nil {
			o.get("id").fail(Duplicate, "截止时刻“%s”写了两次。请删去一处。", d.ID)
		}
		d.At, _ = readInstant(o.get("at"))
		if !d.At.IsZero() && !l.inCampaign(d.At.Year()) {
			o.get("at").fail(DeadlineInvalid, "%s不在这次活动的年份（%s年，至多到次年）里。请改成今年的时刻。", d.At.Format(bot.DateLayout), l.notice.Year)
		}
		d.Aim = d.At
		if aim, ok := readInstant(o.get("aim")); ok {
			d.Aim = aim
			switch early := d.At.Sub(aim); {
			case d.At.IsZero():
			case early < 0:
				o.get("aim").fail(DeadlineInvalid, "请大家报送的时刻 aim 晚于截止时刻 at。请改正其中一个。")
			case early > maxEarly:
				o.get("aim").fail(DeadlineInvalid, "aim 比截止时刻 at 早了%d天，像是没有一起改。请改正其中一个。", early/(24*time.Hour))
			}
		}
		if !d.At.IsZero() && len(l.p.list) == before && d.Sentence != "" {
			checkSentence(o.get("sentence"), d)
		}
		l.notice.Deadlines = append(l.notice.Deadlines, d)
	}
}

// dated finds the days of the week that a sentence gives with its dates.
var dated = regexp.MustCompile(`(\d+)月(\d+)日[（(]星期(.)[）)]`)

// checkSentence holds what people are told to what is reckoned with: that it names
// the day aimed at, and no date with last year's day of the week.
func checkSentence(v value, d bot.Deadline) {
	if day := d.Aim.Format("1月2日"); !strings.Contains(d.Sentence, day) {
		v.fail(WrongValue, "请大家报送的日子是%s，这句话里没有。at、aim 和 sentence 要一起改。", day)
	}
	checkWeekdays(v, d.Sentence, strconv.Itoa(d.Aim.Year()))
}

// checkWeekdays holds the days of the week that a text gives with its dates to a year.
func checkWeekdays(v value, text, year string) {
	for _, m := range dated.FindAllStringSubmatch(text, -1) {
		day, err := time.Parse("2006年1月2日", year+"年"+m[1]+"月"+m[2]+"日")
		if err != nil {
			v.fail(WrongValue, "%s年没有%s月%s日。请改正。", year, m[1], m[2])
			continue
		}
		if weekday := []rune("日一二三四五六")[day.Weekday()]; m[3] != string(weekday) {
			v.fail(WrongValue, "%s是星期%c，不是星期%s。请改正。", day.Format("2006年1月2日"), weekday, m[3])
		}
	}
}

// maxEarly bounds how long before the deadline people may be asked for: beyond it,
// one of the two was left at last year's date.
const maxEarly = 60 * 24 * time.Hour

// readInstant reads an instant; not ok if there is none.
func readInstant(v value) (time.Time, bool) {
	s := v.text()
	if s == "" {
		return time.Time{}, false
	}
	at, ok := instant(s)
	if !ok {
		v.fail(DeadlineInvalid, "“%s”不是时刻。请写作 2021-06-30T18:00:00+08:00，当天结束写 24:00:00。", s)
	}
	return at, ok
}

// instant reads an RFC 3339 instant in the campaign's own zone. 24:00:00, which
// RFC 3339 lacks and every notice means, is the last instant of its day, so
// that the date is still the one that was announced.
func instant(s string) (time.Time, bool) {
	day, endOfDay := strings.CutSuffix(s, "T24:00:00+08:00")
	if endOfDay {
		s = day + "T23:59:59.999999999+08:00"
	}
	at, err := time.Parse(time.RFC3339, s)
	if err != nil || !strings.HasSuffix(s, "+08:00") {
		return time.Time{}, false
	}
	return at.In(time.FixedZone("CST", 8*60*60)), true
}

func (l *loader) readForms(o object) {
	n := l.notice
	files := o.get("forms").texts()
	if len(files) > 0 {
		l.refuseStrangers(files)
	}
	l.allForms = len(files) > 0
	for _, file := range files {
		if !regexp.MustCompile(`^[a-z0-9-]+\.yaml$`).MatchString(file) {
			o.get("forms").fail(WrongValue, "“%s”不能作文件名。请用小写字母、数字和短横线，以 .yaml 结尾。", file)
			continue
		}
		doc := l.open(file)
		l.allForms = l.allForms && !doc.absent()
		before := len(l.p.list)
		form := l.readForm(doc)
		if len(l.p.list) == before && !doc.absent() {
			l.sound = append(l.sound, form.ID)
		}
		if form.ID != "" && n.Form(form.ID) != nil {
			doc.fail(Duplicate, "表“%s”在另一个文件里已经有了。请改 id。", form.ID)
		}
		n.Forms = append(n.Forms, form)
	}
	n.Main, n.Nomination = o.get("main").text(), o.get("nomination").text()
	n.Cases, n.Summary, n.YearEnd = o.get("cases").text(), o.get("summary").text(), o.get("yearend").text()
	for _, key := range []string{"main", "nomination", "cases", "summary", "yearend"} {
		// A form that could not be read at all is no reason to doubt the name.
		if id := o.get(key).text(); id != "" && l.allForms && n.Form(id) == nil {
			o.get(key).fail(FormUnknown, "没有“%s”这张表。可选：%s。", id, strings.Join(l.formIDs(), "、"))
		}
	}
	l.checkLinks()
}

func (l *loader) formIDs() []string {
	var ids []string
	for _, form := range l.notice.Forms {
		ids = append(ids, form.ID)
	}
	return ids
}
