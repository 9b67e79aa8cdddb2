package bot_test

import (
	"fmt"
	"maps"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"anyuebot/bot"
)

// TestPressIsTyping has a liaison type and press whatever comes to mind. A press
// on the card of the question that stands open does exactly what typing its
// words does, and a press on any other card changes no item of any report.
func TestPressIsTyping(t *testing.T) {
	n := loadNotice(t)
	texts := []string{
		"填报", "填报 山河镇", "填报 周家镇", "3次", "3 120", "是", "否", "无", "其余无", "确认", "对", "不对", "提交", "预览", "撤回", "撤销", "改3", "改3 是", "改 警示教育 3",
		"2次，参与9000人次", "改2 9000", "改1 2", "跳过", "上一项", "1-5：1 2 是 0 0", "进度", "1", "2", "登记 县妇", "退出", "曝光问题隐患（7）条，市、县两级主流媒体曝光典型案例（2）个，媒体转发报道（ 30 ）篇；",
	}
	rapid.Check(t, func(t *rapid.T) {
		w := newWorld(t, n, "单位,类别,联络员userid\n山河镇,乡镇,lisi\n周家镇,乡镇,lisi\n县妇联,部门,\n县妇幼,部门,\n三嘉乡,乡镇,wang\n")
		group := ""
		if rapid.Bool().Draw(t, "submitted") {
			for _, text := range []string{"填报 山河镇", "1-3：3 120 是", "其余无", "确认", "无", "否", "提交"} {
				w.say("lisi", text)
			}
		}
		for range rapid.IntRange(1, 30).Draw(t, "messages") {
			if rapid.IntRange(0, 9).Draw(t, "office") == 0 {
				w.say("office", "退回 山河镇 1、3 请核实")
			}
			cards := w.cards["lisi"]
			if len(cards) == 0 || rapid.IntRange(0, 2).Draw(t, "types") > 0 {
				m := bot.Message{Media: bot.MediaText, Text: rapid.SampledFrom(texts).Draw(t, "text"), Group: group}
				if rapid.IntRange(0, 9).Draw(t, "speaks") == 0 {
					m.Media = bot.MediaVoice
				}
				w.turn("lisi", m)
				continue
			}
			card := cards[rapid.IntRange(max(0, len(cards)-3), len(cards)-1).Draw(t, "card")]
			button := card.Buttons[rapid.IntRange(0, len(card.Buttons)-1).Draw(t, "button")]
			press := bot.Message{Media: bot.MediaPress, Text: button.Say, Press: bot.Press{Task: card.Task}, Group: group}
			open, _, _ := strings.Cut(card.Task, "@")
			typed := w.fork(t)
			before := [2]map[int]bot.Value{w.draft("山河镇"), w.draft("周家镇")}
			pressed := w.turn("lisi", press)
			if w.last.Pressed == nil {
				t.Fatalf("a press without a word about the card: %s", pressed)
			}
			if w.last.Pressed.Key == "press.old" {
				if !maps.Equal(before[0], w.draft("山河镇")) || !maps.Equal(before[1], w.draft("周家镇")) {
					t.Fatalf("an old card changed the draft: %s", pressed)
				}
				continue
			}
			typed.turn("lisi", bot.Message{Media: bot.MediaText, Text: button.Say, Group: group})
			for key, record := range w.kept {
				if string(typed.kept[key]) != string(record) {
					t.Fatalf("%s pressed is not as typed (%s, open %s):\n%s", button.Say, key, open, pressed)
				}
			}
		}
	})
}

// fork is another world that stands as this one does.
func (w *world) fork(t fataler) *world {
	f := *w
	f.t = t
	f.kept, f.people, f.cards, f.replies = maps.Clone(w.kept), maps.Clone(w.people), maps.Clone(w.cards), maps.Clone(w.replies)
	f.units = append([]bot.Unit(nil), w.units...)
	return &f
}

func TestOpen(t *testing.T) {
	key := bot.ReportKey{Unit: "山河镇", Form: "附件2", Period: "2021"}
	asked := bot.Session{Person: "p", Key: key, Asking: 3, Seen: "aa"}
	proposal := func(number int64) *bot.Proposal {
		return &bot.Proposal{Kind: bot.ProposeAnswers, Answers: []bot.Proposed{{Item: 3, Value: bot.Count(number)}}}
	}
	with := func(change func(*bot.Session)) string {
		s := asked
		change(&s)
		return s.Open()
	}
	for about, other := range map[string]string{
		"another item":     with(func(s *bot.Session) { s.Asking = 4 }),
		"another unit":     with(func(s *bot.Session) { s.Key.Unit = "三嘉乡" }),
		"another value":    with(func(s *bot.Session) { s.Seen = "bb" }),
		"a proposal":       with(func(s *bot.Session) { s.Proposal = proposal(3) }),
		"another proposal": with(func(s *bot.Session) { s.Proposal = proposal(4) }),
		"another person":   with(func(s *bot.Session) { s.Person = "q" }),
	} {
		if other == asked.Open() {
			t.Errorf("%s is the same question", about)
		}
	}
	if with(func(s *bot.Session) { s.Proposal = proposal(3) }) == with(func(s *bot.Session) { s.Proposal = proposal(4) }) {
		t.Error("two readings are the same question")
	}
	same := with(func(s *bot.Session) {
		s.Section, s.Greeted, s.Pages, s.Page, s.Of, s.Pairing = "五", true, []string{"x"}, 1, 2, &bot.Pairing{Code: "1"}
	})
	if same != asked.Open() {
		t.Error("what has nothing to do with the question changes its name")
	}
	if strings.Trim(asked.Open(), "0123456789abcdef") != "" || len(asked.Open()) > 32 {
		t.Errorf("%q is no name for a task", asked.Open())
	}
}

