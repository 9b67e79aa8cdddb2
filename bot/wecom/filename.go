package wecom

import (
	"mime"
	"net/url"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"anyuebot/bot"
)

// nameLimit is how long a file's name may be, in bytes: what file systems and
// the platform's own upload take.
const nameLimit = 255

// fileName finds the name that a download says it has (its Content-Disposition:
// a callback holds none, page 100719), for people to read: without any path,
// without characters that hide how it ends, and with its ending kept when it
// has to be cut. It is "" if there is none.
//
// The header is read with patience, because what the platform sends is not
// documented: plain or quoted, percent-encoded, by RFC 5987 or RFC 2047, in
// UTF-8 or in GBK.
func fileName(disposition string) string {
	var name string
	for field := range fields(disposition) {
		key, value, _ := strings.Cut(field, "=")
		value = unquote(strings.TrimSpace(value))
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "filename*":
			// What charset it is in shows by itself, and a language says nothing.
			if parts := strings.SplitN(value, "'", 3); len(parts) == 3 {
				value = parts[2]
			}
			if s := clean(decoded(value)); s != "" {
				return s // RFC 6266: it goes before the other
			}
		case "filename":
			if name == "" {
				name = clean(decoded(value))
			}
		}
	}
	return name
}

// fields yields what semicolons separate, outside quotes.
func fields(header string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		quoted, escaped, from := false, false, 0
		for i := range len(header) {
			switch c := header[i]; {
			case escaped:
				escaped = false
			case c == '\\' && quoted:
				escaped = true
			case c == '"':
				quoted = !quoted
			case c == ';' && !quoted:
				if !yield(header[from:i]) {
					return
				}
				from = i + 1
			}
		}
		yield(header[from:])
	}
}

func unquote(s string) string {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return s
	}
	s = s[1 : len(s)-1]
	// A backslash before anything else than these two is one of a path.
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(s)
}

func decoded(s string) string {
	if strings.Contains(s, "=?") {
		var words mime.WordDecoder
		if d, err := words.DecodeHeader(s); err == nil {
			s = d
		}
	}
	if strings.Contains(s, "%") {
		if d, err := url.PathUnescape(s); err == nil {
			s = d
		}
	}
	if !utf8.ValidString(s) {
		if d, err := simplifiedchinese.GB18030.NewDecoder().String(s); err == nil {
			s = d
		}
	}
	return strings.ToValidUTF8(s, "")
}

// clean makes a name of what a sender says it is.
func clean(name string) string {
	name = name[strings.LastIndexAny(name, `/\`)+1:]
	name = strings.Map(func(r rune) rune {
		switch {
		case r == utf8.RuneError, unicode.Is(unicode.Cf, r), unicode.IsControl(r):
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, name)
	name = strings.Trim(name, " ")
	if strings.Trim(name, ".") == "" {
		return ""
	}
	if len(name) <= nameLimit {
		return name
	}
	end := path.Ext(name)
	if len(end) > nameLimit/4 {
		end = ""
	}
	return cut(name, nameLimit-len(end)) + end
}

// shownName is a file's name as it may stand in a request: a name and no path,
// without what would end the header it stands in.
func shownName(f *bot.File) string {
	name := strings.ToValidUTF8(f.Name, "")
	name = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return -1
		case strings.ContainsRune(`/\:*?"<>|`, r):
			return '_'
		}
		return r
	}, name)
	name = strings.Trim(name, " .")
	extension := path.Ext(name)
	if len(extension) < 2 || len(extension) > 11 || strings.Trim(strings.ToLower(extension[1:]), "abcdefghijklmnopqrstuvwxyz0123456789") != "" {
		extension = "" // a full stop in the words
	}
	stem := strings.TrimSuffix(name, extension)
	if stem = cut(stem, nameLimit-len(extension)); stem == "" {
		stem = plainStem
	}
	if extension == "" {
		extension = extensionOf(f.Type)
	}
	return stem + extension
}

// plainStem names a file that has no name, or none in letters that are taken.
const plainStem = "file"

// plainName is the name in ASCII: some ways of sending refuse others.
func plainName(name string) string {
	extension := path.Ext(name)
	stem := strings.Map(func(r rune) rune {
		if r > unicode.MaxASCII {
			return -1
		}
		return r
	}, strings.TrimSuffix(name, extension))
	if stem = strings.Trim(stem, " ._-()"); stem == "" {
		stem = plainStem
	}
	return stem + extension
}

// extensionOf is not the system's table: that differs from machine to machine.
func extensionOf(kind string) string {
	switch kind, _, _ := mime.ParseMediaType(kind); kind {
	case "image/jpeg":
		return ".jpg"
	case "image/png":
		return ".png"
	case "application/pdf":
		return ".pdf"
	case "text/csv":
		return ".csv"
	case "text/plain":
		return ".txt"
	case "application/json":
		return ".json"
	case "application/zip":
		return ".zip"
	case "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":
		return ".xlsx"
	case "application/vnd.openxmlformats-officedocument.wordprocessingml.document":
		return ".docx"
	}
	return ".bin"
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
