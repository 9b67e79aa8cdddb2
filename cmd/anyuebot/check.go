package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"

	"anyuebot/bot"
	"anyuebot/bot/transcript"
	"anyuebot/bot/wecom"
	"anyuebot/prompts"
	"anyuebot/store"
)

// checklist prints one line for each thing that was looked at.
type checklist struct {
	c      console
	failed bool
}

func (l *checklist) line(what string, err error, good string) {
	if err == nil {
		fmt.Fprintf(l.c.out, "✓ %s：%s\n", what, good)
		return
	}
	l.failed = true
	fmt.Fprintf(l.c.out, "✗ %s：%s\n", what, strings.ReplaceAll(err.Error(), "\n", "\n   "))
}

// check looks at everything the service needs, without starting it.
func check(ctx context.Context, c console, args []string) error {
	flags := flagSet("check")
	address := flags.String("url", "", "服务的公网地址，如 https://您的域名")
	read := configFlags(flags, c)
	rest, err := parse(flags, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usageError{"多出了“" + rest[0] + "”"}
	}
	l := &checklist{c: c}
	cfg, err := read()
	if err == nil {
		err = cfg.whole()
	}
	l.line("配置", err, "读取正常")
	if err != nil {
		return errReported
	}
	for _, slip := range slips(c) {
		l.line("配置", fmt.Errorf("环境变量 %s 不是配置项，是不是 %s？", slip[0], slip[1]), "")
	}
	if len(cfg.Office) == 0 {
		l.line("安委办", errors.New("没有人能看汇总。请设置 ANYUE_OFFICE 为安委办人员的 userid，逗号分隔"), "")
	} else {
		l.line("安委办", nil, fmt.Sprintf("%d 人", len(cfg.Office)))
	}
	notice, err := loadNotice(cfg)
	if err != nil {
		l.line("通知", err, "")
	} else {
		l.line("通知", nil, fmt.Sprintf("%s（%s），%s 共%d项", notice.Number, notice.ID, notice.Main, len(notice.Form(notice.Main).Fields)))
		if open := unsettled(notice); open > 0 {
			fmt.Fprintf(c.out, "· 口径：%d 项是建议口径，安委办还没有确认。认可后在该项加 settled: true\n", open)
		}
		n, err := checkSamples(ctx, cfg)
		l.line("样例对话", err, fmt.Sprintf("%d 段全部按通知走通", n))
	}
	if cfg.aibotLong() {
		l.line("智能机器人", checkName(cfg), "用长连接")
	} else {
		l.line("智能机器人", checkAibot(cfg), "Token 和 EncodingAESKey 格式正确")
	}
	l.checkFiles(cfg) // first: a look at the store would make the directory
	l.checkStore(ctx, cfg)
	live := liveCheck{checklist: l, cfg: cfg, notice: notice, url: *address}
	live.run(ctx)
	if l.failed {
		return errReported
	}
	return nil
}

func (l *checklist) checkStore(ctx context.Context, cfg config) {
	if path, ok := strings.CutPrefix(cfg.Store, boltScheme); ok {
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			l.line("存储", nil, "还没有，首次启动或导入名册时新建 "+path)
			l.line("名册", errors.New("还没有单位。请运行 anyuebot roster import 名册.csv"), "")
			return
		}
	}
	var result store.Audit
	err := doJSON(ctx, cfg, "verify", nil, nil, &result)
	if err == nil && len(result.Faults) > 0 {
		err = fmt.Errorf("发现 %d 处问题，请运行 anyuebot verify 查看", len(result.Faults))
	}
	l.line("存储", err, cfg.Store+" 逐条核对通过")
	if err != nil {
		return
	}
	var units []listed
	err = doJSON(ctx, cfg, "roster-list", nil, nil, &units)
	bound, pending := 0, 0
	for _, u := range units {
		if u.UserID != "" {
			bound++
		}
		if u.Pending {
			pending++
		}
	}
	if err == nil && len(units) == 0 {
		err = errors.New("还没有单位。请运行 anyuebot roster import 名册.csv")
	}
	l.line("名册", err, fmt.Sprintf("%d 个单位，%d 个已有联络员，其中 %d 个待安委办确认", len(units), bound, pending))
}

// unsettled counts the hints on how to count that the office has yet to confirm.
func unsettled(n *bot.Notice) int {
	open := 0
	for _, f := range n.Form(n.Main).Fields {
		if !f.Settled {
			open++
		}
	}
	return open
}

// checkAibot holds the callback's secrets to their form. Whether the platform
// takes them is seen when the address is saved in its console.
func checkAibot(cfg config) error {
	if cfg.AibotToken == "" || cfg.AibotAESKey == "" {
		return errors.New("没有配置。请设置 ANYUE_AIBOT_TOKEN 和 ANYUE_AIBOT_AES_KEY，值在管理后台智能机器人的“接收消息”里")
	}
	_, err := wecom.NewAibot(wecom.Config{
		Name: cfg.AibotName, Token: cfg.AibotToken, AESKey: cfg.AibotAESKey,
		Words: wecom.Words{Working: "-", Lost: "-"},
	}, nil, nil)
	if err != nil {
		return fmt.Errorf("%w。请从管理后台重新复制", err)
	}
	return checkName(cfg)
}

func checkName(cfg config) error {
	if cfg.AibotName == "" {
		return errors.New("没有机器人名称，群里的 @ 去不掉。请设置 ANYUE_AIBOT_NAME 为机器人在群里显示的名称")
	}
	return nil
}

// sampleOffice is who asks for the totals in the sample transcripts.
const sampleOffice = "office"

// checkSamples plays the sample transcripts through the notice as configured,
// each on an empty store in memory.
func checkSamples(ctx context.Context, cfg config) (int, error) {
	files, err := fs.Glob(prompts.Samples(), "*.txtar")
	if err != nil {
		return 0, err
	}
	var problems []error
	for _, name := range files {
		data, err := fs.ReadFile(prompts.Samples(), name)
		if err != nil {
			return 0, err
		}
		script, err := transcript.Parse(name, data)
		if err != nil {
			return 0, err
		}
		problems = append(problems, playSample(ctx, cfg, script))
	}
	return len(files), errors.Join(problems...)
}

func playSample(ctx context.Context, cfg config, script *transcript.Script) error {
	cfg.Store, cfg.Files, cfg.Office, cfg.Rate = memStore, "", []string{sampleOffice}, 0
	cfg.withoutChannels()
	s, err := open(ctx, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer s.close()
	if err := s.importCSV(ctx, strings.NewReader(script.Roster)); err != nil {
		return fmt.Errorf("%s: %w", script.Name, err)
	}
	n := 0
	return script.Play(ctx, func(ctx context.Context, from string, group bool, text string) (string, error) {
		n++
		m := bot.Message{Channel: "check", ID: fmt.Sprint(n), From: from, Media: bot.MediaText, Text: text}
		if group {
			m.Group = "group"
		}
		reply, err := s.app.Turn(ctx, m)
		return reply.Text, err
	})
}
