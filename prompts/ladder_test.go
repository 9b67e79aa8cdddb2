package prompts

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"anyuebot/bot"
)

// inWords writes a step as a row: its name, what it asks for, of whom, on which
// day and at what time.
func inWords(r bot.Rung) string {
	var owes []string
	for _, o := range r.Owes {
		var items strings.Builder
		for _, item := range o.Items {
			items.WriteString(" " + strconv.Itoa(item))
		}
		owes = append(owes, map[bot.OwedWhat]string{
			bot.OweForm: o.Form, bot.OweItems: o.Form + items.String(), bot.OweStamp: "盖章件 of " + o.Form, bot.OweMaterial: "材料 " + o.Kind,
		}[o.What])
	}
	to := map[bot.Audience]string{bot.ToLiaisons: "联络员", bot.ToGroups: "工作群", bot.ToOffice: "安委办"}[r.To]
	return strings.Join([]string{r.ID, strings.Join(owes, ", "), to, dayInWords(r.Day), time.Time{}.Add(r.At).Format("15:04")}, " | ")
}

func dayInWords(d bot.Day) string {
	from := map[bot.DayFrom]string{bot.DayDate: d.Date, bot.DayAim: "截止 " + d.Deadline, bot.DayMonth: "月底"}[d.From]
	if d.Work != 0 {
		from += fmt.Sprintf("%+d", d.Work)
	}
	if d.Early {
		from += " 提前"
	}
	return from
}

// The ladder of the notice, as the office was told it.
func TestLadderOfTheNotice(t *testing.T) {
	ladder := embeddedNotice(t).Ladder
	want := strings.TrimSpace(`
附件1首次 | 附件1 | 联络员 | 2021-06-01 | 14:30
附件1群 | 附件1 | 工作群 | 截止 附件1 | 09:00
附件1清单 | 附件1 | 安委办 | 截止 附件1 | 16:00
附件1逾期 | 附件1 | 联络员 | 截止 附件1+1 | 09:00
附件1逾期清单 | 附件1 | 安委办 | 截止 附件1+1 | 16:00
咨询日方案 | 材料 活动方案 | 联络员 | 2021-06-14 | 09:00
咨询日数字 | 附件2 28 29 | 联络员 | 2021-06-16+1 | 09:00
附件2首次 | 附件2, 总结 | 联络员 | 截止 附件2-5 | 09:00
附件2二次 | 附件2, 总结 | 联络员 | 截止 附件2-1 | 09:00
附件2群 | 附件2, 总结 | 工作群 | 截止 附件2-1 | 15:00
附件2当天 | 附件2, 总结 | 联络员 | 截止 附件2 | 09:00
附件2清单 | 附件2, 总结 | 安委办 | 截止 附件2 | 16:00
附件2逾期 | 附件2, 总结 | 联络员 | 截止 附件2+2 | 09:00
附件2逾期清单 | 附件2, 总结 | 安委办 | 截止 附件2+2 | 16:00
盖章件 | 盖章件 of 附件2 | 联络员 | 截止 附件2+4 | 09:00
案例 | 案例 | 联络员 | 月底-2 | 09:00
案例清单 | 案例 | 安委办 | 月底-1 | 16:00
年终首次 | 年终 | 联络员 | 截止 年终-5 | 09:00
年终当天 | 年终 | 联络员 | 截止 年终 | 09:00
年终清单 | 年终 | 安委办 | 截止 年终 | 16:00
年终逾期 | 年终 | 联络员 | 截止 年终+2 | 09:00
年终逾期清单 | 年终 | 安委办 | 截止 年终+2 | 16:00`)
	var got []string
	for _, r := range ladder.Rungs {
		got = append(got, inWords(r))
		if r.Keep != 1 {
			t.Errorf("%s is made up for within %d working days, want 1", r.ID, r.Keep)
		}
		// The words of the office, and what nags, are never said to a liaison.
		for _, word := range []string{"催", "逾期", "异常", "封账", "还剩", "！"} {
			if strings.Contains(r.Say, word) {
				t.Errorf("%s says %s: %s", r.ID, word, r.Say)
			}
		}
	}
	if diff := cmp.Diff(strings.Split(want, "\n"), got); diff != "" {
		t.Errorf("(-wanted +ladder):\n%s", diff)
	}
	hour := func(h, m int) time.Duration { return time.Duration(h)*time.Hour + time.Duration(m)*time.Minute }
	if want := []bot.Window{{From: hour(8, 30), To: hour(12, 0)}, {From: hour(14, 30), To: hour(17, 30)}}; !slices.Equal(ladder.Windows, want) {
		t.Errorf("windows %v", ladder.Windows)
	}
	if ladder.Monday != hour(10, 0) || ladder.Cap != 3 {
		t.Errorf("Mondays from %v, at most %d a week", ladder.Monday, ladder.Cap)
	}
	if len(ladder.Silent) != 1 {
		t.Fatalf("silent %v", ladder.Silent)
	}
	const minutes = "2006-01-02 15:04 -0700"
	s := ladder.Silent[0]
	if got := s.From.Format(minutes) + " " + s.To.Format(minutes); got != "2021-07-01 00:00 +0800 2021-07-01 14:30 +0800" {
		t.Errorf("silent %s", got)
	}
}

