package bot

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Intent is a message understood as far as its words alone allow: which
// command it is, or none, and what has to be looked up to carry it out.
type Intent struct {
	Verb Verb   // "" for an answer or anything else
	Rest string // what stands after the command's word
	Item int    // the item a 改 or 注 names by number; 0 if by words or not at all
	Text string // the whole message, tidied
	// Heard is set for a command that was spoken and is now agreed to.
	Heard bool
	// Openly is set for a command that may name units in a group: the office has
	// said so.
	Openly bool
	// Chosen is set for what was said before the unit was named that it is for.
	Chosen bool
	Need   Need
}

// Understand reads a message's words. The session matters: while a text item
// is asked, “查处两家企业” is its answer and not the command 查. The time tells
// which month a monthly form is meant for.
func Understand(n *Notice, p Person, s Session, m Message, now time.Time) Intent {
	s = s.standing(n, p, m)
	in := Intent{Text: tidy(m.Text)}
	if m.Media == MediaPress && !s.opens(m.Press.Task) {
		in.Text = "" // whatever it says, it is not for what stands open
		in.Need = need(n, p, s, m, in, now)
		return in
	}
	if in.Text == "" && m.Media == MediaText && len(m.Files) == 0 {
		in.Text = tidy(m.Quote)
	}
	field := n.formFor(s.Key).Field(s.Asking)
	free := field == nil || field.Kind != KindText
	if s.Bag != nil && s.Asking == 0 {
		// Words that go into a bag are free; a command among them is short.
		free = utf8.RuneCountInString(in.Text) <= 20 && !strings.Contains(in.Text, "\n")
	}
	if s.Proposal != nil && (s.Proposal.Kind == ProposeReason || s.Proposal.Kind == ProposeReturn) {
		free = true // “确认，两案同一企业” is what the question asked for
	}

	if item, rest, ok := noteOnItem(n, n.formFor(s.Key), in.Text); ok {
		in.Verb, in.Item, in.Rest = VerbNote, item, rest
	} else if item, rest, ok := changeByNumber(n, in.Text, free); ok {
		in.Verb, in.Item, in.Rest = VerbChange, item, rest
	} else if verb, rest, ok := command(n, in.Text, free, s.Asking == 0 && s.Bag == nil, p.Office); ok && (verb != VerbApprove || p.Office || s.Asking == 0) {
		// “通过 线上方式开展3次” is an answer from who is asked for one.
		in.Verb, in.Rest = verb, rest
	}
	if in.Verb == "" {
		if verb, rest, ok := n.onOwn(p, in.Text); ok {
			in.Verb, in.Rest = verb, rest
		}
	}
	if in.Verb == "" {
		if verb, month, ok := n.monthBefore(p, in.Text, now); ok {
			in.Verb, in.Rest = verb, month
		}
	}
	if in.Verb == "" && !free && s.Bag == nil {
		if verb, rest, ok := command(n, in.Text, true, false, p.Office); ok && n.isWhole(p, verb, rest) {
			in.Verb, in.Rest = verb, rest
		}
	}
	if in.Verb == "" && p.Office && free {
		if rest, ok := n.receiptBehind(in.Text); ok {
			in.Verb, in.Rest = VerbReceipt, rest
		}
	}
	if in.Verb == "" && p.Office && free {
		if verb, rest, ok := n.pauseBehind(in.Text); ok {
			in.Verb, in.Rest = verb, rest
		}
	}
	if (in.Verb == VerbPause || in.Verb == VerbMute) && !p.Office {
		in.Verb, in.Rest = "", "" // asked by a liaison: see [turn.noMoreReminders]
	}
	if s.Bag != nil && !p.Office && in.Verb.ByOffice() {
		in.Verb, in.Rest = "", "" // no command of theirs: 通知 各村 is material
	}
	if in.Verb == "" && free {
		if rest, ok := n.askedBehind(in.Text); ok {
			in.Verb, in.Rest = VerbAsked, rest
		}
	}
	if in.Verb == "" && s.Asking == 0 && s.Bag == nil && s.Proposal == nil && len(p.Units) > 0 && saysNoCase(in.Text) {
		in.Verb = VerbNoCase
	}
	if in.Verb == "" && free && s.Bag == nil && n.takesNote(in.Text) {
		in.Verb = VerbThanks
	}
	if idle := s.Asking == 0 && s.Bag == nil && s.Proposal == nil; idle && (in.Verb == "" && (n.thanksBefore(in.Text) || willDo(in.Text)) || in.Verb == VerbYes && willDo(in.Rest)) {
		in.Verb, in.Rest = VerbThanks, ""
	}
	if in.Verb == VerbLiaison && !p.Office && s.Key.Form == n.Nomination && s.Asking != 0 {
		in.Verb, in.Rest = "", "" // “联络员：李四” fills their form
	}
	if in.Verb == VerbReturn && !p.Office && in.Rest == "" {
		in.Verb = VerbBack // only the office sends reports back
	}
	switch thanks := in.Verb == "" || in.Verb == VerbYes && in.Rest != ""; {
	case !thanks || !n.onlyThanks(in.Text):
	case in.Verb == VerbYes && s.Proposal != nil:
		in.Rest = "" // 好的，谢谢 agrees as 好的 does
	default:
		in.Verb, in.Rest = VerbThanks, ""
	}
	if heard := s.Proposal; heard != nil && heard.Kind == ProposeHeard && in.Verb == VerbYes && in.Rest == "" && m.Media != MediaVoice {
		s.Proposal = nil
		in = Understand(n, p, s, Message{Media: MediaText, Group: m.Group, Text: heard.Text}, now)
		in.Heard = true
		return in
	}
	if names := s.Proposal; names != nil && names.Kind == ProposeNames && in.Verb == VerbYes && in.Rest == "" && m.Media != MediaVoice && vouches(in.Text) {
		s.Proposal = nil
		in = Understand(n, p, s, Message{Media: MediaText, Group: m.Group, Text: names.Text}, now)
		in.Openly = true
		return in
	}
	if which := s.Proposal; which != nil && which.Kind == ProposeUnit && which.Said != "" && m.Media != MediaVoice {
		unit, ok := pick(which.Units, in.Text)
		if form := n.Form(which.Text); ok && form != nil {
			s.Proposal, s.Key = nil, ReportKey{Unit: unit, Form: form.ID, Period: form.PeriodAt(now)}
			in = Understand(n, p, s, Message{Media: MediaText, Group: m.Group, Text: which.Said}, now)
			in.Chosen = true
			return in
		}
	}
	in.Need = need(n, p, s, m, in, now)
	return in
}

