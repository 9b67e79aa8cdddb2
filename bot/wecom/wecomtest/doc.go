// Package wecomtest plays 企业微信: it sends a service the callbacks that the
// platform would send, and takes its answers no better than the platform does.
//
// [New] makes a [Platform] for one 智能机器人 in URL-callback mode. Members
// speak through [Platform.Send]; the answer comes back only if the platform
// would have shown it. An answer that is late is asked for again, up to three
// times; one that is unfinished is polled; one with a field too many, the wrong
// kind for its occasion or a byte too long is an error of type [*BadReply]. In
// a group the bot hears nothing unless it is mentioned. What an outsider, or a
// platform on a bad day, might send is in hostile.go.
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
// The package is written from the platform's documents and apart from package
// wecom, which it must not import, lest one mistake be made twice and cancel
// out. It does not import testing either: the demo runs on it. Where documents
// and practice leave something open it takes the stricter reading; of replies
// it knows those that this program sends, streams without pictures or cards
// and the text that greets.
package wecomtest
