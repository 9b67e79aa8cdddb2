package wecomtest

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

const (
	corp   = "ww0123"
	secret = "s3cret"
	agent  = 1000002
	robot  = "robot-key-1"
)

// office is a company with its API and a client for it.
type office struct {
	*API
	client *http.Client
	t      *testing.T
}

func company(t *testing.T, change ...func(*APIConfig)) office {
	cfg := APIConfig{
		CorpID: corp,
		Apps: []Account{
			{AgentID: agent, Secret: secret, Name: "app", Scope: []string{"ZhangWei", "lina", "wang"}},
			{AgentID: 1000003, Secret: "other"},
		},
		Robots:     map[string]string{robot: "wrOne", "robot-key-2": "wrTwo"},
		Members:    []string{"ZhangWei", "lina", "wang", "outsider"},
		Unlicensed: []string{"wang"},
		OpenIDs:    map[string]string{"wo1": "lina", "wo2": "outsider"},
	}
	for _, c := range change {
		c(&cfg)
	}
	a := NewAPI(cfg)
	return office{a, &http.Client{Transport: Direct(a)}, t}
}

// got is an answer: its errcode, or the status if it was not 200.
type got struct {
	code   int
	fields map[string]any
	body   []byte
	header http.Header
}

func (o office) do(method, path, content string, body []byte) got {
	o.t.Helper()
	req, err := http.NewRequestWithContext(o.t.Context(), method, apiHost+path, bytes.NewReader(body))
	if err != nil {
		o.t.Fatal(err)
	}
	if content != "" {
		req.Header.Set("Content-Type", content)
	}
	resp, err := o.client.Do(req)
	if err != nil {
		o.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	g := got{header: resp.Header, code: resp.StatusCode}
	if g.body, err = io.ReadAll(resp.Body); err != nil {
		o.t.Fatal(err)
	}
	if json.Unmarshal(g.body, &g.fields) == nil && resp.StatusCode == http.StatusOK {
		code, ok := g.fields["errcode"].(float64)
		if !ok {
			o.t.Fatalf("%s: no errcode in %s", path, g.body)
		}
		g.code = int(code)
	}
	return g
}

func (o office) get(path string) got { o.t.Helper(); return o.do(http.MethodGet, path, "", nil) }

func (o office) post(path, body string) got {
	o.t.Helper()
	return o.do(http.MethodPost, path, "application/json", []byte(body))
}

func (o office) token() string {
	o.t.Helper()
	g := o.get("/cgi-bin/gettoken?corpid=" + corp + "&corpsecret=" + secret)
	token, ok := g.fields["access_token"].(string)
	if !ok {
		o.t.Fatalf("no token: %s", g.body)
	}
	return token
}

func (o office) send(body string) got {
	o.t.Helper()
	return o.post("/cgi-bin/message/send?access_token="+o.token(), body)
}

func (o office) say(body string) got {
	o.t.Helper()
	return o.post("/cgi-bin/webhook/send?key="+robot, body)
}

// clean fails the test if any request was not as the pages want it.
func (o office) clean() {
	o.t.Helper()
	for _, v := range o.Violations() {
		o.t.Error(v)
	}
}

func text(to, words string) string {
	return fmt.Sprintf(`{"touser":%q,"msgtype":"text","agentid":%d,"text":{"content":%q}}`, to, agent, words)
}

func TestTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := company(t)
		first := o.token()
		time.Sleep(time.Hour)
		if again := o.token(); again != first {
			t.Error("another token within two hours")
		}
		send := func(token string) int {
			return o.post("/cgi-bin/message/send?access_token="+token, text("lina", "hi")).code
		}
		if code := send(first); code != 0 {
			t.Errorf("a good token: %d", code)
		}
		time.Sleep(time.Hour)
		if code := send(first); code != codeTokenOld {
			t.Errorf("after two hours: %d", code)
		}
		second := o.token()
		if second == first {
			t.Error("the same token after two hours")
		}
		o.WithdrawTokens()
		if code := send(second); code != codeToken {
			t.Errorf("a withdrawn token: %d", code)
		}
		if third := o.token(); third == second {
			t.Error("the same token after it was withdrawn")
		}
		for query, want := range map[string]int{
			"corpid=ww9&corpsecret=" + secret:   codeCorp,
			"corpid=" + corp + "&corpsecret=no": codeSecret,
		} {
			if g := o.get("/cgi-bin/gettoken?" + query); g.code != want {
				t.Errorf("%s: %d", query, g.code)
			}
		}
		if n := len(o.Requests("/cgi-bin/gettoken")); n != 6 {
			t.Errorf("%d fetches", n)
		}
		o.clean()
	})
}

func TestTrustedAddresses(t *testing.T) {
	for trusted, want := range map[string]int{"192.0.2.1": 0, "198.51.100.1": codeAddress} {
		o := company(t, func(c *APIConfig) { c.Apps[0].Trusted = []string{trusted} })
		g := o.send(text("lina", "hi"))
		if g.code != want || want != 0 && !strings.Contains(g.fields["errmsg"].(string), "from ip: 192.0.2.1") {
			t.Errorf("%s trusted: %s", trusted, g.body)
		}
		o.Trust(agent, "192.0.2.1")
		if g := o.send(text("lina", "hi")); g.code != 0 {
			t.Errorf("trusted at last: %s", g.body)
		}
		o.clean()
	}
}

func TestAgentAndCallbackAddresses(t *testing.T) {
	o := company(t)
	token := o.token()
	if g := o.get(fmt.Sprintf("/cgi-bin/agent/get?access_token=%s&agentid=%d", token, agent)); g.code != 0 || g.fields["name"] != "app" {
		t.Errorf("agent/get: %s", g.body)
	}
	if g := o.get("/cgi-bin/agent/get?access_token=" + token + "&agentid=1000003"); g.code != codeOtherAgent {
		t.Errorf("another's agent/get: %s", g.body)
	}
	if g := o.get("/cgi-bin/getcallbackip?access_token=" + token); g.code != 0 || len(g.fields["ip_list"].([]any)) == 0 {
		t.Errorf("getcallbackip: %s", g.body)
	}
	o.clean()
}

