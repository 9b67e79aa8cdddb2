package store

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"slices"

	"anyuebot/bot"
	"anyuebot/store/kv"
)

// Audit is what a full verification found.
type Audit struct {
	Notice   string
	Revision int64
	Records  map[string]int // by kind: unit, person, report, version …
	Files    FileCount      // that records name and that are whole
	Loose    FileCount      // that no record names: what came with a message that was never answered
	Faults   []Fault        // sorted by key; empty when all is well
	// Forgotten is set when the personal data of the campaign was deleted.
	Forgotten bool
}

// Fault is one record that cannot be read or does not fit the others.
type Fault struct {
	Key  string
	What string
}

// Verify reads the whole campaign at one revision: every record is decoded and
// held against its key, what records say of each other is checked, and so is
// the content of every file they name; files may be nil where there are none.
// Faults are in the audit; the error is for what kept it from being made.
func (s *Store) Verify(ctx context.Context, files Files) (Audit, error) {
	v, err := s.View(ctx)
	if err != nil {
		return Audit{}, err
	}
	defer v.Close()
	a := newAuditor(s.codec, s.keys, s.notice, s.secret)
	a.Revision = v.Revision()
	if err := v.each(s.keys.all(), func(e kv.Entry) error {
		a.add(e.Key, e.Value)
		return nil
	}); err != nil {
		return Audit{}, err
	}
	v.Close() // reading files takes long
	if err := a.contents(ctx, sourceOf(files)); err != nil {
		return Audit{}, err
	}
	return a.finish(), nil
}

// VerifyBackup is [Store.Verify] for a backup of size bytes, which needs the
// master key that it was made under. A damaged or cut file is [ErrBackup], one
// under another key [ErrLocked].
func VerifyBackup(ctx context.Context, r io.ReaderAt, size int64, o Options) (Audit, error) {
	b, err := openBackup(ctx, r, size)
	if err != nil {
		return Audit{}, err
	}
	secret, err := b.unlock(ctx, o)
	if err != nil {
		return Audit{}, err
	}
	a := newAuditor(b.codec, keys{notice: escape(b.manifest.Notice)}, b.manifest.Notice, secret)
	a.Revision = b.manifest.Revision
	if err := b.each(ctx, func(p backupPair) error {
		a.add(p.Key, p.Value)
		return nil
	}); err != nil {
		return Audit{}, err
	}
	if err := a.contents(ctx, b.source()); err != nil {
		return Audit{}, err
	}
	return a.finish(), nil
}

// auditor is fed all records of a campaign, sorted by key, so that the secret
// comes before the people and a report before its versions.
type auditor struct {
	Audit
	codec codec
	keys  keys

	files    namedFiles
	pointing map[string]string // pointer not seen yet → the record of files that asks for it

	secret   []byte // nil for a campaign that was forgotten
	known    bool   // its key record was seen
	roster   rosterRecord
	units    map[string]bot.Unit // by what they are kept under
	places   map[int]string
	people   map[string]bot.Person
	reports  map[bot.ReportKey]bot.Report
	dockets  map[string]string     // unit → a key of a docket of it
	versions map[bot.ReportKey]int // highest so far
	named    map[string]string     // person → a key whose record names them

	broadcasts map[string]bool
	caused     map[string]string   // broadcast → a key whose record says that it was sent
	steps      map[bot.Slot]string // that reminders carry, with Broadcast → the reminder's key
	done       map[bot.Slot]bool   // that are marked as sent, likewise
	deliveries map[string]string   // broadcast and ID → its key
}

func newAuditor(c codec, k keys, notice string, secret []byte) *auditor {
	return &auditor{
		Audit:    Audit{Notice: notice, Records: map[string]int{}},
		codec:    c,
		keys:     k,
		secret:   secret,
		files:    namedFiles{},
		pointing: map[string]string{},
		units:    map[string]bot.Unit{},
		places:   map[int]string{},
		people:   map[string]bot.Person{},
		reports:  map[bot.ReportKey]bot.Report{},
		dockets:  map[string]string{},
		versions: map[bot.ReportKey]int{},
		named:    map[string]string{},

		broadcasts: map[string]bool{},
		caused:     map[string]string{},
		steps:      map[bot.Slot]string{},
		done:       map[bot.Slot]bool{},
		deliveries: map[string]string{},
	}
}

func (a *auditor) fault(key, format string, args ...any) {
	a.Faults = append(a.Faults, Fault{Key: key, What: fmt.Sprintf(format, args...)})
}

