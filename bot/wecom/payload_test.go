package wecom

import (
	"cmp"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	gocmp "github.com/google/go-cmp/cmp"

	"anyuebot/bot"
)

const robot = "填报助手"

var payloads = []struct {
	name, plain string
	want        bot.Message
	media       []mediaRef
}{{
	"text in a group, with a quote",
	`{"msgid":"m-001","aibotid":"aibExample","chatid":"wrExampleGroup","chattype":"group",
	 "from":{"userid":"zhangwei"},
	 "response_url":"https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=CODE",
	 "msgtype":"text","text":{"content":"@填报助手 本周新增 12 人"},
	 "quote":{"msgtype":"text","text":{"content":"请在周五前填报"}}}`,
	bot.Message{Channel: "aibot", Bot: "aibExample", ID: "m-001", From: "zhangwei", Group: "wrExampleGroup",
		Media: bot.MediaText, Text: "本周新增 12 人", Quote: "请在周五前填报", Limit: 20480, Cards: bot.CardsWith,
		ReplyURL: "https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=CODE"},
	nil,
}, {
	"nothing but a mention and a quote",
	`{"msgid":"m","chatid":"wr","chattype":"group","from":{"userid":"u"},"msgtype":"text","text":{"content":"@填报助手 "},
	 "quote":{"msgtype":"voice","voice":{"content":"@填报助手 三次"}}}`,
	bot.Message{Channel: "aibot", ID: "m", From: "u", Group: "wr", Media: bot.MediaText, Quote: "三次", Limit: 20480, Cards: bot.CardsWith},
	nil,
}, {
	"words and pictures",
	`{"msgid":"m","chatid":"wr","chattype":"group","from":{"userid":"u"},"msgtype":"mixed","mixed":{"msg_item":[
	 {"msgtype":"text","text":{"content":"@填报助手 见图"}},{"msgtype":"image","image":{"url":"https://a"}},
	 {"msgtype":"text","text":{"content":"共2张"}},{"msgtype":"image","image":{"url":7}},{"msgtype":"new"},{}]},
	 "quote":{"msgtype":"mixed","mixed":{"msg_item":[{"msgtype":"text","text":{"content":"一"}},{"msgtype":"image"},{"msgtype":"text","text":{"content":"二"}}]}}}`,
	bot.Message{Channel: "aibot", ID: "m", From: "u", Group: "wr", Media: bot.MediaText, Text: "见图\n共2张", Quote: "一\n二", Limit: 20480, Cards: bot.CardsWith},
	[]mediaRef{{kind: bot.MediaImage, url: "https://a"}, {kind: bot.MediaImage}, {kind: bot.MediaImage}},
}, {
	"a picture and a mention",
	`{"msgid":"m","chatid":"wr","chattype":"group","from":{"userid":"u"},"msgtype":"mixed","mixed":{"msg_item":[
	 {"msgtype":"text","text":{"content":"@填报助手"}},{"msgtype":"image"}]}}`,
	bot.Message{Channel: "aibot", ID: "m", From: "u", Group: "wr", Media: bot.MediaImage, Limit: 20480, Cards: bot.CardsWith},
	[]mediaRef{{kind: bot.MediaImage}},
}, {
	"voice",
	`{"msgid":"m","chattype":"single","from":{"userid":"u"},"msgtype":"voice","voice":{"content":"三次"}}`,
	bot.Message{Channel: "aibot", ID: "m", From: "u", Media: bot.MediaVoice, Text: "三次", Limit: 20480, Cards: bot.CardsWith},
	nil,
}, {
	"picture",
	`{"msgid":"m","chattype":"single","from":{"userid":"u"},"msgtype":"image","image":[]}`,
	bot.Message{Channel: "aibot", ID: "m", From: "u", Media: bot.MediaImage, Limit: 20480, Cards: bot.CardsWith},
	[]mediaRef{{kind: bot.MediaImage}},
}, {
	"file, quoting a file",
	`{"msgid":"m","chattype":"single","from":{"userid":"u"},"msgtype":"file","quote":{"msgtype":"file","file":{"url":"https://a"}}}`,
	bot.Message{Channel: "aibot", ID: "m", From: "u", Media: bot.MediaFile, Limit: 20480, Cards: bot.CardsWith},
	[]mediaRef{{kind: bot.MediaFile}},
}, {
	"video",
	`{"msgid":"m","chattype":"single","from":{"userid":"u"},"msgtype":"video"}`,
	bot.Message{Channel: "aibot", ID: "m", From: "u", Media: bot.MediaVideo, Limit: 20480, Cards: bot.CardsWith},
	[]mediaRef{{kind: bot.MediaVideo}},
}, {
	"a kind of message nobody knows yet",
	`{"msgid":"m","chattype":"single","from":{"userid":"u"},"msgtype":"hologram","hologram":1}`,
	bot.Message{Channel: "aibot", ID: "m", From: "u", Media: bot.MediaOther, Limit: 20480, Cards: bot.CardsWith},
	nil,
}, {
	"a text without words",
	`{"msgid":"m","from":{"userid":"u","corpid":5},"msgtype":"text","text":null,"quote":"x","response_url":4}`,
	bot.Message{Channel: "aibot", ID: "m", From: "u", Media: bot.MediaText, Limit: 20480, Cards: bot.CardsWith},
	nil,
}, {
	"quotes that cannot be read",
	`{"msgid":"m","from":{"userid":"u"},"msgtype":"text","text":{"content":"一"},"quote":{"msgtype":"text","text":{"content":1}}}`,
	bot.Message{Channel: "aibot", ID: "m", From: "u", Media: bot.MediaText, Text: "一", Limit: 20480, Cards: bot.CardsWith},
	nil,
}, {
	"a chatid in a private chat",
	`{"msgid":"m","from":{"userid":"u"},"chattype":"single","chatid":"x","msgtype":"video"}`,
	bot.Message{Channel: "aibot", ID: "m", From: "u", Media: bot.MediaVideo, Limit: 20480, Cards: bot.CardsWith},
	[]mediaRef{{kind: bot.MediaVideo}},
}, {
	"a group that does not say so",
	`{"msgid":"m","from":{"userid":"u"},"chatid":"wr","msgtype":"video"}`,
	bot.Message{Channel: "aibot", ID: "m", From: "u", Group: "wr", Media: bot.MediaVideo, Limit: 20480, Cards: bot.CardsWith},
	[]mediaRef{{kind: bot.MediaVideo}},
}, {
	"opening the private chat",
	`{"msgid":"e-1","create_time":1760000000,"aibotid":"aib","from":{"userid":"u"},"chattype":"single","msgtype":"event","event":{"eventtype":"enter_chat","enter_chat":{}}}`,
	bot.Message{Channel: "aibot", Bot: "aib", ID: "e-1", From: "u", Media: bot.MediaEnter, Limit: 2048},
	nil,
}, {
	"words beside a quoted picture, over the long connection",
	`{"msgid":"m","chatid":"wr","chattype":"group","from":{"userid":"u"},"msgtype":"text","text":{"content":"@填报助手 盖章件"},
	 "quote":{"msgtype":"image","image":{"url":"https://a","aeskey":"k"}}}`,
	bot.Message{Channel: "aibot", ID: "m", From: "u", Group: "wr", Media: bot.MediaText, Text: "盖章件", Limit: 20480, Cards: bot.CardsWith},
	[]mediaRef{{kind: bot.MediaImage, url: "https://a", key: "k"}},
}, {
	"nothing but a mention and a quoted file",
	`{"msgid":"m","chatid":"wr","chattype":"group","from":{"userid":"u"},"msgtype":"text","text":{"content":"@填报助手"},
	 "quote":{"msgtype":"file","file":{"url":"https://a"}}}`,
	bot.Message{Channel: "aibot", ID: "m", From: "u", Group: "wr", Media: bot.MediaFile, Limit: 20480, Cards: bot.CardsWith},
	[]mediaRef{{kind: bot.MediaFile, url: "https://a"}},
}, {
	"a picture beside quoted pictures",
	`{"msgid":"m","chatid":"wr","chattype":"group","from":{"userid":"u"},"msgtype":"mixed","mixed":{"msg_item":[{"msgtype":"image","image":{"url":"https://a"}}]},
	 "quote":{"msgtype":"mixed","mixed":{"msg_item":[{"msgtype":"image","image":{"url":"https://b"}},{"msgtype":"text","text":{"content":"现场"}}]}}}`,
	bot.Message{Channel: "aibot", ID: "m", From: "u", Group: "wr", Media: bot.MediaImage, Quote: "现场", Limit: 20480, Cards: bot.CardsWith},
	[]mediaRef{{kind: bot.MediaImage, url: "https://a"}, {kind: bot.MediaImage, url: "https://b"}},
}, {
	"a press",
	`{"msgid":"e-9","create_time":1760000000,"aibotid":"aib","from":{"userid":"u"},"chatid":"wr","chattype":"group","response_url":"https://r","msgtype":"event",
	 "event":{"eventtype":"template_card_event","template_card_event":{"card_type":"button_interaction","event_key":"是","task_id":"17@3","selected_items":{}}}}`,
	bot.Message{Channel: "aibot", Bot: "aib", ID: "e-9", From: "u", Group: "wr", Media: bot.MediaPress, Text: "是", Press: bot.Press{Task: "17@3"},
		Limit: 2048, Cards: bot.CardsWith, ReplyURL: "https://r"},
	nil,
}, {
	"a press as the page's prose spells it",
	`{"msgid":"e-9","from":{"userid":"u"},"msgtype":"event",
	 "event":{"eventtype":"template_card_event","template_card_event":{"cardtype":"button_interaction","eventkey":"改12 5","taskid":"any@3","selecteditems":{"optionids":[]}}}}`,
	bot.Message{Channel: "aibot", ID: "e-9", From: "u", Media: bot.MediaPress, Text: "改12 5", Press: bot.Press{Task: "any@3"}, Limit: 2048, Cards: bot.CardsWith},
	nil,
}, {
	"a rating",
	`{"msgid":"e-9","from":{"userid":"u"},"msgtype":"event",
	 "event":{"eventtype":"feedback_event","feedback_event":{"id":"s-1","type":2,"content":"不对","inaccurate_reason_list":[3,2,3,7]}}}`,
	bot.Message{Channel: "aibot", ID: "e-9", From: "u", Media: bot.MediaRating, Limit: 2048,
		Rating: bot.Rating{Reply: "s-1", Score: 2, Words: "不对", Reasons: []int{2, 3}}},
	nil,
}}

