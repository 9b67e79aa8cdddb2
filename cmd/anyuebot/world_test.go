package main

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"anyuebot/bot/report"
	"anyuebot/bot/wecom/wecomtest"
	"anyuebot/store/kv"
)

// world is the whole service on a bbolt file, talked to only as the platform
// talks: encrypted callbacks against its HTTP handler.
type world struct {
	t        testing.TB
	config   config
	service  *service
	platform *wecomtest.Platform
	wrap     func(kv.Store) kv.Store
	log      bytes.Buffer
}

const (
	testToken = "QDG6eK"
	testKey   = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"
)

func newWorld(t testing.TB, roster string) *world {
	t.Helper()
	return newWorldOn(t, roster, func(engine kv.Store) kv.Store { return engine })
}

// newWorldOn lets a test stand between the service and its engine.
func newWorldOn(t testing.TB, roster string, wrap func(kv.Store) kv.Store) *world {
	t.Helper()
	w := &world{t: t, wrap: wrap}
	env := map[string]string{
		"ANYUE_STORE":         "bolt:" + filepath.Join(t.TempDir(), "test.db"),
		"ANYUE_OFFICE":        sampleOffice,
		"ANYUE_NOW":           "2021-06-28T09:00:00+08:00",
		"ANYUE_AIBOT_NAME":    "安月小助手",
		"ANYUE_AIBOT_TOKEN":   testToken,
		"ANYUE_AIBOT_AES_KEY": testKey,
		"ANYUE_RATE":          "0",
	}
	var err error
	if w.config, err = readConfig(func(k string) string { return env[k] }, "", nil); err != nil {
		t.Fatal(err)
	}
	w.open()
	t.Cleanup(func() {
		if err := w.service.close(); err != nil {
			t.Error(err)
		}
	})
	if err := w.service.importCSV(t.Context(), strings.NewReader(roster)); err != nil {
		t.Fatal(err)
	}
	w.platform, err = wecomtest.New(wecomtest.Config{
		URL: "http://anyuebot.test/wecom/aibot", Token: testToken, AESKey: testKey, BotName: "安月小助手",
		Client: &http.Client{Transport: wecomtest.Direct(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			w.service.mux.ServeHTTP(rw, r)
		}))},
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) open() {
	w.t.Helper()
	engine, err := openEngine(w.config.Store)
	if err != nil {
		w.t.Fatal(err)
	}
	if w.service, err = openOn(w.t.Context(), w.config, w.wrap(engine), slog.New(slog.NewTextHandler(&w.log, nil))); err != nil {
		w.t.Fatal(err)
	}
}

// reopen stops the service and starts it on the same file.
func (w *world) reopen() {
	w.t.Helper()
	if err := w.service.close(); err != nil {
		w.t.Fatal(err)
	}
	w.open()
}

// say delivers a message as the platform does and returns the reply.
func (w *world) say(ctx context.Context, from string, group bool, text string) (string, error) {
	m := wecomtest.Msg{From: from, Text: text}
	if group {
		m.Group = "wrGroup"
	}
	answer, err := w.platform.Send(ctx, m)
	return answer.Text, err
}

// private says something in the private chat and returns the reply.
func (w *world) private(from, text string) string {
	w.t.Helper()
	reply, err := w.say(w.t.Context(), from, false, text)
	if err != nil {
		w.t.Fatalf("[%s] %s: %v", from, text, err)
	}
	return reply
}

// exported is reports.json as the export command writes it.
func (w *world) exported() report.Document {
	w.t.Helper()
	var buf bytes.Buffer
	if err := exportWork(w.t.Context(), w.service, url.Values{}, nil, &buf); err != nil {
		w.t.Fatal(err)
	}
	var doc report.Document
	if err := json.Unmarshal(buf.Bytes(), &doc); err != nil {
		w.t.Fatal(err)
	}
	return doc
}
