package files

import (
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxName bounds a name, in bytes.
const maxName = 200

// cleanName makes what a sender called a file fit to be shown: the last part of
// a path, without line breaks, control characters or those that turn the
// direction of reading and so make an .exe look like a .jpg.
func cleanName(name string) string {
	name = strings.ToValidUTF8(name, "\uFFFD")
	if i := strings.LastIndexAny(name, `/\`); i >= 0 {
		name = name[i+1:]
	}
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == '\u2028' || r == '\u2029' {
			return -1
		}
		return r
	}, name)
	name = strings.Trim(name, " .\u3000")
	ext := path.Ext(name)
	if len(name) <= maxName {
		return name
	}
	if len(ext) > 20 {
		ext = ""
	}
	stem := name[:maxName-len(ext)]
	for !utf8.ValidString(stem) {
		stem = stem[:len(stem)-1]
	}
	return stem + ext
}

// extension is what a name says of the content: in lower case, without its dot.
func extension(name string) string {
	return strings.ToLower(strings.TrimPrefix(path.Ext(name), "."))
}
