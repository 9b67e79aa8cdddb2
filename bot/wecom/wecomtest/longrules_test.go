package wecomtest

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"
)

const aButtonCard = `{"card_type":"button_interaction","main_title":{"title":"确认提交？"},"task_id":"q7@1","button_list":[{"text":"确认","key":"yes"},{"text":"再看看","key":"no"}]}`

// Each frame must be refused with the errcode, and the platform must say why.
// MSG stands for the req_id of a message, EVENT for that of an enter_chat.
func TestLongRefusesWhatNoClientShouldSend(t *testing.T) {
	stream := func(inner string) string {
		return `{"cmd":"aibot_respond_msg","headers":{"req_id":"MSG"},"body":{"msgtype":"stream","stream":` + inner + `}}`
	}
	send := func(body string) string {
		return `{"cmd":"aibot_send_msg","headers":{"req_id":"new"},"body":` + body + `}`
	}
	card := func(inner string) string {
		return send(`{"chatid":"zhangwei","chat_type":1,"msgtype":"template_card","template_card":` + inner + `}`)
	}
	start := func(body string) string {
		return `{"cmd":"aibot_upload_media_init","headers":{"req_id":"new"},"body":` + body + `}`
	}
	for name, c := range map[string]struct {
		frame string
		code  int
		why   string
	}{
		"no JSON":            {`{"cmd"`, 47001, "not JSON"},
		"two documents":      {`{"cmd":"ping","headers":{"req_id":"new"}}{}`, 47001, "not JSON"},
		"a list":             {`[]`, 40058, "no command"},
		"unknown command":    {`{"cmd":"pong","headers":{"req_id":"new"}}`, 40058, `no command "pong"`},
		"command misspelt":   {`{"Cmd":"ping","headers":{"req_id":"new"}}`, 40058, `"Cmd"`},
		"ping with a body":   {`{"cmd":"ping","headers":{"req_id":"new"},"body":{}}`, 40058, `field "body"`},
		"no req_id":          {`{"cmd":"ping","headers":{}}`, 40058, `no field "req_id"`},
		"empty req_id":       {`{"cmd":"ping","headers":{"req_id":""}}`, 93017, "req_id"},
		"req_id a number":    {`{"cmd":"ping","headers":{"req_id":7}}`, 40058, "req_id is not a string"},
		"more headers":       {`{"cmd":"ping","headers":{"req_id":"new","trace":"1"}}`, 40058, `"trace"`},
		"a field twice":      {`{"cmd":"ping","cmd":"ping","headers":{"req_id":"new"}}`, 40058, "twice"},
		"req_id used before": {`{"cmd":"ping","headers":{"req_id":"used"}}`, 846605, "used before"},
		"callback's req_id":  {`{"cmd":"ping","headers":{"req_id":"MSG"}}`, 846605, "used before"},
		"subscribed twice":   {`{"cmd":"aibot_subscribe","headers":{"req_id":"new"},"body":{"bot_id":"aibExample","secret":"x"}}`, 40058, "already"},

		"stream for nothing":    {strings.Replace(stream(`{"id":"s","finish":true,"content":"x"}`), "MSG", "none", 1), 846605, "no callback"},
		"stream for an event":   {strings.Replace(stream(`{"id":"s","finish":true,"content":"x"}`), "MSG", "EVENT", 1), 846605, "enter_chat"},
		"stream without id":     {stream(`{"finish":true,"content":"x"}`), 40058, `no field "id"`},
		"stream without end":    {stream(`{"id":"s","content":"x"}`), 40058, `no field "finish"`},
		"finish as a string":    {stream(`{"id":"s","finish":"true","content":"x"}`), 40058, "true or false"},
		"finish null":           {stream(`{"id":"s","finish":null,"content":"x"}`), 40058, "true or false"},
		"stream without words":  {stream(`{"id":"s","finish":true,"content":""}`), 93017, "content"},
		"stream too long":       {stream(`{"id":"s","finish":true,"content":"` + strings.Repeat("安", 6827) + `"}`), 45002, "20481"},
		"stream with pictures":  {stream(`{"id":"s","finish":true,"content":"x","msg_item":[]}`), 40058, "msg_item"},
		"escaped":               {stream(`{"id":"s","finish":true,"content":"\u003cb>"}`), 40033, `\u003c`},
		"escaped in capitals":   {stream(`{"id":"s","finish":true,"content":"\u003Cb>"}`), 40033, `\u003c`},
		"answer by text":        {`{"cmd":"aibot_respond_msg","headers":{"req_id":"MSG"},"body":{"msgtype":"text","text":{"content":"x"}}}`, 40008, "text"},
		"answer by two":         {`{"cmd":"aibot_respond_msg","headers":{"req_id":"MSG"},"body":{"msgtype":"markdown","markdown":{"content":"x"},"stream":{}}}`, 40058, "stream"},
		"stream with a card":    {`{"cmd":"aibot_respond_msg","headers":{"req_id":"MSG"},"body":{"msgtype":"stream_with_template_card"}}`, 40008, "stream_with"},
		"greeting of a message": {`{"cmd":"aibot_respond_welcome_msg","headers":{"req_id":"MSG"},"body":{"msgtype":"text","text":{"content":"x"}}}`, 846605, "message"},
		"greeting by stream":    {`{"cmd":"aibot_respond_welcome_msg","headers":{"req_id":"EVENT"},"body":{"msgtype":"stream","stream":{}}}`, 40008, "enter_chat"},
		"update of no press":    {`{"cmd":"aibot_respond_update_msg","headers":{"req_id":"EVENT"},"body":{"response_type":"update_template_card","template_card":` + aButtonCard + `}}`, 846605, "enter_chat"},
		"update of a kind":      {`{"cmd":"aibot_respond_update_msg","headers":{"req_id":"EVENT"},"body":{"response_type":"update_button","template_card":` + aButtonCard + `}}`, 40058, "response_type"},

		"send text":         {send(`{"chatid":"zhangwei","chat_type":1,"msgtype":"text","text":{"content":"x"}}`), 40008, "text"},
		"send markdown_v2":  {send(`{"chatid":"zhangwei","chat_type":1,"msgtype":"markdown_v2","markdown_v2":{"content":"x"}}`), 40008, "markdown_v2"},
		"send a stream":     {send(`{"chatid":"zhangwei","chat_type":1,"msgtype":"stream","stream":{"id":"s","finish":true,"content":"x"}}`), 40008, "stream"},
		"no chat_type":      {send(`{"chatid":"zhangwei","msgtype":"markdown","markdown":{"content":"x"}}`), 40058, "chat_type"},
		"chat_type 0":       {send(`{"chatid":"zhangwei","chat_type":0,"msgtype":"markdown","markdown":{"content":"x"}}`), 40058, "chat_type"},
		"chat_type 1.0":     {send(`{"chatid":"zhangwei","chat_type":1.0,"msgtype":"markdown","markdown":{"content":"x"}}`), 40058, "chat_type"},
		"group as member":   {send(`{"chatid":"wr","chat_type":1,"msgtype":"markdown","markdown":{"content":"x"}}`), 93006, "a group"},
		"member as group":   {send(`{"chatid":"zhangwei","chat_type":2,"msgtype":"markdown","markdown":{"content":"x"}}`), 93006, "a member"},
		"markdown too long": {send(`{"chatid":"zhangwei","chat_type":1,"msgtype":"markdown","markdown":{"content":"` + strings.Repeat("x", 20481) + `"}}`), 45002, "20481"},
		"card to a group":   {send(`{"chatid":"wr","chat_type":2,"msgtype":"template_card","template_card":` + aButtonCard + `}`), 40008, "to a group"},
		"unknown media":     {send(`{"chatid":"zhangwei","chat_type":1,"msgtype":"file","file":{"media_id":"m"}}`), 40007, "media_id"},

		"card of no type":     {card(`{"main_title":{"title":"x"}}`), 40058, "card_type"},
		"card of another":     {card(`{"card_type":"form_interaction"}`), 40058, "card_type"},
		"card without title":  {card(`{"card_type":"button_interaction","task_id":"t","button_list":[{"text":"a","key":"a"}]}`), 40058, "main_title"},
		"card without task":   {card(`{"card_type":"button_interaction","main_title":{"title":"x"},"button_list":[{"text":"a","key":"a"}]}`), 40058, "task_id"},
		"task of wrong signs": {card(strings.Replace(aButtonCard, "q7@1", "q7/1", 1)), 40058, "task_id"},
		"task too long":       {card(strings.Replace(aButtonCard, "q7@1", strings.Repeat("q", 129), 1)), 40058, "task_id"},
		"seven buttons":       {card(`{"card_type":"button_interaction","main_title":{"title":"x"},"task_id":"t","button_list":[` + strings.Repeat(`{"text":"a","key":"a"},`, 6) + `{"text":"a","key":"a"}]}`), 40058, "button_list"},
		"two equal keys":      {card(strings.Replace(aButtonCard, `"no"`, `"yes"`, 1)), 40058, "one key"},
		"key too long":        {card(strings.Replace(aButtonCard, `"no"`, `"`+strings.Repeat("k", 1025)+`"`, 1)), 40058, "key"},
		"style 5":             {card(strings.Replace(aButtonCard, `"key":"no"`, `"key":"no","style":5`, 1)), 40058, "style"},
		"notice nowhere":      {card(`{"card_type":"text_notice","main_title":{"title":"x"}}`), 40058, "card_action"},
		"notice of nothing":   {card(`{"card_type":"text_notice","card_action":{"type":1,"url":"https://x"}}`), 40058, "main_title"},
		"card with a menu":    {card(`{"card_type":"text_notice","main_title":{"title":"x"},"card_action":{"type":1,"url":"https://x"},"action_menu":{"desc":"x","action_list":[{"text":"a","key":"a"}]}}`), 40058, "action_menu"},

		"upload of 4 bytes":   {start(`{"type":"file","filename":"a","total_size":4,"total_chunks":1}`), 44001, "4 bytes"},
		"upload of 21 MB":     {start(`{"type":"file","filename":"a","total_size":20971521,"total_chunks":50}`), 45001, "20971521"},
		"upload of a picture": {start(`{"type":"image","filename":"a","total_size":2097153,"total_chunks":5}`), 45001, "image"},
		"upload of a kind":    {start(`{"type":"doc","filename":"a","total_size":5,"total_chunks":1}`), 40058, "type"},
		"101 chunks":          {start(`{"type":"file","filename":"a","total_size":500,"total_chunks":101}`), 40058, "total_chunks"},
		"no chunks":           {start(`{"type":"file","filename":"a","total_size":500,"total_chunks":0}`), 40058, "total_chunks"},
		"too few chunks":      {start(`{"type":"file","filename":"a","total_size":524289,"total_chunks":1}`), 40058, "1 chunks"},
		"name too long":       {start(`{"type":"file","filename":"` + strings.Repeat("安", 86) + `","total_size":5,"total_chunks":1}`), 40058, "filename"},
		"md5 in capitals":     {start(`{"type":"file","filename":"a","total_size":5,"total_chunks":1,"md5":"` + strings.Repeat("A", 32) + `"}`), 40058, "md5"},
		"size as a string":    {start(`{"type":"file","filename":"a","total_size":"5","total_chunks":1}`), 40058, "total_size"},
		"chunk of no upload":  {`{"cmd":"aibot_upload_media_chunk","headers":{"req_id":"new"},"body":{"upload_id":"u","chunk_index":0,"base64_data":"YQ=="}}`, 40058, "upload_id"},
		"end of no upload":    {`{"cmd":"aibot_upload_media_finish","headers":{"req_id":"new"},"body":{"upload_id":"u"}}`, 40058, "upload_id"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := long(t, LongConfig{})
				client := joined(t, l)
				client.ask("ping", "used", "")
				l.Met("", "wr")
				m, err := l.Push(Msg{From: "zhangwei", Text: "12"})
				if err != nil {
					t.Fatal(err)
				}
				e, err := l.PushEvent(Event{From: "zhangwei", Type: "enter_chat"})
				if err != nil {
					t.Fatal(err)
				}
				frame := strings.NewReplacer("MSG", m.Req, "EVENT", e.Req).Replace(c.frame)
				var head longFrame
				_ = json.Unmarshal([]byte(frame), &head)
				if ack := client.raw(head.Headers.ReqID, frame); ack.code() != c.code {
					t.Errorf("errcode %d %s, want %d", ack.code(), ack.Msg, c.code)
				}
				v := l.Violations()
				if len(v) != 1 || v[0].Code != c.code || !strings.Contains(v[0].Why, c.why) {
					t.Errorf("recorded %+v, want it to say %q", v, c.why)
				}
				if seen := l.Seen("zhangwei"); seen != nil {
					t.Errorf("and yet it is shown: %+v", seen)
				}
			})
		})
	}
}

