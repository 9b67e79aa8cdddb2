package wecom

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"anyuebot/bot"
)

const robot = "填报助手"

var payloads = []struct {
	name, plain string
	want        bot.Message
}{{
	"text in a group, with a quote",
	`{"msgid":"m-001","aibotid":"aibExample","chatid":"wrExampleGroup","chattype":"group",
	 "from":{"userid":"zhangwei"},
	 "response_url":"https://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=CODE",
	 "msgtype":"text","text":{"content":"@填报助手 本周新增 12 人"},
	 "quote":{"msgtype":"text","text":{"content":"请在周五前填报"}}}`,
	bot.Message{Channel: "aibot", Bot: "aibExample", ID: "m-001", From: "zhangwei", Group: "wrExampleGroup",
		Media: bot.MediaText, Text: "本周新增 12 人", Quote: "请在周五前填报", Limit: 20480},
}, {
	"nothing but a mention and a quote",
	`{"msgid":"m","chatid":"wr","chattype":"group","from":{"userid":"u"},"msgtype":"text","text":{"content":"@填报助手 "},
	 "quote":{"msgtype":"voice","voice":{"content":"@填报助手 三次"}}}`,
	bot.Message{Channel: "aibot", ID: "m", From: "u", Group: "wr", Media: bot.MediaText, Quote: "三次", Limit: 20480},
}, {
	"words and pictures",
	`{"msgid":"m","chatid":"wr","chattype":"group","from":{"userid":"u"},"msgtype":"mixed","mixed":{"msg_item":[
	 {"msgtype":"text","text":{"content":"@填报助手 见图"}},{"msgtype":"image","image":{"url":"https://a"}},
	 {"msgtype":"text","text":{"content":"共2张"}},{"msgtype":"image","image":{"url":7}},{"msgtype":"new"},{}]},
	 "quote":{"msgtype":"mixed","mixed":{"msg_item":[{"msgtype":"text","text":{"content":"一"}},{"msgtype":"image"},{"msgtype":"text","text":{"content":"二"}}]}}}`,
	bot.Message{Channel: "aibot", ID: "m", From: "u", Group: "wr", Media: bot.MediaText, Text: "见图\n共2张", Files: make([]bot.File, 2), Quote: "一\n二", Limit: 20480},
}, {
	"a picture and a mention",
	`{"msgid":"m","chatid":"wr","chattype":"group","from":{"userid":"u"},"msgtype":"mixed","mixed":{"msg_item":[
	 {"msgtype":"text","text":{"content":"@填报助手"}},{"msgtype":"image"}]}}`,
	bot.Message{Channel: "aibot", ID: "m", From: "u", Group: "wr", Media: bot.MediaImage, Files: make([]bot.File, 1), Limit: 20480},
}, {
	"voice",
	`{"msgid":"m","chattype":"single","from":{"userid":"u"},"msgtype":"voice","voice":{"content":"三次"}}`,
	bot.Message{Channel: "aibot", ID: "m", From: "u", Media: bot.MediaVoice, Text: "三次", Limit: 20480},
}, {
	"picture",
	`{"msgid":"m","chattype":"single","from":{"userid":"u"},"msgtype":"image","image":[]}`,
	bot.Message{Channel: "aibot", ID: "m", From: "u", Media: bot.MediaImage, Files: make([]bot.File, 1), Limit: 20480},
}, {
	"file, quoting a file",
	`{"msgid":"m","chattype":"single","from":{"userid":"u"},"msgtype":"file","quote":{"msgtype":"file","file":{"url":"https://a"}}}`,
	bot.Message{Channel: "aibot", ID: "m", From: "u", Media: bot.MediaFile, Limit: 20480},
}, {
	"video",
	`{"msgid":"m","chattype":"single","from":{"userid":"u"},"msgtype":"video"}`,
	bot.Message{Channel: "aibot", ID: "m", From: "u", Media: bot.MediaVideo, Limit: 20480},
}, {
	"a kind of message nobody knows yet",
	`{"msgid":"m","chattype":"single","from":{"userid":"u"},"msgtype":"hologram","hologram":1}`,
	bot.Message{Channel: "aibot", ID: "m", From: "u", Media: bot.MediaOther, Limit: 20480},
}, {
	"a text without words",
	`{"msgid":"m","from":{"userid":"u","corpid":5},"msgtype":"text","text":null,"quote":"x","response_url":4}`,
	bot.Message{Channel: "aibot", ID: "m", From: "u", Media: bot.MediaText, Limit: 20480},
}, {
	"quotes that cannot be read",
	`{"msgid":"m","from":{"userid":"u"},"msgtype":"text","text":{"content":"一"},"quote":{"msgtype":"text","text":{"content":1}}}`,
	bot.Message{Channel: "aibot", ID: "m", From: "u", Media: bot.MediaText, Text: "一", Limit: 20480},
}, {
	"a chatid in a private chat",
	`{"msgid":"m","from":{"userid":"u"},"chattype":"single","chatid":"x","msgtype":"video"}`,
	bot.Message{Channel: "aibot", ID: "m", From: "u", Media: bot.MediaVideo, Limit: 20480},
}, {
	"a group that does not say so",
	`{"msgid":"m","from":{"userid":"u"},"chatid":"wr","msgtype":"video"}`,
	bot.Message{Channel: "aibot", ID: "m", From: "u", Group: "wr", Media: bot.MediaVideo, Limit: 20480},
}, {
	"opening the private chat",
	`{"msgid":"e-1","create_time":1760000000,"aibotid":"aib","from":{"userid":"u"},"chattype":"single","msgtype":"event","event":{"eventtype":"enter_chat","enter_chat":{}}}`,
	bot.Message{Channel: "aibot", Bot: "aib", ID: "e-1", From: "u", Media: bot.MediaEnter, Limit: 2048},
}}

func TestParse(t *testing.T) {
	for _, c := range payloads {
		t.Run(c.name, func(t *testing.T) {
			got, err := parse([]byte(c.plain), robot)
			if err != nil {
				t.Fatal(err)
			}
			want := onMessage
			if c.want.Media == bot.MediaEnter {
				want = onEnter
			}
			if got.trigger != want {
				t.Errorf("trigger %d, want %d", got.trigger, want)
			}
			if diff := cmp.Diff(c.want, got.message); diff != "" {
				t.Error(diff)
			}
		})
	}
	for name, plain := range map[string]string{
		"card":     `{"msgtype":"event","event":{"eventtype":"template_card_event","template_card_event":{"event_key":"x"}}}`,
		"feedback": `{"msgtype":"event","event":{"eventtype":"feedback_event"}}`,
		"no type":  `{"msgtype":"event"}`,
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
	"deep":               {strings.Repeat(`{"from":`, 20000), "not JSON"},
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
		case onMessage, onEnter:
			if m.ID == "" || m.From == "" || m.Media == "" || m.Limit == 0 || m.Channel != "aibot" {
				t.Errorf("incomplete: %+v", m)
			}
			if !utf8.ValidString(m.Text) || utf8.ValidString(name) && trimSpace(m.Text) != m.Text {
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
