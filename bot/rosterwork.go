package bot

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// What the office does to the roster is put to it first. Units holds the unit as
// it is called now.
const (
	ProposeImport  ProposalKind = "import"  // take the roster file with the hash Text
	ProposeAddUnit ProposalKind = "addunit" // 加单位 Text, the words as they were typed
	ProposeRename  ProposalKind = "rename"  // 改名 Units[0] Text
	ProposeRemove  ProposalKind = "remove"  // 移除单位 Units[0], for the reason Text
)

// onRoster reports whether a proposal is one to change the roster.
func (p *Proposal) onRoster() bool {
	if p == nil {
		return false
	}
	switch p.Kind {
	case ProposeImport, ProposeAddUnit, ProposeRename, ProposeRemove:
		return true
	}
	return false
}

const (
	// rosterAwaited is how long after 名册 a file is taken for one, whatever its
	// name.
	rosterAwaited = 30 * time.Minute
	// removalReason is the most characters that a reason may have.
	removalReason = 100
)

// Whole is all there is of one unit.
type Whole struct {
	Reports []Report // that were begun
	Closed  []string // forms that are 封账 with a version of it in them
	People  []Person // who speaks for the unit: its liaison and who stands in
}

func (need *Need) rosterWork(n *Notice, p Person, s Session, m Message, in Intent, now time.Time) {
	if !p.Office {
		return
	}
	need.Import = rosterOrder(s, m, in, now)
	words := in.Rest
	kind := ProposalKind("")
	switch in.Verb {
	case VerbRoster:
		need.Roster = true
	case VerbAddUnit:
		kind = ProposeAddUnit
	case VerbRename:
		kind = ProposeRename
	case VerbRemove:
		kind = ProposeRemove
	default:
		if p := s.Proposal; p.onRoster() && p.Kind != ProposeImport {
			kind, words = p.Kind, strings.TrimSpace(strings.Join(p.Units, " ")+" "+p.Text)
		}
	}
	if kind == "" {
		return
	}
	need.Roster = true
	if kind == ProposeRename {
		return
	}
	need.Whole, _, _ = strings.Cut(words, " ")
	if row, ok := n.newUnit(words); kind == ProposeAddUnit && ok {
		need.Whole = row.Name
		if row.UserID != "" {
			need.Persons = append(need.Persons, row.UserID)
		}
	}
}

// rosterOrder is what is to be done about a roster file: one just sent is tried
// out, one that was shown and agreed to is taken.
func rosterOrder(s Session, m Message, in Intent, now time.Time) *RosterOrder {
	if p := s.Proposal; p != nil && p.Kind == ProposeImport && len(m.Files) == 0 {
		if in.Verb == VerbYes && in.Rest == "" && vouches(in.Text) && m.Media != MediaVoice && m.Quote == "" {
			return &RosterOrder{Hash: p.Text, Do: true}
		}
		return nil
	}
	if !m.Private() || len(m.Files) != 1 || in.Text != "" && in.Verb != VerbRoster {
		return nil
	}
	f := m.Files[0]
	asked := in.Verb == VerbRoster || !s.RosterAsked.IsZero() && now.Sub(s.RosterAsked) < rosterAwaited
	sure := asked || strings.Contains(f.Name, "名册")
	if f.Hash == "" || !f.table() || !sure && !strings.Contains(f.Name, "单位") {
		return nil
	}
	return &RosterOrder{Hash: f.Hash, Sure: sure}
}

// table reports whether a file may be a list: a workbook, or text.
func (f File) table() bool {
	name := strings.ToLower(f.Name)
	return strings.HasSuffix(name, ".csv") || strings.HasSuffix(name, ".xlsx") || strings.HasSuffix(name, ".xls") ||
		strings.HasPrefix(f.Type, "text/") || strings.Contains(f.Type, "spreadsheetml")
}

// RosterOrder is what is to be done about a received roster file.
type RosterOrder struct {
	Hash string
	Sure bool // it was called one; otherwise it is left alone unless it looks like one
	Do   bool // import it; otherwise it is only tried out
}

// RosterReading is what became of it.
type RosterReading struct {
	Order  RosterOrder
	Rows   int
	Import RosterImport // what was done or, tried out, would be
	Bad    []string     // what is wrong with the file, line by line; nothing is imported then
	Unlike bool         // it does not look like a roster
}

// rosterWork carries out the office's commands on the roster.
func (t *turn) rosterWork() {
	switch t.in.Verb {
	case VerbRoster:
		t.rosterList()
	case VerbAddUnit:
		t.addUnit(t.in.Rest, false)
	case VerbRename:
		name, to, _ := strings.Cut(t.in.Rest, " ")
		t.rename(name, strings.TrimSpace(to), false)
	case VerbRemove:
		name, reason, _ := strings.Cut(t.in.Rest, " ")
		t.remove(name, strings.TrimSpace(reason), false)
	}
}

