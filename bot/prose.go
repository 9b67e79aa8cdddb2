package bot

import (
	"slices"
	"strconv"
	"strings"
)

// tellProse is 汇总 文字版: the paragraph for the office's report, made of the
// form's own printed sentences with the sums in their blanks, so that a new notice
// needs no code. It has no adjectives and leaves nothing out but what cannot be
// added up.
func (t *turn) tellProse(items []int, drafts bool) {
	tot := t.v.Totals
	if drafts {
		t.tell("prose.staged", nil)
	}
	t.tell("prose.head", args{
		"time": dayAndTime(t.now), "expected": strconv.Itoa(tot.Expected), "counted": strconv.Itoa(tot.Counted), "form": tot.Form,
	})
	said := false
	for _, sec := range t.form.Sections {
		var sentences []string
		for _, line := range t.form.Lines {
			if line.Section == sec.ID {
				if s := t.sentenceOf(line.Text, items); s != "" {
					sentences = append(sentences, s)
				}
			}
		}
		if len(sentences) > 0 {
			t.tell("prose.section", args{"id": sec.ID, "title": sec.Title, "text": strings.Join(sentences, "；")})
			said = true
		}
	}
	if !said {
		t.tell("prose.none", nil)
		return
	}
	t.tell("prose.notes", args{"deducted": t.deductedItems()})
}

// sentenceOf fills one printed line, part by part between its semicolons, as far
// as a part speaks of one of the items; of all for none. A clause that asks for
// words has no sum and is left out, and so is a part that has nothing else.
func (t *turn) sentenceOf(line string, items []int) string {
	var parts []string
	for _, part := range strings.FieldsFunc(line, func(r rune) bool { return strings.ContainsRune("；;。", r) }) {
		_, blanks := splitLine(part)
		wanted := len(items) == 0 || slices.ContainsFunc(blanks, func(item int) bool { return slices.Contains(items, item) })
		summed := slices.ContainsFunc(blanks, t.adds)
		if !wanted || !summed {
			continue
		}
		var clauses []string
		for clause := range strings.SplitSeq(part, "，") {
			_, blanks := splitLine(clause)
			if len(blanks) == 0 || slices.ContainsFunc(blanks, t.adds) {
				clauses = append(clauses, t.clauseOf(clause))
			}
		}
		parts = append(parts, strings.Join(clauses, "，"))
	}
	return strings.Join(parts, "；")
}

// adds reports whether an item has a sum.
func (t *turn) adds(item int) bool {
	f := t.form.Field(item)
	return f != nil && (f.Kind == KindCount || f.Kind == KindYesNo)
}

// clauseOf puts the sums into the blanks of a clause and takes their brackets
// away: 参与（{2}）人次 is 参与120人次.
func (t *turn) clauseOf(clause string) string {
	const blank = " 　"
	literals, items := splitLine(clause)
	var b strings.Builder
	for i, literal := range literals {
		if i > 0 {
			literal = strings.TrimLeft(literal, blank)
			if open, ok := strings.CutPrefix(literal, "）"); ok {
				literal = open
			} else {
				literal = strings.TrimPrefix(literal, ")")
			}
		}
		if i == len(items) {
			b.WriteString(literal)
			break
		}
		literal = strings.TrimRight(literal, blank)
		for _, mark := range []string{"（", "(", "□" + wordYes + "□" + wordNo} {
			literal = strings.TrimRight(strings.TrimSuffix(literal, mark), blank)
		}
		b.WriteString(literal)
		b.WriteString(t.sumOf(items[i]))
	}
	return strings.TrimSpace(b.String())
}

func (t *turn) sumOf(item int) string {
	if item < 1 || item > len(t.v.Totals.Items) {
		return ""
	}
	it := t.v.Totals.Items[item-1]
	if t.form.Field(item).Kind == KindYesNo {
		return t.phrase("prose.yes", args{"n": strconv.Itoa(it.Yes)})
	}
	return strconv.FormatInt(it.Reported(), 10)
}
