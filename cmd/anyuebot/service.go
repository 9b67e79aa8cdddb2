package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"anyuebot/bot"
	"anyuebot/bot/app"
	"anyuebot/prompts"
	"anyuebot/store"
	"anyuebot/store/files"
	"anyuebot/store/kv"
	"anyuebot/store/kv/boltkv"
	"anyuebot/store/kv/memkv"
)

// zone is where every campaign takes place.
const zone = "Asia/Shanghai"

// service is everything that runs: the store, the conversation and its doors.
type service struct {
	config config
	notice *bot.Notice
	engine kv.Store
	files  *files.Dir
	unfile func() error // ends what openFiles began
	gate   sync.RWMutex // held by turns; a restore waits for them and changes stored
	stored atomic.Pointer[store.Store]
	app    *app.App
	channels
	mux *http.ServeMux
	log *slog.Logger
	// background is what runs till the doors are closed.
	background sync.WaitGroup
	clock      *clock
	now        func() time.Time // the clock's
	zone       *time.Location
}

// claimsKept is how long a message id is remembered (design §3).
const claimsKept = 30 * 24 * time.Hour

// sentKept is how long it can be told what became of a message.
const sentKept = 90 * 24 * time.Hour

func loadNotice(c config) (*bot.Notice, error) {
	return prompts.Load(c.Notice, bot.WordingKeys())
}

// open makes the service without opening any door to the outside.
func open(ctx context.Context, c config, log *slog.Logger) (*service, error) {
	engine, err := openEngine(c.Store)
	if err != nil {
		return nil, err
	}
	return openOn(ctx, c, engine, log)
}

// openOn makes the service on an engine, which is the service's to close, also
// when this fails.
func openOn(ctx context.Context, c config, engine kv.Store, log *slog.Logger) (_ *service, err error) {
	s := &service{config: c, engine: engine, log: log, mux: http.NewServeMux()}
	defer func() {
		if err != nil {
			err = errors.Join(err, engine.Close())
		}
	}()
	if s.files, s.unfile, err = openFiles(c); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.unfile())
		}
	}()
	if s.zone, err = time.LoadLocation(zone); err != nil {
		return nil, err
	}
	s.clock = newClock(c.Now, time.Now)
	s.now = s.clock.now
	if s.notice, err = loadNotice(c); err != nil {
		return nil, err
	}
	if err := s.openStore(ctx); err != nil {
		return nil, err
	}
	if err := s.openRoads(c); err != nil {
		return nil, err
	}
	metrics := newMetrics()
	s.app = app.New(app.Config{
		Notice: s.notice,
		Store:  port{s}, Rosters: port{s},
		Say:    func(e bot.Effect) (string, error) { return prompts.Render(s.notice, e) },
		Office: c.Office,
		Words:  s.words,
		Now:    s.now, Zone: s.zone, Rate: c.Rate,
		Outbox: port{s}, Channel: s.post, Owner: alone, Called: s.called(),
		Observe: metrics.observe, ObserveAttempt: metrics.observeAttempt, Log: log,
	})
	if err := s.openDoors(c); err != nil {
		return nil, err
	}
	s.mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") })
	s.mux.HandleFunc("GET /readyz", s.ready)
	s.mux.Handle("GET /metrics", metrics.handler)
	return s, nil
}

// ready reports whether a turn could be read from the store right now.
func (s *service) ready(w http.ResponseWriter, r *http.Request) {
	snap, err := s.engine.Snapshot(r.Context())
	if err != nil {
		s.log.Error("not ready", "error", err)
		http.Error(w, "store unavailable", http.StatusServiceUnavailable)
		return
	}
	snap.Close()
	fmt.Fprintln(w, "ready")
	if s.long != nil {
		fmt.Fprintln(w, "long connection:", s.long.State().Phase)
	}
}

