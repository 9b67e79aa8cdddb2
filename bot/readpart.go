package bot

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// The words by which a part of a gathered text is put where it belongs.
const (
	wordAppend  = "接上"
	wordReplace = "替换"
)

// partWord reads whether a part is to replace what stands there.
func partWord(text string) (replace, ok bool) {
	switch word := strings.TrimPrefix(strings.TrimSuffix(bare(text), "吧"), "请"); {
	case slices.Contains([]string{wordAppend, "接在后面", "接着", "追加", "补充", "续上"}, word):
		return false, true
	case slices.Contains([]string{wordReplace, "替换掉", "覆盖", "换掉", "重写", "换成新的"}, word):
		return true, true
	}
	return false, false
}

// partReading is a message read as a part of a gathered text.
type partReading struct {
	Reading
	whole bool // it stands for the whole: 纸质版另送
	talk  bool // it rather speaks to the bot
}

// readPart reads a message for a gathered text. Only bounds are not held here:
// they are those of the whole.
func readPart(n *Notice, f *Field, text string) partReading {
	clean := tidyText(text)
	if slices.Contains(f.Instead, bare(clean)) {
		return partReading{Reading: takenAs(Words(f.Instead[0])), whole: true}
	}
	if !says([]rune(clean)) {
		return partReading{Reading: Reading{Outcome: NoAnswer}}
	}
	r := takenAs(Words(clean))
	if len(clean) <= maxQuote {
		// A figure, or a heading, may be a part as well as any words.
		if short := readText(n, f, clean); short.Outcome == NoAnswer || short.Outcome == Taken {
			r = short
		}
	}
	return partReading{Reading: r, talk: utf8.RuneCountInString(clean) < max(f.Least, 12) && isTalk(clean)}
}
