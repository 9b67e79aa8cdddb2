package bot

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clauses is what a free sentence says of items: “演练1场60人，宣传产品2部”.
// However plain it looks, it is a placement by words and has to be put to the
// person before anything is stored.
type Clauses struct {
	Placed  []Placement // sorted by item
	Wanting []Wanting   // the item is known, and the figure is none yet
	Unclear []Unclear   // the item is one of several
	Aside   []Aside     // understood, and no figure of the unit's own
	Rest    []string    // pieces that were not read, or belong to no item
	Zeros   bool        // it ends with 其余无 in one of its ways
	Joint   bool        // one figure was said of several items
}

// maxSentence bounds, in characters, what is read as a free sentence. What is
// longer was not written for this chat.
const maxSentence = 500

// Mode is how a figure stands to what was said of its item before.
type Mode uint8

const (
	ModePlain   Mode = iota // it may be either
	ModeAdd                 // 又, 再, 新增: it comes on top
	ModeTotal               // 累计, 总共: it is the whole
	ModeInstead             // 不对, 应为: it takes the place of what was said
)

// Placement is a figure with the item it is for.
type Placement struct {
	Item  int
	Value Value
	Mode  Mode
	Quote string // the words it was computed from: 每次12人
}

// Wanting is an item that was spoken of without a figure that could be stored.
type Wanting struct {
	Item  int    `cbor:"1,keyasint"`
	Why   Why    `cbor:"2,keyasint"`
	Quote string `cbor:"3,keyasint"` // 三四百人
	Mode  Mode   `cbor:"4,keyasint,omitempty"`
}

// Unclear is a figure whose item is one of several.
type Unclear struct {
	Items   []int
	Text    string // the whole piece
	Figure  string // the figures alone, as they are read for the item chosen
	Reading string // the figures, to be shown: 13场、460人
	Mode    Mode
}

// Aside is a figure or an event that counts for nothing here.
type Aside struct {
	Other bool // somebody else's; otherwise its measure word is no item's
	Quote string
}

// Nearby are the items that a sentence may mean without naming them: the one
// that is asked, and the one answered last. 0 for none.
type Nearby struct {
	Asked, Last int
}

// ReadClauses places the parts of a sentence by the words that name items, or by
// their numbers (28项又1场). It never guesses: a name that two items go by is
// unclear unless only one of them can read the figure, and a figure without any
// name is at most the nearby items'.
func ReadClauses(n *Notice, form *Form, text string, near Nearby) Clauses {
	var c Clauses
	if utf8.RuneCountInString(text) > maxSentence {
		return c
	}
	r := clauseReader{n: n, form: form, near: near, c: &c}
	for _, g := range r.groups(text) {
		switch {
		case g.zeros:
			c.Zeros = true
		case g.joint:
			r.together(g)
		default:
			r.place(g)
		}
	}
	slices.SortStableFunc(c.Placed, func(a, b Placement) int { return a.Item - b.Item })
	return c
}

// Grows reports whether a sentence says that a figure is added to an earlier
// one, or what the figures before come to.
func (c Clauses) Grows() bool {
	for _, p := range c.Placed {
		if p.Mode != ModePlain {
			return true
		}
	}
	for _, w := range c.Wanting {
		if w.Mode != ModePlain {
			return true
		}
	}
	return slices.ContainsFunc(c.Unclear, func(u Unclear) bool { return u.Mode != ModePlain })
}

// clauseReader reads a sentence group by group.
type clauseReader struct {
	n    *Notice
	form *Form
	near Nearby
	c    *Clauses
}

// clauseGroup is a clause that names an item, with those after it that name
// none.
type clauseGroup struct {
	text  string
	items []int
	after string // what stands behind the name
	named bool   // by a name or number of the item's own, not just by a word in it
	zeros bool
	joint bool // the figure is said of all of items
	all   bool // and of each of them
}

func (r *clauseReader) groups(text string) []clauseGroup {
	var groups []clauseGroup
	for _, clause := range r.form.splitNames(splitClauses(text)) {
		if slices.Contains(r.n.Verbs[VerbZeros], bare(clause)) {
			groups = append(groups, clauseGroup{text: clause, zeros: true})
			continue
		}
		g := r.group(clause)
		last := len(groups) - 1
		follows := last >= 0 && !groups[last].zeros && !groups[last].joint && (strings.ContainsFunc(clause, figureRune) || bends(clause))
		if follows && !g.named && !slices.ContainsFunc(g.items, func(item int) bool {
			_, own := r.read(item, g)
			return own && !slices.Contains(groups[last].items, item)
		}) {
			groups[last].text += "，" + clause
			groups[last].after += "，" + clause
			continue
		}
		groups = append(groups, g)
	}
	return groups
}

