package bot_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"anyuebot/bot"
)

const fourUnits = "单位,类别,联络员userid\n山河镇,乡镇,lisi\n三嘉乡,乡镇,wang\n周家镇,乡镇,wang\n县妇联,部门,\n"

func holds(t *testing.T, about, reply string, want ...string) {
	t.Helper()
	for _, w := range want {
		if never, ok := strings.CutPrefix(w, "!"); ok {
			if strings.Contains(reply, never) {
				t.Errorf("%s: must not say %s:\n%s", about, never, reply)
			}
		} else if !strings.Contains(reply, w) {
			t.Errorf("%s: missing %s:\n%s", about, w, reply)
		}
	}
}

func TestDelivery(t *testing.T) {
	w := newWorld(t, loadNotice(t), fourUnits)
	holds(t, "nothing sent yet", w.say("office", "送达"), "还没有发过通知或催报")
	w.chats = []bot.Chat{{ID: "g9", Name: "乡镇群"}}
	w.halts = []bot.Halt{{Via: "app", Code: 60020, Why: "ip", Detail: "203.0.113.7", Since: w.now.Add(-time.Hour)}}
	w.sent = &bot.Sent{
		Broadcast: bot.Broadcast{Kind: bot.BroadcastNudge, At: w.now.Add(-2 * time.Hour)},
		Counts: map[bot.DeliveryState]int{
			bot.DeliveryAccepted: 50, bot.DeliveryRefused: 3, bot.DeliveryPending: 1, bot.DeliverySending: 1,
			bot.DeliveryDeferred: 1, bot.DeliveryHeld: 4, bot.DeliveryGaveUp: 2, bot.DeliveryDropped: 6,
		},
		Missed: []bot.Delivery{
			{Person: "p-lisi", Units: []string{"山河镇"}, State: bot.DeliveryRefused, Why: "member"},
			{Person: "p-wang", Units: []string{"三嘉乡", "周家镇"}, State: bot.DeliveryRefused, Why: "member"},
			{Group: "g9", State: bot.DeliveryGaveUp, Why: "never heard of", Code: 12345},
			{Person: "p-y", Units: []string{"湫头镇"}, State: bot.DeliveryGaveUp, Why: "unsure", Unsure: true},
			{Person: "p-x", Units: []string{"县妇幼"}, State: bot.DeliveryAccepted, Unsure: true},
		},
		Twice:     9,
		Unreached: []string{"县妇联"},
	}
	private := w.say("office", "送达情况")
	holds(t, "in private", private,
		"个人消息（自建应用）自2021年6月28日（星期一）8时00分起停发：请在管理后台把 203.0.113.7 加入企业可信IP", "恢复发送",
		"催报送达情况", "还在陆续交办",
		"已被企业微信接收 50（不等于已读）", "被拒 3", "待发 7", "没能确认送达 2", "不再需要 6",
		"没发到：山河镇、三嘉乡、周家镇。通讯录里没有这个人", "没发到：工作群“乡镇群”。企业微信返回错误 12345", "还有 1 个没有列出",
		"不知道送到没有：湫头镇。发了两次", "!没发到：湫头镇",
		"可能重复送达：县妇幼（", "还有 8 个没有列出", "县妇联", "请电话通知")
	group := w.turn("office", bot.Message{Media: bot.MediaText, Text: "送达", Group: "g"})
	holds(t, "in a group", group, "有 1 个发送通道停发", "!203.0.113.7", "没发到 2 个（名单请私聊看）", "不知道送到没有 1 个", "可能重复送达 9 个", "!山河镇", "!县妇联", "!县妇幼")
	w.sent.Broadcast = bot.Broadcast{Kind: bot.BroadcastNotice, Text: "@所有人 停电", At: w.now}
	holds(t, "which notice", w.turn("office", bot.Message{Media: bot.MediaText, Text: "送达", Group: "g"}), "通知“停电”送达情况")
	w.sent.Broadcast.Units = []string{"山河镇"}
	holds(t, "which notice to some", w.say("office", "送达"), "通知“停电”送达情况")
	holds(t, "which notice to some, in a group", w.turn("office", bot.Message{Media: bot.MediaText, Text: "送达", Group: "g"}), "通知送达情况", "!停电")
	holds(t, "a liaison", w.say("lisi", "送达"), "由县安委办办理", "!接收")

	for _, text := range []string{"进度", "通知 明天开会", "催报", "你好"} {
		holds(t, text, w.say("office", text), "加入企业可信IP")
		w.say("office", "取消")
	}
	holds(t, "a liaison's welcome", w.say("lisi", "你好"), "!可信IP")
	holds(t, "resume by voice", w.turn("office", bot.Message{Media: bot.MediaVoice, Text: "恢复发送"}), "听到“恢复发送”")
	if w.resumed != 0 {
		t.Error("resumed by what was only heard")
	}
	holds(t, "resume", w.say("office", "对"), "✓ 已恢复：个人消息（自建应用）")
	if w.resumed != 1 {
		t.Errorf("resumed %d times", w.resumed)
	}
	holds(t, "nothing to resume", w.say("office", "恢复发送"), "没有停发的通道")
}

