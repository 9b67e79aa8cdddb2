// Package wecom is the edge to 企业微信 (WeCom): it lets the platform's
// messages in and hands the answers out. It is the only package that speaks
// the platform's formats; behind it a message is a [bot.Message] and an answer
// a [bot.Reply].
//
// So far it holds one channel, the 智能机器人 (AI bot) in URL-callback mode:
// [NewAibot] makes the HTTP handler behind the address that an administrator
// types into the console. What the handler needs from the rest of the program
// is the port [Turns].
//
// Where to look: crypto.go checks, opens and seals what goes over the wire;
// payload.go reads what was inside; mention.go takes the bot's own name out of
// it; aibot.go answers the request in time, running.go keeps what is still
// being worked on, and reply.go writes the answer. Package wecomtest plays the
// platform, for the tests and for the demo.
//
// The package may import package bot and the platform library's util package,
// never store, prompts or bot/app, and never the library's root, which changes
// a global logger when it is imported. A test holds it to this. Wording comes
// in by [Words]: there is none in the code.
//
// Rules of the platform are cited by the number of their page, as
// developer.work.weixin.qq.com/document/path/NNN.
package wecom
