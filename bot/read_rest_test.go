package bot

import "testing"

// What a run left unread is handed back, so that the person can be told.
func TestRunTellsWhatItDidNotRead(t *testing.T) {
	n, form := readNotice(t)
	for _, c := range []struct {
		from       int
		text, rest string
	}{
		{1, "3次，约120人，看了，2场，80人", "看了，2场，80人"},
		{1, "3次，约120人。", ""},
		{1, "3次，120人", ""},
		{1, "3", ""},
		{1, "又3次，2场", ""},
		{1, "3次，120人，吃了，2场，80人", ""},
		{1, "3次 男60人 女60人，看了，2场", "看了，2场"},
		{8, "2次，3篇，5人，1场，是", "1场，是"},
		{4, "1场60 2场100", "2场100"},
	} {
		run := ReadRun(n, form, c.from, c.text)
		if run.Rest != c.rest {
			t.Errorf("from %d: %q: rest %q, want %q (%s)", c.from, c.text, run.Rest, c.rest, runString(run))
		}
	}
}

func TestQuotes(t *testing.T) {
	n, form := readNotice(t)
	for text, quote := range map[string]string{
		"5%":       "5%",
		"共5%":      "5%",
		"5个百分点":    "5个百分点",
		"百分之五":     "百分之五",
		"三分之一":     "三分之一",
		"-3":       "-3",
		"三点五":      "三点五",
		".5":       ".5",
		"一百六十多人":   "一百六十多人",
		"没明白":      "没明白",
		"我们还没有数字呢": "还没有数字呢",
	} {
		if r := Read(n, form.Field(2), text); r.Quote != quote {
			t.Errorf("%q: quote %q, want %q (%s)", text, r.Quote, quote, readingString(r))
		}
	}
}
