package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"anyuebot/bot/wecom/wecomtest"
)

// checkup runs `anyuebot check` against the platform's doubles over loopback.
type checkup struct {
	*shell
	api      *wecomtest.API
	long     *wecomtest.Long
	longs    *httptest.Server
	bot      *wecomtest.Platform // made when somebody first writes to it
	platform http.Handler        // what answers at ANYUE_API_BASE; the api unless a case says otherwise
}

const (
	checkLongSecret = "l0ng-s3cret"
	checkKey        = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
)

// checkSecrets are what no line may hold.
var checkSecrets = []string{testToken, testKey, checkKey, tenantSecret, tenantRobot, "robot-s3cret-0002", checkLongSecret, "access_token", "msg_signature", "b4d-s3cret"}

// newCheckup makes an office whose only setting is who it is: roads are added
// by byURL, byLong, withApp and withGroups.
func newCheckup(t *testing.T) *checkup {
	t.Helper()
	c := &checkup{shell: newShell(t)}
	gate := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { c.platform.ServeHTTP(w, r) }))
	t.Cleanup(gate.Close)
	c.api = wecomtest.NewAPI(wecomtest.APIConfig{
		URL: gate.URL, CorpID: tenantCorp, Members: []string{"lisi", sampleOffice},
		Apps: []wecomtest.Account{
			{AgentID: tenantAgent, Secret: tenantSecret, Name: "安月小助手"},
			{AgentID: tenantAgent + 1, Secret: "b4d-s3cret", Name: "别的应用"},
		},
		Robots: map[string]string{tenantRobot: tenantGroup, "robot-s3cret-0002-0123456789": "wrOtherGroup"},
	})
	c.platform = c.api
	c.long = wecomtest.NewLong(wecomtest.LongConfig{BotID: "aibTest", Secret: checkLongSecret, BotName: "安月小助手"})
	c.longs = httptest.NewServer(c.long)
	t.Cleanup(c.longs.Close)
	t.Cleanup(c.long.Close)
	c.env["ANYUE_OFFICE"], c.env["ANYUE_AIBOT_NAME"] = sampleOffice, "安月小助手"
	c.env["ANYUE_API_BASE"], c.env["ANYUE_WS_URL"] = gate.URL, "ws"+strings.TrimPrefix(c.longs.URL, "http")
	c.ok("roster", "import", c.file("r.csv", rosterCSV))
	return c
}

func byURL(c *checkup) { c.env["ANYUE_AIBOT_TOKEN"], c.env["ANYUE_AIBOT_AES_KEY"] = testToken, testKey }
func byLong(c *checkup) {
	c.env["ANYUE_AIBOT_ID"], c.env["ANYUE_AIBOT_SECRET"] = "aibTest", checkLongSecret
}
func withApp(c *checkup) {
	c.env["ANYUE_CORP_ID"], c.env["ANYUE_APP_AGENT_ID"], c.env["ANYUE_APP_SECRET"] = tenantCorp, "1000002", tenantSecret
}
func withAppCallback(c *checkup) {
	withApp(c)
	c.env["ANYUE_APP_TOKEN"], c.env["ANYUE_APP_AES_KEY"] = testToken, checkKey
}
func withGroups(c *checkup) { c.env["ANYUE_GROUPS"] = tenantGroup + "=" + tenantRobot }

// set changes one setting.
func set(name, value string) func(*checkup) { return func(c *checkup) { c.env[name] = value } }

// misbehave has an endpoint fail.
func misbehave(endpoint string, m wecomtest.Mischief) func(*checkup) {
	return func(c *checkup) { c.api.Misbehave(wecomtest.Script(wecomtest.Rule{Endpoint: endpoint, Mischief: m})) }
}

