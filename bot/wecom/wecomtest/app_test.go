package wecomtest

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// clerk is an application's service under test.
type clerk struct {
	sealer sealer

	mu   sync.Mutex
	how  func(w http.ResponseWriter, from string)
	seen []element
}

func (c *clerk) does(how func(w http.ResponseWriter, from string)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.how, c.seen = how, nil
}

func (c *clerk) saw() []element {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]element(nil), c.seen...)
}

func (c *clerk) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	sealed := query.Get("echostr")
	if r.Method == http.MethodPost {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			panic(err)
		}
		xml, err := parseXML(body)
		if err != nil || xml.has([]string{"ToUserName", "AgentID", "Encrypt"}, nil, nil) != nil || xml.kid("ToUserName").text != corp {
			panic(fmt.Sprint(string(body), err))
		}
		sealed = xml.kid("Encrypt").text
	}
	if query.Get("msg_signature") != c.sealer.sign(query.Get("timestamp"), query.Get("nonce"), sealed) {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	plain, err := c.sealer.openFor(sealed, corp)
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if r.Method == http.MethodGet {
		_, _ = w.Write(plain)
		return
	}
	xml, err := parseXML(plain)
	if err != nil {
		panic(err)
	}
	c.mu.Lock()
	how := c.how
	c.seen = append(c.seen, xml)
	c.mu.Unlock()
	how(w, xml.kid("FromUserName").text)
}

// envelope seals a reply; spoil may change its elements.
func (c *clerk) envelope(plain, receiver string, spoil func(map[string]string)) string {
	sealed, err := c.sealer.seal([]byte("0123456789abcdef"), []byte(plain), receiver)
	if err != nil {
		panic(err)
	}
	at := strconv.FormatInt(time.Now().Unix(), 10)
	fields := map[string]string{"Encrypt": sealed, "TimeStamp": at, "Nonce": "n1", "MsgSignature": c.sealer.sign(at, "n1", sealed)}
	if spoil != nil {
		spoil(fields)
	}
	out := "<xml>"
	for name, field := range fields {
		out += "<" + name + ">" + cdata(field) + "</" + name + ">"
	}
	return out + "</xml>"
}

// answer is a plain reply to a member with inside as its own part.
func answer(to, kind, inside string) string {
	return "<xml><ToUserName>" + cdata(to) + "</ToUserName><FromUserName>" + corp + "</FromUserName><CreateTime>" +
		strconv.FormatInt(time.Now().Unix(), 10) + "</CreateTime><MsgType>" + kind + "</MsgType>" + inside + "</xml>"
}

func (c *clerk) says(kind, inside string) {
	c.does(func(w http.ResponseWriter, from string) {
		_, _ = io.WriteString(w, c.envelope(answer(from, kind, inside), corp, nil))
	})
}

func bureau(t *testing.T, api *API) (*App, *clerk) {
	t.Helper()
	sealer, err := newSealer(testToken, testKey)
	if err != nil {
		t.Fatal(err)
	}
	c := &clerk{sealer: sealer, how: func(http.ResponseWriter, string) {}}
	a, err := NewApp(AppConfig{URL: "http://bot.example/wecom/app", Token: testToken, AESKey: testKey, CorpID: corp, AgentID: agent,
		API: api, Client: &http.Client{Transport: Direct(c)}})
	if err != nil {
		t.Fatal(err)
	}
	return a, c
}

