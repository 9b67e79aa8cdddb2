package store

import (
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"

	"anyuebot/bot"
)

const (
	// readings bounds in how many ways the first letters of one name may be read:
	// 长乐镇 is clz, zyz …, whichever people say.
	readings = 16
	// pinyinRunes bounds the names that anybody would spell.
	pinyinRunes = 20
)

// pinyinOf gives what the names of a unit are when they are typed in letters: the
// first letters of each, in every reading, and the whole in the commonest. What
// the unit's own name begins with comes first.
func pinyinOf(u bot.Unit) []string {
	var list []string
	add := func(spelled string) {
		if len(spelled) > 1 && !slices.Contains(list, spelled) {
			list = append(list, spelled)
		}
	}
	all := slices.Concat([]string{u.Name, u.Short}, u.Aliases, u.Former)
	for _, name := range all {
		for _, letters := range initials(name) {
			add(letters)
		}
	}
	for _, name := range all {
		add(spelling(name))
	}
	return list
}

// initials gives the first letters of a name: nil if it is none that is spelled.
func initials(name string) []string {
	if name == "" || utf8.RuneCountInString(name) > pinyinRunes {
		return nil
	}
	args := pinyin.NewArgs()
	args.Style, args.Heteronym = pinyin.FirstLetter, true
	list := []string{""}
	for _, r := range name {
		letters := pinyin.SinglePinyin(r, args)
		if len(letters) == 0 {
			letters = plain(r)
		}
		letters = distinct(letters)
		if len(list)*len(letters) > readings {
			letters = letters[:1]
		}
		var longer []string
		for _, letter := range letters {
			for _, before := range list {
				longer = append(longer, before+letter)
			}
		}
		list = longer
	}
	return list
}

// spelling writes a name out without tones, in the commonest reading.
func spelling(name string) string {
	if utf8.RuneCountInString(name) > pinyinRunes {
		return ""
	}
	args := pinyin.NewArgs()
	var b strings.Builder
	for _, r := range name {
		for _, syllable := range append(pinyin.SinglePinyin(r, args), plain(r)...)[:1] {
			b.WriteString(syllable)
		}
	}
	return b.String()
}

// plain is what a character that has no pinyin is typed as: itself if it is a
// letter or a digit, else not at all.
func plain(r rune) []string {
	switch {
	case r >= 'A' && r <= 'Z':
		return []string{string(r - 'A' + 'a')}
	case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
		return []string{string(r)}
	}
	return []string{""}
}

// distinct drops what came before.
func distinct(list []string) []string {
	var kept []string
	for _, s := range list {
		if !slices.Contains(kept, s) {
			kept = append(kept, s)
		}
	}
	return kept
}
