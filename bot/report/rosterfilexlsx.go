package report

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"
)

const (
	// maxUnzipped bounds what a workbook unpacks to, whole and each part of it, so
	// that no part is unpacked to a disk either.
	maxUnzipped = 16 << 20
	// maxRosterCells bounds the cells of a row: what stands further right is no
	// roster's.
	maxRosterCells = 200
)

func errTooLong() error { return fmt.Errorf("超过 %d 行，不像名册", maxRosterRows) }

// xlsxGrid reads the first sheet of a workbook that has the header of a roster; if
// none has, the first with anything on it.
func xlsxGrid(data []byte) ([]gridRow, error) {
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxUnzipped, UnzipXMLSizeLimit: maxUnzipped})
	if err != nil {
		return nil, errors.New("这个 Excel 文件打不开：可能损坏、加了密码，或解开后太大。请在 Excel 中另存一份 .xlsx 或 CSV 再导入")
	}
	defer book.Close()
	var first []gridRow
	for _, sheet := range book.GetSheetList() {
		grid, err := sheetGrid(book, sheet)
		if err != nil {
			return nil, err
		}
		if _, err := headerAt(grid); err == nil {
			return grid, nil
		}
		if first == nil && slices.ContainsFunc(grid, func(r gridRow) bool { return !r.blank() }) {
			first = grid
		}
	}
	return first, nil
}

// sheetGrid reads a sheet as it is seen. All cells of a merged one have its value:
// 类别 is often written once for all units below.
func sheetGrid(book *excelize.File, sheet string) ([]gridRow, error) {
	rows, err := book.Rows(sheet)
	if err != nil {
		return nil, errors.New("工作表“" + sheet + "”读不了。请在 Excel 中另存一份再导入")
	}
	defer rows.Close()
	var grid []gridRow
	for line := 1; rows.Next(); line++ {
		if line > maxRosterRows {
			return nil, errTooLong()
		}
		cells, err := rows.Columns()
		if err != nil {
			return nil, fmt.Errorf("工作表“%s”第%d行读不了。请在 Excel 中另存一份再导入", sheet, line)
		}
		row := gridRow{line: line}
		for i, cell := range cells[:min(len(cells), maxRosterCells)] {
			row.cells = append(row.cells, strings.TrimSpace(asWritten(book, sheet, i+1, line, cell)))
		}
		row.cells = row.cells[:row.width()]
		grid = append(grid, row)
	}
	return grid, fillMerged(book, sheet, grid)
}

// asWritten is a cell's text. A long number is shown as 1.38E+10, or with its
// decimals rounded off; a userid has to come with all its digits.
func asWritten(book *excelize.File, sheet string, column, line int, shown string) string {
	if !strings.ContainsAny(shown, "Ee#.") || strings.Trim(shown, "0123456789Ee+-.#") != "" {
		return shown
	}
	name, err := excelize.CoordinatesToCellName(column, line)
	if err != nil {
		return shown
	}
	kind, err := book.GetCellType(sheet, name)
	if err != nil || kind == excelize.CellTypeSharedString || kind == excelize.CellTypeInlineString {
		return shown
	}
	raw, err := book.GetCellValue(sheet, name, excelize.Options{RawCellValue: true})
	if err != nil || raw == "" {
		return shown
	}
	return raw
}

// fillMerged gives every cell of a merged one its value.
func fillMerged(book *excelize.File, sheet string, grid []gridRow) error {
	merged, err := book.GetMergeCells(sheet)
	if err != nil {
		return errors.New("工作表“" + sheet + "”的合并单元格读不了。请取消合并再导入")
	}
	for _, m := range merged {
		left, top, err := excelize.CellNameToCoordinates(m.GetStartAxis())
		if err != nil {
			continue
		}
		right, bottom, err := excelize.CellNameToCoordinates(m.GetEndAxis())
		if err != nil || top > len(grid) || left > len(grid[top-1].cells) {
			continue
		}
		value := grid[top-1].cells[left-1]
		for line := top; line <= min(bottom, len(grid)); line++ {
			row := &grid[line-1]
			if row.blank() {
				continue // nothing but the rest of a tall cell
			}
			for column := left; column <= min(right, maxRosterCells); column++ {
				for len(row.cells) < column {
					row.cells = append(row.cells, "")
				}
				row.cells[column-1] = value
			}
		}
	}
	return nil
}
