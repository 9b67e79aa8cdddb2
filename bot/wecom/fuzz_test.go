package wecom

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"testing"
	"time"
	"unicode/utf8"

	"anyuebot/bot"
)

// parrot repeats what it hears, and looks at what it is given.
type parrot struct{ t *testing.T }

func (p *parrot) ID(m bot.Message) string { return hash(m.Channel + "\x00" + m.Bot + "\x00" + m.ID) }

func (p *parrot) Turn(_ context.Context, m bot.Message) (bot.Reply, error) {
	if m.ID == "" || m.From == "" || m.Media == "" || m.Channel == "" || m.Limit == 0 {
		p.t.Errorf("an incomplete message: %+v", m)
	}
	for _, s := range []string{m.ID, m.From, m.Group, m.Text, m.Quote, m.Press.Task, m.Rating.Words} {
		if !utf8.ValidString(s) {
			p.t.Errorf("not UTF-8: %+v", m)
		}
	}
	if len(m.Files) > mediaLimit+1 {
		p.t.Errorf("%d files", len(m.Files))
	}
	for _, f := range m.Files {
		if f.Problem == "" {
			p.t.Errorf("a file out of nowhere: %+v", f)
		}
	}
	card := &bot.Card{Task: m.Press.Task, Title: m.Text, Buttons: []bot.Button{{Label: m.Text, Say: m.Text}}}
	return bot.Reply{Text: "> " + m.Text, Card: card}, nil
}

func (p *parrot) Replied(context.Context, string) (bot.Reply, bool, error) {
	return bot.Reply{}, false, nil
}

// post posts a body that is signed as if it held sealed.
func post(h http.Handler, c *codec, body []byte, sealed string) *httptest.ResponseRecorder {
	const nonce = "1372623149"
	at := strconv.FormatInt(time.Now().Unix(), 10)
	query := url.Values{"timestamp": {at}, "nonce": {nonce}, "msg_signature": {c.sign(at, nonce, sealed)}}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/?"+query.Encode(), bytes.NewReader(body)))
	return w
}

// stands reports whether an address stands what it is posted: it refuses it
// without a word about it, or answers it, and twice alike.
func stands(t *testing.T, h http.Handler, c *codec, receiver string, body []byte, sealed string, inside func(*testing.T, []byte) string) {
	t.Helper()
	var answers [2]string
	for i := range answers {
		w := post(h, c, body, sealed)
		switch w.Code {
		case http.StatusOK:
			if w.Body.Len() > 0 {
				plain, err := c.open(inside(t, w.Body.Bytes()), receiver)
				if err != nil || !utf8.Valid(plain) {
					t.Fatalf("the answer cannot be read: %v", err)
				}
				answers[i] = string(plain)
			}
		case http.StatusBadRequest, http.StatusForbidden, http.StatusRequestEntityTooLarge:
			if got := w.Body.String(); got != http.StatusText(w.Code)+"\n" {
				t.Fatalf("the refusal says %q", got)
			}
			answers[i] = strconv.Itoa(w.Code)
		default:
			t.Fatalf("status %d", w.Code)
		}
	}
	if answers[0] != answers[1] {
		t.Errorf("answered by\n%s\nand then by\n%s", answers[0], answers[1])
	}
}

