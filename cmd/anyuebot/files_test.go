package main

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"anyuebot/bot"
)

// received keeps a photo that a liaison sent and commits the message that
// brought it, as the service does.
func received(t *testing.T, s *service, claim, content string) bot.File {
	t.Helper()
	f, err := s.files.Keep(t.Context(), "现场.jpg", strings.NewReader(content), 1<<20)
	if err != nil || f.Problem != "" {
		t.Fatalf("%+v, %v", f, err)
	}
	turn, err := s.store().Begin(t.Context(), claim, "lisi")
	if err != nil {
		t.Fatal(err)
	}
	defer turn.Close()
	p, err := turn.Person()
	if err != nil {
		t.Fatal(err)
	}
	r := bot.Received{File: f, By: p.ID, At: s.now(), Units: []string{"山河镇"}}
	if err := turn.Commit(bot.Changes{Files: []bot.Received{r}}, s.now(), bot.Reply{ID: claim}); err != nil {
		t.Fatal(err)
	}
	return f
}

// filled runs a service on the shell's store till it has two photos.
func (s *shell) filled() (first, second bot.File) {
	s.t.Helper()
	s.ok("roster", "import", s.file("r.csv", rosterCSV))
	cfg, err := readConfig(func(k string) string { return s.env[k] }, "", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	service, err := open(s.t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		s.t.Fatal(err)
	}
	first = received(s.t, service, "c1", "\xFF\xD8\xFF\xE0 one")
	second = received(s.t, service, "c2", "\xFF\xD8\xFF\xE0 two")
	if err := service.close(); err != nil {
		s.t.Fatal(err)
	}
	return first, second
}

// TestFilesGoAlong: a backup has the files, a restore brings them back, and a
// check sees what has become of them.
func TestFilesGoAlong(t *testing.T) {
	s := newShell(t)
	first, second := s.filled()
	place := func(s *shell, f bot.File) string { return filepath.Join(s.dir, "a.db.files", f.Hash[:2], f.Hash) }
	if out := s.ok("verify"); !strings.Contains(out, "文件 2 个，16 字节") {
		t.Error(out)
	}
	backup := filepath.Join(s.dir, "a.bak")
	if out := s.ok("backup", backup); !strings.Contains(out, "文件 2 个") {
		t.Error(out)
	}
	fresh := newShell(t)
	if out := fresh.ok("restore", backup); !strings.Contains(out, "文件 2 个") {
		t.Error(out)
	}
	for _, f := range []bot.File{first, second} {
		if string(readFile(t, place(s, f))) != string(readFile(t, place(fresh, f))) {
			t.Errorf("%s came back changed", f.Hash)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(fresh.dir, "a.db.files", "*.tmp")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}

	// One photo is gone and the other is damaged: the rest is saved all the
	// same, and nobody is told that all was well.
	if err := os.Remove(place(s, first)); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(place(s, second), []byte("\xFF\xD8\xFF\xE0 two!"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.fails(first.Hash+" of 山河镇 is missing", "verify")
	s.fails(second.Hash+" of 山河镇 is damaged", "verify")
	s.fails("发现 2 处问题", "check")
	worse := filepath.Join(s.dir, "worse.bak")
	s.fails(first.Hash+" of 山河镇 is missing", "backup", worse)
	s.fails("发现 2 处问题", "verify", worse)
	fresh = newShell(t)
	fresh.fails("发现 2 处问题", "restore", worse)
	if out := fresh.ok("roster", "list"); !strings.Contains(out, "FuLian") {
		t.Errorf("the rest was not restored:\n%s", out)
	}
}

// TestFilesOverSocket does the same while a service holds the store.
func TestFilesOverSocket(t *testing.T) {
	s, other := newShell(t), newShell(t)
	s.filled()
	done := make(chan int, 2)
	ctx, stop := context.WithCancel(t.Context())
	for _, shell := range []*shell{s, other} {
		shell.env["ANYUE_AIBOT_TOKEN"], shell.env["ANYUE_AIBOT_AES_KEY"] = testToken, testKey
		shell.env["ANYUE_LISTEN"] = "127.0.0.1:0"
		shell.env["ANYUE_FILES"] = filepath.Join(shell.dir, "a.db.files")
		c := shell.console(new(strings.Builder), new(strings.Builder))
		go func() { done <- run(ctx, []string{"serve"}, c) }()
		waitFor(filepath.Join(shell.dir, "a.db.sock"))
	}
	backup := filepath.Join(s.dir, "a.bak")
	for _, out := range []string{s.ok("backup", backup), s.ok("verify"), other.ok("restore", backup), other.ok("verify")} {
		if !strings.Contains(out, "文件 2 个，16 字节") {
			t.Error(out)
		}
	}
	stop()
	for range 2 {
		if code := <-done; code != 0 {
			t.Errorf("serve ended with %d", code)
		}
	}
	other.ok("verify")
}

func TestFilesFolder(t *testing.T) {
	for _, c := range []struct{ store, files, want string }{
		{"bolt:anyuebot.db", "", "anyuebot.db.files"},
		{"bolt:/var/lib/a.db", "", "/var/lib/a.db.files"},
		{"bolt:a.db", "/mnt/shared", "/mnt/shared"},
		{"mem:", "", ""},
		{"mem:", "kept", "kept"},
	} {
		if have := (config{Store: c.store, Files: c.files}).fileFolder(); have != c.want {
			t.Errorf("%s, %q: %s, want %s", c.store, c.files, have, c.want)
		}
	}
	// What a store in memory had in files goes when it does.
	t.Setenv("TMPDIR", t.TempDir())
	s, err := open(t.Context(), config{Store: memStore}, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	path := s.files.Path()
	received(t, s, "c1", "\xFF\xD8\xFF\xE0")
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is still there: %v", path, err)
	}

	shell := newShell(t)
	shell.env["ANYUE_FILES"] = shell.file("no-folder", "")
	shell.fails("文件目录", "roster", "import", shell.file("r.csv", rosterCSV))
	shell.fails("✗ 文件目录", "check")
	shell.env["ANYUE_FILES"] = filepath.Join(shell.dir, "not-yet")
	if _, out, _ := shell.run("check"); !strings.Contains(out, "✓ 文件目录：还没有") {
		t.Error(out)
	}
	if _, out, _ := shell.run("check"); !strings.Contains(out, "not-yet 可以写入") {
		t.Error(out)
	}
	untouched := newShell(t)
	untouched.run("check")
	if left, _ := filepath.Glob(filepath.Join(untouched.dir, "*")); len(left) > 0 {
		t.Errorf("looking made %v", left)
	}
}
