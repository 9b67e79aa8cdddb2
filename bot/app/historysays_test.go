package app_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"pgregory.net/rapid"

	"anyuebot/bot"
)

// What the people of a history say.

// own are everybody's private items of 附件1, all made up and told apart at sight.
type own struct{ mobile, qq, wechat, mail string }

func ownOf(userid string) own {
	n := 0
	for i, u := range everybody {
		if u == userid {
			n = i + 1
		}
	}
	return own{
		mobile: fmt.Sprintf("138000077%02d", n), qq: fmt.Sprintf("26655400%02d", n),
		wechat: fmt.Sprintf("wx_own_%02d", n), mail: fmt.Sprintf("own%02d@example.com", n),
	}
}

func (o own) all() []string { return []string{o.mobile, o.qq, o.wechat, o.mail} }

var figures = []string{"0", "1", "3", "12", "60", "120", "300", "1200", "3次", "120人次", "2场", "无", "没有", "不适用", "暂不掌握", "一百二", "1.2万", "三百来人", "5-8场", "1，234", "3 120", "是 2 160"}

// message draws what somebody says; nil for nothing.
func (h *history) message(t *rapid.T) *bot.Message {
	switch rapid.IntRange(0, 9).Draw(t, "what sort") {
	case 0, 1, 2:
		return h.answer(t, rapid.SampledFrom(speakers).Draw(t, "who"))
	case 3:
		return h.command(t, rapid.SampledFrom(speakers).Draw(t, "who"))
	case 4, 5, 6:
		return h.order(t)
	case 7:
		return h.answer(t, rapid.SampledFrom([]string{"xiaochen", "newcomer", "qianqi"}).Draw(t, "who"))
	case 8:
		return h.answer(t, rapid.SampledFrom([]string{"zhangwei", "liuyang"}).Draw(t, "who"))
	}
	return h.command(t, rapid.SampledFrom(everybody).Draw(t, "who"))
}

func (h *history) chat(t *rapid.T) string {
	if rapid.IntRange(0, 3).Draw(t, "chat") == 3 {
		return "g1"
	}
	return ""
}

func (h *history) hearsDrawn(t *rapid.T, m *bot.Message) {
	if m == nil {
		t.Skip("nothing to say")
	}
	h.hears(*m)
}

// answers is somebody who does what is asked of them, most often a liaison.
func (h *history) answers(t *rapid.T) {
	h.t = t
	who := rapid.SampledFrom([]string{"lisi01", "wangwu", "zhaoliu", "liuyang", "lisi01", "wangwu", "zhaoliu", "zhangwei", "newcomer", "xiaochen"}).Draw(t, "who")
	h.hearsDrawn(t, h.answer(t, who))
}

func (h *history) liaison(t *rapid.T) {
	h.t = t
	h.hearsDrawn(t, h.command(t, rapid.SampledFrom(speakers).Draw(t, "who")))
}

func (h *history) officeActs(t *rapid.T) {
	h.t = t
	h.hearsDrawn(t, h.order(t))
}

