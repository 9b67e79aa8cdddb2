package wecom_test

import (
	"go/ast"
	"go/parser"
	gotoken "go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"unicode"
)

// forbidden names what the channel may not import, by prefix, and why.
var forbidden = map[string]string{
	"anyuebot/store":      "the channel keeps nothing",
	"anyuebot/prompts":    "wording comes in by Words",
	"anyuebot/bot/app":    "the app is reached through the port Turns",
	"anyuebot/cmd":        "arrows run the other way",
	"github.com/sirupsen": "the log is slog's",
	library:               "its root changes a global logger, its package work drags in every interface; those below are wanted singly",
}

const library = "github.com/silenceper/wechat/v2"

// wanted are the packages of the library that do not change anything by being
// imported.
var wanted = []string{
	library + "/credential",
	library + "/util",
	library + "/work/context",
	library + "/work/material",
	library + "/work/message",
	library + "/work/robot",
}

func TestImportsAndWording(t *testing.T) {
	for dir, more := range map[string]map[string]string{
		".": {"testing": "belongs to tests", "anyuebot/bot/wecom/wecomtest": "belongs to tests and the demo"},
		"wecomtest": {
			"testing":            "the demo runs on it",
			"net/http/httptest":  "the demo runs on it",
			"anyuebot/bot/wecom": "the double must not share the mistakes of what it tries",
		},
	} {
		files, err := filepath.Glob(filepath.Join(dir, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", dir, len(files), err)
		}
		for _, name := range files {
			if strings.HasSuffix(name, "_test.go") {
				continue
			}
			fset := gotoken.NewFileSet()
			file, err := parser.ParseFile(fset, name, nil, 0)
			if err != nil {
				t.Fatal(err)
			}
			for _, spec := range file.Imports {
				path, err := strconv.Unquote(spec.Path.Value)
				if err != nil {
					t.Fatal(err)
				}
				for _, rules := range []map[string]string{forbidden, more} {
					for not, why := range rules {
						if !slices.Contains(wanted, path) && (path == not || strings.HasPrefix(path, not+"/")) {
							t.Errorf("%s imports %s: %s", fset.Position(spec.Pos()), path, why)
						}
					}
				}
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
