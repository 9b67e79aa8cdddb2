package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"slices"

	"anyuebot/store"
)

// backup writes a consistent copy of the store, running or not.
func backup(ctx context.Context, c console, args []string) error {
	cfg, path, err := fileCommand(c, "backup", args, true)
	if err != nil {
		return err
	}
	err = writeFile(path, func(w io.Writer) error { return do(ctx, cfg, "backup", nil, nil, w) })
	if err != nil {
		return err
	}
	result, err := verifyFile(ctx, cfg, path)
	if err != nil {
		return fmt.Errorf("备份已写到 %s，但读回核对不通过：%w", path, err)
	}
	fmt.Fprintf(c.out, "已备份到 %s，读回核对通过\n", path)
	return tell(c, result)
}

func backupWork(ctx context.Context, s *service, _ url.Values, _ io.Reader, out io.Writer) error {
	_, err := s.store().Backup(ctx, out, s.files)
	return err
}

// restore fills an empty store from a backup, running or not.
func restore(ctx context.Context, c console, args []string) error {
	cfg, path, err := fileCommand(c, "restore", args, true)
	if err != nil {
		return err
	}
	notice, err := loadNotice(cfg)
	if err != nil {
		return err
	}
	// Looked at before anything is opened, so that a bad file leaves no store.
	audit, err := verifyFile(ctx, cfg, path)
	if err != nil {
		return fmt.Errorf("没有恢复：%w", err)
	}
	if audit.Notice != notice.ID {
		return fmt.Errorf("没有恢复：备份属于 %s，现在的通知是 %s", audit.Notice, notice.ID)
	}
	file, _, err := openBackup(path)
	if err != nil {
		return err
	}
	defer file.Close()
	if err := doJSON(ctx, cfg, workRestore, nil, file, &audit); err != nil {
		return fmt.Errorf("没有恢复：%w", err)
	}
	fmt.Fprintf(c.out, "已从 %s 恢复到 %s\n", path, cfg.Store)
	return tell(c, audit)
}

func restoreWork(ctx context.Context, s *service, _ url.Values, in io.Reader, out io.Writer) error {
	file, here := in.(*os.File)
	if !here { // it came over the socket
		// A backup may be larger than the place for temporary files. Where its
		// files go there has to be room for it anyway.
		var err error
		if file, err = s.files.Temporary(); err != nil {
			return err
		}
		defer os.Remove(file.Name())
		defer file.Close()
		if _, err := io.Copy(file, in); err != nil {
			return err
		}
	}
	info, err := file.Stat()
	if err != nil {
		return err
	}
	if err := s.restoreFrom(ctx, file, info.Size()); err != nil {
		return err
	}
	return verifyWork(ctx, s, nil, nil, out)
}

// verify reads every record of the store, or of a backup, and counts.
func verify(ctx context.Context, c console, args []string) error {
	cfg, path, err := fileCommand(c, "verify", args, false)
	if err != nil {
		return err
	}
	var result store.Audit
	if path == "" {
		if err := doJSON(ctx, cfg, "verify", nil, nil, &result); err != nil {
			return err
		}
		return tell(c, result)
	}
	if result, err = verifyFile(ctx, cfg, path); err != nil {
		return fmt.Errorf("%s：%w", path, err)
	}
	return tell(c, result)
}

// openBackup opens a backup file and tells its size.
func openBackup(path string) (*os.File, int64, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, fmt.Errorf("读不了备份 %s：%s", path, because(err))
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return nil, 0, fmt.Errorf("读不了备份 %s：%s", path, because(err))
	}
	return file, info.Size(), nil
}

func verifyFile(ctx context.Context, cfg config, path string) (store.Audit, error) {
	notice, err := loadNotice(cfg)
	if err != nil {
		return store.Audit{}, err
	}
	file, size, err := openBackup(path)
	if err != nil {
		return store.Audit{}, err
	}
	defer file.Close()
	audit, err := store.VerifyBackup(ctx, file, size, cfg.seals(notice))
	if errors.Is(err, store.ErrLocked) {
		err = errors.New("备份用另一个主密钥加密，打不开。请核对 ANYUE_KEY")
	}
	return audit, err
}

func verifyWork(ctx context.Context, s *service, _ url.Values, _ io.Reader, out io.Writer) error {
	result, err := s.store().Verify(ctx, s.files)
	if err != nil {
		return err
	}
	return json.NewEncoder(out).Encode(result)
}

// fileCommand reads the command line of the commands that take one file.
func fileCommand(c console, name string, args []string, needed bool) (config, string, error) {
	fs := flagSet(name)
	read := configFlags(fs, c)
	rest, err := parse(fs, args)
	if err != nil {
		return config{}, "", err
	}
	switch {
	case len(rest) > 1:
		return config{}, "", usageError{"只要一个文件"}
	case len(rest) == 0 && needed:
		return config{}, "", usageError{"请写明文件"}
	}
	cfg, err := read()
	if err != nil || len(rest) == 0 {
		return cfg, "", err
	}
	return cfg, rest[0], nil
}

// tell prints what a check counted and found.
func tell(c console, result store.Audit) error {
	var kinds []string
	for kind := range result.Records {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds)
	for _, kind := range kinds {
		fmt.Fprintf(c.out, "  %-10s %d\n", kind, result.Records[kind])
	}
	fmt.Fprintf(c.out, "文件 %d 个，%s\n", result.Files.Count, inBytes(result.Files.Bytes))
	if n := result.Loose; n.Count > 0 {
		fmt.Fprintf(c.out, "另有 %d 个没有记录用到的文件，%s，不影响使用\n", n.Count, inBytes(n.Bytes))
	}
	for _, fault := range result.Faults {
		fmt.Fprintf(c.err, "  ✗ %s：%s\n", fault.Key, fault.What)
	}
	if len(result.Faults) > 0 {
		fmt.Fprintf(c.err, "发现 %d 处问题\n", len(result.Faults))
		return errReported
	}
	fmt.Fprintln(c.out, "没有发现问题")
	return nil
}
