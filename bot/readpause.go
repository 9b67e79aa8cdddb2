package bot

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// pauseRunes bounds, in characters, what can be a word of the office about reminders.
const pauseRunes = 100

var (
	// pauseSaid is 暂停提醒 in other words: 不要催了, 先别提醒, 的提醒先停一下.
	pauseSaid = regexp.MustCompile(`[先请都再]*(不要|不用|别|不|莫)[再要]*(催|提醒)[报办]?[了吧]*|的?提醒[先都]*(暂停|停)发?(一下)?[了吧]*|停止发?(催[报办]?|提醒)[了吧]*`)
	// unpauseSaid is 恢复提醒 in other words: 的提醒恢复了吧.
	unpauseSaid = regexp.MustCompile(`的?提醒(可以)?(恢复|打开)[了吧]*`)
	// pauseOf has the units between: 暂停山河镇的提醒, 恢复对县烟草局提醒.
	pauseOf = regexp.MustCompile(`(暂停|停止|关闭|恢复)对?(\p{Han}[^，。：\n]{0,40}?)的?提醒`)
	// lasting is how long a pause is to be; the day on which it ends is asked for.
	lasting = regexp.MustCompile(`[0-9一二两三四五六七八九十几半]+(天|日内|个?星期|周|个月)|[本这下](周|星期|个?月)|这几天|近几天|近期`)
	// endsAt stands before a day that cannot be read: 至6月31日.
	endsAt = regexp.MustCompile(`(至|到|截止|截至) ?[0-9一二三四五六七八九十]`)
)

// pauseBehind reads a word about reminders that does not begin with the command:
// 山河镇、三嘉乡暂停提醒至6月18日 防汛, 6月20日前不要催了. rest is all that stands
// around it.
func (n *Notice) pauseBehind(text string) (verb Verb, rest string, ok bool) {
	if utf8.RuneCountInString(text) > pauseRunes || strings.Contains(text, "\n") {
		return "", "", false
	}
	around := func(from, to int) string {
		before := strings.TrimRight(text[:from], " ，,的")
		for _, w := range []string{"请", "先", "把", "将", "对"} {
			before = strings.TrimPrefix(before, w)
		}
		return strings.TrimSpace(before + " " + bareLeft(text[to:]))
	}
	for _, verb := range []Verb{VerbUnpause, VerbMute, VerbPause} {
		for _, w := range n.Verbs[verb] {
			if i := strings.Index(text, w); i >= 0 {
				return verb, around(i, i+len(w)), true
			}
		}
	}
	if at := pauseOf.FindStringSubmatchIndex(text); at != nil {
		verb := map[string]Verb{"关闭": VerbMute, "恢复": VerbUnpause}[text[at[2]:at[3]]]
		return cmp.Or(verb, VerbPause), strings.TrimSpace(text[at[4]:at[5]] + " " + around(at[0], at[1])), true
	}
	if at := unpauseSaid.FindStringIndex(text); at != nil {
		return VerbUnpause, around(at[0], at[1]), true
	}
	if at := pauseSaid.FindStringIndex(text); at != nil {
		return VerbPause, around(at[0], at[1]), true
	}
	return "", "", false
}

// stopsReminding reports whether a liaison asks not to be reminded any more, and
// whether they say nothing else. Words with a figure in them may be an answer.
func (n *Notice) stopsReminding(text string) (alone, ok bool) {
	for _, w := range slices.Concat(n.Verbs[VerbPause], n.Verbs[VerbMute]) {
		if strings.HasPrefix(text, w) {
			return false, true // the office's command, whatever stands behind it
		}
	}
	plain := strings.NewReplacer("一直", "", "一下", "", "一再", "").Replace(text)
	verb, rest, ok := n.pauseBehind(plain)
	if !ok || verb == VerbUnpause || utf8.RuneCountInString(text) > claimRunes || strings.ContainsFunc(plain, figureRune) {
		return false, false
	}
	return bare(strings.NewReplacer("请", "", "以后", "", "我们", "", "你们", "").Replace(rest)) == "", true
}

// pauseEnd is till when a pause is to last.
type pauseEnd struct {
	until time.Time
	dated bool
	// odd is set if words speak of an end, and it cannot be told which.
	odd bool
}

