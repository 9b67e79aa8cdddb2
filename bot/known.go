package bot

import (
	"slices"
	"strconv"
	"strings"
)

// ProposeKnown puts to the person, for the item asked (Answers[0]), what is
// known of it already; 对 takes that, any other answer takes its place. Behind it
// stand those of the other items that may be taken all at once. What is taken is
// held against what was reported before once more. See also [ProposeCalled].
const ProposeKnown ProposalKind = "known"

// known is a value that something reported before says of an item.
type known struct {
	value  Value
	source string // in a few words; stays with the value once it is taken
	said   string // value and source, for the question
}

// known looks an item up in what was reported before. Nothing is ever taken
// from there but by the person's word.
func (t *turn) known(item int) (known, bool) {
	f := t.form.Field(item)
	if f == nil || t.r == nil {
		return known{}, false
	}
	if k, ok := t.knownFromCases(f); ok {
		return k, true
	}
	return t.knownFromMain(f)
}

// knownFromCases makes a value of the unit's cases of the first month.
func (t *turn) knownFromCases(f *Field) (k known, ok bool) {
	cases := t.n.Form(t.n.Cases)
	if f.Cases == nil || cases == nil {
		return k, false
	}
	month := ReportKey{Unit: t.r.Key.Unit, Form: cases.ID, Period: cases.From}
	all, in := t.countedCases(month), f.Cases.of(t.countedCases(month))
	name := t.monthOf(month.Period)
	switch {
	case len(all) > 0:
		k.source = t.phrase("known.cases.source", args{"month": name, "n": strconv.Itoa(len(all))})
	case t.stateOf(month).Nothing:
		k.source = t.phrase("known.nothing.source", args{"month": name})
	default:
		return k, false
	}
	k.value = f.Cases.value(in)
	value := withUnit(f, k.value)
	if k.value.Kind == Text {
		value = clip(k.value.Text, 300) // it is read before it is taken
	}
	k.said = t.phrase("known.cases", args{"source": k.source, "value": value})
	return k, true
}

// countedCases are the versions that count of a month's cases.
func (t *turn) countedCases(month ReportKey) (list []Submission) {
	for _, c := range t.casesOf(month) {
		if c.Counted != nil {
			list = append(list, *c.Counted)
		}
	}
	return list
}

// of are the cases that a value follows from.
func (c *FromCases) of(all []Submission) []Submission {
	return slices.DeleteFunc(slices.Clone(all), func(s Submission) bool {
		at := Report{Draft: s.Entries}
		return c.Where != 0 && at.Entry(c.Where).Value.Number == 0
	})
}

func (c *FromCases) value(in []Submission) Value {
	var sum int64
	var texts []string
	for _, s := range in {
		at := Report{Draft: s.Entries}
		sum += at.Entry(c.Item).Value.Number
		texts = append(texts, clip(at.Entry(c.Item).Value.Text, longestTitle))
	}
	switch {
	case c.How == CasesCount:
		return Count(int64(len(in)))
	case c.How == CasesSum:
		return Count(sum)
	case len(texts) == 0:
		return Words(wordNothing)
	}
	return Words(numberedLines(texts))
}

// knownFromMain takes over what the unit's main form says.
func (t *turn) knownFromMain(f *Field) (k known, ok bool) {
	sub := t.v.Others[t.n.mainKey(t.r.Key.Unit)].Counted
	if f.Seed == 0 || sub == nil {
		return k, false
	}
	k.value = (&Report{Draft: sub.Entries}).Entry(f.Seed).Value
	month := t.phrase("month", args{"month": strconv.Itoa(int(sub.At.In(t.now.Location()).Month()))})
	k.source = t.phrase("known.seed.source", args{"month": month, "form": t.n.Main})
	k.said = t.phrase("known.seed", args{"month": month, "value": withUnit(f, k.value)})
	return k, k.value.Filled() && k.value.Kind != Unknown
}

// proposeKnown ends an item's question with what is known of it.
func (t *turn) proposeKnown(f *Field) {
	k, ok := t.known(f.Item)
	if !ok {
		if p := t.s.Proposal; p != nil && p.Kind == ProposeKnown {
			t.s.Proposal = nil
		}
		return
	}
	p := &Proposal{Kind: ProposeKnown, Answers: []Proposed{{Item: f.Item, Value: k.value, Quote: k.source}}}
	for _, item := range t.r.unfilled(t.form) {
		if more, ok := t.known(item); ok && item != f.Item && t.form.ID == t.n.YearEnd {
			p.Answers = append(p.Answers, Proposed{Item: item, Value: more.value, Quote: more.source})
		}
	}
	t.s.Proposal = p
	t.add("ask.known", args{"known": k.said})
}

// allKnown takes 一致: what is known of all items that are still open.
func (t *turn) allKnown() bool {
	p := t.s.Proposal
	if p == nil || p.Kind != ProposeKnown || t.r == nil || t.s.Key != t.r.Key || !saysSame(t.in.Text) {
		return false
	}
	if t.m.Media == MediaVoice {
		t.tell("voice.confirm", args{"text": clip(t.in.Text, 60)})
		t.askAgain()
		return true
	}
	t.takeAll(p.Answers)
	return true
}

// takeAll takes known values, if they are still what is known.
func (t *turn) takeAll(list []Proposed) {
	var answers []taken
	for _, a := range list {
		if k, ok := t.known(a.Item); !ok || k.value != a.Value || t.r.Entry(a.Item).Value != a.Was {
			t.s.Proposal = nil
			t.tell("propose.stale", args{"item": strconv.Itoa(a.Item)})
			t.whereWeStand()
			return
		}
		answers = append(answers, taken{item: a.Item, value: a.Value, quote: a.Quote})
	}
	slices.SortFunc(answers, func(a, b taken) int { return a.item - b.item })
	t.goOn(false, t.take(answers))
}

// knowsMore reports whether an item is known to be something else than 0, so that
// 其余无 does not speak of it.
func (t *turn) knowsMore(item int) bool {
	k, ok := t.known(item)
	return ok && k.value != Count(0)
}

// casesDiffer points out where the main form says otherwise than the cases of
// its month.
func (t *turn) casesDiffer() {
	if t.form.ID != t.n.Main {
		return
	}
	var parts []string
	for i := range t.form.Fields {
		f := &t.form.Fields[i]
		have := t.r.Entry(f.Item).Value
		k, ok := t.knownFromCases(f)
		if !ok || !have.Filled() || f.Cases.How == CasesSum {
			continue
		}
		value, want := have.String(), k.value.String()
		if have.Kind == Text {
			value, want = strconv.FormatInt(countCases(have.Text), 10), strconv.FormatInt(countCases(k.value.Text), 10)
		}
		if value != want {
			parts = append(parts, t.phrase("cases.differ.item", t.about(f, args{"value": value, "known": want})))
		}
	}
	if len(parts) == 0 {
		return
	}
	cases := t.n.Form(t.n.Cases)
	month := ReportKey{Unit: t.r.Key.Unit, Form: cases.ID, Period: cases.From}
	t.tell("cases.differ", args{"month": t.monthOf(cases.From), "n": strconv.Itoa(len(t.countedCases(month))), "items": strings.Join(parts, "、")})
}
