package prompts

import (
	"strings"
	"testing"
	"unicode/utf8"

	"anyuebot/bot"
)

func TestRender(t *testing.T) {
	n := &bot.Notice{Wording: map[string]string{
		"hello": "您好，{unit}。",
		"page":  "{text!}",
	}}
	tests := []struct {
		effect bot.Effect
		want   string // "" for an error
	}{
		{bot.Effect{Key: "hello", Args: map[string]string{"unit": "山河镇", "more": "x"}}, "您好，山河镇。"},
		{bot.Effect{Key: "hello", Args: map[string]string{"unit": "<think>{text!}\n**粗**"}}, "您好，＜think＞{text!} ＊＊粗＊＊。"},
		{bot.Effect{Key: "page", Args: map[string]string{"text!": "第1行\n第2行"}}, "第1行\n第2行"},
		{bot.Effect{Key: "hello"}, ""},
		{bot.Effect{Key: "nobody"}, ""},
	}
	for _, tt := range tests {
		got, err := Render(n, tt.effect)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("Render(%v) = %q, %v, want %q", tt.effect, got, err, tt.want)
		}
	}
}

func TestPlain(t *testing.T) {
	for text, want := range map[string]string{
		"山河镇":                      "山河镇",
		"1,234":                    "1,234",
		"1.2万":                     "1.2万",
		"-3":                       "-3",
		"zhang_san":                "zhang_san",
		"（3/47）“安全红袖章”":            "（3/47）“安全红袖章”",
		"_斜_":                      "＿斜＿",
		"<think>藏</think>":         "＜think＞藏＜/think＞",
		"<@all>":                   "＜@all＞",
		"&lt;think&gt;":            "＆lt;think＆gt;",
		"[点我](http://example.com)": "［点我］(http://example.com)",
		"![图](http://example.com)": "!［图］(http://example.com)",
		"# 标题":                     "＃ 标题",
		"- 项":                      "－ 项",
		"---":                      "－--",
		"> 引":                      "＞ 引",
		"1. 项":                     "1． 项",
		"a|b":                      "a｜b",
		"~~删~~":                    "～～删～～",
		"`码`":                      "｀码｀",
		"\\*":                      "＼＊",
		"一行\n✓ 5 参与 999 人次\r\n\t\u2028尾": "一行 ✓ 5 参与 999 人次 尾",
		"12\u202e34\u200b": "1234",
		"坏\xff":            "坏\uFFFD",
		"  两  头  ":         "两 头",
		"":                 "",
	} {
		got := Plain(text)
		if got != want {
			t.Errorf("Plain(%q) = %q, want %q", text, got, want)
		}
		if again := Plain(got); again != got {
			t.Errorf("Plain(%q) = %q: not the same the second time", got, again)
		}
	}
}

func FuzzPlain(f *testing.F) {
	f.Add("<think>\n# 1. _a_ *b*")
	f.Fuzz(func(t *testing.T, s string) {
		got := Plain(s)
		if !utf8.ValidString(got) || strings.ContainsAny(got, "<>&*`[]|~\\\n\r") {
			t.Errorf("Plain(%q) = %q", s, got)
		}
		if again := Plain(got); again != got {
			t.Errorf("Plain(%q) = %q, then %q", s, got, again)
		}
	})
}