// check runs the command and holds all of its output to what every output must
// be: each line begins with its sign, none holds a secret, and the exit code
// says whether there was a ✗.
func (c *checkup) check(args ...string) string {
	c.t.Helper()
	code, out, errs := c.run(append([]string{"check"}, args...)...)
	failed := false
	for line := range strings.Lines(out) {
		sign, _, _ := strings.Cut(line, " ")
		switch sign {
		case "✗":
			failed = true
		case "✓", "·", "□":
		default:
			c.t.Errorf("a line has no sign: %q", line)
		}
	}
	if want := map[bool]int{false: 0, true: 1}[failed]; code != want || errs != "" {
		c.t.Errorf("exit %d, want %d; on the error output: %s", code, want, errs)
	}
	for _, secret := range checkSecrets {
		if strings.Contains(out, secret) {
			c.t.Errorf("the secret %q is in the output", secret)
		}
	}
	if c.t.Failed() {
		c.t.Log(out)
	}
	return out
}

// serve starts the service and returns when it answers, with what ends it; it
// ends with the test at the latest.
func (c *checkup) serve() (stop func()) {
	c.t.Helper()
	for range 5 {
		free, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			c.t.Fatal(err)
		}
		c.env["ANYUE_LISTEN"] = free.Addr().String()
		free.Close()
		ctx, cancel := context.WithCancel(context.Background())
		log := &syncBuffer{}
		console := c.console(io.Discard, log)
		done := make(chan int, 1)
		up := make(chan struct{})
		go func() { done <- run(ctx, []string{"serve"}, console) }()
		go func() { waitFor(filepath.Join(c.dir, "a.db.sock")); close(up) }()
		select {
		case <-up:
		case <-done:
			cancel()
			if strings.Contains(log.String(), "已被占用") {
				continue // somebody was faster
			}
			c.t.Fatalf("the service did not start:\n%s", log)
		}
		stop = sync.OnceFunc(func() {
			cancel()
			if code := <-done; code != 0 {
				c.t.Errorf("serve ended with %d:\n%s", code, log)
			}
		})
		c.t.Cleanup(stop)
		return stop
	}
	c.t.Fatal("no port is free")
	return nil
}

// say has a member of the office write to the running service's bot.
func (c *checkup) say(group, text string) string {
	c.t.Helper()
	if c.bot == nil {
		var err error
		c.bot, err = wecomtest.New(wecomtest.Config{
			URL: localURL(c.env["ANYUE_LISTEN"]) + pathAibot, Token: testToken, AESKey: testKey, BotName: "安月小助手", API: c.api,
		})
		if err != nil {
			c.t.Fatal(err)
		}
	}
	answer, err := c.bot.Send(c.t.Context(), wecomtest.Msg{From: sampleOffice, Group: group, Text: text})
	if err != nil {
		c.t.Fatalf("%s: %v", text, err)
	}
	return answer.Text
}