// group finds what a clause is about.
func (r *clauseReader) group(clause string) clauseGroup {
	if item, after, ok := byNumber(clause); ok {
		if r.form.Field(item) == nil {
			return clauseGroup{text: clause}
		}
		return clauseGroup{text: after, after: after, items: []int{item}, named: true}
	}
	if items, after, all := r.form.joined(clause); len(items) > 1 {
		return clauseGroup{text: clause, after: after, items: items, named: true, joint: true, all: all}
	}
	if items, after := r.form.named(clause); len(items) > 0 {
		return clauseGroup{text: clause, after: after, items: items, named: true}
	}
	if r.form.hasName(clause) {
		return clauseGroup{text: clause} // two names and no telling which figure is whose
	}
	return clauseGroup{text: clause, items: r.form.hinted(clause)}
}

// byNumber reads a clause that begins with the number of an item: 28项又1场.
func byNumber(clause string) (item int, after string, ok bool) {
	s := strings.TrimLeft(fold(clause), " ")
	s, ordinal := strings.CutPrefix(s, "第")
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	if digits == 0 || digits > 3 {
		return 0, "", false
	}
	item, err := strconv.Atoi(s[:digits])
	after, noun := strings.CutPrefix(strings.TrimLeft(s[digits:], " "), "项")
	// 三项经验做法 is three of them: without 第 only what grows is said of 28项.
	if err != nil || !noun || !ordinal && !grows(after) {
		return 0, "", false
	}
	return item, strings.TrimLeft(after, " ：:"), true
}

// together reads one figure that is said of several items: 专题行和网上行都是1次.
// Without 都 nobody can tell how much of it is whose.
func (r *clauseReader) together(g clauseGroup) {
	if !g.all {
		r.c.Joint = true
		r.c.Unclear = append(r.c.Unclear, Unclear{Items: g.items, Text: g.text, Figure: g.after})
		return
	}
	var placed []Placement
	for _, item := range g.items {
		a := Read(r.n, r.form.Field(item), g.after)
		if a.Outcome != Taken {
			r.c.Rest = append(r.c.Rest, g.text)
			return
		}
		placed = append(placed, Placement{Item: item, Value: a.Value})
	}
	if r.keep(placed) {
		r.c.Joint = true
		return
	}
	r.c.Rest = append(r.c.Rest, g.text)
}

// fit is what one item would make of a group.
type fit struct {
	item int
	figures
}

// place reads one group against the items it may mean.
func (r *clauseReader) place(g clauseGroup) {
	fits := r.fits(g)
	switch {
	case len(fits) == 1 && r.sure(g, fits[0]):
		if r.keep(fits[0].placed) {
			r.c.Wanting = append(r.c.Wanting, fits[0].wanting...)
			r.c.Aside = append(r.c.Aside, fits[0].aside...)
			return
		}
		r.c.Rest = append(r.c.Rest, g.text)
	case len(fits) > 1 || len(fits) == 1 && g.named:
		u := Unclear{Text: g.text, Figure: fits[0].written, Reading: fits[0].reading}
		for _, f := range fits {
			u.Items = append(u.Items, f.item)
			for _, p := range f.placed {
				u.Mode = max(u.Mode, p.Mode)
			}
		}
		r.c.Unclear = append(r.c.Unclear, u)
	case g.named && len(g.items) > 1 && strings.ContainsFunc(g.text, figureRune):
		r.c.Unclear = append(r.c.Unclear, Unclear{Items: g.items, Text: g.text, Figure: strings.TrimLeft(g.after, " ，,：:")})
	default:
		r.c.Rest = append(r.c.Rest, g.text)
	}
}

// sure reports whether the only item that can read a group is meant: by name,
// or because it is the one that is asked or was answered last. One that merely
// shares a word with it is asked about.
func (r *clauseReader) sure(g clauseGroup, f fit) bool {
	return g.named || f.item == r.near.Asked || f.item == r.near.Last
}

// fits lists the items that can read a group.
func (r *clauseReader) fits(g clauseGroup) []fit {
	var fits []fit
	try := func(item int) {
		if item == 0 || slices.ContainsFunc(fits, func(f fit) bool { return f.item == item }) {
			return
		}
		if f, ok := r.read(item, g); ok {
			fits = append(fits, fit{item, f})
		}
	}
	asked := slices.Contains(g.items, r.near.Asked)
	if g.named || len(g.items) > 0 && !asked {
		for _, item := range g.items {
			try(item)
		}
		return fits
	}
	try(r.near.Asked)
	if asked || len(fits) > 0 && !fits[0].adds {
		return fits
	}
	if try(r.near.Last); len(fits) > 0 && !fits[0].grows() {
		return nil // a plain figure is not for what was answered before
	}
	return fits
}