// openEngine opens what ANYUE_STORE names.
func openEngine(name string) (kv.Store, error) {
	path, ok := strings.CutPrefix(name, boltScheme)
	if !ok {
		return memkv.New(), nil
	}
	if dir := filepath.Dir(path); dir != "." {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, fmt.Errorf("存储：建不了目录 %s：%s。请核对 ANYUE_STORE", dir, because(err))
		}
	}
	engine, err := boltkv.Open(path, boltkv.Options{})
	if errors.Is(err, boltkv.ErrInUse) {
		return nil, fmt.Errorf("另一个 anyuebot 正在使用 %s（another anyuebot is using this file）。请先停止它，或换一个文件", path)
	}
	switch {
	case errors.Is(err, boltkv.ErrFormat):
		return nil, fmt.Errorf("%s 是另一个版本的 anyuebot 写的。请换回那个版本，或换一个 ANYUE_STORE（%w）", path, err)
	case errors.Is(err, boltkv.ErrDamaged):
		return nil, fmt.Errorf("%s 不是 anyuebot 的存储文件，或已损坏。请从备份恢复；要从头开始，请换一个 ANYUE_STORE（%w）", path, err)
	case err != nil:
		return nil, fmt.Errorf("存储 %s 打不开：%s。请核对 ANYUE_STORE 和文件的权限", path, because(err))
	}
	return engine, nil
}

// close ends what open began, in the opposite order. Turns under way are let
// finish.
func (s *service) close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	var errs []error
	errs = append(errs, s.closeDoors(ctx))
	s.background.Wait()
	errs = append(errs, s.engine.Close(), s.unfile())
	return errors.Join(errs...)
}

// listen serves HTTP until ctx ends, then lets open requests finish; atShutdown
// ends those that would not by themselves.
func (s *service) listen(ctx context.Context, l net.Listener, h http.Handler, atShutdown ...func()) error {
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 15 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	for _, f := range atShutdown {
		server.RegisterOnShutdown(f)
	}
	return serveUntil(ctx, server, l)
}

func serveUntil(ctx context.Context, server *http.Server, l net.Listener) error {
	done := make(chan error, 1)
	go func() { done <- server.Serve(l) }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	shutdown, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := server.Shutdown(shutdown); err != nil {
		return errors.Join(err, server.Close())
	}
	return nil
}

// sweep forgets message ids that no platform will send again, and what became
// of messages long ago, once at start and then every day, until ctx ends.
func (s *service) sweep(ctx context.Context) {
	tick := time.NewTicker(24 * time.Hour)
	defer tick.Stop()
	for {
		s.forget(ctx, "message ids", func() (int, error) { return s.store().Sweep(ctx, s.now().Add(-claimsKept)) })
		s.forget(ctx, "ended deliveries", func() (int, error) { return s.store().SweepDeliveries(ctx, time.Now().Add(-sentKept)) })
		s.forget(ctx, "addresses of late replies", func() (int, error) { return s.store().SweepReplyURLs(ctx, time.Now()) })
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (s *service) forget(ctx context.Context, what string, sweep func() (int, error)) {
	n, err := sweep()
	if err != nil && ctx.Err() == nil {
		s.log.Error("forgetting what is old failed", "what", what, "error", err)
	} else if n > 0 {
		s.log.Info("forgot what is old", "what", what, "count", n)
	}
}

func (s *service) store() *store.Store { return s.stored.Load() }

// restoreFrom fills a store in which nothing has happened yet. Turns wait.
func (s *service) restoreFrom(ctx context.Context, backup io.ReaderAt, size int64) error {
	s.gate.Lock()
	defer s.gate.Unlock()
	if audit, err := store.VerifyBackup(ctx, backup, size, s.config.seals(s.notice)); err != nil {
		return err
	} else if audit.Notice != s.notice.ID {
		return fmt.Errorf("备份属于 %s，现在的通知是 %s", audit.Notice, s.notice.ID)
	}
	if err := s.store().Vacate(ctx); errors.Is(err, store.ErrNotEmpty) {
		return fmt.Errorf("%s 里已有内容，只能恢复到空的存储。请换一个 ANYUE_STORE 再恢复", s.config.Store)
	} else if err != nil {
		return err
	}
	_, err := store.Restore(ctx, backup, size, s.engine, s.files)
	if errors.Is(err, files.ErrUnavailable) {
		err = fmt.Errorf("文件放不进 %s，是不是磁盘满了？存储还是空的，腾出空间后可以再恢复（%w）", s.files.Path(), err)
	}
	return errors.Join(err, s.openStore(ctx))
}
