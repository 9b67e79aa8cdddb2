package bot_test

import (
	"slices"
	"testing"

	"anyuebot/bot"
)

// TestFind finds units by whatever people call them.
func TestFind(t *testing.T) {
	roster := bot.Roster{Units: []bot.Unit{
		{Name: "山河镇", Full: "正宁县山河镇人民政府", Aliases: []string{"山河"}, Pinyin: []string{"shz", "sh", "shanhezhen", "shanhe"}},
		{Name: "县水务局", Former: []string{"县水利局"}, Pinyin: []string{"xswj", "xslj", "xianshuiwuju"}},
		{Name: "县商务局", Pinyin: []string{"xswj", "xianshangwuju"}},
		{Name: "中国石油ZN", Short: "ZN", Pinyin: []string{"zgsyzn", "zn"}},
		{Name: "中宁站", Pinyin: []string{"zn", "znz"}},
	}}
	for _, tt := range []struct {
		typed string
		exact bool
		want  []string
	}{
		{"山河镇", true, []string{"山河镇"}},
		{"shz", true, []string{"山河镇"}},
		{"SHZ", true, []string{"山河镇"}},
		{"shan he zhen", true, []string{"山河镇"}},
		{"shan", false, []string{"山河镇"}},
		{"县水利局", true, []string{"县水务局"}},
		{"xslj", true, []string{"县水务局"}},
		{"xswj", false, []string{"县水务局", "县商务局"}},
		{"xian", false, []string{"县水务局", "县商务局"}},
		{"zn", true, []string{"中国石油ZN"}},
		{"s", false, nil},
		{"qq", false, nil},
	} {
		units, exact := roster.Find(tt.typed)
		var names []string
		for _, u := range units {
			names = append(names, u.Name)
		}
		if exact != tt.exact || !slices.Equal(names, tt.want) {
			t.Errorf("%s: %v, %t; want %v, %t", tt.typed, names, exact, tt.want, tt.exact)
		}
	}
}
