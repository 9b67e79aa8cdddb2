package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"anyuebot/bot"
	"anyuebot/bot/web"
	"anyuebot/bot/wecom/wecomtest"
	"anyuebot/store"
)

// demoStart is when a demo's campaign time begins, unless told otherwise: the
// morning before the first reminder.
const demoStart = "2021-06-01T09:00:00+08:00"

const (
	demoOffice  = "anwei"
	demoSecond  = "anwei2"  // another of the office, who confirms what the first entered
	demoNew     = "liuyang" // a colleague whom the roster does not know yet
	demoBot     = "安月小助手"
	demoGroup   = "wrDemoGroup"
	demoAddress = "127.0.0.1:8088"
	demoAgent   = 1000002
)

// demo runs the whole service with a stand-in for 企业微信 and a page to talk
// through it. Every message is encrypted and POSTed to the service's own
// webhook, as the platform does.
func demo(ctx context.Context, c console, args []string) error {
	fs := flagSet("demo")
	play := fs.Bool("play", false, "先演一遍：所有示例单位填报并提交")
	fresh := fs.Bool("fresh", false, "从头开始，不接着上次的")
	page := fs.String("page", demoAddress, "网页地址")
	read := configFlags(fs, c)
	rest, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(rest) > 0 {
		return usageError{"多出了“" + rest[0] + "”"}
	}
	cfg, err := read()
	if err != nil {
		return err
	}
	given, folder := "", ""
	fs.Visit(func(f *flag.Flag) {
		switch f.Name {
		case "store":
			given = cfg.Store
		case "files":
			folder = cfg.Files
		}
	})
	if err := demoConfig(&cfg, given, *fresh || *play); err != nil {
		return err
	}
	cfg.Files = folder
	d, err := startDemo(ctx, c, cfg)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var side sync.WaitGroup
	failed := make(chan error, 3) // of the service, the stand-in and the page
	side.Go(func() { failed <- d.service.run(ctx, d.webhook) })
	defer side.Wait()
	defer cancel()

	side.Go(func() {
		if err := d.service.listen(ctx, d.api, d.tenant); err != nil && !errors.Is(err, http.ErrServerClosed) {
			failed <- err
		}
	})
	for _, verify := range []func(context.Context) error{d.platform.Verify, d.app.Verify} {
		if err := verify(ctx); err != nil {
			return fmt.Errorf("回调地址验证：%w", err)
		}
	}
	if *play {
		if err := d.play(ctx, c.out); err != nil {
			return err
		}
	}
	l, err := net.Listen("tcp", *page)
	if err != nil {
		if l, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
			return err
		}
	}
	fmt.Fprintf(c.out, "\n打开浏览器：http://%s/\n活动时间从 %s 开始走（演练时钟），网页上可以快进到下一次提醒。数据在 %s\n按 Ctrl+C 停止。\n",
		l.Addr(), bot.Instant(d.service.now().In(d.service.zone)), strings.TrimPrefix(cfg.Store, boltScheme))
	side.Go(func() {
		if err := d.service.listen(ctx, l, d.chat, d.chat.Close); err != nil && !errors.Is(err, http.ErrServerClosed) {
			failed <- err
		}
	})
	select {
	case <-ctx.Done():
		return nil
	case err := <-failed:
		return err
	}
}

// demoConfig sets what a demo needs. It never takes the store or its files from
// the environment or a configuration file: made-up units must not get into a
// real campaign. given is the store named on the command line, if any.
func demoConfig(cfg *config, given string, fresh bool) error {
	cfg.Files = "" // beside the store
	if cfg.Store = given; given == "" {
		dir, err := os.UserCacheDir()
		if err != nil {
			dir = os.TempDir()
		}
		path := filepath.Join(dir, "anyuebot", "demo.db")
		cfg.Store = boltScheme + path
		if fresh {
			if err := removeStore(path); err != nil {
				return err
			}
		}
	} else if fresh {
		return usageError{"--store 与 --fresh、--play 不能同用：它们要从空的存储开始"}
	}
	cfg.Office = append(cfg.Office, demoOffice, demoSecond)
	demoChannels(cfg)
	return nil
}

// demoChannels replaces everything that leads to the real platform by secrets
// for one run.
func demoChannels(cfg *config) {
	cfg.withoutChannels()
	cfg.AibotName = demoBot
	cfg.AibotToken, cfg.AibotAESKey = randomHex(8), randomHex(22)[:43]
	cfg.CorpID, cfg.AppAgentID, cfg.AppSecret = "wwDemo", demoAgent, randomHex(16)
	cfg.AppToken, cfg.AppAESKey = randomHex(8), randomHex(22)[:43]
	cfg.Groups = map[string]string{demoGroup: randomHex(16)}
}

// removeStore deletes the demo's own store and files, unless a demo is using
// them.
func removeStore(path string) error {
	store := config{Store: boltScheme + path}
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return os.RemoveAll(store.fileFolder())
	}
	engine, err := openEngine(store.Store)
	if err != nil {
		return err
	}
	return errors.Join(engine.Close(), os.Remove(path), os.RemoveAll(store.fileFolder()))
}

