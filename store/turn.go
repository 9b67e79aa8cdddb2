package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"anyuebot/bot"
	"anyuebot/store/kv"
)

// Turn is one inbound message: what it reads, at one revision, and the one
// commit that it ends in. Beside its own methods it has those of [View]. It
// belongs to one goroutine; close it, also after Commit.
type Turn struct {
	*View
	claim  string
	person bot.Person
	stored bool // the person has a record
	// read are the single records this turn concluded from, with their
	// revisions; all must still stand when it commits.
	read map[string]int64
}

// Begin starts the turn of a message. Claim is what makes the message unique,
// already hashed; userid is who sent it, as the platform wrote it. All methods
// of the turn work within ctx.
func (s *Store) Begin(ctx context.Context, claim, userID string) (*Turn, error) {
	if claim == "" || userID == "" {
		return nil, fmt.Errorf("%w: a turn needs a claim and a userid", ErrMisuse)
	}
	if s.forgotten {
		return nil, ErrForgotten
	}
	v, err := s.View(ctx)
	if err != nil {
		return nil, err
	}
	t := &Turn{View: v, claim: claim, read: map[string]int64{}}
	if err := t.loadPerson(userID); err != nil {
		t.Close()
		return nil, err
	}
	return t, nil
}

func (t *Turn) loadPerson(userID string) error {
	id := t.store.PersonID(userID)
	key := t.keys.person(id)
	rev, err := t.get(key, &t.person)
	if err != nil {
		return err
	}
	t.read[key] = rev
	t.stored = rev != 0
	if !t.stored {
		t.person = bot.Person{ID: id, UserID: userID}
	}
	if personID(t.store.secret, t.person.UserID) != id {
		return fmt.Errorf("%w: %q holds another userid than the one it was made from", ErrRecord, key)
	}
	return nil
}

// Claimed gives the stored reply if the message was answered before.
func (t *Turn) Claimed() (bot.Reply, bool, error) { return t.reply(t.claim) }

// Person is who sent the message. Somebody never seen before has an ID and no
// units; a record is made when the turn changes something.
func (t *Turn) Person() (bot.Person, error) { return t.person, nil }

// Known is who a userid stands for, with an ID also if there is no record yet;
// the turn then fails if the record has changed meanwhile.
func (t *Turn) Known(userID string) (bot.Person, error) {
	p := bot.Person{ID: t.store.PersonID(userID), UserID: userID}
	key := t.keys.person(p.ID)
	rev, err := t.get(key, &p)
	t.read[key] = rev
	return p, err
}

// Session is what the person was last asked; one that only names the person if
// there is none.
func (t *Turn) Session() (bot.Session, error) {
	session := bot.Session{Person: t.person.ID}
	key := t.keys.session(t.person.ID)
	rev, err := t.get(key, &session)
	t.read[key] = rev
	return session, err
}

// Unit is [View.Unit]; the turn then fails if the row has changed meanwhile.
func (t *Turn) Unit(name string) (bot.Unit, bool, error) {
	var u bot.Unit
	key := t.keys.unit(name)
	rev, err := t.get(key, &u)
	t.read[key] = rev
	return u, rev != 0 && err == nil, err
}

// Report is [View.Report]; the turn then fails if the report has changed
// meanwhile.
func (t *Turn) Report(key bot.ReportKey) (*bot.Report, *bot.Submission, error) {
	r, rev, err := t.report(key)
	t.read[t.keys.report(key)] = rev
	if r == nil || err != nil || r.Counted == 0 {
		return r, nil, err
	}
	s, err := t.Version(key, r.Counted)
	return r, s, err
}

// note keeps the revision of a record that the commit depends on and that was
// not read before.
func (t *Turn) note(key string) error {
	if _, ok := t.read[key]; ok {
		return nil
	}
	e, err := t.snap.Get(t.ctx, key)
	t.read[key] = e.Rev
	return err
}

