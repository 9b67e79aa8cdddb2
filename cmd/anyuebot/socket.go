package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
)

// One file belongs to one process. So while the service runs, the commands that
// work on its store are carried out by the service itself: they reach it
// through a local socket beside the store, which only the file's owner may
// open. Without a service the command opens the store and does the same work.

// work is one thing to do on the store. It reads in and writes out; both may
// come and go over the socket.
type work func(ctx context.Context, s *service, query url.Values, in io.Reader, out io.Writer) error

// The works that may begin a store.
const (
	workImport  = "roster-import"
	workRestore = "restore"
)

func works() map[string]work {
	return map[string]work{
		workImport:      rosterImportWork,
		workRestore:     restoreWork,
		"roster-list":   rosterListWork,
		"roster-rename": rosterRenameWork,
		"roster-remove": rosterRemoveWork,
		"export":        exportWork,
		workPlan:        remindPlanWork,
		"backup":        backupWork,
		"verify":        verifyWork,
		"roads":         roadsWork,
		"long-state":    longStateWork,
		"rekey":         rekeyWork,
		"forget":        forgetWork,
	}
}

// socketPath is where the service on this store listens; "" if it can't.
func socketPath(storeName string) string {
	path, ok := strings.CutPrefix(storeName, boltScheme)
	if !ok {
		return ""
	}
	return path + ".sock"
}

// running reports whether a service is running on the configured store.
func running(cfg config) bool {
	path := socketPath(cfg.Store)
	if path == "" {
		return false
	}
	conn, err := net.DialTimeout("unix", path, time.Second)
	if err == nil {
		conn.Close()
	}
	return err == nil
}

// openSocket listens beside the store. A socket left behind by a killed
// service is taken over: the store's own lock has shown that nobody uses it.
func (s *service) openSocket() (net.Listener, error) {
	path := socketPath(s.config.Store)
	if path == "" {
		return nil, errors.New("store has no file")
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	l, err := net.Listen("unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	return l, nil
}

// resultTrailer carries the outcome of streamed work: empty for success.
const resultTrailer = "Anyue-Error"

func (s *service) serveSocket(ctx context.Context, l net.Listener) {
	mux := http.NewServeMux()
	for name, do := range works() {
		mux.HandleFunc("POST /"+name, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Trailer", resultTrailer)
			if err := do(r.Context(), s, r.URL.Query(), r.Body, w); err != nil {
				w.Header().Set(resultTrailer, url.QueryEscape(err.Error()))
			} else {
				w.Header().Set(resultTrailer, "ok")
			}
		})
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	if err := serveUntil(ctx, server, l); err != nil && !errors.Is(err, http.ErrServerClosed) {
		s.log.Error("local socket failed", "error", err)
	}
}

// do carries out work on the configured store: through the running service if
// there is one, else by opening the store here.
func do(ctx context.Context, cfg config, name string, query url.Values, in io.Reader, out io.Writer) error {
	if running(cfg) {
		return doRemote(ctx, socketPath(cfg.Store), name, query, in, out)
	}
	// Only what brings data may make a store: a backup of nothing must not look
	// like one.
	if path, ok := strings.CutPrefix(cfg.Store, boltScheme); !ok {
		return fmt.Errorf("存储是 %s，没有可以处理的文件", cfg.Store)
	} else if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) && name != workImport && name != workRestore {
		return fmt.Errorf("没有存储文件 %s。请核对 ANYUE_STORE 和当前目录", path)
	}
	cfg.withoutChannels()
	s, err := open(ctx, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	return errors.Join(works()[name](ctx, s, query, in, out), s.close())
}

func doRemote(ctx context.Context, path, name string, query url.Values, in io.Reader, out io.Writer) error {
	client := &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", path)
		},
	}}
	defer client.CloseIdleConnections()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://anyuebot/"+name+"?"+query.Encode(), in)
	if err != nil {
		return err
	}
	resp, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("运行中的服务没有应答：%w", err)
	}
	defer resp.Body.Close()
	if _, err := io.Copy(out, resp.Body); err != nil {
		return fmt.Errorf("运行中的服务没有答完：%w", err)
	}
	switch result, _ := url.QueryUnescape(resp.Trailer.Get(resultTrailer)); {
	case resp.StatusCode != http.StatusOK:
		return fmt.Errorf("运行中的服务不认识这个命令（%d），版本可能不同", resp.StatusCode)
	case result == "":
		return errors.New("运行中的服务中途停止")
	case result != "ok":
		return errors.New(result)
	}
	return nil
}

// doJSON carries out work whose answer is one JSON value.
func doJSON(ctx context.Context, cfg config, name string, query url.Values, in io.Reader, answer any) error {
	var buf bytes.Buffer
	if err := do(ctx, cfg, name, query, in, &buf); err != nil {
		return err
	}
	return json.Unmarshal(buf.Bytes(), answer)
}
