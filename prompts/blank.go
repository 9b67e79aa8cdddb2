package prompts

import "strings"

// blanks lists the {blanks} of a text in order. It is not ok if a brace stands
// alone, or encloses nothing or another brace.
func blanks(text string) (names []string, ok bool) {
	for {
		before, rest, found := strings.Cut(text, "{")
		if strings.Contains(before, "}") {
			return names, false
		}
		if !found {
			return names, true
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed || name == "" || strings.Contains(name, "{") {
			return names, false
		}
		names, text = append(names, name), after
	}
}