// triggers is what a kind of message is answered as; onMessage for the rest.
var triggers = map[bot.Media]trigger{bot.MediaEnter: onEnter, bot.MediaPress: onPress, bot.MediaRating: onRating}

func TestParse(t *testing.T) {
	for _, c := range payloads {
		t.Run(c.name, func(t *testing.T) {
			got, err := parse([]byte(c.plain), robot)
			if err != nil {
				t.Fatal(err)
			}
			if want := cmp.Or(triggers[c.want.Media], onMessage); got.trigger != want {
				t.Errorf("trigger %d, want %d", got.trigger, want)
			}
			if diff := gocmp.Diff(c.media, got.media, gocmp.AllowUnexported(mediaRef{})); diff != "" {
				t.Error(diff)
			}
			if diff := gocmp.Diff(c.want, got.message); diff != "" {
				t.Error(diff)
			}
		})
	}
	for name, plain := range map[string]string{
		"no type":          `{"msgtype":"event"}`,
		"a new type":       `{"msgtype":"event","event":{"eventtype":"disconnected_event"}}`,
		"on a pressed one": `{"msgtype":"event","event":{"eventtype":"template_card_event","template_card_event":{"event_key":"@pressed"}}}`,
	} {
		if got, err := parse([]byte(plain), robot); err != nil || got.trigger != onNothing {
			t.Errorf("event, %s: trigger %d, %v", name, got.trigger, err)
		}
	}
	if got, err := parse([]byte(`{"msgtype":"stream","stream":{"id":"s-1"}}`), robot); err != nil || got.trigger != onRefresh || got.stream != "s-1" {
		t.Errorf("refresh: %+v, %v", got, err)
	}
}

