package wecom_test

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"
)

// sources are the files of a folder that are no tests.
func sources(t *testing.T, dir string) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, name := range all {
		if !strings.HasSuffix(name, "_test.go") {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		t.Fatalf("%s has no files", dir)
	}
	return names
}

// Words that people read come in by Words and by reasons.
func TestNoWordingInCode(t *testing.T) {
	for _, dir := range []string{".", "wecomtest"} {
		for _, name := range sources(t, dir) {
			fset := gotoken.NewFileSet()
			file, err := parser.ParseFile(fset, name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			ast.Inspect(file, func(n ast.Node) bool {
				if lit, ok := n.(*ast.BasicLit); ok && strings.ContainsFunc(lit.Value, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
					t.Errorf("%s: wording in code: %s", fset.Position(lit.Pos()), lit.Value)
				}
				return true
			})
		}
	}
}

// The package comments send a newcomer to every file there is, and to no other.
func TestEveryFileHasItsPlaceInTheComment(t *testing.T) {
	for _, dir := range []string{".", "wecomtest"} {
		comment, err := os.ReadFile(filepath.Join(dir, "doc.go"))
		if err != nil {
			t.Fatal(err)
		}
		named := map[string]bool{"doc.go": true}
		for _, name := range regexp.MustCompile(`[a-z_]+\.go\b`).FindAllString(string(comment), -1) {
			named[name] = true
			if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
				t.Errorf("%s: there is no %s", dir, name)
			}
		}
		for _, name := range sources(t, dir) {
			if !named[filepath.Base(name)] {
				t.Errorf("%s: the comment does not say what %s is for", dir, filepath.Base(name))
			}
		}
	}
}
