package bot

// Verb is a command. The words that call it are the notice's ([Notice.Verbs]).
type Verb string

// What everybody may say.
const (
	VerbFill     Verb = "fill"     // 填报 [单位]
	VerbContinue Verb = "continue" // 继续
	VerbBack     Verb = "back"     // 上一项
	VerbSkip     Verb = "skip"     // 跳过
	VerbChange   Verb = "change"   // 改N 值, 第N项改为值, 改 词 值
	VerbUndo     Verb = "undo"     // 撤销
	VerbZeros    Verb = "zeros"    // 其余无
	VerbPreview  Verb = "preview"  // 预览
	VerbSubmit   Verb = "submit"   // 提交
	VerbWithdraw Verb = "withdraw" // 撤回
	VerbProgress Verb = "progress" // 进度
	VerbWho      Verb = "who"      // 我是谁
	VerbHelp     Verb = "help"     // 帮助
	VerbHint     Verb = "hint"     // 怎么填 [N]
	VerbQuit     Verb = "quit"     // 退出
	VerbMore     Verb = "more"     // 下页
	VerbList     Verb = "list"     // 列出
	VerbRegister Verb = "register" // 登记 单位
	VerbRelease  Verb = "release"  // 撤回登记
	VerbAsked    Verb = "asked"    // 我们报了没 [单位]
	VerbDeputy   Verb = "deputy"   // B角 [单位] 姓名 至7月2日
	VerbRecall   Verb = "recall"   // 撤回B角 [单位] [姓名]
	VerbNote     Verb = "note"     // 注28 县应急局牵头
	VerbCase     Verb = "case"     // 案例 [月]
	VerbNoCase   Verb = "nocase"   // 本月无
	VerbLater    Verb = "later"    // 后续有再报
	VerbYearEnd  Verb = "yearend"  // 年终
	VerbMaterial Verb = "material" // 材料 [类别] [项]
	VerbSummary  Verb = "summary"  // 总结
	VerbDone     Verb = "done"     // 完成
	VerbDiff     Verb = "diff"     // 对比 [单位] [版 版]

	VerbYes    Verb = "yes"    // 对 确认: take what was proposed
	VerbNo     Verb = "no"     // 不对: drop what was proposed
	VerbHello  Verb = "hello"  // 你好
	VerbThanks Verb = "thanks" // 收到: never a value, never an error
)

// What the office may say.
const (
	VerbTotals  Verb = "totals"  // 汇总 [项] [含草稿] [文字版]
	VerbMissing Verb = "missing" // 谁没报 [表]
	VerbLook    Verb = "look"    // 查 单位 [项]
	VerbConfirm Verb = "confirm" // 确认登记 [单位]
	VerbOdd     Verb = "odd"     // 异常
	VerbDeduct  Verb = "deduct"  // 核减 项 数 原因
	VerbPutBack Verb = "putback" // 撤销核减 N
	VerbLiaison Verb = "liaison" // 联络员 单位
	VerbPhones  Verb = "phones"  // 电话单
	VerbCall    Verb = "call"    // 记 单位 …
	VerbLog     Verb = "log"     // 日志 [单位]

	VerbApprove Verb = "approve" // 通过 单位
	VerbClose   Verb = "close"   // 封账 [表]
	VerbReopen  Verb = "reopen"  // 解封 [表] 原因
	VerbExtend  Verb = "extend"  // 延期 单位 日期 原因
	VerbReceipt Verb = "receipt" // 收到 单位 附件1|附件2|总结|盖章件 [方式]
	VerbEnter   Verb = "enter"   // 录入 单位: the unit's own paper, read by the reader
	VerbCounter Verb = "counter" // 确认录入 单位

	VerbReplace Verb = "replace" // 换联络员 单位 userid 原因
	VerbMember  Verb = "member"  // 安委办成员 [加|减 userid]
	VerbRoster  Verb = "roster"  // 名册
	VerbAddUnit Verb = "addunit" // 加单位 单位 类别 [userid]
	VerbRename  Verb = "rename"  // 改名 单位 新名
	VerbRemove  Verb = "remove"  // 移除单位 单位 原因

	VerbNotify   Verb = "notify"   // 通知 [单位：]正文
	VerbNudge    Verb = "nudge"    // 催报 [单位]
	VerbAskFor   Verb = "askfor"   // 要数 28 29 截止6月16日17时
	VerbDelivery Verb = "delivery" // 送达
	VerbResume   Verb = "resume"   // 恢复发送
	VerbPair     Verb = "pair"     // 配对 [密钥|配对码] [群名]
	VerbReturn   Verb = "return"   // 退回 单位 项 原因

	VerbPause   Verb = "pause"   // 暂停提醒 [单位…] [至日期] 原因
	VerbMute    Verb = "mute"    // 关闭提醒 单位… 原因
	VerbUnpause Verb = "unpause" // 恢复提醒 [单位…]
	VerbPost    Verb = "post"    // 催报稿 [表]
	VerbPlan    Verb = "plan"    // 提醒计划
)

