package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"anyuebot/bot"
	"anyuebot/bot/wecom"
)

// checkTime bounds one call of the check.
const checkTime = 10 * time.Second

// maxClock is how far the clock may be off before it is told: callbacks are
// refused at ten minutes, and long before that times in answers look wrong.
const maxClock = time.Minute

// liveCheck talks to the real tenant, in the order in which things depend on
// each other: nothing can be sent before the token is right.
type liveCheck struct {
	*checklist
	cfg    config
	url    string // of the service as the platform sees it, without a path; "" if not told
	stored roads
	// cut is set once nothing answers in the platform's place: waiting again for
	// each of what is left would tell nothing more.
	cut bool
	// badApp and badRobots are what does not work just now, robots by chat id.
	badApp    bool
	badRobots map[string]bool
}

func (l *liveCheck) run(ctx context.Context) {
	l.badRobots = map[string]bool{}
	if l.cfg.appSends() {
		before := l.failed
		l.application(ctx)
		l.badApp = l.failed > before
	}
	l.robots(ctx)
	l.callbacks(ctx)
	if l.cfg.aibotLong() {
		l.long(ctx)
	}
	if l.cfg.appSends() || len(l.groups()) > 0 || l.url != "" {
		l.clock(ctx)
	}
	l.halts()
	if l.cfg.receives() {
		l.abilities()
		l.guide()
	}
}

// call bounds one call of the interface and words its failure.
func (l *liveCheck) call(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	err := do(ctx)
	var f *wecom.Failure
	if errors.As(err, &f) && f.Why == wecom.WhyNetwork && f.Status == 0 {
		l.cut = true
	}
	return mend(err, l.cfg.APIBase)
}

func (l *liveCheck) application(ctx context.Context) {
	const what = "自建应用"
	api, err := wecom.NewAPI(wecom.APIConfig{Base: l.cfg.APIBase, CorpID: l.cfg.CorpID, Secret: l.cfg.AppSecret, AgentID: l.cfg.AppAgentID})
	if err != nil {
		l.line(what, err, "")
		return
	}
	err = l.call(ctx, api.CheckToken)
	l.line(what+" token", err, "企业 ID 和 Secret 正确")
	if err != nil {
		return
	}
	var from []string
	err = l.call(ctx, func(ctx context.Context) (err error) { from, err = api.CheckAddress(ctx); return err })
	l.line(what+" 可信 IP", err, fmt.Sprintf("token 之外的接口也能调；回调来自 %d 个地址段", len(from)))
	if err != nil {
		return
	}
	var agent wecom.Agent
	err = l.call(ctx, func(ctx context.Context) (err error) { agent, err = api.CheckAgent(ctx); return err })
	if err == nil && agent.Closed {
		err = errors.New("应用已被停用，发不出消息。请在管理后台的应用页面上启用")
	}
	l.line(what+" AgentId", err, fmt.Sprintf("%d 是“%s”", l.cfg.AppAgentID, agent.Name))
}

// groups are the groups that can be written to, as configured and as paired;
// what is configured counts where both speak of one.
func (l *liveCheck) groups() []bot.Chat {
	var list []bot.Chat
	named := map[string]string{}
	for _, c := range l.stored.Chats {
		named[c.ID] = c.Name
	}
	for _, id := range slices.Sorted(maps.Keys(l.cfg.Groups)) {
		list = append(list, bot.Chat{ID: id, Name: named[id], Robot: l.cfg.Groups[id]})
	}
	for _, c := range l.stored.Chats {
		if _, configured := l.cfg.Groups[c.ID]; !configured {
			list = append(list, c)
		}
	}
	return list
}

func groupName(c bot.Chat) string {
	if c.Name != "" {
		return "“" + c.Name + "”"
	}
	return c.ID
}

