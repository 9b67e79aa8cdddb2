package main

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"anyuebot/bot"
)

// TestRosterTrial: a dry run tells what an import does, line by line, and writes
// nothing, not even a store.
func TestRosterTrial(t *testing.T) {
	s := newShell(t)
	path := s.file("r.csv", rosterCSV)
	for _, want := range []string{"新增 山河镇（类别 乡镇；联络员userid lisi）\n", "不变 0\n", "什么都没有写", "新增 3，更新 0，未变 0"} {
		if out := s.ok("roster", "import", path, "--dry-run"); !strings.Contains(out, want) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(s.dir, "a.db*")); len(left) > 0 {
		t.Errorf("a dry run made %v", left)
	}
	s.ok("roster", "import", path)
	before := s.ok("verify")
	path = s.file("r2.csv", "单位,类别,联络员userid,别名\n周家镇,部门,zhou,周家\n山河镇,乡镇,wang,\n县妇联,部门,FULIAN,\n县水务局,部门,,\n")
	code, out, errs := s.run("roster", "import", path, "--dry-run")
	if code != 1 || !strings.Contains(errs, "问题 第3行 山河镇：联络员已是 lisi，没有换成 wang") {
		t.Errorf("exit %d\n%s", code, errs)
	}
	want := "更新 周家镇：类别 乡镇 → 部门；联络员userid 无 → zhou；别名 无 → 周家\n新增 县水务局（类别 部门）\n不变 2\n"
	if !strings.HasPrefix(out, want) || !strings.Contains(out, "新增 1，更新 1，未变 2") {
		t.Errorf("got\n%s\nwant\n%s", out, want)
	}
	if after := s.ok("verify"); after != before {
		t.Errorf("a dry run wrote something:\n%s\n%s", before, after)
	}
	// The import itself says the same.
	if _, out, _ := s.run("roster", "import", path); !strings.HasPrefix(out, strings.TrimSuffix(want, "不变 2\n")) {
		t.Error(out)
	}
	if out := s.ok("roster", "list"); !strings.Contains(out, "xswj") || !strings.Contains(out, "没有 userid 的单位 1 个") {
		t.Error(out)
	}
}

// TestRosterWorkbook imports what an office keeps in Excel.
func TestRosterWorkbook(t *testing.T) {
	book := excelize.NewFile()
	defer book.Close()
	for i, row := range [][]any{{"正宁县安全生产月联络员名册"}, {"单位", "类别", "联络员userid"}, {"山河镇", "乡镇", "00123"}, {"周家镇"}} {
		if err := book.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := errors.Join(book.MergeCell("Sheet1", "A1", "C1"), book.MergeCell("Sheet1", "B3", "B4"), book.Write(&b)); err != nil {
		t.Fatal(err)
	}
	s := newShell(t)
	if out := s.ok("roster", "import", s.file("名册.xlsx", b.String())); !strings.Contains(out, "新增 2，更新 0，未变 0") {
		t.Error(out)
	}
	if out := s.ok("roster", "list"); !strings.Contains(out, "00123") || !strings.Contains(out, "周家镇  乡镇") {
		t.Error(out)
	}
}

// TestRosterRevisions renames and removes units from the command line.
func TestRosterRevisions(t *testing.T) {
	s := newShell(t)
	s.ok("roster", "import", s.file("r.csv", rosterCSV))
	s.fails("名册上没有“县水务局”", "roster", "rename", "县水务局", "县水利局")
	s.fails("“县妇联”已是名册上的名称", "roster", "rename", "山河镇", "县妇联")
	s.fails("不能作单位名称", "roster", "rename", "山河镇", "山河 街道")
	s.ok("roster", "rename", "山河镇", "山河街道")
	s.filledFor("lisi")
	s.fails("移除请加 --reason 原因", "roster", "remove", "山河街道")
	if out := s.ok("roster", "remove", "山河街道", "--reason", "撤并"); !strings.Contains(out, "它的 1 份报表保留") {
		t.Error(out)
	}
	s.ok("roster", "remove", "周家镇")
	if out := s.ok("roster", "list"); strings.Count(out, "已移出名册") != 2 {
		t.Error(out)
	}
	s.fails("已移出名册，没有导入", "roster", "import", s.file("r.csv", rosterCSV))
	if out := s.ok("verify"); !strings.Contains(out, "没有发现问题") {
		t.Error(out)
	}
	s.fails("名册上没有“周家镇”", "roster", "remove", "周家镇")
}

// filledFor has a liaison begin the report of their unit.
func (s *shell) filledFor(userid string) {
	s.t.Helper()
	cfg, err := readConfig(func(k string) string { return s.env[k] }, "", nil)
	if err != nil {
		s.t.Fatal(err)
	}
	cfg.withoutChannels()
	service, err := open(s.t.Context(), cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		s.t.Fatal(err)
	}
	reply, err := service.app.Turn(s.t.Context(), bot.Message{Channel: "test", ID: "1", From: userid, Media: bot.MediaText, Text: "改1 3"})
	if err = errors.Join(err, service.close()); err != nil || !strings.Contains(reply.Text, "✓ 1") {
		s.t.Fatalf("%q, %v", reply.Text, err)
	}
}
