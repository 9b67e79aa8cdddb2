package app_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"anyuebot/bot"
)

// What holds in every history.

// standings are all records of a county that matter here, read at one revision.
// Reports, versions and dockets go by what their unit is kept under: see
// [bot.Unit.Identity].
type standings struct {
	rev        int64
	now        time.Time
	roster     bot.Roster
	people     map[string]bot.Person
	reports    map[bot.ReportKey]bot.Report
	versions   map[bot.ReportKey][]bot.Submission
	dockets    map[bot.ReportKey]bot.Docket
	books      map[bot.FormPeriod]bot.Book
	deliveries map[[2]string]bot.Delivery // by broadcast and ID
	log        []bot.LogEntry
}

// casesRead is how many cases of a month are looked at.
const casesRead = 4

func (h *history) look() standings {
	h.t.Helper()
	v, err := h.store.View(context.Background())
	if err != nil {
		h.t.Fatal(err)
	}
	defer v.Close()
	s := standings{
		rev: v.Revision(), now: h.clock(),
		people: map[string]bot.Person{}, reports: map[bot.ReportKey]bot.Report{}, versions: map[bot.ReportKey][]bot.Submission{},
		dockets: map[bot.ReportKey]bot.Docket{}, books: map[bot.FormPeriod]bot.Book{}, deliveries: map[[2]string]bot.Delivery{},
	}
	must := func(err error) {
		if err != nil {
			h.t.Fatal(err)
		}
	}
	s.roster, err = v.Roster()
	must(err)
	people, err := v.People()
	must(err)
	for _, p := range people {
		s.people[p.ID] = p
	}
	for _, form := range h.notice.Forms {
		for _, period := range form.Periods() {
			b, err := v.Book(bot.FormPeriod{Form: form.ID, Period: period})
			must(err)
			if b != nil {
				s.books[bot.FormPeriod{Form: form.ID, Period: period}] = *b
			}
			for n := 1; n == 1 || form.Monthly() && n <= casesRead; n++ {
				must(v.Reports(form.ID, bot.ReportKey{Period: period}.Nth(n).Period, func(r bot.Report) error {
					key := s.kept(r.Key)
					s.reports[key] = r
					s.versions[key], err = v.Versions(r.Key)
					return err
				}))
			}
		}
	}
	dockets, err := v.Dockets()
	must(err)
	for _, d := range dockets {
		s.dockets[s.kept(d.Key)] = d
	}
	add := func(d bot.Delivery) error {
		s.deliveries[[2]string{d.Broadcast, d.ID}] = d
		return nil
	}
	must(v.Open(add))
	must(v.Ended(time.Time{}, add))
	must(v.Log(func(e bot.LogEntry) error {
		s.log = append(s.log, e)
		return nil
	}))
	return s
}

func (s standings) units() []bot.Unit { return slices.Concat(s.roster.Units, s.roster.Gone) }

// unit finds a unit by what it is kept under.
func (s standings) unit(id string) (bot.Unit, bool) {
	for _, u := range s.units() {
		if u.Identity() == id {
			return u, true
		}
	}
	return bot.Unit{}, false
}

func (s standings) kept(key bot.ReportKey) bot.ReportKey {
	for _, u := range s.units() {
		if u.Name == key.Unit {
			key.Unit = u.Identity()
			break
		}
	}
	return key
}

// speaks reports whether somebody is the unit's liaison or stands in for them.
func (s standings) speaks(person, id string) bool {
	u, ok := s.unit(id)
	return ok && slices.Contains(u.Speakers(s.now), person)
}

func (h *history) isOffice(s standings, person string) bool {
	for _, userid := range officeUserIDs {
		if h.store.PersonID(userid) == person {
			return true
		}
	}
	return s.people[person].Member
}

// holds checks a step: some messages at the same moment, before which the county
// stood as it was.
func (h *history) holds(was standings, now []said) {
	h.t.Helper()
	actors := map[string]bool{}
	h.strays(now)
	for _, m := range now {
		actors[h.store.PersonID(m.m.From)] = true
		h.answered(was, m)
	}
	h.draftsBy(was, actors)
	h.versionsBy(was, actors)
	h.frozen(was)
	h.delivered(was, actors)
	h.logged()
	h.asTold(now)
	h.addsUp()
}

