package bot

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Flag is a soft check that speaks about the present values. It is derived
// anew from them each time: a new value that no longer trips the check takes
// the mark away by itself.
type Flag struct {
	Check  *Check
	Item   int    // the item it marks
	Values string // the operands, so that a reason holds for exactly these
	Reason *Reason
}

// Open reports whether nobody has vouched for the figure yet (待确认).
func (f Flag) Open() bool { return f.Reason == nil }

// Flags evaluates the form's soft checks on a set of answers, with the reasons
// given so far. Checks across units are not among them; see package report.
func (f *Form) Flags(year string, entries []Entry, reasons []Reason) []Flag {
	values := make(map[int]Entry, len(entries))
	for _, e := range entries {
		values[e.Item] = e
	}
	var flags []Flag
	add := func(c *Check, item int, operands string) {
		flag := Flag{Check: c, Item: item, Values: operands}
		for i := range reasons {
			if reasons[i].Check == c.ID && reasons[i].Values == operands {
				flag.Reason = &reasons[i]
			}
		}
		flags = append(flags, flag)
	}
	for i := range f.Checks {
		c := &f.Checks[i]
		switch {
		case c.Paste:
			for _, e := range entries {
				own := e.Value.Number == int64(e.Item) || strconv.FormatInt(e.Value.Number, 10) == year
				if e.Paste && e.Value.Kind == Number && e.Value.Number >= c.Least && own {
					add(c, e.Item, fmt.Sprintf("%d=%d", e.Item, e.Value.Number))
				}
			}
		case len(c.All) > 0 && c.holds(values):
			add(c, c.Item, c.operands(values))
		}
	}
	return flags
}

func (c *Check) holds(values map[int]Entry) bool {
	for _, cmp := range c.All {
		a, ok := cmp.Left.eval(values)
		b, ok2 := cmp.Right.eval(values)
		if !ok || !ok2 || !cmp.holds(a, b) {
			return false
		}
	}
	return true
}

// Items lists the items that the check looks at, in order.
func (c *Check) Items() []int {
	var items []int
	for _, cmp := range c.All {
		for _, t := range []Term{cmp.Left, cmp.Right} {
			for _, item := range []int{t.Item, t.Over} {
				if item != 0 {
					items = append(items, item)
				}
			}
		}
	}
	if c.Item != 0 {
		items = append(items, c.Item)
	}
	slices.Sort(items)
	return slices.Compact(items)
}

func (c *Check) operands(values map[int]Entry) string {
	var parts []string
	for _, item := range c.Items() {
		parts = append(parts, fmt.Sprintf("%d=%s", item, values[item].Value))
	}
	return strings.Join(parts, " ")
}

// fraction is exact: items go up to 10^8, so that cross products stay far
// below what an int64 holds.
type fraction struct{ num, den int64 }

func (t Term) eval(values map[int]Entry) (fraction, bool) {
	if t.Item == 0 {
		return fraction{t.Const, 1}, true
	}
	num, ok := operand(values[t.Item].Value, t.Cases)
	if !ok || t.Over == 0 {
		return fraction{num, 1}, ok
	}
	den, ok := operand(values[t.Over].Value, false)
	return fraction{num, den}, ok && den > 0
}

func operand(v Value, cases bool) (int64, bool) {
	switch {
	case v.Kind == Number:
		return v.Number, true
	case v.Kind == YesNo && v.Yes:
		return 1, true
	case v.Kind == YesNo:
		return 0, true
	case v.Kind == Text && cases:
		return countCases(v.Text), true
	}
	return 0, false
}

func (cmp Compare) holds(a, b fraction) bool {
	l, r := a.num*b.den, b.num*a.den
	switch cmp.Op {
	case "=":
		return l == r
	case "!=":
		return l != r
	case "<":
		return l < r
	case "<=":
		return l <= r
	case ">":
		return l > r
	case ">=":
		return l >= r
	}
	return false
}

// countCases counts the cases told in a text: by their numbering if they are
// numbered, else by lines, else one. “无” tells none.
func countCases(text string) int64 {
	text = strings.TrimSpace(text)
	if isNothing(text) {
		return 0
	}
	numbered, next := int64(0), int64(1)
	for i, r := range text {
		if r < '0' || r > '9' || (i > 0 && text[i-1] >= '0' && text[i-1] <= '9') {
			continue
		}
		rest := text[i:]
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		n, err := strconv.ParseInt(rest[:digits], 10, 64)
		mark := strings.TrimLeft(rest[digits:], " ")
		if err == nil && n == next && strings.IndexAny(mark, ".、．）)") == 0 {
			numbered, next = n, n+1
		}
	}
	if numbered > 0 {
		return numbered
	}
	lines := int64(0)
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" {
			lines++
		}
	}
	return lines
}

// isNothing reports whether a text answer says that there was nothing to tell.
func isNothing(text string) bool {
	switch strings.TrimRight(text, "。.！! ") {
	case "无", "没有", "暂无", "未曝光", "无典型案例":
		return true
	}
	return false
}
