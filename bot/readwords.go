package bot

import (
	"slices"
	"strings"
)

// class is what a token does to the number beside it.
type class uint8

const (
	cJunk     class = iota // not understood: a value beside it is only offered
	cSpace                 // blank
	cLine                  // line break
	cPunct                 // ends a clause and says nothing
	cQuote                 // quotation marks
	cOpen                  // opening bracket
	cClose                 // closing bracket
	cFill                  // words that can stand beside a number without changing it
	cVerb                  // what a unit does; behind a negation it makes “nothing”
	cDeed                  // what some items count: see [lexer.deed]
	cFile                  // what one does with an answer: 填, 上报
	cLabel                 // the item's own words
	cChat                  // 收到, 好的: polite, never an answer
	cIs                    // 是, 有
	cLatinYes              // Y
	cLatinNo               // N
	cTick                  // √
	cCross                 // ×
	cBox                   // □
	cNum                   // a number
	cMeasure               // a measure word
	cDate                  // a date or time of day
	cOwnItem               // 第12项 where item 12 is asked
	cNone                  // 没有, 未: none
	cNot                   // 不, 否
	cNA                    // 不适用
	cDontKnow              // 暂不掌握
	cBlank                 // 暂无, ／: 0, 不适用 or 暂不掌握?
	cOrdinal               // 第3场
	cApprox                // 约, 余: bends a number
	cVague                 // 几十, 很多: stands for a number
	cCorrect               // 不对, 更正为
	cGrow                  // 又, 新增
	cPart                  // 其中
	cEach                  // 每场
	cUnsure                // 可能, 吧
	cPlan                  // 计划, 如果: not a fact yet
	cOther                 // 县上, 去年: somebody else's figure, or another time's
	cAsk                   // ？, 多少
	cSettle                // 就按: makes 吧 a decision
	cMinus                 // 负
	cRange                 // 5至8
	cRatio                 // 3/120
	cPlus                  // 3+2
	// The rest are settled by their neighbours into one of the above.
	cDash
	cTilde
	cTo
	cSlash
	cColon
	nClasses
)

