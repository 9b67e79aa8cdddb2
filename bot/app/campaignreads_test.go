package app_test

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"anyuebot/bot"
)

// How the rules read what people are sent.

// owingWords finds in a reminder what is owed, and as what; of a plan (活动方案) that it
// is spoken of at all.
var owingWords = regexp.MustCompile(`(附件1|附件2|总结|年终|\d+月案例)(待报送|第\d+版请核实|第[\d、–]+项待填|第\d+版已收到|已过报送时间|延期至)|(活动方案)`)

// said is of which units a person is told that they owe what.
func (j *judging) said(t try) map[string][]string {
	said := map[string][]string{}
	lines := strings.Split(t.parcel.Text, "\n")
	nudge := j.letters[t.parcel.ID].Kind == string(bot.BroadcastNudge)
	var named []string
	for _, s := range j.units {
		if strings.Contains(lines[0], s.name) {
			named = append(named, s.name)
		}
	}
	for _, line := range lines[1:] {
		of := named
		for _, unit := range named {
			if rest, ok := strings.CutPrefix(line, unit); ok && (strings.HasPrefix(rest, "：") || strings.HasPrefix(rest, "的")) {
				of = []string{unit}
			}
		}
		for _, found := range owingWords.FindAllStringSubmatch(line, -1) {
			for _, unit := range of {
				if owed := owedAs(found[1]+found[3], found[2], nudge); !slices.Contains(said[unit], owed) {
					said[unit] = append(said[unit], owed)
				}
			}
		}
	}
	return said
}

func owedAs(what, how string, nudge bool) string {
	var month int
	switch {
	case nudge:
		return what
	case what == "附件2" && strings.HasSuffix(how, "项待填"):
		return "附件2 28 29"
	case what == "附件2" && strings.HasSuffix(how, "版已收到"):
		return "盖章件"
	}
	if n, _ := fmt.Sscanf(what, "%d月案例", &month); n == 1 {
		return fmt.Sprintf("案例 2021-%02d", month)
	}
	return what
}

// calledIn is what something that is owed is called in lists and counts.
func calledIn(owed string) string {
	if month := monthOf(owed); month != "" {
		return month + "案例"
	}
	return owed
}

// groupCount is how many units a group is told to owe something; false if it is not
// told.
func groupCount(text, owed string) (int, bool) {
	if strings.Contains(text, calledIn(owed)+"已报齐") {
		return 0, true
	}
	found := regexp.MustCompile(calledIn(owed) + `已报送\d+个单位(?:，已收纸质\d+个)?，待报送(\d+)个`).FindStringSubmatch(text)
	if found == nil {
		return 0, false
	}
	n, _ := strconv.Atoi(found[1])
	return n, true
}

// listsOf are those lists that are about what belongs to a moment.
func listsOf(of moment, texts []string, tries []try) (about []string, when []try) {
	for i, text := range texts {
		if slices.ContainsFunc(of.owes, func(owed string) bool { return strings.Contains(text, calledIn(owed)) }) {
			about, when = append(about, text), append(when, tries[i])
		}
	}
	return about, when
}
