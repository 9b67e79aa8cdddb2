package bot_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"anyuebot/bot"
)

// figuresOf makes a unit of one kind for each number, with that number for an item.
func figuresOf(kind string, item int, numbers ...int64) (all []bot.Figures) {
	for i, n := range numbers {
		all = append(all, bot.Figures{Unit: fmt.Sprintf("%s%d", kind, i+1), Kind: kind, Entries: []bot.Entry{{Item: item, Value: bot.Count(n)}}})
	}
	return all
}

func TestOutliers(t *testing.T) {
	form := loadNotice(t).Form("附件2")
	for _, test := range []struct {
		about string
		all   []bot.Figures
		want  string // units with their figures
	}{
		{"most 0, one 6", figuresOf("乡镇", 1, 0, 0, 0, 0, 0, 0, 0, 6), "乡镇8 6"},
		{"most 0, one 5: such counts are common", figuresOf("乡镇", 1, 0, 0, 0, 0, 0, 0, 0, 5), ""},
		{"small and even", figuresOf("乡镇", 1, 0, 1, 2, 3, 4, 5, 5, 5, 4, 3), ""},
		{"three times three quarters", figuresOf("乡镇", 1, 2, 2, 2, 3, 3, 3, 3, 9), ""},
		{"above three times three quarters", figuresOf("乡镇", 1, 2, 2, 2, 3, 3, 3, 3, 10), "乡镇8 10"},
		{"all the same but one", figuresOf("乡镇", 2, 100, 100, 100, 100, 100, 100, 100, 301), "乡镇8 301"},
		{"a wide spread", figuresOf("乡镇", 2, 10, 20, 40, 80, 160, 320, 640, 1000), ""},
		{"two slips do not hide each other", figuresOf("乡镇", 2, 10, 10, 10, 10, 10, 10, 5000, 9000), "乡镇7 5000、乡镇8 9000"},
		{"too few to compare", figuresOf("乡镇", 1, 0, 0, 0, 0, 0, 0, 900), ""},
		{"kinds are not mixed", append(figuresOf("乡镇", 1, 1, 1, 1, 1, 1, 1, 1), figuresOf("部门", 1, 900)...), ""},
		{"no numbers, no ranks", append(figuresOf("乡镇", 1, 0, 0, 0, 0, 0, 0, 900), bot.Figures{Unit: "乡镇9", Kind: "乡镇", Entries: []bot.Entry{{Item: 1, Value: bot.Value{Kind: bot.NotApplicable}}}}), ""},
		{"a yes or no has no size", []bot.Figures{{Unit: "甲", Entries: []bot.Entry{{Item: 3, Value: bot.Answer(true)}}}}, ""},
		{"nobody", nil, ""},
	} {
		var got []string
		for _, o := range form.Outliers(test.all) {
			got = append(got, fmt.Sprintf("%s %d", o.Unit, o.Value))
		}
		if s := strings.Join(got, "、"); s != test.want {
			t.Errorf("%s: %q, want %q", test.about, s, test.want)
		}
		// Ranks know no order of the roster.
		turned := slices.Clone(test.all)
		slices.Reverse(turned)
		if n := len(form.Outliers(turned)); n != len(got) {
			t.Errorf("%s: %d in another order, %d in this", test.about, n, len(got))
		}
	}
}

func TestAlike(t *testing.T) {
	form := loadNotice(t).Form("附件2")
	unit := func(name string, values ...int64) bot.Figures {
		u := bot.Figures{Unit: name}
		for i := 0; i+1 < len(values); i += 2 {
			u.Entries = append(u.Entries, bot.Entry{Item: int(values[i]), Value: bot.Count(values[i+1])})
		}
		return u
	}
	for _, test := range []struct {
		about string
		all   []bot.Figures
		want  string
	}{
		{"the same event", []bot.Figures{unit("甲", 28, 1, 29, 300), unit("乙", 28, 1, 29, 300), unit("丙", 28, 2, 29, 300)}, "same-consultation 甲 乙"},
		{"two events of two each", []bot.Figures{unit("甲", 39, 1, 40, 60), unit("乙", 39, 2, 40, 90), unit("丙", 39, 1, 40, 60), unit("丁", 39, 2, 40, 90)}, "same-drill 甲 丙；same-drill 乙 丁"},
		{"nothing is not the same thing", []bot.Figures{unit("甲", 28, 0, 29, 0), unit("乙", 28, 0, 29, 0)}, ""},
		{"one half", []bot.Figures{unit("甲", 28, 1), unit("乙", 28, 1)}, ""},
		{"alone", []bot.Figures{unit("甲", 12, 1, 13, 20)}, ""},
	} {
		var got []string
		for _, a := range form.Alike(test.all) {
			got = append(got, a.Check.ID+" "+strings.Join(a.Units, " "))
		}
		if s := strings.Join(got, "；"); s != test.want {
			t.Errorf("%s: %q, want %q", test.about, s, test.want)
		}
	}
}
