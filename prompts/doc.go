// Package prompts is the notice as data: what is asked, in which words, by
// when, and what the bot says. A new year, or another county, is a change of
// the YAML files here and of no code.
//
// [Load] reads the embedded notice, lets an office's own directory replace any
// of its files by name, checks everything that can be checked before the first
// message, and hands out a [bot.Notice]. It is strict because its reader is an
// office without IT staff: a slip must show as a line of `anyuebot check`, not
// as a wrong question to eighty units. It therefore reports every problem it
// finds, each a [Problem] with file, line and the mend.
//
// [Render] puts what a turn wants to say into words, and is the one place
// where text that people typed is made harmless ([Plain]).
//
// Where to look: notice.yaml has dates and measure words and names the forms,
// which are annex1.yaml, annex2.yaml, case.yaml, summary.yaml and yearend.yaml;
// checks.yaml has the soft checks, words.yaml what people type for each command,
// wording.yaml and the wording-….yaml of each part of the work what the bot says,
// roster.yaml a made-up roster and samples/ conversations for trying out. Each
// file begins with how to edit it. notice.go, form.go, check.go, words.go,
// wording.go and roster.go read them; link.go follows items into other forms,
// yaml.go is the strict reader under all of them.
//
// When reminders go out is data as well: ladder.yaml has their steps, one a line,
// and the hours they may go out in. Which days are worked comes with the program,
// from a library of the State Council's arrangements that is copied into plain
// dates; calendar.yaml is where an office puts a year that the library lacks, or a
// day of its own. ladder.go and calendar.go read them.
//
// The package may import bot, the YAML library, the library of holidays and the
// standard library, and nothing that keeps state or talks to the world.
package prompts
