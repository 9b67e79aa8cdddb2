// Package wecom is the edge to 企业微信 (WeCom): it lets the platform's
// messages in and hands the answers out. It is the only package that speaks
// the platform's formats; behind it a message is a [bot.Message] and an answer
// a [bot.Reply].
//
// Inwards it holds three channels. Two the platform calls back: [NewAibot] makes
// the HTTP handler behind the address of a 智能机器人 (AI bot), [NewApp] that of a
// 自建应用 (the company's own application), addresses that an administrator types
// into the console. The third is the long connection, by which [NewLong] reaches
// a 智能机器人 without any address. What they need from the rest of the program
// are the port [Turns] and, for what members send beside words, [Files].
//
// Outwards there is [Post]: it sends a [bot.Parcel] by the best road there is,
// as the late answer to a message, by the group's robot, as the application or
// over the long connection, and tells what became of it as a [bot.Attempt]. It
// keeps to the platform's limits, beyond which messages vanish in silence.
// [API] and [Robots] are the calls beneath it, and the probes by which a
// configuration is checked.
//
// Where to look, inwards by HTTP:
//
//   - callback.go is what both addresses have in common; crypto.go checks,
//     opens and seals what goes over the wire; running.go keeps the turns under
//     way and the words that came too late for their request.
//   - aibot.go is the bot's address: payload.go reads what was inside, mention.go
//     takes the bot's own name out of it, reply.go writes the answer.
//   - app.go is the application's: apppayload.go and xmltree.go read, appreply.go
//     writes, applate.go hands over what no request came for in time.
//   - ready.go gets a message ready for its turn: media.go fetches what came with
//     it, mediacipher.go opens that.
//
// Inwards and outwards over the long connection:
//
//   - long.go holds its state, beginning and end; longlease.go makes sure that
//     one process has the bot, longconnect.go connects again and again and
//     probes; longsocket.go is one connection, longframe.go what goes over it.
//   - longturn.go takes callbacks to their turns, longreply.go decides what is
//     said, longletter.go gets it out; lanes.go keeps both in their order.
//   - longpush.go writes unasked, longupload.go uploads for that.
//
// Outwards:
//
//   - post.go chooses the road of a parcel; courier.go sends its messages by any
//     road; parts.go says which messages those are and remembers which are done;
//     limits.go counts; upload.go gets files up once; respond.go is the road of
//     the late answer.
//   - dialect.go makes of words what a road can show, cards.go does so of cards,
//     fit.go makes either fit, filename.go reads and writes the names of files.
//   - api.go and robot.go are the calls, token.go and identity.go what they
//     remember; failure.go knows what each errcode means; library.go tames the
//     platform's library; line.go is where requests leave.
//   - verify.go tries an address and the clock, as the console would.
//
// Package wecomtest plays the platform, for the tests and for the demo. What the
// library does that one would not expect is in library_test.go.
//
// The package may import package bot and single packages of the platform's
// library, never store, prompts or bot/app, and never the library's root, which
// changes a global logger when it is imported. A test of the command holds it to
// this. Wording comes in by [Words], and by the reasons such as [WhyLimit] for
// which wording has a sentence: there is none in the code.
//
// No token, secret, key, late-answer address or userid reaches a log line or an
// error; redact_test.go tries every call. The library's errors hold such things,
// and are never passed on.
//
// Some words mean one thing here. A road is a way of sending, by name in
// [bot.Attempt.Via]; a channel is a way of being written to, as in
// [bot.Message.Channel]; a line is a way to the platform's HTTP interface, a
// socket a WebSocket connection.
//
// Rules of the platform are cited by the number of their page, as
// developer.work.weixin.qq.com/document/path/NNN.
package wecom
