package bot

import (
	"slices"
	"strconv"
)

// summary answers 总结 [单位].
func (t *turn) summary() {
	if t.n.Form(t.n.Summary) == nil {
		t.tell("idle", nil)
		return
	}
	if t.in.Rest != "" {
		if _, ok := chosenUnit(t.v.Person, t.in.Rest); !ok {
			t.tell("summary.how", nil)
			t.whereWeStand()
			return
		}
	}
	if !t.haveReport() {
		if t.s.Proposal != nil && t.s.Proposal.Kind == ProposeUnit {
			t.s.Proposal.Text = t.n.Summary
		}
		return
	}
	t.begin()
}

// openSummary opens the unit's 活动总结. One that is complete is opened at its
// text: whoever asks for it again has a new one.
func (t *turn) openSummary() {
	t.enter()
	t.tell("summary.begin", args{"unit": t.r.Key.Unit, "period": t.form.Spans(t.r.Key.Period), "deadline": t.deadline()})
	doc := slices.IndexFunc(t.s.Loose, File.isDocument)
	switch {
	case doc >= 0:
		t.takeDocument(t.form.Field(1), t.s.Loose[doc], true)
		return
	case t.r.State == Returned:
		t.tellReturned("begin.returned")
	case t.same():
		t.tell("summary.again", args{"version": strconv.Itoa(t.r.Counted)})
		t.ask(1)
		return
	}
	t.askNext()
}

// answersWithFile takes a document for the text that is asked. It reports false
// if none is asked, or none was sent.
func (t *turn) answersWithFile(kept []Received) bool {
	f := t.form.Field(t.s.Asking)
	at := slices.IndexFunc(kept, func(r Received) bool { return r.File.isDocument() })
	if f == nil || !f.Document || t.r == nil || t.s.Key != t.r.Key || at < 0 || t.in.Verb != "" {
		return false
	}
	t.tellKept(kept)
	t.takeDocument(f, kept[at].File, false)
	return true
}

// takeDocument makes a document the answer to an item, or asks first: if it was
// not sent as that, or if there is another answer.
func (t *turn) takeDocument(f *Field, doc File, ask bool) {
	t.name([]File{doc}, meant{unit: t.r.Key.Unit, kind: t.form.ID}, t.r.Key)
	name := doc.Name
	if name == "" {
		name = t.phrase("file.this", nil)
	}
	answer := []taken{{item: f.Item, value: Attached(doc, name)}}
	if was := t.r.Entry(f.Item).Value; ask || was.Filled() && was != answer[0].value {
		t.s.Asking = f.Item
		t.propose(answer)
		return
	}
	t.take(answer)
	t.askNext()
}
