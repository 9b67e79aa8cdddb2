package app_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"anyuebot/bot"
)

// What has to hold in a campaign, written from the notice of 2021 and from what
// was promised, without the ladder, the calendar or the planner: all days and
// hours stand here as they would on the office's wall.

var campaignZone = time.FixedZone("CST", 8*3600)

// wall reads a day, or a minute of it, in the campaign's zone.
func wall(text string) time.Time {
	layout := "2006-01-02 15:04"
	at, err := time.ParseInLocation(layout[:len(text)], text, campaignZone)
	if err != nil {
		panic(err)
	}
	return at
}

// The working days of June 2021 to January 2022 that are not as their day of the
// week would have it (国办发明电〔2020〕27号, 〔2021〕11号).
var (
	freeDays   = []string{"2021-06-14", "2021-09-20", "2021-09-21", "2021-10-01", "2021-10-04", "2021-10-05", "2021-10-06", "2021-10-07", "2022-01-03"}
	workedDays = []string{"2021-09-18", "2021-09-26", "2021-10-09"}
)

func worked(at time.Time) bool {
	day := at.Format("2006-01-02")
	switch {
	case slices.Contains(workedDays, day):
		return true
	case slices.Contains(freeDays, day):
		return false
	}
	return at.Weekday() != time.Saturday && at.Weekday() != time.Sunday
}

// mayDisturb reports whether a reminder may arrive at an instant.
func mayDisturb(at time.Time) bool {
	at = at.In(campaignZone)
	clock := at.Format("15:04:05")
	switch {
	case !worked(at):
		return false
	case at.Format("2006-01-02") == "2021-07-01" && clock < "14:30:00":
		return false
	case at.Weekday() == time.Monday && clock < "10:00:00":
		return false
	}
	return clock >= "08:30:00" && clock < "12:00:00" || clock >= "14:30:00" && clock < "17:30:00"
}

// weekCap is the most reminders of a unit in a week.
const weekCap = 3

// moment is one of the moments at which somebody is written to: from At to the end
// of the day Last it may happen, about what of Owes a unit still owes.
type moment struct {
	name string
	to   bot.Audience
	at   time.Time
	last time.Time // the first instant at which it may happen no more
	owes []string
}

// moments are the campaign's of 2021, in order.
var moments = func() (list []moment) {
	add := func(name string, to bot.Audience, at, lastDay string, owes ...string) {
		list = append(list, moment{name, to, wall(at), wall(lastDay).AddDate(0, 0, 1), owes})
	}
	people, group, office := bot.ToLiaisons, bot.ToGroups, bot.ToOffice
	add("附件1首次", people, "2021-06-01 14:30", "2021-06-02", "附件1")
	add("附件1群", group, "2021-06-02 09:00", "2021-06-02", "附件1")
	add("附件1清单", office, "2021-06-02 16:00", "2021-06-02", "附件1")
	add("附件1逾期", people, "2021-06-03 09:00", "2021-06-04", "附件1")
	add("附件1逾期清单", office, "2021-06-03 16:00", "2021-06-04", "附件1")
	add("咨询日方案", people, "2021-06-15 09:00", "2021-06-16", "活动方案")
	add("咨询日数字", people, "2021-06-17 09:00", "2021-06-18", "附件2 28 29")
	add("附件2首次", people, "2021-06-23 09:00", "2021-06-24", "附件2", "总结")
	add("附件2二次", people, "2021-06-29 09:00", "2021-06-30", "附件2", "总结")
	add("附件2群", group, "2021-06-29 15:00", "2021-06-30", "附件2", "总结")
	add("附件2当天", people, "2021-06-30 09:00", "2021-07-01", "附件2", "总结")
	add("附件2清单", office, "2021-06-30 16:00", "2021-07-01", "附件2", "总结")
	add("附件2逾期", people, "2021-07-02 09:00", "2021-07-05", "附件2", "总结")
	add("附件2逾期清单", office, "2021-07-02 16:00", "2021-07-05", "附件2", "总结")
	add("盖章件", people, "2021-07-06 09:00", "2021-07-07", "盖章件")
	for _, month := range [][4]string{
		// The last working day but one, with the hour, the last, and the end of the month.
		{"2021-06-29 09:00", "2021-06-30", "2021-06-30 16:00", "2021-06-30"},
		{"2021-07-29 09:00", "2021-07-30", "2021-07-30 16:00", "2021-07-31"},
		{"2021-08-30 10:00", "2021-08-31", "2021-08-31 16:00", "2021-08-31"},
		{"2021-09-29 09:00", "2021-09-30", "2021-09-30 16:00", "2021-09-30"},
		{"2021-10-28 09:00", "2021-10-29", "2021-10-29 16:00", "2021-10-31"},
		{"2021-11-29 10:00", "2021-11-30", "2021-11-30 16:00", "2021-11-30"},
		{"2021-12-30 09:00", "2021-12-31", "2021-12-31 16:00", "2021-12-31"},
	} {
		add("案例", people, month[0], month[1], "案例 "+month[0][:7])
		add("案例清单", office, month[2], month[3], "案例 "+month[0][:7])
	}
	add("年终首次", people, "2021-12-23 09:00", "2021-12-24", "年终")
	add("年终当天", people, "2021-12-30 09:00", "2021-12-31", "年终")
	add("年终清单", office, "2021-12-30 16:00", "2021-12-31", "年终")
	add("年终逾期", people, "2022-01-04 09:00", "2022-01-05", "年终")
	add("年终逾期清单", office, "2022-01-04 16:00", "2022-01-05", "年终")
	slices.SortStableFunc(list, func(a, b moment) int { return a.at.Compare(b.at) })
	return list
}()

