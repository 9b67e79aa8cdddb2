package bot

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// isUserID reports whether a word can be a member's userid on the platform: up to
// 64 letters, digits and _ - @ . (page 90195).
func isUserID(word string) bool {
	return word != "" && len(word) <= 64 && strings.IndexFunc(word, foreignToUserID) < 0
}

func foreignToUserID(r rune) bool {
	return !isArabic(r) && !isLatin(r) && !strings.ContainsRune("_-@.", r)
}

// userIDs are the parts of a text that can be userids.
func userIDs(text string) []string {
	return slices.DeleteFunc(strings.FieldsFunc(fold(text), foreignToUserID), func(word string) bool { return !isUserID(word) })
}

// cutWord parts the first word from the rest. Words stand apart by blanks or
// commas.
func cutWord(text string) (word, rest string) {
	text = strings.TrimLeft(fold(text), " ，,：:、\n")
	i := strings.IndexAny(text, " ，,：:、\n")
	if i < 0 {
		return text, ""
	}
	return text[:i], strings.TrimLeft(text[i:], " ，,：:、\n")
}

// namedPerson reads who is meant by the words behind a unit: a name, a userid, or
// both, and what else is said.
func namedPerson(words []string) (name, userID, reason string) {
	if len(words) > 0 && !isUserID(words[0]) {
		name = strings.TrimSuffix(strings.TrimLeft(words[0], "由让请"), "同志")
		words = words[1:]
	}
	if len(words) > 0 && isUserID(words[0]) {
		userID = words[0]
		words = words[1:]
	}
	return name, userID, strings.Join(words, " ")
}

// isName reports whether a word can be a person's name: two to four characters,
// or longer with the dot of names from other languages.
func isName(word string) bool {
	if word == "姓名" {
		return false // copied from the way the command is shown
	}
	n := utf8.RuneCountInString(word)
	return n >= 2 && (n <= 4 || n <= 15 && strings.ContainsRune(word, '·')) && !strings.ContainsFunc(word, isArabic)
}

// askedBehind reads “山河镇报了没”, whose unit and form stand before the question.
func (n *Notice) askedBehind(text string) (rest string, ok bool) {
	text = bare(text)
	for _, ending := range []string{"报了没有", "报了没", "报了吗", "交了没有", "交了没", "交了吗"} {
		if rest, ok := strings.CutSuffix(text, ending); ok && utf8.RuneCountInString(rest) <= 20 {
			for _, we := range []string{"我们单位", "我单位", "我们"} {
				rest = strings.TrimPrefix(rest, we)
			}
			for i := range n.Forms {
				// 附件2 stands apart in “山河镇附件2报了没” too.
				rest = strings.ReplaceAll(rest, n.Forms[i].ID, " "+n.Forms[i].ID+" ")
			}
			return strings.Join(strings.Fields(strings.TrimRight(strings.TrimSpace(rest), "的")), " "), true
		}
	}
	return "", false
}

// joinWord and leaveWord know how the office says that somebody is to be one of
// it, or no more.
func joinWord(word string) bool {
	return slices.Contains([]string{"加", "增加", "添加", "加入", "加上", "+", "＋"}, word)
}

func leaveWord(word string) bool {
	return slices.Contains([]string{"减", "去掉", "移除", "删除", "减去", "退出", "-", "－"}, word)
}