// Frames that are no text at all end the connection.
func TestLongRefusesWhatIsNoText(t *testing.T) {
	for name, c := range map[string]struct {
		kind websocket.MessageType
		data []byte
		why  string
	}{
		"binary":    {websocket.MessageBinary, []byte(`{"cmd":"ping","headers":{"req_id":"x"}}`), "binary"},
		"not UTF-8": {websocket.MessageText, []byte("{\"cmd\":\"\xff\"}"), "UTF-8"},
		"huge":      {websocket.MessageText, bytes.Repeat([]byte("x"), longRead+1), "1 MiB"},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := long(t, LongConfig{})
			client := joined(t, l)
			_ = client.conn.Write(t.Context(), c.kind, c.data) // may break under it
			<-client.ended
			if v := l.Violations(); len(v) != 1 || !strings.Contains(v[0].Why, c.why) {
				t.Errorf("%s: %+v", name, v)
			}
			if err := l.Offline(t.Context()); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
}

// What is right must pass, whatever optional fields it has.
func TestLongTakesAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := long(t, LongConfig{})
		c := joined(t, l)
		push := func() *Asked {
			t.Helper()
			a, err := l.Push(Msg{From: "zhangwei", Text: "12"})
			if err != nil {
				t.Fatal(err)
			}
			return a
		}
		took := func(cmd, req, body string, code int) {
			t.Helper()
			if ack := c.ask(cmd, req, body); ack.code() != code {
				t.Errorf("%s %.80s: errcode %d %s, want %d", cmd, body, ack.code(), ack.Msg, code)
			}
		}
		part := func(id, words string, finish bool) string {
			return fmt.Sprintf(`{"msgtype":"stream","stream":{"id":%q,"finish":%v,"content":%q}}`, id, finish, words)
		}

		a := push()
		took("aibot_respond_msg", a.Req, `{"msgtype":"stream","stream":{"id":"s1","finish":false,"content":"…","feedback":{"id":"fb1"}}}`, 0)
		took("aibot_respond_msg", a.Req, part("s2", "x", false), codeParameter) // another before the end
		took("aibot_respond_msg", a.Req, part("s1", "已记录", true), 0)
		took("aibot_respond_msg", a.Req, part("s1", "已记录", true), 0) // said again
		took("aibot_respond_msg", a.Req, part("s1", "其他", true), codeStreamLate)
		got, err := a.Answer(t.Context())
		if err != nil || got.Stream != "s1" || got.Text != "已记录" || !slices.Equal(got.Shown, []string{"…", "已记录"}) {
			t.Errorf("%+v, %v", got, err)
		}
		took("aibot_respond_msg", push().Req, part("s1", "已记录", true), codeParameter) // two messages, one stream

		a = push()
		took("aibot_respond_msg", a.Req, part("s3", "…", false), 0)
		time.Sleep(6*time.Minute + time.Second)
		took("aibot_respond_msg", a.Req, part("s3", "已记录", true), codeStreamLate)

		a = push()
		took("aibot_respond_msg", a.Req, `{"msgtype":"markdown","markdown":{"content":"<b>","feedback":{"id":"fb2"}}}`, 0)
		took("aibot_respond_msg", a.Req, `{"msgtype":"template_card","template_card":`+aButtonCard+`}`, 0)
		took("aibot_respond_msg", a.Req, `{"msgtype":"template_card","template_card":`+aButtonCard+`}`, codeParameter) // the same task
		if got, err := a.Answer(t.Context()); err != nil || got.Text != "<b>" {
			t.Errorf("%+v, %v", got, err)
		}

		c = c.away(l, 24*time.Hour+time.Second)
		took("aibot_respond_msg", a.Req, part("s4", "x", true), codeBadReq)

		for _, code := range []int{1, 2, 3} {
			if err := l.Rate(Rating{From: "zhangwei", ID: "fb1", Type: code, Reasons: []int{2}}); err != nil {
				t.Error(err)
			}
		}
		if err := l.Rate(Rating{From: "zhangwei", ID: "fb3", Type: 1}); err == nil {
			t.Error("rated what was never shown")
		}
		if kinds := longShown(l.Seen("zhangwei")); !slices.Equal(kinds, []string{"stream 已记录", "stream …", "markdown <b>", "template_card 确认提交？"}) {
			t.Errorf("%q", kinds)
		}
	})
}