func TestOpenIDs(t *testing.T) {
	o := company(t)
	g := o.post("/cgi-bin/batch/openuserid_to_userid?access_token="+o.token(), `{"open_userid_list":["wo1","wo2","wo3","lina"]}`)
	want := `"invalid_open_userid_list":["wo2","wo3","lina"],"userid_list":[{"open_userid":"wo1","userid":"lina"}]`
	if !strings.Contains(string(g.body), want) {
		t.Errorf("got %s, want %s", g.body, want)
	}
	o.clean()
}

func TestMessagesReachMembers(t *testing.T) {
	o := company(t)
	g := o.send(text("zhangwei|LINA|wang|Outsider|nobody", "hi"))
	if g.code != 0 || g.fields["invaliduser"] != "outsider|nobody" || g.fields["unlicenseduser"] != "wang" || g.fields["msgid"] == "" {
		t.Errorf("answered %s", g.body)
	}
	var to []string
	for _, s := range o.Personal() {
		to = append(to, s.To)
		if s.Text != "hi" || s.Kind != "text" || s.Via != "app" || s.MsgID != g.fields["msgid"] {
			t.Errorf("shown %+v", s)
		}
	}
	if !slices.Equal(to, []string{"ZhangWei", "lina"}) || len(o.PersonalOf("LINA")) != 1 {
		t.Errorf("shown to %v", to)
	}
	if g := o.send(text("nobody|outsider", "hi")); g.code != codeRecipients {
		t.Errorf("to nobody: %s", g.body)
	}
	if g := o.send(text("@all", "hi")); g.code != 0 || len(o.Personal()) != 4 {
		t.Errorf("to all: %s, %d shown", g.body, len(o.Personal()))
	}
	if g := o.send(strings.Replace(text("lina", "x"), "1000002", "1000003", 1)); g.code != codeOtherAgent {
		t.Errorf("as another application: %s", g.body)
	}
	if g := o.send(fmt.Sprintf(`{"touser":"lina","msgtype":"markdown","agentid":%d,"markdown":{"content":"<font color=\"warning\">x</font>"}}`, agent)); g.code != 0 {
		t.Errorf("markdown: %s", g.body)
	}
	o.clean()
}

func TestExcessIsDroppedSilently(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := company(t)
		for i := range 40 {
			if g := o.send(text("lina", fmt.Sprint(i))); g.code != 0 {
				t.Fatalf("message %d: %s", i, g.body)
			}
			time.Sleep(time.Second)
		}
		if shown, dropped := len(o.Personal()), o.Dropped(); shown != 30 || len(dropped) != 10 || dropped[0].Why != "limit" {
			t.Errorf("%d shown, %d dropped", shown, len(dropped))
		}
		o.send(text("ZhangWei", "x"))
		if n := len(o.PersonalOf("zhangwei")); n != 1 {
			t.Errorf("another member got %d", n)
		}
		time.Sleep(time.Minute)
		for i := range 1000 {
			o.send(text("lina", fmt.Sprint("again ", i)))
			time.Sleep(2100 * time.Millisecond)
		}
		if n := len(o.PersonalOf("lina")); n != 1000 {
			t.Errorf("%d in an hour", n)
		}
		o.clean()
	})
}

func TestRepeatsAreShownOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := company(t)
		body := strings.Replace(text("lina", "hi"), `"text":`, `"enable_duplicate_check":1,"duplicate_check_interval":60,"text":`, 1)
		for _, pause := range []time.Duration{0, 59 * time.Second, time.Second} {
			time.Sleep(pause)
			if g := o.send(body); g.code != 0 {
				t.Errorf("%s", g.body)
			}
		}
		if n := len(o.Personal()); n != 2 {
			t.Errorf("shown %d times, want now and after a minute", n)
		}
		if d := o.Dropped(); len(d) != 1 || d[0].Why != "repeat" {
			t.Errorf("dropped %+v", d)
		}
		o.clean()
	})
}

const goodCard = `{"card_type":"button_interaction","main_title":{"title":"t","desc":"d"},"sub_title_text":"s",` +
	`"horizontal_content_list":[{"keyname":"k","value":"v"}],"task_id":"TASK","button_list":[{"text":"yes","style":1,"key":"y"},{"text":"no","key":"n"}]}`

func card(task string) string { return strings.Replace(goodCard, "TASK", task, 1) }

func cardMessage(to, task string) string {
	return fmt.Sprintf(`{"touser":%q,"msgtype":"template_card","agentid":%d,"template_card":%s}`, to, agent, card(task))
}

func TestCardsOfAnApplication(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var heard []string
		o := company(t, func(c *APIConfig) {
			c.OnPersonal = func(s Shown) { heard = append(heard, fmt.Sprint(s.To, s.Changed, s.Card.Replaced)) }
		})
		g := o.send(cardMessage("lina|ZhangWei", "t@1"))
		code, _ := g.fields["response_code"].(string)
		if g.code != 0 || code == "" {
			t.Fatalf("%s", g.body)
		}
		update := func(code, users, what string) got {
			return o.post("/cgi-bin/message/update_template_card?access_token="+o.token(),
				fmt.Sprintf(`{%s,"agentid":%d,"response_code":%q,%s}`, users, agent, code, what))
		}
		if g := update(code, `"userids":["LINA","nobody"]`, `"button":{"replace_name":"done"}`); g.code != 0 || fmt.Sprint(g.fields["invaliduser"]) != "[nobody]" {
			t.Errorf("update: %s", g.body)
		}
		if g := update(code, `"atall":1`, `"button":{"replace_name":"again"}`); g.code != codeParameter {
			t.Errorf("a code used twice: %s", g.body)
		}
		lina, zhang := o.PersonalOf("lina")[0], o.PersonalOf("zhangwei")[0]
		if lina.Card.Replaced != "done" || zhang.Card.Replaced != "" || !lina.Changed {
			t.Errorf("lina sees %+v, zhangwei %+v", lina.Card, zhang.Card)
		}
		if want := []string{"linafalse", "ZhangWeifalse", "linatruedone"}; !slices.Equal(heard, want) {
			t.Errorf("heard %v", heard)
		}
		late := o.send(cardMessage("lina", "t@2")).fields["response_code"].(string)
		time.Sleep(72 * time.Hour)
		if g := update(late, `"atall":1`, `"button":{"replace_name":"x"}`); g.code != codeParameter {
			t.Errorf("a code of three days ago: %s", g.body)
		}
		fresh := o.send(cardMessage("lina", "t@3")).fields["response_code"].(string)
		if g := update(fresh, `"atall":1`, `"template_card":{"card_type":"text_notice","main_title":{"title":"after"},"card_action":{"type":1,"url":"https://work.weixin.qq.com"}}`); g.code != 0 {
			t.Errorf("another card: %s", g.body)
		}
		if c := o.PersonalOf("lina")[2].Card; c.Title != "after" || c.Task != "t@3" {
			t.Errorf("became %+v", c)
		}
		o.clean()

		again := strings.Replace(cardMessage("wang|lina", "t@1"), `"agentid"`, `"enable_duplicate_check":1,"agentid"`, 1)
		for n := range 2 {
			if g := o.send(again); g.code != codeParameter || len(o.Violations()) != n+1 {
				t.Errorf("a task_id used twice: %s", g.body)
			}
		}
	})
}

