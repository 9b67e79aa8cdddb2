package wecomtest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"
)

const apiHost = "https://qyapi.weixin.qq.com"

// What the platform calls what went wrong (page 90313).
const (
	codeBusy        = -1
	codeSecret      = 40001
	codeMediaType   = 40004
	codeMedia       = 40007
	codeMsgType     = 40008
	codeCorp        = 40013
	codeToken       = 40014
	codeEscapes     = 40033
	codeAgent       = 40056
	codeParameter   = 40058
	codeNoToken     = 41001
	codeTokenOld    = 42001
	codeWantsGet    = 43001
	codeWantsPost   = 43002
	codeEmptyMedia  = 44001
	codeEmptyText   = 44004
	codeLargeMedia  = 45001
	codeTooLong     = 45002
	codeFrequency   = 45009
	codeConcurrency = 45033
	codeAddress     = 60020
	codeNoMember    = 60111
	codeRecipients  = 81013
	codeRobot       = 93000
	codeOtherAgent  = 301002
)

// errmsg are the words that come with a code. A program must not read them,
// but for the address in those of 60020.
func errmsg(code int) string {
	switch code {
	case 0:
		return "ok"
	case codeBusy:
		return "system busy"
	case codeSecret:
		return "invalid credential"
	case codeMedia:
		return "invalid media_id"
	case codeMsgType:
		return "invalid message type"
	case codeCorp:
		return "invalid corpid"
	case codeToken:
		return "invalid access_token"
	case codeEscapes:
		return "invalid charset"
	case codeAgent:
		return "invalid agentid"
	case codeNoToken:
		return "access_token missing"
	case codeTokenOld:
		return "access_token expired"
	case codeEmptyMedia:
		return "empty media data"
	case codeLargeMedia:
		return "media file is too large"
	case codeTooLong:
		return "content size out of limit"
	case codeFrequency:
		return "api freq out of limit"
	case codeConcurrency:
		return "api concurrent out of limit"
	case codeAddress:
		return "not allow to access from your ip"
	case codeRecipients:
		return "user & party & tag all invalid"
	case codeRobot:
		return "invalid webhook url"
	case codeOtherAgent:
		return "not allow operate another agent with this accesstoken"
	}
	return "invalid request"
}

// Account is a self-built application as the console knows it.
type Account struct {
	AgentID int
	Secret  string
	Name    string
	// Scope are the members who may see it; nil for all. Messages to others go
	// nowhere.
	Scope []string
	// Trusted are the addresses that may call with its token; nil for all.
	// Fetching the token is allowed from everywhere, as by field reports.
	Trusted []string
}

// APIConfig is the company as the platform knows it.
type APIConfig struct {
	// URL is where clients reach the API, without a path; it stands in response
	// and media addresses. "" for the real platform's.
	URL     string
	CorpID  string
	Apps    []Account
	Robots  map[string]string // chat id of its group by key of the robot
	Members []string          // userids
	// Unlicensed are members whom no message reaches for want of a licence.
	Unlicensed []string
	OpenIDs    map[string]string // userid by open_userid
	Names      map[string]string // by userid; the address book names nobody else
	Now        func() time.Time  // nil for time.Now

	// OnPersonal and OnGroup hear of every message that people see, and of
	// every change to a card, in order. They may call the API's readers.
	OnPersonal func(Shown)
	OnGroup    func(Shown)
}

// API plays https://qyapi.weixin.qq.com for one company. It is a handler for
// any server, and for [Direct]. It is safe for concurrent use.
//
// Requests are held against the platform's pages: what those do not allow is
// refused with the code the platform has for it, and kept for
// [API.Violations].
type API struct {
	cfg       APIConfig
	endpoints map[string]endpoint
	prefix    string

	mu         sync.Mutex
	serial     int
	counts     map[string]int
	requests   []Request
	violations []Violation
	mischief   func(Request) Mischief
	mute       string // why nobody will see what is being sent just now
	tokens     recent[*token]
	media      recent[*medium]
	addresses  recent[*address]
	repeats    recent[time.Time] // until when the same request is a repeat
	members    map[string]*pace  // by application and member
	robots     map[string]*pace
	tasks      recent[[]byte] // the request a card came with, by application and task_id
	codes      recent[*cardCode]
	answers    recent[*answerCode]
	shown      []Shown
	dropped    []Dropped

	telling sync.Mutex
	news    []Shown // to be told; under mu
}

// Request is one request, as far as it matters to whom it may vex.
type Request struct {
	Endpoint string    // the path, or "/media/" for all media addresses
	N        int       // counts the requests of this endpoint from 1
	At       time.Time // by the API's clock
	Code     int       // errcode of the answer; the status if it was no 200
}

