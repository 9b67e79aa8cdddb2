package main

import (
	"bytes"
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"anyuebot/bot"
	"anyuebot/bot/remind"
)

// has looks for lines in what a command printed, blanks at their ends aside.
func has(t *testing.T, out string, want ...string) {
	t.Helper()
	lines := map[string]bool{}
	for line := range strings.SplitSeq(out, "\n") {
		lines[strings.TrimSpace(line)] = true
	}
	for _, line := range want {
		if !lines[line] {
			t.Errorf("no line %q in\n%s", line, out)
		}
	}
}

func hasNot(t *testing.T, out string, words ...string) {
	t.Helper()
	for _, word := range words {
		if strings.Contains(out, word) {
			t.Errorf("%q in\n%s", word, out)
		}
	}
}

// TestRemindPlan_calendar: the days of the notice stand without a store, with the
// reason of every shift, and looking makes no store.
func TestRemindPlan_calendar(t *testing.T) {
	s := newShell(t)
	out := s.ok("remind", "--plan")
	has(t, out,
		"正安办发〔2021〕10号 催报日程",
		"2021年6月",
		"6月1日 星期二    14:30  联络员  附件1           附件1首次",
		"6月15日 星期二   09:00  联络员  活动方案        咨询日方案",
		"↳ 6月14日 端午节 → 6月15日",
		"6月17日 星期四   09:00  联络员  附件2第28–29项  咨询日数字",
		"8月30日 星期一   10:00  联络员  案例            案例",
		"2022年1月",
		"以上只是日程。没有存储文件 "+filepath.Join(s.dir, "a.db")+"，看不到各单位的情况；要看请用 --store 指明存储。",
	)
	hasNot(t, out, "还不知道", "会收到")
	if left, _ := filepath.Glob(filepath.Join(s.dir, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}

	out = s.ok("remind", "--plan", "--from", "6月14日", "--to", "2021-06-15")
	has(t, out, "6月15日 星期二  09:00  联络员  活动方案  咨询日方案", "共1步。同一时刻给同一对象的，合成一条发。")
	hasNot(t, out, "附件1首次", "附件2首次")
	has(t, s.ok("remind", "--plan", "--from", "2021-06-19", "--to", "2021-06-20"), "这段时间里没有提醒。")

	s.env["ANYUE_STORE"] = memStore
	has(t, s.ok("remind", "--plan"), "以上只是日程。存储是 mem:，只在运行的服务里，看不到各单位的情况；要看请用 --store 指明存储。")
}

func TestRemindPlan_refused(t *testing.T) {
	s := newShell(t)
	for _, tt := range []struct {
		want string
		args []string
	}{
		{"提醒由服务照日程自动发，这个命令只看不发。请写 remind --plan", nil},
		{"多出了“下周”", []string{"--plan", "下周"}},
		{"--from 要写成日期，如 2021-06-01 或 6月1日", []string{"--plan", "--from", "下周"}},
		{"--from 要写成日期，如 2021-06-01 或 6月1日", []string{"--plan", "--from", "2021-06-31"}},
		{"--to 要写成日期，如 2021-06-01 或 6月1日", []string{"--plan", "--to", "6月30日18时"}},
		{"--from 比 --to 晚，请对调", []string{"--plan", "--from", "7月1日", "--to", "6月1日"}},
		{"--at 要写成日期或时刻，如 6月23日、2021-06-23T09:00", []string{"--plan", "--at", "2月29日"}},
		{"没有 --form 这个参数", []string{"--plan", "--form", "6月1日"}},
	} {
		s.fails(tt.want, append([]string{"remind"}, tt.args...)...)
	}
	if code, out, _ := s.run("remind", "-h"); code != 0 || !strings.Contains(out, "--from") {
		t.Errorf("exit %d\n%s", code, out)
	}
}

// TestRemindPlan_units: with a store it tells who would get the next reminder, and
// why everybody else would not: from the store, and from the service that has it.
func TestRemindPlan_units(t *testing.T) {
	s := newShell(t)
	s.ok("roster", "import", s.file("r.csv", rosterCSV+"县消防救援大队,驻县单位,lisi\n"))
	look := func(want ...string) {
		t.Helper()
		has(t, s.ok("remind", "--plan", "--from", "6月29日", "--to", "6月30日"), append(want,
			"2021年6月29日（星期二）9时00分 给联络员：附件2二次、案例",
			"会收到的 3 个单位，每人一条，共 2 条",
			"山河镇          附件2、总结、案例",
			"县消防救援大队  附件2、总结、案例",
			"不发，没有联络员（1 个）",
			"周家镇",
			"没有注明的单位，当周还可收3条。",
		)...)
		has(t, s.ok("remind", "--plan", "--at", "6月30日"),
			"2021年6月30日（星期三）9时00分 给联络员：附件2当天",
			"2021年6月30日（星期三）16时00分 给安委办：附件2清单、案例清单",
			"名单上有 4 个单位",
		)
		has(t, s.ok("remind", "--plan", "--at", "2021-06-29 10:00"),
			"这时没有提醒，下面是之后最近的一次。",
			"2021年6月29日（星期二）15时00分 给工作群：附件2群",
			"还没有配对工作群，发不出去",
		)
		has(t, s.ok("remind", "--plan", "--at", "2022-02-01"), "这以后没有提醒了。")
	}
	look("各单位的情况，截至活动时间2021年6月28日（星期一）9时00分")

	s.env["ANYUE_OFFICE"] = sampleOffice
	s.env["ANYUE_AIBOT_TOKEN"], s.env["ANYUE_AIBOT_AES_KEY"] = testToken, testKey
	ctx, stop := context.WithCancel(t.Context())
	var out, errs bytes.Buffer
	done := make(chan int, 1)
	go func() { done <- run(ctx, []string{"serve"}, s.console(&out, &errs)) }()
	waitFor(filepath.Join(s.dir, "a.db.sock"))
	look()

	// What was moved in the data is shown at once; the service goes by it when it is
	// started again.
	moved := t.TempDir()
	ladder := "windows: [{from: \"09:00\", to: \"12:00\"}]\ncap: 2\nsteps:\n  - {id: 附件2提前, owes: [附件2], to: 联络员, day: 2021-06-04, at: \"09:30\"}\n"
	if err := os.WriteFile(filepath.Join(moved, "ladder.yaml"), []byte(ladder), 0o600); err != nil {
		t.Fatal(err)
	}
	s.env["ANYUE_NOTICE"] = moved
	has(t, s.ok("remind", "--plan"),
		"提醒时间：工作日 09:00–12:00；每个单位每周最多2条",
		"6月4日 星期五  09:30  联络员  附件2  附件2提前",
		"运行中的服务用的还是原来的日程，重启后才照上面的发；下面是照原来的。",
		"2021年6月29日（星期二）9时00分 给联络员：附件2二次、案例",
	)
	stop()
	if code := <-done; code != 0 {
		t.Errorf("serve ended with %d:\n%s", code, errs.String())
	}
	hasNot(t, s.ok("remind", "--plan"), "运行中的服务")
}

// TestRemindPlan_rehearsed: what a rehearsal has sent does not come again when its
// time comes, and the plan says so.
func TestRemindPlan_rehearsed(t *testing.T) {
	w := newWorld(t, rosterCSV)
	w.service.clock.jump(time.Date(2021, 6, 29, 9, 0, 0, 0, w.service.zone))
	if err := w.service.app.Tick(t.Context()); err != nil {
		t.Fatal(err)
	}
	plan := func() string {
		var out bytes.Buffer
		if err := remindPlanWork(t.Context(), w.service, url.Values{}, nil, &out); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	hasNot(t, plan(), "已经发过")
	w.service.clock.put.Store(&putting{time.Date(2021, 6, 28, 9, 0, 0, 0, w.service.zone), time.Now()})
	has(t, plan(), "附件2二次、案例：时刻还没到，已经发过，到时不再发。是演练时发的话，请换一个存储演练。")
}

// TestRemindPlan_unknown: a year whose holidays nobody has announced yet is named.
func TestRemindPlan_unknown(t *testing.T) {
	place, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	n, err := loadNotice(config{})
	if err != nil {
		t.Fatal(err)
	}
	n.Calendar = bot.Calendar{Years: []int{2021}}
	var out bytes.Buffer
	printPlan(&out, n, remind.Plan(n, time.Time{}.In(place), forever(place)))
	has(t, out.String(), "2022年的节假日安排还不知道，暂按星期一至星期五上班排。国务院办公厅的通知印发后，请写进 calendar.yaml。")
	hasNot(t, out.String(), "2021年的节假日")
}

// TestReadMoment: days and times as the office writes them.
func TestReadMoment(t *testing.T) {
	place, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"2021-06-01":                "2021-06-01 00:00 day",
		"2021-6-1":                  "2021-06-01 00:00 day",
		"2021/6/1":                  "2021-06-01 00:00 day",
		"2021年6月1日":                 "2021-06-01 00:00 day",
		"6月1日":                      "2021-06-01 00:00 day",
		"06-01":                     "2021-06-01 00:00 day",
		"6月1日14时30分":                "2021-06-01 14:30 time",
		"6月1日 14时":                  "2021-06-01 14:00 time",
		"2021-06-01T14:30":          "2021-06-01 14:30 time",
		"2021-06-01 14:30":          "2021-06-01 14:30 time",
		"2021-06-01T14:30:00+08:00": "2021-06-01 14:30 time",
		"2021-06-01T06:30:00Z":      "2021-06-01 14:30 time",
		"2020-02-29":                "2020-02-29 00:00 day",
		"2月29日":                     "",
		"6月31日":                     "",
		"25时":                       "",
		"":                          "",
	} {
		at, hour, err := readMoment(text, "2021", place)
		got := at.Format("2006-01-02 15:04") + map[bool]string{false: " day", true: " time"}[hour]
		if err != nil {
			got = ""
		}
		if got != want {
			t.Errorf("%q is read as %q, want %q", text, got, want)
		}
	}
}

// TestTable: columns stand under each other where a Chinese character is two wide.
func TestTable(t *testing.T) {
	rows := [][]string{{"6月1日", "附件1", "x"}, {"12月30日", "案", "y"}}
	widths := columns(rows)
	for i, want := range []string{"6月1日    附件1  x", "12月30日  案     y"} {
		if got := line(rows[i], widths); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	got := wrapped([]string{"山河镇", "周家镇", "县妇联"}, "、", 16)
	if strings.Join(got, "|") != "山河镇、周家镇、|县妇联" {
		t.Errorf("wrapped to %q", got)
	}
}