// facts are what the people of a campaign know of one unit.
type facts struct {
	since    time.Time // by the machine's clock
	speak    []string  // userids
	gone     bool      // off the roster
	in       map[string]bool
	later    bool            // 后续有再报
	paper    map[string]bool // received
	claimed  bool            // they say that 附件2 was faxed
	closed   map[string]bool // 封账
	extended map[string]time.Time
	off      bool
	paused   [2]time.Time // of this unit, of all: the last instant, zero for none
	promised time.Time
}

// doubt is of what is nobody's rule: whether they are reminded or not is right.
const doubt = "?"

// formOf is the form that something owed belongs to.
func formOf(owed string) string {
	form, _, _ := strings.Cut(owed, " ")
	if form == "盖章件" {
		return "附件2"
	}
	return form
}

// spared is why a unit must not be reminded of something at an instant of the
// campaign; "" if it must be.
func (f facts) spared(owed string, at time.Time) string {
	form := formOf(owed)
	switch {
	case f.gone:
		return "gone"
	case f.in[owed], form == "附件2" && owed != "盖章件" && f.in[form], form == "案例" && f.later:
		return "finished"
	case owed == "盖章件" && !f.in["附件2"]:
		return "nothing to stamp"
	case owed == "盖章件" && (f.paper["盖章件"] || f.paper["附件2"]):
		if f.paper["盖章件"] {
			return "paper"
		}
		return doubt
	case f.paper[form]:
		return "paper"
	case f.claimed && form == "附件2":
		return "claimed"
	case f.claimed:
		return doubt
	case f.closed[form]:
		if owed == "盖章件" {
			return doubt
		}
		return "closed"
	case !at.After(f.extended[form]):
		if owed == "盖章件" {
			return doubt
		}
		return "extended"
	case f.off:
		return "off"
	case !at.After(f.paused[0]), !at.After(f.paused[1]):
		return "paused"
	case at.Before(f.promised):
		return "promised"
	case len(f.speak) == 0:
		return "nobody"
	}
	return ""
}

// subject is a unit with all that was ever known of it, the oldest first.
type subject struct {
	name string
	was  []facts
}

// at is what was known at an instant of the machine's clock.
func (s *subject) at(real time.Time) facts {
	i, _ := slices.BinarySearchFunc(s.was, real, func(f facts, real time.Time) int {
		if f.since.After(real) {
			return 1
		}
		return -1
	})
	return s.was[max(i-1, 0)]
}