func TestBadRequestsAreRefused(t *testing.T) {
	send, hook, answer := "/cgi-bin/message/send?access_token=TOKEN", "/cgi-bin/webhook/send?key="+robot, "/cgi-bin/aibot/response?response_code=x"
	update := "/cgi-bin/message/update_template_card?access_token=TOKEN"
	long := func(n int) string { return strings.Repeat("x", n) }
	carded := func(old, new string) string { return strings.Replace(cardMessage("lina", "t"), old, new, 1) }
	for name, c := range map[string]struct {
		path, body string
		code       int
		says       string
	}{
		"unknown address":        {"/cgi-bin/nothing", "{}", 404, "there is no /cgi-bin/nothing"},
		"GET by POST":            {"/cgi-bin/gettoken?corpid=a&corpsecret=b", "", codeWantsGet, "asked by POST"},
		"no token":               {"/cgi-bin/message/send", text("lina", "x"), codeNoToken, "no access_token"},
		"no key":                 {"/cgi-bin/webhook/send", "{}", codeParameter, `no parameter "key"`},
		"a parameter more":       {hook + "&debug=1", "{}", codeParameter, `parameter "debug"`},
		"a parameter twice":      {hook + "&key=x", "{}", codeParameter, "2 times"},
		"no JSON":                {send, "touser=lina", codeParameter, "not a JSON object"},
		"two objects":            {send, text("lina", "x") + "{}", codeParameter, "not a JSON object"},
		"not UTF-8":              {send, text("lina", "x")[:60] + "\xff\"}}", codeParameter, "not UTF-8"},
		"escaped markup":         {send, strings.Replace(text("lina", "x"), `"x"`, `"\u003Cb>"`, 1), codeEscapes, "40033"},
		"agentid in quotes":      {send, strings.Replace(text("lina", "x"), "1000002", `"1000002"`, 1), codeAgent, "agentid is no number"},
		"no agentid":             {send, `{"touser":"lina","msgtype":"text","text":{"content":"x"}}`, codeParameter, `no field "agentid"`},
		"no msgtype":             {send, `{"touser":"lina"}`, codeParameter, `"msgtype" is no string`},
		"markdown_v2 of an app":  {send, `{"touser":"lina","msgtype":"markdown_v2","agentid":1,"markdown_v2":{"content":"x"}}`, codeMsgType, "markdown_v2"},
		"a field more":           {send, strings.Replace(text("lina", "x"), `"text":`, `"to":"x","text":`, 1), codeParameter, `field "to"`},
		"a field of the library": {send, strings.Replace(text("lina", "x"), `"text":`, `"safe":"0","text":`, 1), codeParameter, `"safe" is no int`},
		"safe markdown":          {send, `{"touser":"lina","msgtype":"markdown","agentid":1,"safe":0,"markdown":{"content":"x"}}`, codeParameter, `field "safe"`},
		"content is null":        {send, strings.Replace(text("lina", "x"), `"x"`, `null`, 1), codeParameter, `"content" is no string`},
		"no words":               {send, text("lina", ""), codeEmptyText, "empty"},
		"too many words":         {send, text("lina", long(2049)), codeTooLong, "2049 bytes"},
		"nobody":                 {send, text("", "x"), codeParameter, "touser"},
		"a gap":                  {send, text("lina||wang", "x"), codeParameter, "touser"},
		"a space":                {send, text("lina| wang", "x"), codeParameter, "touser"},
		"somebody twice":         {send, text("lina|LINA", "x"), codeParameter, "touser"},
		"too many":               {send, text(strings.Join(slices.Repeat([]string{"a"}, 1001), "|"), "x"), codeParameter, "1001 ids"},
		"a department":           {send, strings.Replace(text("lina", "x"), `"text":`, `"toparty":"1","text":`, 1), codeParameter, "toparty"},
		"checked too long":       {send, strings.Replace(text("lina", "x"), `"text":`, `"duplicate_check_interval":14401,"text":`, 1), codeParameter, "14401"},
		"half checked":           {send, strings.Replace(text("lina", "x"), `"text":`, `"enable_duplicate_check":2,"text":`, 1), codeParameter, "neither 0 nor 1"},

		"card: other type":       {send, carded(cardButtons, "vote_interaction"), codeParameter, "vote_interaction"},
		"card: no title":         {send, carded(`"title":"t",`, ""), codeParameter, `no field "title"`},
		"card: empty title":      {send, carded(`"title":"t"`, `"title":""`), codeParameter, "title is empty"},
		"card: no task":          {send, carded(`"task_id":"t",`, ""), codeParameter, `no field "task_id"`},
		"card: strange task":     {send, carded(`"task_id":"t"`, `"task_id":"报表"`), codeParameter, "0-9A-Za-z_-@"},
		"card: long task":        {send, carded(`"task_id":"t"`, `"task_id":"`+long(129)+`"`), codeParameter, "129 bytes"},
		"card: no buttons":       {send, carded(`{"text":"yes","style":1,"key":"y"},{"text":"no","key":"n"}`, ""), codeParameter, "0 buttons"},
		"card: seven buttons":    {send, carded(`{"text":"no","key":"n"}`, strings.TrimSuffix(strings.Repeat(`{"text":"no","key":"n"},`, 6), ",")), codeParameter, "7 buttons"},
		"card: one key twice":    {send, carded(`"key":"n"`, `"key":"y"`), codeParameter, "one key"},
		"card: no key":           {send, carded(`"key":"n"`, `"key":""`), codeParameter, "key has 0 bytes"},
		"card: long key":         {send, carded(`"key":"n"`, `"key":"`+long(1025)+`"`), codeParameter, "key has 1025 bytes"},
		"card: long button":      {send, carded(`"no"`, `"`+long(11)+`"`), codeParameter, "11 characters"},
		"card: style 5":          {send, carded(`"style":1`, `"style":5`), codeParameter, "style is 5"},
		"card: a button leads":   {send, carded(`"style":1`, `"type":1`), codeParameter, "type is 1"},
		"card: seven rows":       {send, carded(`{"keyname":"k","value":"v"}`, strings.TrimSuffix(strings.Repeat(`{"keyname":"k"},`, 7), ",")), codeParameter, "7 rows"},
		"card: a bot's feedback": {send, carded(`"task_id"`, `"feedback":{"id":"x"},"task_id"`), codeParameter, `field "feedback"`},
		"card: grey at once":     {send, carded(`"task_id"`, `"replace_text":"x","task_id"`), codeParameter, `field "replace_text"`},

		"update: nobody":       {update, `{"agentid":1,"response_code":"x","button":{"replace_name":"x"}}`, codeParameter, "userids, or atall"},
		"update: all and some": {update, `{"userids":["a"],"atall":1,"agentid":1,"response_code":"x","button":{"replace_name":"x"}}`, codeParameter, "userids, or atall"},
		"update: in one word":  {update, `{"userids":"a|b","agentid":1,"response_code":"x","button":{"replace_name":"x"}}`, codeParameter, `"userids" is no []string`},
		"update: to nothing":   {update, `{"atall":1,"agentid":1,"response_code":"x"}`, codeParameter, "either button or template_card"},
		"update: empty":        {update, `{"atall":1,"agentid":1,"response_code":"x","button":{"replace_name":""}}`, codeParameter, "replace_name is empty"},

		"robot: no words":         {hook, `{"msgtype":"text","text":{"content":""}}`, codeEmptyText, "empty"},
		"robot: a long text":      {hook, `{"msgtype":"text","text":{"content":"` + long(2049) + `"}}`, codeTooLong, "2049"},
		"robot: a long markdown":  {hook, `{"msgtype":"markdown_v2","markdown_v2":{"content":"` + long(4097) + `"}}`, codeTooLong, "4097"},
		"robot: mention of null":  {hook, `{"msgtype":"text","text":{"content":"x","mentioned_list":null}}`, codeParameter, `"mentioned_list" is no []string`},
		"robot: empty mention":    {hook, `{"msgtype":"text","text":{"content":"x","mentioned_list":[""]}}`, codeParameter, "mention is empty"},
		"robot: markdown calls":   {hook, `{"msgtype":"markdown","markdown":{"content":"x","mentioned_list":["a"]}}`, codeParameter, `field "mentioned_list"`},
		"robot: other type":       {hook, `{"msgtype":"voice","voice":{"media_id":"x"}}`, codeMsgType, "voice"},
		"robot: picture's sum":    {hook, `{"msgtype":"image","image":{"base64":"iVBORw0KGgo=","md5":"00"}}`, codeParameter, "md5"},
		"robot: picture's base64": {hook, `{"msgtype":"image","image":{"base64":"?","md5":"00"}}`, codeParameter, "not base64"},

		"later: a stream": {answer, `{"msgtype":"stream","stream":{}}`, codeMsgType, "stream"},
		"later: too long": {answer, `{"msgtype":"markdown","markdown":{"content":"` + long(20481) + `"}}`, codeTooLong, "20481"},
		"later: feedback": {answer, `{"msgtype":"markdown","markdown":{"content":"x","feedback":{"id":"` + long(257) + `"}}}`, codeParameter, "257"},

		"ids: none":         {"/cgi-bin/batch/openuserid_to_userid?access_token=TOKEN", `{"open_userid_list":[]}`, codeParameter, "0 ids"},
		"ids: source_agent": {"/cgi-bin/batch/openuserid_to_userid?access_token=TOKEN", `{"open_userid_list":["x"],"source_agentid":1}`, codeParameter, "source_agentid"},
	} {
		o := company(t)
		token := o.token()
		g := o.post(strings.Replace(c.path, "TOKEN", token, 1), c.body)
		v := o.Violations()
		if told := fmt.Sprint(v, o.Requests("")); strings.Contains(told, token) || strings.Contains(told, robot) || strings.Contains(told, secret) {
			t.Errorf("%s: tells a secret: %s", name, told)
		}
		if g.code != c.code || len(v) != 1 || !strings.Contains(v[0].Why, c.says) {
			t.Errorf("%s: answered %d, want %d; %v, want it to say %q", name, g.code, c.code, v, c.says)
		}
		if len(o.Personal())+len(o.Group(robot)) != 0 {
			t.Errorf("%s: shown", name)
		}
	}
	o := company(t)
	if g := o.do(http.MethodPost, hook, "text/plain", []byte(`{"msgtype":"text","text":{"content":"x"}}`)); g.code != codeParameter || len(o.Violations()) != 1 {
		t.Errorf("JSON as text/plain: %s", g.body)
	}
	if g := o.get("/cgi-bin/webhook/send?key=x"); g.code != codeWantsPost {
		t.Errorf("POST by GET: %s", g.body)
	}
}

