package prompts

import (
	"fmt"
	"strings"
	"unicode"

	"anyuebot/bot"
)

// ready ends the name of a blank that is filled with text which Render has
// made already, such as the rest of a long reply: it goes in as it is.
const ready = "!"

// Render words an effect. What fills a blank is taken for text that somebody
// typed and made harmless, unless the blank's name ends in "!".
func Render(notice *bot.Notice, e bot.Effect) (string, error) {
	text, ok := notice.Wording[e.Key]
	if !ok {
		return "", fmt.Errorf("prompts: no wording %q", e.Key)
	}
	names, ok := blanks(text)
	if !ok {
		return "", fmt.Errorf("prompts: wording %q has a stray brace", e.Key)
	}
	values := make(map[string]string, len(names))
	for _, name := range names {
		value, ok := e.Args[name]
		if !ok {
			return "", fmt.Errorf("prompts: wording %q: nothing fills {%s}", e.Key, name)
		}
		if !strings.HasSuffix(name, ready) {
			value = Plain(value)
		}
		values[name] = value
	}
	return bot.Fill(text, values), nil
}

// Plain makes typed text harmless: one line, nothing invisible, and no
// character that the platform's markdown would act on. The full-width
// look-alikes read the same to people. Text that is plain stays as it is.
func Plain(s string) string {
	s = strings.Join(strings.Fields(strings.Map(visible, strings.ToValidUTF8(s, "\uFFFD"))), " ")
	runes := []rune(s)
	for i, r := range runes {
		if acts(runes, i) {
			runes[i] = r - '!' + '！'
		}
	}
	return string(runes)
}

// visible turns every break into a blank and drops what can't be seen: with
// direction marks a number could be shown other than it is.
func visible(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case unicode.Is(unicode.Cf, r), unicode.IsControl(r):
		return -1
	}
	return r
}

// acts reports whether the character at i would format something where it stands.
func acts(runes []rune, i int) bool {
	next := ' '
	if i+1 < len(runes) {
		next = runes[i+1]
	}
	switch r := runes[i]; r {
	case '<', '>', '&', '*', '`', '[', ']', '|', '~', '\\', '$':
		return true
	case '_':
		// Inside a userid it formats nothing, and people copy userids.
		return i == 0 || !word(runes[i-1]) || !word(next)
	case '#':
		return i == 0
	case '-', '+', '=':
		// A heading, a list or a rule; but “-3” is a number that was refused.
		return i == 0 && (next == ' ' || next == r)
	case '.', ')':
		// “1. ” at the start would become a list of its own.
		return i > 0 && next == ' ' && digits(runes[:i])
	}
	return false
}

func word(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

func digits(runes []rune) bool {
	for _, r := range runes {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}