// TestEveryCauseHasItsMend: whatever cause a road reports, the office reads a
// sentence and no blank.
func TestEveryCauseHasItsMend(t *testing.T) {
	for _, why := range append(bot.OutWhys(), "", "new") {
		w := newWorld(t, loadNotice(t), fourUnits)
		w.halts = []bot.Halt{{Via: "robot", Why: why, Code: 7, Since: w.now}}
		holds(t, why, w.say("office", "进度"), "群机器人自", "起停发：", "!{", "!}")
	}
}

func TestReach(t *testing.T) {
	chats := []bot.Chat{{ID: "g1", Name: "甲群", Robot: "key-000000000001"}, {ID: "g2"}}
	for _, test := range []struct {
		about string
		reach bot.Reach
		text  string
		want  []string
	}{
		{"app and robots", bot.Reach{Person: "app", Group: "robot"}, "通知 开会", []string{"2 名联络员", "工作群：1 个（甲群）", "发出请回"}},
		{"long connection", bot.Reach{Person: "long", Group: "long"}, "通知 开会", []string{"从没给我发过消息的人收不到", "工作群：2 个（甲群、未命名的群）", "发出请回"}},
		{"groups alone", bot.Reach{Group: "robot"}, "通知 开会", []string{"没有通道", "ANYUE_APP_SECRET", "发出请回"}},
		{"nothing", bot.Reach{}, "通知 开会", []string{"没有通道", "谁也发不到，没有发", "!发出请回"}},
		{"nothing for persons", bot.Reach{Group: "robot"}, "催报", []string{"没有通道", "4 个单位现在都发不到，没有催", "电话", "!发出请回"}},
		{"nobody bound", bot.Reach{Person: "app"}, "催报 县妇联", []string{"县妇联", "电话", "!发出请回"}},
		{"some units go to no group", bot.Reach{Person: "app", Group: "robot"}, "通知 山河镇：开会", []string{"不发工作群", "!甲群"}},
		{"too long", bot.Reach{Person: "app"}, "通知 " + strings.Repeat("安", 601), []string{"601字，太长，没有发", "!发出请回"}},
		{"as long as may be", bot.Reach{Person: "app"}, "通知 " + strings.Repeat("安", 600), []string{"发出请回"}},
		{"call on everybody alone", bot.Reach{Person: "app"}, "通知 @所有人", []string{"请把正文写在后面", "!发出请回"}},
		{"a time is no unit", bot.Reach{Person: "app"}, "通知 6月29日15:00开会", []string{"6月29日15:00开会", "发出请回"}},
		{"a slip in a name", bot.Reach{Person: "app"}, "通知 山河乡：开会", []string{"“山河乡”名册上没有", "!发出请回"}},
		{"one of two unknown", bot.Reach{Person: "app"}, "通知 山河镇、火星：开会", []string{"“火星”名册上没有", "!发出请回"}},
		{"everybody by name", bot.Reach{Person: "app"}, "通知 各单位：开会。", []string{"各单位：开会。", "2 名联络员"}},
		{"no such unit", bot.Reach{Person: "app"}, "催报 火星", []string{"名册上没有“火星”"}},
	} {
		w := newWorld(t, loadNotice(t), fourUnits)
		w.chats, w.reach = chats, test.reach
		reply := w.say("office", test.text)
		holds(t, test.about, reply, test.want...)
		if sent := w.say("office", "确认"); strings.Contains(reply, "发出请回") != strings.Contains(sent, "已交办") {
			t.Errorf("%s: after 确认: %s", test.about, sent)
		}
	}
}