// randomHex makes a secret for one run of the demo.
func randomHex(bytes int) string {
	b := make([]byte, bytes)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// demoRun is a service on a loopback address with its stand-in platform.
type demoRun struct {
	service  *service
	webhook  net.Listener
	api      net.Listener // of the stand-in
	tenant   *wecomtest.API
	platform *wecomtest.Platform // the 智能机器人
	app      *wecomtest.App      // the 自建应用
	chat     *web.Chat
	jumps    sync.Mutex // held by one that is under way
}

func startDemo(ctx context.Context, c console, cfg config) (_ *demoRun, err error) {
	d := &demoRun{}
	defer func() {
		if err != nil {
			d.abandon()
		}
	}()
	if d.api, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	if d.webhook, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return nil, err
	}
	cfg.APIBase = "http://" + d.api.Addr().String()
	timed := !cfg.Now.IsZero()
	if !timed {
		if err := setNow(&cfg, demoStart); err != nil {
			return nil, err
		}
	}
	d.service, err = open(ctx, cfg, slog.New(slog.NewTextHandler(c.err, &slog.HandlerOptions{Level: slog.LevelWarn})))
	if err != nil {
		return nil, err
	}
	if !timed {
		if err := d.service.goOn(ctx); err != nil {
			return nil, err
		}
	}
	sample := d.service.notice.Sample
	if err := d.service.importUnits(ctx, sample); err != nil {
		return nil, err
	}
	members := []string{demoOffice, demoSecond, demoNew}
	for i, u := range sample {
		members = append(members, demoLiaison(i, u))
	}
	names := map[string]string{}
	for _, userid := range members[2:] {
		names[userid] = demoName(userid)
	}
	d.tenant = wecomtest.NewAPI(wecomtest.APIConfig{
		URL: cfg.APIBase, CorpID: cfg.CorpID, Members: members,
		Apps:       []wecomtest.Account{{AgentID: demoAgent, Secret: cfg.AppSecret, Name: demoBot}},
		Robots:     map[string]string{cfg.Groups[demoGroup]: demoGroup},
		Names:      names,
		OnPersonal: d.arrives, OnGroup: d.arrives,
	})
	hooks := "http://" + d.webhook.Addr().String()
	d.platform, err = wecomtest.New(wecomtest.Config{
		URL: hooks + "/wecom/aibot", Token: cfg.AibotToken, AESKey: cfg.AibotAESKey, BotName: demoBot, API: d.tenant,
	})
	if err != nil {
		return nil, err
	}
	d.app, err = wecomtest.NewApp(wecomtest.AppConfig{
		URL: hooks + "/wecom/app", Token: cfg.AppToken, AESKey: cfg.AppAESKey, CorpID: cfg.CorpID, AgentID: demoAgent, API: d.tenant,
	})
	if err != nil {
		return nil, err
	}
	d.chat = d.page()
	return d, nil
}

// abandon closes what a start that failed has opened.
func (d *demoRun) abandon() {
	for _, l := range []net.Listener{d.api, d.webhook} {
		if l != nil {
			l.Close()
		}
	}
	if d.service != nil {
		d.service.close()
	}
}

// demoLiaison is who speaks for a sample unit: a made-up member where the
// sample names nobody.
func demoLiaison(i int, u bot.Unit) string {
	if u.Liaison != "" {
		return u.Liaison
	}
	return fmt.Sprintf("demo%02d", i+1)
}

// arrives shows on the page what people get without having asked.
func (d *demoRun) arrives(s wecomtest.Shown) {
	if s.Changed || d.chat == nil {
		return // the page turns the card that was pressed itself
	}
	p := web.Pushed{To: s.To, Group: s.Group != "", Answer: web.Answer{Text: s.Text, Card: pageCard(s.Card)}}
	switch s.Via {
	case "app":
		p.By = demoBot + "（应用消息）"
	case "robot":
		p.By = "群机器人"
	}
	if s.Card != nil && s.Text == "" {
		p.Text = s.Card.Text
	}
	if s.File != nil {
		p.File = &web.File{Name: s.File.Name, Content: s.File.Content}
	}
	d.chat.Push(p)
}

// pageCard is a card as the page draws it.
func pageCard(c *wecomtest.Card) *bot.Card {
	if c == nil {
		return nil
	}
	card := &bot.Card{Task: c.Task, Title: c.Title}
	if c.Replaced != "" {
		return card
	}
	for _, b := range c.Buttons {
		if strings.HasPrefix(b.Key, "@") {
			continue // the mark of a pressed card: pressing it does nothing
		}
		card.Buttons = append(card.Buttons, bot.Button{Label: b.Label, Say: b.Key})
	}
	return card
}

