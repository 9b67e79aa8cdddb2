package bot_test

import (
	"testing"

	"pgregory.net/rapid"

	"anyuebot/bot"
)

// TestVoiceStoresNothing: whatever is spoken, and whatever stands open, no
// answer, reason, version, registration or message to others comes of it.
func TestVoiceStoresNothing(t *testing.T) {
	n := loadNotice(t)
	spoken := []string{
		"填报", "三次", "是", "否", "无", "对", "确认", "对对对", "不对", "好的", "确认，含线上", "其余无", "提交", "撤回", "撤销", "改1 4", "第12项改为5", "把12改成5",
		"演练2场50人", "1-3：3 120 是", "12 企业开展“安全红袖章”…活动 5 场", "学习了两次，每次12人", "登记 县妇联", "登记 县妇", "撤回登记", "1", "第一个", "县妇联", "28", "又1场", "3 120", "某企业动火未审批，已整改",
		"不对，4次", "确认登记", "通知 明天开会", "催报", "恢复发送", "配对 一群", "退回 山河镇 1 请核实",
	}
	typed := append([]string{"跳过", "上一项", "改3", "改 警示教育 3", "预览", "2 9000", "改2 9000", "改1 0"}, spoken...)
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, n, "单位,类别,联络员userid\n山河镇,乡镇,lisi\n周家镇,乡镇,office\n县妇联,部门,\n县妇幼,部门,\n")
		if rapid.Bool().Draw(t, "submitted") {
			for _, text := range []string{"填报", "1-3：3 120 是", "其余无", "确认", "无", "否", "提交"} {
				w.say("lisi", text)
			}
		}
		for range rapid.IntRange(1, 20).Draw(t, "messages") {
			from := rapid.SampledFrom([]string{"lisi", "lisi", "zhao", "office"}).Draw(t, "from")
			if rapid.Bool().Draw(t, "types") {
				w.say(from, rapid.SampledFrom(typed).Draw(t, "text"))
				continue
			}
			before, log, sent, resumed, units := w.fork(t), len(w.log), w.sent, w.resumed, append([]bot.Unit(nil), w.units...)
			text := rapid.SampledFrom(spoken).Draw(t, "spoken")
			reply := w.turn(from, bot.Message{Media: bot.MediaVoice, Text: text})
			if len(w.log) != log || w.sent != sent || w.resumed != resumed || len(w.chats) != len(before.chats) {
				t.Fatalf("%s: something was done:\n%s", text, reply)
			}
			for i := range units {
				if units[i].Liaison != w.units[i].Liaison {
					t.Fatalf("%s: bound or released:\n%s", text, reply)
				}
			}
			for _, unit := range []string{"山河镇", "周家镇"} {
				old, _ := before.report(w.key(unit))
				now, _ := w.report(w.key(unit))
				if old != nil && (bot.Fingerprint(old.Draft) != bot.Fingerprint(now.Draft) || old.Version != now.Version || old.Counted != now.Counted || len(old.Reasons) != len(now.Reasons) || old.State != now.State && old.State != bot.NotStarted) ||
					old == nil && now != nil && len(now.Draft) > 0 {
					t.Fatalf("%s: %s has changed:\n%s", text, unit, reply)
				}
			}
		}
	})
}

func TestSpokenSubmit(t *testing.T) {
	w := newWorld(t, loadNotice(t), "单位,类别,联络员userid\n山河镇,乡镇,lisi\n")
	for _, text := range []string{"填报", "1-3：3 120 是", "其余无", "确认", "无", "否"} {
		w.say("lisi", text)
	}
	version := func() int { r, _ := w.report(w.key("山河镇")); return r.Version }
	for _, text := range []string{"提交", "提交", "确认", "对"} {
		reply := w.turn("lisi", bot.Message{Media: bot.MediaVoice, Text: text})
		if version() != 0 {
			t.Fatalf("%s spoken made a version: %s", text, reply)
		}
	}
	if reply := w.say("lisi", "确认"); version() != 1 {
		t.Error(reply)
	}
}
