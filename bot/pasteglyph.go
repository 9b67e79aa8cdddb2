package bot

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// sheet is a message laid out for comparison with printed sentences. Printed
// words are compared by their letters and digits alone, because everything
// else (blanks, brackets, quotes, dashes) changes on the way through Word and
// a phone. Values are cut from the message itself, so that nothing a person
// wrote is lost on the way to the reader.
type sheet struct {
	text   string
	glyphs []glyph
	words  []int  // the glyphs that are letters and digits
	plain  string // those, normalised
	starts []int  // where each of them begins in plain
}

// glyph is one character of the message.
type glyph struct {
	r       rune // normalised; 0 for what nobody typed, such as a Word bookmark
	at, end int  // its bytes in the message
	kind    glyphKind
}

type glyphKind uint8

const (
	glyphWord  glyphKind = iota // a letter or digit
	glyphSpace                  // a blank within a line
	glyphBreak                  // a new line or a new cell
	glyphFill                   // an underscore or a hidden mark
	glyphOpen                   // brackets around a printed blank
	glyphClose
	glyphStop  // ends a sentence
	glyphComma // may end a phrase
	glyphSoft  // quotes and middots, which the printed words may have or not
	glyphOther
)

const (
	openBrackets  = "([{【〔〖"
	closeBrackets = ")]}】〕〗"
	softMarks     = "\"'“”‘’„‟「」『』《》〈〉«»<>·•・‧∙﹒:*=`′″"
)

