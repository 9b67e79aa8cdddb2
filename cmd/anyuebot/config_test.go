package main

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// TestHalfConfigured: what is configured in part, twice or wrongly is refused
// at start, by name, with the mend, and nothing secret is printed.
func TestHalfConfigured(t *testing.T) {
	const secret = "sEcReT1"
	url := map[string]string{"ANYUE_AIBOT_NAME": "安月小助手", "ANYUE_AIBOT_TOKEN": testToken, "ANYUE_AIBOT_AES_KEY": testKey}
	for _, tt := range []struct {
		name string
		env  map[string]string
		want []string
	}{
		{"a callback without its key", map[string]string{"ANYUE_AIBOT_AES_KEY": ""}, []string{"智能机器人 URL 回调：还缺 ANYUE_AIBOT_AES_KEY"}},
		{"a callback without its token", map[string]string{"ANYUE_AIBOT_TOKEN": ""}, []string{"智能机器人 URL 回调：还缺 ANYUE_AIBOT_TOKEN"}},
		{"a long connection without its secret", map[string]string{"ANYUE_AIBOT_TOKEN": "", "ANYUE_AIBOT_AES_KEY": "", "ANYUE_AIBOT_ID": "aib1"}, []string{"智能机器人长连接：还缺 ANYUE_AIBOT_SECRET"}},
		{"a long connection without its id", map[string]string{"ANYUE_AIBOT_TOKEN": "", "ANYUE_AIBOT_AES_KEY": "", "ANYUE_AIBOT_SECRET": secret}, []string{"智能机器人长连接：还缺 ANYUE_AIBOT_ID"}},
		{"both roads", map[string]string{"ANYUE_AIBOT_ID": "aib1", "ANYUE_AIBOT_SECRET": secret}, []string{"只能用一种"}},
		{"one road and half of the other", map[string]string{"ANYUE_AIBOT_ID": "aib1"}, []string{"还缺 ANYUE_AIBOT_SECRET", "只能用一种"}},
		{"a company alone", map[string]string{"ANYUE_CORP_ID": "ww1"}, []string{"自建应用：还缺 ANYUE_APP_AGENT_ID、ANYUE_APP_SECRET"}},
		{"an application without its number", map[string]string{"ANYUE_CORP_ID": "ww1", "ANYUE_APP_SECRET": secret}, []string{"自建应用：还缺 ANYUE_APP_AGENT_ID"}},
		{"an application that cannot read", map[string]string{"ANYUE_APP_TOKEN": "t0", "ANYUE_CORP_ID": "ww1", "ANYUE_APP_SECRET": secret, "ANYUE_APP_AGENT_ID": "7"},
			[]string{"自建应用（接收消息）：还缺 ANYUE_APP_AES_KEY"}},
		{"an application that cannot answer", map[string]string{"ANYUE_APP_TOKEN": "t0", "ANYUE_APP_AES_KEY": testKey, "ANYUE_CORP_ID": "ww1"},
			[]string{"自建应用（接收消息）：还缺 ANYUE_APP_AGENT_ID、ANYUE_APP_SECRET"}},
		{"a token with a blank in it", map[string]string{"ANYUE_AIBOT_TOKEN": secret + " x"}, []string{"ANYUE_AIBOT_TOKEN 里有空格、换行或中文。请从管理后台重新复制"}},
		{"a secret with its label", map[string]string{"ANYUE_CORP_ID": "ww1", "ANYUE_APP_AGENT_ID": "7", "ANYUE_APP_SECRET": "密钥：" + secret}, []string{"ANYUE_APP_SECRET 里有空格、换行或中文"}},
		{"a key that is cut", map[string]string{"ANYUE_AIBOT_AES_KEY": testKey[:42]}, []string{"ANYUE_AIBOT_AES_KEY 有 42 个字符，EncodingAESKey 应为 43 个。请从管理后台重新复制"}},
		{"a key with a sign in it", map[string]string{"ANYUE_AIBOT_AES_KEY": testKey[:42] + "="}, []string{"ANYUE_AIBOT_AES_KEY 里有字母和数字以外的字符"}},
		{"no bot at all", map[string]string{"ANYUE_AIBOT_TOKEN": "", "ANYUE_AIBOT_AES_KEY": ""}, []string{"没有配置智能机器人：请设置 ANYUE_AIBOT_TOKEN 和 ANYUE_AIBOT_AES_KEY，或 ANYUE_AIBOT_ID 和 ANYUE_AIBOT_SECRET"}},
		{"an address without a port", map[string]string{"ANYUE_LISTEN": "8080"}, []string{"ANYUE_LISTEN：要写成 地址:端口，如 127.0.0.1:8080"}},
		{"a port that is none", map[string]string{"ANYUE_LISTEN": "127.0.0.1:99999"}, []string{"要写成 地址:端口"}},
		{"an address of another machine", map[string]string{"ANYUE_LISTEN": "192.0.2.1:8080"}, []string{"这台机器没有 192.0.2.1:8080 这个地址"}},
		{"an interface without a scheme", map[string]string{"ANYUE_API_BASE": "proxy.example"}, []string{"ANYUE_API_BASE：要写成 https:// 开头的地址"}},
		{"an interface with a password in it", map[string]string{"ANYUE_API_BASE": "https://u:" + secret + "@proxy.example"}, []string{"ANYUE_API_BASE：要写成 https:// 开头的地址"}},
		{"a group without a key", map[string]string{"ANYUE_GROUPS": "wr1"}, []string{"ANYUE_GROUPS：第 1 对要写成 chatid=key"}},
		{"a key without a group", map[string]string{"ANYUE_GROUPS": "wr1=k1,=" + secret}, []string{"ANYUE_GROUPS：第 2 对要写成 chatid=key"}},
		{"a key with a blank in it", map[string]string{"ANYUE_GROUPS": "wr1=k1 " + secret}, []string{"ANYUE_GROUPS：第 2 对要写成 chatid=key"}},
		{"a key in brackets", map[string]string{"ANYUE_GROUPS": "wr1=<" + secret + ">"}, []string{"ANYUE_GROUPS：第 1 对要写成 chatid=key"}},
		{"a group twice", map[string]string{"ANYUE_GROUPS": "wr1=k1,wr1=" + secret}, []string{"第 2 对的 chatid 前面已经有了"}},
		{"a robot in two groups", map[string]string{"ANYUE_GROUPS": "wr1=" + secret + ",wr2=" + secret}, []string{"第 2 对和第 1 对的 key 一样，一个群机器人只属于一个群"}},
		{"an office of one endless name", map[string]string{"ANYUE_OFFICE": strings.Repeat("a", 65)}, []string{"ANYUE_OFFICE：有一个太长"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newShell(t)
			for _, env := range []map[string]string{url, tt.env} {
				for k, v := range env {
					s.env[k] = v
				}
			}
			code, out, errs := s.run("serve")
			if code != 1 {
				t.Errorf("exit %d", code)
			}
			wants(t, errs, tt.want...)
			if strings.Contains(out+errs, secret) || strings.Contains(out+errs, testKey[:20]) {
				t.Errorf("a secret is printed: %s", errs)
			}
			if strings.Contains(errs, "wecom:") {
				t.Errorf("words of the program, not of the office: %s", errs)
			}
		})
	}
}

