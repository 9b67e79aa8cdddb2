package bot_test

import (
	"strings"
	"testing"

	"anyuebot/bot"
)

// gatherWorld has a form whose first item takes several messages.
func gatherWorld(t *testing.T) *world {
	n := *loadNotice(t)
	n.Summary = "长文"
	n.Forms = append(n.Forms[:len(n.Forms):len(n.Forms)], bot.Form{
		ID: "长文", Title: "长文", Period: n.Year, Span: "2021年", Deadline: "总结",
		Fields: []bot.Field{
			{Item: 1, Label: "正文", Short: "正文", Ask: "请发正文。", Kind: bot.KindText, Gather: true, Instead: []string{"纸质版另送"}},
			{Item: 2, Label: "文号", Short: "文号", Ask: "请发文号；没有回“无”。", Kind: bot.KindText, Optional: true},
		},
	})
	return newWorld(t, &n, "单位,类别,联络员userid\n山河镇,乡镇,lisi\n")
}

func (w *world) text() string {
	w.t.Helper()
	return w.values(bot.ReportKey{Unit: "山河镇", Form: "长文", Period: w.n.Year})[1].String()
}

func TestGatherTakesPartsAsTheyAre(t *testing.T) {
	w := gatherWorld(t)
	w.say("lisi", "总结")
	for i, part := range []string{
		"一、基本情况\n1. 学习3次\n2. 宣讲2场，参与120人次", "取消了3项活动，改为网上开展", "改进作风，提交整改清单", "2021",
	} {
		if got := w.say("lisi", part); !strings.Contains(got, "已收"+string(rune('1'+i))+"段") {
			t.Errorf("%s: %s", part, got)
		}
	}
	want := "一、基本情况\n1. 学习3次\n2. 宣讲2场，参与120人次\n取消了3项活动，改为网上开展\n改进作风，提交整改清单\n2021"
	if w.text() != want {
		t.Errorf("%q", w.text())
	}
	if got := w.say("lisi", "撤销"); !strings.Contains(got, "已撤销") || strings.HasSuffix(w.text(), "2021") {
		t.Errorf("%s\n%q", got, w.text())
	}
	if got := w.say("lisi", "特此总结。"); !strings.Contains(got, "已收4段") {
		t.Error(got)
	}
	if got := w.say("lisi", "完成"); !strings.Contains(got, "（2/2）请发文号") {
		t.Error(got)
	}
	if got := w.say("lisi", "无"); !strings.Contains(got, "2项已填完") {
		t.Error(got)
	}
	if got := w.say("lisi", "提交"); !strings.Contains(got, "第1版") {
		t.Error(got)
	}
}

func TestGatherAsksBeforeItReplaces(t *testing.T) {
	w := gatherWorld(t)
	w.say("lisi", "总结")
	w.say("lisi", "第一稿。")
	w.say("lisi", "完成")
	steps := []struct{ say, reply, text string }{
		{"改1", "（1/2）请发正文。", "第一稿。"},
		{"第二稿。", "接上", "第一稿。"},
		{"对", "接上", "第一稿。"},
		{"还有一段。", "新发的10字", "第一稿。"},
		{"完成", "接上", "第一稿。"},
		{"提交", "还没有定下来", "第一稿。"},
		{"替换", "已收1段，共10字", "第二稿。\n还有一段。"},
		{"又一段。", "已收2段", "第二稿。\n还有一段。\n又一段。"},
		{"纸质版另送", "对吗", "第二稿。\n还有一段。\n又一段。"},
		{"对", "✓ 1 正文", "纸质版另送"},
	}
	for _, s := range steps {
		if got := w.say("lisi", s.say); !strings.Contains(got, s.reply) || w.text() != s.text {
			t.Fatalf("%s: %s\n%q", s.say, got, w.text())
		}
	}
}

func TestGatherHoldsItsBound(t *testing.T) {
	w := gatherWorld(t)
	w.say("lisi", "总结")
	part := strings.Repeat("安全生产", 1500) // 6,000 characters
	for range 4 {
		w.say("lisi", part)
	}
	if got := w.say("lisi", part); !strings.Contains(got, "放不下，没有记录") {
		t.Error(got)
	}
	if n := len([]rune(w.text())); n != 24_003 {
		t.Errorf("%d characters", n)
	}
	for name, record := range w.kept {
		if len(record) > 300<<10 {
			t.Errorf("%s has %d bytes", name, len(record))
		}
	}
}
