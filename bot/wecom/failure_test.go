package wecom

import (
	"go/ast"
	"go/parser"
	"go/token"
	"slices"
	"strconv"
	"strings"
	"testing"

	"anyuebot/bot"
)

// TestReasons: the office has a mend for every reason there is, and every
// errcode is judged to one.
func TestReasons(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "failure.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || !strings.HasPrefix(spec.Names[0].Name, "Why") {
			return true
		}
		found++
		why, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if err != nil || !slices.Contains(bot.OutWhys(), why) {
			t.Errorf("%s: wording has no mend for %q", spec.Names[0].Name, why)
		}
		return true
	})
	if found < 18 {
		t.Errorf("%d reasons found", found)
	}
	for code := int64(-10); code < 900000; code++ {
		if v := judgeCode(code); !slices.Contains(bot.OutWhys(), v.why) || v.fate == bot.FateAccepted || v.fate == "" {
			t.Errorf("%d: %+v", code, v)
		}
	}
}