// lexicon is the reader's vocabulary. The reader's world is closed: a word that
// stands nowhere here makes the answer a question. So the lists that let a
// number through (the first groups) are short and tame, and the lists that stop
// it only sharpen the question that would be asked anyway.
//
// The longest word wins at each place: 没问题 is not 没, 一共 is not 一.
var lexicon = []struct {
	class class
	words string
}{
	// Who speaks. Other units' names are not here: their figures are not ours.
	{cFill, `我 我们 咱们 我单位 我们单位 本单位 我镇 我们镇 本镇 我乡 我们乡 本乡 我局 我们局 本局
		我办 本办 我委 我院 我校 我站 我所 我公司 本公司 全镇 全乡 全局 单位 大家`},
	// Sums. 累计 is not here: it may be added to what was said before.
	{cFill, `共 一共 总共 共计 总计 合计 总数 总的 共有 总共有 一共有 只有 仅有 仅 只 实到 确实 一直 次数 场数 人数 篇数 个数 条数 数量 数字 数`},
	// Grammar that carries nothing. 过 stands only behind a verb (see lexer):
	// elsewhere it is “more than”.
	{cFill, `的 了 为 就 就是 都 都是 也 也是 已 已经 均已 啊 呀 哈 哦 噢 嘛 啦 呢 请 请填 统计了一下 一下 有关 均已完成`},
	{cIs, `是 是的 有`},
	// Time that is the campaign itself, or up to now. 今天 and 昨天 are not here:
	// a day's figure is not the month's.
	{cFill, `目前 截至 截止 截至目前 截止目前 到目前 到目前为止 今年 活动期间 活动月 安全生产月 安全生产月期间 上午 下午 早上 晚上 中午`},
	// Nouns that repeat what is counted, and answers' own words.
	{cFill, `活动 此项 该项 这项 本项 此项活动 该项活动 这项活动 相关 相关活动 任何 任何活动 人员 群众 干部 职工 干部职工 员工 同志 场次数 答 答案 回答 回复 结果 实际 现场 到场 到会 来了 新闻稿`},
	// Words of these campaigns with a numeral inside that counts nothing.
	{cFill, `三管三必须 四不两直 五进 八五普法 七五普法 三农 两抓一推 一案四查 两个倒查 十四五 三年行动 一岗双责 一线 统一 第一时间 老百姓`},
	// What can be said of any item: that it was held. 安排 is here only behind a
	// word of nothing; elsewhere it is a plan.
	{cVerb, `开展 举办 主办 组织 进行 搞 办 摆 接待 参与 参加 做 开 实施 发生 开展活动 组织开展 组织参与 组织参加`},
	// What is a particular item's own. Of another item it says that the number
	// is not that item's.
	{cDeed, `学习 学 观看 收看 看 播放 放 发布 刊发 刊登 曝光 制作 宣传 宣讲 报道 召开 邀请 新建 改扩建 参观 举报 使用 用 完成`},
	{cFile, `填 填报 报 报送 上报`},
	// Politeness. Alone it is no answer, beside a number it changes nothing.
	{cChat, `收到 好 好的 好滴 好嘞 嗯 嗯嗯 嗯呢 行 可以 对 对的 没错 没问题 没有问题 没事 没关系 谢谢 多谢 感谢 辛苦 辛苦了 麻烦 麻烦了
		你好 您好 大家好 老师 老师好 领导好 主任好 各位 明白 知道了 了解 不好意思 不客气 抱歉 打扰了`},
	// Decisions: “就按350吧” settles, “350吧” wavers.
	{cSettle, `就按 按 就报 就填 就写`},

	// None. What stands behind must be understood too: 没有收到通知 is not 0.
	{cNone, `无 没 没有 未 从未 未曾 一律没有 一律无 都没 都没有 均无 均未 零报告`},
	{cNot, `不 否 不是 并非 非 无法 没法 不能 不算 不计`},
	// No such work at all: another kind of nothing, kept apart to the last cell.
	{cNA, `不适用 不涉及 没有涉及 未涉及 无涉及 不牵扯 不属于 无相关职能 没有相关职能`},
	{cNA, each("无 没 没有 未有", "此 该 这 此项 该项 这项 这个", "工作 职能 业务 职责")},
	{cDontKnow, `暂不掌握 不掌握 未掌握 没掌握 尚未掌握 尚不掌握 不清楚 暂不清楚 还不清楚 尚不清楚 不太清楚 不知道 还不知道 暂不知道 不了解 不详 说不清`},
	// Not yet, or a blank: may become any of the three.
	{cBlank, `○ 暂无 暂无数据 无数据 没有数据 没数据 暂时没有 暂时无 暂没有 暂没 暂未 暂时未 还没 还没有 还未 尚未 尚无 待统计 没统计 没有统计 未统计 还没统计 正在统计 统计中 待定 待报 后补 稍后报 空 空白 没了 没有了 完了
		无此类活动 没有此类活动 无此活动 没有此活动 没有这类活动 无此项活动 没有此项活动 无该类活动 无此类 无此项 没有此项 没有该项 没有这项 没此项 没该项 没这项 没这项活动`},

	// About. They may stand before or behind the number, so none can be let pass.
	{cApprox, `约 大约 大概 约莫 近 将近 接近 左右 上下 前后 余 多 来 把 许 至少 最少 起码 最多 至多 不少于 不低于 不下 不多于 不超过 不止 不只 超 超过 超出 过 以上 以下 以内 不到 不足 不够 差不多 差点 多于 少于 高于 低于 大于 小于 有余 出头 开外 之多 基本 大致 粗略 保守 约计 约有`},
	{cVague, `几 好几 十几 几十 几百 几千 上百 上千 上万 成百 成千 数十 数百 数千 半 一半 大半 过半 若干 许多 很多 好多 不少 一些 有些 少数 多数 大量 零星 多次 多场 多人 多个 多名 多篇 多条 多部 多起 多家 数次 数场 数人 数名 数个 数篇 数条 俩 仨 双 幺 一点 一点点 一般 个别 部分 没几 没几个 没多少 不多`},
	{cCorrect, `不对 错了 写错 写错了 打错 打错了 说错 说错了 填错 填错了 报错 报错了 发错 发错了 搞错 搞错了 弄错 更正 更正为 纠正 纠正为 修正 修正为 改 改为 改成 改一下 应为 应当为 而是 以此为准 为准 作废 重报 刚才 刚刚 上面 前面`},
	{cGrow, `又 再 再加 还有 另 另外 外加 加 加上 加个 新增 增加 增加了 追加 累计 累积 多了 补充 补报 陆续 后来 此外`},
	{cPart, `其中 含 包括 包含 里面 里头 有的 不含 不包括 除 除了 除去 扣除 减 减去`},
	{cEach, `每 各 均 平均 人均 每次 每场 每个 每人 每天 每月 每周 每批 每期 每村 分别 单次 单场 一人一 依次`},
	{cUnsure, `应该 应该是 应该有 可能 可能是 可能有 好像 好像是 似乎 估计 估计有 大抵 也许 或许 吧 吧应该 记得 记不清 记不得 没记错 印象 听说 据说 一定 万一 貌似 怕 恐怕 想 觉得 算`},
	{cPlan, `计划 打算 准备 将 将要 拟 预计 预期 预备 即将 马上 下周 下月 下个月 下半年 明天 后天 明年 要 想要 争取 力争 目标 如果 要是 假如 假设 若 只要 除非 等 待 筹备 安排 以后 今后`},
	// Others' figures and other times'.
	{cOther, `县上 县里 市上 市里 省上 省里 上级 别人 别的 别家 他们 她们 人家 兄弟单位 隔壁 去年 前年 上年 往年 上次 上回 上期 上月 上个月 上半年 上季度 同期 以前 之前 历年 其他 其它 其余 剩下 余下 牵头 主会场 县主会场 对方 同上 最近`},
	{cUnsure, wavers},
	{cAsk, `吗 么 多少 几点 几号 几时 什么 啥 哪 哪个 哪些 哪里 怎么 怎样 如何 为什么 为何 是否 是不是 有没有 有无 要不要 能不能 可不可以 谁 何时 咋 看没看`},
	{cMinus, `负`},
	{cTo, `至 到 或 或者 或是`},
}

