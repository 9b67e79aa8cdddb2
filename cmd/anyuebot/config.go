package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// config is everything that can be set. Flags win over the environment, the
// environment over the file, the file over the defaults.
type config struct {
	Listen string
	Store  string
	Files  string // "": beside the store
	Notice string
	Office []string
	Rate   float64
	Now    time.Time // zero: the real clock

	AibotName, AibotToken, AibotAESKey string // the 智能机器人 by URL callback; or
	AibotID, AibotSecret               string // by long connection

	CorpID              string // the company, for the 自建应用
	AppAgentID          int64
	AppSecret           string            // to send with
	AppToken, AppAESKey string            // to receive with
	Groups              map[string]string // keys of group robots by chat id
	APIBase, WSURL      string
	// client carries the requests to the platform; nil for the ordinary one.
	client *http.Client
}

// sends and receives report what the 自建应用 is configured for.
func (c config) appSends() bool    { return c.CorpID != "" && c.AppAgentID != 0 && c.AppSecret != "" }
func (c config) appReceives() bool { return c.CorpID != "" && c.AppToken != "" && c.AppAESKey != "" }
func (c config) aibotCalled() bool { return c.AibotToken != "" && c.AibotAESKey != "" }
func (c config) aibotLong() bool   { return c.AibotID != "" && c.AibotSecret != "" }

// withoutChannels leaves nothing that reaches 企业微信, for work on the store
// alone.
func (c *config) withoutChannels() {
	c.AibotToken, c.AibotAESKey, c.AibotID, c.AibotSecret = "", "", "", ""
	c.AppSecret, c.AppToken, c.AppAESKey = "", "", ""
}

// whole holds settings that need each other together: half of them would start
// and then not do what was meant. Commands that need no channel do not ask.
func (c config) whole() error {
	var problems []error
	needs := func(what string, parts ...string) {
		missing, given := "", false
		for i := 0; i < len(parts); i += 2 {
			if parts[i+1] != "" {
				given = true
			} else {
				missing = parts[i]
			}
		}
		if given && missing != "" {
			problems = append(problems, fmt.Errorf("%s：还缺 %s", what, missing))
		}
	}
	needs("智能机器人 URL 回调", "ANYUE_AIBOT_TOKEN", c.AibotToken, "ANYUE_AIBOT_AES_KEY", c.AibotAESKey)
	needs("智能机器人长连接", "ANYUE_AIBOT_ID", c.AibotID, "ANYUE_AIBOT_SECRET", c.AibotSecret)
	if c.aibotCalled() && c.aibotLong() {
		problems = append(problems, errors.New("智能机器人的 URL 回调和长连接只能用一种：在管理后台选了哪种，就只留哪种的设置"))
	}
	agent := ""
	if c.AppAgentID != 0 {
		agent = "given"
	}
	needs("自建应用发消息", "ANYUE_CORP_ID", c.CorpID, "ANYUE_APP_AGENT_ID", agent, "ANYUE_APP_SECRET", c.AppSecret)
	needs("自建应用接收消息", "ANYUE_APP_TOKEN", c.AppToken, "ANYUE_APP_AES_KEY", c.AppAESKey)
	if c.AppToken != "" && c.CorpID == "" {
		problems = append(problems, errors.New("自建应用接收消息：还缺 ANYUE_CORP_ID"))
	}
	return errors.Join(problems...)
}

// setting is one thing that can be set: by --name, ANYUE_NAME or name: in the
// file. A secret may also be read from a file named by name_file, and is never
// printed.
type setting struct {
	name, fallback, help string
	secret               bool
	set                  func(*config, string) error
}