func TestAppCallbacks(t *testing.T) {
	a, c := bureau(t, nil)
	if err := a.Verify(t.Context()); err != nil {
		t.Error(err)
	}
	at := time.Unix(1760000000, 0)
	for _, m := range []struct {
		send AppMsg
		want string
	}{
		{AppMsg{From: "lina", Text: "a ]]> b", ID: "70", At: at}, "MsgType=text Content=a ]]> b MsgId=70"},
		{AppMsg{From: "lina", Kind: Image, ID: "70", At: at}, "MsgType=image PicUrl=https://media.invalid/70 MediaId=media-70 MsgId=70"},
		{AppMsg{From: "lina", Kind: Voice, ID: "70", At: at}, "MsgType=voice MediaId=media-70 Format=amr MsgId=70"},
		{AppMsg{From: "lina", Kind: Video, ID: "70", At: at}, "MsgType=video MediaId=media-70 ThumbMediaId=thumb-70 MsgId=70"},
		{AppMsg{From: "lina", Kind: Location, Text: "office", ID: "70", At: at},
			"MsgType=location Location_X=23.134 Location_Y=113.358 Scale=20 Label=office AppType=wxwork MsgId=70"},
		{AppMsg{From: "lina", Kind: Link, Text: "page", ID: "70", At: at},
			"MsgType=link Title=page Description= Url=https://link.invalid/ PicUrl= MsgId=70"},
	} {
		c.does(func(http.ResponseWriter, string) {})
		if _, err := a.Send(t.Context(), m.send); err != nil {
			t.Errorf("%s: %v", m.send.Kind, err)
			continue
		}
		want := "ToUserName=ww0123 FromUserName=lina CreateTime=1760000000 " + m.want + " AgentID=1000002"
		if got := flat(c.saw()[0]); got != want {
			t.Errorf("%s:\n got %s\nwant %s", m.send.Kind, got, want)
		}
	}
	if _, err := a.Send(t.Context(), AppMsg{From: "lina", Kind: File}); err == nil {
		t.Error("an application got a file")
	}

	c.does(func(http.ResponseWriter, string) {})
	for _, e := range []AppEvent{
		{From: "lina", Type: "click", Key: "k1", At: at},
		{From: "lina", Type: "click", Key: "k2", At: at},
		{From: "lina", Type: "template_card_menu_event", Key: "k", Task: "t", CardType: "text_notice", ResponseCode: "r", At: at},
	} {
		if _, err := a.Event(t.Context(), e); err != nil {
			t.Error(err)
		}
	}
	const head = "ToUserName=ww0123 FromUserName=lina CreateTime=1760000000 MsgType=event "
	for i, want := range []string{
		"Event=click EventKey=k1 AgentID=1000002", "Event=click EventKey=k2 AgentID=1000002",
		"Event=template_card_menu_event EventKey=k TaskId=t CardType=text_notice ResponseCode=r AgentID=1000002",
	} {
		if got := flat(c.saw()[i]); got != head+want {
			t.Errorf("event %d: %s", i, got)
		}
	}
}

func flat(e element) string {
	var all []string
	for _, kid := range e.kids {
		all = append(all, kid.name+"="+kid.text)
	}
	return strings.Join(all, " ")
}

func TestAppMediaCanBeFetched(t *testing.T) {
	o := company(t)
	a, c := bureau(t, o.API)
	if _, err := a.Send(t.Context(), AppMsg{From: "lina", Kind: Image, File: Attachment{Name: "a.jpg", Content: []byte("picture")}}); err != nil {
		t.Fatal(err)
	}
	g := o.get("/cgi-bin/media/get?access_token=" + o.token() + "&media_id=" + c.saw()[0].kid("MediaId").text)
	if string(g.body) != "picture" {
		t.Errorf("fetched %s", g.body)
	}
	o.clean()
}

func TestAppRepliesAreShown(t *testing.T) {
	a, c := bureau(t, nil)
	c.says("text", "<Content>"+cdata("hello & <b>")+"</Content>")
	first, err := a.Send(t.Context(), AppMsg{From: "lina", Text: "hi"})
	if err != nil || first.Text != "hello & <b>" || first.Tries != 1 {
		t.Errorf("%+v, %v", first, err)
	}
	if again, err := a.Resend(t.Context(), first.ID); err != nil || again.ID != first.ID {
		t.Errorf("resent: %+v, %v", again, err)
	}
	if seen := c.saw(); len(seen) != 2 || flat(seen[0]) != flat(seen[1]) {
		t.Errorf("received %v", seen)
	}
	if entered, err := a.Event(t.Context(), AppEvent{From: "lina", Type: "enter_agent"}); err != nil || entered.Text == "" {
		t.Errorf("%+v, %v", entered, err)
	}
	if _, err := a.Resend(t.Context(), "x"); err == nil {
		t.Error("resent what was never sent")
	}
}

