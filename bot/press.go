package bot

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
)

// opens reports whether a card's task names what stands open, or a command that
// is right at any time.
func (s Session) opens(task string) bool {
	open, _, _ := strings.Cut(task, "@")
	return open == OpenAny || open == s.Open()
}

// press holds a press to the question that stands open. If it is for another
// one it changes nothing, and the person is told and asked anew.
func (t *turn) press() bool {
	label, ok := t.button()
	open, _, _ := strings.Cut(t.m.Press.Task, "@")
	t.alone = !ok || open == OpenAny
	if !ok {
		t.pressed = &Effect{Key: "press.old"}
		t.tell("press.changed", nil)
		t.whereWeStand()
		return false
	}
	t.pressed = &Effect{Key: "press.done", Args: args{"choice": clip(label, 20)}}
	return true
}

// button finds the label of the button that was pressed; ok is false if the
// card is for another question, or never had such a button.
func (t *turn) button() (label string, ok bool) {
	open, _, _ := strings.Cut(t.m.Press.Task, "@")
	if open == OpenAny {
		return t.in.Text, slices.Contains(anytime, t.in.Verb)
	}
	if !t.s.opens(t.m.Press.Task) || t.s.Seen != t.seen() {
		return "", false
	}
	_, choices := t.choices()
	for _, c := range choices {
		if c.Say == t.m.Text {
			return c.Label, true
		}
	}
	return "", false
}

// anytime are the commands that cards of [OpenAny] have buttons for.
var anytime = []Verb{VerbFill, VerbProgress, VerbMissing, VerbTotals, VerbHelp}

// seen names the values that what stands open is about, as they stand now.
func (t *turn) seen() string {
	if t.r == nil || t.s.Key != t.r.Key || t.s.Proposal.byOffice() || t.s.Proposal != nil && t.s.Proposal.Kind == ProposeCase {
		return ""
	}
	var about string
	switch p := t.s.Proposal; {
	case p != nil && p.Kind == ProposeReason:
		for _, f := range t.flags() {
			if f.Open() && slices.Contains(p.Checks, f.Check.ID) {
				about += f.Check.ID + " " + f.Values + "\n"
			}
		}
	case p != nil && p.Kind == ProposeSubmit, p == nil && t.s.Asking == 0:
		about = Fingerprint(t.r.Draft)
	case t.s.Asking != 0:
		about = t.r.Entry(t.s.Asking).Value.name()
	}
	h := sha256.Sum256([]byte(about))
	return hex.EncodeToString(h[:4])
}

// offer is the card for the question in which the reply ends; nil if it ends in
// none, or in one that is not to be answered by a press.
func (t *turn) offer() *Offer {
	if t.menu != nil {
		return &Offer{Open: OpenAny, Title: Effect{Key: "card.menu"}, Choices: t.n.commands(t.menu...)}
	}
	if !t.asked {
		return nil
	}
	title, choices := t.choices()
	if len(choices) == 0 || len(choices) > MaxChoices {
		return nil
	}
	return &Offer{Open: t.s.Open(), Title: title, Choices: choices}
}

// commands are buttons for commands, in the notice's own words.
func (n *Notice) commands(verbs ...Verb) []Choice {
	var list []Choice
	for _, v := range verbs {
		word := n.Verbs[v][0]
		list = append(list, Choice{Label: word, Say: word})
	}
	return list
}

// choices are the answers that what stands open can be given by a press, each
// the very words that may be typed instead.
func (t *turn) choices() (Effect, []Choice) {
	p := t.s.Proposal
	if p == nil {
		return t.plainChoices()
	}
	if card := p.Kind.rule().card; card != nil {
		return card(t, p)
	}
	return Effect{}, nil
}

// plainChoices are those of an item's own question, and of a form that is complete.
func (t *turn) plainChoices() (Effect, []Choice) {
	switch f := t.form.Field(t.s.Asking); {
	case f != nil && f.Kind == KindYesNo && t.r != nil && !t.hides(f):
		return Effect{Key: "card.ask", Args: t.about(f, nil)}, []Choice{{Label: wordYes, Say: wordYes}, {Label: wordNo, Say: wordNo}}
	case f != nil && f.Kind == KindChoice && t.r != nil && !t.hides(f):
		var list []Choice
		for _, c := range f.Choices {
			list = append(list, Choice{Label: c, Say: c})
		}
		return Effect{Key: "card.ask", Args: t.about(f, nil)}, list
	case f == nil && t.r != nil && t.r.next(t.form) == 0 && !t.same():
		return Effect{Key: "card.done", Args: t.named()}, t.n.commands(VerbSubmit, VerbPreview)
	}
	return Effect{}, nil
}

