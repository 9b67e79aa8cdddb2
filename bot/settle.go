package bot

import (
	"slices"
	"strconv"
	"strings"
)

// plainYesNo lets 是 and 否 settle a proposal, unless they answer the item.
func (t *turn) plainYesNo() bool {
	p := t.s.Proposal
	if p == nil || p.Kind == ProposeUnit || p.Kind == ProposeItem || p.Kind == ProposeNote || p.Kind == ProposeEither {
		return false
	}
	if f := t.form.Field(t.s.Asking); f != nil && f.Kind == KindYesNo {
		return false
	}
	switch bare(t.in.Text) {
	case wordYes:
		t.yes()
	case wordNo:
		t.no()
	default:
		return false
	}
	return true
}

// choose takes an answer to a numbered list.
func (t *turn) choose() bool {
	p := t.s.Proposal
	if p == nil {
		return false
	}
	switch p.Kind {
	case ProposeUnit:
		if _, ok := pick(p.Units, t.in.Text); ok && t.r != nil {
			t.s.Proposal = nil
			t.begin()
			return true
		}
	case ProposeBind:
		name, ok := pick(p.Units, t.in.Text)
		switch {
		case !ok:
		case t.m.Media == MediaVoice:
			t.s.Proposal = &Proposal{Kind: ProposeBind, Units: []string{name}}
			t.tell("voice.heard", args{"text": clip(t.in.Text, 60)})
			t.askAgain()
			return true
		default:
			t.bind(name)
			return true
		}
	case ProposePart:
		return t.settlePart(p, t.in.Text)
	case ProposeMaterial:
		return t.chooseMaterial()
	case ProposeStamp:
		return t.settleStamp(p)
	case ProposeBag:
		if unit, ok := pick(p.Units, t.in.Text); ok {
			m, _ := readMaterial(t.n, t.v.Person.Units, p.Text)
			m.unit, t.s.Proposal = unit, nil
			t.openBagFor(m)
			return true
		}
	case ProposeNote:
		if item, ok := t.form.chosen(p.Items, t.in.Text); ok && t.r != nil {
			t.s.Proposal = nil
			t.noteOn(item, p.Text)
			t.whereWeStand()
			return true
		}
	case ProposeEither:
		return t.r != nil && t.chooseEither(p)
	case ProposeClaim:
		if strings.Contains(t.in.Text, p.Text) && t.m.Media != MediaVoice {
			t.claimed(p)
			return true
		}
	case ProposeItem:
		if item, ok := t.form.chosen(p.Items, t.in.Text); ok && t.r != nil {
			t.s.Proposal = nil
			t.left = slices.DeleteFunc(slices.Clone(p.Items), func(other int) bool { return other == item })
			t.none = p.Zeros
			t.changeTo(item, p.Text)
			return true
		}
	}
	return false
}

// isReason reports whether words behind 确认 explain an odd figure that was put
// to the person, as opposed to giving another one: “好 3次”.
func (t *turn) isReason(words string) bool {
	p := t.s.Proposal
	if p == nil || p.Kind != ProposeReason && p.Kind != ProposeReturn || t.r == nil {
		return false
	}
	f := t.form.Field(t.s.Asking)
	return f == nil || f.Kind == KindText || Read(t.n, f, words).Outcome != Taken
}

// yes takes what this bot just put to this person, and nothing else.
func (t *turn) yes() {
	p := t.s.Proposal
	if p == nil {
		if f := t.form.Field(t.s.Asking); f != nil && f.Kind == KindYesNo && t.r != nil {
			t.run(f)
			return
		}
		if t.r != nil && t.s.Key == t.r.Key {
			// The question may have been lost behind other messages.
			if open := t.openFlags(nil); len(open) > 0 {
				t.s.Asking = 0
				t.askFlags(open)
				return
			}
		}
		if agreesLightly(t.in.Text) {
			t.thanks()
			return
		}
		t.tell("yes.nothing", nil)
		t.whereWeStand()
		return
	}
	if t.m.Media == MediaVoice {
		// 不对 is soon misheard for 对.
		t.tell("voice.confirm", args{"text": clip(t.in.Text, 60)})
		t.askAgain()
		return
	}
	rule := p.Kind.rule()
	switch {
	case rule.take == nil, !rule.alone && t.r == nil, rule.office && (t.in.Rest != "" || !vouches(t.in.Text)):
		t.askAgain()
		return
	case !rule.alone:
		t.s.Proposal = nil
	}
	rule.take(t, p)
}

