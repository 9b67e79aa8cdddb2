package main

import (
	"cmp"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"anyuebot/store"
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
	// Key is the master key of the store, nil for none; KeyOld the one before it.
	Key, KeyOld []byte

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

// receives reports whether members can be heard at all.
func (c config) receives() bool { return c.aibotCalled() || c.aibotLong() || c.appReceives() }

// withoutChannels leaves nothing that reaches 企业微信, for work on the store
// alone.
func (c *config) withoutChannels() {
	c.AibotToken, c.AibotAESKey, c.AibotID, c.AibotSecret = "", "", "", ""
	c.AppSecret, c.AppToken, c.AppAESKey = "", "", ""
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
		{"listen", "127.0.0.1:8080", "监听地址", false, setListen},
		{"store", defaultStore, "存储：bolt:文件；mem: 只在内存，用于测速", false, setStore},
		{"files", "", "收到和生成的文件所在的目录，默认在存储文件旁边", false, text(func(c *config) *string { return &c.Files })},
		{"notice", "", "目录，其中的文件按名替换内置通知的文件", false, text(func(c *config) *string { return &c.Notice })},
		{"office", "", "安委办人员的 userid，逗号分隔", false, setOffice},
		{"rate", "20", "每人每秒最多几条消息，0 为不限", false, setRate},
		{"now", "", "演练时钟：从这个时刻（RFC 3339）开始走", false, setNow},
		{"key", "", "存储的主密钥，加密个人信息：openssl rand -hex 32", true, setKey(func(c *config) *[]byte { return &c.Key })},
		{"key-old", "", "更换主密钥时，原来的那个", true, setKey(func(c *config) *[]byte { return &c.KeyOld })},
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

// setListen takes host:port. Without a host it is every address of the machine.
func setListen(c *config, v string) error {
	_, port, err := net.SplitHostPort(v)
	if n, bad := strconv.ParseUint(port, 10, 16); err != nil || bad != nil || n == 0 && port != "0" {
		return errors.New("要写成 地址:端口，如 127.0.0.1:8080")
	}
	c.Listen = v
	return nil
}

func setStore(c *config, v string) error {
	if v != memStore && !strings.HasPrefix(v, boltScheme) || v == boltScheme {
		return errors.New("要写成 bolt:文件名，如 bolt:anyuebot.db")
	}
	c.Store = v
	return nil
}

// separates reports whether a rune stands between two ids, however somebody
// typed the comma.
func separates(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",，、;；", r) }

func setOffice(c *config, v string) error {
	c.Office = nil
	for _, id := range strings.FieldsFunc(v, separates) {
		if len(id) > 64 {
			return errors.New("有一个太长，不像企业微信的 userid。几个人之间用逗号分隔")
		}
		if !slices.ContainsFunc(c.Office, func(have string) bool { return strings.EqualFold(have, id) }) {
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

// setKey takes a master key in hex or Base64. What it says of a wrong one leaves
// the key out.
func setKey(field func(*config) *[]byte) func(*config, string) error {
	return func(c *config, v string) error {
		*field(c) = nil
		if v == "" {
			return nil
		}
		for _, decode := range []func(string) ([]byte, error){hex.DecodeString, base64.StdEncoding.DecodeString} {
			if key, err := decode(v); err == nil && len(key) == store.KeySize {
				*field(c) = key
				return nil
			}
		}
		return fmt.Errorf("要写成 %d 位十六进制，可用 openssl rand -hex 32 生成", 2*store.KeySize)
	}
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

// setGroups takes chatid=key pairs, each on a line or behind a comma; instead of
// the key the robot's whole address will do. What it says of a wrong pair leaves
// the key out.
func setGroups(c *config, v string) error {
	c.Groups = map[string]string{}
	robots := map[string]int{}
	for i, pair := range strings.FieldsFunc(v, separates) {
		chat, key, ok := strings.Cut(pair, "=")
		if _, after, whole := strings.Cut(key, "key="); whole {
			key, _, _ = strings.Cut(after, "&")
		}
		if !ok || !printable(chat) || key == "" || strings.Trim(key, keyLetters) != "" {
			return fmt.Errorf("第 %d 对要写成 chatid=key，key 是群机器人 Webhook 地址里 key= 后面的部分", i+1)
		}
		if _, twice := c.Groups[chat]; twice {
			return fmt.Errorf("第 %d 对的 chatid 前面已经有了", i+1)
		}
		if at := robots[key]; at > 0 {
			return fmt.Errorf("第 %d 对和第 %d 对的 key 一样，一个群机器人只属于一个群", i+1, at)
		}
		c.Groups[chat], robots[key] = key, i+1
	}
	return nil
}

// keyLetters are what the key of a group robot is made of.
const keyLetters = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-_"

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
	file := fs.String("config", "", "配置文件（也可设环境变量 "+configEnv+"）")
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
		return readConfig(c.env, cmp.Or(*file, c.env(configEnv)), flags)
	}
}

// configEnv names the configuration file where no --config does.
const configEnv = "ANYUE_CONFIG"

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
		if err := s.set(&c, strings.TrimSpace(v.value)); err != nil {
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
		secret, err := readSecret(strings.TrimSpace(path.value))
		if err != nil {
			return source{}, fmt.Errorf("%s：%w", path.from, err)
		}
		return source{secret, path.from}, nil
	}
	return source{s.fallback, "默认值"}, nil
}

// readSecret reads a file that holds one secret, as editors write it: with a
// mark at its beginning and a line break at its end. Only groups may have more
// lines.
func readSecret(path string) (string, error) {
	text, err := readText(path)
	if err == nil && strings.TrimSpace(text) == "" {
		err = fmt.Errorf("文件 %s 是空的", path)
	}
	return text, err
}

// readText reads a file in UTF-8, without the mark that some editors put at its
// beginning.
func readText(path string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("读不了文件 %s：%s", path, because(err))
	}
	if !utf8.Valid(data) {
		return "", fmt.Errorf("文件 %s 的编码不是 UTF-8，请另存为 UTF-8", path)
	}
	return strings.TrimPrefix(string(data), "\uFEFF"), nil
}

// readConfigFile reads the YAML file strictly: a key nobody knows is refused
// with its line.
func readConfigFile(path string) (map[string]source, error) {
	values := map[string]source{}
	if path == "" {
		return values, nil
	}
	text, err := readText(path)
	if err != nil {
		return nil, fmt.Errorf("配置文件：%w", err)
	}
	parsed, err := parser.ParseBytes([]byte(text), 0)
	if err != nil {
		return nil, yamlProblem(path, strings.TrimSpace(yaml.FormatError(err, false, false)))
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
				problems = append(problems, fmt.Errorf("%s 不是配置项%s", at, meant(key)))
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

// yamlProblem words what the parser says, "[line:column] …".
func yamlProblem(path, said string) error {
	at, what, _ := strings.Cut(strings.TrimPrefix(said, "["), "] ")
	line, _, _ := strings.Cut(at, ":")
	if strings.Contains(what, "already defined") {
		return fmt.Errorf("%s:%s：这个名称前面已经写过，只留一处", path, line)
	}
	return fmt.Errorf("%s:%s：写法不对，每行要写成“名称: 值”（%s）", path, line, what)
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
