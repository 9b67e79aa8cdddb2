package wecom

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/silenceper/wechat/v2/util"

	"anyuebot/bot"
	"anyuebot/bot/wecom/wecomtest"
)

// company is the platform's double with one application and two robots.
func company(t *testing.T) *wecomtest.API {
	api := wecomtest.NewAPI(wecomtest.APIConfig{
		CorpID:     theCorp,
		Apps:       []wecomtest.Account{{AgentID: theAgent, Secret: theSecret, Name: "安月", Scope: []string{"zhangwei", "lina", "nolicense"}}},
		Robots:     map[string]string{theKey: "wrG", otherKey: "wrH"},
		Members:    []string{"zhangwei", "lina", "wangwu", "nolicense"},
		Unlicensed: []string{"nolicense"},
		OpenIDs:    map[string]string{"woZ": "zhangwei", "woW": "wangwu"},
		Names:      map[string]string{"zhangwei": "张伟"},
	})
	t.Cleanup(func() {
		for _, v := range api.Violations() {
			t.Error(v)
		}
	})
	return api
}

func direct(api *wecomtest.API) *http.Client { return &http.Client{Transport: wecomtest.Direct(api)} }

func postTo(t *testing.T, api *wecomtest.API, files FileOpener) *Post {
	client := direct(api)
	return NewPost(PostConfig{API: newAPI(t, client, nil), Robots: newRobots(t, client, nil), Files: files, Pressable: true})
}

func TestParcelsArrive(t *testing.T) {
	api := company(t)
	files := shelf{"doc": "an official document", "pic": "\x89PNG\r\n\x1a\nand the rest"}
	post := postTo(t, api, files)
	doc := &bot.File{Hash: "doc", Name: "附件2（山河镇）.docx", Size: int64(len(files["doc"]))}
	pic := &bot.File{Hash: "pic", Name: "", Type: "image/png", Size: int64(len(files["pic"]))}
	card := &bot.Card{Task: "any@1", Title: "提交吗", Buttons: []bot.Button{{Label: "提交", Say: "提交"}}}
	for _, p := range []bot.Parcel{
		{ID: "1", UserID: "ZhangWei", Text: "**请**查收", File: doc},
		{ID: "2", UserID: "zhangwei", Text: "照片", File: pic, Card: card},
		{ID: "3", Group: "wrG", Robot: theKey, Text: "请看", File: doc, Mention: []string{"lina"}},
		{ID: "4", Group: "wrG", Robot: theKey, Text: "| a | b |\n|---|---|\n| 1 | 2 |"},
		{ID: "5", Group: "wrH", Robot: otherKey, File: doc},
	} {
		if got := post.Send(t.Context(), p); got.Fate != bot.FateAccepted {
			t.Errorf("parcel %s: %+v", p.ID, got)
		}
	}
	var kinds []string
	for _, s := range append(api.PersonalOf("zhangwei"), append(api.Group("wrG"), api.Group("wrH")...)...) {
		kind := s.Kind
		if s.File != nil {
			kind += " " + s.File.Name
		}
		kinds = append(kinds, kind)
	}
	want := "markdown, file 附件2（山河镇）.docx, template_card, image file.png, " +
		"text, file 附件2（山河镇）.docx, markdown_v2, file 附件2（山河镇）.docx"
	if got := strings.Join(kinds, ", "); got != want {
		t.Errorf("arrived %s\nwant    %s", got, want)
	}
	// The application's upload serves all members, a robot's only its group.
	if n := len(api.Requests("/cgi-bin/media/upload")); n != 2 {
		t.Errorf("%d uploads by the application, want 2", n)
	}
	if n := len(api.Requests("/cgi-bin/webhook/upload_media")); n != 2 {
		t.Errorf("%d uploads by robots, want 2", n)
	}
}

func TestOneUploadForMany(t *testing.T) {
	api := company(t)
	post := postTo(t, api, shelf{"doc": "an official document"})
	var all sync.WaitGroup
	for _, user := range []string{"zhangwei", "lina"} {
		for i := range 10 {
			all.Go(func() {
				got := post.Send(t.Context(), bot.Parcel{ID: user + string(rune('a'+i)), UserID: user, File: &bot.File{Hash: "doc", Name: "a.docx", Size: 20}})
				if got.Fate != bot.FateAccepted {
					t.Errorf("%+v", got)
				}
			})
		}
	}
	all.Wait()
	if n := len(api.Requests("/cgi-bin/media/upload")); n != 1 {
		t.Errorf("%d uploads, want 1", n)
	}
	if got := len(api.Personal()); got != 20 {
		t.Errorf("%d arrived, want 20", got)
	}
}

