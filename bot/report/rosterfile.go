package report

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// Row is one line of a roster file.
type Row struct {
	Line    int // in the file, from 1
	Name    string
	Kind    string
	Full    string
	Short   string
	Aliases []string
	UserID  string
}

// MaxRosterFile bounds a roster file in bytes: ten thousand units and to spare.
const MaxRosterFile = 8 << 20

// The columns of a roster file. The first three must be there.
var rosterColumns = []string{"单位", "类别", "联络员userid", "全称", "简称", "别名"}

// RowError is what is wrong with one line of a roster file, with the mend.
type RowError struct {
	Line int
	Say  string
}

func (e RowError) Error() string { return fmt.Sprintf("第%d行：%s", e.Line, e.Say) }

// ReadRoster reads a roster from CSV, in UTF-8 or, as Excel writes it in China,
// in GB 18030. It reports everything that is wrong, each with its line, and
// then gives no rows at all. An empty file or one without the header is an
// error too.
func ReadRoster(r io.Reader, kinds []string) ([]Row, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxRosterFile+1))
	if err != nil {
		return nil, err
	}
	if len(data) > MaxRosterFile {
		return nil, fmt.Errorf("文件超过 %d MiB，不像名册", MaxRosterFile>>20)
	}
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	if !utf8.Valid(data) {
		if data, err = simplifiedchinese.GB18030.NewDecoder().Bytes(data); err != nil || bytes.ContainsRune(data, utf8.RuneError) {
			return nil, errors.New("文件的编码既不是 UTF-8 也不是 GBK，请在 Excel 中另存为“CSV UTF-8”")
		}
	}
	in := csv.NewReader(bytes.NewReader(data))
	in.FieldsPerRecord = -1
	in.TrimLeadingSpace = true
	header, err := in.Read()
	if errors.Is(err, io.EOF) {
		return nil, errors.New("文件是空的。第一行应为：单位,类别,联络员userid")
	}
	if err != nil {
		return nil, csvError(err)
	}
	column, err := columns(header)
	if err != nil {
		return nil, err
	}
	var rows []Row
	var problems []error
	seen := map[string]int{}
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, csvError(err)
		}
		line, _ := in.FieldPos(0)
		cell := func(name string) string {
			if i, ok := column[name]; ok && i < len(record) {
				return strings.TrimSpace(record[i])
			}
			return ""
		}
		if !slices.ContainsFunc(record, func(s string) bool { return strings.TrimSpace(s) != "" }) {
			continue
		}
		row := Row{Line: line, Name: cell("单位"), Kind: cell("类别"), UserID: cell("联络员userid"), Full: cell("全称"), Short: cell("简称")}
		if aliases := cell("别名"); aliases != "" {
			row.Aliases = strings.FieldsFunc(aliases, func(r rune) bool { return strings.ContainsRune("、，,;； ", r) })
		}
		bad := func(format string, args ...any) {
			problems = append(problems, RowError{line, fmt.Sprintf(format, args...)})
		}
		switch {
		case len(record) > len(header):
			bad("有%d格，表头只有%d格。名称里有逗号的，请用双引号括起来", len(record), len(header))
		case row.Name == "":
			bad("没有单位名称")
		case utf8.RuneCountInString(row.Name) > 60 || strings.ContainsAny(row.Name, "\n\r\t"):
			bad("单位名称太长或有换行")
		case !slices.Contains(kinds, row.Kind):
			bad("类别“%s”应为%s之一", row.Kind, strings.Join(kinds, "、"))
		case len(row.UserID) > 64 || strings.ContainsAny(row.UserID, " \n\t"):
			bad("联络员userid“%s”不像企业微信的 userid", row.UserID)
		case seen[row.Name] > 0:
			bad("单位“%s”在第%d行已有", row.Name, seen[row.Name])
		}
		if row.Name != "" {
			seen[row.Name] = line
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

func columns(header []string) (map[string]int, error) {
	at := map[string]int{}
	for i, name := range header {
		name = strings.TrimSpace(name)
		if name == "" {
			continue
		}
		if !slices.Contains(rosterColumns, name) {
			return nil, RowError{1, fmt.Sprintf("没有“%s”这一列。可用的列：%s", name, strings.Join(rosterColumns, "、"))}
		}
		if _, twice := at[name]; twice {
			return nil, RowError{1, "“" + name + "”一列出现了两次"}
		}
		at[name] = i
	}
	for _, name := range rosterColumns[:3] {
		if _, ok := at[name]; !ok {
			return nil, RowError{1, "缺“" + name + "”一列。第一行应为：单位,类别,联络员userid"}
		}
	}
	return at, nil
}

func csvError(err error) error {
	var parse *csv.ParseError
	if errors.As(err, &parse) {
		return RowError{parse.Line, "双引号没有成对，读不下去"}
	}
	return err
}
