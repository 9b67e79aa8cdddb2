package bot_test

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"anyuebot/bot"
	"anyuebot/bot/transcript"
)

// TestStories plays conversations with presses, files, voices and messages to
// others. A part “附件2 单位”, for a monthly form “案例 2021-06 单位”, lists the
// draft as it must stand at the end.
func TestStories(t *testing.T) {
	n := loadNotice(t)
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
			w := newWorld(t, n, script.Roster)
			if err := script.Act(t.Context(), func(_ context.Context, turn transcript.Turn) (string, error) {
				reply, err := w.act(turn)
				t.Logf("[%s %s] %s\n%s", turn.From, turn.How, turn.Text, reply)
				return reply, err
			}); err != nil {
				t.Error(err)
			}
			for name, lines := range script.Values {
				words := strings.Fields(name)
				form := n.Form(words[0])
				key := bot.ReportKey{Unit: words[len(words)-1], Form: form.ID, Period: form.Period}
				if len(words) == 3 {
					key.Period = words[1]
				}
				draft := w.values(key)
				if len(draft) != len(lines) {
					t.Errorf("%s: %d items in the draft, want %d: %v", name, len(draft), len(lines), draft)
				}
				for _, line := range lines {
					number, want, _ := strings.Cut(line, " ")
					item, err := strconv.Atoi(number)
					if err != nil {
						t.Fatal(err)
					}
					if have := draft[item].String(); have != want {
						t.Errorf("%s: item %d is %s, want %s", name, item, have, want)
					}
				}
			}
		})
	}
}
