package main

import (
	"errors"
	"fmt"
	"strings"
)

// whole holds what leads to 企业微信 to its form, and settings that need each
// other together: half of them would start and then not do what was meant. It
// never repeats a secret. Commands that need no channel do not ask.
func (c config) whole() error {
	var problems []error
	needs := func(what string, parts ...string) {
		var missing []string
		given := false
		for i := 0; i < len(parts); i += 2 {
			if parts[i+1] != "" {
				given = true
			} else {
				missing = append(missing, parts[i])
			}
		}
		if given && len(missing) > 0 {
			problems = append(problems, fmt.Errorf("%s：还缺 %s", what, strings.Join(missing, "、")))
		}
	}
	agent := ""
	if c.AppAgentID != 0 {
		agent = "given"
	}
	needs("智能机器人 URL 回调", "ANYUE_AIBOT_TOKEN", c.AibotToken, "ANYUE_AIBOT_AES_KEY", c.AibotAESKey)
	needs("智能机器人长连接", "ANYUE_AIBOT_ID", c.AibotID, "ANYUE_AIBOT_SECRET", c.AibotSecret)
	if (c.AibotToken != "" || c.AibotAESKey != "") && (c.AibotID != "" || c.AibotSecret != "") {
		problems = append(problems, errors.New("智能机器人的 URL 回调和长连接只能用一种：在管理后台选了哪种，就只留哪种的设置"))
	}
	// What it takes to receive includes what it takes to send: pictures are
	// fetched, and late answers given, with the application's secret.
	send := []string{"ANYUE_CORP_ID", c.CorpID, "ANYUE_APP_AGENT_ID", agent, "ANYUE_APP_SECRET", c.AppSecret}
	if c.AppToken == "" && c.AppAESKey == "" {
		needs("自建应用", send...)
	} else {
		needs("自建应用（接收消息）", append(send, "ANYUE_APP_TOKEN", c.AppToken, "ANYUE_APP_AES_KEY", c.AppAESKey)...)
	}
	for _, v := range []struct{ name, value string }{
		{"ANYUE_AIBOT_TOKEN", c.AibotToken}, {"ANYUE_AIBOT_ID", c.AibotID}, {"ANYUE_AIBOT_SECRET", c.AibotSecret},
		{"ANYUE_CORP_ID", c.CorpID}, {"ANYUE_APP_SECRET", c.AppSecret}, {"ANYUE_APP_TOKEN", c.AppToken},
	} {
		if v.value != "" && !printable(v.value) {
			problems = append(problems, fmt.Errorf("%s 里有空格、换行或中文。请从管理后台重新复制，只要那一串字母和数字", v.name))
		}
	}
	for _, v := range []struct{ name, value string }{{"ANYUE_AIBOT_AES_KEY", c.AibotAESKey}, {"ANYUE_APP_AES_KEY", c.AppAESKey}} {
		switch {
		case v.value == "":
		case len(v.value) != aesKeyLength:
			problems = append(problems, fmt.Errorf("%s 有 %d 个字符，EncodingAESKey 应为 %d 个。请从管理后台重新复制", v.name, len([]rune(v.value)), aesKeyLength))
		case strings.Trim(v.value, keyLetters[:62]) != "":
			problems = append(problems, fmt.Errorf("%s 里有字母和数字以外的字符。请从管理后台重新复制", v.name))
		}
	}
	return errors.Join(problems...)
}

// aesKeyLength is how many characters an EncodingAESKey has (page 90968).
const aesKeyLength = 43

// printable reports whether a value is made of letters, digits and signs alone, as
// everything is that the console hands out.
func printable(v string) bool {
	return v != "" && !strings.ContainsFunc(v, func(r rune) bool { return r <= ' ' || r > '~' })
}