// TestCheckLive goes through every line about the platform, good and bad.
func TestCheckLive(t *testing.T) {
	for _, tt := range []struct {
		name  string
		setup []func(*checkup)
		args  []string
		want  []string // lines, or how they begin
		never []string // nowhere in the output
	}{
		// The application, in the order in which one thing rests on the other.
		{"everything is right", []func(*checkup){byURL, withAppCallback, withGroups}, nil, []string{
			"✓ 自建应用 token：企业 ID 和 Secret 正确", "✓ 自建应用 可信 IP：token 之外的接口也能调；回调来自 2 个地址段",
			"✓ 自建应用 AgentId：1000002 是“安月小助手”", "✓ 群机器人 " + tenantGroup + "：key 有效", "· 公网回调地址：没有查",
			"✓ 时钟：与企业微信相差", "✓ 检查：全部通过"}, []string{"✗"}},
		{"a wrong secret", []func(*checkup){byURL, withApp, set("ANYUE_APP_SECRET", "wr0ng")}, nil,
			[]string{"✗ 自建应用 token：Secret 不对。请从管理后台该应用的页面重新复制到 ANYUE_APP_SECRET；企业 ID 也请核对（错误码 40001）",
				"· 给个人发：先处理上面自建应用的 ✗", "· 共 1 处要处理"}, []string{"可信 IP", "wr0ng"}},
		{"a wrong company", []func(*checkup){byURL, withApp, set("ANYUE_CORP_ID", "wwOther")}, nil,
			[]string{"✗ 自建应用 token：没有这个企业 ID。请核对 ANYUE_CORP_ID"}, []string{"可信 IP"}},
		{"an address that is not trusted", []func(*checkup){byURL, withApp, func(c *checkup) { c.api.Trust(tenantAgent, "198.51.100.1") }}, nil,
			[]string{"✓ 自建应用 token", "✗ 自建应用 可信 IP：请在管理后台该应用页面的“企业可信IP”里加上 127.0.0.1（错误码 60020）"}, []string{"AgentId"}},
		{"an address that the platform sees otherwise", []func(*checkup){byURL, withApp, misbehave("/cgi-bin/getcallbackip", wecomtest.Mischief{Code: 60020})}, nil,
			[]string{"✗ 自建应用 可信 IP：请在管理后台该应用页面的“企业可信IP”里加上 203.0.113.7（错误码 60020）"}, nil},
		{"another application's agent id", []func(*checkup){byURL, withApp, set("ANYUE_APP_AGENT_ID", "1000003")}, nil,
			[]string{"✓ 自建应用 可信 IP", "✗ 自建应用 AgentId：AgentId 和 Secret 不是同一个应用的。请核对 ANYUE_APP_AGENT_ID"}, nil},
		{"an application that is switched off", []func(*checkup){byURL, withApp,
			misbehave("/cgi-bin/agent/get", wecomtest.Mischief{Body: `{"errcode":0,"errmsg":"ok","agentid":1000002,"name":"安月小助手","close":1}`})}, nil,
			[]string{"✗ 自建应用 AgentId：应用已被停用，发不出消息。请在管理后台的应用页面上启用"}, nil},
		{"an application without the permission", []func(*checkup){byURL, withApp, misbehave("/cgi-bin/agent/get", wecomtest.Mischief{Code: 48002})}, nil,
			[]string{"✗ 自建应用 AgentId：应用没有这个权限，或已被停用、删除。请在管理后台查看该应用（错误码 48002）"}, nil},
		{"too many questions", []func(*checkup){byURL, withApp, misbehave("/cgi-bin/gettoken", wecomtest.Mischief{Code: 45009})}, nil,
			[]string{"✗ 自建应用 token：试得太频繁，请过几分钟再查（错误码 45009）"}, nil},
		{"a code that nobody knows", []func(*checkup){byURL, withApp, misbehave("/cgi-bin/agent/get", wecomtest.Mischief{Code: 99999})}, nil,
			[]string{"✗ 自建应用 AgentId：企业微信不答应。请到 developer.work.weixin.qq.com 查“全局错误码”（错误码 99999）"}, nil},
		{"a platform that is busy", []func(*checkup){byURL, withApp, misbehave("/cgi-bin/gettoken", wecomtest.Mischief{Status: 502})}, nil,
			[]string{"✗ 自建应用 token：企业微信或中间的代理出错（HTTP 502）"}, nil},

		// Group robots.
		{"a robot that was removed", []func(*checkup){byURL, withGroups, func(c *checkup) { c.api.RemoveRobot(tenantRobot) }}, nil,
			[]string{"✗ 群机器人 " + tenantGroup + "：key 不对，或机器人已移出群。请在群里重新添加群机器人，把新的 key 写进 ANYUE_GROUPS，重启服务（错误码 93000）",
				"· 在群里发：能，1 个群：" + tenantGroup + "（先处理上面的 ✗）"}, nil},

		// Somebody else, or nobody, in the platform's place.
		{"a log-in page in the platform's place", []func(*checkup){byURL, withApp, withGroups, func(c *checkup) {
			c.platform = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>上网登录</html>") })
		}}, nil, []string{"✗ 自建应用 token：http://127.0.0.1"}, []string{"可信 IP"}},
		{"a platform that is not there", []func(*checkup){byURL, withApp, withGroups, set("ANYUE_API_BASE", "http://127.0.0.1:1")}, nil,
			[]string{"✗ 自建应用 token：连不上 http://127.0.0.1:1。请检查本机网络、防火墙和代理", "· 群机器人 " + tenantGroup + "：没有查，连不上企业微信",
				"· 时钟：没有查，连不上企业微信", "· 共 1 处要处理"}, nil},

		// The clock.
		{"a clock 11 minutes fast", []func(*checkup){byURL, withApp, platformClock(-11 * time.Minute)}, nil,
			[]string{"✗ 时钟：这台机器的时钟快了 11 分钟，差到 10 分钟回调会全部被拒。请打开时间同步"}, nil},
		{"a clock 11 minutes slow", []func(*checkup){byURL, withApp, platformClock(11 * time.Minute)}, nil, []string{"✗ 时钟：这台机器的时钟慢了 11 分钟"}, nil},

		// The long connection, without a service.
		{"a long connection that works", []func(*checkup){byLong}, nil, []string{"✓ 智能机器人：用长连接", "✓ 长连接：能连上，Bot ID 和 Secret 正确",
			"· 长连接：同一个机器人只能一处连着", "· 给个人发：只能给先私聊过它的人", "· 在群里发：还没有群。请安委办人员在群里 @它 发“配对 群名”",
			"· 按钮：只在私聊里有"}, []string{"✗", "回调"}},
		{"a long connection with a wrong secret", []func(*checkup){byLong, set("ANYUE_AIBOT_SECRET", "wr0ng")}, nil,
			[]string{"✗ 长连接：Bot ID 或 Secret 不对。请从管理后台重新复制到 ANYUE_AIBOT_ID、ANYUE_AIBOT_SECRET，并确认连接方式选的是“使用长连接”（错误码 853000）"}, []string{"wr0ng"}},
		{"a long connection that is refused for now", []func(*checkup){byLong, func(c *checkup) {
			c.long.Spite(wecomtest.Spite{Cmd: "aibot_subscribe", Code: 45009})
		}}, nil, []string{"✗ 长连接：试得太频繁，请过几分钟再查（错误码 45009）"}, nil},
		{"a long connection whose handshake fails", []func(*checkup){byLong, func(c *checkup) { c.long.Down(1) }}, nil, []string{"✗ 长连接：ws://127.0.0.1"}, nil},
		{"a long connection to nowhere", []func(*checkup){byLong, set("ANYUE_WS_URL", "ws://127.0.0.1:1")}, nil,
			[]string{"✗ 长连接：连不上 ws://127.0.0.1:1。请检查本机网络、防火墙和代理"}, nil},

		// What this configuration can do.
		{"a bot that only answers", []func(*checkup){byURL}, nil, []string{"· 收群里 @它 的话：能", "· 收私聊：能，文字、语音、图片、文件",
			"· 给个人发：不能，要配置自建应用", "· 在群里发：还没有群。请安委办人员私聊它发“配对”，照着做", "· 在群里提醒所有人：不能，要在群里添加群机器人", "· 按钮：群里、私聊都有"}, []string{"✗"}},
		{"an application alone", []func(*checkup){withAppCallback}, nil, []string{"· 智能机器人：没有配置，只在自建应用里能对话", "· 收群里 @它 的话：不能",
			"· 收私聊：能，但收不到文件", "· 给个人发：能，自建应用可见范围内的人"}, []string{"✗"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newCheckup(t)
			for _, change := range tt.setup {
				change(c)
			}
			out := c.check(tt.args...)
			inOrder(t, out, tt.want...)
			for _, never := range tt.never {
				if strings.Contains(out, never) {
					t.Errorf("%q stands in:\n%s", never, out)
				}
			}
		})
	}
}

