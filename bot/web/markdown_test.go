package web

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestToHTML(t *testing.T) {
	for name, test := range map[string]struct{ in, want string }{
		"lines":        {"12 活动 5 场\n13 参与 60 人次", "<p>12 活动 5 场<br>\n13 参与 60 人次</p>"},
		"wide indent":  {"✓ 1 学习 3 次\n　✓ 2 参与", "<p>✓ 1 学习 3 次<br>\n　✓ 2 参与</p>"},
		"block markup": {"<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>"},
		"markup":       {`好<img src=x onerror="a()">`, "<p>好&lt;img src=x onerror=&quot;a()&quot;&gt;</p>"},
		"comment":      {"<!-- 数 -->", "<p>&lt;!-- 数 --&gt;</p>"},
		"evil link":    {"[看](javascript:alert(1))", `<p><a href="">看</a></p>`},
		"definition":   {"[1]: 见附件", "<p>[1]: 见附件</p>"},
		"range":        {"3~5次，6~8次", "<p>3~5次，6~8次</p>"},
		"strong":       {"**2021年**", "<p><strong>2021年</strong></p>"},
		"list":         {"几项：\n1. 甲\n2. 乙\n请回复", "<p>几项：</p>\n<ol>\n<li>甲</li>\n<li>乙</li>\n</ol>\n<p>请回复</p>"},
		"table": {"| 项 | 数 |\n|---|--:|\n| 甲 | 1 |\n完", "<table>\n<thead>\n<tr>\n<th>项</th>\n<th align=\"right\">数</th>\n</tr>\n</thead>\n" +
			"<tbody>\n<tr>\n<td>甲</td>\n<td align=\"right\">1</td>\n</tr>\n</tbody>\n</table>\n<p>完</p>"},
		"code": {"```\n1. a\nb\n```", "<pre><code>1. a\nb\n</code></pre>"},
	} {
		if diff := cmp.Diff(test.want, toHTML(test.in)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
