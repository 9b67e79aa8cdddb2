// Package bot is the conversation: what a notice asks, how an answer is read,
// and what one message changes.
//
// It is a function, not a service. [Understand] reads a message into an
// [Intent] that names what has to be looked up; the caller looks it up at one
// revision of the store and hands it over as a [View]; [Step] returns the new
// state and what should be said. Nothing here reads a clock, a disk, a network
// or a random source: time is a value, state is data that survives its own
// encoding between any two messages, and what the bot says is a wording key
// with its blanks, put into Chinese by package prompts.
//
// Start with [Notice] (the campaign as data), then [Report] (a unit's form),
// [Session] (what one person was last asked), [Read] (the reader of answers) and [Step].
//
// The package may import the standard library alone, and of that neither net,
// os, database, template nor random packages; a test holds it to this.
package bot