// TestSameWordsTwice: two parcels that say the same to the same member are two
// messages, and one parcel that is sent by two processes is one.
func TestSameWordsTwice(t *testing.T) {
	api := company(t)
	first, second := postTo(t, api, nil), postTo(t, api, nil)
	for _, post := range []*Post{first, second} {
		for _, id := range []string{"p1", "p2"} {
			if got := post.Send(t.Context(), bot.Parcel{ID: id, UserID: "zhangwei", Text: "请填报"}); got.Fate != bot.FateAccepted {
				t.Errorf("%+v", got)
			}
		}
	}
	if got := len(api.PersonalOf("zhangwei")); got != 2 {
		t.Errorf("%d messages, want 2", got)
	}
}

func TestOneRefreshForFifty(t *testing.T) {
	var members []string
	for i := range 50 {
		members = append(members, fmt.Sprintf("liaison%d", i))
	}
	api := wecomtest.NewAPI(wecomtest.APIConfig{
		CorpID: theCorp, Apps: []wecomtest.Account{{AgentID: theAgent, Secret: theSecret}}, Members: members,
	})
	post := postTo(t, api, nil)
	for round := 1; round <= 3; round++ {
		var all sync.WaitGroup
		for _, user := range members {
			all.Go(func() {
				if got := post.Send(t.Context(), bot.Parcel{UserID: user, Text: fmt.Sprint(round)}); got.Fate != bot.FateAccepted {
					t.Errorf("%+v", got)
				}
			})
		}
		all.Wait()
		if n := len(api.Requests("/cgi-bin/gettoken")); n != round {
			t.Errorf("%d tokens fetched, want %d", n, round)
		}
		if n := len(api.Personal()); n != 50*round {
			t.Errorf("%d messages, want %d", n, 50*round)
		}
		api.WithdrawTokens()
	}
}

// TestTokensAreFetchedAgain when they have run out, and no sooner.
func TestTokensAreFetchedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		api := company(t)
		post := postTo(t, api, nil)
		for i, wait := range []time.Duration{0, time.Hour, time.Hour, 10 * time.Minute} {
			time.Sleep(wait)
			if got := post.Send(t.Context(), bot.Parcel{UserID: "zhangwei", Text: "你好" + string(rune('一'+i))}); got.Fate != bot.FateAccepted {
				t.Errorf("%d: %+v", i, got)
			}
		}
		if n := len(api.Requests("/cgi-bin/gettoken")); n > 3 {
			t.Errorf("%d tokens fetched", n)
		}
	})
}

// TestATokenThatIsRefusedIsNoOtherToken: whoever is told late that a token is
// stale does not throw away the one that took its place.
func TestATokenThatIsRefusedIsNoOtherToken(t *testing.T) {
	var c tokenCache
	if err := c.Set("k", "old", time.Hour); err != nil {
		t.Fatal(err)
	}
	c.drop("old")
	if got := c.Get("k"); got != nil {
		t.Errorf("got %v after it was dropped", got)
	}
	if err := c.Set("k", "new", time.Hour); err != nil {
		t.Fatal(err)
	}
	c.drop("old")
	if got := c.Get("k"); got != "new" {
		t.Errorf("got %v", got)
	}
	if c.Set("k", "", time.Hour) == nil || c.Set("k", 7, time.Hour) == nil {
		t.Error("a token that is none was kept")
	}
	if !c.IsExist("k") || c.Delete("k") != nil || c.IsExist("k") || c.current() != "" {
		t.Error("deleted, and still there")
	}
}

func TestAShortLivedTokenIsKeptAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		short := giveToken(theToken)
		short.give = strings.Replace(short.give, "7200", "600", 1)
		client := play(t, short, ask{ask: send + theToken, give: sentM1}, ask{ask: send + theToken, give: sentM1}, giveToken(theToken), ask{ask: send + theToken, give: sentM1})
		post := NewPost(PostConfig{API: newAPI(t, client, nil), Robots: newRobots(t, client, nil)})
		for _, wait := range []time.Duration{0, 20 * time.Second, 20 * time.Second} {
			time.Sleep(wait)
			post.Send(t.Context(), bot.Parcel{UserID: "zhangwei", Text: "你好"})
		}
	})
}

