package app_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"anyuebot/bot"
	"anyuebot/bot/app"
	"anyuebot/prompts"
	"anyuebot/store"
	"anyuebot/store/kv"
	"anyuebot/store/kv/memkv"
)

// port joins the store to the app as the command does.
type port struct{ *store.Store }

func (p port) Begin(ctx context.Context, claim, userid string) (app.Turn, error) {
	return p.Store.Begin(ctx, claim, userid)
}

// county is an app on an empty store in memory.
type county struct {
	notice *bot.Notice
	store  *store.Store
	app    *app.App
	n      int
}

func newCounty(t rapid.TB, notice *bot.Notice) *county {
	ctx := context.Background()
	st, err := store.Open(ctx, memkv.New(), notice.ID)
	if err != nil {
		t.Fatal(err)
	}
	zone := time.FixedZone("CST", 8*3600)
	return &county{notice: notice, store: st, app: app.New(app.Config{
		Notice: notice, Store: port{st}, Office: []string{"office"}, Zone: zone,
		Say: func(e bot.Effect) (string, error) { return prompts.Render(notice, e) },
		Now: func() time.Time { return time.Date(2021, 6, 28, 9, 0, 0, 0, zone) },
	})}
}

func (c *county) say(t rapid.TB, from, text string) string {
	c.n++
	reply, err := c.app.Turn(context.Background(), bot.Message{Channel: "test", ID: fmt.Sprint(c.n), From: from, Group: "g", Media: bot.MediaText, Text: text, Limit: 20480})
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return reply.Text
}

// draft is what a unit's draft holds now.
func (c *county) draft(t rapid.TB, unit string) map[int]bot.Value {
	turn, err := c.store.Begin(context.Background(), "look", "office")
	if err != nil {
		t.Fatal(err)
	}
	defer turn.Close()
	r, _, err := turn.Report(bot.ReportKey{Unit: unit, Form: c.notice.Main, Period: c.notice.Form(c.notice.Main).Period})
	if err != nil {
		t.Fatal(err)
	}
	values := map[int]bot.Value{}
	if r != nil {
		for _, e := range r.Draft {
			values[e.Item] = e.Value
		}
	}
	return values
}

var number = regexp.MustCompile(`\d+`)