// Violation is a request that the platform's pages do not allow.
type Violation struct {
	Endpoint string
	Code     int // what it was answered with
	Why      string
}

func (v Violation) Error() string {
	return fmt.Sprintf("wecomtest: %s: the platform would not take this (error %d): %s", v.Endpoint, v.Code, v.Why)
}

// NewAPI makes the platform of one company.
func NewAPI(cfg APIConfig) *API {
	if cfg.URL == "" {
		cfg.URL = apiHost
	}
	cfg.URL = strings.TrimSuffix(cfg.URL, "/")
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	a := &API{
		cfg: cfg, prefix: randomHex(6),
		counts: map[string]int{}, members: map[string]*pace{}, robots: map[string]*pace{},
	}
	a.cfg.Robots, a.cfg.Apps = maps.Clone(cfg.Robots), slices.Clone(cfg.Apps)
	a.endpoints = map[string]endpoint{
		"/cgi-bin/gettoken":                     {get, []string{"corpid", "corpsecret"}, 0, a.getToken},
		"/cgi-bin/message/send":                 {post, []string{"access_token"}, maxJSON, a.messageSend},
		"/cgi-bin/message/update_template_card": {post, []string{"access_token"}, maxJSON, a.updateCard},
		"/cgi-bin/media/upload":                 {post, []string{"access_token", "type"}, maxUpload, a.mediaUpload},
		"/cgi-bin/media/get":                    {get, []string{"access_token", "media_id"}, 0, a.mediaGet},
		"/cgi-bin/webhook/send":                 {post, []string{"key"}, maxPicture, a.webhookSend},
		"/cgi-bin/webhook/upload_media":         {post, []string{"key", "type"}, maxUpload, a.webhookUpload},
		"/cgi-bin/batch/openuserid_to_userid":   {post, []string{"access_token"}, maxJSON, a.openIDs},
		"/cgi-bin/getcallbackip":                {get, []string{"access_token"}, 0, a.callbackIPs},
		"/cgi-bin/user/get":                     {get, []string{"access_token", "userid"}, 0, a.userGet},
		"/cgi-bin/agent/get":                    {get, []string{"access_token", "agentid"}, 0, a.agentGet},
		"/cgi-bin/aibot/response":               {post, []string{"response_code"}, maxJSON, a.botResponse},
		mediaPath:                               {get, nil, 0, a.mediaAddress},
	}
	return a
}

const (
	get  = http.MethodGet
	post = http.MethodPost

	maxJSON    = 1 << 20
	maxPicture = 4 << 20  // a picture of 2 MB in base64
	maxUpload  = 24 << 20 // a file of 20 MB in a form

	mediaPath = "/media/"
)

// endpoint is one thing to be called. Its read checks what can be checked
// without knowing the company, and returns what does the work; that runs with
// API.mu held.
type endpoint struct {
	method string
	query  []string // the parameters, all of them
	most   int64    // bytes of a body
	read   func(*visit) (func() outcome, error)
}

// visit is one request.
type visit struct {
	endpoint string
	path     string
	query    url.Values
	header   http.Header
	body     []byte
	ip       string
}

// outcome is what a request is answered with.
type outcome struct {
	status int
	header http.Header
	body   []byte
	code   int
	why    string // a violation that only the company's state showed
}

// jsonOutcome answers with fields beside errcode and errmsg.
func jsonOutcome(code int, errmsg string, fields map[string]any) outcome {
	all := map[string]any{"errcode": code, "errmsg": errmsg}
	for name, field := range fields {
		all[name] = field
	}
	body, err := json.Marshal(all)
	if err != nil {
		panic(err) // none of the fields can fail
	}
	return outcome{status: http.StatusOK, header: http.Header{"Content-Type": {"application/json; charset=UTF-8"}}, body: body, code: code}
}

// json reports whether the answer is JSON and not a file or a page.
func (o outcome) json() bool {
	return strings.HasPrefix(o.header.Get("Content-Type"), "application/json")
}

func accepted(fields map[string]any) outcome { return jsonOutcome(0, "ok", fields) }

// refused answers with a code. Its words hold the caller's address, as all of
// the platform's do.
func refused(code int, ip string) outcome {
	return jsonOutcome(code, fmt.Sprintf("%s, hint: [1700000000000000000], from ip: %s, more info at https://open.work.weixin.qq.com/devtool/query?e=%d",
		errmsg(code), ip, code), nil)
}

