package bot

import "strings"

// WordingKeys lists every sentence that the conversation says, with the blanks
// it can fill. The notice must word each of them and no others; a wording need
// not use every blank.
func WordingKeys() map[string][]string {
	field := []string{"item", "all", "ask", "label", "short", "unit"}
	with := func(more ...string) []string { return append(more, field...) }
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
		"help.liaison":     nil,
		"help.office":      nil,
		"help.phone":       {"phone"},
		"who.liaison":      {"unit"},
		"who.pending":      {"unit"},
		"who.office":       nil,
		"due":              {"form", "deadline"},
		"due.none":         {"form", "version"},
		"due.late":         {"form", "phone"},
		"media.image":      nil,
		"media.file":       nil,
		"media.video":      nil,
		"media.other":      nil,
		"media.mixed":      nil,
		"page":             {"text!"},
		"page.more":        {"page", "pages"},
		"more.none":        nil,
		"choice":           {"n", "choice"},
		"choose":           nil,
		"unit.which":       nil,
		"unit.other":       {"unit", "units"},
		"form.other":       {"form", "main", "phone"},
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
		"propose.sum":      with("value", "total"),
		"propose.one":      with("value"),
		"propose.part":     with("value"),
		"propose.stale":    {"item"},
		"yes.nothing":      nil,
		"no.nothing":       nil,
		"dropped":          nil,
		"dropped.silent":   nil,
		"dropped.open":     nil,
		"flag.no":          field,
		"flag":             with("say"),
		"flag.how":         field,
		"flag.named":       field,
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
		"complete.submit":      nil,
		"submit.unfilled":      {"n", "items"},
		"submit.unconfirmed":   {"items"},
		"submit.same":          {"version"},
		"submit.confirm":       nil,
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
		"register.taken":   {"unit", "phone"},
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
		"totals.notes":    nil,
		"totals.checksum": {"checksum"},
		"totals.how":      nil,
		"county":          {"form", "time", "expected", "submitted", "filling", "none"},
		"county.dirty":    {"n"},
		"county.pending":  {"n"},
		"county.how":      nil,
		"missing":         {"form", "time", "expected", "counted", "missing"},
		"missing.kind":    {"kind", "n", "units"},
		"more.elsewhere":  nil,
		"missing.unit":    {"unit", "state", "filled", "all"},
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
	}
	for _, why := range []Why{
		WhyApprox, WhyRange, WhyTwo, WhyCorrection, WhyGrowing, WhyPart, WhyEach, WhyClassifier, WhyGrouping,
		WhyUnsure, WhyNothing, WhyExtra, WhyPercent, WhyNegative, WhyFraction, WhyTooLarge, WhyYesNo, WhyForm,
		WhyTooLong, WhyChoice, WhyNumber,
	} {
		keys["read."+string(why)] = read
	}
	return keys
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
