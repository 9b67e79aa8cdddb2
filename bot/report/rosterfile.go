package report

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"anyuebot/bot"
)

// MaxRosterFile bounds a roster file in bytes: ten thousand units and to spare.
const MaxRosterFile = 8 << 20

const (
	// maxRosterRows bounds what is read of a sheet: a county has a hundred units,
	// and a sheet that somebody has coloured to its end has a million rows.
	maxRosterRows = 20_000
	// headerWithin is how many rows, titles and dates, may stand above the header.
	headerWithin = 20
)

// ErrNoRoster: the file may be sound, but nothing in it looks like a roster.
var ErrNoRoster = errors.New("no roster")

// The columns of a roster file. The first three must be there.
var rosterColumns = []string{"单位", "类别", "联络员userid", "全称", "简称", "别名"}

// otherNames are what people call the columns besides; idleColumns are columns
// that offices keep for themselves.
var (
	otherNames = map[string]string{
		"单位名称": "单位", "单位类别": "类别", "userid": "联络员userid", "联络员": "联络员userid", "联络员账号": "联络员userid",
		"单位全称": "全称", "单位简称": "简称", "单位别名": "别名",
	}
	idleColumns = []string{"序号", "备注"}
)

// RowError is what is wrong with one line of a roster file, with the mend.
type RowError struct {
	Line int
	Say  string
}

func (e RowError) Error() string { return fmt.Sprintf("第%d行：%s", e.Line, e.Say) }

// gridRow is one row of a table, its cells without outer blanks.
type gridRow struct {
	line  int // in the file, from 1
	cells []string
}

func (r gridRow) blank() bool { return r.width() == 0 }

// width is how many cells there are up to the last with anything in it.
func (r gridRow) width() int {
	n := len(r.cells)
	for n > 0 && r.cells[n-1] == "" {
		n--
	}
	return n
}

// ReadRoster reads a roster from a workbook of Excel (.xlsx) or from CSV, in UTF-8
// or, as Excel writes it in China, in GB 18030; which of them it is, the content
// tells. Titles may stand above the header. It reports everything that is wrong,
// each with its line, and then gives no rows at all. An empty file or one without
// the header is an error too: [ErrNoRoster] if nothing looks like it.
func ReadRoster(r io.Reader, kinds []string) ([]bot.RosterRow, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxRosterFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > MaxRosterFile {
		return nil, fmt.Errorf("文件超过 %d MiB，不像名册", MaxRosterFile>>20)
	}
	var grid []gridRow
	switch {
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		grid, err = xlsxGrid(data)
	case bytes.HasPrefix(data, []byte("\xD0\xCF\x11\xE0")):
		err = errors.New("这是旧格式或加了密码的 Excel 文件。请在 Excel 中另存为 .xlsx（不设密码）或 CSV 再导入")
	default:
		grid, err = csvGrid(data)
	}
	if err != nil {
		return nil, err
	}
	return rosterOf(grid, kinds)
}

// rosterOf reads the rows below the header.
func rosterOf(grid []gridRow, kinds []string) ([]bot.RosterRow, error) {
	at, err := headerAt(grid)
	if err != nil {
		return nil, err
	}
	header := grid[at]
	column, err := columns(header)
	if err != nil {
		return nil, err
	}
	var rows []bot.RosterRow
	var problems []error
	seen := map[string]int{}
	for _, r := range grid[at+1:] {
		if r.blank() {
			continue
		}
		cell := func(name string) string {
			if i, ok := column[name]; ok && i < len(r.cells) {
				return r.cells[i]
			}
			return ""
		}
		row := bot.RosterRow{Line: r.line, Name: cell("单位"), Kind: cell("类别"), UserID: cell("联络员userid"), Full: cell("全称"), Short: cell("简称")}
		row.Aliases = strings.FieldsFunc(cell("别名"), func(r rune) bool { return strings.ContainsRune("、，,;； \n", r) })
		bad := func(format string, args ...any) {
			problems = append(problems, RowError{r.line, fmt.Sprintf(format, args...)})
		}
		switch {
		case r.width() > len(header.cells):
			bad("有%d格，表头只有%d格。名称里有逗号的，请用双引号括起来", r.width(), len(header.cells))
		case row.Name == "":
			bad("没有单位名称")
		case utf8.RuneCountInString(row.Name) > bot.MaxUnitName || strings.ContainsAny(row.Name, "\n\r\t"):
			bad("单位名称太长或有换行")
		case !slices.Contains(kinds, row.Kind):
			bad("类别“%s”应为%s之一", row.Kind, strings.Join(kinds, "、"))
		case !bot.LooksLikeUserID(row.UserID):
			bad("联络员userid“%s”不像企业微信的 userid", row.UserID)
		case seen[row.Name] > 0:
			bad("单位“%s”在第%d行已有", row.Name, seen[row.Name])
		}
		if row.Name != "" && seen[row.Name] == 0 {
			seen[row.Name] = r.line
		}
		rows = append(rows, row)
	}
	if len(problems) > 0 {
		return nil, errors.Join(problems...)
	}
	if len(rows) == 0 {
		return nil, errors.New("表头下面没有单位")
	}
	return rows, nil
}

// headerAt finds the header: of the first rows the one with the most columns of a
// roster, or if none has any, the first that is not blank.
func headerAt(grid []gridRow) (int, error) {
	first, best, most := -1, -1, 0
	for i, r := range grid[:min(len(grid), headerWithin)] {
		if r.blank() {
			continue
		}
		if first < 0 {
			first = i
		}
		known := map[string]bool{}
		for _, cell := range r.cells {
			if name := columnName(cell); slices.Contains(rosterColumns, name) {
				known[name] = true
			}
		}
		if len(known) > most {
			best, most = i, len(known)
		}
	}
	switch {
	case best >= 0:
		return best, nil
	case first < 0:
		return 0, fmt.Errorf("文件是空的。表头应为：单位,类别,联络员userid%w", unlike{})
	}
	_, err := columns(grid[first])
	return first, fmt.Errorf("%w%w", err, unlike{})
}

// unlike makes an error an [ErrNoRoster] as well, without a word.
type unlike struct{}

func (unlike) Error() string        { return "" }
func (unlike) Is(target error) bool { return target == ErrNoRoster }

// columnName is a heading as the program knows it, whatever blanks, case of letters
// and longer words people write it with.
func columnName(heading string) string {
	name := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \u3000\n\r\t", r) {
			return -1
		}
		return r
	}, strings.ToLower(heading))
	if known, ok := otherNames[name]; ok {
		return known
	}
	return name
}

func columns(header gridRow) (map[string]int, error) {
	at := map[string]int{}
	for i, heading := range header.cells {
		name := columnName(heading)
		if name == "" || slices.Contains(idleColumns, name) {
			continue
		}
		if !slices.Contains(rosterColumns, name) {
			return nil, RowError{header.line, fmt.Sprintf("没有“%s”这一列。可用的列：%s", heading, strings.Join(rosterColumns, "、"))}
		}
		if _, twice := at[name]; twice {
			return nil, RowError{header.line, "“" + name + "”一列出现了两次"}
		}
		at[name] = i
	}
	for _, name := range rosterColumns[:3] {
		if _, ok := at[name]; !ok {
			return nil, RowError{header.line, "缺“" + name + "”一列。表头应为：单位,类别,联络员userid"}
		}
	}
	return at, nil
}
