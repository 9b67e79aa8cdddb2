package prompts

import (
	"slices"
	"strings"

	"anyuebot/bot"
)

// readRoster reads the sample roster. It is for trying out: the file has to
// say so itself, so that nobody keeps the real one here, beyond the rules for
// changing a liaison. In it Unit.Liaison holds the made-up userid.
func (l *loader) readRoster() {
	o := l.open(rosterFile).object([]string{"sample", "units"}, nil)
	if o.has("sample") && !o.get("sample").yes() {
		o.get("sample").fail(WrongValue, "这里只放示例名册，请写 sample: true。真实名册用 anyuebot roster import 导入。")
	}
	names := make(map[string]string) // what a unit is called → its name
	for i, item := range o.get("units").list() {
		u := l.readUnit(item, names)
		u.Order = i + 1
		l.notice.Sample = append(l.notice.Sample, u)
	}
}

func (l *loader) readUnit(v value, names map[string]string) bot.Unit {
	o := v.object([]string{"name", "kind"}, []string{"full", "short", "aliases", "userid"})
	u := bot.Unit{
		Name:    o.get("name").text(),
		Kind:    o.get("kind").text(),
		Full:    o.get("full").text(),
		Short:   o.get("short").text(),
		Aliases: o.get("aliases").texts(),
		Liaison: o.get("userid").text(),
	}
	if kinds := l.notice.Kinds; u.Kind != "" && len(kinds) > 0 && !slices.Contains(kinds, u.Kind) {
		o.get("kind").fail(KindUnknown, "没有“%s”这个类别。可选：%s。", u.Kind, strings.Join(kinds, "、"))
	}
	if strings.ContainsAny(u.Liaison, " ,，、;；") {
		o.get("userid").fail(WrongValue, "“%s”不是一个账号。一个单位只有一名联络员。", u.Liaison)
	}
	claim := func(name string, at value) {
		owner, taken := names[name]
		switch {
		case name == "":
		case taken:
			at.fail(Duplicate, "“%s”已经是%s的叫法。一个叫法只能属于一个单位，请改正或删去。", name, owner)
		default:
			names[name] = u.Name
		}
	}
	claim(u.Name, o.get("name"))
	claim(u.Full, o.get("full"))
	claim(u.Short, o.get("short"))
	for _, alias := range u.Aliases {
		claim(alias, o.get("aliases"))
	}
	return u
}