// read reads a group as one item's: by its figures, or, where these are not all
// written out, as the answers in order that its words make.
func (r *clauseReader) read(item int, g clauseGroup) (figures, bool) {
	if f, ok := readFigures(r.n, r.form, item, g.text); ok && (g.named || f.spoken || f.adds) {
		return f, true
	}
	if !g.named {
		return figures{}, false
	}
	run := ReadRun(r.n, r.form, item, g.text)
	f := figures{written: strings.TrimLeft(g.after, " ，,：:")}
	for _, a := range run.Answers {
		if a.Outcome != Taken || r.form.Field(a.Item).Kind == KindText {
			return figures{}, false
		}
		f.placed = append(f.placed, Placement{Item: a.Item, Value: a.Value})
	}
	return f, run.Sure && len(f.placed) > 0
}

// keep adds placements unless another part of the sentence says something else
// of the same item.
func (r *clauseReader) keep(placed []Placement) bool {
	for _, p := range placed {
		if slices.ContainsFunc(r.c.Placed, func(q Placement) bool {
			return q.Item == p.Item && (q.Mode == p.Mode) && q.Value != p.Value || q.Item == p.Item && q.Mode != p.Mode && (q.Mode == ModePlain || p.Mode == ModePlain)
		}) {
			return false
		}
	}
	for _, p := range placed {
		if !slices.Contains(r.c.Placed, p) {
			r.c.Placed = append(r.c.Placed, p)
		}
	}
	return true
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

// joined finds the items that are called one after another in front of one
// figure: 专题行、区域行和网上行都是1次. Each name must be one item's alone. It also
// returns what stands behind, and whether that is said of each of them.
func (f *Form) joined(clause string) (items []int, after string, all bool) {
	rest := clause
	for {
		word, item := "", 0
		for _, field := range f.Fields {
			for _, w := range field.Words {
				if len(w) > len(word) && strings.HasPrefix(strings.TrimLeft(rest, "“\"《"), w) {
					word, item = w, field.Item
				}
			}
		}
		if word == "" || len(f.wordOf(word)) != 1 || slices.Contains(items, item) {
			return nil, "", false
		}
		items = append(items, item)
		_, rest, _ = strings.Cut(rest, word)
		rest = strings.TrimLeft(rest, "”\"》 ")
		next, more := cutAny(rest, "和", "与", "跟", "及", "以及", "、")
		if !more {
			break
		}
		rest = strings.TrimLeft(next, " ")
	}
	if after, all = cutAny(rest, "也都", "均", "都", "各"); !strings.ContainsFunc(after, figureRune) {
		return nil, "", false
	}
	return items, after, all
}

// splitNames cuts clauses that begin with a name, before the next name that
// stands behind a figure and before another one: 宣传产品2部演练1场60人.
func (f *Form) splitNames(clauses []string) []string {
	var out []string
	for _, clause := range clauses {
		for cut := f.secondName(clause); cut > 0; cut = f.secondName(clause) {
			out = append(out, clause[:cut])
			clause = clause[cut:]
		}
		out = append(out, clause)
	}
	return out
}

// secondName is where the next name begins in such a clause; 0 if it is none.
func (f *Form) secondName(clause string) int {
	figure := strings.IndexFunc(clause, figureRune)
	if figure < 0 || !f.hasName(clause[:figure]) {
		return 0
	}
	first := -1
	for _, field := range f.Fields {
		for _, w := range field.Words {
			i := strings.Index(clause[figure:], w)
			if i > 0 && (first < 0 || figure+i < first) && strings.ContainsFunc(clause[figure+i:], figureRune) {
				first = figure + i
			}
		}
	}
	return max(first, 0)
}

// hasName reports whether an item is called by its name in a text.
func (f *Form) hasName(text string) bool {
	return slices.ContainsFunc(f.Fields, func(f Field) bool {
		return slices.ContainsFunc(f.Words, func(w string) bool { return strings.Contains(text, w) })
	})
}

// mostHinted is how many items a word may hint at before it says nothing: 活动
// and 安全 are in the names of half of them.
const mostHinted = 3

// hinted lists the counts that a clause may be about because it shares a word of
// two characters with one of their names: 学习 with 理论学习 and 集中学习.
func (f *Form) hinted(clause string) []int {
	var items []int
	rs := []rune(clause)
	for i := 0; i+1 < len(rs); i++ {
		if !unicode.Is(unicode.Han, rs[i]) || !unicode.Is(unicode.Han, rs[i+1]) || figureRune(rs[i]) || figureRune(rs[i+1]) {
			continue
		}
		word := string(rs[i : i+2])
		var here []int
		for _, field := range f.Fields {
			opener := f.Field(field.PairsWith)
			if field.Kind != KindCount || opener != nil && opener.Kind == KindCount {
				continue
			}
			if slices.ContainsFunc(field.Words, func(w string) bool { return strings.Contains(w, word) }) {
				here = append(here, field.Item)
			}
		}
		if len(here) <= mostHinted {
			items = append(items, here...)
		}
	}
	slices.Sort(items)
	return slices.Compact(items)
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
