package bot_test

import (
	"maps"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"anyuebot/bot"
	"anyuebot/bot/transcript"
)

// TestMaterialAndQuestionsKeepApart plays messages in any order, from a liaison
// and the office: a bag and a question never stand open together, every file is
// kept, whatever was asked, and nothing that goes into a bag changes a figure.
func TestMaterialAndQuestionsKeepApart(t *testing.T) {
	n := loadNotice(t)
	says := []string{
		"材料", "材料 好的做法", "材料 第12项", "材料 工作机构 第99项", "完成", "1", "3", "第12项的照片", "盖章件", "一致", "有改动", "旧", "不是",
		"填报", "继续", "3次，参与120人次", "对", "不对", "确认", "改12 5", "改12", "改5 一百六十多", "160", "撤销", "预览", "提交", "撤回",
		"其余无", "是", "无", "退出", "总结", "一、基本情况，全镇开展宣传活动。", "接上", "替换", "纸质版另送", "镇上开展了夜查", "收到", "帮助", "进度", "下页", "查 三嘉乡",
	}
	rapid.Check(t, func(rt *rapid.T) {
		w := newWorld(rt, n, "单位,类别,联络员userid\n山河镇,乡镇,lisi\n三嘉乡,乡镇,wang\n")
		for range rapid.IntRange(5, 40).Draw(rt, "turns") {
			turn := transcript.Turn{From: rapid.SampledFrom([]string{"lisi", "lisi", "lisi", "wang"}).Draw(rt, "who"), Group: rapid.IntRange(0, 4).Draw(rt, "group") == 0}
			sent := 0
			switch rapid.IntRange(0, 9).Draw(rt, "how") {
			case 0, 1:
				turn.How, turn.Quote, sent = "图片", strconv.Itoa(rapid.IntRange(0, 5).Draw(rt, "picture")), 1
			case 2:
				turn.How, turn.Quote, turn.Text, sent = "文件", strconv.Itoa(rapid.IntRange(0, 5).Draw(rt, "content")), rapid.SampledFrom([]string{"a.docx", "b.pdf", "c.xlsx"}).Draw(rt, "file"), 1
			case 3:
				turn.How, turn.Text, sent = "图片", rapid.SampledFrom(says).Draw(rt, "caption"), 1
			default:
				turn.Text = rapid.SampledFrom(says).Draw(rt, "text")
			}
			before, kept := w.session(turn.From), len(w.files)
			values := map[string]map[int]bot.Value{"山河镇": w.draft("山河镇"), "三嘉乡": w.draft("三嘉乡")}
			reply, err := w.act(turn)
			if err != nil {
				rt.Fatal(err)
			}
			if reply == "" {
				rt.Fatalf("no answer to %+v", turn)
			}
			after := w.session(turn.From)
			if after.Bag != nil && (after.Asking != 0 || after.Proposal != nil) {
				rt.Fatalf("%+v: a bag and a question are open: %+v\n%s", turn, after, reply)
			}
			if fresh := w.files[kept:]; sent > 0 && (len(fresh) == 0 || fresh[0].Seen == bot.SeenNamed && turn.Text == "") {
				rt.Fatalf("%+v: the file was not kept: %+v", turn, fresh)
			}
			if before.Bag != nil && after.Bag != nil && turn.Text != "改12 5" {
				for unit, was := range values {
					if now := w.draft(unit); !maps.Equal(was, now) {
						rt.Fatalf("%+v: the bag changed %s: %v, was %v\n%s", turn, unit, now, was, reply)
					}
				}
			}
		}
	})
}
