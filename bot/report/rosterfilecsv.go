package report

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// csvGrid reads CSV, in UTF-8 or GB 18030.
func csvGrid(data []byte) ([]gridRow, error) {
	data = bytes.TrimPrefix(data, []byte("\uFEFF"))
	if !utf8.Valid(data) {
		var err error
		if data, err = simplifiedchinese.GB18030.NewDecoder().Bytes(data); err != nil || bytes.ContainsRune(data, utf8.RuneError) {
			return nil, errors.New("文件的编码既不是 UTF-8 也不是 GBK，请在 Excel 中另存为“CSV UTF-8”")
		}
	}
	in := csv.NewReader(bytes.NewReader(data))
	in.FieldsPerRecord = -1
	in.TrimLeadingSpace = true
	var grid []gridRow
	for len(grid) <= maxRosterRows {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			return grid, nil
		}
		var parse *csv.ParseError
		if errors.As(err, &parse) {
			return nil, RowError{parse.Line, "双引号没有成对，读不下去"}
		}
		if err != nil {
			return nil, err
		}
		line, _ := in.FieldPos(0)
		row := gridRow{line: line}
		for _, cell := range record {
			row.cells = append(row.cells, strings.TrimSpace(cell))
		}
		grid = append(grid, row)
	}
	return nil, errTooLong()
}