func longShown(seen []Seen) []string {
	var all []string
	for _, s := range seen {
		if s.Card != nil {
			s.Text = s.Card.Title
		}
		all = append(all, s.Kind+" "+s.Text)
	}
	return all
}

func TestLongEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := long(t, LongConfig{})
		c := joined(t, l)
		say := func(cmd, body string) {
			c.mu.Lock()
			defer c.mu.Unlock()
			c.answers = func(longFrame) []longFrame { return []longFrame{{Cmd: cmd, Body: json.RawMessage(body)}} }
		}
		say("aibot_respond_welcome_msg", `{"msgtype":"text","text":{"content":"您好"}}`)
		if a, err := l.Enter(t.Context(), "zhangwei"); err != nil || a.Text != "您好" {
			t.Errorf("%+v, %v", a, err)
		}
		if f := <-c.calls; f.Cmd != "aibot_event_callback" || !strings.Contains(string(f.Body), `"event":{"eventtype":"enter_chat"}`) {
			t.Errorf("%+v", f)
		}
		if _, err := l.Enter(t.Context(), "zhangwei"); !errors.Is(err, ErrNotDelivered) {
			t.Errorf("a second time that day: %v", err)
		}
		if code := c.ask("aibot_send_msg", "", `{"chatid":"zhangwei","chat_type":1,"msgtype":"markdown","markdown":{"content":"x"}}`).code(); code != codeNoChat {
			t.Errorf("written to who never wrote: %d", code)
		}

		l.Met("zhangwei", "")
		if code := c.ask("aibot_send_msg", "", `{"chatid":"zhangwei","chat_type":1,"msgtype":"template_card","template_card":`+aButtonCard+`}`).code(); code != 0 {
			t.Fatal(code)
		}
		if _, err := l.PushPress("zhangwei", "q7@1", "maybe"); err == nil {
			t.Error("pressed a button that is not there")
		}
		say("aibot_respond_update_msg", `{"response_type":"update_template_card","userids":["zhangwei"],"template_card":{"card_type":"text_notice","main_title":{"title":"已提交"},"task_id":"q7@1","card_action":{"type":1,"url":"https://x"}}}`)
		a, err := l.Press(t.Context(), "zhangwei", "q7@1", "yes")
		if err != nil || a.Card == nil || a.Card.Title != "已提交" {
			t.Errorf("%+v, %v", a.Card, err)
		}
		if f := <-c.calls; !strings.Contains(string(f.Body), `"template_card_event":{"card_type":"button_interaction","event_key":"yes","task_id":"q7@1"}`) {
			t.Errorf("%s", f.Body)
		}
		seen := l.Seen("zhangwei")
		if got := longShown(seen); !slices.Equal(got, []string{"text 您好", "template_card 已提交"}) || seen[1].Pressed != 1 {
			t.Errorf("%q", got)
		}

		// What does not belong to a press, or comes a second time, is refused.
		c.mu.Lock()
		c.answers = nil
		c.mu.Unlock()
		if code := c.ask("aibot_send_msg", "", `{"chatid":"zhangwei","chat_type":1,"msgtype":"template_card","template_card":`+strings.Replace(aButtonCard, "q7@1", "q8@1", 1)+`}`).code(); code != 0 {
			t.Fatal(code)
		}
		p, err := l.PushPress("zhangwei", "q8@1", "no")
		if err != nil {
			t.Fatal(err)
		}
		<-c.calls
		turned := `{"response_type":"update_template_card","template_card":{"card_type":"text_notice","main_title":{"title":"已提交"},"task_id":"q8@1","card_action":{"type":1,"url":"https://x"}}}`
		for name, u := range map[string]string{
			"another task":  strings.Replace(turned, "q8@1", "q9@1", 1),
			"other members": strings.Replace(turned, `"template_card":{`, `"userids":["lisi"],"template_card":{`, 1),
			"no card":       `{"response_type":"update_template_card"}`,
		} {
			if code := c.ask("aibot_respond_update_msg", p.Req, u).code(); code != codeParameter {
				t.Errorf("%s: %d", name, code)
			}
		}
		for _, want := range []int{0, codeBadReq} {
			if code := c.ask("aibot_respond_update_msg", p.Req, turned).code(); code != want {
				t.Errorf("updated: %d, want %d", code, want)
			}
		}
		if code := c.ask("aibot_respond_msg", p.Req, `{"msgtype":"stream","stream":{"id":"s","finish":true,"content":"x"}}`).code(); code != codeBadReq {
			t.Errorf("a stream for a press: %d", code)
		}
		if seen := l.Seen("zhangwei"); len(seen) != 3 || seen[2].Card.Title != "已提交" {
			t.Errorf("%+v", longShown(seen))
		}
		if v := l.Violations(); len(v) != 5 {
			t.Errorf("%+v", v)
		}

		// As is what comes after 5 seconds.
		if _, err := l.Enter(t.Context(), "lisi"); !errors.Is(err, ErrUnanswered) {
			t.Errorf("nothing came: %v", err)
		}
		req := (<-c.calls).Headers.ReqID
		for _, want := range []int{0, codeBadReq} { // in exactly 5 seconds, and once more
			if code := c.ask("aibot_respond_welcome_msg", req, `{"msgtype":"text","text":{"content":"您好"}}`).code(); code != want {
				t.Errorf("greeted: %d, want %d", code, want)
			}
		}
		e, err := l.PushEvent(Event{From: "wangwu", Type: "enter_chat"})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(longEvent + 1)
		if code := c.ask("aibot_respond_welcome_msg", e.Req, `{"msgtype":"text","text":{"content":"您好"}}`).code(); code != codeBadReq {
			t.Errorf("late: %d", code)
		}
		if v := l.Violations(); len(v) != 6 {
			t.Errorf("%+v", v)
		}
	})
}

