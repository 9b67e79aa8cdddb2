package bot_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"anyuebot/bot"
)

// built are the keys that the program puts together, each with a star for what it
// puts in. Whoever builds another adds it here.
func built() []string {
	return []string{
		// By a kind of proposal, and by what is done to units.
		"*.put", "*.ask", "*.confirm", "*.dropped", "*.done", "*.count", "*.hello", "card.*",
		"*.sent", "*.sent.app", "*.sent.long", // whether somebody can be written to
		"*.contact", // as the form that names the liaison has it
		"read.*", "range.*", "either.*", "button.*.first", "button.*.second",
		"ask.together*.all", "closed*.none",
		"help.on.*",
		"media.*", "file.*", "stamp.*",
		"county.*", "tag.*", "leftout.*", "plan.to.*",
		"import.field.*", "import.problem.*",
		"log.do.*", "log.liaison*", "log.deputy*",
		"delivery.*", "out.*", "via.*",
		"spare.*", "remind.easy.*", "remind.due*.alone", "remind.count*.none", "remind.office.count*.none",
	}
}

// literals are the strings in the program's code, and those of them that are said
// as they stand, without what lists the keys.
func literals(t *testing.T) (all, said map[string]bool) {
	t.Helper()
	all, said = map[string]bool{}, map[string]bool{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		dir := filepath.Base(filepath.Dir(path))
		talks := dir == "bot" || dir == "remind" || strings.HasPrefix(path, filepath.Join("..", "bot", "app"))
		ast.Inspect(file, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.ImportSpec:
				return false
			case *ast.FuncDecl:
				return !strings.HasSuffix(n.Name.Name, "Wording") && n.Name.Name != "WordingKeys"
			case *ast.BasicLit:
				if text, err := strconv.Unquote(n.Value); err == nil && n.Kind == token.STRING {
					all[text] = true
				}
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.SelectorExpr); ok && len(n.Args) > 0 && talks && (f.Sel.Name == "tell" || f.Sel.Name == "add" || f.Sel.Name == "phrase" || f.Sel.Name == "Phrase") {
					key(n.Args[0], said)
				}
			case *ast.KeyValueExpr:
				if name, ok := n.Key.(*ast.Ident); ok && name.Name == "Key" && talks {
					key(n.Value, said)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all, said
}

func key(e ast.Expr, said map[string]bool) {
	if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
		text, _ := strconv.Unquote(lit.Value)
		said[text] = true
	}
}

func TestWordingIsSaid(t *testing.T) {
	all, said := literals(t)
	keys := bot.WordingKeys()
	for key := range said {
		if _, ok := keys[key]; !ok {
			t.Errorf("%q is said, but the notice is not asked to word it", key)
		}
	}
	for key := range keys {
		if !all[key] && !matches(built(), key) {
			t.Errorf("%q is worded, but never said", key)
		}
	}
}

func matches(patterns []string, key string) bool {
	for _, p := range patterns {
		before, after, star := strings.Cut(p, "*")
		if star && len(key) >= len(before)+len(after) && strings.HasPrefix(key, before) && strings.HasSuffix(key, after) {
			return true
		}
	}
	return false
}
