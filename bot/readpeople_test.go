package bot

import (
	"strings"
	"testing"
)

func TestNamedPerson(t *testing.T) {
	for text, want := range map[string]string{
		"":                      "||",
		"王五":                    "王五||",
		"由王五同志":                 "王五||",
		"让王五 住院":                "王五||住院",
		"xiaowang":              "|xiaowang|",
		"xiaowang 住院 手术":        "|xiaowang|住院 手术",
		"王五 xiao.wang-1@x_2 住院": "王五|xiao.wang-1@x_2|住院",
	} {
		name, userID, reason := namedPerson(names(text))
		if got := name + "|" + userID + "|" + reason; got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
	for word, want := range map[string]bool{
		"王五": true, "欧阳娜娜": true, "买买提·吐尔逊": true, "王": false, "王五代我填表": false, "王5": false, "": false,
	} {
		if isName(word) != want {
			t.Errorf("%q is a name: %t", word, !want)
		}
	}
	for word, want := range map[string]bool{
		"a": true, "WangWu_1.x@y-z": true, strings.Repeat("a", 64): true,
		"": false, strings.Repeat("a", 65): false, "wang/wu": false, "王五": false, "wang wu": false, "wang<>": false,
	} {
		if isUserID(word) != want {
			t.Errorf("%q is a userid: %t", word, !want)
		}
	}
}

func TestAskedBehind(t *testing.T) {
	n := &Notice{Forms: []Form{{ID: "附件2"}}}
	for text, want := range map[string]string{
		"山河镇报了没":      "山河镇",
		"山河镇附件2报了吗？":  "山河镇 附件2",
		"山河镇的附件2交了没有": "山河镇的 附件2",
		"我们单位附件2报了没":  "附件2",
		"我们的表格已经报了3次": "-",
		"报了":          "-",
		"昨天开会领导说的那个综合治理工作台账材料他们到底报了没": "-",
	} {
		rest, ok := n.askedBehind(text)
		if !ok {
			rest = "-"
		}
		if rest != want {
			t.Errorf("%q: %q, want %q", text, rest, want)
		}
	}
}
