package bot

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// This file reads what a message says of the form that names a liaison: a filled
// form pasted with its labels, the cells of its table, or bare words such as
// “李四 男 副镇长”. A label decides what a value is for; without one its form does,
// or its place among as many words as were asked for. What neither decides is
// asked about.

// Contacts is what a message says of a person.
type Contacts struct {
	// Answers are sorted by item, at most one for each.
	Answers []ItemReading
	// Sure: those that are Taken may be stored. Otherwise they are a reading to put
	// to the person first.
	Sure bool
	Rest []string // pieces that were placed nowhere
	None bool     // 其余无 was said too
}

// ReadContacts reads a message. asked are the items of the open question, the
// one asked first at the head; draft is what is filled already.
func ReadContacts(n *Notice, form *Form, asked []int, draft []Entry, text string) Contacts {
	if len(text) > MaxText {
		return Contacts{Rest: []string{clip(text, maxQuote)}}
	}
	r := &Report{Draft: draft}
	c := &contactReader{
		n: n, form: form, asked: asked, draft: r, open: form.inOrder(r.unfilled(form)), labels: form.labels(), out: Contacts{Sure: true},
	}
	text = contactText(text)
	if text = c.uncommanded(text); !c.alone(text) {
		for _, part := range c.parts(text) {
			c.labelled(part.items, part.value)
		}
		c.place(c.loose)
	}
	slices.SortStableFunc(c.out.Answers, func(a, b ItemReading) int { return cmp.Compare(a.Item, b.Item) })
	return c.out
}

// ReadContact reads words that are said to be for one item: 改5 13800000000.
func ReadContact(n *Notice, form *Form, item int, text string) Contacts {
	c := &contactReader{n: n, form: form, asked: []int{item}, draft: &Report{}, labels: form.labels(), out: Contacts{Sure: true}}
	if len(text) <= MaxText {
		c.labelled([]int{item}, contactText(text))
		c.place(c.loose)
	}
	return c.out
}

// contactText is a message with plain digits, letters and blanks. Line breaks and
// tabs stay: they part cells.
func contactText(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '，' || r == '（' || r == '）' || r == '；' || r == '！' || r == '？':
			return r
		case 0xFF01 <= r && r <= 0xFF5E:
			return r - 0xFEE0
		}
		switch u := uniform(r); u {
		case invisible:
			return -1
		case ' ', '\n', '-', '·':
			return u
		}
		return r
	}, strings.ToValidUTF8(text, string(unclear)))
}

// uncommanded takes the word for changing from in front of a label: 改手机 138….
func (c *contactReader) uncommanded(text string) string {
	for _, w := range c.n.Verbs[VerbChange] {
		if rest, ok := strings.CutPrefix(text, w); ok {
			if marks := c.marks(rest); len(marks) > 0 && marks[0].at == 0 {
				return rest
			}
		}
	}
	return text
}

type contactReader struct {
	n      *Notice
	form   *Form
	asked  []int
	draft  *Report
	open   []int // unfilled
	labels []label
	loose  []string // pieces without a label
	out    Contacts
}

// label is one name of an item; several may go by it.
type label struct {
	name  string
	items []int
}

// labels lists the names of all items, the longest first.
func (f *Form) labels() []label {
	var list []label
	for _, field := range f.Fields {
		for _, name := range append([]string{field.Label, field.Short}, field.Words...) {
			i := slices.IndexFunc(list, func(l label) bool { return strings.EqualFold(l.name, name) })
			switch {
			case name == "":
			case i < 0:
				list = append(list, label{name, []int{field.Item}})
			case !slices.Contains(list[i].items, field.Item):
				list[i].items = append(list[i].items, field.Item)
			}
		}
	}
	slices.SortStableFunc(list, func(a, b label) int { return len(b.name) - len(a.name) })
	return list
}

