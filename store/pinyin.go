package store

import (
	"slices"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"

	"anyuebot/bot"
)

const (
	// readings bounds in how many ways one name may be read: 长乐镇 is zlz, clz, cyz
	// …, whichever people say.
	readings = 16
	// pinyinRunes bounds the names that anybody would spell.
	pinyinRunes = 20
)

// pinyinOf gives what the names of a unit are when they are typed in letters: the
// first letters of each, and the unit's own name written out without tones. What
// the unit's own name begins with comes first.
func pinyinOf(u bot.Unit) []string {
	var list []string
	add := func(name string, style int) {
		for _, spelled := range spellings(name, style) {
			if len(spelled) > 1 && !slices.Contains(list, spelled) {
				list = append(list, spelled)
			}
		}
	}
	all := slices.Concat([]string{u.Name, u.Short}, u.Aliases, u.Former)
	for _, name := range all {
		add(name, pinyin.FirstLetter)
	}
	add(u.Name, pinyin.Normal)
	add(u.Short, pinyin.Normal)
	return list
}

// spellings writes a name in letters, in every reading as far as these are few.
func spellings(name string, style int) []string {
	if utf8.RuneCountInString(name) > pinyinRunes {
		return nil
	}
	args := pinyin.NewArgs()
	args.Style, args.Heteronym = style, true
	list := []string{""}
	for _, r := range name {
		syllables := pinyin.SinglePinyin(r, args)
		if len(syllables) == 0 {
			syllables = []string{plain(r)}
		}
		syllables = distinct(syllables)
		if len(list)*len(syllables) > readings {
			syllables = syllables[:1]
		}
		var longer []string
		for _, syllable := range syllables {
			for _, before := range list {
				longer = append(longer, before+syllable)
			}
		}
		list = longer
	}
	return list
}

// plain is what a character that has no pinyin is typed as: itself if it is a
// letter or a digit, else not at all.
func plain(r rune) string {
	switch {
	case r >= 'A' && r <= 'Z':
		return string(r - 'A' + 'a')
	case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
		return string(r)
	}
	return ""
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
