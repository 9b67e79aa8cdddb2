package wecom

import (
	"context"
	"log/slog"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

const ellipsis = "\u2026"

// fitted is fit for an answer, which the log hears of if it has to be cut.
func fitted(ctx context.Context, log *slog.Logger, words string, limit int, id string) string {
	whole := len(words)
	words, cut := fit(words, limit)
	if cut {
		log.LogAttrs(ctx, slog.LevelError, "wecom reply cut: it should have been paged",
			slog.String("stream", hash(id)), slog.Int("bytes", whole), slog.Int("limit", limit))
	}
	return words
}

// fit makes words fit for the wire: valid UTF-8 of at most limit bytes. It
// reports whether they had to be cut. The conversation pages its answers, so
// this is a belt and no more.
func fit(words string, limit int) (string, bool) {
	words = strings.ToValidUTF8(words, string(utf8.RuneError))
	if len(words) <= limit {
		return words, false
	}
	return cut(words, limit-len(ellipsis)) + ellipsis, true
}

// cut keeps at most so many bytes of valid UTF-8.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}

func oneLine(s string) string {
	return strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " ")
}

// clip shortens s to at most so many characters, counted as the platform does:
// in units of UTF-16.
func clip(s string, most int) string {
	end, units := 0, 0 // of what stays if s has to be cut
	for i, r := range s {
		if units < most {
			end = i
		}
		if units += utf16.RuneLen(r); units > most {
			return strings.TrimRightFunc(s[:end], isSpace) + ellipsis
		}
	}
	return s
}
