package bot_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"anyuebot/bot"
)

const nominees = "单位,类别,联络员userid\n山河镇,乡镇,\n三嘉乡,乡镇,wang\n"

func nominationKey(n *bot.Notice, unit string) bot.ReportKey {
	return bot.ReportKey{Unit: unit, Form: n.Nomination, Period: n.Form(n.Nomination).Period}
}

// TestNominationInFewMessages counts what a liaison has to write, from 登记 to the
// receipt: at most ten messages by whatever way.
func TestNominationInFewMessages(t *testing.T) {
	n := loadNotice(t)
	const most = 10
	for name, said := range map[string][]string{
		"group by group": {
			"登记 山河镇", "李四 男 副镇长", "0934-6120000 无 山河镇东街1号", "13800000000 无 lisi_2021 无", "提交",
		},
		"in one": {
			"登记 山河镇\n姓名：李四 性别：男 职务：副镇长 办公电话：0934-6120000 传真：无 通信地址：山河镇东街1号 手机：13800000000 QQ：无 微信：同手机 邮箱：无", "提交",
		},
		"by and by": {
			"登记 山河镇", "李四", "男", "副镇长", "6120000", "通信地址：山河镇东街1号", "无", "13800000000", "都没有", "提交",
		},
		"with the name from the address book": {
			"登记 山河镇", "对 男 副镇长", "无 无 山河镇东街1号", "13800000000 其余无", "确认", "提交",
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, n, nominees)
			if strings.Contains(name, "address book") {
				w.called = map[string]string{"lisi": "李四"}
			}
			var reply string
			for _, text := range said {
				reply = w.say("lisi", text)
				t.Logf("%s\n%s", text, reply)
			}
			if !strings.Contains(reply, "✓ 山河镇附件1已提交，第1版") {
				t.Errorf("%d messages end in\n%s", len(said), reply)
			}
			if values := w.values(nominationKey(n, "山河镇")); len(values) != n.Form(n.Nomination).Asked() || values[1].Text != "李四" || values[5].Text != "13800000000" {
				t.Errorf("%v", values)
			}
			if t.Logf("%d messages", len(said)); len(said) > most {
				t.Errorf("%d messages, at most %d", len(said), most)
			}
		})
	}
}

// TestAddressBookName: what the address book says is put to the person, and is no
// value till they agree.
func TestAddressBookName(t *testing.T) {
	n := loadNotice(t)
	for _, c := range []struct {
		called, said string
		known        bool
		want         string
	}{
		{"李四", "对", true, "李四"},
		{"李四", "男 副镇长", true, ""},
		{"李四", "张三 男 副镇长", true, "张三"},
		{"李四", "对 男 副镇长", true, "李四"},
		{"山河镇-办公室", "对", false, ""},
		{"lisi", "对", false, ""},
		{"", "对", false, ""},
	} {
		w := newWorld(t, n, nominees)
		w.called = map[string]string{"lisi": c.called}
		reply := w.say("lisi", "登记 山河镇")
		if known := strings.Contains(reply, "通讯录里您的姓名是"); known != c.known {
			t.Errorf("%q is proposed: %t\n%s", c.called, known, reply)
		}
		w.say("lisi", c.said)
		if got := w.values(nominationKey(n, "山河镇"))[1].Text; got != c.want {
			t.Errorf("%q and %q give %q, want %q", c.called, c.said, got, c.want)
		}
	}
}

var (
	secrets = []string{"13800000000", "138 0000 0001", "139-0000-0002", "wx_secret1", "secret@example.com", "987654321", "１３８００００００３"}
	forms   = map[bot.Kind]*regexp.Regexp{
		bot.KindMobile: regexp.MustCompile(`^1[3-9]\d{9}$`),
		bot.KindPhone:  regexp.MustCompile(`^(无|不适用|暂不掌握|(0\d{2,3}-)?[2-9]\d{6,7}(转\d{1,6})?)$`),
		bot.KindDigits: regexp.MustCompile(`^(无|\d{5,11})$`),
		bot.KindEmail:  regexp.MustCompile(`^(无|[^@ ]+@[^@ ]+\.[^@ ]+)$`),
		bot.KindChoice: regexp.MustCompile(`^(男|女)$`),
		bot.KindWeChat: regexp.MustCompile(`^(无|同手机号|[\w-]{5,20})$`),
		bot.KindName:   regexp.MustCompile(`^[^\d@]+$`),
		bot.KindPost:   regexp.MustCompile(`^[^@]+$`),
	}
	manyDigits = regexp.MustCompile(`\d{7,}`)
)

