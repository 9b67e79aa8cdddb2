package bot

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// ProposePause is a pause of all reminders, till Until, for the reason Text.
const ProposePause ProposalKind = "pause"

// reminders carries out what the office says about reminders beside 催报.
func (t *turn) reminders() {
	switch t.in.Verb {
	case VerbPause, VerbMute:
		t.pause()
	case VerbUnpause:
		t.unpause()
	case VerbPost:
		t.post()
	case VerbPlan:
		t.plan()
	}
}

func (need *Need) reminders(n *Notice, p Person, s Session, m Message, in Intent, now time.Time) {
	if !p.Office {
		return
	}
	switch in.Verb {
	case VerbPause, VerbMute, VerbUnpause, VerbPlan:
		need.Roster, need.Reminding = true, true
	case VerbNudge, VerbProgress:
		need.Reminding = true
	case VerbPost:
		c, _ := n.columnIn(in.Rest, now)
		need.standings(c)
		need.form(n.column(n.Main, now).of())
	}
	if open := s.Proposal; open != nil && (open.Kind == ProposePause || open.Kind == ProposeNudge) {
		need.Reminding = true
	}
}

// pause is 暂停提醒 and 关闭提醒. A pause of all is put to the office first; one of
// some units is set at once, and can be taken back as soon.
func (t *turn) pause() {
	end, words := readPauseEnd(t.in.Rest, t.now)
	p := t.pausedUnits(words)
	reason := strings.TrimSpace(strings.Trim(p.rest, " ，,。：:；;"))
	switch {
	case !t.unitsMeant(p):
	case t.in.Verb == VerbMute && len(p.units) == 0:
		t.tell("mute.how", nil)
	case strings.TrimSpace(t.in.Rest) == "":
		t.tell("pause.how", nil)
	case end.odd:
		t.tell("pause.date", nil)
	case end.dated && !end.until.After(t.now):
		t.tell("pause.past", args{"until": t.until(end.until)})
	case !end.dated && len(p.units) == 0 && !p.all && len(p.near) > 0:
		t.notFound(reason, p.near)
		t.tell("pause.all", nil)
	case reason == "":
		t.tell("pause.reason", nil)
	case utf8.RuneCountInString(reason) > returnReason:
		t.tell("reason.long", args{"most": strconv.Itoa(returnReason)})
	case len(p.units) > noticeUnits:
		t.tell("pause.many", args{"n": strconv.Itoa(len(p.units)), "most": strconv.Itoa(noticeUnits)})
	case len(p.units) > 0:
		t.pauseUnits(p.units, Pause{Until: end.until, Reason: reason, By: t.v.Person.ID, At: t.now})
	default:
		t.s.Proposal = &Proposal{Kind: ProposePause, Until: end.until, Text: reason}
		t.previewPause()
	}
}

// unitsMeant reports whether it is clear which units a word is about, and asks if it
// is not.
func (t *turn) unitsMeant(p pausedUnits) bool {
	switch {
	case p.glued != "":
		t.tell("pause.glued", args{"quote": clip(p.glued, 30), "unit": p.near[0].Name})
	case p.strange != "" && len(p.near) == 0:
		t.notFound(p.strange, nil)
	case p.strange != "":
		t.notFound(p.strange, p.near)
		t.tell("pause.all", nil)
	default:
		return true
	}
	return false
}

func (t *turn) previewPause() {
	p := t.s.Proposal
	t.tell("pause.preview", args{"pause": t.pauseWords(Pause{Until: p.Until, Reason: p.Text})})
	if p.Until.IsZero() {
		t.tell("pause.nodate", nil)
	}
	if was := t.v.Reminding.Pause; was.Holds(t.now) {
		t.tell("pause.instead", args{"pause": t.pauseWords(*was)})
	}
	var falls []Coming
	for _, c := range t.v.Coming {
		if c.Rung.To != ToOffice && (p.Until.IsZero() || !c.At.After(p.Until)) {
			falls = append(falls, c)
		}
	}
	if steps := t.steps(falls); len(steps) > 0 {
		t.tell("pause.falls", nil)
		for _, step := range steps {
			t.tell("plan.step", args{"step": step})
		}
	}
	t.tell("pause.effect", nil)
	t.askAgain()
}

// paused sets the pause of all that the office has agreed to.
func (t *turn) paused(p *Proposal) {
	t.s.Proposal = nil
	if !p.Until.IsZero() && !p.Until.After(t.now) {
		t.tell("pause.past", args{"until": t.until(p.Until)})
		return
	}
	pause := Pause{Until: p.Until, Reason: p.Text, By: t.v.Person.ID, At: t.now}
	r := t.v.Reminding
	was := r.Pause
	r.Pause = &pause
	t.out.Reminding = &r
	t.log("pause", LogEntry{Text: t.pauseWords(pause)})
	t.tell("pause.done", args{"pause": t.pauseWords(pause)})
	if was.Holds(t.now) {
		t.tell("pause.instead", args{"pause": t.pauseWords(*was)})
	}
	t.tell("pause.undo", nil)
}

