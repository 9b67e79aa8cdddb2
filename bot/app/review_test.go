package app_test

import (
	"context"
	"testing"

	"pgregory.net/rapid"

	"anyuebot/bot"
	"anyuebot/bot/report"
	"anyuebot/prompts"
)

// TestReviewHistories plays liaisons and the office in any order. Whatever they
// do, what is frozen adds up to its checksum, the office changes no unit's
// figures, nothing approved is withdrawn, and the store stays sound.
func TestReviewHistories(t *testing.T) {
	notice, err := prompts.Load("", bot.WordingKeys())
	if err != nil {
		t.Fatal(err)
	}
	form := notice.Form(notice.Main)
	of := bot.FormPeriod{Form: form.ID, Period: form.Period}
	members := map[string]string{"lisi": "山河镇", "fulian": "县妇联"}
	words := map[string][]string{
		"lisi":   {"提交", "确认", "撤回", "填报", "改28 3", "改28 4", "改39 1", "进度", "对比", "收到"},
		"fulian": {"提交", "确认", "撤回", "填报", "改28 5", "改29 90", "预览", "好的"},
		"office": {
			"通过 山河镇", "通过 山河镇、县妇联", "通过 全部", "撤销通过 县妇联", "退回 山河镇 28 请核实", "退回 县妇联 28、39 人次偏大",
			"封账", "封账 附件1", "解封 附件2 山河镇有误", "确认", "确认", "取消", "延期 县妇联 7月5日 停电", "收到 县妇联 附件2 传真", "汇总", "日志", "查 县妇联",
		},
	}
	rapid.Check(t, func(t *rapid.T) {
		c := newCounty(t, notice)
		c.enrol(t, "单位,类别,联络员userid\n山河镇,乡镇,lisi\n县妇联,部门,fulian\n三嘉乡,乡镇,wang\n")
		for who := range members {
			for _, text := range []string{"1-3：3 120 是", "28-29：2 300", "其余无", "确认", "无", "否"} {
				c.say(t, who, text)
			}
		}
		for range rapid.IntRange(5, 30).Draw(t, "messages") {
			who := rapid.SampledFrom([]string{"lisi", "fulian", "office", "office"}).Draw(t, "who")
			text := rapid.SampledFrom(words[who]).Draw(t, "text")
			before := c.filed(t, of)
			reply := c.say(t, who, text)
			after := c.filed(t, of)
			if reply == "" {
				t.Fatalf("%s: no answer", text)
			}
			for unit, now := range after.reports {
				was, counted := before.reports[unit], after.counted[unit]
				switch {
				case bot.Fingerprint(was.Draft) != bot.Fingerprint(now.Draft) && members[who] != unit:
					t.Fatalf("%s by %s changed the draft of %s", text, who, unit)
				case was.Counted != now.Counted && members[who] != unit:
					t.Fatalf("%s by %s: version %d of %s counts after %d", text, who, now.Counted, unit, was.Counted)
				case was.Stands(before.book) == bot.Approved && now.Counted == 0:
					t.Fatalf("%s by %s: an approved version of %s was withdrawn", text, who, unit)
				case before.book != nil && before.book.Closing != nil && was.Version != now.Version:
					t.Fatalf("%s by %s: a version of %s behind 封账", text, who, unit)
				case now.Counted > 0 && (counted == nil || counted.Version != now.Counted):
					t.Fatalf("%s by %s: %s counts %d and holds %v", text, who, unit, now.Counted, counted)
				}
			}
			if b := after.book; b != nil && b.Closing != nil && b.Closing.Checksum != after.sum(form).Checksum {
				t.Fatalf("%s by %s: frozen as %s, adds up to %s", text, who, b.Closing.Checksum, after.sum(form).Checksum)
			}
		}
		audit, err := c.store.Verify(t.Context(), nil)
		if err != nil || len(audit.Faults) > 0 {
			t.Fatalf("%v, %v", err, audit.Faults)
		}
	})
}

// standing is all that stands of a form and period.
type standing struct {
	book    *bot.Book
	reports map[string]bot.Report
	counted map[string]*bot.Submission
}

func (s standing) sum(form *bot.Form) bot.Totals {
	var counted []bot.Submission
	for _, sub := range s.counted {
		if sub != nil {
			counted = append(counted, *sub)
		}
	}
	return report.Sum(form, form.Period, len(s.reports), counted, nil)
}

func (c *county) filed(t rapid.TB, of bot.FormPeriod) standing {
	t.Helper()
	v, err := c.store.View(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer v.Close()
	s := standing{reports: map[string]bot.Report{}, counted: map[string]*bot.Submission{}}
	if s.book, err = v.Book(of); err != nil {
		t.Fatal(err)
	}
	filed, err := v.Filed(of)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range filed {
		s.reports[f.Report.Key.Unit], s.counted[f.Report.Key.Unit] = *f.Report, f.Counted
	}
	return s
}
