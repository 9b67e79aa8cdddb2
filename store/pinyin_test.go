package store

import (
	"slices"
	"strings"
	"testing"

	"anyuebot/bot"
)

func TestPinyin(t *testing.T) {
	for _, tt := range []struct {
		unit bot.Unit
		want []string // the first is what the list begins with
		not  []string
	}{
		{bot.Unit{Name: "山河镇", Short: "山河"}, []string{"shz", "sh", "shanhezhen", "shanhe"}, nil},
		{bot.Unit{Name: "长乐镇"}, []string{"zlz", "clz", "zyz", "cyz", "changlezhen"}, nil},
		{bot.Unit{Name: "县教育局", Former: []string{"县教体局"}}, []string{"xjyj", "xjtj"}, nil},
		{bot.Unit{Name: "中国石油ZN站"}, []string{"zgsyznz"}, nil},
		{bot.Unit{Name: "甲"}, nil, []string{"j"}},
		{bot.Unit{Name: "（甲）乙"}, []string{"jy"}, nil},
		{bot.Unit{Name: strings.Repeat("长", 60)}, nil, []string{strings.Repeat("c", 60)}},
	} {
		have := pinyinOf(tt.unit)
		if len(tt.want) > 0 && (len(have) == 0 || have[0] != tt.want[0]) {
			t.Errorf("%s begins with %v", tt.unit.Name, have)
		}
		for _, want := range tt.want {
			if !slices.Contains(have, want) {
				t.Errorf("%s: no %s in %v", tt.unit.Name, want, have)
			}
		}
		for _, not := range tt.not {
			if slices.Contains(have, not) {
				t.Errorf("%s: %s in %v", tt.unit.Name, not, have)
			}
		}
		if len(have) > 6*readings {
			t.Errorf("%s: %d spellings", tt.unit.Name, len(have))
		}
	}
}
