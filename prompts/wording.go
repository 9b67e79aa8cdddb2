package prompts

import (
	"maps"
	"slices"
	"strings"
)

// readWording reads what the bot says and holds it to what the program can
// say: each key worded, no blank that nobody fills.
func (l *loader) readWording() {
	doc := l.open(wordingFile)
	l.notice.Wording = make(map[string]string)
	before := len(l.p.list)
	entries := doc.entries()
	if doc.absent() && len(l.p.list) > before {
		return
	}
	for _, e := range entries {
		known, ok := l.keys[e.key]
		if !ok {
			e.fail(WordingUnknown, "没有名为“%s”的句子。冒号前的名字不能改；多余的请删去。", e.key)
			continue
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
	for _, key := range slices.Sorted(maps.Keys(l.keys)) {
		if _, ok := l.notice.Wording[key]; !ok {
			doc.fail(WordingMissing, "缺少名为“%s”的句子。请补上。%s", key, fillable(l.keys[key]))
		}
	}
}

func fillable(known []string) string {
	if len(known) == 0 {
		return "这句没有可填的空。"
	}
	return "这句可以写：{" + strings.Join(known, "}、{") + "}。"
}
