package wecom

import (
	"encoding/xml"
	"strings"
	"testing"
	"unicode/utf16"

	"anyuebot/bot"
)

func TestCards(t *testing.T) {
	long := strings.Repeat("安全生产月", 8)
	many := make([]bot.Button, 8)
	for i := range many {
		many[i] = bot.Button{Label: string(rune('A' + i)), Say: string(rune('a' + i))}
	}
	for name, c := range map[string]struct {
		card       bot.Card
		aibot, app string
	}{
		"a question": {
			bot.Card{Task: "7@1f", Title: "是否专题学习？", Buttons: []bot.Button{{Label: "是", Say: "是"}, {Label: "否", Say: "<否>"}}},
			`{"card_type":"button_interaction","main_title":{"title":"是否专题学习？"},"button_list":[{"text":"是","style":1,"key":"是"},{"text":"否","style":2,"key":"<否>"}],"task_id":"7@1f"}`,
			"",
		},
		"a pressed one": {
			bot.Card{Task: "7@1f", Title: "已选：是"},
			`{"card_type":"button_interaction","main_title":{"title":"已选：是"},"button_list":[{"text":"✓","style":2,"key":"@pressed"}],"task_id":"7@1f"}`,
			`{"card_type":"button_interaction","main_title":{"title":"已选：是"},"button_list":[{"text":"✓","style":2,"key":"@pressed"}],"task_id":"7@1f","replace_text":"✓"}`,
		},
		"a long title": {
			bot.Card{Task: "t", Title: long + "\n", Buttons: []bot.Button{{Label: "很长很长很长很长很长的字", Say: "一"}}},
			`{"card_type":"button_interaction","main_title":{"title":"` + string([]rune(long)[:25]) + `…"},"sub_title_text":"` + long + `","button_list":[{"text":"很长很长很长很长很…","style":1,"key":"一"}],"task_id":"t"}`,
			`{"card_type":"button_interaction","main_title":{"title":"` + string([]rune(long)[:35]) + `…"},"sub_title_text":"` + long + `","button_list":[{"text":"很长很长很长很长很…","style":1,"key":"一"}],"task_id":"t"}`,
		},
		"what would be refused": {
			bot.Card{Task: "t", Title: "x\xff", Buttons: append([]bot.Button{{Say: "a"}, {Label: "b"}, {Label: "c", Say: strings.Repeat("x", 1025)}}, many...)},
			`{"card_type":"button_interaction","main_title":{"title":"x"},"button_list":[{"text":"a","style":1,"key":"a"},{"text":"B","style":2,"key":"b"},{"text":"C","style":2,"key":"c"},{"text":"D","style":2,"key":"d"},{"text":"E","style":2,"key":"e"},{"text":"F","style":2,"key":"f"}],"task_id":"t"}`,
			"",
		},
	} {
		if c.app == "" {
			c.app = c.aibot
		}
		for _, road := range []struct {
			card *templateCard
			want string
		}{{aibotCard(&c.card), c.aibot}, {appCard(&c.card), c.app}} {
			if got, err := marshal(road.card); err != nil || string(got) != road.want {
				t.Errorf("%s: %v\n got %s\nwant %s", name, err, got, road.want)
			}
		}
	}
}

// The reply to a press in the application is the same card as XML (page 90241).
func TestCardAsXML(t *testing.T) {
	got, err := xml.Marshal(appCard(&bot.Card{Task: "7@1f", Title: "A & B", Buttons: []bot.Button{{Label: "是", Say: "是"}, {Label: "否", Say: "否"}}}))
	const want = "<TemplateCard><CardType>button_interaction</CardType><MainTitle><Title>A &amp; B</Title></MainTitle>" +
		"<ButtonList><Text>是</Text><Style>1</Style><Key>是</Key></ButtonList><ButtonList><Text>否</Text><Style>2</Style><Key>否</Key></ButtonList>" +
		"<TaskId>7@1f</TaskId></TemplateCard>"
	if err != nil || string(got) != want {
		t.Errorf("%v\n got %s\nwant %s", err, got, want)
	}
}

func TestClip(t *testing.T) {
	for _, c := range []struct {
		s    string
		most int
		want string
	}{
		{"", 3, ""},
		{"一二三", 3, "一二三"},
		{"一二三四", 3, "一二…"},
		{"一 二三", 3, "一…"},
		{"😀😀", 4, "😀😀"},
		{"😀😀", 3, "😀…"},
		{"😀😀😀", 4, "😀…"},
		{"a😀😀", 4, "a😀…"},
	} {
		got := clip(c.s, c.most)
		if got != c.want || len(utf16.Encode([]rune(got))) > c.most {
			t.Errorf("clip(%q, %d) = %q, want %q", c.s, c.most, got, c.want)
		}
	}
}
