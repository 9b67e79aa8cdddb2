package bot

import (
	"maps"
	"strings"
)

// WordingKeys lists every sentence that the conversation says, with the blanks
// it can fill. The notice must word each of them and no others; a wording need
// not use every blank.
func WordingKeys() map[string][]string {
	field, with := itemBlanks(), itemBlanks
	read := with("quote")
	keys := map[string][]string{
		"welcome":          nil,
		"welcome.liaison":  {"units"},
		"welcome.office":   nil,
		"welcome.secret":   nil,
		"stranger":         {"phone"},
		"thanks":           nil,
		"help.hint":        with("hint"),
		"help.proposal":    nil,
		"who.liaison":      {"unit"},
		"who.pending":      {"unit"},
		"who.office":       nil,
		"who.id":           {"userid"},
		"due":              {"form", "deadline"},
		"due.none":         {"form", "version"},
		"due.late":         {"form", "phone"},
		"media.image":      nil,
		"media.file":       nil,
		"media.video":      nil,
		"media.other":      nil,
		"page":             {"text!"},
		"page.more":        {"page", "pages"},
		"more.none":        nil,
		"choice":           {"n", "choice"},
		"choose":           nil,
		"unit.which":       nil,
		"unit.other":       {"unit", "units"},
		"report.none":      {"phone"},
		"idle":             nil,
		"unknown.office":   nil,
		"offtopic":         nil,
		"toofast":          nil,
		"unavailable":      nil,
		"working":          nil,
		"lost":             nil,
		"begin":            {"unit", "form", "period", "all", "filled"},
		"begin.group":      nil,
		"begin.easy":       nil,
		"begin.submitted":  {"version"},
		"section":          {"id", "title"},
		"ask":              field,
		"ask.now":          {"value"},
		"ask.for":          {"unit"},
		"echo":             with("value"),
		"echo.many":        {"n"},
		"note.settled":     {"quote"},
		"back.first":       nil,
		"skipped":          {"item"},
		"skipped.last":     {"item"},
		"undo.none":        nil,
		"undo.many":        {"n"},
		"undone":           with("value"),
		"zeros.ask":        with("n", "items"),
		"zeros.how":        nil,
		"zeros.none":       nil,
		"zeros.done":       {"n"},
		"list.none":        nil,
		"item.none":        {"item", "all"},
		"change.how":       nil,
		"change.unknown":   {"name"},
		"change.which":     {"name"},
		"change.choose":    field,
		"quit":             nil,
		"propose":          with("reading"),
		"propose.one":      with("value"),
		"propose.part":     with("value"),
		"propose.stale":    {"item"},
		"yes.nothing":      nil,
		"no.nothing":       nil,
		"no.nothing.plain": nil,
		"dropped":          nil,
		"dropped.silent":   nil,
		"dropped.open":     nil,
		"flag.no":          field,
		"flag":             with("say"),
		"flag.how":         field,
		"flag.named":       field,
		"flag.all":         with("n"),
		"flag.unclear":     nil,
		"vouched":          nil,
		"paste.same":       nil,
		"paste.odd":        with("quote"),
		"paste.rest":       {"text"},
		"paste.over":       nil,
		"paste.how":        nil,
		"range.bounds":     {"from", "to", "all", "got", "want"},
		"range.count":      {"from", "to", "all", "got", "want"},
		"line":             with("value"),
		"line.text":        with("value"),
		"line.quote":       {"quote"},
		"line.unconfirmed": nil,
		"line.vouched":     nil,
		"line.reason":      {"reason"},

		"preview":              {"unit", "form", "period", "state", "all", "filled"},
		"preview.unfilled":     {"n", "items"},
		"complete":             {"all"},
		"complete.same":        {"version"},
		"complete.short":       {"all"},
		"submit.open":          nil,
		"complete.submit":      {"change"},
		"submit.unfilled":      {"n", "items"},
		"submit.zeros":         nil,
		"submit.unconfirmed":   {"items"},
		"submit.same":          {"version"},
		"submit.confirm":       {"change"},
		"receipt":              {"unit", "form", "receipt", "version", "time"},
		"receipt.next":         nil,
		"withdraw.none":        nil,
		"withdrawn":            {"unit", "form", "version"},
		"state.dirty":          {"state"},
		"progress.unit":        {"unit", "form", "period", "state", "all", "filled"},
		"progress.version":     {"version", "receipt", "time"},
		"progress.open":        {"n", "items"},
		"progress.unconfirmed": {"items"},
		"progress.units":       {"units"},

		"register.how":     nil,
		"register.unknown": {"name", "phone"},
		"register.near":    {"name"},
		"register.choose":  nil,
		"register.already": {"unit"},
		"registered":       {"unit"},
		"release.none":     {"phone"},
		"release.which":    {"units"},
		"released":         {"unit"},

		"office.only":     {"phone"},
		"totals":          {"form", "period", "time", "expected", "counted", "missing"},
		"totals.drafts":   {"n"},
		"totals.returned": {"n"},
		"totals.yesno":    with("yes", "no"),
		"totals.texts":    with("n"),
		"totals.kinds":    {"kinds"},
		"totals.checksum": {"checksum"},
		"county.pending":  {"n"},
		"county.how":      nil,
		"missing.kind":    {"kind", "n", "units"},
		"more.elsewhere":  nil,
		"missing.how":     {"form", "main"},
		"look.how":        nil,
		"look.unknown":    {"name"},
		"look.near":       {"name", "units"},
		"look.none":       {"unit", "form", "time"},
		"look.unbound":    {"unit", "form", "time"},
		"look.version":    {"unit", "form", "state", "version", "receipt", "time", "now"},
		"look.draft":      {"unit", "form", "state", "filled", "all", "time"},
		"confirm.none":    nil,
		"confirmed":       {"n", "units"},
		"office.acts":     {"phone"},
		"group.unnamed":   nil,

		"press.done":    {"choice"},
		"press.old":     nil,
		"press.changed": nil,
		"card.menu":     nil,
		"card.ask":      field,
		"card.done":     {"unit", "form", "all"},
		"card.submit":   {"unit", "form", "all"},
		"card.answer":   with("value"),
		"card.answers":  {"n"},
		"card.zeros":    {"n"},
		"card.flag":     with("value"),
		"card.flags":    {"n"},
		"card.unit":     nil,
		"card.bind":     nil,
		"card.item":     nil,
		"card.heard":    {"text"},
		"card.nudge":    {"form"},
		"card.send":     nil,
		"button.item":   field,
		"button.vouch":  nil,
		"button.mend":   nil,
		"button.cancel": nil,

		"quote.other":    {"unit"},
		"quote.which":    nil,
		"flag.mend":      nil,
		"register.sure":  {"unit"},
		"voice.heard":    {"text"},
		"voice.command":  {"text"},
		"voice.confirm":  {"text"},
		"voice.dropped":  nil,
		"files.images":   {"n"},
		"files.kept":     {"what", "size"},
		"files.unread":   nil,
		"files.besides":  nil,
		"files.private":  nil,
		"files.stranger": nil,
		"file.named":     {"name"},
		"file.image":     nil,
		"file.video":     nil,
		"file.this":      nil,

		"notify.how":     nil,
		"notify.long":    {"n", "most"},
		"notify.near":    {"name"},
		"notify.units":   {"most"},
		"notify.nobody":  nil,
		"notify.preview": nil,
		"notify.rule":    nil,
		"notify.head":    nil,
		"notify.line":    {"text"},
		"notify.foot":    {"phone"},
		"notify.confirm": nil,
		"notify.dropped": nil,
		"notify.sent":    {"n", "groups"},

		"reach.none":          nil,
		"reach.long":          {"n"},
		"reach.people":        {"n"},
		"reach.only":          {"units"},
		"reach.nogroup":       nil,
		"reach.groups":        {"n", "groups"},
		"reach.all":           nil,
		"reach.unbound":       {"n", "units"},
		"reach.unbound.count": {"n"},

		"nudge.has":           {"unit", "form", "version", "time"},
		"nudge.nobody":        {"form"},
		"nudge.other":         {"form", "what"},
		"nudge.phone":         {"n"},
		"nudge.preview":       {"form", "n", "units"},
		"nudge.preview.count": {"form", "n"},
		"nudge.sample":        {"unit"},
		"nudge.confirm":       nil,
		"nudge.dropped":       nil,
		"nudge.sent":          {"n", "groups"},
		"nudge.head":          {"units"},
		"nudge.begin":         {"unit", "form", "filled", "all", "version"},
		"nudge.filled":        {"unit", "form", "filled", "all", "version"},
		"nudge.full":          {"unit", "form", "filled", "all", "version"},
		"nudge.returned":      {"unit", "form", "filled", "all", "version"},
		"nudge.more":          {"n"},
		"nudge.due":           {"deadline"},
		"nudge.late":          {"deadline"},
		"nudge.easy":          nil,
		"nudge.foot":          {"phone"},

		"halt":                  {"via", "time", "mend"},
		"halt.how":              nil,
		"halt.count":            {"n"},
		"via.app":               nil,
		"via.robot":             nil,
		"via.long":              nil,
		"via.reply":             nil,
		"via.other":             nil,
		"out.detail":            nil,
		"resume.none":           nil,
		"resumed":               {"roads"},
		"delivery.none":         nil,
		"delivery":              {"kind", "at", "time"},
		"delivery.notify":       nil,
		"delivery.notify.text":  {"text"},
		"delivery.nudge":        nil,
		"delivery.counts":       {"accepted", "refused", "waiting", "gaveup", "dropped"},
		"delivery.going":        nil,
		"delivery.lost":         {"units", "n", "mend"},
		"delivery.lost.count":   {"n", "mend"},
		"delivery.maybe":        {"units", "n", "mend"},
		"delivery.maybe.count":  {"n", "mend"},
		"delivery.more":         {"n"},
		"delivery.unsure":       {"n", "units"},
		"delivery.unsure.count": {"n"},
		"delivery.phone":        nil,
		"delivery.group":        {"group"},
		"delivery.person":       nil,

		"return.how":        nil,
		"return.none":       {"unit", "form"},
		"return.many":       {"most"},
		"return.long":       {"most"},
		"return.which":      {"name"},
		"returned":          {"unit", "form", "version", "items", "reason"},
		"return.phone":      nil,
		"return.head":       {"unit", "form", "version"},
		"return.item":       with("value"),
		"return.reason":     {"reason"},
		"return.foot":       {"form", "phone"},
		"return.ask":        with("value"),
		"return.kept":       with("value"),
		"card.return":       {"form"},
		"item.pair":         {"pair", "short"},
		"button.check":      nil,
		"begin.returned":    {"form", "version", "items", "reason"},
		"due.returned":      {"form", "version", "items", "reason"},
		"progress.returned": {"form", "version", "items", "reason"},
		"submit.returned":   {"items"},

		"pair.how":          nil,
		"pair.odd":          nil,
		"pair.none":         nil,
		"pair.chat":         {"group"},
		"pair.chat.norobot": {"group"},
		"pair.code":         {"code", "minutes"},
		"pair.private":      nil,
		"pair.exposed":      nil,
		"pair.nocode":       nil,
		"pair.expired":      nil,
		"pair.wrong":        nil,
		"pair.used":         {"group"},
		"paired":            {"group"},
		"pair.norobot":      nil,
	}
	for _, why := range OutWhys() {
		keys["out."+why] = []string{"detail", "code"}
	}
	for _, why := range []FileProblem{FileTooLarge, FileEmpty, FileExpired, FileLost, FileDamaged, FileMislabeled, FileBomb} {
		keys["file."+string(why)] = []string{"what"}
	}
	for _, why := range []Why{
		WhyApprox, WhyRange, WhyTwo, WhyCorrection, WhyGrowing, WhyPart, WhyEach, WhyClassifier, WhyGrouping,
		WhyUnsure, WhyNothing, WhyExtra, WhyPercent, WhyNegative, WhyFraction, WhyTooLarge, WhyYesNo, WhyForm,
		WhyTooLong, WhyChoice, WhyNumber, WhyMobile,
	} {
		keys["read."+string(why)] = read
	}
	for _, area := range []map[string][]string{
		helpWording(), nominationWording(), peopleWording(), rosterWording(), reviewWording(), materialWording(), monthlyWording(), figuresWording(), paperWording(), noteWording(), pauseWording(), remindWording(),
	} {
		maps.Copy(keys, area)
	}
	return keys
}

// itemBlanks are the blanks of a sentence that speaks of an item (see turn.about),
// with more of its own.
func itemBlanks(more ...string) []string {
	return append(more, "item", "all", "ask", "label", "short", "unit")
}

// Fill puts values into the {blanks} of a wording, in one pass: what a value
// holds is never read as a blank.
func Fill(text string, values map[string]string) string {
	var b strings.Builder
	for {
		open := strings.IndexByte(text, '{')
		if open < 0 {
			break
		}
		end := strings.IndexByte(text[open:], '}')
		if end < 0 {
			break
		}
		value, ok := values[text[open+1:open+end]]
		b.WriteString(text[:open])
		if ok {
			b.WriteString(value)
		} else {
			b.WriteString(text[open : open+end+1])
		}
		text = text[open+end+1:]
	}
	b.WriteString(text)
	return b.String()
}
