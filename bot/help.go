package bot

import (
	"slices"
	"strings"
)

// help lists the commands that the person may use, or tells about the one that
// stands behind 帮助.
func (t *turn) help() {
	p := t.v.Person
	v, known := t.n.verbCalled(t.in.Rest)
	switch {
	case len(p.Units) == 0 && !p.Office:
		t.stranger()
		return
	case known && v.ByOffice() && !p.Office:
		t.tell("office.acts", args{"phone": t.n.Office.Phone})
	case known:
		t.tell(helpOn(v), nil)
	default:
		t.helpList(t.in.Rest)
	}
	t.whereWeStand()
}

func (t *turn) helpList(unknown string) {
	p := t.v.Person
	if f := t.form.Field(t.s.Asking); f != nil && len(p.Units) > 0 && unknown == "" {
		t.tellHint(f)
	}
	if unknown != "" {
		t.tell("help.none", args{"quote": clip(unknown, 20)})
	}
	if len(p.Units) > 0 {
		t.tell("help.liaison", nil)
	}
	if p.Office {
		t.tell("help.office", nil)
	}
	t.tell("help.phone", args{"phone": t.n.Office.Phone})
}

// verbCalled finds the command that a word calls: 退回, “收到” which both thanks and
// records a paper, or the command with its first words: 汇总 含草稿.
func (n *Notice) verbCalled(word string) (Verb, bool) {
	word = strings.ToLower(bare(word))
	if word == "" {
		return "", false
	}
	first, _, _ := strings.Cut(word, " ")
	for _, w := range []string{word, first} {
		for verb, words := range n.Verbs {
			if !slices.Contains(words, w) {
				continue
			}
			if verb == VerbThanks {
				verb = VerbReceipt
			}
			return verb, verb.helped()
		}
	}
	return "", false
}

// helped reports whether there is anything to tell about a command. What people
// say to agree, to refuse and to greet is none to be told about.
func (v Verb) helped() bool {
	switch v {
	case VerbYes, VerbNo, VerbHello, VerbThanks:
		return false
	}
	return true
}

func helpOn(v Verb) string { return "help.on." + string(v) }

func helpWording() map[string][]string {
	keys := map[string][]string{"help.liaison": nil, "help.office": nil, "help.phone": {"phone"}, "help.none": {"quote"}}
	for _, v := range Verbs() {
		if v.helped() {
			keys[helpOn(v)] = nil
		}
	}
	return keys
}
