package main

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"
	"testing"

	"anyuebot/bot"
	"anyuebot/bot/report"
	"anyuebot/bot/transcript"
	"anyuebot/prompts"
)

// TestSamples plays the sample transcripts through the encrypted webhook on a
// bbolt file, and then holds every number in the store and in 汇总 against the
// transcript's own list.
func TestSamples(t *testing.T) {
	most := map[string]int{"一项一项答.txtar": 48, "几项一起答.txtar": 22, "整表粘贴.txtar": 3}
	files, err := fs.Glob(prompts.Samples(), "*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			script := sample(t, name)
			w := newWorld(t, script.Roster)
			if err := script.Play(t.Context(), w.say); err != nil {
				t.Error(err)
			}
			checkValues(t, script, w.exported())
			totals := w.private(sampleOffice, "汇总")
			for _, want := range script.Totals {
				if !strings.Contains(totals, want) {
					t.Errorf("汇总 has no line %s:\n%s", want, totals)
				}
			}
			if limit, ok := most[name]; ok {
				used := messagesToComplete(script)
				t.Logf("%s: %d messages", name, used)
				if used > limit {
					t.Errorf("%d messages to complete all items, at most %d wanted", used, limit)
				}
			}
		})
	}
}

// messagesToComplete counts what the liaison sends up to the first 提交, without
// 填报 and 预览.
func messagesToComplete(s *transcript.Script) int {
	n := 0
	for _, turn := range s.Turns {
		switch turn.Text {
		case "填报", "填表", "预览":
			continue
		case "提交":
			return n + 1
		}
		n++
	}
	return n
}

func sample(t *testing.T, name string) *transcript.Script {
	t.Helper()
	data, err := fs.ReadFile(prompts.Samples(), name)
	if err != nil {
		t.Fatal(err)
	}
	script, err := transcript.Parse(name, data)
	if err != nil {
		t.Fatal(err)
	}
	return script
}

// checkValues holds the export to the transcript, item by item and both ways.
func checkValues(t *testing.T, script *transcript.Script, doc report.Document) {
	t.Helper()
	for name, lines := range script.Values {
		form, unit, _ := strings.Cut(name, " ")
		got := map[string]report.Value{}
		for _, r := range doc.Reports {
			if r.Unit == unit && r.Form == form {
				got = r.Values
			}
		}
		if len(got) != len(lines) {
			t.Errorf("%s: %d values in the store, %d in the transcript", name, len(got), len(lines))
		}
		for _, line := range lines {
			item, want, _ := strings.Cut(line, " ")
			if have := plain(got[item]); have != want {
				t.Errorf("%s: item %s is %q, want %q", name, item, have, want)
			}
		}
	}
}

func plain(v report.Value) string {
	switch {
	case v.Number != nil:
		return strconv.FormatInt(*v.Number, 10)
	case v.Yes != nil:
		return bot.Answer(*v.Yes).String()
	case v.Text != nil:
		return *v.Text
	}
	return v.Nothing
}

// TestTenAtOnce has ten liaisons fill their forms in one group, their messages
// mixed like cards, on a service that is stopped and started in between.
func TestTenAtOnce(t *testing.T) {
	script := sample(t, "一项一项答.txtar")
	var roster strings.Builder
	roster.WriteString("单位,类别,联络员userid\n")
	for i := range 10 {
		fmt.Fprintf(&roster, "单位%d,部门,user%d\n", i, i)
	}
	w := newWorld(t, roster.String())
	for step := range len(script.Turns) + 9 {
		for i := range 10 {
			k := step - i // each is at another place of the form
			if k < 0 || k >= len(script.Turns) {
				continue
			}
			if _, err := w.say(t.Context(), fmt.Sprintf("user%d", i), true, script.Turns[k].Text); err != nil {
				t.Fatal(err)
			}
		}
		if step%10 == 0 {
			w.reopen()
		}
	}
	doc := w.exported()
	if len(doc.Reports) != 10 {
		t.Fatalf("%d reports", len(doc.Reports))
	}
	for _, r := range doc.Reports {
		checkValues(t, &transcript.Script{Values: map[string][]string{"附件2 " + r.Unit: script.Values["附件2 山河镇"]}}, doc)
	}
}