func settings() []setting {
	text := func(p func(*config) *string) func(*config, string) error {
		return func(c *config, v string) error { *p(c) = v; return nil }
	}
	return []setting{
		{"listen", "127.0.0.1:8080", "监听地址", false, text(func(c *config) *string { return &c.Listen })},
		{"store", defaultStore, "存储：bolt:文件；mem: 只在内存，用于测速", false, setStore},
		{"files", "", "收到和生成的文件所在的目录，默认在存储文件旁边", false, text(func(c *config) *string { return &c.Files })},
		{"notice", "", "目录，其中的文件按名替换内置通知的文件", false, text(func(c *config) *string { return &c.Notice })},
		{"office", "", "安委办人员的 userid，逗号分隔", false, setOffice},
		{"rate", "20", "每人每秒最多几条消息，0 为不限", false, setRate},
		{"now", "", "演练时钟：从这个时刻（RFC 3339）开始走", false, setNow},
		{"aibot-name", "", "智能机器人的名称，用来去掉 @", false, text(func(c *config) *string { return &c.AibotName })},
		{"aibot-token", "", "智能机器人回调的 Token", true, text(func(c *config) *string { return &c.AibotToken })},
		{"aibot-aes-key", "", "智能机器人回调的 EncodingAESKey", true, text(func(c *config) *string { return &c.AibotAESKey })},
		{"aibot-id", "", "智能机器人长连接的 BotID", false, text(func(c *config) *string { return &c.AibotID })},
		{"aibot-secret", "", "智能机器人长连接的 Secret", true, text(func(c *config) *string { return &c.AibotSecret })},
		{"corp-id", "", "企业 ID", false, text(func(c *config) *string { return &c.CorpID })},
		{"app-agent-id", "", "自建应用的 AgentId", false, setAgentID},
		{"app-secret", "", "自建应用的 Secret，用来发个人消息", true, text(func(c *config) *string { return &c.AppSecret })},
		{"app-token", "", "自建应用接收消息的 Token", true, text(func(c *config) *string { return &c.AppToken })},
		{"app-aes-key", "", "自建应用接收消息的 EncodingAESKey", true, text(func(c *config) *string { return &c.AppAESKey })},
		{"groups", "", "群机器人：chatid=key，逗号分隔", true, setGroups},
		{"api-base", "https://qyapi.weixin.qq.com", "企业微信接口地址（经代理时用）", false, setURL(func(c *config) *string { return &c.APIBase }, "https", "http")},
		{"ws-url", "wss://openws.work.weixin.qq.com", "企业微信长连接地址（经代理时用）", false, setURL(func(c *config) *string { return &c.WSURL }, "wss", "ws")},
	}
}

// boltScheme begins the name of a bbolt store; defaultStore is one in the
// working directory.
const (
	boltScheme   = "bolt:"
	memStore     = "mem:"
	defaultStore = boltScheme + "anyuebot.db"
)

func setStore(c *config, v string) error {
	if v != memStore && !strings.HasPrefix(v, boltScheme) || v == boltScheme {
		return fmt.Errorf("要写成 bolt:文件名，如 bolt:anyuebot.db")
	}
	c.Store = v
	return nil
}

func setOffice(c *config, v string) error {
	c.Office = nil
	for id := range strings.SplitSeq(v, ",") {
		if id = strings.TrimSpace(id); id != "" {
			c.Office = append(c.Office, id)
		}
	}
	return nil
}

func setRate(c *config, v string) error {
	rate, err := strconv.ParseFloat(v, 64)
	if err != nil || !(rate >= 0 && rate <= 1e6) {
		return errors.New("要写成不小于 0 的数，如 20")
	}
	c.Rate = rate
	return nil
}

func setNow(c *config, v string) error {
	c.Now = time.Time{}
	if v == "" {
		return nil
	}
	at, err := time.Parse(time.RFC3339, v)
	if err != nil {
		return errors.New("要写成 RFC 3339 时刻，如 2021-06-16T09:00:00+08:00")
	}
	c.Now = at
	return nil
}

func setAgentID(c *config, v string) error {
	c.AppAgentID = 0
	if v == "" {
		return nil
	}
	id, err := strconv.ParseInt(v, 10, 64)
	if err != nil || id <= 0 {
		return errors.New("要写成数字，如 1000002，在管理后台该应用的页面上")
	}
	c.AppAgentID = id
	return nil
}

