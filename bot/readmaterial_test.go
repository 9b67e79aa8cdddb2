package bot

import "testing"

func TestReadMaterial(t *testing.T) {
	n := &Notice{Materials: []string{"好的做法", "特色项目", "重要事项", "活动方案", "工作机构", "隐患治理台账"}}
	units := []string{"县妇联", "县团委"}
	for text, want := range map[string]struct {
		meant
		ok bool
	}{
		"":            {meant{}, true},
		"好的做法":        {meant{kind: "好的做法"}, true},
		"做法 第12项":     {meant{kind: "好的做法", item: 12}, true},
		"第12项的照片":     {meant{item: 12}, true},
		"１２项照片":       {meant{item: 12}, true},
		"这是第 12 项的佐证": {meant{item: 12}, true},
		"好的做法的照片":     {meant{kind: "好的做法"}, true},
		"隐患台账":        {meant{}, false},
		"台账":          {meant{kind: "隐患治理台账"}, true},
		"县团委 活动方案":    {meant{unit: "县团委", kind: "活动方案"}, true},
		"团委，方案，第3项":   {meant{unit: "县团委", kind: "活动方案", item: 3}, true},
		"山河镇 方案":      {meant{kind: "活动方案"}, false},
		"3":           {meant{}, false},
		"28项又1场200人":  {meant{item: 28}, false},
		"第12项改为5":     {meant{item: 12}, false},
		"好的做法 特色项目":   {meant{kind: "好的做法"}, false},
		"明天再说":        {meant{}, false},
		"现场照片":        {meant{}, true},
		"第1项 第2项":     {meant{item: 1}, false},
		"第12345678项":  {meant{item: 12345678}, true},
		"县妇联县团委联合的活动方案！": {meant{}, false},
	} {
		if got, ok := readMaterial(n, units, text); ok != want.ok || got != want.meant {
			t.Errorf("%s: %+v %t, want %+v %t", text, got, ok, want.meant, want.ok)
		}
	}
}

func TestStampVerdict(t *testing.T) {
	for text, want := range map[string]StampVerdict{
		"一致": StampSame, "与第2版一致": StampSame, "一样的": StampSame, "数字相符。": StampSame,
		"有改动": StampChanged, "不一致": StampChanged, "改了两个数": StampChanged, "数字不一样": StampChanged,
		"旧": StampOld, "旧版": StampOld, "是旧的": StampOld, "上一版的": StampOld,
		"没有改动": StampSame, "一致吗": "", "不是": "", "对": "", "3场": "", "不是旧版": "", "基本一致，改了一处": StampChanged,
		"与旧版一致": "", "一致吗？": "", "没改": "", "我们学习了旧的文件，又看了新的片子": "",
	} {
		if got, ok := stampVerdict(text); got != want || ok != (want != "") {
			t.Errorf("%s: %q %t, want %q", text, got, ok, want)
		}
	}
}

func TestUnitAndNumber(t *testing.T) {
	for text, want := range map[string]struct {
		unit   string
		number int
	}{
		"山河镇": {"山河镇", 0}, "山河镇 3": {"山河镇", 3}, "山河镇　第3份": {"山河镇", 3}, "山河镇 -1": {"山河镇", -1}, "山河镇 三": {"山河镇 三", 0}, "": {"", 0},
	} {
		if unit, number := unitAndNumber(text); unit != want.unit || number != want.number {
			t.Errorf("%q: %q %d", text, unit, number)
		}
	}
}