func FuzzAibotBody(f *testing.F) {
	for _, c := range payloads {
		f.Add([]byte(c.plain), false)
	}
	for _, c := range unusable {
		f.Add([]byte(c.plain), false)
	}
	for _, body := range []string{``, `{}`, `{"encrypt":""}`, `{"encrypt":"AAAA"}`, `{"Encrypt":7}`, `{"encrypt":"` + vectors[2].sealed + `"}`, `[`, `"`} {
		f.Add([]byte(body), true)
	}
	f.Fuzz(func(t *testing.T, data []byte, outer bool) {
		a, err := NewAibot(Config{
			Name: robot, Token: sampleToken, AESKey: sampleKey, Words: Words{Working: "…", Lost: "?"},
		}, &parrot{t}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		inside := func(t *testing.T, body []byte) string {
			var sealed envelope
			if err := json.Unmarshal(body, &sealed); err != nil {
				t.Fatal(err)
			}
			return sealed.Encrypt
		}
		if outer {
			sealed, _ := unwrapJSON(data)
			stands(t, a, a.codec, "", data, sealed, inside)
			return
		}
		sealed, err := a.codec.seal(data, "")
		if err != nil {
			t.Fatal(err)
		}
		stands(t, a, a.codec, "", []byte(`{"encrypt":"`+sealed+`"}`), sealed, inside)
	})
}

func FuzzAppBody(f *testing.F) {
	const who = "<ToUserName><![CDATA[ww]]></ToUserName><FromUserName><![CDATA[zhangwei]]></FromUserName><CreateTime>1760000000</CreateTime>"
	for _, fields := range []string{
		"<MsgType>text</MsgType><Content><![CDATA[汇总 <b> & ]]]]><![CDATA[>]]></Content><MsgId>7</MsgId><AgentID>218</AgentID>",
		"<MsgType>text</MsgType><Content>&lt;一&gt;&#x4E8C;</Content><MsgId>7</MsgId>",
		"<MsgType>image</MsgType><PicUrl>https://a</PicUrl><MediaId>m</MediaId><MsgId>7</MsgId>",
		"<MsgType>voice</MsgType><MediaId/><Format>amr</Format><Recognition>三次</Recognition><MsgId>7</MsgId>",
		"<MsgType>video</MsgType><ThumbMediaId>t</ThumbMediaId><MsgId>7</MsgId>",
		"<MsgType>location</MsgType><Location_X>1</Location_X><MsgId>7</MsgId>",
		"<MsgType>event</MsgType><Event>enter_agent</Event><EventKey/>",
		"<MsgType>event</MsgType><Event>view</Event><EventKey>https://a</EventKey>",
		"<MsgType>event</MsgType><Event>template_card_event</Event><EventKey>是</EventKey><TaskId>3@ab</TaskId><CardType>button_interaction</CardType>" +
			"<ResponseCode>c</ResponseCode><SelectedItems><SelectedItem><QuestionKey>q</QuestionKey><OptionIds><OptionId>a</OptionId><OptionId>b</OptionId></OptionIds></SelectedItem></SelectedItems>",
		"<MsgType>text</MsgType><MsgType>event</MsgType>",
		"<MsgType>text</MsgType><MsgId>7</MsgId><AgentID>219</AgentID>",
		"<a><a><a><a><a><a><a><a><a/></a></a></a></a></a></a></a></a>",
		"<!--x--><?xml version=\"1.0\"?>",
		"&a;", "\xff",
	} {
		f.Add([]byte("<xml>"+who+fields+"</xml>"), false)
	}
	f.Add([]byte(`<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><xml>&c;</xml>`), false)
	for _, body := range []string{``, `<xml/>`, `<xml><Encrypt>AAAA</Encrypt></xml>`, `<xml><Encrypt><![CDATA[` + vectors[1].sealed + `]]></Encrypt><ToUserName>ww</ToUserName></xml>`,
		`<xml><Encrypt><a/></Encrypt></xml>`, `<?xml version="1.0" encoding="gbk"?><xml/>`} {
		f.Add([]byte(body), true)
	}
	f.Fuzz(func(t *testing.T, data []byte, outer bool) {
		now := time.Now() // stands in every answer
		a, err := NewApp(AppConfig{
			CorpID: sampleCorp, AgentID: 218, Token: sampleToken, AESKey: sampleKey, Words: Words{Working: "…", Lost: "?"},
			Now: func() time.Time { return now },
		}, &parrot{t}, slog.New(slog.DiscardHandler))
		if err != nil {
			t.Fatal(err)
		}
		inside := func(t *testing.T, body []byte) string {
			sealed, err := unwrapXML(body)
			if err != nil {
				t.Fatal(err)
			}
			return sealed
		}
		if outer {
			sealed, _ := unwrapXML(data)
			stands(t, a, a.codec, sampleCorp, data, sealed, inside)
			return
		}
		sealed, err := a.codec.seal(data, sampleCorp)
		if err != nil {
			t.Fatal(err)
		}
		stands(t, a, a.codec, sampleCorp, []byte("<xml><Encrypt>"+sealed+"</Encrypt></xml>"), sealed, inside)
		// The same for nobody in particular is for nobody here.
		if sealed, err = a.codec.seal(data, ""); err != nil {
			t.Fatal(err)
		}
		if w := post(a, a.codec, []byte("<xml><Encrypt>"+sealed+"</Encrypt></xml>"), sealed); w.Code != http.StatusForbidden {
			t.Errorf("what is sealed for a bot: status %d", w.Code)
		}
	})
}

// The platform's own sample, in its own envelope.
func TestAppTakesThePlatformsSample(t *testing.T) {
	call, err := parseApp([]byte("<xml><ToUserName><![CDATA["+sampleCorp+"]]></ToUserName>\n<FromUserName><![CDATA[mycreate]]></FromUserName>\n"+
		"<CreateTime>1409659813</CreateTime>\n<MsgType><![CDATA[text]]></MsgType>\n<Content><![CDATA[hello]]></Content>\n<MsgId>4561255354251345929</MsgId>\n<AgentID>218</AgentID>\n</xml>"), 218)
	if err != nil || call.message.Text != "hello" || call.message.From != "mycreate" || call.message.ID != "4561255354251345929" {
		t.Errorf("%+v, %v", call, err)
	}
	v := vectors[1]
	plain, err := sampleCodec(t).open(v.sealed, v.receiver)
	if err != nil {
		t.Fatal(err)
	}
	if call, err := parseApp(plain, 218); err != nil || call.message.Text != "hello" || call.message.Bot != "218" {
		t.Errorf("%+v, %v", call, err)
	}
}