// inOrder wants lines that begin so, in this order.
func inOrder(t *testing.T, out string, want ...string) {
	t.Helper()
	rest := "\n" + out
	for _, line := range want {
		at := strings.Index(rest, "\n"+line)
		if at < 0 {
			t.Errorf("no line %q, or not in this place:\n%s", line, out)
			return
		}
		rest = rest[at+1:]
	}
}

// platformClock has the platform's clock be ahead of this machine's.
func platformClock(ahead time.Duration) func(*checkup) {
	return func(c *checkup) {
		c.platform = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", time.Now().Add(ahead).UTC().Format(http.TimeFormat))
			c.api.ServeHTTP(w, r)
		})
	}
}

// TestCheckOrder holds the lines to the order in which an office works: what is
// here, then the platform from the token on, then what has to be tried by hand.
func TestCheckOrder(t *testing.T) {
	c := newCheckup(t)
	byURL(c)
	withAppCallback(c)
	withGroups(c)
	c.serve()
	out := c.check("--url", localURL(c.env["ANYUE_LISTEN"]))
	inOrder(t, out, "✓ 配置", "✓ 安委办：1 人", "✓ 通知", "✓ 样例对话", "✓ 智能机器人", "✓ 监听地址：127.0.0.1", "✓ 文件目录", "✓ 存储", "✓ 名册：3 个单位，2 个已有联络员",
		"✓ 自建应用 token", "✓ 自建应用 可信 IP", "✓ 自建应用 AgentId", "✓ 群机器人", "✓ 回调地址 智能机器人", "✓ 回调地址 自建应用", "✓ 时钟",
		"· 照现在的配置", "· 收群里", "· 收私聊", "· 给个人发", "· 在群里发", "· 下面几项只有在真的企业微信里才看得到", "□ 1. 请一位不是创建人的同事", "✓ 检查：全部通过")
	if strings.Contains(out, "✗") {
		t.Error(out)
	}
}