// TestPrivateItemsStayPrivate has a liaison send whatever comes to mind, in the
// group and in private. What goes into an item has the form of its kind; what is
// said in the group and what is logged holds no number or address of theirs.
func TestPrivateItemsStayPrivate(t *testing.T) {
	n := loadNotice(t)
	form := n.Form(n.Nomination)
	words := append([]string{
		"登记 山河镇", "登记", "继续", "填报 附件1", "预览", "提交", "撤回", "撤销", "上一项", "跳过", "其余无", "列出", "确认", "对", "不对", "无", "都没有", "收到", "帮助", "怎么填 5", "进度", "我是谁",
		"李四 男 副镇长", "李四", "女", "副镇长", "周书记", "6120000", "0934-6120000转801", "6120000 6120001 山河镇东街1号", "山河镇东街1号", "没有传真", "正在开会", "明天行吗？", "撤回登记", "退出",
	}, secrets...)
	labels := []string{"手机", "手机：", "办公电话", "传真 ", "QQ", "微信号：", "邮箱", "地址", "姓名", "职务：", "改5 ", "改4 ", "改7 ", "改9 ", "第5项改为", "5-8：", ""}
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, n, nominees)
		w.say("lisi", "登记 山河镇")
		for range rapid.IntRange(1, 20).Draw(t, "messages") {
			text := rapid.OneOf(
				rapid.SampledFrom(words),
				rapid.Custom(func(t *rapid.T) string {
					return rapid.SampledFrom(labels).Draw(t, "label") + rapid.OneOf(rapid.SampledFrom(secrets), rapid.StringMatching(`[0-9]{1,13}( [0-9]{1,12})?`)).Draw(t, "value")
				}),
				rapid.Custom(func(t *rapid.T) string {
					return strings.Join(rapid.SliceOfN(rapid.SampledFrom(words[22:]), 2, 5).Draw(t, "several"), rapid.SampledFrom([]string{" ", "，", "\n", "\t"}).Draw(t, "by"))
				}),
			).Draw(t, "text")
			m := bot.Message{Media: bot.MediaText, Text: text}
			if rapid.Bool().Draw(t, "in the group") {
				m.Group = "g1"
			}
			said := len(w.log)
			w.turn("lisi", m)
			// What is typed under a question of another form is any text to the bot.
			if m.Group != "" && w.session("lisi").Key.Form == form.ID {
				checkNothingPrivate(t, text, w.words(w.last.Say))
				if o := w.last.Offer; o != nil {
					checkNothingPrivate(t, text, w.words([]bot.Effect{o.Title}))
				}
			}
			for _, e := range w.log[said:] {
				checkNothingPrivate(t, text, e.Text)
				for _, c := range e.Items {
					if f := form.Field(c.Item); e.Key.Form == form.ID && f.Private && (c.Old.Filled() || c.New.Filled()) {
						t.Fatalf("%q: the log holds item %d", text, c.Item)
					}
				}
			}
			for item, v := range w.values(nominationKey(n, "山河镇")) {
				f := form.Field(item)
				if want := forms[f.Kind]; want != nil && v.Kind == bot.Text && !want.MatchString(v.Text) {
					t.Fatalf("%q: item %d (%s) is %q", text, item, f.Label, v.Text)
				}
				if (f.Kind == bot.KindName || f.Kind == bot.KindPost || f.Kind == bot.KindAddress || f.Kind == bot.KindUnit) && manyDigits.MatchString(v.Text) {
					t.Fatalf("%q: item %d (%s) is %q", text, item, f.Label, v.Text)
				}
			}
		}
	})
}

func checkNothingPrivate(t *rapid.T, text, said string) {
	for _, s := range secrets {
		if strings.Contains(said, s) || strings.Contains(said, strings.NewReplacer(" ", "", "-", "").Replace(s)) {
			t.Fatalf("%q is answered in the group with\n%s", text, said)
		}
	}
}

// TestNominationOfSeveralUnits: who speaks for several units is asked which, and
// goes on with the form they asked for.
func TestNominationOfSeveralUnits(t *testing.T) {
	n := loadNotice(t)
	w := newWorld(t, n, "单位,类别,联络员userid\n山河镇,乡镇,lisi\n三嘉乡,乡镇,lisi\n")
	for _, ask := range []string{"登记", "填报 附件1"} {
		if reply := w.say("lisi", ask); !strings.Contains(reply, "1. 山河镇") {
			t.Errorf("%s: %s", ask, reply)
		}
		if reply := w.say("lisi", "2"); !strings.Contains(reply, "三嘉乡 · 附件1") || !strings.Contains(reply, "【三嘉乡】（1/12）") {
			t.Errorf("%s: %s", ask, reply)
		}
	}
	if reply := w.say("lisi", "填报 山河镇 附件1"); !strings.Contains(reply, "山河镇 · 附件1") {
		t.Error(reply)
	}
	if reply := w.say("lisi", "我是谁"); !strings.Contains(reply, fmt.Sprintf("您是%s联络员", "三嘉乡")) {
		t.Error(reply)
	}
}

// TestMobileInGroup: a mobile number typed into the group under a question of
// another form is not repeated there.
func TestMobileInGroup(t *testing.T) {
	for _, text := range []string{"手机13800000000", "138 0000 0000", "１３８００００００００", "138-0000-0000人"} {
		w := newWorld(t, loadNotice(t), nominees)
		w.say("lisi", "登记 山河镇")
		w.say("lisi", "填报")
		reply := w.turn("lisi", bot.Message{Media: bot.MediaText, Text: text, Group: "g1"})
		if strings.Contains(strings.NewReplacer(" ", "", "-", "").Replace(reply), "13800000000") || !strings.Contains(reply, "（1/47）") {
			t.Errorf("%s is answered in the group with\n%s", text, reply)
		}
	}
}
