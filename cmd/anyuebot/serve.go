package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
)

// serve runs the service until it is told to stop.
func serve(ctx context.Context, c console, args []string) error {
	fs := flagSet("serve")
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
	if err := cfg.whole(); err != nil {
		return err
	}
	if !cfg.receives() {
		return errors.New("没有配置智能机器人：请设置 ANYUE_AIBOT_TOKEN 和 ANYUE_AIBOT_AES_KEY，或 ANYUE_AIBOT_ID 和 ANYUE_AIBOT_SECRET（只想试用请运行 anyuebot demo）")
	}
	log := slog.New(slog.NewTextHandler(c.err, nil))
	for _, slip := range slips(c) {
		log.Warn(slip.String())
	}
	s, err := open(ctx, cfg, log)
	if err != nil {
		return err
	}
	if s.store().Forgotten() {
		return errors.Join(errors.New("这次活动的个人信息已经清除，不能再填报。新的活动请换通知（ANYUE_NOTICE），旧的可用 anyuebot export 查看"), s.close())
	}
	if cfg.Store == memStore {
		log.Warn("存储是 mem:，只在内存，停止后什么都不留")
	}
	if !cfg.Now.IsZero() {
		log.Warn("演练时钟：活动时间从这个时刻开始走，不是真实时间", "from", cfg.Now)
	}
	l, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		return errors.Join(cannotListen(cfg.Listen, err), s.close())
	}
	log.Info("已启动", "address", "http://"+l.Addr().String(), "aibot", s.aibot != nil, "long", s.long != nil, "app", s.api != nil, "groups", len(cfg.Groups), "store", cfg.Store, "notice", s.notice.ID, "office", len(cfg.Office))
	err = s.run(ctx, l)
	log.Info("已停止")
	return err
}

// run opens the doors, works until ctx ends and closes everything.
func (s *service) run(ctx context.Context, l net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var side sync.WaitGroup
	s.startSide(ctx, &side)
	socket, err := s.openSocket()
	if err != nil {
		s.log.Warn("本机管理口没有打开，备份、导出等命令在服务运行时不可用", "error", err)
	} else {
		side.Go(func() { s.serveSocket(ctx, socket) })
	}
	err = s.listen(ctx, l, s.mux)
	cancel()
	side.Wait()
	return errors.Join(err, s.close())
}

// startSide starts what works beside the doors till ctx ends.
func (s *service) startSide(ctx context.Context, side *sync.WaitGroup) {
	side.Go(func() { s.sweep(ctx) })
	side.Go(func() { s.app.RunOutbox(ctx) })
	side.Go(func() { s.app.RunReminders(ctx) })
	if s.long != nil {
		// It has turns to finish after ctx; close ends it.
		s.background.Go(func() {
			if err := s.long.Run(context.WithoutCancel(ctx)); err != nil {
				s.log.Error("the long connection ended", "error", err)
			}
		})
	}
}
