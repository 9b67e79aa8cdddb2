package bot

import (
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Step is one turn: what a message changes and what is said in answer. It is
// pure; now is the campaign's time, in the campaign's zone.
func Step(n *Notice, v View, m Message, in Intent, now time.Time) (Changes, Speech) {
	t := &turn{n: n, form: n.Form(n.Main), v: v, m: m, in: in, now: now, s: v.Session.standing(n, v.Person, m)}
	t.s.Person = v.Person.ID
	if in.Verb != VerbMore {
		t.s.Pages, t.s.PagesIn, t.s.Page, t.s.Of = nil, "", 0, 0
	}
	if v.Report != nil {
		t.r = v.Report.Clone()
	} else if in.Need.Report != (ReportKey{}) {
		t.r = &Report{Key: in.Need.Report, State: NotStarted}
	}
	if t.r != nil {
		t.form = n.formFor(t.r.Key)
	}
	t.handle()
	t.bagBehindQuestion()
	if !t.keepsLoose() {
		t.s.Loose = nil
	}
	if len(t.say) == 0 && m.Media != MediaRating {
		t.tell("idle", nil)
	}
	if t.asked || t.s.Asking != v.Session.Asking || t.s.Key != v.Session.Key || !reflect.DeepEqual(t.s.Proposal, v.Session.Proposal) {
		t.s.Seen = t.seen()
	}
	if !reflect.DeepEqual(t.s, v.Session) && m.Media != MediaRating {
		t.out.Session = &t.s
	}
	if was := t.v.Report; t.r != nil && !reflect.DeepEqual(t.r, was) && (was != nil || t.r.State != NotStarted) {
		t.out.Report = t.r
	}
	return t.out, Speech{Say: t.say, Offer: t.offer(), Pressed: t.pressed, Alone: t.alone, Sends: t.toSpeakers()}
}

// turn is the working state of one Step.
type turn struct {
	n    *Notice
	form *Form
	v    View
	m    Message
	in   Intent
	now  time.Time

	s    Session
	r    *Report // nil if no report is meant
	set  int     // the last item this turn took an answer for; 0 for none
	told bool    // this turn has listed the whole form
	left []int   // items that this turn's figures were not for, though they might have been
	none bool    // 其余无 was said with the figures that this turn has an item for
	out  Changes
	say  []Effect

	asked   bool   // the reply ends in what stands open
	menu    []Verb // it ends in what may be begun
	pressed *Effect
	alone   bool // only who pressed is to see it
	sends   []Send
}

// handle takes a message through its stages. The first that answers it is the
// last.
func (t *turn) handle() {
	for _, answers := range []func() bool{
		t.event,       // no words at all: the chat was opened, a button pressed, an answer rated
		t.brings,      // files, and forms that are read from them
		t.wordless,    // nothing was said, or not to us
		t.lostUnit,    // meant for a unit that they speak for no more
		t.shutOut,     // nobody whom we know
		t.closesBag,   // a command that what is being sent stands in the way of
		t.mayMishear,  // a spoken command that does more than ask
		t.byOffice,    // the office's commands
		t.choosesCase, // an answer that is spelled like a command
	} {
		if answers() {
			return
		}
	}
	t.command()
}

func (t *turn) event() bool {
	switch t.m.Media {
	case MediaEnter:
		t.welcome()
	case MediaRating:
		t.rated()
	case MediaPress:
		return !t.press()
	case MediaOther:
		t.tell("media.other", nil)
		t.whereWeStand()
	default:
		return false
	}
	return true
}

func (t *turn) brings() bool {
	if t.in.Heard || t.in.Openly || t.in.Chosen {
		t.s.Proposal = nil
	}
	return t.rosterFile() || t.files() || t.entering() || t.document()
}

func (t *turn) wordless() bool {
	if t.in.Text == "" && t.fileMedia() {
		t.whereWeStand()
		return true
	}
	t.quoteInstead()
	if t.in.Text == "" {
		t.empty()
		return true
	}
	return false
}

func (t *turn) shutOut() bool {
	p := t.v.Person
	if len(p.Units) > 0 || p.Office || t.openToAll() {
		t.letGo()
		return false
	}
	t.stranger()
	return true
}

func (t *turn) mayMishear() bool {
	if t.m.Media != MediaVoice || !t.in.Verb.spokenTwice() {
		return false
	}
	t.heard()
	return true
}

func (t *turn) byOffice() bool {
	if !t.in.Verb.ByOffice() {
		return false
	}
	t.office()
	return true
}

// command carries out what everybody may say.
func (t *turn) command() {
	if t.worksOnReport() && t.frozen() {
		return
	}
	switch t.in.Verb {
	case VerbHelp:
		t.help()
	case VerbWho:
		t.who()
	case VerbHello:
		t.empty()
	case VerbThanks:
		t.thanks()
	case VerbMore:
		t.more()
	case VerbRegister:
		t.register()
	case VerbRelease:
		t.release()
	case VerbProgress:
		t.progress()
	case VerbFill, VerbContinue:
		t.fill()
	case VerbQuit:
		t.quit()
	case VerbYes:
		if t.in.Rest != "" && !t.isReason(t.in.Rest) && !t.s.Proposal.byOffice() {
			t.words()
			return
		}
		t.yes()
	case VerbNo:
		t.no()
	case VerbAsked, VerbDeputy, VerbRecall:
		t.people()
	case VerbCase, VerbNoCase, VerbLater, VerbYearEnd:
		t.monthly()
	case VerbMaterial, VerbSummary, VerbDone:
		if t.in.Verb == VerbDone && t.s.Bag == nil && t.finishesCase() {
			return
		}
		t.material()
	case VerbDiff:
		t.review()
	case VerbNote:
		t.note()
	case VerbBack, VerbSkip, VerbUndo, VerbZeros, VerbPreview, VerbSubmit, VerbWithdraw, VerbHint, VerbList, VerbChange:
		t.edit()
	default:
		t.words()
	}
}

// openToAll are the messages that a member who speaks for no unit may send.
func (t *turn) openToAll() bool {
	switch t.in.Verb {
	case VerbHelp, VerbWho, VerbRegister, VerbHello, VerbThanks, VerbAsked, VerbDeputy, VerbRecall:
		return true
	}
	if t.in.Verb.ByOffice() {
		return true // and is told that it is
	}
	choice := t.in.Verb == "" || t.in.Verb == VerbYes || t.in.Verb == VerbNo
	return choice && t.s.Proposal != nil && (t.s.Proposal.Kind == ProposeBind || t.s.Proposal.Kind == ProposeHeard || t.s.Proposal.Kind == ProposeClaim)
}

// edit carries out the commands that work on a report.
func (t *turn) edit() {
	if !t.haveReport() {
		return
	}
	if t.s.Key != t.r.Key {
		t.enter()
	}
	open := t.s.Proposal
	switch t.in.Verb {
	case VerbZeros, VerbList, VerbHint, VerbPreview:
	case VerbSubmit:
		was := t.v.Session.Proposal
		quotedAway := t.m.Quote != "" && was.isReading()
		if quotedAway || open.isReading() || open != nil && open.Kind == ProposePart || t.s.Quote != "" && t.s.Asking == t.s.QuoteFor {
			// What was sent last is not in yet; submitting would pass over it.
			t.tell("submit.open", nil)
			t.askAgain()
			return
		}
		t.s.Proposal = nil
	default:
		t.drop()
	}
	switch t.in.Verb {
	case VerbBack:
		t.back(open)
	case VerbSkip:
		t.skip()
	case VerbUndo:
		t.undo()
	case VerbZeros:
		t.zeros()
	case VerbList:
		t.list()
	case VerbPreview:
		t.preview()
	case VerbSubmit:
		t.submit()
	case VerbWithdraw:
		t.withdraw()
	case VerbHint:
		t.hint()
	case VerbChange:
		t.change()
	}
}

// drop gives up what was put to the person, and says so if it was a reading
// that they might take for recorded.
func (t *turn) drop() {
	switch p := t.s.Proposal; {
	case p == nil:
	case p.isReading():
		t.tell("dropped.open", nil)
	case p.Kind == ProposePart:
		t.tell("gather.dropped", nil)
	}
	t.s.Proposal = nil
}

type args map[string]string

// tell says a wording on a line of its own.
func (t *turn) tell(key string, a args) {
	t.say = append(t.say, Effect{Key: t.worded(key), Args: t.veiled(a)})
}

// add says a wording on the line of the one before.
func (t *turn) add(key string, a args) {
	t.say = append(t.say, Effect{Key: t.worded(key), Args: t.veiled(a), Join: SameLine})
}

var contactInside = regexp.MustCompile(`1[3-9]\d(?:[ -]?\d){8}|[\w.+-]+[@＠][\w.-]+`)

// veiled keeps the reply in a group from repeating a mobile number or an e-mail
// address that somebody typed there: nothing a form asks for in a group looks so.
func (t *turn) veiled(a args) args {
	if t.m.Private() {
		return a
	}
	for blank, words := range a {
		if blank != "phone" && contactInside.MatchString(fold(words)) { // the office's own may be a mobile
			a[blank] = contactInside.ReplaceAllString(fold(words), "…")
		}
	}
	return a
}

func (t *turn) log(what string, e LogEntry) {
	e.At, e.By, e.What, e.As = t.now, t.v.Person.ID, what, t.role(e.Key.Unit)
	t.out.Log = append(t.out.Log, e)
}

// haveReport makes sure that a report is meant. If the person speaks for
// several units and named none, they are asked which.
func (t *turn) haveReport() bool {
	if t.r != nil {
		return true
	}
	units := t.v.Person.Units
	if len(units) == 0 {
		t.tell("report.none", args{"phone": t.n.Office.Phone})
		return false
	}
	t.askUnit(units)
	if _, _, claim := t.n.readClaimed(t.in.Text); t.m.Media == MediaText && (claim || strings.ContainsFunc(t.in.Text, figureRune)) {
		t.s.Proposal.Said = t.in.Text
	}
	return false
}

func (t *turn) askUnit(units []string) {
	form, _ := t.n.formMeant(t.s, t.in)
	if open := t.s.Proposal; open != nil && open.Kind == ProposeUnit && t.in.Verb == "" {
		form = t.n.formFor(ReportKey{Form: open.Text}) // asked again for the same
	}
	t.s.Proposal = &Proposal{Kind: ProposeUnit, Units: slices.Clone(units), Text: form.ID}
	// Until one is chosen no unit is meant, and nothing can go to the last one.
	t.s.Key, t.s.Asking = ReportKey{}, 0
	t.tell("unit.which", nil)
	t.choice(units)
}

// choice lists what may be chosen from by number.
func (t *turn) choice(list []string) {
	for i, name := range list {
		t.tell("choice", args{"n": strconv.Itoa(i + 1), "choice": name})
	}
	t.asked = true
}

// empty answers a message without words, or a greeting: the open question, or
// else how to begin.
func (t *turn) empty() {
	if t.r != nil && t.s.Key == t.r.Key {
		t.askAgain()
		return
	}
	t.welcome()
}

// welcome is for a chat just opened, or a bare mention.
func (t *turn) welcome() {
	p := t.v.Person
	t.halts()
	t.tell("welcome", nil)
	switch {
	case len(p.Units) > 0:
		if own := p.stored().Units; len(own) > 0 {
			t.tell("welcome.liaison", args{"units": strings.Join(own, "、")})
		}
		for _, unit := range p.Standing {
			t.tellStanding(unit)
		}
		t.due()
		t.menu = []Verb{VerbFill, VerbProgress, VerbHelp}
	case p.Office:
		t.tell("welcome.office", nil)
		t.menu = []Verb{VerbProgress, VerbMissing, VerbTotals, VerbHelp}
	default:
		t.stranger()
	}
	t.tell("welcome.secret", nil)
}

// whereWeStand repeats what stands open while a report is being filled.
func (t *turn) whereWeStand() {
	if t.r != nil && t.s.Key == t.r.Key || t.s.Proposal.standsAlone() || t.s.Bag != nil {
		t.askAgain()
	}
}

func (t *turn) thanks() {
	t.tell("thanks", nil)
	t.whereWeStand()
}

// more shows the next page of the last reply.
func (t *turn) more() {
	if len(t.s.Pages) == 0 {
		t.tell("more.none", nil)
		return
	}
	if t.s.PagesIn != t.m.Group {
		t.tell("more.elsewhere", nil)
		return
	}
	t.s.Page++
	t.tell("page", args{"text!": t.s.Pages[0]})
	t.s.Pages = slices.Clone(t.s.Pages[1:])
	if len(t.s.Pages) > 0 {
		t.tell("page.more", args{"page": strconv.Itoa(t.s.Page), "pages": strconv.Itoa(t.s.Of)})
	}
}

// who tells unit, role and what is due, and in private the id that roster and
// configuration have to hold: the platform shows it nowhere else if it is an
// encrypted one.
func (t *turn) who() {
	p := t.v.Person
	if t.m.Private() && p.UserID != "" {
		defer t.tell("who.id", args{"userid": p.UserID})
	}
	for _, name := range p.Units {
		switch u, _ := t.unit(name); {
		case p.acts(name):
			t.tellStanding(name)
		case t.v.Roster.Pending(u):
			t.tell("who.pending", args{"unit": name})
		default:
			t.tell("who.liaison", args{"unit": name})
		}
	}
	if p.Office {
		t.tell("who.office", nil)
	}
	if len(p.Units) == 0 && !p.Office {
		t.stranger()
		return
	}
	t.due()
}

// due tells what the person still has to send in, and till when.
func (t *turn) due() {
	t.dueBeside(t.n.Nomination, VerbRegister)
	defer t.dueBeside(t.n.Summary, VerbSummary)
	switch {
	case t.r != nil && t.closing(t.r.Key) != nil && len(t.v.Person.Units) == 1:
		t.tellClosed("closed.look")
	case t.r != nil && t.r.State == Returned && len(t.v.Person.Units) == 1:
		t.tellReturned("due.returned")
	case t.r != nil && t.r.Counted > 0 && len(t.v.Person.Units) == 1:
		t.tell("due.none", args{"form": t.form.ID, "version": strconv.Itoa(t.r.Counted)})
	case len(t.v.Person.Units) == 0:
	case t.late():
		t.tell("due.late", args{"form": t.form.ID, "phone": t.n.Office.Phone})
	default:
		t.tell("due", args{"form": t.form.ID, "deadline": t.deadline()})
	}
}

// late reports whether the deadline of the unit's report has passed.
func (t *turn) late() bool {
	if until := t.extended(); !until.IsZero() {
		return t.now.After(until)
	}
	if t.form.Monthly() && t.r != nil {
		return t.now.After(t.n.Due(t.r.Key, nil, t.now.Location()))
	}
	d := t.n.Deadline(t.form.Deadline)
	return d != nil && t.now.After(d.At)
}

func (t *turn) deadline() string {
	if until := t.extended(); !until.IsZero() {
		return t.phrase("due.extended", args{"until": t.until(until)})
	}
	if t.form.Monthly() && t.r != nil {
		return t.monthDue()
	}
	if d := t.n.Deadline(t.form.Deadline); d != nil {
		return d.Sentence
	}
	return ""
}
