package main

import (
	"fmt"
	"strings"

	"anyuebot/bot"
)

// sampleForm fills the right-hand column of the main form with made-up figures,
// different for each unit, as a liaison would paste it.
func sampleForm(n *bot.Notice, unit int) string {
	form := n.Form(n.Main)
	var b strings.Builder
	for _, line := range form.Lines {
		text := line.Text
		for _, f := range form.Fields {
			blank := fmt.Sprintf("{%d}", f.Item)
			if f.Kind == bot.KindYesNo {
				marked := "☑是□否"
				if f.Item != 3 && unit%3 == 2 {
					marked = "□是☑否"
				}
				text = strings.Replace(text, "□是□否"+blank, marked, 1)
				text = strings.Replace(text, "□是 □否"+blank, marked, 1)
				continue
			}
			text = strings.Replace(text, blank, sampleValue(f, unit), 1)
		}
		b.WriteString(text)
		b.WriteByte('\n')
	}
	return b.String()
}

// sampleValue is a plausible answer: events in the units, people in the dozens
// for each event, a few kinds of nothing.
func sampleValue(f bot.Field, unit int) string {
	events := func(item int) int { return 1 + (unit*7+item*3)%4 }
	switch {
	case f.Kind == bot.KindText:
		return "无"
	case unit%5 == 4 && f.Item >= 24 && f.Item <= 27:
		return "不适用"
	case unit%7 == 6 && f.Item == 34:
		return "暂不掌握"
	case f.PairsWith != 0 && f.Unit == "人次":
		people := events(f.PairsWith) * (20 + (unit*5+f.Item)%25)
		if people == f.Item {
			people++ // else it would be taken for the item's number, pasted along
		}
		return fmt.Sprint(people)
	case f.Item == 17 || f.Item == 18:
		return "0"
	case f.Item >= 43 && f.Item <= 46:
		return "0"
	case f.Unit == "人次":
		return fmt.Sprint(10 * (1 + (unit*3+f.Item)%9))
	}
	return fmt.Sprint(events(f.Item))
}