func TestRobots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var heard int
		o := company(t, func(c *APIConfig) { c.OnGroup = func(Shown) { heard++ } })
		png := append([]byte("\x89PNG\r\n\x1a\n"), "rest"...)
		sum := md5.Sum(png)
		for i, body := range []string{
			`{"msgtype":"text","text":{"content":"a","mentioned_list":["lina","@all"]}}`,
			`{"msgtype":"markdown","markdown":{"content":"b <@lina>"}}`,
			`{"msgtype":"markdown_v2","markdown_v2":{"content":"| c |"}}`,
			`{"msgtype":"image","image":{"base64":"` + base64.StdEncoding.EncodeToString(png) + `","md5":"` + hex.EncodeToString(sum[:]) + `"}}`,
		} {
			if g := o.say(body); g.code != 0 {
				t.Errorf("message %d: %s", i, g.body)
			}
		}
		seen := o.Group("wrOne")
		if len(seen) != 4 || !slices.Equal(seen[0].Mention, []string{"lina", "@all"}) || seen[2].Kind != "markdown_v2" || !bytes.Equal(seen[3].File.Content, png) {
			t.Errorf("shown %+v", seen)
		}
		for range 16 {
			o.say(`{"msgtype":"text","text":{"content":"more"}}`)
		}
		if g := o.say(`{"msgtype":"text","text":{"content":"too many"}}`); g.code != codeFrequency || len(o.Group(robot)) != 20 || heard != 20 {
			t.Errorf("the 21st: %s, %d shown, %d heard", g.body, len(o.Group(robot)), heard)
		}
		if g := o.post("/cgi-bin/webhook/send?key=robot-key-2", `{"msgtype":"text","text":{"content":"x"}}`); g.code != 0 || len(o.Group("wrTwo")) != 1 {
			t.Errorf("the other robot: %s", g.body)
		}
		time.Sleep(time.Minute)
		o.RemoveRobot("robot-key-2")
		for key, want := range map[string]int{robot: 0, "robot-key-2": codeRobot, "nonsense": codeRobot} {
			if g := o.post("/cgi-bin/webhook/send?key="+key, `{"msgtype":"text","text":{"content":"x"}}`); g.code != want {
				t.Errorf("key %s: %s", key, g.body)
			}
		}
		o.clean()
	})
}