func TestLongLimits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := long(t, LongConfig{})
		c := joined(t, l)
		c.replies("好")
		send := func() int {
			return c.ask("aibot_send_msg", "", `{"chatid":"zhangwei","chat_type":1,"msgtype":"markdown","markdown":{"content":"x"}}`).code()
		}
		for range 10 { // replies and pushes together
			if _, err := l.Say(t.Context(), Msg{From: "zhangwei", Text: "12"}); err != nil {
				t.Fatal(err)
			}
		}
		c.mu.Lock()
		c.answers = nil
		c.mu.Unlock()
		for range 20 {
			if code := send(); code != 0 {
				t.Fatal(code)
			}
		}
		if code := send(); code != codeFrequency {
			t.Errorf("the 31st: %d", code)
		}
		for _, answer := range []string{
			`{"msgtype":"markdown","markdown":{"content":"x"}}`,
			`{"msgtype":"stream","stream":{"id":"s31","finish":true,"content":"x"}}`,
		} {
			a, err := l.Push(Msg{From: "zhangwei", Text: "12"})
			if err != nil {
				t.Fatal(err)
			}
			if code := c.ask("aibot_respond_msg", a.Req, answer).code(); code != codeFrequency {
				t.Errorf("the 31st, as an answer: %d", code)
			}
		}
		if l.Met("", "wr"); c.ask("aibot_send_msg", "", `{"chatid":"wr","chat_type":2,"msgtype":"markdown","markdown":{"content":"x"}}`).code() != 0 {
			t.Error("another conversation")
		}
		time.Sleep(time.Minute)
		upload := func() int {
			return c.ask("aibot_upload_media_init", "", `{"type":"file","filename":"a","total_size":5,"total_chunks":1}`).code()
		}
		for n := range 30 {
			if code := upload(); code != 0 {
				t.Errorf("upload %d: %d", n, code)
			}
		}
		if code := upload(); code != codeFrequency {
			t.Errorf("the 31st upload: %d", code)
		}
		for n := 30; n < 1000; n++ {
			if n%30 == 0 {
				time.Sleep(time.Minute)
			}
			if code := send(); code != 0 {
				t.Fatalf("message %d: %d", n, code)
			}
		}
		time.Sleep(time.Minute)
		if code := send(); code != codeFrequency {
			t.Errorf("the 1001st: %d", code)
		}
		if v := l.Violations(); v != nil {
			t.Errorf("%+v", v)
		}
	})
}

