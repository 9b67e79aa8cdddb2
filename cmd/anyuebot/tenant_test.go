package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"anyuebot/bot/wecom/wecomtest"
)

// tenant is the whole service with everything it can be connected to: the
// 智能机器人 by URL callback, the 自建应用 with its own callback, a group robot.
// Nothing of it uses a network.
type tenant struct {
	t        testing.TB
	config   config
	service  *service
	api      *wecomtest.API
	platform *wecomtest.Platform
	app      *wecomtest.App
	log      syncBuffer
	stop     func()
}

// syncBuffer may be read while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

const (
	tenantCorp   = "wwTestCorp"
	tenantAgent  = 1000002
	tenantSecret = "app-s3cret"
	tenantRobot  = "robot-s3cret-0001"
	tenantGroup  = "wrWorkGroup"
	tenantOpenID = "woAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)

const tenantRoster = "单位,类别,联络员userid\n山河镇,乡镇,lisi\n三嘉乡,乡镇,zhou\n县妇联,部门,fulian\n县供电公司,驻县单位,\n"

func newTenant(t testing.TB, roster string, more map[string]string, members ...string) *tenant {
	t.Helper()
	w := &tenant{t: t}
	dir := t.TempDir()
	env := map[string]string{
		"ANYUE_STORE":  "bolt:" + filepath.Join(dir, "test.db"),
		"ANYUE_OFFICE": sampleOffice, "ANYUE_NOW": "2021-06-28T09:00:00+08:00", "ANYUE_RATE": "0",
		"ANYUE_AIBOT_NAME": "安月小助手", "ANYUE_AIBOT_TOKEN": testToken, "ANYUE_AIBOT_AES_KEY": testKey,
		"ANYUE_CORP_ID": tenantCorp, "ANYUE_APP_AGENT_ID": "1000002", "ANYUE_APP_SECRET": tenantSecret,
		"ANYUE_APP_TOKEN": testToken, "ANYUE_APP_AES_KEY": testKey,
		"ANYUE_GROUPS": tenantGroup + "=" + tenantRobot, "ANYUE_API_BASE": "http://qyapi.test",
	}
	for k, v := range more {
		env[k] = v
	}
	var err error
	if w.config, err = readConfig(func(k string) string { return env[k] }, "", nil); err != nil {
		t.Fatal(err)
	}
	if len(members) == 0 {
		members = []string{"lisi", "zhou", "fulian", sampleOffice}
	}
	w.api = wecomtest.NewAPI(wecomtest.APIConfig{
		URL: w.config.APIBase, CorpID: tenantCorp, Members: members,
		Apps:    []wecomtest.Account{{AgentID: tenantAgent, Secret: tenantSecret, Name: "安月小助手"}},
		Robots:  map[string]string{tenantRobot: tenantGroup, "robot-s3cret-0002-0123456789": "wrOtherGroup"},
		OpenIDs: map[string]string{tenantOpenID: "lisi"},
	})
	w.config.client = &http.Client{Transport: wecomtest.Direct(w.api)}
	w.start()
	t.Cleanup(func() { w.stop() })
	if err := w.service.importCSV(t.Context(), strings.NewReader(roster)); err != nil {
		t.Fatal(err)
	}
	service := &http.Client{Transport: wecomtest.Direct(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.service.mux.ServeHTTP(rw, r)
	}))}
	w.platform, err = wecomtest.New(wecomtest.Config{
		URL: "http://anyuebot.test/wecom/aibot", Token: testToken, AESKey: testKey, BotName: "安月小助手", API: w.api, Client: service,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.app, err = wecomtest.NewApp(wecomtest.AppConfig{
		URL: "http://anyuebot.test/wecom/app", Token: testToken, AESKey: testKey, CorpID: tenantCorp, AgentID: tenantAgent, API: w.api, Client: service,
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// start opens the service and its outbox; stop ends both.
func (w *tenant) start() {
	w.t.Helper()
	s, err := open(context.Background(), w.config, slog.New(slog.NewTextHandler(&w.log, nil)))
	if err != nil {
		w.t.Fatal(err)
	}
	w.service = s
	ctx, cancel := context.WithCancel(context.Background())
	var side sync.WaitGroup
	side.Go(func() { s.app.RunOutbox(ctx) })
	w.stop = sync.OnceFunc(func() {
		cancel()
		side.Wait()
		if err := s.close(); err != nil {
			w.t.Error(err)
		}
	})
}

func (w *tenant) restart() {
	w.t.Helper()
	w.stop()
	w.start()
}

func (w *tenant) say(m wecomtest.Msg) wecomtest.Answer {
	w.t.Helper()
	answer, err := w.platform.Send(context.Background(), m)
	if err != nil {
		w.t.Fatalf("[%s] %s: %v", m.From, m.Text, err)
	}
	return answer
}

func (w *tenant) private(from, text string) wecomtest.Answer {
	w.t.Helper()
	return w.say(wecomtest.Msg{From: from, Text: text})
}

// until waits for something that the outbox brings about.
func (w *tenant) until(what string, is func() bool) {
	w.t.Helper()
	for end := time.Now().Add(20 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			w.t.Fatalf("%s: it never came\n%s", what, w.log.String())
		}
	}
}

// got waits for the nth message, from 1, that a member gets unasked.
func (w *tenant) got(userid string, n int) wecomtest.Shown {
	w.t.Helper()
	w.until("message to "+userid, func() bool { return len(w.api.PersonalOf(userid)) >= n })
	return w.api.PersonalOf(userid)[n-1]
}

func (w *tenant) sound() {
	w.t.Helper()
	if v := w.api.Violations(); len(v) > 0 {
		w.t.Errorf("the platform would not have taken %+v", v)
	}
	audit, err := w.service.store().Verify(context.Background(), w.service.files)
	if err != nil || len(audit.Faults) > 0 {
		w.t.Errorf("the store: %v %+v", err, audit.Faults)
	}
	for _, secret := range []string{testToken, testKey, tenantSecret, tenantRobot, "robot-s3cret-0002", "access_token", "response_code", "lisi", "fulian"} {
		if strings.Contains(w.log.String(), secret) {
			w.t.Errorf("the log holds %q:\n%s", secret, w.log.String())
		}
	}
}

func wants(t testing.TB, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("no %q in:\n%s", p, text)
		}
	}
}

// TestPressing answers a yes/no item with a button: the pressed card changes,
// the next question comes by the address for late replies, and an old card
// changes nothing.
func TestPressing(t *testing.T) {
	w := newTenant(t, tenantRoster, nil)
	w.private("lisi", "填报")
	asked := w.private("lisi", "3次，120人次")
	if asked.Card == nil || len(asked.Card.Buttons) != 2 {
		t.Fatalf("no card under %q: %+v", asked.Text, asked.Card)
	}
	again := w.private("lisi", "收到") // the question and its card once more
	pressed, err := w.platform.Press(t.Context(), "lisi", again.Card.Task, "是")
	if err != nil {
		t.Fatal(err)
	}
	wants(t, pressed.Card.Title, "已选")
	next := w.got("lisi", 1)
	wants(t, next.Text, "✓ 3 专题片 是", "（4/47）")
	if next.Via != "reply" {
		t.Errorf("it came by %s", next.Via)
	}
	// The first card asked the same question, which is answered now.
	if _, err := w.platform.Press(t.Context(), "lisi", asked.Card.Task, "否"); err != nil {
		t.Fatal(err)
	}
	wants(t, w.got("lisi", 2).Text, "（4/47）")
	if v := w.exported()["3"]; v != true {
		t.Errorf("item 3 is %v", v)
	}
	w.sound()
}

// TestPressInGroup has a bystander press a liaison's card first: it stays the
// liaison's to press.
func TestPressInGroup(t *testing.T) {
	w := newTenant(t, tenantRoster, nil)
	w.private("lisi", "填报")
	asked := w.say(wecomtest.Msg{From: "lisi", Group: tenantGroup, Text: "3次，120人次"})
	if _, err := w.platform.Press(t.Context(), "zhou", asked.Card.Task, "否"); err != nil {
		t.Fatal(err)
	}
	pressed, err := w.platform.Press(t.Context(), "lisi", asked.Card.Task, "是")
	if err != nil {
		t.Fatal(err)
	}
	wants(t, pressed.Card.Title, "已选")
	if v := w.exported()["3"]; v != true {
		t.Errorf("item 3 is %v", v)
	}
	if card, _ := w.platform.Card("fulian", asked.Card.Task); !strings.Contains(card.Title, "已选") {
		t.Errorf("others see %+v", card)
	}
	w.sound()
}

// exported are the yes/no values and numbers of the first report.
func (w *tenant) exported() map[string]any {
	w.t.Helper()
	var buf bytes.Buffer
	if err := exportWork(context.Background(), w.service, nil, nil, &buf); err != nil {
		w.t.Fatal(err)
	}
	return plainValues(w.t, buf.Bytes())
}

// TestNotice has the office write to everybody: previewed, confirmed, delivered
// once to each liaison and to the group, and told truly.
func TestNotice(t *testing.T) {
	w := newTenant(t, tenantRoster, nil)
	preview := w.private(sampleOffice, "通知 明天下午3时<视频>会议")
	wants(t, preview.Text, "明天下午3时＜视频＞会议", "3 名联络员", "县供电公司")
	if len(w.api.Personal()) > 0 || len(w.api.Group(tenantGroup)) > 0 {
		t.Fatal("something went out before it was confirmed")
	}
	w.private(sampleOffice, "确认")
	for _, who := range []string{"lisi", "zhou", "fulian"} {
		m := w.got(who, 1)
		wants(t, m.Text, "明天下午3时＜视频＞会议")
		if m.Via != "app" {
			t.Errorf("%s got it by %s", who, m.Via)
		}
	}
	w.until("the group", func() bool { return len(w.api.Group(tenantGroup)) == 1 })
	var told string
	w.until("the end", func() bool {
		told = w.private(sampleOffice, "送达").Text
		return strings.Contains(told, "已被企业微信接收 4")
	})
	wants(t, told, "县供电公司")
	w.restart()
	wants(t, w.private(sampleOffice, "送达").Text, "已被企业微信接收 4")
	for _, who := range []string{"lisi", "zhou", "fulian"} {
		if n := len(w.api.PersonalOf(who)); n != 1 {
			t.Errorf("%s got %d messages", who, n)
		}
	}
	w.sound()
}

// TestNudge reminds who has not submitted, never who has.
func TestNudge(t *testing.T) {
	w := newTenant(t, tenantRoster, nil)
	w.private("lisi", "填报")
	w.private("lisi", sampleForm(w.service.notice, 0))
	w.private("lisi", "对")
	wants(t, w.private("lisi", "提交").Text, "第1版")
	wants(t, w.private(sampleOffice, "催报").Text, "三嘉乡", "县妇联")
	w.private(sampleOffice, "确认")
	m := w.got("zhou", 1)
	if m.Card == nil || len(m.Card.Buttons) == 0 {
		t.Fatalf("no card: %+v", m)
	}
	wants(t, m.Card.Text, "温馨提示", "三嘉乡")
	w.got("fulian", 1)
	if n := len(w.api.Personal()); n != 2 {
		t.Errorf("two liaisons got %d messages", n)
	}
	if n := len(w.api.PersonalOf("lisi")); n != 0 {
		t.Errorf("who has submitted got %d messages", n)
	}
	wants(t, w.private(sampleOffice, "催报 山河镇").Text, "第1版")
	// The button of the application's card goes to the application's callback
	// and into the same conversation.
	answer, err := w.app.Press(t.Context(), "zhou", m.Card.Task, m.Card.Buttons[0].Key)
	if err != nil {
		t.Fatal(err)
	}
	if answer.Card == nil && answer.Button == "" {
		t.Errorf("the pressed card stays as it was: %+v", answer)
	}
	wants(t, w.got("zhou", 2).Text, "三嘉乡 · 附件2", "（1/47）")
	w.sound()
}

// TestFileIsKept sends a picture and a file whose names and contents come back.
func TestFileIsKept(t *testing.T) {
	w := newTenant(t, tenantRoster, nil)
	png := []byte("\x89PNG\r\n\x1a\n0123456789")
	a := w.say(wecomtest.Msg{From: "lisi", Kind: wecomtest.Image, Files: []wecomtest.Attachment{{Name: "现场.png", Content: png}}})
	wants(t, a.Text, "已存档")
	a = w.say(wecomtest.Msg{From: "lisi", Kind: wecomtest.File, Files: []wecomtest.Attachment{{Name: "附件2.docx", Content: []byte("<html>这不是文档</html>")}}})
	if strings.Contains(a.Text, "已存档") {
		t.Errorf("a mislabelled file was kept: %s", a.Text)
	}
	path := filepath.Join(t.TempDir(), "b.zip")
	shell := &shell{t: t, dir: t.TempDir(), env: map[string]string{"ANYUE_STORE": w.config.Store}}
	socket, err := w.service.openSocket()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var serving sync.WaitGroup
	serving.Go(func() { w.service.serveSocket(ctx, socket) })
	wants(t, shell.ok("backup", path), "文件 1 个")
	wants(t, shell.ok("verify", path), "文件 1 个", "没有发现问题")
	cancel()
	serving.Wait()
	other := filepath.Join(t.TempDir(), "other.db")
	wants(t, shell.ok("restore", path, "--store", "bolt:"+other), "文件 1 个")
	wants(t, shell.ok("verify", "--store", "bolt:"+other), "文件 1 个", "没有发现问题")
	w.sound()
}

// TestOneConversation begins a report in the group, goes on with it in the
// application, and by an encrypted id in the bot's private chat.
func TestOneConversation(t *testing.T) {
	w := newTenant(t, tenantRoster, nil)
	w.say(wecomtest.Msg{From: "lisi", Group: tenantGroup, Text: "填报"})
	w.say(wecomtest.Msg{From: "lisi", Group: tenantGroup, Text: "3次，120人次"})
	answer, err := w.app.Send(t.Context(), wecomtest.AppMsg{From: "LiSi", Text: "是"})
	if err != nil {
		t.Fatal(err)
	}
	wants(t, answer.Text, "✓ 3 专题片 是", "（4/47）")
	wants(t, w.private(tenantOpenID, "2场").Text, "✓ 4 ", "（5/47）")
	w.sound()
}

// TestPairing pairs a group by a code, without the key ever being repeated.
func TestPairing(t *testing.T) {
	w := newTenant(t, tenantRoster, map[string]string{"ANYUE_GROUPS": ""})
	const key = "robot-s3cret-0002-0123456789"
	first := w.private(sampleOffice, "配对 https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key="+key)
	code := sixDigits(t, first.Text)
	if strings.Contains(first.Text, key) {
		t.Errorf("the key is repeated: %s", first.Text)
	}
	if got := w.say(wecomtest.Msg{From: "lisi", Group: "wrOtherGroup", Text: "配对 " + code}); strings.Contains(got.Text, "✓") {
		t.Errorf("a liaison paired a group: %s", got.Text)
	}
	wants(t, w.say(wecomtest.Msg{From: sampleOffice, Group: "wrOtherGroup", Text: "配对 " + code + " 安全生产月群"}).Text, "安全生产月群")
	w.restart()
	wants(t, w.private(sampleOffice, "通知 测试").Text, "安全生产月群")
	w.private(sampleOffice, "确认")
	w.until("the group", func() bool { return len(w.api.Group("wrOtherGroup")) == 1 })
	wants(t, w.say(wecomtest.Msg{From: sampleOffice, Group: "wrOtherGroup", Text: "配对 " + code}).Text, "")
	w.sound()
}

// TestRobotReplaced loses the robot of a configured group: the office pairs the
// group with another, as it is told to, and what was held goes out.
func TestRobotReplaced(t *testing.T) {
	const old, other = "robot-s3cret-0003-0123456789", "robot-s3cret-0002-0123456789"
	w := newTenant(t, tenantRoster, map[string]string{"ANYUE_GROUPS": "wrOtherGroup=" + old})
	group := func(text string) string {
		return w.say(wecomtest.Msg{From: sampleOffice, Group: "wrOtherGroup", Text: text}).Text
	}
	wants(t, group("配对 工作群"), "✓", "工作群") // a name, and the configured robot stays
	w.private(sampleOffice, "通知 测试")
	w.private(sampleOffice, "确认")
	w.until("the office is told", func() bool {
		return strings.Contains(w.private(sampleOffice, "送达").Text, "停发")
	})
	code := sixDigits(t, w.private(sampleOffice, "配对 "+other).Text)
	wants(t, group("配对 "+code), "✓", "工作群")
	w.private(sampleOffice, "恢复发送")
	w.until("the group", func() bool { return len(w.api.Group("wrOtherGroup")) == 1 })
	w.until("the end", func() bool { return strings.Contains(w.private(sampleOffice, "送达").Text, "待发 0") })
	if told := w.private(sampleOffice, "送达").Text; strings.Contains(told, "停发") {
		t.Error(told)
	}
}

// TestConfiguredRobotStays: a group that is only given a name keeps the robot
// of the configuration, also when that is changed.
func TestConfiguredRobotStays(t *testing.T) {
	const old, other = "robot-s3cret-0003-0123456789", "robot-s3cret-0002-0123456789"
	w := newTenant(t, tenantRoster, map[string]string{"ANYUE_GROUPS": "wrOtherGroup=" + old})
	w.say(wecomtest.Msg{From: sampleOffice, Group: "wrOtherGroup", Text: "配对 工作群"})
	w.config.Groups = map[string]string{"wrOtherGroup": other}
	w.restart()
	w.private(sampleOffice, "通知 测试")
	w.private(sampleOffice, "确认")
	w.until("the group", func() bool { return len(w.api.Group("wrOtherGroup")) == 1 })
	w.sound()
}

// TestHalt has the platform refuse this machine's address: the office is told
// what to do, nothing is lost, and all goes out once it is mended.
func TestHalt(t *testing.T) {
	w := newTenant(t, tenantRoster, nil)
	w.api.Trust(tenantAgent, "198.51.100.1")
	w.private(sampleOffice, "通知 测试")
	w.private(sampleOffice, "确认")
	var told string
	w.until("the office is told", func() bool {
		told = w.private(sampleOffice, "送达").Text
		return strings.Contains(told, "可信IP") || strings.Contains(told, "可信 IP")
	})
	if len(w.api.Personal()) > 0 {
		t.Fatal("it went out all the same")
	}
	w.api.Trust(tenantAgent)
	w.private(sampleOffice, "恢复发送")
	for _, who := range []string{"lisi", "zhou", "fulian"} {
		w.got(who, 1)
	}
	w.until("the end", func() bool {
		return strings.Contains(w.private(sampleOffice, "送达").Text, "已被企业微信接收 4")
	})
	w.sound()
}

// sixDigits finds the code in an answer.
func sixDigits(t testing.TB, text string) string {
	t.Helper()
	code := regexp.MustCompile(`\d{6}`).FindString(text)
	if code == "" {
		t.Fatalf("no code in %s", text)
	}
	return code
}

// plainValues are the values of the first report of a reports.json.
func plainValues(t testing.TB, data []byte) map[string]any {
	t.Helper()
	var doc struct {
		Reports []struct {
			Values map[string]map[string]any `json:"values"`
		} `json:"reports"`
	}
	if err := json.Unmarshal(data, &doc); err != nil || len(doc.Reports) == 0 {
		t.Fatalf("no report: %v", err)
	}
	values := map[string]any{}
	for item, v := range doc.Reports[0].Values {
		for _, is := range v {
			values[item] = is
		}
	}
	return values
}