// readPauseEnd reads till when a pause lasts: the day behind 至 or 到, or else one
// that stands by itself or has 前 behind it. A day that belongs to the words around
// it, as in 6月15日暴雨受灾, is no end, and is asked about. The rest is the text
// without the day.
func readPauseEnd(text string, now time.Time) (end pauseEnd, rest string) {
	folded := fold(text)
	rest = folded
	marked, glued := false, false
	for i := 0; i < len(folded); {
		before, _ := utf8.DecodeLastRuneInString(folded[:i])
		d := dating{rest: folded[i:], now: now}
		if isFigure(before) || before == '.' || !d.day() {
			_, width := utf8.DecodeRuneInString(folded[i:])
			i += width
			continue
		}
		head, known := folded[:i], d.time()
		i = len(folded) - len(d.rest)
		isEnd := untilBefore(head) != strings.TrimRight(head, " ，,：:（(")
		switch {
		case !known:
			glued = true
		case isEnd && !marked, !end.dated && standsAlone(d.rest):
			end.until, end.dated, marked = d.at, true, isEnd
			if !d.timed {
				end.until = d.at.AddDate(0, 0, 1).Add(-1)
			}
			rest = strings.TrimSpace(untilBefore(head) + " " + untilBehind(d.rest))
		case !isEnd:
			glued = true
		}
	}
	end.odd = !end.dated && (glued || lasting.MatchString(folded) || endsAt.MatchString(folded))
	return end, rest
}

// standsAlone reports whether no word is glued to the day that a text stands
// behind.
func standsAlone(tail string) bool {
	next, _ := utf8.DecodeRuneInString(tail)
	return tail == "" || !unicode.Is(unicode.Han, next) || untilBehind(tail) != strings.TrimLeft(tail, " ，,。；;：:）)")
}

func bareLeft(text string) string { return strings.TrimLeft(text, " ：:，,。！!了吧") }

// pausedUnits reads which units a word about reminders begins with, and what is said
// behind them; no units stands for all.
type pausedUnits struct {
	units []Unit
	all   bool // 全部 was said
	rest  string
	// strange is a word that may be meant for a unit, and near are those it is near
	// to; glued is one of which the name of near[0] is only the beginning.
	strange, glued string
	near           []Unit
}

func (t *turn) pausedUnits(words string) pausedUnits {
	p := pausedUnits{rest: strings.TrimSpace(words)}
	listed := false // the word before had a 、 behind it
	for p.rest != "" {
		word := p.rest
		if i := strings.IndexAny(word, " 、，,：:；;"); i > 0 {
			word = word[:i]
		}
		units, used := t.unitsNamed(word)
		if used == 0 {
			near, _ := t.v.Roster.Find(word)
			begins := slices.ContainsFunc(near, func(u Unit) bool { return strings.HasPrefix(word, u.Name) && word != u.Name })
			switch {
			case listed:
				p.strange, p.near = word, near
			case len(p.units) > 0 || p.all || len(near) == 0:
			case begins:
				p.glued, p.near = word, near
			case word != p.rest:
				p.strange, p.near = word, near
			default:
				p.near = near // a reason may sound like a unit: 防汛
			}
			return p
		}
		for _, u := range units {
			if !slices.ContainsFunc(p.units, func(had Unit) bool { return had.Name == u.Name }) {
				p.units = append(p.units, u)
			}
		}
		p.all = p.all || takesAll(word) || word == "全县"
		behind := p.rest[used:]
		p.rest = strings.TrimLeft(behind, " 、，,：:；;")
		listed = strings.HasPrefix(strings.TrimLeft(behind, " "), "、")
		for _, w := range []string{"和", "与", "及"} {
			if left, ok := strings.CutPrefix(behind, w); ok {
				p.rest, listed = left, true
			}
		}
	}
	return p
}

// unitsNamed is the unit, the units of a kind, or all, that a word begins with, and
// how much of the word that takes; 0 if it is none.
func (t *turn) unitsNamed(word string) (units []Unit, used int) {
	if takesAll(word) || word == "全县" {
		return nil, len(word)
	}
	if kind := t.n.kindCalled(word); kind != "" {
		for _, u := range t.v.Roster.Units {
			if u.Kind == kind {
				units = append(units, u)
			}
		}
		return units, len(word)
	}
	for _, name := range []string{word, strings.TrimSuffix(word, "了")} { // 别催山河镇了
		if units, exact := t.v.Roster.Find(name); exact {
			return units, len(word)
		}
	}
	for _, w := range []string{"和", "与", "及"} {
		if head, _, ok := strings.Cut(word, w); ok && head != "" {
			if units, exact := t.v.Roster.Find(head); exact {
				return units, len(head)
			}
		}
	}
	return nil, 0
}

// agreesLightly reports whether somebody only takes note, as people answer a
// reminder: 好的. 确认 and 对 mean that something is to be so.
func agreesLightly(text string) bool {
	return slices.Contains([]string{"好的", "好", "可以", "嗯", "嗯嗯", "行", "没问题", "ok"}, strings.ToLower(bare(text)))
}

// willDoIt is what is said behind 好的 when nothing more is meant: 马上填, 明天报.
var willDoIt = regexp.MustCompile(`^(我|我们)?(这就|马上|尽快|抓紧|立即|立刻|稍后|一会儿?|等会儿?|待会儿?|今天|明天|今晚|上午|下午|晚上)(去|就|来)?(填|报|交|办|弄|发|落实|安排|处理|填报|报送|提交)?(上|好|了|的)?$`)

func willDo(text string) bool { return willDoIt.MatchString(bare(text)) }