// TestNobodyIsChasedWhoHasFinished: between the office's 确认 and the sending a
// unit submits, a liaison loses their unit, a report is sent back.
func TestNobodyIsChasedWhoHasFinished(t *testing.T) {
	n := loadNotice(t)
	now := time.Date(2021, 6, 28, 9, 0, 0, 0, time.FixedZone("CST", 8*3600))
	p := bot.Person{ID: "p", Units: []string{"山河镇", "三嘉乡"}}
	nudge := bot.Broadcast{Kind: bot.BroadcastNudge, Form: n.Main}
	filling := bot.Status{Unit: "山河镇", State: bot.Filling, Filled: 3}
	done := bot.Status{Unit: "山河镇", State: bot.Submitted, Version: 1, Filled: 47}
	back := bot.Status{Unit: "山河镇", State: bot.Returned, Version: 1, Filled: 47}
	other := bot.Status{Unit: "三嘉乡", State: bot.Submitted, Version: 2}
	for _, test := range []struct {
		about string
		b     bot.Broadcast
		to    bot.Recipient
		now   time.Time
		want  string // "" for nothing
	}{
		{"filling", nudge, bot.Recipient{Person: p, Status: []bot.Status{filling, other}}, now, "山河镇的附件2待报送，已填3/47项"},
		{"submitted meanwhile", nudge, bot.Recipient{Person: p, Status: []bot.Status{done, other}}, now, ""},
		{"sent back", nudge, bot.Recipient{Person: p, Status: []bot.Status{back, other}}, now, "第1版请核实后再提交"},
		{"withdrawn", nudge, bot.Recipient{Person: p, Status: []bot.Status{{Unit: "山河镇", State: bot.Filling, Filled: 47}}}, now, "已填完47项，待提交"},
		{"speaks for no unit any more", nudge, bot.Recipient{Person: bot.Person{ID: "p"}, Status: []bot.Status{filling}}, now, ""},
		{"another unit was meant", bot.Broadcast{Kind: bot.BroadcastNudge, Form: n.Main, Units: []string{"三嘉乡"}}, bot.Recipient{Person: p, Status: []bot.Status{filling, other}}, now, ""},
		{"late", nudge, bot.Recipient{Person: p, Status: []bot.Status{filling}}, now.AddDate(0, 0, 9), "已过报送时间，尚未收到"},
		{"a nudge to a group", nudge, bot.Recipient{Chat: &bot.Chat{ID: "g"}}, now, ""},
		{"another form", bot.Broadcast{Kind: bot.BroadcastNudge, Form: "附件1"}, bot.Recipient{Person: p, Status: []bot.Status{filling}}, now, ""},
		{"a notice", bot.Broadcast{Kind: bot.BroadcastNotice, Text: "开会"}, bot.Recipient{Person: p}, now, "【县安委办通知】"},
		{"a notice to nobody any more", bot.Broadcast{Kind: bot.BroadcastNotice, Text: "开会"}, bot.Recipient{Person: bot.Person{ID: "p"}}, now, ""},
		{"a notice for some in a group", bot.Broadcast{Kind: bot.BroadcastNotice, Text: "开会", Units: []string{"山河镇"}}, bot.Recipient{Chat: &bot.Chat{ID: "g"}}, now, ""},
		{"of no known kind", bot.Broadcast{Kind: "x", Text: "开会", Groups: true}, bot.Recipient{Person: p}, now, ""},
	} {
		send, ok := bot.Compose(n, test.b, test.to, test.now)
		if ok != (test.want != "") {
			t.Errorf("%s: sent is %t", test.about, ok)
			continue
		}
		if ok {
			w := newWorld(t, n, "")
			holds(t, test.about, w.words(send.Say), test.want, "!三嘉乡的附件2")
		}
	}
}

