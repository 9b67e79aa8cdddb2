package bot

import "regexp"

var (
	// noCaseSaid is 本月无 in other words: 没有案例, 案例没有, 这个月也没有.
	noCaseSaid = regexp.MustCompile(`^(我们|我单位|本单位)?(本月|这个?月)?(也|都|还|暂时?|确实)*(没有?|无)(典型)?案例[的了]?$` +
		`|^(我们|我单位|本单位)?(本月|这个?月)(也|都|还|暂时?|确实)*(没有?|无)[的了]?$` +
		`|^(本月|这个?月)?的?(典型)?案例(我们)?(本月|这个?月)?(也|都|还|暂时?|确实)*(没有?|无)[的了]?$`)
	// nothingSaid is that there is nothing, of whatever was asked.
	nothingSaid = regexp.MustCompile(`^(我们|我单位|本单位)?(也|都|还|暂时?|确实)*(没有?|无)[的了]?$`)
)

// saysNoCase reports whether somebody says that there was no case this month. Where a
// figure is asked for, the same words are a figure.
func saysNoCase(text string) bool { return noCaseSaid.MatchString(bare(text)) }

// idle is what is said to words that are no answer to anything. Who says 没有 behind a
// reminder of the month's case is told how that is said.
func (t *turn) idle() string {
	if nothingSaid.MatchString(bare(t.in.Text)) {
		for _, o := range t.n.lastAsked(t.v.Reminding) {
			if o.What == OweForm && o.Form == t.n.Cases {
				return "idle.case"
			}
		}
	}
	return "idle"
}