// form is an upload of one file.
func form(disposition, content string) (string, []byte) {
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	part, err := w.CreatePart(map[string][]string{"Content-Disposition": {disposition}})
	if err == nil {
		_, err = io.WriteString(part, content)
	}
	if err != nil || w.Close() != nil {
		panic(err)
	}
	return w.FormDataContentType(), body.Bytes()
}

func (o office) upload(path, name, content string) got {
	kind, body := form(`form-data; name="media"; filename="`+name+`"`, content)
	return o.do(http.MethodPost, path, kind, body)
}

func TestFiles(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := company(t)
		token := o.token()
		g := o.upload("/cgi-bin/media/upload?type=file&access_token="+token, "汇总 1.xlsx", "content")
		id, _ := g.fields["media_id"].(string)
		if g.code != 0 || id == "" || g.fields["created_at"] != fmt.Sprint(time.Now().Unix()) {
			t.Fatalf("upload: %s", g.body)
		}
		fetched := o.get("/cgi-bin/media/get?access_token=" + token + "&media_id=" + id)
		_, params, err := mime.ParseMediaType(fetched.header.Get("Content-Disposition"))
		if err != nil || params["filename"] != "汇总 1.xlsx" || string(fetched.body) != "content" {
			t.Errorf("media/get: %v %v %q", err, fetched.header, fetched.body)
		}
		file := func(id string) string {
			return fmt.Sprintf(`{"touser":"lina","msgtype":"file","agentid":%d,"file":{"media_id":%q}}`, agent, id)
		}
		if g := o.send(file(id)); g.code != 0 {
			t.Errorf("send: %s", g.body)
		}
		if seen := o.Personal(); len(seen) != 1 || seen[0].File.Name != "汇总 1.xlsx" || string(seen[0].File.Content) != "content" {
			t.Errorf("shown %+v", seen)
		}
		robots := o.upload("/cgi-bin/webhook/upload_media?type=file&key="+robot, "b.txt", "content").fields["media_id"].(string)
		for name, c := range map[string]struct {
			send func(id string) got
			id   string
			want int
		}{
			"the robot's own":        {func(id string) got { return o.say(`{"msgtype":"file","file":{"media_id":"` + id + `"}}`) }, robots, 0},
			"the app's by a robot":   {func(id string) got { return o.say(`{"msgtype":"file","file":{"media_id":"` + id + `"}}`) }, id, codeMedia},
			"the robot's by the app": {func(id string) got { return o.send(file(id)) }, robots, codeMedia},
			"the robot's by another": {func(id string) got {
				return o.post("/cgi-bin/webhook/send?key=robot-key-2", `{"msgtype":"file","file":{"media_id":"`+id+`"}}`)
			}, robots, codeMedia},
			"a file sent as picture": {func(id string) got { return o.send(strings.ReplaceAll(file(id), `"file"`, `"image"`)) }, id, codeMedia},
			"nobody's":               {func(id string) got { return o.send(file(id)) }, "x", codeMedia},
			"nobody's to be fetched": {func(id string) got { return o.get("/cgi-bin/media/get?access_token=" + token + "&media_id=" + id) }, "x", codeMedia},
			"robot's to be fetched":  {func(id string) got { return o.get("/cgi-bin/media/get?access_token=" + token + "&media_id=" + id) }, robots, codeMedia},
			"upload by unknown robot": {func(string) got {
				return o.upload("/cgi-bin/webhook/upload_media?type=file&key=no", "b.txt", "content")
			}, "", codeRobot},
		} {
			if g := c.send(c.id); g.code != c.want {
				t.Errorf("%s: %s", name, g.body)
			}
		}
		o.clean()
		time.Sleep(mediaLife)
		if g := o.send(file(id)); g.code != codeMedia {
			t.Errorf("after three days: %s", g.body)
		}
	})
}