// wavers are the words of not being sure that may be a whole answer.
const wavers = `不确定 没确定 未确定 不一定 不肯定 说不准 说不好 不好说 拿不准 吃不准 没把握 没准`

// each is every word made of one from each list.
func each(lists ...string) string {
	made := []string{""}
	for _, list := range lists {
		var longer []string
		for _, m := range made {
			for w := range strings.FieldsSeq(list) {
				longer = append(longer, m+w)
			}
		}
		made = longer
	}
	return strings.Join(made, " ")
}

// latinWords are read whole, in capitals or not: a letter beside a digit is never
// one of them.
var latinWords = map[string]class{
	"y": cLatinYes, "yes": cLatinYes, "n": cLatinNo, "no": cLatinNo, "ok": cChat, "okay": cChat,
	"o": cBlank, // for 0, most likely; asked about like ○
}

// entry is one word of the lexicon.
type entry struct {
	word  []rune
	class class
}

// words is the lexicon by first character, longest words first.
var words = indexWords()

func indexWords() map[rune][]entry {
	m := map[rune][]entry{}
	for _, group := range lexicon {
		for w := range strings.FieldsSeq(group.words) {
			rs := []rune(w)
			m[rs[0]] = append(m[rs[0]], entry{rs, group.class})
		}
	}
	for _, es := range m {
		slices.SortStableFunc(es, func(a, b entry) int { return len(b.word) - len(a.word) })
	}
	return m
}