// unmoved checks that what units report is as it was.
func (h *history) unmoved(was standings, by string) {
	h.t.Helper()
	if !reflect.DeepEqual(was.reports, h.is.reports) || !reflect.DeepEqual(was.versions, h.is.versions) || !reflect.DeepEqual(was.books, h.is.books) {
		h.t.Fatalf("%s has changed what units report", by)
	}
}

// officeWords are never said to a liaison.
var officeWords = []string{"逾期", "封账", "催报", "异常"}

// answered checks what somebody was answered.
func (h *history) answered(was standings, s said) {
	h.t.Helper()
	person := h.store.PersonID(s.m.From)
	text := s.reply.Text
	if text == "" && s.reply.Card == nil {
		h.t.Fatalf("%s: no answer to %q", s.m.From, s.m.Text)
	}
	if text == h.notice.Wording["unavailable"] {
		h.t.Fatalf("%s: %q could not be stored:\n%s", s.m.From, s.m.Text, h.log)
	}
	office := h.isOffice(was, person) || h.isOffice(h.is, person)
	if !office {
		h.tactful(s.m.From, s.m.Text+s.m.Quote, text)
	}
	if s.m.Group != "" && s.filling != h.notice.Nomination {
		// Who is asked for a figure and writes a number is asked about that number.
		mine := ownOf(s.m.From)
		for _, value := range []string{mine.qq, mine.wechat} {
			if strings.Contains(s.m.Text, value) {
				text = strings.ReplaceAll(text, value, "")
			}
		}
	}
	h.discreet(s.m.From, office, s.m.Group, text)
}

func (h *history) tactful(to, own, text string) {
	h.t.Helper()
	for _, word := range officeWords {
		if strings.Contains(text, word) && !strings.Contains(own, word) {
			h.t.Fatalf("%s is told of %s:\n%s", to, word, text)
		}
	}
}

// strays notes which private items somebody has put where anybody may: into the
// text of a summary or a case, or among their material, or is asked whether they
// want to.
func (h *history) strays(now []said) {
	h.t.Helper()
	var texts []string
	for _, m := range now {
		if s := h.session(m.m.From); s.Proposal != nil && s.Key.Form != h.notice.Nomination {
			texts = append(texts, fmt.Sprint(*s.Proposal))
		}
	}
	for key, r := range h.is.reports {
		if key.Form != h.notice.Nomination {
			for _, e := range r.Draft {
				texts = append(texts, e.Value.Text, e.Quote)
			}
			texts = append(texts, fmt.Sprint(r.Notes, r.Reasons))
		}
	}
	for _, e := range h.is.log[max(0, len(h.is.log)-12):] { // of two messages at once the other may have undone it
		if e.Key.Form != "" && e.Key.Form != h.notice.Nomination {
			texts = append(texts, fmt.Sprint(e.Items, e.Text))
		}
	}
	v, err := h.store.View(context.Background())
	if err != nil {
		h.t.Fatal(err)
	}
	defer v.Close()
	if err := v.Files(func(r bot.Received) error {
		texts = append(texts, r.Text)
		return nil
	}); err != nil {
		h.t.Fatal(err)
	}
	all := strings.Join(texts, "\n")
	for _, userid := range everybody {
		for _, value := range ownOf(userid).all() {
			h.strayed[value] = h.strayed[value] || strings.Contains(all, value)
		}
	}
}

// discreet checks that a text holds nobody's private items but the reader's own,
// and in a group nobody's at all. The office may see them in private.
func (h *history) discreet(to string, office bool, group, text string) {
	h.t.Helper()
	for _, userid := range everybody {
		for _, value := range ownOf(userid).all() {
			mine := group == "" && (office || userid == to)
			if strings.Contains(text, value) && !mine && !h.strayed[value] {
				h.t.Fatalf("%s of %s is told to %s (group %q):\n%s", value, userid, to, group, text)
			}
		}
	}
}

// valuesOf are the values of some answers, by item.
func valuesOf(entries []bot.Entry) map[int]bot.Value {
	values := map[int]bot.Value{}
	for _, e := range entries {
		values[e.Item] = e.Value
	}
	return values
}