// alone takes a message that is one answer to the one item asked, or says that
// none of those asked is there.
func (c *contactReader) alone(text string) bool {
	if len(c.asked) == 0 {
		return false
	}
	if all := allNone(text); all || isNone(text) && len(c.asked) > 1 {
		for _, item := range c.asked {
			if c.form.Field(item).Optional {
				c.add(item, takenAs(Words("无")))
			}
		}
		switch {
		case len(c.out.Answers) == 0:
			c.add(c.asked[0], Reading{Outcome: Refused, Why: WhyForm, Quote: clip(text, maxQuote)})
		case !all && len(c.out.Answers) > 1:
			c.out.Sure = false
		}
		return true
	}
	words := contactWords(text)
	if len(words) == 1 && c.without(words[0]) {
		return true
	}
	if len(c.asked) > 1 && len(words) > 1 || slices.ContainsFunc(words, c.restNone) {
		return false
	}
	f := c.form.Field(c.asked[0])
	if len(words) > 1 && slices.ContainsFunc(words, func(w string) bool { return c.fits(f, w) != c.certain(w) }) {
		return false // it holds something that is for another item
	}
	if len(c.asked) > 1 && slices.ContainsFunc(c.asked[1:], func(item int) bool { return c.fits(c.form.Field(item), text) }) && !c.fits(f, text) {
		return false
	}
	marks := c.marks(text)
	for _, m := range marks {
		if !slices.Contains(m.items, f.Item) && strings.Trim(text[m.end:], partSigns) != "" {
			return false
		}
	}
	r := Read(c.n, f, text)
	if r.Outcome == Taken || len(c.asked) == 1 && len(words) <= 1 && len(marks) == 0 && r.Outcome != NoAnswer && !speaksToUs(text) && !c.fitsAny(text) {
		c.add(f.Item, r)
		return true
	}
	return false
}

// fitsAny reports whether a word has the form of any item's answers.
func (c *contactReader) fitsAny(word string) bool {
	for i := range c.form.Fields {
		if c.fits(&c.form.Fields[i], word) {
			return true
		}
	}
	return false
}

// add notes an answer; a second one for the same item, if it is another, is a
// question.
func (c *contactReader) add(item int, r Reading) {
	for i, a := range c.out.Answers {
		if a.Item != item {
			continue
		}
		if r.Outcome != Taken || a.Outcome == Taken && a.Value != r.Value {
			c.out.Answers[i].Reading = Reading{Outcome: Asked, Why: WhyTwo, Quote: cmp.Or(r.Quote, r.Value.Text)}
		}
		return
	}
	c.out.Answers = append(c.out.Answers, ItemReading{item, r})
}

func (c *contactReader) answered(item int) bool {
	return slices.ContainsFunc(c.out.Answers, func(a ItemReading) bool { return a.Item == item })
}

// part is the words behind a label.
type part struct {
	items []int
	value string
}

// mark is where a label stands in a line, in bytes.
type mark struct {
	label
	at, end int
}

// parts cuts a message at its labels. What stands before the first of a line, or
// on a line of its own, is loose.
func (c *contactReader) parts(text string) []part {
	var parts []part
	var header []mark // a row of labels alone, whose values stand in the next
	pending := -1     // the part whose value may stand on the next line
	for line := range strings.SplitSeq(text, "\n") {
		line = c.unnumbered(strings.Trim(line, " \r"))
		if strings.TrimSpace(line) == "" {
			continue
		}
		if cells := strings.Split(line, "\t"); len(header) > 1 && len(cells) == len(header) {
			for i, m := range header {
				parts = append(parts, part{m.items, cells[i]})
			}
			header, pending = nil, -1
			continue
		}
		marks := c.marks(line)
		header = nil
		if len(marks) == 0 {
			if pending >= 0 {
				parts[pending].value = line
			} else {
				c.loose = append(c.loose, line)
			}
			pending = -1
			continue
		}
		if before := line[:marks[0].at]; strings.Trim(before, partSigns) != "" {
			c.loose = append(c.loose, before)
		}
		bare := true
		for i, m := range marks {
			end := len(line)
			if i+1 < len(marks) {
				end = marks[i+1].at
			}
			value := strings.Trim(line[m.end:end], partSigns)
			bare = bare && value == ""
			parts = append(parts, part{m.items, value})
		}
		pending = -1
		switch last := &parts[len(parts)-1]; {
		case bare && len(marks) > 1:
			header = marks
		case last.value == "":
			pending = len(parts) - 1
		}
	}
	return parts
}

