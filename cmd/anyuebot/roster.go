package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"anyuebot/bot/report"
	"anyuebot/store"
)

// roster imports or lists the units.
func roster(ctx context.Context, c console, args []string) error {
	fs := flagSet("roster")
	read := configFlags(fs, c)
	reason := fs.String("reason", "", "更换已有联络员的原因")
	rest, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(rest) == 0 {
		return usageError{"请写明 import 或 list"}
	}
	cfg, err := read()
	if err != nil {
		return err
	}
	switch {
	case rest[0] == "import" && len(rest) == 2:
		return importRoster(ctx, c, cfg, rest[1], *reason)
	case rest[0] == "list" && len(rest) == 1:
		return listRoster(ctx, c, cfg)
	}
	return usageError{"请写 roster import 文件，或 roster list"}
}

func importRoster(ctx context.Context, c console, cfg config, path, reason string) error {
	notice, err := loadNotice(cfg)
	if err != nil {
		return err
	}
	if ext := strings.ToLower(filepath.Ext(path)); ext != ".csv" {
		return fmt.Errorf("%s：请在 Excel 中另存为 CSV 再导入", path)
	}
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("读不了文件 %s：%s", path, because(err))
	}
	defer file.Close()
	rows, err := report.ReadRoster(file, notice.Kinds)
	if err != nil {
		return fmt.Errorf("%s 没有导入：\n%w", path, err)
	}
	body, err := json.Marshal(rows)
	if err != nil {
		return err
	}
	var result store.ImportResult
	if err := doJSON(ctx, cfg, workImport, url.Values{"reason": {reason}}, bytes.NewReader(body), &result); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "新增 %d，更新 %d，未变 %d\n", result.Added, result.Updated, result.Unchanged)
	for _, p := range result.Problems {
		fmt.Fprintf(c.err, "第%d行 %s：%s\n", rows[p.Row-1].Line, p.Unit, importProblem(p))
	}
	if len(result.Problems) > 0 {
		return errReported
	}
	return nil
}

func importProblem(p store.Problem) string {
	switch p.Code {
	case store.ProblemOtherLiaison:
		return fmt.Sprintf("联络员已是 %s，没有换成 %s。确需更换请加 --reason 原因", p.Have, p.Want)
	case store.ProblemLongName:
		return "单位名称太长，没有导入"
	case store.ProblemTwice:
		return "单位重复，没有导入"
	}
	return "没有导入（" + string(p.Code) + "）"
}

func rosterImportWork(ctx context.Context, s *service, query url.Values, in io.Reader, out io.Writer) error {
	var rows []report.Row
	if err := json.NewDecoder(in).Decode(&rows); err != nil {
		return err
	}
	result, err := s.importRows(ctx, rows, query.Get("reason"))
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(result)
}

func (s *service) importRows(ctx context.Context, rows []report.Row, reason string) (store.ImportResult, error) {
	var units []store.RosterRow
	for _, r := range rows {
		units = append(units, store.RosterRow{Name: r.Name, Kind: r.Kind, Full: r.Full, Short: r.Short, Aliases: r.Aliases, UserID: r.UserID})
	}
	return s.store().ImportRoster(ctx, units, store.ImportOptions{Reason: reason, At: s.now()})
}

// importCSV imports a roster that must be free of problems.
func (s *service) importCSV(ctx context.Context, in io.Reader) error {
	rows, err := report.ReadRoster(in, s.notice.Kinds)
	if err != nil {
		return err
	}
	_, err = s.importRows(ctx, rows, "")
	return err
}

// listed is one line of roster list.
type listed struct {
	Unit, Kind, UserID string
	Pending            bool
}

func listRoster(ctx context.Context, c console, cfg config) error {
	var units []listed
	if err := doJSON(ctx, cfg, "roster-list", nil, nil, &units); err != nil {
		return err
	}
	if len(units) == 0 {
		return errors.New("名册是空的。请先 anyuebot roster import 文件")
	}
	w := tabwriter.NewWriter(c.out, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "单位\t类别\t联络员userid\t状态")
	for _, u := range units {
		state := "未登记"
		switch {
		case u.Pending:
			state = "已登记（待安委办确认）"
		case u.UserID != "":
			state = "已确定"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", u.Unit, u.Kind, u.UserID, state)
	}
	return w.Flush()
}

func rosterListWork(ctx context.Context, s *service, _ url.Values, _ io.Reader, out io.Writer) error {
	roster, err := s.store().Roster(ctx)
	if err != nil {
		return err
	}
	people, err := s.store().People(ctx)
	if err != nil {
		return err
	}
	userid := map[string]string{}
	for _, p := range people {
		userid[p.ID] = p.UserID
	}
	units := []listed{}
	for _, u := range roster.Units {
		units = append(units, listed{Unit: u.Name, Kind: u.Kind, UserID: userid[u.Liaison], Pending: roster.Pending(u)})
	}
	return json.NewEncoder(out).Encode(units)
}
