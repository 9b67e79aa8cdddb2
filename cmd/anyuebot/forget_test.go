package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"anyuebot/bot"
	"anyuebot/store"
	"anyuebot/store/kv/boltkv"
)

// nominate writes a nomination into the shell's store as a turn would.
func (s *shell) nominate(unit, userid, mobile string) {
	s.t.Helper()
	engine, err := boltkv.Open(filepath.Join(s.dir, "a.db"), boltkv.Options{})
	if err != nil {
		s.t.Fatal(err)
	}
	defer engine.Close()
	n, err := loadNotice(config{})
	if err != nil {
		s.t.Fatal(err)
	}
	var cfg config
	if err := setKey(func(c *config) *[]byte { return &c.Key })(&cfg, s.env["ANYUE_KEY"]); err != nil {
		s.t.Fatal(err)
	}
	st, err := store.OpenWith(context.Background(), engine, n.ID, cfg.seals(n))
	if err != nil {
		s.t.Fatal(err)
	}
	turn, err := st.Begin(context.Background(), "claim-"+userid, userid)
	if err != nil {
		s.t.Fatal(err)
	}
	p, err := turn.Person()
	if err != nil {
		s.t.Fatal(err)
	}
	at := time.Date(2021, 6, 1, 8, 0, 0, 0, time.UTC)
	k := bot.ReportKey{Unit: unit, Form: n.Nomination, Period: n.Year}
	entries := []bot.Entry{{Item: 1, Value: bot.Words("王二小"), By: p.ID, At: at}, {Item: 5, Value: bot.Words(mobile), By: p.ID, At: at}}
	main := bot.ReportKey{Unit: unit, Form: n.Main, Period: n.Year}
	if err := turn.Commit(bot.Changes{
		Report:     &bot.Report{Key: k, State: bot.Submitted, Draft: entries, Version: 1, Counted: 1},
		Submission: &bot.Submission{Key: k, Version: 1, At: at, By: p.ID, Entries: entries},
	}, at, bot.Reply{ID: "r", Text: "✓ 5 手机 " + mobile}); err != nil {
		s.t.Fatal(err)
	}
	if turn, err = st.Begin(context.Background(), "main-"+userid, userid); err != nil {
		s.t.Fatal(err)
	}
	closing := bot.Closing{Checksum: "00000000", By: p.ID, At: at}
	book := bot.Book{
		Form: main.Form, Period: main.Period, Closing: &closing, Deductions: []bot.Deduction{{Item: 1, Number: 1, By: p.ID, At: at}},
		Asking: &bot.Asking{Items: []int{1}, By: p.ID, At: at}, Review: bot.Review{Round: 1, By: p.ID, At: at, Before: &closing},
	}
	figures := []bot.Entry{{Item: 1, Value: bot.Count(4), By: p.ID, At: at}}
	if err := turn.Commit(bot.Changes{
		Report:     &bot.Report{Key: main, State: bot.Submitted, Draft: figures, Version: 1, Counted: 1},
		Submission: &bot.Submission{Key: main, Version: 1, At: at, By: p.ID, Entries: figures},
		Book:       &book,
		Units:      []bot.Unit{{Name: "县文广局", Kind: "部门", Order: 99, Removed: &bot.Removal{By: p.ID, At: at}}},
	}, at, bot.Reply{ID: "r2"}); err != nil {
		s.t.Fatal(err)
	}
}

// has reports whether the bytes of the store's file hold a word.
func (s *shell) has(word string) bool {
	s.t.Helper()
	data, err := os.ReadFile(filepath.Join(s.dir, "a.db"))
	if err != nil {
		s.t.Fatal(err)
	}
	return bytes.Contains(data, []byte(word))
}