// partSigns stand around a value and belong to none.
const partSigns = " \t,，;；。、:：|=*（("

// unnumbered takes the number of a list from a line: 1. 姓名：李四.
func (c *contactReader) unnumbered(line string) string {
	digits := len(line) - len(strings.TrimLeft(line, "0123456789"))
	if digits == 0 || digits > 2 {
		return line
	}
	rest := strings.TrimLeft(line[digits:], " .、:)）")
	if rest == line[digits:] {
		return line
	}
	if len(c.marks(rest)) > 0 && c.marks(rest)[0].at == 0 {
		return rest
	}
	return line
}

// marks finds the labels of a line. A label begins a word, and ends at a sign, a
// blank, or where a value of its kind begins.
func (c *contactReader) marks(line string) []mark {
	var found []mark
	for i := 0; i < len(line); {
		before, _ := utf8.DecodeLastRuneInString(line[:i])
		begins := i == 0 || strings.ContainsRune(" \t,，;；。、（(|*", before)
		if begins {
			if l, end, ok := c.labelAt(line, i); ok {
				found = append(found, mark{l, i, end})
				i = end
				continue
			}
		}
		_, size := utf8.DecodeRuneInString(line[i:])
		i += size
	}
	return found
}

func (c *contactReader) labelAt(line string, i int) (label, int, bool) {
	for _, l := range c.labels {
		if len(line)-i < len(l.name) || !strings.EqualFold(line[i:i+len(l.name)], l.name) {
			continue
		}
		end := i + len(l.name)
		rest := line[end:]
		if tail := strings.TrimLeft(rest, " "); strings.HasPrefix(tail, ":") || strings.HasPrefix(tail, "=") {
			return l, end + len(rest) - len(tail) + 1, true
		}
		for _, w := range []string{"是", "为", "改为", "改成", "换成"} {
			if strings.HasPrefix(rest, w) {
				return l, end + len(w), true
			}
		}
		next, _ := utf8.DecodeRuneInString(rest)
		switch {
		case rest == "", strings.ContainsRune(" \t,，;；", next):
			return l, end, true
		case isArabic(next) || isLatin(next) && !isLatin(rune(line[end-1])) || next == '+' || next == '(':
			return l, end, true
		case strings.HasPrefix(rest, "无") || strings.HasPrefix(rest, "没有"):
			return l, end, true
		case c.form.Field(l.items[0]).Kind == KindWeChat && asMobile(strings.FieldsFunc(rest, parting)[0]):
			return l, end, true
		case unicode.Is(unicode.Han, next) && c.runsOn(l):
			return l, end, true
		}
	}
	return label{}, 0, false
}

// runsOn reports whether words may follow an item's name at once: 姓名李四.
func (c *contactReader) runsOn(l label) bool {
	f := c.form.Field(l.items[0])
	return len(l.items) == 1 && (f.Kind == KindName || f.Kind == KindPost || f.Kind == KindChoice || f.Kind == KindAddress)
}

