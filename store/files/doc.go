// Package files keeps the content of files on disk: what members send and what
// the program makes. A file lies under the SHA-256 of its content, so it never
// changes, the same content is kept once, and several processes may share one
// directory.
//
// [Dir.Keep] has the content on the disk before it returns. The commit that
// names it comes afterwards, so that no record ever names what is not there; a
// process that dies in between leaves a file that nothing names, which harms
// nobody and is found again when the message is sent once more.
//
// # Layout
//
//	<dir>/<hh>/<hash>         the content; hh are the first two digits of hash
//	<dir>/incoming-*.tmp      on its way in; left behind by a process that died
//
// Content is judged before it is kept: by what it is and not by what its name
// says, and without unpacking anything. What an archive tells of the size of
// its parts is the archive's own word; whoever unpacks one has to hold it to
// that.
//
// The package imports bot and the standard library, of net/http the table of
// media types alone. It reads the clock once, to tell old leavings from files
// on their way in.
package files
