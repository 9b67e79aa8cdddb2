package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"anyuebot/bot"
	"anyuebot/bot/wecom/wecomtest"
	"anyuebot/store/kv"
)

const oneUnit = "单位,类别,联络员userid\n山河镇,乡镇,lisi\n"

func TestResends(t *testing.T) {
	w := newWorld(t, oneUnit)
	w.private("lisi", "填报")
	first, err := w.platform.Send(t.Context(), wecomtest.Msg{From: "lisi", Text: "3次"})
	if err != nil {
		t.Fatal(err)
	}
	again := func(when string) {
		t.Helper()
		second, err := w.platform.Resend(t.Context(), first.ID)
		if err != nil || second.Text != first.Text || second.Stream != first.Stream {
			t.Errorf("%s: %v\n%+v\n%+v", when, err, first, second)
		}
	}
	again("at once")
	w.private("lisi", "120人次")
	again("after another answer")
	w.reopen()
	again("after a restart")
	if v := w.exported().Reports[0].Values; len(v) != 2 || plain(v["1"]) != "3" || plain(v["2"]) != "120" {
		t.Errorf("%+v", v)
	}
}

func TestTwiceAtOnce(t *testing.T) {
	w := newWorld(t, oneUnit)
	w.private("lisi", "填报")
	for i := range 5 {
		a, b, err := w.platform.SendTwiceAtOnce(t.Context(), wecomtest.Msg{From: "lisi", Text: fmt.Sprintf("改%d %d", 10+i, i+1)})
		if err != nil || a.Text != b.Text {
			t.Fatalf("%v\n%s\n%s", err, a.Text, b.Text)
		}
	}
	if v := w.exported().Reports[0].Values; len(v) != 5 {
		t.Errorf("%+v", v)
	}
}

// TestTwoMessagesAtOnce sends different answers of one person at the same
// instant: none may be lost.
func TestTwoMessagesAtOnce(t *testing.T) {
	w := newWorld(t, oneUnit)
	w.private("lisi", "填报")
	var all sync.WaitGroup
	for i := range 12 {
		// The platform lets one member have three messages under way.
		if i%3 == 0 {
			all.Wait()
		}
		all.Go(func() {
			reply, err := w.say(t.Context(), "lisi", i%2 == 0, fmt.Sprintf("改%d %d", 20+i, i+1))
			if err != nil || !strings.Contains(reply, "✓") {
				t.Errorf("%v: %s", err, reply)
			}
		})
	}
	all.Wait()
	if v := w.exported().Reports[0].Values; len(v) != 12 {
		t.Errorf("%d values", len(v))
	}
}

func TestRefusals(t *testing.T) {
	w := newWorld(t, oneUnit)
	m := wecomtest.Msg{From: "lisi", Text: "填报"}
	for name, c := range map[string]struct {
		send func() (wecomtest.Response, error)
		want int
	}{
		"a forged signature": {func() (wecomtest.Response, error) { return w.platform.Forge(t.Context(), m) }, 403},
		"no signature":       {func() (wecomtest.Response, error) { return w.platform.Unsign(t.Context(), m) }, 403},
		"an old timestamp":   {func() (wecomtest.Response, error) { return w.platform.Stale(t.Context(), m, 11*time.Minute) }, 403},
		"one from tomorrow":  {func() (wecomtest.Response, error) { return w.platform.Stale(t.Context(), m, -24*time.Hour) }, 403},
		"another receiver":   {func() (wecomtest.Response, error) { return w.platform.Misdirect(t.Context(), m, "wx1") }, 403},
		"over 1 MiB":         {func() (wecomtest.Response, error) { return w.platform.Oversize(t.Context(), 1<<20+1) }, 413},
	} {
		got, err := c.send()
		if err != nil || got.Status != c.want {
			t.Errorf("%s: %v, status %d, want %d", name, err, got.Status, c.want)
		}
	}
	if n := len(w.exported().Reports); n != 0 {
		t.Errorf("%d reports came of refused messages", n)
	}
	for _, path := range []string{"/", "/wecom", "/wecom/other", "/healthz/x"} {
		rec := httptest.NewRecorder()
		w.service.mux.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
		if rec.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, rec.Code)
		}
	}
	for _, path := range []string{"/healthz", "/readyz", "/metrics"} {
		rec := httptest.NewRecorder()
		w.service.mux.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
		if rec.Code != http.StatusOK {
			t.Errorf("%s: %d", path, rec.Code)
		}
	}
}

// fullDisk is an engine that refuses to write while full is set.
type fullDisk struct {
	kv.Store
	full bool
}

