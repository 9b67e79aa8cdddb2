package bot

import (
	"slices"
	"strconv"
	"strings"
)

// noteOnItem reads a remark on an item that is called by its number or its very
// name: 注28 县应急局牵头, 注第28项：…, 第28项注：…, 28项备注 …, 注 咨询活动 ….
// Even where a text is asked for, words of this form are no answer to it. The
// item is 0, and rest begins with the name, if several go by it.
func noteOnItem(n *Notice, form *Form, text string) (item int, rest string, ok bool) {
	s := fold(text)
	verb := noteWord(n, s)
	spaced := strings.TrimLeft(s[len(verb):], " ：:")
	if name, rest := noteByName(spaced); verb != "" && len(spaced) < len(s[len(verb):]) && rest != "" {
		switch items := form.wordOf(name); len(items) {
		case 0:
		case 1:
			return items[0], rest, true
		default:
			return 0, spaced, true
		}
	}
	s = spaced
	s, ordinal := strings.CutPrefix(s, "第")
	s = strings.TrimLeft(s, " ")
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	if digits == 0 || digits > 4 {
		return 0, "", false
	}
	item, err := strconv.Atoi(s[:digits])
	if err != nil {
		return 0, "", false
	}
	s = strings.TrimLeft(s[digits:], " ")
	s, noun := strings.CutPrefix(s, "项")
	s = strings.TrimLeft(s, " ")
	if verb == "" {
		// Without the word in front it has to stand behind, with a sign: 第28项注：…
		after := s[len(noteWord(n, s)):]
		if after == s || !ordinal && !noun || !strings.HasPrefix(after, "：") && !strings.HasPrefix(after, ":") && !strings.HasPrefix(after, " ") {
			return 0, "", false
		}
		s = after
	}
	if item == 0 {
		item = noItem
	}
	return item, strings.TrimLeft(s, " ：:，,"), true
}

// itemNote is a remark with the item it is on.
type itemNote struct {
	item int
	text string
}

// notesIn reads remarks on several items, one a line; none if any line is
// something else.
func notesIn(n *Notice, form *Form, text string) []itemNote {
	var notes []itemNote
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "" {
			continue
		}
		item, rest, ok := noteOnItem(n, form, line)
		if !ok || item == 0 || rest == "" {
			return nil
		}
		notes = append(notes, itemNote{item, rest})
	}
	return notes
}

// wordOf lists the items that a word is one of the names of.
func (f *Form) wordOf(w string) []int {
	var items []int
	for _, field := range f.Fields {
		if slices.Contains(field.Words, w) {
			items = append(items, field.Item)
		}
	}
	return items
}

// noteWord is the longest word for 注 that a text begins with.
func noteWord(n *Notice, text string) string {
	longest := ""
	for _, w := range n.Verbs[VerbNote] {
		if strings.HasPrefix(text, w) && len(w) > len(longest) {
			longest = w
		}
	}
	return longest
}

// noteByName parts “咨询活动 县应急局牵头” and “咨询活动：县应急局牵头” into the
// item's words and the remark.
func noteByName(text string) (name, rest string) {
	i := strings.IndexAny(text, " ：:，,")
	if i < 0 {
		return text, ""
	}
	return text[:i], strings.TrimLeft(text[i:], " ：:，,")
}

// takesNoteBack reports whether a remark says that there is to be none.
func takesNoteBack(text string) bool {
	switch bare(text) {
	case "无", "没有", "删除", "删掉", "取消", "不要了":
		return true
	}
	return false
}
