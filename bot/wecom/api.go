package wecom

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/silenceper/wechat/v2/util"
	wecontext "github.com/silenceper/wechat/v2/work/context"
	"github.com/silenceper/wechat/v2/work/material"
	"github.com/silenceper/wechat/v2/work/message"

	"anyuebot/bot"
)

// APIConfig is one 自建应用 (self-built application).
type APIConfig struct {
	Base    string // address in place of the platform's; "" for that
	CorpID  string
	Secret  string // the application's
	AgentID int64
	Client  *http.Client // nil for one of its own
	Log     *slog.Logger // nil for none
}

// API calls the platform as the application does. It is safe for concurrent
// use. Every error it returns is a [*Failure]; neither those nor its log hold a
// secret, a token or a member. A call whose token the platform no longer takes
// is made once more with a new one.
type API struct {
	line    *line
	tokens  *tokens
	agentID int64
	known   *identities
	names   *identities // what the address book calls a userid
	log     *slog.Logger
}

// NewAPI makes no request. Its errors say what is wrong with the configuration
// and never repeat a secret.
func NewAPI(cfg APIConfig) (*API, error) {
	l, err := newLine(cfg.Base, cfg.Client)
	if err != nil {
		return nil, err
	}
	for _, part := range []struct{ name, value string }{{"corp id", cfg.CorpID}, {"application's secret", cfg.Secret}} {
		if part.value == "" || strings.ContainsFunc(part.value, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return nil, errors.New("wecom: the " + part.name + " is missing, or holds what is no letter, digit or sign: copy it again from the console")
		}
	}
	if cfg.AgentID <= 0 {
		return nil, errors.New("wecom: the agent id is a number above 0")
	}
	cfg.Log = cmp.Or(cfg.Log, slog.New(slog.DiscardHandler))
	return &API{
		line:    l,
		tokens:  &tokens{line: l, corpID: url.QueryEscape(cfg.CorpID), secret: cfg.Secret, agent: agentText(cfg.AgentID)},
		agentID: cfg.AgentID,
		known:   &identities{},
		names:   &identities{},
		log:     cfg.Log,
	}, nil
}

// with makes a call with the token, and once more if that was stale.
func (a *API) with(ctx context.Context, call string, do func(token string) result) (result, *Failure) {
	for again := false; ; again = true {
		token, failure := a.tokens.take(ctx)
		if failure != nil {
			note(ctx, a.log, failure)
			return result{}, failure
		}
		got := do(token)
		failure = judge(call, got)
		if failure.stale() {
			a.tokens.drop(token)
			if !again {
				continue
			}
		}
		note(ctx, a.log, failure)
		return got, failure
	}
}

// post sends an object in JSON. The library's way for that honours a context
// and leaves <, > and & as they are; its clients for messages do not.
func (a *API) post(ctx context.Context, path string, body any) (result, *Failure) {
	return a.with(ctx, path, func(token string) result {
		return a.line.through(ctx, callTime, func(ctx context.Context, marker string) {
			_, _ = util.PostJSONContext(ctx, platform+"/cgi-bin/"+path+"?access_token="+marked(token, marker), body)
		})
	})
}

// What a message is, by its msgtype. Not every road takes each of them.
const (
	msgText     = "text"
	msgMarkdown = "markdown"
	msgCard     = "template_card"
	msgFile     = "file"
	msgImage    = "image"
)

// appMessage is a message to one member (page 90236).
type appMessage struct {
	ToUser  string        `json:"touser"`
	MsgType string        `json:"msgtype"`
	AgentID int64         `json:"agentid"`
	Text    *textBody     `json:"text,omitempty"`
	Mark    *textBody     `json:"markdown,omitempty"`
	Image   *mediaBody    `json:"image,omitempty"`
	File    *mediaBody    `json:"file,omitempty"`
	Card    *templateCard `json:"template_card,omitempty"`
	// The platform delivers a request once within the interval, if all of its
	// JSON is the same.
	Check    int   `json:"enable_duplicate_check"`
	Interval int64 `json:"duplicate_check_interval"` // seconds, at most 4 hours
}

type mediaBody struct {
	MediaID string `json:"media_id"`
}

