package app

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"anyuebot/bot"
)

// words renders effects into lines and the lines into pages of at most limit
// bytes. A page ends between two lines; only a line longer than a page is cut.
func (a *App) words(effects []bot.Effect, limit int) ([]string, error) {
	lines, err := a.lines(effects)
	if err != nil {
		return nil, err
	}
	whole := strings.Join(lines, "\n")
	if limit <= 0 || len(whole) <= limit {
		return []string{whole}, nil
	}
	foot, err := a.foot(99, 99)
	if err != nil {
		return nil, err
	}
	room := limit - len(foot) - 1
	if room < utf8.UTFMax {
		return nil, fmt.Errorf("a page of %d bytes has no room for words", limit)
	}
	pages := pack(lines, room)
	if foot, err = a.foot(1, len(pages)); err != nil {
		return nil, err
	}
	pages[0] += "\n" + foot
	return pages, nil
}

// lines renders effects into lines.
func (a *App) lines(effects []bot.Effect) ([]string, error) {
	var lines []string
	for _, e := range effects {
		text, err := a.c.Say(e)
		if err != nil {
			return nil, err
		}
		switch last := len(lines) - 1; {
		case last < 0 || e.Join == bot.NewLine:
			lines = append(lines, text)
		case e.Join == bot.Spaced:
			lines[last] += "\u3000" + text
		default:
			lines[last] += text
		}
	}
	return lines, nil
}

// pack fills pages of at most room bytes with lines.
func pack(lines []string, room int) []string {
	var pages []string
	var page strings.Builder
	for _, line := range lines {
		for _, part := range cut(line, room) {
			if page.Len() > 0 && page.Len()+1+len(part) > room {
				pages = append(pages, page.String())
				page.Reset()
			}
			if page.Len() > 0 {
				page.WriteByte('\n')
			}
			page.WriteString(part)
		}
	}
	return append(pages, page.String())
}

func (a *App) foot(page, pages int) (string, error) {
	return a.c.Say(bot.Effect{Key: "page.more", Args: map[string]string{"page": strconv.Itoa(page), "pages": strconv.Itoa(pages)}})
}

// cut breaks a line that is longer than a page: behind an item of an
// enumeration if there is one, else between characters.
func cut(line string, room int) []string {
	const mark = "、"
	var parts []string
	for len(line) > room {
		end := room
		for end > 0 && !utf8.RuneStart(line[end]) {
			end--
		}
		if i := strings.LastIndex(line[:end], mark); i > 0 {
			end = i + len(mark)
		}
		parts = append(parts, line[:end])
		line = line[end:]
	}
	return append(parts, line)
}
