// Package wecom is the edge to 企业微信 (WeCom): it lets the platform's
// messages in and hands the answers out. It is the only package that speaks
// the platform's formats; behind it a message is a [bot.Message] and an answer
// a [bot.Reply].
//
// Inwards it holds two channels that the platform calls back. [NewAibot] makes the HTTP
// handler behind the address of a 智能机器人 (AI bot), [NewApp] that of a
// 自建应用 (the company's own application): what an administrator types into
// the console. What the handlers need from the rest of the program are the port
// [Turns] and, for what members send beside words, [Files].
//
// Outwards there is [Post]: it sends a [bot.Parcel] by the best road there is,
// as the late answer to a message, by the group's robot, as the application or
// over the long connection, and tells what became of it as a [bot.Attempt]. It
// keeps to the platform's limits, beyond which messages vanish in silence.
// [API] and [Robots] are the calls beneath it, and the probes by which a
// configuration is checked.
//
// [NewLong] makes a third that the platform does not call: it keeps the 智能机器人's
// long connection, answers over it and pushes over it. Its files begin with
// "long": longsocket.go and longframe.go are one connection, long.go keeps one
// up and is owned by one replica, longturn.go takes what members send,
// longreply.go answers it, longpush.go and longupload.go write unasked.
//
// Where to look: callback.go is what both addresses have in common, crypto.go
// checks, opens and seals what goes over the wire, and running.go keeps what is
// still being worked on. For the bot, payload.go reads what was inside,
// mention.go takes the bot's own name out of it, aibot.go answers in time and
// reply.go writes the answer; for the application these are apppayload.go with
// xmltree.go, app.go with applate.go, and appreply.go. ready.go, media.go,
// mediacipher.go and medianame.go fetch what came with a message before its
// turn; cards.go writes cards for either.
//
// Outwards, post.go chooses the road of a parcel, dialect.go makes of its words
// what the road can show, limits.go counts, attempt.go knows what each errcode
// means, and library.go tames the platform's library, by which api.go and
// robot.go make most of their calls; line.go is where requests leave. Package
// wecomtest plays the platform, for the tests and for the demo.
//
// The package may import package bot and single packages of the platform's
// library, never store, prompts or bot/app, and never the library's root, which
// changes a global logger when it is imported. A test holds it to this. Wording
// comes in by [Words] and by the keys of [Whys]: there is none in the code.
//
// No token, secret, key, late-answer address or userid reaches a log line or an
// error. The library's errors hold such things, and are never passed on.
//
// Rules of the platform are cited by the number of their page, as
// developer.work.weixin.qq.com/document/path/NNN.
package wecom
