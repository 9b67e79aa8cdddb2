package wecom

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/credential"
	"github.com/silenceper/wechat/v2/util"
	wecontext "github.com/silenceper/wechat/v2/work/context"
	"github.com/silenceper/wechat/v2/work/material"
	"github.com/silenceper/wechat/v2/work/message"
	grouprobot "github.com/silenceper/wechat/v2/work/robot"
)

// The tests of this file hold the library to its quirks, one each, without
// anything of ours around it. Where one fails after an upgrade, what was built
// around the quirk may go: each test names it.

// alone lets the library loose on a platform that is a function.
func alone(t *testing.T, platform roundTrip) {
	t.Helper()
	before := util.DefaultHTTPClient
	util.DefaultHTTPClient = &http.Client{Transport: platform}
	t.Cleanup(func() { util.DefaultHTTPClient = before })
}

// sentBy returns what the library sends in one call, which the platform takes.
func sentBy(t *testing.T, call func()) (header http.Header, body string) {
	t.Helper()
	alone(t, func(req *http.Request) (*http.Response, error) {
		content, err := io.ReadAll(req.Body)
		header, body = req.Header, string(content)
		return respondWith(req, sentM1), err
	})
	call()
	return header, strings.TrimSpace(body)
}

func messages() *message.Client {
	return message.NewClient(&wecontext.Context{AccessTokenHandle: held("T")})
}

// So the errcode is read off the wire, by result.understand.
func TestQuirkRobotBroadcastCallsARefusalNoError(t *testing.T) {
	alone(t, func(req *http.Request) (*http.Response, error) { return respondWith(req, errcode(93000)), nil })
	info, err := grouprobot.NewClient(&wecontext.Context{}).RobotBroadcast("k", map[string]string{})
	if err != nil || info.ErrCode != 93000 {
		t.Errorf("errcode %d, %v", info.ErrCode, err)
	}
}

// So messages are sent by API.post.
func TestQuirkSendTextPanicsWithoutItsCommonPart(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("it does not panic any more")
		}
	}()
	_, _ = messages().SendText(message.SendTextRequest{})
}

// So messages are sent by API.post.
func TestQuirkSendTextChangesItsArgument(t *testing.T) {
	common := &message.SendRequestCommon{MsgType: "mine"}
	sentBy(t, func() { _, _ = messages().SendText(message.SendTextRequest{SendRequestCommon: common}) })
	if common.MsgType != "text" {
		t.Errorf("msgtype %q", common.MsgType)
	}
}

// So appMessage has the agent id as a number and leaves out what is not set.
func TestQuirkSendTextWritesTheAgentIDAsAStringAndEveryZeroField(t *testing.T) {
	header, body := sentBy(t, func() {
		_, _ = messages().SendText(message.SendTextRequest{SendRequestCommon: &message.SendRequestCommon{AgentID: "1000002"}})
	})
	for _, part := range []string{`"agentid":"1000002"`, `"toparty":""`, `"totag":""`, `"safe":0`, `"enable_id_trans":0`} {
		if !strings.Contains(body, part) {
			t.Errorf("no %s in %s", part, body)
		}
	}
	if kind := header.Get("Content-Type"); kind != "" {
		t.Errorf("Content-Type %q", kind)
	}
}

// So markup is sent by API.post: error 40033 says that the platform does not
// take every escape.
func TestQuirkSendEscapesMarkupEvenInRawJSON(t *testing.T) {
	raw := json.RawMessage(`{"content":"<b>&"}`)
	_, body := sentBy(t, func() { _, _ = messages().Send("x", map[string]any{"markdown": raw}) })
	if body != `{"markdown":{"content":"\u003cb\u003e\u0026"}}` {
		t.Errorf("sent %s", body)
	}
}

// So that is what API.post is built on.
func TestQuirkPostJSONContextLeavesMarkupAlone(t *testing.T) {
	header, body := sentBy(t, func() {
		_, _ = util.PostJSONContext(t.Context(), platform+"/x", map[string]string{"content": "<b>&"})
	})
	if body != `{"content":"<b>&"}` || !strings.HasPrefix(header.Get("Content-Type"), "application/json") {
		t.Errorf("sent %s as %q", body, header.Get("Content-Type"))
	}
	// RobotBroadcast goes that way too.
	if _, body = sentBy(t, func() {
		_, _ = grouprobot.NewClient(&wecontext.Context{}).RobotBroadcast("k", map[string]string{"content": "<b>&"})
	}); body != `{"content":"<b>&"}` {
		t.Errorf("sent %s", body)
	}
}

