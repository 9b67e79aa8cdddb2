package bot

import (
	"slices"
	"strconv"
	"strings"
)

// occasionWords tell of when something was, and nothing else.
var occasionWords = setOf(`时候 时 的时候 那次 那天 那场 会上 一起 当天`)

// readOccasion reads a yes of two parts, of which the second only tells when it
// was: 看了，第二次学习时候看的. It returns the count whose occasion it was, by a
// word of its name that no other count's name shares with the yes/no item's own;
// 0 if none is named.
func readOccasion(n *Notice, form *Form, f *Field, text string) (item int, ok bool) {
	clauses := splitClauses(text)
	if len(clauses) != 2 {
		return 0, false
	}
	if r := Read(n, f, clauses[0]); r.Outcome != Taken || r.Value != Answer(true) {
		return 0, false
	}
	l := newLine(clauses[1])
	ordinal := false
	for _, t := range lex(n, l, f) {
		switch t.class {
		case cOrdinal:
			ordinal = true
		case cVerb, cLabel, cFill, cMeasure, cDate, cSpace, cPunct, cQuote:
		case cJunk:
			if !occasionWords[t.text] {
				return 0, false
			}
		default:
			return 0, false
		}
	}
	if !ordinal {
		return 0, true
	}
	own := n.dependents(f)
	for _, item := range form.hinted(clauses[1]) {
		if !slices.ContainsFunc(own, func(g *Field) bool { return g.Item == item }) {
			return item, true
		}
	}
	return 0, true
}

// eachOf is the figure of “每次12人”.
func eachOf(n *Notice, f *Field, quote string) (int64, bool) {
	l := newLine(quote)
	toks := lex(n, l, f)
	if len(toks) == 0 || toks[0].class != cEach || !perEvent[toks[0].text] {
		return 0, false
	}
	r := Read(n, f, strings.TrimPrefix(quote, toks[0].text))
	return r.Value.Number, r.Outcome == Taken && r.Value.Kind == Number
}

// figureChanged reads “12改5” and “12改成5” without any word that says whether 12 is an
// item or a figure.
func figureChanged(text string) (item int, rest string, ok bool) {
	s := fold(bare(text))
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	if digits == 0 || digits > 3 {
		return 0, "", false
	}
	item, err := strconv.Atoi(s[:digits])
	rest, linked := cutAny(strings.TrimLeft(s[digits:], " "), "改为", "改成", "改")
	return item, strings.TrimSpace(rest), err == nil && linked && rest != ""
}

// saysYesFirst reports whether a word of agreeing is a sentence of its own, and
// what follows takes nothing of it back and holds no figure.
func saysYesFirst(text string) bool {
	_, after, ok := strings.Cut(text, "。")
	return ok && !strings.ContainsFunc(after, figureRune) && !admits(after) && !isTalk(after) && !strings.ContainsAny(after, "不别但先")
}

// asksApart reports whether somebody wonders how two items differ.
func asksApart(text string) bool {
	for _, w := range []string{"一回事", "同一", "一样", "区别", "都填", "都算", "两个都", "怎么分", "怎么选", "选哪", "填哪", "哪一项", "哪个"} {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}