// draftsBy checks that no value of a draft was changed but by who speaks for the
// unit.
func (h *history) draftsBy(was standings, actors map[string]bool) {
	h.t.Helper()
	for key, r := range h.is.reports {
		before, after := valuesOf(was.reports[key].Draft), valuesOf(r.Draft)
		if maps.Equal(before, after) {
			continue
		}
		u, _ := was.unit(key.Unit)
		then, _ := h.is.unit(key.Unit)
		allowed := false
		for actor := range actors {
			allowed = allowed || was.speaks(actor, key.Unit) || u.Liaison == "" && then.Liaison == actor
		}
		form := h.notice.Form(key.Form)
		switch {
		case allowed:
		case len(h.is.versions[key]) > len(was.versions[key]) && h.lastVersion(key).Paper != nil: // see submitted
		case key.Form == h.notice.Nomination && u.Liaison != then.Liaison:
			// What is about the person goes with them.
			for item := range before {
				if _, ok := after[item]; ok && before[item] != after[item] {
					h.t.Fatalf("item %d of %v became %s with its liaison", item, key, after[item])
				}
			}
			for item := range after {
				if before[item] != after[item] {
					h.t.Fatalf("item %d of %v became %s with its liaison", item, key, after[item])
				}
			}
		default:
			h.t.Fatalf("a draft of %v was changed by nobody who speaks for it: %v → %v", key, before, after)
		}
		for item, value := range after {
			if f := form.Field(item); f == nil || !value.Filled() {
				h.t.Fatalf("%v holds %s at item %d", key, value, item)
			}
		}
	}
	for key := range was.reports {
		if _, ok := h.is.reports[key]; !ok {
			h.t.Fatalf("the report %v is gone", key)
		}
	}
}

func (h *history) lastVersion(key bot.ReportKey) bot.Submission {
	list := h.is.versions[key]
	return list[len(list)-1]
}

// versionsBy checks that versions never change, are numbered without gaps and
// have the receipt that their values make; that they come from who speaks for the
// unit, or from paper by two members of the office.
func (h *history) versionsBy(was standings, actors map[string]bool) {
	h.t.Helper()
	for key, list := range h.is.versions {
		r, old := h.is.reports[key], was.versions[key]
		if len(list) < len(old) || len(list) != r.Version || r.Counted < 0 || r.Counted > r.Version {
			h.t.Fatalf("%v has %d versions, had %d, and says %d", key, len(list), len(old), r.Version)
		}
		u, _ := h.is.unit(key.Unit)
		for i, v := range list {
			if v.Version != i+1 {
				h.t.Fatalf("%v: version %d at place %d", key, v.Version, i+1)
			}
			if i < len(old) {
				before := old[i]
				before.Key.Unit, before.KeptAs = v.Key.Unit, v.KeptAs // it may have been renamed
				if !reflect.DeepEqual(before, v) {
					h.t.Fatalf("%v: version %d is another: %+v was %+v", key, i+1, v, before)
				}
				continue
			}
			named := v.Key
			named.Unit = u.Name
			if want := h.receiptOf(named, v); v.Receipt != want {
				h.t.Fatalf("%v: version %d has the receipt %s, its values make %s", key, v.Version, v.Receipt, want)
			}
			h.submitted(was, actors, key, v)
		}
	}
}

// receiptOf computes what is printed on a receipt, from the version and the name
// that the unit had then.
func (h *history) receiptOf(key bot.ReportKey, v bot.Submission) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{h.notice.ID, key.Unit, key.Form, key.Period, strconv.Itoa(v.Version), bot.Fingerprint(v.Entries)}, "\x00")))
	return strings.ToUpper(hex.EncodeToString(sum[:4]))
}

func (h *history) submitted(was standings, actors map[string]bool, key bot.ReportKey, v bot.Submission) {
	h.t.Helper()
	u, _ := was.unit(key.Unit)
	of := bot.FormPeriod{Form: key.Form, Period: h.notice.Form(key.Form).Month(key.Period)}
	if was.books[of].Closing != nil && h.is.books[of].Closing != nil {
		h.t.Fatalf("%v: version %d behind 封账", key, v.Version)
	}
	if v.Paper == nil {
		if !actors[v.By] || !was.speaks(v.By, key.Unit) {
			h.t.Fatalf("%v: version %d is by nobody who speaks for it", key, v.Version)
		}
		// Of two messages at once the other may have changed the draft, before or behind.
		values := valuesOf(v.Entries)
		if !maps.Equal(values, valuesOf(was.reports[key].Draft)) && !maps.Equal(values, valuesOf(h.is.reports[key].Draft)) {
			h.t.Fatalf("%v: version %d holds what no draft did", key, v.Version)
		}
		return
	}
	entered := was.dockets[key].Entered
	switch p := v.Paper; {
	case u.Liaison != "":
		h.t.Fatalf("%v was entered from paper and has a liaison", key)
	case p.Entered == p.Confirmed || !actors[p.Confirmed] || !h.isOffice(was, p.Confirmed):
		h.t.Fatalf("%v: paper confirmed by %s", key, p.Confirmed)
	case entered == nil || entered.By != p.Entered || !maps.Equal(valuesOf(entered.Entries), valuesOf(v.Entries)):
		h.t.Fatalf("%v: paper of %s was confirmed otherwise than it was entered", key, p.Entered)
	}
}

