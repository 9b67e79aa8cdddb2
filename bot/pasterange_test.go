package bot

import (
	"fmt"
	"testing"
)

func TestRange(t *testing.T) {
	n, form := pasteForm(t)
	const five = "3=是 4=2 5=160 6=1 7=86"
	for _, c := range []struct{ text, want string }{
		{"3-7：是 2 160 1 86", five},
		{"3—7:是 2 160 1 86", five},
		{"3~7：是，2，160，1，86", five},
		{"3～7：是,2,160,1,86", five},
		{"3至7项：是、2、160、1、86", five},
		{"第3到7项：是 2 160 1 86", five},
		{"第3项到第7项 是 2 160 1 86", five},
		{"第三至七项：是 2 160 1 86", five},
		{"3－7：是, 2, 160, 1, 86", five},
		{"3——7：是；2；160；1；86；", five},
		{"３－７项是 2 160 1 86", five},
		{"3 - 7 ： 是 2 160 1 86", five},
		{"3-7：是 2场 160人次 1场 86人次", five},
		{"3-7：是 2 场 160 人次 1 场 86 人次", five},
		{"3-7：\n是\n2\n160\n1\n86", five},
		{"3-7项\r\n是\r\n2\r\n160\r\n1\r\n86\r\n", five},
		{"3-7：是 两场 一百六 1 八十六", "3=是 4=2 5=160 6=1 7=86"},

		// Words that the reader takes or asks about.
		{"4-5：无 不适用", "4=0 5=不适用"},
		{"4-5：2 约160", "4=2 5=ask:approx"},
		{"4-5：160人 2", "4=ask:classifier 5=2"},
		{"4-5：5% 2", "4=no:percent 5=2"},
		{"4-5：2 收到", "4=2 5=ask:extra"},
		{"4-4：3", "4=3"},

		// A comma inside a number is not a separator where blanks are.
		{"4-5：2 1,234", "4=2 5=1234"},
		{"4-5：1,234 2", "4=1234 5=2"},
		{"5-5：1,234", "5=1234"},
		{"4-6：1,234", "count 2/3"},
		{"4-6：1,234 2", "count 2/3"},
		{"4-6：2，160 1", "count 2/3"},
		{"4-5：1 234\n5", "4=ask:grouping 5=5"},

		// Nothing is taken that does not fit.
		{"3-7：是 2 160 1", "count 4/5"},
		{"3-7：是 2 160 1 86 9", "count 6/5"},
		{"3-7：", "count 0/5"},
		{"3-7项\n是\n2\n\n1\n86", "count 4/5"},
		{"37-28：1 2", "bounds 37-28"},
		{"0-3：1 2 3 4", "bounds 0-3"},
		{"46-48：1 2 3", "bounds 46-48"},

		// Answers, dates and telephone numbers name no items.
		{"3-7场", ""},
		{"3-7", ""},
		{"6-16 1场", ""},
		{"5—8人", ""},
		{"0934-6121168", ""},
		{"12项：5场；13项：120人", ""},
		{"2021-06-16：1场", ""},
		{"", ""},
	} {
		answers, problem, ok := ReadRange(n, form, c.text)
		got := showAll(answers)
		switch problem.Why {
		case "count":
			got = fmt.Sprintf("count %d/%d", problem.Got, problem.Want)
		case "bounds":
			got = fmt.Sprintf("bounds %d-%d", problem.From, problem.To)
		}
		if got != c.want || ok != (c.want != "") {
			t.Errorf("%s: %v %q, want %q", c.text, ok, got, c.want)
		}
	}
}