// onlyThanks reports whether a text is made of words of thanks, as 谢谢，辛苦了 and
// 好的，谢谢 are.
func (n *Notice) onlyThanks(text string) bool {
	polite := slices.Concat(n.Verbs[VerbThanks], n.Verbs[VerbYes], n.Verbs[VerbHello])
	parts := strings.FieldsFunc(bare(text), func(r rune) bool { return strings.ContainsRune(" ，,。.！!、~～", r) })
	return len(parts) > 1 && slices.Contains(n.Verbs[VerbThanks], parts[len(parts)-1]) &&
		!slices.ContainsFunc(parts, func(part string) bool { return !slices.Contains(polite, part) })
}

// receiptBehind reads “收到 三嘉乡 附件2 传真”, which begins like the commonest of
// thanks.
func (n *Notice) receiptBehind(text string) (rest string, ok bool) {
	for _, word := range n.Verbs[VerbThanks] {
		if rest, ok := strings.CutPrefix(text, word+" "); ok {
			return strings.TrimSpace(rest), true
		}
	}
	return "", false
}

// thanksBefore reports whether a text says no more than that something has
// come: 收到，马上办. With a figure in it, it may be an answer.
func (n *Notice) thanksBefore(text string) bool {
	for _, word := range n.Verbs[VerbThanks] {
		rest, ok := strings.CutPrefix(text, word)
		if ok && strings.IndexAny(rest, "，,。！! ") == 0 && !strings.ContainsFunc(rest, figureRune) && utf8.RuneCountInString(rest) <= 20 {
			return true
		}
	}
	return false
}

// takesNote reports whether somebody says no more than that they will see to it:
// 马上报, 收到，马上报. That answers no question that can be open.
func (n *Notice) takesNote(text string) bool {
	for _, word := range n.Verbs[VerbThanks] {
		if rest, ok := strings.CutPrefix(text, word); ok && willDo(rest) {
			return true
		}
	}
	return willDo(text)
}

