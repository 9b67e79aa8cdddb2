package bot

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// The words for how a stamped copy stands to the version that counts.
const (
	wordSame    = "一致"
	wordChanged = "有改动"
	wordOld     = "旧"
)

// meant is what somebody says a material is.
type meant struct {
	unit string
	kind string
	item int // of the main form; 0 if none is named
}

// itemNamed finds 第12项 and 12项.
var itemNamed = regexp.MustCompile(`第? ?([0-9]{1,8}) ?项`)

// readMaterial reads “好的做法 第12项” or “第12项的照片”. It reports false if some
// of the words say neither what it is nor whose.
func readMaterial(n *Notice, units []string, text string) (meant, bool) {
	var m meant
	text = fold(text)
	if at := itemNamed.FindStringSubmatchIndex(text); at != nil {
		m.item, _ = strconv.Atoi(text[at[2]:at[3]])
		text = text[:at[0]] + " " + text[at[1]:]
	}
	all := true
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" 　，,、：:。\n", r) }) {
		word = ofMaterial(word)
		if unit := within(units, word); unit != "" && m.unit == "" {
			m.unit = unit
			continue
		}
		if kind, ok := pick(n.Materials, word); ok && m.kind == "" && !isNumber(word) {
			m.kind = kind
			continue
		}
		all = all && word == ""
	}
	return m, all
}

// ofMaterial takes from a word what only says that there is material:
// “好的做法的照片” is 好的做法.
func ofMaterial(word string) string {
	for _, sort := range []string{"现场照片", "照片", "图片", "相片", "截图", "视频", "录像", "文件", "佐证", "材料", "资料", "现场"} {
		if rest, ok := strings.CutSuffix(word, sort); ok {
			word = rest
			break
		}
	}
	return strings.TrimPrefix(strings.TrimSuffix(strings.TrimPrefix(word, "这是"), "的"), "的")
}

// within finds a unit by its name, or by the beginning of it that no other has.
func within(units []string, word string) string {
	if isNumber(word) {
		return ""
	}
	unit, _ := pick(units, word)
	return unit
}

func isNumber(word string) bool {
	_, err := strconv.Atoi(word)
	return err == nil
}

// unitAndNumber parts “山河镇 3”.
func unitAndNumber(text string) (unit string, number int) {
	text = strings.TrimSpace(fold(text))
	i := strings.LastIndex(text, " ")
	if i < 0 {
		return text, 0
	}
	digits := strings.Trim(text[i:], " 第个份")
	number, err := strconv.Atoi(digits)
	if err != nil {
		return text, 0
	}
	return strings.TrimSpace(text[:i]), number
}

// callsStamp reports whether words say that a stamped copy is meant.
func callsStamp(text string) bool {
	word := strings.TrimPrefix(strings.TrimPrefix(bare(text), "这是"), "附件2")
	return slices.Contains([]string{wordStamped, "盖章", "盖章页", "盖章版", "盖章的", "盖好章的", "已盖章", "交盖章件", "报盖章件", "上传盖章件"}, word)
}

// stampVerdict reads how a stamped copy stands to the version that counts.
func stampVerdict(text string) (StampVerdict, bool) {
	word := bare(text)
	if utf8.RuneCountInString(word) > 12 || isTalk(word) {
		return "", false
	}
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(word, w) })
	}
	same := has(wordSame, "一样", "相同", "相符")
	if word == "没有改动" || word == "无改动" {
		return StampSame, true
	}
	switch old := has(wordOld, "上一版", "老版"); {
	case old && !same && !has("不"):
		return StampOld, true
	case old:
		return "", false
	case same && !has("不", "没", "未") && !has("改"):
		return StampSame, true
	case same && has("不一", "不相"), has(wordChanged, "有改", "改过", "改了") && !has("没有改", "未改", "没改"):
		return StampChanged, true
	}
	return "", false
}

// word is the verdict as it may be typed.
func (v StampVerdict) word() string {
	switch v {
	case StampSame:
		return wordSame
	case StampChanged:
		return wordChanged
	}
	return wordOld
}

// isNoStamp reports whether somebody says that what they sent is no stamped copy.
func isNoStamp(text string) bool {
	return slices.Contains([]string{"不是", "不是的", "不是盖章件", "都不是", "不用", "取消", "算了"}, bare(text))
}

// isPage reports whether a file can be a page of a stamped copy.
func (f File) isPage() bool {
	return strings.HasPrefix(f.Type, "image/") || f.Type == "application/pdf"
}

// isDocument reports whether a file can stand for a text: Word, WPS or PDF.
func (f File) isDocument() bool {
	switch f.Type {
	case "application/pdf", "application/msword", "application/rtf", "application/ofd", "application/x-ole-storage",
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document":
		return true
	}
	return false
}