func TestAppCardsArePressed(t *testing.T) {
	o := company(t)
	a, c := bureau(t, o.API)
	if g := o.send(cardMessage("lina|ZhangWei", "t1")); g.code != 0 {
		t.Fatalf("%s", g.body)
	}
	for name, press := range map[string][3]string{
		"never sent to": {"outsider", "t1", "y"}, "no such card": {"lina", "t2", "y"}, "no such button": {"lina", "t1", "x"},
	} {
		if _, err := a.Press(t.Context(), press[0], press[1], press[2]); !errors.Is(err, ErrNoButton) {
			t.Errorf("%s: %v", name, err)
		}
	}
	c.says("update_button", "<Button><ReplaceName>done</ReplaceName></Button>")
	got, err := a.Press(t.Context(), "lina", "t1", "y")
	if err != nil || got.Button != "done" {
		t.Errorf("%+v, %v", got, err)
	}
	seen := c.saw()[0]
	if seen.kid("Event").text != "template_card_event" || seen.kid("EventKey").text != "y" || seen.kid("TaskId").text != "t1" || seen.kid("CardType").text != cardButtons {
		t.Errorf("told %s", flat(seen))
	}
	if c := o.PersonalOf("lina")[0].Card; c.Replaced != "done" {
		t.Errorf("lina sees %+v", c)
	}
	if _, err := a.Press(t.Context(), "lina", "t1", "y"); !errors.Is(err, ErrNoButton) {
		t.Errorf("pressed again: %v", err)
	}

	c.says("update_template_card", `<TemplateCard><CardType>button_interaction</CardType><MainTitle><Title>after</Title></MainTitle>`+
		`<ButtonList><Type>0</Type><Text>yes</Text><Style>1</Style><Key>y</Key></ButtonList><ReplaceText>all done</ReplaceText></TemplateCard>`)
	if got, err := a.Press(t.Context(), "zhangwei", "t1", "n"); err != nil || got.Card.Title != "after" {
		t.Errorf("%+v, %v", got, err)
	}
	if c := o.PersonalOf("zhangwei")[0].Card; c.Title != "after" || c.Replaced != "all done" || c.Task != "t1" {
		t.Errorf("zhangwei sees %+v", c)
	}

	// The code of a press takes one update later on, in place of the reply.
	if g := o.send(cardMessage("lina", "t3")); g.code != 0 {
		t.Fatalf("%s", g.body)
	}
	c.does(func(http.ResponseWriter, string) {})
	if _, err := a.Press(t.Context(), "lina", "t3", "n"); err != nil {
		t.Fatal(err)
	}
	code := c.saw()[0].kid("ResponseCode").text
	body := fmt.Sprintf(`{"userids":["lina"],"agentid":%d,"response_code":%q,"button":{"replace_name":"late"}}`, agent, code)
	if g := o.post("/cgi-bin/message/update_template_card?access_token="+o.token(), body); g.code != 0 {
		t.Errorf("%s", g.body)
	}
	if seen := o.PersonalOf("lina"); seen[1].Card.Replaced != "late" {
		t.Errorf("lina sees %+v", seen[1].Card)
	}
	o.clean()
}