func need(n *Notice, p Person, s Session, m Message, in Intent, now time.Time) Need {
	var need Need
	switch in.Verb {
	case VerbLook, VerbConfirm, VerbRegister, VerbRelease, VerbWho:
		need.Roster = true
	}
	if p.Office {
		need.toWrite(n, in)
	}
	if s.Proposal != nil {
		switch s.Proposal.Kind {
		case ProposeBind:
			need.Roster = true
		case ProposeNotify:
			need.Roster, need.Chats = true, true
		case ProposeNudge:
			need.Roster, need.Status = true, n.Main
		}
	}
	need.Report = reportMeant(n, p, s, in, now)
	if unit := need.Report.Unit; in.Verb == VerbProgress && unit != "" {
		need.Others = append(need.Others, n.duties(unit, now)...)
	}
	for _, area := range []func(*Notice, Person, Session, Message, Intent, time.Time){
		need.people, need.rosterWork, need.review, need.material, need.monthly, need.figures, need.paper,
		need.nomination, need.reminders,
	} {
		area(n, p, s, m, in, now)
	}
	for _, f := range m.Files {
		if f.Hash != "" {
			need.Hashes = append(need.Hashes, f.Hash)
		}
	}
	return need
}

// reportMeant is the report that a message is about, zero for none: the one being
// filled, unless the message names another form or another of the person's units.
func reportMeant(n *Notice, p Person, s Session, in Intent, now time.Time) ReportKey {
	if in.Verb == VerbContinue && slices.Contains(p.Units, s.Back.Unit) {
		return s.Back
	}
	form, rest := n.formMeant(s, in)
	var key ReportKey
	switch {
	case s.Key.Unit != "" && slices.Contains(p.Units, s.Key.Unit):
		key.Unit = s.Key.Unit
	case len(p.Units) == 1:
		key.Unit = p.Units[0]
	}
	switch in.Verb {
	case VerbFill, VerbProgress, VerbSummary, VerbPreview, VerbSubmit, VerbWithdraw:
		if unit, ok := chosenUnit(p, rest); ok {
			key.Unit = unit
		}
	}
	if period, ok := s.Proposal.pickCase(in.Text); ok {
		return ReportKey{Unit: s.Proposal.Units[0], Form: n.Cases, Period: period}
	}
	if first, _, _ := strings.Cut(rest, " "); in.Verb == VerbDiff && !onlyVersions(rest) {
		if unit, ok := pick(p.Units, first); ok {
			key.Unit = unit
		}
	}
	if s.Proposal != nil && s.Proposal.Kind == ProposeUnit {
		if unit, ok := pick(s.Proposal.Units, in.Text); ok {
			key.Unit = unit
			if f := n.Form(s.Proposal.Text); f != nil {
				form = f
			}
		}
	}
	words := n.monthlyWords(p, in, form, now)
	if words.unit != "" {
		key.Unit = words.unit
	}
	if key.Unit == "" {
		return ReportKey{}
	}
	if in.begins(form) && form.Monthly() && (words.month != "" || s.Key.Unit != key.Unit || s.Key.Form != form.ID || s.Asking == 0) {
		return ReportKey{Unit: key.Unit, Form: form.ID, Period: cmp.Or(words.within, form.PeriodAt(now))}
	}
	if s.Key.Unit == key.Unit && s.Key.Form == form.ID {
		return s.Key // of a monthly form the month that was begun
	}
	key.Form, key.Period = form.ID, form.PeriodAt(now)
	return key
}

// formMeant is the form that a message is about, and what its words say beside
// that.
func (n *Notice) formMeant(s Session, in Intent) (form *Form, rest string) {
	form, rest = n.formFor(s.Key), in.Rest
	var id string
	switch in.Verb {
	case VerbFill, VerbProgress, VerbDiff, VerbPreview, VerbSubmit, VerbWithdraw:
		if named, left := n.formIn(rest); named != nil {
			return named, left
		}
		if in.Verb == VerbFill || (in.Verb == VerbProgress || in.Verb == VerbDiff) && s.Key.Form == n.Cases && s.Asking == 0 && s.Proposal == nil {
			id = n.Main // nothing of the case last reported is open
		}
		if s.Key == (ReportKey{}) && (in.Verb == VerbPreview || in.Verb == VerbSubmit || in.Verb == VerbWithdraw) {
			id = s.Last.Form
		}
	case VerbUndo, VerbChange:
		if s.Key == (ReportKey{}) {
			id = s.Last.Form
		}
	case VerbRegister:
		id = n.Nomination
	case VerbCase, VerbNoCase, VerbLater:
		id = n.Cases
	case VerbSummary:
		id = n.Summary
	case VerbYearEnd:
		id = n.YearEnd
	}
	if f := n.Form(id); f != nil {
		form = f
	}
	return form, rest
}

