// Package wecomtest plays 企业微信: it sends a service the callbacks that the
// platform would send, takes its answers and its requests no better than the
// platform does, and shows what people would have seen in the end.
//
// [New] makes a [Platform] for one 智能机器人 in URL-callback mode. Members
// speak through [Platform.Send]; the answer comes back only if the platform
// would have shown it. An answer that is late is asked for again, up to three
// times; one that is unfinished is polled; one with a field too many, the wrong
// kind for its occasion or a byte too long is an error of type [*BadReply]. In
// a group the bot hears nothing unless it is mentioned. [Platform.Press] presses
// a button of a card that was shown, [Platform.Rate] rates an answer. What an
// outsider, or a platform on a bad day, might send is in hostile.go.
//
// [NewApp] makes an [App], the callback of one self-built application: sealed
// XML, other replies, and events that have no id to tell them apart by.
//
// [NewAPI] makes an [API], the handler for everything that a service asks the
// platform over HTTP: tokens, messages of the application and of group robots,
// files, later answers to a message, the addresses of what members send. Given
// to Platform and App, it also holds what their callbacks lead to. It keeps
// what was shown ([API.Personal], [API.Group]), what was accepted and dropped
// ([API.Dropped]), and what no correct program sends ([API.Violations]).
// [API.Misbehave] has it do to each request what a plan says, and
// [ScriptedHour] is a plan with everything that can go wrong.
//
// [NewLong] makes a [Long], the platform's end of the long connection: an
// http.Handler that takes WebSocket connections. Members speak through
// [Long.Say]; what they see stands in [Long.Seen]. Frames that no client should
// send get the errcode that the platform would give and are kept for
// [Long.Violations]; a bad day is planned by [Long.Spite] and its neighbours.
// [Long.Client] reaches it without a network.
//
// [Direct] joins platform and service without a network, which also lets
// testing/synctest turn the clock.
//
// It keeps the latest few thousand of everything, because the demo runs on it for
// weeks (recent.go).
//
// Where to look:
//
//   - platform.go, message.go, deliver.go, reply.go and press.go are the
//     智能机器人 by callback: its state, what members send, how it is delivered, how
//     answers are read, and cards and ratings; hostile.go is what others send.
//   - app.go, appreply.go and xml.go are the same for the application.
//   - api.go takes requests; apitoken.go, apimessage.go, apirobot.go, apimedia.go
//     and apianswer.go carry them out; apishown.go shows what came of them;
//     mischief.go and hour.go spoil them.
//   - long.go, longline.go and longwire.go hold connections; longsay.go is what
//     members say; longtake.go takes frames, which longshape.go describes,
//     longanswer.go shows and longupload.go puts together; longseen.go is what
//     people see, longmedia.go what they sent, longspite.go what goes wrong.
//   - All share card.go and strict.go, which read JSON without mercy; seal.go,
//     pace.go, attachment.go and recent.go; line.go and direct.go reach the service.
//
// The package is written from the platform's documents and apart from package
// wecom, which it must not import, lest one mistake be made twice and cancel
// out. It does not import testing either: the demo runs on it. Where documents
// and practice leave something open it takes the stricter reading; it knows the
// messages, replies and cards that this program sends, and refuses others.
package wecomtest