// labelled reads what stands behind a label. What is certainly for another item
// is left to its form.
func (c *contactReader) labelled(items []int, value string) {
	value = strings.Trim(value, partSigns)
	f := c.form.Field(items[0])
	if value == "" || f == nil || f.Ask == "" {
		return
	}
	words := contactWords(value)
	if f.Kind == KindName || f.Kind == KindPost || f.Kind == KindAddress || f.Kind == KindUnit {
		own := len(words)
		for i, w := range words {
			if i > 0 && (c.certain(w) || c.restNone(w) || f.Kind == KindName) {
				own = i
				break
			}
		}
		if own < len(words) {
			at := strings.Index(value, words[own])
			value, words = strings.Trim(value[:at], partSigns), words[own:]
			c.loose = append(c.loose, words...)
		}
		c.add(f.Item, c.read(f, value))
		return
	}
	for _, item := range items {
		if r := Read(c.n, c.form.Field(item), value); r.Outcome == Taken {
			c.add(item, r)
			return
		}
	}
	var first *Field
	for i, w := range words {
		for _, item := range items {
			field := c.form.Field(item)
			r := Read(c.n, field, w)
			if r.Outcome != Taken || i > 0 && first != field {
				continue
			}
			first = field
			c.add(item, r)
			words[i] = ""
			break
		}
		if first == nil {
			break
		}
	}
	if first != nil {
		c.loose = append(c.loose, slices.DeleteFunc(words, func(w string) bool { return w == "" })...)
		return
	}
	if f.Kind == KindPhone && c.offerMobile(value) {
		return
	}
	c.add(f.Item, c.read(f, value))
}

// read is [Read] for an item that is certainly meant: words that say nothing of it
// are a refusal.
func (c *contactReader) read(f *Field, text string) Reading {
	r := Read(c.n, f, text)
	if r.Outcome == NoAnswer {
		return Reading{Outcome: Refused, Why: WhyForm, Quote: clip(text, maxQuote)}
	}
	return r
}

// offerMobile offers the number of a mobile for that item, where another kind of
// number was asked for.
func (c *contactReader) offerMobile(text string) bool {
	for i := range c.form.Fields {
		if f := &c.form.Fields[i]; f.Kind == KindMobile && !c.answered(f.Item) {
			if number, ok := mobile(text); ok {
				c.add(f.Item, Reading{Outcome: Asked, Why: WhyMobile, Quote: clip(text, maxQuote), Propose: []Value{Words(number)}})
				return true
			}
		}
	}
	return false
}

// contactWords parts words, and joins those that a telephone number or an address
// was written in.
func contactWords(text string) []string {
	text = strings.NewReplacer("（男）", " 男 ", "（女）", " 女 ", "(男)", " 男 ", "(女)", " 女 ").Replace(text)
	words := strings.FieldsFunc(text, parting)
	for i := 0; i < len(words); i++ {
		for n := min(5, len(words)-i); n > 1; n-- {
			if oneNumber(words[i : i+n]) {
				words = slices.Replace(words, i, i+n, strings.Join(words[i:i+n], " "))
				break
			}
		}
		for i+1 < len(words) && addressLike(words[i]) && addressLike(words[i+1]) {
			words = slices.Replace(words, i, i+2, words[i]+" "+words[i+1])
		}
		for i+1 < len(words) && postLike(words[i]) && postLike(words[i+1]) {
			words = slices.Replace(words, i, i+2, words[i]+"、"+words[i+1])
		}
	}
	return words
}

// parting reports whether a sign parts two words.
func parting(r rune) bool { return strings.ContainsRune(" \t\n,，;；。、|", r) }

// oneNumber reports whether words are the groups of one telephone number.
func oneNumber(words []string) bool {
	joined := strings.Join(words, " ")
	if _, ok := mobile(joined); ok {
		return true
	}
	if _, ok := phone(joined); !ok {
		return false
	}
	area := strings.HasPrefix(words[0], "0") && len(words[0]) <= 4
	extension := slices.ContainsFunc(words[1:], func(w string) bool { return strings.HasPrefix(w, "转") })
	return area || extension || !slices.ContainsFunc(words, func(w string) bool { return len(w) > 4 })
}

// certain reports whether a word's form alone tells what kind of thing it is.
func (c *contactReader) certain(word string) bool {
	for i := range c.form.Fields {
		f := &c.form.Fields[i]
		switch f.Kind {
		case KindChoice, KindMobile, KindPhone, KindEmail, KindDigits:
			if c.fits(f, word) {
				return true
			}
		}
	}
	return false
}

