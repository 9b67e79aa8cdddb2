package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"anyuebot/bot/report"
)

// shell runs command lines in one directory with one environment.
type shell struct {
	t   *testing.T
	dir string
	env map[string]string
}

func newShell(t *testing.T) *shell {
	dir := t.TempDir()
	return &shell{t: t, dir: dir, env: map[string]string{
		"ANYUE_STORE": "bolt:" + filepath.Join(dir, "a.db"),
		"ANYUE_NOW":   "2021-06-28T09:00:00+08:00",
		// A port that is free, whatever else runs on the machine.
		"ANYUE_LISTEN": "127.0.0.1:0",
	}}
}

func (s *shell) run(args ...string) (code int, stdout, stderr string) {
	s.t.Helper()
	var out, err bytes.Buffer
	code = run(s.t.Context(), args, s.console(&out, &err))
	return code, out.String(), err.String()
}

func (s *shell) console(out, err io.Writer) console {
	return console{
		in: strings.NewReader(""), out: out, err: err,
		env: func(k string) string { return s.env[k] },
		environ: func() []string {
			var list []string
			for k, v := range s.env {
				list = append(list, k+"="+v)
			}
			return list
		},
	}
}

// ok runs a command that must succeed and returns what it printed.
func (s *shell) ok(args ...string) string {
	s.t.Helper()
	code, out, errs := s.run(args...)
	if code != 0 {
		s.t.Fatalf("anyuebot %s: exit %d\n%s%s", strings.Join(args, " "), code, out, errs)
	}
	return out
}

// fails runs a command that must fail with these words on its error output.
func (s *shell) fails(want string, args ...string) {
	s.t.Helper()
	code, out, errs := s.run(args...)
	if code == 0 || !strings.Contains(out+errs, want) {
		s.t.Errorf("anyuebot %s: exit %d, want failure with %q\n%s%s", strings.Join(args, " "), code, want, out, errs)
	}
}

