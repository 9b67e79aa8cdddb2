package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"anyuebot/bot"
	"anyuebot/bot/wecom"
	"anyuebot/prompts"
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
	notice *bot.Notice // nil if it cannot be read
	url    string      // of the service as the platform sees it; "" if not told
}

func (l *liveCheck) run(ctx context.Context) {
	if l.cfg.appSends() {
		l.application(ctx)
	}
	for _, chat := range slices.Sorted(maps.Keys(l.cfg.Groups)) {
		l.robot(ctx, chat)
	}
	l.callbacks(ctx)
	if l.cfg.aibotLong() {
		l.long(ctx)
	}
	if l.cfg.appSends() || l.url != "" {
		l.clock(ctx)
	}
	if l.cfg.appSends() || l.cfg.aibotCalled() || l.cfg.aibotLong() {
		l.guide()
	}
}

// mend is what to do about a failed call, in the office's words.
func (l *liveCheck) mend(err error) error {
	var f *wecom.Failure
	if err == nil || l.notice == nil || !errors.As(err, &f) {
		return err
	}
	detail := f.Detail
	if detail == "" {
		detail, _ = prompts.Render(l.notice, bot.Effect{Key: "out.detail"})
	}
	text, renderErr := prompts.Render(l.notice, bot.Effect{Key: "out." + f.Why, Args: map[string]string{"detail": detail, "code": strconv.FormatInt(f.Code, 10)}})
	if renderErr != nil {
		return err
	}
	if f.Code != 0 {
		return fmt.Errorf("%s（错误码 %d）", text, f.Code)
	}
	return errors.New(text)
}

func (l *liveCheck) application(ctx context.Context) {
	const what = "自建应用"
	api, err := wecom.NewAPI(wecom.APIConfig{Base: l.cfg.APIBase, CorpID: l.cfg.CorpID, Secret: l.cfg.AppSecret, AgentID: l.cfg.AppAgentID})
	if err != nil {
		l.line(what, err, "")
		return
	}
	call := func(do func(context.Context) error) error {
		ctx, cancel := context.WithTimeout(ctx, checkTime)
		defer cancel()
		return l.mend(do(ctx))
	}
	err = call(api.CheckToken)
	l.line(what+" token", err, "企业 ID 和 Secret 正确")
	if err != nil {
		return
	}
	var from []string
	err = call(func(ctx context.Context) (err error) { from, err = api.CheckAddress(ctx); return err })
	l.line(what+" 可信 IP", err, fmt.Sprintf("token 之外的接口也能调；回调来自 %d 个地址段", len(from)))
	if err != nil {
		return
	}
	var agent wecom.Agent
	err = call(func(ctx context.Context) (err error) { agent, err = api.CheckAgent(ctx); return err })
	if err == nil && agent.Closed {
		err = errors.New("应用已被停用，发不出消息。请在管理后台的应用页面上启用")
	}
	l.line(what+" AgentId", err, fmt.Sprintf("%d 是“%s”", l.cfg.AppAgentID, agent.Name))
}

func (l *liveCheck) robot(ctx context.Context, chat string) {
	robots, err := wecom.NewRobots(wecom.RobotsConfig{Base: l.cfg.APIBase})
	if err == nil {
		ctx, cancel := context.WithTimeout(ctx, checkTime)
		defer cancel()
		err = l.mend(robots.Check(ctx, l.cfg.Groups[chat]))
	}
	l.line("群机器人 "+chat, err, "key 有效")
}

// callbacks verifies the addresses as the console does when they are saved:
// from here and through whatever is in front of the service, if the address is
// told.
func (l *liveCheck) callbacks(ctx context.Context) {
	type door struct {
		what string
		at   wecom.Address
	}
	var doors []door
	if l.cfg.aibotCalled() {
		doors = append(doors, door{"回调地址 智能机器人", wecom.Address{URL: "/wecom/aibot", Token: l.cfg.AibotToken, AESKey: l.cfg.AibotAESKey}})
	}
	if l.cfg.appReceives() {
		doors = append(doors, door{"回调地址 自建应用", wecom.Address{URL: "/wecom/app", Token: l.cfg.AppToken, AESKey: l.cfg.AppAESKey, Receiver: l.cfg.CorpID}})
	}
	if len(doors) == 0 {
		return
	}
	if l.url == "" {
		fmt.Fprintln(l.c.out, "· 回调地址：服务启动后，加 --url https://您的域名 再运行一次，会照管理后台“保存”时的办法验证一遍")
		return
	}
	for _, d := range doors {
		d.at.URL = strings.TrimSuffix(l.url, "/") + d.at.URL
		err := d.at.Verify(ctx, http.DefaultClient)
		if err != nil {
			err = fmt.Errorf("%s 没有通过（%w）。请确认服务已启动、反向代理转到了 %s、Token 和 EncodingAESKey 与后台一致", d.at.URL, err, l.cfg.Listen)
		}
		l.line(d.what, err, d.at.URL+" 验证通过。管理后台里就填它")
	}
}