func (l *liveCheck) robots(ctx context.Context) {
	robots, err := wecom.NewRobots(wecom.RobotsConfig{Base: l.cfg.APIBase})
	if err != nil {
		l.line("群机器人", err, "")
		return
	}
	for _, c := range l.groups() {
		what := "群机器人 " + groupName(c)
		switch {
		case c.Robot == "" && l.cfg.aibotLong():
			continue // the long connection writes there
		case c.Robot == "":
			l.line(what, errors.New("这个群配对时没有给群机器人的地址，发不到。请私聊机器人发“配对 Webhook地址”，再到群里发配对码"), "")
			continue
		case l.cut:
			l.note("%s：没有查，连不上企业微信", what)
			continue
		}
		err := l.call(ctx, func(ctx context.Context) error { return robots.Check(ctx, c.Robot) })
		var f *wecom.Failure
		if errors.As(err, &f) && f.Why == wecom.WhyRobot {
			again := "再照“配对”的两步重新配对"
			if _, configured := l.cfg.Groups[c.ID]; configured {
				again = "把新的 key 写进 ANYUE_GROUPS，重启服务"
			}
			err = fmt.Errorf("key 不对，或机器人已移出群。请在群里重新添加群机器人，%s（错误码 %d）", again, f.Code)
		}
		l.line(what, err, "key 有效")
		l.badRobots[c.ID] = err != nil
	}
}

// callbacks verifies the addresses as the console does when they are saved:
// through whatever is in front of the service, if its address is told; else
// from here, if it runs.
func (l *liveCheck) callbacks(ctx context.Context) {
	type door struct {
		what string
		at   wecom.Address
	}
	var doors []door
	if l.cfg.aibotCalled() {
		doors = append(doors, door{"智能机器人", wecom.Address{URL: pathAibot, Token: l.cfg.AibotToken, AESKey: l.cfg.AibotAESKey}})
	}
	if l.cfg.appReceives() {
		doors = append(doors, door{"自建应用", wecom.Address{URL: pathApp, Token: l.cfg.AppToken, AESKey: l.cfg.AppAESKey, Receiver: l.cfg.CorpID}})
	}
	if len(doors) == 0 {
		return
	}
	for _, d := range doors {
		switch local := localURL(l.cfg.Listen); {
		case l.url != "":
			d.at.URL = l.url + d.at.URL
			l.line("回调地址 "+d.what, addressMend(d.at.Verify(ctx, http.DefaultClient), d.at.URL, l.cfg.Listen), d.at.URL+" 验证通过。管理后台里就填它")
		case local != "" && running(l.cfg):
			d.at.URL = local + d.at.URL
			l.line("本机回调 "+d.what, addressMend(d.at.Verify(ctx, http.DefaultClient), d.at.URL, ""), d.at.URL+" 验证通过")
		}
	}
	if l.url == "" {
		l.note("公网回调地址：没有查。服务启动后，加 --url https://您的域名 再运行一次，会照管理后台“保存”时的办法验证一遍")
	}
}

// localURL is where this machine reaches what listens at an address; "" if only
// the listener knows its port.
func localURL(listen string) string {
	host, port, err := net.SplitHostPort(listen)
	if err != nil || port == "0" {
		return ""
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port)
}

// long looks at the long connection. While the service runs, it is asked: a
// connection of our own would end the service's.
func (l *liveCheck) long(ctx context.Context) {
	const what = "长连接"
	if running(l.cfg) {
		var state wecom.LongState
		err := doJSON(ctx, l.cfg, "long-state", nil, nil, &state)
		if err == nil {
			err = longMend(state, l.cfg)
		}
		since := state.Since
		if there, err := time.LoadLocation(zone); err == nil {
			since = since.In(there)
		}
		l.line(what, err, "运行中的服务已连上，自 "+bot.Instant(since))
		return
	}
	if !idle(l.cfg) {
		l.line(what, errors.New("没有查：存储打不开，可能有服务在用，再连一次会断开它。请用运行服务的那个用户来运行 check"), "")
		return
	}
	long, err := wecom.NewLong(wecom.LongConfig{
		URL: l.cfg.WSURL, BotID: l.cfg.AibotID, Secret: l.cfg.AibotSecret, Name: l.cfg.AibotName,
		Words: wecom.Words{Working: "-", Lost: "-"},
	}, nil, slog.New(slog.DiscardHandler))
	if err == nil {
		ctx, cancel := context.WithTimeout(ctx, checkTime)
		defer cancel()
		err = mend(long.Probe(ctx), l.cfg.WSURL)
	}
	l.line(what, err, "能连上，Bot ID 和 Secret 正确")
	if err == nil {
		l.note("长连接：同一个机器人只能一处连着。别处有服务在用它的，刚才已被断开，请重启那里的服务")
	}
}