// answer is what somebody says to what stands open with them, and otherwise a
// word that opens something.
func (h *history) answer(t *rapid.T, who string) *bot.Message {
	s := h.session(who)
	m := &bot.Message{From: who, Group: h.chat(t)}
	pick := func(list ...string) *bot.Message {
		m.Text = rapid.SampledFrom(list).Draw(t, "says")
		if rapid.IntRange(0, 19).Draw(t, "spoken") == 19 {
			m.Media = bot.MediaVoice
		}
		return m
	}
	if p := s.Proposal; p != nil {
		switch p.Kind {
		case bot.ProposeUnit, bot.ProposeBind, bot.ProposeBag, bot.ProposeCase, bot.ProposeEither:
			return pick("1", "2", "1", "不对")
		case bot.ProposeItem, bot.ProposeNote:
			return pick(strconv.Itoa(p.Items[0]), strconv.Itoa(p.Items[len(p.Items)-1]), "不对")
		case bot.ProposeMaterial:
			return pick("1", "不用", "好的做法", "第12项的照片", "隐患治理台账")
		case bot.ProposeStamp:
			return pick("一致", "有改动", "旧", "不是")
		case bot.ProposePart:
			return pick("接上", "替换", "不对")
		case bot.ProposeAnswers, bot.ProposeCalled, bot.ProposeClaim, bot.ProposePrefill, bot.ProposeHeard:
			return pick("对", "对", "对", "确认", "不对", "收到")
		}
		return pick("确认", "确认", "确认", "确认", "确认", "对", "取消", "确认，含线上", "收到")
	}
	switch {
	case s.Entering != nil:
		return h.sheet(t, m)
	case s.Bag != nil:
		switch rapid.IntRange(0, 3).Draw(t, "into the bag") {
		case 0:
			return h.picture(t, m)
		case 1:
			return pick("镇上还办了一期培训班，参加的有各村干部。", "组织夜查，查出的隐患当场整改。")
		}
		return pick("完成")
	case s.Asking != 0:
		return h.asked(t, m, s)
	}
	units := h.unitsOf(who)
	if len(units) == 0 {
		return pick("登记 永和镇", "登记 "+h.unitName(t), "我们报了没 "+h.unitName(t), "B角 "+h.unitName(t), "填报", "我是谁", "你好")
	}
	unit := rapid.SampledFrom(units).Draw(t, "unit")
	for _, u := range h.is.roster.Units {
		r := h.is.reports[h.mainOf(u)]
		switch {
		case u.Name != unit:
		case s.Key.Unit == unit && s.Key.Form == h.notice.Main && len(r.Draft) == len(h.notice.Form(h.notice.Main).Fields) && (r.Counted == 0 || r.Dirty || r.State == bot.Returned):
			if rapid.IntRange(0, 2).Draw(t, "is done") > 0 {
				return pick("提交")
			}
		case r.Counted > 0:
			switch rapid.IntRange(0, 7).Draw(t, "has reported") {
			case 0, 1:
				return h.picture(t, m)
			case 2:
				return pick("撤回", "28项又1场200人", "改28 3", "改40 90", "对比", "撤销")
			}
		}
	}
	return pick("填报 "+unit, "填报 "+unit, "填报 "+unit, "提交", "提交", "填报 附件1 "+unit, "总结 "+unit, "案例 "+unit, "继续", "预览", "其余无", "材料 "+unit)
}

// asked answers the item that somebody is asked.
func (h *history) asked(t *rapid.T, m *bot.Message, s bot.Session) *bot.Message {
	form := h.notice.Form(s.Key.Form)
	if form == nil || form.Field(s.Asking) == nil {
		m.Text = "继续"
		return m
	}
	f := form.Field(s.Asking)
	var list []string
	mine := ownOf(m.From)
	switch f.Kind {
	case bot.KindCount:
		list = append([]string{"其余无", "其余无", "其余无", "其余无", "跳过"}, figures...)
	case bot.KindYesNo:
		list = []string{"是", "否", "是", "否", "不适用", "是 2 160"}
	case bot.KindChoice, bot.KindName, bot.KindPost:
		list = []string{"李四 男 副镇长", "王小五 女 办公室主任", "男"}
	case bot.KindPhone, bot.KindAddress:
		list = []string{"0934-6120000 无 山河镇东街1号", "无", "山河镇东街1号"}
	case bot.KindUnit:
		list = []string{s.Key.Unit}
	case bot.KindMobile, bot.KindDigits, bot.KindWeChat, bot.KindEmail:
		list = []string{
			strings.Join(mine.all(), " "), strings.Join(mine.all(), " "), mine.mobile, "QQ " + mine.qq, "微信 " + mine.wechat + " 邮箱 " + mine.mail, mine.mail, "无", "都没有",
		}
		if rapid.IntRange(0, 3).Draw(t, "private") > 0 {
			m.Group = ""
		}
	default:
		list = []string{"无", "无", "某公司占用消防通道，已责令整改。", "一、基本情况。全镇开展宣传活动，群众参与。", "完成", "完成", "纸质版另送", "无"}
	}
	m.Text = rapid.SampledFrom(list).Draw(t, "answers")
	return m
}