func (d *fullDisk) Commit(ctx context.Context, tx kv.Tx) (int64, error) {
	if d.full {
		return 0, fmt.Errorf("%w: no space left on device", kv.ErrUnavailable)
	}
	return d.Store.Commit(ctx, tx)
}

func TestFullDisk(t *testing.T) {
	disk := &fullDisk{}
	w := newWorldOn(t, oneUnit, func(engine kv.Store) kv.Store { disk.Store = engine; return disk })
	w.private("lisi", "填报")
	disk.full = true
	refused, err := w.platform.Send(t.Context(), wecomtest.Msg{From: "lisi", Text: "3次"})
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(refused.Text, "暂时无法保存，请稍后再发") || strings.Contains(refused.Text, "✓") {
		t.Errorf("full disk: %s", refused.Text)
	}
	disk.full = false
	again, err := w.platform.Resend(t.Context(), refused.ID)
	if err != nil || !strings.Contains(again.Text, "✓ 1 理论学习中心组学习 3 次") {
		t.Errorf("when there is room again: %v %s", err, again.Text)
	}
}

// lostAnswer is an engine that commits and then says that it could not.
type lostAnswer struct {
	kv.Store
	lose bool
}

func (d *lostAnswer) Commit(ctx context.Context, tx kv.Tx) (int64, error) {
	rev, err := d.Store.Commit(ctx, tx)
	if err == nil && d.lose {
		return 0, fmt.Errorf("%w: the answer was lost", kv.ErrUnavailable)
	}
	return rev, err
}

func TestCommittedAfterAll(t *testing.T) {
	disk := &lostAnswer{}
	w := newWorldOn(t, oneUnit, func(engine kv.Store) kv.Store { disk.Store = engine; return disk })
	w.private("lisi", "填报")
	disk.lose = true
	if reply := w.private("lisi", "3次"); !strings.Contains(reply, "✓ 1 理论学习中心组学习 3 次") {
		t.Errorf("it is stored, and the reply says: %s", reply)
	}
}

// TestQuotes answers by quoting: the quoted question is the one meant, and a
// message that is nothing but a quote is read back first.
func TestQuotes(t *testing.T) {
	w := newWorld(t, oneUnit)
	send := func(text, quote string) string {
		t.Helper()
		answer, err := w.platform.Send(t.Context(), wecomtest.Msg{From: "lisi", Group: "g", Text: text, Quote: quote})
		if err != nil {
			t.Fatal(err)
		}
		return answer.Text
	}
	send("填报", "")
	if got := send("7场", "✓ 5 参与 3 人次\n（28/47）安全宣传咨询活动，您单位主办了多少场？"); !strings.Contains(got, "✓ 28 咨询活动 7 场") {
		t.Errorf("quoting a question: %s", got)
	}
	send("其余无", "")
	if got := send("是", "（3/47）是否专题学习《生命重于泰山》电视专题片？"); !strings.Contains(got, "✓ 3 专题片 是") || strings.Contains(got, "记为 0") {
		t.Errorf("是 for a quoted question takes no proposal: %s", got)
	}
	if got := send("", "12 企业开展“安全红袖章”…活动 5 场"); strings.Contains(got, "✓") || !strings.Contains(got, "对吗？") {
		t.Errorf("nothing but a quote: %s", got)
	}
}

func TestTooFast(t *testing.T) {
	w := newWorld(t, oneUnit)
	w.config.Rate = 1
	w.reopen()
	w.private("lisi", "填报")
	var last wecomtest.Answer
	for range 7 {
		var err error
		if last, err = w.platform.Send(t.Context(), wecomtest.Msg{From: "lisi", Text: "无"}); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(last.Text, "发得太快") {
			break
		}
	}
	if !strings.Contains(last.Text, "发得太快") {
		t.Fatalf("after a burst: %s", last.Text)
	}
	if reply := w.private(sampleOffice, "进度"); strings.Contains(reply, "发得太快") {
		t.Error("one member's haste slows another down")
	}
	before := len(w.exported().Reports[0].Values)
	time.Sleep(1100 * time.Millisecond)
	if again, err := w.platform.Resend(t.Context(), last.ID); err != nil || !strings.Contains(again.Text, "✓") {
		t.Errorf("the refused message sent again: %v %s", err, again.Text)
	}
	if after := len(w.exported().Reports[0].Values); after != before+1 {
		t.Errorf("%d values before, %d after", before, after)
	}
}