// frozen checks that nothing moves under 封账.
func (h *history) frozen(was standings) {
	h.t.Helper()
	for of, b := range h.is.books {
		c := was.books[of].Closing
		if c == nil || b.Closing == nil || *c != *b.Closing {
			continue
		}
		if !reflect.DeepEqual(was.books[of].Deductions, b.Deductions) {
			h.t.Fatalf("%v: deductions behind 封账: %v", of, b.Deductions)
		}
		if before, after := h.counted(was, of), h.counted(h.is, of); !maps.Equal(before, after) {
			h.t.Fatalf("%v: what counts has changed behind 封账: %v, was %v", of, after, before)
		}
	}
}

// counted are the versions of a form and period that count, by unit.
func (h *history) counted(s standings, of bot.FormPeriod) map[bot.ReportKey]int {
	counts := map[bot.ReportKey]int{}
	for key, r := range s.reports {
		u, ok := s.unit(key.Unit)
		if ok && u.Removed == nil && key.Form == of.Form && h.notice.Form(key.Form).Month(key.Period) == of.Period && r.Counted > 0 {
			counts[key] = r.Counted
		}
	}
	return counts
}

// delivered checks the messages to others that have come into being: each has a
// cause, and is for somebody who has to do with the units that it names.
func (h *history) delivered(was standings, actors map[string]bool) {
	h.t.Helper()
	for id, d := range h.is.deliveries {
		if _, old := was.deliveries[id]; old {
			continue
		}
		cause, _, _ := strings.Cut(d.ID, "-")
		if d.Broadcast != "" {
			cause = d.Broadcast
		}
		office := h.isOffice(was, d.Person) || h.isOffice(h.is, d.Person)
		if d.Kind == "halt" {
			if !office {
				h.t.Fatalf("%s is told of a halted road", d.Person)
			}
			continue
		}
		if _, ok, err := h.store.Reply(context.Background(), cause); err != nil || !ok {
			h.t.Fatalf("%s %s has no cause: %q, %v", d.Kind, d.ID, cause, err)
		}
		text := d.Text
		if d.Card != nil {
			text += "\n" + d.Card.Title
		}
		if d.Person == "" {
			if d.Why != bot.OutNobody && (d.Group == "" || d.Kind != string(bot.BroadcastNotice)) {
				h.t.Fatalf("%s %s is for nobody: %s", d.Kind, d.ID, text)
			}
			continue
		}
		userid := h.is.people[d.Person].UserID
		if userid == "" {
			h.t.Fatalf("%s %s is for %s, who has no record", d.Kind, d.ID, d.Person)
		}
		h.discreet(userid, office, d.Group, text)
		if office {
			continue
		}
		h.tactful(userid, "", text)
		for _, unit := range d.Units {
			if !h.hasToDo(was, d.Person, unit) {
				h.t.Fatalf("%s %s is for %s, who has nothing to do with %s: %s", d.Kind, d.ID, userid, unit, text)
			}
		}
		if d.Kind == "reply" {
			continue // they were named by themselves
		}
		for _, u := range slices.Concat(was.units(), h.is.units()) {
			if strings.Contains(text, u.Name) && !h.hasToDo(was, d.Person, u.Name) {
				h.t.Fatalf("%s %s to %s names %s: %s", d.Kind, d.ID, userid, u.Name, text)
			}
		}
		if d.Kind == string(bot.BroadcastNudge) {
			h.behind(d)
		}
	}
}

