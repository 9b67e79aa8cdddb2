package prompts

import (
	"embed"
	"errors"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"anyuebot/bot"
)

//go:embed notice.yaml annex1.yaml annex2.yaml case.yaml yearend.yaml summary.yaml checks.yaml ladder.yaml calendar.yaml roster.yaml words.yaml wording*.yaml
var embedded embed.FS

// The files that every notice has, beside those of its forms, which
// notice.yaml names.
const (
	noticeFile   = "notice.yaml"
	checksFile   = "checks.yaml"
	ladderFile   = "ladder.yaml"
	calendarFile = "calendar.yaml"
	rosterFile   = "roster.yaml"
	wordsFile    = "words.yaml"
	wordingFile  = "wording.yaml"
)

// Load reads the notice. Files in dir replace the embedded ones of the same
// name, whole; with dir "" the embedded notice stands alone. keys are the
// wordings that the program says, each with the blanks it can fill
// ([bot.WordingKeys]).
//
// The error joins one [Problem] for each thing that is wrong.
func Load(dir string, keys map[string][]string) (*bot.Notice, error) {
	p := new(problems)
	files := make(map[string][]byte)
	names, err := fs.Glob(embedded, "*")
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		if files[name], err = fs.ReadFile(embedded, name); err != nil {
			return nil, err
		}
	}
	own := readDir(dir, p)
	maps.Copy(files, own)
	return load(files, slices.Sorted(maps.Keys(own)), keys, p)
}

// readDir reads an office's own files. Names that begin with a dot are left
// alone: editors and container platforms put such entries beside the files.
func readDir(dir string, p *problems) map[string][]byte {
	if dir == "" {
		return nil
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		p.add(dir, 0, FileUnreadable, "目录读不了（%s）。请核对路径和权限。", cause(err))
		return nil
	}
	files := make(map[string][]byte)
	for _, entry := range entries {
		name := entry.Name()
		if strings.HasPrefix(name, ".") {
			continue
		}
		data, err := readFile(filepath.Join(dir, name))
		if err != nil {
			p.add(name, 0, FileUnreadable, "文件读不了（%s）。请核对文件和权限；不属于通知的请移走。", cause(err))
			continue
		}
		files[name] = data
	}
	return files
}

// readFile reads at most one byte more than a notice's file may have, and
// opens nothing but plain files: a pipe would wait for ever.
func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("不是普通文件")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxBytes+1))
}

// cause is the reason without the path, which the problem names already.
func cause(err error) string {
	if e := (*fs.PathError)(nil); errors.As(err, &e) {
		return e.Err.Error()
	}
	return err.Error()
}

// loader builds one notice from its files.
type loader struct {
	files  map[string][]byte
	own    []string // names of the office's own files
	keys   map[string][]string
	p      *problems
	notice *bot.Notice

	near     [][]string // groups of measure words that pass for each other
	links    []link     // from items to those of another form
	allForms bool       // each form's file could be read
	sound    []string   // the forms without problems
}

func load(files map[string][]byte, own []string, keys map[string][]string, p *problems) (*bot.Notice, error) {
	l := &loader{files: files, own: own, keys: keys, p: p, notice: new(bot.Notice)}
	l.readNotice()
	l.readChecks()
	l.readCalendar()
	l.readLadder()
	l.readRoster()
	l.readWords()
	l.readWording()
	if err := p.err(); err != nil {
		return nil, err
	}
	return l.notice, nil
}

// open parses a file; the value is absent if there is nothing to read.
func (l *loader) open(name string) value {
	data, ok := l.files[name]
	if !ok {
		l.p.add(name, 0, FileMissing, "缺少这个文件。请补上。")
		return value{file: name, line: 1, problems: l.p}
	}
	before := len(l.p.list)
	doc := parse(name, data, l.p)
	// A wording file of comments alone lacks its wordings, which is said there; the
	// calendar needs nothing while the days that come with the program are right.
	if doc.absent() && len(l.p.list) == before && !isWording(name) && name != calendarFile {
		doc.fail(FileEmpty, "文件里只有说明，没有内容。请补上内容；不打算改它就删去，改用内置的一份。")
	}
	return doc
}

// refuseStrangers refuses the office's files that no part of the notice reads:
// most are a known name mistyped, and would be without effect.
func (l *loader) refuseStrangers(forms []string) {
	known := append([]string{noticeFile}, forms...)
	known = append(known, checksFile, ladderFile, calendarFile, rosterFile, wordsFile)
	known = append(known, l.wordingFiles()...)
	for _, name := range l.own {
		if !slices.Contains(known, name) {
			l.p.add(name, 0, FileUnknown, "通知里没有叫这个名字的文件。可用的名字：%s。请改名或移走。", strings.Join(known, "、"))
		}
	}
}