func TestBadAppRepliesAreDropped(t *testing.T) {
	a, c := bureau(t, nil)
	const words = "<Content>x</Content>"
	send := func() (AppAnswer, error) { return a.Send(t.Context(), AppMsg{From: "lina", Text: "hi"}) }
	press := func() (AppAnswer, error) {
		return a.Event(t.Context(), AppEvent{From: "lina", Type: "template_card_event", Key: "k", Task: "t"})
	}
	sealed := func(plain string) func() string { return func() string { return c.envelope(plain, corp, nil) } }
	spoiled := func(spoil func(map[string]string)) func() string {
		return func() string { return c.envelope(answer("lina", "text", words), corp, spoil) }
	}
	for name, r := range map[string]struct {
		body func() string
		do   func() (AppAnswer, error)
		says string
	}{
		"in words":            {func() string { return "success" }, send, "text around the XML"},
		"plain":               {func() string { return answer("lina", "text", words) }, send, "has an element ToUserName"},
		"as JSON":             {func() string { return `{"encrypt":"x"}` }, send, "text around the XML"},
		"no signature":        {spoiled(func(f map[string]string) { delete(f, "MsgSignature") }), send, "no element MsgSignature"},
		"a wrong one":         {spoiled(func(f map[string]string) { f["MsgSignature"] = "x" }), send, "MsgSignature is wrong"},
		"no nonce":            {spoiled(func(f map[string]string) { f["Nonce"] = "" }), send, "Nonce is empty"},
		"old":                 {spoiled(func(f map[string]string) { f["TimeStamp"] = "1" }), send, "off"},
		"small letters":       {spoiled(func(f map[string]string) { f["Timestamp"] = "1" }), send, "has an element Timestamp"},
		"for nobody":          {func() string { return c.envelope(answer("lina", "text", words), "", nil) }, send, "right receiveid"},
		"for another":         {func() string { return c.envelope(answer("lina", "text", words), "ww9", nil) }, send, "right receiveid"},
		"to somebody else":    {sealed(answer("wang", "text", words)), send, "ToUserName"},
		"markdown":            {sealed(answer("lina", "markdown", words)), send, `MsgType "markdown"`},
		"a button":            {sealed(answer("lina", "update_button", "<Button><ReplaceName>x</ReplaceName></Button>")), send, "update_button"},
		"text for a press":    {sealed(answer("lina", "text", words)), press, `MsgType "text"`},
		"no words":            {sealed(answer("lina", "text", "<Content></Content>")), send, "empty"},
		"too many":            {sealed(answer("lina", "text", "<Content>"+strings.Repeat("x", 2049)+"</Content>")), send, "2049"},
		"an element more":     {sealed(answer("lina", "text", words+"<AgentID>1</AgentID>")), send, "AgentID"},
		"an element twice":    {sealed(answer("lina", "text", words+words)), send, "twice"},
		"an attribute":        {sealed(answer("lina", "text", `<Content a="b">x</Content>`)), send, "attributes"},
		"deep":                {sealed(answer("lina", "text", strings.Repeat("<a>", 20)+strings.Repeat("</a>", 20))), send, "too deep"},
		"not UTF-8":           {sealed(answer("lina", "text", "<Content>\xff</Content>")), send, "UTF-8"},
		"a control character": {sealed(answer("lina", "text", "<Content>\x01</Content>")), send, "not XML"},
		"an entity":           {sealed(answer("lina", "text", "<Content>&x;</Content>")), send, "not XML"},
		"a comment":           {sealed(answer("lina", "text", "<Content><!-- x --></Content>")), send, "more than text"},
		"cut off":             {sealed(answer("lina", "text", words)[:50]), send, "not XML"},
		"two":                 {sealed(answer("lina", "text", words) + answer("lina", "text", words)), send, "behind the end"},
		"another root":        {sealed(strings.ReplaceAll(answer("lina", "text", words), "xml>", "XML>")), send, "XML and not xml"},
		"an empty button":     {sealed(answer("lina", "update_button", "<Button><ReplaceName></ReplaceName></Button>")), press, "ReplaceName is empty"},
		"no button":           {sealed(answer("lina", "update_button", "<Button>x</Button>")), press, "no element ReplaceName"},
		"a card, wrong style": {sealed(answer("lina", "update_template_card", "<TemplateCard><CardType>button_interaction</CardType><MainTitle><Title>t</Title></MainTitle>"+
			"<ButtonList><Text>y</Text><Style>blue</Style><Key>k</Key></ButtonList></TemplateCard>")), press, "Style is no number"},
		"a card, unknown part": {sealed(answer("lina", "update_template_card", "<TemplateCard><CardType>button_interaction</CardType><Colour>x</Colour></TemplateCard>")), press, "Colour"},
		"a card of nothing":    {sealed(answer("lina", "update_template_card", "<TemplateCard></TemplateCard>")), press, "card_type"},
	} {
		c.does(func(w http.ResponseWriter, _ string) { _, _ = io.WriteString(w, r.body()) })
		var dropped *BadReply
		if _, err := r.do(); !errors.As(err, &dropped) || !strings.Contains(dropped.Why, r.says) {
			t.Errorf("%s: %v, want it to say %q", name, err, r.says)
		}
	}
}