// fits reports whether a word has the form of an item's answers, as far as its
// kind has one, and of nothing that is better known.
func (c *contactReader) fits(f *Field, word string) bool {
	_, isMobile := mobile(word)
	switch f.Kind {
	case KindChoice:
		return Read(c.n, f, word).Outcome == Taken
	case KindMobile:
		return isMobile
	case KindPhone:
		_, ok := phone(word)
		return ok
	case KindEmail:
		_, ok := email(word)
		return ok
	case KindDigits:
		// Eleven digits that begin with 1 are rather a mobile that was mistyped.
		return !isMobile && allDigits(word) && word[0] != '0' && (word[0] != '1' || len(word) != mobileDigits) &&
			f.Digits[0] <= len(word) && len(word) <= f.Digits[1]
	case KindName:
		return nameLike(word) && Read(c.n, f, word).Outcome == Taken
	case KindPost:
		return postLike(word) && Read(c.n, f, word).Outcome == Taken
	case KindAddress:
		return addressLike(word) && Read(c.n, f, word).Outcome == Taken
	case KindWeChat:
		id, ok := weChat(word)
		return ok && !isMobile && !allDigits(id)
	}
	return false
}

// stands reports whether a word can be the answer to an item where its place says
// so: 无 where that is one, and words that nothing speaks against.
func (c *contactReader) stands(f *Field, word string) bool {
	if isNone(word) {
		return f.Optional
	}
	switch f.Kind {
	case KindPost, KindAddress:
		return !c.certain(word) && Read(c.n, f, word).Outcome == Taken && (f.Kind == KindAddress) != (postLike(word)) || c.fits(f, word)
	}
	return c.fits(f, word)
}

// restNone reports whether a word says that all the rest is not there.
func (c *contactReader) restNone(word string) bool {
	return slices.Contains(c.n.Verbs[VerbZeros], bare(word))
}

// place finds what loose pieces are for.
func (c *contactReader) place(pieces []string) {
	var words []string
	for _, piece := range pieces {
		for _, w := range contactWords(piece) {
			switch {
			case c.restNone(w):
				c.out.None = true
			case c.without(w), c.printed(w), c.same(w):
			default:
				words = append(words, w)
			}
		}
	}
	asked := slices.DeleteFunc(slices.Clone(c.asked), c.answered)
	if c.inOrder(asked, words) || c.inOrder(c.form.inOrder(asked), words) {
		return
	}
	var rest []string
	for i, w := range words {
		if w == "" {
			continue
		}
		items := c.meant(asked, w)
		switch len(items) {
		case 0:
			if !c.stray(asked, w) {
				rest = append(rest, w)
			}
		case 1:
			f := c.form.Field(items[0])
			if f.Kind == KindMobile && c.wantsPhone(asked, words) {
				if len(words) == 1 && c.offerMobile(w) {
					continue
				}
				c.out.Sure = false
			}
			c.add(f.Item, Read(c.n, f, w))
		default:
			// Two numbers of one kind, in the order in which they were asked for.
			again := slices.ContainsFunc(words[i+1:], func(other string) bool { return c.fits(c.form.Field(items[0]), other) })
			if items[0] != c.asked0() || again {
				c.out.Sure = false
			}
			c.add(items[0], Read(c.n, c.form.Field(items[0]), w))
		}
	}
	c.out.Rest = append(c.out.Rest, rest...)
}

// wantsPhone reports whether a landline is asked for, no mobile, and no word is one.
func (c *contactReader) wantsPhone(asked []int, words []string) bool {
	wants := false
	for _, item := range asked {
		f := c.form.Field(item)
		if f.Kind == KindMobile {
			return false
		}
		if f.Kind == KindPhone {
			wants = !slices.ContainsFunc(words, func(w string) bool { return c.fits(f, w) })
		}
	}
	return wants
}

func (c *contactReader) asked0() int {
	if len(c.asked) == 0 {
		return 0
	}
	return c.asked[0]
}

// without takes “没有传真”, “无QQ”.
func (c *contactReader) without(word string) bool {
	for _, w := range []string{"没有", "无", "没"} {
		name, ok := strings.CutPrefix(word, w)
		if !ok || name == "" {
			continue
		}
		for _, l := range c.labels {
			if f := c.form.Field(l.items[0]); strings.EqualFold(l.name, name) && len(l.items) == 1 && f.Optional && f.Ask != "" {
				c.add(f.Item, takenAs(Words("无")))
				return true
			}
		}
	}
	return false
}

