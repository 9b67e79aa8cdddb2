package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"anyuebot/bot/wecom/wecomtest"
)

// TestMaterialReachesTheOffice sends pictures, words and a file into a bag, and
// has the office list them and get the very bytes back, once.
func TestMaterialReachesTheOffice(t *testing.T) {
	w := newTenant(t, tenantRoster, nil)
	photo := wecomtest.Attachment{Name: "现场.jpg", Content: []byte("\xFF\xD8\xFF\xE0 现场")}
	paper := wecomtest.Attachment{Name: "做法.pdf", Content: []byte("%PDF-1.4\n做法")}
	w.private("lisi", "材料 好的做法 第12项")
	wants(t, w.say(wecomtest.Msg{From: "lisi", Kind: wecomtest.Image, Files: []wecomtest.Attachment{photo}}).Text, "已收1张。")
	wants(t, w.private("lisi", "组织夜查3次，查出隐患12处").Text, "已收图片1张、文字1段。")
	wants(t, w.say(wecomtest.Msg{From: "lisi", Kind: wecomtest.File, Files: []wecomtest.Attachment{paper}}).Text, "已收图片1张、文件1个、文字1段。")
	w.restart() // the rehearsal's clock begins anew: nothing more is listed by its time
	wants(t, w.private("lisi", "完成").Text, "✓ 山河镇·好的做法（第12项）已存档：图片1张、文件1个、文字1段。")
	again := w.say(wecomtest.Msg{From: "zhou", Kind: wecomtest.Image, Files: []wecomtest.Attachment{photo}}).Text
	wants(t, again, "另有单位发过同一张")
	if strings.Contains(again, "山河镇") {
		t.Errorf("another unit is named:\n%s", again)
	}
	wants(t, w.private(sampleOffice, "材料 三嘉乡").Text, "与山河镇的相同")

	wants(t, w.private(sampleOffice, "材料 山河镇").Text, "3 份", "2 6月28日 好的做法 组织夜查3次")
	wants(t, w.private(sampleOffice, "材料 山河镇 3").Text, "正在发给您")
	file := func() *wecomtest.Attachment {
		for _, m := range w.api.PersonalOf(sampleOffice) {
			if m.File != nil {
				return m.File
			}
		}
		return nil
	}
	w.until("the file", func() bool { return file() != nil })
	if got := file(); got.Name != paper.Name || string(got.Content) != string(paper.Content) {
		t.Errorf("%q with %q", got.Name, got.Content)
	}
	wants(t, w.private("zhou", "材料 山河镇 3").Text, "请这样发")
	w.sound()
}

// TestSummaryAsFile: a document stands for the summary, and the store holds it to
// what was received.
func TestSummaryAsFile(t *testing.T) {
	w := newTenant(t, tenantRoster, nil)
	w.private("fulian", "总结")
	paper := wecomtest.Attachment{Name: "妇联总结.pdf", Content: []byte("%PDF-1.4\n总结")}
	wants(t, w.say(wecomtest.Msg{From: "fulian", Kind: wecomtest.File, Files: []wecomtest.Attachment{paper}}).Text, "✓ 1 总结正文 妇联总结.pdf")
	w.private("fulian", "无")
	wants(t, w.private("fulian", "提交").Text, "✓ 县妇联总结已提交，第1版。")
	w.restart()
	wants(t, w.private("fulian", "进度").Text, "县妇联 · 总结", "第1版")
	var doc bytes.Buffer
	if err := exportWork(t.Context(), w.service, nil, nil, &doc); err != nil {
		t.Fatal(err)
	}
	hash := fmt.Sprintf("%x", sha256.Sum256(paper.Content))
	wants(t, strings.Join(strings.Fields(doc.String()), ""), `"form":"总结"`, `"1":{"text":"妇联总结.pdf","file":"`+hash+`"}`, `"2":{"text":"无"}`)
	w.sound()
}