// takeReading takes a reading into the draft, if it is still of what stands there.
func (t *turn) takeReading(p *Proposal) {
	t.s.Proposal = nil
	var answers []taken
	for _, a := range p.Answers {
		if t.r.Entry(a.Item).Value != a.Was {
			// A colleague has moved on: what was shown no longer holds.
			t.tell("propose.stale", args{"item": strconv.Itoa(a.Item)})
			t.whereWeStand()
			return
		}
		answers = append(answers, taken{item: a.Item, value: a.Value, quote: a.Quote, paste: a.Paste})
	}
	seen := t.r.Shown == Fingerprint(t.r.Draft)
	odd := t.take(answers)
	if seen {
		// The whole was shown, and since then this change.
		t.r.Shown = Fingerprint(t.r.Draft)
	}
	if len(odd) == 0 && len(p.Wanting) > 0 {
		t.askWanted(p.Wanting[0])
		return
	}
	t.goOn(p.Zeros, odd)
}

// keepOdd keeps figures that were found odd, with what the person says of them.
func (t *turn) keepOdd(p *Proposal) {
	reason := t.in.Rest
	if !vouches(t.in.Text) || admits(reason) {
		// 对 behind “是否漏填了？” may as well mean that it was left out.
		t.s.Proposal = p
		t.tell("flag.unclear", nil)
		t.askFlags(p.Checks)
		return
	}
	t.vouch(p.Checks, reason)
	t.tell("vouched", nil)
	t.set, t.s.Asking = t.s.Asking, 0
	left := slices.DeleteFunc(t.openFlags(nil), func(id string) bool { return !slices.Contains(p.Checks, id) })
	if len(left) > 0 {
		t.askFlags(left)
		return
	}
	t.goOn(p.Zeros, nil)
}

// goOn follows answers, not forgetting that 其余无 was said with them.
func (t *turn) goOn(zeros bool, odd []string) {
	switch {
	case len(odd) > 0:
		t.follow(odd)
		if t.s.Proposal != nil {
			t.s.Proposal.Zeros = zeros
		}
	case zeros && len(t.openZeros()) > 0:
		t.zeros()
	default:
		t.askNext()
	}
}

// takeZeros sets counts to 0 that the person has seen listed. One line says so
// instead of an echo for each.
func (t *turn) takeZeros(items []int) {
	var zeros []taken
	for _, item := range t.openZeros() {
		if slices.Contains(items, item) {
			zeros = append(zeros, taken{item: item, value: t.form.Field(item).nothing()})
		}
	}
	var odd []string
	if said := len(t.say); len(zeros) > 0 {
		odd = t.take(zeros)
		t.say, t.told = t.say[:said], false
	}
	t.tell("zeros.done", args{"n": strconv.Itoa(len(zeros))})
	t.follow(odd)
}

// no drops what was proposed and asks again.
func (t *turn) no() {
	p := t.s.Proposal
	if p == nil {
		if f := t.form.Field(t.s.Asking); f != nil && f.Kind == KindYesNo && t.r != nil {
			t.run(f)
			return
		}
		if len(t.v.Person.Units) == 0 {
			t.tell("no.nothing.plain", nil)
			return
		}
		t.tell("no.nothing", nil)
		t.whereWeStand()
		return
	}
	if t.noMaterial(p) {
		return
	}
	t.s.Proposal = nil
	if p.Kind == ProposePrefill && t.r != nil {
		t.takePrefilled(false)
		return
	}
	if f := t.form.Field(t.s.Asking); (p.Kind == ProposeReason || p.Kind == ProposeReturn) && f != nil {
		// The figure stands in the draft, marked, until another one comes.
		t.tell("flag.no", t.about(f, nil))
		t.ask(f.Item)
		return
	}
	switch {
	case p.byOffice():
		t.tell(string(p.Kind)+".dropped", nil)
		return
	case p.Kind == ProposeKnown && t.r != nil:
		t.tell("known.no", t.about(t.form.Field(p.Answers[0].Item), nil))
		return
	case p.Kind == ProposeReason:
		t.s.Proposal = p
		t.tell("flag.mend", nil)
		return
	case p.Kind == ProposeHeard:
		t.tell("voice.dropped", nil)
	case p.Kind == ProposeClaim:
		t.tell("claim.dropped", nil)
	default:
		t.tell("dropped", nil)
	}
	t.whereWeStand()
}
