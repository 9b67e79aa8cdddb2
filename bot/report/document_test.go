package report_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"anyuebot/bot/report"
)

// word packs the body of a Word document.
func word(t testing.TB, body string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, content := range map[string]string{
		"[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"word/document.xml":   `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>` + body + `</w:body></w:document>`,
	} {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWordsOfWord(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"paragraphs", `<w:p><w:r><w:t>理论学习</w:t></w:r><w:r><w:t xml:space="preserve"> （3）次</w:t></w:r></w:p><w:p><w:r><w:t>第二段</w:t></w:r></w:p>`, "理论学习 （3）次\n第二段\n"},
		{"a table", `<w:tbl><w:tr><w:tc><w:p><w:r><w:t>一</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>参与（120）人次</w:t></w:r></w:p></w:tc></w:tr></w:tbl>`, "一\n\t参与（120）人次\n\t\n"},
		{"a number in pieces", `<w:p><w:r><w:t>（1</w:t></w:r><w:r><w:rPr><w:u/></w:rPr><w:t>2</w:t></w:r><w:r><w:t>0）人次</w:t></w:r></w:p>`, "（120）人次\n"},
		{"deleted and inserted", `<w:p><w:del><w:r><w:delText>12</w:delText></w:r></w:del><w:ins><w:r><w:t>13</w:t></w:r></w:ins></w:p>`, "13\n"},
		{"boxes", `<w:p><w:r><w:sym w:font="Wingdings 2" w:char="F052"/><w:t>是</w:t></w:r><w:r><w:sym w:font="Wingdings" w:char="F0A8"/><w:t>否</w:t></w:r></w:p>`, "☑是□否\n"},
		{"tabs and breaks", `<w:p><w:r><w:t>1</w:t><w:tab/><w:t>3</w:t><w:br/><w:t>2</w:t></w:r></w:p>`, "1\t3\n2\n"},
	} {
		got, err := report.Words(bytes.NewReader(word(t, c.body)), report.WordType)
		if err != nil || got != c.want {
			t.Errorf("%s: %q, %v, want %q", c.name, got, err, c.want)
		}
	}
}

func TestWordsOfExcel(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	for cell, value := range map[string]any{"A1": "附件2", "A2": 1, "B2": "理论学习中心组学习", "C2": 3, "D2": "次", "A3": 2, "C3": 1234} {
		if err := f.SetCellValue("Sheet1", cell, value); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	want := "附件2\n1\t理论学习中心组学习\t3\t次\n2\t\t1234\n"
	got, err := report.Words(bytes.NewReader(b.Bytes()), report.ExcelType)
	if err != nil || got != want {
		t.Errorf("%q, %v", got, err)
	}
}

func TestWordsRefuse(t *testing.T) {
	whole := word(t, `<w:p><w:r><w:t>山河镇</w:t></w:r></w:p>`)
	for name, c := range map[string]struct {
		content []byte
		kind    string
	}{
		"a picture":           {[]byte("\x89PNG"), "image/png"},
		"text called Word":    {[]byte("单位,类别"), report.WordType},
		"text called Excel":   {[]byte("单位,类别"), report.ExcelType},
		"cut short":           {whole[:len(whole)/2], report.WordType},
		"Word called Excel":   {whole, report.ExcelType},
		"broken inside":       {word(t, `<w:p><w:r>`), report.WordType},
		"too large":           {make([]byte, report.MaxDocument+1), report.WordType},
		"far larger unpacked": {word(t, "<w:p><w:r><w:t>"+strings.Repeat("字", 1<<20)+"</w:t></w:r></w:p>"), report.WordType},
	} {
		if got, err := report.Words(bytes.NewReader(c.content), c.kind); !errors.Is(err, report.ErrDocument) || got != "" {
			t.Errorf("%s: %.40q, %v", name, got, err)
		}
	}
}

func FuzzWords(f *testing.F) {
	f.Add(word(f, `<w:p><w:r><w:t>山河镇</w:t></w:r></w:p>`), true)
	f.Add([]byte("PK"), false)
	f.Fuzz(func(t *testing.T, content []byte, excel bool) {
		kind := report.WordType
		if excel {
			kind = report.ExcelType
		}
		words, err := report.Words(bytes.NewReader(content), kind)
		if err != nil && words != "" {
			t.Errorf("words beside an error: %q, %v", words, err)
		}
		if len(words) > 2<<20 {
			t.Errorf("%d bytes of words", len(words))
		}
	})
}
