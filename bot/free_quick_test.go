package bot_test

import (
	"strings"
	"testing"
)

// oddSentences are long and odd; what repeats is what a reader could lose itself in.
func oddSentences() []string {
	var texts []string
	for _, unit := range []string{
		"演练1场", "演练1场，", "学习，", "学习2次，每次3人，", "又1场", "又", "和", "专题行和", "专题行、区域行、", "警示教育1场 ", "每次12人", "不对", "其中3人", "3-5", "第3项", "28项又1场，",
		"其余无，", "县上的", "12改5", "宣传产品2部演练1场", "累计", "来了三四百人 ", "家", "一",
	} {
		texts = append(texts, strings.Repeat(unit, 1500/len(unit)))
	}
	return texts
}

// However long and odd a sentence is, it is answered. How long that takes is
// [BenchmarkOddSentences].
func TestOddSentencesAreAnswered(t *testing.T) {
	n := loadNotice(t)
	for _, text := range oddSentences() {
		for _, asked := range []string{"改28", "退出"} {
			w := newWorld(t, n, fourUnits)
			w.say("lisi", "填报")
			w.say("lisi", asked)
			if got := w.say("lisi", text); got == "" {
				t.Errorf("no answer to %.20s… after %s", text, asked)
			}
		}
	}
}

func BenchmarkOddSentences(b *testing.B) {
	n := loadNotice(b)
	for _, text := range oddSentences() {
		b.Run(string([]rune(text)[:2]), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				w := newWorld(b, n, fourUnits)
				w.say("lisi", "填报")
				w.say("lisi", "改28")
				b.StartTimer()
				w.say("lisi", text)
			}
		})
	}
}