func TestForgetCommand(t *testing.T) {
	s := newShell(t)
	s.ok("roster", "import", s.file("r.csv", rosterCSV))
	s.nominate("山河镇", "lisi", "13800000001")
	if s.has("13800000001") || s.has("FuLian") {
		t.Error("personal data stands open in the file")
	}
	s.fails("--confirm zhengning-2021", "forget")
	s.fails("--confirm zhengning-2021", "forget", "--confirm", "yes")
	s.fails("活动还没有结束", "forget", "--confirm", "zhengning-2021")
	s.env["ANYUE_NOW"] = "2022-03-01T09:00:00+08:00"
	if said := s.ok("forget", "--confirm", "zhengning-2021"); !strings.Contains(said, "都没有了") {
		t.Error(said)
	}
	s.fails("已经清除过了", "forget", "--confirm", "zhengning-2021")
	if said := s.ok("verify"); !strings.Contains(said, "没有发现问题") {
		t.Error(said)
	}
	s.env["ANYUE_AIBOT_TOKEN"], s.env["ANYUE_AIBOT_AES_KEY"] = "token", strings.Repeat("a", 43)
	s.fails("已经清除", "serve")

	// The next year's campaign begins in the same store; the old one can be read.
	notice, err := os.ReadFile("../../prompts/notice.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "notice.yaml"), bytes.Replace(notice, []byte("zhengning-2021"), []byte("zhengning-2022"), 1), 0o600); err != nil {
		t.Fatal(err)
	}
	s.env["ANYUE_NOTICE"] = dir
	s.ok("roster", "import", s.file("r.csv", rosterCSV))
	out := t.TempDir()
	s.ok("export", "--out", out, "--campaign", "zhengning-2021", "--private")
	data, err := os.ReadFile(filepath.Join(out, "reports.json"))
	if err != nil || !strings.Contains(string(data), `"number": 4`) || !strings.Contains(string(data), `"notice": "zhengning-2021"`) || strings.Contains(string(data), "王二小") {
		t.Errorf("%v\n%s", err, data)
	}
	s.fails("现有：zhengning-2021、zhengning-2022", "export", "--out", out, "--campaign", "zhengning-2020")
}

// A userid that is also the unit's name in pinyin is not found any more, and who
// asks for a new key later is told in plain words why there is none.
func TestForgetPinyin(t *testing.T) {
	s := newShell(t)
	s.ok("roster", "import", s.file("r.csv", "单位,类别,联络员userid\n县妇联,部门,fulian\n"))
	s.env["ANYUE_NOW"] = "2022-03-01T09:00:00+08:00"
	if said := s.ok("forget", "--confirm", "zhengning-2021"); !strings.Contains(said, "都没有了") {
		t.Error(said)
	}
	s.ok("verify")
	s.fails("已经清除过了", "rekey")
}

func TestMasterKey(t *testing.T) {
	s := newShell(t)
	first, second := strings.Repeat("01", 32), strings.Repeat("02", 32)
	s.ok("roster", "import", s.file("r.csv", rosterCSV))
	s.env["ANYUE_KEY"] = first
	s.nominate("山河镇", "lisi", "13800000001")
	if said := s.ok("rekey"); !strings.Contains(said, "已换用新的数据密钥") {
		t.Error(said)
	}
	s.ok("backup", filepath.Join(s.dir, "b.zip"))
	s.env["ANYUE_KEY"] = second
	s.fails("ANYUE_KEY", "roster", "list")
	s.fails("ANYUE_KEY", "verify", filepath.Join(s.dir, "b.zip"))
	s.env["ANYUE_KEY_OLD"] = first
	s.ok("roster", "list")
	delete(s.env, "ANYUE_KEY_OLD")
	s.ok("verify")
	s.ok("rekey")
	s.env["ANYUE_KEY"] = "short"
	code, out, errs := s.run("roster", "list")
	if code == 0 || strings.Contains(out+errs, "short") || !strings.Contains(errs, "openssl rand -hex 32") {
		t.Errorf("%s%s", out, errs)
	}
}
