package bot_test

import (
	"os"
	"strings"
	"testing"
	"unicode/utf8"

	"anyuebot/bot"
	"anyuebot/bot/transcript"
)

// TestBurden counts what a liaison has to write to complete a form: the stories
// hold that nothing less will do.
func TestBurden(t *testing.T) {
	const most = 10
	for _, name := range []string{"附件1五句话", "附件2七句话"} {
		data, err := os.ReadFile("testdata/stories/" + name + ".txtar")
		if err != nil {
			t.Fatal(err)
		}
		script, err := transcript.Parse(name, data)
		if err != nil {
			t.Fatal(err)
		}
		messages := 0
		for _, turn := range script.Turns {
			if turn.From != "时钟" {
				messages++
			}
		}
		t.Logf("%s: %d messages", name, messages)
		if messages > most {
			t.Errorf("%s takes %d messages, want at most %d", name, messages, most)
		}
	}
}

// TestHelpOnPhone holds 帮助 as a liaison gets it to what fits a phone.
func TestHelpOnPhone(t *testing.T) {
	const lines, runes = 25, 46
	w := newWorld(t, loadNotice(t), "单位,类别,联络员userid\n山河镇,乡镇,lisi")
	help := strings.Split(w.turn("lisi", bot.Message{Media: bot.MediaText, Text: "帮助"}), "\n")
	if len(help) > lines {
		t.Errorf("%d lines, want at most %d", len(help), lines)
	}
	for _, line := range help {
		if n := utf8.RuneCountInString(line); n > runes {
			t.Errorf("%d characters: %s", n, line)
		}
	}
}
