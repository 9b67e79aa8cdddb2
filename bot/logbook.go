package bot

import (
	"slices"
	"strconv"
	"strings"
)

// LogKinds are all that [LogEntry.What] can be. The notice words each, under
// "log.do.<kind>".
func LogKinds() []string {
	return []string{
		"answer", "gather", "undo", "clear", "vouch", "verify", "note", "submit", "withdraw",
		"bind", "release", "confirm", "claim", "deputy", "recall", "replace", "renew", "join", "leave",
		"file", "material", "named", "shelf", "stamp", "nocase", "later",
		"claimed", "return", "approve", "unapprove", "approveall", "close", "reopen", "extend", "unextend", "receipt", "unreceipt",
		"enter", "counter", "unprefill", "deduct", "putback", "askfor", "call",
		"import", "addunit", "rename", "remove",
		"notify", "nudge", "resume", "pair", "feedback",
		"remind", "pause", "mute", "unpause",
	}
}

// Role is in what role somebody did something.
type Role string

const (
	RoleLiaison Role = "liaison"
	RoleDeputy  Role = "deputy" // B角
	RoleOffice  Role = "office"
)

// role is in what role this turn's person does something for a unit, "" for none
// in particular. Who is both acts as the office by the office's commands, and by
// all else for their unit.
func (t *turn) role(unit string) Role {
	p := t.v.Person
	byOffice := t.in.Verb.ByOffice() || t.v.Session.Proposal.byOffice()
	switch speaks := slices.Contains(p.Units, unit); {
	case p.Office && (byOffice || !speaks):
		return RoleOffice
	case speaks && p.acts(unit):
		return RoleDeputy
	case speaks:
		return RoleLiaison
	}
	return ""
}

const (
	// logLines is how many lines 日志 shows, the newest first.
	logLines = 20
	// logItems is how many changed values one of them names.
	logItems = 3
)

// logbook is 日志: who did what, when, and from which value to which. It holds
// units' values and people's names, and is for private chat.
func (t *turn) logbook() {
	if !t.m.Private() {
		t.tell("log.private", nil)
		return
	}
	a := args{"n": strconv.Itoa(len(t.v.Log)), "time": t.instant(t.now)}
	if name := strings.TrimSpace(t.in.Rest); name != "" {
		u, ok := t.unitCalled(name)
		if !ok {
			return
		}
		a["unit"] = u.Name
	}
	switch {
	case len(t.v.Log) == 0:
		t.tell("log.none", nil)
		return
	case a["unit"] != "":
		t.tell("log.head.unit", a)
	default:
		t.tell("log.head", a)
	}
	t.tellLines()
}

// tellLines tells the lines of the log; what reads alike, as of a list that was
// imported, once.
func (t *turn) tellLines() {
	type line struct{ when, who, what string }
	var last line
	n := 0
	flush := func() {
		switch a := (args{"when": last.when, "who": last.who, "what": last.what, "n": strconv.Itoa(n)}); {
		case n == 1:
			t.tell("log.line", a)
		case n > 1:
			t.tell("log.line.times", a)
		}
	}
	for _, e := range t.v.Log {
		now := line{t.phrase("log.time", dateOf(e.At.In(t.now.Location()))), t.whoDid(e), t.whatWasDone(e)}
		if now != last {
			flush()
			last, n = now, 0
		}
		n++
	}
	flush()
}

// whoDid names who did something by their role, and by their name if it is known.
func (t *turn) whoDid(e LogEntry) string {
	unit, role := e.Key.Unit, e.As
	var name string
	for _, u := range t.v.Roster.Units {
		if e.By == "" || unit != "" && u.Name != unit {
			continue
		}
		if u.Liaison == e.By {
			if name = t.v.Contacts[u.Name].Name; role == "" {
				role, unit = RoleLiaison, u.Name
			}
		}
		for _, d := range u.Deputies {
			if d.Person == e.By && role == RoleDeputy {
				name = d.Name
			}
		}
	}
	var who string
	switch {
	case role == RoleOffice:
		return t.phrase("log.office", nil)
	case e.By == "":
		return t.phrase("log.program", nil)
	case unit == "":
		return t.phrase("log.person", nil)
	case role == "":
		who = t.phrase("log.member", args{"unit": unit})
	default:
		who = t.phrase("log."+string(role), args{"unit": unit})
	}
	if name != "" {
		return t.phrase("log.named", args{"who": who, "name": clip(name, 10)})
	}
	return who
}

// whatWasDone tells a log line in words: about what, what, which values, and the
// reason that was given.
func (t *turn) whatWasDone(e LogEntry) string {
	var b strings.Builder
	form := t.n.Form(e.Key.Form)
	if e.As == RoleOffice && e.Key.Unit != "" {
		b.WriteString(t.phrase("log.about", args{"unit": e.Key.Unit}))
	}
	switch {
	case form == nil:
	case form.Monthly():
		b.WriteString(t.phrase("log.about.month", args{"form": form.ID, "period": form.Spans(e.Key.Period)}))
	default:
		b.WriteString(t.phrase("log.about.form", args{"form": form.ID}))
	}
	n := args{"n": strconv.Itoa(e.Number)}
	if slices.Contains(LogKinds(), e.What) {
		b.WriteString(t.phrase("log.do."+e.What, n))
	} else {
		b.WriteString(t.phrase("log.other", args{"kind": e.What}))
	}
	if form != nil && len(e.Items) > 0 {
		b.WriteString(t.phrase("log.items", args{"items": t.changesOf(form, e.Items)}))
	}
	if e.Text != "" {
		b.WriteString(t.phrase("log.text", args{"text": clip(e.Text, 60)}))
	}
	if s, ok := t.v.Outcomes[e.Broadcast]; ok && e.Broadcast != "" {
		b.WriteString(t.phrase("log.outcome", args{"outcome": t.outcome(s)}))
	}
	return b.String()
}

// changesOf writes values before and after: 28 咨询活动 2 → 3 场.
func (t *turn) changesOf(form *Form, changes []Change) string {
	var parts []string
	for _, c := range changes[:min(len(changes), logItems)] {
		f := form.Field(c.Item)
		if f == nil {
			continue
		}
		value := withUnit(f, c.New)
		if f.Private {
			value = "" // what it was is not kept
		}
		if c.Old.Filled() && c.Old != c.New {
			value = fromTo(f, c.Old, c.New)
		}
		part := t.phrase("log.change", args{"item": strconv.Itoa(c.Item), "short": f.Short, "value": value})
		parts = append(parts, strings.TrimSpace(part))
	}
	if more := len(changes) - logItems; more > 0 {
		parts = append(parts, t.phrase("log.more", args{"n": strconv.Itoa(len(changes))}))
	}
	return strings.Join(parts, "，")
}