// TestCheckCallback verifies addresses behind which stands the service, another
// program, or nothing.
func TestCheckCallback(t *testing.T) {
	t.Parallel() // it waits
	answer := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		}
	}
	// through passes everything on to the service, as a proxy does.
	through := func(service string, late time.Duration) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(late)
			resp, err := http.Get(service + r.URL.RequestURI())
			if err != nil {
				w.WriteHeader(http.StatusBadGateway)
				return
			}
			defer resp.Body.Close()
			w.WriteHeader(resp.StatusCode)
			_, _ = io.Copy(w, resp.Body)
		}
	}
	c := newCheckup(t)
	byURL(c)
	c.serve()
	service := localURL(c.env["ANYUE_LISTEN"])
	for _, tt := range []struct {
		name  string
		front http.HandlerFunc
		token string // as check has it; "" for the service's
		want  string
	}{
		{"a proxy", through(service, 0), "", "验证通过。管理后台里就填它"},
		{"another token", through(service, 0), "other", "不认这里的 Token 或 EncodingAESKey。是不是改了配置还没有重启服务，或被防火墙拦下（HTTP 403）"},
		{"a redirect", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, service+r.URL.RequestURI(), http.StatusMovedPermanently)
		}, "", "跳转到别处去了（HTTP 301），企业微信不跟着跳"},
		{"a slow proxy", through(service, 1100*time.Millisecond), "", "企业微信只等 1 秒。请检查反向代理和网络"},
		{"a page of another program", answer(http.StatusOK, "<html>it works</html>"), "", "答的不是该答的内容。是不是别的程序或网页占着这个地址？反向代理要原样转到 " + service},
		{"a path that leads nowhere", answer(http.StatusNotFound, "404"), "", "没有这个页面。请让反向代理把它原样转到 " + service + "，路径不要改（HTTP 404）"},
		{"a proxy without a service", answer(http.StatusBadGateway, "nginx"), "", "反向代理在，后面的服务没有应答。请启动服务，并确认转到了 " + service + "（HTTP 502）"},
		{"a proxy that fails", answer(http.StatusInternalServerError, ""), "", "应答不对。请看反向代理和服务的日志（HTTP 500）"},
		{"an answer that breaks off", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, "1")
		}, "", "答到一半断了。请检查反向代理"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			front := httptest.NewServer(tt.front)
			defer front.Close()
			mine := *c
			mine.shell = &shell{t: t, dir: c.dir, env: map[string]string{}}
			for k, v := range c.env {
				mine.env[k] = v
			}
			if tt.token != "" {
				mine.env["ANYUE_AIBOT_TOKEN"] = tt.token
			}
			sign := "✗"
			if strings.HasPrefix(tt.want, "验证通过") {
				sign = "✓"
			}
			// However much of the address is given, it is the same address.
			for _, given := range []string{front.URL, front.URL + "/", front.URL + "/wecom/aibot"} {
				wants(t, mine.check("--url", given), sign+" 回调地址 智能机器人："+front.URL+"/wecom/aibot ", tt.want)
				if tt.name != "a proxy" {
					break
				}
			}
		})
	}
	t.Run("nothing", func(t *testing.T) {
		wants(t, c.check("--url", "http://127.0.0.1:1"), "✗ 回调地址 智能机器人：http://127.0.0.1:1/wecom/aibot 连不上：对方没有开这个端口。请确认域名解析、防火墙和证书都已配好，反向代理转到了 "+service)
	})
	t.Run("a certificate that nobody trusts", func(t *testing.T) {
		secret := httptest.NewUnstartedServer(through(service, 0))
		secret.Config.ErrorLog = nil
		secret.StartTLS()
		defer secret.Close()
		wants(t, c.check("--url", secret.URL), "连不上：证书不被信任")
	})
	t.Run("no address told", func(t *testing.T) {
		inOrder(t, c.check(), "✓ 本机回调 智能机器人："+service+"/wecom/aibot 验证通过", "· 公网回调地址：没有查")
	})
	t.Run("no address at all", func(t *testing.T) {
		for _, bad := range []string{"anyue.example", "ftp://anyue.example", "https://", "https://u:p@anyue.example", "https://anyue.example/?a=b"} {
			if code, _, errs := c.run("check", "--url", bad); code != 2 || !strings.Contains(errs, "--url 要写成 https://您的域名") {
				t.Errorf("%s: exit %d %s", bad, code, errs)
			}
		}
	})
	t.Run("a service that was not restarted", func(t *testing.T) {
		withAppCallback(c)
		wants(t, c.check(), "✗ 本机回调 自建应用："+service+"/wecom/app 服务在运行，但这个地址没有通过。是不是改了配置还没有重启？请重启服务")
	})
}

