// Package store keeps a campaign: who is on the roster, what each unit has
// reported, what each person was last asked, and which messages were answered.
// It puts the nouns of package bot into the entries of an engine (package kv)
// and out again.
//
// A message is one [Turn]: everything is read at one revision, and
// [Turn.Commit] writes the claim of the message, the new state, the log and the
// stored reply in one commit, or nothing. When somebody else wrote meanwhile
// what the turn had read it fails with [kv.ErrConflict] and the caller runs the
// turn anew. Lists and exports read through a [View], also at one revision.
//
// # Layout
//
// All keys of a campaign begin with its notice's ID, so that a store may hold
// several. A name in a key has '/', '%' and control characters escaped.
//
//	<notice>/key                                    the campaign's secrets, see ring.go
//	<notice>/notice                                 the notice as it was last run with
//	<notice>/roster                                 when the list was confirmed, which units are renamed or gone
//	<notice>/unit/<unit>                            a row of the roster
//	<notice>/person/<person>                        the only place with a userid
//	<notice>/session/<person>                       what the person was last asked
//	<notice>/file/<time>-<claim>                    the files that came with a message
//	<notice>/filehash/<hash>/<time>-<claim>         points to them from a content
//	<notice>/fileunit/<unit>/<time>-<claim>         points to them from a unit
//	<notice>/report/<form>/<period>/<unit>/         a unit's form, with its draft
//	<notice>/version/<form>/<period>/<unit>/<n>     a submitted version, never changed
//	<notice>/docket/<form>/<period>/<unit>          what the office keeps beside a report
//	<notice>/book/<form>/<period>                   封账, 核减 and 要数 of a form
//	<notice>/filed/<form>/<period>                  rewritten when other versions count
//	<notice>/log/<time>-<claim>                     log lines of one commit, rising keys
//	<notice>/claim/<claim>                          a message answered, with the reply
//	<notice>/chat/<chat>                            a paired group, with its robot's key
//	<notice>/broadcast/open/<broadcast>             a broadcast that is not expanded to its end
//	<notice>/broadcast/done/<broadcast>             one that is
//	<notice>/out/<broadcast>/<delivery>             a message that is still to be sent
//	<notice>/sent/<broadcast>/<delivery>            one whose end is known
//	<notice>/reminding/                             which steps of the ladder were dealt with, and the pause
//	<notice>/halt/<road>                            a road that takes nothing till it is mended
//	<notice>/lease/<name>                           which process does what only one may do
//	restoring                                       a restore that has not ended
//
// A unit stands in keys, and in all that is stored, under the name it had first:
// renaming it moves nothing. Above the store it goes by its present name.
//
// Form and period stand before the unit so that the state of one form over all
// units is one scan; a report's key ends in '/' so that reports sort as their
// versions do, and both can be read side by side.
//
// The content of files is not in the engine but in [Files], where it is before
// the commit that names it. Backup, restore and verification take both together.
//
// A value is one byte of format version and then CBOR with integer keys. An
// unknown version, or a field that this program does not know, is [ErrRecord]
// and names the key: better no answer than a record written back without what a
// newer program had put there. Instants keep their nanoseconds and come back in
// UTC.
//
// What is open and what has ended stand apart, so that the work that is left is
// found without reading what was done; a commit moves a record from one to the
// other. Both keys follow from a delivery's broadcast and ID, so that one that
// is known in either place is never made again. A delivery of no broadcast
// stands under the empty name.
//
// # Where to look
//
// turn.go is a message, view.go what is read for lists and totals; roster.go,
// names.go, revise.go and pinyin.go keep the units, docket.go, received.go and
// chat.go what their names say. key.go and record.go are the layout above, entries.go
// how answers are packed. ring.go, secret.go and forget.go are the campaign's keys
// and their end. outbox.go, sent.go and lease.go serve the outbox, reminding.go the
// reminders; sweep.go takes away what is too old. backup.go, restore.go, vacate.go and
// audit.go copy, bring back and verify all of it, in files sealed by seal.go.
//
// The package imports bot, store/kv, a CBOR codec, a table of pinyin and the
// standard library without net/http. It must not import bot/app, bot/wecom, prompts or an
// engine. It reads no clock; it does draw the campaign's secret, for package
// bot may not.
package store