// same takes what is filled already, word for word, as said once more.
func (c *contactReader) same(word string) bool {
	for _, e := range c.draft.Draft {
		if e.Value.Text != "" && !isNone(word) && e.Value.Text == word && !slices.Contains(c.asked, e.Item) {
			c.add(e.Item, takenAs(e.Value))
			return true
		}
	}
	return false
}

// printed reports whether a word is of what the form has printed.
func (c *contactReader) printed(word string) bool {
	if utf8.RuneCountInString(word) < 4 {
		return false
	}
	for _, f := range c.form.Fields {
		if f.Ask == "" && strings.Contains(f.Hint, word) {
			return true
		}
	}
	return strings.Contains(c.form.Title, word)
}

// inOrder takes as many words as items were asked for, each of which can be the
// answer to the item at its place. Two that could as well change places are put
// to the person.
func (c *contactReader) inOrder(asked []int, words []string) bool {
	if len(words) != len(asked) || len(words) < 2 {
		return false
	}
	known := false
	for i, item := range asked {
		f := c.form.Field(item)
		if !c.stands(f, words[i]) {
			return false
		}
		known = known || c.certain(words[i]) || f.Kind != KindName && c.fits(f, words[i])
	}
	for i := range asked {
		for j := range asked[:i] {
			a, b := c.form.Field(asked[i]), c.form.Field(asked[j])
			if words[i] != words[j] && c.fits(a, words[j]) && c.fits(b, words[i]) {
				known = false
			}
		}
	}
	for i, item := range asked {
		c.add(item, Read(c.n, c.form.Field(item), words[i]))
	}
	c.out.Sure = c.out.Sure && known
	return true
}

// meant lists the items that a word has the form of: of those asked, else of
// those unfilled.
func (c *contactReader) meant(asked []int, word string) []int {
	for _, items := range [][]int{asked, c.open} {
		var fit []int
		for _, item := range items {
			f := c.form.Field(item)
			formless := f.Kind == KindName || f.Kind == KindDigits || f.Kind == KindPhone && allDigits(word)
			if formless && !slices.Contains(asked, item) {
				continue // nobody asked for it, and it could as well be another's
			}
			if !c.answered(item) && c.fits(f, word) {
				fit = append(fit, item)
			}
		}
		if len(fit) > 0 {
			return fit
		}
	}
	return nil
}

// stray takes a word that is for nothing open: a mobile where another number is
// asked is offered for its item, what can only be for one item that is filled is
// put to the person, and so is the one word left where one item of words is
// asked. It reports false for anything else.
func (c *contactReader) stray(asked []int, word string) bool {
	var fit []int
	for i := range c.form.Fields {
		if f := &c.form.Fields[i]; c.fits(f, word) && (f.Kind == KindMobile || f.Kind == KindEmail || f.Kind == KindChoice || f.Kind == KindPost) {
			fit = append(fit, f.Item)
		}
	}
	if len(fit) == 1 {
		if c.answered(fit[0]) {
			c.add(fit[0], Read(c.n, c.form.Field(fit[0]), word))
			return true
		}
		c.add(fit[0], Read(c.n, c.form.Field(fit[0]), word))
		c.out.Sure = false
		return true
	}
	for _, item := range asked {
		f := c.form.Field(item)
		if c.answered(item) || isNone(word) || speaksToUs(word) || f.Kind == KindChoice && len(asked) > 1 {
			continue
		}
		r := Read(c.n, f, word)
		if r.Outcome == NoAnswer || r.Outcome == Taken && f.Kind != KindPost && f.Kind != KindAddress && f.Kind != KindName {
			continue
		}
		if r.Outcome == Taken {
			r = Reading{Outcome: Asked, Why: WhyForm, Quote: clip(word, maxQuote), Propose: []Value{r.Value}}
		}
		c.add(item, r)
		return true
	}
	return false
}