// between are all facts that held at any time from one instant to another.
func (s *subject) between(from, to time.Time) []facts {
	list := []facts{s.at(from)}
	for _, f := range s.was {
		if f.since.After(from) && !f.since.After(to) {
			list = append(list, f)
		}
	}
	return list
}

// try is one attempt that the platform saw.
type try struct {
	real, at time.Time // at is the campaign's
	parcel   bot.Parcel
	fate     bot.Fate
	arrives  bool
	road     bool // there was one
}

// letter is a message as the store keeps it.
type letter struct {
	bot.Delivery
	whole string // its ID without that of its part
}

// minute is how things stood at one minute of the machine's clock at which, and till
// the next, some process ran.
type minute struct {
	real, at   time.Time
	road       bool
	mayDisturb bool
}

// record is all that happened in a campaign.
type record struct {
	units   []*subject
	names   map[string]*subject
	minutes []minute
	tries   []try
	letters map[string]letter // by parcel
	groups  []string
	office  []string
	counted map[string]int // 已提醒, by unit
	faults  []string       // of what is kept
}

// complaint is that a rule was broken.
type complaint struct{ rule, what string }

func (c complaint) String() string { return c.rule + ": " + c.what }

// The rules.
const (
	ruleHours   = "outside working hours"
	ruleCause   = "without a cause"
	ruleTwice   = "twice"
	ruleAtOnce  = "two at once"
	ruleCap     = "above the cap"
	ruleMissing = "missing"
	ruleGroup   = "in a group"
	ruleOffice  = "to the office"
	ruleCounted = "counted"
	ruleKept    = "kept"
)

// complains holds a campaign against all rules.
func (r *record) complains() []complaint {
	var list []complaint
	j := judging{record: r, told: map[[2]string][]*reminder{}}
	j.complain = func(rule, format string, args ...any) {
		list = append(list, complaint{rule, fmt.Sprintf(format, args...)})
	}
	for _, fault := range r.faults {
		j.complain(ruleKept, "%s", fault)
	}
	j.read()
	j.hours()
	j.causes()
	j.atOnce()
	j.caps()
	j.missing()
	j.strays()
	j.toGroups()
	j.toOffice()
	j.countedRight()
	return list
}

// reminder is a reminder that a person has got, once or more often.
type reminder struct {
	user     string
	whole    string
	arrived  []try               // its first part, the first time first
	said     map[string][]string // of which units it said that what is owed
	accepted bool
	unsure   bool
	nudge    bool
}

func (r *reminder) real() time.Time { return r.arrived[0].real }
func (r *reminder) at() time.Time   { return r.arrived[0].at }

type judging struct {
	*record
	complain  func(rule, format string, args ...any)
	reminders []*reminder
	told      map[[2]string][]*reminder // by unit and what is owed
}

// read gathers what arrived at people.
func (j *judging) read() {
	by := map[string]*reminder{}
	for _, t := range j.tries {
		l, kept := j.letters[t.parcel.ID]
		if !kept || t.parcel.Group != "" || l.Kind != string(bot.BroadcastRemind) && l.Kind != string(bot.BroadcastNudge) || slices.Contains(j.office, t.parcel.UserID) {
			continue
		}
		m := by[l.whole]
		if m == nil {
			m = &reminder{user: t.parcel.UserID, whole: l.whole, said: map[string][]string{}, nudge: l.Kind == string(bot.BroadcastNudge)}
			by[l.whole] = m
		}
		m.accepted = m.accepted || t.fate == bot.FateAccepted
		m.unsure = m.unsure || l.Unsure
		if !t.arrives {
			continue
		}
		if len(m.arrived) == 0 {
			j.reminders = append(j.reminders, m)
		}
		m.arrived = append(m.arrived, t)
		for unit, owed := range j.said(t) {
			m.said[unit] = owed
		}
	}
	for _, m := range j.reminders {
		for unit, owed := range m.said {
			for _, o := range owed {
				j.told[[2]string{unit, o}] = append(j.told[[2]string{unit, o}], m)
			}
		}
	}
}

