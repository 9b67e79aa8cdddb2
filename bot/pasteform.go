package bot

import (
	"strings"
	"unicode/utf8"
)

// blank is one place to fill in on the printed form, known by the printed
// words around it.
type blank struct {
	field *Field
	label string // the words before it, back to the blank before
	unit  string // the word after it; for a text, all up to the sentence's end
	next  int    // the next blank of the same sentence; 0 if none
	// head: the label stands nowhere else on the form, so that it alone tells
	// which blank this is. The others (参与, 刊发新闻报道) are known only by the
	// blank before them.
	head bool
	// alone: like head, but too short to be looked for outside its sentence.
	alone bool
}

// shortestHead is the fewest letters that are looked for anywhere in a
// message. Two (新建, 计划) occur in ordinary talk.
const shortestHead = 3

// formBlanks takes the printed sentences apart. Index 0 stays unused, so that
// 0 can mean none.
func formBlanks(form *Form) []blank {
	blanks := make([]blank, 1, len(form.Fields)+1)
	var printed strings.Builder
	for _, line := range form.Lines {
		literals, items := splitLine(line.Text)
		label := phrase(literals[0])
		last := 0
		for i, item := range items {
			after := literals[i+1]
			printed.WriteString(phrase(literals[i]))
			f := form.Field(item)
			if f == nil {
				label, last = phrase(after), 0
				continue
			}
			b := blank{field: f, label: label}
			if f.Kind == KindYesNo {
				b.label = strings.TrimSuffix(label, wordYes+wordNo)
			}
			b.unit, label = splitAfter(f, after, i+1 < len(items))
			if last != 0 {
				blanks[last].next = len(blanks)
			}
			last = len(blanks)
			blanks = append(blanks, b)
		}
		printed.WriteString(phrase(literals[len(items)]))
		printed.WriteByte('\n')
	}
	for i := range blanks {
		b := &blanks[i]
		if b.label != "" && strings.Count(printed.String(), b.label) == 1 {
			b.alone = true
			b.head = utf8.RuneCountInString(b.label) >= shortestHead
		}
	}
	return blanks
}

// splitLine cuts a sentence at its blanks; there is one literal more than
// there are items.
func splitLine(text string) (literals []string, items []int) {
	from := 0
	for i := 0; i < len(text); i++ {
		if text[i] != '{' {
			continue
		}
		item, j := 0, i+1
		for j < len(text) && text[j] >= '0' && text[j] <= '9' && j < i+6 {
			item, j = item*10+int(text[j]-'0'), j+1
		}
		if j == i+1 || j >= len(text) || text[j] != '}' {
			continue
		}
		literals, items = append(literals, text[from:i]), append(items, item)
		i, from = j, j+1
	}
	return append(literals, text[from:]), items
}

// splitAfter parts the words between two blanks: what belongs to the first
// (its measure word) and what names the second.
func splitAfter(f *Field, literal string, more bool) (unit, label string) {
	begun := false
	for i, r := range literal {
		r = plainRune(r)
		k := kindOf(r)
		if f.Kind == KindText {
			// What follows a text ends only with the sentence: it is long
			// enough to be told from the text itself.
			if k == glyphStop {
				return phrase(literal[:i]), phrase(literal[i:])
			}
			continue
		}
		if k == glyphWord {
			begun = true
			continue
		}
		if begun || k == glyphStop || k == glyphComma {
			return phrase(literal[:i]), phrase(literal[i:])
		}
	}
	words := phrase(literal)
	if rest, ok := strings.CutPrefix(words, f.Unit); more && ok {
		return f.Unit, rest
	}
	return words, ""
}

// phrase is the letters and digits of a printed text, as they are compared.
func phrase(text string) string {
	var b strings.Builder
	for _, r := range text {
		if r = plainRune(r); kindOf(r) == glyphWord {
			b.WriteRune(r)
		}
	}
	return b.String()
}
