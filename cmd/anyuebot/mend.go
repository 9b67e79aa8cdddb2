package main

import (
	"errors"
	"fmt"
	"net/http"

	"anyuebot/bot/wecom"
)

// These are the mends of what check finds at the platform. The conversation has
// its own in the notice: there the office reads them, here who keeps the
// service; and a broken notice must not take them away.

// mended is a failure in the words of what to do about it.
type mended struct {
	say string
	why error
}

func (m *mended) Error() string { return m.say }
func (m *mended) Unwrap() error { return m.why }

// mend words a failed call to base.
func mend(err error, base string) error {
	var f *wecom.Failure
	if !errors.As(err, &f) {
		return err
	}
	say := failureMend(f, base)
	if f.Code != 0 {
		say = fmt.Sprintf("%s（错误码 %d）", say, f.Code)
	}
	return &mended{say, err}
}

func failureMend(f *wecom.Failure, base string) string {
	switch f.Why {
	case wecom.WhyAddress:
		address := f.Detail
		if address == "" {
			address = "这台机器出口的公网 IPv4 地址"
		}
		return "请在管理后台该应用页面的“企业可信IP”里加上 " + address
	case wecom.WhySecret:
		const wrongCorp = 40013
		if f.Code == wrongCorp {
			return "没有这个企业 ID。请核对 ANYUE_CORP_ID，它在管理后台“我的企业 → 企业信息”最下面"
		}
		return "Secret 不对。请从管理后台该应用的页面重新复制到 ANYUE_APP_SECRET；企业 ID 也请核对"
	case wecom.WhyAgent:
		switch f.Code {
		case 0, 40056, 41011, 301002:
			return "AgentId 和 Secret 不是同一个应用的。请核对 ANYUE_APP_AGENT_ID，它在管理后台该应用的页面上"
		}
		return "应用没有这个权限，或已被停用、删除。请在管理后台查看该应用"
	case wecom.WhyBot:
		return "Bot ID 或 Secret 不对。请从管理后台重新复制到 ANYUE_AIBOT_ID、ANYUE_AIBOT_SECRET，并确认连接方式选的是“使用长连接”"
	case wecom.WhyLimit:
		return "试得太频繁，请过几分钟再查"
	case wecom.WhyBusy:
		if f.Status != 0 {
			return fmt.Sprintf("企业微信或中间的代理出错（HTTP %d），请过几分钟再查；一直这样请核对代理和 ANYUE_API_BASE", f.Status)
		}
		return "企业微信系统忙，请过几分钟再查"
	case wecom.WhyNetwork:
		if f.Status != 0 {
			return fmt.Sprintf("%s 答的不是企业微信该答的（HTTP %d）。请核对地址，看是不是被代理或上网登录页拦住了", base, f.Status)
		}
		return "连不上 " + base + "。请检查本机网络、防火墙和代理"
	}
	if f.Code != 0 {
		return "企业微信不答应。请到 developer.work.weixin.qq.com 查“全局错误码”"
	}
	return "企业微信的应答看不懂，请过几分钟再查"
}

// longMend words the state of the running service's long connection; nil if it
// is up.
func longMend(state wecom.LongState, cfg config) error {
	switch state.Phase {
	case wecom.LongUp:
		return nil
	case wecom.LongElsewhere:
		again := "再重启这里的服务"
		if cfg.appReceives() {
			again = "再重启这里的服务，或在应用里发“恢复发送”"
		}
		return errors.New("同一个机器人在别处连着，这里已让出。请停掉另一处，" + again)
	case wecom.LongRefused:
		f := &wecom.Failure{Why: wecom.WhyBot, Code: state.Code}
		return errors.New(mend(f, cfg.WSURL).Error() + "，改好后重启服务")
	case wecom.LongWaiting:
		return errors.New("另一个服务占着这个机器人，这里在等。只留一个即可")
	case wecom.LongConnecting:
		if state.Code != 0 {
			f := &wecom.Failure{Why: wecom.WhyBot, Code: state.Code}
			return mend(f, cfg.WSURL)
		}
		return errors.New("还没有连上，正在重试。请检查本机网络、防火墙和代理，确认这台机器能访问 " + cfg.WSURL)
	}
	return errors.New("没有在连。请看服务的日志，重启服务")
}

// addressMend words why the console would not save an address. listen is where
// a proxy should lead to; "" if the address is the service's own.
func addressMend(err error, address, listen string) error {
	var f *wecom.AddressError
	if !errors.As(err, &f) {
		return err
	}
	direct := listen == ""
	proxy := "http://" + listen
	if local := localURL(listen); local != "" {
		proxy = local
	}
	say := ""
	switch f.Fault {
	case wecom.FaultAddress:
		say = "不是能用的地址，要写成 https://您的域名"
	case wecom.FaultSecrets:
		say = "Token 或 EncodingAESKey 的格式不对，请从管理后台重新复制"
	case wecom.FaultUnreachable:
		say = "连不上：" + because(errors.Unwrap(f)) + "。请确认域名解析、防火墙和证书都已配好，反向代理转到了 " + proxy + "，服务在运行"
	case wecom.FaultRedirect:
		say = fmt.Sprintf("跳转到别处去了（HTTP %d），企业微信不跟着跳。请填跳转后的地址（通常是 https:// 开头），或在反向代理里去掉跳转", f.Status)
	case wecom.FaultStatus:
		say = statusMend(f.Status, proxy)
	case wecom.FaultBroken:
		say = "答到一半断了。请检查反向代理"
	case wecom.FaultAnswer:
		say = "答的不是该答的内容。是不是别的程序或网页占着这个地址？反向代理要原样转到 " + proxy + "，不改内容"
	case wecom.FaultSlow:
		say = fmt.Sprintf("答得太慢，用了 %.1f 秒，企业微信只等 1 秒。请检查反向代理和网络", f.Took.Seconds())
	}
	if direct && f.Fault != wecom.FaultSlow {
		say = "服务在运行，但这个地址没有通过。是不是改了配置还没有重启？请重启服务，再看日志"
	}
	return fmt.Errorf("%s %s", address, say)
}

func statusMend(status int, proxy string) string {
	say := ""
	switch status {
	case http.StatusUnauthorized, http.StatusForbidden:
		say = "不认这里的 Token 或 EncodingAESKey。是不是改了配置还没有重启服务，或被防火墙拦下"
	case http.StatusNotFound:
		say = "没有这个页面。请让反向代理把它原样转到 " + proxy + "，路径不要改"
	case http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		say = "反向代理在，后面的服务没有应答。请启动服务，并确认转到了 " + proxy
	default:
		say = "应答不对。请看反向代理和服务的日志"
	}
	return fmt.Sprintf("%s（HTTP %d）", say, status)
}