func newSheet(text string) *sheet {
	s := &sheet{text: text, glyphs: make([]glyph, 0, len(text)/2)}
	for i := 0; i < len(text); {
		if n := wordsOwnMark(text[i:]); n > 0 {
			s.glyphs = append(s.glyphs, glyph{at: i, end: i + n, kind: glyphFill})
			i += n
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		g := glyph{r: plainRune(r), at: i, end: i + n}
		g.kind = kindOf(g.r)
		s.glyphs = append(s.glyphs, g)
		i += n
	}
	var plain strings.Builder
	for i, g := range s.glyphs {
		if g.kind == glyphWord {
			s.words = append(s.words, i)
			s.starts = append(s.starts, plain.Len())
			plain.WriteRune(g.r)
		}
	}
	s.plain = plain.String()
	return s
}

// plainRune folds full width to half width and capitals to small letters.
func plainRune(r rune) rune {
	if r >= '！' && r <= '～' {
		r -= '！' - '!'
	}
	return unicode.ToLower(r)
}

func kindOf(r rune) glyphKind {
	switch {
	case r == '\n', r == '\r', r == '\t', r == '\v', r == '\f', r == '\a', r == '\u2028', r == '\u2029':
		return glyphBreak
	case r == '_', unicode.Is(unicode.Cf, r):
		return glyphFill
	case unicode.IsSpace(r), unicode.IsControl(r):
		return glyphSpace
	case r == '〇', unicode.IsLetter(r), unicode.Is(unicode.Nd, r):
		return glyphWord
	case strings.ContainsRune(openBrackets, r):
		return glyphOpen
	case strings.ContainsRune(closeBrackets, r):
		return glyphClose
	case strings.ContainsRune(";。｡", r):
		return glyphStop
	case strings.ContainsRune(",、､", r):
		return glyphComma
	case strings.ContainsRune(softMarks, r):
		return glyphSoft
	}
	return glyphOther
}

// wordsOwnMark is the length of a bookmark that Word left in the text. The
// digits in its name are nobody's figures.
func wordsOwnMark(s string) int {
	const longest = 80
	if s[0] != '[' && s[0] != '{' && s[0] != '_' && s[0]|0x20 != 'o' {
		return 0
	}
	head := strings.ToLower(s[:min(len(s), longest)])
	if s[0] == '[' || s[0] == '{' {
		inner := strings.TrimLeft(head[1:], " ")
		for _, word := range []string{"bookmark", "formtext", "formcheckbox"} {
			if strings.HasPrefix(inner, word) {
				return 1 + strings.IndexAny(s[:min(len(s), longest)], "]}")
			}
		}
		return 0
	}
	for _, word := range []string{"_toc", "_hlk", "_ref", "_goback", "ole_link"} {
		if strings.HasPrefix(head, word) {
			n := len(word)
			for n < len(head) && head[n] >= '0' && head[n] <= '9' {
				n++
			}
			return n
		}
	}
	return 0
}

// raw is what was typed from glyph i up to glyph j, without what nobody typed.
// Underscores become blanks, so that 3__4 can't turn into 34.
func (s *sheet) raw(i, j int) string {
	var b strings.Builder
	for _, g := range s.glyphs[i:j] {
		switch {
		case g.r == '_', g.r == 0:
			b.WriteByte(' ')
		case g.kind == glyphFill:
		default:
			b.WriteString(s.text[g.at:g.end])
		}
	}
	return strings.TrimSpace(b.String())
}

// within is like raw without the brackets. They too leave a blank behind, so
// that “1)2” can't turn into 12. A blank or line end inside a word (人 次) goes
// too; one beside a numeral stays, because the reader has to ask about it.
func (s *sheet) within(i, j int) string {
	letter := func(k int) bool {
		return k >= i && k < j && s.glyphs[k].kind == glyphWord && !isNumeral(s.glyphs[k].r)
	}
	var b strings.Builder
	for k := i; k < j; k++ {
		g := s.glyphs[k]
		switch {
		case blankKind(g.kind):
			start := k
			for k+1 < j && blankKind(s.glyphs[k+1].kind) {
				k++
			}
			if !letter(start-1) || !letter(k+1) {
				b.WriteString(s.blanks(start, k+1))
			}
		case g.kind == glyphOpen, g.kind == glyphClose:
			b.WriteByte(' ')
		default:
			b.WriteString(s.text[g.at:g.end])
		}
	}
	return strings.TrimFunc(b.String(), func(r rune) bool {
		return unicode.IsSpace(r) || kindOf(plainRune(r)) == glyphSoft
	})
}

// blanks is what parts the words on either side of a run of blanks: nothing if
// none of them can be seen.
func (s *sheet) blanks(i, j int) string {
	for _, g := range s.glyphs[i:j] {
		if g.kind != glyphFill || g.r == '_' || g.r == 0 {
			return " "
		}
	}
	return ""
}

// find lists where a printed phrase stands, as glyph ranges.
func (s *sheet) find(phrase string) [][2]int {
	if phrase == "" {
		return nil
	}
	var found [][2]int
	for from := 0; ; {
		k := strings.Index(s.plain[from:], phrase)
		if k < 0 {
			return found
		}
		first := sort.SearchInts(s.starts, from+k)
		last := sort.SearchInts(s.starts, from+k+len(phrase)) - 1
		found = append(found, [2]int{s.words[first], s.words[last] + 1})
		from += k + len(phrase)
	}
}

// literal reports whether a printed word stands at glyph i, whatever blanks
// and line ends run through it, and the glyph after it.
func (s *sheet) literal(i int, word string) (int, bool) {
	if word == "" {
		return i, false
	}
	for n, want := range word {
		for n > 0 && i < len(s.glyphs) && blankKind(s.glyphs[i].kind) {
			i++
		}
		if i >= len(s.glyphs) || s.glyphs[i].kind != glyphWord || s.glyphs[i].r != want {
			return i, false
		}
		i++
	}
	return i, true
}

func blankKind(k glyphKind) bool { return k == glyphSpace || k == glyphBreak || k == glyphFill }

// closer finds the bracket that closes the one at glyph i. Kinds may differ:
// people open with （ and close with ). A value is short, so the search is.
func (s *sheet) closer(i, limit int) int {
	const longest = 64
	depth := 0
	for j := i; j < limit && j < i+longest; j++ {
		switch s.glyphs[j].kind {
		case glyphOpen:
			depth++
		case glyphClose:
			if depth--; depth == 0 {
				return j
			}
		}
	}
	return -1
}

// isDigit and isNumeral tell figures from words. A Chinese numeral may also be
// part of a word (统一), so it counts only where a measure word follows.
func isDigit(r rune) bool { return unicode.Is(unicode.Nd, r) }

func isNumeral(r rune) bool {
	return isDigit(r) || strings.ContainsRune("〇零一二三四五六七八九十百千万亿两廿卅壹贰叁肆伍陆柒捌玖拾佰仟", r)
}