func TestBadUploadsAreRefused(t *testing.T) {
	const path = "/cgi-bin/media/upload?type=file&access_token=TOKEN"
	for name, c := range map[string]struct {
		path, disposition, content string
		code                       int
		says                       string
	}{
		"empty":           {path, `form-data; name="media"; filename="a"`, "", codeEmptyMedia, "empty"},
		"five bytes":      {path, `form-data; name="media"; filename="a"`, "12345", codeEmptyMedia, "5 bytes"},
		"too large":       {strings.Replace(path, "file", "voice", 1), `form-data; name="media"; filename="a"`, strings.Repeat("x", 2<<20+1), codeLargeMedia, "2097153"},
		"no picture":      {strings.Replace(path, "file", "image", 1), `form-data; name="media"; filename="a"`, "content", codeParameter, "neither JPG nor PNG"},
		"another type":    {strings.Replace(path, "file", "zip", 1), `form-data; name="media"; filename="a"`, "content", codeMediaType, "zip"},
		"another part":    {path, `form-data; name="file"; filename="a"`, "content", codeParameter, "not named media"},
		"no name":         {path, `form-data; name="media"`, "content", codeParameter, "no filename"},
		"a path":          {path, `form-data; name="media"; filename="/tmp/a.xlsx"`, "content", codeParameter, "path"},
		"not UTF-8":       {path, "form-data; name=\"media\"; filename=\"\xff\"", "content", codeParameter, "UTF-8"},
		"a name in stars": {path, `form-data; name="media"; filename*=UTF-8''a`, "content", codeParameter, "filename*"},
		"empty, no robot": {"/cgi-bin/webhook/upload_media?type=file&key=no", `form-data; name="media"; filename="a"`, "", codeEmptyMedia, "empty"},
		"robot's voice":   {"/cgi-bin/webhook/upload_media?type=voice&key=" + robot, `form-data; name="media"; filename="a"`, "content", codeMediaType, "voice"},
	} {
		o := company(t)
		kind, body := form(c.disposition, c.content)
		g := o.do(http.MethodPost, strings.Replace(c.path, "TOKEN", o.token(), 1), kind, body)
		if v := o.Violations(); g.code != c.code || len(v) != 1 || !strings.Contains(v[0].Why, c.says) {
			t.Errorf("%s: answered %d, want %d; %v, want it to say %q", name, g.code, c.code, v, c.says)
		}
	}
	o := company(t)
	path2 := strings.Replace(path, "TOKEN", o.token(), 1)
	kind, body := form(`form-data; name="media"; filename="a"`, "content")
	for name, send := range map[string]func() got{
		"as JSON":   func() got { return o.post(path2, "{}") },
		"cut short": func() got { return o.do(http.MethodPost, path2, kind, body[:len(body)-30]) },
		"no part":   func() got { return o.do(http.MethodPost, path2, kind, nil) },
	} {
		before := len(o.Violations())
		if g := send(); g.code == 0 || len(o.Violations()) != before+1 {
			t.Errorf("%s: %s", name, g.body)
		}
	}
}

func TestMediaAddresses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := company(t)
		p, s := school(t)
		p.cfg.API = o.API
		s.does(func(http.ResponseWriter, string, map[string]any) {})
		_, err := p.Send(t.Context(), Msg{From: "lina", Kind: File, Files: []Attachment{{Name: "附件 2.docx", Content: []byte("docx")}}})
		if err != nil {
			t.Fatal(err)
		}
		address := s.saw()[0]["file"].(map[string]any)["url"].(string)
		path := strings.TrimPrefix(address, apiHost)
		g := o.get(path)
		_, params, err := mime.ParseMediaType(g.header.Get("Content-Disposition"))
		if err != nil || params["filename"] != "附件 2.docx" {
			t.Errorf("named %v, %v", params, err)
		}
		block, err := aes.NewCipher(p.sealer.key)
		if err != nil || len(g.body)%32 != 0 {
			t.Fatalf("%d bytes, %v", len(g.body), err)
		}
		cipher.NewCBCDecrypter(block, p.sealer.key[:16]).CryptBlocks(g.body, g.body)
		if want := "docx" + strings.Repeat("\x1c", 28); string(g.body) != want {
			t.Errorf("holds %q", g.body)
		}
		time.Sleep(5 * time.Minute)
		if g := o.get(path); g.code != http.StatusForbidden {
			t.Errorf("after five minutes: %d", g.code)
		}
		if g := o.get("/media/nothing"); g.code != http.StatusNotFound {
			t.Errorf("an address nobody made: %d", g.code)
		}
		o.clean()
	})
}

func TestLaterAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := company(t)
		p, s := school(t)
		p.cfg.API = o.API
		path := func(m Msg) string {
			s.does(func(http.ResponseWriter, string, map[string]any) {})
			if _, err := p.Send(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			to, err := url.Parse(s.saw()[0]["response_url"].(string))
			if err != nil {
				t.Fatal(err)
			}
			return to.RequestURI()
		}
		const words = `{"msgtype":"markdown","markdown":{"content":"later","feedback":{"id":"f1"}}}`
		once := path(Msg{From: "lina"})
		if g := o.post(once, words); g.code != 0 {
			t.Errorf("an answer: %s", g.body)
		}
		if g := o.post(once, words); g.code == 0 {
			t.Errorf("a second answer: %s", g.body)
		}
		old := path(Msg{From: "lina"})
		if g := o.post(path(Msg{From: "lina", Group: "wrOne"}), words); g.code != 0 {
			t.Errorf("an answer in a group: %s", g.body)
		}
		if g := o.post(path(Msg{From: "wo1"}), words); g.code != 0 {
			t.Errorf("an answer to an open_userid: %s", g.body)
		}
		if g := o.post(path(Msg{From: "lina"}), `{"msgtype":"template_card","template_card":`+card("c1")+`}`); g.code != 0 {
			t.Errorf("a card: %s", g.body)
		}
		if c, ok := p.Card("lina", "c1"); !ok || c.Title != "t" {
			t.Errorf("the card is %+v, %v", c, ok)
		}
		if _, err := p.Rate(t.Context(), Rating{From: "lina", ID: "f1", Type: 1}); err != nil {
			t.Errorf("rated: %v", err)
		}
		time.Sleep(time.Hour)
		if g := o.post(old, words); g.code == 0 {
			t.Errorf("after an hour: %s", g.body)
		}
		if a, b := o.PersonalOf("lina"), o.Group("wrOne"); len(a) != 3 || len(b) != 1 || a[0].Text != "later" || a[2].Card.Task != "c1" || b[0].Via != "reply" {
			t.Errorf("shown %+v and %+v", a, b)
		}
		o.clean()
		if g := o.post(path(Msg{From: "lina", Group: "wrOne"}), `{"msgtype":"template_card","template_card":`+card("c2")+`}`); g.code == 0 || len(o.Violations()) != 1 {
			t.Errorf("a card in a group: %s", g.body)
		}
		if g := o.post(path(Msg{From: "lina"}), `{"msgtype":"template_card","template_card":`+card("c1")+`}`); g.code == 0 || len(o.Violations()) != 2 {
			t.Errorf("a task_id used twice: %s", g.body)
		}
	})
}

