package wecom

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"anyuebot/bot"
)

func TestDialects(t *testing.T) {
	for _, c := range []struct {
		name, text      string
		dressed, tabled bool
		app, plain      string
	}{
		{"words", "12 企业开展活动 5 场", false, false, "12 企业开展活动 5 场", "12 企业开展活动 5 场"},
		{"bold", "**截止**今天", true, false, "**截止**今天", "截止今天"},
		{"heading", "# 汇总\n共 3 家", true, false, "# 汇总\n共 3 家", "汇总\n共 3 家"},
		{"a number sign is no heading", "#12 号楼", false, false, "#12 号楼", "#12 号楼"},
		{"quote", "> 通知", true, false, "> 通知", "通知"},
		{"link", "[表](https://example.org)", true, false, "[表](https://example.org)", "[表](https://example.org)"},
		{"comparison", "3 > 2 且 1 < 2", false, false, "3 > 2 且 1 < 2", "3 > 2 且 1 < 2"},
		{"table", "表\n| 单位 | 状态 |\n|---|:-:|\n| 一区 | **未报** |\n完", true, true, "表\n单位　状态\n一区　**未报**\n完", "表\n单位　状态\n一区　未报\n完"},
		{"table without outer bars", "a | b\n--|--\n1 | 2", false, true, "a　b\n1　2", "a　b\n1　2"},
		{"a narrow table", "a|b|c\n-|-|-\n1|2|3\n4|5|6", false, true, "a b c\n1 2 3\n4 5 6", "a b c\n1 2 3\n4 5 6"},
		{"two tables", "|a|\n|-|\n|1|\n\n|b|\n|-|\n|2|", false, true, "a\n1\n\nb\n2", "a\n1\n\nb\n2"},
		{"a bar is no table", "是|否", false, false, "是|否", "是|否"},
		{"a line is no table", "---", false, false, "---", "---"},
		{"nothing", "", false, false, "", ""},
	} {
		if got := dressed(c.text); got != c.dressed {
			t.Errorf("%s: dressed %v", c.name, got)
		}
		if got := tabled(c.text); got != c.tabled {
			t.Errorf("%s: tabled %v", c.name, got)
		}
		if got := untabled(c.text); got != c.app {
			t.Errorf("%s: untabled %q", c.name, got)
		}
		if got := undressed(c.text); got != c.plain {
			t.Errorf("%s: undressed %q", c.name, got)
		}
	}
}

func TestShownNames(t *testing.T) {
	for _, c := range []struct{ name, kind, want, plain string }{
		{"附件2（山河镇）.docx", "", "附件2（山河镇）.docx", "2.docx"},
		{"汇总.xlsx", "", "汇总.xlsx", "file.xlsx"},
		{`..\..\etc\pass"wd`, "", "_.._etc_pass_wd.bin", "etc_pass_wd.bin"},
		{"a\r\nX: y.txt", "", "aX_ y.txt", "aX_ y.txt"},
		{"\u202Egpj.exe", "", "gpj.exe", "gpj.exe"},
		{"", "application/pdf", "file.pdf", "file.pdf"},
		{"照片", "image/jpeg; q=1", "照片.jpg", "file.jpg"},
		{"报告.最终版", "", "报告.最终版.bin", "file.bin"},
		{"\xff\xfe", "", "file.bin", "file.bin"},
		{strings.Repeat("长", 200) + ".docx", "", strings.Repeat("长", 83) + ".docx", "file.docx"},
	} {
		got := shownName(&bot.File{Name: c.name, Type: c.kind})
		if got != c.want {
			t.Errorf("%q is shown as %q, want %q", c.name, got, c.want)
		}
		if got := plainName(got); got != c.plain {
			t.Errorf("%q in ASCII is %q, want %q", c.name, got, c.plain)
		}
	}
}

func FuzzShownName(f *testing.F) {
	f.Add("附件2.docx")
	f.Add("a\r\n\".txt")
	f.Fuzz(func(t *testing.T, name string) {
		got := shownName(&bot.File{Name: name})
		if got == "" || len(got) > nameLimit || !utf8.ValidString(got) || strings.ContainsAny(got, "\r\n\"/\\\x00") {
			t.Errorf("%q is shown as %q", name, got)
		}
		if plain := plainName(got); !ascii(plain) || plain == "" {
			t.Errorf("%q in ASCII is %q", got, plain)
		}
		head, tail, kind, err := form(got, 3)
		if err != nil || len(tail) == 0 || !strings.HasPrefix(kind, "multipart/form-data") || strings.Count(string(head), "\r\n\r\n") != 1 {
			t.Errorf("%q: %q, %v", got, head, err)
		}
	})
}

// FuzzAnswer: whatever answers in the platform's place, it is understood or it
// is not, and what is shown of it is an address.
func FuzzAnswer(f *testing.F) {
	f.Add([]byte(`{"errcode":60020,"errmsg":"from ip: 203.0.113.9, more"}`), 200)
	f.Add([]byte(`{"errcode":0}`), 200)
	f.Add([]byte(`<html>`), 502)
	f.Fuzz(func(t *testing.T, body []byte, status int) {
		a := result{sent: true, status: status, body: body}
		a.understand()
		failure := judge("x", a)
		if (failure == nil) != a.ok() {
			t.Fatalf("%+v of %q", failure, body)
		}
		if a.ok() && !json.Valid(body) {
			t.Errorf("took %q for an answer", body)
		}
		if failure != nil && (failure.Why == "" || failure.Fate == bot.FateAccepted || failure.Fate == "") {
			t.Errorf("%+v", failure)
		}
		if failure != nil && failure.Detail != "" && strings.Trim(failure.Detail, "0123456789abcdef.:") != "" {
			t.Errorf("detail %q", failure.Detail)
		}
	})
}

func FuzzDialects(f *testing.F) {
	f.Add("| a | b |\n|---|---|\n| 1 | 2 |")
	f.Add("# **x**")
	f.Fuzz(func(t *testing.T, text string) {
		plain := untabled(text)
		if len(plain) > len(text) {
			t.Errorf("%q grew to %q", text, plain)
		}
		if tabled(plain) && !tabled(text) {
			t.Errorf("%q became a table", text)
		}
		for _, mention := range [][]string{nil, {"zhangwei"}} {
			m := robotWords(text, mention)
			switch {
			case m.Text != nil && len(m.Text.Content) > robotTextLimit, m.Mark != nil && len(m.Mark.Content) > robotMarkLimit, m.MarkV2 != nil && len(m.MarkV2.Content) > robotMarkLimit:
				t.Errorf("too long: %d bytes of text", len(text))
			}
		}
	})
}