// hours: no attempt of a reminder outside working hours.
func (j *judging) hours() {
	for _, t := range j.tries {
		if l := j.letters[t.parcel.ID]; l.Kind == string(bot.BroadcastRemind) && !mayDisturb(t.at) {
			j.complain(ruleHours, "%s%s at %s: %s", t.parcel.UserID, t.parcel.Group, t.at.Format("2006-01-02 15:04:05 Mon"), clip(t.parcel.Text))
		}
	}
}

// first is when a moment could first be attended to: somebody worked, at a time
// when people may be disturbed. False if it never was.
func (j *judging) first(m moment) (int, bool) {
	for i, now := range j.minutes {
		if !now.at.Before(m.at) && now.at.Before(m.last) && now.mayDisturb {
			return i, true
		}
	}
	return 0, false
}

// patience is for how many minutes on end all must be well till a reminder has to
// have arrived; slack is how long after its moment it is decided to whom it goes.
const (
	patience = 30
	slack    = 5 * time.Minute
)

// granted is when, behind its first chance, a moment had had patience enough.
func (j *judging) granted(m moment, first int) (int, bool) {
	run := 0
	for i := first; i < len(j.minutes); i++ {
		now := j.minutes[i]
		if now.at.Before(m.at) || !now.at.Before(m.last) {
			return 0, false
		}
		if now.real.Sub(j.minutes[i-min(i, 1)].real) > time.Minute {
			run = 0 // nobody worked meanwhile
		}
		if run++; !now.mayDisturb || !now.road {
			run = 0
		}
		if run == patience {
			return i, true
		}
	}
	return 0, false
}

// causes: whoever is reminded owes it, nothing spares them, and a moment for it has
// come, of which they had not heard yet.
func (j *judging) causes() {
	firsts := make([]int, len(moments))
	for i, m := range moments {
		if at, ok := j.first(m); ok {
			firsts[i] = at
		} else {
			firsts[i] = -1
		}
	}
	used := map[string]bool{} // moment, person, unit, owed
	for _, m := range j.reminders {
		if len(m.arrived) > 1 && (!m.unsure || len(m.arrived) > 2) {
			j.complain(ruleTwice, "%s got %d times at %s: %s", m.user, len(m.arrived), m.at().Format("01-02 15:04"), clip(m.arrived[0].parcel.Text))
		}
		if len(m.said) == 0 {
			j.complain(ruleCause, "%s is reminded of nothing at %s: %s", m.user, m.at().Format("01-02 15:04"), clip(m.arrived[0].parcel.Text))
		}
		for _, unit := range slices.Sorted(maps.Keys(m.said)) {
			s := j.names[unit]
			now := s.at(m.real())
			if !slices.Contains(now.speak, m.user) {
				j.complain(ruleCause, "%s does not speak for %s at %s", m.user, unit, m.at().Format("01-02 15:04"))
			}
			for _, owed := range m.said[unit] {
				if why := now.spared(owed, m.at()); why != "" && why != doubt && !(m.nudge && why != "finished" && why != "gone") {
					j.complain(ruleCause, "%s is reminded of %s at %s: %s", unit, owed, m.at().Format("01-02 15:04:05"), why)
				}
				if m.nudge {
					continue
				}
				j.cause(m, s, owed, firsts, used)
			}
		}
	}
}

func (j *judging) cause(m *reminder, s *subject, owed string, firsts []int, used map[string]bool) {
	came, was := 0, ""
	for i, of := range moments {
		if of.to != bot.ToLiaisons || !slices.Contains(of.owes, owed) || m.at().Before(of.at) || !m.at().Before(of.last) {
			continue
		}
		came++
		if first := firsts[i]; first >= 0 {
			spared := true
			for _, f := range s.between(j.minutes[first].real.Add(-time.Minute), j.minutes[first].real.Add(slack)) {
				why := f.spared(owed, j.minutes[first].at)
				if why == "" || why == doubt {
					spared = false
				}
				was = cmp.Or(why, was)
			}
			if spared {
				continue // nothing comes later of what was not due at its time
			}
		}
		if key := strings.Join([]string{of.name, of.at.Format("0102"), m.user, s.name, owed}, "|"); !used[key] {
			used[key] = true
			return
		}
		was = "heard of it before"
	}
	switch {
	case came == 0:
		j.complain(ruleCause, "%s hears of %s at %s, when nobody does", s.name, owed, m.at().Format("2006-01-02 15:04"))
	case was == "heard of it before":
		j.complain(ruleTwice, "%s hears of %s at %s again", s.name, owed, m.at().Format("2006-01-02 15:04"))
	default:
		j.complain(ruleCause, "%s hears of %s at %s, and was spared at its time: %s", s.name, owed, m.at().Format("2006-01-02 15:04"), was)
	}
}