// TestAsPeopleWrite takes what is right however it was typed.
func TestAsPeopleWrite(t *testing.T) {
	for _, tt := range []struct {
		name, setting, value string
		want                 func(config) any
		is                   any
	}{
		{"commas of any width between the office", "ANYUE_OFFICE", " a，b、c; D d,", func(c config) any { return c.Office }, []string{"a", "b", "c", "D"}},
		{"blanks around a token", "ANYUE_AIBOT_TOKEN", " T0ken\r\n", func(c config) any { return c.AibotToken }, "T0ken"},
		{"the whole address of a robot", "ANYUE_GROUPS", "wr1=https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=k-1_x&debug=1", func(c config) any { return c.Groups }, map[string]string{"wr1": "k-1_x"}},
		{"a group on every line", "ANYUE_GROUPS", "wr1=k1\r\nwr2=k2\n\n", func(c config) any { return c.Groups }, map[string]string{"wr1": "k1", "wr2": "k2"}},
		{"commas of any width between groups", "ANYUE_GROUPS", "wr1=k1，wr2=k2,", func(c config) any { return c.Groups }, map[string]string{"wr1": "k1", "wr2": "k2"}},
		{"a slash at the end of an address", "ANYUE_API_BASE", "https://proxy.example/wecom/", func(c config) any { return c.APIBase }, "https://proxy.example/wecom"},
	} {
		c, err := readConfig(func(k string) string { return map[string]string{tt.setting: tt.value}[k] }, "", nil)
		if err != nil || !reflect.DeepEqual(tt.want(c), tt.is) {
			t.Errorf("%s: %v %v, want %v", tt.name, tt.want(c), err, tt.is)
		}
	}
}