func TestMischief(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		body := text("lina", "hi")
		for name, c := range map[string]struct {
			m     Mischief
			shown int
			code  int    // 0 if there is none
			fails string // what the client says, "" for nothing
		}{
			"none":                    {Mischief{}, 1, 0, ""},
			"busy":                    {Mischief{Code: -1}, 0, -1, ""},
			"too often, after":        {Mischief{Code: 45009, After: true}, 1, 45009, ""},
			"refused with a smile":    {Mischief{Code: 45033, Fair: true}, 0, 45033, ""},
			"a stranger's address":    {Mischief{Code: 60020}, 0, 60020, ""},
			"token withdrawn":         {Mischief{Withdraw: true}, 0, 40014, ""},
			"a gateway":               {Mischief{Status: 502}, 0, 502, ""},
			"a gateway, after":        {Mischief{Status: 502, After: true}, 1, 502, ""},
			"a page":                  {Mischief{Body: "<html>"}, 0, 200, ""},
			"broken":                  {Mischief{Break: true}, 0, 0, "connection broke"},
			"broken, after":           {Mischief{Break: true, After: true}, 1, 0, "connection broke"},
			"silence":                 {Mischief{Hang: true}, 0, 0, "deadline exceeded"},
			"silence, after":          {Mischief{Hang: true, After: true}, 1, 0, "deadline exceeded"},
			"cut short":               {Mischief{Cut: true}, 1, 200, ""},
			"nobody will ever see it": {Mischief{Drop: true}, 0, 0, ""},
		} {
			o := company(t)
			token := o.token()
			o.Misbehave(Script(Rule{Endpoint: "/cgi-bin/message/send", Last: 1, Mischief: c.m}))
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, apiHost+"/cgi-bin/message/send?access_token="+token, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := o.client.Do(req)
			if c.fails != "" {
				if err == nil || !strings.Contains(err.Error(), c.fails) {
					t.Errorf("%s: %v", name, err)
				}
			} else if err != nil {
				t.Errorf("%s: %v", name, err)
			} else {
				answer, err := io.ReadAll(resp.Body)
				fields := struct {
					Code *int `json:"errcode"`
				}{}
				code := resp.StatusCode
				if json.Unmarshal(answer, &fields) == nil && fields.Code != nil {
					code = *fields.Code
				}
				if code != c.code || err != nil {
					t.Errorf("%s: %d %s, %v", name, resp.StatusCode, answer, err)
				}
				if c.m.Code == 60020 && !strings.Contains(string(answer), "from ip: 203.0.113.7") {
					t.Errorf("%s: %s", name, answer)
				}
			}
			cancel()
			synctest.Wait()
			if n := len(o.Personal()); n != c.shown {
				t.Errorf("%s: shown %d times", name, n)
			}
			if n := len(o.Dropped()); (n == 1) != c.m.Drop {
				t.Errorf("%s: dropped %d", name, n)
			}
			if g := o.send(text("lina", "later")); g.code != 0 {
				t.Errorf("%s: afterwards %s", name, g.body)
			}
			o.clean()
		}
	})
}

func TestAFileIsCutShort(t *testing.T) {
	o := company(t)
	address := o.offer(Attachment{Name: "a", Content: make([]byte, 100)}, make([]byte, 32))
	o.Misbehave(func(Request) Mischief { return Mischief{Cut: true} })
	resp, err := o.client.Get(address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if got, err := io.ReadAll(resp.Body); !errors.Is(err, io.ErrUnexpectedEOF) || len(got) != 64 || resp.ContentLength != 128 {
		t.Errorf("%d of %d bytes, %v", len(got), resp.ContentLength, err)
	}
}

// Whatever comes in, there is an answer with a code, and a reason kept for
// every refusal of what a correct program never sends.
func FuzzAPI(f *testing.F) {
	f.Add("/cgi-bin/message/send", text("lina", "x"))
	f.Add("/cgi-bin/message/send", cardMessage("lina", "t"))
	f.Add("/cgi-bin/webhook/send", `{"msgtype":"text","text":{"content":"a","mentioned_list":["lina"]}}`)
	f.Add("/cgi-bin/message/update_template_card", `{"atall":1,"agentid":1,"response_code":"x","button":{"replace_name":"x"}}`)
	f.Add("/cgi-bin/aibot/response", `{"msgtype":"markdown","markdown":{"content":"x","feedback":{"id":"f"}}}`)
	f.Add("/cgi-bin/media/upload", "--x\r\nContent-Disposition: form-data; name=\"media\"; filename=\"a\"\r\n\r\ncontent\r\n--x--\r\n")
	f.Fuzz(func(t *testing.T, path, body string) {
		o := company(t)
		query := url.Values{"access_token": {o.token()}, "key": {robot}, "response_code": {"x"}, "type": {"file"}}
		e := o.endpoints[path]
		for name := range query {
			if !slices.Contains(e.query, name) {
				query.Del(name)
			}
		}
		content := "application/json"
		if strings.HasPrefix(body, "--x") {
			content = "multipart/form-data; boundary=x"
		}
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, apiHost, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.URL.Path, r.URL.RawQuery = path, query.Encode()
		r.Header.Set("Content-Type", content)
		resp, err := o.client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = resp.Body.Close() }()
		if strings.HasPrefix(path, mediaPath) {
			return
		}
		var answer struct {
			Code *int `json:"errcode"`
		}
		if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil || answer.Code == nil {
			t.Fatalf("no code: %v", err)
		}
		if n := len(o.Violations()); n > 1 || n == 1 && *answer.Code == 0 {
			t.Errorf("%d violations, answered %d", n, *answer.Code)
		}
	})
}