func TestUnknownSender(t *testing.T) {
	w := newWorld(t, oneUnit+"三嘉乡,乡镇,\n")
	for _, text := range []string{"你好", "3次", "提交", "预览", "改1 5", "汇总", "下页"} {
		if reply := w.private("wang", text); reply == "" {
			t.Errorf("%s: no answer", text)
		}
	}
	if reply := w.private("wang", "登记 三加乡"); !strings.Contains(reply, "三嘉乡") {
		t.Errorf("near name: %s", reply)
	}
	if reply := w.private("wang", "对"); !strings.Contains(reply, "三嘉乡联络员已登记（待安委办确认）") {
		t.Errorf("bind: %s", reply)
	}
	if reply := w.private("zhao", "登记 三嘉乡"); !strings.Contains(reply, "已有联络员") {
		t.Errorf("second person: %s", reply)
	}
	if reply := w.private("wang", "填报"); !strings.Contains(reply, "（1/47）") {
		t.Errorf("may fill before the office confirms: %s", reply)
	}
	if reply := w.private(sampleOffice, "确认登记"); !strings.Contains(reply, "1 家：三嘉乡") {
		t.Errorf("confirm: %s", reply)
	}
	if reply := w.private("wang", "撤回登记"); !strings.Contains(reply, "没有可以撤回的登记") {
		t.Errorf("release after the office confirmed: %s", reply)
	}
	if reply := w.private("wang", "我是谁"); !strings.Contains(reply, "三嘉乡联络员") || strings.Contains(reply, "待安委办确认") {
		t.Errorf("who: %s", reply)
	}
}

// TestPaging sends a reply longer than the platform takes and reads the rest
// page by page.
func TestPaging(t *testing.T) {
	w := newWorld(t, oneUnit)
	w.private("lisi", "填报")
	long := strings.Repeat("某企业动火作业未审批，已责令停产整改。\n", 120)
	w.private("lisi", "改19 "+long)
	// A roster of many units makes 谁没报 long.
	var roster strings.Builder
	roster.WriteString("单位,类别,联络员userid\n")
	for i := range 1500 {
		fmt.Fprintf(&roster, "正宁县第%04d号示例单位,部门,\n", i)
	}
	if err := w.service.importCSV(t.Context(), strings.NewReader(roster.String())); err != nil {
		t.Fatal(err)
	}
	reply := w.private(sampleOffice, "谁没报")
	if !strings.Contains(reply, "回复“下页”看其余（1/") {
		t.Fatalf("%d bytes: %s", len(reply), reply[len(reply)-200:])
	}
	w.reopen()
	all := reply
	for range 5 {
		page := w.private(sampleOffice, "下页")
		all += page
		if !strings.Contains(page, "回复“下页”看其余") {
			break
		}
	}
	for _, i := range []int{0, 700, 1499} {
		if name := fmt.Sprintf("正宁县第%04d号示例单位", i); !strings.Contains(all, name) {
			t.Errorf("no %s in the pages", name)
		}
	}
	if reply := w.private(sampleOffice, "下页"); !strings.Contains(reply, "没有下一页") {
		t.Errorf("after the last page: %s", reply)
	}
}

// TestSecretsStayOutOfTheLog turns everything that can fail and looks at what
// was logged.
func TestSecretsStayOutOfTheLog(t *testing.T) {
	disk := &fullDisk{}
	w := newWorldOn(t, oneUnit, func(engine kv.Store) kv.Store { disk.Store = engine; return disk })
	w.private("lisi", "填报")
	disk.full = true
	w.private("lisi", "私密的话13912345678")
	if _, err := w.platform.Forge(t.Context(), wecomtest.Msg{From: "lisi", Text: "私密的话"}); err != nil {
		t.Fatal(err)
	}
	if w.log.Len() == 0 {
		t.Fatal("nothing was logged")
	}
	for _, secret := range []string{testToken, testKey, "lisi", "私密的话", "13912345678"} {
		if strings.Contains(w.log.String(), secret) {
			t.Errorf("the log holds %q:\n%s", secret, w.log.String())
		}
	}
}

// TestCommitLeavesTheGate: a turn that has committed may go on to the outbox,
// even while a restore waits for it.
func TestCommitLeavesTheGate(t *testing.T) {
	w := newWorld(t, oneUnit)
	turn, err := port{w.service}.Begin(t.Context(), "claim", "lisi")
	if err != nil {
		t.Fatal(err)
	}
	defer turn.Close()
	if w.service.gate.TryLock() {
		t.Fatal("a turn does not keep a restore out")
	}
	if err := turn.Commit(bot.Changes{}, time.Now(), bot.Reply{}); err != nil {
		t.Fatal(err)
	}
	if !w.service.gate.TryLock() {
		t.Fatal("a committed turn keeps a restore out")
	}
	w.service.gate.Unlock()
}
