package bot

import (
	"slices"
	"strconv"
)

// plainYesNo lets 是 and 否 settle a proposal, unless they answer the item.
func (t *turn) plainYesNo() bool {
	p := t.s.Proposal
	if p == nil || p.Kind == ProposeUnit || p.Kind == ProposeItem {
		return false
	}
	if f := t.form.Field(t.s.Asking); f != nil && f.Kind == KindYesNo {
		return false
	}
	switch bare(t.in.Text) {
	case wordYes:
		t.yes("")
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
		if name, ok := pick(p.Units, t.in.Text); ok {
			t.bind(name)
			return true
		}
	case ProposeItem:
		item, err := strconv.Atoi(bare(fold(t.in.Text)))
		if err == nil && slices.Contains(p.Items, item) && t.r != nil {
			t.s.Proposal = nil
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
	if p == nil || p.Kind != ProposeReason || t.r == nil {
		return false
	}
	f := t.form.Field(t.s.Asking)
	return f == nil || f.Kind == KindText || Read(t.n, f, words).Outcome != Taken
}

// yes takes what this bot just put to this person, and nothing else.
func (t *turn) yes(reason string) {
	p := t.s.Proposal
	if p == nil {
		if f := t.form.Field(t.s.Asking); f != nil && f.Kind == KindYesNo && t.r != nil {
			t.run(t.s.Asking, t.in.Text)
			return
		}
		t.tell("yes.nothing", nil)
		t.whereWeStand()
		return
	}
	switch p.Kind {
	case ProposeBind:
		if len(p.Units) == 1 {
			t.bind(p.Units[0])
			return
		}
	case ProposeUnit, ProposeItem:
		// 对 chooses nothing from a list.
	default:
		if t.r == nil {
			break
		}
		t.settle(p, reason)
		return
	}
	t.tell("choose", nil)
}

func (t *turn) settle(p *Proposal, reason string) {
	t.s.Proposal = nil
	switch p.Kind {
	case ProposeReason:
		t.vouch(p.Checks, reason)
		t.tell("vouched", nil)
		t.s.Asking = 0
		t.askNext()
	case ProposeSubmit:
		t.deliver()
	case ProposeZeros:
		var zeros []taken
		for _, item := range t.openZeros() {
			if slices.Contains(p.Items, item) {
				zeros = append(zeros, taken{item: item, value: Count(0)})
			}
		}
		t.takeMany(zeros, "zeros.done")
	case ProposeAnswers:
		var answers []taken
		for _, a := range p.Answers {
			if t.r.Entry(a.Item).Value != a.Was {
				// A colleague has moved on: what was shown no longer holds.
				t.tell("propose.stale", args{"item": strconv.Itoa(a.Item)})
				t.whereWeStand()
				return
			}
			answers = append(answers, taken{item: a.Item, value: a.Value, note: a.Note, paste: a.Paste})
		}
		switch flagged := t.take(answers); {
		case flagged:
		case p.Zeros && len(t.openZeros()) > 0:
			t.zeros()
		default:
			t.askNext()
		}
	}
}

// takeMany stores answers that need no echo one by one.
func (t *turn) takeMany(answers []taken, key string) {
	said := len(t.say)
	flagged := len(answers) > 0 && t.take(answers)
	rest := slices.Clone(t.say[said:])
	if flagged {
		// Keep the questions that follow, drop the echo before them.
		i := slices.IndexFunc(rest, func(e Effect) bool { return e.Key == "flag" })
		rest = rest[max(i, 0):]
	} else {
		rest = nil
	}
	t.say = t.say[:said]
	t.tell(key, args{"n": strconv.Itoa(len(answers))})
	t.say = append(t.say, rest...)
	if !flagged {
		t.askNext()
	}
}

// no drops what was proposed and asks again.
func (t *turn) no() {
	p := t.s.Proposal
	if p == nil {
		if f := t.form.Field(t.s.Asking); f != nil && f.Kind == KindYesNo && t.r != nil {
			t.run(t.s.Asking, t.in.Text)
			return
		}
		t.tell("no.nothing", nil)
		t.whereWeStand()
		return
	}
	t.s.Proposal = nil
	t.tell("dropped", nil)
	t.whereWeStand()
}
