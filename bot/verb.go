package bot

// Verb is a command. The words that call it are the notice's ([Notice.Verbs]).
type Verb string

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

	VerbYes    Verb = "yes"    // 对 确认: take what was proposed
	VerbNo     Verb = "no"     // 不对: drop what was proposed
	VerbHello  Verb = "hello"  // 你好
	VerbThanks Verb = "thanks" // 收到: never a value, never an error

	VerbTotals  Verb = "totals"  // 汇总
	VerbMissing Verb = "missing" // 谁没报 [表]
	VerbLook    Verb = "look"    // 查 单位
	VerbConfirm Verb = "confirm" // 确认登记 [单位]

	VerbNotify   Verb = "notify"   // 通知 [单位：]正文
	VerbNudge    Verb = "nudge"    // 催报 [单位]
	VerbDelivery Verb = "delivery" // 送达
	VerbResume   Verb = "resume"   // 恢复发送
	VerbPair     Verb = "pair"     // 配对 [密钥|配对码] [群名]
	VerbReturn   Verb = "return"   // 退回 单位 项 原因
)

// writes reports whether the office writes to others by a command, or sees to it
// that it can.
func (v Verb) writes() bool {
	switch v {
	case VerbNotify, VerbNudge, VerbDelivery, VerbResume, VerbPair, VerbReturn:
		return true
	}
	return false
}

// byOffice reports whether a command is the office's alone.
func (v Verb) byOffice() bool {
	switch v {
	case VerbTotals, VerbMissing, VerbLook, VerbConfirm:
		return true
	}
	return v.writes()
}
