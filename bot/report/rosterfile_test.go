package report

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"golang.org/x/text/encoding/simplifiedchinese"

	"anyuebot/bot"
)

var kinds = []string{"乡镇", "部门", "驻县单位"}

func TestReadRoster(t *testing.T) {
	const file = "\uFEFF单位,类别,联络员userid,全称,别名\r\n山河镇,乡镇,LiSi,正宁县山河镇人民政府,\"山河、山河镇政府\"\r\n\r\n县妇联,部门,\r\n"
	want := []bot.RosterRow{
		{Line: 2, Name: "山河镇", Kind: "乡镇", UserID: "LiSi", Full: "正宁县山河镇人民政府", Aliases: []string{"山河", "山河镇政府"}},
		{Line: 4, Name: "县妇联", Kind: "部门"},
	}
	gbk, err := simplifiedchinese.GBK.NewEncoder().String(strings.TrimPrefix(file, "\uFEFF"))
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"UTF-8 with BOM": file, "GBK as Excel writes it": gbk} {
		got, err := ReadRoster(strings.NewReader(text), kinds)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(want, got, cmpopts.EquateEmpty()); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestReadRosterRefuses(t *testing.T) {
	for _, tt := range []struct{ name, file, want string }{
		{"an empty file", "", "文件是空的"},
		{"no header", "山河镇,乡镇,lisi\n", "第1行：没有“山河镇”这一列"},
		{"a missing column", "单位,类别\n山河镇,乡镇\n", "第1行：缺“联络员userid”一列"},
		{"a column twice", "单位,类别,联络员userid,单位\n", "第1行：“单位”一列出现了两次"},
		{"no units", "单位,类别,联络员userid\n", "表头下面没有单位"},
		{"an unknown kind", "单位,类别,联络员userid\n山河镇,街道,\n", "第2行：类别“街道”应为乡镇、部门、驻县单位之一"},
		{"a nameless row", "单位,类别,联络员userid\n,乡镇,x\n", "第2行：没有单位名称"},
		{"a unit twice", "单位,类别,联络员userid\n甲,乡镇,\n乙,乡镇,\n甲,部门,\n", "第4行：单位“甲”在第2行已有"},
		{"a comma in a name", "单位,类别,联络员userid\n甲,乡镇,x,y\n", "第2行：有4格，表头只有3格"},
		{"an open quote", "单位,类别,联络员userid\n\"甲,乡镇,x\n", "双引号没有成对"},
		{"a damaged workbook", "PK\x03\x04\xff\xfe\x00\x81", "打不开"},
		{"a workbook of old", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "另存为 .xlsx"},
		{"a picture", "\xFF\xD8\xFF\xE0\x81", "编码"},
		{"a userid that is a name", "单位,类别,联络员userid\n甲,乡镇,李 四\n", "不像企业微信的 userid"},
	} {
		_, err := ReadRoster(strings.NewReader(tt.file), kinds)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: got %v, want %s", tt.name, err, tt.want)
		}
	}
}

func TestReadRosterReportsEverything(t *testing.T) {
	_, err := ReadRoster(strings.NewReader("单位,类别,联络员userid\n,乡镇,\n甲,街道,\n"), kinds)
	if err == nil || !strings.Contains(err.Error(), "第2行") || !strings.Contains(err.Error(), "第3行") {
		t.Errorf("got %v", err)
	}
}

func FuzzReadRoster(f *testing.F) {
	f.Add("单位,类别,联络员userid\n甲,乡镇,x\n")
	f.Fuzz(func(t *testing.T, file string) {
		rows, err := ReadRoster(strings.NewReader(file), kinds)
		for _, r := range rows {
			if err != nil || r.Name == "" || r.Kind == "" {
				t.Errorf("%+v, %v", r, err)
			}
		}
	})
}
