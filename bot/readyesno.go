package bot

// This file judges a whole text as 是 or 否. The same closed world as for
// counts: every token understood, one side taken, nothing that wavers.

func readYesNo(n *Notice, f *Field, text string) Reading {
	if tooLong(text) {
		return tooMuch(text)
	}
	l := newLine(text)
	return yesNoOf(l, lex(n, l, f))
}

func yesNoOf(l *line, toks []token) Reading {
	s := see(l, toks)
	if s.has(cTick, cBox) {
		return s.marked()
	}
	yes, no, odd := s.sides()
	propose := func() []Value {
		if yes == no || no && s.has(cJunk) || s.wonders() || s.wavers() || !s.stands() || s.has(cNum, cPart, cEach, cCorrect, cPlan, cOther, cGrow) {
			return nil
		}
		return []Value{Answer(yes)}
	}
	switch {
	case s.has(cNA, cDontKnow):
		if yes || no || odd || s.has(cBlank) || s.has(cNA) && s.has(cDontKnow) {
			return s.ask(WhyYesNo)
		}
		if s.has(cNA) {
			return takenAs(Value{Kind: NotApplicable})
		}
		return takenAs(Value{Kind: Unknown})
	case s.wavers():
		return s.ask(WhyYesNo)
	case !yes && !no && !s.agrees() && (s.has(cAsk) || !s.has(cVerb, cLabel, cBlank, cDate, cNum, cVague) && !s.misplaced()):
		return Reading{Outcome: NoAnswer}
	case yes == no || odd || s.has(cBlank):
		if s.agrees() && !no {
			return s.ask(WhyYesNo, Answer(true))
		}
		if s.has(cBlank) && s.has(cVerb) && !yes && !s.has(cJunk) && !s.wonders() {
			return s.ask(WhyYesNo, Answer(false)) // 还没看
		}
		return s.ask(WhyYesNo, propose()...)
	}
	return takenAs(Answer(yes))
}

// agrees: 对 alone. It confirms what was proposed; as an answer to “是否…” it is
// most likely yes, and asked about.
func (s *sighting) agrees() bool {
	for _, t := range s.toks {
		if t.text == "对" || t.text == "对的" {
			return true
		}
	}
	return false
}

// sides reads each clause for yes and for no: 没 before a verb is no even if
// the verb is done (没看过); 看了 by itself is yes; 不 before a verb is a will or
// a rule rather than a fact, so it is odd.
func (s *sighting) sides() (yes, no, odd bool) {
	odd = s.has(cNum, cOrdinal, cApprox, cVague, cCorrect, cGrow, cPart, cEach, cUnsure, cPlan, cOther, cAsk,
		cMinus, cRange, cRatio, cPlus, cSettle) || s.alien > 0 || s.has(cJunk) || !s.stands()
	for i := 0; i < len(s.toks); {
		var is, done, none, not, verb, already, cross bool
		nones := 0
		for ; i < len(s.toks); i++ {
			t := s.toks[i]
			if parts(t.class) || t.class == cOpen || t.class == cClose {
				i++
				break
			}
			switch t.class {
			case cIs, cLatinYes:
				if is {
					odd = true // 是有
				}
				is = true
			case cVerb:
				verb = true
				done = done || t.done
			case cFill:
				already = already || t.text == "已" || t.text == "已经" || t.text == "均已"
				done = done || verb && t.text == "了"
			case cNone:
				none = true
				nones++
			case cNot, cLatinNo:
				not = true
			case cCross:
				cross = true
			}
		}
		switch {
		case nones > 1, none && not, (none || not || cross) && is:
			odd = true
		case cross:
			no = true
			odd = odd || verb
		case none:
			no = true
		case not:
			no = true
			odd = odd || verb
		case is:
			yes = true
		case done, already && verb:
			yes = true
		}
	}
	return yes, no, odd
}

// marked reads the printed boxes: □是☑否, 是√否□, √是. The side is taken only if
// one of the two words has a box or mark of its own and exactly one is ticked.
func (s *sighting) marked() Reading {
	var seq []token // marks and words only
	for _, t := range s.toks {
		switch t.class {
		case cTick, cCross, cBox:
			seq = append(seq, t)
		case cIs, cNot:
			if t.text != "是" && t.text != "否" {
				return s.ask(WhyYesNo)
			}
			seq = append(seq, t)
		case cOpen:
			// “（ ）” is a box; “（√）” is its mark.
			if k := len(seq); k > 0 && seq[k-1].class == cOpen {
				return s.ask(WhyYesNo)
			}
			seq = append(seq, t)
		case cClose:
			k := len(seq)
			switch {
			case k > 0 && seq[k-1].class == cOpen:
				seq[k-1].class = cBox
			case k > 1 && seq[k-2].class == cOpen:
				seq = append(seq[:k-2], seq[k-1])
			default:
				return s.ask(WhyYesNo)
			}
		case cSpace, cLine, cPunct, cQuote, cLabel, cVerb:
		default:
			return s.ask(WhyYesNo)
		}
	}
	return s.ticked(seq)
}

// ticked finds the ticked side in a row of words and marks.
func (s *sighting) ticked(seq []token) Reading {
	word := func(t token) bool { return t.class == cIs || t.class == cNot }
	side := func(t token) Reading { return takenAs(Answer(t.class == cIs)) }
	tick := func(t token) bool { return t.class == cTick }
	switch len(seq) {
	case 1: // √, but not □
		if tick(seq[0]) {
			return takenAs(Answer(true))
		}
	case 2: // √是, 是√
		if tick(seq[0]) && word(seq[1]) {
			return side(seq[1])
		}
		if word(seq[0]) && tick(seq[1]) {
			return side(seq[0])
		}
	case 3: // √是 否, 是 否√; in 是√否 the tick may belong to either
		a, b, c := seq[0], seq[1], seq[2]
		if tick(a) && word(b) && word(c) && b.class != c.class {
			return side(b)
		}
		if word(a) && word(b) && a.class != b.class && tick(c) {
			return side(b)
		}
	case 4: // □是☑否, 是☑否□: all marks before their words, or all behind
		first, second := seq[:2], seq[2:]
		w := 0
		if !word(first[0]) {
			w = 1
		}
		if !word(first[w]) || word(first[1-w]) || !word(second[w]) || word(second[1-w]) ||
			first[w].class == second[w].class || tick(first[1-w]) == tick(second[1-w]) {
			break
		}
		if tick(first[1-w]) {
			return side(first[w])
		}
		return side(second[w])
	}
	return s.ask(WhyYesNo)
}