// atOnce: nobody gets two reminders in one minute.
func (j *judging) atOnce() {
	last := map[string]*reminder{}
	for _, m := range j.reminders {
		if m.nudge {
			continue
		}
		if was := last[m.user]; was != nil && m.real().Sub(was.real()) < time.Minute {
			j.complain(ruleAtOnce, "%s at %s: %s, and %s", m.user, m.at().Format("01-02 15:04:05"), clip(was.arrived[0].parcel.Text), clip(m.arrived[0].parcel.Text))
		}
		last[m.user] = m
	}
}

// weekOf is the Monday of a week.
func weekOf(at time.Time) string {
	at = at.In(campaignZone)
	return at.AddDate(0, 0, -(int(at.Weekday())+6)%7).Format("2006-01-02")
}

// caps: a unit gets no more reminders in a week than it may. It counts messages,
// however many people speak for the unit.
func (j *judging) caps() {
	count := map[[2]string]map[string]bool{} // unit and week → broadcasts
	for _, m := range j.reminders {
		for unit := range m.said {
			key := [2]string{unit, weekOf(m.at())}
			if count[key] == nil {
				count[key] = map[string]bool{}
			}
			count[key][j.broadcastOf(m)] = true
		}
	}
	for _, key := range slices.SortedFunc(maps.Keys(count), func(a, b [2]string) int { return cmp.Or(cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1])) }) {
		if n := len(count[key]); n > weekCap {
			j.complain(ruleCap, "%s %d in the week of %s", key[0], n, key[1])
		}
	}
}

func (j *judging) broadcastOf(m *reminder) string { return j.letters[m.arrived[0].parcel.ID].Broadcast }

// missing: who owed something when its time came, and had no reason to be spared,
// has heard of it, unless the platform would not have it.
func (j *judging) missing() {
	for _, of := range moments {
		first, ok := j.first(of)
		if of.to != bot.ToLiaisons || !ok {
			continue
		}
		granted, ok := j.granted(of, first)
		if !ok {
			continue
		}
		from, to := j.minutes[first], j.minutes[granted]
		for _, s := range j.units {
			for _, owed := range of.owes {
				due := true
				held := s.between(from.real.Add(-time.Minute), to.real.Add(time.Minute))
				for _, f := range held {
					due = due && f.spared(owed, from.at) == "" && f.spared(owed, to.at) == "" && slices.Equal(f.speak, held[0].speak)
				}
				if !due || j.week(s.name, from) >= weekCap {
					continue
				}
				for _, user := range held[0].speak {
					if !j.heard(s.name, owed, user, of, to) && !j.refused(user, of) {
						j.complain(ruleMissing, "%s: %s of %s to %s", s.name, of.name, owed, user)
					}
				}
			}
		}
	}
}

// week counts the reminders that were made for a unit in the week of an instant, and before it,
// whatever became of them.
func (j *judging) week(unit string, now minute) int {
	made := map[string]bool{}
	for _, l := range j.letters {
		if (l.Kind == string(bot.BroadcastRemind) || l.Kind == string(bot.BroadcastNudge)) && l.Person != "" && slices.Contains(l.Units, unit) &&
			weekOf(l.Queued) == weekOf(now.at) && l.Queued.Before(now.at) && l.State != bot.DeliveryDropped {
			made[l.Broadcast] = true
		}
	}
	return len(made)
}

