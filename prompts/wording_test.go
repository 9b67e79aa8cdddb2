package prompts

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"anyuebot/bot"
)

// toOffice are the sentences that only the office is told, by what their names
// begin with. All others may reach a liaison.
func toOffice() []string {
	return []string{
		"help.office", "welcome.office", "who.office", "unknown.office",
		"county", "matrix", "missing", "totals", "odd", "phones", "call.", "deduct", "enter.", "log.do.",
		"approve.", "close.", "card.close", "reopen", "form.strange", "roster.closed", "return.none", "delivery",
		"nudge.has", "nudge.nobody", "nudge.other", "nudge.phone", "nudge.preview", "nudge.dropped", "nudge.received",
		"nudge.pause", "pause.", "plan.", "post.",
		"remind.office", "spare.",
	}
}

func isToOffice(key string) bool {
	switch key {
	case "approve.head", "approve.foot":
		return false // thanks a liaison
	}
	if verb, ok := strings.CutPrefix(key, "help.on."); ok {
		return bot.Verb(verb).ByOffice()
	}
	return slices.ContainsFunc(toOffice(), func(begin string) bool { return strings.HasPrefix(key, begin) })
}

// The office's own words are never said to a liaison: to them it is a kind
// reminder, a figure to look at again, a total that is final.
func TestWordsOfTheOffice(t *testing.T) {
	n, err := Load("", bot.WordingKeys())
	if err != nil {
		t.Fatal(err)
	}
	for key, text := range n.Wording {
		for _, word := range []string{"催", "谁没报", "异常", "逾期", "封账", "代填"} {
			if strings.Contains(text, word) && !isToOffice(key) {
				t.Errorf("%s says %s to a liaison: %s", key, word, text)
			}
		}
	}
	for _, begin := range toOffice() {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(n.Wording)), func(key string) bool { return strings.HasPrefix(key, begin) }) {
			t.Errorf("no sentence begins with %s", begin)
		}
	}
	for _, key := range []string{"closed", "nudge.head", "nudge.late", "return.head", "entered.head", "extend.head", "handover.head", "askfor.head"} {
		if isToOffice(key) {
			t.Errorf("%s is said to liaisons", key)
		}
	}
}

func TestToneOfWording(t *testing.T) {
	n, err := Load("", bot.WordingKeys())
	if err != nil {
		t.Fatal(err)
	}
	blank := regexp.MustCompile(`\{[^}]*\}`)
	for key, text := range n.Wording {
		text = blank.ReplaceAllString(text, "某某")
		for _, rule := range []struct{ say, pattern string }{
			{"exclaims", `[!！]`},
			{"is too familiar", `亲[，,爱]|你们|你单位`},
			{"is not 您单位", `贵单位|贵局|贵镇`},
			{"has a time that is not 18时", `\d[:：]\d\d`},
			{"has a half-width mark", `\p{Han}[,;:?]|[,;?]\p{Han}`},
		} {
			if regexp.MustCompile(rule.pattern).MatchString(text) {
				t.Errorf("%s %s: %s", key, rule.say, text)
			}
		}
		if !strings.HasPrefix(key, "help.") && !strings.HasPrefix(key, "reach.") {
			for _, sentence := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune("。；\n", r) }) {
				if got := len([]rune(sentence)); got > 62 {
					t.Errorf("%s has a sentence of %d characters: %s", key, got, sentence)
				}
			}
		}
	}
}