var unusable = map[string]struct{ plain, says string }{
	"nothing":            {``, "no msgtype"},
	"no JSON":            {`{"msgid":"s3cret",`, "not JSON"},
	"more behind":        {`{"msgtype":"text"} s3cret`, "not JSON"},
	"a list":             {`["s3cret"]`, "the callback has the wrong type"},
	"null":               {`null`, "no msgtype"},
	"no UTF-8":           {"{\"msgid\":\"s3cret\xff\"}", "not UTF-8"},
	"no msgtype":         {`{"msgid":"m","from":{"userid":"s3cret"}}`, "no msgtype"},
	"msgtype is a list":  {`{"msgtype":["s3cret"]}`, "field msgtype has the wrong type"},
	"no msgid":           {`{"from":{"userid":"s3cret"},"msgtype":"text"}`, "no msgid"},
	"blank msgid":        {`{"msgid":" ","from":{"userid":"s3cret"},"msgtype":"text"}`, "no msgid"},
	"msgid is a number":  {`{"msgid":53637,"msgtype":"text"}`, "field msgid has the wrong type"},
	"msgid with a tab":   {`{"msgid":"s3cret\t","from":{"userid":"u"},"msgtype":"text"}`, "msgid holds control"},
	"long msgid":         {`{"msgid":"` + strings.Repeat("s3cret", 50) + `","from":{"userid":"u"},"msgtype":"text"}`, "msgid has 300 bytes"},
	"no from":            {`{"msgid":"s3cret","msgtype":"text"}`, "no from.userid"},
	"from is a text":     {`{"msgid":"m","from":"s3cret","msgtype":"text"}`, "field from has the wrong type"},
	"userid is a number": {`{"msgid":"m","from":{"userid":1},"msgtype":"text"}`, "field from.userid has the wrong type"},
	"aibotid with NUL":   {`{"msgid":"m","aibotid":"s3cret\u0000","from":{"userid":"u"},"msgtype":"text"}`, "aibotid holds control"},
	"group without id":   {`{"msgid":"m","chattype":"group","from":{"userid":"s3cret"},"msgtype":"text"}`, "no chatid"},
	"a chat of no kind":  {`{"msgid":"m","chattype":"s3cret","from":{"userid":"u"},"msgtype":"text"}`, "no chatid"},
	"text is a text":     {`{"msgid":"m","from":{"userid":"u"},"msgtype":"text","text":"s3cret"}`, "text has the wrong type"},
	"words are a number": {`{"msgid":"m","from":{"userid":"u"},"msgtype":"text","text":{"content":53637}}`, "text: field content has the wrong type"},
	"voice is a list":    {`{"msgid":"m","from":{"userid":"u"},"msgtype":"voice","voice":["s3cret"]}`, "voice has the wrong type"},
	"mixed is a text":    {`{"msgid":"m","from":{"userid":"u"},"msgtype":"mixed","mixed":"s3cret"}`, "mixed has the wrong type"},
	"an item is a text":  {`{"msgid":"m","from":{"userid":"u"},"msgtype":"mixed","mixed":{"msg_item":["s3cret"]}}`, "mixed: field msg_item has the wrong type"},
	"an item's words":    {`{"msgid":"m","from":{"userid":"u"},"msgtype":"mixed","mixed":{"msg_item":[{"msgtype":"text","text":["s3cret"]}]}}`, "mixed.msg_item.text has the wrong type"},
	"no stream":          {`{"msgtype":"stream"}`, "no stream.id"},
	"stream is a text":   {`{"msgtype":"stream","stream":"s3cret"}`, "stream has the wrong type"},
	"event is a text":    {`{"msgtype":"event","event":"s3cret"}`, "event has the wrong type"},
	"nobody enters":      {`{"msgid":"s3cret","msgtype":"event","event":{"eventtype":"enter_chat"}}`, "no from.userid"},
	"press is a text":    {pressed(`"s3cret"`), "template_card_event has the wrong type"},
	"no press":           {pressed(`null`), "no event_key"},
	"blank key":          {pressed(`{"event_key":" ","task_id":"s3cret"}`), "no event_key"},
	"key is a number":    {pressed(`{"event_key":53637,"task_id":"s3cret"}`), "field event_key has the wrong type"},
	"long key":           {pressed(`{"event_key":"` + strings.Repeat("s3cret", 200) + `","task_id":"t"}`), "event_key has 1200 bytes"},
	"no task":            {pressed(`{"event_key":"s3cret"}`), "no task_id"},
	"task with NUL":      {pressed(`{"event_key":"s3cret","task_id":"s3cret\u0000"}`), "task_id holds control"},
	"nobody presses":     {`{"msgid":"s3cret","msgtype":"event","event":{"eventtype":"template_card_event","template_card_event":{"event_key":"s3cret","task_id":"t"}}}`, "no from.userid"},
	"rating is a list":   {rated(`["s3cret"]`), "feedback_event has the wrong type"},
	"rating of nothing":  {rated(`{"type":1,"content":"s3cret"}`), "no feedback_event.id"},
	"no such rating":     {rated(`{"id":"s3cret","type":4}`), "none of 1 to 3"},
	"rating in words":    {rated(`{"id":"s3cret","type":"s3cret"}`), "field type has the wrong type"},
	"reason in words":    {rated(`{"id":"s3cret","type":2,"inaccurate_reason_list":["s3cret"]}`), "inaccurate_reason_list has the wrong type"},
	"nobody rates":       {`{"msgid":"s3cret","msgtype":"event","event":{"eventtype":"feedback_event","feedback_event":{"id":"s","type":1}}}`, "no from.userid"},
	"deep":               {strings.Repeat(`{"from":`, 20000), "not JSON"},
}