// command is a word of a liaison, whatever stands open.
func (h *history) command(t *rapid.T, who string) *bot.Message {
	m := &bot.Message{From: who, Group: h.chat(t)}
	item, value := rapid.IntRange(0, 48).Draw(t, "item"), rapid.SampledFrom(figures).Draw(t, "value")
	unit := h.unitName(t)
	m.Text = rapid.OneOf(
		rapid.SampledFrom([]string{
			"填报", "继续", "上一项", "跳过", "撤销", "其余无", "预览", "提交", "提交", "提交", "撤回", "进度", "我是谁", "帮助", "退出", "列出", "下页", "对比", "完成",
			"对", "不对", "确认", "收到", "好的", "1", "2",
		}),
		rapid.Just(fmt.Sprintf("改%d %s", item, value)),
		rapid.Just(fmt.Sprintf("第%d项 %s", item, value)),
		rapid.SampledFrom([]string{
			"28项又1场200人", "演练加一场 60个人", "演练累计5场300人", "警示教育2场，宣讲1场80人", "注28 县应急局牵头", "注28 无", "演练来了三四百人", "别的都没有",
			"1-3：2 40 是", "4-7：1 30 2 90", "28-29：1 300", "39-40：2 150", "16-18：3 1 2", "20-27：1 30 0 0 2 1 1 0",
		}),
		rapid.SampledFrom([]string{
			"案例", "案例 6月", "案例 7月", "标题：某石料厂无证开采\n正文：巡查发现该厂擅自开采，已移交查处。曝光2 转发0", "本月无", "本月无 6月", "后续有再报", "年终", "一致", "总结", "纸质版另送",
			"材料", "材料 好的做法", "材料 第12项", "盖章件", "登记", "撤回登记", "撤回B角", "我们报了没",
		}),
		rapid.SampledFrom([]string{
			"B角 xiaochen 至12月2日", "B角 王五 至7月2日", "B角 " + unit + " xiaochen 至8月20日", "B角 " + unit, "撤回B角 " + unit, "登记 " + unit, "填报 " + unit, "填报 附件1 " + unit,
			"总结 " + unit, "案例 " + unit, "材料 " + unit, "我们报了没 " + unit,
			"换联络员 " + unit + " qianqi 调离", "汇总", "谁没报", "退回 " + unit + " 28 请核实", "通过 全部",
		}),
		rapid.Just(strings.Join(ownOf(who).all(), " ")),
		rapid.Just("改5 "+ownOf(who).mobile),
	).Draw(t, "says")
	switch rapid.IntRange(0, 15).Draw(t, "how") {
	case 15:
		m.Media = bot.MediaVoice
	case 14:
		m.Quote = h.lastTo(who)
	case 13:
		return h.picture(t, m)
	case 12:
		return h.ownSheet(t, m)
	}
	return m
}

func (h *history) lastTo(who string) string {
	for i := len(h.told) - 1; i >= 0; i-- {
		if h.told[i].m.From == who {
			return h.told[i].reply.Text
		}
	}
	return ""
}

// order is what the office says.
func (h *history) order(t *rapid.T) *bot.Message {
	m := &bot.Message{From: rapid.SampledFrom([]string{"zhangwei", "zhangwei", "liuyang"}).Draw(t, "who"), Group: h.chat(t)}
	if h.session(m.From).Proposal != nil && rapid.IntRange(0, 4).Draw(t, "agrees") > 0 {
		return h.answer(t, m.From)
	}
	unit, item := h.unitName(t), rapid.SampledFrom(append([]int{3, 19, 29}, h.summed()...)).Draw(t, "item")
	number := rapid.SampledFrom([]string{"1", "2", "3", "50", "301"}).Draw(t, "number")
	userid := rapid.SampledFrom(everybody).Draw(t, "userid")
	m.Text = rapid.OneOf(
		rapid.SampledFrom([]string{
			fmt.Sprintf("退回 %s %d 请核实", unit, item), fmt.Sprintf("退回 %s %d、29 人次偏大", unit, item), "退回 " + unit + " 附件1 3 请核实", "通过 " + unit, "撤销通过 " + unit, "通过 全部", "通过 附件1 全部",
		}),
		rapid.SampledFrom([]string{
			"封账", "封账", "封账 附件1", "封账 案例 6月", "封账 总结", "解封 附件2 有误", "解封 附件2 有误", "解封 附件1 有误", "解封 案例 6月 有误",
			"延期 " + unit + " 7月5日 汛情", "延期 " + unit + " 12月30日 汛情", "撤销延期 " + unit,
		}),
		rapid.SampledFrom([]string{
			fmt.Sprintf("核减 %d %s 重复计入", item, number), fmt.Sprintf("核减 %d %s 重复计入", item, number), "核减", "撤销核减 1", "撤销核减 2", "要数 28 29", "要数 1 2 截止12月30日17时", "要数",
			"收到 " + unit + " 附件2 传真", "收到 " + unit + " 盖章件", "收到 " + unit + " 附件1", "收到 " + unit + " 总结", "撤销收到 " + unit + " 附件2", "收到",
		}),
		rapid.SampledFrom([]string{
			"录入 " + unit, "录入 县烟草局", "确认录入 " + unit, "确认录入 县烟草局", "换联络员 " + unit + " " + userid + " 工作调动", "换联络员 " + unit + " " + userid, "B角 " + unit + " " + userid + " 至12月20日", "撤回B角 " + unit,
			"确认登记", "确认登记 " + unit, "联络员 " + unit, "安委办成员", "安委办成员 加 " + userid, "安委办成员 减 " + userid,
		}),
		rapid.SampledFrom([]string{
			"汇总", "汇总 28-37 含草稿", "汇总 文字版", "汇总 案例", "进度", "谁没报", "谁没报 附件1", "查 " + unit, "查 " + unit + " 附件1", "异常", "对比 " + unit, "对比 " + unit + " 附件1", "电话单", "日志", "日志 " + unit, "送达", "名册", "材料 " + unit, "材料 " + unit + " 1", "帮助", "我是谁",
		}),
		rapid.SampledFrom([]string{
			"通知 请各单位抓紧报送", "通知 乡镇：请抓紧报送", "通知 " + unit + "：请抓紧报送", "催报", "催报 " + unit, "记 " + unit + " 已电话，明早报", "恢复发送",
		}),
		rapid.SampledFrom([]string{
			"改名 " + unit + " " + rapid.SampledFrom([]string{"县水利局", "新和镇", "县妇女联合会", "山河镇"}).Draw(t, "name"), "移除单位 " + unit + " 机构改革", "移除单位 " + unit,
			"加单位 县水务局 部门", "加单位 县水务局 部门 " + userid, "加单位 " + unit + " 部门", "加单位 " + unit + " 乡镇 " + userid,
		}),
	).Draw(t, "orders")
	return m
}

