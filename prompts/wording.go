package prompts

import (
	"maps"
	"slices"
	"strings"
)

// isWording reports whether a file holds sentences: wording.yaml, or one of those
// that a part of the work has for itself, as wording-review.yaml.
func isWording(name string) bool {
	return name == wordingFile || strings.HasPrefix(name, "wording-") && strings.HasSuffix(name, ".yaml")
}

// wordingFiles lists the files with sentences, wording.yaml first even if it is
// missing.
func (l *loader) wordingFiles() []string {
	names := []string{wordingFile}
	for _, name := range slices.Sorted(maps.Keys(l.files)) {
		if isWording(name) && name != wordingFile {
			names = append(names, name)
		}
	}
	return names
}

// readWording reads what the bot says and holds it to what the program can
// say: each key worded, no blank that nobody fills.
func (l *loader) readWording() {
	l.notice.Wording = make(map[string]string)
	whole := true
	for _, name := range l.wordingFiles() {
		doc := l.open(name)
		before := len(l.p.list)
		entries := doc.entries()
		if doc.absent() && len(l.p.list) > before {
			whole = false
		}
		for _, e := range entries {
			l.readSentence(e)
		}
	}
	if !whole {
		return
	}
	for _, key := range slices.Sorted(maps.Keys(l.keys)) {
		if _, ok := l.notice.Wording[key]; !ok {
			l.p.add(wordingFile, 1, WordingMissing, "缺少名为“%s”的句子。请补上。%s", key, fillable(l.keys[key]))
		}
	}
}

func (l *loader) readSentence(e entry) {
	known, ok := l.keys[e.key]
	if !ok {
		e.fail(WordingUnknown, "没有名为“%s”的句子。冒号前的名字不能改；多余的请删去。", e.key)
		return
	}
	if _, twice := l.notice.Wording[e.key]; twice {
		e.fail(Duplicate, "名为“%s”的句子在另一个文件里已经有了。请删去一处。", e.key)
		return
	}
	text := e.prose()
	l.notice.Wording[e.key] = text
	names, ok := blanks(text)
	if !ok {
		e.fail(BlankForm, "花括号不成对，或括号里是空的。")
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			e.fail(BlankUnknown, "{%s} 没有内容可填。%s", name, fillable(known))
		}
	}
}

func fillable(known []string) string {
	if len(known) == 0 {
		return "这句没有可填的空。"
	}
	return "这句可以写：{" + strings.Join(known, "}、{") + "}。"
}
