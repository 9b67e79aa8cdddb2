package bot

import (
	"slices"
	"strconv"
	"strings"
)

// quotation is what of ours a quoted text holds.
type quotation struct {
	form   *Form  // the form of that
	item   int    // the item of its last question, or else of its only echo; 0 for none
	unit   string // whom the question was for, where it says so
	echo   bool   // there is no question in it, at most what was recorded
	echoes int    // how many items were recorded in it
}

// quoted looks for a question in a quoted text, and for what was recorded: of the
// form that is being filled, else of the main one or the one that names the liaison.
func (n *Notice) quoted(key ReportKey, quote string) quotation {
	first := n.quotedOf(n.formFor(key), quote)
	for _, id := range []string{n.Main, n.Nomination} {
		form := n.Form(id)
		if !first.echo || form == nil || form == first.form {
			continue
		}
		if q := n.quotedOf(form, quote); !q.echo {
			return q
		}
	}
	return first
}

func (n *Notice) quotedOf(form *Form, quote string) quotation {
	q := quotation{form: form, echo: true}
	for line := range strings.FieldsFuncSeq(quote, func(r rune) bool { return r == '\n' || r == '　' }) {
		words := strings.Fields(line)
		if len(words) < 2 || words[0] != "✓" {
			continue
		}
		if item, err := strconv.Atoi(words[1]); err == nil && form.Field(item) != nil {
			q.item = item
			q.echoes++
		}
	}
	for rest := quote; ; {
		i := strings.LastIndex(rest, "/"+strconv.Itoa(len(form.Fields))+"）")
		if i < 0 {
			return q
		}
		start := strings.LastIndex(rest[:i], "（")
		if start >= 0 {
			item, err := strconv.Atoi(rest[start+len("（") : i])
			if f := form.Field(item); err == nil && f != nil && !n.asksElsewhere(form, f, quote[i:]) {
				q.item, q.unit, q.echo = item, askedFor(rest[:start]), false
				return q
			}
		}
		rest = rest[:i]
	}
}

// asksElsewhere reports whether words are the question of another form that
// happens to have as many items.
func (n *Notice) asksElsewhere(form *Form, f *Field, words string) bool {
	if strings.Contains(words, f.Ask) {
		return false
	}
	for i := range n.Forms {
		other := &n.Forms[i]
		if other.ID == form.ID || len(other.Fields) != len(form.Fields) {
			continue
		}
		if strings.Contains(words, other.Fields[f.Item-1].Ask) {
			return true
		}
	}
	return false
}

// askedFor is the unit in brackets that a question for one of several begins with.
func askedFor(before string) string {
	rest, ok := strings.CutSuffix(strings.TrimSpace(before), "】")
	if !ok {
		return ""
	}
	i := strings.LastIndex(rest, "【")
	if i < 0 {
		return ""
	}
	return rest[i+len("【"):]
}

// quoting is the session with what a message quotes put foremost. An answer
// given by quoting a question is for that question, whatever was asked since.
func (s Session) quoting(n *Notice, p Person, m Message) Session {
	if m.Quote == "" {
		return s
	}
	q := n.quoted(s.Key, m.Quote)
	if q.item == 0 || q.echo || q.form.Monthly() {
		return s
	}
	unit := q.unit
	switch {
	case unit != "" && !slices.Contains(p.Units, unit):
		return s
	case unit == "" && s.Key.Unit != "":
		unit = s.Key.Unit
	case unit == "" && len(p.Units) == 1:
		unit = p.Units[0]
	case unit == "":
		return s
	}
	form := q.form
	if key := (ReportKey{Unit: unit, Form: form.ID, Period: form.Period}); key != s.Key {
		s.Key, s.Section, s.Quote, s.QuoteFor = key, "", "", 0
		s.Proposal = nil
	}
	switch open := s.Proposal; {
	case open == nil || !open.putAt(form, q.item):
		s.Proposal = nil
	case open.Kind == ProposeReason:
		// A bare number could be meant for either figure of the sentence.
		return s
	}
	s.Asking = q.item
	return s
}

// quoteInstead says what a question that they quote has taken the place of.
func (t *turn) quoteInstead() {
	was := t.v.Session.Proposal
	if t.m.Quote == "" || was == nil || t.s.Proposal != nil {
		return
	}
	switch {
	case was.isReading():
		t.tell("dropped.open", nil)
	case was.byOffice() && t.v.Person.Office:
		t.tell(string(was.Kind)+".dropped", nil)
	}
}

// putAt reports whether a proposal is put to the person at the place of an item.
func (p *Proposal) putAt(form *Form, item int) bool {
	switch {
	case len(p.Answers) > 0:
		return p.Answers[0].Item == item
	case len(p.Items) > 0:
		return p.Items[0] == item
	}
	return slices.ContainsFunc(form.Checks, func(c Check) bool {
		return slices.Contains(p.Checks, c.ID) && (c.Item == item || c.Paste)
	})
}

// elsewhere answers whoever quotes a question for a unit that is not theirs, or
// an echo of several items. It reports false if the message is to be read as
// any other.
func (t *turn) elsewhere() bool {
	if t.m.Quote == "" || t.in.Text == tidy(t.m.Quote) {
		return false
	}
	q := t.n.quoted(t.v.Session.Key, t.m.Quote)
	switch {
	case !q.echo && q.unit != "" && !slices.Contains(t.v.Person.Units, q.unit):
		t.tell("quote.other", args{"unit": clip(q.unit, 30)})
		t.whereWeStand()
	case q.echo && q.echoes == 1 && t.r != nil && t.s.Key == t.r.Key:
		return t.quotedEcho(q.item)
	case q.echo && q.echoes > 1 && t.r != nil && strings.ContainsFunc(t.in.Text, figureRune):
		t.tell("quote.which", nil)
		t.whereWeStand()
	default:
		return false
	}
	return true
}

// quotedEcho takes a figure written under what was recorded for one item as a
// correction of that item, and puts it to the person.
func (t *turn) quotedEcho(item int) bool {
	r, first := t.from(t.form.Field(item), t.in.Text)
	if first.Outcome == NoAnswer {
		return false
	}
	r.unsure = true
	t.accept(r)
	return true
}
