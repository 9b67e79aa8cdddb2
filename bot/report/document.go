package report

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"
)

// The media types of the documents whose words can be read.
const (
	WordType  = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	ExcelType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)

// MaxDocument bounds a document that is read, in bytes, packed; maxWords bounds
// what comes out of it, and what is unpacked on the way.
const (
	MaxDocument = 8 << 20
	maxWords    = 1 << 20
	maxUnpacked = 64 << 20
)

// ErrDocument: the file is no document whose words can be read.
var ErrDocument = errors.New("not a document that can be read")

// Words gives the words of a Word or Excel document as somebody would paste them:
// a line for each paragraph and row, a tab between cells. Other types, damaged
// documents and those beyond the bounds are [ErrDocument].
func Words(r io.Reader, mediaType string) (string, error) {
	content, err := io.ReadAll(io.LimitReader(r, MaxDocument+1))
	if err != nil {
		return "", err
	}
	if len(content) > MaxDocument {
		return "", fmt.Errorf("%w: more than %d bytes", ErrDocument, MaxDocument)
	}
	switch mediaType {
	case WordType:
		return wordWords(bytes.NewReader(content))
	case ExcelType:
		return excelWords(bytes.NewReader(content))
	}
	return "", fmt.Errorf("%w: type %.80q", ErrDocument, mediaType)
}

// wordWords reads the main part of a Word document (ECMA-376, part 1, 17.2).
func wordWords(r *bytes.Reader) (string, error) {
	z, err := zip.NewReader(r, r.Size())
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrDocument, err)
	}
	part, err := z.Open("word/document.xml")
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrDocument, err)
	}
	defer part.Close()
	w := new(wordReader)
	dec := xml.NewDecoder(io.LimitReader(part, maxUnpacked))
	for {
		token, err := dec.Token()
		switch {
		case errors.Is(err, io.EOF):
			return w.text.String(), nil
		case err != nil:
			return "", fmt.Errorf("%w: %w", ErrDocument, err)
		case w.text.Len() > maxWords:
			return "", fmt.Errorf("%w: more than %d bytes of words", ErrDocument, maxWords)
		}
		w.take(token)
	}
}

// wordReader gathers the words of a document's elements. Deleted text has an
// element of its own and is left out.
type wordReader struct {
	text   strings.Builder
	inText bool
}

func (w *wordReader) take(token xml.Token) {
	switch t := token.(type) {
	case xml.StartElement:
		switch t.Name.Local {
		case "t":
			w.inText = true
		case "tab":
			w.text.WriteByte('\t')
		case "br", "cr":
			w.text.WriteByte('\n')
		case "sym":
			w.text.WriteString(symbol(t.Attr))
		}
	case xml.EndElement:
		switch t.Name.Local {
		case "t":
			w.inText = false
		case "p":
			w.text.WriteByte('\n')
		case "tc":
			w.text.WriteByte('\t')
		case "tr":
			w.text.WriteByte('\n')
		}
	case xml.CharData:
		if w.inText {
			w.text.Write(t)
		}
	}
}

// symbol is the box that a character of a symbol font shows; the fonts number
// their characters from F000 on.
func symbol(attrs []xml.Attr) string {
	var font, char string
	for _, a := range attrs {
		switch a.Name.Local {
		case "font":
			font = a.Value
		case "char":
			char = strings.TrimPrefix(strings.ToUpper(a.Value), "F0")
		}
	}
	switch {
	case strings.HasPrefix(font, "Wingdings 2") && (char == "52" || char == "54"), font == "Wingdings" && (char == "FE" || char == "FD"):
		return "☑"
	case strings.HasPrefix(font, "Wingdings 2") && char == "A3", font == "Wingdings" && (char == "A8" || char == "6F"):
		return "□"
	}
	return ""
}

// excelWords reads every sheet of a workbook, row by row, as its cells are shown.
func excelWords(r io.Reader) (text string, err error) {
	f, err := excelize.OpenReader(r, excelize.Options{UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxUnpacked / 4})
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrDocument, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	var b strings.Builder
	for _, sheet := range f.GetSheetList() {
		rows, err := f.Rows(sheet)
		if err != nil {
			return "", fmt.Errorf("%w: %w", ErrDocument, err)
		}
		for rows.Next() {
			cells, err := rows.Columns()
			if err != nil {
				return "", errors.Join(fmt.Errorf("%w: %w", ErrDocument, err), rows.Close())
			}
			if line := strings.TrimRight(strings.Join(cells, "\t"), "\t "); line != "" {
				b.WriteString(line)
				b.WriteByte('\n')
			}
			if b.Len() > maxWords {
				return "", errors.Join(fmt.Errorf("%w: more than %d bytes of words", ErrDocument, maxWords), rows.Close())
			}
		}
		if err := rows.Close(); err != nil {
			return "", fmt.Errorf("%w: %w", ErrDocument, err)
		}
	}
	return b.String(), nil
}