func pressed(body string) string { return event("template_card_event", body) }

func rated(body string) string { return event("feedback_event", body) }

func event(kind, body string) string {
	return `{"msgid":"m","from":{"userid":"u"},"msgtype":"event","event":{"eventtype":"` + kind + `","` + kind + `":` + body + `}}`
}

func TestManyPictures(t *testing.T) {
	item := `{"msgtype":"image","image":{"url":"https://a"}},`
	got, err := parse([]byte(`{"msgid":"m","from":{"userid":"u"},"msgtype":"mixed","mixed":{"msg_item":[`+strings.Repeat(item, 9999)+`{}]}}`), robot)
	if err != nil || len(got.media) != mediaLimit+1 || got.media[mediaLimit-1].url == "" || got.media[mediaLimit].url != "" {
		t.Errorf("%d references, %v", len(got.media), err)
	}
}

// An address that cannot be one is none, and costs nobody their answer.
func TestOddAddresses(t *testing.T) {
	for name, address := range map[string]string{"a number": `7`, "a list": `["s3cret"]`, "null": `null`, "huge": `"https://` + strings.Repeat("a", urlLimit) + `"`} {
		got, err := parse([]byte(`{"msgid":"m","from":{"userid":"u"},"msgtype":"file","file":{"url":`+address+`,"aeskey":7},"response_url":`+address+`}`), robot)
		if err != nil || len(got.media) != 1 || got.media[0].url != "" || got.message.ReplyURL != "" {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for name, c := range unusable {
		got, err := parse([]byte(c.plain), robot)
		switch {
		case err == nil:
			t.Errorf("%s: read as %+v", name, got)
		case !strings.Contains(err.Error(), c.says):
			t.Errorf("%s: %v, want it to say %q", name, err, c.says)
		case strings.Contains(err.Error(), "s3cret") || strings.Contains(err.Error(), "53637"):
			t.Errorf("%s: the error repeats the content: %v", name, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range payloads {
		f.Add([]byte(c.plain), robot)
	}
	for _, c := range unusable {
		f.Add([]byte(c.plain), "")
	}
	f.Fuzz(func(t *testing.T, plain []byte, name string) {
		got, err := parse(plain, name)
		if err != nil {
			return
		}
		m := got.message
		switch got.trigger {
		case onMessage, onEnter, onPress, onRating:
			if m.ID == "" || m.From == "" || m.Media == "" || m.Limit == 0 || m.Channel != "aibot" {
				t.Errorf("incomplete: %+v", m)
			}
			if !utf8.ValidString(m.Text) || got.trigger == onMessage && utf8.ValidString(name) && trimSpace(m.Text) != m.Text {
				t.Errorf("text %q", m.Text)
			}
		case onRefresh:
			if got.stream == "" {
				t.Error("a refresh of nothing")
			}
		case onNothing:
		default:
			t.Errorf("trigger %d", got.trigger)
		}
		if !json.Valid(plain) {
			t.Error("read what is not JSON")
		}
	})
}

func TestFit(t *testing.T) {
	for _, c := range []struct {
		words string
		limit int
		want  string
		cut   bool
	}{
		{"一二三", 9, "一二三", false},
		{"一二三四", 11, "一二…", true},
		{"一二三四", 10, "一二…", true},
		{"一二三四", 9, "一二…", true},
		{"一二三四", 8, "一…", true},
		{"ab\xffcd", 20, "ab\ufffdcd", false},
	} {
		if got, cut := fit(c.words, c.limit); got != c.want || cut != c.cut {
			t.Errorf("fit(%q, %d) = %q, %v; want %q, %v", c.words, c.limit, got, cut, c.want, c.cut)
		}
	}
}
