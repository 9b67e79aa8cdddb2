// Package bot is the conversation: what a notice asks, how an answer is read,
// and what one message changes.
//
// It is a function, not a service. [Understand] reads a message into an
// [Intent] that names what has to be looked up; the caller looks it up at one
// revision of the store and hands it over as a [View]; [Step] returns the new
// state as [Changes] and what should be said as a [Speech]: words, a card with
// the same answers as buttons, and messages to others. Nothing here reads a
// clock, a disk, a network or a random source: time is a value, state is data
// that survives its own encoding between any two messages, and what the bot says
// is a wording key with its blanks, put into Chinese by package prompts.
//
// What goes to many is stored as one [Broadcast]; whoever carries it out asks
// [Compose] for each recipient, once when the message is made and again right
// before it leaves. What goes to one is a [Delivery], from its turn to its end.
// Whatever can be pressed can be typed: a press is the member saying the words
// behind the button, and counts only for the question its card was about. What
// was only heard is put to the member before anything is stored.
//
// # Where to look
//
// Start with [Notice] (the campaign as data), then [Report] (a unit's form),
// [Session] (what one person was last asked), [Read] (the reader of answers) and
// [Step], whose handle lists the stages of a turn.
//
//   - Nouns: notice, report, value, unit, person, roster, docket and book (what the
//     office keeps beside a report, and over all of a form), session, draft, check.
//     A report's state with all that is said over it: standing.
//   - Between the conversation and the channels: message, card, file, outbox,
//     contact.
//   - The turn: turn (what it may see, needs and leaves behind), verb, readintent
//     (which command, which report), step (the stages), proposal (what each kind of
//     question that 对 or 确认 takes does, is asked with and can be pressed),
//     settle, press, voice, readquote; wording (the keys of all that is said),
//     dates, findunit, logbook (日志).
//   - Filling a form: fill, answer (what was read, into the draft), change, flags
//     (odd figures), sentence (free sentences), known (what is known already),
//     gather (long texts), note, submit, diff.
//   - Forms with ways of their own: nomination and register (附件1), cases,
//     casewords and monthly (典型案例), yearend, summary.
//   - What is sent: received, bag (材料), same, stamp (盖章件), shelf, document, paper
//     (forms of units that report on paper).
//   - Who speaks for whom: people, deputy, handover, members, liaison, asked
//     (我们报了没).
//   - The office's figures: figures, totals, prose, deduct, odd, look; column (how a
//     unit stands with what it owes), missing, matrix, phones, askfor.
//   - The office's decisions: office, review, approve, giveback, closing, extension,
//     receipt; rosterwork and rosterimport.
//   - To many: broadcast (通知, 催报), budget (how often, and who is left out), post
//     (催报稿), compose, delivery, pair.
//   - Reminders: ladder, calendar, reminding (what is kept of them), pause (暂停提醒),
//     reminded (提醒计划), answerreminder, remindwords (what they share with the
//     conversation). When and to whom they go, and what they say, is package remind's.
//
// The readers are pure functions of the notice and a text, and know no turn:
//
//   - One answer: read, readlex and readwords (tokens), readnumber, readcount,
//     readyesno, readother, readdate.
//   - Several: readrun (in order), pasterange, pastelist (by number), readclause,
//     readfigure and readoccasion (a free sentence), readcase, readpart.
//   - A whole form: paste, pasteform, pasteglyph, pastemark, pasteedge.
//   - A person: readcontact, readcontactkind, readpeople.
//   - The words behind a command: readoffice, readreview, readnote, readmaterial,
//     readpause; readthanks (what takes note and asks for nothing).
//
// Each part of the work has a Need method, which says what its commands must have
// looked up, and a Wording function, which lists what it says; the Chinese stands
// in prompts under the same name.
//
// The package may import the standard library alone, and of that neither net,
// os, database, template nor random packages; a test holds it to this.
package bot
