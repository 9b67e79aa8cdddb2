package web

import (
	"bytes"
	"html"
	"regexp"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	renderer "github.com/yuin/goldmark/renderer/html"
	"github.com/yuin/goldmark/util"
)

// toHTML renders an answer for the page, safe to put into it.
//
// It is markdown that loses nothing: what looks like HTML or the definition of
// a link is shown as it was written, a range with a tilde is not struck out, and
// every line stays a line. Tables are the only extension.
func toHTML(markdown string) string {
	md := goldmark.New(
		goldmark.WithParser(parser.NewParser(
			parser.WithBlockParsers(
				util.Prioritized(parser.NewSetextHeadingParser(), 100),
				util.Prioritized(parser.NewThematicBreakParser(), 200),
				util.Prioritized(parser.NewListParser(), 300),
				util.Prioritized(parser.NewListItemParser(), 400),
				util.Prioritized(parser.NewCodeBlockParser(), 500),
				util.Prioritized(parser.NewATXHeadingParser(), 600),
				util.Prioritized(parser.NewFencedCodeBlockParser(), 700),
				util.Prioritized(parser.NewBlockquoteParser(), 800),
				util.Prioritized(parser.NewParagraphParser(), 1000),
			),
			parser.WithInlineParsers(
				util.Prioritized(parser.NewCodeSpanParser(), 100),
				util.Prioritized(parser.NewLinkParser(), 200),
				util.Prioritized(parser.NewEmphasisParser(), 500),
			),
		)),
		// Alignment as a style would be stopped by the page's policy.
		goldmark.WithExtensions(extension.NewTable(
			extension.WithTableCellAlignMethod(extension.TableCellAlignAttribute),
		)),
		goldmark.WithRendererOptions(renderer.WithHardWraps()),
	)
	var out bytes.Buffer
	if err := md.Convert([]byte(standAlone(markdown)), &out); err != nil {
		return "<pre>" + html.EscapeString(markdown) + "</pre>"
	}
	return strings.TrimSpace(out.String())
}

// standAlone sets a blank line behind lists and tables that have none. Markdown
// would take the line that follows for a part of the last item or for a row.
func standAlone(markdown string) string {
	item := regexp.MustCompile(`^ {0,3}([-*+]|\d{1,9}[.)])[ \t]`)
	lines := strings.Split(markdown, "\n")
	out := make([]string, 0, len(lines))
	fenced := false
	for i, line := range lines {
		if strings.HasPrefix(strings.TrimLeft(line, " "), "```") {
			fenced = !fenced
		}
		if i > 0 && !fenced && strings.TrimSpace(line) != "" {
			before := lines[i-1]
			endsList := item.MatchString(before) && !item.MatchString(line) && !strings.HasPrefix(line, " ")
			endsTable := strings.HasPrefix(before, "|") && !strings.HasPrefix(line, "|")
			if endsList || endsTable {
				out = append(out, "")
			}
		}
		out = append(out, line)
	}
	return strings.Join(out, "\n")
}
