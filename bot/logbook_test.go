package bot_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"anyuebot/bot"
)

// TestEveryLogKindHasWords reads the source for what is logged: 日志 must have a
// sentence for each.
func TestEveryLogKindHasWords(t *testing.T) {
	n := loadNotice(t)
	logged := regexp.MustCompile(`t\.log\("([a-z]+)"|What: "([a-z]+)"`)
	found := 0
	for _, pattern := range []string{"*.go", "../store/*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range files {
			if strings.HasSuffix(path, "_test.go") {
				continue
			}
			source, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range logged.FindAllStringSubmatch(string(source), -1) {
				found++
				kind := m[1] + m[2]
				if !slices.Contains(bot.LogKinds(), kind) || n.Wording["log.do."+kind] == "" {
					t.Errorf("%s logs %q, which 日志 has no words for", path, kind)
				}
			}
		}
	}
	if found < 20 {
		t.Errorf("found only %d places that log", found)
	}
}