// setGroups takes chatid=key pairs. What it says of a wrong one leaves the key
// out.
func setGroups(c *config, v string) error {
	c.Groups = map[string]string{}
	for i, pair := range strings.Split(v, ",") {
		if pair = strings.TrimSpace(pair); pair == "" {
			continue
		}
		chat, key, ok := strings.Cut(pair, "=")
		chat, key = strings.TrimSpace(chat), strings.TrimSpace(key)
		if !ok || chat == "" || key == "" || strings.ContainsAny(key, "=/? ") {
			return fmt.Errorf("第 %d 对要写成 chatid=key，key 是群机器人 Webhook 地址里 key= 后面的部分", i+1)
		}
		if _, twice := c.Groups[chat]; twice {
			return fmt.Errorf("第 %d 对的 chatid 前面已经有了", i+1)
		}
		c.Groups[chat] = key
	}
	return nil
}

func setURL(field func(*config) *string, schemes ...string) func(*config, string) error {
	return func(c *config, v string) error {
		u, err := url.Parse(v)
		if err != nil || !slices.Contains(schemes, u.Scheme) || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
			return fmt.Errorf("要写成 %s:// 开头的地址", schemes[0])
		}
		*field(c) = strings.TrimSuffix(v, "/")
		return nil
	}
}

func (s setting) env() string {
	return "ANYUE_" + strings.ToUpper(strings.ReplaceAll(s.name, "-", "_"))
}
func (s setting) key() string { return strings.ReplaceAll(s.name, "-", "_") }

// configFlags adds a flag for every setting to a command's flags and returns
// what reads the whole configuration once they are parsed.
func configFlags(fs *flag.FlagSet, c console) func() (config, error) {
	file := fs.String("config", "", "配置文件")
	given := map[string]*string{}
	for _, s := range settings() {
		given[s.name] = fs.String(s.name, "", s.help)
		if s.secret {
			given[s.name+"-file"] = fs.String(s.name+"-file", "", s.help+"（从文件读）")
		}
	}
	return func() (config, error) {
		flags := map[string]string{}
		fs.Visit(func(f *flag.Flag) {
			if v := given[f.Name]; v != nil {
				flags[f.Name] = *v
			}
		})
		return readConfig(c.env, *file, flags)
	}
}

// source is where a value came from, for the message when it is wrong.
type source struct{ value, from string }

func readConfig(env func(string) string, file string, flags map[string]string) (config, error) {
	fromFile, err := readConfigFile(file)
	if err != nil {
		return config{}, err
	}
	var c config
	var problems []error
	for _, s := range settings() {
		v, err := s.find(flags, env, fromFile)
		if err != nil {
			problems = append(problems, err)
			continue
		}
		if err := s.set(&c, v.value); err != nil {
			problems = append(problems, fmt.Errorf("%s：%w", v.from, err))
		}
	}
	return c, errors.Join(problems...)
}

// find looks a setting up, level by level. A secret may stand at a level as
// itself or as the name of a file.
func (s setting) find(flags map[string]string, env func(string) string, file map[string]source) (source, error) {
	for _, level := range []func(suffix string) (source, bool){
		func(suffix string) (source, bool) {
			name := s.name + strings.ReplaceAll(strings.ToLower(suffix), "_", "-")
			v, ok := flags[name]
			return source{v, "--" + name}, ok
		},
		func(suffix string) (source, bool) {
			v := env(s.env() + suffix)
			return source{v, s.env() + suffix}, v != ""
		},
		func(suffix string) (source, bool) {
			v, ok := file[s.key()+strings.ToLower(suffix)]
			return v, ok
		},
	} {
		if v, ok := level(""); ok {
			return v, nil
		}
		path, ok := level("_FILE")
		if !ok || !s.secret {
			continue
		}
		data, err := os.ReadFile(path.value)
		if err != nil {
			return source{}, fmt.Errorf("%s：读不了文件：%w", path.from, err)
		}
		return source{strings.TrimSpace(string(data)), path.from}, nil
	}
	return source{s.fallback, "默认值"}, nil
}