// page is the browser's side: the sample liaisons and one of the office.
func (d *demoRun) page() *web.Chat {
	var people []web.Person
	for _, u := range d.service.notice.Sample {
		if u.Liaison != "" && len(people) < 3 {
			people = append(people, web.Person{UserID: u.Liaison, Name: demoName(u.Liaison), Role: u.Name + "联络员", Unit: u.Name})
		}
	}
	people = append(people, web.Person{UserID: demoOffice, Name: demoName(demoOffice), Role: "县安委办", Office: true})
	people = append(people,
		web.Person{UserID: demoSecond, Name: demoName(demoSecond), Role: "县安委办", Office: true},
		web.Person{UserID: demoNew, Name: demoName(demoNew), Role: "还没登记的同事"})
	return web.NewChat(web.Config{
		Title: "安月小助手 演示", GroupName: "全县安全生产月工作群", GroupID: demoGroup, BotName: demoBot,
		People: people, SampleForm: sampleForm(d.service.notice, 0),
		Now:  func() time.Time { return d.service.now().In(d.service.zone) },
		Next: d.next, Jump: d.jump,
		Send: d.send, Enter: d.enter, Press: d.press,
	})
}

func (d *demoRun) send(ctx context.Context, m web.Message) (web.Answer, error) {
	msg := wecomtest.Msg{From: m.From, Group: m.Group, Text: m.Text}
	if f := m.File; f != nil {
		msg.Files = []wecomtest.Attachment{{Name: f.Name, Content: f.Content}}
		switch {
		case m.Group != "":
			msg.Kind = wecomtest.Mixed // the only way a picture gets to a bot in a group
		case strings.HasPrefix(http.DetectContentType(f.Content), "image/"):
			msg.Kind = wecomtest.Image
		default:
			msg.Kind = wecomtest.File
		}
	}
	answer, err := d.platform.Send(ctx, msg)
	return web.Answer{Text: answer.Text, Card: pageCard(answer.Card)}, err
}

func (d *demoRun) enter(ctx context.Context, from string) (web.Answer, error) {
	answer, err := d.platform.Enter(ctx, from)
	if errors.Is(err, wecomtest.ErrNotDelivered) {
		return web.Answer{}, nil // the platform tells of the first opening of a day only
	}
	return web.Answer{Text: answer.Text, Card: pageCard(answer.Card)}, err
}

// press goes to whoever sent the card: the bot or the application.
func (d *demoRun) press(ctx context.Context, p web.Press) (*bot.Card, error) {
	if _, ok := d.platform.Card(p.From, p.Task); ok {
		answer, err := d.platform.Press(ctx, p.From, p.Task, p.Say)
		return pageCard(answer.Card), err
	}
	answer, err := d.app.Press(ctx, p.From, p.Task, p.Say)
	if answer.Card == nil && answer.Button != "" {
		return &bot.Card{Task: p.Task, Title: answer.Button}, err
	}
	return pageCard(answer.Card), err
}

// demoName is what the page calls the made-up members.
func demoName(userid string) string {
	names := map[string]string{"lisi": "李四", "zhoumin": "周敏", "fulian": "王芳", demoOffice: "安委办 小赵", demoSecond: "安委办 小钱", demoNew: "刘洋"}
	if name, ok := names[userid]; ok {
		return name
	}
	return userid
}

// importUnits puts a notice's sample roster into the store.
func (s *service) importUnits(ctx context.Context, units []bot.Unit) error {
	var rows []store.RosterRow
	for _, u := range units {
		rows = append(rows, store.RosterRow{Name: u.Name, Kind: u.Kind, Full: u.Full, Short: u.Short, Aliases: u.Aliases, UserID: u.Liaison})
	}
	_, err := s.store().ImportRoster(ctx, rows, store.ImportOptions{At: s.now()})
	return err
}

// play has every sample unit fill and submit its form through the encrypted
// webhook, then shows the office's totals.
func (d *demoRun) play(ctx context.Context, out io.Writer) error {
	n := d.service.notice
	for i, u := range n.Sample {
		from := demoLiaison(i, u)
		var says []string
		if u.Liaison == "" {
			says = append(says, n.Verbs[bot.VerbRegister][0]+" "+u.Name)
		}
		says = append(says, n.Verbs[bot.VerbFill][0], sampleForm(n, i), n.Verbs[bot.VerbSubmit][0])
		for _, text := range says {
			if _, err := d.platform.Send(ctx, wecomtest.Msg{From: from, Group: demoGroup, Text: text}); err != nil {
				return fmt.Errorf("%s：%w", u.Name, err)
			}
		}
		fmt.Fprintf(out, "\r%s %d/%d %-12s", bar(i+1, len(n.Sample), 24), i+1, len(n.Sample), u.Name)
	}
	fmt.Fprintln(out)
	answer, err := d.platform.Send(ctx, wecomtest.Msg{From: demoOffice, Text: n.Verbs[bot.VerbTotals][0]})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "\n%s\n", answer.Text)
	return nil
}

func bar(done, all, width int) string {
	full := done * width / all
	return strings.Repeat("█", full) + strings.Repeat("░", width-full)
}
