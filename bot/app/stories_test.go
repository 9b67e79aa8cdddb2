package app_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"anyuebot/bot"
	"anyuebot/bot/report"
	"anyuebot/bot/transcript"
	"anyuebot/prompts"
	"anyuebot/store"
)

// TestStories plays small conversations, each of which once went wrong or must
// never go wrong. A part “附件2 单位” lists the draft as it must stand at the
// end; one without lines is not looked at.
func TestStories(t *testing.T) {
	notice, err := prompts.Load("", bot.WordingKeys())
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("testdata/stories/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, path := range files {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			script, err := transcript.Parse(filepath.Base(path), data)
			if err != nil {
				t.Fatal(err)
			}
			c := newCounty(t, notice)
			c.enrol(t, script.Roster)
			err = script.Play(t.Context(), func(_ context.Context, from string, group bool, text string) (string, error) {
				return c.say(t, from, text), nil
			})
			if err != nil {
				t.Error(err)
			}
			for name, lines := range script.Values {
				c.holds(t, strings.TrimPrefix(name, notice.Main+" "), lines)
			}
		})
	}
}

// enrol replaces nothing: it adds the units of a roster file.
func (c *county) enrol(t rapid.TB, csv string) {
	rows, err := report.ReadRoster(strings.NewReader(csv), c.notice.Kinds)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.store.ImportRoster(context.Background(), rows, store.ImportOptions{At: time.Date(2021, 5, 28, 0, 0, 0, 0, time.UTC)}); err != nil {
		t.Fatal(err)
	}
}

// holds checks a draft against lines of item and value.
func (c *county) holds(t rapid.TB, unit string, lines []string) {
	if len(lines) == 0 {
		return
	}
	draft := c.draft(t, unit)
	if len(draft) != len(lines) {
		t.Errorf("%s: %d items in the draft, want %d: %v", unit, len(draft), len(lines), draft)
	}
	for _, line := range lines {
		number, want, _ := strings.Cut(line, " ")
		item, err := strconv.Atoi(number)
		if err != nil {
			t.Fatalf("%s: no item number", line)
		}
		if have := draft[item].String(); have != want {
			t.Errorf("%s: item %d is %s, want %s", unit, item, have, want)
		}
	}
}
