package prompts

import (
	"slices"
	"strconv"
	"strings"

	"anyuebot/bot"
)

// readChecks reads the soft checks, form by form. Those of a form that has
// problems itself wait until it is mended: they would only repeat them.
func (l *loader) readChecks() {
	for _, e := range l.open(checksFile).entries() {
		form := l.notice.Form(e.key)
		switch {
		case form == nil && l.allForms:
			e.fail(FormUnknown, "没有“%s”这张表。可选：%s。", e.key, strings.Join(l.formIDs(), "、"))
		case slices.Contains(l.sound, e.key):
			for _, v := range e.list() {
				readCheck(form, v)
			}
		}
	}
}

func readCheck(form *bot.Form, v value) {
	o := v.object([]string{"id", "say"}, []string{"item", "items", "when", "across", "paste", "least", "advice"})
	r := checkReader{object: o, form: form, id: o.get("id").text()}
	switch {
	case o.get("paste").yes():
		r.refuse("item", "items", "when", "across")
		least, _ := o.get("least").number()
		r.add(bot.Check{ID: r.id, Paste: true, Least: int64(least)}, nil, []string{"item", "value"})
	case o.has("across"):
		r.refuse("items", "when", "paste", "least")
		across := r.items("across")
		r.add(bot.Check{ID: r.id, Item: r.item(o.get("item")), Across: across}, nil, itemNames(across))
	case o.has("items"):
		r.refuse("item", "paste", "least")
		r.need("when")
		for _, item := range r.items("items") {
			r.one(r.id+"-"+strconv.Itoa(item), item, r.standIns(item))
		}
	default:
		r.refuse("paste", "least")
		r.need("item", "when")
		r.one(r.id, r.item(o.get("item")), nil)
	}
}

// checkReader reads one check of the file, which may stand for several items.
type checkReader struct {
	object
	form *bot.Form
	id   string
}

func (r checkReader) need(keys ...string) {
	for _, key := range keys {
		if !r.has(key) {
			r.fail(KeyMissing, "缺少“%s”。请补上。", key)
		}
	}
}

func (r checkReader) refuse(keys ...string) {
	for _, key := range keys {
		if r.has(key) {
			r.get(key).fail(KeyUnknown, "这种提示用不上“%s”。请删去这一行。", key)
		}
	}
}

// item reads the number of an item of the form; 0 if it is none.
func (r checkReader) item(v value) int {
	if v.absent() {
		return 0
	}
	item, ok := v.number()
	if !ok {
		return 0
	}
	if r.form.Field(item) == nil {
		v.fail(Expression, "本表没有第%d项。请改为1–%d之间的项号。", item, len(r.form.Fields))
		return 0
	}
	return item
}

func (r checkReader) items(key string) []int {
	var items []int
	for _, v := range r.get(key).list() {
		item := r.item(v)
		switch {
		case item == 0:
		case slices.Contains(items, item):
			v.fail(Duplicate, "第%d项写了两次。请删去一处。", item)
		default:
			items = append(items, item)
		}
	}
	return items
}

// standIns puts one item and the item it belongs to where the check says
// “this” and “pair”. Without a pair, “pair” stays and is refused as unknown.
func (r checkReader) standIns(item int) []string {
	words := standIn("this", r.form.Field(item))
	if pair := r.form.Field(r.form.Field(item).PairsWith); pair != nil {
		words = append(words, standIn("pair", pair)...)
	}
	return words
}

func standIn(name string, f *bot.Field) []string {
	no := strconv.Itoa(f.Item)
	return []string{"#" + name, "#" + no, "{" + name + "}", "{" + no + "}", "{" + name + ".no}", no, "{" + name + ".unit}", f.Unit}
}

// one reads a check on one item.
func (r checkReader) one(id string, item int, standIns []string) {
	replace := strings.NewReplacer(standIns...)
	c := bot.Check{ID: id, Item: item}
	when := r.get("when").text()
	if when == "" {
		return
	}
	var ok bool
	if c.All, ok = r.comparisons(replace.Replace(when)); ok {
		r.add(c, replace, itemNames(c.Items()))
	}
}

