package bot_test

import (
	"fmt"
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

// TestSpokenCommandsWait: a spoken command that does something is first put to
// whoever spoke, and what is not done is done once they type 对.
func TestSpokenCommandsWait(t *testing.T) {
	n := loadNotice(t)
	const roster = "单位,类别,联络员userid\n山河镇,乡镇,lisi\n县妇联,部门,\n县妇幼,部门,\n"
	full := []string{"填报", "1-3：3 120 是", "其余无", "确认", "无", "否", "提交"}
	done := func(w *world) string {
		r, _ := w.report(w.key("山河镇"))
		return fmt.Sprint(r, w.units, w.people, w.chats, w.sent, w.resumed, len(w.log))
	}
	for _, c := range []struct {
		about   string
		before  []string // typed by lisi
		from    string
		group   string
		before2 []string // typed by zhao
		spoken  string
		typed   string // does it after all; "" for what can't be done by voice
	}{
		{about: "take back an answer", before: []string{"填报", "3次"}, from: "lisi", spoken: "撤销", typed: "对"},
		{about: "withdraw a version", before: full, from: "lisi", spoken: "撤回", typed: "对"},
		{about: "register", from: "zhao", spoken: "登记 县妇联", typed: "对"},
		{about: "register by a choice", before2: []string{"登记 县妇"}, from: "zhao", spoken: "1", typed: "对"},
		{about: "take back a registration", before2: []string{"登记 县妇联"}, from: "zhao", spoken: "撤回登记", typed: "对"},
		{about: "confirm registrations", before2: []string{"登记 县妇联"}, from: "office", spoken: "确认登记", typed: "对"},
		{about: "confirm one", before2: []string{"登记 县妇联"}, from: "office", spoken: "确认登记 县妇联", typed: "对"},
		{about: "send a report back", before: full, from: "office", spoken: "退回 山河镇 1 请核实", typed: "对"},
		{about: "send a notice", from: "office", spoken: "通知 明天开会", typed: "确认"},
		{about: "nudge", from: "office", spoken: "催报", typed: "确认"},
		{about: "pair a group", from: "office", group: "g", spoken: "配对 一群"},
	} {
		w := newWorld(t, n, roster)
		for _, text := range c.before {
			w.say("lisi", text)
		}
		for _, text := range c.before2 {
			w.say("zhao", text)
		}
		w.session(c.from) // who never wrote is known from here on
		before := done(w)
		reply := w.turn(c.from, bot.Message{Media: bot.MediaVoice, Text: c.spoken, Group: c.group})
		if now := done(w); now != before {
			t.Errorf("%s: done at once:\n%s\nwas %s\nis  %s", c.about, reply, before, now)
		}
		if c.typed == "" {
			continue
		}
		if reply := w.turn(c.from, bot.Message{Media: bot.MediaText, Text: c.typed, Group: c.group}); done(w) == before {
			t.Errorf("%s: not done after %s:\n%s", c.about, c.typed, reply)
		}
	}
}
