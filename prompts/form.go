package prompts

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"anyuebot/bot"
)

// kinds are the kinds of answer with the keys that only they take. Measure
// words, pairs, choices and lengths mean something to one kind each.
func kinds() map[bot.Kind][]string {
	return map[bot.Kind][]string{
		bot.KindCount:  {"unit", "near", "pairs_with"},
		bot.KindYesNo:  nil,
		bot.KindText:   {"gather", "instead", "document"},
		bot.KindChoice: {"choices"},
		bot.KindPhone:  nil,
		bot.KindMobile: nil,
		bot.KindEmail:  nil,
		bot.KindDigits: {"digits"},
		bot.KindUnit:   nil,

		bot.KindName:    nil,
		bot.KindPost:    nil,
		bot.KindAddress: nil,
		bot.KindWeChat:  nil,
	}
}

func isKind(k bot.Kind) bool {
	_, ok := kinds()[k]
	return ok
}

func (l *loader) readForm(doc value) bot.Form {
	o := doc.object([]string{"id", "title", "fields"}, []string{"sections", "period", "span", "deadline", "from", "to", "together"})
	form := bot.Form{
		ID:       o.get("id").text(),
		Title:    o.get("title").text(),
		Period:   o.get("period").text(),
		From:     o.get("from").text(),
		To:       o.get("to").text(),
		Span:     o.get("span").text(),
		Deadline: o.get("deadline").text(),
	}
	l.readPeriod(&form, o)
	if form.Deadline != "" && len(l.notice.Deadlines) > 0 && l.notice.Deadline(form.Deadline) == nil {
		o.get("deadline").fail(DeadlineUnknown, "notice.yaml 的 deadlines 里没有“%s”。请改正，或先加进去。", form.Deadline)
	}
	lines := readSections(&form, o.get("sections"))
	fields := l.readFields(&form, o.get("fields"))
	pairFields(&form, fields)
	readTogether(&form, o.get("together"))
	placeBlanks(&form, fields, lines)
	return form
}

// readPeriod holds a form to what it needs: a monthly one its first and last
// month, any other its period, that in words, and its deadline.
func (l *loader) readPeriod(form *bot.Form, o object) {
	if o.absent() {
		return
	}
	need, refuse := []string{"period", "span", "deadline"}, []string{"from", "to"}
	if o.has("from") || o.has("to") {
		need, refuse = refuse, need
	}
	for _, key := range need {
		if !o.has(key) {
			o.fail(KeyMissing, "缺少“%s”。请补上。一次报送的表写 period、span、deadline，每月报送的表写 from、to。", key)
		}
	}
	for _, key := range refuse {
		if o.has(key) {
			o.get(key).fail(KeyUnknown, "每月报送的表用不上“%s”。请删去这一行。", key)
		}
	}
	if form.Period != "" && l.yearKnown() && form.Period != l.notice.Year {
		o.get("period").fail(WrongValue, "这里写的是“%s”，notice.yaml 的 year 是“%s”。请改成一致。", form.Period, l.notice.Year)
	}
	for _, key := range []string{"from", "to"} {
		if month := o.get(key).text(); month != "" {
			switch at, err := time.Parse("2006-01", month); {
			case err != nil:
				o.get(key).fail(WrongValue, "“%s”不是月份。请写作 2021-06。", month)
			case !l.inCampaign(at.Year()):
				o.get(key).fail(WrongValue, "%s不在这次活动的年份（%s年，至多到次年）里。请改成今年的月份。", month, l.notice.Year)
			}
		}
	}
	if form.From > form.To {
		o.get("to").fail(WrongValue, "最后一个月“%s”早于第一个月“%s”。请改正。", form.To, form.From)
	}
}

// readSections fills the form's sections and sentences, and returns where each
// sentence stands.
func readSections(form *bot.Form, v value) []value {
	var lines []value
	for _, item := range v.list() {
		o := item.object([]string{"id", "title", "lines"}, nil)
		section := bot.Section{ID: o.get("id").text(), Title: o.get("title").text()}
		if section.ID != "" && form.Section(section.ID) != nil {
			o.get("id").fail(Duplicate, "分段“%s”写了两次。请改 id。", section.ID)
		}
		form.Sections = append(form.Sections, section)
		for _, line := range o.get("lines").list() {
			form.Lines = append(form.Lines, bot.Line{Section: section.ID, Text: line.text()})
			lines = append(lines, line)
		}
	}
	return lines
}

func (l *loader) readFields(form *bot.Form, v value) []object {
	var fields []object
	for i, item := range v.list() {
		o := item.object(
			[]string{"item", "label", "short", "hint", "kind"},
			[]string{"section", "ask", "unit", "near", "pairs_with", "choices", "digits", "gather", "instead", "document", "optional", "private", "printed", "settled", "least", "joint", "words", "goes_on", "seed", "cases"})
		f := l.readField(form, o)
		written, ok := o.get("item").number()
		switch {
		case !ok || written == i+1:
		case written >= 1 && written <= i:
			o.get("item").fail(Duplicate, "第%d项写了两次。项号应从1起依次为1、2、3……", written)
		default:
			o.get("item").fail(ItemOrder, "这里应是第%d项，写的是第%d项。项号应从1起依次为1、2、3……", i+1, written)
		}
		// Its place counts, so that one wrong number doesn't upset what follows.
		f.Item = i + 1
		form.Fields = append(form.Fields, f)
		fields = append(fields, o)
	}
	return fields
}