// formIn finds a form named in the words behind a command, and what they say
// beside it.
func (n *Notice) formIn(words string) (*Form, string) {
	for _, word := range strings.Fields(words) {
		if f := n.formNamed(word); f != nil {
			return f, strings.Join(slices.DeleteFunc(strings.Fields(words), func(w string) bool { return w == word }), " ")
		}
	}
	return nil, words
}

// onOwn reads “提交 附件1” and “预览 三嘉乡”: which of their reports a person means.
func (n *Notice) onOwn(p Person, text string) (Verb, string, bool) {
	word, rest := cutWord(text)
	for _, verb := range []Verb{VerbPreview, VerbSubmit, VerbWithdraw} {
		if slices.Contains(n.Verbs[verb], word) && n.isWhole(p, VerbFill, rest) {
			return verb, rest, true
		}
	}
	return "", "", false
}

// isWhole reports whether a command and the words behind it can be nothing else,
// even where a text is asked: no case is called “填报 山河镇”.
func (n *Notice) isWhole(p Person, v Verb, words string) bool {
	switch v {
	case VerbFill, VerbRegister, VerbProgress, VerbCase, VerbSummary, VerbYearEnd:
		form, rest := n.formIn(words)
		return rest == "" && form != nil || slices.Contains(p.Units, rest)
	case VerbMaterial:
		_, ok := readMaterial(n, p.Units, words)
		return ok
	case VerbHint:
		return isNumber(strings.Trim(fold(words), "第项 "))
	case VerbDiff:
		return words != "" && onlyVersions(words)
	}
	return false
}

// toWrite adds what the office's commands that write to others need.
func (need *Need) toWrite(n *Notice, in Intent) {
	switch in.Verb {
	case VerbNotify:
		need.Roster, need.Chats = true, true
	case VerbNudge:
		need.Roster, need.Status = true, n.Main
	case VerbDelivery:
		need.Sent, need.Chats = true, true
	case VerbPair:
		need.Chats = true
	}
}

// tidy takes away what nobody means: invisible characters and outer blanks.
func tidy(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case unicode.Is(unicode.Cf, r), unicode.IsControl(r):
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
	return strings.TrimSpace(text)
}

// bare is a text without the blanks, marks and particles that people put
// around a command.
func bare(text string) string {
	return strings.Trim(text, " 　\t\n。．.！!？?，,、；;：:~～“”\"'‘’「」【】[]（）()")
}

// command finds the command that a text is: exactly one of the verbs' words,
// or, where the verb takes something and free is set or the verb is
// unmistakable, such a word and more.
// Only while idle, with no question open, may the two stand without a blank
// between them; the office may write 退回三嘉乡 28 偏大, where a liaison's
// 查处三起 is an answer.
func command(n *Notice, text string, free, idle, office bool) (Verb, string, bool) {
	plain := strings.ToLower(bare(text))
	// 收到，谢谢 and 预览一下 and 我要提交 are 收到谢谢, 预览 and 提交.
	tight := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" 　，,、。.！!~～", r) {
			return -1
		}
		return r
	}, plain)
	tight = strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(tight, "我要"), "请"), "一下")
	asks := strings.HasSuffix(text, "？") || strings.HasSuffix(text, "?")
	for verb, words := range n.Verbs {
		if verb == VerbYes && asks {
			continue // 对？ asks and does not agree
		}
		for _, w := range words {
			if w == text || w == plain || w == tight {
				return verb, "", true
			}
		}
	}
	type match struct {
		verb Verb
		word string
	}
	var found []match
	for verb, words := range n.Verbs {
		if !verb.takesWords() || !free && !verb.unmistakable() {
			continue
		}
		for _, w := range words {
			if strings.HasPrefix(plain, w) {
				found = append(found, match{verb, w})
			}
		}
	}
	if len(found) == 0 {
		return "", "", false
	}
	longest := slices.MaxFunc(found, func(a, b match) int {
		return cmp.Or(cmp.Compare(len(a.word), len(b.word)), cmp.Compare(b.word, a.word))
	})
	rest := strings.TrimSpace(bare(text)[len(longest.word):])
	if !accepts(longest.verb, rest, bare(text)[len(longest.word):], idle) && !(office && idle && longest.verb.tight()) {
		return "", "", false
	}
	switch longest.verb {
	case VerbLook:
		rest = strings.TrimPrefix(rest, "看 ") // 查看 山河镇
	case VerbNotify:
		// It goes out as it was written, marks and all.
		if _, whole, ok := strings.Cut(text, longest.word); ok {
			rest = strings.TrimLeft(whole, " \n\t】]：:，,")
		}
		return longest.verb, rest, true
	}
	return longest.verb, strings.TrimLeft(rest, " ：:，,。"), true
}