// readConfigFile reads the YAML file strictly: a key nobody knows is refused
// with its line.
func readConfigFile(path string) (map[string]source, error) {
	values := map[string]source{}
	if path == "" {
		return values, nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("配置文件：%w", err)
	}
	parsed, err := parser.ParseBytes(data, 0)
	if err != nil {
		return nil, fmt.Errorf("%s：%s", path, strings.TrimSpace(yaml.FormatError(err, false, false)))
	}
	known := map[string]bool{}
	for _, s := range settings() {
		known[s.key()] = true
		known[s.key()+"_file"] = s.secret
	}
	var problems []error
	for _, doc := range parsed.Docs {
		if doc.Body == nil {
			continue
		}
		body, ok := doc.Body.(*ast.MappingNode)
		if !ok {
			return nil, fmt.Errorf("%s：每行要写成“名称: 值”", path)
		}
		for _, pair := range body.Values {
			key, line := pair.Key.String(), pair.Key.GetToken().Position.Line
			at := fmt.Sprintf("%s:%d：%s", path, line, key)
			if !known[key] {
				problems = append(problems, fmt.Errorf("%s 不是配置项。可用的有：%s", at, strings.Join(knownKeys(), "、")))
				continue
			}
			value, ok := scalars(pair.Value)
			if !ok {
				problems = append(problems, fmt.Errorf("%s 只能是一个值，或一列值", at))
				continue
			}
			values[key] = source{value, at}
		}
	}
	return values, errors.Join(problems...)
}

// scalars is a value as it is written, or a list of them joined by commas. A
// userid 00123 stays what it is.
func scalars(node ast.Node) (string, bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return n.Value.Value, true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return node.GetToken().Value, true
	case *ast.SequenceNode:
		var parts []string
		for _, item := range n.Values {
			part, ok := scalars(item)
			if _, list := item.(*ast.SequenceNode); !ok || list {
				return "", false
			}
			parts = append(parts, part)
		}
		return strings.Join(parts, ","), true
	}
	return "", false
}

func knownKeys() []string {
	var keys []string
	for _, s := range settings() {
		keys = append(keys, s.key())
	}
	slices.Sort(keys)
	return keys
}

// slips are environment variables whose names are almost one of ours: most
// likely a slip of the pen. Each comes with the name that was probably meant.
func slips(c console) [][2]string {
	known := map[string]bool{}
	for _, s := range settings() {
		known[s.env()] = true
		if s.secret {
			known[s.env()+"_FILE"] = true
		}
	}
	var odd [][2]string
	for _, pair := range c.environ() {
		name, _, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, "ANYUE_") || known[name] {
			continue
		}
		for meant := range known {
			if almost(name, meant) {
				odd = append(odd, [2]string{name, meant})
			}
		}
	}
	slices.SortFunc(odd, func(a, b [2]string) int { return strings.Compare(a[0]+a[1], b[0]+b[1]) })
	return odd
}

// almost reports whether one letter more, less or other makes a into b, or two
// neighbours changed places.
func almost(a, b string) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	switch len(b) - len(a) {
	case 0:
		swapped := i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
		return i < len(a) && (a[i+1:] == b[i+1:] || swapped)
	case 1:
		return a[i:] == b[i+1:]
	}
	return false
}

// flagSet makes the flags of one command; a wrong one is a usage error.
func flagSet(name string) *flag.FlagSet {
	fs := flag.NewFlagSet(name, flag.ContinueOnError)
	fs.SetOutput(io.Discard)
	return fs
}

// parse reads flags that may stand before and behind the other words.
func parse(fs *flag.FlagSet, args []string) ([]string, error) {
	var rest []string
	for {
		if err := fs.Parse(args); err != nil {
			return nil, usageError{err.Error()}
		}
		if fs.NArg() == 0 {
			return rest, nil
		}
		rest = append(rest, fs.Arg(0))
		args = fs.Args()[1:]
	}
}