// TestCheckLongRunning asks the running service how its connection is, instead
// of taking the bot away from it.
func TestCheckLongRunning(t *testing.T) {
	c := newCheckup(t)
	byLong(c)
	c.serve()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := c.long.Online(ctx); err != nil {
		t.Fatal(err)
	}
	c.until("✓ 长连接：运行中的服务已连上，自 20")
	if n := len(c.long.Frames()); n != 1 {
		t.Errorf("the check has sent frames of its own: %d in all", n)
	}
	if err := c.long.Kick(); err != nil {
		t.Fatal(err)
	}
	c.until("✗ 长连接：同一个机器人在别处连着，这里已让出。请停掉另一处，再重启这里的服务")
	delete(c.env, "ANYUE_AIBOT_ID")
	delete(c.env, "ANYUE_AIBOT_SECRET")
	byURL(c)
	wants(t, c.check(), "✗ 本机回调 智能机器人：")
}

// until waits for a line of check that the service brings about.
func (c *checkup) until(want string) {
	c.t.Helper()
	out := ""
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); {
		if out = c.check(); strings.Contains(out, want) {
			return
		}
	}
	c.t.Fatalf("it never says %s:\n%s", want, out)
}

// TestCheckLongStates words what the running service may answer.
func TestCheckLongStates(t *testing.T) {
	t.Run("refused", func(t *testing.T) {
		c := newCheckup(t)
		byLong(c)
		c.env["ANYUE_AIBOT_SECRET"] = "wr0ng-s3cret"
		c.serve()
		c.until("✗ 长连接：Bot ID 或 Secret 不对。请从管理后台重新复制到 ANYUE_AIBOT_ID、ANYUE_AIBOT_SECRET，并确认连接方式选的是“使用长连接”（错误码 853000）")
	})
	t.Run("unreachable", func(t *testing.T) {
		c := newCheckup(t)
		byLong(c)
		c.env["ANYUE_WS_URL"] = "ws://127.0.0.1:1"
		c.serve()
		c.until("✗ 长连接：还没有连上，正在重试。请检查本机网络、防火墙和代理，确认这台机器能访问 ws://127.0.0.1:1")
	})
	t.Run("another road", func(t *testing.T) {
		c := newCheckup(t)
		byURL(c)
		c.serve()
		delete(c.env, "ANYUE_AIBOT_TOKEN")
		delete(c.env, "ANYUE_AIBOT_AES_KEY")
		byLong(c)
		wants(t, c.check(), "✗ 长连接：运行中的服务没有用长连接，是不是改了配置还没有重启？请重启服务")
	})
}