// idle reports whether certainly no service runs on the configured store: one
// of another user has its socket closed to us, and the store locked.
func idle(cfg config) bool {
	path, ok := strings.CutPrefix(cfg.Store, boltScheme)
	if !ok {
		return true
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return true
	}
	engine, err := openEngine(cfg.Store)
	return err == nil && engine.Close() == nil
}

func longStateWork(_ context.Context, s *service, _ url.Values, _ io.Reader, out io.Writer) error {
	if s.long == nil {
		return errors.New("运行中的服务没有用长连接，是不是改了配置还没有重启？请重启服务")
	}
	return json.NewEncoder(out).Encode(s.long.State())
}

// roads are the ways out as the store knows them: groups that were paired, and
// what takes nothing till the office says so.
type roads struct {
	Chats []bot.Chat
	Halts []bot.Halt
}

func roadsWork(ctx context.Context, s *service, _ url.Values, _ io.Reader, out io.Writer) error {
	view, err := s.store().View(ctx)
	if err != nil {
		return err
	}
	defer view.Close()
	var r roads
	if r.Chats, err = view.Chats(); err != nil {
		return err
	}
	if r.Halts, err = view.Halts(); err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(r)
}

func (l *liveCheck) clock(ctx context.Context) {
	if l.cut {
		l.note("时钟：没有查，连不上企业微信")
		return
	}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	off, err := wecom.ClockOffset(ctx, http.DefaultClient, l.cfg.APIBase)
	if err != nil {
		err = fmt.Errorf("问不到企业微信的时间（%s）。请检查本机网络、防火墙和代理", because(err))
	} else if off.Abs() > maxClock {
		way := "快"
		if off < 0 {
			way = "慢"
		}
		err = fmt.Errorf("这台机器的时钟%s了 %s，差到 10 分钟回调会全部被拒。请打开时间同步", way, lasting(off.Abs()))
	}
	l.line("时钟", err, fmt.Sprintf("与企业微信相差 %s之内", lasting(max(off.Abs(), time.Second))))
}

// lasting writes a length of time as people say it.
func lasting(d time.Duration) string {
	if d < time.Minute {
		return fmt.Sprintf("%d 秒", int(d.Round(time.Second).Seconds()))
	}
	return fmt.Sprintf("%d 分钟", int(d.Round(time.Minute).Minutes()))
}

// halts tells what takes nothing although everything above may be mended.
func (l *liveCheck) halts() {
	for _, h := range l.stored.Halts {
		road, _, _ := strings.Cut(h.Via, ":")
		name := map[string]string{wecom.ViaApp: "个人消息（自建应用）", wecom.ViaRobot: "群机器人", wecom.ViaLong: "长连接"}[road]
		for _, c := range l.groups() {
			if road == wecom.ViaRobot && c.Robot != "" && viaOf(c) == h.Via {
				name += " " + groupName(c)
			}
		}
		l.line("发送 "+name, errors.New("停发中，等人处理。上面的问题处理好后，请安委办人员对机器人发“恢复发送”，没发的会接着发"), "")
	}
}

// viaOf names the road to a group with a robot, as a halt does.
func viaOf(c bot.Chat) string {
	robots, err := wecom.NewRobots(wecom.RobotsConfig{})
	if err != nil {
		return ""
	}
	return wecom.NewPost(wecom.PostConfig{Robots: robots}).Via(bot.Parcel{Group: c.ID, Robot: c.Robot, Text: "-"})
}

