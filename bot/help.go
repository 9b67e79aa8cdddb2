package bot

import (
	"slices"
	"strings"
)

// help lists the commands that the person may use, or tells about the one that
// stands behind 帮助.
func (t *turn) help() {
	p := t.v.Person
	word := t.in.Rest
	if len(p.Units) == 0 && !p.Office {
		t.stranger()
	} else if v, ok := t.n.verbCalled(word); ok && (!v.ByOffice() || p.Office) {
		t.tell(helpOn(v), nil)
		t.whereWeStand()
		return
	} else {
		t.helpList(word)
	}
	t.tell("help.phone", args{"phone": t.n.Office.Phone})
	t.whereWeStand()
}

func (t *turn) helpList(word string) {
	p := t.v.Person
	if f := t.form.Field(t.s.Asking); f != nil && len(p.Units) > 0 && word == "" {
		t.tellHint(f)
	}
	if word != "" {
		t.tell("help.none", args{"quote": clip(word, 20)})
	}
	if len(p.Units) > 0 {
		t.tell("help.liaison", nil)
	}
	if p.Office {
		t.tell("help.office", nil)
	}
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
