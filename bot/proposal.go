package bot

import "strconv"

// proposalRule is all that depends on what kind of proposal stands open. What
// answers it beside 对 and 不对, such as a number of a list, is read by choose.
type proposalRule struct {
	// office is set for what is put to the office alone. Others feel what it does,
	// so that 确认 itself is wanted, and nothing behind it.
	office bool
	// alone is set for what is about no report that the person is filling. All
	// others need one, and are over once they are answered.
	alone bool
	// take does what 对 or 确认 is said to; nil where that chooses nothing.
	take func(*turn, *Proposal)
	ask  func(*turn, *Proposal) // puts it again
	// card is what can be pressed instead; nil, or no choices, for nothing.
	card func(*turn, *Proposal) (Effect, []Choice)
}

// rule is the one place where a kind of proposal is tied to what it does.
func (k ProposalKind) rule() proposalRule {
	switch k {
	// What was read of the person's words, or is known already.
	case ProposeAnswers:
		return proposalRule{take: (*turn).takeReading, ask: (*turn).askReading, card: (*turn).readingCard}
	case ProposeCalled:
		return proposalRule{take: (*turn).takeReading, ask: (*turn).askItem, card: (*turn).readingCard}
	case ProposeKnown:
		return proposalRule{take: (*turn).takeKnown, ask: (*turn).askItem, card: (*turn).knownCard}
	case ProposeEither:
		return proposalRule{ask: (*turn).tellEither, card: (*turn).eitherChoices}
	case ProposeItem, ProposeNote:
		return proposalRule{ask: (*turn).askWhichItem, card: (*turn).itemCard}
	case ProposeZeros:
		return proposalRule{take: (*turn).agreeZeros, ask: (*turn).askZeros, card: (*turn).zerosCard}
	case ProposePart:
		return proposalRule{take: (*turn).agreePart, ask: (*turn).askPart, card: (*turn).partChoices}
	case ProposePrefill:
		return proposalRule{take: (*turn).agreePrefill, ask: (*turn).askPaper, card: (*turn).prefillCard}

	// What stands in the report, and what becomes of it.
	case ProposeReason:
		return proposalRule{take: (*turn).keepOdd, ask: (*turn).askReason, card: (*turn).reasonCard}
	case ProposeReturn:
		return proposalRule{take: (*turn).agreeReturned, ask: (*turn).askReturn, card: (*turn).returnCard}
	case ProposeSubmit:
		return proposalRule{take: (*turn).agreeSubmit, ask: (*turn).askSubmit, card: (*turn).submitCard}
	case ProposeNoCase:
		return proposalRule{take: (*turn).agreeNoCase, ask: (*turn).putNoCase, card: (*turn).noCaseCard}

	// Whose, and which.
	case ProposeUnit:
		return proposalRule{alone: true, ask: (*turn).askUnits, card: (*turn).unitCard}
	case ProposeBind:
		return proposalRule{alone: true, take: (*turn).agreeBind, ask: (*turn).askBind, card: (*turn).bindCard}
	case ProposeClaim:
		return proposalRule{alone: true, take: (*turn).claimed, ask: (*turn).askClaim, card: (*turn).claimCard}
	case ProposeCase:
		return proposalRule{alone: true, ask: (*turn).askCase, card: (*turn).caseChoices}
	case ProposeHeard: // 对 has it understood anew: see [Understand]
		return proposalRule{alone: true, ask: (*turn).askHeard, card: (*turn).heardCard}

	// What was sent.
	case ProposeMaterial:
		return proposalRule{alone: true, take: (*turn).agreeMaterial, ask: (*turn).askMaterial, card: (*turn).materialCard}
	case ProposeStamp:
		return proposalRule{alone: true, ask: (*turn).tellStamp, card: (*turn).stampChoices}
	case ProposeBag:
		return proposalRule{alone: true, ask: (*turn).askBag, card: (*turn).bagCard}

	// What the office is about to do.
	case ProposeNotify, ProposeNudge:
		return officeRule((*turn).broadcast, (*turn).askConfirm)
	case ProposePause:
		return officeRule((*turn).paused, (*turn).askConfirm)
	case ProposeAskFor:
		return officeRule((*turn).settleAskFor, (*turn).askConfirm)
	case ProposeNames: // 确认 has it understood anew: see [Understand]
		return officeRule(nil, (*turn).askConfirm)
	case ProposeDeduct, ProposePutBack:
		return officeRule((*turn).settleDeduct, (*turn).askDeduct)
	case ProposeApprove, ProposeClose:
		return officeRule((*turn).reviewAgreed, (*turn).askConfirm)
	case ProposeEnter:
		return officeRule((*turn).keepEntry, (*turn).askPaper)
	case ProposeCounter:
		return officeRule((*turn).count, (*turn).askPaper)
	case ProposeReplace:
		return officeRule((*turn).replaced, (*turn).putReplace)
	case ProposeJoin, ProposeLeave:
		return officeRule((*turn).enrolled, (*turn).askEnrol)
	case ProposeImport, ProposeAddUnit, ProposeRename, ProposeRemove:
		return officeRule((*turn).rosterAgreed, (*turn).askConfirm)
	}
	return proposalRule{ask: (*turn).askUnits}
}

func officeRule(take, ask func(*turn, *Proposal)) proposalRule {
	return proposalRule{office: true, alone: true, take: take, ask: ask, card: (*turn).officeCard}
}