// send sends one message and returns the platform's id of it.
func (a *API) send(ctx context.Context, m appMessage) (string, *Failure) {
	const call = "message/send"
	m.AgentID = a.agentID
	got, failure := a.post(ctx, call, m)
	if failure != nil {
		return "", failure
	}
	var said message.SendResponse
	got.read(&said)
	// To one member these mean that nobody got it, with errcode 0.
	if said.UnlicensedUser != "" {
		failure = turnedDown(call, WhyLicense)
	} else if said.InvalidUser != "" {
		failure = turnedDown(call, WhyMember)
	}
	if failure != nil {
		note(ctx, a.log, failure)
		return "", failure
	}
	return said.MsgID, nil
}

// UpdateCard puts card in the place of one that userID has pressed. code comes
// with the press; it is good for one update within 72 hours (page 94888).
func (a *API) UpdateCard(ctx context.Context, userID, code string, card bot.Card) error {
	const call = "message/update_template_card"
	if userID == "" || code == "" {
		return turnedDown(call, WhyContent)
	}
	_, failure := a.post(ctx, call, struct {
		Users   []string      `json:"userids"`
		AgentID int64         `json:"agentid"`
		Code    string        `json:"response_code"`
		Card    *templateCard `json:"template_card"`
	}{[]string{userID}, a.agentID, code, appCard(&card)})
	return asError(failure)
}

// asError keeps a nil *Failure from becoming an error that is not nil.
func asError(f *Failure) error {
	if f == nil {
		return nil
	}
	return f
}

// upload makes a file a temporary medium, good for 3 days (page 90253). kind is
// "file" or "image".
func (a *API) upload(ctx context.Context, name, kind string, size int64, open func() (io.ReadCloser, error)) (string, *Failure) {
	const call = "media/upload"
	var unread error
	got, failure := a.with(ctx, call, func(token string) result {
		content, err := open()
		if err != nil {
			unread = err
			return result{}
		}
		defer content.Close()
		exact := &exactly{r: content, left: size}
		got := a.line.through(ctx, uploadTime, func(_ context.Context, marker string) {
			client := material.NewClient(&wecontext.Context{AccessTokenHandle: held(marked(token, marker))})
			_, _ = client.UploadTempFileFromReader(name, kind, exact)
		})
		unread = exact.err
		return got
	})
	if unread != nil {
		return "", unreadable(call, unread)
	}
	if failure != nil {
		return "", failure.unseen()
	}
	var said material.UploadTempFileResponse
	got.read(&said)
	if said.MediaID == "" {
		return "", &Failure{Call: call, Fate: bot.FateLater, Why: WhyUnknown}
	}
	return said.MediaID, nil
}

// Download fetches a temporary medium of at most 20 MB (page 90254). The name
// is what its sender called it, as far as the platform says; it is for people
// only.
func (a *API) Download(ctx context.Context, mediaID string) (name string, body io.ReadCloser, err error) {
	const call = "media/get"
	got, failure := a.with(ctx, call, func(token string) result {
		query := url.Values{"access_token": {token}, "media_id": {mediaID}}
		got := a.line.call(ctx, uploadTime, request{method: http.MethodGet, to: a.line.address("/cgi-bin/"+call, query.Encode()), most: maxMedia})
		// A file may well be an object in JSON. What tells it from a refusal is
		// its disposition.
		if got.status == http.StatusOK && got.header.Get("Content-Disposition") != "" {
			got.json, got.code = true, 0
		}
		return got
	})
	if failure != nil {
		return "", nil, failure.unseen()
	}
	if got.header.Get("Content-Disposition") == "" {
		return "", nil, &Failure{Call: call, Fate: bot.FateLater, Why: WhyNetwork, Status: got.status}
	}
	return fileName(got.header.Get("Content-Disposition")), io.NopCloser(bytes.NewReader(got.body)), nil
}