func TestIdentify(t *testing.T) {
	api := company(t)
	a := newAPI(t, direct(api), nil)
	for range 2 {
		for id, want := range map[string]string{"woZ": "zhangwei", "woW": "", "zhangwei": "", "": ""} {
			got, ok, err := a.Identify(t.Context(), id)
			if got != want || ok != (want != "") || err != nil {
				t.Errorf("%q is %q, %v, %v; want %q", id, got, ok, err, want)
			}
		}
	}
	if n := len(api.Requests("/cgi-bin/batch/openuserid_to_userid")); n != 3 {
		t.Errorf("%d requests, want one for each id", n)
	}
}

// TestName: what the address book says of a member is asked once, and a refusal is
// no name and no line in the log.
func TestName(t *testing.T) {
	api := company(t)
	var log bytes.Buffer
	a := newAPI(t, direct(api), slog.New(slog.NewTextHandler(&log, nil)))
	for range 2 {
		for id, want := range map[string]string{"zhangwei": "张伟", "lina": "", "nobody": ""} {
			if got := a.Name(t.Context(), id); got != want {
				t.Errorf("%s is called %q, want %q", id, got, want)
			}
		}
	}
	if n := len(api.Requests("/cgi-bin/user/get")); n != 3 || log.Len() > 0 {
		t.Errorf("%d requests, want one for each; log %q", n, log.String())
	}
}

func TestIdentitiesAreBounded(t *testing.T) {
	var known identities
	for i := range 3 * identitiesKept {
		known.put(agentText(int64(i)), "x")
	}
	if n := len(known.known); n > identitiesKept {
		t.Errorf("%d are kept", n)
	}
}

// TestIdentitiesAreNotForEver: a member who comes into the application's sight
// is known before long.
func TestIdentitiesAreNotForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var known identities
		known.put("woZ", "")
		known.put("woW", "wangwu")
		time.Sleep(unknownKept)
		if _, found := known.get("woZ"); found {
			t.Error("still unknown")
		}
		if user, found := known.get("woW"); !found || user != "wangwu" {
			t.Error("forgotten")
		}
	})
}

func TestDownload(t *testing.T) {
	const get = "GET /cgi-bin/media/get?access_token=" + theToken + "&media_id=M1"
	as := func(disposition string) http.Header { return http.Header{"Content-Disposition": {disposition}} }
	for _, c := range []struct {
		name       string
		script     []ask
		wantName   string
		wantBody   string
		wantCode   int64
		wantFailed bool
	}{
		{"a file", []ask{giveToken(theToken), {ask: get, head: as(`attachment; filename="a.txt"`), give: "content"}}, "a.txt", "content", 0, false},
		{"a Chinese name", []ask{giveToken(theToken), {ask: get, head: as(`attachment; filename="__.txt"; filename*=UTF-8''%E6%B1%87%E6%80%BB.txt`), give: "x"}}, "汇总.txt", "x", 0, false},
		{"a file that is JSON, even with an errcode in it", []ask{giveToken(theToken), {ask: get, head: as(`attachment; filename="a.json"`), give: `{"errcode":1}`}}, "a.json", `{"errcode":1}`, 0, false},
		{"an empty file", []ask{giveToken(theToken), {ask: get, head: as(`attachment; filename="a.txt"`)}}, "a.txt", "", 0, false},
		{"a refusal", []ask{giveToken(theToken), {ask: get, give: errcode(40007)}}, "", "", 40007, true},
		{"a stale token", []ask{giveToken(theToken), {ask: get, give: errcode(42001)}, giveToken(freshTok),
			{ask: strings.Replace(get, theToken, freshTok, 1), head: as(`attachment; filename="a.txt"`), give: "x"}}, "a.txt", "x", 0, false},
		{"neither file nor refusal", []ask{giveToken(theToken), {ask: get, give: "<html>"}}, "", "", 0, true},
		{"a good answer without a file", []ask{giveToken(theToken), {ask: get, give: taken}}, "", "", 0, true},
		{"too large", []ask{giveToken(theToken), {ask: get, head: as(`attachment; filename="a.txt"`), give: strings.Repeat("x", maxMedia+1)}}, "", "", 0, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := newAPI(t, play(t, c.script...), nil)
			name, body, err := a.Download(t.Context(), "M1")
			if (err != nil) != c.wantFailed || name != c.wantName {
				t.Fatalf("%q, %v", name, err)
			}
			var f *Failure
			if errors.As(err, &f) && f.Code != c.wantCode {
				t.Errorf("errcode %d", f.Code)
			}
			if body != nil {
				if got, _ := io.ReadAll(body); string(got) != c.wantBody {
					t.Errorf("content %q", got)
				}
			}
		})
	}
}