// hasToDo reports whether somebody speaks for a unit, or did.
func (h *history) hasToDo(was standings, person, name string) bool {
	for _, s := range []standings{was, h.is} {
		p := s.people[person]
		for _, u := range s.units() {
			if !u.Named(name) {
				continue
			}
			if s.speaks(person, u.Identity()) {
				return true
			}
			for _, m := range slices.Concat(p.Former, p.Acting) {
				if u.Named(m.Unit) {
					return true
				}
			}
		}
	}
	return false
}

// behind checks that a reminder is for who has not reported.
func (h *history) behind(d bot.Delivery) {
	h.t.Helper()
	for _, unit := range d.Units {
		key := h.is.kept(bot.ReportKey{Unit: unit, Form: h.notice.Main, Period: h.notice.Year})
		if r := h.is.reports[key]; r.Counted > 0 && r.State != bot.Returned {
			h.t.Fatalf("%s is reminded and has reported", unit)
		}
	}
}

// logged checks that neither the log of the process nor the log of what was done
// holds what is private.
func (h *history) logged() {
	h.t.Helper()
	text := h.log.String()
	fresh := text[h.read:]
	h.read = len(text)
	if strings.Contains(fresh, "turn failed") || strings.Contains(fresh, "gave up: others") {
		h.t.Fatalf("a turn was lost:\n%s", fresh)
	}
	for _, userid := range everybody {
		for _, value := range append(ownOf(userid).all(), userid) {
			if strings.Contains(fresh, value) {
				h.t.Fatalf("the log of the process holds %s:\n%s", value, fresh)
			}
		}
	}
	for _, e := range h.is.log[len(h.is.log)-min(len(h.is.log), 12):] {
		line := fmt.Sprint(e)
		for _, userid := range everybody {
			for _, value := range ownOf(userid).all() {
				if strings.Contains(line, value) && !h.strayed[value] {
					h.t.Fatalf("the log holds %s: %s", value, line)
				}
			}
		}
	}
}

var checksumLine = regexp.MustCompile(`(?m)^校验码 ([0-9a-f]{8})$`)

// asTold checks that a form was closed with the checksum that was printed.
func (h *history) asTold(now []said) {
	h.t.Helper()
	for _, s := range now {
		head, _, _ := strings.Cut(s.reply.Text, "\n")
		sum := checksumLine.FindStringSubmatch(s.reply.Text)
		if !strings.HasPrefix(head, "✓ ") || !strings.Contains(head, "）已封账　") {
			continue
		}
		if len(now) > 1 {
			continue // it may be open again
		}
		for of, b := range h.is.books {
			if b.Closing != nil && b.Closing.At.Equal(h.now) && strings.HasPrefix(head, "✓ "+of.Form+"（") && (sum == nil || sum[1] != b.Closing.Checksum) {
				h.t.Fatalf("%v is closed with %s, which was told as\n%s", of, b.Closing.Checksum, s.reply.Text)
			}
		}
	}
}

// addsUp asks for the sums and holds each line of the answer to the units'
// records.
func (h *history) addsUp() {
	h.t.Helper()
	form := h.notice.Form(h.notice.Main)
	h.n++
	reply, err := h.apps[0].Turn(context.Background(), bot.Message{
		Channel: "aibot", ID: fmt.Sprint(h.n), From: inspector, Media: bot.MediaText, Text: "汇总", Limit: 1 << 20,
	})
	if err != nil {
		h.t.Fatal(err)
	}
	want, data := h.sumsOf(form)
	lines := strings.Split(reply.Text, "\n")
	for _, line := range want {
		if !slices.Contains(lines, line) {
			h.t.Fatalf("汇总 does not say %q:\n%s", line, reply.Text)
		}
	}
	for _, line := range lines {
		number, _, _ := strings.Cut(line, " ")
		_, err := strconv.Atoi(number)
		if (err == nil || strings.HasPrefix(line, "其中") || strings.HasPrefix(line, "另有") || strings.HasPrefix(line, "盖章")) && !slices.Contains(want, line) {
			h.t.Fatalf("汇总 says %q, want\n%s", line, strings.Join(want, "\n"))
		}
	}
	sum := checksumLine.FindStringSubmatch(reply.Text)
	if sum == nil {
		h.t.Fatalf("汇总 has no checksum:\n%s", reply.Text)
	}
	if was, ok := h.sums[data]; ok && was != sum[1] {
		h.t.Fatalf("the same figures have the checksums %s and %s:\n%s", was, sum[1], data)
	}
	for other, was := range h.sums {
		if other != data && was == sum[1] {
			h.t.Fatalf("other figures have the same checksum %s:\n%s\n%s", was, other, data)
		}
	}
	h.sums[data] = sum[1]
	if c := h.is.books[bot.FormPeriod{Form: form.ID, Period: form.Period}].Closing; c != nil && c.Checksum != sum[1] {
		h.t.Fatalf("closed with %s, adds up to %s", c.Checksum, sum[1])
	}
}