// accepts holds a command with words behind it to what can follow it, so that
// “登记台账3次”, “对12家企业开展检查” and “改建2个” are not taken for commands.
func accepts(v Verb, rest, raw string, idle bool) bool {
	spaced := strings.HasPrefix(raw, " ") || strings.HasPrefix(raw, "：") || strings.HasPrefix(raw, ":")
	switch v {
	case VerbYes:
		return strings.HasPrefix(raw, "，") || strings.HasPrefix(raw, ",") || strings.HasPrefix(raw, "。") || spaced
	case VerbChange:
		return spaced
	case VerbTotals:
		return spaced || strings.HasPrefix(rest, "含草稿") || strings.HasPrefix(rest, "文字版")
	case VerbLook:
		return spaced || strings.HasPrefix(raw, "看 ") || idle && !strings.ContainsFunc(rest, figureRune)
	case VerbNotify:
		return spaced || idle || strings.HasPrefix(raw, "\n")
	case VerbClose, VerbReopen:
		return spaced || idle // 封账附件2
	case VerbRegister, VerbFill, VerbRelease, VerbNudge, VerbPair, VerbReturn, VerbMaterial:
		return spaced || idle && !strings.ContainsFunc(rest, figureRune)
	case VerbHint, VerbDeputy, VerbRecall, VerbReplace, VerbMember:
		return true
	case VerbLiaison, VerbAsked:
		return spaced || idle && !strings.ContainsFunc(rest, figureRune)
	}
	return spaced
}

// noItem stands for a number that no form has: 改0 5.
const noItem = -1

// changeByNumber reads the ways of correcting an item by its number: 改12 5,
// 改第12项 5, 第12项改为5, 12项改成5, 把12改成5, 改12.
//
// Without one of the words for changing it takes an ordinal or 项: “12改成13”
// corrects the figure 12 and names no item. Where words are asked (free is not
// set) only 第N项 and 改N will do, for “2改建项目未批先建” is a case.
func changeByNumber(n *Notice, text string, free bool) (item int, rest string, ok bool) {
	s := fold(text)
	verb, moved := false, false
	words := slices.Clone(n.Verbs[VerbChange])
	slices.SortFunc(words, func(a, b string) int { return len(b) - len(a) })
	for _, w := range append(words, "把", "将") {
		if after, found := strings.CutPrefix(s, w); found {
			s = strings.TrimLeft(after, " ：:")
			verb, moved = w != "把" && w != "将", w == "把" || w == "将"
			break
		}
	}
	s, ordinal := strings.CutPrefix(s, "第")
	s = strings.TrimLeft(s, " ")
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	if digits == 0 || digits > 4 {
		return 0, "", false
	}
	item, err := strconv.Atoi(s[:digits])
	if err != nil {
		return 0, "", false
	}
	s = s[digits:]
	spaced := strings.HasPrefix(s, " ")
	s = strings.TrimLeft(s, " ")
	s, noun := strings.CutPrefix(s, "项")
	if !noun {
		s, noun = strings.CutPrefix(s, "题")
	}
	s = strings.TrimLeft(s, " ")
	linked := false
	for _, w := range []string{"应改为", "应该是", "应为", "改为", "改成", "更正为", "修改为", "变更为", "改", "为", "成", "：", ":", "="} {
		if after, found := strings.CutPrefix(s, w); found {
			linked = verb || strings.ContainsAny(w, "改更应") || moved && (w == "为" || w == "成")
			s = after
			break
		}
	}
	s = strings.TrimSpace(s)
	switch {
	case item == 0:
		item = noItem
		return item, s, verb || ordinal || noun
	case verb && (s == "" || linked || spaced || noun):
	case moved && linked && free:
	case linked && (ordinal || noun):
	default:
		return 0, "", false
	}
	return item, s, true
}