func TestLongUploads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := long(t, LongConfig{})
		c := joined(t, l)
		l.Met("zhangwei", "")
		content := bytes.Repeat([]byte("0123456789"), longChunk/10+2)
		sum := md5.Sum(content)
		begin := func(sum string, size, chunks int) string {
			t.Helper()
			ack := c.ask("aibot_upload_media_init", "", fmt.Sprintf(`{"type":"file","filename":"汇总.xlsx","total_size":%d,"total_chunks":%d,"md5":%q}`, size, chunks, sum))
			var b struct{ Upload_ID string }
			if ack.code() != 0 || json.Unmarshal(ack.Body, &b) != nil || b.Upload_ID == "" {
				t.Fatalf("%d %s", ack.code(), ack.Body)
			}
			return b.Upload_ID
		}
		chunk := func(id string, n int, data []byte) int {
			return c.ask("aibot_upload_media_chunk", "", fmt.Sprintf(`{"upload_id":%q,"chunk_index":%d,"base64_data":%q}`, id, n, base64.StdEncoding.EncodeToString(data))).code()
		}
		end := func(id string) longFrame {
			return c.ask("aibot_upload_media_finish", "", fmt.Sprintf(`{"upload_id":%q}`, id))
		}
		id := begin(hex.EncodeToString(sum[:]), len(content), 2)
		for name, code := range map[string]int{
			"the last one first": chunk(id, 1, content[longChunk:]),
			"and again":          chunk(id, 1, content[longChunk:]),
		} {
			if code != 0 {
				t.Errorf("%s: %d", name, code)
			}
		}
		if code := end(id).code(); code != codeParameter {
			t.Errorf("one missing: %d", code)
		}
		if code := chunk(id, 2, content[:9]); code != codeParameter {
			t.Errorf("one too many: %d", code)
		}
		if code := chunk(id, 1, content[:9]); code != codeParameter {
			t.Errorf("another one in its place: %d", code)
		}
		if code := chunk(id, 0, content[:longChunk+1]); code != codeLargeMedia {
			t.Errorf("one too large: %d", code)
		}
		if code := chunk(id, 0, content[:longChunk]); code != 0 {
			t.Errorf("the first one last: %d", code)
		}
		ack := end(id)
		var b struct{ Type, Media_ID, Created_At string }
		if ack.code() != 0 || json.Unmarshal(ack.Body, &b) != nil || b.Type != "file" || b.Created_At == "" {
			t.Fatalf("%d %s", ack.code(), ack.Body)
		}
		if again := end(id); string(again.Body) != string(ack.Body) {
			t.Errorf("finished twice: %s", again.Body)
		}
		send := func(kind, chat string, as int) int {
			return c.ask("aibot_send_msg", "", fmt.Sprintf(`{"chatid":%q,"chat_type":%d,"msgtype":%q,%[3]q:{"media_id":%q}}`, chat, as, kind, b.Media_ID)).code()
		}
		if code := send("file", "zhangwei", 1); code != 0 {
			t.Errorf("sent: %d", code)
		}
		if code := send("image", "zhangwei", 1); code != codeMedia {
			t.Errorf("sent as a picture: %d", code)
		}
		if code := send("file", "wr", 2); code != codeNotInGroup {
			t.Errorf("sent to a group that never called: %d", code)
		}
		seen := l.Seen("zhangwei")
		if len(seen) != 1 || seen[0].File == nil || seen[0].File.Name != "汇总.xlsx" || !bytes.Equal(seen[0].File.Content, content) {
			t.Errorf("%d messages", len(seen))
		}

		other := begin(strings.Repeat("0", 32), 10, 1)
		if code := chunk(other, 0, content[:10]); code != 0 || end(other).code() != codeParameter {
			t.Error("a wrong md5 passed")
		}
		short := begin(hex.EncodeToString(sum[:]), 11, 1)
		if code := chunk(short, 0, content[:10]); code != 0 || end(short).code() != codeParameter {
			t.Error("a wrong size passed")
		}
		time.Sleep(longSession + 1)
		if code := chunk(short, 0, content[:10]); code != codeParameter {
			t.Errorf("after 30 minutes: %d", code)
		}
		c = c.away(l, mediaLife)
		if code := send("file", "zhangwei", 1); code != codeMedia {
			t.Errorf("after 3 days: %d", code)
		}
	})
}