// readTogether reads which items one question asks for.
func readTogether(form *bot.Form, v value) {
	seen := make(map[int]bool)
	for _, item := range v.list() {
		o := item.object([]string{"items", "example"}, nil)
		together := bot.Together{Example: o.get("example").text()}
		for _, at := range o.get("items").list() {
			n, ok := at.number()
			f := form.Field(n)
			switch {
			case !ok:
				continue
			case f == nil || f.Ask == "":
				at.fail(PairUnknown, "together 里的第%d项本表没有，或是不问的。请改正或删去。", n)
			case seen[n]:
				at.fail(Duplicate, "第%d项在 together 里写了两次。请删去一处。", n)
			case len(together.Items) > 0 && form.Field(together.Items[0]).Private != f.Private:
				at.fail(WrongValue, "第%d项与前面的项一个只在私聊里问、一个不是，不能一起问。请分开。", n)
			}
			seen[n] = true
			together.Items = append(together.Items, n)
		}
		form.Together = append(form.Together, together)
	}
}

func (l *loader) readField(form *bot.Form, o object) bot.Field {
	f := bot.Field{
		Section:  o.get("section").text(),
		Label:    o.get("label").text(),
		Short:    o.get("short").text(),
		Ask:      o.get("ask").text(),
		Hint:     o.get("hint").text(),
		Kind:     bot.Kind(o.get("kind").text()),
		Choices:  o.get("choices").texts(),
		Optional: o.get("optional").yes(),
		Private:  o.get("private").yes(),
		Settled:  o.get("settled").yes(),
		Joint:    o.get("joint").yes(),
		Words:    o.get("words").texts(),
	}
	if o.has("least") {
		f.Least, _ = o.get("least").number()
	}
	f.GoesOn = o.get("goes_on").yes()
	if f.GoesOn && f.Kind != bot.KindText {
		o.get("goes_on").fail(WrongValue, "只有文字项能写 goes_on。请删去这一行，或改 kind。")
	}
	f.Seed, f.Cases = l.readSeed(f.Kind, o), l.readCases(f.Kind, o)
	// What the form has printed already is no question; Hint holds the words.
	printed := o.get("printed").yes()
	if printed && o.has("ask") {
		o.get("ask").fail(WrongValue, "表上已印好（printed）的项不问。请删去 ask 或 printed。")
	}
	if !printed && !o.has("ask") {
		o.fail(KeyMissing, "缺少“ask”。请补上；表上已印好、不用问的，写 printed: true。")
	}
	if known := form.Section(f.Section) != nil; f.Section != "" && !known {
		o.get("section").fail(SectionUnknown, "本表没有分段“%s”。请改为 sections 里的 id。", f.Section)
	} else if !known && len(form.Sections) > 0 && !o.has("section") {
		o.fail(KeyMissing, "缺少“section”。本表有分段，请写明这一项在哪一段。")
	}
	l.readKind(&f, o)
	return f
}

// readKind reads the keys that depend on the kind of answer.
func (l *loader) readKind(f *bot.Field, o object) {
	kinds := kinds()
	own := kinds[f.Kind]
	if !isKind(f.Kind) {
		if f.Kind != "" {
			o.get("kind").fail(KindUnknown, "没有“%s”这种答案。可选：count（数字）、yesno（是否）、text（文字）、choice（选一个）、phone、mobile、email、digits、unit、name（姓名）、post（职务）、address（地址）、wechat（微信号）。", f.Kind)
		}
		return
	}
	for _, keys := range kinds {
		for _, key := range keys {
			if o.has(key) && !slices.Contains(own, key) {
				o.get(key).fail(KeyUnknown, "kind 为 %s 的项不能写“%s”。请删去这一行，或改 kind。", f.Kind, key)
			}
		}
	}
	for _, key := range own {
		if optional := []string{"near", "pairs_with", "gather", "instead", "document"}; !slices.Contains(optional, key) && !o.has(key) {
			o.fail(KeyMissing, "缺少“%s”。kind 为 %s 的项必须写。", key, f.Kind)
		}
	}
	switch f.Kind {
	case bot.KindCount:
		f.Unit = o.get("unit").text()
		if f.Unit != "" {
			l.classifier(o.get("unit"), f.Unit)
			f.Near = l.nearTo(f.Unit, o.get("near"))
		}
	case bot.KindText:
		f.Gather, f.Instead = o.get("gather").yes(), o.get("instead").texts()
		f.Document = o.get("document").yes()
		for _, key := range []string{"instead", "document"} {
			if !f.Gather && o.has(key) {
				o.get(key).fail(KeyUnknown, "只有写了 gather: true 的项才能写“%s”。请删去这一行，或补上 gather。", key)
			}
		}
	case bot.KindChoice:
		if len(f.Choices) == 1 {
			o.get("choices").fail(WrongValue, "只有一个可选的答案。请写两个以上。")
		}
	case bot.KindDigits:
		f.Digits = readDigits(o.get("digits"))
	}
}

