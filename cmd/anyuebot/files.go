package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"anyuebot/store/files"
)

// fileFolder is the directory of files that is configured, else the one beside
// the store; "" for a store in memory, whose files go when it does.
func (c config) fileFolder() string {
	if c.Files != "" {
		return c.Files
	}
	path, ok := strings.CutPrefix(c.Store, boltScheme)
	if !ok {
		return ""
	}
	return path + ".files"
}

// openFiles opens the directory of files, and gives what to do at the end.
func openFiles(c config) (*files.Dir, func() error, error) {
	path, end := c.fileFolder(), func() error { return nil }
	if path == "" {
		temporary, err := os.MkdirTemp("", "anyuebot-files-*")
		if err != nil {
			return nil, nil, fmt.Errorf("文件目录：%w", err)
		}
		path, end = temporary, func() error { return os.RemoveAll(temporary) }
	}
	dir, err := files.Open(path)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("文件目录 %s 用不了：%s。请核对 ANYUE_FILES 和目录的权限", path, because(err)), end())
	}
	return dir, end, nil
}

// spareRoom is the least room for files that check is content with: some
// hundred photos.
const spareRoom = 500 << 20

// checkFiles looks whether files could be kept, and makes nothing.
func (l *checklist) checkFiles(cfg config) {
	const what = "文件目录"
	path := cfg.fileFolder()
	if path == "" {
		l.line(what, nil, "存储在内存，文件放在临时目录，停止时删除")
		return
	}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		l.line(what, nil, "还没有，首次启动时新建 "+path)
		return
	}
	dir, err := files.Open(path)
	if err == nil {
		err = dir.Probe()
	}
	if err != nil {
		l.line(what, fmt.Errorf("%s 用不了：%s。请核对 ANYUE_FILES 和目录的权限", path, because(err)), "")
		return
	}
	good := path + " 可以写入"
	switch free, err := dir.Free(); {
	case err != nil: // not told on this system
	case free < spareRoom:
		l.line(what, fmt.Errorf("%s 所在磁盘只剩 %s。请清理或换一个 ANYUE_FILES", path, inBytes(free)), "")
		return
	default:
		good += "，剩余 " + inBytes(free)
	}
	l.line(what, nil, good)
}

// inBytes writes a size as people read it.
func inBytes(n int64) string {
	switch {
	case n < 1<<10:
		return fmt.Sprintf("%d 字节", n)
	case n < 1<<20:
		return fmt.Sprintf("%.1f KB", float64(n)/(1<<10))
	case n < 1<<30:
		return fmt.Sprintf("%.1f MB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%.1f GB", float64(n)/(1<<30))
}