// TestNothingChangesSilently has a liaison send whatever comes to mind. Whenever
// an item of the draft is another afterwards, the reply names the item and the
// new value; when the reply shows no ✓ or 已撤销, nothing has changed. The other
// unit's draft never moves.
func TestNothingChangesSilently(t *testing.T) {
	notice, err := prompts.Load("", bot.WordingKeys())
	if err != nil {
		t.Fatal(err)
	}
	words := []string{
		"填报", "继续", "上一项", "跳过", "撤销", "其余无", "预览", "提交", "撤回", "进度", "我是谁", "帮助", "退出", "列出",
		"对", "不对", "确认", "确认，含线上", "收到", "好的", "嗯", "是", "否", "无", "不适用", "暂不掌握", "有", "下页", "汇总", "谁没报", "登记 县妇联",
		"今天下午开会吗", "3", "3次", "120人", "2场 60人次", "3 120", "1，234", "10余场", "5-8场", "12 不对 13", "又1场", "5%", "-3", "3.5", "12（其中线上5）",
		"演练2场50人", "咨询活动3场", "28项又1场200人", "演练加一场 60个人", "演练累计5场300人", "1", "2", "专题行和网上行都是1次", "演练来了三四百人", "嗯 就按350吧", "12改5", "注28 县应急局牵头", "注28 无", "警示教育2场", "宣传产品2部，演练1场60人", "别的都没有", "学习了两次，每次12人",
		"理论学习中心组学习（4）次，参与（88）人次；", "曝光问题隐患（7）条，市、县两级主流媒体曝光典型案例（2）个，媒体转发报道（  ）篇；",
		"12 企业开展“安全红袖章”…活动 5 场", "12 5", "1.2千", "20：3", "改", "改12", "改 咨询活动 3", "某企业动火未审批，已整改", "１２场", "壹拾贰", "<think>5</think>", "@所有人 5", "3\n4\n5",
	}
	rapid.Check(t, func(t *rapid.T) {
		c := newCounty(t, notice)
		c.enrol(t, "单位,类别,联络员userid\n山河镇,乡镇,lisi\n县妇联,部门,fulian\n")
		for range rapid.IntRange(1, 25).Draw(t, "messages") {
			text := rapid.OneOf(
				rapid.SampledFrom(words),
				rapid.Custom(func(t *rapid.T) string {
					item, value := rapid.IntRange(0, 49).Draw(t, "item"), rapid.SampledFrom([]string{"5", "无", "三百人", "是", "不适用", "2场", "几十", "0"}).Draw(t, "value")
					return fmt.Sprintf(rapid.SampledFrom([]string{"改%d %s", "第%d项改为%s", "%d项 %s", "第%d项：%s"}).Draw(t, "way"), item, value)
				}),
				rapid.Custom(func(t *rapid.T) string {
					from := rapid.IntRange(1, 44).Draw(t, "from")
					return fmt.Sprintf("%d-%d：%d 2 无", from, from+2, rapid.IntRange(0, 99).Draw(t, "n"))
				}),
			).Draw(t, "text")
			before := c.draft(t, "山河镇")
			reply := c.say(t, "lisi", text)
			after := c.draft(t, "山河镇")
			checkTold(t, notice, text, reply, before, after)
			if len(c.draft(t, "县妇联")) != 0 {
				t.Fatalf("%s: the other unit's draft moved", text)
			}
		}
	})
}

func checkTold(t rapid.TB, notice *bot.Notice, text, reply string, before, after map[int]bot.Value) {
	if reply == "" {
		t.Fatalf("%q: no answer", text)
	}
	form := notice.Form(notice.Main)
	for _, f := range form.Fields {
		was, is := before[f.Item], after[f.Item]
		if was == is {
			continue
		}
		told := strings.Contains(reply, fmt.Sprintf("✓ %d %s ", f.Item, f.Short)) ||
			strings.Contains(reply, fmt.Sprintf("已撤销：%d %s ", f.Item, f.Short)) ||
			strings.Contains(reply, fmt.Sprintf("\n%d %s %s", f.Item, f.Label, is)) ||
			strings.Contains(reply, "项记为 0") && is == bot.Count(0) || strings.Contains(reply, "已撤销上一条")
		if !told {
			t.Fatalf("%q: item %d went from %s to %s, and the reply does not say so:\n%s", text, f.Item, was, is, reply)
		}
		// No number that is neither in the message nor put to the person before.
		if is.Kind == bot.Number && is.Number > 20 && number.MatchString(text) && !strings.Contains(reply, is.String()) {
			t.Fatalf("%q: item %d is %s", text, f.Item, is)
		}
	}
}

func (p port) OutboxView(ctx context.Context) (app.OutboxView, error) {
	v, err := p.Store.View(ctx)
	if err != nil {
		return nil, err
	}
	return v, nil
}

func (p port) SaveDelivery(ctx context.Context, was, is bot.Delivery) error {
	return conflict(p.Store.SaveDelivery(ctx, was, is))
}

func (p port) Remind(ctx context.Context, was, is bot.Reminding, list []bot.Broadcast, log []bot.LogEntry) error {
	return conflict(p.Store.Remind(ctx, was, is, list, log))
}

func (p port) Expand(ctx context.Context, was, is bot.Broadcast, page []bot.Delivery) error {
	return conflict(p.Store.Expand(ctx, was, is, page))
}

func conflict(err error) error {
	if errors.Is(err, kv.ErrConflict) {
		return fmt.Errorf("%w: %w", app.ErrConflict, err)
	}
	return err
}