// TestPrivateOnCards: what is private stands on no card that others see.
func TestPrivateOnCards(t *testing.T) {
	n := *loadNotice(t)
	n.Main = n.Nomination
	form := n.Form(n.Main)
	private := 0
	for _, f := range form.Fields {
		if f.Private && f.Kind == bot.KindMobile {
			private = f.Item
		}
	}
	if private == 0 {
		t.Fatal("the form has no private mobile number")
	}
	for _, group := range []string{"", "g"} {
		w := newWorld(t, &n, "单位,类别,联络员userid\n山河镇,乡镇,lisi\n")
		w.turn("lisi", bot.Message{Media: bot.MediaText, Text: "填报", Group: group})
		w.turn("lisi", bot.Message{Media: bot.MediaVoice, Text: fmt.Sprintf("改%d 13812345678", private), Group: group})
		if offered := w.last.Offer != nil; offered != (group == "") {
			t.Errorf("in %q: offered is %t", group, offered)
		}
	}
}

// TestPressAfterColleague: a button holds for the values that its card was about.
func TestPressAfterColleague(t *testing.T) {
	w := newWorld(t, loadNotice(t), "单位,类别,联络员userid\n山河镇,乡镇,lisi\n")
	second := w.person("xiaowang")
	second.Units = []string{"山河镇"}
	w.people["xiaowang"] = second
	w.say("lisi", "改3")
	card := w.cards["lisi"][len(w.cards["lisi"])-1]
	w.say("xiaowang", "改3 是")
	press := bot.Message{Media: bot.MediaPress, Text: "否", Press: bot.Press{Task: card.Task}}
	reply := w.turn("lisi", press)
	if !strings.Contains(reply, "问题已经变了") || !strings.Contains(reply, "（现为 是）") || !w.draft("山河镇")[3].Yes {
		t.Errorf("%v\n%s", w.draft("山河镇")[3], reply)
	}
	next := w.cards["lisi"][len(w.cards["lisi"])-1]
	press.Press.Task = next.Task
	if reply := w.turn("lisi", press); !strings.Contains(reply, "✓ 3 专题片 是 → 否") {
		t.Error(reply)
	}
	press.Press.Task = next.Task
	if reply := w.turn("xiaowang", press); !strings.Contains(reply, "问题已经变了") {
		t.Errorf("somebody else's card: %s", reply)
	}
}

// TestPressSaysNoMore: a press says what a button of its card says, and nothing
// that no card offers.
func TestPressSaysNoMore(t *testing.T) {
	for _, text := range []string{"改1 99", "其余无", "跳过", "提交", "3"} {
		for _, any := range []bool{true, false} {
			w := newWorld(t, loadNotice(t), "单位,类别,联络员userid\n山河镇,乡镇,lisi\n")
			w.say("lisi", "填报")
			w.say("lisi", "3 120")
			w.say("lisi", "对")
			cards := w.cards["lisi"]
			task := cards[len(cards)-1].Task
			if any {
				task = bot.OpenAny + "@1"
			}
			before := w.draft("山河镇")
			reply := w.turn("lisi", bot.Message{Media: bot.MediaPress, Text: text, Press: bot.Press{Task: task}})
			if w.last.Pressed == nil || w.last.Pressed.Key != "press.old" || !maps.Equal(before, w.draft("山河镇")) {
				t.Errorf("%s on %s: %+v\n%s", text, task, w.last.Pressed, reply)
			}
		}
	}
}

// TestStrangersPress: in a group a card that was not theirs to press stays as it
// is for all others; a choice that was made is seen by everybody.
func TestStrangersPress(t *testing.T) {
	w := newWorld(t, loadNotice(t), "单位,类别,联络员userid\n山河镇,乡镇,lisi\n三嘉乡,乡镇,wang\n")
	w.turn("lisi", bot.Message{Media: bot.MediaText, Text: "改3", Group: "g"})
	card := w.cards["lisi"][len(w.cards["lisi"])-1]
	press := bot.Message{Media: bot.MediaPress, Text: "是", Group: "g", Press: bot.Press{Task: card.Task}}
	if w.turn("wang", press); !w.last.Alone {
		t.Error("a stranger's press is seen by all")
	}
	if w.turn("lisi", press); w.last.Alone || !w.draft("山河镇")[3].Yes {
		t.Errorf("the owner's press: alone %v, %v", w.last.Alone, w.draft("山河镇")[3])
	}
	press.Press.Task, press.Text = bot.OpenAny+"@1", "进度"
	if w.turn("wang", press); !w.last.Alone {
		t.Error("a command's button is gone for all others")
	}
}

// TestSeveralOddFigures: what one 确认 takes at once is counted on the card and in
// the words, and not named as if it were one.
func TestSeveralOddFigures(t *testing.T) {
	w := newWorld(t, loadNotice(t), "单位,类别,联络员userid\n山河镇,乡镇,lisi\n")
	for _, text := range []string{"填报", "改2 1234", "改21 1234", "改3 否", "改19 无", "改47 否", "其余无", "确认"} {
		w.say("lisi", text)
	}
	one := w.cards["lisi"][len(w.cards["lisi"])-1]
	reply := w.say("lisi", "提交")
	two := w.cards["lisi"][len(w.cards["lisi"])-1]
	if one.Title != "第2项 参与 1234 人次，属实吗？" || two.Title != "以上2处都属实吗？" || !strings.Contains(reply, "以上2处都属实，请回“确认”") {
		t.Errorf("%q, then %q under:\n%s", one.Title, two.Title, reply)
	}
}
