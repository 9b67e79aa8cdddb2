package bot

import "testing"

// TestReadClaimed: who says that the form is with the office already, and by which
// road.
func TestReadClaimed(t *testing.T) {
	n, _ := readNotice(t)
	for text, want := range map[string]string{
		"我交了纸质": "纸质", "我们已交纸质版": "纸质", "已报纸质": "纸质", "我们交了纸质的": "纸质", "上周交的纸质": "纸质",
		"纸质已交了": "纸质", "纸质版送过去了": "纸质", "已送纸质版": "纸质",
		"已传真": "传真", "已传真过去了": "传真", "我6月28号就传真过去了": "传真", "已发邮件": "邮件", "已发qq": "QQ",
		"早就报上去了": "是",
		"纸质版另送":  "", "要交纸质吗": "", "只交纸质行不行": "", "没交纸质": "", "纸质还没交了": "", "传真号多少": "", "已经交了3次纸质": "",
	} {
		_, how, ok := n.readClaimed(text)
		if ok && how == "" {
			how = "是"
		}
		if how != want {
			t.Errorf("%s: %q, want %q", text, how, want)
		}
	}
}