// TestCheckPaired looks at the groups that the office has paired as it does at
// configured ones, with a service and without, and at roads that are halted.
func TestCheckPaired(t *testing.T) {
	const key, group = "robot-s3cret-0002-0123456789", "wrOtherGroup"
	c := newCheckup(t)
	byURL(c)
	withApp(c)
	stop := c.serve()
	code := sixDigits(t, c.say("", "配对 https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key="+key))
	wants(t, c.say(group, "配对 "+code+" 安全生产月群"), "✓ 本群已配对")
	inOrder(t, c.check(), "✓ 群机器人 “安全生产月群”：key 有效", "· 在群里发：能，1 个群：“安全生产月群”", "· 在群里提醒所有人：能，“安全生产月群”", "✓ 检查：全部通过")
	c.api.RemoveRobot(key)
	c.say("", "通知 测试")
	c.say("", "确认")
	const (
		gone   = "✗ 群机器人 “安全生产月群”：key 不对，或机器人已移出群。请在群里重新添加群机器人，再照“配对”的两步重新配对（错误码 93000）"
		halted = "✗ 发送 群机器人 “安全生产月群”：停发中，等人处理。上面的问题处理好后，请安委办人员对机器人发“恢复发送”"
	)
	c.until(halted)
	inOrder(t, c.check(), gone, "✓ 时钟", halted)
	stop()
	inOrder(t, c.check(), gone, "✓ 时钟", halted)
}