// The promise to the office: a step is moved by changing its line, and nothing
// else moves with it.
func TestAStepMovesByOneLine(t *testing.T) {
	embedded, err := os.ReadFile(ladderFile)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ old, new, step, want string }{
		{`to: 联络员, day: 2021-06-01, at: "14:30"`, `to: 联络员, day: 2021-06-02, at: "09:00"`,
			"附件1首次", "附件1首次 | 附件1 | 联络员 | 2021-06-02 | 09:00"},
		{`to: 联络员, day: 截止前5个工作日, at: "09:00"}` + "\n  - {id: 附件2二次", `to: 联络员, day: 2021-06-19后2个工作日, at: "15:30"}` + "\n  - {id: 附件2二次",
			"附件2首次", "附件2首次 | 附件2, 总结 | 联络员 | 2021-06-19+2 | 15:30"},
		{"day: 2021-06-14", "day: 2021-06-14, shift: 提前",
			"咨询日方案", "咨询日方案 | 材料 活动方案 | 联络员 | 2021-06-14 提前 | 09:00"},
		{"day: 每月倒数第2个工作日", "day: 每月倒数第4个工作日",
			"案例", "案例 | 案例 | 联络员 | 月底-4 | 09:00"},
		{"owes: [盖章件], to: 联络员", "owes: [盖章件], to: 安委办",
			"盖章件", "盖章件 | 盖章件 of 附件2 | 安委办 | 截止 附件2+4 | 09:00"},
	}
	before := embeddedNotice(t).Ladder.Rungs
	for _, tt := range tests {
		if strings.Count(string(embedded), tt.old) != 1 {
			t.Fatalf("%s has %q %d times, want once", ladderFile, tt.old, strings.Count(string(embedded), tt.old))
		}
		dir := t.TempDir()
		write(t, dir, ladderFile, strings.Replace(string(embedded), tt.old, tt.new, 1))
		n, err := Load(dir, bot.WordingKeys())
		if err != nil {
			t.Errorf("%s: %v", tt.new, err)
			continue
		}
		for i, r := range n.Ladder.Rungs {
			switch {
			case r.ID == tt.step:
				if got := inWords(r); got != tt.want {
					t.Errorf("%s:\n got %s\nwant %s", tt.new, got, tt.want)
				}
			case !cmp.Equal(r, before[i]):
				t.Errorf("%s moves %s, too", tt.new, r.ID)
			}
		}
	}
}

// An office that wants no reminders deletes the steps; hours and cap stay, because
// 催报 goes by them.
func TestLadderWithoutSteps(t *testing.T) {
	files := tiny(t)
	head, _, _ := strings.Cut(string(files[ladderFile]), "steps:")
	files[ladderFile] = []byte(head)
	n, err := load(files, nil, tinyKeys(), new(problems))
	if err != nil {
		t.Fatal(err)
	}
	if l := n.Ladder; len(l.Rungs) != 0 || l.Cap != 3 || len(l.Windows) != 2 {
		t.Errorf("ladder = %+v", l)
	}
}