// TestNudgeFits: one liaison for many units gets one message that every channel takes.
func TestNudgeFits(t *testing.T) {
	n := loadNotice(t)
	p := bot.Person{ID: "p"}
	var status []bot.Status
	for i := range 60 {
		name := fmt.Sprintf("中央省市驻正宁县某某单位第%02d分局（办事处）", i)
		p.Units = append(p.Units, name)
		status = append(status, bot.Status{Unit: name, State: bot.Filling, Filled: 12})
	}
	w := newWorld(t, n, "")
	send, _ := bot.Compose(n, bot.Broadcast{Kind: bot.BroadcastNudge, Form: n.Main}, bot.Recipient{Person: p, Status: status}, w.now)
	if text := w.words(send.Say); len(text) > bot.ParcelLimit {
		t.Errorf("%d bytes", len(text))
	}
	notice, _ := bot.Compose(n, bot.Broadcast{Kind: bot.BroadcastNotice, Text: strings.Repeat("*", 600)}, bot.Recipient{Person: p}, w.now)
	if text := w.words(notice.Say); len(text) > bot.ParcelLimit {
		t.Errorf("%d bytes", len(text))
	}
}

func TestPairingExpires(t *testing.T) {
	const key = "693a91f6-7ab4-4bc4-97a0-0ec2sifa5aaa"
	pair := func(wait time.Duration, chats ...bot.Chat) (*world, string) {
		w := newWorld(t, loadNotice(t), fourUnits)
		w.chats = chats
		w.say("office", "配对 "+key+" 乡镇群")
		w.now = w.now.Add(wait)
		return w, w.turn("office", bot.Message{Media: bot.MediaText, Text: "配对 987654", Group: "g"})
	}
	if w, reply := pair(15 * time.Minute); !strings.Contains(reply, "✓ 本群已配对，名称：乡镇群") || w.chats[0].Robot != key || w.chats[0].ID != "g" {
		t.Errorf("in time: %+v\n%s", w.chats, reply)
	}
	if w, reply := pair(15*time.Minute + time.Second); !strings.Contains(reply, "已过期") || len(w.chats) > 0 {
		t.Errorf("too late: %s", reply)
	}
	w, reply := pair(0, bot.Chat{ID: "other", Name: "别的群", Robot: key})
	if !strings.Contains(reply, "已配对“别的群”") || len(w.chats) != 1 {
		t.Errorf("one robot for two groups: %s", reply)
	}
	if reply := w.say("office", "配对 随便写的"); !strings.Contains(reply, "不像群机器人的地址") {
		t.Error(reply)
	}
	w.reach.Group = ""
	if reply := w.turn("office", bot.Message{Media: bot.MediaText, Text: "配对 二群", Group: "g2"}); !strings.Contains(reply, "✓ 本群已配对，名称：二群") || !strings.Contains(reply, "还发不到") {
		t.Error(reply)
	}
}

