package bot

// spokenTwice reports whether a spoken command changes more than what is asked
// next, so that what was heard is put to the person before it is done.
// Commands that put their own question first, such as 其余无 and 提交, are not
// among these.
func (v Verb) spokenTwice() bool {
	switch v {
	case VerbUndo, VerbWithdraw, VerbRegister, VerbRelease, VerbConfirm, VerbResume, VerbReturn,
		VerbApprove, VerbReopen, VerbExtend, VerbReceipt, VerbCall, VerbNote, VerbDeputy, VerbRecall, VerbNoCase, VerbLater,
		VerbPause, VerbMute, VerbUnpause:
		return true
	}
	return false
}

// heard puts a spoken command to the person.
func (t *turn) heard() {
	t.drop()
	t.s.Proposal = &Proposal{Kind: ProposeHeard, Text: t.in.Text}
	t.askAgain()
}