// What a step may leave out, and what it may say of itself.
func TestStepOfItsOwn(t *testing.T) {
	n, err := load(tiny(t), nil, tinyKeys(), new(problems))
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		row  string
		keep int
		say  string
	}{
		{"首次 | 表 | 联络员 | 2021-06-01 | 14:30", 1, "温馨提示"},
		{"当天 | 表 | 工作群 | 截止 表 | 09:00", 1, ""},
		{"清单 | 表 | 安委办 | 截止 表+1 | 16:00", 0, ""},
		{"数字 | 表 1 2 | 联络员 | 2021-06-16-2 | 09:00", 1, ""},
		{"盖章件 | 盖章件 of 表 | 联络员 | 2021-06-13 提前 | 09:00", 1, ""},
		{"月报 | 月报 | 联络员 | 月底-2 | 09:00", 1, ""},
	} {
		if r := n.Ladder.Rungs[i]; inWords(r) != want.row || r.Keep != want.keep || r.Say != want.say {
			t.Errorf("step %d = %s, keep %d, say %q; want %v", i+1, inWords(r), r.Keep, r.Say, want)
		}
	}
	if d := n.Ladder.Rungs[3].Day; d.Words != "2021-06-16前2个工作日" {
		t.Errorf("the day is kept as %q", d.Words)
	}
}

// A deadline whose aim is not written aims at itself.
func TestAimIsTheDeadlineUnlessItSaysOtherwise(t *testing.T) {
	n, err := load(tiny(t), nil, tinyKeys(), new(problems))
	if err != nil {
		t.Fatal(err)
	}
	if d := n.Deadlines[0]; !d.Aim.Equal(d.At) || d.Aim.IsZero() {
		t.Errorf("aim %v, at %v", d.Aim, d.At)
	}
}

// “截止” has to be one day. 总结 may be asked for with 附件2 only while both aim at
// the same.
func TestFormsOfAStepAimAtOneDay(t *testing.T) {
	notice, err := os.ReadFile(noticeFile)
	if err != nil {
		t.Fatal(err)
	}
	head, tail, ok := strings.Cut(string(notice), "  - id: 总结\n")
	if !ok {
		t.Fatal("no deadline 总结")
	}
	dir := t.TempDir()
	tail = strings.Replace(tail, "aim: 2021-06-30T18:00:00+08:00", "aim: 2021-06-29T18:00:00+08:00", 1)
	tail = strings.Replace(tail, "6月30日（星期三）", "6月29日（星期二）", 1)
	write(t, dir, noticeFile, head+"  - id: 总结\n"+tail)
	_, err = Load(dir, bot.WordingKeys())
	got := found(t, err)
	if len(got) != 7 || !strings.HasPrefix(got[0], "ladder.yaml:") || !strings.HasSuffix(got[0], " day-invalid") {
		t.Errorf("got %v, want the seven steps that ask for both", got)
	}
	if want := "“附件2”请大家6月30日报送，“总结”是6月29日，不是同一天"; err == nil || !strings.Contains(err.Error(), want) {
		t.Errorf("got %v, want %s", err, want)
	}
}

// Material has no deadline to count from.
func TestMaterialNeedsADate(t *testing.T) {
	ladder, err := os.ReadFile(ladderFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, day := range []string{"截止当天", "每月最后1个工作日"} {
		dir := t.TempDir()
		write(t, dir, ladderFile, strings.Replace(string(ladder), "day: 2021-06-14", "day: "+day, 1))
		_, err := Load(dir, bot.WordingKeys())
		if got := found(t, err); len(got) != 1 || !strings.HasSuffix(got[0], " day-invalid") {
			t.Errorf("%s: got %v", day, got)
		}
	}
}

// Two monthly forms share a step only while they are reported in the same months.
func TestMonthlyFormsOfAStepShareTheirMonths(t *testing.T) {
	for months, want := range map[string]string{
		"from: 2021-06\nto: 2021-08": "",
		"from: 2021-06\nto: 2021-09": "ladder.yaml:14 day-invalid",
	} {
		files := tiny(t)
		swap := func(file, old, new string) {
			files[file] = []byte(strings.Replace(string(files[file]), old, new, 1))
		}
		files["other.yaml"] = files["month.yaml"]
		swap("other.yaml", "id: 月报", "id: 另报")
		swap("other.yaml", "from: 2021-06\nto: 2021-08", months)
		swap(noticeFile, "month.yaml]", "month.yaml, other.yaml]")
		swap(ladderFile, "owes: [月报]", "owes: [月报, 另报]")
		_, err := load(files, nil, tinyKeys(), new(problems))
		if got := strings.Join(found(t, err), " "); got != want {
			t.Errorf("%q: got %q, want %q", months, got, want)
		}
	}
}
