package wecom

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// fourPerEm is the space that 企业微信 clients put behind a mention. Nobody has
// it on a keyboard.
const fourPerEm = '\u2005'

// botName is a display name as it is configured, with or without the "@".
func botName(configured string) string {
	return trimSpace(strings.TrimPrefix(trimSpace(configured), "@"))
}

// stripMention takes the mention of the bot out of what a member wrote, and
// the space around the rest. In a group the words keep the "@" and the bot's
// display name (page 100719, sample "@RobotA hello robot"); what follows the
// name is not documented.
//
// A name may contain spaces and may be the beginning of another, so it is
// looked for as it is configured: every place where it ends at a space, a
// punctuation mark or the end goes. If there is none, the first place goes
// where other words follow at once ("@name填报"), unless it looks like the
// second half of an e-mail address.
//
// A mention in the middle leaves a space behind: "改1@name2" must never become
// item 12.
//
// Without a name nothing is known of where it ends, save where the client's
// own space ends it; otherwise the words stay as they are, to be asked about
// rather than misread.
func stripMention(text, name string) string {
	text = trimSpace(text)
	if name == "" {
		if i := strings.IndexRune(text, fourPerEm); i > 0 && text[0] == '@' && !strings.ContainsAny(text[:i], "\r\n") {
			text = text[i:]
		}
		return trimSpace(text)
	}

	mention := "@" + name
	stripped, found := cutMentions(text, mention, func(_, after string) bool { return endsName(after) }, -1)
	if !found {
		stripped, _ = cutMentions(text, mention, func(before, _ string) bool { return !endsMailbox(before) }, 1)
	}
	return trimSpace(stripped)
}

// cutMentions replaces up to most places (all if negative) of mention for
// which is says yes by one space, or by none beside another space.
func cutMentions(text, mention string, is func(before, after string) bool, most int) (string, bool) {
	var out strings.Builder
	found := false
	rest, from := text, 0
	for most != 0 {
		i := strings.Index(rest[from:], mention)
		if i < 0 {
			break
		}
		at := from + i
		before, after := rest[:at], rest[at+len(mention):]
		if !is(before, after) {
			from = at + len(mention)
			continue
		}
		found = true
		most--
		out.WriteString(before)
		after = trimSeparator(after)
		if last, _ := utf8.DecodeLastRuneInString(before); before != "" && !isSpace(last) {
			out.WriteByte(' ')
		}
		rest, from = after, 0
	}
	out.WriteString(rest)
	return out.String(), found
}

// trimSeparator drops what stands between a mention and the words after it:
// spaces and at most one comma or colon. Line breaks stay, they may mean
// something in a pasted form.
func trimSeparator(s string) string {
	blank := func(r rune) bool { return isSpace(r) && r != '\n' && r != '\r' }
	s = strings.TrimLeftFunc(s, blank)
	if r, size := utf8.DecodeRuneInString(s); size > 0 && strings.ContainsRune(separators, r) {
		s = strings.TrimLeftFunc(s[size:], blank)
	}
	return s
}

// separators are the comma and the colon, and their wide forms.
const separators = ",:\uff0c\uff1a"

// endsName reports whether after, what follows a name, cannot be more of it.
func endsName(after string) bool {
	r, size := utf8.DecodeRuneInString(after)
	switch {
	case size == 0, isSpace(r):
		return true
	case r == '.', r == '-', r == '_':
		return false // common inside names and addresses
	}
	return unicode.IsPunct(r)
}

// endsMailbox reports whether an "@" after before would make an e-mail address.
func endsMailbox(before string) bool {
	if before == "" {
		return false
	}
	c := before[len(before)-1]
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("._-+", c) >= 0
}

func trimSpace(s string) string { return strings.TrimFunc(s, isSpace) }

// isSpace knows, beyond Unicode's spaces, the marks without width that travel
// along when somebody copies words out of a chat.
func isSpace(r rune) bool {
	switch r {
	case '\u200b', '\u2060', '\ufeff':
		return true
	}
	return unicode.IsSpace(r)
}