// TestKeyIsNeverSaid: however a robot's key comes in, and wherever, no word to
// anybody, no card and no line of the log has it.
func TestKeyIsNeverSaid(t *testing.T) {
	const key = "693a91f6-7ab4-4bc4-97a0-0ec2sifa5aaa"
	const address = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=" + key
	n := loadNotice(t)
	for _, text := range []string{
		"配对 " + key, "配对 " + address, "配对 " + address + " 乡镇群", "配对 乡镇群 " + key, "配对：" + key, "配对" + key, "配对 " + key + "。", "配对 key=" + key + "，乡镇群",
		"配对 " + address + "&debug=1", "配对 “" + key + "”", "配对 <" + address + ">", "配对 " + strings.ToUpper(key), "配对 乡镇群：" + key,
		"配对 " + key + key, "配对 我" + key + "你",
	} {
		for _, group := range []string{"", "g"} {
			for _, media := range []bot.Media{bot.MediaText, bot.MediaVoice} {
				w := newWorld(t, n, fourUnits)
				about := fmt.Sprintf("%s, %s in %q", text, media, group)
				reply := w.turn("office", bot.Message{Media: media, Text: text, Group: group})
				more := []string{w.turn("office", bot.Message{Media: bot.MediaText, Text: "配对 987654", Group: "g"}), w.say("office", "配对")}
				if said := fmt.Sprint(reply, more, w.log); strings.Contains(strings.ToLower(said), key[:8]) {
					t.Errorf("%s: the key is said:\n%s", about, said)
				}
				for _, chat := range w.chats {
					if strings.Contains(strings.ToLower(chat.Name), key[:8]) {
						t.Errorf("%s: the key is the group's name", about)
					}
				}
			}
		}
	}
}

func TestFileProblems(t *testing.T) {
	n := loadNotice(t)
	for _, problem := range []bot.FileProblem{bot.FileTooLarge, bot.FileEmpty, bot.FileExpired, bot.FileLost, bot.FileDamaged, bot.FileMislabeled, bot.FileBomb} {
		w := newWorld(t, n, fourUnits)
		reply := w.turn("lisi", bot.Message{Media: bot.MediaFile, Files: []bot.File{{Name: "附件2.docx", Problem: problem}}})
		holds(t, string(problem), reply, "文件“附件2.docx”", "没有收", "!已存档", "!没有读取")
		if len(w.files) > 0 {
			t.Errorf("%s: kept all the same", problem)
		}
	}
	w := newWorld(t, n, fourUnits)
	reply := w.turn("wang", bot.Message{Media: bot.MediaImage, Group: "g", Files: []bot.File{
		{Hash: "1", Type: "image/png", Size: 10}, {Hash: "2", Type: "image/jpeg", Size: 10}, {Problem: bot.FileExpired},
		{Hash: "3", Type: "video/mp4", Size: 3 << 20}, {Hash: "4", Name: strings.Repeat("长", 60) + ".xlsx", Size: 1},
	}})
	holds(t, "several", reply, "收到图片 2 张，已存档", "图片的下载时限已过", "收到视频（3.0 MB）", "长长.xlsx”（1 KB）", "请私聊发给我")
	if len(w.files) != 4 || w.files[0].By != "p-wang" || !w.files[0].At.Equal(w.now) || len(w.files[0].Units) != 2 || w.files[0].Group != "g" {
		t.Errorf("%+v", w.files)
	}
	w.turn("zhao", bot.Message{Media: bot.MediaImage, Files: []bot.File{{Hash: "5", Type: "image/png", Size: 10}}})
	if len(w.files) != 4 {
		t.Error("a stranger's file was kept")
	}
}

func TestRating(t *testing.T) {
	w := newWorld(t, loadNotice(t), fourUnits)
	w.say("lisi", "填报")
	before := string(w.kept["session lisi"])
	reply := w.turn("lisi", bot.Message{Media: bot.MediaRating, Rating: bot.Rating{Reply: "r", Score: 2, Words: " 数不对 "}})
	last := w.log[len(w.log)-1]
	if reply != "" || last.What != "feedback" || last.Number != 2 || last.Text != "数不对" || last.By != "p-lisi" {
		t.Errorf("%q, %+v", reply, last)
	}
	if string(w.kept["session lisi"]) != before {
		t.Error("a rating changed what stands open")
	}
}
