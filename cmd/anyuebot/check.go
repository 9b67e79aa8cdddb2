package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"
	"time"

	"anyuebot/bot"
	"anyuebot/bot/remind"
	"anyuebot/bot/transcript"
	"anyuebot/prompts"
	"anyuebot/store"
)

// checklist prints one line for each thing that was looked at: ✓ or ✗, · for
// what is good to know, □ for what somebody has to try.
type checklist struct {
	c      console
	failed int
}

// line prints ✓, or ✗ for each of what err joins.
func (l *checklist) line(what string, err error, good string) {
	if err == nil {
		fmt.Fprintf(l.c.out, "✓ %s：%s\n", what, good)
		return
	}
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		for _, one := range several.Unwrap() {
			l.line(what, one, "")
		}
		return
	}
	l.failed++
	fmt.Fprintf(l.c.out, "✗ %s：%s\n", what, strings.ReplaceAll(err.Error(), "\n", "\n   "))
}

func (l *checklist) note(format string, args ...any) {
	fmt.Fprintf(l.c.out, "· "+format+"\n", args...)
}

// check looks at everything the service needs, without starting it.
func check(ctx context.Context, c console, args []string) error {
	flags := flagSet("check")
	public := flags.String("url", "", "服务的公网地址，如 https://您的域名")
	read := configFlags(flags, c)
	rest, err := parse(flags, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usageError{"多出了“" + rest[0] + "”"}
	}
	if *public, err = publicURL(*public); err != nil {
		return usageError{err.Error()}
	}
	l := &checklist{c: c}
	cfg, err := read()
	if err != nil {
		l.line("配置", err, "")
		return l.end()
	}
	whole := cfg.whole()
	l.line("配置", whole, "读取正常")
	for _, slip := range slips(c) {
		l.line("配置", errors.New(slip.String()), "")
	}
	if name, ok := unusedFile(flags, c); ok {
		l.note("当前目录有 %s，没有用它。要用请加 --config %s", name, name)
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
			l.note("口径：%d 项是建议口径，安委办还没有确认。认可后在该项加 settled: true", open)
		}
		main := notice.Form(notice.Main)
		if d := notice.Deadline(main.Deadline); d != nil && newClock(cfg.Now, time.Now).now().After(d.At) {
			l.note("时限：%s的报送时限已过（%s）。今年用，请换成今年的通知，见 README 的“换一个通知”", main.ID, bot.Instant(d.At))
		}
		l.checkCalendar(notice, newClock(cfg.Now, time.Now).now())
		n, err := checkSamples(ctx, cfg)
		l.line("样例对话", err, fmt.Sprintf("%d 段全部按通知走通", n))
	}
	if len(cfg.Key) == 0 {
		l.note("个人信息：没有配置主密钥（ANYUE_KEY），加密用的密钥和记录放在同一个文件里。见 README 的“个人信息”")
	}
	l.checkDoors(cfg)
	l.checkFiles(cfg) // first: a look at the store would make the directory
	stored := l.checkStore(ctx, cfg, notice != nil || running(cfg))
	if whole == nil {
		live := liveCheck{checklist: l, cfg: cfg, url: *public, stored: stored}
		live.run(ctx)
	} else {
		l.note("企业微信那边的各项，等配置改好再查")
	}
	return l.end()
}

// end tells how it went.
func (l *checklist) end() error {
	if l.failed > 0 {
		l.note("共 %d 处要处理。请从上往下逐处改好，再运行一次", l.failed)
		return errReported
	}
	l.line("检查", nil, "全部通过")
	return nil
}

// publicURL is the service's address without a path, however much of a callback
// address was given.
func publicURL(given string) (string, error) {
	if given == "" {
		return "", nil
	}
	u, err := url.Parse(given)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return "", errors.New("--url 要写成 https://您的域名")
	}
	path := strings.TrimSuffix(u.Path, "/")
	for _, door := range []string{pathAibot, pathApp} {
		path = strings.TrimSuffix(path, door)
	}
	u.Path = path
	return u.String(), nil
}

// unusedFile finds the configuration file that somebody wrote and nobody named.
func unusedFile(flags *flag.FlagSet, c console) (string, bool) {
	const name = "anyuebot.yaml"
	if flags.Lookup("config").Value.String() != "" || c.env(configEnv) != "" {
		return "", false
	}
	_, err := os.Stat(name)
	return name, err == nil
}

