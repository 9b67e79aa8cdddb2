package bot

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// This file reads the words of a contact: a name, a post, an address, a WeChat
// id. They have no form that proves them, so what speaks against one is asked
// about, and what is said to the bot is no answer at all.

// readWords reads a [KindName], [KindPost], [KindAddress], [KindWeChat] or
// [KindUnit].
func readWords(f *Field, text string) Reading {
	if len(text) > MaxText {
		return Reading{Outcome: Refused, Why: WhyTooLong, Quote: newLine(text[:maxQuote]).quote(0, 10)}
	}
	clean := strings.Join(strings.Fields(tidyText(text)), " ")
	clean = strings.Trim(withoutLabel(f, clean), " ,，.。;；:：!！、“”\"")
	quote := clip(clean, maxQuote)
	switch {
	case !says([]rune(clean)) || slices.Contains(noAnswers, clean):
		return Reading{Outcome: NoAnswer}
	case isNone(clean) && f.Optional:
		return takenAs(Words("无"))
	case isNone(clean):
		return Reading{Outcome: Refused, Why: WhyForm, Quote: quote}
	case speaksToUs(clean):
		return Reading{Outcome: NoAnswer}
	}
	asked := Reading{Outcome: Asked, Why: WhyForm, Quote: quote}
	if f.Kind != KindWeChat && (ofNumbers(clean) || accountLike(clean)) {
		return asked
	}
	switch f.Kind {
	case KindName:
		clean = strings.TrimSuffix(clean, "同志")
		switch {
		case nameLike(clean) && !placeLike(clean):
			return takenAs(Words(clean))
		case !hasDigits(clean, 1) && !postLike(clean) && !strings.ContainsAny(clean, " @") && utf8.RuneCountInString(clean) <= mostName:
			asked.Propose = []Value{Words(clean)}
		}
		return asked
	case KindPost:
		n := utf8.RuneCountInString(clean)
		switch {
		case hasDigits(clean, 3) || strings.Contains(clean, "@") || n > mostPost || appellation(clean) || !hasHan(clean):
			return asked
		case n < 2 || nameLike(clean) && surname(clean) || addressLike(clean) && !postLike(clean):
			asked.Propose = []Value{Words(clean)}
			return asked
		}
		return takenAs(Words(clean))
	case KindAddress:
		n := utf8.RuneCountInString(clean)
		switch {
		case hasDigits(clean, 7) || strings.Contains(clean, "@") || n > mostAddress || !hasHan(clean):
			return asked
		case n < 4 && !addressLike(clean) || postLike(clean):
			asked.Propose = []Value{Words(clean)}
			return asked
		}
		return takenAs(Words(clean))
	case KindWeChat:
		if id, ok := weChat(clean); ok {
			return takenAs(Words(id))
		}
		return asked
	}
	if n := utf8.RuneCountInString(clean); n < 2 || n > mostAddress || hasDigits(clean, 5) || strings.Contains(clean, "@") {
		return asked
	}
	return takenAs(Words(clean))
}

// The most characters of a name, a post and an address.
const (
	mostName    = 12
	mostPost    = 40
	mostAddress = 80
)

// noAnswers are what people write while they look something up.
var noAnswers = []string{"稍等", "等等", "等一下", "稍后", "我看看", "我看下", "我查一下", "收到", "好的", "马上"}

