package bot_test

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"anyuebot/bot"
)

// roles are who may use a command: everybody who speaks for a unit, or the office.
func roles(v bot.Verb) string {
	switch {
	case v.ByOffice():
		return "安委办"
	case slices.Contains([]bot.Verb{bot.VerbProgress, bot.VerbDeputy, bot.VerbRecall, bot.VerbMaterial, bot.VerbDiff, bot.VerbAsked, bot.VerbWho, bot.VerbHelp, bot.VerbMore, bot.VerbYes, bot.VerbNo, bot.VerbHello, bot.VerbThanks}, v):
		return "联络员、安委办"
	}
	return "联络员"
}

// unlisted are the commands that 帮助 need not list, each with the reason.
var unlisted = map[bot.Verb]string{
	bot.VerbYes:    "the question that it answers names it",
	bot.VerbNo:     "the question that it answers names it",
	bot.VerbHello:  "a greeting",
	bot.VerbThanks: "thanks; with a unit behind it, it is VerbReceipt",
	bot.VerbHelp:   "the last line names it",
	bot.VerbMore:   "a reply that has more pages names it",
}

// TestHelp holds 帮助 to the commands that there are: it lists each by its first
// word to whoever may use it, “帮助 word” tells about each, and whatever stands
// there in quotes is understood as a command. testdata/commands.tsv is the table
// of all.
func TestHelp(t *testing.T) {
	n := loadNotice(t)
	liaison := bot.Person{ID: "p-lisi", UserID: "lisi", Units: []string{"山河镇"}}
	office := bot.Person{ID: "p-office", UserID: "office", Office: true}
	quoted := regexp.MustCompile(`“([^”]+)”`)
	var table strings.Builder
	for _, v := range bot.Verbs() {
		word, who := n.Verbs[v][0], roles(v)
		fmt.Fprintf(&table, "%s\t%s\n", word, who)
		for role, list := range map[string]string{"联络员": n.Wording["help.liaison"], "安委办": n.Wording["help.office"]} {
			listed := slices.ContainsFunc(strings.FieldsFunc(list, func(r rune) bool { return strings.ContainsRune("　】\n（ ", r) }), func(w string) bool {
				return w == word || v == bot.VerbReceipt && w == "收到" || v == bot.VerbChange && w == "改12" || v == bot.VerbNote && w == "注28"
			})
			_, but := unlisted[v]
			if !listed && !but && strings.Contains(who, role) && !(role == "安委办" && (v == bot.VerbAsked || v == bot.VerbWho)) {
				t.Errorf("帮助 does not list %s to %s", word, role)
			}
			if listed && !strings.Contains(who, role) {
				t.Errorf("帮助 lists %s to %s, who may not use it", word, role)
			}
		}
		about := n.Wording["help.on."+string(v)]
		if about == "" && unlisted[v] == "" {
			t.Errorf("帮助 %s tells nothing", word)
		}
		for _, q := range quoted.FindAllStringSubmatch(about, -1) {
			p := liaison
			if v.ByOffice() {
				p = office
			}
			m := bot.Message{Media: bot.MediaText, Text: q[1]}
			if in := bot.Understand(n, p, bot.Session{Person: p.ID}, m, time.Date(2021, 6, 28, 9, 0, 0, 0, time.FixedZone("CST", 8*3600))); in.Verb == "" || in.Verb != v && strings.HasPrefix(q[1], word) {
				t.Errorf("帮助 %s names “%s”, which is read as %q", word, q[1], in.Verb)
			}
		}
	}
	want, err := os.ReadFile("testdata/commands.tsv")
	if err != nil || string(want) != table.String() {
		t.Errorf("testdata/commands.tsv is not the table of commands (%v):\n%s", err, table.String())
	}
	for _, key := range []string{"help.liaison", "help.office"} {
		if lines := strings.Count(n.Wording[key], "\n") + 1; lines > 12 {
			t.Errorf("%s has %d lines", key, lines)
		}
	}
}