// rosterAgreed does what was put to the office, if that still stands.
func (t *turn) rosterAgreed(p *Proposal) {
	if p.Kind == ProposeImport && (t.v.Import == nil || !t.v.Import.Order.Do) {
		t.askAgain()
		return
	}
	t.s.Proposal = nil
	switch p.Kind {
	case ProposeImport:
		t.imported()
	case ProposeAddUnit:
		t.addUnit(p.Text, true)
	case ProposeRename:
		t.rename(p.Units[0], p.Text, true)
	case ProposeRemove:
		t.remove(p.Units[0], p.Text, true)
	}
}

// putFirst shows what would be done and waits for 确认.
func (t *turn) putFirst(p Proposal, a args) {
	t.tell(string(p.Kind)+".put", a)
	t.s.Proposal = &p
	t.askAgain()
}

// rosterList tells how the roster stands, in a group in numbers alone.
func (t *turn) rosterList() {
	type count struct{ all, pending, unbound int }
	counts := map[string]*count{}
	kinds := slices.Clone(t.n.Kinds)
	var unbound []string
	for _, u := range t.v.Roster.Units {
		c := counts[u.Kind]
		if c == nil {
			c = &count{}
			counts[u.Kind] = c
		}
		if !slices.Contains(kinds, u.Kind) {
			kinds = append(kinds, u.Kind)
		}
		c.all++
		switch {
		case u.Liaison == "":
			c.unbound++
			unbound = append(unbound, u.Name)
		case t.v.Roster.Pending(u):
			c.pending++
		}
	}
	t.tell("roster", args{"n": strconv.Itoa(len(t.v.Roster.Units)), "time": t.instant(t.now)})
	for _, kind := range kinds {
		if c := counts[kind]; c != nil {
			t.tell("roster.kind", args{
				"kind": kind, "n": strconv.Itoa(c.all), "bound": strconv.Itoa(c.all - c.unbound - c.pending),
				"pending": strconv.Itoa(c.pending), "unbound": strconv.Itoa(c.unbound),
			})
		}
	}
	if n := len(t.v.Roster.Gone); n > 0 {
		t.tell("roster.gone", args{"n": strconv.Itoa(n)})
	}
	switch {
	case len(unbound) > 0 && t.m.Private():
		t.tell("roster.unbound", args{"n": strconv.Itoa(len(unbound)), "units": strings.Join(unbound, "、")})
	case len(unbound) > 0:
		t.tell("roster.unbound.count", args{"n": strconv.Itoa(len(unbound))})
	}
	if !t.m.Private() {
		t.tell("roster.private", nil)
		return
	}
	t.s.RosterAsked = t.now
	t.tell("roster.how", nil)
}

// newUnit reads “单位 类别 [userid]”, the words behind the name in either order.
func (n *Notice) newUnit(words string) (RosterRow, bool) {
	list := strings.Fields(words)
	if len(list) < 2 || len(list) > 3 {
		return RosterRow{}, false
	}
	row := RosterRow{Name: list[0]}
	for _, word := range list[1:] {
		switch {
		case row.Kind == "" && slices.Contains(n.Kinds, word):
			row.Kind = word
		case row.UserID == "" && LooksLikeUserID(word):
			row.UserID = word
		default:
			return RosterRow{}, false
		}
	}
	return row, row.Kind != ""
}

// goodName reports whether a unit can be called so, and else has said why not.
// Names are told in lists, so they have no marks of lists in them.
func (t *turn) goodName(name string, but Unit) bool {
	if name == "" || utf8.RuneCountInString(name) > MaxUnitName || strings.ContainsAny(name, " \n\t、，,；;：:“”\"") || latinName(name) {
		t.tell("roster.name", args{"name": clip(name, 20), "most": strconv.Itoa(MaxUnitName)})
		return false
	}
	for _, u := range slices.Concat(t.v.Roster.Units, t.v.Roster.Gone) {
		if u.Named(name) && u.Identity() != but.Identity() {
			t.tell("roster.taken", args{"name": name, "unit": u.Name})
			return false
		}
	}
	return true
}

// latinName reports whether a name is only letters, as a userid is that came to
// stand in the wrong place.
func latinName(name string) bool {
	_, ok := latin(name)
	return ok
}

// addUnit puts a unit on the roster, or back on it with all it had reported.
func (t *turn) addUnit(words string, agreed bool) {
	row, ok := t.n.newUnit(words)
	if !ok {
		t.tell("addunit.how", args{"kinds": strings.Join(t.n.Kinds, "、")})
		return
	}
	u, back := t.v.Roster.Left(row.Name)
	if !back {
		if !t.goodName(row.Name, Unit{}) {
			return
		}
		u = Unit{Name: row.Name, Order: t.v.Roster.Last() + 1}
	}
	if closed := t.closedForms(); back && closed != "" {
		t.tell("roster.closed", args{"unit": u.Name, "forms": closed})
		return
	}
	a := args{"unit": u.Name, "kind": row.Kind}
	if !agreed {
		t.putFirst(Proposal{Kind: ProposeAddUnit, Text: words}, a)
		t.addUnitNotes(back, row.UserID)
		return
	}
	u.Kind, u.Removed = row.Kind, nil
	if row.UserID != "" {
		p := t.v.Persons[row.UserID]
		u.Liaison, u.Registered, u.Since = p.ID, false, t.now
		p.Units = append(slices.DeleteFunc(slices.Clone(p.Units), func(unit string) bool { return unit == u.Name }), u.Name)
		t.out.People = append(t.out.People, p)
	}
	t.out.Units = append(t.out.Units, u)
	t.log("addunit", LogEntry{Key: ReportKey{Unit: u.Name}, Text: row.Kind})
	t.tell("addunit.done", a)
	t.addUnitNotes(back, row.UserID)
}