// speaksToUs reports whether words are said to the bot instead of answering it.
func speaksToUs(text string) bool {
	if isTalk(text) {
		return true
	}
	for _, w := range []string{"再说", "等会", "还没", "没定", "未定", "不知道", "不清楚", "暂时", "一会", "明天", "不想", "为什么"} {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// isNone reports whether words say that there is none, and nothing else.
func isNone(text string) bool {
	switch strings.Trim(text, " ,，.。、") {
	case "无", "没有", "没", "暂无", "没得", "木有", "無", "/", "／", "-", "—", "——":
		return true
	}
	return false
}

// allNone reports whether words say that none of several is there.
func allNone(text string) bool {
	switch strings.Trim(text, " ,，.。、") {
	case "都无", "均无", "全无", "都没有", "全没有", "都没", "以上都无", "以上均无", "都是无":
		return true
	}
	return false
}

// withoutLabel takes an item's own name from in front of an answer: 我是李四,
// 姓名李四, 职务是副镇长.
func withoutLabel(f *Field, text string) string {
	for _, w := range append([]string{f.Label, f.Short}, f.Words...) {
		rest, ok := strings.CutPrefix(text, w)
		if ok && rest != "" {
			text = strings.TrimLeft(rest, " :：=")
			break
		}
	}
	if f.Kind == KindAddress {
		text = strings.TrimPrefix(strings.TrimPrefix(text, "在"), "位于")
	}
	for _, w := range []string{"我叫", "我是", "就是", "应该是", "改为", "改成", "更正为", "换成", "应为", "是", "为", "叫"} {
		if rest, ok := strings.CutPrefix(text, w); ok && rest != "" {
			return strings.TrimSpace(rest)
		}
	}
	return text
}

// accountLike reports whether a word among others is rather an account than part
// of a place: wx_lisi, lisi1980.
func accountLike(text string) bool {
	return slices.ContainsFunc(strings.Fields(text), func(w string) bool {
		return !hasHan(w) && strings.ContainsFunc(w, isLetter) && utf8.RuneCountInString(w) > 3
	}) || strings.Contains(text, "_")
}

// nameLike: two to four characters, or more with a dot between parts, that are
// nobody's post.
func nameLike(text string) bool {
	n := utf8.RuneCountInString(text)
	dotted := strings.Contains(text, "·")
	if n < 2 || n > 4 && !dotted || n > mostName || postLike(text) || strings.ContainsAny(text, nameless) {
		return false
	}
	for _, r := range text {
		if !unicode.Is(unicode.Han, r) && r != '·' {
			return false
		}
	}
	return true
}

// placeLike reports whether a word may as well be a unit or a place: 湫头镇, 教育局.
func placeLike(text string) bool {
	last, _ := utf8.DecodeLastRuneInString(text)
	return strings.ContainsRune("镇乡村县局委办队院校司站所部厅", last)
}

// nameless are characters of talk that stand in no name.
const nameless = "没不暂谁哪还再吗呢吧了的你我他她请填报无男女"

// surname reports whether a text begins with one of the surnames that most people
// have. It makes a guess doubtful, never certain.
func surname(text string) bool {
	first, _ := utf8.DecodeRuneInString(text)
	return strings.ContainsRune("王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚巩", first)
}

// postLike reports whether words end as posts do.
func postLike(text string) bool {
	for _, w := range []string{
		"镇长", "乡长", "县长", "区长", "局长", "科长", "股长", "站长", "所长", "部长", "队长", "院长", "校长", "园长", "行长", "会长",
		"社长", "厂长", "组长", "处长", "班长", "村长", "秘书长", "理事长", "董事长", "店长", "馆长", "台长", "主任", "书记", "主席", "委员",
		"科员", "干事", "干部", "专干", "专员", "职员", "人员", "办事员", "管理员", "监管员", "监察员", "安全员", "网格员", "协管员", "调研员",
		"指导员", "技术员", "联络员", "通信员", "文员", "队员", "主管", "经理", "总监", "助理", "秘书", "会计", "出纳", "文书", "工程师", "技师",
		"医师", "教师", "负责人", "副职", "选调生", "主任科员", "统计员", "参谋",
	} {
		if strings.HasSuffix(text, w) {
			return true
		}
	}
	return false
}

// ofNumbers reports whether words speak of what a number is kept of, so that they
// are no name, post or place.
func ofNumbers(text string) bool {
	for _, w := range []string{"手机", "微信", "电话", "邮箱", "QQ", "传真", "一样"} {
		if strings.Contains(text, w) {
			return true
		}
	}
	return false
}

// appellation reports whether words are how somebody is addressed, 周书记 or 周副镇长,
// which is neither their name nor their post.
func appellation(text string) bool {
	r := []rune(text)
	return surname(text) && postLike(text) && (len(r) == 3 || len(r) == 4 && r[1] == '副')
}

// addressLike reports whether words name a place as an address does.
func addressLike(text string) bool {
	n := utf8.RuneCountInString(text)
	if n < 3 || !hasHan(text) || postLike(text) || strings.Contains(text, "@") || hasDigits(text, 7) {
		return false
	}
	if ofNumbers(text) {
		return false
	}
	if before, _, ok := strings.Cut(text, "号"); ok && hasDigits(before, 1) {
		return true
	}
	return n >= 4 && strings.ContainsAny(text, "省市县区镇乡村街路楼室巷院园")
}

// weChat gives a WeChat id: a letter and 5 to 19 more letters, digits or signs,
// or the number of a mobile or a QQ that it goes by.
func weChat(text string) (string, bool) {
	text = halfWidth(text)
	if asMobile(text) {
		return "同手机号", true
	}
	if m, ok := mobile(text); ok {
		return m, true
	}
	if n := len(text); n < 5 || n > 20 {
		return "", false
	}
	if allDigits(text) {
		return text, len(text) <= 10 && text[0] != '0'
	}
	for i, r := range text {
		if !isLatin(r) && (i == 0 || !isArabic(r) && r != '-') || r > 0x7f {
			return "", false
		}
	}
	return text, len(text) >= 6
}

// asMobile reports whether words say that the WeChat id is the mobile's number:
// 同手机号, 和手机号一样.
func asMobile(text string) bool {
	if utf8.RuneCountInString(text) > 10 || hasDigits(text, 1) || !strings.Contains(text, "手机") {
		return false
	}
	return strings.ContainsAny(text, "同和与跟") || strings.Contains(text, "就是") || strings.HasPrefix(text, "手机")
}

// halfWidth writes letters, digits and signs in their plain form.
func halfWidth(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0xFF01 && r <= 0xFF5E:
			return r - 0xFEE0
		case r == '　':
			return ' '
		}
		return r
	}, text)
}

// hasDigits reports whether there are at least so many digits in a row, whatever
// blanks and dashes stand between them.
func hasDigits(text string, least int) bool {
	n := 0
	for _, r := range halfWidth(text) {
		switch {
		case isArabic(r):
			if n++; n >= least {
				return true
			}
		case !strings.ContainsRune(" -—()", r):
			n = 0
		}
	}
	return false
}

func hasHan(text string) bool {
	return strings.ContainsFunc(text, func(r rune) bool { return unicode.Is(unicode.Han, r) })
}