// Identify turns the id by which the bot knows a member into their userid
// (page 101521). ok is false if the platform knows none: the member is out of
// the application's visible scope, or the id is a userid already. What it
// answers is remembered for a while.
func (a *API) Identify(ctx context.Context, openUserID string) (userID string, ok bool, err error) {
	if openUserID == "" {
		return "", false, nil
	}
	if userID, found := a.known.get(openUserID); found {
		return userID, userID != "", nil
	}
	got, failure := a.post(ctx, "batch/openuserid_to_userid", struct {
		IDs []string `json:"open_userid_list"`
	}{[]string{openUserID}})
	if failure != nil {
		return "", false, failure
	}
	var said struct {
		Users []struct {
			OpenID string `json:"open_userid"`
			UserID string `json:"userid"`
		} `json:"userid_list"`
	}
	got.read(&said)
	for _, u := range said.Users {
		if u.OpenID == openUserID {
			userID = u.UserID
		}
	}
	a.known.put(openUserID, userID)
	return userID, userID != "", nil
}

// nameTime bounds what a turn waits for the address book.
const nameTime = 2 * time.Second

// Name is what the address book calls a member (page 90196), "" if it does not
// tell: most applications are told the name and nothing else, and some not even
// that. It is asked for a courtesy, so what goes wrong is nobody's concern and is
// not logged.
func (a *API) Name(ctx context.Context, userID string) string {
	if name, found := a.names.get(userID); found {
		return name
	}
	ctx, cancel := context.WithTimeout(ctx, nameTime)
	defer cancel()
	quiet := *a
	quiet.log = slog.New(slog.DiscardHandler)
	const call = "user/get"
	got, failure := quiet.with(ctx, call, func(token string) result {
		return a.line.get(ctx, "/cgi-bin/"+call, url.Values{"access_token": {token}, "userid": {userID}})
	})
	var said struct {
		Name string `json:"name"`
	}
	if failure == nil {
		got.read(&said)
	}
	if strings.EqualFold(said.Name, userID) {
		said.Name = "" // an application that may not see it is told the userid
	}
	a.names.put(userID, said.Name)
	return said.Name
}

// CheckToken asks the platform for a token: it answers that corp id and secret
// are right, and no more. An address that is not on the list of trusted ones
// may pass here.
func (a *API) CheckToken(ctx context.Context) error {
	if token := a.tokens.cache.current(); token != "" {
		a.tokens.drop(token)
	}
	_, failure := a.tokens.take(ctx)
	return asError(failure)
}

// CheckAddress makes a call beyond the token, which a platform that does not
// trust this machine's address refuses. It returns the addresses that the
// platform's callbacks come from (page 92521), for a firewall's list.
func (a *API) CheckAddress(ctx context.Context) ([]string, error) {
	const call = "getcallbackip"
	got, failure := a.with(ctx, call, func(token string) result {
		return a.line.get(ctx, "/cgi-bin/"+call, url.Values{"access_token": {token}})
	})
	if failure != nil {
		return nil, failure
	}
	var said struct {
		List []string `json:"ip_list"`
	}
	got.read(&said)
	var valid []string
	for _, s := range said.List {
		if _, err := netip.ParseAddr(s); err == nil {
			valid = append(valid, s)
		} else if _, err := netip.ParsePrefix(s); err == nil {
			valid = append(valid, s)
		}
	}
	return valid, nil
}

// Agent is the application as the console knows it (page 90227).
type Agent struct {
	Name   string
	Closed bool // switched off by an administrator: it sends to nobody
}

// CheckAgent looks the application up by its agent id, which has to be the
// token's.
func (a *API) CheckAgent(ctx context.Context) (Agent, error) {
	const call = "agent/get"
	got, failure := a.with(ctx, call, func(token string) result {
		return a.line.get(ctx, "/cgi-bin/"+call, url.Values{"access_token": {token}, "agentid": {agentText(a.agentID)}})
	})
	if failure != nil {
		return Agent{}, failure
	}
	var said struct {
		AgentID int64  `json:"agentid"`
		Name    string `json:"name"`
		Close   int    `json:"close"`
	}
	got.read(&said)
	if said.AgentID != a.agentID {
		return Agent{}, &Failure{Call: call, Fate: bot.FateHalted, Why: WhyAgent}
	}
	return Agent{Name: said.Name, Closed: said.Close != 0}, nil
}