// paper is the office with the sheet of a unit that reports on paper.
func (h *history) paper(t *rapid.T) {
	h.t = t
	who := rapid.SampledFrom([]string{"zhangwei", "liuyang"}).Draw(t, "who")
	s := h.session(who)
	m := &bot.Message{From: who}
	switch {
	case s.Proposal != nil && (s.Proposal.Kind == bot.ProposeEnter || s.Proposal.Kind == bot.ProposeCounter):
		m.Text = "确认"
	case s.Entering != nil:
		m = h.sheet(t, m)
	default:
		m.Text = rapid.SampledFrom([]string{"录入 ", "确认录入 "}).Draw(t, "paper") + rapid.SampledFrom([]string{"县烟草局", h.unitName(t)}).Draw(t, "unit")
	}
	h.hears(*m)
}

// people are changes of who speaks for whom.
func (h *history) people(t *rapid.T) {
	h.t = t
	unit, userid := h.unitName(t), rapid.SampledFrom(everybody).Draw(t, "userid")
	who, text := "zhangwei", ""
	switch rapid.IntRange(0, 8).Draw(t, "change") {
	case 0:
		h.hears(bot.Message{From: who, Text: "换联络员 " + unit + " " + userid + " 工作调动"})
		h.hears(bot.Message{From: who, Text: "确认"})
		h.hears(bot.Message{From: userid, Text: "填报 附件1 " + unit})
		who, text = userid, "预览"
	case 7:
		h.hears(bot.Message{From: who, Text: "移除单位 " + unit + " 机构改革"})
		h.hears(bot.Message{From: who, Text: "确认"})
		h.hears(bot.Message{From: who, Text: "加单位 " + unit + " 部门 " + userid})
		h.hears(bot.Message{From: who, Text: "确认"})
		who, text = userid, "填报 附件1 "+unit
	case 1:
		text = "B角 " + unit + " " + userid + " 至12月20日"
	case 2:
		text = "撤回B角 " + unit
	case 3:
		who, text = rapid.SampledFrom(speakers).Draw(t, "who"), "B角 "+userid+" 至7月25日"
	case 4:
		who, text = userid, "登记 "+unit
	case 5:
		who, text = userid, "撤回登记"
	case 6:
		text = "确认登记"
	default:
		text = "确认"
	}
	h.hears(bot.Message{From: who, Group: h.chat(t), Text: text})
}

func (h *history) nonsense(t *rapid.T) {
	h.t = t
	m := bot.Message{From: rapid.SampledFrom(append([]string{"stranger01"}, everybody...)).Draw(t, "who"), Group: h.chat(t)}
	switch rapid.IntRange(0, 3).Draw(t, "nonsense") {
	case 0:
		m.Text = rapid.String().Draw(t, "text")
	case 1:
		m.Media = rapid.SampledFrom([]bot.Media{bot.MediaEnter, bot.MediaOther, bot.MediaImage}).Draw(t, "media")
	default:
		m.Text = rapid.SampledFrom([]string{"今天下午开会吗", "<think>5</think>", "@所有人 5", "3\n4\n5", "？", "我们镇上这个月比较忙，过几天再说", "5%", "-3", "改", "第", "1e9", "１２場"}).Draw(t, "text")
	}
	h.hears(m)
}