// TestCheckBeside finds what is wrong with the tenant, whatever else is wrong.
func TestCheckBeside(t *testing.T) {
	t.Run("a broken notice", func(t *testing.T) {
		c := newCheckup(t)
		byURL(c)
		withApp(c)
		c.api.Trust(tenantAgent, "198.51.100.1")
		c.env["ANYUE_NOTICE"] = t.TempDir()
		if err := os.WriteFile(filepath.Join(c.env["ANYUE_NOTICE"], "words.yaml"), []byte("fly: [飞]\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		inOrder(t, c.check(), "✗ 通知：", "· 存储、名册：通知改好后再查", "✓ 自建应用 token", "✗ 自建应用 可信 IP：请在管理后台该应用页面的“企业可信IP”里加上 127.0.0.1（错误码 60020）", "□ 1. ")
	})
	t.Run("half a configuration", func(t *testing.T) {
		c := newCheckup(t)
		byURL(c)
		c.env["ANYUE_CORP_ID"], c.env["ANYUE_APP_AES_KEY"] = tenantCorp, "sh0rt"
		inOrder(t, c.check(), "✗ 配置：自建应用（接收消息）：还缺 ANYUE_APP_AGENT_ID、ANYUE_APP_SECRET、ANYUE_APP_TOKEN", "✗ 配置：ANYUE_APP_AES_KEY 有 5 个字符，EncodingAESKey 应为 43 个",
			"✓ 通知", "✓ 名册", "· 企业微信那边的各项，等配置改好再查", "· 共 2 处要处理")
	})
	t.Run("a campaign that is over", func(t *testing.T) {
		c := newCheckup(t)
		byURL(c)
		c.env["ANYUE_NOW"] = "2022-01-01T09:00:00+08:00"
		inOrder(t, c.check(), "✓ 通知", "· 时限：附件2的报送时限已过（2021年", "✓ 样例对话", "✓ 检查：全部通过")
	})
	t.Run("names that mean nothing", func(t *testing.T) {
		c := newCheckup(t)
		byURL(c)
		c.env["ANYUE_OFICE"], c.env["ANYUE_WEBHOOK"] = "a", "b"
		inOrder(t, c.check(), "✗ 配置：环境变量 ANYUE_OFICE 不是配置项，是不是 ANYUE_OFFICE？", "✗ 配置：环境变量 ANYUE_WEBHOOK 不是配置项，没有使用", "· 共 2 处要处理")
	})
	t.Run("a port in use", func(t *testing.T) {
		c := newCheckup(t)
		byURL(c)
		taken, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer taken.Close()
		c.env["ANYUE_LISTEN"] = taken.Addr().String()
		want := "监听地址 " + taken.Addr().String() + " 已被占用。是不是已有一个 anyuebot 或别的程序在用？请先停掉它，或用 ANYUE_LISTEN 换一个端口"
		wants(t, c.check(), "✗ 监听地址："+want)
		c.fails(want, "serve")
	})
	t.Run("a store that another program holds", func(t *testing.T) {
		c := newCheckup(t)
		byURL(c)
		held, err := openEngine(c.env["ANYUE_STORE"])
		if err != nil {
			t.Fatal(err)
		}
		defer held.Close()
		wants(t, c.check(), "✗ 存储：另一个 anyuebot 正在使用")
	})
	t.Run("a service that does not let us in", func(t *testing.T) {
		c := newCheckup(t)
		byLong(c)
		held, err := openEngine(c.env["ANYUE_STORE"])
		if err != nil {
			t.Fatal(err)
		}
		defer held.Close()
		wants(t, c.check(), "✗ 长连接：没有查：存储打不开，可能有服务在用，再连一次会断开它")
		if n := len(c.long.Frames()); n > 0 {
			t.Errorf("the check took the bot away: %d frames", n)
		}
	})
}

// TestCheckEnds: a platform that takes connections and never answers holds the
// check up once, not once for each thing to look at.
func TestCheckEnds(t *testing.T) {
	t.Parallel() // it waits
	c := newCheckup(t)
	byURL(c)
	withApp(c)
	for i := range 20 {
		c.env["ANYUE_GROUPS"] += fmt.Sprintf("wr%d=robot-s3cret-%d,", i, i)
	}
	asked := make(chan struct{}, 100)
	c.platform = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	})
	inOrder(t, c.check(), "✗ 自建应用 token：连不上 http://127.0.0.1", "· 群机器人 wr0：没有查，连不上企业微信", "· 时钟：没有查，连不上企业微信", "· 共 1 处要处理")
	if n := len(asked); n != 1 {
		t.Errorf("it was asked %d times", n)
	}
}
