package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"text/tabwriter"
	"unicode/utf8"

	"anyuebot/bot"
	"anyuebot/bot/report"
	"anyuebot/prompts"
	"anyuebot/store"
)

// roster imports or lists the units, or changes one.
func roster(ctx context.Context, c console, args []string) error {
	fs := flagSet("roster")
	read := configFlags(fs, c)
	reason := fs.String("reason", "", "更换已有联络员，或移除单位的原因")
	trial := fs.Bool("dry-run", false, "只列出导入会有的改动，什么都不写")
	rest, err := parse(fs, args)
	if err != nil {
		return err
	}
	if len(rest) == 0 {
		return usageError{"请写明 import、list、rename 或 remove"}
	}
	cfg, err := read()
	if err != nil {
		return err
	}
	switch {
	case rest[0] == "import" && len(rest) == 2:
		return importRoster(ctx, c, cfg, rest[1], *reason, *trial)
	case rest[0] == "list" && len(rest) == 1:
		return listRoster(ctx, c, cfg)
	case rest[0] == "rename" && len(rest) == 3:
		return renameUnit(ctx, c, cfg, rest[1], rest[2])
	case rest[0] == "remove" && len(rest) == 2:
		return removeUnit(ctx, c, cfg, rest[1], *reason)
	}
	return usageError{"请写 roster import 文件、roster list、roster rename 原名 新名，或 roster remove 单位"}
}

