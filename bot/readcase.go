package bot

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// This file reads what people write around a monthly case: which month they
// mean, and a case told in one message.

// wordNothing is the text that says that there is nothing to tell.
const wordNothing = "无"

// monthlyWords are the words behind 案例, 本月无 and their like.
type monthlyWords struct {
	unit   string // one that the person speaks for; "" if none is named
	month  string // the month that is named, as 2021-06; "" if none is
	within string // the same if it is reported for and has begun
	rest   string // what is said beside these
}

// monthlyWords reads what stands behind a command that opens a monthly form.
func (n *Notice) monthlyWords(p Person, in Intent, f *Form, now time.Time) monthlyWords {
	var w monthlyWords
	if !f.Monthly() && f.ID != n.YearEnd || !in.begins(f) {
		return w
	}
	_, w.rest = n.formMeant(Session{}, in)
	for w.rest != "" {
		word, rest := w.rest, ""
		if i := strings.IndexAny(w.rest, " 　\n，,：:"); i >= 0 {
			_, size := utf8.DecodeRuneInString(w.rest[i:])
			word, rest = w.rest[:i], strings.TrimLeft(w.rest[i+size:], " 　\n，,：:")
		}
		if month, ok := f.monthNamed(word, now); ok && w.month == "" {
			w.month = month
		} else if slices.Contains(p.Units, word) && w.unit == "" {
			w.unit = word
		} else {
			break
		}
		w.rest = rest
	}
	if w.month >= f.From && w.month <= f.PeriodAt(now) {
		w.within = w.month
	}
	return w
}

