package report

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/xuri/excelize/v2"

	"anyuebot/bot"
)

// workbook makes a workbook of one sheet from rows; nil is a row that is not
// there. The rest is done to it before it is written.
func workbook(t *testing.T, rows [][]any, more func(f *excelize.File, sheet string) error) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	sheet := f.GetSheetName(0)
	for i, row := range rows {
		if row == nil {
			continue
		}
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err == nil {
			err = f.SetSheetRow(sheet, cell, &row)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if more != nil {
		if err := more(f, sheet); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestReadWorkbook reads workbooks as offices make them.
func TestReadWorkbook(t *testing.T) {
	header := []any{"单位", "类别", "联络员userid"}
	for _, tt := range []struct {
		name string
		rows [][]any
		more func(*excelize.File, string) error
		want []bot.RosterRow
	}{
		{"plain", [][]any{header, {"山河镇", "乡镇", "lisi"}}, nil,
			[]bot.RosterRow{{Line: 2, Name: "山河镇", Kind: "乡镇", UserID: "lisi"}}},
		{"a title over all columns, a date, a blank row", [][]any{{"正宁县安全生产月联络员名册"}, {"", "", "2021年5月"}, nil, header, {"山河镇", "乡镇", "lisi"}},
			func(f *excelize.File, s string) error { return f.MergeCell(s, "A1", "C1") },
			[]bot.RosterRow{{Line: 5, Name: "山河镇", Kind: "乡镇", UserID: "lisi"}}},
		{"blank rows between and below, blanks around", [][]any{header, {" 山河镇　", "乡镇 ", " lisi"}, nil, {"", " ", ""}, {"县妇联", "部门"}, {""}}, nil,
			[]bot.RosterRow{{Line: 2, Name: "山河镇", Kind: "乡镇", UserID: "lisi"}, {Line: 5, Name: "县妇联", Kind: "部门"}}},
		{"the kind written once for several", [][]any{header, {"山河镇", "乡镇", "lisi"}, {"周家镇", nil, "zhou"}, {"县妇联", "部门"}},
			func(f *excelize.File, s string) error { return f.MergeCell(s, "B2", "B3") },
			[]bot.RosterRow{{Line: 2, Name: "山河镇", Kind: "乡镇", UserID: "lisi"}, {Line: 3, Name: "周家镇", Kind: "乡镇", UserID: "zhou"}, {Line: 4, Name: "县妇联", Kind: "部门"}}},
		{"one userid for several", [][]any{header, {"山河镇", "乡镇", "lisi"}, {"周家镇", "乡镇"}},
			func(f *excelize.File, s string) error { return f.MergeCell(s, "C2", "C3") },
			[]bot.RosterRow{{Line: 2, Name: "山河镇", Kind: "乡镇", UserID: "lisi"}, {Line: 3, Name: "周家镇", Kind: "乡镇", UserID: "lisi"}}},
		{"numbers as userids", [][]any{header, {"甲", "乡镇", "00123"}, {"乙", "乡镇", 13800000000}, {"丙", "乡镇", 138000000001234}, {"丁", "乡镇", 123}},
			func(f *excelize.File, s string) error {
				zeros := "00000"
				style, err := f.NewStyle(&excelize.Style{CustomNumFmt: &zeros})
				return errors.Join(err, f.SetCellStyle(s, "C5", "C5", style))
			},
			[]bot.RosterRow{{Line: 2, Name: "甲", Kind: "乡镇", UserID: "00123"}, {Line: 3, Name: "乙", Kind: "乡镇", UserID: "13800000000"}, {Line: 4, Name: "丙", Kind: "乡镇", UserID: "138000000001234"}, {Line: 5, Name: "丁", Kind: "乡镇", UserID: "00123"}}},
		{"other words, columns of the office's own, another order", [][]any{{"序号", "单位名称", "联络员 UserID", "备注", "类别", "别名"}, {1, "山河镇", "lisi", "新任", "乡镇", "山河、山河镇政府"}}, nil,
			[]bot.RosterRow{{Line: 2, Name: "山河镇", Kind: "乡镇", UserID: "lisi", Aliases: []string{"山河", "山河镇政府"}}}},
		{"on the second sheet", [][]any{{"填表说明"}, {"请按要求填写"}},
			func(f *excelize.File, s string) error {
				_, err := f.NewSheet("名册")
				return errors.Join(err, f.SetSheetRow("名册", "B3", &header), f.SetSheetRow("名册", "B4", &[]any{"山河镇", "乡镇", "lisi"}))
			},
			[]bot.RosterRow{{Line: 4, Name: "山河镇", Kind: "乡镇", UserID: "lisi"}}},
		{"blank columns to the right", [][]any{append(header, "", ""), {"山河镇", "乡镇", "lisi", "", ""}}, nil,
			[]bot.RosterRow{{Line: 2, Name: "山河镇", Kind: "乡镇", UserID: "lisi"}}},
	} {
		got, err := ReadRoster(bytes.NewReader(workbook(t, tt.rows, tt.more)), kinds)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if d := cmp.Diff(tt.want, got, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s: %s", tt.name, d)
		}
	}
}

func TestReadWorkbookRefuses(t *testing.T) {
	header := []any{"单位", "类别", "联络员userid"}
	many := [][]any{header}
	for range maxRosterRows {
		many = append(many, []any{"甲"})
	}
	for _, tt := range []struct {
		name string
		rows [][]any
		want string
	}{
		{"nothing", nil, "文件是空的"},
		{"no roster", [][]any{{"项目", "数量"}, {"演练", 3}}, "没有“项目”这一列"},
		{"a missing column", [][]any{{"名册"}, {"单位", "类别"}, {"山河镇", "乡镇"}}, "第2行：缺“联络员userid”一列"},
		{"a kind twice over", [][]any{header, {"山河镇", "乡镇"}, {"山河镇", "乡镇"}}, "第3行：单位“山河镇”在第2行已有"},
		{"no kind", [][]any{header, {"山河镇"}}, "第2行：类别“”应为"},
		{"too many rows", many, "不像名册"},
	} {
		_, err := ReadRoster(bytes.NewReader(workbook(t, tt.rows, nil)), kinds)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s", tt.name, err, tt.want)
		}
		if unlike := tt.name == "nothing" || tt.name == "no roster"; err != nil && errors.Is(err, ErrNoRoster) != unlike {
			t.Errorf("%s: is it like a roster? %v", tt.name, err)
		}
	}
}

// TestReadBomb: a workbook that unpacks to far more than it is, is not unpacked.
func TestReadBomb(t *testing.T) {
	data := workbook(t, [][]any{{"单位", "类别", "联络员userid"}, {strings.Repeat("甲", 30_000)}}, func(f *excelize.File, s string) error {
		for i := range 300 {
			cell, _ := excelize.CoordinatesToCellName(1, i+3)
			if err := f.SetCellStr(s, cell, strings.Repeat(string(rune('一'+i)), 30_000)); err != nil {
				return err
			}
		}
		return nil
	})
	if len(data) > 1<<20 {
		t.Fatalf("%d bytes are no bomb", len(data))
	}
	if _, err := ReadRoster(bytes.NewReader(data), kinds); err == nil || !strings.Contains(err.Error(), "打不开") {
		t.Errorf("got %v", err)
	}
}

func FuzzReadWorkbook(f *testing.F) {
	book := excelize.NewFile()
	defer book.Close()
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, file []byte) {
		rows, err := ReadRoster(bytes.NewReader(file), kinds)
		for _, r := range rows {
			if err != nil || r.Name == "" || r.Kind == "" {
				t.Errorf("%+v, %v", r, err)
			}
		}
	})
}
