package prompts

import (
	"anyuebot/bot"
)

// link is an item's number in another form, which is known only once all forms
// are read.
type link struct {
	at    value
	cases bool // in the form of the monthly cases; else in the main form
	item  int
	kind  bot.Kind // what the item there has to be
}

// readSeed reads which item of the main form an item begins with.
func (l *loader) readSeed(kind bot.Kind, o object) int {
	if !o.has("seed") {
		return 0
	}
	at := o.get("seed")
	item, ok := at.number()
	if ok {
		l.links = append(l.links, link{at: at, item: item, kind: kind})
	}
	return item
}

// readCases reads how an item follows from the monthly cases.
func (l *loader) readCases(kind bot.Kind, o object) *bot.FromCases {
	if !o.has("cases") {
		return nil
	}
	c := o.get("cases").object([]string{"how"}, []string{"item", "where"})
	from := &bot.FromCases{How: bot.CasesHow(c.get("how").text())}
	needs, gives := bot.KindCount, bot.KindCount // of the item in a case, of this one
	switch from.How {
	case bot.CasesCount, bot.CasesSum:
	case bot.CasesList:
		needs, gives = bot.KindText, bot.KindText
	default:
		c.get("how").fail(WrongValue, "how 只能写 count、sum 或 list。")
	}
	if kind != gives {
		o.get("cases").fail(WrongValue, "数字项写 count 或 sum，文字项写 list。请改正。")
	}
	if (from.How == bot.CasesSum || from.How == bot.CasesList) && !c.has("item") {
		c.fail(KeyMissing, "缺少“item”。请写明取案例的哪一项。")
	}
	follow := func(key string, kind bot.Kind) int {
		if !c.has(key) {
			return 0
		}
		item, ok := c.get(key).number()
		if ok {
			l.links = append(l.links, link{at: c.get(key), cases: true, item: item, kind: kind})
		}
		return item
	}
	from.Item, from.Where = follow("item", needs), follow("where", bot.KindCount)
	return from
}

// checkLinks holds items that point to another form to what is there.
func (l *loader) checkLinks() {
	for _, link := range l.links {
		id := l.notice.Main
		if link.cases {
			id = l.notice.Cases
		}
		form := l.notice.Form(id)
		if form == nil || !l.allForms {
			continue // that there is none is said elsewhere, or the notice has no such form
		}
		if f := form.Field(link.item); f == nil || f.Kind != link.kind {
			link.at.fail(WrongValue, "“%s”没有第%d项，或那一项不是同一种答案。请改正项号。", id, link.item)
		}
	}
}
