package bot

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

// claimRunes bounds, in characters, what can be talk of a report sent long since.
const claimRunes = 60

var (
	claimedDate = regexp.MustCompile(`(\d{1,2}月)?\d{1,2}[号日]|上周[一二三四五六日天末]?`)
	sentByRoad  = regexp.MustCompile(`(传真|纸质|QQ|qq|邮箱|邮件)[^，。]{0,10}(过|了)`)
	sentPaper   = regexp.MustCompile(`(已经?|早就?|都)([交报送寄发][了过]?|传)(传真|纸质|QQ|qq|邮箱|邮件|真)|[交报送寄][了过的]是?(传真|纸质)`)
	sentBefore  = regexp.MustCompile(`(早就?|已经?)(报|交|送)(过|了|上去|过去)`)
)

// readClaimed reads that somebody has reported by another road long since: 我6月28号
// 就传真过去了, 附件1早就报了. how is that road, "" if none is named, and form the one that
// is, nil if none.
func (n *Notice) readClaimed(text string) (form *Form, how string, ok bool) {
	text = bare(fold(text))
	for i := range n.Forms {
		if before, behind, named := strings.Cut(text, n.Forms[i].ID); named {
			form, text = &n.Forms[i], before+behind
			break
		}
	}
	text = claimedDate.ReplaceAllString(text, "")
	if utf8.RuneCountInString(text) > claimRunes || strings.ContainsAny(text, "0123456789没未能可") || form != nil && form.Monthly() {
		return nil, "", false
	}
	if road := sentByRoad.FindStringSubmatch(text); road != nil {
		return form, strings.ToUpper(road[1]), true
	}
	if road := sentPaper.FindString(text); road != "" {
		for _, how := range []string{"传真", "纸质", "QQ", "邮箱", "邮件"} {
			if strings.Contains(strings.ToUpper(road), how) {
				return form, how, true
			}
		}
	}
	return form, "", sentBefore.MatchString(text)
}

// standInAsked finds 我去村上了，让小王报行不: whether somebody else may report.
var standInAsked = regexp.MustCompile(`[让叫请由喊托]\p{Han}{1,6}?[报填代].{0,6}(行不|行吗|可以|可不可以|能不能|成不|好吗|吗|不行|[?？])`)

func asksStandIn(text string) bool {
	return utf8.RuneCountInString(text) <= claimRunes && standInAsked.MatchString(text)
}

func speaksOfStamp(text string) bool {
	stamped, later := tellsOfStamp(text)
	return stamped || later
}

// tellsOfStamp reports whether words say that the form bears its stamp already,
// or when it will.
func tellsOfStamp(text string) (stamped, later bool) {
	for _, w := range []string{"盖了章", "盖过章", "已盖章", "盖好章", "章盖了", "章都盖了"} {
		stamped = stamped || strings.Contains(text, w)
	}
	return stamped, !stamped && strings.Contains(text, "章") && strings.Contains(text, "盖")
}