// checkDoors tells by which door members come in, and whether it is free.
func (l *checklist) checkDoors(cfg config) {
	const what = "智能机器人"
	switch {
	case cfg.AibotToken == "" && cfg.AibotAESKey == "" && cfg.AibotID == "" && cfg.AibotSecret == "":
		if cfg.appReceives() {
			l.note("智能机器人：没有配置，只在自建应用里能对话，群里的 @ 收不到")
			break
		}
		l.line(what, errors.New("没有配置。请设置 ANYUE_AIBOT_TOKEN 和 ANYUE_AIBOT_AES_KEY，或 ANYUE_AIBOT_ID 和 ANYUE_AIBOT_SECRET，值在管理后台智能机器人的页面上"), "")
	case cfg.AibotName == "":
		l.line(what, errors.New("没有机器人名称，群里的 @ 去不掉。请设置 ANYUE_AIBOT_NAME 为机器人在群里显示的名称"), "")
	case cfg.aibotLong():
		l.line(what, nil, "用长连接")
	case cfg.aibotCalled():
		l.line(what, nil, "用 URL 回调，Token 和 EncodingAESKey 格式正确")
	}
	const listen = "监听地址"
	if running(cfg) {
		l.line(listen, nil, cfg.Listen+" 由运行中的服务在用")
		return
	}
	free, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		l.line(listen, cannotListen(cfg.Listen, err), "")
		return
	}
	free.Close()
	l.line(listen, nil, cfg.Listen+" 可用，服务没有在运行")
}

// checkStore verifies the store and returns what it knows of the ways out;
// nothing if it cannot be opened.
//
// Without a notice only a running service can be asked.
func (l *checklist) checkStore(ctx context.Context, cfg config, readable bool) (stored roads) {
	if !readable {
		l.note("存储、名册：通知改好后再查")
		return stored
	}
	if cfg.Store == memStore {
		l.note("存储：mem: 只在内存，停止后什么都不留")
		return stored
	}
	if path, ok := strings.CutPrefix(cfg.Store, boltScheme); ok {
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			l.line("存储", nil, "还没有，首次启动或导入名册时新建 "+path)
			l.line("名册", errors.New("还没有单位。请运行 anyuebot roster import 名册.csv"), "")
			return stored
		}
	}
	var result store.Audit
	err := doJSON(ctx, cfg, "verify", nil, nil, &result)
	if err == nil && len(result.Faults) > 0 {
		err = fmt.Errorf("发现 %d 处问题，请运行 anyuebot verify 查看", len(result.Faults))
	}
	l.line("存储", err, cfg.Store+" 逐条核对通过")
	if err != nil {
		return stored
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
	if err := doJSON(ctx, cfg, "roads", nil, nil, &stored); err != nil {
		l.line("发送通道", err, "")
	}
	return stored
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

// checkCalendar tells of which years that the ladder reaches the holidays are not
// known. One that has begun was arranged long ago, and is to be put right; one that
// has not is arranged in the November before.
func (l *checklist) checkCalendar(n *bot.Notice, now time.Time) {
	const what = "日历"
	local, err := time.LoadLocation(zone)
	if err != nil {
		l.line(what, err, "")
		return
	}
	years := ladderYears(n, local)
	if len(years) == 0 {
		l.note("日历：ladder.yaml 里没有 steps，不自动提醒")
		return
	}
	var missing, later []int
	for _, year := range years {
		switch {
		case n.Calendar.Known(year):
		case year > now.In(local).Year():
			later = append(later, year)
		default:
			missing = append(missing, year)
		}
	}
	const mend = "暂按星期一至星期五上班算。请照国务院办公厅的通知写进 calendar.yaml"
	if len(missing) > 0 {
		l.line(what, fmt.Errorf("催报日程用到%s，节假日和调休还不知道，"+mend, yearWords(missing)), "")
	}
	if len(later) > 0 {
		l.note("日历：催报日程用到%s，节假日和调休还不知道，"+mend+"，通知一般在上一年11月印发", yearWords(later))
	}
	if len(missing)+len(later) == 0 {
		l.line(what, nil, "催报日程用到"+yearWords(years)+"，节假日和调休都知道")
	}
}

// ladderYears are the years of which the ladder counts days, rising: those that its
// steps fall on, and those that they are counted from.
func ladderYears(n *bot.Notice, local *time.Location) []int {
	var years []int
	for _, due := range remind.Plan(n, time.Time{}.In(local), forever(local)) {
		years = append(years, due.At.Year())
		if d := n.Deadline(due.Rung.Day.Deadline); d != nil {
			years = append(years, d.Aim.In(local).Year())
		}
		if day, err := time.Parse(bot.DateLayout, due.Rung.Day.Date); err == nil {
			years = append(years, day.Year())
		}
	}
	slices.Sort(years)
	return slices.Compact(years)
}

func yearWords(years []int) string {
	var list []string
	for _, year := range years {
		list = append(list, fmt.Sprintf("%d年", year))
	}
	return strings.Join(list, "、")
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