// commonMeasures are measure words known beside the notice's own. Knowing one
// never lets a number pass; it makes the question say “120 小时？” rather than
// “not understood”.
var commonMeasures = strings.Fields(`次 场 场次 人 人次 名 位 篇 个 条 条次 部 份 册 本 起 件 项 类 种 户 家 台 套 张 幅 块 辆 期 集 节 堂 遍 回 趟 批 组 队 处 点 站 所 间 座 口 天 日 周 月 年 小时 分钟 分 秒 元 万元 公里 米 吨 平方米 课时 级 届 轮 款 支 枚 只 头 段 页 字 版 例 宗 面 条幅 点赞`)

var isCommonMeasure, longestCommon = wordSet(commonMeasures)

// wordSet is the words as a set, with the length of the longest in characters.
func wordSet(ws []string) (map[string]bool, int) {
	set, longest := map[string]bool{}, 0
	for _, w := range ws {
		set[w] = true
		longest = max(longest, len([]rune(w)))
	}
	return set, longest
}

// softRunes separate and say nothing.
const softRunes = ",，、.。;；!！'·"

// harmlessEmoji may follow an answer. Others are not understood: there are
// emoji for numbers, for doubt and for no.
const harmlessEmoji = "👍👌🙏😊😀😁😂😃😄😅🙂🌹💪🤝☺🫡😎🎉🌷"

// chatEmoji are the names that the chat writes in brackets for its own emoji.
// Out of brackets 强 is “and more”.
var chatEmoji = strings.Fields("微笑 强 抱拳 玫瑰 呲牙 愉快 握手 合十 咖啡 憨笑 OK 鼓掌 拥抱 爱心 太阳 胜利 加油 奋斗 害羞 调皮 偷笑 可爱 得意 悠闲")

// The sets below are of the lexicon's own words, by what they may stand beside.
var (
	// held may stand between a word of nothing and the end of its clause beside
	// the verbs: 没有开展任何相关活动.
	held = setOf(`活动 此项 该项 这项 本项 此项活动 该项活动 这项活动 相关 相关活动 任何 任何活动 有关 的 了 啊 呀 哈 哦 噢 嘛 啦 呢`)
	// sums are words for the figure itself. 没有数字 says that the figure is
	// missing, not that it is 0.
	sums = setOf(`数 数字 数量 总数 次数 场数 人数 篇数 个数 条数 场次数 答案 回答 回复 结果`)
	// open are the words of not yet that want a verb: 还没签字.
	open = setOf(`暂时没有 暂没有 暂没 暂未 暂时未 还没 还没有 还未 尚未`)
	// thanks may follow a word of nothing without a sign between: 没有谢谢.
	thanks = setOf(`谢谢 多谢 感谢 辛苦 辛苦了 麻烦 麻烦了 老师`)
	// nods are the politeness that may just as well be the end of another word:
	// 专题行, 组织好, 没搞明白.
	nods = setOf(`好 好的 好滴 好嘞 行 可以 对 对的 收到 明白 知道了 了解`)
	// ahead are the hedges that stand only before a number. All others may belong
	// to the number they follow.
	ahead = setOf(`约 大约 约莫 近 将近 接近 至少 最少 起码 最多 至多 不少于 不低于 不多于 不超过 超 超过 超出 多于 少于 高于 低于 大于 小于 约计 约有 保守 粗略
		应该是 应该有 可能是 可能有 好像是 估计有 < > ≥ ≤ ± ≈ ≦ ≧`)
	// after are the hedges that stand only behind a number, so that not even a
	// blank parts them from it.
	after = setOf(`左右 上下 前后 以上 以下 以内 余 多 来 把 许 有余 出头 开外 之多 吧 半 … . 。`)
	// mild are the questions that ask about the whole of what stands before them.
	// Any other word of question may ask about the number itself.
	mild = setOf(`吗 么 ? ❓ ❔ 🤔 是不是`)
	// rests are the words for all other items.
	rests   = setOf(`其他 其它 其余 剩下 余下 别的`)
	waverer = setOf(wavers)
)

func setOf(words string) map[string]bool {
	set, _ := wordSet(strings.Fields(words))
	return set
}

// labelStops never belong to a match of the item's own words, so that no form's
// wording can hide a negation, a question or a bend in what people write.
const labelStops = "无没未不否非多几数约近余超过少半每各约又再加含改"