// addUnitNotes tells what comes with a unit: reports of before, and who speaks
// for it, whose userid is not for a group.
func (t *turn) addUnitNotes(back bool, userID string) {
	if back && t.reportsBegun() > 0 {
		t.tell("addunit.back", args{"n": strconv.Itoa(t.reportsBegun())})
	}
	switch {
	case userID == "":
		t.tell("addunit.nobody", nil)
	case t.m.Private():
		t.tell("addunit.liaison", args{"userid": userID})
	}
}

// rename gives a unit another name. Everything it has stays with it.
func (t *turn) rename(name, to string, agreed bool) {
	if name == "" || to == "" || strings.Contains(to, " ") {
		t.tell("rename.how", nil)
		return
	}
	u, ok := t.unitCalled(name)
	if !ok {
		return
	}
	if u.Name == to {
		t.tell("rename.same", args{"unit": to})
		return
	}
	if !t.goodName(to, u) {
		return
	}
	if !agreed {
		t.putFirst(Proposal{Kind: ProposeRename, Units: []string{u.Name}, Text: to}, args{"unit": u.Name, "to": to})
		return
	}
	was := u.Name
	u = u.Renamed(to)
	t.out.Units = append(t.out.Units, u)
	t.log("rename", LogEntry{Key: ReportKey{Unit: to}, Text: was + " → " + to})
	t.tell("rename.done", args{"unit": was, "to": to})
	if u.Full != "" {
		t.tell("rename.full", args{"full": u.Full})
	}
	if t.s.Key.Unit == was {
		t.s.Key.Unit = to
	}
	t.tellLiaison(u, "rename.told", args{"unit": was, "to": to, "phone": t.n.Office.Phone})
}

// remove takes a unit off the roster. What it has reported stays to be read and
// counts nowhere.
func (t *turn) remove(name, reason string, agreed bool) {
	if name == "" {
		t.tell("remove.how", nil)
		return
	}
	units, exact := t.v.Roster.Find(name)
	if !exact {
		if gone, ok := t.v.Roster.Left(name); ok {
			t.tell("remove.already", args{"unit": gone.Name, "time": t.instant(gone.Removed.At)})
			return
		}
		t.notFound(name, units)
		return
	}
	if t.v.Whole == nil { // the roster has changed since the question
		t.tell("remove.how", nil)
		return
	}
	u, n := units[0], t.reportsBegun()
	a := args{"unit": u.Name, "n": strconv.Itoa(n), "reason": reason}
	switch closed := t.closedForms(); {
	case closed != "":
		t.tell("roster.closed", args{"unit": u.Name, "forms": closed})
		return
	case n > 0 && reason == "":
		t.tell("remove.reason", a)
		return
	case utf8.RuneCountInString(reason) > removalReason:
		t.tell("remove.long", args{"most": strconv.Itoa(removalReason)})
		return
	}
	if !agreed {
		if n > 0 {
			t.tell("remove.reports", a)
		}
		t.putFirst(Proposal{Kind: ProposeRemove, Units: []string{u.Name}, Text: reason}, a)
		return
	}
	t.out.Units = append(t.out.Units, u.Dismissed(Removal{By: t.v.Person.ID, At: t.now, Reason: reason}))
	for _, p := range t.v.Whole.People {
		t.out.People = append(t.out.People, p.Without(u.Name))
	}
	if t.s.Key.Unit == u.Name {
		t.s.Key, t.s.Asking = ReportKey{}, 0
	}
	t.log("remove", LogEntry{Key: ReportKey{Unit: u.Name}, Text: reason})
	t.tell("remove.done", a)
	if n > 0 {
		t.tell("remove.kept", a)
	}
	told := "remove.told"
	if reason == "" {
		told = "remove.told.plain"
	}
	t.tellLiaison(u, told, args{"unit": u.Name, "reason": reason, "phone": t.n.Office.Phone})
}

// tellLiaison writes to who speaks for a unit, if anybody does and it is not they
// who did it.
func (t *turn) tellLiaison(u Unit, key string, a args) {
	if u.Liaison != "" && u.Liaison != t.v.Person.ID {
		t.toLiaison(u, "roster", []Effect{{Key: key, Args: a}}, nil)
	}
}

// reportsBegun is how many reports there are of the unit that was looked up whole.
func (t *turn) reportsBegun() int {
	if t.v.Whole == nil {
		return 0
	}
	return len(t.v.Whole.Reports)
}

// closedForms names the forms that are 封账 and have the unit in them: its coming
// or going would change what is frozen.
func (t *turn) closedForms() string {
	if t.v.Whole == nil {
		return ""
	}
	return strings.Join(t.v.Whole.Closed, "、")
}
