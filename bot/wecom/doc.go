// Package wecom is the edge to 企业微信 (WeCom): it lets the platform's
// messages in and hands the answers out. It is the only package that speaks
// the platform's formats; behind it a message is a [bot.Message] and an answer
// a [bot.Reply].
//
// It holds two channels that the platform calls back. [NewAibot] makes the HTTP
// handler behind the address of a 智能机器人 (AI bot), [NewApp] that of a
// 自建应用 (the company's own application): what an administrator types into
// the console. What the handlers need from the rest of the program are the port
// [Turns] and, for what members send beside words, [Files].
//
// Where to look: callback.go is what both addresses have in common, crypto.go
// checks, opens and seals what goes over the wire, and running.go keeps what is
// still being worked on. For the bot, payload.go reads what was inside,
// mention.go takes the bot's own name out of it, aibot.go answers in time and
// reply.go writes the answer; for the application these are apppayload.go with
// xmltree.go, app.go with applate.go, and appreply.go. ready.go, media.go,
// mediacipher.go and medianame.go fetch what came with a message before its
// turn; cards.go writes cards for either. Package wecomtest plays the platform,
// for the tests and for the demo.
//
// The package may import package bot and the platform library's util package,
// never store, prompts or bot/app, and never the library's root, which changes
// a global logger when it is imported. A test holds it to this. Wording comes
// in by [Words]: there is none in the code.
//
// Rules of the platform are cited by the number of their page, as
// developer.work.weixin.qq.com/document/path/NNN.
package wecom
