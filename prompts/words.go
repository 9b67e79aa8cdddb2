package prompts

import (
	"slices"
	"strings"

	"anyuebot/bot"
)

// answers are words that answer a question. As a command one of them would
// swallow the answer, and the form would never be finished.
func answers() []string {
	return []string{
		"是", "否", "有", "无", "没", "没有", "未开展", "没开展", "没搞", "都没有", "都没开展",
		"不适用", "不涉及", "暂不掌握", "不掌握", "不清楚", "不知道", "暂无",
		"零", "一", "二", "两", "三", "四", "五", "六", "七", "八", "九", "十", "百", "千", "万", "半",
		"男", "女", "/", "／", "-", "—", "——",
	}
}

// readWords reads what people type for each command.
func (l *loader) readWords() {
	doc := l.open(wordsFile)
	l.notice.Verbs = make(map[bot.Verb][]string)
	owner := make(map[string]bot.Verb) // by folded word
	for _, e := range doc.entries() {
		verb := bot.Verb(e.key)
		if !slices.Contains(bot.Verbs(), verb) {
			e.fail(VerbUnknown, "没有“%s”这个命令。冒号前的英文名不能改。", e.key)
			continue
		}
		for _, item := range e.list() {
			word := item.text()
			if word == "" {
				continue
			}
			if other, taken := owner[foldWord(word)]; taken && (other != verb || slices.Contains(l.notice.Verbs[verb], word)) {
				item.fail(Duplicate, "“%s”已经是命令 %s 的叫法。一个叫法只能属于一个命令，请删去一处。", word, other)
				continue
			}
			if isAnswer(word) {
				item.fail(VerbWord, "“%s”是答案，不能当命令的叫法。请删去。", word)
				continue
			}
			owner[foldWord(word)] = verb
			l.notice.Verbs[verb] = append(l.notice.Verbs[verb], word)
		}
	}
	if doc.absent() {
		return
	}
	for _, verb := range bot.Verbs() {
		if len(l.notice.Verbs[verb]) == 0 {
			doc.fail(KeyMissing, "命令 %s 没有叫法。请补上。", verb)
		}
	}
}

func isAnswer(word string) bool {
	return strings.Trim(foldWord(word), "0123456789") == "" || slices.Contains(answers(), word)
}

// foldWord makes words alike that people would take for the same: full-width
// letters and marks, and capitals.
func foldWord(word string) string {
	return strings.ToLower(strings.Map(func(r rune) rune {
		if r >= '！' && r <= '～' {
			return r - '！' + '!'
		}
		return r
	}, word))
}