// monthNamed reads 6月, 六月, 2021年6月, 上月, 本月. Of a month without its year
// the one nearest to the form's is meant.
func (f *Form) monthNamed(word string, now time.Time) (string, bool) {
	word = strings.TrimSuffix(fold(bare(word)), "份")
	present, err := time.Parse(monthLayout, f.PeriodAt(now))
	if err != nil {
		return "", false
	}
	switch word {
	case "本月", "这个月", "这月", "当月":
		return present.Format(monthLayout), true
	case "上月", "上个月":
		return present.AddDate(0, -1, 0).Format(monthLayout), true
	}
	if at, err := time.Parse("2006年1月", word); err == nil {
		return at.Format(monthLayout), true
	}
	if at, err := time.Parse(monthLayout, word); err == nil {
		return at.Format(monthLayout), true
	}
	name, ok := strings.CutSuffix(word, "月")
	if !ok {
		return "", false
	}
	number, err := strconv.Atoi(name)
	if err != nil {
		number = 1 + slices.Index([]string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二"}, name)
	}
	if number < 1 || number > 12 {
		return "", false
	}
	month := f.From[:len("2006")] + "-" + twoDigits(number)
	if next, err := time.Parse(monthLayout, month); err == nil && month < f.From && next.AddDate(1, 0, 0).Format(monthLayout) <= f.To {
		month = next.AddDate(1, 0, 0).Format(monthLayout)
	}
	return month, true
}

func twoDigits(n int) string {
	if n < 10 {
		return "0" + strconv.Itoa(n)
	}
	return strconv.Itoa(n)
}

// monthBefore reads a command with its month in front: 6月案例, 上月无案例. It
// also reads one with nothing but a month or a unit behind, which is no title of
// a case, however open the question for one is.
func (n *Notice) monthBefore(p Person, text string, now time.Time) (Verb, string, bool) {
	word := bare(text)
	f := n.Form(n.Cases)
	if f == nil {
		return "", "", false
	}
	for _, verb := range []Verb{VerbCase, VerbNoCase, VerbLater, VerbYearEnd} {
		for _, w := range n.Verbs[verb] {
			rest, ok := strings.CutPrefix(word, w)
			if rest = strings.TrimLeft(rest, " 　"); !ok || rest == "" {
				continue
			}
			if n.monthlyWords(p, Intent{Verb: VerbCase, Rest: rest}, f, now).rest == "" {
				return verb, rest, true
			}
		}
	}
	i := strings.Index(word, "月")
	if i < 0 || i > len("2021年十二") {
		return "", "", false
	}
	month, rest := word[:i+len("月")], strings.TrimPrefix(word[i+len("月"):], "的")
	if _, ok := f.monthNamed(month, now); !ok {
		return "", "", false
	}
	switch {
	case slices.Contains(n.Verbs[VerbCase], rest):
		return VerbCase, month, true
	case slices.Contains(n.Verbs[VerbNoCase], "本月"+rest):
		return VerbNoCase, month, true
	}
	return "", "", false
}

// pickCase finds which of a proposal's cases a text chooses.
func (p *Proposal) pickCase(text string) (string, bool) {
	if p == nil || p.Kind != ProposeCase {
		return "", false
	}
	var labels []string
	for _, c := range p.Cases {
		labels = append(labels, c.Label)
	}
	word := strings.TrimSuffix(strings.TrimSuffix(bare(text), "吧"), "的")
	label, ok := pick(labels, word)
	if !ok {
		months := len(p.Cases) == 2 && len(p.Cases[0].Period) == len(p.Cases[1].Period)
		switch {
		case months && slices.Contains([]string{"本月", "这个月"}, word):
			return p.Cases[0].Period, true
		case months && slices.Contains([]string{"上月", "上个月"}, word):
			return p.Cases[1].Period, true
		case months:
		case slices.Contains([]string{"再报", "再报一个", "新报", "再来一起", "再报1起"}, word):
			return p.Cases[0].Period, true
		case len(p.Cases) == 2 && slices.Contains([]string{"改", "修改", "修改已报的", "改已报的"}, word):
			return p.Cases[1].Period, true
		}
		return "", false
	}
	for _, c := range p.Cases {
		if c.Label == label {
			return c.Period, true
		}
	}
	return "", false
}

// caseReading is what a message tells of a case.
type caseReading struct {
	answers []ItemReading // of parts that say what they are
	rest    []string      // what stands between and is none
	more    string        // 补充：what goes on with the text
}

// heading is where a part of a text says what it is: [start, end) holds “正文：”.
type heading struct {
	field      *Field
	start, end int
}

// longestTitle is the most characters that a title has; what is longer is the
// text.
const longestTitle = 60

// readCase reads “标题：… 正文：… 曝光1 转发3”.
func readCase(n *Notice, form *Form, text string) caseReading {
	var c caseReading
	for _, w := range []string{"补充：", "补充:", "补充正文：", "续：", "接上："} {
		if rest, ok := strings.CutPrefix(text, w); ok && strings.TrimSpace(rest) != "" {
			c.more = rest
			return c
		}
	}
	labels := textLabels(form, text)
	if len(labels) == 0 {
		counts, left := form.countsBehind(n, text)
		if strings.Trim(left, separators) == "" {
			c.answers = counts
		}
		return c
	}
	head, left := form.countsBehind(n, text[:labels[0].start])
	c.answers = head
	if left = strings.Trim(left, separators); left != "" {
		c.rest = append(c.rest, left)
	}
	for i, l := range labels {
		end := len(text)
		if i+1 < len(labels) {
			end = labels[i+1].start
		}
		counts, words := form.countsBehind(n, text[l.end:end])
		if words = strings.TrimSpace(words); words != "" {
			c.answers = append(c.answers, ItemReading{l.field.Item, readText(n, l.field, words)})
		}
		for _, count := range counts {
			if !slices.ContainsFunc(c.answers, func(a ItemReading) bool { return a.Item == count.Item }) {
				c.answers = append(c.answers, count)
			}
		}
	}
	slices.SortStableFunc(c.answers, func(a, b ItemReading) int { return a.Item - b.Item })
	return c
}

// names are the words that a part may begin with, the longest first.
func (f *Field) names() []string {
	names := append([]string{f.Label, f.Short}, f.Words...)
	slices.SortFunc(names, func(a, b string) int { return len(b) - len(a) })
	return names
}

// textLabels finds the first label of each text item, in the order of the text.
func textLabels(form *Form, text string) []heading {
	var found []heading
	for i := range form.Fields {
		f := &form.Fields[i]
		if f.Kind != KindText {
			continue
		}
		best := heading{start: -1}
		for _, name := range f.names() {
			for at := 0; ; {
				i := strings.Index(text[at:], name)
				if i < 0 {
					break
				}
				start, end := at+i, at+i+len(name)
				at = end
				rest := strings.TrimLeft(text[end:], " 】]")
				before, _ := utf8.DecodeLastRuneInString(text[:start])
				if !strings.HasPrefix(rest, "：") && !strings.HasPrefix(rest, ":") || start > 0 && !strings.ContainsRune(" 　\n，,；;。【[", before) {
					continue
				}
				_, size := utf8.DecodeRuneInString(rest)
				end = len(text) - len(rest) + size
				if before == '【' || before == '[' {
					start -= utf8.RuneLen(before)
				}
				if best.start < 0 || start < best.start {
					best = heading{f, start, end}
				}
			}
		}
		if best.start >= 0 {
			found = append(found, best)
		}
	}
	slices.SortFunc(found, func(a, b heading) int { return a.start - b.start })
	return found
}

// countsBehind takes the counts that a text ends in, each with its name, and
// returns what stands before them.
func (form *Form) countsBehind(n *Notice, text string) (counts []ItemReading, left string) {
	left = text
	for {
		rest := strings.TrimRight(left, " 　\n，,；;。、")
		start := 0
		if i := strings.LastIndexAny(rest, " 　\n，,；;。、"); i >= 0 {
			_, size := utf8.DecodeRuneInString(rest[i:])
			start = i + size
		}
		a, ok := form.countNamed(n, rest[start:])
		if !ok || slices.ContainsFunc(counts, func(b ItemReading) bool { return a.Item == b.Item }) {
			break
		}
		counts = append(counts, a)
		left = strings.TrimRight(rest[:start], " 　\n，,；;、")
	}
	slices.Reverse(counts)
	return counts, left
}

// countNamed reads “曝光1” and “转发数：3篇”.
func (form *Form) countNamed(n *Notice, piece string) (ItemReading, bool) {
	for i := range form.Fields {
		f := &form.Fields[i]
		if f.Kind != KindCount {
			continue
		}
		for _, name := range f.names() {
			rest, ok := strings.CutPrefix(piece, name)
			if rest = strings.TrimLeft(rest, "数为是：: "); !ok || rest == "" {
				continue
			}
			if r := Read(n, f, rest); r.Outcome == Taken && r.Value.Kind == Number {
				return ItemReading{f.Item, r}, true
			}
		}
	}
	return ItemReading{}, false
}

// splitCase parts a message of several lines into title and text, and takes one
// that is too long for a title for the text. It finds nothing in a title.
func splitCase(n *Notice, form *Form, title, body *Field, text string) []ItemReading {
	counts, text := form.countsBehind(n, tidyText(text))
	head, rest, several := strings.Cut(text, "\n")
	var answers []ItemReading
	switch {
	case utf8.RuneCountInString(head) > longestTitle:
		answers = append(answers, ItemReading{body.Item, readText(n, body, text)})
	case several:
		answers = append(answers, ItemReading{title.Item, readText(n, title, head)}, ItemReading{body.Item, readText(n, body, rest)})
	default:
		return nil
	}
	return append(answers, counts...)
}

// isProse reports whether a message where a count is asked, or nothing is, goes
// on with the text: it is no answer, no talk, and says nothing of the counts.
func isProse(n *Notice, form *Form, asked *Field, text string) bool {
	const least, sentence = 5, 20
	length := utf8.RuneCountInString(text)
	clean := tidyText(text)
	if length < least || isTalk(text) && length < 2*sentence {
		return false
	}
	if len(clean) <= maxQuote {
		l := newLine(clean)
		if see(l, lex(n, l, &Field{})).only(cChat) {
			return false
		}
	}
	if asked == nil {
		return strings.ContainsAny(text, "。，；\n") || length >= sentence
	}
	r := Read(n, asked, text)
	if r.Outcome == Taken {
		return false
	}
	if r.Outcome == NoAnswer {
		return true
	}
	for i := range form.Fields {
		f := &form.Fields[i]
		if f.Kind == KindCount && slices.ContainsFunc(f.names(), func(name string) bool { return strings.Contains(text, name) }) {
			return false
		}
	}
	return length >= sentence || length >= 2*least && !asked.counted(text)
}

// counted reports whether there is a figure in a text with a measure word of the
// item behind it.
func (f *Field) counted(text string) bool {
	for _, w := range f.Near {
		for rest := text; ; {
			before, after, ok := strings.Cut(rest, w)
			if !ok {
				break
			}
			if r, _ := utf8.DecodeLastRuneInString(before); figureRune(r) {
				return true
			}
			rest = after
		}
	}
	return false
}

// saysSame reads 一致 and its like: everything is as it was reported before.
func saysSame(text string) bool {
	word := bare(text)
	for _, w := range []string{"都", "全部", "全", "均"} {
		word = strings.TrimPrefix(word, w)
	}
	if rest, ok := strings.CutSuffix(word, "月一致"); ok {
		rest = strings.TrimPrefix(strings.TrimPrefix(rest, "与"), "和")
		return utf8.RuneCountInString(rest) <= 2
	}
	return word == "一致" || word == "一样"
}
