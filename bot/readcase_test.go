package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"anyuebot/bot"
)

// What one message makes of a case that is just begun: what is stored, what is
// put to the person first, and what is asked.
func TestCaseInOneMessage(t *testing.T) {
	n := loadNotice(t)
	long := strings.Repeat("检查发现该公司通道堆物", 8)
	tests := []struct {
		text  string
		draft string // the draft after it
		says  string
	}{
		{"标题：甲公司占道\n正文：检查发现占道，已整改。\n曝光：1\n转发：3", "1=甲公司占道 2=检查发现占道，已整改。 3=1 4=3", "4项已填完"},
		{"【案例标题】：甲公司占道 【案例正文】：检查发现占道。已整改。曝光2次，转发0篇", "1=甲公司占道 2=检查发现占道。已整改。 3=2 4=0", "4项已填完"},
		{"标题:甲公司占道 内容:检查发现占道,已整改 媒体曝光1家 转发数3", "1=甲公司占道 2=检查发现占道,已整改 3=1 4=3", "4项已填完"},
		{"正文：检查发现占道，已整改。标题：甲公司占道", "1=甲公司占道 2=检查发现占道，已整改。", "（3/4）"},
		{"标题：甲公司占道 正文：主要内容：检查发现占道，媒体转发。", "1=甲公司占道 2=主要内容：检查发现占道，媒体转发。", "（3/4）"},
		{"标题：甲公司占道 正文：检查发现占道。曝光约3次 转发1", "1=甲公司占道 2=检查发现占道。曝光约3次 4=1", "（3/4）"},
		{"标题：甲公司占道", "1=甲公司占道", "（2/4）"},
		{"曝光1 转发3", "3=1 4=3", "（1/4）"},
		{"甲公司占道\n检查发现占道，已整改。", "", "读作：第1项案例标题 甲公司占道、第2项案例正文 检查发现占道，已整改。"},
		{"甲公司占道\n检查发现占道，已整改。\n曝光1 转发3", "", "第3项主流媒体曝光数 1 次、第4项转发数 3 篇，对吗"},
		{long, "", "读作：第2项案例正文"},
		{"1. 甲公司占道\n2. 检查发现占道", "", "对吗"},
		{"甲公司3处通道被占", "1=甲公司3处通道被占", "（2/4）"},
		{"无", "", "6月没有案例，按“本月无”记，对吗"},
		{"没有", "", "按“本月无”记，对吗"},
		{"3", "", "（1/4）"},
		{"收到", "", "（1/4）"},
		{"在开会", "", "对吗"},
	}
	for _, tt := range tests {
		w := newWorld(t, n, "单位,类别,联络员userid\n山河镇,乡镇,lisi")
		w.now = time.Date(2021, 6, 22, 9, 0, 0, 0, w.now.Location())
		w.say("lisi", "案例")
		reply := w.say("lisi", tt.text)
		if have := w.caseDraft("2021-06"); have != tt.draft || !strings.Contains(reply, tt.says) {
			t.Errorf("%s\n  draft %s\n  want  %s\n  reply %s\n  want  %s", tt.text, have, tt.draft, reply, tt.says)
		}
	}
}

func (w *world) caseDraft(period string) string {
	values := w.values(bot.ReportKey{Unit: "山河镇", Form: w.n.Cases, Period: period})
	var parts []string
	for item := 1; item <= 4; item++ {
		if v, ok := values[item]; ok {
			parts = append(parts, fmt.Sprintf("%d=%s", item, v))
		}
	}
	return strings.Join(parts, " ")
}

// Words that come while a count is asked go on with the text, unless they answer
// it, speak to the bot or may be about the counts.
func TestCaseTextGoesOn(t *testing.T) {
	n := loadNotice(t)
	for text, goesOn := range map[string]bool{
		"6月12日复查，已整改到位":               true,
		"该公司负责人已被约谈，并罚款5000元，限期3日整改。": true,
		"1. 通道已腾空\n2. 标识已补齐":          true,
		"补充：已移交":                      true,
		"续：罚款3000元":                   true,
		"已整改到位":                       true,
		"1次":                          false,
		"没有曝光":                        false,
		"无":                           false,
		"3":                           false,
		"收到":                          false,
		"好的收到，谢谢":                     false,
		"约3次":                         false,
		"这个怎么算，网站的算不算？":              false,
		"被县电视台曝光1次，市电视台也曝光了一次，转发了两篇": false,
		"稍后再报吧今天太忙了":                 false,
	} {
		w := newWorld(t, n, "单位,类别,联络员userid\n山河镇,乡镇,lisi")
		w.now = time.Date(2021, 6, 22, 9, 0, 0, 0, w.now.Location())
		w.say("lisi", "案例 标题：甲公司占道 正文：检查发现占道。")
		before := w.caseDraft("2021-06")
		reply := w.say("lisi", text)
		after := w.caseDraft("2021-06")
		has := strings.HasPrefix(after, before+"\n")
		if has != goesOn || !has && strings.Contains(reply, "接在正文后面") {
			t.Errorf("%s\n  goes on: %v, want %v\n  draft %s\n  %s", text, has, goesOn, after, reply)
		}
	}
}

// Which month is meant, on the second of July with nothing reported.
func TestCaseMonth(t *testing.T) {
	n := loadNotice(t)
	for text, want := range map[string]string{
		"案例":          "这次报哪个月的",
		"案例 6月":       "案例（2021年6月）",
		"案例 六月":       "案例（2021年6月）",
		"案例 6月份":      "案例（2021年6月）",
		"案例：2021年6月":  "案例（2021年6月）",
		"案例 上月":       "案例（2021年6月）",
		"上个月案例":       "案例（2021年6月）",
		"6月典型案例":      "案例（2021年6月）",
		"案例 本月":       "案例（2021年7月）",
		"典型案例 7月":     "案例（2021年7月）",
		"案例 山河镇 6月":   "案例（2021年6月）",
		"填报 案例":       "这次报哪个月的",
		"填报 案例 6月":    "案例（2021年6月）",
		"案例 8月":       "8月还没到",
		"案例 12月":      "12月还没到",
		"案例 5月":       "案例从6月报到12月",
		"案例 2022年6月":  "案例从6月报到12月",
		"案例 13月":      "这次报哪个月的",
		"案例 6月 无":     "✓ 已记：山河镇6月没有典型案例",
		"6月无案例":       "✓ 已记：山河镇6月没有典型案例",
		"上月无":         "✓ 已记：山河镇6月没有典型案例",
		"本月无 7月":      "✓ 已记：山河镇7月没有典型案例",
		"本月无":         "哪个月没有",
		"本月无案例 8月":    "8月还没到",
		"后续有再报":       "✓ 已记：山河镇后续有案例再报",
		"案例 6月 标题：占道": "✓ 1 案例标题 占道",
	} {
		w := newWorld(t, n, "单位,类别,联络员userid\n山河镇,乡镇,lisi")
		w.now = time.Date(2021, 7, 2, 9, 0, 0, 0, w.now.Location())
		if reply := w.say("lisi", text); !strings.Contains(reply, want) {
			t.Errorf("%s\n  want %s\n  reply %s", text, want, reply)
		}
	}
}