// add takes one record in.
func (a *auditor) add(key string, value []byte) {
	kind, names, err := a.keys.split(key)
	if err != nil {
		a.fault(key, "%v", err)
		return
	}
	a.Records[string(kind)]++
	// One that cannot be read is a fault below.
	_ = a.files.add(a.codec, kind, key, value)
	var want string
	switch kind {
	case kindKey:
		var r secretRecord
		if !a.decode(key, value, &r) {
			return
		}
		if err := r.check(key, a.Notice); err != nil {
			a.fault(key, "belongs to campaign %q", r.Notice)
		}
		a.known, a.Forgotten = true, r.Forgotten
		want = a.keys.secret()
	case kindNotice:
		if !a.decode(key, value, new(noticeRecord)) {
			return
		}
		want = a.keys.notes()
	case kindRoster:
		var r rosterRecord
		if !a.decode(key, value, &r) {
			return
		}
		a.roster = r
		want = a.keys.roster()
	case kindClaim:
		var r claimRecord
		if !a.decode(key, value, &r) {
			return
		}
		if len(names) == 1 {
			want = a.keys.claim(names[0])
		}
	case kindLog:
		var r logRecord
		if !a.decode(key, value, &r) {
			return
		}
		for _, e := range r.Entries {
			a.name(key, e.By)
			for _, id := range e.People {
				a.name(key, id)
			}
			if e.Broadcast != "" {
				a.caused[e.Broadcast] = key
			}
		}
		want = a.logKey(names)
	case kindFile:
		var r fileRecord
		if !a.decode(key, value, &r) {
			return
		}
		want = a.received(key, names, r)
	case kindFileHash, kindFileUnit:
		if !a.decode(key, value, new(pointerRecord)) {
			return
		}
		a.pointer(key)
		want = key
	case kindUnit:
		var u bot.Unit
		if !a.decode(key, value, &u) {
			return
		}
		a.unit(key, u)
		want = a.keys.unit(u.Identity())
	case kindPerson:
		var p bot.Person
		if !a.decode(key, value, &p) {
			return
		}
		a.people[p.ID] = p
		a.givenBy(key, p)
		if a.secret != nil && p.ID != personID(a.secret, p.UserID) {
			a.fault(key, "the ID was not made from the userid")
		}
		want = a.keys.person(p.ID)
	case kindSession:
		var s bot.Session
		if !a.decode(key, value, &s) {
			return
		}
		a.name(key, s.Person)
		want = a.keys.session(s.Person)
	case kindReport:
		var record reportRecord
		if !a.decode(key, value, &record) {
			return
		}
		r := record.unpack()
		a.reports[r.Key] = r
		a.entries(key, r.Draft, r.Reasons)
		if r.Approval != nil {
			a.name(key, r.Approval.By)
		}
		if r.Return != nil {
			a.name(key, r.Return.By)
		}
		want = a.keys.report(r.Key)
	case kindVersion:
		var record submissionRecord
		if !a.decode(key, value, &record) {
			return
		}
		s := record.unpack()
		a.version(key, s)
		want = a.keys.version(s.Key, s.Version)
	case kindDocket:
		var d bot.Docket
		if !a.decode(key, value, &d) {
			return
		}
		a.docket(key, d)
		want = a.keys.docket(d.Key)
	case kindBook:
		var b bot.Book
		if !a.decode(key, value, &b) {
			return
		}
		a.book(key, b)
		want = a.keys.book(bot.FormPeriod{Form: b.Form, Period: b.Period})
	case kindFiled:
		var r filedRecord
		if !a.decode(key, value, &r) {
			return
		}
		want = a.keys.filed(r.Form, r.Period)
	case kindOut, kindSent, kindBroadcast, kindChat, kindHalt, kindLease, kindReminding:
		var ok bool
		if want, ok = a.outgoing(kind, key, value, names); !ok {
			return
		}
	default:
		a.fault(key, "unknown kind of record")
		return
	}
	if key != want {
		a.fault(key, "holds the record of another key")
	}
}

func (a *auditor) decode(key string, value []byte, record any) bool {
	err := a.codec.decode(key, value, record)
	if err != nil {
		a.fault(key, "%v", err)
	}
	return err == nil
}

// name notes that a record speaks of a person; nobody is "".
func (a *auditor) name(key, person string) {
	if _, ok := a.named[person]; !ok && person != "" {
		a.named[person] = key
	}
}

func (a *auditor) logKey(names []string) string {
	at, claim, ok := unstamp(names)
	if !ok {
		return ""
	}
	return a.keys.log(at, claim)
}

func (a *auditor) unit(key string, u bot.Unit) {
	if other, ok := a.places[u.Order]; ok || u.Order < 1 {
		a.fault(key, "place %d in the roster is none or taken by %q", u.Order, other)
	}
	a.places[u.Order] = u.Name
	for _, d := range u.Deputies {
		a.name(key, d.By)
	}
	if u.Pause != nil {
		a.name(key, u.Pause.By)
	}
	a.units[u.Identity()] = u
}

// entries must be sorted by item, each once.
func (a *auditor) entries(key string, entries []bot.Entry, reasons []bot.Reason) {
	for i, e := range entries {
		if e.Item < 1 || i > 0 && e.Item <= entries[i-1].Item {
			a.fault(key, "item %d stands out of order", e.Item)
		}
		if _, known := a.files[e.Value.File]; e.Value.Kind == bot.Document && !known {
			a.fault(key, "item %d is a file that was never received: %.80q", e.Item, e.Value.File)
		}
		a.name(key, e.By)
	}
	for _, r := range reasons {
		a.name(key, r.By)
	}
}

