// Package web makes the pages that people open in a browser.
//
// So far it holds one: [Chat], the page of "anyuebot demo", on which a visitor
// talks to the bot as if in a work group of 企业微信. The page knows nothing of
// the bot. What is typed goes out through the port [Config].Send, which the
// command joins to package wecomtest, so that a message of the demo takes the
// same way as a real one: encrypted, signed and posted to the service's own
// webhook.
//
// Where to look: chat.go has the configuration and the requests; deliver.go
// hands messages and presses out, one at a time for each member; attach.go
// takes and gives files; clock.go shows the campaign's time and puts it forward;
// transcript.go keeps what was said; events.go tells it to the open tabs;
// markdown.go turns an answer into HTML. The page itself, its script and its style
// are files in assets.
//
// The package may import package bot, goldmark and the standard library, never
// store, bot/app or wecom: it shows a conversation and takes no part in it. A
// test holds it to this. As the pages' texts may, they stand in the code.
package web