// nearTo lists the measure words that pass for one: itself, its group, and
// those that the item adds.
func (l *loader) nearTo(unit string, added value) []string {
	near := []string{unit}
	for _, group := range l.near {
		if slices.Contains(group, unit) {
			near = append(near, slices.DeleteFunc(slices.Clone(group), func(w string) bool { return w == unit })...)
		}
	}
	for _, item := range added.list() {
		word := item.text()
		switch {
		case word == "" || !l.classifier(item, word):
		case slices.Contains(near, word):
			item.fail(Duplicate, "“%s”本来就可以代替“%s”。请删去。", word, unit)
		default:
			near = append(near, word)
		}
	}
	return near
}

func readDigits(v value) [2]int {
	bounds := v.list()
	if bounds == nil {
		return [2]int{}
	}
	if len(bounds) != 2 {
		v.fail(WrongValue, "这里应写最少和最多两个位数，如 [5, 11]。")
		return [2]int{}
	}
	least, ok := bounds[0].number()
	most, ok2 := bounds[1].number()
	if ok && ok2 && (least < 1 || most < least) {
		v.fail(WrongValue, "位数应从1起，前小后大，如 [5, 11]。")
	}
	return [2]int{least, most}
}

// pairFields reads what belongs to what, once all items are known.
func pairFields(form *bot.Form, fields []object) {
	for i, o := range fields {
		f, at := &form.Fields[i], o.get("pairs_with")
		if f.Kind != bot.KindCount || at.absent() {
			continue
		}
		item, ok := at.number()
		pair := form.Field(item)
		switch {
		case !ok:
		case pair == nil:
			at.fail(PairUnknown, "第%d项 pairs_with 指向第%d项，但本表没有第%[2]d项。请改为1–%d之间的项号。", f.Item, item, len(form.Fields))
		case item >= i+1:
			at.fail(PairUnknown, "第%d项 pairs_with 指向第%d项，应指向前面的一项。", f.Item, item)
		case pair.Kind != bot.KindCount && pair.Kind != bot.KindYesNo:
			at.fail(PairUnknown, "第%d项 pairs_with 指向第%d项，那一项不是数字项或是/否项。", f.Item, item)
		default:
			f.PairsWith = item
		}
	}
}

// placeBlanks holds the sentences and the fields to each other: what is asked
// is what is printed, each item in one place.
func placeBlanks(form *bot.Form, fields []object, lines []value) {
	placed := make(map[int]bool)
	for i, at := range lines {
		line := form.Lines[i]
		names, ok := blanks(line.Text)
		if !ok {
			at.fail(BlankForm, "花括号不成对，或括号里是空的。填写的地方写作 {1}，数字是项号。")
			continue
		}
		for _, name := range names {
			item, err := strconv.Atoi(name)
			f := form.Field(item)
			switch {
			case err != nil || f == nil:
				at.fail(BlankUnknown, "句子里的 {%s} 没有对应的项。请改为1–%d之间的项号。", name, len(form.Fields))
			case placed[item]:
				at.fail(Duplicate, "第%d项在句子里出现了两次。请删去一处。", item)
			case f.Section != line.Section && form.Section(f.Section) != nil:
				at.fail(SectionUnknown, "第%d项写的是分段“%s”，句子却在分段“%s”。请改成一致。", item, f.Section, line.Section)
			case isKind(f.Kind) && !bracketed(line.Text, name, f.Kind):
				at.fail(BlankForm, "{%s} 应留在表上的括号里，写作（{%[1]s}）；是/否项写作 □是□否{%[1]s}。", name)
			}
			placed[item] = true
		}
	}
	if len(form.Lines) == 0 {
		return
	}
	for i, o := range fields {
		if item := form.Fields[i].Item; !placed[item] {
			o.get("item").fail(BlankMissing, "第%d项在右栏的句子里没有填写的地方。请在 lines 里补上 {%[1]d}。", item)
		}
	}
}

// bracketed reports whether a blank stands as on the printed form, which is
// what reading a pasted form and filling a printed one go by.
func bracketed(text, name string, kind bot.Kind) bool {
	before, after, _ := strings.Cut(text, "{"+name+"}")
	if kind == bot.KindYesNo {
		return strings.HasSuffix(before, "□是□否")
	}
	return strings.HasSuffix(before, "（") && strings.HasPrefix(after, "）") ||
		strings.HasSuffix(before, "(") && strings.HasPrefix(after, ")")
}
