package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"anyuebot/bot/wecom"
	"anyuebot/bot/wecom/wecomtest"
)

// TestLongConnection connects a service without any public address: it hears
// liaisons, writes to those who wrote first and to groups that did, and tells
// of the others; when somebody else takes the bot it stops, says so, and comes
// back when told.
func TestLongConnection(t *testing.T) {
	ctx := t.Context()
	platform := wecomtest.NewLong(wecomtest.LongConfig{BotID: "aibTest", Secret: "l0ng-s3cret", BotName: "安月小助手", Media: "http://media.test"})
	defer platform.Close()
	env := map[string]string{
		"ANYUE_STORE":  "bolt:" + filepath.Join(t.TempDir(), "test.db"),
		"ANYUE_OFFICE": sampleOffice, "ANYUE_NOW": "2021-06-28T09:00:00+08:00", "ANYUE_RATE": "0",
		"ANYUE_AIBOT_NAME": "安月小助手", "ANYUE_AIBOT_ID": "aibTest", "ANYUE_AIBOT_SECRET": "l0ng-s3cret",
		"ANYUE_WS_URL": "ws://media.test",
	}
	cfg, err := readConfig(func(k string) string { return env[k] }, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	cfg.client = platform.Client()
	log := &syncBuffer{}
	s, err := open(ctx, cfg, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	running, stop := context.WithCancel(context.Background())
	var side sync.WaitGroup
	s.startSide(running, &side)
	defer func() {
		stop()
		side.Wait()
		if err := s.close(); err != nil {
			t.Error(err)
		}
	}()
	if err := s.importCSV(ctx, strings.NewReader(tenantRoster)); err != nil {
		t.Fatal(err)
	}
	if err := platform.Online(ctx); err != nil {
		t.Fatal(err)
	}
	say := func(from, group, text string) string {
		t.Helper()
		answer, err := platform.Say(ctx, wecomtest.Msg{From: from, Group: group, Text: text})
		if err != nil {
			t.Fatalf("%s: %v\n%s", text, err, log)
		}
		return answer.Text
	}
	wants(t, say("lisi", "", "填报"), "（1/47）")
	wants(t, say("zhou", tenantGroup, "填报"), "三嘉乡 · 附件2")
	say(sampleOffice, tenantGroup, "配对 工作群")
	wants(t, say(sampleOffice, "", "通知 测试"), "工作群")
	say(sampleOffice, "", "确认")
	told := ""
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if told = say(sampleOffice, "", "送达"); strings.Contains(told, "待发 0") && !strings.Contains(told, "陆续") {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("it is not delivered: %s\n%s", told, log)
		}
	}
	// Zhou wrote in the group only, Fulian never: both cannot be written to.
	wants(t, told, "已被企业微信接收 2", "被拒 2", "从没给机器人发过消息")
	for chat, want := range map[string]int{"lisi": 1, tenantGroup: 1, "zhou": 0, "fulian": 0} {
		n := 0
		for _, seen := range platform.Seen(chat) {
			if strings.Contains(seen.Text, "测试") && seen.Stream == "" {
				n++
			}
		}
		if n != want {
			t.Errorf("%s got the notice %d times, want %d", chat, n, want)
		}
	}

	platform.Kick()
	for end := time.Now().Add(20 * time.Second); s.long.State().Phase != wecom.LongElsewhere; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("after a kick the connection is %s\n%s", s.long.State().Phase, log)
		}
	}
	halts := s.halts(nil)
	if len(halts) != 1 || halts[0].Why != wecom.WhyElsewhere {
		t.Errorf("the office is told of %+v", halts)
	}
	s.long.Resume()
	if err := platform.Online(ctx); err != nil {
		t.Fatal(err)
	}
	wants(t, say("lisi", "", "3次"), "✓ 1 ")
	if v := platform.Violations(); len(v) > 0 {
		t.Errorf("the platform would not have taken %+v", v)
	}
	for _, secret := range []string{"l0ng-s3cret", "lisi", "测试"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds %q:\n%s", secret, log)
		}
	}
}