// violated is refused for something that no correct program does.
func violated(err error, ip string) outcome {
	var b *BadReply
	if !errors.As(err, &b) {
		b = &BadReply{Why: err.Error(), code: codeParameter}
	}
	out := refused(b.code, ip)
	out.why = b.Why
	return out
}

// ServeHTTP answers one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v := &visit{endpoint: r.URL.Path, path: r.URL.Path, header: r.Header}
	if v.ip, _, _ = net.SplitHostPort(r.RemoteAddr); v.ip == "" {
		v.ip = r.RemoteAddr
	}
	if strings.HasPrefix(v.path, mediaPath) {
		v.endpoint = mediaPath
	}
	e, known := a.endpoints[v.endpoint]
	var err error
	if v.body, err = io.ReadAll(io.LimitReader(r.Body, e.most+1)); err != nil {
		return // the client has gone
	}
	carry, err := a.read(e, known, v, r)

	counted := v.endpoint
	if !known {
		counted = "" // there is no end to what is unknown
	}
	a.mu.Lock()
	a.counts[counted]++
	q := Request{Endpoint: v.endpoint, N: a.counts[counted], At: a.cfg.Now()}
	mischief := a.mischief
	a.mu.Unlock()
	var m Mischief
	if mischief != nil {
		m = mischief(q)
	}

	a.mu.Lock()
	if m.Withdraw {
		a.withdraw()
	}
	out := outcome{}
	switch {
	case err != nil:
		out = violated(err, v.ip)
		if !known {
			out.status = http.StatusNotFound
		}
	case !m.instead() || m.After:
		if m.Drop {
			a.mute = "mischief"
		}
		out = carry()
		a.mute = ""
	}
	if out.why != "" {
		a.violations = latest(a.violations, Violation{Endpoint: v.endpoint, Code: out.code, Why: out.why})
	}
	out = m.spoil(out, a.newID("x"))
	if q.Code = out.code; out.status != http.StatusOK {
		q.Code = out.status
	}
	a.requests = latest(a.requests, q)
	a.mu.Unlock()
	a.tell()
	m.write(w, r, out)
}

// read holds a request against its endpoint.
func (a *API) read(e endpoint, known bool, v *visit, r *http.Request) (func() outcome, error) {
	if !known {
		return nil, bad("there is no %s", v.path)
	}
	if r.Method != e.method {
		code := codeWantsPost
		if e.method == get {
			code = codeWantsGet
		}
		return nil, coded(code, "it is asked by %s, not by %s", r.Method, e.method)
	}
	if int64(len(v.body)) > e.most {
		if e.method == get {
			return nil, bad("a GET has a body")
		}
		return nil, coded(codeLargeMedia, "the body has over %d bytes", e.most)
	}
	var err error
	if v.query, err = url.ParseQuery(r.URL.RawQuery); err != nil {
		return nil, bad("the query cannot be read")
	}
	for name, values := range v.query {
		if !slices.Contains(e.query, name) {
			return nil, bad("there is a parameter %q", name)
		}
		if len(values) != 1 {
			return nil, bad("parameter %q stands there %d times", name, len(values))
		}
	}
	for _, name := range e.query {
		if v.query.Get(name) == "" && name != "access_token" {
			return nil, bad("there is no parameter %q", name)
		}
	}
	if slices.Contains(e.query, "access_token") && v.query.Get("access_token") == "" {
		return nil, coded(codeNoToken, "there is no access_token")
	}
	return e.read(v)
}

// json holds the body against what all JSON must be. Its fields are up to the
// caller.
func (v *visit) json() error {
	if kind := v.header.Get("Content-Type"); kind != "" {
		words := strings.ToLower(strings.ReplaceAll(kind, " ", ""))
		if words != "application/json" && words != "application/json;charset=utf-8" {
			return bad("the Content-Type of JSON is %q", kind)
		}
	}
	return plainJSON(v.body)
}

// newID makes an id that no other thing has, in any API. a.mu must be held.
func (a *API) newID(kind string) string {
	a.serial++
	return fmt.Sprintf("%s-%s-%d", kind, a.prefix, a.serial)
}

// Violations returns the requests so far that the platform's pages do not
// allow.
func (a *API) Violations() []Violation {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.violations)
}

// Requests returns all requests so far to an endpoint, or to all for "".
func (a *API) Requests(endpoint string) []Request {
	a.mu.Lock()
	defer a.mu.Unlock()
	var found []Request
	for _, q := range a.requests {
		if endpoint == "" || q.Endpoint == endpoint {
			found = append(found, q)
		}
	}
	return found
}