// TestSecretFiles reads what editors make of a file with one secret in it.
func TestSecretFiles(t *testing.T) {
	dir := t.TempDir()
	for _, tt := range []struct{ name, content, want, problem string }{
		{"as echo writes it", "T0ken\n", "T0ken", ""},
		{"as Windows writes it", "T0ken\r\n", "T0ken", ""},
		{"with a mark, as Notepad writes it", "\uFEFFT0ken\r\n", "T0ken", ""},
		{"in UTF-16", "\xff\xfeT\x000\x00", "", "的编码不是 UTF-8，请另存为 UTF-8"},
		{"empty", "", "", "是空的"},
		{"blank", " \r\n", "", "是空的"},
	} {
		path := filepath.Join(dir, "token")
		if err := os.WriteFile(path, []byte(tt.content), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := readConfig(func(k string) string { return map[string]string{"ANYUE_AIBOT_TOKEN_FILE": path}[k] }, "", nil)
		switch {
		case tt.problem == "" && (err != nil || c.AibotToken != tt.want):
			t.Errorf("%s: %q %v", tt.name, c.AibotToken, err)
		case tt.problem != "" && (err == nil || !strings.Contains(err.Error(), "ANYUE_AIBOT_TOKEN_FILE：文件 "+path+" "+tt.problem)):
			t.Errorf("%s: %v", tt.name, err)
		}
	}
	for path, problem := range map[string]string{filepath.Join(dir, "nothing"): "没有这个文件或目录", dir: "这是一个目录，不是文件"} {
		_, err := readConfig(func(k string) string { return map[string]string{"ANYUE_APP_SECRET_FILE": path}[k] }, "", nil)
		if err == nil || !strings.Contains(err.Error(), "ANYUE_APP_SECRET_FILE：读不了文件 "+path+"："+problem) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// TestConfigFile finds the file by its flag or its variable, and tells of names
// that it may not hold what was probably meant.
func TestConfigFile(t *testing.T) {
	s := newShell(t)
	path := s.file("anyuebot.yaml", "\uFEFFoffice: lisi\r\nlisten: 127.0.0.1:1\r\n")
	s.env["ANYUE_AIBOT_NAME"], s.env["ANYUE_AIBOT_TOKEN"], s.env["ANYUE_AIBOT_AES_KEY"] = "安月小助手", testToken, testKey
	s.ok("roster", "import", s.file("r.csv", rosterCSV))
	s.fails("没有人能看汇总", "check")
	wants(t, s.ok("check", "--config", path), "✓ 安委办：1 人")
	s.env["ANYUE_CONFIG"] = path
	wants(t, s.ok("check"), "✓ 安委办：1 人")
	s.fails("配置文件：读不了文件 /nowhere.yaml：没有这个文件或目录", "check", "--config", "/nowhere.yaml")
	for _, tt := range []struct{ text, want string }{
		{"ofice: a\n", ":1：ofice 不是配置项，是不是 office？"},
		{"ANYUE_RATE: 3\n", ":1：ANYUE_RATE 不是配置项，是不是 rate？"},
		{"aibot-token: x\n", ":1：aibot-token 不是配置项，是不是 aibot_token？"},
		{"a: b\nfly: 1\n", ":2：fly 不是配置项。可用的有：aibot_aes_key、aibot_aes_key_file、"},
		{"office_file: x\n", ":1：office_file 不是配置项：只有密码性质的才能从文件读，这一项请直接写 office"},
		{"aibot_name: \xb0\xb2\xd4\xc2\n", "的编码不是 UTF-8，请另存为 UTF-8"},
		{"office: a\noffice: b\n", "bad.yaml:2：这个名称前面已经写过，只留一处"},
		{"office: [a\n", "bad.yaml:1：写法不对，每行要写成“名称: 值”"},
	} {
		s.fails(tt.want, "check", "--config", s.file("bad.yaml", tt.text))
	}
}

// TestUnusedFile: a configuration file that nobody named is told of.
func TestUnusedFile(t *testing.T) {
	s := newShell(t)
	t.Chdir(s.dir)
	s.file("anyuebot.yaml", "office: lisi\n")
	_, out, _ := s.run("check")
	wants(t, out, "· 当前目录有 anyuebot.yaml，没有用它。要用请加 --config anyuebot.yaml")
	_, out, _ = s.run("check", "--config", "anyuebot.yaml")
	if strings.Contains(out, "没有用它") {
		t.Error(out)
	}
}

// TestCommandHelp lists what a command can be told, and knows a wrong flag.
func TestCommandHelp(t *testing.T) {
	s := newShell(t)
	for _, cmd := range commands() {
		wants(t, s.ok(cmd.name, "-h"), "用法：anyuebot "+cmd.name, "--store", "--aibot-token-file")
	}
	s.fails("--url 后面还缺一个值", "check", "--url")
	s.fails("有一个参数写得不对", "demo", "--fresh=maybe")
}

// TestUnusableStores says of a store or a directory that cannot be used why,
// and what to do.
func TestUnusableStores(t *testing.T) {
	s := newShell(t)
	text := s.file("text", "no store")
	for _, tt := range []struct {
		name, setting, value, want string
	}{
		{"a text for a store", "ANYUE_STORE", "bolt:" + text, text + " 不是 anyuebot 的存储文件，或已损坏。请从备份恢复"},
		{"a store below a file", "ANYUE_STORE", "bolt:" + text + "/a.db", "建不了目录 " + text + "：路径中有一段是文件，不是目录。请核对 ANYUE_STORE"},
		{"a directory of files that is a file", "ANYUE_FILES", text, "文件目录 " + text + " 用不了：路径中有一段是文件，不是目录。请核对 ANYUE_FILES"},
		{"a notice that is not there", "ANYUE_NOTICE", "/nowhere", "/nowhere：目录读不了"},
		{"a store of another kind", "ANYUE_STORE", "mysql://x", "ANYUE_STORE：要写成 bolt:文件名"},
	} {
		mine := newShell(t)
		mine.env["ANYUE_AIBOT_TOKEN"], mine.env["ANYUE_AIBOT_AES_KEY"] = testToken, testKey
		mine.env[tt.setting] = tt.value
		mine.fails(tt.want, "serve")
	}
	s.fails("没有这个文件或目录", "roster", "import", "/nowhere.csv")
	s.fails("读不了备份 /nowhere.zip：没有这个文件或目录", "verify", "/nowhere.zip")
}