func TestScriptedHour(t *testing.T) {
	start := time.Date(2021, 6, 1, 9, 0, 0, 0, time.UTC)
	run := func(seed uint64, endpoint string) (all []Mischief) {
		plan := ScriptedHour(seed)
		for n := range 2000 {
			all = append(all, plan(Request{Endpoint: endpoint, N: n + 1, At: start.Add(time.Duration(n) * time.Second)}))
		}
		return all
	}
	first := run(7, "/cgi-bin/message/send")
	if !slices.Equal(first, run(7, "/cgi-bin/message/send")) {
		t.Error("one seed gives two hours")
	}
	if slices.Equal(first, run(8, "/cgi-bin/message/send")) {
		t.Error("two seeds give one hour")
	}
	for _, endpoint := range []string{"/cgi-bin/message/send", "/cgi-bin/webhook/send", "/cgi-bin/gettoken", mediaPath} {
		all := run(7, endpoint)
		for _, m := range mischiefs(endpoint) {
			if !slices.Contains(all, m) {
				t.Errorf("%s: never %+v", endpoint, m)
			}
		}
		calm := 0
		for _, m := range all {
			if m == (Mischief{}) {
				calm++
			}
		}
		if calm < len(all)/2 {
			t.Errorf("%s: only %d of %d go well", endpoint, calm, len(all))
		}
		for n, m := range all[1800:1980] {
			if needsToken(endpoint) != (m.Code == codeAddress) {
				t.Fatalf("%s: second %d is %+v", endpoint, 1800+n, m)
			}
		}
	}
	plan := ScriptedHour(7)
	plan(Request{At: start})
	for n := range 100 {
		if m := plan(Request{Endpoint: "/cgi-bin/message/send", N: n, At: start.Add(time.Hour)}); m != (Mischief{}) {
			t.Errorf("after the hour: %+v", m)
		}
	}
}

// A client that tries again, asks for a new token when its own is refused and
// has repeats looked for gets through the hour: nothing lost, nothing twice.
func TestTheScriptedHourCanBeSurvived(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := company(t)
		o.Misbehave(ScriptedHour(2021))
		ask := func(method, path, body string) (code int, fields map[string]any) {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			req, err := http.NewRequestWithContext(ctx, method, apiHost+path, strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			resp, err := o.client.Do(req)
			if err != nil {
				return codeBusy, nil
			}
			defer func() { _ = resp.Body.Close() }()
			if json.NewDecoder(resp.Body).Decode(&fields) != nil {
				return codeBusy, nil
			}
			code64, _ := fields["errcode"].(float64)
			return int(code64), fields
		}
		token, codes := "", map[int]bool{}
		const messages = 180
		for i := range messages {
			body := strings.Replace(text("lina", fmt.Sprint(i)), `"text":`, `"enable_duplicate_check":1,"text":`, 1)
			for try := 0; ; try++ {
				if token == "" {
					if code, fields := ask(http.MethodGet, "/cgi-bin/gettoken?corpid="+corp+"&corpsecret="+secret, ""); code == 0 {
						token, _ = fields["access_token"].(string)
					}
				}
				code, _ := ask(http.MethodPost, "/cgi-bin/message/send?access_token="+token, body)
				codes[code] = true
				if code == 0 {
					break
				}
				if code == codeToken || code == codeTokenOld || code == codeNoToken {
					token = ""
				}
				if try == 50 {
					t.Fatalf("message %d never got through", i)
				}
				time.Sleep(10 * time.Second)
			}
			time.Sleep(10 * time.Second)
		}
		seen := map[string]int{}
		for _, s := range o.Personal() {
			seen[s.Text]++
		}
		for _, d := range o.Dropped() {
			if d.Why == "mischief" {
				seen[d.Text]++
			}
		}
		for i := range messages {
			if n := seen[fmt.Sprint(i)]; n != 1 {
				t.Errorf("message %d was shown or dropped %d times", i, n)
			}
		}
		for _, code := range []int{codeBusy, codeToken, codeTokenOld, codeFrequency, codeConcurrency, codeAddress} {
			if !codes[code] {
				t.Errorf("no %d in an hour", code)
			}
		}
	})
}

// Everything at once must neither race nor lose anything.
func TestManySendersAtOnce(t *testing.T) {
	o := company(t)
	o.Misbehave(Script(Rule{Endpoint: "/cgi-bin/webhook/send", Last: 5, Mischief: Mischief{Break: true}}))
	token := o.token()
	var all sync.WaitGroup
	var broken, sent sync.Map
	for i := range 40 {
		all.Go(func() {
			path := "/cgi-bin/message/send?access_token=" + token
			body := text([]string{"lina", "ZhangWei"}[i%2], fmt.Sprint(i))
			if i%4 == 0 {
				path, body = "/cgi-bin/webhook/send?key="+robot, fmt.Sprintf(`{"msgtype":"text","text":{"content":"%d"}}`, i)
			}
			resp, err := o.client.Post(apiHost+path, "application/json", strings.NewReader(body))
			if err != nil {
				if !errors.Is(err, errBroken) {
					t.Error(err)
				}
				broken.Store(i, true)
				return
			}
			_ = resp.Body.Close()
			sent.Store(i, true)
		})
	}
	all.Wait()
	count := func(m *sync.Map) (n int) {
		m.Range(func(any, any) bool { n++; return true })
		return n
	}
	if b, s := count(&broken), count(&sent); b != 5 || len(o.Personal())+len(o.Group(robot)) != s {
		t.Errorf("%d broken, %d sent, %d and %d shown", b, s, len(o.Personal()), len(o.Group(robot)))
	}
	o.clean()
}