func (s *shell) file(name, text string) string {
	s.t.Helper()
	path := filepath.Join(s.dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

const rosterCSV = "单位,类别,联络员userid\n山河镇,乡镇,lisi\n周家镇,乡镇,\n县妇联,部门,FuLian\n"

func TestRosterCommand(t *testing.T) {
	s := newShell(t)
	path := s.file("r.csv", rosterCSV)
	if out := s.ok("roster", "import", path); !strings.Contains(out, "新增 3，更新 0，未变 0") {
		t.Error(out)
	}
	if out := s.ok("roster", "import", path); !strings.Contains(out, "新增 0，更新 0，未变 3") {
		t.Errorf("again: %s", out)
	}
	// An empty userid is filled, a different one is not changed without a reason.
	path = s.file("r2.csv", "单位,类别,联络员userid\n周家镇,乡镇,zhou\n山河镇,乡镇,wang\n")
	s.fails("第3行 山河镇：联络员已是 lisi，没有换成 wang", "roster", "import", path)
	out := s.ok("roster", "list")
	for _, want := range []string{"山河镇  乡镇", "lisi", "zhou", "FuLian"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %s in\n%s", want, out)
		}
	}
	s.ok("roster", "import", path, "--reason", "原联络员调离")
	if out := s.ok("roster", "list"); !strings.Contains(out, "wang") || strings.Contains(out, "lisi") {
		t.Errorf("after a reason:\n%s", out)
	}
	s.fails("类别“街道”应为", "roster", "import", s.file("bad.csv", "单位,类别,联络员userid\n甲,街道,\n"))
	s.fails("另存为 .xlsx", "roster", "import", s.file("r.xls", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"))
	s.fails("没有“x”这一列", "roster", "import", s.file("r.txt", "x"))
	s.fails("请写明 import、list、rename 或 remove", "roster")
}

// TestCommandsBesideService runs every command that works on the store while
// the service holds it, over the local socket.
func TestCommandsBesideService(t *testing.T) {
	s := newShell(t)
	s.env["ANYUE_OFFICE"] = sampleOffice
	s.env["ANYUE_AIBOT_TOKEN"], s.env["ANYUE_AIBOT_AES_KEY"] = testToken, testKey
	s.env["ANYUE_AIBOT_NAME"] = "安月小助手"
	s.env["ANYUE_LISTEN"] = "127.0.0.1:0"
	ctx, stop := context.WithCancel(t.Context())
	var out, errs bytes.Buffer
	done := make(chan int, 1)
	go func() { done <- run(ctx, []string{"serve"}, s.console(&out, &errs)) }()
	socket := filepath.Join(s.dir, "a.db.sock")
	waitFor(socket)
	if info, err := os.Stat(socket); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("socket: %v %v", info, err)
	}
	s.ok("roster", "import", s.file("r.csv", rosterCSV))
	if out := s.ok("roster", "list"); !strings.Contains(out, "山河镇") {
		t.Error(out)
	}
	backup := filepath.Join(s.dir, "a.bak")
	if out := s.ok("backup", backup); !strings.Contains(out, "读回核对通过") {
		t.Error(out)
	}
	if out := s.ok("verify"); !strings.Contains(out, "没有发现问题") {
		t.Error(out)
	}
	s.ok("check")
	dir := filepath.Join(s.dir, "out")
	s.ok("export", "--out", dir, "--format", "json")
	data, err := os.ReadFile(filepath.Join(dir, "reports.json"))
	if err != nil {
		t.Fatal(err)
	}
	var doc report.Document
	if err := json.Unmarshal(data, &doc); err != nil || doc.Notice != "zhengning-2021" || doc.Reports == nil {
		t.Errorf("%v %s", err, data)
	}
	s.fails("名册上没有“乌有镇”", "export", "--out", dir, "--unit", "乌有镇")
	s.fails("只能恢复到空的存储", "restore", backup)
	s.fails("另一个 anyuebot 正在使用", "serve")
	stop()
	if code := <-done; code != 0 {
		t.Errorf("serve ended with %d:\n%s", code, errs.String())
	}
	for _, secret := range []string{testToken, testKey, "lisi"} {
		if strings.Contains(errs.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}

	// A running service with nothing in it takes a backup in, and goes on with it.
	empty := newShell(t)
	for k, v := range s.env {
		if k != "ANYUE_STORE" {
			empty.env[k] = v
		}
	}
	ctx, stop = context.WithCancel(t.Context())
	go func() { done <- run(ctx, []string{"serve"}, empty.console(&out, &errs)) }()
	waitFor(filepath.Join(empty.dir, "a.db.sock"))
	if out := empty.ok("restore", backup); !strings.Contains(out, "没有发现问题") {
		t.Error(out)
	}
	if out := empty.ok("roster", "list"); !strings.Contains(out, "FuLian") {
		t.Error(out)
	}
	empty.fails("只能恢复到空的存储", "restore", backup)
	stop()
	if code := <-done; code != 0 {
		t.Errorf("serve ended with %d:\n%s", code, errs.String())
	}
	empty.ok("verify")

	// Without the service the same commands open the store themselves.
	s.ok("verify")
	s.ok("verify", backup)
	s.fails("没有恢复", "restore", backup)
	fresh := newShell(t)
	if out := fresh.ok("restore", backup); !strings.Contains(out, "没有发现问题") {
		t.Error(out)
	}
	if out := fresh.ok("roster", "list"); !strings.Contains(out, "FuLian") {
		t.Error(out)
	}
	damaged := s.file("damaged.bak", string(append(readFile(t, backup)[:200], 0)))
	s.fails("damaged.bak", "verify", damaged)
}

// waitFor waits for a service's local socket.
func waitFor(socket string) {
	for range 500 {
		if conn, err := net.Dial("unix", socket); err == nil {
			conn.Close()
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
}

func readFile(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestConfiguration(t *testing.T) {
	s := newShell(t)
	config := s.file("anyuebot.yaml", "listen: 127.0.0.1:9999\noffice: [a, b]\naibot_token_file: "+s.file("token", "T0ken\n")+"\n")
	env := map[string]string{"ANYUE_LISTEN": "127.0.0.1:8888"}
	c, err := readConfig(func(k string) string { return env[k] }, config, map[string]string{"rate": "5"})
	if err != nil {
		t.Fatal(err)
	}
	if c.Listen != "127.0.0.1:8888" || len(c.Office) != 2 || c.AibotToken != "T0ken" || c.Rate != 5 || c.Store != defaultStore {
		t.Errorf("%+v", c)
	}

	// Values are what is written, whatever YAML would make of them.
	config = s.file("anyuebot.yaml", "office: [00123, 0x1F]\naibot_token: 0123456\nlisten: \"127.0.0.1:1\"\n")
	c, err = readConfig(func(string) string { return "" }, config, nil)
	if err != nil || c.Office[0] != "00123" || c.Office[1] != "0x1F" || c.AibotToken != "0123456" {
		t.Errorf("%v %+v", err, c.Office)
	}
	// A secret's file at one level beats the secret itself at a lower one.
	env["ANYUE_AIBOT_TOKEN"] = "fromenv"
	c, err = readConfig(func(k string) string { return env[k] }, config, map[string]string{"aibot-token-file": s.file("token", "fromflag")})
	if err != nil || c.AibotToken != "fromflag" {
		t.Errorf("%v %q", err, c.AibotToken)
	}
	delete(env, "ANYUE_AIBOT_TOKEN")
	env["ANYUE_AIBOT_TOKEN_FILE"] = s.file("token", "fromenvfile")
	c, err = readConfig(func(k string) string { return env[k] }, config, nil)
	if err != nil || c.AibotToken != "fromenvfile" {
		t.Errorf("%v %q", err, c.AibotToken)
	}

	for _, tt := range []struct{ name, file, want string }{
		{"a value that is missing", "office:\n", "只能是一个值"},
		{"no number", "rate: .nan\n", "要写成不小于 0 的数"},
		{"an unknown key", "listen: x\nofice: a\n", ":2：ofice 不是配置项"},
		{"not a mapping", "- a\n", "每行要写成"},
		{"no YAML", "a: [\n", "anyuebot.yaml"},
		{"a bad rate", "rate: fast\n", ":1：rate：要写成不小于 0 的数"},
		{"a bad store", "store: mysql://x\n", "要写成 bolt:文件名"},
		{"a bad clock", "now: yesterday\n", "RFC 3339"},
		{"a map where a value is meant", "office: {a: b}\n", "只能是一个值"},
		{"no number of an application", "app_agent_id: mine\n", ":1：app_agent_id：要写成数字"},
		{"a group without a key", "groups: [wr1=k1, wr2]\n", "第 2 对要写成 chatid=key"},
		{"a group twice", "groups: [wr1=k1, wr1=k2]\n", "第 2 对的 chatid 前面已经有了"},
		{"an address without a scheme", "api_base: qyapi.weixin.qq.com\n", "要写成 https:// 开头的地址"},
		{"an address of another kind", "ws_url: https://a.example\n", "要写成 wss:// 开头的地址"},
		{"a secret file that is not there", "aibot_token_file: /nowhere/token\n", "读不了文件"},
	} {
		config := s.file("anyuebot.yaml", tt.file)
		_, err := readConfig(func(string) string { return "" }, config, nil)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s", tt.name, err, tt.want)
		}
	}
	s.fails("配置文件", "serve", "--config", "/nowhere.yaml")
	s.fails("没有配置智能机器人", "serve")
	s.fails("没有“sing”这个命令", "sing")
	s.fails("没有 --sing 这个参数", "serve", "--sing")
}

// TestNothingToWorkOn: a backup of nothing must not look like a backup, and
// looking must not make a store.
func TestNothingToWorkOn(t *testing.T) {
	s := newShell(t)
	for _, args := range [][]string{{"backup", filepath.Join(s.dir, "b")}, {"verify"}, {"roster", "list"}, {"export", "--out", s.dir}} {
		s.fails("没有存储文件", args...)
	}
	if left, _ := filepath.Glob(filepath.Join(s.dir, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	s.fails("mem:", "backup", filepath.Join(s.dir, "b"), "--store", "mem:")
}

// TestDemoKeepsToItself: the demo takes no store from the environment, and
// deletes none but its own.
func TestDemoKeepsToItself(t *testing.T) {
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	t.Setenv("HOME", t.TempDir())
	s := newShell(t)
	s.ok("roster", "import", s.file("r.csv", rosterCSV))
	cfg, err := readConfig(func(k string) string { return s.env[k] }, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := demoConfig(&cfg, "", true); err != nil {
		t.Fatal(err)
	}
	folder := cfg.fileFolder()
	if filepath.Dir(folder) != filepath.Dir(strings.TrimPrefix(cfg.Store, boltScheme)) {
		t.Errorf("the demo's files are in %s", folder)
	}
	if cfg.Store == s.env["ANYUE_STORE"] || !strings.HasSuffix(cfg.Store, "demo.db") {
		t.Errorf("the demo works on %s", cfg.Store)
	}
	if out := s.ok("roster", "list"); !strings.Contains(out, "山河镇") {
		t.Error(out)
	}
	demo := shell{t: t, dir: filepath.Dir(folder), env: map[string]string{"ANYUE_STORE": cfg.Store}}
	if err := os.MkdirAll(demo.dir, 0o700); err != nil {
		t.Fatal(err)
	}
	demo.filled()
	mine := filepath.Join(s.dir, "mine")
	s.env["ANYUE_FILES"] = mine
	s.filled()
	if cfg, err = readConfig(func(k string) string { return s.env[k] }, "", nil); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time there is nothing to remove
		if err := demoConfig(&cfg, "", true); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(folder); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("--fresh leaves the demo's files: %v", err)
	}
	if out := s.ok("verify"); !strings.Contains(out, "文件 2 个") {
		t.Error(out)
	}
	s.fails("不能同用", "demo", "--store", s.env["ANYUE_STORE"], "--fresh")
}

func TestCheckCommand(t *testing.T) {
	s := newShell(t)
	code, out, _ := s.run("check")
	for _, want := range []string{"✓ 配置", "✗ 安委办", "✓ 通知：正安办发〔2021〕10号", "✓ 样例对话", "✗ 智能机器人：没有配置", "✗ 名册：还没有单位"} {
		if !strings.Contains(out, want) {
			t.Errorf("no %s in\n%s", want, out)
		}
	}
	if code != 1 {
		t.Errorf("exit %d", code)
	}
	s.env["ANYUE_OFFICE"], s.env["ANYUE_AIBOT_NAME"] = "a", "安月小助手"
	s.env["ANYUE_AIBOT_TOKEN"], s.env["ANYUE_AIBOT_AES_KEY"] = testToken, testKey
	s.ok("roster", "import", s.file("r.csv", rosterCSV))
	if out := s.ok("check"); strings.Contains(out, "✗") {
		t.Error(out)
	}
	s.env["ANYUE_OFICE"] = "a"
	s.fails("ANYUE_OFICE 不是配置项，是不是 ANYUE_OFFICE？", "check")
	delete(s.env, "ANYUE_OFICE")

	// A notice that an office has broken is named with file and line.
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "words.yaml"), []byte("fill: [填报]\nfly: [飞]\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	s.env["ANYUE_NOTICE"] = dir
	s.fails("words.yaml:2", "check")
}
