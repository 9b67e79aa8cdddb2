package app_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"anyuebot/bot"
	"anyuebot/bot/app"
	"anyuebot/bot/transcript"
	"anyuebot/prompts"
	"anyuebot/store"
)

// shelf is where a county's roster files are: contents by hash.
type shelf struct {
	store *store.Store
	files map[string][]byte
	fail  error // what the next import ends with, after its work is done
	done  int   // imports that were no trial
}

func (s *shelf) Content(hash string) (io.ReadCloser, error) {
	content, ok := s.files[hash]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return io.NopCloser(bytes.NewReader(content)), nil
}

func (s *shelf) ImportRoster(ctx context.Context, rows []bot.RosterRow, by string, at time.Time, trial bool) (bot.RosterImport, error) {
	r, err := s.store.ImportRoster(ctx, rows, store.ImportOptions{At: at, By: by, Trial: trial})
	if !trial {
		s.done++
		err, s.fail = errors.Join(err, s.fail), nil
	}
	return r, err
}

// keep puts a file on the shelf.
func (s *shelf) keep(name, content string) bot.File {
	sum := sha256.Sum256([]byte(content))
	f := bot.File{Hash: hex.EncodeToString(sum[:]), Name: name, Type: "text/plain", Size: int64(len(content))}
	s.files[f.Hash] = []byte(content)
	return f
}

// office is a county whose office can send roster files.
func newOffice(t *testing.T, n *bot.Notice) (*county, *shelf) {
	c := newCounty(t, n)
	s := &shelf{store: c.store, files: map[string][]byte{}}
	zone := time.FixedZone("CST", 8*3600)
	c.app = app.New(app.Config{
		Notice: n, Store: port{c.store}, Rosters: s, Office: []string{"office", "office2"}, Zone: zone,
		Say: func(e bot.Effect) (string, error) { return prompts.Render(n, e) },
		Now: func() time.Time {
			return time.Date(2021, 6, 28, 9, 0, 0, 0, zone).Add(time.Duration(c.n) * time.Minute)
		},
	})
	return c, s
}

func (c *county) send(t *testing.T, m bot.Message) string {
	t.Helper()
	c.n++
	m.Channel, m.ID, m.Limit = "test", fmt.Sprint(c.n), 20480
	reply, err := c.app.Turn(t.Context(), m)
	if err != nil {
		t.Fatalf("%s: %v", m.Text, err)
	}
	return reply.Text
}

// TestRosterStories plays what the office does to the roster, on a store: units
// are renamed, taken off and put back, and files imported. A part “文件 名字” is
// what the file of that name holds.
func TestRosterStories(t *testing.T) {
	notice, err := prompts.Load("", bot.WordingKeys())
	if err != nil {
		t.Fatal(err)
	}
	paths, err := filepath.Glob("testdata/roster/*.txtar")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) {
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			script, err := transcript.Parse(filepath.Base(path), data)
			if err != nil {
				t.Fatal(err)
			}
			c, s := newOffice(t, notice)
			c.enrol(t, script.Roster)
			err = script.Act(t.Context(), func(_ context.Context, turn transcript.Turn) (string, error) {
				m := bot.Message{From: turn.From, Media: bot.MediaText, Text: turn.Text}
				if turn.Group {
					m.Group = "g"
				}
				if turn.How == "文件" {
					name := strings.TrimSpace(turn.Text)
					m.Media, m.Text = bot.MediaFile, ""
					m.Files = []bot.File{s.keep(name, strings.Join(script.Values["文件 "+name], "\n")+"\n")}
				}
				reply := c.send(t, m)
				t.Logf("[%s %s] %s\n%s", turn.From, turn.How, turn.Text, reply)
				return reply, nil
			})
			if err != nil {
				t.Error(err)
			}
			for name, lines := range script.Values {
				if form, unit, _ := strings.Cut(name, " "); form == notice.Main {
					c.holds(t, unit, lines)
				}
			}
			audit, err := c.store.Verify(t.Context(), nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range audit.Faults {
				if !strings.Contains(f.What, "file ") { // which are on the shelf
					t.Errorf("%s: %s", f.Key, f.What)
				}
			}
		})
	}
}

// TestImportAgain: an import whose answer was lost is told of truly when the same
// message comes again, and a message seen before imports nothing.
func TestImportAgain(t *testing.T) {
	notice, err := prompts.Load("", bot.WordingKeys())
	if err != nil {
		t.Fatal(err)
	}
	c, s := newOffice(t, notice)
	c.enrol(t, "单位,类别,联络员userid\n山河镇,乡镇,\n")
	// The office itself is on the list: the import changes the very record of who
	// sent it.
	f := s.keep("名册.csv", "单位,类别,联络员userid\n山河镇,乡镇,lisi\n县应急局,部门,OFFICE\n")
	if reply := c.send(t, bot.Message{From: "office", Media: bot.MediaFile, Files: []bot.File{f}}); !strings.Contains(reply, "新增 1，更新 1") {
		t.Fatal(reply)
	}
	agree := bot.Message{Channel: "test", ID: "agree", From: "office", Media: bot.MediaText, Text: "确认", Limit: 20480}
	s.fail = errors.New("the disk went away")
	reply, err := c.app.Turn(t.Context(), agree)
	if err != nil || !strings.Contains(reply.Text, "暂时无法保存") || s.done != 1 {
		t.Fatalf("%q, %v, %d imports", reply.Text, err, s.done)
	}
	for range 2 {
		reply, err = c.app.Turn(t.Context(), agree)
		if err != nil || !strings.Contains(reply.Text, "新增 0，更新 0，不变 2") || s.done != 2 {
			t.Fatalf("%q, %v, %d imports", reply.Text, err, s.done)
		}
	}
	if reply := c.send(t, bot.Message{From: "office", Media: bot.MediaText, Text: "我是谁"}); !strings.Contains(reply, "您是县应急局联络员") || !strings.Contains(reply, "您是安委办人员") {
		t.Error(reply)
	}
	if reply := c.send(t, bot.Message{From: "office", Media: bot.MediaText, Text: "确认"}); s.done != 2 {
		t.Errorf("agreed to nothing: %s", reply)
	}
}