// press presses a button of a card that somebody was shown, the last one or an
// older one.
func (h *history) press(t *rapid.T) {
	h.t = t
	var who []string
	for _, u := range everybody {
		if len(h.cards[u]) > 0 {
			who = append(who, u)
		}
	}
	if len(who) == 0 {
		t.Skip("no card was shown")
	}
	m := bot.Message{From: rapid.SampledFrom(who).Draw(t, "who"), Media: bot.MediaPress, Group: h.chat(t)}
	cards := h.cards[m.From]
	card := cards[len(cards)-1-rapid.IntRange(0, min(len(cards)-1, 2)).Draw(t, "back")]
	m.Press.Task = card.Task
	m.Text = rapid.SampledFrom(card.Buttons).Draw(t, "button").Say
	h.hears(m)
}

// unitName is one of the units as it is called now, or was, most often one that
// has reported; now and then none.
func (h *history) unitName(t *rapid.T) string {
	var names []string
	for _, u := range h.is.roster.Units {
		n := 1
		if h.is.reports[h.mainOf(u)].Counted > 0 {
			n = 3
		}
		names = append(append(names, slices.Repeat([]string{u.Name}, n)...), u.Former...)
	}
	for _, u := range h.is.roster.Gone {
		names = append(names, u.Name)
	}
	return rapid.SampledFrom(append(names, "三合乡")).Draw(t, "unit")
}

// summed are the items of the main form that add up to more than nothing.
func (h *history) summed() []int {
	var items []int
	for _, u := range h.is.roster.Units {
		if r := h.is.reports[h.mainOf(u)]; r.Counted > 0 {
			for _, e := range h.is.versions[h.mainOf(u)][r.Counted-1].Entries {
				if e.Value.Number > 0 && !slices.Contains(items, e.Item) {
					items = append(items, e.Item)
				}
			}
		}
	}
	slices.Sort(items)
	return items
}

func (h *history) mainOf(u bot.Unit) bot.ReportKey {
	return bot.ReportKey{Unit: u.Identity(), Form: h.notice.Main, Period: h.notice.Year}
}

// unitsOf are the units that somebody speaks for now.
func (h *history) unitsOf(userid string) []string {
	return h.is.people[h.store.PersonID(userid)].At(h.now).Units
}

func (h *history) picture(t *rapid.T, m *bot.Message) *bot.Message {
	n := rapid.IntRange(0, 5).Draw(t, "picture")
	m.Files = []bot.File{h.files.keep("", "image/jpeg", fmt.Sprintf("picture %d", n))}
	if m.Text = ""; rapid.IntRange(0, 3).Draw(t, "caption") == 3 {
		m.Text = rapid.SampledFrom([]string{"盖章件", "提交", "第12项的照片", "咨询日现场"}).Draw(t, "with")
		return m
	}
	m.Media = bot.MediaImage
	return m
}

// sheet is the main form as a unit fills it on paper, or a page of it.
func (h *history) sheet(t *rapid.T, m *bot.Message) *bot.Message {
	m.Group = ""
	if rapid.IntRange(0, 3).Draw(t, "page") == 3 {
		return h.picture(t, m)
	}
	return h.ownSheet(t, m)
}

func (h *history) ownSheet(t *rapid.T, m *bot.Message) *bot.Message {
	first := rapid.IntRange(1, 9).Draw(t, "first figure")
	whole := h.sheetOf(first)
	if rapid.Bool().Draw(t, "as a file") {
		f := h.files.keep("附件2.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", fmt.Sprintf("sheet %d", first))
		f.Words = whole
		m.Text, m.Media, m.Files, m.Group = "", bot.MediaFile, []bot.File{f}, ""
		return m
	}
	m.Text, m.Media, m.Quote = whole, bot.MediaText, ""
	return m
}

// sheetOf is the right column of the main form, filled.
func (h *history) sheetOf(first int) string {
	var text []string
	form := h.notice.Form(h.notice.Main)
	for _, line := range form.Lines {
		words := line.Text
		for _, f := range form.Fields {
			value := strconv.Itoa(first + f.Item%4)
			switch f.Kind {
			case bot.KindYesNo:
				words = strings.ReplaceAll(words, "□是□否{"+strconv.Itoa(f.Item)+"}", "☑是□否")
			case bot.KindText:
				value = "无"
			}
			words = strings.ReplaceAll(words, "{"+strconv.Itoa(f.Item)+"}", value)
		}
		text = append(text, words)
	}
	return strings.Join(text, "\n")
}