// sumsOf are the lines that 汇总 must have, and all that its checksum goes by.
func (h *history) sumsOf(form *bot.Form) (lines []string, data string) {
	type item struct {
		sum, off                       int64
		notApplicable, unknown, filled int
		yes, no, texts                 int
	}
	items := make([]item, len(form.Fields)+1)
	counted, drafts, returned, late, paper, stamped := 0, 0, 0, 0, 0, 0
	var all []string
	for _, u := range h.is.roster.Units {
		key := bot.ReportKey{Unit: u.Identity(), Form: form.ID, Period: form.Period}
		r, ok := h.is.reports[key]
		if !ok {
			continue
		}
		if r.Dirty || r.Counted == 0 && len(r.Draft) > 0 {
			drafts++
		}
		if r.Counted == 0 {
			continue
		}
		v := h.is.versions[key][r.Counted-1]
		counted++
		if r.State == bot.Returned {
			returned++
		}
		if v.Late {
			late++
		}
		if v.Paper != nil {
			paper++
		}
		if s := h.is.dockets[key].Stamp; s != nil && s.Version == r.Counted && s.Verdict == bot.StampSame {
			stamped++
		}
		for _, e := range v.Entries {
			it := &items[e.Item]
			it.filled++
			switch e.Value.Kind {
			case bot.Number:
				it.sum += e.Value.Number
			case bot.NotApplicable:
				it.notApplicable++
			case bot.Unknown:
				it.unknown++
			case bot.YesNo:
				if e.Value.Yes {
					it.yes++
				} else {
					it.no++
				}
			case bot.Text, bot.Document:
				it.texts++
			}
			all = append(all, fmt.Sprintf("%s %d %+v", u.Identity(), e.Item, e.Value))
		}
	}
	for _, d := range h.is.books[bot.FormPeriod{Form: form.ID, Period: form.Period}].Deductions {
		items[d.Item].off += d.Number
	}
	n := len(h.is.roster.Units)
	lines = append(lines, fmt.Sprintf("应报 %d　已报 %d　未报 %d", n, counted, n-counted))
	for _, l := range []struct {
		n    int
		text string
	}{{drafts, "另有 %d 家有未提交的填报，不计入。"}, {returned, "其中退回中 %d 家。"}, {late, "其中补报 %d 家。"}, {paper, "其中据盖章件录入 %d 个单位。"}, {stamped, "盖章与电子一致 %d 家。"}} {
		if l.n > 0 {
			lines = append(lines, fmt.Sprintf(l.text, l.n))
		}
	}
	for _, f := range form.Fields {
		it := items[f.Item]
		line := ""
		switch f.Kind {
		case bot.KindCount:
			line = fmt.Sprintf("%d %s %d %s", f.Item, f.Label, max(it.sum-it.off, 0), f.Unit)
		case bot.KindYesNo:
			line = fmt.Sprintf("%d %s 是 %d　否 %d", f.Item, f.Label, it.yes, it.no)
		default:
			line = fmt.Sprintf("%d %s 已填 %d 家", f.Item, f.Label, it.texts)
		}
		if it.off > 0 {
			line += fmt.Sprintf("（各单位合计 %d，核减 %d）", it.sum, it.off)
			all = append(all, fmt.Sprintf("less %d %d", f.Item, it.off))
		}
		if it.off > it.sum {
			line += "（核减已多于合计，请发“核减”核对）"
		}
		var kinds []string
		for _, k := range []struct {
			n    int
			word string
		}{{it.notApplicable, "不适用"}, {it.unknown, "暂不掌握"}, {counted - it.filled, "未填"}} {
			if k.n > 0 {
				kinds = append(kinds, k.word+" "+strconv.Itoa(k.n))
			}
		}
		if kinds != nil {
			line += "（" + strings.Join(kinds, "，") + "）"
		}
		lines = append(lines, line)
	}
	slices.Sort(all)
	return lines, fmt.Sprintf("%d\n", counted) + strings.Join(all, "\n")
}