// Whatever a client writes, reading it does not panic, and what passes is what
// the standard decoder reads too.
func FuzzLongFrame(f *testing.F) {
	for _, seed := range []string{
		`{"cmd":"ping","headers":{"req_id":"x"}}`,
		`{"cmd":"aibot_subscribe","headers":{"req_id":"x"},"body":{"bot_id":"b","secret":"s"}}`,
		`{"cmd":"aibot_respond_msg","headers":{"req_id":"x"},"body":{"msgtype":"stream","stream":{"id":"s","finish":true,"content":"x"}}}`,
		`{"cmd":"aibot_send_msg","headers":{"req_id":"x"},"body":{"chatid":"c","chat_type":1,"msgtype":"template_card","template_card":` + aButtonCard + `}}`,
		`{"cmd":"aibot_upload_media_chunk","headers":{"req_id":"x"},"body":{"upload_id":"u","chunk_index":0,"base64_data":"YQ=="}}`,
		`[[[[`, `{"cmd":{"cmd":1}}`, `null`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var head struct {
			Cmd  string
			Body struct{ MsgType string }
		}
		_ = json.Unmarshal(data, &head)
		frame, bad := readLong(data, head.Cmd, head.Body.MsgType)
		if bad != nil {
			return
		}
		if frame.Cmd != head.Cmd || frame.Headers.ReqID == "" {
			t.Errorf("%q passed as %+v", data, frame)
		}
	})
}