// add puts a check in the form if what it says can be said.
func (r checkReader) add(c bot.Check, replace *strings.Replacer, known []string) {
	c.Say, c.Advice = r.get("say").text(), r.get("advice").text()
	if replace != nil {
		c.Say = replace.Replace(c.Say)
	}
	names, ok := blanks(c.Say)
	if !ok {
		r.get("say").fail(BlankForm, "花括号不成对，或括号里是空的。")
	}
	for _, name := range names {
		if !slices.Contains(known, name) {
			r.get("say").fail(BlankUnknown, "{%s} 没有内容可填。这里可以写：{%s}。", name, strings.Join(known, "}、{"))
		}
	}
	for _, other := range r.form.Checks {
		if c.ID != "" && other.ID == c.ID {
			r.get("id").fail(Duplicate, "提示“%s”写了两次。请改 id。", c.ID)
			return
		}
	}
	r.form.Checks = append(r.form.Checks, c)
}

func itemNames(items []int) []string {
	var names []string
	for _, item := range items {
		names = append(names, strconv.Itoa(item))
	}
	return names
}

// comparisons parses what is written under when:
//
//	when       = comparison { " and " comparison }
//	comparison = term op term
//	term       = number | "#" item [ "/" "#" item ] | "cases(#" item ")"
//	op         = "=" | "!=" | "<" | "<=" | ">" | ">="
func (r checkReader) comparisons(when string) (all []bot.Compare, ok bool) {
	ok = true
	for part := range strings.SplitSeq(when, " and ") {
		c, parsed := r.comparison(strings.TrimSpace(part))
		all, ok = append(all, c), ok && parsed
	}
	return all, ok
}

func (r checkReader) comparison(s string) (bot.Compare, bool) {
	at := r.get("when")
	const signs = "=!<>"
	i := strings.IndexAny(s, signs)
	if i < 0 {
		at.fail(Expression, "“%s”里没有比较。请写作 #9 > 0，几个条件用 and 连接。", s)
		return bot.Compare{}, false
	}
	rest := strings.TrimLeft(s[i:], signs)
	op := s[i : len(s)-len(rest)]
	if !slices.Contains([]string{"=", "!=", "<", "<=", ">", ">="}, op) {
		at.fail(Expression, "不认识“%s”。比较可用 = != < <= > >=。", op)
		return bot.Compare{}, false
	}
	left, ok := r.term(strings.TrimSpace(s[:i]))
	right, ok2 := r.term(strings.TrimSpace(rest))
	if ok && ok2 && left.Item == 0 && right.Item == 0 {
		at.fail(Expression, "“%s”比较的是两个固定的数。至少一边应是某一项，如 #9。", s)
		return bot.Compare{}, false
	}
	return bot.Compare{Left: left, Op: op, Right: right}, ok && ok2
}

func (r checkReader) term(s string) (bot.Term, bool) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && n >= 0 && n <= bot.MaxCount {
		return bot.Term{Const: n}, true
	}
	if inner, ok := strings.CutPrefix(s, "cases("); ok {
		item, ok := r.operand(strings.TrimSuffix(inner, ")"), bot.KindText)
		return bot.Term{Item: item, Cases: true}, ok && strings.HasSuffix(inner, ")")
	}
	if top, bottom, ok := strings.Cut(s, "/"); ok {
		item, ok := r.operand(strings.TrimSpace(top), bot.KindCount)
		over, ok2 := r.operand(strings.TrimSpace(bottom), bot.KindCount)
		return bot.Term{Item: item, Over: over}, ok && ok2
	}
	item, ok := r.operand(s, bot.KindCount, bot.KindYesNo)
	return bot.Term{Item: item}, ok
}

// operand reads #N, where item N must be of one of the kinds.
func (r checkReader) operand(s string, kinds ...bot.Kind) (int, bool) {
	at := r.get("when")
	number, hash := strings.CutPrefix(s, "#")
	item, err := strconv.Atoi(number)
	if !hash || err != nil {
		at.fail(Expression, "看不懂“%s”。可写：数字、#9、#2/#1、cases(#19)；用了 items 的，还可写 #this、#pair（要有 pairs_with）。", s)
		return 0, false
	}
	f := r.form.Field(item)
	if f == nil {
		at.fail(Expression, "#%d：本表没有第%[1]d项。请改为1–%d之间的项号。", item, len(r.form.Fields))
		return 0, false
	}
	if !slices.Contains(kinds, f.Kind) {
		at.fail(Expression, "第%d项不能这样比较。数字项和是/否项写 #%[1]d，相除只用数字项，文字项写 cases(#%[1]d)。", item)
		return 0, false
	}
	return item, true
}
