package bot

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// This file reads what is neither a count nor a yes or no: free text, a choice,
// telephone numbers, an e-mail address, a number used as a name.

// readText takes any words as they are, made fit for storing and for a list
// with one line an item. Politeness alone is no text.
func readText(n *Notice, f *Field, text string) Reading {
	if len(text) > 4*MaxText {
		return Reading{Outcome: Refused, Why: WhyTooLong, Quote: newLine(text[:maxQuote]).quote(0, 10)}
	}
	clean := tidyText(text)
	l := newLine(clean)
	if !says(l.runes) {
		return Reading{Outcome: NoAnswer}
	}
	if len(clean) > MaxText {
		return Reading{Outcome: Refused, Why: WhyTooLong, Quote: l.quote(0, len(l.runes))}
	}
	if len(l.runes) > maxQuote {
		return takenAs(Words(clean))
	}
	s := see(l, lex(n, l, &Field{}))
	switch {
	case s.onlyFigures():
		// A figure where words are asked was most likely meant for another item.
		return Reading{Outcome: Asked, Why: WhyNumber, Quote: strings.TrimSpace(text), Propose: []Value{Words(clean)}}
	case s.only(cChat):
		return Reading{Outcome: NoAnswer}
	case s.only(cNA):
		return takenAs(Value{Kind: NotApplicable})
	case s.only(cDontKnow):
		return takenAs(Value{Kind: Unknown})
	}
	return takenAs(Words(clean))
}

// onlyFigures reports whether a text is nothing but numbers and measure words.
func (s *sighting) onlyFigures() bool {
	for _, t := range s.toks {
		switch t.class {
		case cNum, cMeasure, cSpace, cLine, cPunct, cQuote:
		default:
			return false
		}
	}
	return s.has(cNum)
}

// tidyText removes what can't be printed. Blanks in a row become one, and so do
// line breaks, which part the cases that are told one a line.
func tidyText(text string) string {
	var b strings.Builder
	gap := rune(0)
	for _, r := range strings.ToValidUTF8(text, string(unclear)) {
		switch {
		case r == '\n':
			gap = '\n'
			continue
		case unicode.IsSpace(r):
			gap = max(gap, 1)
			continue
		case unicode.IsControl(r), uniform(r) == invisible, unicode.Is(unicode.Bidi_Control, r):
			continue
		}
		switch {
		case b.Len() == 0:
		case gap == '\n':
			b.WriteByte('\n')
		case gap != 0:
			b.WriteByte(' ')
		}
		gap = 0
		b.WriteRune(r)
	}
	return b.String()
}

// says reports whether there is a letter or a digit in it at all.
func says(rs []rune) bool {
	for _, r := range rs {
		if unicode.IsLetter(r) || unicode.IsNumber(r) {
			return true
		}
	}
	return false
}

// only reports whether a text is nothing but words of one class, once or more.
func (s *sighting) only(c class) bool {
	for _, t := range s.toks {
		switch t.class {
		case c, cSpace, cLine, cPunct, cQuote:
		default:
			if !strings.Contains("了吧啊呢哈", t.text) { // 好吧
				return false
			}
		}
	}
	return s.has(c)
}

// readChoice takes one of the choices, with what may stand around it (男性,
// 性别：男). Two choices are a question.
func readChoice(n *Notice, f *Field, text string) Reading {
	if tooLong(text) {
		return Reading{Outcome: NoAnswer}
	}
	l := newLine(text)
	whole := bareWords(l, f)
	for _, c := range f.Choices {
		if whole == c || whole == c+"性" {
			return takenAs(Words(c))
		}
	}
	var found []Value
	for _, c := range f.Choices {
		if strings.Contains(whole, c) {
			found = append(found, Words(c))
		}
	}
	switch {
	case len(found) > 0:
		return Reading{Outcome: Asked, Why: WhyChoice, Quote: l.quote(0, len(l.runes)), Propose: found}
	case !says(l.runes) || utf8.RuneCountInString(whole) > 12 || see(l, lex(n, l, f)).only(cChat):
		return Reading{Outcome: NoAnswer}
	}
	return Reading{Outcome: Refused, Why: WhyChoice, Quote: l.quote(0, len(l.runes))}
}

// bareWords is the text without the item's own name in front, signs and 是.
func bareWords(l *line, f *Field) string {
	const signs = " \n,，.。;；:!！、\"()~"
	s := strings.Trim(string(l.runes), signs)
	for again := true; again; {
		again = false
		for _, w := range append([]string{f.Label, f.Short, "是", "为"}, f.Words...) {
			if rest, ok := strings.CutPrefix(s, string(newLine(w).runes)); ok && w != "" && rest != "" {
				s, again = strings.TrimLeft(rest, signs), true
			}
		}
	}
	return strings.Trim(s, signs)
}