// tokenHandle asks for the token of an application. agent may be "".
func tokenHandle(agent string, c cache.Cache) credential.AccessTokenContextHandle {
	return credential.NewWorkAccessTokenWithAgentID("ww1", "s", agent, credential.CacheKeyWorkPrefix, c)
}

// counted gives out tokens T1, T2 … that live so many seconds.
func counted(fetched *int, seconds int) roundTrip {
	return func(req *http.Request) (*http.Response, error) {
		if !strings.HasSuffix(req.URL.Path, "/gettoken") {
			return respondWith(req, errcode(42001)), nil
		}
		*fetched++
		return respondWith(req, fmt.Sprintf(`{"errcode":0,"access_token":"T%d","expires_in":%d}`, *fetched, seconds)), nil
	}
}

// So API.with drops a token that is stale, and asks once more.
func TestQuirkAStaleTokenIsACommonErrorAndStaysCached(t *testing.T) {
	fetched := 0
	alone(t, counted(&fetched, 7200))
	var c tokenCache
	handle := tokenHandle("7", &c)
	client := message.NewClient(&wecontext.Context{AccessTokenHandle: handle})
	for range 2 {
		_, err := client.Send("x", map[string]string{})
		var refused *util.CommonError
		if !errors.As(err, &refused) || refused.ErrCode != 42001 {
			t.Fatalf("%T %v", err, err)
		}
	}
	if fetched != 1 {
		t.Errorf("fetched %d times", fetched)
	}
	if err := c.Delete("gowechat_work__access_token_ww1_7"); err != nil {
		t.Fatal(err)
	}
	if token, err := handle.GetAccessToken(); token != "T2" || err != nil {
		t.Errorf("%q, %v", token, err)
	}
}

// So tokens passes the agent id: without one, two applications of a company
// would use each other's token.
func TestQuirkTheTokensKeyHasTheApplicationInItOnlyIfItIsTold(t *testing.T) {
	fetched := 0
	alone(t, counted(&fetched, 7200))
	for _, c := range []struct{ agent, want string }{{"7", "gowechat_work__access_token_ww1_7"}, {"", "gowechat_work__access_token_ww1"}} {
		var kept tokenCache
		if _, err := tokenHandle(c.agent, &kept).GetAccessToken(); err != nil || kept.key != c.want {
			t.Errorf("agent %q: key %q, %v", c.agent, kept.key, err)
		}
	}
}

// So tokenCache keeps every token for leastKept.
func TestQuirkATokenIsKept1500SecondsLessThanItLives(t *testing.T) {
	for _, lives := range []int{7200, 1501, 1500, 600} {
		fetched := 0
		alone(t, counted(&fetched, lives))
		kept := &odd{}
		if _, err := tokenHandle("7", kept).GetAccessToken(); err != nil || kept.ttl != time.Duration(lives-1500)*time.Second {
			t.Errorf("lives %d s, kept %v, %v", lives, kept.ttl, err)
		}
	}
}

// So tokenCache fails for nothing but what is no token.
func TestQuirkATokenThatCannotBeCachedIsNone(t *testing.T) {
	fetched := 0
	alone(t, counted(&fetched, 7200))
	full := errors.New("full")
	if token, err := tokenHandle("7", &odd{err: full}).GetAccessToken(); token != "" || !errors.Is(err, full) {
		t.Errorf("%q, %v", token, err)
	}
}

// So tokenCache returns a string, or nil.
func TestQuirkACacheOfBytesPanics(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("it does not panic any more")
		}
	}()
	_, _ = tokenHandle("7", &odd{holds: []byte("T")}).GetAccessToken()
}

// So tokens lets one fetch serve all.
func TestQuirkEveryHandleHasALockOfItsOwn(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second) // were it one lock, they would never meet
	defer cancel()
	meet := make(chan struct{})
	alone(t, func(req *http.Request) (*http.Response, error) {
		select {
		case meet <- struct{}{}:
		case <-meet:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		return respondWith(req, giveToken(theToken).give), nil
	})
	var c tokenCache
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if _, err := tokenHandle("7", &c).GetAccessToken(); err != nil {
				t.Error("no two fetches at once")
			}
		})
	}
	both.Wait()
}

// So tokenCache stands in the place of the library's cache.
func TestQuirkTheLibrarysCacheReadsWithoutItsLock(t *testing.T) {
	c := cache.NewMemory()
	if err := c.Set("k", "T", time.Hour); err != nil {
		t.Fatal(err)
	}
	c.Lock()
	defer c.Unlock()
	if got := c.Get("k"); got != "T" || !c.IsExist("k") { // would wait for ever
		t.Errorf("got %v", got)
	}
}