func TestUpdateCard(t *testing.T) {
	api := company(t)
	post := postTo(t, api, nil)
	code := ""
	card := bot.Card{Task: "any@1", Title: "提交吗", Buttons: []bot.Button{{Label: "提交", Say: "提交"}}}
	// The code comes with the message here; in life it comes with the press.
	watch := roundTrip(func(req *http.Request) (*http.Response, error) {
		resp, err := wecomtest.Direct(api).RoundTrip(req)
		if err == nil && strings.HasSuffix(req.URL.Path, "message/send") {
			body, _ := io.ReadAll(resp.Body)
			_, after, _ := strings.Cut(string(body), `"response_code":"`)
			code, _, _ = strings.Cut(after, `"`)
			resp.Body = io.NopCloser(strings.NewReader(string(body)))
		}
		return resp, err
	})
	post.api = newAPI(t, &http.Client{Transport: watch}, nil)
	if got := post.Send(t.Context(), bot.Parcel{ID: "1", UserID: "zhangwei", Card: &card}); got.Fate != bot.FateAccepted {
		t.Fatalf("%+v", got)
	}
	if err := post.api.UpdateCard(t.Context(), "zhangwei", code, bot.Card{Task: "any@1", Title: "已提交"}); err != nil {
		t.Fatal(err)
	}
	if shown := api.PersonalOf("zhangwei"); len(shown) != 1 || !shown[0].Changed {
		t.Errorf("shown %+v", shown)
	}
	if err := post.api.UpdateCard(t.Context(), "zhangwei", code, card); err == nil {
		t.Error("a code is good for one update")
	}
	if err := post.api.UpdateCard(t.Context(), "zhangwei", "", card); err == nil {
		t.Error("an update without a code")
	}
}