// Commit writes the claim with its reply and time, all changes and the log
// lines in one commit, whose log key is made from at. It is made only if nobody
// has claimed the message, everything written and every single record read is
// as this turn saw it, and the new version's number is free; otherwise the
// error is [kv.ErrConflict] and the turn has to be run anew from Begin. (Lists,
// as from Roster, are not held against later changes, their rows are if
// written.) After [kv.ErrUnavailable] it may have been written nevertheless:
// the claim tells.
//
// Commit ends the turn. Changes without anything in them still claim the
// message. [ErrMisuse] for changes that contradict themselves.
func (t *Turn) Commit(changes bot.Changes, at time.Time, reply bot.Reply) error {
	defer t.Close()
	w := writer{store: t.store, names: t.keys.names}
	w.put(t.keys.claim(t.claim), claimRecord{Reply: reply, At: at})
	t.read[t.keys.claim(t.claim)] = 0
	if err := t.changes(&w, changes, at); err != nil {
		return err
	}
	if w.err != nil {
		return w.err
	}
	for _, p := range w.tx.Put {
		if err := t.note(p.Key); err != nil {
			return err
		}
	}
	w.tx.Put = append(w.tx.Put, w.blind...)
	for key, rev := range t.read {
		w.tx.Expect = append(w.tx.Expect, kv.Expect{Key: key, Rev: rev})
	}
	// The engine may have to wait for open snapshots before it can grow.
	t.Close()
	_, err := t.store.kv.Commit(t.ctx, w.tx)
	return err
}

func (t *Turn) changes(w *writer, c bot.Changes, at time.Time) error {
	k := t.keys
	if err := t.units(w, c); err != nil {
		return err
	}
	people := c.People
	if !t.stored && !blank(c) && !names(people, t.person.ID) {
		// Whatever names the person needs the record that says who that is.
		people = append([]bot.Person{t.person}, people...)
	}
	for _, p := range people {
		if p.ID == "" || p.ID != t.store.PersonID(p.UserID) {
			return fmt.Errorf("%w: person %q with another person's userid", ErrMisuse, p.ID)
		}
		w.put(k.person(p.ID), p)
	}
	if c.Session != nil {
		session := *c.Session
		if session.Person == "" {
			session.Person = t.person.ID
		}
		if session.Person != t.person.ID {
			return fmt.Errorf("%w: a turn changes the session of its own person only", ErrMisuse)
		}
		w.put(k.session(t.person.ID), session)
	}
	if c.Report != nil {
		w.put(k.report(c.Report.Key), packReport(*c.Report))
		if c.Submission != nil || c.Report.Counted == 0 && c.Report.Version > 0 {
			w.filed(c.Report.Key.Form, c.Report.Key.Period)
		}
	}
	for _, r := range c.Reviewed {
		w.put(k.report(r.Key), packReport(r))
	}
	if s := c.Submission; s != nil {
		if c.Report == nil || c.Report.Key != s.Key || s.Version < 1 || c.Report.Version < s.Version {
			return fmt.Errorf("%w: a version needs its report, which has given out its number", ErrMisuse)
		}
		key := k.version(s.Key, s.Version)
		w.put(key, packSubmission(*s))
		t.read[key] = 0
	}
	if len(c.Files) > 0 {
		if err := t.files(w, c.Files, at); err != nil {
			return err
		}
	}
	for _, d := range c.Dockets {
		w.put(k.docket(d.Key), d)
	}
	if b := c.Book; b != nil {
		// What is said over all reports is said of those that were seen.
		if err := t.note(k.filed(b.Form, b.Period)); err != nil {
			return err
		}
		w.put(k.book(bot.FormPeriod{Form: b.Form, Period: b.Period}), *b)
	}
	if c.Reminding != nil {
		if _, read := t.read[k.reminding()]; !read {
			return fmt.Errorf("%w: the record of reminders written without what was in it: they would all be sent again", ErrMisuse)
		}
		w.put(k.reminding(), *c.Reminding)
	}
	if len(c.Log) > 0 {
		w.put(k.log(at, t.claim), logRecord{Entries: c.Log})
	}
	return t.outgoing(w, c)
}