// pauseUnits pauses some units' reminders, or turns them off.
func (t *turn) pauseUnits(units []Unit, pause Pause) {
	off := pause.Until.IsZero()
	what := "pause"
	if off {
		what = "mute"
	}
	words := t.pauseWords(pause)
	var names, was []string
	for _, u := range units {
		names = append(names, u.Name)
		if u.Pause.Holds(t.now) {
			was = append(was, t.phrase("pause.unit", args{"unit": u.Name, "pause": t.pauseWords(*u.Pause)}))
		}
		u.Pause = &pause
		t.out.Units = append(t.out.Units, u)
		t.log(what, LogEntry{Key: ReportKey{Unit: u.Name}, Text: words})
	}
	list, n := strings.Join(names, "、"), strconv.Itoa(len(units))
	switch {
	case off && !t.m.Private():
		t.tell("mute.group", args{"n": n})
		return
	case !t.m.Private():
		t.tell("pause.group", args{"n": n})
		return
	case off:
		t.tell("mute.units", args{"units": list, "pause": words})
	default:
		t.tell("pause.units", args{"units": list, "pause": words})
	}
	if len(was) > 0 {
		t.tell("pause.instead", args{"pause": strings.Join(was, "；")})
	}
	t.tell("pause.undo.units", args{"units": list})
}

// unpause is 恢复提醒.
func (t *turn) unpause() {
	p := t.pausedUnits(t.in.Rest)
	switch {
	case !t.unitsMeant(p):
		return
	case len(p.units) == 0 && !p.all && p.rest != "" && len(p.near) > 0:
		t.notFound(p.rest, p.near)
		return
	case len(p.units) == 0 && !p.all && p.rest != "":
		t.notFound(p.rest, nil)
		return
	case len(p.units) > noticeUnits:
		t.tell("pause.many", args{"n": strconv.Itoa(len(p.units)), "most": strconv.Itoa(noticeUnits)})
		return
	case len(p.units) > 0:
		t.unpauseUnits(p.units)
		return
	}
	if !t.v.Reminding.Pause.Holds(t.now) {
		t.tell("unpause.none", nil)
		t.tellPausedUnits()
		return
	}
	r := t.v.Reminding
	r.Pause = nil
	t.out.Reminding = &r
	t.log("unpause", LogEntry{})
	t.tell("unpause.done", nil)
	t.tellPausedUnits()
	t.tellNext()
}

func (t *turn) unpauseUnits(units []Unit) {
	var names, not []string
	for _, u := range units {
		if !u.Pause.Holds(t.now) {
			not = append(not, u.Name)
			continue
		}
		names = append(names, u.Name)
		u.Pause = nil
		t.out.Units = append(t.out.Units, u)
		t.log("unpause", LogEntry{Key: ReportKey{Unit: u.Name}})
	}
	private := t.m.Private()
	switch {
	case len(not) > 0 && private:
		t.tell("unpause.not", args{"units": strings.Join(not, "、")})
	case len(not) > 0:
		t.tell("unpause.not.group", args{"n": strconv.Itoa(len(not))})
	}
	switch {
	case len(names) == 0:
	case private:
		t.tell("unpause.units", args{"units": strings.Join(names, "、")})
	default:
		t.tell("unpause.group", args{"n": strconv.Itoa(len(names))})
	}
	if all := t.v.Reminding.Pause; all.Holds(t.now) {
		t.tell("unpause.all", args{"pause": t.pauseWords(*all)})
	} else if len(names) > 0 {
		t.tellNext()
	}
}

// tellPausedUnits tells which units are paused or off by themselves; in a group how
// many.
func (t *turn) tellPausedUnits() {
	var list []string
	for _, u := range t.v.Roster.Units {
		if u.Pause.Holds(t.now) {
			list = append(list, t.phrase("pause.unit", args{"unit": u.Name, "pause": t.pauseWords(*u.Pause)}))
		}
	}
	switch {
	case len(list) == 0:
	case t.m.Private():
		t.tell("pause.alone", args{"n": strconv.Itoa(len(list)), "units": strings.Join(list, "；")})
	default:
		t.tell("pause.alone.count", args{"n": strconv.Itoa(len(list))})
	}
}

// pauseWords tells till when a pause lasts and why.
func (t *turn) pauseWords(p Pause) string {
	a := args{"reason": clip(p.Reason, 60)}
	if p.Until.IsZero() {
		return t.phrase("pause.open", a)
	}
	a["until"] = t.until(p.Until)
	if p.Until.In(t.now.Location()).Year() != t.now.Year() {
		a["until"] = t.untilInFull(p.Until)
	}
	return t.phrase("pause.till", a)
}