func importRoster(ctx context.Context, c console, cfg config, path, reason string, trial bool) error {
	notice, err := loadNotice(cfg)
	if err != nil {
		return err
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
	query := url.Values{"reason": {reason}}
	if trial {
		query.Set("trial", "true")
	}
	var result bot.RosterImport
	if err := doImport(ctx, cfg, query, body, &result); err != nil {
		return err
	}
	for _, line := range bot.RosterWords(notice, result) {
		words, err := prompts.Render(notice, line)
		if err != nil {
			return err
		}
		fmt.Fprintln(c.out, words)
	}
	if trial {
		fmt.Fprintf(c.out, "不变 %d\n", result.Unchanged)
		fmt.Fprint(c.out, "试运行，什么都没有写。导入后将是：")
	}
	fmt.Fprintf(c.out, "新增 %d，更新 %d，未变 %d\n", result.Added, result.Updated, result.Unchanged)
	for _, p := range result.Problems {
		fmt.Fprintf(c.err, "问题 第%d行 %s：%s\n", rows[p.Row-1].Line, p.Unit, importProblem(p))
	}
	if len(result.Problems) > 0 {
		return errReported
	}
	return nil
}

// doImport imports, or tries it out: then a store that is not there is not made
// for it.
func doImport(ctx context.Context, cfg config, query url.Values, body []byte, result *bot.RosterImport) error {
	path, isFile := strings.CutPrefix(cfg.Store, boltScheme)
	if _, err := os.Stat(path); !query.Has("trial") || !isFile || running(cfg) || !errors.Is(err, os.ErrNotExist) {
		return doJSON(ctx, cfg, workImport, query, bytes.NewReader(body), result)
	}
	cfg.withoutChannels()
	cfg.Store, cfg.Files = memStore, ""
	s, err := open(ctx, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	var answer bytes.Buffer
	err = rosterImportWork(ctx, s, query, bytes.NewReader(body), &answer)
	if err = errors.Join(err, s.close()); err != nil {
		return err
	}
	return json.Unmarshal(answer.Bytes(), result)
}

func importProblem(p bot.RosterProblem) string {
	switch p.Code {
	case bot.ProblemOtherLiaison:
		return fmt.Sprintf("联络员已是 %s，没有换成 %s。确需更换请加 --reason 原因", p.Have, p.Want)
	case bot.ProblemLongName:
		return "单位名称太长，没有导入"
	case bot.ProblemTwice:
		return "单位重复，没有导入"
	case bot.ProblemAlias:
		return "这是“" + p.Have + "”的全称、简称或别名，没有导入"
	case bot.ProblemRemoved:
		return "已移出名册，没有导入。要恢复请在企业微信里发“加单位 单位 类别”"
	}
	return "没有导入（" + string(p.Code) + "）"
}

func rosterImportWork(ctx context.Context, s *service, query url.Values, in io.Reader, out io.Writer) error {
	var rows []bot.RosterRow
	if err := json.NewDecoder(in).Decode(&rows); err != nil {
		return err
	}
	result, err := s.store().ImportRoster(ctx, rows, store.ImportOptions{Reason: query.Get("reason"), At: s.now(), Trial: query.Get("trial") == "true"})
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(result)
}

// importCSV imports a roster that must be free of problems.
func (s *service) importCSV(ctx context.Context, in io.Reader) error {
	rows, err := report.ReadRoster(in, s.notice.Kinds)
	if err != nil {
		return err
	}
	_, err = s.store().ImportRoster(ctx, rows, store.ImportOptions{At: s.now()})
	return err
}

func renameUnit(ctx context.Context, c console, cfg config, name, to string) error {
	if to == "" || utf8.RuneCountInString(to) > bot.MaxUnitName || strings.ContainsAny(to, " \n\t、，,；;：:") {
		return usageError{fmt.Sprintf("“%s”不能作单位名称：最多%d字，中间不加空格和标点", to, bot.MaxUnitName)}
	}
	if err := do(ctx, cfg, "roster-rename", url.Values{"unit": {name}, "to": {to}}, nil, io.Discard); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s 已改名为 %s。填过、报过的都跟着走，按原名也还查得到\n", name, to)
	return nil
}

func rosterRenameWork(ctx context.Context, s *service, query url.Values, _ io.Reader, _ io.Writer) error {
	name, to := query.Get("unit"), query.Get("to")
	return rosterRefusal(s.store().RenameUnit(ctx, name, to, s.now()), name, to)
}

func removeUnit(ctx context.Context, c console, cfg config, name, reason string) error {
	var reports int
	if err := doJSON(ctx, cfg, "roster-remove", url.Values{"unit": {name}, "reason": {reason}}, nil, &reports); err != nil {
		return err
	}
	fmt.Fprintf(c.out, "%s 已移出名册，不再计入应报数；它的 %d 份报表保留，不计入合计。联络员请电话告知\n", name, reports)
	return nil
}

func rosterRemoveWork(ctx context.Context, s *service, query url.Values, _ io.Reader, out io.Writer) error {
	name := query.Get("unit")
	reports, err := s.store().RemoveUnit(ctx, name, strings.TrimSpace(query.Get("reason")), s.now())
	if err != nil {
		return rosterRefusal(err, name, "")
	}
	return json.NewEncoder(out).Encode(reports)
}

// rosterRefusal words why a unit is left as it is.
func rosterRefusal(err error, name, to string) error {
	switch {
	case errors.Is(err, store.ErrNoUnit):
		return fmt.Errorf("名册上没有“%s”。请写准单位名称，可用 roster list 查看", name)
	case errors.Is(err, store.ErrNameTaken):
		return fmt.Errorf("“%s”已是名册上的名称、简称、别名或旧名，没有改动", to)
	case errors.Is(err, store.ErrNeedsReason):
		return fmt.Errorf("“%s”已有报表，移除请加 --reason 原因", name)
	case errors.Is(err, store.ErrClosed):
		return fmt.Errorf("“%s”的数在已封账的表里，没有移除。确需移除，请先在企业微信里解封", name)
	}
	return err
}

// listed is one line of roster list.
type listed struct {
	Unit, Kind, UserID, Initials string
	Pending, Removed             bool
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
	fmt.Fprintln(w, "单位\t类别\t联络员userid\t拼音首字母\t状态")
	unbound := 0
	for _, u := range units {
		state := "未登记（报纸质，或等待登记）"
		switch {
		case u.Removed:
			state = "已移出名册"
		case u.Pending:
			state = "已登记（待安委办确认）"
		case u.UserID != "":
			state = "已确定"
		default:
			unbound++
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", u.Unit, u.Kind, u.UserID, u.Initials, state)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if unbound > 0 {
		fmt.Fprintf(c.out, "没有 userid 的单位 %d 个\n", unbound)
	}
	return nil
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
	add := func(list []bot.Unit) {
		for _, u := range list {
			line := listed{Unit: u.Name, Kind: u.Kind, UserID: userid[u.Liaison], Pending: roster.Pending(u), Removed: u.Removed != nil}
			if len(u.Pinyin) > 0 {
				line.Initials = u.Pinyin[0]
			}
			units = append(units, line)
		}
	}
	add(roster.Units)
	add(roster.Gone)
	return json.NewEncoder(out).Encode(units)
}