func TestUnansweredAppCallbacksAreSentThreeTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a, c := bureau(t, nil)
		for name, r := range map[string]struct {
			how  func(http.ResponseWriter)
			took time.Duration
		}{
			"status 500": {func(w http.ResponseWriter) { w.WriteHeader(500) }, 0},
			"silence":    {func(http.ResponseWriter) { time.Sleep(6 * time.Second) }, 15 * time.Second},
		} {
			c.does(func(w http.ResponseWriter, _ string) { r.how(w) })
			began := time.Now()
			got, err := a.Send(t.Context(), AppMsg{From: "lina", Text: "hi"})
			if !errors.Is(err, ErrUnanswered) || got.Tries != 3 || time.Since(began) != r.took {
				t.Errorf("%s: %+v in %v, %v", name, got, time.Since(began), err)
			}
			if seen := c.saw(); len(seen) != 3 || flat(seen[0]) != flat(seen[2]) || seen[0].kid("MsgId").text != got.ID {
				t.Errorf("%s: received %v", name, seen)
			}
		}
		time.Sleep(time.Second)
	})
}

func TestHostileAppCallbacks(t *testing.T) {
	a, _ := bureau(t, nil)
	plain, err := a.Compose(AppMsg{From: "lina", Text: "hi"})
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		call Call
		want int
	}{
		"as it should be":  {Call{Plain: plain}, 200},
		"forged":           {Call{Plain: plain, Signature: strings.Repeat("0", 40)}, 403},
		"for another corp": {Call{Plain: plain, Receiver: "ww9"}, 400},
	} {
		if got, err := a.Call(t.Context(), c.call); err != nil || got.Status != c.want {
			t.Errorf("%s: %d, %v", name, got.Status, err)
		}
	}
	for name, cfg := range map[string]AppConfig{
		"no address": {Token: testToken, AESKey: testKey, CorpID: corp, AgentID: 1},
		"no token":   {URL: "http://x/", AESKey: testKey, CorpID: corp, AgentID: 1},
		"no company": {URL: "http://x/", Token: testToken, AESKey: testKey, AgentID: 1},
		"no agent":   {URL: "http://x/", Token: testToken, AESKey: testKey, CorpID: corp},
	} {
		if _, err := NewApp(cfg); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// Whatever an application replies, it is shown or refused, and nothing else.
func FuzzAppReply(f *testing.F) {
	f.Add(answer("lina", "text", "<Content>x</Content>"), false)
	f.Add(answer("lina", "update_button", "<Button><ReplaceName>x</ReplaceName></Button>"), true)
	f.Add(answer("lina", "update_template_card", "<TemplateCard><CardType>button_interaction</CardType><MainTitle><Title>t</Title></MainTitle>"+
		"<ButtonList><Text>y</Text><Key>k</Key></ButtonList></TemplateCard>"), true)
	f.Fuzz(func(t *testing.T, plain string, pressed bool) {
		a, c := bureau(t, nil)
		on := onMessage
		if pressed {
			on = onCard
		}
		var got AppAnswer
		err := a.accept(&appSent{from: "lina", on: on}, []byte(c.envelope(plain, corp, nil)), &got)
		var dropped *BadReply
		if err != nil && !errors.As(err, &dropped) {
			t.Errorf("%v", err)
		}
		if err == nil && got.Text == "" && got.Button == "" && got.Card == nil {
			t.Errorf("passed with nothing to show: %q", plain)
		}
	})
}