// fold turns full-width digits and blanks into plain ones.
func fold(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '０' && r <= '９':
			return r - '０' + '0'
		case r == '　':
			return ' '
		}
		return r
	}, text)
}

// chosenUnit finds the unit a person means among those they speak for: the
// only one, or the one they name.
func chosenUnit(p Person, name string) (string, bool) {
	if name == "" {
		if len(p.Units) == 1 {
			return p.Units[0], true
		}
		return "", false
	}
	return pick(p.Units, name)
}

// chosen finds which of some items a person means: 14, 第14项, 那就14, or the
// name of one that no other item goes by.
func (f *Form) chosen(items []int, text string) (int, bool) {
	text = bare(fold(text))
	number := strings.Trim(text, "那就选填改为是第项吧的 ")
	for _, item := range items {
		called := f.called(text)
		if number == strconv.Itoa(item) || len(called) == 1 && called[0] == item {
			return item, true
		}
	}
	return 0, false
}

// pick chooses from a numbered list by number or by name.
func pick(list []string, text string) (string, bool) {
	text = bare(fold(text))
	if i, err := strconv.Atoi(text); err == nil {
		if i >= 1 && i <= len(list) {
			return list[i-1], true
		}
		return "", false
	}
	var hits []string
	for _, name := range list {
		if name == text {
			return name, true
		}
		if utf8.RuneCountInString(text) > 1 && strings.Contains(name, text) {
			hits = append(hits, name)
		}
	}
	if len(hits) == 1 {
		return hits[0], true
	}
	return "", false
}

// everyone begins a notice that calls on everybody in the groups.
const everyone = "@所有人"

// wordConfirm is the word that a press says for “this figure is right” and “do
// it”: of all words for yes the one that can't mean anything else.
const wordConfirm = "确认"

// vouches reports whether somebody says that a figure is right, in words that
// can't mean that it is wrong as the question suspects.
func vouches(text string) bool {
	for _, w := range []string{wordConfirm, "属实", "没错", "无误", "正确", "没问题"} {
		if strings.HasPrefix(bare(text), w) {
			return true
		}
	}
	return false
}

// admits reports whether a reason rather says that the figure is wrong.
func admits(reason string) bool {
	for _, w := range []string{"错", "漏", "忘", "反", "应该", "应为", "多打", "少打", "改"} {
		if strings.Contains(reason, w) {
			return true
		}
	}
	return false
}

// isTalk reports whether a text speaks to the bot instead of answering it.
func isTalk(text string) bool {
	for _, w := range []string{"吗", "怎么", "不用", "行不行", "找谁", "我正", "下一项", "这一项", "这项", "本项", "你", "？", "?", "晚点", "晚一点", "稍后", "跳过"} {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// looksBack reports whether words correct something said before, so that a
// figure in them is not for the item asked.
func looksBack(text string) bool {
	for _, w := range []string{"上一项", "上一题", "上一个", "前面", "刚才", "刚刚", "上面", "前一项"} {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// itemList reads a word that is nothing but item numbers: 28, 第28项, 28、29项,
// 28-30.
func itemList(word string) ([]int, bool) {
	var items []int
	for _, part := range strings.FieldsFunc(word, func(r rune) bool { return strings.ContainsRune("、，,和", r) }) {
		part = strings.TrimSuffix(strings.TrimPrefix(part, "第"), "项")
		from, to, span := part, part, false
		for _, dash := range []string{"-", "–", "—", "－", "至", "到", "~"} {
			if a, b, ok := strings.Cut(part, dash); ok {
				from, to, span = strings.TrimSuffix(a, "项"), strings.TrimPrefix(b, "第"), true
				break
			}
		}
		first, err := strconv.Atoi(from)
		last, err2 := strconv.Atoi(to)
		if err != nil || err2 != nil || first < 0 || last > 999 || span && last < first {
			return nil, false
		}
		for item := first; item <= last; item++ {
			items = append(items, item)
		}
	}
	return items, len(items) > 0
}