// heard: a reminder came in the time of a moment, and by an instant at which it had to be there.
func (j *judging) heard(unit, owed, user string, of moment, by minute) bool {
	return slices.ContainsFunc(j.told[[2]string{unit, owed}], func(m *reminder) bool {
		return m.user == user && !m.nudge && !m.at().Before(of.at) && m.at().Before(of.last) && m.real().Before(by.real.Add(time.Minute))
	})
}

// refused: the platform said no to one message, or failed it often enough.
func (j *judging) refused(user string, of moment) bool {
	failed := map[string]int{}
	for _, t := range j.tries {
		if t.parcel.UserID != user || t.at.Before(of.at) || !t.at.Before(of.last) || j.letters[t.parcel.ID].Kind != string(bot.BroadcastRemind) {
			continue
		}
		if t.fate != bot.FateAccepted && t.road {
			failed[t.parcel.ID]++
		}
		if t.fate == bot.FateRefused || failed[t.parcel.ID] > 1 {
			return true
		}
	}
	return false
}

// texts are what arrived somewhere in the time of a moment, whole, and when the first
// part of it did.
func (j *judging) texts(of moment, there func(bot.Parcel) bool) (texts []string, tries []try) {
	at := map[string]int{}
	seen := map[string]bool{}
	for _, t := range j.tries {
		l := j.letters[t.parcel.ID]
		if l.Kind != string(bot.BroadcastRemind) || !there(t.parcel) || !t.arrives || t.at.Before(of.at) || !t.at.Before(of.last) || seen[t.parcel.ID] {
			continue
		}
		seen[t.parcel.ID] = true
		i, known := at[l.whole]
		if !known {
			i = len(texts)
			at[l.whole] = i
			texts, tries = append(texts, ""), append(tries, t)
		}
		texts[i] += t.parcel.Text + "\n"
	}
	return texts, tries
}

// owing are the units that owe something all the time from a while ago to now, and
// those that did at any time: a list is of the time that it says.
func (j *judging) owing(owed string, t try) (sure, perhaps []string) {
	for _, s := range j.units {
		all, any := true, false
		for _, f := range s.between(t.real.Add(-2*slack), t.real) {
			switch why := f.spared(owed, t.at); why {
			case "gone", "finished", "paper", "closed", "nothing to stamp":
				all = false
			case "":
				any = true
			default: // it owes it all the same
				all, any = false, true
			}
		}
		if all {
			sure = append(sure, s.name)
		}
		if any {
			perhaps = append(perhaps, s.name)
		}
	}
	return sure, perhaps
}

// strays: nothing goes to a group or to the office but at a moment of theirs.
func (j *judging) strays() {
	for _, t := range j.tries {
		to := bot.ToOffice
		if t.parcel.Group != "" {
			to = bot.ToGroups
		} else if !slices.Contains(j.office, t.parcel.UserID) {
			continue
		}
		if j.letters[t.parcel.ID].Kind == string(bot.BroadcastRemind) && !slices.ContainsFunc(moments, func(m moment) bool {
			return m.to == to && !t.at.Before(m.at) && t.at.Before(m.last)
		}) {
			j.complain(ruleCause, "%s%s at %s, when nobody hears of anything: %s", t.parcel.Group, t.parcel.UserID, t.at.Format("01-02 15:04"), clip(t.parcel.Text))
		}
	}
}

// toGroups: a group is told numbers and no name.
func (j *judging) toGroups() {
	for _, t := range j.tries {
		if l := j.letters[t.parcel.ID]; t.parcel.Group == "" || l.Kind != string(bot.BroadcastRemind) {
			continue
		}
		for _, s := range j.units {
			if strings.Contains(t.parcel.Text, s.name) {
				j.complain(ruleGroup, "%s is named at %s", s.name, t.at.Format("01-02 15:04"))
			}
		}
	}
	for _, of := range moments {
		first, ok := j.first(of)
		if of.to != bot.ToGroups || !ok {
			continue
		}
		_, ok = j.granted(of, first)
		for _, group := range j.groups {
			texts, tries := j.texts(of, func(p bot.Parcel) bool { return p.Group == group })
			if ok && len(texts) == 0 && j.owed(of, j.minutes[first]) {
				j.complain(ruleMissing, "%s to %s", of.name, group)
			}
			if len(texts) > 1 {
				j.complain(ruleTwice, "%s to %s: %d", of.name, group, len(texts))
			}
			for i, text := range texts {
				j.counts(of, text, tries[i])
			}
		}
	}
}