// abilities tells what can be done with this configuration, one line each.
func (l *liveCheck) abilities() {
	aibot := l.cfg.aibotCalled() || l.cfg.aibotLong()
	var called, all []string // names of groups with a robot, and of all that can be written to
	for _, c := range l.groups() {
		name := groupName(c)
		if l.badRobots[c.ID] {
			name += "（先处理上面的 ✗）"
		}
		if c.Robot != "" {
			called = append(called, name)
		}
		if c.Robot != "" || l.cfg.aibotLong() {
			all = append(all, name)
		}
	}
	l.note("照现在的配置——")
	if aibot {
		l.note("收群里 @它 的话：能")
		l.note("收私聊：能，文字、语音、图片、文件")
	} else {
		l.note("收群里 @它 的话：不能，要配置智能机器人")
		l.note("收私聊：能，但收不到文件")
	}
	switch {
	case l.badApp:
		l.note("给个人发：先处理上面自建应用的 ✗")
	case l.cfg.appSends():
		l.note("给个人发：能，自建应用可见范围内的人")
	case l.cfg.aibotLong():
		l.note("给个人发：只能给先私聊过它的人；其余的要配置自建应用，或电话通知")
	default:
		l.note("给个人发：不能，要配置自建应用")
	}
	switch {
	case len(all) > 0:
		l.note("在群里发：能，%d 个群：%s", len(all), strings.Join(all, "、"))
	case l.cfg.aibotLong():
		l.note("在群里发：还没有群。请安委办人员在群里 @它 发“配对 群名”")
	default:
		l.note("在群里发：还没有群。请安委办人员私聊它发“配对”，照着做")
	}
	if len(called) > 0 {
		l.note("在群里提醒所有人：能，%s", strings.Join(called, "、"))
	} else {
		l.note("在群里提醒所有人：不能，要在群里添加群机器人")
	}
	if l.cfg.aibotCalled() {
		l.note("按钮：群里、私聊都有")
	} else {
		l.note("按钮：只在私聊里有，群里打字回复")
	}
}

// guide lists what only a real tenant can show.
func (l *liveCheck) guide() {
	aibot, long := l.cfg.aibotCalled() || l.cfg.aibotLong(), l.cfg.aibotLong()
	l.note("下面几项只有在真的企业微信里才看得到，首次接入请逐项试一遍：")
	n := 0
	for _, step := range []struct {
		fits bool
		say  string
	}{
		{aibot, "请一位不是创建人的同事在群里 @机器人 发“帮助”，应有回复。只有创建人有回复时，检查机器人的“可使用的成员”"},
		{true, "他再私聊发“我是谁”，看回复里的 userid。是“wo”开头的密文，就配好自建应用，或把它原样写进名册（安委办人员的写进 ANYUE_OFFICE）"},
		{aibot, "在群里 @它 发“进度”，应听得懂。听不懂，是 ANYUE_AIBOT_NAME“" + l.cfg.AibotName + "”与群里显示的不一致"},
		{true, "发一句“填报”，一句只应有一次回复"},
		{long, "在每个工作群里由安委办人员 @它 发“配对 群名”，应回“本群已配对”"},
		{l.cfg.appSends() || long, "安委办人员私聊发“通知 单位：测试”（先选一个单位），再发“确认”，该单位联络员应收到；再发“送达”看结果"},
		{true, "私聊答一道是/否题，按一下卡片上的按钮，卡片应变成“已选”，下一题应跟着来"},
		{l.cfg.aibotCalled(), "在群里也答一道是/否题，应有同样的按钮；没有的，打字回复一样有效"},
		{true, "私聊发一张图片，应回“已存档”"},
		{aibot, "私聊发一个中文名的文件，应回“已存档”，文件名不乱"},
		{true, "所有联络员都应是本企业成员、在内部群里；用个人微信或在外部群的联络员用不了机器人"},
	} {
		if step.fits {
			n++
			fmt.Fprintf(l.c.out, "□ %d. %s\n", n, step.say)
		}
	}
}
