package prompts

import (
	"embed"
	"io/fs"
)

//go:embed samples/*.txtar
var samples embed.FS

// Samples holds the sample transcripts, *.txtar: conversations as they should
// go with this notice. Package transcript plays them.
func Samples() fs.FS {
	dir, err := fs.Sub(samples, "samples")
	if err != nil {
		panic(err) // the folder is embedded above
	}
	return dir
}