// owed reports whether somebody surely owes anything that a moment is about.
func (j *judging) owed(of moment, now minute) bool {
	return slices.ContainsFunc(of.owes, func(owed string) bool {
		sure, _ := j.owing(owed, try{real: now.real.Add(2 * slack), at: now.at})
		return len(sure) > 0
	})
}

// counts: the numbers that a group is told are those of the units that owe it.
func (j *judging) counts(of moment, text string, t try) {
	for _, owed := range of.owes {
		sure, perhaps := j.owing(owed, t)
		n, ok := groupCount(text, owed)
		if ok && (n < len(sure) || n > len(perhaps)) || !ok && len(sure) > 0 {
			j.complain(ruleGroup, "%s: %d to %d units owe %s, and it says %d: %s", of.name, len(sure), len(perhaps), owed, n, clip(text))
		}
	}
}

// toOffice: each member of the office gets the list, with everybody on it who owes
// something and nobody who does not.
func (j *judging) toOffice() {
	for _, of := range moments {
		first, ok := j.first(of)
		if of.to != bot.ToOffice || !ok {
			continue
		}
		_, ok = j.granted(of, first)
		for _, user := range j.office {
			texts, tries := j.texts(of, func(p bot.Parcel) bool { return p.UserID == user && p.Group == "" })
			texts, tries = listsOf(of, texts, tries)
			if ok && len(texts) == 0 && j.owed(of, j.minutes[first]) && !j.refused(user, of) {
				j.complain(ruleMissing, "%s to %s", of.name, user)
			}
			if len(texts) > 1 {
				j.complain(ruleTwice, "%s to %s: %d", of.name, user, len(texts))
			}
			for i, text := range texts {
				j.list(of, text, tries[i])
			}
		}
	}
}

func (j *judging) list(of moment, text string, t try) {
	may := map[string]bool{}
	for _, owed := range of.owes {
		sure, _ := j.owing(owed, t)
		for _, name := range sure {
			if !strings.Contains(text, name) {
				j.complain(ruleOffice, "%s at %s: %s owes %s and is not on the list", of.name, t.at.Format("01-02 15:04"), name, owed)
			}
		}
	}
	for _, other := range moments { // one list may be about several
		if other.to == bot.ToOffice && !t.at.Before(other.at) && t.at.Before(other.last) {
			for _, owed := range other.owes {
				_, perhaps := j.owing(owed, t)
				for _, name := range perhaps {
					may[name] = true
				}
			}
		}
	}
	for _, s := range j.units {
		if strings.Contains(text, s.name) && !may[s.name] {
			j.complain(ruleOffice, "%s at %s: %s owes nothing and is on the list: %s", of.name, t.at.Format("01-02 15:04"), s.name, s.at(t.real).spared(of.owes[0], t.at))
		}
	}
}

// countedRight: 已提醒 counts what was accepted and nothing else.
func (j *judging) countedRight() {
	have := map[string]map[string]bool{}
	for _, m := range j.reminders {
		if !m.accepted {
			continue
		}
		for unit := range m.said {
			if have[unit] == nil {
				have[unit] = map[string]bool{}
			}
			have[unit][j.broadcastOf(m)] = true
		}
	}
	for _, s := range j.units {
		if s.was[len(s.was)-1].gone {
			continue
		}
		if n := j.counted[s.name]; n != len(have[s.name]) {
			j.complain(ruleCounted, "%s got %d and is told to have got %d", s.name, len(have[s.name]), n)
		}
	}
}

func clip(text string) string {
	text = strings.ReplaceAll(text, "\n", "⏎")
	if r := []rune(text); len(r) > 100 {
		return string(r[:100]) + "…"
	}
	return text
}
