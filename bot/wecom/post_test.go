package wecom

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"anyuebot/bot"
)

// say is the request that a text to zhangwei makes, as parcel "p1".
func say(kind, content string) string {
	return fmt.Sprintf(`{"touser":"zhangwei","msgtype":"%s","agentid":1000002,"%[1]s":{"content":"%s"},"enable_duplicate_check":1,"duplicate_check_interval":%d}`,
		kind, content, interval("p1"))
}

func errcode(code int) string {
	return fmt.Sprintf(`{"errcode":%d,"errmsg":"no, hint: [1], from ip: 203.0.113.9, more info at https://open.work.weixin.qq.com/?access_token=%s"}`, code, theToken)
}

var (
	accepted = bot.Attempt{Fate: bot.FateAccepted, Via: "app", MsgID: "m1"}
	hello    = bot.Parcel{ID: "p1", UserID: "zhangwei", Text: "你好"}
)

const sentM1 = `{"errcode":0,"errmsg":"ok","msgid":"m1","invaliduser":"","unlicenseduser":""}`

// TestPersonal holds the application's messages, one row for each rule: what is
// sent, what the platform answers, and what becomes of the attempt.
func TestPersonal(t *testing.T) {
	for _, c := range []struct {
		rule   string
		parcel bot.Parcel
		script []ask
		want   bot.Attempt
	}{
		{"a plain text goes as a text", hello,
			[]ask{giveToken(theToken), {ask: send + theToken, body: say("text", "你好"), give: sentM1}}, accepted},
		{"marks go as markdown, unescaped", bot.Parcel{ID: "p1", UserID: "zhangwei", Text: "**截止** <font color=\"warning\">今天</font> & 明天"},
			[]ask{giveToken(theToken), {ask: send + theToken, body: say("markdown", `**截止** <font color=\"warning\">今天</font> & 明天`), give: sentM1}}, accepted},
		{"a table goes as plain lines", bot.Parcel{ID: "p1", UserID: "zhangwei", Text: "汇总\n| 单位 | 状态 |\n|:--|--:|\n| 山河镇 | 已报 |\n| 柳林镇 |  |\n完"},
			[]ask{giveToken(theToken), {ask: send + theToken, body: say("text", `汇总\n单位　状态\n山河镇　已报\n柳林镇\n完`), give: sentM1}}, accepted},
		{"errcode -1: later", hello,
			[]ask{giveToken(theToken), {ask: send + theToken, give: errcode(-1)}},
			bot.Attempt{Fate: bot.FateLater, Code: -1, Why: "busy", Via: "app"}},
		{"a stale token is replaced once, and the message sent", hello,
			[]ask{giveToken(theToken), {ask: send + theToken, give: errcode(42001)}, giveToken(freshTok), {ask: send + freshTok, body: say("text", "你好"), give: sentM1}}, accepted},
		{"a token that is stale at once is not fetched for ever", hello,
			[]ask{giveToken(theToken), {ask: send + theToken, give: errcode(40014)}, giveToken(freshTok), {ask: send + freshTok, give: errcode(41001)}},
			bot.Attempt{Fate: bot.FateLater, Code: 41001, Why: "busy", Via: "app"}},
		{"45009: a minute's quiet, and no attempt counted", hello,
			[]ask{giveToken(theToken), {ask: send + theToken, give: errcode(45009)}},
			bot.Attempt{Fate: bot.FateLater, Code: 45009, Why: "limit", Via: "app", Wait: time.Minute, Limited: true}},
		{"60020: the road is halted, with the address to put on the list", hello,
			[]ask{giveToken(theToken), {ask: send + theToken, give: errcode(60020)}},
			bot.Attempt{Fate: bot.FateHalted, Code: 60020, Why: "ip", Detail: "203.0.113.9", Via: "app"}},
		{"60020 with something else where the address should be", hello,
			[]ask{giveToken(theToken), {ask: send + theToken, give: `{"errcode":60020,"errmsg":"from ip: ::::dead:beef:::"}`}},
			bot.Attempt{Fate: bot.FateHalted, Code: 60020, Why: "ip", Via: "app"}},
		{"60020 over IPv6", hello,
			[]ask{giveToken(theToken), {ask: send + theToken, give: `{"errcode":60020,"errmsg":"from ip: 2001:db8::7, more"}`}},
			bot.Attempt{Fate: bot.FateHalted, Code: 60020, Why: "ip", Detail: "2001:db8::7", Via: "app"}},
		{"a wrong secret halts the road", hello,
			[]ask{{ask: giveToken("").ask, give: errcode(40001)}},
			bot.Attempt{Fate: bot.FateHalted, Code: 40001, Why: "secret", Via: "app"}},
		{"a wrong corp id halts the road", hello,
			[]ask{{ask: giveToken("").ask, give: errcode(40013)}},
			bot.Attempt{Fate: bot.FateHalted, Code: 40013, Why: "secret", Via: "app"}},
		{"a wrong agent id halts the road", hello,
			[]ask{giveToken(theToken), {ask: send + theToken, give: errcode(301002)}},
			bot.Attempt{Fate: bot.FateHalted, Code: 301002, Why: "agent", Via: "app"}},
		{"a permission that is missing halts the road", hello,
			[]ask{giveToken(theToken), {ask: send + theToken, give: errcode(48002)}},
			bot.Attempt{Fate: bot.FateHalted, Code: 48002, Why: "agent", Via: "app"}},
		{"no such member", hello,
			[]ask{giveToken(theToken), {ask: send + theToken, give: errcode(60111)}},
			bot.Attempt{Fate: bot.FateRefused, Code: 60111, Why: "member", Via: "app"}},
		{"every recipient invalid", hello,
			[]ask{giveToken(theToken), {ask: send + theToken, give: errcode(81013)}},
			bot.Attempt{Fate: bot.FateRefused, Code: 81013, Why: "member", Via: "app"}},
		{"out of scope", hello,
			[]ask{giveToken(theToken), {ask: send + theToken, give: errcode(60011)}},
			bot.Attempt{Fate: bot.FateRefused, Code: 60011, Why: "scope", Via: "app"}},
		{"invaliduser with errcode 0 is a refusal", hello,
			[]ask{giveToken(theToken), {ask: send + theToken, give: `{"errcode":0,"errmsg":"ok","invaliduser":"zhangwei","msgid":"m1"}`}},
			bot.Attempt{Fate: bot.FateRefused, Why: "member", Via: "app"}},
		{"unlicenseduser with errcode 0 is a refusal", hello,
			[]ask{giveToken(theToken), {ask: send + theToken, give: `{"errcode":0,"errmsg":"ok","unlicenseduser":"zhangwei","msgid":"m1"}`}},
			bot.Attempt{Fate: bot.FateRefused, Why: "license", Via: "app"}},
		{"what the platform does not take is refused", hello,
			[]ask{giveToken(theToken), {ask: send + theToken, give: errcode(40058)}},
			bot.Attempt{Fate: bot.FateRefused, Code: 40058, Why: "content", Via: "app"}},
		{"a code nobody knows is tried again", hello,
			[]ask{giveToken(theToken), {ask: send + theToken, give: errcode(999999)}},
			bot.Attempt{Fate: bot.FateLater, Code: 999999, Why: "unknown", Via: "app"}},
		{"the line breaks behind the message: later, and it may have arrived", hello,
			[]ask{giveToken(theToken), {ask: send + theToken, fail: errBrokenLine}},
			bot.Attempt{Fate: bot.FateLater, Why: "network", Via: "app", Unsure: true}},
		{"no line at all: later, and it did not arrive", hello,
			[]ask{giveToken(theToken), {ask: send + theToken, fail: errRefusedLine}},
			bot.Attempt{Fate: bot.FateLater, Why: "network", Via: "app"}},
		{"no name: later, and it did not arrive", hello,
			[]ask{{ask: giveToken("").ask, fail: errNoName}},
			bot.Attempt{Fate: bot.FateLater, Why: "network", Via: "app"}},
		{"the line breaks while the token is fetched: nothing was sent", hello,
			[]ask{{ask: giveToken("").ask, fail: errBrokenLine}},
			bot.Attempt{Fate: bot.FateLater, Why: "network", Via: "app"}},
		{"a token without a word in it", hello,
			[]ask{{ask: giveToken("").ask, give: `{"errcode":0,"errmsg":"ok","access_token":"","expires_in":7200}`}},
			bot.Attempt{Fate: bot.FateLater, Why: "network", Via: "app"}},
		{"status 502: later, and it may have arrived", hello,
			[]ask{giveToken(theToken), {ask: send + theToken, code: 502, give: "<html>"}},
			bot.Attempt{Fate: bot.FateLater, Why: "busy", Via: "app", Unsure: true}},
		{"status 429 says how long", hello,
			[]ask{giveToken(theToken), {ask: send + theToken, code: 429, head: http.Header{"Retry-After": {"300"}}}},
			bot.Attempt{Fate: bot.FateLater, Why: "limit", Via: "app", Wait: 5 * time.Minute, Limited: true}},
		{"a redirect is not followed", hello,
			[]ask{giveToken(theToken), {ask: send + theToken, code: 302, head: http.Header{"Location": {"https://elsewhere.example/"}}}},
			bot.Attempt{Fate: bot.FateLater, Why: "network", Via: "app"}},
		{"a log-in page in the platform's place", hello,
			[]ask{giveToken(theToken), {ask: send + theToken, give: "<html>please log in</html>"}},
			bot.Attempt{Fate: bot.FateLater, Why: "network", Via: "app", Unsure: true}},
		{"an answer that is cut short", hello,
			[]ask{giveToken(theToken), {ask: send + theToken, give: `{"errcode":0,"errm`}},
			bot.Attempt{Fate: bot.FateLater, Why: "network", Via: "app", Unsure: true}},
		{"an answer that is another kind of JSON", hello,
			[]ask{giveToken(theToken), {ask: send + theToken, give: `[0]`}},
			bot.Attempt{Fate: bot.FateLater, Why: "network", Via: "app", Unsure: true}},
		{"an errcode that is no number", hello,
			[]ask{giveToken(theToken), {ask: send + theToken, give: `{"errcode":"broken"}`}},
			bot.Attempt{Fate: bot.FateLater, Why: "network", Via: "app", Unsure: true}},
		{"a userid that means everybody is nobody's", bot.Parcel{ID: "p1", UserID: "@all", Text: "你好"}, nil,
			bot.Attempt{Fate: bot.FateRefused, Why: "member", Via: "app"}},
		{"a userid that means several is nobody's", bot.Parcel{ID: "p1", UserID: "a|b", Text: "你好"}, nil,
			bot.Attempt{Fate: bot.FateRefused, Why: "member", Via: "app"}},
		{"nothing to say", bot.Parcel{ID: "p1", UserID: "zhangwei"}, nil,
			bot.Attempt{Fate: bot.FateRefused, Why: "content", Via: "app"}},
		{"nobody to say it to", bot.Parcel{ID: "p1", Text: "你好"}, nil,
			bot.Attempt{Fate: bot.FateRefused, Why: "road"}},
		{"a group without a robot is not its member", bot.Parcel{ID: "p1", UserID: "zhangwei", Group: "wrG", Text: "你好"}, nil,
			bot.Attempt{Fate: bot.FateRefused, Why: "road"}},
		{"a card without a callback is its words, if there are no others",
			bot.Parcel{ID: "p1", UserID: "zhangwei", Card: &bot.Card{Task: "any@1", Title: "提交吗", Buttons: []bot.Button{{Label: "提交", Say: "提交"}}}},
			[]ask{giveToken(theToken), {ask: send + theToken, body: say("text", `提交吗\n· 提交`), give: sentM1}}, accepted},
		{"a card without a callback is nothing beside words",
			bot.Parcel{ID: "p1", UserID: "zhangwei", Text: "你好", Card: &bot.Card{Task: "any@1", Title: "提交吗", Buttons: []bot.Button{{Label: "提交", Say: "提交"}}}},
			[]ask{giveToken(theToken), {ask: send + theToken, body: say("text", `你好`), give: sentM1}}, accepted},
	} {
		t.Run(c.rule, func(t *testing.T) {
			var log book
			client := play(t, c.script...)
			post := NewPost(PostConfig{API: newAPI(t, client, log.logger()), Robots: newRobots(t, client, log.logger()), Log: log.logger()})
			if got := post.Send(t.Context(), c.parcel); got != c.want {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
			if c.want.Fate == bot.FateAccepted { // and is not sent again
				if got := post.Send(t.Context(), c.parcel); got != c.want {
					t.Errorf("again %+v\nwant  %+v", got, c.want)
				}
			}
			unspoken(t, "the log", log.String())
		})
	}
}

const (
	shout  = "POST /cgi-bin/webhook/send?key="
	upload = "POST /cgi-bin/webhook/upload_media?key="
)

// TestGroup holds the robots' messages in the same way.
func TestGroup(t *testing.T) {
	via := "robot:" + hash(theKey)
	ok := bot.Attempt{Fate: bot.FateAccepted, Via: via}
	group := func(text string, mention ...string) bot.Parcel {
		return bot.Parcel{ID: "p1", UserID: "zhangwei", Group: "wrG", Robot: theKey, Text: text, Mention: mention}
	}
	report := &bot.File{Hash: "h1", Name: "汇总表.xlsx", Size: 12}
	withFile := group("")
	withFile.File = report
	for _, c := range []struct {
		rule   string
		parcel bot.Parcel
		script []ask
		want   bot.Attempt
	}{
		{"plain words are a text", group("还差 2 项"),
			[]ask{{ask: shout + theKey, body: `{"msgtype":"text","text":{"content":"还差 2 项"}}`, give: taken}}, ok},
		{"whoever is called on is, without marks", group("**还差** 2 项", "zhangwei", ""),
			[]ask{{ask: shout + theKey, body: `{"msgtype":"text","text":{"content":"还差 2 项","mentioned_list":["zhangwei"]}}`, give: taken}}, ok},
		{"a table is markdown_v2", group("| 单位 | 状态 |\n|:--|:--|\n| 一区 | 未报 |"),
			[]ask{{ask: shout + theKey, body: `{"msgtype":"markdown_v2","markdown_v2":{"content":"| 单位 | 状态 |\n|:--|:--|\n| 一区 | 未报 |"}}`, give: taken}}, ok},
		{"marks are markdown", group("**还差** <2> 项"),
			[]ask{{ask: shout + theKey, body: `{"msgtype":"markdown","markdown":{"content":"**还差** <2> 项"}}`, give: taken}}, ok},
		{"a refusal inside a 200 is read", group("你好"),
			[]ask{{ask: shout + theKey, give: errcode(93000)}},
			bot.Attempt{Fate: bot.FateHalted, Code: 93000, Why: "robot", Via: via}},
		{"too many", group("你好"),
			[]ask{{ask: shout + theKey, give: errcode(45009)}},
			bot.Attempt{Fate: bot.FateLater, Code: 45009, Why: "limit", Via: via, Wait: time.Minute, Limited: true}},
		{"the line breaks behind it", group("你好"),
			[]ask{{ask: shout + theKey, fail: errBrokenLine}},
			bot.Attempt{Fate: bot.FateLater, Why: "network", Via: via, Unsure: true}},
		{"a file goes up and then out", withFile,
			[]ask{{ask: upload + theKey + "&type=file", body: `~filename="汇总表.xlsx"; filelength=12`, give: `{"errcode":0,"errmsg":"ok","type":"file","media_id":"M1","created_at":"1"}`},
				{ask: shout + theKey, body: `{"msgtype":"file","file":{"media_id":"M1"}}`, give: taken}}, ok},
		{"a name that is refused is tried in ASCII", withFile,
			[]ask{{ask: upload + theKey + "&type=file", body: `~filename="汇总表.xlsx"`, give: errcode(40058)},
				{ask: upload + theKey + "&type=file", body: `~filename="file.xlsx"`, give: `{"errcode":0,"errmsg":"ok","type":"file","media_id":"M1","created_at":"1"}`},
				{ask: shout + theKey, give: taken}}, ok},
		{"a file that is refused by both names", withFile,
			[]ask{{ask: upload + theKey + "&type=file", give: errcode(45001)}, {ask: upload + theKey + "&type=file", give: errcode(40058)}},
			bot.Attempt{Fate: bot.FateRefused, Code: 45001, Why: "file", Via: via}},
		{"the line breaks while it goes up: nobody has seen anything", withFile,
			[]ask{{ask: upload + theKey + "&type=file", fail: errBrokenLine}},
			bot.Attempt{Fate: bot.FateLater, Why: "network", Via: via}},
		{"an upload that leads to nothing", withFile,
			[]ask{{ask: upload + theKey + "&type=file", give: taken}},
			bot.Attempt{Fate: bot.FateLater, Why: "unknown", Via: via}},
		{"a medium that is forgotten is made anew, once", withFile,
			[]ask{{ask: upload + theKey + "&type=file", give: `{"errcode":0,"media_id":"M1"}`}, {ask: shout + theKey, give: errcode(40007)},
				{ask: upload + theKey + "&type=file", give: `{"errcode":0,"media_id":"M2"}`}, {ask: shout + theKey, body: `{"msgtype":"file","file":{"media_id":"M2"}}`, give: taken}}, ok},
	} {
		t.Run(c.rule, func(t *testing.T) {
			var log book
			client := play(t, c.script...)
			post := NewPost(PostConfig{Robots: newRobots(t, client, log.logger()), Files: shelf{"h1": "twelve bytes"}, Log: log.logger()})
			if got := post.Send(t.Context(), c.parcel); got != c.want {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
			unspoken(t, "the log", log.String())
		})
	}
}

const respond = "POST /cgi-bin/aibot/response?response_code=C0DE-of-the-answer"

// TestLateAnswer holds the one answer that comes after the turn, and what
// stands in for it.
func TestLateAnswer(t *testing.T) {
	late := bot.Parcel{ID: "p1", UserID: "zhangwei", ReplyURL: theURL, Text: "| a | b |\n|---|---|\n| <1> | 2 |"}
	inGroup := late
	inGroup.Group, inGroup.Robot = "wrG", theKey
	at := func(address string) bot.Parcel {
		p := late
		p.ReplyURL = address
		return p
	}
	card := &bot.Card{Task: "any@1", Title: "提交吗", Buttons: []bot.Button{{Label: "提交", Say: "提交"}}}
	byReply := bot.Attempt{Fate: bot.FateAccepted, Via: "reply"}
	for _, c := range []struct {
		rule   string
		app    bool
		parcel bot.Parcel
		via    string
		script []ask
		want   bot.Attempt
	}{
		{"it goes as markdown, tables and all", true, late, "reply",
			[]ask{{ask: respond, body: `{"msgtype":"markdown","markdown":{"content":"| a | b |\n|---|---|\n| <1> | 2 |"}}`, give: taken}}, byReply},
		{"a card goes into a private chat", true, bot.Parcel{ID: "p1", UserID: "zhangwei", ReplyURL: theURL, Card: card}, "reply",
			[]ask{{ask: respond, body: `~"msgtype":"template_card"`, give: taken}}, byReply},
		{"in a group its words do", true, bot.Parcel{ID: "p1", UserID: "zhangwei", Group: "wrG", ReplyURL: theURL, Card: card}, "reply",
			[]ask{{ask: respond, body: `{"msgtype":"markdown","markdown":{"content":"提交吗\n· 提交"}}`, give: taken}}, byReply},
		{"words go without their card", true, bot.Parcel{ID: "p1", UserID: "zhangwei", ReplyURL: theURL, Text: "你好", Card: card}, "reply",
			[]ask{{ask: respond, body: `{"msgtype":"markdown","markdown":{"content":"你好"}}`, give: taken}}, byReply},
		{"used up: by the application", true, late, "reply",
			[]ask{{ask: respond, give: errcode(40058)}, giveToken(theToken), {ask: send + theToken, body: say("text", `a　b\n<1>　2`), give: sentM1}}, accepted},
		{"used up: by the group's robot", true, inGroup, "reply",
			[]ask{{ask: respond, give: errcode(40058)}, {ask: shout + theKey, body: `~markdown_v2`, give: taken}},
			bot.Attempt{Fate: bot.FateAccepted, Via: "robot:" + hash(theKey)}},
		{"used up in a group without a robot: to the member", true, bot.Parcel{ID: "p1", UserID: "zhangwei", Group: "wrG", ReplyURL: theURL, Text: "你好"}, "reply",
			[]ask{{ask: respond, give: errcode(40058)}, giveToken(theToken), {ask: send + theToken, give: sentM1}}, accepted},
		{"used up, and there is no other road", false, late, "reply",
			[]ask{{ask: respond, give: errcode(40058)}},
			bot.Attempt{Fate: bot.FateRefused, Code: 40058, Why: "used", Via: "reply"}},
		{"the line breaks behind it: nothing else is sent at once", true, late, "reply",
			[]ask{{ask: respond, fail: errBrokenLine}},
			bot.Attempt{Fate: bot.FateLater, Why: "network", Via: "reply", Unsure: true}},
		{"it never left: later, by the same address", true, late, "reply",
			[]ask{{ask: respond, fail: errRefusedLine}},
			bot.Attempt{Fate: bot.FateLater, Why: "network", Via: "reply"}},
		{"somebody else's host is not written to", true, at("https://evil.example/cgi-bin/aibot/response?response_code=C0DE"), "app",
			[]ask{giveToken(theToken), {ask: send + theToken, give: sentM1}}, accepted},
		{"nor one that only looks like the platform's", true, at("https://qyapi.weixin.qq.com.evil.example/?C0DE"), "app",
			[]ask{giveToken(theToken), {ask: send + theToken, give: sentM1}}, accepted},
		{"nor one that hides behind it", true, at("https://qyapi.weixin.qq.com@evil.example/?C0DE"), "app",
			[]ask{giveToken(theToken), {ask: send + theToken, give: sentM1}}, accepted},
		{"nor by plain HTTP", true, at("http://qyapi.weixin.qq.com/cgi-bin/aibot/response?response_code=C0DE"), "app",
			[]ask{giveToken(theToken), {ask: send + theToken, give: sentM1}}, accepted},
		{"nor by what is no address", true, at("::C0DE\x00"), "app",
			[]ask{giveToken(theToken), {ask: send + theToken, give: sentM1}}, accepted},
	} {
		t.Run(c.rule, func(t *testing.T) {
			var log book
			client := play(t, c.script...)
			cfg := PostConfig{Robots: newRobots(t, client, log.logger()), Log: log.logger()}
			if c.app {
				cfg.API = newAPI(t, client, log.logger())
			}
			post := NewPost(cfg)
			if got := post.Via(c.parcel); got != c.via {
				t.Errorf("via %q, want %q", got, c.via)
			}
			if got := post.Send(t.Context(), c.parcel); got != c.want {
				t.Errorf("got  %+v\nwant %+v", got, c.want)
			}
			unspoken(t, "the log", log.String())
		})
	}
}

func TestALateAnswerIsGivenOnce(t *testing.T) {
	client := play(t, ask{ask: respond, fail: errBrokenLine}, giveToken(theToken), ask{ask: send + theToken, give: sentM1})
	post := NewPost(PostConfig{API: newAPI(t, client, nil), Robots: newRobots(t, client, nil)})
	late := bot.Parcel{ID: "p1", UserID: "zhangwei", ReplyURL: theURL, Text: "你好"}
	if got := post.Send(t.Context(), late); !got.Unsure {
		t.Fatalf("got %+v", got)
	}
	if got := post.Via(late); got != "app" {
		t.Errorf("via %q although the address is used up", got)
	}
	if got := post.Send(t.Context(), late); got != accepted {
		t.Errorf("got %+v", got)
	}
}

func TestALateAnswerThatNeverLeftIsTriedAgain(t *testing.T) {
	client := play(t, ask{ask: respond, fail: errRefusedLine}, ask{ask: respond, give: taken})
	post := NewPost(PostConfig{Robots: newRobots(t, client, nil)})
	late := bot.Parcel{ID: "p1", UserID: "zhangwei", ReplyURL: theURL, Text: "你好"}
	post.Send(t.Context(), late)
	if got := post.Send(t.Context(), late); got.Fate != bot.FateAccepted {
		t.Errorf("got %+v", got)
	}
}

// TestPartsAreSaidOnce breaks off a parcel behind its words: the words are not
// said again, and what came through is not sent again at all.
func TestPartsAreSaidOnce(t *testing.T) {
	up := ask{ask: "POST /cgi-bin/media/upload?access_token=" + theToken + "&type=file", body: `~filename="汇总.xlsx"`, give: `{"errcode":0,"media_id":"M1"}`}
	words := ask{ask: send + theToken, body: say("text", "请查收"), give: sentM1}
	file := `{"touser":"zhangwei","msgtype":"file","agentid":1000002,"file":{"media_id":"M1"},"enable_duplicate_check":1,"duplicate_check_interval":` + fmt.Sprint(interval("p1")) + `}`
	client := play(t, giveToken(theToken), up, words,
		ask{ask: send + theToken, body: file, give: errcode(-1)},
		ask{ask: send + theToken, body: file, give: `{"errcode":0,"msgid":"m2"}`})
	post := NewPost(PostConfig{API: newAPI(t, client, nil), Robots: newRobots(t, client, nil), Files: shelf{"h1": "twelve bytes"}})
	parcel := bot.Parcel{ID: "p1", UserID: "zhangwei", Text: "请查收", File: &bot.File{Hash: "h1", Name: "汇总.xlsx", Size: 12}}
	if got, want := post.Send(t.Context(), parcel), (bot.Attempt{Fate: bot.FateLater, Code: -1, Why: "busy", Via: "app"}); got != want {
		t.Errorf("first: got %+v", got)
	}
	if got := post.Send(t.Context(), parcel); got != accepted {
		t.Errorf("second: got %+v", got)
	}
	if got := post.Send(t.Context(), parcel); got != accepted {
		t.Errorf("third: got %+v", got)
	}
}

func TestFilesThatCannotGo(t *testing.T) {
	person := bot.Parcel{ID: "p1", UserID: "zhangwei", Text: "请查收"}
	for _, c := range []struct {
		rule string
		file bot.File
		open shelf
		want string
	}{
		{"empty", bot.File{Hash: "h", Size: 0}, shelf{}, "file"},
		{"too small for the platform", bot.File{Hash: "h", Size: 5}, shelf{"h": "12345"}, "file"},
		{"too large", bot.File{Hash: "h", Size: 20<<20 + 1}, shelf{}, "file"},
		{"never kept", bot.File{Size: 12}, shelf{}, "file"},
		{"lost", bot.File{Hash: "h", Size: 12}, shelf{}, "file"},
		{"shorter than it was", bot.File{Hash: "h", Size: 12}, shelf{"h": "short"}, "file"},
		{"longer than it was", bot.File{Hash: "h", Size: 12}, shelf{"h": "longer than it was"}, "file"},
	} {
		for _, road := range []string{"app", "robot"} {
			t.Run(c.rule+" by "+road, func(t *testing.T) {
				// Whatever is wrong with it is found out before anything is said.
				platform := roundTrip(func(req *http.Request) (*http.Response, error) {
					switch req.URL.Path {
					case "/cgi-bin/gettoken":
						return respondWith(req, giveToken(theToken).give), nil
					case "/cgi-bin/webhook/upload_media":
						if err := drain(req); err != nil {
							return nil, err
						}
						return respondWith(req, `{"errcode":0,"media_id":"M1"}`), nil
					}
					t.Errorf("a request to %s", req.URL.Path)
					return nil, errBrokenLine
				})
				client := &http.Client{Transport: platform}
				post := NewPost(PostConfig{API: newAPI(t, client, nil), Robots: newRobots(t, client, nil), Files: c.open})
				parcel := person
				parcel.File = &c.file
				if road == "robot" {
					parcel.Group, parcel.Robot = "wrG", theKey
				}
				if got := post.Send(t.Context(), parcel); got.Fate != bot.FateRefused || got.Why != c.want {
					t.Errorf("got %+v", got)
				}
			})
		}
	}
}

// stuck is a shelf whose disk does not answer.
type stuck struct{}

func (stuck) Open(context.Context, string) (io.ReadCloser, error) {
	return nil, errors.New("too many open files in " + theSecret)
}

func TestADiskMayBeBetterLater(t *testing.T) {
	client := play(t, giveToken(theToken))
	post := NewPost(PostConfig{API: newAPI(t, client, nil), Robots: newRobots(t, client, nil), Files: stuck{}})
	parcel := bot.Parcel{ID: "p1", UserID: "zhangwei", File: &bot.File{Hash: "h", Size: 12}}
	want := bot.Attempt{Fate: bot.FateLater, Why: "file", Via: "app"}
	if got := post.Send(t.Context(), parcel); got != want {
		t.Errorf("got %+v", got)
	}
	parcel.Group, parcel.Robot = "wrG", theKey
	want.Via = viaRobot(theKey)
	if got := post.Send(t.Context(), parcel); got != want {
		t.Errorf("got %+v", got)
	}
}

func TestRoads(t *testing.T) {
	client := play(t)
	api, robots := newAPI(t, client, nil), newRobots(t, client, nil)
	person := bot.Parcel{ID: "1", UserID: "zhangwei", Text: "x"}
	paired := bot.Parcel{ID: "2", UserID: "zhangwei", Group: "wrG", Robot: theKey, Text: "x"}
	bare := bot.Parcel{ID: "3", UserID: "zhangwei", Group: "wrG", Text: "x"}
	for _, c := range []struct {
		name                 string
		cfg                  PostConfig
		person, paired, bare string
		reach                bot.Reach
	}{
		{"nothing", PostConfig{}, "", "robot:" + hash(theKey), "", bot.Reach{Group: "robot"}},
		{"application", PostConfig{API: api}, "app", "robot:" + hash(theKey), "", bot.Reach{Person: "app", Group: "robot", Files: true}},
		{"long connection", PostConfig{Long: &pushed{}}, "long", "robot:" + hash(theKey), "long", bot.Reach{Person: "long", Group: "long", Files: true}},
		{"both", PostConfig{API: api, Long: &pushed{}}, "app", "robot:" + hash(theKey), "long", bot.Reach{Person: "app", Group: "long", Files: true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.cfg.Robots = robots
			post := NewPost(c.cfg)
			for parcel, want := range map[*bot.Parcel]string{&person: c.person, &paired: c.paired, &bare: c.bare} {
				if got := post.Via(*parcel); got != want {
					t.Errorf("%+v via %q, want %q", *parcel, got, want)
				}
			}
			if got := post.Reach(); got != c.reach {
				t.Errorf("reach %+v, want %+v", got, c.reach)
			}
		})
	}
	if viaRobot(theKey) == viaRobot(otherKey) || strings.Contains(viaRobot(theKey), theKey) {
		t.Error("robots are told apart by a hash of their key")
	}
}

func TestTheLongConnectionTakesOver(t *testing.T) {
	long := &pushed{}
	client := play(t, ask{ask: respond, give: errcode(40058)})
	post := NewPost(PostConfig{Robots: newRobots(t, client, nil), Long: long})
	got := post.Send(t.Context(), bot.Parcel{ID: "p1", UserID: "zhangwei", Group: "wrG", ReplyURL: theURL, Text: "你好"})
	if got != (bot.Attempt{Fate: bot.FateAccepted, Via: "long"}) {
		t.Errorf("got %+v", got)
	}
	if len(long.got) != 1 || long.got[0].ReplyURL != "" || long.got[0].Group != "wrG" || long.got[0].Text != "你好" {
		t.Errorf("pushed %+v", long.got)
	}
}

// TestCardsWithACallback: words that fit under the card's title ring the phone
// once, longer ones and such as need markup are a message of their own.
func TestCardsWithACallback(t *testing.T) {
	card := &bot.Card{Task: "any@1", Title: "提交吗", Buttons: []bot.Button{{Label: "提交", Say: "提交"}}}
	long := strings.Repeat("好", 161)
	shown := func(more string) ask {
		return ask{
			ask:  send + theToken,
			body: `~"msgtype":"template_card","agentid":1000002,"template_card":{"card_type":"button_interaction","main_title":{"title":"提交吗"},` + more,
			give: `{"errcode":0,"msgid":"m1","response_code":"c0de-of-the-press"}`,
		}
	}
	words := func(kind, text string) ask { return ask{ask: send + theToken, body: say(kind, text), give: sentM1} }
	for _, c := range []struct {
		text string
		want []ask
	}{
		{"你好\n请报送", []ask{shown(`"sub_title_text":"你好\n请报送","button_list"`)}},
		{long, []ask{words("text", long), shown(`"button_list"`)}},
		{"**你好**", []ask{words("markdown", "**你好**"), shown(`"button_list"`)}},
	} {
		client := play(t, append([]ask{giveToken(theToken)}, c.want...)...)
		post := NewPost(PostConfig{API: newAPI(t, client, nil), Robots: newRobots(t, client, nil), Pressable: true})
		parcel := bot.Parcel{ID: "p1", UserID: "zhangwei", Text: c.text, Card: card}
		if got := post.Send(t.Context(), parcel); got != accepted {
			t.Errorf("%.9s: got %+v", c.text, got)
		}
		if got := post.Send(t.Context(), parcel); got != accepted {
			t.Errorf("%.9s: sent again: got %+v", c.text, got) // and no request was made
		}
	}
}

// TestCardBehindItsWords: who has the words has been told, whatever becomes of
// the card.
func TestCardBehindItsWords(t *testing.T) {
	parcel := bot.Parcel{ID: "p1", UserID: "zhangwei", Text: "**你好**", Card: &bot.Card{Task: "any@1", Title: "提交吗", Buttons: []bot.Button{{Label: "提交", Say: "提交"}}}}
	client := play(t, giveToken(theToken),
		ask{ask: send + theToken, give: errcode(-1)},
		ask{ask: send + theToken, give: sentM1},
		ask{ask: send + theToken, give: errcode(-1)},
		ask{ask: send + theToken, give: errcode(40058)})
	post := NewPost(PostConfig{API: newAPI(t, client, nil), Robots: newRobots(t, client, nil), Pressable: true})
	for i, want := range []bot.Attempt{
		{Fate: bot.FateLater, Code: -1, Why: "busy", Via: "app"},
		{Fate: bot.FateLater, Code: -1, Why: "busy", Via: "app", Told: true},
		accepted,
	} {
		if got := post.Send(t.Context(), parcel); got != want {
			t.Errorf("attempt %d: got %+v, want %+v", i, got, want)
		}
	}
}

// TestARefusedCard is no loss where words say the same: what would be reported
// as not having arrived is there.
func TestARefusedCard(t *testing.T) {
	card := &bot.Card{Task: "any@1", Title: "提交吗", Buttons: []bot.Button{{Label: "提交", Say: "提交"}}}
	for _, c := range []struct {
		code int
		want bot.Attempt
	}{
		{40058, accepted},
		{-1, bot.Attempt{Fate: bot.FateLater, Code: -1, Why: "busy", Via: "app", Told: true}},
		{60020, bot.Attempt{Fate: bot.FateHalted, Code: 60020, Why: "ip", Detail: "203.0.113.9", Via: "app", Told: true}},
	} {
		client := play(t, giveToken(theToken), ask{ask: send + theToken, body: say("markdown", "**你好**"), give: sentM1}, ask{ask: send + theToken, body: "~template_card", give: errcode(c.code)})
		post := NewPost(PostConfig{API: newAPI(t, client, nil), Robots: newRobots(t, client, nil), Pressable: true})
		if got := post.Send(t.Context(), bot.Parcel{ID: "p1", UserID: "zhangwei", Text: "**你好**", Card: card}); got != c.want {
			t.Errorf("%d: got %+v", c.code, got)
		}
	}
}

// TestRepeatable: the application's messages are looked for repeats (page 90236),
// nobody else's are.
func TestRepeatable(t *testing.T) {
	post := NewPost(PostConfig{Robots: newRobots(t, nil, nil)})
	for via, want := range map[string]bool{ViaApp: true, ViaLong: false, ViaReply: false, ViaRobot + ":0123abcd": false, "": false} {
		if got := post.Repeatable(via); got != want {
			t.Errorf("%q: %v", via, got)
		}
	}
}

// TestQuiet: after 45009 nobody is written to by the application for a minute,
// and other roads stay open.
func TestQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		client := play(t, giveToken(theToken), ask{ask: send + theToken, give: errcode(45009)},
			ask{ask: shout + theKey, give: taken}, ask{ask: send + theToken, give: sentM1})
		post := NewPost(PostConfig{API: newAPI(t, client, nil), Robots: newRobots(t, client, nil)})
		post.Send(t.Context(), hello)
		time.Sleep(20 * time.Second)
		lina := bot.Parcel{ID: "p2", UserID: "lina", Text: "你好"}
		if got, want := post.Send(t.Context(), lina), (bot.Attempt{Fate: bot.FateLater, Why: "limit", Via: "app", Wait: 40 * time.Second, Limited: true}); got != want {
			t.Errorf("got %+v", got)
		}
		if got := post.Send(t.Context(), bot.Parcel{ID: "p3", Group: "wrG", Robot: theKey, Text: "你好"}); got.Fate != bot.FateAccepted {
			t.Errorf("got %+v", got)
		}
		time.Sleep(40 * time.Second)
		if got := post.Send(t.Context(), lina); got.Fate != bot.FateAccepted {
			t.Errorf("got %+v", got)
		}
	})
}

func TestOutOfTime(t *testing.T) {
	client := play(t)
	post := NewPost(PostConfig{API: newAPI(t, client, nil), Robots: newRobots(t, client, nil)})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got, want := post.Send(ctx, hello), (bot.Attempt{Fate: bot.FateLater, Why: "network", Via: "app"}); got != want {
		t.Errorf("got %+v", got)
	}
}