func (t *turn) answerChoices(answers []Proposed) (Effect, []Choice) {
	for _, a := range answers {
		if t.hides(t.form.Field(a.Item)) {
			return Effect{}, nil
		}
	}
	title := Effect{Key: "card.answers", Args: args{"n": strconv.Itoa(len(answers))}}
	if len(answers) == 1 {
		f := t.form.Field(answers[0].Item)
		title = Effect{Key: "card.answer", Args: t.about(f, args{"value": changeOf(f, answers[0])})}
	}
	return title, t.n.commands(VerbYes, VerbNo)
}

func (t *turn) flagChoices(checks []string) (Effect, []Choice) {
	var first *Field
	n := 0
	for _, flag := range t.flags() {
		if !flag.Open() || !slices.Contains(checks, flag.Check.ID) {
			continue
		}
		f := t.form.Field(flag.Item)
		if t.hides(f) {
			return Effect{}, nil
		}
		if first == nil {
			first = f
		}
		n++
	}
	if first == nil {
		return Effect{}, nil
	}
	title, choices := t.flagCard(first)
	if n > 1 {
		title = Effect{Key: "card.flags", Args: args{"n": strconv.Itoa(n)}}
	}
	return title, choices
}

// flagCard asks whether a value that stands in the draft is right.
func (t *turn) flagCard(f *Field) (Effect, []Choice) {
	title := Effect{Key: "card.flag", Args: t.about(f, args{"value": withUnit(f, t.r.Entry(f.Item).Value)})}
	return title, []Choice{
		{Label: t.phrase("button.vouch", nil), Say: wordConfirm},
		{Label: t.phrase("button.mend", nil), Say: t.n.Verbs[VerbNo][0]},
	}
}

// confirms is the button that says 确认, and says it.
func confirms() Choice { return Choice{Label: wordConfirm, Say: wordConfirm} }

// cancels is the button that lets go of what was put to the person.
func (t *turn) cancels() Choice {
	return Choice{Label: t.phrase("button.cancel", nil), Say: t.n.Verbs[VerbNo][0]}
}

// officeCard asks whether to do what others will feel.
func (t *turn) officeCard(p *Proposal) (Effect, []Choice) {
	title := Effect{Key: "card." + string(p.Kind)}
	switch p.Kind {
	case ProposeNotify, ProposeNudge:
		title.Key = "card.send"
	case ProposeImport, ProposeAddUnit, ProposeRename, ProposeRemove:
		title.Key = "card.roster"
	case ProposeEnter, ProposeCounter:
		title = t.paperTitle(p)
	case ProposeClose, ProposeApprove:
		title.Args = args{"form": p.Of.Form}
	}
	return title, []Choice{confirms(), t.cancels()}
}

func (t *turn) paperTitle(p *Proposal) Effect {
	return Effect{Key: "card.paper", Args: args{"unit": p.Units[0], "form": t.n.Main}}
}

// zerosCard asks for 其余无, or for the list of what that would be.
func (t *turn) zerosCard(p *Proposal) (Effect, []Choice) {
	return Effect{Key: t.worded("card.zeros"), Args: args{"n": strconv.Itoa(len(p.Items))}}, append([]Choice{confirms()}, t.n.commands(VerbList)...)
}

// itemCard lets the person choose one of several items.
func (t *turn) itemCard(p *Proposal) (Effect, []Choice) {
	var list []Choice
	for _, item := range p.Items {
		f := t.form.Field(item)
		if t.hides(f) {
			return Effect{}, nil
		}
		list = append(list, Choice{Label: t.phrase("button.item", t.about(f, nil)), Say: strconv.Itoa(item)})
	}
	return Effect{Key: "card.item"}, list
}

// hides reports whether an item must not be shown where others read along.
func (t *turn) hides(f *Field) bool { return f.Private && (!t.m.Private() || t.standsIn()) }

// standsIn reports whether the report that is worked on is of a liaison for whom
// the person only stands in: what is private is the liaison's own.
func (t *turn) standsIn() bool {
	return t.r != nil && t.v.Person.acts(t.r.Key.Unit) && !t.v.Person.Office
}

// named are the blanks of a title that speaks of the report.
func (t *turn) named() args {
	return args{"unit": t.s.Key.Unit, "form": t.form.ID, "all": strconv.Itoa(t.form.Asked())}
}

// numbered are buttons for a numbered list, each standing for its number.
func numbered(list []string) []Choice {
	var choices []Choice
	for i, name := range list {
		choices = append(choices, Choice{Label: name, Say: strconv.Itoa(i + 1)})
	}
	return choices
}
