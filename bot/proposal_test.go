package bot

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"path/filepath"
	"slices"
	"testing"
)

// A kind without a row of its own would be put as a choice of units, and nothing
// would take it.
func TestEveryProposalHasItsRule(t *testing.T) {
	kinds := map[string]ProposalKind{}
	var ruled []string
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		file, err := parser.ParseFile(gotoken.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ValueSpec:
				if kind, ok := n.Type.(*ast.Ident); ok && kind.Name == "ProposalKind" {
					word := n.Values[0].(*ast.BasicLit).Value
					kinds[n.Names[0].Name] = ProposalKind(word[1 : len(word)-1])
				}
			case *ast.FuncDecl:
				if n.Name.Name != "rule" {
					return false
				}
				ast.Inspect(n, func(n ast.Node) bool {
					if c, ok := n.(*ast.CaseClause); ok {
						for _, e := range c.List {
							ruled = append(ruled, e.(*ast.Ident).Name)
						}
					}
					return true
				})
			}
			return true
		})
	}
	if len(kinds) < 30 {
		t.Fatalf("found %d kinds only", len(kinds))
	}
	for name, kind := range kinds {
		if !slices.Contains(ruled, name) {
			t.Errorf("%s (%s) has no row in rule", name, kind)
		}
		r := kind.rule()
		if r.ask == nil || r.card == nil || r.office && !r.alone {
			t.Errorf("%s: %+v", name, r)
		}
	}
}
