package store_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestImports holds the packages below store to what their comments say. What
// an engine or a test harness may import beyond this stands there.
func TestImports(t *testing.T) {
	const (
		project = "anyuebot/"
		cbor    = "github.com/fxamacker/cbor/v2"
		pinyin  = "github.com/mozillazg/go-pinyin"
		bbolt   = "go.etcd.io/bbolt"
		diff    = "github.com/google/go-cmp/cmp"
		rapid   = "pgregory.net/rapid"
	)
	allowed := map[string][]string{
		".":         {project + "bot", project + "store/kv", cbor, pinyin},
		"files":     {project + "bot", "net/http"}, // its table of media types; it is asked for nothing else
		"storetest": {project + "bot", project + "store", project + "store/files", project + "store/kv", diff},
		"kv":        {},
		"kv/memkv":  {project + "store/kv"},
		"kv/boltkv": {project + "store/kv", bbolt, bbolt + "/errors"},
		"kv/kvtest": {project + "store/kv", diff, rapid},
	}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		list, known := allowed[filepath.ToSlash(filepath.Dir(path))]
		if !known {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range f.Imports {
			name, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			standard := !strings.Contains(strings.Split(name, "/")[0], ".") && !strings.HasPrefix(name, project)
			ok := standard && name != "net/http" // nothing below store speaks to a network by itself
			for _, a := range list {
				ok = ok || name == a
			}
			if !ok {
				t.Errorf("%s imports %s", path, name)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