// readContact reads phones, mobiles, e-mails and numbers used as names. They
// have a form, so what does not have it is refused; where the item may stay
// empty, the words of nothing say so.
func readContact(n *Notice, f *Field, text string) Reading {
	if tooLong(text) {
		return Reading{Outcome: NoAnswer}
	}
	l := newLine(text)
	s := see(l, lex(n, l, &Field{}))
	if f.Optional {
		switch r := s.withoutNumber(); {
		case len(s.nums) > 0 || r.Outcome != Taken:
		case r.Value == Count(0):
			return takenAs(Words("无"))
		default:
			return r
		}
	}
	speaks := s.has(cNone, cNA, cDontKnow, cBlank)
	for _, r := range l.runes {
		speaks = speaks || isArabic(r) || r == '@' || f.Kind == KindEmail && isLatin(r)
	}
	if !speaks || s.only(cChat) {
		return Reading{Outcome: NoAnswer}
	}
	if v, ok := contact(f, bareWords(l, f)); ok {
		return takenAs(Words(v))
	}
	return Reading{Outcome: Refused, Why: WhyForm, Quote: l.quote(0, len(l.runes))}
}

// contact is the text in its one standard form, if it has the form of its kind.
func contact(f *Field, s string) (string, bool) {
	switch f.Kind {
	case KindMobile:
		return mobile(s)
	case KindEmail:
		return email(s)
	case KindDigits:
		for _, w := range []string{"QQ号", "QQ", "qq号", "qq", "号码"} {
			s = strings.TrimLeft(strings.TrimPrefix(s, w), " :")
		}
		return s, allDigits(s) && f.Digits[0] <= len(s) && len(s) <= f.Digits[1]
	}
	return phone(s)
}

func allDigits(s string) bool {
	for _, r := range s {
		if !isArabic(r) {
			return false
		}
	}
	return s != ""
}

// dialled is the groups of digits of a telephone number. Anything but digits
// and the marks people put between them makes it no number.
func dialled(s string) ([]string, bool) {
	for _, w := range []string{"联系电话", "办公电话", "电话号码", "手机号码", "手机号", "电话", "手机", "传真", "座机"} {
		s = strings.TrimLeft(strings.TrimPrefix(s, w), " :")
	}
	s = strings.TrimPrefix(s, "+86")
	groups := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" -—()", r) })
	for _, g := range groups {
		if !allDigits(g) {
			return nil, false
		}
	}
	return groups, len(groups) > 0
}

const mobileDigits = 11

func mobile(s string) (string, bool) {
	groups, ok := dialled(s)
	d := strings.Join(groups, "")
	if len(d) == 13 {
		d = strings.TrimPrefix(d, "86")
	}
	return d, ok && len(groups) <= 4 && len(d) == mobileDigits && d[0] == '1' && d[1] >= '3'
}

// phone gives a landline as 0934-6121168. Area codes have three digits in the
// largest cities (010, 02x) and four elsewhere. A number without one stays
// without: it is not guessed. An extension stands behind 转, so that its digits
// cannot run into the number's: 0934-6121168转801.
func phone(s string) (string, bool) {
	s, extension, extended := strings.Cut(s, "转")
	if extension = strings.Trim(extension, " -:："); extended && (!allDigits(extension) || len(extension) > mostExtension) {
		return "", false
	}
	groups, ok := dialled(strings.TrimRight(s, " -—,，"))
	if !ok {
		return "", false
	}
	if extended {
		extension = "转" + extension
	}
	area := ""
	if g := groups[0]; g[0] == '0' {
		code := 4
		if strings.HasPrefix(g, "010") || strings.HasPrefix(g, "02") {
			code = 3
		}
		if len(g) < code || g[1] == '0' {
			return "", false
		}
		area = g[:code] + "-"
		groups[0] = g[code:]
		if groups[0] == "" {
			groups = groups[1:]
		}
	}
	local := strings.Join(groups, "")
	if len(local) != 7 && len(local) != 8 || local[0] < '2' {
		return "", false
	}
	if len(groups) > 2 || len(groups) == 2 && len(groups[1]) != 4 {
		return "", false
	}
	return area + local + extension, true
}

// mostExtension is the most digits of an extension.
const mostExtension = 6

func email(s string) (string, bool) {
	for _, w := range []string{"电子邮箱", "邮箱", "email", "Email", "E-mail"} {
		s = strings.TrimLeft(strings.TrimPrefix(s, w), " :")
	}
	local, domain, ok := strings.Cut(s, "@")
	if !ok || local == "" || len(s) > 254 || strings.HasPrefix(local, ".") || strings.HasSuffix(local, ".") || strings.Contains(s, "..") {
		return "", false
	}
	for _, r := range local {
		if !isLatin(r) && !isArabic(r) && !strings.ContainsRune(".-+%", r) {
			return "", false
		}
	}
	labels := strings.Split(domain, ".")
	if len(labels) < 2 {
		return "", false
	}
	for _, part := range labels {
		if part == "" || part[0] == '-' || part[len(part)-1] == '-' {
			return "", false
		}
		for _, r := range part {
			if r == '_' || !isLatin(r) && !isArabic(r) && r != '-' {
				return "", false
			}
		}
	}
	last := labels[len(labels)-1]
	return s, len(last) >= 2 && !isArabic(rune(last[0]))
}
