package main

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"anyuebot/bot"
	"anyuebot/bot/wecom/wecomtest"
)

// TestScriptedHour has the office send six notices to eighty units and a group
// while for an hour everything goes wrong that can: busy and broken answers,
// withdrawn tokens, limits, lines that break before and after a message was
// taken, three minutes without trust in this machine's address, messages that
// the platform takes and then drops. Every intent ends with its reason, and
// nobody gets anything twice that is not marked.
func TestScriptedHour(t *testing.T) {
	for _, seed := range []uint64{1, 2} {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { scriptedHour(t, seed) })
		})
	}
}

func scriptedHour(t *testing.T, seed uint64) {
	const units, notices = 80, 6
	roster, members := strings.Builder{}, []string{sampleOffice}
	roster.WriteString("单位,类别,联络员userid\n")
	for i := range units {
		members = append(members, fmt.Sprintf("m%02d", i))
		fmt.Fprintf(&roster, "单位%02d,部门,m%02d\n", i, i)
	}
	env := map[string]string{
		"ANYUE_STORE": memStore, "ANYUE_OFFICE": sampleOffice, "ANYUE_RATE": "0",
		"ANYUE_AIBOT_NAME": "安月小助手", "ANYUE_AIBOT_TOKEN": testToken, "ANYUE_AIBOT_AES_KEY": testKey,
		"ANYUE_CORP_ID": tenantCorp, "ANYUE_APP_AGENT_ID": "1000002", "ANYUE_APP_SECRET": tenantSecret,
		"ANYUE_GROUPS": tenantGroup + "=" + tenantRobot, "ANYUE_API_BASE": "http://qyapi.test",
	}
	cfg, err := readConfig(func(k string) string { return env[k] }, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	api := wecomtest.NewAPI(wecomtest.APIConfig{
		URL: cfg.APIBase, CorpID: tenantCorp, Members: members,
		Apps:   []wecomtest.Account{{AgentID: tenantAgent, Secret: tenantSecret, Name: "安月小助手"}},
		Robots: map[string]string{tenantRobot: tenantGroup},
	})
	cfg.client = &http.Client{Transport: wecomtest.Direct(api)}
	ctx, cancel := context.WithCancel(context.Background())
	s, err := open(ctx, cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if err := s.importCSV(ctx, strings.NewReader(roster.String())); err != nil {
		t.Fatal(err)
	}
	platform, err := wecomtest.New(wecomtest.Config{
		URL: "http://anyuebot.test/wecom/aibot", Token: testToken, AESKey: testKey, BotName: "安月小助手",
		Client: &http.Client{Transport: wecomtest.Direct(s.mux)},
	})
	if err != nil {
		t.Fatal(err)
	}
	api.Misbehave(wecomtest.ScriptedHour(seed))
	var side sync.WaitGroup
	side.Go(func() { s.app.RunOutbox(ctx) })
	start := time.Now()
	for i := range notices {
		for _, text := range []string{fmt.Sprintf("通知 第%d号", i), "确认"} {
			if _, err := platform.Send(ctx, wecomtest.Msg{From: sampleOffice, Text: text}); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(10 * time.Minute)
	}
	states := map[bot.DeliveryState]int{}
	arrivals := func(userID, group, text string) int {
		n := 0
		list := api.PersonalOf(userID)
		if group != "" {
			list = api.Group(group)
		}
		for _, m := range list {
			if m.Text == text {
				n++
			}
		}
		return n
	}
	unsure, twice := 0, 0
	look := func() (open int) {
		clear(states)
		unsure, twice = 0, 0
		v, err := s.store().View(ctx)
		if err != nil {
			t.Fatal(err)
		}
		defer v.Close()
		visit := func(d bot.Delivery) error {
			if d.Broadcast == "" {
				return nil // the office's own alarm
			}
			states[d.State]++
			if d.Unsure {
				unsure++
			}
			userID := ""
			if d.Person != "" {
				p, _, err := v.Person(d.Person)
				if err != nil {
					return err
				}
				userID = p.UserID
			}
			n := arrivals(userID, d.Group, d.Text)
			switch {
			case n > 1:
				twice++
				if !d.Unsure || n > 2 {
					t.Errorf("%s is %s, unsure %v, and came %d times", d.ID, d.State, d.Unsure, n)
				}
			case d.State == bot.DeliveryAccepted && n == 0 && !slices.ContainsFunc(api.Dropped(), func(lost wecomtest.Dropped) bool {
				return lost.Text == d.Text && strings.EqualFold(lost.To, userID) && lost.Group == d.Group
			}):
				t.Errorf("%s is accepted and never came", d.ID)
			case d.State == bot.DeliveryRefused && n > 0:
				t.Errorf("%s is refused and came", d.ID)
			}
			return nil
		}
		if err := v.Ended(start, visit); err != nil {
			t.Fatal(err)
		}
		if err := v.Open(func(d bot.Delivery) error { open++; return visit(d) }); err != nil {
			t.Fatal(err)
		}
		return open
	}
	report := func(when string) {
		total := 0
		var parts []string
		for _, state := range slices.Sorted(maps.Keys(states)) {
			total += states[state]
			parts = append(parts, fmt.Sprintf("%s %d", state, states[state]))
		}
		if total != notices*(units+1) {
			t.Errorf("%s: %d intents are found, %d were made", when, total, notices*(units+1))
		}
		t.Logf("%s: %s = %d intents; %d may have come twice, %d did; %d requests", when, strings.Join(parts, " + "), total, unsure, twice, len(api.Requests("")))
	}
	look()
	report("after the hour")
	time.Sleep(6 * time.Hour)
	if open := look(); open > 0 {
		t.Errorf("%d are still open six hours later", open)
	}
	report("six hours later")
	if v := api.Violations(); len(v) > 0 {
		t.Errorf("the platform would not have taken %+v", v)
	}
	if d := api.Dropped(); slices.ContainsFunc(d, func(d wecomtest.Dropped) bool { return d.Why == "limit" }) {
		t.Error("the platform dropped messages above its limits")
	}
	cancel()
	side.Wait()
	if err := s.close(); err != nil {
		t.Error(err)
	}
}