// units writes rows of the roster. The roster's own record goes with them when it
// changes, and when there is a new unit: so no two commits give out the same place
// or the same name.
func (t *Turn) units(w *writer, c bot.Changes) error {
	if len(c.Units) == 0 && c.Confirmed.IsZero() {
		return nil
	}
	next, changed := t.keys.names.with(c.Units)
	for _, u := range c.Units {
		if u.Name == "" || len(u.Name) > MaxName || u.Order < 1 {
			return fmt.Errorf("%w: unit %q at place %d", ErrMisuse, u.Name, u.Order)
		}
		if what := next.clash(u); what != "" {
			return fmt.Errorf("%w: %s", ErrMisuse, what)
		}
		// A name that once was another unit's is what that unit is kept under.
		if was := t.keys.names.name(u.Identity()); was != u.Name && !slices.Contains(u.Former, was) {
			return fmt.Errorf("%w: unit %q is kept as %q is, and was not renamed", ErrMisuse, u.Name, was)
		}
		if u.Name != u.Identity() && next.name(u.Name) == u.Name {
			e, err := t.snap.Get(t.ctx, t.keys.join(kindUnit, u.Name))
			if err != nil {
				return err
			}
			if e.Exists() {
				return fmt.Errorf("%w: there is a unit %q already", ErrMisuse, u.Name)
			}
		}
		key := t.keys.join(kindUnit, u.Identity())
		if err := t.note(key); err != nil {
			return err
		}
		changed = changed || t.read[key] == 0
		if t.keys.names.left(u.Name) != (u.Removed != nil) {
			if err := t.recount(w); err != nil {
				return err
			}
		}
		u.Pinyin = pinyinOf(u)
		w.put(key, u)
	}
	// What else the turn leaves may go by the new names.
	w.names = next
	if changed || !c.Confirmed.IsZero() {
		roster := t.roster
		roster.Named, roster.Gone = next.named, next.gone
		if !c.Confirmed.IsZero() {
			roster.Confirmed = c.Confirmed
		}
		w.put(t.keys.roster(), roster)
	}
	return nil
}

// recount marks that with a unit's leaving or coming back other versions may count,
// of any form.
func (t *Turn) recount(w *writer) error {
	periods, err := t.periods()
	for _, p := range periods {
		w.filed(p.Form, p.Period)
	}
	return err
}

// blank reports whether a turn leaves nothing behind but its claim. What it asks
// the caller to do, as Resume, is no record.
func blank(c bot.Changes) bool {
	return c.Session == nil && c.Report == nil && c.Submission == nil && len(c.Units) == 0 &&
		c.Confirmed.IsZero() && len(c.People) == 0 && len(c.Log) == 0 && len(c.Files) == 0 &&
		len(c.Reviewed) == 0 && len(c.Dockets) == 0 && c.Book == nil && c.Reminding == nil && len(c.Chats) == 0 && c.Broadcast == nil && len(c.Deliveries) == 0
}

func names(people []bot.Person, id string) bool {
	for _, p := range people {
		if p.ID == id {
			return true
		}
	}
	return false
}

// writer gathers the puts of a commit; its first error stands.
type writer struct {
	store *Store
	names unitNames
	tx    kv.Tx
	blind []kv.Pair // written whatever was there before
	err   error
}

func (w *writer) put(key string, record any) {
	if p, ok := w.pair(key, record); ok {
		w.tx.Put = append(w.tx.Put, p)
	}
}

// filed marks that other versions of a form and period count than before. Turns
// that do so need not wait for each other; only a [bot.Book] is held against it,
// so that 封账 and 通过 全部 speak of nothing that they have not seen.
func (w *writer) filed(form, period string) {
	if p, ok := w.pair(w.store.keys.filed(form, period), filedRecord{Form: form, Period: period}); ok {
		w.blind = append(w.blind, p)
	}
}

func (w *writer) pair(key string, record any) (kv.Pair, bool) {
	value, err := w.store.codec.encode(key, w.names.kept(record))
	if err != nil {
		w.err = errors.Join(w.err, err)
	}
	return kv.Pair{Key: key, Value: value}, err == nil
}

// missing says that a record which another one names is not there.
func missing(key string) error { return fmt.Errorf("%w: %q is missing", ErrRecord, key) }
