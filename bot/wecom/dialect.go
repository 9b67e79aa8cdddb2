package wecom

import "strings"

// What each way of sending makes of a text in markdown. The platform has three
// dialects: the old one (pages 90236 and 91770) knows headings, bold, links,
// code, quotes and three colours; markdown_v2 (page 91770) knows tables and
// lists as well, but calls on nobody; a text knows nothing.

// dressed reports whether a text has marks in it that only markdown shows as
// meant. What has none is better sent as a text: that is what clients of every
// age show, and what can be copied.
func dressed(text string) bool {
	for _, mark := range []string{"**", "`", "](", "<font", "<@"} {
		if strings.Contains(text, mark) {
			return true
		}
	}
	for line := range strings.Lines(text) {
		line = strings.TrimLeft(line, " ")
		if rest := strings.TrimLeft(line, "#"); rest != line && strings.HasPrefix(rest, " ") {
			return true
		}
		if strings.HasPrefix(line, ">") {
			return true
		}
	}
	return false
}

// tabled reports whether a text holds a table.
func tabled(text string) bool {
	for line := range strings.Lines(text) {
		if rule(line) {
			return true
		}
	}
	return false
}

// rule reports whether a line is the one between a table's head and its rows.
func rule(line string) bool {
	line = strings.TrimSpace(line)
	return strings.Contains(line, "|") && strings.Contains(line, "-") && strings.Trim(line, "|:- ") == ""
}

// Between what were cells stands a wide blank, or a narrow one if a text would
// grow by that: it has to fit where it fitted before.
const (
	wideGap   = "\u3000"
	narrowGap = " "
)

// untabled turns tables into plain lines, a row each. The text does not grow.
func untabled(text string) string {
	if !tabled(text) {
		return text
	}
	if wide := rows(text, wideGap); len(wide) <= len(text) {
		return wide
	}
	return rows(text, narrowGap)
}

func rows(text, gap string) string {
	lines := strings.Split(text, "\n")
	var out []string
	inside := false
	for i, line := range lines {
		switch {
		case rule(line):
			inside = true
			continue
		case strings.Contains(line, "|") && (inside || i+1 < len(lines) && rule(lines[i+1])):
			line = cells(line, gap)
		default:
			inside = false
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}

func cells(row, gap string) string {
	var words []string
	for cell := range strings.SplitSeq(strings.Trim(strings.TrimSpace(row), "|"), "|") {
		words = append(words, strings.TrimSpace(cell))
	}
	return strings.TrimRight(strings.Join(words, gap), gap)
}

// undressed takes the marks away that a text would show as they are.
func undressed(text string) string {
	text = strings.NewReplacer("**", "", "`", "").Replace(untabled(text))
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if rest := strings.TrimLeft(line, "#"); rest != line && strings.HasPrefix(rest, " ") {
			line = strings.TrimLeft(rest, " ")
		}
		lines[i] = strings.TrimPrefix(line, "> ")
	}
	return strings.Join(lines, "\n")
}
