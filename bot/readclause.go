package bot

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clauses is what a free sentence says of items it calls by name: “演练1场60人，
// 宣传产品2部”. However plain it looks, it is a placement by words and has to be
// put to the person before anything is stored.
type Clauses struct {
	Placed  []ItemReading // Taken, sorted by item
	Unclear []Unclear     // a name that several items go by
	Rest    []string      // pieces that belong to no item
	Zeros   bool          // it ends with 其余无 in one of its ways
}

// Unclear is a figure whose item is one of several.
type Unclear struct {
	Items  []int
	Text   string // the whole piece
	Figure string // what stands behind the name
}

// ReadClauses places the parts of a sentence by the words that name items. It
// never guesses: a name that two items go by is unclear unless only one of
// them can read the figure.
func ReadClauses(n *Notice, form *Form, text string) Clauses {
	var c Clauses
	if len(text) > 2*MaxText {
		return c
	}
	taken := map[int]Value{}
	for _, g := range clauseGroups(n, form, text) {
		switch {
		case g.zeros:
			c.Zeros = true
		case len(g.items) == 0:
			c.Rest = append(c.Rest, g.text)
		default:
			c.place(n, form, g, taken)
		}
	}
	slices.SortFunc(c.Placed, func(a, b ItemReading) int { return a.Item - b.Item })
	return c
}

// place reads one group against the items it may mean.
func (c *Clauses) place(n *Notice, form *Form, g clauseGroup, taken map[int]Value) {
	var fits []Run
	var items []int
	for _, item := range g.items {
		run := ReadRun(n, form, item, g.text)
		all := len(run.Answers) > 0
		for _, a := range run.Answers {
			all = all && a.Outcome == Taken && form.Field(a.Item).Kind != KindText
		}
		if all {
			fits = append(fits, run)
			items = append(items, item)
		}
	}
	switch len(fits) {
	case 0:
		if len(g.items) > 1 && strings.ContainsFunc(g.text, figureRune) {
			c.Unclear = append(c.Unclear, Unclear{g.items, g.text, g.figure})
			return
		}
		c.Rest = append(c.Rest, g.text)
	case 1:
		for _, a := range fits[0].Answers {
			if was, twice := taken[a.Item]; twice && was != a.Value {
				c.Rest = append(c.Rest, g.text)
				return
			}
		}
		for _, a := range fits[0].Answers {
			if _, twice := taken[a.Item]; !twice {
				c.Placed = append(c.Placed, a)
			}
			taken[a.Item] = a.Value
		}
	default:
		c.Unclear = append(c.Unclear, Unclear{items, g.text, g.figure})
	}
}

// clauseGroup is a clause that names an item, with those after it that name
// none.
type clauseGroup struct {
	text   string
	figure string // what stands behind the name
	items  []int
	zeros  bool
}

func clauseGroups(n *Notice, form *Form, text string) []clauseGroup {
	var groups []clauseGroup
	for _, clause := range splitClauses(text) {
		if slices.Contains(n.Verbs[VerbZeros], bare(clause)) {
			groups = append(groups, clauseGroup{text: clause, zeros: true})
			continue
		}
		items, after := form.named(clause)
		last := len(groups) - 1
		switch {
		case len(items) > 0:
			groups = append(groups, clauseGroup{text: clause, figure: after, items: items})
		case last >= 0 && !groups[last].zeros && strings.ContainsFunc(clause, figureRune):
			groups[last].text += "，" + clause
			groups[last].figure += "，" + clause
		default:
			groups = append(groups, clauseGroup{text: clause})
		}
	}
	return groups
}

// named finds the items that the longest name in a clause belongs to, and what
// stands behind it. Of two names of different items in one clause neither is
// taken.
func (f *Form) named(clause string) (items []int, after string) {
	longest := ""
	for _, field := range f.Fields {
		for _, w := range field.Words {
			if strings.Contains(clause, w) && len(w) > len(longest) {
				longest = w
			}
		}
	}
	if longest == "" {
		return nil, ""
	}
	before, after, _ := strings.Cut(clause, longest)
	for _, field := range f.Fields {
		if slices.Contains(field.Words, longest) {
			items = append(items, field.Item)
		}
		for _, w := range field.Words {
			if strings.Contains(before, w) || strings.Contains(after, w) {
				if !slices.Contains(field.Words, longest) {
					return nil, ""
				}
			}
		}
	}
	return items, after
}

// splitClauses cuts at the marks between clauses, but not inside a number.
func splitClauses(text string) []string {
	var out []string
	start := 0
	for i, r := range text {
		if !strings.ContainsRune("，,。；;！!\n", r) {
			continue
		}
		before, _ := utf8.DecodeLastRuneInString(text[:i])
		after, _ := utf8.DecodeRuneInString(text[i+utf8.RuneLen(r):])
		if unicode.IsDigit(before) && unicode.IsDigit(after) {
			continue
		}
		out = append(out, strings.TrimSpace(text[start:i]))
		start = i + utf8.RuneLen(r)
	}
	out = append(out, strings.TrimSpace(text[start:]))
	return slices.DeleteFunc(out, func(s string) bool { return s == "" })
}

// figureRune is a character that numbers and words of nothing are written with.
func figureRune(r rune) bool {
	return unicode.IsDigit(r) || strings.ContainsRune("〇零一二两三四五六七八九十百千万亿廿卅壹贰叁肆伍陆柒捌玖拾佰仟无没未", r)
}