// byOffice reports whether only the office may be asked this.
func (p *Proposal) byOffice() bool { return p != nil && p.Kind.rule().office }

// standsAlone reports whether a proposal is about no report.
func (p *Proposal) standsAlone() bool { return p != nil && p.Kind.rule().alone }

func (t *turn) askReading(p *Proposal) { t.tellProposal(p.Answers) }

func (t *turn) readingCard(p *Proposal) (Effect, []Choice) { return t.answerChoices(p.Answers) }

func (t *turn) askItem(*Proposal) { t.ask(t.s.Asking) }

func (t *turn) takeKnown(p *Proposal) { t.takeAll(p.Answers[:1]) }

func (t *turn) knownCard(p *Proposal) (Effect, []Choice) { return t.answerChoices(p.Answers[:1]) }

func (t *turn) askWhichItem(p *Proposal) {
	t.tell("change.choose", t.about(t.form.Field(p.Items[0]), nil))
}

func (t *turn) agreeZeros(p *Proposal) { t.takeZeros(p.Items) }

func (t *turn) askZeros(p *Proposal) {
	t.tell("zeros.ask", t.about(t.form.Field(p.Items[0]), args{"n": strconv.Itoa(len(p.Items)), "items": ranges(p.Items)}))
}

func (t *turn) agreePrefill(*Proposal) { t.takePrefilled(true) }

func (t *turn) prefillCard(p *Proposal) (Effect, []Choice) {
	return t.paperTitle(p), append([]Choice{confirms()}, t.n.commands(VerbNo)...)
}

func (t *turn) askReason(p *Proposal) { t.askFlags(p.Checks) }

func (t *turn) reasonCard(p *Proposal) (Effect, []Choice) { return t.flagChoices(p.Checks) }

func (t *turn) agreeReturned(p *Proposal) { t.keepReturned(p.Items[0], t.in.Rest) }

func (t *turn) askReturn(p *Proposal) { t.askReturned(p.Items[0]) }

func (t *turn) returnCard(p *Proposal) (Effect, []Choice) {
	f := t.form.Field(p.Items[0])
	if t.hides(f) {
		return Effect{}, nil
	}
	return t.flagCard(f)
}

func (t *turn) agreeSubmit(*Proposal) { t.deliver() }

func (t *turn) askSubmit(*Proposal) { t.tell("submit.confirm", args{"change": t.form.change()}) }

func (t *turn) submitCard(*Proposal) (Effect, []Choice) {
	return Effect{Key: "card.submit", Args: t.named()}, t.n.commands(VerbSubmit, VerbPreview)
}

func (t *turn) agreeNoCase(*Proposal) { t.markNothing(true) }

func (t *turn) putNoCase(*Proposal) { t.askNoCase() }

func (t *turn) noCaseCard(*Proposal) (Effect, []Choice) {
	return Effect{Key: "card.nocase", Args: args{"month": t.monthOf(t.r.Key.Period)}}, t.n.commands(VerbYes, VerbNo)
}

func (t *turn) askUnits(p *Proposal) {
	t.choice(p.Units)
	t.tell("choose", nil)
}

func (t *turn) unitCard(p *Proposal) (Effect, []Choice) {
	return Effect{Key: "card.unit"}, numbered(p.Units)
}

func (t *turn) agreeBind(p *Proposal) {
	if len(p.Units) != 1 {
		t.askAgain()
		return
	}
	t.bind(p.Units[0])
}

func (t *turn) askBind(p *Proposal) {
	if len(p.Units) != 1 {
		t.askUnits(p)
		return
	}
	t.tell("register.sure", args{"unit": p.Units[0]})
}

func (t *turn) bindCard(p *Proposal) (Effect, []Choice) {
	if len(p.Units) == 1 {
		return Effect{Key: "card.bind"}, t.n.commands(VerbYes, VerbNo)
	}
	return Effect{Key: "card.bind"}, numbered(p.Units)
}

func (t *turn) askClaim(p *Proposal) {
	t.tell("claim.confirm", args{"unit": p.Units[0], "name": p.Text})
}

func (t *turn) claimCard(p *Proposal) (Effect, []Choice) {
	return Effect{Key: "card.claim", Args: args{"unit": p.Units[0], "name": p.Text}}, t.n.commands(VerbYes, VerbNo)
}

func (t *turn) askHeard(p *Proposal) { t.tell("voice.command", args{"text": clip(p.Text, 60)}) }

func (t *turn) heardCard(p *Proposal) (Effect, []Choice) {
	return Effect{Key: "card.heard", Args: args{"text": clip(p.Text, 20)}}, t.n.commands(VerbYes, VerbNo)
}

func (t *turn) agreeMaterial(*Proposal) { t.leaveMaterial() }

func (t *turn) askMaterial(*Proposal) { t.tell("material.which", args{"kinds": t.numberedKinds()}) }

func (t *turn) materialCard(*Proposal) (Effect, []Choice) {
	return Effect{Key: "card.material"}, numbered(t.n.Materials)
}

func (t *turn) askBag(p *Proposal) {
	t.tell("bag.whose", nil)
	t.choice(p.Units)
}

func (t *turn) bagCard(p *Proposal) (Effect, []Choice) {
	return Effect{Key: "bag.whose"}, numbered(p.Units)
}

func (t *turn) askConfirm(p *Proposal) { t.tell(string(p.Kind)+".confirm", nil) }

func (t *turn) askEnrol(p *Proposal) {
	t.tell(string(p.Kind)+".confirm", args{"userid": p.UserID})
}
