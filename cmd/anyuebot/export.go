package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strconv"

	"anyuebot/bot"
	"anyuebot/bot/report"
)

// export writes the reports as files into a directory.
func export(ctx context.Context, c console, args []string) error {
	fs := flagSet("export")
	read := configFlags(fs, c)
	dir := fs.String("out", "", "放文件的目录")
	unit := fs.String("unit", "", "只导出一个单位")
	format := fs.String("format", "json", "格式：json")
	campaign := fs.String("campaign", "", "导出存储里的另一次活动，写它的通知 ID，如 zhengning-2021")
	private := fs.Bool("private", false, "连同联系方式等私密项")
	rest, err := parse(fs, args)
	switch {
	case err != nil:
		return err
	case len(rest) > 0:
		return usageError{"多出了“" + rest[0] + "”"}
	case *dir == "":
		return usageError{"请用 --out 写明放文件的目录"}
	case *format != "json":
		return usageError{"格式“" + *format + "”不可用，现有：json"}
	}
	cfg, err := read()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(*dir, 0o700); err != nil {
		return fmt.Errorf("建不了目录 %s：%s", *dir, because(err))
	}
	path := filepath.Join(*dir, "reports.json")
	err = writeFile(path, func(w io.Writer) error {
		return do(ctx, cfg, "export", url.Values{"unit": {*unit}, "campaign": {*campaign}, "private": {strconv.FormatBool(*private)}}, nil, w)
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(c.out, path)
	return nil
}

// writeFile writes a file whole or not at all: a reader never sees half of it.
func writeFile(path string, write func(io.Writer) error) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return fmt.Errorf("写不了 %s：%s", path, because(err))
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()
	if err := write(tmp); err != nil {
		return err
	}
	if err := tmp.Sync(); err != nil {
		return err
	}
	if err := tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}

func exportWork(ctx context.Context, s *service, query url.Values, _ io.Reader, out io.Writer) error {
	stored, notice, err := s.campaign(ctx, query.Get("campaign"))
	if err != nil {
		return err
	}
	view, err := stored.View(ctx)
	if err != nil {
		return err
	}
	defer view.Close()
	unit := query.Get("unit")
	if unit != "" {
		roster, err := view.Roster()
		if err != nil {
			return err
		}
		found, exact := roster.Find(unit)
		if !exact {
			return fmt.Errorf("名册上没有“%s”", unit)
		}
		unit = found[0].Name
	}
	var reports []bot.Report
	versions := map[bot.ReportKey]*bot.Submission{}
	books := map[bot.FormPeriod]*bot.Book{}
	err = view.Export(func(r bot.Report, counted *bot.Submission) error {
		if unit == "" || unit == r.Key.Unit {
			reports = append(reports, r)
			versions[r.Key] = counted
			books[bot.FormPeriod{Form: r.Key.Form, Period: r.Key.Period}] = nil
		}
		return nil
	})
	if err != nil {
		return err
	}
	for p := range books {
		if books[p], err = view.Book(p); err != nil {
			return err
		}
	}
	doc := report.Export(notice, s.now().In(s.zone), reports,
		func(k bot.ReportKey) *bot.Submission { return versions[k] },
		func(p bot.FormPeriod) *bot.Book { return books[p] }, query.Get("private") == "true")
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(doc)
}
