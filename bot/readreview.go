package bot

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// order is a command of the office taken apart: which units, as they were typed,
// which form and period, and what else was said.
type order struct {
	units []string
	of    FormPeriod
	rest  string
	// strange is a word that stands for a form or month which the notice has not;
	// "" for none.
	strange string
}

// key names the report of one unit that is meant.
func (o order) key(unit string) ReportKey {
	return ReportKey{Unit: unit, Form: o.of.Form, Period: o.of.Period}
}

// orderOf reads what stands behind a command. 通过 takes any number of units,
// 封账 and 解封 none, all others one. The form and its month stand behind the
// units and nowhere else: a reason may speak of another form.
func (n *Notice) orderOf(in Intent, now time.Time) order {
	words := strings.Fields(in.Rest)
	var o order
	switch in.Verb {
	case VerbClose, VerbReopen:
	case VerbApprove:
		for len(words) > 0 && n.formNamed(words[0]) == nil {
			o.units = append(o.units, names(words[0])...)
			words = words[1:]
		}
		o.units = slices.DeleteFunc(o.units, takesAll)
	default:
		if len(words) > 0 {
			name, more := words[0], ""
			if i := strings.IndexAny(name, "：:，,"); i > 0 {
				name, more = name[:i], strings.TrimLeft(name[i:], "：:，,")
			}
			o.units, words = []string{name}, words[1:]
			if more != "" {
				words = slices.Insert(words, 0, more)
			}
		}
	}
	form := n.Form(n.Main)
	if len(words) > 0 {
		if f := n.formNamed(words[0]); f != nil {
			form, words = f, words[1:]
		}
	}
	o.of = FormPeriod{Form: form.ID, Period: form.PeriodAt(now)}
	if len(words) > 0 {
		month, ok := form.month(words[0], now)
		switch {
		case ok:
			o.of.Period, words = month, words[1:]
		case month != "" || strings.HasPrefix(words[0], "附件"):
			o.strange = words[0]
		}
	}
	o.rest = strings.Join(words, " ")
	return o
}

// formNamed finds the form that a word names: 附件2, 附件二, its title, or a word
// that calls it up, such as 案例.
func (n *Notice) formNamed(word string) *Form {
	word = strings.NewReplacer("一", "1", "二", "2", "三", "3").Replace(fold(word))
	for i := range n.Forms {
		if f := &n.Forms[i]; word == f.ID || word == f.Title {
			return f
		}
	}
	for verb, id := range map[Verb]string{VerbCase: n.Cases, VerbSummary: n.Summary, VerbYearEnd: n.YearEnd} {
		if slices.Contains(n.Verbs[verb], word) {
			return n.Form(id)
		}
	}
	return nil
}

// month reads which month of a monthly form is meant: 6月, 6月份, 2021-06. It is
// not ok if there is none, or one that the form is not reported for.
func (f *Form) month(word string, now time.Time) (period string, ok bool) {
	if !f.Monthly() {
		return "", false
	}
	word = fold(word)
	if _, err := time.Parse(monthLayout, word); err != nil {
		number, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSuffix(word, "份"), "月"))
		if err != nil || !strings.Contains(word, "月") || number < 1 || number > 12 {
			return "", false
		}
		word = time.Date(now.Year(), time.Month(number), 1, 0, 0, 0, 0, now.Location()).Format(monthLayout)
	}
	return word, word >= f.From && word <= f.To
}

// undoes reports whether a command takes back what it is otherwise for:
// 撤销通过, 撤销收到, 撤销延期.
func undoes(text string) bool {
	for _, w := range []string{"撤销", "撤消", "取消"} {
		if strings.HasPrefix(bare(text), w) {
			return true
		}
	}
	return false
}

// takesAll reports whether a word means all units.
func takesAll(word string) bool {
	return slices.Contains([]string{"全部", "所有", "全体", "所有单位", "全部单位"}, word)
}

// The papers that come by other roads and are no forms of their own.
const (
	paperSummary = "总结"
	paperStamped = wordStamped
)

// paperNamed reads which paper has come: a form, the summary, or the stamped page
// of the main form. Where the notice has no form for it, it is kept with the main
// one.
func (n *Notice) paperNamed(word string) (what string, form *Form, ok bool) {
	main := n.Form(n.Main)
	if f := n.formNamed(word); f != nil {
		return f.ID, f, true
	}
	switch word {
	case "总结", "活动总结", "纸质总结":
		return paperSummary, main, true
	case "盖章件", "盖章表", "盖章页", "盖章":
		return paperStamped, main, true
	}
	return "", nil, false
}

// versionsNamed reads the numbers of versions: 1 2, 第1版 第2版, 1和2. It is not ok
// if there is anything else, or more than two.
func versionsNamed(text string) (list []int, ok bool) {
	for _, word := range strings.FieldsFunc(fold(text), func(r rune) bool { return strings.ContainsRune(" 、，,和与", r) }) {
		word = strings.TrimSuffix(strings.TrimPrefix(strings.ToLower(word), "第"), "版")
		number, err := strconv.Atoi(strings.TrimPrefix(word, "v"))
		if err != nil || number < 1 {
			return nil, false
		}
		list = append(list, number)
	}
	return list, len(list) <= 2
}
