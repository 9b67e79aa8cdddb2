// Package bot is the conversation: what a notice asks, how an answer is read,
// and what one message changes.
//
// It is a function, not a service. [Understand] reads a message into an
// [Intent] that names what has to be looked up; the caller looks it up at one
// revision of the store and hands it over as a [View]; [Step] returns the new
// state as [Changes] and what should be said as a [Speech]: words, a card with
// the same answers as buttons, and messages to others. Nothing here reads a
// clock, a disk, a network or a random source: time is a value, state is data
// that survives its own encoding between any two messages, and what the bot says
// is a wording key with its blanks, put into Chinese by package prompts.
//
// What goes to many is stored as one [Broadcast]; whoever carries it out asks
// [Compose] for each recipient, once when the message is made and again right
// before it leaves. What goes to one is a [Delivery], from its turn to its end.
// Whatever can be pressed can be typed: a press is the member saying the words
// behind the button, and counts only for the question its card was about. What
// was only heard is put to the member before anything is stored.
//
// Start with [Notice] (the campaign as data), then [Report] (a unit's form),
// [Session] (what one person was last asked), [Read] (the reader of answers) and
// [Step]; message.go, card.go, file.go and outbox.go are what the conversation
// and the channels have in common.
//
// The package may import the standard library alone, and of that neither net,
// os, database, template nor random packages; a test holds it to this.
package bot