// pauseTag is how a unit's reminders stand, the shortest way; "" if they go out.
func (t *turn) pauseTag(u Unit) string {
	switch {
	case !u.Pause.Holds(t.now):
		return ""
	case u.Pause.Until.IsZero():
		return t.phrase("tag.off", nil)
	}
	return t.phrase("tag.paused", args{"date": t.shortDate(u.Pause.Until)})
}

// unitTags are the tags of a standing with how the unit's reminders stand.
func (t *turn) unitTags(s standing) []string {
	tags := t.tags(s)
	if tag := t.pauseTag(s.unit); tag != "" {
		tags = append(tags, tag)
	}
	return tags
}

// noMoreReminders answers a liaison who asks not to be reminded: what ends it. Where
// a text is asked for, more words than these are the answer.
func (t *turn) noMoreReminders() bool {
	alone, ok := t.n.stopsReminding(t.in.Text)
	if f := t.form.Field(t.s.Asking); !ok || !alone && f != nil && f.Kind == KindText || len(t.v.Person.Units) == 0 {
		return false
	}
	t.tell("remindless", args{"phone": t.n.Office.Phone})
	t.whereWeStand()
	return true
}

func pauseWording() map[string][]string {
	pause, budget := []string{"pause"}, []string{"n", "left", "count", "most"}
	keys := map[string][]string{
		"pause.how":         nil,
		"pause.date":        nil,
		"pause.past":        {"until"},
		"pause.reason":      nil,
		"pause.glued":       {"quote", "unit"},
		"pause.all":         nil,
		"pause.many":        {"n", "most"},
		"pause.till":        {"until", "reason"},
		"pause.open":        {"reason"},
		"pause.unit":        {"unit", "pause"},
		"pause.preview":     pause,
		"pause.nodate":      nil,
		"pause.instead":     pause,
		"pause.falls":       nil,
		"pause.effect":      nil,
		"pause.confirm":     nil,
		"pause.dropped":     nil,
		"pause.done":        pause,
		"pause.undo":        nil,
		"pause.units":       {"units", "pause"},
		"pause.group":       {"n"},
		"pause.undo.units":  {"units"},
		"pause.alone":       {"n", "units"},
		"pause.alone.count": {"n"},
		"card.pause":        nil,
		"mute.how":          nil,
		"mute.units":        {"units", "pause"},
		"mute.group":        {"n"},
		"unpause.none":      nil,
		"unpause.done":      nil,
		"unpause.not":       {"units"},
		"unpause.not.group": {"n"},
		"unpause.units":     {"units"},
		"unpause.group":     {"n"},
		"unpause.all":       pause,
		"tag.paused":        {"date"},
		"tag.off":           nil,
		"look.paused":       pause,
		"remindless":        {"phone"},

		"plan":              {"time"},
		"plan.how":          nil,
		"plan.pause":        pause,
		"plan.coming":       nil,
		"plan.recent":       nil,
		"plan.step":         {"step"},
		"plan.words":        {"when", "to", "what"},
		"plan.none":         nil,
		"plan.next":         {"step"},
		"plan.unsent":       nil,
		"plan.outcome":      {"step", "outcome"},
		"plan.to.liaison":   nil,
		"plan.to.group":     nil,
		"plan.to.office":    nil,
		"county.reminded":   {"step", "outcome"},
		"outcome.accepted":  {"n"},
		"outcome.refused":   {"n"},
		"outcome.codes":     {"n", "codes"},
		"outcome.code":      {"code", "n"},
		"outcome.waiting":   {"n"},
		"outcome.gaveup":    {"n"},
		"outcome.dropped":   {"n"},
		"outcome.spared":    {"n", "reasons"},
		"outcome.reason":    {"reason", "n"},
		"outcome.none":      nil,
		"outcome.going":     nil,
		"log.outcome":       {"outcome"},
		"call.nodate":       nil,
		"nudge.capped":      {"unit", "n", "most"},
		"nudge.paused":      {"unit", "tag"},
		"nudge.pause":       pause,
		"nudge.budget":      budget,
		"nudge.budgets":     {"parts", "most"},
		"nudge.budget.part": budget,

		"post.how":    nil,
		"post.none":   {"form"},
		"post.title":  {"office", "form"},
		"post.call":   nil,
		"post.sofar":  {"form", "time", "expected", "counted", "n"},
		"post.kind":   {"kind", "n", "units"},
		"post.due":    {"deadline"},
		"post.month":  {"until"},
		"post.late":   nil,
		"post.stamp":  nil,
		"post.easy":   nil,
		"post.case":   nil,
		"post.office": {"office", "date", "phone"},
	}
	keys["outcome.none.group"] = nil
	for _, why := range []Spare{SparePaper, SpareClaimed, SpareExtended, SpareOff, SparePaused, SparePromised, SpareCapped, SpareNotDue} {
		keys["leftout."+string(why)] = []string{"n", "most"}
	}
	return keys
}
