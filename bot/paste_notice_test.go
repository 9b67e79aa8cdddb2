package bot_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"anyuebot/bot"
	"anyuebot/prompts"
)

// The notice as shipped: its sentences, filled, and its list read back.
func TestPasteShippedNotice(t *testing.T) {
	n, err := prompts.Load("", bot.WordingKeys())
	if err != nil {
		t.Fatal(err)
	}
	form := n.Form(n.Main)
	var lines, list []string
	want := map[int]bot.Value{}
	for _, line := range form.Lines {
		lines = append(lines, line.Text)
	}
	text := strings.Join(lines, "\n")
	for i, f := range form.Fields {
		v := bot.Count(int64(1009 + 16*i))
		filled := v.String()
		blank := fmt.Sprintf("{%d}", f.Item)
		switch f.Kind {
		case bot.KindYesNo:
			v, filled, blank = bot.Answer(true), "☑是□否", "□是□否"+blank
		case bot.KindText:
			v = bot.Words("某矿停产整顿；某加油站罚款3万元")
			filled = v.Text
		}
		if !strings.Contains(text, blank) {
			t.Fatalf("%s has no place for %s", form.ID, blank)
		}
		text = strings.Replace(text, blank, filled, 1)
		want[f.Item] = v
		list = append(list, strings.TrimSpace(strconv.Itoa(f.Item)+" "+f.Label+" "+v.String()+" "+f.Unit))
	}
	p, ok := bot.ReadPaste(n, form, text)
	if !ok || len(p.Rest) > 0 || len(p.Blank) > 0 {
		t.Errorf("sentences: ok %v, rest %q, blank %v", ok, p.Rest, p.Blank)
	}
	compare(t, "sentences", want, p.Answers)

	answers, rest, ok := bot.ReadList(n, form, strings.Join(list, "\n"))
	if !ok || len(rest) > 0 {
		t.Errorf("list: ok %v, rest %q", ok, rest)
	}
	var readings []bot.ItemReading
	for _, a := range answers {
		readings = append(readings, a.ItemReading)
	}
	compare(t, "list", want, readings)
	if _, ok := bot.ReadPaste(n, form, strings.Join(list, "\n")); ok {
		t.Error("the list was taken for sentences")
	}
}

func compare(t *testing.T, what string, want map[int]bot.Value, got []bot.ItemReading) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d of %d items read", what, len(got), len(want))
	}
	for _, a := range got {
		if a.Outcome != bot.Taken || a.Value != want[a.Item] {
			t.Errorf("%s: item %d is %v, read outcome %d %v", what, a.Item, want[a.Item], a.Outcome, a.Value)
		}
	}
}
