package remind_test

import (
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"anyuebot/bot"
	"anyuebot/prompts"
)

var zone = time.FixedZone("CST", 8*3600)

var loaded = sync.OnceValues(func() (*bot.Notice, error) { return prompts.Load("", bot.WordingKeys()) })

// load is the real notice, for a test to change: its ladder and its forms are the
// test's own.
func load(t testing.TB) *bot.Notice {
	t.Helper()
	n, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	c := *n
	c.Ladder.Rungs, c.Forms = slices.Clone(n.Ladder.Rungs), slices.Clone(n.Forms)
	return &c
}

// at reads 2021-06-30, with or without a time of the day.
func at(t testing.TB, text string) time.Time {
	t.Helper()
	for _, layout := range []string{"2006-01-02", "2006-01-02 15:04", "2006-01-02 15:04:05"} {
		if at, err := time.ParseInLocation(layout, text, zone); err == nil {
			return at
		}
	}
	t.Fatalf("no instant: %q", text)
	return time.Time{}
}

// table reads a file of lines with cells between tabs, without its first line and
// those that begin with #.
func table(t *testing.T, name string, cells int) (rows [][]string) {
	t.Helper()
	text, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	for i, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		if line == "" || strings.HasPrefix(line, "#") || i == 0 {
			continue
		}
		row := strings.Split(line, "\t")
		if len(row) > cells {
			t.Fatalf("%s, line %d: more than %d cells", name, i+1, cells)
		}
		rows = append(rows, append(row, make([]string, cells-len(row))...))
	}
	return rows
}

var (
	weekdays  = [...]string{"星期日", "星期一", "星期二", "星期三", "星期四", "星期五", "星期六"}
	audiences = map[bot.Audience]string{bot.ToLiaisons: "联络员", bot.ToGroups: "工作群", bot.ToOffice: "安委办"}
)