// long looks at the long connection. While the service runs, it is asked: a
// connection of our own would end the service's.
func (l *liveCheck) long(ctx context.Context) {
	const what = "长连接"
	if path := socketPath(l.cfg.Store); path != "" {
		if conn, err := net.DialTimeout("unix", path, time.Second); err == nil {
			conn.Close()
			var state wecom.LongState
			err := doJSON(ctx, l.cfg, "long-state", nil, nil, &state)
			switch {
			case err != nil:
			case state.Phase == wecom.LongElsewhere:
				err = errors.New("同一个机器人在别处连着，这里已让出。请停掉另一处，再对机器人发“恢复发送”或重启服务")
			case state.Phase == wecom.LongRefused:
				err = fmt.Errorf("企业微信不认 ANYUE_AIBOT_ID 或 ANYUE_AIBOT_SECRET（错误码 %d）。请从管理后台重新复制", state.Code)
			case state.Phase != wecom.LongUp:
				err = fmt.Errorf("还没有连上（%s）。请看服务的日志，并确认这台机器能访问 %s", state.Phase, l.cfg.WSURL)
			}
			l.line(what, err, "运行中的服务已连上，自 "+bot.Instant(state.Since.In(time.Local)))
			return
		}
	}
	long, err := wecom.NewLong(wecom.LongConfig{
		URL: l.cfg.WSURL, BotID: l.cfg.AibotID, Secret: l.cfg.AibotSecret, Name: l.cfg.AibotName,
		Words: wecom.Words{Working: "-", Lost: "-"},
	}, nil, slog.New(slog.DiscardHandler))
	if err == nil {
		ctx, cancel := context.WithTimeout(ctx, checkTime)
		defer cancel()
		if err = l.mend(long.Probe(ctx)); err != nil {
			err = fmt.Errorf("%w。请核对 ANYUE_AIBOT_ID、ANYUE_AIBOT_SECRET，确认后台选的是长连接，并确认这台机器能访问 %s", err, l.cfg.WSURL)
		}
	}
	l.line(what, err, "能连上，Bot ID 和 Secret 正确")
}

func longStateWork(_ context.Context, s *service, _ url.Values, _ io.Reader, out io.Writer) error {
	if s.long == nil {
		return errors.New("运行中的服务没有用长连接，配置可能不同")
	}
	return json.NewEncoder(out).Encode(s.long.State())
}

func (l *liveCheck) clock(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	off, err := wecom.ClockOffset(ctx, http.DefaultClient, l.cfg.APIBase)
	if err != nil {
		var wrapped *url.Error
		if errors.As(err, &wrapped) {
			err = wrapped.Err
		}
		err = fmt.Errorf("问不到企业微信的时间（%w）", err)
	} else if off.Abs() > maxClock {
		err = fmt.Errorf("这台机器的时钟与企业微信差 %v，差到 10 分钟回调会全部被拒。请打开时间同步", off.Round(time.Second))
	}
	l.line("时钟", err, fmt.Sprintf("与企业微信相差 %v 之内", max(off.Abs().Round(time.Second), time.Second)))
}

// guide lists what only a real tenant can show.
func (l *liveCheck) guide() {
	fmt.Fprintln(l.c.out, "· 下面几项只有在真的企业微信里才看得到，首次接入请逐项试一遍：")
	for i, step := range []string{
		"请一位不是创建人的同事在群里 @机器人 发“帮助”，应有回复。只有创建人有回复时，检查机器人的“可使用的成员”",
		"他再发“我是谁”。认不出是谁，说明平台给的是密文 userid：配好自建应用，或把“wo…”写进名册",
		"回复里不应带着“@" + l.cfg.AibotName + "”。带着就是 ANYUE_AIBOT_NAME 与群里显示的不一致",
		"发一句“填报”，一句只应有一次回复",
		"私聊发“通知 测试”再发“确认”，本人和配对的群都应收到；再发“送达”看结果",
		"私聊答一道是/否题，按一下卡片上的按钮，卡片应变成“已选”，下一题应跟着来",
		"私聊发一张图片、一个文件，应回“已存档”和文件名",
		"所有联络员都应是本企业成员、在内部群里；用个人微信或在外部群的联络员用不了机器人",
	} {
		fmt.Fprintf(l.c.out, "  □ %d. %s\n", i+1, step)
	}
}