// Verbs lists all commands.
func Verbs() []Verb {
	return []Verb{
		VerbFill, VerbContinue, VerbBack, VerbSkip, VerbChange, VerbUndo, VerbZeros, VerbPreview, VerbSubmit, VerbWithdraw,
		VerbProgress, VerbWho, VerbHelp, VerbHint, VerbQuit, VerbMore, VerbList, VerbRegister, VerbRelease,
		VerbAsked, VerbDeputy, VerbRecall, VerbNote, VerbCase, VerbNoCase, VerbLater, VerbYearEnd, VerbMaterial, VerbSummary, VerbDone, VerbDiff,
		VerbYes, VerbNo, VerbHello, VerbThanks,
		VerbTotals, VerbMissing, VerbLook, VerbConfirm, VerbOdd, VerbDeduct, VerbPutBack, VerbLiaison, VerbPhones, VerbCall, VerbLog,
		VerbApprove, VerbClose, VerbReopen, VerbExtend, VerbReceipt, VerbEnter, VerbCounter,
		VerbReplace, VerbMember, VerbRoster, VerbAddUnit, VerbRename, VerbRemove,
		VerbNotify, VerbNudge, VerbAskFor, VerbDelivery, VerbResume, VerbPair, VerbReturn,
		VerbPause, VerbMute, VerbUnpause, VerbPost, VerbPlan,
	}
}

// writes reports whether the office does something by a command that others feel:
// writes to them, or changes how they stand.
func (v Verb) writes() bool {
	switch v {
	case VerbNotify, VerbNudge, VerbAskFor, VerbDelivery, VerbResume, VerbPair, VerbReturn,
		VerbDeduct, VerbPutBack, VerbCall, VerbApprove, VerbClose, VerbReopen, VerbExtend, VerbReceipt, VerbEnter, VerbCounter,
		VerbReplace, VerbMember, VerbRoster, VerbAddUnit, VerbRename, VerbRemove, VerbConfirm,
		VerbPause, VerbMute, VerbUnpause:
		return true
	}
	return false
}

// ByOffice reports whether a command is the office's alone.
func (v Verb) ByOffice() bool {
	switch v {
	case VerbTotals, VerbMissing, VerbLook, VerbOdd, VerbLiaison, VerbPhones, VerbLog, VerbPost, VerbPlan:
		return true
	}
	return v.writes()
}

// unmistakable reports whether no text that somebody is asked for begins with a
// command's words.
func (v Verb) unmistakable() bool {
	return v == VerbDeputy || v == VerbRecall || v == VerbReplace || v == VerbMember
}

// tight reports whether the office may leave out the blank behind a command's
// words: 谁没报附件1. None of these begins another word.
func (v Verb) tight() bool {
	switch v {
	case VerbMissing, VerbLook, VerbReturn, VerbNudge, VerbApprove, VerbExtend, VerbLiaison, VerbPhones, VerbLog,
		VerbPause, VerbMute, VerbUnpause, VerbPost:
		return true
	}
	return false
}

// takesWords reports whether a command takes words after it.
func (v Verb) takesWords() bool {
	switch v {
	case VerbFill, VerbChange, VerbHelp, VerbHint, VerbRegister, VerbRelease, VerbYes, VerbProgress,
		VerbAsked, VerbDeputy, VerbRecall, VerbNote, VerbCase, VerbNoCase, VerbLater, VerbYearEnd, VerbMaterial, VerbSummary, VerbDiff,
		VerbMissing, VerbLook, VerbConfirm, VerbTotals, VerbOdd, VerbDeduct, VerbPutBack, VerbLiaison, VerbPhones, VerbCall, VerbLog,
		VerbNotify, VerbNudge, VerbAskFor, VerbPair, VerbReturn,
		VerbApprove, VerbClose, VerbReopen, VerbExtend, VerbReceipt, VerbEnter, VerbCounter,
		VerbReplace, VerbMember, VerbRoster, VerbAddUnit, VerbRename, VerbRemove,
		VerbPause, VerbMute, VerbUnpause, VerbPost, VerbPlan:
		return true
	}
	return false
}