func TestChecks(t *testing.T) {
	api := company(t)
	a, r := newAPI(t, direct(api), nil), newRobots(t, direct(api), nil)
	if err := a.CheckToken(t.Context()); err != nil {
		t.Error(err)
	}
	if from, err := a.CheckAddress(t.Context()); err != nil || len(from) != 2 {
		t.Errorf("%v, %v", from, err)
	}
	if agent, err := a.CheckAgent(t.Context()); err != nil || agent != (Agent{Name: "安月"}) {
		t.Errorf("%+v, %v", agent, err)
	}
	if err := r.Check(t.Context(), theKey); err != nil {
		t.Error(err)
	}
	api.RemoveRobot(theKey)
	var f *Failure
	if err := r.Check(t.Context(), theKey); !errors.As(err, &f) || f.Why != WhyRobot {
		t.Errorf("a robot that was removed: %v", err)
	}
	if n := len(api.Group("wrG")); n != 0 {
		t.Errorf("the check said %d things in the group", n)
	}

	api.Misbehave(func(q wecomtest.Request) wecomtest.Mischief {
		if q.Endpoint == "/cgi-bin/gettoken" {
			return wecomtest.Mischief{}
		}
		return wecomtest.Mischief{Code: 60020}
	})
	if err := a.CheckToken(t.Context()); err != nil {
		t.Error("the token is given to any address: ", err)
	}
	if _, err := a.CheckAddress(t.Context()); !errors.As(err, &f) || f.Why != WhyAddress || f.Detail != "203.0.113.7" {
		t.Errorf("an address that is not trusted: %v", err)
	}
	api.Misbehave(nil)
	other, err := NewAPI(APIConfig{CorpID: theCorp, Secret: theSecret, AgentID: 7, Client: direct(api)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := other.CheckAgent(t.Context()); !errors.As(err, &f) || f.Why != WhyAgent {
		t.Errorf("another agent id: %v", err)
	}
	wrong, err := NewAPI(APIConfig{CorpID: theCorp, Secret: "wrong", AgentID: theAgent, Client: direct(api)})
	if err != nil {
		t.Fatal(err)
	}
	if err := wrong.CheckToken(t.Context()); !errors.As(err, &f) || f.Why != WhySecret || f.Code != 40001 {
		t.Errorf("a wrong secret: %v", err)
	}
}

func TestNewAPIChecksItsConfiguration(t *testing.T) {
	good := APIConfig{CorpID: theCorp, Secret: theSecret, AgentID: theAgent}
	for name, change := range map[string]func(*APIConfig){
		"no corp id":                func(c *APIConfig) { c.CorpID = "" },
		"a corp id with a space":    func(c *APIConfig) { c.CorpID += " " },
		"no secret":                 func(c *APIConfig) { c.Secret = "" },
		"a secret with a break":     func(c *APIConfig) { c.Secret += "\n" },
		"a secret beyond ASCII":     func(c *APIConfig) { c.Secret += "；" },
		"no agent id":               func(c *APIConfig) { c.AgentID = 0 },
		"an address without scheme": func(c *APIConfig) { c.Base = "proxy.example/" + theSecret },
		"an address with a query":   func(c *APIConfig) { c.Base = "https://proxy.example/?key=" + theSecret },
		"an address with a login":   func(c *APIConfig) { c.Base = "https://me:" + theSecret + "@proxy.example" },
	} {
		cfg := good
		change(&cfg)
		_, err := NewAPI(cfg)
		if err == nil {
			t.Errorf("%s: taken", name)
			continue
		}
		unspoken(t, name, err.Error())
	}
	if _, err := NewAPI(good); err != nil {
		t.Error(err)
	}
}

// TestManyBasesInOneProcess: the library has one client and one address for the
// whole process, and two companies still keep to their own.
func TestManyBasesInOneProcess(t *testing.T) {
	var all sync.WaitGroup
	for _, name := range []string{"one", "two", "three"} {
		api := company(t)
		server := httptest.NewServer(http.StripPrefix("/"+name, api))
		t.Cleanup(server.Close)
		a, err := NewAPI(APIConfig{Base: server.URL + "/" + name + "/", CorpID: theCorp, Secret: theSecret, AgentID: theAgent})
		if err != nil {
			t.Fatal(err)
		}
		robots, err := NewRobots(RobotsConfig{Base: server.URL + "/" + name})
		if err != nil {
			t.Fatal(err)
		}
		post := NewPost(PostConfig{API: a, Robots: robots, Files: shelf{"doc": "a document"}})
		all.Go(func() {
			for _, p := range []bot.Parcel{
				{ID: name, UserID: "zhangwei", Text: name, File: &bot.File{Hash: "doc", Name: "文件.txt", Size: 10}},
				{ID: name + "g", Group: "wrG", Robot: theKey, Text: name, File: &bot.File{Hash: "doc", Name: "文件.txt", Size: 10}},
			} {
				if got := post.Send(t.Context(), p); got.Fate != bot.FateAccepted {
					t.Errorf("%s: %+v", name, got)
				}
			}
			for _, shown := range [][]wecomtest.Shown{api.Personal(), api.Group("wrG")} {
				if len(shown) != 2 || shown[0].Text != name {
					t.Errorf("%s: shown %+v", name, shown)
				}
			}
		})
	}
	all.Wait()
}

// TestTheLibraryAlone: what it sends without our knowing goes nowhere.
func TestTheLibraryAlone(t *testing.T) {
	l, err := newLine("", play(t))
	if err != nil {
		t.Fatal(err)
	}
	l.through(t.Context(), time.Second, func(ctx context.Context, marker string) {})
	for _, address := range []string{platform + "/cgi-bin/gettoken?corpid=x", platform + "/cgi-bin/gettoken?corpid=x&via=zzz", "https://elsewhere.example/"} {
		if _, err := util.HTTPGet(address); !errors.Is(err, errUnmarked) {
			t.Errorf("%s: %v", address, err)
		}
	}
}

// TestTheLibraryKeepsTime although most of its calls take no context.
func TestTheLibraryKeepsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hang := &http.Client{Transport: roundTrip(func(req *http.Request) (*http.Response, error) {
			<-req.Context().Done()
			return nil, req.Context().Err()
		})}
		robots := newRobots(t, hang, nil)
		start := time.Now()
		f := robots.send(t.Context(), theKey, robotMessage{MsgType: "text", Text: &mentionedBody{Content: "x"}})
		if f == nil || f.Why != WhyNetwork || !f.unsure || time.Since(start) != callTime {
			t.Errorf("%+v after %v", f, time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if f = robots.send(ctx, theKey, robotMessage{MsgType: "text", Text: &mentionedBody{Content: "x"}}); f == nil || time.Since(start) != callTime+time.Second {
			t.Errorf("%+v after %v", f, time.Since(start))
		}
	})
}

// TestDeadConnectionsAreNoFailures: a connection that the platform closed while
// it lay idle is replaced without a word, if the request can be made again.
func TestDeadConnectionsAreNoFailures(t *testing.T) {
	api := company(t)
	seen := map[string]bool{}
	watch := roundTrip(func(req *http.Request) (*http.Response, error) {
		if req.Body != nil {
			seen[req.URL.Path] = req.GetBody != nil
		}
		return wecomtest.Direct(api).RoundTrip(req)
	})
	client := &http.Client{Transport: watch}
	post := NewPost(PostConfig{API: newAPI(t, client, nil), Robots: newRobots(t, client, nil), Files: shelf{"doc": "a document"}})
	post.Send(t.Context(), bot.Parcel{UserID: "zhangwei", File: &bot.File{Hash: "doc", Name: "a.txt", Size: 10}})
	post.Send(t.Context(), bot.Parcel{Group: "wrG", Robot: theKey, Text: "x"})
	for _, path := range []string{"/cgi-bin/message/send", "/cgi-bin/media/upload", "/cgi-bin/webhook/send"} {
		if !seen[path] {
			t.Errorf("%s cannot be made again", path)
		}
	}
}

// TestOddSecrets: the library formats secrets into addresses as they are.
func TestOddSecrets(t *testing.T) {
	const odd = "a&corpid=b?c#d%2e+/"
	client := play(t,
		ask{ask: "GET /cgi-bin/gettoken?corpid=ww%26x&corpsecret=a%26corpid%3Db%3Fc%23d%252e%2B%2F", give: giveToken("t&k=1").give},
		ask{ask: send + "t%26k%3D1", give: sentM1},
		ask{ask: shout + "a%26corpid%3Db%3Fc%23d%252e%2B%2F", give: taken})
	a, err := NewAPI(APIConfig{CorpID: "ww&x", Secret: odd, AgentID: theAgent, Client: client})
	if err != nil {
		t.Fatal(err)
	}
	post := NewPost(PostConfig{API: a, Robots: newRobots(t, client, nil)})
	post.Send(t.Context(), hello)
	post.Send(t.Context(), bot.Parcel{Group: "wrG", Robot: odd, Text: "x"})
}

func TestMarker(t *testing.T) {
	for query, want := range map[string][2]string{
		"access_token=T&via=1a":           {"access_token=T", "1a"},
		"access_token=T&via=1a&type=file": {"access_token=T&type=file", "1a"},
		"access_token=T":                  {"access_token=T", ""},
		"":                                {"", ""},
	} {
		if rest, id := unmark(query); rest != want[0] || id != want[1] {
			t.Errorf("%q is %q and %q", query, rest, id)
		}
	}
}

// TestWhetherItWasSent is told by the connection: over a real network, as the
// standard transport reports it.
func TestWhetherItWasSent(t *testing.T) {
	silent := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { panic(http.ErrAbortHandler) }))
	defer silent.Close()
	gone := httptest.NewServer(nil)
	gone.Close()
	for name, c := range map[string]struct {
		base string
		want bool
	}{"nobody there": {gone.URL, false}, "hung up": {silent.URL, true}, "no such name": {"http://nowhere.invalid", false}} {
		l, err := newLine(c.base, nil)
		if err != nil {
			t.Fatal(err)
		}
		a := l.call(t.Context(), callTime, request{method: http.MethodPost, to: l.address("/x", ""), body: strings.NewReader("{}"), length: 2})
		if a.status != 0 || a.sent != c.want {
			t.Errorf("%s: %+v", name, a)
		}
	}
}