// partOf returns the headers of an upload's one part.
func partOf(t *testing.T, call func(*material.Client)) string {
	t.Helper()
	_, body := sentBy(t, func() { call(material.NewClient(&wecontext.Context{AccessTokenHandle: held("T")})) })
	head, _, _ := strings.Cut(body, "\r\n\r\n")
	return head
}

// So API.upload hands over a reader and a name.
func TestQuirkUploadTempFileShowsTheWholePath(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.txt")
	if err := os.WriteFile(path, []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	if head := partOf(t, func(c *material.Client) { _, _ = c.UploadTempFile(path, "file") }); !strings.Contains(head, `filename="`+path+`"`) {
		t.Errorf("the part is %s", head)
	}
}

// So names are cleaned by shownName, and renamed is there.
func TestQuirkAnUploadsNameGoesAsItIs(t *testing.T) {
	head := partOf(t, func(c *material.Client) {
		_, _ = c.UploadTempFileFromReader("汇总 表.xlsx", "file", strings.NewReader("content"))
	})
	if !strings.Contains(head, `filename="汇总 表.xlsx"`) || !strings.Contains(head, "application/octet-stream") || strings.Contains(head, "filelength") {
		t.Errorf("the part is %s", head)
	}
}

// So no error of the library is ever passed on.
func TestQuirkErrorsHoldTheWholeAddress(t *testing.T) {
	alone(t, func(req *http.Request) (*http.Response, error) {
		resp := respondWith(req, "")
		resp.StatusCode = http.StatusBadGateway
		return resp, nil
	})
	for name, call := range map[string]func() error{
		"a token":   func() error { _, err := tokenHandle("7", &odd{}).GetAccessToken(); return err },
		"a message": func() error { _, err := messages().Send("x", map[string]string{}); return err },
		"a robot": func() error {
			_, err := grouprobot.NewClient(&wecontext.Context{}).RobotBroadcast("K", map[string]string{})
			return err
		},
	} {
		if err := call(); err == nil || !strings.Contains(err.Error(), platform) || !strings.Contains(err.Error(), "?") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// So codec.open stands in the place of DecryptMsg.
func TestQuirkWhatIsSealedForNobodyCannotBeOpened(t *testing.T) {
	const words = `{"msgtype":"text"}`
	sealed, err := util.EncryptMsg([]byte("0123456789abcdef"), []byte(words), "", sampleKey)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := util.DecryptMsg("", string(sealed), sampleKey); err == nil {
		t.Error("the library opens it")
	}
	if got, err := sampleCodec(t).open(string(sealed), ""); err != nil || string(got) != words {
		t.Errorf("we open %q, %v", got, err)
	}
}

// So codec.open looks at all of the padding.
func TestQuirkOnlyTheLastByteOfThePaddingIsRead(t *testing.T) {
	c := sampleCodec(t)
	plain := []byte("0123456789abcdef\x00\x00\x00\x02hi" + sampleCorp)
	pad := padBlock - len(plain)%padBlock
	plain = append(plain, make([]byte, pad)...)
	plain[len(plain)-1] = byte(pad)
	sealed := encrypt(t, c, plain)
	if _, got, err := util.DecryptMsg(sampleCorp, sealed, sampleKey); err != nil || string(got) != "hi" {
		t.Errorf("the library reads %q, %v", got, err)
	}
	if _, err := c.open(sealed, sampleCorp); !errors.Is(err, errPadding) {
		t.Errorf("we say %v", err)
	}
}

// odd is a cache with a fault.
type odd struct {
	err   error
	holds any
	ttl   time.Duration
}

func (o *odd) Get(string) any { return o.holds }
func (o *odd) Set(_ string, _ any, ttl time.Duration) error {
	o.ttl = ttl
	return o.err
}
func (o *odd) IsExist(string) bool { return o.holds != nil }
func (o *odd) Delete(string) error { return nil }

// So one client of ours stands in the place of its own, with a line that keeps
// time.
func TestQuirkTheLibrarysOwnClientHasNoTimeout(t *testing.T) {
	if http.DefaultClient.Timeout != 0 {
		t.Error("somebody has given the process's client a timeout")
	}
	deadline := false
	alone(t, func(req *http.Request) (*http.Response, error) {
		_, deadline = req.Context().Deadline()
		return respondWith(req, taken), nil
	})
	_, _ = grouprobot.NewClient(&wecontext.Context{}).RobotBroadcast("k", map[string]string{})
	if deadline {
		t.Error("the call has a deadline")
	}
}
