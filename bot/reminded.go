package bot

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// plan is 提醒计划: whether reminders go out, which come next, and what became of
// the last ones.
func (t *turn) plan() {
	if strings.TrimSpace(t.in.Rest) != "" {
		t.tell("plan.how", nil)
		return
	}
	t.halts()
	t.tell("plan", args{"time": t.instant(t.now)})
	t.tellPause()
	t.tellPausedUnits()
	if coming := t.steps(t.v.Coming); len(coming) > 0 {
		t.tell("plan.coming", nil)
		for _, step := range coming {
			t.tell("plan.step", args{"step": step})
		}
	} else {
		t.tell("plan.none", nil)
	}
	if len(t.v.Recent) == 0 {
		t.tell("plan.unsent", nil)
		return
	}
	t.tell("plan.recent", nil)
	for _, s := range t.v.Recent {
		t.tell("plan.outcome", args{"step": t.sentStep(s.Broadcast), "outcome": t.outcome(s)})
	}
}

// remindProgress is what 进度 tells of reminders.
func (t *turn) remindProgress() {
	t.tellPause()
	if len(t.v.Recent) > 0 {
		last := t.v.Recent[0]
		t.tell("county.reminded", args{"step": t.sentStep(last.Broadcast), "outcome": t.outcome(last)})
	}
	if len(t.v.Coming) > 0 {
		t.tellNext()
	}
}

func (t *turn) tellPause() {
	if p := t.v.Reminding.Pause; p.Holds(t.now) {
		t.tell("plan.pause", args{"pause": t.pauseWords(*p)})
	}
}

// tellNext tells which step comes next.
func (t *turn) tellNext() {
	if steps := t.steps(t.v.Coming); len(steps) > 0 {
		t.tell("plan.next", args{"step": steps[0]})
		return
	}
	t.tell("plan.none", nil)
}

// steps words what comes, one line for what goes to the same readers at the same
// moment.
func (t *turn) steps(list []Coming) []string {
	var lines []string
	for len(list) > 0 {
		first := list[0]
		var rungs []Rung
		rest := list[:0:0]
		for _, c := range list {
			if c.At.Equal(first.At) && c.Rung.To == first.Rung.To {
				rungs = append(rungs, c.Rung)
			} else {
				rest = append(rest, c)
			}
		}
		lines = append(lines, t.step(first.At, first.Rung.To, rungs))
		list = rest
	}
	return lines
}

// sentStep words a reminder that was sent.
func (t *turn) sentStep(b Broadcast) string {
	var rungs []Rung
	for _, s := range b.Slots {
		rung := t.n.Ladder.Rung(s.Rung)
		if rung == nil { // nothing but its name is known any more
			rung = &Rung{Owes: []Owed{{What: OweForm, Form: s.Rung}}}
		}
		rungs = append(rungs, *rung)
	}
	return t.step(b.At, b.To, rungs)
}

func (t *turn) step(at time.Time, to Audience, rungs []Rung) string {
	var what []string
	for _, r := range rungs {
		for _, o := range r.Owes {
			if words := t.n.Named(o); !slices.Contains(what, words) {
				what = append(what, words)
			}
		}
	}
	a := args{"when": t.until(at), "what": strings.Join(what, "、")}
	switch to {
	case ToLiaisons, ToGroups, ToOffice:
		a["to"] = t.phrase("plan.to."+string(to), nil)
	default:
		a["to"] = string(to)
	}
	return t.phrase("plan.words", a)
}

// outcome words what became of a reminder: who took it, who refused it and by which
// code, who waits, and who got none for which reason.
func (t *turn) outcome(s Sent) string {
	var parts []string
	add := func(key string, n int, a args) {
		if n > 0 {
			a["n"] = strconv.Itoa(n)
			parts = append(parts, t.phrase(key, a))
		}
	}
	c := s.Counts
	add("outcome.accepted", c[DeliveryAccepted], args{})
	if codes := t.codes(s.Codes); codes != "" {
		add("outcome.codes", c[DeliveryRefused], args{"codes": codes})
	} else {
		add("outcome.refused", c[DeliveryRefused], args{})
	}
	add("outcome.waiting", c[DeliveryPending]+c[DeliverySending]+c[DeliveryDeferred]+c[DeliveryHeld], args{})
	add("outcome.gaveup", c[DeliveryGaveUp], args{})
	add("outcome.dropped", c[DeliveryDropped], args{})
	spared, reasons := t.spared(s)
	add("outcome.spared", spared, args{"reasons": reasons})
	if !s.Broadcast.Done {
		parts = append(parts, t.phrase("outcome.going", nil))
	}
	switch {
	case len(parts) > 0:
	case s.Broadcast.To == ToGroups:
		return t.phrase("outcome.none.group", nil)
	default:
		return t.phrase("outcome.none", nil)
	}
	return strings.Join(parts, "，")
}

// codes names the platform's error codes; how often only if there are several.
func (t *turn) codes(by map[int64]int) string {
	var codes []int64
	for code := range by {
		if code != 0 {
			codes = append(codes, code)
		}
	}
	slices.Sort(codes)
	var parts []string
	for _, code := range codes {
		text := strconv.FormatInt(code, 10)
		if len(codes) > 1 {
			text = t.phrase("outcome.code", args{"code": text, "n": strconv.Itoa(by[code])})
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "、")
}

// spared counts the units that got no reminder, by the reason.
func (t *turn) spared(s Sent) (n int, reasons string) {
	var parts []string
	for _, why := range Spares() {
		count := s.Spared[why]
		if why == SpareNobody {
			count = max(count, len(s.Unreached))
		}
		if count == 0 {
			continue
		}
		n += count
		parts = append(parts, t.phrase("outcome.reason", args{"reason": t.phrase("spare."+string(why), nil), "n": strconv.Itoa(count)}))
	}
	return n, strings.Join(parts, "、")
}
