package bot

import (
	"strconv"
	"strings"
)

// ProposeNames asks whether units may be named where others read along: Text is
// the command that would name them.
const ProposeNames ProposalKind = "names"

// missing lists the units that still owe a form, by kind, with what is known of
// each. In a group they are counted, and named only when the office says so.
func (t *turn) missing() {
	c, rest := t.n.columnIn(t.in.Rest, t.now)
	if strings.TrimSpace(rest) != "" {
		t.tell("missing.how", args{"form": clip(rest, 20), "main": t.n.Main})
		return
	}
	list := t.stands(c)
	var open []standing
	for _, s := range list {
		if !s.answered() {
			open = append(open, s)
		}
	}
	a := args{
		"form": c.name(), "period": c.form.Spans(c.period), "time": t.instant(t.now), "expected": strconv.Itoa(len(list)),
		"counted": strconv.Itoa(len(list) - len(open)), "missing": strconv.Itoa(len(open)),
	}
	key := "missing"
	if c.form.Monthly() {
		key = "missing.month"
	}
	t.tell(key, a)
	if len(open) == 0 {
		return
	}
	if t.inGroup() {
		return
	}
	for _, g := range byKind(t.n.Kinds, open, func(s standing) string { return s.unit.Kind }) {
		var names []string
		for _, s := range g.of {
			name := s.unit.Name
			if tags := t.unitTags(s); len(tags) > 0 {
				name = t.phrase("missing.unit", args{"unit": name, "state": strings.Join(tags, "，")})
			}
			names = append(names, name)
		}
		t.tell("missing.kind", args{"kind": g.kind, "n": strconv.Itoa(len(g.of)), "units": strings.Join(names, "、")})
		for _, s := range g.of {
			if said := t.lastCall(s.unit.Name); said != "" {
				t.tell("missing.call", args{"unit": s.unit.Name, "call": said})
			}
		}
	}
}

// inGroup reports whether an answer that names units has to wait for the
// office's word, and has then asked for it.
func (t *turn) inGroup() bool {
	if t.m.Private() || t.in.Openly {
		return false
	}
	t.put(&Proposal{Kind: ProposeNames, Text: t.in.Text})
	return true
}

// lastCall is the last line of the phone log about a unit, with its day; "" if
// there is none. Calls are kept beside the main form, whatever they were about.
func (t *turn) lastCall(unit string) string {
	c := t.n.column(t.n.Main, t.now)
	for _, s := range t.v.Forms[c.of()] {
		if s.Unit == unit {
			return t.n.LastCall(s.Docket, t.now)
		}
	}
	return ""
}
