package bot_test

import (
	"strings"
	"testing"
	"time"
)

// However long and odd a sentence is, it is read in no time that would hold up
// others.
func TestFreeSentencesAreQuick(t *testing.T) {
	n := loadNotice(t)
	for _, unit := range []string{
		"演练1场", "演练1场，", "学习，", "学习2次，每次3人，", "又1场", "又", "和", "专题行和", "专题行、区域行、", "警示教育1场 ", "每次12人", "不对", "其中3人", "3-5", "第3项", "28项又1场，",
		"其余无，", "县上的", "12改5", "宣传产品2部演练1场", "累计", "来了三四百人 ", "家", "一",
	} {
		text := strings.Repeat(unit, 1500/len(unit))
		for _, asked := range []string{"改28", "退出"} {
			w := newWorld(t, n, fourUnits)
			w.say("lisi", "填报")
			w.say("lisi", asked)
			begun := time.Now()
			w.say("lisi", text)
			if took := time.Since(begun); took > 2*time.Second {
				t.Errorf("%s … after %s: %v", unit, asked, took)
			} else if took > 100*time.Millisecond {
				t.Logf("%s … after %s: %v", unit, asked, took)
			}
		}
	}
}
