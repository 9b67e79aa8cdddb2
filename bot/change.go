package bot

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// change corrects one item: by its number, or by words people call it by.
func (t *turn) change() {
	if t.several() {
		return
	}
	if t.in.Item != 0 {
		if t.form.Field(t.in.Item) == nil {
			t.tell("item.none", args{"item": strconv.Itoa(max(t.in.Item, 0)), "all": strconv.Itoa(len(t.form.Fields))})
			t.itemElsewhere(t.in.Item)
			t.whereWeStand()
			return
		}
		t.changeTo(t.in.Item, t.in.Rest)
		return
	}
	name, value := splitValue(t.in.Rest)
	if name == "" {
		t.tell("change.how", nil)
		t.whereWeStand()
		return
	}
	switch items := t.form.called(name); len(items) {
	case 0:
		t.tell("change.unknown", args{"name": clip(name, 20)})
		t.whereWeStand()
	case 1:
		t.changeTo(items[0], value)
	default:
		t.which(Unclear{Items: items, Text: name, Figure: value}, false)
	}
}

// several takes “改12 5，改14 6”: nothing but corrections by number.
func (t *turn) several() bool {
	parts := splitClauses(t.in.Text)
	if len(parts) < 2 {
		return false
	}
	var answers []ItemReading
	for _, part := range parts {
		item, value, ok := changeByNumber(t.n, part, true)
		f := t.form.Field(item)
		if !ok || value == "" || f == nil {
			return false
		}
		answers = append(answers, ItemReading{item, Read(t.n, f, value)})
	}
	t.accept(reading{answers: answers})
	return true
}

// which asks for which of several items a value is meant. zeros is set if 其余无
// was said with it.
func (t *turn) which(u Unclear, zeros bool) {
	t.s.Proposal = &Proposal{Kind: ProposeItem, Items: u.Items, Text: u.Figure, Zeros: zeros}
	t.s.Asking = 0
	if u.Reading != "" {
		t.tell("which.reading", args{"reading": u.Reading})
	}
	t.tell("change.which", args{"name": clip(u.Text, 20)})
	for _, item := range u.Items {
		t.line(t.form.Field(item), t.r.Entry(item), false)
	}
	t.askAgain()
}

// changeTo reads a value for one item; without one it asks the item's question.
func (t *turn) changeTo(item int, text string) {
	if t.nominates() {
		t.changeContact(item, text)
		return
	}
	if text == "" {
		t.ask(item)
		return
	}
	if f := t.form.Field(item); f.Gather {
		t.gather(f, text)
		return
	}
	if grows(text) && t.sentenceOn(item, text) {
		return
	}
	r, first := t.from(t.form.Field(item), text)
	if first.Outcome == NoAnswer {
		t.tell("change.how", nil)
		t.ask(item)
		return
	}
	t.accept(r)
}

// splitValue parts “咨询活动 3 场” into the item's words and the value, which
// begins with the first word that starts with a figure.
func splitValue(text string) (name, value string) {
	text = strings.TrimSpace(fold(text))
	words := strings.Fields(text)
	at := slices.IndexFunc(words, func(w string) bool {
		first, _ := utf8.DecodeRuneInString(w)
		return figureRune(first)
	})
	switch {
	case at > 0:
		name, value = strings.Join(words[:at], " "), strings.Join(words[at:], " ")
	case len(words) > 1:
		name, value = strings.Join(words[:len(words)-1], " "), words[len(words)-1]
	default:
		name = text
		if i := strings.IndexFunc(text, unicode.IsDigit); i > 0 {
			name, value = text[:i], text[i:]
		}
	}
	for _, link := range []string{"改为", "改成", "为", "成", "：", ":", "="} {
		if rest, ok := strings.CutSuffix(name, link); ok {
			name = strings.TrimSpace(rest)
			break
		}
		if rest, ok := strings.CutPrefix(value, link); ok {
			value = strings.TrimSpace(rest)
			break
		}
	}
	return name, value
}

// called lists the items that go by a name: those with exactly this word if
// there are any, else those whose words contain it.
func (f *Form) called(name string) []int {
	list, _ := f.goesBy(name)
	return list
}

// goesBy is called that tells whether the name is exactly that of the items.
func (f *Form) goesBy(name string) (list []int, exactly bool) {
	var exact, near []int
	for _, field := range f.Fields {
		isNear := strings.Contains(field.Label, name)
		for _, w := range field.Words {
			if w == name {
				exact = append(exact, field.Item)
			}
			isNear = isNear || strings.Contains(name, w) || strings.Contains(w, name)
		}
		if isNear {
			near = append(near, field.Item)
		}
	}
	if len(exact) > 0 {
		return exact, true
	}
	return near, false
}