func (a *auditor) version(key string, s bot.Submission) {
	if last := a.versions[s.Key]; s.Version != last+1 {
		a.fault(key, "version %d follows version %d", s.Version, last)
	}
	a.versions[s.Key] = s.Version
	if _, ok := a.reports[s.Key]; !ok {
		a.fault(key, "its report is missing")
	}
	a.name(key, s.By)
	a.entries(key, s.Entries, s.Reasons)
	if p := s.Paper; p != nil {
		a.name(key, p.Entered)
		a.name(key, p.Confirmed)
		if p.Entered == p.Confirmed {
			a.fault(key, "was entered from paper and confirmed by the same person")
		}
	}
}

func (a *auditor) docket(key string, d bot.Docket) {
	a.dockets[d.Key.Unit] = key
	for _, r := range d.Receipts {
		a.name(key, r.By)
	}
	for _, c := range d.Calls {
		a.name(key, c.By)
	}
	for _, w := range []*bot.Word{d.Nothing, d.Later} {
		if w != nil {
			a.name(key, w.By)
		}
	}
	if d.Extension != nil {
		a.name(key, d.Extension.By)
	}
	if d.Stamp != nil {
		a.name(key, d.Stamp.By)
	}
	if d.Entered != nil {
		a.name(key, d.Entered.By)
		a.entries(key, d.Entered.Entries, nil)
	}
}

func (a *auditor) book(key string, b bot.Book) {
	for _, c := range []*bot.Closing{b.Closing, b.Review.Before} {
		if c != nil {
			a.name(key, c.By)
		}
	}
	a.name(key, b.Review.By)
	for _, d := range b.Deductions {
		a.name(key, d.By)
	}
	if b.Asking != nil {
		a.name(key, b.Asking.By)
	}
}

// naming checks that the roster's own record tells which units are renamed and
// which are gone, and that no name is that of two.
func (a *auditor) naming() {
	owners := map[string]string{}
	for id, u := range a.units {
		if other, ok := owners[u.Name]; ok {
			a.fault(a.keys.unit(id), "%q is the name of the unit kept as %q too", u.Name, other)
		}
		owners[u.Name] = id
	}
	told := unitNames{named: slices.Clone(a.roster.Named), gone: slices.Clone(a.roster.Gone)}
	for _, id := range slices.Concat(told.gone, each(told.named, func(u namedUnit) string { return u.ID })) {
		if _, ok := a.units[id]; !ok {
			a.fault(a.keys.roster(), "names the unit kept as %q, which has no record", id)
		}
	}
	if _, differs := told.with(slices.Collect(maps.Values(a.units))); differs {
		a.fault(a.keys.roster(), "tells otherwise than the units which are renamed or gone")
	}
	for id, u := range a.units {
		if u.Removed != nil {
			a.name(a.keys.unit(id), u.Removed.By)
			if u.Liaison != "" || len(u.Deputies) > 0 {
				a.fault(a.keys.unit(id), "is off the roster and has a liaison")
			}
		}
	}
}

// finish checks what only all records together can tell.
func (a *auditor) finish() Audit {
	a.pointers()
	if !a.known {
		a.fault(a.keys.secret(), "missing")
	}
	a.naming()
	for id, key := range a.named {
		if _, ok := a.people[id]; !ok {
			a.fault(key, "names person %s, who has no record", id)
		}
	}
	a.sending()
	for name, u := range a.units {
		if u.Liaison == "" {
			continue
		}
		if p, ok := a.people[u.Liaison]; !ok || !slices.Contains(p.Units, name) {
			a.fault(a.keys.unit(name), "its liaison %s does not speak for it", u.Liaison)
		}
	}
	for id, p := range a.people {
		for _, name := range p.Units {
			if u, ok := a.units[name]; !ok || u.Liaison != id {
				a.fault(a.keys.person(id), "speaks for %q, which has another liaison or is missing", name)
			}
		}
	}
	a.deputies()
	for k, r := range a.reports {
		key := a.keys.report(k)
		if _, ok := a.units[k.Unit]; !ok {
			a.fault(key, "its unit is not on the roster")
		}
		// Versions leave without gaps and stay after 撤回, so the highest one
		// there is the last number given out.
		if last := a.versions[k]; last != r.Version {
			a.fault(key, "has given out version %d, the highest there is %d", r.Version, last)
		}
		if r.Counted < 0 || r.Counted > r.Version {
			a.fault(key, "counts version %d of %d", r.Counted, r.Version)
		}
	}
	for unit, key := range a.dockets {
		if _, ok := a.units[unit]; !ok {
			a.fault(key, "its unit is not on the roster")
		}
	}
	slices.SortStableFunc(a.Faults, func(x, y Fault) int {
		return cmp.Or(cmp.Compare(x.Key, y.Key), cmp.Compare(x.What, y.What))
	})
	return a.Audit
}
