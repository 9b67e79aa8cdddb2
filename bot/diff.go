package bot

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// diff adds the versions that 对比 is about.
func (need *Need) diff(n *Notice, p Person, s Session, in Intent, now time.Time) {
	if _, rest := n.formMeant(s, in); !p.Office || need.Report != (ReportKey{}) && onlyVersions(rest) {
		need.Versions = need.Report
		return
	}
	if o := n.orderOf(in, now); len(o.units) > 0 {
		need.Roster, need.Versions = true, o.key(o.units[0])
	}
}

func onlyVersions(text string) bool {
	_, ok := versionsNamed(text)
	return ok
}

// edition is one side of a comparison: a version, or the draft.
type edition struct {
	name    string
	entries []Entry
}

// diff is 对比: what differs between two versions of a report, or between the
// last one and the draft. A liaison compares their own; the office any unit's,
// and versions only: a draft is the unit's own business till it is submitted.
func (t *turn) diff(o order) {
	key, rest, own := t.compared(o)
	if key == (ReportKey{}) {
		return
	}
	defer t.over(key.Form)()
	if !own && !t.m.Private() {
		t.tell("diff.private", nil)
		return
	}
	wanted, ok := versionsNamed(rest)
	if !ok {
		t.tell("diff.how", nil)
		return
	}
	var draft *Report
	if own && t.r != nil && (t.r.Dirty || t.r.Counted == 0 && len(t.r.Draft) > 0) {
		draft = t.r
	}
	old, now, ok := t.editions(key, wanted, draft)
	if !ok {
		return
	}
	t.tell("diff.head", args{"unit": key.Unit, "form": key.Form, "old": old.name, "new": now.name})
	if !t.differences(old.entries, now.entries) {
		t.tell("diff.same", nil)
	}
}

// compared finds whose report is compared; a zero key if it has said why not.
func (t *turn) compared(o order) (key ReportKey, rest string, own bool) {
	_, rest = t.n.formMeant(t.v.Session, t.in)
	if t.r != nil && onlyVersions(rest) {
		return t.r.Key, rest, true
	}
	if !t.v.Person.Office {
		if !t.haveReport() {
			return key, "", false
		}
		words := strings.Fields(rest)
		if _, ok := pick(t.v.Person.Units, words[0]); ok {
			return t.r.Key, strings.Join(words[1:], " "), true
		}
		t.tell("diff.how", nil)
		return key, "", false
	}
	if len(o.units) == 0 {
		t.tell("diff.how", nil)
		return key, "", false
	}
	u, ok := t.unitCalled(o.units[0])
	if !ok {
		return key, "", false
	}
	return o.key(u.Name), o.rest, t.r != nil && t.r.Key == o.key(u.Name)
}

// editions are the two sides: those that were named, else the last two. It says
// so if there are not two.
func (t *turn) editions(key ReportKey, wanted []int, draft *Report) (old, now edition, ok bool) {
	versions := t.v.Versions
	a := args{"unit": key.Unit, "form": key.Form}
	if len(versions) == 0 {
		t.tell("diff.none", a)
		return old, now, false
	}
	last := versions[len(versions)-1]
	a["last"], a["version"] = strconv.Itoa(last.Version), strconv.Itoa(last.Version)
	var list []edition
	for _, number := range wanted {
		i := slices.IndexFunc(versions, func(s Submission) bool { return s.Version == number })
		if i < 0 {
			a["version"] = strconv.Itoa(number)
			t.tell("diff.unknown", a)
			return old, now, false
		}
		list = append(list, t.edition(versions[i]))
	}
	switch {
	case len(list) == 2:
	case draft != nil:
		if len(list) == 0 {
			list = append(list, t.edition(last))
		}
		list = append(list, edition{t.phrase("diff.draft", nil), draft.Draft})
	case len(list) == 1:
		list = append(list, t.edition(last))
	case len(versions) == 1:
		t.tell("diff.one", a)
		return old, now, false
	default:
		list = append(list, t.edition(versions[len(versions)-2]), t.edition(last))
	}
	return list[0], list[1], true
}

func (t *turn) edition(s Submission) edition {
	return edition{t.phrase("diff.version", args{"version": strconv.Itoa(s.Version), "time": t.instant(s.At)}), s.Entries}
}

// differences lists the items whose values differ.
func (t *turn) differences(old, now []Entry) (any bool) {
	was, is := Report{Draft: old}, Report{Draft: now}
	for i := range t.form.Fields {
		f := &t.form.Fields[i]
		from, to := was.Entry(f.Item), is.Entry(f.Item)
		a, b := from.Value, to.Value
		if a == b {
			continue
		}
		any = true
		value := fromTo(f, a, b)
		switch {
		case f.Private && !t.m.Private():
			value = t.phrase("diff.hidden", nil)
		case t.hides(f) || f.Private && (t.anothersOwn(from) || t.anothersOwn(to)):
			value = t.phrase("nominate.own", nil)
		}
		t.tell("diff.line", args{"item": strconv.Itoa(f.Item), "label": f.Label, "value": value})
	}
	return any
}

// anothersOwn reports whether a private value is that of another person, such as
// the liaison before. The office may see it.
func (t *turn) anothersOwn(e Entry) bool {
	return e.Value.Filled() && e.By != t.v.Person.ID && !t.v.Person.Office
}
